//! What the gate `policy-change` says, one change at a time.

use proptest::prelude::*;

use super::judge;
use crate::domain::Role;
use crate::facts::{ChangedFile, Fact, Listing, ReviewState};
use crate::gates::approval::carry_candidates;
use crate::gates::fixtures_people::*;
use crate::gates::needs::{people_in_question, teams_in_question};
use crate::gates::verdict::Judgement::{Go, NoGo, Waiting};
use crate::policy::Pattern;

#[test]
fn g13_a_change_that_leaves_the_rules_alone_is_go() {
    let mut world = World::new();
    world.changes(&["README.md", "src/hooks/use.ts", ".github/dependabot.yml", "my-action.yml"]);
    let answer = world.judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "no file that makes the rules is changed");
}

#[test]
fn g13_every_file_that_makes_the_rules_needs_its_owners_approval() {
    for path in [
        ".github/shipgate.yml",
        ".github/workflows/deploy.yml",
        ".github/workflows/deep/x",
        ".github/actions/a/run.sh",
        ".GITHUB/Workflows/x.yml",
        "action.yml",
        "ci/deploy/action.yaml",
        "CODEOWNERS",
        ".github/CODEOWNERS",
        "docs/CODEOWNERS",
        ".githooks/pre-push",
        "hooks/pre-commit",
        ".pre-commit-config.yaml",
        "lefthook.yml",
        ".husky/pre-push",
        "deploy/rules.yml",
    ] {
        let mut world = World::new();
        world.gates().policy_change.paths = vec![Pattern::new("deploy/*.yml").expect("valid")];
        world.owned("* @ann").changes(&[path]);
        let answer = world.judged(judge);
        assert_says(&answer, Waiting, &["policy-change.owner-approval"]);
        assert!(answer.reasons[0].what.contains(path), "{answer:#?}");
        assert_eq!(answer.reasons[0].who, [login(ANN)]);
        world.approves(BOB);
        assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval"]);
        world.approves(ANN);
        assert_says(&world.judged(judge), Go, &[]);
    }
}

#[test]
fn g13_a_rule_file_that_is_renamed_away_counts_under_its_old_path() {
    let mut world = World::new();
    let moved = ChangedFile { path: "old/deploy.yml".to_owned(), previous: Some(".github/workflows/deploy.yml".to_owned()) };
    world.facts.pull.files = Fact::Known(Listing::whole(vec![moved]));
    world.owned("/.github/ @ann");
    assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval"]);
}

#[test]
fn g13_a_file_without_owner_needs_a_maintainer() {
    let mut world = World::new();
    world.changes(&["CODEOWNERS"]).approves(ANN);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["policy-change.owner-approval"]);
    assert!(answer.reasons[0].remedy.as_deref().is_some_and(|remedy| remedy.contains("role:maintain")));
    world.role(ANN, Role::Maintain);
    assert_says(&world.judged(judge), Go, &[]);
    world.owned("* @bob\n/CODEOWNERS\n");
    assert_says(&world.judged(judge), Go, &[]);
    world.facts.roles.clear();
    assert_says(&world.judged(judge), Waiting, &["policy-change.cannot-verify"]);
}

