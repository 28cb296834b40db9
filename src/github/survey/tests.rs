//! A whole survey from a server's answers: what each field becomes, and what becomes of a hole.

use serde_json::{Value, json};

use crate::domain::{ActorKind, BranchName, CommentId, Login, ObjectId, PullNumber, RepoSlug, Role, RunId};
use crate::facts::{Check, CheckKind, CheckState, Contributor, Fact, Mergeable, PullOrigin, PullState, RequiredCheck, ReviewState, SightingKind, Visibility};
use crate::github::scripted::{Scripted, Turn, timeouts};
use crate::ports::{Ask, Forge as _, ForgeError, ForgeFault, Survey};

const HEAD: &str = "2222222222222222222222222222222222222222";
const BASE: &str = "1111111111111111111111111111111111111111";
const TREE: &str = "4444444444444444444444444444444444444444";
const BLOB: &str = "5555555555555555555555555555555555555555";
const OLD: &str = "6666666666666666666666666666666666666666";

fn user(login: &str, id: u64) -> Value {
    json!({ "__typename": "User", "login": login, "databaseId": id })
}

fn list(nodes: &[Value]) -> Value {
    json!({ "totalCount": nodes.len(), "pageInfo": { "hasNextPage": false, "endCursor": "end" }, "nodes": nodes })
}

fn file(text: &str) -> Value {
    json!({ "object": { "oid": BLOB, "byteSize": text.len(), "isTruncated": false, "text": text } })
}

fn run(name: &str) -> Value {
    json!({ "__typename": "CheckRun", "name": name, "status": "COMPLETED", "conclusion": "SUCCESS", "startedAt": "2024-05-01T09:00:00Z", "databaseId": 31,
        "isRequired": true, "checkSuite": { "app": { "databaseId": 15368, "slug": "github-actions" }, "workflowRun": { "event": "push", "databaseId": 51 } } })
}

fn commit(oid: &str) -> Value {
    json!({ "commit": { "oid": oid, "committedViaWeb": false, "parents": { "totalCount": 1, "nodes": [{ "oid": BASE }] },
        "authors": { "totalCount": 1, "nodes": [{ "email": "ann@example.com", "user": { "login": "ann", "databaseId": 1 } }] },
        "committer": { "email": "ann@example.com", "user": { "login": "ann", "databaseId": 1 } }, "signature": { "isValid": true, "state": "VALID" } } })
}

fn pull() -> Value {
    json!({
        "id": "PR_1", "number": 7, "state": "OPEN", "isDraft": false, "merged": false, "title": "Add a feature", "createdAt": "2024-05-01T08:00:00Z", "changedFiles": 1,
        "author": user("ann", 1), "baseRefName": "main", "headRefName": "feature/x", "headRefOid": HEAD, "isCrossRepository": false,
        "headRepository": { "nameWithOwner": "acme/shop" }, "mergeable": "MERGEABLE",
        "baseRef": {
            "name": "main",
            "target": { "oid": BASE, "policy": file("version: 1"), "owners1": null, "owners2": file("* @acme/sre"), "owners3": file("* @nobody") },
            "refUpdateRule": { "requiredStatusCheckContexts": ["ci", "lint"] },
            "rules": { "pageInfo": { "hasNextPage": false }, "nodes": [
                { "type": "DELETION", "parameters": null },
                { "type": "REQUIRED_STATUS_CHECKS", "parameters": { "__typename": "RequiredStatusChecksParameters", "requiredStatusChecks": [
                    { "context": "ci", "integrationId": null }, { "context": "e2e", "integrationId": 15368 },
                ] } },
            ] },
        },
        "files": list(&[json!({ "path": "src/a.rs", "changeType": "MODIFIED" })]),
        "commits": list(&[commit(HEAD)]),
        "reviews": list(&[json!({ "fullDatabaseId": "900", "state": "APPROVED", "submittedAt": "2024-05-01T09:30:00Z", "authorCanPushToRepository": true,
            "commit": { "oid": HEAD }, "author": user("ben", 2) })]),
        "comments": list(&[json!({ "id": "IC_1", "fullDatabaseId": "500", "body": "/deploy staging", "createdAt": "2024-05-01T09:40:00Z", "lastEditedAt": null,
            "viewerDidAuthor": false, "author": user("ann", 1) })]),
        "timelineItems": { "nodes": [] },
        "head": { "nodes": [{ "commit": head() }] },
    })
}

