//! The stage on which `act` plays the runner: the real action (`action.yml`, its shim, the built binary) in a workflow, with real event payloads,
//! against the sandbox over HTTP. What `act` says in JSON is what a run left.
//!
//! A scenario: a [`Stage`], a workflow's text, an event, and what is expected. In the workflow `uses: shipgate/shipgate@0123456789abcdef0123456789abcdef01234567` is this action.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::Conclusion;

use crate::http_client::Client;
use crate::stage::{DEVELOPER, LEAD, REPOSITORY, Stage, WORKFLOW};

/// A gate, a deploy step that obeys it, and what it left: the smallest workflow that deploys in the same job.
pub const GATE: &str = r"
on: issue_comment
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: shipgate/shipgate@0123456789abcdef0123456789abcdef01234567
        id: gate
      - id: deploy
        if: steps.gate.outputs.decision == 'go'
        run: echo deploying
";

/// The tools' folder first, so that the tests find what `scripts/tools` installed, and then what the machine has.
#[expect(clippy::disallowed_methods, reason = "the tests start programs of this machine")]
pub fn path() -> std::ffi::OsString {
    let act = crate::tools::tool("act");
    let tools = act.parent().expect("a folder").to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&rest))).expect("a list of folders")
}

/// A program of this machine or of the tools, with nothing in its environment but the path and a home of its own.
#[expect(clippy::disallowed_methods, reason = "the tests start programs of this machine")]
pub fn program(name: &str, home: &Path) -> Command {
    let found = std::env::split_paths(&path()).map(|folder| folder.join(name)).find(|file| file.is_file());
    let mut command = Command::new(found.unwrap_or_else(|| panic!("{name} is not here: run scripts/tools")));
    command.env_clear().env("PATH", path()).env("HOME", home).env("NO_COLOR", "1");
    command
}

/// This action as it is released, in a folder of its own: the binary that was built beside the shim.
pub fn action_in(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binaries = folder.join("action/bin");
    std::fs::create_dir_all(&binaries).expect("a folder");
    std::fs::copy(root.join("action.yml"), folder.join("action.yml")).expect("action.yml is there");
    for name in ["main.js", "post.js", "shim.js", "checksums.json"] {
        std::fs::copy(root.join("action").join(name), folder.join("action").join(name)).expect("the shim is there");
    }
    let binary = binaries.join(binary_name());
    let built = Path::new(env!("CARGO_BIN_EXE_shipgate"));
    std::fs::hard_link(built, &binary).or_else(|_| std::fs::copy(built, &binary).map(|_| ())).expect("the built binary is there");
}

/// How the action calls the binary for this machine.
pub fn binary_name() -> String {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    format!("shipgate-{system}-{machine}")
}

/// The deployment holds on an environment's lock, as anybody can read them; empty where it is free.
pub fn holds(hub: &Sandbox, environment: &str) -> Vec<Value> {
    let client = Client::new(hub, &hub.full_token(LEAD));
    let reference = client.get(&format!("/repos/{REPOSITORY}/git/ref/shipgate/lock/{environment}"));
    if reference.status == 404 {
        return Vec::new();
    }
    let sha = reference.json()["object"]["sha"].as_str().expect("a target").to_owned();
    let tag = client.get(&format!("/repos/{REPOSITORY}/git/tags/{sha}")).json();
    let record: Value = serde_json::from_str(tag["message"].as_str().expect("a message")).expect("a record");
    record["holds"].as_array().expect("holds").iter().filter(|hold| hold["kind"] == "deployment").cloned().collect()
}

/// A repository with one workflow, on a machine with `act`.
pub struct Actions<'a> {
    stage: &'a Stage,
    folder: tempfile::TempDir,
    others: Vec<String>,
}

impl<'a> Actions<'a> {
    /// With this workflow.
    pub fn new(stage: &'a Stage, workflow: &str) -> Self {
        Self::with(stage, &[("workflow.yml".to_owned(), workflow.to_owned())])
    }

