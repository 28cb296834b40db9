//! Where objects may be fetched from: https, plain http on this machine only, or an absolute path. Nothing else that git would understand
//! (`ssh`, `ext::…`, a relative path, an option).

use std::path::{Component, Path};

use crate::domain::{screen_line, shown};

/// A remote repository that may be fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    address: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Https,
    Loopback,
    Path,
}

/// A text names no remote that may be fetched from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is no repository to fetch from: it must be an https URL without credentials, http on this machine, or an absolute path")]
pub struct InvalidRemote {
    /// The text, made safe to show.
    pub shown: String,
}

impl Remote {
    /// Checks the address.
    ///
    /// # Errors
    /// [`InvalidRemote`] for every other form of address, for credentials in it, and for `..` (row V6).
    pub fn new(address: &str) -> Result<Self, InvalidRemote> {
        let invalid = || InvalidRemote { shown: shown(&without_userinfo(address)) };
        let kind = kind_of(address).ok_or_else(invalid)?;
        Ok(Self { address: address.to_owned(), kind })
    }

    /// The address for git.
    pub(super) fn as_str(&self) -> &str {
        &self.address
    }

    /// The only protocol that git may use for it.
    pub(super) fn protocol(&self) -> &'static str {
        match self.kind {
            Kind::Https => "https",
            Kind::Loopback => "http",
            Kind::Path => "file",
        }
    }

    /// True where a token may be sent.
    pub(super) fn takes_token(&self) -> bool {
        matches!(self.kind, Kind::Https | Kind::Loopback)
    }
}

fn kind_of(address: &str) -> Option<Kind> {
    screen_line(address, 2_000).ok()?;
    if let Some(rest) = address.strip_prefix("https://") {
        return is_plain_url(rest, |_| true).then_some(Kind::Https);
    }
    if let Some(rest) = address.strip_prefix("http://") {
        return is_plain_url(rest, is_loopback).then_some(Kind::Loopback);
    }
    let path = Path::new(address);
    let climbs = path.components().any(|part| part == Component::ParentDir);
    // Git on Unix would read `a:b` as a host; behind a leading slash it does not.
    (path.is_absolute() && !climbs).then_some(Kind::Path)
}

/// Host, optional port, path: ASCII without anything that a URL or a configuration key could be bent with.
fn is_plain_url(rest: &str, host_fits: impl Fn(&str) -> bool) -> bool {
    let Some((authority, path)) = rest.split_once('/') else { return false };
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/' | b'~' | b'+' | b':' | b'[' | b']'));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, port),
        _ => (authority, "443"),
    };
    let port_fits = port.parse::<u16>().is_ok_and(|number| number != 0) && port.bytes().all(|byte| byte.is_ascii_digit());
    let named = !host.is_empty() && !host.starts_with('-') && !path.is_empty() && !rest.contains("..");
    named && port_fits && plain(rest) && host_fits(host)
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

fn without_userinfo(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}***{}", &address[..scheme + 3], &address[at..]),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v6_only_https_loopback_and_absolute_paths_are_fetched_from() {
        for address in [
            "https://github.com/acme/shop.git",
            "https://ghe.example.com:8443/acme/shop",
            "http://127.0.0.1:4000/acme/shop",
            "http://localhost/a",
            "http://[::1]:1/a",
        ] {
            assert!(Remote::new(address).is_ok(), "{address}");
        }
        let hostile = [
            "",
            "-oProxyCommand=id",
            "--upload-pack=id",
            "ext::sh -c id",
            "ssh://git@github.com/a/b",
            "git@github.com:a/b",
            "git://github.com/a/b",
            "http://github.com/a/b",
            "http://localhost.example.com/a",
            "http://localhost@example.com/a",
            "https://user:pass@github.com/a/b",
            "https://github.com",
            "https:///a",
            "https://github.com/a/../b",
            "https://github.com/a?b=c",
            "https://github.com/a#b",
            "https://github.com/a b",
            "https://github.com/a\nb",
            "https://github.com:0/a",
            "https://github.com:+1/a",
            "https://g\u{456}thub.com/a",
            "relative/path",
            "../path",
            "file:///etc",
        ];
        for address in hostile {
            assert!(Remote::new(address).is_err(), "{address:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn v6_a_path_that_climbs_is_refused() {
        assert!(Remote::new("/srv/git/shop.git").is_ok() && Remote::new("/srv/../etc").is_err());
    }

    #[test]
    fn a5_a_refused_address_does_not_show_its_password() {
        let error = Remote::new("https://user:s3cret@github.com/a/b").expect_err("refused").to_string();
        assert!(error.contains("https://***@github.com") && !error.contains("s3cret"), "{error}");
    }
}
