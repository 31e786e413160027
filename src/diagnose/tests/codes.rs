use proptest::prelude::{any, proptest};

use super::*;
use crate::microsoft::codes::codes_in;
use crate::microsoft::sentence::Sentence;

const AAD: Sign<'static> = Sign::Aadsts(50_011);

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
        assert_eq!(signs_in(text), [AAD], "{text}");
    }
}

#[test]
fn words_and_numbers_of_all_services_are_found_in_their_order() {
    let entra =
        r#"{"error":"invalid_grant","error_description":"AADSTS70002: x AADSTS54005: y","error_codes":[70002,54005]}"#;
    assert_eq!(signs_in(entra), [Sign::Oauth("invalid_grant"), Sign::Aadsts(70_002), Sign::Aadsts(54_005)]);
    let back = "http://localhost:1/?error=access_denied&error_subcode=cancel&state=x";
    assert_eq!(signs_in(back), [Sign::Oauth("access_denied"), Sign::Oauth("cancel")]);
    for text in [
        r#"{"code":900421,"description":"","data":[]}"#,
        r#"{ "code" : "900421" , "description" : "" }"#,
        "\u{feff}{\"code\":900421}",
        "PC 900421",
        "900421",
        "%7B%22code%22%3A900421%7D",
    ] {
        assert_eq!(signs_in(text), [Sign::Number(Service::PartnerCenter, 900_421)], "{text}");
    }
    assert_eq!(signs_in(r#"{"statusCode":429,"message":"x"}"#), [Sign::Status(Service::PartnerCenter, 429)]);
    assert_eq!(
        signs_in(r#"{"error":{"code":"accessDenied","message":"x"}}"#),
        [Sign::Word(Service::PartnerApi, "accessDenied")]
    );
    assert_eq!(signs_in(r#"{"code":16,"message":"x","details":[]}"#), [Sign::Number(Service::Octo, 16)]);
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
        assert_eq!(signs_in(text), [], "{text}");
    }
}

#[test]
fn ten_megabytes_are_read_in_one_pass() {
    for unit in ["AADSTS", "\"code\":", "error=", "[\"", "%41", "9"] {
        let text = unit.repeat(10_000_000 / unit.len());
        assert!(codes_in(&text, |_| true).len() <= 64);
    }
}

proptest! {
    #[test]
    fn no_text_ends_the_search(text in any::<String>(), number in any::<u64>()) {
        drop(codes_in(&text, |_| true));
        drop(signs_in(&format!("AADSTS{number}{text}\"code\":{number}")));
        drop(signs_in(&format!("%{text}%4{text}error_codes[{number},{text}")));
        drop(Sentence::of(&format!("{text}Trace ID:{text}Timestamp:{text}")));
    }
}