    /// With these workflows: names and texts.
    pub fn with(stage: &'a Stage, files: &[(String, String)]) -> Self {
        let actions = Self { stage, folder: tempfile::tempdir().expect("a folder"), others: Vec::new() };
        let workflows = actions.repository().join(".github/workflows");
        std::fs::create_dir_all(&workflows).expect("a folder");
        std::fs::create_dir(actions.home()).expect("a folder");
        for (name, text) in files {
            std::fs::write(workflows.join(name), text).expect("a file");
        }
        for arguments in [&["init", "--quiet", "--initial-branch=main"][..], &["add", "."], &["commit", "--quiet", "--message=begin"]] {
            let who = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"].map(|name| (name, "octo-dev"));
            let done = program("git", &actions.home()).args(arguments).current_dir(actions.repository()).envs(who).output().expect("git runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        action_in(&actions.folder.path().join("shipgate"));
        actions
    }

    /// With another action: what it does in the checkout, as a script, which finds the input `ref` in `$REF`.
    pub fn with_action(mut self, name: &str, script: &str) -> Self {
        let folder = self.folder.path().join(format!("action-{}", self.others.len()));
        std::fs::create_dir(&folder).expect("a folder");
        let steps = serde_json::json!([{ "shell": "bash", "run": script, "env": { "REF": "${{ inputs.ref }}" } }]);
        let inputs = ["ref", "persist-credentials"].map(|input| (input, serde_json::json!({ "description": input, "required": false })));
        let inputs: BTreeMap<_, _> = inputs.into_iter().collect();
        let action = serde_json::json!({ "name": name, "description": name, "inputs": inputs, "runs": { "using": "composite", "steps": steps } });
        std::fs::write(folder.join("action.yml"), action.to_string()).expect("a file");
        self.others.push(format!("--local-repository={name}={}", folder.display()));
        self
    }

    /// A place that every step can write to, and the test can read: what a deploy script leaves, what an injection would.
    pub fn outside(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Somebody comments, and the workflow runs to its end.
    pub fn says(&self, pull: u64, login: &str, body: &str) -> Run {
        let (_, event) = self.stage.comment(pull, login, body);
        self.delivers("issue_comment", &event)
    }

    /// An event is delivered, and the workflow runs to its end.
    pub fn delivers(&self, name: &str, payload: &Value) -> Run {
        self.begins(name, payload).ends()
    }

    /// An event is delivered, and the workflow begins to run.
    pub fn begins(&self, name: &str, payload: &Value) -> Going<'a> {
        let run = self.stage.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, name, "main"));
        self.begins_as(run, (name, payload))
    }

    /// The same as a run that the sandbox knows already, e.g. because it was dispatched.
    pub fn begins_as(&self, run: u64, (name, payload): (&str, &Value)) -> Going<'a> {
        let event = self.folder.path().join(format!("event-{run}.json"));
        std::fs::write(&event, payload.to_string()).expect("the event can be written");
        let url = self.stage.hub.url();
        let mut command = program("act", &self.home());
        command
            .args([name, "--platform=ubuntu-latest=-self-hosted", "--platform=ubuntu-24.04=-self-hosted", "--no-cache-server", "--json", "--eventpath"])
            .arg(event);
        command
            .arg(format!("--local-repository=shipgate/shipgate@0123456789abcdef0123456789abcdef01234567={}", self.folder.path().join("shipgate").display()))
            .args(&self.others);
        let variables = [
            ("GITHUB_API_URL", url.clone()),
            ("GITHUB_GRAPHQL_URL", format!("{url}/graphql")),
            ("GITHUB_SERVER_URL", url),
            ("GITHUB_REPOSITORY", REPOSITORY.to_owned()),
            ("GITHUB_RUN_ID", run.to_string()),
            ("SHIPGATE_RETRY_PAUSE_MS", "1".to_owned()),
            ("OUTSIDE", self.outside().display().to_string()),
        ];
        command.args(variables.map(|(name, value)| format!("--env={name}={value}"))).arg(format!("--secret=GITHUB_TOKEN={}", self.stage.token));
        let mut child = command.current_dir(self.repository()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("act runs");
        let lines = BufReader::new(child.stdout.take().expect("act has an output"));
        Going { stage: self.stage, run, child, lines, seen: Vec::new() }
    }
}

/// A workflow that runs.
pub struct Going<'a> {
    stage: &'a Stage,
    /// Its workflow run.
    pub run: u64,
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    seen: Vec<Value>,
}

