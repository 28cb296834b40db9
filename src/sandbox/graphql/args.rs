//! The arguments of one field, read by name. An argument that no resolver reads is an error: the sandbox ignores nothing silently.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::fault::Fault;

/// The arguments of one field, variables put in.
pub(super) struct Args {
    field: String,
    values: Map<String, Json>,
    read: RefCell<BTreeSet<String>>,
}

impl Args {
    /// The arguments of the field of that name.
    pub fn new(field: &str, values: Map<String, Json>) -> Self {
        Self { field: field.to_owned(), values, read: RefCell::default() }
    }

    /// The name of the field.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The first argument that nobody has read.
    pub fn unread(&self) -> Option<&str> {
        let read = self.read.borrow();
        self.values.keys().find(|name| !read.contains(*name)).map(String::as_str)
    }

    /// The argument as it stands; `None` where it is absent or null.
    pub fn value(&self, name: &str) -> Option<&Json> {
        self.read.borrow_mut().insert(name.to_owned());
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A text, enum word or id that may be absent.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        self.value(name).map(|value| value.as_str().ok_or_else(|| self.ill_typed(name, value, "String"))).transpose()
    }

    /// A text, enum word or id that must be there.
    pub fn required_text(&self, name: &str) -> Result<&str, Fault> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number that may be absent.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Fault> {
        self.value(name).map(|value| value.as_i64().ok_or_else(|| self.ill_typed(name, value, "Int"))).transpose()
    }

    /// A whole number that must be there.
    pub fn required_int(&self, name: &str) -> Result<i64, Fault> {
        self.int(name)?.ok_or_else(|| self.missing(name))
    }

    /// True or false, with the schema's default.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Fault> {
        self.value(name).map(|value| value.as_bool().ok_or_else(|| self.ill_typed(name, value, "Boolean"))).transpose()
    }

    /// A list of texts that may be absent; one text counts as a list of one, as GraphQL has it.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let list = match value {
            Json::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            Json::String(text) => Some(vec![text.clone()]),
            _ => None,
        };
        list.map(Some).ok_or_else(|| self.ill_typed(name, value, "[String!]"))
    }

    /// The input object of a mutation, or of an ordering.
    pub fn object(&self, name: &str) -> Result<Option<Args>, Fault> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let fields = value.as_object().ok_or_else(|| self.ill_typed(name, value, "an input object"))?;
        Ok(Some(Args::new(&self.field, fields.clone())))
    }

    /// The input object that must be there.
    pub fn required_object(&self, name: &str) -> Result<Args, Fault> {
        self.object(name)?.ok_or_else(|| self.missing(name))
    }

    /// A list of input objects that must be there.
    pub fn required_objects(&self, name: &str) -> Result<Vec<Args>, Fault> {
        let value = self.value(name).ok_or_else(|| self.missing(name))?;
        let one = |item: &Json| item.as_object().map(|fields| Args::new(&self.field, fields.clone()));
        let list: Option<Vec<Args>> = match value {
            Json::Array(items) => items.iter().map(one).collect(),
            other => one(other).map(|only| vec![only]),
        };
        list.ok_or_else(|| self.ill_typed(name, value, "a list of input objects"))
    }

    fn missing(&self, name: &str) -> Fault {
        let extensions = json!({ "code": "missingRequiredArguments", "className": "Field", "name": self.field, "arguments": name });
        Fault::document(format!("Field '{}' is missing required arguments: {name}", self.field), extensions)
    }

    fn ill_typed(&self, name: &str, value: &Json, wanted: &str) -> Fault {
        let extensions = json!({ "code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": name });
        let message = format!("Argument '{name}' on Field '{}' has an invalid value ({value}). Expected type '{wanted}'.", self.field);
        Fault::document(message, extensions)
    }
}
