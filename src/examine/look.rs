//! Looks into versions of files, several at a time, and says what is new in each. Its answer depends on nothing but what it is given: not on the order in which
//! threads come by, nor on what was known to be clean before.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use super::content::{Content, Contents, Stored};
use super::fresh::{Old, key};
use super::standing::{Standing, lasts};
use super::windows::{Kind, Window};
use crate::checks::secrets::{SecretRules, Secrets};
use crate::checks::{Alone, Check, CheckRules, FileCheck, Finding, Level, Mode, Near, Source, decode};
use crate::domain::{ObjectId, RepoPath, Span};
use crate::ports::{Change, Version};
use crate::report::findings::{Examined, Excerpt, Found, Looked, Subject, Unread, Walker};

/// How many findings of one version are told one by one; the rest is only counted.
const MOST_OF_ONE: usize = 500;
/// How many findings are told one by one in all: nobody reads more, and they must fit into memory.
const MOST_IN_ALL: usize = 20_000;
/// Fewer versions than these are looked into by one thread: starting another costs more.
const FEW: usize = 8;
/// More threads than these wait for each other.
const MOST_THREADS: usize = 8;

/// What versions are looked into with.
pub(super) struct Looker<'a, 'n> {
    pub(super) rules: &'a CheckRules,
    pub(super) checks: &'a [Box<dyn FileCheck>],
    pub(super) contents: Contents<'a>,
    /// What lies near a version: told by its commit.
    pub(super) near: &'a (dyn Fn(Option<&ObjectId>) -> Box<dyn Near + 'n> + Sync),
    /// What was found clean before.
    pub(super) known: &'a dyn Known,
    /// How many versions were looked into so far.
    pub(super) done: &'a AtomicUsize,
}

/// What was found clean before, and what is now.
pub(super) trait Known: Sync {
    /// True where this content at this path was clean.
    fn is_clean(&self, path: &RepoPath, id: &ObjectId) -> bool;
    /// It is clean.
    fn remember(&self, path: &RepoPath, id: &ObjectId);
}

/// Nothing is known and nothing is remembered.
pub(super) struct Nothing;

impl Known for Nothing {
    fn is_clean(&self, _: &RepoPath, _: &ObjectId) -> bool {
        false
    }

    fn remember(&self, _: &RepoPath, _: &ObjectId) {}
}

/// What came of one version.
#[derive(Debug, Default)]
struct Outcome {
    found: Vec<Found>,
    looked: Looked,
    unread: Vec<Unread>,
    notices: Vec<String>,
    unshown_stop: usize,
    /// The findings that the version has, new or not, of checks for which it counts whether they are mended.
    names: HashSet<(Check, String, String)>,
}

/// What a version's text gave.
struct Seen {
    findings: Vec<Finding>,
    /// Whether a check asked for a file nearby: then the answer depends on more than this content.
    asked: bool,
    off: usize,
    allowed: usize,
}

impl Looker<'_, '_> {
    /// Looks into every change, and takes note of what is left where.
    pub(super) fn look(&self, changes: &[Change], standing: &mut Standing) -> Examined {
        let order = order(changes);
        let outcomes = self.all(&order, |change| self.one(change));
        let mut pools = self.deleted(changes, &order, &outcomes);
        let mut examined = Examined::default();
        for (change, mut outcome) in order.into_iter().zip(outcomes) {
            if change.before.is_empty()
                && let Some(pool) = pools.get_mut(&change.commit)
            {
                outcome.found.retain(|found| !pool.takes(&found.finding));
            }
            standing.note(change, std::mem::take(&mut outcome.names));
            let room = MOST_IN_ALL.saturating_sub(examined.found.len());
            for found in outcome.found.drain(room.min(outcome.found.len())..) {
                examined.looked.unshown += 1;
                examined.unshown_stop += usize::from(found.finding.level == Level::Stop);
            }
            examined.found.append(&mut outcome.found);
            examined.unread.append(&mut outcome.unread);
            examined.notices.append(&mut outcome.notices);
            examined.looked = examined.looked.and(outcome.looked);
            examined.unshown_stop += outcome.unshown_stop;
        }
        examined
    }

