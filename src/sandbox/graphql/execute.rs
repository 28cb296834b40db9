//! The executor: walks an operation's selections, asks resolvers field by field, and gathers data and errors as GitHub does.

use std::cell::RefCell;
use std::collections::BTreeMap;

use graphql_parser::Pos;
use graphql_parser::query::{Directive, Field, FragmentDefinition, FragmentSpread, Selection, SelectionSet, TypeCondition};
use serde_json::{Map, Value as Json, json};

use super::args::Args;
use super::fault::Fault;
use super::kinds::{applies, never_null};
use super::object::{Answer, Context, Object};
use super::variables::literal;

/// A guard against fragments that contain themselves.
const DEEPEST: usize = 60;

/// One execution of a document: its fragments and variables, and what went wrong so far.
pub(super) struct Execution<'q> {
    fragments: BTreeMap<&'q str, &'q FragmentDefinition<'static, String>>,
    variables: Map<String, Json>,
    errors: RefCell<Vec<Json>>,
    unknown: RefCell<Vec<String>>,
    fatal: RefCell<bool>,
}

/// Where in the document a field is.
#[derive(Clone, Copy)]
pub(super) struct Spot<'f> {
    /// The type it is selected on.
    pub type_name: &'f str,
    /// Its name.
    pub field: &'f str,
    /// Its line and column.
    pub at: Pos,
}

/// Where in the answer a field is.
type Path = Vec<Json>;

/// A field that may not be null is: its parent becomes null.
struct Bubble;

/// The fields of one selection set by response key, in order, those of the same key together.
type Fields<'q> = Vec<(&'q str, Vec<&'q Field<'static, String>>)>;

/// What an execution ended with.
pub(super) struct Outcome {
    /// Errors in GitHub's form.
    pub errors: Vec<Json>,
    /// Names of fields and arguments that the sandbox does not know, as `Type.field` or `Type.field(argument:)`.
    pub unknown: Vec<String>,
    /// True when the document does not fit the schema, and no data is answered.
    pub fatal: bool,
}

impl<'q> Execution<'q> {
    /// An execution with these fragments and variables.
    pub fn new(fragments: impl Iterator<Item = &'q FragmentDefinition<'static, String>>, variables: Map<String, Json>) -> Self {
        Self {
            fragments: fragments.map(|fragment| (fragment.name.as_str(), fragment)).collect(),
            variables,
            errors: RefCell::default(),
            unknown: RefCell::default(),
            fatal: RefCell::new(false),
        }
    }

    /// What went wrong.
    pub fn finish(self) -> Outcome {
        Outcome { errors: self.errors.into_inner(), unknown: self.unknown.into_inner(), fatal: self.fatal.into_inner() }
    }

