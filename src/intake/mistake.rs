//! Why a text is no command, and what is wrong with one that was meant to be. Data only: the wording of replies belongs to `report`.

use serde::Serialize;

use crate::domain::Invalid;

/// Why a comment is no command: for the log, nobody is answered (row C2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNot {
    /// Longer than the server itself lets a comment be.
    #[error("the comment is longer than {} characters", super::markdown::MOST_CHARACTERS)]
    TooLong,
    /// No line starts with the prefix and a letter: found without reading Markdown.
    #[error("no line starts with the prefix and a letter")]
    NoPrefix,
    /// There are such lines, but the first line a reader sees is none of them.
    #[error("the first line outside quotes, code and HTML comments is no command")]
    FirstLine,
    /// The first line has the prefix, but no word of ours behind it, nor one near: somebody else's command, or a path.
    #[error("the first line's word is no command of ours")]
    OtherWord,
}

/// A command that cannot be carried out as it is written. Nothing is guessed: the reply says what, where, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {wrong}")]
pub struct Mistake {
    /// The line of the comment, from 1.
    pub line: usize,
    /// The character of that line, from 1.
    pub column: usize,
    /// What is wrong.
    pub wrong: Wrong,
    /// How the command is written, e.g. `/approve ENV [SHA]`; that of the nearest command where the word itself is mistyped.
    pub usage: Option<String>,
}

/// What is wrong with a command. Texts from the comment are escaped and cut ([`crate::domain::shown`]).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The word is no command, but near one.
    #[error("`{word}` is not a command")]
    UnknownCommand {
        /// The word as typed, without the prefix.
        word: String,
        /// The known word it is near to; always there for a comment.
        nearest: Option<String>,
    },
    /// The option is none of this command.
    #[error("`{option}` is not an option of this command")]
    UnknownOption {
        /// The option as typed.
        option: String,
        /// The option it is near to.
        nearest: Option<String>,
    },
    /// Something that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// What, e.g. `the environment`.
        what: &'static str,
    },
    /// An option without its value.
    #[error("`{option}` needs a value")]
    NoValue {
        /// The option.
        option: &'static str,
    },
    /// An option, a service or a parameter given twice.
    #[error("`{what}` is given twice")]
    Twice {
        /// What.
        what: String,
    },
    /// `--ref` together with `--sha`.
    #[error("`--ref` and `--sha` exclude each other")]
    RefAndSha,
    /// A word that the command has no place for.
    #[error("`{word}` is one word too many")]
    Stray {
        /// The word.
        word: String,
    },
    /// A word behind an option's value: a service in the wrong place, or a text of several words without quotes.
    #[error("`{word}` stands behind an option: services come before options, and a text of several words stands in double quotes")]
    BehindOption {
        /// The word.
        word: String,
    },
    /// A word behind `--` that is not `key=value`.
    #[error("`{word}` is not `key=value`; an empty value is written `key=\"\"`")]
    NotAParameter {
        /// The word.
        word: String,
    },
    /// A value that its type refuses.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A character that may not stand where it stands.
    #[error("{fault}: `{character}`")]
    Character {
        /// The character, escaped where it is not plain ASCII.
        character: String,
        /// Why it may not.
        fault: CharacterFault,
    },
    /// A double quote without its partner.
    #[error("the double quote is never closed")]
    OpenQuote,
    /// HTML or an HTML comment in the line, which readers of the comment do not see.
    #[error("the line holds HTML, which a reader does not see")]
    Html,
    /// More commands than one comment may hold.
    #[error("more than {most} commands in one comment")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
}

/// Why a character may not stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharacterFault {
    /// Beyond ASCII, outside double quotes.
    #[error("a character beyond ASCII stands outside double quotes")]
    NotAscii,
    /// A typographic quote: only `"` quotes.
    #[error("a typographic quote stands where only \" quotes")]
    SmartQuote,
    /// A typographic dash: an option starts with two hyphens.
    #[error("a typographic dash stands outside double quotes (an option starts with two hyphens)")]
    SmartDash,
    /// A control character.
    #[error("a control character")]
    Control,
    /// An invisible or bidirectional character.
    #[error("an invisible or bidirectional character")]
    Invisible,
    /// A backslash outside quotes, or one inside that escapes neither `"` nor `\`.
    #[error("a backslash stands only before \" or \\ inside double quotes")]
    Backslash,
    /// A quote in the middle of a word.
    #[error("a double quote encloses a whole word, or what follows `=`")]
    Quote,
}

/// What is wrong, and at which character of the line (from 1). Becomes a [`Mistake`] once line and usage are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misplaced {
    pub(super) column: usize,
    pub(super) wrong: Wrong,
}

impl Misplaced {
    pub(super) fn new(column: usize, wrong: Wrong) -> Self {
        Self { column, wrong }
    }
}
