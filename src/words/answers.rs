//! Raw answers become a typed request, or the list of what is wrong: one sentence of what, one of where the right value is.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::words::ids::{
    AccountName, ClientId, Directory, IdError, MpnId, Normalized, RedirectAddress, TenantId,
    looks_like_guid, looks_like_secret_key,
};
use crate::words::last_failure::LastFailure;
use crate::words::secret::{Secret, SharedSecret};
use crate::words::step::{Environment, Step};

/// The redirect address that needs no pasting (ruling 4).
pub const USUAL_REDIRECT: &str = "http://localhost";

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Step 1: account name.
    AccountName,
    /// Step 1: production or sandbox.
    Environment,
    /// Step 2: Octo's *Client ID*.
    ClientId,
    /// Step 2: Octo's *Application ID*.
    ApplicationId,
    /// Step 2: the client secret's value.
    SecretKey,
    /// Step 2: directory (tenant) ID or domain.
    Directory,
    /// Step 2: when the key ends.
    SecretEnds,
    /// Step 3: MPN ID (PartnerID).
    MpnId,
    /// Step 3: the proven key, or another.
    SecretChoice,
    /// Step 3: the other key.
    ApiSecret,
    /// Step 3: redirect address.
    Redirect,
    /// Step 3: the address that came back, or the code.
    Answer,
    /// Replacing: the partner's name.
    Confirmation,
    /// Octo: the ID of the API client.
    OctoClientId,
    /// Octo: its secret.
    OctoSecret,
}

impl Field {
    /// As on Octo's screens, with the portal's word where it differs.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccountName => "Account name (optional)",
            Self::Environment => "Environment",
            Self::ClientId => "Client ID",
            Self::ApplicationId => "Application ID",
            Self::SecretKey | Self::ApiSecret => "Secret key",
            Self::Directory => "Directory (tenant ID or domain)",
            Self::SecretEnds => "Key ends on (optional, YYYY-MM-DD)",
            Self::MpnId => "MPN ID (PartnerID, optional)",
            Self::SecretChoice => "Secret key for the sign-in",
            Self::Redirect => "Redirect address, exactly as on the app registration",
            Self::Answer => "Address from the browser, or the code",
            Self::Confirmation => "Name of the account that is replaced",
            Self::OctoClientId => "Octo client ID",
            Self::OctoSecret => "Octo client secret",
        }
    }

    /// Whether its content must never be drawn.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::SecretKey | Self::ApiSecret | Self::Answer | Self::OctoSecret)
    }
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it was typed.
    pub field: Field,
    /// What is wrong, in one sentence.
    pub what: String,
    /// Where the right value is found, or what to do.
    pub cure: String,
}

impl Problem {
    /// A problem of a field.
    pub fn new(field: Field, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { field, what: what.into(), cure: cure.into() }
    }
}

/// What was typed, without secrets: kept so that a wizard that was closed opens again where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// When it was saved.
    pub saved_at: Option<Timestamp>,
    /// The page it was on.
    pub step: Option<Step>,
    /// What was typed on the pages.
    pub typed: Typed,
    /// Keys of the lines of *Before you start* that the person has marked.
    pub marked: Vec<String>,
    /// Whether *Before you start* was passed.
    pub started: bool,
    /// The last run that was refused, until one passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<LastFailure>>,
}

/// The visible fields as they stand on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Account name.
    pub account_name: String,
    /// Production or sandbox.
    pub environment: Environment,
    /// Client ID.
    pub client_id: String,
    /// Application ID.
    pub application_id: String,
    /// Directory.
    pub directory: String,
    /// End of the key.
    pub secret_ends: String,
    /// MPN ID.
    pub mpn_id: String,
    /// Redirect address.
    pub redirect: String,
}

/// Step 1, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicDetails {
    /// The name, if one was given.
    pub name: Option<AccountName>,
}

/// Step 2, understood.
#[derive(Clone, Debug)]
pub struct PartnerCenterRequest {
    /// The directory.
    pub directory: Directory,
    /// Which field said so.
    pub reading: DirectoryReading,
    /// The application.
    pub application: ClientId,
    /// The client secret.
    pub secret: SharedSecret,
    /// When it ends, as far as the operator knows.
    pub secret_ends: Option<Date>,
}

