//! The sandbox's GraphQL face: what it answers, and that its answers have the shape of GitHub's schema.

use serde_json::{Map, Value, json};

use crate::graphql_schema::{declared_variables, operations};
use crate::graphql_world::{NOTHING, POLICY, REPOSITORY, World, mutation, repository_query};
use shipgate::domain::Role;
use shipgate::sandbox::state::{ACTIONS_APP, Access, Conclusion, Permission, ReviewState, Rule, RunStatus, Signature, StatusState};
use shipgate::sandbox::store::TagSpec;
use shipgate::sandbox::world::{Check, Draft};

fn logins(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|edge| edge["node"]["login"].as_str().expect("a login")).collect()
}

#[test]
fn the_survey_answers_what_the_gates_ask() {
    let world = World::new();
    let data = world.data(&world.workflow, &world.survey());
    assert_eq!(&data["viewer"], &json!({ "login": "github-actions[bot]", "databaseId": 41_898_282 }));
    assert_eq!(&data["comment"]["body"], &json!("/deploy staging"));

    let repository = &data["repository"];
    assert_eq!(&repository["visibility"], &json!("PRIVATE"));
    assert_eq!(&repository["defaultBranchRef"]["target"]["file"]["object"]["text"], &json!("version: 1\n"));
    let bob = world.sandbox.state().account_named("bob").expect("bob").id;
    assert_eq!(&repository["collaborators"]["edges"], &json!([{ "permission": "WRITE", "node": { "login": "bob", "databaseId": bob } }]));

    let deployment = &repository["deployments"]["nodes"][0];
    assert_eq!(&deployment["payload"], &json!("{\"schema_version\":1}"));
    assert_eq!(&deployment["commitOid"], &json!(world.base.as_str()));
    let states: Vec<&Value> = deployment["statuses"]["nodes"].as_array().expect("a list").iter().map(|status| &status["state"]).collect();
    assert_eq!(states, vec![&json!("SUCCESS"), &json!("IN_PROGRESS")]);

    let pull = &repository["pullRequest"];
    assert_eq!((&pull["state"], &pull["mergeable"], &pull["isCrossRepository"]), (&json!("OPEN"), &json!("MERGEABLE"), &json!(false)));
    assert_eq!(&pull["headRefOid"], &json!(world.head.as_str()));
    let files = json!([{ "path": "app.txt", "changeType": "MODIFIED" }, { "path": "new.txt", "changeType": "ADDED" }]);
    assert_eq!(&pull["files"]["nodes"], &files);
    assert_eq!(&pull["commits"]["totalCount"], &json!(1));
    assert_eq!(&pull["commits"]["nodes"][0]["commit"]["authors"]["nodes"][0]["user"]["login"], &json!("ann"));
    assert_eq!(&pull["comments"]["nodes"][0]["viewerDidAuthor"], &json!(false));
    let required = json!([{ "context": "build", "integrationId": ACTIONS_APP }, { "context": "licence", "integrationId": null }]);
    assert_eq!(&pull["baseRef"]["rules"]["nodes"][0]["parameters"]["requiredStatusChecks"], &required);

    let head = &pull["head"]["nodes"][0]["commit"];
    let contexts = head["statusCheckRollup"]["contexts"]["nodes"].as_array().expect("a list");
    let shown: Vec<_> = contexts.iter().map(|context| (context["__typename"].as_str(), context["isRequired"].as_bool())).collect();
    assert_eq!(shown, vec![(Some("CheckRun"), Some(true)), (Some("StatusContext"), Some(true))]);
}

