//! A policy in words: what each environment demands, and which of it is the default. Nothing is decided here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::warn::word_of;
use super::{ChecksRule, Commands, Day, Environment, Inventory, OpenHours, ParameterRule, Policy, Services, Tier, WindowRule, defaults};
use crate::domain::EnvName;
use crate::intake::COMMANDS;

/// The policy, or one of its environments (by name or alias), for a terminal. Ends with a newline.
pub fn explain(policy: &Policy, only: Option<&EnvName>) -> String {
    match only.map(|word| (word, policy.environment(word))) {
        Some((word, None)) => {
            let words: Vec<&str> = policy.environment_words().collect();
            format!("there is no environment `{word}`; there are {}\n", words.join(", "))
        }
        Some((_, Some(environment))) => page(environment).text,
        None => {
            let head = [commands(&policy.commands), services(&policy.services), branches(policy), static_checks(policy)];
            let pages = policy.environments.iter().map(page);
            let all: Vec<String> = head.into_iter().chain(pages).map(|page| page.text).filter(|text| !text.is_empty()).collect();
            all.join("\n")
        }
    }
}

/// Lines of key and value.
#[derive(Default)]
struct Page {
    text: String,
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Default,
    File,
}

fn source<T: PartialEq>(value: &T, default: &T) -> Source {
    if value == default { Source::Default } else { Source::File }
}

impl Page {
    fn titled(title: &str) -> Self {
        Self { text: format!("{title}\n") }
    }

    fn line(&mut self, key: &str, value: impl AsRef<str>, source: Source) {
        let mark = if source == Source::Default { " (default)" } else { "" };
        writeln!(self.text, "  {key:<14} {}{mark}", value.as_ref()).expect("a string takes everything");
    }

    fn list<T: ToString>(&mut self, key: &str, list: &[T]) {
        if !list.is_empty() {
            self.line(key, joined(list), Source::File);
        }
    }
}

fn joined<T: ToString>(list: &[T]) -> String {
    if list.is_empty() { "nobody".to_owned() } else { list.iter().map(T::to_string).collect::<Vec<_>>().join(", ") }
}

fn commands(commands: &Commands) -> Page {
    let mut page = Page::titled("commands");
    page.line("prefix", &commands.prefix, source(&commands.prefix.as_str(), &defaults::PREFIX));
    for spec in COMMANDS {
        let people = commands.who.get(&spec.name).map_or(&[][..], Vec::as_slice);
        page.line(spec.word, joined(people), source(&people, &defaults::who(spec.name).as_slice()));
    }
    page.line("force-unlock", joined(&commands.force_unlock), source(&commands.force_unlock, &defaults::force_unlock()));
    for (alias, command) in &commands.aliases {
        page.line(alias, format!("the same as {}", command.as_str()), Source::File);
    }
    page.list("apps", &commands.apps);
    page
}

fn services(services: &Services) -> Page {
    if services.known.is_empty() && services.run.is_none() {
        return Page::default();
    }
    let mut page = Page::titled("services");
    for (name, service) in &services.known {
        let paths: Vec<&str> = service.paths.iter().map(super::Pattern::as_str).collect();
        let needs = if service.needs.is_empty() { String::new() } else { format!("; after {}", joined(&service.needs)) };
        page.line(name.as_str(), format!("{}{needs}", if paths.is_empty() { "no paths".to_owned() } else { paths.join(", ") }), Source::File);
    }
    if let Some(run) = &services.run {
        page.line("inventory", format!("the lines of `{}`", command_line(run)), Source::File);
    }
    page
}

fn branches(policy: &Policy) -> Page {
    let mut page = Page::default();
    if !policy.protected_branches.is_empty() {
        page = Page::titled("branches");
        page.list("protected", &policy.protected_branches.iter().map(super::Pattern::as_str).collect::<Vec<_>>());
    }
    page
}

/// What the policy changes of the checks; the rest is in `shipgate check --list`.
fn static_checks(policy: &Policy) -> Page {
    let (rules, default) = (&policy.checks, crate::checks::CheckRules::default());
    let mut page = Page::titled("checks");
    page.line("commit types", rules.messages.types.join(", "), source(&rules.messages.types, &default.messages.types));
    page.list("commit scopes", &rules.messages.scopes);
    if let Some(ticket) = &rules.messages.ticket {
        page.line("ticket", format!("{} ({})", ticket.pattern.as_str(), ticket.need.as_str()), Source::File);
    }
    page.line("direct pushes", rules.refs.direct.as_str(), source(&rules.refs.direct, &default.refs.direct));
    page.line("largest file", format!("{} bytes", rules.size.largest), source(&rules.size.largest, &default.size.largest));
    page.list("excluded", &rules.exclude.iter().map(super::Pattern::as_str).collect::<Vec<_>>());
    page.list("off", &rules.off.iter().map(|(rule, why)| format!("{rule} ({why})")).collect::<Vec<_>>());
    page
}

