//! Who may import whom, how large files may be, and that no test file is forgotten (docs/architecture.md).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, lowest first: a module may use its own layer (in the order given) and every layer below.
const LAYERS: &[(&str, &[&str])] = &[
    ("words", &["domain", "exit", "error"]),
    ("core", &["documents", "checks", "intake", "policy", "facts", "gates", "plan", "audit", "report", "setup", "doctor"]),
    ("seams", &["ports"]),
    ("adapters", &["github", "git", "programs", "env", "runner", "sandbox"]),
    ("shell", &["examine", "gather", "perform", "run", "cli", "lib", "main"]),
];

/// What a core module may use besides the words: only what comes before it in the flow.
const FLOW: &[(&str, &[&str])] = &[
    ("documents", &[]),
    ("checks", &["documents"]),
    ("intake", &["facts"]),
    ("policy", &["checks", "intake", "facts"]),
    ("facts", &[]),
    ("gates", &["intake", "policy", "facts"]),
    ("plan", &["intake", "policy", "facts", "gates"]),
    ("audit", &[]),
    ("report", &["checks", "intake", "policy", "facts", "gates", "plan"]),
    ("setup", &["policy"]),
    ("doctor", &["checks", "intake", "policy", "facts", "gates", "report"]),
];

/// Crates that only one folder may know.
const OWNED: &[(&str, &[&str])] = &[
    ("octocrab", &["github"]),
    ("git2", &["git", "sandbox"]),
    ("hyper", &["github", "sandbox"]),
    ("clap", &["cli"]),
    ("toml_edit", &["documents", "checks"]),
    ("jsonschema", &["checks"]),
    ("serde_saphyr", &["documents", "policy", "doctor", "sandbox", "setup"]),
    ("similar", &["setup"]),
    ("annotate_snippets", &["policy", "report"]),
    ("pulldown_cmark", &["intake"]),
    ("graphql_parser", &["github", "sandbox"]),
    ("flate2", &["github", "sandbox"]),
    ("tokio", &["github", "sandbox", "gather", "perform", "run", "cli"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// A file's text without comments and without the tests in it.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is text");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top module of a source file.
fn module(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).expect("below src");
    let first = relative.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn is_test_only(path: &Path) -> bool {
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    name.ends_with("tests") || ["properties", "laws", "fixtures", "fixtures_people", "schema", "scripted"].contains(&name.as_str())
}

/// The modules of this crate that a text names by `crate::`.
fn used(code: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split('}').next().unwrap_or_default();
            out.extend(group.split(',').map(|part| part.trim().split("::").next().unwrap_or_default().to_owned()).filter(|word| !word.is_empty()));
        } else {
            out.insert(rest.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect());
        }
    }
    out
}

fn layer(module: &str) -> usize {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module)).unwrap_or_else(|| panic!("{module} belongs to no layer: add it to LAYERS"))
}

/// The files of `audit` that do I/O are adapters; the rest of it is pure.
fn is_audit_adapter(path: &Path) -> bool {
    module(path) == "audit"
}

#[test]
fn modules_use_only_what_is_below_them() {
    for path in files(&root().join("src")).iter().filter(|path| !is_test_only(path)) {
        let own = module(path);
        for other in used(&code(path)) {
            if other == own || !LAYERS.iter().any(|(_, modules)| modules.contains(&other.as_str())) {
                continue;
            }
            let allowed = match FLOW.iter().find(|(name, _)| *name == own) {
                Some((_, before)) => before.contains(&other.as_str()) || layer(&other) == 0,
                None => layer(&other) <= layer(&own),
            };
            assert!(allowed, "{} uses {other}, which {own} may not know", path.display());
        }
    }
}

#[test]
fn each_outside_crate_is_known_to_its_own_folder_only() {
    for path in files(&root().join("src")).iter().filter(|path| !is_test_only(path)) {
        let own = module(path);
        let text = code(path);
        for (name, folders) in OWNED {
            let named = text.contains(&format!("{name}::")) || text.contains(&format!("use {name}"));
            assert!(!named || folders.contains(&own.as_str()), "{} knows {name}; only {folders:?} may", path.display());
        }
    }
}

#[test]
fn pure_modules_touch_no_file_no_network_and_no_process() {
    let pure = ["domain", "documents", "checks", "intake", "policy", "facts", "gates", "plan", "report", "setup", "doctor", "ports"];
    for path in files(&root().join("src")).iter().filter(|path| !is_test_only(path) && pure.contains(&module(path).as_str()) && !is_audit_adapter(path)) {
        let text = code(path);
        for forbidden in ["std::fs", "std::net", "std::process", "std::env", "std::thread", "std::io::std", "Timestamp::now", "SystemTime", "Instant::now"] {
            assert!(!text.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

/// A policy's programs, git (to fetch, to ask for a tag, about hooks, and for history), the hook that was there before ours (which git would have started), and the sandbox's
/// git: each with an argument list.
#[test]
fn v9_programs_are_started_in_few_places_and_none_of_them_starts_a_shell() {
    let mut places = Vec::new();
    for path in files(&root().join("src")).iter().filter(|path| !is_test_only(path)) {
        let text = code(path);
        assert!(!text.contains("process::Command::"), "{}: `Command` is named by its import, so that this test sees it", path.display());
        if text.contains("Command::new(") && text.contains("std::process::") {
            places.push(path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/"));
        }
        // The checks read scripts, and must know shells by their names; they are pure, and start nothing.
        let reads = module(path) == "checks";
        for shell in ["\"sh\"", "\"bash\"", "\"cmd\"", "\"cmd.exe\"", "\"powershell\"", "\"pwsh\"", "\"/bin/sh\""] {
            assert!(reads || !text.contains(shell), "{} names the shell {shell}", path.display());
        }
    }
    assert_eq!(
        places,
        [
            "src/git/fetch.rs",
            "src/git/history/start.rs",
            "src/git/hooks.rs",
            "src/git/tags.rs",
            "src/programs/chained.rs",
            "src/programs.rs",
            "src/sandbox/http/git.rs"
        ]
    );
}

#[test]
fn no_file_is_longer_than_five_hundred_lines_without_its_tests() {
    for path in files(&root().join("src")).iter().filter(|path| !is_test_only(path)) {
        let lines = code(path).lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for path in files(&root().join("src")) {
        let text = fs::read_to_string(&path).expect("a source file is text");
        assert!(text.starts_with("//! "), "{} does not begin with what it is for", path.display());
    }
}

#[test]
fn no_integration_test_file_is_forgotten() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("the test binary's root");
    for entry in fs::read_dir(root().join("tests/it")).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            continue;
        }
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(name == "main" || main.contains(&format!("mod {name};")), "tests/it/main.rs does not name {name}");
    }
}