#[test]
fn every_operation_of_the_tests_is_answered_in_the_shape_of_githubs_schema() {
    let world = World::new();
    let sandbox = &world.sandbox;
    let (place, run_place) = (world.place(), (".github/workflows/ci.yml", "push", "feature"));
    sandbox.workflow(REPOSITORY, run_place.0, "CI");
    sandbox.start_run(REPOSITORY, "ann", run_place);
    sandbox.review(place, "bob", ReviewState::Approved);
    sandbox.label(place, "ann", "risky");
    sandbox.environment(REPOSITORY, "staging");
    let amended =
        sandbox.commit(REPOSITORY, "ann", &Draft::new("Amend\n\nCo-authored-by: Bob <bob@example.com>").parent(&world.base).file("new.txt", "newer\n"));
    sandbox.push(REPOSITORY, "ann", ("feature", &amended));
    sandbox.check(REPOSITORY, &amended, Check::going("build", RunStatus::InProgress));
    sandbox.status(REPOSITORY, "bob", (&amended, "licence", StatusState::Error));
    let refused = sandbox.review(place, "bob", ReviewState::ChangesRequested);
    sandbox.dismiss(refused, "ann", "Agreed.");
    sandbox.edit_comment(world.comment, "ann", "/deploy production");
    let idle = sandbox.comment(place, "eve", "Never mind.");
    sandbox.delete_comment(idle, "eve");
    sandbox.close(place, "ann");
    sandbox.reopen(place, "ann");
    sandbox.push(REPOSITORY, "ann", ("release", &world.base));
    sandbox.rebase_onto(place, "ann", "release");
    sandbox.rebase_onto(place, "ann", "main");
    sandbox.rule(REPOSITORY, "main", Rule::RequiredSignatures);
    sandbox.rule(REPOSITORY, "main", Rule::NonFastForward);
    let ann = sandbox.state().account_named("ann").expect("ann").id;
    sandbox.sign(REPOSITORY, &world.base, Signature::Verified(ann));
    sandbox.sign(REPOSITORY, &amended, Signature::Invalid("unknown_key".to_owned()));
    let variables = json!({
        "owner": "acme", "name": "shop", "pull": world.pull, "node": world.pull_node(), "branch": "feature", "organisation": "acme", "user": "ann",
        "o": "acme", "n": "shop", "q1": "ann", "sha": amended.as_str(), "org": "acme", "u1": ["bob"], "slug1": "sre", "slug2": "none",
        "pr": world.pull, "env": "staging", "policyExpr": format!("main:{POLICY}"), "base": "refs/heads/main",
    });
    let mut asked = operations("tests/contract/operations");
    asked.remove("mutations.graphql");
    assert_eq!(asked.len(), 5);
    for (name, query) in asked {
        let data = world.data(&world.person, &json!({ "query": query, "variables": variables }));
        assert!(data.is_object(), "{name}");
        if name == "fields.graphql" {
            let events = data["repository"]["pullRequest"]["timelineItems"]["nodes"].as_array().expect("a list").clone();
            let kinds: Vec<&str> = events.iter().filter_map(|event| event["__typename"].as_str()).map(|kind| kind.trim_end_matches("Event")).collect();
            let happened = ["Labeled", "HeadRefForcePushed", "ReviewDismissed", "CommentDeleted", "Closed", "Reopened", "BaseRefChanged", "BaseRefChanged"];
            assert_eq!(kinds, happened);
        }
    }
    sandbox.merge(place, "ann");
    let fields = operations("tests/contract/operations").remove("fields.graphql").expect("all fields");
    let merged = world.data(&world.person, &json!({ "query": fields, "variables": variables }))["repository"]["pullRequest"].clone();
    assert_eq!((&merged["state"], &merged["mergedBy"]["login"], &merged["mergeable"]), (&json!("MERGED"), &json!("ann"), &json!("UNKNOWN")));
}

#[test]
fn every_query_that_we_send_is_known_to_the_sandbox() {
    let world = World::new();
    let sent = operations("src/github/queries");
    assert!(!sent.is_empty());
    for (name, query) in sent {
        for (operation, variables) in declared_variables(&query) {
            let values: Map<String, Value> = variables.into_iter().map(|(variable, wanted)| (variable.clone(), world.value(&variable, &wanted))).collect();
            let answered = world.ask(&world.person, &json!({ "query": query, "operationName": operation, "variables": values }));
            assert!(answered.unknown.is_empty(), "{name}: {:?}", answered.unknown);
            assert!(answered.body.get("data").is_some(), "{name}: {}", answered.body);
        }
    }
}

