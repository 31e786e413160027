//! A registration that moves to another store, and is killed there at one request after the other: before it gets to the server, and when
//! it was done and nobody knows. The same command goes on with it.

use std::collections::BTreeMap;
use std::process::Child;

use super::desk::{TestMachine, make};
use super::team::Host;
use crate::fuse::{Blown, Fuse};
use crate::keyring::Session;
use crate::openbao::{Cluster, block_on};

const VAULT: &str = "vault";
const AZURE: &str = "azure-key-vault";
const FILE: &str = "file";

/// A host that reaches every store, the shared ones over a fuse each.
struct Mover {
    host: Host,
    microsoft: TestMachine,
    fuses: BTreeMap<&'static str, Fuse>,
    /// The file that has the passphrase of a vault file.
    passphrase: String,
}

impl Mover {
    /// One with a registration in the vault, below a path of its own.
    fn new(path: &'static str) -> Self {
        let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::unlocked(), &[]));
        let key_vault = microsoft.fact("key_vault").rsplit(':').next().unwrap().parse().unwrap();
        let fuses = BTreeMap::from([(VAULT, Fuse::before(cluster.plain(0))), (AZURE, Fuse::before(key_vault))]);
        let own = |name: &str, value: String| (name.to_owned(), value);
        let mut variables = microsoft.session.variables();
        variables.extend([
            own("VAULT_ADDR", format!("http://127.0.0.1:{}", fuses[VAULT].port)),
            own("VAULT_TOKEN", cluster.root.clone()),
            own("AZURE_KEY_VAULT_URL", format!("http://localhost:{}", fuses[AZURE].port)),
            own("AZURE_TENANT_ID", microsoft.fact("tenant_id")),
            own("AZURE_CLIENT_ID", microsoft.fact("client_id")),
            own("AZURE_CLIENT_SECRET", microsoft.fact("client_secret")),
        ]);
        let mut host = Host::new(&[VAULT], variables, &microsoft);
        host.more = vec!["--vault-path".to_owned(), path.to_owned()];
        host.registers(&microsoft, &["--account-name", "Contoso CSP"]);
        let file = host.home.path().join("passphrase");
        make(&file, b"correct horse battery staple\n");
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Self { host, microsoft, fuses, passphrase: file.display().to_string() }
    }

    /// The words of a command, with those that open the stores.
    fn words<'w>(&'w self, words: &[&'w str]) -> Vec<&'w str> {
        let opens: &[&str] = if words.contains(&FILE) { &["--passphrase-file", &self.passphrase] } else { &[] };
        words.iter().chain(opens).copied().chain(self.host.more.iter().map(String::as_str)).collect()
    }

    /// What this end hands out, if it hands anything out.
    fn hands_out(&self, store: &str) -> Option<String> {
        let output = self.host.saying(&self.words(&["token", "partner-center", "--store", store])).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// The same command again, to its end.
    fn goes_on(&self, from: &str, to: &str) {
        self.fuses.values().for_each(Fuse::mend);
        for store in [from, to].into_iter().filter(|store| self.fuses.contains_key(store)) {
            // A host that was lost gives nothing back.
            self.host.elsewhere(&self.words(&["store", "break-lease", "--store", store]), 0);
        }
        self.host.elsewhere(&self.words(&["store", "move", "--store", from, "--to", to]), 0);
    }

    /// Whether it was killed at this request of that server, or is done.
    fn is_killed(&self, (from, to): (&str, &str), at: usize, server: &str, how: Blown) -> bool {
        let fuse = &self.fuses[server];
        fuse.blows_at(at, how);
        let mut child = self.begun(from, to);
        loop {
            if fuse.has_blown() {
                child.kill().unwrap();
                child.wait().unwrap();
                return true;
            }
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "{from} {to}, request {at} of {server}, {how:?}");
                return false;
            }
        }
    }

    /// A move that has begun, and what both of its ends are called.
    fn begun(&self, from: &str, to: &str) -> Child {
        self.host.saying(&self.words(&["store", "move", "--store", from, "--to", to])).spawn().unwrap()
    }

    /// Moves it there and back, killed at every so many requests to this server each way, from this one on.
    fn is_killed_everywhere(&self, from: &str, to: &str, server: &str, (first, stride): (usize, usize)) -> usize {
        let token = self.hands_out(from).unwrap();
        let mut at = first;
        loop {
            let there = self.is_killed((from, to), at, server, Blown::HeldBefore);
            self.is_at_one_end((from, to), &token, at);
            self.goes_on(from, to);
            assert_eq!(self.hands_out(to).as_ref(), Some(&token), "{from} to {to}, request {at}");
            let back = self.is_killed((to, from), at, server, Blown::HeldAfter);
            self.is_at_one_end((to, from), &token, at);
            self.goes_on(to, from);
            assert_eq!(self.hands_out(from).as_ref(), Some(&token), "{to} to {from}, request {at}");
            if !there && !back {
                return at;
            }
            at += stride;
        }
    }

    /// What was killed hands the same out as before, at one end at most.
    fn is_at_one_end(&self, (from, to): (&str, &str), token: &str, at: usize) {
        self.fuses.values().for_each(Fuse::mend);
        let ends = [from, to].map(|store| self.hands_out(store));
        let found: Vec<&String> = ends.iter().flatten().collect();
        assert!(found.len() < 2 && found.iter().all(|found| *found == token), "{from} to {to}, request {at}");
    }
}

