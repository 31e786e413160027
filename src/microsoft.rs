//! The one reader of what Microsoft's services, and the boxes in front of them, say when they refuse.
//!
//! A body, a challenge in a header, the redirect of a sign-in, a page that somebody copied: each becomes a [`Failure`], as far as it
//! was said. Any other text is looked through for [`codes`]. What a finding means is the business of [`crate::diagnose`].

pub mod codes;
pub mod json;
pub mod plain;
pub mod sentence;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::words::ids::without_secrets;
use crate::words::{Cause, Failure, Service, UntrustedText};
use sentence::{Sentence, numbers};

/// The longest text of a page that is looked through.
const LONGEST_PAGE: usize = 16 << 10;

/// The longest sentence of a text from elsewhere, in bytes.
const LONGEST_SENTENCE: usize = 800;

/// Reads a body of `service`: JSON of any known shape, XML, a page, or plain text. An empty body says nothing.
pub fn read(service: Service, body: &[u8]) -> Failure {
    let nothing = || Failure::new(service, Cause::Refused);
    let body = json::without_mark(body).trim_ascii();
    // In another alphabet the letters beyond ASCII are lost and nothing else.
    let lossy = || body.starts_with(b"{").then(|| json::first(String::from_utf8_lossy(body).as_bytes())).flatten();
    match json::first(body).or_else(lossy) {
        Some(Value::Object(map)) => from_object(service, &map),
        Some(Value::String(text)) => from_text(service, &text),
        Some(Value::Array(items)) => {
            let first = items.iter().find_map(Value::as_object);
            first.map_or_else(nothing, |map| from_object(service, map))
        }
        _ if body.starts_with(b"{") => nothing(),
        _ if body.starts_with(b"<") => from_markup(service, &String::from_utf8_lossy(body)),
        _ => std::str::from_utf8(body).map_or_else(|_not_text| nothing(), |text| from_text(service, text)),
    }
}

/// Reads the parsed JSON object of an error.
pub fn from_object(service: Service, map: &Map<String, Value>) -> Failure {
    let first = json::member(map, "errors").and_then(|errors| errors.get(0));
    let mut said = match json::member(map, "error").or_else(|| json::member(map, "odata.error")).or(first) {
        // Microsoft Graph and the price service: {"error":{"code","message","innerError"}}.
        Some(Value::Object(inner)) => from_nested(service, inner),
        // OAuth (RFC 6749, section 5.2), with Entra's additions.
        Some(_) => from_oauth(service, map),
        None if json::member(map, "error_description").is_some() => from_oauth(service, map),
        // Partner Center: {"code","description","data","source"}; its gateway: {"statusCode","message"}.
        None => from_nested(service, map),
    };
    said.trace_id = said.trace_id.or_else(|| json::text(map, "trace_id")).or_else(|| json::text(map, "traceId"));
    said.correlation_id =
        json::text(map, "correlation_id").or_else(|| json::text(map, "correlationId")).or(said.correlation_id);
    said
}

/// Reads a sentence: takes the trailer of IDs off and looks for AADSTS numbers. In that of another service they stay where they
/// are: it numbers its errors by itself.
fn from_text(service: Service, text: &str) -> Failure {
    let Sentence { words, trace_id, correlation_id, request_id, .. } = Sentence::of(text);
    let codes = if service == Service::Entra { numbers(text) } else { Vec::new() };
    let sentence = UntrustedText::some(&without_secrets(words));
    Failure { codes, sentence, trace_id, correlation_id, request_id, ..Failure::new(service, Cause::Refused) }
}

/// Reads the parameters with which a sign-in comes back (RFC 6749, section 4.1.2.1); `None` where there is no `error`.
pub fn from_redirect(parameter: impl Fn(&str) -> Option<String>) -> Option<Failure> {
    let some = |name: &str| parameter(name).and_then(|value| UntrustedText::some(&value));
    let error = some("error")?;
    Some(Failure {
        error: Some(error),
        suberror: some("error_subcode").or_else(|| some("suberror")),
        ..from_text(Service::Entra, &parameter("error_description").unwrap_or_default())
    })
}

/// Reads what was copied from Microsoft's error page, ids before or after the sentence; `None` if it has no AADSTS number.
pub fn from_page(text: &str) -> Option<Failure> {
    let near = (0..4).find_map(|less| text.get(..LONGEST_PAGE - less)).unwrap_or(text);
    let whole = heard(&plain::plain(near, |_| false));
    (!whole.codes.is_empty()).then_some(whole)
}

