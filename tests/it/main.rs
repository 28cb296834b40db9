//! The only integration-test binary.

mod architecture;
mod attacks;
mod command_line;
mod commands;
mod contract;
mod demo;
mod docs;
mod doctor;
mod faults;
mod flow_again;
mod flow_approve;
mod flow_carry;
mod flow_deploy;
mod flow_in_flight;
mod flow_lock;
mod flow_machine;
mod flow_mistakes;
mod flow_quiet;
mod flow_refused;
mod flow_saved;
mod flow_twice;
mod gates;
mod github_contract;
mod graphql_schema;
mod graphql_world;
mod hostile;
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

/// What a stage's end checks.
pub(crate) use github_contract::check_log as check_exchanges_of;
