//! YAML, JSON and TOML files against schemas (row V7): those that come with the program, those that a policy names, and a chart's own. What could not be checked is a
//! finding that stops: it never passes.

mod compile;
mod cost;
mod explain;
pub(in crate::checks) mod known;
mod kubernetes;
mod locate;
mod patch;
mod rules;
mod syntax;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::most::cut;
use super::{Check, FileCheck, Finding, Level, Mode, Source, decode};
use crate::documents::{Format, Node, Read, read_as};
use crate::domain::{Pattern, RepoPath};
use compile::{Compiled, Refusal, compile, convert};
use explain::{Explaining, Filling, Outcome};
use known::Known;
use kubernetes::{Manifest, Whole};
use rules::{HELM_VALUES, KUBERNETES, OWN, UNCHECKED};

pub use rules::RULES;

/// How many findings of a file are told.
const MOST: usize = 200;
/// How many schemas of a team are kept.
const MOST_KEPT: usize = 64;

/// A schema of the team's own.
#[derive(Clone, Debug, Serialize)]
pub struct SchemaRule {
    /// The files it is for.
    pub files: Pattern,
    /// The path of the JSON Schema in the repository.
    pub schema: String,
}

/// What was passed over, for the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Files that a program has to fill in before they are YAML, JSON or TOML.
    pub templates: usize,
    /// Kubernetes manifests of other groups, whose schemas are not known here.
    pub other_kinds: usize,
}

type Kept = HashMap<[u8; 32], Arc<Result<Compiled, Refusal>>>;

/// The check `schemas`.
pub struct Schemas {
    rules: Vec<SchemaRule>,
    kept: Mutex<Kept>,
    templates: AtomicUsize,
    other_kinds: AtomicUsize,
}

/// Why a file is judged, and by which schema of the repository.
struct Own {
    rule: &'static str,
    path: RepoPath,
    schema: Arc<Result<Compiled, Refusal>>,
}

impl Schemas {
    /// The check, with a policy's own schemas.
    pub fn new(rules: &[SchemaRule]) -> Self {
        Self { rules: rules.to_vec(), kept: Mutex::default(), templates: AtomicUsize::new(0), other_kinds: AtomicUsize::new(0) }
    }

    /// What was passed over until now.
    pub fn passed_over(&self) -> PassedOver {
        PassedOver { templates: self.templates.load(Ordering::Relaxed), other_kinds: self.other_kinds.load(Ordering::Relaxed) }
    }

    fn rules_of(&self, path: &RepoPath) -> impl Iterator<Item = &SchemaRule> {
        let text = path.text().into_owned();
        self.rules.iter().filter(move |rule| rule.files.matches(&text))
    }

    /// The schemas of the repository that are for a file.
    fn own(&self, source: &Source<'_>) -> Vec<Own> {
        let named = self.rules_of(source.path).map(|rule| (OWN, RepoPath::new(rule.schema.as_str())));
        let beside = source.path.folder().join(b"values.schema.json");
        let is_values = source.path.name() == b"values.yaml";
        let chart = is_values.then(|| source.near.read(&beside)).flatten().map(|_| (HELM_VALUES, beside));
        named.chain(chart).map(|(rule, path)| Own { rule, schema: self.schema(source, &path), path }).collect()
    }

    fn schema(&self, source: &Source<'_>, path: &RepoPath) -> Arc<Result<Compiled, Refusal>> {
        let Some(bytes) = source.near.read(path) else { return Arc::new(Err(Refusal::Missing)) };
        let Some(text) = decode(&bytes) else { return Arc::new(Err(Refusal::Binary)) };
        let format = Format::of(path).unwrap_or(Format::Json);
        let id: [u8; 32] = Sha256::new().chain_update(format.name()).chain_update([0]).chain_update(&*text).finalize().into();
        let known = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        known.unwrap_or_else(|| {
            let made = Arc::new(compile(format, &text));
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(id, Arc::clone(&made));
            made
        })
    }

