//! Whose approval counts, end to end (rows G2, G3), and what the others are told.

use shipgate::domain::Role;
use shipgate::sandbox::state::ReviewState;
use shipgate::sandbox::world::Draft;

use crate::stage::{DEVELOPER, LEAD, OPERATOR, READER, REPOSITORY, REVIEWER, Stage};

/// A staging deployment waits for one approval.
fn waiting(stage: &Stage) -> u64 {
    let pull = stage.pull("faster");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.code, job.output("decision").as_str()), (4, "waiting"), "{}", job.stderr);
    pull
}

#[test]
fn g3_an_approval_by_somebody_else_lets_the_waiting_deployment_go() {
    let stage = Stage::new();
    let pull = waiting(&stage);
    let job = stage.says(pull, REVIEWER, "/approve staging");
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("🚀 Deploying to staging") && comment.contains("octo-reviewer"), "{comment}");
    stage.ends(&job, "success");
    assert!(stage.one(pull).contains("✅ Deployed to staging"));
    let names = stage.audited();
    assert_eq!(names.iter().filter(|name| name.starts_with("deployment.requested")).count(), 1, "asked for once: {names:?}");
}

#[test]
fn g2_the_authors_own_approval_does_not_count_and_they_are_told() {
    let stage = Stage::new();
    let pull = waiting(&stage);
    let job = stage.says(pull, DEVELOPER, "/approve staging");
    assert_eq!(job.output("decision"), "none", "{}", job.stderr);
    let told = stage.last(pull);
    assert!(told.contains("This approval does not count") && told.contains("opened the pull request"), "{told}");
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
}

#[test]
fn g2_the_last_pushers_and_a_co_authors_approvals_do_not_count() {
    let stage = Stage::new();
    let base = stage.hub.tip(REPOSITORY, "main").expect("main is there");
    let together = Draft::new("feat: together\n\nCo-authored-by: octo-sre <octo-sre@example.com>").parent(&base).file("src/a.rs", "a\n");
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &together);
    stage.hub.push(REPOSITORY, REVIEWER, ("together", &sha));
    stage.green(&sha);
    let pull = stage.hub.open_pull(REPOSITORY, DEVELOPER, ("together", "main"));
    stage.says(pull, DEVELOPER, "/deploy staging");
    for (login, why) in [(REVIEWER, "pushed the commit"), (OPERATOR, "took part in the commits")] {
        let job = stage.says(pull, login, "/approve staging");
        assert_eq!(job.output("decision"), "none", "{login}: {}", job.stderr);
        assert!(stage.last(pull).contains(why), "{}", stage.last(pull));
    }
    let job = stage.says(pull, LEAD, "/approve staging");
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
}

#[test]
fn g3_readers_outsiders_and_bots_approve_nothing() {
    let stage = Stage::new();
    stage.hub.user("octo-stranger");
    stage.hub.app("helper");
    stage.hub.grant(REPOSITORY, "helper[bot]", Role::Admin);
    let pull = waiting(&stage);
    for login in [READER, "octo-stranger", "helper[bot]"] {
        let job = stage.says(pull, login, "/approve staging");
        assert_ne!(job.output("decision"), "go", "{login}: {}", job.stderr);
        assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty(), "{login}");
    }
    stage.hub.review((REPOSITORY, pull), READER, ReviewState::Approved);
    stage.hub.review((REPOSITORY, pull), "octo-stranger", ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "waiting", "{}", stage.last(pull));
}

#[test]
fn g3_an_approval_may_name_the_commit_whole_or_in_part() {
    for digits in [40, 12, 7] {
        let stage = Stage::new();
        let pull = waiting(&stage);
        let head = stage.hub.head((REPOSITORY, pull)).to_string();
        let job = stage.says(pull, REVIEWER, &format!("/approve staging {}", &head[..digits]));
        assert_eq!(job.output("decision"), "go", "{digits} digits: {}", stage.last(pull));
    }
    let stage = Stage::new();
    let pull = waiting(&stage);
    let job = stage.says(pull, REVIEWER, "/approve staging 0123456789abcdef0123456789abcdef01234567");
    assert_eq!(job.output("decision"), "none");
    let told = stage.last(pull);
    assert!(told.contains("does not count") && told.contains("0123456789ab"), "{told}");
}

#[test]
fn g3_a_new_commit_ends_an_approval() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, REVIEWER, "/approve staging");
    stage.hub.review((REPOSITORY, pull), OPERATOR, ReviewState::Approved);
    stage.later();
    stage.pushes(DEVELOPER, "faster", ("src/more.rs", "fn more() {}\n"));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "waiting", "{}", job.stderr);
    let comment = stage.last(pull);
    assert!(comment.contains("0 of 1 approvals") && comment.contains("does not count"), "{comment}");
}

