//! What happened to a pull request.

use super::args::Args;
use super::fault::Fault;
use super::git;
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use super::pull::{LabelObject, PullObject};
use super::review::ReviewObject;
use crate::sandbox::state::{NodeKind, TimelineEvent, TimelineKind, node_id};

/// The events of a pull request, oldest first; `itemTypes` keeps those of some kinds.
pub(super) fn list<'s>(_: Context<'s>, pull: PullObject<'s>, args: &Args) -> Resolved<'s> {
    let kinds = args.texts("itemTypes")?;
    let wanted = |event: &&TimelineEvent| kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind == words(&event.kind).1));
    let events: Vec<_> = pull.pull.events.iter().filter(wanted).map(|event| (event.id.to_string(), event)).collect();
    let count = events.len();
    let names = Names { connection: "PullRequestTimelineItemsConnection", edge: "PullRequestTimelineItemsEdge" };
    let page = Connection::page(names, args, events, |event| Answer::object(EventObject { pull, event }))?;
    Ok(Answer::object(page.with("filteredCount", count.into())))
}

/// The type and the `itemTypes` word of an event.
fn words(kind: &TimelineKind) -> (&'static str, &'static str) {
    match kind {
        TimelineKind::HeadForcePushed { .. } => ("HeadRefForcePushedEvent", "HEAD_REF_FORCE_PUSHED_EVENT"),
        TimelineKind::ReviewDismissed { .. } => ("ReviewDismissedEvent", "REVIEW_DISMISSED_EVENT"),
        TimelineKind::BaseChanged { .. } => ("BaseRefChangedEvent", "BASE_REF_CHANGED_EVENT"),
        TimelineKind::CommentDeleted { .. } => ("CommentDeletedEvent", "COMMENT_DELETED_EVENT"),
        TimelineKind::Labeled { .. } => ("LabeledEvent", "LABELED_EVENT"),
        TimelineKind::Closed => ("ClosedEvent", "CLOSED_EVENT"),
        TimelineKind::Reopened => ("ReopenedEvent", "REOPENED_EVENT"),
        TimelineKind::Merged { .. } => ("MergedEvent", "MERGED_EVENT"),
    }
}

struct EventObject<'s> {
    pull: PullObject<'s>,
    event: &'s TimelineEvent,
}

impl<'s> Object<'s> for EventObject<'s> {
    fn type_name(&self) -> &'static str {
        words(&self.event.kind).0
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let (event, repository) = (self.event, self.pull.repository);
        Ok(match (name, &event.kind) {
            ("id", _) => node_id(NodeKind::TimelineEvent, event.id).into(),
            ("createdAt", _) => event.at.into(),
            ("actor", _) => Actor::find(cx, event.actor),
            ("pullRequest", _) => Answer::object(self.pull),
            ("beforeCommit", TimelineKind::HeadForcePushed { before, .. }) => git::object(repository, *before),
            ("afterCommit", TimelineKind::HeadForcePushed { after, .. }) => git::object(repository, *after),
            ("previousReviewState", TimelineKind::ReviewDismissed { previous, .. }) => previous.as_str().into(),
            ("dismissalMessage", TimelineKind::ReviewDismissed { message, .. }) => message.as_deref().into(),
            ("review", TimelineKind::ReviewDismissed { review, .. }) => {
                let review = self.pull.pull.reviews.iter().find(|known| known.id == *review);
                Answer::maybe(review.map(|review| ReviewObject { parent: self.pull, review }))
            }
            ("previousRefName", TimelineKind::BaseChanged { from, .. }) => from.as_str().into(),
            ("currentRefName", TimelineKind::BaseChanged { to, .. }) => to.as_str().into(),
            ("deletedCommentAuthor", TimelineKind::CommentDeleted { author }) => Actor::find(cx, *author),
            ("label", TimelineKind::Labeled { label }) => Answer::object(LabelObject(label.clone())),
            ("commit", TimelineKind::Merged { commit }) => git::object(repository, *commit),
            _ => return Err(Fault::no_field()),
        })
    }
}
