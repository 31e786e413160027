//! A cloud: every address and audience this program talks to, as data.
//!
//! Microsoft's three clouds are built in as JSON files, and any other is such a file too (`--cloud-file`). Nothing else moves an
//! address: no environment variable, no reply, no journal line. Everything is https, or http on loopback for a rehearsal.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use crate::words::{Audience, Reach, UntrustedText};

/// The addresses and audiences of one cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cloud {
    /// What the cloud is called: `global`, `china`, `us-gov`, or the name a file gives itself.
    #[serde(default = "custom")]
    pub name: UntrustedText,
    /// Login host of Microsoft Entra ID; token and authorize paths are appended.
    pub login: Url,
    /// Partner Center REST API; `/v1/...` is appended.
    pub partner_center: Url,
    /// App ID URI asked for in `scope` for Partner Center, without a trailing slash.
    pub partner_center_audience: String,
    /// Price service ("Partner API", "Dev Center"); `/v1.0/...` is appended.
    /// `None` where no public source names one (21Vianet).
    pub partner_api: Option<Url>,
    /// App ID URI asked for in `scope` for the price service, without a trailing slash.
    pub partner_api_audience: String,
    /// Octo's API; `/v1/...` is appended.
    pub octo: Option<Url>,
    /// Token address of Octo's issuer.
    pub octo_token: Option<Url>,
    /// The Azure portal, for links shown to a person.
    #[serde(default = "azure_portal")]
    pub portal: Url,
    /// Under which name its registrations are kept, if an earlier version gave it.
    #[serde(skip)]
    pub kept_as: Option<String>,
}

/// One Octo: where it gives tokens, and where accounts are registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OctoAddresses {
    /// Token address of the issuer.
    pub token: Url,
    /// The API; `/v1/...` is appended.
    pub api: Url,
}

impl OctoAddresses {
    /// Host of the API, with its port where it has one: to show and to note.
    pub fn host(&self) -> String {
        authority(&self.api)
    }
}

/// Octo's beta: the token address is the one of bluectl's documentation, the API's is the beta base of the Cover API.
const BETA: (&str, &str) =
    ("https://loginnext.alphaus.cloud/ripple/access_token", "https://apinext.alphaus.cloud/m/blue/cover");

// Each is read once, and only if it is asked for.
static GLOBAL: LazyLock<Cloud> = LazyLock::new(|| Cloud::known(include_str!("clouds/global.json")));
static CHINA: LazyLock<Cloud> = LazyLock::new(|| Cloud::known(include_str!("clouds/china.json")));
static US_GOV: LazyLock<Cloud> = LazyLock::new(|| Cloud::known(include_str!("clouds/us-gov.json")));

impl Cloud {
    /// Azure's global cloud, the one almost every partner is in.
    pub fn global() -> Self {
        GLOBAL.clone()
    }

    /// China, operated by 21Vianet. No public source names a price service there.
    pub fn china() -> Self {
        CHINA.clone()
    }

    /// US Government.
    pub fn us_gov() -> Self {
        US_GOV.clone()
    }

    #[expect(clippy::expect_used, reason = "constants that a test reads")]
    fn known(file: &str) -> Self {
        Self::from_json(file).expect("a cloud file of our own")
    }

