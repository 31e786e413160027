//! Named misfortunes. Almost all of them are rows of a table; the few that are not are oddities that a service asks about.

mod quirks;

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use super::wire::{self, WIRES, Wire};
use quirks::QUIRKS;

pub(super) use quirks::Quirk;

/// A named misfortune, or none. `html-502@redeem` and `AADSTS7000222@refresh` move one of the wire or of Entra elsewhere.
#[derive(Clone, Debug)]
pub struct Scenario {
    name: String,
    fault: Fault,
}

/// What a scenario does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// Nothing: everything goes well.
    None,
    /// Entra refuses, at this place.
    Entra(&'static EntraRow, &'static str),
    /// Partner Center, the price service or Octo refuses.
    Service(&'static ServiceRow),
    /// The wire, or a box on it, misbehaves.
    Wire(Wire, &'static str),
    /// Something is odd.
    Quirk(Quirk),
}

/// A row of `aadsts.txt`.
#[derive(Debug)]
pub(super) struct EntraRow {
    name: &'static str,
    place: &'static str,
    refusal: Refusal,
}

/// A refusal of Entra's.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// `None` for an answer that has only the OAuth word.
    pub(super) code: Option<u32>,
    /// A number in front of this one, as in `[70002, 54005]`.
    pub(super) first: Option<u32>,
    pub(super) error: &'static str,
    pub(super) suberror: Option<&'static str>,
    /// The HTTP status, where it is not the one that goes with `error`.
    pub(super) status: Option<u16>,
    pub(super) text: Cow<'static, str>,
}

/// A row of `services.txt`.
#[derive(Debug)]
pub(super) struct ServiceRow {
    name: &'static str,
    pub(super) place: &'static str,
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: &'static str,
    pub(super) retry_after: Option<&'static str>,
    pub(super) text: &'static str,
}

/// Where Entra can refuse, as `aadsts.txt` explains.
const ENTRA_PLACES: &str = "app-only redeem refresh second device metadata instance price page signin consent redirect \
                            declined interrupt";

/// Second names of rows, in words an operator would use.
const ALIASES: [(&str, &str); 6] = [
    ("secret-expired", "AADSTS7000222"),
    ("secret-wrong", "AADSTS7000215"),
    ("no-consent", "AADSTS65001"),
    ("declined", "AADSTS65004"),
    ("conditional-access", "AADSTS53003"),
    ("revoked", "AADSTS50173"),
];

impl Scenario {
    /// Returns every name with a line about it.
    pub fn all() -> &'static [(&'static str, &'static str)] {
        static ALL: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
            let mut all = vec![("happy", "Everything goes well"), ("none", "Everything goes well")];
            all.extend(WIRES.iter().map(|row| (row.name, row.what)));
            all.extend(QUIRKS.iter().map(|(name, what, _)| (*name, *what)));
            all.extend(
                ALIASES
                    .iter()
                    .filter_map(|(alias, name)| Some((*alias, first_sentence(&entra_row(name)?.refusal.text)))),
            );
            all.extend(entra_rows().iter().map(|row| (row.name, first_sentence(&row.refusal.text))));
            all.extend(service_rows().iter().map(|row| (row.name, row.text)));
            all
        });
        &ALL
    }

    /// Finds a scenario by name; large and small letters are the same.
    pub fn named(name: &str) -> Option<Self> {
        let fault = match name.split_once('@') {
            None => fault(name)?,
            Some((bare, place)) => fault(bare)?.moved(place)?,
        };
        Some(Self { name: name.to_ascii_lowercase(), fault })
    }

    /// The name it was found by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is this oddity.
    pub(super) fn is(&self, quirk: Quirk) -> bool {
        matches!(self.fault, Fault::Quirk(own) if own == quirk)
    }

    /// Whether it is about certificates, and needs https to strike.
    pub(super) fn needs_tls(&self) -> bool {
        let certificates = [Quirk::TlsExpired, Quirk::TlsNotYet, Quirk::TlsWrongName, Quirk::TlsUnknown];
        certificates.into_iter().any(|quirk| self.is(quirk))
    }

    /// Returns Entra's refusal if it strikes here.
    pub(super) fn entra(&self, place: &str) -> Option<Refusal> {
        let Fault::Entra(row, at) = self.fault else { return None };
        (at == place).then(|| row.refusal.clone())
    }

    /// Returns a service's refusal if it strikes in one of these places.
    pub(super) fn service(&self, places: &[&str]) -> Option<&'static ServiceRow> {
        let Fault::Service(row) = self.fault else { return None };
        places.contains(&row.place).then_some(row)
    }

    /// Returns what the wire does to a request that is in these places.
    pub(super) fn wire(&self, places: &[&str]) -> Option<Wire> {
        let Fault::Wire(wire, at) = self.fault else { return None };
        places.contains(&at).then_some(wire)
    }
}

