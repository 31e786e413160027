//! Reading what a token says about itself (RFC 7519), without believing it: the token is not addressed to us, so its
//! signature is not ours to check. A token that cannot be read is no fault.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::microsoft::json;
use crate::words::{Claims, UntrustedText};

/// Most names of a list that are kept.
const MOST: usize = 64;

/// Decodes the payload of a JSON Web Token. Names are those of `access-token-claims-reference` of entra-docs, v1.0 and v2.0.
pub fn decode(token: &str) -> Claims {
    payload(token).map(|map| claims(&map)).unwrap_or_default()
}

fn payload(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.trim().split('.');
    let (_header, payload) = (parts.next()?, parts.next()?);
    // Three parts when signed; an unsigned ID token may come with an empty third or without it.
    if parts.count() > 1 {
        return None;
    }
    let payload = payload.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    json::object(&bytes)
}

fn claims(map: &Map<String, Value>) -> Claims {
    let first = |names: &[&str]| names.iter().find_map(|name| json::text(map, name));
    let application = first(&["appid", "azp", "client_id"]);
    // The token of an application itself has the application as its subject; its `scope` is nobody's delegation (RFC 9068).
    let of_itself = application.is_some() && application == first(&["sub"]);
    let scopes = json::member(map, "scp").or_else(|| json::member(map, "scope").filter(|_| !of_itself)).map(words);
    Claims {
        readable: true,
        audience: audience(map),
        tenant: first(&["tid"]),
        application,
        user: first(&["upn", "unique_name", "preferred_username", "email"]),
        name: first(&["name"]),
        scopes: scopes.unwrap_or_default(),
        methods: json::member(map, "amr").map(words),
        expires: json::member(map, "exp")
            .and_then(json::number)
            .and_then(|seconds| i64::try_from(seconds).ok())
            .and_then(|seconds| Timestamp::from_second(seconds).ok()),
    }
}

fn audience(map: &Map<String, Value>) -> Option<UntrustedText> {
    listed(json::member(map, "aud")?)
        .iter()
        .find_map(|item| json::plain(item).and_then(|text| UntrustedText::some(&text)))
}

/// A list, or one string of words.
fn words(value: &Value) -> Vec<UntrustedText> {
    listed(value)
        .iter()
        .filter_map(json::plain)
        .flat_map(|text| text.split_whitespace().filter_map(UntrustedText::some).collect::<Vec<_>>())
        .take(MOST)
        .collect()
}

fn listed(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("eyJhbGciOiJub25lIn0.{}.x", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn the_sample_of_the_documentation_is_read() {
        let read = decode(&token(
            r#"{"aud":"https://service.contoso.com/","iss":"https://sts.windows.net/7fe81447-da57-4385-becb-6de57f21477e/","iat":1388440863,
            "nbf":1388440863,"exp":1388444763,"ver":"1.0","tid":"7fe81447-da57-4385-becb-6de57f21477e","oid":"68389ae2-62fa-4b18-91fe-53dd109d74f5",
            "upn":"frankm@contoso.com","unique_name":"frankm@contoso.com","appid":"2d4d11a2-f814-46a7-890a-274a72a7309e","appidacr":"0",
            "scp":"user_impersonation","acr":"1"}"#,
        ));
        assert!(read.readable);
        assert_eq!(read.audience.unwrap(), "https://service.contoso.com/");
        assert_eq!(read.user.unwrap(), "frankm@contoso.com");
        assert_eq!(read.application.unwrap(), "2d4d11a2-f814-46a7-890a-274a72a7309e");
        assert_eq!(read.scopes, ["user_impersonation"]);
        assert_eq!(read.methods, None);
        assert_eq!(read.expires.unwrap().as_second(), 1_388_444_763);
    }

    #[test]
    fn lists_and_strings_are_both_taken() {
        let read = decode(&token(
            r#"{"aud":["a","b"],"azp":"app","preferred_username":"p","amr":["pwd","mfa"],"scp":["x","y"],"exp":"1388444763"}"#,
        ));
        assert_eq!(read.audience.unwrap(), "a");
        assert_eq!(read.application.unwrap(), "app");
        assert_eq!(read.methods.unwrap(), ["pwd", "mfa"]);
        assert_eq!(read.scopes.len(), 2);
        assert!(read.expires.is_some());
        let read = decode(&token(r#"{"amr":"pwd mfa","exp":1e300}"#));
        assert_eq!(read.methods.unwrap().len(), 2);
        assert_eq!(read.expires, None);
    }

    /// Payloads of a server that follows RFC 9068: of the application itself, and of a person.
    #[test]
    fn the_names_of_other_servers_are_read() {
        let app = decode(&token(
            r#"{"jti":"g","sub":"0f9c1c4e-5c1b-4b0e-9f3b-6c1d2e3f4a5b","iat":1795367000,"exp":1795367600,"scope":"https://api.partnercenter.microsoft.com/.default","client_id":"0f9c1c4e-5c1b-4b0e-9f3b-6c1d2e3f4a5b","iss":"http://127.0.0.1:9400","aud":"https://api.partnercenter.microsoft.com"}"#,
        ));
        assert_eq!(app.application.unwrap(), "0f9c1c4e-5c1b-4b0e-9f3b-6c1d2e3f4a5b");
        assert!(app.scopes.is_empty());
        let person = decode(&token(
            r#"{"jti":"h","sub":"ada@contoso.example","scope":"https://api.partnercenter.microsoft.com/.default","client_id":"0f9c1c4e-5c1b-4b0e-9f3b-6c1d2e3f4a5b","aud":"https://api.partnercenter.microsoft.com"}"#,
        ));
        assert_eq!(person.scopes, ["https://api.partnercenter.microsoft.com/.default"]);
    }

    #[test]
    fn rubbish_is_unreadable_and_nothing_worse() {
        for junk in ["", ".", "..", "a.b.c", "a.b.c.d.e", "opaque", "0.AXoA.x", "é.é.é", "a.====.b", "x.W10.y"] {
            assert_eq!(decode(junk), Claims::default(), "{junk}");
        }
        let deep = token(&format!("{{\"a\":{}", "[".repeat(50_000)));
        assert!(!decode(&deep).readable);
    }
}
