//! Where GitHub is and how we show who we are; checked before anything is sent.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::{RepoSlug, shown};

/// What a client needs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The REST API: `https://api.github.com`, `https://HOST/api/v3`, or a sandbox on plain http at a loopback address.
    pub api_url: String,
    /// The GraphQL API: `https://api.github.com/graphql`, `https://HOST/api/graphql`, or a sandbox's.
    pub graphql_url: String,
    /// The server's web pages.
    pub server_url: String,
    /// The repository.
    pub repository: RepoSlug,
    /// The token.
    pub token: SecretString,
    /// The token for other repositories, where it is another one.
    pub dispatch_token: Option<SecretString>,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// What a server on https is known by.
    pub certificates: Certificates,
}

/// Where the root certificates are by which a server is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// Where this system keeps them.
    #[default]
    System,
    /// In the file that `SSL_CERT_FILE` names, and nowhere else.
    File(PathBuf),
    /// In the folders that `SSL_CERT_DIR` names, and in the file, where that is named too.
    Folders,
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection; 10 s.
    pub connect: Duration,
    /// For the next bytes of an answer; 20 s.
    pub read: Duration,
    /// For a request as a whole, each try; 30 s.
    pub total: Duration,
    /// Before the second try; doubled before each further one; 250 ms.
    pub pause: Duration,
    /// The longest wait that a server may ask for before we give up; 30 s.
    pub longest_pause: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(20),
            total: Duration::from_secs(30),
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// Why no client could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A URL that cannot be used.
    #[error("the {which} URL `{shown}` cannot be used: {why}")]
    Url {
        /// Which of the URLs.
        which: &'static str,
        /// The URL, redacted and made safe to show.
        shown: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A token that cannot be sent.
    #[error("the token is empty or has characters that no token has")]
    Token,
    /// The TLS or HTTP client could not be set up.
    #[error("the HTTP client could not be set up: {0}; the certificates to trust are those of SSL_CERT_FILE or SSL_CERT_DIR, else the system's")]
    Client(String),
}

/// A checked base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// Scheme, host and port.
    pub origin: String,
    /// The path without a slash at its end; empty for none.
    pub path: String,
}

impl Base {
    /// True where the connection is TLS.
    pub(super) fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

/// Checks a base URL: https, or http to a loopback host; no credentials, no query, a plain path.
pub(super) fn base(which: &'static str, url: &str) -> Result<Base, SettingsError> {
    let refused = |why| SettingsError::Url { which, shown: shown(&crate::error::redact(url)), why };
    if url.contains('#') {
        return Err(refused("it has a fragment"));
    }
    let uri: Uri = url.parse().map_err(|_| refused("it is no URL"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(refused("it has no scheme and host")) };
    if authority.as_str().contains('@') {
        return Err(refused("it holds credentials"));
    }
    if authority.host().is_empty() {
        return Err(refused("it has no host"));
    }
    if uri.query().is_some() {
        return Err(refused("it has a query"));
    }
    match scheme {
        "https" => {}
        "http" if is_loopback(authority.host()) => {}
        "http" => return Err(refused("plain http is allowed to this machine itself only; use https")),
        _ => return Err(refused("it must begin with https://")),
    }
    let path = uri.path().trim_end_matches('/');
    let plain = |part: &str| part != "." && part != ".." && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if !path.split('/').all(plain) {
        return Err(refused("its path has unusual characters"));
    }
    Ok(Base { origin: format!("{scheme}://{authority}"), path: path.to_owned() })
}

fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Checks that a token can stand in a header.
pub(super) fn check_token(token: &SecretString) -> Result<(), SettingsError> {
    let text = token.expose_secret();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) { Ok(()) } else { Err(SettingsError::Token) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i4_github_com_enterprise_and_a_sandbox_are_accepted() {
        for (url, origin, path) in [
            ("https://api.github.com", "https://api.github.com", ""),
            ("https://api.github.com/", "https://api.github.com", ""),
            ("https://api.github.com/graphql", "https://api.github.com", "/graphql"),
            ("https://ghe.example.com/api/v3/", "https://ghe.example.com", "/api/v3"),
            ("https://ghe.example.com:8443/api/graphql", "https://ghe.example.com:8443", "/api/graphql"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
            ("http://localhost:1/api/v3", "http://localhost:1", "/api/v3"),
            ("http://[::1]:9", "http://[::1]:9", ""),
        ] {
            assert_eq!(base("API", url), Ok(Base { origin: origin.to_owned(), path: path.to_owned() }), "{url}");
        }
    }

    #[test]
    fn a_url_that_would_leak_the_token_or_hide_where_it_goes_is_refused() {
        for url in [
            "",
            "api.github.com",
            "/api",
            "http://api.github.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://api.github.com",
            "https://user:pass@api.github.com",
            "https://api.github.com?x=1",
            "https://api.github.com#x",
            "https://api.github.com/../x",
            "https://api.github.com/a%2fb",
            "https://",
            "https://a b",
        ] {
            assert!(matches!(base("API", url), Err(SettingsError::Url { .. })), "{url}");
        }
        let refused = base("API", "https://user:hunter2@api.github.com").expect_err("refused");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }

    #[test]
    fn a_token_that_would_break_a_header_is_refused() {
        for text in ["", "a b", "a\nb", "ä"] {
            assert_eq!(check_token(&SecretString::from(text.to_owned())), Err(SettingsError::Token), "{text:?}");
        }
        assert_eq!(check_token(&SecretString::from("ghs_abc.def-ghi".to_owned())), Ok(()));
    }
}
