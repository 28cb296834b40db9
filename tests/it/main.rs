//! The only integration-test binary.

mod architecture;
mod attacks;
mod commands;
mod contract;
mod docs;
mod faults;
mod gates;
mod github_contract;
mod graphql_schema;
mod graphql_world;
mod http_client;
mod policy;
mod sandbox;
mod sandbox_events;
mod sandbox_git;
mod sandbox_graphql;
mod spine;
mod stage;
mod webhooks;
