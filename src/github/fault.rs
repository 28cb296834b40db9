//! From a bad answer, or none, to a [`ForgeError`]: what went wrong, whether anything may have changed, which permission is missing.

use std::error::Error as _;
use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::retry::{Effect, Failure};
use super::transport::{Answer, Call};
use crate::error::one_line;
use crate::ports::{ForgeError, ForgeFault, Wrote};

/// The most characters of the server's own words that a message carries.
const MOST: usize = 200;

/// How long to wait after a secondary rate limit that names no time, by GitHub's documentation.
const SECONDARY_WAIT: Duration = Duration::from_mins(1);

/// The server's words, redacted, on one line, cut.
pub(super) fn words(text: &str) -> String {
    one_line(text, MOST)
}

impl Call {
    /// An error of this call.
    pub(super) fn error(&self, answer: Option<&Answer>, fault: ForgeFault, wrote: Wrote) -> ForgeError {
        ForgeError {
            method: self.method_name(),
            path: self.shown_path(),
            status: answer.map(|answer| answer.status),
            request_id: answer.and_then(|answer| header(&answer.headers, "x-github-request-id")).map(|id| one_line(id, 80)),
            fault,
            wrote: if self.effect == Effect::Read { Wrote::Nothing } else { wrote },
        }
    }

    /// An answer that was not understood.
    pub(super) fn malformed(&self, answer: &Answer, why: impl AsRef<str>) -> ForgeError {
        self.error(Some(answer), ForgeFault::Malformed(words(why.as_ref())), Wrote::Maybe)
    }
}

/// What an answer that is no success means.
pub(super) fn of_answer(call: &Call, answer: &Answer) -> Failure {
    let wait = retry_after(&answer.headers);
    let message = message_of(&answer.body);
    let fault = match answer.status {
        403 | 429 if is_rate_limit(answer, &message) => rate_limited(answer, &message),
        401 => ForgeFault::Unauthorised,
        403 => ForgeFault::Forbidden { message, permission: permission(call, answer) },
        404 | 410 => ForgeFault::NotFound { permission: permission(call, answer) },
        409 | 423 | 451 => ForgeFault::Conflict(message),
        300..=399 => ForgeFault::Conflict(format!("the server sends us elsewhere (status {}); was the repository renamed?", answer.status)),
        400..=499 => ForgeFault::Invalid(message),
        status => ForgeFault::Server(status),
    };
    let wrote = if answer.status < 500 { Wrote::Nothing } else { Wrote::Maybe };
    Failure { error: call.error(Some(answer), fault, wrote), wait }
}

/// What a failure of the transport means.
pub(super) fn of_transport(call: &Call, error: &octocrab::Error) -> Failure {
    let text = causes(error);
    let mut connecting = false;
    let mut timed_out = false;
    let mut link = error.source();
    while let Some(cause) = link {
        connecting |= cause.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(hyper_util::client::legacy::Error::is_connect);
        timed_out |= cause.downcast_ref::<std::io::Error>().is_some_and(|cause| cause.kind() == std::io::ErrorKind::TimedOut);
        link = cause.source();
    }
    let (fault, wrote) = match (connecting, timed_out) {
        (true, _) => (ForgeFault::Unreachable(words(&text)), Wrote::Nothing),
        (false, true) => (ForgeFault::TimedOut, Wrote::Maybe),
        (false, false) => (ForgeFault::Broken(words(&text)), Wrote::Maybe),
    };
    Failure { error: call.error(None, fault, wrote), wait: None }
}

/// What led to an error, the outermost first: octocrab's own words say nothing.
pub(super) fn causes(error: &octocrab::Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// True where an answer or an error in it says that there were too many requests.
fn is_rate_limit(answer: &Answer, message: &str) -> bool {
    answer.status == 429 || header(&answer.headers, "retry-after").is_some() || remaining(&answer.headers) == Some(0) || is_secondary(message)
}

/// True for the message of a rate limit, primary or secondary.
pub(super) fn is_secondary(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("secondary rate limit") || message.contains("api rate limit exceeded") || message.contains("abuse detection")
}

/// A rate limit, with how long to wait where it can be told.
pub(super) fn rate_limited(answer: &Answer, message: &str) -> ForgeFault {
    let after = retry_after(&answer.headers).or_else(|| until_reset(&answer.headers)).or_else(|| is_secondary(message).then_some(SECONDARY_WAIT));
    let until = after.and_then(|after| server_time(&answer.headers)?.checked_add(after).ok());
    ForgeFault::RateLimited { after, until }
}

/// The value of a header.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// How many requests are left.
pub(super) fn remaining(headers: &HeaderMap) -> Option<u64> {
    header(headers, "x-ratelimit-remaining").and_then(|text| text.trim().parse().ok())
}

/// The server's time.
pub(super) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    let text = header(headers, "date")?;
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    header(headers, "retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs)
}

/// The time until the limit is lifted, by the server's own clock.
fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    if remaining(headers) != Some(0) {
        return None;
    }
    let reset: i64 = header(headers, "x-ratelimit-reset")?.trim().parse().ok()?;
    let seconds = reset.saturating_sub(server_time(headers)?.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0).max(1)))
}

/// The message of an error body, redacted: GitHub's `message` with its `errors`, else the beginning of the body.
pub(super) fn message_of(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
        #[serde(default)]
        errors: serde_json::Value,
    }
    let text = match serde_json::from_slice::<Refusal>(body) {
        Ok(Refusal { message, errors: serde_json::Value::Null }) => message,
        Ok(Refusal { message, errors }) => format!("{message}: {errors}"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    words(&text)
}

/// The permission that is probably missing: the first that the server names, else the one that the operation is known to need.
fn permission(call: &Call, answer: &Answer) -> Option<&'static str> {
    let named = header(&answer.headers, "x-accepted-github-permissions");
    named.and_then(|text| text.split([';', ',']).find_map(known_permission)).or(call.permission)
}

