//! `shipgate hooks` over real git: what is installed, what runs, what is left afterwards (row H1).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A repository of git's in a folder of its own, with settings of nobody else's.
struct Repository {
    home: tempfile::TempDir,
    root: PathBuf,
}

/// How a program ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

const NAMES: [&str; 3] = ["pre-commit", "commit-msg", "pre-push"];

fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_shipgate")
}

fn ran(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().expect("it ends by itself"), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A program in a folder, with nothing in its environment but what it needs.
#[expect(clippy::disallowed_methods, reason = "the test starts git and the built binary")]
fn command(home: &Path, folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("HOME", home).env("PATH", "/usr/local/bin:/usr/bin:/bin").env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Octo Cat").env(format!("GIT_{who}_EMAIL"), "octocat@example.com");
    }
    command
}

impl Repository {
    fn new() -> Self {
        Self::named("work")
    }

    fn named(name: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let root = home.path().join(name);
        fs::create_dir(&root).expect("a folder");
        let repository = Self { home, root };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn run_in<S: AsRef<OsStr>>(&self, folder: &Path, program: &str, arguments: &[S]) -> Run {
        ran(&command(self.home.path(), folder, program).args(arguments).stdin(Stdio::null()).output().expect("it starts"))
    }

    /// Git, which must succeed.
    fn git(&self, arguments: &[&str]) -> String {
        let run = self.run_in(&self.root, "git", arguments);
        assert_eq!(run.code, 0, "git {arguments:?}: {}", run.err);
        run.out
    }

    fn try_git(&self, arguments: &[&str]) -> Run {
        self.run_in(&self.root, "git", arguments)
    }

    fn shipgate(&self, line: &str) -> Run {
        self.run_in(&self.root, binary(), &line.split_whitespace().collect::<Vec<_>>())
    }

    fn install(&self) -> Run {
        let run = self.shipgate("hooks install");
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        run
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.root.join(".git/hooks").join(name)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// A hook of somebody's.
    fn write_hook(&self, name: &str, text: &str) {
        write_program(&self.hook(name), text);
    }

    /// Every file below the git folder that hooks are about, with its mode and bytes.
    fn hooks(&self) -> BTreeMap<String, (u32, Vec<u8>)> {
        contents(&self.root.join(".git/hooks"))
    }

    fn status(&self) -> Value {
        let run = self.shipgate("hooks status --json");
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err))
    }
}

/// Another process writes it: where this one did, a program that another test starts could hold it open for a moment, and nobody can run it then.
pub(crate) fn write_program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    let mut install =
        command(Path::new("/"), Path::new("/"), "install").args(["-m", "750", "/dev/stdin"]).arg(path).stdin(Stdio::piped()).spawn().expect("it starts");
    std::io::Write::write_all(&mut install.stdin.take().expect("a pipe"), text.as_bytes()).expect("it is written");
    assert!(install.wait().expect("it ends").success());
}

fn contents(folder: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    use std::os::unix::fs::PermissionsExt as _;
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let one = |path: PathBuf| {
        let mode = fs::symlink_metadata(&path).expect("its mode").permissions().mode();
        let bytes = fs::read_link(&path).map(|to| to.to_string_lossy().into_owned().into_bytes()).or_else(|_| fs::read(&path)).unwrap_or_default();
        (path.file_name().expect("a name").to_string_lossy().into_owned(), (mode, bytes))
    };
    entries.map(one).collect()
}