#[test]
fn a_move_between_keyring_and_vault_that_is_killed_at_any_request_is_gone_on_with() {
    let mover = Mover::new("killed-keyring");
    let requests = mover.is_killed_everywhere(VAULT, "keyring", VAULT, (0, 1));
    assert!(requests > 10, "{requests}");
    // At home is nothing any more; in the vault everything works, and nothing is there twice.
    assert_eq!(mover.microsoft.items(), Vec::<String>::new());
    mover.host.elsewhere(&mover.words(&["doctor", "--store", VAULT]), 0);
    mover.goes_on(VAULT, "keyring");
    let name = "secret/metadata/killed-keyring";
    let names = block_on(Cluster::shared().done(0, "LIST", &format!("{name}/"), serde_json::Value::Null));
    let below = names["data"]["keys"].as_array().unwrap().iter().filter_map(|key| key.as_str());
    let below = below.filter(|key| key.ends_with('/')).collect::<String>();
    let left = block_on(Cluster::shared().call(0, "LIST", &format!("{name}/{below}secrets"), serde_json::Value::Null));
    assert_eq!(left.0, 404, "{left:?}");
    mover.host.elsewhere(&mover.words(&["doctor", "--store", "keyring"]), 0);
}

/// The requests are sampled: every 13th to the vault and every 23rd to the Key Vault.
#[test]
fn a_move_between_vault_and_key_vault_that_is_killed_at_a_request_to_either_is_gone_on_with() {
    let mover = Mover::new("killed-azure");
    let requests = mover.is_killed_everywhere(VAULT, AZURE, VAULT, (1, 13));
    assert!(requests > 20, "{requests}");
    let requests = mover.is_killed_everywhere(VAULT, AZURE, AZURE, (2, 23));
    assert!(requests > 20, "{requests}");
    assert!(mover.hands_out(AZURE).is_none());
    mover.host.elsewhere(&mover.words(&["doctor", "--store", VAULT]), 0);
}

/// The requests are sampled, every eleventh: whoever opens a vault file works for a second.
#[test]
fn a_move_between_vault_and_vault_file_that_is_killed_at_a_request_is_gone_on_with() {
    let mover = Mover::new("killed-file");
    let requests = mover.is_killed_everywhere(VAULT, FILE, VAULT, (5, 11));
    assert!(requests > 20, "{requests}");
    // Of the file nothing is left.
    let home =
        std::process::Command::new("find").arg(mover.host.home.path()).args(["-name", "*.age"]).output().unwrap();
    assert_eq!(String::from_utf8(home.stdout).unwrap(), "");
    mover.host.elsewhere(&mover.words(&["doctor", "--store", VAULT]), 0);
}

#[test]
fn a_move_that_a_signal_ends_gives_back_what_it_holds_and_is_gone_on_with_at_once() {
    let mover = Mover::new("ended-by-a-signal");
    let token = mover.hands_out(VAULT).unwrap();
    let fuse = &mover.fuses[VAULT];
    fuse.blows_at(12, Blown::HeldBefore);
    let child = mover.begun(VAULT, AZURE);
    while !fuse.has_blown() {}
    fuse.mend();

    // Another move to the same vault is told how that is ended there, by a command that can be typed.
    let other = mover.begun(FILE, VAULT).wait_with_output().unwrap();
    let said = String::from_utf8(other.stderr).unwrap();
    let told = said.lines().map(str::trim).find(|line| line.starts_with("octo-csp store break-lease")).unwrap();
    assert!(told.contains(" --store vault --vault-path ended-by-a-signal") && !told.contains("passphrase"), "{said}");

    crate::pty::signal_to(i32::try_from(child.id()).unwrap(), rustix::process::Signal::INT);
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.code() == Some(130) && said.contains("The same command goes on with it."), "{said}");
    mover.host.elsewhere(&mover.words(&["store", "move", "--store", VAULT, "--to", AZURE]), 0);
    assert_eq!(mover.hands_out(AZURE), Some(token));
}
