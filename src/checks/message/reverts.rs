//! Which commits a message takes back.

use super::parse::Message;

/// True for an object id, or the beginning of one: 7 to 64 hexadecimal digits.
pub(super) fn is_object_id(word: &str) -> bool {
    (7..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl<'a> Message<'a> {
    /// The ids of the commits that it reverts, as they are written (7 digits at least): those of git's sentence `This reverts commit …`, and of the footers
    /// `Refs:` and `Reverts:` of a message with the type `revert`.
    pub fn reverts(&self) -> Vec<&'a str> {
        let mut out: Vec<&str> = self.text().lines().filter_map(|line| line.trim_start().strip_prefix("This reverts commit")).flat_map(ids).collect();
        if self.is_type("revert") {
            out.extend(["Refs", "Reverts"].iter().flat_map(|token| self.values(token)).flat_map(ids));
        }
        let mut seen = std::collections::BTreeSet::new();
        out.retain(|id| seen.insert(*id));
        out
    }
}

/// The ids at the beginning of a text, up to the first word that is none.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('s').unwrap_or(text);
    let words = text.split(|character: char| character.is_whitespace() || ",.;".contains(character)).filter(|word| !word.is_empty() && *word != "and");
    words.take_while(|word| is_object_id(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h2_a_revert_names_the_commits_that_it_takes_back() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        for (text, expected) in [
            (format!("Revert \"feat: x\"\n\nThis reverts commit {id}.\n"), vec![id]),
            (format!("revert: feat: x\n\nThis reverts commit {id}."), vec![id]),
            (format!("Revert \"Merge branch 'x'\"\n\nThis reverts commit {id}, reversing\nchanges made to 89abcdef.\n"), vec![id]),
            ("Revert \"x\"\n\nThis reverts commit 0123456 (feat: x, 2026-01-01).\n".to_owned(), vec!["0123456"]),
            ("Revert \"x\"\n\nThis reverts commits 0123456, 1234567 and 2345678.".to_owned(), vec!["0123456", "1234567", "2345678"]),
            ("revert: let us never again speak of the noodle incident\n\nRefs: 676104e, a215868".to_owned(), vec!["676104e", "a215868"]),
            ("Revert: x\n\nReverts: 676104e\nRefs: 676104e".to_owned(), vec!["676104e"]),
            ("fix: x\n\nRefs: 676104e".to_owned(), vec![]),
            ("Revert \"x\"\n\nThis reverts commit of yesterday.".to_owned(), vec![]),
        ] {
            assert_eq!(Message::parse(&text).reverts(), expected, "{text}");
        }
    }
}
