//! What judging a document by a team's schema would cost, found out before it is done: a schema may come from somebody who means no good.
//!
//! The judging itself visits a value once for each way that the schema leads there. This counts the ways without going them (each pair of schema and value is
//! looked at once), so it is fast where the judging would not end.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::percent::decoded;
use super::compile::Refusal;
use crate::domain::shown;

/// What the judging of one document may cost.
const MOST_WORK: u64 = 5_000_000;
/// How many schemas all schemas of a file may be, each with those that judge the same value.
const MOST_UNFOLDED: u64 = 200_000;
/// How many pairs of schema and value may be looked at.
const MOST_PAIRS: usize = 500_000;
/// How deep schemas and values may lie in one another: what a thread's stack bears.
const DEEPEST: usize = 160;

/// Keywords whose value is a schema.
const ONE: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "additionalProperties",
    "additionalItems",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "items",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems", "items"];
/// Keywords whose value names a schema.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];
/// Keywords whose value is a mapping of schemas.
const NAMED: &[&str] = &["properties", "patternProperties", "dependentSchemas", "dependencies", "definitions", "$defs"];

/// What a schema's references and expressions are.
pub(super) struct Index<'a> {
    root: &'a Value,
    id: Option<&'a str>,
    anchors: HashMap<&'a str, Vec<&'a Value>>,
    pub(super) patterns: Vec<&'a str>,
    schemas: Vec<&'a Value>,
    references: Vec<&'a str>,
}

impl<'a> Index<'a> {
    /// # Errors
    /// [`Refusal`] where a reference leads out of the schema or nowhere.
    pub(super) fn of(root: &'a Value) -> Result<Self, Refusal> {
        let id = root.get("$id").or_else(|| root.get("id")).and_then(Value::as_str).map(|id| id.trim_end_matches('#'));
        let mut index = Self { root, id, anchors: HashMap::new(), patterns: Vec::new(), schemas: Vec::new(), references: Vec::new() };
        index.walk(root)?;
        for reference in &index.references {
            index.resolve(reference)?;
        }
        Ok(index)
    }

    fn walk(&mut self, schema: &'a Value) -> Result<(), Refusal> {
        let Value::Object(words) = schema else { return Ok(()) };
        self.schemas.push(schema);
        self.note(schema, words)?;
        for child in ONE.iter().filter_map(|word| words.get(*word)) {
            self.walk(child)?;
        }
        for child in LIST.iter().filter_map(|word| words.get(*word)?.as_array()).flatten() {
            self.walk(child)?;
        }
        for child in NAMED.iter().filter_map(|word| words.get(*word)?.as_object()).flat_map(Map::values) {
            self.walk(child)?;
        }
        Ok(())
    }

    fn note(&mut self, schema: &'a Value, words: &'a Map<String, Value>) -> Result<(), Refusal> {
        let text = |word: &str| words.get(word).and_then(Value::as_str);
        for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(text) {
            self.anchors.entry(anchor).or_default().push(schema);
        }
        let inner = !std::ptr::eq(schema, self.root);
        for id in ["$id", "id"].into_iter().filter_map(text).filter(|_| inner) {
            let anchor = id.strip_prefix('#').ok_or(Refusal::OwnId)?;
            self.anchors.entry(anchor).or_default().push(schema);
        }
        self.references.extend(REFERENCES.iter().filter_map(|word| text(word)));
        self.patterns.extend(text("pattern"));
        self.patterns.extend(words.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str));
        Ok(())
    }

    /// # Errors
    /// [`Refusal::Work`] or [`Refusal::Circle`] where making a validator of the schema would cost too much: what lies in one another there is unfolded.
    pub(super) fn can_be_made(&self) -> Result<(), Refusal> {
        let mut known = HashMap::new();
        let mut total = 0_u64;
        for schema in &self.schemas {
            total = total.saturating_add(self.unfolded(schema, &mut known, 0)?);
        }
        if total > MOST_UNFOLDED { Err(Refusal::Work) } else { Ok(()) }
    }

    /// How many schemas judge a value where this one does.
    fn unfolded(&self, schema: &'a Value, known: &mut HashMap<usize, Option<u64>>, depth: usize) -> Result<u64, Refusal> {
        let Value::Object(words) = schema else { return Ok(1) };
        match known.get(&address(schema)) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => return Err(Refusal::Circle),
            None => {}
        }
        if depth >= DEEPEST {
            return Err(Refusal::Work);
        }
        known.insert(address(schema), None);
        let mut count = 1_u64;
        for reference in REFERENCES.iter().filter_map(|word| words.get(*word)?.as_str()) {
            for target in self.resolve(reference)? {
                count = count.saturating_add(self.unfolded(target, known, depth + 1)?);
            }
        }
        for child in in_place(words) {
            count = count.saturating_add(self.unfolded(child, known, depth + 1)?);
        }
        known.insert(address(schema), Some(count));
        Ok(count)
    }

    /// What a reference may stand for: more than one schema where it is dynamic.
    fn resolve(&self, reference: &str) -> Result<Vec<&'a Value>, Refusal> {
        let nowhere = || Refusal::Nowhere(shown(reference));
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if !file.is_empty() && Some(file) != self.id {
            return Err(Refusal::Outside(shown(reference)));
        }
        if fragment.is_empty() {
            return Ok(vec![self.root]);
        }
        if fragment.starts_with('/') {
            return self.root.pointer(&decoded(fragment)).map(|schema| vec![schema]).ok_or_else(nowhere);
        }
        self.anchors.get(fragment).cloned().ok_or_else(nowhere)
    }
}

