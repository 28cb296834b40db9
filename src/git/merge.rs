//! Merging in memory with libgit2. Objects are checked against their ids as they are read, and what merging makes is never written to a disk.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, MergeOptions, ObjectType, Oid, Repository, RepositoryOpenFlags};

use crate::domain::{CommitSha, ObjectId};
use crate::ports::MergeQuestion;

/// How many files are compared for renames: fixed, so that every machine answers alike.
const RENAME_LIMIT: u32 = 1_000;
/// How alike, in percent, a renamed file must be: git's own figure.
const RENAME_THRESHOLD: u32 = 50;
/// Above libgit2's own places for objects (loose: 1, packed: 2): what is written stays in memory.
const FIRST: i32 = 1_000;

/// Opens the bare repository, with the objects of another one at hand where there is one.
pub(super) fn open(bare: &Path, other_objects: Option<&Path>) -> Result<Repository, git2::Error> {
    let repository = Repository::open_bare(bare)?;
    {
        let odb = repository.odb()?;
        odb.add_new_mempack_backend(FIRST)?;
        if let Some(objects) = other_objects {
            let path = objects.to_str().ok_or_else(|| git2::Error::from_str("the local repository's path is not UTF-8"))?;
            odb.add_disk_alternate(path)?;
        }
    }
    Ok(repository)
}

/// The folder of the objects of the repository in which this folder lies.
pub(super) fn objects_folder(folder: &Path) -> Option<PathBuf> {
    let none: [&Path; 0] = [];
    let repository = Repository::open_ext(folder, RepositoryOpenFlags::empty(), none).ok()?;
    let objects = repository.commondir().join("objects");
    objects.is_dir().then_some(objects)
}

/// True where the commit is there. In the bare repository its files are there then, too: a fetch brings all or nothing.
pub(super) fn has_commit(repository: &Repository, sha: &CommitSha) -> bool {
    let look = || repository.odb()?.read_header(Oid::from_str(sha.as_str())?);
    look().is_ok_and(|(_, kind)| kind == ObjectType::Commit)
}

/// The tree of the clean merge of the commits' trees; `None` where it conflicts.
pub(super) fn merged_tree(repository: &Repository, question: &MergeQuestion) -> Result<Option<ObjectId>, git2::Error> {
    let tree = |sha: &CommitSha| repository.find_commit(Oid::from_str(sha.as_str())?)?.tree();
    let (ancestor, ours, theirs) = (tree(&question.ancestor)?, tree(&question.ours)?, tree(&question.theirs)?);
    let mut options = MergeOptions::new();
    options.find_renames(true).rename_threshold(RENAME_THRESHOLD).target_limit(RENAME_LIMIT).fail_on_conflict(true);
    let mut index = match repository.merge_trees(&ancestor, &ours, &theirs, Some(&options)) {
        Err(error) if error.code() == ErrorCode::MergeConflict => return Ok(None),
        merged => merged?,
    };
    if index.has_conflicts() {
        return Ok(None);
    }
    let id = index.write_tree_to(repository)?;
    ObjectId::new(id.to_string()).map(Some).map_err(|invalid| git2::Error::from_str(&invalid.to_string()))
}
