//! An Enterprise Server that is older than GitHub.com: what it lacks.

/// A server of some version, and what it does not have yet.
#[derive(Clone, Debug)]
pub struct Older {
    /// Its version, e.g. `3.9.2`.
    pub version: String,
    /// Fields of the GraphQL schema as `Type.field`, and routes as `METHOD pattern`.
    pub lacks: Vec<String>,
}

impl Older {
    /// The types whose fields of this name it lacks.
    pub fn types_without<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.lacks.iter().filter_map(move |lack| lack.split_once('.').filter(|(_, name)| *name == field).map(|(kind, _)| kind))
    }

    /// True where it does not know the route.
    pub fn lacks_route(&self, method: &str, pattern: &str) -> bool {
        self.lacks.iter().any(|lack| lack.split_once(' ') == Some((method, pattern)))
    }
}
