//! Each rule by its examples, and what is allowed how.

use super::*;

/// What an example says: a word, the ref's name. The default branch is `main`.
fn pushed(text: &str) -> PushedRef {
    let (word, name) = text.split_once(' ').expect("a word and a name");
    let movement = match word {
        "create" => Movement::Created(Brings::Nothing),
        "bring" => Movement::Created(Brings::Commits),
        "begin" => Movement::Created(Brings::Beginning),
        "update" => Movement::Updated(Forced::No),
        "force" => Movement::Updated(Forced::Yes),
        "perhaps" => Movement::Updated(Forced::Unknown),
        "delete" => Movement::Deleted,
        other => panic!("{other} is no word of an example"),
    };
    let standing = if name == "refs/heads/main" { Standing::Default } else { Standing::Other };
    PushedRef { name: name.to_owned(), movement, standing }
}

fn named(text: &str, rules: &RefRules) -> Vec<String> {
    findings(&pushed(text), rules).iter().map(|finding| finding.rule.clone().into_owned()).collect()
}

fn globs(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::new(text).expect("a pattern")).collect()
}

#[test]
fn h3_every_rule_of_pushes_finds_its_bad_example_and_nothing_in_its_good_one() {
    for rule in RULES {
        assert_eq!(named(rule.bad.text, &RefRules::default()), [rule.id], "{}", rule.bad.text);
        assert!(named(rule.good.text, &RefRules::default()).is_empty(), "{}", rule.good.text);
        let finding = findings(&pushed(rule.bad.text), &RefRules::default()).remove(0);
        assert!(finding.help.expect("a help").contains("SHIPGATE_SKIP=refs"));
    }
}

#[test]
fn h3_protected_branches_take_no_direct_push_no_force_and_no_deletion_and_the_policy_can_allow_the_first() {
    let protected = RefRules { protected: globs(&["release/**"]), ..RefRules::default() };
    let direct = RefRules { direct: Direct::Allow, ..protected.clone() };
    for (text, expected, allowed) in [
        ("update refs/heads/main", "direct", None),
        ("update refs/heads/release/1.x", "direct", None),
        ("bring refs/heads/release/1.x", "direct", None),
        ("force refs/heads/release/1.x", "forced", Some("forced")),
        ("perhaps refs/heads/main", "forced", Some("forced")),
        ("delete refs/heads/release/1.x", "branch-deleted", Some("branch-deleted")),
    ] {
        assert_eq!(named(text, &protected), [expected], "{text}");
        assert_eq!(named(text, &direct).first().map(String::as_str), allowed, "{text}");
    }
    for text in [
        "create refs/heads/release/1.x",
        "begin refs/heads/main",
        "force refs/heads/feature",
        "perhaps refs/heads/feature",
        "delete refs/heads/feature",
        "bring refs/heads/feature",
        "update refs/for/main",
        "update refs/notes/commits",
        "force refs/notes/commits",
        "update refs/heads/release",
    ] {
        assert!(named(text, &protected).is_empty(), "{text}");
    }
}

#[test]
fn h3_tags_are_versions_and_stay_where_they_are_unless_the_policy_says_otherwise() {
    let rules = RefRules { tags: globs(&["nightly-*"]), moving: globs(&["v[0-9]"]), ..RefRules::default() };
    for (text, expected) in [
        ("create refs/tags/latest", Some("tag-version")),
        ("bring refs/tags/api-v1.0.0", None),
        ("create refs/tags/nightly-1", None),
        ("force refs/tags/nightly-1", Some("tag-moved")),
        ("delete refs/tags/nightly-1", None),
        ("create refs/tags/v1", None),
        ("update refs/tags/v1", None),
        ("perhaps refs/tags/v1", None),
        ("delete refs/tags/v1", None),
        ("update refs/tags/v1.0.0", Some("tag-moved")),
        ("perhaps refs/tags/v1.0.0", Some("tag-moved")),
        ("delete refs/tags/api/v1.0.0", Some("tag-deleted")),
    ] {
        assert_eq!(named(text, &rules).first().map(String::as_str), expected, "{text}");
    }
}

#[test]
fn v6_names_of_refs_that_mislead_are_refused_and_shown_escaped() {
    let id = "a".repeat(40);
    for name in [
        "refs/heads/ma\u{200b}in",
        "refs/heads/\u{202e}main",
        "refs/heads/a\u{fffd}",
        "refs/heads/-x",
        "refs/tags/HEAD",
        "refs/heads/refs/heads/main",
        &format!("refs/heads/{id}"),
    ] {
        assert!(named(&format!("create {name}"), &RefRules::default()).contains(&"name".to_owned()), "{name:?}");
        assert!(named(&format!("delete {name}"), &RefRules::default()).is_empty(), "it may go away: {name:?}");
    }
    let finding = findings(&pushed("create refs/heads/\u{1b}[1m\u{202e}x"), &RefRules::default()).remove(0);
    assert!(!finding.what.contains(['\u{1b}', '\u{202e}']), "{}", finding.what);
    for name in ["refs/heads/feature/ä", "refs/heads/a-b", "refs/for/main", "refs/heads/abc1234"] {
        assert!(named(&format!("create {name}"), &RefRules::default()).is_empty(), "{name}");
    }
}
