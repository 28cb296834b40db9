//! GitHub's own GraphQL schema, cut to what we use, against what we ask and what the sandbox answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use apollo_compiler::executable::{DirectiveList, Field, Operation, Selection, SelectionSet};
use apollo_compiler::schema::{ExtendedType, Type};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value, json};
use shipgate::sandbox::Exchange;

const CUT: &str = include_str!("../contract/github-schema-cut.graphql");

/// The cut of GitHub's schema.
pub fn schema() -> &'static Valid<Schema> {
    static SCHEMA: OnceLock<Valid<Schema>> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::parse_and_validate(CUT, "github-schema-cut.graphql").unwrap_or_else(|faults| panic!("{faults}")))
}

/// What is wrong with a GraphQL request and its answer by GitHub's schema; empty where both fit. The request is the body that was sent
/// (`query`, `variables`, `operationName`), the answer the body that came back.
pub fn shape_faults(request: &Value, answer: &Value) -> Vec<String> {
    let Some(text) = request["query"].as_str() else { return vec!["the request has no query".to_owned()] };
    let document = match ExecutableDocument::parse_and_validate(schema(), text, "request.graphql") {
        Ok(document) => document,
        Err(faults) => return vec![faults.to_string()],
    };
    let Ok(operation) = document.operations.get(request["operationName"].as_str()) else { return vec!["the operation is not named".to_owned()] };
    let mut walk = Walk { document: &document, variables: &request["variables"], faults: Vec::new() };
    walk.envelope(answer);
    if let Some(data) = answer["data"].as_object() {
        walk.object(operation.selection_set.ty.as_str(), &[&operation.selection_set], data, "data");
    }
    walk.faults
}

/// What is wrong with the GraphQL requests and answers of a request log. What a fault spoiled on purpose is passed over.
pub fn exchange_faults(exchanges: &[Exchange]) -> Vec<String> {
    let asked = exchanges.iter().filter(|exchange| exchange.path.ends_with("/graphql") && !exchange.faulty && exchange.status == Some(200));
    let faults = |exchange: &Exchange| {
        let (request, response) = (exchange.request.clone().unwrap_or_default(), exchange.response.clone().unwrap_or_default());
        shape_faults(&request, &response).into_iter().map(|fault| format!("#{} {}: {fault}", exchange.sequence, exchange.name())).collect::<Vec<_>>()
    };
    asked.flat_map(faults).collect()
}

struct Walk<'d> {
    document: &'d Valid<ExecutableDocument>,
    variables: &'d Value,
    faults: Vec<String>,
}

/// The fields that an object was asked for, by response key; and the keys that only some types would have.
#[derive(Default)]
struct Asked<'d> {
    fields: BTreeMap<&'d str, Vec<&'d Field>>,
    perhaps: BTreeSet<&'d str>,
}

impl<'d> Walk<'d> {
    fn fault(&mut self, path: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{path}: {what}"));
    }

    /// What is around the data: GitHub answers `data`, `errors`, or both, and nothing else.
    fn envelope(&mut self, answer: &Value) {
        let Some(fields) = answer.as_object() else { return self.fault("answer", "is no object") };
        for key in fields.keys().filter(|key| !matches!(key.as_str(), "data" | "errors" | "extensions")) {
            self.fault("answer", format_args!("has a field {key}"));
        }
        if !fields.contains_key("errors") && fields.get("data").is_none_or(Value::is_null) {
            self.fault("answer", "has neither data nor errors");
        }
        for error in fields.get("errors").and_then(Value::as_array).into_iter().flatten().filter(|error| !error["message"].is_string()) {
            self.fault("errors", format_args!("an error without a message: {error}"));
        }
    }

