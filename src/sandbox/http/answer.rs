//! From a request to an answer: token, rate limit, fault, route, permission, handler, headers, log. No network here.

use git2::Oid;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::Shared;
use super::call::{Body, Call, Query, Refusal, Reply};
use super::exchange::{Exchange, without_comments};
use super::fault::{Asked, Fault};
use super::headers::{Finished, finish, tagged};
use super::limit::{Resource, Standing};
use super::route::{self, Needs, Route};
use crate::domain::Role;
use crate::sandbox::graphql;
use crate::sandbox::rest;
use crate::sandbox::state::{Access, Permission, Product, Repository, State, Token, Viewer, Visibility};

/// A request, whole.
pub struct Incoming {
    /// The method.
    pub method: Method,
    /// The target.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// What becomes of the connection.
pub enum Outcome {
    /// It carries this answer.
    Answer(Finished),
    /// It is dropped.
    Drop,
}

/// A request as far as it is understood before anything is done.
pub struct Understood {
    incoming: Incoming,
    path: String,
    body: Option<Value>,
    graphql: bool,
    operation: Option<String>,
    found: Option<route::Found>,
    /// What goes wrong, where something does.
    pub fault: Option<Fault>,
}

impl Understood {
    fn header(&self, name: &str) -> &str {
        self.incoming.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Understands a request and takes the fault that meets it.
pub fn understand(shared: &Shared, incoming: Incoming) -> Understood {
    let path = incoming.uri.path();
    let graphql = incoming.method == Method::POST && matches!(path, "/graphql" | "/api/graphql");
    let path = path.strip_prefix("/api/v3").filter(|rest| rest.starts_with('/')).unwrap_or(path).to_owned();
    let body: Option<Value> = serde_json::from_slice(&incoming.body).ok();
    let operation = body.as_ref().filter(|_| graphql).and_then(operation_name);
    let found = if graphql { None } else { route::find(rest::ROUTES, incoming.method.as_str(), &path) };
    let asked = Asked { method: incoming.method.as_str(), path: &path, route: found.as_ref().map(|(route, _)| route.pattern), operation: operation.as_deref() };
    let fault = shared.server().faults.take(&asked);
    Understood { incoming, path, body, graphql, operation, found, fault }
}

/// Answers a request.
pub fn answer(shared: &Shared, understood: &Understood) -> Outcome {
    if understood.fault == Some(Fault::DropBefore) {
        note(shared, understood, None, None);
        return Outcome::Drop;
    }
    let mut state = shared.state();
    let secret = bearer(&understood.incoming.headers);
    let token = secret.and_then(|secret| state.token(&secret).cloned());
    let resource = if understood.graphql { Resource::Graphql } else { Resource::Core };
    let (mut reply, cost) = match &token {
        None => (Refusal::new(401, "Bad credentials").into_reply(), 0),
        Some(token) => reply(shared, &mut state, understood, (token, resource)),
    };
    damage(&mut reply, understood.fault.as_ref());
    let mut reply = tagged(reply, &understood.incoming);
    if let Product::Server { version } = &state.product {
        reply.headers.push(("x-github-enterprise-version", version.clone()));
    }
    // What the caller has already costs nothing.
    let cost = if reply.status == 304 { 0 } else { cost };
    let now = state.now();
    let standing = token.as_ref().map(|token| {
        let mut server = shared.server();
        server.limits.spend((&token.secret, resource), cost, now);
        server.limits.standing((&token.secret, resource), measure(&token.viewer), now)
    });
    note(shared, understood, token.as_ref(), Some(&reply));
    if understood.fault == Some(Fault::DropAfter) {
        return Outcome::Drop;
    }
    let limit = standing.map(|standing| (standing, resource));
    let request = shared.server().log.len() as u64;
    let mut finished = finish(reply, &understood.incoming, (now, request, limit));
    if understood.fault == Some(Fault::Malformed) {
        finished.cut_body();
    }
    Outcome::Answer(finished)
}

/// The reply, and what it costs of the rate limit.
fn reply(shared: &Shared, state: &mut State, understood: &Understood, (token, resource): (&Token, Resource)) -> (Reply, u64) {
    let now = state.now();
    let standing = shared.server().limits.standing((&token.secret, resource), measure(&token.viewer), now);
    if let Some(reply) = refused_by_fault(understood.fault.as_ref()) {
        return (reply, 1);
    }
    if standing.remaining() == 0 {
        return (exhausted(&token.viewer), 0);
    }
    if understood.graphql {
        return graphql_reply(shared, state, understood, (&token.viewer, standing));
    }
    let Some((route, params)) = &understood.found else {
        let name = format!("{} {}", understood.incoming.method, understood.path);
        shared.server().unknown.push(name.clone());
        return (Refusal::new(404, format!("sandbox: no route {name}")).into_reply(), 1);
    };
    let version = understood.header("x-github-api-version");
    if !version.is_empty() && !state.product.api_versions().contains(&version) {
        return (Refusal::new(400, format!("\"{version}\" is not a supported version of the API")).into_reply(), 1);
    }
    let standings =
        [Resource::Core, Resource::Graphql].map(|resource| (resource, shared.server().limits.standing((&token.secret, resource), measure(&token.viewer), now)));
    let call = Call {
        state,
        viewer: token.viewer.clone(),
        params: params.clone(),
        query: understood.incoming.uri.query().map_or_else(Query::default, route::query),
        body: understood.body.clone().unwrap_or(Value::Null),
        repository: 0,
        accept: understood.header("accept").to_owned(),
        version: version.to_owned(),
        standings,
    };
    let mut reply = handle(route, call, &understood.incoming).unwrap_or_else(Refusal::into_reply);
    if let Needs::AnyOf(permissions) = route.needs {
        let listed: Vec<String> = permissions.iter().map(|(permission, access)| format!("{}={}", permission.as_str(), access.as_str())).collect();
        reply.headers.push(("x-accepted-github-permissions", listed.join("; ")));
    }
    let cost = u64::from(route.pattern != "/rate_limit");
    (reply, cost)
}

fn handle(route: &'static Route, mut call: Call<'_>, incoming: &Incoming) -> Result<Reply, Refusal> {
    if !incoming.body.is_empty() && call.body.is_null() {
        return Err(Refusal::new(400, "Problems parsing JSON"));
    }
    if let (Some(owner), Some(name)) = (call.params.get("owner"), call.params.get("repo")) {
        let found = call.state.repository_named(&format!("{owner}/{name}")).filter(|repository| call.state.sees(&call.viewer, repository));
        call.repository = found.ok_or_else(Refusal::not_found)?.id;
    }
    check_permission(route, &call)?;
    (route.handler)(&mut call)
}

fn check_permission(route: &Route, call: &Call<'_>) -> Result<(), Refusal> {
    let Needs::AnyOf(permissions) = route.needs else { return Ok(()) };
    let granted = permissions.iter().find(|(permission, access)| call.viewer.may(*permission, *access));
    let repository = call.state.repository(call.repository);
    let reached = repository.is_none_or(|repository| call.state.reaches(&call.viewer, repository));
    let granted = granted.filter(|_| reached);
    let open = repository.is_some_and(|repository| repository.visibility == Visibility::Public);
    let readable = open && permissions.iter().any(|(permission, access)| *access == Access::Read && *permission != Permission::Members);
    // What is public is read with any token of a person or of another repository; an app's token reads only what it was given.
    if granted.is_none() && !(readable && (call.viewer.app.is_none() || !reached)) {
        let whose = if call.viewer.app.is_some() { "integration" } else { "personal access token" };
        return Err(Refusal::new(403, format!("Resource not accessible by {whose}")));
    }
    let (Some(repository), Some((permission, Access::Write))) = (repository, granted) else { return Ok(()) };
    check_write(call.state, repository, (&call.viewer, *permission))
}

fn check_write(state: &State, repository: &Repository, (viewer, permission): (&Viewer, Permission)) -> Result<(), Refusal> {
    if repository.archived {
        return Err(Refusal::new(403, "Repository was archived so is read-only."));
    }
    let least = if matches!(permission, Permission::Issues | Permission::PullRequests) { Role::Read } else { Role::Write };
    if viewer.app.is_none() && state.role(repository, viewer.account) < least {
        return Err(Refusal::new(403, "Must have push access to the repository"));
    }
    Ok(())
}

fn graphql_reply(shared: &Shared, state: &mut State, understood: &Understood, (viewer, standing): (&Viewer, Standing)) -> (Reply, u64) {
    let Some(body) = &understood.body else {
        return (Refusal::new(400, "Problems parsing JSON").into_reply(), 1);
    };
    let budget = graphql::Budget { limit: standing.limit, used: standing.used, resets_at: standing.reset };
    let answered = graphql::answer(state, viewer, budget, body);
    shared.server().unknown.extend(answered.unknown.iter().map(|name| format!("GraphQL {name}")));
    (Reply::json(answered.status, answered.body), answered.cost)
}

/// What a token may use in an hour: a workflow's own less than a person's.
fn measure(viewer: &Viewer) -> u64 {
    if viewer.app.is_some() { 1_000 } else { 5_000 }
}

fn exhausted(viewer: &Viewer) -> Reply {
    Refusal::new(403, format!("API rate limit exceeded for user ID {}.", viewer.account)).into_reply()
}

fn refused_by_fault(fault: Option<&Fault>) -> Option<Reply> {
    let later = |reply: Reply, seconds: u64| Reply { headers: vec![("retry-after", seconds.to_string())], ..reply };
    let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    let reply = match fault? {
        Fault::Status(status) => {
            let message = http::StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
            Refusal::new(*status, message).into_reply()
        }
        Fault::Refusal { status, message } => Refusal::new(*status, message.clone()).into_reply(),
        Fault::RateLimited => {
            let reply = Refusal::new(403, "API rate limit exceeded for this token.").into_reply();
            Reply { headers: vec![("x-ratelimit-remaining", "0".to_owned())], ..reply }
        }
        Fault::SecondaryLimit { retry_after } => later(Refusal::new(403, secondary).into_reply(), retry_after.as_secs()),
        Fault::TooManyRequests { retry_after } => later(Refusal::new(429, secondary).into_reply(), retry_after.as_secs()),
        Fault::Graphql { kind, message } => Reply::ok(json!({ "data": null, "errors": [{ "type": kind, "message": message }] })),
        Fault::DropBefore | Fault::DropAfter | Fault::BadGatewayAfter | Fault::Delay(_) | Fault::DelayAfter(_) | Fault::Malformed | Fault::ShortPage => {
            return None;
        }
    };
    Some(reply)
}

fn damage(reply: &mut Reply, fault: Option<&Fault>) {
    match fault {
        Some(Fault::BadGatewayAfter) => *reply = Refusal::new(502, "Bad Gateway").into_reply(),
        Some(Fault::ShortPage) => {
            reply.page = None;
            if let Body::Json(body) = &mut reply.body {
                halve(body);
            }
        }
        _ => {}
    }
}

fn halve(body: &mut Value) {
    match body {
        Value::Array(items) => items.truncate(items.len() / 2),
        Value::Object(fields) => fields.values_mut().filter(|value| value.is_array()).for_each(halve),
        _ => {}
    }
}

/// The token of `Authorization: Bearer X` or `token X`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, secret) = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")).then(|| secret.trim().to_owned())
}

fn operation_name(body: &Value) -> Option<String> {
    if let Some(name) = body.get("operationName").and_then(Value::as_str) {
        return Some(name.to_owned());
    }
    let text = without_comments(body.get("query").and_then(Value::as_str)?);
    let mut words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '(' | '{')).filter(|word| !word.is_empty());
    let kind = words.next()?;
    let named = matches!(kind, "query" | "mutation") && text.trim_start()[kind.len()..].trim_start().starts_with(|letter: char| letter.is_ascii_alphabetic());
    named.then(|| words.next()).flatten().map(str::to_owned)
}