    fn judge(&self, source: &Source<'_>, text: &str) -> Vec<Finding> {
        let own = self.own(source);
        let known = Known::of(source.path);
        // A file that only a pattern names is read as YAML, of which JSON is a part.
        let mut read = read_as(Format::of(source.path).unwrap_or(Format::Yaml), text);
        let concerned = known.is_some() || !own.is_empty();
        if !concerned && syntax::is_template(source.path, text, &read) {
            self.templates.fetch_add(1, Ordering::Relaxed);
            return Vec::new();
        }
        if concerned && read.documents.is_empty() && read.oddities.is_empty() && source.path.name() != b"values.yaml" {
            read.documents.push(Rc::new(Node::nothing()));
        }
        let mut findings = Vec::new();
        for own in &own {
            findings.extend(judge_own(own, text, &read));
        }
        if let Some(known) = known {
            let compiled = known.compiled();
            for document in &read.documents {
                let told = against(compiled, document, text, Filling::Later);
                findings.extend(told.into_iter().map(|outcome| tell(outcome, known.rule, "its schema")));
            }
        }
        let manifests = if known.is_none() { self.manifests(source, text, &read, &mut findings) } else { 0 };
        let odd =
            if concerned || manifests > 0 || !read.is_whole() && looks_like_manifest(text) { syntax::strict(&read) } else { syntax::loose(source.path, &read) };
        findings.extend(odd);
        findings
    }

    /// Judges the Kubernetes manifests of a file; how many there are.
    fn manifests(&self, source: &Source<'_>, text: &str, read: &Read, findings: &mut Vec<Finding>) -> usize {
        let mut count = 0;
        for document in &read.documents {
            match kubernetes::manifest(document) {
                Manifest::None => continue,
                Manifest::Other => {
                    self.other_kinds.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                Manifest::Known(_) | Manifest::List | Manifest::Misplaced => count += 1,
            }
            let mut faults = kubernetes::faults(document, text, Whole::Yes);
            if !faults.is_empty() && patch::is_patch(source) {
                faults = kubernetes::faults(document, text, Whole::Patch);
            }
            findings.extend(faults.into_iter().map(|fault| fault.finding(KUBERNETES)));
        }
        count
    }
}

impl FileCheck for Schemas {
    fn check(&self) -> Check {
        Check::Schemas
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        Format::of(path).is_some() || self.rules_of(path).next().is_some()
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        if matches!(source.mode, Mode::Link | Mode::Submodule) {
            return Vec::new();
        }
        let Some(text) = source.text else {
            let concerned = Known::of(source.path).is_some() || self.rules_of(source.path).next().is_some();
            return if concerned { vec![unchecked("the file is binary, or too large")] } else { Vec::new() };
        };
        let findings = self.judge(source, text);
        let more = Finding::new(Check::Schemas, UNCHECKED, Level::Stop, format!("more places than these {MOST} do not fit"));
        cut(findings, MOST, text, more)
    }
}

fn unchecked(why: &str) -> Finding {
    Finding::new(Check::Schemas, UNCHECKED, Level::Stop, format!("it could not be checked: {why}"))
}

fn judge_own(own: &Own, text: &str, read: &Read) -> Vec<Finding> {
    let name = format!("`{}`", own.path);
    let compiled = match &*own.schema {
        Ok(compiled) => compiled,
        Err(refusal) => return vec![unchecked(&format!("of its schema {name}, {refusal}")).help("mend the schema, or name another in `checks.schemas`")],
    };
    let filling = if own.rule == HELM_VALUES { Filling::Later } else { Filling::None };
    let mut findings = Vec::new();
    for document in &read.documents {
        match cost::affordable(&compiled.schema, &convert(document)) {
            Ok(()) => findings.extend(against(compiled, document, text, filling).into_iter().map(|outcome| tell(outcome, own.rule, &name))),
            Err(refusal) => findings.push(unchecked(&format!("of its schema {name}, {refusal}"))),
        }
    }
    findings
}

/// What a schema says of a document.
fn against(compiled: &Compiled, document: &Node, text: &str, filling: Filling) -> Vec<Outcome> {
    let value = convert(document);
    let explaining = Explaining { text, root: document, schema: &compiled.schema, filling };
    let errors: Vec<_> = compiled.validator.iter_errors(&value).take(MOST + 1).collect();
    explaining.explain(&errors)
}

fn tell(outcome: Outcome, rule: &'static str, schema: &str) -> Finding {
    match outcome {
        Outcome::Fault(fault) => fault.finding(rule),
        Outcome::Untold(why) => unchecked(&format!("of its schema {schema}, {why}")),
    }
}

/// True for a text that would be a manifest if it could be read.
fn looks_like_manifest(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}

#[cfg(test)]
mod tests {
    use super::super::Alone;
    use super::*;

