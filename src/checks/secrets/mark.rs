//! Markers that allow what stands on their line: `shipgate:allow`, `shipgate:allow RULE reason`, and `gitleaks:allow`.

/// How far from a secret its line is looked at, in bytes, each way.
const FAR: usize = 4096;

/// The reason that a marker on the line of these bytes gives for this rule; empty where it gives none, and none where there is no marker for it.
pub(super) fn allows<'a>(text: &'a str, start: usize, end: usize, rule: &str) -> Option<&'a str> {
    let from = text.floor_char_boundary(start.saturating_sub(FAR));
    let to = text.ceil_char_boundary(text.len().min(end + FAR));
    let line_start = text[from..start].rfind('\n').map_or(from, |at| from + at + 1);
    let line_end = text[end..to].find(['\n', '\r']).map_or(to, |at| end + at);
    // Never in the secret itself.
    [&text[line_start..start], &text[end..line_end]].into_iter().find_map(|part| marker(part, rule))
}

fn marker<'a>(part: &'a str, rule: &str) -> Option<&'a str> {
    if part.contains("gitleaks:allow") {
        return Some("");
    }
    let (_, rest) = part.split_once("shipgate:allow")?;
    if rest.starts_with(|character: char| character.is_ascii_alphanumeric() || "-_:".contains(character)) {
        return None;
    }
    let rest = rest.trim_start().trim_end_matches(['/', '*', '-', '>', '#', '}', ' ', '\t']).trim_end();
    let (first, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let first = first.strip_prefix("secrets/").unwrap_or(first);
    match first {
        "" => Some(""),
        named if named == rule => Some(reason.trim()),
        // Another rule's name: it is not for this one. Any other word begins a reason.
        named if super::is_a_rule(named) => None,
        _ => Some(rest),
    }
}