/// Which field named the directory (ruling 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryReading {
    /// The field *Directory*.
    Directory,
    /// *Client ID*, which differs from *Application ID*.
    ClientId,
}

/// Step 3, understood.
#[derive(Clone, Debug)]
pub struct PartnerApiRequest {
    /// The MPN ID to compare with, if one was typed.
    pub mpn: Option<MpnId>,
    /// Another secret than the one of step 2, if one was typed.
    pub other_secret: Option<SharedSecret>,
    /// The redirect address.
    pub redirect: RedirectAddress,
}

/// The name is shown and noted, so a secret must not be taken for one.
pub fn secret_as_name(name: &str) -> Option<Problem> {
    let what = "That looks like a secret key. It was not taken: this value is shown.";
    let cure = "The secret key is given by --secret-file or --secret-stdin.";
    looks_like_secret_key(name).then(|| Problem::new(Field::AccountName, what, cure))
}

/// Reads step 1.
pub fn basic(typed: &Typed) -> Result<BasicDetails, Vec<Problem>> {
    match AccountName::parse(&typed.account_name) {
        Ok(name) => Ok(BasicDetails { name: Some(name) }),
        Err(IdError::Empty) => Ok(BasicDetails { name: None }),
        Err(_) => Err(vec![Problem::new(
            Field::AccountName,
            format!("The name has more than {} characters.", AccountName::LONGEST),
            "Shorten it; it can be changed in Octo at any time.",
        )]),
    }
}

/// Reads step 2. `secret_ends` may be left empty; the secret is checked for what it cannot be.
pub fn partner_center(
    typed: &Typed,
    secret: &SharedSecret,
) -> Result<PartnerCenterRequest, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut note =
        |found: Result<Option<Problem>, Problem>| problems.extend(found.unwrap_or_else(Some));
    let client = ClientId::parse(&typed.client_id);
    let application = ClientId::parse(&typed.application_id);
    let directory = Directory::parse(&typed.directory);
    note(guid_problem(
        Field::ClientId,
        client.as_ref().err().copied().filter(|e| *e != IdError::Empty),
    ));
    note(guid_problem(Field::ApplicationId, application.as_ref().err().copied()));
    note(secret_problem(Field::SecretKey, secret));
    note(directory_problem(directory.as_ref().err().copied().filter(|e| *e != IdError::Empty)));
    let secret_ends = ends(&typed.secret_ends);
    note(secret_ends.as_ref().err().cloned().map_or(Ok(None), Err));
    let (Ok(application), Ok(secret_ends)) = (application, secret_ends) else {
        return Err(problems);
    };
    let application = application.value;
    match which_directory(client.ok(), &application, directory.ok()) {
        Ok((directory, reading)) if problems.is_empty() => Ok(PartnerCenterRequest {
            directory,
            reading,
            application,
            secret: SharedSecret::clone(secret),
            secret_ends,
        }),
        Ok(_) => Err(problems),
        Err(problem) => {
            // One sentence a field is enough: the shape comes first.
            if problems.iter().all(|earlier| earlier.field != problem.field) {
                problems.push(problem);
            }
            Err(problems)
        }
    }
}

/// Reads step 3. `other` is the key typed there, or `None` for the one of step 2.
pub fn partner_api(
    typed: &Typed,
    other: Option<&SharedSecret>,
) -> Result<PartnerApiRequest, Vec<Problem>> {
    let mut problems = Vec::new();
    let mpn = match MpnId::parse(&typed.mpn_id) {
        Ok(mpn) => Some(mpn.value),
        Err(IdError::Empty) => None,
        Err(_) => {
            problems.push(mpn_problem());
            None
        }
    };
    if let Some(Err(problem) | Ok(Some(problem))) =
        other.map(|secret| secret_problem(Field::ApiSecret, secret))
    {
        problems.push(problem);
    }
    match RedirectAddress::parse(&typed.redirect) {
        Ok(redirect) if problems.is_empty() => {
            Ok(PartnerApiRequest { mpn, other_secret: other.cloned(), redirect })
        }
        Ok(_) => Err(problems),
        Err(error) => {
            problems.push(redirect_problem(error));
            Err(problems)
        }
    }
}

