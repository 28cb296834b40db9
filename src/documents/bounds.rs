//! How much of a file is read, and the words for what is too much: the same for every format.

use super::node::{Oddity, OddityKind};
use crate::domain::{Span, shown};

/// How deep a file may be nested, aliases resolved: nothing that walks a tree needs more of a stack than this many calls.
pub(super) const DEEPEST: usize = 64;
/// How many keys and values a file may have.
pub(super) const MOST_VALUES: usize = 500_000;
/// The largest file, in bytes.
pub(super) const LARGEST: usize = 10_000_000;

pub(super) fn too_deep(span: Span) -> Oddity {
    Oddity::new(OddityKind::TooMuch, span, format!("it is nested deeper than {DEEPEST} levels"))
}

pub(super) fn too_many(span: Span) -> Oddity {
    Oddity::new(OddityKind::TooMuch, span, format!("it holds more than {MOST_VALUES} keys and values"))
}

pub(super) fn too_large() -> Oddity {
    Oddity::new(OddityKind::TooMuch, Span::default(), format!("it is larger than {} MB", LARGEST / 1_000_000))
}

pub(super) fn doubled(key: &str, span: Span) -> Oddity {
    Oddity::new(OddityKind::DoubledKey, span, format!("the key `{}` stands here twice", shown(key)))
}

/// The nearest border of characters at or before a byte.
pub(super) fn border(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
