//! Our own workflows, action and examples pass the checks of deployables (rows X1, X2, X3); what stands in them is looked at as anybody's would be.

use std::fs;
use std::path::{Path, PathBuf};

use shipgate::checks::dockerfile::DockerfileCheck;
use shipgate::checks::kubernetes::KubernetesCheck;
use shipgate::checks::workflows::WorkflowsCheck;
use shipgate::checks::{Alone, FileCheck, Finding, Mode, Source, sift};
use shipgate::domain::RepoPath;

use crate::examples::{examples, root};

/// The files below a folder, but for what git and cargo keep there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && !["target", ".git", "node_modules"].contains(&name.as_str()) {
            out.extend(files(&path));
        } else if path.is_file() {
            out.push(path);
        }
    }
    out
}

/// How many files were looked at in a repository, and what was found.
fn looked(folder: &Path) -> (usize, Vec<(String, Finding)>) {
    let checks: [&dyn FileCheck; 3] = [&DockerfileCheck, &KubernetesCheck, &WorkflowsCheck];
    let (mut count, mut out) = (0, Vec::new());
    for file in files(folder) {
        let name = file.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
        let path = RepoPath::new(name.as_str());
        let concerned: Vec<_> = checks.iter().filter(|check| check.concerns(&path)).collect();
        let Some(text) = fs::read_to_string(&file).ok().filter(|_| !concerned.is_empty()) else { continue };
        count += 1;
        let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(&text), near: &Alone };
        let (left, _) = sift(&text, concerned.iter().flat_map(|check| check.findings(&source)).collect());
        out.extend(left.into_iter().map(|finding| (name.clone(), finding)));
    }
    (count, out)
}

#[test]
fn x1_x2_x3_our_own_workflows_action_and_examples_pass_our_own_checks() {
    let (count, found) = looked(&root());
    assert!(count > 5, "{count} files");
    assert!(found.is_empty(), "{found:#?}");
    for example in examples() {
        let held = example.laid_out();
        let (_, found) = looked(held.path());
        // An example names actions of GitHub's own by their tags, for people to read.
        let found: Vec<_> = found.into_iter().filter(|(_, finding)| finding.rule != "unpinned-github-action").collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}
