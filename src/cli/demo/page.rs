//! Words laid out for a terminal: wrapped lines, and a comment's Markdown as its reader sees it. Only for the demo's own, known texts.

/// The text with each object id and hash cut: people compare the first digits.
pub(super) fn shortened(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(if run.len() >= 40 { &run[..12] } else { run });
        if run.len() >= 40 {
            out.push('…');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|character| if "✅⏳⛔❌📋🚀🚫👀🎉".contains(character) { 2 } else { 1 }).sum()
}

/// The text in lines of so many columns at most; a word that is longer stands alone.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > most {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A comment of ours as a reader of the pull request sees it, in lines of so many columns.
pub(super) fn comment(markdown: &str, most: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut table: Vec<Vec<String>> = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let line = bare(line);
        if let Some(row) = line.strip_prefix("| ") {
            table.push(cells(row));
            continue;
        }
        out.extend(laid_out(&std::mem::take(&mut table), most));
        if line.starts_with("<details>") {
            lines.by_ref().find(|line| line.starts_with("</details>"));
            out.push("▸ Evidence (folded)".to_owned());
        } else if let Some(item) = line.strip_prefix("- ") {
            let lines = wrapped(&inline(item), most.saturating_sub(2));
            out.extend(lines.iter().enumerate().map(|(index, line)| format!("{} {line}", if index == 0 { '-' } else { ' ' })));
        } else {
            out.extend(wrapped(&inline(line.trim_start_matches("### ")), most));
        }
    }
    out.extend(laid_out(&table, most));
    out.dedup_by(|one, other| one.is_empty() && other.is_empty());
    while out.first().is_some_and(String::is_empty) {
        out.remove(0);
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

/// The line without HTML comments.
fn bare(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out
}

/// The text of one line: escapes, emphasis, entities and links undone; code keeps its marks.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let text = text.replace("<br>", " ").replace("\\`", "\u{1}");
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&["`", &part.replace("\\|", "|"), "`"].concat());
            continue;
        }
        let mut characters = part.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => out.extend(characters.next()),
                '*' | '[' => {}
                ']' if characters.peek() == Some(&'(') => {
                    characters.by_ref().find(|character| *character == ')');
                }
                other => out.push(other),
            }
        }
    }
    out.replace('\u{1}', "`").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The cells of a table's row; `\|` parts none.
fn cells(row: &str) -> Vec<String> {
    let row = row.replace("\\|", "\u{0}");
    row.trim_end().trim_end_matches('|').split('|').map(|cell| inline(&cell.trim().replace('\u{0}', "\\|"))).collect()
}

/// A table in columns: the last one takes what is left of the line.
fn laid_out(rows: &[Vec<String>], most: usize) -> Vec<String> {
    let is_rule = |row: &[String]| row.iter().all(|cell| !cell.is_empty() && cell.chars().all(|character| character == '-'));
    let rows: Vec<&Vec<String>> = rows.iter().filter(|row| !is_rule(row)).collect();
    let count = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let Some(last) = count.checked_sub(1) else { return Vec::new() };
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..last).map(width).collect();
    let before: usize = widths.iter().map(|width| width + 2).sum();
    let mut out = Vec::new();
    for row in rows {
        let mut head = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            head.push_str(cell);
            head.push_str(&" ".repeat(width + 2 - columns(cell)));
        }
        for (index, line) in wrapped(row.get(last).map_or("", String::as_str), most.saturating_sub(before).max(16)).iter().enumerate() {
            let start = if index == 0 { head.clone() } else { " ".repeat(before) };
            out.push(format!("{start}{line}").trim_end().to_owned());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_hashes_are_cut_and_words_are_not() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(shortened(&format!("write `/approve production {sha}` by 2026")), "write `/approve production 0123456789ab…` by 2026");
        assert_eq!(shortened("facade 12"), "facade 12");
    }

    #[test]
    fn no_line_is_wider_than_asked_unless_one_word_is() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("⛔⛔ ab", 6), ["⛔⛔", "ab"]);
        assert_eq!(wrapped("", 7), [""]);
    }

    #[test]
    fn a_comment_reads_as_on_its_page() {
        let markdown = "<!-- shipgate c1 settled -->\n### ⛔ Refused\n\n**octo** asked for `a\\|b`. [run](http://x)\n\n- ⛔ @<!-- -->octo\n\n\
                        | | gate | why |\n| --- | --- | --- |\n| ✅ | a | x\\_y<br>z |\n| ⛔ | long | one two three four |\n\n<details><summary>E</summary>\n\nx\n\n</details>\n";
        let expected = [
            "⛔ Refused",
            "",
            "octo asked for `a|b`. run",
            "",
            "- ⛔ @octo",
            "",
            "    gate  why",
            "✅  a     x_y z",
            "⛔  long  one two three",
            "          four",
            "",
            "▸ Evidence (folded)",
        ];
        assert_eq!(comment(markdown, 26), expected);
    }
}
