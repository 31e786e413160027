//! What Partner Center answers when all is well.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::simulator::entra;
use crate::simulator::http::{Call, Reply};
use crate::simulator::refused;
use crate::simulator::scenario::Quirk;
use crate::simulator::state::Shared;

type Answer = Result<Value, Reply>;

pub(super) fn customers(_: &Shared, call: &Call, _: &str) -> Answer {
    let size = size(call)?;
    let all = [
        ("b44bb1fb-c595-45b0-9e09-d657365580bf", "northwind", "Northwind Traders"),
        ("45c44870-ef77-4fdd-b6fe-3dacb075cff2", "adatum", "Adatum Corporation"),
    ];
    let items: Vec<Value> = all
        .iter()
        .take(size)
        .map(|(id, domain, name)| {
            json!({
                "id": id,
                "companyProfile": {
                    "tenantId": id, "domain": format!("{domain}.onmicrosoft.com"), "companyName": name,
                    "attributes": {"objectType": "CustomerCompanyProfile"},
                },
                "relationshipToPartner": "reseller", "attributes": {"objectType": "Customer"},
            })
        })
        .collect();
    Ok(collection(&items, &format!("/v1/customers?size={size}")))
}

pub(super) fn invoices(_: &Shared, call: &Call, _: &str) -> Answer {
    // `size` counts for legacy invoices only.
    let size = size(call)?;
    let items: Vec<Value> = [legacy()].into_iter().take(size).chain([modern()]).collect();
    Ok(collection(&items, &format!("/invoices?size={size}&offset=0")))
}

pub(super) fn invoice(_: &Shared, _: &Call, id: &str) -> Answer {
    [legacy(), modern()]
        .into_iter()
        .find(|invoice| invoice.get("id").is_some_and(|own| own == id))
        .ok_or_else(|| {
            let text = "The requested resource was not found.";
            refused::partner_center(StatusCode::NOT_FOUND, 1000, text)
        })
}

pub(super) fn summary(_: &Shared) -> Value {
    balance()
}

pub(super) fn summaries(_: &Shared) -> Value {
    collection(&[balance()], "/invoices/summaries")
}

pub(super) fn estimates(_: &Shared, call: &Call, _: &str) -> Answer {
    let currency =
        call.query.get("currencycode").ok_or_else(|| bad("The currency code is missing."))?;
    let link = json!({
        "title": "Estimates", "description": "Unbilled usage", "period": "current",
        "link": {"uri": format!("/invoices/unbilled/lineitems?provider=onetime&invoicelineitemtype=usagelineitems&currencycode={currency}&period=current"), "method": "GET", "headers": []},
    });
    Ok(collection(&[link], &format!("/invoices/estimates/links?currencycode={currency}")))
}

pub(super) fn legal_business(shared: &Shared) -> Value {
    let person = json!({"firstName": "Alex", "lastName": "Operator", "email": shared.facts.user, "phoneNumber": "4255550100"});
    json!({
        "companyName": company(shared), "address": address(), "primaryContact": person,
        "companyApproverAddress": address(), "companyApproverEmail": shared.facts.user, "vettingStatus": "authorized",
        "vettingSubStatus": "none", "profileType": "LegalBusinessProfile", "links": own("/profiles/legalbusiness"),
        "attributes": {"objectType": "LegalBusinessProfile"},
    })
}

pub(super) fn organization(shared: &Shared) -> Value {
    let tenant =
        if shared.is(Quirk::TenantDiffers) { entra::OTHER_TENANT } else { &shared.facts.tenant_id };
    json!({
        "id": tenant, "companyName": company(shared), "defaultAddress": address(), "tenantId": tenant,
        "domain": shared.facts.domain, "email": shared.facts.user, "language": "en", "culture": "en-US",
        "profileType": "OrganizationProfile", "links": own("/profiles/organization"),
        "attributes": {"etag": "0", "objectType": "OrganizationProfile"},
    })
}

pub(super) fn mpn(shared: &Shared, call: &Call, _: &str) -> Answer {
    let ours = if shared.is(Quirk::MpnDiffers) { "6000001" } else { &shared.facts.mpn_id };
    if let Some(asked) = call.query.get("mpnId") {
        if !asked.chars().all(|c| c.is_ascii_digit()) {
            return Err(bad("MPN Id must be numeric."));
        }
        if asked != ours {
            let text = format!("Partner Organization with partner_id {asked} could not be found");
            return Err(refused::partner_center(StatusCode::NOT_FOUND, 3000, &text).with_mark());
        }
    }
    Ok(json!({
        "mpnId": ours, "partnerName": company(shared), "profileType": "MpnProfile", "links": own("/profiles/mpn"),
        "attributes": {"objectType": "MpnProfile"},
    }))
}

pub(super) fn billing(shared: &Shared) -> Value {
    json!({
        "companyName": company(shared), "address": address(),
        "primaryContact": {"firstName": "Alex", "lastName": "Operator", "phoneNumber": "4255550100"},
        "purchaseOrderNumber": "9888", "taxId": "12-345678", "billingCurrency": "USD", "profileType": "BillingProfile",
        "links": own("/profiles/billing"), "attributes": {"etag": "0", "objectType": "BillingProfile"},
    })
}

