//! Environments, deployments, and their statuses.

use super::args::Args;
use super::fault::Fault;
use super::git;
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use super::repository::Repo;
use crate::sandbox::state::{DeployFrom, Deployment, DeploymentState, DeploymentStatus, Environment, Permission, Repository};

/// The fields of a repository that have to do with deployments.
pub(super) fn repository_field<'s>(cx: Context<'s>, repository: &'s Repository, name: &str, args: &Args) -> Resolved<'s> {
    match name {
        "environment" => {
            cx.may_read(Permission::Actions)?;
            let wanted = args.required_text("name")?;
            Ok(Answer::maybe(repository.environments.iter().find(|environment| environment.name == wanted).map(EnvironmentObject)))
        }
        "environments" => {
            cx.may_read(Permission::Actions)?;
            let environments = repository.environments.iter().map(|environment| (environment.id.to_string(), environment)).collect();
            let names = Names { connection: "EnvironmentConnection", edge: "EnvironmentEdge" };
            Connection::page(names, args, environments, |environment| Answer::object(EnvironmentObject(environment))).map(Answer::object)
        }
        _ => deployments(cx, repository, args),
    }
}

/// Deployments of the environments named (of all where none is), oldest first unless `orderBy` says otherwise.
fn deployments<'s>(cx: Context<'s>, repository: &'s Repository, args: &Args) -> Resolved<'s> {
    cx.may_read(Permission::Deployments)?;
    let environments = args.texts("environments")?;
    let wanted = |deployment: &&Deployment| environments.as_ref().is_none_or(|names| names.contains(&deployment.environment));
    let mut found: Vec<_> = repository.deployments.iter().filter(wanted).map(|deployment| (deployment.id.to_string(), deployment)).collect();
    found.sort_by_key(|(_, deployment)| (deployment.created_at, deployment.id));
    if let Some(order) = args.object("orderBy")? {
        order.required_text("field")?;
        if order.required_text("direction")? == "DESC" {
            found.reverse();
        }
    }
    let names = Names { connection: "DeploymentConnection", edge: "DeploymentEdge" };
    Connection::page(names, args, found, |deployment| Answer::object(DeploymentObject { repository, deployment })).map(Answer::object)
}

/// A deployment.
pub(super) struct DeploymentObject<'s> {
    /// Where it is.
    pub repository: &'s Repository,
    /// The deployment itself.
    pub deployment: &'s Deployment,
}

impl<'s> Object<'s> for DeploymentObject<'s> {
    fn type_name(&self) -> &'static str {
        "Deployment"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let deployment = self.deployment;
        Ok(match name {
            "id" => deployment.node_id().into(),
            "databaseId" => deployment.id.into(),
            "environment" | "latestEnvironment" | "originalEnvironment" => deployment.environment.as_str().into(),
            "commitOid" => deployment.sha.to_string().into(),
            "commit" => git::object(self.repository, deployment.sha),
            "createdAt" => deployment.created_at.into(),
            "updatedAt" => deployment.updated_at.into(),
            "creator" => Actor::find_or_ghost(cx, deployment.creator),
            "description" => deployment.description.as_deref().into(),
            "task" => deployment.task.as_str().into(),
            // GraphQL writes the payload as JSON inside a text, whatever it is.
            "payload" => deployment.payload.to_string().into(),
            "state" => state(deployment).into(),
            "ref" => Answer::maybe(git::RefObject::branch(self.repository, &deployment.ref_name)),
            "repository" => Answer::object(Repo(self.repository)),
            "latestStatus" => Answer::maybe(deployment.latest().map(|status| StatusObject { deployment: self.again(), status })),
            "statuses" => {
                let newest_first = deployment.statuses.iter().rev().map(|status| (status.id.to_string(), status)).collect();
                let names = Names { connection: "DeploymentStatusConnection", edge: "DeploymentStatusEdge" };
                Answer::object(Connection::page(names, args, newest_first, |status| Answer::object(StatusObject { deployment: self.again(), status }))?)
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

impl DeploymentObject<'_> {
    fn again(&self) -> Self {
        Self { repository: self.repository, deployment: self.deployment }
    }
}

/// The state of a deployment: its newest status, in other words.
fn state(deployment: &Deployment) -> &'static str {
    match deployment.latest().map(|status| status.state) {
        None | Some(DeploymentState::Pending) => "PENDING",
        Some(DeploymentState::Success) => "ACTIVE",
        Some(other) => status_word(other),
    }
}

fn status_word(state: DeploymentState) -> &'static str {
    match state {
        DeploymentState::Error => "ERROR",
        DeploymentState::Failure => "FAILURE",
        DeploymentState::Inactive => "INACTIVE",
        DeploymentState::InProgress => "IN_PROGRESS",
        DeploymentState::Queued => "QUEUED",
        DeploymentState::Pending => "PENDING",
        DeploymentState::Success => "SUCCESS",
    }
}

struct StatusObject<'s> {
    deployment: DeploymentObject<'s>,
    status: &'s DeploymentStatus,
}

impl<'s> Object<'s> for StatusObject<'s> {
    fn type_name(&self) -> &'static str {
        "DeploymentStatus"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let status = self.status;
        Ok(match name {
            "id" => status.node_id().into(),
            "state" => status_word(status.state).into(),
            "createdAt" | "updatedAt" => status.created_at.into(),
            "description" => Some(status.description.as_str()).filter(|text| !text.is_empty()).into(),
            "environment" => self.deployment.deployment.environment.as_str().into(),
            "environmentUrl" => status.environment_url.as_deref().into(),
            "logUrl" => status.log_url.as_deref().into(),
            "creator" => Actor::find_or_ghost(cx, status.creator),
            "deployment" => Answer::object(self.deployment.again()),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// An environment.
struct EnvironmentObject<'s>(&'s Environment);

impl<'s> Object<'s> for EnvironmentObject<'s> {
    fn type_name(&self) -> &'static str {
        "Environment"
    }

    fn field(&self, _: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => self.0.node_id().into(),
            "databaseId" => self.0.id.into(),
            "name" => self.0.name.as_str().into(),
            "protectionRules" => {
                let names = Names { connection: "DeploymentProtectionRuleConnection", edge: "DeploymentProtectionRuleEdge" };
                let rules = RuleObject::of(self.0).into_iter().map(|rule| (rule.kind.to_owned(), rule)).collect();
                Answer::object(Connection::page(names, args, rules, Answer::object)?)
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

/// What an environment asks.
struct RuleObject<'s> {
    environment: &'s Environment,
    kind: &'static str,
}

impl<'s> RuleObject<'s> {
    fn of(environment: &'s Environment) -> Vec<Self> {
        let protection = &environment.protection;
        let there = [
            ("WAIT_TIMER", protection.wait_minutes > 0),
            ("REQUIRED_REVIEWERS", !protection.reviewers.is_empty()),
            ("BRANCH_POLICY", protection.branches != DeployFrom::Any),
        ];
        there.into_iter().filter(|(_, there)| *there).map(|(kind, _)| Self { environment, kind }).collect()
    }
}

impl<'s> Object<'s> for RuleObject<'s> {
    fn type_name(&self) -> &'static str {
        "DeploymentProtectionRule"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let protection = &self.environment.protection;
        Ok(match name {
            "databaseId" => self.environment.id.into(),
            "type" => self.kind.into(),
            "timeout" => protection.wait_minutes.into(),
            "preventSelfReview" => protection.prevent_self_review.into(),
            _ => return Err(Fault::no_field()),
        })
    }
}
