//! The names of things: made only by parsing, so that what exists is already right.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use crate::words::guid::{self, guid, shown, unquoted};
pub use crate::words::guid::{Normalized, looks_like_guid, looks_like_secret_key, looks_random, without_secrets};
use crate::words::kind::ProblemKind;
use crate::words::secret::{Secret, SharedSecret};
use crate::words::text::UntrustedText;

/// What all texts of one value have in common: they are read, shown and kept as they are.
macro_rules! texts {
    ($($name:ident)*) => {$(
        impl $name {
            /// The text, as it is kept.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl From<Normalized<Self>> for $name {
            fn from(read: Normalized<Self>) -> Self {
                read.value
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = Self::parse(&String::deserialize(deserializer)?);
                read.map(Self::from).map_err(|kind| de::Error::custom(kind.key()))
            }
        }
    )*};
}

texts! { TenantId ClientId Domain MpnId AccountName RedirectAddress }

/// A directory (tenant) ID: lower case, with dashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TenantId(String);

impl TenantId {
    /// Reads a GUID in any spelling: braces, missing dashes, capitals, blanks, quotes, `urn:uuid:`.
    pub fn parse(raw: &str) -> Result<Normalized<Self>, ProblemKind> {
        guid(raw).map(|id| id.map(Self))
    }
}

/// An application (client) ID: lower case, with dashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Reads a GUID in any spelling, as [`TenantId::parse`] does, or the one that a text or an address names as an application's.
    pub fn parse(raw: &str) -> Result<Normalized<Self>, ProblemKind> {
        let named = || guid::application(raw);
        guid(raw).or_else(|kind| named().ok_or(kind)).map(|id| id.map(Self))
    }

    /// The ID alone, where `raw` is a text that names it.
    pub fn in_text(raw: &str) -> Option<String> {
        guid(raw).err().and_then(|_| guid::application(raw)).map(|id| id.value)
    }
}

/// A verified domain of a tenant, such as `contoso.onmicrosoft.com`: lower case, punycode.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Domain(String);

impl Domain {
    /// Reads a domain; a scheme, a path or an e-mail name around it is taken off.
    pub fn parse(raw: &str) -> Result<Normalized<Self>, ProblemKind> {
        let shown = shown(raw);
        let trimmed = unquoted(&shown);
        if trimmed.is_empty() {
            return Err(ProblemKind::IdMissing);
        }
        let bare = trimmed.split_once("://").map_or(trimmed, |(_, rest)| rest);
        let bare = bare.split(['/', '?', '#']).next().unwrap_or_default();
        let bare = bare.rsplit('@').next().unwrap_or_default().trim_matches('.');
        let Ok(Host::Domain(name)) = Host::parse(bare) else {
            return Err(ProblemKind::DirectoryNotOne);
        };
        let labels_fit = name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
        if !name.contains('.') || name.len() > 253 || !labels_fit {
            return Err(ProblemKind::DirectoryNotOne);
        }
        let mended = name != raw;
        Ok(Normalized { value: Self(name), mended })
    }
}

/// A directory by either of its names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Directory {
    /// By its tenant ID.
    Tenant(TenantId),
    /// By a domain it has verified.
    Domain(Domain),
}

impl Directory {
    /// Reads a tenant ID or a domain, alone or in an address of Microsoft's that names one.
    pub fn parse(raw: &str) -> Result<Normalized<Self>, ProblemKind> {
        match TenantId::parse(raw) {
            Ok(id) => Ok(id.map(Self::Tenant)),
            Err(ProblemKind::IdNotGuid) => match Self::named_in(&shown(raw)) {
                Some("") => Err(ProblemKind::DirectoryNotOne),
                Some(named) => Self::parse(named).map(|read| Normalized { mended: true, ..read }),
                None => match guid::directory(raw) {
                    Some(id) => Ok(id.map(|id| Self::Tenant(TenantId(id)))),
                    None => Domain::parse(raw).map(|name| name.map(Self::Domain)),
                },
            },
            Err(error) => Err(error),
        }
    }

    /// The ID alone, where `raw` is a text that names it, and no address.
    pub fn in_text(raw: &str) -> Option<String> {
        let is_value = guid(raw).is_ok() || Self::named_in(&shown(raw)).is_some();
        guid::directory(raw).filter(|_| !is_value).map(|id| id.value)
    }

