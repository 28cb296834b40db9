//! Who moved the head branch last, and when: by the repository's activity. It is asked for beside the survey where somebody's words will be judged, of all
//! branches, because nobody knows the branch yet; and again, of the branch alone, where that does not tell.

use serde::Deserialize;

use super::GitHub;
use super::paths::Path;
use super::retry::Failure;
use super::transport::{Answer, Call};
use super::wire::RestActor;
use crate::domain::{CommentId, CommitSha, HeadBranch};
use crate::facts::{Fact, PullOrigin, PullRequest, Push, Sighting, SightingKind};
use crate::ports::{ForgeError, ForgeFault, Survey};

const PERMISSION: &str = "contents: read";

/// The first Enterprise Server with the activity, by GitHub's documentation.
const SINCE: &str = "3.11";

/// An entry of the activity; the list has the newest first.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Entry {
    #[serde(rename = "ref")]
    name: String,
    after: String,
    timestamp: jiff::Timestamp,
    actor: Option<RestActor>,
}

impl Entry {
    /// What it tells; `None` where it is not of this head, or of nobody.
    fn tell(self, head: &CommitSha) -> Result<Option<(Push, Sighting)>, crate::facts::Why> {
        // Where the newest is not of the head, the list is not in step with the branch, and an older entry would hide what stood there in between.
        if self.after != head.as_str() {
            return Ok(None);
        }
        let person = self.actor.map_or(Ok(None), |actor| actor.person("actor.login"))?;
        Ok(person.map(|by| (Push { by }, Sighting { at: self.timestamp, kind: SightingKind::Activity })))
    }
}

impl GitHub {
    /// The last hundred entries of all branches.
    pub(super) async fn read_activity(&self) -> Result<Vec<Entry>, ForgeError> {
        let path = Path::repository(&self.repository).then("activity").query("per_page", "100");
        self.transport.send(&Call::get(path, PERMISSION), |call, answer| answer.parse(call)).await
    }

    pub(super) async fn read_push(&self, branch: &HeadBranch, head: &CommitSha) -> Result<Option<(Push, Sighting)>, ForgeError> {
        let path = Path::repository(&self.repository).then("activity").query("ref", &format!("refs/heads/{branch}")).query("per_page", "1");
        let understand = |call: &Call, answer: &Answer| {
            let entries: Vec<Entry> = answer.parse(call)?;
            let told = entries.into_iter().next().map_or(Ok(None), |newest| newest.tell(head));
            told.map_err(|why| Failure { error: call.malformed(answer, why.what), wait: None })
        };
        self.transport.send(&Call::get(path, PERMISSION), understand).await.map_err(|error| self.too_old(error))
    }

    /// An Enterprise Server that does not know the path answers as if the repository were not there.
    fn too_old(&self, error: ForgeError) -> ForgeError {
        match (&error.fault, self.transport.watch.version()) {
            (ForgeFault::NotFound { .. }, version @ Some(_)) => {
                let what = vec![format!("the repository's activity (it comes with version {SINCE}, and needs the permission {PERMISSION})")];
                ForgeError { fault: ForgeFault::Lacks { what, version }, ..error }
            }
            _ => error,
        }
    }
}

/// Puts what the activity tells into the survey that was read beside it, where it covers every word that will be judged; elsewhere the survey stays as it
/// is, and the activity is asked for again.
pub(super) fn beside(mut survey: Survey, activity: Result<Vec<Entry>, ForgeError>, words: CommentId) -> Survey {
    match activity {
        Ok(entries) if is_covered(&survey.pull, words) => {
            let name = format!("refs/heads/{}", survey.pull.head_branch);
            let newest = entries.into_iter().find(|entry| entry.name == name);
            if let Some(Ok(Some((by, sighting)))) = newest.map(|entry| entry.tell(&survey.pull.head)) {
                survey.pull.pushed_by = Fact::Known(by);
                survey.pull.sightings.push(sighting);
            }
        }
        Ok(_) => tracing::debug!("somebody has spoken since the command: who pushed is asked for after it"),
        Err(error) => tracing::debug!("the activity could not be read beside the survey: {error}"),
    }
    survey
}

/// True where nobody has said anything since this comment. The two answers were read at times of their own: the branch may have been moved away and back in
/// between, and what was said in that moment was said of another commit. But the activity was asked for after the comment was there, so that it was read after
/// it, and covers whatever was said until then. The server's times are whole seconds: another word in the same second may be a later one.
fn is_covered(pull: &PullRequest, words: CommentId) -> bool {
    let (PullOrigin::Same, Some(comments), Some(reviews)) = (&pull.origin, pull.comments.known(), pull.reviews.known()) else { return false };
    let Some(at) = comments.items.iter().find(|comment| comment.id == words).map(|comment| comment.at) else { return false };
    let spoke = comments.items.iter().any(|comment| !comment.ours && comment.id != words && comment.at >= at);
    let reviewed = reviews.items.iter().any(|review| review.at >= at);
    comments.complete && reviews.complete && !spoke && !reviewed
}