fn head() -> Value {
    json!({ "oid": HEAD, "tree": { "oid": TREE },
        "statusCheckRollup": { "contexts": list(&[run("ci"), json!({ "__typename": "StatusContext", "context": "lint", "state": "PENDING", "createdAt": "2024-05-01T09:01:00Z", "isRequired": true })]) } })
}

fn data() -> Value {
    json!({
        "viewer": { "login": "github-actions", "databaseId": 41_898_282 },
        "comment": { "fullDatabaseId": "500", "body": "/deploy staging", "lastEditedAt": null },
        "repository": {
            "id": "R_1", "nameWithOwner": "acme/shop", "isArchived": false, "visibility": "PRIVATE",
            "defaultBranchRef": { "name": "main", "target": { "oid": BASE, "file": file("version: 1") } },
            "collaborators": { "edges": [{ "permission": "WRITE", "node": { "login": "ann", "databaseId": 1 } }] },
            "locks": { "pageInfo": { "hasNextPage": false }, "nodes": [{ "name": "staging", "target": { "__typename": "Tag", "oid": BLOB, "message": "not ours" } }] },
            "deployments": list(&[json!({ "databaseId": 77, "environment": "staging", "commitOid": OLD, "commit": { "tree": { "oid": TREE } }, "createdAt": "2024-05-01T07:00:00Z",
                "payload": null, "creator": { "__typename": "Bot", "login": "github-actions", "databaseId": 41_898_282 },
                "statuses": { "nodes": [{ "state": "SUCCESS", "createdAt": "2024-05-01T07:05:00Z" }] } })]),
            "pullRequest": pull(),
        },
    })
}

fn ask() -> Ask {
    Ask { pull: PullNumber(7), comment_node: Some("IC_1".to_owned()), actor: Some(Login::new("Ann").expect("valid")), own_run: Some(RunId(60)), words: None }
}

/// A survey of the usual answer, changed, with these errors, and further answers behind it.
async fn survey_with(change: impl FnOnce(&mut Value), errors: Value, further: Vec<Turn>) -> (Result<Survey, ForgeError>, Scripted) {
    let mut data = data();
    change(&mut data);
    let first = Turn::json(200, &json!({ "data": data, "errors": errors }));
    let server = Scripted::new(std::iter::once(first).chain(further)).await;
    (server.github.survey(&ask()).await, server)
}

async fn survey(change: impl FnOnce(&mut Value)) -> Survey {
    survey_with(change, json!([]), Vec::new()).await.0.expect("a survey")
}

fn forbidden(path: &Value) -> Value {
    json!([{ "type": "FORBIDDEN", "message": "Resource not accessible by integration", "path": path }])
}

#[tokio::test]
async fn a_survey_of_an_ordinary_pull_request_is_one_request_and_knows_everything() {
    let (survey, server) = survey_with(|_| (), json!([]), Vec::new()).await;
    let survey = survey.expect("a survey");
    assert_eq!(server.asked().len(), 1);
    assert_eq!(survey.now.to_string(), "2024-05-01T10:00:00Z");
    assert_eq!(survey.viewer.map(|viewer| viewer.id.0), Some(41_898_282));
    assert_eq!((survey.repository.slug.as_str(), survey.repository.visibility, survey.repository.archived), ("acme/shop", Visibility::Private, false));
    assert_eq!((survey.base.name.as_str(), survey.base.sha.as_str(), survey.base.policy_id.as_ref().map(ObjectId::as_str)), ("main", BASE, Some(BLOB)));
    assert_eq!(survey.actor_role, Fact::Known(Role::Write), "a login's case does not matter");
    assert_eq!(survey.comment.as_ref().map(|comment| (comment.id.0, comment.body.as_str())), Some((500, "/deploy staging")));
    assert_eq!(survey.base_policy.known().and_then(Option::as_ref).map(|file| file.text.as_str()), Some("version: 1"));
    assert_eq!(survey.default_policy, survey.base_policy);
    assert!(survey.locks.known().is_some_and(|locks| locks.len() == 1 && locks[0].record.is_none()));
    assert!(survey.deployments.known().is_some_and(|list| list.complete && list.items[0].succeeded()));
    let variables = &server.asked()[0].body["variables"];
    assert_eq!(
        (&variables["owner"], &variables["pull"], &variables["policy"], &variables["comment"]),
        (&json!("acme"), &json!(7), &json!(".github/shipgate.yml"), &json!("IC_1"))
    );
}