#[test]
fn reviews_merge_state_and_rollup_are_computed_from_what_is_there() {
    let world = World::new();
    let query = repository_query(&format!(
        "pullRequest(number: {}) {{ mergeable mergeStateStatus reviewDecision commits(last: 1) {{ nodes {{ commit {{ statusCheckRollup {{ state }} }} }} }} }}",
        world.pull
    ));
    let shown = || {
        let pull = world.data(&world.person, &query)["repository"]["pullRequest"].clone();
        let rollup = pull["commits"]["nodes"][0]["commit"]["statusCheckRollup"]["state"].clone();
        [pull["mergeable"].clone(), pull["mergeStateStatus"].clone(), pull["reviewDecision"].clone(), rollup]
    };
    assert_eq!(shown(), [json!("MERGEABLE"), json!("BLOCKED"), json!("REVIEW_REQUIRED"), json!("SUCCESS")]);
    world.sandbox.review(world.place(), "bob", ReviewState::Approved);
    assert_eq!(shown(), [json!("MERGEABLE"), json!("CLEAN"), json!("APPROVED"), json!("SUCCESS")]);
    world.sandbox.check(REPOSITORY, &world.head, Check::ended("extra", Conclusion::Failure));
    assert_eq!(shown(), [json!("MERGEABLE"), json!("UNSTABLE"), json!("APPROVED"), json!("FAILURE")]);
    world.sandbox.put(REPOSITORY, "ann", ("main", &[("app.txt", "1\nzwei\n3\n")]));
    assert_eq!(shown(), [json!("CONFLICTING"), json!("DIRTY"), json!("APPROVED"), json!("FAILURE")]);
}

#[test]
fn pages_follow_each_other_by_cursor_and_survive_new_entries() {
    let world = World::new();
    for number in 2..=7 {
        world.sandbox.comment(world.place(), "eve", &format!("comment {number}"));
    }
    let query = "query Q($pull: Int!, $after: String, $before: String, $first: Int, $last: Int) { repository(owner: \"acme\", name: \"shop\") {
        pullRequest(number: $pull) { comments(first: $first, last: $last, after: $after, before: $before) {
            totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { body } } } } }";
    let page =
        |variables: Value| world.data(&world.workflow, &json!({ "query": query, "variables": variables }))["repository"]["pullRequest"]["comments"].clone();
    let bodies =
        |page: &Value| page["nodes"].as_array().expect("a list").iter().map(|node| node["body"].as_str().expect("a text").to_owned()).collect::<Vec<_>>();

    let one = page(json!({ "pull": world.pull, "first": 3 }));
    assert_eq!(bodies(&one), vec!["/deploy staging".to_owned(), "comment 2".to_owned(), "comment 3".to_owned()]);
    assert_eq!((&one["totalCount"], &one["pageInfo"]["hasNextPage"], &one["pageInfo"]["hasPreviousPage"]), (&json!(7), &json!(true), &json!(false)));
    world.sandbox.comment(world.place(), "eve", "comment 8");
    let two = page(json!({ "pull": world.pull, "first": 100, "after": one["pageInfo"]["endCursor"] }));
    assert_eq!(bodies(&two), ["comment 4", "comment 5", "comment 6", "comment 7", "comment 8"].map(str::to_owned).to_vec());
    assert_eq!(&two["pageInfo"]["hasNextPage"], &json!(false));
    let back = page(json!({ "pull": world.pull, "last": 2, "before": two["pageInfo"]["startCursor"] }));
    assert_eq!(bodies(&back), vec!["comment 2".to_owned(), "comment 3".to_owned()]);
    assert_eq!(&back["pageInfo"]["hasPreviousPage"], &json!(true));
}

