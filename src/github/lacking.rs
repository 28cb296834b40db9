//! What a server does not offer. An Enterprise Server may be older than our queries: a field that only some gates need is left out then, and the facts that
//! depend on it are unknown. What nothing goes without is an error that names the field and the server's version.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use graphql_parser::Pos;
use graphql_parser::query::{Definition, Directive, Field as QueryField, OperationDefinition, Selection, SelectionSet, Value, VariableDefinition, parse_query};

use super::graphql::{Field, GraphError};

/// A part of our queries that a server may lack.
struct Part {
    /// The name of the field. It has one meaning in all of our queries.
    name: &'static str,
    /// What an older server has in its place.
    instead: Option<&'static str>,
    /// The fields of a survey that cannot be relied on without it.
    spoils: &'static [Field],
}

const RULESETS: Field = &["repository", "pullRequest", "baseRef", "rules"];
const BRANCH_RULE: Field = &["repository", "pullRequest", "baseRef", "refUpdateRule"];
const ROLLUP: Field = &["repository", "pullRequest", "head", "nodes", "commit", "statusCheckRollup"];
const OBJECT_ROLLUP: Field = &["repository", "object", "statusCheckRollup"];

const PARTS: &[Part] = &[
    Part { name: "rules", instead: None, spoils: &[RULESETS] },
    Part { name: "refUpdateRule", instead: None, spoils: &[BRANCH_RULE] },
    // Which checks are required is known no more then, though the branch rule still names some.
    Part { name: "isRequired", instead: None, spoils: &[BRANCH_RULE] },
    // Runs of several events would be taken for one.
    Part { name: "event", instead: None, spoils: &[ROLLUP, OBJECT_ROLLUP] },
    // Without it the server's own account counts as the committer: one more who took part, and nobody less.
    Part { name: "committedViaWeb", instead: None, spoils: &[] },
    Part { name: "fullDatabaseId", instead: Some("databaseId"), spoils: &[] },
];

/// What was found to be lacking, since the program began.
#[derive(Default)]
pub(super) struct Lacking {
    parts: Cell<u32>,
    /// As the server names them.
    fields: RefCell<BTreeSet<String>>,
    version: RefCell<Option<String>>,
}

impl Lacking {
    /// Takes note of fields (`Type.name`) that this server does not know. `Ok` where asking again without them makes sense; else those that nothing goes
    /// without.
    pub(super) fn learn(&self, fields: &[String], version: Option<&String>) -> Result<(), Vec<String>> {
        let index = |field: &String| PARTS.iter().position(|part| field.split_once('.').is_some_and(|(_, name)| name == part.name));
        let needed: Vec<String> = fields.iter().filter(|field| index(field).is_none()).cloned().collect();
        if !needed.is_empty() {
            return Err(needed);
        }
        let before = self.parts.get();
        let now = fields.iter().filter_map(index).fold(before, |parts, index| parts | 1 << index);
        if now == before {
            return Err(fields.to_vec());
        }
        self.parts.set(now);
        self.fields.borrow_mut().extend(fields.iter().cloned());
        *self.version.borrow_mut() = version.cloned();
        Ok(())
    }

    fn lacks(&self) -> impl Iterator<Item = &'static Part> {
        let parts = self.parts.get();
        PARTS.iter().enumerate().filter(move |(index, _)| parts & (1 << index) != 0).map(|(_, part)| part)
    }

    /// A query of ours without what is lacking.
    ///
    /// # Panics
    /// Never: our queries parse, and a test proves it.
    pub(super) fn without<'q>(&self, query: &'q str) -> Cow<'q, str> {
        if self.parts.get() == 0 {
            return Cow::Borrowed(query);
        }
        let lacks: Vec<&Part> = self.lacks().collect();
        let mut document = parse_query::<&str>(query).expect("our own queries parse");
        for definition in &mut document.definitions {
            match definition {
                Definition::Operation(OperationDefinition::Query(query)) => {
                    prune(&mut query.selection_set, &lacks);
                    keep_used(&mut query.variable_definitions, &query.selection_set);
                }
                Definition::Operation(OperationDefinition::Mutation(mutation)) => {
                    prune(&mut mutation.selection_set, &lacks);
                    keep_used(&mut mutation.variable_definitions, &mutation.selection_set);
                }
                Definition::Operation(_) | Definition::Fragment(_) => {}
            }
        }
        Cow::Owned(document.to_string())
    }

    /// The errors of a survey that was asked without what is lacking.
    pub(super) fn errors(&self) -> Vec<GraphError> {
        let version = self.version.borrow().as_ref().map(|version| format!(" (GitHub Enterprise Server {version})")).unwrap_or_default();
        let names = |part: &Part| {
            let fields = self.fields.borrow();
            let named: Vec<String> = fields.iter().filter(|field| field.ends_with(&format!(".{}", part.name))).map(|field| format!("`{field}`")).collect();
            named.join(", ")
        };
        let spoilt = |part: &'static Part| {
            let message = format!("this server{version} does not offer {}", names(part));
            part.spoils.iter().map(move |field| GraphError::lacking(field, message.clone()))
        };
        self.lacks().flat_map(spoilt).collect()
    }
}

