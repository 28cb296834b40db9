//! Files that are too large for a repository.

use super::SizeRules;
use crate::checks::{Check, Example, FileCheck, Finding, Level, Mode, RuleSpec, Source};
use crate::domain::RepoPath;

/// A file that is too large. Its examples are shown with a limit of 40 bytes.
pub(super) const RULE: RuleSpec = RuleSpec {
    check: Check::Size,
    id: "largest",
    level: Level::Stop,
    about: "The file is larger than the policy's `checks.size.largest`: it stays in every clone for ever, also after it is deleted. What git-lfs keeps elsewhere is small here.",
    good: Example { path: "data/list.txt", text: "one\ntwo\n" },
    bad: Example { path: "data/list.txt", text: "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n" },
};

/// Looks at sizes.
#[derive(Clone, Debug)]
pub struct Size {
    rules: SizeRules,
}

impl Size {
    /// By these rules.
    pub fn new(rules: SizeRules) -> Self {
        Self { rules }
    }
}

impl FileCheck for Size {
    fn check(&self) -> Check {
        Check::Size
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        self.rules.allow.is_empty() || {
            let text = path.text();
            !self.rules.allow.iter().any(|pattern| pattern.matches(&text))
        }
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        if source.size <= self.rules.largest || !matches!(source.mode, Mode::File | Mode::Executable) {
            return Vec::new();
        }
        let what = format!("the file has {}; the largest that may be is {}", bytes(source.size), bytes(self.rules.largest));
        let finding = Finding::new(Check::Size, RULE.id, RULE.level, what).key("largest");
        vec![finding.help(format!("keep it elsewhere, for example with git-lfs:\n  {}\nor name it in `checks.size.allow` of the policy", tracked(source.path)))]
    }
}

/// The command that gives a file, or all of its kind, to git-lfs.
fn tracked(path: &RepoPath) -> String {
    let extension = path.extension();
    let is_plain = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain {
        format!("git lfs track '*.{extension}' && git add .gitattributes, and add the file again")
    } else {
        "git lfs track FILE, and add it again".to_owned()
    }
}

fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    let unit = UNITS.iter().find(|(unit, _)| count >= *unit);
    unit.map_or_else(|| format!("{count} bytes"), |(unit, name)| format!("{}.{} {name}", count / unit, count % unit * 10 / unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Alone;
    use crate::domain::Pattern;

    #[test]
    fn h3_a_file_over_the_limit_is_found_whatever_is_in_it_and_allowed_ones_are_not() {
        let check = Size::new(SizeRules { largest: 100, allow: vec![Pattern::new("assets/**").expect("valid")] });
        let found = |path: &str, size, mode| {
            let path = RepoPath::new(path.as_bytes());
            if check.concerns(&path) { check.findings(&Source { path: &path, mode, size, text: None, near: &Alone }).len() } else { 0 }
        };
        assert_eq!((found("a.zip", 101, Mode::File), found("a.zip", 100, Mode::File), found("a", 1 << 40, Mode::Executable)), (1, 0, 1));
        assert_eq!((found("assets/a.zip", 101, Mode::File), found("sub", 101, Mode::Submodule)), (0, 0));
        assert_eq!((bytes(5 * 1024 * 1024), bytes(1536), bytes(3)), ("5.0 MB".to_owned(), "1.5 KB".to_owned(), "3 bytes".to_owned()));
    }
}
