//! What README and docs tell people to type and to write is right, and what they point at is there.

use std::fs;
use std::path::{Path, PathBuf};

use shipgate::domain::ObjectId;

use crate::command_line::assert_parses;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page for people: the Markdown files at the top, in docs/ and in docs/examples/.
fn pages() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    for folder in [root(), root().join("docs"), root().join("docs/examples")] {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).expect("text");
                out.push((path, text));
            }
        }
    }
    assert!(out.len() >= 8, "{out:?}");
    out
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if info == language {
                out.push(block.join("\n"));
            }
        }
    }
    out
}

/// The text outside of fenced blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn code_spans(text: &str) -> Vec<String> {
    prose(text).lines().flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What a shell would run, as our own command line; `None` for what is not ours.
fn ours(line: &str) -> Option<String> {
    let line = line.split(['|', '>', '#']).next().unwrap_or_default().trim();
    let line = line.split_once("shipgate ").filter(|(before, _)| before.split_whitespace().all(|word| word.contains('='))).map(|(_, after)| after);
    line.map(|line| format!("shipgate {line}"))
}

#[test]
fn every_command_in_readme_and_docs_is_understood_by_the_program() {
    let mut seen = 0;
    for (page, text) in pages() {
        let typed = blocks(&text, "sh").into_iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>());
        for line in typed.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let shown = format!("{}: {line}", page.display());
            if let Some(arguments) = line.strip_prefix("cargo run -- ") {
                assert_parses(&format!("shipgate {arguments}"));
            } else if let Some(line) = ours(&line) {
                assert_parses(&line);
            } else {
                let known = ["cargo ", "git ", "curl ", "gh ", "head ", "tail ", "sed ", "jq ", "sha256sum ", "export ", "pip ", "scripts/"];
                assert!(known.iter().any(|program| line.trim_start().starts_with(program)), "{shown}");
                continue;
            }
            seen += 1;
        }
        for span in code_spans(&text).iter().filter(|span| span.starts_with("shipgate ")) {
            // `shipgate policy check|schema` names several at once, `shipgate policy` a family.
            let line = span.replace("\\|", "|").replace(['[', ']'], "");
            let (head, last) = line.rsplit_once(' ').expect("a space");
            for word in last.split('|') {
                let line = format!("{head} {word}");
                if is_family(&line) {
                    continue;
                }
                assert_names(&line, &page);
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "{seen} commands were found");
}

fn is_family(line: &str) -> bool {
    ["shipgate policy", "shipgate audit"].contains(&line)
}

/// Words in a sentence may leave out what they are not about; what they say must be right.
fn assert_names(line: &str, page: &Path) {
    use clap::Parser as _;
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion, InvalidValue, MissingRequiredArgument};
    if let Err(error) = shipgate::cli::Cli::try_parse_from(line.split_whitespace()) {
        // An option at the end without its value: `--head`, `--save`.
        let is_cut = error.kind() == InvalidValue && line.rsplit(' ').next().is_some_and(|last| last.starts_with("--"));
        assert!(is_cut || matches!(error.kind(), DisplayHelp | DisplayVersion | MissingRequiredArgument), "{}: `{line}`: {error}", page.display());
    }
}

#[test]
fn the_table_of_commands_in_readme_runs_as_it_stands() {
    let text = fs::read_to_string(root().join("README.md")).expect("README.md");
    let table: Vec<String> = text.lines().filter(|line| line.starts_with("| `shipgate ")).flat_map(code_spans_before_bar).collect();
    assert!(table.len() >= 9, "{table:?}");
    for line in &table {
        assert_parses(line);
    }
    for command in ["doctor", "policy check", "policy explain", "explain", "simulate", "replay", "audit verify", "action", "gates", "completions", "demo"] {
        assert!(text.contains(&format!("shipgate {command}")) || text.contains(&format!("-- {command}")), "README shows `{command}`");
    }
}

/// The code spans of a row's first cell.
fn code_spans_before_bar(row: &str) -> Vec<String> {
    let cell = row.trim_start_matches('|').split(" | ").next().unwrap_or_default();
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn i3_every_policy_in_readme_and_docs_is_valid() {
    let mut seen = 0;
    for (page, text) in pages() {
        for block in blocks(&text, "yaml").iter().filter(|block| block.lines().any(|line| line == "version: 1")) {
            seen += 1;
            let id = ObjectId::new("0".repeat(40)).expect("an id");
            if let Err(faults) = shipgate::policy::load(block, id) {
                panic!("{}:\n{block}\n{faults}", page.display());
            }
        }
    }
    assert!(seen >= 8, "{seen} policies were found");
}

#[test]
fn every_relative_link_leads_somewhere() {
    for (page, text) in pages() {
        for link in prose(&text).split("](").skip(1).filter_map(|rest| rest.split(')').next().map(str::to_owned)) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { page.clone() } else { page.parent().expect("a folder").join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            if let Some(anchor) = anchor {
                let text = fs::read_to_string(&target).expect("text");
                assert!(
                    text.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor) || text.contains(&format!("<a id=\"{anchor}\"></a>")),
                    "{}: {link}",
                    page.display()
                );
            }
        }
    }
}

/// The anchor that GitHub gives a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|character| character.is_alphanumeric() || " -_".contains(*character))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}

#[test]
fn every_place_that_contributing_names_is_there() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let mut seen = 0;
    for span in code_spans(&text) {
        let is_path = ["src/", "tests/", "docs/", "benches/", "scripts/", "fuzz/", ".ci/", ".github/"].iter().any(|top| span.starts_with(top));
        if !is_path {
            continue;
        }
        seen += 1;
        // `<gate>` stands for a name; behind a space stand a script's arguments.
        let place = span.split(['<', ' ']).next().unwrap_or_default();
        assert!(root().join(place).exists(), "CONTRIBUTING.md names {span}");
    }
    assert!(seen >= 15, "{seen} places were found");
}

#[test]
fn i3_the_schema_that_editors_read_is_the_one_in_the_repository() {
    let text = fs::read_to_string(root().join("docs/shipgate.schema.json")).expect("the schema");
    assert_eq!(text.trim_end(), shipgate::policy::SCHEMA.trim_end());
    for page in ["README.md", "docs/policy.md"] {
        let text = fs::read_to_string(root().join(page)).expect("a page");
        assert!(text.contains("# yaml-language-server: $schema="), "{page} says how an editor finds it");
    }
}
