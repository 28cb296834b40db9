//! The built binary over TLS, to a server with a certificate of a private authority, such as an Enterprise Server has (row I4).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use shipgate::sandbox::state::ReviewState;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::stage::{DEVELOPER, Job, REPOSITORY, REVIEWER, Stage};

/// A certificate authority of our own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    /// Its certificate in a file.
    fn file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, self.0.pem()).expect("a file");
        path
    }

    /// What a server of this name shows.
    fn server(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new([name.to_owned()]).expect("a name").signed_by(&key, &self.0).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().expect("versions");
        config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).expect("key and certificate fit")
    }
}

/// Speaks TLS to the outside and passes what is said on to the sandbox; it ends with the test's process. The port.
fn tunnel(stage: &Stage, config: ServerConfig) -> u16 {
    let inside: SocketAddr = stage.hub.url().trim_start_matches("http://").parse().expect("an address");
    let outside = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    outside.set_nonblocking(true).expect("it is a socket");
    let port = outside.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        runtime.block_on(async move {
            let (outside, acceptor) = (TcpListener::from_std(outside).expect("a listener"), TlsAcceptor::from(Arc::new(config)));
            while let Ok((stream, _)) = outside.accept().await {
                tokio::spawn(pass_on(acceptor.clone(), stream, inside));
            }
        });
    });
    port
}

/// One connection.
async fn pass_on(acceptor: TlsAcceptor, outside: TcpStream, inside: SocketAddr) {
    // Who does not trust us hangs up: that is what a test looks for.
    let (Ok(mut plain), Ok(mut inside)) = (acceptor.accept(outside).await, TcpStream::connect(inside).await) else { return };
    drop(tokio::io::copy_bidirectional(&mut plain, &mut inside).await);
}

/// A deploy command that every gate lets go, through a server of that name, trusting this file.
fn deploys(stage: &Stage, port: u16, trusted: &Path) -> Job {
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let (api, graphql) = (format!("https://localhost:{port}/api/v3"), format!("https://localhost:{port}/api/graphql"));
    let trusted = trusted.to_str().expect("a path of ours");
    let more = [("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_API_URL", &api), ("GITHUB_GRAPHQL_URL", &graphql), ("SSL_CERT_FILE", trusted)];
    stage.run(&folder, &["action"], &more)
}

#[test]
fn i4_a_server_of_a_private_authority_is_trusted_where_ssl_cert_file_names_it() {
    let stage = Stage::new();
    let authority = Authority::new();
    let port = tunnel(&stage, authority.server("localhost"));
    let job = deploys(&stage, port, &authority.file(stage.folder.path()));
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    assert_eq!(stage.hub.deployments(REPOSITORY, "staging").len(), 1);
}

#[test]
fn i4_a_server_that_nobody_vouches_for_is_sent_nothing_and_the_mend_is_said() {
    let stage = Stage::new();
    let (theirs, other) = (Authority::new(), Authority::new());
    let mark = stage.mark();
    for (config, trusted) in [(theirs.server("localhost"), &other), (theirs.server("elsewhere.example"), &theirs)] {
        let port = tunnel(&stage, config);
        let job = deploys(&stage, port, &trusted.file(stage.folder.path()));
        assert_eq!((job.code, stage.asked(mark)), (10, vec![]), "{}", job.stderr);
        assert!(job.stderr.contains("certificate") && job.stderr.contains("SSL_CERT_FILE"), "{}", job.stderr);
    }
}

#[test]
fn i4_a_file_of_certificates_that_is_not_there_is_named() {
    let stage = Stage::new();
    let job = deploys(&stage, 1, &stage.folder.path().join("nowhere.pem"));
    assert_eq!(job.code, 10, "{}", job.stderr);
    assert!(job.stderr.contains("nowhere.pem") || job.stderr.contains("SSL_CERT_FILE"), "{}", job.stderr);
}