#[test]
fn h1_installing_and_uninstalling_leaves_the_hooks_byte_for_byte_as_they_were() {
    let repository = Repository::new();
    repository.write_hook("pre-commit", "#!/bin/sh\nexit 0\n");
    std::os::unix::fs::symlink("../../hook.sh", repository.hook("pre-push")).expect("a link");
    let before = repository.hooks();
    let run = repository.install();
    assert!(run.out.contains("pre-commit   installed; the hook that was there is now pre-commit.before-shipgate and runs before it"), "{}", run.out);
    let installed = repository.hooks();
    for name in NAMES {
        let text = String::from_utf8(installed[name].1.clone()).expect("text");
        assert!(text.starts_with("#!/bin/sh\n# shipgate hook 1.") && text.ends_with(&format!("hook --script \"$0\" {name} \"$@\"\n")), "{text}");
        assert_eq!(installed[name].0 & 0o777, 0o755, "{name}");
    }
    assert_eq!(installed["pre-commit.before-shipgate"], before["pre-commit"]);
    assert_eq!(installed["pre-push.before-shipgate"], before["pre-push"]);
    let again = repository.install();
    assert!(
        again.out.contains("commit-msg   installed already\n")
            && again.out.contains("pre-commit   installed already; pre-commit.before-shipgate runs before it"),
        "{}",
        again.out
    );
    assert_eq!(repository.hooks(), installed, "a second install changes nothing");
    let dry = repository.shipgate("hooks uninstall --dry-run");
    assert!(dry.code == 0 && dry.out.contains("nothing was changed"), "{}", dry.out);
    assert_eq!(repository.hooks(), installed);
    let out = repository.shipgate("hooks uninstall");
    assert_eq!((out.code, repository.hooks()), (0, before), "{}", out.err);
    assert_eq!(repository.shipgate("hooks uninstall").code, 0, "a second time there is nothing to do");
}

#[test]
fn h1_a_folder_that_was_made_for_the_hooks_goes_with_them() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.root.join(".git/hooks")).expect("it is gone");
    let dry = repository.shipgate("hooks install --dry-run");
    assert!(dry.code == 0 && !repository.root.join(".git/hooks").exists(), "{}", dry.err);
    repository.install();
    repository.install();
    assert_eq!(repository.hooks().len(), 3);
    assert_eq!(repository.shipgate("hooks uninstall").code, 0);
    assert!(!repository.root.join(".git/hooks").exists());
}

#[test]
fn h1_an_old_hook_gets_the_same_arguments_input_and_environment_and_its_refusal_counts() {
    let repository = Repository::new();
    let spy = "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$#\" \"$@\" >\"$HOME/$(basename \"$0\").args\"\nenv >\"$HOME/$(basename \"$0\").env\"\ncat >\"$HOME/$(basename \"$0\").in\"\n";
    for name in NAMES {
        repository.write_hook(name, spy);
    }
    repository.install();
    let seen = |name: &str| fs::read_to_string(repository.home.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    repository.write("a", "a\n");
    repository.git(&["add", "a"]);
    repository.git(&["commit", "--quiet", "--message", "feat: add a"]);
    assert!(seen("pre-commit.before-shipgate.args").ends_with("\n0\n"), "git gives no arguments");
    assert!(seen("commit-msg.before-shipgate.args").ends_with("\n1\n.git/COMMIT_EDITMSG\n"));
    assert!(seen("commit-msg.before-shipgate.env").contains("GIT_INDEX_FILE="), "git's environment is handed on");
    let remote = repository.home.path().join("remote.git");
    repository.git(&["init", "--quiet", "--bare", remote.to_str().expect("text")]);
    repository.git(&["remote", "add", "origin", remote.to_str().expect("text")]);
    repository.git(&["push", "--quiet", "origin", "main:work"]);
    let id = repository.git(&["rev-parse", "HEAD"]);
    assert_eq!(seen("pre-push.before-shipgate.in"), format!("refs/heads/main {} refs/heads/work {}\n", id.trim(), "0".repeat(40)));
    assert!(seen("pre-push.before-shipgate.args").ends_with(&format!("\n2\norigin\n{}\n", remote.display())));
    repository.write_hook("commit-msg.before-shipgate", "#!/bin/sh\nexit 3\n");
    let refused = repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]);
    assert!(refused.code == 1 && refused.err.contains("commit-msg.before-shipgate, which was there before, refused (exit code 3)"), "{}", refused.err);
}

