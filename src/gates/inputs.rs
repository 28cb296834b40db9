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
const TARGET_MISSING: ReasonSpec =
    ReasonSpec { code: "inputs.target-missing", about: "The environment has several targets, and neither command nor policy names one." };
const TARGET_UNKNOWN: ReasonSpec = ReasonSpec { code: "inputs.target-unknown", about: "The target is not in the inventory." };
const INVENTORY_UNREADABLE: ReasonSpec = ReasonSpec { code: "inputs.inventory-unreadable", about: "The command that lists the targets gave no answer." };
const NAMESPACE_INVALID: ReasonSpec = ReasonSpec { code: "inputs.namespace-invalid", about: "The namespace is not a Kubernetes namespace." };
const VARIABLE_MISSING: ReasonSpec = ReasonSpec { code: "inputs.variable-missing", about: "A variable that the environment needs is not there." };
const VARIABLE_EMPTY: ReasonSpec = ReasonSpec { code: "inputs.variable-empty", about: "A variable that the environment needs is empty." };
const VARIABLE_UNKNOWN: ReasonSpec =
    ReasonSpec { code: "inputs.variable-unknown", about: "Nobody looked whether a variable that the environment needs is there." };

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

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, reasons, saw};
    use super::super::verdict::Judgement::NoGo;
    use super::*;
    use crate::domain::EnvName;
    use crate::facts::{Fact, Why};
    use crate::policy::{Argv, Expression, Service};

    fn run(program: &str) -> Argv {
        Argv::new(vec![program.to_owned()]).expect("a program")
    }

    fn lines(lines: &[&str]) -> Fact<Vec<String>> {
        Fact::Known(lines.iter().map(|line| (*line).to_owned()).collect())
    }

    fn with_services(names: &[&str]) -> World {
        let mut world = World::new();
        for name in ["shop", "ledger"] {
            world.policy.services.known.insert(ServiceName::new(name).expect("a name"), Service::default());
        }
        world.deploy().services = names.iter().map(|name| ServiceName::new(*name).expect("a name")).collect();
        world
    }

    fn give(world: &mut World, key: &str, value: &str) {
        let (key, value) = (ParamKey::new(key).expect("a key"), ParamValue::new(value).expect("a value"));
        world.deploy().parameters.insert(key, value);
    }

    fn with_target(inventory: Inventory, given: &[(&str, &str)]) -> World {
        let mut world = World::new();
        let namespace = Some(Namespace::new("payments").expect("a namespace"));
        world.environment().target = Some(TargetRule { inventory, name: None, namespace });
        for (key, value) in given {
            give(&mut world, key, value);
        }
        world
    }

    fn names(names: &[&str]) -> Inventory {
        Inventory::Names(names.iter().map(|name| Target::new(*name).expect("a target")).collect())
    }

    fn remedy(answer: &Answer) -> &str {
        answer.reasons[0].remedy.as_deref().expect("a remedy")
    }

    #[test]
    fn v1_the_environment_is_said_with_the_alias_that_was_typed() {
        let mut world = World::new();
        assert!(saw(&world.ask(judge), "environment `production`"));
        world.deploy().environment = EnvName::new("prod").expect("a name");
        assert!(saw(&world.ask(judge), "environment `production`, from its alias `prod`"));
    }

    #[test]
    fn v5_a_service_must_be_in_the_registry() {
        let answer = with_services(&["shop"]).ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "in the policy's registry: `shop`"));
        let answer = with_services(&["shop", "legder"]).ask(judge);
        assert_eq!(reasons(&answer), [(NoGo, "inputs.service-unknown")]);
        assert!(remedy(&answer).starts_with("did you mean `ledger`?"), "{answer:#?}");
        assert_eq!(remedy(&with_services(&["zzz"]).ask(judge)), "add it to `services` in the policy");
    }

    #[test]
    fn v5_the_lines_of_the_registry_command_count_too_and_its_silence_is_no() {
        let mut world = with_services(&["mail", "shop"]);
        world.policy.services.run = Some(run("helm"));
        world.facts.local.services = lines(&["mail", "", " sms "]);
        assert_eq!(reasons(&world.ask(judge)), []);
        world.facts.local.services = lines(&["mailer"]);
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "inputs.service-unknown")]);
        for silent in [Fact::Unavailable(Why::new("no helm here")), Fact::NotAsked] {
            world.facts.local.services = silent;
            assert_eq!(reasons(&world.ask(judge)), [(NoGo, "inputs.services-unreadable")]);
        }
        world.policy.services.run = None;
        world.facts.local.services = lines(&["mail"]);
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "inputs.service-unknown")], "lines of a command that the policy does not declare");
    }

    #[test]
    fn v6_parameters_must_be_declared_and_fit() {
        let ask = |key: &str, value: &str| {
            let mut world = World::new();
            let rules = [
                ("region", ParameterRule::OneOf(vec!["eu-1".to_owned(), "us-1".to_owned()])),
                ("ticket", ParameterRule::Matching(Expression::new(r"CHG-\d+").expect("an expression"))),
                ("note", ParameterRule::Any),
            ];
            world.environment().parameters.extend(rules.map(|(key, rule)| (ParamKey::new(key).expect("a key"), rule)));
            give(&mut world, key, value);
            world.ask(judge)
        };
        for (key, value) in [("region", "eu-1"), ("ticket", "CHG-12"), ("note", "$(anything) `goes`")] {
            assert_eq!(reasons(&ask(key, value)), [], "{key}={value}");
        }
        for (key, value) in [("region", "EU-1"), ("region", ""), ("ticket", "CHG-12 "), ("ticket", "CHG-\u{0663}"), ("ticket", "xCHG-1")] {
            assert_eq!(reasons(&ask(key, value)), [(NoGo, "inputs.parameter-value")], "{key}={value}");
        }
        assert_eq!(remedy(&ask("region", "eu")), "give one of: `eu-1`, `us-1`");
        let answer = ask("regoin", "eu-1");
        assert_eq!(reasons(&answer), [(NoGo, "inputs.parameter-unknown")]);
        assert!(remedy(&answer).starts_with("did you mean `region`?"));
        assert_eq!(reasons(&ask("target", "eu")), [(NoGo, "inputs.parameter-unknown")], "built in only where the environment has targets");
    }

    #[test]
    fn v3_the_target_must_be_in_the_inventory() {
        let answer = with_target(names(&["eu-1", "us-1"]), &[("target", "eu-1")]).ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "target `eu-1`, named in the command: one of 2"));
        let answer = with_target(names(&["eu-1", "us-1"]), &[("target", "eu-2")]).ask(judge);
        assert_eq!(reasons(&answer), [(NoGo, "inputs.target-unknown")]);
        assert!(remedy(&answer).starts_with("did you mean `eu-1`"), "{answer:#?}");
        assert_eq!(reasons(&with_target(names(&["eu-1"]), &[]).ask(judge)), [(NoGo, "inputs.target-missing")]);
    }

    #[test]
    fn v3_the_policys_default_target_is_looked_up_as_well() {
        let mut world = with_target(names(&["eu-1"]), &[]);
        let mut default = |name: &str| {
            world.environment().target.as_mut().expect("just set").name = Some(Target::new(name).expect("a target"));
            world.ask(judge)
        };
        assert_eq!(reasons(&default("eu-1")), []);
        assert_eq!(reasons(&default("gone")), [(NoGo, "inputs.target-unknown")]);
    }

    #[test]
    fn v3_the_lines_of_the_inventory_command_count_and_its_silence_is_no() {
        let mut world = with_target(Inventory::Run(run("kubectl")), &[("target", "kind-dev")]);
        world.facts.local.inventory = lines(&["kind-prod", " kind-dev"]);
        assert_eq!(reasons(&world.ask(judge)), []);
        for silent in [Fact::Unavailable(Why::new("it ended with 1")), Fact::NotAsked] {
            world.facts.local.inventory = silent;
            assert_eq!(reasons(&world.ask(judge)), [(NoGo, "inputs.inventory-unreadable")]);
        }
    }

    #[test]
    fn v6_a_target_that_a_program_would_misread_is_none_though_the_inventory_prints_it() {
        for hostile in ["--all", "a b", "$(id)", "../x"] {
            let mut world = with_target(Inventory::Run(run("kubectl")), &[("target", hostile)]);
            world.facts.local.inventory = lines(&[hostile]);
            assert_eq!(reasons(&world.ask(judge)), [(NoGo, "inputs.target-unknown")], "{hostile}");
        }
    }

    #[test]
    fn v4_the_namespace_must_be_one() {
        let answer = with_target(names(&["eu-1"]), &[("target", "eu-1")]).ask(judge);
        assert!(saw(&answer, "namespace `payments`"));
        let answer = with_target(names(&["eu-1"]), &[("target", "eu-1"), ("namespace", "ledger")]).ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "namespace `ledger`"));
        for bad in ["Ledger", "a_b", "a;b", "-a", ""] {
            let answer = with_target(names(&["eu-1"]), &[("target", "eu-1"), ("namespace", bad)]).ask(judge);
            assert_eq!(reasons(&answer), [(NoGo, "inputs.namespace-invalid")], "{bad:?}");
        }
    }

    #[test]
    fn v10_a_variable_that_is_missing_empty_or_not_looked_for_is_named() {
        let name = VariableName::new("DATABASE_URL").expect("a variable");
        let ask = |state: Option<VariableState>| {
            let mut world = World::new();
            world.environment().variables.push(name.clone());
            world.facts.local.variables.extend(state.map(|state| (name.clone(), state)));
            world.ask(judge)
        };
        let present = ask(Some(VariableState::Present));
        assert!(reasons(&present).is_empty() && saw(&present, "present and not empty: `DATABASE_URL`"));
        for (state, code) in [
            (Some(VariableState::Missing), "inputs.variable-missing"),
            (Some(VariableState::Empty), "inputs.variable-empty"),
            (None, "inputs.variable-unknown"),
        ] {
            let answer = ask(state);
            assert_eq!(reasons(&answer), [(NoGo, code)]);
            assert!(answer.reasons[0].what.contains("`DATABASE_URL`"));
        }
    }

    #[test]
    fn every_fault_is_said_at_once() {
        let mut world = with_services(&["nope"]);
        give(&mut world, "region", "eu-1");
        world.environment().variables.push(VariableName::new("API_KEY").expect("a variable"));
        assert_eq!(reasons(&world.ask(judge)).len(), 3);
    }
}