#[tokio::test]
async fn a_survey_tells_the_pull_request_as_it_is() {
    let pull = survey(|_| ()).await.pull;
    assert_eq!((pull.number, pull.state, pull.draft, pull.mergeable), (PullNumber(7), PullState::Open, false, Mergeable::Clean));
    assert_eq!((pull.head.as_str(), pull.head_tree.as_str(), pull.head_branch.as_str()), (HEAD, TREE, "feature/x"));
    assert_eq!(pull.origin, PullOrigin::Same);
    assert!(pull.author.is_some_and(|author| author.id.0 == 1 && author.kind == ActorKind::Human));
    let commits = pull.commits.get().expect("known").all().expect("whole");
    assert!(matches!(&commits[0].authors[..], [Contributor::Account(person)] if person.login.as_str() == "ann"));
    let reviews = pull.reviews.get().expect("known").all().expect("whole");
    assert_eq!((reviews[0].id, reviews[0].state, reviews[0].by_writer), (900, ReviewState::Approved, true));
    let comments = pull.comments.get().expect("known").all().expect("whole");
    assert_eq!((comments[0].id.0, comments[0].ours), (500, false));
    assert_eq!(pull.files.get().expect("known").all().expect("whole")[0].path, "src/a.rs");
}

#[tokio::test]
async fn g1_checks_and_what_requires_them_are_told_apart_by_app_and_kind() {
    let survey = survey(|_| ()).await;
    let checks = survey.checks.get().expect("known");
    let items = checks.items.all().expect("whole");
    let seen = |check: &Check| (check.kind, check.name.clone(), check.state, check.app.as_ref().map(|app| app.id), check.run, check.required);
    assert_eq!(seen(&items[0]), (CheckKind::Run, "ci".to_owned(), CheckState::Success, Some(15368), Some(RunId(51)), true));
    assert_eq!(seen(&items[1]), (CheckKind::Status, "lint".to_owned(), CheckState::Pending, None, None, true));
    assert_eq!(checks.own_run, Some(RunId(60)));
    let required = |name: &str, app| RequiredCheck { name: name.to_owned(), app };
    assert_eq!(survey.base.required_checks, Fact::Known(vec![required("ci", None), required("e2e", Some(15368)), required("lint", None)]));
}

#[tokio::test]
async fn g1_a_head_that_nothing_reported_on_has_no_checks_and_that_is_known() {
    let survey = survey(|data| data["repository"]["pullRequest"]["head"]["nodes"][0]["commit"]["statusCheckRollup"] = Value::Null).await;
    assert!(survey.checks.get().expect("known").items.all().expect("whole").is_empty());
}

#[tokio::test]
async fn g1_required_checks_that_were_not_read_whole_are_unknown() {
    let rules = |change: fn(&mut Value)| survey(move |data| change(&mut data["repository"]["pullRequest"]["baseRef"]));
    for change in [
        (|base| base["rules"]["pageInfo"]["hasNextPage"] = true.into()) as fn(&mut Value),
        |base| base["rules"] = Value::Null,
        |base| base["rules"]["nodes"][1]["parameters"] = Value::Null,
        |base| base["rules"]["nodes"][0] = Value::Null,
        |base| base["refUpdateRule"]["requiredStatusCheckContexts"] = json!([null]),
    ] {
        assert!(rules(change).await.base.required_checks.get().is_err());
    }
    let none = rules(|base| base["refUpdateRule"] = Value::Null).await.base.required_checks;
    assert_eq!(none.known().map(Vec::len), Some(2), "a branch without a rule of its own has the rulesets'");
}

#[tokio::test]
async fn a_hole_spoils_its_own_fact_and_says_which_permission_would_mend_it() {
    let path = json!(["repository", "pullRequest", "head", "nodes", 0, "commit", "statusCheckRollup"]);
    let (survey, _) =
        survey_with(|data| data["repository"]["pullRequest"]["head"]["nodes"][0]["commit"]["statusCheckRollup"] = Value::Null, forbidden(&path), Vec::new())
            .await;
    let survey = survey.expect("the rest is there");
    let why = survey.checks.get().expect_err("not an empty list");
    assert_eq!(why.what, "the server did not give it: Resource not accessible by integration");
    assert_eq!(why.mend.as_deref(), Some("give the token checks: read and statuses: read"));
    assert!(survey.pull.reviews.known().is_some() && survey.locks.known().is_some());
}

