//! The tokens that were issued, and what each says compared with what was asked. A token that cannot be read is no fault: it is addressed to the API.

use std::cell::RefCell;

use crate::steps::port::{Line, mismatch};
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::{Audience, Claims, Credentials, Failure, Grant, Mismatch, UntrustedText};

/// A token that was issued in this run.
#[derive(Clone, Debug)]
pub struct Token {
    /// For which API.
    pub audience: Audience,
    /// Whether a person is signed in, or only the application.
    pub person: bool,
    /// What it says.
    pub claims: Claims,
}

/// The tokens that a step was given.
#[derive(Debug, Default)]
pub(super) struct Tokens(RefCell<Vec<Token>>);

impl Tokens {
    /// A token was issued; a newer one takes the place of an older.
    pub(super) fn issued(&self, audience: Audience, person: bool, grant: &Grant) {
        let mut tokens = self.0.borrow_mut();
        tokens.retain(|token| (token.audience, token.person) != (audience, person));
        tokens.push(Token { audience, person, claims: grant.claims.clone() });
    }

    /// Somebody else may sign in now.
    pub(super) fn forget_persons(&self) {
        self.0.borrow_mut().retain(|token| !token.person);
    }

    pub(super) fn all(&self) -> Vec<Token> {
        self.0.borrow().clone()
    }
}

/// The app-only token of step 2.
pub(super) fn app(claims: &Claims, asked: &Credentials) -> Result<Line, Box<Failure>> {
    if !claims.readable {
        let line = "the token cannot be read here; Partner Center decides";
        return Ok(Line::Note(line.to_owned()));
    }
    right_address(claims, asked, Audience::PartnerCenter)?;
    if !claims.scopes.is_empty() {
        let why = "a user's token where the application's was asked for";
        return Err(mismatch(Mismatch::TokenKind, why));
    }
    let line = shown(claims.audience.as_ref());
    Ok(Line::Pass(line.trim_start_matches("https://").to_owned()))
}

/// A user's token of step 3.
pub(super) fn user(claims: &Claims, asked: &Credentials, api: Audience) -> Result<String, Box<Failure>> {
    if !claims.readable {
        return Ok("the token cannot be read here; the API decides".to_owned());
    }
    right_address(claims, asked, api)?;
    if !claims.is_delegated() {
        let have = if claims.scopes.is_empty() { "none".to_owned() } else { joined(&claims.scopes) };
        return Err(mismatch(Mismatch::Scope, &format!("have: {have}; need: user_impersonation")));
    }
    Ok(shown(claims.user.as_ref().or(claims.name.as_ref())))
}

/// The addresses of other clouds are not known here, so the audience is compared with what is certainly wrong for it: the retired
/// directory API and the other of the two.
fn right_address(claims: &Claims, asked: &Credentials, api: Audience) -> Result<(), Box<Failure>> {
    let same = |claim: &Option<UntrustedText>, wanted: &str, kind| match claim {
        Some(claim) if !claim.as_str().eq_ignore_ascii_case(wanted) => Err(mismatch(kind, claim.as_str())),
        Some(_) | None => Ok(()),
    };
    same(&claims.tenant, asked.tenant.as_str(), Mismatch::Tenant)?;
    same(&claims.application, asked.application.as_str(), Mismatch::Application)?;
    let Some(audience) = &claims.audience else {
        return Ok(());
    };
    let (other_app, other_host) = match api {
        Audience::PartnerCenter => (DEV_CENTER.id, "https://api.partner.microsoft.com"),
        Audience::PartnerApi => (PARTNER_CENTER.id, "https://api.partnercenter.microsoft.com"),
    };
    let plain = audience.as_str().trim_end_matches('/');
    let retired =
        ["https://graph.windows.net", "https://graph.chinacloudapi.cn", "00000002-0000-0000-c000-000000000000"];
    if plain == other_app || plain == other_host || retired.contains(&plain) {
        return Err(mismatch(Mismatch::Audience, audience.as_str()));
    }
    Ok(())
}

fn shown(value: Option<&UntrustedText>) -> String {
    value.map(UntrustedText::to_string).unwrap_or_default()
}

fn joined(values: &[UntrustedText]) -> String {
    values.iter().map(UntrustedText::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{ClientId, Secret, TenantId};

    const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
    const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";

    fn passes(scope: &str) -> bool {
        let claims = Claims {
            readable: true,
            application: UntrustedText::some(APP),
            scopes: UntrustedText::some(scope).into_iter().collect(),
            ..Claims::default()
        };
        let asked = Credentials {
            tenant: TenantId::parse(TENANT).unwrap().value,
            application: ClientId::parse(APP).unwrap().value,
            secret: Secret::shared(String::new()),
        };
        user(&claims, &asked, Audience::PartnerCenter).is_ok()
    }

    #[test]
    fn a_scope_is_granted_by_its_name_or_to_the_letter() {
        for (scope, expected) in [
            ("user_impersonation", true),
            ("https://api.partnercenter.microsoft.com/user_impersonation", true),
            ("https://api.partnercenter.microsoft.com/.default", true),
            ("profile", false),
            ("", false),
        ] {
            assert_eq!(passes(scope), expected, "{scope}");
        }
    }
}
