//! From a comment's body to the lines that can carry commands: what a reader of the comment sees as plain text, at column 0.
//!
//! Knows Markdown and the prefix, not the commands. Reads `CommonMark` with GitHub's extensions. The rules:
//!
//! - Block quotes, code blocks and HTML comments are taken away. What comes first then must be a paragraph whose first line is a
//!   command; a list, heading, table or HTML there means that the comment is none.
//! - Further commands are lines of top-level paragraphs. Lines in lists, quotes (also lazily continued ones), headings, tables,
//!   footnotes, code, and lines that begin inside a link, an image, emphasis or an HTML comment are none.
//! - Behind the first HTML tag nothing counts: the tag may hide or fold what follows.
//! - A comment of more than [`MOST_CHARACTERS`] is none; the server itself takes no longer ones.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::mistake::WhyNot;

/// The server's own limit for a comment's body, in characters.
pub(super) const MOST_CHARACTERS: usize = 65_536;

/// A line that starts with the prefix and a letter, at column 0 of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its number in the body, from 1.
    pub(super) number: usize,
    /// Its text, prefix included, without trailing blanks.
    pub(super) text: &'a str,
    /// Whether a reader sees all of it.
    pub(super) seen: Seen,
}

/// Whether a reader sees the whole of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// All of it.
    Whole,
    /// A part of it is HTML.
    WithHtml,
}

/// The lines that can carry commands, the first visible one first; not empty.
///
/// # Errors
/// [`WhyNot`] where the first visible line is none of them.
pub(super) fn command_lines<'a>(body: &'a str, prefix: &str) -> Result<Vec<Line<'a>>, WhyNot> {
    if body.len() > MOST_CHARACTERS && body.chars().take(MOST_CHARACTERS + 1).count() > MOST_CHARACTERS {
        return Err(WhyNot::TooLong);
    }
    let physical = physical_lines(body);
    if !physical.iter().any(|(_, text)| opens_command(text, prefix)) {
        return Err(WhyNot::NoPrefix);
    }
    let mut found = Vec::new();
    for block in blocks(body) {
        match block.kind {
            Kind::Visible | Kind::Html if found.is_empty() => return Err(WhyNot::FirstLine),
            Kind::Hidden | Kind::Visible => {}
            Kind::Html => break,
            Kind::Paragraph => {
                let open = paragraph(&block, &physical);
                if found.is_empty() && open.lines.first().is_none_or(|line| !opens_command(line.text, prefix)) {
                    return Err(WhyNot::FirstLine);
                }
                found.extend(open.lines.into_iter().filter(|line| opens_command(line.text, prefix)));
                if open.ends_reading {
                    break;
                }
            }
        }
    }
    if found.is_empty() { Err(WhyNot::FirstLine) } else { Ok(found) }
}

