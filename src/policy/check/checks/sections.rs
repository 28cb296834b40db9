//! The sections of `checks`.

use super::super::super::code::Code;
use super::super::super::fault::{Fault, Sink};
use super::super::super::raw::{At, List, RawApproved, RawMigrations, RawRefs, RawSchema, RawScripts, RawSecrets, RawSize, RawStop, RawUrls, Set};
use super::super::values;
use crate::checks::Level;
use crate::checks::files::SizeRules;
use crate::checks::migrations::MigrationRules;
use crate::checks::refs::RefRules;
use crate::checks::schemas::SchemaRule;
use crate::checks::scripts::{ApprovedScript, ScriptRules};
use crate::checks::secrets::SecretRules;
use crate::checks::urls::UrlRules;
use crate::domain::{Pattern, screen_line};

/// `refs`, with the branches that are protected.
pub(super) fn refs(set: &Set<RawRefs>, protected: &[Pattern], sink: &Sink) -> RefRules {
    let protected = protected.to_vec();
    let Some(raw) = set.value() else { return RefRules { protected, ..RefRules::default() } };
    RefRules { protected, direct: raw.direct.value().copied().unwrap_or_default(), tags: globs(&raw.tags, sink), moving: globs(&raw.moving, sink) }
}

/// `secrets`.
pub(super) fn secrets(set: &Set<RawSecrets>, sink: &Sink) -> SecretRules {
    let Some(raw) = set.value() else { return SecretRules::default() };
    let stop = match raw.stop.value() {
        Some(RawStop::Likely) => Level::Warn,
        Some(RawStop::Certain) | None => Level::Stop,
    };
    let fingerprints = raw.fingerprints.value().map_or_else(Vec::new, |list| values::distinct(list, "the fingerprint", sink));
    SecretRules { stop, allow: globs(&raw.allow, sink), fingerprints, rules: raw.rules.at().and_then(|at| path(at, sink)) }
}

/// `size`.
pub(super) fn size(set: &Set<RawSize>, sink: &Sink) -> SizeRules {
    let default = SizeRules::default();
    let Some(raw) = set.value() else { return default };
    let largest = raw.largest.at().map_or(Some(default.largest), |at| {
        let bytes = bytes(&at.value);
        if bytes.is_none() {
            sink.add(Fault::new(Code::Value, at.span, "a size is a number and a unit: `500KB`, `5MB`, `1GB`"));
        }
        bytes
    });
    SizeRules { largest: largest.unwrap_or(default.largest), allow: globs(&raw.allow, sink) }
}

/// `schemas`.
pub(super) fn schemas(set: &Set<List<RawSchema>>, sink: &Sink) -> Vec<SchemaRule> {
    let Some(list) = set.value() else { return Vec::new() };
    let one = |at: &At<RawSchema>| {
        let files = needed(&at.value.files, at, "a schema has `files`, a glob", sink).cloned();
        let schema = needed(&at.value.schema, at, "a schema has `schema`, a path in the repository", sink).is_some();
        let schema = schema.then(|| at.value.schema.at().and_then(|at| path(at, sink))).flatten();
        Some(SchemaRule { files: files?, schema: schema? })
    };
    list.items.iter().filter_map(one).collect()
}

/// `urls`.
pub(super) fn urls(set: &Set<RawUrls>, sink: &Sink) -> UrlRules {
    let Some(raw) = set.value() else { return UrlRules::default() };
    let allow = raw.allow.value().map(|list| {
        for at in list.items.iter().filter(|at| !is_host(&at.value)) {
            sink.add(
                Fault::new(Code::Value, at.span, "a host is a name such as `api.example.com`, or `*.example.com` for all below")
                    .help("without scheme, port and path"),
            );
        }
        values::distinct(list, "the host", sink)
    });
    UrlRules { allow, files: globs(&raw.files, sink) }
}

/// `scripts`.
pub(super) fn scripts(set: &Set<RawScripts>, sink: &Sink) -> ScriptRules {
    let list = set.value().and_then(|raw| raw.approved.value());
    let one = |at: &At<RawApproved>| {
        let files = needed(&at.value.files, at, "an approved script has `files`, a glob", sink).cloned();
        let why = needed(&at.value.why, at, "an approved script has `why`, its reason", sink).cloned();
        if let Some(sum) = at.value.sha256.at().filter(|sum| !is_digest(&sum.value)) {
            sink.add(Fault::new(Code::Value, sum.span, "`sha256` is 12 to 64 lower-case hexadecimal digits"));
        }
        Some(ApprovedScript { files: files?, sha256: at.value.sha256.value().cloned(), why: why? })
    };
    ScriptRules { approved: list.map_or_else(Vec::new, |list| list.items.iter().filter_map(one).collect()) }
}

/// `migrations`.
pub(super) fn migrations(set: &Set<RawMigrations>, sink: &Sink) -> MigrationRules {
    MigrationRules { files: set.value().map_or_else(Vec::new, |raw| globs(&raw.files, sink)) }
}

fn globs(set: &Set<List<Pattern>>, sink: &Sink) -> Vec<Pattern> {
    set.value().map_or_else(Vec::new, |list| values::globs(list, sink))
}

fn needed<'a, T, O>(set: &'a Set<T>, owner: &At<O>, what: &str, sink: &Sink) -> Option<&'a T> {
    if set.is_absent() {
        sink.add(Fault::new(Code::Missing, owner.span, what));
    }
    set.value()
}

/// A path in the repository that climbs nowhere.
fn path(at: &At<String>, sink: &Sink) -> Option<String> {
    let climbs = at.value.split('/').any(|part| part == ".." || part.is_empty());
    if climbs || at.value.starts_with('-') || screen_line(&at.value, 500).is_err() {
        sink.add(Fault::new(Code::Value, at.span, "a path begins at the root of the repository, without `/` before it, and stays within it"));
        return None;
    }
    Some(at.value.clone())
}

fn bytes(text: &str) -> Option<u64> {
    let (digits, unit) = text.split_at(text.find(|character: char| !character.is_ascii_digit())?);
    let factor: u64 = match unit.trim_start() {
        "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok().filter(|number| *number > 0)?.checked_mul(factor)
}

fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let label = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn is_digest(text: &str) -> bool {
    (12..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v8_hosts_sizes_and_digests_are_what_they_say() {
        for (text, fits) in
            [("api.example.com", true), ("*.example.com", true), ("https://a.b", false), ("a..b", false), ("a b", false), ("*", false), ("", false)]
        {
            assert_eq!(is_host(text), fits, "{text}");
        }
        for (text, size) in
            [("5MB", Some(5 << 20)), ("500 KB", Some(500 << 10)), ("1GB", Some(1 << 30)), ("0MB", None), ("5", None), ("MB", None), ("99999999999GB", None)]
        {
            assert_eq!(bytes(text), size, "{text}");
        }
        assert!(is_digest("0123456789ab") && !is_digest("0123") && !is_digest("0123456789AB"));
    }
}
