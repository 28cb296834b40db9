//! `shipgate init` in repositories that git made: what it writes, what it leaves alone, what it says, and how it ends (row I1).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use shipgate::exit::EXITS;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const POLICY: &str = ".github/shipgate.yml";
const GATE: &str = ".github/workflows/shipgate.yml";
const WAKE: &str = ".github/workflows/shipgate-wake.yml";
const SHIP: &str = ".github/workflows/ship.yml";

const CI: &str = "name: CI\non:\n  push:\n  pull_request:\npermissions: {}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n";
/// A workflow as somebody has it who deploys by hand.
const BY_HAND: &str = "\
name: Ship it

on:
  workflow_dispatch:
    inputs:
      environment:
        description: Where to
        required: true
        type: choice
        options: [staging, production]

permissions: {}

jobs:
  # First of all.
  build:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
      - run: make
  deploy:
    needs: build
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    environment: ${{ inputs.environment }}
    steps:
      - name: Ship
        run: |
          make ship
";

struct Run {
    code: i32,
    out: String,
    err: String,
}

/// A repository in a folder of its own.
struct Repository {
    folder: tempfile::TempDir,
}

#[expect(clippy::disallowed_methods, reason = "the test starts programs")]
fn program(name: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
    command.stdin(Stdio::null());
    command
}

fn ran(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    Run { code: output.status.code().expect("it ends by itself"), out: text(&output.stdout), err: text(&output.stderr) }
}

fn shipgate(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Run {
    let mut command = program(env!("CARGO_BIN_EXE_shipgate"), folder);
    command.args(line.split_whitespace()).envs(variables.iter().copied());
    ran(&command.output().expect("the binary runs"))
}

fn git(folder: &Path, line: &[&str]) -> String {
    let mut command = program("git", folder);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(line);
    let run = ran(&command.output().expect("git runs"));
    assert_eq!(run.code, 0, "git {line:?}: {}", run.err);
    run.out.trim().to_owned()
}

/// The number of an exit that is documented.
fn exit(code: u8) -> i32 {
    assert!(EXITS.iter().any(|(_, number, _)| *number == code));
    i32::from(code)
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { folder: tempfile::tempdir().expect("a folder") };
        git(repository.path(), &["init", "--quiet", "--initial-branch=main"]);
        for (path, text) in files {
            repository.write(path, text);
        }
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("within")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// `shipgate init` with a commit for the action.
    fn init(&self, options: &str) -> Run {
        shipgate(self.path(), &format!("init --pin {SHA} {options}"), &[])
    }

    /// The files and their texts, without git's.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut out = BTreeMap::new();
        let mut todo = vec![self.path().to_owned()];
        while let Some(folder) = todo.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.ends_with(".git") {
                    continue;
                }
                if path.is_dir() && !path.is_symlink() {
                    todo.push(path);
                } else if path.is_file() {
                    out.insert(path.strip_prefix(self.path()).expect("within").to_string_lossy().into_owned(), fs::read(&path).expect("a file"));
                }
            }
        }
        out
    }
}

#[test]
fn i1_without_a_repository_or_with_a_bare_one_init_says_what_it_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = shipgate(folder.path(), "init --yes", &[]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (exit(2), ""));
    assert!(nowhere.err.contains("error[SG-REPOSITORY]") && nowhere.err.contains("git init"), "{}", nowhere.err);
    git(folder.path(), &["init", "--quiet", "--bare", "."]);
    let bare = shipgate(folder.path(), "init --yes", &[]);
    assert!(bare.code == exit(2) && bare.err.contains("is bare"), "{}", bare.err);
    assert!(!folder.path().join(".github").exists());
}

