//! Every dependency may be distributed with a program under MIT OR Apache-2.0, and docs/licences.md says which terms come along.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than their notice. A new one is a decision: read it first.
const FREE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What cargo answers, from what is on this machine.
#[expect(clippy::disallowed_methods, reason = "the test asks cargo")]
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).args(["--offline", "--locked"]).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What is linked into the program on this platform with what builds it, and under which licence: not what only tests need.
fn linked() -> BTreeMap<String, String> {
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}|{l}"]);
    let line = |line: &str| {
        let (package, licence) = line.split_once('|').unwrap_or_else(|| panic!("{line}"));
        let name = package.split(' ').next().expect("a name");
        (name.to_owned(), licence.trim_end_matches("(*)").trim().to_owned())
    };
    tree.lines().filter(|line| !line.is_empty()).map(line).collect()
}

/// Whether an SPDX expression can be met with [`FREE`] licences alone: one side of each OR, both of each AND.
fn is_free(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let expression = expression.trim();
    for word in [" OR ", " AND "] {
        let parts = split_outside(expression, word);
        if parts.len() > 1 {
            return if word == " OR " { parts.iter().any(|part| is_free(part)) } else { parts.iter().all(|part| is_free(part)) };
        }
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => is_free(inner),
        None => FREE.contains(&expression),
    }
}

/// The parts between a word that stands outside of parentheses.
fn split_outside<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= start && text[at..].starts_with(word) => {
                parts.push(&text[start..at]);
                start = at + word.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    for (expression, free) in [
        ("MIT OR GPL-3.0-only", true),
        ("MIT AND GPL-3.0-only", false),
        ("(MIT OR GPL-3.0-only) AND Unicode-3.0", true),
        ("ISC AND (Apache-2.0 OR ISC) AND OpenSSL", false),
        ("Apache-2.0 WITH LLVM-exception OR MPL-2.0", true),
        ("MIT/Apache-2.0", true),
        ("MIT OR Apache-2.0 AND GPL-2.0-only", true),
        ("GPL-2.0-only", false),
        ("", false),
    ] {
        assert_eq!(is_free(expression), free, "{expression}");
    }
}

#[test]
fn every_dependency_may_be_distributed_under_our_licences() {
    let linked = linked();
    assert!(linked.len() > 100, "{} packages", linked.len());
    let page = fs::read_to_string(root().join("docs/licences.md")).expect("docs/licences.md");
    for (name, licence) in &linked {
        assert!(is_free(licence), "{name} is under `{licence}`, which is not among {FREE:?}");
    }
    let ours_alone = |licence: &str| is_under(licence, "MIT") || is_under(licence, "Apache-2.0");
    let unnamed: Vec<_> = linked.iter().filter(|(name, licence)| !ours_alone(licence) && !page.contains(&format!("`{}`", family(name)))).collect();
    assert!(unnamed.is_empty(), "docs/licences.md does not name {unnamed:?}");
}

/// Whether this one licence is enough for a package.
fn is_under(expression: &str, licence: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    split_outside(&expression, " OR ").contains(&licence) && split_outside(&expression, " AND ").len() == 1
}

/// The packages of ICU4X come from one project under one licence.
fn family(name: &str) -> &str {
    let icu = ["icu_", "zerovec", "zerofrom", "zerotrie", "yoke", "tinystr", "writeable", "litemap", "potential_utf"];
    if icu.iter().any(|start| name.starts_with(start)) { "icu4x" } else { name }
}

/// Where the package of libgit2 is.
fn libgit2() -> PathBuf {
    let version = cargo(&["version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let metadata = cargo(&["metadata", "--format-version", "1", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let package = metadata["packages"].as_array().expect("packages").iter().find(|package| package["name"] == "libgit2-sys").expect("libgit2-sys");
    Path::new(package["manifest_path"].as_str().expect("a path")).parent().expect("a folder").to_owned()
}

/// Sources that cargo's metadata does not know: C code that comes inside a package.
#[test]
fn the_linking_exception_of_libgit2_is_where_the_docs_say() {
    let folder = libgit2();
    let copying = fs::read_to_string(folder.join("libgit2/COPYING")).expect("libgit2's licence");
    let words = copying.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("LINKING EXCEPTION")
            && words.contains("unlimited permission to link the compiled version of this library into combinations with other programs")
    );
    let page = fs::read_to_string(root().join("docs/licences.md")).expect("docs/licences.md");
    let page_words = page.replace("\n> ", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        page_words.contains("unlimited permission to link the compiled version of this library into combinations with other programs"),
        "the exception is quoted"
    );
    for entry in fs::read_dir(folder.join("libgit2/deps")).expect("what libgit2 bundles") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(page.contains(&format!("`{name}`")), "docs/licences.md does not speak of libgit2/deps/{name}");
    }
}
