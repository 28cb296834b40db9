//! What sort of message it is: git, forges and people in the middle of their work write others than Conventional Commits.

use super::header::Header;

/// What sort of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A Conventional Commit.
    Conventional,
    /// What git and forges write for a merge.
    Merge,
    /// What git writes for a revert, and for the revert of one.
    Revert,
    /// `fixup! …`, `squash! …`, `amend! …`: to be folded into the commit of this first line by `git rebase --autosquash`.
    Autosquash {
        /// That first line.
        of: &'a str,
    },
    /// Unfinished, and says so.
    Wip,
    /// None of them.
    Other,
}

const AUTOSQUASH: [&str; 3] = ["fixup! ", "squash! ", "amend! "];

/// How git and forges begin what they write for a merge.
const MERGES: [&str; 15] = [
    "Merge branch '",
    "Merge branches '",
    "Merge remote-tracking branch '",
    "Merge remote-tracking branches '",
    "Merge remote branch '",
    "Merge tag '",
    "Merge tags '",
    "Merge commit '",
    "Merge commits '",
    "Merge pull request #",
    "Merge HEAD",
    "Merge https://",
    "Merge ssh://",
    "Merged PR ",
    "Merged in ",
];

/// The sort of a first line.
pub(super) fn kind<'a>(line: &'a str, header: Option<&Header>) -> Kind<'a> {
    let mut of = line;
    while let Some(rest) = AUTOSQUASH.iter().find_map(|word| of.strip_prefix(word)) {
        of = rest.trim_start();
    }
    if of.len() < line.len() {
        return Kind::Autosquash { of };
    }
    if MERGES.iter().any(|begin| line.starts_with(begin)) || is_merge_of_ids(line) {
        return Kind::Merge;
    }
    if ["Revert \"", "Reapply \""].iter().any(|begin| line.starts_with(begin)) {
        return Kind::Revert;
    }
    if is_wip(line) {
        return Kind::Wip;
    }
    if header.is_some() { Kind::Conventional } else { Kind::Other }
}

/// `Merge SHA into SHA`: what GitHub writes for the merge that it tries.
fn is_merge_of_ids(line: &str) -> bool {
    let mut words = line.split(' ');
    let id = |word: Option<&str>| word.is_some_and(super::is_object_id);
    words.next() == Some("Merge") && id(words.next()) && words.next() == Some("into") && id(words.next()) && words.next().is_none()
}

/// `wip` as a word of its own at the beginning, in any case and in any brackets.
fn is_wip(line: &str) -> bool {
    let line = line.trim_start_matches(|character: char| character.is_ascii_punctuation() || character.is_whitespace());
    let word = line.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    word.eq_ignore_ascii_case("wip")
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;

    #[test]
    fn h2_messages_of_git_and_of_people_in_the_middle_of_work_are_told_apart() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let tried = format!("Merge {id} into {id}");
        for (text, expected) in [
            ("feat: x", Kind::Conventional),
            ("revert: feat: x", Kind::Conventional),
            ("Merge branch 'main' into feature", Kind::Merge),
            ("Merge pull request #12 from octo-org/feature\n\nfeat: x", Kind::Merge),
            ("Merge remote-tracking branch 'origin/main'", Kind::Merge),
            ("Merge tag 'v1.0.0' into main", Kind::Merge),
            (&tried, Kind::Merge),
            ("Merge the two parsers", Kind::Other),
            ("Revert \"feat: x\"\n\nThis reverts commit 0123456.", Kind::Revert),
            ("Reapply \"feat: x\"", Kind::Revert),
            ("Revert the last change", Kind::Other),
            ("fixup! feat: x", Kind::Autosquash { of: "feat: x" }),
            ("squash! fixup! feat: x", Kind::Autosquash { of: "feat: x" }),
            ("amend! feat: x\n\nfeat: y", Kind::Autosquash { of: "feat: x" }),
            ("fixup!", Kind::Other),
            ("wip", Kind::Wip),
            ("WIP: half of it", Kind::Wip),
            ("[wip] half of it", Kind::Wip),
            ("--wip-- [skip ci]", Kind::Wip),
            ("wip(api): half of it", Kind::Wip),
            ("wipe the cache", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(Message::parse(text).kind(), expected, "{text}");
        }
    }
}
