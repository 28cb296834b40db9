//! The rules for workflows and actions, one file each.

mod all_secrets;
mod broad_permissions;
mod input_in_script;
mod no_permissions;
mod piped_download;
mod plain_secret;
mod template_injection;
mod text_in_script;
mod unpinned_action;
mod unpinned_container;
mod unpinned_github_action;
mod unsecure_commands;
mod untrusted_checkout;
mod wide_permissions;
mod wide_secret;

use super::Rule;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    unpinned_action::RULE,
    unpinned_github_action::RULE,
    unpinned_container::RULE,
    no_permissions::RULE,
    broad_permissions::RULE,
    wide_permissions::RULE,
    template_injection::RULE,
    text_in_script::RULE,
    input_in_script::RULE,
    untrusted_checkout::RULE,
    all_secrets::RULE,
    wide_secret::RULE,
    plain_secret::RULE,
    unsecure_commands::RULE,
    piped_download::RULE,
];
