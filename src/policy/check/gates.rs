//! The gates of an environment: rules that contradict themselves or that nobody can satisfy are faults.

use std::collections::{BTreeSet, HashSet};

use super::super::Span;
use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::raw::{At, GATE_KEYS, List, RawApproval, RawCheck, RawChecks, RawCustom, RawGates, RawLock, RawPeople, RawPolicyChange, Set};
use super::super::warn::word_of;
use super::super::{
    ApprovalRule, ChecksRequired, ChecksRule, CommitRule, CustomRule, Excluded, Gates, LockRule, NamedCheck, PermissionRule, PolicyChangeRule, Tier, defaults,
};
use super::{or_default, values, window};
use crate::domain::{Period, Principal};

/// The most approvals that can be asked for.
const MOST_APPROVALS: u32 = 20;
/// The shortest lock: a shorter one would be free before the runner renews it.
const SHORTEST_LOCK: Period = Period::of_seconds(300);
/// The longest that a custom gate may take.
const LONGEST_CUSTOM: Period = Period::of_seconds(3_600);

/// The rules of every gate.
pub(super) fn gates(set: &Set<RawGates>, tier: Tier, sink: &Sink) -> Gates {
    let none = RawGates::default();
    let raw = or_default(set, &none);
    let permission = permission(raw, sink);
    Gates {
        commit: CommitRule { signatures: raw.commit.value().and_then(|commit| commit.signatures.value()).copied().unwrap_or(defaults::SIGNATURES) },
        policy_change: policy_change(&raw.policy_change, sink),
        checks: checks(&raw.checks, sink),
        approval: approval(&raw.approval, tier, &permission.who, sink),
        up_to_date: raw.up_to_date.value().copied().unwrap_or(defaults::UP_TO_DATE),
        order: raw.order.value().copied().unwrap_or(defaults::ORDER),
        window: raw.window.at().map(|at| window::window(at, sink)),
        confirm: raw.confirm.value().copied().unwrap_or_else(|| defaults::confirm(tier)),
        lock: lock(&raw.lock, sink),
        custom: raw.custom.value().map_or_else(Vec::new, |list| custom(list, sink)),
        permission,
    }
}

fn permission(raw: &RawGates, sink: &Sink) -> PermissionRule {
    let Some(permission) = raw.permission.value() else { return PermissionRule { who: defaults::permission_who(), forks: defaults::FORKS } };
    PermissionRule {
        who: values::people(&permission.who, defaults::permission_who(), sink),
        forks: permission.forks.value().copied().unwrap_or(defaults::FORKS),
    }
}

fn policy_change(set: &Set<RawPolicyChange>, sink: &Sink) -> PolicyChangeRule {
    let none = RawPolicyChange::default();
    let raw = or_default(set, &none);
    if let Some(at) = raw.approve.at()
        && at.value.items().is_empty()
        && !at.value.is_broken()
    {
        sink.add(Fault::new(Code::Unsatisfiable, at.span, "nobody can approve a change of the rules: no such change could be deployed"));
    }
    refuse_bots(&raw.approve, sink);
    PolicyChangeRule {
        paths: raw.paths.value().map_or_else(Vec::new, |paths| values::globs(paths, sink)),
        approve: values::people(&raw.approve, defaults::policy_change_approve(), sink),
    }
}

fn checks(set: &Set<RawChecks>, sink: &Sink) -> ChecksRule {
    let none = RawChecks::default();
    let raw = or_default(set, &none);
    let require = raw.require.value().copied().unwrap_or(defaults::CHECKS);
    let also: Vec<NamedCheck> = raw.also.value().map_or(&[][..], |list| &list.items).iter().filter_map(|at| named(at, sink)).collect();
    if let (Some(at), ChecksRequired::Named, None | Some(&[])) = (raw.require.at(), require, raw.also.value().map(|list| list.items.as_slice()))
        && !raw.also.value().is_some_and(|list| list.broken)
    {
        sink.add(Fault::new(Code::Empty, at.span, "`named` asks for the checks of `also`, and there are none").help("name them: `also: [build, test]`"));
    }
    for except in raw.except.value().map_or(&[][..], |list| &list.items) {
        check_name(except, sink);
        if also.iter().any(|check| check.name == except.value) {
            sink.add(Fault::new(Code::Contradiction, except.span, format!("the check `{}` must pass by `also` and does not count by `except`", except.value)));
        }
    }
    ChecksRule { require, also, except: raw.except.value().map_or_else(Vec::new, |list| values::distinct(list, "the check", sink)) }
}

fn named(at: &At<RawCheck>, sink: &Sink) -> Option<NamedCheck> {
    match &at.value {
        RawCheck::Scalar(name) => {
            check_name(name, sink);
            Some(NamedCheck { name: name.value.clone(), app: None, event: None })
        }
        RawCheck::Mapping(body) => {
            if body.value.name.is_absent() {
                values::missing("name", body.span, sink);
            }
            [&body.value.name, &body.value.app, &body.value.event].iter().filter_map(|set| set.at()).for_each(|word| check_name(word, sink));
            let name = body.value.name.value()?.clone();
            Some(NamedCheck { name, app: body.value.app.value().cloned(), event: body.value.event.value().cloned() })
        }
    }
}

fn check_name(at: &At<String>, sink: &Sink) {
    values::line(at, 255, sink);
}

