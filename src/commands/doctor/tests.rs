//! The doctor against the simulator, with everything kept in memory.

use std::time::Duration;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::*;
use crate::cli::Which;
use crate::commands::error::end;
use crate::commands::tests::schema;
use crate::commands::tests::{Stream, context, host, microsoft, microsoft_keeping, register, world_of};
use crate::simulator::Simulator;
use crate::words::{CheckId, ClientId, Environment, RedirectAddress, TenantId};
use crate::world::StoreOptions;

/// A registration, kept in memory, and the simulator that it was proven against.
pub(in crate::rooms::commands) struct Bench {
    pub(in crate::rooms::commands) simulator: Simulator,
    pub(in crate::rooms::commands) world: World,
    pub(in crate::rooms::commands) opened: Opened,
}

impl Bench {
    pub(in crate::rooms::commands) async fn registered(scenario: &str) -> Self {
        let (simulator, world) = microsoft(scenario).await;
        let mut opened = headless::open(&world, crate::effect::Effect::Open(Environment::Production)).await.unwrap();
        opened.registration = register(&world, &simulator.facts()).await;
        Self { simulator, world, opened }
    }

    /// Runs the doctor; returns its exit code and what it said on both streams.
    async fn doctor(&mut self, arguments: &Doctor) -> (Exit, String, String) {
        self.doctor_of(arguments, false).await
    }

    /// The same, `graph` is whether Microsoft Graph is looked at.
    async fn doctor_of(&mut self, arguments: &Doctor, graph: bool) -> (Exit, String, String) {
        let (out, err) = (Stream::default(), Stream::default());
        let mut host = host(b"", &out, &err);
        let cloud = self.simulator.cloud().clone();
        let opened = self.opened.clone();
        let mut context = context(&mut host, "doctor", arguments.json);
        let ended = check_all(&mut context, arguments, (&cloud, graph), &self.world, opened).await;
        let exit = end(&mut host, ended, arguments.json.then_some("doctor"));
        (exit, out.text(), err.text())
    }
}

fn arguments() -> Doctor {
    Doctor { json: false, all: false, step: None, warn_days: None, ics: None, which: Which::default() }
}

fn json(text: &str) -> Value {
    let value = serde_json::from_str(text).unwrap();
    schema::holds(&value);
    value
}

#[tokio::test]
async fn a_healthy_registration_passes_every_check_and_says_what_it_found() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let (exit, out, err) = bench.doctor(&arguments()).await;
    assert_eq!(exit, Exit::Done, "{out}");
    assert!(!out.contains("FAIL") && err.lines().count() > 15, "{out}\n{err}");
    for words in ["What the tokens say", "Consent", "Since the last good run", "What ends"] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    // Each check is told once, as it is over; and no column says nothing.
    let title = CheckId::AppToken.title();
    assert!(err.contains(title) && !out.contains(title), "{out}\n{err}");
    assert!(!out.contains("declared"), "{out}");
    let as_json = Doctor { json: true, ..arguments() };
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let (_, out, _) = bench.doctor(&as_json).await;
    let object = json(&out);
    assert_eq!(object["version"], 1);
    assert_eq!(object["exit"], 0);
    for api in object["consent"].as_array().unwrap() {
        assert_eq!((&api["consented"], &api["usable"]), (&true.into(), &true.into()));
    }
    let claims = object["claims"].as_array().unwrap();
    assert!(claims.iter().all(|claim| claim["good"] != false), "{out}");
    assert_eq!(object["ends"].as_array().unwrap().len(), 2);
    let secret = bench.simulator.facts().client_secret;
    assert!(!out.contains(&secret) && !err.contains(&secret));
}

#[tokio::test]
async fn the_first_line_is_a_verdict_and_one_cause_is_told_once() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let (_, out, _) = bench.doctor(&arguments()).await;
    let first = out.split("\n\n").next().unwrap().replace("\n   ", " ");
    assert!(first.starts_with("Everything works: ") && first.ends_with(" Nothing to do."), "{out}");
    assert!(first.contains("the secret key expires 2099-01-01") && first.contains("the sign-in ends 20"), "{out}");
    // Nobody answers any more, at whichever host.
    let mut bench = Box::pin(Bench::registered("happy")).await;
    bench.simulator = microsoft("happy").await.0;
    let (exit, out, err) = bench.doctor(&arguments()).await;
    assert_eq!(exit, Exit::Network, "{out}");
    assert!(err.matches("FAIL").count() > 1, "{err}");
    assert!(out.starts_with("Does not work: ") && out.contains("To do: "), "{out}");
    assert_eq!(out.matches("What happened").count(), 1, "{out}");
    assert!(out.contains("checks failed for this one reason: "), "{out}");
    let (_, out, _) = bench.doctor(&Doctor { json: true, ..arguments() }).await;
    assert!(json(&out)["verdict"].as_str().unwrap().starts_with("Does not work: "), "{out}");
}

