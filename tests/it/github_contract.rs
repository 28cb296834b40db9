//! GitHub's own API description as a judge: every request and every answer of a request log is checked against it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};
use shipgate::sandbox::{Exchange, Sandbox};

const DESCRIPTION: &str = include_str!("../contract/github-openapi-cut.json");
const ROOT: &str = "https://api.github.invalid/description";

/// Statuses that any operation may answer, described or not, with GitHub's plain error.
const EVERYWHERE: [u16; 6] = [400, 401, 403, 404, 422, 429];

/// Routes that the description does not have, each with the reason why it is served all the same.
pub const NOT_DESCRIBED: &[(&str, &str, &str)] = &[];

/// The description, with its schemas compiled when they are first needed.
struct Description {
    whole: Value,
    registry: Registry<'static>,
    compiled: RefCell<BTreeMap<String, Rc<Validator>>>,
}

thread_local! {
    static JUDGE: Description = Description::read();
}

/// Checks all exchanges but those that a fault spoiled on purpose, and panics with everything that is wrong.
pub fn check_exchanges(exchanges: &[Exchange]) {
    let wrong: Vec<String> = JUDGE.with(|judge| exchanges.iter().flat_map(|exchange| judge.check(exchange)).collect());
    assert!(wrong.is_empty(), "not as GitHub describes it:\n{}", wrong.join("\n"));
}

/// True when the description has the operation.
pub fn describes(method: &str, route: &str) -> bool {
    JUDGE.with(|judge| judge.operation(method, route).is_some())
}

impl Description {
    fn read() -> Self {
        let mut whole: Value = serde_json::from_str(DESCRIPTION).expect("the description is JSON");
        allow_null(&mut whole);
        let registry = Registry::new().add(ROOT, whole.clone()).and_then(jsonschema::RegistryBuilder::prepare).expect("the description is a registry");
        Self { whole, registry, compiled: RefCell::default() }
    }

    fn operation(&self, method: &str, route: &str) -> Option<&Value> {
        self.whole["paths"].get(route)?.get(method.to_ascii_lowercase())
    }

    fn check(&self, exchange: &Exchange) -> Vec<String> {
        let name = format!("#{} {} {}", exchange.sequence, exchange.method, exchange.path);
        if exchange.path.ends_with("/graphql") {
            return Vec::new();
        }
        let Some(route) = exchange.route else { return vec![format!("{name}: no route of ours")] };
        let Some(operation) = self.operation(&exchange.method, route) else {
            let known = NOT_DESCRIBED.iter().any(|(method, path, _)| *method == exchange.method && *path == route);
            return if known { Vec::new() } else { vec![format!("{name}: GitHub describes no {route}")] };
        };
        let pointer = format!("/paths/{}/{}", escaped(route), exchange.method.to_ascii_lowercase());
        let mut wrong = self.check_query(operation, exchange);
        if exchange.status.is_none_or(|status| status < 400) {
            wrong.extend(self.check_request((operation, &pointer), exchange));
        }
        if !exchange.faulty {
            wrong.extend(self.check_answer((operation, &pointer), exchange));
        }
        wrong.into_iter().map(|fault| format!("{name}: {fault}")).collect()
    }

    fn check_query(&self, operation: &Value, exchange: &Exchange) -> Vec<String> {
        let listed = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> = listed.iter().filter_map(|parameter| self.followed(parameter)["name"].as_str()).collect();
        let keys = exchange.query.split('&').filter(|part| !part.is_empty()).map(|part| part.split('=').next().unwrap_or(part));
        keys.filter(|key| !names.contains(key)).map(|key| format!("GitHub describes no parameter {key}")).collect()
    }

