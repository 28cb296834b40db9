//! Row H2 with real git: commits through a hook that runs the built binary.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A repository whose commit-msg hook is the built binary.
struct Bench {
    folder: tempfile::TempDir,
}

struct Run {
    code: i32,
    text: String,
}

fn run(output: &Output) -> Run {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    Run { code: output.status.code().expect("it ends by itself"), text: String::from_utf8_lossy(&text).into_owned() }
}

#[cfg(unix)]
fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it can be run");
}

#[cfg(unix)]
impl Bench {
    fn new() -> Self {
        Self::with(&["init", "-q", "-b", "main", "work"])
    }

    fn with(init: &[&str]) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder") };
        let home = bench.folder.path().join("home");
        fs::create_dir(&home).expect("a folder");
        fs::write(home.join(".gitconfig"), "[user]\n\tname = octocat\n\temail = octocat@example.com\n[commit]\n\tgpgSign = false\n").expect("a file");
        let made = bench.git_in(bench.folder.path(), init, &[]);
        assert_eq!(made.code, 0, "{}", made.text);
        bench.hook("");
        bench
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn hook(&self, options: &str) {
        let hooks = self.work().join(".git/hooks");
        fs::create_dir_all(&hooks).expect("a folder");
        executable(&hooks.join("commit-msg"), &format!("#!/bin/sh\nexec '{}' hook commit-msg {options} \"$1\"\n", env!("CARGO_BIN_EXE_shipgate")));
    }

    fn policy(&self, text: &str) {
        fs::create_dir_all(self.work().join(".github")).expect("a folder");
        fs::write(self.work().join(".github/shipgate.yml"), text).expect("a file");
    }

    #[expect(clippy::disallowed_methods, reason = "the test starts git")]
    fn git_in(&self, folder: &Path, words: &[&str], variables: &[(&str, &str)]) -> Run {
        let path = std::env::var_os("PATH").expect("there is one");
        let mut git = Command::new("git");
        git.args(words).current_dir(folder).env_clear().env("PATH", path).env("HOME", self.folder.path().join("home")).env("GIT_CONFIG_NOSYSTEM", "1");
        run(&git.envs(variables.iter().copied()).output().expect("git runs"))
    }

    fn git(&self, words: &[&str]) -> Run {
        self.git_in(&self.work(), words, &[])
    }

    fn commit(&self, message: &str) -> Run {
        self.git(&["commit", "--allow-empty", "-m", message])
    }