#[test]
fn a_page_too_large_unbounded_or_after_no_entry_is_an_error_of_githubs() {
    let world = World::new();
    let cases = [
        ("first: 101", "EXCESSIVE_PAGINATION", "Requesting 101 records on the `refs` connection exceeds the `first` limit of 100 records."),
        ("first: 1, last: 1", "INVALID_PAGINATION", "Passing both `first` and `last` to paginate the `refs` connection is not supported."),
        ("first: 1, after: \"x\"", "INVALID_CURSOR_ARGUMENTS", "`x` does not appear to be a valid cursor."),
        ("query: \"\"", "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `refs` connection."),
    ];
    for (arguments, kind, message) in cases {
        let answered = world.ask(&world.workflow, &repository_query(&format!("refs(refPrefix: \"refs/heads/\", {arguments}) {{ totalCount }}")));
        let error = &answered.body["errors"][0];
        assert_eq!((&error["type"], &error["message"]), (&json!(kind), &json!(message)));
        assert_eq!((&error["path"], &answered.body["data"]["repository"]["refs"]), (&json!(["repository", "refs"]), &Value::Null));
    }
    // Where the connection itself may not be null, its parent is.
    let answered = world.ask(&world.workflow, &repository_query(&format!("pullRequest(number: {}) {{ comments(first: 101) {{ totalCount }} }}", world.pull)));
    assert_eq!(&answered.body["data"], &json!({ "repository": { "pullRequest": null } }));
}

#[test]
fn what_a_token_may_not_read_is_forbidden_and_null_and_what_is_not_there_is_not_found() {
    let world = World::new();
    let teams = json!({ "query": "{ organization(login: \"acme\") { login team(slug: \"sre\") { slug } } }" });
    let answered = world.ask(&world.workflow, &teams);
    assert_eq!(&answered.body["data"], &json!({ "organization": { "login": "acme", "team": null } }));
    let error = &answered.body["errors"][0];
    assert_eq!((&error["type"], &error["message"]), (&json!("FORBIDDEN"), &json!("Resource not accessible by integration")));
    assert_eq!(&error["path"], &json!(["organization", "team"]));
    assert_eq!(&world.data(&world.person, &teams)["organization"]["team"]["slug"], &json!("sre"));

    let poor = world.sandbox.actions_token(&[(Permission::Contents, Access::Read)]);
    let answered = world.ask(&poor, &repository_query("nameWithOwner deployments(first: 1) { totalCount }"));
    assert_eq!((&answered.body["data"], &answered.body["errors"][0]["type"]), (&json!({ "repository": null }), &json!("FORBIDDEN")));

    world.sandbox.user("mallory");
    let outside = world.sandbox.full_token("mallory");
    let answered = world.ask(&outside, &repository_query("id"));
    let error = &answered.body["errors"][0];
    assert_eq!((&error["type"], &error["message"]), (&json!("NOT_FOUND"), &json!("Could not resolve to a Repository with the name 'acme/shop'.")));
    assert_eq!(&error["locations"], &json!([{ "line": 1, "column": 3 }]));

    let answered = world.ask(&world.person, &json!({ "query": "{ node(id: \"PR_nothing\") { id } }" }));
    assert_eq!(&answered.body["errors"][0]["type"], &json!("NOT_FOUND"));
    let reader = world.sandbox.full_token("eve");
    let answered = world.ask(&reader, &repository_query("collaborators(first: 1) { totalCount }"));
    assert_eq!(&answered.body["errors"][0]["type"], &json!("FORBIDDEN"));
}

