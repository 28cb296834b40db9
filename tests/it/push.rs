//! Every kind of push over real git: what is looked at is what is pushed, no more and no less (row H3).

use std::fs;

use crate::push_stage::{Stage, secret, token};

const FOUND: &str = "secrets/gitlab-pat";

#[test]
fn h3_an_update_is_looked_at_commit_by_commit_and_only_what_is_new_of_it() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    let said = stage.accepted(&["origin", "feature"]);
    assert!(said.contains("nothing found · looked at 1 ref, 1 commit, 1 message, 1 file, 2 bytes"), "{said}");
    let bad = stage.commit(&[("b.txt", &secret())], "feat: two");
    let said = stage.refused(&["origin", "feature"], &[FOUND, "b.txt:1", &bad[..12], "1 finding stops this", "1 ref, 1 commit,"]);
    assert!(said.contains(&token()[..4]), "{said}");
}

#[test]
fn h3_a_new_branch_and_one_that_is_not_checked_out_are_looked_at() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", &secret())], "feat: one");
    stage.refused(&["origin", "feature"], &[FOUND, "a.txt"]);
    stage.git(&["switch", "--quiet", "main"]);
    stage.refused(&["origin", "feature:refs/heads/other"], &[FOUND, "a.txt"]);
    stage.refused(&["origin", "feature~0:refs/heads/other"], &[FOUND]);
    stage.refused(&["--all", "origin"], &[FOUND]);
}

#[test]
fn h3_of_several_refs_in_one_push_each_is_looked_at() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    stage.git(&["switch", "--quiet", "--create", "second", "main"]);
    stage.commit(&[("b.txt", &secret())], "feat: two");
    stage.git(&["switch", "--quiet", "main"]);
    stage.refused(&["origin", "feature", "second"], &[FOUND, "b.txt", "2 refs, 2 commits"]);
    stage.refused(&["origin", "second", "feature"], &[FOUND, "b.txt", "2 refs, 2 commits"]);
    stage.accepted(&["origin", "feature"]);
}

#[test]
fn h3_tags_are_looked_at_light_annotated_nested_and_all_at_once() {
    let stage = Stage::new();
    stage.git(&["tag", "v1.0.0", "main"]);
    stage.git(&["tag", "--annotate", "--message=release", "v1.0.1", "main"]);
    let said = stage.accepted(&["origin", "v1.0.0", "v1.0.1"]);
    assert!(said.contains("looked at 2 refs") && !said.contains("commit"), "{said}");
    stage.commit(&[("a.txt", &secret())], "feat: one");
    stage.git(&["tag", "v1.1.0"]);
    stage.git(&["tag", "--annotate", "--message=release", "v1.1.1"]);
    stage.git(&["tag", "--annotate", "--message=again", "v1.1.2", "v1.1.1"]);
    stage.git(&["switch", "--quiet", "main"]);
    for arguments in [["origin", "v1.1.0"], ["origin", "v1.1.1"], ["origin", "v1.1.2"], ["--tags", "origin"]] {
        stage.refused(&arguments, &[FOUND, "a.txt"]);
    }
    stage.git(&["tag", "--annotate", &format!("--message=use {}", token()), "v1.2.0"]);
    stage.refused(&["origin", "v1.2.0"], &[FOUND, "refs/tags/v1.2.0"]);
    stage.git(&["tag", "--annotate", "--message=outer", "v1.3.0", "v1.2.0"]);
    stage.refused(&["origin", "v1.3.0"], &[FOUND, "refs/tags/v1.3.0"]);
}

#[test]
fn h3_tags_are_versions_that_stay() {
    let stage = Stage::new();
    stage.commit(&[], "feat: one");
    stage.git(&["tag", "v1.0.0"]);
    stage.accepted(&["origin", "feature", "v1.0.0"]);
    stage.git(&["tag", "latest"]);
    stage.refused(&["origin", "latest"], &["refs/tag-version", "`latest` is no version", "checks.refs.tags"]);
    stage.git(&["tag", "--force", "v1.0.0", "main"]);
    stage.refused(&["--force", "origin", "v1.0.0"], &["refs/tag-moved", "checks.refs.moving"]);
    stage.refused(&["origin", ":refs/tags/v1.0.0"], &["refs/tag-deleted"]);
}

