//! Which repository the current folder is a clone of.

use std::path::{Path, PathBuf};

use crate::domain::RepoSlug;

/// `owner/name` of the remote `origin` of the clone that this folder lies in; `None` where there is none, or its URL has another form.
pub fn origin_slug(folder: &Path) -> Option<RepoSlug> {
    slug_of_origin(&git2::Repository::discover(folder).ok()?)
}

/// The same of a repository that is open.
pub(super) fn slug_of_origin(repository: &git2::Repository) -> Option<RepoSlug> {
    let origin = repository.find_remote("origin").ok()?;
    slug_of(origin.url().ok()?)
}

/// The root of the clone that this folder lies in; `None` where it lies in none, or the clone has no work tree.
pub fn work_tree(folder: &Path) -> Option<PathBuf> {
    git2::Repository::discover(folder).ok()?.workdir().map(Path::to_path_buf)
}

/// The last two parts of a URL such as `https://host/owner/name.git` or `git@host:owner/name`.
fn slug_of(url: &str) -> Option<RepoSlug> {
    let url = url.trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    let (rest, name) = url.rsplit_once('/')?;
    let owner = rest.rsplit(['/', ':']).next()?;
    RepoSlug::new(format!("{owner}/{name}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_of_a_remote_names_its_repository() {
        for url in ["https://github.com/octo-org/pay.git", "git@github.com:octo-org/pay.git", "ssh://git@host:22/octo-org/pay", "https://host/octo-org/pay/"] {
            assert_eq!(slug_of(url).map(String::from), Some("octo-org/pay".to_owned()), "{url}");
        }
        for url in ["", "pay", "/"] {
            assert_eq!(slug_of(url), None, "{url}");
        }
    }
}
