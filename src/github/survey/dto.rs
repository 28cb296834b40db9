//! The answer to `survey.graphql`, field by field as GitHub names it. Whatever GraphQL may leave as a hole is optional here.

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::{CommitSha, ObjectId};
use crate::github::locks::LockRef;
use crate::github::people::Collaborators;
use crate::github::wire::{Actor, List, big};

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Data {
    pub viewer: Option<Viewer>,
    pub comment: Option<AskedComment>,
    pub repository: Option<RepositoryNode>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct Viewer {
    pub login: String,
    pub database_id: Option<u64>,
}

/// Empty where the node is something else than a comment.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct AskedComment {
    #[serde(default, deserialize_with = "big")]
    pub full_database_id: Option<u64>,
    pub body: Option<String>,
    pub last_edited_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct RepositoryNode {
    pub id: String,
    pub name_with_owner: String,
    pub is_archived: bool,
    pub visibility: String,
    pub default_branch_ref: Option<DefaultBranch>,
    pub collaborators: Option<Collaborators>,
    pub locks: Option<List<LockRef>>,
    pub deployments: Option<List<DeploymentNode>>,
    pub pull_request: Option<PullNode>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct DefaultBranch {
    pub name: String,
    pub target: Option<DefaultTip>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct DefaultTip {
    pub file: Option<Entry>,
}

/// A tree's entry; it holds something else than a file where `object` is empty or has no `oid`.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Entry {
    pub object: Option<Blob>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct Blob {
    pub oid: Option<ObjectId>,
    pub byte_size: Option<u64>,
    pub is_truncated: Option<bool>,
    pub text: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct DeploymentNode {
    pub database_id: Option<u64>,
    pub environment: Option<String>,
    pub commit_oid: CommitSha,
    pub commit: Option<Treed>,
    pub created_at: Timestamp,
    pub payload: Option<String>,
    pub creator: Option<Actor>,
    pub statuses: Option<List<StatusNode>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Treed {
    pub tree: Oid,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Oid {
    pub oid: ObjectId,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct CommitOid {
    pub oid: CommitSha,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct StatusNode {
    pub state: String,
    pub created_at: Timestamp,
    #[serde(default)]
    pub log_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct PullNode {
    pub id: String,
    pub number: u64,
    pub state: String,
    pub is_draft: bool,
    pub title: String,
    pub created_at: Timestamp,
    pub changed_files: Option<u64>,
    pub author: Option<Actor>,
    pub base_ref_name: String,
    pub head_ref_name: String,
    pub head_ref_oid: CommitSha,
    pub is_cross_repository: bool,
    pub head_repository: Option<Named>,
    pub mergeable: String,
    pub base_ref: Option<BaseRef>,
    pub files: Option<List<FileNode>>,
    pub commits: Option<List<CommitNode>>,
    pub reviews: Option<List<ReviewNode>>,
    pub comments: Option<List<CommentNode>>,
    pub timeline_items: Option<List<TimelineItem>>,
    pub head: Option<List<HeadNode>>,
}

/// The next pages of a pull request's lists, as `pages.graphql` asks for them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct PullPage {
    pub head_ref_oid: CommitSha,
    pub files: Option<List<FileNode>>,
    pub commits: Option<List<CommitNode>>,
    pub reviews: Option<List<ReviewNode>>,
    pub comments: Option<List<CommentNode>>,
    pub head: Option<List<HeadPage>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct HeadPage {
    pub commit: HeadPageCommit,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct HeadPageCommit {
    pub oid: CommitSha,
    pub status_check_rollup: Option<Rollup>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct Named {
    pub name_with_owner: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct BaseRef {
    pub target: Option<BaseTip>,
    pub ref_update_rule: Option<RefUpdateRule>,
    pub rules: Option<List<Rule>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct BaseTip {
    pub oid: CommitSha,
    pub policy: Option<Entry>,
    pub owners1: Option<Entry>,
    pub owners2: Option<Entry>,
    pub owners3: Option<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct RefUpdateRule {
    pub required_status_check_contexts: Option<Vec<Option<String>>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Rule {
    #[serde(rename = "type")]
    pub kind: String,
    pub parameters: Option<RuleParameters>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct RuleParameters {
    pub required_status_checks: Option<Vec<StatusCheck>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct StatusCheck {
    pub context: String,
    pub integration_id: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct FileNode {
    pub path: String,
    pub change_type: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct CommitNode {
    pub commit: CommitBody,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct CommitBody {
    pub oid: CommitSha,
    #[serde(default)]
    pub committed_via_web: bool,
    pub parents: List<CommitOid>,
    pub authors: List<GitActor>,
    pub committer: Option<GitActor>,
    pub signature: Option<SignatureNode>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct GitActor {
    pub email: Option<String>,
    pub user: Option<GitUser>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct GitUser {
    pub login: String,
    pub database_id: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct SignatureNode {
    pub is_valid: bool,
    pub state: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct ReviewNode {
    #[serde(default, deserialize_with = "big")]
    pub full_database_id: Option<u64>,
    pub state: String,
    pub submitted_at: Option<Timestamp>,
    pub author_can_push_to_repository: bool,
    pub commit: Option<CommitOid>,
    pub author: Option<Actor>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct CommentNode {
    pub id: String,
    #[serde(default, deserialize_with = "big")]
    pub full_database_id: Option<u64>,
    pub body: String,
    pub created_at: Timestamp,
    pub last_edited_at: Option<Timestamp>,
    pub viewer_did_author: bool,
    pub author: Option<Actor>,
}

/// A forced push; other items do not match the query's fragment and hold nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct TimelineItem {
    pub created_at: Option<Timestamp>,
    pub after_commit: Option<CommitOid>,
    pub actor: Option<Actor>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct HeadNode {
    pub commit: HeadCommit,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct HeadCommit {
    pub oid: CommitSha,
    pub tree: Option<Oid>,
    pub status_check_rollup: Option<Rollup>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Rollup {
    pub contexts: Option<List<Context>>,
}

/// A check run or a commit status, by `__typename`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct Context {
    #[serde(rename = "__typename")]
    pub kind: String,
    pub name: Option<String>,
    pub status: Option<String>,
    pub conclusion: Option<String>,
    pub started_at: Option<Timestamp>,
    pub database_id: Option<u64>,
    pub check_suite: Option<ContextSuite>,
    #[serde(rename = "context")]
    pub status_name: Option<String>,
    pub state: Option<String>,
    pub created_at: Option<Timestamp>,
    #[serde(default)]
    pub is_required: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct ContextSuite {
    pub app: Option<AppNode>,
    pub workflow_run: Option<RunNode>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct AppNode {
    pub database_id: Option<u64>,
    pub slug: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct RunNode {
    pub event: Option<String>,
    pub database_id: Option<u64>,
    pub workflow: Option<WorkflowNode>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct WorkflowNode {
    pub database_id: Option<u64>,
}
