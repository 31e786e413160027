//! A team with an Azure Key Vault: what is registered on one host is looked after on another, with the variables of Microsoft's own clients.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::desk::{PROGRAM, TestMachine, make};
use super::team::{Host, looked_after};
use crate::keyring::Session;

#[test]
fn what_is_registered_in_a_key_vault_is_looked_after_and_replaced_on_another_host_and_nothing_is_left_at_home() {
    let microsoft = TestMachine::with(Session::none(), &[]);
    let variables = |more: &[(&str, String)]| {
        let usual = [
            ("AZURE_KEY_VAULT_URL", microsoft.fact("key_vault")),
            ("AZURE_TENANT_ID", microsoft.fact("tenant_id")),
            ("AZURE_CLIENT_ID", microsoft.fact("client_id")),
        ];
        usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let store: &[&str] = &["azure-key-vault"];
    let a = Host::new(store, variables(&[("AZURE_CLIENT_SECRET", microsoft.fact("client_secret"))]), &microsoft);
    // The other one is a web app with an identity of its own.
    let identity = [
        ("IDENTITY_ENDPOINT", format!("{}/msi/token", microsoft.fact("key_vault"))),
        ("IDENTITY_HEADER", microsoft.fact("identity_header")),
    ];
    let b = Host::new(&["azure-key-vault", "--key-vault-login", "managed-identity"], variables(&identity), &microsoft);
    a.registers(&microsoft, &["--account-name", "Contoso CSP"]);
    looked_after(&a, &b, &microsoft, "Azure Key Vault");

    // Forgotten on one, it is gone for both, and its names can be used again.
    b.run(&["forget", "--yes"], 0);
    assert!(!a.run(&["status"], 0).contains("Fabrikam"));
    a.registers(&microsoft, &["--account-name", "Contoso Anew"]);
    assert!(b.run(&["status"], 0).contains("Contoso Anew"));
}

/// What a command that has to end with this code says on standard error.
fn said(host: &Host, words: &[&str], input: &str, code: i32) -> String {
    let mut child = host.command(words).stdin(Stdio::piped()).spawn().unwrap();
    let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {}{said}", String::from_utf8_lossy(&output.stdout));
    said
}

/// That it is told until when, or that it is not.
fn is_told(said: &str, deletes: bool) {
    let tells = said.contains("Azure Key Vault can bring back what was deleted until ");
    assert_eq!(tells, deletes, "{said}");
}

/// Whoever may not purge leaves what can be brought back: each command that deletes says until when, and no other one does.
#[test]
fn every_command_that_deletes_there_says_until_when_that_can_be_brought_back() {
    let home = tempfile::tempdir().unwrap();
    let role = home.path().join("role.json");
    let policy = ["store", "policy", "azure-key-vault", "--role", "support"];
    let policy = Command::new(PROGRAM).args(policy).env_clear().env("HOME", home.path()).output().unwrap();
    make(&role, &policy.stdout);
    let microsoft = TestMachine::with(Session::none(), &["--key-vault-role", role.to_str().unwrap()]);
    let facts: Value = serde_json::from_slice(&std::fs::read(microsoft.path("cloud.json")).unwrap()).unwrap();
    let member = |what: &str| facts["members"][0][what].as_str().unwrap().to_owned();
    let variables = [
        ("AZURE_KEY_VAULT_URL", microsoft.fact("key_vault")),
        ("AZURE_TENANT_ID", microsoft.fact("tenant_id")),
        ("AZURE_CLIENT_ID", member("client_id")),
        ("AZURE_CLIENT_SECRET", member("client_secret")),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let host = Host::new(&["azure-key-vault"], variables.into(), &microsoft);
    let file = host.home.path().join("passphrase");
    make(&file, b"correct horse battery staple\n");
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let secret = microsoft.fact("client_secret");
    let (app, domain) = (microsoft.fact("client_id"), microsoft.fact("domain"));
    let values = ["--secret-stdin", "--secret-ends", "2027-05-14", "--application-id", &app, "--directory", &domain];
    let values = [&["register", "--no-input"][..], &values].concat();
    let replacing = [&values[..], &["--replace", "Contoso Cloud Partners"]].concat();
    let to_file = ["store", "move", "--to", "file", "--passphrase-file", file.to_str().unwrap()];

    host.registers(&microsoft, &["--account-name", "Contoso CSP"]);
    let newer = ["token", "partner-center", "--min-valid", "86400"];
    // The newest two refresh tokens are kept, so an earlier one goes with the third.
    said(&host, &newer, "", 0);
    let again = ["register", "--no-input", "--step", "partner-center", "--secret-stdin", "--secret-ends", "2027-06-30"];
    let table: [(&[&str], &str, i32, bool); 10] = [
        (&["status"], "", 0, false),
        (&["list"], "", 0, false),
        (&["rename", "Contoso"], "", 0, false),
        (&newer, "", 0, true),
        (&["doctor"], "", 0, true),
        // What was replaced goes once every check of the new one has passed again.
        (&again, &secret, 0, false),
        (&["doctor"], "", 0, true),
        (&replacing, &secret, 4, false),
        (&["register", "--no-input", "--discard", "--json"], "", 0, true),
        (&to_file, "", 0, true),
    ];
    for (words, input, code, deletes) in table {
        is_told(&said(&host, words, input, code), deletes);
    }
    let back = ["store", "move", "--store", "file", "--to", "azure-key-vault", "--passphrase-file"];
    host.elsewhere(&[&back[..], &[file.to_str().unwrap()]].concat(), 0);
    is_told(&said(&host, &["forget", "--yes"], "", 0), true);
}
