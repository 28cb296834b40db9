//! What a dispatch gives, held against what the workflow file declares.

use serde_json::{Map, Value};

/// The most inputs of a dispatch.
const MOST: usize = 25;
/// The most characters of all inputs together.
const LONGEST: usize = 65_535;

/// Why inputs are refused: GitHub's messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// There are more than 25.
    #[error("Invalid request.\n\nNo more than 25 properties are allowed for 'inputs'; {count} were supplied.")]
    TooMany {
        /// So many were given.
        count: usize,
    },
    /// They are too long together.
    #[error("inputs are too large.")]
    TooLarge,
    /// The file declares none of these.
    #[error("Unexpected inputs provided: {}", Value::from(names.clone()))]
    Unexpected {
        /// Their names, in order.
        names: Vec<String>,
    },
    /// One that must be given is not.
    #[error("Required input '{name}' not provided")]
    Required {
        /// Its name.
        name: String,
    },
    /// A choice that the file does not offer.
    #[error("Provided value '{value}' for input '{name}' not in the list of allowed values")]
    NotOffered {
        /// The input.
        name: String,
        /// What was given.
        value: String,
    },
    /// It is not of the declared type.
    #[error("Provided value '{value}' for input '{name}' is not a {kind}")]
    Mistyped {
        /// The input.
        name: String,
        /// What was given.
        value: String,
        /// The declared type.
        kind: &'static str,
    },
}

/// See [`super::WorkflowFile::accept`].
pub(super) fn accept(declared: &Map<String, Value>, given: &Map<String, Value>) -> Result<Map<String, Value>, InputError> {
    if given.len() > MOST {
        return Err(InputError::TooMany { count: given.len() });
    }
    if given.values().map(|value| text(value).chars().count()).sum::<usize>() > LONGEST {
        return Err(InputError::TooLarge);
    }
    let names: Vec<String> = given.keys().filter(|name| !declared.contains_key(*name)).cloned().collect();
    if !names.is_empty() {
        return Err(InputError::Unexpected { names });
    }
    let mut accepted = Map::new();
    for (name, rules) in declared {
        if let Some(value) = value(name, rules, given.get(name))? {
            accepted.insert(name.clone(), Value::String(value));
        }
    }
    Ok(accepted)
}

/// The value a run gets for an input; `None` where it gets none.
fn value(name: &str, rules: &Value, given: Option<&Value>) -> Result<Option<String>, InputError> {
    let given = given.map(text);
    let default = rules.get("default").filter(|default| !default.is_null()).map(text);
    let required = rules.get("required").and_then(Value::as_bool) == Some(true);
    if required && default.is_none() && given.as_ref().is_none_or(String::is_empty) {
        return Err(InputError::Required { name: name.to_owned() });
    }
    let Some(value) = given else { return Ok(default) };
    let mistyped = |kind: &'static str| InputError::Mistyped { name: name.to_owned(), value: value.clone(), kind };
    let offered = || rules.get("options").and_then(Value::as_array).is_some_and(|options| options.iter().any(|option| text(option) == value));
    match rules.get("type").and_then(Value::as_str).unwrap_or("string") {
        "boolean" if !matches!(value.as_str(), "true" | "false") => Err(mistyped("boolean")),
        "number" if value.parse::<f64>().is_err() => Err(mistyped("number")),
        "choice" if !offered() => Err(InputError::NotOffered { name: name.to_owned(), value }),
        _ => Ok(Some(value)),
    }
}

/// A value as the text that a run sees.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declared() -> Map<String, Value> {
        let all = json!({
            "shipgate": { "required": true, "type": "string" }, "dry": { "type": "boolean", "default": false }, "count": { "type": "number" },
            "region": { "type": "choice", "options": ["eu-1", "us-1"], "default": "eu-1" }, "note": null,
        });
        all.as_object().expect("an object").clone()
    }

    fn accepted(given: Value) -> Result<Value, String> {
        let Value::Object(given) = given else { unreachable!("the tests give objects") };
        accept(&declared(), &given).map(Value::Object).map_err(|error| error.to_string())
    }

    #[test]
    fn d2_defaults_fill_what_is_left_out() {
        assert_eq!(accepted(json!({ "shipgate": "x" })), Ok(json!({ "shipgate": "x", "dry": "false", "region": "eu-1" })));
        let all = json!({ "shipgate": "x", "dry": true, "count": 3, "region": "us-1", "note": "" });
        assert_eq!(accepted(all), Ok(json!({ "shipgate": "x", "dry": "true", "count": "3", "region": "us-1", "note": "" })));
    }

    #[test]
    fn d2_what_is_wrong_with_inputs_is_said_as_github_says_it() {
        let refused = |given: Value| accepted(given).expect_err("they are wrong");
        assert_eq!(refused(json!({ "shipgate": "x", "b": "", "a": "" })), r#"Unexpected inputs provided: ["a","b"]"#);
        assert_eq!(refused(json!({})), "Required input 'shipgate' not provided");
        assert_eq!(refused(json!({ "shipgate": "x", "region": "moon" })), "Provided value 'moon' for input 'region' not in the list of allowed values");
        assert_eq!(refused(json!({ "shipgate": "x", "dry": "perhaps" })), "Provided value 'perhaps' for input 'dry' is not a boolean");
        assert_eq!(refused(json!({ "shipgate": "x", "count": "many" })), "Provided value 'many' for input 'count' is not a number");
        let many: Map<String, Value> = (0..26).map(|number| (format!("i{number}"), json!("x"))).collect();
        assert!(refused(Value::Object(many)).contains("No more than 25"));
        assert_eq!(refused(json!({ "shipgate": "x".repeat(70_000) })), "inputs are too large.");
    }
}
