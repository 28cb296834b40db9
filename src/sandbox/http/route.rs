//! Finding the route of a request.

use std::collections::BTreeMap;

use super::call::{Call, Handled, Query};
use crate::sandbox::state::{Access, Permission};

/// A route that is served.
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path as GitHub's API description writes it.
    pub pattern: &'static str,
    /// What a token needs for it.
    pub needs: Needs,
    /// What answers.
    pub handler: fn(&mut Call<'_>) -> Handled,
}

/// What a token needs for a route: one of the permissions.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// A valid token.
    Token,
    /// One of these permissions.
    AnyOf(&'static [(Permission, Access)]),
}

/// The named parts of a path that may hold slashes.
const GREEDY: [&str; 4] = ["{ref}", "{path}", "{basehead}", "{branch}"];

impl Route {
    fn matches<'p>(&self, parts: &[&'p str]) -> Option<BTreeMap<&'static str, Vec<&'p str>>> {
        let pattern: Vec<&'static str> = self.pattern.split('/').skip(1).collect();
        let mut params = BTreeMap::new();
        meets(&pattern, parts, &mut params).then_some(params)
    }

    fn literals(&self) -> usize {
        self.pattern.split('/').filter(|part| !part.starts_with('{')).count()
    }
}

fn meets<'p>(pattern: &[&'static str], parts: &[&'p str], params: &mut BTreeMap<&'static str, Vec<&'p str>>) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return parts.is_empty() };
    if !first.starts_with('{') {
        return parts.first() == Some(first) && meets(rest, &parts[1..], params);
    }
    let name = first.trim_matches(['{', '}']);
    let most = if GREEDY.contains(first) { parts.len() } else { parts.len().min(1) };
    // The root folder has an empty path.
    let least = usize::from(*first != "{path}");
    for taken in (least..=most).rev() {
        if meets(rest, &parts[taken..], params) {
            params.insert(name, parts[..taken].to_vec());
            return true;
        }
    }
    false
}

/// A route with the named parts of the path, decoded.
pub type Found = (&'static Route, BTreeMap<&'static str, String>);

/// The route of a request: of those that match, the one with the most fixed words.
pub fn find(routes: &[&'static [Route]], method: &str, path: &str) -> Option<Found> {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').skip(1).collect();
    let of_method = routes.iter().copied().flatten().filter(|route| route.method == method);
    let matching = of_method.filter_map(|route| route.matches(&parts).map(|params| (route, params)));
    let (route, params) = matching.max_by_key(|(route, _)| route.literals())?;
    let params = params.into_iter().map(|(name, parts)| (name, decoded(&parts.join("/")))).collect();
    Some((route, params))
}

/// A text without its percent signs.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let hex = more.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The parameters behind `?`.
pub fn query(text: &str) -> Query {
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(&key.replace('+', " ")), decoded(&value.replace('+', " ")))
    };
    Query { pairs: text.split('&').filter(|part| !part.is_empty()).map(pair).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::http::call::Reply;

    static ROUTES: &[Route] = &[
        Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref}", needs: Needs::Token, handler: |_| Ok(Reply::nothing()) },
        Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref}/check-runs", needs: Needs::Token, handler: |_| Ok(Reply::nothing()) },
        Route { method: "GET", pattern: "/repos/{owner}/{repo}/environments/{environment_name}", needs: Needs::Token, handler: |_| Ok(Reply::nothing()) },
    ];

    #[test]
    fn a_ref_may_hold_slashes_and_the_longer_route_wins() {
        let found = |path: &str| find(&[ROUTES], "GET", path).map(|(route, params)| (route.pattern, params));
        let (pattern, params) = found("/repos/a/b/commits/heads/x%20y/check-runs").expect("a route");
        assert_eq!((pattern, params["ref"].as_str()), ("/repos/{owner}/{repo}/commits/{ref}/check-runs", "heads/x y"));
        assert_eq!(found("/repos/a/b/commits/main").expect("a route").1["ref"], "main");
        assert_eq!(found("/repos/a/b/environments/a%2Fb").expect("a route").1["environment_name"], "a/b");
        assert!(found("/repos/a/b/environments/a/b").is_none());
        assert!(found("/repos/a/b").is_none());
    }
}
