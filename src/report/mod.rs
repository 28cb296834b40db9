//! Outcomes become words: for a pull request, a terminal, a program, the runner. Pure; nothing here decides.

pub mod escape;
pub mod findings;
pub mod json;
pub mod markdown;
pub mod outputs;
pub mod stages;
pub mod table;
pub mod terminal;
