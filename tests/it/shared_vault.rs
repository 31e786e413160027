//! A team's registrations in a real `OpenBao`: what one store promises, held by its own server.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use octo_csp::journal::{Fact, ItemName, Kind, Line};
use octo_csp::words::{AccountName, Cause, Failure, Secret, VaultFault};
use octo_csp::world::journal::{JournalShared, JournalStore as _};
use octo_csp::world::store::{Credential, Engine, EngineSettings, Login, LoginMethod, SharedVault, Vault};
use rcgen::{KeyPair, SigningKey as _};
use serde_json::{Value, json};

use crate::openbao::{Cluster, again_until, block_on};
use crate::vault::{fault, item, secret};

fn line(sequence: u64, name: &str) -> Line {
    let fact = Fact::Named { name: AccountName::parse(name).ok() };
    Line { sequence, at: jiff::Timestamp::UNIX_EPOCH, fact }
}

fn vault(engine: Engine) -> Vault {
    Vault::new("production", Arc::new(SharedVault(Some(Arc::new(engine)))))
}

#[test]
fn a_secret_is_kept_read_back_by_another_host_and_destroyed_with_every_version() {
    let cluster = Cluster::shared();
    block_on(async {
        let vault_of = |who| vault(cluster.engine(0, "kept", who));
        let (a, b) = (vault_of("anna"), vault_of("ben"));
        a.open().await.unwrap();
        assert!(a.probe().await.unwrap().good);
        let long = Secret::shared("本".repeat(20_000));
        a.keep(&item(1), &long).await.unwrap();
        assert!(b.recall(&item(1)).await.unwrap().same_as(long.reveal()));
        b.read_back(&[item(1)]).await.unwrap();
        assert_eq!(b.listed().await.unwrap(), [item(1)]);

        // Written over, no older version is left; destroyed, nothing is.
        b.keep(&item(1), &secret(700)).await.unwrap();
        let path = "secret/metadata/kept/production/secrets/";
        let names = cluster.done(0, "LIST", path, Value::Null).await;
        let name = names["data"]["keys"][0].as_str().unwrap().to_owned();
        let metadata = cluster.done(0, "GET", &format!("{path}{name}"), Value::Null).await;
        let versions = metadata["data"]["versions"].as_object().unwrap();
        assert_eq!(versions.keys().collect::<Vec<_>>(), ["2"]);
        assert!(!metadata.to_string().contains(secret(700).reveal()));
        a.erase(&[item(1), item(2)]).await.unwrap();
        assert_eq!(cluster.call(0, "GET", &format!("{path}{name}"), Value::Null).await.0, 404);
        assert_eq!(fault(a.recall(&item(1)).await), VaultFault::Missing);
        assert!(a.listed().await.unwrap().is_empty());
    });
}

