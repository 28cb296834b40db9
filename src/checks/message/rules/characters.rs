//! Nothing in a message acts on a terminal, or hides from its reader.

use super::super::Message;
use super::{found, spec};
use crate::checks::{Finding, Level, RuleSpec};
use crate::domain::{Span, is_invisible};

/// Control characters and invisible ones.
pub(super) const RULE: RuleSpec = spec(
    "control-characters",
    Level::Stop,
    "Escape sequences and characters that reorder or hide text make a log show something else than what is there.",
    ("fix: close the file\n", "fix: close the\u{202e} file\n"),
);

/// The first such character: one is enough to stop, and a hostile message has a million.
pub(super) fn findings(message: &Message<'_>) -> Option<Finding> {
    let text = message.text();
    let mut before = None;
    for (at, character) in text.char_indices() {
        let is_bad = match character {
            '\n' | '\t' => false,
            '\r' => !text[at + 1..].starts_with('\n') && at + 1 != text.len(),
            // Parts of pictures, where they follow one.
            '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => {
                before.is_none_or(|before: char| before.is_ascii() && !before.is_ascii_digit() && before != '#' && before != '*')
            }
            _ => character.is_control() || is_invisible(character),
        };
        if is_bad {
            let what = format!("the message has the character U+{:04X}, which is not seen", u32::from(character));
            return Some(found(&RULE, Span::new(at, at + character.len_utf8()), what).help("take it out"));
        }
        before = Some(character);
    }
    None
}
