//! What comes back of a call: the service's own answer, or the failure that it is.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use jiff::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::microsoft::{self, json};
use crate::words::{Cause, Failure, Service, UntrustedText};
use crate::world::call_log::LoggedCall;
use crate::world::clock;
use crate::world::token::utf8;

/// Most bytes of a JSON answer.
pub const JSON_LIMIT: usize = 1 << 20;
/// Most bytes of any answer, whatever a caller asks for.
pub const BODY_LIMIT: usize = 8 << 20;
/// The longest pause that a server can make us take.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// The head of an answer, and whose it is.
pub struct Head {
    /// Who was asked.
    pub service: Service,
    /// The host that was asked.
    pub host: String,
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
}

/// An answer whose body has not been read yet.
pub struct Opening {
    /// What has come.
    pub head: Head,
    response: reqwest::Response,
    /// The line of the log that this call will be, if there is one.
    call: Option<LoggedCall>,
}

/// An answer of the service itself.
pub struct Reply {
    /// Status and headers.
    pub head: Head,
    /// The body as it came.
    pub body: Zeroizing<Vec<u8>>,
    /// How the body broke off, for calls that keep what came of it.
    pub broken: Option<Box<Failure>>,
}

/// A failure of a call, as of now.
pub fn failed(service: Service, cause: Cause, detail: &str) -> Box<Failure> {
    Box::new(Failure { at: Some(clock::now()), ..Failure::new(service, cause).with_detail(detail) })
}

impl Head {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header as harmless text.
    pub fn header(&self, name: &str) -> Option<UntrustedText> {
        UntrustedText::some(&String::from_utf8_lossy(self.headers.get(name)?.as_bytes()))
    }

    /// What the service calls this call.
    pub fn request_id(&self) -> Option<UntrustedText> {
        ["ms-requestid", "request-id", "x-ms-request-id"].iter().find_map(|name| self.header(name))
    }

    /// The same for a log: any service's name for it, or the one that we gave it.
    pub(super) fn named_by_service(&self) -> Option<String> {
        let given = || ["x-request-id", "client-request-id"].iter().find_map(|name| self.header(name));
        self.request_id().or_else(given).map(|id| id.to_string())
    }

    /// An answer that is of no use.
    pub fn fault(&self, cause: Cause, detail: &str) -> Box<Failure> {
        Box::new(Failure {
            status: Some(self.status),
            retry_after: retry_after(&self.headers, clock::now()),
            ..*failed(self.service, cause, detail)
        })
    }

    /// A page, a redirect, or somebody else's words, in place of the service's own: with the title of the page.
    pub fn not_the_service(&self, page: &[u8]) -> Box<Failure> {
        let said = microsoft::from_markup(self.service, &String::from_utf8_lossy(page));
        Box::new(Failure { sentence: said.sentence, ..*self.fault(Cause::NotTheService, &self.host) })
    }
}

