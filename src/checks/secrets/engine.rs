//! One automaton over the keywords of all rules; a rule is compiled when its keyword was seen for the first time, and is run only near where it stands.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::Regex;

use super::kind::Kind;
use super::read::{Read, assignment, call, header, private_key, url};
use super::rule::{Reader, Rule, Tier};
use super::{checksum, dialect, judge};
use crate::domain::Span;

/// The most findings in one file.
pub(super) const MOST: usize = 5_000;
/// How much is looked at for each byte of a text, at most: it bounds the time for a text made to cost much.
const EFFORT: usize = 24;
/// From how many scanned bytes on the larger, faster automaton is worth making.
const MUCH: usize = 4 << 20;
/// How much text before and behind a keyword an expression sees.
const BEFORE: usize = 512;
const BEHIND: usize = 4096;
/// How much an expression that begins with its keyword sees.
const LONGEST: usize = 2048;

/// A stretch that a rule takes for a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The rule's place in the list.
    pub(super) rule: usize,
    /// What was read.
    pub(super) read: Read,
    /// All that the expression matched.
    pub(super) whole: Span,
}

/// What a text has in it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the order of the text, none over another.
    pub(super) candidates: Vec<Candidate>,
    /// True where there was more than anybody looks at.
    pub(super) cut: bool,
}

/// The rules, ready to look.
pub(super) struct Engine {
    rules: Vec<Compiled>,
    keywords: Vec<String>,
    by_keyword: Vec<Vec<u16>>,
    wordless: Vec<usize>,
    small: AhoCorasick,
    large: OnceLock<AhoCorasick>,
    scanned: AtomicUsize,
}

struct Compiled {
    rule: Rule,
    regex: OnceLock<Option<Regex>>,
}

impl Engine {
    /// Makes the automaton; no expression is compiled.
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        let mut keywords: Vec<String> = rules.iter().flat_map(|rule| rule.keywords.iter().map(ToString::to_string)).collect();
        keywords.sort_unstable();
        keywords.dedup();
        let mut by_keyword = vec![Vec::new(); keywords.len()];
        let mut wordless = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            if rule.keywords.is_empty() && !rule.pattern.is_empty() {
                wordless.push(index);
            }
            for word in &rule.keywords {
                if let Ok(at) = keywords.binary_search_by(|keyword| keyword.as_str().cmp(word)) {
                    by_keyword[at].push(u16::try_from(index).unwrap_or(u16::MAX));
                }
            }
        }
        let small = automaton(&keywords, AhoCorasickKind::ContiguousNFA);
        let rules = rules.into_iter().map(|rule| Compiled { rule, regex: OnceLock::new() }).collect();
        Self { rules, keywords, by_keyword, wordless, small, large: OnceLock::new(), scanned: AtomicUsize::new(0) }
    }

    /// A rule by its place in the list.
    pub(super) fn rule(&self, index: usize) -> &Rule {
        &self.rules[index].rule
    }

    /// The rules.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// Looks through a text.
    pub(super) fn look(&self, text: &str, kind: Kind) -> Found {
        let mut looking = Looking {
            engine: self,
            bytes: text.as_bytes(),
            kind,
            effort: text.len().saturating_mul(EFFORT).saturating_add(1 << 20),
            found: Vec::new(),
            windows: Vec::new(),
            done: 0,
            cut: false,
        };
        for hit in self.automaton(text.len()).find_overlapping_iter(text) {
            looking.hit(hit.pattern().as_usize(), Span::new(hit.start(), hit.end()));
            if looking.cut {
                break;
            }
        }
        looking.windows.extend(self.wordless.iter().map(|rule| Window { rule: *rule, span: Span::new(0, text.len()) }));
        looking.run_windows();
        let candidates = settle(looking.found, self, text);
        Found { cut: looking.cut || candidates.len() > MOST, candidates: candidates.into_iter().take(MOST).collect() }
    }

    fn automaton(&self, length: usize) -> &AhoCorasick {
        if let Some(large) = self.large.get() {
            return large;
        }
        if self.scanned.fetch_add(length, Ordering::Relaxed) + length < MUCH {
            return &self.small;
        }
        self.large.get_or_init(|| automaton(&self.keywords, AhoCorasickKind::DFA))
    }
}

fn automaton(keywords: &[String], kind: AhoCorasickKind) -> AhoCorasick {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).kind(Some(kind)).prefilter(false);
    builder.build(keywords).expect("some hundred short keywords are no too large automaton")
}

impl Compiled {
    fn regex(&self) -> Option<&Regex> {
        let compile = || match self.rule.reader {
            Reader::Begins => dialect::compile_at_start(&self.rule.pattern).ok(),
            _ => dialect::compile(&self.rule.pattern).ok(),
        };
        self.regex.get_or_init(compile).as_ref()
    }
}

/// A stretch in which a rule is run.
struct Window {
    rule: usize,
    span: Span,
}

struct Looking<'a> {
    engine: &'a Engine,
    bytes: &'a [u8],
    kind: Kind,
    effort: usize,
    found: Vec<Candidate>,
    windows: Vec<Window>,
    /// The end of the last name that was read: keywords within it say nothing more.
    done: usize,
    cut: bool,
}

