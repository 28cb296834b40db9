//! Laws of the gate `approval`, over made-up worlds.

use proptest::prelude::*;

use super::{carry_candidates, judge};
use crate::domain::{Person, PersonId, Role};
use crate::facts::{Contributor, Fact, ReviewState, SightingKind};
use crate::gates::fixtures_people::*;
use crate::gates::verdict::Judgement;

const PEOPLE: [u64; 6] = [AUTHOR, ASKER, ANN, BOB, CAT, PASSER_BY];

#[derive(Clone, Debug)]
enum Word {
    Review(ReviewState, char),
    Approve(Option<String>),
    Reject,
}

fn word() -> impl Strategy<Value = Word> {
    let state = prop::sample::select(vec![ReviewState::Approved, ReviewState::Approved, ReviewState::ChangesRequested, ReviewState::Dismissed]);
    prop_oneof![
        4 => (state, prop::sample::select(vec![HEAD, HEAD, EARLIER, BASE])).prop_map(|(state, commit)| Word::Review(state, commit)),
        4 => prop::sample::select(vec![None, Some("aaaaaaa".to_owned()), Some(whole(HEAD)), Some(whole(EARLIER))]).prop_map(Word::Approve),
        1 => Just(Word::Reject),
    ]
}

fn world() -> impl Strategy<Value = World> {
    let words = prop::collection::vec((prop::sample::select(PEOPLE.to_vec()), word(), -90_i64..-1), 0..8);
    let from = prop::sample::subsequence(vec!["user:ann", "role:write", "role:admin", "team:acme/sre", "team:acme/hidden", "codeowners"], 0..4);
    let roles = prop::collection::vec((prop::sample::select(PEOPLE.to_vec()), prop::sample::select(vec![Role::None, Role::Write, Role::Admin])), 0..4);
    (words, from, roles, 0_u32..4, any::<bool>(), any::<bool>()).prop_map(|(words, from, roles, count, seen_late, carried)| {
        let mut world = World::new();
        world.rule().from = principals(&from);
        world.rule().count = count;
        world.team("acme/sre", &[BOB, CAT]).hidden_team("acme/hidden").owned("*.rs @ann @acme/sre");
        world.facts.roles.extend(roles.into_iter().map(|(who, role)| (PersonId(who), Fact::Known(role))));
        if seen_late {
            world.facts.pull.sightings = vec![seen(SightingKind::Activity, -30)];
        }
        if carried {
            world.carried(EARLIER, Some(HEAD));
        }
        for word in words {
            speak(&mut world, word);
        }
        world
    })
}

fn speak(world: &mut World, (who, what, minutes): (u64, Word, i64)) {
    match what {
        Word::Review(state, commit) => world.review(who, state, (commit, minutes)),
        Word::Approve(sha) => world.says(who, approve(sha.as_deref()), minutes),
        Word::Reject => world.says(who, reject(), minutes),
    };
}

/// Everybody whom the fixture's rule excludes.
fn excluded() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![AUTHOR, ASKER])
}

fn silent(world: &mut World, who: u64) {
    world.reviews().retain(|review| review.author.as_ref().map(|author| author.id) != Some(PersonId(who)));
    world.said.retain(|said| said.by.id != PersonId(who));
}

proptest! {
    #[test]
    fn g2_the_order_of_reviews_comments_and_commits_does_not_matter(world in world(), seed in any::<prop::sample::Index>(), extra in 0_u64..3) {
        let mut world = world;
        for number in 0..extra {
            world.commits()[0].authors.push(Contributor::Unattributed(format!("{number}@example.com")));
        }
        let before = world.judged(judge);
        let mut turned = world.clone();
        let turn = |length: usize| if length == 0 { 0 } else { seed.index(length) };
        let by = turn(turned.reviews().len());
        turned.reviews().rotate_left(by);
        turned.reviews().reverse();
        let by = turn(turned.said.len());
        turned.said.rotate_left(by);
        turned.said.reverse();
        turned.commits().reverse();
        turned.facts.pull.sightings.reverse();
        prop_assert_eq!(turned.judged(judge), before);
    }

    #[test]
    fn g2_an_approval_of_somebody_excluded_never_helps(world in world(), who in excluded(), by_review in any::<bool>()) {
        let mut world = world;
        silent(&mut world, who);
        let before = world.judged(judge).judgement;
        if by_review {
            world.approves(who);
        } else {
            world.says(who, approve(Some(&whole(HEAD))), -1);
        }
        prop_assert!(world.judged(judge).judgement >= before);
    }

    #[test]
    fn g2_an_approval_of_a_machine_never_helps(world in world()) {
        let mut world = world;
        world.role(50, Role::Admin).team("acme/sre", &[BOB, CAT, 50]);
        let before = world.judged(judge).judgement;
        world.approves(50);
        let robot: Person = machine(50, "robot[bot]");
        world.reviews().last_mut().expect("just added").author = Some(robot);
        prop_assert!(world.judged(judge).judgement >= before);
    }

    #[test]
    fn g3_approvals_of_other_commits_never_count_where_nothing_is_carried(world in world(), count in 1_u32..3) {
        let mut world = world;
        world.rule().count = count;
        world.facts.carried.clear();
        world.reviews().iter_mut().for_each(|review| review.commit = Some(sha(EARLIER)));
        world.said.retain(|said| !matches!(&said.command, crate::intake::Command::Approve { sha, .. } if sha.as_ref().is_none_or(|sha| sha.names(&crate::gates::fixtures_people::sha(HEAD)))));
        prop_assert_ne!(world.judged(judge).judgement, Judgement::Go);
    }

    #[test]
    fn g2_a_new_no_of_a_writer_is_never_go(world in world(), by_review in any::<bool>()) {
        let mut world = world;
        world.role(ANN, Role::Write);
        if by_review {
            world.review(ANN, ReviewState::ChangesRequested, (EARLIER, 0));
        } else {
            world.says(ANN, reject(), 0);
        }
        prop_assert_ne!(world.judged(judge).judgement, Judgement::Go);
    }

    #[test]
    fn g2_what_is_asked_of_carrying_is_about_earlier_commits_and_only_without_a_go(world in world()) {
        let asked = world.with_case(carry_candidates);
        prop_assert!(!asked.contains(&sha(HEAD)));
        prop_assert!(asked.is_empty() || world.judged(judge).judgement != Judgement::Go);
        prop_assert!(asked.iter().all(|commit| !world.facts.carried.contains_key(commit)));
    }
}
