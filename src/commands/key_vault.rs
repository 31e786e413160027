//! The Azure Key Vault: where it is, and how it is signed in to, by the variables that Microsoft's own clients read.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use url::Url;

use crate::cli::{KeyVaultLogin, RoleName, StoreArguments};
use crate::cloud::is_loopback;
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::commands::vault;
use crate::exit::Exit;
use crate::host::{Azure, Host};
use crate::words::store::AZURE_KEY_VAULT;
use crate::words::{ClientId, Directory, SharedSecret};
use crate::world::call_log::CallLog;
use crate::world::store::{AzureLogin, KeyVault, KeyVaultSettings, ManagedIdentity};

/// How long a lease is claimed. One on this machine is a rehearsal, whose calls take a moment.
const CLAIM: (Duration, Duration) = (Duration::from_secs(2), Duration::from_millis(100));

/// How long an outage is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The metadata service of a virtual machine.
const METADATA: &str = "http://169.254.169.254";

/// The names of `az`.
const AZ: &[&str] = if cfg!(windows) { &["az.cmd", "az.exe"] } else { &["az"] };

/// The Key Vault, if that is the store that was asked for.
pub(super) fn key_vault(
    host: &Host,
    (store, extra_ca): (&StoreArguments, Option<&[u8]>),
    (doing, momentary): (&str, bool),
    log: Option<Arc<CallLog>>,
) -> Result<Option<Arc<KeyVault>>, CommandError> {
    if *store.store != AZURE_KEY_VAULT {
        return Ok(None);
    }
    let azure = &host.environment.azure;
    let address = store.key_vault.url.as_deref().or(azure.key_vault.as_deref()).ok_or_else(|| {
        CommandError::usage(
            "--store azure-key-vault needs its address: --key-vault-url (or AZURE_KEY_VAULT_URL), such as https://contoso.vault.azure.net",
        )
    })?;
    let address = Url::parse(address).ok().filter(KeyVaultSettings::known).ok_or_else(|| {
        CommandError::usage(
            "--key-vault-url (or AZURE_KEY_VAULT_URL) is no address of a Key Vault, such as https://contoso.vault.azure.net",
        )
    })?;
    let (far, near) = CLAIM;
    let settings = KeyVaultSettings {
        claim: if is_loopback(&address) { near } else { far },
        patience: PATIENCE,
        address,
        extra_ca: extra_ca.map(<[u8]>::to_vec),
        login: login(azure, store.key_vault.login)?,
        who: vault::who(host),
        doing: doing.to_owned(),
        momentary,
        log,
    };
    Ok(Some(Arc::new(KeyVault::new(settings)?)))
}

/// How it is signed in to: as was said, or with what there is, in the order of Microsoft's own clients.
fn login(azure: &Azure, asked: Option<KeyVaultLogin>) -> Result<AzureLogin, CommandError> {
    let named = azure.tenant.is_some() && azure.client.is_some();
    let found = if named && azure.secret.is_some() {
        KeyVaultLogin::Application
    } else if named && azure.token_file.is_some() {
        KeyVaultLogin::WorkloadIdentity
    } else if azure.identity_endpoint.is_some() {
        KeyVaultLogin::ManagedIdentity
    } else {
        KeyVaultLogin::Az
    };
    let method = asked.unwrap_or(found);
    let needs = |what: &str| CommandError::usage(format!("--key-vault-login needs {what}"));
    let application = || {
        let tenant = azure.tenant.as_deref().and_then(|tenant| Directory::parse(tenant).ok());
        let client = azure.client.as_deref().and_then(|client| ClientId::parse(client).ok());
        let tenant = tenant.ok_or_else(|| needs("AZURE_TENANT_ID: the directory's ID or domain"))?;
        let client = client.ok_or_else(|| needs("AZURE_CLIENT_ID: the application's ID"))?;
        Ok::<_, CommandError>((tenant.value.to_string(), client.value.to_string()))
    };
    Ok(match method {
        KeyVaultLogin::Application => {
            let (tenant, client) = application()?;
            let secret = azure.secret.as_ref().map(SharedSecret::clone).ok_or_else(|| needs("AZURE_CLIENT_SECRET"))?;
            AzureLogin::Application { tenant, client, secret }
        }
        KeyVaultLogin::WorkloadIdentity => {
            let (tenant, client) = application()?;
            let file = azure.token_file.clone().ok_or_else(|| needs("AZURE_FEDERATED_TOKEN_FILE"))?;
            AzureLogin::Workload { tenant, client, file }
        }
        KeyVaultLogin::ManagedIdentity => AzureLogin::Managed(identity(azure)?, azure.client.clone()),
        KeyVaultLogin::Az => AzureLogin::Cli(az(azure)?),
    })
}

