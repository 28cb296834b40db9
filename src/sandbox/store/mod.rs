//! The git side of a repository: a real bare repository on disk, so that object ids, trees, merges, tags and refs are git's own
//! and other programs can fetch. It knows nothing of GitHub.

mod compare;
mod refs;

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, FileMode, ObjectType, Oid, Repository, RepositoryInitOptions, Signature, Time};
use jiff::Timestamp;

pub use compare::{ChangedFile, Comparison, FileStatus};
pub use refs::{RefError, RefTarget};

/// A bare git repository.
pub struct Store {
    git: Repository,
    path: PathBuf,
}

/// Who wrote a commit or tag, and when they say they did.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The time they claim.
    pub at: Timestamp,
}

/// A commit to write.
#[derive(Clone, Debug)]
pub struct CommitSpec {
    /// Its parents.
    pub parents: Vec<Oid>,
    /// Its tree.
    pub tree: Oid,
    /// Its author.
    pub author: Stamp,
    /// Its committer.
    pub committer: Stamp,
    /// Its message.
    pub message: String,
}

/// An annotated tag to write.
#[derive(Clone, Debug)]
pub struct TagSpec {
    /// Its name.
    pub name: String,
    /// What it points at.
    pub target: Oid,
    /// Who made it.
    pub tagger: Stamp,
    /// Its message.
    pub message: String,
}

#[cfg(unix)]
fn link_folder(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(windows)]
fn link_folder(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(original, link)
}

impl Store {
    /// A new empty repository at this path.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn create(path: &Path, default_branch: &str) -> Result<Self, git2::Error> {
        let mut options = RepositoryInitOptions::new();
        options.bare(true).external_template(false).initial_head(default_branch).mkpath(true);
        let git = Repository::init_opts(path, &options)?;
        let mut config = git.config()?;
        config.set_bool("uploadpack.allowAnySHA1InWant", true)?;
        config.set_bool("uploadpack.allowFilter", true)?;
        config.set_bool("http.receivepack", true)?;
        config.set_bool("receive.autogc", false)?;
        config.set_i32("gc.auto", 0)?;
        Ok(Self { git, path: path.to_owned() })
    }

    /// A fork: its own refs, and the same objects, as on GitHub.
    ///
    /// # Errors
    /// What libgit2 or the file system says.
    pub fn fork(&self, path: &Path, default_branch: &str) -> Result<Self, git2::Error> {
        Self::create(path, default_branch)?;
        let objects = path.join("objects");
        let linked = fs::remove_dir_all(&objects).and_then(|()| link_folder(&self.path.join("objects"), &objects));
        linked.map_err(|error| git2::Error::from_str(&error.to_string()))?;
        let git = Repository::open_bare(path)?;
        Ok(Self { git, path: path.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The git repository itself, for reading.
    pub fn git(&self) -> &Repository {
        &self.git
    }

    /// True when there is an object of this id.
    pub fn has(&self, id: Oid) -> bool {
        self.git.odb().is_ok_and(|odb| odb.exists(id))
    }

    /// The kind of an object.
    pub fn kind(&self, id: Oid) -> Option<ObjectType> {
        self.git.odb().ok()?.read_header(id).ok().map(|(_, kind)| kind)
    }

    /// Writes a blob.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn write_blob(&self, content: &[u8]) -> Result<Oid, git2::Error> {
        self.git.blob(content)
    }

    /// Writes the tree that has the files of `base` with these changes; `None` takes a file away.
    ///
    /// # Errors
    /// What libgit2 says, e.g. of a bad path.
    pub fn write_tree(&self, base: Option<Oid>, changes: &[(&str, Option<&[u8]>)]) -> Result<Oid, git2::Error> {
        let mut builder = git2::build::TreeUpdateBuilder::new();
        for (path, content) in changes {
            match content {
                Some(content) => {
                    let mode = if content.starts_with(b"#!") { FileMode::BlobExecutable } else { FileMode::Blob };
                    builder.upsert(*path, self.git.blob(content)?, mode);
                }
                None => {
                    builder.remove(*path);
                }
            }
        }
        let baseline = match base {
            Some(commit) => self.git.find_commit(commit)?.tree()?,
            None => self.git.find_tree(self.git.treebuilder(None)?.write()?)?,
        };
        builder.create_updated(&self.git, &baseline)
    }

    /// Writes a commit; no ref points at it yet.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn write_commit(&self, spec: &CommitSpec) -> Result<Oid, git2::Error> {
        let parents = spec.parents.iter().map(|id| self.git.find_commit(*id)).collect::<Result<Vec<_>, _>>()?;
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let tree = self.git.find_tree(spec.tree)?;
        self.git.commit(None, &signature(&spec.author)?, &signature(&spec.committer)?, &spec.message, &tree, &parents)
    }

    /// Writes an annotated tag object; no ref points at it yet.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn write_tag(&self, spec: &TagSpec) -> Result<Oid, git2::Error> {
        let target = self.git.find_object(spec.target, None)?;
        self.git.tag_annotation_create(&spec.name, &target, &signature(&spec.tagger)?, &spec.message)
    }

    /// The commit that a branch, a tag, a full ref name, or a commit id (whole or at least seven digits) names.
    pub fn resolve(&self, text: &str) -> Option<Oid> {
        let short = format!("refs/heads/{text}");
        let tag = format!("refs/tags/{text}");
        for name in [short.as_str(), tag.as_str(), text] {
            let found = git2::Reference::is_valid_name(name).then(|| self.git.find_reference(name).ok()).flatten();
            if let Some(commit) = found.and_then(|found| found.peel_to_commit().ok()) {
                return Some(commit.id());
            }
        }
        let hex = (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| self.git.revparse_single(text).ok()).flatten().and_then(|object| object.peel_to_commit().ok()).map(|commit| commit.id())
    }

    /// The content of a file at a commit, with its object id.
    pub fn file(&self, commit: Oid, path: &str) -> Option<(Oid, Vec<u8>)> {
        let entry = self.git.find_commit(commit).ok()?.tree().ok()?.get_path(Path::new(path)).ok()?;
        let blob = self.git.find_blob(entry.id()).ok()?;
        Some((blob.id(), blob.content().to_vec()))
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: Oid) -> Option<Oid> {
        self.git.find_commit(commit).ok().map(|commit| commit.tree_id())
    }
}

fn signature(stamp: &Stamp) -> Result<Signature<'static>, git2::Error> {
    Signature::new(&stamp.name, &stamp.email, &Time::new(stamp.at.as_second(), 0))
}

/// The time a commit or tag claims.
///
/// # Panics
/// When it is beyond the years that can be written.
pub fn claimed_time(time: Time) -> Timestamp {
    Timestamp::from_second(time.seconds()).expect("a commit's time lies within the years that can be written")
}

/// True when git says "not there".
pub fn is_missing(error: &git2::Error) -> bool {
    error.code() == ErrorCode::NotFound
}
