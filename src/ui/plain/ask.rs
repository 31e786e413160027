//! What is asked now: a field, one of a few, or what else can be done.

use super::words;
use crate::ui::overlay::Overlay;
use crate::ui::parts::counted;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Block, Body, Input, Item, View};
use crate::ui::wizard::Wizard;
use crate::words::Field;

/// What is asked, and whether the answer is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What stands before the answer.
    pub text: String,
    /// Whether what is typed is not shown.
    pub hidden: bool,
}

/// What the next line answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A field that takes text, the only one of its page or one of several.
    Text(Field),
    /// One of a few.
    Choice(Field),
    /// Words, numbers, Enter.
    Words,
}

/// What the next line answers.
pub(super) fn asked(wizard: &Wizard) -> Asked {
    match wizard.target().filter(|_| wizard.overlay.is_none()) {
        Some(FocusTarget::Field(field)) if wizard.typing() => Asked::Text(field),
        Some(FocusTarget::Field(field)) => Asked::Choice(field),
        Some(FocusTarget::Prerequisite(_) | FocusTarget::Choice(_) | FocusTarget::Button) | None => Asked::Words,
    }
}

/// "2 of 5: Application ID (aside) [value]: "
pub(super) fn question(wizard: &Wizard, input: &Input<'_>) -> String {
    let count = wizard.targets().len().saturating_sub(1);
    let mut text = if count > 1 { format!("{} of {count}: ", wizard.page.state().focus + 1) } else { String::new() };
    text.push_str(input.field.label());
    if input.field.is_optional() {
        text.push_str(" (optional)");
    }
    if let Some(aside) = input.aside.as_deref().filter(|aside| !aside.is_empty()) {
        text = format!("{text} ({aside})");
    }
    let shown = match &input.body {
        Body::Text(field) => field.text().to_owned(),
        Body::Secret(secret) if secret.is_empty() => String::new(),
        Body::Secret(secret) => format!("{}, not shown", counted(secret.characters())),
        Body::Choice { options, chosen } => {
            let all = options.iter().enumerate();
            let all: Vec<String> = all.map(|(index, option)| format!("{} {option}", index + 1)).collect();
            text = format!("{text}: {}", all.join(", "));
            (chosen + 1).to_string()
        }
    };
    if !shown.is_empty() {
        text = format!("{text} [{shown}]");
    }
    format!("{text}: ")
}

/// What can be typed where no field is asked; `None` where nothing is waited for.
pub(super) fn offer(wizard: &Wizard, page: &View<'_>) -> Option<String> {
    let numbers = match wizard.targets().first().filter(|_| wizard.overlay.is_none()) {
        Some(FocusTarget::Prerequisite(_)) => Some("a number = about that line"),
        Some(FocusTarget::Choice(_)) => Some("a number chooses"),
        Some(FocusTarget::Field(_)) => Some("a number = change that field"),
        Some(FocusTarget::Button) | None => None,
    };
    let enter = enter(wizard, page).map(|does| format!("Enter = {does}"));
    if enter.is_none() && numbers.is_none() && wizard.overlay.is_none() {
        return None;
    }
    let ways: Vec<String> = enter.into_iter().chain(numbers.map(str::to_owned)).collect();
    Some(if ways.is_empty() { "One of the words: ".to_owned() } else { format!("{}; or a word: ", ways.join("; ")) })
}

/// What Enter alone does where no field is asked.
pub(super) fn enter(wizard: &Wizard, page: &View<'_>) -> Option<String> {
    if wizard.overlay.is_none() && matches!(wizard.target(), Some(FocusTarget::Choice(_))) {
        return None;
    }
    let button = page.blocks.iter().find_map(|block| match block {
        Block::Button(button) => Some(button),
        Block::Input(_) | Block::Rows(_) | Block::Item(_) => None,
    });
    match (button, &wizard.overlay) {
        (Some(button), _) if button.beside.is_empty() => Some(button.label.to_owned()),
        (Some(button), _) => Some(format!("{} ({})", button.label, button.beside)),
        (None, Some(Overlay::Help | Overlay::Details)) => Some("back to the page".to_owned()),
        (None, _) => words::enter(page).map(str::to_owned),
    }
}

pub(super) fn input<'p, 'w>(page: &'p View<'w>, field: Field) -> Option<&'p Input<'w>> {
    page.blocks.iter().find_map(|block| match block {
        Block::Input(input) if input.field == field => Some(input),
        Block::Input(_) | Block::Rows(_) | Block::Button(_) | Block::Item(_) => None,
    })
}

pub(super) fn items<'p>(page: &'p View<'_>) -> impl Iterator<Item = &'p Item> {
    page.blocks.iter().filter_map(|block| match block {
        Block::Item(item) => Some(item),
        Block::Input(_) | Block::Rows(_) | Block::Button(_) => None,
    })
}

/// A label without what only explains it.
pub(super) fn short(field: Field) -> &'static str {
    let label = field.label();
    label.strip_suffix(')').and_then(|label| label.split_once(" (")).map_or(label, |(front, _)| front)
}
