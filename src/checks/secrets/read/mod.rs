//! What is read by code instead of an expression: it must know what stands around a keyword. Every reader looks at a bounded stretch of text.

pub(super) mod assignment;
pub(super) mod call;
pub(super) mod header;
pub(super) mod name;
pub(super) mod private_key;
pub(super) mod url;
pub(super) mod value;

use super::rule::Tier;
use crate::domain::Span;

/// What a reader found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// What is pointed at.
    pub(super) shown: Span,
    /// The secret itself.
    pub(super) secret: Span,
    /// How sure it is.
    pub(super) tier: Tier,
}

impl Read {
    pub(super) fn new(secret: Span, tier: Tier) -> Self {
        Self { shown: secret, secret, tier }
    }
}

/// The stretch from a byte on whose bytes all fit, up to so many.
pub(super) fn run(bytes: &[u8], from: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take(most).take_while(|byte| fits(**byte)).count()
}

/// Where the stretch that ends before a byte, and whose bytes all fit, begins.
pub(super) fn run_back(bytes: &[u8], to: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    let before = bytes.get(..to).unwrap_or_default();
    to - before.iter().rev().take(most).take_while(|byte| fits(**byte)).count()
}

/// Some bytes, to be asked for quickly.
pub(super) struct Set([bool; 256]);

impl Set {
    /// These bytes.
    pub(super) const fn of(bytes: &[u8]) -> Self {
        let (mut set, mut at) = ([false; 256], 0);
        while at < bytes.len() {
            set[bytes[at] as usize] = true;
            at += 1;
        }
        Self(set)
    }

    /// Whether the byte is one of them.
    pub(super) const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }
}