    /// The directory that an address names; `None` for what is no such address.
    pub fn in_address(raw: &str) -> Option<Self> {
        Self::parse(Self::named_in(&shown(raw))?).ok().map(|read| read.value)
    }

    /// What an address names as the directory: first in the path of an endpoint, behind `@` or `tenantId` in one of a portal. It is
    /// empty where the address is Microsoft's and names none; `None` is no address of theirs.
    fn named_in(text: &str) -> Option<&str> {
        const HOSTS: [&str; 8] = [
            "microsoftonline.com",
            "microsoftonline.us",
            "microsoftonline.cn",
            "windows.net",
            "azure.com",
            "azure.us",
            "azure.cn",
            ".microsoft.com",
        ];
        const KEYS: [&str; 4] = ["tenantid", "tenant", "tid", "ctid"];
        let address = unquoted(text);
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        let parts: Vec<&str> = address.split(['/', '?', '&', '=', '#']).collect();
        let (host, parts) = parts.split_first()?;
        let host = host.to_ascii_lowercase();
        let theirs = HOSTS.iter().any(|end| host.ends_with(end)) && !host.contains('@');
        let first = parts.first().copied().filter(|first| looks_like_guid(first) || theirs && first.contains('.'));
        let keyed = parts.windows(2).find_map(|pair| match pair {
            [key, value] => KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)).then_some(*value),
            _ => None,
        });
        let found = first.or(keyed).or_else(|| parts.iter().find_map(|part| part.strip_prefix('@')));
        found.or_else(|| theirs.then_some(""))
    }

    /// As it stands in a path.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tenant(id) => id.as_str(),
            Self::Domain(name) => name.as_str(),
        }
    }
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An MPN ID (PartnerID): a number of 1 to 12 digits, kept as written because it is a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct MpnId(String);

impl MpnId {
    /// Reads an MPN ID; blanks and a leading `MPN`, `MPNID` or `ID` are taken off.
    pub fn parse(raw: &str) -> Result<Normalized<Self>, ProblemKind> {
        let bare: String = unquoted(&shown(raw))
            .trim_start_matches(|c: char| c.is_alphabetic() || matches!(c, ':' | '#' | ' ' | '-' | '(' | ')'))
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        match bare.len() {
            0 if raw.trim().is_empty() => Err(ProblemKind::IdMissing),
            1..=12 if bare.bytes().all(|b| b.is_ascii_digit()) => {
                let mended = bare != raw;
                Ok(Normalized { value: Self(bare), mended })
            }
            _ => Err(ProblemKind::NotAnMpnId),
        }
    }
}

/// What the payer account is called in Octo: at most 128 characters, any script, harmless on a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccountName(UntrustedText);

impl AccountName {
    /// Most characters that a name may have.
    pub const LONGEST: usize = 128;

    /// Reads a name; blanks around it go. An empty name is `IdMissing`, which a caller may take as "none".
    pub fn parse(raw: &str) -> Result<Self, ProblemKind> {
        let name = UntrustedText::new(raw);
        match name.as_str().chars().count() {
            0 => Err(ProblemKind::IdMissing),
            1..=Self::LONGEST => Ok(Self(name)),
            _ => Err(ProblemKind::NameTooLong),
        }
    }
}

/// A redirect address as it stands on the app registration, to the letter: Entra compares text, not meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RedirectAddress(String);

/// Where a listener can catch the answer for a redirect address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopbackPort {
    /// The port the address names, or `None` when any free one will do (Entra ignores the port of `http://localhost`).
    pub port: Option<u16>,
    /// The path the answer comes to.
    pub path: String,
}

impl RedirectAddress {
    /// What Entra allows (entra-docs, reply-url: length).
    pub const LONGEST: usize = 256;

