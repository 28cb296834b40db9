//! Which manifests are patches: those that a `kustomization.yaml` in their folder, or up to three folders above, names as such. A patch says only what it changes.

use super::super::{Source, decode};
use crate::documents::{Node, yaml};
use crate::domain::RepoPath;

const NAMES: [&[u8]; 3] = [b"kustomization.yaml", b"kustomization.yml", b"Kustomization"];
/// How many folders above are looked at.
const HIGHEST: usize = 3;

/// True where a kustomization names the file as a patch.
pub(super) fn is_patch(source: &Source<'_>) -> bool {
    let mut folder = source.path.folder();
    for _ in 0..=HIGHEST {
        let below = source.path.as_bytes().strip_prefix(folder.as_bytes()).unwrap_or_default();
        let below = String::from_utf8_lossy(below.strip_prefix(b"/").unwrap_or(below)).into_owned();
        let named = NAMES.iter().filter_map(|name| source.near.read(&folder.join(name))).any(|bytes| decode(&bytes).is_some_and(|text| names(&text, &below)));
        if named {
            return true;
        }
        if folder == RepoPath::new(Vec::new()) {
            return false;
        }
        folder = folder.folder();
    }
    false
}

fn names(kustomization: &str, file: &str) -> bool {
    let (roots, _) = yaml(kustomization);
    let is_file = |path: Option<&str>| path.is_some_and(|path| path.trim_start_matches("./") == file);
    roots.iter().any(|root| {
        let list = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
        let plain = list("patchesStrategicMerge").iter().any(|item| is_file(item.text()));
        let named = ["patches", "patchesJson6902"].into_iter().flat_map(list).any(|item| is_file(item.get("path").and_then(Node::text)));
        plain || named
    })
}
