//! The server's thread: accepts connections, reads bodies, waits where it is told to, and stops with its owner.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming as IncomingBody};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::Shared;
use super::answer::{Incoming, Outcome, answer, understand};
use super::call::Refusal;
use super::fault::Fault;
use super::git;

/// The greatest body that is read, in bytes.
const MOST: usize = 64 << 20;

/// A running server. It stops when this is dropped.
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The connection is to be dropped without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
struct Dropped;

impl Server {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            if let Err(error) = runtime.block_on(accept(listener, shared, &stopped)) {
                tracing::warn!(%error, "the sandbox's server ended");
            }
        };
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(run)?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // One last connection wakes the thread up, so that it sees the flag.
        let woken = TcpStream::connect(self.address);
        if let (Ok(_), Some(thread)) = (woken, self.thread.take())
            && thread.join().is_err()
        {
            tracing::warn!("the sandbox's server had panicked");
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: &AtomicBool) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        if stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        stream.set_nodelay(true)?;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| serve(Arc::clone(&shared), request));
            let connection = hyper::server::conn::http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the sandbox ended");
            }
        });
    }
}

async fn serve(shared: Arc<Shared>, request: Request<IncomingBody>) -> Result<Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST).collect().await else {
        return Ok(too_large());
    };
    let incoming = Incoming { method: parts.method, uri: parts.uri, headers: parts.headers, body: body.to_bytes().to_vec() };
    if git::is_git(incoming.uri.path()) {
        let answered = tokio::task::spawn_blocking(move || git::answer(&shared, &incoming)).await;
        return answered.map(|answered| full(answered.into_response())).map_err(|_| Dropped);
    }
    let understood = understand(&shared, incoming);
    let latency = shared.server().latency + if let Some(Fault::Delay(delay)) = understood.fault { delay } else { Duration::ZERO };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let answered = answer(&shared, &understood);
    if let Some(Fault::DelayAfter(delay)) = understood.fault {
        tokio::time::sleep(delay).await;
    }
    match answered {
        Outcome::Answer(finished) => Ok(full(finished.into_response())),
        Outcome::Drop => Err(Dropped),
    }
}

fn full(response: Response<Vec<u8>>) -> Response<Full<Bytes>> {
    response.map(|body| Full::new(Bytes::from(body)))
}

fn too_large() -> Response<Full<Bytes>> {
    let refusal = Refusal::new(413, "The request is too large");
    let body = serde_json::json!({ "message": refusal.message }).to_string();
    let mut response: Response<Full<Bytes>> = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = http::StatusCode::PAYLOAD_TOO_LARGE;
    response
}
