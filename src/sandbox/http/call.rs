//! One REST request as a handler sees it, and what a handler gives back.

use std::collections::BTreeMap;

use git2::Oid;
use serde_json::{Value, json};

use super::limit::{Resource, Standing};
use crate::sandbox::state::{Account, Pull, Repository, State, Viewer};
use crate::sandbox::wire::Wire;

/// A request that has a route, a token, and the permission.
pub struct Call<'a> {
    /// What the sandbox holds.
    pub state: &'a mut State,
    /// Who asks.
    pub viewer: Viewer,
    /// The parts of the path that the route names.
    pub params: BTreeMap<&'static str, String>,
    /// The query.
    pub query: Query,
    /// The body; `null` where there is none.
    pub body: Value,
    /// The repository the path names; 0 where it names none.
    pub repository: u64,
    /// What the caller accepts.
    pub accept: String,
    /// The API version the caller asks for.
    pub version: String,
    /// How the token stands, by resource.
    pub standings: [(Resource, Standing); 2],
}

/// The parameters behind `?`.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// As they came, decoded.
    pub pairs: Vec<(String, String)>,
}

impl Query {
    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What a handler gives back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Body,
    /// The page this is of a list, where it is one.
    pub page: Option<Page>,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// Bytes of this media type.
    Raw(&'static str, Vec<u8>),
}

/// Where a page stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1.
    pub number: usize,
    /// How many there are.
    pub last: usize,
}

/// A request that is refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// GitHub's message.
    pub message: String,
    /// Its list of errors, where there is one.
    pub errors: Option<Value>,
}

/// What comes of a request.
pub type Handled = Result<Reply, Refusal>;

impl Reply {
    /// 200 with JSON.
    pub fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// 201 with JSON, and its URL as `Location`.
    pub fn created(body: Value) -> Self {
        let location = body.get("url").and_then(Value::as_str).map(str::to_owned);
        let headers = location.into_iter().map(|url| ("location", url)).collect();
        Self { headers, ..Self::json(201, body) }
    }

    /// A status with JSON.
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, body: Body::Json(body), page: None, headers: Vec::new() }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: 204, body: Body::Empty, page: None, headers: Vec::new() }
    }

    /// 200 with bytes.
    pub fn raw(media_type: &'static str, bytes: Vec<u8>) -> Self {
        Self { status: 200, body: Body::Raw(media_type, bytes), page: None, headers: Vec::new() }
    }
}

impl Refusal {
    /// A status with a message.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: None }
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 422 with a message.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, message)
    }

    /// 422 about one field, in GitHub's form.
    pub fn field(resource: &str, field: &str, code: &str) -> Self {
        let errors = json!([{ "resource": resource, "field": field, "code": code }]);
        Self { status: 422, message: "Validation Failed".to_owned(), errors: Some(errors) }
    }

    /// The answer.
    pub fn into_reply(self) -> Reply {
        let url = "https://docs.github.com/rest";
        let mut body = json!({ "message": self.message, "documentation_url": url, "status": self.status.to_string() });
        if let Some(errors) = self.errors {
            body["errors"] = errors;
        }
        Reply::json(self.status, body)
    }
}

impl From<crate::sandbox::acts::Missing> for Refusal {
    fn from(_: crate::sandbox::acts::Missing) -> Self {
        Self::not_found()
    }
}

impl Call<'_> {
    /// The repository the path names.
    ///
    /// # Panics
    /// On a route that names none.
    pub fn repo(&self) -> &Repository {
        self.state.repository(self.repository).expect("the router has found the repository")
    }

    /// Draws things.
    pub fn wire(&self) -> Wire<'_> {
        Wire::of(self.state)
    }

    /// A part of the path.
    ///
    /// # Panics
    /// Where the route does not name it.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).expect("the route names this part")
    }

    /// A part of the path that is a number.
    ///
    /// # Errors
    /// 404 where it is none.
    pub fn number(&self, name: &str) -> Result<u64, Refusal> {
        self.param(name).parse().map_err(|_| Refusal::not_found())
    }

    /// The commit that a part of the path names.
    ///
    /// # Errors
    /// 422, as GitHub has it for commits that are not there.
    pub fn commit(&self, name: &str) -> Result<Oid, Refusal> {
        let text = self.param(name);
        let text = text.strip_prefix("refs/").unwrap_or(text);
        let text = text.strip_prefix("heads/").or_else(|| text.strip_prefix("tags/")).unwrap_or(text);
        self.repo().git.resolve(text).ok_or_else(|| Refusal::unprocessable(format!("No commit found for SHA: {text}")))
    }

    /// The pull request that `pull_number` names.
    ///
    /// # Errors
    /// 404 where there is none.
    pub fn pull(&self) -> Result<&Pull, Refusal> {
        let number = self.number("pull_number")?;
        self.repo().pull(number).ok_or_else(Refusal::not_found)
    }

    /// The account that a part of the path names.
    ///
    /// # Errors
    /// 404 where there is none.
    pub fn account(&self, name: &str) -> Result<&Account, Refusal> {
        self.state.account_named(self.param(name)).ok_or_else(Refusal::not_found)
    }

    /// A text of the body.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// A text of the body that must be there.
    ///
    /// # Errors
    /// 422 in GitHub's words.
    pub fn needed_text(&self, field: &str) -> Result<&str, Refusal> {
        self.text(field).ok_or_else(|| Refusal::unprocessable(format!("Invalid request.\n\n\"{field}\" wasn't supplied.")))
    }

    /// A switch of the body.
    pub fn switch(&self, field: &str) -> Option<bool> {
        self.body.get(field).and_then(Value::as_bool)
    }

    /// One page of a list, drawn.
    pub fn page<'s, T>(&'s self, items: Vec<T>, draw: impl Fn(Wire<'s>, T) -> Value) -> Reply {
        let (drawn, page) = self.cut(items, draw);
        Reply { page: Some(page), ..Reply::ok(Value::Array(drawn)) }
    }

    /// One page of a list, drawn, under a name and beside the total count.
    pub fn counted_page<'s, T>(&'s self, name: &str, items: Vec<T>, draw: impl Fn(Wire<'s>, T) -> Value) -> Reply {
        let total = items.len();
        let (drawn, page) = self.cut(items, draw);
        let mut body = json!({ "total_count": total });
        body[name] = Value::Array(drawn);
        Reply { page: Some(page), ..Reply::ok(body) }
    }

    fn cut<'s, T>(&'s self, items: Vec<T>, draw: impl Fn(Wire<'s>, T) -> Value) -> (Vec<Value>, Page) {
        let read = |name: &str| self.query.get(name).and_then(|text| text.parse::<usize>().ok()).filter(|number| *number > 0);
        let size = read("per_page").unwrap_or(30).min(100);
        let page = Page { number: read("page").unwrap_or(1), last: items.len().div_ceil(size).max(1) };
        let start = (page.number - 1).saturating_mul(size);
        let drawn = items.into_iter().skip(start).take(size).map(|item| draw(self.wire(), item)).collect();
        (drawn, page)
    }
}
