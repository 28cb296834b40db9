//! What git makes of the text that somebody typed: comments, what stands behind the scissors, and spare white space go, as `git commit --cleanup` has it.

/// How a message is cleaned: git's `commit.cleanup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// Comments, what stands behind the scissors, spare lines and trailing space go: a message from an editor.
    Strip,
    /// Spare lines and trailing space go: a message without an editor.
    Whitespace,
    /// What stands behind the scissors goes, and spare lines and trailing space; comments stay.
    Scissors,
    /// Nothing goes.
    Verbatim,
}

/// What begins a comment: git's `core.commentChar` and `core.commentString`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comment {
    /// These characters.
    Prefix(String),
    /// Whatever git chose: it is told by the comments that git wrote at the end.
    Auto,
}

/// How git cleans a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaning {
    /// The mode.
    pub cleanup: Cleanup,
    /// What begins a comment.
    pub comment: Comment,
}

/// A message as git will keep it, and where each of its lines stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The text.
    pub text: String,
    /// For each line: where it begins here, and where it began in what was typed.
    lines: Vec<(usize, usize)>,
}

/// Git's line for "do not modify or remove the line above", without its comment characters.
const SCISSORS: &str = " ------------------------ >8 ------------------------";
/// What git chooses from where it chooses a comment character itself.
const CANDIDATES: &str = "#;@!$%^&|:";

impl Default for Cleaning {
    fn default() -> Self {
        Self { cleanup: Cleanup::Strip, comment: Comment::Prefix("#".to_owned()) }
    }
}

impl Cleaned {
    /// Where a byte of the cleaned text stood in what was typed.
    pub fn original(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|(start, _)| *start <= at);
        line.checked_sub(1).and_then(|line| self.lines.get(line)).map_or(at, |(start, original)| original + (at - start))
    }
}

/// Cleans a message.
pub fn clean(typed: &str, how: &Cleaning) -> Cleaned {
    if how.cleanup == Cleanup::Verbatim {
        return Cleaned { text: typed.to_owned(), lines: vec![(0, 0)] };
    }
    let prefix = match &how.comment {
        Comment::Prefix(prefix) => prefix.as_str(),
        Comment::Auto => chosen(typed),
    };
    let kept = if how.cleanup == Cleanup::Whitespace { typed } else { &typed[..scissors(typed, prefix).unwrap_or(typed.len())] };
    let comment = (how.cleanup == Cleanup::Strip && !prefix.is_empty()).then_some(prefix);
    stripped(kept, comment)
}

/// No comments, no white space at the ends of lines, no blank lines at the beginning and end, one at most elsewhere, a newline at the end.
fn stripped(typed: &str, comment: Option<&str>) -> Cleaned {
    let mut out = Cleaned { text: String::with_capacity(typed.len() + 1), lines: Vec::new() };
    let mut at = 0;
    let mut blank = None;
    for line in typed.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if comment.is_some_and(|comment| line.starts_with(comment)) {
            continue;
        }
        let line = line.trim_end_matches([' ', '\t', '\n', '\r']);
        if line.is_empty() {
            blank = Some(start);
            continue;
        }
        if let Some(blank) = blank.take().filter(|_| !out.text.is_empty()) {
            out.lines.push((out.text.len(), blank));
            out.text.push('\n');
        }
        out.lines.push((out.text.len(), start));
        out.text.push_str(line);
        out.text.push('\n');
    }
    out
}

/// Where the scissors' line begins.
fn scissors(typed: &str, prefix: &str) -> Option<usize> {
    let line = format!("{prefix}{SCISSORS}");
    if typed.starts_with(&line) {
        return Some(0);
    }
    typed.find(&format!("\n{line}")).map(|at| at + 1)
}

/// The comment character that git chose: that of the scissors, else of the last lines, which are git's own.
fn chosen(typed: &str) -> &str {
    let is_candidate = |line: &&str| line.chars().next().is_some_and(|first| CANDIDATES.contains(first));
    let cut = typed.lines().filter(is_candidate).find(|line| line.get(1..).is_some_and(|rest| rest.starts_with(SCISSORS)));
    let last = typed.lines().rev().find(|line| !line.trim().is_empty()).filter(is_candidate);
    let last = last.filter(|line| line.len() == 1 || line[1..].starts_with([' ', '\t']));
    cut.or(last).map_or("#", |line| &line[..1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(cleanup: Cleanup, comment: &str) -> Cleaning {
        Cleaning { cleanup, comment: if comment == "auto" { Comment::Auto } else { Comment::Prefix(comment.to_owned()) } }
    }

    #[test]
    fn h2_a_message_is_cleaned_as_git_cleans_it() {
        use Cleanup as C;
        let template = "\n\nfeat: x  \r\n# a comment\n\n\n\nbody\t\n #indented\n# ------------------------ >8 ------------------------\n# Do not touch\ndiff\n";
        for (mode, comment, expected) in [
            (C::Strip, "#", "feat: x\n\nbody\n #indented\n"),
            (C::Scissors, "#", "feat: x\n# a comment\n\nbody\n #indented\n"),
            (C::Strip, "auto", "feat: x\n\nbody\n #indented\n"),
            (C::Verbatim, "#", template),
        ] {
            assert_eq!(clean(template, &how(mode, comment)).text, expected, "{mode:?} {comment}");
        }
        assert_eq!(clean("a\n# b\n\n", &how(C::Whitespace, "#")).text, "a\n# b\n");
        assert_eq!(clean("#12 a\n; Please enter\n;\n", &how(C::Strip, "auto")).text, "#12 a\n");
        assert_eq!(clean("a\n// b\n", &how(C::Strip, "//")).text, "a\n");
        assert_eq!(clean("# only\n\n", &how(C::Strip, "#")).text, "");
        assert_eq!(clean("", &Cleaning::default()).text, "");
    }

    #[test]
    fn h2_a_place_in_the_cleaned_message_is_found_in_what_was_typed() {
        let typed = "# c\n\n\nfeat: x  \n# c\nbody\n\n\n\nlast";
        let cleaned = clean(typed, &Cleaning::default());
        assert_eq!(cleaned.text, "feat: x\nbody\n\nlast\n");
        for word in ["feat", "x", "body", "last"] {
            assert_eq!(cleaned.original(cleaned.text.find(word).expect("there")), typed.find(word).expect("there"), "{word}");
        }
    }
}
