//! The screen before the YAML parser: size, and characters that hide or reorder what a reviewer sees (row V6).

use super::code::Code;
use super::fault::{Fault, Sink};
use crate::domain::Span;
use crate::domain::is_invisible;

/// The largest policy, in bytes.
pub(super) const LARGEST: usize = 256 * 1024;

/// Faults beyond this many say nothing new: a binary file is wrong once.
const MOST: usize = 20;

/// Adds a fault for every character that must not stand in a policy, and for its size. `None` where reading on would find
/// nothing but consequences.
pub(super) fn screen(text: &str, sink: &Sink) -> Option<()> {
    if text.len() > LARGEST {
        sink.add(Fault::new(Code::Size, Span::default(), format!("the policy has {} bytes; {LARGEST} are the most", text.len())));
        return None;
    }
    let mut before = ' ';
    let mut found = 0;
    let mut control = false;
    for (at, character) in text.char_indices() {
        let next = text.as_bytes().get(at + character.len_utf8());
        if is_hidden(character, before, next) && found < MOST {
            found += 1;
            control |= character.is_control();
            sink.add(fault(at, character));
        }
        before = character;
    }
    (!control).then_some(())
}

fn is_hidden(character: char, before: char, next: Option<&u8>) -> bool {
    match character {
        '\n' | '\t' => false,
        '\r' => next != Some(&b'\n'),
        // The emoji form of a sign, behind the sign itself.
        '\u{fe0f}' => before.is_ascii(),
        _ => character.is_control() || is_invisible(character),
    }
}

fn fault(at: usize, character: char) -> Fault {
    let span = Span::new(at, at + character.len_utf8());
    let fault = Fault::new(Code::Character, span, format!("the character U+{:04X} hides what a reader sees", u32::from(character)));
    match character {
        '\u{feff}' if at == 0 => fault.help("save the file as UTF-8 without a byte order mark"),
        '\r' => fault.help("end lines with a newline"),
        _ => fault.help("remove it"),
    }
}