#[test]
fn collaborators_are_found_by_part_of_their_login_with_the_greatest_of_their_roles() {
    let world = World::new();
    let asked = |query: &str| {
        let fields = format!(
            "collaborators(query: \"{query}\", first: 5) {{ edges {{ permission permissionSources {{ source {{ __typename }} }} node {{ login }} }} }}"
        );
        world.data(&world.workflow, &repository_query(&fields))["repository"]["collaborators"]["edges"].clone()
    };
    assert_eq!(logins(&asked("")), vec!["ann", "bob", "eve"]);
    assert!(logins(&asked("mallory")).is_empty());
    world.sandbox.grant(REPOSITORY, "bob", Role::Read);
    let bob = asked("bob");
    assert_eq!(&bob[0]["permission"], &json!("WRITE"));
    assert_eq!(&bob[0]["permissionSources"], &json!([{ "source": { "__typename": "Repository" } }, { "source": { "__typename": "Team" } }]));
}

#[test]
fn of_two_swaps_from_the_same_target_exactly_one_wins() {
    let world = World::new();
    let lock = "refs/shipgate/lock/staging";
    let (one, two) = (world.base.as_str(), world.head.as_str());
    // Both found no ref.
    let first = world.ask(&world.workflow, &world.swap(lock, NOTHING, one));
    assert_eq!(&first.body, &json!({ "data": { "updateRefs": { "clientMutationId": "swap" } } }));
    let second = world.ask(&world.workflow, &world.swap(lock, NOTHING, two));
    assert_eq!((second.status, &second.body["data"]), (200, &json!({ "updateRefs": null })));
    assert_eq!((&second.body["errors"][0]["type"], &second.body["errors"][0]["path"]), (&json!("STALE_DATA"), &json!(["updateRefs"])));
    assert_eq!(world.target(lock).as_deref(), Some(one));
    // Both found the first target.
    assert_eq!(world.ask(&world.workflow, &world.swap(lock, one, two)).body.get("errors"), None);
    assert_eq!(&world.ask(&world.workflow, &world.swap(lock, one, two)).body["errors"][0]["type"], &json!("STALE_DATA"));
    assert_eq!(world.target(lock).as_deref(), Some(two));
    // Forty zeros delete.
    assert_eq!(world.ask(&world.workflow, &world.swap(lock, two, NOTHING)).body.get("errors"), None);
    assert_eq!(world.target(lock), None);
}

#[test]
fn several_refs_are_swapped_all_or_none() {
    let world = World::new();
    let repository = world.sandbox.state().repository_named(REPOSITORY).expect("the repository").node_id();
    let update = |name: &str, before: &str, after: &str| json!({ "name": name, "beforeOid": before, "afterOid": after });
    let (base, head) = (world.base.as_str(), world.head.as_str());
    let updates = json!([update("refs/shipgate/a", NOTHING, base), update("refs/heads/main", head, base)]);
    let input = json!({ "input": { "repositoryId": repository, "refUpdates": updates } });
    assert_eq!(&world.ask(&world.workflow, &mutation("SwapAll", &input)).body["errors"][0]["type"], &json!("STALE_DATA"));
    assert_eq!((world.target("refs/shipgate/a"), world.target("refs/heads/main").as_deref()), (None, Some(base)));

    let back = json!({ "input": { "repositoryId": repository, "refUpdates": [update("refs/heads/feature", head, base)] } });
    let refused = world.ask(&world.workflow, &mutation("SwapAll", &back));
    assert_eq!(&refused.body["errors"][0]["type"], &json!("UNPROCESSABLE"));
    let missing = "1".repeat(40);
    let unknown = world.ask(&world.workflow, &world.swap("refs/shipgate/b", NOTHING, &missing));
    assert_eq!(&unknown.body["errors"][0]["type"], &json!("UNPROCESSABLE"));

    let reader = world.sandbox.actions_token(&[(Permission::Contents, Access::Read)]);
    assert_eq!(&world.ask(&reader, &world.swap("refs/shipgate/b", NOTHING, base)).body["errors"][0]["type"], &json!("FORBIDDEN"));
    let person = world.sandbox.full_token("eve");
    assert_eq!(&world.ask(&person, &world.swap("refs/shipgate/b", NOTHING, base)).body["errors"][0]["type"], &json!("FORBIDDEN"));
    world.sandbox.archive(REPOSITORY);
    assert_eq!(&world.ask(&world.workflow, &world.swap("refs/shipgate/b", NOTHING, base)).body["errors"][0]["type"], &json!("UNPROCESSABLE"));
}