    fn object(&mut self, declared: &str, sets: &[&'d SelectionSet], data: &Map<String, Value>, path: &str) {
        let named = data.iter().find(|(key, _)| *key == "__typename").and_then(|(_, value)| value.as_str());
        if let Some(concrete) = named.filter(|concrete| *concrete != declared && !schema().is_subtype(declared, concrete)) {
            self.fault(path, format_args!("{concrete} is no {declared}"));
        }
        let concrete = named.or_else(|| schema().get_object(declared).map(|_| declared));
        let mut asked = Asked::default();
        for set in sets {
            self.collect(set, concrete, true, &mut asked);
        }
        for key in data.keys().filter(|key| !asked.fields.contains_key(key.as_str())) {
            self.fault(path, format_args!("{key} was not asked for"));
        }
        for (key, fields) in asked.fields {
            let below = format!("{path}.{key}");
            match data.get(key) {
                Some(value) => self.value(fields[0].ty(), &fields, value, &below),
                None if asked.perhaps.contains(key) => {}
                None => self.fault(&below, "was asked for and is missing"),
            }
        }
    }

    fn collect(&self, set: &'d SelectionSet, concrete: Option<&str>, sure: bool, asked: &mut Asked<'d>) {
        for selection in &set.selections {
            let (condition, directives, below) = match selection {
                Selection::Field(field) if self.included(&field.directives) => {
                    let key = field.response_key().as_str();
                    let known = asked.fields.entry(key).or_default();
                    known.push(field);
                    if !sure && known.len() == 1 {
                        asked.perhaps.insert(key);
                    }
                    continue;
                }
                Selection::Field(_) => continue,
                Selection::InlineFragment(fragment) => (fragment.type_condition.as_ref(), &fragment.directives, &fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments[&spread.fragment_name];
                    (Some(&fragment.selection_set.ty), &spread.directives, &fragment.selection_set)
                }
            };
            let applies = |condition: &str, concrete: &str| condition == concrete || schema().is_subtype(condition, concrete);
            match (condition, concrete) {
                _ if !self.included(directives) => {}
                (None, _) => self.collect(below, concrete, sure, asked),
                (Some(condition), Some(concrete)) if applies(condition, concrete) => self.collect(below, Some(concrete), sure, asked),
                (Some(_), Some(_)) => {}
                (Some(_), None) => self.collect(below, None, false, asked),
            }
        }
    }

    fn included(&self, directives: &DirectiveList) -> bool {
        let condition = |name: &str| {
            let value = directives.get(name)?.specified_argument_by_name("if")?;
            value.to_bool().or_else(|| self.variables[value.as_variable()?.as_str()].as_bool())
        };
        condition("include").unwrap_or(true) && !condition("skip").unwrap_or(false)
    }

    fn value(&mut self, declared: &Type, fields: &[&'d Field], value: &Value, path: &str) {
        if value.is_null() {
            if declared.is_non_null() {
                self.fault(path, format_args!("is null, and {declared} never is"));
            }
            return;
        }
        if declared.is_list() {
            let Some(items) = value.as_array() else { return self.fault(path, format_args!("is no list: {value}")) };
            for (index, item) in items.iter().enumerate() {
                self.value(declared.item_type(), fields, item, &format!("{path}.{index}"));
            }
            return;
        }
        let name = declared.inner_named_type();
        match &schema().types[name] {
            ExtendedType::Scalar(_) => {
                if !scalar_fits(name, value) {
                    self.fault(path, format_args!("{value} is no {name}"));
                }
            }
            ExtendedType::Enum(words) => {
                if !value.as_str().is_some_and(|word| words.values.contains_key(word)) {
                    self.fault(path, format_args!("{value} is no {name}"));
                }
            }
            _ => {
                let Some(data) = value.as_object() else { return self.fault(path, format_args!("is no object: {value}")) };
                let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set).collect();
                self.object(name.as_str(), &sets, data, path);
            }
        }
    }
}

fn scalar_fits(name: &str, value: &Value) -> bool {
    match name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "DateTime" => value.as_str().is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()),
        "GitObjectID" => value.as_str().is_some_and(|text| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())),
        "BigInt" => value.as_str().is_some_and(|text| text.parse::<i128>().is_ok()),
        _ => value.is_string(),
    }
}