    /// Reads a redirect address by Entra's rules (entra-docs, reply-url).
    pub fn parse(raw: &str) -> Result<Self, ProblemKind> {
        let shown = shown(raw);
        let text = unquoted(&shown);
        if text.is_empty() {
            return Err(ProblemKind::RedirectMissing);
        }
        if text.len() > Self::LONGEST {
            return Err(ProblemKind::RedirectTooLong);
        }
        if text.contains(['!', '$', '\'', '(', ')', ',', ';', '#', '*', '\\']) || text.chars().any(char::is_whitespace)
        {
            return Err(ProblemKind::RedirectCharacter);
        }
        let Ok(url) = Url::parse(text) else {
            return Err(ProblemKind::RedirectNotAddress);
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProblemKind::RedirectNotAddress);
        }
        match (url.scheme(), url.host()) {
            ("https", Some(_)) | ("http", Some(Host::Domain("localhost"))) => {}
            ("http", Some(Host::Ipv4(address))) if address.is_loopback() => {}
            ("http", Some(Host::Ipv6(address))) if address.is_loopback() => {
                return Err(ProblemKind::RedirectIpv6);
            }
            ("http", Some(_)) => return Err(ProblemKind::RedirectNotSafe),
            _ => return Err(ProblemKind::RedirectNotAddress),
        }
        Ok(Self(text.to_owned()))
    }

    /// Where a listener of ours can catch the answer, or `None` when it must be pasted (https, or a query in the address).
    ///
    /// Entra ignores the port of the name `localhost` alone (entra-docs, reply-url): there any port will do where the address
    /// names none. `http://127.0.0.1` is port 80 to the letter, and `:80` is a port that was named.
    pub fn loopback(&self) -> Option<LoopbackPort> {
        let url = Url::parse(&self.0).ok()?;
        let port = if self.any_port() { None } else { url.port_or_known_default() };
        (url.scheme() == "http" && url.query().is_none()).then(|| LoopbackPort { port, path: url.path().to_owned() })
    }

    /// Whether Entra takes the address with any port.
    fn any_port(&self) -> bool {
        let rest = self.0.split_at_checked(LOCALHOST.len());
        rest.is_some_and(|(front, rest)| front.eq_ignore_ascii_case(LOCALHOST) && !rest.starts_with([':', '.']))
    }

    /// The same address with the port a listener was given, where any will do; else as it is.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        if !self.any_port() {
            return self.clone();
        }
        let (front, rest) = self.0.split_at_checked(LOCALHOST.len()).unwrap_or((&self.0, ""));
        Self(format!("{front}:{port}{rest}"))
    }
}

/// The beginning of the one address whose port Entra ignores.
const LOCALHOST: &str = "http://localhost";

/// An authorization code: opaque, single use, about ten minutes old at most (entra-docs, v2-oauth2-auth-code-flow).
#[derive(Clone, Debug)]
pub struct AuthCode(SharedSecret);

impl AuthCode {
    /// Takes a code as it came. Its form is Microsoft's business, so only what no code has is refused: signs that no address can
    /// carry as they are (RFC 3986, appendix A), and the dots or stars that a display puts where it leaves something out.
    pub fn parse(raw: &str) -> Option<Self> {
        let strange = |c: char| !c.is_ascii_graphic() || "\"&<>[]\\^`{|}#".contains(c);
        let is_one = !raw.is_empty() && !raw.chars().any(strange) && !raw.contains("...") && !raw.contains("***");
        is_one.then(|| Self(Secret::shared(raw.to_owned())))
    }

    /// The code, for the one request that redeems it.
    pub fn secret(&self) -> &SharedSecret {
        &self.0
    }

    /// What is remembered of a code that was sent.
    pub fn sent(&self) -> SentCode {
        SentCode(Sha256::digest(self.0.reveal()).into())
    }
}

