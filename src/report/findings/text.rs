//! Findings as people read them: the line, a caret, what to do; then one line that says what was looked at.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level as Word, Origin, Renderer, Snippet};

use super::summary::summary;
use super::{Examined, Found, Subject, Unread};
use crate::checks::Level;
use crate::error::redact;
use crate::report::escape::{log, plain};
use crate::report::terminal::Paint;

/// How many bytes of findings are shown at most: a hostile repository has millions of them.
const MOST_SHOWN: usize = 4 * 1024 * 1024;

/// Everything that was found, an empty line between two, and the summary last. No line of it is a command to a runner.
pub fn text(examined: &Examined, paint: Paint) -> String {
    let renderer = match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Colour => Renderer::styled(),
    };
    let mut out = String::new();
    for (at, found) in examined.found.iter().enumerate() {
        if out.len() > MOST_SHOWN {
            let _ = writeln!(out, "… and {} more\n", examined.found.len() - at);
            break;
        }
        out.push_str(&placed(renderer.render(&[group(found)]), found));
        out.push_str("\n\n");
    }
    for unread in &examined.unread {
        let _ = writeln!(out, "{}: {}\n", paint.bold("could not be looked at"), sentence(unread));
    }
    for notice in &examined.notices {
        let _ = writeln!(out, "{}: {}", paint.bold("note"), plain(notice));
    }
    out.push_str(&summary(examined));
    log(&redact(&out))
}

fn sentence(unread: &Unread) -> String {
    let path = unread.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
    let commit = unread.commit.as_ref().map(|commit| format!(" (in commit {})", &commit.as_str()[..12])).unwrap_or_default();
    plain(&format!("{path}{}{commit}", unread.why))
}

/// The place is that in the file: the line that is shown may be cut, and what is masked in it is shorter.
fn placed(drawn: String, found: &Found) -> String {
    let Some(excerpt) = &found.excerpt else { return drawn };
    let shown = excerpt.line[..excerpt.marked.start].chars().count() + 1;
    if shown == excerpt.start.column {
        return drawn;
    }
    let place = format!("{}:{}:", found.place(), excerpt.start.line);
    drawn.replacen(&format!("{place}{shown}"), &format!("{place}{}", excerpt.start.column), 1)
}

fn group(found: &Found) -> Group<'_> {
    let finding = &found.finding;
    let level = match finding.level {
        Level::Stop => Word::ERROR,
        Level::Warn => Word::WARNING,
    };
    let group = level.primary_title(plain(&finding.what)).id(finding.name());
    let group = match &found.excerpt {
        Some(excerpt) => {
            let span = excerpt.marked.start..excerpt.marked.end;
            let annotation = AnnotationKind::Primary.span(span).label(finding.label.as_deref());
            group.element(Snippet::source(excerpt.line.as_str()).line_start(excerpt.start.line).path(found.place()).annotation(annotation))
        }
        None => group.element(Origin::path(found.place())),
    };
    let group = facts(found).into_iter().fold(group, |group, fact| group.element(Word::NOTE.message(fact)));
    match &finding.help {
        Some(help) => group.element(Word::HELP.message(help.as_str())),
        None => group,
    }
}

/// What else there is to know of it.
fn facts(found: &Found) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(within) = &found.finding.within {
        facts.push(format!("at {}", plain(within)));
    }
    match (&found.commit, &found.reference) {
        (Some(commit), Some(name)) => facts.push(format!("in commit {}, pushed to {}", &commit.as_str()[..12], plain(name))),
        (Some(commit), None) if found.subject != Subject::Message => facts.push(format!("in commit {}", &commit.as_str()[..12])),
        _ => {}
    }
    if let Some(fingerprint) = &found.finding.fingerprint {
        facts.push(format!("fingerprint {}", plain(fingerprint)));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Check, Finding};
    use crate::domain::{ObjectId, RepoPath, Span};

    fn commit() -> ObjectId {
        ObjectId::new("0123456789abcdef0123456789abcdef01234567").expect("an id")
    }

    #[test]
    fn h4_a_finding_reads_with_its_line_a_caret_and_what_to_do() {
        let content = "one\n\tkey = abcdefghijklmnopqrst\n";
        let span = Span::new(11, 31);
        let mut finding = Finding::new(Check::Secrets, "token", Level::Stop, "this is a token").at(span).label("here").help("revoke it");
        finding.hidden.push(span);
        finding.fingerprint = Some("token:1234".to_owned());
        let found = Found::all_in_text(vec![finding], content, &Subject::File(RepoPath::new(*b"a/b.txt"))).remove(0).by(&commit());
        let examined = Examined { found: vec![found], ..Examined::default() };
        let expected = "\
error[secrets/token]: this is a token
 --> a/b.txt:2:8
  |
2 |     key = abcd***
  |           ^^^^^^^ here
  |
  = note: in commit 0123456789ab
  = note: fingerprint token:1234
  = help: revoke it

1 finding stops this · looked at nothing
";
        assert_eq!(text(&examined, Paint::Plain), expected);
        assert!(text(&examined, Paint::Colour).contains("\u{1b}["));
    }

    #[test]
    fn h4_the_place_is_that_in_the_file_although_the_line_is_cut() {
        let content = format!("{}here", "x".repeat(500));
        let finding = Finding::new(Check::Urls, "host", Level::Warn, "no").at(Span::new(500, 504));
        let found = Found::all_in_text(vec![finding], &content, &Subject::File(RepoPath::new(*b"a")));
        for paint in [Paint::Plain, Paint::Colour] {
            let shown = text(&Examined { found: found.clone(), ..Examined::default() }, paint);
            assert!(shown.contains("a:1:501"), "{shown}");
        }
    }

    #[test]
    fn v6_names_and_texts_cannot_forge_a_line_or_a_command() {
        let finding = Finding::new(Check::Size, "too-large", Level::Warn, "a\n::error::b\u{1b}[2J ##[error]x").help("one\n::set-output name=x::y");
        let found = Found::all_in_text(vec![finding], "", &Subject::File(RepoPath::new(*b"a\n::error::b\x1b]0;x\x07"))).remove(0);
        let unread = Unread { path: Some(RepoPath::new(*b"\n::error::c")), commit: None, why: "\n::error::d".to_owned() };
        let shown = text(&Examined { found: vec![found], unread: vec![unread], notices: vec!["\n::error::e".to_owned()], ..Examined::default() }, Paint::Plain);
        assert!(!shown.contains('\u{1b}') && !shown.contains("##["), "{shown}");
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown}");
    }
}
