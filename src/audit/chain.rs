//! The chain: what a line's hash covers, where it stands in the line, and what the next line says of it.
//!
//! Lines are handled as raw bytes. Beginning and end of a line have a fixed form, so that neither verifying nor continuing a
//! chain parses or re-serialises JSON:
//!
//! ```text
//! {"timestamp":"2026-01-02T03:04:05.678Z","sequence":7, … ,"previous":"<64 hex>","hash":"<64 hex>"}
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(super) const FIRST_KEY: &[u8] = b"{\"timestamp\":\"";
pub(super) const SEQUENCE_KEY: &[u8] = b"\",\"sequence\":";
pub(super) const PREVIOUS_KEY: &[u8] = b",\"previous\":\"";
pub(super) const HASH_KEY: &[u8] = b",\"hash\":\"";
/// The length of `2026-01-02T03:04:05.678Z`.
pub(super) const TIMESTAMP: usize = 24;
const HEX: usize = 64;

/// The SHA-256 of a line, without the line's own `hash` field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LineHash([u8; 32]);

/// A place in the chain: the last line's sequence number and hash. Written `SEQUENCE:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the line; 0 before the first.
    pub sequence: u64,
    /// The hash of the line; 64 zeros before the first.
    pub hash: LineHash,
}

/// A text is no head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not a head of an audit log: it must be 64 lower-case hexadecimal digits, or a number, `:`, and those digits")]
pub struct HeadError {
    /// The text, made safe to show.
    pub shown: String,
}

impl HeadError {
    pub(super) fn new(text: &str) -> Self {
        Self { shown: crate::domain::shown(text) }
    }
}

impl LineHash {
    /// The SHA-256 of these bytes.
    pub(super) fn of(covered: &[u8]) -> Self {
        Self(Sha256::digest(covered).into())
    }

    pub(super) fn hex(self) -> [u8; HEX] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; HEX];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        hex
    }

    fn from_hex(hex: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != HEX {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

fn digit(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'a'..=b'f' => Some(hex - b'a' + 10),
        _ => None,
    }
}

impl Head {
    /// The head of an empty log.
    pub const GENESIS: Self = Self { sequence: 0, hash: LineHash([0; 32]) };
}

/// A line taken apart. That it has the form says nothing about whether its hash is right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) sequence: u64,
    pub(super) previous: LineHash,
    pub(super) stated: LineHash,
    covered: &'a [u8],
}

impl<'a> Line<'a> {
    /// Takes a line (without its newline) apart; `None` where it has not the form of one.
    pub(super) fn split(line: &'a [u8]) -> Option<Self> {
        let body = line.strip_suffix(b"\"}")?;
        let (body, stated) = body.split_at_checked(body.len().checked_sub(HEX)?)?;
        let covered = body.strip_suffix(HASH_KEY)?;
        let body = covered.strip_suffix(b"\"")?;
        let (body, previous) = body.split_at_checked(body.len().checked_sub(HEX)?)?;
        let body = body.strip_suffix(PREVIOUS_KEY)?;
        let body = body.strip_prefix(FIRST_KEY)?.split_at_checked(TIMESTAMP)?.1;
        let sequence = number(body.strip_prefix(SEQUENCE_KEY)?)?;
        Some(Self { sequence, previous: LineHash::from_hex(previous)?, stated: LineHash::from_hex(stated)?, covered })
    }

    /// The hash that the line should state.
    pub(super) fn computed(&self) -> LineHash {
        LineHash::of(self.covered)
    }

    /// The line's place in the chain, as it states it.
    pub(super) fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.stated }
    }
}

/// The number at the beginning, in its only form, followed by a comma.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let plain = digits > 0 && text[0] != b'0' && text.get(digits) == Some(&b',');
    if plain { std::str::from_utf8(&text[..digits]).ok()?.parse().ok() } else { None }
}

impl fmt::Display for LineHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hex().iter().try_for_each(|digit| fmt::Write::write_char(formatter, char::from(*digit)))
    }
}

impl fmt::Debug for LineHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for LineHash {
    type Err = HeadError;
    fn from_str(text: &str) -> Result<Self, HeadError> {
        Self::from_hex(text.as_bytes()).ok_or_else(|| HeadError::new(text))
    }
}

impl TryFrom<String> for LineHash {
    type Error = HeadError;
    fn try_from(text: String) -> Result<Self, HeadError> {
        text.parse()
    }
}

impl From<LineHash> for String {
    fn from(hash: LineHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for Head {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.sequence, self.hash)
    }
}

impl FromStr for Head {
    type Err = HeadError;
    fn from_str(text: &str) -> Result<Self, HeadError> {
        let parse = || {
            let (sequence, hash) = text.split_once(':')?;
            let sequence = if sequence == "0" { 0 } else { number(format!("{sequence},").as_bytes())? };
            Some(Self { sequence, hash: hash.parse().ok()? })
        };
        parse().ok_or_else(|| HeadError::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a3_heads_read_as_they_are_written() {
        let hash = LineHash::of(b"abc");
        assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let head = Head { sequence: 42, hash };
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(Head::GENESIS.to_string().parse(), Ok(Head::GENESIS));
        for text in ["", ":", "1:", &format!("01:{hash}"), &format!("+1:{hash}"), &format!("1:{}", hash.to_string().to_uppercase()), &format!("1:{hash}0")] {
            assert!(text.parse::<Head>().is_err(), "{text:?}");
        }
    }
}
