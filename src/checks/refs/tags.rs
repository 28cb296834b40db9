//! Tags: named as versions, and what once had a version keeps it.

use super::{Finding, Movement, RefRules, RuleSpec, found, matches_any, spec};
use crate::domain::Version;

pub(super) const NO_VERSION: RuleSpec = spec(
    "tag-version",
    "A tag is a version (`v1.2.3`, `1.2.3`, `package-v1.2.3`, `package@1.2.3`), because releases are made of tags; others are named in `checks.refs.tags`.",
    ("create refs/tags/v1.2.3-rc.1", "create refs/tags/version-2"),
);

pub(super) const MOVED: RuleSpec = spec(
    "tag-moved",
    "A tag that moves gives another thing to everybody who fetched it before; those that may are named in `checks.refs.moving`.",
    ("create refs/tags/v1.2.3", "force refs/tags/v1.2.3"),
);

pub(super) const DELETED: RuleSpec = spec(
    "tag-deleted",
    "The tag of a version is not deleted: somebody has built on it. Others may be.",
    ("delete refs/tags/nightly", "delete refs/tags/v1.2.3"),
);

/// What is wrong with this for a tag.
pub(super) fn findings(tag: &str, movement: Movement, rules: &RefRules) -> Option<Finding> {
    let may_move = matches_any(&rules.moving, tag);
    match movement {
        _ if may_move => None,
        Movement::Deleted if is_version(tag) => {
            let help = format!("release another version instead; for tags that come and go: `checks.refs.moving: [\"{tag}\"]`");
            Some(found(&DELETED, format!("the tag `{tag}` of a version would be deleted"), help))
        }
        Movement::Deleted => None,
        Movement::Updated(_) => {
            let help = format!("give the new commit a new version; for tags that are meant to move: `checks.refs.moving: [\"{tag}\"]`");
            Some(found(&MOVED, format!("the tag `{tag}` is there already and would move"), help))
        }
        Movement::Created(_) if is_version(tag) || matches_any(&rules.tags, tag) => None,
        Movement::Created(_) => {
            let help = format!("name it as a version, e.g. `v1.2.3`; for other tags: `checks.refs.tags: [\"{tag}\"]`");
            Some(found(&NO_VERSION, format!("the tag `{tag}` is no version"), help))
        }
    }
}

/// True for a version, alone or behind the name of a package: `v1.2.3`, `api-v1.2.3`, `api/1.2.3`, `@scope/api@1.2.3`.
fn is_version(tag: &str) -> bool {
    let behind = |at: usize| is_package(&tag[..at]) && Version::new(&tag[at + 1..]).is_ok();
    Version::new(tag).is_ok() || tag.match_indices(['-', '/', '@']).any(|(at, _)| behind(at))
}

/// True for what can be the name of a package, and is no version of its own.
fn is_package(text: &str) -> bool {
    let mut characters = text.strip_prefix('v').unwrap_or(text).chars();
    let first = if text == "v" { Some('v') } else { characters.next() };
    first.is_some_and(|first| first.is_alphabetic() || first == '@' || first == '_') && !text.ends_with(['-', '/', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_versions_are_told_from_other_tags_alone_and_behind_the_name_of_a_package() {
        for tag in [
            "v1.2.3",
            "1.2.3",
            "v1.2.3-rc.1",
            "1.0.0+build.5",
            "api-v1.2.3",
            "api/v1.2.3",
            "api/1.2.3-rc.1",
            "@scope/api@1.2.3",
            "my-api-1.2.3-rc.1",
            "release/v1.0.0",
            "v/1.0.0",
            "view-1.0.0",
        ] {
            assert!(is_version(tag), "{tag}");
        }
        for tag in ["", "v1", "v1.2", "latest", "v01.2.3", "1.2.3.4", "v1.2-1.0.0", "-1.2.3", "api-", "api--1.2.3", "version-2", "v1.2.3 ", "vv1.2.3", "é1.2.3"]
        {
            assert!(!is_version(tag), "{tag}");
        }
    }
}
