//! What goes over the wire, and what comes of it when the wire or the server fails.

use std::time::Duration;

use serde_json::{Value, json};

use super::scripted::{Scripted, TOKEN, Turn, client, timeouts};
use super::*;
use crate::domain::RefName;
use crate::facts::{ClaimId, DeploymentPayload, DeploymentState};
use crate::ports::{ForgeFault, SpeechPlace, Wrote};

const OLD: &str = "1111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222";
const OTHER: &str = "3333333333333333333333333333333333333333";

fn new_deployment() -> NewDeployment {
    let person = serde_json::from_value(json!({ "id": 1, "login": "octocat", "kind": "human" })).expect("a person");
    NewDeployment {
        environment: EnvName::new("staging").expect("valid"),
        sha: CommitSha::new(NEW).expect("valid"),
        production: false,
        description: "x".repeat(200),
        payload: DeploymentPayload {
            schema_version: 1,
            request: crate::domain::RequestKey::new("comment-1-0").expect("valid"),
            claim: ClaimId::new("0".repeat(32)).expect("valid"),
            environment: EnvName::new("staging").expect("valid"),
            pull: PullNumber(7),
            requester: person,
            approvers: Vec::new(),
            services: Vec::new(),
            version: None,
            ticket: None,
            reason: None,
            policy: ObjectId::new(OLD).expect("valid"),
            run: None,
            attempt: None,
            dispatched_to: None,
            branch: None,
            parameters: BTreeMap::new(),
        },
    }
}

fn swap(expected: Option<&str>) -> RefSwap {
    RefSwap {
        name: RefName::new("refs/shipgate/lock/staging").expect("valid"),
        expected: expected.map(|oid| ObjectId::new(oid).expect("valid")),
        new: ObjectId::new(NEW).expect("valid"),
    }
}

fn reference(oid: &str) -> Turn {
    Turn::json(200, &json!({ "ref": "refs/shipgate/lock/staging", "object": { "type": "tag", "sha": oid } }))
}

fn swapped() -> Turn {
    Turn::data(&json!({ "updateRefs": { "clientMutationId": null } }))
}

fn refused() -> Turn {
    Turn::json(
        200,
        &json!({ "data": { "updateRefs": null }, "errors": [{ "type": "UNPROCESSABLE", "message": "the ref is not at beforeOid", "path": ["updateRefs"] }] }),
    )
}

#[tokio::test]
async fn d7_a_get_answered_with_502_is_sent_three_times_in_all() {
    let server = Scripted::new([Turn::status(502), Turn::status(502), Turn::status(502)]).await;
    let error = server.github.run_state(RunId(5)).await.expect_err("it fails for good");
    assert_eq!((error.fault, error.wrote), (ForgeFault::Server(502), Wrote::Nothing));
    assert_eq!(server.routes(), ["GET /api/v3/repos/acme/shop/actions/runs/5"; 3]);
}

