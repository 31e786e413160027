//! Review: what is kept where. Only this page's button commits.

use jiff::Timestamp;

use crate::journal::{Attempt, Kind, PartnerApiProof, PartnerCenterProof};
use crate::steps::{Execution, State, Status};
use crate::ui::Intent;
use crate::ui::overlay::Overlay;
use crate::ui::pages::{Checking, OctoClient, PartnerApi, Review, Screen, Then, Turn};
use crate::ui::parts::{Form, clock};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Named, Row, Tone, View};
use crate::words::{AccountName, CheckId, Field, Problem, UntrustedText};

const LABEL: u16 = 20;

impl Screen for Review {
    fn targets(&self, session: &Session) -> Vec<FocusTarget> {
        let asked = [(session.must_confirm(), Field::Confirmation), (session.may_submit(), Field::Handover)];
        let asked: Vec<Field> = asked.into_iter().filter_map(|(asked, field)| asked.then_some(field)).collect();
        FocusTarget::form(&asked)
    }

    fn execution(&self) -> Option<&Execution> {
        self.passed.as_ref()
    }

    fn submit(self, session: &mut Session) -> Turn {
        let wanted = session.registration.name_to_confirm();
        let typed = session.fields.value(Field::Confirmation).trim();
        if session.must_confirm() && typed != wanted.trim() {
            let problem = Problem::new(
                Field::Confirmation,
                format!("This replaces a registration that works. Type its name: {wanted}"),
                "Esc goes back; nothing is replaced before you confirm.",
            );
            return self.blame(vec![problem], session);
        }
        if session.sends() && session.octo_client().is_err() {
            return self.credentials();
        }
        Checking::begin(Execution::commit(session.registration.clone()), false, session)
    }

    fn back(self, _session: &mut Session) -> Turn {
        PartnerApi::default().open()
    }

    fn key(self, key: Intent, session: &mut Session) -> Turn {
        match (key, session.may_submit()) {
            (Intent::Extra(6), true) => self.credentials(),
            (Intent::Typed(' '), true)
                if self.targets(session).get(self.state.focus) == Some(&FocusTarget::Field(Field::Handover)) =>
            {
                session.send_now = Some(!session.sends());
                self.stay()
            }
            (Intent::Extra(9), _) => self.turn(Then::Over(Overlay::Details)),
            _ => self.stay(),
        }
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let view = View::new("Review").tab(3);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        let promise = match (session.registration.active.is_some(), session.sends()) {
            (true, _) => "What is in use works until you confirm. This is what will take its place.",
            (false, true) => "Nothing is kept here yet. This is what will be kept and sent.",
            (false, false) => "Nothing is kept here yet. This is what will be kept; nothing is sent.",
        };
        form.view.row(Row::text(promise).at(1));
        form.view.rows(self.facts(session));
        form.view.gap();
        if session.must_confirm() {
            let name = session.registration.name_to_confirm();
            form.input_beside(Field::Confirmation, Some(format!("type: {name}")));
            form.view.gap();
        }
        if session.may_submit() {
            let client = session.octo_client().map(|client| format!("credentials {}", client.source));
            form.input_beside(Field::Handover, Some(client.unwrap_or_else(|_| "no credentials yet: F6".to_owned())));
        }
        let (does, about) = match (session.sends(), session.may_submit()) {
            (true, _) => ("Confirm and register in Octo", "makes this set the active one, then tells Octo"),
            (false, true) => ("Keep here for now", "makes this set the active one; Octo is not told"),
            (false, false) => ("Confirm and keep here", "makes this set the active one"),
        };
        form.button(does, about);
        let mut view = form.view;
        view.keys(&[(Intent::Submit, "confirm")]);
        if session.may_submit() {
            view.key_named(Intent::Typed(' '), "choose", Named::Not);
            view.keys(&[(Intent::Extra(6), "Octo")]);
        }
        view.keys(&[
            (Intent::Extra(9), "every check"),
            (Intent::Back, "back"),
            (Intent::Leave, "leave"),
            (Intent::Help, "help"),
        ]);
        view
    }
}

impl Review {
    /// The page of the credentials, and back.
    fn credentials(self) -> Turn {
        OctoClient { review: Some(Box::new(self)), ..OctoClient::default() }.open()
    }

    fn facts(&self, session: &Session) -> Vec<Row> {
        let registration = &session.registration;
        let name = registration.name_to_be().map_or("(none)", AccountName::as_str);
        let mut rows = vec![fact("Account name", name)];
        let Some(open) = registration.open.as_ref() else {
            return rows;
        };
        if let Some((proof, _)) = &open.partner_center {
            rows.extend(proven_app(proof, open));
        }
        if let Some((proof, at)) = &open.partner_api {
            rows.extend(self.proven_person(session, proof, *at));
            rows.extend(self.graph());
        }
        let kept = open.set();
        let kept = kept.iter().filter(|item| item.kind != Kind::Manifest);
        let store = registration.opened_in;
        let rehearsed = session.config.rehearsal.is_some();
        let place = if rehearsed { "memory of this rehearsal" } else { store.noun };
        rows.push(fact("Kept", format!("{place}: {} secrets, {}", kept.count(), store.found)));
        rows.push(fact("Written to disk", format!("{} (no secrets)", session.folder)));
        rows.push(fact("Sent to Octo", OctoClient::announced(session)));
        rows
    }

    /// What was seen of billing in Microsoft Graph, if it was looked at.
    fn graph(&self) -> Option<Row> {
        let check = self.passed.as_ref()?.checks().iter().find(|check| check.id == CheckId::Graph)?;
        let (State::Passed(line) | State::Noted(line)) = &check.state else { return None };
        Some(fact("Microsoft Graph", line.as_str()))
    }

    fn proven_person(&self, session: &Session, proof: &PartnerApiProof, at: Timestamp) -> [Row; 2] {
        let user = proof.user.as_ref().map_or("(the token does not say)", UntrustedText::as_str);
        let mfa = match proof.mfa {
            Some(true) => "MFA yes",
            Some(false) => "MFA no",
            None => "MFA unknown",
        };
        let prices = match (proof.prices, session.config.prices) {
            (true, _) => "price sheet read",
            (false, true) => "no price proven",
            (false, false) => "no price sheets in this cloud",
        };
        let finished = self.passed.as_ref().filter(|it| it.status() == Status::Finished);
        let passed = finished.map_or_else(String::new, |execution| {
            let total = execution.checks().len();
            format!("{total} of {total} passed; ")
        });
        let at = clock(at, &session.config.zone);
        [fact("Signed in as", format!("{user}    {mfa}")), fact("Checked", format!("{passed}{prices}; {at}"))]
    }
}

fn fact(label: &str, value: impl Into<String>) -> Row {
    Row::pair(label, LABEL, Tone::Value, value)
}

fn proven_app(proof: &PartnerCenterProof, open: &Attempt) -> [Row; 4] {
    let mpn = open.partner_api.as_ref().and_then(|(api, _)| api.mpn.as_ref());
    let company = proof.company.as_ref().map_or("(no name given)", UntrustedText::as_str);
    let partner = mpn.map_or_else(|| company.to_owned(), |mpn| format!("{company}, MPN {mpn}"));
    let ends =
        proof.secret_ends.map_or_else(|| "end not given".to_owned(), |date| format!("ends {date} (as you entered)"));
    [
        fact("Partner", partner),
        fact("Directory (tenant)", proof.tenant.as_str()),
        fact("Application", proof.application.as_str()),
        fact("Secret key", format!("proven and kept; {ends}")),
    ]
}
