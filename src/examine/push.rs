//! Examining a push: what happens to its refs, and every commit that the other side does not have, by the rules that are in force there.

use std::collections::HashMap;

use super::rules::RulesError;
use super::{Examination, ExamineError, InForce, Selection, Wanted};
use crate::checks::message::{text as message_text, unfinished};
use crate::checks::refs::{Standing, findings, is_protected};
use crate::checks::{Check, CheckRules};
use crate::domain::ObjectId;
use crate::git::history::{Destination, HistoryError, Line, Push, Repository};
use crate::report::findings::{Examined, Found, Subject};

/// A push that is to be examined.
#[derive(Clone, Copy, Debug)]
pub struct Pushing<'a> {
    /// The repository that it is made from.
    pub repository: &'a Repository,
    /// Where it goes.
    pub destination: &'a Destination,
    /// What git announced.
    pub lines: &'a [Line],
    /// Which checks are wanted.
    pub wanted: &'a Wanted,
}

/// Why nothing is known of a push.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// Git cannot tell what is pushed.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// It is not known which rules are in force.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A check cannot look.
    #[error(transparent)]
    Examine(#[from] ExamineError),
}

impl Pushing<'_> {
    /// Looks at it. What cannot be looked at is told in [`Examined::unread`].
    ///
    /// # Errors
    /// [`PushError`]: then nothing is known.
    pub fn examined(&self) -> Result<Examined, PushError> {
        // The reader of objects is given back at once: whoever asks next goes on with it.
        let mut push = Push::of(self.repository, &mut self.repository.objects(), self.destination, self.lines)?;
        let (in_force, notice) = in_force(self.repository, &push)?;
        let mut examined = Examined { notices: std::mem::take(&mut push.notices), ..Examined::default() };
        examined.notices.extend(notice);
        examined.found = self.refs(&push, &in_force.rules);
        examined = examined.and(self.contents(push, &in_force)?);
        examined.looked.refs = self.lines.len();
        examined.skipped = self.wanted.skipped();
        Ok(examined)
    }

    /// What is wrong with what happens to branches and tags.
    fn refs(&self, push: &Push, rules: &CheckRules) -> Vec<Found> {
        if !self.wanted.wants(Check::Refs) {
            return Vec::new();
        }
        let of_tip = |pushed| findings(pushed, &rules.refs).into_iter().map(|finding| Found::of_reference(finding, pushed.name.clone()));
        let found = push.refs.iter().flat_map(|tip| of_tip(&tip.pushed));
        found.filter(|found| !rules.is_off(Check::Refs, &found.finding.rule)).collect()
    }

    /// What is wrong with what the other side does not have yet.
    fn contents(&self, mut push: Push, in_force: &InForce) -> Result<Examined, PushError> {
        let examination = Examination { repository: self.repository, in_force, wanted: self.wanted };
        let mut examined = Examined { found: self.unfinished(&push, &in_force.rules)?, ..Examined::default() };
        if !push.commits.is_empty() {
            let name = |place: &usize| push.refs.get(*place).map(|tip| tip.pushed.name.as_str()).unwrap_or_default();
            let brought: HashMap<ObjectId, String> =
                push.commits.iter().zip(&push.brought_by).map(|(commit, place)| (commit.id.clone(), name(place).to_owned())).collect();
            let tips = push.refs.iter().filter_map(|tip| tip.commit.clone()).collect();
            let mut commits = examination.of(&Selection::Pushed(std::mem::take(&mut push.commits), tips))?;
            for found in &mut commits.found {
                found.reference = found.commit.as_ref().and_then(|commit| brought.get(commit)).cloned();
            }
            commits.found.retain(|found| !is_of_notes(found));
            examined = examined.and(commits);
        }
        if !push.besides.is_empty() {
            examined = examined.and(examination.of(&Selection::Versions(std::mem::take(&mut push.besides)))?);
        }
        Ok(examined)
    }

    /// Commits that say that they are not finished, on their way to a protected branch: also where another branch there has them already.
    fn unfinished(&self, push: &Push, rules: &CheckRules) -> Result<Vec<Found>, HistoryError> {
        let mut found: Vec<Found> = Vec::new();
        if !self.wanted.wants(Check::Messages) || rules.off.contains_key(Check::Messages.id()) {
            return Ok(found);
        }
        for tip in push.refs.iter().filter(|tip| tip.pushed.branch().is_some_and(|branch| is_protected(&tip.pushed, branch, &rules.refs))) {
            for commit in push.arriving(tip, self.repository)? {
                let finding = unfinished(&commit.message).filter(|finding| !rules.is_off(Check::Messages, &finding.rule));
                let all = Found::all_in_text(finding.into_iter().collect(), &message_text(&commit.message), &Subject::Message);
                found.extend(all.into_iter().map(|found| Found { reference: Some(tip.pushed.name.clone()), ..found.by(&commit.id) }));
            }
        }
        Ok(found)
    }
}

/// True for what is wrong with the message of a commit of notes, which git writes itself.
fn is_of_notes(found: &Found) -> bool {
    found.finding.check == Check::Messages && found.reference.as_deref().is_some_and(|name| name.starts_with("refs/notes/"))
}

/// The rules in force: those of the other side's default branch, so that what is pushed cannot loosen them; those of what is pushed where nothing is known of the
/// other side; and what somebody should know of that.
fn in_force(repository: &Repository, push: &Push) -> Result<(InForce, Option<String>), RulesError> {
    let of_default = push.refs.iter().find(|tip| tip.pushed.standing == Standing::Default && tip.commit.is_some());
    let pushed = of_default.or_else(|| push.refs.iter().find(|tip| tip.commit.is_some())).and_then(|tip| tip.commit.as_ref());
    let Some(base) = &push.default_branch else {
        let Some(pushed) = pushed else { return Ok((InForce::defaults(), None)) };
        let notice = format!("the policy of what is pushed is in force ({}): nothing is known of what is there", &pushed.as_str()[..12]);
        return Ok((InForce::of_commit(repository, pushed)?, Some(notice)));
    };
    match InForce::of_commit(repository, &base.tip) {
        // Somebody must be able to mend it. The defaults are no looser than what is mended.
        Err(RulesError::Faults { place, .. }) if pushed.is_some_and(|pushed| InForce::of_commit(repository, pushed).is_ok()) => {
            Ok((InForce::defaults(), Some(format!("{place} is not valid, and what is pushed mends it: the defaults are in force"))))
        }
        answer => answer.map(|in_force| (in_force, None)),
    }
}
