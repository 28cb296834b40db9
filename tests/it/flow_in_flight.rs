//! The world changes between decision and claim: nothing is deployed, and the comment says what changed (rows G14, D7).
//!
//! A gate of the team's own holds the decision where it is: it names a pipe and waits on it, so that the test knows when, without any clock.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use shipgate::sandbox::world::Draft;

use crate::stage::{DEVELOPER, Job, LEAD, REPOSITORY, Stage, job};

/// How long the binary may take to come to its gate.
const PATIENCE: Duration = Duration::from_mins(2);

/// A stage whose decisions stop in the middle.
pub struct Held {
    pub stage: Stage,
    folder: tempfile::TempDir,
    pub policy: String,
}

impl Held {
    #[expect(clippy::disallowed_methods, reason = "the test makes a named pipe")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let gate = folder.path().join("gate");
        let text = format!(
            "#!/bin/sh\ncd '{}'\nmkfifo \"go.$$\"\necho \"go.$$\" > ready\ncat \"go.$$\" > /dev/null\necho '{{\"verdict\":\"go\"}}'\n",
            folder.path().display()
        );
        std::fs::write(&gate, text).expect("a file");
        std::fs::set_permissions(&gate, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
        assert!(Command::new("mkfifo").arg(folder.path().join("ready")).status().expect("mkfifo runs").success());
        let policy = format!(
            "version: 1\nenvironments:\n  staging: {{ gates: {{ approval: {{ count: 0 }}, custom: [{{ id: held, run: [\"{}\"], timeout: 5m }}] }} }}\n",
            gate.display()
        );
        Self { stage: Stage::with(&policy), folder, policy }
    }

    /// `/deploy staging`, and what happens between its decision and its claim.
    pub fn deploys(&self, pull: u64, meanwhile: impl FnOnce(&Stage)) -> Job {
        let (_, event) = self.stage.comment(pull, DEVELOPER, "/deploy staging");
        let folder = self.stage.job_folder();
        std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
        let mut command = self.stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let pipe = self.arrives();
        meanwhile(&self.stage);
        drop(std::fs::OpenOptions::new().write(true).open(self.folder.path().join(pipe)).expect("the gate waits"));
        job(&folder, &child.wait_with_output().expect("it ends"))
    }

    /// The pipe that the gate waits on, once it does.
    fn arrives(&self) -> String {
        let ready = self.folder.path().join("ready");
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = std::fs::File::open(ready).and_then(|file| BufReader::new(file).read_line(&mut line));
            let _ = tell.send(read.map(|_| line));
        });
        let line = told.recv_timeout(PATIENCE).expect("the gate was never asked").expect("it can be read");
        line.trim().to_owned()
    }
}

/// Nothing was deployed, nothing is locked, and the comment says why.
fn nothing_deployed(held: &Held, pull: u64, job: &Job, why: &str) {
    let comment = held.stage.one(pull);
    assert_eq!((job.code, job.output("decision").as_str()), (1, "no-go"), "{}\n{comment}", job.stderr);
    assert!(held.stage.hub.deployments(REPOSITORY, "staging").is_empty());
    assert!(comment.contains("could not be carried out") && comment.contains(why) && comment.contains("Give the command again"), "{comment}");
    assert!(!held.stage.audited().iter().any(|line| line.starts_with("lock.claimed") || line.starts_with("deployment.started")), "{:?}", held.stage.audited());
}

#[test]
fn g14_held_and_let_go_it_goes() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let job = held.deploys(pull, |_| {});
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
}

#[test]
fn g14_the_head_moves_in_flight() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let job = held.deploys(pull, |stage| {
        stage.pushes(DEVELOPER, "faster", ("src/late.rs", "late\n"));
    });
    nothing_deployed(&held, pull, &job, "the head moved from");
}

#[test]
fn g14_the_branch_is_pushed_by_force_in_flight() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let job = held.deploys(pull, |stage| {
        let base = stage.hub.tip(REPOSITORY, "main").expect("main is there");
        let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &Draft::new("feat: other").parent(&base).file("src/other.rs", "x\n"));
        stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &sha));
    });
    nothing_deployed(&held, pull, &job, "the head moved from");
}

#[test]
fn g14_the_policy_changes_in_flight() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let stricter = held.policy.replace("count: 0", "count: 2");
    let job = held.deploys(pull, |stage| {
        stage.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", &stricter)]));
    });
    nothing_deployed(&held, pull, &job, "the policy on the base branch changed");
}

#[test]
fn g14_the_pull_request_is_closed_in_flight() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let job = held.deploys(pull, |stage| stage.hub.close((REPOSITORY, pull), LEAD));
    nothing_deployed(&held, pull, &job, "the pull request was closed");
}

#[test]
fn g10_somebody_locks_the_environment_in_flight() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let (_, event) = held.stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = held.stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let mut command = held.stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let first = held.arrives();
    let locked = held.stage.says(pull, crate::stage::OPERATOR, "/lock staging mine");
    assert_eq!(locked.code, 0, "{}", locked.stderr);
    let release = |pipe: String| drop(std::fs::OpenOptions::new().write(true).open(held.folder.path().join(pipe)).expect("the gate waits"));
    release(first);
    release(held.arrives());
    let job = job(&folder, &child.wait_with_output().expect("it ends"));
    assert_eq!((job.code, job.output("reason").as_str()), (4, "lock.held"), "judged again on fresh facts: {}", job.stderr);
    assert!(held.stage.hub.deployments(REPOSITORY, "staging").is_empty());
}
