//! Named misfortunes. Almost all of them are rows of a table; the few that are not are oddities that a service asks about.

mod quirks;

use std::borrow::Cow;
use std::sync::LazyLock;

use super::wire::{self, WIRES, Wire};
use quirks::QUIRKS;

pub(super) use quirks::Quirk;

/// A named misfortune, or none. `html-502@redeem` and `AADSTS7000222@refresh` move one of the wire or of Entra elsewhere.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name it was found by.
    pub(super) name: String,
    fault: &'static Fault,
    place: &'static str,
}

/// A row of one of the tables.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// Where it strikes unless another place is named; nowhere in particular if this is empty.
    pub(super) place: &'static str,
    pub(super) fault: Fault,
}

/// What a scenario does.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// Nothing: everything goes well.
    None,
    /// Entra refuses.
    Entra(Refusal),
    /// Partner Center, the price service or Octo refuses.
    Service(ServiceRefusal),
    /// The wire, or a box on it, misbehaves.
    Wire(Wire),
    /// Something is odd.
    Quirk(Quirk),
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

/// A refusal of another service's.
#[derive(Clone, Debug)]
pub(super) struct ServiceRefusal {
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
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        rows().iter().map(|row| (row.name, row.what))
    }

    /// Finds a scenario by name; large and small letters are the same.
    pub fn named(name: &str) -> Option<Self> {
        let (bare, moved) = name.split_once('@').map_or((name, None), |(bare, place)| (bare, Some(place)));
        let Row { place, fault, .. } = rows().iter().find(|row| row.name.eq_ignore_ascii_case(bare))?;
        let place = moved.map_or(Some(*place), |place| fault.places().find(|own| own.eq_ignore_ascii_case(place)))?;
        Some(Self { name: name.to_ascii_lowercase(), fault, place })
    }

    /// Whether it is this oddity.
    pub(super) fn is(&self, quirk: Quirk) -> bool {
        matches!(self.fault, Fault::Quirk(own) if *own == quirk)
    }

    /// Whether it is about certificates, and needs https to strike.
    pub(super) fn needs_tls(&self) -> bool {
        let certificates = [Quirk::TlsExpired, Quirk::TlsNotYet, Quirk::TlsWrongName, Quirk::TlsUnknown];
        certificates.into_iter().any(|quirk| self.is(quirk))
    }

    /// Returns Entra's refusal if it strikes here.
    pub(super) fn entra(&self, place: &str) -> Option<Refusal> {
        let Fault::Entra(refusal) = self.fault else { return None };
        (self.place == place).then(|| refusal.clone())
    }

    /// Refuses with Entra's refusal if it strikes here.
    pub(super) fn strike(&self, place: &str) -> Result<(), Refusal> {
        self.entra(place).map_or(Ok(()), Err)
    }

    /// Returns a service's refusal if it strikes in one of these places.
    pub(super) fn service(&self, places: &[&str]) -> Option<&'static ServiceRefusal> {
        let Fault::Service(refusal) = self.fault else { return None };
        places.contains(&self.place).then_some(refusal)
    }

    /// Returns what the wire does to a request that is in these places.
    pub(super) fn wire(&self, places: &[&str]) -> Option<Wire> {
        let Fault::Wire(wire) = self.fault else { return None };
        places.contains(&self.place).then_some(*wire)
    }
}

impl Fault {
    /// The places it can be moved to.
    fn places(&self) -> impl Iterator<Item = &'static str> {
        let places = match self {
            Self::Wire(_) => wire::PLACES,
            Self::Entra(_) => ENTRA_PLACES,
            Self::None | Self::Service(_) | Self::Quirk(_) => "",
        };
        places.split_ascii_whitespace()
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self { name: "happy".to_owned(), fault: &Fault::None, place: "" }
    }
}

/// Every scenario.
fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let well = |name| Row { name, what: "Everything goes well", place: "", fault: Fault::None };
        let entra: Vec<Row> = lines(include_str!("scenario/aadsts.txt")).filter_map(entra_row).collect();
        let alias = |(name, of)| Some(Row { name, ..entra.iter().find(|row| row.name == of)?.clone() });
        let aliases: Vec<Row> = ALIASES.into_iter().filter_map(alias).collect();
        let services = lines(include_str!("scenario/services.txt")).filter_map(service_row).collect();
        [vec![well("happy"), well("none")], WIRES.to_vec(), QUIRKS.to_vec(), aliases, entra, services].concat()
    });
    &ROWS
}

/// Returns the refusal with this AADSTS number.
pub(super) fn aadsts(code: u32) -> Option<Refusal> {
    rows().iter().find_map(|row| match &row.fault {
        Fault::Entra(refusal) if refusal.code == Some(code) => Some(refusal.clone()),
        Fault::None | Fault::Entra(_) | Fault::Service(_) | Fault::Wire(_) | Fault::Quirk(_) => None,
    })
}

fn entra_row(line: &'static str) -> Option<Row> {
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
    let what = text.split_once(". ").map_or(text, |(first, _)| first);
    Some(Row { name, what, place, fault: Fault::Entra(refusal) })
}

fn service_row(line: &'static str) -> Option<Row> {
    let [name, place, status, kind, code, text] = columns(line)?;
    let (retry_after, text) = text
        .strip_prefix("Retry-After: ")
        .and_then(|rest| rest.split_once("; "))
        .map_or((None, text), |(seconds, text)| (Some(seconds), text));
    let fault = Fault::Service(ServiceRefusal { status: status.parse().ok()?, kind, code, retry_after, text });
    Some(Row { name, what: text, place, fault })
}

/// The lines of a table that are no remarks.
pub(super) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The cells of such a line.
pub(super) fn columns<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let cells: Vec<&str> = line.splitn(N, '|').map(str::trim).collect();
    cells.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_row() {
        let count = |table| lines(table).count();
        let tables = count(include_str!("scenario/aadsts.txt")) + count(include_str!("scenario/services.txt"));
        assert_eq!(rows().len(), 2 + WIRES.len() + QUIRKS.len() + ALIASES.len() + tables);
    }

    #[test]
    fn every_name_is_found_and_is_there_once() {
        let mut names: Vec<String> = Scenario::all()
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
        let services = "pc-any pc-app pc-user price price-head octo octo-write octo-credentials octo-token";
        for row in rows() {
            let known = match row.fault {
                Fault::Service(_) => services.split(' ').any(|own| own == row.place),
                Fault::Entra(_) | Fault::Wire(_) => row.fault.places().any(|own| own == row.place),
                Fault::None | Fault::Quirk(_) => row.place.is_empty(),
            };
            assert!(known, "{}", row.name);
        }
    }
}
