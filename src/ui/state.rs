//! What every page has of its own, and what dies with it.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::ui::fields::{Fields, is_needed};
use crate::words::field::Shown;
use crate::words::{Field, Problem};

/// The fields that are taken for each other.
pub(super) const IDS: [Field; 3] = [Field::ClientId, Field::ApplicationId, Field::Directory];

/// Something on a page that can have the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FocusTarget {
    /// A field.
    Field(Field),
    /// A line that a person marks.
    Prerequisite(usize),
    /// A line of the overview.
    Choice(usize),
    /// The page's button.
    Button,
}

impl FocusTarget {
    /// Fields, and the button below them.
    pub(crate) fn form(fields: &[Field]) -> Vec<Self> {
        fields.iter().map(|field| Self::Field(*field)).chain([Self::Button]).collect()
    }

    /// The field, if it is one.
    pub(crate) fn field(self) -> Option<Field> {
        match self {
            Self::Field(field) => Some(field),
            Self::Prerequisite(_) | Self::Choice(_) | Self::Button => None,
        }
    }
}

/// What every page has of its own.
#[derive(Debug, Default)]
pub struct PageState {
    /// Which of its targets has the focus.
    pub(crate) focus: usize,
    /// Lines away from where the focus would be in view.
    pub(crate) scroll: i16,
    /// How far down that may go, as it was painted last.
    pub(crate) below: Cell<i16>,
    /// What is wrong with its fields.
    pub(crate) problems: Vec<Problem>,
    /// Fields whose content Microsoft or Octo has refused, as long as it is that content.
    pub(crate) refused: Vec<Field>,
    /// What was done to values that were pasted.
    pub(crate) notes: BTreeMap<Field, String>,
    /// What has just happened.
    pub(crate) notice: Option<String>,
}

impl PageState {
    /// Says what has just happened.
    pub(crate) fn say(&mut self, notice: impl Into<String>) {
        self.notice = Some(notice.into());
    }

    pub(crate) fn is_wrong(&self, field: Field) -> bool {
        self.problems.iter().any(|problem| problem.field == field)
    }

    /// Nothing is known to be wrong with a field any more.
    pub(crate) fn clear_problem(&mut self, field: Field) {
        self.problems.retain(|problem| problem.field != field);
    }

    /// A field has another content: what was wrong with it, or with another one beside it, may be so no more.
    pub(crate) fn changed(&mut self, field: Field) {
        self.clear_problem(field);
        self.notes.remove(&field);
        self.refused.retain(|refused| *refused != field);
        if IDS.contains(&field) {
            self.problems.retain(|problem| !IDS.contains(&problem.field));
            self.refused.retain(|refused| !IDS.contains(refused));
        }
    }

    /// The first field that is wrong, or empty though it is needed, gets the focus; a page that nothing was typed on begins at
    /// its top.
    pub(crate) fn focus_first_open(&mut self, targets: &[FocusTarget], fields: &Fields) {
        let first =
            |wanted: &dyn Fn(Field) -> bool| targets.iter().position(|target| target.field().is_some_and(wanted));
        let begun = first(&|field| !fields.is_empty(field)).is_some();
        let needed = |field| begun && fields.is_empty(field) && is_needed(field);
        // Where nothing is to be typed, the button is next.
        let typed = first(&|field| field.shown() != Shown::Chosen).is_some();
        let button = targets.iter().position(|target| *target == FocusTarget::Button).filter(|_| !typed);
        let wrong = first(&|field| self.is_wrong(field));
        self.focus = wrong.or_else(|| first(&needed)).or(button).unwrap_or(0);
    }

    /// Moves the focus round.
    pub(crate) fn move_focus(&mut self, by: isize, count: usize) {
        let next = self.focus.checked_add_signed(by).unwrap_or_else(|| count.saturating_sub(1));
        self.focus = if next < count { next } else { 0 };
        self.scroll = 0;
    }

    /// Away from where the focus, or the start of the page, would be; `above` is how far up there is something.
    pub(crate) fn scroll_by(&mut self, lines: i16, above: i16) {
        let most = self.below.get().max(above);
        self.scroll = self.scroll.saturating_add(lines).clamp(above, most);
    }
}
