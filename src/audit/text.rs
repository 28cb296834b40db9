//! Texts on their way into the log: redacted, cut, and written so that no reader's terminal can be misled.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

use crate::domain::is_invisible;

/// Takes secrets out of a text (row A5).
pub type Redact<'a> = &'a dyn Fn(&str) -> String;

/// The most of one text that is logged, in bytes; what is longer ends in `…`.
pub const MOST_TEXT: usize = 4_096;

/// The value with every string and every key redacted, then cut to [`MOST_TEXT`]. A secret that lies across the cut is gone before it.
pub fn redacted(value: &Value, redact: Redact<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(clean(text, redact)),
        Value::Array(items) => Value::Array(items.iter().map(|item| redacted(item, redact)).collect()),
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, item)| (clean(key, redact), redacted(item, redact))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

pub(super) fn clean(text: &str, redact: Redact<'_>) -> String {
    const MARK: &str = "…";
    let mut text = redact(text);
    if text.len() > MOST_TEXT {
        let room = MOST_TEXT - MARK.len();
        let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push_str(MARK);
    }
    text
}

/// Writes the value as compact JSON in which control, invisible and bidirectional characters are escaped.
pub(super) fn write(out: &mut Vec<u8>, value: &Value) {
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(out, Plain));
    written.expect("a JSON value has string keys, and a vector takes every byte");
}

struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, character)| character.is_control() || is_invisible(*character)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, &Value::from(text));
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a1_no_character_can_break_a_line_or_mislead_a_terminal() {
        let hostile = "a\nb\r\u{0}\u{7f}\u{9b}31m\u{202e}\u{2028}\u{200b}\u{e0041}\"\\ä…";
        let line = written(hostile);
        assert_eq!(line, "\"a\\nb\\r\\u0000\\u007f\\u009b31m\\u202e\\u2028\\u200b\\udb40\\udc41\\\"\\\\ä…\"");
        assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), hostile);
    }

    #[test]
    fn a5_a_secret_that_lies_across_the_cut_is_redacted_whole() {
        let redact = |text: &str| text.replace("ghs_secret", "***");
        let text = clean(&format!("{}ghs_secret", "x".repeat(MOST_TEXT - 5)), &redact);
        assert_eq!(text, format!("{}***", "x".repeat(MOST_TEXT - 5)), "what fits after redaction is not cut");
        let long = clean(&"ä".repeat(MOST_TEXT), &redact);
        assert!(long.len() <= MOST_TEXT && long.len() > MOST_TEXT - 4 && long.ends_with('…'));
    }

    #[test]
    fn a5_keys_and_nested_strings_are_redacted_too() {
        let redact = |text: &str| text.replace("s3cret", "***");
        let value = serde_json::json!({"s3cret": ["s3cret", {"a": "is s3cret"}], "n": 1});
        assert_eq!(redacted(&value, &redact), serde_json::json!({"***": ["***", {"a": "is ***"}], "n": 1}));
    }
}
