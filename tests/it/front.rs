//! What stands between the program and the sandbox: nothing, or TLS, or TLS at a distance. It carries bytes and reads none of them. The tests use it,
//! and the benchmark of whole runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use shipgate::sandbox::Sandbox;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How far away the far line's other end is: there and back.
pub const ROUND_TRIP: Duration = Duration::from_millis(80);

/// Where a machine keeps the roots that it trusts: a run over TLS reads all of them, as it would for GitHub.
const ROOTS: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// How the program reaches the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// HTTP.
    Plain,
    /// HTTPS.
    Tls,
    /// HTTPS, and everything takes [`ROUND_TRIP`] there and back, handshakes too.
    Far,
}

/// The ways to the sandbox, open until the process ends.
pub struct Lines {
    near: Front,
    far: Front,
    roots: PathBuf,
    /// How many roots the program reads for a run over TLS.
    pub trusted: usize,
}

/// A listener that passes on what comes.
struct Front {
    address: SocketAddr,
    to: Arc<Mutex<Option<SocketAddr>>>,
    accepted: Arc<AtomicUsize>,
}

impl Lines {
    /// Opens them all, with a certificate of their own that is trusted beside those of the machine; the folder takes the file that says so.
    pub fn open(folder: &Path) -> Self {
        let (acceptor, root) = certified();
        let theirs = ROOTS.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let all = format!("{theirs}\n{root}");
        let roots = folder.join("roots.pem");
        std::fs::write(&roots, &all).expect("the roots can be written");
        let trusted = all.matches("BEGIN CERTIFICATE").count();
        Self { near: Front::open(&acceptor, Duration::ZERO), far: Front::open(&acceptor, ROUND_TRIP), roots, trusted }
    }

    /// The variables that make a run take this line to a sandbox.
    pub fn variables(&self, line: Line, hub: &Sandbox) -> Vec<(&'static str, String)> {
        let Some(front) = self.front(line) else { return Vec::new() };
        let address = hub.url().trim_start_matches("http://").parse().expect("a sandbox listens at an address");
        *front.to.lock().expect("nobody panics with it") = Some(address);
        let url = format!("https://{}", front.address);
        let roots = self.roots.display().to_string();
        vec![("GITHUB_API_URL", url.clone()), ("GITHUB_GRAPHQL_URL", format!("{url}/graphql")), ("GITHUB_SERVER_URL", url), ("SSL_CERT_FILE", roots)]
    }

    /// How many connections came since it was last asked; 0 for the plain line, which nobody counts.
    pub fn taken(&self, line: Line) -> usize {
        self.front(line).map_or(0, |front| front.accepted.swap(0, Ordering::SeqCst))
    }

    fn front(&self, line: Line) -> Option<&Front> {
        match line {
            Line::Plain => None,
            Line::Tls => Some(&self.near),
            Line::Far => Some(&self.far),
        }
    }
}

/// A chain as GitHub has it (a root that is not sent, one certificate between, one for the server), and the root for whoever shall trust it.
fn certified() -> (TlsAcceptor, String) {
    let authority = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params, KeyPair::generate().expect("a key"))
    };
    let (root, root_key) = authority("the front's root");
    let root_pem = root.self_signed(&root_key).expect("a certificate").pem();
    let root = Issuer::new(root, root_key);
    let (between, between_key) = authority("the front's issuer");
    let between_der = between.signed_by(&between_key, &root).expect("a certificate").der().clone();
    let between = Issuer::new(between, between_key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec![Ipv4Addr::LOCALHOST.to_string()]).expect("an address");
    let chain: Vec<CertificateDer<'static>> = vec![server.signed_by(&key, &between).expect("a certificate").der().clone(), between_der];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(chain, key).expect("the key is the certificate's");
    (TlsAcceptor::from(Arc::new(config)), root_pem)
}

impl Front {
    fn open(acceptor: &TlsAcceptor, away: Duration) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        listener.set_nonblocking(true).expect("a socket can be told");
        let address = listener.local_addr().expect("it is bound");
        let front = Self { address, to: Arc::default(), accepted: Arc::default() };
        let (to, accepted, acceptor) = (Arc::clone(&front.to), Arc::clone(&front.accepted), acceptor.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((client, _)) = listener.accept().await {
                    accepted.fetch_add(1, Ordering::SeqCst);
                    let to = to.lock().expect("nobody panics with it").expect("a sandbox was named");
                    tokio::spawn(carry(client, to, acceptor.clone(), away));
                }
            });
        });
        front
    }
}

/// One connection to its end. Whoever is far away waits for the connection as for everything else.
async fn carry(client: TcpStream, to: SocketAddr, acceptor: TlsAcceptor, away: Duration) {
    let _ = client.set_nodelay(true);
    if away.is_zero() {
        return opened(client, to, acceptor).await;
    }
    tokio::time::sleep(away).await;
    let (here, there) = tokio::io::duplex(1 << 20);
    let (from_client, to_client) = client.into_split();
    let (from_here, to_here) = tokio::io::split(here);
    tokio::join!(late(from_client, to_here, away / 2), late(from_here, to_client, away / 2), opened(there, to, acceptor));
}

/// TLS ends here; the sandbox gets what was in it.
async fn opened(client: impl AsyncRead + AsyncWrite + Unpin, to: SocketAddr, acceptor: TlsAcceptor) {
    // A program that ends drops its connections as it likes.
    let Ok(mut client) = acceptor.accept(client).await else { return };
    let Ok(mut sandbox) = TcpStream::connect(to).await else { return };
    let _ = sandbox.set_nodelay(true);
    let _ = tokio::io::copy_bidirectional(&mut client, &mut sandbox).await;
}

/// Passes on what comes, each piece this much later, and the end after the last.
async fn late(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, by: Duration) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let read = async move {
        let mut piece = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut piece).await {
            if sender.send((Instant::now() + by, piece[..length].to_vec())).is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((at, piece)) = receiver.recv().await {
            tokio::time::sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}
