//! The go/no-go table as data: one row a gate, the same for comment, terminal and JSON (row G22).

use crate::gates::{Answer, Evaluation, GateId, Judgement, Reason};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The gate.
    pub gate: GateId,
    /// Its title.
    pub title: &'static str,
    /// Its judgement.
    pub judgement: Judgement,
    /// Why not, where not.
    pub reasons: &'a [Reason],
    /// What it saw.
    pub evidence: &'a [String],
}

/// The rows of an evaluation, in the registry's order.
pub fn rows(evaluation: &Evaluation) -> impl Iterator<Item = Row<'_>> {
    evaluation.answers.iter().map(row)
}

fn row(answer: &Answer) -> Row<'_> {
    Row { gate: answer.gate, title: answer.gate.spec().title, judgement: answer.judgement, reasons: &answer.reasons, evidence: &answer.evidence }
}

/// Every reason, the refusing ones first.
pub fn reasons(evaluation: &Evaluation) -> Vec<&Reason> {
    let mut reasons: Vec<&Reason> = evaluation.answers.iter().flat_map(|answer| &answer.reasons).collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.judgement));
    reasons
}

/// The judgement in words.
pub fn word(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Go => "go",
        Judgement::Waiting => "waiting",
        Judgement::NoGo => "no-go",
    }
}

/// The judgement as a mark, for Markdown.
pub fn mark(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Go => "✅",
        Judgement::Waiting => "⏳",
        Judgement::NoGo => "⛔",
    }
}
