//! Whose approval does not count, whoever they are: author, committers, pusher, requester, as the policy says. People are told apart by id.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Login, Person, PersonId, shown};
use crate::facts::{Commit, Contributor, Facts, PullRequest, Why};
use crate::gates::case::Case;
use crate::policy::Excluded;

/// The people excluded, and what could not be found out about them.
#[derive(Debug, Default)]
pub struct Exclusion {
    out: BTreeMap<PersonId, Out>,
    /// Asked for many times, made at most once.
    ids: OnceCell<BTreeMap<String, PersonId>>,
    /// Whom it could not tell: while there is one, no count of approvals can be trusted.
    pub gaps: Vec<Gap>,
    /// What a reader must know: contributors who belong to no account cannot be kept out.
    pub notes: Vec<String>,
}

/// Somebody excluded.
#[derive(Debug, Default)]
struct Out {
    logins: BTreeSet<Login>,
    because: BTreeSet<&'static str>,
}

/// Somebody to be excluded who is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Who pushed the head.
    Pusher(Why),
    /// Who took part in the commits.
    Commits(Why),
}

impl Exclusion {
    /// Whom the environment's approval rule excludes in this case.
    pub fn of(case: &Case<'_>) -> Self {
        let mut exclusion = Self::default();
        for excluded in &case.environment.gates.approval.exclude {
            match excluded {
                Excluded::Author => exclusion.add_author(&case.facts.pull),
                Excluded::Committers => exclusion.add_committers(&case.facts.pull),
                Excluded::Pusher => exclusion.add_pusher(case.facts),
                Excluded::Requester => exclusion.add(&case.request.actor, "asked for this deployment"),
            }
        }
        exclusion
    }

    /// Why somebody is excluded; `None` where they are not.
    pub fn why(&self, person: PersonId) -> Option<String> {
        self.out.get(&person).map(|out| out.because.iter().copied().collect::<Vec<_>>().join(", "))
    }

    /// True when somebody of that login is excluded.
    pub fn names(&self, login: &Login) -> bool {
        self.out.values().flat_map(|out| &out.logins).any(|known| known.as_str().eq_ignore_ascii_case(login.as_str()))
    }

    /// The id of that login's account, where the facts name it: so that one person in a list and in a team is counted once.
    pub fn id_of(&self, login: &Login, facts: &Facts) -> Option<PersonId> {
        self.ids.get_or_init(|| ids_by_login(facts)).get(&login.as_str().to_ascii_lowercase()).copied()
    }

    fn add(&mut self, person: &Person, because: &'static str) {
        let out = self.out.entry(person.id).or_default();
        out.logins.insert(person.login.clone());
        out.because.insert(because);
    }

    fn add_author(&mut self, pull: &PullRequest) {
        match &pull.author {
            Some(author) => self.add(author, "opened the pull request"),
            None => self.notes.push("ATTENTION: the account that opened this pull request is gone, so that its owner cannot be kept from approving".to_owned()),
        }
    }

    /// An app that pushed may have pushed anybody's work: any workflow of the repository pushes as one. Only an app's own pull request is its own work.
    fn add_pusher(&mut self, facts: &Facts) {
        let pull = &facts.pull;
        let own_work = |by: &Person| pull.author.as_ref() == Some(by) && facts.viewer.as_ref().is_some_and(|viewer| viewer != by);
        match pull.pushed_by.get() {
            Ok(push) if push.by.is_human() || own_work(&push.by) => self.add(&push.by, "pushed the commit"),
            Ok(push) => {
                let why = Why::new(format!("{} pushed it, which is no human's account, and nothing tells whose work it is", push.by.login));
                self.gaps.push(Gap::Pusher(why.mended_by("a person pushes the branch, or the policy's `approval.exclude` leaves `pusher` out")));
            }
            Err(why) => self.gaps.push(Gap::Pusher(why)),
        }
    }

    fn add_committers(&mut self, pull: &PullRequest) {
        let commits = match whole(pull) {
            Ok(commits) => commits,
            Err(why) => return self.gaps.push(Gap::Commits(why)),
        };
        let mut unattributed: BTreeSet<String> = BTreeSet::new();
        for contributor in commits.iter().flat_map(|commit| commit.authors.iter().chain(&commit.committer)) {
            match contributor {
                Contributor::Account(person) => self.add(person, "took part in the commits"),
                Contributor::Unattributed(address) => {
                    unattributed.insert(shown(address));
                }
            }
        }
        if !unattributed.is_empty() {
            let some = unattributed.iter().take(5).map(|address| format!("`{address}`")).collect::<Vec<_>>().join(", ");
            self.notes.push(format!(
                "ATTENTION: {} contributor address(es) of the commits belong to no account, so that their owners cannot be kept from approving: {some}",
                unattributed.len()
            ));
        }
    }
}

fn whole(pull: &PullRequest) -> Result<&[Commit], Why> {
    pull.commits.get()?.all().map_err(|cut| Why::new(format!("the commits: {cut}")).mended_by("split the pull request: it is too large to judge"))
}

/// The ids of all people the facts name, by lower-case login.
fn ids_by_login(facts: &Facts) -> BTreeMap<String, PersonId> {
    let pull = &facts.pull;
    let reviewers = pull.reviews.known().into_iter().flat_map(|list| &list.items).filter_map(|review| review.author.as_ref());
    let speakers = pull.comments.known().into_iter().flat_map(|list| &list.items).filter_map(|comment| comment.author.as_ref());
    let contributors = pull.commits.known().into_iter().flat_map(|list| &list.items).flat_map(|commit| commit.authors.iter().chain(&commit.committer));
    let accounts = contributors.filter_map(|contributor| if let Contributor::Account(person) = contributor { Some(person) } else { None });
    let others = pull.author.iter().chain(pull.pushed_by.known().map(|push| &push.by));
    reviewers.chain(speakers).chain(accounts).chain(others).map(|person| (person.login.as_str().to_ascii_lowercase(), person.id)).collect()
}