/// True when the line starts with the prefix and an ASCII letter.
fn opens_command(line: &str, prefix: &str) -> bool {
    line.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// A block that stands in nothing else.
struct Block {
    kind: Kind,
    range: Range<usize>,
    /// What stands inside a paragraph besides plain text, by ascending start.
    inlines: Vec<Inline>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A paragraph.
    Paragraph,
    /// A quote, code or HTML comments: taken away.
    Hidden,
    /// HTML that is not only comments.
    Html,
    /// Anything else that a reader sees: lists, headings, tables, rules, footnotes.
    Visible,
}

struct Inline {
    kind: InlineKind,
    range: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum InlineKind {
    Span,
    Comment,
    Tag,
}

fn blocks(body: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM;
    let mut blocks: Vec<Block> = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        if depth == 0 {
            blocks.push(Block { kind: kind(&event, &body[range.clone()]), range: range.clone(), inlines: Vec::new() });
        } else if let (Some(block), Some(kind)) = (blocks.last_mut(), inline_kind(&event)) {
            block.inlines.push(Inline { kind, range });
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    blocks
}

fn kind(event: &Event<'_>, text: &str) -> Kind {
    match event {
        Event::Start(Tag::Paragraph) => Kind::Paragraph,
        Event::Start(Tag::BlockQuote(_) | Tag::CodeBlock(_)) => Kind::Hidden,
        Event::Start(Tag::HtmlBlock) if only_comments(text) => Kind::Hidden,
        Event::Start(Tag::HtmlBlock) => Kind::Html,
        _ => Kind::Visible,
    }
}

fn inline_kind(event: &Event<'_>) -> Option<InlineKind> {
    match event {
        Event::Text(_) | Event::SoftBreak | Event::HardBreak | Event::End(_) => None,
        Event::InlineHtml(html) if html.starts_with("<!--") => Some(InlineKind::Comment),
        Event::InlineHtml(_) => Some(InlineKind::Tag),
        _ => Some(InlineKind::Span),
    }
}

/// True when the HTML is nothing but closed comments.
fn only_comments(html: &str) -> bool {
    let mut rest = html.trim_ascii();
    while let Some(inside) = rest.strip_prefix("<!--") {
        // `<!-->` and `<!--->` are whole comments to a browser.
        let after = inside.strip_prefix('>').or_else(|| inside.strip_prefix("->")).or_else(|| inside.split_once("-->").map(|(_, after)| after));
        match after {
            Some(after) => rest = after.trim_ascii_start(),
            None => return false,
        }
    }
    rest.is_empty()
}

/// The lines of a paragraph that begin in plain text.
struct OpenLines<'a> {
    lines: Vec<Line<'a>>,
    /// True when a tag stands in it: what follows does not count.
    ends_reading: bool,
}

fn paragraph<'a>(block: &Block, physical: &[(usize, &'a str)]) -> OpenLines<'a> {
    let from = physical.partition_point(|(start, _)| *start <= block.range.start).saturating_sub(1);
    let until = physical.partition_point(|(start, _)| *start < block.range.end);
    let mut inlines = block.inlines.iter().peekable();
    let mut covered_to = 0;
    let mut open = OpenLines { lines: Vec::new(), ends_reading: false };
    for (index, &(start, text)) in physical.iter().enumerate().take(until).skip(from) {
        // Begun on an earlier line and not yet over: a link, a code span, a comment.
        let begins_open = covered_to <= start;
        let mut seen = if begins_open { Seen::Whole } else { Seen::WithHtml };
        while let Some(inline) = inlines.next_if(|inline| inline.range.start < start + text.len()) {
            covered_to = covered_to.max(inline.range.end);
            if inline.kind != InlineKind::Span {
                seen = Seen::WithHtml;
            }
            open.ends_reading |= inline.kind == InlineKind::Tag;
        }
        if begins_open {
            open.lines.push(Line { number: index + 1, text: text.trim_end_matches([' ', '\t']), seen });
        }
        if open.ends_reading {
            break;
        }
    }
    open
}