#[test]
fn two_hosts_write_two_hundred_rounds_with_one_winner_each_and_no_lost_line() {
    let cluster = Cluster::shared();
    block_on(async {
        let hosts = ["anna", "ben"].map(|who| JournalShared::new(Arc::new(cluster.engine(0, "rounds", who))));
        let mut told = 0;
        for round in 0..200 {
            for host in &hosts {
                host.read("production").await.unwrap();
            }
            let (one, other) = (line(round + 1, "Anna"), line(round + 1, "Ben"));
            let wrote =
                tokio::join!(hosts[0].append("production", round, &one), hosts[1].append("production", round, &other));
            let lost = match wrote {
                (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
                both => panic!("{both:?}"),
            };
            assert_eq!(lost.cause, Cause::JournalMoved);
            let by = lost.detail.unwrap();
            told += usize::from(by.as_str().contains(" by anna") || by.as_str().contains(" by ben"));
        }
        assert_eq!(told, 200, "who was faster is told each time");
        let contents = hosts[0].read("production").await.unwrap();
        assert!(!contents.damaged && contents.lines.len() == 200);
        assert!(contents.lines.iter().zip(1..).all(|(line, number)| line.sequence == number));
        assert_eq!(hosts[1].list().await.unwrap(), ["production"]);

        // Shorter at once for everybody, and numbers are never used twice.
        let snapshot = octo_csp::journal::Registration::fold(&contents.lines).snapshot(jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(hosts[0].replace("production", 200, &[snapshot]).await.unwrap(), 200);
        let late = hosts[1].append("production", 200, &line(201, "Late")).await.unwrap_err();
        assert_eq!(late.cause, Cause::JournalMoved);
        hosts[1].destroy("production").await.unwrap();
        assert!(hosts[0].list().await.unwrap().is_empty());
    });
}

#[test]
fn a_lease_names_its_holder_is_given_back_and_runs_out_by_the_clock_of_the_server() {
    let cluster = Cluster::shared();
    block_on(async {
        let host = |who| JournalShared::new(Arc::new(cluster.engine(0, "leases", who)));
        let (a, b) = (host("anna on laptop"), host("ben on server"));
        let lease = a.lock("production").await.unwrap();
        let taken = b.lock("production").await.err().unwrap();
        assert_eq!(taken.cause, Cause::InUse);
        let words = taken.detail.unwrap();
        assert!(
            words.as_str().contains("by anna on laptop (process ") && words.as_str().contains("(register)"),
            "{words}"
        );
        assert!(lease.is_held().await.unwrap());
        // Nothing else of the registration is there.
        assert!(b.list().await.unwrap().is_empty());
        // The step that is open is told too, as soon as it is.
        lease.at(octo_csp::words::Step::PartnerApi);
        let step = |body: &Value| body.to_string().contains("register, Partner API Credentials");
        cluster.ask_until(0, "secret/data/leases/production/lease", |_, body| step(body)).await;
        let words = b.lock("production").await.err().unwrap().detail.unwrap();
        assert!(words.as_str().contains("(register, Partner API Credentials)"), "{words}");
        drop(lease);
        let lease = b.lock("production").await.unwrap();

        // A host that was lost gives nothing back: another one may have it once the server's clock is past the end.
        let path = "secret/data/leases/production/lease";
        assert!(a.lock("production").await.is_err());
        let ended = async || {
            let kept = cluster.done(0, "GET", path, Value::Null).await;
            let mut holder: Value = serde_json::from_str(kept["data"]["data"]["value"].as_str().unwrap()).unwrap();
            holder["until"] = json!("2026-01-01T00:00:00Z");
            let version = &kept["data"]["metadata"]["version"];
            let body = json!({"options": {"cas": version}, "data": {"value": holder.to_string()}});
            cluster.call(0, "POST", path, body).await.0 == 200
        };
        // Again if the holder has renewed it in between.
        while !ended().await {}
        let taken_over = a.lock("production").await.unwrap();
        // The one that comes back late takes nothing away.
        drop(lease);
        assert_eq!(b.lock("production").await.err().unwrap().cause, Cause::InUse);
        drop(taken_over);
    });
}

#[test]
fn each_login_works_and_what_is_refused_says_what_and_where() {
    let cluster = Cluster::shared();
    block_on(async {
        // A mount that is not there, a token that is none, a login that is none.
        let login = |token: &str| Login::Token(Secret::shared(token.to_owned()), "the test".to_owned());
        let refused = async |engine: Engine| vault(engine).keep(&item(1), &secret(9)).await.unwrap_err();
        let failure = refused(cluster.engine_as(0, "logins", "anna", login("s.none"))).await;
        assert_eq!(fault::<()>(Err(failure)), VaultFault::LoggedOut);

        // A policy that only reads.
        let policy = json!({"policy": r#"path "secret/data/logins/*" { capabilities = ["read"] }"#});
        cluster.done(0, "PUT", "sys/policies/acl/reads", policy).await;
        let made = json!({"policies": ["reads"], "no_default_policy": true});
        let made = cluster.done(0, "POST", "auth/token/create", made).await;
        let token = made["auth"]["client_token"].as_str().unwrap();
        let failure = refused(cluster.engine_as(0, "logins", "anna", login(token))).await;
        let detail = failure.detail.as_ref().unwrap().as_str().to_owned();
        assert_eq!(fault::<()>(Err(failure)), VaultFault::Denied);
        assert!(detail.starts_with("create on secret/data/logins/production/secrets/"), "{detail}");

        // AppRole: its token is revoked, and the next call logs in again.
        cluster.done(0, "POST", "sys/auth/approle", json!({"type": "approle"})).await;
        let policy =
            json!({"policy": r#"path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }"#});
        cluster.done(0, "PUT", "sys/policies/acl/all", policy).await;
        let role = json!({"token_policies": ["all"], "token_ttl": "1h"});
        cluster.done(0, "POST", "auth/approle/role/octo", role).await;
        let id = cluster.done(0, "GET", "auth/approle/role/octo/role-id", Value::Null).await;
        let id = id["data"]["role_id"].as_str().unwrap().to_owned();
        let secret_id = cluster.done(0, "POST", "auth/approle/role/octo/secret-id", json!({})).await;
        let secret_id = secret_id["data"]["secret_id"].as_str().unwrap().to_owned();
        let role = |secret_id: &str| Login::Role {
            method: LoginMethod::AppRole,
            role: id.clone(),
            credential: Credential::Read(Secret::shared(secret_id.to_owned())),
        };
        let engine = Arc::new(cluster.engine_as(0, "logins", "anna", role(&secret_id)));
        let vault = Vault::new("production", Arc::new(SharedVault(Some(Arc::clone(&engine)))));
        vault.keep(&item(1), &secret(9)).await.unwrap();
        let accessor = accessor(cluster).await;
        cluster.done(0, "POST", "auth/token/revoke-accessor", json!({"accessor": accessor})).await;
        assert!(vault.recall(&item(1)).await.unwrap().same_as(secret(9).reveal()), "logged in again");
        let failure = refused(cluster.engine_as(0, "logins", "anna", role("none"))).await;
        assert_eq!(fault::<()>(Err(failure)), VaultFault::LoggedOut);
    });
}

/// A JWT of this key, for the audience of the test.
fn jwt(key: &KeyPair, subject: &str) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({"alg": "ES256", "typ": "JWT"}));
    let body = part(
        json!({"sub": subject, "aud": "octo-csp", "exp": 4_102_444_800_u64, "iat": 1_700_000_000, "nbf": 1_700_000_000}),
    );
    let signed = format!("{head}.{body}");
    let der = key.sign(signed.as_bytes()).unwrap();
    // Two numbers in DER; a JWT has them as 32 bytes each (RFC 7518, section 3.4).
    let number = |at: usize| {
        let bytes = &der[at + 2..at + 2 + usize::from(der[at + 1])];
        let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        ([vec![0; 32 - bytes.len()], bytes.to_vec()].concat(), at + 2 + usize::from(der[at + 1]))
    };
    let (r, next) = number(2);
    let (s, _) = number(next);
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode([r, s].concat()))
}

#[test]
fn a_jwt_logs_in_is_read_again_at_each_login_and_one_of_another_key_is_refused() {
    let cluster = Cluster::shared();
    block_on(async {
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        cluster.done(0, "POST", "sys/auth/jwt", json!({"type": "jwt"})).await;
        let keys = json!({"jwt_validation_pubkeys": [key.public_key_pem()]});
        cluster.done(0, "POST", "auth/jwt/config", keys).await;
        let policy = json!({"policy": r#"path "secret/*" { capabilities = ["create", "read", "update"] }"#});
        cluster.done(0, "PUT", "sys/policies/acl/jwt", policy).await;
        let role = json!({
            "role_type": "jwt", "bound_audiences": ["octo-csp"], "user_claim": "sub", "bound_subject": "collector",
            "token_policies": ["jwt"]
        });
        cluster.done(0, "POST", "auth/jwt/role/collector", role).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jwt");
        let login = || Login::Role {
            method: LoginMethod::Jwt,
            role: "collector".to_owned(),
            credential: Credential::File(file.clone()),
        };
        let keeps = async || {
            let engine = cluster.engine_as(0, "jwt", "anna", login());
            vault(engine).keep(&item(1), &secret(9)).await
        };
        // Whoever renews the file writes it anew: what is in it is read at each login.
        for (text, good) in [
            (jwt(&other, "collector"), false),
            (jwt(&key, "collector") + "\n", true),
            (jwt(&key, "somebody-else"), false),
            ("none".to_owned(), false),
        ] {
            std::fs::remove_file(&file).ok();
            std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), text.as_bytes()).unwrap();
            let kept = keeps().await;
            assert_eq!(kept.is_ok(), good, "{kept:?}");
            if let Err(failure) = kept {
                assert!(!format!("{failure:?}").contains(text.trim().get(..20).unwrap_or("no such")), "{failure:?}");
                assert_eq!(fault::<()>(Err(failure)), VaultFault::LoggedOut);
            }
        }
    });
}

/// A node of one's own: each request is answered with what this says of it, which has a head and a body.
async fn node(answers: impl Fn(&str) -> String + Send + 'static) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = Vec::new();
            let is_whole = |asked: &[u8]| {
                let text = String::from_utf8_lossy(asked).into_owned();
                text.split_once("\r\n\r\n").is_some_and(|(_, body)| text.starts_with("GET ") || body.ends_with('}'))
            };
            while !is_whole(&asked) {
                let mut bytes = [0; 4_096];
                let count = stream.read(&mut bytes).await.unwrap();
                assert!(count > 0, "a request that ends in the middle");
                asked.extend(&bytes[..count]);
            }
            let answer = answers(std::str::from_utf8(&asked).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}

/// An answer of such a node: its status and a line of its head, and its body.
fn answer(head: &str, body: &Value) -> String {
    let body = body.to_string();
    format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// What reaches that node.
fn reaches(address: &str, path: &str) -> EngineSettings {
    let login = Login::Token(Secret::shared("s.none".to_owned()), "the test".to_owned());
    let address = url::Url::parse(address).unwrap();
    EngineSettings { address, ca: None, ..Cluster::shared().settings(0, path, "anna", login) }
}

/// A standby goes on naming the leader that is gone until there is another one, which takes longer than anybody waits for a wrong address.
#[test]
fn a_standby_that_sends_to_a_leader_that_is_gone_is_asked_again() {
    block_on(async {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let address = node(move |request| {
            if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 8 {
                return answer("404 Not Found", &json!({"errors": []}));
            }
            let path = request.split(' ').nth(1).unwrap();
            answer(&format!("307 Temporary Redirect\r\nlocation: http://{gone}{path}"), &json!({}))
        });
        let engine = Engine::new(reaches(&address.await, "gone")).unwrap();
        assert_eq!(fault(vault(engine).recall(&item(1)).await), VaultFault::Missing);
    });
}

/// A standby answers from its own copy, which may be older than the end of somebody's work, or than all of it; where nothing can be
/// written, that is what is told.
#[test]
fn a_standby_that_has_not_heard_that_a_lease_was_given_back_is_not_believed() {
    let (later, over) = ("2100-01-01T00:00:00Z", "2025-12-31T00:00:00Z");
    for (stale, sealed) in [(later, false), (over, false), (later, true)] {
        block_on(async {
            let address = node(move |request| {
                let has_heard = request.to_ascii_lowercase().contains("\r\nx-vault-index: 7");
                if sealed && request.starts_with("POST ") {
                    return answer("503 Service Unavailable", &json!({"errors": ["Vault is sealed"]}));
                }
                if request.starts_with("POST /v1/secret/metadata/") {
                    return answer("200 OK\r\nx-vault-index: 7", &Value::Null);
                }
                if request.starts_with("POST /v1/secret/data/stale/production/lease") {
                    if !request.contains(r#""cas":4"#) && !request.contains(r#""cas":5"#) {
                        let words = json!({"errors": ["check-and-set parameter did not match the current version"]});
                        return answer("400 Bad Request\r\nx-vault-index: 7", &words);
                    }
                    return answer("200 OK", &json!({"data": {"version": 5}}));
                }
                let (until, version) = if has_heard { ("2026-01-01T00:00:00Z", 4) } else { (stale, 3) };
                let holder = json!({
                    "who": "ben", "doing": "register", "since": "2026-01-01T00:00:00Z", "until": until, "id": "1"
                });
                let kept = json!({"data": {"value": holder.to_string()}, "metadata": {"version": version}});
                answer("200 OK", &json!({"data": kept}))
            });
            let engine = Engine::new(reaches(&address.await, "stale")).unwrap();
            let lease = JournalShared::new(Arc::new(engine)).lock("production").await;
            let refused = lease.err().map(|failure| failure.cause);
            assert_eq!(refused, sealed.then_some(Cause::Vault(VaultFault::Sealed)), "{stale}");
        });
    }
}

#[test]
fn a_pod_logs_in_with_its_service_account_in_the_body_and_names_its_namespace() {
    let cluster = Cluster::shared();
    block_on(async {
        let (asks, asked) = std::sync::mpsc::channel();
        let address = node(move |request| {
            asks.send(request.to_owned()).unwrap();
            answer("403 Forbidden", &json!({"errors": ["permission denied"]}))
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), b"of-the-pod\n").unwrap();
        let login = Login::Role {
            method: LoginMethod::Kubernetes,
            role: "collector".to_owned(),
            credential: Credential::File(file),
        };
        let settings = EngineSettings {
            address: url::Url::parse(&address).unwrap(),
            ca: None,
            namespace: Some("team".to_owned()),
            ..cluster.settings(0, "pods", "anna", login)
        };
        let failure = vault(Engine::new(settings).unwrap()).keep(&item(1), &secret(9)).await.unwrap_err();
        assert_eq!(fault::<()>(Err(failure)), VaultFault::LoggedOut);
        let asked = asked.recv().unwrap();
        let (head, body) = asked.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /v1/auth/kubernetes/login HTTP/1.1\r\n"), "{head}");
        let head = head.to_ascii_lowercase();
        assert!(head.contains("x-vault-namespace: team") && head.contains("x-vault-request: true"), "{head}");
        assert!(!head.contains("of-the-pod") && !head.contains("authorization"), "{head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body, json!({"role": "collector", "jwt": "of-the-pod"}));
    });
}

#[test]
fn a_namespace_is_a_vault_of_its_own() {
    let cluster = Cluster::shared();
    block_on(async {
        cluster.done(0, "POST", "sys/namespaces/desk", json!({})).await;
        cluster.done(0, "POST", "desk/sys/mounts/secret", json!({"type": "kv", "options": {"version": "2"}})).await;
        cluster.ask_until(0, "desk/secret/data/nothing", |status, _| status == 404).await;
        let login = || Login::Token(Secret::shared(cluster.root.clone()), "the test".to_owned());
        let of = |namespace: Option<&str>| EngineSettings {
            namespace: namespace.map(str::to_owned),
            ..cluster.settings(0, "spaces", "anna", login())
        };
        let inside = Engine::new(of(Some("desk"))).unwrap();
        assert!(inside.trust().contains(", namespace desk, "), "{}", inside.trust());
        let inside = vault(inside);
        inside.keep(&item(1), &secret(9)).await.unwrap();
        assert!(inside.recall(&item(1)).await.unwrap().same_as(secret(9).reveal()));
        let outside = vault(Engine::new(of(None)).unwrap());
        assert_eq!(fault(outside.recall(&item(1)).await), VaultFault::Missing);
    });
}

#[test]
fn the_token_of_the_token_helper_is_found_and_one_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let cluster = Cluster::shared();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".vault-token");
    std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), cluster.root.as_bytes()).unwrap();
    let run = |mode: u32| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_octo-csp"));
        command.args(["token", "partner-center", "--store", "vault", "--vault-path", "helped"]);
        let variables = cluster.variables(0).into_iter().filter(|(name, _)| name != "VAULT_TOKEN");
        let output = command.env_clear().env("HOME", home.path()).envs(variables).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    // Nothing is registered: that is found out with the token.
    let (code, words) = run(0o600);
    assert!(code == Some(4) && words.contains("login by the token of ~/.vault-token"), "{code:?} {words}");
    let (code, words) = run(0o644);
    assert!(code == Some(2) && !words.contains(&cluster.root), "{code:?} {words}");
}

/// The accessor of the newest token that `AppRole` gave.
async fn accessor(cluster: &Cluster) -> Value {
    let all = cluster.done(0, "LIST", "auth/token/accessors", Value::Null).await;
    for accessor in all["data"]["keys"].as_array().unwrap() {
        let asked = json!({"accessor": accessor});
        let (status, told) = cluster.call(0, "POST", "auth/token/lookup-accessor", asked).await;
        if status == 200 && told["data"]["path"] == "auth/approle/login" {
            return accessor.clone();
        }
    }
    panic!("no token of AppRole")
}

/// What a role may do, by its own policy: everything that it is for, and nothing beside it.
#[test]
fn each_role_of_the_team_can_do_its_work_and_is_refused_everything_else() {
    let cluster = Cluster::shared();
    block_on(async {
        let root = Arc::new(cluster.engine(0, "roles", "root"));
        let journals = JournalShared::new(Arc::clone(&root));
        journals.append("production", 0, &line(1, "Contoso")).await.unwrap();
        for (role, begins, leases) in [("collector", false, false), ("support", false, true), ("operator", true, true)]
        {
            let printed = std::process::Command::new(env!("CARGO_BIN_EXE_octo-csp"))
                .args(["store", "policy", "--role", role, "--vault-path", "roles"])
                .env_clear()
                .env("HOME", std::env::temp_dir())
                .output()
                .unwrap();
            let policy = String::from_utf8(printed.stdout).unwrap();
            assert!(printed.status.success() && policy.contains("secret/data/roles/production"), "{policy}");
            cluster.done(0, "PUT", &format!("sys/policies/acl/{role}"), json!({"policy": policy})).await;
            let made = json!({"policies": [role], "no_default_policy": true});
            let made = cluster.done(0, "POST", "auth/token/create", made).await;
            let token = made["auth"]["client_token"].as_str().unwrap().to_owned();
            let engine = |path: &str| {
                let mut login =
                    cluster.settings(0, path, role, Login::Token(Secret::shared(token.clone()), "x".to_owned()));
                role.clone_into(&mut login.who);
                Arc::new(Engine::new(EngineSettings { momentary: role == "collector", ..login }).unwrap())
            };
            let journals = JournalShared::new(engine("roles"));
            let vault = Vault::new("production", Arc::new(SharedVault(Some(engine("roles")))));

            // A token is got: the lease of that, lines, a rotated refresh token, an access token that is written over.
            vault.open().await.unwrap();
            drop(journals.lock("production").await.unwrap());
            let last = journals.read("production").await.unwrap().lines.len() as u64;
            journals.append("production", last, &line(last + 1, role)).await.unwrap();
            vault.keep(&item(1), &secret(50)).await.unwrap();
            vault.erase(&[item(1)]).await.unwrap();
            let token = ItemName { kind: Kind::PartnerCenterToken, ..item(1) };
            vault.keep(&token, &secret(60)).await.unwrap();
            vault.keep(&token, &secret(61)).await.unwrap();
            vault.remember("1 2026-01-01T00:00:00Z".to_owned()).await.unwrap();
            vault.remember("2 2026-01-01T00:00:00Z".to_owned()).await.unwrap();

            // A probe and the list are for people.
            assert_eq!(vault.probe().await.is_ok(), leases, "{role}");
            assert_eq!(journals.list().await.is_ok(), leases, "{role}");
            // Nothing is begun or destroyed but by an operator.
            let denied = |result: Result<(), Box<Failure>>| begins || fault(result) == VaultFault::Denied;
            assert!(denied(vault.clear().await), "{role}");
            vault.keep(&ItemName { kind: Kind::Manifest, ..item(1) }, &secret(10)).await.unwrap();
            assert!(denied(vault.erase(&[ItemName { kind: Kind::Manifest, ..item(1) }]).await), "{role}");
            if !begins {
                assert!(denied(journals.destroy("production").await), "{role}");
            }
            // And nobody touches another registration, or another path.
            for (path, registration) in [("roles", "sandbox"), ("others", "production")] {
                let others = JournalShared::new(engine(path));
                assert_eq!(fault(others.read(registration).await), VaultFault::Denied, "{role}");
                assert_eq!(fault(others.append(registration, 0, &line(1, "x")).await), VaultFault::Denied, "{role}");
                let vault = Vault::new(registration, Arc::new(SharedVault(Some(engine(path)))));
                assert_eq!(fault(vault.keep(&item(1), &secret(5)).await), VaultFault::Denied, "{role}");
            }
        }
    });
}

/// Three nodes. The one that is asked is a standby; the leader loses its power in the middle, and everything that was acknowledged is
/// there, once.
#[test]
fn the_leader_is_lost_in_the_middle_of_a_save_and_nothing_else_is() {
    block_on(async {
        let mut cluster = Cluster::start(3).await;
        let engine = Arc::new(cluster.engine(1, "lost", "anna"));
        let journals = JournalShared::new(Arc::clone(&engine));
        let vault = Vault::new("production", Arc::new(SharedVault(Some(Arc::clone(&engine)))));
        let lease = journals.lock("production").await.unwrap();
        for round in 1..=12_u32 {
            if round == 5 {
                drop(cluster.taken(0));
            }
            // As a save does: a line, a secret, a line, each read back at once through a standby.
            let at = u64::from(round) * 2 - 2;
            journals.append("production", at, &line(at + 1, "keeping")).await.unwrap();
            vault.keep(&item(round), &secret(800)).await.unwrap();
            vault.read_back(&[item(round)]).await.unwrap();
            journals.append("production", at + 1, &line(at + 2, "kept")).await.unwrap();
        }
        assert!(lease.is_held().await.unwrap());
        drop(lease);
        // Another host, by the third node, finds all of it.
        let other = Arc::new(cluster.engine(2, "lost", "ben"));
        let journals = JournalShared::new(Arc::clone(&other));
        // A lease is a write: from there on the node is as far as the leader.
        let _lease = again_until("it is never given back", async || journals.lock("production").await).await;
        let contents = journals.read("production").await.unwrap();
        assert!(!contents.damaged && contents.lines.iter().map(|line| line.sequence).eq(1..=24));
        let vault = Vault::new("production", Arc::new(SharedVault(Some(other))));
        assert_eq!(vault.listed().await.unwrap().len(), 12);
    });
}
