//! Check suites, check runs, commit statuses, their rollup, pushes and workflow runs.

use git2::Oid;

use super::args::Args;
use super::fault::Fault;
use super::git::{self, RefObject};
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use super::pull::PullObject;
use super::repository::Repo;
use crate::sandbox::computed::{Context as Check, Rollup, suite_state};
use crate::sandbox::state::{
    App, CheckRun, CheckSuite, CommitStatus, NodeKind, Permission, Push, Repository, RunStatus, Workflow, WorkflowRun, git_node_id, node_id,
};

/// The fields of a commit that git itself knows nothing of.
pub(super) fn commit_field<'s>(cx: Context<'s>, repository: &'s Repository, sha: Oid, name: &str, args: &Args) -> Resolved<'s> {
    match name {
        "checkSuites" => {
            cx.may_read(Permission::Checks)?;
            let suites = repository.suites_of(sha).map(|suite| (suite.id.to_string(), suite)).collect();
            let names = Names { connection: "CheckSuiteConnection", edge: "CheckSuiteEdge" };
            Connection::page(names, args, suites, |suite| Answer::object(SuiteObject { repository, suite })).map(Answer::object)
        }
        "statusCheckRollup" => {
            cx.may_read(Permission::Checks)?;
            cx.may_read(Permission::Statuses)?;
            Ok(Answer::maybe(repository.rollup(sha).map(|rollup| RollupObject { repository, sha, rollup })))
        }
        "associatedPullRequests" => {
            cx.may_read(Permission::PullRequests)?;
            let contains = |pull: &&crate::sandbox::state::Pull| {
                pull.merged.is_some_and(|merge| merge.commit == sha)
                    || repository.git.contains(pull.head_sha, sha) && !repository.git.contains(pull.base_sha, sha)
            };
            let pulls = repository.pulls.iter().filter(contains).map(|pull| (pull.id.to_string(), pull)).collect();
            let names = Names { connection: "PullRequestConnection", edge: "PullRequestEdge" };
            Connection::page(names, args, pulls, |pull| Answer::object(PullObject { repository, pull })).map(Answer::object)
        }
        _ => Err(Fault::no_field()),
    }
}

struct RollupObject<'s> {
    repository: &'s Repository,
    sha: Oid,
    rollup: Rollup<'s>,
}

impl<'s> Object<'s> for RollupObject<'s> {
    fn type_name(&self) -> &'static str {
        "StatusCheckRollup"
    }

    fn field(&self, _: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let repository = self.repository;
        Ok(match name {
            "id" => git_node_id(NodeKind::StatusContext, repository.id, &self.sha.to_string()).into(),
            "state" => self.rollup.state.as_str().into(),
            "commit" => git::object(repository, self.sha),
            "contexts" => {
                let contexts = self.rollup.contexts.iter().map(|context| match context {
                    Check::Run(run) => (format!("run {}", run.id), Answer::object(RunObject { repository, run })),
                    Check::Status(status) => (format!("status {}", status.id), Answer::object(StatusObject { repository, status })),
                });
                let names = Names { connection: "StatusCheckRollupContextConnection", edge: "StatusCheckRollupContextEdge" };
                Answer::object(Connection::page(names, args, contexts.collect(), |context| context)?)
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

/// Whether the rules of the pull request's base branch require a check.
fn is_required<'s>(repository: &Repository, check: Check<'_>, args: &Args) -> Resolved<'s> {
    let (number, id) = (args.int("pullRequestNumber")?, args.text("pullRequestId")?);
    let pull = match (number, id) {
        (None, None) => return Err(Fault::unprocessable("You must specify either a pullRequestId or a pullRequestNumber.")),
        (Some(number), _) => u64::try_from(number).ok().and_then(|number| repository.pull(number)),
        (None, Some(id)) => repository.pulls.iter().find(|pull| pull.node_id() == id),
    };
    let pull = pull.ok_or_else(|| Fault::not_found("Could not resolve to a PullRequest."))?;
    Ok(repository.requires(&pull.base, check).into())
}

/// A check run.
pub(super) struct RunObject<'s> {
    /// Where it is.
    pub repository: &'s Repository,
    /// The run itself.
    pub run: &'s CheckRun,
}

impl<'s> Object<'s> for RunObject<'s> {
    fn type_name(&self) -> &'static str {
        "CheckRun"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let (repository, run) = (self.repository, self.run);
        Ok(match name {
            "id" => run.node_id().into(),
            "databaseId" => run.id.into(),
            "name" => run.name.as_str().into(),
            "status" => upper(run.status.as_str()),
            "conclusion" => run.conclusion.map(|conclusion| conclusion.as_str().to_ascii_uppercase()).into(),
            "startedAt" => run.started_at.into(),
            "completedAt" => run.completed_at.into(),
            "detailsUrl" => run.details_url.as_deref().into(),
            "externalId" => run.external_id.as_str().into(),
            "title" => run.title.as_deref().into(),
            "summary" => run.summary.as_deref().into(),
            "url" => cx.url(&format!("/{}/runs/{}", repository.full_name, run.id)).into(),
            "checkSuite" => Answer::maybe(repository.suites.iter().find(|suite| suite.id == run.suite).map(|suite| SuiteObject { repository, suite })),
            "isRequired" => return is_required(repository, Check::Run(run), args),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A commit status.
pub(super) struct StatusObject<'s> {
    /// Where it is.
    pub repository: &'s Repository,
    /// The status itself.
    pub status: &'s CommitStatus,
}

impl<'s> Object<'s> for StatusObject<'s> {
    fn type_name(&self) -> &'static str {
        "StatusContext"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let status = self.status;
        Ok(match name {
            "id" => status.node_id().into(),
            "context" => status.context.as_str().into(),
            "state" => upper(status.state.as_str()),
            "description" => status.description.as_deref().into(),
            "targetUrl" => status.target_url.as_deref().into(),
            "createdAt" => status.created_at.into(),
            "creator" => Actor::find(cx, status.creator),
            "commit" => git::object(self.repository, status.sha),
            "isRequired" => return is_required(self.repository, Check::Status(status), args),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A check suite.
pub(super) struct SuiteObject<'s> {
    /// Where it is.
    pub repository: &'s Repository,
    /// The suite itself.
    pub suite: &'s CheckSuite,
}

impl<'s> Object<'s> for SuiteObject<'s> {
    fn type_name(&self) -> &'static str {
        "CheckSuite"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let (repository, suite) = (self.repository, self.suite);
        Ok(match name {
            "id" => suite.node_id().into(),
            "databaseId" => suite.id.into(),
            "createdAt" => suite.created_at.into(),
            "updatedAt" => suite.updated_at.into(),
            "app" => Answer::maybe(cx.state.app(suite.app).map(AppObject)),
            "branch" => Answer::maybe(suite.branch.as_deref().and_then(|branch| RefObject::branch(repository, branch))),
            "commit" => git::object(repository, suite.head),
            "push" => {
                let push = suite.push.and_then(|id| repository.pushes.iter().find(|push| push.id == id));
                Answer::maybe(push.map(|push| PushObject { repository, push }))
            }
            "status" => upper(self.state().0.as_str()),
            "conclusion" => self.state().1.map(|conclusion| conclusion.as_str().to_ascii_uppercase()).into(),
            "workflowRun" => self.workflow_run(),
            "checkRuns" => {
                let runs = repository.latest_check_runs(suite.head).into_iter().filter(|run| run.suite == suite.id);
                let names = Names { connection: "CheckRunConnection", edge: "CheckRunEdge" };
                let runs = runs.map(|run| (run.id.to_string(), run)).collect();
                Answer::object(Connection::page(names, args, runs, |run| Answer::object(RunObject { repository, run }))?)
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

impl<'s> SuiteObject<'s> {
    fn state(&self) -> (RunStatus, Option<crate::sandbox::state::Conclusion>) {
        let runs: Vec<&CheckRun> = self.repository.latest_check_runs(self.suite.head).into_iter().filter(|run| run.suite == self.suite.id).collect();
        suite_state(&runs)
    }

    fn workflow_run(&self) -> Answer<'s> {
        let repository = self.repository;
        let run = self.suite.run.and_then(|id| repository.runs.iter().find(|run| run.id == id));
        Answer::maybe(run.map(|run| WorkflowRunObject { repository, run }))
    }
}

struct AppObject<'s>(&'s App);

impl<'s> Object<'s> for AppObject<'s> {
    fn type_name(&self) -> &'static str {
        "App"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => node_id(NodeKind::App, self.0.id).into(),
            "databaseId" => self.0.id.into(),
            "slug" => self.0.slug.as_str().into(),
            "name" => self.0.name.as_str().into(),
            _ => return Err(Fault::no_field()),
        })
    }
}

