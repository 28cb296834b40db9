//! What people said about a pull request: reviews, and comments.

use super::args::Args;
use super::fault::Fault;
use super::git;
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use super::pull::PullObject;
use crate::domain::Role;
use crate::sandbox::computed::ReviewDecision;
use crate::sandbox::state::{Comment, Permission, Reaction, Repository, Review};

/// The fields of a pull request that have to do with what people said.
pub(super) fn pull_field<'s>(cx: Context<'s>, parent: PullObject<'s>, name: &str, args: &Args) -> Resolved<'s> {
    let (repository, pull) = (parent.repository, parent.pull);
    match name {
        "reviewDecision" => Ok(cx.state.review_decision(repository, pull).map(ReviewDecision::as_str).into()),
        "latestOpinionatedReviews" | "latestReviews" => {
            let writers_only = args.flag("writersOnly")?.unwrap_or(false);
            let may_push = |review: &&Review| !writers_only || cx.state.role(repository, review.author) >= Role::Write;
            reviews(parent, args, pull.opinionated_reviews().into_iter().filter(may_push))
        }
        "reviews" => {
            let states = args.texts("states")?;
            let author = args.text("author")?.map(|login| cx.state.account_named(login).map(|account| account.id));
            let wanted = |review: &&Review| {
                states.as_ref().is_none_or(|states| states.iter().any(|state| state == review.state.as_str()))
                    && author.is_none_or(|author| author == Some(review.author))
            };
            reviews(parent, args, pull.reviews.iter().filter(wanted))
        }
        "reviewThreads" => {
            let names = Names { connection: "PullRequestReviewThreadConnection", edge: "PullRequestReviewThreadEdge" };
            Connection::page(names, args, Vec::new(), |()| Answer::NULL).map(Answer::object)
        }
        _ => {
            let comments = repository.comments_on(pull.number).map(|comment| (comment.id.to_string(), comment)).collect();
            let names = Names { connection: "IssueCommentConnection", edge: "IssueCommentEdge" };
            Connection::page(names, args, comments, |comment| Answer::object(CommentObject { repository, comment })).map(Answer::object)
        }
    }
}

fn reviews<'s>(parent: PullObject<'s>, args: &Args, reviews: impl Iterator<Item = &'s Review>) -> Resolved<'s> {
    let names = Names { connection: "PullRequestReviewConnection", edge: "PullRequestReviewEdge" };
    let reviews = reviews.map(|review| (review.id.to_string(), review)).collect();
    Connection::page(names, args, reviews, |review| Answer::object(ReviewObject { parent, review })).map(Answer::object)
}

/// GitHub's word for what an author is to the repository.
fn association(cx: Context<'_>, repository: &Repository, author: u64) -> &'static str {
    let given = repository.roles.get(&author).copied().unwrap_or(Role::None);
    if repository.owner == author {
        "OWNER"
    } else if cx.state.teams.iter().any(|team| team.organisation == repository.owner && team.members.contains(&author)) {
        "MEMBER"
    } else if given > Role::None {
        "COLLABORATOR"
    } else {
        "NONE"
    }
}

/// A review.
pub(super) struct ReviewObject<'s> {
    /// What it is a review of.
    pub parent: PullObject<'s>,
    /// The review itself.
    pub review: &'s Review,
}

impl<'s> Object<'s> for ReviewObject<'s> {
    fn type_name(&self) -> &'static str {
        "PullRequestReview"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let (repository, review) = (self.parent.repository, self.review);
        Ok(match name {
            "id" => review.node_id().into(),
            "databaseId" => review.id.into(),
            "fullDatabaseId" => review.id.to_string().into(),
            "state" => review.state.as_str().into(),
            "body" => review.body.as_str().into(),
            "author" => Actor::find(cx, review.author),
            "authorAssociation" => association(cx, repository, review.author).into(),
            "authorCanPushToRepository" => (cx.state.role(repository, review.author) >= Role::Write).into(),
            "commit" => git::object(repository, review.commit),
            "createdAt" | "submittedAt" | "updatedAt" | "publishedAt" => review.submitted_at.into(),
            "lastEditedAt" => Answer::NULL,
            "pullRequest" => Answer::object(self.parent),
            "onBehalfOf" => {
                let names = Names { connection: "TeamConnection", edge: "TeamEdge" };
                Answer::object(Connection::page(names, args, Vec::new(), |()| Answer::NULL)?)
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A comment on a pull request or an issue.
pub(super) struct CommentObject<'s> {
    /// Where it is.
    pub repository: &'s Repository,
    /// The comment itself.
    pub comment: &'s Comment,
}

impl CommentObject<'_> {
    fn path(&self) -> String {
        let (number, id) = (self.comment.issue, self.comment.id);
        let kind = if self.repository.pull(number).is_some() { "pull" } else { "issues" };
        format!("/{}/{kind}/{number}#issuecomment-{id}", self.repository.full_name)
    }
}

impl<'s> Object<'s> for CommentObject<'s> {
    fn type_name(&self) -> &'static str {
        "IssueComment"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let (repository, comment) = (self.repository, self.comment);
        Ok(match name {
            "id" => comment.node_id().into(),
            "databaseId" => comment.id.into(),
            "fullDatabaseId" => comment.id.to_string().into(),
            "body" => comment.body.as_str().into(),
            "author" => Actor::find(cx, comment.author),
            "authorAssociation" => association(cx, repository, comment.author).into(),
            "createdAt" | "publishedAt" => comment.created_at.into(),
            "updatedAt" => comment.updated_at().into(),
            "lastEditedAt" => comment.edited.map(|edit| edit.at).into(),
            "editor" => comment.edited.map_or(Answer::NULL, |edit| Actor::find(cx, edit.by)),
            "viewerDidAuthor" => (comment.author == cx.viewer.account).into(),
            "isMinimized" => false.into(),
            "url" => cx.url(&self.path()).into(),
            "resourcePath" => self.path().into(),
            "pullRequest" => Answer::maybe(repository.pull(comment.issue).map(|pull| PullObject { repository, pull })),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A reaction to a comment.
pub(super) struct ReactionObject<'s>(pub &'s Reaction);

/// GraphQL's words for reactions beside REST's.
const REACTIONS: [(&str, &str); 8] = [
    ("THUMBS_UP", "+1"),
    ("THUMBS_DOWN", "-1"),
    ("LAUGH", "laugh"),
    ("CONFUSED", "confused"),
    ("HEART", "heart"),
    ("HOORAY", "hooray"),
    ("ROCKET", "rocket"),
    ("EYES", "eyes"),
];

/// REST's word for GraphQL's.
pub(super) fn reaction_word(content: &str) -> Option<&'static str> {
    REACTIONS.iter().find(|(word, _)| *word == content).map(|(_, rest)| *rest)
}

impl<'s> Object<'s> for ReactionObject<'s> {
    fn type_name(&self) -> &'static str {
        "Reaction"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => self.0.node_id().into(),
            "databaseId" => self.0.id.into(),
            "content" => REACTIONS.iter().find(|(_, rest)| *rest == self.0.content).map(|(word, _)| *word).into(),
            "createdAt" => self.0.created_at.into(),
            "user" => Actor::find_user(cx, self.0.user),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// What a token must be allowed to write comments: either of these, as GitHub has it.
pub(super) fn may_comment(cx: Context<'_>) -> Result<(), Fault> {
    cx.may_write(Permission::Issues).or_else(|_| cx.may_write(Permission::PullRequests))
}
