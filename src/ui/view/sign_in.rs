//! Consent: one screen for the browser of this machine, for another machine, and for another person.
//!
//! ```text
//!    1  Open this address in a private window
//!       https://login.microsoftonline.com/...
//!    2  Sign in as an Admin agent, pass MFA, press Accept.
//!    3  This page moves on by itself.   or: copy the address, paste it here:
//!  >    │ ••••••••
//!    Waiting 01:42 of 10:00, then F5 makes a new link.
//! ```

use crate::effect::{AddressSeen, AuthorizationRequest, NotCatching};
use crate::steps::Execution;
use crate::ui::page::{Page, Row, Said, Tone};
use crate::ui::view::forms::button;
use crate::ui::view::{input, minutes, notice, step_place, tab_of};
use crate::ui::wizard::Wizard;
use crate::words::answers::Field;
use crate::words::step::Step;

/// About as long as Entra keeps a sign-in page open for (entra-docs: a code lives about ten minutes).
const LIMIT: u64 = 10 * 60 * 1_000;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new(step_place(Step::PartnerApi, "sign-in"));
    page.tab = Some(tab_of(Step::PartnerApi));
    let Some(consent) = wizard.run.as_ref().and_then(Execution::consent) else {
        return page;
    };
    notice(wizard, &mut page);
    page.rows(directions(wizard, consent));
    page.gap();
    let mut answer = input(wizard, Field::Answer);
    answer.aside = Some("never shown".to_owned());
    page.input(answer);
    page.gap();
    let beside = "redeems the code once and runs the checks";
    button(wizard, &mut page, "Confirm", beside);
    page.gap();
    page.row(waiting(wizard));
    let once = "A code works once. If a try fails you sign in again; the secret stays good.";
    page.row(Row::of(Tone::Muted, once).at(3));
    for (key, does) in [
        ("Enter", "confirm"),
        ("F3", "copy"),
        ("F4", "open browser"),
        ("F5", "new link"),
        ("F7", "print address"),
        ("F8", "hand-off note"),
        ("Esc", "cancel"),
        ("Ctrl-C", "leave"),
        ("F1", "help"),
    ] {
        page.hint(key, does);
    }
    page
}

/// The three things to do, in their order.
fn directions(wizard: &Wizard, consent: &AuthorizationRequest) -> Vec<Row> {
    let opened = if wizard.setting.browser && consent.one_time.is_some() {
        "1  A browser page was opened here. Any other browser will do as well:"
    } else {
        "1  Open this address in a private window:"
    };
    let mut rows = vec![
        Row::text(opened).at(1).hanging(4).right(Tone::Muted, "F3 copies"),
        Row::of(Tone::Link, shortened(consent)).at(4).whole(consent.address.as_str()),
        Row::text("2  Sign in as an Admin agent, pass MFA, press Accept.").at(1).hanging(4),
    ];
    if let Some(answers_of_rehearsal) = &wizard.setting.rehearsal {
        let what = format!(
            "{}  {}  code {}",
            answers_of_rehearsal.user, answers_of_rehearsal.password, answers_of_rehearsal.mfa_code
        );
        let row = Row::of(Tone::Muted, "type  ").and(Tone::Value, what);
        rows.push(row.at(4).hanging(10));
    }
    rows.push(third(consent));
    rows.extend(rehearsed(wizard));
    rows
}

/// What the rehearsal of the redirect address noted, before a person goes through the pages for nothing.
fn rehearsed(wizard: &Wizard) -> Option<Row> {
    let seen = wizard.run.as_ref()?.address_seen()?;
    let words = seen.words();
    Some(match seen {
        AddressSeen::Known => Row::word(Tone::Ok, "ok", words),
        AddressSeen::NotRegistered => Row::word(Tone::Warning, "!!", format!("{words} Then F5.")),
        AddressSeen::Unclear => Row::of(Tone::Muted, words).at(3),
    })
}

fn waiting(wizard: &Wizard) -> Row {
    let waited = wizard.now.saturating_sub(wizard.asked_at);
    if waited < LIMIT {
        let text = format!("Waiting {} of 10:00, then F5 makes a new link.", minutes(waited));
        Row::of(Tone::Muted, text).at(3).said(Said::NowAndThen)
    } else {
        let text = "Ten minutes have passed: the link may be too old. F5 makes a new one.";
        Row::word(Tone::Note, "note", text)
    }
}

fn third(consent: &AuthorizationRequest) -> Row {
    let redirect = &consent.redirect;
    let text = match consent.catching {
        Ok(()) => format!(
            "3  This page moves on by itself ({redirect}). On another machine: copy the address of the error page the browser ends on, and paste it below."
        ),
        Err(NotCatching::Elsewhere) => format!(
            "3  The browser ends on an error page. That is expected: nothing lives at {redirect}. Copy the whole address from its bar and paste it below."
        ),
        Err(NotCatching::PortTaken(port)) => format!(
            "3  Port {port} is taken by another program, so nothing is caught here. Copy the address the browser ends on and paste it below. (http://localhost without a port takes any free one.)"
        ),
        Err(NotCatching::NotAllowed(port)) => format!(
            "3  This user may not open port {port}. Copy the address the browser ends on and paste it below."
        ),
    };
    Row::text(text).at(1).hanging(4)
}

/// The address without its long tail: F3 and F7 give it whole.
fn shortened(consent: &AuthorizationRequest) -> String {
    let address = consent.address.as_str();
    let cut = address.split_once("client_id=").map_or(address, |(front, _)| front);
    format!("{cut}client_id=...  (whole: F3 copies, F7 prints)")
}
