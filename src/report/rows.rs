//! Rows of words, each with a tone: what a page and a printed report are made of.

use unicode_width::UnicodeWidthStr as _;

/// How a piece of text is meant: its role. A style goes with each, never colour alone: words and signs carry the meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Running text.
    Plain,
    /// A heading, and the sentence that says what happened.
    Title,
    /// What has the focus, where one is, what Enter does.
    Accent,
    /// It passed.
    Ok,
    /// To know; nothing has to be done.
    Note,
    /// Wrong or failed.
    Problem,
    /// A remark, a unit, what stands every time.
    Muted,
    /// A key.
    Key,
    /// Something a person compares or copies.
    Value,
    /// What was typed into a field.
    Field,
    /// An address.
    Link,
}

/// What a sign before a row stands for. A screen draws it, lines have its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It passed.
    Ok,
    /// To know.
    Note,
    /// A value is wrong, or something is to be done.
    Problem,
    /// A check failed.
    Failed,
    /// It is being asked.
    Running,
    /// It is still to come, or was not tried.
    Waiting,
}

impl Sign {
    /// Its tone.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Ok,
            Self::Note => Tone::Note,
            Self::Problem | Self::Failed => Tone::Problem,
            Self::Running => Tone::Accent,
            Self::Waiting => Tone::Muted,
        }
    }

    /// Its word, where there are lines and no signs; none for what only moves.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "Problem",
            Self::Failed => "FAIL",
            Self::Running | Self::Waiting => "",
        }
    }
}

/// Some words in one tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// How they are meant.
    pub tone: Tone,
}

/// When a face that prints lines, and cannot change one again, says a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// As soon as it is there.
    #[default]
    Once,
    /// It tells how time goes by: now and then.
    NowAndThen,
    /// Not at all: it stands for what is still to come, or tells of keys that such a face has not.
    Not,
}

/// One line that wraps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Cells before the first line.
    pub indent: u16,
    /// Cells before each following line.
    pub hang: u16,
    /// The sign before its words.
    pub sign: Option<Sign>,
    /// What stands before the sign on a screen, in a column of this many cells.
    pub lead: Option<(u16, &'static str)>,
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// Words at the right edge, if there is room.
    pub right: Option<Piece>,
    /// When it is said line by line.
    pub said: Said,
    /// The same without a limit of width, where the row is shortened.
    pub whole: Option<String>,
    /// The same on the smallest screens; empty where it is left out there.
    pub small: Option<&'static str>,
}

impl Row {
    /// A row of plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Tone::Plain, text)
    }

    /// A row in one tone.
    pub fn of(tone: Tone, text: impl Into<String>) -> Self {
        Self::default().and(tone, text)
    }

    /// An empty row.
    pub fn gap() -> Self {
        Self::default()
    }

    /// More words.
    #[must_use]
    pub fn and(mut self, tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push(Piece { text, tone });
        }
        self
    }

    /// Moved to the right, following lines as far.
    #[must_use]
    pub fn at(mut self, indent: u16) -> Self {
        self.indent = indent;
        self.hang = indent;
        self
    }

    /// Following lines begin at this cell.
    #[must_use]
    pub fn hanging(mut self, hang: u16) -> Self {
        self.hang = hang;
        self
    }

    /// Words at the right edge.
    #[must_use]
    pub fn right(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.right = Some(Piece { text: text.into(), tone });
        self
    }

    /// Said line by line at another time than at once.
    #[must_use]
    pub fn said(mut self, said: Said) -> Self {
        self.said = said;
        self
    }

    /// The same without a limit of width.
    #[must_use]
    pub fn whole(mut self, whole: impl Into<String>) -> Self {
        self.whole = Some(whole.into());
        self
    }

    /// The same on the smallest screens; empty where it is left out there.
    #[must_use]
    pub fn small(mut self, small: &'static str) -> Self {
        self.small = Some(small);
        self
    }

    /// A word such as `note` and what it says, which hangs beside it.
    pub fn word(tone: Tone, word: &str, text: impl Into<String>) -> Self {
        let cells = u16::try_from(word.len() + 2).unwrap_or(6);
        Self::of(tone, format!("{word}  ")).and(Tone::Plain, text).at(3).hanging(3 + cells)
    }

    /// A sign and what it says, which hangs beside it.
    pub fn signed(sign: Sign, text: impl Into<String>) -> Self {
        Self { sign: Some(sign), ..Self::of(Tone::Plain, text) }.at(3)
    }

    /// With a sign before its words.
    #[must_use]
    pub fn sign(mut self, sign: Sign) -> Self {
        self.sign = Some(sign);
        self
    }

    /// Behind a column of its own, which a screen alone has.
    #[must_use]
    pub fn behind(mut self, width: u16, lead: &'static str) -> Self {
        self.lead = Some((width, lead));
        self
    }

    /// A label of a fixed width, or longer, and what belongs to it, which hangs below itself.
    pub fn pair(label: &str, width: u16, tone: Tone, value: impl Into<String>) -> Self {
        let longer = usize::from(width) <= label.width();
        let padded = if longer { format!("{label}  ") } else { format!("{label:<0$}", usize::from(width)) };
        Self { indent: 3, hang: 3 + width, ..Self::default() }.and(Tone::Plain, padded).and(tone, value)
    }

    /// The words without their tones.
    pub fn words(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}
