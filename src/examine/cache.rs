//! What was found clean before, kept in git's own folder: `shipgate/clean`. A content at a path, looked at by the same checks with the same rules of the same
//! program, is not looked at twice. Nothing depends on it: a file that is missing, cut, altered or not writable is one that knows less.
//!
//! The file is a head and entries of twenty bytes, each a hash; it is only ever added to, in one write, or begun anew under another name that then replaces it.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};

use super::look::Known;
use crate::checks::{Check, CheckRules};
use crate::domain::{ObjectId, RepoPath};

const HEAD: &[u8] = b"shipgate: clean contents, 1\n";
const ENTRY: usize = 20;
/// The largest file, in bytes: about a hundred thousand contents.
const MOST: u64 = 2 * 1024 * 1024;

type Entry = [u8; ENTRY];

/// What was found clean.
#[derive(Debug)]
pub(super) struct Cache {
    file: PathBuf,
    salt: [u8; 32],
    known: OnceLock<HashSet<Entry>>,
    fresh: Mutex<Vec<Entry>>,
}

/// What an answer depends on, besides the content and its path.
pub(super) struct Basis<'a> {
    /// What the policy says.
    pub(super) rules: &'a CheckRules,
    /// The checks in force.
    pub(super) checks: Vec<Check>,
    /// Rules that the policy names as a file.
    pub(super) own_rules: Option<Vec<u8>>,
}

impl Cache {
    /// The cache in this folder of git's, for answers that rest on this.
    ///
    /// # Panics
    /// Never: rules are plain data.
    pub(super) fn new(common_dir: &Path, basis: &Basis<'_>) -> Self {
        let mut hash = Sha256::new();
        hash.update(program());
        hash.update(serde_json::to_vec(basis.rules).expect("rules are plain data"));
        for check in &basis.checks {
            hash.update(check.id());
            hash.update([0]);
        }
        hash.update(basis.own_rules.as_deref().unwrap_or_default());
        Self { file: common_dir.join("shipgate").join("clean"), salt: hash.finalize().into(), known: OnceLock::new(), fresh: Mutex::default() }
    }

    fn entry(&self, path: &RepoPath, id: &ObjectId) -> Entry {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(id.as_str());
        hash.update(path.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut entry = [0; ENTRY];
        entry.copy_from_slice(&digest[..ENTRY]);
        entry
    }

    fn known(&self) -> &HashSet<Entry> {
        self.known.get_or_init(|| read(&self.file).unwrap_or_default())
    }

    /// Keeps what was found clean since. Where that cannot be, it is looked at again next time.
    pub(super) fn keep(self) {
        let fresh = self.fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !fresh.is_empty() {
            let _looked_at_again = write(&self.file, &fresh);
        }
    }
}

impl Known for Cache {
    fn is_clean(&self, path: &RepoPath, id: &ObjectId) -> bool {
        let known = self.known();
        !known.is_empty() && known.contains(&self.entry(path, id))
    }

    fn remember(&self, path: &RepoPath, id: &ObjectId) {
        let entry = self.entry(path, id);
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }
}

/// This very program: its version, and which build of it, as far as its file tells.
fn program() -> String {
    let about = std::env::current_exe().and_then(std::fs::metadata);
    let built = about.and_then(|about| Ok((about.len(), about.modified()?))).ok();
    format!("{} {built:?}", env!("CARGO_PKG_VERSION"))
}

fn read(path: &Path) -> Option<HashSet<Entry>> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).ok()?;
    let entries = bytes.strip_prefix(HEAD)?.chunks_exact(ENTRY);
    Some(entries.filter_map(|entry| entry.try_into().ok()).collect())
}

/// The file, where it is one: nothing else is opened.
fn open(path: &Path) -> Option<File> {
    std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    File::open(path).ok()
}

