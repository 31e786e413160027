//! The words that everything else is said in: ids, fields, steps, secrets, and text from outside.

pub mod answers;
pub mod apis;
pub mod check;
pub mod claims;
pub mod draft;
pub mod failure;
pub mod field;
pub mod ids;
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
