//! Where a repository's hooks belong: git's setting `core.hooksPath`, else the folder `hooks` that all work trees of the repository share.

use std::path::{Path, PathBuf};

use super::manager::Manager;
use super::plan::Refusal;

/// What git says of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The folder that its work trees share, absolute.
    pub common: PathBuf,
    /// The root of the work tree, absolute; none where the repository is bare.
    pub root: Option<PathBuf>,
    /// Whether other work trees are linked to it.
    pub has_linked: bool,
    /// `core.hooksPath`, where it is set.
    pub setting: Option<Setting>,
}

/// `core.hooksPath` as git has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its value, with `~` expanded: not always absolute.
    pub value: PathBuf,
    /// Whose setting it is.
    pub scope: Scope,
    /// Where it is set, as git tells it.
    pub origin: String,
}

/// Whose setting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// This machine's.
    System,
    /// This account's.
    Global,
    /// This repository's.
    Local,
    /// This work tree's.
    Worktree,
    /// This command's: set by an option or a variable.
    Command,
}

impl Scope {
    /// The scope of git's word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::System, Self::Global, Self::Local, Self::Worktree, Self::Command].into_iter().find(|scope| scope.as_str() == word)
    }

    /// Git's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Global => "global",
            Self::Local => "local",
            Self::Worktree => "worktree",
            Self::Command => "command",
        }
    }
}

/// A folder of hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// What kind of folder it is.
    pub kind: PlaceKind,
}

/// What kind of folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// The repository's own.
    Own,
    /// Another one, by `core.hooksPath`.
    Configured,
    /// One among the files of the work tree, by `core.hooksPath`: what is written there shows in `git status`.
    InWorkTree,
}

/// Where hooks are installed.
///
/// # Errors
/// [`Refusal`] where the place is not this repository's own to write to, or hooks are off.
pub fn place(repository: &Repository) -> Result<Place, Refusal> {
    let Some(setting) = &repository.setting else {
        return if repository.root.is_none() && !repository.has_linked { Err(Refusal::Bare) } else { Ok(own(repository)) };
    };
    let origin = || setting.origin.clone();
    if setting.value.as_os_str().is_empty() || setting.value == Path::new("/dev/null") {
        return Err(Refusal::Off { value: setting.value.clone(), origin: origin() });
    }
    let place = configured(repository, setting);
    if let Some(manager) = Manager::of_folder(&place.folder) {
        return Err(Refusal::Managed { manager, at: place.folder });
    }
    match setting.scope {
        Scope::Local | Scope::Worktree => Ok(place),
        scope => Err(Refusal::Shared { folder: place.folder, scope, origin: origin() }),
    }
}

/// Every folder where hooks of ours may be: where git looks now, where that is the repository's own business, and the repository's own folder.
pub fn places(repository: &Repository) -> Vec<Place> {
    let own = own(repository);
    match place(repository) {
        Ok(place) if place.folder != own.folder => vec![place, own],
        Ok(_) | Err(_) => vec![own],
    }
}

fn own(repository: &Repository) -> Place {
    Place { folder: repository.common.join("hooks"), kind: PlaceKind::Own }
}

fn configured(repository: &Repository, setting: &Setting) -> Place {
    // Git starts hooks in the root of the work tree, in a bare repository in its own folder: a relative path begins there.
    let folder = repository.root.as_ref().unwrap_or(&repository.common).join(&setting.value);
    let folder = plain(&folder);
    let kind = match &repository.root {
        _ if folder == repository.common.join("hooks") => PlaceKind::Own,
        Some(root) if folder.starts_with(root) && !folder.starts_with(&repository.common) => PlaceKind::InWorkTree,
        _ => PlaceKind::Configured,
    };
    Place { folder, kind }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(setting: Option<(&str, Scope)>) -> Repository {
        let setting = setting.map(|(value, scope)| Setting { value: PathBuf::from(value), scope, origin: "file:.git/config".to_owned() });
        Repository { common: PathBuf::from("/w/.git"), root: Some(PathBuf::from("/w")), has_linked: false, setting }
    }

    fn kind(value: &str) -> (String, PlaceKind) {
        let place = place(&repository(Some((value, Scope::Local)))).expect("a place");
        (place.folder.to_string_lossy().replace('\\', "/"), place.kind)
    }

    #[test]
    fn h1_hooks_belong_where_git_looks_for_them() {
        assert_eq!(place(&repository(None)), Ok(Place { folder: PathBuf::from("/w/.git/hooks"), kind: PlaceKind::Own }));
        assert_eq!(kind(".githooks"), ("/w/.githooks".to_owned(), PlaceKind::InWorkTree));
        assert_eq!(kind("./a/../b"), ("/w/b".to_owned(), PlaceKind::InWorkTree));
        assert_eq!(kind("/w/x"), ("/w/x".to_owned(), PlaceKind::InWorkTree));
        assert_eq!(kind("/elsewhere"), ("/elsewhere".to_owned(), PlaceKind::Configured));
        assert_eq!(kind("../x\ny"), ("/x\ny".to_owned(), PlaceKind::Configured));
        assert_eq!(kind(".git/hooks"), ("/w/.git/hooks".to_owned(), PlaceKind::Own));
        assert_eq!(kind(".git/mine"), ("/w/.git/mine".to_owned(), PlaceKind::Configured));
    }

    #[test]
    fn h1_a_folder_that_other_repositories_use_too_or_that_is_no_folder_is_refused() {
        for scope in [Scope::System, Scope::Global, Scope::Command] {
            assert!(matches!(place(&repository(Some(("/h", scope)))), Err(Refusal::Shared { .. })), "{scope:?}");
        }
        for value in ["", "/dev/null"] {
            assert!(matches!(place(&repository(Some((value, Scope::Local)))), Err(Refusal::Off { .. })), "{value:?}");
        }
        assert!(matches!(place(&repository(Some((".husky/_", Scope::Local)))), Err(Refusal::Managed { manager: Manager::Husky, .. })));
        let bare = Repository { root: None, ..repository(None) };
        assert_eq!(place(&bare), Err(Refusal::Bare));
        assert!(place(&Repository { has_linked: true, ..bare }).is_ok());
    }

    #[test]
    fn h1_what_was_installed_before_the_setting_changed_is_found_too() {
        let folders = |repository: &Repository| places(repository).into_iter().map(|place| place.folder).collect::<Vec<_>>();
        let own = PathBuf::from("/w/.git/hooks");
        assert_eq!(folders(&repository(None)), std::slice::from_ref(&own));
        assert_eq!(folders(&repository(Some((".githooks", Scope::Local)))), [PathBuf::from("/w/.githooks"), own.clone()]);
        assert_eq!(folders(&repository(Some((".husky/_", Scope::Local)))), [own]);
    }
}