    /// A commit whose message is typed in an editor, above what git writes.
    fn edited(&self, typed: &str, words: &[&str]) -> Run {
        let text = self.folder.path().join("typed");
        fs::write(&text, typed).expect("a file");
        let editor = self.folder.path().join("editor");
        executable(&editor, &format!("#!/bin/sh\ncat '{}' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"\n", text.display()));
        self.git_in(&self.work(), &[words, &["commit", "--allow-empty"]].concat(), &[("GIT_EDITOR", editor.to_str().expect("text"))])
    }

    fn log(&self) -> String {
        self.git(&["log", "-1", "--format=%B"]).text.trim_end().to_owned()
    }

    #[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
    fn hook_on(&self, folder: &Path, words: &[&str]) -> Run {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_shipgate"));
        binary.args(["hook", "commit-msg"]).args(words).current_dir(folder).env_clear().env("HOME", self.folder.path().join("home"));
        run(&binary.stdin(Stdio::null()).output().expect("the binary runs"))
    }
}

#[test]
#[cfg(unix)]
fn h2_a_message_that_is_right_is_committed_in_silence() {
    let bench = Bench::new();
    let done = bench.commit("feat(api)!: add a retry\n\nBREAKING CHANGE: calls take longer");
    assert_eq!(done.code, 0, "{}", done.text);
    assert!(!done.text.contains("shipgate") && !done.text.contains("looked at"), "{}", done.text);
    assert_eq!(bench.log(), "feat(api)!: add a retry\n\nBREAKING CHANGE: calls take longer");
}

#[test]
#[cfg(unix)]
fn h2_the_fault_has_a_caret_and_a_corrected_message_and_nothing_is_lost() {
    let bench = Bench::new();
    let refused = bench.commit("feature(api): add a retry\n\nWhy it is needed.");
    assert_eq!(refused.code, 1, "{}", refused.text);
    for words in [
        "error[messages/type-unknown]: there is no type `feature`",
        "1 | feature(api): add a retry",
        "  | ^^^^^^^ did you mean `feat`?",
        "help: write: feat(api): add a retry",
        "1 finding stops this",
        "your message is kept in .git/COMMIT_EDITMSG",
        "git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"",
    ] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    assert_ne!(bench.git(&["rev-parse", "-q", "--verify", "HEAD"]).code, 0, "nothing was committed");
    // As it says, from any folder: the editor has the whole message, and a corrected one is committed.
    fs::create_dir(bench.work().join("below")).expect("a folder");
    let editor = bench.folder.path().join("editor");
    executable(&editor, "#!/bin/sh\nsed 's/^feature/feat/' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"\n");
    let kept = bench.git_in(&bench.work().join("below"), &["rev-parse", "--git-path", "COMMIT_EDITMSG"], &[]).text;
    let again =
        bench.git_in(&bench.work().join("below"), &["commit", "--allow-empty", "-e", "-F", kept.trim()], &[("GIT_EDITOR", editor.to_str().expect("text"))]);
    assert_eq!(again.code, 0, "{}", again.text);
    assert_eq!(bench.log(), "feat(api): add a retry\n\nWhy it is needed.");
}

#[test]
#[cfg(unix)]
fn h2_comments_scissors_and_every_comment_character_are_gits_own() {
    let bench = Bench::new();
    for (typed, settings, code) in [
        ("fix: a\n# no type: this is a comment\n", &[][..], 0),
        ("fix: a\n; comment\n", &["-c", "core.commentChar=;"], 0),
        ("fix: a\n; comment\n", &[], 1),
        ("fix: a\n// comment\n", &["-c", "core.commentString=//"], 0),
        ("#12 is fixed\n", &["-c", "core.commentChar=auto"], 1),
        ("# fix: a\n", &["-c", "commit.cleanup=scissors"], 1),
        ("fix: a\n", &["-c", "commit.cleanup=scissors"], 0),
        ("fix: a\n", &["-c", "commit.verbose=true"], 0),
        ("fix: a\n", &["-c", "core.commentChar=auto"], 0),
        ("# fix: a\n", &["-c", "commit.cleanup=whitespace"], 1),
    ] {
        let done = bench.edited(typed, settings);
        assert_eq!(done.code, code, "{typed:?} {settings:?}: {}", done.text);
    }
    // Without an editor a `#` is a letter like any other.
    let refused = bench.commit("# no comment\nfix: a");
    assert!(refused.code == 1 && refused.text.contains("1 | # no comment"), "{}", refused.text);
    // An empty message is git's own business.
    let empty = bench.edited("", &[]);
    assert!(empty.code == 1 && empty.text.contains("Aborting commit due to empty commit message"), "{}", empty.text);
}

#[test]
#[cfg(unix)]
fn h2_merges_reverts_and_fixups_of_git_pass() {
    let bench = Bench::new();
    assert_eq!(bench.commit("feat: one").code, 0);
    for words in [&["checkout", "-q", "-b", "side"][..], &["commit", "-q", "--allow-empty", "-m", "fix: two"], &["checkout", "-q", "main"]] {
        assert_eq!(bench.git(words).code, 0, "{words:?}");
    }
    for words in [
        &["merge", "-q", "--no-ff", "--no-edit", "side"][..],
        &["commit", "-q", "--allow-empty", "--fixup", "HEAD"],
        &["commit", "-q", "--allow-empty", "--squash", "HEAD~1", "--no-edit"],
        &["revert", "--no-edit", "-m", "1", "HEAD~2"],
    ] {
        let done = bench.git(words);
        // A revert of nothing commits nothing; its message was let through.
        assert!(done.code == 0 || words[0] == "revert" && !done.text.contains("error["), "{words:?}: {}", done.text);
    }
    fs::write(bench.work().join("file"), "x").expect("a file");
    for words in [&["add", "file"][..], &["commit", "-qm", "feat: file"], &["revert", "--no-edit", "HEAD"]] {
        let done = bench.git(words);
        assert_eq!(done.code, 0, "{words:?}: {}", done.text);
    }
    assert!(bench.log().starts_with("Revert \"feat: file\""));
}

#[test]
#[cfg(unix)]
fn h2_what_is_safe_is_mended_where_that_is_asked_for_and_comments_stay() {
    let bench = Bench::new();
    bench.hook("--fix");
    let done = bench.commit("Feature (api):add a retry\nwhy");
    assert_eq!(done.code, 0, "{}", done.text);
    assert!(done.text.contains("mended: ") && done.text.contains("[messages/blank-line]"), "{}", done.text);
    assert_eq!(bench.log(), "feat(api): add a retry\n\nwhy");
    let file = bench.folder.path().join("message");
    fs::write(&file, "# above\nbugfix: a\n# below\n").expect("a file");
    let mended = bench.hook_on(&bench.work(), &["--fix", file.to_str().expect("text")]);
    assert_eq!((mended.code, fs::read_to_string(&file).expect("text").as_str()), (0, "# above\nfix: a\n# below\n"), "{}", mended.text);
    fs::write(&file, "Breaking everything\n").expect("a file");
    assert_eq!(bench.hook_on(&bench.work(), &["--fix", file.to_str().expect("text")]).code, 1);
    assert_eq!(fs::read_to_string(&file).expect("text"), "Breaking everything\n");
}

#[test]
#[cfg(unix)]
fn h2_the_policy_of_the_work_tree_counts_and_a_broken_one_stops() {
    let bench = Bench::new();
    bench.policy("version: 1\nenvironments: { staging: {} }\ncommits: { types: [feat, fix], scopes: [api, ui], header: 40, ticket: required, ticket-pattern: \"PAY-[0-9]+\" }\n");
    assert_eq!(bench.commit("feat(ui): a\n\nRefs: PAY-1").code, 0);
    let refused = bench.commit("docs(apo): a header that is too long for this policy");
    for rule in ["type-unknown", "scope-unknown", "header-long", "ticket-missing"] {
        assert!(refused.code == 1 && refused.text.contains(&format!("messages/{rule}")), "{rule}: {}", refused.text);
    }
    bench.policy("version: 1\nenvironments: { staging: {} }\nchecks: { off: { messages/type-unknown: we have our own, messages/type-missing: they come } }\n");
    assert_eq!(bench.commit("whatever: a").code, 0);
    bench.policy("version: 1\nenvironments: { staging: {} }\nchecks: { off: { messages: none is asked for } }\n");
    assert_eq!(bench.commit("Whatever").code, 0);
    bench.policy("version: 1\nenviroments: {}\n");
    let broken = bench.hook_on(&bench.work(), &[".git/COMMIT_EDITMSG"]);
    assert!(broken.code == 3 && broken.text.contains("did you mean `environments`?"), "{}", broken.text);
}

#[test]
#[cfg(unix)]
fn h2_linked_work_trees_subfolders_and_sha_256_repositories_are_no_matter() {
    let bench = Bench::with(&["init", "-q", "-b", "main", "--object-format=sha256", "work"]);
    assert_eq!(bench.git(&["config", "core.commentChar", ";"]).code, 0);
    assert_eq!(bench.edited("feat: one\n; comment\n", &[]).code, 0);
    let linked = bench.folder.path().join("linked");
    assert_eq!(bench.git(&["worktree", "add", "-q", linked.to_str().expect("text")]).code, 0);
    let refused = bench.git_in(&linked, &["commit", "--allow-empty", "-m", "one"], &[]);
    assert!(refused.code == 1 && refused.text.contains("worktrees/linked/COMMIT_EDITMSG"), "{}", refused.text);
    assert_eq!(bench.git_in(&linked, &["commit", "--allow-empty", "-m", "fix: one"], &[]).code, 0);
    fs::create_dir(bench.work().join("below")).expect("a folder");
    assert_eq!(bench.git_in(&bench.work().join("below"), &["commit", "--allow-empty", "-m", "fix: one"], &[]).code, 0);
}

#[test]
#[cfg(unix)]
fn h2_a_message_that_cannot_be_looked_at_stops_with_its_reason() {
    let bench = Bench::new();
    let path = bench.folder.path().join("odd");
    let odd = path.to_str().expect("text");
    let told = |words: &str| {
        let run = bench.hook_on(&bench.work(), &[odd]);
        assert!(run.code == 11 && run.text.contains(words), "{}: {}", run.code, run.text);
    };
    told("it is not there");
    fs::create_dir(&path).expect("a folder");
    told("it is no file");
    fs::remove_dir(&path).expect("it goes");
    fs::File::create(&path).and_then(|file| file.set_len(65 << 20)).expect("a long file");
    told("longer than a message can be");
}

#[test]
#[cfg(unix)]
fn v6_a_hostile_message_reaches_no_terminal_and_takes_no_time() {
    let bench = Bench::new();
    let file = bench.folder.path().join("message");
    let hook = || bench.hook_on(&bench.work(), &[file.to_str().expect("text")]);
    fs::write(&file, "fix: \u{1b}]0;owned\u{7}\u{202e}\n::error::x\n").expect("a file");
    let run = hook();
    assert!(run.code == 1 && !run.text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", run.text);
    assert!(!run.text.lines().any(|line| line.starts_with("::")), "{}", run.text);
    fs::write(&file, b"fix: \xe4 in Latin-1\n").expect("a file");
    assert_eq!(hook().code, 0);
    let mut long = fs::File::create(&file).expect("a file");
    for _ in 0..100_000 {
        long.write_all(b"BREAKING CHANGE: x\n* feat!: y\n").expect("it is written");
    }
    assert_eq!(hook().code, 1);
}
