//! Credentials in URLs: `scheme://user:password@host`.

use super::value::{self, Strength};
use super::{Read, run, run_back};
use crate::checks::secrets::judge::{self, Look};
use crate::checks::secrets::rule::Tier;
use crate::domain::Span;

/// The longest authority that is read, in bytes.
const LONGEST: usize = 400;

/// Reads around `://`, or before `@tcp(`.
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span) -> Option<Read> {
    if bytes[hit.start] == b'@' {
        return source_name(bytes, hit);
    }
    let scheme = run_back(bytes, hit.start, 32, |byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    if hit.start - scheme < 2 {
        return None;
    }
    let end = run(bytes, hit.end, LONGEST, |byte| byte > b' ' && !b"/\"'`<>|\\^,()".contains(&byte));
    let at = bytes[hit.end..end].iter().rposition(|byte| *byte == b'@')?;
    let colon = bytes[hit.end..hit.end + at].iter().position(|byte| *byte == b':')?;
    let (user, password) = (&bytes[hit.end..hit.end + colon], &bytes[hit.end + colon + 1..hit.end + at]);
    let host = &bytes[hit.end + at + 1..end];
    let named = host.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"[${%".contains(byte));
    if !named || password.is_empty() || password.len() > 256 || judge::is_placeholder(user) {
        return None;
    }
    Some(Read::new(Span::new(hit.end + colon + 1, hit.end + at), tier(user, password)?))
}

/// With what is percent-encoded decoded.
fn plain(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, more @ ..] = rest {
        let code = more.get(..2).filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &more[2..] } else { more };
    }
    out
}

fn tier(user: &[u8], password: &[u8]) -> Option<Tier> {
    if judge::is_placeholder(password) || value::is_reference(password, Look::of(password)) {
        return None;
    }
    match value::strength(&plain(password)) {
        Strength::Nothing => None,
        Strength::Weak if user.eq_ignore_ascii_case(password) => None,
        Strength::Weak => Some(Tier::Likely),
        Strength::Fair | Strength::Strong => Some(Tier::Certain),
    }
}

/// A data source name without a scheme, as Go's driver for `MySQL` has it: `user:password@tcp(host)/name`.
fn source_name(bytes: &[u8], hit: Span) -> Option<Read> {
    let from = run_back(bytes, hit.start, LONGEST, |byte| byte > b' ' && !b"\"'`<>=".contains(&byte));
    let colon = from + bytes[from..hit.start].iter().position(|byte| *byte == b':')?;
    let (user, password) = (&bytes[from..colon], &bytes[colon + 1..hit.start]);
    Some(Read::new(Span::new(colon + 1, hit.start), tier(user, password)?))
}