/// # Errors
/// [`Refusal::Work`] or [`Refusal::Circle`] where the judging would cost too much, or would not end.
pub(super) fn affordable(schema: &Value, document: &Value) -> Result<(), Refusal> {
    let index = Index::of(schema)?;
    let mut meter = Meter { index, known: HashMap::new(), depth: 0 };
    let cost = meter.cost(schema, document)?;
    if cost > MOST_WORK { Err(Refusal::Work) } else { Ok(()) }
}

struct Meter<'a> {
    index: Index<'a>,
    /// What a schema costs for a value; none while it is being found out.
    known: HashMap<(usize, usize), Option<u64>>,
    depth: usize,
}

/// The schemas within a schema that judge the same value.
fn in_place(words: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| words.get(word)?.as_array()).flatten();
    let named = ["dependentSchemas", "dependencies"].into_iter().filter_map(|word| words.get(word)?.as_object()).flat_map(Map::values);
    let ones = ["not", "if", "then", "else"].into_iter().filter_map(|word| words.get(word));
    lists.chain(named).chain(ones)
}

/// The value that a property's name is for `propertyNames`.
static NAME: Value = Value::Null;

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl<'a> Meter<'a> {
    fn cost(&mut self, schema: &'a Value, value: &'a Value) -> Result<u64, Refusal> {
        let Value::Object(words) = schema else { return Ok(1) };
        let pair = (address(schema), address(value));
        match self.known.get(&pair) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(Refusal::Circle),
            None => {}
        }
        if self.depth >= DEEPEST || self.known.len() >= MOST_PAIRS {
            return Err(Refusal::Work);
        }
        self.known.insert(pair, None);
        self.depth += 1;
        let cost = self.here(words, value)?.saturating_add(self.below(words, value)?);
        self.depth -= 1;
        // What is evaluated is found out by evaluating once more.
        let again = if words.contains_key("unevaluatedProperties") || words.contains_key("unevaluatedItems") { 3 } else { 1 };
        let cost = cost.saturating_mul(again);
        self.known.insert(pair, Some(cost));
        Ok(cost)
    }

    /// The keywords that judge the value itself.
    fn here(&mut self, words: &'a Map<String, Value>, value: &'a Value) -> Result<u64, Refusal> {
        let mut cost = 1 + plain(words, value);
        for reference in REFERENCES.iter().filter_map(|word| words.get(*word)?.as_str()) {
            for target in self.index.resolve(reference)? {
                cost = cost.saturating_add(self.cost(target, value)?);
            }
        }
        for child in in_place(words) {
            // Once to know whether it fits, once more to say why it does not.
            cost = cost.saturating_add(self.cost(child, value)?.saturating_mul(2));
        }
        Ok(cost)
    }

    /// The keywords that judge what the value holds.
    fn below(&mut self, words: &'a Map<String, Value>, value: &'a Value) -> Result<u64, Refusal> {
        let mut cost = 0_u64;
        let mut add = |meter: &mut Self, schema: Option<&'a Value>, value: &'a Value| -> Result<(), Refusal> {
            if let Some(schema) = schema {
                cost = cost.saturating_add(meter.cost(schema, value)?);
            }
            Ok(())
        };
        match value {
            Value::Object(entries) => {
                let properties = words.get("properties").and_then(Value::as_object);
                let patterns = words.get("patternProperties").and_then(Value::as_object);
                for (key, value) in entries {
                    let own = properties.and_then(|properties| properties.get(key));
                    add(self, own, value)?;
                    for schema in patterns.into_iter().flat_map(Map::values) {
                        add(self, Some(schema), value)?;
                    }
                    if own.is_none() {
                        add(self, words.get("additionalProperties"), value)?;
                    }
                    add(self, words.get("unevaluatedProperties"), value)?;
                    add(self, words.get("propertyNames"), &NAME)?;
                }
            }
            Value::Array(items) => {
                let lists: Vec<&'a Vec<Value>> = ["prefixItems", "items"].into_iter().filter_map(|word| words.get(word)?.as_array()).collect();
                for (index, item) in items.iter().enumerate() {
                    for list in &lists {
                        add(self, list.get(index), item)?;
                    }
                    for word in ["items", "additionalItems", "contains", "unevaluatedItems"] {
                        add(self, words.get(word).filter(|schema| !schema.is_array()), item)?;
                    }
                }
            }
            _ => {}
        }
        Ok(cost)
    }
}

