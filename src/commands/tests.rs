//! What the tests of the commands have in common: a process without a terminal, a simulated Microsoft, a person.

pub(super) mod schema;

use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Write};
use std::path::PathBuf;
use std::rc::Rc;

use jiff::tz::TimeZone;
use url::Url;

use crate::cloud::Cloud;
use crate::commands::context::{CommandContext, GivenFlags};
use crate::commands::headless;
use crate::commands::settings::Settings;
use crate::host::{Environment, Host};
use crate::journal::Registration;
use crate::simulator::{self, Facts, Scenario, Simulator};
use crate::steps::{Execution, Status};
use crate::words::{ClientId, Directory, PartnerApiRequest, PartnerCenterRequest, RedirectAddress, Secret, TenantId};
use crate::world::browser::Surroundings;
use crate::world::{Options, StoreOptions, World};

/// What a process has said on one of its streams.
#[derive(Clone, Default)]
pub(super) struct Stream(Rc<RefCell<Vec<u8>>>);

impl Stream {
    /// All of it.
    pub(super) fn text(&self) -> String {
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

/// A process without a terminal.
pub(super) fn host(input: &'static [u8], out: &Stream, err: &Stream) -> Host {
    Host {
        arguments: Vec::new(),
        environment: Environment::default(),
        program: PathBuf::new(),
        machine: String::new(),
        input_is_terminal: false,
        output_is_terminal: false,
        zone: || TimeZone::UTC,
        input: Box::new(Cursor::new(input)),
        out: Box::new(out.clone()),
        err: Box::new(err.clone()),
        printed: false,
        flags: String::new(),
    }
}

/// What a command of these words stands on.
pub(super) fn context<'h>(host: &'h mut Host, command: &str, json: bool) -> CommandContext<'h> {
    let settings = Settings { command: command.to_owned(), ..Settings::default() };
    CommandContext { host, settings, json, log: None, given: GivenFlags::default(), momentary: false, key_vault: None }
}

/// A simulated Microsoft, and a world that knows it and keeps everything in memory.
pub(super) async fn microsoft(scenario: &str) -> (Simulator, World) {
    microsoft_keeping(scenario, StoreOptions::memory()).await
}

/// The same, kept where more than one world can look.
pub(super) async fn microsoft_keeping(scenario: &str, keeping: StoreOptions) -> (Simulator, World) {
    let options = simulator::Options { scenario: Scenario::named(scenario).unwrap(), ..simulator::Options::default() };
    let simulator = Simulator::start(options).await.unwrap();
    let world = world_of(simulator.cloud().clone(), keeping);
    (simulator, world)
}

/// A world that knows this cloud.
pub(super) fn world_of(cloud: Cloud, keeping: StoreOptions) -> World {
    let browser = Surroundings::default();
    World::new(Options { cloud, label: None, extra_ca: None, keeping, browser, log: None })
}

/// Step 2 with what the simulator knows.
pub(super) async fn prove(world: &World, facts: &Facts) -> Execution {
    let tenant = TenantId::parse(&facts.tenant_id).unwrap().value;
    let center = PartnerCenterRequest {
        directory: Directory::Tenant(tenant),
        application: ClientId::parse(&facts.client_id).unwrap().value,
        secret: Some(Secret::shared(facts.client_secret.clone())),
        secret_ends: Some(jiff::civil::Date::constant(2099, 1, 1)),
    };
    let mut run = Execution::partner_center(center, Registration::default());
    headless::drive(&mut run, world, |_| {}).await;
    assert_eq!(run.status(), Status::Finished, "{:?}", run.failed());
    run
}

/// All three steps.
pub(super) async fn register(world: &World, facts: &Facts) -> Registration {
    let run = prove(world, facts).await;
    let api = PartnerApiRequest {
        mpn: None,
        other_secret: None,
        redirect: RedirectAddress::parse(&facts.redirect_uri).unwrap(),
    };
    let mut run = Execution::partner_api(api, run.registration().clone(), run.secret());
    let walking = Cell::new(false);
    headless::drive(&mut run, world, |run| {
        if let Some(consent) = run.authorization_request()
            && !walking.replace(true)
        {
            drop(tokio::spawn(walk(consent.address, facts.clone())));
        }
    })
    .await;
    assert_eq!(run.status(), Status::Finished, "{:?}", run.failed());
    let mut run = Execution::commit(run.registration().clone());
    headless::drive(&mut run, world, |_| {}).await;
    assert_eq!(run.status(), Status::Finished, "{:?}", run.failed());
    run.registration().clone()
}

/// Goes through the pages as a person would, back to the listener.
pub(super) async fn walk(address: Url, facts: Facts) {
    let back = sign_in(address, &facts).await;
    // The page is answered once the wizard is done with it; nobody reads it here.
    drop(client().get(back).send().await);
}

/// The same up to where the browser is sent: the address it ends on.
pub(super) async fn sign_in(address: Url, facts: &Facts) -> String {
    let http = client();
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
    let back = answer.headers().get("location").unwrap();
    back.to_str().unwrap().to_owned()
}

fn client() -> reqwest::Client {
    #[expect(clippy::disallowed_methods, reason = "a person's browser")]
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}

fn between<'a>(text: &'a str, before: &str) -> &'a str {
    let rest = text.split_once(before).unwrap().1;
    rest.split_once('"').unwrap().0
}
