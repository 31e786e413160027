//! A team with an Azure Key Vault: what is registered on one host is looked after on another, with the variables of Microsoft's own clients.

use super::desk::TestMachine;
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