#[test]
fn i1_without_a_terminal_nothing_is_written_unless_somebody_said_yes() {
    let repository = Repository::new(&[("Cargo.toml", "[package]\n")]);
    let before = repository.files();
    let shown = repository.init("");
    assert_eq!(shown.code, exit(4));
    assert!(
        shown.out.contains("+version: 1") && shown.out.contains("written in    Rust") && shown.err.contains("`--yes` writes it"),
        "{}{}",
        shown.out,
        shown.err
    );
    let dry = repository.init("--dry-run");
    assert_eq!((dry.code, dry.err.as_str()), (0, ""));
    assert_eq!(dry.out, shown.out);
    assert_eq!(repository.files(), before);

    let written = repository.init("--yes");
    assert_eq!((written.code, written.err.as_str()), (0, ""), "{}", written.out);
    assert!(written.out.contains(&format!("wrote {POLICY}, {GATE}, {WAKE}")) && written.out.contains("Next:\n  1. put your deploy command"), "{}", written.out);
    assert!(repository.read(GATE).contains(&format!("uses: shipgate/shipgate@{SHA} # v{}\n", env!("CARGO_PKG_VERSION"))));
    assert_eq!(shipgate(repository.path(), "policy check", &[]).out, ".github/shipgate.yml: valid; 2 environments: staging, production\n");
    assert_eq!(repository.files().len(), before.len() + 3, "nothing is left beside them");

    // What was shown is what was written: `git apply` makes the same of it.
    let other = Repository::new(&[("Cargo.toml", "[package]\n")]);
    fs::write(other.path().join("shown.diff"), &dry.out).expect("a file");
    git(other.path(), &["apply", "shown.diff"]);
    fs::remove_file(other.path().join("shown.diff")).expect("it was there");
    assert_eq!(other.files(), repository.files());
}

#[test]
fn i1_a_second_run_changes_nothing_and_asks_no_server() {
    let repository = Repository::new(&[("go.mod", ""), (".github/workflows/ci.yml", CI)]);
    assert_eq!(repository.init("--yes --deploy workflow").code, 0);
    let before = repository.files();
    fs::create_dir(repository.path().join("sub")).expect("a folder");
    for line in ["init", "init --yes", "init --force", "init --deploy workflow=deploy.yml", "init --dry-run"] {
        let again = shipgate(&repository.path().join("sub"), line, &[("GITHUB_SERVER_URL", "http://127.0.0.1:1")]);
        assert_eq!((again.code, again.err.as_str()), (0, ""), "{line}: {}", again.out);
        assert!(again.out.contains("already set up: nothing to write"), "{line}: {}", again.out);
    }
    assert_eq!(repository.files(), before);
}

#[test]
fn i1_what_is_there_and_differs_stays_until_somebody_says_otherwise() {
    let repository = Repository::new(&[(GATE, "name: other\non: push\njobs: { a: {} }\n"), (POLICY, "version: 1\n")]);
    let first = repository.init("--yes");
    assert_eq!(first.code, exit(4));
    assert!(first.err.contains("`--force`") && first.out.contains("-name: other"), "{}{}", first.out, first.err);
    assert_eq!((repository.read(GATE).as_str(), repository.read(POLICY).as_str()), ("name: other\non: push\njobs: { a: {} }\n", "version: 1\n"));
    assert!(repository.path().join(WAKE).exists(), "what is new is written");
    let forced = repository.init("--force --json");
    assert_eq!(forced.code, 0, "{}", forced.err);
    let value: Value = serde_json::from_str(&forced.out).expect("JSON");
    let states: Vec<(&str, &str, bool)> = value["files"].as_array().expect("files").iter().map(state).collect();
    assert_eq!(states, [(POLICY, "keep", false), (GATE, "replace", true), (WAKE, "keep", false)]);
    assert!(repository.read(GATE).contains("name: shipgate\n"));
    assert_eq!(repository.read(POLICY), "version: 1\n", "a policy is never replaced");
}

fn state(file: &Value) -> (&str, &str, bool) {
    (file["path"].as_str().expect("a path"), file["action"].as_str().expect("an action"), file["written"].as_bool().expect("yes or no"))
}

