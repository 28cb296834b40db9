//! Reading a JSON payload by field, so that every refusal names the path of the field. Never shows a value: it may be a secret.

use std::str::FromStr;

use serde_json::Value;

use crate::domain::Invalid;

/// The server sends no larger payload: 25 MiB.
const MOST_BYTES: usize = 25 * 1024 * 1024;

/// Why an event's payload cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Larger than any the server sends.
    #[error("the event's payload has {bytes} bytes, more than the server's own limit of {most}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Not JSON.
    #[error("the event's payload is not JSON")]
    NotJson(#[from] serde_json::Error),
    /// A field is missing, or null.
    #[error("the event's payload has no `{path}`")]
    Missing {
        /// The field's path, e.g. `issue.user.id`.
        path: String,
    },
    /// A field is of another kind than the server documents.
    #[error("`{path}` of the event's payload is not {expected}")]
    Kind {
        /// The field's path.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A field's text is refused by its type.
    #[error("`{path}` of the event's payload is refused")]
    Refused {
        /// The field's path.
        path: String,
        /// Why.
        source: Invalid,
    },
}

/// The payload as JSON; a byte order mark is passed over.
pub(super) fn json(payload: &[u8]) -> Result<Value, EventError> {
    if payload.len() > MOST_BYTES {
        return Err(EventError::TooLarge { bytes: payload.len(), most: MOST_BYTES });
    }
    Ok(serde_json::from_slice(payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload))?)
}

/// A place in the payload.
#[derive(Clone)]
pub(super) struct At<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> At<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The field of that name; `None` where it is missing or null.
    pub(super) fn find(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Self { value, path: self.below(key) })
    }

    pub(super) fn get(&self, key: &str) -> Result<Self, EventError> {
        self.find(key).ok_or_else(|| EventError::Missing { path: self.below(key) })
    }

    /// The elements of a list.
    pub(super) fn list(&self) -> Result<Vec<Self>, EventError> {
        let elements = self.value.as_array().ok_or_else(|| self.kind("a list"))?;
        Ok(elements.iter().enumerate().map(|(index, value)| Self { value, path: format!("{}[{index}]", self.path) }).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, EventError> {
        self.value.as_str().ok_or_else(|| self.kind("a text"))
    }

    /// A number that the server gives to a thing: a positive whole number.
    pub(super) fn number(&self) -> Result<u64, EventError> {
        self.value.as_u64().filter(|number| *number > 0).ok_or_else(|| self.kind("a positive whole number"))
    }

    /// The same, or its decimal digits as a text: inputs of a dispatch are texts.
    pub(super) fn number_or_digits(&self) -> Result<u64, EventError> {
        let Some(text) = self.value.as_str() else { return self.number() };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let number = if plain { text.parse().ok() } else { None };
        number.ok_or_else(|| self.kind("a positive whole number"))
    }

    /// A text that its type accepts.
    pub(super) fn checked<T: FromStr<Err = Invalid>>(&self) -> Result<T, EventError> {
        self.text()?.parse().map_err(|source| self.refused(source))
    }

    /// A time in RFC 3339.
    pub(super) fn time(&self) -> Result<jiff::Timestamp, EventError> {
        self.text()?.parse().map_err(|_| self.kind("a time in RFC 3339"))
    }

    pub(super) fn truth(&self) -> Result<bool, EventError> {
        self.value.as_bool().ok_or_else(|| self.kind("true or false"))
    }

    pub(super) fn refused(&self, source: Invalid) -> EventError {
        EventError::Refused { path: self.path.clone(), source }
    }

    /// The refusal of a value that is not what it should be.
    pub(super) fn kind(&self, expected: &'static str) -> EventError {
        EventError::Kind { path: self.path.clone(), expected }
    }
}
