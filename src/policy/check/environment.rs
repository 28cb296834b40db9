//! One environment, without regard to the others.

use std::collections::{BTreeMap, BTreeSet};

use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::nearest::nearest;
use super::super::raw::{AnyWord, At, Entries, List, RawEnvironment, RawInventory, RawParameter, RawParameterRule, RawTarget, Set};
use super::super::{Environment, Inventory, ParameterRule, TargetRule, Tier, defaults};
use super::{deploy, gates, values};
use crate::domain::{EnvName, ParamKey, ParamValue, Target};

/// The environment of that name.
pub(super) fn environment(name: &EnvName, raw: &RawEnvironment, sink: &Sink) -> Environment {
    let tier = tier(name, raw);
    Environment {
        name: name.clone(),
        aliases: raw.aliases.value().map_or_else(Vec::new, List::values),
        tier,
        url: raw.url.at().map(|url| self::url(url, sink)),
        after: raw.after.value().map_or_else(Vec::new, |after| values::distinct(after, "the environment", sink)),
        deploy: deploy::deploy(&raw.deploy, &parameter_keys(&raw.parameters), sink),
        variables: raw.variables.value().map_or_else(Vec::new, |list| values::distinct(list, "the variable", sink)),
        target: raw.target.at().and_then(|at| target(at, sink)),
        parameters: raw.parameters.value().map_or_else(BTreeMap::new, |entries| parameters(entries, sink)),
        gates: gates::gates(&raw.gates, tier, sink),
        monitoring: values::lines(&raw.monitoring, sink),
        validation: values::lines(&raw.validation, sink),
        rollback: values::lines(&raw.rollback, sink),
    }
}

/// Whether it is production.
pub(super) fn tier(name: &EnvName, raw: &RawEnvironment) -> Tier {
    match raw.production.value() {
        Some(true) => Tier::Production,
        Some(false) => Tier::Other,
        None => defaults::tier(name),
    }
}

fn url(at: &At<String>, sink: &Sink) -> String {
    let host = at.value.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let plain = at.value.len() <= 2_000 && at.value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'\\'));
    let fault = match host {
        None => Fault::new(Code::Url, at.span, "a URL begins with `https://`"),
        Some(host) if host.contains('@') => Fault::new(Code::Url, at.span, "a URL carries no user name and no password"),
        Some(host) if !is_host(host) => Fault::new(Code::Url, at.span, "this URL has no valid host"),
        Some(_) if !plain => Fault::new(Code::Url, at.span, "a URL is printable ASCII without spaces and quotes, 2,000 characters at most"),
        Some(_) => return at.value.clone(),
    };
    sink.add(fault.help("e.g. `https://staging.example.com`"));
    at.value.clone()
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let label = |label: &str| !label.is_empty() && !label.starts_with('-') && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    name.split('.').all(label) && !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn target(at: &At<RawTarget>, sink: &Sink) -> Option<TargetRule> {
    let raw = &at.value;
    let inventory = match &raw.inventory {
        Set::Broken => return None,
        Set::Absent => {
            values::missing("inventory", at.span, sink);
            return None;
        }
        Set::Is(inventory) => match &inventory.value {
            RawInventory::Mapping(command) => Inventory::Run(values::argv(&command.run, inventory.span, sink)?),
            RawInventory::Sequence(names) => {
                if names.items.is_empty() && !names.broken {
                    sink.add(Fault::new(Code::Empty, inventory.span, "the inventory names no target: nothing could be deployed"));
                }
                check_target(&raw.name, names, sink);
                Inventory::Names(values::distinct(names, "the target", sink))
            }
        },
    };
    Some(TargetRule { inventory, name: raw.name.value().cloned(), namespace: raw.namespace.value().cloned() })
}

fn check_target(name: &Set<Target>, names: &List<Target>, sink: &Sink) {
    let Some(name) = name.at() else { return };
    if names.broken || names.items.iter().any(|known| known.value == name.value) {
        return;
    }
    let fault = Fault::new(Code::UnknownTarget, name.span, "`name` is a target that is not in the inventory");
    sink.add(fault.meant(nearest(name.value.as_str(), names.items.iter().map(|known| known.value.as_str()))));
}

/// The parameters that a command may give, also those whose rule is broken.
fn parameter_keys(set: &Set<Entries<ParamKey, RawParameter>>) -> BTreeSet<&ParamKey> {
    set.value().into_iter().flat_map(|entries| &entries.items).map(|(key, _)| &key.value).collect()
}

fn parameters(entries: &Entries<ParamKey, RawParameter>, sink: &Sink) -> BTreeMap<ParamKey, ParameterRule> {
    let rule = |body: Option<&At<RawParameter>>| match body.map(|at| &at.value) {
        Some(RawParameter::Mapping(at)) => parameter(at, sink),
        Some(RawParameter::Scalar(AnyWord::Any)) => Some(ParameterRule::Any),
        None => None,
    };
    entries.items.iter().filter_map(|(key, body)| Some((key.value.clone(), rule(body.as_ref())?))).collect()
}

fn parameter(at: &At<RawParameterRule>, sink: &Sink) -> Option<ParameterRule> {
    let RawParameterRule { one_of, matching } = &at.value;
    match (one_of, matching) {
        (Set::Absent, Set::Absent) => {
            sink.add(Fault::new(Code::Missing, at.span, "this parameter has no rule").help("write `any`, `{one-of: [a, b]}` or `{matching: '[a-z]+'}`"));
            None
        }
        (Set::Absent, matching) => matching.value().cloned().map(ParameterRule::Matching),
        (one_of, Set::Absent) => one_of.at().map(|list| ParameterRule::OneOf(choices(list, sink))),
        _ => {
            sink.add(Fault::new(Code::Contradiction, at.span, "a parameter has `one-of` or `matching`, not both"));
            None
        }
    }
}

fn choices(list: &At<List<String>>, sink: &Sink) -> Vec<String> {
    if list.value.items.is_empty() && !list.value.broken {
        sink.add(Fault::new(Code::Empty, list.span, "`one-of` names no value: the parameter could never be given"));
    }
    for at in &list.value.items {
        if let Err(invalid) = ParamValue::new(at.value.as_str()) {
            sink.add(Fault::new(Code::Value, at.span, invalid.to_string()));
        }
    }
    values::distinct(&list.value, "the value", sink)
}
