//! What every effect needs: the forge, the audit log, the runner's files.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::Note;
use crate::audit::{AuditEvent, AuditLog};
use crate::domain::RunId;
use crate::facts::ClaimId;
use crate::runner::Runner;

/// How long to wait before looking again at what others do. Tests wait for next to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// For a run that was dispatched and does not show yet; doubled each time.
    pub seek: Duration,
    /// For a run that is waited for; it grows to seven and a half times this.
    pub watch: Duration,
}

impl Pauses {
    /// Before a run that was just dispatched is looked for again.
    pub const SEEK: Duration = Duration::from_millis(250);
    /// Before a run that is waited for is looked at again.
    pub const WATCH: Duration = Duration::from_secs(2);
}

/// What every effect needs.
#[derive(Debug)]
pub struct Acting<'a, F> {
    /// GitHub.
    pub forge: &'a F,
    /// Where every action is recorded.
    pub audit: &'a RefCell<AuditLog>,
    /// The runner's outputs and state.
    pub runner: &'a Runner,
    /// Our workflow run, where there is one.
    pub run: Option<RunId>,
    /// Which attempt of it.
    pub attempt: Option<u64>,
    /// True once somebody asked us to stop: nothing new is begun then.
    pub halt: &'a Cell<bool>,
    /// How long to wait before looking again at what others do.
    pub pauses: Pauses,
    /// Where our run can be seen.
    pub log_url: Option<&'a str>,
}

impl<F> Acting<'_, F> {
    /// Records an event. A log that cannot be written is said loudly and does not stop a deployment half-way.
    pub fn note(&self, event: AuditEvent, entry: Note) {
        if let Err(error) = self.audit.borrow_mut().append(&entry.into_entry(event)) {
            tracing::error!("the audit log could not be written: {error}");
            self.runner.annotate(crate::runner::Level::Error, &format!("The audit log could not be written: {error}"));
        }
    }
}

/// A fresh claim id: 128 random bits from the operating system.
///
/// # Panics
/// Where the operating system has no randomness to give: without it no claim is safe.
pub fn fresh_claim() -> ClaimId {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    ClaimId::new(hex).expect("sixteen bytes are 32 hexadecimal digits")
}
