//! What git's configuration says of the cleaning of commit messages, asked without starting git.

use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel, Repository};

/// Where git's configuration is to be looked for.
#[derive(Clone, Debug, Default)]
pub struct CommitPlace {
    /// The root of the work tree, or a folder in it.
    pub folder: PathBuf,
    /// What `GIT_DIR` names: git tells its hooks so where the repository is not the obvious one.
    pub git_dir: Option<PathBuf>,
    /// What was typed as `git -c KEY=VALUE`, as git hands it on in `GIT_CONFIG_PARAMETERS`.
    pub typed: Option<String>,
}

/// What git's configuration says of the cleaning of commit messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitSettings {
    /// `commit.cleanup`.
    pub cleanup: Option<String>,
    /// `core.commentString`, else `core.commentChar`.
    pub comment: Option<String>,
}

impl CommitSettings {
    /// Reads them: of the system, the user, the repository and its linked work tree, with what they include, and of git's command line. What cannot be read
    /// counts as not set, as for the defaults of git.
    pub fn read(place: &CommitPlace) -> Self {
        let config = config(place);
        let get = |name: &str| config.as_ref().and_then(|config| config.get_string(name).ok());
        let typed = place.typed.as_deref().map(parameters).unwrap_or_default();
        let said = |name: &str| typed.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
        let comment = said("core.commentString").or_else(|| said("core.commentChar")).or_else(|| get("core.commentString"));
        Self { cleanup: said("commit.cleanup").or_else(|| get("commit.cleanup")), comment: comment.or_else(|| get("core.commentChar")) }
    }
}

fn config(place: &CommitPlace) -> Option<Config> {
    let repository = match &place.git_dir {
        Some(folder) => Repository::open(place.folder.join(folder)),
        None => Repository::discover(&place.folder),
    };
    match repository {
        Ok(repository) => repository.config().and_then(|mut config| config.snapshot()).ok(),
        // Object ids or refs of a kind that libgit2 does not know: the configuration is the same.
        Err(_) => config_of_files(place),
    }
}

/// The configuration out of its files alone.
fn config_of_files(place: &CommitPlace) -> Option<Config> {
    let mut config = Config::open_default().ok()?;
    if let Some(folder) = git_folder(place) {
        let first_line = |name: &str| std::fs::read_to_string(folder.join(name)).ok()?.lines().next().map(|line| folder.join(line.trim()));
        let common = first_line("commondir").unwrap_or_else(|| folder.clone());
        let _ = config.add_file(&common.join("config"), ConfigLevel::Local, false);
        let _ = config.add_file(&folder.join("config.worktree"), ConfigLevel::Worktree, false);
    }
    config.snapshot().ok()
}

/// Git's own folder: `GIT_DIR`, or the next `.git` above, which may be a file that names it.
fn git_folder(place: &CommitPlace) -> Option<PathBuf> {
    if let Some(folder) = &place.git_dir {
        return Some(place.folder.join(folder));
    }
    let entry = place.folder.ancestors().map(|folder| folder.join(".git")).find(|entry| entry.exists())?;
    if entry.is_dir() {
        return Some(entry);
    }
    let text = std::fs::read_to_string(&entry).ok()?;
    let named = Path::new(text.strip_prefix("gitdir:")?.trim());
    Some(entry.parent()?.join(named))
}

/// The keys and values of `GIT_CONFIG_PARAMETERS`: `'key'='value'`, of older git `'key=value'`, with `'\''` for a quote.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => is_quoted = !is_quoted,
            '\\' if !is_quoted => word.extend(characters.next()),
            ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.iter().filter_map(|word| word.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h2_what_was_typed_for_git_is_read_as_git_hands_it_on() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(parameters(r"'core.commentChar'=';' 'a.b=it'\''s' 'x.y'"), [pair("core.commentChar", ";"), pair("a.b", "it's")]);
        assert_eq!(parameters(""), []);
    }

    #[test]
    fn h2_settings_are_those_of_the_repository_though_libgit2_does_not_know_its_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let git = folder.path().join(".git");
        std::fs::create_dir_all(&git).expect("a folder");
        std::fs::write(git.join("included"), "[commit]\n\tcleanup = scissors\n").expect("a file");
        let kind = "[core]\n\trepositoryformatversion = 1\n\tcommentChar = \";\"\n[extensions]\n\tobjectFormat = sha256\n\trefStorage = reftable\n[include]\n\tpath = included\n";
        std::fs::write(git.join("config"), kind).expect("a file");
        let below = folder.path().join("a/b");
        std::fs::create_dir_all(&below).expect("folders");
        let linked = folder.path().join("linked");
        std::fs::create_dir_all(&linked).expect("a folder");
        std::fs::create_dir_all(git.join("worktrees/linked")).expect("a folder");
        std::fs::write(git.join("worktrees/linked/commondir"), "../..\n").expect("a file");
        std::fs::write(linked.join(".git"), format!("gitdir: {}\n", git.join("worktrees/linked").display())).expect("a file");
        for place in [folder.path(), &below, &linked] {
            let settings = CommitSettings::read(&CommitPlace { folder: place.to_owned(), ..CommitPlace::default() });
            assert_eq!((settings.cleanup.as_deref(), settings.comment.as_deref()), (Some("scissors"), Some(";")), "{}", place.display());
        }
        let typed = Some("'core.commentstring'='//'".to_owned());
        let settings = CommitSettings::read(&CommitPlace { folder: folder.path().to_owned(), git_dir: Some(git), typed });
        assert_eq!(settings.comment.as_deref(), Some("//"));
    }
}
