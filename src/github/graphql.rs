//! GraphQL: an answer under HTTP 200 can be an error, a whole, or a whole with holes. Holes are never taken for emptiness.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::GitHub;
use super::fault;
use super::retry::{Effect, Failure};
use super::transport::{Answer, Call};
use crate::facts::Why;
use crate::ports::{ForgeError, ForgeFault, Wrote};

/// A query or mutation of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation<'a> {
    /// Its name, for logs and errors.
    pub name: &'static str,
    /// Its text.
    pub text: &'a str,
    /// The permission that it needs first of all.
    pub permission: &'static str,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply<T> {
    /// The data, perhaps with holes.
    pub data: T,
    /// What the holes are about.
    pub errors: Errors,
    /// The server's time.
    pub now: Option<Timestamp>,
    /// For errors that turn up while reading the data.
    pub source: Source,
}

/// Where data came from, so that what is wrong with it can be told.
#[derive(Debug)]
pub(super) struct Source {
    call: Call,
    answer: Answer,
}

/// A field of the answer: names from the top, without indexes.
pub(super) type Field = &'static [&'static str];

/// The errors of an answer.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<GraphError>);

/// One error of an answer.
#[derive(Debug, Deserialize)]
pub(super) struct GraphError {
    #[serde(default)]
    message: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "names_of_path")]
    path: Vec<String>,
    #[serde(default)]
    extensions: Option<Extensions>,
}

/// What a query that does not fit the schema is told besides.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    code: Option<String>,
    /// The field whose argument it is about.
    name: Option<String>,
    type_name: Option<String>,
    field_name: Option<String>,
    argument_name: Option<String>,
}

/// The kind of our own errors about what was not even asked for.
const LACKING: &str = "LACKING";

#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<GraphError>,
}

/// A path without its indexes.
fn names_of_path<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let parts = Option::<Vec<Value>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(parts.into_iter().filter_map(|part| if let Value::String(name) = part { Some(name) } else { None }).collect())
}

/// The permission behind a field of our queries, by the field's name.
const PERMISSIONS: &[(&str, &[&str])] = &[
    ("contents: read", &["locks", "defaultBranchRef", "baseRef", "policy", "owners1", "owners2", "owners3", "target", "commits", "commit", "tree", "headRef"]),
    ("deployments: read", &["deployments"]),
    ("statuses: read", &["statusCheckRollup", "contexts", "status"]),
    ("actions: read", &["workflowRun"]),
];

impl GraphError {
    /// An error about a field that was left out of the query, because the server does not know it.
    pub(super) fn lacking(field: Field, message: String) -> Self {
        let path = field.iter().map(|name| (*name).to_owned()).collect();
        Self { message, kind: Some(LACKING.to_owned()), path, extensions: None }
    }

    /// Where it is, and what it says.
    #[cfg(test)]
    pub(super) fn told(&self) -> (String, String) {
        (self.path.join("."), self.message.clone())
    }

    /// What the server does not know, where the error is about that: a field as `Type.name`, an argument, a type.
    fn undefined(&self) -> Option<String> {
        let Extensions { code, name, type_name, field_name, argument_name } = self.extensions.as_ref()?;
        let what = match code.as_deref()? {
            "undefinedField" => format!("{}.{}", type_name.as_ref()?, field_name.as_ref()?),
            "argumentNotAccepted" => format!("the argument {} of {}", argument_name.as_ref()?, name.as_ref()?),
            "undefinedType" => format!("the type {}", type_name.as_ref()?),
            _ => return None,
        };
        Some(fault::words(&what))
    }

    /// The permission that the innermost field needs that we know one of.
    fn permission(&self) -> Option<&'static str> {
        let of_field = |field: &String| PERMISSIONS.iter().find(|(_, fields)| fields.contains(&field.as_str())).map(|(permission, _)| *permission);
        self.path.iter().rev().find_map(of_field)
    }

    /// True when it is about the field or something in it, or about something that the field is part of.
    fn touches(&self, field: &[&str]) -> bool {
        !self.path.is_empty() && self.path.iter().zip(field).all(|(one, other)| one == other)
    }

    fn fault(&self, call: &Call, answer: &Answer) -> ForgeFault {
        let message = fault::words(&self.message);
        let lower = self.message.to_ascii_lowercase();
        match self.kind.as_deref() {
            Some("RATE_LIMITED" | "RATE_LIMIT") => fault::rate_limited(answer, &self.message),
            _ if fault::is_secondary(&self.message) => fault::rate_limited(answer, &self.message),
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => ForgeFault::Forbidden { message, permission: self.permission().or(call.permission) },
            Some("NOT_FOUND") => ForgeFault::NotFound { permission: call.permission },
            Some("SERVICE_UNAVAILABLE" | "INTERNAL" | "LOADING") => ForgeFault::Server(answer.status),
            None if lower.contains("something went wrong") || lower.contains("timeout") || lower.contains("timedout") => ForgeFault::Server(answer.status),
            Some("STALE_DATA" | "UNPROCESSABLE") => ForgeFault::Conflict(message),
            _ => ForgeFault::Invalid(message),
        }
    }
}