fn known_permission(text: &str) -> Option<&'static str> {
    let (name, level) = text.trim().split_once('=')?;
    PERMISSIONS.iter().copied().find(|known| known.split_once(": ") == Some((name, level)))
}

/// The permissions that our operations can meet.
const PERMISSIONS: &[&str] = &[
    "actions: read",
    "actions: write",
    "administration: read",
    "checks: read",
    "checks: write",
    "contents: read",
    "contents: write",
    "deployments: read",
    "deployments: write",
    "issues: read",
    "issues: write",
    "members: read",
    "metadata: read",
    "pull_requests: read",
    "pull_requests: write",
    "statuses: read",
    "statuses: write",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepoSlug;
    use crate::github::paths::Path;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().expect("valid"))).collect();
        Answer { status, headers, body: body.as_bytes().to_vec().into() }
    }

    fn call(effect: Effect) -> Call {
        let path = Path::repository(&RepoSlug::new("acme/shop").expect("valid")).then("deployments");
        Call::rest(http::Method::POST, path, effect, "deployments: write")
    }

    fn fault(effect: Effect, answer: &Answer) -> (ForgeFault, Wrote) {
        let failure = of_answer(&call(effect), answer);
        (failure.error.fault, failure.error.wrote)
    }

    #[test]
    fn d7_every_way_in_which_a_rate_limit_is_told_is_understood() {
        let limited = |answer: &Answer, seconds: Option<u64>| {
            let after = seconds.map(Duration::from_secs);
            let until = after.and_then(|after| server_time(&answer.headers)?.checked_add(after).ok());
            (ForgeFault::RateLimited { after, until }, Wrote::Nothing)
        };
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        for (given, expected) in [
            (answer(429, &[], ""), None),
            (answer(429, &[("retry-after", "7")], ""), Some(7)),
            (answer(403, &[("retry-after", "9")], r#"{"message":"wait"}"#), Some(9)),
            (answer(403, &[], secondary), Some(60)),
            (answer(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000012"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT")], ""), Some(12)),
            (answer(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT")], ""), Some(1)),
            (answer(403, &[("x-ratelimit-remaining", "0")], ""), None),
        ] {
            assert_eq!(fault(Effect::Once, &given), limited(&given, expected), "{given:?}");
        }
    }

    #[test]
    fn a_missing_permission_is_named_by_the_server_or_by_our_table() {
        let body = r#"{"message":"Resource not accessible by integration"}"#;
        let permission_of = |headers: &[(&'static str, &str)], status| match fault(Effect::Once, &answer(status, headers, body)).0 {
            ForgeFault::Forbidden { permission, .. } | ForgeFault::NotFound { permission } => permission,
            other => panic!("{other:?}"),
        };
        assert_eq!(permission_of(&[], 403), Some("deployments: write"));
        assert_eq!(permission_of(&[], 404), Some("deployments: write"));
        assert_eq!(permission_of(&[("x-accepted-github-permissions", "pull_requests=write; issues=write")], 403), Some("pull_requests: write"));
        assert_eq!(permission_of(&[("x-accepted-github-permissions", "unheard_of=write")], 403), Some("deployments: write"));
    }

    #[test]
    fn a_refused_write_changed_nothing_and_a_failed_one_may_have() {
        for (status, wrote) in [
            (301, Wrote::Nothing),
            (307, Wrote::Nothing),
            (400, Wrote::Nothing),
            (401, Wrote::Nothing),
            (409, Wrote::Nothing),
            (422, Wrote::Nothing),
            (500, Wrote::Maybe),
            (502, Wrote::Maybe),
        ] {
            assert_eq!(fault(Effect::Once, &answer(status, &[], "")).1, wrote, "{status}");
            assert_eq!(fault(Effect::Read, &answer(status, &[], "")).1, Wrote::Nothing, "{status}: a read writes nothing");
        }
        assert_eq!(fault(Effect::Once, &answer(502, &[], "")).0, ForgeFault::Server(502));
        assert_eq!(fault(Effect::Once, &answer(401, &[], "")).0, ForgeFault::Unauthorised);
    }

    #[test]
    fn a5_the_words_of_an_error_body_are_redacted_escaped_and_cut() {
        let body = serde_json::json!({ "message": format!("no\n::error::ghp_{} {}", "A".repeat(36), "x".repeat(400)), "errors": [{ "field": "ref" }] });
        let ForgeFault::Invalid(text) = fault(Effect::Once, &answer(422, &[], &body.to_string())).0 else { panic!("422 is an invalid request") };
        assert!(text.starts_with("no\\n::error::*** x"), "{text}");
        assert_eq!(text.chars().count(), MOST + 1);
        let page = fault(Effect::Once, &answer(400, &[], "<html>Bad\tGateway")).0;
        assert_eq!(page, ForgeFault::Invalid("<html>Bad\\tGateway".to_owned()));
    }

    #[test]
    fn an_error_carries_method_path_status_and_request_id() {
        let error = of_answer(&call(Effect::Once), &answer(422, &[("x-github-request-id", "AB:12")], r#"{"message":"m","errors":["e"]}"#)).error;
        assert_eq!(
            (error.method, error.path.as_str(), error.status, error.request_id.as_deref()),
            ("POST", "/repos/acme/shop/deployments", Some(422), Some("AB:12"))
        );
        assert_eq!(error.to_string(), "POST /repos/acme/shop/deployments: not accepted: m: [\"e\"]");
    }
}
