//! The commands without a screen, as a script runs them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::kept::Kept;
use jiff::Timestamp;
use octo_csp::journal::{AttemptId, Fact, ItemName, Kind, PartnerApiProof, PartnerCenterProof, Slot};
use octo_csp::words::{
    AccountName, ClientId, Draft, LastFailure, MpnId, Part, RedirectAddress, TenantId, UntrustedText,
};
use octo_csp::world::clock;
use serde_json::Value;
use tempfile::TempDir;

use crate::schema;

const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";

/// Runs the program with a state folder of its own and without a keyring.
pub(crate) fn program(state: &Path, arguments: &[&str], input: &[u8]) -> Output {
    with_variables(state, arguments, input, &[])
}

fn with_variables(state: &Path, arguments: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_octo-csp"))
        .args(arguments)
        .env_clear()
        .env("XDG_STATE_HOME", state)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A program that does not read closes its end.
    let _closed = pipe.write_all(input);
    drop(pipe);
    child.wait_with_output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What was printed, which is as the schema says.
fn object(output: &Output) -> Value {
    let object = serde_json::from_str(&out(output)).unwrap();
    schema::holds(&object);
    object
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn proofs() -> (PartnerCenterProof, PartnerApiProof) {
    let center = PartnerCenterProof {
        tenant: TenantId::parse(TENANT).unwrap().value,
        domain: None,
        application: ClientId::parse(APP).unwrap().value,
        company: UntrustedText::some("Contoso Ltd"),
        country: None,
        currency: None,
        balance_date: None,
        secret_ends: Some("2099-05-14".parse().unwrap()),
        found: Vec::new(),
    };
    let api = PartnerApiProof {
        user: UntrustedText::some("csp-admin@contoso.example"),
        mfa: Some(true),
        mpn: Some(MpnId::parse("6271154").unwrap().value),
        domain: None,
        company: UntrustedText::some("Contoso Ltd"),
        currency: None,
        redirect: RedirectAddress::parse("http://localhost").unwrap(),
        prices: true,
        found: Vec::new(),
    };
    (center, api)
}

/// A state folder with a registration that is active.
pub(crate) fn registered() -> TempDir {
    registered_as("production")
}

/// The same under another name: the lock of a name is the same for every test.
fn registered_as(name: &str) -> TempDir {
    let home = TempDir::new().unwrap();
    register_in(&home, name);
    home
}

/// Only the name of an account.
fn named_in(home: &TempDir, name: &str, account: &str) {
    let record = Kept::open(&home.path().join("octo-csp"), name).unwrap();
    let name = Some(AccountName::parse(account).unwrap());
    record.append(&Fact::Named { name }, clock::now()).unwrap();
}

fn register_in(home: &TempDir, name: &str) {
    register_at(&home.path().join("octo-csp"), name, clock::now());
}

/// A registration that is active, at a moment of a clock.
pub(crate) fn register_at(state: &Path, name: &str, at: Timestamp) {
    let record = Kept::open(state, name).unwrap();
    let attempt = AttemptId(2);
    let item = |kind| ItemName { slot: Slot::A, attempt, kind, serial: 1 };
    let (center, api) = proofs();
    let mut facts = vec![
        Fact::Named { name: Some(AccountName::parse("Contoso CSP").unwrap()) },
        Fact::Began { attempt, slot: Slot::A, base: 0 },
        Fact::PartnerCenterProven { attempt, proof: Box::new(center) },
        Fact::Redeeming { attempt },
        Fact::PartnerApiProven { attempt, proof: Box::new(api) },
    ];
    for kind in [Kind::PartnerCenterSecret, Kind::RefreshToken, Kind::Manifest] {
        facts.push(Fact::Keeping { item: item(kind) });
        facts.push(Fact::Kept { item: item(kind) });
    }
    facts.push(Fact::Activated { attempt, slot: Slot::A });
    for fact in facts {
        record.append(&fact, at).unwrap();
    }
}

#[test]
fn a_clock_past_9999_or_before_1970_breaks_no_command() {
    let moments = [Timestamp::MAX, Timestamp::MIN, "1969-07-20T20:17:00Z".parse().unwrap()];
    for (index, at) in moments.into_iter().enumerate() {
        let home = TempDir::new().unwrap();
        register_at(&home.path().join("octo-csp"), "production-at-us-gov", at);
        let ics = home.path().join(format!("{index}.ics"));
        for arguments in [
            &["status"][..],
            &["status", "--json"],
            &["report"],
            &["handoff", "--cloud", "us-gov"],
            &["rename", "Contoso", "--cloud", "us-gov"],
            &["doctor", "--cloud", "us-gov", "--ics", ics.to_str().unwrap()],
            &["doctor", "--cloud", "us-gov", "--json"],
            &["consent", "start", "--cloud", "us-gov"],
        ] {
            let output = program(home.path(), arguments, b"");
            let (code, said) = (output.status.code(), err(&output));
            // Without a keyring what needs a secret ends with 7.
            assert!(matches!(code, Some(0 | 7)), "{at} {arguments:?}: {code:?} {said}");
            assert!(!said.contains("internal"), "{at} {arguments:?}: {said}");
        }
    }
}

#[test]
fn explain_answers_arguments_and_standard_input() {
    let home = TempDir::new().unwrap();
    let by_argument = program(home.path(), &["explain", "AADSTS7000222"], b"");
    assert_eq!(by_argument.status.code(), Some(0));
    let log = b"12:01 ERROR invalid_client AADSTS7000222: The provided client secret keys are expired\n";
    // The sentence stands in the log alone.
    let by_log = out(&program(home.path(), &["explain"], log));
    let sentence = by_log.strip_prefix(out(&by_argument).as_str()).unwrap();
    assert!(sentence.contains("The provided client secret keys are expired"), "{by_log}");
    let json = program(home.path(), &["explain", "--json", "-"], log);
    assert_eq!(object(&json)["found"][0]["code"], "AADSTS7000222");
    // The flag counts on either side of the code.
    let before = program(home.path(), &["explain", "--json", "AADSTS7000222"], b"");
    let behind = program(home.path(), &["explain", "AADSTS7000222", "--json"], b"");
    assert_eq!((out(&behind), behind.status), (out(&before), before.status));
    assert_eq!(object(&behind)["found"][0]["code"], "AADSTS7000222");
    let nothing = err(&program(home.path(), &["explain", "- hello"], b""));
    assert!(nothing.contains("Looked for") && nothing.contains("Sign-in logs"), "{nothing}");
    let none = program(home.path(), &["explain", "- hello", "--json"], b"");
    assert!(object(&none)["missing"].as_str().unwrap().contains("Sign-in logs"));
    assert_eq!((none.status.code(), object(&none)["exit"].as_i64()), (Some(2), Some(2)));
}

#[test]
fn trust_that_a_variable_names_is_said_like_that_of_a_flag() {
    let home = registered();
    let told = |variables: &[(&str, &str)]| err(&with_variables(home.path(), &["consent", "start"], b"", variables));
    let by = |names: &str| format!("one more certificate authority is trusted ({names})");
    assert!(told(&[("SSL_CERT_FILE", "/etc/ca.pem")]).contains(&by("SSL_CERT_FILE")));
    let both = told(&[("SSL_CERT_DIR", "/etc/certs"), ("SSL_CERT_FILE", "/etc/ca.pem")]);
    assert!(both.contains(&by("SSL_CERT_FILE, SSL_CERT_DIR")), "{both}");
    assert!(!told(&[("SSL_CERT_FILE", "")]).contains("is trusted"));
}

/// A sign-in that Microsoft has ended has no day until which it is good.
#[test]
fn after_a_dead_sign_in_nothing_says_that_it_is_good_until_a_day() {
    let home = registered();
    let ends = |check: &str, row: &str| {
        let record = Kept::open(&home.path().join("octo-csp"), "production").unwrap();
        let refused =
            LastFailure { check: UntrustedText::new(check), row: UntrustedText::some(row), ..LastFailure::default() };
        record.save_draft(&Draft { refused: Some(Box::new(refused)), ..Draft::default() }).unwrap();
        drop(record);
        let object = object(&program(home.path(), &["status", "--json"], b""));
        let text = out(&program(home.path(), &["status"], b""));
        let one = &object["registrations"][0];
        assert_eq!(one["sign_in_ends"].is_string(), text.contains("Sign-in ends"), "{text}");
        assert!(one["secret_ends"].is_string(), "{text}");
        one["sign_in_ends"].is_string()
    };
    for row in ["sign-in-revoked", "sign-in-unused", "password-changed", "invalid-grant"] {
        assert!(!ends("price-token", row) && !ends("user-token", row), "{row}");
    }
    // Something else was refused.
    assert!(ends("price-token", "consent-missing-price") && ends("price-token", "timed-out"));
    assert!(ends("redeem", "code-used"));
}

#[test]
fn explain_says_a_sentence_about_whatever_is_no_code() {
    let home = TempDir::new().unwrap();
    let binary: Vec<u8> = (0..11 * 1_024 * 1_024_u32)
        .map(|index| u8::try_from(index.wrapping_mul(2_654_435_761) >> 24).unwrap())
        .collect();
    for input in [&b""[..], b" \n", b"hello", &binary] {
        let output = program(home.path(), &["explain"], input);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(err(&output).lines().count(), 1, "{}", err(&output));
    }
}

/// The most memory that a process had at a time, in KiB.
#[cfg(target_os = "linux")]
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_of_any_length_is_read_in_constant_memory() {
    use std::io::Write as _;
    use std::process::Stdio;
    let line = "2026-02-03T04:05:06Z INFO GET https://shop.example/?id=50011 200 and more words of an ordinary line\n";
    let block = line.repeat(1_024 * 1_024 / line.len());
    let peaks = [4, 24].map(|blocks| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_octo-csp"));
        let mut child = command.arg("explain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        for _ in 0..blocks {
            input.write_all(block.as_bytes()).unwrap();
        }
        let peak = peak(child.id());
        input.write_all(b"AADSTS501\n26: no\n").unwrap();
        drop(input);
        let told = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        assert!(told.starts_with("AADSTS50126"), "{told}");
        peak
    });
    // A line of twenty megabytes more, and hardly a byte.
    assert!(peaks[1] < peaks[0] + 6 * 1_024, "{peaks:?}");
}

#[test]
fn status_and_report_begin_with_what_works_what_ends_and_what_is_to_be_done() {
    let home = registered();
    for command in ["status", "report"] {
        let text = out(&program(home.path(), &[command], b""));
        let first = text.split("\n\n").next().unwrap().replace("\n   ", " ");
        assert!(first.starts_with("production: works here; not in Octo yet (last proven 20"), "{text}");
        assert!(first.contains("; the sign-in ends 20") && first.ends_with(" To do: octo-csp submit"), "{text}");
    }
    let object = object(&program(home.path(), &["status", "--json"], b""));
    assert!(object["registrations"][0]["verdict"].as_str().unwrap().starts_with("production: works here"));
    // A journal that is damaged works for nobody.
    let journal = home.path().join("octo-csp/production/journal");
    let whole = fs::read_to_string(&journal).unwrap();
    fs::File::create(&journal).unwrap().write_all(format!("nonsense\n{whole}").as_bytes()).unwrap();
    let text = out(&program(home.path(), &["status"], b""));
    assert!(text.starts_with("production: its journal is damaged, so it cannot be used"), "{text}");
}

#[test]
fn config_shows_what_is_set_and_the_rest_where_it_is_asked_for() {
    let home = TempDir::new().unwrap();
    let variables = [("OCTO_CSP_CLOUD", "china")];
    let shown = |words: &[&str]| out(&with_variables(home.path(), words, b"", &variables));
    let (set, all) = (shown(&["config"]), shown(&["config", "--all"]));
    assert!(set.contains("cloud  china") && set.contains("from OCTO_CSP_CLOUD"), "{set}");
    assert!(!set.contains("account-name") && set.contains("octo-csp config --all"), "{set}");
    assert!(all.contains("account-name") && all.contains("china"), "{all}");
    let none = out(&program(home.path(), &["config"], b""));
    assert!(none.starts_with("Nothing is set: every setting has its default."), "{none}");
}

#[test]
fn where_nothing_is_registered_the_commands_of_many_say_so_and_those_of_a_shared_store_name_one() {
    let empty = TempDir::new().unwrap();
    for words in [&["list"][..], &["doctor", "--all"]] {
        let output = program(empty.path(), words, b"");
        assert!(output.status.success());
        assert_eq!(out(&output), "Nothing is registered here.\n", "{words:?}");
    }
    let far = program(empty.path(), &["list", "--page", "7"], b"");
    assert_eq!((far.status.code(), err(&far).as_str()), (Some(2), "octo-csp: the last page is page 1\n"));
    let lease = program(empty.path(), &["store", "break-lease"], b"");
    assert_eq!(lease.status.code(), Some(2));
    assert!(err(&lease).contains("--store vault or azure-key-vault"), "{}", err(&lease));
    let stays = program(empty.path(), &["store", "move", "--to", "keyring"], b"");
    assert_eq!(stays.status.code(), Some(2));
    assert!(err(&stays).contains("name the same store"), "{}", err(&stays));
}

#[test]
fn status_tells_what_is_registered_and_changes_nothing() {
    let home = registered();
    let journal = home.path().join("octo-csp/production/journal");
    let before = fs::read(&journal).unwrap();
    let output = program(home.path(), &["status", "--json"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let object = object(&output);
    let one = &object["registrations"][0];
    assert_eq!(one["registration"], "production");
    assert_eq!(one["tenant"], TENANT);
    assert_eq!(one["application"], APP);
    assert_eq!(one["mpn_id"], "6271154");
    assert_eq!(one["signed_in"], "csp-admin@contoso.example");
    assert_eq!(one["secret_ends"], "2099-05-14");
    assert!(one["sign_in_ends"].is_string() && one["open_step"].is_null());
    assert_eq!(one["items"].as_array().unwrap().len(), 3);
    let text = out(&program(home.path(), &["status"], b""));
    for words in ["Contoso CSP", "MPN ID 6271154", "Signed in", "Keyring"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert_eq!(fs::read(&journal).unwrap(), before);
}

#[test]
fn status_and_report_tell_the_last_failure_with_its_ids() {
    let home = registered();
    let record = Kept::open(&home.path().join("octo-csp"), "production").unwrap();
    let trace = "5b0e3f8a-0000-4000-8000-00000000abcd";
    let draft = Draft {
        refused: Some(Box::new(LastFailure {
            check: UntrustedText::new("price-token"),
            code: UntrustedText::new("AADSTS65001"),
            row: UntrustedText::some("consent-missing-price"),
            at: Some("2026-01-31T10:37:00Z".parse().unwrap()),
            trace_id: UntrustedText::some(trace),
            ..LastFailure::default()
        })),
        ..Draft::default()
    };
    record.save_draft(&draft).unwrap();
    drop(record);
    for command in ["status", "report"] {
        let text = out(&program(home.path(), &[command], b""));
        let line = "Token for the price service: AADSTS65001, 2026-01-31 10:37Z";
        assert!(text.contains(line) && text.contains(trace), "{text}");
        // Whoever reads it need not look the number up.
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in ["Microsoft will not issue a token for the price service.", "Fix ", "Grant admin consent"] {
            assert!(words.contains(told), "{told}: {text}");
        }
    }
    // Whoever administers Entra reads what stopped it, and what to do.
    let note = out(&program(home.path(), &["handoff"], b""));
    let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
    for needed in ["Microsoft will not issue a token for the price service. (AADSTS65001)", trace] {
        assert!(note.contains(needed), "{note}");
    }
    let json = out(&program(home.path(), &["status", "--json"], b""));
    let object: Value = serde_json::from_str(&json).unwrap();
    let last = &object["registrations"][0]["last_failure"];
    assert_eq!((last["code"].as_str(), last["trace_id"].as_str()), (Some("AADSTS65001"), Some(trace)));
}

#[test]
fn the_first_line_of_status_says_what_stopped_a_registration_and_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let record = Kept::open(&home.path().join("octo-csp"), "production").unwrap();
    let refused = LastFailure {
        check: UntrustedText::new("secret"),
        code: UntrustedText::new("AADSTS7000222"),
        row: UntrustedText::some("secret-expired"),
        ..LastFailure::default()
    };
    record.save_draft(&Draft { refused: Some(Box::new(refused)), ..Draft::default() }).unwrap();
    drop(record);
    let text = out(&program(home.path(), &["status"], b""));
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = "production: not registered yet: This secret has expired (AADSTS7000222). To do: Entra admin center >";
    assert!(words.starts_with(first), "{text}");
}

#[test]
fn a_journal_of_a_newer_version_is_read_as_far_as_it_can_be() {
    let home = registered();
    let journal = home.path().join("octo-csp/production/journal");
    let json = r#"{"v":9,"seq":13,"at":"2027-01-01T00:00:00Z","fact":"flown"}"#;
    let line = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
    let mut file = fs::OpenOptions::new().append(true).open(&journal).unwrap();
    file.write_all(line.as_bytes()).unwrap();
    let before = fs::read(&journal).unwrap();
    let output = program(home.path(), &["status"], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("newer version") && out(&output).contains(TENANT));
    assert_eq!(fs::read(&journal).unwrap(), before);
}

#[test]
fn a_report_is_shown_and_written_for_its_owner_alone() {
    let home = registered();
    let file = home.path().join("report.txt");
    let path = file.to_str().unwrap();
    let output = program(home.path(), &["report", "-o", path], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), out(&output));
    assert!(out(&output).contains(TENANT));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_token_or_a_code_of_nothing_registered_asks_for_a_person() {
    let home = TempDir::new().unwrap();
    for (arguments, code) in [
        (&["token", "partner-center"][..], 4),
        (&["token", "partner-api", "--json"], 4),
        (&["code", "--show"], 4),
        // It looks into no vault.
        (&["code", "--show", "--store", "file"], 4),
        (&["code"], 2),
        (&["token"], 2),
        (&["token", "graph"], 2),
        (&["token", "partner-api", "--cloud", "china"], 2),
    ] {
        let output = program(home.path(), arguments, b"");
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {}", err(&output));
        if arguments.contains(&"--json") {
            let object = object(&output);
            assert_eq!((&object["version"], &object["exit"]), (&1.into(), &code.into()));
        } else {
            assert_eq!(out(&output), "", "{arguments:?}");
        }
        assert!(!err(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn no_code_is_asked_for_where_the_journal_is_damaged_or_half_forgotten() {
    let home = registered_as("sandbox-at-china");
    let state = home.path().join("octo-csp");
    let code = || {
        let words = ["code", "--show", "--sandbox", "--cloud", "china", "--json"];
        let output = program(home.path(), &words, b"");
        assert_eq!(output.status.code(), Some(7), "{}", err(&output));
        object(&output)["failed"][0]["code"].clone()
    };
    let record = Kept::open(&state, "sandbox-at-china").unwrap();
    record.append(&Fact::Forgetting, clock::now()).unwrap();
    assert_eq!(code(), "half forgotten");
    let journal = state.join("sandbox-at-china/journal");
    let text = fs::read_to_string(&journal).unwrap();
    let other = text.replacen("Contoso", "Fabrikam", 1);
    let mut file = fs::File::create(&journal).unwrap();
    file.write_all(other.as_bytes()).unwrap();
    assert_eq!(code(), "journal damaged");
}

#[test]
fn rename_changes_the_name_and_nothing_else() {
    const SECRET: &str = "abc8Q~0123456789abcdefghijklmnopqrstuvwx";
    let home = registered_as("production-at-china");
    let journal = home.path().join("octo-csp/production-at-china/journal");
    let before = fs::read(&journal).unwrap();
    let output = program(home.path(), &["rename", "Fabrikam 本番", "--cloud", "china"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(out(&output), "production-at-china: Contoso CSP -> Fabrikam 本番\n");
    let after = fs::read(&journal).unwrap();
    assert!(after.starts_with(&before));
    let line = String::from_utf8(after[before.len()..].to_vec()).unwrap();
    assert_eq!(line.lines().count(), 1);
    assert!(line.contains(r#""fact":"named","name":"Fabrikam 本番""#), "{line}");
    // The same name again is no news.
    program(home.path(), &["rename", "Fabrikam 本番", "--cloud", "china"], b"");
    assert_eq!(fs::read(&journal).unwrap(), after);
    let none = program(home.path(), &["rename", "--none", "--cloud", "china"], b"");
    assert_eq!(out(&none), "production-at-china: Fabrikam 本番 -> (none)\n");
    // What is not there has no name, and gets no journal by one.
    let nothing = program(home.path(), &["rename", "Contoso", "--sandbox", "--cloud", "us-gov"], b"");
    assert_eq!(nothing.status.code(), Some(4), "{}", err(&nothing));
    assert!(err(&nothing).contains("octo-csp register --sandbox --cloud us-gov"), "{}", err(&nothing));
    assert!(!home.path().join("octo-csp/sandbox-at-us-gov/journal").exists());
    for wrong in [
        &["rename"][..],
        &["rename", " "],
        &["rename", "x", "--none"],
        &["rename", &"x".repeat(129)],
        &["rename", SECRET, "--cloud", "china"],
    ] {
        let output = program(home.path(), wrong, b"");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!err(&output).contains(SECRET));
    }
    let long = program(home.path(), &["rename", &"x".repeat(129), "--cloud", "china"], b"");
    assert!(err(&long).contains("more than 128 characters"), "{}", err(&long));
}

#[test]
fn what_an_earlier_version_kept_for_a_cloud_of_ones_own_is_found_and_shared_with_nobody() {
    let home = registered_as("production-at-a-b");
    let file = home.path().join("cloud.json");
    let rename = |login: &str, name: &str, code: i32| {
        let cloud = serde_json::json!({
            "login": login, "partner_center": login, "partner_center_audience": "https://pc.example",
            "partner_api": login, "partner_api_audience": "https://api.example",
        });
        fs::File::create(&file).unwrap().write_all(cloud.to_string().as_bytes()).unwrap();
        let output = program(home.path(), &["rename", name, "--cloud-file", file.to_str().unwrap()], b"");
        assert_eq!(output.status.code(), Some(code), "{}", err(&output));
        out(&output)
    };
    // Both had this name. It is the first one's now, for good.
    assert_eq!(rename("https://a-b", "One", 0), "production-at-a-b: Contoso CSP -> One\n");
    rename("https://a.b", "Two", 4);
    register_in(&home, "production-at-a.b");
    assert_eq!(rename("https://a.b", "Two", 0), "production-at-a.b: Contoso CSP -> Two\n");
    assert_eq!(rename("https://a-b", "Three", 0), "production-at-a-b: One -> Three\n");
    assert_eq!(rename("https://a.b", "Four", 0), "production-at-a.b: Two -> Four\n");
    // As long as a host may be.
    let host = vec!["a".repeat(60); 4].join(".");
    rename(&format!("https://{host}:8443"), "Five", 4);
}

#[test]
fn forget_without_a_terminal_names_its_flag_and_without_a_keyring_changes_nothing() {
    let home = registered_as("production-at-us-gov");
    let journal = home.path().join("octo-csp/production-at-us-gov/journal");
    let before = fs::read(&journal).unwrap();
    let output = program(home.path(), &["forget", "--cloud", "us-gov"], b"Contoso Ltd\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--yes"), "{}", err(&output));
    let output = program(home.path(), &["forget", "--yes", "--cloud", "us-gov"], b"");
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    let told: String = out(&output).split_whitespace().collect();
    for words in
        ["production-at-us-gov/refresh-token/A/2/1", "Nothingwasdeleted.", APP, "Revokesessions", "Octowasgiven"]
    {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let output = program(home.path(), &["forget", "--yes", "--json", "--cloud", "us-gov"], b"");
    assert_eq!(output.status.code(), Some(7));
    let object = object(&output);
    assert_eq!(object["forgotten"], false);
    assert_eq!(object["left"].as_array().unwrap().len(), 5);
    assert_eq!(object["failed"][0]["row"], "keyring-no-bus");
    assert_eq!(fs::read(&journal).unwrap(), before);
}

#[test]
fn a_name_and_a_draft_alone_are_forgotten_without_a_keyring() {
    let home = TempDir::new().unwrap();
    named_in(&home, "sandbox-at-china", "Contoso");
    let folder = home.path().join("octo-csp/sandbox-at-china");
    assert!(folder.join("journal").exists());
    for left in ["draft.json", ".draft.json.new", ".vault.age.new"] {
        let file = fs::File::create(folder.join(left)).unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    }
    let output = program(home.path(), &["forget", "--yes", "--sandbox", "--cloud", "china"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).ends_with("Deleted: everything that was kept about sandbox-at-china.\n"));
    assert!(!folder.exists());
    let again = program(home.path(), &["forget", "--yes", "--json", "--sandbox", "--cloud", "china"], b"");
    let object = object(&again);
    assert_eq!((again.status.code(), &object["forgotten"]), (Some(0), &Value::Bool(true)));
}

#[test]
fn a_passphrase_is_never_an_argument_and_belongs_to_a_vault_file() {
    let home = TempDir::new().unwrap();
    for (arguments, words) in [
        (&["doctor", "--passphrase-fd", "0"][..], "--store file"),
        (&["status", "--passphrase-file", "/nowhere"], "--store file"),
        (&["doctor", "--store", "file"], "--passphrase-fd N"),
        (&["doctor", "--store", "file", "--passphrase-file", "/nowhere"], "cannot read the file of --passphrase-file"),
        (&["doctor", "--store", "file", "--passphrase-fd", "9"], "file descriptor 9"),
        (&["doctor", "--store", "file", "--passphrase", "hunter2"], "a secret is never an argument"),
    ] {
        let output = program(home.path(), arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(words), "{arguments:?} {}", err(&output));
    }
}

#[test]
fn submit_says_which_credentials_are_missing_or_not_octos() {
    const SECRET: &str = "marked-octo-secret";
    let home = registered();
    let path = home.path().to_str().unwrap();
    let id = ("ALPHAUS_CLIENT_ID", "octo-client");
    let secret = ("ALPHAUS_CLIENT_SECRET", SECRET);
    let elsewhere = ("ALPHAUS_AUTH_URL", "https://login.alphaus.cloud.example/x");
    let at_home = ("HOME", path);
    let folder = home.path().join(".config/alphaus");
    fs::create_dir_all(&folder).unwrap();
    fs::File::create(folder.join("config.toml"))
        .unwrap()
        .write_all(format!("[half]\nclient-id = 'x'\n[odd]\nclient-secret = {SECRET}\n").as_bytes())
        .unwrap();
    for (more, variables, words) in [
        (&[][..], &[][..], "no Octo credentials were given: set ALPHAUS_CLIENT_ID"),
        (&[], &[id], "ALPHAUS_CLIENT_SECRET is not set"),
        (&[], &[secret], "ALPHAUS_CLIENT_ID is not set"),
        (&[], &[id, secret, elsewhere], "ALPHAUS_AUTH_URL may only be https://login.alphaus.cloud"),
        (&["--profile", "none"], &[at_home], "has no profile of that name"),
        (&["--profile", "half"], &[at_home], "the Octo client secret is missing"),
        (&["--profile", "odd"], &[at_home], "line 4: the value must be a string"),
        (&["--profile", "x"], &[], "there is no home folder"),
    ] {
        let arguments = [&["submit"], more].concat();
        let output = with_variables(home.path(), &arguments, b"", variables);
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
        assert!(err(&output).contains(words), "{words}: {}", err(&output));
        assert!(!err(&output).contains(SECRET), "{}", err(&output));
    }
    let output = program(home.path(), &["submit", "--sandbox"], b"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn status_tells_what_octo_has() {
    let home = registered();
    let line = |text: String| text.lines().find(|it| it.contains("Octo  ")).map(str::to_owned);
    let before = line(out(&program(home.path(), &["status"], b""))).unwrap();
    assert!(before.contains("nothing was handed over"), "{before}");
    let record = Kept::open(&home.path().join("octo-csp"), "production").unwrap();
    let facts = [
        Fact::Submitting {
            host: UntrustedText::new("api.alphaus.cloud"),
            target: TenantId::parse(TENANT).unwrap().value,
            anew: true,
        },
        Fact::Submitted {
            part: Part::Payer,
            attempt: AttemptId(2),
            name: Some(AccountName::parse("Contoso CSP").unwrap()),
        },
    ];
    for fact in facts {
        record.append(&fact, clock::now()).unwrap();
    }
    drop(record);
    let after = out(&program(home.path(), &["status"], b""));
    assert!(after.contains("has: payer account; lacks: credentials"), "{after}");
    let json = out(&program(home.path(), &["status", "--json"], b""));
    let object: Value = serde_json::from_str(&json).unwrap();
    let octo = &object["registrations"][0]["octo"];
    assert_eq!(octo["host"], "api.alphaus.cloud");
    assert_eq!(octo["account"], TENANT);
    assert_eq!(octo["missing"], serde_json::json!(["credentials", "mpn"]));
}

#[test]
fn every_other_object_is_as_the_schema_says() {
    let home = TempDir::new().unwrap();
    object(&program(home.path(), &["explain", "--list", "--json"], b""));
    let none = object(&program(home.path(), &["explain", "--json", "hello"], b""));
    assert_eq!(none["exit"], 2);
    let config = object(&program(home.path(), &["config", "--json"], b""));
    let settings = config["settings"].as_array().unwrap();
    let cloud = settings.iter().find(|one| one["setting"] == "cloud").unwrap();
    assert_eq!((&cloud["value"], &cloud["source"]), (&"global".into(), &"default".into()));
    assert!(settings.iter().all(|one| one["setting"] != "replace"));
    // A folder that is none keeps everything from beginning.
    fs::File::create(home.path().join("octo-csp")).unwrap();
    let output = program(home.path(), &["status", "--json"], b"");
    let shut = object(&output);
    assert_eq!(shut["command"], "status");
    assert_eq!(i64::from(output.status.code().unwrap()), shut["exit"]);
}

#[test]
fn without_a_terminal_the_wizard_names_the_way_and_what_is_missing() {
    let home = TempDir::new().unwrap();
    let output = program(home.path(), &["register", "--client-id", APP], b"");
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    for flag in ["--no-input", "--application-id", "--secret-file"] {
        assert!(said.contains(flag), "{flag}: {said}");
    }
    assert!(!said.contains("--client-id"), "{said}");
}

#[test]
fn a_secret_has_no_flag_and_is_not_repeated() {
    const SECRET: &str = "abc8Q~somethingSomethingSomething12345";
    let home = TempDir::new().unwrap();
    for flag in ["--secret", "--secret-key", "--client-secret"] {
        let output = program(home.path(), &["register", "--no-input", flag, SECRET], b"");
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(!err(&output).contains(SECRET), "{}", err(&output));
    }
}

/// The sandbox is chosen by flag, variable or file, and which registration was opened is said wherever one is.
#[test]
fn which_registration_is_opened_is_chosen_by_flag_variable_or_file_and_said() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("config");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("config.toml");
    fs::File::create(&file).unwrap().write_all(b"sandbox = true\n").unwrap();
    for path in [&folder, &file] {
        let mode = if path == &file { 0o600 } else { 0o700 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let folder = folder.to_str().unwrap();
    register_in(&home, "sandbox");
    register_in(&home, "production-at-china");
    for (arguments, variables) in [
        (&["rename", "Contoso", "--sandbox"][..], &[][..]),
        (&["rename", "Contoso"], &[("OCTO_CSP_SANDBOX", "true")]),
        (&["--config-dir", folder, "rename", "Contoso"], &[]),
    ] {
        let output = with_variables(home.path(), arguments, b"", variables);
        let said = err(&output);
        assert!(said.starts_with("registration: Integration sandbox, global cloud"), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
    program(home.path(), &["rename", "Fabrikam", "--cloud", "china"], b"");
    let status = object(&program(home.path(), &["status", "--json"], b""));
    let found = |name: &str| {
        let all = status["registrations"].as_array().unwrap();
        let one = all.iter().find(|one| one["registration"] == name).unwrap();
        ["account", "environment", "cloud"].map(|member| one[member].as_str().unwrap().to_owned())
    };
    assert_eq!(found("sandbox"), ["Contoso", "sandbox", "global"]);
    assert_eq!(found("production-at-china"), ["Fabrikam", "production", "china"]);
    let forgotten = object(&program(home.path(), &["forget", "--yes", "--json", "--sandbox"], b""));
    assert_eq!(
        (&forgotten["account"], &forgotten["environment"]),
        (&status["registrations"][1]["account"], &Value::from("sandbox"))
    );
}

/// Whoever reads standard output as JSON gets an object also where the arguments, a variable or the file cannot be used, and its times
/// are whole seconds.
/// Which file it is, and what is the matter with it: no other file is blamed, and no other fault.
#[test]
fn a_settings_file_that_cannot_be_used_is_told_by_its_own_path_and_fault() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("settings");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let file = folder.join("config.toml");
    let said = || err(&program(home.path(), &["--config-dir", folder.to_str().unwrap(), "rename", "Contoso"], b""));
    fs::File::create(&file).unwrap().set_len(16 * 1_024 * 1_024 + 1).unwrap();
    let (large, open, other) = ("larger than any", "open to other users", "a link, or belongs to somebody else");
    for (mode, words) in [(0o600, large), (0o666, open)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let said = said();
        assert!(said.contains(file.to_str().unwrap()) && said.contains(words), "{mode:o}: {said}");
        assert!([large, open, other, "journal"].iter().all(|word| *word == words || !said.contains(word)), "{said}");
    }
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &file).unwrap();
    let said = said();
    assert!(said.contains(file.to_str().unwrap()) && said.contains(other) && !said.contains("journal"), "{said}");
}

#[test]
fn json_gets_an_object_also_for_wrong_arguments_and_variables() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("config");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let mut file = fs::File::create(folder.join("config.toml")).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    file.write_all(b"store = nowhere").unwrap();
    let folder = folder.to_str().unwrap();
    for (arguments, variables) in [
        (&["status", "--json", "--config-dir", folder][..], &[][..]),
        (&["status", "--json"], &[("OCTO_CSP_CONFIG_DIR", folder)]),
        (&["rename", "--json"], &[]),
        (&["status", "--json", "--no-such-flag"], &[]),
        (&["doctor", "--json", "--warn-days", "soon"], &[]),
        (&["token", "nowhere", "--json"], &[]),
        (&["status", "--json"], &[("OCTO_CSP_STORE", "nowhere")]),
        (&["status", "--json"], &[("OCTO_CSP_SANDBOX", "perhaps")]),
    ] {
        let output = with_variables(home.path(), arguments, b"", variables);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        let object = object(&output);
        assert_eq!(object["exit"], 2, "{arguments:?}");
        assert!(object["said"].as_str().is_some_and(|said| !said.is_empty()), "{arguments:?}: {object}");
        assert!(!err(&output).is_empty(), "{arguments:?}");
    }
    let begun = object(&program(home.path(), &["register", "--no-input", "--json"], b""));
    assert_eq!(begun["at"].as_str().map(str::len), Some("2026-01-31T09:30:00Z".len()), "{begun}");
}