struct PushObject<'s> {
    repository: &'s Repository,
    push: &'s Push,
}

impl<'s> Object<'s> for PushObject<'s> {
    fn type_name(&self) -> &'static str {
        "Push"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let push = self.push;
        Ok(match name {
            "id" => node_id(NodeKind::Push, push.id).into(),
            "nextSha" => push.after.to_string().into(),
            "previousSha" => push.before.map(|before| before.to_string()).into(),
            "pusher" => Actor::find_or_ghost(cx, push.pusher),
            "repository" => Answer::object(Repo(self.repository)),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A workflow run. Those of the sandbox wait for nobody's review.
pub(super) struct WorkflowRunObject<'s> {
    /// Where it is.
    pub repository: &'s Repository,
    /// The run itself.
    pub run: &'s WorkflowRun,
}

impl<'s> Object<'s> for WorkflowRunObject<'s> {
    fn type_name(&self) -> &'static str {
        "WorkflowRun"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let (repository, run) = (self.repository, self.run);
        let none = |connection, edge| Connection::page(Names { connection, edge }, args, Vec::new(), |()| Answer::NULL).map(Answer::object);
        Ok(match name {
            "id" => run.node_id().into(),
            "databaseId" => run.id.into(),
            "event" => run.event.as_str().into(),
            "runNumber" => run.number.into(),
            "createdAt" => run.created_at.into(),
            "updatedAt" => run.updated_at.into(),
            "url" => cx.url(&format!("/{}/actions/runs/{}", repository.full_name, run.id)).into(),
            "workflow" => Answer::maybe(repository.workflows.iter().find(|workflow| workflow.id == run.workflow).map(WorkflowObject)),
            "checkSuite" => Answer::maybe(repository.suites.iter().find(|suite| suite.id == run.suite).map(|suite| SuiteObject { repository, suite })),
            "pendingDeploymentRequests" => return none("DeploymentRequestConnection", "DeploymentRequestEdge"),
            "deploymentReviews" => return none("DeploymentReviewConnection", "DeploymentReviewEdge"),
            _ => return Err(Fault::no_field()),
        })
    }
}

struct WorkflowObject<'s>(&'s Workflow);

impl<'s> Object<'s> for WorkflowObject<'s> {
    fn type_name(&self) -> &'static str {
        "Workflow"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => node_id(NodeKind::Workflow, self.0.id).into(),
            "databaseId" => self.0.id.into(),
            "name" => self.0.name.as_str().into(),
            "createdAt" => self.0.created_at.into(),
            _ => return Err(Fault::no_field()),
        })
    }
}

fn upper<'s>(word: &str) -> Answer<'s> {
    word.to_ascii_uppercase().into()
}
