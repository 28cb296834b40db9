//! Mending files of the work tree: replacements that a check says are safe, in files that are still what was looked at, each file replaced at once or not at all.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use super::content::MOST_WHOLE;
use super::disk::{Disk, Entry};
use crate::checks::{FileCheck, Finding, Fix, Source};
use crate::domain::RepoPath;

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mended {
    /// So many findings were mended.
    Mended(usize),
    /// Nothing was, and why.
    Left(String),
}

/// The checks that look, and which of their findings are mended.
pub type Asked<'a> = (&'a [Box<dyn FileCheck>], &'a dyn Fn(&Finding) -> bool);

/// Mends a file: what these checks find in it as it is now, of the findings that are `wanted`. `staged` is what it must be, where what was looked at was staged.
pub fn mended(disk: &Disk, path: &RepoPath, staged: Option<&[u8]>, (checks, wanted): Asked<'_>) -> Mended {
    let (Some(place), Ok(Entry::File(_, size, mode))) = (disk.place(path), disk.entry(path)) else { return left("it is no file any more") };
    if size > MOST_WHOLE {
        return left("it is too large");
    }
    let Ok(text) = std::fs::read_to_string(&place) else { return left("it is not UTF-8, or cannot be read") };
    if staged.is_some_and(|staged| staged != text.as_bytes()) {
        return left("the file on disk is not what is staged");
    }
    if text.starts_with('\u{feff}') {
        return left("it begins with a byte order mark");
    }
    let source = Source { path, mode, size, text: Some(&text), near: disk };
    let findings = checks.iter().filter(|check| check.concerns(path)).flat_map(|check| check.findings(&source));
    let fixes: Vec<Fix> = findings.filter(|finding| wanted(finding)).filter_map(|finding| finding.fix).collect();
    let (count, new) = replaced(&text, fixes);
    if count == 0 {
        return left("it has changed since");
    }
    match replace(&place, new.as_bytes()) {
        Ok(()) => Mended::Mended(count),
        Err(error) => Mended::Left(format!("it could not be written: {error}")),
    }
}

fn left(why: &str) -> Mended {
    Mended::Left(why.to_owned())
}

/// The text with these replacements, and how many there were: of two that touch each other, the first.
fn replaced(text: &str, mut fixes: Vec<Fix>) -> (usize, String) {
    fixes.sort_by_key(|fix| fix.span);
    let (mut out, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
    for fix in fixes {
        let (Some(between), Some(_)) = (text.get(at..fix.span.start), text.get(fix.span.start..fix.span.end)) else { continue };
        out.push_str(between);
        out.push_str(&fix.by);
        (at, count) = (fix.span.end, count + 1);
    }
    out.push_str(&text[at..]);
    (count, out)
}

/// Writes the file under another name beside it, then puts it in its place.
fn replace(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let other = place.with_file_name(format!(".{}.shipgate-{}", name.chars().take(100).collect::<String>(), std::process::id()));
    let permissions = std::fs::metadata(place)?.permissions();
    let written = File::create_new(&other).and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(permissions)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&other, place)).inspect_err(|_| {
        let _gone = std::fs::remove_file(&other);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Check, Level};
    use crate::domain::Span;

    /// Finds `a`, and would write `b`.
    struct Letters;

    impl FileCheck for Letters {
        fn check(&self) -> Check {
            Check::Dockerfile
        }

        fn concerns(&self, path: &RepoPath) -> bool {
            path.as_bytes() != b"other"
        }

        fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
            let finding = |(at, _)| Finding {
                fix: Some(Fix { span: Span::new(at, at + 1), by: "bb".to_owned() }),
                ..Finding::new(Check::Dockerfile, "a", Level::Warn, "an a")
            };
            source.text.unwrap_or_default().match_indices('a').map(finding).collect()
        }
    }

    #[test]
    fn a_file_is_mended_at_once_and_what_is_not_what_was_looked_at_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::new(folder.path());
        let checks: Vec<Box<dyn FileCheck>> = vec![Box::new(Letters)];
        let mend = |name: &str, staged: Option<&[u8]>| mended(&disk, &RepoPath::new(name), staged, (&checks, &|_| true));
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("x", "xaya");
        assert_eq!(mend("x", Some(b"xaya")), Mended::Mended(2));
        assert_eq!(std::fs::read_to_string(folder.path().join("x")).expect("there"), "xbbybb");
        assert_eq!(mend("x", Some(b"other")), left("the file on disk is not what is staged"));
        assert_eq!(mend("x", None), left("it has changed since"));
        write("other", "a");
        assert_eq!(mend("other", None), left("it has changed since"));
        assert_eq!(mend("missing", None), left("it is no file any more"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left behind");
    }

    #[test]
    fn replacements_that_touch_each_other_are_not_both_made() {
        let fix = |start, end, by: &str| Fix { span: Span::new(start, end), by: by.to_owned() };
        assert_eq!(replaced("abcdef", vec![fix(3, 5, "y"), fix(0, 4, "x"), fix(9, 12, "z")]), (1, "xef".to_owned()));
    }
}
