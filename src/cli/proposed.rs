//! The action's checks: what a pull request, a merge group or a push brings, looked at in the checkout. No request, no token: a fork's pull request can do it.

use std::path::Path;

use super::say::Voice;
use crate::checks::Skips;
use crate::domain::{CommitSha, HeadBranch, ObjectId};
use crate::env::Environment;
use crate::examine::{Examination, ExamineError, InForce, Origin, RulesError, Selection, Wanted};
use crate::exit::Exit;
use crate::git::history::{HistoryError, Known, Repository};
use crate::intake::{ChecksHow, EventError, FailOn, InputError, Inputs, Proposed, proposed};
use crate::ports::{Depth, NewCommit};
use crate::programs::ChildEnvironment;
use crate::report::findings::{self, Examined};
use crate::runner::{Level, Runner};

/// What to do where history is missing.
const DEPTH: &str = "give actions/checkout `fetch-depth: 0`";

/// Why nothing was looked at.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("SG-INPUT: {0}")]
    Input(#[from] InputError),
    #[error("SG-EVENT: {0}")]
    Event(#[from] EventError),
    #[error("SG-FILE: the event's payload could not be read: {0}")]
    Payload(std::io::Error),
    #[error("SG-CHECKS: this checkout has no commit {0}")]
    NoCommit(String),
    #[error("SG-CHECKS: the history of this checkout is cut at commit {0}, which is part of what is to be looked at")]
    Cut(String),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Examine(#[from] ExamineError),
}

impl From<HistoryError> for Stopped {
    fn from(error: HistoryError) -> Self {
        Self::Examine(error.into())
    }
}

impl Stopped {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoCommit(_) | Self::Cut(_) => Some(DEPTH),
            Self::Examine(ExamineError::History(HistoryError::NoRepository { .. })) => {
                Some("run actions/checkout before, with `fetch-depth: 0`; in a container, its folder must be one of git's `safe.directory`")
            }
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Input(_) | Self::Event(_) => Exit::Usage,
            Self::Rules(RulesError::Faults { .. }) | Self::Examine(ExamineError::Check(_)) => Exit::InvalidPolicy,
            _ => Exit::Files,
        }
    }
}

/// Looks at what the event brings, where the workflow wants that and the event brings something; none where this is for others.
pub(super) fn checked(variables: &Environment, voice: Voice) -> Option<Exit> {
    // What is wrong with an input is said where every event is handled.
    let inputs = Inputs::read(&|name| variables.input(name)).ok()?;
    if inputs.checks == ChecksHow::Off {
        return None;
    }
    let name = variables.event_name()?;
    let runner = Runner { output: variables.output_path(), summary: variables.step_summary_path(), commands: variables.in_actions(), ..Runner::default() };
    match event(&name, variables).and_then(|proposed| proposed.map(|proposed| look(&proposed, variables)).transpose()) {
        Ok(None) => None,
        Ok(Some(examined)) => Some(tell(&examined, inputs.fail_on, (&runner, voice))),
        Err(stopped) => Some(refuse(&stopped, (&runner, voice))),
    }
}

fn event(name: &str, variables: &Environment) -> Result<Option<Proposed>, Stopped> {
    if !matches!(name, "pull_request" | "merge_group" | "push") {
        return Ok(None);
    }
    let Some(path) = variables.event_path() else { return Ok(None) };
    let payload = std::fs::read(path).map_err(Stopped::Payload)?;
    Ok(proposed(name, &payload)?)
}

fn look(proposed: &Proposed, variables: &Environment) -> Result<Examined, Stopped> {
    let (base, head) = match proposed {
        Proposed::Deleted => {
            return Ok(Examined { notices: vec!["nothing to look at: it is deleted".to_owned()], ..Examined::default() });
        }
        Proposed::Range { base, head } => (Base::Commit(base), head),
        Proposed::New { head, default } => (Base::Branch(default), head),
    };
    let folder = variables.workspace().unwrap_or_else(|| Path::new(".").to_owned());
    let repository = Repository::discover(&folder, &ChildEnvironment::of(variables.all()))?;
    let head = commit(&repository, head)?;
    let mut notices = Vec::new();
    let base = base.find(&repository, &mut notices)?;
    // What is judged has no say in how, unless there is nothing else.
    let in_force = InForce::of_commit(&repository, base.as_ref().unwrap_or(&head))?;
    if in_force.origin == Origin::Defaults {
        notices.push("the base has no policy: the defaults are in force".to_owned());
    }
    let commits = repository.new_commits(std::slice::from_ref(&head), &Known { commits: base.into_iter().collect(), remotes: Vec::new() })?;
    whole(&commits)?;
    if commits.is_empty() {
        notices.push("nothing to look at: it brings no commit".to_owned());
    }
    let wanted = Wanted { only: Vec::new(), skips: Skips::default() };
    let examination = Examination { repository: &repository, in_force: &in_force, wanted: &wanted };
    let mut examined = examination.of(&Selection::Pushed(commits, vec![head]))?;
    examined.notices.splice(0..0, notices);
    Ok(examined)
}

/// What the commits come after.
enum Base<'a> {
    Commit(&'a CommitSha),
    Branch(&'a HeadBranch),
}

impl Base<'_> {
    /// Its commit; none where there is none: then everything is new.
    fn find(&self, repository: &Repository, notices: &mut Vec<String>) -> Result<Option<ObjectId>, Stopped> {
        let name = match self {
            Self::Commit(sha) => return commit(repository, sha).map(Some),
            Self::Branch(name) => name,
        };
        match repository.commit_named(&format!("refs/remotes/origin/{name}")) {
            Ok(id) => Ok(Some(id)),
            Err(HistoryError::NoRevision { .. }) => {
                notices.push(format!("this checkout has no branch origin/{name}: everything is looked at, by the policy that it brings itself"));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn commit(repository: &Repository, sha: &CommitSha) -> Result<ObjectId, Stopped> {
    repository.commit_named(sha.as_str()).map_err(|error| match error {
        HistoryError::NoRevision { .. } => Stopped::NoCommit(sha.to_string()),
        other => other.into(),
    })
}

/// A history that is cut says of old files that they are new.
fn whole(commits: &[NewCommit]) -> Result<(), Stopped> {
    match commits.iter().find(|commit| commit.depth == Depth::Cut) {
        Some(commit) => Err(Stopped::Cut(commit.id.to_string())),
        None => Ok(()),
    }
}

fn tell(examined: &Examined, fail_on: Option<FailOn>, (runner, voice): (&Runner, Voice)) -> Exit {
    runner.output("decision", "none");
    if runner.commands {
        voice.in_the_open(&findings::github(examined));
    } else {
        voice.in_the_open(&findings::text(examined, voice.paint));
    }
    runner.summary(&findings::page(examined));
    match (examined.exit(), fail_on) {
        (Exit::NoGo, Some(FailOn::Nothing)) if examined.unread.is_empty() => Exit::Done,
        (Exit::NoGo, Some(FailOn::Nothing)) => Exit::Files,
        (exit, _) => exit,
    }
}

fn refuse(stopped: &Stopped, (runner, voice): (&Runner, Voice)) -> Exit {
    runner.output("decision", "error");
    if let Stopped::Rules(RulesError::Faults { faults, .. }) = stopped {
        voice.aside(&faults.render(crate::policy::Paint::Plain));
    }
    voice.error(stopped, stopped.hint());
    let hint = stopped.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    runner.annotate(Level::Error, &format!("{stopped}{hint}"));
    stopped.exit()
}
