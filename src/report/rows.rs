//! Rows of words, each with a tone: what a page and a printed report are made of.

/// How a piece of text is meant. A style goes with each, never colour alone: the words carry the meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Running text.
    Plain,
    /// A heading.
    Title,
    /// `ok`.
    Ok,
    /// `note`.
    Note,
    /// `!!`.
    Warning,
    /// `FAIL`.
    Failure,
    /// Less important.
    Muted,
    /// A key.
    Key,
    /// Something a person compares or copies.
    Value,
    /// An address.
    Link,
    /// What has the focus.
    Focus,
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
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// Words at the right edge, if there is room.
    pub right: Option<Piece>,
    /// When it is said line by line.
    pub said: Said,
    /// The same without a limit of width, where the row is shortened.
    pub whole: Option<String>,
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

    /// A word such as `note` and what it says, which hangs beside it.
    pub fn word(tone: Tone, word: &str, text: impl Into<String>) -> Self {
        let cells = u16::try_from(word.len() + 2).unwrap_or(6);
        Self::of(tone, format!("{word}  ")).and(Tone::Plain, text).at(3).hanging(3 + cells)
    }

    /// A label of a fixed width and what belongs to it, which hangs below itself.
    pub fn pair(label: &str, width: u16, tone: Tone, value: impl Into<String>) -> Self {
        let padded = format!("{label:<0$}", usize::from(width));
        Self { indent: 3, hang: 3 + width, ..Self::default() }.and(Tone::Plain, padded).and(tone, value)
    }

    /// The words without their tones.
    pub fn words(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}
