//! Swaps a lock's record in: the only place that moves a lock ref.

use super::Acting;
use crate::domain::CommitSha;
use crate::error::redact_value;
use crate::facts::lock_ref;
use crate::plan::LockChange;
use crate::ports::{Forge, ForgeError, RefSwap, Swapped};

/// A change of a lock, with where its record hangs.
#[derive(Clone, Copy, Debug)]
pub struct Swap<'a> {
    /// The change.
    pub change: &'a LockChange,
    /// The commit that the record's tag object points at.
    pub at: &'a CommitSha,
    /// The repository's global node id.
    pub repository: &'a str,
}

impl<F: Forge> Acting<'_, F> {
    /// Writes the record as an object that nothing points at yet.
    pub(super) async fn write_lock_record(&self, change: &LockChange, at: &CommitSha) -> Result<crate::domain::ObjectId, ForgeError> {
        let mut record = change.record.clone();
        record.audit_head = Some(self.audit.borrow().head().to_string());
        // Anybody who may read the repository reads it (row A5).
        let message = redact_value(serde_json::to_value(&record).expect("plain data serialises")).to_string();
        self.forge.write_record(at, &format!("shipgate-lock-{}", change.environment), &message).await
    }

    /// Points the lock's ref at a record written before, if it still points at what the decision saw.
    pub(super) async fn swap_to(&self, swap: &Swap<'_>, new: crate::domain::ObjectId) -> Result<Swapped, ForgeError> {
        let change = swap.change;
        let swap_of = RefSwap { name: lock_ref(&change.environment), expected: change.expected.clone(), new };
        self.forge.swap(swap.repository, &swap_of).await
    }
}

/// Writes the record and swaps it in.
///
/// # Errors
/// [`ForgeError`] where a request failed.
pub async fn swap_lock<F: Forge>(acting: &Acting<'_, F>, swap: &Swap<'_>) -> Result<Swapped, ForgeError> {
    let record = acting.write_lock_record(swap.change, swap.at).await?;
    acting.swap_to(swap, record).await
}
