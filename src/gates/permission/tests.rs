//! What the gate `permission` says, one change at a time.

use super::{Permission, judge, may, may_command};
use crate::domain::{Login, PersonId, RepoSlug, Role};
use crate::facts::{Fact, PullOrigin, ReviewState};
use crate::gates::fixtures_people::*;
use crate::gates::verdict::Judgement::{Go, NoGo, Waiting};
use crate::intake::{Command, CommandName};
use crate::policy::{Excluded, Forks};

#[test]
fn g13_somebody_with_the_role_may() {
    let answer = World::new().judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "may give /deploy (role:write)");
    assert_saw(&answer, "may deploy to production (role:write)");
}

#[test]
fn g13_both_the_command_and_the_environment_must_allow_it() {
    let mut world = World::new();
    world.gates().permission.who = principals(&["user:ann", "role:admin"]);
    let answer = world.judged(judge);
    assert_says(&answer, NoGo, &["permission.environment"]);
    assert_eq!(answer.reasons[0].who, [login(ANN)]);
    world.policy.commands.who.insert(CommandName::Deploy, principals(&["role:admin"]));
    assert_says(&world.judged(judge), NoGo, &["permission.command", "permission.environment"]);
    world.policy.commands.who.remove(&CommandName::Deploy);
    assert_says(&world.judged(judge), NoGo, &["permission.command", "permission.environment"]);
    world.role(ASKER, Role::Admin);
    assert_says(&world.judged(judge), NoGo, &["permission.command"]);
}

#[test]
fn g13_a_plan_is_judged_by_who_may_plan() {
    let mut world = World::new();
    world.policy.commands.who.insert(CommandName::Plan, principals(&["role:admin"]));
    assert_says(&world.judged(judge), Go, &[]);
    let Command::Deploy(deploy) = world.request.command.clone() else { panic!("a deployment") };
    world.request.command = Command::Plan(deploy);
    assert_says(&world.judged(judge), NoGo, &["permission.command"]);
}

#[test]
fn g13_a_role_or_team_that_is_not_known_is_never_go_and_says_what_mends_it() {
    for (role, judgement) in [(None, NoGo), (Some(unavailable()), Waiting), (Some(Fact::NotAsked), NoGo)] {
        let mut world = World::new();
        world.facts.roles.remove(&PersonId(ASKER));
        world.facts.roles.extend(role.map(|role| (PersonId(ASKER), role)));
        assert_says(&world.judged(judge), judgement, &["permission.unknown", "permission.unknown"]);
        // Somebody else may have the login by now.
        world.gates().permission.who = principals(&["role:admin", "user:Asker"]);
        assert_says(&world.judged(judge), judgement, &["permission.unknown", "permission.unknown"]);
    }
    let mut world = World::new();
    world.gates().permission.who = principals(&["team:acme/sre"]);
    world.hidden_team("acme/sre");
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["permission.unknown"]);
    assert_eq!(answer.reasons[0].remedy.as_deref(), Some("give the token `members: read`"));
}

#[test]
fn g13_an_app_commands_only_where_the_policy_lists_it() {
    let mut world = World::new();
    world.request.actor = machine(ASKER, "renovate");
    assert_says(&world.judged(judge), NoGo, &["permission.machine"]);
    world.policy.commands.apps.push(Login::new("renovate[bot]").expect("valid"));
    assert_says(&world.judged(judge), Go, &[]);
    world.gates().permission.who = principals(&["user:renovate"]);
    assert_says(&world.judged(judge), NoGo, &["permission.environment"]);
    world.gates().permission.who = principals(&["user:renovate[bot]"]);
    assert_says(&world.judged(judge), Go, &[]);
    world.request.actor = person(ASKER);
    assert_says(&world.judged(judge), NoGo, &["permission.environment"]);
}

fn fork(forks: Forks) -> World {
    let mut world = World::new();
    world.facts.pull.origin = PullOrigin::Fork(Some(RepoSlug::new("eve/shop").expect("valid")));
    world.gates().permission.forks = forks;
    world
}

#[test]
fn g13_a_fork_is_refused_unless_allowed() {
    let mut world = fork(Forks::Refuse);
    world.approves(ANN);
    assert_says(&world.judged(judge), NoGo, &["permission.fork"]);
    world.facts.pull.origin = PullOrigin::Fork(None);
    assert_says(&world.judged(judge), NoGo, &["permission.fork"]);
}

#[test]
fn g13_a_forks_exact_commit_is_approved_by_somebody_else_who_may_push() {
    let mut world = fork(Forks::Approved);
    world.rule().count = 0;
    assert_says(&world.judged(judge), Waiting, &["permission.fork-approval"]);
    for (who, state, commit) in [(AUTHOR, ReviewState::Approved, HEAD), (PASSER_BY, ReviewState::Approved, HEAD), (ANN, ReviewState::Approved, EARLIER)] {
        let mut world = world.clone();
        world.carried(EARLIER, Some(HEAD)).review(who, state, (commit, -5));
        assert_says(&world.judged(judge), Waiting, &["permission.fork-approval"]);
    }
    let mut unknown = world.clone();
    unknown.facts.roles.remove(&PersonId(ANN));
    unknown.says(ANN, approve(None), -5);
    assert_says(&unknown.judged(judge), Waiting, &["permission.fork-approval"]);
    let mut withdrawn = world.clone();
    withdrawn.approves(ANN).says(ANN, reject(), -4);
    assert_says(&withdrawn.judged(judge), Waiting, &["permission.fork-approval"]);
    let mut robot = world.clone();
    robot.approves(ANN);
    robot.reviews()[0].author = Some(machine(ANN, "ann[bot]"));
    assert_says(&robot.judged(judge), Waiting, &["permission.fork-approval"]);
    world.says(ANN, approve(Some(&whole(HEAD))), -5);
    let answer = world.judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "vouches for exactly this commit");
    world.rule().exclude = [Excluded::Author].into();
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g13_may_tells_allowed_refused_and_cannot_verify_apart() {
    let mut world = World::new();
    world.hidden_team("acme/sre");
    let facts = &world.facts;
    assert_eq!(may(&principals(&["role:write"]), &person(ANN), facts), Permission::Allowed("role:write".to_owned()));
    assert!(matches!(may(&principals(&["role:admin"]), &person(ANN), facts), Permission::Refused(why) if why.contains("ann (id 11) is none of role:admin")));
    assert!(matches!(may(&principals(&["team:acme/sre"]), &person(ANN), facts), Permission::CannotVerify(_)));
    assert!(matches!(may(&[], &person(ANN), facts), Permission::Refused(_)));
    let commands = &world.policy.commands;
    assert!(matches!(may_command(commands, CommandName::Lock, &person(ANN), facts), Permission::Allowed(_)));
    assert!(matches!(may_command(commands, CommandName::Lock, &machine(ANN, "ann[bot]"), facts), Permission::Refused(_)));
    assert!(matches!(may_command(commands, CommandName::Lock, &person(PASSER_BY), facts), Permission::Refused(_)));
}
