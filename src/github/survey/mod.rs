//! The survey: one query, the pages behind it, and their way into facts. What the server left out spoils its own fact and no other.

mod base;
mod checks;
mod commits;
mod deployments;
mod dto;
mod head;
mod overview;
mod pages;
mod pull;
#[cfg(test)]
mod tests;

use super::GitHub;
use super::graphql::{Errors, Field, Operation, Source};
use super::locks::locks;
use super::wire::{fact, odd};
use crate::domain::{ActorKind, BranchName, CommentId, Login, Person, PersonId, RepoSlug, Role};
use crate::facts::{Fact, LOCK_REFS, Repository, Visibility, Why};
use crate::policy::POLICY_PATH;
use crate::ports::{Ask, CommentText, ForgeError, ForgeFault, Survey};

pub(super) use deployments::{deployment, payload_of, states};
pub(super) use dto::{DeploymentNode, StatusNode};
#[cfg(test)]
pub(super) use overview::ENVIRONMENT_NAMES;
pub(super) use pull::pull_state;

const VIEWER: Field = &["viewer"];
const COMMENT: Field = &["comment"];
const DEFAULT_POLICY: Field = &["repository", "defaultBranchRef", "target", "file"];
const ROLE: Field = &["repository", "collaborators"];
const LOCKS: Field = &["repository", "locks"];
const DEPLOYMENTS: Field = &["repository", "deployments"];
const BASE_POLICY: Field = &["repository", "pullRequest", "baseRef", "target", "policy"];
const OWNERS1: Field = &["repository", "pullRequest", "baseRef", "target", "owners1"];
const OWNERS2: Field = &["repository", "pullRequest", "baseRef", "target", "owners2"];
const OWNERS3: Field = &["repository", "pullRequest", "baseRef", "target", "owners3"];
const BRANCH_RULE: Field = &["repository", "pullRequest", "baseRef", "refUpdateRule"];
const RULESETS: Field = &["repository", "pullRequest", "baseRef", "rules"];
const FILES: Field = &["repository", "pullRequest", "files"];
const COMMITS: Field = &["repository", "pullRequest", "commits"];
const REVIEWS: Field = &["repository", "pullRequest", "reviews"];
const COMMENTS: Field = &["repository", "pullRequest", "comments"];
const TIMELINE: Field = &["repository", "pullRequest", "timelineItems"];
const ROLLUP: Field = &["repository", "pullRequest", "head", "nodes", "commit", "statusCheckRollup"];

/// The fields that may be holes; an error about anything else spoils the whole survey.
const FIELDS: &[Field] = &[
    VIEWER,
    COMMENT,
    DEFAULT_POLICY,
    ROLE,
    LOCKS,
    DEPLOYMENTS,
    BASE_POLICY,
    OWNERS1,
    OWNERS2,
    OWNERS3,
    BRANCH_RULE,
    RULESETS,
    FILES,
    COMMITS,
    REVIEWS,
    COMMENTS,
    TIMELINE,
    ROLLUP,
];

/// A field's fact: the value, where no error touches the field; else why not, and the permission that may mend it.
fn spared<T>(errors: &Errors, field: Field, permission: &str, value: impl FnOnce() -> Result<T, Why>) -> Fact<T> {
    match errors.about_or(field, permission) {
        Some(why) => Fact::Unavailable(why),
        None => fact(value()),
    }
}

/// A survey's answer, before it becomes facts.
struct Whole {
    repository: dto::RepositoryNode,
    pull: dto::PullNode,
    head: head::Head,
    errors: Errors,
    source: Source,
}

