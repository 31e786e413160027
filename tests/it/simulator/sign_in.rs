//! The sign-in in a browser: what is shown, and what goes back.

use super::bench::{Bench, PA, PC, codes, query};
use super::entra::{BACK, CODE, Fields};

#[tokio::test]
async fn a_request_that_cannot_be_trusted_is_refused_on_a_page() {
    let bench = Bench::happy().await;
    let scope = ("scope", "https://api.partnercenter.microsoft.com/.default");
    #[rustfmt::skip]
    let cases: Vec<(Fields<'_>, &str)> = vec![
        (vec![CODE, scope], "AADSTS900144"),
        (vec![CODE, scope, ("redirect_url", "http://localhost")], "AADSTS900144"),
        (vec![CODE, scope, ("redirect_uri", "http://localhost/auth")], "AADSTS50011"),
        (vec![CODE, scope, ("redirect_uri", "http://evil.example\"><script>")], "AADSTS50011"),
        (vec![CODE, scope, BACK, BACK], "AADSTS9000411"),
    ];
    for (fields, number) in cases {
        let answer = bench.http.get(bench.authorize("/v2.0", &fields)).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let page = answer.text().await.unwrap();
        assert!(page.contains(number) && !page.contains("<script>"), "{page}");
    }
    let stranger = bench.authorize("/v2.0", &[CODE, scope, BACK]).to_string();
    let stranger = stranger.replace(&bench.facts.client_id, "00000000-1111-2222-3333-444444444444");
    let page = bench.http.get(stranger).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("AADSTS700016"), "{page}");
}

#[tokio::test]
async fn a_request_that_is_wrong_goes_back_with_its_state() {
    let bench = Bench::happy().await;
    let scope = ("scope", "https://api.partnercenter.microsoft.com/.default");
    #[rustfmt::skip]
    let cases: Vec<(Fields<'_>, &str, &str)> = vec![
        (vec![scope], "invalid_request", "AADSTS900144"),
        (vec![CODE], "invalid_request", "AADSTS900144"),
        (vec![("response_type", "code id_token"), scope], "unsupported_response_type", "AADSTS700054"),
        (vec![("response_type", "token"), scope], "unsupported_response_type", "AADSTS70005"),
        (vec![CODE, scope, ("response_mode", "pigeon")], "invalid_request", "AADSTS70007"),
        (vec![CODE, scope, ("resource", PC)], "invalid_request", "AADSTS901002"),
        (vec![CODE, scope, ("prompt", "none")], "login_required", "AADSTS50058"),
        (vec![CODE, scope, ("code_challenge", "short")], "invalid_request", "AADSTS501491"),
        (vec![CODE, ("scope", "https://nobody.example/.default")], "invalid_resource", "AADSTS500011"),
    ];
    for (fields, error, number) in cases {
        let fields: Vec<_> = fields.into_iter().chain([BACK, ("state", "s&=")]).collect();
        let answer = bench.http.get(bench.authorize("/v2.0", &fields)).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{fields:?}");
        assert_eq!(query(&answer, "error").as_deref(), Some(error), "{fields:?}");
        assert_eq!(query(&answer, "state").as_deref(), Some("s&="));
        assert!(query(&answer, "error_description").unwrap().starts_with(number), "{fields:?}");
    }
}

#[tokio::test]
async fn declining_goes_back_as_access_denied() {
    let bench = Bench::playing("declined").await;
    let scope = format!("{PC}/.default");
    let fields = [CODE, BACK, ("scope", &scope), ("state", "s")];
    let answer = bench.walk(bench.authorize("/v2.0", &fields)).await;
    assert_eq!(query(&answer, "error").as_deref(), Some("access_denied"));
    assert_eq!(query(&answer, "error_subcode").as_deref(), Some("cancel"));
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
}

#[tokio::test]
async fn an_administrator_agrees_for_everybody() {
    let bench = Bench::happy().await;
    let client = ("client_id", bench.facts.client_id.as_str());
    let address = bench.login("adminconsent");
    let address = url::Url::parse_with_params(&address, [client, BACK, ("state", "s")]).unwrap();
    let answer = bench.walk(address).await;
    assert_eq!(query(&answer, "tenant").as_ref(), Some(&bench.facts.tenant_id));
    assert_eq!(query(&answer, "admin_consent").as_deref(), Some("True"));
    assert_eq!(query(&answer, "code"), None);
    // Nobody is asked again.
    let scope = format!("{PA}/user_impersonation");
    let page = bench.authorize("/v2.0", &[CODE, BACK, ("scope", &scope)]);
    assert!(query(&bench.walk(page).await, "code").is_some());
}

#[tokio::test]
async fn a_code_of_common_is_redeemed_in_the_tenant() {
    let bench = Bench::happy().await;
    let scope = format!("{PC}/.default");
    let own = bench.authorize("/v2.0", &[CODE, BACK, ("scope", &scope)]).to_string();
    let common = url::Url::parse(&own.replace(&bench.facts.tenant_id, "common")).unwrap();
    let code = query(&bench.walk(common).await, "code").unwrap();
    let verifier = "a".repeat(43);
    let fields = [("grant_type", "authorization_code"), ("code", &code), BACK, ("code_verifier", &verifier)];
    assert_eq!(codes(&bench.token("/v2.0", &fields).await.1), [501_481], "no challenge was sent");
    assert_eq!(bench.redeem(&code).await.0, 200);
}

#[tokio::test]
async fn a_fragment_and_a_form_can_carry_the_answer() {
    let bench = Bench::happy().await;
    let scope = format!("{PC}/.default");
    let fields = |mode| [CODE, BACK, ("scope", scope.as_str()), ("response_mode", mode)];
    let answer = bench.walk(bench.authorize("/v2.0", &fields("fragment"))).await;
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with("http://localhost:8400/#code="), "{location}");
    let refused = [
        CODE,
        BACK,
        ("scope", scope.as_str()),
        ("response_mode", "form_post"),
        ("prompt", "none"),
        ("state", "\"><b>x"),
    ];
    let page = bench.http.get(bench.authorize("/v2.0", &refused)).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("name=\"error\" value=\"login_required\""), "{page}");
    assert!(page.contains("action=\"http://localhost:8400\"") && !page.contains("<b>"), "{page}");
}