#[tokio::test]
async fn an_end_within_the_days_of_warning_is_an_exit_code_and_the_calendar_is_written() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("ends.ics");
    let wanted = Doctor { warn_days: Some(100), ics: Some(file.clone()), ..arguments() };
    assert_eq!(bench.doctor(&wanted).await.0, Exit::SignIn);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let far = Doctor { warn_days: Some(80), ..arguments() };
    assert_eq!(bench.doctor(&far).await.0, Exit::Done);
}

#[tokio::test]
async fn a_sign_in_that_has_ended_ends_with_the_code_of_its_row() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    bench.simulator.advance(91 * 86_400);
    let as_json = Doctor { json: true, step: Some(Step::PartnerApi), ..arguments() };
    let (exit, out, _) = bench.doctor(&as_json).await;
    assert_eq!(exit, Exit::SignIn, "{out}");
    assert_eq!(json(&out)["failed"][0]["code"], "AADSTS700082", "{out}");
}

#[tokio::test]
async fn nothing_registered_is_said_and_is_an_exit_code() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    bench.opened.registration = Registration::default();
    let (exit, _, err) = bench.doctor(&arguments()).await;
    assert_eq!(exit, Exit::SignIn);
    assert!(err.contains("nothing is registered"), "{err}");
}

#[tokio::test]
async fn the_sign_in_page_tells_a_registered_redirect_address_from_another() {
    use crate::effect::{AddressSeen, Effect, Outcome, Perform as _, SignIn};
    let bench = Box::pin(Bench::registered("happy")).await;
    let facts = bench.simulator.facts();
    for (address, wanted) in [
        (facts.redirect_uri.as_str(), AddressSeen::Known),
        ("https://nowhere.example/back", AddressSeen::NotRegistered),
    ] {
        let sign_in = SignIn {
            tenant: TenantId::parse(&facts.tenant_id).unwrap().value,
            application: ClientId::parse(&facts.client_id).unwrap().value,
            redirect: RedirectAddress::parse(address).unwrap(),
            claims: None,
            redeemer: crate::effect::CodeAudience::Ourselves,
        };
        let outcome = bench.world.perform(Effect::Probe(sign_in)).await;
        let Outcome::Probed(seen) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(seen, wanted, "{address}");
    }
}

/// A path to a port: what comes waits until it is opened, and connections are counted.
async fn path(to: u16, open: watch::Receiver<bool>) -> (u16, watch::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().port();
    let (count, counted) = watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            count.send_modify(|count| *count += 1);
            let mut open = open.clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                open.wait_for(|open| *open).await.unwrap();
                drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
            });
        }
    });
    (at, counted)
}

#[tokio::test]
async fn as_many_connections_as_it_will_use_are_open_before_the_directory_has_answered() {
    let keeping = StoreOptions::memory();
    let (simulator, world) = microsoft_keeping("happy", keeping.clone()).await;
    headless::open(&world, crate::effect::Effect::Open(Environment::Production)).await.unwrap();
    let registration = register(&world, &simulator.facts()).await;
    drop(world);

    let mut cloud = Cloud { kept_as: simulator.cloud().keeping_name(), ..simulator.cloud().clone() };
    let (gate, held) = watch::channel(false);
    let mut counts = Vec::new();
    let open = watch::channel(true).1;
    for (url, held) in [
        (&mut cloud.login, held),
        (&mut cloud.partner_center, open.clone()),
        (cloud.partner_api.as_mut().unwrap(), open),
    ] {
        let (port, count) = path(url.port().unwrap(), held).await;
        url.set_port(Some(port)).unwrap();
        counts.push(count);
    }
    let world = world_of(cloud.clone(), keeping);
    let mut opened = headless::open(&world, crate::effect::Effect::Open(Environment::Production)).await.unwrap();
    assert_eq!(opened.registration.active, registration.active);
    opened.registration = registration;
    let mut bench = Bench { simulator, world, opened };
    // One to look the directory up, one each for the token and three refreshes; six reads of Partner Center run side by side, two
    // of the price service.
    let wanted = [5, 6, 2];
    let let_go = async {
        for (count, wanted) in counts.iter_mut().zip(wanted) {
            let all = count.wait_for(|count| *count >= wanted);
            drop(tokio::time::timeout(Duration::from_secs(20), all).await.expect("they are opened first"));
        }
        gate.send(true).unwrap();
    };
    let asked = arguments();
    let ((exit, out, _), ()) = tokio::join!(bench.doctor_of(&asked, true), let_go);
    assert_eq!(exit, Exit::Done, "{out}");
    assert_eq!(counts.iter().map(|count| *count.borrow()).collect::<Vec<_>>(), wanted, "and none but these");
}
