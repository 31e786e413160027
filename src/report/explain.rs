//! `octo-csp explain`: what a code means.

use serde_json::{Value, json};

use crate::diagnose::{Diagnosis, Findings, rows};
use crate::exit::Exit;
use crate::report::explanation::{LABEL, explanation, for_support, said};
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::report::{self, object};
use crate::words::Failure;

/// Where the number of a failure stands.
const WHERE: &str = "Where the number stands: behind AADSTS on Microsoft's page, or there under Troubleshooting details; in the \
    Entra admin center > Monitoring > Sign-in logs > the sign-in > Sign-in error code; in error_codes or code of the service's answer.";

/// What is said where nothing was found.
const NOTHING: &str = "nothing that octo-csp knows stands in this text. Looked for were numbers of Entra (AADSTS...) and Partner \
    Center, words such as invalid_grant, codes of Windows (0xCAA...), a status near the address of a service, and sentences about signing in, roles, \
    network, certificates and keyrings.";

impl Findings {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        if self.found.is_empty() { Exit::Usage } else { Exit::Done }
    }

    /// What is missing in the text, and where the person finds it.
    pub fn missing(&self) -> Option<String> {
        if self.found.is_empty() {
            return Some(format!("{NOTHING} {WHERE} octo-csp explain --list shows all codes."));
        }
        self.lacks_number.then(|| format!("This text has no number of Entra, which would say more. {WHERE}"))
    }

    /// Every explanation as text.
    pub fn text(&self) -> String {
        let mut rows = Vec::new();
        for (index, one) in self.found.iter().enumerate() {
            if index > 0 {
                rows.push(Row::gap());
            }
            rows.extend(told(&one.diagnosis, one.when.as_deref()));
        }
        let beside =
            [("The text says", self.heard.sentence.as_ref().map(ToString::to_string)), ("Number", self.missing())];
        let beside = beside.into_iter().filter_map(|(label, words)| Some(Row::pair(label, LABEL, Tone::Plain, words?)));
        rows.extend(beside);
        let Failure { trace_id, correlation_id, request_id, at, .. } = &self.heard;
        if at.is_some() || [trace_id, correlation_id, request_id].into_iter().any(Option::is_some) {
            rows.extend(for_support("For support", LABEL, &self.heard));
        }
        plain(&rows, WIDTH)
    }

    /// The same as JSON.
    pub fn in_json(&self) -> String {
        let all = self.found.iter().map(|one| report::explained(&one.diagnosis, one.when.as_deref()));
        let Failure { sentence, trace_id, correlation_id, request_id, at, .. } = &self.heard;
        let members = json!({
            "found": all.collect::<Value>(),
            "missing": self.missing(),
            "sentence": sentence,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "request_id": request_id,
            "at": at,
        });
        let names = ["missing", "sentence", "trace_id", "correlation_id", "request_id", "at"];
        object("explain", &names.into_iter().fold(members, report::where_said), self.exit())
    }
}

/// A diagnosis as rows: its name, what happened, why, the cure, who can do it, how long to wait.
pub fn told(diagnosis: &Diagnosis, when: Option<&str>) -> Vec<Row> {
    let mut rows = vec![Row::of(Tone::Problem, diagnosis.code.clone()).right(Tone::Muted, diagnosis.row)];
    if let Some(when) = when {
        rows.push(Row::text(format!("{when}:")).at(3));
    }
    rows.extend(explanation(diagnosis));
    rows
}

/// What failed, as text.
pub fn failed_text(failed: &(Failure, Diagnosis)) -> String {
    plain(&self::failed(failed), WIDTH)
}

/// What failed, with what support asks for.
pub fn failed((failure, diagnosis): &(Failure, Diagnosis)) -> Vec<Row> {
    let mut rows = told(diagnosis, None);
    rows.extend(said("It said", LABEL, failure));
    rows.extend(for_support("For support", LABEL, failure));
    rows
}

