//! Changes of a text by place, made all at once: each place is one of the text as it was read.

/// What is changed in a text.
#[derive(Debug)]
pub(super) struct Edits<'a> {
    text: &'a str,
    list: Vec<(usize, usize, String)>,
}

impl<'a> Edits<'a> {
    /// None yet.
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, list: Vec::new() }
    }

    /// Something else from byte to byte.
    pub(super) fn replace(&mut self, (start, end): (usize, usize), with: impl Into<String>) {
        self.list.push((start, end, with.into()));
    }

    /// Lines before the line in which this byte lies.
    pub(super) fn lines_before(&mut self, at: usize, lines: &str) {
        let start = self.line_start(at);
        self.replace((start, start), lines);
    }

    /// Lines behind the line in which this byte lies.
    pub(super) fn lines_behind(&mut self, at: usize, lines: &str) {
        match self.text[at..].find('\n') {
            Some(end) => self.replace((at + end + 1, at + end + 1), lines),
            // The last line has no end yet.
            None => self.replace((self.text.len(), self.text.len()), format!("\n{}", lines.trim_end_matches('\n'))),
        }
    }

    /// The first byte of the line in which this byte lies.
    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// How far this byte stands behind the beginning of its line.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// The text with all changes; those at one place in the order in which they were asked for.
    pub(super) fn done(mut self) -> String {
        self.list.sort_by_key(|(start, _, _)| *start);
        let mut out = String::with_capacity(self.text.len() * 2);
        let mut at = 0;
        for (start, end, with) in &self.list {
            out.push_str(&self.text[at.min(*start)..*start]);
            out.push_str(with);
            at = (*end).max(at);
        }
        out.push_str(&self.text[at..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_edits_are_made_at_the_places_of_the_text_that_was_read() {
        let text = "a: 1\n  b: 2";
        let mut edits = Edits::of(text);
        assert_eq!(edits.column(7), 2);
        edits.lines_behind(7, "c\n");
        edits.replace((3, 4), "one");
        edits.lines_before(7, "x\n");
        edits.lines_before(7, "y\n");
        assert_eq!(edits.done(), "a: one\nx\ny\n  b: 2\nc");
    }
}
