//! Pushes that would rather not be looked at, and repositories that are broken: nothing is run, nothing is hidden, nothing passes unseen (row H3).

use std::fmt::Write as _;
use std::fs;

use crate::push_stage::{Stage, secret};

const FOUND: &str = "secrets/gitlab-pat";

/// What git writes to the hook for the tip of a branch that is not there yet.
fn line(stage: &Stage, branch: &str) -> String {
    let tip = stage.git(&["rev-parse", branch]);
    format!("refs/heads/{branch} {tip} refs/heads/{branch} {}\n", "0".repeat(tip.len()))
}

#[test]
fn h3_attributes_and_settings_hide_nothing_and_run_nothing() {
    let stage = Stage::new();
    let attributes = "* -diff -text binary filter=evil diff=evil merge=evil export-ignore\n";
    stage.commit(&[(".gitattributes", attributes), ("a.txt", &secret())], "feat: one");
    stage.write(".git/info/attributes", "* diff=evil filter=evil -diff\n");
    let canary = stage.beside("canary");
    let evil = stage.beside("evil");
    stage.write_program(&evil, &format!("#!/bin/sh\ntouch '{}'\ncat\n", canary.display()));
    let program = evil.to_str().expect("text");
    for key in [
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "core.askPass",
        "core.editor",
        "gpg.program",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "pager.rev-list",
        "pager.cat-file",
        "pager.diff-tree",
    ] {
        stage.git(&["config", key, program]);
    }
    for (key, value) in
        [("log.showSignature", "true"), ("diff.ignoreSubmodules", "all"), ("diff.relative", "true"), ("core.hooksPath", program), ("alias.rev-list", "!false")]
    {
        stage.git(&["config", key, value]);
    }
    let variables = [("GIT_EXTERNAL_DIFF", program), ("GIT_PAGER", program), ("GIT_EDITOR", program), ("GIT_CONFIG_COUNT", "1"), ("GIT_TRACE", "1")];
    let run = stage.hook(&line(&stage, "feature"), &variables);
    assert!(run.code == Some(1) && run.err.contains(FOUND) && run.err.contains("a.txt"), "{run:?}");
    assert!(!canary.exists());
}

#[test]
fn h3_replace_refs_and_grafts_hide_no_commit_of_a_push() {
    let stage = Stage::new();
    let bad = stage.commit(&[("a.txt", &secret())], "feat: one");
    fs::remove_file(stage.work().join("a.txt")).expect("it is removed");
    let tip = stage.commit(&[], "fix: two");
    let main = stage.git(&["rev-parse", "main"]);
    stage.git(&["replace", "--graft", &tip, &main]);
    stage.refused(&["origin", "feature"], &[FOUND, &bad[..12], "2 commits"]);
    stage.git(&["replace", "--delete", &tip]);
    stage.git(&["replace", &bad, &main]);
    stage.refused(&["origin", "feature"], &[FOUND, &bad[..12], "2 commits"]);
    stage.git(&["replace", "--delete", &bad]);
    stage.write(".git/info/grafts", &format!("{tip} {main}\n"));
    let run = stage.hook(&line(&stage, "feature"), &[]);
    assert!(run.code == Some(1) && run.err.contains(FOUND) && run.err.contains("2 commits"), "{run:?}");
}

#[test]
fn h3_a_policy_that_is_pushed_cannot_loosen_what_it_is_judged_by() {
    let stage = Stage::new();
    let off = "version: 1\nchecks:\n  off:\n    secrets: not today\n  refs:\n    direct: allow\n";
    stage.commit(&[(".github/shipgate.yml", off), ("a.txt", &secret())], "feat: one");
    stage.refused(&["origin", "feature"], &[FOUND]);
    stage.refused(&["origin", "feature:main"], &[FOUND, "refs/direct"]);
    stage.git(&["push", "--quiet", "--no-verify", "origin", "feature:main"]);
    stage.commit(&[("b.txt", &secret())], "feat: two");
    stage.accepted(&["origin", "feature:main"]);
    // Where nothing is known of the other side, what is pushed is judged by its own policy, and that is said.
    stage.git_in(&stage.beside(""), &["init", "--quiet", "--bare", "second.git"]);
    stage.git(&["remote", "add", "second", "../second.git"]);
    let said = stage.accepted(&["second", "feature:main"]);
    assert!(said.contains("the policy of what is pushed is in force"), "{said}");
}

#[test]
fn h3_a_policy_that_is_not_valid_stops_a_push_until_it_is_mended() {
    let stage = Stage::new();
    stage.commit(&[(".github/shipgate.yml", "version: 1\nchecks:\n  refs:\n    direct: perhaps\n")], "ci: broken");
    stage.git(&["push", "--quiet", "--no-verify", "origin", "feature:main"]);
    stage.git(&["switch", "--quiet", "--create", "other"]);
    stage.commit(&[("a.txt", "a\n")], "feat: one");
    stage.refused(&["origin", "other"], &["perhaps", "is not valid"]);
    let run = stage.hook(&line(&stage, "other"), &[]);
    assert_eq!(run.code, Some(3), "{run:?}");
    stage.commit(&[(".github/shipgate.yml", "version: 1\n")], "fix: the policy");
    stage.refused(&["origin", "other:main"], &["refs/direct"]);
    let said = stage.accepted(&["origin", "other"]);
    assert!(said.contains("the defaults are in force"), "{said}");
}

