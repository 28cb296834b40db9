//! The only integration-test binary.

mod architecture;
mod commands;
mod docs;
mod gates;
mod graphql_schema;
mod policy;
mod sandbox_graphql;
mod spine;
mod stage;
mod webhooks;
