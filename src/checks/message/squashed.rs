//! What a squash of several commits keeps of them: GitHub writes each one's first line as a bullet, with its body below.

use super::parse::{Lines, Message};

/// One of the commits that a squash was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Squashed<'a> {
    /// Where it begins in the whole message, in bytes, behind its bullet: its own spans count from there.
    pub at: usize,
    /// Its message.
    pub message: Message<'a>,
}

impl<'a> Message<'a> {
    /// The Conventional Commits in bullets (`* feat!: three`), each with what stands below it up to the next bullet.
    pub fn squashed(&self) -> Vec<Squashed<'a>> {
        let text = self.text();
        let mut items: Vec<(usize, usize)> = Vec::new();
        let mut is_open = false;
        for line in (Lines { text, at: self.first().end }) {
            let span = line.span;
            let written = self.slice(span);
            if let Some(item) = bullet(written) {
                items.push((span.end - item.len(), span.end));
                is_open = true;
            } else if is_end(written) {
                is_open = false;
            } else if let Some((_, end)) = items.last_mut().filter(|_| is_open && !written.trim().is_empty()) {
                *end = span.end;
            }
        }
        items.into_iter().map(|(start, end)| Squashed { at: start, message: Message::parse(&text[start..end]) }).collect()
    }
}

/// What stands behind a bullet, where it is a Conventional Commit's first line.
fn bullet(line: &str) -> Option<&str> {
    let item = line.strip_prefix("* ").or_else(|| line.strip_prefix("- "))?.trim_start();
    super::header::read(item, 0).map(|_| item)
}

/// The line that GitHub draws between the commits and their co-authors.
fn is_end(line: &str) -> bool {
    line.len() >= 5 && line.bytes().all(|byte| byte == b'-')
}

/// The part of a footer's value that belongs to it: what stands before the next bullet or the line below all of them.
pub(super) fn before_bullets(value: &str) -> &str {
    let lines = Lines { text: value, at: 0 };
    let end = lines.map(|line| line.span).find(|span| {
        let line = &value[span.start..span.end];
        span.start > 0 && (bullet(line).is_some() || is_end(line))
    });
    value[..end.map_or(value.len(), |span| span.start)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h2_the_bullets_and_footers_of_a_squash_are_seen() {
        let text = "feat: one (#12)\n\n* feat: one\n\n* fix(api): two\n\nWhy two.\n\nBREAKING CHANGE: gone\n\n* note this\n* feat!: three\n- chore: four\n\n---------\n\nCo-authored-by: A <a@example.com>\n";
        let message = Message::parse(text);
        let squashed = message.squashed();
        let first: Vec<(&str, bool)> = squashed.iter().map(|item| (item.message.slice(item.message.first()), item.message.is_breaking())).collect();
        assert_eq!(first, [("feat: one", false), ("fix(api): two", true), ("feat!: three", true), ("chore: four", false)]);
        assert!(squashed.iter().all(|item| text[item.at..].starts_with(item.message.text())));
        assert_eq!(message.breaking(), ["gone\n\n* note this"]);
        assert_eq!(squashed[1].message.breaking(), ["gone\n\n* note this"]);
        assert_eq!(message.values("co-authored-by").collect::<Vec<_>>(), ["A <a@example.com>"]);
        assert!(Message::parse("feat: x\n\n* a list\n* of: things with a colon\n").squashed().iter().all(|item| item.message.is_type("of")));
    }
}
