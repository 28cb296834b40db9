//! Reads what `init` looks at of a work tree. Bounded, follows no symbolic link, and passes over with a word what it cannot use.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::git::WorkTree;
use crate::setup::{PassedOver, SourceFile, Sources, WORKFLOWS};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 256 * 1024;
/// How many files of a folder are looked at.
const MOST_FILES: usize = 500;
/// How many folders of the root are looked into.
const MOST_FOLDERS: usize = 100;
/// Folders whose files say nothing about the repository.
const PASSED: &[&str] = &["node_modules", "target", "vendor", "dist", "build", "venv"];
/// Files that are looked into, where they are.
const READ: &[&str] = &[crate::setup::POLICY, "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", "package.json"];
/// Files in folders that are not listed, of which only the name counts.
const NAMED: &[&str] = &[".github/CODEOWNERS", "docs/CODEOWNERS"];

/// What stands in a work tree.
pub(super) fn look(tree: &WorkTree) -> Sources {
    let sources = Sources { slug: tree.slug.clone(), default_branch: tree.default_branch.clone(), ..Sources::default() };
    let mut looking = Looking { root: &tree.root, sources };
    looking.workflows();
    looking.names();
    for path in READ {
        looking.read(path);
    }
    looking.sources
}

struct Looking<'a> {
    root: &'a Path,
    sources: Sources,
}

/// A name in a folder.
struct Entry {
    name: String,
    metadata: Metadata,
}

impl Looking<'_> {
    fn workflows(&mut self) {
        for folder in [".github", WORKFLOWS] {
            match fs::symlink_metadata(self.root.join(folder)) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(metadata) => return self.pass(folder, if metadata.is_symlink() { LINK } else { "it is no folder" }),
                Err(error) if error.kind() == ErrorKind::NotFound => return,
                Err(error) => return self.pass(folder, format!("it could not be read: {error}")),
            }
        }
        let is_workflow = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        for entry in self.list(WORKFLOWS) {
            if is_workflow(&entry.name) {
                self.read(&format!("{WORKFLOWS}/{}", entry.name));
            }
        }
    }

    fn names(&mut self) {
        let mut folders = Vec::new();
        for entry in self.list("") {
            if entry.metadata.is_file() {
                self.sources.names.push(entry.name);
            } else if entry.metadata.is_dir() && !entry.name.starts_with('.') && !PASSED.contains(&entry.name.as_str()) {
                folders.push(entry.name);
            }
        }
        for folder in folders.into_iter().take(MOST_FOLDERS) {
            let files = self.list(&folder).into_iter().filter(|entry| entry.metadata.is_file());
            let paths: Vec<String> = files.map(|entry| format!("{folder}/{}", entry.name)).collect();
            self.sources.names.extend(paths);
        }
        for path in NAMED {
            if fs::symlink_metadata(self.root.join(path)).is_ok_and(|metadata| metadata.is_file()) && !self.sources.names.iter().any(|name| name == path) {
                self.sources.names.push((*path).to_owned());
            }
        }
    }

    /// The entries of a folder, in the order of their names; an empty path is the root.
    fn list(&mut self, folder: &str) -> Vec<Entry> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) => {
                self.pass(folder, format!("it could not be read: {error}"));
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name();
            match (name.to_str(), entry.metadata()) {
                (Some(name), Ok(metadata)) => found.push(Entry { name: name.to_owned(), metadata }),
                (None, _) => self.pass(&join(folder, &name.to_string_lossy()), "its name is not UTF-8"),
                (Some(_), Err(_)) => {}
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        if found.len() > MOST_FILES {
            self.pass(folder, format!("it has {} files, of which the first {MOST_FILES} were looked at", found.len()));
            found.truncate(MOST_FILES);
        }
        found
    }

    /// Reads a text, where there is one.
    fn read(&mut self, path: &str) {
        match text(&self.root.join(path)) {
            Ok(Some(text)) => self.sources.files.push(SourceFile { path: path.to_owned(), text }),
            Ok(None) => {}
            Err(why) => self.pass(path, why),
        }
    }

    fn pass(&mut self, path: &str, why: impl Into<String>) {
        self.sources.passed_over.push(PassedOver::new(if path.is_empty() { "." } else { path }, why));
    }
}

/// Why a symbolic link is not followed.
const LINK: &str = "it is a symbolic link, which may lead out of the repository";

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A file's text; `None` where there is no file.
fn text(path: &Path) -> Result<Option<String>, String> {
    let unreadable = |error: std::io::Error| format!("it could not be read: {error}");
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(metadata) if metadata.is_symlink() => return Err(LINK.to_owned()),
        Ok(metadata) if !metadata.is_file() => return Err("it is no file".to_owned()),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it has more than {LARGEST} bytes"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".to_owned())
}
