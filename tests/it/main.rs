//! The only integration-test binary.

mod commands;
mod webhooks;
