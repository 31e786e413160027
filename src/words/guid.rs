//! How IDs and secrets look, and a GUID in what was copied with its label: a line or a page of a portal, an address, a line of a script.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::words::kind::ProblemKind;
use crate::words::text::plain_sign;

/// A value and whether its spelling was mended on the way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalized<T> {
    /// The value as it should be.
    pub value: T,
    /// Whether dashes, braces, case, blanks or an address around it were put right.
    pub mended: bool,
}

impl<T> Normalized<T> {
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Normalized<U> {
        Normalized { value: make(self.value), mended: self.mended }
    }
}

/// What stands before the ID of a directory, of an application, and of what is neither, in lower case.
const DIRECTORY: [&str; 3] = ["tenant", "directory", "account id"];
const APPLICATION: [&str; 4] = ["client", "application", "appid", "api://"];
const OTHERS: [&str; 7] = ["object", "secret", "subscription", "correlation", "trace", "request", "resource"];

/// The longest text that an ID is taken out of.
const LONGEST: usize = 2_000;

/// The ID of an application in a text.
pub(super) fn application(raw: &str) -> Option<Normalized<String>> {
    labelled(raw, &APPLICATION, &[&DIRECTORY[..], &OTHERS].concat())
}

/// The ID of a directory in a text.
pub(super) fn directory(raw: &str) -> Option<Normalized<String>> {
    labelled(raw, &DIRECTORY, &[&APPLICATION[..], &OTHERS].concat())
}

/// The GUID that a copied text names by one of these labels, or the only one where it has none of the others.
fn labelled(raw: &str, own: &[&str], others: &[&str]) -> Option<Normalized<String>> {
    let shown = shown(raw);
    let text = shown.to_ascii_lowercase();
    // What is read so is shown and kept as it was pasted.
    if text.len() > LONGEST || without_secrets(&shown) != shown {
        return None;
    }
    let (mut named, mut bare) = (BTreeSet::new(), BTreeSet::new());
    let (mut label, mut strange) = (String::new(), false);
    for part in text.split_inclusive(|sign: char| !sign.is_ascii_hexdigit() && sign != '-') {
        let id = part.trim_end_matches(|sign: char| !sign.is_ascii_hexdigit());
        if id.len() != 36 || guid(id).is_err() {
            label.push_str(part);
            continue;
        }
        let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
        strange |= has(others) && !has(own);
        if has(own) { &mut named } else { &mut bare }.insert(id.to_owned());
        label.clear();
    }
    let only = |ids: BTreeSet<String>| ids.into_iter().next();
    let found = match (named.len(), bare.len()) {
        (1, _) => only(named),
        (0, 1) if !strange => only(bare),
        _ => None,
    };
    found.map(|value| Normalized { value, mended: true })
}

/// Whether the text is a GUID in its usual spelling, which is how a Secret ID looks and a secret value never does.
pub fn looks_like_guid(raw: &str) -> bool {
    guid(raw).is_ok() && raw.contains('-')
}

/// Whether the text looks like the value of a client secret: the form that Entra has given them for years (37 to 40
/// characters with `Q~` after the fourth). A hint only: nothing is refused by it where a secret belongs.
pub fn looks_like_secret_key(raw: &str) -> bool {
    let text = raw.trim();
    (30..=44).contains(&text.len())
        && text.get(3..8).is_some_and(|part| part.contains("Q~"))
        && !text.contains(char::is_whitespace)
}

/// Whether a run without blanks looks made by a machine: long, and of both cases with digits, or with the sign that Entra's
/// secrets have.
pub fn looks_random(raw: &str) -> bool {
    raw.split_whitespace().filter(|run| run.len() >= 24).any(|run| {
        let has = |kind: fn(&char) -> bool| run.chars().any(|sign| kind(&sign));
        run.contains('~') || has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
    })
}

/// The text without what looks like a secret, a code or a token: services and people repeat them.
pub fn without_secrets(text: &str) -> String {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "-._~+".contains(sign);
    let is_secret = |piece: &str| looks_like_secret_key(piece) || looks_random(piece);
    let mut clean = String::with_capacity(text.len());
    for part in text.split_inclusive(|sign| !is_part(sign)) {
        let piece = part.trim_end_matches(|sign| !is_part(sign));
        clean.push_str(if is_secret(piece) { "(hidden)" } else { piece });
        clean.push_str(part.strip_prefix(piece).unwrap_or_default());
    }
    clean
}

