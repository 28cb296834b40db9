//! Whose approval holds for the head, and whose does not and why. Whether a person is one of those asked for is not decided here.

use crate::domain::{CommitSha, Person, shown};
use crate::facts::Why;
use crate::gates::arrival::Presence;
use crate::gates::case::Case;
use crate::gates::people::{Candidate, Circle, Exclusion, Membership};
use crate::intake::CommandName;

use super::carried::{Carried, Carrying, carried};
use super::words::{Approval, Means, Of, Voice, Words};

/// All approvals, weighed.
#[derive(Debug, Default)]
pub struct Ballot<'a> {
    /// People whose approval holds, each once.
    pub backers: Vec<Backer<'a>>,
    /// People whose approval does not.
    pub aside: Vec<Aside<'a>>,
}

/// A human, not excluded, whose approval holds for the head.
#[derive(Debug)]
pub struct Backer<'a> {
    /// Who.
    pub who: Candidate<'a>,
    /// What they did, for the evidence.
    pub line: String,
    /// Whether they approved exactly the head, or it was carried over.
    pub hold: Hold,
    /// The commit of which it was only assumed that it was carried over.
    pub assumed: Option<CommitSha>,
    /// Why it cannot be verified that they may give `/approve`, where it cannot.
    pub doubt: Option<Why>,
}

/// How an approval holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// It was given to exactly the head.
    Exact,
    /// It was given to an earlier commit and carried over.
    Carried,
}

/// Somebody whose approval does not hold.
#[derive(Debug)]
pub struct Aside<'a> {
    /// Who.
    pub who: Candidate<'a>,
    /// What they did and why it does not hold, for the evidence.
    pub line: String,
    /// Whether they could approve once more.
    pub again: Again,
}

/// Whether somebody could approve once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// They could.
    Could,
    /// Theirs would not count.
    Never,
}

/// What approvals are weighed by.
#[derive(Debug)]
struct Scale<'s> {
    case: &'s Case<'s>,
    exclusion: &'s Exclusion,
    carrying: Carrying,
    /// Whom the policy lets give `/approve`.
    approvers: Circle,
}

/// One approval, weighed. The order is that of preference.
#[derive(Debug)]
enum Weight {
    Holds { hold: Hold, line: String, assumed: Option<CommitSha>, doubt: Option<Why> },
    Lapsed(String),
    NotTheirs(String),
}

impl<'a> Ballot<'a> {
    /// Weighs everybody's approvals.
    pub fn of(case: &Case<'_>, words: &Words<'a>, exclusion: &Exclusion, carrying: Carrying) -> Self {
        let mut ballot = Self::default();
        let approvers = case.policy.commands.who.get(&CommandName::Approve).map_or(&[][..], Vec::as_slice);
        let scale = Scale { case, exclusion, carrying, approvers: Circle::of_change(approvers, case.facts) };
        for voice in words.voices.iter().filter(|voice| !voice.approvals.is_empty()) {
            ballot.add(voice, &scale);
        }
        ballot
    }

    fn add(&mut self, voice: &Voice<'a>, scale: &Scale<'_>) {
        let who = voice.who;
        let never = |why: String| Aside { who, line: format!("{} approved: does not count: {why}", named(who.person)), again: Again::Never };
        if !who.person.is_human() {
            return self.aside.push(never("not a human's account".to_owned()));
        }
        if let Some(because) = scale.exclusion.why(who.person.id) {
            return self.aside.push(never(because));
        }
        let mut weights: Vec<Weight> = voice.approvals.iter().map(|approval| scale.weigh(who, approval)).collect();
        weights.sort_by_cached_key(preference);
        let mut lines = Vec::new();
        let mut again = Again::Never;
        for weight in weights {
            match weight {
                Weight::Holds { hold, line, assumed, doubt } => return self.backers.push(Backer { who, line, hold, assumed, doubt }),
                Weight::Lapsed(line) => {
                    lines.push(line);
                    again = Again::Could;
                }
                Weight::NotTheirs(line) => lines.push(line),
            }
        }
        self.aside.push(Aside { who, line: lines.join("; "), again });
    }
}

/// Best first: exact, without doubt; and among equals by text, so that the order of facts does not matter.
fn preference(weight: &Weight) -> (bool, bool, Hold, String) {
    match weight {
        Weight::Holds { hold, line, doubt, .. } => (false, doubt.is_some(), *hold, line.clone()),
        Weight::Lapsed(line) | Weight::NotTheirs(line) => (true, false, Hold::Carried, line.clone()),
    }
}

impl Scale<'_> {
    fn weigh(&self, who: Candidate<'_>, approval: &Approval) -> Weight {
        let said = format!("{} approved by {} at {}", named(who.person), approval.means, approval.at);
        let (hold, assumed, line) = match self.holds(approval) {
            Ok((hold, assumed, how)) => (hold, assumed, format!("{said}{how}")),
            Err(why) => return Weight::Lapsed(format!("{said}: does not count: {why}")),
        };
        let ends = self.case.environment.gates.approval.expires.after(approval.at);
        if ends <= self.case.facts.now {
            return Weight::Lapsed(format!("{said}: does not count: it expired at {ends}"));
        }
        let doubt = match self.may_approve(who, approval.means) {
            Membership::Member(_) => None,
            Membership::Unverified(why) => Some(why),
            Membership::Stranger => return Weight::NotTheirs(format!("{said}: does not count: the policy does not let them give /approve")),
        };
        Weight::Holds { hold, line, assumed, doubt }
    }

    /// How an approval holds for the head, or why it does not.
    fn holds(&self, approval: &Approval) -> Result<(Hold, Option<CommitSha>, String), String> {
        match &approval.of {
            Of::Head => Ok((Hold::Exact, None, String::new())),
            Of::Earlier(earlier) => match carried(self.case.facts, earlier, self.carrying) {
                Carried::Over(Some(onto)) => Ok((Hold::Carried, None, format!(", carried over from {} onto {}", earlier.short(), onto.short()))),
                Carried::Over(None) => Ok((Hold::Carried, Some(earlier.clone()), format!(", assumed to be carried over from {}", earlier.short()))),
                Carried::Not(why) => Err(format!("it was given to {}, and {why}", earlier.short())),
            },
            Of::Named(prefix) => Err(format!("it was given to {}, which is not the head", shown(prefix.as_str()))),
            Of::Gone => Err("the commit it was given to is gone".to_owned()),
            Of::BeforeHead(Presence::Later(first)) => Err(format!("it names no whole commit id, and the head was first seen at {first}, not before it")),
            Of::BeforeHead(Presence::Returned(at)) => {
                Err(format!("it names no whole commit id, and the branch was moved to the head again at {at}, not before it"))
            }
            Of::BeforeHead(_) => Err("it names no whole commit id, and the server does not say when the head came".to_owned()),
        }
    }

    /// A comment is a command, and the policy says who may give it; a review is none.
    fn may_approve(&self, who: Candidate<'_>, means: Means) -> Membership {
        match means {
            Means::Review => Membership::Member(String::new()),
            Means::Comment => self.approvers.membership(who, self.case.facts),
        }
    }
}

/// A person, for the evidence: the id is what is compared.
pub fn named(person: &Person) -> String {
    format!("{} (id {})", person.login, person.id.0)
}