/// The whole table: each row's key, its names and what happened.
pub fn list() -> String {
    let width = rows().map(|row| row.key.len()).max().unwrap_or_default();
    let mut table = Vec::new();
    for row in rows() {
        let hang = u16::try_from(width + 2).unwrap_or_default();
        let codes = row.codes().join(", ");
        table.push(Row::text(format!("{:<width$}  {codes}: {}", row.key, row.told().what)).hanging(hang));
    }
    plain(&table, 100)
}

/// The same as JSON.
pub fn list_in_json() -> String {
    let listed = rows().map(|row| {
        let object = json!({
            "row": row.key,
            "codes": row.codes(),
            "when": row.when.words(),
            "what": row.told().what,
            "who": row.who.title(),
            "exit": row.exit as u8,
        });
        report::where_said(object, "when")
    });
    object("explain", &json!({ "rows": listed.collect::<Value>() }), Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::findings;

    #[test]
    fn every_row_is_told_under_its_key_and_fits() {
        for row in rows() {
            let text = findings(row.key).text();
            let long = text.lines().find(|line| line.chars().count() > WIDTH);
            assert_eq!(long, None, "{text}");
            assert!(text.contains(row.key) && !text.contains('{'), "{}: {text}", row.key);
        }
    }

    #[test]
    fn a_code_is_told_from_what_happened_to_who_can_do_it() {
        let text = findings("AADSTS7000222").text();
        for words in ["AADSTS7000222", "What happened", "Why", "Fix", "Who can do it"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn json_has_a_version_and_every_member() {
        let value: Value = serde_json::from_str(&findings("AADSTS50011").in_json()).unwrap();
        assert_eq!(value["version"], 1);
        let first = &value["found"][0];
        for member in ["code", "row", "what", "why", "fix", "who", "transient", "exit"] {
            assert!(!first[member].is_null(), "{member}");
        }
        let list: Value = serde_json::from_str(&list_in_json()).unwrap();
        assert_eq!(list["rows"].as_array().unwrap().len(), rows().count());
    }

    #[test]
    fn what_is_missing_is_told_and_where_it_is_found() {
        for (text, said) in
            [("ErrorCode: invalid_grant", "no number"), ("hello", "Looked for"), ("0xCAA20003", "no number")]
        {
            let missing = findings(text).missing().unwrap();
            assert!(missing.contains(said) && missing.contains("Sign-in logs"), "{text}: {missing}");
        }
        for text in
            ["AADSTS50011", "MFA required", "PC 900421", "invalid_grant AADSTS50126", "InvalidAuthenticationToken"]
        {
            assert_eq!(findings(text).missing(), None, "{text}");
        }
    }

    #[test]
    fn the_words_and_ids_of_the_service_are_told_beside_the_code() {
        const ID: &str = "4f1d2c3b-1111-4a2b-8c3d-9e0f1a2b3c4d";
        let found = findings(&format!("AADSTS50076: Fehler. Korrelations-ID: {ID} Zeitstempel: 2026-02-03 04:05:06Z"));
        let text = found.text();
        for part in ["AADSTS50076: Fehler.", ID, "2026-02-03 04:05:06Z"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let value: Value = serde_json::from_str(&found.in_json()).unwrap();
        assert_eq!((&value["correlation_id"], &value["sentence"]), (&ID.into(), &"AADSTS50076: Fehler.".into()));
        assert_eq!(value["at"], "2026-02-03T04:05:06Z");
        assert!(value.get("trace_id").is_none() && value.get("missing").is_none(), "{value}");
    }

    #[test]
    fn a_secret_in_the_text_is_not_repeated() {
        let secret = "abc8Q~marked-secret-value-0123456789_-.~";
        for text in [
            format!("AADSTS7000215: Invalid client secret '{secret}' provided."),
            format!(r#"{{"code":2000,"description":"Invalid","data":["secret {secret}"]}}"#),
            format!("InvalidAuthenticationToken: the token {secret} has expired"),
        ] {
            let found = findings(&text);
            for told in [found.text(), found.in_json()] {
                assert!(told.contains("(hidden)") && !told.contains("marked"), "{told}");
            }
        }
    }

    #[test]
    fn the_list_names_every_row() {
        let list = list();
        for row in rows() {
            assert!(list.contains(row.key), "{}", row.key);
        }
    }
}
