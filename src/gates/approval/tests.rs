//! What the gate `approval` says, one change at a time.

use super::{carry_candidates, judge};
use crate::domain::{CommentId, PersonId, Role};
use crate::facts::{Contributor, Fact, Listing, ReviewState, SightingKind, Truncated, Why};
use crate::gates::fixtures_people::*;
use crate::gates::verdict::Judgement::{Go, NoGo, Waiting};
use crate::intake::Command;
use crate::policy::Excluded;

#[test]
fn g3_nobody_approved_is_waiting_and_says_who_may_and_how() {
    let mut world = World::new();
    world.rule().from = principals(&["user:ann", "user:author", "team:acme/sre"]);
    world.team("acme/sre", &[BOB]);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    let reason = &answer.reasons[0];
    assert_eq!(reason.what, "0 of 1 approvals");
    assert_eq!(reason.who, [login(ANN)], "the author is named by the policy and excluded");
    let remedy = reason.remedy.as_deref().expect("a remedy");
    assert!(remedy.contains("team:acme/sre") && remedy.contains(&format!("/approve production {}", whole(HEAD))), "{remedy}");
}

#[test]
fn g2_an_approving_review_of_exactly_the_head_counts() {
    let mut world = World::new();
    world.approves(ANN);
    let answer = world.judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "ann (id 11) approved by review");
    assert_saw(&answer, "counts (role:write)");
    assert_saw(&answer, "1 of 1 approvals");
}

