//! systemd units: what they execute with a shell's script.

use super::Script;
use super::rules::SYSTEMD_SCRIPT;
use super::shell::is_script_line;
use crate::domain::Span;

/// The lines `Exec…=` whose command is a script. A line that ends with a backslash goes on in the next one.
pub(super) fn scripts(text: &str) -> Vec<Script> {
    let mut found = Vec::new();
    let (mut at, mut lines) = (0, text.split_inclusive('\n').peekable());
    while let Some(first) = lines.next() {
        let start = at;
        at += first.len();
        let mut logical = first.trim_end().to_owned();
        while logical.ends_with('\\') {
            let Some(next) = lines.next() else { break };
            at += next.len();
            logical.pop();
            logical.push_str(next.trim_end());
        }
        let Some((key, command)) = logical.split_once('=') else { continue };
        let (key, command) = (key.trim(), command.trim().trim_start_matches(['@', '-', ':', '+', '!', '|']));
        if key.starts_with("Exec") && is_script_line(command) {
            let span = Span::new(start, start + first.trim_end().len());
            found.push(Script { rule: SYSTEMD_SCRIPT, span, within: key.to_owned(), what: format!("the script of `{key}`"), text: command.to_owned() });
        }
    }
    found
}
