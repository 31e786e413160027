//! A team's registrations in an Azure Key Vault, which is simulated: what one store promises, two hosts, what Azure refuses, and a host
//! that is lost at every call of a commit.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use octo_csp::journal::{Fact, ItemName, Kind, Line, Registration};
use octo_csp::simulator::{Options, Scenario, Simulator};
use octo_csp::steps::{Execution, Status};
use octo_csp::words::{AccountName, Cause, Secret, VaultFault};
use octo_csp::world::journal::{JournalKeyVault, JournalStore as _};
use octo_csp::world::store::{AzureLogin, KeyVault, KeyVaultSecrets, KeyVaultSettings, ManagedIdentity, Vault};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::LocalSet;
use url::Url;

use crate::fuse::{Blown, Fuse};
use crate::simulator::bench::client;
use crate::third_store::Machine;
use crate::vault::{fault, item, secret};

fn line(sequence: u64, name: &str) -> Line {
    let fact = Fact::Named { name: AccountName::parse(name).ok() };
    Line { sequence, at: jiff::Timestamp::UNIX_EPOCH, fact }
}

/// A simulator on a thread of its own: a lease is given back by a thread that is waited for.
pub(crate) async fn started(options: Options) -> Simulator {
    static SERVERS: OnceLock<Handle> = OnceLock::new();
    let servers = SERVERS.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    });
    servers.spawn(Simulator::start(options)).await.unwrap().unwrap()
}

pub(crate) fn base(simulator: &Simulator) -> Url {
    let line: Value = serde_json::from_str(&simulator.line()).unwrap();
    Url::parse(line["key_vault"].as_str().unwrap()).unwrap()
}

pub(crate) fn application(simulator: &Simulator) -> AzureLogin {
    let facts = simulator.facts();
    let secret = Secret::shared(facts.client_secret);
    AzureLogin::Application { tenant: facts.tenant_id, client: facts.client_id, secret }
}

pub(crate) fn settings(address: Url, login: AzureLogin, who: &str) -> KeyVaultSettings {
    let (who, doing) = (who.to_owned(), "register".to_owned());
    let (claim, patience) = (Duration::from_millis(20), Duration::from_secs(20));
    KeyVaultSettings { address, extra_ca: None, login, who, doing, momentary: false, claim, patience, log: None }
}

/// A host of the team.
fn host(simulator: &Simulator, who: &str) -> Arc<KeyVault> {
    Arc::new(KeyVault::new(settings(base(simulator), application(simulator), who)).unwrap())
}

fn secrets(vault: &Arc<KeyVault>) -> Vault {
    Vault::new("production", Arc::new(KeyVaultSecrets(Some(Arc::clone(vault)))))
}

/// What is in the vault, as whoever may do everything sees it.
async fn asked(simulator: &Simulator, method: Method, path: &str) -> Value {
    let facts = simulator.facts();
    asked_by(simulator, (&facts.client_id, &facts.client_secret), method, path).await
}

/// The same as an application sees it.
async fn asked_by(simulator: &Simulator, by: (&str, &str), method: Method, path: &str) -> Value {
    let token = token(simulator, by).await;
    let http = client().build().unwrap();
    let address = base(simulator).join(&format!("{path}?api-version=7.4")).unwrap();
    let mut request = http.request(method.clone(), address).bearer_auth(token);
    if method == Method::PATCH {
        request = request.header("content-type", "application/json").body("{}");
    }
    let answer = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&answer).unwrap_or(Value::Null)
}

