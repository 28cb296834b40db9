//! `secret-in-variable`.

use super::super::parse::Keyword;
use super::super::{Dockerfile, Rule};
use crate::checks::credential::{is_literal, is_secret_name};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "secret-in-variable",
    level: Level::Stop,
    about: "An `ENV` or `ARG` that is called like a secret has a value: everybody who can pull the image can read it, in the image's configuration or its history.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nENV DB_PASSWORD_FILE=/run/secrets/db\nRUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) ./fetch\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nENV DB_PASSWORD=swordfish\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for instruction in file.instructions.iter().filter(|instruction| matches!(instruction.keyword, Keyword::Env | Keyword::Arg)) {
        for (name, value, span) in instruction.pairs(file.escape) {
            let Some(value) = value.filter(|value| is_secret_name(&name) && is_literal(value)) else { continue };
            let mut finding = SPEC.finding(format!("the value of `{}` becomes a part of the image", shown(&name))).at(span);
            // The value is the end of what stands there.
            let start = span.end.saturating_sub(value.len() + 1).max(span.start + name.len());
            finding.hidden.push(crate::domain::Span::new(start.min(span.end), span.end));
            out.push(
                finding.label("readable by all who can pull it").help("give it when the container is started; for a build take `RUN --mount=type=secret`"),
            );
        }
    }
    out
}
