//! The pull request itself: its files, reviews and comments, and when and by whom its head came.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::dto::{FileNode, PullNode, ReviewNode, TimelineItem};
use super::head::Head;
use super::{COMMENTS, COMMITS, FILES, REVIEWS, TIMELINE, commits, spared};
use crate::domain::{CommentId, HeadBranch, PullNumber, RepoSlug};
use crate::facts::{
    ChangedFile, Comment, Fact, Listing, Mergeable, PullOrigin, PullRequest, PullState, Push, Review, ReviewState, Sighting, SightingKind, Why,
};
use crate::github::graphql::Errors;
use crate::github::wire::{odd, person};

const PERMISSION: &str = "pull_requests: read";

/// What the facts of a pull request are made of.
pub(super) struct Parts<'a> {
    pub pull: &'a PullNode,
    pub head: &'a Head,
    pub errors: &'a Errors,
    pub renames: Result<BTreeMap<String, String>, Why>,
}

/// A pull request's state by GitHub's word for it.
pub(in crate::github) fn pull_state(word: &str) -> Result<PullState, Why> {
    match word {
        "OPEN" => Ok(PullState::Open),
        "CLOSED" => Ok(PullState::Closed),
        "MERGED" => Ok(PullState::Merged),
        other => Err(odd("pullRequest.state", other)),
    }
}

