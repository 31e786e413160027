//! What a person pasted where the answer of the sign-in is asked for, held against the sign-in that is open.

use crate::effect::{AuthorizationResponse, Outcome};
use crate::journal::Attempt;
use crate::steps::partner_api::PartnerApi;
use crate::steps::pasted::{Pasted, WrongPaste};
use crate::words::Secret;

impl PartnerApi {
    /// What the arrival of a paste means for the sign-in that is open. An earlier process may have sent a code for the open
    /// attempt: which one, nothing that may be kept tells.
    pub(super) fn understand(&self, pasted: Pasted, open: Option<&Attempt>) -> Result<Outcome, WrongPaste> {
        let Some(request) = self.found.request_sent.get() else {
            return Err(WrongPaste::OtherSignIn);
        };
        let ours = |state: &Option<Secret>| state.as_ref().is_some_and(|state| request.state.same_as(state.reveal()));
        let used = self.found.used_codes.borrow();
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
                Ok(Outcome::Came(Box::new(AuthorizationResponse::Code(code))))
            }
            Pasted::Refused { failure, state } if ours(&state) || state.is_none() => Ok(Outcome::Failed(failure)),
            Pasted::Refused { .. } => Err(WrongPaste::OtherSignIn),
        }
    }
}
