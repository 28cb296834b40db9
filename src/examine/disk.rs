//! Files of the work tree: read as git would store them, never through a symbolic link, never what is no file.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::checks::{Mode, Near};
use crate::domain::RepoPath;

/// How much of a file near a file is read, in bytes.
const MOST_NEAR: u64 = 1024 * 1024;

/// The work tree.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

/// What stands at a path.
#[derive(Debug)]
pub(super) enum Entry {
    /// A file, open, with its size.
    File(File, u64, Mode),
    /// A symbolic link, with what it points at.
    Link(Vec<u8>),
    /// A folder: for git, a submodule.
    Folder,
    /// Nothing: it was deleted, or lies behind a link.
    Nothing,
    /// A pipe, a socket, a device.
    Special,
}

impl Disk {
    /// The work tree with this root.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of the repository lies on this machine; none where it would lead out of the work tree, or into git's own folder.
    pub(super) fn place(&self, path: &RepoPath) -> Option<PathBuf> {
        let mut place = self.root.clone();
        for part in path.as_bytes().split(|byte| *byte == b'/') {
            if part.is_empty() || part == b"." || part == b".." || part.eq_ignore_ascii_case(b".git") || part.contains(&0) {
                return None;
            }
            place.push(system_name(part)?);
        }
        Some(place)
    }

    /// What stands at a path.
    ///
    /// # Errors
    /// The system's, where something is there that cannot be read.
    pub(super) fn entry(&self, path: &RepoPath) -> std::io::Result<Entry> {
        let Some(place) = self.place(path) else { return Ok(Entry::Nothing) };
        if !self.is_real(path)? {
            return Ok(Entry::Nothing);
        }
        let Some(about) = there(std::fs::symlink_metadata(&place))? else { return Ok(Entry::Nothing) };
        if about.is_symlink() {
            return Ok(there(std::fs::read_link(&place))?.map_or(Entry::Nothing, |target| Entry::Link(git_name(&target))));
        }
        if about.is_dir() {
            return Ok(Entry::Folder);
        }
        if !about.is_file() {
            return Ok(Entry::Special);
        }
        let Some(file) = there(File::open(&place))? else { return Ok(Entry::Nothing) };
        Ok(Entry::File(file, about.len(), mode(&about)))
    }

    /// The files below a folder, or the file itself: links are not followed, git's own folder is left out.
    ///
    /// # Errors
    /// The system's, where a folder cannot be listed.
    pub fn files_below(&self, path: &RepoPath, files: &mut Vec<RepoPath>) -> std::io::Result<()> {
        let mut folders = Vec::new();
        if path.as_bytes().is_empty() || matches!(self.entry(path)?, Entry::Folder) {
            folders.push(path.clone());
        } else {
            files.push(path.clone());
        }
        while let Some(folder) = folders.pop() {
            self.sort_entries(&folder, (&mut folders, files))?;
        }
        Ok(())
    }

    /// What lies directly in a folder, as folders and as files.
    fn sort_entries(&self, folder: &RepoPath, (folders, files): (&mut Vec<RepoPath>, &mut Vec<RepoPath>)) -> std::io::Result<()> {
        let place = if folder.as_bytes().is_empty() { Some(self.root.clone()) } else { self.place(folder) };
        let Some(place) = place else { return Ok(()) };
        for entry in std::fs::read_dir(place)? {
            let entry = entry?;
            let path = folder.join(&git_name(Path::new(&entry.file_name())));
            if self.place(&path).is_some() {
                let list = if entry.file_type()?.is_dir() { &mut *folders } else { &mut *files };
                list.push(path);
            }
        }
        Ok(())
    }

    /// True where a file or a link stands there.
    pub(super) fn is_file(&self, path: &RepoPath) -> bool {
        matches!(self.entry(path), Ok(Entry::File(..) | Entry::Link(_)))
    }

