//! What others than a repository's own people write or decide, and how workflows take it in: the one list for this check and for doctor.

use std::sync::LazyLock;

use regex::Regex;

/// What anybody can write into an event: GitHub's own list of untrusted input, and whole objects that hold some of it.
/// Source: <https://docs.github.com/actions/security-guides/security-hardening-for-github-actions>.
static HOSTILE: LazyLock<Regex> = LazyLock::new(|| {
    let expression = [
        r"github\.event\.(issue|pull_request|discussion)\.(title|body)\b",
        r"github\.event\.(comment|review|review_comment|discussion_comment)\.body\b",
        r"github\.event\.pull_request\.head\.(ref|label|repo\.default_branch)\b",
        r"github\.event\.(workflow_run\.)?head_commit\.(message|author\.(email|name))\b",
        r"github\.event\.commits\b[ -~]*\.(message|author\.(email|name))\b",
        r"github\.event\.pages\b[ -~]*\.page_name\b",
        r"github\.event\.workflow_run\.(head_branch|display_title|head_repository\.description)\b",
        r"github\.head_ref\b",
        r"tojson\(\s*github(\.event(\.(issue|pull_request|discussion|comment|review|workflow_run|head_commit|commits))?)?\s*\)",
    ];
    Regex::new(&format!("(?-u){}", expression.join("|"))).expect("a pattern of ours compiles")
});

/// What comes with a pull request. On `pull_request` its author's own code runs anyway, with the same rights.
static OF_PULL_REQUEST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?-u)github\.(event\.pull_request\.|head_ref\b)").expect("a pattern of ours compiles"));

/// What names the pull request's commit, branch or repository.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?i-u)\bhead_(ref|sha|branch|commit|repository)\b|pull_request\.head\.|\.head\.(ref|sha|repo)\b|refs/pull/|pull/[!-~]*/(head|merge)|merge_commit_sha|\bgh\s+pr\s+checkout\b";
    Regex::new(expression).expect("a pattern of ours compiles")
});

/// What is only compared or asked for, and never put in: calls that give true or false, and both sides of a comparison.
static JUDGED: LazyLock<Regex> = LazyLock::new(|| {
    let expression =
        r"(?-u)\b(contains|startswith|endswith|hashfiles)\([ -'*-~]*\)|[a-z0-9_.\-]+\s*[!=]=\s*('[ -&(-~]*'|[a-z0-9_.\-]+)|'[ -&(-~]*'\s*[!=]=\s*[a-z0-9_.\-]+";
    Regex::new(expression).expect("a pattern of ours compiles")
});

/// Events with other people's text, or with more rights than the text's author has.
const OTHERS: &[&str] = &[
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
    "issue_comment",
    "issues",
    "workflow_run",
    "discussion",
    "discussion_comment",
];

/// Events that give the base branch's rights, and are caused by whoever opened a pull request or wrote a comment.
pub const PRIVILEGED: &[&str] = &["pull_request_target", "issue_comment", "workflow_run"];

/// True for an event with other people's text, or with more rights than the text's author has.
pub fn is_of_others(event: &str) -> bool {
    OTHERS.contains(&event)
}

/// An expression in lower case, with `a['b']` as `a.b` and `.*` left out.
pub fn plain(expression: &str) -> String {
    let lower = expression.to_ascii_lowercase();
    let dotted = lower.replace("['", ".").replace("']", "").replace("[\"", ".").replace("\"]", "");
    dotted.replace(".*.", ".")
}

/// True where a [`plain`] expression puts in text that anybody may have written.
pub fn is_hostile(plain: &str) -> bool {
    HOSTILE.is_match(plain) && HOSTILE.is_match(&JUDGED.replace_all(plain, " "))
}

/// True where a [`plain`] expression puts in something of a pull request.
pub fn is_of_pull_request(plain: &str) -> bool {
    OF_PULL_REQUEST.is_match(plain)
}

/// True where a text names the pull request's commit, branch or repository.
pub fn names_head(text: &str) -> bool {
    HEAD.is_match(text)
}

/// True where a line of a script fetches the pull request's code.
pub fn fetches_head(line: &str) -> bool {
    (line.contains("git ") || line.contains("gh ")) && names_head(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x3_i1_text_of_others_is_known_however_it_is_written_and_safe_values_pass() {
        for hostile in [
            "github.event.comment.body",
            "GitHub.Event.Comment.Body",
            "github.event['comment']['body']",
            "github['event']['issue'].title",
            "format('{0}', github.event.pull_request.title)",
            "github.head_ref || github.ref",
            "github.event_name == 'pull_request' && github.head_ref || github.ref",
            "github.event.pull_request.head.ref",
            "github.event.commits[0].message",
            "github.event.commits.*.author.name",
            "github.event.workflow_run.head_branch",
            "toJSON(github.event)",
            "toJson( github )",
        ] {
            assert!(is_hostile(&plain(hostile)), "{hostile}");
        }
        for safe in [
            "github.event.comment.id",
            "github.event.pull_request.head.sha",
            "github.event.pull_request.number",
            "github.sha",
            "steps.gate.outputs.sha",
            "steps.gate.outputs.environment",
            "my.github.head_refs",
            "toJSON(needs)",
            "github.event_name",
            "contains(github.event.comment.body, '/deploy')",
            "github.head_ref == 'main' && 'yes' || 'no'",
            "'main' != github.head_ref",
        ] {
            assert!(!is_hostile(&plain(safe)), "{safe}");
        }
    }
}