impl Parts<'_> {
    /// The facts.
    pub(super) fn facts(&self) -> Result<PullRequest, Why> {
        let (pull, errors) = (self.pull, self.errors);
        let tree = self.head.commit.tree.as_ref().ok_or_else(|| Why::new("pullRequest.head.tree: missing"))?;
        Ok(PullRequest {
            number: PullNumber(pull.number),
            node_id: pull.id.clone(),
            state: pull_state(&pull.state)?,
            draft: pull.is_draft,
            title: pull.title.clone(),
            author: person(pull.author.as_ref(), "pullRequest.author.login")?,
            created_at: pull.created_at,
            head: pull.head_ref_oid.clone(),
            head_tree: tree.oid.clone(),
            head_branch: HeadBranch::new(pull.head_ref_name.clone()).map_err(|invalid| odd("pullRequest.headRefName", invalid))?,
            origin: self.origin()?,
            mergeable: match pull.mergeable.as_str() {
                "MERGEABLE" => Mergeable::Clean,
                "CONFLICTING" => Mergeable::Conflicting,
                _ => Mergeable::Unknown,
            },
            files: spared(errors, FILES, PERMISSION, || self.files()),
            commits: spared(errors, COMMITS, "contents: read", || commits::commits(pull.commits.clone())),
            reviews: spared(errors, REVIEWS, PERMISSION, || self.reviews()),
            comments: spared(errors, COMMENTS, PERMISSION, || self.comments()),
            sightings: self.sightings(),
            pushed_by: self.pushed_by()?,
        })
    }

    fn origin(&self) -> Result<PullOrigin, Why> {
        if !self.pull.is_cross_repository {
            return Ok(PullOrigin::Same);
        }
        let slug = self.pull.head_repository.as_ref().map(|repository| RepoSlug::new(repository.name_with_owner.clone()));
        slug.transpose().map(PullOrigin::Fork).map_err(|invalid| odd("pullRequest.headRepository.nameWithOwner", invalid))
    }

    fn files(&self) -> Result<Listing<ChangedFile>, Why> {
        let list = self.pull.files.clone().ok_or_else(|| Why::new("the server left the files out"))?;
        let renames = self.renames.as_ref().map_err(Clone::clone)?;
        // A list that is too long to be judged is not asked for old names.
        let whole = !list.has_more();
        let turn = |FileNode { path, change_type }: FileNode| {
            let previous = renames.get(&path).cloned();
            match change_type.as_str() {
                "RENAMED" if previous.is_none() && whole => Err(Why::new("the server does not say what a renamed file was called before")),
                _ => Ok(Some(ChangedFile { path, previous })),
            }
        };
        let mut listing = list.listing(turn)?;
        // The list may end where the server stops counting; the pull request's own count goes on.
        let changed = self.pull.changed_files.unwrap_or(listing.total);
        if changed > listing.total {
            listing = Listing { total: changed, complete: false, ..listing };
        }
        Ok(listing)
    }

    fn reviews(&self) -> Result<Listing<Review>, Why> {
        let list = self.pull.reviews.clone().ok_or_else(|| Why::new("the server left the reviews out"))?;
        list.listing(review)
    }

    fn comments(&self) -> Result<Listing<Comment>, Why> {
        let list = self.pull.comments.clone().ok_or_else(|| Why::new("the server left the comments out"))?;
        list.listing(|node| {
            Ok(Some(Comment {
                id: CommentId(node.full_database_id.ok_or_else(|| Why::new("comments.fullDatabaseId: missing"))?),
                node_id: node.id,
                author: person(node.author.as_ref(), "comments.author.login")?,
                at: node.created_at,
                edited_at: node.last_edited_at,
                body: node.body,
                ours: node.viewer_did_author,
            }))
        })
    }

    fn forced_pushes(&self) -> impl Iterator<Item = (Timestamp, &TimelineItem)> {
        let head = &self.pull.head_ref_oid;
        let items = self.pull.timeline_items.iter().flat_map(super::super::wire::List::present);
        let here = move |item: &&TimelineItem| item.after_commit.as_ref().is_some_and(|commit| commit.oid == *head);
        items.filter(here).filter_map(|item| Some((item.created_at?, item)))
    }

    /// Each is true by itself, so that it does no harm where some are missing. None of them shows that the head stayed where it was seen.
    fn sightings(&self) -> Vec<Sighting> {
        let reviews = self.pull.reviews.iter().flat_map(super::super::wire::List::present);
        let of_head = reviews.filter(|review| review.commit.as_ref().is_some_and(|commit| commit.oid == self.pull.head_ref_oid));
        let reviews = of_head.filter_map(|review| Some(Sighting { at: review.submitted_at?, kind: SightingKind::Review }));
        let pushes = self.forced_pushes().map(|(at, _)| Sighting { at, kind: SightingKind::ForcedPush });
        reviews.chain(pushes).collect()
    }

    /// Who brought the head last, where that was the last forced push of all. Any other push leaves no trace in the pull request: the repository's
    /// activity tells of it.
    fn pushed_by(&self) -> Result<Fact<Push>, Why> {
        if let Some(why) = self.errors.about_or(TIMELINE, PERMISSION) {
            return Ok(Fact::Unavailable(why));
        }
        let last = self.pull.timeline_items.clone().and_then(|list| list.items().ok()).and_then(|items| items.into_iter().next_back());
        let of_head = last.filter(|item| item.after_commit.as_ref().is_some_and(|commit| commit.oid == self.pull.head_ref_oid));
        let by = of_head.map_or(Ok(None), |item| person(item.actor.as_ref(), "timelineItems.actor.login"))?;
        Ok(by.map_or_else(|| Fact::Unavailable(Why::new("the server does not say who pushed the head")), |by| Fact::Known(Push { by })))
    }
}

/// A review that counts; comments and unsent reviews do not.
fn review(node: ReviewNode) -> Result<Option<Review>, Why> {
    let state = match node.state.as_str() {
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "DISMISSED" => ReviewState::Dismissed,
        "COMMENTED" | "PENDING" => return Ok(None),
        other => return Err(odd("reviews.state", other)),
    };
    Ok(Some(Review {
        id: node.full_database_id.ok_or_else(|| Why::new("reviews.fullDatabaseId: missing"))?,
        author: person(node.author.as_ref(), "reviews.author.login")?,
        state,
        commit: node.commit.map(|commit| commit.oid),
        at: node.submitted_at.ok_or_else(|| Why::new("reviews.submittedAt: missing"))?,
        by_writer: node.author_can_push_to_repository,
    }))
}
