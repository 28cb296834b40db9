//! Protected branches: no direct pushes, no force, no deletion.

use super::{Brings, Direct, Finding, Forced, Movement, RefRules, RuleSpec, found, spec};

pub(super) const DIRECT: RuleSpec = spec(
    "direct",
    "A protected branch (the default one, and those of `branches.protected`) takes changes by pull request, where they are reviewed and checked.",
    ("update refs/heads/feature", "update refs/heads/main"),
);

pub(super) const FORCED: RuleSpec = spec(
    "forced",
    "A forced push to a protected branch takes commits away from everybody who has them. On other branches force is left alone: a rebase is ordinary work.",
    ("force refs/heads/feature", "force refs/heads/main"),
);

pub(super) const DELETED: RuleSpec = spec("branch-deleted", "A protected branch is not deleted.", ("delete refs/heads/feature", "delete refs/heads/main"));

/// What is wrong with this for a branch that is protected.
pub(super) fn finding(branch: &str, movement: Movement, rules: &RefRules) -> Option<Finding> {
    match movement {
        Movement::Deleted => {
            Some(found(&DELETED, format!("the protected branch `{branch}` would be deleted"), "delete it where its protection is looked after"))
        }
        Movement::Updated(Forced::Yes) => {
            let what = format!("the protected branch `{branch}` would lose commits: this is a forced push");
            Some(found(&FORCED, what, "git pull --rebase, then push without force"))
        }
        Movement::Updated(Forced::Unknown) => {
            let what = format!("the protected branch `{branch}` stands at a commit that is not here: whether it would lose commits cannot be told");
            Some(found(&FORCED, what, "git fetch, then push without force"))
        }
        Movement::Updated(Forced::No) | Movement::Created(Brings::Commits) if rules.direct == Direct::Refuse => {
            let help = format!(
                "git push REMOTE HEAD:refs/heads/NEW-BRANCH, and open a pull request into `{branch}`; where direct pushes are meant to be: `checks.refs.direct: allow`"
            );
            Some(found(&DIRECT, format!("`{branch}` is protected: it takes changes by pull request"), help))
        }
        Movement::Updated(Forced::No) | Movement::Created(_) => None,
    }
}
