//! Events that mean nothing here: nothing is written, the job succeeds, and the log says why (rows C2, C3).

use serde_json::json;

use crate::stage::{DEVELOPER, Job, LEAD, REPOSITORY, Stage};

/// Nothing was written, the job goes on, and the log says why.
fn quiet(stage: &Stage, mark: usize, job: &Job, why: &str) {
    assert_eq!((job.code, job.output("decision").as_str()), (0, "none"), "{}", job.stderr);
    assert_eq!(stage.wrote(mark), Vec::<String>::new());
    assert!(job.stderr.contains(why), "{why} in {}", job.stderr);
    assert!(stage.audit().is_empty(), "{:?}", stage.audit());
}

#[test]
fn c2_a_comment_that_is_no_command_asks_for_nothing_at_all() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for body in [
        "Looks good to me",
        "> /deploy staging\n\nshould I?",
        "```\n/deploy staging\n```",
        "    /deploy staging",
        "well, /deploy staging",
        "<!-- /deploy staging -->",
        "/usr/bin/env",
    ] {
        let mark = stage.mark();
        let job = stage.says(pull, DEVELOPER, body);
        assert_eq!(stage.asked(mark), Vec::<String>::new(), "{body:?}");
        quiet(&stage, mark, &job, "no command");
    }
}

#[test]
fn c2_another_bots_command_is_left_alone() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for body in ["/retest", "/assign @octo-dev", "/lgtm"] {
        let mark = stage.mark();
        let job = stage.says(pull, DEVELOPER, body);
        quiet(&stage, mark, &job, "no command");
    }
}

#[test]
fn c3_an_edited_comment_commands_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (comment, created) = stage.comment(pull, DEVELOPER, "/deploy staging");
    stage.later();
    stage.hub.edit_comment(comment, DEVELOPER, "/deploy staging --reason \"edited\"");
    let mark = stage.mark();
    let job = stage.delivers("issue_comment", &stage.hub.comment_event(comment, "edited"));
    assert_eq!(stage.asked(mark), Vec::<String>::new());
    quiet(&stage, mark, &job, "action `edited`");
    let mark = stage.mark();
    let job = stage.delivers("issue_comment", &created);
    quiet(&stage, mark, &job, "the comment was edited");
    let mark = stage.mark();
    let job = stage.delivers("issue_comment", &stage.hub.comment_event(comment, "created"));
    quiet(&stage, mark, &job, "the comment was edited");
}

#[test]
fn c3_an_event_whose_words_are_not_the_comments_words_commands_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, mut event) = stage.comment(pull, DEVELOPER, "/status");
    event["comment"]["body"] = json!("/deploy staging");
    let mark = stage.mark();
    let job = stage.delivers("issue_comment", &event);
    quiet(&stage, mark, &job, "the comment's text is not what the event said");
}

#[test]
fn c3_a_deleted_comment_commands_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (comment, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let deleted = stage.hub.comment_event(comment, "deleted");
    stage.hub.delete_comment(comment, DEVELOPER);
    let mark = stage.mark();
    let job = stage.delivers("issue_comment", &event);
    quiet(&stage, mark, &job, "the comment is gone");
    let mark = stage.mark();
    let job = stage.delivers("issue_comment", &deleted);
    assert_eq!(stage.asked(mark), Vec::<String>::new());
    quiet(&stage, mark, &job, "action `deleted`");
}

#[test]
fn c3_a_closed_pull_request_and_a_plain_issue_take_no_commands() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.close((REPOSITORY, pull), LEAD);
    let mark = stage.mark();
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(stage.asked(mark), Vec::<String>::new());
    quiet(&stage, mark, &job, "is not open");
    let issue = stage.hub.open_issue(REPOSITORY, DEVELOPER, "a plain issue");
    let mark = stage.mark();
    let job = stage.says(issue, DEVELOPER, "/deploy staging");
    assert_eq!(stage.asked(mark), Vec::<String>::new());
    quiet(&stage, mark, &job, "is an issue, not a pull request");
}

#[test]
fn c3_a_bot_commands_nothing_unless_the_policy_lists_it() {
    let listed = "version: 1\ncommands: { apps: [\"helper[bot]\"], who: { deploy: role:read } }\nenvironments:\n  staging:\n    gates: { approval: { count: 0 }, permission: { who: role:read } }\n";
    for (policy, acts) in [(crate::stage::SMALLEST, false), (listed, true)] {
        let stage = Stage::with(policy);
        stage.hub.app("helper");
        stage.hub.grant(REPOSITORY, "helper[bot]", shipgate::domain::Role::Write);
        let pull = stage.pull("faster");
        let mark = stage.mark();
        let job = stage.says(pull, "helper[bot]", "/deploy staging");
        if acts {
            assert_eq!(job.output("decision"), "go", "{}\n{:?}", job.stderr, stage.ours(pull));
        } else {
            quiet(&stage, mark, &job, "helper[bot] is a bot or an app that the policy does not list");
        }
    }
}