impl Looking<'_> {
    fn hit(&mut self, keyword: usize, hit: Span) {
        for rule in &self.engine.by_keyword[keyword] {
            let index = usize::from(*rule);
            let read = match self.engine.rules[index].rule.reader {
                Reader::Expression => {
                    self.window(index, hit);
                    None
                }
                Reader::Begins => {
                    self.begins(index, hit);
                    None
                }
                Reader::PrivateKey => {
                    self.spend(private_key::EFFORT);
                    private_key::read(self.bytes, hit)
                }
                Reader::Url => url::read(self.bytes, hit),
                Reader::Header => header::read(self.bytes, hit),
                Reader::Call if self.kind == Kind::Made => None,
                Reader::Call => {
                    self.spend(call::FAR);
                    call::read(self.bytes, hit)
                }
                Reader::Password | Reader::Secret | Reader::Salt => {
                    self.assignment(index, hit);
                    None
                }
            };
            if let Some(read) = read {
                self.take(Candidate { rule: index, read, whole: read.shown });
            }
        }
    }

    fn take(&mut self, candidate: Candidate) {
        self.found.push(candidate);
        // Several rules may see one secret; what is far beyond the limit is beyond it for each of them.
        self.cut |= self.found.len() > MOST * 4;
    }

    fn spend(&mut self, bytes: usize) {
        self.effort = self.effort.saturating_sub(bytes);
        self.cut |= self.effort == 0;
    }

    /// A name is read once, whichever of its words is a keyword; what it names decides whose rule it is.
    fn assignment(&mut self, index: usize, hit: Span) {
        if self.kind == Kind::Made || hit.start < self.done {
            return;
        }
        let assignment = assignment::read(self.bytes, hit, self.kind);
        self.spend(assignment.effort);
        self.done = assignment.done;
        let Some((reader, read)) = assignment.found else { return };
        let own = self.engine.rules[index].rule.reader == reader;
        let rule = if own { Some(index) } else { self.engine.rules.iter().position(|compiled| compiled.rule.reader == reader) };
        if let Some(rule) = rule {
            self.take(Candidate { rule, read, whole: read.shown });
        }
    }

    fn begins(&mut self, index: usize, hit: Span) {
        let compiled = &self.engine.rules[index];
        let word_before = hit.start > 0 && is_word(self.bytes[hit.start - 1]);
        if word_before && compiled.rule.pattern.starts_with(r"\b") {
            return;
        }
        let Some(regex) = compiled.regex() else { return };
        let end = self.bytes.len().min(hit.start + LONGEST);
        let Some(captures) = regex.captures(&self.bytes[hit.start..end]) else {
            self.spend(16);
            return;
        };
        let whole = captures.get_match();
        self.spend(whole.len());
        let secret = (1..captures.len()).find_map(|group| captures.get(group)).unwrap_or(whole);
        let at = |offset: usize| hit.start + offset;
        self.propose(index, Span::new(at(whole.start()), at(whole.end())), Span::new(at(secret.start()), at(secret.end())));
    }

    /// An expression's match, unless there is too little in it.
    fn propose(&mut self, index: usize, whole: Span, secret: Span) {
        let rule = &self.engine.rules[index].rule;
        let bytes = &self.bytes[secret.start..secret.end];
        if bytes.is_empty() || (rule.entropy > 0.0 && judge::entropy(bytes) <= rule.entropy) || judge::is_made_up(bytes) {
            return;
        }
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let holds = rule.checksum.is_none_or(|kind| checksum::holds(kind, text));
        let tier = if holds { rule.tier } else { Tier::Likely };
        self.take(Candidate { rule: index, read: Read::new(secret, tier), whole });
    }

    /// Widens the rule's last window, or opens another.
    fn window(&mut self, index: usize, hit: Span) {
        let start = hit.start.saturating_sub(BEFORE);
        let end = self.bytes.len().min(hit.end + BEHIND);
        match self.windows.iter_mut().rev().take(64).find(|window| window.rule == index) {
            Some(window) if window.span.end >= start => window.span.end = end,
            _ => self.windows.push(Window { rule: index, span: Span::new(start, end) }),
        }
    }

    fn run_windows(&mut self) {
        for Window { rule, span } in std::mem::take(&mut self.windows) {
            let Some(regex) = self.engine.rules[rule].regex() else { continue };
            let group = self.engine.rules[rule].rule.group;
            let bytes = &self.bytes[..span.end];
            let mut at = span.start;
            while at <= span.end && !self.cut {
                let Some(captures) = regex.captures_at(bytes, at) else { break };
                let whole = captures.get_match();
                let secret = if group == 0 { (1..captures.len()).find_map(|group| captures.get(group)) } else { captures.get(group) }.unwrap_or(whole);
                let (whole, secret) = (Span::new(whole.start(), whole.end()), Span::new(secret.start(), secret.end()));
                self.propose(rule, whole, secret);
                at = whole.end.max(at + 1);
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Of several that overlap, the surest and most telling one; in the order of the text, on the borders of characters.
fn settle(mut found: Vec<Candidate>, engine: &Engine, text: &str) -> Vec<Candidate> {
    for candidate in &mut found {
        for span in [&mut candidate.read.shown, &mut candidate.read.secret, &mut candidate.whole] {
            *span = Span::new(text.floor_char_boundary(span.start), text.ceil_char_boundary(span.end));
        }
    }
    let rank = |candidate: &Candidate| match engine.rule(candidate.rule).reader {
        Reader::PrivateKey | Reader::Begins | Reader::Expression => 0,
        Reader::Url | Reader::Header => 1,
        _ => 2,
    };
    let length = |span: Span| span.end - span.start;
    found.sort_by_key(|candidate| {
        (candidate.read.tier, rank(candidate), candidate.read.secret.start, std::cmp::Reverse(length(candidate.read.secret)), candidate.rule)
    });
    let mut taken: std::collections::BTreeMap<usize, Candidate> = std::collections::BTreeMap::new();
    for candidate in found {
        let span = candidate.read.secret;
        let before = taken.range(..span.end.max(span.start + 1)).next_back();
        if before.is_none_or(|(_, other)| other.read.secret.end <= span.start) {
            taken.insert(span.start, candidate);
        }
    }
    taken.into_values().collect()
}
