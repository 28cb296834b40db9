//! URLs in a text, and the hosts that they lead to: by the most suspicious reading where programs read them differently.

use super::host::Host;

/// Schemes that lead to no other machine.
const LOCAL: [&str; 9] = ["file", "unix", "npipe", "data", "about", "classpath", "bundle", "memory", "urn"];
/// Schemes that browsers read with any number of slashes, of either kind.
const SPECIAL: [&str; 5] = ["http", "https", "ftp", "ws", "wss"];
/// Schemes in which a bucket or container stands where others have a host: a name of one part is not near.
const BUCKETS: [&str; 9] = ["s3", "s3a", "s3n", "gs", "gcs", "az", "abfs", "abfss", "wasbs"];
/// The longest host with user and port, in bytes: what is longer is not known to its end.
const LONGEST: usize = 2_000;
/// The longest placeholder, in bytes.
const LONGEST_HOLE: usize = 200;
/// Where what a program fills in later stands in a host.
const HOLE: char = '\u{0}';

/// A URL found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it stands.
    pub(super) start: usize,
    /// Where its host ends.
    pub(super) end: usize,
    /// Where it leads to.
    pub(super) target: Target,
}

/// Where a URL leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To a host; it is a bucket where names of one part are not near.
    Host { host: Host, bucket: bool },
    /// To a host below this one, whose first part is filled in later.
    Below(Host),
    /// To a host that begins so, and whose end is filled in later.
    Open(String),
}

/// The URLs of a text, in its order. Whether the text is one whole value decides whether `//host/path` at its beginning is one.
pub(super) fn urls(text: &str, whole: Whole) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    if whole == Whole::Value {
        from = leading(text, &mut found);
    }
    while let Some(colon) = text[from..].find(':').map(|at| from + at) {
        from = colon + 1;
        if !text[from..].starts_with(['/', '\\']) {
            from = copied(text, colon, &mut found).unwrap_or(from);
            continue;
        }
        let start = colon - text[..colon].bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')).count();
        let scheme = text[start..colon].to_ascii_lowercase();
        let scheme = scheme.rsplit(['+', '.']).next().unwrap_or_default();
        let Some(behind) = slashes(scheme, &text[colon + 1..]) else {
            from = copied(text, colon, &mut found).unwrap_or(from);
            continue;
        };
        let (authority, end) = authority(text, colon + 1 + behind);
        from = end.max(from);
        if !LOCAL.contains(&scheme) {
            found.extend(targets(&authority, BUCKETS.contains(&scheme)).into_iter().map(|target| Found { start, end, target }));
        }
    }
    found
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// One value.
    Value,
    /// A line, or several.
    Lines,
}

/// `//host/path` and `git@host:path` at the beginning of a value.
fn leading(text: &str, found: &mut Vec<Found>) -> usize {
    let slashes = text.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
    if slashes != 2 || text.contains(char::is_whitespace) {
        return 0;
    }
    let (authority, end) = authority(text, slashes);
    let dotted = authority.contains('.') || authority.contains('@');
    if dotted {
        found.extend(targets(&authority, false).into_iter().map(|target| Found { start: 0, end, target }));
    }
    end
}

/// How many characters of slashes stand behind a scheme's colon; none where it is no URL.
fn slashes(scheme: &str, rest: &str) -> Option<usize> {
    let count = rest.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
    let begins = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let enough = if SPECIAL.contains(&scheme) { count >= 1 } else { rest.starts_with("//") };
    (begins && enough).then_some(if SPECIAL.contains(&scheme) { count } else { 2 })
}

/// `git@host:path`, as git copies over ssh. Gives where to go on.
fn copied(text: &str, colon: usize, found: &mut Vec<Found>) -> Option<usize> {
    let word = text[..colon].rsplit(|character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '=' | '(' | ',' | ':')).next()?;
    let start = colon - word.len();
    let host = text[start..colon].strip_prefix("git@")?;
    if host.is_empty() || text[colon + 1..].starts_with(char::is_whitespace) {
        return None;
    }
    found.extend(targets(host, false).into_iter().map(|target| Found { start, end: colon, target }));
    Some(colon + 1)
}

/// What stands between the slashes and the path, what is filled in later as holes; and where it ends. A backslash is part of it.
fn authority(text: &str, start: usize) -> (String, usize) {
    let mut out = String::new();
    let mut at = start;
    while let Some(character) = text[at..].chars().next() {
        let hole = hole(&text[at..]);
        if hole > 0 {
            out.push(HOLE);
            at += hole;
            continue;
        }
        let ends = character.is_whitespace()
            || character.is_control()
            || matches!(character, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>' | ',' | ';' | ')' | '|' | '}');
        if ends {
            break;
        }
        if out.len() >= LONGEST {
            out.push(HOLE);
            break;
        }
        out.push(character);
        at += character.len_utf8();
    }
    (out, at)
}