#[test]
fn h1_an_old_hook_that_git_would_not_run_is_not_run_and_one_that_is_ours_makes_no_circle() {
    let repository = Repository::new();
    fs::write(repository.hook("commit-msg"), "#!/bin/sh\nexit 9\n").expect("a file that is not executable");
    repository.install();
    fs::copy(repository.hook("pre-commit"), repository.hook("pre-commit.before-shipgate")).expect("a copy of ours");
    let made = repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]);
    assert_eq!(made.code, 0, "{}", made.err);
    repository.write_hook("commit-msg.before-shipgate", "#!/bin/sh\nexec \"${0%.before-shipgate}\" \"$@\"\n");
    let circle = repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]);
    assert!(circle.code != 0 && circle.err.contains("leads back to itself"), "{}", circle.err);
}

#[test]
fn h1_a_program_that_is_gone_stops_the_commit_and_says_what_to_do() {
    let repository = Repository::named("it's a \"place\" & $HOME");
    let own = repository.root.join("ship gate's");
    let own_text = own.to_str().expect("text");
    assert_eq!(repository.run_in(&repository.root, "cp", &[binary(), own_text]).code, 0);
    let run = repository.run_in(&repository.root, own_text, &["hooks", "install"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]).code, 0, "a path is quoted");
    fs::remove_file(&own).expect("it is gone");
    let refused = repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]);
    assert!(refused.code != 0 && refused.err.contains("any more, and nothing passes without it: install it again"), "{}", refused.err);
    assert_eq!(repository.git(&["rev-list", "--count", "HEAD"]).trim(), "1");
    let status = repository.status();
    assert_eq!((&status["works"], &status["folders"][0]["hooks"][0]["finds_program"]), (&Value::from(false), &Value::from("nothing")));
    repository.install();
    assert_eq!(repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]).code, 0, "an install names the program that is here");
}

#[test]
fn h1_work_trees_share_the_hooks_and_submodules_have_their_own() {
    let repository = Repository::new();
    repository.git(&["commit", "--quiet", "--allow-empty", "--message", "feat: begin"]);
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.home.path().join("linked");
    let run = repository.run_in(&linked, binary(), &["hooks", "install"]);
    assert!(run.code == 0 && repository.hook("pre-push").exists(), "{}", run.err);
    repository.write_hook("commit-msg.before-shipgate", "#!/bin/sh\nexit 5\n");
    let refused = repository.run_in(&linked, "git", &["commit", "--allow-empty", "--message", "feat: add nothing"]);
    assert!(refused.err.contains("exit code 5"), "{}", refused.err);
    let other = Repository::new();
    other.git(&["commit", "--quiet", "--allow-empty", "--message", "feat: begin"]);
    let url = other.root.to_str().expect("text");
    repository.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "sub module"]);
    let run = repository.run_in(&repository.root.join("sub module"), binary(), &["hooks", "install"]);
    assert!(run.code == 0 && repository.root.join(".git/modules/sub module/hooks/pre-push").exists(), "{}", run.err);
}