/// The lines as `CommonMark` sees them (ended by LF, CR LF or CR), with the offset at which each starts.
fn physical_lines(body: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for piece in body.split_inclusive('\n') {
        let bare = piece.strip_suffix('\n').unwrap_or(piece);
        let bare = bare.strip_suffix('\r').unwrap_or(bare);
        let mut offset = start;
        for line in bare.split('\r') {
            lines.push((offset, line));
            offset += line.len() + 1;
        }
        start += piece.len();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Result<Vec<&str>, WhyNot> {
        command_lines(body, "/").map(|lines| lines.into_iter().map(|line| line.text).collect())
    }

    #[test]
    fn c3_a_line_counts_only_where_a_reader_sees_it_as_plain_text_at_column_0() {
        let two = Ok(vec!["/a x", "/b y"]);
        let one = Ok(vec!["/a x"]);
        let cases: &[(&str, &Result<Vec<&str>, WhyNot>)] = &[
            ("/a x\n/b y", &two),
            ("/a x\r\n/b y\r\n", &two),
            ("/a x\r/b y", &two),
            ("\n \n\t\n/a x  \n/b y\t", &two),
            ("/a x\n\nsome words\n/b y", &two),
            ("/a x\n\n- item\n\n/b y", &two),
            ("/a x\n\n> quote\n\n/b y", &two),
            ("/a x\n<!-- hidden -->\n/b y", &two),
            ("> quoted\n\n/a x\n/b y", &two),
            ("<!-- hidden -->\n/a x\n\n/b y", &two),
            ("<!--\n/c z\n-->\n\n/a x\n\n/b y", &two),
            ("```\nlog\n```\n/a x\n/b y", &two),
            ("    log\n\n/a x\n/b y", &two),
            ("[link]: https://example.com\n/a x\n/b y", &two),
            ("/a x\n /b y", &one),
            ("/a x\n\t/b y", &one),
            ("/a x\n\n> /b y", &one),
            ("/a x\n\n> quote\n/b y", &one),
            ("/a x\n\n- item\n/b y", &one),
            ("/a x\n\n1. item\n/b y", &one),
            ("/a x\n\n- [ ] task\n/b y", &one),
            ("/a x\n\n```\n/b y\n```", &one),
            ("/a x\n\n~~~\n/b y", &one),
            ("/a x\n\n    /b y", &one),
            ("/a x\n\n`code\n/b y\n`", &one),
            ("/a x\n\n<!--\n/b y\n-->", &one),
            ("/a x\n\ntext <!--\n/b y\n--> text", &one),
            ("/a x\n\n<details>\n\n/b y\n\n</details>", &one),
            ("/a x\n\n<div hidden>/b y</div>", &one),
            ("/a x\n\ntext <b>\n/b y", &one),
            ("/a x\n\n<pre>\n/b y\n</pre>", &one),
            ("/a x\n\n[^1]: note\n/b y", &one),
            ("/a x\n\n[text\n/b y\n](https://example.com)", &one),
            ("/a x\n\n[text](https://example.com \"\n/b y\n\")", &one),
            ("/a x\n\n![text\n/b y\n](https://example.com)", &one),
            ("/a x\n\n**text\n/b y\nend**", &one),
            ("/a x\n\n~~text\n/b y\nend~~", &one),
            ("/a x\n\n/b y\n===", &one),
            ("/a x\n\n/b y\n---", &one),
            ("/a x\n\n# /b y", &one),
            ("/a x\n\n/b y | z\n--- | ---", &one),
            ("/a x\n\n|c|\n|-|\n/b y", &one),
            ("/a x\n\n[link]:\n/b", &one),
            ("/a x\n\n&#47;b y", &one),
            ("/a x\n\n\\/b y", &one),
        ];
        for (body, expected) in cases {
            assert_eq!(&found(body), *expected, "{body:?}");
        }
    }

    #[test]
    fn c2_a_comment_whose_first_visible_line_is_no_command_is_none() {
        let first = [
            "text\n/a x",
            "text\n\n/a x",
            "- item\n\n/a x",
            "# heading\n\n/a x",
            "<details>\n\n/a x",
            "<br>\n\n/a x",
            "<!-- x --> text\n/a x",
            "<!-- never closed\n/a x",
            "/a x\n---",
            "/a x\n===",
            "***\n/a x",
            " /a x\n/b y",
            "> quote\n/a x",
            "- item\n/a x",
            "```\n/a x\n```",
            "<!--\n/a x\n-->",
            "| a |\n|---|\n/a x",
            "`\n/a x\n`",
            "[^1]: note\n/a x",
            "/é\n/a x",
            "\u{feff}/a x\n/b y",
            "\u{a0}/a x\n/b y",
        ];
        for body in first {
            assert_eq!(found(body), Err(WhyNot::FirstLine), "{body:?}");
        }
        for body in ["", "\n\n", "text", " /a x", "\t/a x", "/", "//a", "/ a", "/1", "> /a x", "x /a", "\u{feff}/a x", "\u{2028}/a x"] {
            assert_eq!(found(body), Err(WhyNot::NoPrefix), "{body:?}");
        }
    }

    #[test]
    fn a_line_that_holds_html_says_so() {
        for (body, seen) in [
            ("/a x", Seen::Whole),
            ("/a `x` *y* [z](u)", Seen::Whole),
            ("/a <!-- x -->", Seen::WithHtml),
            ("/a <b>", Seen::WithHtml),
            ("/a <!-- x\n-->", Seen::WithHtml),
            ("/a 1 < 2 > 3", Seen::Whole),
        ] {
            assert_eq!(command_lines(body, "/").expect("a command")[0].seen, seen, "{body:?}");
        }
    }

    #[test]
    fn lines_are_numbered_as_in_the_comment() {
        let numbers: Vec<_> = command_lines("> q\r\n\r\n/a\r\ntext\r/b\n\n/c", "/").expect("commands").iter().map(|line| line.number).collect();
        assert_eq!(numbers, [3, 5, 7]);
    }

    #[test]
    fn longer_than_the_server_allows_is_no_command() {
        let body = format!("/a {}", "x".repeat(MOST_CHARACTERS - 3));
        assert!(command_lines(&body, "/").is_ok());
        assert_eq!(found(&format!("{body}x")), Err(WhyNot::TooLong));
        assert_eq!(found(&"/a x\n".repeat(200_000)), Err(WhyNot::TooLong));
        let wide = format!("/a {}", "\u{1f600}".repeat(MOST_CHARACTERS - 3));
        assert!(command_lines(&wide, "/").is_ok(), "the limit is in characters, not bytes");
    }

    #[test]
    fn any_prefix_works_that_markdown_leaves_alone() {
        for prefix in ["/", "!", ".", "//", "@gate ", "shipgate ", "$", "%%", "~"] {
            let body = format!("{prefix}a x\n{prefix}b y");
            assert_eq!(command_lines(&body, prefix).expect("commands").len(), 2, "{prefix:?}");
        }
        assert_eq!(command_lines(">a x", ">"), Err(WhyNot::FirstLine));
    }
}