impl Opening {
    /// The head of a response of `host`.
    pub(super) fn new(
        service: Service,
        host: String,
        response: reqwest::Response,
        mut call: Option<LoggedCall>,
    ) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let head = Head { service, host, status, headers };
        if let Some(call) = &mut call {
            call.answered(&head);
        }
        Self { head, response, call }
    }

    /// `Content-Length`, if it was given.
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece of the body.
    pub async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, Box<Failure>> {
        self.response.chunk().await.map_err(|error| {
            let cause = if error.is_timeout() { Cause::TimedOut } else { Cause::Broken };
            if let Some(call) = &mut self.call {
                call.failed(cause);
            }
            self.head.fault(cause, &self.head.host)
        })
    }

    /// The whole answer. With `partial`, a body that breaks off is kept as far as it came.
    pub async fn reply(mut self, limit: usize, partial: bool) -> Result<Reply, Box<Failure>> {
        let mut body = Zeroizing::new(Vec::new());
        let broken = match self.fill(&mut body, limit).await {
            Err(failure) if !partial => return Err(failure),
            filled => filled.err(),
        };
        let reply = Reply::new(self.head, &body, broken);
        match reply.foreign() {
            Some(failure) => Err(failure),
            None => Ok(reply),
        }
    }

    async fn fill(&mut self, body: &mut Vec<u8>, limit: usize) -> Result<(), Box<Failure>> {
        let too_large = |head: &Head| head.fault(Cause::Unreadable, "too large");
        if self.length().is_some_and(|length| length > limit as u64) {
            return Err(too_large(&self.head));
        }
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(too_large(&self.head));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

impl Reply {
    /// An answer whose text is in UTF-8, whatever it was in.
    fn new(head: Head, body: &[u8], broken: Option<Box<Failure>>) -> Self {
        Self { head, body: utf8(body), broken }
    }

    /// The failure that an answer is which somebody else gave or packed.
    fn foreign(&self) -> Option<Box<Failure>> {
        if is_packed(&self.body) {
            return Some(self.unreadable("gzip, which was not asked for"));
        }
        let may_be_ours = self.head.status >= 500 && self.head.status != 511;
        (self.is_html() && !may_be_ours).then(|| self.head.not_the_service(&self.body))
    }

    /// The body as a JSON object, or why not.
    pub fn object(&self) -> Result<Map<String, Value>, Box<Failure>> {
        json::object(&self.body).ok_or_else(|| self.unreadable("not a JSON object"))
    }

    /// An answer whose body is not what was asked for.
    pub fn unreadable(&self, detail: &str) -> Box<Failure> {
        self.head.fault(Cause::Unreadable, detail)
    }

    /// The failure that an answer without success is: what its body or its challenge says, with the status, the ids and the pause of its head.
    pub fn refusal(&self) -> Box<Failure> {
        self.refused(microsoft::read(self.head.service, &self.body))
    }

    /// The same, for what was read of the body already.
    pub fn refused(&self, said: Failure) -> Box<Failure> {
        let service = self.head.service;
        let headers = self.head.headers.get_all(WWW_AUTHENTICATE).iter();
        let challenges: Vec<_> = headers.map(|header| String::from_utf8_lossy(header.as_bytes())).collect();
        let challenge = (!challenges.is_empty()).then(|| microsoft::from_challenge(service, &challenges.join(", ")));
        let said = match challenge {
            // It says what the next token must have, whatever the body says beside it.
            Some(challenge) if challenge.claims.is_some() => {
                Failure { sentence: challenge.sentence.clone().or_else(|| said.sentence.clone()), ..challenge }
            }
            Some(challenge) if said == Failure::new(service, Cause::Refused) => challenge,
            _ => said,
        };
        let given = || self.head.header("ms-correlationid").or_else(|| self.head.header("client-request-id"));
        let now = clock::now();
        Box::new(Failure {
            status: Some(self.head.status),
            correlation_id: said.correlation_id.clone().or_else(given),
            request_id: self.head.request_id().or_else(|| said.request_id.clone()),
            retry_after: retry_after(&self.head.headers, now).or_else(|| told_pause(&said)),
            at: Some(now),
            ..said
        })
    }

    /// Whether the body is a page for a browser: a login page of a network, a block page of a proxy, a gateway's.
    pub fn is_html(&self) -> bool {
        let declared = self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let value = value.trim_start().to_ascii_lowercase();
            value.starts_with("text/html") || value.starts_with("application/xhtml")
        });
        let start = json::without_mark(&self.body).trim_ascii_start().first();
        looks_like_html(&self.body) || (declared && start.is_some_and(|byte| *byte != b'{'))
    }
}

/// Whether bytes begin as gzip does (RFC 1952), whatever a header says.
pub fn is_packed(body: &[u8]) -> bool {
    body.starts_with(b"\x1f\x8b")
}

