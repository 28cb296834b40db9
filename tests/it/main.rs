//! The only integration-test binary.

mod architecture;
mod command_line;
mod commands;
mod contract;
mod demo;
mod docs;
mod faults;
mod gates;
mod github_contract;
mod graphql_schema;
mod graphql_world;
mod http_client;
mod licences;
mod policy;
mod readme;
mod sandbox;
mod sandbox_events;
mod sandbox_git;
mod sandbox_graphql;
mod spine;
mod stage;
mod webhooks;
