//! Templates: `__NAME__` stands for a value. One pass, so that nothing in a value is taken for a name; and the quoting of words that were found.

use crate::domain::is_invisible;

/// The template with its values. A line that is only a name whose value is empty is left out.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    for line in template.split_inclusive('\n') {
        let whole = line.trim().strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
        if whole.is_some_and(|name| value(name, values) == Some("")) {
            continue;
        }
        fill_line(line, values, &mut out);
    }
    out
}

fn fill_line(line: &str, values: &[(&str, &str)], out: &mut String) {
    let mut rest = line;
    while let Some(start) = rest.find("__") {
        let (before, behind) = rest.split_at(start);
        out.push_str(before);
        let name = behind[2..].split("__").next().unwrap_or_default();
        let known = value(name, values).expect("a template names only what it is given: a test fills each");
        out.push_str(known);
        rest = behind.get(name.len() + 4..).unwrap_or_default();
    }
    out.push_str(rest);
}

fn value<'a>(name: &str, values: &[(&str, &'a str)]) -> Option<&'a str> {
    values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The lines, each behind this.
pub(super) fn lines(before: &str, lines: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    lines.into_iter().map(|line| format!("{before}{}", line.as_ref())).collect::<Vec<_>>().join("\n")
}

/// A word that was found, as a double-quoted YAML scalar; `None` where it cannot stand in a workflow as it is.
pub(super) fn quoted(word: &str) -> Option<String> {
    let plain = |character: char| !character.is_control() && !is_invisible(character);
    let fits = !word.trim().is_empty() && word.chars().count() <= 120 && word.chars().all(plain) && !word.contains("${{");
    fits.then(|| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_a_value_that_looks_like_a_name_stays_a_value() {
        assert_eq!(fill("a __X__ b__Y__\n  __Z__\nend __X__", &[("X", "__Y__"), ("Y", "y"), ("Z", "")]), "a __Y__ by\nend __Y__");
    }

    #[test]
    fn i1_a_found_word_is_quoted_or_refused() {
        assert_eq!(quoted("CI: \"all\" \\ # x").as_deref(), Some("\"CI: \\\"all\\\" \\\\ # x\""));
        for hostile in ["", " ", "a\nb", "\u{1b}[31m", "\u{202e}", "${{ secrets.X }}"] {
            assert_eq!(quoted(hostile), None, "{hostile:?}");
        }
        assert_eq!(quoted(&"x".repeat(121)), None);
    }
}
