//! Hostile text made safe to show: in Markdown, in a terminal, in a workflow command.

use std::fmt::Write as _;

use crate::domain::is_invisible;
use crate::error::redact;

/// The text on one line, without secrets, with every control and invisible character escaped: safe in a terminal and in a log. Secrets
/// go here, before there is markup around the text that their shapes would not see through, or would break (row A5).
pub fn plain(text: &str) -> String {
    let text = redact(text);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || character == '\t' {
            out.push(' ');
        } else if character.is_control() || is_invisible(character) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// The text as Markdown that shows exactly that text, also in a table cell: every ASCII punctuation mark that means something is escaped, and
/// mentions, references and links are broken by an empty HTML comment, because GitHub resolves them after unescaping.
pub fn markdown(text: &str) -> String {
    not_a_list(inline(plain(text).trim()))
}

/// The same for our own sentences, whose code spans stay: what stands between backticks is shown as code, everything else is escaped.
pub fn sentence(text: &str) -> String {
    let text = plain(text);
    let text = text.trim();
    if text.matches('`').count() % 2 == 1 {
        return markdown(text);
    }
    let part = |(index, part): (usize, &str)| if index % 2 == 0 { inline(part) } else { code(part) };
    not_a_list(text.split('`').enumerate().map(part).collect())
}

fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '@' => out.push_str("@<!-- -->"),
            '#' => out.push_str("\\#<!-- -->"),
            // Only a colon with something right behind it can begin a link or an emoji; between digits it is a time.
            ':' if rest.peek().is_none_or(|next| *next == ' ' || (before.is_ascii_digit() && next.is_ascii_digit())) => out.push(':'),
            ':' => out.push_str(":<!-- -->"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' | '^' | '=' | '"' | '\'' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
        before = character;
    }
    // `GH-12` is a reference; `www.` links itself without a scheme.
    out.replace("www.", "www<!-- -->.").replace("GH-", "GH<!-- -->-")
}

/// A line's first `-`, `+` or `1.` would begin a list. (A comment at a line's beginning would begin a block of HTML.)
fn not_a_list(out: String) -> String {
    match out.chars().next() {
        Some('-' | '+') => format!("\\{out}"),
        Some('0'..='9') => {
            let digits = out.len() - out.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
            format!("{}{}", &out[..digits], out[digits..].strip_prefix('.').map_or_else(|| out[digits..].to_owned(), |rest| format!("\\.{rest}")))
        }
        _ => out,
    }
}

/// The text as a Markdown code span, also in a table cell: nothing in it is a mention, a link or markup.
pub fn code(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A Markdown code fence around a block, longer than any run of backticks in it.
pub fn fenced(text: &str) -> String {
    let safe: String = redact(text).lines().map(plain).collect::<Vec<_>>().join("\n");
    let longest = safe.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{safe}\n{fence}")
}

/// A value in a GitHub workflow command's message (`::error::…`): percent, carriage return and newline escaped, as GitHub documents.
pub fn workflow_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value of a property in a GitHub workflow command (`::error file=…::`): besides, colon and comma are escaped.
pub fn workflow_property(text: &str) -> String {
    workflow_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// The text as a log on a runner may show it: no line of it is a workflow command. The runner takes a line that begins with `::` for one, and the older
/// `##[…]` wherever it stands in a line.
pub fn log(text: &str) -> String {
    let line = |line: &str| if line.trim_start().starts_with("::") { line.replacen("::", ": :", 1) } else { line.to_owned() };
    text.split_inclusive(['\n', '\r']).map(line).collect::<String>().replace("##[", "## [")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, html};

    use super::*;

    #[test]
    fn mentions_links_and_markup_in_hostile_text_are_only_text() {
        let hostile = "@octocat **bold** [x](https://evil.example) <script> | cell #12 www.evil.example `code` GH-12 octo/shop#12";
        let mut rendered = String::new();
        html::push_html(&mut rendered, Parser::new_ext(&markdown(hostile), Options::all()));
        for mark in ["<script", "<strong", "<a ", "<code", "@octocat", "#12", "www.evil", "GH-12"] {
            assert!(!rendered.contains(mark), "{mark} in {rendered}");
        }
    }

    #[test]
    fn no_line_of_a_log_is_a_workflow_command() {
        assert_eq!(log("a ::b\n ::set-output name=x::y\r::error::z\n::::x"), "a ::b\n : :set-output name=x::y\r: :error::z\n: :::x");
        assert_eq!(log("said ##[set-output name=decision]go ###[x"), "said ## [set-output name=decision]go ### [x");
        assert_eq!(log("shipgate: go: a::b # [x]\n"), "shipgate: go: a::b # [x]\n");
    }

    proptest! {
        #[test]
        fn markdown_shows_exactly_the_text(text in "[ -~äπ]{0,60}") {
            let escaped = markdown(&text);
            let mut shown = String::new();
            for event in Parser::new_ext(&escaped, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
                match event {
                    Event::Text(part) => shown.push_str(&part),
                    Event::InlineHtml(comment) | Event::Html(comment) => prop_assert_eq!(comment.trim(), "<!-- -->"),
                    Event::Start(_) | Event::End(_) => {}
                    other => prop_assert!(false, "{:?} from {:?}", other, escaped),
                }
            }
            prop_assert_eq!(shown.trim(), text.trim());
        }

        #[test]
        fn a_code_span_holds_any_text(text in "[ -~]{1,40}") {
            let line = format!("a {} b", code(&text));
            let parsed: Vec<_> = Parser::new(&line).collect();
            let codes = parsed.iter().filter(|event| matches!(event, Event::Code(_))).count();
            prop_assert!(codes <= 1 && !parsed.iter().any(|event| matches!(event, Event::InlineHtml(_))));
        }
    }

    #[test]
    fn control_and_bidirectional_characters_never_reach_a_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c d");
        assert_eq!(workflow_message("a%\r\n::error::x"), "a%25%0D%0A::error::x");
    }
}