fn approval(set: &Set<RawApproval>, tier: Tier, may_deploy: &[Principal], sink: &Sink) -> ApprovalRule {
    let none = RawApproval::default();
    let raw = or_default(set, &none);
    let count = raw.count.value().copied().unwrap_or_else(|| defaults::approval_count(tier));
    if let Some(at) = raw.count.at().filter(|_| count > MOST_APPROVALS) {
        sink.add(Fault::new(Code::Value, at.span, format!("{count} approvals are more than anybody gets; {MOST_APPROVALS} are the most")));
    }
    refuse_bots(&raw.from, sink);
    let exclude = raw.exclude.value().map_or_else(|| defaults::approval_exclude(tier), |list| excluded(list, sink));
    let requester = if exclude.contains(&Excluded::Requester) { sole_user(may_deploy) } else { None };
    if let Some(at) = raw.from.at()
        && count <= MOST_APPROVALS
        && let Some(what) = unsatisfiable(&at.value, count, requester.as_deref())
    {
        sink.add(Fault::new(Code::Unsatisfiable, at.span, what).help("name more people, or a team, or ask for fewer approvals"));
    }
    ApprovalRule {
        count,
        from: values::people(&raw.from, defaults::approval_from(), sink),
        exclude,
        expires: raw.expires.value().copied().unwrap_or_else(|| defaults::approval_expires(tier)),
    }
}

fn excluded(list: &List<Excluded>, sink: &Sink) -> BTreeSet<Excluded> {
    let mut set = BTreeSet::new();
    for at in &list.items {
        if !set.insert(at.value) {
            sink.add(Fault::new(Code::DuplicateName, at.span, format!("`{}` is listed twice", word_of(at.value))));
        }
    }
    set
}

/// The only person that may deploy, where there is only one: as the requester, that one cannot approve.
fn sole_user(may_deploy: &[Principal]) -> Option<String> {
    match may_deploy {
        [Principal::User(login)] => Some(login.as_str().to_ascii_lowercase()),
        _ => None,
    }
}

/// Why so many approvals can never come from these people.
fn unsatisfiable(from: &RawPeople, count: u32, requester: Option<&str>) -> Option<String> {
    if count == 0 || from.is_broken() {
        return None;
    }
    if from.items().is_empty() {
        return Some("approvals are asked for, and nobody can give one".to_owned());
    }
    let login = |at: &At<Principal>| match &at.value {
        Principal::User(login) => Some(login.as_str().to_ascii_lowercase()),
        Principal::Team(_) | Principal::Role(_) | Principal::Codeowners => None,
    };
    let mut users = from.items().iter().map(login).collect::<Option<HashSet<String>>>()?;
    users.retain(|login| !login.ends_with("[bot]") && requester != Some(login));
    let there = match users.len() {
        0 => "nobody can give one".to_owned(),
        1 => "only 1 person can give one".to_owned(),
        number => format!("only {number} people can give one"),
    };
    let asked = if count == 1 { "1 approval is".to_owned() } else { format!("{count} approvals are") };
    (users.len() < count as usize).then(|| format!("{asked} asked for, and {there}"))
}

/// Apps never approve.
fn refuse_bots(people: &Set<RawPeople>, sink: &Sink) {
    for at in people.value().map_or(&[][..], RawPeople::items) {
        if matches!(&at.value, Principal::User(login) if login.as_str().ends_with("[bot]")) {
            sink.add(Fault::new(Code::Unsatisfiable, at.span, format!("`{}` is an app; apps never approve", at.value)));
        }
    }
}

fn lock(set: &Set<RawLock>, sink: &Sink) -> LockRule {
    let expires = set.value().and_then(|lock| lock.expires.at());
    if let Some(at) = expires.filter(|at| at.value < SHORTEST_LOCK) {
        sink.add(Fault::new(Code::Value, at.span, format!("a lock of {} would be free before it is renewed; {SHORTEST_LOCK} is the least", at.value)));
    }
    LockRule { expires: expires.map_or(defaults::LOCK_EXPIRES, |at| at.value) }
}

fn custom(list: &List<RawCustom>, sink: &Sink) -> Vec<CustomRule> {
    let mut seen = HashSet::new();
    let mut rules = Vec::new();
    for at in &list.items {
        if let Some(id) = at.value.id.at() {
            if !seen.insert(id.value.as_str()) {
                sink.add(Fault::new(Code::DuplicateName, id.span, format!("the custom gate `{}` is listed twice", id.value)));
            }
            if GATE_KEYS.contains(&id.value.as_str()) {
                sink.add(Fault::new(Code::Shadow, id.span, format!("`{}` is a gate already; a custom gate cannot hide it", id.value)));
            }
        }
        rules.extend(custom_rule(&at.value, at.span, sink));
    }
    rules
}

fn custom_rule(raw: &RawCustom, owner: Span, sink: &Sink) -> Option<CustomRule> {
    if raw.id.is_absent() {
        values::missing("id", owner, sink);
    }
    if let Some(at) = raw.timeout.at().filter(|at| at.value > LONGEST_CUSTOM) {
        sink.add(Fault::new(Code::Value, at.span, format!("a custom gate may take {LONGEST_CUSTOM} at most")));
    }
    let run = values::argv(&raw.run, owner, sink);
    Some(CustomRule { id: raw.id.value()?.clone(), run: run?, timeout: raw.timeout.value().copied().unwrap_or(defaults::CUSTOM_TIMEOUT) })
}
