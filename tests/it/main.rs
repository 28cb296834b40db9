//! The only integration-test binary.

mod architecture;
mod commands;
mod docs;
mod gates;
mod policy;
mod spine;
mod stage;
mod webhooks;