    /// Reads a cloud file: a JSON object with the fields of this type. Unknown fields are ignored, so the line printed by
    /// `octo-csp simulate` can be saved and used as it is. Every address must be https, or http on loopback, and plain; a failure is
    /// told as it is shown.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let cloud: Self = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| format!("the cloud file is not readable: {}", UntrustedText::new(&error.to_string())))?;
        cloud.checked()
    }

    /// Hosts that are neither Microsoft's nor Octo's, each once, for the banner.
    pub fn unknown_hosts(&self) -> Vec<String> {
        let mut hosts: BTreeSet<String> = self.hosts().collect();
        for known in Self::built_in().iter().flat_map(Self::hosts) {
            hosts.remove(&known);
        }
        hosts.into_iter().collect()
    }

    /// The host of each address, and of Octo's beta where it goes with them.
    fn hosts(&self) -> impl Iterator<Item = String> {
        let beta = self.octo_beta().into_iter().flat_map(|beta| [beta.token, beta.api]);
        let all = self.addresses().into_iter().map(|(_, url)| url.clone()).chain(beta);
        all.map(|url| authority(&url))
    }

    /// Whether this is one of the clouds built in, address by address.
    pub fn is_built_in(&self) -> bool {
        [&GLOBAL, &CHINA, &US_GOV].into_iter().any(|known| **known == *self)
    }

    /// The clouds that are built in, the global one first.
    pub fn built_in() -> [Self; 3] {
        [Self::global(), Self::china(), Self::us_gov()]
    }

    /// The name under which registrations of this cloud are kept, so that trying out another cloud or server can never touch
    /// the real one: none for the global cloud, the cloud's name for the other two, else the login address, in which nothing is
    /// left out. It has a dot or an underscore, which no name of an earlier version and none of a built-in cloud has.
    pub fn keeping_name(&self) -> Option<String> {
        if self.kept_as.is_some() || *self == *GLOBAL {
            return self.kept_as.clone();
        }
        if self.is_built_in() {
            return Some(self.name.to_string());
        }
        let port = self.login.port().or_else(|| (self.login.scheme() == "http").then_some(80));
        let port = port.map(|port| format!("_p{port}")).unwrap_or_default();
        let plain = |text: &str| -> String { text.chars().map(plain).collect() };
        let host = plain(self.login.host_str().unwrap_or_default());
        let name = format!("{host}{port}{}", plain(self.login.path().trim_end_matches('/')));
        Some(match name.get(..LONG) {
            // As long as the name of a file may be, and some.
            Some(beginning) => format!("{beginning}_h{:.32}", hex::encode(Sha256::digest(&name))),
            None if name.contains(['.', '_']) => name,
            None => name + "_",
        })
    }

    /// The name that earlier versions gave, which two clouds may have had in common; `None` for those that are built in.
    pub fn earlier_name(&self) -> Option<String> {
        if self.is_built_in() {
            return None;
        }
        let name = authority(&self.login);
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = name.chars().map(plain).collect();
        Self::built_in().iter().all(|known| known.name != name.as_str()).then_some(name)
    }

    /// The App ID URI of an API.
    pub fn audience(&self, audience: Audience) -> &str {
        match audience {
            Audience::PartnerCenter => &self.partner_center_audience,
            Audience::PartnerApi => &self.partner_api_audience,
        }
    }

    /// What of it step 3 goes to; `graph` is whether billing in Microsoft Graph is looked at.
    pub fn reach(&self, graph: bool) -> Reach {
        Reach { prices: self.partner_api.is_some(), graph, side_by_side: self.is_built_in() }
    }

    /// `{login}/{tenant}/oauth2/v2.0/authorize` (entra-docs, v2-oauth2-auth-code-flow).
    pub fn authorize_endpoint(&self, tenant: &str) -> Url {
        appended(&self.login, &[tenant, "oauth2", "v2.0", "authorize"])
    }

    /// `{login}/{tenant}/oauth2/v2.0/token` (entra-docs, v2-oauth2-auth-code-flow).
    pub fn token_endpoint(&self, tenant: &str) -> Url {
        appended(&self.login, &[tenant, "oauth2", "v2.0", "token"])
    }

    /// `{login}/{tenant}/v2.0/.well-known/openid-configuration` (entra-docs, v2-protocols-oidc).
    pub fn metadata_endpoint(&self, tenant: &str) -> Url {
        appended(&self.login, &[tenant, "v2.0", ".well-known", "openid-configuration"])
    }

    /// App ID URI of Microsoft Graph where it has billing: the global cloud (graph, partners-billing-api-overview), and a rehearsal.
    pub fn graph_audience(&self) -> Option<&'static str> {
        let has_billing = is_loopback(&self.login) || self.login == GLOBAL.login;
        has_billing.then_some("https://graph.microsoft.com")
    }

    /// The Octo of this cloud; `None` where a cloud file names none.
    pub fn octo(&self) -> Option<OctoAddresses> {
        Some(OctoAddresses { token: self.octo_token.clone()?, api: self.octo.clone()? })
    }

    /// Octo's beta. It goes with Octo's own addresses only: a token of one server is nothing to another.
    pub fn octo_beta(&self) -> Option<OctoAddresses> {
        let (token, api) = BETA;
        let own = self.octo() == GLOBAL.octo();
        Some(OctoAddresses { token: Url::parse(token).ok().filter(|_| own)?, api: Url::parse(api).ok()? })
    }

    fn addresses(&self) -> Vec<(&'static str, &Url)> {
        let mut all = vec![("login", &self.login), ("partner_center", &self.partner_center)];
        all.extend(self.partner_api.as_ref().map(|url| ("partner_api", url)));
        all.extend(self.octo.as_ref().map(|url| ("octo", url)));
        all.extend(self.octo_token.as_ref().map(|url| ("octo_token", url)));
        all
    }

    fn checked(self) -> Result<Self, String> {
        for (field, url) in self.addresses().into_iter().chain([("portal", &self.portal)]) {
            if !(url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))) {
                return Err(format!("`{field}` must be https, or http on loopback (127.0.0.1, [::1] or localhost)"));
            }
            let plain = url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none();
            if !plain {
                return Err(format!("`{field}` must be a plain address without user name, query or fragment"));
            }
        }
        if self.partner_center_audience.trim().is_empty() {
            return Err("`partner_center_audience` is empty".to_owned());
        }
        if self.partner_api.is_some() && self.partner_api_audience.trim().is_empty() {
            return Err("`partner_api_audience` is empty".to_owned());
        }
        Ok(self)
    }
}