impl Errors {
    /// Why the field cannot be relied on, where an error touches it.
    pub(super) fn about(&self, field: &[&str]) -> Option<Why> {
        let error = self.0.iter().find(|error| error.touches(field))?;
        let why = Why::new(format!("the server did not give it: {}", fault::words(&error.message)));
        let permission = error.permission().filter(|_| error.kind.as_deref() == Some("FORBIDDEN"));
        Some(permission.map_or(why.clone(), |permission| why.mended_by(format!("give the token the permission `{permission}`"))))
    }

    /// The same, with what would mend it: the permission given, unless the server is too old for the field.
    pub(super) fn about_or(&self, field: &[&str], permission: &str) -> Option<Why> {
        match self.0.iter().find(|error| error.touches(field)) {
            Some(lacking) if lacking.kind.as_deref() == Some(LACKING) => {
                Some(Why::new(lacking.message.clone()).mended_by("update the server, or let the policy not ask for it"))
            }
            _ => self.about(field).map(|why| why.mended_by(format!("give the token {permission}"))),
        }
    }

    /// True when every error that touches the field says that the thing is not there.
    pub(super) fn only_missing(&self, field: &[&str]) -> bool {
        self.0.iter().filter(|error| error.touches(field)).all(|error| error.kind.as_deref() == Some("NOT_FOUND"))
    }

    /// Adds the errors of a later page.
    pub(super) fn absorb(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// Adds errors of our own.
    pub(super) fn add(&mut self, errors: Vec<GraphError>) {
        self.0.extend(errors);
    }

    /// Whether this part of a mutation was carried out.
    pub(super) fn of(&self, part: &[&str], source: &Source) -> Result<(), ForgeError> {
        self.0.iter().find(|error| error.touches(part)).map_or(Ok(()), |error| Err(source.refused(error)))
    }
}

impl<T> Reply<T> {
    /// The data, where there was no error at all.
    pub(super) fn whole(self) -> Result<(T, Source), ForgeError> {
        self.tolerate(&[]).map(|reply| (reply.data, reply.source))
    }

    /// The reply, where no error is about anything but these fields.
    pub(super) fn tolerate(self, fields: &[Field]) -> Result<Self, ForgeError> {
        let strange = self.errors.0.iter().find(|error| !fields.iter().any(|field| error.path.len() >= field.len() && error.touches(field)));
        match strange {
            None => Ok(self),
            Some(error) => Err(self.source.call.error(Some(&self.source.answer), error.fault(&self.source.call, &self.source.answer), Wrote::Nothing)),
        }
    }
}

impl Source {
    /// The data lacks something, or holds something that cannot be.
    pub(super) fn malformed(&self, why: impl AsRef<str>) -> ForgeError {
        self.call.malformed(&self.answer, why)
    }

    /// Another fault in what was read.
    pub(super) fn fault(&self, fault: ForgeFault) -> ForgeError {
        self.call.error(Some(&self.answer), fault, Wrote::Nothing)
    }

    /// A part of a mutation that was not carried out; where the error is about something in its answer, or the server lost track of it, it may have been.
    fn refused(&self, error: &GraphError) -> ForgeError {
        let fault = error.fault(&self.call, &self.answer);
        let nothing = error.path.len() == 1 && !matches!(fault, ForgeFault::Server(_));
        self.call.error(Some(&self.answer), fault, if nothing { Wrote::Nothing } else { Wrote::Maybe })
    }

    /// What was asked for is not there, or not visible: an error of the server says more, where there is one.
    pub(super) fn missing(&self, errors: &Errors) -> ForgeError {
        errors.0.first().map_or_else(|| self.not_found(), |error| self.fault(error.fault(&self.call, &self.answer)))
    }

