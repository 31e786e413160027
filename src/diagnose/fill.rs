//! The words of a row with their placeholders filled.

use super::row::{Context, Platform};
use crate::microsoft::sentence::numbers;
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::{Failure, Service, UntrustedText};

/// What stands for the placeholders in the texts of a row.
pub(super) struct Values {
    place: Platform,
    optional: [(&'static str, Option<String>); 2],
    pairs: [(&'static str, String); 10],
}

impl Values {
    /// The longest value that was typed, in a text; the field beside it shows the whole.
    pub(super) const LONGEST: usize = 60;

    /// The longest detail: it is shown nowhere else, and a path is of no use without its end.
    const LONGEST_DETAIL: usize = 160;

    pub(super) fn of(failure: &Failure, context: &Context<'_>) -> Self {
        let or =
            |value: Option<&str>, word: &str| value.map_or_else(|| word.to_owned(), |value| clip(value, Self::LONGEST));
        let (api, id) = match context.audience {
            Some(audience) => (audience.api().name, audience.api().id),
            None => ("this API", "4990cffe... or fa3d9a0c..."),
        };
        Self {
            place: context.place,
            optional: [
                ("{detail}", failure.detail.as_ref().map(|detail| clip(detail.as_str(), Self::LONGEST_DETAIL))),
                ("{page}", page(failure)),
            ],
            pairs: [
                ("{service}", failure.service.title().to_owned()),
                ("{application}", or(context.application, "your app")),
                ("{tenant}", or(context.tenant, "the directory typed")),
                ("{redirect}", or(context.redirect, "the redirect address of step 3")),
                ("{api}", api.to_owned()),
                ("{api id}", id.to_owned()),
                ("{partner center id}", PARTNER_CENTER.id.to_owned()),
                ("{dev center id}", DEV_CENTER.id.to_owned()),
                ("{flags}", context.flags.to_owned()),
                ("{file flags}", if context.flags.is_empty() { " --store file" } else { context.flags }.to_owned()),
            ],
        }
    }

    /// The text with its placeholders filled; `None` if it speaks of a detail or a page that there is not, or of another system.
    pub(super) fn fill(&self, text: &str) -> Option<String> {
        if is_of_another_system(text, self.place) {
            return None;
        }
        let mut filled = text.to_owned();
        if filled.contains('{') {
            for (name, value) in &self.pairs {
                filled = filled.replace(name, value);
            }
        }
        for (name, value) in &self.optional {
            if text.contains(name) {
                filled = filled.replace(name, value.as_deref()?);
            }
        }
        // A sentence that begins with a placeholder still begins with a capital letter.
        Some(if text.starts_with('{') { capital(&filled) } else { filled })
    }
}

/// The numbers of Entra in another service's sentence.
pub(super) fn passed_on(failure: &Failure) -> impl Iterator<Item = u64> {
    failure.sentence.iter().flat_map(|sentence| numbers(sentence.as_str()))
}

/// The page on which Microsoft Entra tells what its number means.
pub(super) fn error_page(failure: &Failure) -> Option<String> {
    let entra =
        if failure.service == Service::Entra { failure.codes.last().copied() } else { passed_on(failure).next() };
    entra.map(|code| format!("https://login.microsoftonline.com/error?code={code}"))
}

/// Where the service itself tells what its number means.
fn page(failure: &Failure) -> Option<String> {
    let own = failure.codes.last().filter(|_| failure.service == Service::PartnerCenter);
    error_page(failure).or_else(|| own.map(|_| "learn.microsoft.com/partner-center/developer/error-codes".to_owned()))
}

/// Harmless, and not longer than this many characters: the middle is left out, because a path is known by its end.
pub(super) fn clip(raw: &str, longest: usize) -> String {
    let text = UntrustedText::new(raw);
    let count = text.as_str().chars().count();
    if count <= longest {
        return text.as_str().to_owned();
    }
    let front = longest / 2;
    let back = longest.saturating_sub(front + 1);
    let characters = || text.as_str().chars();
    let (front, back) = (characters().take(front), characters().skip(count - back));
    front.chain(['…']).chain(back).collect()
}

/// Whether a line that begins with the name of a system ("Linux: ...") is about another one. Where nothing special is known of the machine,
/// as in the documentation, all of them stand.
fn is_of_another_system(text: &str, place: Platform) -> bool {
    let here: &[&str] = match place {
        Platform::Any => return false,
        Platform::Linux | Platform::LinuxRemote => &["Linux"],
        // Some of it is done in the Windows around it.
        Platform::Wsl => &["Linux", "Windows"],
        Platform::Mac => &["macOS"],
        Platform::Windows | Platform::WindowsRemote => &["Windows"],
    };
    let name = text.split_once(": ").map_or("", |(name, _)| name);
    let is_named = ["Linux", "macOS", "Windows"].iter().any(|system| name.starts_with(system));
    is_named && !here.iter().any(|here| name.contains(here))
}

/// The first letter in upper case, for the start of a sentence.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