#[test]
fn h1_core_hooks_path_is_followed_where_it_is_this_repositorys_and_refused_where_it_is_not() {
    let repository = Repository::new();
    repository.git(&["config", "core.hooksPath", ".githooks"]);
    write_program(&repository.root.join(".githooks/pre-commit"), "#!/bin/sh\nexit 0\n");
    let run = repository.install();
    assert!(run.out.contains("this folder is part of the work tree"), "{}", run.out);
    let script = fs::read_to_string(repository.root.join(".githooks/pre-push")).expect("a script");
    assert!(script.ends_with("\nexec shipgate hook --script \"$0\" pre-push \"$@\"\n"), "it is to be committed, and names no path of this machine: {script}");
    assert!(repository.root.join(".githooks/pre-commit.before-shipgate").exists());
    assert_eq!(repository.shipgate("hooks uninstall").code, 0);
    assert_eq!(contents(&repository.root.join(".githooks")).len(), 1);
    let outside = repository.home.path().join("a\nfolder");
    fs::create_dir(&outside).expect("a folder");
    repository.git(&["config", "core.hooksPath", outside.to_str().expect("text")]);
    repository.install();
    assert_eq!(repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]).code, 0);
    assert_eq!(contents(&outside).len(), 3);
    assert_eq!(repository.shipgate("hooks uninstall").code, 0);
    repository.git(&["config", "--unset", "core.hooksPath"]);
    repository.git(&["config", "--global", "core.hooksPath", outside.to_str().expect("text")]);
    let run = repository.shipgate("hooks install");
    assert!(run.code == 1 && run.err.contains("its hooks are those of other repositories, too") && contents(&outside).is_empty(), "{}", run.err);
    assert!(!run.err.contains('\u{1b}') && run.err.contains("a\\nfolder"), "{}", run.err);
    for off in ["", "/dev/null"] {
        repository.git(&["config", "core.hooksPath", off]);
        let run = repository.shipgate("hooks install");
        assert!(run.code == 1 && run.err.contains("git's hooks are off here"), "{}", run.err);
    }
}

#[test]
fn h1_the_setting_of_one_work_tree_counts_there_and_nowhere_else() {
    let repository = Repository::new();
    repository.git(&["commit", "--quiet", "--allow-empty", "--message", "feat: begin"]);
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    repository.git(&["config", "extensions.worktreeConfig", "true"]);
    let linked = repository.home.path().join("linked");
    assert_eq!(repository.run_in(&linked, "git", &["config", "--worktree", "core.hooksPath", "mine"]).code, 0);
    let run = repository.run_in(&linked, binary(), &["hooks", "install"]);
    assert!(run.code == 0 && linked.join("mine/pre-push").exists() && !repository.hook("pre-push").exists(), "{}{}", run.out, run.err);
    repository.install();
    assert!(repository.hook("pre-push").exists());
}

#[test]
fn h1_hooks_of_other_programs_are_left_alone_and_it_says_how_to_add_shipgate_to_them() {
    for (name, text, hint) in [
        ("pre-commit", "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n", "{ id: shipgate-pre-push }"),
        ("pre-push", "#!/bin/sh\n# File generated by prek: https://github.com/j178/prek\n", "prek install"),
        ("commit-msg", "#!/bin/sh\ncall_lefthook()\n{\n}\n", "use_stdin: true"),
    ] {
        let repository = Repository::new();
        repository.write_hook(name, text);
        let before = repository.hooks();
        let run = repository.shipgate("hooks install");
        assert!(run.code == 1 && run.err.contains(hint), "{name}: {}", run.err);
        assert_eq!(repository.hooks(), before);
    }
    let repository = Repository::new();
    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    let run = repository.shipgate("hooks install --json");
    let value: Value = serde_json::from_str(&run.out).expect("JSON");
    assert!(run.code == 1 && value["refused"][0]["what"].as_str().expect("text").contains("husky looks after the hooks here"), "{}", run.out);
    assert_eq!(repository.status()["works"], false);
    repository.write(".husky/pre-push", "shipgate hook pre-push \"$@\"\n");
    assert_eq!(repository.status()["works"], true);
}

#[test]
fn h1_what_was_changed_since_is_not_touched_and_said() {
    let repository = Repository::new();
    repository.write_hook("pre-push", "#!/bin/sh\nexit 0\n");
    repository.install();
    let edited = format!("{}echo more\n", fs::read_to_string(repository.hook("commit-msg")).expect("a script"));
    fs::write(repository.hook("commit-msg"), &edited).expect("an edit");
    repository.write_hook("pre-push", "#!/bin/sh\nexit 1\n");
    let install = repository.shipgate("hooks install");
    assert!(install.code == 1 && install.err.contains("changed since") && install.err.contains("only one of them can go on"), "{}", install.err);
    let run = repository.shipgate("hooks uninstall");
    assert!(
        run.code == 1
            && run.out.contains("commit-msg   left alone: it was changed since")
            && run.out.contains("pre-push     left alone: another hook took its place"),
        "{}",
        run.out
    );
    let left = repository.hooks();
    assert!(!left.contains_key("pre-commit") && left["commit-msg"].1 == edited.as_bytes() && left.contains_key("pre-push.before-shipgate"), "{left:?}");
}

