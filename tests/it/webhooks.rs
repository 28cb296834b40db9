//! Every payload the server documents is understood or cleanly passed over, and a broken one is refused by the path of the field.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use shipgate::domain::{ActorKind, CommitSha, Login, PersonId, PullNumber, RunId};
use shipgate::intake::{
    Asked, CommandName, CommentEvent, Concerns, Event, EventError, Grammar, Origin, PullEnd, Sender, WhyIgnored, WhyNot, dispatch_request, read_event, requests,
};

const WEBHOOKS: &str = include_str!("../fixtures/github/webhooks.json");
const COMMENT: &str = include_str!("../fixtures/github/issue_comment.created.json");

#[derive(Deserialize)]
struct Webhooks {
    origin: Source,
    payloads: Vec<Webhook>,
}

#[derive(Deserialize)]
struct Source {
    servers: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Webhook {
    event: String,
    count: usize,
    payload: Value,
}

fn webhooks() -> Webhooks {
    serde_json::from_str(WEBHOOKS).expect("the fixture is JSON")
}

fn read(name: &str, payload: &Value) -> Result<Event, EventError> {
    read_event(name, payload.to_string().as_bytes(), "/")
}

fn comment_payload() -> Value {
    serde_json::from_str(COMMENT).expect("the fixture is JSON")
}

/// The comment's payload with the value at a JSON pointer replaced.
fn comment_with(pointer: &str, value: Value) -> Value {
    with(comment_payload(), pointer, value)
}

fn with(mut payload: Value, pointer: &str, value: Value) -> Value {
    *payload.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is in the fixture")) = value;
    payload
}

fn comment(payload: &Value) -> CommentEvent {
    match read("issue_comment", payload).expect("a good payload") {
        Event::Comment(event) => event,
        other => panic!("not a comment: {other:?}"),
    }
}

fn ignored(name: &str, payload: &Value) -> WhyIgnored {
    match read(name, payload).expect("a good payload") {
        Event::Ignored(why) => why,
        other => panic!("not ignored: {other:?}"),
    }
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::Comment(_) => "comment",
        Event::Dispatch(_) => "dispatch",
        Event::Reconsider { concerns: Concerns::Pulls(_), .. } => "reconsider pulls",
        Event::Reconsider { concerns: Concerns::Head(_), .. } => "reconsider head",
        Event::RunOver { .. } => "run over",
        Event::PullClosed { .. } => "closed",
        Event::Sweep => "sweep",
        Event::Ignored(_) => "ignored",
    }
}

#[test]
fn every_documented_payload_is_handled_or_cleanly_ignored() {
    let webhooks = webhooks();
    assert_eq!(webhooks.payloads.iter().map(|webhook| webhook.count).sum::<usize>(), webhooks.origin.servers.values().sum::<usize>());
    let mut seen = BTreeMap::<String, BTreeMap<&str, usize>>::new();
    for webhook in &webhooks.payloads {
        let event = read(&webhook.event, &webhook.payload).unwrap_or_else(|error| panic!("{}: {error}", webhook.event));
        *seen.entry(webhook.event.clone()).or_default().entry(kind(&event)).or_default() += webhook.count;
    }
    seen.retain(|_, kinds| kinds.keys().any(|kind| *kind != "ignored"));
    // All comments of the package stand on plain issues, all dispatches are empty, all other events mean nothing here.
    let expected = json!({
        "check_run": { "ignored": 13, "reconsider pulls": 5 },
        "check_suite": { "ignored": 9, "reconsider head": 1, "reconsider pulls": 10 },
        "pull_request": { "closed": 4, "ignored": 22, "reconsider pulls": 20 },
        "pull_request_review": { "reconsider pulls": 11 },
        "status": { "reconsider head": 11 },
        "workflow_run": { "ignored": 2, "run over": 8 },
    });
    assert_eq!(json!(seen), expected);
}

#[test]
fn no_documented_payload_with_a_field_taken_away_does_harm() {
    for webhook in webhooks().payloads {
        let whole = read(&webhook.event, &webhook.payload).expect("a good payload");
        for (key, _) in webhook.payload.as_object().expect("an object") {
            let mut payload = webhook.payload.clone();
            payload.as_object_mut().expect("an object").remove(key);
            match read(&webhook.event, &payload) {
                Ok(event) => assert!(kind(&event) == kind(&whole) || kind(&event) == "ignored", "{} without {key}", webhook.event),
                Err(EventError::Missing { path }) => assert_eq!(&path, key, "{}", webhook.event),
                Err(error) => panic!("{} without {key}: {error}", webhook.event),
            }
        }
    }
}

#[test]
fn c1_a_deploy_comment_becomes_one_request() {
    let event = comment(&comment_payload());
    assert_eq!((event.pull, event.repo.as_str(), event.sender.clone()), (PullNumber(2), "Codertocat/Hello-World", Sender::Human));
    let Asked::Requests(found) = requests(&event, &Grammar::default()) else { panic!("no request") };
    let [request] = found.as_slice() else { panic!("{} requests", found.len()) };
    assert_eq!(request.key.as_str(), "comment-492700400-0");
    assert_eq!((request.actor.id, request.actor.kind), (PersonId(21_031_067), ActorKind::Human));
    assert_eq!(request.at.to_string(), "2019-05-15T15:20:21Z");
    assert_eq!(request.command.to_string(), "/deploy staging");
    assert!(matches!(&request.origin, Origin::Comment { node_id, body, .. } if node_id == "MDEyOklzc3VlQ29tbWVudDQ5MjcwMDQwMA==" && body == "/deploy staging"));
}

