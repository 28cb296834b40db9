//! One request, one answer: octocrab carries it, with our time limits. Its own retry, which repeats POSTs, is not compiled in.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Bytes;
use octocrab::Octocrab;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connect::{self, Trust};
use super::fault;
use super::paths::Path;
use super::retry::{Effect, Failure, repeating};
use super::settings::{self, Base, Settings, SettingsError, Timeouts};
use super::unpack;
use super::watch::Watch;
use crate::ports::{ForgeError, ForgeFault, Wrote};

/// The version of the REST API that our types are written for.
const API_VERSION: &str = "2022-11-28";

/// The most bytes of an answer that are read, as they come and as they are unpacked.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Call {
    method: Method,
    place: Place,
    body: Option<String>,
    version: &'static str,
    /// What sending it twice would do.
    pub effect: Effect,
    /// The permission that it needs.
    pub permission: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Place {
    Rest(Path),
    /// The operation's name, for logs and errors.
    GraphQl(&'static str),
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// The way to the server.
pub(super) struct Transport {
    crab: Octocrab,
    /// Goes to these two origins and nowhere else.
    authorization: HeaderValue,
    api: Base,
    graphql: Base,
    timeouts: Timeouts,
    /// What answers say besides.
    pub watch: Watch,
}

impl Call {
    /// A call of the REST API.
    pub(super) fn rest(method: Method, path: Path, effect: Effect, permission: &'static str) -> Self {
        Self { method, place: Place::Rest(path), body: None, version: API_VERSION, effect, permission: Some(permission) }
    }

    /// A GET.
    pub(super) fn get(path: Path, permission: &'static str) -> Self {
        Self::rest(Method::GET, path, Effect::Read, permission)
    }

    /// A call of the GraphQL API.
    pub(super) fn graphql(operation: &'static str, effect: Effect, permission: &'static str) -> Self {
        Self { method: Method::POST, place: Place::GraphQl(operation), body: None, version: API_VERSION, effect, permission: Some(permission) }
    }

    /// With this body as JSON.
    pub(super) fn with(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_string(body).expect("our own types have string keys and serialise without failing"));
        self
    }

    /// As a later version of the API has it.
    pub(super) fn in_version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// The method's name.
    pub(super) fn method_name(&self) -> &'static str {
        match self.method {
            Method::GET => "GET",
            Method::PATCH => "PATCH",
            Method::PUT => "PUT",
            Method::DELETE => "DELETE",
            _ => "POST",
        }
    }

    /// The path, for logs and errors.
    pub(super) fn shown_path(&self) -> String {
        match &self.place {
            Place::Rest(path) => path.as_str().to_owned(),
            Place::GraphQl(operation) => format!("/graphql ({operation})"),
        }
    }
}

impl Answer {
    /// The body as a value of ours.
    pub(super) fn parse<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // What is no JSON at all was cut or replaced on the way: asked again, it may come whole.
            let cut = error.is_eof() || error.is_syntax();
            let error = if cut {
                call.error(Some(self), ForgeFault::Broken(fault::words(&error.to_string())), Wrote::Maybe)
            } else {
                call.malformed(self, error.to_string())
            };
            Failure { error, wait: None }
        })
    }
}

impl Transport {
    pub(super) fn new(settings: &Settings, token: &SecretString) -> Result<Self, SettingsError> {
        let api = settings::base("API", &settings.api_url)?;
        let graphql = settings::base("GraphQL", &settings.graphql_url)?;
        settings::base("server", &settings.server_url)?;
        settings::check_token(token)?;
        crate::error::register_secret(token.expose_secret());
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| SettingsError::Token)?;
        authorization.set_sensitive(true);
        let trust = if api.is_https() || graphql.is_https() { Trust::Roots(&settings.certificates) } else { Trust::Nobody };
        let crab = connect::client(trust, &settings.timeouts)?;
        Ok(Self { crab, authorization, api, graphql, timeouts: settings.timeouts, watch: Watch::default() })
    }

    /// Sends until there is an answer that `understand` accepts, as far as it may be sent again.
    pub(super) async fn send<T>(&self, call: &Call, understand: impl Fn(&Call, &Answer) -> Result<T, Failure>) -> Result<T, ForgeError> {
        repeating(&self.timeouts, call.effect, async || {
            let answer = self.once(call).await?;
            if (200..300).contains(&answer.status) { understand(call, &answer) } else { Err(fault::of_answer(call, &answer)) }
        })
        .await
    }

    /// The same, where a 404 in these words is an answer: there is none. Any other 404 may say as well that the token may not see it.
    pub(super) async fn find<T>(&self, call: &Call, none: &str, understand: impl Fn(&Call, &Answer) -> Result<T, Failure>) -> Result<Option<T>, ForgeError> {
        repeating(&self.timeouts, call.effect, async || {
            let answer = self.once(call).await?;
            match answer.status {
                200..300 => understand(call, &answer).map(Some),
                404 if fault::message_of(&answer.body) == none => Ok(None),
                _ => Err(fault::of_answer(call, &answer)),
            }
        })
        .await
    }

    async fn once(&self, call: &Call) -> Result<Answer, Failure> {
        let start = tokio::time::Instant::now();
        tracing::trace!(method = call.method_name(), path = call.shown_path(), "asking");
        let outcome = match tokio::time::timeout(self.timeouts.total, self.exchange(call)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure { error: call.error(None, ForgeFault::TimedOut, Wrote::Maybe), wait: None }),
        };
        log(call, &outcome, start.elapsed());
        outcome
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, Failure> {
        let response = self.crab.execute(self.request(call)).await.map_err(|error| fault::of_transport(call, &error))?;
        let (parts, body) = response.into_parts();
        let collected = Limited::new(body, MOST_BYTES).collect().await.map_err(|error| match error.downcast::<octocrab::Error>() {
            Ok(error) => fault::of_transport(call, &error),
            Err(error) => broken(call, &error.to_string()),
        })?;
        self.watch.look(&parts.headers);
        let body = unpack::unpacked(&parts.headers, collected.to_bytes(), MOST_BYTES).map_err(|why| broken(call, &format!("the answer: {why}")))?;
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    fn request(&self, call: &Call) -> Request<String> {
        let url = match &call.place {
            Place::Rest(path) => format!("{}{}{}", self.api.origin, self.api.path, path.with_query()),
            Place::GraphQl(_) => format!("{}{}", self.graphql.origin, self.graphql.path),
        };
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url)
            .header(http::header::AUTHORIZATION, self.authorization.clone())
            .header(http::header::USER_AGENT, concat!("shipgate/", env!("CARGO_PKG_VERSION")))
            .header(http::header::ACCEPT, "application/vnd.github+json")
            .header(http::header::ACCEPT_ENCODING, unpack::ASKED)
            .header("x-github-api-version", call.version);
        if call.body.is_some() {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
        }
        request.body(call.body.clone().unwrap_or_default()).expect("a checked base and encoded segments make a URL")
    }
}

/// What came is no whole answer.
fn broken(call: &Call, why: &str) -> Failure {
    Failure { error: call.error(None, ForgeFault::Broken(fault::words(why)), Wrote::Maybe), wait: None }
}

/// One line a call: never headers, never bodies.
fn log(call: &Call, outcome: &Result<Answer, Failure>, took: Duration) {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (method, path) = (call.method_name(), call.shown_path());
    match outcome {
        Ok(answer) => tracing::debug!(method, path, status = answer.status, ms, left = fault::remaining(&answer.headers), "call"),
        Err(failure) => tracing::debug!(method, path, ms, fault = %failure.error.fault, "call failed"),
    }
}
