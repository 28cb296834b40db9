//! From the text of a JSON Schema to something that judges: within bounds, and without reaching for anything outside of the file.

use jsonschema::{PatternOptions, ReferencingError, Validator};
use serde_json::{Map, Number, Value as Json};

use super::cost::Index;
use crate::documents::{Format, Node, Value, read_as};
use crate::domain::shown;

/// How long an expression may be, in bytes.
const LONGEST_PATTERN: usize = 1_000;
/// How many expressions a schema may have.
const MOST_PATTERNS: usize = 500;
/// How large an expression may get, in bytes of memory.
const LARGEST_PATTERN: usize = 1 << 18;
/// How often an expression with look-around may try again.
const MOST_RETRIES: usize = 20_000;

/// A schema that judges.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) schema: Json,
    pub(super) validator: Validator,
}

/// Why a schema judges nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the file is not there, is no file, or is larger than a megabyte")]
    Missing,
    #[error("the file is binary")]
    Binary,
    #[error("{0}")]
    Unreadable(String),
    #[error("it is no JSON Schema: {0}")]
    NoSchema(String),
    #[error("its `$ref` `{0}` leads out of the file; only references within it are followed")]
    Outside(String),
    #[error("its `$ref` `{0}` leads nowhere")]
    Nowhere(String),
    #[error("a schema within it has an `$id` of its own, which is not supported")]
    OwnId,
    #[error("it has more than {MOST_PATTERNS} expressions, or one that is longer than {LONGEST_PATTERN} characters")]
    Patterns,
    #[error("it asks for more work than a check may do")]
    Work,
    #[error("its references go round in a circle")]
    Circle,
}

/// The schema of a text; JSON where the format says nothing else.
pub(super) fn compile(format: Format, text: &str) -> Result<Compiled, Refusal> {
    let read = read_as(format, text);
    if let Some(odd) = read.oddities.first() {
        return Err(Refusal::Unreadable(odd.what.clone()));
    }
    let root = read.documents.first().ok_or_else(|| Refusal::Unreadable("the file is empty".to_owned()))?;
    build(convert(root))
}

fn build(schema: Json) -> Result<Compiled, Refusal> {
    let index = Index::of(&schema)?;
    index.can_be_made()?;
    let patterns = index.patterns;
    if patterns.len() > MOST_PATTERNS || patterns.iter().any(|pattern| pattern.len() > LONGEST_PATTERN) {
        return Err(Refusal::Patterns);
    }
    let options = PatternOptions::fancy_regex().backtrack_limit(MOST_RETRIES).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN);
    let built = jsonschema::options().offline().with_pattern_options(options).build(&schema).map_err(|error| refusal(&error))?;
    Ok(Compiled { validator: built, schema })
}

/// A schema that comes with the program.
///
/// # Panics
/// Where it is none, which a test rules out.
pub(super) fn built_in(text: &str) -> Compiled {
    let schema: Json = serde_json::from_str(text).expect("the data is JSON");
    Compiled { validator: jsonschema::options().offline().build(&schema).expect("the data is a schema"), schema }
}

fn refusal(error: &jsonschema::ValidationError<'_>) -> Refusal {
    use jsonschema::error::ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Referencing(ReferencingError::Unretrievable { uri, .. }) => Refusal::Outside(shown(uri)),
        Kind::Referencing(ReferencingError::PointerToNowhere { pointer }) => Refusal::Nowhere(shown(pointer)),
        Kind::Referencing(error) => Refusal::NoSchema(shown(&error.to_string())),
        kind => {
            let place = error.instance_path().as_str();
            let place = if place.is_empty() { "/" } else { place };
            Refusal::NoSchema(format!("`{}` does not fit `{}` at {}", shown(&error.instance().to_string()), kind.keyword(), shown(place)))
        }
    }
}

/// A document as the validator takes it.
pub(super) fn convert(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(text) => number(text),
        Value::Text(text) => Json::String(text.clone()),
        Value::Sequence(items) => Json::Array(items.iter().map(|item| convert(item)).collect()),
        Value::Mapping(entries) => Json::Object(entries.iter().map(|entry| (entry.key.clone(), convert(&entry.value))).collect::<Map<_, _>>()),
    }
}

/// A number as it is written, in any of the formats. What is larger than any number is the largest.
fn number(text: &str) -> Json {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let radix = |prefix: &str, radix: u32| plain.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok());
    if let Some(whole) = plain.parse::<i64>().ok().or_else(|| radix("0x", 16)).or_else(|| radix("0o", 8)) {
        return Json::from(whole);
    }
    if let Ok(whole) = plain.parse::<u64>() {
        return Json::from(whole);
    }
    let float = plain.parse::<f64>().unwrap_or(f64::MAX).clamp(f64::MIN, f64::MAX);
    Number::from_f64(float).map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refusal {
        compile(Format::Json, text).expect_err("no schema")
    }

    #[test]
    fn v7_a_schema_that_reaches_out_or_is_none_is_refused_by_name() {
        assert_eq!(refused(r#"{"$ref": "https://example.com/x.json"}"#), Refusal::Outside("https://example.com/x.json".to_owned()));
        assert_eq!(refused(r#"{"properties": {"a": {"$ref": "file:///etc/passwd"}}}"#), Refusal::Outside("file:///etc/passwd".to_owned()));
        assert_eq!(refused(r#"{"$ref": "other.json#/a"}"#), Refusal::Outside("other.json#/a".to_owned()));
        assert_eq!(refused(r##"{"$ref": "#/definitions/none"}"##), Refusal::Nowhere("#/definitions/none".to_owned()));
        assert!(matches!(refused(r#"{"type": "strong"}"#), Refusal::NoSchema(why) if why.contains("strong")));
        assert!(matches!(refused(r#"{"pattern": "("}"#), Refusal::NoSchema(_)));
        assert!(matches!(refused(r#"{"$schema": "https://example.com/mine"}"#), Refusal::NoSchema(_) | Refusal::Outside(_)));
        assert!(matches!(refused("{"), Refusal::Unreadable(_)));
        assert!(matches!(refused("[1]"), Refusal::NoSchema(_)));
        assert!(matches!(refused(""), Refusal::Unreadable(_)));
        assert_eq!(refused(r#"{"properties": {"a": {"$id": "https://example.com/a"}}}"#), Refusal::OwnId);
    }

    #[test]
    fn v7_expressions_of_a_schema_are_bounded() {
        assert_eq!(refused(&format!(r#"{{"pattern": "{}"}}"#, "a".repeat(LONGEST_PATTERN + 1))), Refusal::Patterns);
        let many: Vec<String> = (0..=MOST_PATTERNS).map(|index| format!("{{\"pattern\": \"a{index}\"}}")).collect();
        assert_eq!(refused(&format!(r#"{{"anyOf": [{}]}}"#, many.join(","))), Refusal::Patterns);
        assert!(matches!(refused(r#"{"pattern": "(((a{100}){100}){100}){100}"}"#), Refusal::NoSchema(_)));
    }

    #[test]
    fn v7_numbers_of_every_format_are_numbers() {
        for (text, wanted) in [
            ("+1", Json::from(1)),
            ("0x1f", Json::from(31)),
            ("0o17", Json::from(15)),
            ("1.5e3", Json::from(1500.0)),
            ("18446744073709551615", Json::from(u64::MAX)),
        ] {
            assert_eq!(number(text), wanted, "{text}");
        }
        assert!(number("inf").is_number() && number("nan").is_number() | number("nan").is_null());
    }
}
