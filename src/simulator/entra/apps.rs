//! The APIs of the directory, and which of them a `scope` or `resource` asks for.

use crate::simulator::scenario::Refusal;

/// App ID URI of Partner Center.
pub(in crate::rooms::simulator) const PARTNER_CENTER: &str = "https://api.partnercenter.microsoft.com";
/// App ID URI of the price service.
pub(in crate::rooms::simulator) const PARTNER_API: &str = "https://api.partner.microsoft.com";
/// App ID URI of Azure Key Vault.
pub(in crate::rooms::simulator) const KEY_VAULT: &str = "https://vault.azure.net";
/// App ID URI of Microsoft's retired directory API, Azure AD Graph.
pub(in crate::rooms::simulator) const DIRECTORY_API: &str = "https://graph.windows.net";

/// An API that has a service principal in the tenant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) uri: &'static str,
    id: &'static str,
    /// What the consent page calls it.
    pub(super) name: &'static str,
    /// Whether the application's registration lists a permission of it.
    pub(super) listed: bool,
    /// Whether a policy asks for MFA at sign-in.
    pub(super) mfa: bool,
    /// The permission that tokens carry.
    pub(super) permission: &'static str,
}

/// The API that a v1 code is for when nobody names one.
#[rustfmt::skip]
pub(super) static OLD_GRAPH: Resource = Resource { uri: DIRECTORY_API, id: "00000002-0000-0000-c000-000000000000", name: "Windows Azure Active Directory", listed: true, mfa: false, permission: "User.Read" };

/// The API behind scopes that name none.
#[rustfmt::skip]
pub(super) static GRAPH: Resource = Resource { uri: "https://graph.microsoft.com", id: "00000003-0000-0000-c000-000000000000", name: "Microsoft Graph", listed: true, mfa: false, permission: "User.Read PartnerBilling.Read.All" };

#[rustfmt::skip]
static RESOURCES: [&Resource; 6] = [
    &Resource { uri: PARTNER_CENTER, id: "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd", name: "Microsoft Partner Center", listed: true, mfa: true, permission: "user_impersonation" },
    &Resource { uri: PARTNER_API, id: "4990cffe-04e8-4e8b-808a-1175604b879f", name: "Microsoft Partner", listed: true, mfa: true, permission: "user_impersonation" },
    &OLD_GRAPH,
    &GRAPH,
    &Resource { uri: "https://management.azure.com", id: "797f4846-ba00-4fd7-ba43-dac1f8f63013", name: "Azure Resource Manager", listed: false, mfa: false, permission: "user_impersonation" },
    &Resource { uri: KEY_VAULT, id: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", name: "Azure Key Vault", listed: false, mfa: false, permission: "user_impersonation" },
];

/// Scopes that belong to sign-in and to no API.
const SIGN_IN: [&str; 4] = ["openid", "profile", "email", "offline_access"];

impl Resource {
    /// Finds an API by App ID URI or application id. A slash at the end makes another name.
    pub(super) fn named(name: &str) -> Result<&'static Self, Refusal> {
        RESOURCES
            .into_iter()
            .find(|resource| resource.uri.eq_ignore_ascii_case(name) || resource.id.eq_ignore_ascii_case(name))
            .ok_or_else(|| Refusal::of(500_011).fill("{resource}", name))
    }

    /// Every API the registration lists.
    pub(super) fn listed() -> impl Iterator<Item = &'static Self> {
        RESOURCES.into_iter().filter(|resource| resource.listed)
    }
}

/// Whether an audience in a token names the API with this App ID URI.
pub(in crate::rooms::simulator) fn is_named(uri: &str, audience: &str) -> bool {
    Resource::named(audience).is_ok_and(|resource| resource.uri == uri)
}

/// What a `scope` asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes {
    sign_in: Vec<&'static str>,
    /// API and permission, in the order they were asked for.
    api: Vec<(&'static Resource, String)>,
}

