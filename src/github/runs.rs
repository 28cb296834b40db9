//! Workflow runs of any repository, their jobs, and one deployment by its id.

use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::GitHub;
use super::paths::Path;
use super::retry::Effect;
use super::survey::{StatusNode, payload_of, states};
use super::transport::Call;
use super::wire::RestActor;
use crate::domain::{CommitSha, DeploymentId, RepoSlug, RunId};
use crate::facts::{Deployment, Handle, Trigger};
use crate::ports::{Concluded, ForgeError, ForgeFault, FoundRun, JobReport, RunReport, SoughtRun, Stopping};

/// How many runs are looked through for one that carries a handle.
const MOST: &str = "100";

#[derive(Deserialize)]
struct Runs {
    workflow_runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    html_url: String,
    status: Option<String>,
    conclusion: Option<String>,
    #[serde(default)]
    display_title: String,
}

#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
struct Job {
    name: String,
    html_url: Option<String>,
    status: String,
    conclusion: Option<String>,
}

#[derive(Deserialize)]
struct RestDeployment {
    id: u64,
    sha: CommitSha,
    environment: String,
    created_at: Timestamp,
    creator: Option<RestActor>,
    #[serde(default)]
    payload: Value,
}

#[derive(Deserialize)]
struct RestStatus {
    state: String,
    created_at: Timestamp,
    #[serde(default)]
    log_url: Option<String>,
}

/// How something ended, once it is over.
fn concluded(status: Option<&str>, conclusion: Option<&str>) -> Option<Concluded> {
    if status != Some("completed") {
        return None;
    }
    Some(match conclusion {
        Some("success" | "skipped" | "neutral") => Concluded::Success,
        Some("failure" | "timed_out" | "startup_failure") => Concluded::Failure,
        Some("cancelled") => Concluded::Cancelled,
        _ => Concluded::Otherwise,
    })
}

impl GitHub {
    fn run_path(repository: &RepoSlug, run: RunId) -> Path {
        Path::repository(repository).then("actions/runs").number(run)
    }

    pub(super) async fn seek_run(&self, sought: &SoughtRun<'_>) -> Result<Option<FoundRun>, ForgeError> {
        let repository = &sought.to.repository;
        let (path, event) = match &sought.to.trigger {
            Trigger::Workflow(file) => (Path::repository(repository).then("actions/workflows").word(file.as_str()).then("runs"), "workflow_dispatch"),
            Trigger::Event(_) => (Path::repository(repository).then("actions/runs"), "repository_dispatch"),
        };
        let path = path.query("event", event).query("created", &format!(">={:.0}", sought.since)).query("per_page", MOST);
        let runs: Runs = self.way(repository).send(&Call::get(path, "actions: read"), |call, answer| answer.parse(call)).await?;
        let carries = |run: &Run| Handle::in_title(&run.display_title).is_some_and(|handle| handle == *sought.handle);
        let newest = runs.workflow_runs.into_iter().filter(carries).max_by_key(|run| run.id);
        Ok(newest.map(|run| FoundRun { id: RunId(run.id), url: run.html_url }))
    }

    pub(super) async fn read_run(&self, repository: &RepoSlug, run: RunId) -> Result<RunReport, ForgeError> {
        let call = Call::get(Self::run_path(repository, run), "actions: read");
        let run: Run = self.way(repository).send(&call, |call, answer| answer.parse(call)).await?;
        let concluded = concluded(run.status.as_deref(), run.conclusion.as_deref());
        Ok(RunReport { url: run.html_url, status: run.status.unwrap_or_default(), concluded })
    }

    pub(super) async fn read_jobs(&self, repository: &RepoSlug, run: RunId) -> Result<Vec<JobReport>, ForgeError> {
        let call = Call::get(Self::run_path(repository, run).then("jobs").query("per_page", MOST), "actions: read");
        let jobs: Jobs = self.way(repository).send(&call, |call, answer| answer.parse(call)).await?;
        let report = |job: Job| {
            let concluded = concluded(Some(&job.status), job.conclusion.as_deref());
            JobReport { name: job.name, url: job.html_url.unwrap_or_default(), concluded }
        };
        Ok(jobs.jobs.into_iter().map(report).collect())
    }

    pub(super) async fn stop_run(&self, repository: &RepoSlug, run: RunId) -> Result<Stopping, ForgeError> {
        let call = Call::rest(Method::POST, Self::run_path(repository, run).then("cancel"), Effect::Idempotent, "actions: write");
        match self.way(repository).send(&call, |_, _| Ok(())).await {
            Ok(()) => Ok(Stopping::Asked),
            Err(ForgeError { status: Some(409), .. }) => Ok(Stopping::Over),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn read_deployment(&self, id: DeploymentId) -> Result<Option<Deployment>, ForgeError> {
        let path = || Path::repository(&self.repository).then("deployments").number(id);
        let one = Call::get(path(), "deployments: read");
        let all = Call::get(path().then("statuses").query("per_page", MOST), "deployments: read");
        let (found, statuses) = tokio::join!(
            self.transport.send(&one, |call, answer| answer.parse::<RestDeployment>(call).map(|found| (found, answer.clone()))),
            self.transport.send(&all, |call, answer| answer.parse::<Vec<RestStatus>>(call)),
        );
        let (found, answer) = match found {
            Err(ForgeError { fault: ForgeFault::NotFound { .. }, .. }) => return Ok(None),
            other => other?,
        };
        let node = |status: RestStatus| StatusNode { state: status.state.to_ascii_uppercase(), created_at: status.created_at, log_url: status.log_url };
        let creator = found.creator.map_or(Ok(None), |creator| creator.person("creator.login")).map_err(|why| one.malformed(&answer, why.what))?;
        Ok(Some(Deployment {
            id: DeploymentId(found.id),
            environment: found.environment,
            sha: found.sha,
            tree: None,
            created_at: found.created_at,
            creator: creator.map(|person| person.id),
            states: states(statuses?.into_iter().map(node).collect()),
            payload: payload_of(&found.payload),
        }))
    }
}
