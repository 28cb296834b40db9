//! Examining: which versions of which files are looked at, by which checks of the policy, and what of it is new. Reads through `git`, judges nothing itself.

mod linters;

pub use linters::{Linter, Linters};
