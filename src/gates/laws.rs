//! The laws of verdicts, for any answers whatever.

use proptest::prelude::*;

use super::registry::GATES;
use super::verdict::{Answer, Answering, Judgement, Reason, Scope, Verdict};
use crate::domain::{CommitSha, EnvName, ObjectId};

fn scope() -> Scope {
    let environment = EnvName::new("production").expect("a name");
    Scope { environment, commit: CommitSha::new("ab".repeat(20)).expect("an id"), policy: ObjectId::new("cd".repeat(20)).expect("an id") }
}

fn judgement() -> impl Strategy<Value = Judgement> {
    prop_oneof![Just(Judgement::Go), Just(Judgement::Waiting), Just(Judgement::NoGo)]
}

/// An answer of some gate with this judgement.
fn answer() -> impl Strategy<Value = Answer> {
    (0..GATES.len(), judgement()).prop_map(|(gate, judgement)| Answer { gate: GATES[gate].id, judgement, reasons: Vec::new(), evidence: Vec::new() })
}

fn verdict(answers: &[Answer]) -> Judgement {
    Verdict::of(answers, scope()).judgement()
}

#[test]
fn no_answers_at_all_are_a_no() {
    assert_eq!(verdict(&[]), Judgement::NoGo);
}

proptest! {
    #[test]
    fn the_worst_answer_wins(answers in prop::collection::vec(answer(), 1..20)) {
        let worst = if answers.iter().any(|answer| answer.judgement == Judgement::NoGo) {
            Judgement::NoGo
        } else if answers.iter().any(|answer| answer.judgement == Judgement::Waiting) {
            Judgement::Waiting
        } else {
            Judgement::Go
        };
        prop_assert_eq!(verdict(&answers), worst);
    }

    #[test]
    fn order_does_not_matter((answers, shuffled) in prop::collection::vec(answer(), 0..20).prop_flat_map(|answers| (Just(answers.clone()), Just(answers).prop_shuffle()))) {
        prop_assert_eq!(Verdict::of(&answers, scope()), Verdict::of(&shuffled, scope()));
    }

    #[test]
    fn one_more_answer_never_betters_a_verdict(answers in prop::collection::vec(answer(), 1..20), more in answer(), at in any::<prop::sample::Index>()) {
        let before = verdict(&answers);
        let mut after = answers;
        after.insert(at.index(after.len() + 1), more);
        prop_assert!(verdict(&after) >= before);
    }

    #[test]
    fn a_clearance_is_for_exactly_what_was_judged(answers in prop::collection::vec(answer(), 0..6)) {
        if let Verdict::Go(clearance) = Verdict::of(&answers, scope()) {
            prop_assert!(!answers.is_empty() && answers.iter().all(|answer| answer.judgement == Judgement::Go));
            prop_assert_eq!((clearance.environment(), clearance.commit(), clearance.policy()), (&scope().environment, &scope().commit, &scope().policy));
        }
    }

    #[test]
    fn an_answer_is_as_bad_as_its_worst_reason_and_go_without_any(gate in 0..GATES.len(), judgements in prop::collection::vec(judgement(), 0..6)) {
        let spec = &GATES[gate];
        let mut answering = Answering::new(spec.id);
        for (judgement, reason) in judgements.iter().zip(spec.reasons.iter().cycle()) {
            match judgement {
                Judgement::Go => { answering.saw("something"); }
                Judgement::Waiting => { answering.wait(reason, "not yet").remedy("wait"); }
                Judgement::NoGo => { answering.refuse(reason, "no").remedy("change it"); }
            }
        }
        let answer = answering.done();
        let worst = answer.reasons.iter().map(|reason: &Reason| reason.judgement).max().unwrap_or(Judgement::Go);
        prop_assert_eq!(answer.judgement, worst);
        if !spec.reasons.is_empty() {
            prop_assert_eq!(answer.judgement, judgements.iter().copied().max().unwrap_or(Judgement::Go));
        }
    }
}
