//! Refs change: pushes, activity, check suites, and pull requests that follow their branches.

use git2::Oid;

use crate::sandbox::state::{
    ACTIONS_APP, ACTIONS_BOT, Activity, ActivityKind, CheckSuite, Merge, Pull, PullState, Push, ReviewState, Rule, State, TimelineEvent, TimelineKind,
};
use crate::sandbox::store::RefError;

/// What a ref must be before it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Not there.
    Absent,
    /// There, and pointing at this.
    At(Oid),
    /// There, and no commit is lost.
    FastForward,
    /// There.
    Present,
}

/// A change of a ref.
#[derive(Clone, Copy, Debug)]
pub struct RefChange<'a> {
    /// The repository.
    pub repository: u64,
    /// The full name.
    pub name: &'a str,
    /// What it must be before.
    pub expected: Expected,
    /// What it points at afterwards; `None` deletes it.
    pub to: Option<Oid>,
    /// Who does it.
    pub by: u64,
}

/// A ref that has changed.
#[derive(Clone, Copy, Debug)]
struct Moved<'a> {
    repository: u64,
    name: &'a str,
    before: Option<Oid>,
    after: Option<Oid>,
    by: u64,
}

impl State {
    /// Changes one ref, and does what follows.
    ///
    /// # Errors
    /// [`RefError`]; nothing changed.
    pub fn change_ref(&mut self, change: RefChange<'_>) -> Result<(), RefError> {
        self.change_refs(&[change])
    }

