//! The real engine: `OpenBao` on loopback, with TLS by a CA of its own; one node, or three that share a log (raft).
//!
//! What is started ends with this process, however that ends: a shell waits for the end of a pipe that nobody else has.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Condvar, Mutex, OnceLock};
use std::time::Duration;

use octo_csp::words::Secret;
use octo_csp::world::store::{Engine, EngineSettings, Login};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

/// How often a server is asked before it counts as silent, with a moment between.
const ASKED: usize = 1_200;

/// A node. Dropped it is ended with `kill`, as a machine is that loses its power.
pub(crate) struct Node {
    process: Child,
    /// Its end is the node's.
    pipe: Option<ChildStdin>,
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.pipe.take());
        drop(self.process.wait());
    }
}

/// A cluster, initialised and unsealed; its KV store is at `secret`.
pub(crate) struct Cluster {
    /// Those that run, by their numbers.
    nodes: Vec<Option<Node>>,
    /// Where each answers: with TLS, and without.
    ports: Vec<[u16; 2]>,
    folder: TempDir,
    http: reqwest::Client,
    key: String,
    pub(crate) root: String,
    /// Given back last.
    _room: Option<Room>,
}

/// How many clusters of several nodes there may be at a time. Each starts and elects by the clock: too many on a small machine
/// never get to it.
const AT_ONCE: usize = 2;

static CLUSTERS: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// The room of one of these.
struct Room;

impl Room {
    fn wait() -> Self {
        let there = CLUSTERS.0.lock().unwrap();
        *CLUSTERS.1.wait_while(there, |there| *there >= AT_ONCE).unwrap() += 1;
        Self
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        *CLUSTERS.0.lock().unwrap() -= 1;
        CLUSTERS.1.notify_one();
    }
}

/// The engine's own program.
pub(crate) fn binary() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/openbao/bao");
    assert!(path.exists(), "{} is missing: tests/set-up installs it", path.display());
    path
}

