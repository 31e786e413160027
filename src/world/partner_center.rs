//! Partner Center's REST API: the reads that prove who this is, whether billing can be read, and which MPN ID it is.
//!
//! Headers are those of the page "Partner Center REST headers" (partner-center-sdk, `headers.md`); `ValidateMfa: true` asks
//! the service to say whether the token counts as signed in with multifactor authentication, without waiting for it to be
//! enforced (Learn, "Partner Center authentication").

use serde_json::{Map, Value};
use url::Url;

use crate::cloud::{Cloud, appended};
use crate::microsoft::json;
use crate::words::{Answer, Failure, Found, LegalBusiness, Organization, Reading, Secret, Service, UntrustedText};
use crate::world::http::{Ask, Services, new_guid};
use crate::world::reply::Head;

impl Services<'_> {
    /// One read, of Partner Center or of the price service.
    pub async fn read(&self, reading: Reading, token: &Secret) -> Result<Answer, Box<Failure>> {
        let Some(address) = address(self.cloud, reading) else {
            return self.read_prices(reading, token).await;
        };
        let mut ask = Ask::get(Service::PartnerCenter, address)
            .with("accept", "application/json")
            .with("ms-requestid", &new_guid())
            .with("ms-correlationid", &self.http.correlation_id)
            .with("x-locale", "en-US")
            .bearing(token);
        // These take the token of a user only, and so can say whether it shows multifactor authentication.
        if matches!(reading, Reading::Organization | Reading::Mpn | Reading::BillingProfile) {
            ask = ask.with("validatemfa", "true");
        }
        let reply = self.http.answer(ask).await?;
        let found = found(reading, &reply.object()?);
        let found = found.ok_or_else(|| reply.unreadable("an error in place of an answer"))?;
        Ok(Answer { found, mfa_compliant: mfa_compliant(&reply.head) })
    }
}

/// Where a read is asked; `None` for those of the price service.
pub(super) fn address(cloud: &Cloud, reading: Reading) -> Option<Url> {
    let (path, query) = path(reading)?;
    let mut address = appended(&cloud.partner_center, path);
    address.set_query(query);
    Some(address)
}

/// The path and the query of a read; `None` for those of the price service.
fn path(reading: Reading) -> Option<(&'static [&'static str], Option<&'static str>)> {
    Some(match reading {
        Reading::Customers => (&["v1", "customers"], Some("size=1")),
        Reading::LegalBusiness => (&["v1", "profiles", "legalbusiness"], Some("vettingVersion=Current")),
        Reading::InvoiceSummary => (&["v1", "invoices", "summary"], None),
        Reading::Organization => (&["v1", "profiles", "organization"], None),
        Reading::Mpn => (&["v1", "profiles", "mpn"], None),
        Reading::BillingProfile => (&["v1", "profiles", "billing"], None),
        Reading::ExchangeRates | Reading::PriceSheet { .. } => return None,
    })
}

/// What an answer holds. Whatever is missing is `None`; an answer that is an error in disguise is nothing.
fn found(reading: Reading, map: &Map<String, Value>) -> Option<Found> {
    if json::member(map, "error").is_some_and(Value::is_object) {
        return None;
    }
    let text = |name: &str| json::text(map, name);
    Some(match reading {
        Reading::Customers => {
            // This read proves that Partner Center knows the app: something else under that name is no proof.
            let list = |items: &Value| items.is_array() || items.is_null();
            if !json::member(map, "items").is_none_or(list) {
                return None;
            }
            Found::Customers { total: json::member(map, "totalCount").and_then(json::number) }
        }
        Reading::LegalBusiness => Found::LegalBusiness(LegalBusiness {
            company: text("companyName"),
            country: country(map, "address"),
            vetting: text("vettingStatus"),
        }),
        Reading::InvoiceSummary => Found::InvoiceSummary {
            currency: text("currencyCode"),
            date: text("accountingDate").filter(|date| !date.as_str().starts_with("0001-01-01")),
        },
        Reading::Organization => Found::Organization(Organization {
            company: text("companyName"),
            tenant: text("tenantId"),
            domain: text("domain"),
            country: country(map, "defaultAddress"),
        }),
        Reading::Mpn => Found::Mpn { id: text("mpnId"), name: text("partnerName") },
        Reading::BillingProfile => Found::BillingProfile { currency: text("billingCurrency") },
        Reading::ExchangeRates | Reading::PriceSheet { .. } => return None,
    })
}

