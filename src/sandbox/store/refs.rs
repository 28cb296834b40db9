//! Refs: created, moved, and deleted all or nothing.

use git2::{ErrorCode, ObjectType, Oid, Reference};

use super::Store;

/// What a ref points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefTarget {
    /// The full name.
    pub name: String,
    /// The object.
    pub id: Oid,
    /// Its kind.
    pub kind: ObjectType,
}

/// Why a ref was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefError {
    /// The name is not one that git accepts, or does not begin with `refs/` and two more parts.
    #[error("the ref name is not valid")]
    BadName,
    /// It exists already.
    #[error("Reference already exists")]
    Exists,
    /// It does not exist.
    #[error("Reference does not exist")]
    Missing,
    /// The object does not exist.
    #[error("Object does not exist")]
    NoObject,
    /// A branch must point at a commit.
    #[error("Object is not a commit")]
    NotACommit,
    /// The move would lose commits.
    #[error("Update is not a fast forward")]
    NotFastForward,
    /// It does not point at what was expected.
    #[error("Reference cannot be updated")]
    Moved,
}

impl Store {
    /// What the ref of this full name points at.
    pub fn target(&self, name: &str) -> Option<RefTarget> {
        if !Reference::is_valid_name(name) {
            return None;
        }
        let id = self.git().find_reference(name).ok()?.target()?;
        Some(RefTarget { name: name.to_owned(), id, kind: self.kind(id)? })
    }

    /// The tip of a branch.
    pub fn branch(&self, name: &str) -> Option<Oid> {
        self.target(&format!("refs/heads/{name}")).map(|target| target.id)
    }

    /// All refs whose full name begins with this, by name.
    pub fn refs(&self, prefix: &str) -> Vec<RefTarget> {
        let Ok(names) = self.git().references() else { return Vec::new() };
        let mut found: Vec<RefTarget> =
            names.flatten().filter_map(|reference| reference.name().ok().filter(|name| name.starts_with(prefix)).and_then(|name| self.target(name))).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        found
    }

    /// True when a ref may be made or moved to this object.
    ///
    /// # Errors
    /// [`RefError`] that says why not.
    pub fn check_ref(&self, name: &str, to: Oid) -> Result<(), RefError> {
        if !Reference::is_valid_name(name) || !name.starts_with("refs/") || name.matches('/').count() < 2 {
            return Err(RefError::BadName);
        }
        match self.kind(to) {
            None => Err(RefError::NoObject),
            Some(ObjectType::Commit) => Ok(()),
            Some(_) if name.starts_with("refs/heads/") => Err(RefError::NotACommit),
            Some(_) => Ok(()),
        }
    }

    /// Creates a ref; fails when there is one.
    ///
    /// # Errors
    /// [`RefError`]; nothing changed.
    pub fn create_ref(&self, name: &str, to: Oid) -> Result<(), RefError> {
        self.check_ref(name, to)?;
        match self.git().reference(name, to, false, "sandbox") {
            Ok(_) => Ok(()),
            Err(error) if error.code() == ErrorCode::Exists => Err(RefError::Exists),
            // A ref `a/b` beside a ref `a` cannot be: git's own rule.
            Err(_) => Err(RefError::Moved),
        }
    }

    /// Moves a ref from the object expected to another; `None` expects whatever is there.
    ///
    /// # Errors
    /// [`RefError`]; nothing changed.
    pub fn move_ref(&self, name: &str, expected: Option<Oid>, to: Oid) -> Result<(), RefError> {
        self.check_ref(name, to)?;
        let now = self.target(name).ok_or(RefError::Missing)?;
        if expected.is_some_and(|expected| expected != now.id) {
            return Err(RefError::Moved);
        }
        self.git().reference_matching(name, to, true, now.id, "sandbox").map(|_| ()).map_err(|_| RefError::Moved)
    }

    /// Deletes a ref.
    ///
    /// # Errors
    /// [`RefError`]; nothing changed.
    pub fn delete_ref(&self, name: &str) -> Result<(), RefError> {
        if !Reference::is_valid_name(name) {
            return Err(RefError::Missing);
        }
        let mut reference = self.git().find_reference(name).map_err(|_| RefError::Missing)?;
        reference.delete().map_err(|_| RefError::Missing)
    }

    /// True when `ancestor` is `descendant` or one of its ancestors.
    pub fn contains(&self, descendant: Oid, ancestor: Oid) -> bool {
        descendant == ancestor || self.git().graph_descendant_of(descendant, ancestor).unwrap_or(false)
    }
}
