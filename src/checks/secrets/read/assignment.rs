//! A name and its value: `name = value` in code, YAML, JSON, XML, `.env`, shell, connection strings and function calls.

use super::name::{Names, names};
use super::{Read, Set, run, run_back, value};
use crate::checks::secrets::judge;
use crate::checks::secrets::kind::Kind;
use crate::checks::secrets::rule::{Reader, Tier};
use crate::domain::Span;

/// The longest name and the longest value, in bytes.
const LONGEST_NAME: usize = 64;
const LONGEST_VALUE: usize = 400;

/// What a reading came to.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::checks::secrets) struct Assignment {
    /// A value that is worth it, and whose rule it is.
    pub(in crate::checks::secrets) found: Option<(Reader, Read)>,
    /// The byte up to which no further keyword is of interest: the name's end, or that of a stretch too long for a value.
    pub(in crate::checks::secrets) done: usize,
    /// How many bytes were looked at, about.
    pub(in crate::checks::secrets) effort: usize,
}

/// Reads around a keyword.
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span, kind: Kind) -> Assignment {
    let from = run_back(bytes, hit.start, LONGEST_NAME, is_of_a_name);
    let to = run(bytes, hit.end, LONGEST_NAME, is_of_a_name).max(hit.end);
    let to = to - bytes[from..to].iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let (name, done) = (Span::new(from, to), to.max(hit.end));
    let named = if may_have_a_value(bytes, name) { what_it_names(bytes, name) } else { Names::Nothing };
    if named == Names::Nothing {
        return Assignment { found: None, done, effort: 32 + to - from };
    }
    let found = found(bytes, name, named, kind);
    // No blank and no bracket far and wide: what stands there is no list of names and values.
    let rest = run(bytes, done, LONGEST_VALUE + 1, |byte| byte > b' ' && !STOPS.has(byte));
    let effort = 128 + rest - from;
    let done = if rest > done + LONGEST_VALUE { rest } else { done };
    Assignment { found, done, effort }
}

fn found(bytes: &[u8], name: Span, named: Names, kind: Kind) -> Option<(Reader, Read)> {
    let reader = match named {
        Names::Password => Reader::Password,
        Names::Salt => Reader::Salt,
        Names::Secret | Names::Key => Reader::Secret,
        Names::Nothing => return None,
    };
    let given = given(bytes, name, kind)?;
    let text = &bytes[given.start..given.end];
    value::is_worth(named, text).then(|| (reader, Read::new(given, Tier::Likely)))
}

/// What stands behind a name that has a value: a sign, a quote, or an attribute.
const SIGNS: Set = Set::of(b"=:,(|?>\"'vV");
const CLOSING: Set = Set::of(b"\"'`])\\?!*");

/// A cheap answer for the many names that have none, above all words in prose.
fn may_have_a_value(bytes: &[u8], name: Span) -> bool {
    let Behind { closed, blank, .. } = Behind::of(bytes, name);
    let sign = bytes.get(blank).is_some_and(|byte| SIGNS.has(*byte));
    sign || blank > closed && is_followed_by_its_value(bytes, name) || is_value_of_a_name(bytes, name)
}

