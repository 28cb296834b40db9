//! Linters that are not ours find nothing in our workflows, action, scripts and examples; and they find what is planted (rows V9, X3).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::examples::{Example, examples, root};
use crate::tools::{run, said, tool};

/// A repository to be looked at: its folder, and what holds it.
struct Looked {
    folder: PathBuf,
    _held: Option<tempfile::TempDir>,
}

/// This repository, and every example as the repository that it is copied into.
fn repositories() -> Vec<Looked> {
    let examples = examples().into_iter().map(|example: Example| {
        let held = example.laid_out();
        Looked { folder: held.path().to_owned(), _held: Some(held) }
    });
    std::iter::once(Looked { folder: root(), _held: None }).chain(examples).collect()
}

fn workflows(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = match fs::read_dir(folder.join(".github/workflows")) {
        Ok(entries) => entries.map(|entry| entry.expect("an entry").path()).collect(),
        Err(_) => Vec::new(),
    };
    out.sort();
    out
}

/// The files at the top of a repository that a linter is for, beside its workflows.
fn action(folder: &Path) -> Option<PathBuf> {
    Some(folder.join("action.yml")).filter(|path| path.exists())
}

fn finds_nothing(name: &str, folder: &Path, arguments: &[String]) {
    let output = run(name, folder, arguments);
    assert!(output.status.success(), "{name} in {}:\n{}", folder.display(), said(&output));
}

fn words(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.to_str().expect("a path of text").to_owned()).collect()
}

fn with(options: &[&str], paths: &[PathBuf]) -> Vec<String> {
    options.iter().map(|option| (*option).to_owned()).chain(words(paths)).collect()
}

fn zizmor(folder: &Path) -> Vec<String> {
    let mut inputs = workflows(folder);
    inputs.extend(action(folder));
    inputs.extend(Some(folder.join(".github/dependabot.yml")).filter(|path| path.exists()));
    with(&["--offline", "--no-progress", "--strict-collection", "--format=plain"], &inputs)
}

fn actionlint(folder: &Path) -> Vec<String> {
    let shellcheck = tool("shellcheck");
    with(&["-no-color", "-shellcheck", shellcheck.to_str().expect("text"), "-pyflakes="], &workflows(folder))
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_zizmor_finds_nothing_in_our_workflows_action_and_examples() {
    for repository in repositories() {
        finds_nothing("zizmor", &repository.folder, &zizmor(&repository.folder));
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_actionlint_with_shellcheck_finds_nothing_in_our_workflows_and_examples() {
    for repository in repositories() {
        finds_nothing("actionlint", &repository.folder, &actionlint(&repository.folder));
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn i4_workflows_action_and_dependabot_fit_their_published_schemas() {
    for repository in repositories() {
        let folder = &repository.folder;
        finds_nothing("check-jsonschema", folder, &with(&["--builtin-schema", "vendor.github-workflows"], &workflows(folder)));
        for (file, schema) in [("action.yml", "vendor.github-actions"), (".github/dependabot.yml", "vendor.dependabot")] {
            if folder.join(file).exists() {
                finds_nothing("check-jsonschema", folder, &with(&["--builtin-schema", schema], &[folder.join(file)]));
            }
        }
    }
}

/// Our files in a folder that a shell runs, by their first line.
fn shell_scripts() -> Vec<PathBuf> {
    let mut out = Vec::new();
    for folder in ["scripts", ".ci", "hooks"] {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()) {
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
            let first = text.lines().next().unwrap_or_default();
            if first.starts_with("#!") && (first.ends_with("/sh") || first.ends_with("bash")) {
                assert!(fs::metadata(&path).expect("there").permissions().mode() & 0o111 != 0, "{} can be started", path.display());
                out.push(path);
            }
        }
    }
    out
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_shellcheck_finds_nothing_in_our_scripts() {
    let scripts = shell_scripts();
    assert!(scripts.len() >= 7, "{scripts:?}");
    finds_nothing("shellcheck", &root(), &with(&["--enable=quote-safe-variables,deprecate-which,avoid-nullary-conditions"], &scripts));
}

/// Each linter would say so if there were something: none of the tests above passes because nothing was looked at.
#[test]
#[ignore = "needs scripts/tools"]
fn v9_every_linter_finds_the_injection_the_loose_pin_and_the_wrong_key_that_are_planted() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join(".git")).expect("made");
    fs::create_dir_all(folder.path().join(".github/workflows")).expect("made");
    let text = fs::read_to_string(root().join("docs/examples/same-job/workflows/shipgate.yml")).expect("an example");
    let planted = text
        .replace("run: ./deploy.sh \"$ENVIRONMENT\" \"$SHA\"", "run: ./deploy.sh ${{ github.event.comment.body }}")
        .replace("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7")
        .replace("timeout-minutes: 30", "timeout-minuten: 30");
    fs::write(folder.path().join(".github/workflows/planted.yml"), planted).expect("written");
    let zizmor = run("zizmor", folder.path(), &zizmor(folder.path()));
    assert!(!zizmor.status.success());
    for finding in ["template-injection", "unpinned-uses"] {
        assert!(said(&zizmor).contains(finding), "{finding}: {}", said(&zizmor));
    }
    let actionlint = run("actionlint", folder.path(), &actionlint(folder.path()));
    assert!(!actionlint.status.success() && said(&actionlint).contains("potentially untrusted"), "{}", said(&actionlint));
    let schema = with(&["--builtin-schema", "vendor.github-workflows"], &workflows(folder.path()));
    let checked = run("check-jsonschema", folder.path(), &schema);
    assert!(!checked.status.success() && said(&checked).contains("timeout-minuten"), "{}", said(&checked));
    let script = folder.path().join("script");
    fs::write(&script, "#!/bin/sh\nrm -rf $1/*\n").expect("written");
    let shellcheck = run("shellcheck", folder.path(), &words(&[script]));
    assert!(!shellcheck.status.success() && said(&shellcheck).contains("SC2086"), "{}", said(&shellcheck));
}