fn note(shared: &Shared, understood: &Understood, token: Option<&Token>, reply: Option<&Reply>) {
    let mut server = shared.server();
    let sequence = server.log.len() as u64 + 1;
    let response = reply.and_then(|reply| if let Body::Json(body) = &reply.body { Some(body.clone()) } else { None });
    let dropped = matches!(understood.fault, Some(Fault::DropBefore | Fault::DropAfter));
    server.log.push(Exchange {
        sequence,
        method: understood.incoming.method.to_string(),
        path: understood.path.clone(),
        query: understood.incoming.uri.query().unwrap_or_default().to_owned(),
        route: understood.found.as_ref().map(|(route, _)| route.pattern),
        operation: understood.operation.clone(),
        request: understood.body.clone(),
        status: reply.filter(|_| !dropped).map(|reply| reply.status),
        response,
        identity: token.map(|token| token.identity.clone()),
        faulty: understood.fault.is_some(),
    });
}

/// An object id out of the text of a request.
///
/// # Errors
/// 422 where it is none.
pub fn object_id(text: &str) -> Result<Oid, Refusal> {
    let whole = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = if whole { Oid::from_str(text).ok() } else { None };
    id.ok_or_else(|| Refusal::unprocessable("The SHA provided is not a valid object id"))
}