/// Where the identity of the machine is asked for: on the machine itself, or on the host that it runs on.
fn identity(azure: &Azure) -> Result<ManagedIdentity, CommandError> {
    let near = |text: &str, name: &str| {
        let url = Url::parse(text).ok().filter(|url| {
            let link_local = matches!(url.host(), Some(url::Host::Ipv4(address)) if address.is_link_local());
            url.scheme() == "http" && (link_local || is_loopback(url))
        });
        url.ok_or_else(|| CommandError::usage(format!("{name} is no address on this machine")))
    };
    if let Some(endpoint) = &azure.identity_endpoint {
        let header = azure.identity_header.as_ref().map(SharedSecret::clone);
        let header = header.ok_or_else(|| CommandError::usage("IDENTITY_ENDPOINT needs IDENTITY_HEADER"))?;
        return Ok(ManagedIdentity::Service(near(endpoint, "IDENTITY_ENDPOINT")?, header));
    }
    let host = azure.identity_host.as_deref().unwrap_or(METADATA);
    Ok(ManagedIdentity::Machine(near(host, "AZURE_POD_IDENTITY_AUTHORITY_HOST")?))
}

/// The program, by an absolute path: none of the working folder is started.
fn az(azure: &Azure) -> Result<PathBuf, CommandError> {
    let folders = std::env::split_paths(&azure.search).filter(|folder| folder.is_absolute());
    let mut all = folders.flat_map(|folder| AZ.iter().map(move |name| folder.join(name)));
    all.find(|file| file.is_file()).ok_or_else(|| {
        CommandError::usage(
            "--store azure-key-vault needs a sign-in: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_FEDERATED_TOKEN_FILE), --key-vault-login managed-identity, or az login",
        )
    })
}

/// The definition of a role, which says what it may and nothing else. Key Vault knows no rights by name: who may read one secret of a
/// vault may read all of them, and only an operator may make a deletion final.
pub(super) fn policy(context: &mut CommandContext<'_>, role: RoleName) -> Exit {
    let (name, does) = match role {
        RoleName::Operator => ("operator", "registers, replaces and forgets"),
        RoleName::Support => ("support", "looks, checks and runs a step again"),
        RoleName::Collector => ("collector", "gets access tokens"),
    };
    let mut actions = vec!["getSecret/action", "setSecret/action", "readMetadata/action", "delete"];
    if role == RoleName::Operator {
        actions.push("purge/action");
    }
    let actions: Vec<String> = actions.iter().map(|it| format!("Microsoft.KeyVault/vaults/secrets/{it}")).collect();
    let name = format!("octo-csp {name}");
    let definition = json!({
        "Name": name, "Description": format!("Of octo-csp: {does}. As its simulator takes it; not tried on Azure."),
        "Actions": [], "NotActions": [], "DataActions": actions, "NotDataActions": [],
        "AssignableScopes": ["/subscriptions/SUBSCRIPTION"],
    });
    context.note(&format!(
        "Not tried on Azure. It is for a whole vault, so a vault for each team:\n  az role definition create --role-definition FILE\n  \
         az role assignment create --role \"{name}\" --assignee WHO --scope VAULT-ID"
    ));
    context.print(&format!("{definition:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Secret;

    #[test]
    fn what_there_is_is_signed_in_with_in_the_order_of_microsofts_clients() {
        let way = |azure: &Azure| login(azure, None).map(|login| login.to_string());
        let empty = Azure::default();
        assert!(format!("{:?}", way(&empty).unwrap_err()).contains("az login"));
        let id = "6f1d2c9a-3e84-4b57-a0d9-1c8e7b5f2a46";
        let service = Azure {
            identity_endpoint: Some("http://169.254.130.4:8081/msi/token".to_owned()),
            identity_header: Some(Secret::shared("proof".to_owned())),
            ..Azure::default()
        };
        assert_eq!(way(&service).unwrap(), "with the machine's identity");
        let pod = Azure {
            tenant: Some("contoso.onmicrosoft.com".to_owned()),
            client: Some(id.to_owned()),
            token_file: Some(PathBuf::from("/token")),
            ..service
        };
        assert_eq!(way(&pod).unwrap(), format!("as the application {id} (pod)"));
        let application = Azure { secret: Some(Secret::shared("s".to_owned())), ..pod };
        assert_eq!(way(&application).unwrap(), format!("as the application {id}"));
        let strange = Azure { identity_endpoint: Some("http://identity.example/".to_owned()), ..application };
        assert!(login(&strange, Some(KeyVaultLogin::ManagedIdentity)).is_err(), "a secret goes to no other machine");
    }
}
