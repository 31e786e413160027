//! The words that everything else is said in: ids, fields, steps, secrets, and text from outside.
//!
//! One flat vocabulary: a type is `crate::words::Name`, whichever file it stands in; functions and tables are their file's.

pub mod answers;
pub mod apis;
pub mod check;
pub mod claims;
pub mod date;
pub mod draft;
pub mod failure;
pub mod field;
mod guid;
pub mod ids;
pub mod kind;
pub mod label;
pub mod last_failure;
pub mod octo;
pub mod problem;
pub mod reading;
pub mod secret;
pub mod step;
pub mod store;
pub mod text;
pub mod texts;
pub mod token;
pub mod typed;

pub use answers::{PartnerApiRequest, PartnerCenterRequest};
pub use apis::Reach;
pub use check::{Asked, CheckId};
pub use claims::{Compared, Need};
pub use draft::Draft;
pub use failure::{Cause, DiskFault, Failure, Mismatch, Service, TlsFault, VaultFault};
pub use field::Field;
pub use ids::{AccountName, AuthCode, ClientId, Directory, Domain, MpnId, RedirectAddress, SentCode, TenantId};
pub use label::Label;
pub use last_failure::LastFailure;
pub use octo::{
    Credentials, FoundPayer, NoClient, OctoAccess, OctoAnswer, OctoCall, OctoClient, Part, Payer, Ring, Source,
};
pub use problem::Problem;
pub use reading::{Answer, Found, LegalBusiness, Market, Organization, PriceSheetHead, Reading};
pub use secret::{Secret, SharedSecret};
pub use step::{Environment, Step};
pub use store::{StoreDescriptor, StoreKey, Unlock};
pub use text::UntrustedText;
pub use texts::Told;
pub use token::{Audience, Claims, Grant, Lifetime, TokenResponse};
pub use typed::Typed;
