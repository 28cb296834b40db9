//! A breaking change is said in the one way that tools see.

use super::super::Message;
use super::super::parse::BREAKING;
use super::{found, spec};
use crate::checks::{Finding, Fix, Level, RuleSpec};
use crate::domain::Span;

/// A breaking change that tools would miss.
pub(super) const RULE: RuleSpec = spec(
    "breaking-footer",
    Level::Stop,
    "A line says that the change breaks something, and not as the footer `BREAKING CHANGE: …` in capitals below an empty line: release tools would miss it.",
    ("feat: drop the old names\n\nBREAKING CHANGE: `size` is now `bytes`\n", "feat: drop the old names\n\nBreaking changes: `size` is now `bytes`\n"),
);

/// The lines that say so in another way.
pub(super) fn findings(message: &Message<'_>) -> Vec<Finding> {
    // A hostile message has a hundred thousand of them.
    const MOST: usize = 20;
    let mut out = Vec::new();
    let mut at = message.first().end;
    let mut is_after_blank = false;
    for line in message.text()[at..].split_inclusive('\n') {
        if out.len() == MOST {
            break;
        }
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if start > message.first().end {
            out.extend(judge(message, Span::new(start, start + line.len()), is_after_blank));
            is_after_blank = line.is_empty();
        }
    }
    out
}

fn judge(message: &Message<'_>, span: Span, is_after_blank: bool) -> Option<Finding> {
    let line = message.slice(span);
    let word = said(line)?;
    let token = Span::new(span.start, span.start + word);
    let at = message.footers().binary_search_by_key(&span.start, |footer| footer.token.start).ok();
    let footer = at.map(|at| &message.footers()[at]).filter(|footer| BREAKING.contains(&message.slice(footer.token)));
    let Some(footer) = footer else {
        let rest = line[word..].trim_start_matches([':', '：', '-', '–', '—', '#', '!', ' ']);
        let help = if rest.is_empty() { "write: BREAKING CHANGE: what breaks, and what to do".to_owned() } else { format!("write: BREAKING CHANGE: {rest}") };
        let label = "`BREAKING CHANGE: ` in capitals, a colon, a space, and what breaks";
        return Some(found(&RULE, token, "tools do not see that this breaks something").label(label).help(help));
    };
    let opens = message.footers().first().is_some_and(|first| first.token.start == footer.token.start);
    if is_after_blank || !opens {
        return None;
    }
    let fix = Some(Fix { span: Span::new(span.start, span.start), by: "\n".to_owned() });
    let finding = found(&RULE, token, "a footer stands below an empty line, and this one does not");
    Some(Finding { fix, ..finding.label("an empty line belongs before this") })
}

/// The length of the words at the beginning of a line that say that something breaks, where a sign or the line's end stands behind them.
fn said(line: &str) -> Option<usize> {
    let begin = line.get(..8).filter(|word| word.eq_ignore_ascii_case("breaking"))?.len();
    let rest = &line[begin..];
    let gap = rest.starts_with([' ', '-', '_']);
    let change = ["changes", "change"].iter().find(|word| gap && rest.get(1..=word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)));
    let length = begin + change.map_or(0, |word| word.len() + 1);
    let behind = line[length..].trim_start();
    let is_said = match change {
        Some(_) => behind.is_empty() || behind.starts_with([':', '：', '#', '-', '–', '—', '!']),
        None => behind.starts_with([':', '：']) && line[length..].starts_with([':', '：']),
    };
    is_said.then_some(length)
}
