//! A cluster that has lost two of its three nodes has no leader, and gets none before one of them is back. What reads is answered from
//! what the node that is left has; what writes says so within bounds, and changes nothing here or there. Then the same command goes on.

use std::io::Write as _;
use std::process::{Child, Output, Stdio};

use octo_csp::world::clock::Stopwatch;
use serde_json::Value;

use super::browser::sign_in;
use super::desk::{TestMachine, make};
use super::team::Host;
use super::tokens_and_codes::counted;
use crate::keyring::Session;
use crate::openbao::{Cluster, block_on};

/// As long as a command may take without a leader, on a machine that is busy with ten of them.
const BOUND: u64 = 60_000;

/// A command that has begun, with what it is told on standard input.
fn begun(host: &Host, words: &[&str], input: &str) -> Child {
    let mut child = host.command(words).stdin(Stdio::piped()).spawn().unwrap();
    let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
    child
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// That it says what is wrong, at which node, and has nothing else to say.
fn says_so(words: &[&str], output: &Output, node: &str) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(7), "{words:?}: {out} {err}");
    let said = format!("{out} {err}");
    for word in ["vault-no-leader", "has no leader", node, "bao operator raft list-peers"] {
        assert!(said.contains(word), "{words:?}: no {word} in {said}");
    }
}

/// What is kept, with the texts of its journals.
fn kept(cluster: &Cluster) -> Vec<String> {
    kept_by(cluster, block_on(cluster.leader()))
}

