//! The request log: what was asked and what was answered, for tests to assert on.

use serde_json::Value;

/// A GraphQL document from its first line on that is no comment.
pub fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, after)| after.trim_start());
    }
    rest
}

/// One request with its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Counted from 1.
    pub sequence: u64,
    /// The HTTP method.
    pub method: String,
    /// The path, as it came, without `/api/v3`.
    pub path: String,
    /// What followed `?`; empty where nothing did.
    pub query: String,
    /// The route that answered, as GitHub's API description writes it; `None` for GraphQL, git and what nobody knows.
    pub route: Option<&'static str>,
    /// The name of the GraphQL operation.
    pub operation: Option<String>,
    /// The request's body, where it was JSON.
    pub request: Option<Value>,
    /// The status; `None` where the connection was dropped.
    pub status: Option<u16>,
    /// The answer's body, where it was JSON. It was not sent where the connection was dropped.
    pub response: Option<Value>,
    /// What the token is called.
    pub identity: Option<String>,
    /// True when a fault was played.
    pub faulty: bool,
}

impl Exchange {
    /// `METHOD path` or the name of the GraphQL operation: what a test usually counts.
    pub fn name(&self) -> String {
        match (&self.operation, self.route) {
            (Some(operation), _) => format!("graphql {operation}"),
            (None, Some(route)) => format!("{} {route}", self.method),
            (None, None) => format!("{} {}", self.method, self.path),
        }
    }

    /// True when it may have changed something: no reading method, no GraphQL query.
    pub fn writes(&self) -> bool {
        let query = |body: &Value| body.get("query").and_then(Value::as_str).is_some_and(|text| !without_comments(text).starts_with("mutation"));
        let reads = matches!(self.method.as_str(), "GET" | "HEAD") || self.request.as_ref().is_some_and(query);
        !reads
    }
}
