//! Markers that a merge left behind.

use crate::checks::{Check, Example, FileCheck, Finding, Level, RuleSpec, Source};
use crate::domain::{RepoPath, Span};

/// A conflict, whole or in part.
pub(super) const RULE: RuleSpec = RuleSpec {
    check: Check::Conflicts,
    id: "marker",
    level: Level::Stop,
    about: "Lines that git writes where it could not merge (`<<<<<<< `, `||||||| `, `=======`, `>>>>>>> `): the file has two versions of itself in it. `=======` alone is a heading in some languages, and no conflict.",
    good: Example { path: "src/limits.txt", text: "Limits\n=======\n\nretries = 3\n" },
    bad: Example { path: "src/limits.txt", text: "<<<<<<< HEAD\nretries = 3\n=======\nretries = 5\n>>>>>>> feature\n" },
};

/// What a line is to a conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Ours,
    Base,
    Middle,
    Theirs,
}

/// Looks for markers that a merge left behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conflicts;

impl FileCheck for Conflicts {
    fn check(&self) -> Check {
        Check::Conflicts
    }

    fn concerns(&self, _: &RepoPath) -> bool {
        true
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(text) = source.text.filter(|text| text.contains("<<<<<<<") || text.contains(">>>>>>>")) else { return Vec::new() };
        let quotes = is_prose(source.path);
        let mut out = Vec::new();
        // A line of seven `>` and a space is a quotation in a letter, unless the rest of a conflict stands above.
        let mut is_open = false;
        for (marker, span) in markers(text) {
            let is_found = match marker {
                Marker::Ours => true,
                Marker::Theirs => is_open || !quotes,
                Marker::Base => is_open,
                Marker::Middle => false,
            };
            is_open = match marker {
                Marker::Ours => true,
                Marker::Theirs => false,
                Marker::Base | Marker::Middle => is_open,
            };
            if is_found {
                out.push(finding(text, marker, span));
            }
        }
        out
    }
}

fn finding(text: &str, marker: Marker, span: Span) -> Finding {
    let what = match marker {
        Marker::Ours => "a conflict of a merge begins here",
        Marker::Base => "a conflict of a merge shows here what both sides began with",
        Marker::Middle | Marker::Theirs => "a conflict of a merge ends here",
    };
    let line = &text[span.start..span.end];
    Finding::new(Check::Conflicts, RULE.id, RULE.level, what)
        .at(span)
        .help("choose what is to stay, and take the markers out")
        .key(line.chars().take(200).collect::<String>())
}

/// The whole-line markers of a text.
fn markers(text: &str) -> impl Iterator<Item = (Marker, Span)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        Some((marker(line)?, Span::new(start, start + line.len())))
    })
}

/// Seven signs, and then nothing or a space and a name.
fn marker(line: &str) -> Option<Marker> {
    let (signs, rest) = line.split_at_checked(7)?;
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    match signs {
        "<<<<<<<" => Some(Marker::Ours),
        "|||||||" => Some(Marker::Base),
        "=======" if rest.is_empty() => Some(Marker::Middle),
        ">>>>>>>" => Some(Marker::Theirs),
        _ => None,
    }
}

fn is_prose(path: &RepoPath) -> bool {
    matches!(path.extension().as_str(), "" | "md" | "markdown" | "mdx" | "rst" | "txt" | "adoc" | "asciidoc" | "org" | "eml" | "mbox" | "patch" | "diff")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Alone, Mode};

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let path = RepoPath::new(path.as_bytes());
        let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone };
        Conflicts.findings(&source).iter().map(|finding| text[..finding.span.expect("a place").start].matches('\n').count() + 1).collect()
    }

    #[test]
    fn h3_markers_of_a_merge_are_found_and_headings_and_quotations_are_not() {
        for (path, text, expected) in [
            ("a.rs", "x\n<<<<<<< HEAD\na\n||||||| 0123456\nb\n=======\nc\n>>>>>>> side\n", &[2, 4, 8][..]),
            ("a.rs", "<<<<<<< HEAD\r\na\r\n=======\r\nb\r\n>>>>>>> side\r\n", &[1, 5]),
            ("a.rs", "x\n>>>>>>> side\n", &[2]),
            ("a.md", "x\n>>>>>>> a quotation\n", &[]),
            ("a.md", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> side", &[1, 5]),
            ("a.rst", "Title\n=======\n\ntext\n", &[]),
            ("a.rs", "=======\n||||||| x\n", &[]),
            ("a.rs", "  <<<<<<< HEAD\n let x = \"<<<<<<< HEAD\";\n<<<<<<<<< x\n<<<<<<<x\n", &[]),
            ("a.rs", "<<<<<<<\n", &[1]),
            ("a", "ä<<<<<<< x\n", &[]),
        ] {
            assert_eq!(lines(path, text), expected, "{path} {text}");
        }
    }
}
