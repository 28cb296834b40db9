//! The hooks as other programs run them: pre-commit, prek and lefthook themselves, with the entries that the repository and docs/hooks.md give (row H1).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::tools::{said, tool};

/// A repository, its remote, and a home with nobody's settings.
struct Place {
    home: tempfile::TempDir,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Place {
    fn new() -> Self {
        let place = Self { home: tempfile::tempdir().expect("a folder") };
        place.must("git", &["init", "--quiet", "--bare", "remote.git"], place.home.path());
        fs::create_dir(place.work()).expect("a folder");
        place.git(&["init", "--quiet", "--initial-branch=main"]);
        place.git(&["remote", "add", "origin", place.home.path().join("remote.git").to_str().expect("text")]);
        place
    }

    fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// A program with ours in the PATH.
    #[expect(clippy::disallowed_methods, reason = "the test starts programs that are not ours")]
    fn run(&self, program: &str, arguments: &[&str], folder: &Path) -> Output {
        let own = Path::new(env!("CARGO_BIN_EXE_shipgate")).parent().expect("a folder").to_owned();
        let tools = tool("python3").parent().map(Path::to_path_buf);
        let path = [Some(own), tools].into_iter().flatten().map(|folder| folder.display().to_string()).chain(["/usr/local/bin:/usr/bin:/bin".to_owned()]);
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_clear();
        command.env("PATH", path.collect::<Vec<_>>().join(":")).env("HOME", self.home.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("SHIPGATE_SKIP", "size");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Octo Cat").env(format!("GIT_{who}_EMAIL"), "octocat@example.com");
        }
        command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    fn must(&self, program: &str, arguments: &[&str], folder: &Path) -> String {
        let output = self.run(program, arguments, folder);
        assert!(output.status.success(), "{program} {arguments:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.must("git", arguments, &self.work())
    }

    fn try_git(&self, arguments: &[&str]) -> Output {
        self.run("git", arguments, &self.work())
    }

    /// What the audit log has of each push: a check is skipped, so that every hook leaves a line.
    fn pushes(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.work().join(".git/shipgate/audit.jsonl")).unwrap_or_default();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["details"].clone());
        lines.filter(|details| details["hook"] == "pre-push").map(|details| details["refs"].clone()).collect()
    }

    /// The hooks of this place refuse a bad message and a broken policy, let a good commit pass, and are told of the first push and of the second.
    fn behaves(&self) {
        let refused = self.try_git(&["commit", "--allow-empty", "--message", "no conventional message"]);
        assert!(!refused.status.success() && said(&refused).contains("type"), "{}", said(&refused));
        fs::create_dir(self.work().join(".github")).expect("a folder");
        fs::write(self.work().join(".github/shipgate.yml"), "version: 7\n").expect("a file");
        self.git(&["add", ".github"]);
        let refused = self.try_git(&["commit", "--message", "feat: add a policy"]);
        assert!(!refused.status.success() && said(&refused).contains("shipgate.yml"), "{}", said(&refused));
        self.git(&["rm", "--quiet", "--cached", ".github/shipgate.yml"]);
        fs::remove_file(self.work().join(".github/shipgate.yml")).expect("it is gone");
        self.git(&["commit", "--quiet", "--message", "feat: begin"]);
        let first = self.git(&["rev-parse", "HEAD"]);
        self.git(&["push", "--quiet", "origin", "main:work"]);
        let none = "0".repeat(40);
        assert_eq!(self.pushes(), [serde_json::json!([format!("refs/heads/main {first} refs/heads/work {none}")])]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "fix: go on"]);
        let second = self.git(&["rev-parse", "HEAD"]);
        self.git(&["push", "--quiet", "origin", "main:work"]);
        assert_eq!(self.pushes()[1..], [serde_json::json!([format!("refs/heads/main {second} refs/heads/work {first}")])]);
    }

    /// A clone's worth of this repository: what pre-commit and prek take their hooks from.
    fn published(&self) -> (PathBuf, String) {
        let folder = self.home.path().join("shipgate");
        fs::create_dir(&folder).expect("a folder");
        fs::copy(root().join(".pre-commit-hooks.yaml"), folder.join(".pre-commit-hooks.yaml")).expect("a copy");
        for arguments in [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "--message", "feat: begin"]] {
            self.must("git", arguments, &folder);
        }
        let id = self.must("git", &["rev-parse", "HEAD"], &folder);
        (folder, id)
    }

    fn configure_pre_commit(&self) {
        let (folder, id) = self.published();
        let hooks: String = ["pre-commit", "commit-msg", "pre-push"].map(|hook| format!("      - id: shipgate-{hook}\n")).concat();
        let text = format!("repos:\n  - repo: {}\n    rev: {id}\n    hooks:\n{hooks}", folder.display());
        fs::write(self.work().join(".pre-commit-config.yaml"), text).expect("a file");
        self.git(&["add", ".pre-commit-config.yaml"]);
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn h1_pre_commit_runs_our_hooks_from_the_entries_of_this_repository() {
    let place = Place::new();
    place.configure_pre_commit();
    let program = tool("pre-commit");
    place.must(program.to_str().expect("text"), &["install", "-t", "pre-commit", "-t", "commit-msg", "-t", "pre-push"], &place.work());
    place.behaves();
}

#[test]
#[ignore = "needs scripts/tools"]
fn h1_prek_runs_our_hooks_from_the_entries_of_this_repository() {
    let place = Place::new();
    place.configure_pre_commit();
    let program = tool("prek");
    place.must(program.to_str().expect("text"), &["install", "-t", "pre-commit", "-t", "commit-msg", "-t", "pre-push"], &place.work());
    place.behaves();
}

#[test]
#[ignore = "needs scripts/tools"]
fn h1_lefthook_runs_our_hooks_as_the_page_says() {
    let place = Place::new();
    let page = fs::read_to_string(root().join("docs/hooks.md")).expect("the page");
    let (_, rest) = page.split_once("```yaml\n# lefthook.yml\n").expect("the page has it");
    let (text, _) = rest.split_once("```").expect("it ends");
    fs::write(place.work().join("lefthook.yml"), text).expect("a file");
    place.git(&["add", "lefthook.yml"]);
    place.must(tool("lefthook").to_str().expect("text"), &["install"], &place.work());
    place.behaves();
}

#[test]
#[ignore = "needs scripts/tools"]
fn h1_hooks_that_these_programs_installed_are_told_apart() {
    for (manager, install) in [("pre-commit", &["install"][..]), ("prek", &["install"]), ("lefthook", &["install"])] {
        let place = Place::new();
        place.configure_pre_commit();
        fs::write(place.work().join("lefthook.yml"), "pre-commit:\n  jobs: [{ run: 'true' }]\n").expect("a file");
        place.must(tool(manager).to_str().expect("text"), install, &place.work());
        let output = place.run(env!("CARGO_BIN_EXE_shipgate"), &["hooks", "install"], &place.work());
        assert!(output.status.code() == Some(1) && said(&output).contains(&format!("{manager} looks after the hooks here")), "{}", said(&output));
    }
}
