//! `shipgate policy` and `shipgate gates`.

use std::path::Path;

use serde_json::json;

use super::args::Policy as Command;
use super::say::Voice;
use crate::domain::{EnvName, ObjectId};
use crate::exit::Exit;
use crate::gates::GATES;
use crate::policy::{self, Policy};
use crate::report::terminal::Paint;

/// Looks after the policy file.
pub(super) fn policy(command: &Command, voice: Voice) -> Exit {
    match command {
        Command::Check { file, json } => check(file, *json, voice),
        Command::Schema => {
            voice.in_the_open(policy::SCHEMA);
            Exit::Done
        }
        Command::Explain { environment, file, json } => explain(environment.as_deref(), file, *json, voice),
    }
}

/// How to begin, where there is no policy.
const BEGINNING: &str = "\
begin with this, as .github/shipgate.yml at the root of the repository:

    version: 1
    environments:
      staging: {}
      production: { after: [staging] }

then `shipgate policy check` checks it, and `shipgate policy explain` says what it demands";

/// Why a policy file could not be used.
#[derive(Debug, thiserror::Error)]
enum NoPolicy {
    #[error("SG-POLICY: there is no policy here: no file {path}")]
    Nowhere { path: String },
    #[error("SG-FILE: {path} could not be read: {why}")]
    Unreadable { path: String, why: String },
    #[error("SG-USAGE: {0}")]
    Environment(String),
}

fn read(file: &Path) -> Result<String, NoPolicy> {
    std::fs::read_to_string(file).map_err(|error| {
        let path = file.display().to_string();
        if error.kind() == std::io::ErrorKind::NotFound && file == Path::new(policy::POLICY_PATH) {
            NoPolicy::Nowhere { path }
        } else {
            NoPolicy::Unreadable { path, why: error.to_string() }
        }
    })
}

/// A file on this machine has no object id of the server's; the policy's own text decides, not its id.
fn no_id() -> ObjectId {
    ObjectId::new("0".repeat(40)).expect("forty zeros are an object id")
}

/// The policy in a file's text; faults carry the file's name.
///
/// # Errors
/// Every fault of the policy.
pub(super) fn load(text: &str, file: &Path) -> Result<Policy, policy::Faults> {
    policy::load(text, no_id()).map_err(|faults| faults.of_file(&file.display().to_string()))
}

fn check(file: &Path, as_json: bool, voice: Voice) -> Exit {
    let text = match read(file) {
        Ok(text) => text,
        Err(error) => return unreadable(voice, &error),
    };
    match load(&text, file) {
        Ok(policy) => {
            let warnings = policy::warnings(&text, &policy).of_file(&file.display().to_string());
            if as_json {
                let value = json!({ "schema_version": 1, "valid": true, "faults": [], "warnings": warnings });
                voice.answer_json(&value);
            } else {
                voice.aside(&warnings.render(paint(voice.error_paint)));
                voice.answer(&format!("{}: valid; {}\n", file.display(), environments(&policy)));
            }
            Exit::Done
        }
        Err(faults) => invalid(&faults, (file, as_json), voice),
    }
}

fn environments(policy: &Policy) -> String {
    let names: Vec<&str> = policy.environments.iter().map(|environment| environment.name.as_str()).collect();
    format!("{} environment{}: {}", names.len(), plural(names.len()), names.join(", "))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn invalid(faults: &policy::Faults, (file, as_json): (&Path, bool), voice: Voice) -> Exit {
    if as_json {
        let value = json!({ "schema_version": 1, "valid": false, "faults": faults, "warnings": [] });
        voice.answer_json(&value);
    } else {
        let count = faults.list().len();
        voice.aside(&faults.render(paint(voice.error_paint)));
        voice.aside(&format!("\n{}: not valid; {count} fault{}\n", file.display(), plural(count)));
    }
    Exit::InvalidPolicy
}

fn explain(environment: Option<&str>, file: &Path, as_json: bool, voice: Voice) -> Exit {
    let text = match read(file) {
        Ok(text) => text,
        Err(error) => return unreadable(voice, &error),
    };
    let policy = match load(&text, file) {
        Ok(policy) => policy,
        Err(faults) => return invalid(&faults, (file, as_json), voice),
    };
    let environment = match environment.map(|word| known(&policy, word)).transpose() {
        Ok(environment) => environment,
        Err(error) => return unreadable(voice, &error),
    };
    if as_json {
        let value = json!({ "schema_version": 1, "policy": policy });
        voice.answer_json(&value);
    } else {
        voice.answer(&policy::explain(&policy, environment.as_ref()));
    }
    Exit::Done
}

fn known(policy: &Policy, word: &str) -> Result<EnvName, NoPolicy> {
    let word = EnvName::new(word).map_err(|error| NoPolicy::Environment(error.to_string()))?;
    match policy.environment(&word) {
        Some(environment) => Ok(environment.name.clone()),
        None => Err(NoPolicy::Environment(crate::run::unknown_environment(policy, &word))),
    }
}

fn unreadable(voice: Voice, error: &NoPolicy) -> Exit {
    let (exit, hint) = match error {
        NoPolicy::Nowhere { .. } => (Exit::InvalidPolicy, Some(BEGINNING)),
        NoPolicy::Unreadable { .. } => (Exit::Files, Some("`shipgate policy check` without a file reads .github/shipgate.yml")),
        NoPolicy::Environment(_) => (Exit::Usage, None),
    };
    voice.error(error, hint);
    exit
}

/// The same, as the policy's words have it.
pub(super) fn paint(paint: Paint) -> policy::Paint {
    match paint {
        Paint::Colour => policy::Paint::Coloured,
        Paint::Plain => policy::Paint::Plain,
    }
}

/// `shipgate gates`: the registry.
pub(super) fn gates(as_json: bool, voice: Voice) -> Exit {
    if as_json {
        let gate = |spec: &crate::gates::GateSpec| {
            let reasons: Vec<_> = spec.reasons.iter().map(|reason| json!({ "code": reason.code, "about": reason.about })).collect();
            json!({ "id": spec.name, "title": spec.title, "rows": spec.rows, "reasons": reasons })
        };
        let gates: Vec<_> = GATES.iter().map(gate).collect();
        voice.answer_json(&json!({ "schema_version": 1, "gates": gates }));
        return Exit::Done;
    }
    for spec in GATES {
        voice.answer(&format!("{} — {} ({})\n", voice.paint.bold(spec.name), spec.title, spec.rows.join(" ")));
        for reason in spec.reasons {
            voice.answer(&format!("  {:<32} {}\n", reason.code, reason.about));
        }
    }
    Exit::Done
}
