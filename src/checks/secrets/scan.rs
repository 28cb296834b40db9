//! The check itself: which rules are on, what a candidate says as a finding, and what allows it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::allow::Lists;
use super::engine::{Candidate, Engine, MOST};
use super::load::{self, BadRules, RuleFile};
use super::rule::{Reader, Rule, Tier};
use super::{SecretRules, dialect, fingerprint, kind, mark, table};
use crate::checks::{Allowed, By as Permit, Check, FileCheck, Finding, Level, Looked, Source};
use crate::domain::{Pattern, RepoPath};

/// What a scan found.
pub type Scan = Looked;

/// Check `secrets`. The same source gives the same findings, on any number of threads.
pub struct Secrets {
    engine: Engine,
    lists: Lists,
    paths: Vec<(usize, regex::bytes::Regex)>,
    stop: Level,
    allow: Vec<Pattern>,
    fingerprints: BTreeSet<String>,
    notes: Vec<String>,
}

impl Secrets {
    /// The check by the policy's rules, with the text of the team's own rules where there are any: theirs besides ours, in place of ours where the id is the same.
    ///
    /// # Errors
    /// [`BadRules`] where that text is no file of rules.
    pub fn new(rules: &SecretRules, team: Option<&str>) -> Result<Self, BadRules> {
        let file = team.map_or_else(|| Ok(RuleFile::default()), load::read)?;
        let theirs = |id: &str| file.disabled.iter().any(|other| other == id) || file.rules.iter().any(|rule| rule.id == id);
        let mut all: Vec<Rule> = table::RULES.iter().filter(|spec| !theirs(spec.id)).map(Rule::from).collect();
        all.extend(file.rules);
        let paths = all.iter().enumerate().filter_map(|(at, rule)| Some((at, dialect::compile(rule.path.as_deref()?).ok()?))).collect();
        Ok(Self {
            lists: Lists::new(file.allow, &all),
            engine: Engine::new(all),
            paths,
            stop: rules.stop,
            allow: rules.allow.clone(),
            fingerprints: rules.fingerprints.iter().cloned().collect(),
            notes: file.notes,
        })
    }

    /// What the team's rules say and has no effect here.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many rules are on.
    pub fn rules(&self) -> usize {
        self.engine.rules().count()
    }

    /// Looks through one file.
    pub fn scan(&self, source: &Source<'_>) -> Scan {
        let path = source.path.text();
        let mut scan = Scan::default();
        for (at, expression) in &self.paths {
            let rule = self.engine.rule(*at);
            if rule.pattern.is_empty() && expression.is_match(path.as_bytes()) {
                self.whole_file(rule, source.path, &mut scan);
            }
        }
        let Some(text) = source.text else { return scan };
        let found = self.engine.look(text, kind::of(source.path));
        for candidate in &found.candidates {
            if self.is_for(candidate.rule, &path) {
                self.judge(candidate, source.path, text, &mut scan);
            }
        }
        if found.cut {
            scan.findings.push(too_many());
        }
        scan
    }

    /// Whether a rule is for files of this path.
    fn is_for(&self, rule: usize, path: &str) -> bool {
        self.paths.iter().find(|(at, _)| *at == rule).is_none_or(|(_, expression)| expression.is_match(path.as_bytes()))
    }

    fn whole_file(&self, rule: &Rule, path: &RepoPath, scan: &mut Scan) {
        let print = fingerprint::of(&rule.id, &path.text());
        let permit = self.permit_of_path(path).or_else(|| self.fingerprints.contains(&print).then(|| Permit::Fingerprint(print.clone())));
        if let Some(by) = permit {
            scan.allowed.push(Allowed { rule: rule.id.clone(), span: None, by });
            return;
        }
        let mut finding =
            Finding::new(Check::Secrets, rule.id.clone(), self.level(rule.tier), format!("a file of this name is one of: {}", rule.about)).key(&print);
        finding.fingerprint = Some(print);
        scan.findings.push(finding);
    }

    fn judge(&self, candidate: &Candidate, path: &RepoPath, text: &str, scan: &mut Scan) {
        let rule = self.engine.rule(candidate.rule);
        let (shown, secret) = (candidate.read.shown, candidate.read.secret);
        let value = &text[secret.start..secret.end];
        let print = fingerprint::of(&rule.id, value);
        let permit = mark::allows(text, shown.start, shown.end.max(secret.end), &rule.id)
            .map(|reason| Permit::Marker(reason.chars().take(200).collect()))
            .or_else(|| self.permit_of_path(path))
            .or_else(|| self.fingerprints.contains(&print).then(|| Permit::Fingerprint(print.clone())))
            .or_else(|| self.lists.allow(candidate, rule, &path.text(), text).then_some(Permit::Rules));
        if let Some(by) = permit {
            scan.allowed.push(Allowed { rule: rule.id.clone(), span: Some(secret), by });
            return;
        }
        scan.findings.push(self.finding(candidate, rule, value, print));
    }

    fn finding(&self, candidate: &Candidate, rule: &Rule, value: &str, print: String) -> Finding {
        let tier = candidate.read.tier;
        let what = match (tier, rule.reader) {
            (Tier::Certain, _) => format!("{} in plain text", rule.about),
            (Tier::Likely, Reader::Password | Reader::Secret | Reader::Salt | Reader::Call) => format!("what looks like a {} in plain text", rule.about),
            (Tier::Likely, _) => format!("what looks like a {}", rule.about),
        };
        let label = if rule.reader == Reader::PrivateKey { "begins here".to_owned() } else { format!("`{}`", fingerprint::masked(value)) };
        let mut finding =
            Finding::new(Check::Secrets, rule.id.clone(), self.level(tier), what).at(candidate.read.shown).label(label).help(help(tier, &print)).key(&print);
        finding.hidden = vec![candidate.read.secret];
        finding.fingerprint = Some(print);
        finding
    }

    fn permit_of_path(&self, path: &RepoPath) -> Option<Permit> {
        self.allow.iter().find(|pattern| pattern.matches(&path.text())).map(|pattern| Permit::Path(pattern.as_str().to_owned()))
    }

    fn level(&self, tier: Tier) -> Level {
        match (tier, self.stop) {
            (Tier::Likely, Level::Stop) => Level::Warn,
            _ => Level::Stop,
        }
    }
}

fn help(tier: Tier, print: &str) -> String {
    let first = match tier {
        Tier::Certain => "revoke it where it was issued, then take it out of the commits",
        Tier::Likely => "if it is real, change it where it is used, then take it out of the commits",
    };
    format!("{first} (docs/secrets.md, \"When one got in\"); if it is none, add `{print}` to `checks.secrets.fingerprints`")
}

/// A text with more than anybody reads is never taken for clean.
fn too_many() -> Finding {
    let what = format!("more than {MOST} secrets, or what is made to look like it: the rest of the file was not looked at");
    Finding::new(Check::Secrets, Cow::Borrowed("too-many"), Level::Stop, what).help("leave the file out with `checks.exclude`, or split it")
}

impl FileCheck for Secrets {
    fn check(&self) -> Check {
        Check::Secrets
    }

    fn concerns(&self, _: &RepoPath) -> bool {
        true
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        self.scan(source).findings
    }

    fn looked(&self, source: &Source<'_>) -> Looked {
        self.scan(source)
    }
}
