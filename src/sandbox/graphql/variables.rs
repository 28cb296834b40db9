//! Variables: the values that a request gives, checked against the types that its operation declares.

use graphql_parser::Pos;
use graphql_parser::query::{Type, Value, VariableDefinition};
use serde_json::{Map, Value as Json, json};

/// The variables of an operation, or the error of the first that does not fit its type.
pub(super) fn bind(definitions: &[VariableDefinition<'_, String>], given: &Json) -> Result<Map<String, Json>, Json> {
    let mut bound = Map::new();
    for definition in definitions {
        let wanted = definition.var_type.to_string();
        let value = match (given.get(&definition.name), &definition.default_value) {
            (Some(value), _) => Some(value.clone()),
            (None, Some(default)) => Some(literal(default, &Map::new()).unwrap_or(Json::Null)),
            (None, None) => None,
        };
        let Some(value) = value else {
            if matches!(definition.var_type, Type::NonNullType(_)) {
                return Err(invalid(&definition.name, &wanted, &Json::Null, "Expected value to not be null", definition.position));
            }
            continue;
        };
        let value =
            coerce(&definition.var_type, value).map_err(|(value, problem)| invalid(&definition.name, &wanted, &value, &problem, definition.position))?;
        bound.insert(definition.name.clone(), value);
    }
    Ok(bound)
}

fn invalid(name: &str, wanted: &str, value: &Json, problem: &str, at: Pos) -> Json {
    json!({
        "message": format!("Variable ${name} of type {wanted} was provided invalid value"),
        "locations": [{ "line": at.line, "column": at.column }],
        "extensions": { "value": value, "problems": [{ "path": [], "explanation": problem }] },
    })
}

fn coerce(wanted: &Type<'_, String>, value: Json) -> Result<Json, (Json, String)> {
    match wanted {
        Type::NonNullType(_) if value.is_null() => Err((value, "Expected value to not be null".to_owned())),
        Type::NonNullType(inner) => coerce(inner, value),
        _ if value.is_null() => Ok(value),
        Type::ListType(inner) => {
            let items = match value {
                Json::Array(items) => items,
                single => vec![single],
            };
            items.into_iter().map(|item| coerce(inner, item)).collect::<Result<_, _>>().map(Json::Array)
        }
        Type::NamedType(name) => named(name, value),
    }
}

/// A value of a named type. Enums and scalars of GitHub's own travel as text, input objects as objects.
fn named(name: &str, value: Json) -> Result<Json, (Json, String)> {
    let fits = match name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "ID" if value.is_u64() || value.is_i64() => return Ok(Json::String(value.to_string())),
        "GitObjectID" => value.as_str().is_some_and(is_object_id),
        _ if name.ends_with("Input") || name.ends_with("Order") || name == "RefUpdate" => value.is_object(),
        _ => value.is_string(),
    };
    if fits {
        return Ok(value);
    }
    let problem = match name {
        "GitObjectID" => format!("{value} is not a valid git object id"),
        _ => format!("Could not coerce value {value} to {name}"),
    };
    Err((value, problem))
}

/// True for a whole object id.
pub(super) fn is_object_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A literal of the document as JSON. A variable that was not given is `None`, and its argument counts as absent.
pub(super) fn literal(value: &Value<'_, String>, variables: &Map<String, Json>) -> Option<Json> {
    Some(match value {
        Value::Variable(name) => variables.get(name)?.clone(),
        Value::Int(number) => json!(number.as_i64()),
        Value::Float(number) => json!(number),
        Value::String(text) | Value::Enum(text) => Json::String(text.clone()),
        Value::Boolean(flag) => Json::Bool(*flag),
        Value::Null => Json::Null,
        Value::List(items) => items.iter().map(|item| literal(item, variables).unwrap_or(Json::Null)).collect(),
        Value::Object(fields) => {
            fields.iter().filter_map(|(name, field)| literal(field, variables).map(|field| (name.clone(), field))).collect::<Map<_, _>>().into()
        }
    })
}