/// How long a placeholder is; 0 where none begins here.
fn hole(text: &str) -> usize {
    for (open, close) in [("${{", "}}"), ("{{", "}}"), ("${", "}"), ("%{", "}"), ("$(", ")"), ("<%", "%>"), ("{", "}"), ("<", ">")] {
        if text.starts_with(open) {
            let near = &text[..text.floor_char_boundary(LONGEST_HOLE)];
            let line = near.split('\n').next().unwrap_or_default();
            return line.find(close).map_or(0, |end| end + close.len());
        }
    }
    match text.strip_prefix('$') {
        Some(rest) => 1 + rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count(),
        None if text.starts_with("%s") => 2,
        None => 0,
    }
}

/// Where an authority leads to. Programs differ in whether a backslash ends it: every reading counts.
fn targets(authority: &str, bucket: bool) -> Vec<Target> {
    let mut readings = vec![authority];
    if let Some((before, behind)) = authority.split_once('\\') {
        readings = if behind.contains('@') { vec![authority, before] } else { vec![before] };
    }
    let mut out: Vec<Target> = Vec::new();
    for reading in readings {
        let Some(target) = target(reading, bucket, authority.contains('\\')) else { continue };
        if !out.contains(&target) {
            out.push(target);
        }
    }
    out
}

fn target(authority: &str, bucket: bool, disguised: bool) -> Option<Target> {
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    let host = without_port(host);
    if host.is_empty() {
        return None;
    }
    if let Some(last) = host.rfind(HOLE) {
        let (before, behind) = (&host[..host.find(HOLE).unwrap_or(last)], &host[last + 1..]);
        return match (before, behind.strip_prefix('.')) {
            ("", _) if behind.is_empty() => None,
            (_, Some(below)) if below.contains('.') => Some(Target::Below(Host::of(below))),
            // A first part of one word, as in `${name}.local`, or `name-${zone}`.
            _ => Some(Target::Open(host.replace(HOLE, "..."))),
        };
    }
    let mut host = Host::of(host);
    host.disguised |= disguised || user.split(':').next().unwrap_or_default().contains('.');
    Some(Target::Host { host, bucket })
}

/// Without `:8080`; an address in brackets keeps its colons.
fn without_port(host: &str) -> &str {
    let behind = host.rfind(']').map_or(0, |at| at + 1);
    host[behind..].find(':').map_or(host, |colon| &host[..behind + colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        let word = |found: Found| match found.target {
            Target::Host { host, .. } => host.name,
            Target::Below(host) => format!("*.{}", host.name),
            Target::Open(text) => format!("{text}?"),
        };
        urls(text, Whole::Value).into_iter().map(word).collect()
    }

    #[test]
    fn v8_a_url_leads_where_programs_go() {
        let cases: &[(&str, &[&str])] = &[
            ("https://api.example.com/x?y=https://b.example.com#z", &["api.example.com", "b.example.com"]),
            ("HTTPS://API.example.com:443", &["api.example.com"]),
            ("https://api.example.com@evil.test/x", &["evil.test"]),
            ("https://api.example.com:443@evil.test", &["evil.test"]),
            ("https://api.example.com%2F@evil.test", &["evil.test"]),
            ("https://api.example.com\\@evil.test", &["evil.test", "api.example.com"]),
            ("https:\\\\evil.test\\x", &["evil.test"]),
            ("https:/evil.test", &["evil.test"]),
            ("https:////evil.test", &["evil.test"]),
            ("//evil.test/x", &["evil.test"]),
            ("\\\\evil.test\\share", &["evil.test"]),
            ("jdbc:postgresql://db.evil.test:5432/x", &["db.evil.test"]),
            ("git+ssh://git@git.evil.test/x.git", &["git.evil.test"]),
            ("git@git.evil.test:o/r.git", &["git.evil.test"]),
            ("oci://registry.evil.test/charts", &["registry.evil.test"]),
            ("s3://bucket/key", &["bucket"]),
            ("mongodb://u:p@a.evil.test:27017,b.evil.test/x", &["a.evil.test"]),
            ("https://[2001:db8::1]:8443/", &["[2001:db8::1]"]),
            ("https://${HOST}:${PORT}/x", &[]),
            ("https://{{ .Values.host }}/x", &[]),
            ("https://${ZONE}.evil.test/x", &["*.evil.test"]),
            ("https://evil.${TLD}/x", &["evil....?"]),
            ("file:///etc/passwd", &[]),
            ("12:30:45", &[]),
            ("key: value", &[]),
            ("// a comment", &[]),
            ("/a//b", &[]),
            ("image:tag@sha256:abc", &[]),
            ("https://", &[]),
        ];
        for (text, wanted) in cases {
            assert_eq!(hosts(text), *wanted, "{text}");
        }
    }
}