#[tokio::test]
async fn every_list_of_a_survey_can_be_a_hole_and_is_then_unknown() {
    type Unknown = fn(&Survey) -> bool;
    let cases: [(&[&str], Unknown); 8] = [
        (&["locks"], |survey| survey.locks.get().is_err()),
        (&["deployments"], |survey| survey.deployments.get().is_err()),
        (&["pullRequest", "files"], |survey| survey.pull.files.get().is_err()),
        (&["pullRequest", "commits"], |survey| survey.pull.commits.get().is_err()),
        (&["pullRequest", "reviews"], |survey| survey.pull.reviews.get().is_err()),
        (&["pullRequest", "comments"], |survey| survey.pull.comments.get().is_err()),
        (&["pullRequest", "timelineItems"], |survey| survey.pull.pushed_by.get().is_err()),
        (&["pullRequest", "baseRef", "rules"], |survey| survey.base.required_checks.get().is_err()),
    ];
    for (path, unknown) in cases {
        let full: Vec<&str> = std::iter::once("repository").chain(path.iter().copied()).collect();
        let pointer = format!("/{}", full.join("/"));
        let hollow = |data: &mut Value| *data.pointer_mut(&pointer).expect("a field") = Value::Null;
        let (with_error, _) = survey_with(hollow, forbidden(&json!(full)), Vec::new()).await;
        assert!(unknown(&with_error.expect("the rest is there")), "{pointer} with an error");
        if path != ["pullRequest", "timelineItems"] {
            assert!(unknown(&survey(hollow).await), "{pointer} without a word");
        }
    }
}

#[tokio::test]
async fn an_error_about_anything_else_spoils_the_survey() {
    let (outcome, _) =
        survey_with(|data| data["repository"]["pullRequest"]["author"] = Value::Null, forbidden(&json!(["repository", "pullRequest", "author"])), Vec::new())
            .await;
    assert!(matches!(outcome.expect_err("who opened it is not known").fault, ForgeFault::Forbidden { .. }));
    let missing = json!([{ "type": "NOT_FOUND", "message": "no such pull request", "path": ["repository", "pullRequest"] }]);
    let (outcome, _) = survey_with(|data| data["repository"]["pullRequest"] = Value::Null, missing, Vec::new()).await;
    assert!(matches!(outcome.expect_err("there is none").fault, ForgeFault::NotFound { .. }));
}

#[tokio::test]
async fn a_field_that_is_missing_or_impossible_is_named() {
    for (change, name) in [
        ((|data| data["repository"]["pullRequest"]["headRefName"] = "a b".into()) as fn(&mut Value), "headRefName"),
        (|data| data["repository"]["pullRequest"]["state"] = "NEW".into(), "pullRequest.state"),
        (|data| data["repository"]["visibility"] = "NEW".into(), "visibility"),
        (|data| data["repository"]["pullRequest"]["headRefOid"] = "xyz".into(), "commit id"),
        (|data| drop(data["repository"]["pullRequest"].as_object_mut().expect("an object").remove("isDraft")), "isDraft"),
        (|data| data["repository"]["pullRequest"]["baseRef"] = Value::Null, "baseRef"),
    ] {
        let error = survey_with(change, json!([]), Vec::new()).await.0.expect_err("not understood");
        assert!(matches!(&error.fault, ForgeFault::Malformed(why) if why.contains(name)), "{error}");
    }
    let survey = survey(|data| data["repository"]["pullRequest"]["mergeable"] = "NEW".into()).await;
    assert_eq!(survey.pull.mergeable, Mergeable::Unknown, "a word that does no harm");
}

#[tokio::test]
async fn c3_a_comment_that_is_gone_is_none_and_one_that_may_not_be_read_is_an_error() {
    let without = |data: &mut Value| data["comment"] = Value::Null;
    let gone = json!([{ "type": "NOT_FOUND", "message": "Could not resolve to a node", "path": ["comment"] }]);
    assert_eq!(survey_with(without, gone, Vec::new()).await.0.expect("a survey").comment, None);
    let error = survey_with(without, forbidden(&json!(["comment"])), Vec::new()).await.0.expect_err("not known");
    assert!(matches!(error.fault, ForgeFault::Forbidden { .. }), "{error}");
    assert_eq!(survey(|data| data["comment"] = json!({})).await.comment, None, "the node is no comment");
}

