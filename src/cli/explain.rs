//! `explain`, `simulate`, `replay`: a decision without effect.

use std::path::Path;

use super::action::{block_on, no_office};
use super::args::{Explain, Format, Simulate};
use super::office::{Office, OfficeError, Place};
use super::say::Voice;
use crate::domain::{EnvName, Login};
use crate::env::Environment;
use crate::exit::Exit;
use crate::gates::Judgement;
use crate::report::{json, markdown, terminal};
use crate::run::{self, Decision, Replayed, RunError, SavedError, SimulateOptions};

/// `shipgate explain`.
pub(super) fn explain(options: &Explain, variables: &Environment, voice: Voice) -> Exit {
    let (environment, who) = match typed(options) {
        Ok(typed) => typed,
        Err(error) => {
            voice.error(&error, None);
            return Exit::Usage;
        }
    };
    let explained = block_on(async {
        let office = Office::open(Place::from(variables, options.repo.as_deref())?, variables)?;
        Ok::<_, OfficeError>(run::explain(&office.world(variables), options.pr, &environment, who).await)
    });
    let decided = match explained {
        Ok(decided) => decided,
        Err(error) => return no_office(voice, &error),
    };
    match decided {
        Ok(decision) => {
            if let Some(path) = &options.save
                && let Err(error) = save(path, &decision)
            {
                voice.error(&error, None);
                return Exit::Files;
            }
            show(&decision, format(options.format, options.json), voice)
        }
        Err(error) => {
            let hint = error.hint();
            voice.error(&error, hint.as_deref());
            error.exit()
        }
    }
}

fn typed(options: &Explain) -> Result<(EnvName, Option<Login>), RunError> {
    let usage = |error: crate::domain::Invalid| RunError::Usage(error.to_string());
    let environment = EnvName::new(options.environment.clone()).map_err(usage)?;
    let who = options.who.clone().map(Login::new).transpose().map_err(usage)?;
    Ok((environment, who))
}

fn save(path: &Path, decision: &Decision) -> Result<(), SavedError> {
    let text = crate::error::mask(&format!("{:#}", decision.record.redacted()));
    std::fs::write(path, text).map_err(|error| SavedError::Unwritable { path: path.display().to_string(), why: error.to_string() })
}

/// `shipgate simulate`.
pub(super) fn simulate(options: &Simulate, voice: Voice) -> Exit {
    let changes = match changes(options) {
        Ok(changes) => changes,
        Err(error) => return saved(&error, voice),
    };
    match run::simulate(&options.record, &changes) {
        Ok(decision) => show(&decision, format(options.format, options.json), voice),
        Err(error) => saved(&error, voice),
    }
}

fn changes(options: &Simulate) -> Result<SimulateOptions, SavedError> {
    let at = match &options.at {
        None => None,
        Some(text) => {
            Some(instant(text).ok_or_else(|| SavedError::Assumption(format!("`{}` is no time, e.g. 2026-12-24T10:00Z", crate::domain::shown(text))))?)
        }
    };
    let policy = match &options.policy {
        None => None,
        Some(path) => Some(policy(path)?),
    };
    Ok(SimulateOptions { assume: options.assume.clone(), at, policy })
}

/// A policy file's text, when it is valid: its faults are told with the file's own name.
fn policy(path: &Path) -> Result<String, SavedError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| SavedError::Unreadable { path: name.clone(), why: error.to_string() })?;
    match super::policy::load(&text, path) {
        Ok(_) => Ok(text),
        Err(faults) => Err(SavedError::Policy(faults.to_string())),
    }
}

/// An instant: RFC 3339, seconds may be left out.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// `shipgate replay`.
pub(super) fn replay(path: &Path, as_json: bool, voice: Voice) -> Exit {
    let (decision, replayed) = match run::replay(path) {
        Ok(replayed) => replayed,
        Err(error) => return saved(&error, voice),
    };
    let word = crate::report::table::word(decision.evaluation().verdict.judgement());
    let (exit, value, text) = match replayed {
        Replayed::Same => (Exit::Done, serde_json::json!({ "schema_version": 1, "same": true, "verdict": word }), format!("the same, bit for bit: {word}\n")),
        Replayed::Differs { at, recorded, judged } => {
            let value = serde_json::json!({ "schema_version": 1, "same": false, "verdict": word, "at": at, "recorded": recorded, "judged": judged });
            let text = format!("differs at byte {at} of the evaluation; judged now it is {word}\n  recorded: {recorded}\n  judged:   {judged}\n");
            (Exit::NoGo, value, text)
        }
    };
    if as_json {
        voice.answer_json(&value);
    } else {
        voice.answer(&text);
    }
    exit
}

fn saved(error: &SavedError, voice: Voice) -> Exit {
    let (exit, hint) = match error {
        SavedError::NoRecord { .. } => {
            (Exit::Usage, Some("a record is what `shipgate explain --save FILE` writes, and what the action's output `record` names"))
        }
        SavedError::Unreadable { .. } | SavedError::Unwritable { .. } => (Exit::Files, None),
        SavedError::Assumption(_) => (Exit::Usage, Some("see `shipgate help simulate`")),
        SavedError::Policy(_) => (Exit::InvalidPolicy, None),
    };
    voice.error(error, hint);
    exit
}

fn format(format: Format, json: bool) -> Format {
    if json { Format::Json } else { format }
}

/// Shows a decision; the exit code is its verdict.
fn show(decision: &Decision, format: Format, voice: Voice) -> Exit {
    let question = decision.question();
    let evaluation = decision.evaluation();
    match format {
        Format::Json => voice.answer_json(&json::value(question, evaluation, &decision.plan)),
        Format::Text => {
            let pull = &question.facts.pull;
            let head = format!("#{} {} to {}\n", pull.number, pull.head.short(), question.environment);
            voice.answer(&format!("{head}{}\n{}", terminal::evaluation(evaluation, voice.paint), terminal::plan(&decision.plan, voice.paint)));
        }
        Format::Markdown => {
            let subject = markdown::Subject {
                request: &question.request,
                environment: &question.environment,
                commit: question.facts.pull.head.as_str(),
                url: None,
                log: None,
                failed_job: None,
            };
            voice.answer(&markdown::status_comment(&subject, Some(evaluation), &markdown::Standing::Planned(&decision.plan)));
        }
    }
    match evaluation.verdict.judgement() {
        Judgement::Go => Exit::Done,
        Judgement::Waiting => Exit::Waiting,
        Judgement::NoGo => Exit::NoGo,
    }
}