#[test]
fn h1_an_install_that_was_stopped_half_way_goes_on_or_goes_back() {
    for half in ["link", "moved"] {
        let repository = Repository::new();
        repository.write_hook("pre-push", "#!/bin/sh\nexit 0\n");
        let before = repository.hooks();
        if half == "link" {
            fs::hard_link(repository.hook("pre-push"), repository.hook("pre-push.before-shipgate")).expect("a link");
        } else {
            fs::rename(repository.hook("pre-push"), repository.hook("pre-push.before-shipgate")).expect("it is moved");
        }
        assert_eq!(repository.shipgate("hooks uninstall").code, 0);
        assert_eq!(repository.hooks(), before, "{half}");
        fs::hard_link(repository.hook("pre-push"), repository.hook("pre-push.before-shipgate")).expect("a link");
        repository.install();
        assert_eq!(repository.shipgate("hooks uninstall").code, 0);
        assert_eq!(repository.hooks(), before, "{half}");
    }
}

#[test]
fn h1_a_place_that_cannot_be_written_to_is_said_and_nothing_is_left_there() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.root.join(".git/hooks")).expect("it is gone");
    fs::write(repository.root.join(".git/hooks"), "").expect("a file");
    let run = repository.shipgate("hooks install");
    assert!(run.code == 11 && run.err.contains("it is no folder"), "{}", run.err);
    fs::remove_file(repository.root.join(".git/hooks")).expect("it is gone");
    let outside = repository.home.path().join("outside");
    fs::create_dir(&outside).expect("a folder");
    std::os::unix::fs::symlink(&outside, repository.root.join(".git/hooks")).expect("a link");
    let run = repository.shipgate("hooks install");
    assert!(run.code == 1 && run.err.contains("is a link to") && contents(&outside).is_empty(), "{}", run.err);
    repository.git(&["config", "core.hooksPath", "../missing/folder"]);
    let run = repository.shipgate("hooks install");
    assert!(run.code == 11 && run.err.contains("could not be made"), "{}", run.err);
    let nowhere = tempfile::tempdir().expect("a folder");
    let run = repository.run_in(nowhere.path(), binary(), &["hooks", "status"]);
    assert!(run.code == 2 && run.err.contains("lies in no git repository"), "{}", run.err);
    let bare = repository.home.path().join("bare.git");
    repository.git(&["init", "--quiet", "--bare", bare.to_str().expect("text")]);
    let run = repository.run_in(&bare, binary(), &["hooks", "install"]);
    assert!(run.code == 1 && run.err.contains("bare"), "{}", run.err);
}

#[test]
fn h1_where_one_hook_cannot_be_written_none_is() {
    let repository = Repository::new();
    repository.write_hook("pre-commit", "#!/bin/sh\nexit 0\n");
    fs::create_dir(repository.hook("pre-push")).expect("a folder in the way");
    let before = repository.hooks();
    let run = repository.shipgate("hooks install");
    assert!(run.code == 1 && run.err.contains("pre-push is there and is no file"), "{}", run.err);
    assert_eq!(repository.hooks(), before);
}