#[test]
fn h3_deletes_are_looked_at_alone_and_among_updates() {
    let stage = Stage::new();
    stage.commit(&[], "feat: one");
    stage.accepted(&["origin", "feature", "feature:old", "feature:older"]);
    let said = stage.accepted(&["origin", ":old"]);
    assert!(said.contains("nothing found · looked at 1 ref"), "{said}");
    stage.refused(&["origin", ":main"], &["refs/branch-deleted"]);
    stage.commit(&[("a.txt", &secret())], "feat: two");
    stage.refused(&["origin", ":older", "feature"], &[FOUND, "2 refs"]);
    stage.refused(&["--prune", "origin", "refs/heads/feature:refs/heads/feature"], &[FOUND]);
}

#[test]
fn h3_a_forced_push_after_a_rebase_is_ordinary_on_ones_own_branch_and_refused_on_a_protected_one() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    stage.accepted(&["origin", "feature"]);
    stage.git(&["switch", "--quiet", "main"]);
    stage.commit(&[("b.txt", "b\n")], "feat: other");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    stage.git(&["switch", "--quiet", "feature"]);
    stage.git(&["rebase", "--quiet", "main"]);
    let said = stage.accepted(&["--force", "origin", "feature"]);
    assert!(said.contains("1 ref, 1 commit,"), "{said}");
    stage.git(&["reset", "--quiet", "--hard", "main~1"]);
    stage.refused(&["--force", "origin", "HEAD:main"], &["refs/forced", "would lose commits"]);
    stage.commit(&[("a.txt", &secret())], "feat: two");
    stage.refused(&["--force", "origin", "feature"], &[FOUND, "1 commit,"]);
}

#[test]
fn h3_a_forced_push_over_a_tip_that_is_not_here_says_so_and_looks_at_everything_that_may_be_new() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    stage.accepted(&["origin", "feature"]);
    let other = stage.beside("other");
    stage.git_in(&stage.beside(""), &["clone", "--quiet", "remote.git", "other"]);
    stage.git_in(&other, &["switch", "--quiet", "feature"]);
    stage.git_in(&other, &["commit", "--quiet", "--allow-empty", "--message=feat: theirs"]);
    stage.git_in(&other, &["push", "--quiet", "origin", "feature", "feature:main"]);
    stage.commit(&[("b.txt", &secret())], "feat: mine");
    stage.refused(&["--force", "origin", "feature"], &[FOUND, "b.txt", "which is not in this clone"]);
    stage.refused(&["--force", "origin", "main"], &["refs/forced", "git fetch"]);
    stage.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    stage.commit(&[("b.txt", "b\n")], "feat: mine");
    let said = stage.accepted(&["--force", "origin", "feature"]);
    assert!(said.contains("which is not in this clone") && said.contains("1 commit,"), "{said}");
}

#[test]
fn h3_in_a_shallow_clone_the_cut_is_said_and_its_tree_looked_at_once() {
    let stage = Stage::new();
    stage.git(&["switch", "--quiet", "main"]);
    stage.commit(&[("old.txt", &secret())], "feat: old");
    stage.commit(&[("b.txt", "b\n")], "feat: newer");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    let clone = stage.beside("shallow");
    stage.git_in(&stage.beside(""), &["clone", "--quiet", "--depth=1", &format!("file://{}", stage.beside("remote.git").display()), "shallow"]);
    stage.hook_in(&clone);
    stage.git_in(&clone, &["switch", "--quiet", "--create", "work"]);
    stage.git_in(&clone, &["commit", "--quiet", "--allow-empty", "--message=feat: mine"]);
    let run = stage.push_from(&clone, &["origin", "work"]);
    assert!(run.code == Some(0) && run.err.contains("1 commit,") && !run.err.contains("shallow"), "{}", run.err);
    stage.git_in(&stage.beside(""), &["init", "--quiet", "--bare", "second.git"]);
    stage.git_in(&clone, &["remote", "add", "second", "../second.git"]);
    let run = stage.push_from(&clone, &["second", "work"]);
    assert!(run.code != Some(0) && run.err.contains("this clone is shallow and ends at") && run.err.contains(FOUND), "{}", run.err);
    assert!(run.err.matches("old.txt:1").count() == 1 && run.err.contains("2 commits"), "{}", run.err);
}