/// What the keywords without schemas cost.
fn plain(words: &Map<String, Value>, value: &Value) -> u64 {
    let options = words.get("enum").and_then(Value::as_array).map_or(0, Vec::len) / 8;
    let length = match value {
        Value::String(text) => text.len(),
        Value::Object(entries) => entries.keys().map(String::len).sum(),
        Value::Array(items) if words.contains_key("uniqueItems") => items.len(),
        _ => 0,
    };
    let patterns = words.get("pattern").and_then(Value::as_str).filter(|_| value.is_string()).into_iter();
    let patterns = patterns.chain(words.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str));
    let expressions: u64 = patterns.map(|pattern| expression(pattern, length)).fold(0, u64::saturating_add);
    expressions.saturating_add((options + length / 64) as u64)
}

/// What an expression costs over a text of a length, by its size and whether it may try again and again.
fn expression(pattern: &str, length: usize) -> u64 {
    let largest = pattern.split('{').skip(1).filter_map(|part| part.split(['}', ',']).filter_map(|number| number.trim().parse::<u64>().ok()).max());
    let size = largest.fold(pattern.len() as u64, |size, times| size.saturating_mul(times.max(1))).min(10_000);
    let tries = ["(?=", "(?!", "(?<", "(?>", "\\1", "\\k"].iter().any(|mark| pattern.contains(mark));
    size.saturating_mul(length as u64) / 256 + if tries { 500 } else { 0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!(1), |value, _| json!({ "x": value }))
    }

    #[test]
    fn v7_a_schema_that_would_not_end_is_refused() {
        for schema in [
            json!({"$ref": "#"}),
            json!({"allOf": [{"$ref": "#"}]}),
            json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"}),
            json!({"$dynamicAnchor": "n", "not": {"$dynamicRef": "#n"}}),
        ] {
            assert_eq!(affordable(&schema, &json!(1)), Err(Refusal::Circle), "{schema}");
        }
    }

    #[test]
    fn v7_a_schema_that_doubles_its_work_at_every_step_is_refused() {
        let mut definitions = Map::new();
        for level in 0..60 {
            let next = format!("#/$defs/d{}", level + 1);
            definitions.insert(format!("d{level}"), json!({"anyOf": [{"$ref": next}, {"$ref": next}]}));
        }
        definitions.insert("d60".to_owned(), json!({"type": "string"}));
        assert_eq!(affordable(&json!({"$defs": definitions, "$ref": "#/$defs/d0"}), &json!(1)), Err(Refusal::Work));
        let recursive = json!({"allOf": [{"properties": {"x": {"$ref": "#"}}}, {"properties": {"x": {"$ref": "#"}}}]});
        assert_eq!(affordable(&recursive, &nested(60)), Err(Refusal::Work));
    }

    #[test]
    fn v7_a_plain_recursive_schema_is_affordable() {
        let schema = json!({"type": ["object", "number"], "properties": {"x": {"$ref": "#"}}, "additionalProperties": false});
        assert_eq!(affordable(&schema, &nested(60)), Ok(()));
        let table = json!({"patternProperties": {"^[a-z0-9-]{1,63}$": {"enum": (0..1000).collect::<Vec<_>>()}}});
        let document: Map<String, Value> = (0..2000).map(|index| (format!("key-{index}"), json!(index % 1000))).collect();
        assert_eq!(affordable(&table, &Value::Object(document)), Ok(()));
    }

    #[test]
    fn v7_huge_lists_of_values_and_long_texts_cost_what_they_cost() {
        let many = json!({"items": {"enum": (0..100_000).collect::<Vec<_>>()}});
        assert_eq!(affordable(&many, &json!(vec![-1; 10_000])), Err(Refusal::Work));
        assert_eq!(affordable(&json!({"pattern": "(a{100}){100}"}), &json!("a".repeat(1_000_000))), Err(Refusal::Work));
    }
}