#[test]
fn h1_the_status_says_what_is_installed_where_and_whether_it_works() {
    let repository = Repository::new();
    let status = repository.status();
    assert_eq!((&status["works"], &status["folders"][0]["hooks"][2]["state"]), (&Value::from(false), &Value::from("missing")));
    repository.write_hook("pre-push", "#!/bin/sh\nexit 0\n");
    repository.write("lefthook.yml", "pre-commit:\n");
    repository.install();
    let status = repository.status();
    let push = &status["folders"][0]["hooks"][2];
    assert_eq!(
        (&status["works"], &push["state"], &push["finds_program"], &push["chained"]["runs"]),
        (&true.into(), &"installed".into(), &"this".into(), &true.into())
    );
    assert_eq!((&status["managers"][0]["manager"], &status["managers"][0]["runs_shipgate"]), (&"lefthook".into(), &false.into()));
    let shown = repository.shipgate("hooks status");
    assert!(
        shown.code == 0 && shown.out.contains("this program; with pre-push.before-shipgate") && shown.out.ends_with("all hooks are in place\n"),
        "{}",
        shown.out
    );
    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    assert!(repository.shipgate("hooks status").out.contains("(git does not look here)"));
    assert_eq!(repository.shipgate("hooks uninstall").code, 0, "what was installed before the setting is taken out");
    assert!(!repository.hook("pre-commit").exists());
}

#[test]
fn h5_a_check_that_is_not_there_cannot_be_skipped_and_nothing_runs_then() {
    let repository = Repository::new();
    repository.install();
    let run = ran(&command(repository.home.path(), &repository.root, "git")
        .args(["commit", "--allow-empty", "--message", "feat: add nothing"])
        .env("SHIPGATE_SKIP", "mesages")
        .output()
        .expect("it starts"));
    assert!(run.code != 0 && run.err.contains("did you mean `messages`?"), "{}", run.err);
}

#[test]
fn h5_a2_a_skip_is_said_and_logged_with_who_and_what() {
    let repository = Repository::new();
    repository.install();
    let skipping = |arguments: &[&str]| {
        ran(&command(repository.home.path(), &repository.root, "git").args(arguments).env("SHIPGATE_SKIP", "messages,size").output().expect("it starts"))
    };
    let run = skipping(&["commit", "--allow-empty", "--message", "no conventional message"]);
    assert!(run.code == 0 && run.err.contains("skipped: messages (SHIPGATE_SKIP)") && run.err.contains("skipped: size\n"), "{}", run.err);
    let log = repository.root.join(".git/shipgate/audit.jsonl");
    let lines: Vec<Value> = fs::read_to_string(&log).expect("a log").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |hook: &str| lines.iter().find(|line| line["details"]["hook"] == hook).unwrap_or_else(|| panic!("{lines:?}"))["details"].clone();
    assert_eq!((&of("commit-msg")["checks"], &of("commit-msg")["who"]), (&serde_json::json!(["messages"]), &"Octo Cat <octocat@example.com>".into()));
    assert_eq!(of("pre-commit")["checks"], serde_json::json!(["size"]));
    assert!(lines.iter().all(|line| line["event"] == "hook.skipped"));
    assert_eq!(repository.shipgate("audit verify .git/shipgate/audit.jsonl").code, 0);
    fs::remove_file(&log).expect("it is gone");
    fs::create_dir(&log).expect("a folder in its place");
    let run = skipping(&["commit", "--allow-empty", "--message", "no conventional message"]);
    assert!(run.code == 0 && run.err.contains("the audit log does not have it"), "what cannot be logged is said: {}", run.err);
}

/// A token that is found, made here so that none stands in this repository.
fn token() -> String {
    format!("{}-Zk9vQ2xLw7RtY4pMs8Bd", ["gl", "pat"].concat())
}

