//! The demo's stage: a sandbox with a repository and four people, and the deliveries of its events to the action.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::super::action::{Stopped, deliver, end};
use crate::domain::{CommitSha, Role};
use crate::env::Environment;
use crate::run::{Decision, Outcome, SimulateOptions, simulate};
use crate::sandbox::Sandbox;
use crate::sandbox::state::{Access, Conclusion, Permission, Visibility};
use crate::sandbox::world::{Check, Draft};

/// The repository of the story.
pub(super) const REPOSITORY: &str = "octo-org/payments";
/// Who writes the change.
pub(super) const DEVELOPER: &str = "octo-dev";
/// Who reviews it.
pub(super) const REVIEWER: &str = "octo-reviewer";
/// Who runs production.
pub(super) const OPERATOR: &str = "octo-sre";
/// Who leads.
pub(super) const LEAD: &str = "octo-lead";

/// The policy of the story.
pub(super) const POLICY: &str = "\
version: 1
environments:
  staging:
    aliases: [stage]
  production:
    after: [staging]
    gates:
      approval: { count: 2, from: [\"user:octo-reviewer\", \"user:octo-sre\", \"user:octo-lead\"] }
";

/// When the story begins: a Monday morning.
const BEGINNING: &str = "2026-03-02T09:00:00Z";

/// A sandbox in which the story is played.
pub(super) struct Stage {
    pub(super) hub: Sandbox,
    pub(super) folder: PathBuf,
    token: String,
}

/// Why the story could not be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum StageError {
    #[error("SG-FILE: {path} could not be written: {source}")]
    File { path: String, source: std::io::Error },
    #[error("SG-DEMO: {0}")]
    Stopped(String),
    #[error("SG-DEMO: {0}")]
    Unexpected(String),
}

impl From<Stopped> for StageError {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped.to_string())
    }
}

/// What one delivery led to.
pub(super) struct Delivered {
    pub(super) outcome: Outcome,
    /// The job's own folder: outputs, state.
    job: PathBuf,
}

impl Stage {
    /// A sandbox with people, a repository, and its policy on the default branch.
    pub(super) fn set() -> Result<Self, StageError> {
        let hub = Sandbox::start(BEGINNING.parse().expect("a constant time"));
        let folder = fresh_folder()?;
        for login in [DEVELOPER, REVIEWER, OPERATOR, LEAD] {
            hub.user(login);
        }
        hub.organisation("octo-org");
        hub.repository(REPOSITORY, Visibility::Private);
        for (login, role) in [(DEVELOPER, Role::Write), (REVIEWER, Role::Write), (OPERATOR, Role::Maintain), (LEAD, Role::Admin)] {
            hub.grant(REPOSITORY, login, role);
        }
        hub.put(REPOSITORY, LEAD, ("main", &[(crate::policy::POLICY_PATH, POLICY), ("README.md", "# payments\n"), ("src/pay.rs", "fn pay() {}\n")]));
        hub.require_checks(REPOSITORY, "main", &[("test", None)]);
        let token = hub.actions_token(&[
            (Permission::Contents, Access::Write),
            (Permission::Deployments, Access::Write),
            (Permission::Issues, Access::Write),
            (Permission::PullRequests, Access::Write),
            (Permission::Checks, Access::Read),
            (Permission::Statuses, Access::Read),
            (Permission::Actions, Access::Read),
        ]);
        Ok(Self { hub, folder, token })
    }

    /// A pull request with one commit and a green check.
    pub(super) fn pull(&self, branch: &str, file: (&str, &str)) -> u64 {
        let base = self.hub.tip(REPOSITORY, "main").expect("main is there");
        let draft = Draft::new(&format!("feat: {branch}")).parent(&base).file(file.0, file.1);
        let sha = self.hub.commit(REPOSITORY, DEVELOPER, &draft);
        self.hub.push(REPOSITORY, DEVELOPER, (branch, &sha));
        self.green(&sha);
        self.hub.open_pull(REPOSITORY, DEVELOPER, (branch, "main"))
    }

    /// The required check passes on a commit.
    pub(super) fn green(&self, sha: &CommitSha) {
        self.hub.check(REPOSITORY, sha, Check::ended("test", Conclusion::Success));
    }

    /// A minute passes.
    pub(super) fn later(&self) {
        self.hub.clock().advance(Duration::from_mins(1));
    }

    /// Somebody comments, and the event reaches the action.
    pub(super) fn says(&self, (pull, login): (u64, &str), text: &str) -> Result<Delivered, StageError> {
        self.later();
        let comment = self.hub.comment((REPOSITORY, pull), login, text);
        self.delivers("issue_comment", &self.hub.comment_event(comment, "created"))
    }

