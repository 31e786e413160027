//! The fields of all pages, and taking a paste with several values apart.

use std::collections::BTreeMap;

use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::ui::Edit;
use crate::ui::field::{self, Pasted, SecretField, TextField};
use crate::words::answers::{self, USUAL_REDIRECT};
use crate::words::date;
use crate::words::field::Shown;
use crate::words::ids::{Normalized, looks_like_guid, looks_like_secret_key};
use crate::words::kind::ProblemKind;
use crate::words::{ClientId, Directory, Field, MpnId, Problem, Secret, SharedSecret, Typed};

/// Every field of the wizard. They live as long as it does, so going back loses nothing.
#[derive(Debug)]
pub struct Fields {
    texts: BTreeMap<Field, TextField>,
    secrets: BTreeMap<Field, SecretField>,
    /// Whether step 3 uses a key of its own.
    pub other_secret: bool,
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut fields = Self {
            texts: all(&[Shown::Kept, Shown::AsTyped]).map(|field| (field, TextField::default())).collect(),
            secrets: all(&[Shown::Never]).map(|field| (field, SecretField::default())).collect(),
            other_secret: false,
        };
        fields.texts.insert(Field::Redirect, TextField::new(USUAL_REDIRECT));
        fields
    }

    /// The editor of a visible field.
    pub fn text(&self, field: Field) -> Option<&TextField> {
        self.texts.get(&field)
    }

    /// The editor of a field that is never drawn.
    pub fn secret(&self, field: Field) -> Option<&SecretField> {
        self.secrets.get(&field)
    }

    /// What stands in a visible field.
    pub(super) fn value(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", TextField::text)
    }

    /// What stands in a field that is never drawn.
    pub(super) fn share(&self, field: Field) -> SharedSecret {
        let secret = self.secrets.get(&field).map(SecretField::share);
        secret.unwrap_or_else(|| Secret::shared(String::new()))
    }

    /// The visible fields as they stand.
    pub fn typed(&self) -> Typed {
        all(&[Shown::Kept]).fold(Typed::default(), |typed, field| typed.with(field, self.value(field)))
    }

    /// Puts back what was typed the last time. The redirect address is never empty.
    pub(super) fn restore(&mut self, typed: &Typed) {
        for field in all(&[Shown::Kept]) {
            let value = typed.get(field);
            if field != Field::Redirect || !value.is_empty() {
                self.set(field, value);
            }
        }
    }

    /// Puts in what was given; what was not stays as it is.
    pub(super) fn fill(&mut self, given: &Typed) {
        for (field, value) in given.iter() {
            self.set(field, value);
        }
    }

    /// Fields that are empty are filled from what is registered or proven. That of the redirect address is never empty: what
    /// was proven counts more than the usual one.
    pub(super) fn complete(&mut self, known: &Typed) {
        for (field, value) in known.iter() {
            if self.is_empty(field) || field == Field::Redirect {
                self.set(field, value);
            }
        }
    }

    pub(super) fn set(&mut self, field: Field, value: &str) {
        let hide = |secret: &mut SecretField| {
            secret.clear();
            !matches!(secret.paste(value), Pasted::TooLong)
        };
        let _fits = self.edit(field, |text| text.set(value), hide);
    }

    pub(super) fn clear(&mut self, field: Field) {
        self.set(field, "");
    }

    pub(super) fn press(&mut self, field: Field, edit: Edit) -> bool {
        let pressed = self.edit(field, |text| text.press(edit), |secret| secret.press(edit));
        pressed.unwrap_or(false)
    }

    /// Takes a paste in, and gives back what is said about it. `anew` says that it takes the place of what is there. A whole value
    /// does so too where what is there is `wrong` or nobody sees it, and where the two together are none.
    pub(super) fn take_in(
        &mut self,
        field: Field,
        raw: &str,
        anew: bool,
        wrong: bool,
    ) -> Result<Option<String>, Problem> {
        // What else stands beside an ID is not shown.
        let id = answers::id_in(field, raw);
        let raw = id.as_deref().unwrap_or(raw);
        let (hidden, there) = (field.is_secret(), !self.is_empty(field));
        let is_key = looks_like_secret_key(raw);
        let alone = answers::fits(field, raw);
        let whole = if hidden {
            wrong || is_key
        } else {
            alone.is_ok() && (wrong || raw.contains("://") || looks_like_guid(raw))
        };
        let mut instead = anew || there && whole;
        let mut pasted = self.put(field, raw, instead);
        if !hidden && matches!(pasted, Pasted::Taken(_)) {
            // The whole has to fit: a value may come in two pieces. A field is drawn after this, and a refused text is gone by then.
            // Behind a value that stood there a secret key is still one.
            let together = if is_key { alone.clone() } else { answers::fits(field, self.value(field)) };
            if let Err(mut problem) = together {
                self.press(field, Edit::Undo);
                if instead || alone.is_err() || field == Field::AccountName {
                    if !anew && problem.kind != Some(ProblemKind::PasteIsSecret) {
                        problem.what.push_str(" It was not taken: this field is not hidden.");
                    }
                    return Err(problem);
                }
                instead = true;
                pasted = self.put(field, raw, instead);
            }
        }
        let note = pasted.note();
        match pasted {
            Pasted::Taken(_) if instead && there && !anew => {
                let back = if hidden { "" } else { "; Alt-Z brings it back" };
                Ok(Some(format!("Took the place of what was there{back}.")))
            }
            Pasted::TooLong | Pasted::Nothing if instead => {
                Err(Problem::new(field, note.unwrap_or_default(), "What was there before is still there."))
            }
            Pasted::Taken(_) | Pasted::TooLong | Pasted::Nothing => Ok(note),
        }
    }

    /// Puts a text into what is there, or in its place; that stays where the new text is refused.
    fn put(&mut self, field: Field, raw: &str, instead: bool) -> Pasted {
        let put = if instead {
            self.edit(field, |text| text.enter(raw), |secret| secret.enter(raw))
        } else {
            self.edit(field, |text| text.paste(raw), |secret| secret.paste(raw))
        };
        put.unwrap_or(Pasted::Nothing)
    }

    fn edit<R>(
        &mut self,
        field: Field,
        shown: impl FnOnce(&mut TextField) -> R,
        hidden: impl FnOnce(&mut SecretField) -> R,
    ) -> Option<R> {
        match self.texts.get_mut(&field) {
            Some(text) => Some(shown(text)),
            None => self.secrets.get_mut(&field).map(hidden),
        }
    }

    /// Whether a field is empty.
    pub fn is_empty(&self, field: Field) -> bool {
        self.text(field).is_none_or(TextField::is_empty) && self.secret(field).is_none_or(SecretField::is_empty)
    }

    /// Exchanges what stands in two visible fields.
    pub(super) fn swap(&mut self, [one, other]: [Field; 2]) {
        let [first, second] = [one, other].map(|field| self.texts.remove(&field));
        let swapped = [(one, second), (other, first)].into_iter();
        self.texts.extend(swapped.filter_map(|(field, text)| Some((field, text?))));
    }

    /// Writes a value that was understood as it is meant, where a person has written it in another way.
    pub(super) fn put_right(&mut self, field: Field) {
        let raw = self.value(field);
        let id = |id: Normalized<ClientId>| id.value.to_string();
        let right = match field {
            Field::ClientId | Field::ApplicationId => ClientId::parse(raw).ok().map(id),
            Field::Directory => Directory::parse(raw).ok().map(|directory| directory.value.to_string()),
            Field::MpnId => MpnId::parse(raw).ok().map(|mpn| mpn.value.to_string()),
            Field::SecretEnds => date::parse(raw).ok().map(|day| day.to_string()),
            Field::AccountName
            | Field::SecretKey
            | Field::SecretChoice
            | Field::ApiSecret
            | Field::Redirect
            | Field::Answer
            | Field::Confirmation
            | Field::Handover
            | Field::OctoClientId
            | Field::OctoSecret => None,
        };
        if let Some(right) = right {
            self.set(field, &right);
        }
    }
}

