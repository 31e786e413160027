//! Raw answers become a typed request, or the list of what is wrong: one sentence of what, one of where the right value is.

use jiff::civil::Date;

use crate::words::date::{self, NoDay};
use crate::words::field::Field;
use crate::words::ids::{
    AccountName, ClientId, Directory, Domain, MpnId, Normalized, RedirectAddress, TenantId, looks_like_guid,
    looks_like_secret_key, looks_random,
};
use crate::words::kind::ProblemKind;
use crate::words::problem::Problem;
use crate::words::secret::{Secret, SharedSecret};
use crate::words::text::plain_sign;
use crate::words::typed::Typed;

/// The redirect address that needs no pasting (ruling 4).
pub const USUAL_REDIRECT: &str = "http://localhost";

/// What is said of a redirect address where the answer is caught.
pub const CAUGHT: &str = "the answer is caught here";

/// Step 2, understood.
#[derive(Clone, Debug)]
pub struct PartnerCenterRequest {
    /// The directory.
    pub directory: Directory,
    /// The application.
    pub application: ClientId,
    /// The client secret; `None` for the one that is kept.
    pub secret: Option<SharedSecret>,
    /// When it ends, as far as the operator knows.
    pub secret_ends: Option<Date>,
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

/// What may be left out, as it was read.
fn optional<T>(field: Field, read: Result<T, ProblemKind>) -> Result<Option<T>, Problem> {
    match read {
        Err(ProblemKind::IdMissing) => Ok(None),
        read => read.map(Some).map_err(|kind| Problem::of(field, kind)),
    }
}

/// Reads step 1: the name, if one was given. It is shown and noted, so a secret must not be taken for one.
pub fn basic(typed: &Typed) -> Result<Option<AccountName>, Problem> {
    let name = typed.get(Field::AccountName);
    if looks_like_secret_key(name) {
        return Err(Problem::of(Field::AccountName, ProblemKind::NameIsSecret));
    }
    optional(Field::AccountName, AccountName::parse(name))
}

/// Reads step 2. `secret_ends` may be left empty; the secret is checked for what it cannot be, unless the kept one is meant.
pub fn partner_center(typed: &Typed, secret: Option<&SharedSecret>) -> Result<PartnerCenterRequest, Vec<Problem>> {
    let client = optional(Field::ClientId, ClientId::parse(typed.get(Field::ClientId)));
    let application = ClientId::parse(typed.get(Field::ApplicationId));
    let application = application.map_err(|kind| Problem::of(Field::ApplicationId, kind));
    let directory = optional(Field::Directory, Directory::parse(typed.get(Field::Directory)));
    let secret_ends = ends(typed.get(Field::SecretEnds));
    let wrong = [
        client.as_ref().err().cloned(),
        application.as_ref().err().cloned(),
        secret.and_then(|secret| secret_problem(Field::SecretKey, secret, typed)),
        directory.as_ref().err().cloned(),
        secret_ends.as_ref().err().cloned(),
    ];
    let mut problems: Vec<Problem> = wrong.into_iter().flatten().collect();
    let (Ok(application), Ok(secret_ends)) = (application, secret_ends) else {
        return Err(problems);
    };
    let application = application.value;
    match which_directory(client.ok().flatten(), &application, directory.ok().flatten()) {
        Ok(directory) if problems.is_empty() => {
            Ok(PartnerCenterRequest { directory, application, secret: secret.cloned(), secret_ends })
        }
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
pub fn partner_api(typed: &Typed, other: Option<&SharedSecret>) -> Result<PartnerApiRequest, Vec<Problem>> {
    let mpn = optional(Field::MpnId, MpnId::parse(typed.get(Field::MpnId)));
    let redirect = RedirectAddress::parse(typed.get(Field::Redirect));
    let redirect = redirect.map_err(|kind| Problem::of(Field::Redirect, kind));
    let of_secret = other.and_then(|secret| secret_problem(Field::ApiSecret, secret, typed));
    match (mpn, redirect, of_secret) {
        (Ok(mpn), Ok(redirect), None) => {
            Ok(PartnerApiRequest { mpn: mpn.map(|mpn| mpn.value), other_secret: other.cloned(), redirect })
        }
        (mpn, redirect, of_secret) => Err([mpn.err(), of_secret, redirect.err()].into_iter().flatten().collect()),
    }
}

/// What is quietly said below a visible field while it is typed: a problem of its shape, or what was mended.
pub fn shape(field: Field, typed: &Typed) -> Result<Option<&'static str>, Problem> {
    let raw = typed.get(field);
    let guid = || {
        let id = optional(field, ClientId::parse(raw))?;
        Ok(id.map(|id| if id.mended { "a GUID, put right" } else { "a GUID" }))
    };
    match field {
        Field::AccountName => basic(typed).map(|_| None),
        Field::ClientId => guid(),
        Field::ApplicationId => match guid()? {
            Some(_) if same_guid(typed.get(Field::ClientId), raw) => Ok(Some("the same as Client ID")),
            other => Ok(other),
        },
        Field::Directory => {
            let directory = optional(field, Directory::parse(raw))?;
            let mended = if Directory::in_address(raw).is_some() { "taken from the address" } else { "put right" };
            Ok(directory.filter(|it| it.mended).map(|_| mended))
        }
        Field::SecretEnds => ends(raw).map(|_| None),
        Field::MpnId => optional(field, MpnId::parse(raw)).map(|_| None),
        Field::Redirect => match RedirectAddress::parse(raw) {
            Ok(address) if address.as_str().to_ascii_lowercase().starts_with("http://127.") => {
                Ok(Some("caught here; Azure takes 127.0.0.1 in the app's Manifest alone, not on its page"))
            }
            Ok(address) if address.loopback().is_some() => Ok(Some(CAUGHT)),
            Ok(_) => Ok(Some("The browser will end on an error page there; you paste its address here.")),
            Err(ProblemKind::RedirectMissing) => Ok(None),
            Err(kind) => Err(Problem::of(field, kind)),
        },
        Field::SecretKey
        | Field::SecretChoice
        | Field::ApiSecret
        | Field::Answer
        | Field::Confirmation
        | Field::Handover
        | Field::OctoClientId
        | Field::OctoSecret => Ok(None),
    }
}

/// The ID alone that a field takes out of a copied text; `None` where the text is a value by itself, or an address.
pub fn id_in(field: Field, raw: &str) -> Option<String> {
    if field == Field::Directory {
        return Directory::in_text(raw);
    }
    let is_of_an_app = matches!(field, Field::ClientId | Field::ApplicationId);
    is_of_an_app.then(|| ClientId::in_text(raw)).flatten()
}

/// Whether a text can be shown and kept as the content of a field: it has the form of that field's values. A name has none, so
/// what could be a secret is no name.
pub fn fits(field: Field, text: &str) -> Result<(), Problem> {
    let named = matches!(field, Field::AccountName | Field::Confirmation);
    if looks_like_secret_key(text) || named && looks_random(text) {
        return Err(Problem::of(field, ProblemKind::PasteIsSecret));
    }
    shape(field, &Typed::default().with(field, text)).map(drop)
}

/// What a secret cannot be. Its form is otherwise Microsoft's business: nothing else is refused.
pub fn secret_problem(field: Field, secret: &Secret, typed: &Typed) -> Option<Problem> {
    let value = secret.reveal();
    let ids = [Field::ClientId, Field::ApplicationId, Field::Directory];
    let signs = [
        (ProblemKind::SecretMissing, value.is_empty()),
        (ProblemKind::SecretIsOtherId, ids.iter().any(|id| same_guid(typed.get(*id), value))),
        (ProblemKind::SecretIsGuid, looks_like_guid(value)),
        (ProblemKind::SecretIsToken, value.starts_with("eyJ") && value.matches('.').count() >= 2),
        (ProblemKind::SecretIsAddress, value.contains("://")),
        (ProblemKind::SecretHasBlank, value.chars().any(char::is_whitespace)),
        (ProblemKind::SecretHasSigns, !value.is_ascii()),
    ];
    let kind = signs.into_iter().find_map(|(kind, is_so)| is_so.then_some(kind))?;
    Some(Problem::of(field, kind))
}

/// What is quietly said of a secret while it is typed: what it cannot be, and what it hardly is.
pub fn secret_hint(field: Field, secret: &Secret, typed: &Typed) -> Option<Problem> {
    let domain = || misplaced_directory(secret).map(|_| Problem::of(field, ProblemKind::SecretIsDomain));
    secret_problem(field, secret, typed).filter(|_| !secret.reveal().is_empty()).or_else(domain)
}

/// The directory that stands where a secret belongs: a domain, or an e-mail address for its domain. Entra's secrets look otherwise;
/// one that somebody chose might look so, therefore it is not refused.
pub fn misplaced_directory(secret: &Secret) -> Option<Directory> {
    let value = secret.reveal();
    let ends_in_letters =
        value.rsplit_once('.').is_some_and(|(_, end)| end.len() > 1 && end.bytes().all(|b| b.is_ascii_alphabetic()));
    let names_one = ends_in_letters && !value.contains("://") && !looks_random(value);
    names_one.then(|| Domain::parse(value).ok())?.map(|domain| Directory::Domain(domain.value))
}

/// Whether the Application ID stands where the directory's belongs.
pub fn is_application(typed: &Typed) -> bool {
    same_guid(typed.get(Field::ApplicationId), typed.get(Field::Directory))
}

fn same_guid(one: &str, other: &str) -> bool {
    matches!((ClientId::parse(one), ClientId::parse(other)), (Ok(a), Ok(b)) if a.value == b.value)
}

/// Ruling 1: which of the fields names the directory.
fn which_directory(
    client: Option<Normalized<ClientId>>,
    application: &ClientId,
    directory: Option<Normalized<Directory>>,
) -> Result<Directory, Problem> {
    let client = client.map(|client| client.value).filter(|client| client != application);
    match (client, directory.map(|directory| directory.value)) {
        (_, Some(Directory::Tenant(tenant))) if tenant.as_str() == application.as_str() => {
            Err(Problem::of(Field::Directory, ProblemKind::DirectoryIsApplication))
        }
        (Some(client), Some(Directory::Tenant(tenant))) if client.as_str() != tenant.as_str() => {
            Err(Problem::of(Field::ClientId, ProblemKind::ClientIdIsNeither))
        }
        (_, Some(directory)) => Ok(directory),
        (Some(client), None) => match TenantId::parse(client.as_str()) {
            Ok(tenant) => Ok(Directory::Tenant(tenant.value)),
            Err(kind) => Err(Problem::of(Field::ClientId, kind)),
        },
        (None, None) => Err(Problem::of(Field::Directory, ProblemKind::DirectoryNeeded)),
    }
}

fn ends(raw: &str) -> Result<Option<Date>, Problem> {
    let field = Field::SecretEnds;
    if !raw.chars().filter_map(plain_sign).any(|sign| !sign.is_whitespace()) {
        return Ok(None);
    }
    date::parse(raw).map(Some).map_err(|why| match why {
        NoDay::Unreadable => Problem::of(field, ProblemKind::NotADate),
        NoDay::OneOfTwo(one, other) => {
            Problem::new(field, format!("This can be {one} or {other}."), "Type it as one of these.")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::texts;

    const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
    const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
    const OTHER: &str = "11111111-2222-3333-4444-555555555555";

    fn secret(text: &str) -> SharedSecret {
        Secret::shared(text.to_owned())
    }

    fn typed(client: &str, application: &str, directory: &str) -> Typed {
        let typed = Typed::default().with(Field::ClientId, client);
        typed.with(Field::ApplicationId, application).with(Field::Directory, directory)
    }

    fn read(client: &str, application: &str, directory: &str) -> Result<String, Vec<Field>> {
        partner_center(&typed(client, application, directory), Some(&secret("abc8Q~def")))
            .map(|request| request.directory.to_string())
            .map_err(|problems| problems.into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn a_client_id_that_differs_is_taken_as_the_directory() {
        assert_eq!(read(TENANT, APP, ""), Ok(TENANT.to_owned()));
        assert_eq!(read(TENANT, APP, TENANT), Ok(TENANT.to_owned()));
    }

    #[test]
    fn equal_or_empty_client_ids_need_the_directory() {
        assert_eq!(read(APP, APP, ""), Err(vec![Field::Directory]));
        assert_eq!(read("", APP, ""), Err(vec![Field::Directory]));
        assert_eq!(read(&APP.to_uppercase(), APP, "contoso.com"), Ok("contoso.com".to_owned()));
    }

    #[test]
    fn a_third_guid_or_the_same_one_twice_is_told() {
        assert_eq!(read(OTHER, APP, TENANT), Err(vec![Field::ClientId]));
        assert_eq!(read("", APP, APP), Err(vec![Field::Directory]));
    }

    #[test]
    fn every_field_gets_its_own_sentence_once() {
        let problems = partner_center(&typed("x", "", "%%"), Some(&secret(""))).unwrap_err();
        let fields: Vec<Field> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, [Field::ClientId, Field::ApplicationId, Field::SecretKey, Field::Directory]);
        assert!(problems.iter().all(|problem| !problem.what.is_empty() && !problem.cure.is_empty()));
    }

    #[test]
    fn what_cannot_be_a_secret_is_named() {
        for (value, kind) in [
            ("", ProblemKind::SecretMissing),
            (APP, ProblemKind::SecretIsGuid),
            ("eyJhbGciOi.eyJhdWQi.sig", ProblemKind::SecretIsToken),
            ("https://localhost/?code=1", ProblemKind::SecretIsAddress),
            ("abc def", ProblemKind::SecretHasBlank),
            ("a\u{e9}", ProblemKind::SecretHasSigns),
        ] {
            let problem = secret_problem(Field::SecretKey, &secret(value), &Typed::default()).unwrap();
            assert_eq!(problem.kind, Some(kind), "{value}");
        }
        assert_eq!(secret_problem(Field::SecretKey, &secret("-abc8Q~x+/="), &Typed::default()), None);
        let again = secret_problem(Field::SecretKey, &secret(APP), &typed("", APP, "")).unwrap();
        assert_eq!(again.kind, Some(ProblemKind::SecretIsOtherId));
    }

    #[test]
    fn a_domain_in_place_of_the_secret_is_told_and_not_refused() {
        for (value, domain) in [
            ("contoso.onmicrosoft.com", Some("contoso.onmicrosoft.com")),
            ("Admin@Contoso.com", Some("contoso.com")),
            ("abc8Q~marked-secret-value-0123456789_-.~", None),
            ("aB3.xY9kLmN0pQrStUvWxYz12.AbCd", None),
            ("abc.d", None),
            ("", None),
        ] {
            let found = misplaced_directory(&secret(value)).map(|directory| directory.to_string());
            assert_eq!(found.as_deref(), domain, "{value}");
            let hint = secret_hint(Field::SecretKey, &secret(value), &Typed::default());
            assert_eq!(hint.and_then(|hint| hint.kind), domain.map(|_| ProblemKind::SecretIsDomain), "{value}");
        }
        assert_eq!(secret_problem(Field::SecretKey, &secret("contoso.onmicrosoft.com"), &Typed::default()), None);
    }

    #[test]
    fn every_kind_of_problem_has_its_words_and_no_other_has() {
        let mut keys = ProblemKind::ALL.map(ProblemKind::key);
        keys.sort_unstable();
        assert_eq!(texts::problem_keys().collect::<Vec<_>>(), keys, "src/texts/en.toml");
        for kind in ProblemKind::ALL {
            let Problem { what, cure, .. } = Problem::of(Field::ClientId, kind);
            let filled = !format!("{what}{cure}").contains('{');
            assert!(!what.is_empty() && !cure.is_empty() && filled, "{kind:?}: {what} {cure}");
        }
    }

    #[test]
    fn an_address_in_place_of_the_directory_is_taken_and_that_is_said() {
        // The case f01 of the field.
        let endpoint = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
        assert_eq!(read("", APP, &endpoint), Ok(TENANT.to_owned()));
        let said = |directory: &str| shape(Field::Directory, &typed("", "", directory)).unwrap().unwrap_or_default();
        assert!(said(&endpoint).contains("address"), "{}", said(&endpoint));
        assert!(said(&TENANT.to_uppercase()).contains("put right"));
        assert_eq!(said(TENANT), "");
        assert_eq!(read("", APP, "https://portal.azure.com/#home"), Err(vec![Field::Directory]));
    }

    #[test]
    fn dates_are_read_or_explained() {
        assert_eq!(ends("\u{feff}２０２７-０５-１４").unwrap().unwrap().to_string(), "2027-05-14");
        assert_eq!(ends(" "), Ok(None));
        assert_eq!(ends("2027-05-14").unwrap().unwrap().to_string(), "2027-05-14");
        assert_eq!(ends("14.5.2027").unwrap().unwrap().to_string(), "2027-05-14");
        assert_eq!(ends("next year").unwrap_err().field, Field::SecretEnds);
    }

    #[test]
    fn step_three_reads_its_fields() {
        let typed = Typed::default().with(Field::Redirect, "http://localhost");
        assert!(partner_api(&typed, None).unwrap().mpn.is_none());
        for (address, word) in [
            ("http://localhost", CAUGHT),
            ("HTTP://127.0.0.1", "Manifest"),
            ("http://127.0.0.1:81/x", "Manifest"),
            ("https://localhost", "error page"),
        ] {
            let typed = Typed::default().with(Field::Redirect, address);
            assert!(shape(Field::Redirect, &typed).unwrap().unwrap().contains(word), "{address}");
        }
        let typed = typed.with(Field::MpnId, "62x").with(Field::Redirect, "http://contoso.com");
        let fields: Vec<Field> = partner_api(&typed, Some(&secret(APP))).unwrap_err().iter().map(|p| p.field).collect();
        assert_eq!(fields, [Field::MpnId, Field::ApiSecret, Field::Redirect]);
    }
}
