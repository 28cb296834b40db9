//! The table and the file of rules say the same, and every rule finds what it is for and nothing else.

use std::fmt::Write as _;

use super::load;
use super::rule::Rule;

const FILE: &str = include_str!("rules.toml");

/// The text of `table.rs`.
fn table(rules: &[Rule]) -> String {
    let mut out = String::from(
        "//! The rules of `rules.toml` as a table, so that no program reads TOML when it starts. Written by `SHIPGATE_BLESS=1 cargo test --lib secrets::`.\n\nuse super::rule::Checksum::{Github, Grafana, Jwt};\nuse super::rule::Reader::{Begins, Expression, Header, Password, PrivateKey, Salt, Secret, Url};\nuse super::rule::Spec;\nuse super::rule::Tier::{Certain, Likely};\n\n/// Our rules.\n#[rustfmt::skip]\npub(super) const RULES: &[Spec] = &[\n",
    );
    for rule in rules {
        let keywords: Vec<&str> = rule.keywords.iter().map(AsRef::as_ref).collect();
        let _ = writeln!(
            out,
            "    Spec {{ id: {:?}, about: {:?}, tier: {:?}, reader: {:?}, keywords: &{:?}, pattern: r##\"{}\"##, entropy: {:?}, checksum: {:?} }},",
            rule.id, rule.about, rule.tier, rule.reader, keywords, rule.pattern, rule.entropy, rule.checksum
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
