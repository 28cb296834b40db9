//! Credentials of HTTP authorization headers: `Authorization: Basic …`, `Bearer …`, `token …`, in headers, code, commands and documents.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::value::{self, Strength};
use super::{Read, run};
use crate::checks::secrets::judge::{self, Look};
use crate::checks::secrets::rule::Tier;
use crate::domain::Span;

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true));

/// Reads around a scheme and the blank behind it (`basic `, `bearer `).
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span) -> Option<Read> {
    if hit.start > 0 && bytes[hit.start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let from = run(bytes, hit.end, 4, |byte| byte == b' ');
    let to = run(bytes, from, 4096, |byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    let value = &bytes[from..to];
    if value.len() < 6 || bytes.get(to).is_some_and(|byte| b"({[$<%".contains(byte)) {
        return None;
    }
    let named = is_named(bytes, hit.start);
    let basic = bytes[hit.start..hit.end].eq_ignore_ascii_case(b"basic ");
    let tier = if basic { basic_tier(value, named)? } else { bearer_tier(value, named)? };
    Some(Read::new(Span::new(from, to), tier))
}

/// Whether `authorization`, or a header of its kind, stands before it on the line.
fn is_named(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(48);
    let before = bytes[from..at].to_ascii_lowercase();
    let line = before.iter().rposition(|byte| *byte == b'\n').map_or(&before[..], |newline| &before[newline + 1..]);
    judge::has(line, b"authorization") || judge::has(line, b"x-auth")
}

/// RFC 7617: `user:password` in base64.
fn basic_tier(value: &[u8], named: bool) -> Option<Tier> {
    let value = value.strip_suffix(b".").unwrap_or(value);
    let decoded = BASE64.decode(value).ok();
    let pair = decoded.as_deref().and_then(|text| text.iter().position(|byte| *byte == b':').map(|colon| (&text[..colon], &text[colon + 1..])));
    if let Some((user, password)) = pair.filter(|_| decoded.as_deref().is_some_and(|text| text.iter().all(|byte| (0x20..0x7f).contains(byte)))) {
        let documented = (user, password) == (b"Aladdin".as_slice(), b"open sesame".as_slice());
        // A token may stand before the colon, with nothing behind it.
        let (secret, least) = if password.is_empty() || password == b"x-oauth-basic" { (user, Strength::Strong) } else { (password, Strength::Weak) };
        let worth = value::strength(secret);
        if documented || worth < least || judge::is_placeholder(secret) || user == secret && worth < Strength::Fair {
            return None;
        }
        return Some(if named || worth >= Strength::Fair { Tier::Certain } else { Tier::Likely });
    }
    let look = Look::of(value);
    let random = look.lower > 0 && look.upper > 0 && (look.digits > 0 || value.ends_with(b"=")) && !judge::is_made_up(value);
    (named && random && value.len() >= 8).then_some(Tier::Certain)
}

fn bearer_tier(value: &[u8], named: bool) -> Option<Tier> {
    let look = Look::of(value);
    if judge::is_made_up(value)
        || (value.len() < 20 && (judge::is_placeholder(value) || value::is_part_of_a_token(value)))
        || look.digits == 0
        || look.letters() == 0
        || (value.len() < 20 && value::is_reference(value, look))
    {
        return None;
    }
    let bits = judge::entropy(value);
    match value.len() {
        20.. if bits > 3.2 && (named || bits > 3.8) => Some(Tier::Certain),
        10.. if named && bits > 2.8 => Some(Tier::Likely),
        _ => None,
    }
}
