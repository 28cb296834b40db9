//! `no-healthcheck`.

use super::super::parse::Keyword;
use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "no-healthcheck",
    level: Level::Warn,
    about: "The image serves a port and has no `HEALTHCHECK`: Docker and compose take it for well as long as its process lives. An image without `EXPOSE`, a job for \
            example, is not looked at; `HEALTHCHECK NONE` says that something else checks.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nEXPOSE 8080\nHEALTHCHECK CMD [\"/app\", \"health\"]\nCMD [\"/app\"]\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nEXPOSE 8080\nCMD [\"/app\"]\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let has = |keyword: Keyword| file.last_image().find(|instruction| instruction.keyword == keyword);
    let Some(exposes) = has(Keyword::Expose).filter(|_| file.is_deployable()) else { return Vec::new() };
    if has(Keyword::Healthcheck).is_some() {
        return Vec::new();
    }
    let help = "add `HEALTHCHECK CMD [\"program\", \"argument\"]`, or `HEALTHCHECK NONE` where the platform checks by itself, as Kubernetes does";
    vec![SPEC.finding("the image serves a port and has no `HEALTHCHECK`").at(exposes.span()).help(help)]
}