    /// Does something with every change, several at a time; the answers come in the order of the changes.
    fn all<T: Send>(&self, changes: &[&Change], act: impl Fn(&Change) -> T + Sync) -> Vec<T> {
        let threads = if changes.len() < FEW { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS) };
        let next = AtomicUsize::new(0);
        let answers: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(changes.len()));
        let work = || {
            let mut own = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(change) = changes.get(at) else { break };
                own.push((at, act(change)));
                self.done.fetch_add(1, Ordering::Relaxed);
            }
            answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut own);
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                // Where the system gives no more threads, this one does it alone.
                let _ = std::thread::Builder::new().name("look".to_owned()).spawn_scoped(scope, work);
            }
            work();
        });
        let mut answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        answers.sort_unstable_by_key(|(at, _)| *at);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// What is new in one change.
    fn one(&self, change: &Change) -> Outcome {
        let mut outcome = Outcome::default();
        if change.to == Version::Deleted {
            return outcome;
        }
        if self.rules.excludes(&change.path) {
            outcome.looked.excluded += 1;
            return outcome;
        }
        let concerned = self.concerned(&change.path);
        if let Version::Blob(id, mode) = &change.to
            && *mode != Mode::Submodule
            && self.known.is_clean(&change.path, id)
        {
            outcome.looked.files += 1;
            outcome.looked.known += 1;
            return outcome;
        }
        match self.contents.of(&change.path, &change.to) {
            Err(why) => outcome.unread.push(unread(change, why)),
            Ok(Content::Gone) => {}
            Ok(Content::Submodule) => outcome.looked.submodules += 1,
            Ok(Content::Special) => outcome.notices.push(format!("{} is no file but a pipe, a socket or a device: passed over", change.path)),
            Ok(Content::Large(mode, size)) => self.large(change, (mode, size), &concerned, &mut outcome),
            Ok(Content::Whole(mode, bytes)) => self.whole(change, (mode, &bytes), &concerned, &mut outcome),
        }
        outcome
    }

    fn whole(&self, change: &Change, (mode, bytes): (Mode, &[u8]), concerned: &[&dyn FileCheck], outcome: &mut Outcome) {
        outcome.looked.files += 1;
        outcome.looked.bytes += bytes.len() as u64;
        let text = decode(bytes);
        outcome.looked.binary += usize::from(text.is_none());
        let seen = self.see(change, (mode, bytes.len() as u64, text.as_deref()), concerned);
        outcome.looked.off += seen.off;
        outcome.looked.allowed += seen.allowed;
        if seen.findings.is_empty() {
            if let Version::Blob(id, _) = &change.to
                && !seen.asked
            {
                self.known.remember(&change.path, id);
            }
            return;
        }
        let mut hidden: Vec<Span> = seen.findings.iter().flat_map(|finding| finding.hidden.iter().copied()).collect();
        hidden.extend(self.secret_besides(change, text.as_deref().unwrap_or_default()));
        outcome.names.extend(seen.findings.iter().filter(|finding| !lasts(finding.check)).map(key));
        match self.fresh(change, seen.findings) {
            Err(why) => outcome.unread.push(unread(change, why)),
            Ok(findings) => {
                let mut walker = Walker::new(text.as_deref().unwrap_or_default(), hidden.into_iter());
                for finding in findings {
                    let excerpt = finding.span.filter(|_| outcome.found.len() < MOST_OF_ONE).map(|span| walker.excerpt(span));
                    tell(outcome, change, (finding, excerpt));
                }
            }
        }
    }

    /// What is hidden in excerpts although the check of secrets does not look.
    fn secret_besides(&self, change: &Change, text: &str) -> Vec<Span> {
        static LIKELY: OnceLock<Option<Secrets>> = OnceLock::new();
        if self.checks.iter().any(|check| check.check() == Check::Secrets) {
            return Vec::new();
        }
        let Some(secrets) = LIKELY.get_or_init(|| Secrets::new(&SecretRules::default(), None).ok()) else { return Vec::new() };
        let source = Source { path: &change.path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone };
        secrets.findings(&source).into_iter().flat_map(|finding| finding.hidden).collect()
    }

    /// What needs no text, and piece by piece what looks at lines.
    fn large(&self, change: &Change, (mode, size): (Mode, u64), concerned: &[&dyn FileCheck], outcome: &mut Outcome) {
        outcome.looked.files += 1;
        outcome.looked.bytes += size;
        let mut told: Vec<(Finding, Option<Excerpt>)> = Vec::new();
        let seen = self.see(change, (mode, size, None), concerned);
        outcome.looked.off += seen.off;
        told.extend(seen.findings.into_iter().map(|finding| (finding, None)));
        let mut pieces = Pieces::default();
        let visited = self.contents.pieces(&change.path, &change.to, &mut |window| {
            let seen = self.see(change, (mode, size, Some(window.text)), &of_lines(concerned));
            outcome.looked.off += seen.off;
            outcome.looked.allowed += seen.allowed;
            pieces.add(window, seen.findings, &mut told);
        });
        match visited {
            Err(why) => outcome.unread.push(unread(change, why)),
            Ok(Kind::Binary) => outcome.looked.binary += 1,
            Ok(Kind::Text) => outcome.notices.push(format!("{} has {size} bytes: only secrets and conflict markers were looked for in it", change.path)),
        }
        outcome.looked.unshown += pieces.unshown;
        outcome.unshown_stop += pieces.unshown_stop;
        outcome.names.extend(told.iter().map(|(finding, _)| finding).filter(|finding| !lasts(finding.check)).map(key));
        let findings: Vec<Finding> = told.iter().map(|(finding, _)| finding.clone()).collect();
        match self.old(change, &findings) {
            Err(why) => outcome.unread.push(unread(change, why)),
            Ok(mut old) => told.into_iter().filter(|(finding, _)| !old.takes(finding)).for_each(|one| tell(outcome, change, one)),
        }
    }

    /// What the checks find in a content, without what is switched off, in the order of the text.
    fn see(&self, change: &Change, (mode, size, text): (Mode, u64, Option<&str>), checks: &[&dyn FileCheck]) -> Seen {
        let near = Watched { near: (self.near)(change.commit.as_ref()), asked: AtomicBool::new(false) };
        let source = Source { path: &change.path, mode, size, text, near: &near };
        let (mut findings, mut allowed) = (Vec::new(), 0);
        for check in checks {
            let mut looked = check.looked(&source);
            findings.append(&mut looked.findings);
            allowed += looked.allowed.len();
        }
        let all = findings.len();
        findings.retain(|finding| !self.rules.is_off(finding.check, &finding.rule));
        let off = all - findings.len();
        findings.sort_by(|one, other| (one.span, one.check, &one.rule).cmp(&(other.span, other.check, &other.rule)));
        Seen { findings, asked: near.asked.into_inner(), off, allowed }
    }

    /// These findings without those of the contents before.
    fn fresh(&self, change: &Change, findings: Vec<Finding>) -> Result<Vec<Finding>, String> {
        let mut old = self.old(change, &findings)?;
        Ok(old.take_from(findings))
    }

    /// What of these findings the contents before had, as far as it is told by the checks that found something now.
    fn old(&self, change: &Change, findings: &[Finding]) -> Result<Old, String> {
        let mut old = Old::default();
        if findings.is_empty() {
            return Ok(old);
        }
        let found = |check: &&dyn FileCheck| findings.iter().any(|finding| finding.check == check.check());
        let checks: Vec<&dyn FileCheck> = self.concerned(&change.path).into_iter().filter(found).collect();
        for id in &change.before {
            self.add_old(change, id, &checks, &mut old)?;
        }
        Ok(old)
    }

    fn add_old(&self, change: &Change, id: &ObjectId, checks: &[&dyn FileCheck], old: &mut Old) -> Result<(), String> {
        let size = match self.contents.blob(id)? {
            Stored::Whole(bytes) => {
                old.add(&self.see(change, (Mode::File, bytes.len() as u64, decode(&bytes).as_deref()), checks).findings);
                return Ok(());
            }
            Stored::TooLarge(size) => size,
        };
        old.add(&self.see(change, (Mode::File, size, None), checks).findings);
        let (mut pieces, mut all) = (Pieces::default(), Vec::new());
        self.contents.pieces_of(id, &mut |window| {
            pieces.add(window, self.see(change, (Mode::File, size, Some(window.text)), &of_lines(checks)).findings, &mut all);
        })?;
        let findings: Vec<Finding> = all.into_iter().map(|(finding, _)| finding).collect();
        old.add(&findings);
        Ok(())
    }

    fn concerned(&self, path: &RepoPath) -> Vec<&dyn FileCheck> {
        self.checks.iter().map(AsRef::as_ref).filter(|check| check.concerns(path)).collect()
    }

    /// What was found in files that a commit deletes, for each commit that adds a file with findings: it may have been moved.
    fn deleted(&self, changes: &[Change], order: &[&Change], outcomes: &[Outcome]) -> BTreeMap<Option<ObjectId>, Old> {
        let added = |(change, outcome): &(&&Change, &Outcome)| change.before.is_empty() && !outcome.found.is_empty();
        let mut pools: BTreeMap<Option<ObjectId>, Old> =
            order.iter().zip(outcomes).filter(added).map(|(change, _)| (change.commit.clone(), Old::default())).collect();
        if pools.is_empty() {
            return pools;
        }
        let gone: Vec<&Change> = changes.iter().filter(|change| change.to == Version::Deleted && pools.contains_key(&change.commit)).collect();
        let findings = self.all(&gone, |change| self.gone(change));
        for (change, old) in gone.iter().zip(findings) {
            pools.entry(change.commit.clone()).or_default().join(old);
        }
        pools
    }

    /// What stood in a deleted file. What cannot be read accounts for nothing.
    fn gone(&self, change: &Change) -> Old {
        let (checks, mut old) = (self.concerned(&change.path), Old::default());
        for id in &change.before {
            let _nothing = self.add_old(change, id, &checks, &mut old);
        }
        old
    }
}