#[test]
fn h1_before_a_commit_the_index_is_looked_at_and_never_the_work_tree() {
    let repository = Repository::new();
    repository.install();
    let bad = format!("token = \"{}\"\n", token());
    let commit = |arguments: &[&str]| repository.try_git(&[&["commit", "--message", "feat: add a file"], arguments].concat());
    let looked_at_two = |run: &Run| assert!(run.code == 0 && run.err.contains("looked at 2 files"), "{}", run.err);
    // The first commit: what is staged is clean, what lies there is not.
    repository.write("a", "clean\n");
    repository.write("b", "clean\n");
    repository.git(&["add", "."]);
    repository.write("a", &bad);
    looked_at_two(&commit(&[]));
    // What is staged is not clean, what lies there is.
    repository.git(&["add", "a"]);
    repository.write("a", "clean\n");
    let run = commit(&[]);
    assert!(run.code == 1 && run.err.contains("a:") && !run.err.contains(&token()), "{}", run.err);
    // A commit of one path: git makes an index of its own for it.
    repository.write("b", "clean, too\n");
    let run = commit(&["b"]);
    assert!(run.code == 0 && run.err.contains("looked at 1 file"), "{}", run.err);
    // Everything that is tracked, as it lies there.
    repository.write("b", &bad);
    let run = commit(&["--all"]);
    assert!(run.code == 1 && run.err.contains("b:"), "{}", run.err);
    assert_eq!(repository.git(&["rev-list", "--count", "HEAD"]).trim(), "2");
}

#[test]
fn h1_before_a_commit_a_merge_brings_no_findings_of_the_other_side_and_a_broken_policy_stops_it() {
    let repository = Repository::new();
    repository.write("a", "a\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "feat: begin"]);
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("side", "b\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "feat: the side"]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.install();
    repository.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    let run = repository.try_git(&["commit", "--no-edit"]);
    assert_eq!(run.code, 0, "{}", run.err);
    repository.write(".github/shipgate.yml", "version: 7\n");
    let run = repository.try_git(&["commit", "--allow-empty", "--message", "feat: add nothing"]);
    assert!(run.code == 1 && run.err.contains("shipgate.yml"), "{}", run.err);
}

#[test]
fn h1_from_install_to_push_to_uninstall_everything_is_looked_at_and_nothing_is_left() {
    let repository = Repository::new();
    let before = repository.hooks();
    repository.install();
    repository.write("a", "a\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "feat: begin"]);
    let remote = repository.home.path().join("remote.git");
    repository.git(&["init", "--quiet", "--bare", remote.to_str().expect("text")]);
    repository.git(&["remote", "add", "origin", remote.to_str().expect("text")]);
    let pushed = repository.try_git(&["push", "origin", "main:work"]);
    assert!(pushed.code == 0 && pushed.err.contains("looked at 1 ref"), "{}", pushed.err);
    repository.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "--message", "no conventional message"]);
    let refused = repository.try_git(&["push", "origin", "main:work"]);
    assert!(refused.code == 1 && refused.err.contains("messages/"), "what `--no-verify` let pass shows up here: {}", refused.err);
    assert_eq!((repository.shipgate("hooks uninstall").code, repository.hooks()), (0, before));
}

#[test]
fn h5_a_push_and_a_look_at_its_range_give_the_same_findings() {
    let repository = Repository::new();
    repository.write("a", "a\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "feat: begin"]);
    let remote = repository.home.path().join("remote.git");
    repository.git(&["init", "--quiet", "--bare", remote.to_str().expect("text")]);
    repository.git(&["remote", "add", "origin", remote.to_str().expect("text")]);
    repository.git(&["push", "--quiet", "origin", "main:work"]);
    repository.install();
    repository.write("a", &format!("token = \"{}\"\n", token()));
    repository.git(&["commit", "--quiet", "--no-verify", "--all", "--message", "no conventional message"]);
    repository.write("a", "clean again\n");
    repository.git(&["commit", "--quiet", "--no-verify", "--all", "--message", "fix: take it out"]);
    let pushed = repository.try_git(&["push", "origin", "main:work"]);
    let looked = repository.shipgate("check --range origin/work..");
    let findings = |text: &str| text.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning[")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((pushed.code, looked.code), (1, 1), "{}{}", pushed.err, looked.out);
    let found = findings(&pushed.err);
    assert!(found.iter().any(|line| line.contains("secrets/")) && found.iter().any(|line| line.contains("messages/")), "{}", pushed.err);
    assert_eq!(found, findings(&looked.out));
}
