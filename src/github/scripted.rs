//! A server for tests: it gives the answers that a test lists, in their order, and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{GitHub, Settings, Timeouts};
use crate::domain::RepoSlug;

/// The token of all tests.
pub(super) const TOKEN: &str = "scripted-token-value";

/// The time that every answer's `Date` says.
pub(super) const DATE: &str = "Wed, 01 May 2024 10:00:00 GMT";

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// It answers.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// It answers 200 with a body that is compressed so.
    Packed { encoding: &'static str, body: Vec<u8> },
    /// It reads the request and closes the connection.
    Drop,
    /// It reads the request and never answers.
    Hang,
}

impl Turn {
    pub(super) fn status(status: u16) -> Self {
        Self::json(status, &json!({ "message": "scripted" }))
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_string() }
    }

    /// GraphQL data under status 200.
    pub(super) fn data(data: &Value) -> Self {
        Self::json(200, &json!({ "data": data }))
    }

    pub(super) fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.into()));
                Self::Answer { status, headers, body }
            }
            other => other,
        }
    }
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: http::HeaderMap,
    /// The body as JSON; null where there is none.
    pub body: Value,
}

/// A turn, and what the target of the request that it is for holds; any where that is empty.
type Routed = (&'static str, Turn);

#[derive(Clone, Default)]
struct State {
    turns: Arc<Mutex<VecDeque<Routed>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// The server, and a client that speaks to it.
pub(super) struct Scripted {
    pub github: GitHub,
    state: State,
}

impl Scripted {
    /// With these turns; a request beyond them is answered with status 599.
    pub(super) async fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self::within(turns, timeouts()).await
    }

    pub(super) async fn within(turns: impl IntoIterator<Item = Turn>, timeouts: Timeouts) -> Self {
        Self::routed(turns.into_iter().map(|turn| ("", turn)), timeouts).await
    }

    /// With turns for requests that are sent at the same time, in any order.
    pub(super) async fn routed(turns: impl IntoIterator<Item = Routed>, timeouts: Timeouts) -> Self {
        let state = State { turns: Arc::new(Mutex::new(turns.into_iter().collect())), ..State::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve(listener, state.clone()));
        Self { github: client(&format!("http://{address}"), timeouts), state }
    }

    /// What was asked so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().expect("not poisoned").clone()
    }

    /// Methods and targets of what was asked.
    pub(super) fn routes(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| format!("{} {}", asked.method, asked.target)).collect()
    }
}

/// Waits of no length: tests do not sleep.
pub(super) fn timeouts() -> Timeouts {
    Timeouts { pause: Duration::ZERO, ..Timeouts::default() }
}

pub(super) fn client(origin: &str, timeouts: Timeouts) -> GitHub {
    let settings = Settings {
        api_url: format!("{origin}/api/v3"),
        graphql_url: format!("{origin}/api/graphql"),
        server_url: origin.to_owned(),
        repository: RepoSlug::new("acme/shop").expect("valid"),
        token: SecretString::from(TOKEN),
        dispatch_token: None,
        timeouts,
        certificates: super::Certificates::System,
    };
    GitHub::new(&settings).expect("usable settings")
}

async fn serve(listener: TcpListener, state: State) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        let service = service_fn(move |request| answer(state.clone(), request));
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(state: State, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    state.asked.lock().expect("not poisoned").push(Asked {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    });
    let turn = {
        let mut turns = state.turns.lock().expect("not poisoned");
        let next = turns.iter().position(|(target, _)| parts.uri.to_string().contains(target));
        next.and_then(|next| turns.remove(next))
    };
    match turn.map_or_else(|| Turn::status(599), |(_, turn)| turn) {
        Turn::Drop => Err(std::io::Error::other("dropped as the script says")),
        Turn::Hang => std::future::pending().await,
        Turn::Answer { status, headers, body } => {
            let mut response = Response::builder().status(status).header("date", DATE);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Full::new(Bytes::from(body))).expect("a valid response"))
        }
        Turn::Packed { encoding, body } => {
            let response = Response::builder().status(200).header("date", DATE).header("content-encoding", encoding);
            Ok(response.body(Full::new(Bytes::from(body))).expect("a valid response"))
        }
    }
}
