//! What an older server says to a document with fields that its schema does not have: it names them all, and carries nothing out.

use graphql_parser::query::{Definition, Document, Field, OperationDefinition, Selection, SelectionSet};
use serde_json::{Value as Json, json};

use super::fault::Fault;
use crate::sandbox::state::Older;

/// An error for each such field of the document.
pub(super) fn unknown_fields(older: &Older, document: &Document<'static, String>) -> Vec<Json> {
    let mut errors = Vec::new();
    for definition in &document.definitions {
        let (name, set) = match definition {
            Definition::Operation(OperationDefinition::Query(query)) => (format!("query {}", query.name.as_deref().unwrap_or_default()), &query.selection_set),
            Definition::Operation(OperationDefinition::Mutation(change)) => {
                (format!("mutation {}", change.name.as_deref().unwrap_or_default()), &change.selection_set)
            }
            Definition::Operation(OperationDefinition::SelectionSet(set)) => ("query".to_owned(), set),
            Definition::Operation(OperationDefinition::Subscription(_)) => continue,
            Definition::Fragment(fragment) => (format!("fragment {}", fragment.name), &fragment.selection_set),
        };
        walk(older, set, &mut vec![json!(name.trim_end())], &mut errors);
    }
    errors
}

fn walk(older: &Older, set: &SelectionSet<'static, String>, path: &mut Vec<Json>, errors: &mut Vec<Json>) {
    for selection in &set.items {
        match selection {
            Selection::Field(field) => {
                path.push(json!(field.alias.as_ref().unwrap_or(&field.name)));
                errors.extend(unknown(older, field, path));
                walk(older, &field.selection_set, path, errors);
                path.pop();
            }
            Selection::InlineFragment(fragment) => walk(older, &fragment.selection_set, path, errors),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn unknown(older: &Older, field: &Field<'static, String>, path: &[Json]) -> Vec<Json> {
    older.types_without(&field.name).map(|kind| Fault::undefined_field(kind, &field.name).to_json(path, Some(field.position))).collect()
}