/// A token for the vault.
async fn token(simulator: &Simulator, (id, secret): (&str, &str)) -> String {
    let form = [
        ("client_id", id),
        ("client_secret", secret),
        ("grant_type", "client_credentials"),
        ("scope", "https://vault.azure.net/.default"),
    ];
    let address = format!("{}/oauth2/v2.0/token", simulator.facts().authority);
    let answer = client().build().unwrap().post(address).form(&form).send().await.unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn names(simulator: &Simulator, what: &str) -> Vec<String> {
    let listed = asked(simulator, Method::GET, what).await;
    let ids = listed["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
    ids.map(|id| id.rsplit('/').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_secret_is_kept_read_by_another_host_and_purged() {
    let simulator = started(Options::default()).await;
    let (a, b) = (host(&simulator, "anna"), host(&simulator, "ben"));
    let (at_a, at_b) = (secrets(&a), secrets(&b));
    at_a.open().await.unwrap();
    assert_eq!(fault(at_a.recall(&item(1)).await), VaultFault::Missing);
    // Twice, though Azure gives no deleted name out again.
    for _ in 0..2 {
        assert!(at_a.probe().await.unwrap().good);
    }
    at_a.keep(&item(1), &secret(1_600)).await.unwrap();
    assert!(at_b.recall(&item(1)).await.unwrap().same_as(secret(1_600).reveal()));
    at_b.read_back(&[item(1)]).await.unwrap();
    assert_eq!(at_b.listed().await.unwrap(), [item(1)]);
    // No value is in a name, a tag or a list.
    let listed = asked(&simulator, Method::GET, "secrets").await.to_string();
    assert!(listed.contains("refresh-token") || listed.contains("tags"), "{listed}");
    assert!(!listed.contains(secret(1_600).reveal()));

    // What is too long never leaves.
    let before = simulator.requests().len();
    let long = at_a.keep(&item(2), &Secret::shared("x".repeat(25_001))).await.unwrap_err();
    assert_eq!(long.cause, Cause::Vault(VaultFault::TooLarge));
    assert_eq!(simulator.requests().len(), before);

    at_a.erase(&[item(1), item(2)]).await.unwrap();
    assert_eq!(fault(at_b.recall(&item(1)).await), VaultFault::Missing);
    assert!(at_a.listed().await.unwrap().is_empty());
    let left = names(&simulator, "deletedsecrets").await;
    assert!(left.iter().all(|name| name.contains("-test-")), "purged: {left:?}");
}

#[tokio::test]
async fn each_way_of_signing_in_works_and_what_is_refused_says_what_and_where() {
    let simulator = started(Options::default()).await;
    let facts = simulator.facts();
    let with = |login| secrets(&Arc::new(KeyVault::new(settings(base(&simulator), login, "anna")).unwrap()));
    with(application(&simulator)).keep(&item(1), &secret(9)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), text.as_bytes()).unwrap();
        path
    };
    let (tenant, client) = (facts.tenant_id.clone(), facts.client_id.clone());
    let file = write("token", &facts.federated_token);
    let pod = AzureLogin::Workload { tenant: tenant.clone(), client: client.clone(), file };
    let header = Secret::shared(facts.identity_header.clone());
    let service = ManagedIdentity::Service(base(&simulator).join("msi/token").unwrap(), header);
    let machine = ManagedIdentity::Machine(base(&simulator));
    for login in [pod, AzureLogin::Managed(service, None), AzureLogin::Managed(machine, Some(client.clone()))] {
        let way = login.to_string();
        assert!(with(login).recall(&item(1)).await.is_ok_and(|it| it.same_as(secret(9).reveal())), "{way}");
    }

    // A secret that is wrong, a pod's token that is, an identity that nobody has, a program that is no az.
    let refused = async |login| {
        let failure = with(login).open().await.unwrap_err();
        assert_eq!(failure.cause, Cause::Vault(VaultFault::LoggedOut), "{failure:?}");
        failure.detail.unwrap().to_string()
    };
    let wrong = Secret::shared("wrong".to_owned());
    let login = AzureLogin::Application { tenant: tenant.clone(), client: client.clone(), secret: wrong };
    assert!(refused(login).await.contains("AADSTS7000215"));
    let login = AzureLogin::Workload { tenant: tenant.clone(), client: client.clone(), file: write("other", "a.b.c") };
    assert!(refused(login).await.contains("AADSTS700027"));
    let login = AzureLogin::Workload { tenant, client, file: folder.path().join("none") };
    assert!(refused(login).await.contains("not found"));
    let machine = ManagedIdentity::Machine(base(&simulator));
    assert!(refused(AzureLogin::Managed(machine, Some("other".to_owned()))).await.contains("400 from localhost"));
    assert!(refused(AzureLogin::Cli(folder.path().join("az"))).await.contains("cannot be started"));
}

#[cfg(unix)]
#[tokio::test]
async fn az_is_asked_for_a_token_of_the_vault_and_its_own_words_are_not_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let simulator = started(Options::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let az = |text: &str| {
        let path = folder.path().join("az");
        let mut file = std::fs::File::create(folder.path().join("new")).unwrap();
        file.write_all(format!("#!/bin/sh\n{text}\n").as_bytes()).unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o700)).unwrap();
        drop(file);
        std::fs::rename(folder.path().join("new"), &path).unwrap();
        AzureLogin::Cli(path)
    };
    let facts = simulator.facts();
    let token = token(&simulator, (&facts.client_id, &facts.client_secret)).await;
    let told = json!({"accessToken": token, "expiresOn": "2026-11-27 13:00:00.000000", "tokenType": "Bearer"});
    let script = format!(
        "[ \"$*\" = 'account get-access-token --output json --resource https://vault.azure.net' ] || exit 9\necho '{told}'"
    );
    let with = |login| secrets(&Arc::new(KeyVault::new(settings(base(&simulator), login, "anna")).unwrap()));
    with(az(&script)).keep(&item(1), &secret(9)).await.unwrap();
    let failure = with(az("echo '{\"error\": \"hunter2\"}'; echo hunter2 >&2; exit 1")).open().await.unwrap_err();
    assert_eq!(failure.cause, Cause::Vault(VaultFault::LoggedOut));
    assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
}

