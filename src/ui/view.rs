//! What a page says, without saying how it looks: rows of words with a tone, fields, buttons, and the keys that work now.
//!
//! The full screen paints a [`View`]; any other face can print the same one line by line.

use crate::report::lines::commands;
pub use crate::report::rows::{Piece, Row, Said, Sign, Tone};
use crate::ui::field::{SecretField, TextField};
use crate::ui::{Intent, keys};
use crate::words::Field;

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
    /// Beside the label.
    pub aside: Option<String>,
    /// Its content.
    pub body: Body<'a>,
    /// Whether it has the focus.
    pub focused: bool,
    /// What is known of its content, at its right end.
    pub remark: Option<Row>,
    /// What it is and where it is found, below it while it has the focus and nothing is wrong with it.
    pub help: Vec<Row>,
    /// What is wrong with it, or was done to it.
    pub below: Vec<Row>,
}

/// What stands beside a page where there is room for two panes: the help of what has the focus.
#[derive(Debug)]
pub struct Beside {
    /// What it is about.
    pub title: String,
    /// What it says.
    pub rows: Vec<Row>,
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
pub struct KeyHint {
    /// The key as written on it.
    pub key: &'static str,
    /// What it does, in words.
    pub does: &'static str,
    /// What it means.
    pub intent: Intent,
    /// How a face without keys names it.
    pub named: Named,
}

impl KeyHint {
    /// The key of an intent.
    pub fn new(intent: Intent, does: &'static str) -> Self {
        Self { key: keys::label(intent), does, intent, named: Named::ByKey }
    }
}

/// How a face that is told lines, and has words in the place of keys, names a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By the key and what it does.
    ByKey,
    /// So: what it does is something else there.
    As(&'static str),
    /// Not at all: something else does the same there.
    Not,
}

/// What a page says.
#[derive(Debug, Default)]
pub struct View<'a> {
    /// Its title; empty where its first row says more.
    pub title: String,
    /// At the right end of the title.
    pub aside: Option<Row>,
    /// How it stands, where lines are told.
    pub standing: Option<&'static str>,
    /// Which of the four tabs is open.
    pub tab: Option<usize>,
    /// Whether something failed in the step that is open.
    pub failed: bool,
    /// What has just happened: always in view, however far the page is scrolled.
    pub notice: Option<Row>,
    /// What it says, from top to bottom.
    pub blocks: Vec<Block<'a>>,
    /// The help of what has the focus.
    pub beside: Option<Beside>,
    /// The line of what goes on, where something does: it is in view, and as much as there is room for of what stands below it.
    pub goes_on_at: Option<usize>,
    /// The keys that work here, what Enter does first.
    pub hints: Vec<KeyHint>,
}

impl View<'_> {
    /// An empty page.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Says how it stands.
    #[must_use]
    pub fn standing(mut self, standing: &'static str) -> Self {
        self.standing = Some(standing);
        self
    }

    /// Opens a tab.
    #[must_use]
    pub fn tab(mut self, tab: usize) -> Self {
        self.tab = Some(tab);
        self
    }

    /// With a remark at the right end of its title.
    #[must_use]
    pub fn aside(mut self, remark: impl Into<String>) -> Self {
        self.aside = Some(Row::of(Tone::Muted, remark));
        self
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

    /// Adds a button.
    pub fn button(&mut self, label: &'static str, beside: impl Into<String>, focused: bool) {
        self.blocks.push(Block::Button(Button { label, beside: beside.into(), focused }));
    }

    /// The commands of this program that its rows tell, each on a line of its own.
    pub fn commands(&self) -> Vec<String> {
        let rows = self.blocks.iter().filter_map(|block| if let Block::Rows(rows) = block { Some(rows) } else { None });
        rows.flatten().flat_map(|row| commands(&row.words())).collect()
    }

    /// Adds keys that work now.
    pub fn keys(&mut self, keys: &[(Intent, &'static str)]) {
        self.hints.extend(keys.iter().map(|(intent, does)| KeyHint::new(*intent, does)));
    }

    /// Adds a key that is named otherwise where there are no keys.
    pub fn key_named(&mut self, intent: Intent, does: &'static str, named: Named) {
        self.hints.push(KeyHint { named, ..KeyHint::new(intent, does) });
    }

    /// Adds the keys that move the focus of a list, or scroll.
    pub fn up_and_down(&mut self, does: &'static str) {
        let hint = KeyHint::new(Intent::Down, does);
        self.hints.push(KeyHint { key: "Up Down", named: Named::Not, ..hint });
    }

    /// Adds the keys that nearly every page has, after its own.
    pub fn usual_keys(&mut self) {
        self.keys(&[(Intent::Leave, "leave"), (Intent::Help, "help")]);
    }
}