    /// An event reaches the action: in a job of its own, as on a runner.
    pub(super) fn delivers(&self, name: &str, payload: &Value) -> Result<Delivered, StageError> {
        let job = self.folder.join(format!("job-{}", fresh_name()));
        let write = |path: &Path, text: &str| std::fs::write(path, text).map_err(|source| StageError::File { path: path.display().to_string(), source });
        std::fs::create_dir_all(&job).map_err(|source| StageError::File { path: job.display().to_string(), source })?;
        let event = job.join("event.json");
        write(&event, &payload.to_string())?;
        let outcome = deliver(&self.variables(&job, &[("GITHUB_EVENT_NAME".to_owned(), name.to_owned())]))?;
        Ok(Delivered { outcome, job })
    }

    /// The job of a delivery ends, and its post step runs.
    pub(super) fn ends(&self, delivered: &Delivered, status: &str) -> Result<Outcome, StageError> {
        self.later();
        let mut more: Vec<(String, String)> = entries(&delivered.job.join("state")).into_iter().map(|(name, value)| (format!("STATE_{name}"), value)).collect();
        more.push(("INPUT_STATUS".to_owned(), status.to_owned()));
        Ok(end(&self.variables(&delivered.job, &more), self.hub.clock().now())?)
    }

    fn variables(&self, job: &Path, more: &[(String, String)]) -> Environment {
        let path = |name: &str| job.join(name).display().to_string();
        let url = self.hub.url();
        let mut pairs = vec![
            ("GITHUB_API_URL".to_owned(), url.clone()),
            ("GITHUB_GRAPHQL_URL".to_owned(), format!("{url}/graphql")),
            ("GITHUB_SERVER_URL".to_owned(), url),
            ("GITHUB_REPOSITORY".to_owned(), REPOSITORY.to_owned()),
            ("INPUT_TOKEN".to_owned(), self.token.clone()),
            ("GITHUB_EVENT_PATH".to_owned(), path("event.json")),
            ("GITHUB_OUTPUT".to_owned(), path("output")),
            ("GITHUB_STATE".to_owned(), path("state")),
            ("RUNNER_TEMP".to_owned(), self.folder.display().to_string()),
        ];
        pairs.extend(more.iter().cloned());
        Environment::from_pairs(pairs)
    }

    /// Where the story's audit log is.
    pub(super) fn audit_file(&self) -> PathBuf {
        self.folder.join("shipgate").join("audit.jsonl")
    }

    /// The status comment of the last deployment command for an environment on a pull request.
    pub(super) fn status_comment(&self, pull: u64, environment: &str) -> String {
        let about = |body: &str| body.lines().any(|line| line.starts_with("### ") && line.contains(environment));
        let mut bodies = self.hub.comments((REPOSITORY, pull)).into_iter().map(|(_, body)| body).rev();
        bodies.find(|body| body.starts_with("<!-- shipgate") && about(body)).unwrap_or_default()
    }

    /// How to poke at the sandbox.
    pub(super) fn invitation(&self) -> String {
        let (url, token) = (self.hub.url(), &self.token);
        format!(
            "\nThe GitHub in memory stays at {url} until Ctrl-C. In another terminal:\n\n  \
             curl -H 'Authorization: Bearer {token}' {url}/repos/{REPOSITORY}/deployments\n  \
             export http_proxy={url} GH_HOST=github.localhost GH_TOKEN={token}\n  gh api repos/{REPOSITORY}/pulls/1\n\n\
             Its audit log: {}\n",
            self.audit_file().display()
        )
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Delivered {
    /// Where the delivery's decision is kept.
    pub(super) fn record(&self) -> Option<PathBuf> {
        let (_, path) = entries(&self.job.join("output")).into_iter().rfind(|(name, _)| name == "record")?;
        Some(PathBuf::from(path))
    }

    /// The decision that the delivery stored, judged again from its record.
    pub(super) fn decision(&self) -> Option<Decision> {
        simulate(&self.record()?, &SimulateOptions::default()).ok()
    }
}

/// The entries of a runner's file, as the runner reads it.
fn entries(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines();
    let mut out = Vec::new();
    while let Some((name, delimiter)) = lines.next().and_then(|line| line.split_once("<<")) {
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        out.push((name.to_owned(), value.join("\n")));
    }
    out
}

fn fresh_name() -> String {
    crate::perform::fresh_claim().as_str()[..12].to_owned()
}

fn fresh_folder() -> Result<PathBuf, StageError> {
    let folder = std::env::temp_dir().join(format!("shipgate-demo-{}", fresh_name()));
    std::fs::create_dir_all(&folder).map_err(|source| StageError::File { path: folder.display().to_string(), source })?;
    Ok(folder)
}