impl Fault {
    /// The same misfortune at another place, if there can be one.
    fn moved(self, place: &str) -> Option<Self> {
        let known = |places: &'static str| places.split(' ').find(|own| own.eq_ignore_ascii_case(place));
        match self {
            Self::Wire(wire, _) => known(wire::PLACES).map(|place| Self::Wire(wire, place)),
            Self::Entra(row, _) => known(ENTRA_PLACES).map(|place| Self::Entra(row, place)),
            Self::None | Self::Service(_) | Self::Quirk(_) => None,
        }
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self { name: "happy".to_owned(), fault: Fault::None }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

fn fault(name: &str) -> Option<Fault> {
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    if is("happy") || is("none") {
        return Some(Fault::None);
    }
    let name = ALIASES.iter().find(|(alias, _)| is(alias)).map_or(name, |(_, name)| name);
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    if let Some(row) = WIRES.iter().find(|row| is(row.name)) {
        return Some(Fault::Wire(row.wire, row.place));
    }
    if let Some((_, _, quirk)) = QUIRKS.iter().find(|(own, _, _)| is(own)) {
        return Some(Fault::Quirk(*quirk));
    }
    if let Some(row) = service_rows().iter().find(|row| is(row.name)) {
        return Some(Fault::Service(row));
    }
    entra_row(name).map(|row| Fault::Entra(row, row.place))
}

/// Returns the refusal with this AADSTS number.
pub(super) fn aadsts(code: u32) -> Option<Refusal> {
    entra_rows().iter().map(|row| &row.refusal).find(|refusal| refusal.code == Some(code)).cloned()
}

fn entra_row(name: &str) -> Option<&'static EntraRow> {
    entra_rows().iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

fn entra_rows() -> &'static [EntraRow] {
    static ROWS: LazyLock<Vec<EntraRow>> = LazyLock::new(|| {
        lines(include_str!("scenario/aadsts.txt"))
            .filter_map(|line| {
                let [name, place, error, extras, text] = columns(line)?;
                let marks = || extras.split(' ').filter(|mark| !matches!(*mark, "-" | "~"));
                let refusal = Refusal {
                    code: name.strip_prefix("AADSTS").map(str::parse).transpose().ok()?,
                    first: marks().find_map(|mark| mark.strip_prefix('+')?.parse().ok()),
                    error,
                    suberror: marks().find(|mark| !mark.starts_with(['+', '='])),
                    status: marks().find_map(|mark| mark.strip_prefix('=')?.parse().ok()),
                    text: text.into(),
                };
                Some(EntraRow { name, place, refusal })
            })
            .collect()
    });
    &ROWS
}

fn service_rows() -> &'static [ServiceRow] {
    static ROWS: LazyLock<Vec<ServiceRow>> = LazyLock::new(|| {
        lines(include_str!("scenario/services.txt"))
            .filter_map(|line| {
                let [name, place, status, kind, code, text] = columns(line)?;
                let (retry_after, text) = text
                    .strip_prefix("Retry-After: ")
                    .and_then(|rest| rest.split_once("; "))
                    .map_or((None, text), |(seconds, text)| (Some(seconds), text));
                Some(ServiceRow { name, place, status: status.parse().ok()?, kind, code, retry_after, text })
            })
            .collect()
    });
    &ROWS
}

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn columns<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let cells: Vec<&str> = line.splitn(N, '|').map(str::trim).collect();
    cells.try_into().ok()
}

fn first_sentence(text: &'static str) -> &'static str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_row() {
        let count = |table| lines(table).count();
        assert_eq!(entra_rows().len(), count(include_str!("scenario/aadsts.txt")));
        assert_eq!(service_rows().len(), count(include_str!("scenario/services.txt")));
    }

    #[test]
    fn every_name_is_found_and_is_there_once() {
        let mut names: Vec<String> = Scenario::all()
            .iter()
            .map(|(name, what)| {
                assert!(!what.is_empty(), "{name}");
                assert!(Scenario::named(name).is_some(), "{name}");
                name.to_ascii_lowercase()
            })
            .collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(Scenario::named("no such thing").is_none());
    }

    #[test]
    fn some_misfortunes_can_be_moved() {
        assert!(Scenario::named("AADSTS7000222@refresh").is_some());
        assert!(Scenario::named("AADSTS7000222@nowhere").is_none());
        assert!(Scenario::named("html-502@redeem").is_some());
        assert!(Scenario::named("html-502@nowhere").is_none());
        assert!(Scenario::named("no-mfa@redeem").is_none());
    }

    #[test]
    fn a_pair_of_numbers_is_read_from_the_table() {
        let refusal = aadsts(54_005).unwrap();
        assert_eq!((refusal.first, refusal.error), (Some(70_002), "invalid_grant"));
        assert_eq!(aadsts(65_001).unwrap().suberror, Some("consent_required"));
        assert_eq!(aadsts(90_055).unwrap().status, Some(429));
    }

    #[test]
    fn places_are_places_that_a_service_asks_about() {
        for row in entra_rows() {
            assert!(ENTRA_PLACES.split(' ').any(|own| own == row.place), "{}", row.name);
        }
        for row in service_rows() {
            assert!(
                [
                    "pc-any",
                    "pc-app",
                    "pc-user",
                    "price",
                    "price-head",
                    "octo",
                    "octo-write",
                    "octo-credentials",
                    "octo-token"
                ]
                .contains(&row.place),
                "{}",
                row.name
            );
        }
    }
}
