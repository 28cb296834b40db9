//! The root of queries, and the way from a node id to the thing it names.

use super::args::Args;
use super::checks::{RunObject, StatusObject, SuiteObject, WorkflowRunObject};
use super::deployment::DeploymentObject;
use super::fault::Fault;
use super::git::{self, RefObject};
use super::object::{Answer, Context, Object, Resolved};
use super::organisation::TeamObject;
use super::people::Actor;
use super::pull::PullObject;
use super::repository::Repo;
use super::review::{CommentObject, ReviewObject};
use crate::sandbox::state::{AccountKind, NodeKind, Permission, parse_git_node_id, parse_node_id};

/// The root of queries.
pub(super) struct Query;

impl<'s> Object<'s> for Query {
    fn type_name(&self) -> &'static str {
        "Query"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        match name {
            "rateLimit" => {
                args.flag("dryRun")?;
                Ok(Answer::object(RateLimit))
            }
            "viewer" => Ok(Answer::maybe(cx.state.account(cx.viewer.account).map(Actor::as_user))),
            "repository" => {
                args.flag("followRenames")?;
                Repo::find(cx, args.required_text("owner")?, args.required_text("name")?)
            }
            "organization" => account(cx, args.required_text("login")?, AccountKind::Organization, "an Organization"),
            "user" => account(cx, args.required_text("login")?, AccountKind::User, "a User"),
            "node" => {
                let id = args.required_text("id")?;
                node(cx, id)?.ok_or_else(|| Fault::no_node(id))
            }
            _ => Err(Fault::no_field()),
        }
    }
}

fn account<'s>(cx: Context<'s>, login: &str, kind: AccountKind, what: &str) -> Resolved<'s> {
    let found = cx.state.account_named(login).filter(|account| account.kind == kind);
    let missing = || Fault::not_found(format!("Could not resolve to {what} with the login of '{login}'."));
    found.map(|account| Answer::object(Actor::of(account))).ok_or_else(missing)
}

struct RateLimit;

impl<'s> Object<'s> for RateLimit {
    fn type_name(&self) -> &'static str {
        "RateLimit"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "cost" => cx.cost.points.into(),
            "nodeCount" => cx.cost.nodes.into(),
            "limit" => cx.budget.limit.into(),
            "used" => (cx.budget.used + cx.cost.points).into(),
            "remaining" => cx.budget.limit.saturating_sub(cx.budget.used + cx.cost.points).into(),
            "resetAt" => cx.budget.resets_at.into(),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// What a global node id names; `None` where nothing has it, or the token may not see it.
pub(super) fn node<'s>(cx: Context<'s>, id: &str) -> Result<Option<Answer<'s>>, Fault> {
    if let Some((kind, repository, name)) = parse_git_node_id(id) {
        cx.may_read(Permission::Contents)?;
        let repository = cx.state.repository(repository).filter(|repository| cx.state.sees(cx.viewer, repository));
        let Some(repository) = repository else { return Ok(None) };
        let found = match kind {
            NodeKind::Ref => Answer::maybe(RefObject::find(repository, &name)),
            _ => name.parse().map_or(Answer::NULL, |id| git::object(repository, id)),
        };
        return Ok(matches!(found, Answer::Object(_)).then_some(found));
    }
    let Some((kind, id)) = parse_node_id(id) else { return Ok(None) };
    Ok(match kind {
        NodeKind::User | NodeKind::Bot | NodeKind::Organization => cx.state.account(id).map(|account| Answer::object(Actor::of(account))),
        NodeKind::Team => {
            cx.may_read(Permission::Members)?;
            cx.state.teams.iter().find(|team| team.id == id).map(|team| Answer::object(TeamObject(team)))
        }
        _ => in_repositories(cx, kind, id)?,
    })
}

fn in_repositories(cx: Context<'_>, kind: NodeKind, id: u64) -> Result<Option<Answer<'_>>, Fault> {
    let needed = match kind {
        NodeKind::PullRequest | NodeKind::Review => Some(Permission::PullRequests),
        NodeKind::CheckSuite | NodeKind::CheckRun => Some(Permission::Checks),
        NodeKind::StatusContext => Some(Permission::Statuses),
        NodeKind::Deployment => Some(Permission::Deployments),
        NodeKind::WorkflowRun => Some(Permission::Actions),
        _ => None,
    };
    needed.map(|permission| cx.may_read(permission)).transpose()?;
    if kind == NodeKind::IssueComment {
        cx.may_read(Permission::Issues).or_else(|_| cx.may_read(Permission::PullRequests))?;
    }
    let visible = cx.state.repositories.iter().filter(|repository| cx.state.sees(cx.viewer, repository));
    Ok(visible.into_iter().find_map(|repository| match kind {
        NodeKind::Repository => (repository.id == id).then(|| Answer::object(Repo(repository))),
        NodeKind::PullRequest => repository.pulls.iter().find(|pull| pull.id == id).map(|pull| Answer::object(PullObject { repository, pull })),
        NodeKind::Review => {
            let found = repository.review(id);
            found.map(|(pull, review)| Answer::object(ReviewObject { parent: PullObject { repository, pull }, review }))
        }
        NodeKind::IssueComment => {
            let found = repository.comments.iter().find(|comment| comment.id == id);
            found.map(|comment| Answer::object(CommentObject { repository, comment }))
        }
        NodeKind::CheckSuite => repository.suites.iter().find(|suite| suite.id == id).map(|suite| Answer::object(SuiteObject { repository, suite })),
        NodeKind::CheckRun => repository.check_runs.iter().find(|run| run.id == id).map(|run| Answer::object(RunObject { repository, run })),
        NodeKind::StatusContext => repository.statuses.iter().find(|status| status.id == id).map(|status| Answer::object(StatusObject { repository, status })),
        NodeKind::Deployment => {
            let found = repository.deployments.iter().find(|deployment| deployment.id == id);
            found.map(|deployment| Answer::object(DeploymentObject { repository, deployment }))
        }
        NodeKind::WorkflowRun => repository.runs.iter().find(|run| run.id == id).map(|run| Answer::object(WorkflowRunObject { repository, run })),
        _ => None,
    }))
}