#[test]
fn i1_json_says_everything_and_is_never_mixed_with_words() {
    let repository = Repository::new(&[("package.json", "{}"), (".github/CODEOWNERS", "* @octo-org/sre\n"), (".github/workflows/ci.yml", CI), (SHIP, BY_HAND)]);
    git(repository.path(), &["remote", "add", "origin", "https://github.com/octo-org/pay.git"]);
    let run = repository.init("--json --dry-run");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let value: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((&value["schema_version"], &value["in_place"]), (&1.into(), &false.into()));
    let expected = serde_json::json!({
        "slug": "octo-org/pay", "default_branch": "main", "languages": ["JavaScript"], "environments": ["staging", "production"], "codeowners": ".github/CODEOWNERS",
        "workflows": [{ "path": ".github/workflows/ci.yml", "name": "CI" }, { "path": SHIP, "name": "Ship it" }],
    });
    assert_eq!(value["repository"], expected);
    assert_eq!(value["deploy"], serde_json::json!({ "way": "workflow", "workflow": "ship.yml" }), "the workflow that deploys already");
    assert_eq!(value["review"]["path"], SHIP);
    assert!(value["next"].as_array().expect("steps").len() >= 5 && value["files"][0]["diff"].as_str().expect("a diff").starts_with("--- /dev/null\n"));
    let waiting = repository.init("--json");
    assert!(waiting.code == exit(4) && serde_json::from_str::<Value>(&waiting.out).is_ok(), "{}", waiting.out);
}

#[test]
fn i1_a_deploy_workflow_that_is_there_is_not_written_and_its_lines_can_be_applied() {
    let repository = Repository::new(&[(".github/workflows/ci.yml", CI), (SHIP, BY_HAND)]);
    let run = repository.init("--yes --json");
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(repository.read(SHIP), BY_HAND);
    let value: Value = serde_json::from_str(&run.out).expect("JSON");
    adapt(&repository, &value);
    let adapted = repository.read(SHIP);
    for line in BY_HAND.lines().filter(|line| !line.contains("environment: ${{") && !line.contains("needs: build") && !line.contains("if: github.ref")) {
        assert!(adapted.contains(line), "{line}");
    }
    assert!(adapted.contains("if: needs.start.outputs.decision == 'go' && (github.ref == 'refs/heads/main')"), "{adapted}");
    let again = shipgate(repository.path(), "init", &[]);
    assert!(again.code == 0 && again.out.contains("already set up"), "{}{}", again.out, again.err);
}

/// Applies the lines that are to be reviewed.
fn adapt(repository: &Repository, value: &Value) {
    let diff = repository.path().join("review.diff");
    fs::write(&diff, value["review"]["diff"].as_str().expect("a diff")).expect("a file");
    git(repository.path(), &["apply", "review.diff"]);
    fs::remove_file(diff).expect("it was there");
}

#[cfg(unix)]
#[test]
fn i1_hostile_files_are_passed_over_with_a_word() {
    use std::os::unix::ffi::OsStrExt as _;
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("secret.yml"), "name: outside\non: push\njobs: { a: { environment: stolen } }\n").expect("a file");
    let repository = Repository::new(&[
        (".github/workflows/broken.yml", "on: [push\n\u{1b}]0;title\u{7}"),
        (".github/workflows/huge.yml", &format!("# {}\n", "x".repeat(300_000))),
        (".github/workflows/terminal.yml", "name: \"\\e[31mred\\u202e\"\non: push\njobs: { a: { environment: 'a; id' } }\n"),
        ("package.json", "{"),
    ]);
    let workflows = repository.path().join(".github/workflows");
    fs::write(workflows.join("latin.yml"), [b'a', 0xE9, b'\n']).expect("a file");
    fs::write(workflows.join(std::ffi::OsStr::from_bytes(b"caf\xE9\x1b.yml")), CI).expect("a file");
    fs::create_dir(workflows.join("folder.yml")).expect("a folder");
    std::os::unix::fs::symlink(outside.path().join("secret.yml"), workflows.join("link.yml")).expect("a link");
    std::os::unix::fs::symlink(outside.path(), repository.path().join("linked")).expect("a link");
    let run = repository.init("--yes --deploy here");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    for words in [
        "broken.yml was passed over: it is no YAML",
        "huge.yml was passed over: it has more than 262144 bytes",
        "latin.yml was passed over: it is not UTF-8",
        "link.yml was passed over: it is a symbolic link",
        "folder.yml was passed over: it is no file",
        "its name is not UTF-8",
        "its environment cannot be one in the policy",
    ] {
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}\n{}", run.out);
    }
    assert!(run.out.chars().all(|character| character == '\n' || !character.is_control()) && !run.out.contains('\u{202e}'), "nothing acts on the terminal");
    assert!(!run.out.contains("stolen") && !repository.read(GATE).contains("31m"), "{}", run.out);
    assert_eq!(shipgate(repository.path(), "policy check", &[]).code, 0);
}