fn make(path: &Path, text: &str) {
    std::fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A runtime for what a test does itself.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

impl Cluster {
    /// One node, for every test of this process that leaves it as it was.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| std::thread::spawn(|| block_on(Self::start(1))).join().unwrap())
    }

    /// So many nodes, with a KV store.
    pub(crate) async fn start(count: usize) -> Self {
        let cluster = Self::empty(count).await;
        cluster.done(0, "POST", "sys/mounts/secret", json!({"type": "kv", "options": {"version": "2"}})).await;
        cluster.ask_until(0, "secret/data/nothing", |status, _| status == 404).await;
        cluster
    }

    /// So many nodes, with nothing in them.
    #[expect(clippy::disallowed_methods, reason = "a test's own client, which trusts the CA of the cluster alone")]
    pub(crate) async fn empty(count: usize) -> Self {
        let folder = TempDir::new_in("/tmp").unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "a team's own CA");
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &ca).unwrap();
        make(&folder.path().join("ca.pem"), &ca.pem());
        make(&folder.path().join("leaf.pem"), &leaf.pem());
        make(&folder.path().join("key.pem"), &key.serialize_pem());
        let trusted = reqwest::Certificate::from_pem(ca.pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap();
        let (nodes, ports, key, root) = (Vec::new(), Vec::new(), String::new(), String::new());
        let mut cluster = Self { nodes, ports, folder, http, key, root, _room: (count > 1).then(Room::wait) };
        for number in 0..count {
            cluster.settle(number);
            let node = cluster.node(number);
            cluster.nodes.push(Some(node));
            cluster.until(number, |status, _| status != 0).await;
        }
        let made = cluster.call(0, "PUT", "sys/init", json!({"secret_shares": 1, "secret_threshold": 1})).await.1;
        cluster.root = made["root_token"].as_str().unwrap().to_owned();
        cluster.key = made["keys_base64"][0].as_str().unwrap().to_owned();
        cluster.unseal(0).await;
        let fast = json!({"server_stabilization_time": "0s"});
        cluster.done(0, "POST", "sys/storage/raft/autopilot/configuration", fast).await;
        for number in 1..count {
            let (leader, pem) = (cluster.address(0), std::fs::read_to_string(cluster.ca()).unwrap());
            let joining = json!({"leader_api_addr": leader, "leader_ca_cert": pem});
            cluster.done(number, "PUT", "sys/storage/raft/join", joining).await;
            cluster.unseal(number).await;
        }
        let voters = |body: &Value| {
            let servers = body["data"]["config"]["servers"].as_array();
            servers.map_or(0, |all| all.iter().filter(|one| one["voter"] == true).count())
        };
        cluster.ask_until(0, "sys/storage/raft/configuration", |_, body| voters(body) == count).await;
        cluster
    }

    /// Gives a node its ports and its folder.
    fn settle(&mut self, number: usize) {
        let (api, plain, [inner, unused]) = (free(), free(), [free(), free()]);
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let data = path(&format!("data{number}"));
        std::fs::DirBuilder::new().create(&data).unwrap();
        let config = json!({
            "storage": {"raft": {"path": data, "node_id": format!("node{number}"), "performance_multiplier": 1}},
            "listener": [{"tcp": {
                "address": format!("127.0.0.1:{api}"), "cluster_address": format!("127.0.0.1:{inner}"),
                "tls_cert_file": path("leaf.pem"), "tls_key_file": path("key.pem")
            }}, {"tcp": {
                "address": format!("127.0.0.1:{plain}"), "cluster_address": format!("127.0.0.1:{unused}"), "tls_disable": true
            }}],
            "api_addr": format!("https://127.0.0.1:{api}"), "cluster_addr": format!("https://127.0.0.1:{inner}"),
            "disable_mlock": true, "log_level": "warn", "unsafe_allow_api_audit_creation": true
        });
        make(Path::new(&path(&format!("node{number}.json"))), &config.to_string());
        self.ports.push([api, plain]);
    }

    /// Starts one.
    fn node(&self, number: usize) -> Node {
        let path = |name: &str| self.folder.path().join(name);
        let file = path(&format!("node{number}.json"));
        let log = std::fs::File::create(path(&format!("node{number}.log"))).unwrap();
        let mut process = Command::new("/bin/sh")
            .args(["-c", r#""$0" server -config="$1" & read -r _; kill -9 $!; wait"#])
            .arg(binary())
            .arg(&file)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let pipe = process.stdin.take();
        Node { process, pipe }
    }

    /// The address of a node.
    pub(crate) fn address(&self, number: usize) -> String {
        format!("https://127.0.0.1:{}", self.ports[number][0])
    }

    /// The port at which a node answers without TLS, for whoever stands in between.
    pub(crate) fn plain(&self, number: usize) -> u16 {
        self.ports[number][1]
    }

    /// The file with the certificate of its CA.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What a person of the team has set.
    pub(crate) fn variables(&self, number: usize) -> [(String, String); 3] {
        [
            ("VAULT_ADDR".to_owned(), self.address(number)),
            ("VAULT_CACERT".to_owned(), self.ca().display().to_string()),
            ("VAULT_TOKEN".to_owned(), self.root.clone()),
        ]
    }

    /// What one host reaches a node with, below a path of the test's own.
    pub(crate) fn engine(&self, number: usize, path: &str, who: &str) -> Engine {
        self.engine_as(number, path, who, Login::Token(Secret::shared(self.root.clone()), "the test".to_owned()))
    }

    /// The same with a login of its own.
    pub(crate) fn engine_as(&self, number: usize, path: &str, who: &str, login: Login) -> Engine {
        Engine::new(self.settings(number, path, who, login)).unwrap()
    }

    /// What that is made of.
    pub(crate) fn settings(&self, number: usize, path: &str, who: &str, login: Login) -> EngineSettings {
        EngineSettings {
            address: Url::parse(&self.address(number)).unwrap(),
            namespace: None,
            ca: Some(std::fs::read(self.ca()).unwrap()),
            extra_ca: None,
            mount: "secret".to_owned(),
            path: path.to_owned(),
            login,
            who: who.to_owned(),
            doing: "register".to_owned(),
            momentary: false,
            log: None,
        }
    }

    /// Has every request written down from now on, of a cluster of the test's own.
    pub(crate) async fn audited(&self) -> Audit {
        let file = self.folder.path().join("audit.log");
        let device = json!({"type": "file", "options": {"file_path": file}});
        self.done(0, "PUT", "sys/audit/file", device).await;
        Audit { file, seen: 0 }
    }

    /// A node that somebody else ends, by dropping it.
    pub(crate) fn taken(&mut self, number: usize) -> Node {
        self.nodes[number].take().unwrap()
    }

    /// Starts one again that was ended, and waits until it is one of the cluster.
    pub(crate) async fn revive(&mut self, number: usize) {
        self.nodes[number] = Some(self.node(number));
        self.until(number, |status, _| status != 0).await;
        self.unseal(number).await;
    }

    /// The number of the node that leads.
    pub(crate) async fn leader(&self) -> usize {
        again_until("nobody leads", async || {
            for number in 0..self.nodes.len() {
                if self.call(number, "GET", "sys/health", Value::Null).await.0 == 200 {
                    return Ok(number);
                }
            }
            Err(Value::Null)
        })
        .await
    }

    async fn unseal(&self, number: usize) {
        // A node that has just joined may need a moment to learn that there is something to unseal.
        again_until("it is not unsealed", async || {
            let answer = self.call(number, "PUT", "sys/unseal", json!({"key": self.key})).await;
            if answer.0 == 200 && answer.1["sealed"] == false { Ok(()) } else { Err(answer) }
        })
        .await;
        self.until(number, |status, _| status == 200 || status == 429 || status == 473).await;
    }

    /// Waits until its health is this.
    async fn until(&self, number: usize, good: impl Fn(u16, &Value) -> bool) {
        self.ask_until(number, "sys/health", good).await;
    }

    /// Asks until the answer is this one.
    pub(crate) async fn ask_until(&self, number: usize, path: &str, good: impl Fn(u16, &Value) -> bool) {
        again_until(path, async || {
            let (status, body) = self.call(number, "GET", path, Value::Null).await;
            if good(status, &body) { Ok(()) } else { Err((number, status, body)) }
        })
        .await;
    }

    /// One call with the root token; status 0 is no answer.
    pub(crate) async fn call(&self, number: usize, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/v1/{path}", self.address(number));
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut asked = self.http.request(method, url).header("x-vault-token", &self.root);
        if !body.is_null() {
            asked = asked.body(body.to_string());
        }
        match asked.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                (status, serde_json::from_str(&answer.text().await.unwrap_or_default()).unwrap_or(Value::Null))
            }
            Err(_silent) => (0, Value::Null),
        }
    }

    /// One call that must be done; again while there is no leader.
    pub(crate) async fn done(&self, number: usize, method: &str, path: &str, body: Value) -> Value {
        let mut unheard = false;
        again_until(path, async || {
            let last = self.call(number, method, path, body.clone()).await;
            // A mount whose first answer was lost, or was a refusal although it was made, is there the next time; one that was there
            // at once is somebody else's.
            let is_there = path.contains("sys/") && last.1.to_string().contains("path is already in use");
            if (200..300).contains(&last.0) || unheard && is_there {
                return Ok(last.1);
            }
            unheard |= !is_there;
            Err(last)
        })
        .await
    }
}

/// Asks again, twenty times a second, until it is so. The servers are other processes and tell nobody when they have come so far; the
/// last answer is told where they never have.
pub(crate) async fn again_until<T, E: std::fmt::Debug>(what: &str, mut ask: impl AsyncFnMut() -> Result<T, E>) -> T {
    let mut rounds = tokio::time::interval(Duration::from_millis(50));
    let mut last = None;
    for _ in 0..ASKED {
        rounds.tick().await;
        match ask().await {
            Ok(found) => return found,
            Err(answer) => last = Some(answer),
        }
    }
    panic!("{what}: {last:?}");
}

/// What the engine was asked.
pub(crate) struct Audit {
    file: PathBuf,
    seen: usize,
}

impl Audit {
    /// What was asked since the last time: how, and for which path.
    pub(crate) fn asked(&mut self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.file).unwrap();
        let lines = text.lines().skip(std::mem::replace(&mut self.seen, text.lines().count()));
        let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let asked = lines.filter(|line| line["type"] == "request");
        asked
            .map(|line| {
                let word = |name: &str| line["request"][name].as_str().unwrap_or_default().to_owned();
                format!("{} {}", word("operation"), word("path"))
            })
            .collect()
    }
}