/// Takes the lacking fields out, and what is empty without them.
fn prune<'q>(set: &mut SelectionSet<'q, &'q str>, lacks: &[&Part]) {
    for selection in &mut set.items {
        if let Some(inner) = inner(selection)
            && !inner.items.is_empty()
        {
            prune(inner, lacks);
            if inner.items.is_empty() {
                *selection = typename();
            }
        }
        if let Selection::Field(field) = selection
            && let Some(part) = lacks.iter().find(|part| part.name == field.name)
            && let Some(instead) = part.instead
        {
            field.alias = field.alias.or(Some(part.name));
            field.name = instead;
        }
    }
    let lacking = |selection: &Selection<'q, &'q str>| matches!(selection, Selection::Field(field) if lacks.iter().any(|part| part.name == field.name));
    set.items.retain(|selection| !lacking(selection));
}

fn inner<'a, 'q>(selection: &'a mut Selection<'q, &'q str>) -> Option<&'a mut SelectionSet<'q, &'q str>> {
    match selection {
        Selection::Field(field) => Some(&mut field.selection_set),
        Selection::InlineFragment(fragment) => Some(&mut fragment.selection_set),
        Selection::FragmentSpread(_) => None,
    }
}

/// What can be asked of every type: an empty selection is none.
fn typename<'q>() -> Selection<'q, &'q str> {
    let none = SelectionSet { span: <(Pos, Pos)>::default(), items: Vec::new() };
    Selection::Field(QueryField {
        position: Pos::default(),
        alias: None,
        name: "__typename",
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: none,
    })
}

/// A variable that nothing uses is an error.
fn keep_used<'q>(variables: &mut Vec<VariableDefinition<'q, &'q str>>, set: &SelectionSet<'q, &'q str>) {
    let mut used = BTreeSet::new();
    collect(set, &mut used);
    variables.retain(|variable| used.contains(variable.name));
}

fn collect<'q>(set: &SelectionSet<'q, &'q str>, used: &mut BTreeSet<&'q str>) {
    for selection in &set.items {
        let (arguments, directives, inner): (&[_], &[Directive<'q, &'q str>], _) = match selection {
            Selection::Field(field) => (&field.arguments, &field.directives, Some(&field.selection_set)),
            Selection::InlineFragment(fragment) => (&[], &fragment.directives, Some(&fragment.selection_set)),
            Selection::FragmentSpread(spread) => (&[], &spread.directives, None),
        };
        let all = arguments.iter().chain(directives.iter().flat_map(|directive| &directive.arguments));
        all.for_each(|(_, value)| names(value, used));
        if let Some(inner) = inner {
            collect(inner, used);
        }
    }
}

fn names<'q>(value: &Value<'q, &'q str>, used: &mut BTreeSet<&'q str>) {
    match value {
        Value::Variable(name) => drop(used.insert(name)),
        Value::List(items) => items.iter().for_each(|item| names(item, used)),
        Value::Object(fields) => fields.values().for_each(|field| names(field, used)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURVEY: &str = include_str!("queries/survey.graphql");

    fn lacking(fields: &[&str]) -> Lacking {
        let lacking = Lacking::default();
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        lacking.learn(&fields, Some(&"3.9.2".to_owned())).expect("these are optional");
        lacking
    }

    #[test]
    fn i4_a_query_without_what_is_lacking_is_still_a_query() {
        let every: Vec<String> = PARTS.iter().map(|part| format!("Any.{}", part.name)).collect();
        let every = lacking(&every.iter().map(String::as_str).collect::<Vec<_>>());
        for query in [
            SURVEY,
            include_str!("queries/head.graphql"),
            include_str!("queries/pages.graphql"),
            include_str!("queries/our_comments.graphql"),
            include_str!("queries/say.graphql"),
            include_str!("queries/say_instead.graphql"),
        ] {
            let shorter = every.without(query);
            parse_query::<String>(&shorter).expect("it parses");
            for part in PARTS {
                let asked = shorter.split(|letter: char| !letter.is_alphanumeric() && letter != ':').filter(|word| *word == part.name).count();
                assert_eq!(asked, 0, "{} is asked for in {shorter}", part.name);
            }
            assert!(!query.contains("fullDatabaseId") || shorter.contains("fullDatabaseId: databaseId"), "{shorter}");
        }
        assert!(!every.without(include_str!("queries/head.graphql")).contains("$pull"), "nothing uses it any more");
        assert_eq!(Lacking::default().without(SURVEY), SURVEY);
    }

    #[test]
    fn i4_what_is_lacking_is_told_with_the_servers_version_for_every_fact_that_depends_on_it() {
        let told = |fields: &[&str]| lacking(fields).errors().iter().map(GraphError::told).collect::<Vec<_>>();
        let rules = ("repository.pullRequest.baseRef.rules".to_owned(), "this server (GitHub Enterprise Server 3.9.2) does not offer `Ref.rules`".to_owned());
        assert_eq!(told(&["Ref.rules"]), [rules]);
        assert_eq!(told(&["Commit.committedViaWeb", "IssueComment.fullDatabaseId"]), []);
        let events = told(&["WorkflowRun.event"]);
        assert_eq!(events.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), [ROLLUP.join("."), OBJECT_ROLLUP.join(".")]);
    }

    #[test]
    fn i4_what_nothing_goes_without_is_named_and_nothing_is_asked_for_ever() {
        let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let lacking = Lacking::default();
        assert_eq!(lacking.learn(&fields(&["Ref.rules", "Mutation.updateRefs"]), None), Err(fields(&["Mutation.updateRefs"])));
        assert_eq!(lacking.learn(&fields(&["Ref.rules"]), None), Ok(()));
        assert_eq!(lacking.learn(&fields(&["Ref.rules"]), None), Err(fields(&["Ref.rules"])), "it was left out already");
    }
}
