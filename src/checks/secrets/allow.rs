//! What would be a finding, and is allowed: by a marker on its line, by its path, by its fingerprint, or by a team's own rules.

use regex::bytes::Regex;

use super::dialect;
use super::engine::Candidate;
use super::rule::{AllowList, Condition, Rule, Target};
use crate::domain::Span;

/// The allow-lists of a team's file, compiled when they are first needed.
pub(super) struct Lists {
    lists: Vec<(AllowList, std::sync::OnceLock<Patterns>)>,
    /// How many of the first are for all rules; the rest belongs to rules, by id.
    of_rules: Vec<(String, usize)>,
}

#[derive(Default)]
struct Patterns {
    regexes: Vec<Regex>,
    paths: Vec<Regex>,
}

impl Lists {
    pub(super) fn new(general: Vec<AllowList>, rules: &[Rule]) -> Self {
        let mut lists: Vec<(AllowList, std::sync::OnceLock<Patterns>)> = Vec::new();
        let mut of_rules = Vec::new();
        for list in general {
            if list.rules.is_empty() {
                of_rules.push((String::new(), lists.len()));
            }
            of_rules.extend(list.rules.iter().map(|rule| (rule.clone(), lists.len())));
            lists.push((list, std::sync::OnceLock::new()));
        }
        for rule in rules {
            for list in &rule.allow {
                of_rules.push((rule.id.to_string(), lists.len()));
                lists.push((list.clone(), std::sync::OnceLock::new()));
            }
        }
        Self { lists, of_rules }
    }

    /// Whether one of the lists allows it.
    pub(super) fn allow(&self, candidate: &Candidate, rule: &Rule, path: &str, text: &str) -> bool {
        let mine = self.of_rules.iter().filter(|(name, _)| name.is_empty() || *name == rule.id);
        mine.map(|(_, at)| &self.lists[*at]).any(|(list, patterns)| {
            let patterns = patterns.get_or_init(|| Patterns::of(list));
            fits(list, patterns, candidate, path, text)
        })
    }
}

impl Patterns {
    fn of(list: &AllowList) -> Self {
        let compile = |texts: &[String]| texts.iter().filter_map(|text| dialect::compile(text).ok()).collect();
        Self { regexes: compile(&list.regexes), paths: compile(&list.paths) }
    }
}

fn fits(list: &AllowList, patterns: &Patterns, candidate: &Candidate, path: &str, text: &str) -> bool {
    let secret = slice(text, candidate.read.secret);
    let target = match list.target {
        Target::Secret => secret,
        Target::Match => slice(text, candidate.whole),
        Target::Line => line(text, candidate.whole),
    };
    let lower = secret.to_ascii_lowercase();
    let answers = [
        (!patterns.regexes.is_empty()).then(|| patterns.regexes.iter().any(|regex| regex.is_match(target.as_bytes()))),
        (!list.stopwords.is_empty()).then(|| list.stopwords.iter().any(|word| lower.contains(word.as_str()))),
        (!patterns.paths.is_empty()).then(|| patterns.paths.iter().any(|regex| regex.is_match(path.as_bytes()))),
    ];
    let mut asked = answers.into_iter().flatten().peekable();
    match list.condition {
        Condition::Any => asked.any(|answer| answer),
        Condition::All => asked.peek().is_some() && asked.all(|answer| answer),
    }
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

/// The lines that a stretch lies on, as far as 4 KiB around it.
fn line(text: &str, span: Span) -> &str {
    let from = text.floor_char_boundary(span.start.saturating_sub(4096));
    let to = text.ceil_char_boundary(text.len().min(span.end + 4096));
    let start = text[from..span.start].rfind('\n').map_or(from, |at| from + at + 1);
    let end = text[span.end..to].find('\n').map_or(to, |at| span.end + at);
    &text[start..end]
}
