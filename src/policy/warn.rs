//! What a valid policy gives away: where production asks for less than the defaults, the author should have meant it.

use super::code::Code;
use super::fault::{Fault, Sink, Warnings};
use super::load::mirror;
use super::raw::{RawBody, RawEnvironment, RawGates, RawPeople, Set};
use super::{ChecksRequired, ConfirmRule, Environment, Excluded, Forks, Policy, Tier, UpToDateRule, defaults};
use crate::domain::Span;
use crate::domain::{Principal, Role};

/// Words that people call production by.
const PRODUCTION_WORDS: [&str; 4] = ["production", "prod", "prd", "live"];

/// The warnings for a policy that was loaded from this text.
pub fn warnings(text: &str, policy: &Policy) -> Warnings {
    let sink = Sink::default();
    if let Some(raw) = mirror(text, &Sink::default())
        && let Some(entries) = raw.environments.value()
    {
        for ((name, body), environment) in entries.items.iter().zip(&policy.environments) {
            let Some(RawBody::Mapping(raw)) = body.as_ref().map(|at| &at.value) else {
                looks_like_production(environment, name.span, &sink);
                continue;
            };
            match environment.tier {
                Tier::Production => production(raw, environment, &sink),
                Tier::Other => other(raw, environment, name.span, &sink),
            }
        }
    }
    sink.into_warnings(text)
}

fn other(raw: &RawEnvironment, environment: &Environment, name: Span, sink: &Sink) {
    match raw.production.at() {
        Some(at) if environment.name.as_str() == defaults::PRODUCTION => {
            loose(at.span, "`production` is marked as no production: it has the defaults of a test environment", sink);
        }
        Some(_) => {}
        None => looks_like_production(environment, name, sink),
    }
}

fn looks_like_production(environment: &Environment, name: Span, sink: &Sink) {
    let mut words = std::iter::once(&environment.name).chain(&environment.aliases);
    if environment.tier == Tier::Other
        && let Some(word) = words.find(|word| PRODUCTION_WORDS.contains(&word.as_str()))
    {
        let fault = Fault::new(Code::LooksLikeProduction, name, format!("`{word}` is called like production and has the defaults of a test environment"));
        sink.add(fault.help("write `production: true`, or `production: false` if it really is none"));
    }
}

fn loose(span: Span, what: impl AsRef<str>, sink: &Sink) {
    sink.add(Fault::new(Code::Loose, span, what));
}

fn production(raw: &RawEnvironment, environment: &Environment, sink: &Sink) {
    let Some(gates) = raw.gates.value() else { return };
    approval(gates, environment, sink);
    switches(gates, sink);
    if let Some(permission) = gates.permission.value() {
        if let Some(at) = permission.forks.at().filter(|at| at.value == Forks::Approved) {
            loose(at.span, "production can be deployed from a fork", sink);
        }
        weak_roles(&permission.who, "may deploy to production", sink);
    }
}

fn approval(gates: &RawGates, environment: &Environment, sink: &Sink) {
    let Some(approval) = gates.approval.value() else { return };
    let wanted = defaults::approval_count(Tier::Production);
    if let Some(at) = approval.count.at().filter(|at| at.value < wanted) {
        loose(at.span, format!("production asks for fewer than {wanted} approvals"), sink);
    }
    if let Some(at) = approval.exclude.at() {
        let missing: Vec<&str> =
            defaults::approval_exclude(Tier::Production).difference(&environment.gates.approval.exclude).map(|excluded| word_of(*excluded)).collect();
        if !missing.is_empty() {
            loose(at.span, format!("production counts the approvals of {}", missing.join(", ")), sink);
        }
    }
    if let Some(at) = approval.expires.at().filter(|at| at.value > defaults::approval_expires(Tier::Other)) {
        loose(at.span, format!("approvals for production hold longer than {}", defaults::approval_expires(Tier::Other)), sink);
    }
    weak_roles(&approval.from, "may approve for production", sink);
}

/// The word of who is excluded, as the policy has it.
pub(super) fn word_of(excluded: Excluded) -> &'static str {
    match excluded {
        Excluded::Author => "author",
        Excluded::Committers => "committers",
        Excluded::Pusher => "pusher",
        Excluded::Requester => "requester",
    }
}

fn switches(gates: &RawGates, sink: &Sink) {
    if let Some(at) = gates.confirm.at().filter(|at| at.value == ConfirmRule::Off) {
        loose(at.span, "production is deployed without a confirmation", sink);
    }
    if let Some(at) = gates.up_to_date.at().filter(|at| at.value != UpToDateRule::Strict) {
        loose(at.span, "production takes branches that lack commits of their base", sink);
    }
    if let Some(at) = gates.checks.value().and_then(|checks| checks.require.at()).filter(|at| at.value == ChecksRequired::Named) {
        loose(at.span, "production takes commits whose other checks fail", sink);
    }
}

/// Roles that cannot push.
fn weak_roles(people: &Set<RawPeople>, what: &str, sink: &Sink) {
    for at in people.value().map_or(&[][..], RawPeople::items) {
        if matches!(at.value, Principal::Role(role) if role < Role::Write) {
            loose(at.span, format!("people who cannot push {what}"), sink);
        }
    }
}
