//! How long deciding takes: every gate over a pull request with 100 commits, 100 reviews and 100 checks. The target is 0.5 ms.
//!
//! `cargo bench --bench decide`; without `--bench` (as in `cargo test --benches`) it only checks that the case is judged to the end.
#![expect(clippy::print_stdout, reason = "a benchmark's only output")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use shipgate::domain::{CommentId, CommitSha, EnvName, Login, ObjectId, Person, PersonId, Role};
use shipgate::facts::{Commit, Contributor, Fact, Facts, Listing};
use shipgate::gates::{Case, Judgement, Said, evaluate};
use shipgate::intake::{Command, Request};

/// How many of each.
const MANY: u64 = 100;
/// How many times the median is taken of.
const SAMPLES: usize = 51;
/// How many decisions one sample times.
const DECISIONS: u32 = 200;
/// The most that a decision may take.
const TARGET: Duration = Duration::from_micros(500);

const POLICY: &str = "
version: 1
services:
  shop: { paths: ['services/shop/**'] }
environments:
  staging: {}
  production:
    production: true
    after: [staging]
    gates:
      checks: { require: all, also: [check-7], except: [check-8] }
      window: { zone: Europe/Berlin, open: ['Mon-Thu 09:00-16:00', 'Fri 09:00-12:00'], freeze: [{ from: 2026-12-20, until: 2027-01-03 }] }
";

fn main() -> ExitCode {
    let facts = facts();
    let request: Request = serde_json::from_str(include_str!("../tests/cases/gates/base-request.json")).expect("a request");
    let policy = shipgate::policy::load(POLICY, ObjectId::new("ba".repeat(20)).expect("an id")).expect("a policy");
    let Command::Deploy(deploy) = &request.command else { panic!("the base request deploys") };
    let environment = policy.environment(&deploy.environment).expect("the environment");
    let confirm = Command::Confirm { environment: EnvName::new("production").expect("a name"), sha: None };
    let said = [Said { comment: CommentId(1), by: request.actor.clone(), at: request.at, command: confirm }];
    let case = Case { request: &request, deploy, policy: &policy, environment, facts: &facts, said: &said };

    let evaluation = evaluate(&case);
    assert_eq!(evaluation.verdict.judgement(), Judgement::Go, "a refusal may be quicker than a go: {:#?}", evaluation.answers);
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let mut samples: Vec<Duration> = (0..SAMPLES).map(|_| sample(&case)).collect();
    samples.sort_unstable();
    let (median, worst) = (samples[SAMPLES / 2], samples[SAMPLES - 1]);
    let gates = evaluation.answers.len();
    println!("decide: {gates} gates over {MANY} commits, reviews and checks: median {median:?}, slowest {worst:?}, target {TARGET:?}");
    if median <= TARGET { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The time of one decision, as the mean of some.
fn sample(case: &Case<'_>) -> Duration {
    let start = Instant::now();
    for _ in 0..DECISIONS {
        black_box(evaluate(black_box(case)));
    }
    start.elapsed() / DECISIONS
}

/// The base facts of the table cases, with many of everything.
fn facts() -> Facts {
    let mut facts: Facts = serde_json::from_str(include_str!("../tests/cases/gates/base-facts.json")).expect("facts");
    let Fact::Known(commits) = &mut facts.pull.commits else { panic!("the base facts know the commits") };
    *commits = Listing::whole(chain(&commits.items[0], &facts.base.sha));

    let Fact::Known(reviews) = &mut facts.pull.reviews else { panic!("the base facts know the reviews") };
    let review = reviews.items[0].clone();
    let rosa = review.author.clone().expect("the base review has an author");
    let reviewer = |number: u64| Person { id: PersonId(10_000 + number), login: Login::new(format!("reviewer-{number}")).expect("a login"), ..rosa.clone() };
    *reviews = Listing::whole((0..MANY).map(|number| shipgate::facts::Review { id: number, author: Some(reviewer(number)), ..review.clone() }).collect());
    facts.roles.extend((0..MANY).map(|number| (PersonId(10_000 + number), Fact::Known(Role::Write))));

    let Fact::Known(checks) = &mut facts.checks else { panic!("the base facts know the checks") };
    let check = checks.items.items[1].clone();
    let named = |number: u64| shipgate::facts::Check { name: format!("check-{number}"), id: Some(1_000 + number), required: false, ..check.clone() };
    checks.items = Listing::whole((1..MANY).map(named).chain([check.clone()]).collect());
    facts
}

/// Commits from the head down to the base.
fn chain(head: &Commit, base: &CommitSha) -> Vec<Commit> {
    let sha = |number: u64| CommitSha::new(format!("{number:040x}")).expect("an id");
    let by = |number: u64| Contributor::Account(Person { id: PersonId(20_000 + number % 7), ..person(&head.authors[0]) });
    let commit = |number: u64| Commit {
        sha: if number == 0 { head.sha.clone() } else { sha(number) },
        parents: vec![if number + 1 == MANY { base.clone() } else { sha(number + 1) }],
        authors: vec![by(number)],
        committer: Some(by(number)),
        signature: head.signature.clone(),
    };
    (0..MANY).map(commit).collect()
}

fn person(contributor: &Contributor) -> Person {
    match contributor {
        Contributor::Account(person) => person.clone(),
        Contributor::Unattributed(address) => panic!("the base commit has an account, not {address}"),
    }
}
