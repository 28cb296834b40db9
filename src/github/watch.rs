//! What the headers of every answer say besides: which version the server is, and how much of the rate limit is left.

use std::cell::{Cell, RefCell};

use http::HeaderMap;
use jiff::Timestamp;

use super::fault::{header, remaining, words};

/// What was seen in answers so far.
#[derive(Default)]
pub(super) struct Watch {
    version: RefCell<Option<String>>,
    warned: Cell<bool>,
    warning: RefCell<Option<String>>,
}

impl Watch {
    /// Looks at an answer. That little of the rate limit is left is said once.
    pub(super) fn look(&self, headers: &HeaderMap) {
        if let Some(version) = header(headers, "x-github-enterprise-version") {
            *self.version.borrow_mut() = Some(words(version));
        }
        if self.warned.get() {
            return;
        }
        if let Some(warning) = little_left(headers) {
            self.warned.set(true);
            tracing::warn!("{warning}");
            *self.warning.borrow_mut() = Some(warning);
        }
    }

    /// The version of the Enterprise Server; `None` on GitHub.com, or where nothing was asked yet.
    pub(super) fn version(&self) -> Option<String> {
        self.version.borrow().clone()
    }

    /// What must be shown on the run's page: once.
    pub(super) fn take_warning(&self) -> Option<String> {
        self.warning.borrow_mut().take()
    }
}

/// That less than a tenth of the rate limit is left, and until when.
fn little_left(headers: &HeaderMap) -> Option<String> {
    let number = |name| header(headers, name).and_then(|text| text.trim().parse::<u64>().ok());
    let (left, limit) = (remaining(headers)?, number("x-ratelimit-limit")?);
    if left.saturating_mul(10) >= limit {
        return None;
    }
    let until = number("x-ratelimit-reset").and_then(|reset| Timestamp::from_second(i64::try_from(reset).ok()?).ok());
    let until = until.map(|until| format!(" until {until:.0}")).unwrap_or_default();
    let what = header(headers, "x-ratelimit-resource").map(|resource| format!(" ({})", words(resource))).unwrap_or_default();
    Some(format!("Only {left} of the token's {limit} requests{what} are left{until}: others who use the same token may be using them up"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(left: &str, limit: &str) -> HeaderMap {
        let pairs = [("x-ratelimit-remaining", left), ("x-ratelimit-limit", limit), ("x-ratelimit-reset", "1714557600"), ("x-ratelimit-resource", "graphql")];
        pairs.into_iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn d7_little_left_of_the_rate_limit_is_said_once_with_the_time_of_its_reset() {
        let watch = Watch::default();
        watch.look(&headers("100", "1000"));
        assert_eq!(watch.take_warning(), None, "a tenth is left");
        watch.look(&headers("99", "1000"));
        watch.look(&headers("98", "1000"));
        let warning = watch.take_warning().expect("a warning");
        assert!(warning.starts_with("Only 99 of the token's 1000 requests (graphql) are left until 2024-05-01T10:00:00Z"), "{warning}");
        assert_eq!(watch.take_warning(), None);
    }

    #[test]
    fn d7_a_server_without_rate_limits_has_nothing_to_warn_of() {
        for (left, limit) in [("", ""), ("x", "y"), ("0", "0")] {
            assert_eq!(little_left(&headers(left, limit)), None);
        }
        assert_eq!(little_left(&HeaderMap::new()), None);
    }
}
