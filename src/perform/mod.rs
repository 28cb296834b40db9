//! Effects → outcomes, through the ports: audited, idempotent, resumable. Nothing here judges; what deploys needs a [`Clearance`](crate::gates::Clearance).
//!
//! A write that may have happened is read back before it is written again. Every path out of a started deployment leaves a true state:
//! either the lock is held by a deployment that runs, or it is free.

mod acting;
mod carry;
mod dispatch;
mod finish;
mod locks;
mod note;
mod say;
mod start;

pub use acting::{Acting, Pauses, fresh_claim};
pub use carry::{Mark, TakenOver, Takeover, TakeoverError, mark, take_over};
pub use dispatch::{NotSent, Sent, dispatch, seek};
pub use finish::{Ended, Ending, Finished, Holder, finish};
pub use locks::{Swap, swap_lock};
pub use note::Note;
pub use say::{Reacting, Said, answer, find_comment, react, say};
pub use start::{Launch, Running, StartError, Started, start};
