//! Expressions as Go's RE2 reads them, written as the crate `regex` reads them, so that a team's file means here what it means there.
//!
//! The two differ in little: Go's `\w`, `\d`, `\s` and `\b` are ASCII; its braces that are no repetition, and its brackets within a class, are characters; it knows
//! `\Q…\E` and octal escapes; `\<` is a character.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::CharIndices;

/// The largest compiled expression, in bytes.
const LARGEST: usize = 2 << 20;

/// An expression that is none, or that is too large.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadExpression(pub(super) String);

/// Compiles an expression of Go's dialect. Matching takes time in proportion to the text, whatever the expression.
///
/// # Errors
/// Where it is none in either dialect, or too large.
pub(super) fn compile(expression: &str) -> Result<regex::bytes::Regex, BadExpression> {
    build(&translate(expression))
}

/// Compiles one that must match from the first byte on. A `\b` at its beginning is the caller's to look at.
///
/// # Errors
/// As [`compile`].
pub(super) fn compile_at_start(expression: &str) -> Result<regex::bytes::Regex, BadExpression> {
    build(&format!(r"\A(?:{})", translate(expression.strip_prefix(r"\b").unwrap_or(expression))))
}

fn build(expression: &str) -> Result<regex::bytes::Regex, BadExpression> {
    regex::bytes::RegexBuilder::new(expression).size_limit(LARGEST).dfa_size_limit(LARGEST).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => BadExpression("it is too large when compiled".to_owned()),
        other => BadExpression(other.to_string().lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()),
    })
}

/// The expression in the other dialect.
pub(super) fn translate(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len() + 32);
    let mut rest = expression.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        match character {
            '\\' => escape(&mut out, expression, &mut rest, Place::Outside),
            '[' => class(&mut out, expression, &mut rest),
            '{' if !is_repetition(&expression[at..]) => out.push_str(r"\{"),
            other => out.push(other),
        }
    }
    out
}

type Rest<'a> = Peekable<CharIndices<'a>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Class,
}

/// What follows a backslash.
fn escape(out: &mut String, expression: &str, rest: &mut Rest<'_>, place: Place) {
    let Some((at, character)) = rest.next() else {
        out.push('\\');
        return;
    };
    let within = place == Place::Class;
    match character {
        'w' => out.push_str(if within { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        'd' => out.push_str(if within { "0-9" } else { "[0-9]" }),
        's' => out.push_str(if within { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'D' => out.push_str("[^0-9]"),
        'S' => out.push_str(r"[^\t\n\f\r ]"),
        'b' if !within => out.push_str(r"(?-u:\b)"),
        'B' if !within => out.push_str(r"(?-u:\B)"),
        'Q' if !within => quoted(out, &expression[at + 1..], rest),
        '<' | '>' => out.push(character),
        '0'..='7' if octal(&expression[at..]).is_some_and(|(_, digits)| character == '0' || digits > 1) => {
            let (code, digits) = octal(&expression[at..]).unwrap_or((0, 1));
            let _ = write!(out, r"\x{{{code:x}}}");
            skip(rest, digits - 1);
        }
        other => {
            out.push('\\');
            out.push(other);
        }
    }
}

fn skip(rest: &mut Rest<'_>, characters: usize) {
    for _ in 0..characters {
        rest.next();
    }
}

/// The code of up to three octal digits, and how many there are.
fn octal(text: &str) -> Option<(u32, usize)> {
    let digits = text.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    u32::from_str_radix(text.get(..digits)?, 8).ok().map(|code| (code, digits))
}

/// The characters of `\Q…\E`, as themselves.
fn quoted(out: &mut String, text: &str, rest: &mut Rest<'_>) {
    let (inside, skipped) = match text.split_once(r"\E") {
        Some((inside, _)) => (inside, inside.chars().count() + 2),
        None => (text, text.chars().count()),
    };
    out.push_str(&regex::escape(inside));
    skip(rest, skipped);
}

/// What follows an opening bracket, with the closing one.
fn class(out: &mut String, expression: &str, rest: &mut Rest<'_>) {
    out.push('[');
    if rest.next_if(|(_, character)| *character == '^').is_some() {
        out.push('^');
    }
    if rest.next_if(|(_, character)| *character == ']').is_some() {
        out.push_str(r"\]");
    }
    let mut before = None;
    while let Some((at, character)) = rest.next() {
        match character {
            ']' => {
                out.push(']');
                return;
            }
            '\\' => escape(out, expression, rest, Place::Class),
            '[' if posix(&expression[at..]).is_some() => {
                let name = posix(&expression[at..]).unwrap_or_default();
                out.push_str(name);
                skip(rest, name.chars().count() - 1);
            }
            '[' => out.push_str(r"\["),
            '&' | '~' | '-' if before == Some(character) => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
        before = Some(character);
    }
}

/// A named class, `[:alpha:]`, where the text begins with one.
fn posix(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("[:")?;
    let end = inside.find(":]")?;
    inside[..end].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'^').then(|| &text[..end + 4])
}

/// Whether the text begins with `{n}`, `{n,}` or `{n,m}`.
fn is_repetition(text: &str) -> bool {
    let Some((inside, _)) = text[1..].split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(expression: &str, text: &str) -> bool {
        compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}")).is_match(text.as_bytes())
    }

    #[test]
    fn h4_expressions_of_go_mean_here_what_they_mean_there() {
        for (expression, good, bad) in [
            (r"^\${(?:[A-Z_]+|[a-z_]+)}$", "${NAME}", "$NAME"),
            (r"^\{\{[ \t]*[\w ().|]+[ \t]*}}$", "{{ a | b }}", "{ a }"),
            (r"^{\d{0,2}}$", "{1}", "1"),
            (r"^[^[]+$", "abc", "a[b"),
            (r"^[]a]+$", "]a", "b"),
            (r"^[a&&b]+$", "a&b", "c"),
            (r"^[[:alnum:]_]{3}$", "a1_", "a-1"),
            (r"^\Qa.b\E+$", "a.bb", "axb"),
            (r"^\<a\>$", "<a>", "a"),
            (r"^\w+$", "abc", "ä"),
            (r"^\d+$", "12", "١"),
            (r"^\101\x60$", "A`", "a"),
            (r"(?i)[\w.-]{0,50}?(?:key)\b", "API-KEY", "keyx"),
            (r"^x{,3}$", "x{,3}", "xx"),
            (r"^[+--]$", ",", "\\"),
            (r"^[\s\S-]{2}$", "a\n", "a"),
        ] {
            assert!(fits(expression, good), "{expression} on {good}: {}", translate(expression));
            assert!(!fits(expression, bad), "{expression} on {bad}: {}", translate(expression));
        }
    }

    #[test]
    fn h4_what_is_no_expression_or_too_large_is_refused_with_a_reason() {
        for expression in [r"(", r"a(?=b)", r"(a)\1", r"[b-a]", r"*a", r"(?:[\w.\x{100}-\x{ffff}]{1000}){1000}"] {
            let error = compile(expression).expect_err(expression);
            assert!(!error.0.is_empty(), "{expression}");
        }
    }

    proptest::proptest! {
        #[test]
        fn h4_any_text_is_translated_without_a_panic(text in r"[ -~é\\\[\]{}^-]{0,24}") {
            drop(compile(&text));
        }
    }
}
