//! What is read of Partner Center and the price service, and what an answer holds.

use crate::words::text::UntrustedText;

/// One read-only call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// `GET /v1/customers?size=1`: Partner Center knows the app.
    Customers,
    /// `GET /v1/profiles/legalbusiness?vettingVersion=Current`: the company's name.
    LegalBusiness,
    /// `GET /v1/invoices/summary`: billing can be read.
    InvoiceSummary,
    /// `GET /v1/profiles/organization` with `ValidateMfa: true`: tenant and domain of the account, MFA as the service sees it.
    Organization,
    /// `GET /v1/profiles/mpn`.
    Mpn,
    /// `GET /v1/profiles/billing`: the billing currency.
    BillingProfile,
    /// `GET /v1.0/sales/fxrates(...)/$value`.
    ExchangeRates,
    /// The head of `GET /v1.0/sales/pricesheets(...)/$value`: 64 KiB at most.
    PriceSheet {
        /// For which market.
        market: Market,
    },
}

/// A market to ask a price sheet for: the two letters of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Market([char; 2]);

impl Market {
    /// Where no country is known: every partner can read this sheet.
    pub const ASSUMED: Self = Self(['U', 'S']);

    /// The market of a country as Partner Center names it; `None` if that is no two letters.
    pub fn of(country: &UntrustedText) -> Option<Self> {
        let mut letters = country.as_str().chars().map(|letter| letter.to_ascii_uppercase());
        let market = Self([letters.next()?, letters.next()?]);
        (letters.next().is_none() && market.0.iter().all(char::is_ascii_uppercase)).then_some(market)
    }
}

impl std::fmt::Display for Market {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([one, two]) = self;
        write!(f, "{one}{two}")
    }
}

/// What a read found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was read.
    pub found: Found,
    /// `isMfaCompliant` of the response headers, if it was there.
    pub mfa_compliant: Option<bool>,
}

/// The part of an answer that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Of [`Reading::Customers`].
    Customers {
        /// `totalCount`, if given.
        total: Option<u64>,
    },
    /// Of [`Reading::LegalBusiness`].
    LegalBusiness(LegalBusiness),
    /// Of [`Reading::InvoiceSummary`].
    InvoiceSummary {
        /// `currencyCode`.
        currency: Option<UntrustedText>,
        /// `accountingDate`, the day of the balance; `None` for `0001-01-01`.
        date: Option<UntrustedText>,
    },
    /// Of [`Reading::Organization`].
    Organization(Organization),
    /// Of [`Reading::Mpn`].
    Mpn {
        /// `mpnId`.
        id: Option<UntrustedText>,
        /// `partnerName`.
        name: Option<UntrustedText>,
    },
    /// Of [`Reading::BillingProfile`].
    BillingProfile {
        /// `billingCurrency`.
        currency: Option<UntrustedText>,
    },
    /// Of [`Reading::ExchangeRates`].
    ExchangeRates {
        /// Rows seen.
        rows: usize,
    },
    /// Of [`Reading::PriceSheet`].
    PriceSheet(PriceSheetHead),
}

/// The company of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalBusiness {
    /// `companyName`.
    pub company: Option<UntrustedText>,
    /// `address.country`, two letters: the market to ask a price sheet for.
    pub country: Option<UntrustedText>,
    /// `vettingStatus`.
    pub vetting: Option<UntrustedText>,
}

/// The account itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// `companyName`.
    pub company: Option<UntrustedText>,
    /// `tenantId`.
    pub tenant: Option<UntrustedText>,
    /// `domain`.
    pub domain: Option<UntrustedText>,
    /// `defaultAddress.country`.
    pub country: Option<UntrustedText>,
}

/// The head of a price sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceSheetHead {
    /// Names of the columns.
    pub columns: Vec<UntrustedText>,
    /// The first rows, at most three: product, SKU title, unit, price, currency.
    pub rows: Vec<[UntrustedText; 5]>,
    /// Bytes that were read before the connection was closed.
    pub read: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_is_two_letters_and_nothing_else() {
        let market = |country| Market::of(&UntrustedText::new(country)).map(|it| it.to_string());
        assert_eq!(market("jp").as_deref(), Some("JP"));
        assert_eq!(market("US"), Some(Market::ASSUMED.to_string()));
        for none in ["", "J", "JPN", "J1", "日本", "J'"] {
            assert_eq!(market(none), None, "{none}");
        }
    }
}
