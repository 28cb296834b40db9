//! The rules for Kubernetes manifests, one file each.

mod blocking_budget;
mod disruption_budget;
mod duplicate_container;
mod host_namespace;
mod host_path;
mod image_without_digest;
mod liveness_probe;
mod plain_secret;
mod privileged;
mod probe_port;
mod readiness_probe;
mod resources;
mod rolling_update;
mod run_as_root;
mod runtime_socket;
mod secret_in_config_map;
mod secret_in_env;
mod security_context;
mod selector;
mod service_selector;
mod single_replica;
mod unavailable_update;
mod unpinned_image;

use super::Rule;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    unpinned_image::RULE,
    image_without_digest::RULE,
    resources::RULE,
    readiness_probe::RULE,
    liveness_probe::RULE,
    probe_port::RULE,
    rolling_update::RULE,
    unavailable_update::RULE,
    single_replica::RULE,
    disruption_budget::RULE,
    blocking_budget::RULE,
    plain_secret::RULE,
    secret_in_env::RULE,
    secret_in_config_map::RULE,
    privileged::RULE,
    run_as_root::RULE,
    security_context::RULE,
    host_namespace::RULE,
    runtime_socket::RULE,
    host_path::RULE,
    duplicate_container::RULE,
    selector::RULE,
    service_selector::RULE,
];