pub(super) fn unquoted(raw: &str) -> &str {
    raw.trim().trim_end_matches([',', ';']).trim_matches(['"', '\'', '<', '>', '`']).trim()
}

/// Without invisible marks, and in the usual width.
pub(super) fn shown(raw: &str) -> String {
    raw.chars().filter_map(plain_sign).collect()
}

pub(super) fn guid(raw: &str) -> Result<Normalized<String>, ProblemKind> {
    let shown = shown(raw);
    let trimmed = unquoted(&shown);
    if trimmed.is_empty() {
        return Err(ProblemKind::IdMissing);
    }
    let lower = trimmed.to_ascii_lowercase();
    let bare = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let bare = bare.trim_matches(['{', '}', '(', ')']);
    let digits: String = bare
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
        .collect();
    let id = Uuid::try_parse(&digits).map_err(|_unshown| ProblemKind::IdNotGuid)?;
    if id.is_nil() {
        return Err(ProblemKind::IdNil);
    }
    let value = id.to_string();
    let mended = value != raw;
    Ok(Normalized { value, mended })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ids::{ClientId, Directory};

    const GUID: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
    const TENANT: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";

    #[test]
    fn an_id_is_taken_out_of_what_was_copied_with_its_label() {
        const OTHER: &str = "0c5a3b1e-7d42-4f8a-9b16-5e2d8c7f4a31";
        let page = format!("Application (client) ID\n{GUID}\nObject ID\n{OTHER}\nDirectory (tenant) ID\n{TENANT}");
        for raw in [
            format!("Application (client) ID: {GUID}"),
            format!("\"appId\": \"{GUID}\","),
            format!("client_id={GUID}&response_type=code"),
            format!("api://{GUID}"),
            format!("{GUID};"),
            format!("https://entra.microsoft.com/#view/x/ApplicationMenuBlade/~/Overview/appId/{GUID}/isMSAApp~/false"),
            format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?client_id={GUID}&x=y"),
            page.clone(),
        ] {
            assert_eq!(ClientId::parse(&raw).unwrap().value.as_str(), GUID, "{raw}");
        }
        for raw in [
            format!("Tenant ID\t{TENANT}"),
            format!("\"tenantId\": \"{TENANT}\","),
            format!("Account ID {TENANT}"),
            format!("({TENANT})."),
            format!("Basic information\nName\tContoso\nTenant ID\t{TENANT}\nPrimary domain\tcontoso.onmicrosoft.com"),
            page,
        ] {
            assert_eq!(Directory::parse(&raw).unwrap().value.as_str(), TENANT, "{raw}");
        }
        let secret = "abc8Q~marked-secret-value-0123456789_-.~";
        for raw in [
            format!("Object ID: {GUID}"),
            format!("Tenant ID: {GUID}"),
            format!("{GUID} {OTHER}"),
            format!("{GUID}{GUID}"),
            format!("Application ID: {GUID}\nApplication ID: {OTHER}"),
            format!("Application ID {GUID} Value {secret}"),
            format!("Secret ID {GUID}"),
        ] {
            assert_eq!(ClientId::parse(&raw), Err(ProblemKind::IdNotGuid), "{raw}");
        }
        assert_eq!(Directory::parse(&format!("Application (client) ID: {GUID}")), Err(ProblemKind::DirectoryNotOne));
        assert_eq!(Directory::parse(&format!("Tenant ID {GUID} Value {secret}")), Err(ProblemKind::DirectoryNotOne));
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden_and_nothing_else() {
        let secret = "abc8Q~marked-secret-value-0123456789_-.~";
        for hidden in [
            secret,
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl",
            "1.AXoAkl-some_opaque.AgABBAIAAADnfA8X_k3",
        ] {
            for text in [format!("secret '{hidden}' is wrong"), format!("x?code={hidden}&state=y"), hidden.to_owned()] {
                assert_eq!(without_secrets(&text), text.replace(hidden, "(hidden)"));
            }
        }
        for text in [
            "AADSTS700016: Application with identifier '3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711' was not found.",
            "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview",
            "Microsoft.Store.PartnerCenter.Exceptions.PartnerException: no",
            "シークレットが無効です。",
            "",
        ] {
            assert_eq!(without_secrets(text), text);
        }
    }
}
