//! A fact is known, or it is not, and then it says why. There is no default.

use serde::{Deserialize, Serialize};

/// A value that was asked for, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact<T> {
    /// It is known.
    Known(T),
    /// It was asked for and could not be had. Never go.
    Unavailable(Why),
    /// No gate in force needed it. A gate that meets this did not declare its need: never go.
    NotAsked,
}

/// Why a fact could not be had, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// What happened, e.g. `the token may not read team members`.
    pub what: String,
    /// What would mend it, e.g. `give the token organisation permission members: read`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Why {
    /// A reason without a mend.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), mend: None }
    }

    /// The same reason with a mend.
    #[must_use]
    pub fn mended_by(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

impl<T> Fact<T> {
    /// The value, or why there is none.
    ///
    /// # Errors
    /// [`Why`], also where nobody asked.
    pub fn get(&self) -> Result<&T, Why> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unavailable(why) => Err(why.clone()),
            Self::NotAsked => Err(Why::new("this fact was not asked for")),
        }
    }

    /// The value, where known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unavailable(_) | Self::NotAsked => None,
        }
    }
}

/// A list that came in pages: its items, and how many there are in truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// What was read.
    pub items: Vec<T>,
    /// How many the server has.
    pub total: u64,
    /// True when everything was read.
    pub complete: bool,
}

/// A list was too long to be read whole: no partial decision is made on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {read} of {total} could be read")]
pub struct Truncated {
    /// How many were read.
    pub read: u64,
    /// How many there are.
    pub total: u64,
}

impl<T> Listing<T> {
    /// A list that was read whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self { total: items.len() as u64, items, complete: true }
    }

    /// All items, only where all were read.
    ///
    /// # Errors
    /// [`Truncated`] where some are missing.
    pub fn all(&self) -> Result<&[T], Truncated> {
        if self.complete { Ok(&self.items) } else { Err(Truncated { read: self.items.len() as u64, total: self.total }) }
    }
}
