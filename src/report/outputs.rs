//! The action's outputs: the registry, and the file format that `GITHUB_OUTPUT` and `GITHUB_STATE` take.

use std::fmt::Write as _;

/// An output of the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
}

/// Every output there is; `action.yml` and the docs are compared with it.
pub const OUTPUTS: &[OutputSpec] = &[
    OutputSpec {
        name: "decision",
        about: "`go`, `dispatched` (another workflow deploys), `waiting`, `no-go`, `none` (nothing to decide) or `error`. Deploy only when it is `go`.",
    },
    OutputSpec { name: "reason", about: "The code of the first reason not to go, e.g. `checks.pending`." },
    OutputSpec { name: "environment", about: "The environment, by its policy name." },
    OutputSpec { name: "sha", about: "The exact commit to deploy." },
    OutputSpec { name: "ref", about: "The branch that the commit was the head of." },
    OutputSpec { name: "version", about: "The version, where the command named one." },
    OutputSpec { name: "services", about: "The services to deploy, as a JSON list; empty for all." },
    OutputSpec { name: "parameters", about: "The command's parameters, as a JSON object." },
    OutputSpec { name: "deployment-id", about: "The id of the GitHub deployment." },
    OutputSpec { name: "lock", about: "The claim that holds the lock." },
    OutputSpec { name: "comment-id", about: "The id of the status comment." },
    OutputSpec { name: "run-id", about: "The workflow run that was dispatched, where it shows." },
    OutputSpec { name: "run-url", about: "The page of that run." },
    OutputSpec {
        name: "conclusion",
        about: "How the dispatched deployment ended, where the job waited for it: `success`, `failure`, `cancelled`, `unknown` or `timed-out`.",
    },
    OutputSpec { name: "result", about: "The whole decision as JSON with `schema_version`." },
    OutputSpec { name: "audit-file", about: "Where the audit log is." },
    OutputSpec { name: "audit-head", about: "The audit log's head as `SEQUENCE:HASH`, for `shipgate audit verify --head`." },
    OutputSpec { name: "record", about: "Where the decision record is, for `shipgate replay`." },
];

/// One `name<<DELIMITER` entry. The delimiter is made from the value, so that no value can end itself early and begin another entry.
pub fn entry(name: &str, value: &str) -> String {
    let mut delimiter = String::from("SHIPGATE_EOF");
    while value.contains(&delimiter) {
        let _ = write!(delimiter, "_{}", value.len());
        delimiter.push('X');
    }
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads entries the way the runner documents.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut lines = text.lines();
        while let Some(head) = lines.next() {
            let (name, delimiter) = head.split_once("<<").expect("an entry begins with name<<delimiter");
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            out.push((name.to_owned(), value.join("\n")));
        }
        out
    }

    proptest! {
        #[test]
        fn no_value_can_begin_another_output(value in "(SHIPGATE_EOF|_[0-9]|X|\n|decision<<x|[ -~]){0,12}") {
            let text = entry("a", &value) + &entry("b", "2");
            let read = read(&text);
            prop_assert_eq!(read.len(), 2);
            prop_assert_eq!(&read[0].1, &value);
        }
    }
}
