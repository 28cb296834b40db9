//! What the gate `commit` says, one change at a time.

use super::judge;
use crate::domain::{BranchName, ShaPrefix};
use crate::facts::{ChangedFile, Fact, Listing, Mergeable, PullOrigin, PullState, SightingKind, Signature};
use crate::gates::fixtures_people::*;
use crate::gates::verdict::Judgement::{Go, NoGo, Waiting};
use crate::intake::What;
use crate::policy::Signatures;

fn named(text: &str) -> What {
    What::Sha(ShaPrefix::new(text).expect("valid"))
}

fn branch(text: &str) -> What {
    What::Ref(BranchName::new(text).expect("valid"))
}

#[test]
fn g14_an_open_pull_request_whose_head_was_there_before_the_command_is_go() {
    let answer = World::new().judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "the server had seen it by");
}

#[test]
fn g14_a_closed_merged_draft_or_archived_thing_is_not_deployed() {
    for state in [PullState::Closed, PullState::Merged] {
        let mut world = World::new();
        world.facts.pull.state = state;
        assert_says(&world.judged(judge), NoGo, &["commit.not-open"]);
    }
    let mut world = World::new();
    world.facts.pull.draft = true;
    world.facts.repository.archived = true;
    assert_says(&world.judged(judge), NoGo, &["commit.draft", "commit.archived"]);
}

#[test]
fn g14_a_commit_pushed_after_the_command_is_caught_whatever_its_dates() {
    for what in [What::Head, named("aaaaaaa"), branch("topic")] {
        let mut world = World::new();
        world.deploys(what.clone());
        assert_says(&world.judged(judge), Go, &[]);
        world.facts.pull.sightings = vec![seen(SightingKind::Activity, 0), seen(SightingKind::Review, 2)];
        assert_says(&world.judged(judge), NoGo, &["commit.pushed-after-command"]);
        world.facts.pull.sightings = vec![seen(SightingKind::Review, -9), seen(SightingKind::Activity, 1)];
        assert_says(&world.judged(judge), NoGo, &["commit.pushed-after-command"]);
        world.facts.pull.sightings = vec![seen(SightingKind::Activity, -1)];
        assert_says(&world.judged(judge), Go, &[]);
        world.facts.pull.sightings.push(seen(SightingKind::ForcedPush, 3));
        assert_says(&world.judged(judge), NoGo, &["commit.pushed-after-command"]);
        world.facts.pull.sightings.clear();
        let answer = world.judged(judge);
        assert_says(&answer, NoGo, &["commit.first-seen-unknown"]);
        assert!(answer.reasons[0].remedy.as_deref().is_some_and(|remedy| remedy.contains(&format!("--sha {}", whole(HEAD)))), "{what:?}");
    }
}

#[test]
fn g14_a_whole_commit_id_in_the_command_needs_no_sighting() {
    let mut world = World::new();
    world.deploys(named(&whole(HEAD)));
    world.facts.pull.sightings.clear();
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g14_only_the_head_is_deployed() {
    for what in [named(&whole(EARLIER)), named("bbbbbbb"), branch("main"), branch("v1.2.3")] {
        let mut world = World::new();
        world.deploys(what);
        assert_says(&world.judged(judge), NoGo, &["commit.other"]);
    }
    let mut world = World::new();
    world.deploys(branch("topic"));
    world.facts.pull.origin = PullOrigin::Fork(None);
    assert_says(&world.judged(judge), NoGo, &["commit.other"]);
}

#[test]
fn g14_signatures_are_verified_where_asked() {
    let mut world = World::new();
    world.commits()[0].signature = Signature::Invalid("unknown_key".to_owned());
    world.commits()[1].signature = Signature::None;
    assert_says(&world.judged(judge), Go, &[]);
    world.gates().commit.signatures = Signatures::Verified;
    let answer = world.judged(judge);
    assert_says(&answer, NoGo, &["commit.signatures"]);
    assert_eq!(answer.reasons[0].what, "not verified: aaaaaaaaaaaa (not signed), bbbbbbbbbbbb (unknown_key)");
    world.commits().iter_mut().for_each(|commit| commit.signature = Signature::Verified);
    assert_says(&world.judged(judge), Go, &[]);
    world.commits().pop();
    assert_says(&world.judged(judge), NoGo, &["commit.signatures"]);
}

#[test]
fn g14_conflicts_are_no_go_and_not_computed_yet_is_waiting() {
    let mut world = World::new();
    world.facts.pull.mergeable = Mergeable::Conflicting;
    assert_says(&world.judged(judge), NoGo, &["commit.conflicts"]);
    world.facts.pull.mergeable = Mergeable::Unknown;
    assert_says(&world.judged(judge), Waiting, &["commit.mergeable-unknown"]);
}

#[test]
fn g14_more_than_github_lists_is_too_large_to_judge() {
    let file = ChangedFile { path: "a".to_owned(), previous: None };
    let files = |count: usize| Fact::Known(Listing::whole(vec![file.clone(); count]));
    let commits = |count: usize| Fact::Known(Listing::whole(vec![commit(HEAD, AUTHOR); count]));
    let mut world = World::new();
    world.facts.pull.files = files(3_000);
    world.facts.pull.commits = commits(250);
    assert_says(&world.judged(judge), Go, &[]);
    world.facts.pull.files = files(3_001);
    world.facts.pull.commits = commits(251);
    assert_says(&world.judged(judge), NoGo, &["commit.too-large", "commit.too-large"]);
    world.facts.pull.files = Fact::Known(Listing { items: vec![file.clone()], total: 2, complete: false });
    world.facts.pull.commits = Fact::Known(Listing { items: vec![commit(HEAD, AUTHOR)], total: 2, complete: false });
    assert_says(&world.judged(judge), NoGo, &["commit.too-large", "commit.too-large"]);
    world.facts.pull.files = unavailable();
    world.facts.pull.commits = Fact::NotAsked;
    assert_says(&world.judged(judge), NoGo, &["commit.unknown", "commit.unknown"]);
}
