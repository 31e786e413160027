//! Registering without a screen against the simulator, with everything kept in memory.

use std::cell::Cell;
use std::io::{self, Write};

use clap::Parser as _;
use serde_json::Value;
use url::Url;

use super::*;
use crate::cli::{Cli, Command};
use crate::commands::consent;
use crate::commands::error::end;
use crate::commands::tests::schema;
use crate::commands::tests::{self as bench, Stream, microsoft, prove, sign_in};
use crate::effect::{Effect, Outcome, Perform as _};
use crate::simulator::{Facts, Simulator};
use crate::words::{Draft, Environment, LastFailure, UntrustedText};

struct TestMachine {
    simulator: Simulator,
    world: World,
    opened: Opened,
    folder: tempfile::TempDir,
}

/// How a command ended, and what it said.
struct Said {
    exit: Exit,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        let value = serde_json::from_str(&self.out).unwrap();
        schema::holds(&value);
        value
    }
}

impl TestMachine {
    async fn new(scenario: &str) -> Self {
        let (simulator, world) = microsoft(scenario).await;
        let opened = headless::open(&world, Effect::Open(Environment::Production)).await.unwrap();
        Self { simulator, world, opened, folder: tempfile::TempDir::new().unwrap() }
    }

    fn facts(&self) -> Facts {
        self.simulator.facts()
    }

    /// Everything that is registered with, the secret as this text in a file.
    fn values(&self, secret: &str) -> Vec<String> {
        let file = self.folder.path().join("secret");
        crate::world::papers::write(&file, secret.as_bytes()).unwrap();
        let facts = self.facts();
        let words = [
            "--account-name=Contoso CSP",
            &format!("--application-id={}", facts.client_id),
            &format!("--directory={}", facts.tenant_id),
            &format!("--secret-file={}", file.display()),
        ];
        words.map(str::to_owned).to_vec()
    }

    async fn register(&self, words: &[String]) -> Said {
        self.register_into(words, Stream::default()).await
    }

    async fn register_into(&self, words: &[String], out: Stream) -> Said {
        let typed = ["octo-csp", "register", "--no-input", "--json"];
        let typed = typed.map(str::to_owned).into_iter().chain(words.iter().cloned());
        let Command::Register(arguments) = Cli::try_parse_from(typed).unwrap().command else {
            panic!("not register");
        };
        let err = Stream::default();
        let mut host = bench::host(b"", &out, &err);
        let mut context = bench::context(&mut host, "register", true);
        let given = Given::read(&mut context, &arguments.values);
        let target = Target::for_test(self.simulator.cloud().clone());
        let opened = (&self.world, self.opened.clone());
        let exit = proceed(&mut context, &arguments, &target, opened, given).await;
        Said { exit, out: out.text(), err: err.text() }
    }

    async fn start(&self, anew: bool) -> Said {
        let (out, err) = (Stream::default(), Stream::default());
        let mut host = bench::host(b"", &out, &err);
        let mut context = bench::context(&mut host, "consent start", true);
        let target = Target::for_test(self.simulator.cloud().clone());
        let opened = (&self.world, &self.opened);
        let mut session = HeadlessSession::begin(&mut context, &target, opened, false);
        let ended = Box::pin(consent::ask(&mut session, anew)).await;
        let exit = session.end(ended);
        Said { exit, out: out.text(), err: err.text() }
    }

    async fn finish(&self, input: &'static [u8]) -> Said {
        let (out, err) = (Stream::default(), Stream::default());
        let mut host = bench::host(input, &out, &err);
        let mut context = bench::context(&mut host, "consent finish", true);
        let target = Target::for_test(self.simulator.cloud().clone());
        let opened = (&self.world, &self.opened);
        let mut session = HeadlessSession::begin(&mut context, &target, opened, false);
        let ended = Box::pin(consent::take(&mut session, (None, None))).await;
        let exit = session.end(ended);
        Said { exit, out: out.text(), err: err.text() }
    }
}