fn command_line(argv: &super::Argv) -> String {
    std::iter::once(argv.program()).chain(argv.arguments().iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

fn page(environment: &Environment) -> Page {
    let tier = match environment.tier {
        Tier::Production => " (stricter defaults)",
        Tier::Other => "",
    };
    let mut page = Page::titled(&format!("environment {}{tier}", environment.name));
    page.list("aliases", &environment.aliases);
    page.list("url", environment.url.as_slice());
    page.list("after", &environment.after);
    deploy(&mut page, environment);
    page.list("variables", &environment.variables);
    target(&mut page, environment);
    for (key, rule) in &environment.parameters {
        page.line(&format!("-- {key}"), parameter(rule), Source::File);
    }
    gates(&mut page, environment);
    page.list("monitoring", &environment.monitoring);
    page.list("validation", &environment.validation);
    page.list("rollback", &environment.rollback);
    page
}

fn deploy(page: &mut Page, environment: &Environment) {
    let Some(dispatch) = environment.deploy.dispatch() else {
        page.line("deploy", "the same job goes on", Source::Default);
        return;
    };
    let place = dispatch.repository.as_ref().map_or_else(String::new, |repository| format!(" of {repository}"));
    let branch = dispatch.reference.as_ref().map_or_else(|| "the default branch".to_owned(), ToString::to_string);
    page.line("deploy", format!("dispatches {}{place}, from {branch}", dispatch.trigger), Source::File);
    for (name, template) in &dispatch.inputs {
        let text = template.to_string();
        page.line("input", format!("{name}: {}", if text.is_empty() { "nothing" } else { &text }), Source::File);
    }
    match dispatch.wait {
        Some(wait) => page.line("wait", format!("up to {wait} for its end"), Source::File),
        None => page.line("wait", "not for its end", Source::Default),
    }
}

fn target(page: &mut Page, environment: &Environment) {
    let Some(target) = &environment.target else { return };
    let inventory = match &target.inventory {
        Inventory::Names(names) => joined(names),
        Inventory::Run(argv) => format!("the lines of `{}`", command_line(argv)),
    };
    page.line("target", format!("one of {inventory}"), Source::File);
    page.list("target name", target.name.as_slice());
    page.list("namespace", target.namespace.as_slice());
}

fn parameter(rule: &ParameterRule) -> String {
    match rule {
        ParameterRule::Any => "any line".to_owned(),
        ParameterRule::OneOf(values) => format!("one of {}", joined(values)),
        ParameterRule::Matching(expression) => format!("what fits {}", expression.as_str()),
    }
}

fn gates(page: &mut Page, environment: &Environment) {
    let (gates, tier) = (&environment.gates, environment.tier);
    page.line("permission", joined(&gates.permission.who), source(&gates.permission.who, &defaults::permission_who()));
    page.line("forks", kebab(&gates.permission.forks), source(&gates.permission.forks, &defaults::FORKS));
    page.line("signatures", kebab(&gates.commit.signatures), source(&gates.commit.signatures, &defaults::SIGNATURES));
    page.line("rule changes", joined(&gates.policy_change.approve), source(&gates.policy_change.approve, &defaults::policy_change_approve()));
    page.list("rule files", &gates.policy_change.paths.iter().map(super::Pattern::as_str).collect::<Vec<_>>());
    checks(page, &gates.checks);
    let approval = &gates.approval;
    page.line("approvals", approval.count.to_string(), source(&approval.count, &defaults::approval_count(tier)));
    page.line("approvers", joined(&approval.from), source(&approval.from, &defaults::approval_from()));
    let excluded: Vec<&str> = approval.exclude.iter().map(|excluded| word_of(*excluded)).collect();
    page.line("not counted", joined(&excluded), source(&approval.exclude, &defaults::approval_exclude(tier)));
    page.line("approval holds", approval.expires.to_string(), source(&approval.expires, &defaults::approval_expires(tier)));
    page.line("up to date", kebab(&gates.up_to_date), source(&gates.up_to_date, &defaults::UP_TO_DATE));
    page.line("order", format!("the same {}", kebab(&gates.order)), source(&gates.order, &defaults::ORDER));
    window(page, gates.window.as_ref());
    page.line("confirm", kebab(&gates.confirm), source(&gates.confirm, &defaults::confirm(tier)));
    page.line("lock holds", gates.lock.expires.to_string(), source(&gates.lock.expires, &defaults::LOCK_EXPIRES));
    for custom in &gates.custom {
        page.line("custom", format!("{}: `{}` within {}", custom.id, command_line(&custom.run), custom.timeout), Source::File);
    }
}

fn checks(page: &mut Page, rule: &ChecksRule) {
    page.line("checks", kebab(&rule.require), source(&rule.require, &defaults::CHECKS));
    let also: Vec<String> = rule
        .also
        .iter()
        .map(|check| {
            let app = check.app.as_ref().map_or_else(String::new, |app| format!(" by {app}"));
            let event = check.event.as_ref().map_or_else(String::new, |event| format!(" on {event}"));
            format!("{}{app}{event}", check.name)
        })
        .collect();
    page.list("checks also", &also);
    page.list("checks except", &rule.except);
}

fn window(page: &mut Page, rule: Option<&WindowRule>) {
    let Some(rule) = rule else {
        page.line("window", "always open", Source::Default);
        return;
    };
    let open: Vec<String> = rule.open.iter().map(hours).collect();
    let open = if open.is_empty() { "always open".to_owned() } else { open.join(", ") };
    page.line("window", format!("{open}, by the clocks of {}", rule.zone), Source::File);
    for freeze in &rule.freeze {
        let why = freeze.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        page.line("freeze", format!("{} until {}{why}", freeze.from.strftime("%F %R"), freeze.until.strftime("%F %R")), Source::File);
    }
}

fn hours(open: &OpenHours) -> String {
    let until = open.until.map_or_else(|| "24:00".to_owned(), |until| until.strftime("%R").to_string());
    format!("{} {}-{until}", days(&open.days), open.from.strftime("%R"))
}

/// Days with runs of three and more written as ranges.
fn days(days: &BTreeSet<Day>) -> String {
    let mut runs: Vec<(Day, Day)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if *last as u8 + 1 == *day as u8 => *last = *day,
            _ => runs.push((*day, *day)),
        }
    }
    let run = |(first, last): &(Day, Day)| if first == last { format!("{first:?}") } else { format!("{first:?}-{last:?}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

/// A choice as the policy writes it.
fn kebab(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).expect("a choice is written as a word")
}