#[test]
fn c5_every_delivery_of_a_comment_gives_the_same_keys() {
    let payload = comment_with("/comment/body", json!("/deploy dev\n/deploy staging\n"));
    let keys = || match requests(&comment(&payload), &Grammar::default()) {
        Asked::Requests(requests) => requests.into_iter().map(|request| request.key.to_string()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(keys(), ["comment-492700400-0", "comment-492700400-1"]);
    assert_eq!(keys(), keys());
}

#[test]
fn c3_only_a_new_comment_on_an_open_pull_request_by_its_own_author_counts() {
    for action in ["edited", "deleted", "pinned"] {
        let why = ignored("issue_comment", &comment_with("/action", json!(action)));
        assert_eq!(why, WhyIgnored::Action { event: "issue_comment", action: action.to_owned() });
    }
    assert_eq!(ignored("issue_comment", &comment_with("/issue/pull_request", Value::Null)), WhyIgnored::PlainIssue { number: PullNumber(2) });
    for state in ["closed", "merged", ""] {
        assert_eq!(ignored("issue_comment", &comment_with("/issue/state", json!(state))), WhyIgnored::NotOpen { number: PullNumber(2) });
    }
    assert_eq!(ignored("issue_comment", &comment_with("/sender/id", json!(1))), WhyIgnored::OtherSender);
    assert_eq!(comment(&comment_with("/sender/login", json!("renamed"))).pull, PullNumber(2), "the id counts, not the login");
    for body in ["Looks good", "> /deploy staging", "```\n/deploy staging\n```"] {
        let why = ignored("issue_comment", &comment_with("/comment/body", json!(body)));
        assert!(matches!(why, WhyIgnored::NotACommand(WhyNot::NoPrefix | WhyNot::FirstLine)), "{body:?}: {why:?}");
    }
}

#[test]
fn g2_a_bot_or_an_app_in_somebodys_name_is_a_machine() {
    let bot = with(with(comment_with("/comment/user/type", json!("Bot")), "/comment/user/login", json!("helper[bot]")), "/sender/type", json!("Bot"));
    let event = comment(&bot);
    assert_eq!((event.actor.kind, event.sender), (ActorKind::Machine, Sender::App(Login::new("helper[bot]").expect("a login"))));
    for kind in ["Mannequin", "Organization", "user", "Agent"] {
        assert_eq!(comment(&comment_with("/comment/user/type", json!(kind))).actor.kind, ActorKind::Machine, "{kind}");
    }
    let event = comment(&comment_with("/comment/performed_via_github_app", json!({ "id": 7, "slug": "writer" })));
    assert_eq!((event.actor.kind, event.sender), (ActorKind::Machine, Sender::App(Login::new("writer[bot]").expect("a login"))));
    let error = read("issue_comment", &comment_with("/comment/performed_via_github_app", json!({ "slug": "a b" }))).expect_err("no slug");
    assert!(matches!(error, EventError::Refused { path, .. } if path == "comment.performed_via_github_app.slug"));
}

#[test]
fn a_broken_payload_is_refused_by_the_path_of_the_field() {
    for (pointer, value, expected) in [
        ("/comment/user/id", Value::Null, "no `comment.user.id`"),
        ("/comment/user", Value::Null, "no `comment.user`"),
        ("/comment/user", json!("octocat"), "no `comment.user.id`"),
        ("/comment/body", json!(3), "`comment.body` of the event's payload is not a text"),
        ("/comment/id", json!("3"), "`comment.id` of the event's payload is not a positive whole number"),
        ("/comment/id", json!(-3), "`comment.id` of the event's payload is not a positive whole number"),
        ("/issue/number", json!(0), "`issue.number` of the event's payload is not a positive whole number"),
        ("/issue/number", json!(1.5), "`issue.number` of the event's payload is not a positive whole number"),
        ("/comment/created_at", json!("yesterday"), "`comment.created_at` of the event's payload is not a time in RFC 3339"),
        ("/repository/full_name", json!("../.."), "`repository.full_name` of the event's payload is refused"),
        ("/comment/user/login", json!("a\nb"), "`comment.user.login` of the event's payload is refused"),
    ] {
        let error = read("issue_comment", &comment_with(pointer, value)).expect_err(pointer);
        assert!(error.to_string().contains(expected), "{pointer}: {error}");
    }
    for payload in [&b""[..], b"{", b"nonsense", b"\xff\xfe{}", b"{\"action\":\"created\"}{}"] {
        assert!(matches!(read_event("issue_comment", payload, "/"), Err(EventError::NotJson(_))), "{payload:?}");
    }
    for payload in [&b"[]"[..], b"null", b"3", b"{}"] {
        assert!(matches!(read_event("issue_comment", payload, "/"), Err(EventError::Missing { path }) if path == "action"), "{payload:?}");
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(read_event("issue_comment", deep.as_bytes(), "/"), Err(EventError::NotJson(_))));
    let large = vec![b' '; 25 * 1024 * 1024 + 1];
    assert!(matches!(read_event("issue_comment", &large, "/"), Err(EventError::TooLarge { .. })));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = [b"\xef\xbb\xbf", COMMENT.as_bytes()].concat();
    assert!(matches!(read_event("issue_comment", &marked, "/"), Ok(Event::Comment(_))));
}

#[test]
fn an_event_that_means_nothing_here_is_not_even_parsed() {
    for name in ["push", "issues", "", "ISSUE_COMMENT", "pull_request_review_comment"] {
        assert!(matches!(read_event(name, b"not JSON", "/"), Ok(Event::Ignored(WhyIgnored::Event { .. }))), "{name:?}");
    }
    assert!(matches!(read_event("schedule", b"{\"schedule\":\"0 * * * *\"}", "/"), Ok(Event::Sweep)));
}

fn documented(event: &str, action: &str) -> Value {
    let found = webhooks().payloads.into_iter().find(|webhook| webhook.event == event && (action.is_empty() || webhook.payload["action"] == action));
    found.unwrap_or_else(|| panic!("no {event} {action}")).payload
}

#[test]
fn a_closed_pull_request_says_how_it_ended() {
    let payload = documented("pull_request", "closed");
    for (merged, expected) in [(true, PullEnd::Merged), (false, PullEnd::Unmerged)] {
        let event = read("pull_request_target", &with(payload.clone(), "/pull_request/merged", json!(merged))).expect("a good payload");
        assert!(matches!(event, Event::PullClosed { pull: PullNumber(2), end, .. } if end == expected), "{event:?}");
    }
    let error = read("pull_request", &with(payload, "/pull_request/merged", Value::Null)).expect_err("nothing is guessed");
    assert!(matches!(error, EventError::Missing { path } if path == "pull_request.merged"));
}

#[test]
fn what_happens_on_a_closed_pull_request_is_not_reconsidered() {
    let payload = with(documented("pull_request_review", "submitted"), "/pull_request/state", json!("closed"));
    assert!(matches!(ignored("pull_request_review", &payload), WhyIgnored::NotOpen { .. }));
}

#[test]
fn g1_a_finished_check_concerns_the_pull_requests_of_this_repository_or_the_head() {
    let payload = documented("check_suite", "completed");
    let concerns = |payload: &Value| match read("check_suite", payload).expect("a good payload") {
        Event::Reconsider { concerns, .. } => concerns,
        other => panic!("{other:?}"),
    };
    assert_eq!(concerns(&payload), Concerns::Pulls(vec![PullNumber(2)]));
    let head = CommitSha::new(payload["check_suite"]["head_sha"].as_str().expect("a text")).expect("an id");
    let elsewhere = with(payload.clone(), "/check_suite/pull_requests/0/base/repo/id", json!(1));
    assert_eq!(concerns(&elsewhere), Concerns::Head(head.clone()), "a fork's own pull request is not ours");
    assert_eq!(concerns(&with(payload, "/check_suite/pull_requests", json!([]))), Concerns::Head(head));
    assert_eq!(ignored("status", &with(documented("status", ""), "/state", json!("pending"))), WhyIgnored::Pending);
}

#[test]
fn a_dispatch_carries_one_command_for_one_pull_request() {
    for (name, key) in [("workflow_dispatch", "inputs"), ("repository_dispatch", "client_payload")] {
        let dispatched = |value: Value| with(documented(name, ""), &format!("/{key}"), value);
        for number in [json!(12), json!("12")] {
            let event = read(name, &dispatched(json!({ "command": "/deploy staging", "pull-request": number }))).expect("a good payload");
            let Event::Dispatch(event) = event else { panic!("{event:?}") };
            let at = "2026-01-02T03:04:05Z".parse().expect("a time");
            let request = dispatch_request(&event, &Grammar::default(), RunId(77), at).expect("a command");
            assert_eq!((request.key.as_str(), request.pull, request.command.name()), ("dispatch-77", PullNumber(12), CommandName::Deploy));
        }
        for number in [json!(0), json!("012"), json!("0"), json!("-1"), json!(""), json!("\u{661}"), json!("12\n"), json!("99999999999999999999"), json!([])] {
            let error = read(name, &dispatched(json!({ "command": "/help", "pull-request": number }))).expect_err("no number");
            assert!(matches!(error, EventError::Kind { path, .. } if path == format!("{key}.pull-request")));
        }
        for value in [Value::Null, json!({}), json!({ "unrelated": 1 })] {
            assert_eq!(ignored(name, &dispatched(value)), WhyIgnored::EmptyDispatch);
        }
        let error = read(name, &dispatched(json!({ "command": "/help" }))).expect_err("no pull request");
        assert!(matches!(error, EventError::Missing { path } if path == format!("{key}.pull-request")));
    }
}
