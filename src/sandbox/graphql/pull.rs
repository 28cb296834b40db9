//! Pull requests: head, base, files, commits, what stands in the way of merging.

use git2::Oid;

use super::args::Args;
use super::fault::Fault;
use super::git::{self, RefObject};
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use super::repository::Repo;
use super::{review, timeline};
use crate::sandbox::base64;
use crate::sandbox::state::{Permission, Pull, PullState, Repository};
use crate::sandbox::store::{ChangedFile, FileStatus};

/// GitHub lists no more commits of a pull request than this; `totalCount` is true all the same.
const MOST_COMMITS: usize = 250;
/// GitHub lists no more files of a pull request than this.
const MOST_FILES: usize = 3_000;

/// A pull request.
#[derive(Clone, Copy)]
pub(super) struct PullObject<'s> {
    /// The repository of its base branch.
    pub repository: &'s Repository,
    /// The pull request itself.
    pub pull: &'s Pull,
}

impl<'s> Object<'s> for PullObject<'s> {
    fn type_name(&self) -> &'static str {
        "PullRequest"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let pull = self.pull;
        Ok(match name {
            "id" => pull.node_id().into(),
            "databaseId" => pull.id.into(),
            "fullDatabaseId" => pull.id.to_string().into(),
            "number" => pull.number.into(),
            "title" => pull.title.as_str().into(),
            "body" => pull.body.as_deref().unwrap_or("").into(),
            "state" => match pull.state {
                PullState::Open => "OPEN",
                PullState::Closed => "CLOSED",
                PullState::Merged => "MERGED",
            }
            .into(),
            "isDraft" => pull.draft.into(),
            "closed" => (pull.state != PullState::Open).into(),
            "createdAt" => pull.created_at.into(),
            "updatedAt" => pull.updated_at.into(),
            "closedAt" => pull.closed_at.into(),
            "lastEditedAt" => pull.edited_at.into(),
            "editor" => pull.edited_at.map_or(Answer::NULL, |_| Actor::find(cx, pull.author)),
            "author" => Actor::find(cx, pull.author),
            "url" => cx.url(&self.path()).into(),
            "resourcePath" => self.path().into(),
            "repository" | "baseRepository" => Answer::object(Repo(self.repository)),
            "merged" | "mergedAt" | "mergedBy" | "mergeCommit" => self.merge(cx, name),
            "isInMergeQueue" => false.into(),
            "mergeQueueEntry" => Answer::NULL,
            "labels" => return self.labels(args),
            "files" | "changedFiles" | "additions" | "deletions" => return self.changes(cx, name, args),
            "commits" => return self.commits(cx, args),
            "mergeable" => cx.state.mergeable(self.repository, pull).as_str().into(),
            "mergeStateStatus" => cx.state.merge_state(self.repository, pull).as_str().into(),
            "timelineItems" => return timeline::list(cx, *self, args),
            "reviewDecision" | "reviews" | "latestOpinionatedReviews" | "latestReviews" | "reviewThreads" | "comments" => {
                return review::pull_field(cx, *self, name, args);
            }
            _ => return self.ends(cx, name),
        })
    }
}

impl<'s> PullObject<'s> {
    fn path(&self) -> String {
        format!("/{}/pull/{}", self.repository.full_name, self.pull.number)
    }

