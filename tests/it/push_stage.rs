//! A clone, a remote beside it, and the built binary as the clone's pre-push hook: nothing but real git, no network, nobody's settings.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder with everything in it.
pub(crate) struct Stage {
    home: tempfile::TempDir,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A token that is nobody's, put together here so that no file of this repository holds one.
pub(crate) fn token() -> String {
    ["glpat", "Kq7Rz2Wm9Xc4Vb8Nt5Ls"].join("-")
}

/// A file with it.
pub(crate) fn secret() -> String {
    format!("token = \"{}\"\n", token())
}

#[expect(clippy::disallowed_methods, reason = "the test starts git and the built binary")]
fn command(home: &Path, folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("HOME", home).env("PATH", PATH).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Octo Cat").env(format!("GIT_{who}_EMAIL"), "octocat@example.com");
        command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
    }
    command
}

fn ran(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

impl Stage {
    /// An empty clone of an empty remote `origin`.
    pub(crate) fn empty(options: &[&str]) -> Self {
        let stage = Self { home: tempfile::tempdir().expect("a folder") };
        for (name, bare) in [("remote.git", &["--bare"][..]), ("work", &[][..])] {
            let arguments = [&["init", "--quiet", "--initial-branch=main"], options, bare, &[name]].concat();
            assert_eq!(stage.run(stage.home.path(), "git", &arguments).code, Some(0));
        }
        stage.git(&["remote", "add", "origin", "../remote.git"]);
        stage.git(&["config", "advice.detachedHead", "false"]);
        stage.hook_in(&stage.work());
        stage
    }

    /// A clone whose remote has `main` with one commit, and that is on a branch `feature` of its own.
    pub(crate) fn new() -> Self {
        let stage = Self::empty(&[]);
        stage.begin();
        stage
    }

    /// The first commit, there already; and a branch.
    pub(crate) fn begin(&self) {
        self.commit(&[("README.md", "# Shop\n")], "docs: begin");
        self.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
        self.git(&["remote", "set-head", "origin", "main"]);
        self.git(&["switch", "--quiet", "--create", "feature"]);
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Makes the binary the hook of a repository.
    pub(crate) fn hook_in(&self, folder: &Path) {
        let hooks = self.run(folder, "git", &["rev-parse", "--git-path", "hooks"]).out;
        self.write_program(
            &folder.join(hooks.trim()).join("pre-push"),
            &format!("#!/bin/sh\nexec '{}' hook pre-push \"$@\"\n", env!("CARGO_BIN_EXE_shipgate")),
        );
    }

    #[expect(clippy::unused_self, reason = "what a stage does is said of it")]
    pub(crate) fn write_program(&self, path: &Path, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("it is written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its mode");
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, folder: &Path, program: &str, arguments: &[S]) -> Run {
        ran(&command(self.home.path(), folder, program).args(arguments).stdin(Stdio::null()).output().expect("it starts"))
    }

    /// The same with variables and an input.
    pub(crate) fn run_with(&self, folder: &Path, (program, arguments): (&str, &[&str]), variables: &[(&str, &str)], input: &[u8]) -> Run {
        let mut command = command(self.home.path(), folder, program);
        command.args(arguments).envs(variables.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        // It may end without reading.
        let _ = child.stdin.take().expect("a pipe").write_all(input);
        ran(&child.wait_with_output().expect("it ends"))
    }

    /// The hook alone, with what git would write to it.
    pub(crate) fn hook(&self, lines: &str, variables: &[(&str, &str)]) -> Run {
        self.run_with(&self.work(), (env!("CARGO_BIN_EXE_shipgate"), &["hook", "pre-push", "origin", "../remote.git"]), variables, lines.as_bytes())
    }

    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let run = self.run(folder, "git", &[&["-c", "protocol.file.allow=always"], arguments].concat());
        assert_eq!(run.code, Some(0), "git {arguments:?}: {}", run.err);
        run.out.trim_end_matches('\n').to_owned()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.work(), arguments)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("it is written");
    }

    pub(crate) fn commit(&self, files: &[(&str, &str)], message: &str) -> String {
        for (path, text) in files {
            self.write(path, text);
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// All refs of a repository.
    pub(crate) fn refs(&self, folder: &Path) -> String {
        self.git_in(folder, &["for-each-ref", "--format=%(refname) %(objectname)"])
    }

    pub(crate) fn push_from(&self, folder: &Path, arguments: &[&str]) -> Run {
        self.run(folder, "git", &[&["-c", "protocol.file.allow=always", "push"], arguments].concat())
    }

    /// A push that must arrive; what was said of it.
    pub(crate) fn accepted(&self, arguments: &[&str]) -> String {
        let run = self.push_from(&self.work(), arguments);
        assert_eq!(run.code, Some(0), "git push {arguments:?}: {}", run.err);
        assert!(!run.err.contains(&token()), "{}", run.err);
        run.err
    }

    /// A push that must be stopped, and change nothing there; what was said of it, which has all of these words in it.
    pub(crate) fn refused(&self, arguments: &[&str], words: &[&str]) -> String {
        let before = self.refs(&self.beside("remote.git"));
        let run = self.push_from(&self.work(), arguments);
        assert_ne!(run.code, Some(0), "git push {arguments:?}: {}", run.err);
        assert_eq!(self.refs(&self.beside("remote.git")), before);
        for word in words {
            assert!(run.err.contains(word), "git push {arguments:?}: {word:?} is not in\n{}", run.err);
        }
        assert!(!run.err.contains(&token()), "a secret is shown: {}", run.err);
        run.err
    }
}