#[tokio::test]
async fn d7_a_get_that_fails_once_succeeds_unseen() {
    for fault in [Turn::status(502), Turn::Drop, Turn::status(429), Turn::status(403).header("retry-after", "0")] {
        let server = Scripted::new([fault, Turn::json(200, &json!({ "status": "in_progress" }))]).await;
        assert_eq!(server.github.run_state(RunId(5)).await.expect("the second try"), RunState::Going);
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn d7_a_graphql_query_is_a_read_and_repeated() {
    let limited = Turn::json(200, &json!({ "errors": [{ "type": "RATE_LIMITED", "message": "wait" }] }));
    let data = json!({ "repository": { "locks": { "pageInfo": { "hasNextPage": false }, "nodes": [] } } });
    let server = Scripted::new([Turn::status(502), limited, Turn::data(&data)]).await;
    assert_eq!(server.github.locks().await.expect("the third try"), vec![]);
    assert_eq!(server.routes(), ["POST /api/graphql"; 3]);
}

#[tokio::test]
async fn d7_a_deployment_answered_with_502_is_sent_once_and_may_have_happened() {
    for fault in [Turn::status(502), Turn::Drop] {
        let server = Scripted::new([fault]).await;
        let error = server.github.deploy(&new_deployment()).await.expect_err("nobody knows");
        assert_eq!(error.wrote, Wrote::Maybe);
        assert!(error.fault.is_transient(), "{error}");
        assert_eq!(server.routes(), ["POST /api/v3/repos/acme/shop/deployments"]);
    }
}

#[tokio::test]
async fn d7_a_refused_write_changed_nothing() {
    let server = Scripted::new([Turn::status(422), Turn::status(409)]).await;
    let error = server.github.comment(PullNumber(7), "hello").await.expect_err("refused");
    assert_eq!((error.fault, error.wrote, error.status), (ForgeFault::Invalid("scripted".to_owned()), Wrote::Nothing, Some(422)));
    let error = server.github.deploy(&new_deployment()).await.expect_err("refused");
    assert_eq!((error.fault, error.wrote), (ForgeFault::Conflict("scripted".to_owned()), Wrote::Nothing));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn d7_an_edit_and_a_reaction_may_be_sent_again() {
    let server = Scripted::new([Turn::status(502), Turn::json(200, &json!({ "id": 3 })), Turn::Drop, Turn::json(201, &json!({ "id": 9 }))]).await;
    server.github.edit_comment(CommentId(3), "new text").await.expect("the second try");
    assert_eq!(server.github.react(CommentId(3), Reaction::Eyes).await.expect("the second try"), ReactionId(9));
    let asked = server.asked();
    assert_eq!(asked.iter().map(|asked| asked.method.as_str()).collect::<Vec<_>>(), ["PATCH", "PATCH", "POST", "POST"]);
    assert_eq!((&asked[0].body, &asked[2].body), (&json!({ "body": "new text" }), &json!({ "content": "eyes" })));
}

#[tokio::test]
async fn d7_a_server_that_is_not_there_got_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = client(&format!("http://{address}"), timeouts()).comment(PullNumber(7), "hello").await.expect_err("nobody listens");
    assert!(matches!(error.fault, ForgeFault::Unreachable(_)), "{error}");
    assert_eq!((error.wrote, error.status), (Wrote::Nothing, None));
}

#[tokio::test]
async fn d7_a_write_without_an_answer_ends_in_time_and_may_have_happened() {
    let short = Timeouts { total: Duration::from_millis(20), ..timeouts() };
    let server = Scripted::within([Turn::Hang], short).await;
    let error = server.github.comment(PullNumber(7), "hello").await.expect_err("no answer");
    assert_eq!((error.fault, error.wrote), (ForgeFault::TimedOut, Wrote::Maybe));
}

#[tokio::test]
async fn d7_a_long_wait_is_handed_to_the_caller() {
    let server = Scripted::new([Turn::status(429).header("retry-after", "120")]).await;
    let error = server.github.run_state(RunId(5)).await.expect_err("too long to wait");
    assert_eq!(error.to_string(), "GET /repos/acme/shop/actions/runs/5: rate limited; try again in 120 s, at 2024-05-01T10:02:00Z");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a5_a_secret_in_an_error_body_is_masked() {
    let body = json!({ "message": format!("bad token {TOKEN} or ghp_{}", "A".repeat(36)) });
    let server = Scripted::new([Turn::json(403, &body), Turn::json(200, &json!({ "data": null, "errors": [{ "message": format!("odd {TOKEN}") }] }))]).await;
    let error = server.github.comment(PullNumber(7), "hello").await.expect_err("forbidden");
    assert_eq!(error.fault, ForgeFault::Forbidden { message: "bad token *** or ***".to_owned(), permission: Some("pull_requests: write") });
    let error = server.github.locks().await.expect_err("refused");
    assert_eq!(error.fault, ForgeFault::Invalid("odd ***".to_owned()));
    assert!(!format!("{:?}", server.github).contains(TOKEN));
}

#[tokio::test]
async fn i4_every_request_says_who_asks_and_which_version_it_speaks() {
    let server = Scripted::new([Turn::json(200, &json!({ "status": "completed" }))]).await;
    assert_eq!(server.github.run_state(RunId(5)).await.expect("an answer"), RunState::Over);
    let headers = &server.asked()[0].headers;
    assert_eq!(headers.get("user-agent").expect("a user agent"), concat!("shipgate/", env!("CARGO_PKG_VERSION")));
    assert_eq!(headers.get("x-github-api-version").expect("a version"), "2022-11-28");
    assert_eq!(headers.get_all("authorization").iter().collect::<Vec<_>>(), [&format!("Bearer {TOKEN}")]);
}

#[tokio::test]
async fn a5_the_token_is_not_carried_to_another_host() {
    let elsewhere = Scripted::new([Turn::json(200, &json!({ "status": "completed" }))]).await;
    let address =
        elsewhere.github.run_state(RunId(1)).await.map(|_| elsewhere.asked()[0].headers["host"].to_str().expect("text").to_owned()).expect("an answer");
    let server = Scripted::new([Turn::status(302).header("location", format!("http://{address}/stolen"))]).await;
    drop(server.github.run_state(RunId(5)).await.expect_err("the other host has no answer"));
    let stolen = elsewhere.asked().into_iter().find(|asked| asked.target == "/stolen").expect("the redirection was followed");
    assert!(!stolen.headers.contains_key("authorization"), "{stolen:?}");
}

#[tokio::test]
async fn d7_a_redirected_write_is_refused_and_not_turned_into_a_read() {
    let server = Scripted::new([Turn::status(307).header("location", "/api/v3/repositories/1/issues/7/comments")]).await;
    let error = server.github.comment(PullNumber(7), "hello").await.expect_err("moved");
    assert!(matches!(error.fault, ForgeFault::Conflict(_)), "{error}");
    assert_eq!((error.wrote, server.asked().len()), (Wrote::Nothing, 1));
}

#[tokio::test]
async fn d1_a_deployment_is_of_an_exact_commit_and_asks_the_server_for_no_judgement() {
    let server = Scripted::new([Turn::json(201, &json!({ "id": 77 })), Turn::json(202, &json!({ "message": "Auto-merged" }))]).await;
    assert_eq!(server.github.deploy(&new_deployment()).await.expect("made"), DeploymentId(77));
    let body = &server.asked()[0].body;
    assert_eq!((&body["ref"], &body["auto_merge"], &body["required_contexts"]), (&json!(NEW), &json!(false), &json!([])));
    assert_eq!((&body["environment"], &body["production_environment"], &body["transient_environment"]), (&json!("staging"), &json!(false), &json!(false)));
    assert_eq!((&body["payload"]["claim"], body["description"].as_str().map(str::len)), (&json!("0".repeat(32)), Some(140)));
    let error = server.github.deploy(&new_deployment()).await.expect_err("a merge is no deployment");
    assert!(matches!(error.fault, ForgeFault::Malformed(_)), "{error}");
    assert_eq!(error.wrote, Wrote::Maybe);
}

#[tokio::test]
async fn d1_a_state_is_set_with_its_urls_and_an_unknown_one_is_not_sent() {
    let server = Scripted::new([Turn::json(201, &json!({ "id": 1 }))]).await;
    let mut state =
        NewState { state: DeploymentState::InProgress, description: "running".to_owned(), log_url: Some("https://x/1".to_owned()), environment_url: None };
    server.github.set_state(DeploymentId(77), &state).await.expect("set");
    assert_eq!(server.asked()[0].body, json!({ "state": "in_progress", "description": "running", "log_url": "https://x/1" }));
    state.state = DeploymentState::Unknown;
    let error = server.github.set_state(DeploymentId(77), &state).await.expect_err("not a state");
    assert_eq!((error.wrote, server.asked().len()), (Wrote::Nothing, 1));
}

#[tokio::test]
async fn c4_a_reaction_that_is_gone_already_is_taken_away() {
    let server = Scripted::new([Turn::status(404)]).await;
    server.github.unreact(CommentId(3), ReactionId(9)).await.expect("gone is gone");
    assert_eq!(server.routes(), ["DELETE /api/v3/repos/acme/shop/issues/comments/3/reactions/9"]);
}

#[tokio::test]
async fn g10_a_record_is_an_annotated_tag_that_nothing_points_at() {
    let server = Scripted::new([Turn::json(201, &json!({ "sha": OTHER, "tag": "staging" }))]).await;
    let id = server.github.write_record(&CommitSha::new(NEW).expect("valid"), "staging", "{}").await.expect("written");
    assert_eq!(id.as_str(), OTHER);
    let asked = &server.asked()[0];
    assert_eq!((asked.target.as_str(), &asked.body["type"], &asked.body["object"]), ("/api/v3/repos/acme/shop/git/tags", &json!("commit"), &json!(NEW)));
}

#[tokio::test]
async fn g10_a_swap_compares_with_what_was_expected() {
    let server = Scripted::new([swapped(), swapped()]).await;
    assert_eq!(server.github.swap("R_1", &swap(Some(OLD))).await.expect("done"), Swapped::Done);
    assert_eq!(server.github.swap("R_1", &swap(None)).await.expect("done"), Swapped::Done);
    let update = |index: usize| server.asked()[index].body["variables"]["updates"][0].clone();
    assert_eq!(update(0), json!({ "name": "refs/shipgate/lock/staging", "beforeOid": OLD, "afterOid": NEW, "force": true }));
    assert_eq!(update(1)["beforeOid"], json!("0".repeat(40)), "it must not exist");
}

#[tokio::test]
async fn g10_a_swap_of_which_nobody_knows_is_read_back() {
    for (turns, expected, requests) in [
        (vec![Turn::status(502), reference(NEW)], Some(Swapped::Done), 2),
        (vec![Turn::Drop, reference(OTHER)], Some(Swapped::Lost), 2),
        (vec![Turn::Drop, Turn::status(404)], Some(Swapped::Lost), 2),
        (vec![Turn::status(502), reference(OLD), swapped()], Some(Swapped::Done), 3),
        (vec![Turn::status(502), reference(OLD), refused(), reference(OTHER)], Some(Swapped::Lost), 4),
        (vec![Turn::status(502), reference(OLD), Turn::status(502), reference(OLD)], None, 4),
        (vec![Turn::status(502), Turn::status(403)], None, 2),
        (vec![refused(), reference(OTHER)], Some(Swapped::Lost), 2),
        (vec![refused(), reference(NEW)], Some(Swapped::Done), 2),
        (vec![refused(), reference(OLD)], None, 2),
        (vec![Turn::status(401)], None, 1),
    ] {
        let script = format!("{turns:?}");
        let server = Scripted::new(turns).await;
        assert_eq!(server.github.swap("R_1", &swap(Some(OLD))).await.ok(), expected, "{script}");
        assert_eq!(server.asked().len(), requests, "{script}");
    }
}

#[tokio::test]
async fn g10_a_first_claim_that_somebody_else_made_is_lost() {
    let server = Scripted::new([refused(), reference(OTHER)]).await;
    assert_eq!(server.github.swap("R_1", &swap(None)).await.expect("an outcome"), Swapped::Lost);
    assert_eq!(server.routes()[1], "GET /api/v3/repos/acme/shop/git/ref/shipgate/lock/staging");
}

#[tokio::test]
async fn g14_the_last_push_is_found_in_the_repository_s_activity_and_an_older_one_is_none() {
    let entry = |after: &str, login: &str, at: &str| json!({ "ref": "refs/heads/feature/x", "after": after, "before": OLD, "timestamp": at, "actor": { "login": login, "id": 5, "type": "User" } });
    let entries = json!([entry(NEW, "b", "2024-05-01T11:00:00Z"), entry(NEW, "a", "2024-05-01T10:00:00Z")]);
    // Moved on to another commit: the list and the branch are not in step.
    let moved = json!([entry(OTHER, "c", "2024-05-01T12:00:00Z"), entry(NEW, "b", "2024-05-01T11:00:00Z")]);
    let server = Scripted::new([Turn::json(200, &entries), Turn::json(200, &json!([])), Turn::json(200, &moved)]).await;
    let branch = HeadBranch::new("feature/x").expect("valid");
    let head = CommitSha::new(NEW).expect("valid");
    let (push, sighting) = server.github.push_of(&branch, &head).await.expect("an answer").expect("a push");
    assert_eq!((push.by.login.as_str(), sighting.at.to_string().as_str()), ("b", "2024-05-01T11:00:00Z"));
    for _ in 0..2 {
        assert!(server.github.push_of(&branch, &head).await.expect("an answer").is_none());
    }
    assert_eq!(server.routes()[0], "GET /api/v3/repos/acme/shop/activity?ref=refs%2Fheads%2Ffeature%2Fx&per_page=1");
}

#[tokio::test]
async fn g12_the_merge_base_comes_from_a_comparison() {
    let server = Scripted::new([Turn::json(200, &json!({ "merge_base_commit": { "sha": OTHER } })), Turn::json(200, &json!({}))]).await;
    let sha = |text| CommitSha::new(text).expect("valid");
    assert_eq!(server.github.merge_base(&sha(OLD), &sha(NEW)).await.expect("an answer"), sha(OTHER));
    assert!(server.routes()[0].starts_with(&format!("GET /api/v3/repos/acme/shop/compare/{OLD}...{NEW}?")));
    let error = server.github.merge_base(&sha(OLD), &sha(NEW)).await.expect_err("an empty answer");
    assert!(matches!(&error.fault, ForgeFault::Malformed(why) if why.contains("merge_base_commit")), "{error}");
}

#[tokio::test]
async fn a_run_that_cannot_be_seen_is_not_over() {
    let server = Scripted::new([Turn::status(404), Turn::status(403), Turn::json(200, &json!({ "status": "brand_new" }))]).await;
    assert!(server.github.run_state(RunId(1)).await.is_err(), "404 says as well that the token may not see it");
    assert!(server.github.run_state(RunId(1)).await.is_err(), "not allowed to know is not over");
    assert_eq!(server.github.run_state(RunId(1)).await.expect("an answer"), RunState::Going);
}

#[tokio::test]
async fn g13_roles_come_in_one_query_and_the_rest_by_name() {
    let found = |login: &str, id: u64| json!({ "edges": [{ "permission": "READ", "node": { "login": format!("{login}-two"), "databaseId": 99 } }, { "permission": "MAINTAIN", "node": { "login": login, "databaseId": id } }] });
    let answer = json!({ "data": { "repository": { "person0": found("Ann", 1), "person1": null, "person2": { "edges": [] } } },
        "errors": [{ "type": "FORBIDDEN", "message": "no", "path": ["repository", "person1"] }] });
    let permission = json!({ "permission": "write", "role_name": "our-own-role", "user": { "login": "ben", "id": 2, "type": "User" } });
    let server = Scripted::new([Turn::json(200, &answer), Turn::json(200, &permission), Turn::status(404)]).await;
    let login = |text: &str| Login::new(text).expect("valid");
    let roles = server.github.roles(&[login("ann"), login("ben"), login("nobody")]).await.expect("an answer");
    assert_eq!(roles, BTreeMap::from([(login("ann"), (PersonId(1), Role::Maintain)), (login("ben"), (PersonId(2), Role::Write))]));
    assert_eq!(server.asked()[0].body["variables"], json!({ "owner": "acme", "name": "shop", "person0": "ann", "person1": "ben", "person2": "nobody" }));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn g3_a_team_that_cannot_be_read_is_unknown_and_says_what_would_mend_it() {
    let page = |ids: &[u64], next: Option<&str>| {
        let nodes: Vec<Value> = ids.iter().map(|id| json!({ "databaseId": id })).collect();
        json!({ "team": { "members": { "totalCount": 3, "pageInfo": { "hasNextPage": next.is_some(), "endCursor": next }, "nodes": nodes } } })
    };
    let first = json!({ "data": { "team0": page(&[1, 2], Some("c")), "team1": { "team": null }, "team2": null },
        "errors": [{ "type": "FORBIDDEN", "message": "Resource not accessible by integration", "path": ["team2"] }] });
    let server = Scripted::new([Turn::json(200, &first), Turn::data(&json!({ "team0": page(&[3], None) }))]).await;
    let team = |text: &str| TeamSlug::new(text).expect("valid");
    let teams = server.github.teams(&[team("acme/sre"), team("acme/gone"), team("other/x")]).await.expect("an answer");
    assert_eq!(teams[&team("acme/sre")], Fact::Known(vec![PersonId(1), PersonId(2), PersonId(3)]));
    for unread in ["acme/gone", "other/x"] {
        let why = teams[&team(unread)].get().expect_err("not known");
        assert!(why.mend.is_some_and(|mend| mend.contains("members: read")), "{unread}");
    }
    assert_eq!(server.asked()[1].body["variables"], json!({ "organisation0": "acme", "slug0": "sre", "after0": "c" }));
}

#[tokio::test]
async fn g14_the_standing_is_read_whole_or_not_at_all() {
    let data = json!({ "repository": { "pullRequest": { "state": "OPEN", "isDraft": true, "headRefOid": NEW, "baseRef": { "target": { "oid": OLD, "policy": { "object": { "oid": OTHER } } } } } } });
    let hole = json!({ "data": data, "errors": [{ "type": "FORBIDDEN", "message": "no", "path": ["repository", "pullRequest", "baseRef"] }] });
    let server = Scripted::new([Turn::data(&data), Turn::json(200, &hole), Turn::data(&json!({ "repository": { "pullRequest": null } }))]).await;
    let standing = server.github.standing(PullNumber(7)).await.expect("an answer");
    let policy = standing.policy.as_ref().map(ObjectId::as_str);
    assert_eq!((standing.head.as_str(), standing.open, standing.draft, policy), (NEW, true, true, Some(OTHER)));
    assert!(matches!(server.github.standing(PullNumber(7)).await.expect_err("a hole").fault, ForgeFault::Forbidden { .. }));
    assert!(matches!(server.github.standing(PullNumber(7)).await.expect_err("no such pull request").fault, ForgeFault::NotFound { .. }));
}

#[tokio::test]
async fn c4_our_comments_are_read_from_the_newest_page_and_given_oldest_first() {
    let node = |id: u64, ours: bool| json!({ "fullDatabaseId": id.to_string(), "body": "b", "lastEditedAt": null, "viewerDidAuthor": ours });
    let page = |nodes: Value, before: Option<&str>| {
        Turn::data(
            &json!({ "repository": { "pullRequest": { "comments": { "totalCount": 4, "pageInfo": { "hasPreviousPage": before.is_some(), "startCursor": before }, "nodes": nodes } } } }),
        )
    };
    let server = Scripted::new([page(json!([node(3, true), node(4, true)]), Some("p")), page(json!([node(1, true), node(2, false)]), None)]).await;
    let comments = server.github.our_comments(PullNumber(7)).await.expect("an answer");
    assert_eq!(comments.iter().map(|comment| comment.id.0).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(server.asked()[1].body["variables"]["before"], json!("p"));
}

#[tokio::test]
async fn d7_answers_are_asked_for_compressed_and_read_as_they_were() {
    use std::io::Write as _;
    let packed = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    };
    let whole = packed(&json!({ "status": "completed" }).to_string());
    let cut = whole[..whole.len() / 2].to_vec();
    let turns = [cut, packed("{\"status\": \"comp"), whole].map(|body| Turn::Packed { encoding: "gzip", body });
    let server = Scripted::new(turns).await;
    assert_eq!(server.github.run_state(RunId(5)).await.expect("the third try is whole"), RunState::Over);
    assert_eq!(server.asked().len(), 3);
    assert_eq!(server.asked()[0].headers.get("accept-encoding").expect("a header"), "gzip");
    // 70 MB of blanks in 70 kB.
    let bomb = packed(&" ".repeat(70 << 20));
    let server = Scripted::new([Turn::Packed { encoding: "gzip", body: bomb }]).await;
    let error = server.github.comment(PullNumber(7), "hello").await.expect_err("too much");
    assert!(matches!(&error.fault, ForgeFault::Broken(why) if why.contains("more than 67108864 bytes")), "{error}");
    assert_eq!(error.wrote, Wrote::Maybe);
}

fn speech(place: SpeechPlace<'_>) -> Speech<'_> {
    Speech { place, body: "no", to: "IC_1", reaction: Reaction::MinusOne }
}

#[tokio::test]
async fn d7_a_comment_and_its_reaction_are_one_request_and_each_part_is_told_by_itself() {
    let said = json!({ "commentEdge": { "node": { "fullDatabaseId": "900" } } });
    let refused = |part: &str| json!([{ "type": "FORBIDDEN", "message": "no", "path": [part] }]);
    let answered = |data: Value, errors: Value| Turn::json(200, &json!({ "data": data, "errors": errors }));
    let server = Scripted::new([
        answered(json!({ "said": said, "reacted": { "clientMutationId": null } }), json!([])),
        answered(json!({ "said": said, "reacted": null }), refused("reacted")),
        answered(json!({ "said": null, "reacted": { "clientMutationId": null } }), refused("said")),
        // The comment was written, and something in the answer about it could not be had.
        answered(json!({ "said": { "commentEdge": { "node": null } }, "reacted": {} }), json!([{ "message": "no", "path": ["said", "commentEdge", "node"] }])),
        answered(json!({ "said": { "commentEdge": null }, "reacted": {} }), json!([])),
        answered(json!({ "said": null, "reacted": null }), json!([{ "message": "Something went wrong while executing your query.", "path": ["said"] }])),
    ])
    .await;
    let new = speech(SpeechPlace::New("PR_1"));
    let spoken = server.github.speak(&new).await.expect("both");
    assert_eq!((spoken.comment, spoken.reaction.is_ok()), (CommentId(900), true));
    let spoken = server.github.speak(&new).await.expect("the comment");
    assert!(spoken.comment == CommentId(900) && spoken.reaction.is_err());
    for wrote in [Wrote::Nothing, Wrote::Maybe, Wrote::Maybe, Wrote::Maybe] {
        assert_eq!(server.github.speak(&new).await.expect_err("no comment is known").wrote, wrote);
    }
    let asked = &server.asked()[0].body;
    assert_eq!(asked["variables"], json!({ "place": "PR_1", "body": "no", "to": "IC_1", "reaction": "THUMBS_DOWN" }));
}

#[tokio::test]
async fn d7_a_new_comment_is_sent_once_and_a_rewritten_one_until_it_is_there() {
    let server = Scripted::new([Turn::status(502), Turn::Drop]).await;
    assert_eq!(server.github.speak(&speech(SpeechPlace::New("PR_1"))).await.expect_err("nobody knows").wrote, Wrote::Maybe);
    assert_eq!(server.asked().len(), 1);
    let said = json!({ "said": { "issueComment": { "fullDatabaseId": "900" } }, "reacted": {} });
    let server = Scripted::new([Turn::status(502), Turn::Drop, Turn::data(&said)]).await;
    assert_eq!(server.github.speak(&speech(SpeechPlace::Instead("IC_9"))).await.expect("the third try").comment, CommentId(900));
}

/// What a server says to fields that its schema does not have.
fn unknown(version: &str, fields: &[(&str, &str)]) -> Turn {
    let error = |(kind, name): &(&str, &str)| {
        json!({ "message": format!("Field '{name}' doesn't exist on type '{kind}'"), "path": ["query Survey", "repository", name],
            "extensions": { "code": "undefinedField", "typeName": kind, "fieldName": name } })
    };
    let errors: Vec<Value> = fields.iter().map(error).collect();
    Turn::json(200, &json!({ "errors": errors })).header("x-github-enterprise-version", version)
}

#[tokio::test]
async fn i4_what_an_older_server_lacks_is_not_asked_for_again() {
    let page = json!({ "repository": { "pullRequest": { "comments": {
        "totalCount": 1, "pageInfo": { "hasPreviousPage": false, "startCursor": null },
        "nodes": [{ "fullDatabaseId": 5, "body": "b", "lastEditedAt": null, "viewerDidAuthor": true }],
    } } } });
    let server = Scripted::new([unknown("3.9.2", &[("IssueComment", "fullDatabaseId")]), Turn::data(&page), Turn::data(&page)]).await;
    for _ in 0..2 {
        assert_eq!(server.github.our_comments(PullNumber(7)).await.expect("comments")[0].id, CommentId(5));
    }
    let asked: Vec<bool> = server.asked().iter().map(|asked| asked.body["query"].as_str().expect("a query").contains("fullDatabaseId: databaseId")).collect();
    assert_eq!(asked, [false, true, true]);
}

#[tokio::test]
async fn i4_what_nothing_goes_without_is_an_error_that_names_field_and_version() {
    let server = Scripted::new([unknown("3.9.2", &[("Mutation", "updateRefs")]), reference(OLD)]).await;
    let error = server.github.swap("R_1", &swap(Some(OLD))).await.expect_err("it cannot");
    assert_eq!(error.to_string(), "POST /graphql (UpdateRefs): this server (GitHub Enterprise Server 3.9.2) does not offer Mutation.updateRefs");
    assert_eq!(error.wrote, Wrote::Nothing);
}

#[tokio::test]
async fn i4_a_server_without_the_activity_says_so_with_its_version() {
    let old = || Turn::status(404).header("x-github-enterprise-version", "3.9.2");
    let server = Scripted::new([old(), Turn::status(404)]).await;
    let (branch, head) = (HeadBranch::new("feature/x").expect("valid"), CommitSha::new(NEW).expect("valid"));
    let error = server.github.push_of(&branch, &head).await.expect_err("no activity").to_string();
    assert!(error.contains("(GitHub Enterprise Server 3.9.2) does not offer the repository's activity") && error.contains("3.11"), "{error}");
    let server = Scripted::new([Turn::status(404)]).await;
    let error = server.github.push_of(&branch, &head).await.expect_err("no activity");
    assert!(matches!(error.fault, ForgeFault::NotFound { .. }), "{error}");
}
