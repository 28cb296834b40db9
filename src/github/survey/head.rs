//! The head commit: its tree and its checks.

use serde::Deserialize;

use super::ROLLUP;
use super::dto::{HeadCommit, PullNode};
use crate::domain::CommitSha;
use crate::github::GitHub;
use crate::github::graphql::{Errors, Field, Operation, Source};
use crate::ports::{ForgeError, ForgeFault};

/// The head commit, and where the answers' errors about its parts are found.
pub(super) struct Head {
    pub commit: HeadCommit,
    pub rollup_field: Field,
    /// True where its checks can be read on with `pages.graphql`, which knows the pull request's last commit only.
    pub last_listed: bool,
}

const OBJECT_ROLLUP: Field = &["repository", "object", "statusCheckRollup"];

#[derive(Deserialize)]
struct Data {
    repository: Option<Holder>,
}

#[derive(Deserialize)]
struct Holder {
    object: Option<HeadCommit>,
}

impl GitHub {
    /// The head from the survey; where the last commit that the survey lists is another, by a query of its own.
    pub(super) async fn read_head(&self, pull: &mut PullNode, errors: &mut Errors, source: &Source) -> Result<Head, ForgeError> {
        let listed = pull.head.take().and_then(|list| list.items().ok()).and_then(|nodes| nodes.into_iter().next_back());
        if let Some(node) = listed.filter(|node| node.commit.oid == pull.head_ref_oid) {
            return Ok(Head { commit: node.commit, rollup_field: ROLLUP, last_listed: true });
        }
        let apart = || source.fault(ForgeFault::Conflict("the pull request is not in step with its branch yet; try again".to_owned()));
        let (commit, later) = self.read_commit(&pull.head_ref_oid, pull.number).await?;
        errors.absorb(later);
        Ok(Head { commit: commit.ok_or_else(apart)?, rollup_field: OBJECT_ROLLUP, last_listed: false })
    }

    async fn read_commit(&self, sha: &CommitSha, pull: u64) -> Result<(Option<HeadCommit>, Errors), ForgeError> {
        let mut variables = self.here();
        variables.insert("head".to_owned(), sha.as_str().into());
        variables.insert("pull".to_owned(), pull.into());
        let operation = Operation { name: "Head", text: include_str!("../queries/head.graphql"), permission: "contents: read" };
        let reply = self.query::<Data>(operation, variables.into()).await?.tolerate(&[OBJECT_ROLLUP])?;
        Ok((reply.data.repository.and_then(|holder| holder.object), reply.errors))
    }
}
