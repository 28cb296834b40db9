//! `explain`, `simulate`, `replay`: a decision without effect.

use std::path::Path;

use super::action::{block_on, no_office};
use super::args::{Explain, Format, Simulate};
use super::office::{Office, OfficeError, Place};
use super::say::Voice;
use crate::domain::{EnvName, Login, PullNumber};
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
        Ok::<_, OfficeError>(run::explain(&office.world(variables), PullNumber(options.pr), &environment, who).await)
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
    let text = serde_json::to_string_pretty(&decision.record).expect("plain data serialises");
    std::fs::write(path, crate::error::redact(&text)).map_err(|error| SavedError::Unwritable { path: path.display().to_string(), why: error.to_string() })
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
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| SavedError::Unreadable { path: path.display().to_string(), why: error.to_string() })?),
    };
    Ok(SimulateOptions { assume: options.assume.clone(), at, policy })
}

/// An instant: RFC 3339, seconds may be left out.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// `shipgate replay`.
pub(super) fn replay(path: &Path, voice: Voice) -> Exit {
    match run::replay(path) {
        Ok((decision, Replayed::Same)) => {
            let word = crate::report::table::word(decision.evaluation().verdict.judgement());
            voice.answer(&format!("the same, bit for bit: {word}\n"));
            Exit::Done
        }
        Ok((_, Replayed::Differs { at, recorded, judged })) => {
            voice.answer(&format!("differs at byte {at} of the evaluation\n  recorded: {recorded}\n  judged:   {judged}\n"));
            Exit::NoGo
        }
        Err(error) => saved(&error, voice),
    }
}

fn saved(error: &SavedError, voice: Voice) -> Exit {
    voice.error(error, None);
    match error {
        SavedError::Unreadable { .. } | SavedError::Unwritable { .. } => Exit::Files,
        SavedError::NoRecord { .. } | SavedError::Assumption(_) => Exit::Usage,
        SavedError::Policy(_) => Exit::InvalidPolicy,
    }
}

fn format(format: Format, json: bool) -> Format {
    if json { Format::Json } else { format }
}

/// Shows a decision; the exit code is its verdict.
fn show(decision: &Decision, format: Format, voice: Voice) -> Exit {
    let question = decision.question();
    let evaluation = decision.evaluation();
    match format {
        Format::Json => voice.answer(&json::decided(question, evaluation, &decision.plan)),
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
