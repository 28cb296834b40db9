//! Comments, reactions, reviews.

use git2::Oid;

use super::Missing;
use crate::sandbox::state::{Comment, Edit, Reaction, Review, ReviewState, State, TimelineEvent, TimelineKind, Viewer};

/// A review to submit.
#[derive(Clone, Debug)]
pub struct ReviewSpec {
    /// The repository.
    pub repository: u64,
    /// The pull request's number.
    pub pull: u64,
    /// Who reviews.
    pub author: u64,
    /// What they say.
    pub state: ReviewState,
    /// The text.
    pub body: String,
    /// The commit; the head where `None`.
    pub commit: Option<Oid>,
}

/// Why a review was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// There is no such pull request.
    #[error("Not Found")]
    Missing,
    /// Nobody approves or refuses their own.
    #[error("Can not approve your own pull request")]
    OwnPull,
    /// The commit is not there.
    #[error("The commit_id is not part of the pull request")]
    NoCommit,
}

impl State {
    /// Writes a comment on a pull request or issue and gives its id.
    ///
    /// # Errors
    /// [`Missing`] where there is neither.
    pub fn comment(&mut self, (repository, number): (u64, u64), by: &Viewer, body: &str) -> Result<u64, Missing> {
        let (id, created_at) = (self.next_id(), self.now());
        let repository = self.repository_mut(repository).ok_or(Missing)?;
        if let Some(pull) = repository.pull_mut(number) {
            pull.updated_at = created_at;
        } else if !repository.issues.iter().any(|issue| issue.number == number) {
            return Err(Missing);
        }
        let (author, app) = (by.account, by.app);
        repository.comments.push(Comment { id, issue: number, author, app, body: body.to_owned(), created_at, edited: None, reactions: Vec::new() });
        Ok(id)
    }

    /// Rewrites a comment. The same text is no edit.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn edit_comment(&mut self, id: u64, by: u64, body: &str) -> Result<(), Missing> {
        let at = self.now();
        let comment = self.comment_mut(id).ok_or(Missing)?;
        if comment.body != body {
            body.clone_into(&mut comment.body);
            comment.edited = Some(Edit { at, by });
        }
        Ok(())
    }

    /// Deletes a comment.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn delete_comment(&mut self, id: u64, by: u64) -> Result<(), Missing> {
        let (event, at) = (self.next_id(), self.now());
        let repository = self.repositories.iter_mut().find(|repository| repository.comments.iter().any(|comment| comment.id == id)).ok_or(Missing)?;
        let index = repository.comments.iter().position(|comment| comment.id == id).ok_or(Missing)?;
        let comment = repository.comments.remove(index);
        if let Some(pull) = repository.pull_mut(comment.issue) {
            pull.events.push(TimelineEvent { id: event, at, actor: by, kind: TimelineKind::CommentDeleted { author: comment.author } });
        }
        Ok(())
    }

    /// A comment of any repository.
    pub fn comment_of(&self, id: u64) -> Option<(&super::super::state::Repository, &Comment)> {
        let in_one = |repository: &'_ super::super::state::Repository| repository.comments.iter().any(|comment| comment.id == id);
        let repository = self.repositories.iter().find(|repository| in_one(repository))?;
        repository.comments.iter().find(|comment| comment.id == id).map(|comment| (repository, comment))
    }

    fn comment_mut(&mut self, id: u64) -> Option<&mut Comment> {
        self.repositories.iter_mut().find_map(|repository| repository.comments.iter_mut().find(|comment| comment.id == id))
    }

    /// Adds a reaction, by its REST word; the same one twice is one reaction. Gives it, and true where it is new.
    ///
    /// # Errors
    /// [`Missing`] where there is no such comment.
    pub fn react(&mut self, comment: u64, by: u64, content: &str) -> Result<(Reaction, bool), Missing> {
        let (id, created_at) = (self.next_id(), self.now());
        let comment = self.comment_mut(comment).ok_or(Missing)?;
        if let Some(known) = comment.reactions.iter().find(|reaction| reaction.user == by && reaction.content == content) {
            return Ok((known.clone(), false));
        }
        let reaction = Reaction { id, user: by, content: content.to_owned(), created_at };
        comment.reactions.push(reaction.clone());
        Ok((reaction, true))
    }

    /// Takes a reaction away.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn unreact(&mut self, comment: u64, reaction: u64) -> Result<(), Missing> {
        let comment = self.comment_mut(comment).ok_or(Missing)?;
        let index = comment.reactions.iter().position(|known| known.id == reaction).ok_or(Missing)?;
        comment.reactions.remove(index);
        Ok(())
    }

    /// Submits a review and gives its id.
    ///
    /// # Errors
    /// [`ReviewError`]; nothing changed.
    pub fn review(&mut self, spec: ReviewSpec) -> Result<u64, ReviewError> {
        let (id, submitted_at) = (self.next_id(), self.now());
        let repository = self.repository_mut(spec.repository).ok_or(ReviewError::Missing)?;
        if spec.commit.is_some_and(|commit| !repository.git.has(commit)) {
            return Err(ReviewError::NoCommit);
        }
        let pull = repository.pull_mut(spec.pull).ok_or(ReviewError::Missing)?;
        if pull.author == spec.author && matches!(spec.state, ReviewState::Approved | ReviewState::ChangesRequested) {
            return Err(ReviewError::OwnPull);
        }
        let commit = spec.commit.unwrap_or(pull.head_sha);
        pull.reviews.push(Review { id, author: spec.author, state: spec.state, body: spec.body, commit, submitted_at });
        pull.updated_at = submitted_at;
        Ok(id)
    }

    /// Dismisses a review.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn dismiss_review(&mut self, review: u64, by: u64, message: &str) -> Result<(), Missing> {
        let (id, at) = (self.next_id(), self.now());
        let pulls = self.repositories.iter_mut().flat_map(|repository| &mut repository.pulls);
        let pull = pulls.into_iter().find(|pull| pull.reviews.iter().any(|known| known.id == review)).ok_or(Missing)?;
        let found = pull.reviews.iter_mut().find(|known| known.id == review).ok_or(Missing)?;
        let previous = std::mem::replace(&mut found.state, ReviewState::Dismissed);
        let kind = TimelineKind::ReviewDismissed { review, previous, message: Some(message.to_owned()) };
        pull.events.push(TimelineEvent { id, at, actor: by, kind });
        pull.updated_at = at;
        Ok(())
    }
}