pub(super) fn rate_card(_: &Shared, call: &Call, _: &str) -> Answer {
    let currency = call.query.get("currency").unwrap_or("USD");
    if currency.len() != 3 {
        return Err(bad("The currency is not valid."));
    }
    let meter = json!({
        "id": "1e8f6d9f-8b40-4c97-80cc-cff87a290a93", "name": "Compute Hours", "rates": {"0": 3.9729}, "tags": [],
        "category": "Cloud Services", "subcategory": "Standard_L16 Cloud Services", "region": "AU East",
        "unit": "1 Hour", "includedQuantity": 0.0, "effectiveDate": "2016-09-01T00:00:00Z",
    });
    Ok(json!({
        "locale": "en", "currency": currency, "isTaxIncluded": false,
        "meters": [meter], "offerTerms": [], "attributes": {"objectType": "AzureRateCard"},
    }))
}

pub(super) fn partner_requests(shared: &Shared) -> Value {
    let items = [json!({
        "requestId": "6c583d8d-46cd-420c-ae3d-35b6dfdcdb21", "correlationId": "",
        "operationName": "Get /v{version}/invoices", "requestDateTime": "2026-05-21T21:02:10.31",
        "sourceIpAddress": "127.0.0.1", "objectId": "d2b7c4e8-1f65-4a93-8c0b-6e9d5a3f7102",
        "tenantId": shared.facts.tenant_id, "upn": shared.facts.user, "applicationId": shared.facts.client_id,
        "mfaCompliant": true,
    })];
    listed(&items)
}

pub(super) fn principals(_: &Shared) -> Value {
    listed(&[])
}

pub(super) fn adoption(shared: &Shared) -> Value {
    json!([{
        "loginDate": "2026-05-20", "mfaCompliantRequestCount": 7, "totalRequestCount": 7,
        "applicationId": shared.facts.client_id, "applicationName": "",
    }])
}

fn company(shared: &Shared) -> String {
    let name = &shared.facts.company;
    if shared.is(Quirk::HostileNames) {
        return format!("{name}\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}gnitirw\u{9b}5m\r\nPassword: ");
    }
    name.clone()
}

fn size(call: &Call) -> Result<usize, Reply> {
    match call.query.get("size") {
        None => Ok(500),
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=500).contains(size))
            .ok_or_else(|| bad("The page size is not valid.")),
    }
}

fn bad(text: &str) -> Reply {
    refused::partner_center(StatusCode::BAD_REQUEST, 2000, text)
}

fn collection(items: &[Value], path: &str) -> Value {
    json!({"totalCount": items.len(), "items": items, "links": own(path), "attributes": {"objectType": "Collection"}})
}

fn listed(items: &[Value]) -> Value {
    json!({"totalCount": items.len(), "items": items, "attributes": {"objectType": "Collection"}})
}

fn own(path: &str) -> Value {
    json!({"self": {"uri": path, "method": "GET", "headers": []}})
}

fn address() -> Value {
    json!({
        "country": "US", "city": "Buffalo", "state": "NY", "addressLine1": "123 Main Street", "addressLine2": "",
        "postalCode": "98052", "firstName": "Alex", "lastName": "Operator", "phoneNumber": "4255550100",
    })
}

fn balance() -> Value {
    let part = |kind: &str, amount: f64, latest: &str| {
        json!({"invoiceType": kind, "summary": {
            "balanceAmount": amount, "currencyCode": "USD", "currencySymbol": "$",
            "accountingDate": "2026-02-27T00:00:00Z", "firstInvoiceCreationDate": "2017-01-21T00:00:00Z",
            "lastPaymentDate": "0001-01-01T00:00:00", "lastPaymentAmount": 1000, "latestInvoiceDate": latest,
            "attributes": {"objectType": "InvoiceSummary"},
        }})
    };
    json!({
        "balanceAmount": 751_094.39, "currencyCode": "USD", "currencySymbol": "$",
        "accountingDate": "2026-03-16T00:00:00", "firstInvoiceCreationDate": "2017-01-21T00:00:00Z",
        "lastPaymentDate": "2026-01-01T12:00:00Z", "lastPaymentAmount": 1000, "latestInvoiceDate": "2026-03-16T00:00:00",
        "details": [
            part("Recurring", 202_955.87, "0001-01-01T00:00:00"), part("OneTime", 548_138.52, "2026-03-16T00:00:00")
        ],
        "links": own("/invoices/summary"), "attributes": {"objectType": "InvoiceSummary"},
    })
}

fn legacy() -> Value {
    json!({
        "id": "D02005YFHI", "invoiceDate": "2017-01-21T00:00:00Z", "totalCharges": 24606.35, "paidAmount": 1000,
        "currencyCode": "GBP", "currencySymbol": "£", "pdfDownloadLink": "/invoices/D02005YFHI/documents/statement",
        "invoiceDetails": [{
            "invoiceLineItemType": "billing_line_items", "billingProvider": "office",
            "links": own("/invoices/Recurring-D02005YFHI/lineitems/Office/BillingLineItems"),
            "attributes": {"objectType": "InvoiceDetail"},
        }],
        "documentType": "invoice", "invoiceType": "Recurring", "links": own("/invoices/Recurring-D02005YFHI"),
        "attributes": {"objectType": "Invoice"},
    })
}

fn modern() -> Value {
    json!({
        "id": "G000024130", "invoiceDate": "2026-02-08T01:22:47.603895Z", "totalCharges": 586_366, "paidAmount": 0,
        "currencyCode": "USD", "currencySymbol": "$", "pdfDownloadLink": "/invoices/G000024130/documents/statement",
        "invoiceDetails": [{
            "invoiceLineItemType": "billing_line_items", "billingProvider": "one_time",
            "links": own("/invoices/OneTime-G000024130/lineitems/OneTime/BillingLineItems"),
            "attributes": {"objectType": "InvoiceDetail"},
        }],
        "documentType": "invoice", "invoiceType": "OneTime", "links": own("/invoices/OneTime-G000024130"),
        "attributes": {"objectType": "Invoice"},
    })
}
