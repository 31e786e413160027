use proptest::prelude::{any, proptest};

use super::*;

const AAD: Found = Found::Aadsts(50_011);

#[test]
fn numbers_are_found_wherever_they_stand() {
    for text in [
        "AADSTS50011",
        "aadsts50011: The redirect URI …",
        "50011",
        " 50011\n",
        "2026-01-01T00:00:00Z WARN x=AADSTS50011, y",
        "https://login.microsoftonline.com/error?code=50011",
        "http://localhost/?error_description=AADSTS50011%3a+The+redirect",
        "http%3A%2F%2Flogin.microsoftonline.com%2Ferror%3Fcode%3D50011",
        "%41%41%44STS50011",
        r#"{"error_codes":[50011]}"#,
        r#"{"error_codes" : [ "50011" ]}"#,
        r#""{\"error_codes\":[50011]}""#,
    ] {
        assert_eq!(codes_in(text), [AAD], "{text}");
    }
}

#[test]
fn words_and_numbers_of_all_services_are_found_in_their_order() {
    let entra = r#"{"error":"invalid_grant","error_description":"AADSTS70002: x AADSTS54005: y","error_codes":[70002,54005]}"#;
    assert_eq!(
        codes_in(entra),
        [Found::Oauth("invalid_grant"), Found::Aadsts(70_002), Found::Aadsts(54_005)]
    );
    let back = "http://localhost:1/?error=access_denied&error_subcode=cancel&state=x";
    assert_eq!(codes_in(back), [Found::Oauth("access_denied"), Found::Oauth("cancel")]);
    for text in [
        r#"{"code":900421,"description":"","data":[]}"#,
        r#"{ "code" : "900421" , "description" : "" }"#,
        "\u{feff}{\"code\":900421}",
        "PC 900421",
        "900421",
        "%7B%22code%22%3A900421%7D",
    ] {
        assert_eq!(codes_in(text), [Found::PartnerCenter(900_421)], "{text}");
    }
    assert_eq!(codes_in(r#"{"statusCode":429,"message":"x"}"#), [Found::Gateway(429)]);
    assert_eq!(
        codes_in(r#"{"error":{"code":"accessDenied","message":"x"}}"#),
        [Found::Price("accessDenied")]
    );
    assert_eq!(codes_in(r#"{"code":16,"message":"x","details":[]}"#), [Found::Octo(16)]);
}

#[test]
fn nothing_is_invented() {
    for text in [
        "",
        "AADSTS",
        "AADSTS12345678901234567890",
        "the port 50011 is taken",
        "2026-07-01 10:11:12",
        r#"{"encode":50011,"barcode":1}"#,
        "error=somethingelse",
        "%",
        "%%%2",
        "12",
        "ERROR: invalid_grant_of_mine",
    ] {
        assert_eq!(codes_in(text), [], "{text}");
    }
}

#[test]
fn a_whole_text_becomes_one_failure() {
    let text = r#"{"error":"invalid_grant","error_codes":[65001],"suberror":"consent_required"}"#;
    let failure = failure_in(text).unwrap();
    assert_eq!((failure.service, failure.codes.as_slice()), (Service::Entra, [65_001].as_slice()));
    assert_eq!(failure.error.unwrap(), "invalid_grant");
    assert_eq!(failure.suberror.unwrap(), "consent_required");
    assert!(failure_in("nothing here").is_none());
}

#[test]
fn a_description_is_taken_apart_with_and_without_separators() {
    let parts = |text| {
        let parts = split_description(text);
        (parts.sentence, parts.trace_id, parts.correlation_id, parts.timestamp)
    };
    let expected = ("AADSTS1: no.", Some("dd25"), Some("f115"), Some("2018-09-22 00:50:11Z"));
    for text in [
        "AADSTS1: no.\r\nTrace ID: dd25\r\nCorrelation ID: f115\r\nTimestamp: 2018-09-22 00:50:11Z",
        "AADSTS1: no. Trace ID: dd25 Correlation ID: f115 Timestamp: 2018-09-22 00:50:11Z",
        "AADSTS1: no.Trace ID: dd25Correlation ID: f115Timestamp: 2018-09-22 00:50:11Z",
        "AADSTS1: no.Timestamp: 2018-09-22 00:50:11Z\nCorrelation ID: f115 Trace ID: dd25\nmore",
    ] {
        assert_eq!(parts(text), expected, "{text}");
    }
    assert_eq!(parts("only this"), ("only this", None, None, None));
    assert_eq!(parts(""), ("", None, None, None));
    assert_eq!(parts("x Trace ID: "), ("x", None, None, None));
    assert_eq!(parts(&format!("x Trace ID: {}", "y".repeat(65))).1, None);
}

#[test]
fn ten_megabytes_are_read_in_one_pass() {
    for unit in ["AADSTS", "\"code\":", "error=", "[\"", "%41", "Trace ID:", "9"] {
        let text = unit.repeat(10_000_000 / unit.len());
        assert!(codes_in(&text).len() <= MOST);
        _ = split_description(&text);
    }
}

proptest! {
    #[test]
    fn no_text_ends_the_search(text in any::<String>(), number in any::<u64>()) {
        drop(codes_in(&text));
        drop(codes_in(&format!("AADSTS{number}{text}\"code\":{number}")));
        drop(codes_in(&format!("%{text}%4{text}error_codes[{number},{text}")));
        _ = split_description(&format!("{text}Trace ID:{text}Timestamp:{text}"));
    }
}
