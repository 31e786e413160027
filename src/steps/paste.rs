//! What a person pasted where the answer of the sign-in is asked for, held against the sign-in that is open.

use crate::effect::{AuthorizationResponse, Effect};
use crate::journal::Attempt;
use crate::steps::partner_api::PartnerApi;
use crate::steps::pasted::Pasted;
use crate::words::{CheckId, Secret};

/// What a pasted answer led to.
#[derive(Debug)]
pub enum Answered {
    /// The code was taken: perform these.
    Taken(Vec<(CheckId, Effect)>),
    /// It is not what is needed; nothing was changed.
    NotTaken(WrongPaste),
}

/// Why a paste was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPaste {
    /// Nothing there.
    Empty,
    /// The address that starts the sign-in; with the guide's `redirect_url=` mistake or without.
    SignInAddress {
        /// Whether it has the mistake.
        redirect_url: bool,
    },
    /// A token.
    Token,
    /// A GUID.
    Guid,
    /// A client secret.
    SecretKey,
    /// An address without a code.
    NoCode,
    /// Two codes.
    TwoCodes,
    /// No code at all.
    NotACode,
    /// The address belongs to another sign-in.
    OtherSignIn,
    /// The address ends before `state`.
    CutOff,
    /// A code that was sent before.
    UsedBefore,
    /// A code alone, where an earlier process has sent one: nobody can tell whether it is that one.
    CodeAlone,
}

impl WrongPaste {
    /// What it is, in one sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::Empty => "Nothing was pasted yet.",
            Self::SignInAddress { redirect_url: true } => {
                "That is the address that starts a sign-in, with redirect_url= as the old guide has it."
            }
            Self::SignInAddress { redirect_url: false } => {
                "That is the address that starts the sign-in, not the one it ends on."
            }
            Self::Token => "That is a token, not an authorization code.",
            Self::Guid => "That is a GUID, not an authorization code.",
            Self::SecretKey => "That is a secret key, not an authorization code.",
            Self::NoCode => "There is no code in this address.",
            Self::TwoCodes => "There are two codes in this address.",
            Self::NotACode => "That is neither an address nor a code.",
            Self::OtherSignIn => "This address belongs to another sign-in.",
            Self::CutOff => "The address ends too early: its end is missing.",
            Self::UsedBefore => "This code was sent before; a code works once.",
            Self::CodeAlone => "A code was sent before, and a code alone does not tell whether it is that one.",
        }
    }

    /// What to do about it, at whichever door.
    pub fn cure(self) -> &'static str {
        match self {
            Self::TwoCodes => "Copy one address, once.",
            Self::CutOff => "Copy it whole, from https:// to the end.",
            Self::SignInAddress { redirect_url: true } => {
                "Entra only knows redirect_uri and ignores the other. Use the address that octo-csp shows."
            }
            Self::OtherSignIn => "Use the newest browser tab, or begin the sign-in again.",
            Self::UsedBefore => "Begin the sign-in again.",
            Self::CodeAlone => "Paste the whole address that the browser ended on.",
            Self::Empty
            | Self::SignInAddress { .. }
            | Self::Token
            | Self::Guid
            | Self::SecretKey
            | Self::NoCode
            | Self::NotACode => "After Accept, copy the whole address from the browser's address bar.",
        }
    }
}

impl PartnerApi {
    /// What the arrival of a paste means for the sign-in that is open. An earlier process may have sent a code for the open
    /// attempt: which one, nothing that may be kept tells.
    pub(super) fn understand(
        &self,
        pasted: Pasted,
        open: Option<&Attempt>,
    ) -> Result<AuthorizationResponse, WrongPaste> {
        let Some(request) = self.request_sent.get() else {
            return Err(WrongPaste::OtherSignIn);
        };
        let ours = |state: &Option<Secret>| state.as_ref().is_some_and(|state| request.state.same_as(state.reveal()));
        let used = self.used_codes.borrow();
        match pasted {
            Pasted::Code { code, state, in_address } => {
                if in_address && state.is_none() {
                    return Err(WrongPaste::CutOff);
                }
                if in_address && !ours(&state) {
                    return Err(WrongPaste::OtherSignIn);
                }
                if used.contains(&code.sent()) {
                    return Err(WrongPaste::UsedBefore);
                }
                if !in_address && open.is_some_and(|open| open.codes_sent > used.len()) {
                    return Err(WrongPaste::CodeAlone);
                }
                Ok(AuthorizationResponse::Code(code))
            }
            Pasted::Refused { failure, state } if ours(&state) || state.is_none() => {
                Ok(AuthorizationResponse::Error(failure))
            }
            Pasted::Refused { .. } => Err(WrongPaste::OtherSignIn),
            Pasted::Empty => Err(WrongPaste::Empty),
            Pasted::SignInAddress { redirect_url } => Err(WrongPaste::SignInAddress { redirect_url }),
            Pasted::Token => Err(WrongPaste::Token),
            Pasted::Guid => Err(WrongPaste::Guid),
            Pasted::SecretKey => Err(WrongPaste::SecretKey),
            Pasted::NoCode => Err(WrongPaste::NoCode),
            Pasted::TwoCodes => Err(WrongPaste::TwoCodes),
            Pasted::NotACode => Err(WrongPaste::NotACode),
        }
    }
}
