//! The environments together: names, order, and whether anybody can reach them (rows V1, G11).

use std::collections::{BTreeSet, HashMap};

use super::super::Span;
use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::nearest::nearest;
use super::super::raw::{At, Entries, RawBody, RawEnvironment, RawPeople, RawPolicy, Set};
use super::super::{ConfirmRule, Environment, defaults};
use super::{environment, graph};
use crate::domain::{EnvName, Principal};

type RawEnvironments = Entries<EnvName, RawBody>;

/// The environments, in the order of the file; the default ones where the file names none.
pub(super) fn environments(raw: &Set<RawEnvironments>, sink: &Sink) -> Vec<Environment> {
    let at = match raw {
        Set::Absent => return standard(sink),
        Set::Broken => return Vec::new(),
        Set::Is(at) => at,
    };
    if at.value.items.is_empty() && !at.value.broken {
        let fault = Fault::new(Code::Empty, at.span, "there is no environment: nothing could be deployed");
        sink.add(fault.help("name one, or remove `environments`: then there are dev, staging, canary and production"));
    }
    let names = check_names(&at.value, sink);
    check_after(&at.value, &names, sink);
    let none = RawEnvironment::default();
    at.value.items.iter().map(|(name, body)| environment::environment(&name.value, body_of(body.as_ref()).unwrap_or(&none), sink)).collect()
}

/// The environments of a policy that names none.
fn standard(sink: &Sink) -> Vec<Environment> {
    let name = |text: &str| EnvName::new(text).expect("the default names are valid");
    let with_after = |(text, after): &(&str, &[&str])| {
        let mut environment = environment::environment(&name(text), &RawEnvironment::default(), sink);
        environment.after = after.iter().map(|text| name(text)).collect();
        environment
    };
    defaults::ENVIRONMENTS.iter().map(with_after).collect()
}

fn body_of(body: Option<&At<RawBody>>) -> Option<&RawEnvironment> {
    match body.map(|at| &at.value) {
        Some(RawBody::Mapping(raw)) => Some(raw),
        Some(RawBody::Null) | None => None,
    }
}

/// What a word stands for.
#[derive(Clone, Copy)]
struct Meaning {
    owner: usize,
    is_alias: bool,
}

/// Every name and alias; doubled ones are faults.
fn check_names<'a>(entries: &'a RawEnvironments, sink: &Sink) -> HashMap<&'a str, Meaning> {
    let names = entries.items.iter().enumerate().map(|(owner, (name, _))| (name.value.as_str(), Meaning { owner, is_alias: false }));
    let mut known: HashMap<&str, Meaning> = names.collect();
    for (owner, (name, body)) in entries.items.iter().enumerate() {
        let aliases = body_of(body.as_ref()).and_then(|raw| raw.aliases.value());
        for alias in aliases.map_or(&[][..], |list| &list.items) {
            let word = alias.value.as_str();
            let Some(before) = known.get(word) else {
                known.insert(word, Meaning { owner, is_alias: true });
                continue;
            };
            let of = entries.items[before.owner].0.value.as_str();
            let what = match before.is_alias {
                _ if before.owner == owner && !before.is_alias => format!("`{word}` is the name of this environment; it needs no alias"),
                _ if before.owner == owner => format!("`{}` has the alias `{word}` twice", name.value),
                true => format!("`{word}` is an alias of `{of}` already"),
                false => format!("`{word}` is the name of another environment"),
            };
            sink.add(Fault::new(Code::DuplicateName, alias.span, what));
        }
    }
    known
}

fn after_of(body: Option<&At<RawBody>>) -> &[At<EnvName>] {
    body_of(body).and_then(|raw| raw.after.value()).map_or(&[], |list| &list.items)
}

