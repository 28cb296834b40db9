//! The only integration-test binary.

mod contract;
mod github_contract;
mod graphql_schema;
mod graphql_world;
mod http_client;
mod sandbox;
mod sandbox_events;
mod sandbox_git;
mod sandbox_graphql;
