//! Credentials in URLs: `scheme://user:password@host`.

use super::value::{self, Strength};
use super::{Read, run, run_back};
use crate::checks::secrets::judge;
use crate::checks::secrets::rule::Tier;
use crate::domain::Span;

/// The longest authority that is read, in bytes.
const LONGEST: usize = 400;

/// Reads around `://`.
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span) -> Option<Read> {
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
    if !named || password.is_empty() || password.len() > 256 || judge::is_placeholder(password) || judge::is_placeholder(user) {
        return None;
    }
    let span = Span::new(hit.end + colon + 1, hit.end + at);
    let tier = match value::strength(password) {
        Strength::Nothing => return None,
        Strength::Weak if user.eq_ignore_ascii_case(password) => return None,
        Strength::Weak => Tier::Likely,
        Strength::Fair | Strength::Strong => Tier::Certain,
    };
    Some(Read::new(span, tier))
}
