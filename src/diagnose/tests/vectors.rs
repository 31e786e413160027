//! Error bodies as Microsoft documents them or as they were observed.

use serde::Deserialize;

use super::*;

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

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Option<serde_json::Value>,
    error_description: Option<String>,
    error_codes: Vec<u64>,
    suberror: Option<String>,
    code: Option<u64>,
    description: Option<String>,
    message: Option<String>,
}

fn failure_of(vector: &Vector) -> Failure {
    let service = match vector.service.as_str() {
        "entra" => Service::Entra,
        "partner-center" => Service::PartnerCenter,
        _ => Service::PartnerApi,
    };
    let mut failure = Failure::new(service, Cause::Refused);
    failure.status = vector.status;
    failure.sentence = UntrustedText::some(&vector.body);
    if vector.body.starts_with("http") {
        return failure_in(&vector.body).unwrap();
    }
    if let Ok(body) = serde_json::from_str::<Body>(&vector.body) {
        let word = body.error.as_ref().and_then(|error| {
            error.as_str().or_else(|| error.get("code").and_then(serde_json::Value::as_str))
        });
        failure.error = word.and_then(UntrustedText::some);
        failure.suberror = body.suberror.as_deref().and_then(UntrustedText::some);
        failure.codes = if body.error_codes.is_empty() {
            body.code.into_iter().collect()
        } else {
            body.error_codes
        };
        let sentence = body.error_description.or(body.description).or(body.message);
        failure.sentence = sentence.as_deref().and_then(UntrustedText::some);
    }
    failure
}

#[test]
fn every_documented_or_observed_error_is_taken_for_what_it_is() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../../tests/it/data/microsoft-errors.json")).unwrap();
    assert!(vectors.len() >= 30);
    for vector in &vectors {
        let diagnosis = plain(&failure_of(vector));
        assert_eq!(
            (diagnosis.code.as_str(), diagnosis.row),
            (vector.code.as_str(), vector.row.as_str()),
            "{}",
            vector.id
        );
        let Some(read) = failure_in(&vector.body) else {
            continue;
        };
        // The same text, read by `explain`, which sees neither status nor address.
        if vector.code.starts_with("AADSTS") && vector.service == "entra" {
            assert_eq!(plain(&read).row, vector.row, "{}", vector.id);
        }
    }
}
