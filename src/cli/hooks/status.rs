//! `shipgate hooks status`: what is installed, where, by whom, and whether it works.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::super::say::Voice;
use super::install::{NotDone, Telling, repository, seen};
use super::{look, show};
use crate::env::Environment;
use crate::exit::Exit;
use crate::setup::hooks::{Entry, HookName, Kind, Manager, Place, PlaceKind, Program, Refusal, Repository, Scope, Seen, place, places};

/// Everything that is told.
#[derive(Debug, Serialize)]
struct Status {
    schema_version: u32,
    /// Whether all three hooks are installed where git looks, and work.
    works: bool,
    /// Why git's folder is not ours to write to, where it is not.
    refused: Option<String>,
    hooks_path: Option<HooksPath>,
    folders: Vec<FolderStatus>,
    managers: Vec<ManagerStatus>,
}

#[derive(Debug, Serialize)]
struct HooksPath {
    value: String,
    scope: Scope,
    origin: String,
}

#[derive(Debug, Serialize)]
struct FolderStatus {
    folder: String,
    kind: PlaceKind,
    /// Whether git looks here.
    in_use: bool,
    hooks: Vec<HookStatus>,
}

#[derive(Debug, Serialize)]
struct HookStatus {
    hook: HookName,
    state: State,
    /// The program that it starts.
    program: Option<String>,
    finds_program: Option<Finds>,
    /// The hook that was there before.
    chained: Option<Chained>,
}

/// What stands under a hook's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Installed,
    /// Git does not run it.
    NotExecutable,
    Edited,
    OtherVersion,
    CallsShipgate,
    Managed,
    Foreign,
    Missing,
    NoFile,
}

/// What becomes of starting the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Finds {
    /// It is this program.
    This,
    /// It is another one.
    Another,
    /// It is not there.
    Nothing,
}

#[derive(Debug, Serialize)]
struct Chained {
    file: String,
    /// Whether it runs: git runs no hook that is not executable.
    runs: bool,
}

#[derive(Debug, Serialize)]
struct ManagerStatus {
    manager: Manager,
    file: &'static str,
    runs_shipgate: bool,
}

/// `shipgate hooks status`.
pub(super) fn status(json: bool, variables: &Environment, voice: Voice) -> Exit {
    let telling = if json { Telling::Programs } else { Telling::People };
    match look_at(variables) {
        Ok(status) if json => {
            voice.answer_json(&status);
            status.exit()
        }
        Ok(status) => {
            voice.answer(&text(&status));
            status.exit()
        }
        Err(error) => error.say(telling, voice),
    }
}

impl Status {
    fn exit(&self) -> Exit {
        if self.works { Exit::Done } else { Exit::NoGo }
    }
}

fn look_at(variables: &Environment) -> Result<Status, NotDone> {
    let repository = repository(variables)?;
    let here = place(&repository);
    let own = look::own_path(variables).ok();
    let mut folders = Vec::new();
    for place in places(&repository) {
        let in_use = here.as_ref().is_ok_and(|here| here.folder == place.folder);
        let hooks = seen(&place)?.iter().map(|seen| hook(seen, own.as_deref(), variables)).collect();
        folders.push(FolderStatus { folder: show::path(&place.folder), kind: place.kind, in_use, hooks });
    }
    let managers: Vec<ManagerStatus> = look::managers(&repository)
        .into_iter()
        .map(|found| ManagerStatus { manager: found.manager, file: found.file, runs_shipgate: found.runs_shipgate })
        .collect();
    let in_use = || folders.iter().filter(|folder| folder.in_use);
    let is_managed = matches!(here, Err(Refusal::Managed { .. })) || in_use().any(|folder| folder.hooks.iter().any(|hook| hook.state == State::Managed));
    let works = in_use().any(|folder| folder.hooks.iter().all(HookStatus::works)) || is_managed && managers.iter().any(|manager| manager.runs_shipgate);
    Ok(Status { schema_version: 1, works, refused: refused(&here), hooks_path: hooks_path(&repository), folders, managers })
}

fn refused(here: &Result<Place, Refusal>) -> Option<String> {
    here.as_ref().err().map(ToString::to_string)
}

fn hooks_path(repository: &Repository) -> Option<HooksPath> {
    let setting = repository.setting.as_ref()?;
    Some(HooksPath { value: show::path(&setting.value), scope: setting.scope, origin: crate::error::one_line(&setting.origin, 300) })
}

impl HookStatus {
    fn works(&self) -> bool {
        self.state == State::CallsShipgate || self.state == State::Installed && self.finds_program != Some(Finds::Nothing)
    }
}

