//! How `shipgate hooks` speaks of what it did or would do, to people and to programs.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::install::Writing;
use crate::report::terminal::Paint;
use crate::setup::hooks::{Entry, HookName, Left, Place, Plan, Refusal, Seen, Step};

/// What was done in a place.
pub(super) struct Told<'a> {
    pub(super) place: &'a Place,
    pub(super) plan: &'a Plan,
    pub(super) seen: &'a [Seen],
    pub(super) notes: &'a [String],
}

/// A path for people.
pub(super) fn path(path: &Path) -> String {
    crate::error::one_line(&path.display().to_string(), 300)
}

/// What to do about refusals, each once.
pub(super) fn hints(refusals: &[Refusal]) -> String {
    let mut hints: Vec<String> = Vec::new();
    for hint in refusals.iter().map(Refusal::hint) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints.join("\nhint: ")
}

/// Refusals for programs.
pub(super) fn refused(refusals: &[Refusal]) -> Value {
    let one = |refusal: &Refusal| json!({ "what": refusal.to_string(), "hint": refusal.hint() });
    json!({ "schema_version": 1, "folders": [], "refused": refusals.iter().map(one).collect::<Vec<_>>() })
}

/// For people.
pub(super) fn text(told: &[Told<'_>], writing: Writing, paint: Paint) -> String {
    let mut out = String::new();
    for told in told {
        let _ = writeln!(out, "{} {}", paint.bold("hooks folder"), path(&told.place.folder));
        for planned in told.plan {
            let is_aside = told.seen.iter().any(|seen| seen.hook == planned.hook && seen.aside != Entry::Nothing);
            let _ = writeln!(out, "{:<12} {}", planned.hook.as_str(), words(planned.hook, &planned.step, is_aside));
        }
        for note in told.notes {
            let _ = writeln!(out, "note: {note}");
        }
    }
    if writing == Writing::Dry {
        out.push_str("nothing was changed (--dry-run)\n");
    }
    out
}

fn words(hook: HookName, step: &Step, is_aside: bool) -> String {
    let aside = hook.aside();
    let order = if hook == HookName::PrePush { "after" } else { "before" };
    match step {
        Step::Keep if is_aside => format!("installed already; {aside} runs {order} it"),
        Step::Keep => "installed already".to_owned(),
        Step::KeepCalling => "left as it is: it runs shipgate".to_owned(),
        Step::Write(_) => "installed".to_owned(),
        Step::Replace(_) => "installed, in the place of an older one".to_owned(),
        Step::Chain(_) => format!("installed; the hook that was there is now {aside} and runs {order} it"),
        Step::Remove => "taken out".to_owned(),
        Step::MoveBack => format!("taken out; {aside} is {hook} again"),
        Step::Nothing => "not installed".to_owned(),
        Step::Leave(Left::Edited) => "left alone: it was changed since it was installed; take it away by hand".to_owned(),
        Step::Leave(Left::OtherVersion) => "left alone: a later shipgate wrote it".to_owned(),
        Step::Leave(Left::Replaced) => format!("left alone: another hook took its place since; what was there before is {aside}"),
        Step::Leave(Left::Strange) => format!("left alone: it is no file; what was there before is {aside}"),
    }
}

/// For programs.
pub(super) fn json(told: &[Told<'_>], writing: Writing) -> Value {
    let hook = |told: &Told<'_>| -> Vec<Value> {
        told.plan
            .iter()
            .map(|planned| json!({ "hook": planned.hook, "step": word(&planned.step), "chained": chained(told, planned.hook, &planned.step) }))
            .collect()
    };
    let folder = |told: &Told<'_>| json!({ "folder": path(&told.place.folder), "kind": told.place.kind, "hooks": hook(told), "notes": told.notes });
    json!({ "schema_version": 1, "dry_run": writing == Writing::Dry, "folders": told.iter().map(folder).collect::<Vec<_>>(), "refused": [] })
}

fn chained(told: &Told<'_>, hook: HookName, step: &Step) -> Option<String> {
    let is_aside = told.seen.iter().any(|seen| seen.hook == hook && seen.aside != Entry::Nothing);
    (matches!(step, Step::Chain(_)) || is_aside && matches!(step, Step::Keep | Step::Write(_) | Step::Replace(_))).then(|| hook.aside())
}

fn word(step: &Step) -> &'static str {
    match step {
        Step::Keep => "kept",
        Step::KeepCalling => "kept-calling",
        Step::Write(_) => "written",
        Step::Replace(_) => "replaced",
        Step::Chain(_) => "chained",
        Step::Remove => "removed",
        Step::MoveBack => "moved-back",
        Step::Nothing => "nothing",
        Step::Leave(Left::Edited) => "left-edited",
        Step::Leave(Left::OtherVersion) => "left-later",
        Step::Leave(Left::Replaced) => "left-replaced",
        Step::Leave(Left::Strange) => "left-strange",
    }
}