impl Scopes {
    /// Reads a `scope`; unknown APIs and permissions are refused.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut scopes = Self::default();
        for word in text.split_ascii_whitespace() {
            if let Some(own) = SIGN_IN.into_iter().find(|own| *own == word) {
                scopes.sign_in.push(own);
                continue;
            }
            let (resource, permission) = match word.rsplit_once('/') {
                Some((resource, permission)) => (Resource::named(resource)?, permission),
                None => (&GRAPH, word),
            };
            let known = permission == ".default"
                || permission == resource.permission
                || (*resource == GRAPH && permission.contains('.'));
            if !known {
                return Err(invalid(word));
            }
            scopes.api.push((resource, permission.to_owned()));
        }
        scopes.not_mixed(text)?;
        Ok(scopes)
    }

    /// Whether a sign-in scope is asked for.
    pub(super) fn has(&self, name: &str) -> bool {
        self.sign_in.contains(&name)
    }

    /// The APIs asked for, each once, in order.
    pub(super) fn resources(&self) -> Vec<&'static Resource> {
        self.api.iter().fold(Vec::new(), |mut all, (resource, _)| {
            if !all.contains(resource) {
                all.push(resource);
            }
            all
        })
    }

    /// The API of the first permission; Microsoft Graph where there is none.
    pub(super) fn first(&self) -> &'static Resource {
        self.api.first().map_or(&GRAPH, |(resource, _)| resource)
    }

    /// The one API that client credentials are for.
    pub(super) fn of_application(text: &str) -> Result<&'static Resource, Refusal> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        match words.as_slice() {
            [word] => match word.strip_suffix("/.default") {
                Some(resource) => Resource::named(resource),
                None => Err(Refusal::of(1_002_012).fill("{resource}", word)),
            },
            _ if words.iter().all(|word| word.ends_with("/.default")) => Err(invalid(text)),
            _ => Err(Refusal::of(1_002_012).fill("{resource}", text)),
        }
    }

    /// What the company has to agree to. `.default` means all that the registration lists.
    pub(super) fn to_consent(&self) -> Vec<&'static Resource> {
        let all = self.api.iter().any(|(resource, permission)| permission == ".default" && resource.listed);
        if all { Resource::listed().collect() } else { self.resources() }
    }

    /// The `scope` of an answer for one API.
    pub(super) fn granted(&self, resource: &Resource) -> String {
        let mut words = Vec::new();
        if *resource == GRAPH {
            words.extend(self.sign_in.iter().filter(|name| **name != "offline_access").map(ToString::to_string));
        }
        words.push(format!("{}/{}", resource.uri, resource.permission));
        let more = self
            .api
            .iter()
            .filter(|(own, permission)| *own == resource && permission != resource.permission)
            .map(|(_, permission)| format!("{}/{permission}", resource.uri));
        words.extend(more);
        words.join(" ")
    }

    fn not_mixed(&self, text: &str) -> Result<(), Refusal> {
        let mixed = self.resources().into_iter().any(|resource| {
            let of = |wanted: bool| {
                self.api.iter().any(|(own, permission)| *own == resource && (permission == ".default") == wanted)
            };
            of(true) && of(false)
        });
        if mixed { Err(invalid(text)) } else { Ok(()) }
    }
}

fn invalid(scope: &str) -> Refusal {
    let text =
        format!("The provided value for the input parameter 'scope' isn't valid. The scope {scope} isn't valid.");
    Refusal::new(70_011, "invalid_scope", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_names_one_api_by_its_default() {
        let resource = Scopes::of_application("https://api.partnercenter.microsoft.com/.default").unwrap();
        assert_eq!(resource.uri, PARTNER_CENTER);
        for bad in [
            "https://api.partnercenter.microsoft.com",
            "https://api.partnercenter.microsoft.com/user_impersonation",
            "https://api.partnercenter.microsoft.com//.default",
            "https://api.partnercenter.microsoft.com/.default https://api.partner.microsoft.com/.default",
            "openid",
        ] {
            assert!(Scopes::of_application(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn default_means_everything_that_is_listed() {
        let all = Scopes::parse("openid https://api.partnercenter.microsoft.com/.default").unwrap();
        assert!(all.to_consent().iter().any(|one| one.uri == PARTNER_API));
        let one = Scopes::parse("https://api.partnercenter.microsoft.com/user_impersonation").unwrap();
        assert_eq!(one.to_consent().len(), 1);
        assert!(Scopes::parse("https://api.partner.microsoft.com/other").is_err());
        assert!(
            Scopes::parse(
                "https://api.partner.microsoft.com/.default https://api.partner.microsoft.com/user_impersonation"
            )
            .is_err()
        );
    }
}