impl Going<'_> {
    /// Waits until a step prints a line that begins so; the rest of it.
    pub fn until(&mut self, begin: &str) -> String {
        loop {
            let line = self.line().unwrap_or_else(|| panic!("it ended before it said {begin}: {}", log(&self.seen)));
            if let Some(rest) = said(&line).and_then(|text| text.trim_end().strip_prefix(begin)) {
                return rest.to_owned();
            }
        }
    }

    /// Somebody cancels it, as at a terminal.
    pub fn cancel(&self) {
        signal(self.child.id(), rustix::process::Signal::INT);
    }

    /// The machine dies: no post step runs, and nothing is said to anybody. The server finds out by itself.
    pub fn dies(mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("act can be ended");
        self.stage.hub.finish_run(self.run, Conclusion::Failure);
    }

    /// Waits for its end, which the server hears of.
    pub fn ends(mut self) -> Run {
        while self.line().is_some() {}
        let code = self.child.wait().expect("act ends").code().expect("act ends by itself");
        let run = Run { code, lines: self.seen };
        self.stage.hub.finish_run(self.run, if code == 0 { Conclusion::Success } else { Conclusion::Failure });
        run
    }

    fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("act prints text");
        let value: Value = if line.is_empty() { return None } else { serde_json::from_str(&line).unwrap_or(Value::String(line)) };
        self.seen.push(value.clone());
        Some(value)
    }
}

/// Sends a process a signal.
pub fn signal(process: u32, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(i32::try_from(process).expect("a process's number")).expect("not nought");
    rustix::process::kill_process(process, signal).expect("it is ours");
}

/// A workflow run that is over.
pub struct Run {
    /// `act`'s exit code: 0 where every job succeeded.
    pub code: i32,
    lines: Vec<Value>,
}

impl Run {
    /// How each job ended, by its id in the workflow, in the order in which they ended.
    pub fn jobs(&self) -> Vec<(String, String)> {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.lines.iter().filter(|line| line["jobResult"].is_string()).map(|line| (word(&line["jobID"]), word(&line["jobResult"]))).collect()
    }

    /// How the main part of each step ended that ran, by its id in the workflow.
    pub fn steps(&self) -> Vec<(String, String)> {
        self.results("Main")
    }

    /// How the action's post part ended; `None` where it did not run.
    pub fn post(&self) -> Option<String> {
        self.results("Post").pop().map(|(_, result)| result)
    }

    fn results(&self, stage: &str) -> Vec<(String, String)> {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let results = self.lines.iter().filter(|line| line["stage"] == stage && line["stepResult"].is_string());
        results.filter(|line| line["stepResult"] != "skipped").map(|line| (word(&line["stepID"][0]), word(&line["stepResult"]))).collect()
    }

    /// The outputs of a step, as the runner took them.
    pub fn outputs(&self, step: &str) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.commands("set-output").filter(|line| line["stepID"][0] == step).map(|line| (text(&line["name"]), text(&line["arg"]))).collect()
    }

    /// The output `decision` of the step `gate`.
    pub fn decision(&self) -> String {
        self.outputs("gate").remove("decision").unwrap_or_default()
    }

    /// The messages on the run's page: level and text.
    pub fn annotations(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let is_level = |line: &&Value| ["notice", "warning", "error"].iter().any(|level| line["command"] == *level);
        self.lines.iter().filter(is_level).map(|line| (text(&line["command"]), text(&line["arg"]))).collect()
    }

    /// The job's summary.
    pub fn summary(&self) -> String {
        self.commands("summary").filter_map(|line| line["content"].as_str()).collect()
    }

    /// How often the runner was asked to hide something.
    pub fn hidden(&self) -> usize {
        self.commands("add-mask").count()
    }

    /// What the steps printed.
    pub fn log(&self) -> String {
        log(&self.lines)
    }

    /// The value that a step printed as `NAME=value`.
    pub fn printed(&self, name: &str) -> String {
        let begin = format!("{name}=");
        let mut found = self.lines.iter().filter_map(|line| said(line)?.trim_end().strip_prefix(&begin));
        found.next().unwrap_or_else(|| panic!("{name} was not printed: {}", self.log())).to_owned()
    }

    fn commands(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(move |line| line["command"] == name)
    }
}

/// What a step printed, where the line is that.
fn said(line: &Value) -> Option<&str> {
    line["msg"].as_str().filter(|_| line["raw_output"] == true)
}

/// All that was printed, ours and the steps'.
fn log(lines: &[Value]) -> String {
    lines.iter().map(|line| line["msg"].as_str().or(line.as_str()).unwrap_or_default().trim_end()).collect::<Vec<_>>().join("\n")
}