    fn followed<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|reference| self.whole.pointer(reference.trim_start_matches('#')));
        target.unwrap_or(value)
    }

    fn check_request(&self, (operation, pointer): (&Value, &str), exchange: &Exchange) -> Vec<String> {
        let Some(described) = operation.get("requestBody") else {
            let sent = exchange.request.as_ref().map(|_| "GitHub describes no body".to_owned());
            return sent.into_iter().collect();
        };
        match &exchange.request {
            None if described["required"] == json!(true) => vec!["the body is missing".to_owned()],
            None => Vec::new(),
            Some(body) => self.judge(&format!("{pointer}/requestBody/content/application~1json/schema"), body, "request"),
        }
    }

    fn check_answer(&self, (operation, pointer): (&Value, &str), exchange: &Exchange) -> Vec<String> {
        let Some(status) = exchange.status else { return Vec::new() };
        let Some(described) = operation["responses"].get(status.to_string()) else {
            let error = EVERYWHERE.contains(&status) && exchange.response.is_some() || status == 304;
            return if error { Vec::new() } else { vec![format!("GitHub describes no status {status}")] };
        };
        let target = self.followed(described);
        let Some(content) = target.get("content").and_then(|content| content.get("application/json")) else { return Vec::new() };
        let Some(body) = &exchange.response else {
            // Another media type was asked for: bytes are not for this judge.
            return Vec::new();
        };
        assert!(content.get("schema").is_some(), "every described JSON body has a schema");
        let at = match described.get("$ref").and_then(Value::as_str) {
            Some(reference) => reference.trim_start_matches('#').to_owned(),
            None => format!("{pointer}/responses/{status}"),
        };
        self.judge(&format!("{at}/content/application~1json/schema"), body, "answer")
    }

    fn judge(&self, pointer: &str, body: &Value, what: &str) -> Vec<String> {
        let validator = Rc::clone(self.compiled.borrow_mut().entry(pointer.to_owned()).or_insert_with(|| Rc::new(self.compile(pointer))));
        validator.iter_errors(body).take(8).map(|error| shortened(format!("{what} {}: {error}", error.instance_path()))).collect()
    }

    fn compile(&self, pointer: &str) -> Validator {
        let schema = json!({ "$ref": format!("{ROOT}#{}", pointer.replace('{', "%7B").replace('}', "%7D")) });
        let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
        options.with_registry(&self.registry).build(&schema).unwrap_or_else(|error| panic!("{pointer}: {error}"))
    }
}

/// An error shows the whole value that it is about: the beginning and the end of it say enough.
fn shortened(text: String) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= 400 {
        return text;
    }
    let (start, end) = (&letters[..200], &letters[letters.len() - 200..]);
    format!("{} … {}", start.iter().collect::<String>(), end.iter().collect::<String>())
}

fn escaped(route: &str) -> String {
    route.replace('~', "~0").replace('/', "~1")
}

/// `OpenAPI` 3.0 says `nullable: true` where JSON Schema has a type `null`.
fn allow_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(allow_null),
        Value::Object(fields) => {
            fields.values_mut().for_each(allow_null);
            // A text that is empty by default is empty, whatever its format: that is how GitHub answers a URL that nobody gave.
            if fields.get("default") == Some(&json!("")) {
                fields.remove("format");
            }
            if fields.get("nullable") == Some(&Value::Bool(true)) {
                if let Some(kind) = fields.get("type").filter(|kind| kind.is_string() && !fields.contains_key("enum")).cloned() {
                    fields.insert("type".to_owned(), json!([kind, "null"]));
                    return;
                }
                let mut schema = Value::Object(std::mem::take(fields));
                schema.as_object_mut().expect("it is an object").remove("nullable");
                fields.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
            }
        }
        _ => {}
    }
}

#[test]
fn the_judge_refuses_what_github_does_not_describe() {
    let exchange = |status, response| Exchange {
        sequence: 1,
        method: "GET".to_owned(),
        path: "/repos/a/b/git/ref/heads/main".to_owned(),
        query: String::new(),
        route: Some("/repos/{owner}/{repo}/git/ref/{ref}"),
        operation: None,
        request: None,
        status: Some(status),
        response: Some(response),
        identity: None,
        faulty: false,
    };
    let wrong = |exchange: &Exchange| JUDGE.with(|judge| judge.check(exchange));
    let object = json!({ "type": "commit", "sha": "0123456789012345678901234567890123456789", "url": "http://127.0.0.1/x" });
    let good = json!({ "ref": "refs/heads/main", "node_id": "R", "url": "http://127.0.0.1/y", "object": object });
    assert_eq!(wrong(&exchange(200, good.clone())), Vec::<String>::new());
    assert_eq!(wrong(&exchange(200, json!({ "ref": 5 }))).len(), 4);
    assert_eq!(wrong(&exchange(202, good.clone())).len(), 1);
    assert_eq!(wrong(&Exchange { query: "nonsense=1".to_owned(), ..exchange(200, good.clone()) }).len(), 1);
    let mut bad_url = good;
    bad_url["url"] = json!("no url");
    assert_eq!(wrong(&exchange(200, bad_url)).len(), 1);
}

/// Everything said over HTTP is as GitHub describes it, and nothing was asked that GitHub does not have.
pub fn check_log(hub: &Sandbox) {
    let spoken: Vec<Exchange> = hub.log().into_iter().filter(|exchange| !exchange.path.contains(".git/")).collect();
    check_exchanges(&spoken);
    let faults = crate::graphql_schema::exchange_faults(&spoken);
    assert!(faults.is_empty(), "not as GitHub's schema has it: {faults:#?}");
    assert!(hub.unknown_routes().is_empty(), "asked for what GitHub does not have: {:?}", hub.unknown_routes());
}
