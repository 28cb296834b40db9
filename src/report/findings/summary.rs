//! The one line at the end: what stops, what was looked at, what was not.

use super::{Examined, Looked};

/// One line with its newline: the verdict, then what was looked at, then what was not.
pub fn summary(examined: &Examined) -> String {
    let mut parts = vec![verdict(examined), looked(&examined.looked)];
    parts.extend(besides(examined));
    parts.join(" · ") + "\n"
}

fn verdict(examined: &Examined) -> String {
    let (stops, warnings) = (examined.stops(), examined.warnings());
    let could_not = match examined.unread.len() {
        0 => String::new(),
        count => format!(", {} could not be looked at", counted(count, "thing")),
    };
    let warns = match warnings {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    };
    match (stops, examined.unread.len()) {
        (0, 0) if warnings == 0 => "nothing found".to_owned(),
        (0, 0) => format!("nothing stops this{warns}"),
        (0, _) => format!("stopped{could_not}{warns}"),
        (1, _) => format!("1 finding stops this{warns}{could_not}"),
        (count, _) => format!("{count} findings stop this{warns}{could_not}"),
    }
}

fn looked(looked: &Looked) -> String {
    let mut parts = Vec::new();
    for (count, word) in [(looked.refs, "ref"), (looked.commits, "commit"), (looked.messages, "message"), (looked.files, "file")] {
        if count > 0 {
            parts.push(counted(count, word));
        }
    }
    if looked.files > 0 {
        parts.push(bytes(looked.bytes));
    }
    if parts.is_empty() { "looked at nothing".to_owned() } else { format!("looked at {}", parts.join(", ")) }
}

fn besides(examined: &Examined) -> Vec<String> {
    let looked = &examined.looked;
    let mut parts = Vec::new();
    for (count, words) in [
        (looked.known, "known to be clean"),
        (looked.binary, "binary"),
        (looked.excluded, "excluded"),
        (looked.submodules, "in submodules"),
        (looked.allowed, "allowed"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    if looked.off > 0 {
        parts.push(format!("{} switched off", counted(looked.off, "finding")));
    }
    if looked.mended > 0 {
        parts.push(format!("{} mended later", counted(looked.mended, "finding")));
    }
    if looked.unshown > 0 {
        parts.push(format!("{} not shown", counted(looked.unshown, "finding")));
    }
    if !examined.skipped.is_empty() {
        let names: Vec<&str> = examined.skipped.iter().map(|check| check.id()).collect();
        parts.push(format!("skipped: {}", names.join(", ")));
    }
    parts
}

/// A number with its word: `1 file`, `2 files`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {word}{many}")
}

/// A size as people read it.
pub(super) fn bytes(count: u64) -> String {
    const STEP: u64 = 1_000;
    match count {
        0..STEP => format!("{count} bytes"),
        STEP..1_000_000 => format!("{} KB", count / STEP),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Check, Finding, Level};
    use crate::report::findings::{Found, Unread};

    fn examined(levels: &[Level]) -> Examined {
        let found = |level: &Level| Found::of_reference(Finding::new(Check::Refs, "x", *level, "it"), "refs/heads/a");
        Examined { found: levels.iter().map(found).collect(), ..Examined::default() }
    }

    #[test]
    fn h5_the_last_line_says_what_stops_what_was_looked_at_and_what_was_not() {
        let mut all = examined(&[Level::Stop, Level::Stop, Level::Warn]);
        all.looked = Looked { commits: 2, files: 14, bytes: 83_400, excluded: 1, known: 3, ..Looked::default() };
        all.skipped = vec![Check::Size];
        assert_eq!(
            summary(&all),
            "2 findings stop this, 1 warning · looked at 2 commits, 14 files, 83 KB · 3 known to be clean · 1 excluded · skipped: size\n"
        );
        assert_eq!(summary(&examined(&[])), "nothing found · looked at nothing\n");
        assert_eq!(summary(&examined(&[Level::Warn])), "nothing stops this, 1 warning · looked at nothing\n");
    }

    #[test]
    fn h3_what_could_not_be_looked_at_is_never_nothing_found() {
        let mut some = examined(&[]);
        some.unread.push(Unread { path: None, commit: None, why: "it is gone".to_owned() });
        assert_eq!(summary(&some), "stopped, 1 thing could not be looked at · looked at nothing\n");
        assert_eq!(some.exit(), crate::exit::Exit::Files);
    }
}
