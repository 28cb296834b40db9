//! What a file itself allows: a comment `shipgate:allow CHECK/RULE reason` (or the rule alone, or the check alone) on the line of a finding or right above it. Nothing goes in silence: what is allowed
//! comes back with its reason, to be counted and shown.

use super::{Allowed, By, Finding};

/// The word that begins a mark.
const MARK: &str = "shipgate:allow";
/// How many marks above one line are looked at.
const MOST: usize = 64;

/// A mark in the text.
struct Mark<'a> {
    rules: Vec<&'a str>,
    reason: &'a str,
    /// Where its line begins, and where the first line behind it that is no comment ends.
    from: usize,
    to: usize,
}

/// Takes out what the text allows: what is left, and what is allowed. A mark without a reason allows nothing, and the finding says so. Findings without a place are
/// never allowed here.
pub fn sift(text: &str, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Allowed>) {
    if findings.is_empty() || !text.contains(MARK) {
        return (findings, Vec::new());
    }
    let marks = marks(text);
    let (mut left, mut allowed) = (Vec::new(), Vec::new());
    for finding in findings {
        let name = finding.name();
        let mark = finding.span.and_then(|span| {
            // The innermost: the last one that begins before.
            let before = marks.partition_point(|mark| mark.from <= span.start);
            marks[..before]
                .iter()
                .rev()
                .take(MOST)
                .find(|mark| span.start < mark.to && mark.rules.iter().any(|rule| *rule == name || *rule == finding.rule || *rule == finding.check.id()))
        });
        match mark {
            Some(mark) if !mark.reason.is_empty() => allowed.push(Allowed { by: By::Marker(mark.reason.to_owned()), rule: finding.rule, span: finding.span }),
            Some(_) => {
                let help = format!("write the reason behind `{MARK} {name}`");
                left.push(finding.help(help));
            }
            None => left.push(finding),
        }
    }
    (left, allowed)
}

fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut out: Vec<Mark<'_>> = Vec::new();
    // Marks whose statement has not come yet.
    let mut open = 0;
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let to = from + line.len();
        let is_comment = ["#", "//", "--", "<!--", ";", "/*", "*"].iter().any(|sign| line.trim_start().starts_with(sign));
        if let Some(mark) = mark(line, from) {
            out.push(mark);
        }
        if !is_comment && !line.trim().is_empty() {
            out[open..].iter_mut().for_each(|mark| mark.to = to);
            open = out.len();
        }
        from = to;
    }
    out
}

fn mark(line: &str, from: usize) -> Option<Mark<'_>> {
    let at = line.find(MARK)?;
    let before = line[..at].trim_end();
    let sign = ["#", "//", "--", "<!--", ";", "/*"].iter().any(|sign| before.ends_with(sign));
    let rest = &line[at + MARK.len()..];
    if !sign || !rest.starts_with([' ', '\t']) {
        return None;
    }
    let rest = rest.trim().trim_end_matches("-->").trim_end_matches("*/").trim();
    let (rules, reason) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    Some(Mark { rules: rules.split(',').filter(|rule| !rule.is_empty()).collect(), reason: reason.trim(), from, to: from + line.len() })
}

#[cfg(test)]
mod tests {
    use super::super::{Check, Level};
    use super::*;
    use crate::domain::Span;

    fn at(text: &str, place: &str) -> Finding {
        let start = text.find(place).expect("the place is in the text");
        Finding::new(Check::Dockerfile, "sudo", Level::Warn, "it is so").at(Span::new(start, start + place.len()))
    }

    #[test]
    fn x1_a_mark_with_a_reason_allows_the_line_below_or_its_own_and_is_counted() {
        for (text, allows) in [
            ("# shipgate:allow dockerfile/sudo the base needs it\nRUN sudo x\n", true),
            ("# shipgate:allow dockerfile/sudo the base needs it\n# and more\n\nRUN sudo x\n", true),
            ("# shipgate:allow dockerfile/apt-lists,dockerfile/sudo because\nRUN sudo x\n", true),
            ("# shipgate:allow sudo the base needs it\nRUN sudo x\n", true),
            ("# shipgate:allow dockerfile all of it is a test\nRUN sudo x\n", true),
            ("RUN sudo x # shipgate:allow dockerfile/sudo because\n", true),
            ("# shipgate:allow dockerfile/sudo\nRUN sudo x\n", false),
            ("# shipgate:allow dockerfile/other because\nRUN sudo x\n", false),
            ("# shipgate:allow dockerfile/sudo because\nRUN a\nRUN sudo x\n", false),
            ("RUN echo shipgate:allow dockerfile/sudo because\nRUN sudo x\n", false),
        ] {
            let (left, allowed) = sift(text, vec![at(text, "sudo x")]);
            assert_eq!((left.len(), allowed.len()), (usize::from(!allows), usize::from(allows)), "{text}");
        }
        let text = "# shipgate:allow dockerfile/sudo\nRUN sudo x\n";
        assert!(sift(text, vec![at(text, "sudo x")]).0[0].help.as_deref().is_some_and(|help| help.contains("reason")));
        let text = "# shipgate:allow dockerfile/sudo the base needs it\nRUN sudo x\n";
        assert_eq!(sift(text, vec![at(text, "sudo x")]).1[0].by, By::Marker("the base needs it".to_owned()));
    }
}
