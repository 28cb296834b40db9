//! What kustomizations nearby say of a file: that it is a patch, a resource, and which images they set.

use crate::checks::Source;
use crate::documents::{Node, yaml};
use crate::domain::RepoPath;

/// How many folders up a kustomization may lie.
const HIGHEST: usize = 4;
/// What kustomizations are called.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What is said of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Kustomize {
    /// What it is to them.
    pub(super) role: Role,
    /// The names of images that they set.
    pub(super) images: Vec<String>,
}

/// What a file is to the kustomizations nearby.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing.
    #[default]
    None,
    /// A whole manifest that they, or others above, may add to.
    Resource,
    /// A part that is laid over another manifest.
    Patch,
}

impl Kustomize {
    /// Asks the folders around a file.
    pub(super) fn around(source: &Source<'_>) -> Self {
        let mut found = Self::default();
        let mut folder = source.path.folder();
        for _ in 0..HIGHEST {
            let text = NAMES.iter().find_map(|name| source.near.read(&folder.join(name.as_bytes())));
            if let Some(text) = text.and_then(|bytes| String::from_utf8(bytes).ok()) {
                found.take(&text, &folder, source.path);
            }
            if folder.as_bytes().is_empty() {
                break;
            }
            folder = folder.folder();
        }
        found
    }

    fn take(&mut self, text: &str, folder: &RepoPath, file: &RepoPath) {
        let (roots, _) = yaml(text);
        let Some(root) = roots.first() else { return };
        let list = |key: &str| root.get(key).map_or(&[][..], Node::items);
        let is_file = |node: &Node| node.text().is_some_and(|path| joined(folder, path).as_ref() == Some(file));
        let by_path = |node: &Node| node.get("path").is_some_and(is_file);
        let patches = list("patchesStrategicMerge").iter().any(|node| is_file(node));
        if patches || ["patches", "patchesJson6902", "transformers", "replacements"].iter().any(|key| list(key).iter().any(|node| by_path(node))) {
            self.role = Role::Patch;
        } else if self.role == Role::None && ["resources", "bases", "components"].iter().any(|key| list(key).iter().any(|node| is_file(node))) {
            self.role = Role::Resource;
        }
        let named = list("images").iter().filter(|image| ["newTag", "digest", "newName"].iter().any(|key| image.get(key).is_some()));
        self.images.extend(named.filter_map(|image| image.get("name")?.text().map(str::to_owned)));
    }
}

/// A path in a folder, `.` and `..` resolved; none where it leaves the repository or is none.
fn joined(folder: &RepoPath, path: &str) -> Option<RepoPath> {
    let folder = folder.text();
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(RepoPath::new(parts.join("/")))
}
