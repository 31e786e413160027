//! The cases from the field (`tests/it/data/cases`), through the program that ships: what is piped into `explain`, what is typed and
//! pasted, and what services answer, in the wizard and without a screen.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::browser::sign_in;
use super::desk::{Person as _, TestMachine};
use crate::keyring::Session;
use crate::pty::Pty;
use crate::schema;

macro_rules! case {
    ($name:literal) => {
        include_str!(concat!("../data/cases/", $name))
    };
}

/// Runs a command with this on its standard input: its exit code, its JSON object, what it says beside it.
fn run(desk: &TestMachine, arguments: &[&str], input: &str) -> (i32, Value, String) {
    let mut command = desk.command(arguments);
    let mut child = command.arg("--json").stdin(Stdio::piped()).spawn().unwrap();
    let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let object: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{arguments:?}: {why}: {said}"));
    schema::holds(&object);
    (output.status.code().unwrap(), object, said)
}

/// The same of a command about the simulated Microsoft.
fn about(desk: &TestMachine, arguments: &[&str], input: &str) -> (i32, Value, String) {
    let cloud = desk.path("cloud.json").display().to_string();
    run(desk, &[arguments, &["--cloud-file", &cloud]].concat(), input)
}

fn register(desk: &TestMachine, directory: &str) -> (i32, Value, String) {
    let application = desk.fact("client_id");
    let values = ["--account-name", "Contoso CSP", "--application-id", &application, "--directory", directory];
    about(desk, &[&["register", "--no-input", "--secret-stdin"], &values[..]].concat(), &desk.fact("client_secret"))
}

/// The sign-in that is open: its address.
fn opened(desk: &TestMachine) -> String {
    let (exit, object, said) = about(desk, &["consent", "start"], "");
    assert_eq!(exit, 0, "{said}");
    object["consent"]["address"].as_str().unwrap().to_owned()
}

/// The state of a sign-in, which stands in its address.
fn state(address: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

/// A case that is piped in: what is told first, and all names.
struct Text(&'static str, &'static str, &'static [&'static str]);

#[test]
fn every_text_is_explained_on_standard_input() {
    let machine = TestMachine::with(Session::bus(), &[]);
    for Text(text, row, codes) in [
        Text(case!("e02-role-sentence-no-code.txt"), "pc-role-missing", &[]),
        Text(case!("e03-mfa-10001.txt"), "pc-no-mfa", &["PC 10001"]),
        Text(case!("e06-python-403-pricesheets.txt"), "price-role-missing", &["price 403"]),
        Text(case!("e08-sign-in-log-blade.txt"), "wrong-password", &["AADSTS50126"]),
        Text(case!("e09-code-torn-by-wrap.txt"), "wrong-password", &["AADSTS50126", "AADSTS70002"]),
        Text(case!("e11-650051-claim-does-not-exist.txt"), "permission-not-there", &["AADSTS650051"]),
        Text(case!("e13-70000-redirect-uri.txt"), "redirect-differs-from-code", &["AADSTS70000"]),
        Text(case!("e15-90008-directory-permission.txt"), "directory-permission-missing", &["AADSTS90008"]),
        Text(case!("e18-html-entities.txt"), "pc-no-mfa", &["PC 900421"]),
        Text(case!("e22-full-width-japanese.txt"), "mfa-required", &["AADSTS50076"]),
        Text(case!("e26-msal-net-no-number.txt"), "invalid-grant", &["Entra invalid_grant"]),
    ] {
        let (exit, object, _) = run(&machine, &["explain"], text);
        let found = object["found"].as_array().unwrap();
        let named: Vec<&str> = found.iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!((exit, &found[0]["row"]), (0, &row.into()), "{text}: {named:?}");
        assert!(codes.is_empty() || named == codes, "{text}: {named:?}");
        // A word alone is one: where the number is found is told.
        assert_eq!(object.get("missing").is_some(), row == "invalid-grant", "{text}: {object}");
    }
}

