//! The commands without a screen, as a script runs them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use octo_csp::engine::journal::{
    AttemptId, Fact, ItemName, Kind, PartnerApiProof, PartnerCenterProof, Slot,
};
use octo_csp::ids::{AccountName, ClientId, MpnId, RedirectAddress, TenantId};
use octo_csp::text::Foreign;
use octo_csp::world::clock;
use octo_csp::world::record::Record;
use serde_json::Value;
use tempfile::TempDir;

use crate::schema;

const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";

/// Runs the program with a state folder of its own and without a keyring.
fn program(state: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_octo-csp"))
        .args(arguments)
        .env_clear()
        .env("XDG_STATE_HOME", state)
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

fn out(output: &Output) -> String {
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
        company: Foreign::some("Contoso Ltd"),
        country: None,
        currency: None,
        balance_date: None,
        secret_ends: Some("2099-05-14".parse().unwrap()),
    };
    let api = PartnerApiProof {
        user: Foreign::some("csp-admin@contoso.example"),
        mfa: Some(true),
        mpn: Some(MpnId::parse("6271154").unwrap().value),
        domain: None,
        company: Foreign::some("Contoso Ltd"),
        currency: None,
        redirect: RedirectAddress::parse("http://localhost").unwrap(),
        prices: true,
    };
    (center, api)
}

/// A state folder with a registration that is active.
fn registered() -> TempDir {
    let home = TempDir::new().unwrap();
    let mut record = Record::open(&home.path().join("octo-csp"), "production").unwrap();
    let attempt = AttemptId(2);
    let item = |kind| ItemName {
        slot: Slot::A,
        attempt,
        kind,
        serial: 1,
    };
    let (center, api) = proofs();
    let mut facts = vec![
        Fact::Named {
            name: Some(AccountName::parse("Contoso CSP").unwrap()),
        },
        Fact::Began {
            attempt,
            slot: Slot::A,
            base: 0,
        },
        Fact::PartnerCenterProven {
            attempt,
            proof: Box::new(center),
        },
        Fact::Redeeming { attempt },
        Fact::PartnerApiProven {
            attempt,
            proof: Box::new(api),
        },
    ];
    for kind in [
        Kind::PartnerCenterSecret,
        Kind::RefreshToken,
        Kind::Manifest,
    ] {
        facts.push(Fact::Keeping { item: item(kind) });
        facts.push(Fact::Kept { item: item(kind) });
    }
    facts.push(Fact::Activated {
        attempt,
        slot: Slot::A,
    });
    for fact in facts {
        record.append(&fact, clock::now()).unwrap();
    }
    home
}

#[test]
fn explain_answers_arguments_and_standard_input() {
    let home = TempDir::new().unwrap();
    let by_argument = program(home.path(), &["explain", "AADSTS7000222"], b"");
    assert_eq!(by_argument.status.code(), Some(0));
    let log =
        b"12:01 ERROR invalid_client AADSTS7000222: The provided client secret keys are expired\n";
    assert_eq!(
        out(&program(home.path(), &["explain"], log)),
        out(&by_argument)
    );
    let json = program(home.path(), &["explain", "--json", "-"], log);
    let object = object(&json);
    assert_eq!(object["found"][0]["code"], "AADSTS7000222");
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

#[test]
fn the_troubleshooting_page_is_what_the_table_says() {
    let home = TempDir::new().unwrap();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/TROUBLESHOOTING.md");
    let output = program(home.path(), &["troubleshooting", "--check", page], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let other = home.path().join("other.md");
    fs::File::create(&other).unwrap();
    let other = other.to_str().unwrap();
    let output = program(home.path(), &["troubleshooting", "--check", other], b"");
    assert_eq!(output.status.code(), Some(3));
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
fn every_other_object_is_as_the_schema_says() {
    let home = TempDir::new().unwrap();
    object(&program(home.path(), &["explain", "--list", "--json"], b""));
    let none = object(&program(home.path(), &["explain", "--json", "hello"], b""));
    assert_eq!(none["exit"], 2);
    let config = object(&program(home.path(), &["config", "--json"], b""));
    let settings = config["settings"].as_array().unwrap();
    let cloud = settings
        .iter()
        .find(|one| one["setting"] == "cloud")
        .unwrap();
    assert_eq!(
        (&cloud["value"], &cloud["source"]),
        (&"global".into(), &"default".into())
    );
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
