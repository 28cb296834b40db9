//! What resolvers are and what they answer. A resolver is asked field by field; nothing is computed that was not asked for.

use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::args::Args;
use super::cost::Cost;
use super::fault::Fault;
use crate::sandbox::state::{Access, Permission, State, Viewer};

/// What every resolver may look at.
#[derive(Clone, Copy)]
pub(super) struct Context<'s> {
    /// The whole in-memory GitHub.
    pub state: &'s State,
    /// Who asks, and what their token may do.
    pub viewer: &'s Viewer,
    /// What is left of the rate limit.
    pub budget: Budget,
    /// What this request costs.
    pub cost: Cost,
}

/// The rate limit of GraphQL, in points, before a request.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// So many in an hour.
    pub limit: u64,
    /// So many are spent.
    pub used: u64,
    /// When they are all there again.
    pub resets_at: jiff::Timestamp,
}

/// An object of one GraphQL type.
pub(super) trait Object<'s> {
    /// The name of its concrete type, for `__typename` and type conditions.
    fn type_name(&self) -> &'static str;

    /// One field of it; [`Fault::no_field`] where it has none of that name.
    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s>;
}

/// What a field resolves to.
pub(super) type Resolved<'s> = Result<Answer<'s>, Fault>;

/// The value of a field.
#[derive(Clone)]
pub(super) enum Answer<'s> {
    /// A scalar, an enum's word, or null.
    Leaf(Json),
    /// An object, of which fields may be selected.
    Object(Rc<dyn Object<'s> + 's>),
    /// A list of either.
    List(Vec<Answer<'s>>),
}

impl<'s> Answer<'s> {
    /// Nothing.
    pub const NULL: Self = Self::Leaf(Json::Null);

    /// An object.
    pub fn object(object: impl Object<'s> + 's) -> Self {
        Self::Object(Rc::new(object))
    }

    /// An object, or null.
    pub fn maybe(object: Option<impl Object<'s> + 's>) -> Self {
        object.map_or(Self::NULL, Self::object)
    }
}

impl From<&str> for Answer<'_> {
    fn from(text: &str) -> Self {
        Self::Leaf(json!(text))
    }
}

impl From<String> for Answer<'_> {
    fn from(text: String) -> Self {
        Self::Leaf(Json::String(text))
    }
}

impl From<bool> for Answer<'_> {
    fn from(flag: bool) -> Self {
        Self::Leaf(Json::Bool(flag))
    }
}

impl From<u64> for Answer<'_> {
    fn from(number: u64) -> Self {
        Self::Leaf(json!(number))
    }
}

impl From<usize> for Answer<'_> {
    fn from(number: usize) -> Self {
        Self::Leaf(json!(number))
    }
}

impl From<jiff::Timestamp> for Answer<'_> {
    fn from(at: jiff::Timestamp) -> Self {
        // GitHub answers whole seconds.
        Self::Leaf(json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
    }
}

impl<'s, T: Into<Answer<'s>>> From<Option<T>> for Answer<'s> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Answer::NULL, Into::into)
    }
}

impl Context<'_> {
    /// Fails as GitHub does where the token may not read this.
    pub fn may_read(&self, permission: Permission) -> Result<(), Fault> {
        if self.viewer.may(permission, Access::Read) { Ok(()) } else { Err(Fault::forbidden()) }
    }

    /// Fails as GitHub does where the token may not write this.
    pub fn may_write(&self, permission: Permission) -> Result<(), Fault> {
        if self.viewer.may(permission, Access::Write) { Ok(()) } else { Err(Fault::forbidden()) }
    }

    /// An absolute URL of the sandbox.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.state.base_url.replacen("://api.", "://", 1))
    }
}
