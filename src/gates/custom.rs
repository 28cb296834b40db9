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
const FAILED: ReasonSpec =
    ReasonSpec { code: "custom.failed", about: "One of the team's own gates gave no answer: it failed, took too long, wrote nonsense, or did not run." };

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

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, reasons, saw};
    use super::super::verdict::Judgement::{NoGo, Waiting};
    use super::*;
    use crate::domain::Period;
    use crate::facts::Why;
    use crate::policy::{Argv, CustomRule};

    fn world(answer: Option<Fact<CustomAnswer>>) -> World {
        let mut world = World::new();
        let id = CustomId::new("capacity").expect("an id");
        let run = Argv::new(vec!["./scripts/capacity".to_owned()]).expect("a program");
        world.gates().custom.push(CustomRule { id: id.clone(), run, timeout: Period::of_seconds(30) });
        world.facts.local.custom.extend(answer.map(|answer| (id, answer)));
        world
    }

    fn said(verdict: CustomVerdict, evidence: &str, remedy: Option<&str>) -> Answer {
        world(Some(Fact::Known(CustomAnswer { verdict, evidence: evidence.to_owned(), remedy: remedy.map(str::to_owned) }))).ask(judge)
    }

    #[test]
    fn g20_without_own_gates_there_is_nothing_against_it() {
        let answer = World::new().ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "none declared"));
    }

    #[test]
    fn g20_the_programs_verdict_counts_with_its_evidence_and_remedy() {
        let answer = said(CustomVerdict::Go, "40 % free", None);
        assert!(reasons(&answer).is_empty() && saw(&answer, "`capacity`: 40 % free"));
        let answer = said(CustomVerdict::Waiting, "90 % full", Some("empty the cache"));
        assert_eq!(reasons(&answer), [(Waiting, "custom.waiting")]);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("empty the cache"));
        let answer = said(CustomVerdict::NoGo, "99 % full", None);
        assert_eq!(reasons(&answer), [(NoGo, "custom.no-go")]);
        assert_eq!(answer.reasons[0].what, "`capacity` says no: 99 % full");
    }

    #[test]
    fn g20_what_a_program_writes_stays_on_one_line_and_shows_what_is_hidden() {
        let answer = said(CustomVerdict::NoGo, "full\n| forged | go |\u{202e}", Some("a\r\nb"));
        assert_eq!(answer.reasons[0].what, r"`capacity` says no: full\n| forged | go |\u{202e}");
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some(r"a\r\nb"));
    }

    #[test]
    fn g20_a_gate_without_an_answer_is_no() {
        let answer = world(Some(Fact::Unavailable(Why::new("`./scripts/capacity` did not end within 30s")))).ask(judge);
        assert_eq!(reasons(&answer), [(NoGo, "custom.failed")]);
        assert!(answer.reasons[0].what.contains("did not end within 30s"));
        assert_eq!(reasons(&world(Some(Fact::NotAsked)).ask(judge)), [(NoGo, "custom.failed")]);
        assert_eq!(reasons(&world(None).ask(judge)), [(NoGo, "custom.failed")]);
    }
}