#[test]
fn h3_a_corrupt_or_missing_object_stops_a_push_and_is_named() {
    for spoilt in ["feature", "feature:a.txt", "feature^{tree}", "feature~1"] {
        let stage = Stage::new();
        stage.commit(&[], "feat: zero");
        stage.commit(&[("a.txt", "a\n")], "feat: one");
        let lines = line(&stage, "feature");
        let id = stage.git(&["rev-parse", spoilt]);
        let file = stage.work().join(".git/objects").join(&id[..2]).join(&id[2..]);
        for content in [Some("nonsense"), None] {
            fs::remove_file(&file).expect("it is removed");
            if let Some(text) = content {
                fs::write(&file, text).expect("it is written");
            }
            let run = stage.hook(&lines, &[]);
            assert!(matches!(run.code, Some(1 | 11)) && run.err.contains(&id), "{spoilt}, {content:?}: {run:?}");
            assert!(!run.err.contains("nothing found"), "{run:?}");
        }
    }
}

#[test]
fn h3_without_git_with_a_git_that_dies_and_in_a_folder_that_is_gone_nothing_passes() {
    let stage = Stage::new();
    stage.commit(&[], "feat: one");
    let lines = line(&stage, "feature");
    let run = stage.hook(&lines, &[("PATH", "/nonexistent")]);
    assert!(run.code == Some(11) && run.err.contains("SG-HISTORY-GIT"), "{run:?}");
    // Nothing is pushed: nothing is started.
    let run = stage.hook("", &[("PATH", "/nonexistent")]);
    assert_eq!((run.code, run.err.as_str(), run.out.as_str()), (Some(0), "", ""));
    for command in ["rev-parse", "rev-list", "cat-file", "diff-tree"] {
        let folder = stage.beside(command);
        let text = format!("#!/bin/sh\nfor word; do [ \"$word\" = {command} ] && kill -9 $$; done\nPATH={} exec git \"$@\"\n", crate::push_stage::PATH);
        stage.write_program(&folder.join("git"), &text);
        let path = format!("{}:{}", folder.display(), crate::push_stage::PATH);
        let run = stage.hook(&lines, &[("PATH", &path)]);
        assert!(run.code == Some(11) && run.err.contains("SG-HISTORY-"), "{command}: {run:?}");
    }
    let script = format!("mkdir gone && cd gone && rmdir ../gone && exec '{}' hook pre-push origin ../remote.git", env!("CARGO_BIN_EXE_shipgate"));
    let run = stage.run_with(&stage.beside(""), ("/bin/sh", &["-c", &script]), &[], lines.as_bytes());
    assert!(run.code == Some(11) && run.err.contains("SG-HISTORY-REPOSITORY"), "{run:?}");
    let run = stage.run_with(&stage.beside(""), (env!("CARGO_BIN_EXE_shipgate"), &["hook", "pre-push"]), &[], lines.as_bytes());
    assert!(run.code == Some(11) && run.err.contains("SG-HISTORY-REPOSITORY"), "{run:?}");
}

#[test]
fn h3_lines_that_are_none_of_git_s_stop_a_push() {
    let stage = Stage::new();
    let good = line(&stage, "feature");
    for bad in ["x\n", "refs/heads/a b refs/heads/a c\n", &format!("{good}\u{1b}[2J\n"), &good.replace("refs/heads/feature 0", "feature 0")] {
        let run = stage.hook(bad, &[]);
        assert!(run.code == Some(2) && run.err.contains("SG-PUSH-LINE") && !run.err.contains('\u{1b}'), "{run:?}");
    }
    // An id of another kind of repository, and one that is not here.
    for id in ["a".repeat(64), "a".repeat(40)] {
        let run = stage.hook(&format!("refs/heads/a {id} refs/heads/a {}\n", "0".repeat(id.len())), &[]);
        assert!(run.code == Some(11) && run.err.contains("SG-HISTORY-OBJECT"), "{run:?}");
    }
}

#[test]
fn v6_a_ref_whose_name_misleads_is_refused_and_shown_escaped() {
    let stage = Stage::new();
    stage.commit(&[], "feat: one");
    let said = stage.refused(&["origin", "feature:refs/heads/\u{202e}main"], &["refs/name", "u{202e}"]);
    assert!(said.lines().filter(|line| line.contains("refs/name")).all(|line| !line.contains('\u{202e}')), "{said}");
}

#[test]
fn h3_a_push_of_thousands_of_commits_is_looked_at_in_bounded_memory() {
    let stage = Stage::new();
    let main = stage.git(&["rev-parse", "main"]);
    let mut stream = String::new();
    for at in 1..=3000 {
        let text = if at == 2000 { secret() } else { format!("{at} {}\n", "text ".repeat(40)) };
        let from = if at == 1 { format!("\nfrom {main}") } else { String::new() };
        let _ = write!(
            stream,
            "commit refs/heads/feature\ncommitter a <a@example.com> {} +0000\ndata 7\nfix: it{from}\nM 100644 inline d{}/f{at}\ndata {}\n{text}\n",
            1_700_000_000 + at,
            at % 40,
            text.len()
        );
    }
    stage.git(&["switch", "--quiet", "--detach"]);
    let run = stage.run_with(&stage.work(), ("git", &["fast-import", "--quiet", "--force"]), &[], stream.as_bytes());
    assert_eq!(run.code, Some(0), "{}", run.err);
    let lines = line(&stage, "feature");
    let script = format!("ulimit -v 600000 && exec '{}' hook pre-push origin ../remote.git", env!("CARGO_BIN_EXE_shipgate"));
    let run = stage.run_with(&stage.work(), ("/bin/sh", &["-c", &script]), &[], lines.as_bytes());
    assert!(run.code == Some(1) && run.err.contains(FOUND) && run.err.contains("d0/f2000") && run.err.contains("3000 commits"), "{run:?}");
}
