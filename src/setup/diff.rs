//! Unified diffs, as `git apply` takes them.

use similar::TextDiff;

/// The lines that change a file at a path, with three lines around them; empty where nothing changes. `None` is a file that is not there.
pub fn unified_diff(path: &str, old: Option<&str>, new: &str) -> String {
    let before = old.map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{path}"));
    let diff = TextDiff::from_lines(old.unwrap_or_default(), new);
    diff.unified_diff().context_radius(3).header(&before, &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_a_diff_shows_what_changes_and_nothing_where_nothing_does() {
        assert_eq!(unified_diff("x", Some("a\nb\n"), "a\nc\n"), "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert_eq!(unified_diff("x", None, "a\n"), "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(unified_diff("x", Some("a\n"), "a\n"), "");
    }
}
