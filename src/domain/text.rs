//! What every text from outside must pass before it becomes a word of the trade.
//!
//! A checked text can stand in a ref, a URL path, a query variable, an argument or a log line. It must still be
//! quoted for Markdown: that is the business of `report`.

use std::fmt;

/// Why a text was refused (rows V1–V6).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{shown}` is not valid: {fault}")]
pub struct Invalid {
    /// What the text was meant to be, e.g. `environment`.
    pub what: &'static str,
    /// The text with everything but plain printable ASCII escaped, cut to 80 characters.
    pub shown: String,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Invalid {
    /// A refusal of `text`, which was meant to be a `what`.
    pub fn new(what: &'static str, text: &str, fault: Fault) -> Self {
        Self { what, shown: shown(text), fault }
    }
}

/// The fault found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Longer than allowed.
    #[error("it is longer than {max} characters")]
    TooLong {
        /// The greatest length, in bytes.
        max: usize,
    },
    /// A control character, among them newline and NUL.
    #[error("it contains a control character")]
    Control,
    /// A bidirectional or zero-width character, which hides or reorders what a reader sees.
    #[error("it contains an invisible or bidirectional character")]
    Invisible,
    /// A character beyond ASCII where only ASCII is allowed (e.g. look-alike letters and digits).
    #[error("it contains a character that is not ASCII")]
    NotAscii,
    /// `..`, which climbs out of a path or spans a range of commits.
    #[error("it contains `..`")]
    Traversal,
    /// A leading `-`, which a program would read as an option.
    #[error("it starts with `-`")]
    LeadingDash,
    /// A character or sequence a shell would act on.
    #[error("it contains a shell metacharacter")]
    Shell,
    /// It does not have the required form.
    #[error("it must be {0}")]
    Shape(&'static str),
}

/// The text made safe to show: plain printable ASCII stays, everything else is escaped, and it is cut to 80 characters.
pub fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let mut out = String::new();
    for character in text.chars() {
        if out.len() >= MOST {
            out.push('…');
            break;
        }
        if character == ' ' || character.is_ascii_graphic() {
            out.push(character);
        } else {
            out.extend(character.escape_default());
        }
    }
    out
}

/// The text with everything escaped that a terminal would act on or a reader would not see, cut to so many characters; what `stays` names is left as it is.
pub fn visible(text: &str, most: usize, stays: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (count, character) in text.chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        let hidden = !stays(character) && (character.is_control() || is_invisible(character));
        if hidden { out.extend(character.escape_default()) } else { out.push(character) }
    }
    out
}

/// True for characters that are not seen or that change the order of what is seen: zero-width, bidirectional,
/// variation selectors, tags, soft hyphen and other default-ignorable code points (Unicode `Default_Ignorable_Code_Point`).
pub fn is_invisible(character: char) -> bool {
    matches!(
        u32::from(character),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF
    )
}

/// The screen for free text of one line (reasons, parameter values): no control, bidirectional or zero-width characters.
///
/// # Errors
/// The first fault found.
pub fn screen_line(text: &str, max: usize) -> Result<(), Fault> {
    if text.len() > max {
        return Err(Fault::TooLong { max });
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::Control);
    }
    if text.chars().any(is_invisible) {
        return Err(Fault::Invisible);
    }
    Ok(())
}

/// The screen for names that reach programs, refs, or paths (row V6): what [`screen_line`] refuses, and besides
/// anything beyond ASCII, `..`, a leading `-`, and embedded commands.
///
/// # Errors
/// The first fault found.
pub fn screen_name(text: &str, max: usize) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    screen_line(text, max)?;
    if !text.is_ascii() {
        return Err(Fault::NotAscii);
    }
    if text.starts_with('-') {
        return Err(Fault::LeadingDash);
    }
    if text.contains("..") {
        return Err(Fault::Traversal);
    }
    if text.contains(is_shell_character) {
        return Err(Fault::Shell);
    }
    Ok(())
}

fn is_shell_character(character: char) -> bool {
    matches!(
        character,
        '$' | '`' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '{' | '}' | '!' | '\\' | '"' | '\'' | '*' | '?' | '[' | ']' | '#' | '~' | '^' | ' '
    )
}

/// A text shown in an error or a log: [`shown`] behind a `Display`.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shown(self.0))
    }
}

/// Defines a text type that is checked on construction and on deserialisation.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// [`Invalid`](crate::domain::Invalid) with the fault found.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::domain::Invalid> {
                let text = text.into();
                let check: fn(&str) -> Result<(), $crate::domain::Fault> = $check;
                match check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(fault) => Err($crate::domain::Invalid::new($what, &text, fault)),
                }
            }

            /// The checked text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::domain::Invalid;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::Invalid;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}
pub(crate) use checked_text;
