//! Faults as people read them: the line, a caret, a hint. It decides nothing.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::code::Severity;
use super::fault::Fault;
use crate::domain::Span;
use crate::domain::is_invisible;

/// Whether to paint. Everything reads without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// How much of the file's lines is shown in all, in bytes: each fault shows its line, and a hostile file is one long line.
const MOST_SHOWN: usize = 8 * 1024 * 1024;

/// Every fault, an empty line between two; ends with a newline where there is one.
pub(super) fn render((file, text): (&str, &str), faults: &[Fault], paint: Paint) -> String {
    let renderer = match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Coloured => Renderer::styled(),
    };
    let lines = Lines::new(text);
    let mut out = String::new();
    let mut left = MOST_SHOWN;
    for (at, fault) in faults.iter().enumerate() {
        let length = lines.line_of(fault.span).1.len();
        if length > left {
            out = out + "\n… and " + &(faults.len() - at).to_string() + " more\n";
            break;
        }
        left -= length;
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&renderer.render(&[group(file, &lines, fault)]));
        out.push('\n');
    }
    out
}

fn group<'a>(file: &'a str, lines: &Lines<'a>, fault: &'a Fault) -> Group<'a> {
    let level = match fault.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (number, line, span) = lines.line_of(fault.span);
    let (line, span) = shown(line, span);
    let annotation = AnnotationKind::Primary.span(span.start..span.end).label(fault.label.as_deref());
    let snippet = Snippet::source(line).line_start(number).path(file).annotation(annotation);
    let group = level.primary_title(fault.what.as_str()).id(fault.code.as_str()).element(snippet);
    match &fault.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// The line with every character that is not seen, or that a terminal would act on, as a sign that is; the span follows.
fn shown(line: &str, span: Span) -> (Cow<'_, str>, Span) {
    let hidden = |character: char| character != '\t' && (character.is_control() || is_invisible(character));
    if !line.contains(hidden) {
        return (Cow::Borrowed(line), span);
    }
    let replace = |part: &str| part.replace(hidden, "\u{fffd}");
    let (before, marked, behind) = (replace(&line[..span.start]), replace(&line[span.start..span.end]), replace(&line[span.end..]));
    let span = Span::new(before.len(), before.len() + marked.len());
    (Cow::Owned(before + &marked + &behind), span)
}

/// Where the lines begin, so that each fault costs its own line and not the whole file.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The number and text of the line where the span begins, and the part of the span that lies in it.
    fn line_of(&self, span: Span) -> (usize, &'a str, Span) {
        let number = self.starts.partition_point(|start| *start <= span.start);
        let start = self.starts[number - 1];
        let end = self.starts.get(number).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let from = (span.start - start).min(line.len());
        (number, line, Span::new(from, (span.end - start).min(line.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Code;

    #[test]
    fn a_fault_reads_as_the_policy_page_shows_it() {
        let text = "version: 1\nenvironments:\n    production:\n        after: [stagin]\n";
        let at = text.find("stagin").expect("there");
        let fault = Fault::new(Code::UnknownEnv, Span::new(at, at + 6), "`after` names an environment that does not exist").meant(Some("staging"));
        let expected = "\
error[SG-POLICY-UNKNOWN-ENV]: `after` names an environment that does not exist
 --> .github/shipgate.yml:4:17
  |
4 |         after: [stagin]
  |                 ^^^^^^ did you mean `staging`?
";
        assert_eq!(render((".github/shipgate.yml", text), std::slice::from_ref(&fault), Paint::Plain), expected);
        assert!(render((".github/shipgate.yml", text), &[fault], Paint::Coloured).contains("\u{1b}["));
    }

    #[test]
    fn v6_hidden_characters_are_shown_as_signs_and_the_caret_stays_in_place() {
        let (line, span) = shown("a\u{ad}b\u{200b}c", Span::new(4, 7));
        assert_eq!((line.as_ref(), &line[span.start..span.end]), ("a\u{fffd}b\u{fffd}c", "\u{fffd}"));
    }

    #[test]
    fn a_span_over_several_lines_shows_the_first() {
        let text = "ab\r\ncd\n";
        let lines = Lines::new(text);
        assert_eq!(lines.line_of(Span::new(1, 6)), (1, "ab", Span::new(1, 2)));
        assert_eq!(lines.line_of(Span::new(7, 7)), (3, "", Span::new(0, 0)));
    }
}