#[test]
fn the_portals_endpoint_is_a_directory_as_a_flag_and_in_the_field() {
    let desk = TestMachine::new();
    let endpoint = case!("f01-directory-token-endpoint.txt").trim();
    desk.behind("[]");
    let (exit, object, said) = register(&desk, endpoint);
    assert_eq!((exit, &object["state"]), (4, &"sign-in-needed".into()), "{said}");
    assert!(said.contains(&desk.fact("tenant_id")), "{said}");

    desk.behind("[]");
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.send("\t");
    let (application, secret) = (desk.fact("client_id"), desk.fact("client_secret"));
    pty.fill(&application, &application);
    pty.send("\t");
    pty.fill(&secret, &format!("{} characters", secret.len()));
    pty.send("\t");
    pty.fill(endpoint, "oauth2/v2.0/token");
    pty.reads("taken from the address");
    // Enter in the last field is the page's action.
    pty.send("\t");
    pty.enter("Every check passed.");
    let _exit = leave(pty);
}

#[test]
fn answers_that_people_paste_are_told_for_what_they_are() {
    let desk = TestMachine::new();
    let (exit, _, said) = register(&desk, &desk.fact("domain"));
    assert_eq!(exit, 4, "{said}");
    let address = opened(&desk);
    let back = url::Url::parse(&sign_in(&address)).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let own = |case: &str| {
        let port = back.port().map_or_else(String::new, |port| format!("%3A{port}"));
        case.trim().replace("CODE", &code).replace("STATE", &state(&address)).replace("%3A40237", &port)
    };
    let refused = [
        (own(case!("a01-octo-guide-no-state.txt")), "another link"),
        (own(case!("a03-damaged-code-ellipsis.txt")), "damaged"),
    ];
    for (answer, told) in &refused {
        let (exit, object, said) = about(&desk, &["consent", "finish"], answer);
        let problems = object["problems"].to_string();
        assert_eq!((exit, &object["state"]), (3, &"sign-in-needed".into()), "{said} {object}");
        assert!(problems.contains(told) && !problems.contains("end is missing"), "{problems}");
        assert!(!desk.journal().contains("redeeming"), "nothing is sent");
    }
    // The same in the wizard, where the sign-in is still open.
    let mut pty = desk.register(&["--no-browser"]);
    pty.wait("Open this address in a private window");
    for (answer, told) in &refused {
        pty.fill(answer, &format!("{} characters", answer.chars().count()));
        pty.send("\x1b[F\r");
        pty.reads(told);
    }
    let wrapped = own(case!("a02-outlook-safelinks.txt"));
    pty.fill(&wrapped, " characters");
    pty.enter("Every check passed.");
    let _exit = leave(pty);
    assert!(desk.journal().contains("partner-api-proven"));

    // And without a screen.
    desk.behind("[]");
    register(&desk, &desk.fact("domain"));
    let address = opened(&desk);
    let back = sign_in(&address);
    let wrapped = format!(
        "https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C02&sdata=abc%3D&reserved=0",
        url::form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>()
    );
    let (exit, object, said) = about(&desk, &["consent", "finish"], &wrapped);
    assert_eq!((exit, &object["state"]), (0, &"registered".into()), "{said} {object}");
}

/// What a service answers: in which step, and what must be told of it.
struct Answered {
    case: &'static str,
    step: u8,
    code: &'static str,
    row: &'static str,
    who: &'static str,
    sentence: &'static str,
    never: &'static str,
}