#[test]
fn g2_two_approvals_of_one_person_count_once_even_under_another_login() {
    let mut world = World::new();
    world.rule().count = 2;
    world.approves(ANN).says(ANN, approve(None), -5).says(ANN, approve(None), -4);
    world.said[1].by.login = login(BOB);
    assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
    world.approves(BOB);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g2_nobody_who_took_part_in_the_change_approves_it() {
    for (excluded, who) in [(Excluded::Author, AUTHOR), (Excluded::Committers, BOB), (Excluded::Pusher, CAT), (Excluded::Requester, ASKER)] {
        let mut world = World::new();
        world.rule().exclude = [excluded].into();
        world.commits()[0].authors.push(Contributor::Account(person(BOB)));
        world.facts.pull.pushed_by = Fact::Known(crate::facts::Push { by: person(CAT) });
        world.approves(who);
        let answer = world.judged(judge);
        assert_says(&answer, Waiting, &["approval.missing"]);
        assert_saw(&answer, "does not count");
        world.rule().exclude.clear();
        assert_says(&world.judged(judge), Go, &[]);
    }
}

#[test]
fn g2_the_committer_of_any_commit_is_excluded_by_id_whatever_the_login() {
    let mut world = World::new();
    let mut committer = person(ANN);
    committer.login = login(CAT);
    world.commits()[0].committer = Some(Contributor::Account(committer));
    world.approves(ANN);
    assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
}

#[test]
fn g2_machines_do_not_approve() {
    let mut world = World::new();
    world.approves(ANN);
    world.reviews()[0].author = Some(machine(ANN, "ann[bot]"));
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    assert_saw(&answer, "not a human's account");
}

#[test]
fn g2_an_approval_of_an_earlier_commit_does_not_count_and_its_giver_is_asked_again() {
    let mut world = World::new();
    world.review(ANN, ReviewState::Approved, (EARLIER, -10));
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    assert_eq!(answer.reasons[0].who, [login(ANN)]);
    assert_saw(&answer, "it was given to bbbbbbbbbbbb");
    world.reviews()[0].commit = None;
    assert_saw(&world.judged(judge), "the commit it was given to is gone");
}

#[test]
fn g2_changes_requested_blocks_until_the_same_person_approves_or_it_is_dismissed() {
    let mut world = World::new();
    world.approves(ANN).review(BOB, ReviewState::ChangesRequested, (EARLIER, -9));
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.changes-requested"]);
    assert_eq!(answer.reasons[0].who, [login(BOB)]);
    let mut dismissed = world.clone();
    dismissed.reviews()[1].state = ReviewState::Dismissed;
    assert_says(&dismissed.judged(judge), Go, &[]);
    let mut withdrawn = world.clone();
    withdrawn.review(BOB, ReviewState::Approved, (HEAD, -8));
    assert_says(&withdrawn.judged(judge), Go, &[]);
    let mut withdrawn = world.clone();
    withdrawn.says(BOB, approve(None), -8);
    assert_says(&withdrawn.judged(judge), Go, &[]);
    let mut earlier = world.clone();
    earlier.says(BOB, approve(None), -20);
    assert_says(&earlier.judged(judge), Waiting, &["approval.changes-requested"]);
    world.rule().count = 0;
    assert_says(&world.judged(judge), Waiting, &["approval.changes-requested"]);
}

#[test]
fn g2_a_no_of_somebody_who_may_not_decide_is_said_and_does_not_block() {
    for role in [Role::None, Role::Read, Role::Triage] {
        let mut world = World::new();
        world.role(PASSER_BY, role).approves(ANN).review(PASSER_BY, ReviewState::ChangesRequested, (HEAD, -9));
        let answer = world.judged(judge);
        assert_says(&answer, Go, &[]);
        assert_saw(&answer, "does not block");
        world.rule().from.extend(principals(&["user:person-99"]));
        let blocks = role > Role::None;
        let (judgement, codes): (_, &[&str]) = if blocks { (Waiting, &["approval.changes-requested"]) } else { (Go, &[]) };
        assert_says(&world.judged(judge), judgement, codes);
    }
}

#[test]
fn g3_whoever_took_over_a_login_that_the_policy_names_does_not_approve() {
    use crate::facts::Visibility;
    // The owner of the login was renamed; an outsider has it now. On a public repository everybody has the role read.
    for (visibility, role, counts) in [
        (Visibility::Public, Role::Read, false),
        (Visibility::Public, Role::None, false),
        (Visibility::Public, Role::Triage, true),
        (Visibility::Private, Role::None, false),
        (Visibility::Private, Role::Read, true),
    ] {
        let mut world = World::new();
        world.facts.repository.visibility = visibility;
        world.rule().from = principals(&["user:person-99", "role:admin"]);
        world.role(PASSER_BY, role).approves(PASSER_BY);
        world.reviews()[0].by_writer = false;
        let (judgement, codes): (_, &[&str]) = if counts { (Go, &[]) } else { (Waiting, &["approval.missing"]) };
        assert_says(&world.judged(judge), judgement, codes);
    }
    let mut world = World::new();
    world.rule().from = principals(&["user:person-99", "role:admin"]);
    world.approves(PASSER_BY);
    world.reviews()[0].by_writer = false;
    world.facts.roles.remove(&PersonId(PASSER_BY));
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify"]);
}

#[test]
fn g2_an_app_that_pushed_may_have_pushed_anybodys_work() {
    let bot = machine(41, "github-actions[bot]");
    let other = machine(42, "dependabot[bot]");
    for (author, pusher, viewer, known) in [
        (person(AUTHOR), bot.clone(), Some(bot.clone()), false),
        // Every workflow of the repository opens and pushes as the account we act under.
        (bot.clone(), bot.clone(), Some(bot.clone()), false),
        (other.clone(), other.clone(), Some(bot.clone()), true),
        (other.clone(), other.clone(), None, false),
        (other.clone(), bot.clone(), Some(other.clone()), false),
    ] {
        let mut world = World::new();
        world.approves(ANN);
        world.facts.pull.author = Some(author);
        world.facts.pull.pushed_by = Fact::Known(crate::facts::Push { by: pusher.clone() });
        world.facts.viewer = viewer;
        let (judgement, codes): (_, &[&str]) = if known { (Go, &[]) } else { (Waiting, &["approval.pusher-unknown"]) };
        assert_says(&world.judged(judge), judgement, codes);
    }
}

#[test]
fn g2_a_no_of_somebody_whose_role_is_not_known_blocks() {
    for role in [None, Some(unavailable()), Some(Fact::NotAsked)] {
        let mut world = World::new();
        world.approves(ANN).says(PASSER_BY, reject(), -9);
        world.facts.roles.remove(&PersonId(PASSER_BY));
        world.facts.roles.extend(role.map(|role| (PersonId(PASSER_BY), role)));
        assert_says(&world.judged(judge), Waiting, &["approval.rejected"]);
    }
}

#[test]
fn g2_a_no_of_an_account_that_is_gone_blocks_until_it_is_dismissed() {
    let mut world = World::new();
    world.approves(ANN).review(BOB, ReviewState::ChangesRequested, (HEAD, -9));
    world.reviews()[1].author = None;
    assert_says(&world.judged(judge), Waiting, &["approval.changes-requested"]);
    world.reviews()[1].state = ReviewState::Approved;
    world.rule().count = 2;
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    assert_saw(&answer, "whose account is gone approved");
}

#[test]
fn g3_a_reject_blocks_every_later_head_until_its_giver_approves_the_environment() {
    let mut world = World::new();
    world.approves(ANN).says(AUTHOR, reject(), -100);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.rejected"]);
    assert!(answer.reasons[0].what.contains("not before the fair"), "{:?}", answer.reasons[0]);
    world.review(AUTHOR, ReviewState::Approved, (HEAD, -9));
    assert_says(&world.judged(judge), Waiting, &["approval.rejected"]);
    world.says(AUTHOR, approve(None), -8);
    assert_says(&world.judged(judge), Go, &[]);
    world.says(AUTHOR, reject(), -7);
    assert_says(&world.judged(judge), Waiting, &["approval.rejected"]);
}

#[test]
fn g3_what_was_said_of_another_environment_is_not_heard() {
    let mut world = World::new();
    let staging = crate::domain::EnvName::new("staging").expect("valid");
    world.says(ANN, Command::Approve { environment: staging, sha: None }, -9);
    assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
    let alias = crate::domain::EnvName::new("prod").expect("valid");
    world.says(ANN, Command::Approve { environment: alias, sha: None }, -8);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g3_in_one_comment_or_one_second_the_no_wins_over_the_yes_before_it() {
    let mut world = World::new();
    world.says(ANN, approve(None), -9).says(ANN, reject(), -9);
    assert_says(&world.judged(judge), Waiting, &["approval.rejected", "approval.missing"]);
    world.said[0].comment = CommentId(501);
    assert_says(&world.judged(judge), Waiting, &["approval.rejected", "approval.missing"]);
    world.said.swap(0, 1);
    assert_says(&world.judged(judge), Waiting, &["approval.rejected", "approval.missing"]);
}

#[test]
fn g14_an_approval_without_a_whole_commit_id_counts_only_where_the_head_was_there_before_it() {
    for (sightings, evidence) in [
        (vec![], "the server does not say when the head came"),
        (vec![seen(SightingKind::Activity, -4)], "the head was first seen at"),
        (vec![seen(SightingKind::Activity, -5)], "the head was first seen at"),
        (vec![seen(SightingKind::Review, -60), seen(SightingKind::Review, -50)], "the server does not say when the head came"),
        (vec![seen(SightingKind::Review, -60), seen(SightingKind::Activity, -4)], "the branch was moved to the head again"),
        (vec![seen(SightingKind::Activity, -60), seen(SightingKind::ForcedPush, -4)], "the branch was moved to the head again"),
    ] {
        for sha in [None, Some("aaaaaaa"), Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")] {
            let mut world = World::new();
            world.facts.pull.sightings.clone_from(&sightings);
            world.says(ANN, approve(sha), -5);
            let answer = world.judged(judge);
            assert_says(&answer, Waiting, &["approval.missing"]);
            assert_saw(&answer, evidence);
            assert_eq!(answer.reasons[0].who, [login(ANN)]);
            world.facts.pull.sightings.clear();
            world.says(ANN, approve(Some(&whole(HEAD))), -5);
            assert_says(&world.judged(judge), Go, &[]);
        }
    }
    let mut world = World::new();
    world.facts.pull.sightings = vec![seen(SightingKind::Review, -4), seen(SightingKind::Activity, -6)];
    world.says(ANN, approve(Some("aaaaaaa")), -5);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g3_an_approval_that_names_another_commit_does_not_count() {
    for sha in [whole(EARLIER), "bbbbbbb".to_owned()] {
        let mut world = World::new();
        world.says(ANN, approve(Some(&sha)), -5);
        assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
    }
}

#[test]
fn g3_an_approval_expires_at_its_very_second() {
    let mut world = World::new();
    world.review(ANN, ReviewState::Approved, (HEAD, -24 * 60 + 2));
    assert_says(&world.judged(judge), Go, &[]);
    world.facts.now = at(2);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    assert_saw(&answer, "it expired at");
    assert_eq!(answer.reasons[0].who, [login(ANN)]);
}

#[test]
fn g2_an_approval_is_carried_over_only_where_the_trees_are_the_same() {
    let mut world = World::new();
    world.review(ANN, ReviewState::Approved, (EARLIER, -10));
    world.carried(EARLIER, Some(HEAD));
    let answer = world.judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "carried over from bbbbbbbbbbbb onto cccccccccccc");
    for tree in [None, Some(EARLIER)] {
        world.carried(EARLIER, tree);
        assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
    }
    world.facts.carried.insert(sha(EARLIER), unavailable());
    assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
    world.carried(EARLIER, Some(HEAD));
    if let Some(Fact::Known(carry)) = world.facts.carried.get_mut(&sha(EARLIER)) {
        carry.from = sha(BASE);
    }
    assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
}

#[test]
fn g2_it_is_asked_whether_a_commit_was_carried_only_where_that_would_change_the_verdict() {
    let asked = |world: &World| world.with_case(carry_candidates);
    let mut world = World::new();
    world.review(ANN, ReviewState::Approved, (EARLIER, -10));
    assert_eq!(asked(&world), [sha(EARLIER)].into());
    let mut enough = world.clone();
    enough.approves(BOB);
    assert!(asked(&enough).is_empty(), "enough approvals without it");
    let mut too_few = world.clone();
    too_few.rule().count = 2;
    assert!(asked(&too_few).is_empty(), "too few approvals even with it");
    let mut blocked = world.clone();
    blocked.says(BOB, reject(), -5);
    assert!(asked(&blocked).is_empty(), "blocked even with it");
    let mut excluded = world.clone();
    excluded.review(AUTHOR, ReviewState::Approved, (BASE, -10));
    assert_eq!(asked(&excluded), [sha(EARLIER)].into(), "not for somebody excluded");
    let mut stranger = world.clone();
    stranger.review(PASSER_BY, ReviewState::Approved, (BASE, -10));
    assert_eq!(asked(&stranger), [sha(EARLIER)].into(), "not for somebody who is not asked to approve");
    world.carried(EARLIER, None);
    assert!(asked(&world).is_empty(), "known already");
}

#[test]
fn g3_teams_that_cannot_be_read_are_waiting_cannot_verify_with_what_mends_it() {
    let mut world = World::new();
    world.rule().from = principals(&["team:acme/sre"]);
    world.hidden_team("acme/sre").approves(ANN);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.cannot-verify"]);
    assert_eq!(answer.reasons[0].remedy.as_deref(), Some("give the token `members: read`"));
    world.rule().from.extend(principals(&["user:bob"]));
    world.approves(BOB);
    assert_says(&world.judged(judge), Go, &[]);
    world.facts.teams.clear();
    world.rule().count = 2;
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify"]);
    world.rule().count = 3;
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify", "approval.missing"]);
}

#[test]
fn g3_members_of_a_team_count_by_id() {
    let mut world = World::new();
    world.rule().from = principals(&["team:acme/sre"]);
    world.team("ACME/sre", &[ANN]).approves(ANN);
    assert_says(&world.judged(judge), Go, &[]);
    world.team("ACME/sre", &[BOB]);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    assert_saw(&answer, "none of team:acme/sre");
}

#[test]
fn g3_roles_count_from_the_one_asked_for() {
    let mut world = World::new();
    world.rule().from = principals(&["role:maintain"]);
    world.approves(ANN);
    assert_says(&world.judged(judge), Waiting, &["approval.missing"]);
    world.role(ANN, Role::Maintain);
    assert_says(&world.judged(judge), Go, &[]);
    world.facts.roles.insert(PersonId(ANN), unavailable());
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify"]);
    world.rule().from = principals(&["role:write"]);
    assert_says(&world.judged(judge), Go, &[]);
    world.reviews()[0].by_writer = false;
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify"]);
}

#[test]
fn g3_an_approver_set_that_nobody_can_satisfy_is_no_go() {
    let mut world = World::new();
    world.rule().count = 2;
    for (from, judgement) in [
        (vec!["user:ann"], NoGo),
        (vec!["user:ann", "user:author"], NoGo),
        (vec!["user:ann", "user:ANN"], NoGo),
        (vec!["user:ann", "user:renovate[bot]"], NoGo),
        (vec!["user:ann", "user:bob"], Waiting),
        (vec!["user:ann", "team:acme/sre"], NoGo),
        (vec!["user:ann", "team:acme/all"], Waiting),
        (vec!["user:ann", "team:acme/hidden"], Waiting),
        (vec!["user:ann", "role:admin"], Waiting),
        (vec!["codeowners"], NoGo),
        (vec![], NoGo),
    ] {
        world.team("acme/sre", &[ANN, AUTHOR, ASKER]).team("acme/all", &[ANN, BOB]).hidden_team("acme/hidden");
        world.rule().from = principals(&from);
        world.reviews().clear();
        world.approves(ANN);
        let answer = world.judged(judge);
        assert_eq!(answer.judgement, judgement, "{from:?}: {answer:#?}");
        assert_eq!(codes(&answer).contains(&"approval.unsatisfiable"), judgement == NoGo, "{from:?}");
    }
}

#[test]
fn g2_a_pusher_who_is_not_known_cannot_be_kept_out_and_is_waiting() {
    let mut world = World::new();
    world.approves(ANN);
    world.facts.pull.pushed_by = Fact::Unavailable(Why::new("the token may not read the activity").mended_by("give the token `contents: read`"));
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.pusher-unknown"]);
    assert_eq!(answer.reasons[0].remedy.as_deref(), Some("give the token `contents: read`"));
    world.rule().exclude.remove(&Excluded::Pusher);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g2_commits_that_are_not_known_whole_are_no_go() {
    let mut world = World::new();
    world.approves(ANN);
    world.facts.pull.commits = Fact::Known(Listing { items: vec![commit(HEAD, AUTHOR)], total: 300, complete: false });
    let answer = world.judged(judge);
    assert_says(&answer, NoGo, &["approval.commits-unknown"]);
    assert!(answer.reasons[0].what.contains(&Truncated { read: 1, total: 300 }.to_string()));
    world.facts.pull.commits = unavailable();
    assert_says(&world.judged(judge), NoGo, &["approval.commits-unknown"]);
    world.rule().exclude.remove(&Excluded::Committers);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g2_contributors_of_no_account_and_a_gone_author_are_said_aloud() {
    let mut world = World::new();
    world.approves(ANN);
    world.commits()[0].authors.push(Contributor::Unattributed("eve@example.com\n## go".to_owned()));
    world.facts.pull.author = None;
    let answer = world.judged(judge);
    assert_says(&answer, Go, &[]);
    assert_saw(&answer, "`eve@example.com\\n## go`");
    assert_saw(&answer, "the account that opened this pull request is gone");
}

#[test]
fn g2_reviews_or_comments_that_are_not_known_whole_are_no_go_even_where_nobody_is_asked() {
    for count in [0, 1] {
        let mut world = World::new();
        world.rule().count = count;
        world.approves(ANN);
        let mut cut = world.clone();
        cut.facts.pull.comments = Fact::Known(Listing { items: vec![], total: 101, complete: false });
        assert_says(&cut.judged(judge), NoGo, &["approval.unknown"]);
        world.facts.pull.reviews = unavailable();
        assert_says(&world.judged(judge), NoGo, &["approval.unknown"]);
    }
}

#[test]
fn g3_nobody_is_asked_where_the_count_is_none() {
    let mut world = World::new();
    world.rule().count = 0;
    world.rule().from.clear();
    world.facts.pull.pushed_by = unavailable();
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g3_an_approve_command_of_somebody_who_may_not_give_it_does_not_count() {
    let mut world = World::new();
    let name = crate::intake::CommandName::Approve;
    world.policy.commands.who.insert(name, principals(&["team:acme/sre"]));
    world.team("acme/sre", &[BOB]).says(ANN, approve(None), -5);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing"]);
    assert_saw(&answer, "the policy does not let them give /approve");
    let mut hidden = world.clone();
    hidden.hidden_team("acme/sre");
    assert_says(&hidden.judged(judge), Waiting, &["approval.cannot-verify"]);
    world.approves(ANN);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g3_with_codeowners_every_file_that_has_owners_needs_one_of_them() {
    let mut world = World::new();
    world.rule().from = principals(&["codeowners"]);
    world.owned("*.rs @ann\n/deploy/ @bob @acme/sre\n/docs/\n").changes(&["deploy/a.yml", "docs/x.md"]).team("acme/sre", &[CAT]);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.missing", "approval.owners-missing", "approval.owners-missing"]);
    world.approves(ANN);
    let answer = world.judged(judge);
    assert_says(&answer, Waiting, &["approval.owners-missing"]);
    assert!(answer.reasons[0].what.contains("`deploy/a.yml`: no approval of @bob, @acme/sre"), "{:?}", answer.reasons[0]);
    assert_eq!(answer.reasons[0].who, [login(BOB)]);
    world.approves(CAT);
    assert_says(&world.judged(judge), Go, &[]);
    world.hidden_team("acme/sre");
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify"]);
}

#[test]
fn g3_an_owner_counts_only_with_the_right_to_push() {
    let mut world = World::new();
    world.rule().from = principals(&["codeowners"]);
    world.owned("* @person-99").approves(PASSER_BY);
    assert_says(&world.judged(judge), Waiting, &["approval.missing", "approval.owners-missing"]);
    world.role(PASSER_BY, Role::Write);
    assert_says(&world.judged(judge), Go, &[]);
}

#[test]
fn g3_owners_that_are_not_known_or_nobody_are_never_go() {
    let mut world = World::new();
    world.rule().from = principals(&["codeowners", "role:write"]);
    world.approves(ANN);
    assert_says(&world.judged(judge), Go, &[]);
    let mut solo = world.clone();
    solo.owned("* @author\n/x [a] @b\n");
    let answer = solo.judged(judge);
    assert_says(&answer, NoGo, &["approval.unsatisfiable"]);
    assert_saw(&answer, "CODEOWNERS line 2 is skipped");
    let mut mail = world.clone();
    mail.owned("* ann@example.com");
    assert_says(&mail.judged(judge), NoGo, &["approval.unsatisfiable"]);
    world.facts.base.codeowners = unavailable();
    assert_says(&world.judged(judge), Waiting, &["approval.cannot-verify"]);
}

#[test]
fn the_reasons_have_stable_codes_of_this_gate() {
    for spec in super::REASONS {
        assert!(spec.code.starts_with("approval.") && !spec.about.is_empty(), "{spec:?}");
    }
}