/// A code that was sent, by its SHA-256: enough to know it again, and nothing that anybody could send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentCode([u8; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";

    #[test]
    fn guids_are_mended() {
        assert_eq!(TenantId::parse(GUID).unwrap(), Normalized { value: TenantId(GUID.to_owned()), mended: false });
        for raw in [
            "{8B1F6A9E-2C57-4F0F-9A11-5F6C2B7AD204}",
            " 8b1f6a9e2c574f0f9a115f6c2b7ad204\n",
            "urn:uuid:8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204",
            "\"8b1f6a9e–2c57–4f0f–9a11–5f6c2b7ad204\"",
            "8b1f6a9e 2c57 4f0f 9a11 5f6c2b7ad204",
            "\u{202a}8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204\u{202c}",
            "\u{2060}8b1f6a9e-2c57-4f0f-9a11-\u{ad}5f6c2b7ad204",
            "８ｂ１ｆ６ａ９ｅ－２ｃ５７－４ｆ０ｆ－９ａ１１－５ｆ６ｃ２ｂ７ａｄ２０４",
        ] {
            let read = TenantId::parse(raw).unwrap();
            assert_eq!(read.value.as_str(), GUID, "{raw}");
            assert!(read.mended);
        }
    }

    #[test]
    fn what_is_no_guid_is_refused_by_kind() {
        assert_eq!(ClientId::parse(" "), Err(ProblemKind::IdMissing));
        assert_eq!(ClientId::parse("8b1f6a9e-2c57"), Err(ProblemKind::IdNotGuid));
        assert_eq!(ClientId::parse(&"0".repeat(32)), Err(ProblemKind::IdNil));
        assert_eq!(ClientId::parse(&"a".repeat(65_536)), Err(ProblemKind::IdNotGuid));
    }

    #[test]
    fn domains_lose_what_is_around_them() {
        for raw in
            ["https://Contoso.onmicrosoft.com/x?y", "admin@contoso.onmicrosoft.com", " contoso.onmicrosoft.com. "]
        {
            assert_eq!(Domain::parse(raw).unwrap().value.as_str(), "contoso.onmicrosoft.com", "{raw}");
        }
        assert_eq!(Domain::parse("日本.example").unwrap().value.as_str(), "xn--wgv71a.example");
        for bad in ["contoso", "-a.example", "a..example", "127.0.0.1", "a b.example", "[::1]"] {
            assert_eq!(Domain::parse(bad), Err(ProblemKind::DirectoryNotOne), "{bad}");
        }
    }

    #[test]
    fn a_directory_is_either() {
        assert!(matches!(Directory::parse(GUID).unwrap().value, Directory::Tenant(_)));
        assert!(matches!(Directory::parse("contoso.com").unwrap().value, Directory::Domain(_)));
        assert_eq!(Directory::parse(""), Err(ProblemKind::IdMissing));
    }

    #[test]
    fn an_address_of_microsofts_names_the_directory() {
        for (raw, named) in [
            (format!("https://login.microsoftonline.com/{GUID}/oauth2/v2.0/token"), GUID),
            (format!("login.microsoftonline.com/{GUID}/oauth2/v2.0/authorize"), GUID),
            (format!("https://sts.windows.net/{GUID}/"), GUID),
            (
                format!(
                    "https://login.microsoftonline.us/{}/v2.0/.well-known/openid-configuration",
                    GUID.to_uppercase()
                ),
                GUID,
            ),
            (format!("https://portal.azure.com/{GUID}#home"), GUID),
            (format!("https://portal.azure.com/#view/Microsoft_AAD_IAM/x/tenantId/{GUID}/menu/y"), GUID),
            (format!("https://entra.microsoft.com/?tenant={GUID}&feature=x#home"), GUID),
            ("https://portal.azure.com/#@contoso.onmicrosoft.com/resource/x".to_owned(), "contoso.onmicrosoft.com"),
            ("https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0".to_owned(), "contoso.onmicrosoft.com"),
            (format!("\u{feff}https://login.example/{GUID}/oauth2/token"), GUID),
            ("admin@contoso.onmicrosoft.com".to_owned(), "contoso.onmicrosoft.com"),
            ("https://contoso.example/".to_owned(), "contoso.example"),
        ] {
            let read = Directory::parse(&raw).unwrap();
            assert_eq!((read.value.as_str(), read.mended), (named, true), "{raw}");
        }
        for raw in [
            "https://portal.azure.com/#home".to_owned(),
            "https://login.microsoftonline.com/common/oauth2/v2.0/token".to_owned(),
            "https://entra.microsoft.com".to_owned(),
            // The application's ID is no directory.
            format!("https://portal.azure.com/#view/x/ApplicationMenuBlade/~/Overview/appId/{GUID}/isMSAApp~/false"),
        ] {
            assert_eq!(Directory::parse(&raw), Err(ProblemKind::DirectoryNotOne), "{raw}");
        }
    }

    #[test]
    fn mpn_ids_are_digits() {
        assert_eq!(MpnId::parse("MPN ID (location): 6271154").unwrap().value.as_str(), "6271154");
        assert_eq!(MpnId::parse("パートナー ID：6271154").unwrap().value.as_str(), "6271154");
        assert_eq!(MpnId::parse("MPN ID: 627 1154").unwrap().value.as_str(), "6271154");
        assert_eq!(MpnId::parse("\u{200b}６２７１１５４").unwrap().value.as_str(), "6271154");
        for bad in ["62a", "1234567890123", "mpn"] {
            assert_eq!(MpnId::parse(bad), Err(ProblemKind::NotAnMpnId), "{bad}");
        }
    }

    #[test]
    fn names_of_any_script_fit_up_to_128_characters() {
        assert_eq!(AccountName::parse("  Contoso 本番 ").unwrap().as_str(), "Contoso 本番");
        assert!(AccountName::parse(&"本".repeat(128)).is_ok());
        assert_eq!(AccountName::parse(&"本".repeat(129)), Err(ProblemKind::NameTooLong));
        assert_eq!(AccountName::parse("\u{202e}"), Err(ProblemKind::IdMissing));
    }

    #[test]
    fn redirect_addresses_follow_entras_rules() {
        for good in ["http://localhost", "http://localhost:8400/back", "https://localhost", "http://127.0.0.1:9"] {
            assert_eq!(RedirectAddress::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(RedirectAddress::parse("http://localhost\u{200b}").unwrap().as_str(), "http://localhost");
        for (bad, why) in [
            ("http://contoso.com", ProblemKind::RedirectNotSafe),
            ("http://[::1]:8", ProblemKind::RedirectIpv6),
            ("localhost", ProblemKind::RedirectNotAddress),
            ("https://x/(a)", ProblemKind::RedirectCharacter),
            ("https://x/#a", ProblemKind::RedirectCharacter),
            ("javascript:alert", ProblemKind::RedirectNotAddress),
        ] {
            assert_eq!(RedirectAddress::parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn the_port_is_put_in_without_changing_a_letter_more() {
        let with = |raw: &str| RedirectAddress::parse(raw).unwrap().with_port(8400).as_str().to_owned();
        assert_eq!(with("http://localhost"), "http://localhost:8400");
        assert_eq!(with("http://localhost/"), "http://localhost:8400/");
        assert_eq!(with("http://localhost/Back"), "http://localhost:8400/Back");
        assert_eq!(with("http://localhost:77/x"), "http://localhost:77/x");
        assert_eq!(RedirectAddress::parse("https://localhost").unwrap().loopback(), None);
        let port = RedirectAddress::parse("http://localhost").unwrap().loopback().unwrap();
        assert_eq!(port, LoopbackPort { port: None, path: "/".to_owned() });
    }

    #[test]
    fn a_port_that_is_named_or_meant_stays_and_is_listened_on() {
        for (raw, port) in [
            ("http://localhost:80", 80),
            ("http://localhost:80/back", 80),
            ("http://127.0.0.1", 80),
            ("http://127.0.0.1/back", 80),
            ("http://127.0.0.1:8400", 8400),
        ] {
            let address = RedirectAddress::parse(raw).unwrap();
            assert_eq!(address.loopback().unwrap().port, Some(port), "{raw}");
            assert_eq!(address.with_port(9999).as_str(), raw);
        }
        let any = RedirectAddress::parse("HTTP://LOCALHOST/x").unwrap();
        assert_eq!(any.loopback().unwrap().port, None);
        assert_eq!(any.with_port(8400).as_str(), "HTTP://LOCALHOST:8400/x");
    }

    #[test]
    fn secret_keys_are_known_by_their_form() {
        assert!(looks_like_secret_key("abc8Q~marked-secret-value-0123456789_-.~"));
        for other in ["", GUID, "abc8Q~", "contoso.onmicrosoft.com", "a b c8Q~ marked secret value 0123456789"] {
            assert!(!looks_like_secret_key(other), "{other}");
        }
    }

    #[test]
    fn codes_are_opaque() {
        assert!(AuthCode::parse("1.AXoA-._~x").is_some());
        assert!(AuthCode::parse("a&b").is_none());
        assert!(AuthCode::parse("a b").is_none());
        assert!(AuthCode::parse("").is_none());
        // Damaged by what showed it.
        for damaged in ["1.AHO6_RVjy1ps63\u{2026}iH0", "1.AHO6_RV...iH0", "1.AX\u{200b}oA", "1.AX\u{ff21}", "<1.AX>"] {
            assert!(AuthCode::parse(damaged).is_none(), "{damaged}");
        }
    }
}