/// What is quietly said below a visible field while it is typed: a problem of its shape, or what was mended.
pub fn shape(field: Field, typed: &Typed) -> Result<Option<&'static str>, Problem> {
    const MENDED: &str = "looks like a GUID; its spelling is put right for you";
    let guid = |raw: &str| match ClientId::parse(raw) {
        Ok(Normalized { mended: true, .. }) => Ok(Some(MENDED)),
        Ok(Normalized { mended: false, .. }) => Ok(Some("looks like a GUID")),
        Err(IdError::Empty) => Ok(None),
        Err(error) => guid_problem(field, Some(error)).map(|_| None),
    };
    match field {
        Field::AccountName => match basic(typed) {
            Ok(_) => Ok(None),
            Err(mut problems) => problems.pop().map_or(Ok(None), Err),
        },
        Field::ClientId => guid(&typed.client_id),
        Field::ApplicationId => match guid(&typed.application_id) {
            Ok(Some(_)) if same_guid(&typed.client_id, &typed.application_id) => {
                Ok(Some("same as Client ID, which is normal for one app registration"))
            }
            other => other,
        },
        Field::Directory => match Directory::parse(&typed.directory) {
            Ok(Normalized { mended: true, .. }) => Ok(Some("its spelling is put right for you")),
            Ok(Normalized { mended: false, .. }) | Err(IdError::Empty) => Ok(None),
            Err(error) => directory_problem(Some(error)).map(|_| None),
        },
        Field::SecretEnds => ends(&typed.secret_ends).map(|_| None),
        Field::MpnId => match MpnId::parse(&typed.mpn_id) {
            Ok(_) | Err(IdError::Empty) => Ok(None),
            Err(_) => Err(mpn_problem()),
        },
        Field::Redirect => match RedirectAddress::parse(&typed.redirect) {
            Ok(address) if address.loopback().is_some() => {
                Ok(Some("this program catches the answer by itself"))
            }
            Ok(_) => Ok(Some(
                "nothing listens there: you copy the address of the error page and paste it here",
            )),
            Err(IdError::Empty) => Ok(None),
            Err(error) => Err(redirect_problem(error)),
        },
        Field::Environment
        | Field::SecretKey
        | Field::SecretChoice
        | Field::ApiSecret
        | Field::Answer
        | Field::Confirmation
        | Field::OctoClientId
        | Field::OctoSecret => Ok(None),
    }
}

/// What a secret cannot be. Its form is otherwise Microsoft's business: nothing else is refused.
pub fn secret_problem(field: Field, secret: &Secret) -> Result<Option<Problem>, Problem> {
    const WHERE: &str = "Azure portal > your app > Certificates & secrets > column \"Value\".";
    let value = secret.reveal();
    let problem = |what: &str, cure: &str| Err(Problem::new(field, what, cure));
    if value.is_empty() {
        return problem("The secret key is missing.", WHERE);
    }
    if looks_like_guid(value) {
        return problem(
            "That is a GUID: it is the Secret ID, not the secret Value.",
            "Azure portal > Certificates & secrets > column \"Value\". Value hidden already? Make a new secret; the old one keeps working.",
        );
    }
    if value.starts_with("eyJ") && value.matches('.').count() >= 2 {
        return problem("That is an access token, not a secret key.", WHERE);
    }
    if value.contains("://") {
        return problem("That is an address, not a secret key.", WHERE);
    }
    if value.chars().any(char::is_whitespace) {
        return problem(
            "There is a blank inside the key: something else was copied with it.",
            WHERE,
        );
    }
    if !value.is_ascii() {
        return problem("There are characters in it that no secret key has.", WHERE);
    }
    Ok(None)
}

fn same_guid(one: &str, other: &str) -> bool {
    matches!((ClientId::parse(one), ClientId::parse(other)), (Ok(a), Ok(b)) if a.value == b.value)
}