fn unread(change: &Change, why: String) -> Unread {
    Unread { path: Some(change.path.clone()), commit: change.commit.clone(), why }
}

/// The checks that look at lines, and so can look at a file in pieces.
fn of_lines<'a>(checks: &[&'a dyn FileCheck]) -> Vec<&'a dyn FileCheck> {
    checks.iter().copied().filter(|check| matches!(check.check(), Check::Secrets | Check::Conflicts)).collect()
}

/// The findings of a file's pieces, each once although pieces overlap.
#[derive(Default)]
struct Pieces {
    /// What lies in the part that comes again: rule and place in the file.
    again: HashSet<(Check, String, usize, usize)>,
    count: usize,
    unshown: usize,
    unshown_stop: usize,
}

impl Pieces {
    fn add(&mut self, window: &Window<'_>, findings: Vec<Finding>, told: &mut Vec<(Finding, Option<Excerpt>)>) {
        let hidden: Vec<Span> = findings.iter().flat_map(|finding| finding.hidden.iter().copied()).collect();
        let mut walker = Walker::new(window.text, hidden.into_iter()).from(window.start);
        let before = std::mem::take(&mut self.again);
        for finding in findings {
            let Some(span) = finding.span else { continue };
            let excerpt = walker.excerpt(span);
            let place = (finding.check, finding.rule.clone().into_owned(), excerpt.start.line, excerpt.start.column);
            let is_known = before.contains(&place);
            if span.start + window.again >= window.text.len() {
                self.again.insert(place);
            }
            if is_known {
                continue;
            }
            self.count += 1;
            if self.count > MOST_OF_ONE * 10 {
                self.unshown += 1;
                self.unshown_stop += usize::from(finding.level == Level::Stop);
            } else {
                told.push((finding, Some(excerpt)));
            }
        }
    }
}