/// Whether the address names this machine: `127.0.0.0/8`, `[::1]` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// Appends path segments, whether or not the base ends in a slash.
pub fn appended(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// A character of an address in the name of a folder.
fn plain(c: char) -> String {
    if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c.into() } else { format!("_{:02x}", u32::from(c)) }
}

/// Characters of an address from which on a name is cut off, and ends in its check sum.
const LONG: usize = 64;

/// Host, and port where the address names one; empty without a host.
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn custom() -> UntrustedText {
    UntrustedText::new("custom")
}

#[expect(clippy::expect_used, reason = "a constant that a test parses")]
fn azure_portal() -> Url {
    Url::parse("https://portal.azure.com").expect("a constant address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(login: &str) -> String {
        format!(
            r#"{{"name":"mine","login":"{login}","partner_center":"https://pc.example","partner_center_audience":"https://pc.example",
            "partner_api":"https://api.example","partner_api_audience":"https://api.example","unknown":1}}"#
        )
    }

    #[test]
    fn the_built_in_clouds_are_whole() {
        for (cloud, login) in [
            (Cloud::global(), "https://login.microsoftonline.com/"),
            (Cloud::china(), "https://login.partner.microsoftonline.cn/"),
            (Cloud::us_gov(), "https://login.microsoftonline.us/"),
        ] {
            assert_eq!(cloud.login.as_str(), login);
            assert!(cloud.is_built_in());
            assert!(cloud.unknown_hosts().is_empty());
            cloud.checked().unwrap();
        }
    }

    #[test]
    fn every_cloud_is_kept_apart() {
        assert_eq!(Cloud::global().keeping_name(), None);
        assert_eq!(Cloud::china().keeping_name().as_deref(), Some("china"));
        assert_eq!(Cloud::us_gov().keeping_name().as_deref(), Some("us-gov"));
    }

    #[test]
    fn paths_are_microsofts() {
        let cloud = Cloud::global();
        assert_eq!(
            cloud.token_endpoint("contoso.com").as_str(),
            "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
        );
        assert_eq!(
            cloud.metadata_endpoint("contoso.com").as_str(),
            "https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration"
        );
    }

    #[test]
    fn a_file_may_use_http_on_loopback_only() {
        for good in ["https://login.example", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost:9/base"] {
            Cloud::from_json(&file(good)).unwrap();
        }
        for bad in ["http://login.example", "ftp://127.0.0.1", "http://localhost.example", "http://2130706433.example"]
        {
            assert!(Cloud::from_json(&file(bad)).unwrap_err().contains("`login` must be https"), "{bad}");
        }
        for bad in ["https://user@login.example", "https://login.example?x=1", "https://login.example#x"] {
            assert!(Cloud::from_json(&file(bad)).unwrap_err().contains("must be a plain address"), "{bad}");
        }
        assert!(Cloud::from_json("{").unwrap_err().contains("not readable"));
    }

    #[test]
    fn another_server_has_a_place_of_its_own_and_a_banner() {
        let cloud = Cloud::from_json(&file("http://127.0.0.1:8080")).unwrap();
        assert_eq!(cloud.keeping_name().as_deref(), Some("127.0.0.1_p8080"));
        assert_eq!(cloud.earlier_name().as_deref(), Some("127-0-0-1-8080"));
        assert!(cloud.unknown_hosts().contains(&"127.0.0.1:8080".to_owned()));
    }

    #[test]
    fn two_clouds_never_have_a_name_in_common() {
        let long = |end: char| format!("https://{}.example{end}", vec!["a".repeat(60); 3].join("."));
        let logins = [
            "https://china",
            "https://us-gov",
            "https://a.b",
            "https://a-b",
            "https://a_b",
            "https://a--b",
            "https://a.b:8",
            "https://a.b/8",
            "https://a-b:8",
            "http://a-b.localhost",
            "http://localhost",
            "https://localhost",
            "http://localhost:9",
            "http://localhost:9/base",
            "http://[::1]:9",
            "http://127.0.0.1:9",
            "https://a.b_p8",
            &long('s'),
            &long('t'),
        ];
        let built_in = Cloud::built_in().into_iter().filter_map(|cloud| cloud.keeping_name());
        let mut names: Vec<String> = built_in.collect();
        for login in logins {
            let Ok(cloud) = Cloud::from_json(&file(login)) else {
                assert!(login.starts_with("http://a-b"), "{login}");
                continue;
            };
            let name = cloud.keeping_name().unwrap();
            let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            assert!(name.len() <= 110 && name.chars().all(good), "{name}");
            names.push(name);
        }
        let all = names.len();
        // Nor with what an earlier version called one of them.
        names.extend(logins.iter().filter_map(|login| Cloud::from_json(&file(login)).ok()?.earlier_name()).take(1));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all + 1, "{names:?}");
        assert_eq!(Cloud::from_json(&file("https://china")).unwrap().earlier_name(), None);
    }

    #[test]
    fn a_beta_goes_with_octos_own_addresses_only() {
        for cloud in [Cloud::global(), Cloud::china()] {
            let beta = cloud.octo_beta().unwrap();
            assert_eq!(beta.host(), "apinext.alphaus.cloud");
            assert_ne!(cloud.octo().unwrap(), beta);
        }
        let other = Cloud::from_json(&file("https://login.example")).unwrap();
        assert_eq!((other.octo(), other.octo_beta()), (None, None));
        let simulated = Cloud { octo: Some(Url::parse("http://127.0.0.1:1/m/blue/cover").unwrap()), ..Cloud::global() };
        assert_eq!(simulated.octo().unwrap().host(), "127.0.0.1:1");
        assert_eq!(simulated.octo_beta(), None);
    }

    #[test]
    fn a_cloud_survives_its_own_json() {
        let cloud = Cloud::global();
        assert_eq!(Cloud::from_json(&serde_json::to_string(&cloud).unwrap()).unwrap(), cloud);
    }
}