#[tokio::test]
async fn g13_a_role_that_the_search_does_not_tell_is_asked_for_by_name() {
    let hidden = |data: &mut Value| data["repository"]["collaborators"] = Value::Null;
    let path = json!(["repository", "collaborators"]);
    let answer = Turn::json(200, &json!({ "permission": "admin", "role_name": "admin", "user": { "login": "ann", "id": 1, "type": "User" } }));
    let (outcome, server) = survey_with(hidden, forbidden(&path), vec![answer]).await;
    assert_eq!(outcome.expect("a survey").actor_role, Fact::Known(Role::Admin));
    assert_eq!(server.routes()[1], "GET /api/v3/repos/acme/shop/collaborators/Ann/permission");
    for refusal in [403, 404] {
        let (outcome, _) = survey_with(hidden, forbidden(&path), vec![Turn::status(refusal)]).await;
        assert!(outcome.expect("a survey").actor_role.get().is_err(), "{refusal}");
    }
}

#[tokio::test]
async fn i3_a_policy_that_is_not_whole_is_unknown_and_one_that_is_not_there_is_none() {
    let policy = |value: Value| async move { survey(move |data| data["repository"]["pullRequest"]["baseRef"]["target"]["policy"] = value).await };
    for (value, word) in [
        (json!({ "object": { "oid": BLOB, "byteSize": 10, "isTruncated": true, "text": "version" } }), "short"),
        (json!({ "object": { "oid": BLOB, "byteSize": 10, "isTruncated": false, "text": null } }), "no text"),
        (json!({ "object": { "oid": BLOB, "byteSize": 262_145, "isTruncated": false, "text": "x" } }), "larger"),
        (json!({ "object": {} }), "no file"),
        (json!({ "object": null }), "no file"),
    ] {
        let why = policy(value).await.base_policy.get().expect_err("not known").what;
        assert!(why.contains(word), "{why}");
    }
    let none = policy(Value::Null).await;
    assert_eq!((none.base_policy, none.base.policy_id), (Fact::Known(None), None));
}

#[tokio::test]
async fn i3_only_a_ruleset_that_restricts_creations_keeps_people_from_making_such_a_branch() {
    for (rules, restricted) in [
        (list(&[json!({ "type": "CREATION", "parameters": null })]), Some(true)),
        (list(&[json!({ "type": "UPDATE", "parameters": null }), json!({ "type": "PULL_REQUEST", "parameters": null })]), Some(false)),
        (list(&[]), Some(false)),
        (Value::Null, None),
    ] {
        let survey = survey(|data| data["repository"]["pullRequest"]["baseRef"]["rules"] = rules).await;
        assert_eq!(survey.base.creation_restricted.known().copied(), restricted);
    }
}

#[tokio::test]
async fn g3_the_first_codeowners_counts_and_a_cut_one_is_unknown() {
    let owners =
        |change: fn(&mut Value)| async move { survey(move |data| change(&mut data["repository"]["pullRequest"]["baseRef"]["target"])).await.base.codeowners };
    assert_eq!(owners(|_| ()).await.known().and_then(|owners| owners.path.clone()).as_deref(), Some("CODEOWNERS"));
    let first = owners(|tip| tip["owners1"] = file("* @acme/first")).await;
    assert_eq!(first.known().map(|owners| (owners.path.as_deref(), owners.text.as_str())), Some((Some(".github/CODEOWNERS"), "* @acme/first")));
    assert!(owners(|tip| tip["owners2"]["object"]["isTruncated"] = true.into()).await.get().is_err());
    let none = owners(|tip| (tip["owners2"], tip["owners3"]) = (Value::Null, Value::Null)).await;
    assert_eq!(none.known().map(|owners| owners.path.clone()), Some(None));
}

#[tokio::test]
async fn g14_only_what_shows_this_head_is_a_sighting() {
    let survey = survey(|data| {
        let pull = &mut data["repository"]["pullRequest"];
        pull["timelineItems"]["nodes"] = json!([
            { "__typename": "HeadRefForcePushedEvent", "createdAt": "2024-05-01T08:51:00Z", "afterCommit": { "oid": OLD }, "actor": user("eve", 9) },
            { "__typename": "HeadRefForcePushedEvent", "createdAt": "2024-05-01T08:52:00Z", "afterCommit": { "oid": HEAD }, "actor": user("ben", 2) },
        ]);
    })
    .await;
    let kinds: Vec<SightingKind> = survey.pull.sightings.iter().map(|sighting| sighting.kind).collect();
    assert_eq!(kinds, [SightingKind::Review, SightingKind::ForcedPush]);
    assert_eq!(survey.pull.pushed_by.known().map(|push| push.by.login.as_str()), Some("ben"));
}

