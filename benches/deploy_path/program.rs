//! The program as it is started, and what measures it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cases::Start;

/// What a runner sets besides what the tests' stage does: the rest of its variables, and the defaults of action.yml.
const RUNNER: [(&str, &str); 10] = [
    ("CI", "true"),
    ("GITHUB_ACTOR", "octo-dev"),
    ("GITHUB_EVENT", "issue_comment"),
    ("GITHUB_JOB", "deploy"),
    ("GITHUB_REF", "refs/heads/main"),
    ("INPUT_FAIL-ON", "no-go"),
    ("INPUT_PREFIX", "/"),
    ("INPUT_STEP", "whole"),
    ("INPUT_TRUSTED-CHECKOUT", "false"),
    ("RUNNER_OS", "Linux"),
];

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Milliseconds.
    pub wall: f64,
    /// Milliseconds: user and system, all threads, and programs that it started and waited for.
    pub cpu: f64,
    /// MB of 1,000,000 bytes: of the largest single process.
    pub peak: f64,
    /// What was asked, by name, in order.
    pub requests: Vec<String>,
    /// How many connections were made, where they are counted.
    pub connections: usize,
    /// Standard error.
    pub said: String,
}

/// What is asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Time and memory.
    Timed,
    /// The same, and it tells when each request begins and ends.
    Traced,
    /// Instructions: valgrind runs it.
    Counted,
}

/// The program and what measures it.
pub struct Program {
    /// The binary.
    pub binary: PathBuf,
    rusage: PathBuf,
    report: PathBuf,
    valgrind: Option<PathBuf>,
    node: Option<Node>,
}

/// What runs the action.
struct Node {
    program: PathBuf,
    /// The action with the binary.
    action: PathBuf,
    /// The action with a program that does nothing.
    empty: PathBuf,
}

/// Where a benchmark may write.
pub fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

impl Program {
    /// This binary, and what this machine has to run and measure it.
    pub fn find(binary: &Path) -> Self {
        let rusage = compiled("rusage", &std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/rusage.c")).expect("it is there"));
        let node = found("node").map(|program| {
            let nothing = compiled("nothing", "int main(void) { return 0; }\n");
            Node { program, action: action("action", binary), empty: action("empty-action", &nothing) }
        });
        Self { binary: binary.to_owned(), rusage, report: scratch().join("rusage.txt"), valgrind: found("valgrind"), node }
    }

    pub fn has_node(&self) -> bool {
        self.node.is_some()
    }

    pub fn has_valgrind(&self) -> bool {
        self.valgrind.is_some()
    }

    /// node's version, where it is there.
    #[expect(clippy::disallowed_methods, reason = "a benchmark asks what it measures with")]
    pub fn node_version(&self) -> Option<String> {
        let node = self.node.as_ref()?;
        let output = Command::new(&node.program).arg("--version").output().expect("node runs");
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs a command line of the tests' stage, measured: its arguments are the binary's, its environment a job's.
    #[expect(clippy::disallowed_methods, reason = "a benchmark starts the built binary")]
    pub fn measure(&self, start: Start, command: &Command, how: How) -> Run {
        let mut measured = match (how, &self.valgrind) {
            (How::Counted, Some(valgrind)) => {
                let mut measured = Command::new(valgrind);
                measured.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
                measured
            }
            _ => self.timed(),
        };
        match (start, &self.node) {
            (Start::Action, Some(node)) => {
                let post = command.get_args().any(|argument| argument == "--post");
                measured.arg(&node.program).arg(node.action.join("action").join(if post { "post.js" } else { "main.js" }));
            }
            _ => drop(measured.arg(&self.binary).args(command.get_args())),
        }
        let folder = command.get_current_dir().expect("the stage gives a folder");
        measured.env_clear().envs(RUNNER).env("GITHUB_WORKSPACE", folder).env("HOME", folder);
        measured.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(folder);
        if how == How::Traced {
            measured.env("SHIPGATE_LOG", "shipgate=trace");
        }
        self.finished(&mut measured, how)
    }

    /// node with nothing to do.
    pub fn node_alone(&self) -> Option<Run> {
        let node = self.node.as_ref()?;
        Some(self.finished(self.timed().arg(&node.program).args(["-e", "0"]).env_clear(), How::Timed))
    }

    /// The action whose binary does nothing.
    pub fn shim_alone(&self) -> Option<Run> {
        let node = self.node.as_ref()?;
        Some(self.finished(self.timed().arg(&node.program).arg(node.empty.join("action/main.js")).env_clear(), How::Timed))
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark starts what measures")]
    fn timed(&self) -> Command {
        let mut measured = Command::new(&self.rusage);
        measured.arg(&self.report);
        measured
    }

    /// Runs it to its end: done, or refused, or waiting.
    fn finished(&self, measured: &mut Command, how: How) -> Run {
        let output = measured.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{said}");
        let report = if how == How::Counted { "0 0 0".to_owned() } else { std::fs::read_to_string(&self.report).expect("the report was written") };
        let numbers: Vec<f64> = report.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [wall, cpu, peak] = numbers[..] else { panic!("three numbers, not {report:?}") };
        Run { wall: wall / 1e6, cpu: cpu / 1e6, peak: peak * 1024.0 / 1e6, requests: Vec::new(), connections: 0, said }
    }
}

impl Run {
    /// How many instructions it took, in millions, where they were counted.
    pub fn instructions(&self) -> Option<f64> {
        let collected = self.said.split("Collected : ").nth(1)?;
        collected.split_whitespace().next()?.parse::<f64>().ok().map(|number| number / 1e6)
    }
}

/// A program of this machine, by the path.
#[expect(clippy::disallowed_methods, reason = "a benchmark looks for what measures")]
fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A small program: the C compiler is there, as the build needs it.
#[expect(clippy::disallowed_methods, reason = "a benchmark starts the compiler")]
fn compiled(name: &str, text: &str) -> PathBuf {
    let (source, built) = (scratch().join(format!("{name}.c")), scratch().join(name));
    std::fs::write(&source, text).expect("the source can be written");
    let status = Command::new("cc").arg("-O1").arg("-o").arg(&built).arg(&source).status().expect("a C compiler is there");
    assert!(status.success(), "{} does not compile", source.display());
    built
}

/// The action as a runner has it, with this program beside its shim.
fn action(name: &str, binary: &Path) -> PathBuf {
    let folder = scratch().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let binaries = folder.join("action/bin");
    std::fs::create_dir_all(&binaries).expect("a folder");
    for file in ["main.js", "post.js", "shim.js", "checksums.json"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("action").join(file), folder.join("action").join(file)).expect("the shim is there");
    }
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    std::fs::copy(binary, binaries.join(format!("shipgate-{system}-{machine}"))).expect("the binary is there");
    folder
}