const ANSWERED: [Answered; 10] = [
    Answered {
        case: case!("w01-mfa-10001-live.json"),
        step: 3,
        code: "PC 10001",
        row: "pc-no-mfa",
        who: "The person who signs in",
        sentence: "Authentication failed. MFA required.",
        never: "unknown",
    },
    Answered {
        case: case!("w03-500014-live-invalid-resource.json"),
        step: 2,
        code: "AADSTS500014",
        row: "api-disabled",
        who: "Application administrator",
        sentence: "is disabled. This indicate that a subscription",
        never: "sign in again",
    },
    Answered {
        case: case!("w05-7000118-live-step2.json"),
        step: 2,
        code: "AADSTS7000118",
        row: "api-not-for-directory",
        who: "Global administrator",
        sentence: "Resource application 'Spark-PROD'",
        never: "sign in again",
    },
    Answered {
        case: case!("w10-problem-details-403-step2.json"),
        step: 2,
        code: "PC 403",
        row: "pc-app-refused",
        who: "Global administrator",
        sentence: "Forbidden: The caller is not onboarded to the partner program.",
        never: "sign in again",
    },
    Answered {
        case: case!("w14-cae-challenge-with-body.json"),
        step: 3,
        code: "price 401",
        row: "sign-in-challenged",
        who: "The person who signs in",
        sentence: "InteractionRequired",
        never: "unknown",
    },
    Answered {
        case: case!("w18-900421-at-price-host.json"),
        step: 3,
        code: "PC 900421",
        row: "pc-no-mfa",
        who: "The person who signs in",
        sentence: "MFA is required",
        never: "unknown",
    },
    Answered {
        case: r#"[{"path": "/oauth2/v2.0/token", "status": 401, "body": "{\"error\": \"invalid_client\", \"error_description\": \"AADSTS7000215: Invalid client secret provided.\", \"error_codes\": [7000215]}"}]"#,
        step: 2,
        code: "AADSTS7000215",
        row: "secret-refused",
        who: "",
        sentence: "Invalid client secret provided.",
        never: "unknown",
    },
    Answered {
        case: r#"[{"path": "/oauth2/v2.0/token", "status": 400, "body": "{\"error\": \"unauthorized_client\", \"error_description\": \"AADSTS700016: Application was not found in the directory.\", \"error_codes\": [700016]}"}]"#,
        step: 2,
        code: "AADSTS700016",
        row: "app-not-in-directory",
        who: "",
        sentence: "was not found in the directory.",
        never: "unknown",
    },
    Answered {
        case: r#"[{"path": "/profiles/organization", "status": 403, "body": "{\"message\": \"The supplied role does not have the rights to perform the requested operation.\"}"}]"#,
        step: 3,
        code: "PC 403",
        row: "pc-role-missing",
        who: "",
        sentence: "The supplied role does not have the rights",
        never: "unknown",
    },
    Answered {
        case: r#"[{"path": "/sales/pricesheets", "status": 403, "body": "{\"error\": {\"code\": \"accessDenied\", \"message\": \"The caller may not read this.\"}}"}]"#,
        step: 3,
        code: "price 403",
        row: "price-role-missing",
        who: "",
        sentence: "The caller may not read this.",
        never: "unknown",
    },
];

/// What is refused in step 2 or 3, without a screen.
fn without_a_screen(desk: &TestMachine, step: u8) -> (i32, Value, String) {
    let (exit, object, said) = register(desk, &desk.fact("domain"));
    if step == 2 {
        return (exit, object, said);
    }
    assert_eq!(exit, 4, "{said}");
    let back = sign_in(&opened(desk));
    about(desk, &["consent", "finish"], &back)
}

/// The same in the wizard: the page that tells it.
fn in_the_wizard(desk: &TestMachine, step: u8) -> Pty {
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    if step == 3 {
        pty.prove(desk);
        let address = pty.open_sign_in();
        let back = sign_in(&address);
        pty.fill(&back, &format!("{} characters", back.len()));
    } else {
        let (application, secret, domain) = (desk.fact("client_id"), desk.fact("client_secret"), desk.fact("domain"));
        pty.send("\t");
        pty.fill(&application, &application);
        pty.send("\t");
        pty.fill(&secret, &format!("{} characters", secret.len()));
        pty.send("\t");
        pty.fill(&domain, &domain);
        pty.send("\t");
    }
    pty.send("\x1b[F\r");
    pty
}

/// Leaves, whatever is asked on the way; the exit code.
fn leave(mut pty: Pty) -> i32 {
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("\x03");
    i32::try_from(pty.exit()).unwrap()
}

