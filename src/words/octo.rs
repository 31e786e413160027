//! The hand-over to Octo: with which API client, what is asked, what was answered.
//!
//! Octo's definition calls the account that is registered `target`, "the account id", and the same directory `accountId` where
//! the Partner Center credentials go. *Account ID* is Partner Center's own name for the directory (tenant) ID, on the page that
//! lists the web app and its key. So the directory's ID is both here.

use std::fmt;

use crate::words::ids::{AccountName, ClientId, MpnId, TenantId};
use crate::words::secret::SharedSecret;
use crate::words::text::UntrustedText;

/// The API client that signs in to Octo.
#[derive(Clone, Debug)]
pub struct OctoClient {
    id: String,
    secret: SharedSecret,
    /// Which Octo.
    pub ring: Ring,
    /// Its host, to show and to note. Calls go to the addresses that the world knows, never to this.
    pub host: UntrustedText,
    /// Where these credentials are from.
    pub source: Source,
}

/// Which of Octo's own addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ring {
    /// Those of the cloud in use.
    #[default]
    Usual,
    /// Octo's beta.
    Beta,
}

/// Where the credentials of an API client are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `ALPHAUS_CLIENT_ID` and `ALPHAUS_CLIENT_SECRET`.
    Variables,
    /// A profile of bluectl's configuration file.
    Profile(UntrustedText),
    /// Typed in the wizard.
    Typed,
    /// Given by the simulator.
    Rehearsal,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variables => f.write_str("from ALPHAUS_CLIENT_ID"),
            Self::Profile(name) => write!(f, "from bluectl's profile {name}"),
            Self::Typed => f.write_str("as typed"),
            Self::Rehearsal => f.write_str("of this rehearsal"),
        }
    }
}

/// Why something is not the credentials of an API client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoClient {
    /// The ID is missing.
    #[error("the Octo client ID is missing")]
    NoId,
    /// The ID cannot be one.
    #[error("the Octo client ID has spaces or other characters that no ID has, or is too long")]
    BadId,
    /// The secret is missing.
    #[error("the Octo client secret is missing")]
    NoSecret,
    /// The secret cannot be one.
    #[error("the Octo client secret has spaces or other characters that no secret has, or is too long")]
    BadSecret,
}

impl OctoClient {
    const LONGEST: usize = 1_024;

    /// Checks what can be checked without asking: Octo says nothing about the form of either value, but both are parts of a
    /// form on one line.
    pub fn new(id: &str, secret: SharedSecret, octo: &(Ring, UntrustedText), source: Source) -> Result<Self, NoClient> {
        let one_word = |text: &str| text.len() <= Self::LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let id = id.trim();
        let wrong = [
            (NoClient::NoId, id.is_empty()),
            (NoClient::BadId, !one_word(id)),
            (NoClient::NoSecret, secret.is_empty()),
            (NoClient::BadSecret, !one_word(secret.reveal())),
        ];
        if let Some((no, _)) = wrong.into_iter().find(|(_, is_so)| *is_so) {
            return Err(no);
        }
        let (ring, host) = octo.clone();
        Ok(Self { id: id.to_owned(), secret, ring, host, source })
    }

    /// Its ID, for the one form that it goes into.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its secret, for the same.
    pub fn secret(&self) -> &SharedSecret {
        &self.secret
    }
}

/// A sign-in to Octo that was granted.
#[derive(Clone, Debug)]
pub struct OctoAccess {
    /// Which Octo.
    pub ring: Ring,
    /// For the `Authorization` header.
    pub token: SharedSecret,
}

/// One call of Octo.
#[derive(Clone, Debug)]
pub enum OctoCall {
    /// A token for the API client.
    SignIn(OctoClient),
    /// Every account that Octo has, read only.
    Accounts(OctoAccess),
    /// Register this Azure payer account.
    Register(OctoAccess, Payer),
    /// The same for a payer account that Octo has already.
    Update(OctoAccess, Payer),
    /// Hand over the application and its key.
    Credentials(OctoAccess, Credentials),
    /// Hand over the MPN ID.
    Mpn(OctoAccess, MpnId),
}

impl OctoCall {
    /// Whether something changes in Octo.
    pub fn writes(&self) -> bool {
        match self {
            Self::SignIn(_) | Self::Accounts(_) => false,
            Self::Register(..) | Self::Update(..) | Self::Credentials(..) | Self::Mpn(..) => true,
        }
    }
}

/// The payer account as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// The directory (tenant) ID.
    pub target: TenantId,
    /// Its name; Octo does not need one.
    pub name: Option<AccountName>,
}

/// An application with its secret: what Entra asks for, and Octo's step *Partner Center Credentials*.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The directory (tenant) ID, never `common`: Octo's `accountId`.
    pub tenant: TenantId,
    /// The application (client) ID.
    pub application: ClientId,
    /// The client secret's value.
    pub secret: SharedSecret,
}

/// What Octo answered.
#[derive(Clone, Debug)]
pub enum OctoAnswer {
    /// Of [`OctoCall::SignIn`].
    SignedIn(SharedSecret),
    /// Of [`OctoCall::Accounts`]: the Azure payer accounts.
    Payers(Vec<FoundPayer>),
    /// Of every call that writes.
    Taken,
}

/// An Azure payer account that Octo has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPayer {
    /// Its account id.
    pub target: UntrustedText,
    /// Its name.
    pub name: Option<UntrustedText>,
}

/// A part of the hand-over that Octo has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The payer account.
    Payer,
    /// The application and its key.
    Credentials,
    /// The MPN ID.
    Mpn,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::secret::Secret;

    fn made(id: &str, secret: &str) -> Result<OctoClient, NoClient> {
        let octo = (Ring::Usual, UntrustedText::new("api.alphaus.cloud"));
        OctoClient::new(id, Secret::shared(secret.to_owned()), &octo, Source::Variables)
    }

    #[test]
    fn both_values_are_one_word_each() {
        assert_eq!(made(" id-1 ", "s+/=").unwrap().id(), "id-1");
        for (id, secret, why) in [
            ("", "s", NoClient::NoId),
            (" ", "s", NoClient::NoId),
            ("a b", "s", NoClient::BadId),
            ("a\r\nb", "s", NoClient::BadId),
            ("a", "", NoClient::NoSecret),
            ("a", "s\n", NoClient::BadSecret),
            ("a", &"s".repeat(1_025), NoClient::BadSecret),
        ] {
            assert_eq!(made(id, secret).unwrap_err(), why, "{id:?}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let client = made("id", "marked-secret").unwrap();
        assert!(!format!("{client:?}").contains("marked"));
    }
}
