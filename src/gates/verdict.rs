//! The algebra of verdicts: worst wins, unknown is never go, and only this module can make a [`Clearance`].

use serde::{Deserialize, Serialize};

use crate::domain::{CommitSha, EnvName, Login, ObjectId};

use super::registry::GateId;

/// What one gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// Nothing against it.
    Go,
    /// Not yet: somebody or something can still turn it to go without a new commit or command.
    Waiting,
    /// No: it takes a new commit, a new command, or a change of policy or settings.
    NoGo,
}

/// A gate's answer: its judgement with what it saw and what would turn it to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The gate.
    pub gate: GateId,
    /// Its judgement: the worst of its reasons, `go` where there are none.
    pub judgement: Judgement,
    /// Why it does not say go; empty exactly where it says go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What it saw: one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// One reason not to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Its stable code, e.g. `checks.pending`.
    pub code: &'static str,
    /// How bad it is.
    pub judgement: Judgement,
    /// One sentence: what is not as it must be. May hold hostile text: reports quote it.
    pub what: String,
    /// What would turn it to go, as an instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Who can do that, where it is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<Login>,
}

/// A reason a gate can give: its code is a public contract, its description goes into the docs. Each gate's file lists its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonSpec {
    /// `gate.what`, stable.
    pub code: &'static str,
    /// One sentence for the docs.
    pub about: &'static str,
}

/// Collects a gate's evidence and reasons; its judgement follows from them.
#[derive(Debug)]
pub struct Answering {
    answer: Answer,
}

impl Answering {
    /// An answer with nothing against it, so far.
    pub fn new(gate: GateId) -> Self {
        Self { answer: Answer { gate, judgement: Judgement::Go, reasons: Vec::new(), evidence: Vec::new() } }
    }

    /// Adds a line of evidence.
    pub fn saw(&mut self, evidence: impl Into<String>) -> &mut Self {
        self.answer.evidence.push(evidence.into());
        self
    }

    /// Adds a reason to wait. The reason's gate is part of its code.
    pub fn wait(&mut self, spec: &ReasonSpec, what: impl Into<String>) -> &mut Reason {
        self.add(spec, Judgement::Waiting, what.into())
    }

    /// Adds a reason to refuse.
    pub fn refuse(&mut self, spec: &ReasonSpec, what: impl Into<String>) -> &mut Reason {
        self.add(spec, Judgement::NoGo, what.into())
    }

    fn add(&mut self, spec: &ReasonSpec, judgement: Judgement, what: String) -> &mut Reason {
        debug_assert!(self.answer.gate.spec().reasons.contains(spec), "the gate's registry lists {}", spec.code);
        self.answer.judgement = self.answer.judgement.max(judgement);
        self.answer.reasons.push(Reason { code: spec.code, judgement, what, remedy: None, who: Vec::new() });
        self.answer.reasons.last_mut().expect("just pushed")
    }

    /// The finished answer.
    pub fn done(self) -> Answer {
        self.answer
    }
}

impl Reason {
    /// Says what would turn it to go.
    pub fn remedy(&mut self, remedy: impl Into<String>) -> &mut Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Says who can turn it to go.
    pub fn by(&mut self, who: impl IntoIterator<Item = Login>) -> &mut Self {
        self.who.extend(who);
        self
    }
}

/// The proof that every gate in force said go, for exactly this environment, commit, policy and lock state.
/// Only [`Verdict::of`] makes one, and no deploying effect can be built without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clearance {
    environment: EnvName,
    commit: CommitSha,
    policy: ObjectId,
    #[serde(skip)]
    _sealed: Sealed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Sealed;

/// What a clearance is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The environment, by its policy name.
    pub environment: EnvName,
    /// The commit.
    pub commit: CommitSha,
    /// The object id of the policy file.
    pub policy: ObjectId,
}

impl Clearance {
    /// The environment cleared.
    pub fn environment(&self) -> &EnvName {
        &self.environment
    }

    /// The commit cleared.
    pub fn commit(&self) -> &CommitSha {
        &self.commit
    }

    /// The policy under which it was cleared.
    pub fn policy(&self) -> &ObjectId {
        &self.policy
    }
}

/// All gates together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every gate says go.
    Go(Clearance),
    /// Nothing is against it for good, and something is missing.
    Waiting,
    /// Something is against it.
    NoGo,
}

impl Verdict {
    /// The verdict of these answers: the worst judgement wins, and no answers at all is a no.
    pub fn of(answers: &[Answer], scope: Scope) -> Self {
        match answers.iter().map(|answer| answer.judgement).max() {
            Some(Judgement::Go) => Self::Go(Clearance { environment: scope.environment, commit: scope.commit, policy: scope.policy, _sealed: Sealed }),
            Some(Judgement::Waiting) => Self::Waiting,
            Some(Judgement::NoGo) | None => Self::NoGo,
        }
    }

    /// The verdict as a judgement.
    pub fn judgement(&self) -> Judgement {
        match self {
            Self::Go(_) => Judgement::Go,
            Self::Waiting => Judgement::Waiting,
            Self::NoGo => Judgement::NoGo,
        }
    }
}
