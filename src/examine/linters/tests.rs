//! Linters are found where they may be, asked for nothing but a text, and their answers are taken with care.

use super::*;
use crate::checks::{Alone, Mode};

const TEXT: &str = "on: issues\njobs:\n  a:\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n";

#[test]
fn x3_answers_of_zizmor_become_findings_with_places_and_what_is_no_name_or_place_is_dropped() {
    let audit = |ident: &str, start: usize, end: usize| {
        let location = serde_json::json!({ "symbolic": { "annotation": "so", "kind": "Primary" }, "concrete": { "location": { "offset_span": { "start": start, "end": end } } } });
        serde_json::json!({ "ident": ident, "desc": "it is", "url": "https://example.com/x", "ignored": false, "locations": [location] })
    };
    let output =
        serde_json::json!([audit("artipacked", 4, 10), audit("Not A Name\u{1b}", 0, 1), audit("far-away", 1_000_000, 2_000_000), audit("whole-file", 0, 60)]);
    let findings = of_zizmor(output.to_string().as_bytes(), TEXT).expect("it is read");
    let names: Vec<_> = findings.iter().map(|finding| (finding.name(), finding.span.expect("a place"))).collect();
    let end = TEXT.len();
    assert_eq!(
        names,
        [
            ("workflows/zizmor-artipacked".to_owned(), Span::new(4, 10)),
            ("workflows/zizmor-far-away".to_owned(), Span::new(end, end)),
            ("workflows/zizmor-whole-file".to_owned(), Span::new(0, 10))
        ]
    );
    assert_eq!((findings[0].what.as_str(), findings[0].level), ("it is: so", Level::Warn));
    assert!(of_zizmor(b"no JSON", TEXT).is_err() && of_zizmor(b"[]", TEXT).is_ok_and(|findings| findings.is_empty()));
}

#[test]
fn x3_answers_of_actionlint_become_findings_with_places() {
    let output = serde_json::json!([{ "message": "it is.", "line": 5, "column": 9, "kind": "expression", "end_column": 11 }, { "message": "x", "line": 900, "column": 900, "kind": "syntax-check" }]);
    let findings = of_actionlint(output.to_string().as_bytes(), TEXT).expect("it is read");
    let span = findings[0].span.expect("a place");
    assert_eq!((&TEXT[span.start..span.end], findings[0].name().as_str(), findings[0].what.as_str()), ("run", "workflows/actionlint-expression", "it is"));
    assert!(findings[1].span.is_some_and(|span| span.end <= TEXT.len()));
    assert!(of_actionlint(b"null", TEXT).is_ok_and(|findings| findings.is_empty()));
}

#[cfg(unix)]
mod started {
    use std::ffi::OsString;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn program(folder: &Path, name: &str, script: &str) {
        fs::create_dir_all(folder).expect("a folder");
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it may be run");
    }

    fn find(path: &str, repository: &Path, scratch: &Path) -> Linters {
        let variables = [("PATH", "/usr/bin:/bin"), ("GITHUB_TOKEN", "s3cret"), ("ZIZMOR_CONFIG", "x"), ("GIT_DIR", "x"), ("MY_SECRET", "x")];
        let environment = ChildEnvironment::of(variables.map(|(name, value)| (OsString::from(name), OsString::from(value))));
        Linters::find(OsStr::new(path), Some(repository), &environment, scratch.to_owned())
    }

    fn look(linters: &Linters) -> Vec<Finding> {
        let path = RepoPath::new(".github/workflows/a.yml");
        assert!(linters.concerns(&path) != linters.names().is_empty());
        linters.findings(&Source { path: &path, mode: Mode::File, size: 0, text: Some(TEXT), near: &Alone })
    }

    #[test]
    fn x3_a_program_of_the_repository_is_never_run_and_none_at_all_is_no_error() {
        let world = tempfile::tempdir().expect("a folder");
        let (repository, outside) = (world.path().join("repository"), world.path().join("bin"));
        program(&repository.join("bin"), "zizmor", "touch ../../run; echo []");
        fs::create_dir_all(&outside).expect("a folder");
        symlink(repository.join("bin/zizmor"), outside.join("zizmor")).expect("a link");
        let path = format!("bin:.::{}:{}", repository.join("bin").display(), outside.display());
        let linters = find(&path, &repository, &world.path().join("scratch"));
        assert_eq!(linters.names(), Vec::<&str>::new());
        assert!(look(&linters).is_empty() && linters.failures().is_empty());
    }

    #[test]
    fn x3_a_linter_gets_the_text_alone_and_neither_tokens_nor_settings() {
        let world = tempfile::tempdir().expect("a folder");
        let (repository, bin) = (world.path().join("repository"), world.path().join("bin"));
        fs::create_dir_all(&repository).expect("a folder");
        program(&bin, "zizmor", "{ env; pwd; echo \"$@\"; cat; } > ../seen; echo []");
        let linters = find(&bin.display().to_string(), &repository, &world.path().join("scratch"));
        assert!(look(&linters).is_empty());
        assert_eq!(linters.failures(), Vec::<String>::new());
        let seen = fs::read_to_string(world.path().join("seen")).expect("it ran");
        assert!(seen.contains(TEXT) && seen.contains("--offline") && seen.contains("/scratch"), "{seen}");
        assert!(!seen.contains("s3cret") && !seen.contains("ZIZMOR") && !seen.contains("GIT_DIR") && !seen.contains("MY_SECRET"), "{seen}");
    }

    #[test]
    fn x3_a_linter_that_fails_is_said_and_is_no_fault_of_the_file() {
        let world = tempfile::tempdir().expect("a folder");
        let bin = world.path().join("bin");
        program(&bin, "zizmor", "echo '\u{1b}[31mbroken' >&2; exit 3");
        program(&bin, "actionlint", "echo nonsense");
        let linters = find(&bin.display().to_string(), &world.path().join("repository"), &world.path().join("scratch"));
        assert!(look(&linters).is_empty());
        let failures = linters.failures();
        assert!(failures.len() == 2 && failures[0].contains("zizmor") && !failures[0].contains('\u{1b}'), "{failures:?}");
    }

    #[test]
    #[ignore = "needs scripts/tools"]
    fn x3_the_real_linters_say_what_ours_does_not() {
        let tools = std::env::current_exe().expect("the tests are a program");
        let tools = tools.ancestors().map(|folder| folder.join("tools/bin")).find(|folder| folder.join("zizmor").exists()).expect("run scripts/tools");
        let world = tempfile::tempdir().expect("a folder");
        let linters = find(&tools.display().to_string(), world.path(), &world.path().join("scratch"));
        assert_eq!(linters.names(), ["zizmor", "actionlint"]);
        let text = "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n      - run: echo ${{ github.event.issue.title }} ${{ nothing.here }}\n";
        let path = RepoPath::new(".github/workflows/a.yml");
        let findings = linters.findings(&Source { path: &path, mode: Mode::File, size: 0, text: Some(text), near: &Alone });
        assert_eq!(linters.failures(), Vec::<String>::new());
        let names: Vec<String> = findings.iter().map(Finding::name).collect();
        assert!(names.contains(&"workflows/zizmor-artipacked".to_owned()), "{names:?}");
        assert!(!names.contains(&"workflows/zizmor-template-injection".to_owned()), "ours says it: {names:?}");
        assert!(findings.iter().all(|finding| finding.level == Level::Warn && finding.span.is_some_and(|span| text.get(span.start..span.end).is_some())));
    }
}
