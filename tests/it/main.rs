//! The only integration-test binary.

mod act;
mod act_dispatch;
mod action_yml;
mod actions;
mod architecture;
mod attacks;
mod bad_input;
mod bad_machine;
mod check;
mod check_config;
mod command_line;
mod commands;
mod contract;
mod demo;
mod deployables;
mod deployer;
mod depth;
mod docs;
mod doctor;
mod enterprise;
mod examples;
mod faults;
mod faults_dispatch;
mod flow_again;
mod flow_approve;
mod flow_carry;
mod flow_deploy;
mod flow_dispatch;
mod flow_dispatch_elsewhere;
mod flow_dispatch_end;
mod flow_in_flight;
mod flow_lock;
mod flow_machine;
mod flow_mistakes;
mod flow_quiet;
mod flow_refused;
mod flow_saved;
mod flow_stages;
mod flow_twice;
#[expect(dead_code, reason = "the benchmark uses the rest")]
mod front;
mod gates;
mod github_contract;
mod graphql_schema;
mod graphql_world;
#[cfg(unix)]
mod hook_managers;
#[cfg(unix)]
mod hooks;
mod hostile;
mod http_client;
mod init;
mod licences;
mod limits;
mod linters;
mod messages;
mod policy;
#[cfg(unix)]
mod push;
#[cfg(unix)]
mod push_hostile;
#[cfg(unix)]
mod push_stage;
mod readme;
mod release;
mod requests;
mod runner_faults;
mod sandbox;
mod sandbox_events;
mod sandbox_gh;
mod sandbox_git;
mod sandbox_graphql;
mod sandbox_settings;
mod sandbox_workflows;
mod shim;
mod site;
mod spine;
mod stage;
mod tls;
mod tls_lines;
mod tools;
mod webhooks;

/// What a stage's end checks.
pub(crate) use github_contract::check_log as check_exchanges_of;