#[test]
fn the_lock_refs_are_listed_with_the_message_of_their_tags_and_names_without_the_prefix() {
    let world = World::new();
    let tag = {
        let (stamp, state) = (world.sandbox.stamp("ann"), world.sandbox.state());
        let git = &state.repository_named(REPOSITORY).expect("the repository").git;
        let target = git.branch("main").expect("the branch");
        git.write_tag(&TagSpec { name: "lock".to_owned(), target, tagger: stamp, message: "{\"holds\":[]}\n".to_owned() }).expect("a tag").to_string()
    };
    assert_eq!(world.ask(&world.workflow, &world.swap("refs/shipgate/lock/staging", NOTHING, &tag)).body.get("errors"), None);
    let locks = world.data(&world.workflow, &world.survey())["repository"]["locks"]["nodes"].clone();
    assert_eq!(locks, json!([{ "name": "staging", "target": { "__typename": "Tag", "oid": tag, "message": "{\"holds\":[]}\n" } }]));
}

#[test]
fn comments_are_written_edited_and_reacted_to() {
    let world = World::new();
    let written = world.data(&world.workflow, &mutation("Comment", &json!({ "subject": world.pull_node(), "body": "Waiting." })));
    let node = &written["addComment"]["commentEdge"]["node"];
    assert_eq!((&node["body"], &node["viewerDidAuthor"]), (&json!("Waiting."), &json!(true)));
    assert_eq!(&node["author"], &json!({ "__typename": "Bot", "login": "github-actions" }));
    world.sandbox.clock().advance(std::time::Duration::from_mins(1));
    let edited = world.data(&world.workflow, &mutation("Edit", &json!({ "comment": node["id"], "body": "Done." })));
    assert_eq!(&edited["updateIssueComment"]["issueComment"]["lastEditedAt"], &json!("2026-11-20T10:01:00Z"));
    let react = mutation("React", &json!({ "comment": world.comment_node(), "content": "EYES" }));
    let (one, two) = (world.data(&world.workflow, &react), world.data(&world.workflow, &react));
    assert_eq!(&one["addReaction"]["reaction"]["databaseId"], &two["addReaction"]["reaction"]["databaseId"]);
    assert_eq!(world.sandbox.reactions(world.comment), vec!["eyes".to_owned()]);
    let refused = world.ask(&world.sandbox.full_token("eve"), &mutation("Edit", &json!({ "comment": node["id"], "body": "Mine." })));
    assert_eq!(&refused.body["errors"][0]["type"], &json!("FORBIDDEN"));
}

#[test]
fn an_unknown_field_or_argument_is_refused_and_reported_by_type_and_name() {
    let world = World::new();
    let answered = world.ask(&world.workflow, &repository_query("id shoeSize"));
    assert_eq!(answered.unknown, vec!["Repository.shoeSize".to_owned()]);
    assert_eq!(answered.body.get("data"), None);
    let error = &answered.body["errors"][0];
    assert_eq!(&error["message"], &json!("Field 'shoeSize' doesn't exist on type 'Repository'"));
    assert_eq!(&error["extensions"]["code"], &json!("undefinedField"));

    let answered = world.ask(&world.workflow, &repository_query("refs(refPrefix: \"refs/heads/\", first: 1, colour: RED) { totalCount }"));
    assert_eq!(answered.unknown, vec!["Repository.refs(colour:)".to_owned()]);
    let answered = world.ask(&world.workflow, &json!({ "query": "mutation { explode(input: {}) { clientMutationId } }" }));
    assert_eq!(answered.unknown, vec!["Mutation.explode".to_owned()]);
    assert!(world.ask(&world.workflow, &repository_query("id")).unknown.is_empty());
}

