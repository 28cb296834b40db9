//! The looker over made-up contents, with a check that finds every line with a bang.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::Pattern;
use crate::examine::content::{Blobs, MOST_WHOLE, Stream};

/// Finds lines that hold `!`; the words before it are the key.
struct Bangs;

impl FileCheck for Bangs {
    fn check(&self) -> Check {
        Check::Conflicts
    }

    fn concerns(&self, _: &RepoPath) -> bool {
        true
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let text = source.text.unwrap_or_default();
        let finding = |(at, _)| {
            let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            Finding::new(Check::Conflicts, "bang", Level::Stop, "a bang").at(Span::new(at, at + 1)).key(&text[line..at])
        };
        text.match_indices('!').map(finding).collect()
    }
}

struct Made(HashMap<ObjectId, Vec<u8>>);

impl Blobs for Made {
    fn blob(&self, id: &ObjectId, most: u64) -> Result<Stored, String> {
        match self.0.get(id) {
            Some(bytes) if bytes.len() as u64 > most => Ok(Stored::TooLarge(bytes.len() as u64)),
            Some(bytes) => Ok(Stored::Whole(bytes.clone())),
            None => Err("it is missing".to_owned()),
        }
    }

    fn stream(&self, id: &ObjectId, read: Stream<'_>) -> Result<(), String> {
        let bytes = self.0.get(id).ok_or("it is missing")?;
        read(&mut bytes.as_slice()).map(|_| ()).map_err(|error| error.to_string())
    }
}

fn id(number: usize) -> ObjectId {
    ObjectId::new(format!("{number:040x}")).expect("an id")
}

fn change(commit: usize, path: &str, to: Option<usize>, before: &[usize]) -> Change {
    let to = to.map_or(Version::Deleted, |number| Version::Blob(id(number), Mode::File));
    Change { commit: Some(id(commit)), path: RepoPath::new(path), to, before: before.iter().map(|number| id(*number)).collect() }
}

fn look(changes: &[Change], contents: &[(usize, &[u8])], rules: &CheckRules) -> Examined {
    let blobs = Made(contents.iter().map(|(number, bytes)| (id(*number), bytes.to_vec())).collect());
    let checks: Vec<Box<dyn FileCheck>> = vec![Box::new(Bangs)];
    let near = |_: Option<&ObjectId>| -> Box<dyn Near> { Box::new(Alone) };
    let contents = Contents { disk: None, blobs: Some(&blobs) };
    Looker { rules, checks: &checks, contents, near: &near, known: &Nothing, done: &AtomicUsize::new(0) }.look(changes, &mut Standing::default())
}

fn places(examined: &Examined) -> Vec<String> {
    let place = |found: &Found| {
        let line = found.excerpt.as_ref().map_or(0, |excerpt| excerpt.start.line);
        format!("{} {}:{line}", found.commit.as_ref().map_or("", |commit| &commit.as_str()[39..]), found.place())
    };
    examined.found.iter().map(place).collect()
}

#[test]
fn h3_only_what_a_version_brings_is_found_against_every_version_before() {
    let contents: &[(usize, &[u8])] = &[(1, b"a!\n"), (2, b"\n\na!\nb!\n"), (3, b"b!\n"), (4, b"a!\nb!\nc!\n")];
    let changes = [change(1, "x", Some(2), &[1]), change(2, "m", Some(4), &[1, 3])];
    assert_eq!(places(&look(&changes, contents, &CheckRules::default())), ["1 x:4", "2 m:3"]);
}

#[test]
fn h3_what_is_moved_is_not_new_and_what_is_added_to_it_is() {
    let contents: &[(usize, &[u8])] = &[(1, b"a!\n"), (2, b"a!\nb!\n")];
    let changes = [change(1, "old", None, &[1]), change(1, "new", Some(2), &[]), change(2, "other", Some(1), &[])];
    assert_eq!(places(&look(&changes, contents, &CheckRules::default())), ["1 new:2", "2 other:1"], "another commit deletes nothing");
}

#[test]
fn h3_a_content_that_is_missing_is_told_and_never_passes() {
    let examined = look(&[change(1, "a", Some(9), &[])], &[], &CheckRules::default());
    assert_eq!((examined.found.len(), examined.unread.len(), examined.exit()), (0, 1, crate::exit::Exit::Files));
    let before = look(&[change(1, "a", Some(1), &[9])], &[(1, b"!")], &CheckRules::default());
    assert_eq!((before.unread.len(), before.exit()), (1, crate::exit::Exit::Files));
}

#[test]
fn h5_the_policy_excludes_files_and_switches_rules_off_and_both_are_counted() {
    let rules = CheckRules {
        exclude: vec![Pattern::new("vendor/**").expect("a pattern")],
        off: [("conflicts/bang".to_owned(), "why not".to_owned())].into(),
        ..CheckRules::default()
    };
    let examined = look(&[change(1, "vendor/a", Some(1), &[]), change(1, "b", Some(1), &[])], &[(1, b"a!\nb!\n")], &rules);
    assert_eq!((examined.found.len(), examined.looked.excluded, examined.looked.off, examined.looked.files), (0, 1, 2, 1));
}

#[test]
fn h4_a_file_with_thousands_of_findings_is_told_in_part_and_counted_whole() {
    let text = "!\n".repeat(2_000);
    let examined = look(&[change(1, "a", Some(1), &[])], &[(1, text.as_bytes())], &CheckRules::default());
    assert_eq!((examined.found.len(), examined.looked.unshown, examined.stops()), (MOST_OF_ONE, 1_500, 2_000));
}

#[test]
fn h4_a_file_that_is_too_large_to_be_read_whole_is_looked_at_in_pieces_and_against_what_it_was() {
    let most = usize::try_from(MOST_WHOLE).expect("small");
    let mut text = "x\n".repeat(most / 2 + 10).into_bytes();
    let end = text.len();
    text[end / 2 - 1] = b'!';
    text[end - 1] = b'!';
    let before: Vec<u8> = text[..end - 1].to_vec();
    let examined = look(&[change(1, "a", Some(2), &[1]), change(1, "b", Some(2), &[])], &[(1, &before), (2, &text)], &CheckRules::default());
    let lines = |at: usize| if text[..at].contains(&b'!') { at / 2 } else { at / 2 + 1 };
    assert_eq!(places(&examined), [format!("1 a:{}", lines(end - 1)), format!("1 b:{}", end / 4), format!("1 b:{}", lines(end - 1))]);
    assert_eq!((examined.unread.len(), examined.notices.len()), (0, 2));
}

proptest! {
    #[test]
    fn h5_the_answer_does_not_depend_on_threads_and_comes_in_order(files in proptest::collection::vec((0_usize..4, "[ab!\n]{0,20}"), 0..60)) {
        let contents: Vec<(usize, &[u8])> = files.iter().enumerate().map(|(at, (_, text))| (at, text.as_bytes())).collect();
        let changes: Vec<Change> = files.iter().enumerate().map(|(at, (commit, _))| change(*commit, &format!("f{}", at * 7 % 60), Some(at), &[])).collect();
        let together = look(&changes, &contents, &CheckRules::default());
        let mut alone = Examined::default();
        for change in order(&changes) {
            alone = alone.and(look(std::slice::from_ref(change), &contents, &CheckRules::default()));
        }
        prop_assert_eq!(together.looked, alone.looked);
        prop_assert_eq!(together, alone);
    }
}