/// The fields that are shown in one of these ways.
fn all(ways: &[Shown]) -> impl Iterator<Item = Field> {
    Field::ALL.into_iter().filter(|field| ways.contains(&field.shown()))
}

/// Whether an empty field is worth the focus when a page opens.
pub(super) fn is_needed(field: Field) -> bool {
    matches!(field, Field::ApplicationId | Field::SecretKey | Field::ApiSecret | Field::Redirect | Field::Answer)
}

/// Takes a paste apart that names its values: a JSON object, `key=value` lines or parameters, a table or a block copied from a
/// portal, an address.
pub(super) fn taken_apart(raw: &str) -> Vec<(Field, SharedSecret)> {
    let mut found: Vec<(Field, SharedSecret)> = Vec::new();
    let mut add = |field: Option<Field>, value: &str| {
        let value = value.trim().trim_matches(['"', '\'', ',', ';', '&']).trim();
        if let Some(field) = field
            && !value.is_empty()
            && found.iter().all(|(other, _)| *other != field)
        {
            found.push((field, Secret::shared(value.to_owned())));
        }
    };
    let raw = raw.trim();
    if raw.len() > 65_536 {
        return found;
    }
    if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(raw) {
        for (name, value) in &object {
            add(field_named(name), value.as_str().unwrap_or_default());
        }
    } else if let Some(query) = Url::parse(raw).ok().as_ref().and_then(Url::query) {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            add(field_named(&name), &value);
        }
    } else {
        // A value goes on to the next name, or to the end of its line; that of a name alone on its line is on the next one.
        let cells = raw.split_inclusive(|sign| field::is_line_end(sign) || matches!(sign, '&' | ';' | '\t'));
        let (mut open, mut text) = (None, Zeroizing::new(String::new()));
        for cell in cells {
            let (name, value) = cell.split_once(['=', ':']).unwrap_or((cell, ""));
            if let Some(field) = field_named(name) {
                add(open.replace(field), &text);
                text = Zeroizing::new(value.to_owned());
            } else if text.trim().is_empty() {
                text = Zeroizing::new(cell.trim_start_matches([':', ' ']).to_owned());
            } else if text.ends_with(['&', ';']) {
                text.push_str(cell);
            } else {
                add(open.take(), &text);
            }
        }
        add(open, &text);
    }
    found
}

