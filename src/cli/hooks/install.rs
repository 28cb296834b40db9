//! Installing hooks, and taking them out.

use std::path::Path;

use super::super::say::Voice;
use super::{look, put, show};
use crate::env::Environment;
use crate::exit::Exit;
use crate::git::{HookQuestions, HooksUnknown};
use crate::programs::ChildEnvironment;
use crate::setup::hooks::{
    Entry, Folder, Kind, Place, PlaceKind, Plan, Refusal, Repository, Script, Seen, Step, install as plan_install, place, places, uninstall as plan_uninstall,
};

/// How it is done and told.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub(super) writing: Writing,
    pub(super) telling: Telling,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    Real,
    Dry,
}

/// For whom it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    People,
    Programs,
}

impl How {
    /// From what was typed.
    pub(super) fn new(dry_run: bool, json: bool) -> Self {
        let (writing, telling) = (if dry_run { Writing::Dry } else { Writing::Real }, if json { Telling::Programs } else { Telling::People });
        Self { writing, telling }
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotDone {
    #[error(transparent)]
    Unknown(#[from] HooksUnknown),
    #[error("SG-HOOKS: {}", join(.0))]
    Refused(Vec<Refusal>),
    #[error("SG-FILE: {folder} could not be looked at: {why}")]
    Unread { folder: String, why: std::io::Error },
    #[error("SG-FILE: the path of this program is not known: {0}")]
    NoProgram(std::io::Error),
    #[error(transparent)]
    Unwritten(#[from] put::Unwritten),
}

fn join(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl NotDone {
    fn explained(&self) -> (Exit, Option<String>) {
        match self {
            Self::Unknown(HooksUnknown::NoRepository { .. }) => (Exit::Usage, Some("go to the repository whose hooks you mean".to_owned())),
            Self::Refused(refusals) => (Exit::NoGo, Some(show::hints(refusals))),
            Self::Unknown(HooksUnknown::Unanswered { .. }) | Self::Unread { .. } | Self::NoProgram(_) => (Exit::Files, None),
            Self::Unwritten(_) => (Exit::Files, Some("see that the folder can be written to, and has room; then do it again".to_owned())),
        }
    }

    /// Says it, and gives the exit code.
    pub(super) fn say(&self, telling: Telling, voice: Voice) -> Exit {
        let (exit, hint) = self.explained();
        if let (Telling::Programs, Self::Refused(refusals)) = (telling, self) {
            voice.answer_json(&show::refused(refusals));
        } else {
            voice.error(self, hint.as_deref());
        }
        exit
    }
}

/// The repository that we are in.
pub(super) fn repository(variables: &Environment) -> Result<Repository, HooksUnknown> {
    let environment = ChildEnvironment::of(variables.all());
    HookQuestions::new(Path::new("."), &environment).repository()
}

/// What stands in a place.
pub(super) fn seen(place: &Place) -> Result<Vec<Seen>, NotDone> {
    look::seen(&place.folder).map_err(|why| NotDone::Unread { folder: crate::domain::shown(&place.folder.display().to_string()), why })
}

/// `shipgate hooks install`.
pub(super) fn install(how: How, variables: &Environment, voice: Voice) -> Exit {
    match try_install(how, variables, voice) {
        Ok(()) => Exit::Done,
        Err(error) => error.say(how.telling, voice),
    }
}

fn try_install(how: How, variables: &Environment, voice: Voice) -> Result<(), NotDone> {
    let repository = repository(variables)?;
    let place = place(&repository).map_err(|refusal| NotDone::Refused(vec![refusal]))?;
    look::stays_here(&place, &repository).map_err(|refusal| NotDone::Refused(vec![refusal]))?;
    let seen = seen(&place)?;
    let own = look::own_path(variables).map_err(NotDone::NoProgram)?;
    let folder = if place.folder.exists() { Folder::Found } else { Folder::Made };
    let script = |hook| Script { hook, program: look::program(&place, &own), folder };
    let plan = plan_install(&seen, script).map_err(NotDone::Refused)?;
    if how.writing == Writing::Real && plan.iter().any(|planned| matches!(planned.step, Step::Write(_) | Step::Replace(_) | Step::Chain(_))) {
        put::install(&place.folder, &plan)?;
    }
    let notes = notes(&place, &repository);
    let told = show::Told { place: &place, plan: &plan, seen: &seen, notes: &notes };
    match how.telling {
        Telling::Programs => voice.answer_json(&show::json(&[told], how.writing)),
        Telling::People => voice.answer(&show::text(&[told], how.writing, voice.paint)),
    }
    Ok(())
}

/// What to know besides.
fn notes(place: &Place, repository: &Repository) -> Vec<String> {
    let mut notes = Vec::new();
    if place.kind == PlaceKind::InWorkTree {
        notes.push(
            "this folder is part of the work tree: `git status` shows what was written. Commit it, and everybody whose core.hooksPath names it has these hooks, and needs \
             shipgate in the PATH"
                .to_owned(),
        );
    }
    for found in look::managers(repository) {
        let name = found.manager.as_str();
        notes.push(if found.runs_shipgate {
            format!("{} runs shipgate, too: what {name} installs would take the place of these hooks, and be enough", found.file)
        } else {
            format!("{} is here: where {name} installs its hooks, it takes the place of these; add shipgate to it instead (docs/hooks.md)", found.file)
        });
    }
    notes
}

/// `shipgate hooks uninstall`.
pub(super) fn uninstall(how: How, variables: &Environment, voice: Voice) -> Exit {
    match try_uninstall(how, variables, voice) {
        Ok(exit) => exit,
        Err(error) => error.say(how.telling, voice),
    }
}

fn try_uninstall(how: How, variables: &Environment, voice: Voice) -> Result<Exit, NotDone> {
    let repository = repository(variables)?;
    let mut looked: Vec<(Place, Vec<Seen>, Plan)> = Vec::new();
    for place in places(&repository) {
        look::stays_here(&place, &repository).map_err(|refusal| NotDone::Refused(vec![refusal]))?;
        let seen = seen(&place)?;
        let plan = plan_uninstall(&seen);
        looked.push((place, seen, plan));
    }
    if how.writing == Writing::Real {
        for (place, seen, plan) in &looked {
            put::uninstall(&place.folder, plan, was_made(seen))?;
        }
    }
    let told: Vec<show::Told<'_>> = looked.iter().map(|(place, seen, plan)| show::Told { place, plan, seen, notes: &[] }).collect();
    match how.telling {
        Telling::Programs => voice.answer_json(&show::json(&told, how.writing)),
        Telling::People => voice.answer(&show::text(&told, how.writing, voice.paint)),
    }
    let is_left = looked.iter().flat_map(|(_, _, plan)| plan).any(|planned| matches!(planned.step, Step::Leave(_)));
    Ok(if is_left { Exit::NoGo } else { Exit::Done })
}

/// Whether the folder was made for the scripts in it.
fn was_made(seen: &[Seen]) -> bool {
    let made = |entry: &Entry, hook| matches!(entry.kind(hook), Some(Kind::Ours(Script { folder: Folder::Made, .. })));
    seen.iter().any(|seen| made(&seen.here, seen.hook))
}
