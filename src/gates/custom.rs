//! Gate `custom` (row G20): the team's own gates. Their programs ran before; here their answers are judged.
//!
//! What a program wrote is hostile text: it is shown as one safe line. A program without an answer is a no.

use super::case::Case;
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{CustomId, shown};
use crate::facts::{CustomAnswer, CustomVerdict, Fact};

const NO: ReasonSpec = ReasonSpec { code: "custom.no-go", about: "One of the team's own gates says no." };
const WAITING: ReasonSpec = ReasonSpec { code: "custom.waiting", about: "One of the team's own gates says not yet." };
const FAILED: ReasonSpec = ReasonSpec { code: "custom.failed", about: "One of the team's own gates gave no answer: it failed, took too long, wrote nonsense, or did not run." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[NO, WAITING, FAILED];

/// Judges: each declared gate answered, and answered go.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Custom);
    let rules = &case.environment.gates.custom;
    if rules.is_empty() {
        answering.saw("none declared");
    }
    for rule in rules {
        match case.facts.local.custom.get(&rule.id).map_or_else(|| Fact::NotAsked.get(), Fact::get) {
            Ok(answer) => say(&mut answering, &rule.id, answer),
            Err(why) => {
                let what = format!("`{}` gave no answer: {}", rule.id, shown(&why.what));
                let mend = why.mend.map_or_else(|| format!("run `{}` by hand and look at what it writes", shown(rule.run.program())), |mend| shown(&mend));
                answering.refuse(&FAILED, what).remedy(mend);
            }
        }
    }
    answering.done()
}

fn say(answering: &mut Answering, id: &CustomId, answer: &CustomAnswer) {
    let evidence = if answer.evidence.trim().is_empty() { "it gave no evidence".to_owned() } else { shown(answer.evidence.trim()) };
    answering.saw(format!("`{id}`: {evidence}"));
    let reason = match answer.verdict {
        CustomVerdict::Go => return,
        CustomVerdict::Waiting => answering.wait(&WAITING, format!("`{id}` says not yet: {evidence}")),
        CustomVerdict::NoGo => answering.refuse(&NO, format!("`{id}` says no: {evidence}")),
    };
    reason.remedy(answer.remedy.as_deref().map_or_else(|| format!("ask those who keep the gate `{id}` what it needs"), shown));
}
