//! A failure with its fix: what happened, why, the cure in steps, who can apply it, and what is not the cause.
//!
//! ```text
//!    FAIL  Token for the price service                            AADSTS65001
//!
//!    What happened   You signed in and Partner Center answers, but ...
//!    Why             ...
//!    Fix             1  Azure portal > ...
//!    Who can do it   Application administrator
//!    Not the cause   secret (accepted), MFA (in the token)
//!    For support     trace 5b0e...  correlation 71bb...
//! ```

use crate::diagnose::{self, Diagnosis};
use crate::report::explanation::{LABEL, explanation, for_support};
use crate::steps::Execution;
use crate::ui::page::{Page, Row, Tone};
use crate::ui::view::{notice, step_place, tab_of};
use crate::ui::wizard::Wizard;
use crate::words::check::CheckId;
use crate::words::failure::{Cause, Failure, VaultFault};
use crate::words::step::Step;
use crate::words::store::Unlock;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let Some((check, failure, diagnosis)) = wizard.diagnosis() else {
        return Page::new("stopped");
    };
    let step = wizard.run.as_ref().and_then(Execution::step);
    let mut page = Page::new(match step {
        Some(step) => step_place(step, "stopped"),
        None if wizard.submitting() => "Octo - stopped".to_owned(),
        None => "Registering - stopped".to_owned(),
    });
    page.tab = step.map(tab_of).or(Some(3));
    notice(wizard, &mut page);
    page.row(
        Row::of(Tone::Failure, "FAIL  ")
            .and(Tone::Title, check.title())
            .at(3)
            .right(Tone::Failure, diagnosis.code.clone()),
    );
    page.gap();
    page.rows(explanation(&diagnosis));
    page.rows(said(&diagnosis, failure));
    page.row(Row::pair("Not the cause", LABEL, Tone::Plain, not_the_cause(wizard, &diagnosis)));
    page.rows(for_support("For support", LABEL, failure));
    page.gap();
    page.row(Row::of(Tone::Muted, reassurance(wizard, check, failure)).at(3));
    hints(wizard, &mut page, &diagnosis, failure);
    page
}

/// The page of a registration that cannot be opened.
pub(super) fn shut(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("cannot open");
    let Some(diagnosis) = wizard.shut_diagnosis() else {
        return page;
    };
    page.row(
        Row::of(Tone::Failure, "FAIL  ")
            .and(Tone::Title, "What is kept cannot be opened")
            .at(3)
            .right(Tone::Failure, diagnosis.code.clone()),
    );
    page.gap();
    page.rows(explanation(&diagnosis));
    page.hint("Enter", "try again");
    page.hint("Ctrl-C", "leave");
    page.hint("?", "help");
    page
}

/// The service's own sentence, where the explanation sends the reader to it.
fn said(diagnosis: &Diagnosis, failure: &Failure) -> Option<Row> {
    let sentence = failure.sentence.as_ref().map_or_else(
        || "nothing more than is shown here".to_owned(),
        |sentence| format!("\"{sentence}\""),
    );
    diagnosis.quotes.then(|| Row::pair("It said", LABEL, Tone::Plain, sentence))
}

/// From the checks that passed: what nobody has to change. What the diagnosis blames is left out, whatever passed.
fn not_the_cause(wizard: &Wizard, diagnosis: &Diagnosis) -> String {
    let Some(run) = &wizard.run else {
        return String::new();
    };
    let signs = [
        (CheckId::Tenant, "directory (exists)"),
        (CheckId::AppToken, "secret (accepted)"),
        (CheckId::Customers, "app (known to Partner Center)"),
        (CheckId::Redeem, "redirect address and code (redeemed)"),
        (CheckId::UserClaims, "tenant and app (in the token)"),
        (CheckId::Mfa, "MFA"),
        (CheckId::Organization, "role (calls answer)"),
        (CheckId::PriceToken, "consent for prices"),
        (CheckId::Rates, "price service (rates answer)"),
        (CheckId::KeepSecret, "keyring"),
        (CheckId::OctoSecret, "keyring (read)"),
        (CheckId::OctoSignIn, "Octo's API client (accepted)"),
        (CheckId::OctoPayer, "payer account (registered)"),
    ];
    let blamed = diagnose::row(diagnosis.row).map_or(&[][..], |row| row.blames);
    let step_two = [CheckId::Tenant, CheckId::AppToken, CheckId::Customers];
    let mut passed: Vec<&str> = Vec::new();
    if !step_two.iter().any(|id| blamed.contains(id))
        && run.step() == Some(Step::PartnerApi)
        && wizard.registration.proven().is_some()
    {
        passed.push("directory, app and secret (step 2)");
    }
    passed.extend(
        signs
            .into_iter()
            .filter(|(id, _)| run.passed(*id) && !blamed.contains(id))
            .map(|(_, sign)| sign),
    );
    if passed.is_empty() { "nothing is ruled out yet".to_owned() } else { passed.join(", ") }
}

fn reassurance(wizard: &Wizard, check: CheckId, failure: &Failure) -> &'static str {
    let vault = matches!(failure.cause, Cause::Vault(fault) if fault != VaultFault::Missing);
    if wizard.submitting() {
        return "All three steps are registered and kept here.";
    }
    let unlock = wizard.registration.opened_in.unlock;
    match (check, wizard.registration.active.is_some()) {
        (CheckId::KeepToken, _) if vault && unlock == Unlock::Window => {
            "Your sign-in is still in memory: unlock the keyring and press r. Leaving now would cost a second sign-in."
        }
        (CheckId::KeepToken, _) if vault => {
            "Your sign-in is still in memory: follow the cure and press r. Leaving now would cost a second sign-in."
        }
        (_, true) => {
            "What you typed is kept until you leave. The registration that worked before is untouched."
        }
        (_, false) => "What you typed is kept until you leave. Nothing was registered.",
    }
}

fn hints(wizard: &Wizard, page: &mut Page<'_>, diagnosis: &Diagnosis, failure: &Failure) {
    use crate::diagnose::Goto;
    let step = wizard.run.as_ref().and_then(Execution::step);
    match diagnosis.goto {
        Goto::SignInAgain => page.hint("Enter", "sign in again"),
        Goto::Field(_) | Goto::Step(_) => page.hint("Enter", "edit"),
        Goto::Retry => page.hint("Enter", "try again"),
        Goto::Leave => page.hint("Enter", "leave"),
    }
    page.hint("r", "retry from here");
    if step == Some(Step::PartnerApi) && diagnosis.goto != Goto::SignInAgain {
        page.hint("s", "sign in again");
    }
    if failure.codes.contains(&7_000_215) {
        page.hint("n", "the key is new: keep trying");
    }
    page.hint("c", "copy");
    page.hint("d", "details");
    if !wizard.submitting() {
        page.hint("h", "hand-off note");
    }
    page.hint("Esc", if wizard.submitting() { "Octo later" } else { "edit step" });
    page.hint("Ctrl-C", "leave");
    page.hint("?", "help");
}