impl GitHub {
    pub(super) async fn read_survey(&self, ask: &Ask) -> Result<Survey, ForgeError> {
        let operation = Operation { name: "Survey", text: include_str!("../queries/survey.graphql"), permission: "pull_requests: read" };
        let reply = self.query::<dto::Data>(operation, self.survey_variables(ask).into()).await?.tolerate(FIELDS)?;
        let (source, mut errors, dto::Data { viewer, comment, repository }) = (reply.source, reply.errors, reply.data);
        let now = reply.now.ok_or_else(|| source.malformed("the header Date is missing"))?;
        let mut repository = repository.ok_or_else(|| source.missing(&errors))?;
        let mut pull = repository.pull_request.take().ok_or_else(|| source.missing(&errors))?;
        let comment = asked_comment(comment, &errors, &source)?;
        let head = self.read_head(&mut pull, &mut errors, &source).await?;
        let mut whole = Whole { repository, pull, head, errors, source };
        self.read_pages(&mut whole).await?;
        whole.errors.add(self.lacking.errors());
        let renames = self.read_renames(&whole.pull).await;
        let actor_role = self.actor_role(ask.actor.as_ref(), whole.repository.collaborators.as_ref()).await;
        let viewer = viewer.and_then(account);

        let Whole { repository, pull, head, errors, source } = whole;
        let malformed = |why: Why| source.malformed(why.what);
        let pull_facts = pull::Parts { pull: &pull, head: &head, errors: &errors, renames };
        let base_policy = spared(&errors, BASE_POLICY, "contents: read", || base::base_policy(&pull));
        let default_policy = spared(&errors, DEFAULT_POLICY, "contents: read", || base::default_policy(&repository));
        Ok(Survey {
            now,
            viewer,
            base: base::base(&pull, &errors).map_err(malformed)?,
            pull: pull_facts.facts().map_err(malformed)?,
            checks: spared(&errors, head.rollup_field, "checks: read and statuses: read", || checks::checks(head.commit.status_check_rollup, ask.own_run)),
            default_policy,
            base_policy,
            actor_role,
            comment,
            locks: spared(&errors, LOCKS, "contents: read", || locks(repository.locks.clone())),
            deployments: spared(&errors, DEPLOYMENTS, "deployments: read", || deployments::deployments(repository.deployments.clone())),
            repository: repository_facts(repository).map_err(malformed)?,
        })
    }

    fn survey_variables(&self, ask: &Ask) -> serde_json::Map<String, serde_json::Value> {
        let mut variables = self.here();
        let mut set = |name: &str, value: serde_json::Value| drop(variables.insert(name.to_owned(), value));
        set("pull", ask.pull.0.into());
        set("policy", POLICY_PATH.into());
        set("locks", LOCK_REFS.into());
        set("comment", ask.comment_node.as_deref().unwrap_or_default().into());
        set("hasComment", ask.comment_node.is_some().into());
        set("actor", ask.actor.as_ref().map(Login::as_str).unwrap_or_default().into());
        set("hasActor", ask.actor.is_some().into());
        variables
    }

    /// The role of who commands: by the survey's search, else asked for by name.
    async fn actor_role(&self, actor: Option<&Login>, found: Option<&super::people::Collaborators>) -> Fact<Role> {
        let Some(login) = actor else { return Fact::NotAsked };
        if let Some((_, role)) = found.and_then(|found| found.role_of(login)) {
            return Fact::Known(role);
        }
        match self.read_role(login).await {
            Ok(Some((_, role))) => Fact::Known(role),
            Ok(None) => Fact::Unavailable(Why::new(format!("the server knows no account {login}"))),
            Err(error) => Fact::Unavailable(Why::new(error.to_string()).mended_by("give the token metadata: read")),
        }
    }
}

/// The account we act under.
fn account(viewer: dto::Viewer) -> Option<Person> {
    let kind = if viewer.login.ends_with("[bot]") { ActorKind::Machine } else { ActorKind::Human };
    Some(Person { id: PersonId(viewer.database_id?), login: Login::new(viewer.login).ok()?, kind })
}

/// The comment asked for; `None` only where the server says that it is gone.
fn asked_comment(node: Option<dto::AskedComment>, errors: &Errors, source: &Source) -> Result<Option<CommentText>, ForgeError> {
    match node {
        None if errors.only_missing(COMMENT) => Ok(None),
        None => {
            let why = errors.about(COMMENT).map_or_else(String::new, |why| why.what);
            Err(source.fault(ForgeFault::Forbidden { message: format!("the comment: {why}"), permission: Some("issues: read") }))
        }
        Some(dto::AskedComment { full_database_id: Some(id), body: Some(body), last_edited_at }) => {
            Ok(Some(CommentText { id: CommentId(id), body, edited_at: last_edited_at }))
        }
        Some(_) => Ok(None),
    }
}

fn repository_facts(node: dto::RepositoryNode) -> Result<Repository, Why> {
    let default = node.default_branch_ref.ok_or_else(|| Why::new("repository.defaultBranchRef: the repository is empty"))?;
    Ok(Repository {
        slug: RepoSlug::new(node.name_with_owner).map_err(|invalid| odd("repository.nameWithOwner", invalid))?,
        node_id: node.id,
        default_branch: BranchName::new(default.name).map_err(|invalid| odd("repository.defaultBranchRef.name", invalid))?,
        archived: node.is_archived,
        visibility: match node.visibility.as_str() {
            "PUBLIC" => Visibility::Public,
            "PRIVATE" => Visibility::Private,
            "INTERNAL" => Visibility::Internal,
            other => return Err(odd("repository.visibility", other)),
        },
    })
}
