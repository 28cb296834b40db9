//! Findings as SARIF 2.1.0, for code scanning: rules with their levels, places, and fingerprints that hold no secret.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Examined, Found, Subject};
use crate::checks::{CHECKS, Finding, Level, rules};
use crate::domain::RepoPath;
use crate::error::redact_value;

/// Where the form is defined.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where our rules are explained.
const HELP: &str = "https://github.com/shipgate/shipgate/blob/main/docs/checks.md";

/// Everything that was found, its texts redacted.
pub fn sarif(examined: &Examined) -> Value {
    let described = described(examined);
    let index: BTreeMap<&str, usize> = described.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = examined.found.iter().map(|found| result(found, &index, &mut seen)).collect();
    let unread = examined.unread.iter().map(|unread| {
        let mut notice = json!({ "level": "error", "message": { "text": format!("could not be looked at: {}", unread.why) } });
        if let Some(path) = &unread.path {
            notice["locations"] = json!([{ "physicalLocation": { "artifactLocation": { "uri": uri(path) } } }]);
        }
        notice
    });
    let notes = examined.notices.iter().map(|notice| json!({ "level": "note", "message": { "text": notice } }));
    redact_value(json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "shipgate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://github.com/shipgate/shipgate",
                "rules": described.into_values().collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": examined.unread.is_empty(),
                "toolExecutionNotifications": unread.chain(notes).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

/// The rules of the findings, each once, by their whole names.
fn described(examined: &Examined) -> BTreeMap<String, Value> {
    let mut out = BTreeMap::new();
    for finding in examined.found.iter().map(|found| &found.finding) {
        out.entry(finding.name()).or_insert_with(|| rule(finding));
    }
    out
}

fn rule(finding: &Finding) -> Value {
    let spec = rules().into_iter().find(|rule| rule.check == finding.check && rule.id == finding.rule);
    let check = CHECKS.iter().find(|spec| spec.check == finding.check).map(|spec| spec.about).unwrap_or_default();
    let about = spec.map_or(check, |rule| rule.about);
    let level = spec.map_or(finding.level, |rule| rule.level);
    json!({
        "id": finding.name(),
        "shortDescription": { "text": about },
        "helpUri": format!("{HELP}#{}", finding.check.id()),
        "defaultConfiguration": { "level": word(level) },
        "properties": { "tags": [finding.check.id()] },
    })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Stop => "error",
        Level::Warn => "warning",
    }
}

fn result(found: &Found, index: &BTreeMap<&str, usize>, seen: &mut BTreeMap<String, usize>) -> Value {
    let finding = &found.finding;
    let name = finding.name();
    let text = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.what),
        None => finding.what.clone(),
    };
    let mut value = json!({
        "ruleId": name,
        "level": word(finding.level),
        "message": { "text": text },
        "partialFingerprints": { "shipgate/v1": fingerprint(found, seen) },
    });
    if let Some(at) = index.get(name.as_str()) {
        value["ruleIndex"] = json!(at);
    }
    value["locations"] = json!([location(found)]);
    if let Some(commit) = &found.commit {
        value["properties"] = json!({ "commit": commit });
    }
    value
}

fn location(found: &Found) -> Value {
    let Subject::File(path) = &found.subject else {
        return json!({ "logicalLocations": [{ "fullyQualifiedName": found.place() }] });
    };
    let mut physical = json!({ "artifactLocation": { "uri": uri(path), "uriBaseId": "%SRCROOT%" } });
    if let Some(excerpt) = &found.excerpt {
        physical["region"] = json!({
            "startLine": excerpt.start.line,
            "startColumn": excerpt.start.column,
            "endLine": excerpt.end.line,
            "endColumn": excerpt.end.column,
            "snippet": { "text": excerpt.line },
        });
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(within) = &found.finding.within {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": within }]);
    }
    location
}

/// What makes it the same finding in another run: rule, file, key, and which one of several; as a hash, so that nothing can be read out of it.
fn fingerprint(found: &Found, seen: &mut BTreeMap<String, usize>) -> String {
    let key = format!("{}\0{}\0{}", found.finding.name(), found.place(), found.finding.key);
    let count = seen.entry(key.clone()).or_default();
    *count += 1;
    let digest = Sha256::digest(format!("{key}\0{count}"));
    digest.iter().take(16).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A path as a relative URI reference: everything but what needs no escape is escaped, byte by byte.
fn uri(path: &RepoPath) -> String {
    let mut out = String::new();
    for byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b'~') {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