/// An entry of the activity: a push to a branch, at a time of the day.
fn pushed(branch: &str, after: &str, at: &str) -> Value {
    json!({ "id": 1, "node_id": "PSH_1", "before": OLD, "after": after, "ref": format!("refs/heads/{branch}"), "timestamp": format!("2024-05-01T{at}Z"),
        "activity_type": "push", "actor": { "login": "ben", "id": 2, "type": "User" } })
}

/// A survey beside the activity, for the words of the comment of 09:40: who pushed, where the activity tells, and what was asked.
async fn beside(change: impl FnOnce(&mut Value), activity: Turn) -> (Option<String>, usize) {
    let mut data = data();
    change(&mut data);
    let server = Scripted::routed([("/graphql", Turn::data(&data)), ("/activity?per_page=100", activity)], timeouts()).await;
    let survey = server.github.survey(&Ask { words: Some(CommentId(500)), ..ask() }).await.expect("a survey");
    let seen = survey.pull.sightings.iter().any(|sighting| sighting.kind == SightingKind::Activity);
    let by = survey.pull.pushed_by.known().map(|push| push.by.login.to_string());
    assert_eq!(seen, by.is_some(), "both, or neither");
    (by, server.asked().len())
}

#[tokio::test]
async fn g14_the_activity_read_beside_the_survey_tells_who_moved_the_head_branch_last() {
    let other = pushed("other", HEAD, "09:39:00");
    let of_head = |after: &str| json!([other, pushed("feature/x", after, "09:00:00"), pushed("feature/x", HEAD, "08:00:00")]);
    assert_eq!(beside(|_| (), Turn::json(200, &of_head(HEAD))).await, (Some("ben".to_owned()), 2));
    let not_told = (None, 2);
    assert_eq!(beside(|_| (), Turn::json(200, &of_head(OLD))).await, not_told, "an older entry would hide what stood there in between");
    assert_eq!(beside(|_| (), Turn::json(200, &json!([other]))).await, not_told, "the branch is not among the last hundred");
    assert_eq!(beside(|_| (), Turn::status(404)).await, not_told);
}

#[tokio::test]
async fn g14_a_word_said_between_the_two_answers_is_not_covered_by_the_activity_read_first() {
    // The activity was read; the branch was moved away; somebody spoke; the branch was moved back; the survey was read.
    let comment = |at: &str, ours: bool| {
        json!({ "id": "IC_2", "fullDatabaseId": "501", "body": "/approve staging", "createdAt": format!("2024-05-01T{at}Z"), "lastEditedAt": null,
            "viewerDidAuthor": ours, "author": user("cat", 3) })
    };
    let with = |second: Value| {
        move |data: &mut Value| {
            let first = data["repository"]["pullRequest"]["comments"]["nodes"][0].take();
            data["repository"]["pullRequest"]["comments"] = list(&[first, second]);
        }
    };
    let activity = || Turn::json(200, &json!([pushed("feature/x", HEAD, "09:00:00")]));
    for at in ["09:40:00", "09:40:01", "09:59:59"] {
        assert_eq!(beside(with(comment(at, false)), activity()).await, (None, 2), "{at}: the same second may be a later one");
    }
    let told = (Some("ben".to_owned()), 2);
    assert_eq!(beside(with(comment("09:39:59", false)), activity()).await, told);
    assert_eq!(beside(with(comment("09:41:00", true)), activity()).await, told, "we say nothing that is judged");
    let reviewed = |data: &mut Value| data["repository"]["pullRequest"]["reviews"]["nodes"][0]["submittedAt"] = json!("2024-05-01T09:40:00Z");
    assert_eq!(beside(reviewed, activity()).await, (None, 2));
    let unlisted = |data: &mut Value| data["repository"]["pullRequest"]["comments"]["nodes"][0]["fullDatabaseId"] = json!("499");
    assert_eq!(beside(unlisted, activity()).await, (None, 2), "nobody knows when it was said");
    let fork = |data: &mut Value| data["repository"]["pullRequest"]["isCrossRepository"] = json!(true);
    assert_eq!(beside(fork, activity()).await, (None, 2), "a branch of the same name is another branch");
}