/// On Octo's page a client's ID and secret are those of Octo, as bluectl's file and the variables name them.
pub(super) fn meant_for_octo(parts: &mut Vec<(Field, SharedSecret)>) {
    for (field, _) in parts.iter_mut() {
        if *field == Field::ApplicationId {
            *field = Field::OctoClientId;
        } else if *field == Field::SecretKey {
            *field = Field::OctoSecret;
        }
    }
    parts.retain(|(field, _)| matches!(field, Field::OctoClientId | Field::OctoSecret));
}

/// The field that a name means, as the portals, the Azure command line and Octo write it.
fn field_named(name: &str) -> Option<Field> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match plain.as_str() {
        "appid" | "applicationid" | "applicationclientid" | "clientid" | "azureclientid" => Some(Field::ApplicationId),
        "clientsecret" | "azureclientsecret" | "password" | "secretkey" | "secret" | "key" | "value" => {
            Some(Field::SecretKey)
        }
        "tenant" | "tenantid" | "directoryid" | "directorytenantid" | "azuretenantid" | "directory" | "domain"
        | "accountid" => Some(Field::Directory),
        "mpnid" | "partnerid" => Some(Field::MpnId),
        "redirecturi" | "replyurl" | "redirectaddress" => Some(Field::Redirect),
        "accountname" => Some(Field::AccountName),
        "alphausclientid" => Some(Field::OctoClientId),
        "alphausclientsecret" => Some(Field::OctoSecret),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(raw: &str) -> Vec<(Field, String)> {
        taken_apart(raw).into_iter().map(|(field, value)| (field, value.reveal().to_owned())).collect()
    }

    #[test]
    fn what_the_azure_command_line_prints_is_taken_apart() {
        let raw = r#"{"appId":"a","displayName":"n","password":"p","tenant":"t"}"#;
        let mut wanted = vec![
            (Field::ApplicationId, "a".to_owned()),
            (Field::SecretKey, "p".to_owned()),
            (Field::Directory, "t".to_owned()),
        ];
        let mut found = fields(raw);
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
    }

    #[test]
    fn lines_with_names_are_taken_apart() {
        let raw = "AZURE_CLIENT_ID=a\nAZURE_CLIENT_SECRET=\"p=x\"\nDirectory (tenant) ID: t\n";
        assert_eq!(
            fields(raw),
            [
                (Field::ApplicationId, "a".to_owned()),
                (Field::SecretKey, "p=x".to_owned()),
                (Field::Directory, "t".to_owned()),
            ]
        );
    }

    #[test]
    fn octos_page_takes_bluectls_file_and_the_variables() {
        for raw in [
            "client-id = 'id'\nclient-secret = 'secret'",
            "ALPHAUS_CLIENT_ID=id\nALPHAUS_CLIENT_SECRET=secret\nAZURE_TENANT_ID=x",
        ] {
            let mut parts = taken_apart(raw);
            meant_for_octo(&mut parts);
            let found: Vec<_> = parts.iter().map(|(field, value)| (*field, value.reveal())).collect();
            assert_eq!(found, [(Field::OctoClientId, "id"), (Field::OctoSecret, "secret")]);
        }
    }

    #[test]
    fn a_single_value_is_left_alone() {
        assert!(fields("8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204").is_empty());
        assert!(fields("abc8Q~x=").is_empty());
        assert!(fields(&"x=".repeat(70_000)).is_empty());
    }
}
