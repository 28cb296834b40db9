//! Gate `inputs` (rows V1, V3, V4, V5, V6, V10): what the command names exists, and what the environment needs is there.
//!
//! The words themselves were checked when they were read (`domain`); here they are looked up. Values of variables are never seen.

use super::case::Case;
use super::registry::GateId;
use super::unknown::quoted;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{Namespace, ParamKey, ParamValue, ServiceName, Target, VariableName, nearest, shown};
use crate::facts::VariableState;
use crate::policy::{Inventory, ParameterRule, TargetRule};

const SERVICE_UNKNOWN: ReasonSpec = ReasonSpec { code: "inputs.service-unknown", about: "A service named in the command is not in the service registry." };
const SERVICES_UNREADABLE: ReasonSpec = ReasonSpec { code: "inputs.services-unreadable", about: "The command that lists the services gave no answer." };
const PARAMETER_UNKNOWN: ReasonSpec = ReasonSpec { code: "inputs.parameter-unknown", about: "The environment does not declare this parameter." };
const PARAMETER_VALUE: ReasonSpec = ReasonSpec { code: "inputs.parameter-value", about: "The parameter may not have this value." };
const TARGET_MISSING: ReasonSpec = ReasonSpec { code: "inputs.target-missing", about: "The environment has several targets, and neither command nor policy names one." };
const TARGET_UNKNOWN: ReasonSpec = ReasonSpec { code: "inputs.target-unknown", about: "The target is not in the inventory." };
const INVENTORY_UNREADABLE: ReasonSpec = ReasonSpec { code: "inputs.inventory-unreadable", about: "The command that lists the targets gave no answer." };
const NAMESPACE_INVALID: ReasonSpec = ReasonSpec { code: "inputs.namespace-invalid", about: "The namespace is not a Kubernetes namespace." };
const VARIABLE_MISSING: ReasonSpec = ReasonSpec { code: "inputs.variable-missing", about: "A variable that the environment needs is not there." };
const VARIABLE_EMPTY: ReasonSpec = ReasonSpec { code: "inputs.variable-empty", about: "A variable that the environment needs is empty." };
const VARIABLE_UNKNOWN: ReasonSpec = ReasonSpec { code: "inputs.variable-unknown", about: "Nobody looked whether a variable that the environment needs is there." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[
    SERVICE_UNKNOWN,
    SERVICES_UNREADABLE,
    PARAMETER_UNKNOWN,
    PARAMETER_VALUE,
    TARGET_MISSING,
    TARGET_UNKNOWN,
    INVENTORY_UNREADABLE,
    NAMESPACE_INVALID,
    VARIABLE_MISSING,
    VARIABLE_EMPTY,
    VARIABLE_UNKNOWN,
];

/// The parameter that names the target, built in where the environment has targets.
const TARGET: &str = "target";
/// The parameter that names the namespace, built in where the environment has targets.
const NAMESPACE: &str = "namespace";

/// Judges everything that the command and the policy name.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Inputs);
    say_environment(case, &mut answering);
    judge_services(case, &mut answering);
    for (key, value) in &case.deploy.parameters {
        judge_parameter(case, (key, value), &mut answering);
    }
    if let Some(rule) = &case.environment.target {
        judge_target(case, rule, &mut answering);
        judge_namespace(case, rule, &mut answering);
    }
    judge_variables(case, &mut answering);
    answering.done()
}

/// The environment was found before anything was judged: see [`crate::policy::Policy::environment`].
fn say_environment(case: &Case<'_>, answering: &mut Answering) {
    let (name, typed) = (&case.environment.name, &case.deploy.environment);
    answering.saw(if name == typed { format!("environment `{name}`") } else { format!("environment `{name}`, from its alias `{typed}`") });
    if let Some(version) = &case.deploy.version {
        answering.saw(format!("version `{version}`"));
    }
}

fn judge_services(case: &Case<'_>, answering: &mut Answering) {
    let registry = &case.policy.services;
    let (known, other): (Vec<&ServiceName>, Vec<&ServiceName>) = case.deploy.services.iter().partition(|name| registry.known.contains_key(name));
    if !known.is_empty() {
        answering.saw(format!("in the policy's registry: {}", quoted(known.iter().map(|name| name.as_str()))));
    }
    if other.is_empty() {
        return;
    }
    let lines = match (&registry.run, case.facts.local.services.get()) {
        (None, _) => Vec::new(),
        (Some(_), Ok(lines)) => trimmed(lines),
        (Some(run), Err(why)) => {
            answering.unknown(&SERVICES_UNREADABLE, &format!("`{}`, which lists the services, gave no answer", shown(run.program())), why);
            return;
        }
    };
    for name in other {
        if lines.contains(&name.as_str()) {
            answering.saw(format!("in the lines of the registry command: `{name}`"));
            continue;
        }
        let words = || registry.known.keys().map(ServiceName::as_str).chain(lines.iter().copied());
        let remedy = did_you_mean(name.as_str(), words(), "add it to `services` in the policy");
        answering.refuse(&SERVICE_UNKNOWN, format!("`{name}` is not a known service")).remedy(remedy);
    }
}

