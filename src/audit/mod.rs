//! The audit log: every action leaves one JSON line, and the lines are chained by their hashes (rows A1, A2, A3, A5).
//!
//! `record`, `chain`, `verify` are pure; `store`, `decision` and `report` touch files. The format is stated in `docs/audit.md`.
//! Nothing here reads a clock or decides what is audited: the caller gives time, event and facts.

mod chain;
mod decision;
mod error;
mod event;
mod record;
mod report;
mod store;
mod tail;
mod text;
mod torn;
mod verify;

pub use chain::{Head, HeadError, LineHash};
pub use decision::DecisionStore;
pub use error::AuditError;
pub use event::{AuditEvent, Outcome};
pub use record::{Account, Entry, MOST_DETAILS, User, seal};
pub use report::{Report, verify_file};
pub use store::{Appended, AuditLog};
pub use text::{MOST_TEXT, Redact, redacted};
pub use torn::Torn;
pub use verify::{Expectation, Published, Tampering, Verification, verify};

#[cfg(test)]
mod properties;
