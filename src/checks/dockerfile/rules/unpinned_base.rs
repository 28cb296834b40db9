//! `unpinned-base`.

use super::super::{Dockerfile, Rule};
use crate::checks::image::{ImageReference, Pin, UNKNOWN};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "unpinned-base",
    level: Level::Stop,
    about: "A base image, or one that files are copied from, has no tag or `:latest`: tomorrow's build is another one, and nobody can say which one runs.",
    good: Example { path: "Dockerfile", text: "ARG VERSION=12.7\nFROM debian:${VERSION} AS base\nFROM base\nCOPY --from=base /a /a\nUSER 1000\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (image, span) in super::images(file) {
        let reference = ImageReference::of(&image);
        // What is not known is shown as such.
        let (whole, name) = (shown(&image.replace(UNKNOWN, "?")), shown(&reference.name.replace(UNKNOWN, "?")));
        let what = match reference.pin() {
            Pin::Nothing if !reference.name.is_empty() => format!("the image `{whole}` has no tag: it is whatever is the latest"),
            Pin::Latest => format!("the image `{whole}` is whatever is the latest"),
            _ => continue,
        };
        let help = format!("name a version, best with its digest: `{name}:VERSION@sha256:…`");
        out.push(SPEC.finding(what).at(span).label("not pinned").help(help));
    }
    out
}