/// Whether bytes begin like a page.
pub fn looks_like_html(body: &[u8]) -> bool {
    let start = json::without_mark(body).trim_ascii_start();
    let start = start.get(..start.len().min(16)).unwrap_or_default();
    let start = start.to_ascii_lowercase();
    [b"<!doctype".as_slice(), b"<html", b"<head", b"<!--", b"<body"].iter().any(|mark| start.starts_with(mark))
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; the first header that makes sense counts, else those of Azure in
/// milliseconds; never more than [`LONGEST_PAUSE`].
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let texts = |name: &str| headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim);
    let usual = texts(RETRY_AFTER.as_str()).find_map(|text| pause(text, now));
    let exact = || MILLISECONDS.iter().flat_map(|name| texts(name)).find_map(|text| text.parse().ok());
    usual.or_else(|| exact().map(Duration::from_millis)).map(|asked| asked.min(LONGEST_PAUSE))
}

/// Headers of Azure's gateways for the same.
const MILLISECONDS: [&str; 2] = ["retry-after-ms", "x-ms-retry-after-ms"];

/// The pause that Partner Center's gateway names in its sentence alone: "Try again in 57 seconds."
fn told_pause(said: &Failure) -> Option<Duration> {
    let (_, rest) = said.sentence.as_ref()?.as_str().split_once("ry again in ")?;
    let seconds = rest.strip_suffix('.').unwrap_or(rest).strip_suffix(" seconds")?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

fn pause(text: &str, now: Timestamp) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for the type is a long pause all the same.
        return Some(text.parse().map_or(LONGEST_PAUSE, Duration::from_secs));
    }
    let fraction = text.split_once('.').filter(|(whole, part)| !whole.is_empty() && !part.is_empty());
    if fraction.is_some_and(|(whole, part)| whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit())) {
        return text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let until = Timestamp::try_from(until).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{Context, Who, diagnose};
    use crate::effect::{AuthorizationResponse, SignInNotice};
    use crate::steps::pasted::Pasted;
    use crate::words::{Secret, Step};
    use crate::world::callback::listener;

    /// The listener and the person who pastes bring the same address.
    #[test]
    fn one_refusal_on_the_redirect_is_one_failure_at_both_doors() {
        let id = "3939d04c-d7ba-42bf-9cb7-1e5854cdce9e";
        for (told, codes) in [
            ("error=access_denied&error_description=AADSTS65004%3a+Declined.", vec![65_004]),
            ("error=access_denied&error_description=aadsts65004%3a+Declined.", vec![65_004]),
            ("error=access_denied&error_description=AADSTS+65004%3a+Declined.", vec![65_004]),
            ("error=access_denied&suberror=cancel", vec![]),
            ("error=access_denied&error_subcode=cancel&suberror=other", vec![]),
            (&format!("error=x&error_description=AADSTS50105%3a+No.%0d%0atrace+id%3a+{id}"), vec![50_105]),
        ] {
            let query = format!("{told}&state=7f3c");
            let state = Secret::new("7f3c".to_owned());
            let Some(AuthorizationResponse::Noticed(SignInNotice::Declined(caught))) = listener::answer(&query, &state)
            else {
                panic!("{query}: not caught")
            };
            let Ok(Pasted::Refused { failure, .. }) = Pasted::read(&format!("http://localhost/?{query}")) else {
                panic!("{query}: not read")
            };
            assert_eq!(Failure { at: None, ..*caught }, *failure, "{query}");
            assert_eq!(failure.codes, codes, "{query}");
        }
    }

    /// The first answer of a case, as it comes to us.
    fn answered(case: &str, service: Service) -> Failure {
        let answers: Value = serde_json::from_str(case).unwrap();
        let answer = &answers[0];
        let mut headers = HeaderMap::new();
        for (name, value) in answer["headers"].as_object().into_iter().flatten() {
            let name: http::HeaderName = name.parse().unwrap();
            headers.insert(name, value.as_str().unwrap().parse().unwrap());
        }
        let status = answer["status"].as_u64().unwrap().try_into().unwrap();
        let head = Head { service, host: "x".to_owned(), status, headers };
        *Reply::new(head, answer["body"].as_str().unwrap().as_bytes(), None).refusal()
    }

    #[test]
    fn answers_from_the_field_are_taken_for_what_they_are() {
        use Service::{Entra, PartnerApi, PartnerCenter};
        let case = |name: &str| match name {
            "w01" => include_str!("../../tests/it/data/cases/w01-mfa-10001-live.json"),
            "w03" => include_str!("../../tests/it/data/cases/w03-500014-live-invalid-resource.json"),
            "w05" => include_str!("../../tests/it/data/cases/w05-7000118-live-step2.json"),
            "w10" => include_str!("../../tests/it/data/cases/w10-problem-details-403-step2.json"),
            "w14" => include_str!("../../tests/it/data/cases/w14-cae-challenge-with-body.json"),
            _ => include_str!("../../tests/it/data/cases/w18-900421-at-price-host.json"),
        };
        for (name, service, step, code, row, who, said) in [
            ("w01", PartnerCenter, Step::PartnerApi, "PC 10001", "pc-no-mfa", Who::SignedIn, "MFA required"),
            (
                "w03",
                Entra,
                Step::PartnerApi,
                "AADSTS500014",
                "api-disabled",
                Who::ApplicationAdministrator,
                "is disabled",
            ),
            (
                "w05",
                Entra,
                Step::PartnerCenter,
                "AADSTS7000118",
                "api-not-for-directory",
                Who::GlobalAdministrator,
                "Spark-PROD",
            ),
            (
                "w10",
                PartnerCenter,
                Step::PartnerCenter,
                "PC 403",
                "pc-app-refused",
                Who::GlobalAdministrator,
                "Forbidden: The caller",
            ),
            (
                "w14",
                PartnerApi,
                Step::PartnerApi,
                "price 401",
                "sign-in-challenged",
                Who::SignedIn,
                "InteractionRequired",
            ),
            ("w18", PartnerApi, Step::PartnerApi, "PC 900421", "pc-no-mfa", Who::SignedIn, "MFA is required"),
        ] {
            let failure = answered(case(name), service);
            let told = diagnose(&failure, &Context { step: Some(step), ..Context::default() });
            assert_eq!((told.code.as_str(), told.row, told.who), (code, row, who), "{name}");
            assert!(failure.sentence.as_ref().unwrap().as_str().contains(said), "{name}: {failure:?}");
            assert!(failure.status.is_some() && failure.at.is_some(), "{name}");
        }
        let challenge = answered(case("w14"), PartnerApi);
        assert_eq!(challenge.claims.unwrap(), r#"{"access_token":{"nbf":{"essential":true,"value":"1657834417"}}}"#);
    }

    fn reply(service: Service, status: u16, headers: &[(&'static str, &'static str)], body: &[u8]) -> Reply {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(*name, value.parse().unwrap());
        }
        Reply::new(Head { service, host: "x".to_owned(), status, headers: all }, body, None)
    }

    #[test]
    fn bodies_of_other_shapes_and_alphabets_are_read() {
        use Service::{Entra, PartnerApi, PartnerCenter};
        let expired =
            r#"{"error":"invalid_client","error_description":"AADSTS7000222: Expired.","error_codes":[7000222]}"#;
        let wide =
            |mark: &[u8]| [mark, &expired.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
        for (service, status, body, row, said) in [
            (Entra, 401, &wide(b"\xff\xfe")[..], "secret-expired", "Expired."),
            (Entra, 401, &wide(b"")[..], "secret-expired", "Expired."),
            (PartnerCenter, 403, br#"{"errors":[{"code":900150,"description":"No."}]}"#, "pc-role-missing", "No."),
            (
                PartnerCenter,
                400,
                br#"{"code":2000,"description":"Invalid input.","data":["The MPN ID '12' is wrong."]}"#,
                "pc-invalid-input",
                "Invalid input. The MPN ID '12' is wrong.",
            ),
            (
                PartnerCenter,
                400,
                br#"{"title":"Validation failed.","status":400,"errors":{"mpnId":["The value 'x' is wrong."]}}"#,
                "pc-invalid-input",
                "Validation failed. The value 'x' is wrong.",
            ),
            (
                PartnerCenter,
                403,
                br#"{"error":{"code":"Unauthorized_MissingMFA","message":"MFA is required for this request."}}"#,
                "pc-no-mfa",
                "MFA is required",
            ),
            (PartnerApi, 401, br#"{"error":{"code":"unAuthorized","message":"MFA is required."}}"#, "pc-no-mfa", "MFA"),
            (
                PartnerCenter,
                403,
                b"{\"code\":900150,\"description\":\"Keine Rolle f\xfcr M\xfcller\"}",
                "pc-role-missing",
                "Keine Rolle",
            ),
        ] {
            let failure = reply(service, status, &[], body).refusal();
            let told = diagnose(&failure, &Context { step: Some(Step::PartnerApi), ..Context::default() });
            assert_eq!(told.row, row, "{failure:?}");
            assert!(failure.sentence.as_ref().is_some_and(|it| it.as_str().contains(said)), "{said}: {failure:?}");
        }
        let packed = reply(PartnerCenter, 401, &[], b"\x1f\x8b\x08").foreign().unwrap();
        assert_eq!(packed.cause, Cause::Unreadable);
        assert!(reply(PartnerCenter, 200, &[("content-encoding", "gzip")], b"{}").foreign().is_none());
    }

    #[test]
    fn a_pause_is_read_in_every_form() {
        let limit = br#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}"#;
        for (headers, body, pause) in [
            (&[("retry-after", "30 ")][..], &b""[..], Some(30_000)),
            (&[("retry-after", "2.5")], b"", Some(2_500)),
            (&[("retry-after", "x"), ("retry-after", "7")], b"", Some(7_000)),
            (&[("retry-after", "Sat, 28 Nov 2099 00:00:00 GMT")], b"", Some(120_000)),
            (&[("retry-after", "-5")], b"", None),
            (&[("retry-after", "1e3")], b"", None),
            (&[("retry-after-ms", "1500")], b"", Some(1_500)),
            (&[("x-ms-retry-after-ms", "4000"), ("retry-after", "5")], b"", Some(5_000)),
            (&[], limit, Some(57_000)),
            (&[("retry-after", "3")], limit, Some(3_000)),
        ] {
            let failure = reply(Service::PartnerCenter, 429, headers, body).refusal();
            assert_eq!(failure.retry_after, pause.map(Duration::from_millis), "{headers:?}");
        }
    }

    /// What is told of a number depends on the number alone: the word beside it decides where to go.
    #[test]
    fn an_unknown_number_is_unknown_under_every_word() {
        for word in ["invalid_grant", "invalid_client", "invalid_resource", "consent_required", "access_denied", "x"] {
            for (step, number) in [(Step::PartnerCenter, 7_999_999), (Step::PartnerApi, 599_999)] {
                let body = format!(
                    r#"[{{"status":400,"body":"{{\"error\":\"{word}\",\"error_description\":\"AADSTS{number}: No.\"}}"}}]"#
                );
                let failure = answered(&body, Service::Entra);
                let told = diagnose(&failure, &Context { step: Some(step), ..Context::default() });
                assert_eq!((told.row, told.code), ("unknown", format!("AADSTS{number}")), "{word}");
                let page = format!("https://login.microsoftonline.com/error?code={number}");
                assert!(told.fix.iter().any(|step| step.contains(&page)), "{word}: {:?}", told.fix);
                let asks_to_sign_in = told.goto == crate::diagnose::Goto::SignInAgain;
                assert!(!(asks_to_sign_in && step == Step::PartnerCenter), "{word}");
            }
        }
    }
}
