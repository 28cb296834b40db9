//! shipgate takes a change from commit to production and refuses what is not ready.
//!
//! The flow is the tree, in this order:
//!
//! ```text
//! argv | event | hook  →  intake → policy → facts → gates → verdict → plan → effects → audit → report
//! ```

pub mod domain;
pub mod env;
pub mod error;
pub mod facts;
pub mod gates;
pub mod github;
pub mod intake;
pub mod policy;
pub mod ports;