#[test]
fn h3_to_a_second_empty_remote_everything_is_new() {
    let stage = Stage::new();
    stage.commit(&[("old.txt", &secret())], "feat: old");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "feature"]);
    fs::remove_file(stage.work().join("old.txt")).expect("it is removed");
    stage.commit(&[], "fix: away with it");
    let said = stage.accepted(&["origin", "feature"]);
    assert!(said.contains("1 commit,"), "{said}");
    stage.git_in(&stage.beside(""), &["init", "--quiet", "--bare", "second.git"]);
    stage.git(&["remote", "add", "second", "../second.git"]);
    stage.refused(&["second", "feature"], &[FOUND, "old.txt", "3 commits", "knows no main branch of `second`"]);
    let clean = Stage::new();
    clean.git_in(&clean.beside(""), &["init", "--quiet", "--bare", "second.git"]);
    clean.git(&["remote", "add", "second", "../second.git"]);
    let said = clean.accepted(&["second", "main"]);
    assert!(said.contains("1 commit,"), "the first push of main is no direct push: {said}");
}

#[test]
fn h3_by_url_pushurl_or_insteadof_it_is_the_same_remote() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    let url = stage.beside("remote.git");
    let url = url.to_str().expect("text");
    stage.git(&["remote", "set-url", "origin", url]);
    let said = stage.accepted(&[url, "feature:by-url"]);
    assert!(said.contains("1 ref, 1 commit,") && !said.contains("note"), "{said}");
    let parent = stage.beside("");
    stage.git(&["config", &format!("url.{}.insteadOf", parent.display()), "home:"]);
    let said = stage.accepted(&["home:remote.git", "feature:by-alias"]);
    assert!(said.contains("1 commit,") && !said.contains("note"), "{said}");
    stage.git(&["remote", "set-url", "origin", "home:remote.git"]);
    let said = stage.accepted(&["home:remote.git", "feature:by-both"]);
    assert!(said.contains("1 commit,") && !said.contains("note"), "{said}");
    stage.git(&["remote", "set-url", "origin", "/nowhere"]);
    stage.git(&["remote", "set-url", "--push", "origin", url]);
    for (to, refspec) in [("origin", "feature:by-pushurl"), (url, "feature:by-its-url")] {
        let said = stage.accepted(&[to, refspec]);
        assert!(said.contains("looked at 1 ref") && !said.contains("note"), "{said}");
    }
    stage.commit(&[("b.txt", &secret())], "feat: two");
    stage.refused(&[url, "feature:by-url"], &[FOUND, "1 commit,"]);
    // A repository that no remote is known for: everything counts as new.
    stage.git_in(&parent, &["init", "--quiet", "--bare", "third.git"]);
    stage.refused(&["../third.git", "feature"], &[FOUND, "3 commits", "knows no main branch of `../third.git`"]);
}

#[test]
fn h3_without_a_local_default_branch_the_protected_one_is_still_known() {
    let stage = Stage::new();
    stage.git(&["branch", "--quiet", "-D", "main"]);
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    stage.refused(&["origin", "feature:main"], &["refs/direct", "`main` is protected", "pull request"]);
    stage.git(&["remote", "set-head", "origin", "--delete"]);
    stage.refused(&["origin", "feature:main"], &["refs/direct"]);
    let said = stage.accepted(&["origin", "feature"]);
    assert!(said.contains("1 commit,"), "{said}");
}

#[test]
fn h3_of_a_merge_counts_what_no_parent_has() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n"), ("both.txt", "feature\n")], "feat: one");
    stage.git(&["switch", "--quiet", "--create", "side", "main"]);
    stage.commit(&[("old.txt", &secret()), ("both.txt", "side\n")], "feat: side");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "side"]);
    stage.git(&["switch", "--quiet", "feature"]);
    stage.git(&["merge", "--quiet", "--no-commit", "--strategy-option=ours", "side"]);
    stage.commit(&[], "Merge branch 'side' into feature");
    stage.accepted(&["origin", "feature"]);
    stage.git(&["switch", "--quiet", "--create", "evil", "HEAD~1"]);
    stage.git(&["merge", "--quiet", "--no-commit", "--strategy-option=ours", "side"]);
    stage.commit(&[("both.txt", &secret())], "Merge branch 'side' into evil");
    let said = stage.refused(&["origin", "evil"], &[FOUND, "both.txt"]);
    assert!(!said.contains("old.txt"), "{said}");
}

