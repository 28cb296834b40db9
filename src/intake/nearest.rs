//! Did-you-mean: the known word that a mistyped one is near to. Suggests only; nothing is ever carried out on a suggestion.

/// Commands of other bots that lie near one of ours, and are not ours.
const FOREIGN: &[&str] = &["retest", "replay"];

/// The known word that `typed` is near to: at most one edit in three characters (two at most, swapped neighbours are one edit, case
/// aside), or one is the beginning of the other and at least three, or four, characters long.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase();
    if FOREIGN.contains(&typed.as_str()) {
        return None;
    }
    known.filter_map(|word| Some((distance(&typed, word)?, word))).min().map(|(_, word)| word)
}

/// How far apart they are, where they are near.
fn distance(typed: &str, known: &str) -> Option<usize> {
    let edits = strsim::osa_distance(typed, known);
    if edits <= (known.len() / 3).min(2) {
        Some(edits)
    } else if (typed.len() >= 3 && known.starts_with(typed)) || (known.len() >= 4 && typed.starts_with(known)) {
        Some(3)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::COMMANDS;

    #[test]
    fn mistyped_words_find_the_command_and_other_bots_words_do_not() {
        let near = |typed: &str| nearest(typed, COMMANDS.iter().map(|spec| spec.word));
        for (typed, expected) in [
            ("depoly", "deploy"),
            ("depoy", "deploy"),
            ("Deploy", "deploy"),
            ("DEPLOY", "deploy"),
            ("deploy:", "deploy"),
            ("deployment", "deploy"),
            ("dep", "deploy"),
            ("aprove", "approve"),
            ("stauts", "status"),
            ("hlep", "help"),
            ("locks", "lock"),
            ("unlok", "unlock"),
            ("cancle", "cancel"),
            ("deploy\u{a0}staging", "deploy"),
            ("depl\u{43e}y", "deploy"),
        ] {
            assert_eq!(near(typed), Some(expected), "{typed:?}");
        }
        let foreign = "cc assign unassign lgtm hold unhold retest test ok-to-test close reopen label kind area priority milestone merge rebase rerun remove \
                       squash run review queue backport cherry-pick benchmark format gemini azp duplicate shrug tableflip home usr etc d de a";
        for typed in foreign.split_whitespace() {
            assert_eq!(near(typed), None, "{typed:?}");
        }
    }
}