/// Reads the sentence, the ids and the time in a [`plain`] text: what a service said somewhere else, and support asks for.
pub fn heard(text: &str) -> Failure {
    let object = text.find('{').and_then(|at| json::object(text.get(at..)?.as_bytes()));
    let told = object.map(|map| from_object(Service::Entra, &map)).filter(|told| told.sentence.is_some());
    let said = text.to_ascii_lowercase().find("aadsts").and_then(|at| text.get(at..)).unwrap_or(text);
    let said = told.unwrap_or_else(|| from_text(Service::Entra, said));
    let Sentence { trace_id, correlation_id, request_id, at, .. } = Sentence::of(text);
    // A log is no sentence, and a number alone is none.
    let is_one = |it: &UntrustedText| it.as_str().contains(' ') && it.as_str().len() <= LONGEST_SENTENCE;
    Failure {
        sentence: said.sentence.filter(is_one),
        trace_id: trace_id.or(said.trace_id),
        correlation_id: correlation_id.or(said.correlation_id),
        request_id: request_id.or(said.request_id),
        at,
        ..said
    }
}

/// Reads the address of Microsoft's page about a number, such as `https://login.microsoftonline.com/error?code=50011`.
pub fn from_page_address(text: &str) -> Option<Failure> {
    let (before, code) = text.trim().split_once(codes::PAGE)?;
    let plain = before.starts_with("https://") && !before.contains(char::is_whitespace);
    let number = code.trim_start_matches("AADSTS");
    let digits = (4..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let codes = vec![number.parse().ok().filter(|_| plain && digits)?];
    Some(Failure { codes, ..Failure::new(Service::Entra, Cause::Refused) })
}

fn from_oauth(service: Service, map: &Map<String, Value>) -> Failure {
    let description = json::member(map, "error_description").and_then(json::plain);
    let mut said = from_text(service, description.as_deref().unwrap_or_default());
    said.error = json::text(map, "error");
    said.suberror = json::text(map, "suberror").or_else(|| json::text(map, "error_subcode"));
    said.claims = claims(map);
    let given = json::member(map, "error_codes").map(listed);
    if let Some(given) = given.filter(|given| !given.is_empty()) {
        said.codes = given;
    }
    said
}

fn from_nested(service: Service, map: &Map<String, Value>) -> Failure {
    let sentence = ["message", "description", "error_description"].iter().find_map(|name| worded(map, name));
    let mut sentence = sentence.or_else(|| problem(map)).unwrap_or_default();
    for detail in details(map) {
        if !sentence.contains(detail) {
            sentence.extend([" ", detail]);
        }
    }
    let mut said = from_text(service, &sentence);
    match json::member(map, "code").map(|code| (json::number(code), json::plain(code))) {
        Some((Some(number), _)) => {
            said.codes.retain(|code| *code != number);
            said.codes.insert(0, number);
        }
        Some((None, Some(word))) => said.error = UntrustedText::some(&word),
        Some((None, None)) | None => {}
    }
    let mut inner = json::member(map, "innerError");
    for _ in 0..8 {
        let Some(Value::Object(deeper)) = inner else {
            break;
        };
        let text = worded(deeper, "message").unwrap_or_default();
        let passed_on = numbers(&text);
        if service != Service::Entra && !passed_on.is_empty() {
            let before = said.sentence.as_ref().map(|sentence| format!("{sentence} ")).unwrap_or_default();
            said.sentence = UntrustedText::some(&(before + &without_secrets(&text)));
        } else {
            for code in passed_on {
                push_new(&mut said.codes, code);
            }
        }
        if let Some(code) = json::member(deeper, "code").and_then(json::number) {
            push_new(&mut said.codes, code);
        }
        said.request_id = said.request_id.or_else(|| json::text(deeper, "request-id"));
        inner = json::member(deeper, "innerError");
    }
    said
}

/// A text, or the `value` of one that names its language (`OData` 3).
fn worded(map: &Map<String, Value>, name: &str) -> Option<String> {
    let value = json::member(map, name)?;
    json::plain(value.get("value").unwrap_or(value)).filter(|text| !text.trim().is_empty())
}

/// The sentence of a problem document (RFC 9457, section 3.1): its title, and what is particular to this one.
fn problem(map: &Map<String, Value>) -> Option<String> {
    match (worded(map, "title"), worded(map, "detail")) {
        (Some(title), Some(detail)) => Some(format!("{}: {detail}", title.trim_end_matches(['.', ':']))),
        (title, detail) => title.or(detail),
    }
}

/// What a service adds to its sentence: the texts of Partner Center's `data`, and of the `errors` by field of a problem document.
fn details(map: &Map<String, Value>) -> Vec<&str> {
    fn listed(value: &Value) -> &[Value] {
        value.as_array().map(Vec::as_slice).unwrap_or_default()
    }
    let data = json::member(map, "data").map(listed).unwrap_or_default().iter();
    let fields = json::member(map, "errors").and_then(Value::as_object);
    let errors = fields.into_iter().flat_map(Map::values).flat_map(listed);
    data.chain(errors).filter_map(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).take(4).collect()
}

/// Reads XML or a page: a number or word of `code`, the sentence of `message`, else the title.
pub fn from_markup(service: Service, text: &str) -> Failure {
    let end = (0..=LONGEST_PAGE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let text = text.get(..end).unwrap_or_default();
    let element = |name: &str| {
        let at = text.match_indices('<').find_map(|(at, _)| {
            let inside = text.get(at + 1..)?;
            let named = inside.get(..name.len())?.eq_ignore_ascii_case(name);
            let rest = inside.get(name.len()..).filter(|rest| named && rest.starts_with(['>', ' ']))?;
            rest.split_once('>').map(|(_, content)| content)
        })?;
        let content = at.split('<').next()?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(content).filter(|content| !content.is_empty())
    };
    let sentence = element("m:message").or_else(|| element("message")).or_else(|| element("title"));
    let mut said = from_text(service, &sentence.unwrap_or_default());
    if let Some(code) = element("m:code").or_else(|| element("code")) {
        match code.parse() {
            Ok(number) => push_new(&mut said.codes, number),
            Err(_) => said.error = UntrustedText::some(&code),
        }
    }
    said
}

/// Reads a challenge (RFC 6750, section 3): `Bearer error="…", error_description="…"`, and the `claims` that a token has to meet,
/// which continuous access evaluation writes in Base64.
pub fn from_challenge(service: Service, header: &str) -> Failure {
    let value = |name: &str| parameter(header, name);
    let description = value("error_description").or_else(|| value("errorDescription"));
    let mut said = from_text(service, &description.unwrap_or_default());
    said.error = value("error").and_then(|error| UntrustedText::some(&error));
    said.claims = value("claims").and_then(|claims| to_the_letter(&document(claims)?));
    said
}

/// A parameter of a challenge (RFC 9110, section 11.2), whatever its capitals.
fn parameter(header: &str, name: &str) -> Option<String> {
    let lower = header.to_ascii_lowercase();
    lower.match_indices(&name.to_ascii_lowercase()).find_map(|(at, _)| {
        let stands_alone = header.get(..at)?.chars().next_back().is_none_or(|it| it == ' ' || it == ',');
        let value =
            header.get(at + name.len()..)?.trim_start().strip_prefix('=').filter(|_| stands_alone)?.trim_start();
        let Some(quoted) = value.strip_prefix('"') else {
            return value.split([',', ' ']).next().map(str::to_owned);
        };
        let (mut text, mut escaped) = (String::new(), false);
        for character in quoted.chars() {
            match character {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => break,
                other => {
                    text.push(other);
                    escaped = false;
                }
            }
        }
        Some(text)
    })
}

/// A JSON document as it is, or in Base64 of either alphabet, with or without padding.
fn document(text: String) -> Option<String> {
    let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let decoded = URL_SAFE_NO_PAD.decode(plain).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let document = decoded.unwrap_or(text);
    json::object(document.as_bytes()).is_some().then_some(document)
}

fn claims(map: &Map<String, Value>) -> Option<UntrustedText> {
    match json::member(map, "claims")? {
        Value::String(text) => to_the_letter(text),
        Value::Object(object) => to_the_letter(&serde_json::to_string(object).ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// What is sent back to the letter or not at all.
fn to_the_letter(document: &str) -> Option<UntrustedText> {
    let kept = UntrustedText::some(document)?;
    (kept.as_str().len() == document.trim().len()).then_some(kept)
}

fn listed(value: &Value) -> Vec<u64> {
    let mut found = Vec::new();
    let items = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    for item in items {
        if let Some(number) = json::number(item) {
            push_new(&mut found, number);
        } else if let Value::String(text) = item {
            for part in text.split(|c: char| !c.is_ascii_digit()) {
                if let Ok(number) = part.parse() {
                    push_new(&mut found, number);
                }
            }
        }
    }
    found
}

fn push_new(codes: &mut Vec<u64>, code: u64) {
    if !codes.contains(&code) && codes.len() < 16 {
        codes.push(code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Failure {
        super::read(Service::Entra, body.as_bytes())
    }

    #[test]
    fn the_documented_error_is_taken_apart() {
        let said = read(
            r#"{"error":"invalid_grant","error_description":"AADSTS70002: Error validating credentials. AADSTS70008: The provided authorization code or refresh token is expired. Send a new interactive authorization request for this user and resource.\r\nTrace ID: 3939d04c-d7ba-42bf-9cb7-1e5854cdce9e\r\nCorrelation ID: a8125194-2dc8-4078-90ba-7b6592a7f231\r\nTimestamp: 2016-04-11 18:00:12Z","error_codes":[70002,70008],"timestamp":"2016-04-11 18:00:12Z","trace_id":"3939d04c-d7ba-42bf-9cb7-1e5854cdce9e","correlation_id":"a8125194-2dc8-4078-90ba-7b6592a7f231"}"#,
        );
        assert_eq!(said.error.unwrap(), "invalid_grant");
        assert_eq!(said.codes, [70002, 70008]);
        assert!(said.sentence.unwrap().as_str().ends_with("user and resource."));
        assert_eq!(said.trace_id.unwrap(), "3939d04c-d7ba-42bf-9cb7-1e5854cdce9e");
    }

    #[test]
    fn a_trailer_without_separators_is_split() {
        let said = read(
            r#"{"error":"invalid_request","error_description":"AADSTS90010: The grant type is not supported.Trace ID: dd25f4fb-3e8d-458e-90e7-179524ce0000Correlation ID: f11508ab-067f-40d4-83cb-ccc67bf57e45Timestamp: 2018-09-22 00:50:11Z"}"#,
        );
        assert_eq!(said.codes, [90010]);
        assert_eq!(said.sentence.unwrap(), "AADSTS90010: The grant type is not supported.");
        assert_eq!(said.trace_id.unwrap(), "dd25f4fb-3e8d-458e-90e7-179524ce0000");
        assert_eq!(said.correlation_id.unwrap(), "f11508ab-067f-40d4-83cb-ccc67bf57e45");
    }

    #[test]
    fn codes_come_as_numbers_strings_or_in_the_text() {
        for (codes, expected) in [
            ("[500011]", vec![500_011]),
            ("[\"500011\",7]", vec![500_011, 7]),
            ("\"[500011]\"", vec![500_011]),
            ("500011.0", vec![500_011]),
            ("[]", vec![1]),
            ("null", vec![1]),
            ("{}", vec![1]),
        ] {
            let said =
                read(&format!(r#"{{"error":"e","error_description":"AADSTS1: x AADSTS1: y","error_codes":{codes}}}"#));
            assert_eq!(said.codes, expected, "{codes}");
        }
    }

    #[test]
    fn either_half_of_an_error_may_be_missing() {
        let said = read(r#"{"error":"invalid_client"}"#);
        assert_eq!((said.error.unwrap().as_str(), said.sentence), ("invalid_client", None));
        let said = read(r#"{"error_description":"AADSTS50058: x"}"#);
        assert_eq!((said.error, said.codes), (None, vec![50058]));
        let said = read(r#"{"error":"e","suberror":"bad_token","claims":"{\"access_token\":{}}"}"#);
        assert_eq!(said.suberror.unwrap(), "bad_token");
        assert_eq!(said.claims.unwrap(), "{\"access_token\":{}}");
    }

    #[test]
    fn partner_center_and_its_gateway() {
        let said = read(
            r#"{"code":3000,"description":"Partner Organization with partner_id 9999999 could not be found","data":[],"source":"PartnerFD"}"#,
        );
        assert_eq!(said.codes, [3000]);
        assert!(said.sentence.is_some());
        assert_eq!(read(r#"{"code":"900421","description":"x"}"#).codes, [900_421]);
        assert_eq!(read(r#"{"code":"unauthorized"}"#).error.unwrap(), "unauthorized");
        let said = read(r#"{"statusCode":429,"message":"Rate limit is exceeded."}"#);
        assert_eq!((said.codes.len(), said.sentence.unwrap().as_str()), (0, "Rate limit is exceeded."));
        let said = read(r#"{"code":90000,"description":"failed: AADSTS50076: MFA."}"#);
        assert_eq!(said.codes, [90000, 50076]);
    }

    #[test]
    fn the_price_service_speaks_in_two_ways() {
        let said = read(
            r#"{"error":{"code":"unAuthorized","message":"Caller is not authorized to access the resource.","target":"referral","innerError":{"code":"innerErrorCode","message":"AADSTS1 inside"}}}"#,
        );
        assert_eq!(said.error.unwrap(), "unAuthorized");
        assert_eq!(said.codes, [1]);
        let said = read("Unauthorized: Invalid Authorization header");
        assert_eq!(said.sentence.unwrap(), "Unauthorized: Invalid Authorization header");
        let said = read(
            "\"failed to authorize : AADSTS65002: Consent between first party application 'fa3d9a0c' (invalid_grant)\"",
        );
        assert_eq!(said.codes, [65002]);
    }

    #[test]
    fn rubbish_says_nothing() {
        for body in ["", "{", "<html>", "null", "[]", "[1]", "\u{0}", "{\"error\":[]}"] {
            let said = read(body);
            assert_eq!((said.error, said.codes.len()), (None, 0), "{body}");
        }
        let nothing = Failure::new(Service::Entra, Cause::Refused);
        assert_eq!(super::read(Service::Entra, b"\xff\xfe\x00"), nothing);
    }

    #[test]
    fn a_challenge_speaks_when_the_body_does_not() {
        let said = from_challenge(
            Service::Entra,
            "Bearer authorization_uri=\"https://login.microsoftonline.com/x\",  error=\"invalid_token\",  error_description=\"The access token is missing.\",",
        );
        assert_eq!(said.error.unwrap(), "invalid_token");
        assert_eq!(said.sentence.unwrap(), "The access token is missing.");
    }

    #[test]
    fn a_challenge_is_read_in_any_spelling_and_its_claims_are_unwrapped() {
        let document = r#"{"access_token":{"nbf":{"essential":true,"value":"1657834417"}}}"#;
        let coded = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjU3ODM0NDE3In19fQ==";
        let quoted = document.replace('"', "\\\"");
        for (header, error) in [
            (format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{coded}\""), "insufficient_claims"),
            (format!("Bearer Error = insufficient_claims, CLAIMS={coded}"), "insufficient_claims"),
            (format!("OAuth realm=x, Bearer claims=\"{quoted}\", error=\"x\""), "x"),
        ] {
            let said = from_challenge(Service::PartnerApi, &header);
            assert_eq!((said.error.unwrap().as_str(), said.claims.unwrap().as_str()), (error, document), "{header}");
        }
        for damaged in [coded.get(..40).unwrap(), "no", "W10="] {
            let header = format!("Bearer error=\"insufficient_claims\", claims=\"{damaged}\"");
            assert_eq!(from_challenge(Service::PartnerApi, &header).claims, None, "{header}");
        }
    }

    #[test]
    fn other_shapes_of_an_error_have_their_sentence_and_ids() {
        let of = |body: &str| super::read(Service::PartnerCenter, body.as_bytes());
        let said = of(
            r#"{"type":"x","title":"Forbidden","status":403,"detail":"The caller is not onboarded.","traceId":"00-1111-2222-00"}"#,
        );
        assert_eq!(said.sentence.unwrap(), "Forbidden: The caller is not onboarded.");
        assert_eq!(said.trace_id.unwrap(), "00-1111-2222-00");
        let said = of(
            r#"{"odata.error":{"code":"Request_BadRequest","message":{"lang":"en","value":"No such thing."}},"traceId":"t"}"#,
        );
        assert_eq!(
            (said.error.unwrap().as_str(), said.sentence.unwrap().as_str()),
            ("Request_BadRequest", "No such thing.")
        );
        let said = of(
            "<?xml version=\"1.0\"?><m:error xmlns:m=\"x\"><m:code>Denied</m:code><m:message xml:lang=\"en\">Not \n you.</m:message></m:error>",
        );
        assert_eq!((said.error.unwrap().as_str(), said.sentence.unwrap().as_str()), ("Denied", "Not you."));
        assert_eq!(of("<Error><Code>900421</Code><Message>MFA</Message></Error>").codes, [900_421]);
        assert_eq!(
            of("<!doctype html><html><head><TITLE>502 Bad Gateway</TITLE>").sentence.unwrap(),
            "502 Bad Gateway"
        );
        let said =
            of(r#"{"error":{"code":"x","message":"a","innerError":{"request-id":"r","message":"AADSTS50076: b"}}}"#);
        assert_eq!((said.codes.len(), said.request_id.unwrap().as_str()), (0, "r"));
        assert_eq!(said.sentence.unwrap(), "a AADSTS50076: b");
    }
}