/// Ruling 1: which of the fields names the directory.
fn which_directory(
    client: Option<Normalized<ClientId>>,
    application: &ClientId,
    directory: Option<Normalized<Directory>>,
) -> Result<(Directory, DirectoryReading), Problem> {
    let client = client.map(|client| client.value).filter(|client| client != application);
    match (client, directory.map(|directory| directory.value)) {
        (_, Some(Directory::Tenant(tenant))) if tenant.as_str() == application.as_str() => {
            Err(Problem::new(
                Field::Directory,
                "This is the Application ID again; a directory has an ID of its own.",
                "Entra > Overview > Tenant ID; or type a domain such as contoso.onmicrosoft.com.",
            ))
        }
        (Some(client), Some(Directory::Tenant(tenant))) if client.as_str() != tenant.as_str() => {
            Err(Problem::new(
                Field::ClientId,
                "Client ID is neither your Application ID nor your directory.",
                "Leave it empty, or make it the same as one of the two.",
            ))
        }
        (_, Some(directory)) => Ok((directory, DirectoryReading::Directory)),
        (Some(client), None) => match TenantId::parse(client.as_str()) {
            Ok(tenant) => Ok((Directory::Tenant(tenant.value), DirectoryReading::ClientId)),
            Err(error) => {
                guid_problem(Field::ClientId, Some(error)).and_then(|_| Err(directory_needed()))
            }
        },
        (None, None) => Err(directory_needed()),
    }
}

fn directory_needed() -> Problem {
    Problem::new(
        Field::Directory,
        "Client ID and Application ID are the same, so the directory is needed too.",
        "Partner Center > App management > Account ID; or a domain such as contoso.onmicrosoft.com.",
    )
}

fn guid_problem(field: Field, error: Option<IdError>) -> Result<Option<Problem>, Problem> {
    let place = if field == Field::ClientId {
        "Partner Center > Settings > Account settings > App management."
    } else {
        "Azure portal > App registrations > your app > Application (client) ID."
    };
    let what = match error {
        None => return Ok(None),
        Some(IdError::Empty) => format!("{} is missing.", field.label()),
        Some(IdError::Nil) => "These are only zeros: an example, not an ID.".to_owned(),
        Some(_) => "That is not a GUID: 32 digits and letters from a to f are needed.".to_owned(),
    };
    Err(Problem::new(field, what, place))
}

fn directory_problem(error: Option<IdError>) -> Result<Option<Problem>, Problem> {
    let what = match error {
        None => return Ok(None),
        Some(IdError::Nil) => "These are only zeros: an example, not an ID.",
        Some(_) => "That is neither a tenant ID (a GUID) nor a domain name.",
    };
    Err(Problem::new(
        Field::Directory,
        what,
        "Entra > Overview > Tenant ID; or a domain such as contoso.onmicrosoft.com.",
    ))
}

fn mpn_problem() -> Problem {
    Problem::new(
        Field::MpnId,
        "An MPN ID is a number of up to 12 digits.",
        "Partner Center > Settings > Account settings > Identifiers. It can be left empty: Microsoft tells it after the sign-in.",
    )
}

fn redirect_problem(error: IdError) -> Problem {
    let (what, cure) = match error {
        IdError::Empty => ("The redirect address is missing.", "The usual one is http://localhost"),
        IdError::NotSafe => (
            "Entra allows http only for localhost.",
            "Use https, or http://localhost with platform Web.",
        ),
        IdError::Ipv6Loopback => ("Entra does not support [::1] here.", "Use http://localhost"),
        IdError::TooLong => {
            ("Entra allows 256 characters.", "Register a shorter address, such as http://localhost")
        }
        IdError::BadCharacter => (
            "There is a blank or a character that Entra refuses ( ! $ ' ( ) , ; # * ).",
            "Copy it from Entra > Authentication > Web.",
        ),
        IdError::NotGuid
        | IdError::Nil
        | IdError::NotDomain
        | IdError::NotDigits
        | IdError::NotAddress => (
            "That is not an address: it begins with https:// or http://localhost",
            "Copy it from Entra > Authentication > Web.",
        ),
    };
    Problem::new(Field::Redirect, what, cure)
}

