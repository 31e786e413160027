//! Octo: a token for an API client, and the part of its Cover API that registers an Azure payer account.
//!
//! Calls, fields and errors are those of Alphaus' public definition (alphauslabs/blueapi: `cover/v1/cover.proto`,
//! `api/cover/accountaccess.proto`); the token request is the one of alphauslabs/docs, "Authentication". The API is a gRPC
//! gateway: JSON in and out, a stream is one JSON object after the other, an error is a `google.rpc.Status`.

use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::cloud::{Cloud, OctoAddresses, appended};
use crate::microsoft::{self, json};
use crate::words::{
    AccountName, Cause, Credentials, Failure, FoundPayer, OctoAccess, OctoAnswer, OctoCall, OctoClient, Payer, Ring,
    Secret, Service, UntrustedText,
};
use crate::world::http::{Ask, Services, new_guid};
use crate::world::reply::{BODY_LIMIT, failed};

const VENDOR: &str = "azure";
const PAYER: &str = "payer";

impl Services<'_> {
    /// One call of Octo. The answer to what changes something is empty; that it is one of success is all there is to know.
    pub async fn octo(&self, call: OctoCall) -> Result<OctoAnswer, Box<Failure>> {
        let (access, body) = match &call {
            OctoCall::SignIn(client) => return self.octo_sign_in(client).await,
            OctoCall::Accounts(access) => return self.octo_payers(access).await,
            OctoCall::Register(access, payer) | OctoCall::Update(access, payer) => (access, described(payer)),
            OctoCall::Credentials(access, Credentials { tenant, application, secret }) => {
                let (tenant, application) = (tenant.as_str(), application.as_str());
                (access, json!({ "accountId": tenant, "applicationId": application, "secretKey": secret.reveal() }))
            }
            OctoCall::Mpn(access, mpn) => (access, json!({ "mpnId": mpn.as_str() })),
        };
        let (method, address) = addressed(self.cloud, &call).ok_or_else(none)?;
        let ask = Ask { method, ..Ask::post(Service::Octo, address, body.to_string().into_bytes()) };
        self.http.answer(in_json(ask, access)).await?.object()?;
        Ok(OctoAnswer::Taken)
    }

    /// Asks for a token (RFC 6749, section 4.4), with the form in several parts that Octo's issuer takes.
    async fn octo_sign_in(&self, client: &OctoClient) -> Result<OctoAnswer, Box<Failure>> {
        let boundary = new_guid();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client.id()),
            ("client_secret", client.secret().reveal()),
            ("scope", "openid"),
        ];
        let ask = Ask::post(
            Service::Octo,
            addresses(self.cloud, client.ring).ok_or_else(none)?.token,
            form(&boundary, &fields),
        )
        .with("accept", "application/json")
        .with("content-type", &format!("multipart/form-data; boundary={boundary}"));
        let reply = self.http.answer(ask).await?;
        let map = reply.object()?;
        match json::member(&map, "access_token").and_then(Value::as_str) {
            Some(token) if !token.is_empty() => Ok(OctoAnswer::SignedIn(Secret::shared(token.to_owned()))),
            Some(_) | None => Err(reply.unreadable("no access token")),
        }
    }

    /// Reads every account. A list that is not whole is none: what it lacks could be the payer account.
    async fn octo_payers(&self, access: &OctoAccess) -> Result<OctoAnswer, Box<Failure>> {
        let address = at(self.cloud, access.ring, ALL).ok_or_else(none)?;
        let ask = Ask { limit: BODY_LIMIT, ..in_json(Ask::post(Service::Octo, address, b"{}".to_vec()), access) };
        let reply = self.http.answer(ask).await?;
        let mut payers = Vec::new();
        let lines = serde_json::Deserializer::from_slice(json::without_mark(&reply.body));
        for line in lines.into_iter::<Line>() {
            match line {
                Ok(Line { result: Some(account), error: None }) => payers.extend(account.payer()),
                Ok(Line { error: Some(error), .. }) => {
                    let failure = reply.refused(microsoft::from_object(Service::Octo, &error));
                    // The status is that of the stream's beginning.
                    return Err(Box::new(Failure { status: None, ..*failure }));
                }
                Ok(Line { result: None, error: None }) | Err(_) => {
                    return Err(reply.unreadable("not a list of accounts"));
                }
            }
        }
        Ok(OctoAnswer::Payers(payers))
    }
}

/// The list of every account.
const ALL: &[&str] = &["account", "all:read"];

/// How and where a call is sent; `None` where the cloud has no such Octo.
pub(super) fn addressed(cloud: &Cloud, call: &OctoCall) -> Option<(Method, Url)> {
    Some(match call {
        OctoCall::SignIn(client) => (Method::POST, addresses(cloud, client.ring)?.token),
        OctoCall::Accounts(access) => (Method::POST, at(cloud, access.ring, ALL)?),
        OctoCall::Register(access, _) => (Method::POST, at(cloud, access.ring, &["account"])?),
        OctoCall::Update(access, payer) => (Method::PUT, at(cloud, access.ring, &["account", payer.target.as_str()])?),
        OctoCall::Credentials(access, _) => {
            (Method::POST, at(cloud, access.ring, &["azure", "credentials", "partnercenter"])?)
        }
        OctoCall::Mpn(access, _) => (Method::POST, at(cloud, access.ring, &["azure", "credentials", "mpn"])?),
    })
}