    /// The root selections, as fields by response key.
    pub fn roots(&self, set: &'q SelectionSet<'static, String>, type_name: &str) -> Fields<'q> {
        let mut fields = Vec::new();
        self.collect(set, type_name, &mut fields, 0);
        fields
    }

    /// Data of a root object.
    pub fn root<'s>(&self, cx: Context<'s>, root: &dyn Object<'s>, set: &'q SelectionSet<'static, String>) -> Json {
        self.select(cx, root, &[set], &mut Vec::new()).unwrap_or(Json::Null)
    }

    /// Data of the payload of one mutation.
    pub fn payload<'s>(&self, cx: Context<'s>, payload: Answer<'s>, fields: &[&'q Field<'static, String>], path: &mut Path) -> Json {
        self.complete(cx, payload, fields, path).unwrap_or(Json::Null)
    }

    /// The arguments of a field.
    pub fn args(&self, field: &Field<'static, String>) -> Args {
        let values = field.arguments.iter().filter_map(|(name, value)| literal(value, &self.variables).map(|value| (name.clone(), value)));
        Args::new(&field.name, values.collect())
    }

    /// Takes note of what went wrong with a field.
    pub fn fail(&self, spot: Spot<'_>, fault: &Fault, path: &[Json]) {
        let Spot { type_name, field, at } = spot;
        if fault.is_fatal() {
            *self.fatal.borrow_mut() = true;
        }
        if fault.is_no_field() {
            self.unknown.borrow_mut().push(format!("{type_name}.{field}"));
            self.errors.borrow_mut().push(Fault::undefined_field(type_name, field).to_json(path, Some(at)));
        } else {
            self.errors.borrow_mut().push(fault.to_json(path, Some(at)));
        }
    }

    /// Takes note of an argument that no resolver read.
    pub fn refuse_unread(&self, spot: Spot<'_>, args: &Args, path: &[Json]) {
        if let Some(argument) = args.unread() {
            self.unknown.borrow_mut().push(format!("{}.{}({argument}:)", spot.type_name, spot.field));
            self.fail(spot, &Fault::undefined_argument(spot.field, argument), path);
        }
    }

    fn select<'s>(&self, cx: Context<'s>, object: &dyn Object<'s>, sets: &[&'q SelectionSet<'static, String>], path: &mut Path) -> Result<Json, Bubble> {
        let mut fields = Vec::new();
        for set in sets {
            self.collect(set, object.type_name(), &mut fields, 0);
        }
        let mut data = Map::new();
        for (key, same) in fields {
            path.push(json!(key));
            let value = self.field(cx, object, &same, path);
            path.pop();
            data.insert(key.to_owned(), value?);
        }
        Ok(Json::Object(data))
    }

    fn field<'s>(&self, cx: Context<'s>, object: &dyn Object<'s>, same: &[&'q Field<'static, String>], path: &mut Path) -> Result<Json, Bubble> {
        let field = same[0];
        let type_name = object.type_name();
        if field.name == "__typename" {
            return Ok(json!(type_name));
        }
        let args = self.args(field);
        let spot = Spot { type_name, field: &field.name, at: field.position };
        match object.field(cx, &field.name, &args) {
            Ok(answer) => {
                self.refuse_unread(spot, &args, path);
                match self.complete(cx, answer, same, path) {
                    Err(Bubble) if never_null(type_name, &field.name) => Err(Bubble),
                    done => Ok(done.unwrap_or(Json::Null)),
                }
            }
            Err(fault) => {
                self.fail(spot, &fault, path);
                if never_null(type_name, &field.name) { Err(Bubble) } else { Ok(Json::Null) }
            }
        }
    }

    fn complete<'s>(&self, cx: Context<'s>, answer: Answer<'s>, same: &[&'q Field<'static, String>], path: &mut Path) -> Result<Json, Bubble> {
        let spot = |type_name| Spot { type_name, field: &same[0].name, at: same[0].position };
        let wants_fields = !same[0].selection_set.items.is_empty();
        match answer {
            Answer::Leaf(value) => {
                if wants_fields && !value.is_null() {
                    let message = format!("Selections can't be made on scalars (field '{}' returns a scalar but has selections)", same[0].name);
                    self.fail(spot(""), &Fault::document(message, json!({ "code": "selectionMismatch" })), path);
                }
                Ok(value)
            }
            Answer::Object(object) => {
                if !wants_fields {
                    let (name, of) = (&same[0].name, object.type_name());
                    let message = format!("Field must have selections (field '{name}' returns {of} but has no selections. Did you mean '{name} {{ ... }}'?)");
                    self.fail(spot(of), &Fault::document(message, json!({ "code": "selectionMismatch" })), path);
                    return Ok(Json::Null);
                }
                let sets: Vec<_> = same.iter().map(|field| &field.selection_set).collect();
                self.select(cx, object.as_ref(), &sets, path)
            }
            Answer::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    path.push(json!(index));
                    // The entries of GitHub's lists may be null.
                    list.push(self.complete(cx, item, same, path).unwrap_or(Json::Null));
                    path.pop();
                }
                Ok(Json::Array(list))
            }
        }
    }

    fn collect(&self, set: &'q SelectionSet<'static, String>, type_name: &str, into: &mut Fields<'q>, depth: usize) {
        for selection in &set.items {
            match selection {
                Selection::Field(field) if self.included(&field.directives) => {
                    let key = field.alias.as_deref().unwrap_or(&field.name);
                    match into.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, same)) => same.push(field),
                        None => into.push((key, vec![field])),
                    }
                }
                Selection::InlineFragment(fragment) if self.included(&fragment.directives) => {
                    let fits = fragment.type_condition.as_ref().is_none_or(|TypeCondition::On(name)| applies(name, type_name));
                    if fits {
                        self.collect(&fragment.selection_set, type_name, into, depth + 1);
                    }
                }
                Selection::FragmentSpread(spread) if self.included(&spread.directives) => {
                    self.spread(spread, type_name, into, depth);
                }
                _ => {}
            }
        }
    }

    fn spread(&self, spread: &'q FragmentSpread<'static, String>, type_name: &str, into: &mut Fields<'q>, depth: usize) {
        let name = spread.fragment_name.as_str();
        let spot = Spot { type_name, field: name, at: spread.position };
        let Some(fragment) = self.fragments.get(name) else {
            let extensions = json!({ "code": "useAndDefineFragment", "fragmentName": name });
            self.fail(spot, &Fault::document(format!("Fragment {name} was used, but not defined"), extensions), &[]);
            return;
        };
        if depth > DEEPEST {
            let extensions = json!({ "code": "infiniteLoop", "fragmentName": name });
            self.fail(spot, &Fault::document(format!("Fragment {name} contains an infinite loop"), extensions), &[]);
            return;
        }
        let TypeCondition::On(condition) = &fragment.type_condition;
        if applies(condition, type_name) {
            self.collect(&fragment.selection_set, type_name, into, depth + 1);
        }
    }

    /// What `@include` and `@skip` say; any other directive is unknown.
    fn included(&self, directives: &[Directive<'static, String>]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.arguments.iter().find(|(name, _)| name == "if").and_then(|(_, value)| literal(value, &self.variables));
            match (directive.name.as_str(), condition.as_ref().and_then(Json::as_bool)) {
                ("include", Some(wanted)) => wanted,
                ("skip", Some(unwanted)) => !unwanted,
                (name, _) => {
                    let extensions = json!({ "code": "undefinedDirective", "directiveName": name });
                    let message = format!("Directive @{name} is not defined, or has no condition");
                    self.fail(Spot { type_name: "", field: name, at: directive.position }, &Fault::document(message, extensions), &[]);
                    false
                }
            }
        })
    }
}
