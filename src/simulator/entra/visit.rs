//! One visit of a browser: what the application asked for, how far the person has come, and where it ends.

use hyper::StatusCode;
use url::{Url, form_urlencoded};

use super::apps::{Resource, Scopes};
use super::{issue, pages};
use crate::simulator::chance;
use crate::simulator::http::{Call, Reply};
use crate::simulator::scenario::{Quirk, Refusal};
use crate::simulator::state::Shared;

/// What an authorize address asked for, once it has been found in order.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The segment of the path: a tenant, or `common`.
    pub(super) tenant: String,
    pub(super) back: Back,
    /// Whether the address named a redirect URI.
    pub(super) explicit: bool,
    pub(super) resource: Option<&'static Resource>,
    pub(super) scopes: Scopes,
    /// How the PKCE challenge is made, and the challenge.
    pub(super) challenge: Option<(Hash, String)>,
    pub(super) nonce: Option<String>,
    pub(super) mfa: bool,
    /// What the company has to agree to.
    pub(super) consent: Vec<&'static Resource>,
    /// Whether to ask although it has agreed before.
    pub(super) consent_again: bool,
    pub(super) login_hint: Option<String>,
    pub(super) kind: Kind,
}

/// How a PKCE challenge is made of its verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Plain,
    S256,
}

/// What a visit ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A code.
    Code,
    /// A code, after an administrator agreed for everybody.
    CodeForAll,
    /// No code, only the agreement.
    AdminConsent,
}

/// Where the browser is sent back to, and how.
#[derive(Clone, Debug)]
pub(super) struct Back {
    pub(super) redirect_uri: String,
    pub(super) mode: Mode,
    pub(super) state: Option<String>,
    /// Whether to say who signed in.
    pub(super) client_info: bool,
}

/// How fields travel back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// How far a person has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Password,
    Mfa,
    Interrupt,
    Consent,
}

/// A browser in the middle of signing in.
#[derive(Clone, Debug)]
pub(in crate::rooms::simulator) struct Visit {
    pub(super) asked: Asked,
    pub(super) stage: Stage,
    /// Passwords and codes that were wrong.
    pub(super) mistakes: u32,
}

/// An authorization code.
#[derive(Clone, Debug)]
pub(in crate::rooms::simulator) struct Code {
    pub(super) asked: Asked,
    pub(super) mfa: bool,
    pub(super) born: i64,
    pub(super) used: bool,
}

impl Visit {
    /// Moves on to the next page; `None` when there is nothing left to ask.
    pub(super) fn advance(&mut self, shared: &Shared) -> Option<Stage> {
        let next = match self.stage {
            Stage::Password => Stage::Mfa,
            Stage::Mfa => Stage::Interrupt,
            Stage::Interrupt => Stage::Consent,
            Stage::Consent => return None,
        };
        self.stage = next;
        if self.wants(shared, next) { Some(next) } else { self.advance(shared) }
    }

    fn wants(&self, shared: &Shared, stage: Stage) -> bool {
        match stage {
            Stage::Password => true,
            Stage::Mfa => self.mfa(shared),
            Stage::Interrupt => shared.scenario.entra("interrupt").is_some(),
            Stage::Consent => {
                let desk = shared.desk();
                self.asked.consent_again
                    || self.asked.consent.iter().any(|resource| !desk.consented.contains(resource.uri))
            }
        }
    }

    fn mfa(&self, shared: &Shared) -> bool {
        self.asked.mfa && !shared.is(Quirk::NoMfa) && !shared.is(Quirk::MfaNotEnforced)
    }

    /// Ends well: the browser goes back with a code.
    pub(super) fn finish(self, shared: &Shared, call: &Call) -> Reply {
        self.agree(shared);
        let fields = match self.asked.kind {
            Kind::AdminConsent => {
                let mut fields = vec![("tenant", shared.facts.tenant_id.clone())];
                fields.extend(self.asked.back.state.clone().map(|state| ("state", state)));
                fields.push(("admin_consent", "True".to_owned()));
                fields
            }
            Kind::Code | Kind::CodeForAll => self.with_code(shared),
        };
        self.asked.back.send(shared, call, &fields)
    }

    /// Shows the page of its stage, with what was wrong, and waits under this name for the form on it.
    pub(super) fn shown(self, shared: &Shared, name: String, wrong: Option<&str>) -> Reply {
        let page = pages::stage(shared, &name, &self, wrong);
        shared.desk().visits.insert(name, self);
        page
    }

    fn agree(&self, shared: &Shared) {
        let agreed = self.asked.consent.iter().map(|resource| resource.uri);
        let mut desk = shared.desk();
        if shared.is(Quirk::OneConsent) {
            desk.consented.insert(super::PARTNER_CENTER);
        } else {
            desk.consented.extend(agreed);
        }
    }

    fn with_code(&self, shared: &Shared) -> Vec<(&'static str, String)> {
        let name = format!("1.A{}.AgABBAIA{}", chance::word(48), chance::word(420));
        let code = Code { asked: self.asked.clone(), mfa: self.mfa(shared), born: shared.clock.now(), used: false };
        {
            let mut desk = shared.desk();
            desk.counters.codes += 1;
            desk.codes.insert(name.clone(), code);
        }
        let mut fields = vec![("code", name)];
        if self.asked.back.client_info {
            fields.push(("client_info", issue::client_info(shared)));
        }
        fields.extend(self.asked.back.state.clone().map(|state| ("state", state)));
        fields.push(("session_state", chance::guid()));
        if self.asked.kind == Kind::CodeForAll {
            fields.push(("admin_consent", "True".to_owned()));
        }
        fields
    }
}

impl Back {
    /// Sends the browser back with a refusal.
    pub(super) fn refuse(&self, shared: &Shared, call: &Call, refusal: &Refusal) -> Reply {
        let mut fields = refusal.redirect(shared, call);
        fields.extend(self.state.clone().map(|state| ("state", state)));
        self.send(shared, call, &fields)
    }

    fn send(&self, shared: &Shared, call: &Call, fields: &[(&'static str, String)]) -> Reply {
        let Ok(url) = Url::parse(&self.redirect_uri) else {
            let refusal = Refusal::of(50_011).fill("{redirect}", &self.redirect_uri);
            return pages::refused(shared, call, &refusal);
        };
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let location = match self.mode {
            Mode::Query if url.query().is_some() => format!("{url}&{text}"),
            Mode::Query => format!("{url}?{text}"),
            Mode::Fragment => format!("{url}#{text}"),
            Mode::FormPost => return pages::posted_back(&self.redirect_uri, fields),
        };
        Reply::empty(StatusCode::FOUND)
            .header("location", &location)
            .header("cache-control", "no-store, no-cache")
            .header("pragma", "no-cache")
            .header("referrer-policy", "no-referrer")
    }
}