/// The text of every file with operations in a folder of the crate, by file name.
pub fn operations(folder: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|extension| extension == "graphql"));
    files.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read_to_string(&path).expect("a readable file"))).collect()
}

/// The variables of each operation of a document: the operation's name, and the variables with the types they are declared with.
pub fn declared_variables(document: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let document = ExecutableDocument::parse_and_validate(schema(), document, "document.graphql").unwrap_or_else(|faults| panic!("{faults}"));
    let variables = |operation: &Operation| operation.variables.iter().map(|variable| (variable.name.to_string(), variable.ty.to_string())).collect();
    document.operations.named.iter().map(|(name, operation)| (name.to_string(), variables(operation))).collect()
}

#[test]
fn every_query_that_we_send_fits_githubs_schema() {
    let files = operations("src/github/queries");
    assert!(files.contains_key("survey.graphql"), "the survey is among {:?}", files.keys());
    for (name, text) in files {
        if let Err(faults) = ExecutableDocument::parse_and_validate(schema(), text, &name) {
            panic!("{name} does not fit; after a change of the queries run scripts/cut-schema.mjs\n{faults}");
        }
    }
}

#[test]
fn a_query_with_a_field_that_github_has_not_is_refused() {
    let faults = shape_faults(&json!({ "query": "{ viewer { login shoeSize } }" }), &json!({ "data": null }));
    assert!(faults.iter().any(|fault| fault.contains("shoeSize")), "{faults:?}");
}

#[test]
fn the_walker_finds_what_is_missing_null_superfluous_or_of_the_wrong_type() {
    let query = "query Q($no: Boolean!) { rateLimit { cost remaining used } viewer { __typename login skipped: name @include(if: $no) } }";
    let ask = json!({ "query": query, "variables": { "no": false } });
    let good = json!({ "data": { "rateLimit": { "cost": 1, "remaining": 2, "used": 3 }, "viewer": { "__typename": "User", "login": "a" } } });
    assert_eq!(shape_faults(&ask, &good), Vec::<String>::new());

    let cases = [
        ("missing", json!({ "rateLimit": { "cost": 1, "remaining": 2 }, "viewer": { "__typename": "User", "login": "a" } }), "data.rateLimit.used: was asked"),
        ("null", json!({ "rateLimit": null, "viewer": { "__typename": "User", "login": null } }), "data.viewer.login: is null"),
        ("superfluous", json!({ "rateLimit": null, "viewer": { "__typename": "User", "login": "a", "name": "b" } }), "data.viewer: name was not"),
        ("ill-typed", json!({ "rateLimit": { "cost": "1", "remaining": 2, "used": 3 }, "viewer": { "__typename": "User", "login": "a" } }), "\"1\" is no Int"),
        ("wrong kind", json!({ "rateLimit": null, "viewer": { "__typename": "Bot", "login": "a" } }), "Bot is no User"),
    ];
    for (name, data, wanted) in cases {
        let faults = shape_faults(&ask, &json!({ "data": data }));
        assert!(faults.len() == 1 && faults[0].contains(wanted), "{name}: {faults:?}");
    }
}

#[test]
fn a_request_log_is_checked_but_for_what_was_spoiled_on_purpose() {
    let exchange = |login: Value, faulty: bool| Exchange {
        sequence: 7,
        method: "POST".to_owned(),
        path: "/graphql".to_owned(),
        query: String::new(),
        route: None,
        operation: Some("Who".to_owned()),
        request: Some(json!({ "query": "query Who { viewer { login } }" })),
        status: Some(200),
        response: Some(json!({ "data": { "viewer": { "login": login } } })),
        identity: None,
        faulty,
    };
    let log = [exchange(json!("ann"), false), exchange(Value::Null, true)];
    assert_eq!(exchange_faults(&log), Vec::<String>::new());
    let faults = exchange_faults(&[exchange(Value::Null, false)]);
    assert_eq!(faults, ["#7 graphql Who: data.viewer.login: is null, and String! never is"]);
}
