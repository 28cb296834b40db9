//! Folders whose files are not deployed from here: other people's code that is carried along, and what tests read.

use crate::domain::RepoPath;

/// Their names, at any depth.
const FOLDERS: &[&[u8]] = &[b"vendor", b"node_modules", b"third_party", b"testdata", b"fixtures", b"test-fixtures", b"__fixtures__"];

/// True for a file in such a folder.
pub(super) fn is_foreign(path: &RepoPath) -> bool {
    path.folder().as_bytes().split(|byte| *byte == b'/').any(|part| FOLDERS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x1_x2_files_that_are_only_carried_along_are_none_of_these_checks() {
        for (path, foreign) in
            [("vendor/a/Dockerfile", true), ("a/testdata/b.yaml", true), ("vendor", false), ("deploy/vendors/a.yaml", false), ("Dockerfile", false)]
        {
            assert_eq!(is_foreign(&RepoPath::new(path)), foreign, "{path}");
        }
    }
}
