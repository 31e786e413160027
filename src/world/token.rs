//! Token answers in the worst case.
//!
//! A code is spent once its answer is on the wire, so the refresh token is taken out of the bytes before anything else is
//! looked at.

use zeroize::Zeroizing;

use crate::microsoft::json;
use crate::words::{Secret, SharedSecret};

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
    let read =
        serde_json::from_slice::<String>(&quoted).unwrap_or_else(|_unshown| String::from_utf8_lossy(raw).into_owned());
    let read = Zeroizing::new(read);
    if read.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Zeroizing::new(read.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect());
    }
    read
}

fn form_value(body: &[u8], name: &str) -> Option<Zeroizing<String>> {
    url::form_urlencoded::parse(body)
        .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty())
        .map(|(_, value)| Zeroizing::new(value.into_owned()))
}

/// The body as UTF-8, when it is UTF-16 with or without its mark.
pub fn utf8(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let little = body.starts_with(b"\xff\xfe") || body.get(1) == Some(&0);
    let big = body.starts_with(b"\xfe\xff") || body.first() == Some(&0);
    if !little && !big {
        return Zeroizing::new(json::without_mark(body).to_vec());
    }
    let units = body.chunks_exact(2).filter_map(|pair| {
        let pair: [u8; 2] = pair.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    });
    let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Zeroizing::new(text.into_bytes())
}
