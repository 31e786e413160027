//! What Partner Center answers when all is well: the documents of `answers.json`, by path.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::simulator::http::{Call, Reply};
use crate::simulator::scenario::Quirk;
use crate::simulator::state::Shared;
use crate::simulator::{document, entra, refused, taken};

/// The answer at a path, as it is asked for, or why there is none. `id` is what stands in place of `{}`.
pub(super) fn body(shared: &Shared, call: &Call, path: &str, id: &str) -> Result<Value, Reply> {
    let facts = &shared.facts;
    let company = if shared.is(Quirk::HostileNames) {
        &format!("{}\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}gnitirw\u{9b}5m\r\nPassword: ", facts.company)
    } else {
        &facts.company
    };
    let mpn = if shared.is(Quirk::MpnDiffers) { "6000001" } else { &facts.mpn_id };
    let tenant = if shared.is(Quirk::TenantDiffers) { entra::OTHER_TENANT } else { &facts.tenant_id };
    let asked = |name: &str| call.query.get(name);
    let parts = [
        ("{company}", company.as_str()),
        ("{mpn}", mpn),
        ("{tenant}", tenant),
        ("{home}", &facts.tenant_id),
        ("{domain}", &facts.domain),
        ("{user}", &facts.user),
        ("{client}", &facts.client_id),
        ("{currency}", asked("currency").unwrap_or("USD")),
        ("{currencycode}", asked("currencycode").unwrap_or_default()),
    ];
    let mut all = document(include_str!("answers.json"), &parts);
    let mut take = |name: &str| taken(&mut all, name);
    match path {
        "customers" => {
            let size = size(call)?;
            Ok(collection(take(path), size, &format!("/v1/customers?size={size}")))
        }
        // `size` counts for legacy invoices only, of which there is one, and it is at least one.
        "invoices" => {
            let size = size(call)?;
            Ok(collection(take(path), 2, &format!("/invoices?size={size}&offset=0")))
        }
        "invoices/summaries" => Ok(collection(json!([take("invoices/summary")]), 1, "/invoices/summaries")),
        "invoices/estimates/links" => {
            let code = asked("currencycode").ok_or_else(|| bad("The currency code is missing."))?;
            let own = format!("/invoices/estimates/links?currencycode={code}");
            Ok(collection(take(path), 1, &own))
        }
        "invoices/{}" => {
            let mut all = items(take("invoices")).into_iter();
            all.find(|invoice| invoice.get("id").is_some_and(|own| own == id)).ok_or_else(|| {
                let text = "The requested resource was not found.";
                refused::partner_center(StatusCode::NOT_FOUND, 1000, text)
            })
        }
        "profiles/mpn" => match asked("mpnId") {
            Some(asked) if !asked.chars().all(|c| c.is_ascii_digit()) => Err(bad("MPN Id must be numeric.")),
            Some(asked) if asked != mpn => {
                let text = format!("Partner Organization with partner_id {asked} could not be found");
                Err(refused::partner_center(StatusCode::NOT_FOUND, 3000, &text).with_mark())
            }
            _ => Ok(take(path)),
        },
        "ratecards/azure" if asked("currency").is_some_and(|code| code.len() != 3) => {
            Err(bad("The currency is not valid."))
        }
        _ => Ok(take(path)),
    }
}

fn size(call: &Call) -> Result<usize, Reply> {
    let size = call.query.get("size").map_or(Ok(500), str::parse).ok();
    size.filter(|size| (1..=500).contains(size)).ok_or_else(|| bad("The page size is not valid."))
}

fn bad(text: &str) -> Reply {
    refused::partner_center(StatusCode::BAD_REQUEST, 2000, text)
}

fn items(list: Value) -> Vec<Value> {
    if let Value::Array(items) = list { items } else { Vec::new() }
}

fn collection(list: Value, most: usize, own: &str) -> Value {
    let items: Vec<Value> = items(list).into_iter().take(most).collect();
    json!({
        "totalCount": items.len(), "items": items, "attributes": {"objectType": "Collection"},
        "links": {"self": {"uri": own, "method": "GET", "headers": []}},
    })
}
