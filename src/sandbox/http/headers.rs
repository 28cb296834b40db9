//! The headers around an answer: date, rate limit, paging, `ETag`.

use http::{HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::answer::Incoming;
use super::call::{Body, Page, Reply};
use super::limit::{Resource, Standing};

/// The version of the API that answers unless another is asked for.
const OLDEST: &str = "2022-11-28";

/// An answer as it goes over the wire.
pub struct Finished {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Finished {
    /// Cuts the body in the middle.
    pub fn cut_body(&mut self) {
        self.body.truncate(self.body.len() / 2);
    }

    /// The answer for hyper.
    ///
    /// # Panics
    /// Never: statuses and header values are ours and were made to fit.
    pub fn into_response(self) -> http::Response<Vec<u8>> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = http::StatusCode::from_u16(self.status).expect("the status is a three-digit number");
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// Puts the headers around a reply; `around` is the time, the request's number, and how the token stands.
pub fn finish(reply: Reply, incoming: &Incoming, around: (Timestamp, u64, Option<(Standing, Resource)>)) -> Finished {
    let (now, request, standing) = around;
    let header = |name: &str| incoming.headers.get(name).and_then(|value| value.to_str().ok());
    let mut headers = vec![
        ("date", http_date(now)),
        ("server", "shipgate-sandbox".to_owned()),
        ("x-github-request-id", format!("5AND:{request:08X}")),
        ("x-github-media-type", "github.v3; format=json".to_owned()),
        ("x-github-api-version-selected", header("x-github-api-version").unwrap_or(OLDEST).to_owned()),
    ];
    if let Some((standing, resource)) = standing {
        headers.extend(limit_headers(standing, resource, &reply));
    }
    if let Some(link) = reply.page.and_then(|page| link(page, incoming)) {
        headers.push(("link", link));
    }
    let (media_type, body) = bytes(reply.body);
    headers.extend(media_type.map(|media_type| ("content-type", media_type.to_owned())));
    headers.extend(reply.headers);
    Finished { status: reply.status, headers, body }
}

fn bytes(body: Body) -> (Option<&'static str>, Vec<u8>) {
    match body {
        Body::Empty => (None, Vec::new()),
        Body::Json(value) => (Some("application/json; charset=utf-8"), value.to_string().into_bytes()),
        Body::Raw(media_type, bytes) => (Some(media_type), bytes),
    }
}

/// Gives what was read its `ETag`; what the caller has already becomes 304.
pub fn tagged(mut reply: Reply, incoming: &Incoming) -> Reply {
    if reply.status != 200 || incoming.method != Method::GET {
        return reply;
    }
    let tag = etag(&bytes(reply.body.clone()).1);
    let sent = incoming.headers.get("if-none-match").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if sent.split(',').any(|known| known.trim() == tag) {
        reply.status = 304;
        reply.body = Body::Empty;
    }
    reply.headers.push(("etag", tag));
    reply
}

fn limit_headers(standing: Standing, resource: Resource, reply: &Reply) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-used", standing.used.to_string()),
        ("x-ratelimit-reset", standing.reset.as_second().to_string()),
        ("x-ratelimit-resource", resource.as_str().to_owned()),
    ];
    if !reply.headers.iter().any(|(name, _)| *name == "x-ratelimit-remaining") {
        headers.push(("x-ratelimit-remaining", standing.remaining().to_string()));
    }
    headers
}

fn etag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let start: [u8; 16] = std::array::from_fn(|index| digest[index]);
    format!("W/\"{:032x}\"", u128::from_be_bytes(start))
}

/// `Link` with the other pages of a list; `None` where it has one page.
fn link(page: Page, incoming: &Incoming) -> Option<String> {
    let host = incoming.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let path = incoming.uri.path();
    let others = incoming.uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && !part.starts_with("page="));
    let rest: Vec<&str> = others.collect();
    let to = |number: usize, relation: &str| {
        let query = rest.iter().map(|part| (*part).to_owned()).chain([format!("page={number}")]).collect::<Vec<_>>().join("&");
        format!("<http://{host}{path}?{query}>; rel=\"{relation}\"")
    };
    let mut links = Vec::new();
    if page.number > 1 {
        links.push(to(page.number - 1, "prev"));
    }
    if page.number < page.last {
        links.push(to(page.number + 1, "next"));
        links.push(to(page.last, "last"));
    }
    if page.number > 1 {
        links.push(to(1, "first"));
    }
    (!links.is_empty()).then(|| links.join(", "))
}

/// A time as HTTP writes it, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_has_them() {
        let at: Timestamp = "1994-11-06T08:49:37Z".parse().expect("a time");
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
