//! What the reviews of a pull request come to.

use std::collections::BTreeMap;

use crate::domain::Role;
use crate::sandbox::state::{Pull, Repository, Review, ReviewRule, ReviewState, Rule, State};

/// What the reviews come to, where the base branch's rules ask for reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum ReviewDecision {
    Approved,
    ChangesRequested,
    ReviewRequired,
}

impl ReviewDecision {
    /// The GraphQL word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::ReviewRequired => "REVIEW_REQUIRED",
        }
    }
}

impl Pull {
    /// Of each reviewer the newest review that approves, asks for changes, or was dismissed; by the time of submission.
    pub fn opinionated_reviews(&self) -> Vec<&Review> {
        let mut latest: BTreeMap<u64, &Review> = BTreeMap::new();
        for review in self.reviews.iter().filter(|review| review.state != ReviewState::Commented) {
            latest.insert(review.author, review);
        }
        let mut latest: Vec<&Review> = latest.into_values().collect();
        latest.sort_by_key(|review| (review.submitted_at, review.id));
        latest
    }
}

impl State {
    /// What the reviews come to; `None` where no rule asks for reviews. Only reviewers who may push count.
    pub fn review_decision(&self, repository: &Repository, pull: &Pull) -> Option<ReviewDecision> {
        let rules: Vec<&ReviewRule> =
            repository.rules_for(&pull.base).filter_map(|(_, rule)| if let Rule::PullRequest(review) = rule { Some(review) } else { None }).collect();
        let needed = rules.iter().map(|rule| rule.approvals).max().filter(|needed| *needed > 0)?;
        let counted: Vec<&Review> = pull.opinionated_reviews().into_iter().filter(|review| self.role(repository, review.author) >= Role::Write).collect();
        if counted.iter().any(|review| review.state == ReviewState::ChangesRequested) {
            return Some(ReviewDecision::ChangesRequested);
        }
        let approvers: Vec<u64> = counted.iter().filter(|review| review.state == ReviewState::Approved).map(|review| review.author).collect();
        let pusher = repository.pushes.iter().rev().find(|push| push.after == pull.head_sha).map(|push| push.pusher);
        let other = !rules.iter().any(|rule| rule.last_push) || approvers.iter().any(|approver| Some(*approver) != pusher);
        let enough = approvers.len() as u64 >= needed && other;
        Some(if enough { ReviewDecision::Approved } else { ReviewDecision::ReviewRequired })
    }
}