fn at(cloud: &Cloud, ring: Ring, path: &[&str]) -> Option<Url> {
    Some(appended(&appended(&addresses(cloud, ring)?.api, &["v1"]), path))
}

fn addresses(cloud: &Cloud, ring: Ring) -> Option<OctoAddresses> {
    match ring {
        Ring::Usual => cloud.octo(),
        Ring::Beta => cloud.octo_beta(),
    }
}

fn none() -> Box<Failure> {
    failed(Service::Octo, Cause::Internal, "this cloud has no Octo")
}

/// One object of the stream.
#[derive(Deserialize)]
struct Line {
    result: Option<DataAccess>,
    error: Option<Map<String, Value>>,
}

/// The part of `DataAccess` that matters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataAccess {
    vendor: Option<String>,
    account_type: Option<String>,
    target: Option<String>,
    azure_options: Option<AzureOptions>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureOptions {
    account_name: Option<String>,
}

impl DataAccess {
    /// As an Azure payer account, if it is one.
    fn payer(self) -> Option<FoundPayer> {
        let is =
            |word: &Option<String>, wanted: &str| word.as_ref().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
        let wanted = is(&self.vendor, VENDOR) && is(&self.account_type, PAYER);
        wanted.then(|| FoundPayer {
            target: UntrustedText::new(&self.target.unwrap_or_default()),
            name: self.azure_options.and_then(|options| UntrustedText::some(&options.account_name?)),
        })
    }
}

/// `RegisterDataAccessRequest` and `UpdateDataAccessRequest`. A name that was left empty is left out.
fn described(payer: &Payer) -> Value {
    let name = payer.name.as_ref().map(AccountName::as_str);
    let options = name.map_or_else(|| json!({}), |name| json!({ "accountName": name }));
    json!({ "vendor": VENDOR, "target": payer.target.as_str(), "accountType": PAYER, "azureOptions": options })
}

/// A form in several parts (RFC 7578). The values are of one word each, and the boundary is random.
fn form(boundary: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut form = Vec::with_capacity(4_096);
    for (name, value) in fields {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        form.extend_from_slice(Zeroizing::new(format!("{head}{value}\r\n")).as_bytes());
    }
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    form
}

fn in_json(ask: Ask, access: &OctoAccess) -> Ask {
    ask.with("accept", "application/json").with("content-type", "application/json").bearing(&access.token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::TenantId;

    fn payer(line: &str) -> Option<FoundPayer> {
        let line: Line = serde_json::from_str(line).unwrap();
        line.result.unwrap().payer()
    }

    #[test]
    fn only_an_azure_payer_account_is_one() {
        let found = payer(
            r#"{"result":{"target":"t","orgId":"MSP-1","azureOptions":{"accountName":"Main","payerId":""},"accountType":"payer","lastUpdate":"x","createTime":"x","vendor":"azure"}}"#,
        );
        let found = found.unwrap();
        assert_eq!((found.target.as_str(), found.name.unwrap().as_str()), ("t", "Main"));
        for other in [
            r#"{"result":{"target":"1","vendor":"aws","accountType":"payer","awsOptions":{"AccountName":"x"}}}"#,
            r#"{"result":{"target":"1","vendor":"azure","accountType":"linked"}}"#,
            r#"{"result":{}}"#,
        ] {
            assert_eq!(payer(other), None, "{other}");
        }
        let nameless = payer(r#"{"result":{"target":"t","vendor":"azure","accountType":"payer"}}"#);
        assert_eq!(nameless.unwrap().name, None);
    }

    #[test]
    fn a_name_is_sent_as_it_is_and_none_is_left_out() {
        let target = TenantId::parse("8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204").unwrap().value;
        let body = |name: Option<&str>| {
            let name = name.map(|name| AccountName::parse(name).unwrap());
            let payer = Payer { target: target.clone(), name };
            described(&payer)
        };
        assert_eq!(
            body(Some("本番 \"x\"")),
            json!({"vendor": "azure", "target": target.as_str(), "accountType": "payer",
                "azureOptions": {"accountName": "本番 \"x\""}})
        );
        assert_eq!(body(None)["azureOptions"], json!({}));
    }

    #[test]
    fn addresses_are_octos() {
        let cloud = Cloud::global();
        let address = |ring| at(&cloud, ring, ALL).unwrap();
        assert_eq!(address(Ring::Usual).as_str(), "https://api.alphaus.cloud/m/blue/cover/v1/account/all:read");
        assert_eq!(address(Ring::Beta).as_str(), "https://apinext.alphaus.cloud/m/blue/cover/v1/account/all:read");
    }
}
