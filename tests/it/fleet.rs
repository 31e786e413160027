//! A thousand registrations in a real `OpenBao`, counted where it is asked: a page costs what it shows, and one costs what one costs.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt as _};
use octo_csp::journal::{Contents, Fact, Line, Sequence, write_line};
use octo_csp::words::AccountName;
use octo_csp::words::store::SHARED_VAULT;
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{JournalStore, Lease};
use octo_csp::world::registration_index::RegistrationIndex;
use octo_csp::world::store::Answer;
use serde_json::{Value, json};

use crate::openbao::{Cluster, block_on};
use crate::schema;

/// The journal of a registration that was begun.
fn journal(name: &str) -> String {
    let facts = [Fact::Named { name: AccountName::parse(name).ok() }, Fact::Stored { store: (&SHARED_VAULT).into() }];
    let line = |(fact, sequence)| write_line(&Line { sequence, at: jiff::Timestamp::UNIX_EPOCH, fact });
    facts.into_iter().zip(1..).map(line).collect()
}

/// Keeps so many registrations below a path.
async fn seed(cluster: &Cluster, path: &str, count: usize) {
    let one = async |number: usize| {
        let body = json!({"data": {"value": journal(&format!("Partner {number}"))}});
        cluster.done(0, "POST", &format!("secret/data/{path}/production~p{number:04}"), body).await;
    };
    stream::iter(0..count).map(one).buffer_unordered(16).for_each(async |()| ()).await;
}

fn run(cluster: &Cluster, path: &str, words: &[&str]) -> Value {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_octo-csp"));
    command.args(words).args(["--json", "--store", "vault", "--vault-path", path]);
    command.env_clear().env("HOME", home.path()).envs(cluster.variables(0));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let object = serde_json::from_slice(&output.stdout).unwrap();
    schema::holds(&object);
    object
}

#[test]
fn a_page_is_one_list_and_one_read_for_each_row_and_one_registration_costs_the_same_among_a_thousand() {
    block_on(async {
        let cluster = Cluster::start(1).await;
        seed(&cluster, "many", 1_000).await;
        seed(&cluster, "few", 1).await;
        let mut audit = cluster.audited().await;
        audit.asked();
        let count = |asked: &[String], word: &str| asked.iter().filter(|asked| asked.starts_with(word)).count();

        let page = run(&cluster, "many", &["list"]);
        let asked = audit.asked();
        assert_eq!((count(&asked, "list "), count(&asked, "read "), asked.len()), (1, 50, 51), "{asked:?}");
        let names = |page: &Value| -> Vec<String> {
            let rows = page["registrations"].as_array().unwrap();
            rows.iter().map(|row| row["partner"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&page)[49], "Partner 49");
        assert_eq!((&page["total"], &page["pages"]), (&json!(1_000), &json!(20)));

        let last = run(&cluster, "many", &["list", "--page", "20"]);
        assert_eq!(audit.asked().len(), 51);
        assert_eq!(names(&last)[49], "Partner 999");

        let all = run(&cluster, "many", &["list", "--all"]);
        let asked = audit.asked();
        assert_eq!((count(&asked, "list "), count(&asked, "read "), asked.len()), (1, 1_000, 1_001));
        assert_eq!(names(&all).len(), 1_000);

        // One is looked at with as many questions among a thousand as alone.
        let one = |path: &str| run(&cluster, path, &["status", "--registration", "p0000"]);
        assert_eq!(one("few")["registrations"][0]["name"], "Partner 0");
        let alone = audit.asked();
        assert_eq!(one("many")["registrations"][0]["name"], "Partner 0");
        let among = audit.asked();
        assert_eq!(alone.len(), among.len(), "{alone:?}\n{among:?}");
        assert!(count(&among, "list ") == 0 && among.len() < 8, "{among:?}");
    });
}

/// Journals of which it is counted how many are read at once.
#[derive(Default)]
struct Counted {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl JournalStore for Counted {
    fn place(&self, registration: &str) -> String {
        registration.to_owned()
    }

    async fn list(&self) -> Answer<Vec<String>> {
        Ok((0..200).map(|number| format!("production~p{number:04}")).collect())
    }

    async fn read(&self, _registration: &str) -> Answer<Contents> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(Contents::default())
    }

    async fn append(&self, _registration: &str, _after: Sequence, _line: &Line) -> Answer<Sequence> {
        panic!("nothing is written")
    }

    async fn replace(&self, _registration: &str, _at: Sequence, _snapshot: &[Line]) -> Answer<Sequence> {
        panic!("nothing is written")
    }

    async fn lock(&self, _registration: &str) -> Answer<Box<dyn Lease>> {
        panic!("nothing is locked")
    }

    async fn destroy(&self, _registration: &str) -> Answer<()> {
        panic!("nothing is destroyed")
    }
}

#[tokio::test]
async fn journals_are_read_thirty_two_side_by_side_and_no_more() {
    let counted = Arc::new(Counted::default());
    let journals: Arc<dyn JournalStore> = Arc::<Counted>::clone(&counted);
    let index = RegistrationIndex { journals, drafts: Drafts(None), secrets: Vec::new() };
    let names = index.names().await.unwrap();
    assert_eq!(index.as_written_all(&names).await.len(), 200);
    assert_eq!(counted.most.load(Ordering::SeqCst), 32);
}
