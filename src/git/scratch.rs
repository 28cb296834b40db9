//! A bare repository for the objects that were fetched: new, this account's alone, and removed at the end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The bare repository.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes one in a new folder within this one.
    pub(super) fn create(within: &Path) -> io::Result<Self> {
        fs::create_dir_all(within)?;
        // From here on the folder is removed whatever happens.
        let scratch = Self { folder: new_folder(&whole(within)?)? };
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).no_reinit(true).external_template(false);
        git2::Repository::init_opts(&scratch.folder, &options).map_err(io::Error::other)?;
        // Above every other source of attributes, of this machine and of the merged commits: each file is merged as text, three ways.
        fs::create_dir_all(scratch.folder.join("info"))?;
        fs::write(scratch.folder.join("info/attributes"), "* merge\n")?;
        Ok(scratch)
    }

    /// The repository.
    pub(super) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever owns the scratch folder.
        let _left = fs::remove_dir_all(&self.folder);
    }
}

/// A folder that was not there before, so that nobody can have prepared it.
fn new_folder(within: &Path) -> io::Result<PathBuf> {
    let mut number = 0_u32;
    loop {
        let folder = within.join(format!("shipgate-objects-{}-{number}", std::process::id()));
        match builder().create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(unix)]
fn whole(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Not the canonical form: on Windows that begins with `\\?\`, which git does not take.
#[cfg(not(unix))]
fn whole(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}

#[cfg(unix)]
fn builder() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn builder() -> fs::DirBuilder {
    fs::DirBuilder::new()
}
