//! Writes files so that each is there whole or not at all: first all beside their places, then all moved in. Nothing is written through a symbolic link, and
//! where one file cannot be written, none is.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::setup::{Change, ProposedFile};

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("SG-FILE: {path} could not be written: {why}")]
pub(super) struct Unwritten {
    path: String,
    why: String,
}

/// Files beside their places. What is not moved in by its end is gone with it.
#[derive(Default)]
struct Staging {
    files: Vec<Staged>,
    folders: Vec<PathBuf>,
}

struct Staged {
    beside: PathBuf,
    place: PathBuf,
}

impl Drop for Staging {
    fn drop(&mut self) {
        for staged in &self.files {
            let _gone = fs::remove_file(&staged.beside);
        }
        for folder in self.folders.iter().rev() {
            // Only an empty one goes.
            let _stays = fs::remove_dir(folder);
        }
    }
}

/// Writes these files below the root.
///
/// # Errors
/// [`Unwritten`]; then no new file is there.
pub(super) fn write(root: &Path, files: &[&ProposedFile]) -> Result<(), Unwritten> {
    let mut staging = Staging::default();
    for file in files {
        staging.stage(root, file).map_err(|why| unwritten(file, &why))?;
    }
    let mut made: Vec<&Path> = Vec::new();
    for (file, staged) in files.iter().zip(&staging.files) {
        if let Err(why) = staged.move_in(file) {
            for path in made {
                let _gone = fs::remove_file(path);
            }
            return Err(unwritten(file, &why));
        }
        if file.change == Change::Create {
            made.push(&staged.place);
        }
    }
    Ok(())
}

fn unwritten(file: &ProposedFile, why: &std::io::Error) -> Unwritten {
    Unwritten { path: file.path.clone(), why: why.to_string() }
}

impl Staging {
    fn stage(&mut self, root: &Path, file: &ProposedFile) -> std::io::Result<()> {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let mut parent = root.to_owned();
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            parent.push(part);
            self.enter(&parent)?;
        }
        let beside = parent.join(format!(".{name}.{}.new", std::process::id()));
        let mut out = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        let place = parent.join(name);
        self.files.push(Staged { beside: beside.clone(), place: place.clone() });
        out.write_all(file.text.as_bytes())?;
        out.sync_all()?;
        if file.change == Change::Replace {
            fs::set_permissions(&beside, fs::symlink_metadata(&place)?.permissions())?;
        }
        Ok(())
    }

    /// A folder that is one, made where it is missing.
    fn enter(&mut self, folder: &Path) -> std::io::Result<()> {
        match fs::symlink_metadata(folder) {
            Ok(metadata) if metadata.is_dir() => Ok(()),
            Ok(_) => Err(std::io::Error::new(ErrorKind::NotADirectory, "a part of its path is a symbolic link or a file")),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir(folder)?;
                self.folders.push(folder.to_owned());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl Staged {
    fn move_in(&self, file: &ProposedFile) -> std::io::Result<()> {
        if file.change == Change::Replace {
            return fs::rename(&self.beside, &self.place);
        }
        // A link is made only where nothing is: what appeared meanwhile stays.
        match fs::hard_link(&self.beside, &self.place) {
            Ok(()) => fs::remove_file(&self.beside),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
            // A file system without links.
            Err(_) if fs::symlink_metadata(&self.place).is_err() => fs::rename(&self.beside, &self.place),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, change: Change) -> ProposedFile {
        ProposedFile { path: path.to_owned(), about: "x", text: format!("{path}\n"), old: None, change }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn i1_files_are_written_whole_and_leave_nothing_beside_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (file("a/b/one", Change::Create), file("two", Change::Create));
        write(folder.path(), &[&one, &two]).expect("it is written");
        assert_eq!((names(folder.path()), names(&folder.path().join("a/b"))), (vec!["a".to_owned(), "two".to_owned()], vec!["one".to_owned()]));
        assert_eq!(fs::read_to_string(folder.path().join("a/b/one")).expect("a file"), "a/b/one\n");
        let replaced = ProposedFile { text: "other\n".to_owned(), ..file("two", Change::Replace) };
        write(folder.path(), &[&replaced]).expect("it is written");
        assert_eq!(fs::read_to_string(folder.path().join("two")).expect("a file"), "other\n");
    }

    #[test]
    fn i1_where_one_file_cannot_be_written_none_is() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("taken"), "mine").expect("a file");
        for path in ["taken/below", "taken"] {
            let error = write(folder.path(), &[&file("made/one", Change::Create), &file(path, Change::Create)]).expect_err("refused").to_string();
            assert!(error.starts_with(&format!("SG-FILE: {path} could not be written: ")), "{error}");
            assert_eq!(names(folder.path()), ["taken"], "{path}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("taken")).expect("a file"), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn i1_nothing_is_written_through_a_symbolic_link() {
        let (folder, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).expect("a link");
        let error = write(folder.path(), &[&file("link/one", Change::Create)]).expect_err("refused").to_string();
        assert!(error.contains("symbolic link"), "{error}");
        assert!(names(outside.path()).is_empty());
    }
}
