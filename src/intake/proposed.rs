//! Which commits an event proposes or brings: for the checks of the action. Reads only the fields it needs, and asks nobody.

use super::payload::{At, EventError, json};
use crate::domain::{CommitSha, HeadBranch};

/// What an event proposes or brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// Commits between two: of a pull request, a merge group, a push to a branch that was there.
    Range {
        /// The commit that they come after.
        base: CommitSha,
        /// The last of them.
        head: CommitSha,
    },
    /// A branch or tag that was not there before: what is new is what the default branch has not.
    New {
        /// Its commit, or its tag object.
        head: CommitSha,
        /// The default branch.
        default: HeadBranch,
    },
    /// Something is deleted: there is nothing to look at.
    Deleted,
}

/// What an event proposes or brings; none where it is no event of that kind.
///
/// # Errors
/// [`EventError`] naming the field that is not as the server documents it.
pub fn proposed(name: &str, payload: &[u8]) -> Result<Option<Proposed>, EventError> {
    let read: fn(&At<'_>) -> Result<Proposed, EventError> = match name {
        "pull_request" => |root| {
            let pull = root.get("pull_request")?;
            range(&pull.get("base")?.get("sha")?, &pull.get("head")?.get("sha")?)
        },
        "merge_group" => |root| {
            let group = root.get("merge_group")?;
            range(&group.get("base_sha")?, &group.get("head_sha")?)
        },
        "push" => push,
        _ => return Ok(None),
    };
    read(&At::root(&json(payload)?)).map(Some)
}

fn range(base: &At<'_>, head: &At<'_>) -> Result<Proposed, EventError> {
    Ok(Proposed::Range { base: base.checked()?, head: head.checked()? })
}

fn push(root: &At<'_>) -> Result<Proposed, EventError> {
    let is_nothing = |sha: &CommitSha| sha.as_str().bytes().all(|byte| byte == b'0');
    let (before, after): (CommitSha, CommitSha) = (root.get("before")?.checked()?, root.get("after")?.checked()?);
    if is_nothing(&after) {
        return Ok(Proposed::Deleted);
    }
    if is_nothing(&before) {
        return Ok(Proposed::New { head: after, default: root.get("repository")?.get("default_branch")?.checked()? });
    }
    Ok(Proposed::Range { base: before, head: after })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sha(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    fn read(name: &str, payload: &serde_json::Value) -> Option<Proposed> {
        proposed(name, payload.to_string().as_bytes()).expect("it is understood")
    }

    #[test]
    fn h5_pull_requests_merge_groups_and_pushes_say_what_they_bring() {
        let commit = |digit: char| CommitSha::new(sha(digit)).expect("a commit");
        let range = Some(Proposed::Range { base: commit('a'), head: commit('b') });
        assert_eq!(read("pull_request", &json!({ "pull_request": { "base": { "sha": sha('a') }, "head": { "sha": sha('b') } } })), range);
        assert_eq!(read("merge_group", &json!({ "merge_group": { "base_sha": sha('a'), "head_sha": sha('b') } })), range);
        let push = |before: char, after: char| json!({ "before": sha(before), "after": sha(after), "repository": { "default_branch": "main" } });
        assert_eq!(read("push", &push('a', 'b')), range);
        assert_eq!(read("push", &push('a', '0')), Some(Proposed::Deleted));
        let new = Proposed::New { head: commit('b'), default: HeadBranch::new("main").expect("a branch") };
        assert_eq!(read("push", &push('0', 'b')), Some(new));
        assert_eq!(read("issue_comment", &json!({})), None);
    }

    #[test]
    fn h5_a_payload_that_does_not_say_is_an_error_that_names_the_field() {
        let error = proposed("pull_request", br#"{"pull_request":{"base":{"sha":"x"}}}"#).expect_err("refused");
        assert_eq!(error.to_string(), "the event's payload has no `pull_request.head`");
        let error = proposed("push", br#"{"before":"--upload-pack=x","after":"a"}"#).expect_err("refused");
        assert_eq!(error.to_string(), "`before` of the event's payload is refused");
    }
}
