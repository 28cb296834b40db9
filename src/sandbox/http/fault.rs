//! Faults: what goes wrong on the way, on command. A fault is used up when it was played as often as it was asked for.

use std::time::Duration;

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status with GitHub's usual body; nothing is done.
    Status(u16),
    /// This status with this message; nothing is done.
    Refusal {
        /// The status.
        status: u16,
        /// The message.
        message: String,
    },
    /// The primary rate limit: 403, no requests remaining; nothing is done.
    RateLimited,
    /// The secondary rate limit: 403 with `retry-after` and GitHub's message; nothing is done.
    SecondaryLimit {
        /// When to come again.
        retry_after: Duration,
    },
    /// 429 with `retry-after`; nothing is done.
    TooManyRequests {
        /// When to come again.
        retry_after: Duration,
    },
    /// The connection breaks before anything is done.
    DropBefore,
    /// The request is done, and the connection breaks before the answer.
    DropAfter,
    /// The request is done, and answered 502.
    BadGatewayAfter,
    /// The answer comes later by this much real time.
    Delay(Duration),
    /// The request is done, and the answer comes later by this much real time.
    DelayAfter(Duration),
    /// The request is done, and the answer's JSON is cut in the middle.
    Malformed,
    /// A GraphQL error under status 200, of this type, e.g. `RATE_LIMITED`; nothing is done.
    Graphql {
        /// The error's type.
        kind: String,
        /// The error's message.
        message: String,
    },
    /// A list lacks its second half and the link to the next page.
    ShortPage,
    /// The answer's JSON is this one, which was true some time ago.
    Stale(serde_json::Value),
}

/// Which requests a fault meets.
#[derive(Clone, Debug)]
pub struct On {
    kind: OnKind,
}

#[derive(Clone, Debug)]
enum OnKind {
    Route { method: String, path: String },
    Operation(String),
    Anything,
}

impl On {
    /// Requests of this method to this path, or to this route as GitHub's API description writes it.
    pub fn route(method: &str, path: &str) -> Self {
        Self { kind: OnKind::Route { method: method.to_owned(), path: path.to_owned() } }
    }

    /// GraphQL requests of this operation.
    pub fn operation(name: &str) -> Self {
        Self { kind: OnKind::Operation(name.to_owned()) }
    }

    /// Every request.
    pub fn anything() -> Self {
        Self { kind: OnKind::Anything }
    }

    fn meets(&self, asked: &Asked<'_>) -> bool {
        match &self.kind {
            OnKind::Route { method, path } => method == asked.method && (path == asked.path || Some(path.as_str()) == asked.route),
            OnKind::Operation(name) => Some(name.as_str()) == asked.operation,
            OnKind::Anything => true,
        }
    }
}

/// What a fault looks at.
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The route.
    pub route: Option<&'a str>,
    /// The GraphQL operation.
    pub operation: Option<&'a str>,
}

/// The faults to come, in the order in which they were asked for.
#[derive(Debug, Default)]
pub struct Faults {
    queue: Vec<(On, Fault, u32)>,
}

impl Faults {
    /// Adds a fault that is played so often.
    pub fn push(&mut self, on: On, fault: Fault, times: u32) {
        self.queue.push((on, fault, times));
    }

    /// The first fault that meets this request; it is used up by one.
    pub fn take(&mut self, asked: &Asked<'_>) -> Option<Fault> {
        let index = self.queue.iter().position(|(on, _, times)| *times > 0 && on.meets(asked))?;
        let (_, fault, times) = &mut self.queue[index];
        *times -= 1;
        let fault = fault.clone();
        self.queue.retain(|(_, _, times)| *times > 0);
        Some(fault)
    }

    /// How many faults are still to be played.
    pub fn left(&self) -> u32 {
        self.queue.iter().map(|(_, _, times)| times).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_its_route_and_is_used_up() {
        let mut faults = Faults::default();
        faults.push(On::route("POST", "/repos/{owner}/{repo}/deployments"), Fault::Status(502), 2);
        faults.push(On::operation("Gate"), Fault::DropBefore, 1);
        let route = Asked { method: "POST", path: "/repos/a/b/deployments", route: Some("/repos/{owner}/{repo}/deployments"), operation: None };
        let other = Asked { method: "GET", ..route };
        assert_eq!(faults.take(&other), None);
        assert_eq!(faults.take(&route), Some(Fault::Status(502)));
        assert_eq!(faults.take(&route), Some(Fault::Status(502)));
        assert_eq!(faults.take(&route), None);
        let gate = Asked { method: "POST", path: "/graphql", route: None, operation: Some("Gate") };
        assert_eq!((faults.left(), faults.take(&gate), faults.left()), (1, Some(Fault::DropBefore), 0));
    }
}
