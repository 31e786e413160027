//! The price service ("Partner API", "Dev Center"): exchange rates and the head of a price sheet.
//!
//! Both are CSV. No `Accept-Encoding` is sent, because there `deflate` means a ZIP archive (partner-rest,
//! `get-a-price-sheet.md`); the addresses carry `$`, quotes and parentheses literally, as documented.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::cloud::{Cloud, appended};
use crate::words::{Answer, Cause, Failure, Found, Market, Mismatch, Reading, Secret, Service};
use crate::world::http::{Ask, Services, new_guid};
use crate::world::reply::{Head, JSON_LIMIT, failed, is_packed, looks_like_html};
use crate::world::token::utf8;
use crate::world::{clock, sheet};

/// The view that lists what usage costs, by meter.
const VIEW: &str = "azure_consumption";

impl Services<'_> {
    /// A read of the price service.
    pub(super) async fn read_prices(&self, reading: Reading, token: &Secret) -> Result<Answer, Box<Failure>> {
        let Reading::PriceSheet { market } = reading else { return self.exchange_rates(token).await };
        self.price_sheet(token, market).await
    }

    /// The rates of the last complete month: the same token, role and host as a price sheet, in 18 KB.
    pub async fn exchange_rates(&self, token: &Secret) -> Result<Answer, Box<Failure>> {
        let address = address(self.cloud, Reading::ExchangeRates).ok_or_else(none)?;
        let part = self.take(address, token, |_| false).await?;
        let records = sheet::records(&part.bytes, part.whole);
        let (header, rows) = records.split_first().ok_or_else(|| part.unreadable("empty"))?;
        if let Some(name) = sheet::missing(header, &["CurrencyCode", "USDPerUnit"]) {
            return Err(part.without_column(name));
        }
        Ok(answer(Found::ExchangeRates { rows: rows.len() }))
    }

    /// The head of the price sheet of a market (two letters). The connection is closed as soon as there is enough.
    pub async fn price_sheet(&self, token: &Secret, market: Market) -> Result<Answer, Box<Failure>> {
        let address = address(self.cloud, Reading::PriceSheet { market }).ok_or_else(none)?;
        let part = self.take(address, token, sheet::is_enough).await?;
        let records = sheet::records(&part.bytes, part.whole);
        if records.is_empty() {
            return Err(part.unreadable("no header row"));
        }
        let mut head = sheet::head(&records).map_err(|name| part.without_column(name))?;
        head.read = part.bytes.len();
        Ok(answer(Found::PriceSheet(head)))
    }

    /// Reads until there is enough, at most [`sheet::HEAD_LIMIT`], and lets go of the connection.
    async fn take(&self, address: Url, token: &Secret, enough: impl Fn(&[u8]) -> bool) -> Result<Taken, Box<Failure>> {
        let ask = Ask { alone: true, ..Ask::get(Service::PartnerApi, address) }
            .with("accept", "*/*")
            .with("client-request-id", &new_guid())
            .with("ms-correlationid", &self.http.correlation_id)
            .bearing(token);
        let mut opening = self.http.open(ask).await?;
        if !opening.head.is_success() {
            return Err(opening.reply(JSON_LIMIT, false).await?.refusal());
        }
        let (mut bytes, mut whole) = (Vec::new(), false);
        while bytes.len() < sheet::HEAD_LIMIT && !enough(&bytes) {
            let Some(chunk) = opening.chunk().await? else {
                whole = true;
                break;
            };
            let room = sheet::HEAD_LIMIT - bytes.len();
            bytes.extend(chunk.iter().take(room));
        }
        Taken { head: opening.head, bytes, whole }.checked()
    }
}

