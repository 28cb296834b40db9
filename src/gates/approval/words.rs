//! What people said of the pull request: reviews and `/approve` and `/reject` comments, so that only the newest word of each person stands.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{CommentId, CommitSha, Person, PersonId, Reason, ShaPrefix};
use crate::facts::{Fact, Listing, Review, ReviewState, Why};
use crate::gates::arrival::{Presence, presence};
use crate::gates::case::{Case, Said};
use crate::gates::people::{Candidate, PushRight};
use crate::intake::Command;

/// Everybody's standing word.
#[derive(Debug)]
pub struct Words<'a> {
    /// By person.
    pub voices: Vec<Voice<'a>>,
    /// Reviews of accounts that are gone.
    pub nameless: Vec<&'a Review>,
}

/// What one person says in the end.
#[derive(Debug)]
pub struct Voice<'a> {
    /// Who.
    pub who: Candidate<'a>,
    /// Their no, where it stands.
    pub block: Option<Block<'a>>,
    /// Their approvals that no later no of theirs overtook; none where a no stands.
    pub approvals: Vec<Approval>,
}

/// A no that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// A review asks for changes.
    ChangesRequested {
        /// Since when.
        at: Timestamp,
    },
    /// `/reject ENV reason`: for every later commit too.
    Rejected {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: &'a Reason,
    },
}

/// An approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// When.
    pub at: Timestamp,
    /// How.
    pub means: Means,
    /// What was approved.
    pub of: Of,
}

/// How somebody approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// By a review.
    Review,
    /// By `/approve` in a comment.
    Comment,
}

/// What was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Exactly the head.
    Head,
    /// Another commit.
    Earlier(CommitSha),
    /// Another commit, by the beginning of its id.
    Named(ShaPrefix),
    /// A commit that is gone.
    Gone,
    /// What was there at that time, and the head was not.
    BeforeHead(Presence),
}

#[derive(Debug)]
struct Spoken<'a> {
    person: &'a Person,
    push: PushRight,
    review: Option<&'a Review>,
    said: Vec<&'a Said>,
}

impl<'a> Words<'a> {
    /// Reads a case's reviews and comments.
    ///
    /// # Errors
    /// [`Why`] where they are not known whole: a no may be among those that are missing.
    pub fn of(case: &'a Case<'_>) -> Result<Self, Why> {
        let reviews = whole(&case.facts.pull.reviews, "the reviews")?;
        whole(&case.facts.pull.comments, "the comments")?;
        let mut spoken: BTreeMap<PersonId, Spoken<'a>> = BTreeMap::new();
        let mut nameless = Vec::new();
        for review in reviews {
            match &review.author {
                Some(person) => add_review(&mut spoken, person, review),
                None => nameless.push(review),
            }
        }
        for said in case.said_here().filter(|said| matches!(said.command, Command::Approve { .. } | Command::Reject { .. })) {
            let new = || Spoken { person: &said.by, push: PushRight::Unsaid, review: None, said: Vec::new() };
            spoken.entry(said.by.id).or_insert_with(new).said.push(said);
        }
        nameless.sort_by_key(|review| (review.at, review.id));
        Ok(Self { voices: spoken.into_values().map(|spoken| spoken.heard(case)).collect(), nameless })
    }
}

fn whole<'a, T>(fact: &'a Fact<Listing<T>>, what: &str) -> Result<&'a [T], Why> {
    let named = |why: Why| Why { what: format!("{what}: {}", why.what), mend: why.mend };
    fact.get().map_err(named)?.all().map_err(|cut| Why::new(format!("{what}: {cut}")))
}

/// Keeps the newest review of each person: a dismissed one hides an older one of theirs, as on GitHub.
fn add_review<'a>(spoken: &mut BTreeMap<PersonId, Spoken<'a>>, person: &'a Person, review: &'a Review) {
    let entry = spoken.entry(person.id).or_insert_with(|| Spoken { person, push: PushRight::Unsaid, review: None, said: Vec::new() });
    if review.by_writer {
        entry.push = PushRight::Said;
    }
    if entry.review.is_none_or(|known| (known.at, known.id) < (review.at, review.id)) {
        entry.review = Some(review);
        entry.person = person;
    }
}

/// The order of comments: by the server's clock, then by id; in one comment, a no comes last.
fn order(said: &Said) -> (Timestamp, CommentId, bool) {
    (said.at, said.comment, matches!(said.command, Command::Reject { .. }))
}

impl<'a> Spoken<'a> {
    fn heard(self, case: &Case<'_>) -> Voice<'a> {
        let mut said = self.said;
        said.sort_by_key(|said| order(said));
        let mut rejects = said
            .iter()
            .enumerate()
            .filter_map(|(index, said)| if let Command::Reject { reason, .. } = &said.command { Some((index, said.at, reason)) } else { None });
        let last_reject = rejects.next_back();
        let since_reject = &said[last_reject.map_or(0, |(index, ..)| index + 1)..];
        let asked = self.review.filter(|review| review.state == ReviewState::ChangesRequested).map(|review| review.at);
        let mut approvals: Vec<Approval> =
            since_reject.iter().filter(|said| asked.is_none_or(|asked| asked < said.at)).filter_map(|said| approval_of(case, said)).collect();
        // A review cannot take back `/reject`: it names no environment. A newer `/approve` takes back both.
        let block = match (last_reject, asked) {
            (Some((_, at, reason)), _) if since_reject.is_empty() => Some(Block::Rejected { at, reason }),
            (_, Some(at)) if approvals.is_empty() => Some(Block::ChangesRequested { at }),
            _ => None,
        };
        let review = self.review.filter(|review| review.state == ReviewState::Approved && last_reject.is_none_or(|(_, rejected, _)| rejected < review.at));
        approvals.extend(review.map(|review| Approval { at: review.at, means: Means::Review, of: reviewed(case, review) }));
        if block.is_some() {
            approvals.clear();
        }
        Voice { who: Candidate { person: self.person, push: self.push }, block, approvals }
    }
}

fn reviewed(case: &Case<'_>, review: &Review) -> Of {
    match &review.commit {
        Some(commit) if *commit == case.facts.pull.head => Of::Head,
        Some(commit) => Of::Earlier(commit.clone()),
        None => Of::Gone,
    }
}

fn approval_of(case: &Case<'_>, said: &Said) -> Option<Approval> {
    let Command::Approve { sha, .. } = &said.command else { return None };
    let head = &case.facts.pull.head;
    let of = match sha {
        Some(sha) if sha.as_str() == head.as_str() => Of::Head,
        Some(sha) if !sha.names(head) => CommitSha::new(sha.as_str()).map_or_else(|_| Of::Named(sha.clone()), Of::Earlier),
        Some(_) | None => match presence(&case.facts.pull, said.at) {
            Presence::Since(_) => Of::Head,
            other => Of::BeforeHead(other),
        },
    };
    Some(Approval { at: said.at, means: Means::Comment, of })
}

impl std::fmt::Display for Means {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Review => "review",
            Self::Comment => "/approve",
        })
    }
}