fn judge_parameter(case: &Case<'_>, (key, value): (&ParamKey, &ParamValue), answering: &mut Answering) {
    let declared = &case.environment.parameters;
    let built_in: &[&str] = if case.environment.target.is_some() { &[TARGET, NAMESPACE] } else { &[] };
    let fits = match declared.get(key) {
        None if built_in.contains(&key.as_str()) => return,
        None => {
            let words = declared.keys().map(ParamKey::as_str).chain(built_in.iter().copied());
            let remedy = did_you_mean(key.as_str(), words, "declare it under `parameters` of the environment in the policy");
            answering.refuse(&PARAMETER_UNKNOWN, format!("`{}` does not declare the parameter `{key}`", case.environment.name)).remedy(remedy);
            return;
        }
        Some(ParameterRule::Any) => Ok(()),
        Some(ParameterRule::OneOf(values)) if values.iter().any(|one| one == value.as_str()) => Ok(()),
        Some(ParameterRule::OneOf(values)) => Err(format!("give one of: {}", quoted(values.iter().map(String::as_str)))),
        Some(ParameterRule::Matching(expression)) if expression.matches(value.as_str()) => Ok(()),
        Some(ParameterRule::Matching(expression)) => Err(format!("give a value that fits `{}` as a whole", shown(expression.as_str()))),
    };
    match fits {
        Ok(()) => {
            answering.saw(format!("parameter `{key}` is `{}`", shown(value.as_str())));
        }
        Err(remedy) => {
            answering.refuse(&PARAMETER_VALUE, format!("the parameter `{key}` may not be `{}`", shown(value.as_str()))).remedy(remedy);
        }
    }
}

fn parameter<'a>(case: &Case<'a>, name: &str) -> Option<&'a str> {
    case.deploy.parameters.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value.as_str())
}

fn judge_target(case: &Case<'_>, rule: &TargetRule, answering: &mut Answering) {
    let targets = match (&rule.inventory, case.facts.local.inventory.get()) {
        (Inventory::Names(names), _) => names.iter().map(Target::as_str).collect(),
        (Inventory::Run(_), Ok(lines)) => trimmed(lines),
        (Inventory::Run(run), Err(why)) => {
            answering.unknown(&INVENTORY_UNREADABLE, &format!("`{}`, which lists the targets, gave no answer", shown(run.program())), why);
            return;
        }
    };
    let (target, from) = match (parameter(case, TARGET), &rule.name) {
        (Some(typed), _) => (typed, "named in the command"),
        (None, Some(name)) => (name.as_str(), "the policy's default"),
        (None, None) => {
            let remedy = format!("name one behind the command: `-- {TARGET}=…`; there are {}", quoted(targets.iter().copied()));
            answering.refuse(&TARGET_MISSING, format!("neither the command nor the policy names a target for {}", case.environment.name)).remedy(remedy);
            return;
        }
    };
    // A target becomes an argument of programs: what is no target by form is none, whatever the inventory prints.
    if Target::new(target).is_ok() && targets.contains(&target) {
        answering.saw(format!("target `{target}`, {from}: one of {} in the inventory", targets.len()));
    } else {
        let remedy = did_you_mean(target, targets, "add it to the inventory");
        answering.refuse(&TARGET_UNKNOWN, format!("the target `{}`, {from}, is not in the inventory", shown(target))).remedy(remedy);
    }
}

fn judge_namespace(case: &Case<'_>, rule: &TargetRule, answering: &mut Answering) {
    let namespace = match (parameter(case, NAMESPACE), &rule.namespace) {
        (None, None) => return,
        (None, Some(name)) => Ok(name.clone()),
        (Some(typed), _) => Namespace::new(typed),
    };
    match namespace {
        Ok(name) => {
            answering.saw(format!("namespace `{name}`"));
        }
        Err(invalid) => {
            answering.refuse(&NAMESPACE_INVALID, invalid.to_string()).remedy(format!("give a valid one behind the command: `-- {NAMESPACE}=…`"));
        }
    }
}

fn judge_variables(case: &Case<'_>, answering: &mut Answering) {
    let needed = &case.environment.variables;
    let state = |name: &&VariableName| case.facts.local.variables.get(*name).copied();
    let (present, other): (Vec<&VariableName>, Vec<&VariableName>) = needed.iter().partition(|name| state(name) == Some(VariableState::Present));
    if !present.is_empty() {
        answering.saw(format!("variables present and not empty: {}", quoted(present.iter().map(|name| name.as_str()))));
    }
    for name in other {
        let (spec, what) = match state(&name) {
            Some(VariableState::Empty) => (&VARIABLE_EMPTY, "is empty"),
            Some(VariableState::Missing) => (&VARIABLE_MISSING, "is not there"),
            Some(VariableState::Present) | None => (&VARIABLE_UNKNOWN, "was not looked for"),
        };
        let remedy = format!("give `{name}` to the job that runs this, e.g. from a secret of the environment");
        answering.refuse(spec, format!("the variable `{name}` {what}")).remedy(remedy);
    }
}

fn trimmed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect()
}

fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, otherwise: &str) -> String {
    let near = nearest(word, known);
    if near.is_empty() { otherwise.to_owned() } else { format!("did you mean {}? Otherwise {otherwise}", quoted(near)) }
}