#[test]
fn g3_a_short_id_of_a_commit_that_the_server_had_not_seen_approves_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let tip = stage.hub.tip(REPOSITORY, "faster").expect("the branch is there");
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &Draft::new("feat: later").parent(&tip).file("src/later.rs", "x\n"));
    stage.says(pull, REVIEWER, &format!("/approve staging {}", &sha.as_str()[..12]));
    stage.later();
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &sha));
    stage.green(&sha);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "waiting", "{}", job.stderr);
    assert!(stage.last(pull).contains("it names no whole commit id"), "{}", stage.last(pull));
}

#[test]
fn g2_a_rejection_blocks_until_the_same_person_approves() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), OPERATOR, ReviewState::Approved);
    stage.says(pull, REVIEWER, "/reject staging the ledger is not ready");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.code, job.output("reason").as_str()), (4, "approval.rejected"), "{}", job.stderr);
    let comment = stage.last(pull);
    assert!(comment.contains("⏳ Deployment to staging is waiting") && comment.contains("the ledger is not ready"), "{comment}");
    let other = stage.says(pull, LEAD, "/approve staging");
    assert_eq!(other.output("decision"), "waiting", "somebody else cannot take it back: {}", other.stderr);
    let same = stage.says(pull, REVIEWER, "/approve staging");
    assert_eq!(same.output("decision"), "go", "{}", stage.last(pull));
}

#[test]
fn g2_a_rejection_stops_what_waits_for_something_else() {
    let stage = Stage::new();
    let pull = waiting(&stage);
    let job = stage.says(pull, REVIEWER, "/reject staging not today");
    assert_eq!((job.output("decision").as_str(), job.output("reason").as_str()), ("waiting", "approval.rejected"), "{}", job.stderr);
    assert!(stage.one(pull).contains("not today"), "{}", stage.one(pull));
    assert_eq!(stage.says(pull, OPERATOR, "/approve staging").output("decision"), "waiting", "{}", stage.one(pull));
}

#[test]
fn g8_only_the_one_who_asked_can_confirm() {
    let stage = Stage::with("version: 1\nenvironments:\n  production: { gates: { approval: { count: 0 } } }\n");
    let pull = stage.pull("faster");
    let early = stage.says(pull, DEVELOPER, "/confirm production");
    assert_eq!(early.output("decision"), "none");
    assert!(stage.last(pull).contains("There is nothing to confirm"), "{}", stage.last(pull));
    let job = stage.says(pull, DEVELOPER, "/deploy production");
    assert_eq!((job.output("decision").as_str(), job.output("reason").as_str()), ("waiting", "confirm.missing"), "{}", job.stderr);
    let other = stage.says(pull, REVIEWER, "/confirm production");
    assert_eq!(other.output("decision"), "none", "{}", other.stderr);
    assert!(stage.last(pull).contains("only the person who gave the command can confirm it"), "{}", stage.last(pull));
    let own = stage.says(pull, DEVELOPER, "/confirm production");
    assert_eq!(own.output("decision"), "go", "{}", own.stderr);
}

#[test]
fn g8_where_the_policy_asks_for_the_commit_the_bare_name_confirms_nothing() {
    let stage = Stage::with("version: 1\nenvironments:\n  production: { gates: { approval: { count: 0 }, confirm: sha } }\n");
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy production");
    let head = stage.hub.head((REPOSITORY, pull));
    assert!(stage.one(pull).contains(&format!("`/confirm production {}`", head.short())), "{}", stage.one(pull));
    assert_eq!(stage.says(pull, DEVELOPER, "/confirm production").output("decision"), "none");
    assert!(
        stage.last(pull).contains("the policy asks for the commit's id") || stage.last(pull).contains("the policy asks for the commit\\'s id"),
        "{}",
        stage.last(pull)
    );
    assert_eq!(stage.says(pull, DEVELOPER, &format!("/confirm production {}", head.short())).output("decision"), "go", "{}", stage.last(pull));
}

#[test]
fn g8_command_and_confirmation_may_stand_in_one_comment() {
    for body in ["/deploy production\n/confirm production", "/confirm production\n/deploy production"] {
        let stage = Stage::with("version: 1\nenvironments:\n  production: { gates: { approval: { count: 0 } } }\n");
        let pull = stage.pull("faster");
        assert_eq!(stage.says(pull, DEVELOPER, body).output("decision"), "go", "{body:?}: {:#?}", stage.ours(pull));
    }
}