    /// The head and the base.
    fn ends(&self, cx: Context<'s>, name: &str) -> Resolved<'s> {
        let (repository, pull) = (self.repository, self.pull);
        let head_repository = pull.head_repository.and_then(|id| cx.state.repository(id));
        Ok(match name {
            "baseRefName" => pull.base.as_str().into(),
            "baseRefOid" => pull.base_sha.to_string().into(),
            "baseRef" => Answer::maybe(RefObject::branch(repository, &pull.base)),
            "headRefName" => pull.head.as_str().into(),
            "headRefOid" => pull.head_sha.to_string().into(),
            "headRef" => Answer::maybe(head_repository.and_then(|repository| RefObject::branch(repository, &pull.head))),
            "headRepository" => Answer::maybe(head_repository.map(Repo)),
            "headRepositoryOwner" => head_repository.map_or(Answer::NULL, |repository| Actor::find(cx, repository.owner)),
            "isCrossRepository" => (pull.head_repository != Some(repository.id)).into(),
            _ => return Err(Fault::no_field()),
        })
    }

    fn merge(&self, cx: Context<'s>, name: &str) -> Answer<'s> {
        let merged = self.pull.merged;
        match name {
            "merged" => merged.is_some().into(),
            "mergedAt" => merged.map(|merge| merge.at).into(),
            "mergedBy" => merged.map_or(Answer::NULL, |merge| Actor::find(cx, merge.by)),
            _ => merged.map_or(Answer::NULL, |merge| git::object(self.repository, merge.commit)),
        }
    }

    /// Where the head left the base branch: the base of the diff and of the list of commits.
    fn fork_point(&self) -> Option<Oid> {
        let git = &self.repository.git;
        let base = if self.pull.is_open() { git.branch(&self.pull.base).unwrap_or(self.pull.base_sha) } else { self.pull.base_sha };
        git.merge_base(base, self.pull.head_sha)
    }

    fn commits(&self, cx: Context<'s>, args: &Args) -> Resolved<'s> {
        cx.may_read(Permission::Contents)?;
        let repository = self.repository;
        let all = repository.git.commits_between(self.fork_point(), self.pull.head_sha).map_err(|error| Fault::typed("INTERNAL", error.message()))?;
        let total = all.len();
        let listed = all.into_iter().take(MOST_COMMITS).map(|id| (id.to_string(), id)).collect();
        let names = Names { connection: "PullRequestCommitConnection", edge: "PullRequestCommitEdge" };
        let page = Connection::page(names, args, listed, |id| Answer::object(CommitOfPull { pull: *self, id }))?;
        Ok(Answer::object(page.of(total)))
    }

    fn changes(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        cx.may_read(Permission::Contents)?;
        let files = self.repository.git.changed_files(self.fork_point(), self.pull.head_sha).map_err(|error| Fault::typed("INTERNAL", error.message()))?;
        Ok(match name {
            "changedFiles" => files.len().into(),
            "additions" => files.iter().map(|file| file.additions).sum::<usize>().into(),
            "deletions" => files.iter().map(|file| file.deletions).sum::<usize>().into(),
            _ => {
                let total = files.len();
                let listed = files.into_iter().take(MOST_FILES).map(|file| (file.path.clone(), file)).collect();
                let names = Names { connection: "PullRequestChangedFileConnection", edge: "PullRequestChangedFileEdge" };
                Answer::object(Connection::page(names, args, listed, |file| Answer::object(FileObject(file)))?.of(total))
            }
        })
    }

    fn labels(&self, args: &Args) -> Resolved<'s> {
        let labels = self.pull.labels.iter().map(|label| (label.clone(), label)).collect();
        let names = Names { connection: "LabelConnection", edge: "LabelEdge" };
        Connection::page(names, args, labels, |label| Answer::object(LabelObject(label.clone()))).map(Answer::object)
    }
}

/// A commit as one of a pull request.
struct CommitOfPull<'s> {
    pull: PullObject<'s>,
    id: Oid,
}

impl<'s> Object<'s> for CommitOfPull<'s> {
    fn type_name(&self) -> &'static str {
        "PullRequestCommit"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => format!("PURC_{}_{}", self.pull.pull.node_id(), self.id).into(),
            "commit" => git::object(self.pull.repository, self.id),
            "pullRequest" => Answer::object(self.pull),
            _ => return Err(Fault::no_field()),
        })
    }
}

struct FileObject(ChangedFile);

impl<'s> Object<'s> for FileObject {
    fn type_name(&self) -> &'static str {
        "PullRequestChangedFile"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let file = &self.0;
        Ok(match name {
            "path" => file.path.as_str().into(),
            "additions" => file.additions.into(),
            "deletions" => file.deletions.into(),
            "changeType" => match file.status {
                FileStatus::Added => "ADDED",
                FileStatus::Removed => "DELETED",
                FileStatus::Modified => "MODIFIED",
                FileStatus::Renamed => "RENAMED",
                FileStatus::Copied => "COPIED",
                FileStatus::Changed => "CHANGED",
            }
            .into(),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A label, as far as the sandbox knows labels: by name.
pub(super) struct LabelObject(pub String);

impl<'s> Object<'s> for LabelObject {
    fn type_name(&self) -> &'static str {
        "Label"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        match name {
            "id" => Ok(format!("LA_{}", base64::encode(self.0.as_bytes())).into()),
            "name" => Ok(self.0.as_str().into()),
            _ => Err(Fault::no_field()),
        }
    }
}
