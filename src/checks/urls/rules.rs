//! The rules of this check, with what they find something in where `api.example.com` is allowed.

use super::super::{Check, Example, Level, RuleSpec};

pub(super) const HOST: &str = "host";
pub(super) const UNCHECKED: &str = "unchecked";

/// All of them.
pub static RULES: &[RuleSpec] = &[
    RuleSpec {
        check: Check::Urls,
        id: HOST,
        level: Level::Stop,
        about: "Configuration refers to hosts of `checks.urls.allow` only, however the host is written. What lies within the same machine or cluster needs no entry: names of one part, `*.svc`, `*.cluster.local`, loopback addresses.",
        good: Example { path: "config/app.yml", text: "api: https://api.example.com/v1\ncache: redis://redis:6379\n" },
        bad: Example { path: "config/app.yml", text: "api: https://api.example.com@evil.test/v1\n" },
    },
    RuleSpec {
        check: Check::Urls,
        id: UNCHECKED,
        level: Level::Stop,
        about: "A configuration file whose hosts could not be looked at, because it is binary, too large or too deep. What could not be checked has not passed.",
        good: Example { path: "config/app.json", text: "[[[\"https://api.example.com\"]]]" },
        bad: Example { path: "config/app.json", text: concat!("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "[[[[") },
    },
];