#[tokio::test]
async fn a_name_that_was_deleted_by_hand_is_told_and_what_is_throttled_is_waited_for() {
    let simulator = started(Options::default()).await;
    let vault = secrets(&host(&simulator, "anna"));
    vault.keep(&item(1), &secret(9)).await.unwrap();
    let name = names(&simulator, "secrets").await.into_iter().find(|name| name.contains("-1-1")).unwrap();
    asked(&simulator, Method::DELETE, &format!("secrets/{name}")).await;
    // Once it was asked about, it is deleted.
    asked(&simulator, Method::GET, &format!("deletedsecrets/{name}")).await;
    let failure = vault.keep(&item(1), &secret(10)).await.unwrap_err();
    assert!(failure.detail.as_ref().unwrap().as_str().starts_with(&name));
    assert_eq!(fault::<()>(Err(failure)), VaultFault::SoftDeleted);

    let throttled = Scenario::named("throttled-1s@key-vault").unwrap();
    let simulator = started(Options { scenario: throttled, ..Options::default() }).await;
    let vault = secrets(&host(&simulator, "anna"));
    vault.keep(&item(1), &secret(9)).await.unwrap();
}

#[tokio::test]
async fn of_two_hosts_that_write_at_once_nobody_who_was_told_so_has_lost_a_line() {
    let simulator = started(Options::default()).await;
    let hosts = ["anna", "ben"].map(|who| JournalKeyVault::new(host(&simulator, who)));
    let (mut won, mut told) = (Vec::new(), 0);
    for round in 0..60_u64 {
        for host in &hosts {
            host.read("production").await.unwrap();
        }
        let last = hosts[0].read("production").await.unwrap().lines.last().map_or(0, |line| line.sequence);
        let mine = |who: &str| line(last + 1, &format!("{who} {round}"));
        let (one, other) = (mine("Anna"), mine("Ben"));
        let wrote =
            tokio::join!(hosts[0].append("production", last, &one), hosts[1].append("production", last, &other));
        for (line, wrote) in [(one, wrote.0), (other, wrote.1)] {
            match wrote {
                Ok(_) => won.push(line),
                Err(failure) => {
                    assert_eq!(failure.cause, Cause::JournalMoved);
                    told += 1;
                }
            }
        }
    }
    let journal = hosts[1].read("production").await.unwrap();
    assert!(!journal.damaged && journal.lines.iter().zip(1..).all(|(line, number)| line.sequence == number));
    assert_eq!(won.len() + told, 120);
    assert!(told >= 60, "never both");
    for line in &won {
        assert!(journal.lines.contains(line), "{line:?}");
    }

    // One after the other: the later one names who was faster, and writes nothing.
    let last = journal.lines.len() as u64;
    hosts[0].read("production").await.unwrap();
    hosts[1].append("production", last, &line(last + 1, "Ben")).await.unwrap();
    let late = hosts[0].append("production", last, &line(last + 1, "Late")).await.unwrap_err();
    assert_eq!(late.cause, Cause::JournalMoved);
    assert!(late.detail.unwrap().as_str().contains(" by ben"), "who was faster");
    assert_eq!(hosts[0].read("production").await.unwrap().lines.len() as u64, last + 1);
    assert_eq!(hosts[0].list().await.unwrap(), ["production"]);

    // Shorter at once for everybody, and numbers are never used twice.
    let lines = hosts[0].read("production").await.unwrap().lines;
    let snapshot = Registration::fold(&lines).snapshot(jiff::Timestamp::UNIX_EPOCH);
    let at = snapshot.sequence;
    hosts[0].replace("production", at, &[snapshot]).await.unwrap();
    assert_eq!(hosts[1].append("production", at, &line(at + 1, "Late")).await.unwrap_err().cause, Cause::JournalMoved);
    assert_eq!(hosts[1].read("production").await.unwrap().lines.len(), 1);
    // And gone for both, its name too: the next one begins anew.
    hosts[1].destroy("production").await.unwrap();
    assert!(hosts[0].list().await.unwrap().is_empty() && hosts[0].read("production").await.unwrap().lines.is_empty());
    hosts[0].append("production", 0, &line(1, "Anew")).await.unwrap();
    assert_eq!(hosts[1].read("production").await.unwrap().lines, [line(1, "Anew")]);
}

