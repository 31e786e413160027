//! Token answers, for `oauth2` and for the worst case.
//!
//! A code is spent once its answer is on the wire, so the refresh token is taken out of the bytes before anything else is
//! looked at ([`salvage`]). The types below stand in for `oauth2`'s own: its standard answer refuses the string
//! `"expires_in":"3599"` of the v1 endpoint, and its standard error loses `error_codes`, `claims` and the trace ID.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, ErrorResponse, RefreshToken, Scope, TokenResponse};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::microsoft::Said;
use crate::words::secret::{Secret, SharedSecret};
use crate::world::json;

/// An answer with a token (RFC 6749, section 5.1), read leniently.
#[derive(Debug)]
pub struct EntraToken {
    access_token: AccessToken,
    token_type: BasicTokenType,
    expires_in: Option<Duration>,
    refresh_token: Option<RefreshToken>,
    scopes: Option<Vec<Scope>>,
    id_token: Option<SharedSecret>,
}

impl EntraToken {
    /// The ID token, if `openid` was asked for.
    pub fn id_token(&self) -> Option<&SharedSecret> {
        self.id_token.as_ref()
    }

    /// Reads the members of the answer. Only the access token must be there.
    fn from_map(map: &Map<String, Value>) -> Option<Self> {
        let string = |name: &str| {
            json::member(map, name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let scopes = string("scope")
            .map(|text| text.split_whitespace().map(|word| Scope::new(word.to_owned())).collect());
        Some(Self {
            access_token: AccessToken::new(string("access_token")?),
            token_type: BasicTokenType::Bearer,
            expires_in: json::member(map, "expires_in")
                .and_then(json::number)
                .map(Duration::from_secs),
            refresh_token: string("refresh_token").map(RefreshToken::new),
            scopes,
            id_token: string("id_token").map(Secret::shared),
        })
    }
}

impl<'de> Deserialize<'de> for EntraToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::deserialize(deserializer)?;
        Self::from_map(&map).ok_or_else(|| D::Error::missing_field("access_token"))
    }
}

/// Asked for by `oauth2`'s traits; a token is never written.
impl Serialize for EntraToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl TokenResponse for EntraToken {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

/// An error answer (RFC 6749, section 5.2), with what Entra adds to it.
#[derive(Debug)]
pub struct EntraError(pub Said);

impl<'de> Deserialize<'de> for EntraError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|map| Self(Said::from_object(&map)))
    }
}

/// Asked for by `oauth2`'s traits; an error is never written by them.
impl Serialize for EntraError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl fmt::Display for EntraError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.error {
            Some(error) => error.fmt(f),
            None => f.write_str("refused"),
        }
    }
}

impl ErrorResponse for EntraError {}

/// Takes the string of that name out of an answer, however broken the rest is: wrong types, duplicates, rubbish in front or
/// behind, UTF-16, a body that is cut after the value, or a form in place of JSON. The last value at the lowest depth wins.
pub fn salvage(body: &[u8], name: &str) -> Option<SharedSecret> {
    let body = utf8(body);
    let mut best: Option<(usize, Zeroizing<String>)> = None;
    let mut tokens = Tokens { bytes: &body, place: 0, depth: 0 };
    let mut key = false;
    while let Some(token) = tokens.next() {
        let Token::String(raw) = token else {
            key = key && matches!(token, Token::Colon);
            continue;
        };
        if key {
            key = false;
            let value = unescaped(raw);
            if !value.is_empty() && best.as_ref().is_none_or(|(depth, _)| tokens.depth <= *depth) {
                best = Some((tokens.depth, value));
            }
        } else {
            key = raw.eq_ignore_ascii_case(name.as_bytes());
        }
    }
    let found = match best {
        Some((_, value)) => value,
        None if body.contains(&b'{') => return None,
        None => form_value(&body, name)?,
    };
    Some(Secret::shared(found.as_str().to_owned()))
}

/// What matters of JSON for finding a member.
#[derive(Debug)]
enum Token<'b> {
    /// The bytes between two quotes, still escaped.
    String(&'b [u8]),
    Colon,
    Other,
}

struct Tokens<'b> {
    bytes: &'b [u8],
    place: usize,
    depth: usize,
}

impl<'b> Tokens<'b> {
    fn next(&mut self) -> Option<Token<'b>> {
        loop {
            let byte = *self.bytes.get(self.place)?;
            self.place += 1;
            match byte {
                b'"' => return self.string(),
                b':' => return Some(Token::Colon),
                b'{' | b'[' => {
                    self.depth += 1;
                    return Some(Token::Other);
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    return Some(Token::Other);
                }
                byte if byte.is_ascii_whitespace() || byte == 0 => {}
                _ => return Some(Token::Other),
            }
        }
    }

    fn string(&mut self) -> Option<Token<'b>> {
        let start = self.place;
        loop {
            match *self.bytes.get(self.place)? {
                b'\\' => self.place += 2,
                b'"' => break,
                _ => self.place += 1,
            }
        }
        let inner = self.bytes.get(start..self.place)?;
        self.place += 1;
        Some(Token::String(inner))
    }
}

fn unescaped(raw: &[u8]) -> Zeroizing<String> {
    let mut quoted = Zeroizing::new(Vec::with_capacity(raw.len() + 2));
    quoted.push(b'"');
    quoted.extend_from_slice(raw);
    quoted.push(b'"');
    let read = serde_json::from_slice::<String>(&quoted)
        .unwrap_or_else(|_unshown| String::from_utf8_lossy(raw).into_owned());
    let read = Zeroizing::new(read);
    if read.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Zeroizing::new(
            read.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect(),
        );
    }
    read
}

fn form_value(body: &[u8], name: &str) -> Option<Zeroizing<String>> {
    url::form_urlencoded::parse(body)
        .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty())
        .map(|(_, value)| Zeroizing::new(value.into_owned()))
}

/// The body as UTF-8, when it is UTF-16 with or without its mark.
fn utf8(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let little = body.starts_with(b"\xff\xfe") || body.get(1) == Some(&0);
    let big = body.starts_with(b"\xfe\xff") || body.first() == Some(&0);
    if !little && !big {
        return Zeroizing::new(json::without_mark(body).to_vec());
    }
    let units = body.chunks_exact(2).filter_map(|pair| {
        let pair: [u8; 2] = pair.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    });
    let text: String =
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Zeroizing::new(text.into_bytes())
}
