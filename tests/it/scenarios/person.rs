//! A person at a browser: goes through the pages of the sign-in, as far as they go.

use std::time::Duration;

use octo_csp::simulator::Facts;
use reqwest::Client;
use reqwest::redirect::Policy;
use url::Url;

/// Where the pages ended.
#[derive(Debug)]
pub(crate) enum Walked {
    /// Back at the application, with everything in this address.
    SentBack(Url),
    /// On a page that goes no further: what stands there.
    Shown(String),
}

/// A browser that follows no redirect by itself.
#[expect(clippy::disallowed_methods, reason = "the person's browser is not the program's client")]
pub(crate) fn browser() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(60)).build().unwrap()
}

/// Signs in with everything that the pages ask for.
pub(crate) async fn sign_in(browser: &Client, address: &Url, facts: &Facts) -> Walked {
    let mut answer = browser.get(address.clone()).send().await.unwrap();
    loop {
        if answer.status().is_redirection() {
            let to = answer.headers()["location"].to_str().unwrap();
            return Walked::SentBack(Url::parse(to).unwrap());
        }
        let page = answer.text().await.unwrap();
        let visit = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
        let action = between(&page, "action=\"", "\"").to_owned();
        if visit.is_empty() || page.contains("id=\"error\"") {
            return Walked::Shown(text_of(&page));
        }
        let mut form = vec![("ctx", visit.as_str())];
        if page.contains("id=\"login\"") {
            form.push(("login", &facts.user));
            form.push(("password", &facts.password));
        } else if page.contains("id=\"otc\"") {
            form.push(("otc", &facts.mfa_code));
        } else {
            form.push(("accept", "yes"));
        }
        let action = address.join(&action).unwrap();
        answer = browser.post(action).form(&form).send().await.unwrap();
    }
}

/// What a person copies from a page: its text, a line for each element.
fn text_of(page: &str) -> String {
    let body = between(page, "<main>", "</main>");
    let mut text = String::new();
    let mut rest = body;
    while let Some((words, after)) = rest.split_once('<') {
        text.push_str(words);
        text.push('\n');
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.into_iter().fold(lines.join("\n"), |text, (entity, sign)| text.replace(entity, sign))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(found, _)| found)
}