#[tokio::test]
async fn a_journal_that_gets_too_long_for_a_secret_is_made_shorter_by_itself() {
    let simulator = started(Options::default()).await;
    let (a, b) = ["anna", "ben"].map(|who| JournalKeyVault::new(host(&simulator, who))).into();
    a.read("production").await.unwrap();
    let long = "N".repeat(120);
    for number in 0..140 {
        let after = if number == 0 { 0 } else { number };
        a.append("production", after, &line(number + 1, &long)).await.unwrap();
    }
    let contents = b.read("production").await.unwrap();
    assert!(!contents.damaged && contents.lines.len() < 140, "{}", contents.lines.len());
    assert_eq!(contents.lines.last().unwrap().sequence, 140);
    assert_eq!(Registration::fold(&contents.lines).name.unwrap().as_str(), long);
    let journals = names(&simulator, "secrets").await;
    assert_eq!(journals.iter().filter(|name| name.contains("-lines-")).count(), 1, "{journals:?}");
}

#[tokio::test]
async fn a_lease_names_its_holder_is_given_back_can_be_ended_and_is_asked_for_before_a_commit() {
    let simulator = started(Options::default()).await;
    let (a, b) = ["anna on laptop", "ben on server"].map(|who| JournalKeyVault::new(host(&simulator, who))).into();
    let lease = a.lock("production").await.unwrap();
    let taken = b.lock("production").await.err().unwrap();
    assert_eq!(taken.cause, Cause::InUse);
    assert!(taken.detail.unwrap().as_str().contains("by anna on laptop (process "));
    assert!(lease.is_held().await.unwrap() && b.list().await.unwrap().is_empty());
    drop(lease);
    let lease = b.lock("production").await.unwrap();
    // A host that was lost gives nothing back; by the clock of the vault it is over.
    simulator.advance(61);
    let taken_over = a.lock("production").await.unwrap();
    drop(lease);
    assert_eq!(b.lock("production").await.err().unwrap().cause, Cause::InUse, "the late one takes nothing away");
    drop(taken_over);

    // Both at once: never both.
    for _ in 0..10 {
        let (one, other) = tokio::join!(a.lock("production"), b.lock("production"));
        assert!(one.is_err() || other.is_err());
    }

    // A commit is written by whoever has the lease, and by nobody else.
    let commit = |sequence| {
        let fact = json!({"fact": "activated", "attempt": 1, "slot": "A"});
        Line { fact: serde_json::from_value(fact).unwrap(), ..line(sequence, "") }
    };
    a.read("production").await.unwrap();
    a.append("production", 0, &line(1, "Contoso")).await.unwrap();
    let _of_b = b.lock("production").await.unwrap();
    let refused = a.append("production", 1, &commit(2)).await.unwrap_err();
    assert_eq!(refused.cause, Cause::JournalMoved);
}