/// The same as this node has it.
fn kept_by(cluster: &Cluster, number: usize) -> Vec<String> {
    let list = |path: &str| -> Vec<String> {
        let answer = block_on(cluster.call(number, "LIST", path, Value::Null)).1;
        let keys = answer["data"]["keys"].as_array().cloned().unwrap_or_default();
        keys.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut all = Vec::new();
    for name in list("secret/metadata/octo-csp/") {
        if name.ends_with('/') {
            let items = list(&format!("secret/metadata/octo-csp/{name}secrets/"));
            all.extend(items.iter().map(|item| format!("{name}{item}")));
        } else {
            let journal = block_on(cluster.call(number, "GET", &format!("secret/data/octo-csp/{name}"), Value::Null));
            all.push(journal.1["data"]["data"]["value"].as_str().unwrap().to_owned());
        }
    }
    all
}

/// A team with a registration that works, and another one whose sign-in is open.
struct Team {
    cluster: Cluster,
    microsoft: TestMachine,
    passphrase: String,
}

impl Team {
    fn new() -> Self {
        let (cluster, microsoft) = (block_on(Cluster::start(3)), TestMachine::with(Session::unlocked(), &[]));
        let file = microsoft.path("passphrase");
        make(&file, b"correct horse battery staple\n");
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Self { cluster, microsoft, passphrase: file.display().to_string() }
    }

    /// A host that asks this node. It has a keyring, which is open.
    fn host(&self, number: usize) -> Host {
        let own = self.cluster.variables(number);
        let variables = self.microsoft.session.variables().into_iter().chain(own).collect();
        Host::new(&["vault"], variables, &self.microsoft)
    }

    /// A node is back, and has heard of everything: a standby reads from its own copy.
    fn comes_back(&mut self, number: usize) {
        block_on(self.cluster.revive(number));
        let all = kept(&self.cluster);
        assert!((0..600).any(|_| kept_by(&self.cluster, number) == all), "node {number} never hears of it");
    }

    /// Ends two nodes; the one that is left led, or did not.
    fn left_alone(&mut self, led: bool) -> [usize; 3] {
        let leader = block_on(self.cluster.leader());
        let left = if led { leader } else { (leader + 1) % 3 };
        let gone = [(left + 1) % 3, (left + 2) % 3];
        // At the same moment: nobody is chosen between the two.
        drop(gone.map(|number| self.cluster.taken(number)));
        [left, gone[0], gone[1]]
    }
}

fn no_leader(led: bool) {
    let mut team = Team::new();
    let microsoft = team.microsoft.fact("client_secret");
    let first = team.host(0);
    first.registers(&team.microsoft, &["--account-name", "Contoso CSP"]);
    let token = first.run(&["token", "partner-center"], 0);
    let fabrikam = first.about("fabrikam");
    let back = {
        let (app, domain) = (team.microsoft.fact("client_id"), team.microsoft.fact("domain"));
        let words = ["register", "--no-input", "--application-id", &app, "--directory", &domain, "--account-name"];
        fabrikam.told(
            &[&words[..], &["Fabrikam", "--secret-stdin", "--secret-ends", "2027-05-14"]].concat(),
            &microsoft,
            4,
        );
        let begun: Value = serde_json::from_str(&fabrikam.run(&["consent", "start", "--json"], 0)).unwrap();
        sign_in(begun["consent"]["address"].as_str().unwrap())
    };

    let before = kept(&team.cluster);
    assert!(before.len() > 6, "{before:?}");
    let [left, gone, other] = team.left_alone(led);
    let asked = ["redemption_attempts", "refreshes"].map(|what| counted(&team.microsoft, what));
    let host = team.host(left);
    let fabrikam = host.about("fabrikam");
    let node = team.cluster.address(left).replace("https://", "");
    let to_file = ["store", "move", "--to", "file", "--passphrase-file", &team.passphrase];
    let again = ["register", "--no-input", "--step", "partner-center", "--secret-stdin", "--secret-ends", "2027-06-30"];
    let writes: [(&Host, &[&str], &str); 7] = [
        (&host, &["token", "partner-api"], ""),
        (&host, &["doctor"], ""),
        (&fabrikam, &["consent", "finish"], &back),
        (&host, &to_file, ""),
        (&host, &again, &microsoft),
        (&host, &["store", "move", "--to", "keyring"], ""),
        (&host, &["forget", "--yes"], ""),
    ];
    let watch = Stopwatch::start();
    let running = writes.map(|(host, words, input)| begun(host, words, input));
    // What only reads is answered meanwhile, and a token that is good is handed out.
    let status = host.run(&["status"], 0);
    assert!(status.contains("Contoso CSP") && status.contains("Fabrikam"), "{status}");
    assert!(host.run(&["list"], 0).contains("Contoso Cloud Partners"));
    assert_eq!(host.run(&["token", "partner-center"], 0), token);
    for ((_, words, _), child) in writes.iter().zip(running) {
        says_so(words, &child.wait_with_output().unwrap(), &node);
    }
    assert!(watch.milliseconds() < BOUND, "{}", watch.milliseconds());

    // Nothing was asked of Microsoft, nothing is anywhere else, and everything is there.
    assert_eq!(["redemption_attempts", "refreshes"].map(|what| counted(&team.microsoft, what)), asked);
    assert_eq!(team.microsoft.items(), Vec::<String>::new());
    team.microsoft.no_file_has(&[token.trim(), "vault.age", "age-encryption"]);

    // One is back: there is a leader again, everything is there, and the same commands go on.
    block_on(team.cluster.revive(gone));
    assert_eq!(kept(&team.cluster), before);
    // A lease that the leader wrote down in its last moment counts once it is back, though its process was told that there is none.
    host.run(&["store", "break-lease"], 0);
    fabrikam.run(&["store", "break-lease"], 0);
    for (host, words, input) in &writes[..4] {
        host.told(words, input, 0);
    }
    assert_eq!(counted(&team.microsoft, "redemption_attempts"), asked[0] + 1);
    let here = ["token", "partner-center", "--store", "file", "--passphrase-file", &team.passphrase];
    assert_eq!(host.elsewhere(&here, 0), token);
    team.comes_back(other);
    passes_in_the_end(&team.host(other).about("fabrikam"));
}

/// A node that was away may be behind again by what is written just now: then nothing is written and it says so, and the same goes on.
fn passes_in_the_end(host: &Host) {
    for _ in 0..20 {
        let output = host.command(&["doctor"]).output().unwrap();
        if output.status.success() {
            return;
        }
        assert!(text(&output.stdout).contains("changed elsewhere"), "{}", text(&output.stdout));
    }
    panic!("it never hears of it");
}

#[test]
fn a_leader_that_is_left_alone_hands_out_what_is_kept_and_says_that_it_leads_no_more() {
    no_leader(true);
}

#[test]
fn a_standby_that_is_left_alone_hands_out_what_is_kept_and_says_that_nobody_leads() {
    no_leader(false);
}
