//! Words of git: object ids, refs, branches.

use super::text::{Fault, checked_text, screen_name};

checked_text!(
    /// The id of a commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
    CommitSha, "commit id", check_oid);
checked_text!(
    /// The id of any other git object: tree, blob, tag.
    ObjectId, "object id", check_oid);
checked_text!(
    /// The beginning of a commit id that somebody typed: 7 to 64 lower-case hexadecimal digits.
    ///
    /// Fewer than 40 digits name a commit only together with the time at which the server first saw it: 28 bits can be
    /// forged in seconds.
    ShaPrefix, "commit id", check_prefix);
checked_text!(
    /// A full ref name such as `refs/heads/main`, as git-check-ref-format has it (row V6).
    RefName, "ref", check_full_ref);
checked_text!(
    /// A branch or tag name without `refs/heads/`, as git-check-ref-format `--branch` has it (row V6).
    BranchName, "branch", check_short_ref);

checked_text!(
    /// The name of a pull request's head branch, as the server has it: whatever git-check-ref-format accepts, also what a shell or a reader would misread.
    /// It is for comparing and showing; what goes to a program or a later step is [`HeadBranch::plain`].
    HeadBranch, "branch", check_any_ref);

impl HeadBranch {
    /// The name, where nobody can misread it.
    ///
    /// # Errors
    /// [`Invalid`](super::Invalid) with what is wrong with it.
    pub fn plain(&self) -> Result<BranchName, super::Invalid> {
        BranchName::new(self.as_str())
    }
}

impl CommitSha {
    /// The first twelve digits, for people to read.
    pub fn short(&self) -> &str {
        &self.as_str()[..12]
    }
}

impl ShaPrefix {
    /// True when the commit's id begins with this.
    pub fn names(&self, sha: &CommitSha) -> bool {
        sha.as_str().starts_with(self.as_str())
    }

    /// True when all digits of a commit id were typed, so that nobody can have forged another commit to fit.
    pub fn is_whole(&self) -> bool {
        matches!(self.as_str().len(), 40 | 64)
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

fn check_oid(text: &str) -> Result<(), Fault> {
    if matches!(text.len(), 40 | 64) && is_hex(text) { Ok(()) } else { Err(Fault::Shape("40 or 64 lower-case hexadecimal digits")) }
}

fn check_prefix(text: &str) -> Result<(), Fault> {
    if (7..=64).contains(&text.len()) && is_hex(text) { Ok(()) } else { Err(Fault::Shape("7 to 64 lower-case hexadecimal digits")) }
}

fn check_full_ref(text: &str) -> Result<(), Fault> {
    if !text.starts_with("refs/") || text.matches('/').count() < 2 {
        return Err(Fault::Shape("a full ref such as refs/heads/main"));
    }
    check_short_ref(text)
}

/// The rules of git-check-ref-format, and besides no shell metacharacters, no control or invisible characters.
/// Letters beyond ASCII are allowed, as in git.
fn check_short_ref(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    super::text::screen_line(text, 244)?;
    let ascii: String = text.chars().filter(char::is_ascii).collect();
    if !ascii.is_empty() {
        // `#`, `!`, `{}`, `()`, `&`, `;`, `|`, `$`, quotes are legal in git and legal nowhere else: refuse them.
        screen_name(&ascii, 244)?;
    }
    check_any_ref(text)?;
    if text == "HEAD" { Err(NO_REF) } else { Ok(()) }
}

const NO_REF: Fault = Fault::Shape("a ref that git-check-ref-format accepts");

/// The rules of git-check-ref-format and no more.
fn check_any_ref(text: &str) -> Result<(), Fault> {
    const LONGEST: usize = 1_024;
    if text.len() > LONGEST {
        return Err(Fault::TooLong { max: LONGEST });
    }
    #[expect(clippy::case_sensitive_file_extension_comparisons, reason = "git refuses `.lock` in this case only")]
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    let bad_sign = |sign: char| sign.is_ascii_control() || matches!(sign, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    if text.contains("..") || text.contains("@{") || text == "@" || text.ends_with('.') || text.contains(bad_sign) || text.split('/').any(bad_part) {
        return Err(NO_REF);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v6_refs_that_git_or_a_shell_would_misread_are_refused() {
        for text in [
            "",
            "-x",
            "a..b",
            "a b",
            "a\n",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "@",
            "a@{1}",
            "$(id)",
            "a;b",
            "a`id`",
            "a|b",
            "a&b",
            "\u{202e}main",
            "ma\u{200b}in",
            "HEAD",
            "a'b",
            "a\"b",
        ] {
            assert!(BranchName::new(text).is_err(), "{text:?} must be refused");
        }
        for text in ["main", "release/1.x", "feature/ä", "v1.2.3", "a@b", "dependabot/npm_and_yarn/x-1.0"] {
            assert!(BranchName::new(text).is_ok(), "{text:?} must be accepted");
        }
    }

    #[test]
    fn v6_a_head_branch_is_whatever_git_allows_and_plain_only_where_nobody_can_misread_it() {
        for text in ["a;$(id)", "a'b", "a|b", "-x", "HEAD", "\u{202e}main", "a`id`", "a&b", "a#b", "a{b}"] {
            let branch = HeadBranch::new(text).unwrap_or_else(|error| panic!("{error}"));
            assert!(branch.plain().is_err(), "{text:?}");
        }
        assert_eq!(HeadBranch::new("feature/ä").expect("valid").plain(), BranchName::new("feature/ä"));
        for text in ["", "a b", "a\n", "a..b", "a~1", "a:b", "a/", "/a", "a//b", ".a", "a.lock", "a.", "@", "a@{1}", "a\\b", &"x".repeat(1_025)] {
            assert!(HeadBranch::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_short_id_names_a_commit_but_is_not_whole() {
        let sha = CommitSha::new("0123456789abcdef0123456789abcdef01234567").expect("a valid id");
        let prefix = ShaPrefix::new("0123456").expect("a valid prefix");
        assert!(prefix.names(&sha) && !prefix.is_whole());
        assert!(ShaPrefix::new("012345").is_err() && ShaPrefix::new("012345G").is_err());
    }
}
