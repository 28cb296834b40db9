//! Which findings of commits still stand at the end. A fault that a later commit of the same push mends stops nobody: what counts is what arrives. Not so for
//! what stays in the history for ever: secrets and large files.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::fresh::key;
use crate::checks::Check;
use crate::domain::{ObjectId, RepoPath};
use crate::ports::{Change, NewCommit};
use crate::report::findings::{Examined, Found, Subject};

/// True where a finding of this check counts although it is mended later.
pub(super) fn lasts(check: Check) -> bool {
    matches!(check, Check::Secrets | Check::Size | Check::Refs | Check::Messages)
}

/// What commits made of paths with findings that may be mended.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// For each path: the commits that changed it since a finding there, and the findings that the path has in them.
    left: HashMap<RepoPath, BTreeMap<ObjectId, HashSet<Name>>>,
}

type Name = (Check, String, String);

impl Standing {
    /// Takes note of what a commit changes, and of the findings that the path has then, new or not; parents come first.
    pub(super) fn note(&mut self, change: &Change, names: HashSet<Name>) {
        let Some(commit) = &change.commit else { return };
        if !names.is_empty() || self.left.contains_key(&change.path) {
            self.left.entry(change.path.clone()).or_default().insert(commit.clone(), names);
        }
    }

    /// Takes out what is mended before any of the tips, and counts it. Commits without children among these are tips, too.
    pub(super) fn settle(&self, examined: &mut Examined, commits: &[NewCommit], tips: &[ObjectId]) {
        if !examined.found.iter().any(|found| !lasts(found.finding.check) && found.commit.is_some()) {
            return;
        }
        let mut children: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
        for commit in commits {
            for parent in &commit.parents {
                children.entry(parent).or_default().push(&commit.id);
            }
        }
        let graph = Graph { children, tips: tips.iter().collect() };
        let before = examined.found.len();
        examined.found.retain(|found| self.stands(found, &graph));
        examined.looked.mended += before - examined.found.len();
    }

    fn stands(&self, found: &Found, graph: &Graph<'_>) -> bool {
        let (Some(commit), Subject::File(path)) = (&found.commit, &found.subject) else { return true };
        if lasts(found.finding.check) {
            return true;
        }
        let name = key(&found.finding);
        let left = self.left.get(path);
        let mends = |commit: &ObjectId| left.and_then(|left| left.get(commit)).is_some_and(|names| !names.contains(&name));
        let (mut seen, mut ahead) = (HashSet::new(), vec![commit]);
        while let Some(at) = ahead.pop() {
            let next = graph.children.get(at).map(Vec::as_slice).unwrap_or_default();
            if next.is_empty() || graph.tips.contains(at) {
                return true;
            }
            ahead.extend(next.iter().copied().filter(|child| !mends(child) && seen.insert(*child)));
        }
        false
    }
}

struct Graph<'a> {
    children: HashMap<&'a ObjectId, Vec<&'a ObjectId>>,
    tips: BTreeSet<&'a ObjectId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Finding, Level};
    use crate::ports::{Depth, Version};

    fn id(number: usize) -> ObjectId {
        ObjectId::new(format!("{number:040x}")).expect("an id")
    }

    fn commit(number: usize, parents: &[usize]) -> NewCommit {
        NewCommit { id: id(number), parents: parents.iter().map(|parent| id(*parent)).collect(), message: Vec::new(), depth: Depth::Whole }
    }

    fn finding(check: Check) -> Finding {
        Finding::new(check, "r", Level::Stop, "it")
    }

    /// What stands of a finding of commit 1 where the commits of `mended` change the file without it, and those of `kept` with it.
    fn stands(check: Check, commits: &[NewCommit], (mended, kept): (&[usize], &[usize]), tips: &[usize]) -> bool {
        let path = RepoPath::new(*b"a");
        let mut standing = Standing::default();
        for commit in commits {
            let number = (0..9).find(|number| id(*number) == commit.id).expect("a small number");
            let change = Change { commit: Some(commit.id.clone()), path: path.clone(), to: Version::Deleted, before: Vec::new() };
            if number == 1 || kept.contains(&number) {
                standing.note(&change, HashSet::from([key(&finding(check))]));
            } else if mended.contains(&number) {
                standing.note(&change, HashSet::new());
            }
        }
        let found = Found::all_in_text(vec![finding(check)], "", &Subject::File(path)).remove(0).by(&id(1));
        let mut examined = Examined { found: vec![found], ..Examined::default() };
        standing.settle(&mut examined, commits, &tips.iter().map(|tip| id(*tip)).collect::<Vec<_>>());
        assert_eq!(examined.found.len() + examined.looked.mended, 1);
        !examined.found.is_empty()
    }

    #[test]
    fn h3_a_fault_that_a_later_commit_mends_does_not_count_and_a_secret_does() {
        let line = [commit(1, &[0]), commit(2, &[1]), commit(3, &[2])];
        assert!(stands(Check::Dockerfile, &line, (&[], &[]), &[]));
        assert!(stands(Check::Dockerfile, &line, (&[], &[2, 3]), &[]));
        assert!(!stands(Check::Dockerfile, &line, (&[3], &[2]), &[]));
        assert!(stands(Check::Dockerfile, &line, (&[3], &[]), &[2]), "another ref is pushed that still has it");
        assert!(stands(Check::Secrets, &line, (&[3], &[]), &[]) && stands(Check::Size, &line, (&[2], &[]), &[]));
        let fork = [commit(1, &[0]), commit(2, &[1]), commit(3, &[1])];
        assert!(stands(Check::Dockerfile, &fork, (&[2], &[]), &[]) && !stands(Check::Dockerfile, &fork, (&[2, 3], &[]), &[]));
        let merge = [commit(1, &[0]), commit(2, &[1]), commit(3, &[1]), commit(4, &[2, 3])];
        assert!(stands(Check::Dockerfile, &merge, (&[2], &[]), &[]), "the merge may have taken the other side");
        assert!(!stands(Check::Dockerfile, &merge, (&[2, 4], &[]), &[]));
    }
}
