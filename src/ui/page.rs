//! What a page says, without saying how it looks: rows of words with a tone, fields, buttons, and the keys that work now.
//!
//! The full screen paints a [`Page`]; any other face can print the same one line by line.

pub use crate::report::rows::{Piece, Row, Said, Tone};
use crate::ui::field::{SecretField, TextField};
use crate::words::answers::Field;

/// A part of a page.
#[derive(Debug)]
pub enum Block<'a> {
    /// Rows.
    Rows(Vec<Row>),
    /// A field.
    Input(Input<'a>),
    /// A button.
    Button(Button),
    /// A line of a list that can have the focus.
    Item(Item),
}

/// A field with what stands around it.
#[derive(Debug)]
pub struct Input<'a> {
    /// Which.
    pub field: Field,
    /// Beside the label, at the right edge.
    pub aside: Option<String>,
    /// Its content.
    pub body: Body<'a>,
    /// Whether it has the focus.
    pub focused: bool,
    /// What stands below it: a problem, a note, a hint.
    pub below: Vec<Row>,
}

/// The content of a field.
#[derive(Debug)]
pub enum Body<'a> {
    /// Visible text.
    Text(&'a TextField),
    /// Dots.
    Secret(&'a SecretField),
    /// One of a few.
    Choice {
        /// What can be chosen.
        options: Vec<&'static str>,
        /// Which is.
        chosen: usize,
    },
}

/// A button.
#[derive(Debug)]
pub struct Button {
    /// What it does.
    pub label: &'static str,
    /// Beside it.
    pub beside: String,
    /// Whether it has the focus.
    pub focused: bool,
}

/// A line of a list.
#[derive(Debug)]
pub struct Item {
    /// Marked, not marked, or nothing to mark.
    pub mark: Option<bool>,
    /// What it says.
    pub text: String,
    /// Whether it has the focus.
    pub focused: bool,
    /// More about it, which stands below the line that has the focus.
    pub below: Vec<Row>,
}

/// A key that works now, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key as written on it.
    pub key: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// A whole page.
#[derive(Debug, Default)]
pub struct Page<'a> {
    /// At the right of the title line.
    pub place: String,
    /// Which of the four tabs is open, and how many before it are done.
    pub tab: Option<usize>,
    /// What has just happened: always in view, however far the page is scrolled.
    pub notice: Option<Row>,
    /// What it says, from top to bottom.
    pub blocks: Vec<Block<'a>>,
    /// The help line.
    pub hints: Vec<Hint>,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub fn new(place: impl Into<String>) -> Self {
        Self { place: place.into(), ..Self::default() }
    }

    /// Adds rows.
    pub fn rows(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.blocks.push(Block::Rows(rows.into_iter().collect()));
    }

    /// Adds one row.
    pub fn row(&mut self, row: Row) {
        self.rows([row]);
    }

    /// Adds an empty row.
    pub fn gap(&mut self) {
        self.row(Row::gap());
    }

    /// Adds a field.
    pub fn input(&mut self, input: Input<'a>) {
        self.blocks.push(Block::Input(input));
    }

    /// Adds a key that works now.
    pub fn hint(&mut self, key: &'static str, does: &'static str) {
        self.hints.push(Hint { key, does });
    }
}