    /// Changes several refs, all or none, and does what follows.
    ///
    /// # Errors
    /// The first [`RefError`]; nothing changed.
    pub fn change_refs(&mut self, changes: &[RefChange<'_>]) -> Result<(), RefError> {
        for change in changes {
            self.check_change(change)?;
        }
        let mut done: Vec<Moved<'_>> = Vec::new();
        for change in changes {
            match self.apply_change(change) {
                Ok(moved) => done.push(moved),
                Err(error) => {
                    self.take_back(&done);
                    return Err(error);
                }
            }
        }
        for moved in done {
            self.ref_moved(moved);
        }
        Ok(())
    }

    /// Does what follows from a ref that another program moved (`git push` over HTTP).
    pub fn note_pushed_ref(&mut self, repository: u64, name: &str, ends: (Option<Oid>, Option<Oid>), by: u64) {
        self.ref_moved(Moved { repository, name, before: ends.0, after: ends.1, by });
    }

    fn check_change(&self, change: &RefChange<'_>) -> Result<(), RefError> {
        let git = &self.repository(change.repository).ok_or(RefError::Missing)?.git;
        if let Some(to) = change.to {
            git.check_ref(change.name, to)?;
        }
        let now = git.target(change.name).map(|target| target.id);
        match (change.expected, now, change.to) {
            (Expected::Absent, Some(_), _) => Err(RefError::Exists),
            (Expected::At(_) | Expected::FastForward | Expected::Present, None, _) => Err(RefError::Missing),
            (Expected::At(expected), Some(now), _) if expected != now => Err(RefError::Moved),
            (Expected::FastForward, Some(now), Some(to)) if !git.contains(to, now) => Err(RefError::NotFastForward),
            _ => Ok(()),
        }
    }

    fn apply_change<'a>(&self, change: &RefChange<'a>) -> Result<Moved<'a>, RefError> {
        let git = &self.repository(change.repository).ok_or(RefError::Missing)?.git;
        let before = git.target(change.name).map(|target| target.id);
        match (before, change.to) {
            (None, Some(to)) => git.create_ref(change.name, to)?,
            (Some(before), Some(to)) => git.move_ref(change.name, Some(before), to)?,
            (Some(_), None) => git.delete_ref(change.name)?,
            (None, None) => {}
        }
        Ok(Moved { repository: change.repository, name: change.name, before, after: change.to, by: change.by })
    }

    fn take_back(&self, done: &[Moved<'_>]) {
        for moved in done.iter().rev() {
            let Some(repository) = self.repository(moved.repository) else { continue };
            let undone = match (moved.before, moved.after) {
                (None, Some(_)) => repository.git.delete_ref(moved.name),
                (Some(before), Some(_)) => repository.git.move_ref(moved.name, None, before),
                (Some(before), None) => repository.git.create_ref(moved.name, before),
                (None, None) => Ok(()),
            };
            undone.expect("nobody else changes refs while the state is locked");
        }
    }

    fn ref_moved(&mut self, moved: Moved<'_>) {
        let Some(branch) = moved.name.strip_prefix("refs/heads/") else { return };
        if moved.before == moved.after {
            return;
        }
        self.record_activity(&moved);
        if let Some(after) = moved.after {
            let push = self.record_push(&moved, after);
            self.make_suites(&moved, push, (branch, after));
            self.register_workflows(moved.repository, branch, after);
        }
        self.move_heads(&moved, branch);
        if let Some(after) = moved.after {
            self.merge_contained(&moved, branch, after);
        }
    }

    fn record_activity(&mut self, moved: &Moved<'_>) {
        let (id, at) = (self.next_id(), self.now());
        let Some(repository) = self.repository_mut(moved.repository) else { return };
        let kind = match (moved.before, moved.after) {
            (None, _) => ActivityKind::BranchCreation,
            (_, None) => ActivityKind::BranchDeletion,
            (Some(before), Some(after)) if repository.git.contains(after, before) => ActivityKind::Push,
            _ => ActivityKind::ForcePush,
        };
        let entry = Activity { id, before: moved.before, after: moved.after, ref_name: moved.name.to_owned(), at, kind, actor: moved.by };
        repository.activity.push(entry);
        repository.pushed_at = at;
    }

    fn record_push(&mut self, moved: &Moved<'_>, after: Oid) -> u64 {
        let (id, at) = (self.next_id(), self.now());
        let push = Push { id, pusher: moved.by, ref_name: moved.name.to_owned(), before: moved.before, after, at };
        if let Some(repository) = self.repository_mut(moved.repository) {
            repository.pushes.push(push);
        }
        id
    }

    /// One suite for each app and commit: a commit that is pushed to a second branch gets no new one. Pushes made with a workflow's
    /// own token start no workflow, so they make no suite of GitHub Actions.
    fn make_suites(&mut self, moved: &Moved<'_>, push: u64, (branch, after): (&str, Oid)) {
        let apps: Vec<u64> = self.apps.iter().map(|app| app.id).filter(|app| *app != ACTIONS_APP || moved.by != ACTIONS_BOT).collect();
        for app in apps {
            let known = self.repository(moved.repository).is_none_or(|repository| repository.suites_of(after).any(|suite| suite.app == app));
            if known {
                continue;
            }
            let (id, at) = (self.next_id(), self.now());
            let suite = CheckSuite { id, app, head: after, branch: Some(branch.to_owned()), push: Some(push), run: None, created_at: at, updated_at: at };
            if let Some(repository) = self.repository_mut(moved.repository) {
                repository.suites.push(suite);
            }
        }
    }

    /// Open pull requests follow their head branch; where it is deleted they are closed.
    fn move_heads(&mut self, moved: &Moved<'_>, branch: &str) {
        let at = self.now();
        for index in 0..self.repositories.len() {
            let ids: Vec<u64> = (0..self.repositories[index].pulls.len()).map(|_| self.next_id()).collect();
            let repository = &mut self.repositories[index];
            for (pull, id) in repository.pulls.iter_mut().zip(ids) {
                if !pull.is_open() || pull.head_repository != Some(moved.repository) || pull.head != branch {
                    continue;
                }
                let Some(after) = moved.after else {
                    close(pull, TimelineEvent { id, at, actor: moved.by, kind: TimelineKind::Closed });
                    continue;
                };
                let before = pull.head_sha;
                if !repository.git.contains(after, before) {
                    pull.events.push(TimelineEvent { id, at, actor: moved.by, kind: TimelineKind::HeadForcePushed { before, after } });
                }
                pull.head_sha = after;
                pull.base_sha = repository.git.branch(&pull.base).unwrap_or(pull.base_sha);
                pull.updated_at = at;
                let rules = repository.rulesets.iter().filter(|set| set.branch == pull.base).flat_map(|set| &set.rules);
                if rules.into_iter().any(|rule| matches!(rule, Rule::PullRequest(review) if review.dismiss_stale)) {
                    dismiss_approvals(pull);
                }
            }
        }
    }

    /// A push to a base branch that contains a pull request's head merges that pull request.
    fn merge_contained(&mut self, moved: &Moved<'_>, branch: &str, after: Oid) {
        let (id, at) = (self.next_id(), self.now());
        let Some(repository) = self.repository_mut(moved.repository) else { return };
        let git = &repository.git;
        for pull in repository.pulls.iter_mut().filter(|pull| pull.is_open() && pull.base == branch) {
            if moved.before.is_some_and(|before| !git.contains(before, pull.head_sha)) && git.contains(after, pull.head_sha) {
                pull.state = PullState::Merged;
                pull.merged = Some(Merge { at, by: moved.by, commit: after });
                pull.closed_at = Some(at);
                pull.updated_at = at;
                pull.events.push(TimelineEvent { id, at, actor: moved.by, kind: TimelineKind::Merged { commit: after } });
            }
        }
    }
}

fn close(pull: &mut Pull, event: TimelineEvent) {
    pull.state = PullState::Closed;
    pull.closed_at = Some(event.at);
    pull.updated_at = event.at;
    pull.events.push(event);
}

fn dismiss_approvals(pull: &mut Pull) {
    for review in pull.reviews.iter_mut().filter(|review| review.state == ReviewState::Approved) {
        review.state = ReviewState::Dismissed;
    }
}
