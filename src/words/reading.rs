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
    PriceSheet,
}

/// What a read found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was read.
    pub found: Found,
    /// `isMfaCompliant` of the response headers, if it was there.
    pub mfa_compliant: Option<bool>,
    /// `MS-RequestId` or `request-id`.
    pub request_id: Option<UntrustedText>,
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
    LegalBusiness {
        /// `companyName`.
        company: Option<UntrustedText>,
        /// `address.country`, two letters: the market to ask a price sheet for.
        country: Option<UntrustedText>,
        /// `vettingStatus`.
        vetting: Option<UntrustedText>,
    },
    /// Of [`Reading::InvoiceSummary`].
    InvoiceSummary {
        /// `balanceAmount` as written.
        balance: Option<UntrustedText>,
        /// `currencyCode`.
        currency: Option<UntrustedText>,
        /// `accountingDate`, the day of the balance; `None` for `0001-01-01`.
        date: Option<UntrustedText>,
    },
    /// Of [`Reading::Organization`].
    Organization {
        /// `companyName`.
        company: Option<UntrustedText>,
        /// `tenantId`.
        tenant: Option<UntrustedText>,
        /// `domain`.
        domain: Option<UntrustedText>,
        /// `defaultAddress.country`.
        country: Option<UntrustedText>,
    },
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

/// The head of a price sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceSheetHead {
    /// Names of the columns.
    pub columns: Vec<UntrustedText>,
    /// The first rows, at most three: product, SKU title, unit, price, currency.
    pub rows: Vec<[UntrustedText; 5]>,
    /// `Content-Length` of the whole sheet, if given.
    pub bytes: Option<u64>,
    /// Bytes that were read before the connection was closed.
    pub read: usize,
}
