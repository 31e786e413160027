//! How the engine is logged in to, and how a login is kept.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::words::{Secret, SharedSecret};
use crate::world::clock::Stopwatch;

/// How the engine is logged in to.
pub enum Login {
    /// With a token, from this place.
    Token(SharedSecret, String),
    /// With a role, by this method.
    Role {
        /// The method.
        method: Method,
        /// The role's ID for `AppRole`, its name else.
        role: String,
        /// The secret ID, or the JWT.
        credential: Credential,
    },
}

/// A method of logging in, under the path at which it is enabled unless somebody chose another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A role ID and a secret ID.
    AppRole,
    /// A JWT of an issuer that the engine knows.
    Jwt,
    /// The service account of a pod.
    Kubernetes,
}

impl Method {
    /// Its name, and the path at which it is enabled.
    pub fn key(self) -> &'static str {
        match self {
            Self::AppRole => "approle",
            Self::Jwt => "jwt",
            Self::Kubernetes => "kubernetes",
        }
    }
}

/// What proves a role.
pub enum Credential {
    /// As it was read.
    Read(SharedSecret),
    /// A file that others renew: read at each login.
    File(PathBuf),
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_, place) => write!(f, "the token of {place}"),
            Self::Role { method, .. } => f.write_str(method.key()),
        }
    }
}

/// A login that stands.
pub(super) struct Session {
    pub(super) token: SharedSecret,
    watch: Stopwatch,
    /// After how long it is renewed.
    pub(super) renew: Option<Duration>,
    pub(super) renewable: bool,
}

/// How long a token is used that was given, before it is renewed: nobody says when it ends.
const GIVEN: Duration = Duration::from_secs(60);

/// What a login is asked for with.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Proof<'p> {
    AppRole { role_id: &'p str, secret_id: &'p str },
    Jwt { role: &'p str, jwt: &'p str },
}

/// What it is answered with.
#[derive(Deserialize)]
pub(super) struct LoggedIn {
    pub(super) auth: Auth,
}

/// The login itself.
#[derive(Deserialize)]
pub(super) struct Auth {
    client_token: String,
    lease_duration: u64,
    renewable: bool,
}

impl Session {
    /// A token that was given.
    pub(super) fn given(token: &SharedSecret) -> Self {
        let token = SharedSecret::clone(token);
        Self { token, watch: Stopwatch::start(), renew: Some(GIVEN), renewable: true }
    }

    pub(super) fn new(auth: Auth) -> Self {
        let renew = (auth.lease_duration > 0).then(|| Duration::from_secs(auth.lease_duration) / 2);
        let token = Secret::shared(auth.client_token);
        Self { token, watch: Stopwatch::start(), renew, renewable: auth.renewable }
    }

    pub(super) fn is_due(&self) -> bool {
        self.renew.is_some_and(|renew| Duration::from_millis(self.watch.milliseconds()) > renew)
    }
}
