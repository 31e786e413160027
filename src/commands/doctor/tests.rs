//! The doctor against the simulator, with everything kept in memory.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use jiff::tz::TimeZone;
use serde_json::Value;
use url::Url;

use super::*;
use crate::cli::Which;
use crate::engine::answers::{DirectoryReading, PartnerApiRequest, PartnerCenterRequest};
use crate::engine::step::Environment;
use crate::host;
use crate::ids::{ClientId, Directory, RedirectAddress, TenantId};
use crate::secret::Secret;
use crate::simulator::{self, Facts, Scenario, Simulator};
use crate::world::{Keeping, Options};

#[derive(Clone, Default)]
struct Stream(Rc<RefCell<Vec<u8>>>);

impl Stream {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Bench {
    simulator: Simulator,
    world: World,
    opened: Opened,
}

fn cloud_of(simulator: &Simulator) -> Cloud {
    simulator.cloud().clone()
}

impl Bench {
    async fn registered(scenario: &str) -> Self {
        let options = simulator::Options {
            scenario: Scenario::named(scenario).unwrap(),
            ..simulator::Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        let world = World::new(Options {
            cloud: cloud_of(&simulator),
            extra_ca: None,
            keeping: Keeping::Memory,
            browser: Surroundings::default(),
        });
        let mut opened = headless::open(&world, Environment::Production)
            .await
            .unwrap();
        opened.registration = register(&world, &simulator.facts()).await;
        Self {
            simulator,
            world,
            opened,
        }
    }

    /// Runs the doctor; returns its exit code and what it said on both streams.
    async fn doctor(&mut self, arguments: &Doctor) -> (Exit, String, String) {
        let (out, err) = (Stream::default(), Stream::default());
        let mut host = Host {
            arguments: Vec::new(),
            environment: host::Environment::default(),
            program: PathBuf::new(),
            machine: String::new(),
            on_terminal: false,
            input_is_terminal: false,
            zone: TimeZone::UTC,
            input: Box::new(io::empty()),
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
        };
        let cloud = cloud_of(&self.simulator);
        let opened = self.opened.clone();
        let exit = check_all(&mut host, arguments, &cloud, &self.world, opened).await;
        (exit, out.text(), err.text())
    }
}

async fn register(world: &World, facts: &Facts) -> Registration {
    let tenant = TenantId::parse(&facts.tenant_id).unwrap().value;
    let center = PartnerCenterRequest {
        directory: Directory::Tenant(tenant),
        reading: DirectoryReading::Directory,
        application: ClientId::parse(&facts.client_id).unwrap().value,
        secret: Secret::shared(facts.client_secret.clone()),
        secret_ends: Some(jiff::civil::Date::constant(2099, 1, 1)),
    };
    let mut run = Run::partner_center(center, Registration::default());
    headless::drive(&mut run, world, |_| {}).await;
    assert_eq!(run.status(), Status::Finished, "{:?}", run.failed());
    let api = PartnerApiRequest {
        mpn: None,
        other_secret: None,
        redirect: RedirectAddress::parse(&facts.redirect_uri).unwrap(),
    };
    let mut run = Run::partner_api(api, run.registration().clone(), run.secret());
    let walking = Cell::new(false);
    headless::drive(&mut run, world, |run| {
        if let Some(consent) = run.consent()
            && !walking.replace(true)
        {
            drop(tokio::spawn(walk(consent.address.clone(), facts.clone())));
        }
    })
    .await;
    assert_eq!(run.status(), Status::Finished, "{:?}", run.failed());
    let mut run = Run::commit(run.registration().clone());
    headless::drive(&mut run, world, |_| {}).await;
    assert_eq!(run.status(), Status::Finished, "{:?}", run.failed());
    run.registration().clone()
}

/// Goes through the pages as a person would, back to the listener.
async fn walk(address: Url, facts: Facts) {
    #[expect(clippy::disallowed_methods, reason = "a person's browser")]
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut answer = http.get(address.clone()).send().await.unwrap();
    while answer.status().is_success() {
        let page = answer.text().await.unwrap();
        let visit = between(&page, "name=\"ctx\" value=\"");
        let action = address.join(between(&page, "action=\"")).unwrap();
        let mut form = vec![("ctx", visit)];
        if page.contains("id=\"login\"") {
            form.push(("login", &facts.user));
            form.push(("password", &facts.password));
        } else if page.contains("id=\"otc\"") {
            form.push(("otc", &facts.mfa_code));
        } else {
            form.push(("accept", "yes"));
        }
        answer = http.post(action).form(&form).send().await.unwrap();
    }
    let back = answer.headers().get("location").unwrap().to_str().unwrap();
    // The page is answered once the wizard is done with it; nobody reads it here.
    drop(http.get(back).send().await);
}

fn between<'a>(text: &'a str, before: &str) -> &'a str {
    let rest = text.split_once(before).unwrap().1;
    rest.split_once('"').unwrap().0
}

fn arguments() -> Doctor {
    Doctor {
        json: false,
        step: None,
        warn_days: None,
        ics: None,
        which: Which::default(),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_healthy_registration_passes_every_check_and_says_what_it_found() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let (exit, out, err) = bench.doctor(&arguments()).await;
    assert_eq!(exit, Exit::Done, "{out}");
    assert!(
        !out.contains("FAIL") && err.lines().count() > 15,
        "{out}\n{err}"
    );
    for words in [
        "What the tokens say",
        "Consent",
        "Since the last good run",
        "What ends",
    ] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    let as_json = Doctor {
        json: true,
        ..arguments()
    };
    let (_, out, _) = bench.doctor(&as_json).await;
    let object = json(&out);
    assert_eq!(object["version"], 1);
    assert_eq!(object["exit"], 0);
    for api in object["consent"].as_array().unwrap() {
        assert_eq!(
            (&api["consented"], &api["usable"]),
            (&true.into(), &true.into())
        );
    }
    let claims = object["claims"].as_array().unwrap();
    assert!(claims.iter().all(|claim| claim["good"] != false), "{out}");
    assert_eq!(object["ends"].as_array().unwrap().len(), 2);
    let secret = bench.simulator.facts().client_secret;
    assert!(!out.contains(&secret) && !err.contains(&secret));
}

#[tokio::test]
async fn an_end_within_the_days_of_warning_is_an_exit_code_and_the_calendar_is_written() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("ends.ics");
    let wanted = Doctor {
        warn_days: Some(100),
        ics: Some(file.clone()),
        ..arguments()
    };
    assert_eq!(bench.doctor(&wanted).await.0, Exit::SignIn);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    let far = Doctor {
        warn_days: Some(80),
        ..arguments()
    };
    assert_eq!(bench.doctor(&far).await.0, Exit::Done);
}

#[tokio::test]
async fn a_sign_in_that_has_ended_ends_with_the_code_of_its_row() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    bench.simulator.advance(91 * 86_400);
    let as_json = Doctor {
        json: true,
        step: Some(crate::cli::StepName::PartnerApi),
        ..arguments()
    };
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
    use crate::engine::effect::{AddressSeen, Effect, Outcome, SignIn};
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
        };
        let outcome = bench.world.perform(Effect::Probe(sign_in)).await;
        let Outcome::Probed(seen) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(seen, wanted, "{address}");
    }
}
