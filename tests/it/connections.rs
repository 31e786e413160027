//! Whose connection is closed behind its call, which are used again, and which are open before they are needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use octo_csp::cloud::Cloud;
use octo_csp::words::{Reading, Secret};
use octo_csp::world::http::Services;
use octo_csp::world::journal::{JournalShared, JournalStore as _};
use octo_csp::world::store::{Engine, EngineSettings, Login, SecretStore as _, SharedVault};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use url::Url;

use crate::faults::{cloud_at, http, read_request, redemption};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// A server that counts its connections, and tells of each how many requests came on it when it is closed.
struct Counting {
    address: String,
    opened: Arc<AtomicUsize>,
    closed: UnboundedReceiver<usize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Counting {
    /// The first connections are closed at once.
    async fn start(slammed: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, closed) = unbounded_channel();
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let closed = sender.clone();
                if count.fetch_add(1, Ordering::SeqCst) < slammed {
                    drop(stream);
                    closed.send(0).unwrap();
                    continue;
                }
                tokio::spawn(async move {
                    let mut requests = 0;
                    while !read_request(&mut stream).await.is_empty() {
                        requests += 1;
                        stream.write_all(ANSWER).await.unwrap();
                    }
                    closed.send(requests)
                });
            }
        });
        Self { address, opened, closed, task }
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// How many requests came on the next connection that is closed.
    async fn closed(&mut self) -> Option<usize> {
        tokio::time::timeout(Duration::from_secs(10), self.closed.recv()).await.ok().flatten()
    }

    fn cloud(&self) -> Cloud {
        cloud_at(&self.address)
    }

    fn url(&self) -> Url {
        Url::parse(&self.address).unwrap()
    }
}

#[tokio::test]
async fn a_connection_that_carried_a_secret_is_closed_with_its_answer_and_one_with_a_token_is_used_again() {
    let mut server = Counting::start(0).await;
    let (http, cloud) = (http(), server.cloud());
    let services = Services { http: &http, cloud: &cloud };
    for _ in 0..2 {
        let _no_token = services.redeem(&redemption()).await;
        assert_eq!(server.closed().await, Some(1), "the code's connection is closed while the program goes on");
    }
    for _ in 0..3 {
        drop(services.read(Reading::Customers, &Secret::new("t".to_owned())).await);
    }
    drop(http);
    assert_eq!(server.closed().await, Some(3));
}

/// In a shared vault journals are words, and everything else that is kept is a secret.
#[tokio::test]
async fn a_connection_to_a_shared_vault_is_closed_behind_a_secret_and_used_again_for_a_journal() {
    let mut server = Counting::start(0).await;
    let engine = Arc::new(
        Engine::new(EngineSettings {
            address: server.url(),
            namespace: None,
            ca: None,
            extra_ca: None,
            mount: "secret".to_owned(),
            path: "octo-csp".to_owned(),
            login: Login::Token(Secret::shared("t".to_owned()), "a test".to_owned()),
            who: "anna".to_owned(),
            doing: "doctor".to_owned(),
            momentary: false,
            log: None,
        })
        .unwrap(),
    );
    let vault = SharedVault(Some(Arc::clone(&engine)));
    let names = ["production/refresh-token/A/1/1".to_owned()];
    for _ in 0..2 {
        drop(vault.get(&names).await);
        assert_eq!(server.closed().await, Some(1), "read");
        drop(vault.put(&names[0], &Secret::shared("s".to_owned())).await);
        assert_eq!(server.closed().await, Some(1), "written");
    }
    let journals = JournalShared::new(Arc::clone(&engine));
    for _ in 0..3 {
        drop(journals.read("production").await);
    }
    drop((journals, vault, engine));
    assert_eq!(server.closed().await, Some(3));
}

#[tokio::test]
async fn a_connection_that_is_open_before_a_call_is_the_one_that_the_call_takes() {
    let mut server = Counting::start(0).await;
    let (http, cloud) = (http(), server.cloud());
    let services = Services { http: &http, cloud: &cloud };
    http.warm(&server.url(), true, 2).await;
    http.warm(&server.url(), true, 2).await;
    while server.opened() < 2 {
        tokio::task::yield_now().await;
    }
    for opened in [2, 2, 3] {
        let _no_token = services.redeem(&redemption()).await;
        assert_eq!(server.closed().await, Some(1), "each call still has a connection of its own");
        assert_eq!(server.opened(), opened);
    }

    // Calls that carry no secret share theirs, and take none of those.
    http.warm(&server.url(), false, 3).await;
    let token = Secret::new("t".to_owned());
    let read = || services.read(Reading::Customers, &token);
    drop(tokio::join!(read(), read(), read()));
    drop(read().await);
    assert_eq!(server.opened(), 6);
    drop(http);
    let mut requests = 0;
    for _ in 0..3 {
        requests += server.closed().await.unwrap();
    }
    assert_eq!(requests, 4, "nothing is sent on a connection before it is used");
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_meanwhile_is_not_used() {
    let mut server = Counting::start(1).await;
    let (http, cloud) = (http(), server.cloud());
    http.warm(&server.url(), true, 1).await;
    assert_eq!(server.closed().await, Some(0));
    let response = Services { http: &http, cloud: &cloud }.redeem(&redemption()).await;
    assert!(response.grant.unwrap_err().status.is_some(), "the server has answered");
    assert_eq!((server.closed().await, server.opened()), (Some(1), 2));
}