    /// A repository with the schemas that the examples of the rules are about.
    struct Nearby;

    impl super::super::Near for Nearby {
        fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
            let schema = br#"{"properties": {"port": {"type": "integer"}}, "additionalProperties": false}"#;
            matches!(path.as_bytes(), b"schemas/port.json" | b"chart/values.schema.json").then(|| schema.to_vec())
        }

        fn list(&self, _: &RepoPath) -> Vec<RepoPath> {
            Vec::new()
        }
    }

    fn found(check: &Schemas, path: &str, text: &str, near: &dyn super::super::Near) -> Vec<Finding> {
        let path = RepoPath::new(path);
        assert!(check.concerns(&path));
        check.findings(&Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near })
    }

    fn rule(files: &str, schema: &str) -> SchemaRule {
        SchemaRule { files: Pattern::new(files).expect("a pattern"), schema: schema.to_owned() }
    }

    #[test]
    fn v7_every_rule_finds_nothing_in_its_good_example_and_something_in_its_bad_one() {
        let check = Schemas::new(&[rule("config/port.json", "schemas/port.json"), rule("config/lost.json", "schemas/lost.json")]);
        for spec in RULES {
            let good = found(&check, spec.good.path, spec.good.text, &Nearby);
            assert!(good.is_empty(), "{}: {good:?}", spec.id);
            let bad = found(&check, spec.bad.path, spec.bad.text, &Nearby);
            assert!(!bad.is_empty() && bad.iter().all(|finding| finding.rule == spec.id && finding.level == spec.level), "{}: {bad:?}", spec.id);
        }
    }

    #[test]
    fn v7_what_was_passed_over_is_counted() {
        let check = Schemas::new(&[]);
        found(&check, "chart/templates/a.yaml", "a: {{ .Values.a }}\n", &Alone);
        found(&check, "deploy/a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n---\napiVersion: v1\nkind: Pod\nspec: { containers: [] }\n", &Alone);
        assert_eq!(check.passed_over(), PassedOver { templates: 1, other_kinds: 1 });
    }

    #[test]
    fn v7_a_file_that_cannot_be_looked_at_has_not_passed() {
        let check = Schemas::new(&[rule("config/*", "schemas/port.json")]);
        let path = RepoPath::new("config/a.yml");
        let source = Source { path: &path, mode: Mode::File, size: 1 << 40, text: None, near: &Nearby };
        assert_eq!(check.findings(&source)[0].rule, UNCHECKED);
        assert!(check.findings(&Source { mode: Mode::Link, ..source }).is_empty());
        let huge = found(&check, "config/a.yml", &"port: 1\n".repeat(1_500_000), &Nearby);
        assert_eq!((&*huge[0].rule, huge[0].level), (UNCHECKED, Level::Stop));
    }

    #[test]
    fn v7_the_same_fault_further_down_the_file_is_the_same_finding() {
        let check = Schemas::new(&[]);
        let manifest = |before: &str| format!("apiVersion: v1\nkind: Service\nspec:\n  ports:\n{before}    - {{ port: 80, prot: 1 }}\n");
        let key = |text: &str| found(&check, "a.yaml", text, &Alone)[0].key.clone();
        assert_eq!(key(&manifest("")), key(&manifest("    - port: 81\n")));
    }

    /// A repository with one schema.
    struct With(String);

    impl super::super::Near for With {
        fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
            (path.as_bytes() == b"s.json").then(|| self.0.clone().into_bytes())
        }

        fn list(&self, _: &RepoPath) -> Vec<RepoPath> {
            Vec::new()
        }
    }

    /// Schemas that would not end, would fill the memory or the stack, or reach out; each with a document that sets them off.
    fn hostile() -> Vec<(String, String)> {
        let doubling = |word: &str, more: &str| {
            let steps: Vec<String> = (0..50)
                .map(|step| format!("\"d{step}\": {{\"{word}\": [{{\"$ref\": \"#/$defs/d{0}\"}}, {{\"$ref\": \"#/$defs/d{0}\"}}]{more}}}", step + 1))
                .collect();
            format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d50\": {{\"type\": \"string\"}}}}}}", steps.join(", "))
        };
        let chain: Vec<String> = (0..5_000).map(|step| format!("\"d{step}\": {{\"$ref\": \"#/$defs/d{}\"}}", step + 1)).collect();
        let object = "a: {a: {a: {a: 1}}}".to_owned();
        vec![
            ("{\"$ref\": \"#\"}".to_owned(), "a: 1".to_owned()),
            ("{\"anyOf\": [{\"not\": {\"$ref\": \"#\"}}]}".to_owned(), "a: 1".to_owned()),
            (doubling("anyOf", ""), "1".to_owned()),
            (doubling("allOf", ", \"unevaluatedProperties\": false"), object.clone()),
            (doubling("oneOf", ", \"unevaluatedItems\": false"), "[1]".to_owned()),
            (format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d5000\": {{}}}}}}", chain.join(", ")), object.clone()),
            (format!("{}1{}", "{\"not\": ".repeat(30_000), "}".repeat(30_000)), object),
            ("{\"properties\": {\"a\": {\"pattern\": \"^(?=(a+)+$)(a|aa)+$\"}}}".to_owned(), format!("a: {}!", "a".repeat(5_000))),
            ("{\"properties\": {\"a\": {\"pattern\": \"(x+x+)+y\"}}}".to_owned(), format!("a: {}", "x".repeat(100_000))),
            (
                format!("{{\"items\": {{\"enum\": [{}]}}}}", (0..100_000).map(|number| number.to_string()).collect::<Vec<_>>().join(",")),
                format!("[{}]", "-1,".repeat(50_000)),
            ),
        ]
    }

    #[test]
    fn v7_a_hostile_schema_ends_in_a_finding_and_hangs_nothing() {
        for (schema, document) in hostile() {
            let check = Schemas::new(&[rule("a.yml", "s.json")]);
            let findings = found(&check, "a.yml", &document, &With(schema.clone()));
            let shown = &schema[..schema.len().min(80)];
            assert!(!findings.is_empty() && findings.iter().all(|finding| finding.level == Level::Stop), "{shown}: {findings:?}");
        }
    }

    #[test]
    fn v7_a_schema_whose_parts_are_shared_many_times_is_no_work() {
        for more in ["", ", \"unevaluatedProperties\": true"] {
            let step = |step: usize| {
                format!("\"d{step}\": {{\"properties\": {{\"x\": {{\"$ref\": \"#/$defs/d{0}\"}}, \"y\": {{\"$ref\": \"#/$defs/d{0}\"}}}}{more}}}", step + 1)
            };
            let steps: Vec<String> = (0..50).map(step).collect();
            let schema = format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d50\": {{\"type\": \"string\"}}}}}}", steps.join(", "));
            let check = Schemas::new(&[rule("a.yml", "s.json")]);
            assert_eq!(found(&check, "a.yml", "x: { y: { x: 1 } }", &With(schema)), []);
        }
    }

    #[test]
    fn v7_a_hostile_document_ends_in_a_finding_and_hangs_nothing() {
        let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let before = format!("*a{}", level - 1);
            format!("{text}a{level}: &a{level} [{}]\n", vec![before; 9].join(", "))
        });
        let deep = format!("a: {}", "[".repeat(200_000));
        let broken = "a: \u{fffd}\u{0}: [".to_owned();
        for document in [bomb, deep, broken, "a: &a [*a]".to_owned(), "? {a: 1}\n: 1\n".to_owned()] {
            let check = Schemas::new(&[rule("a.yml", "s.json")]);
            let findings = found(&check, "a.yml", &document, &With("{}".to_owned()));
            assert!(findings.iter().any(|finding| finding.level == Level::Stop), "{}", &document[..document.len().min(40)]);
        }
    }
}