fn blamed(said: &Value) -> Vec<&str> {
    let problems = said["problems"].as_array().unwrap();
    problems.iter().map(|one| one["given"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everything_that_is_missing_is_said_at_once_and_nothing_is_sent() {
    let desk = TestMachine::new("happy").await;
    let said = desk.register(&[]).await;
    assert_eq!(said.exit, Exit::Usage);
    assert_eq!(blamed(&said.json()), ["--application-id", "--secret-file", "--directory"]);
    for flag in ["--application-id", "--secret-file", "--directory"] {
        assert!(said.err.contains(flag), "{}", said.err);
    }
    let words = ["--redirect-uri=https://localhost", "--wait"].map(str::to_owned);
    let said = desk.register(&words).await.json();
    assert!(blamed(&said).contains(&"--redirect-uri"), "{said}");
}

#[tokio::test]
async fn a_wrong_value_is_refused_in_the_words_of_the_wizard() {
    let desk = TestMachine::new("happy").await;
    let said = desk.register(&desk.values(&desk.facts().client_id)).await;
    assert_eq!(said.exit, Exit::Refused);
    let problem = &said.json()["problems"][0];
    assert_eq!(problem["given"], "--secret-file");
    assert!(problem["what"].as_str().unwrap().contains("an ID that stands in another field"), "{problem}");

    let secret = desk.facts().client_secret;
    let mut words = desk.values(&secret);
    words[0] = format!("--account-name={secret}");
    let said = desk.register(&words).await;
    assert_eq!(said.exit, Exit::Refused);
    assert_eq!(blamed(&said.json()), ["--account-name"]);
    assert!(!said.out.contains(&secret) && !said.err.contains(&secret));
}

#[tokio::test]
async fn what_is_read_around_a_secret_is_left_out_and_said() {
    let desk = TestMachine::new("happy").await;
    let secret = desk.facts().client_secret;
    let said = Box::pin(desk.register(&desk.values(&format!(" {secret} \r\n")))).await;
    assert_eq!(said.exit, Exit::SignIn, "{}", said.out);
    assert!(said.err.contains("read without 2 spaces"), "{}", said.err);
    let said = Box::pin(desk.register(&desk.values(&format!("{secret}\n")))).await;
    assert!(!said.err.contains("read without"), "{}", said.err);
}

/// Signs in as soon as the first line with an address is written.
#[derive(Clone)]
struct Person {
    out: Stream,
    facts: Facts,
    gone: std::rc::Rc<Cell<bool>>,
}

impl Write for Person {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        if let Some(line) = self.out.text().lines().next()
            && let Ok(first) = serde_json::from_str::<Value>(line)
            && !self.gone.replace(true)
        {
            let address = Url::parse(first["consent"]["address"].as_str().unwrap()).unwrap();
            drop(tokio::spawn(bench::walk(address, self.facts.clone())));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn with_wait_the_address_comes_first_and_the_end_last() {
    let desk = TestMachine::new("happy").await;
    let mut words = desk.values(&desk.facts().client_secret);
    words.push("--wait".to_owned());
    let typed = ["octo-csp", "register", "--no-input", "--json"];
    let typed = typed.map(str::to_owned).into_iter().chain(words);
    let Command::Register(arguments) = Cli::try_parse_from(typed).unwrap().command else {
        panic!("not register");
    };
    let (out, err) = (Stream::default(), Stream::default());
    let mut host = bench::host(b"", &out, &err);
    host.out = Box::new(Person { out: out.clone(), facts: desk.facts(), gone: std::rc::Rc::default() });
    let mut context = bench::context(&mut host, "register", true);
    let given = Given::read(&mut context, &arguments.values);
    let target = Target::for_test(desk.simulator.cloud().clone());
    let opened = (&desk.world, desk.opened.clone());
    let exit = Box::pin(proceed(&mut context, &arguments, &target, opened, given)).await;
    assert_eq!(exit, Exit::Done, "{}\n{}", out.text(), err.text());
    let lines: Vec<Value> = out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.iter().for_each(schema::holds);
    let states: Vec<&str> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["waiting", "registered"]);
    assert!(lines[0]["exit"].is_null() && lines[0]["consent"]["listening"] == true);
    let said = err.text();
    assert!(said.contains("Registration made active"), "{said}");
    assert!(!said.contains(&desk.facts().client_secret));
}

#[tokio::test]
async fn nobody_who_comes_is_a_time_limit() {
    let desk = TestMachine::new("happy").await;
    let mut words = desk.values(&desk.facts().client_secret);
    words.extend(["--wait", "--timeout=1"].map(str::to_owned));
    let said = Box::pin(desk.register(&words)).await;
    assert_eq!(said.exit, Exit::TimeLimit, "{}", said.out);
    assert_eq!(said.out.lines().count(), 2);
}

#[tokio::test]
async fn a_registration_that_is_there_is_only_touched_by_name() {
    let mut desk = TestMachine::new("happy").await;
    desk.opened.registration = Box::pin(bench::register(&desk.world, &desk.facts())).await;
    let secret = desk.facts().client_secret;
    let said = Box::pin(desk.register(&desk.values(&secret))).await;
    assert_eq!(said.exit, Exit::AlreadyRegistered);
    assert_eq!(said.json()["state"], "already-registered");

    let mut words = desk.values(&secret);
    words.push("--replace=Fabrikam".to_owned());
    let said = Box::pin(desk.register(&words)).await;
    assert_eq!(said.exit, Exit::Refused);
    assert_eq!(blamed(&said.json()), ["--replace"]);

    // A new key of the same application needs no new sign-in, and what is registered need not be said again.
    let file = desk.values(&secret).pop().unwrap();
    let words = ["--step=partner-center".to_owned(), file];
    let said = Box::pin(desk.register(&words)).await;
    assert_eq!(said.exit, Exit::Done, "{}", said.out);
    let steps: Vec<Value> = said.json()["checks"].as_array().unwrap().clone();
    assert!(steps.iter().all(|check| check["step"] != "partner-api"));

    let said = Box::pin(desk.register(&["--step=basic".to_owned()])).await;
    assert_eq!(said.exit, Exit::Usage);
    let words = ["--step=basic", "--account-name=Fabrikam"].map(str::to_owned);
    let said = Box::pin(desk.register(&words)).await;
    assert_eq!((said.exit, &said.json()["state"]), (Exit::Done, &"named".into()));
}

#[tokio::test]
async fn an_attempt_that_proves_nothing_is_no_way_to_a_second_set_and_asks_for_no_secret() {
    let mut desk = TestMachine::new("happy").await;
    desk.opened.registration = Box::pin(bench::register(&desk.world, &desk.facts())).await;
    let (_, facts) = desk.opened.registration.beginning(None);
    for fact in facts {
        let Outcome::Noted(line) = desk.world.perform(Effect::Note(fact)).await else { panic!("not noted") };
        desk.opened.registration.apply(&line);
    }
    let said = Box::pin(desk.register(&desk.values(&desk.facts().client_secret))).await;
    assert_eq!(said.exit, Exit::AlreadyRegistered, "{}", said.out);
    let said = desk.finish(b"").await;
    assert_eq!(said.exit, Exit::SignIn, "{}", said.out);
    assert!(said.out.contains("octo-csp consent start"), "{}", said.out);
    let said = desk.start(false).await;
    assert_eq!((said.exit, &said.json()["state"]), (Exit::Done, &"sign-in-needed".into()), "{}", said.err);
}

#[tokio::test]
async fn a_replacement_is_said_in_the_journal_and_asks_every_process_for_the_name() {
    let mut desk = TestMachine::new("happy").await;
    desk.opened.registration = Box::pin(bench::register(&desk.world, &desk.facts())).await;
    let active = desk.opened.registration.active.clone();
    let wanted = desk.opened.registration.name_to_confirm();
    let mut words = desk.values(&desk.facts().client_secret);
    words.push(format!("--replace={wanted}"));
    let said = Box::pin(desk.register(&words)).await;
    assert_eq!(said.exit, Exit::SignIn, "{}", said.out);
    assert!(said.out.contains("octo-csp consent finish --replace"), "{}", said.out);
    desk.opened = headless::open(&desk.world, Effect::Open(Environment::Production)).await.unwrap();
    let registration = &desk.opened.registration;
    assert_eq!((&registration.name, &registration.active), (&None, &active));
    assert_eq!(registration.name_to_be().map(ToString::to_string).as_deref(), Some("Contoso CSP"));
    let said = desk.finish(b"").await;
    assert_eq!(said.exit, Exit::AlreadyRegistered, "{}", said.out);
}

#[tokio::test]
async fn another_application_is_taken_for_what_it_is_and_no_flag_is_blamed_that_nobody_gave() {
    let mut desk = TestMachine::new("happy").await;
    desk.opened.registration = Box::pin(prove(&desk.world, &desk.facts())).await.registration().clone();
    let other = "--application-id=11111111-2222-4333-8444-555555555555".to_owned();
    let said = Box::pin(desk.register(std::slice::from_ref(&other))).await;
    assert_eq!(blamed(&said.json()), ["--secret-file"], "the key of another application is missing, and nothing else");
    let file = desk.values("abc8Q~another-applications-key").pop().unwrap();
    let said = Box::pin(desk.register(&[other, file])).await;
    assert_eq!(said.exit, Exit::Refused, "{}", said.out);
    assert_eq!(said.json()["checks"][1]["check"], "app-token", "it was asked for: {}", said.out);
}

#[tokio::test]
async fn the_answer_is_taken_by_another_process() {
    let mut desk = TestMachine::new("happy").await;
    assert_eq!(desk.finish(b"").await.exit, Exit::Usage);
    let proven = Box::pin(prove(&desk.world, &desk.facts())).await;
    desk.opened.registration = proven.registration().clone();
    let said = desk.finish(b"").await;
    assert_eq!(said.exit, Exit::SignIn);
    assert!(said.out.contains("octo-csp consent start"), "{}", said.out);

    let request = answers::partner_api(&Typed::default().with(Field::Redirect, desk.facts().redirect_uri), None);
    let mut run = Execution::partner_api(request.unwrap(), proven.registration().clone(), None);
    let ended = headless::converse(&mut run, &desk.world, Asked::Leave, |_| {}).await;
    assert_eq!(ended, headless::Ended::Asking);
    desk.opened.registration = run.registration().clone();
    let address = run.authorization_request().unwrap().address.clone();
    let start: &'static str = address.to_string().leak();
    let back: &'static str = sign_in(address, &desk.facts()).await.leak();

    for (answer, exit) in [
        ("", Exit::Usage),
        ("\n", Exit::Usage),
        (start, Exit::Refused),
        ("https://localhost/?code=0123456789abcdefgh&state=x", Exit::Refused),
    ] {
        let said = Box::pin(desk.finish(answer.as_bytes())).await;
        assert_eq!(said.exit, exit, "{answer}: {}", said.out);
        assert_eq!(blamed(&said.json()), ["standard input"]);
    }
    let said = Box::pin(desk.finish(back.as_bytes())).await;
    assert_eq!(said.exit, Exit::Done, "{}\n{}", said.out, said.err);
    let object = said.json();
    assert_eq!(object["state"], "registered");
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    assert!(!said.out.contains(code) && !said.err.contains(code));
}

#[tokio::test]
async fn a_sign_in_that_was_finished_is_not_begun_again_unless_it_is_asked_for() {
    use crate::steps::bench::{Bench as Step, CODE};
    let mut steps = Step::default();
    steps.step_two();
    let (mut run, _) = steps.step_three();
    steps.paste(&mut run, CODE);
    let mut desk = TestMachine::new("happy").await;
    desk.opened.registration = steps.registration();
    let said = desk.start(false).await;
    assert_eq!(said.exit, Exit::Done);
    let object = said.json();
    assert_eq!(object["state"], "sign-in-kept");
    assert!(object["said"].as_str().unwrap().contains("--anew"));
    assert_eq!(object["consent"], Value::Null);
}

#[tokio::test]
async fn a_sign_in_that_was_refused_for_itself_is_not_sent_again_by_any_command() {
    let mut desk = TestMachine::new("PC-900421").await;
    let proven = Box::pin(prove(&desk.world, &desk.facts())).await;
    let request = answers::partner_api(&Typed::default().with(Field::Redirect, desk.facts().redirect_uri), None);
    let mut run = Execution::partner_api(request.unwrap(), proven.registration().clone(), None);
    headless::converse(&mut run, &desk.world, Asked::Leave, |_| {}).await;
    desk.opened.registration = run.registration().clone();
    let asked = run.authorization_request().unwrap();
    let back: &'static str = sign_in(asked.address.clone(), &desk.facts()).await.leak();
    let said = Box::pin(desk.finish(back.as_bytes())).await;
    assert_eq!(said.json()["failed"][0]["row"], "pc-no-mfa", "{}", said.out);

    desk.opened = headless::open(&desk.world, Effect::Open(Environment::Production)).await.unwrap();
    assert_eq!(desk.opened.registration.open.as_ref().unwrap().standing(), AttemptState::TokenKept);
    let refused = LastFailure {
        check: UntrustedText::new("organization"),
        row: UntrustedText::some("pc-no-mfa"),
        at: Some(clock::now()),
        ..LastFailure::default()
    };
    desk.opened.draft = Some(Draft { refused: Some(Box::new(refused)), ..Draft::default() });
    let said = Box::pin(desk.finish(b"")).await;
    assert_eq!((said.exit, &said.json()["state"]), (Exit::SignIn, &Value::from("sign-in-needed")), "{}", said.out);
    assert!(said.out.contains("octo-csp consent start"), "{}", said.out);
    let said = Box::pin(desk.start(false)).await;
    assert!(said.json()["consent"]["address"].is_string(), "{}", said.out);
    let said = Box::pin(desk.register(&[])).await;
    assert_eq!((said.exit, &said.json()["state"]), (Exit::SignIn, &Value::from("sign-in-needed")), "{}", said.out);
}

#[tokio::test]
async fn a_refusal_has_the_exit_code_of_its_row() {
    let desk = TestMachine::new("AADSTS7000215").await;
    let said = Box::pin(desk.register(&desk.values(&desk.facts().client_secret))).await;
    assert_eq!(said.exit, Exit::Refused, "{}", said.out);
    let object = said.json();
    assert_eq!(object["failed"][0]["code"], "AADSTS7000215");
    assert_eq!(object["state"], "refused");
}

/// Which is why the token is not asked for beside the directory, and costs a round trip.
#[tokio::test]
async fn a_directory_of_another_cloud_or_of_nobody_is_refused_before_a_secret_has_left() {
    for (scenario, directory, code) in [
        ("another-cloud", None, "other cloud"),
        ("happy", Some("--directory=11111111-2222-4333-8444-555555555555"), "AADSTS90002"),
    ] {
        let desk = TestMachine::new(scenario).await;
        let mut values = desk.values(&desk.facts().client_secret);
        if let Some(directory) = directory {
            values.retain(|value| !value.starts_with("--directory"));
            values.push(directory.to_owned());
        }
        let said = Box::pin(desk.register(&values)).await;
        assert_eq!(said.json()["failed"][0]["code"], code, "{}", said.out);
        let requests = desk.simulator.requests();
        let posts = requests.iter().filter(|request| request.method == "POST").count();
        assert!(!requests.is_empty() && posts == 0, "{requests:?}");
    }
}

#[test]
fn every_check_is_named_in_the_schema() {
    use crate::words::CheckId;
    let schema = schema::schema();
    let named = &schema["$defs"]["check"]["properties"]["check"]["enum"];
    let named = named.as_array().unwrap().iter();
    let mut named: Vec<&str> = named.map(|key| key.as_str().unwrap()).collect();
    let mut keys = CheckId::ALL.map(CheckId::key);
    named.sort_unstable();
    keys.sort_unstable();
    assert_eq!(named, keys);
}

#[tokio::test]
async fn nobody_is_asked_for_a_passphrase_even_at_a_terminal() {
    let folder = tempfile::TempDir::new().unwrap();
    let typed = ["octo-csp", "register", "--no-input", "--store", "file"];
    let Command::Register(arguments) = Cli::try_parse_from(typed).unwrap().command else {
        panic!("not register");
    };
    let (out, err) = (Stream::default(), Stream::default());
    let mut host = bench::host(b"", &out, &err);
    host.environment.home = Some(folder.path().to_owned());
    host.input_is_terminal = true;
    let ended = register(&mut bench::context(&mut host, "register", false), &arguments).await;
    assert_eq!(end(&mut host, ended, None), Exit::Usage);
    let said = err.text();
    assert!(said.contains("--no-input asks for nothing") && said.contains("--passphrase-file"), "{said}");
}