fn check_after(entries: &RawEnvironments, names: &HashMap<&str, Meaning>, sink: &Sink) {
    let mut edges = vec![Vec::new(); entries.items.len()];
    for (at, (_, body)) in entries.items.iter().enumerate() {
        for before in after_of(body.as_ref()) {
            match names.get(before.value.as_str()) {
                Some(meaning) if !meaning.is_alias => edges[at].push(meaning.owner),
                Some(meaning) => {
                    let name = &entries.items[meaning.owner].0.value;
                    sink.add(
                        Fault::new(Code::UnknownEnv, before.span, "`after` takes the name of an environment, not an alias").label(format!("write `{name}`")),
                    );
                }
                None if entries.broken => {}
                None => {
                    let known = entries.items.iter().map(|(name, _)| name.value.as_str());
                    let fault = Fault::new(Code::UnknownEnv, before.span, "`after` names an environment that does not exist");
                    sink.add(fault.meant(nearest(before.value.as_str(), known)));
                }
            }
        }
    }
    for cycle in graph::cycles(&edges) {
        let words: Vec<&str> = cycle.iter().chain(cycle.first()).map(|at| entries.items[*at].0.value.as_str()).collect();
        let what = match cycle.as_slice() {
            [_] => format!("`{}` waits for itself", words[0]),
            _ => format!("these environments wait for each other in a circle: {}", words.join(" → ")),
        };
        let next = entries.items[cycle[1 % cycle.len()]].0.value.as_str();
        let span =
            after_of(entries.items[cycle[0]].1.as_ref()).iter().find(|before| before.value.as_str() == next).map_or(Span::default(), |before| before.span);
        sink.add(Fault::new(Code::Cycle, span, what));
    }
}

/// Faults for environments that nobody can ever deploy to.
pub(super) fn reach(raw: &RawPolicy, environments: &[Environment], sink: &Sink) {
    let who = raw.commands.value().and_then(|commands| commands.who.value());
    if let Some(deploy) = who.and_then(|who| empty(&who.deploy)) {
        sink.add(Fault::new(Code::Unreachable, deploy, "nobody may give `deploy`: no environment can be reached"));
        return;
    }
    if let Some(confirm) = who.and_then(|who| empty(&who.confirm))
        && let Some(asks) = environments.iter().find(|environment| environment.gates.confirm != ConfirmRule::Off)
    {
        sink.add(Fault::new(Code::Unreachable, confirm, format!("nobody may give `confirm`, which `{}` asks for", asks.name)));
    }
    let Some(entries) = raw.environments.value() else { return };
    let deployers = who.and_then(|who| who.deploy.value()).and_then(only_users);
    let mut closed: BTreeSet<&str> = BTreeSet::new();
    for (name, body) in &entries.items {
        if let Some(permission) = body_of(body.as_ref()).and_then(|raw| raw.gates.value()).and_then(|gates| gates.permission.value())
            && let Some(fault) = unreachable(&permission.who, deployers.as_ref())
        {
            sink.add(fault);
            closed.insert(name.value.as_str());
        }
    }
    close_behind(entries, closed, sink);
}

fn unreachable(who: &Set<RawPeople>, deployers: Option<&BTreeSet<String>>) -> Option<Fault> {
    if let Some(span) = empty(who) {
        return Some(Fault::new(Code::Unreachable, span, "nobody may deploy here").help("name somebody, or remove `who`: then it is `role:write`"));
    }
    let (at, users) = (who.at()?, only_users(who.value()?)?);
    let apart = deployers.is_some_and(|deployers| deployers.is_disjoint(&users));
    apart.then(|| Fault::new(Code::Unreachable, at.span, "nobody named here may give `deploy` by `commands.who.deploy`"))
}

/// The place of a list that names nobody.
fn empty(people: &Set<RawPeople>) -> Option<Span> {
    people.at().filter(|at| at.value.items().is_empty() && !at.value.is_broken()).map(|at| at.span)
}

/// The logins, where nobody but users is named.
fn only_users(people: &RawPeople) -> Option<BTreeSet<String>> {
    let login = |at: &At<Principal>| match &at.value {
        Principal::User(login) => Some(login.as_str().to_ascii_lowercase()),
        Principal::Team(_) | Principal::Role(_) | Principal::Codeowners => None,
    };
    if people.is_broken() { None } else { people.items().iter().map(login).collect() }
}

/// What comes after a closed environment is closed as well.
fn close_behind<'a>(entries: &'a RawEnvironments, mut closed: BTreeSet<&'a str>, sink: &Sink) {
    let mut grows = !closed.is_empty();
    while grows {
        grows = false;
        for (name, body) in &entries.items {
            let behind = after_of(body.as_ref()).iter().find(|before| closed.contains(before.value.as_str()));
            if let Some(before) = behind
                && closed.insert(name.value.as_str())
            {
                let what = format!("`{}` can never be reached: nobody can deploy to `{}`, which comes before it", name.value, before.value);
                sink.add(Fault::new(Code::Unreachable, before.span, what));
                grows = true;
            }
        }
    }
}
