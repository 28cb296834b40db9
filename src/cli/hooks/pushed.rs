//! What a pre-push hook is told: the lines of git on standard input; or, under pre-commit and prek, which keep these to themselves, one line made of their variables.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use crate::env::{Environment, ManagedPush};
use crate::exit::Exit;
use crate::git::HookQuestions;
use crate::programs::ChildEnvironment;

/// The most that is read, in bytes: room for some 400,000 refs.
const MOST: u64 = 64 * 1024 * 1024;

/// What is pushed, and where to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pushed {
    /// The remote's name, or its URL where it has none.
    pub(super) remote: Option<String>,
    /// Its URL.
    pub(super) url: Option<String>,
    /// `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` for each ref.
    pub(super) lines: Vec<u8>,
}

/// Nobody said what is pushed.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTold {
    #[error("SG-HOOK: this is a git hook: git starts it, and says on standard input what is pushed")]
    Terminal,
    #[error("SG-HOOK: what is pushed could not be read: {0}")]
    Unread(#[from] std::io::Error),
    #[error("SG-HOOK: more than {MOST} bytes of refs are pushed at once")]
    TooMuch,
    #[error("SG-HOOK: pre-commit or prek say that `{shown}` is pushed, which is no ref that is here")]
    NoRef { shown: String },
}

impl NotTold {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Terminal => Exit::Usage,
            Self::Unread(_) | Self::TooMuch | Self::NoRef { .. } => Exit::Files,
        }
    }
}

/// Reads it.
///
/// # Errors
/// [`NotTold`]: what is not known is not pushed.
pub(super) fn read((remote, url): (Option<&str>, Option<&str>), variables: &Environment) -> Result<Pushed, NotTold> {
    let managed = variables.managed_push();
    let lines = match (std::io::stdin().is_terminal(), &managed) {
        (true, None) => return Err(NotTold::Terminal),
        (true, Some(_)) => Vec::new(),
        (false, _) => input()?,
    };
    let given = |given: Option<&str>, other: Option<&String>| given.map(str::to_owned).or_else(|| other.cloned());
    let (remote, url) =
        (given(remote, managed.as_ref().and_then(|push| push.remote.as_ref())), given(url, managed.as_ref().and_then(|push| push.url.as_ref())));
    let lines = match &managed {
        Some(push) if lines.is_empty() => {
            let environment = ChildEnvironment::of(variables.all());
            let questions = HookQuestions::new(Path::new("."), &environment);
            line(push, |name| questions.id_of(name))?
        }
        Some(_) | None => lines,
    };
    Ok(Pushed { remote, url, lines })
}

fn input() -> Result<Vec<u8>, NotTold> {
    let mut lines = Vec::new();
    std::io::stdin().lock().take(MOST + 1).read_to_end(&mut lines)?;
    if lines.len() as u64 > MOST { Err(NotTold::TooMuch) } else { Ok(lines) }
}

/// The line that git would have written for the one ref that such a program tells of. It does not say whether the other side has that ref already: a branch that we know
/// of there is taken for an update, everything else for new, so that more is looked at rather than less.
fn line(push: &ManagedPush, id_of: impl Fn(&str) -> Option<String>) -> Result<Vec<u8>, NotTold> {
    let no_ref = |name: &str| NotTold::NoRef { shown: crate::domain::shown(name) };
    for name in [&push.local, &push.target] {
        if name.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(no_ref(name));
        }
    }
    let local = push.to.as_ref().unwrap_or(&push.local);
    let id = id_of(local).ok_or_else(|| no_ref(local))?;
    let old = match (push.target.strip_prefix("refs/heads/"), &push.remote, &push.from) {
        (Some(branch), Some(remote), Some(from)) if id_of(&format!("refs/remotes/{remote}/{branch}")).is_some() => id_of(from),
        _ => None,
    };
    let old = old.unwrap_or_else(|| "0".repeat(id.len()));
    Ok(format!("{} {id} {} {old}\n", push.local, push.target).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(target: &str, from: Option<&str>) -> ManagedPush {
        ManagedPush {
            remote: Some("origin".to_owned()),
            url: Some("file:///r".to_owned()),
            local: "refs/heads/work".to_owned(),
            target: target.to_owned(),
            from: from.map(str::to_owned),
            to: from.map(|_| "new".to_owned()),
        }
    }

    fn id_of(name: &str) -> Option<String> {
        match name {
            "new" | "refs/heads/work" => Some("b".repeat(40)),
            "old" | "refs/remotes/origin/main" => Some("a".repeat(40)),
            _ => None,
        }
    }

    #[test]
    fn h1_the_variables_of_pre_commit_become_the_line_that_git_would_have_written() {
        let (new, old, none) = ("b".repeat(40), "a".repeat(40), "0".repeat(40));
        for (target, from, expected) in [
            ("refs/heads/main", Some("old"), &old),
            ("refs/heads/other", Some("old"), &none),
            ("refs/tags/v1.0.0", Some("old"), &none),
            ("refs/heads/main", None, &none),
        ] {
            let written = line(&push(target, from), id_of).expect("a line");
            assert_eq!(String::from_utf8(written).expect("text"), format!("refs/heads/work {new} {target} {expected}\n"));
        }
    }

    #[test]
    fn h1_a_ref_that_is_not_here_or_is_no_ref_stops_the_push() {
        let gone = ManagedPush { to: Some("gone".to_owned()), ..push("refs/heads/main", None) };
        assert!(matches!(line(&gone, id_of), Err(NotTold::NoRef { .. })));
        let hostile = push("refs/heads/main\nrefs/heads/x", Some("old"));
        assert!(matches!(line(&hostile, id_of), Err(NotTold::NoRef { .. })));
    }
}