    /// True where every folder on the way is a folder: git stores nothing behind a link.
    fn is_real(&self, path: &RepoPath) -> std::io::Result<bool> {
        let mut folder = path.folder();
        while !folder.as_bytes().is_empty() {
            let Some(place) = self.place(&folder) else { return Ok(false) };
            match there(std::fs::symlink_metadata(place))? {
                Some(about) if about.is_dir() => folder = folder.folder(),
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Near for Disk {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let Ok(Entry::File(file, size, _)) = self.entry(path) else { return None };
        let mut bytes = Vec::new();
        (size <= MOST_NEAR).then(|| file.take(MOST_NEAR + 1).read_to_end(&mut bytes).ok())??;
        (bytes.len() as u64 <= MOST_NEAR).then_some(bytes)
    }

    fn list(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let place = if folder.as_bytes().is_empty() { Some(self.root.clone()) } else { self.place(folder) };
        let Some(entries) = place.and_then(|place| std::fs::read_dir(place).ok()) else { return Vec::new() };
        let is_file = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_dir());
        let named = |entry: std::fs::DirEntry| folder.join(&git_name(Path::new(&entry.file_name())));
        let mut paths: Vec<RepoPath> = entries.filter_map(Result::ok).filter(is_file).map(named).collect();
        paths.sort_unstable();
        paths
    }
}

/// What the system said of a path; none where nothing is there.
fn there<T>(answer: std::io::Result<T>) -> std::io::Result<Option<T>> {
    use std::io::ErrorKind;
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn mode(about: &std::fs::Metadata) -> Mode {
    use std::os::unix::fs::PermissionsExt as _;
    if about.permissions().mode() & 0o100 == 0 { Mode::File } else { Mode::Executable }
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> Mode {
    Mode::File
}

/// A part of a path as this system names files.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems cannot name every file that git can")]
fn system_name(part: &[u8]) -> Option<std::ffi::OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(std::ffi::OsStr::from_bytes(part).to_owned())
}

#[cfg(not(unix))]
fn system_name(part: &[u8]) -> Option<std::ffi::OsString> {
    let text = std::str::from_utf8(part).ok()?;
    // `C:`, `a\..\b` and streams would leave the work tree or the file.
    (!text.contains([':', '\\'])).then(|| text.into())
}

/// A path of this system as git names it.
#[cfg(unix)]
pub(super) fn git_name(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
pub(super) fn git_name(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text)
    }

    #[test]
    fn v6_links_are_not_followed_and_nothing_outside_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("tree");
        std::fs::create_dir_all(root.join("a")).expect("folders");
        std::fs::write(folder.path().join("outside"), "x").expect("written");
        std::fs::write(root.join("a/b"), "yes").expect("written");
        std::os::unix::fs::symlink("../outside", root.join("link")).expect("a link");
        std::os::unix::fs::symlink("..", root.join("up")).expect("a link");
        std::os::unix::fs::symlink("loop", root.join("loop")).expect("a link");
        let disk = Disk::new(&root);
        assert!(matches!(disk.entry(&path("link")), Ok(Entry::Link(target)) if target == b"../outside"));
        assert!(matches!(disk.entry(&path("loop")), Ok(Entry::Link(_))));
        assert!(matches!(disk.entry(&path("a")), Ok(Entry::Folder)));
        for nothing in ["up/outside", "../outside", "/etc/passwd", "a/../a/b", ".git/config", ".GIT/config", "", "a//b", "missing", "a/b/c"] {
            assert!(matches!(disk.entry(&path(nothing)), Ok(Entry::Nothing)), "{nothing}");
        }
        assert_eq!(disk.read(&path("a/b")).as_deref(), Some(&b"yes"[..]));
        assert_eq!(disk.read(&path("link")), None);
        assert_eq!(disk.list(&path("a")), [path("a/b")]);
        assert_eq!(disk.list(&path("")), [path("link"), path("loop"), path("up")]);
    }
}