#[test]
fn h3_a_secret_added_and_removed_again_within_the_range_is_found() {
    let stage = Stage::new();
    let bad = stage.commit(&[("a.txt", &secret())], "feat: one");
    stage.commit(&[("a.txt", "nothing\n")], "fix: two");
    stage.commit(&[("b.txt", "b\n")], "feat: three");
    stage.refused(&["origin", "feature"], &[FOUND, "a.txt:1", &bad[..12], "3 commits"]);
}

#[test]
fn h3_neither_the_index_nor_the_work_tree_hides_what_is_committed() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", &secret())], "feat: one");
    stage.write("a.txt", "clean\n");
    stage.git(&["add", "a.txt"]);
    stage.refused(&["origin", "feature"], &[FOUND, "a.txt"]);
    stage.write("a.txt", &secret());
    stage.write(".git/index.lock", "");
    stage.refused(&["origin", "feature"], &[FOUND, "a.txt"]);
    let clean = Stage::new();
    clean.commit(&[("a.txt", "a\n")], "feat: one");
    clean.write("a.txt", &secret());
    clean.git(&["add", "a.txt"]);
    clean.accepted(&["origin", "feature"]);
}

#[test]
fn h3_renames_links_submodules_pointers_and_odd_names_are_what_they_are() {
    let stage = Stage::new();
    stage.commit(&[("old.txt", &secret())], "feat: old");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "feature"]);
    stage.git(&["mv", "old.txt", "new name.txt"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    stage.commit(&[("large.bin", pointer)], "feat: rename");
    let head = stage.git(&["rev-parse", "HEAD"]);
    stage.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub")]);
    stage.git(&["commit", "--quiet", "--message=feat: a submodule"]);
    let said = stage.accepted(&["origin", "feature"]);
    assert!(said.contains("1 in submodules"), "{said}");
    std::os::unix::fs::symlink(token(), stage.work().join("link")).expect("a link");
    stage.git(&["add", "link"]);
    stage.git(&["commit", "--quiet", "--message=feat: a link"]);
    stage.refused(&["origin", "feature"], &[FOUND, "link"]);
    stage.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    stage.git(&["rm", "--quiet", "--cached", "link"]);
    fs::remove_file(stage.work().join("link")).expect("it is removed");
    odd_names(&stage);
}

fn odd_names(stage: &Stage) {
    use std::os::unix::ffi::OsStrExt as _;
    let names: [&[u8]; 5] = [b"a b", b"quo\"te'", b"new\nline", b"not\xffutf-8", b"esc\x1b[2J"];
    for name in names {
        fs::write(stage.work().join(std::ffi::OsStr::from_bytes(name)), secret()).expect("it is written");
        stage.git(&["add", "--all", "--ignore-errors", "."]);
        stage.git(&["commit", "--quiet", "--message=feat: a name"]);
        let said = stage.refused(&["origin", "feature"], &[FOUND]);
        assert!(!said.contains('\x1b') && !said.contains("new\nline"), "{said:?}");
        stage.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

#[test]
fn h3_a_repository_of_sha_256_a_linked_worktree_and_another_folder_are_no_different() {
    let stage = Stage::empty(&["--object-format=sha256"]);
    stage.begin();
    let said = {
        stage.commit(&[("a.txt", "a\n")], "feat: one");
        stage.accepted(&["origin", "feature"])
    };
    assert!(said.contains("1 commit,"), "{said}");
    stage.commit(&[("b.txt", &secret())], "feat: two");
    stage.refused(&["origin", "feature"], &[FOUND, "1 commit,"]);

    let stage = Stage::new();
    let linked = stage.beside("linked");
    stage.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().expect("text"), "main"]);
    fs::write(linked.join("a.txt"), secret()).expect("it is written");
    stage.git_in(&linked, &["add", "a.txt"]);
    stage.git_in(&linked, &["commit", "--quiet", "--message=feat: one"]);
    let run = stage.push_from(&linked, &["origin", "other"]);
    assert!(run.code != Some(0) && run.err.contains(FOUND) && run.err.contains("1 commit,"), "{}", run.err);
    let run = stage.run(&stage.beside(""), "git", &["-C", "linked", "push", "origin", "other"]);
    assert!(run.code != Some(0) && run.err.contains(FOUND), "{}", run.err);
    stage.git(&["remote", "set-url", "origin", stage.beside("remote.git").to_str().expect("text")]);
    let run = stage.run(&stage.beside(""), "git", &["--git-dir=work/.git", "--work-tree=work", "push", "origin", "other"]);
    assert!(run.code != Some(0) && run.err.contains(FOUND), "{}", run.err);
}

#[test]
fn h3_a_second_push_of_the_same_commits_reads_nothing_again() {
    let stage = Stage::new();
    stage.commit(&[("a.txt", "a\n"), ("b.txt", "b\n")], "feat: one");
    stage.accepted(&["origin", "feature"]);
    stage.git_in(&stage.beside(""), &["init", "--quiet", "--bare", "second.git"]);
    stage.git(&["remote", "add", "second", "../second.git"]);
    let said = stage.accepted(&["second", "feature"]);
    assert!(said.contains("2 known to be clean"), "{said}");
    let said = stage.push_from(&stage.work(), &["origin", "feature"]);
    assert_eq!((said.code, said.err.trim()), (Some(0), "Everything up-to-date"));
}

#[test]
fn h3_messages_of_all_new_commits_are_looked_at_and_unfinished_ones_stay_off_protected_branches() {
    let stage = Stage::new();
    stage.commit(&[], "did something");
    stage.commit(&[], "fix: two");
    stage.refused(&["origin", "feature"], &["messages/", "2 messages"]);
    stage.git(&["reset", "--quiet", "--hard", "main"]);
    stage.commit(&[(".github/shipgate.yml", "version: 1\nchecks:\n  refs:\n    direct: allow\n")], "ci: allow");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "feature:main"]);
    stage.commit(&[], "fixup! ci: allow");
    stage.commit(&[], "wip");
    stage.accepted(&["origin", "feature"]);
    stage.refused(&["origin", "feature:main"], &["messages/autosquash", "messages/wip"]);
    stage.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    stage.commit(&[], "feat: done");
    stage.accepted(&["origin", "feature:main"]);
}

