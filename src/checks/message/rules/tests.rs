//! Every rule, with what it says.

use super::super::{Cleaning, MessageRules, Need, TicketRule, mended};
use super::{RULES, findings, unfinished};
use crate::domain::Expression;

/// Every rule speaks with these.
fn rules() -> MessageRules {
    let ticket = TicketRule { pattern: Expression::new("[A-Z]+-[0-9]+").expect("valid"), need: Need::Required };
    MessageRules { scopes: vec!["api".to_owned(), "ui".to_owned()], ticket: Some(ticket), ..MessageRules::default() }
}

/// Rule, text under the caret, help, of each finding.
fn told(text: &str, rules: &MessageRules) -> Vec<(String, String, String)> {
    let told = |finding: crate::checks::Finding| {
        let span = finding.span.expect("a place");
        (finding.rule.into_owned(), text[span.start..span.end].to_owned(), finding.help.unwrap_or_default())
    };
    findings(text.as_bytes(), rules).into_iter().map(told).collect()
}

#[test]
fn h2_each_rules_good_example_passes_it_and_its_bad_one_does_not() {
    let strict = rules();
    for rule in RULES {
        let plain = if rule.id == "ticket-missing" || rule.id == "scope-unknown" { &strict } else { &MessageRules::default() };
        let finds = |text: &str| {
            let all = findings(text.as_bytes(), plain).into_iter().chain(unfinished(text.as_bytes()));
            all.filter(|finding| finding.rule == rule.id && finding.level == rule.level).count()
        };
        assert_eq!((finds(rule.good.text), finds(rule.bad.text)), (0, 1), "{}", rule.id);
    }
}

#[test]
fn h2_the_fault_is_pointed_at_and_the_corrected_message_is_there_to_copy() {
    let rules = MessageRules::default();
    for (text, rule, caret, help) in [
        ("feature: add x", "type-unknown", "feature", "write: feat: add x\n"),
        ("faet(api)!: add x", "type-unknown", "faet", "write: feat(api)!: add x\n"),
        ("Fix: close x", "type-case", "Fix", "write: fix: close x"),
        ("feat : x", "header-form", " ", "write: feat: x"),
        ("feat:x", "header-form", ":", "write: feat: x"),
        ("feat (api): x", "header-form", " ", "write: feat(api): x"),
        ("feat(): x", "header-form", "()", "write: feat: x"),
        ("feat!(api): x", "header-form", "!", "write: feat(api)!: x"),
        ("feat(api) x", "header-form", " ", "write: feat(api): x"),
        ("feat(api: x", "header-form", "(", ""),
        ("feat：x", "header-form", "：", "write: feat: x"),
        ("[feat] x", "header-form", "[", "write: feat: x"),
        ("feature - add x", "header-form", " -", "write: feat: add x"),
        (":sparkles: feat: x", "header-form", ":", "write: feat: x"),
        ("fix the clock", "header-form", " ", "write: fix: the clock"),
        ("Add a retry", "type-missing", "Add", "for example: feat: add a retry\n"),
        ("Fixed the clock", "type-missing", "Fixed", "for example: fix: fixed the clock\n"),
        ("http://example.com is down", "type-missing", "http://example.com", "for example: feat: "),
        ("fix:", "subject-empty", "", "for example: fix: say what changes"),
        ("!!", "type-missing", "!!", "for example: feat: !!"),
        ("fix: x\nbody", "blank-line", "body", ""),
        ("fix: x\n\nBREAKING: y", "breaking-footer", "BREAKING", "write: BREAKING CHANGE: y"),
        ("fix: x\n\nBreaking change - y", "breaking-footer", "Breaking change", "write: BREAKING CHANGE: y"),
        ("fix: x\n\nBREAKING CHANGE:y", "breaking-footer", "BREAKING CHANGE", "write: BREAKING CHANGE: y"),
        ("fix: x\n\nBREAKING_CHANGES: y", "breaking-footer", "BREAKING_CHANGES", "write: BREAKING CHANGE: y"),
        ("fix: x\n\nbody\nBREAKING CHANGE: y", "breaking-footer", "BREAKING CHANGE", ""),
    ] {
        let told = told(text, &rules);
        let [(found, under, said)] = told.as_slice() else { panic!("{text}: {told:?}") };
        if text == "feat(api: x" {
            assert_eq!(found, rule);
            continue;
        }
        assert_eq!((found.as_str(), under.as_str()), (rule, caret), "{text}");
        assert!(said.starts_with(help), "{text}: {said}");
    }
}

#[test]
fn h2_what_is_right_passes() {
    for text in [
        "feat: add x.\n",
        "feat(any scope, other)!: x",
        "fix: x\n\nBreaking the loop early is not a fault.\n\nBREAKING CHANGE: y\n",
        "fix: x\n\nThis is a breaking change: no.\n",
        "fix: flag 🏳️‍🌈 and 1️⃣\n",
        "Merge branch 'x'\n",
        "Revert \"anything at all\"\n\nThis reverts commit 0123456.\n",
        "fixup! anything\n",
        "wip",
        "",
        "\n\n",
        "fix: x\r\n\r\nbody\r\n",
    ] {
        assert_eq!(told(text, &MessageRules::default()), [], "{text}");
    }
    assert_eq!(told("feat(api, ui): x PAY-12", &rules()), []);
    assert_eq!(told("feat: x\n\nRefs: PAY-12", &rules()), []);
    assert_eq!(told("feat(api, UI): x XPAY-12ä", &rules()).iter().map(|found| found.0.as_str()).collect::<Vec<_>>(), ["ticket-missing", "scope-unknown"]);
}

#[test]
fn h2_only_unfinished_commits_are_kept_from_protected_branches() {
    let rule = |text: &str| unfinished(text.as_bytes()).map(|finding| finding.rule.into_owned());
    assert_eq!(rule("fixup! feat: x").as_deref(), Some("autosquash"));
    assert_eq!(rule("WIP").as_deref(), Some("wip"));
    assert_eq!(rule("feat: x"), None);
    assert_eq!(rule("Merge branch 'x'"), None);
}

#[test]
fn h2_what_is_mended_is_right_then_and_its_comments_stay() {
    let rules = rules();
    let mend = |typed: &str| mended(typed.as_bytes(), &Cleaning::default(), &rules, &|_| false).map(|mended| mended.typed);
    for (typed, expected) in [
        ("\n# c\nFeature (api):x PAY-1\n# c\nbody\n# end\n", "\n# c\nfeat(api): x PAY-1\n# c\n\nbody\n# end\n"),
        ("[fix] x PAY-1", "fix: x PAY-1"),
        ("bugfix(API): x PAY-1", "fix(api): x PAY-1"),
        ("fix: PAY-1\n\nbody\nBREAKING CHANGE: y\n", "fix: PAY-1\n\nbody\n\nBREAKING CHANGE: y\n"),
    ] {
        assert_eq!(mend(typed).as_deref(), Some(expected), "{typed}");
        assert_eq!(findings(super::super::clean(expected, &Cleaning::default()).text.as_bytes(), &rules), [], "{expected}");
    }
    for typed in ["fix: PAY-1", "fix the clock PAY-1", "Add PAY-1", "faet: PAY-1", "fix: PAY-1\n\nBreaking change: y"] {
        assert_eq!(mend(typed), None, "{typed}");
    }
    assert_eq!(mended(b"feature: \xff", &Cleaning::default(), &rules, &|_| false), None);
}
