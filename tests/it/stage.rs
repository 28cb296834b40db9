//! The stage for end-to-end tests: the built binary against the sandbox over HTTP, each run a job of its own with a cleared environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use shipgate::domain::{CommitSha, Role};
use shipgate::sandbox::state::{Access, Conclusion, Permission, Visibility};
use shipgate::sandbox::world::{Check, Draft};
use shipgate::sandbox::{Exchange, Sandbox};

/// The repository of the tests.
pub const REPOSITORY: &str = "octo-org/payments";
/// Writes changes; role write.
pub const DEVELOPER: &str = "octo-dev";
/// Reviews; role write.
pub const REVIEWER: &str = "octo-reviewer";
/// Runs production; role maintain.
pub const OPERATOR: &str = "octo-sre";
/// Role admin.
pub const LEAD: &str = "octo-lead";
/// Role read.
pub const READER: &str = "octo-reader";

/// The workflow that runs the action.
pub const WORKFLOW: &str = ".github/workflows/shipgate.yml";

/// The three lines that README shows.
pub const SMALLEST: &str = "version: 1\nenvironments:\n  staging: {}\n  production: { after: [staging] }\n";

/// A sandbox with a repository, people, and a token such as a workflow has.
pub struct Stage {
    pub hub: Sandbox,
    pub folder: tempfile::TempDir,
    pub token: String,
    jobs: std::cell::Cell<u32>,
}

/// One run of the binary.
pub struct Job {
    pub folder: PathBuf,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The permissions that docs/action.md asks for.
pub const PERMISSIONS: &[(Permission, Access)] = &[
    (Permission::Contents, Access::Write),
    (Permission::Deployments, Access::Write),
    (Permission::Issues, Access::Write),
    (Permission::PullRequests, Access::Write),
    (Permission::Checks, Access::Read),
    (Permission::Statuses, Access::Read),
    (Permission::Actions, Access::Read),
];

impl Stage {
    /// With this policy on the default branch.
    pub fn with(policy: &str) -> Self {
        let hub = Sandbox::start("2026-03-02T09:00:00Z".parse().expect("a time"));
        for login in [DEVELOPER, REVIEWER, OPERATOR, LEAD, READER] {
            hub.user(login);
        }
        hub.organisation("octo-org");
        hub.repository(REPOSITORY, Visibility::Private);
        for (login, role) in [(DEVELOPER, Role::Write), (REVIEWER, Role::Write), (OPERATOR, Role::Maintain), (LEAD, Role::Admin), (READER, Role::Read)] {
            hub.grant(REPOSITORY, login, role);
        }
        hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", policy), ("README.md", "# payments\n")]));
        hub.require_checks(REPOSITORY, "main", &[("test", None)]);
        hub.workflow(REPOSITORY, WORKFLOW, "shipgate");
        let token = hub.actions_token(PERMISSIONS);
        Self { hub, folder: tempfile::tempdir().expect("a folder"), token, jobs: std::cell::Cell::new(0) }
    }

    /// With the smallest policy.
    pub fn new() -> Self {
        Self::with(SMALLEST)
    }

    /// A pull request by the developer with one commit of one file, whose required check passed.
    pub fn pull(&self, branch: &str) -> u64 {
        let base = self.hub.tip(REPOSITORY, "main").expect("main is there");
        let draft = Draft::new(&format!("feat: {branch}")).parent(&base).file(&format!("src/{branch}.rs"), "fn f() {}\n");
        let sha = self.hub.commit(REPOSITORY, DEVELOPER, &draft);
        self.hub.push(REPOSITORY, DEVELOPER, (branch, &sha));
        self.green(&sha);
        self.hub.open_pull(REPOSITORY, DEVELOPER, (branch, "main"))
    }

    /// The required check passes on a commit.
    pub fn green(&self, sha: &CommitSha) {
        self.hub.check(REPOSITORY, sha, Check::ended("test", Conclusion::Success));
    }

    /// A minute passes.
    pub fn later(&self) {
        self.hub.clock().advance(Duration::from_mins(1));
    }

    /// Somebody comments a minute later; the event's payload.
    pub fn comment(&self, pull: u64, login: &str, body: &str) -> (u64, Value) {
        self.later();
        let comment = self.hub.comment((REPOSITORY, pull), login, body);
        (comment, self.hub.comment_event(comment, "created"))
    }

    /// Somebody comments, and the action handles it.
    pub fn says(&self, pull: u64, login: &str, body: &str) -> Job {
        let (_, event) = self.comment(pull, login, body);
        self.delivers("issue_comment", &event)
    }

    /// `shipgate action` for an event.
    pub fn delivers(&self, name: &str, payload: &Value) -> Job {
        let folder = self.job_folder();
        std::fs::write(folder.join("event.json"), payload.to_string()).expect("the event can be written");
        self.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", name)])
    }

    /// `shipgate action --post` of a job that ended so.
    pub fn ends(&self, job: &Job, status: &str) -> Job {
        self.later();
        let state: Vec<(String, String)> = entries(&job.folder.join("state")).into_iter().map(|(name, value)| (format!("STATE_{name}"), value)).collect();
        let mut more: Vec<(&str, &str)> = state.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        more.push(("INPUT_STATUS", status));
        self.run(&job.folder, &["action", "--post"], &more)
    }