#[test]
fn every_answer_is_told_alike_in_the_wizard_without_a_screen_and_in_the_report() {
    let desk = TestMachine::new();
    for Answered { case, step, code, row, who, sentence, never } in ANSWERED {
        desk.behind(case);
        let (exit, object, said) = without_a_screen(&desk, step);
        let failed = &object["failed"][0];
        assert_eq!((failed["code"].as_str(), failed["row"].as_str()), (Some(code), Some(row)), "{said} {object}");
        assert!(failed["who"].as_str().unwrap().starts_with(who), "{code}: {failed}");
        assert!(failed["sentence"].as_str().unwrap().contains(sentence), "{code}: {failed}");
        assert_eq!(failed["exit"], exit, "{code}");
        assert!(!failed.to_string().contains(never), "{code}: {failed}");
        let report = String::from_utf8(desk.command(&["report"]).output().unwrap().stdout).unwrap();
        let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(code) && flat.contains(sentence), "{code}: {report}");

        desk.behind(case);
        let mut pty = in_the_wizard(&desk, step);
        pty.reads(code);
        pty.reads(sentence);
        pty.reads(who);
        assert_eq!(leave(pty), exit, "{code}");
    }
}

#[test]
fn a_price_sheet_without_rows_is_no_proof_and_is_said_so() {
    let desk = TestMachine::new();
    desk.behind(case!("w17-sheet-header-only-passes.json"));
    let (exit, object, said) = without_a_screen(&desk, 3);
    assert_eq!((exit, &object["state"]), (0, &"registered".into()), "{said} {object}");
    let sheet = object["checks"].as_array().unwrap().iter().find(|check| check["check"] == "price-sheet").unwrap();
    assert_eq!(sheet["state"], "note", "{object}");
    assert!(sheet["line"].as_str().unwrap().contains("no rows"), "{sheet}");

    desk.behind(case!("w17-sheet-header-only-passes.json"));
    let mut pty = in_the_wizard(&desk, 3);
    pty.reads("no rows");
    let _exit = leave(pty);
}

#[test]
fn what_a_challenge_asks_for_travels_with_the_next_sign_in_of_another_process() {
    let desk = TestMachine::new();
    let wanted = "claims=%7B%22access_token%22%3A%7B%22nbf%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%221657834417%22%7D%7D%7D";
    desk.behind(case!("w14-cae-challenge-with-body.json"));
    without_a_screen(&desk, 3);
    let address = opened(&desk);
    assert!(address.contains(wanted), "{address}");
    // A sign-in that was declined in between does not make it forgotten; the wizard takes it up as well.
    let declined = format!("http://localhost/?error=access_denied&error_subcode=cancel&state={}", state(&address));
    about(&desk, &["consent", "finish"], &declined);
    let mut pty = desk.register(&["--no-browser"]);
    pty.wait("of 10 minutes");
    let address = pty.address();
    assert!(address.contains(wanted), "{address}");
    let _exit = leave(pty);
}

#[test]
fn what_graph_says_of_billing_is_a_line_and_never_a_failure() {
    let desk = TestMachine::new();
    let body = |body: &str| serde_json::to_string(body).unwrap();
    let refused = body(r#"{"error":"invalid_grant","error_description":"AADSTS65001: no","error_codes":[65001]}"#);
    let opaque = body(r#"{"access_token":"opaque","token_type":"Bearer","expires_in":3599}"#);
    for (status, body, state, words) in [
        (0, "", "ok", "PartnerBilling.Read.All is there"),
        (400, refused.as_str(), "note", "PartnerBilling.Read.All is absent"),
        (503, "\"\"", "note", "could not tell whether PartnerBilling.Read.All is there"),
        (200, opaque.as_str(), "note", "could not tell whether PartnerBilling.Read.All is there"),
    ] {
        let answer = format!(
            r#"[{{"path":"/oauth2/v2.0/token","asks":"graph.microsoft.com","status":{status},"body":{body}}}]"#
        );
        desk.behind(if status == 0 { "[]" } else { &answer });
        let (exit, object, said) = without_a_screen(&desk, 3);
        assert_eq!((exit, &object["state"]), (0, &"registered".into()), "{said} {object}");
        let graph =
            object["checks"].as_array().unwrap().iter().find(|check| check["check"] == "graph-billing").unwrap();
        assert_eq!(graph["state"], state, "{status}: {graph}");
        assert!(graph["line"].as_str().unwrap().starts_with(words), "{status}: {graph}");
    }
}