    /// What was asked for is not there, or not visible.
    pub(super) fn not_found(&self) -> ForgeError {
        self.fault(ForgeFault::NotFound { permission: self.call.permission })
    }
}

/// Reads an answer under HTTP 200.
fn understand<T: DeserializeOwned>(call: &Call, answer: &Answer) -> Result<Reply<T>, Failure> {
    let failed = |fault: ForgeFault, wrote: Wrote| Failure { error: call.error(Some(answer), fault, wrote), wait: None };
    // A mutation that is refused changed nothing; one that the server lost track of may have.
    let refused = |error: &GraphError| {
        let fault = error.fault(call, answer);
        let wrote = if matches!(fault, ForgeFault::Server(_)) { Wrote::Maybe } else { Wrote::Nothing };
        failed(fault, wrote)
    };
    // What a mutation of several parts says of one of them is the caller's to weigh.
    let fatal =
        |error: &&GraphError| error.path.is_empty() || call.effect == Effect::Read && matches!(error.fault(call, answer), ForgeFault::RateLimited { .. });
    match answer.parse::<Envelope<T>>(call) {
        Ok(Envelope { data: Some(data), errors }) => {
            if let Some(error) = errors.iter().find(fatal) {
                Err(failed(error.fault(call, answer), Wrote::Maybe))
            } else {
                let source =
                    Source { call: call.clone(), answer: Answer { status: answer.status, headers: answer.headers.clone(), body: hyper::body::Bytes::new() } };
                Ok(Reply { data, errors: Errors(errors), now: fault::server_time(&answer.headers), source })
            }
        }
        Ok(Envelope { data: None, errors }) => {
            let what: Vec<String> = errors.iter().filter_map(GraphError::undefined).collect();
            match errors.first() {
                // Nothing of such a query or mutation was carried out.
                Some(_) if !what.is_empty() => {
                    let version = fault::header(&answer.headers, "x-github-enterprise-version").map(fault::words);
                    Err(failed(ForgeFault::Lacks { what, version }, Wrote::Nothing))
                }
                Some(error) => Err(refused(error)),
                None => Err(Failure { error: call.malformed(answer, "neither data nor errors"), wait: None }),
            }
        }
        // Where a hole stands in a place that cannot have one, the server's error says more than the parser's.
        Err(failure) => match answer.parse::<Envelope<IgnoredAny>>(call) {
            Ok(Envelope { errors, .. }) if !errors.is_empty() => Err(refused(&errors[0])),
            _ => Err(failure),
        },
    }
}

impl GitHub {
    /// Sends a query; it may be repeated.
    pub(super) async fn query<T: DeserializeOwned>(&self, operation: Operation<'_>, variables: Value) -> Result<Reply<T>, ForgeError> {
        self.change(operation, variables, Effect::Read).await
    }

    /// Sends a mutation of one part; any error in the answer is a failure.
    pub(super) async fn mutate(&self, operation: Operation<'_>, variables: Value) -> Result<(), ForgeError> {
        let reply: Reply<Option<Value>> = self.change(operation, variables, Effect::Once).await?;
        match reply.errors.0.first() {
            None => Ok(()),
            Some(error) => Err(reply.source.refused(error)),
        }
    }

    /// Sends a query or mutation; what the server does not know is left out where something goes without it.
    pub(super) async fn change<T: DeserializeOwned>(&self, operation: Operation<'_>, variables: Value, effect: Effect) -> Result<Reply<T>, ForgeError> {
        loop {
            let text = self.lacking.without(operation.text);
            let body = serde_json::json!({ "query": text, "variables": variables });
            let call = Call::graphql(operation.name, effect, operation.permission).with(&body);
            let error = match self.transport.send(&call, understand).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let ForgeFault::Lacks { what, version } = &error.fault else { return Err(error) };
            match self.lacking.learn(what, version.as_ref()) {
                Ok(()) => tracing::debug!("asking again without what this server does not know: {}", what.join(", ")),
                Err(needed) => return Err(ForgeError { fault: ForgeFault::Lacks { what: needed, version: version.clone() }, ..error }),
            }
        }
    }

