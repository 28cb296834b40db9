//! shipgate takes a change from commit to production and refuses what is not ready.
//!
//! The flow is the tree, in this order:
//!
//! ```text
//! argv | event | hook  →  intake → policy → facts → gates → verdict → plan → effects → audit → report
//! ```

pub mod audit;
pub mod checks;
pub mod cli;
pub mod doctor;
pub mod documents;
pub mod domain;
pub mod env;
pub mod error;
pub mod examine;
pub mod exit;
pub mod facts;
pub mod gates;
pub mod gather;
pub mod git;
pub mod github;
pub mod intake;
pub mod perform;
pub mod plan;
pub mod policy;
pub mod ports;
pub mod programs;
pub mod report;
pub mod run;
pub mod runner;
pub mod sandbox;
pub mod setup;
