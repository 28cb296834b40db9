//! Which commit a tag of a remote repository names, asked of the `git` program without fetching anything.

use std::process::Command;
use std::time::Duration;

use super::fetch::{SETTINGS, is_refused, plain};
use super::remote::Remote;
use crate::domain::{BranchName, CommitSha};
use crate::programs::{ChildEnvironment, Run, run_to_end};

/// How long the server may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Why a tag's commit is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// The server could not be asked, or refused.
    #[error("{repository} could not be asked: {why}")]
    Unanswered {
        /// The repository's address.
        repository: String,
        /// Git's words.
        why: String,
    },
    /// There is no such tag.
    #[error("{repository} has no tag {tag}")]
    Missing {
        /// The repository's address.
        repository: String,
        /// The tag.
        tag: String,
    },
}

/// The commit that a tag names: what an annotated one is peeled to. No credentials are sent.
///
/// # Errors
/// [`TagError`]
pub fn tagged_commit(remote: &Remote, tag: &BranchName, environment: &ChildEnvironment) -> Result<CommitSha, TagError> {
    let repository = remote.as_str().to_owned();
    let unanswered = |why: String| TagError::Unanswered { repository: repository.clone(), why };
    let run = Run { program: "git", input: b"", limit: LIMIT };
    let finished = run_to_end(command(remote, tag, environment), run).map_err(|error| unanswered(error.to_string()))?;
    if finished.code != Some(0) {
        let said = finished.error_tail.lines().map(str::trim).find(|line| line.starts_with("fatal:")).map(plain);
        return Err(unanswered(said.unwrap_or_else(|| "git gave no reason".to_owned())));
    }
    commit_of(&String::from_utf8_lossy(&finished.output), tag).ok_or(TagError::Missing { repository, tag: tag.to_string() })
}

/// The commit in the answer: the peeled line counts before the tag's own.
fn commit_of(answer: &str, tag: &BranchName) -> Option<CommitSha> {
    let wanted = [format!("refs/tags/{tag}^{{}}"), format!("refs/tags/{tag}")];
    let named = |name: &String| answer.lines().filter_map(|line| line.split_once('\t')).find(|(_, other)| other == name);
    wanted.iter().find_map(named).and_then(|(id, _)| CommitSha::new(id).ok())
}

#[expect(clippy::disallowed_methods, reason = "git is started in src/git only")]
fn command(remote: &Remote, tag: &BranchName, environment: &ChildEnvironment) -> Command {
    let mut git = Command::new("git");
    environment.without(is_refused).give_to(&mut git);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", remote.protocol()).env("LC_ALL", "C");
    git.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    git.args(["ls-remote", "--quiet", "--end-of-options", remote.as_str()]).args([format!("refs/tags/{tag}"), format!("refs/tags/{tag}^{{}}")]);
    git
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> BranchName {
        BranchName::new("v1.2.3").expect("a tag")
    }

    #[test]
    fn i1_a_tag_is_peeled_to_its_commit() {
        let (own, peeled) = ("a".repeat(40), "b".repeat(40));
        let light = format!("{own}\trefs/tags/v1.2.3\n");
        let annotated = format!("{light}{peeled}\trefs/tags/v1.2.3^{{}}\n");
        assert_eq!(commit_of(&annotated, &tag()).map(String::from), Some(peeled));
        assert_eq!(commit_of(&light, &tag()).map(String::from), Some(own.clone()));
        for other in ["", "nonsense", &format!("{own}\trefs/tags/v1.2.3-rc"), "xyz\trefs/tags/v1.2.3"] {
            assert_eq!(commit_of(other, &tag()), None, "{other}");
        }
    }
}