    /// The variables that every query of the repository has.
    pub(super) fn here(&self) -> serde_json::Map<String, Value> {
        let mut variables = serde_json::Map::new();
        variables.insert("owner".to_owned(), self.repository.owner().into());
        variables.insert("name".to_owned(), self.repository.name().into());
        variables
    }
}

/// The text of a query that asks for several things of one kind: the lines that hold a name ending in `0` are repeated for each further one.
pub(super) fn repeated(text: &str, names: &[&str], count: usize) -> String {
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let copies = if names.iter().any(|name| line.contains(&format!("{name}0"))) { count } else { 1 };
        for index in 0..copies {
            let with_index = |line: String, name: &&str| line.replace(&format!("{name}0"), &format!("{name}{index}"));
            out.push_str(&names.iter().fold(line.to_owned(), with_index));
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reply(body: &Value) -> Result<Reply<Value>, Failure> {
        let headers = http::HeaderMap::new();
        let answer = Answer { status: 200, headers, body: body.to_string().into() };
        understand(&Call::graphql("Survey", Effect::Read, "contents: read"), &answer)
    }

    fn fault(errors: &Value) -> ForgeFault {
        reply(&json!({ "data": null, "errors": errors })).expect_err("there is no data").error.fault
    }

    #[test]
    fn errors_under_status_200_are_errors() {
        assert_eq!(
            fault(&json!([{ "type": "RATE_LIMITED", "message": "API rate limit exceeded" }])),
            ForgeFault::RateLimited { after: Some(std::time::Duration::from_mins(1)), until: None }
        );
        assert_eq!(
            fault(&json!([{ "type": "FORBIDDEN", "message": "no" }])),
            ForgeFault::Forbidden { message: "no".to_owned(), permission: Some("contents: read") }
        );
        assert_eq!(fault(&json!([{ "type": "NOT_FOUND", "message": "no" }])), ForgeFault::NotFound { permission: Some("contents: read") });
        assert_eq!(fault(&json!([{ "message": "Something went wrong while executing your query." }])), ForgeFault::Server(200));
        assert_eq!(fault(&json!([{ "message": "Field 'x' doesn't exist" }])), ForgeFault::Invalid("Field 'x' doesn't exist".to_owned()));
        assert!(matches!(reply(&json!({})).expect_err("nothing").error.fault, ForgeFault::Malformed(_)));
    }

    #[test]
    fn i4_what_a_server_does_not_know_is_told_by_name() {
        let error = |extensions: Value| json!([{ "message": "odd", "path": ["query Survey"], "extensions": extensions }]);
        for (extensions, what) in [
            (json!({ "code": "undefinedField", "typeName": "Ref", "fieldName": "rules" }), "Ref.rules"),
            (json!({ "code": "argumentNotAccepted", "name": "commits", "typeName": "Field", "argumentName": "last" }), "the argument last of commits"),
            (json!({ "code": "undefinedType", "typeName": "Tag" }), "the type Tag"),
        ] {
            assert_eq!(fault(&error(extensions)), ForgeFault::Lacks { what: vec![what.to_owned()], version: None });
        }
        assert_eq!(fault(&error(json!({ "code": "missingRequiredArguments" }))), ForgeFault::Invalid("odd".to_owned()));
    }

    #[test]
    fn an_error_without_a_path_or_a_rate_limit_spoils_the_whole_answer() {
        for error in [json!({ "message": "odd" }), json!({ "type": "RATE_LIMITED", "message": "x", "path": ["a"] })] {
            assert!(reply(&json!({ "data": { "a": 1 }, "errors": [error] })).is_err());
        }
    }

    #[test]
    fn a_hole_spoils_the_fields_it_touches_and_no_others() {
        let body = json!({ "data": { "a": null }, "errors": [{ "type": "FORBIDDEN", "message": "no\nway", "path": ["r", "list", "nodes", 3, "x"] }] });
        let reply = reply(&body).map_err(|failure| failure.error).expect("data with a hole");
        assert_eq!(reply.errors.about(&["r", "list"]).map(|why| why.what).as_deref(), Some("the server did not give it: no\\nway"));
        assert!(reply.errors.about(&["r", "list", "nodes", "x", "y"]).is_some(), "a part of what is missing is missing");
        assert_eq!(reply.errors.about(&["r", "other"]), None);
        assert!(!reply.errors.only_missing(&["r", "list"]));
        let reply = reply.tolerate(&[&["r", "list"]]).expect("a tolerated field");
        let strange = reply.tolerate(&[&["r", "list", "nodes", "x", "deeper"]]).expect_err("an error above every tolerated field");
        assert_eq!(strange.fault, ForgeFault::Forbidden { message: "no\\nway".to_owned(), permission: Some("contents: read") });
    }

    #[test]
    fn the_repeated_queries_parse_and_have_a_variable_and_an_alias_for_each() {
        for (text, names) in [
            (include_str!("queries/roles.graphql"), super::super::people::ROLE_NAMES),
            (include_str!("queries/teams.graphql"), super::super::people::TEAM_NAMES),
            (include_str!("queries/latest.graphql"), super::super::survey::ENVIRONMENT_NAMES),
        ] {
            for count in [1, 3] {
                let query = repeated(text, names, count);
                graphql_parser::parse_query::<String>(&query).expect("it parses");
                for name in names {
                    assert!(query.contains(&format!("{name}{}", count - 1)) && !query.contains(&format!("{name}{count}")), "{query}");
                }
            }
        }
    }
}