fn ends(raw: &str) -> Result<Option<Date>, Problem> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    trimmed.parse::<Date>().map(Some).map_err(|_unreadable| {
        Problem::new(
            Field::SecretEnds,
            "That is not a date: it is written like 2027-05-14.",
            "Azure portal > Certificates & secrets > column \"Expires\". It can be left empty.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
    const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
    const OTHER: &str = "11111111-2222-3333-4444-555555555555";

    fn secret(text: &str) -> SharedSecret {
        Secret::shared(text.to_owned())
    }

    fn typed(client: &str, application: &str, directory: &str) -> Typed {
        Typed {
            client_id: client.to_owned(),
            application_id: application.to_owned(),
            directory: directory.to_owned(),
            ..Typed::default()
        }
    }

    fn read(
        client: &str,
        application: &str,
        directory: &str,
    ) -> Result<(String, DirectoryReading), Vec<Field>> {
        partner_center(&typed(client, application, directory), &secret("abc8Q~def"))
            .map(|request| (request.directory.to_string(), request.reading))
            .map_err(|problems| problems.into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn a_client_id_that_differs_is_taken_as_the_directory() {
        assert_eq!(read(TENANT, APP, ""), Ok((TENANT.to_owned(), DirectoryReading::ClientId)));
        assert_eq!(read(TENANT, APP, TENANT), Ok((TENANT.to_owned(), DirectoryReading::Directory)));
    }

    #[test]
    fn equal_or_empty_client_ids_need_the_directory() {
        assert_eq!(read(APP, APP, ""), Err(vec![Field::Directory]));
        assert_eq!(read("", APP, ""), Err(vec![Field::Directory]));
        assert_eq!(
            read(&APP.to_uppercase(), APP, "contoso.com"),
            Ok(("contoso.com".to_owned(), DirectoryReading::Directory))
        );
    }

    #[test]
    fn a_third_guid_or_the_same_one_twice_is_told() {
        assert_eq!(read(OTHER, APP, TENANT), Err(vec![Field::ClientId]));
        assert_eq!(read("", APP, APP), Err(vec![Field::Directory]));
    }

    #[test]
    fn every_field_gets_its_own_sentence_once() {
        let problems = partner_center(&typed("x", "", "%%"), &secret("")).unwrap_err();
        let fields: Vec<Field> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(
            fields,
            [Field::ClientId, Field::ApplicationId, Field::SecretKey, Field::Directory]
        );
        assert!(
            problems.iter().all(|problem| !problem.what.is_empty() && !problem.cure.is_empty())
        );
    }

    #[test]
    fn what_cannot_be_a_secret_is_named() {
        for (value, word) in [
            ("", "missing"),
            (APP, "Secret ID"),
            ("eyJhbGciOi.eyJhdWQi.sig", "access token"),
            ("https://localhost/?code=1", "address"),
            ("abc def", "blank"),
            ("a\u{e9}", "characters"),
        ] {
            let problem = secret_problem(Field::SecretKey, &secret(value)).unwrap_err();
            assert!(problem.what.contains(word), "{value}: {}", problem.what);
        }
        assert_eq!(secret_problem(Field::SecretKey, &secret("-abc8Q~x+/=")), Ok(None));
    }

    #[test]
    fn dates_are_read_or_explained() {
        assert_eq!(ends(" "), Ok(None));
        assert_eq!(ends("2027-05-14").unwrap().unwrap().to_string(), "2027-05-14");
        assert_eq!(ends("14.5.2027").unwrap_err().field, Field::SecretEnds);
    }

    #[test]
    fn step_three_reads_its_fields() {
        let mut typed = Typed { redirect: "http://localhost".to_owned(), ..Typed::default() };
        assert!(partner_api(&typed, None).unwrap().mpn.is_none());
        typed.mpn_id = "62x".to_owned();
        typed.redirect = "http://contoso.com".to_owned();
        let fields: Vec<Field> =
            partner_api(&typed, Some(&secret(APP))).unwrap_err().iter().map(|p| p.field).collect();
        assert_eq!(fields, [Field::MpnId, Field::ApiSecret, Field::Redirect]);
    }

    #[test]
    fn a_draft_of_an_older_or_newer_version_still_reads() {
        let draft: Draft =
            serde_json::from_str(r#"{"typed":{"client_id":"x","later":1},"later":true}"#).unwrap();
        assert_eq!(draft.typed.client_id, "x");
    }
}
