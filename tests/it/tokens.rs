//! Odd but valid token answers: the code is spent, so the refresh token must come out of every one of them.

use octo_csp::world::token::salvage;

const TOKEN: &str = "1.AXoA-._~refresh";

/// 240 answers, each a combination of a dress for the whole, an oddity beside the token, and a spelling of the token.
fn answers() -> Vec<(String, Vec<u8>)> {
    let members = [
        r#""expires_in":3599"#,
        r#""expires_in":"3599""#,
        r#""expires_in":3599.0"#,
        r#""expires_in":null"#,
        r#""expires_in":[]"#,
        r#""expires_in":1e999"#,
        r#""token_type":7"#,
        r#""scope":["a","b"]"#,
        r#""access_token":{"nested":"\"refresh_token\":\"wrong\""}"#,
        r#""access_token":"a","access_token":"b""#,
        r#""note":"\\\"refresh_token\": \"wrong\"","id_token":null"#,
        r#""kind":"refresh_token","foci":"1""#,
    ];
    let spellings = [
        format!("\"refresh_token\":\"{TOKEN}\""),
        format!("\"refresh_token\" \r\n: \"{}\"", TOKEN.replace('~', "\\u007e")),
        format!("\"refresh_token\":\"\",\"refresh_token\":\"{TOKEN}\""),
        format!("\"Refresh_Token\":\"{TOKEN}\",\"more\":{{\"refresh_token\":\"deeper\"}}"),
        format!("\"refresh_token\":\"{TOKEN}\",\"refresh_token\":null"),
    ];
    let dresses: [fn(&str) -> Vec<u8>; 4] = [
        |body| body.as_bytes().to_vec(),
        |body| format!("\u{feff}\u{feff} {body}\0garbage}}{{").into_bytes(),
        |body| body.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        |body| body.trim_end_matches('}').as_bytes().to_vec(),
    ];
    let mut all = Vec::new();
    for member in members {
        for spelling in &spellings {
            let body = format!("{{{member},{spelling}}}");
            for dress in dresses {
                all.push((body.clone(), dress(&body)));
            }
        }
    }
    all
}

#[test]
fn the_refresh_token_is_kept_every_time() {
    let answers = answers();
    assert_eq!(answers.len(), 240);
    for (body, bytes) in answers {
        let kept = salvage(&bytes, "refresh_token").map(|token| token.reveal().to_owned());
        assert_eq!(kept.as_deref(), Some(TOKEN), "{body}");
    }
}

#[test]
fn a_token_is_never_invented() {
    for body in [
        "",
        "{",
        "null",
        "{}",
        "<html>refresh_token</html>",
        r#"{"refresh_token":null}"#,
        r#"{"refresh_token":""}"#,
        r#"{"refresh_token":7}"#,
        r#"{"refresh_token":{"a":"b"}}"#,
        r#"{"refresh_token":"cut"#,
        r#"{"a":"refresh_token","b":"c"}"#,
        r#"{"a":"\"refresh_token\":\"x\""}"#,
        "{\"refresh_token\":\"cut\\",
    ] {
        assert!(salvage(body.as_bytes(), "refresh_token").is_none(), "{body}");
    }
    let form = b"access_token=a&refresh_token=1.r%7E&token_type=bearer";
    assert_eq!(salvage(form, "refresh_token").unwrap().reveal(), "1.r~");
}

#[test]
fn mutated_answers_do_no_harm() {
    let mut seed = 1_u64;
    for (_, bytes) in answers() {
        for _ in 0..40 {
            let mut bytes = bytes.clone();
            for _ in 0..4 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let place = usize::try_from(seed >> 33).unwrap() % bytes.len();
                bytes[place] = seed.to_be_bytes()[3];
            }
            let _some = salvage(&bytes, "refresh_token");
            let _said = octo_csp::microsoft::read(octo_csp::words::Service::Entra, &bytes);
            let _claims = octo_csp::world::claims::decode(&String::from_utf8_lossy(&bytes));
            let _rows = octo_csp::world::sheet::records(&bytes, true);
        }
    }
}