/// What a role may do, by its own definition: everything that it is for, and nothing beside it.
#[cfg(unix)]
#[tokio::test]
async fn each_role_can_do_its_work_and_is_refused_everything_else() {
    let roles = ["operator", "support", "collector"];
    let definitions: Vec<String> = roles.into_iter().map(definition).collect();
    let simulator = started(Options { roles: definitions, ..Options::default() }).await;
    let root = JournalKeyVault::new(host(&simulator, "root"));
    root.append("production", 0, &line(1, "Contoso")).await.unwrap();
    let facts = simulator.facts();
    for ((role, member), serial) in roles.into_iter().zip(&facts.members).zip(1..) {
        let secret_of = Secret::shared(member.client_secret.clone());
        let login = AzureLogin::Application {
            tenant: facts.tenant_id.clone(),
            client: member.client_id.clone(),
            secret: secret_of,
        };
        let momentary = role == "collector";
        let settings = KeyVaultSettings { momentary, ..settings(base(&simulator), login, role) };
        let azure = Arc::new(KeyVault::new(settings).unwrap());
        let (journals, vault) = (JournalKeyVault::new(Arc::clone(&azure)), secrets(&azure));
        // A token is got: the lease of that, lines, a rotated refresh token, an access token that is written over.
        vault.open().await.unwrap();
        drop(journals.lock("production").await.unwrap());
        let last = journals.read("production").await.unwrap().lines.len() as u64;
        journals.append("production", last, &line(last + 1, role)).await.unwrap();
        vault.keep(&item(serial), &secret(50)).await.unwrap();
        vault.erase(&[item(serial)]).await.unwrap();
        let token = ItemName { kind: Kind::PartnerCenterToken, ..item(9) };
        vault.keep(&token, &secret(60)).await.unwrap();
        vault.keep(&token, &secret(61)).await.unwrap();
        vault.remember("1 2026-01-01T00:00:00Z".to_owned()).await.unwrap();
        vault.probe().await.unwrap();
        // Only an operator makes a deletion final; what others delete can be brought back, and it is known until when.
        assert_eq!(azure.recoverable().is_some(), role != "operator", "{role}");
        let deleted = names(&simulator, "deletedsecrets").await;
        let left = deleted.iter().find(|name| name.ends_with(&format!("-refresh-token-a-1-{serial}")));
        // The collector is not kept waiting for a purge, and may not purge either.
        assert_eq!(left.is_some(), role != "operator", "{role}: {deleted:?}");
        // And nobody recovers, changes in place or takes away what a backup has.
        let (one, by) = (deleted[0].as_str(), (member.client_id.as_str(), member.client_secret.as_str()));
        for (method, path) in
            [(Method::POST, format!("deletedsecrets/{one}/recover")), (Method::PATCH, format!("secrets/{one}"))]
        {
            let answer = asked_by(&simulator, by, method, &path).await;
            assert_eq!(answer["error"]["innererror"]["code"], "ForbiddenByRbac", "{role}: {path}");
        }
        if let Some(left) = left {
            let path = format!("deletedsecrets/{left}");
            let answer = asked_by(&simulator, by, Method::DELETE, &path).await;
            assert_eq!(answer["error"]["innererror"]["code"], "ForbiddenByRbac", "{role}");
            asked(&simulator, Method::DELETE, &path).await;
        }
    }
}

#[cfg(unix)]
fn definition(role: &str) -> String {
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_octo-csp"))
        .args(["store", "policy", "azure-key-vault", "--role", role])
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let definition = String::from_utf8(printed.stdout).unwrap();
    assert!(definition.contains("not tried on Azure"), "{definition}");
    definition
}

fn machine(address: &Url, simulator: &Simulator, who: &str) -> Machine {
    // Whoever is lost waits for nothing.
    let settings = settings(address.clone(), application(simulator), who);
    let azure = Arc::new(KeyVault::new(KeyVaultSettings { patience: Duration::ZERO, ..settings }).unwrap());
    let journals = Arc::new(JournalKeyVault::new(Arc::clone(&azure)));
    Machine::with(Arc::new(KeyVaultSecrets(Some(azure))), journals, simulator)
}

/// Host A commits and is cut off after so many calls; how many it had made, and whether it was done. Host B finds the older state or
/// the newer one, whole, and finishes it.
async fn lost_after(calls: usize) -> (usize, bool) {
    let simulator = started(Options::default()).await;
    let fuse = Fuse::before(base(&simulator).port().unwrap());
    let address = Url::parse(&format!("http://localhost:{}", fuse.port)).unwrap();
    let a = machine(&address, &simulator, "anna");
    let proven = a.proven().await;
    fuse.blows_at(calls, Blown::Cut);
    let run = a.run(Execution::commit(proven)).await;
    let (made, whole) = (fuse.made(), run.status() == Status::Finished);
    drop(a);
    // Its lease is over by the clock of the vault.
    simulator.advance(61);
    let b = machine(&base(&simulator), &simulator, "ben");
    let opened = b.open().await.unwrap().registration;
    assert!(!opened.damaged, "after {calls} calls");
    let committed = opened.active.is_some();
    assert!(committed || !whole, "after {calls} calls");
    let finished = if committed { opened } else { b.finished(Execution::commit(opened)).await };
    let azure = host(&simulator, "carl");
    let name = JournalKeyVault::new(Arc::clone(&azure)).list().await.unwrap().remove(0);
    let vault = Vault::new(&name, Arc::new(KeyVaultSecrets(Some(azure))));
    vault.read_back(&finished.active.as_ref().unwrap().set()).await.unwrap();
    (made, whole)
}

#[tokio::test]
async fn a_host_is_lost_at_every_call_of_a_commit_and_another_one_finishes_it() {
    LocalSet::new()
        .run_until(async {
            let (all, whole) = Box::pin(lost_after(1_000)).await;
            assert!(whole && all > 8, "{all} calls");
            let points: Vec<usize> = (0..all).collect();
            for some in points.chunks(8) {
                futures_util::future::join_all(some.iter().map(|calls| Box::pin(lost_after(*calls)))).await;
            }
        })
        .await;
}
