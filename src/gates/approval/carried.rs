//! Approvals of an earlier commit that still hold: only where the head's tree is that of the clean merge of that commit with a newer base.
//! Never by patch id, which ignores indentation and moved hunks.

use std::collections::BTreeSet;

use crate::domain::CommitSha;
use crate::facts::{Carry, Fact, Facts};
use crate::gates::case::Case;
use crate::gates::verdict::Judgement;

use super::ballot::Ballot;
use super::words::Words;
use crate::gates::people::{Exclusion, Membership};

/// How it is looked up whether a commit was carried onto a newer base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrying {
    /// As the facts say.
    AsKnown,
    /// Where the facts say nothing, as if it was: to learn whether asking is worth it. Never for a judgement.
    Assumed,
}

/// Whether an approval of an earlier commit holds for the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It does: the base commit onto which it was brought, where known.
    Over(Option<CommitSha>),
    /// It does not, for this reason.
    Not(String),
}

/// Whether an approval of `earlier` holds for the head.
pub fn carried(facts: &Facts, earlier: &CommitSha, carrying: Carrying) -> Carried {
    let not = |why: &str| Carried::Not(why.to_owned());
    match facts.carried.get(earlier) {
        Some(Fact::Known(Carry { from, .. })) if from != earlier => not("what is known is about another commit"),
        Some(Fact::Known(Carry { merged_tree: None, .. })) => not("it does not merge cleanly with the newer base"),
        Some(Fact::Known(Carry { merged_tree: Some(tree), onto, .. })) if *tree == facts.pull.head_tree => Carried::Over(Some(onto.clone())),
        Some(Fact::Known(_)) => not("the head is not that commit brought onto a newer base"),
        Some(Fact::Unavailable(why)) => Carried::Not(format!("whether the head is that commit brought onto a newer base is not known: {}", why.what)),
        Some(Fact::NotAsked) | None if carrying == Carrying::Assumed => Carried::Over(None),
        Some(Fact::NotAsked) | None => not("it is not the head"),
    }
}

/// The earlier commits of which it is worth asking whether the head is them, brought onto a newer base: those whose approvals would turn
/// this gate or the gate `policy-change` to something better. Empty where the answer would change nothing.
pub fn carry_candidates(case: &Case<'_>) -> BTreeSet<CommitSha> {
    let better = |weigh: fn(&Case<'_>, Carrying) -> crate::gates::verdict::Answer| {
        let now = weigh(case, Carrying::AsKnown).judgement;
        now > Judgement::Go && weigh(case, Carrying::Assumed).judgement < now
    };
    let (here, rules) = (better(super::weigh), better(crate::gates::policy_change::weigh));
    let Some(words) = (here || rules).then(|| Words::of(case).ok()).flatten() else { return BTreeSet::new() };
    let ballot = Ballot::of(case, &words, &Exclusion::of(case), Carrying::Assumed);
    let from = super::circle(case);
    let wanted = |who| rules || from.membership(who, case.facts) != Membership::Stranger;
    ballot.backers.into_iter().filter(|backer| wanted(backer.who)).filter_map(|backer| backer.assumed).collect()
}