fn country(map: &Map<String, Value>, address: &str) -> Option<UntrustedText> {
    json::text(json::member(map, address)?.as_object()?, "country")
}

/// `isMfaCompliant` of the response headers. Its absence says nothing.
fn mfa_compliant(head: &Head) -> Option<bool> {
    let value = head.header("ismfacompliant")?;
    match value.as_str().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::microsoft::json::object;
    use crate::words::Market;

    fn read(reading: Reading, body: &str) -> Option<Found> {
        found(reading, &object(body.as_bytes()).unwrap())
    }

    fn some(text: &str) -> Option<UntrustedText> {
        UntrustedText::some(text)
    }

    #[test]
    fn the_documented_profiles_are_read() {
        assert_eq!(
            read(
                Reading::Organization,
                r#"{"id":"<id>","companyName":"TEST_TEST_BugBash1","defaultAddress":{"country":"US","city":"Redmond"},"tenantId":"<tenantID>","domain":"testtestbugbash1.onmicrosoft.com","profileType":"OrganizationProfile"}"#
            ),
            Some(Found::Organization(Organization {
                company: some("TEST_TEST_BugBash1"),
                tenant: some("<tenantID>"),
                domain: some("testtestbugbash1.onmicrosoft.com"),
                country: some("US"),
            }))
        );
        assert_eq!(
            read(
                Reading::LegalBusiness,
                r#"{"companyName":"Lucerne Publishing","address":{"country":"US"},"vettingStatus":"authorized"}"#
            ),
            Some(Found::LegalBusiness(LegalBusiness {
                company: some("Lucerne Publishing"),
                country: some("US"),
                vetting: some("authorized"),
            }))
        );
        assert_eq!(
            read(Reading::Mpn, r#"{"mpnId":4391507,"profileType":"MpnProfile"}"#),
            Some(Found::Mpn { id: some("4391507"), name: None })
        );
        assert_eq!(
            read(Reading::BillingProfile, r#"{"billingCurrency":"USD"}"#),
            Some(Found::BillingProfile { currency: some("USD") })
        );
    }

    #[test]
    fn the_first_day_of_the_year_one_is_no_date() {
        for (date, expected) in [
            ("2018-03-16T00:00:00", some("2018-03-16T00:00:00")),
            ("0001-01-01T00:00:00", None),
            ("0001-01-01T00:00:00Z", None),
        ] {
            assert_eq!(
                read(
                    Reading::InvoiceSummary,
                    &format!(r#"{{"balanceAmount":751094.39,"currencyCode":"USD","accountingDate":"{date}"}}"#)
                ),
                Some(Found::InvoiceSummary { currency: some("USD"), date: expected })
            );
        }
    }

    #[test]
    fn what_is_missing_is_none_and_an_error_is_nothing() {
        assert_eq!(read(Reading::Customers, "{}"), Some(Found::Customers { total: None }));
        assert_eq!(
            read(Reading::LegalBusiness, r#"{"address":[],"companyName":null}"#),
            Some(Found::LegalBusiness(LegalBusiness { company: None, country: None, vetting: None }))
        );
        assert_eq!(read(Reading::Customers, r#"{"error":{"code":"x"}}"#), None);
        assert_eq!(read(Reading::Customers, r#"{"items":"none"}"#), None);
    }

    #[test]
    fn paths_are_microsofts() {
        for (reading, expected) in [
            (Reading::Customers, "/v1/customers?size=1"),
            (Reading::LegalBusiness, "/v1/profiles/legalbusiness?vettingVersion=Current"),
            (Reading::InvoiceSummary, "/v1/invoices/summary"),
            (Reading::Organization, "/v1/profiles/organization"),
            (Reading::Mpn, "/v1/profiles/mpn"),
            (Reading::BillingProfile, "/v1/profiles/billing"),
        ] {
            let (path, query) = path(reading).unwrap();
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            assert_eq!(format!("/{}{query}", path.join("/")), expected);
        }
        assert!(path(Reading::PriceSheet { market: Market::ASSUMED }).is_none());
    }
}
