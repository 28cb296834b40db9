//! The GraphQL face of the in-memory GitHub: the queries and mutations that we use, answered from the same state as the REST face.
//!
//! A document is executed lazily: a resolver is asked for each field that is selected, and for nothing else. What the sandbox does not know is
//! an error that names type and field, and is reported to the caller so that a test can fail by name. It must not know of HTTP.

mod args;
mod checks;
mod cost;
mod deployment;
mod execute;
mod fault;
mod git;
mod kinds;
mod mutation;
mod object;
mod older;
mod organisation;
mod page;
mod people;
mod pull;
mod query;
mod repository;
mod review;
mod rules;
mod timeline;
mod variables;

use graphql_parser::query::{Definition, Document, FragmentDefinition, OperationDefinition, SelectionSet, VariableDefinition};
use serde_json::{Map, Value as Json, json};

use super::state::{State, Viewer};
use execute::{Execution, Outcome};
use mutation::By;
pub use object::Budget;
use object::Context;

/// An answer, before HTTP puts its headers around it.
#[derive(Clone, Debug)]
pub struct GraphqlAnswer {
    /// The HTTP status: 200 even where there are errors, 400 where the request is no GraphQL request at all.
    pub status: u16,
    /// The body.
    pub body: Json,
    /// What the request cost, in points of the rate limit.
    pub cost: u64,
    /// Fields and arguments asked for that the sandbox does not know, as `Type.field` or `Type.field(argument:)`.
    pub unknown: Vec<String>,
    /// The name of the operation, where it has one.
    pub operation: Option<String>,
}

/// Answers one GraphQL request: `{"query": …, "variables": …, "operationName": …}`.
pub fn answer(state: &mut State, viewer: &Viewer, budget: Budget, body: &Json) -> GraphqlAnswer {
    let Some(text) = body.get("query").and_then(Json::as_str) else {
        let message = "A query attribute must be specified and must be a string.";
        return GraphqlAnswer { status: 400, body: json!({ "message": message }), cost: 0, unknown: Vec::new(), operation: None };
    };
    match graphql_parser::parse_query::<String>(text).map(Document::into_static) {
        Ok(document) => run(state, (viewer, budget), &document, body),
        Err(error) => refused(&json!({ "message": format!("Parse error on {error}") }), None),
    }
}

/// An operation of a document.
struct Operation<'q> {
    name: Option<&'q str>,
    mutates: bool,
    variables: &'q [VariableDefinition<'static, String>],
    selections: &'q SelectionSet<'static, String>,
}

fn run(state: &mut State, (viewer, budget): (&Viewer, Budget), document: &Document<'static, String>, body: &Json) -> GraphqlAnswer {
    let wanted = body.get("operationName").and_then(Json::as_str).filter(|name| !name.is_empty());
    let operation = match choose(document, wanted) {
        Ok(operation) => operation,
        Err(message) => return refused(&json!({ "message": message }), wanted),
    };
    let unknown = state.product.older().map(|older| older::unknown_fields(older, document)).unwrap_or_default();
    if !unknown.is_empty() {
        let operation = operation.name.map(str::to_owned);
        return GraphqlAnswer { status: 200, body: json!({ "errors": unknown }), cost: 1, unknown: Vec::new(), operation };
    }
    let given = body.get("variables").unwrap_or(&Json::Null);
    let variables = match variables::bind(operation.variables, given) {
        Ok(variables) => variables,
        Err(error) => return refused(&error, operation.name),
    };
    let fragments: Vec<&FragmentDefinition<'static, String>> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::Fragment(fragment) => Some(fragment),
            Definition::Operation(_) => None,
        })
        .collect();
    let cost = cost::cost(operation.selections, &fragments, &variables);
    let execution = Execution::new(fragments.into_iter(), variables);
    let data = if operation.mutates {
        mutation::run(state, By { viewer, budget, cost }, &execution, operation.selections)
    } else {
        let cx = Context { state, viewer, budget, cost };
        execution.root(cx, &query::Query, operation.selections)
    };
    finish(data, execution.finish(), cost.points, operation.name)
}

fn choose<'q>(document: &'q Document<'static, String>, wanted: Option<&str>) -> Result<Operation<'q>, String> {
    let operations: Vec<Operation<'q>> = document.definitions.iter().filter_map(operation).collect();
    match (wanted, operations.len()) {
        (None, 1) => Ok(operations.into_iter().next().expect("there is one")),
        (None, _) => Err("An operation name is required".to_owned()),
        (Some(name), _) => operations.into_iter().find(|operation| operation.name == Some(name)).ok_or_else(|| format!("No operation named \"{name}\"")),
    }
}

fn operation<'q>(definition: &'q Definition<'static, String>) -> Option<Operation<'q>> {
    let Definition::Operation(operation) = definition else { return None };
    match operation {
        OperationDefinition::SelectionSet(selections) => Some(Operation { name: None, mutates: false, variables: &[], selections }),
        OperationDefinition::Query(query) => {
            let (variables, selections) = (&query.variable_definitions, &query.selection_set);
            Some(Operation { name: query.name.as_deref(), mutates: false, variables, selections })
        }
        OperationDefinition::Mutation(mutation) => {
            let (variables, selections) = (&mutation.variable_definitions, &mutation.selection_set);
            Some(Operation { name: mutation.name.as_deref(), mutates: true, variables, selections })
        }
        OperationDefinition::Subscription(_) => None,
    }
}

fn refused(error: &Json, operation: Option<&str>) -> GraphqlAnswer {
    GraphqlAnswer { status: 200, body: json!({ "errors": [error] }), cost: 1, unknown: Vec::new(), operation: operation.map(str::to_owned) }
}

fn finish(data: Json, outcome: Outcome, cost: u64, operation: Option<&str>) -> GraphqlAnswer {
    let mut body = Map::new();
    if !outcome.fatal {
        body.insert("data".to_owned(), data);
    }
    if !outcome.errors.is_empty() {
        body.insert("errors".to_owned(), Json::Array(outcome.errors));
    }
    GraphqlAnswer { status: 200, body: Json::Object(body), cost, unknown: outcome.unknown, operation: operation.map(str::to_owned) }
}
