//! The table and the file of rules say the same, and every rule finds what it is for and nothing else.

use std::fmt::Write as _;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::rule::{Checksum, Reader, Rule, Spec};
use super::table::RULES;
use super::{SecretRules, Secrets, Tier, checksum, dialect, load};
use crate::checks::{Alone, Level, Looked, Mode, Source};
use crate::domain::RepoPath;

const FILE: &str = include_str!("rules.toml");

/// A raw text, with hashes where it needs them.
fn raw(text: &str) -> String {
    if text.contains('"') {
        format!("r#\"{text}\"#")
    } else if text.contains('\\') {
        format!("r\"{text}\"")
    } else {
        format!("{text:?}")
    }
}

/// The text of `table.rs`.
fn table(rules: &[Rule]) -> String {
    let mut out = String::from(
        "//! The rules of `rules.toml` as a table, so that no program reads TOML when it starts. Written by `SHIPGATE_BLESS=1 cargo test --lib secrets::`.\n\nuse super::rule::Checksum::{Github, Grafana, Jwt};\nuse super::rule::Reader::{Begins, Call, Expression, Header, Password, PrivateKey, Salt, Secret, Url};\nuse super::rule::Spec;\nuse super::rule::Tier::{Certain, Likely};\n\n/// Our rules.\n#[rustfmt::skip]\npub(super) const RULES: &[Spec] = &[\n",
    );
    for rule in rules {
        let keywords: Vec<&str> = rule.keywords.iter().map(AsRef::as_ref).collect();
        let _ = writeln!(
            out,
            "    Spec {{ id: {:?}, about: {:?}, tier: {:?}, reader: {:?}, keywords: &{:?}, pattern: {}, entropy: {:?}, checksum: {:?} }},",
            rule.id,
            rule.about,
            rule.tier,
            rule.reader,
            keywords,
            raw(&rule.pattern),
            rule.entropy,
            rule.checksum
        );
    }
    out.push_str("];\n");
    out
}

#[test]
fn h4_the_table_says_what_the_file_of_rules_says() {
    let file = load::read(FILE).unwrap_or_else(|error| panic!("rules.toml: {error}"));
    assert_eq!((file.notes, file.allow.len(), file.disabled.len()), (Vec::new(), 0, 0));
    assert!(file.rules.iter().all(|rule| rule.group <= 1 && rule.path.is_none() && rule.allow.is_empty()), "the table cannot say that");
    let expected = table(&file.rules);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks/secrets/table.rs");
    #[expect(clippy::disallowed_methods, reason = "SHIPGATE_BLESS=1 renews the file; only this test reads it")]
    if std::env::var_os("SHIPGATE_BLESS").is_some() {
        std::fs::write(path, &expected).expect("table.rs can be written");
    }
    let written = std::fs::read_to_string(path).expect("table.rs is there").replace("\r\n", "\n");
    assert!(written == expected, "table.rs is not what rules.toml says: SHIPGATE_BLESS=1 cargo test --lib secrets::");
}

pub(super) fn scan(secrets: &Secrets, path: &str, text: &str) -> Looked {
    let path = RepoPath::new(path.as_bytes());
    secrets.scan(&Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone })
}

pub(super) fn ours() -> Secrets {
    Secrets::new(&SecretRules::default(), None).expect("our own rules")
}

/// Texts that a rule's expression matches, made by it: nothing that looks like a secret stands in this repository.
fn examples(spec: &Spec, runner: &mut TestRunner) -> Vec<String> {
    // Letters that only Unicode takes for others (`ſ` for `s`) are no keyword.
    let pattern =
        dialect::translate(spec.pattern).replace(r"(?-u:\b)", "").replace("(?i:", "(?:").replace("(?m:^)|", "").replace("(?:^|", "(?:").replace("|$)", ")");
    let strategy = proptest::string::string_regex(&pattern).unwrap_or_else(|error| panic!("{}: {error}", spec.id));
    (0..8).map(|_| right(spec, strategy.new_tree(runner).expect("a text").current())).collect()
}

/// The text with the checksum that it ought to have.
fn right(spec: &Spec, text: String) -> String {
    match spec.checksum {
        None => text,
        Some(Checksum::Github) => {
            let (prefix, body) = text.split_at(text.rfind('_').expect("a prefix") + 1);
            checksum::signed(prefix, &body[..body.len() - 6])
        }
        Some(Checksum::Grafana) => {
            let body = &text[..text.len() - 9];
            format!("{body}_{:08x}", checksum::crc32(body.as_bytes()).swap_bytes())
        }
        Some(Checksum::Jwt) => {
            let parts: Vec<&str> = text.split('.').collect();
            format!("{}.{}.{}", ["eyJhbGciOiJI", "UzI1NiJ9"].concat(), parts[1], parts[2])
        }
    }
}

#[test]
fn h4_every_rule_with_an_expression_finds_what_it_is_for_and_no_placeholder_of_its_form() {
    let (secrets, mut runner, mut missed) = (ours(), TestRunner::deterministic(), Vec::new());
    for spec in RULES.iter().filter(|spec| matches!(spec.reader, Reader::Begins | Reader::Expression)) {
        let near = spec.keywords[0];
        let mut found = 0;
        for example in examples(spec, &mut runner) {
            // What is not in the expression but needed: a keyword near by.
            let before = if example.to_ascii_lowercase().contains(near) || spec.reader == Reader::Begins { "value: " } else { near };
            let text = format!("{before} {example} \n");
            let looked = scan(&secrets, "package-lock.json", &text);
            found += usize::from(looked.findings.iter().any(|finding| finding.rule == spec.id && finding.level == Level::Stop));
            let kept = before.len() + 1 + spec.keywords.iter().map(|word| word.len()).max().unwrap_or(0).max(8);
            let letter = |character: char| character.is_ascii_alphanumeric() || "-_+/".contains(character);
            let made_up: String = text.chars().enumerate().map(|(at, character)| if at >= kept && letter(character) { 'x' } else { character }).collect();
            let looked = scan(&secrets, "a.txt", &made_up);
            assert!(looked.findings.iter().all(|finding| finding.rule != spec.id), "{}: {made_up}", spec.id);
        }
        if found < 5 {
            missed.push(format!("{}: {found} of 8", spec.id));
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn h4_ids_are_one_each_and_every_rule_says_what_it_finds() {
    let ids: std::collections::BTreeSet<&str> = RULES.iter().map(|spec| spec.id).collect();
    assert_eq!(ids.len(), RULES.len());
    for spec in RULES {
        assert!(!spec.about.is_empty() && !spec.about.ends_with('.') && !spec.keywords.is_empty(), "{}", spec.id);
        assert!(spec.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{}", spec.id);
        assert!(spec.keywords.iter().all(|word| *word == word.to_ascii_lowercase() && word.len() >= 2), "{}", spec.id);
        assert_eq!(spec.tier == Tier::Likely, matches!(spec.reader, Reader::Password | Reader::Secret | Reader::Salt | Reader::Call), "{}", spec.id);
    }
    assert_eq!(super::listed().len(), RULES.len());
}
