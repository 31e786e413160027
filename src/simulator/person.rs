//! The pretended person at the pretended pages, where a rehearsal has no browser.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method};
use url::{Url, form_urlencoded};

use super::entra;
use super::http::{Call, Pairs, Payload};
use super::state::Shared;

/// More pages than a sign-in has.
const PAGES: usize = 8;

/// Who signs in where there is no browser.
#[derive(Clone)]
pub struct Person(pub(super) Arc<Shared>);

impl Person {
    /// Goes through the pages behind the address of a sign-in: the address on which a browser would end, or the words of the page that
    /// stops it.
    pub fn sign_in(&self, address: &Url) -> String {
        let query = Pairs::parse(address.query().unwrap_or_default().as_bytes());
        let (path, headers) = (address.path().to_owned(), HeaderMap::new());
        let mut call = Call { method: Method::GET, path, query, headers, body: Bytes::new() };
        let mut page = String::new();
        for _ in 0..PAGES {
            let reply = entra::answer(&self.0, &call);
            if let Some(back) = reply.headers.get("location").and_then(|it| it.to_str().ok()) {
                return back.to_owned();
            }
            let Payload::Whole(bytes) = &reply.payload else { break };
            page = String::from_utf8_lossy(bytes).into_owned();
            let (Some(action), Some(ctx)) = (behind(&page, "action=\""), behind(&page, "name=\"ctx\" value=\"")) else {
                break;
            };
            call = self.form(action, ctx);
        }
        words(&page)
    }

    /// What every page of the sign-in asks for, in one form.
    fn form(&self, action: &str, ctx: &str) -> Call {
        let facts = &self.0.facts;
        let fields = [
            ("ctx", ctx),
            ("login", &facts.user),
            ("password", &facts.password),
            ("otc", &facts.mfa_code),
            ("accept", "yes"),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        Call {
            method: Method::POST,
            path: action.to_owned(),
            query: Pairs::default(),
            headers: HeaderMap::from_iter([kind]),
            body: body.into(),
        }
    }
}

/// What stands between this and the next quotation mark.
fn behind<'p>(page: &'p str, front: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(front)?;
    rest.split('"').next()
}

/// A page without its tags, as a person copies it.
fn words(page: &str) -> String {
    let (_, main) = page.split_once("<main>").unwrap_or(("", page));
    let parts = main.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