fn write(path: &Path, fresh: &[Entry]) -> std::io::Result<()> {
    let bytes = fresh.concat();
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)?;
    if goes_on(path, bytes.len() as u64) {
        return OpenOptions::new().append(true).open(path)?.write_all(&bytes);
    }
    let most = usize::try_from(MOST).unwrap_or(usize::MAX) / 2 / ENTRY * ENTRY;
    let other = folder.join(format!("clean.{}", std::process::id()));
    let written = File::create_new(&other).and_then(|mut file| {
        file.write_all(HEAD)?;
        file.write_all(&bytes[..bytes.len().min(most)])
    });
    written.and_then(|()| std::fs::rename(&other, path)).inspect_err(|_| {
        let _gone = std::fs::remove_file(&other);
    })
}

/// True where entries can be added to the file: it is ours, whole, and has room.
fn goes_on(path: &Path, more: u64) -> bool {
    let head = HEAD.len() as u64;
    let Some(file) = open(path) else { return false };
    let Ok(length) = file.metadata().map(|about| about.len()) else { return false };
    let mut begin = Vec::new();
    let is_ours = file.take(head).read_to_end(&mut begin).is_ok() && begin == HEAD;
    is_ours && (length - head).is_multiple_of(ENTRY as u64) && length + more <= MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, rules: &CheckRules) -> Cache {
        Cache::new(folder, &Basis { rules, checks: vec![Check::Secrets], own_rules: None })
    }

    fn id(digit: char) -> ObjectId {
        ObjectId::new(digit.to_string().repeat(40)).expect("an id")
    }

    #[test]
    fn h3_what_was_clean_is_known_for_the_same_path_content_rules_and_checks_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let rules = CheckRules::default();
        let (path, other) = (RepoPath::new(*b"a"), RepoPath::new(*b"b"));
        let first = cache(folder.path(), &rules);
        assert!(!first.is_clean(&path, &id('a')));
        first.remember(&path, &id('a'));
        first.keep();
        let again = cache(folder.path(), &rules);
        assert!(again.is_clean(&path, &id('a')) && !again.is_clean(&other, &id('a')) && !again.is_clean(&path, &id('b')));
        let changed = CheckRules { off: [("secrets/x".to_owned(), "y".to_owned())].into(), ..CheckRules::default() };
        assert!(!cache(folder.path(), &changed).is_clean(&path, &id('a')));
        let more = Cache::new(folder.path(), &Basis { rules: &rules, checks: vec![Check::Secrets], own_rules: Some(b"x".to_vec()) });
        assert!(!more.is_clean(&path, &id('a')));
    }

    #[test]
    fn h3_a_cache_that_is_cut_altered_or_full_is_begun_anew_and_one_that_cannot_be_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let rules = CheckRules::default();
        let (path, file) = (RepoPath::new(*b"a"), folder.path().join("shipgate/clean"));
        for damage in [b"".to_vec(), b"nonsense".to_vec(), [HEAD, b"cut off"].concat(), [HEAD, &vec![7; 3 << 20]].concat()] {
            std::fs::create_dir_all(folder.path().join("shipgate")).expect("a folder");
            std::fs::write(&file, &damage).expect("written");
            let first = cache(folder.path(), &rules);
            assert!(!first.is_clean(&path, &id('a')));
            first.remember(&path, &id('a'));
            first.keep();
            assert_eq!(std::fs::metadata(&file).expect("there").len(), (HEAD.len() + ENTRY) as u64);
            assert!(cache(folder.path(), &rules).is_clean(&path, &id('a')));
        }
        std::fs::remove_file(&file).expect("removed");
        std::fs::create_dir(&file).expect("a folder instead");
        let none = cache(folder.path(), &rules);
        none.remember(&path, &id('a'));
        assert!(!none.is_clean(&path, &id('a')));
        none.keep();
        assert_eq!(std::fs::read_dir(folder.path().join("shipgate")).expect("a folder").count(), 1, "nothing is left behind");
    }
}
