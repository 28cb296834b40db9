//! What a started program finds in its environment: what ours holds, without tokens and without the files by which a step
//! of a workflow steers the next ones.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::Command;

/// A variable, or a family of them, that no started program sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The variable of this name.
    Name(&'static str),
    /// Every variable whose name begins so.
    Prefix(&'static str),
}

/// Every variable that is withheld, with letters of either case.
pub const WITHHELD: &[Withheld] = &[
    Withheld::Name("GITHUB_TOKEN"),
    Withheld::Name("GH_TOKEN"),
    Withheld::Name("GITHUB_ENTERPRISE_TOKEN"),
    Withheld::Name("GH_ENTERPRISE_TOKEN"),
    // Ours: the inputs of the action, the token among them.
    Withheld::Prefix("INPUT_"),
    // The runner's own tokens: cache, artifacts, OpenID Connect.
    Withheld::Prefix("ACTIONS_"),
    // Files by which a step changes the environment, the outputs and the path of later steps.
    Withheld::Name("GITHUB_ENV"),
    Withheld::Name("GITHUB_OUTPUT"),
    Withheld::Name("GITHUB_PATH"),
    Withheld::Name("GITHUB_STATE"),
];

/// The variables that a started program gets; its `Debug` shows names only.
#[derive(Clone, Default)]
pub struct ChildEnvironment {
    variables: Vec<(OsString, OsString)>,
}

impl ChildEnvironment {
    /// Of all variables those that a program may see. The caller gives them: reading them is the business of the shell.
    pub fn of(all: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self { variables: all.into_iter().filter(|(name, _)| !is_withheld(name)).collect() }
    }

    /// The same without the variables that this rejects by name, given in capitals.
    pub(crate) fn without(&self, reject: impl Fn(&str) -> bool) -> Self {
        let keep = |(name, _): &&(OsString, OsString)| !reject(&capitals(name));
        Self { variables: self.variables.iter().filter(keep).cloned().collect() }
    }

    /// Makes this the program's whole environment.
    pub(crate) fn give_to(&self, command: &mut Command) {
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

impl fmt::Debug for ChildEnvironment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.variables.iter().map(|(name, _)| name)).finish()
    }
}

fn capitals(name: &OsStr) -> String {
    name.to_string_lossy().to_ascii_uppercase()
}

fn is_withheld(name: &OsStr) -> bool {
    let name = capitals(name);
    WITHHELD.iter().any(|withheld| match withheld {
        Withheld::Name(other) => name == *other,
        Withheld::Prefix(prefix) => name.starts_with(prefix),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(names: &[&str]) -> ChildEnvironment {
        ChildEnvironment::of(names.iter().map(|name| (OsString::from(name), OsString::from("s3cret"))))
    }

    #[test]
    fn a5_tokens_and_command_files_are_not_handed_on() {
        let withheld = ["INPUT_TOKEN", "GITHUB_TOKEN", "gh_token", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "GITHUB_OUTPUT", "GITHUB_ENV"];
        assert!(environment(&withheld).variables.is_empty());
        assert_eq!(environment(&["PATH", "HOME", "KUBECONFIG", "GITHUB_REPOSITORY", "GITHUB_SHA"]).variables.len(), 5);
    }

    #[test]
    fn a5_the_debug_form_shows_names_only() {
        let shown = format!("{:?}", environment(&["DATABASE_URL"]));
        assert!(shown.contains("DATABASE_URL") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn a_family_of_variables_can_be_taken_away() {
        let left = environment(&["GIT_DIR", "git_ssh", "PATH"]).without(|name| name.starts_with("GIT_"));
        assert_eq!(left.variables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), ["PATH"]);
    }
}
