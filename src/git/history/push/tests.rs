//! The range of a push against a model: what the tips reach, without what anything reaches that the other side has.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use proptest::prelude::*;

use super::*;
use crate::git::history::tests::Place;

/// A history and a push: commits by their numbers.
#[derive(Clone, Debug)]
struct Story {
    /// The parents of each commit, all of smaller numbers, and its date.
    commits: Vec<(BTreeSet<usize>, u32)>,
    /// What the remote's branches were seen at.
    seen: BTreeSet<usize>,
    /// Each ref of the push: where it is to stand, and where it stands.
    lines: Vec<(usize, Option<usize>)>,
}

fn stories(dates: std::ops::Range<u32>) -> impl Strategy<Value = Story> {
    let commit = (any::<u16>(), any::<u16>(), dates);
    let commits = proptest::collection::vec(commit, 2..12);
    (commits, any::<u16>(), proptest::collection::vec((any::<usize>(), proptest::option::of(any::<usize>())), 1..4)).prop_map(|(raw, seen, lines)| {
        let count = raw.len();
        let parents = |at: usize, mask: u16, other: u16| {
            (0..at).filter(|parent| mask & other & (1 << parent) != 0 || (!other.is_multiple_of(3) && parent + 1 == at)).collect()
        };
        let commits = raw.iter().enumerate().map(|(at, (mask, other, date))| (parents(at, *mask, *other), *date)).collect();
        Story {
            commits,
            seen: (0..count).filter(|at| seen & (1 << at) != 0 && !seen.is_multiple_of(4)).collect(),
            lines: lines.into_iter().map(|(to, from)| (to % count, from.map(|from| from % count))).collect(),
        }
    })
}

impl Story {
    fn reached(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let (mut reached, mut waiting) = (BTreeSet::new(), from.into_iter().collect::<Vec<_>>());
        while let Some(at) = waiting.pop() {
            if reached.insert(at) {
                waiting.extend(&self.commits[at].0);
            }
        }
        reached
    }

    fn brought(&self) -> BTreeSet<usize> {
        let there = self.reached(self.seen.iter().copied().chain(self.lines.iter().filter_map(|(_, from)| *from)));
        self.reached(self.lines.iter().map(|(to, _)| *to)).difference(&there).copied().collect()
    }

    /// Makes the commits; their ids.
    fn made(&self, place: &Place, salt: usize) -> Vec<ObjectId> {
        let mut stream = String::new();
        for (at, (parents, date)) in self.commits.iter().enumerate() {
            let text = format!("{salt} {at}");
            let _ = write!(stream, "commit refs/heads/c{salt}-{at}\nmark :{}\ncommitter a <a@example.com> {date} +0000\ndata {}\n{text}\n", at + 1, text.len());
            for (count, parent) in parents.iter().enumerate() {
                let _ = writeln!(stream, "{} :{}", if count == 0 { "from" } else { "merge" }, parent + 1);
            }
            stream += "\n";
        }
        let (input, marks) = (place.folder.path().join("stream"), place.folder.path().join("marks"));
        fs::write(&input, stream).expect("it is written");
        place.git_fed(&["fast-import", "--quiet", "--force", &format!("--export-marks={}", marks.display())], &input);
        let marks = fs::read_to_string(marks).expect("marks");
        let mut ids: Vec<(usize, ObjectId)> = marks
            .lines()
            .map(|line| line.split_once(' ').expect("a mark and an id"))
            .map(|(mark, id)| (mark[1..].parse().expect("a number"), ObjectId::new(id).expect("an id")))
            .collect();
        ids.sort_by_key(|(mark, _)| *mark);
        ids.into_iter().map(|(_, id)| id).collect()
    }

    fn lines(&self, ids: &[ObjectId]) -> Vec<Line> {
        let line = |(place, (to, from)): (usize, &(usize, Option<usize>))| Line {
            local: Some(ids[*to].clone()),
            remote_ref: format!("refs/heads/r{place}"),
            remote: from.map(|from| ids[from].clone()),
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}

/// Makes a story in the place, and compares what a push is with what it should be.
fn compare(place: &Place, story: &Story, salt: usize) -> Result<(), TestCaseError> {
    let ids = story.made(place, salt);
    let remote = format!("r{salt}");
    for at in &story.seen {
        place.git(&["update-ref", &format!("refs/remotes/{remote}/b{at}"), ids[*at].as_str()]);
    }
    let repository = place.open();
    let destination = Destination { name: RemoteName::new(&remote), url: None };
    let push = Push::of(&repository, &mut repository.objects(), &destination, &story.lines(&ids)).expect("it is told");
    let number = |id: &ObjectId| ids.iter().position(|other| other == id).expect("one of ours");
    let told: BTreeSet<usize> = push.commits.iter().map(|commit| number(&commit.id)).collect();
    prop_assert_eq!(&told, &story.brought());
    prop_assert_eq!(told.len(), push.commits.len(), "each once");
    for (place, commit) in push.commits.iter().enumerate() {
        let parents: BTreeSet<usize> = commit.parents.iter().map(number).collect();
        prop_assert_eq!(&parents, &story.commits[number(&commit.id)].0);
        prop_assert!(commit.parents.iter().all(|parent| push.commits[place..].iter().all(|later| later.id != *parent)), "parents come first");
        let brought = story.lines.iter().position(|(to, _)| story.reached([*to]).contains(&number(&commit.id)));
        prop_assert_eq!(Some(push.brought_by[place]), brought);
    }
    for (tip, (to, from)) in push.refs.iter().zip(&story.lines) {
        let expected = match from {
            None if told.contains(to) => Movement::Created(Brings::Beginning),
            None => Movement::Created(Brings::Nothing),
            Some(from) => Movement::Updated(if story.reached([*to]).contains(from) { Forced::No } else { Forced::Yes }),
        };
        prop_assert_eq!(tip.pushed.movement, expected);
    }
    Ok(())
}

#[test]
fn h3_new_is_what_the_tips_reach_and_nothing_that_the_remote_has() {
    let place = Place::new(&[]);
    let salt = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner =
        proptest::test_runner::TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
    let told = runner.run(&stories(1_700_000_000..1_700_000_009), |story: Story| {
        salt.set(salt.get() + 1);
        compare(&place, &story, salt.get())
    });
    told.unwrap_or_else(|error| panic!("{error}"));
}