/// What a name names where it stands: `public key`, `checksum/secret` and `keySet` are none.
fn what_it_names(bytes: &[u8], name: Span) -> Names {
    if bytes[name.start..name.end].eq_ignore_ascii_case(b"identified by") {
        return Names::Password;
    }
    let before = bytes[name.start.saturating_sub(9)..name.start].to_ascii_lowercase();
    if before.ends_with(b"public ") || before.ends_with(b"checksum/") {
        return Names::Nothing;
    }
    let line = bytes[name.start.saturating_sub(48)..name.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_lowercase();
    match names(&bytes[name.start..name.end]) {
        // A key with an id, or within something that says it is public.
        Names::Key if [&b"key_id"[..], b"keyid", b"publickey", b"public_key"].iter().any(|word| judge::has(&line, word)) => Names::Nothing,
        // What a server says aloud.
        Names::Salt if judge::has(&line, b"digest ") => Names::Nothing,
        named => named,
    }
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// How name and value are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glue {
    /// `=`, `:=`, `==`, `=>`.
    Equals,
    /// `:`.
    Colon,
    /// `("name", "value")`, `set_name("value")`, `name || "value"`: only what is quoted is a value.
    Quoted,
    /// `<name>value</name>`.
    Element,
    /// `--name value`.
    Blank,
}

fn given(bytes: &[u8], name: Span, kind: Kind) -> Option<Span> {
    let behind = Behind::of(bytes, name);
    let quote = behind.quote;
    let Some((glue, at)) = glue(bytes, name, behind) else { return beside(bytes, name) };
    let at = run(bytes, at, 40, |byte| byte == b' ' || byte == b'\t');
    let at = if kind == Kind::Code && glue == Glue::Colon { behind_type(bytes, at) } else { at };
    let at = behind_wrapper(bytes, at);
    if let Some(given) = quoted(bytes, at) {
        return Some(given);
    }
    let inside = quote.is_none() && is_inside_a_string(bytes, name.start);
    let bare = match glue {
        Glue::Quoted => false,
        Glue::Element => true,
        Glue::Blank => kind == Kind::Plain || inside,
        Glue::Equals | Glue::Colon => kind == Kind::Plain || (inside && bytes.get(at.wrapping_sub(1)).is_some_and(|byte| b"=:".contains(byte))),
    };
    let given = if bare { unquoted(bytes, at, glue) } else { None };
    // `EMPTY= OTHER=value` on the line of a shell.
    given.filter(|given| {
        !(bytes[at - 1] == b' ' && bytes[given.start..given.end].iter().position(|byte| *byte == b'=').is_some_and(|sign| sign + 1 < given.end - given.start))
    })
}

/// What stands behind a name: quotes and brackets that close it, then blanks.
#[derive(Clone, Copy)]
struct Behind {
    closed: usize,
    blank: usize,
    quote: Option<u8>,
}

impl Behind {
    fn of(bytes: &[u8], name: Span) -> Self {
        let closed = run(bytes, name.end, 6, |byte| CLOSING.has(byte));
        let blank = run(bytes, closed, 40, |byte| byte == b' ' || byte == b'\t');
        let quote = bytes[name.end..closed].iter().find(|byte| b"\"'`".contains(byte)).copied();
        Self { closed, blank, quote }
    }
}

fn glue(bytes: &[u8], name: Span, behind: Behind) -> Option<(Glue, usize)> {
    let Behind { closed, blank: at, quote } = behind;
    let rest = bytes.get(at..)?;
    let two = rest.get(..2).unwrap_or_default();
    let begins = |glue| Some((glue, at));
    match rest.first()? {
        b'=' if two == b"=~" => None,
        b'=' => Some((Glue::Equals, run(bytes, at, 3, |byte| byte == b'=' || byte == b'>'))),
        b':' if two == b"::" => None,
        b':' => Some((if two == b":=" { Glue::Equals } else { Glue::Colon }, run(bytes, at, 2, |byte| byte == b':' || byte == b'='))),
        b',' if quote.is_some() && closed == name.end + 1 && is_first_argument(bytes, name) => Some((Glue::Quoted, at + 1)),
        b'(' if at == name.end => Some((Glue::Quoted, at + 1)),
        b'|' if two == b"||" => Some((Glue::Quoted, at + 2)),
        b'?' if two == b"??" => Some((Glue::Quoted, at + 2)),
        b'>' if bytes[..name.start].last().is_some_and(|byte| b"</:".contains(byte)) => Some((Glue::Element, at + 1)),
        _ if quote.is_some() && rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"value=\"") || word.eq_ignore_ascii_case(b"value='")) => {
            Some((Glue::Equals, at + 6))
        }
        b'"' | b'\'' if quote.is_none() && at > name.end => begins(Glue::Quoted),
        _ if at > closed && quote.is_none() && is_followed_by_its_value(bytes, name) => begins(Glue::Blank),
        _ => None,
    }
}

/// `("name", …` or `["name", …`.
fn is_first_argument(bytes: &[u8], name: Span) -> bool {
    let open = bytes[..name.start.saturating_sub(1)].iter().rev().take(8).find(|byte| !byte.is_ascii_whitespace());
    open.is_some_and(|byte| b"([".contains(byte))
}

