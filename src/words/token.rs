//! Tokens, and what they say about themselves.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::failure::Failure;
use crate::words::secret::SharedSecret;
use crate::words::text::UntrustedText;

/// The two APIs a token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Partner Center.
    PartnerCenter,
    /// The price service.
    PartnerApi,
}

impl Audience {
    /// As on the command line and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::PartnerCenter => "partner-center",
            Self::PartnerApi => "partner-api",
        }
    }
}

/// An access token and what can be read in it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For the `Authorization` header.
    pub access_token: SharedSecret,
    /// How long it can be used, where the answer or the token says so.
    pub lifetime: Option<Lifetime>,
    /// What the access token says, if it can be read.
    pub claims: Claims,
    /// What the ID token says, if there is one.
    pub id_claims: Option<Claims>,
}

/// From when until when a token can be used, by the clock of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetime {
    /// When it came.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// The answer to a redemption or a refresh. The refresh token is taken out of the bytes before anything else is looked at,
/// because the code behind it is spent.
#[derive(Debug)]
pub struct TokenResponse {
    /// The refresh token, if the answer has one.
    pub refresh_token: Option<SharedSecret>,
    /// The rest.
    pub grant: Result<Grant, Box<Failure>>,
}

/// What a token says about itself. It is decoded to explain, never trusted for security: it is not addressed to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whether the token could be read at all. An opaque token is no fault.
    pub readable: bool,
    /// `aud`.
    pub audience: Option<UntrustedText>,
    /// `tid`.
    pub tenant: Option<UntrustedText>,
    /// `appid` (v1.0), `azp` (v2.0) or `client_id` (RFC 9068).
    pub application: Option<UntrustedText>,
    /// `upn`, `unique_name`, `preferred_username` or `email`.
    pub user: Option<UntrustedText>,
    /// `name`.
    pub name: Option<UntrustedText>,
    /// What a user lets the application do: `scp`, or `scope` (RFC 9068) of a user's token, split at blanks.
    pub scopes: Vec<UntrustedText>,
    /// `amr`; `None` when absent.
    pub methods: Option<Vec<UntrustedText>>,
    /// `exp`.
    pub expires: Option<Timestamp>,
}

impl Claims {
    /// Whether the person lets the application act for them. Entra names the permission behind `.default`; a server that does not know
    /// that convention grants it to the letter.
    pub fn is_delegated(&self) -> bool {
        let mut names = self.scopes.iter().filter_map(|scope| scope.as_str().rsplit('/').next());
        names.any(|name| name == "user_impersonation" || name == ".default")
    }

    /// Whether it shows multifactor authentication; `None` when it does not say.
    pub fn shows_mfa(&self) -> Option<bool> {
        self.methods.as_ref().map(|methods| methods.iter().any(|method| method == "mfa" || method == "ngcmfa"))
    }
}
