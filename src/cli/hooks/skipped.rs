//! Says and logs what was left out of a hook (rows H5 and A2). A log that cannot be written is said, and stops nobody: `git commit --no-verify` would leave out more,
//! without a word. CI looks at the same commits again either way.

use std::path::Path;

use serde_json::Value;

use super::super::say::Voice;
use crate::audit::{AuditError, AuditEvent, AuditLog, Entry, Outcome, User};
use crate::checks::Skips;
use crate::env::Environment;
use crate::git::{HookQuestions, HooksUnknown};
use crate::programs::ChildEnvironment;
use crate::setup::hooks::HookName;

/// How many refs of a push are logged.
const MOST_REFS: usize = 100;

/// Why nothing was logged.
#[derive(Debug, thiserror::Error)]
enum NotLogged {
    #[error(transparent)]
    Repository(#[from] HooksUnknown),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// Says it: for a hook whose output does not.
pub(super) fn say(skips: &Skips, voice: Voice) {
    voice.aside(&format!("skipped: {} (SHIPGATE_SKIP)\n", skips.ids().join(", ")));
}

/// Logs it, where something was left out. `pushed` are git's lines of a push.
pub(super) fn log(skips: &Skips, hook: HookName, pushed: &[u8], (variables, voice): (&Environment, Voice)) {
    if skips.is_empty() {
        return;
    }
    if let Err(error) = try_log(skips, hook, pushed, variables) {
        voice.aside(&format!("shipgate: the audit log does not have it: {error}\n"));
    }
}

fn try_log(skips: &Skips, hook: HookName, pushed: &[u8], variables: &Environment) -> Result<(), NotLogged> {
    let environment = ChildEnvironment::of(variables.all());
    let questions = HookQuestions::new(Path::new("."), &environment);
    let path = questions.common()?.join("shipgate").join("audit.jsonl");
    let mut entry =
        Entry::new(now(), AuditEvent::HookSkipped, User::default()).with("checks", skips.ids()).with("hook", hook.as_str()).with("who", questions.committer());
    if hook == HookName::PrePush {
        entry = entry.with("refs", refs(pushed));
    } else {
        // The commit that the new one comes after: it has no id yet.
        entry = entry.with("commit", questions.id_of("HEAD"));
    }
    entry.outcome = Some(Outcome::Done);
    AuditLog::open(&path, crate::error::redact)?.append(&entry)?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the shell asks the clock")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn refs(pushed: &[u8]) -> Value {
    let lines = pushed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.take(MOST_REFS).map(|line| Value::from(String::from_utf8_lossy(line).into_owned())).collect()
}
