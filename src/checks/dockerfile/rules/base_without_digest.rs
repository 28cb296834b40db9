//! `base-without-digest`.

use std::collections::BTreeSet;

use super::super::{Dockerfile, Rule};
use crate::checks::image::{ImageReference, Pin};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "base-without-digest",
    level: Level::Warn,
    about: "A base image is named by a tag alone. Tags are moved: a digest behind the tag says exactly what is built on, and update bots know how to renew it.",
    good: Example { path: "Dockerfile", text: "FROM debian:12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nUSER 1000\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (image, span) in super::images(file) {
        let reference = ImageReference::of(&image);
        if reference.pin() == Pin::Tag && seen.insert(image.clone()) {
            let what = format!("the image `{}` is named by its tag, not by its digest", shown(&image));
            let help = format!("write `{}@sha256:…`", shown(&image));
            // Another tag of the same image is not another finding.
            out.push(SPEC.finding(what).at(span).help(help).key(reference.name));
        }
    }
    out
}
