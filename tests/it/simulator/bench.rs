//! A simulator and a client that follows no redirect.

use std::time::Duration;

use octo_csp::simulator::{Facts, Options, Scenario, Simulator};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use serde_json::Value;
use url::Url;

/// Audience of Partner Center.
pub(super) const PC: &str = "https://api.partnercenter.microsoft.com";
/// Audience of the price service.
pub(super) const PA: &str = "https://api.partner.microsoft.com";

/// A running simulator with everything to ask it.
pub(super) struct Bench {
    pub(super) simulator: Simulator,
    pub(super) http: Client,
    pub(super) facts: Facts,
}

/// Client with no limits but one, which no test should reach.
#[expect(clippy::disallowed_methods, reason = "the tests of the simulator have a client of their own")]
pub(crate) fn client() -> ClientBuilder {
    Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(60))
}

impl Bench {
    pub(super) async fn happy() -> Self {
        Self::with(Options::default()).await
    }

    pub(super) async fn playing(name: &str) -> Self {
        Self::with(Options { scenario: Scenario::named(name).unwrap(), ..Options::default() }).await
    }

    pub(super) async fn with(options: Options) -> Self {
        let simulator = Simulator::start(options).await.unwrap();
        Self { facts: simulator.facts(), simulator, http: client().build().unwrap() }
    }

    /// An address of the login host, in the partner's tenant.
    pub(super) fn login(&self, path: &str) -> String {
        format!("{}/{path}", self.facts.authority)
    }

    /// Posts a form to the token address, with the application's own name and secret.
    pub(super) async fn token(&self, version: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let mut form =
            vec![("client_id", self.facts.client_id.as_str()), ("client_secret", self.facts.client_secret.as_str())];
        form.extend(fields);
        self.form(&self.login(&format!("oauth2{version}/token")), &form).await
    }

    pub(super) async fn form(&self, address: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.http.post(address).form(form).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or(Value::Null))
    }

    /// A token of the application itself.
    pub(super) async fn app_token(&self, audience: &str) -> String {
        let scope = format!("{audience}/.default");
        let fields = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
        text(&self.token("/v2.0", &fields).await.1, "access_token")
    }

    /// An authorize address with these fields and the application's id.
    pub(super) fn authorize(&self, version: &str, fields: &[(&str, &str)]) -> Url {
        let address = self.login(&format!("oauth2{version}/authorize"));
        let client = ("client_id", self.facts.client_id.as_str());
        Url::parse_with_params(&address, [client].iter().chain(fields)).unwrap()
    }

    /// Goes through the pages as a person would; returns what comes after them.
    pub(super) async fn walk(&self, address: Url) -> Response {
        let mut answer = self.http.get(address.clone()).send().await.unwrap();
        loop {
            if !answer.status().is_success() {
                return answer;
            }
            let page = answer.text().await.unwrap();
            let visit = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
            let action = between(&page, "action=\"", "\"").to_owned();
            assert!(page.contains("SIMULATED"), "{page}");
            assert!(!page.contains("id=\"error\""), "{page}");
            let mut form = vec![("ctx", visit.as_str())];
            if page.contains("id=\"login\"") {
                form.push(("login", &self.facts.user));
                form.push(("password", &self.facts.password));
            } else if page.contains("id=\"otc\"") {
                form.push(("otc", &self.facts.mfa_code));
            } else {
                form.push(("accept", "yes"));
            }
            let action = address.join(&action).unwrap();
            answer = self.http.post(action).form(&form).send().await.unwrap();
        }
    }

    /// A code, as v2 gives it for these scopes.
    pub(super) async fn code(&self, scope: &str) -> String {
        let address = self.authorize(
            "/v2.0",
            &[("response_type", "code"), ("redirect_uri", "http://localhost:8400"), ("scope", scope)],
        );
        query(&self.walk(address).await, "code").unwrap()
    }

    /// What a code gives, in v2.
    pub(super) async fn redeem(&self, code: &str) -> (u16, Value) {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "http://localhost:8400")];
        self.token("/v2.0", &fields).await
    }

    /// What a refresh token gives for an audience, in v2.
    pub(super) async fn refresh(&self, token: &str, audience: &str) -> (u16, Value) {
        let scope = format!("{audience}/.default offline_access");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope.as_str())];
        self.token("/v2.0", &fields).await
    }

    /// A whole sign-in: the answer to the code.
    pub(super) async fn signed_in(&self) -> Value {
        let code = self.code(&format!("{PC}/.default openid profile offline_access")).await;
        let (status, body) = self.redeem(&code).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub(super) async fn get(&self, address: &str, token: &str) -> Response {
        let request = self.http.get(address).bearer_auth(token);
        request.header("ValidateMfa", "true").send().await.unwrap()
    }

    /// Reads from Partner Center.
    pub(super) async fn partner_center(&self, path: &str, token: &str) -> Response {
        let base = &self.simulator.cloud().partner_center;
        self.get(&format!("{base}/v1/{path}"), token).await
    }

    /// Reads from the price service.
    pub(super) async fn price(&self, path: &str, token: &str) -> Response {
        let base = self.simulator.cloud().partner_api.clone().unwrap();
        self.get(&format!("{base}/v1.0/sales/{path}"), token).await
    }
}

/// A field of JSON as text.
pub(super) fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}

/// The numbers of a refusal.
pub(super) fn codes(body: &Value) -> Vec<u64> {
    let codes = body["error_codes"].as_array().into_iter().flatten();
    codes.filter_map(Value::as_u64).collect()
}

/// A field of the address that the browser is sent to.
pub(super) fn query(answer: &Response, name: &str) -> Option<String> {
    let location = answer.headers().get("location")?.to_str().ok()?;
    let url = Url::parse(location).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The claims of a token, unverified.
pub(super) fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(found, _)| found)
}
