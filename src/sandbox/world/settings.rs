//! How environments and branches are protected, and what the settings are.

use crate::sandbox::Sandbox;
use crate::sandbox::state::{BranchProtection, DeployFrom, Protection, Reviewer, Settings};

impl Sandbox {
    /// Changes how an environment is protected; it is made where there is none.
    pub fn protect_environment(&self, repository: &str, environment: &str, change: impl FnOnce(&mut Protection)) {
        self.environment(repository, environment);
        let mut state = self.state();
        let found = state.the_repository_mut(repository).environments.iter_mut().find(|known| known.name == environment);
        change(&mut found.expect("it was just made").protection);
    }

    /// One of these must approve what an environment gets: logins, and teams as `organisation/slug`.
    pub fn environment_reviewers(&self, repository: &str, environment: &str, reviewers: &[&str]) {
        let reviewers = {
            let state = self.state();
            let reviewer = |name: &&str| match name.split_once('/') {
                Some((organisation, slug)) => Reviewer::Team(state.team(organisation, slug).unwrap_or_else(|| panic!("the sandbox has no team {name}")).id),
                None => Reviewer::User(state.the_account(name)),
            };
            reviewers.iter().map(reviewer).collect()
        };
        self.protect_environment(repository, environment, |protection| protection.reviewers = reviewers);
    }

    /// Only branches that one of these patterns meets may be deployed to an environment.
    pub fn environment_branches(&self, repository: &str, environment: &str, patterns: &[&str]) {
        let patterns = {
            let mut state = self.state();
            patterns.iter().map(|pattern| (state.next_id(), (*pattern).to_owned())).collect()
        };
        self.protect_environment(repository, environment, |protection| protection.branches = DeployFrom::These(patterns));
    }

    /// Changes the classic protection of a branch; it is there from then on.
    pub fn protect_branch(&self, repository: &str, branch: &str, change: impl FnOnce(&mut BranchProtection)) {
        let mut state = self.state();
        let all = &mut state.the_repository_mut(repository).protections;
        if !all.iter().any(|known| known.branch == branch) {
            all.push(BranchProtection::of(branch));
        }
        change(all.iter_mut().find(|known| known.branch == branch).expect("it was just made"));
    }

    /// Changes a repository's settings.
    pub fn settings(&self, repository: &str, change: impl FnOnce(&mut Settings)) {
        change(&mut self.state().the_repository_mut(repository).settings);
    }
}
