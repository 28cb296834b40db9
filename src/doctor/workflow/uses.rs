//! `uses:` of a step or job: which action or workflow, at which version.

/// A `uses:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// As it is written.
    pub text: String,
    /// Its line.
    pub line: usize,
    /// The comment behind it.
    pub comment: Option<String>,
}

/// What is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// Something in the same repository, or in the checkout.
    Local(&'a str),
    /// An image.
    Image(&'a str),
    /// An action or workflow of a repository.
    Remote {
        /// The repository's owner.
        owner: &'a str,
        /// The repository's name, and the path in it.
        name: &'a str,
        /// The path in the repository; often empty.
        path: &'a str,
        /// The branch, tag or commit.
        reference: &'a str,
    },
}

impl Uses {
    /// What is used.
    pub fn what(&self) -> What<'_> {
        let text = self.text.trim();
        if let Some(image) = text.strip_prefix("docker://") {
            return What::Image(image);
        }
        if text.starts_with("./") || text.starts_with("../") || text == "." {
            return What::Local(text);
        }
        let (place, reference) = text.rsplit_once('@').unwrap_or((text, ""));
        let mut parts = place.splitn(3, '/');
        let (owner, name, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        What::Remote { owner, name, path, reference }
    }

    /// True for an action of this repository, whatever the version.
    pub fn is(&self, wanted_owner: &str, wanted_name: &str) -> bool {
        matches!(self.what(), What::Remote { owner, name, .. } if owner.eq_ignore_ascii_case(wanted_owner) && name.eq_ignore_ascii_case(wanted_name))
    }

    /// True where a commit, or an image's digest, fixes what runs; also for what is in the repository itself.
    pub fn is_pinned(&self) -> bool {
        match self.what() {
            What::Local(_) => true,
            What::Image(image) => image.contains("@sha256:"),
            What::Remote { reference, .. } => is_commit(reference),
        }
    }

    /// The version, by the tag or by the comment behind a commit: as many numbers as are written.
    pub fn version(&self) -> Option<Vec<u64>> {
        let What::Remote { reference, .. } = self.what() else { return None };
        if is_commit(reference) { self.comment.as_deref().and_then(|comment| comment.split_whitespace().find_map(numbers)) } else { numbers(reference) }
    }
}

fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `v1`, `v1.2` or `1.2.3`, whatever stands behind `-` or `+`.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let bare = bare.split(['-', '+', ',']).next().unwrap_or(bare);
    let numbers: Option<Vec<u64>> = bare.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: &str, comment: Option<&str>) -> Uses {
        Uses { text: text.to_owned(), line: 1, comment: comment.map(str::to_owned) }
    }

    #[test]
    fn i1_a_version_is_read_from_the_tag_or_the_comment_behind_the_commit() {
        let sha = "a".repeat(40);
        for (text, comment, pinned, version) in [
            ("acme/shipgate@v1", None, false, Some(vec![1])),
            ("acme/shipgate@v1.2.3", None, false, Some(vec![1, 2, 3])),
            ("acme/shipgate@main", None, false, None),
            ("acme/shipgate", None, false, None),
            (&format!("acme/shipgate@{sha}"), Some("v1.2.0"), true, Some(vec![1, 2, 0])),
            (&format!("acme/shipgate@{sha}"), Some("tag=v2, see docs"), true, None),
            (&format!("acme/shipgate@{sha}"), None, true, None),
            ("./", None, true, None),
            ("docker://alpine:3", None, false, None),
            ("docker://alpine@sha256:00", None, true, None),
        ] {
            let uses = uses(text, comment);
            assert_eq!((uses.is_pinned(), uses.version()), (pinned, version), "{text}");
        }
        assert_eq!(uses("a/b/c/d@x", None).what(), What::Remote { owner: "a", name: "b", path: "c/d", reference: "x" });
    }
}
