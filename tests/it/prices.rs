//! The price service, the proxy in the way, and the looks at network and clock.

use std::sync::atomic::Ordering;

use octo_csp::words::{Cause, Found, Market, Mismatch, Secret, Service};
use octo_csp::world::http::{Http, HttpOptions, Services};
use octo_csp::world::looks;

use crate::faults::{Raw, Script, answer, cloud_at, http};

const HEADER: &str = "\"ProductTitle\",\"SkuTitle\",\"UnitOfMeasure\",\"Currency\",\"UnitPrice\",\"MeterIds\"\r\n";

fn token() -> Secret {
    Secret::new("t".to_owned())
}

#[tokio::test]
async fn the_head_of_an_endless_sheet_is_enough() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: 42180180\r\nRequest-ID: r-1\r\n\r\n{HEADER}");
    let row = b"\"VM\",\"D2\",\"1 Hour\",\"USD\",\"0.1\",\"m\"\r\n".to_vec();
    let server = Raw::start(Script::Endless(head.into_bytes(), row)).await;
    let (http, cloud) = (http(), server.cloud());
    let found = Services { http: &http, cloud: &cloud }.price_sheet(&token(), Market::ASSUMED).await.unwrap();
    let Found::PriceSheet(sheet) = found.found else {
        unreachable!("another answer");
    };
    assert_eq!(sheet.rows.len(), 3);
    assert!(sheet.read <= 64 << 10);
    let seen = server.seen.lock().unwrap().join("");
    assert!(
        seen.starts_with("GET /v1.0/sales/pricesheets(Market='US',PricesheetView='azure_consumption')/$value HTTP/1.1")
    );
    assert!(!seen.to_ascii_lowercase().contains("accept-encoding"));
    assert!(seen.to_ascii_lowercase().contains("client-request-id: "));
}

#[tokio::test]
async fn what_is_no_sheet_is_said_to_be_none() {
    for (status, body, cause, service) in [
        ("200 OK", &b"PK\x03\x04zip"[..], Cause::Unreadable, Service::PartnerApi),
        ("200 OK", b"", Cause::Unreadable, Service::PartnerApi),
        ("200 OK", b"{\"error\":1}", Cause::Unreadable, Service::PartnerApi),
        ("200 OK", b"<html>", Cause::NotTheService, Service::PartnerApi),
        ("200 OK", b"a,b\r\n1,2\r\n", Cause::Mismatch(Mismatch::Columns), Service::Check),
        ("401 Unauthorized", b"Unauthorized: Invalid Authorization header", Cause::Refused, Service::PartnerApi),
    ] {
        let server = Raw::start(Script::Say(answer(status, "", body))).await;
        let (http, cloud) = (http(), server.cloud());
        let failure = Services { http: &http, cloud: &cloud }.price_sheet(&token(), Market::ASSUMED).await.unwrap_err();
        assert_eq!((failure.cause, failure.service), (cause, service), "{body:?}");
    }
}

#[tokio::test]
async fn rates_are_counted() {
    let body = b"\"CurrencyCode\",\"USDPerUnit\",\"Month\"\r\n\"AED\",\"0.27\",\"2019\"\r\n\"EUR\",\"1.1\",\"2019\"";
    let server = Raw::start(Script::Say(answer("200 OK", "", body))).await;
    let (http, cloud) = (http(), server.cloud());
    let api = Services { http: &http, cloud: &cloud };
    let found = api.exchange_rates(&token()).await.unwrap().found;
    assert_eq!(found, Found::ExchangeRates { rows: 2 });
}

#[tokio::test]
async fn a_proxy_in_the_way_is_named_without_its_password() {
    for status in ["407 Proxy Authentication Required", "502 Bad Gateway"] {
        let proxy = Raw::start(Script::Say(answer(status, "", b""))).await;
        let http = Http::new(&HttpOptions {
            proxy: Some(format!("http://user:hunter2@127.0.0.1:{}", proxy.port).parse().unwrap()),
            ..HttpOptions::default()
        })
        .unwrap();
        let cloud = cloud_at("https://login.example");
        let directory = octo_csp::words::Directory::parse("contoso.com").unwrap().value;
        let failure = Services { http: &http, cloud: &cloud }.discover(&directory).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Proxy, "{status}");
        let detail = failure.detail.unwrap();
        assert_eq!(detail, format!("login.example, through 127.0.0.1:{}", proxy.port).as_str());
        assert_eq!(proxy.requests.load(Ordering::SeqCst), 1);

        // This machine is never reached through a proxy.
        let server = Raw::start(Script::Say(answer("200 OK", "", b"{}"))).await;
        let cloud = server.cloud();
        let failure = Services { http: &http, cloud: &cloud }.discover(&directory).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Unreadable);
        assert_eq!(proxy.requests.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn any_answer_counts_and_the_clock_is_compared() {
    let headers = "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\nLocation: https://www.office.com/\r\n";
    let server = Raw::start(Script::Say(answer("302 Found", headers, b""))).await;
    let (http, cloud) = (http(), server.cloud());
    assert!(looks::network(&http, &cloud).await.unwrap().good);
    let failure = looks::clock(&http, &cloud).await.unwrap_err();
    assert_eq!(failure.cause, Cause::ClockSkew);
    assert!(failure.detail.unwrap().as_str().ends_with("days ahead"));
}
