//! Small reads: pushes, merge bases, runs, and what is read back before and after a write.

use serde::Deserialize;
use serde_json::Value;

use super::GitHub;
use super::graphql::Operation;
use super::paths::Path;
use super::survey::{deployment, pull_state};
use super::transport::Call;
use super::wire::{List, big};
use crate::domain::{CommentId, CommitSha, EnvName, ObjectId, PullNumber, RunId};
use crate::facts::{Deployment, PullState, RunState};
use crate::policy::POLICY_PATH;
use crate::ports::{CommentText, ForgeError, ForgeFault, Standing};

/// How many pages of comments are read back: 1,000 comments.
const MOST_PAGES: usize = 10;

#[derive(Deserialize)]
struct Comparison {
    merge_base_commit: Named,
}

#[derive(Deserialize)]
struct Named {
    sha: CommitSha,
}

#[derive(Deserialize)]
struct ListedPull {
    number: u64,
    state: String,
    head: Named,
}

#[derive(Deserialize)]
struct ListedComment {
    body: Option<String>,
}

#[derive(Deserialize)]
struct Run {
    status: Option<String>,
}

#[derive(Deserialize)]
struct Data<T> {
    repository: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pulled<T> {
    pull_request: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StandingPull {
    state: String,
    is_draft: bool,
    head_ref_oid: CommitSha,
    base_ref: Option<StandingBase>,
}

#[derive(Deserialize)]
struct StandingBase {
    target: Option<StandingCommit>,
}

#[derive(Deserialize)]
struct StandingCommit {
    policy: Option<StandingEntry>,
}

#[derive(Deserialize)]
struct StandingEntry {
    object: Option<StandingBlob>,
}

#[derive(Deserialize)]
struct StandingBlob {
    oid: Option<ObjectId>,
}

#[derive(Deserialize)]
struct Deployed {
    deployments: Option<List<super::survey::DeploymentNode>>,
}

#[derive(Deserialize)]
struct Commented {
    comments: Option<CommentPage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentPage {
    page_info: Backwards,
    nodes: Option<Vec<Option<CommentNode>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Backwards {
    has_previous_page: bool,
    start_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentNode {
    #[serde(default, deserialize_with = "big")]
    full_database_id: Option<u64>,
    body: String,
    last_edited_at: Option<jiff::Timestamp>,
    viewer_did_author: bool,
}

impl GitHub {
    pub(super) async fn read_merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<CommitSha, ForgeError> {
        // The second page, of one commit: the first would carry all changed files.
        let path = Path::repository(&self.repository).then("compare").word(&format!("{one}...{other}")).query("per_page", "1").query("page", "2");
        let comparison: Comparison = self.transport.send(&Call::get(path, "contents: read"), |call, answer| answer.parse(call)).await?;
        Ok(comparison.merge_base_commit.sha)
    }

    pub(super) async fn read_run_state(&self, run: RunId) -> Result<RunState, ForgeError> {
        let path = Path::repository(&self.repository).then("actions/runs").number(run);
        match self.transport.send(&Call::get(path, "actions: read"), |call, answer| answer.parse::<Run>(call)).await {
            Ok(run) if run.status.as_deref() == Some("completed") => Ok(RunState::Over),
            Ok(_) => Ok(RunState::Going),
            // Also 404: it says as well that the token may not see the run, and then nobody knows.
            Err(error) => Err(error),
        }
    }

    pub(super) async fn read_pulls_with_head(&self, head: &CommitSha) -> Result<Vec<PullNumber>, ForgeError> {
        let path = Path::repository(&self.repository).then("commits").word(head.as_str()).then("pulls").query("per_page", "100");
        let pulls: Vec<ListedPull> = self.transport.send(&Call::get(path, "pull_requests: read"), |call, answer| answer.parse(call)).await?;
        Ok(pulls.into_iter().filter(|pull| pull.state == "open" && pull.head.sha == *head).map(|pull| PullNumber(pull.number)).collect())
    }

    pub(super) async fn read_comments_since(&self, pull: PullNumber, since: jiff::Timestamp) -> Result<Vec<String>, ForgeError> {
        let path = Path::repository(&self.repository).then("issues").number(pull).then("comments");
        let path = path.query("since", &since.to_string()).query("per_page", "100");
        let understand = |call: &Call, answer: &super::transport::Answer| {
            let comments: Vec<ListedComment> = answer.parse(call)?;
            if comments.len() < 100 {
                return Ok(comments.into_iter().map(|comment| comment.body.unwrap_or_default()).collect());
            }
            Err(super::retry::Failure { error: call.malformed(answer, "there are more comments than one page has"), wait: None })
        };
        self.transport.send(&Call::get(path, "pull_requests: read"), understand).await
    }

    pub(super) async fn read_open_pulls(&self) -> Result<Vec<PullNumber>, ForgeError> {
        let path = Path::repository(&self.repository)
            .then("pulls")
            .query("state", "open")
            .query("sort", "updated")
            .query("direction", "desc")
            .query("per_page", "100");
        let pulls: Vec<ListedPull> = self.transport.send(&Call::get(path, "pull_requests: read"), |call, answer| answer.parse(call)).await?;
        Ok(pulls.into_iter().map(|pull| PullNumber(pull.number)).collect())
    }

    pub(super) async fn read_standing(&self, pull: PullNumber) -> Result<Standing, ForgeError> {
        let mut variables = self.here();
        variables.insert("pull".to_owned(), pull.0.into());
        variables.insert("policy".to_owned(), POLICY_PATH.into());
        let operation = Operation { name: "Standing", text: include_str!("queries/standing.graphql"), permission: "pull_requests: read" };
        let (data, source) = self.query::<Data<Pulled<StandingPull>>>(operation, variables.into()).await?.whole()?;
        let pull = data.repository.and_then(|repository| repository.pull_request).ok_or_else(|| source.not_found())?;
        let state = pull_state(&pull.state).map_err(|why| source.malformed(why.what))?;
        let entry = pull.base_ref.and_then(|base| base.target).and_then(|target| target.policy);
        let policy = entry.and_then(|entry| entry.object).and_then(|blob| blob.oid);
        Ok(Standing { head: pull.head_ref_oid, open: state == PullState::Open, draft: pull.is_draft, policy })
    }

    pub(super) async fn read_deployments(&self, environment: &EnvName) -> Result<Vec<Deployment>, ForgeError> {
        let mut variables = self.here();
        variables.insert("environment".to_owned(), environment.as_str().into());
        let operation = Operation { name: "Deployments", text: include_str!("queries/deployments.graphql"), permission: "deployments: read" };
        let (data, source) = self.query::<Data<Deployed>>(operation, variables.into()).await?.whole()?;
        let list = data.repository.and_then(|repository| repository.deployments).ok_or_else(|| source.not_found())?;
        let items = list.items().and_then(|nodes| nodes.into_iter().map(deployment).collect::<Result<Vec<_>, _>>());
        items.map_err(|why| source.malformed(why.what))
    }

    pub(super) async fn read_our_comments(&self, pull: PullNumber) -> Result<Vec<CommentText>, ForgeError> {
        let mut variables = self.here();
        variables.insert("pull".to_owned(), pull.0.into());
        let operation = Operation { name: "OurComments", text: include_str!("queries/our_comments.graphql"), permission: "pull_requests: read" };
        let mut ours = Vec::new();
        for page in 1..=MOST_PAGES {
            let (data, source) = self.query::<Data<Pulled<Commented>>>(operation, Value::Object(variables.clone())).await?.whole()?;
            let pull = data.repository.and_then(|repository| repository.pull_request);
            let comments = pull.and_then(|pull| pull.comments).ok_or_else(|| source.not_found())?;
            let nodes = comments.nodes.and_then(|nodes| nodes.into_iter().collect::<Option<Vec<_>>>());
            for node in nodes.ok_or_else(|| source.malformed("comments.nodes: an entry is missing"))?.into_iter().rev().filter(|node| node.viewer_did_author) {
                let id = node.full_database_id.ok_or_else(|| source.malformed("comments.fullDatabaseId: missing"))?;
                ours.push(CommentText { id: CommentId(id), body: node.body, edited_at: node.last_edited_at });
            }
            match (comments.page_info.has_previous_page, comments.page_info.start_cursor) {
                (false, _) => break,
                (true, Some(cursor)) if page < MOST_PAGES => drop(variables.insert("before".to_owned(), cursor.into())),
                _ => return Err(source.fault(ForgeFault::Invalid("the pull request has more than 1,000 comments".to_owned()))),
            }
        }
        ours.reverse();
        Ok(ours)
    }
}
