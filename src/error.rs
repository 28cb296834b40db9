//! Redaction: what must be done to any text that came from outside before it stands in an error, a log, a comment or a report (row A5).
//!
//! The list of known secret values is the only state; `main` fills it before anything else happens. Nothing here reads the environment.

use std::borrow::Cow;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex::Regex;

/// What stands where a secret stood.
pub const MASK: &str = "***";

/// The shortest value that is masked, in bytes: a shorter one would mask ordinary words and protect nothing.
pub const SHORTEST: usize = 6;

static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Makes a secret value known for the rest of the process, and each of its lines. Values of fewer than six characters are not.
pub fn register_secret(value: &str) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for part in std::iter::once(value).chain(value.lines()).map(str::trim) {
        if part.len() >= SHORTEST && !known.iter().any(|old| old == part) {
            known.push(part.to_owned());
        }
    }
    // The longest first: one secret may be part of another.
    known.sort_by_key(|part| std::cmp::Reverse(part.len()));
}

/// The text without known secrets and without anything of a secret's shape: GitHub's tokens, values of `Authorization`, credentials in
/// URLs, password parameters, JSON web tokens, other well-known tokens, private keys.
pub fn redact(text: &str) -> String {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    redact_with(text, &known)
}

/// The text without known secrets: for text that is redacted piece by piece already, and whose markup a secret's shape could break.
pub fn mask(text: &str) -> String {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    masked(text, &known)
}

/// A JSON value with every text in it redacted; its names and its shape stay.
pub fn redact_value(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(redact(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(redact_value).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, redact_value(value))).collect()),
        other => other,
    }
}

/// A text from outside made fit for one line of a message: redacted, control and invisible characters escaped, cut to so many characters.
pub fn one_line(text: &str, most: usize) -> String {
    let redacted = redact(text);
    let mut line = String::new();
    let mut length = 0;
    for character in redacted.trim().chars() {
        let piece: String =
            if character.is_control() || crate::domain::is_invisible(character) { character.escape_default().collect() } else { character.to_string() };
        length += piece.chars().count();
        if length > most {
            line.push('…');
            break;
        }
        line.push_str(&piece);
    }
    line
}

fn masked(text: &str, known: &[String]) -> String {
    let mut text = text.to_owned();
    for secret in known.iter().filter(|secret| !secret.is_empty()) {
        if text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), MASK);
        }
    }
    text
}

fn redact_with(text: &str, known: &[String]) -> String {
    let mut text = masked(text, known);
    // Masking makes no new signs: looking once is enough. Most texts lack some letter of each sign and are not even put in lower case.
    let letters = letters(&text);
    if !SHAPES.iter().any(|shape| shape.is_spellable(letters)) {
        return text;
    }
    let lower = text.to_ascii_lowercase();
    for shape in SHAPES.iter().filter(|shape| shape.is_possible(&lower, letters)) {
        if let Cow::Owned(changed) = shape.pattern().replace_all(&text, shape.instead) {
            text = changed;
        }
    }
    text
}

/// Which ASCII characters a text has, letters in lower case, as a set of bits. `?` and `*` are not told.
const fn letters(text: &str) -> u128 {
    let bytes = text.as_bytes();
    let (mut set, mut at) = (0, 0);
    while at < bytes.len() {
        let byte = bytes[at].to_ascii_lowercase();
        if byte < 128 && byte != b'?' && byte != b'*' {
            set |= 1 << byte;
        }
        at += 1;
    }
    set
}

/// What a text of some shape must have in it, in lower case: `?` is any byte, `*` any number of them.
struct Sign {
    text: &'static str,
    letters: u128,
}

const fn sign(text: &'static str) -> Sign {
    Sign { text, letters: letters(text) }
}

/// What a secret looks like.
struct Shape {
    /// A text of this shape has one of these. Compiling all patterns takes milliseconds, looking for these nothing.
    signs: &'static [Sign],
    /// Words in it are ASCII, whatever their case.
    pattern: &'static str,
    /// What stands in its place.
    instead: &'static str,
    compiled: OnceLock<Regex>,
}

impl Shape {
    const fn new(signs: &'static [Sign], pattern: &'static str, instead: &'static str) -> Self {
        Self { signs, pattern, instead, compiled: OnceLock::new() }
    }

    /// Whether a text of these letters can have secrets of this shape.
    fn is_spellable(&self, letters: u128) -> bool {
        self.signs.iter().any(|sign| sign.letters & !letters == 0)
    }

    /// Whether a text, given in lower case with its letters, can have secrets of this shape.
    fn is_possible(&self, lower: &str, letters: u128) -> bool {
        self.signs.iter().any(|sign| sign.letters & !letters == 0 && has_sign(lower, sign.text))
    }

