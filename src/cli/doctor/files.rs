//! The files of the work tree: ordinary ones of a bounded size, and nothing through a symbolic link, as GitHub sees them.

use std::fs::File as Opened;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::doctor::material::{File, Files};
use crate::facts::{Codeowners, Fact, Why};
use crate::policy::POLICY_PATH;

/// Where workflows stand.
const WORKFLOWS: &str = ".github/workflows";

/// The greatest file that is read, in bytes.
const MOST_BYTES: u64 = 512 * 1024;

/// The most workflows that are read.
const MOST_FILES: usize = 500;

/// Reads what matters below a work tree's root.
pub(super) fn read(root: &Path) -> Files {
    Files {
        policy: fact(text(root, POLICY_PATH)),
        workflows: fact(workflows(root)),
        codeowners: fact(codeowners(root)),
        action: fact(text(root, "action.yml")),
    }
}

fn fact<T>(result: Result<T, Why>) -> Fact<T> {
    match result {
        Ok(value) => Fact::Known(value),
        Err(why) => Fact::Unavailable(why),
    }
}

/// What stands at a path, where something does and no part of the path is a symbolic link.
fn what_is_at(root: &Path, path: &str) -> Result<Option<std::fs::Metadata>, Why> {
    let mut here = root.to_path_buf();
    let mut found = None;
    for part in path.split('/') {
        here.push(part);
        let metadata = match std::fs::symlink_metadata(&here) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(Why::new(format!("it could not be read: {error}"))),
        };
        if metadata.is_symlink() {
            let what = if here.ends_with(path) { "it".to_owned() } else { part.to_owned() };
            return Err(Why::new(format!("{what} is a symbolic link, which GitHub does not follow")).mended_by("make it an ordinary file or folder"));
        }
        found = Some(metadata);
    }
    Ok(found)
}

/// A file's text; none where there is no file.
fn text(root: &Path, path: &str) -> Result<Option<String>, Why> {
    let Some(metadata) = what_is_at(root, path)? else { return Ok(None) };
    if !metadata.is_file() {
        return Err(Why::new("it is no file"));
    }
    let too_large = || Why::new(format!("it is larger than {} KiB", MOST_BYTES / 1024)).mended_by("make it smaller");
    if metadata.len() > MOST_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // It may have grown since.
    let read = Opened::open(root.join(path)).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| Why::new(format!("it could not be read: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    String::from_utf8(bytes).map(Some).map_err(|_| Why::new("it is no UTF-8 text"))
}

fn workflows(root: &Path) -> Result<Vec<File>, Why> {
    let Some(metadata) = what_is_at(root, WORKFLOWS)? else { return Ok(Vec::new()) };
    if !metadata.is_dir() {
        return Err(Why::new("it is no folder"));
    }
    let unreadable = |error: std::io::Error| Why::new(format!("it could not be read: {error}"));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(WORKFLOWS)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if Path::new(&name).extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    if names.len() > MOST_FILES {
        return Err(Why::new(format!("it has more than {MOST_FILES} workflows")));
    }
    names.sort();
    let file = |name: String| {
        let path = format!("{WORKFLOWS}/{name}");
        let text = text(root, &path).and_then(|text| text.ok_or_else(|| Why::new("it is gone, or its name is no UTF-8")));
        File { text: fact(text), path }
    };
    Ok(names.into_iter().map(file).collect())
}

/// The first that there is, in GitHub's order.
fn codeowners(root: &Path) -> Result<Codeowners, Why> {
    for path in [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] {
        if let Some(text) = text(root, path)? {
            return Ok(Codeowners { path: Some(path.to_owned()), text });
        }
    }
    Ok(Codeowners { path: None, text: String::new() })
}
