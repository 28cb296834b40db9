//! `piped-download`.

use super::super::{Dockerfile, Rule};
use crate::checks::shell::piped_downloads;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "piped-download",
    level: Level::Stop,
    about: "What is downloaded is run at once, unseen and unverified: whoever can change it at its source, or cut the connection in the middle, decides what runs.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN curl -fsSLo /tmp/install https://example.com/install-1.2.sh \\\n  && echo \"0123  /tmp/install\" | sha256sum -c - \\\n  && sh /tmp/install\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nRUN curl -fsSL https://example.com/install.sh | sh\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let found = file
        .scripts
        .iter()
        .flat_map(|script| piped_downloads(&script.commands).into_iter().map(move |(start, end, program)| (script.span(start, end), program)));
    found
        .map(|(span, program)| {
            let help = "download a fixed version to a file, compare its SHA-256, then run it; or take a package";
            SPEC.finding(format!("`{program}` runs what was downloaded, unseen")).at(span).help(help)
        })
        .collect()
}