fn hook(seen: &Seen, own: Option<&Path>, variables: &Environment) -> HookStatus {
    let kind = seen.here.kind(seen.hook);
    let program = match &kind {
        Some(Kind::Ours(script)) => Some(script.program.clone()),
        _ => None,
    };
    let chained = match (&kind, &seen.aside) {
        (Some(Kind::Ours(_) | Kind::Edited | Kind::OtherVersion(_)), Entry::File(file)) => Some(Chained { file: seen.hook.aside(), runs: file.executable }),
        _ => None,
    };
    HookStatus {
        hook: seen.hook,
        state: state(&seen.here, kind.as_ref()),
        program: program.as_ref().map(shown_program),
        finds_program: program.as_ref().map(|program| finds(program, own, variables)),
        chained,
    }
}

fn state(here: &Entry, kind: Option<&Kind>) -> State {
    let executable = matches!(here, Entry::File(file) if file.executable);
    match kind {
        Some(Kind::Ours(_) | Kind::Calls) if !executable => State::NotExecutable,
        Some(Kind::Ours(_)) => State::Installed,
        Some(Kind::Edited) => State::Edited,
        Some(Kind::OtherVersion(_)) => State::OtherVersion,
        Some(Kind::Calls) => State::CallsShipgate,
        Some(Kind::Managed(_)) => State::Managed,
        Some(Kind::Foreign) => State::Foreign,
        None if *here == Entry::Nothing => State::Missing,
        None => State::NoFile,
    }
}

fn shown_program(program: &Program) -> String {
    match program {
        Program::At(path) => show::path(&look::path_of(path)),
        Program::OnPath => "shipgate".to_owned(),
    }
}

fn finds(program: &Program, own: Option<&Path>, variables: &Environment) -> Finds {
    let file = match program {
        Program::At(path) => Some(look::path_of(path)),
        Program::OnPath => {
            let name = format!("shipgate{}", std::env::consts::EXE_SUFFIX);
            variables.program_folders().into_iter().map(|folder| folder.join(&name)).find(|file| file.is_file())
        }
    };
    let real = |path: &Path| path.canonicalize().ok();
    match file.as_deref().and_then(real) {
        None => Finds::Nothing,
        Some(found) if own.and_then(real) == Some(found.clone()) => Finds::This,
        Some(_) => Finds::Another,
    }
}

fn text(status: &Status) -> String {
    let mut out = String::new();
    if let Some(path) = &status.hooks_path {
        let _ = writeln!(out, "core.hooksPath is {} ({}, {})", path.value, path.scope.as_str(), path.origin);
    }
    if let Some(why) = &status.refused {
        let _ = writeln!(out, "not installed: {why}");
    }
    for folder in &status.folders {
        let unused = if folder.in_use { "" } else { " (git does not look here)" };
        let _ = writeln!(out, "hooks folder {}{unused}", folder.folder);
        for hook in &folder.hooks {
            let _ = writeln!(out, "{:<12} {}", hook.hook.as_str(), words(hook));
        }
    }
    for manager in &status.managers {
        let runs = if manager.runs_shipgate { "runs shipgate" } else { "does not run shipgate" };
        let _ = writeln!(out, "{:<12} {} {runs}", manager.manager.as_str(), manager.file);
    }
    let _ = writeln!(out, "{}", if status.works { "all hooks are in place" } else { "not all hooks are in place: `shipgate hooks install`" });
    out
}

fn words(hook: &HookStatus) -> String {
    let mut words = match hook.state {
        State::Installed => "installed".to_owned(),
        State::NotExecutable => "not executable: git does not run it".to_owned(),
        State::Edited => "installed, and changed since".to_owned(),
        State::OtherVersion => "installed by a later shipgate".to_owned(),
        State::CallsShipgate => "somebody's, runs shipgate".to_owned(),
        State::Managed => "written by another program that looks after hooks".to_owned(),
        State::Foreign => "somebody's".to_owned(),
        State::Missing => "not installed".to_owned(),
        State::NoFile => "no file".to_owned(),
    };
    if let (Some(program), Some(finds)) = (&hook.program, hook.finds_program) {
        let which = match finds {
            Finds::This => "this program",
            Finds::Another => "another program than this one",
            Finds::Nothing => "which is not there: nothing passes",
        };
        let _ = write!(words, "; starts {program}, {which}");
    }
    if let Some(chained) = &hook.chained {
        let runs = if chained.runs { "" } else { " (not executable: it does not run)" };
        let _ = write!(words, "; with {}{runs}", chained.file);
    }
    words
}
