//! Structured files as they come — YAML, JSON, TOML — read into one kind of tree in which every key and value knows its place. No input makes it large or slow.
//! Nothing here knows what a file means.

mod node;
mod yaml;

pub use node::{Entry, Node, Oddity, Value};
pub use yaml::yaml;
