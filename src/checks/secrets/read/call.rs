//! Passwords by their place: an argument of calls that log in (`basic_auth("octocat", "…")`), and options of commands that take one (`curl -u octocat:…`).

use super::value::{self, Strength};
use super::{Read, run};
use crate::checks::secrets::judge::{self, Look};
use crate::checks::secrets::rule::Tier;
use crate::domain::Span;

/// How far behind the keyword is looked, in bytes; never beyond the line.
pub(in crate::checks::secrets) const FAR: usize = 240;

/// Reads behind the name of a call or a command.
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span) -> Option<Read> {
    let word = bytes[hit.start..hit.end].to_ascii_lowercase();
    let end = run(bytes, hit.end, FAR, |byte| byte != b'\n' && byte != b'\r');
    let span = match word.as_slice() {
        b"curl" => behind_option(bytes, hit.end, end, &[b" -u ", b" --user ", b" -u", b" --user="]).and_then(|at| pair(bytes, argument(bytes, at, end)?)),
        b"sshpass" => behind_option(bytes, hit.end, end, &[b" -p ", b" -p"]).and_then(|at| argument(bytes, at, end)),
        b"mysql -" => behind_option(bytes, hit.end - 2, end, &[b" -p"]).and_then(|at| argument(bytes, at, end)),
        b"redis-cli" => behind_option(bytes, hit.end, end, &[b" -a "]).and_then(|at| argument(bytes, at, end)),
        b"userpwd" => arguments(bytes, hit.end, end).get(1).copied().flatten().and_then(|span| pair(bytes, span)),
        b"securestring" | b"secretkeyspec(" | b"fernet(" => arguments(bytes, hit.end, end).first().copied().flatten(),
        b"mysqli_connect(" | b"getconnection(" | b"new pdo(" | b"->connect(" => arguments(bytes, hit.end, end).get(2).copied().flatten(),
        _ => match arguments(bytes, hit.end, end).as_slice() {
            [_, second] => *second,
            _ => None,
        },
    }?;
    let secret = &bytes[span.start..span.end];
    let look = Look::of(secret);
    let none = look.blanks > 0
        || secret.len() < 6
        || judge::is_placeholder(secret)
        || judge::is_pattern(secret)
        || value::is_path(secret)
        || value::is_reference(secret, look);
    (!none && value::strength(secret) >= Strength::Fair).then(|| Read::new(span, Tier::Likely))
}

/// Behind the first of these options, each of which begins with a blank and a hyphen.
fn behind_option(bytes: &[u8], from: usize, end: usize, options: &[&[u8]]) -> Option<usize> {
    (from..end.saturating_sub(1))
        .filter(|at| bytes[*at] == b' ' && bytes[at + 1] == b'-')
        .find_map(|at| options.iter().find(|option| bytes[at..end].starts_with(option)).map(|option| at + option.len()))
}

/// One argument of a command, in quotes or up to a blank.
fn argument(bytes: &[u8], at: usize, end: usize) -> Option<Span> {
    let first = *bytes.get(at).filter(|_| at < end)?;
    if b"\"'".contains(&first) {
        let length = bytes[at + 1..end].iter().position(|byte| *byte == first)?;
        return Some(Span::new(at + 1, at + 1 + length));
    }
    let to = run(bytes, at, end - at, |byte| byte > b' ' && !b"\"'`|;&<>()$".contains(&byte));
    (to > at && bytes.get(to) != Some(&b'$')).then(|| Span::new(at, to))
}

/// The part behind the colon.
fn pair(bytes: &[u8], span: Span) -> Option<Span> {
    let colon = bytes[span.start..span.end].iter().position(|byte| *byte == b':')?;
    Some(Span::new(span.start + colon + 1, span.end))
}

/// The arguments of a call that are nothing but a text in quotes, by their place.
fn arguments(bytes: &[u8], from: usize, end: usize) -> Vec<Option<Span>> {
    let (mut at, mut depth, mut all) = (from, 0_u32, vec![None]);
    while at < end && all.len() < 8 {
        let last = all.len() - 1;
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let Some(length) = bytes[at + 1..end].iter().position(|byte| *byte == quote) else { break };
                all[last] = Some(Span::new(at + 1, at + 1 + length));
                at += length + 1;
            }
            b'(' => depth += 1,
            b')' if depth <= 1 => break,
            b')' => depth -= 1,
            b';' | b'{' => break,
            b',' if depth <= 1 => all.push(None),
            // It is made of several texts.
            b'+' => all[last] = None,
            _ => {}
        }
        at += 1;
    }
    all
}