    /// The binary with any arguments, in a job's environment.
    pub fn run(&self, folder: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Job {
        job(folder, &self.command(folder, arguments, more).output().expect("the binary runs"))
    }

    /// The binary's command line, to be started by the test itself.
    #[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
    pub fn command(&self, folder: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Command {
        let url = self.hub.url();
        let path = |name: &str| folder.join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_shipgate"));
        command.args(arguments).current_dir(folder).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("GITHUB_API_URL", &url).env("GITHUB_GRAPHQL_URL", format!("{url}/graphql")).env("GITHUB_SERVER_URL", &url);
        command.env("GITHUB_REPOSITORY", REPOSITORY).env("INPUT_TOKEN", &self.token).env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_EVENT_PATH", path("event.json")).env("GITHUB_OUTPUT", path("output"));
        command.env("GITHUB_STATE", path("state")).env("GITHUB_STEP_SUMMARY", path("summary.md"));
        command.env("RUNNER_TEMP", self.folder.path()).env("NO_COLOR", "1").env("SHIPGATE_RETRY_PAUSE_MS", "1").env("SHIPGATE_WATCH_PAUSE_MS", "1");
        if let Ok(run) = std::fs::read_to_string(path("run-id")) {
            command.env("GITHUB_RUN_ID", run);
        }
        command.envs(more.iter().copied());
        command
    }

    /// A folder for a job of a workflow run of its own. Whatever runs in it again is a re-run of the same run.
    pub fn job_folder(&self) -> PathBuf {
        self.job_folder_of(self.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, "issue_comment", "main")))
    }

    /// A folder for a job of this run.
    pub fn job_folder_of(&self, run: u64) -> PathBuf {
        self.jobs.set(self.jobs.get() + 1);
        let folder = self.folder.path().join(format!("job-{}", self.jobs.get()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("run-id"), run.to_string()).expect("a file");
        folder
    }

    /// Everything the binary asked for, so far: where a test begins to count.
    pub fn mark(&self) -> usize {
        self.hub.log().len()
    }

    /// What was asked since a mark, by name, in order.
    pub fn asked(&self, mark: usize) -> Vec<String> {
        self.hub.log().iter().skip(mark).map(Exchange::name).collect()
    }

    /// What was asked since a mark and may have changed something, by name, in order.
    pub fn wrote(&self, mark: usize) -> Vec<String> {
        self.hub.log().iter().skip(mark).filter(|exchange| exchange.writes()).map(Exchange::name).collect()
    }

    /// Somebody pushes one more commit of one file to a pull request's branch; its required check passes.
    pub fn pushes(&self, login: &str, branch: &str, file: (&str, &str)) -> CommitSha {
        let sha = self.hub.put(REPOSITORY, login, (branch, &[file]));
        self.green(&sha);
        sha
    }

    /// Our one comment on a pull request.
    pub fn one(&self, pull: u64) -> String {
        let mut ours = self.ours(pull);
        assert_eq!(ours.len(), 1, "one comment, not {ours:#?}");
        ours.remove(0)
    }

    /// Our last comment on a pull request.
    pub fn last(&self, pull: u64) -> String {
        self.ours(pull).pop().expect("a comment of ours")
    }

    /// The bodies of our own comments on a pull request.
    pub fn ours(&self, pull: u64) -> Vec<String> {
        self.hub.comments((REPOSITORY, pull)).into_iter().filter(|(login, _)| login.starts_with("github-actions")).map(|(_, body)| body).collect()
    }

    /// The audit log's lines.
    pub fn audit(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("shipgate/audit.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// The events of the audit log, in order, with their outcomes.
    pub fn audited(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        self.audit().iter().map(|line| format!("{} {}", word(&line["event"]), word(&line["outcome"]))).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            crate::check_exchanges_of(&self.hub);
        }
    }
}

/// A text without what differs from run to run: ids of objects and claims, ports, numbers that the sandbox gives out.
pub fn masked(text: &str) -> String {
    let masks = [
        (r"[0-9a-f]{64}", "HASH"),
        (r"\b[0-9a-f]{40}\b", "COMMIT"),
        (r"\b[0-9a-f]{32}\b", "CLAIM"),
        (r"\b[0-9a-f]{12}\b", "SHORT"),
        (r"127\.0\.0\.1:\d+", "HOST"),
        (r"\b\d{4,5}\b([^-])", "ID$1"),
    ];
    masks.iter().fold(text.to_owned(), |text, (pattern, mask)| regex::Regex::new(pattern).expect("a pattern").replace_all(&text, *mask).into_owned())
}

/// What a run left.
pub fn job(folder: &Path, output: &Output) -> Job {
    Job {
        folder: folder.to_owned(),
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Job {
    /// Its outputs; the last value of each.
    pub fn outputs(&self) -> BTreeMap<String, String> {
        entries(&self.folder.join("output")).into_iter().collect()
    }

    /// One output.
    pub fn output(&self, name: &str) -> String {
        self.outputs().remove(name).unwrap_or_default()
    }
}

/// The entries of a runner's file, read as the runner documents it.
pub fn entries(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines();
    let mut out = Vec::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap_or_else(|| panic!("{line:?} is no entry"));
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        out.push((name.to_owned(), value.join("\n")));
    }
    out
}
