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
use tower_http::follow_redirect::FollowRedirectLayer;

use super::roots::roots;
use super::settings::{Certificates, SettingsError, Timeouts};

/// Which servers are spoken to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trust<'a> {
    /// Only the sandbox, on plain http: nobody is trusted to be anybody else.
    Nobody,
    /// Whoever has a certificate under these.
    Roots(&'a Certificates),
}

/// A client; nothing is sent yet. It adds nothing to a request, and follows a redirection of a read without the token where that leads elsewhere.
pub(super) fn client(trust: Trust<'_>, timeouts: &Timeouts) -> Result<Octocrab, SettingsError> {
    let connector = Octocrab::builder()
        .set_connect_timeout(Some(timeouts.connect))
        .set_read_timeout(Some(timeouts.read))
        .set_write_timeout(Some(timeouts.read))
        .set_connect_timeout_service(connector(trust)?);
    let client: Client<_, OctoBody> = Client::builder(TokioExecutor::new()).build(connector);
    let built = OctocrabBuilder::new_empty().with_service(client).with_layer(&FollowRedirectLayer::new()).with_auth(AuthState::None).build();
    Ok(built.unwrap_or_else(|never| match never {}))
}

fn connector(trust: Trust<'_>) -> Result<HttpsConnector<HttpConnector>, SettingsError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    // Else the first request would wait until the server has acknowledged the end of the handshake: a round trip for each connection.
    tcp.set_nodelay(true);
    let roots = match trust {
        Trust::Nobody => RootCertStore::empty(),
        Trust::Roots(certificates) => roots(certificates)?,
    };
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::Client(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp))
}