#[cfg(unix)]
#[test]
fn i1_where_a_place_cannot_be_written_to_nothing_is_written_at_all() {
    let outside = tempfile::tempdir().expect("a folder");
    let linked = Repository::new(&[(".github/x", "")]);
    std::os::unix::fs::symlink(outside.path(), linked.path().join(".github/workflows")).expect("a link");
    let filed = Repository::new(&[(".github", "a file\n")]);
    let folder = Repository::new(&[(".github/workflows/shipgate-wake.yml/x", "")]);
    for (repository, words) in [(&linked, "symbolic link"), (&filed, "no folder"), (&folder, "no file")] {
        let before = repository.files();
        let run = repository.init("--force");
        assert_eq!(run.code, exit(11), "{}", run.err);
        assert!(run.err.contains("error[SG-FILE]") && run.err.contains(words) && run.err.contains("hint: "), "{}", run.err);
        assert_eq!(repository.files(), before);
    }
    assert!(fs::read_dir(outside.path()).expect("a folder").next().is_none());
}

#[cfg(unix)]
#[test]
fn i1_a_folder_that_is_read_only_is_said_and_nothing_is_half_done() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = Repository::new(&[(".github/x", "")]);
    let folder = repository.path().join(".github");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("it is ours");
    let before = repository.files();
    let run = repository.init("--yes");
    // Root may write everywhere: then it is written as it should be.
    let expected = if folder.join("shipgate.yml").exists() { 0 } else { exit(11) };
    assert_eq!(run.code, expected, "{}", run.err);
    if expected != 0 {
        assert!(run.err.contains("error[SG-FILE]: .github/shipgate.yml could not be written"), "{}", run.err);
        assert_eq!(repository.files(), before);
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// A server's folder with the action's repository in it, whose version is tagged so; gives the commit.
fn server(folder: &Path, tag: &[&str]) -> String {
    let repository = folder.join("octo-org/gate");
    fs::create_dir_all(&repository).expect("a folder");
    git(&repository, &["init", "--quiet", "--initial-branch=main"]);
    git(&repository, &["commit", "--quiet", "--allow-empty", "--message=one"]);
    let commit = git(&repository, &["rev-parse", "HEAD"]);
    git(&repository, &[&["tag"], tag].concat());
    git(&repository, &["commit", "--quiet", "--allow-empty", "--message=two"]);
    commit
}

#[cfg(unix)]
#[test]
fn i1_the_action_is_pinned_to_the_commit_of_its_tag() {
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    for tag in [&["--annotate", "--message=x", version][..], &[version]] {
        let folder = tempfile::tempdir().expect("a folder");
        let commit = server(folder.path(), tag);
        let repository = Repository::new(&[]);
        let at = folder.path().to_str().expect("plain");
        let run = shipgate(repository.path(), "init --yes --action octo-org/gate", &[("GITHUB_SERVER_URL", at)]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(repository.read(GATE).contains(&format!("uses: octo-org/gate@{commit} # {version}\n")), "{}", repository.read(GATE));
    }
}

#[cfg(unix)]
#[test]
fn i1_an_action_that_cannot_be_pinned_is_an_error_and_nothing_is_written_unpinned() {
    let folder = tempfile::tempdir().expect("a folder");
    server(folder.path(), &["v0.0.0-other"]);
    let at = folder.path().to_str().expect("plain");
    let repository = Repository::new(&[]);
    for (server, action, words) in [
        (at, "octo-org/gate", "has no tag v"),
        (at, "octo-org/nothing", "could not be asked"),
        ("http://127.0.0.1:1", "octo-org/gate", "could not be asked"),
        ("ext::sh -c id", "octo-org/gate", "is no repository to fetch from"),
    ] {
        let run = shipgate(repository.path(), &format!("init --yes --action {action}"), &[("GITHUB_SERVER_URL", server)]);
        assert_eq!((run.code, run.out.as_str()), (exit(10), ""), "{}", run.err);
        assert!(run.err.contains("error[SG-PIN]") && run.err.contains(words) && run.err.contains("--pin SHA"), "{}", run.err);
    }
    assert!(repository.files().is_empty());
    for line in
        ["init --pin v1", "init --pin 0123abc", "init --action nonsense", "init --deploy else", "init --deploy workflow=../x.yml", "init --dry-run --yes"]
    {
        assert_eq!(shipgate(repository.path(), line, &[]).code, exit(2), "{line}");
    }
}

fn tools() -> PathBuf {
    crate::tools::tool("actionlint").parent().expect("a folder").to_owned()
}

/// A tool finds nothing in the workflows of a repository.
fn finds_nothing(repository: &Path, tool: &str, arguments: &[&str]) {
    let mut paths: Vec<PathBuf> = fs::read_dir(repository.join(".github/workflows")).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut command = program(tools().join(tool), repository);
    let path = std::env::join_paths(std::iter::once(tools()).chain(["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from))).expect("a path");
    let run = ran(&command.env("PATH", path).args(arguments).args(&paths).output().unwrap_or_else(|error| panic!("{tool}: {error}; run scripts/tools")));
    assert_eq!(run.code, 0, "{tool}: {}{}", run.out, run.err);
}

#[test]
#[ignore = "needs scripts/tools"]
fn i1_zizmor_actionlint_and_the_schema_find_nothing_but_what_is_marked_with_its_reason() {
    let odd = "name: \"CI: 'all' \\\"of\\\" # it\"\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n";
    let prefix = "version: 1\ncommands: { prefix: \"!\" }\n";
    let ci = (".github/workflows/ci.yml", CI);
    for (files, options) in [
        (&[][..], "--deploy here"),
        (&[("Dockerfile", ""), ("Makefile", "deploy:\n\t./x\n"), ci][..], "--deploy here"),
        (&[ci, (".github/workflows/odd.yml", odd), (POLICY, prefix)][..], "--deploy here"),
        (&[ci][..], "--deploy workflow=release-it.yml"),
        (&[("main.tf", ""), (POLICY, prefix)][..], "--deploy workflow"),
        (&[ci, (SHIP, BY_HAND)][..], "--deploy workflow"),
    ] {
        let repository = Repository::new(files);
        let run = repository.init(&format!("--yes --json {options}"));
        assert_eq!(run.code, 0, "{}", run.err);
        let value: Value = serde_json::from_str(&run.out).expect("JSON");
        if value["review"].is_object() {
            adapt(&repository, &value);
        }
        let off = repository.files().values().map(|text| String::from_utf8_lossy(text).matches("zizmor: ignore[").count()).sum::<usize>();
        assert_eq!(
            (off, repository.read(GATE).matches("zizmor: ignore[dangerous-triggers]").count()),
            (3, 3),
            "no warning is switched off but of the gate's three events"
        );
        finds_nothing(repository.path(), "zizmor", &["--offline", "--no-config", "--no-progress"]);
        finds_nothing(repository.path(), "actionlint", &[]);
        finds_nothing(repository.path(), "check-jsonschema", &["--builtin-schema", "vendor.github-workflows"]);
    }
}

#[test]
fn i1_what_init_writes_is_a_valid_policy_in_which_doctor_finds_no_error() {
    for (files, options) in [
        (&[][..], "--deploy here"),
        (&[][..], "--deploy workflow"),
        (&[("Dockerfile", ""), (".github/workflows/ci.yml", CI)][..], "--deploy here"),
        (&[("main.tf", ""), (".github/workflows/ci.yml", CI)][..], "--deploy workflow=release-it.yml"),
    ] {
        let repository = Repository::new(files);
        assert_eq!(repository.init(&format!("--yes {options}")).code, 0);
        let check = shipgate(repository.path(), "policy check", &[]);
        assert_eq!(check.code, 0, "{options}: {}{}", check.out, check.err);
        let doctor = shipgate(repository.path(), "doctor --offline --json", &[]);
        let value: Value = serde_json::from_str(&doctor.out).expect("JSON");
        assert_eq!((doctor.code, &value["errors"], &value["warnings"]), (0, &0.into(), &0.into()), "{options}: {}", doctor.out);
        // The same eye sees what is amiss.
        repository.write(GATE, &repository.read(GATE).replace("issue_comment:", "issues:"));
        let doctor = shipgate(repository.path(), "doctor --offline", &[]);
        assert!(doctor.code == 1 && doctor.out.contains("[workflow.no-comments]"), "{options}: {}", doctor.out);
    }
}