    fn pattern(&self) -> &Regex {
        self.compiled.get_or_init(|| Regex::new(self.pattern).expect("a pattern of ours compiles; a test uses each"))
    }
}

/// Whether the text has the sign.
fn has_sign(text: &str, sign: &str) -> bool {
    if let Some((before, after)) = sign.split_once('*') {
        return text.split_once(before).is_some_and(|(_, rest)| rest.contains(after));
    }
    match sign.split_once('?') {
        None => text.contains(sign),
        Some((before, after)) => {
            let rest = |at: usize| text.as_bytes().get(at + before.len() + 1..);
            text.match_indices(before).any(|(at, _)| rest(at).is_some_and(|rest| rest.starts_with(after.as_bytes())))
        }
    }
}

static SHAPES: [Shape; 10] = [
    Shape::new(&[sign("-----begin ")], r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]*-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s]*)", "***"),
    Shape::new(
        &[sign("authorization")],
        r#"((?i-u:\b(?:proxy-)?authorization)["']?\s*[:=]\s*["']?)(?:(?i-u:bearer|basic|token|digest)\s+)?[^\s"',;]+"#,
        "${1}***",
    ),
    Shape::new(&[sign("bearer"), sign("basic"), sign("token")], r"((?i-u:\b(?:bearer|basic|token)))\s+(?i-u:[a-z0-9+/=._~-]{20,})", "${1} ***"),
    Shape::new(&[sign("gh?_")], r"gh[a-z]_[A-Za-z0-9][A-Za-z0-9_.-]{7,}", "***"),
    Shape::new(&[sign("github_pat_")], r"github_pat_[A-Za-z0-9_]{8,}", "***"),
    Shape::new(&[sign("://*@")], r#"((?i-u:\b[a-z][a-z0-9+.-]*)://)[^\s/@"'<>]+@"#, "${1}***@"),
    Shape::new(
        &[sign("access_token"), sign("refresh_token"), sign("client_secret"), sign("private_token"), sign("passw")],
        r#"((?i-u:\b(?:access_token|refresh_token|client_secret|private_token|password|passwd))["']?\s*[=:]\s*["']?)[^\s"',;&]+"#,
        "${1}***",
    ),
    Shape::new(&[sign("eyj")], r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "***"),
    Shape::new(
        &[sign("xox"), sign("glpat-"), sign("akia"), sign("asia")],
        r"xox[a-z]-[A-Za-z0-9-]{8,}|glpat-[A-Za-z0-9_-]{8,}|(?:AKIA|ASIA)[0-9A-Z]{16}",
        "***",
    ),
    Shape::new(
        &[sign("npm_"), sign("k_live_"), sign("pypi-ag"), sign("aiza"), sign("_v1_"), sign("hvs."), sign("sk-"), sign("dckr_pat_")],
        r"npm_[A-Za-z0-9]{16,}|[rs]k_live_[A-Za-z0-9]{16,}|pypi-Ag[A-Za-z0-9_-]{16,}|AIza[A-Za-z0-9_-]{30,}|do[opr]_v1_[a-f0-9]{32,}|hvs.[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9_-]{32,}|dckr_pat_[A-Za-z0-9_-]{20,}",
        "***",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_every_shape_of_a_secret_is_masked_and_the_words_around_it_stay() {
        let body = "A".repeat(36);
        for (text, expected) in [
            (format!("bad ghp_{body} token"), "bad *** token".to_owned()),
            (format!("ghs_{body}.x-{body}"), "***".to_owned()),
            (format!("github_pat_11A_{body}!"), "***!".to_owned()),
            ("Authorization: Bearer abc, next".to_owned(), "Authorization: ***, next".to_owned()),
            ("{\"authorization\":\"token abc\"}".to_owned(), "{\"authorization\":\"***\"}".to_owned()),
            (format!("sent Bearer {body}"), "sent Bearer ***".to_owned()),
            ("https://user:pass@host/x?y".to_owned(), "https://***@host/x?y".to_owned()),
            (format!("https://x-access-token:ghs_{body}@github.com/a"), "https://***@github.com/a".to_owned()),
            ("?access_token=abc&x=1".to_owned(), "?access_token=***&x=1".to_owned()),
            ("password: hunter2".to_owned(), "password: ***".to_owned()),
            (format!("jwt eyJ{body}.{body}.{body}"), "jwt ***".to_owned()),
            ("AKIAIOSFODNN7EXAMPLE and xoxb-1234567890".to_owned(), "*** and ***".to_owned()),
            (format!("npm_{body} and sk_live_{body}, dop_v1_{}", "a".repeat(64)), "*** and ***, ***".to_owned()),
            (format!("pypi-Ag{body} AIza{body} hvs.{body} sk-ant-{body} dckr_pat_{body}"), "*** *** *** *** ***".to_owned()),
            ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- after".to_owned(), "*** after".to_owned()),
            ("-----BEGIN PRIVATE KEY-----\ncut off".to_owned(), "***".to_owned()),
        ] {
            assert_eq!(redact_with(&text, &[]), expected, "{text}");
            assert_eq!(redact_with(&expected, &[]), expected, "redacting twice changes nothing");
        }
    }

    #[test]
    fn a5_a_sign_is_found_and_every_shape_has_one_that_its_pattern_needs() {
        assert!(has_sign("x authorization", "authorization") && has_sign("gghs_é", "gh?_") && has_sign("ghghs_", "gh?_"));
        assert!(!has_sign("gh", "gh?_") && !has_sign("ghadelimiter_", "gh?_") && !has_sign("", "gh?_"));
        assert!(has_sign("a://b@c", "://*@") && has_sign("://@", "://*@") && !has_sign("a@b://c", "://*@"));
        for shape in &SHAPES {
            let pattern = shape.pattern.to_ascii_lowercase();
            for Sign { text, letters: needed } in shape.signs {
                assert!(!text.is_empty() && *text == text.to_ascii_lowercase(), "{text}");
                let parts: Vec<&str> = text.split('*').collect();
                assert!(parts.iter().all(|part| pattern.contains(&part.replace('?', "[a-z]"))), "{text} is not in {pattern}");
                assert_eq!(*needed, letters(&text.replace(['?', '*'], "").to_ascii_uppercase()), "{text}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a5_looking_for_signs_first_changes_no_answer(pieces in proptest::collection::vec(PIECES, 0..8)) {
            let text: String = pieces.concat();
            let mut thorough = text.clone();
            for shape in &SHAPES {
                thorough = shape.pattern().replace_all(&thorough, shape.instead).into_owned();
            }
            proptest::prop_assert_eq!(redact_with(&text, &[]), thorough);
        }
    }

    /// Pieces of secrets, and what may stand between them.
    const PIECES: &str = "[ -~é]{0,6}|[A-Za-z0-9]{16,24}|-----BEGIN PRIVATE KEY-----|-----END PRIVATE KEY-----|[Aa]uthorization[:=] ?|[Bb]earer |gh[ps]_|github_pat_|https?://|@|password=|client_secret: |eyJ|\\.|xoxb-|glpat-|AKIA|ASIA|npm_|sk_live_|pypi-Ag|AIza|dop_v1_|hvs\\.|sk-|dckr_pat_";

    #[test]
    fn a5_upper_case_and_letters_before_a_word_hide_nothing() {
        for (text, expected) in [
            ("AUTHORIZATION: BEARER abc", "AUTHORIZATION: ***"),
            ("éauthorization: abc", "éauthorization: ***"),
            ("PassWord=abc", "PassWord=***"),
            ("HTTPS://user:pass@host", "HTTPS://***@host"),
            ("TOKEN ABCDEFGHIJKLMNOPQRSTUVWXYZ", "TOKEN ***"),
        ] {
            assert_eq!(redact_with(text, &[]), expected);
        }
    }

    #[test]
    fn a5_a_known_value_is_masked_wherever_it_stands() {
        let known = ["correct-horse".to_owned()];
        assert_eq!(redact_with("xcorrect-horsey", &known), "x***y");
        assert_eq!(redact_with("nothing here", &known), "nothing here");
    }

    #[test]
    fn a5_a_registered_value_and_each_of_its_lines_is_masked_and_short_values_are_not() {
        register_secret("first-line-of-it\nsecond-line-of-it\n");
        register_secret("abc");
        assert_eq!(redact("a first-line-of-it b second-line-of-it abc"), "a *** b *** abc");
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for text in ["it needs the permission deployments: write", "Bearer token missing", "basic authentication", "http://127.0.0.1:8080/x", "id-token: write"]
        {
            assert_eq!(redact_with(text, &[]), text);
        }
    }

    #[test]
    fn a5_a_line_is_redacted_before_it_is_cut_and_holds_no_control_characters() {
        let text = format!("{}ghp_{}", "x".repeat(195), "A".repeat(36));
        assert_eq!(one_line(&text, 200), format!("{}***", "x".repeat(195)));
        assert_eq!(one_line("a\n::error::b\u{202e}\u{1b}[1m", 200), "a\\n::error::b\\u{202e}\\u{1b}[1m");
        assert_eq!(one_line(&"y".repeat(300), 200).chars().count(), 201);
    }
}