/// Where a read of the price service is asked; `None` where the cloud has none, or for another read.
pub(super) fn address(cloud: &Cloud, reading: Reading) -> Option<Url> {
    let resource = match reading {
        Reading::ExchangeRates => format!("fxrates(Month='{}')", last_month(clock::now())),
        Reading::PriceSheet { market } => format!("pricesheets(Market='{market}',PricesheetView='{VIEW}')"),
        Reading::Customers
        | Reading::LegalBusiness
        | Reading::InvoiceSummary
        | Reading::Organization
        | Reading::Mpn
        | Reading::BillingProfile => return None,
    };
    Some(appended(cloud.partner_api.as_ref()?, &["v1.0", "sales", &resource, "$value"]))
}

fn none() -> Box<Failure> {
    failed(Service::PartnerApi, Cause::NoSuchHost, "no price service is known for this cloud")
}

/// What was read of a file.
struct Taken {
    head: Head,
    bytes: Vec<u8>,
    /// Whether that is all of it.
    whole: bool,
}

impl Taken {
    /// Refuses what is no CSV: a page, an archive, an error in disguise.
    fn checked(mut self) -> Result<Self, Box<Failure>> {
        if self.bytes.starts_with(b"\xff\xfe") || self.bytes.starts_with(b"\xfe\xff") {
            self.bytes = utf8(&self.bytes).to_vec();
        }
        if looks_like_html(&self.bytes) {
            return Err(self.head.not_the_service(&self.bytes));
        }
        if is_packed(&self.bytes) {
            return Err(self.unreadable("gzip, which was not asked for"));
        }
        if self.bytes.starts_with(b"PK\x03\x04") {
            return Err(self.unreadable("a ZIP archive in place of CSV"));
        }
        if self.bytes.trim_ascii_start().starts_with(b"{") {
            return Err(self.unreadable("JSON in place of CSV"));
        }
        Ok(self)
    }

    fn unreadable(&self, detail: &str) -> Box<Failure> {
        self.head.fault(Cause::Unreadable, detail)
    }

    fn without_column(&self, name: &str) -> Box<Failure> {
        let failure = self.head.fault(Cause::Mismatch(Mismatch::Columns), name);
        Box::new(Failure { service: Service::Check, ..*failure })
    }
}

fn answer(found: Found) -> Answer {
    Answer { found, mfa_compliant: None }
}

/// The last month that is complete, as `YYYYMM`, in UTC.
fn last_month(now: Timestamp) -> String {
    let last_day = now.to_zoned(TimeZone::UTC).date().first_of_month().yesterday();
    last_day.map(|day| day.strftime("%Y%m").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_complete_month_is_the_one_before_this() {
        for (now, expected) in
            [("2026-01-01T00:00:00Z", "202512"), ("2026-03-31T23:59:59Z", "202602"), ("2026-12-15T12:00:00Z", "202611")]
        {
            assert_eq!(last_month(now.parse().unwrap()), expected);
        }
    }

    #[test]
    fn a_sheet_that_somebody_packed_is_told_as_such_and_one_in_utf_16_is_read() {
        let taken = |bytes: Vec<u8>| {
            let head = Head {
                service: Service::PartnerApi,
                host: "x".to_owned(),
                status: 200,
                headers: http::HeaderMap::new(),
            };
            Taken { head, bytes, whole: true }.checked()
        };
        assert!(taken(b"\x1f\x8b\x08".to_vec()).is_err_and(|failure| failure.cause == Cause::Unreadable));
        let wide = [0xfeff].into_iter().chain("\"Market\"".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert!(taken(wide).is_ok_and(|taken| taken.bytes == "\u{feff}\"Market\"".as_bytes()));
    }

    #[test]
    fn dollar_quotes_and_parentheses_are_literal() {
        let sheet = Reading::PriceSheet { market: Market::ASSUMED };
        assert_eq!(
            address(&Cloud::global(), sheet).unwrap().as_str(),
            "https://api.partner.microsoft.com/v1.0/sales/pricesheets(Market='US',PricesheetView='azure_consumption')/$value"
        );
        assert_eq!(address(&Cloud::china(), sheet), None);
    }
}
