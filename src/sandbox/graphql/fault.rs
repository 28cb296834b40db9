//! What goes wrong while a query is answered, in GitHub's words. Everything here travels under HTTP status 200.

use graphql_parser::Pos;
use serde_json::{Value as Json, json};

/// One failed field, or a document that cannot be answered at all.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    kind: Kind,
    message: String,
}

#[derive(Clone, Debug)]
enum Kind {
    /// GitHub's `type` of an error while a field is resolved: the field becomes null.
    Typed(&'static str),
    /// The document does not fit the schema: nothing is answered. Holds `extensions`.
    Document(Json),
    /// A field or argument that the sandbox does not know; the executor puts its type and name in.
    NoField,
}

impl Fault {
    /// Something that is not there, or that the token may not see.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::typed("NOT_FOUND", message)
    }

    /// No node has that id.
    pub fn no_node(id: &str) -> Self {
        Self::not_found(format!("Could not resolve to a node with the global id of '{id}'"))
    }

    /// The token of an app or of a workflow lacks the permission.
    pub fn forbidden() -> Self {
        Self::typed("FORBIDDEN", "Resource not accessible by integration")
    }

    /// A compare-and-swap whose expected value is not the one found.
    pub fn stale(message: impl Into<String>) -> Self {
        Self::typed("STALE_DATA", message)
    }

    /// The state of things is against it.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::typed("UNPROCESSABLE", message)
    }

    /// Any other error with a type of GitHub's.
    pub fn typed(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind: Kind::Typed(kind), message: message.into() }
    }

    /// The resolver has no field of the name asked for.
    pub fn no_field() -> Self {
        Self { kind: Kind::NoField, message: String::new() }
    }

    /// The document as a whole cannot be answered.
    pub fn document(message: impl Into<String>, extensions: Json) -> Self {
        Self { kind: Kind::Document(extensions), message: message.into() }
    }

    /// The field `name` does not exist on `type_name`.
    pub fn undefined_field(type_name: &str, name: &str) -> Self {
        let extensions = json!({ "code": "undefinedField", "typeName": type_name, "fieldName": name });
        Self::document(format!("Field '{name}' doesn't exist on type '{type_name}'"), extensions)
    }

    /// The field takes no argument of that name.
    pub fn undefined_argument(field: &str, argument: &str) -> Self {
        let extensions = json!({ "code": "argumentNotAccepted", "name": field, "typeName": "Field", "argumentName": argument });
        Self::document(format!("Field '{field}' doesn't accept argument '{argument}'"), extensions)
    }

    /// True when the resolver did not know the field.
    pub fn is_no_field(&self) -> bool {
        matches!(self.kind, Kind::NoField)
    }

    /// True when nothing of the document is answered.
    pub fn is_fatal(&self) -> bool {
        matches!(self.kind, Kind::Document(_) | Kind::NoField)
    }

    /// The error as GitHub writes it.
    pub fn to_json(&self, path: &[Json], at: Option<Pos>) -> Json {
        let mut error = json!({ "message": self.message });
        let Some(fields) = error.as_object_mut() else { return error };
        if let Some(at) = at {
            fields.insert("locations".to_owned(), json!([{ "line": at.line, "column": at.column }]));
        }
        if !path.is_empty() {
            fields.insert("path".to_owned(), Json::Array(path.to_vec()));
        }
        match &self.kind {
            Kind::Typed(kind) => fields.insert("type".to_owned(), json!(kind)),
            Kind::Document(extensions) if extensions.is_null() => None,
            Kind::Document(extensions) => fields.insert("extensions".to_owned(), extensions.clone()),
            Kind::NoField => None,
        };
        error
    }
}
