//! Static checks of text: text in, findings with places out. Pure: no file, no process, no clock; the same text gives the same findings in a hook, on the command
//! line and in the action, which is what makes them agree (row H5).
//!
//! A check is a row of [`CHECKS`]; what it looks for are its rules ([`rules`]), one file each where they are code. Which files are looked at, in which versions,
//! and what stops whom is decided above, in `examine`.

mod allow;
mod credential;
pub mod dockerfile;
pub mod files;
mod finding;
mod foreign;
mod image;
pub mod kubernetes;
pub mod message;
pub mod migrations;
mod most;
mod percent;
pub mod refs;
mod registry;
mod rules;
pub mod schemas;
pub mod scripts;
pub mod secrets;
mod shell;
mod skip;
mod source;
pub mod urls;
pub mod workflows;

pub use allow::sift;
pub use finding::{Finding, Fix, Level};
pub use registry::{CHECKS, Check, CheckSpec, Example, RuleSpec, rules};
pub use rules::CheckRules;
pub use skip::{BadSkip, Skips};

#[cfg(test)]
mod examples_tests;
pub use source::{Allowed, Alone, By, FileCheck, Looked, Mode, Near, Source, decode};