/// An option of a command (`--password x`), a line of a netrc file (`login octocat password x`), a header that a server sets (`X-Api-Key x`).
fn is_followed_by_its_value(bytes: &[u8], name: Span) -> bool {
    let text = &bytes[name.start..name.end];
    let line = bytes[name.start.saturating_sub(120)..name.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let option = line.ends_with(b"--") || text.starts_with(b"--");
    let netrc = text == b"password" && (line.iter().all(u8::is_ascii_whitespace) || line.windows(6).any(|word| word == b"login "));
    let header = (text.starts_with(b"X-") || text.starts_with(b"x-")) && (judge::has(line, b"header"));
    option || netrc || header
}

/// Whether a name is itself the value of a key `name`, `key` or `variable`.
fn is_value_of_a_name(bytes: &[u8], name: Span) -> bool {
    let from = run_back(bytes, name.start, 8, |byte| b" \t\"':=".contains(&byte));
    let word = run_back(bytes, from, 8, |byte| byte.is_ascii_alphabetic());
    from < name.start && [&b"name"[..], b"key", b"variable"].iter().any(|key| bytes[word..from].eq_ignore_ascii_case(key))
}

/// A value that stands beside its name as another key: `name: DB_PASSWORD`, `value: …`; `variable "password" { default = … }`.
fn beside(bytes: &[u8], name: Span) -> Option<Span> {
    const FAR: usize = 160;
    if !is_value_of_a_name(bytes, name) {
        return None;
    }
    let rest = &bytes[name.end..bytes.len().min(name.end + FAR)];
    let at = [&b"value"[..], b"default"].iter().filter_map(|word| rest.windows(word.len()).position(|part| part == *word).map(|at| at + word.len())).min()?;
    let between = &rest[..at];
    let crosses = [&b"name"[..], b"variable", b"}", b"valueFrom"].iter().any(|word| judge::has(between, word)) || rest[at..].starts_with(b"From");
    let at = run(bytes, name.end + at, 24, |byte| b"\"' :=\t".contains(&byte));
    let open = at - bytes[..at].iter().rev().take_while(|byte| b"\"'".contains(byte)).count();
    if crosses {
        return None;
    }
    quoted(bytes, open).or_else(|| unquoted(bytes, at, Glue::Colon))
}

/// Behind the type of a declaration: `password: str = "…"`.
fn behind_type(bytes: &[u8], at: usize) -> usize {
    let end = run(bytes, at, 40, |byte| byte.is_ascii_alphanumeric() || b"_<>[]&:'. |?".contains(&byte));
    match bytes.get(end..end + 2) {
        Some([b'=', next]) if end > at && *next != b'=' => run(bytes, end + 1, 8, |byte| byte == b' '),
        _ => at,
    }
}

/// Behind what only wraps a text: `b"…"`, `String::from("…")`, `Some("…")`.
fn behind_wrapper(bytes: &[u8], at: usize) -> usize {
    const WRAPPERS: &[&[u8]] = &[
        b"some",
        b"string",
        b"from",
        b"b64decode",
        b"bytes",
        b"securestring",
        b"secretstring",
        b"secretstr",
        b"unhexlify",
        b"fromhex",
        b"bytesfromhex",
        b"n",
        b"t",
        b"str",
        b"value",
    ];
    let word = run(bytes, at, 40, |byte| byte.is_ascii_alphanumeric() || b"_.:@$".contains(&byte));
    let is_quote = |at: usize| bytes.get(at).is_some_and(|byte| b"\"'`\\".contains(byte));
    if is_quote(word) && word - at <= 2 {
        return word;
    }
    let inside = run(bytes, word + 1, 2, |byte| b"b@ ".contains(&byte));
    let last = bytes[at..word].rsplit(|byte| b".:".contains(byte)).next().unwrap_or_default().to_ascii_lowercase();
    if bytes.get(word) == Some(&b'(') && is_quote(inside) && WRAPPERS.contains(&last.as_slice()) { inside } else { at }
}

/// A value in quotes, also escaped ones (`\"…\"`), on one line.
fn quoted(bytes: &[u8], at: usize) -> Option<Span> {
    let escaped = bytes.get(at) == Some(&b'\\');
    let open = if escaped { at + 1 } else { at };
    let quote = *bytes.get(open).filter(|byte| b"\"'`".contains(byte))?;
    let mut end = open + 1;
    loop {
        match bytes.get(end)? {
            b'\\' if escaped => break,
            b'\\' => end += 2,
            byte if *byte == quote => break,
            b'\n' | b'\r' => return None,
            _ => end += 1,
        }
        if end > open + LONGEST_VALUE {
            return None;
        }
    }
    (end <= bytes.len()).then(|| Span::new(open + 1, end))
}

/// What ends a value without quotes.
const STOPS: Set = Set::of(b"\"'`<>;,&|()[]{}");
const ELEMENT_STOPS: Set = Set::of(b"<");

/// A value up to a blank, a quote or a bracket.
fn unquoted(bytes: &[u8], at: usize, glue: Glue) -> Option<Span> {
    let stops = if glue == Glue::Element { &ELEMENT_STOPS } else { &STOPS };
    let end = run(bytes, at, LONGEST_VALUE + 1, |byte| byte > b' ' && !stops.has(byte));
    let call = bytes.get(end).is_some_and(|byte| b"([{".contains(byte));
    if glue == Glue::Element && bytes.get(end..end + 2) != Some(b"</") {
        return None;
    }
    let end = end - bytes[at..end].iter().rev().take_while(|byte| b".:!?".contains(byte)).count();
    (end > at && end - at <= LONGEST_VALUE && !call).then(|| Span::new(at, end))
}

/// Whether an odd number of double or single quotes stands before it on its line.
fn is_inside_a_string(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(256);
    let line = bytes[from..at].iter().rposition(|byte| *byte == b'\n').map_or(from, |newline| from + newline + 1);
    let odd = |quote: u8| bytes[line..at].split(|byte| *byte == quote).count() % 2 == 0;
    odd(b'"') || odd(b'\'') || odd(b'`')
}
