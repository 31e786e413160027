//! What can be done, and the code that does each of it.

use std::pin::Pin;
use std::rc::Rc;

use crate::steps::commit::{Commit, tidy};
use crate::steps::forget::Forget;
use crate::steps::partner_api::PartnerApi;
use crate::steps::partner_center::PartnerCenter;
use crate::steps::port::{Halted, Port};
use crate::steps::purpose::Purpose;
use crate::steps::submit::Submission;

/// The code that works a plan off.
pub(super) type Work = Pin<Box<dyn Future<Output = Result<(), Halted>>>>;

/// What is done, with what it has found so far.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    PartnerCenter(Rc<PartnerCenter>),
    PartnerApi(Rc<PartnerApi>),
    Commit(Rc<Commit>),
    Tidy,
    Forget(Rc<Forget>),
    Submit(Rc<Submission>),
}

impl Plan {
    /// Step 2, if that is what is done.
    pub(super) fn partner_center(&self) -> Option<&PartnerCenter> {
        if let Self::PartnerCenter(step) = self { Some(step) } else { None }
    }

    /// Step 3, or what a part of it is done for.
    pub(super) fn partner_api(&self) -> Option<&PartnerApi> {
        if let Self::PartnerApi(step) = self { Some(step) } else { None }
    }

    pub(super) fn work(&self, port: Port) -> Work {
        match self.clone() {
            Self::PartnerCenter(step) => Box::pin(async move { step.prove(&port).await }),
            Self::PartnerApi(step) => Box::pin(async move { step.prove(&port).await }),
            Self::Commit(step) => Box::pin(async move { step.commit(&port).await }),
            Self::Tidy => Box::pin(async move { tidy(&port, Purpose::Register).await }),
            Self::Forget(step) => Box::pin(async move { step.forget(&port).await }),
            Self::Submit(step) => Box::pin(async move { step.hand_over(&port).await }),
        }
    }
}
