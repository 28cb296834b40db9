//! JSON Schema of the mirror, for the test that keeps `docs/shipgate.schema.json` true.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{At, Entries, List, RawArgv, RawPolicy, Set};
use crate::domain::{BranchName, CustomId, EnvName, Login, Namespace, ParamKey, Period, Principal, RepoSlug, ServiceName, Target, VariableName};
use crate::facts::{EventType, InputName, WorkflowFile};
use crate::policy::{Expression, Pattern};

pub(super) fn version(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "const": 1 })
}

macro_rules! word {
    ($($name:ty, $schema:tt;)*) => {
        $(impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })*
    };
}

const SLUG: &str = "^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$";

word! {
    EnvName, { "type": "string", "pattern": SLUG, "maxLength": 63 };
    ServiceName, { "type": "string", "pattern": SLUG, "maxLength": 63 };
    CustomId, { "type": "string", "pattern": SLUG, "maxLength": 63 };
    Namespace, { "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63 };
    Target, { "type": "string", "pattern": "^[A-Za-z0-9._/:@][A-Za-z0-9._/:@-]*$", "maxLength": 253 };
    ParamKey, { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]*$", "maxLength": 64 };
    VariableName, { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 255 };
    Login, { "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_-]*(\\[bot\\])?$" };
    Principal, {
        "type": "string",
        "pattern": "^(user:[A-Za-z0-9_][A-Za-z0-9_-]*(\\[bot\\])?|team:[A-Za-z0-9._][A-Za-z0-9._-]*/[A-Za-z0-9._-]+|role:(read|triage|write|maintain|admin)|codeowners)$",
        "examples": ["user:octocat", "team:acme/sre", "role:maintain", "codeowners"]
    };
    Period, { "type": "string", "pattern": "^[1-9][0-9]{0,8}[smhd]$", "examples": ["90s", "30m", "2h", "14d"] };
    WorkflowFile, { "type": "string", "pattern": "^[A-Za-z0-9._][A-Za-z0-9._-]*\\.ya?ml$", "maxLength": 100, "examples": ["deploy.yml"] };
    EventType, { "type": "string", "pattern": "^[A-Za-z0-9._:/][A-Za-z0-9._:/-]*$", "maxLength": 100 };
    InputName, { "type": "string", "pattern": "^(?![Ss][Hh][Ii][Pp][Gg][Aa][Tt][Ee]$)[A-Za-z_][A-Za-z0-9_-]*$", "maxLength": 100 };
    RepoSlug, { "type": "string", "pattern": "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", "examples": ["acme/infra"] };
    BranchName, { "type": "string", "minLength": 1, "maxLength": 244 };
    Pattern, { "type": "string", "minLength": 1 };
    Expression, { "type": "string" };
    RawArgv, { "type": "array", "items": { "type": "string" }, "minItems": 1 };
}

macro_rules! transparent {
    ($($name:ident)*) => {
        $(impl<T: JsonSchema> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        })*
    };
}

transparent! { At Set }

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>() })
    }
}

impl<K: JsonSchema, V: JsonSchema> JsonSchema for Entries<K, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}By{}", V::schema_name(), K::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = generator.subschema_for::<K>();
        json_schema!({ "type": "object", "propertyNames": names, "additionalProperties": generator.subschema_for::<V>() })
    }
}

fn generated() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<RawPolicy>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

#[test]
fn i3_the_schema_in_the_repository_is_that_of_the_mirror() {
    #[expect(clippy::disallowed_methods, reason = "SHIPGATE_BLESS=1 renews the file; only this test reads it")]
    let bless = std::env::var_os("SHIPGATE_BLESS").is_some();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/shipgate.schema.json");
    if bless {
        std::fs::write(path, generated()).expect("the repository can be written");
        return;
    }
    assert!(crate::policy::SCHEMA == generated(), "docs/shipgate.schema.json is stale: run this test with SHIPGATE_BLESS=1");
}

#[test]
fn i3_every_key_of_the_schema_is_described() {
    fn walk(path: &str, value: &serde_json::Value) {
        if let Some(properties) = value.get("properties").and_then(serde_json::Value::as_object) {
            for (key, property) in properties {
                assert!(property.get("description").is_some(), "{path}/{key} has no description");
            }
            assert_eq!(value.get("additionalProperties"), Some(&false.into()), "{path} takes unknown keys");
        }
        match value {
            serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| walk(&format!("{path}/{key}"), value)),
            serde_json::Value::Array(list) => list.iter().for_each(|value| walk(path, value)),
            _ => {}
        }
    }
    walk("", &serde_json::from_str(&generated()).expect("JSON"));
}
