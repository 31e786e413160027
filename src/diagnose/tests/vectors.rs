//! Error bodies as Microsoft documents them or as they were observed.

use serde::Deserialize;

use super::*;
use crate::microsoft;

/// An error as it was documented or observed, and what it must be taken for.
#[derive(Deserialize)]
struct Vector {
    id: String,
    service: String,
    status: Option<u16>,
    body: String,
    code: String,
    row: String,
}

fn failure_of(vector: &Vector) -> Failure {
    let service = match vector.service.as_str() {
        "entra" => Service::Entra,
        "partner-center" => Service::PartnerCenter,
        _ => Service::PartnerApi,
    };
    let failure = match vector.body.split_once('?') {
        Some((_, query)) if vector.body.starts_with("http") => {
            let one = |name: &str| {
                let mut pairs = url::form_urlencoded::parse(query.as_bytes());
                pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
            };
            microsoft::from_redirect(one).unwrap()
        }
        _ => microsoft::read(service, vector.body.as_bytes()),
    };
    Failure { status: vector.status, ..failure }
}

#[test]
fn every_documented_or_observed_error_is_taken_for_what_it_is() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../../tests/it/data/microsoft-errors.json")).unwrap();
    assert!(vectors.len() >= 30);
    let mut wrong = Vec::new();
    for vector in &vectors {
        let failure = failure_of(vector);
        let diagnosis = plain(&failure);
        if (diagnosis.code.as_str(), diagnosis.row) != (vector.code.as_str(), vector.row.as_str()) {
            wrong.push(format!("{}: {} {}", vector.id, diagnosis.code, diagnosis.row));
        }
        // The same text, read by `explain`, which has no status but one in the text.
        let rows: Vec<&str> = explain(&vector.body).iter().map(|it| it.diagnosis.row).collect();
        let without = plain(&Failure { status: None, ..failure }).row;
        let same = rows.contains(&diagnosis.row) || rows.contains(&without);
        if !(rows.is_empty() || same) {
            wrong.push(format!("{}: explained as {rows:?}", vector.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
