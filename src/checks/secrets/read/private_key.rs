//! Private keys: PEM and `OpenPGP` blocks, also within strings of other languages, and JSON web keys.

use super::{Read, run};
use crate::checks::secrets::judge;
use crate::checks::secrets::rule::Tier;
use crate::domain::Span;

/// How much of a block is looked at, in bytes: more than an RSA key of 16,384 bits.
const LONGEST: usize = 16 << 10;

/// How much is looked at for one of them, about.
pub(in crate::checks::secrets) const EFFORT: usize = 4 << 10;

/// Reads around the end of a first line (`PRIVATE KEY-----`), or around `"kty"`.
pub(in crate::checks::secrets) fn read(bytes: &[u8], hit: Span) -> Option<Read> {
    if bytes[hit.start] == b'"' { web_key(bytes, hit) } else { block(bytes, hit) }
}

fn block(bytes: &[u8], hit: Span) -> Option<Read> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let from = hit.start.saturating_sub(48);
    let before = bytes[from..hit.start].to_ascii_uppercase();
    let begin = from + before.windows(BEGIN.len()).rposition(|part| part == BEGIN)?;
    let most = bytes.len().min(hit.end + LONGEST);
    let body = &bytes[hit.end..most];
    let end = body.windows(5).position(|part| part == b"-----").unwrap_or(body.len());
    let (body, cut) = (&body[..end], end == body.len());
    let letters = letters(body);
    if letters.len() < 64 || judge::entropy(&letters) < 4.2 || is_made_up(&letters) || is_a_list_of_words(body) {
        return None;
    }
    let end = if cut { hit.end + run(bytes, hit.end, LONGEST, is_of_a_block) - hit.end } else { hit.end + end };
    Some(Read { shown: Span::new(begin, hit.end), secret: Span::new(hit.end, end), tier: Tier::Certain })
}

/// The characters of base64 in the first part of a block: without its headers (`Proc-Type: …`), line ends, escapes and quotes.
fn letters(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    for line in body.split(|byte| *byte == b'\n').take(64) {
        if line.contains(&b':') && line.len() < 90 {
            continue;
        }
        let mut at = 0;
        while at < line.len() && out.len() < 512 {
            match line[at] {
                b'\\' => at += 1,
                byte if byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/' => out.push(byte),
                _ => {}
            }
            at += 1;
        }
    }
    out
}

/// A block in name only. Not [`judge::is_made_up`]: real ones have long runs of `A`, which are zeros.
fn is_made_up(letters: &[u8]) -> bool {
    let lower = letters.to_ascii_lowercase();
    ["example", "placeholder", "redacted", "xxxxxxxx", "yourprivatekey", "privatekeyhere"].iter().any(|word| judge::has(&lower, word.as_bytes()))
}

fn is_of_a_block(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=\r\n\\\"', \t:-,".contains(&byte)
}

/// Prose behind a mention of such a line, in a document or a comment.
fn is_a_list_of_words(body: &[u8]) -> bool {
    let head = &body[..body.len().min(400)];
    let longest = head.split(|byte| !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte))).map(<[u8]>::len).max().unwrap_or(0);
    longest < 30
}

/// A JSON web key with its private part `d` (RFC 7517, RFC 7518 6.2.2 and 6.3.2), or a symmetric one with `k`.
fn web_key(bytes: &[u8], hit: Span) -> Option<Read> {
    let open = bytes[hit.start.saturating_sub(2048)..hit.start].iter().rposition(|byte| *byte == b'{').map(|at| hit.start.saturating_sub(2048) + at)?;
    let most = bytes.len().min(hit.end + 4096);
    let close = bytes[hit.end..most].iter().position(|byte| *byte == b'}').map(|at| hit.end + at)?;
    ["\"d\"", "\"k\""].iter().find_map(|name| {
        let at = open + bytes[open..close].windows(3).position(|part| part == name.as_bytes())? + 3;
        let at = run(bytes, at, 8, |byte| b" \t:\r\n".contains(&byte));
        (bytes.get(at) == Some(&b'"')).then_some(())?;
        let end = run(bytes, at + 1, 4096, |byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte));
        let value = &bytes[at + 1..end];
        let real = end < close && value.len() >= 32 && judge::entropy(value) > 3.8 && !judge::is_made_up(value);
        real.then(|| Read::new(Span::new(at + 1, end), Tier::Certain))
    })
}
