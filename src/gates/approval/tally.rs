//! What is still needed of a circle of people, and who can give it.

use std::collections::BTreeSet;

use crate::domain::Login;
use crate::facts::Why;
use crate::gates::case::Case;
use crate::gates::people::{Circle, Eligible, Exclusion, Membership, few};
use crate::gates::verdict::{Answering, ReasonSpec};

use super::ballot::{Again, Ballot};

/// What there is to judge a need by.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// The case.
    pub case: &'a Case<'a>,
    /// Who approved.
    pub ballot: &'a Ballot<'a>,
    /// Whose approval does not count.
    pub exclusion: &'a Exclusion,
}

/// Why a circle has not approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// Nobody of it did.
    Missing,
    /// Somebody approved, and it cannot be verified whether they belong to it.
    Doubt(Why),
    /// Nobody of it could, whatever they do.
    Nobody,
}

/// The reasons a gate gives for each.
#[derive(Clone, Copy, Debug)]
pub struct Specs<'a> {
    /// For [`Unmet::Missing`].
    pub missing: &'a ReasonSpec,
    /// For [`Unmet::Doubt`].
    pub doubt: &'a ReasonSpec,
    /// For [`Unmet::Nobody`].
    pub nobody: &'a ReasonSpec,
}

impl Need<'_> {
    /// Whether one of a circle approved: `Err` with who did.
    ///
    /// # Errors
    /// The line for the evidence where the need is met.
    pub fn unmet(&self, circle: &Circle) -> Result<Unmet, String> {
        let mut doubt = None;
        for backer in &self.ballot.backers {
            match (circle.membership(backer.who, self.case.facts), &backer.doubt) {
                (Membership::Member(by), None) => return Err(format!("{} ({by})", backer.line)),
                (Membership::Unverified(why), _) => doubt = doubt.or(Some(why)),
                (Membership::Member(_), Some(why)) => doubt = doubt.or(Some(why.clone())),
                (Membership::Stranger, _) => {}
            }
        }
        Ok(match (doubt, circle.eligible(self.case.facts, self.exclusion)) {
            (_, Eligible::AtMost(0)) => Unmet::Nobody,
            (Some(why), _) => Unmet::Doubt(why),
            (None, _) => Unmet::Missing,
        })
    }

    /// Who could still approve, as far as their logins are known: those the circle names, and those whose approval lapsed.
    pub fn who(&self, circle: &Circle) -> Vec<Login> {
        let done: BTreeSet<&Login> = self.ballot.backers.iter().map(|backer| &backer.who.person.login).collect();
        let lapsed = self.ballot.aside.iter().filter(|aside| aside.again == Again::Could);
        let lapsed = lapsed.filter(|aside| matches!(circle.membership(aside.who, self.case.facts), Membership::Member(_)));
        let mut who: BTreeSet<Login> = lapsed.map(|aside| aside.who.person.login.clone()).collect();
        let named = circle.logins(self.exclusion);
        who.extend(named.into_iter().filter(|login| !done.iter().any(|known| known.as_str().eq_ignore_ascii_case(login.as_str()))));
        who.into_iter().collect()
    }

    /// What would help.
    pub fn remedy(&self, circle: &Circle) -> String {
        format!("one of {circle} approves this commit by a review, or by writing `/approve {} {}`", self.case.environment.name, self.case.facts.pull.head)
    }
}

impl Unmet {
    /// Adds the reason to an answer.
    pub fn say(self, answer: &mut Answering, specs: Specs<'_>, (circle, paths, need): (&Circle, &[String], &Need<'_>)) {
        let files = few(paths);
        match self {
            Self::Missing => {
                answer.wait(specs.missing, format!("{files}: no approval of {circle}")).remedy(need.remedy(circle)).by(need.who(circle));
            }
            Self::Doubt(why) => {
                let reason = answer.wait(specs.doubt, format!("{files}: it cannot be verified whether one of {circle} approved: {}", why.what));
                if let Some(mend) = why.mend {
                    reason.remedy(mend);
                }
            }
            Self::Nobody => {
                answer.refuse(specs.nobody, format!("{files}: nobody of {circle} could approve this change")).remedy(
                    "name more people on the base branch (CODEOWNERS, policy), as `@user` or `@organisation/team`; an e-mail address cannot be verified",
                );
            }
        }
    }
}
