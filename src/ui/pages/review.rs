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

const LABEL: u16 = 13;

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
                "This replaces a registration that works.",
                format!("To confirm, type the partner's name: {wanted}"),
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
        let promise = match (session.registration.active.is_some(), session.sends()) {
            (true, _) => "what is in use works until you confirm",
            (false, true) => "nothing is registered yet",
            (false, false) => "nothing is in use or sent yet",
        };
        let view = View::new("Review").tab(3).aside(promise);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        form.view.rows(self.facts(session));
        form.view.gap();
        if session.must_confirm() {
            let name = session.registration.name_to_confirm();
            form.input_beside(Field::Confirmation, Some(format!("type: {name}")));
        }
        if session.may_submit() {
            let client = session.octo_client().map(|client| format!("API client {}", client.source));
            form.input_beside(
                Field::Handover,
                Some(client.unwrap_or_else(|_| "no API client yet; F6 asks for it".to_owned())),
            );
        }
        form.view.row(Row::pair("Octo gets", LABEL, Tone::Muted, OctoClient::announced(session)));
        form.view.gap();
        let (does, about) = match (session.sends(), session.may_submit()) {
            (true, _) => ("Confirm and register in Octo", "stores it for use here, then sends it to Octo"),
            (false, true) => ("Keep here for now", "stores it for use here; nothing is sent to Octo"),
            (false, false) => ("Confirm and keep here", "stores it for use here"),
        };
        form.button(does, about);
        let mut view = form.view;
        let does = if session.sends() { "confirm and register" } else { "confirm" };
        view.key_named(Intent::Submit, does, Named::As("confirm"));
        view.keys(&[(Intent::Extra(9), "every check"), (Intent::Back, "back")]);
        if session.may_submit() {
            view.key_named(Intent::Typed(' '), "choose", Named::Not);
            view.keys(&[(Intent::Extra(6), "Octo")]);
        }
        view.usual_keys();
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
        let mut rows = vec![fact("Account", name)];
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
        let count = kept.iter().filter(|item| item.kind != Kind::Manifest).count();
        let store = registration.opened_in;
        rows.extend(session.machine.clock_off().map(|off| {
            let words = format!("was {off}: unless it is set, times kept here are wrong");
            Row::pair("Clock", LABEL, Tone::Note, words)
        }));
        rows.push(if session.config.rehearsal.is_some() {
            fact("Stored", format!("{count} secrets in the memory of this rehearsal, until you leave"))
        } else {
            fact("Stored", format!("{count} secrets in the {}, {}; no other copy", store.noun, store.found))
        });
        rows
    }

    /// What was seen of billing in Microsoft Graph, if it was looked at.
    fn graph(&self) -> Option<Row> {
        let check = self.passed.as_ref()?.checks().iter().find(|check| check.id == CheckId::Graph)?;
        let (State::Passed(line) | State::Noted(line)) = &check.state else { return None };
        Some(fact("Graph", line.as_str()))
    }

    fn proven_person(&self, session: &Session, proof: &PartnerApiProof, at: Timestamp) -> [Row; 2] {
        let user = proof.user.as_ref().map_or("(the token does not say)", UntrustedText::as_str);
        let mfa = match proof.mfa {
            Some(true) => "MFA yes",
            Some(false) => "MFA no",
            None => "MFA unknown",
        };
        let prices = match (proof.prices, session.config.reach.prices) {
            (true, _) => "price sheet read",
            (false, true) => "no price proven",
            (false, false) => "no price sheets in this cloud",
        };
        let finished = self.passed.as_ref().filter(|it| it.status() == Status::Finished);
        let passed = finished.map_or_else(String::new, |execution| {
            let total = execution.checks().len();
            format!("{total} of {total} passed, ")
        });
        let at = clock(at, &session.config.zone);
        [fact("Signed in", format!("{user}, {mfa}")), fact("Checks", format!("{passed}{prices}, {at}"))]
    }
}

fn fact(label: &str, value: impl Into<String>) -> Row {
    Row::pair(label, LABEL, Tone::Value, value)
}

fn proven_app(proof: &PartnerCenterProof, open: &Attempt) -> [Row; 4] {
    let mpn = open.partner_api.as_ref().and_then(|(api, _)| api.mpn.as_ref());
    let company = proof.company.as_ref().map_or("(no name given)", UntrustedText::as_str);
    let partner = mpn.map_or_else(|| company.to_owned(), |mpn| format!("{company}, MPN ID {mpn}"));
    let ends =
        proof.secret_ends.map_or_else(|| "when it expires is not known".to_owned(), |day| format!("expires {day}"));
    [
        fact("Partner", partner),
        fact("Directory", proof.tenant.as_str()),
        fact("Application", proof.application.as_str()),
        fact("Secret key", format!("proven; {ends}")),
    ]
}