#[tokio::test]
async fn g2_who_pushed_the_head_is_unknown_where_it_was_not_the_last_forced_push() {
    let forced = |after: &str, login: &str| json!({ "__typename": "HeadRefForcePushedEvent", "createdAt": "2024-05-01T08:51:00Z", "afterCommit": { "oid": after }, "actor": user(login, 9) });
    // Who pushed the head once is not who moved the branch forward to it again.
    for items in [json!([]), json!([forced(HEAD, "ann"), forced(OLD, "eve")]), json!([forced(HEAD, "ann"), null])] {
        let survey = survey(|data| data["repository"]["pullRequest"]["timelineItems"]["nodes"] = items).await;
        assert_eq!(survey.pull.pushed_by.get().expect_err("not known").what, "the server does not say who pushed the head");
    }
}

#[tokio::test]
async fn g13_a_fork_is_told_even_where_it_is_gone() {
    let origin = |repository: Value| async move {
        survey(move |data| {
            data["repository"]["pullRequest"]["isCrossRepository"] = true.into();
            data["repository"]["pullRequest"]["headRepository"] = repository;
        })
        .await
        .pull
        .origin
    };
    assert_eq!(origin(json!({ "nameWithOwner": "eve/shop" })).await, PullOrigin::Fork(Some(RepoSlug::new("eve/shop").expect("valid"))));
    assert_eq!(origin(Value::Null).await, PullOrigin::Fork(None));
}