#[test]
fn h3_a_secret_in_the_message_of_a_commit_is_found() {
    let stage = Stage::new();
    stage.commit(&[], &format!("feat: one\n\nuse {}", token()));
    stage.refused(&["origin", "feature"], &[FOUND, "message of"]);
}

#[test]
fn h3_notes_reviews_and_refs_without_a_commit_are_looked_at_without_false_alarms() {
    let stage = Stage::new();
    stage.commit(&[], "feat: one");
    stage.git(&["notes", "add", "--message=seen"]);
    stage.accepted(&["origin", "feature:refs/for/main", "refs/notes/commits"]);
    stage.git(&["notes", "add", "--force", &format!("--message=use {}", token())]);
    stage.refused(&["origin", "refs/notes/commits"], &[FOUND]);
    stage.write("loose.txt", &secret());
    let blob = stage.git(&["hash-object", "-w", "loose.txt"]);
    stage.git(&["tag", "v9.0.0", &blob]);
    stage.refused(&["origin", "v9.0.0"], &[FOUND, "refs/tags/v9.0.0"]);
    stage.git(&["add", "loose.txt"]);
    let tree = stage.git(&["write-tree"]);
    stage.git(&["tag", "--annotate", "--message=a tree", "v9.0.1", &tree]);
    stage.refused(&["origin", "v9.0.1"], &[FOUND, "loose.txt"]);
}

#[test]
fn h3_skipping_is_said_and_no_verify_is_seen_later() {
    let stage = Stage::new();
    stage.git(&["tag", "latest"]);
    stage.commit(&[("a.txt", &secret())], "feat: one");
    let push = |skip: &str| {
        let arguments = ["push", "origin", "latest"];
        stage.run_with(&stage.work(), ("git", &arguments), &[("SHIPGATE_SKIP", skip)], b"")
    };
    let run = push("ref");
    assert!(run.code != Some(0) && run.err.contains("did you mean `refs`?"), "{}", run.err);
    let run = push("secrets");
    assert!(run.code != Some(0) && run.err.contains("refs/tag-version"), "{}", run.err);
    let run = push("refs");
    assert!(run.code == Some(0) && run.err.contains("skipped: refs"), "{}", run.err);
    let said = stage.accepted(&["--no-verify", "origin", "feature"]);
    assert!(!said.contains("looked at"), "{said}");
    let run = stage.run(&stage.work(), env!("CARGO_BIN_EXE_shipgate"), &["check", "--range", "origin/main..origin/feature"]);
    assert!(run.code == Some(1) && run.out.contains(FOUND), "{}{}", run.out, run.err);
}