/// A finding becomes what is told, or is counted where there are too many.
fn tell(outcome: &mut Outcome, change: &Change, (finding, excerpt): (Finding, Option<Excerpt>)) {
    if outcome.found.len() == MOST_OF_ONE {
        outcome.looked.unshown += 1;
        outcome.unshown_stop += usize::from(finding.level == Level::Stop);
        return;
    }
    outcome.found.push(Found { finding, subject: Subject::File(change.path.clone()), commit: change.commit.clone(), reference: None, excerpt });
}

/// The changes in the order in which they are told: commits as they come, paths by their bytes.
fn order(changes: &[Change]) -> Vec<&Change> {
    let mut commits: BTreeMap<Option<&ObjectId>, usize> = BTreeMap::new();
    for change in changes {
        let next = commits.len();
        commits.entry(change.commit.as_ref()).or_insert(next);
    }
    let mut order: Vec<&Change> = changes.iter().collect();
    order.sort_by(|one, other| (commits[&one.commit.as_ref()], &one.path).cmp(&(commits[&other.commit.as_ref()], &other.path)));
    order
}

/// What lies near, and whether anybody asked.
struct Watched<'a> {
    near: Box<dyn Near + 'a>,
    asked: AtomicBool,
}

impl Near for Watched<'_> {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.asked.store(true, Ordering::Relaxed);
        self.near.read(path)
    }

    fn list(&self, folder: &RepoPath) -> Vec<RepoPath> {
        self.asked.store(true, Ordering::Relaxed);
        self.near.list(folder)
    }
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
