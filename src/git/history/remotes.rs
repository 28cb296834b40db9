//! Remotes, as this clone knows them: their names, their addresses, their default branch. Nothing is asked of the network.

use std::fmt;

use super::objects::{Kind, Objects};
use super::start::Input;
use super::{HistoryError, Repository};
use crate::domain::{HeadBranch, ObjectId};

/// The name of a remote that can have branches of its own below `refs/remotes/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteName(String);

/// The default branch of a remote, as this clone knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultBranch {
    /// Its name, without `refs/heads/`.
    pub name: String,
    /// Its tip, as it was last seen.
    pub tip: ObjectId,
}

impl RemoteName {
    /// The name, where git could keep branches under it.
    pub fn new(name: &str) -> Option<Self> {
        let fits = !name.starts_with('-') && HeadBranch::new(format!("refs/remotes/{name}/HEAD")).is_ok();
        fits.then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Repository {
    /// The remotes that fetch from, or push to, this address: as git makes it of `url`, `pushurl`, `insteadOf` and `pushInsteadOf`.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn remotes_at(&self, url: &str) -> Result<Vec<RemoteName>, HistoryError> {
        let output = self.place.answer("remote", &["-v"], Input::Nothing)?;
        Ok(at(&String::from_utf8_lossy(&output), url))
    }

    /// The default branch of a remote: where its HEAD points, else its `main`, else its `master`; none where none of them was ever fetched.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn default_branch(&self, remote: &RemoteName, objects: &mut Objects) -> Result<Option<DefaultBranch>, HistoryError> {
        let prefix = format!("refs/remotes/{remote}/");
        let head = self.symbolic(&format!("{prefix}HEAD"))?;
        let head = head.as_deref().and_then(|name| name.strip_prefix(&prefix));
        for name in head.into_iter().chain(["main", "master"]) {
            let named = objects.named(&format!("{prefix}{name}"), super::commits::LARGEST)?;
            if let Some(named) = named.filter(|named| named.kind == Kind::Commit) {
                return Ok(Some(DefaultBranch { name: name.to_owned(), tip: named.id }));
            }
        }
        Ok(None)
    }

    /// The ref that a symbolic ref points at; none where it is not there or is no symbolic one.
    fn symbolic(&self, name: &str) -> Result<Option<String>, HistoryError> {
        if let Some((known, target)) = &self.symbolic
            && known == name
        {
            return Ok(target.clone());
        }
        let ended = self.place.run("symbolic-ref", &["--quiet", name], Input::Nothing)?;
        match ended.code {
            Some(0) => Ok(String::from_utf8(ended.output).ok().map(|target| target.trim_end_matches('\n').to_owned())),
            Some(1) => Ok(None),
            _ => Err(ended.failed("symbolic-ref")),
        }
    }
}

/// The names in the output of `git remote -v` beside this address.
fn at(output: &str, url: &str) -> Vec<RemoteName> {
    let mut names: Vec<RemoteName> = Vec::new();
    for line in output.lines() {
        let Some((name, rest)) = line.split_once('\t') else { continue };
        let is_it = [" (fetch)", " (push)"].iter().any(|way| rest.rfind(way).is_some_and(|at| rest[..at] == *url));
        if let Some(name) = RemoteName::new(name).filter(|name| is_it && !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_remotes_are_found_by_their_addresses() {
        let output = "a\t/x y (fetch)\na\t/z (push)\nb\t/z (fetch) [blob:none]\nb\t/z (push)\nc\t/zz (fetch)\n";
        let names = |url: &str| at(output, url).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names("/x y"), ["a"]);
        assert_eq!(names("/z"), ["a", "b"]);
        assert!(names("/").is_empty());
    }

    #[test]
    fn h3_a_name_that_git_would_take_for_a_pattern_or_an_option_is_none() {
        for name in ["", "a*", "a?", "a[b", "a b", "a..b", "-a", "/x", "https://example.com/x"] {
            assert_eq!(RemoteName::new(name), None, "{name}");
        }
        assert_eq!(RemoteName::new("team/origin").map(|name| name.to_string()).as_deref(), Some("team/origin"));
    }
}
