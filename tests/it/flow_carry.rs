//! Approvals of an earlier commit: carried over where the head is that commit mechanically brought onto a newer base, else stale (row G3). The objects are
//! fetched by git from the sandbox over HTTP.

use shipgate::domain::CommitSha;
use shipgate::sandbox::world::Draft;

use crate::stage::{DEVELOPER, LEAD, OPERATOR, REPOSITORY, REVIEWER, Stage};

/// An approved pull request whose base has moved on.
fn approved(stage: &Stage) -> (u64, CommitSha, CommitSha) {
    let pull = stage.pull("faster");
    let head = stage.hub.head((REPOSITORY, pull));
    stage.says(pull, REVIEWER, &format!("/approve staging {head}"));
    stage.later();
    let main = stage.hub.put(REPOSITORY, LEAD, ("main", &[("docs/other.md", "other\n")]));
    (pull, head, main)
}

fn lands(stage: &Stage, pull: u64, sha: &CommitSha) -> (String, String) {
    stage.later();
    stage.hub.push(REPOSITORY, OPERATOR, ("faster", sha));
    stage.green(sha);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    (job.output("decision"), stage.last(pull))
}

#[test]
fn g3_an_update_of_the_branch_carries_the_approval_over_and_shows_it() {
    let stage = Stage::new();
    let (pull, head, main) = approved(&stage);
    let merged = stage.hub.merged(REPOSITORY, OPERATOR, (&head, &main)).expect("they merge cleanly");
    let (decision, comment) = lands(&stage, pull, &merged);
    assert_eq!(decision, "go", "{comment}");
    assert!(comment.contains(&format!("carried over from {} onto {}", head.short(), main.short())), "{comment}");
}

#[test]
fn g3_a_pure_rebase_carries_the_approval_over() {
    let stage = Stage::new();
    let (pull, head, main) = approved(&stage);
    let rebased = stage.hub.commit(REPOSITORY, OPERATOR, &Draft::new("feat: faster").parent(&main).file("src/faster.rs", "fn f() {}\n"));
    let (decision, comment) = lands(&stage, pull, &rebased);
    assert_eq!(decision, "go", "{comment}");
    assert!(comment.contains(&format!("carried over from {}", head.short())), "{comment}");
}

#[test]
fn g3_a_merge_that_smuggles_a_change_in_is_stale() {
    let stage = Stage::new();
    let (pull, head, main) = approved(&stage);
    let evil = Draft::new("Merge main").parent(&head).parent(&main).file("docs/other.md", "other\n").file("src/smuggled.rs", "evil\n");
    let evil = stage.hub.commit(REPOSITORY, OPERATOR, &evil);
    let (decision, comment) = lands(&stage, pull, &evil);
    assert_eq!(decision, "waiting", "{comment}");
    assert!(comment.contains("0 of 1 approvals") && comment.contains("does not count"), "{comment}");
}

#[test]
fn g3_a_rebase_that_changes_indentation_only_is_stale() {
    let stage = Stage::new();
    let (pull, _, main) = approved(&stage);
    let bent = stage.hub.commit(REPOSITORY, OPERATOR, &Draft::new("feat: faster").parent(&main).file("src/faster.rs", "  fn f() {}\n"));
    let (decision, comment) = lands(&stage, pull, &bent);
    assert_eq!(decision, "waiting", "{comment}");
}
