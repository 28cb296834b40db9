//! A pull request that every gate lets through, for the unit tests of gates: each test changes one thing.
//!
//! The facts and the request are those of the table cases (`tests/cases/gates/`).

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Said};
use super::verdict::{Answer, Judgement};
use crate::domain::{ActorKind, CommentId, CommitSha, EnvName, Login, ObjectId, Period, Person, PersonId, Principal, Role};
use crate::facts::Facts;
use crate::intake::{Command, Deploy, Request};
use crate::policy::{
    ApprovalRule, ChecksRequired, ChecksRule, Commands, CommitRule, ConfirmRule, DeployHow, Environment, Forks, Gates, LockRule, OrderRule, PermissionRule,
    Policy, PolicyChangeRule, Services, Signatures, Tier, UpToDateRule,
};

/// Everything that a case refers to.
pub(super) struct World {
    pub(super) policy: Policy,
    pub(super) facts: Facts,
    pub(super) request: Request,
    pub(super) said: Vec<Said>,
}

impl World {
    /// `@octavia` deploys pull request 12 to production; two people approved, staging had it, nobody confirmed, no gate is stricter than by default.
    pub(super) fn new() -> Self {
        Self {
            policy: policy(),
            facts: serde_json::from_str(include_str!("../../tests/cases/gates/base-facts.json")).expect("the base facts are facts"),
            request: serde_json::from_str(include_str!("../../tests/cases/gates/base-request.json")).expect("the base request is a request"),
            said: Vec::new(),
        }
    }

    /// Production, to be changed.
    pub(super) fn environment(&mut self) -> &mut Environment {
        self.policy.environments.last_mut().expect("there are two")
    }

    /// Production's gates, to be changed.
    pub(super) fn gates(&mut self) -> &mut Gates {
        &mut self.environment().gates
    }

    /// What the command carries, to be changed.
    pub(super) fn deploy(&mut self) -> &mut Deploy {
        match &mut self.request.command {
            Command::Deploy(deploy) => deploy,
            other => panic!("the base request deploys: {other:?}"),
        }
    }

    /// Somebody writes a command in a comment.
    pub(super) fn say(&mut self, by: Person, at: &str, command: Command) {
        let comment = CommentId(6_000 + self.said.len() as u64);
        self.said.push(Said { comment, by, at: at.parse().expect("a time"), command });
    }

    /// What a gate answers, checked to be whole.
    pub(super) fn ask(&self, judge: fn(&Case<'_>) -> Answer) -> Answer {
        let answer = judge(&self.case());
        assert_eq!(answer.judgement == Judgement::Go, answer.reasons.is_empty(), "reasons are there exactly where it is not go: {answer:#?}");
        assert!(!answer.reasons.is_empty() || !answer.evidence.is_empty(), "an answer says what it saw: {answer:#?}");
        assert!(answer.reasons.iter().all(|reason| reason.remedy.is_some()), "every reason has a remedy: {answer:#?}");
        assert!(answer.evidence.iter().chain(answer.reasons.iter().map(|reason| &reason.what)).all(|line| !line.contains('\n')), "one line each: {answer:#?}");
        answer
    }

    /// The case to judge.
    pub(super) fn case(&self) -> Case<'_> {
        let Command::Deploy(deploy) = &self.request.command else { panic!("the base request deploys") };
        let environment = self.policy.environment(&deploy.environment).expect("the environment exists");
        Case { request: &self.request, deploy, policy: &self.policy, environment, facts: &self.facts, said: &self.said }
    }
}

/// Codes with their judgements, in the order given.
pub(super) fn reasons(answer: &Answer) -> Vec<(Judgement, &'static str)> {
    answer.reasons.iter().map(|reason| (reason.judgement, reason.code)).collect()
}

/// True when some line of evidence has this text.
pub(super) fn saw(answer: &Answer, text: &str) -> bool {
    answer.evidence.iter().any(|line| line.contains(text))
}

/// A human.
pub(super) fn human(id: u64, login: &str) -> Person {
    Person { id: PersonId(id), login: Login::new(login).expect("a login"), kind: ActorKind::Human }
}

/// The person who commands.
pub(super) fn octavia() -> Person {
    human(100, "octavia")
}

/// A commit id made of one byte.
pub(super) fn commit(byte: &str) -> CommitSha {
    CommitSha::new(byte.repeat(20)).expect("a commit id")
}

fn name(text: &str) -> EnvName {
    EnvName::new(text).expect("an environment's name")
}

fn policy() -> Policy {
    Policy {
        id: ObjectId::new("ba".repeat(20)).expect("an object id"),
        commands: Commands { prefix: "/".to_owned(), aliases: BTreeMap::new(), who: BTreeMap::new(), apps: Vec::new(), force_unlock: Vec::new() },
        services: Services::default(),
        environments: vec![environment("staging", Tier::Other), environment("production", Tier::Production)],
        protected_branches: Vec::new(),
        checks: crate::checks::CheckRules::default(),
    }
}

fn environment(text: &str, tier: Tier) -> Environment {
    let production = tier == Tier::Production;
    Environment {
        name: name(text),
        aliases: vec![name(if production { "prod" } else { "stage" })],
        tier,
        url: None,
        after: if production { vec![name("staging")] } else { Vec::new() },
        deploy: DeployHow::Here,
        variables: Vec::new(),
        target: None,
        parameters: BTreeMap::new(),
        gates: Gates {
            permission: PermissionRule { who: vec![Principal::Role(Role::Write)], forks: Forks::Refuse },
            commit: CommitRule { signatures: Signatures::Off },
            policy_change: PolicyChangeRule { paths: Vec::new(), approve: vec![Principal::Codeowners] },
            checks: ChecksRule { require: ChecksRequired::All, also: Vec::new(), except: Vec::new() },
            approval: ApprovalRule {
                count: if production { 2 } else { 1 },
                from: vec![Principal::Role(Role::Write)],
                exclude: BTreeSet::new(),
                expires: Period::of_seconds(3 * 86_400),
            },
            up_to_date: UpToDateRule::Strict,
            order: OrderRule::Commit,
            window: None,
            confirm: if production { ConfirmRule::Name } else { ConfirmRule::Off },
            lock: LockRule { expires: Period::of_seconds(6 * 3_600) },
            custom: Vec::new(),
        },
        monitoring: Vec::new(),
        validation: Vec::new(),
        rollback: Vec::new(),
    }
}