#[test]
fn a_variable_that_is_missing_or_ill_typed_is_an_error_of_githubs() {
    let world = World::new();
    let query = "query Q($owner: String!, $count: Int) { repository(owner: $owner, name: \"shop\") { refs(refPrefix: \"refs/heads/\", first: $count) { totalCount } } }";
    let cases = [
        (json!({}), "Variable $owner of type String! was provided invalid value"),
        (json!({ "owner": null }), "Variable $owner of type String! was provided invalid value"),
        (json!({ "owner": "acme", "count": "many" }), "Variable $count of type Int was provided invalid value"),
        (json!({ "owner": "acme", "count": 5_000_000_000_i64 }), "Variable $count of type Int was provided invalid value"),
    ];
    for (variables, message) in cases {
        let answered = world.ask(&world.workflow, &json!({ "query": query, "variables": variables }));
        assert_eq!((answered.status, &answered.body["errors"][0]["message"], answered.body.get("data")), (200, &json!(message), None));
    }
}

#[test]
fn a_request_that_is_no_graphql_is_refused() {
    let world = World::new();
    assert_eq!(world.ask(&world.workflow, &json!({ "text": "{ viewer { login } }" })).status, 400);
    let endless = "query { viewer { ...A } } fragment A on User { login ...A }";
    for query in [
        endless,
        "{ viewer {",
        "query A { viewer { login } } query B { viewer { login } }",
        "{ viewer }",
        "{ viewer { login { x } } }",
        "{ viewer { ...Gone } }",
    ] {
        let answered = world.ask(&world.workflow, &json!({ "query": query }));
        assert!(answered.status == 200 && answered.body["errors"].is_array() && answered.body.get("data").is_none(), "{query}: {}", answered.body);
    }
}

#[test]
fn a_query_costs_what_githubs_documentation_counts() {
    let world = World::new();
    let cost = |query: &str| world.ask(&world.workflow, &json!({ "query": query })).cost;
    assert_eq!(cost("{ viewer { login } }"), 1);
    // One request for the pull requests, and one for the comments of each of a hundred: 101 / 100 = 1.
    assert_eq!(cost("{ repository(owner: \"acme\", name: \"shop\") { pullRequests(first: 100) { nodes { comments(first: 100) { totalCount } } } } }"), 1);
    // 1 + 100 + 100 × 100 requests.
    let deep = "{ repository(owner: \"acme\", name: \"shop\") { pullRequests(first: 100) { nodes { commits(first: 100) { nodes { commit { parents(first: 10) { totalCount } } } } } } } }";
    assert_eq!(cost(deep), 101);
    let limit = world.data(&world.workflow, &json!({ "query": "{ rateLimit { cost nodeCount limit used remaining } }" }));
    assert_eq!(&limit["rateLimit"], &json!({ "cost": 1, "nodeCount": 0, "limit": 1_000, "used": 11, "remaining": 989 }));
}

#[test]
fn a_deleted_account_leaves_null_or_the_ghost() {
    let world = World::new();
    world.sandbox.comment(world.place(), "eve", "gone soon");
    world.sandbox.deployment(REPOSITORY, "eve", ("dev", &world.base, json!({})));
    world.sandbox.delete_account("eve");
    let fields = format!(
        "pullRequest(number: {}) {{ comments(last: 1) {{ nodes {{ author {{ login }} }} }} }} deployments(last: 1) {{ nodes {{ creator {{ login }} }} }}",
        world.pull
    );
    let repository = world.data(&world.person, &repository_query(&fields))["repository"].clone();
    assert_eq!(&repository["pullRequest"]["comments"]["nodes"], &json!([{ "author": null }]));
    assert_eq!(&repository["deployments"]["nodes"], &json!([{ "creator": { "login": "ghost" } }]));
}
