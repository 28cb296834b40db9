//! Fetching commits by their ids with the `git` program (2.29 or newer), which knows proxies, certificates and packs.
//!
//! One snapshot of each commit, no history, no tags, no submodules. No blob filter: libgit2 cannot fetch a missing blob later. Of the user's settings only the
//! system's count; hooks, helpers, prompts and redirects are off. What arrives is named by its hash: a server can refuse, not forge.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::credentials;
use super::remote::Remote;
use crate::domain::CommitSha;
use crate::ports::{Finished, RepoError};
use crate::programs::{ChildEnvironment, Run, run_to_end};

/// Settings that win over every file.
pub(super) const SETTINGS: &[&str] = &[
    "protocol.version=2",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.helper=",
    "http.followRedirects=false",
    "transfer.bundleURI=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "maintenance.auto=false",
    "gc.auto=0",
];

/// The few `GIT_` variables that go on: where the machine's certificates are.
const KEPT: &[&str] = &["GIT_SSL_CAINFO", "GIT_SSL_CAPATH"];

/// One fetch.
pub(super) struct Fetch<'a> {
    pub(super) remote: &'a Remote,
    pub(super) token: Option<&'a SecretString>,
    pub(super) environment: &'a ChildEnvironment,
    pub(super) limit: Duration,
}

impl Fetch<'_> {
    /// Fetches these commits into the repository.
    ///
    /// # Errors
    /// [`RepoError::Fetch`] with git's last words, without the token.
    pub(super) fn run(&self, repository: &Path, commits: &[&CommitSha]) -> Result<(), RepoError> {
        let run = Run { program: "git", input: b"", limit: self.limit };
        let finished = run_to_end(self.command(repository, commits), run).map_err(|error| RepoError::Fetch(error.to_string()))?;
        if finished.code == Some(0) { Ok(()) } else { Err(RepoError::Fetch(self.last_words(&finished))) }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts git")]
    fn command(&self, repository: &Path, commits: &[&CommitSha]) -> Command {
        let mut git = Command::new("git");
        self.environment.without(is_refused).give_to(&mut git);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", self.remote.protocol()).env("LC_ALL", "C");
        if let Some(token) = self.token.filter(|_| self.remote.takes_token()) {
            git.env("GIT_CONFIG_COUNT", "1");
            git.env("GIT_CONFIG_KEY_0", format!("http.{}.extraHeader", self.remote.as_str()));
            git.env("GIT_CONFIG_VALUE_0", credentials::header(token).expose_secret());
        }
        git.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        git.arg("--git-dir").arg(repository).args(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"]);
        git.args(["--no-write-fetch-head", "--no-auto-maintenance", "--end-of-options", self.remote.as_str()]);
        // A ref of its own for each commit: what the next fetch need not send again.
        git.args(commits.iter().map(|sha| format!("{sha}:refs/shipgate/fetched/{sha}")));
        git
    }

    fn last_words(&self, finished: &Finished) -> String {
        let text = self.token.map_or_else(|| finished.error_tail.clone(), |token| credentials::redacted(&finished.error_tail, token));
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let said = lines.clone().find(|line| line.starts_with("fatal:")).or_else(|| lines.next_back()).map(plain);
        said.unwrap_or_else(|| finished.code.map_or("git was ended by a signal".to_owned(), |code| format!("git ended with exit code {code}")))
    }
}

/// One line of git's, for people: 300 characters, no control characters.
pub(super) fn plain(line: &str) -> String {
    line.chars().filter(|character| !character.is_control() && !crate::domain::is_invisible(*character)).take(300).collect()
}

pub(super) fn is_refused(name: &str) -> bool {
    (name.starts_with("GIT_") && !KEPT.contains(&name)) || matches!(name, "SSH_ASKPASS" | "LC_ALL" | "LANGUAGE")
}