#[test]
fn g13_each_group_of_files_needs_its_own_owners() {
    let mut world = World::new();
    world.owned("/.github/ @ann\n/hooks/ @acme/sre\n").team("acme/sre", &[BOB]).changes(&[".github/shipgate.yml", "hooks/a", "hooks/b"]);
    assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval", "policy-change.owner-approval"]);
    world.approves(ANN);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["policy-change.owner-approval"]);
    assert!(answer.reasons[0].what.contains("`hooks/a`, `hooks/b`"));
    let mut hidden = world.clone();
    hidden.hidden_team("acme/sre");
    assert_says(&hidden.judged(judge), Waiting, &["policy-change.cannot-verify"]);
    world.approves(BOB);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g13_those_who_took_part_do_not_approve_their_own_rules() {
    let mut world = World::new();
    world.owned("* @author @ann").changes(&["CODEOWNERS"]).approves(AUTHOR);
    assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval"]);
    world.owned("* @author");
    assert_says(&world.judged(judge), NoGo, &["policy-change.unsatisfiable"]);
    world.rule().exclude.clear();
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g13_the_policy_may_name_others_than_the_owners() {
    let mut world = World::new();
    world.gates().policy_change.approve = principals(&["user:bob"]);
    world.facts.base.codeowners = unavailable();
    world.changes(&["CODEOWNERS"]).approves(ANN);
    assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval"]);
    world.approves(BOB);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g13_approvals_are_bound_to_the_commit_or_carried() {
    let mut world = World::new();
    world.owned("* @ann").changes(&["CODEOWNERS"]).review(ANN, ReviewState::Approved, (EARLIER, -5));
    world.approves(BOB);
    assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval"]);
    assert_eq!(world.with_case(carry_candidates), [sha(EARLIER)].into(), "the approval gate has enough; this one does not");
    world.carried(EARLIER, Some(HEAD));
    assert_says(&world.judged(judge), Go, &[]);
    world.carried(EARLIER, None);
    assert_says(&world.judged(judge), Waiting, &["policy-change.owner-approval"]);
}

#[test]
fn g13_what_is_not_known_is_never_go() {
    let mut ready = World::new();
    ready.owned("* @ann").changes(&["CODEOWNERS"]).approves(ANN);
    assert_says(&ready.judged(judge), Go, &[]);
    let mut world = ready.clone();
    world.facts.pull.files = unavailable();
    assert_says(&world.judged(judge), NoGo, &["policy-change.unknown"]);
    world.facts.pull.files = Fact::Known(Listing { items: vec![], total: 1, complete: false });
    assert_says(&world.judged(judge), NoGo, &["policy-change.unknown"]);
    let mut world = ready.clone();
    world.facts.pull.reviews = unavailable();
    assert_says(&world.judged(judge), NoGo, &["policy-change.unknown"]);
    let mut world = ready.clone();
    world.facts.pull.commits = unavailable();
    assert_says(&world.judged(judge), NoGo, &["policy-change.unknown"]);
    let mut world = ready.clone();
    world.facts.pull.pushed_by = Fact::NotAsked;
    assert_says(&world.judged(judge), Waiting, &["policy-change.cannot-verify"]);
    let mut world = ready;
    world.facts.base.codeowners = unavailable();
    assert_says(&world.judged(judge), Waiting, &["policy-change.cannot-verify"]);
}

#[test]
fn hostile_paths_and_codeowners_are_shown_escaped() {
    let mut world = World::new();
    world.owned("* @ann\n/x <script>\n").changes(&["hooks/a\n| go | `@all`"]);
    let answer = world.judged(judge);
    assert!(!answer.reasons[0].what.contains('\n'), "{:?}", answer.reasons[0]);
    assert_saw(&answer, "CODEOWNERS line 2 is skipped");
}

#[test]
fn only_the_roles_and_teams_that_decide_are_asked_for() {
    let mut world = World::new();
    world.rule().from = principals(&["team:acme/sre", "codeowners"]);
    world.owned("*.rs @acme/rust\n/hooks/ @acme/hooks\n/docs/ @acme/docs\n");
    world.approves(ANN).says(BOB, reject(), -5).review(CAT, ReviewState::Dismissed, (HEAD, -5)).review(PASSER_BY, ReviewState::ChangesRequested, (HEAD, -5));
    let people: Vec<u64> = world.with_case(people_in_question).into_keys().map(|id| id.0).collect();
    assert_eq!(people, [ASKER, ANN, BOB, PASSER_BY]);
    let teams = |world: &World| world.with_case(teams_in_question).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(teams(&world), ["acme/rust", "acme/sre"]);
    world.rule().from = principals(&["role:write"]);
    assert_eq!(teams(&world), [""; 0]);
    world.changes(&["hooks/pre-push"]);
    assert_eq!(teams(&world), ["acme/hooks"]);
}

proptest! {
    #[test]
    fn g13_an_approval_of_somebody_excluded_never_helps(who in prop::sample::select(vec![AUTHOR, ASKER]), others in prop::sample::subsequence(vec![ANN, BOB, CAT], 0..3)) {
        let mut world = World::new();
        world.owned("/hooks/ @author @asker @ann\n/CODEOWNERS @bob @author").changes(&["hooks/a", "CODEOWNERS", "action.yml"]).role(CAT, Role::Maintain).role(who, Role::Admin);
        for other in &others {
            world.approves(*other);
        }
        let before = world.judged(judge).judgement;
        world.approves(who).says(who, approve(Some(&whole(HEAD))), -1);
        prop_assert!(world.judged(judge).judgement >= before);
        prop_assert_eq!(before == Go, others.len() == 3);
    }
}