/// A list of which this is the first page, of one item.
fn first_page(list: &mut Value, total: u64) {
    list["totalCount"] = total.into();
    list["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "c1" });
}

fn page(pull: &Value) -> Turn {
    Turn::data(&json!({ "repository": { "pullRequest": pull } }))
}

#[tokio::test]
async fn pages_of_several_lists_come_together_until_each_is_whole() {
    let change = |data: &mut Value| {
        let pull = &mut data["repository"]["pullRequest"];
        pull["changedFiles"] = 3.into();
        first_page(&mut pull["files"], 3);
        first_page(&mut pull["head"]["nodes"][0]["commit"]["statusCheckRollup"]["contexts"], 3);
    };
    let more = |path: &str, next: bool| json!({ "totalCount": 3, "pageInfo": { "hasNextPage": next, "endCursor": "c2" }, "nodes": [{ "path": path, "changeType": "ADDED" }] });
    let mut contexts = list(&[run("e2e")]);
    contexts["totalCount"] = 3.into();
    let second = page(
        &json!({ "headRefOid": HEAD, "files": more("b", true), "head": { "nodes": [{ "commit": { "oid": HEAD, "statusCheckRollup": { "contexts": contexts } } }] } }),
    );
    let third = page(&json!({ "headRefOid": HEAD, "files": more("c", false) }));
    let (outcome, server) = survey_with(change, json!([]), vec![second, third]).await;
    let survey = outcome.expect("a survey");
    let files: Vec<_> = survey.pull.files.get().expect("known").all().expect("whole").iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["src/a.rs", "b", "c"]);
    assert_eq!(survey.checks.get().expect("known").items.all().expect("whole").len(), 3);
    let variables = |index: usize| server.asked()[index].body["variables"].clone();
    assert_eq!(
        (&variables(1)["files"], &variables(1)["filesAfter"], &variables(1)["contexts"], &variables(1)["comments"]),
        (&json!(true), &json!("c1"), &json!(true), &json!(false))
    );
    assert_eq!((&variables(2)["filesAfter"], &variables(2)["contexts"]), (&json!("c2"), &json!(false)));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_list_that_is_too_long_to_be_judged_is_incomplete_and_not_read_on() {
    let (outcome, server) = survey_with(
        |data| {
            let pull = &mut data["repository"]["pullRequest"];
            for (name, total) in [("files", 3_001), ("commits", 251), ("reviews", 501), ("comments", 1_001)] {
                first_page(&mut pull[name], total);
            }
            first_page(&mut pull["head"]["nodes"][0]["commit"]["statusCheckRollup"]["contexts"], 1_001);
        },
        json!([]),
        Vec::new(),
    )
    .await;
    let survey = outcome.expect("a survey");
    assert_eq!(server.asked().len(), 1);
    assert!(survey.pull.files.get().expect("known").all().is_err());
    assert!(survey.pull.commits.get().expect("known").all().is_err());
    assert!(survey.pull.reviews.get().expect("known").all().is_err());
    assert_eq!(survey.pull.comments.get().expect("known").all().expect_err("too long").total, 1_001);
    assert!(survey.checks.get().expect("known").items.all().is_err());
}

#[tokio::test]
async fn files_that_the_list_does_not_count_are_missing_all_the_same() {
    let survey = survey(|data| data["repository"]["pullRequest"]["changedFiles"] = 3_200.into()).await;
    assert_eq!(survey.pull.files.get().expect("known").all().expect_err("cut by the server").total, 3_200);
}

#[tokio::test]
async fn g14_a_head_that_moves_while_it_is_read_is_not_judged() {
    let change = |data: &mut Value| first_page(&mut data["repository"]["pullRequest"]["comments"], 2);
    let (outcome, _) = survey_with(change, json!([]), vec![page(&json!({ "headRefOid": OLD, "comments": list(&[]) }))]).await;
    assert!(matches!(outcome.expect_err("moved").fault, ForgeFault::Conflict(_)));
}

#[tokio::test]
async fn a_page_that_is_missing_spoils_the_whole_list() {
    let change = |data: &mut Value| first_page(&mut data["repository"]["pullRequest"]["comments"], 2);
    let hole = Turn::json(
        200,
        &json!({ "data": { "repository": { "pullRequest": { "headRefOid": HEAD, "comments": null } } }, "errors": forbidden(&json!(["repository", "pullRequest", "comments"])) }),
    );
    let (outcome, _) = survey_with(change, json!([]), vec![hole]).await;
    assert!(outcome.expect("a survey").pull.comments.get().is_err());
}

#[tokio::test]
async fn g14_the_head_is_read_by_its_id_where_the_list_of_commits_ends_elsewhere() {
    let change = |data: &mut Value| data["repository"]["pullRequest"]["head"]["nodes"][0]["commit"]["oid"] = OLD.into();
    let (outcome, server) = survey_with(change, json!([]), vec![Turn::data(&json!({ "repository": { "object": head() } }))]).await;
    let survey = outcome.expect("a survey");
    assert_eq!((survey.pull.head_tree.as_str(), survey.checks.get().expect("known").items.items.len()), (TREE, 2));
    assert_eq!(server.asked()[1].body["variables"]["head"], json!(HEAD));
    let (outcome, _) = survey_with(change, json!([]), vec![Turn::data(&json!({ "repository": { "object": null } }))]).await;
    assert!(matches!(outcome.expect_err("not in step").fault, ForgeFault::Conflict(_)));
}

#[tokio::test]
async fn g13_a_renamed_file_is_known_by_its_old_name_too() {
    let change = |data: &mut Value| data["repository"]["pullRequest"]["files"]["nodes"][0]["changeType"] = "RENAMED".into();
    let rest = Turn::json(200, &json!([{ "filename": "src/a.rs", "previous_filename": ".github/workflows/a.yml", "status": "renamed" }]));
    let (outcome, server) = survey_with(change, json!([]), vec![rest]).await;
    let files = outcome.expect("a survey").pull.files;
    assert_eq!(files.get().expect("known").items[0].previous.as_deref(), Some(".github/workflows/a.yml"));
    assert_eq!(server.routes()[1], "GET /api/v3/repos/acme/shop/pulls/7/files?per_page=100&page=1");
    for answer in [Turn::status(403), Turn::json(200, &json!([]))] {
        let (outcome, _) = survey_with(change, json!([]), vec![answer]).await;
        assert!(outcome.expect("a survey").pull.files.get().is_err(), "an old name that is not known may be a workflow's");
    }
}

#[tokio::test]
async fn a_survey_without_a_comment_or_an_actor_asks_for_neither() {
    let mut data = data();
    data.as_object_mut().expect("an object").remove("comment");
    data["repository"].as_object_mut().expect("an object").remove("collaborators");
    let server = Scripted::new([Turn::data(&data)]).await;
    let survey = server.github.survey(&Ask { pull: PullNumber(7), comment_node: None, actor: None, own_run: None, words: None }).await.expect("a survey");
    assert_eq!((survey.comment, survey.actor_role), (None, Fact::NotAsked));
    let variables = &server.asked()[0].body["variables"];
    assert_eq!((&variables["hasComment"], &variables["hasActor"]), (&json!(false), &json!(false)));
    assert_eq!(BranchName::new("main").ok(), Some(survey.repository.default_branch));
}
