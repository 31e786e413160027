//! The forms of the sign-in: user and password, the code of the phone, consent.

use super::pages;
use super::visit::{Kind, Stage, Visit};
use crate::simulator::http::{Call, Pairs, Reply};
use crate::simulator::scenario::Refusal;
use crate::simulator::state::Shared;

/// Wrong passwords after which an account is locked.
const PATIENCE: u32 = 10;

/// Answers a form of one of the pages.
pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    let form = call.form();
    let name = form.get("ctx").unwrap_or_default().to_owned();
    let Some(mut visit) = shared.desk().visits.remove(&name) else {
        return pages::refused(shared, call, &Refusal::of(50_089));
    };
    if form.raw("cancel").is_some() {
        let mut refusal = Refusal::of(65_004);
        if visit.asked.kind == Kind::AdminConsent {
            refusal.error = "permission_denied";
        }
        return visit.asked.back.refuse(shared, call, &refusal);
    }
    match step(shared, &mut visit, &form) {
        Step::Again(refusal) => {
            visit.mistakes += 1;
            visit.shown(shared, name, Some(&refusal.sentence(shared)))
        }
        Step::Shown(refusal) => pages::refused(shared, call, &refusal),
        Step::Sent(refusal) => visit.asked.back.refuse(shared, call, &refusal),
        Step::On => onward(shared, call, name, visit),
    }
}

fn onward(shared: &Shared, call: &Call, name: String, mut visit: Visit) -> Reply {
    let Some(stage) = visit.advance(shared) else {
        return visit.finish(shared, call);
    };
    // A refusal that stands where the consent page would.
    if stage == Stage::Consent
        && let Some(refusal) = shared.scenario.entra("consent")
    {
        return pages::refused(shared, call, &refusal);
    }
    visit.shown(shared, name, None)
}

/// What a form leads to.
enum Step {
    On,
    Again(Refusal),
    Shown(Refusal),
    Sent(Refusal),
}

fn step(shared: &Shared, visit: &mut Visit, form: &Pairs) -> Step {
    match visit.stage {
        Stage::Password => password(shared, visit, form),
        Stage::Mfa if form.get("otc").map(str::trim) == Some(&shared.facts.mfa_code) => Step::On,
        Stage::Mfa => Step::Again(Refusal::of(500_121)),
        Stage::Interrupt | Stage::Consent if form.raw("accept").is_none() => {
            Step::Again(Refusal::new(90_014, "invalid_request", "Accept or cancel."))
        }
        Stage::Interrupt => Step::On,
        Stage::Consent => shared.scenario.entra("declined").map_or(Step::On, Step::Sent),
    }
}

fn password(shared: &Shared, visit: &Visit, form: &Pairs) -> Step {
    let facts = &shared.facts;
    let user = form.get("login").unwrap_or_default().trim();
    let known = user.eq_ignore_ascii_case(&facts.user);
    let domain = user.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    let ours = domain.is_some_and(|domain| facts.domains.contains(&domain));
    if visit.mistakes >= PATIENCE {
        return Step::Shown(Refusal::of(50_053));
    }
    if !known && !ours && user.contains('@') {
        return Step::Shown(Refusal::of(50_020).fill("{user}", user));
    }
    if !known {
        return Step::Again(Refusal::of(50_034).fill("{user}", user));
    }
    if form.raw("password") != Some(&facts.password) {
        return Step::Again(Refusal::of(50_126));
    }
    shared.scenario.entra("signin").map_or(Step::On, Step::Shown)
}
