//! Passwords by their place: the last argument of calls that log in (`basic_auth("octocat", "…")`), and options of commands that take one (`curl -u octocat:…`).

use super::value::{self, Strength};
use super::{Read, run};
use crate::checks::secrets::judge::{self, Look};
use crate::checks::secrets::rule::Tier;
use crate::domain::Span;

/// How far behind the keyword is looked, in bytes; never beyond the line.
const FAR: usize = 240;

/// Reads behind the name of a call or a command.
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span) -> Option<Read> {
    let word = bytes[hit.start..hit.end].to_ascii_lowercase();
    let end = run(bytes, hit.end, FAR, |byte| byte != b'\n' && byte != b'\r');
    let span = match word.as_slice() {
        b"curl" => behind_option(bytes, hit.end, end, &[b" -u ", b" --user ", b" -u", b" --user="]).and_then(|at| pair(bytes, argument(bytes, at, end)?)),
        b"sshpass" => behind_option(bytes, hit.end, end, &[b" -p ", b" -p"]).and_then(|at| argument(bytes, at, end)),
        b"mysql -" => behind_option(bytes, hit.end - 2, end, &[b" -p"]).and_then(|at| argument(bytes, at, end)),
        b"redis-cli" => behind_option(bytes, hit.end, end, &[b" -a "]).and_then(|at| argument(bytes, at, end)),
        b"userpwd" => last_argument(bytes, hit.end, end).and_then(|span| pair(bytes, span)),
        _ => last_argument(bytes, hit.end, end),
    }?;
    let secret = &bytes[span.start..span.end];
    let look = Look::of(secret);
    let none = look.blanks > 0 || secret.len() < 6 || judge::is_placeholder(secret) || judge::is_pattern(secret) || judge::has(secret, b"/") || value::is_reference(secret, look) && value::strength(secret) < Strength::Fair;
    (!none && value::strength(secret) >= Strength::Fair).then(|| Read::new(span, Tier::Likely))
}

/// Behind the first of these options.
fn behind_option(bytes: &[u8], from: usize, end: usize, options: &[&[u8]]) -> Option<usize> {
    let rest = bytes.get(from..end)?;
    options.iter().find_map(|option| rest.windows(option.len()).position(|part| part == *option).map(|at| from + at + option.len()))
}

/// One argument of a command, in quotes or up to a blank.
fn argument(bytes: &[u8], at: usize, end: usize) -> Option<Span> {
    match *bytes.get(at).filter(|_| at < end)? {
        quote @ (b'"' | b'\'') => {
            let length = bytes[at + 1..end].iter().position(|byte| *byte == quote)?;
            Some(Span::new(at + 1, at + 1 + length))
        }
        _ => {
            let to = run(bytes, at, end - at, |byte| byte > b' ' && !b"\"'`|;&<>()$".contains(&byte));
            (to > at && bytes.get(to) != Some(&b'$')).then(|| Span::new(at, to))
        }
    }
}

/// The part behind the colon.
fn pair(bytes: &[u8], span: Span) -> Option<Span> {
    let colon = bytes[span.start..span.end].iter().position(|byte| *byte == b':')?;
    Some(Span::new(span.start + colon + 1, span.end))
}

/// The last text in quotes before the call's end.
fn last_argument(bytes: &[u8], from: usize, end: usize) -> Option<Span> {
    let (mut at, mut last, mut depth) = (from, None, 1_u32);
    while at < end && depth > 0 {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let length = bytes[at + 1..end].iter().position(|byte| *byte == quote)?;
                last = Some(Span::new(at + 1, at + 1 + length));
                at += length + 1;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            b';' | b'{' => break,
            // What follows is another argument: the one before was not the last.
            b',' => last = None,
            _ => {}
        }
        at += 1;
    }
    last
}
