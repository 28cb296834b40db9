//! The connection to the server: HTTP/1.1, kept open between requests; TLS by the roots that this machine trusts, which are read only where a URL is https.
//!
//! octocrab's own client reads all roots whatever the URL, and each of them twice where a machine keeps them in one file and one by one.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::CertificateResult;
use tower_http::follow_redirect::FollowRedirectLayer;

use super::settings::{SettingsError, Timeouts};

/// Which servers are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Only the sandbox, on plain http: nobody is trusted to be anybody else.
    Nobody,
    /// The roots of this machine.
    Machine,
}

/// A client; nothing is sent yet. It adds nothing to a request, and follows a redirection of a read without the token where that leads elsewhere.
pub(super) fn client(trust: Trust, timeouts: &Timeouts) -> Result<Octocrab, SettingsError> {
    let connector = Octocrab::builder()
        .set_connect_timeout(Some(timeouts.connect))
        .set_read_timeout(Some(timeouts.read))
        .set_write_timeout(Some(timeouts.read))
        .set_connect_timeout_service(connector(trust)?);
    let client: Client<_, OctoBody> = Client::builder(TokioExecutor::new()).build(connector);
    let built = OctocrabBuilder::new_empty().with_service(client).with_layer(&FollowRedirectLayer::new()).with_auth(AuthState::None).build();
    Ok(built.unwrap_or_else(|never| match never {}))
}

fn connector(trust: Trust) -> Result<HttpsConnector<HttpConnector>, SettingsError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    // Else the first request would wait until the server has acknowledged the end of the handshake: a round trip for each connection.
    tcp.set_nodelay(true);
    let roots = match trust {
        Trust::Nobody => RootCertStore::empty(),
        Trust::Machine => roots()?,
    };
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::Client(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp))
}

/// The roots that this machine trusts. One that cannot be read is one less to trust; none at all is an error.
fn roots() -> Result<RootCertStore, SettingsError> {
    let CertificateResult { certs, errors, .. } = certificates();
    for error in &errors {
        tracing::warn!("a root certificate could not be read: {error}");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certs);
    if roots.is_empty() {
        let why = errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(SettingsError::Client(format!(
            "this machine has no root certificates to know the server by{why}; install them (the package ca-certificates), or name a file with SSL_CERT_FILE"
        )));
    }
    Ok(roots)
}

/// Where the system has all its roots in one file, the folder beside it has the same again, one by one: it is left out.
#[cfg(all(unix, not(target_os = "macos")))]
fn certificates() -> CertificateResult {
    // What SSL_CERT_FILE and SSL_CERT_DIR name counts alone.
    if !openssl_probe::has_ssl_cert_env_vars() {
        let file = openssl_probe::probe().cert_file;
        let whole = rustls_native_certs::load_certs_from_paths(file.as_deref(), None);
        if !whole.certs.is_empty() && whole.errors.is_empty() {
            return whole;
        }
    }
    rustls_native_certs::load_native_certs()
}

/// The system's own store, or what SSL_CERT_FILE and SSL_CERT_DIR name.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn certificates() -> CertificateResult {
    rustls_native_certs::load_native_certs()
}
