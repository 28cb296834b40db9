//! What git says of a repository's hooks: where they are, whose setting that is, and who commits here. It is asked in the user's own environment, because that decides
//! where hooks are looked for; nothing of the repository is run by these questions.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::fetch::plain;
use crate::programs::{ChildEnvironment, Run, run_to_end};
use crate::setup::hooks::{Repository, Scope, Setting};

/// How long git may take to answer.
const LIMIT: Duration = Duration::from_secs(20);

/// Git did not say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HooksUnknown {
    /// The folder lies in no repository, or in one that git does not trust.
    #[error("SG-REPOSITORY: {folder} lies in no git repository that can be read: {why}")]
    NoRepository {
        /// The folder.
        folder: String,
        /// Git's words.
        why: String,
    },
    /// Git could not be asked, or its answer was not understood.
    #[error("SG-REPOSITORY: git could not be asked about hooks: {why}")]
    Unanswered {
        /// Its words, or ours.
        why: String,
    },
}

/// A repository, to be asked about hooks.
#[derive(Clone, Debug)]
pub struct HookQuestions<'a> {
    folder: &'a Path,
    environment: &'a ChildEnvironment,
}

/// What git answered.
enum Answer {
    Said(Vec<u8>),
    /// It ended so, with these words.
    Failed(Option<i32>, String),
}

impl<'a> HookQuestions<'a> {
    /// The repository that this folder lies in.
    pub fn new(folder: &'a Path, environment: &'a ChildEnvironment) -> Self {
        Self { folder, environment }
    }

    /// Where the repository's hooks are.
    ///
    /// # Errors
    /// [`HooksUnknown`]
    pub fn repository(&self) -> Result<Repository, HooksUnknown> {
        let common = self.common()?;
        let root = if self.word(&["rev-parse", "--is-bare-repository"])? == b"true" { None } else { Some(self.root()?) };
        let has_linked = std::fs::read_dir(common.join("worktrees")).is_ok_and(|mut entries| entries.next().is_some());
        Ok(Repository { common, root, has_linked, setting: self.setting()? })
    }

    /// The folder that all work trees of the repository share, absolute.
    ///
    /// # Errors
    /// [`HooksUnknown`]
    pub fn common(&self) -> Result<PathBuf, HooksUnknown> {
        match self.ask(&["rev-parse", "--git-common-dir"])? {
            Answer::Said(path) => self.absolute(&path),
            Answer::Failed(_, why) => Err(HooksUnknown::NoRepository { folder: crate::domain::shown(&self.folder.display().to_string()), why }),
        }
    }

    /// Who commits here, as `Name <mail>`; none where git does not know.
    pub fn committer(&self) -> Option<String> {
        let line = String::from_utf8_lossy(&self.word(&["var", "GIT_COMMITTER_IDENT"]).ok()?).into_owned();
        // `Name <mail> seconds zone`
        line.rfind('>').map(|end| line[..=end].to_owned())
    }

    /// The id of a commit, branch or tag; none where there is none.
    pub fn id_of(&self, name: &str) -> Option<String> {
        let id = String::from_utf8(self.word(&["rev-parse", "--verify", "--quiet", "--end-of-options", name]).ok()?).ok()?;
        (id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
    }

    /// The root of the work tree. In the repository's own folder there is none around us, although the repository has one: then its hooks' relative paths begin
    /// where git would start them, beside that folder.
    fn root(&self) -> Result<PathBuf, HooksUnknown> {
        match self.ask(&["rev-parse", "--show-toplevel"])? {
            Answer::Said(path) => self.absolute(&path),
            Answer::Failed(..) => self.common().map(|common| common.parent().map(Path::to_path_buf).unwrap_or(common)),
        }
    }

    fn setting(&self) -> Result<Option<Setting>, HooksUnknown> {
        match self.ask(&["config", "--null", "--show-scope", "--show-origin", "--type=path", "--get", "core.hooksPath"])? {
            Answer::Failed(Some(1), _) => Ok(None),
            Answer::Failed(_, why) => Err(HooksUnknown::Unanswered { why }),
            Answer::Said(text) => {
                setting(&text).map(Some).ok_or_else(|| HooksUnknown::Unanswered { why: "its answer about core.hooksPath has another form".to_owned() })
            }
        }
    }

    /// The answer without its last newline.
    fn word(&self, arguments: &[&str]) -> Result<Vec<u8>, HooksUnknown> {
        match self.ask(arguments)? {
            Answer::Said(mut text) => {
                if text.last() == Some(&b'\n') {
                    text.pop();
                }
                Ok(text)
            }
            Answer::Failed(_, why) => Err(HooksUnknown::Unanswered { why }),
        }
    }

    /// A path of git's, which is relative to the folder that it was asked in.
    fn absolute(&self, line: &[u8]) -> Result<PathBuf, HooksUnknown> {
        let unanswered = |why: String| HooksUnknown::Unanswered { why };
        let path = self.folder.join(path(line.strip_suffix(b"\n").unwrap_or(line)).ok_or_else(|| unanswered("a path of git's is not UTF-8".to_owned()))?);
        path.canonicalize().map_err(|error| unanswered(format!("{}: {error}", crate::domain::shown(&path.display().to_string()))))
    }

    #[expect(clippy::disallowed_methods, reason = "git is started in src/git only")]
    fn ask(&self, arguments: &[&str]) -> Result<Answer, HooksUnknown> {
        let mut git = Command::new("git");
        self.environment.give_to(&mut git);
        git.env("LC_ALL", "C").current_dir(self.folder).args(arguments);
        let run = Run { program: "git", input: b"", limit: LIMIT };
        let finished = run_to_end(git, run).map_err(|error| HooksUnknown::Unanswered { why: error.to_string() })?;
        if finished.code == Some(0) {
            return Ok(Answer::Said(finished.output));
        }
        let why = finished.error_tail.lines().map(str::trim).find(|line| !line.is_empty()).map_or_else(|| "git gave no reason".to_owned(), plain);
        Ok(Answer::Failed(finished.code, why))
    }
}

/// `scope NUL origin NUL value NUL`
fn setting(text: &[u8]) -> Option<Setting> {
    let mut parts = text.strip_suffix(b"\0")?.split(|byte| *byte == 0);
    let (scope, origin, value) = (parts.next()?, parts.next()?, parts.next()?);
    let scope = Scope::of_word(std::str::from_utf8(scope).ok()?)?;
    Some(Setting { value: path(value)?, scope, origin: String::from_utf8_lossy(origin).into_owned() })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a path must be UTF-8")]
fn path(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(|text| PathBuf::from(OsStr::new(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h1_a_setting_is_read_with_its_scope_whatever_stands_in_it() {
        let read = setting(b"local\0file:.git/config\0/a b\n\xc3\xa4\0").expect("a setting");
        assert_eq!((read.scope, read.origin.as_str(), read.value), (Scope::Local, "file:.git/config", PathBuf::from("/a b\n\u{e4}")));
        assert_eq!(setting(b"local\0file:.git/config\0\0").expect("a setting").value, PathBuf::new());
        for other in [&b""[..], b"local\0", b"local\0x\0/a", b"nobody\0x\0/a\0"] {
            assert_eq!(setting(other), None, "{other:?}");
        }
    }
}
