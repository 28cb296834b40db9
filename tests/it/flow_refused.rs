//! Deployments that are refused, or wait for somebody who cannot be verified: each says why and what to do (rows G1, G11, G12, G13, I3).

use shipgate::domain::Role;
use shipgate::sandbox::state::{Conclusion, ReviewState};
use shipgate::sandbox::world::{Check, Draft};

use crate::stage::{DEVELOPER, Job, LEAD, OPERATOR, REPOSITORY, REVIEWER, Stage};

const OPEN: &str = "version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 } } }\n";

/// Refused or waiting for exactly this reason first; nothing was deployed. The comment.
fn held(stage: &Stage, pull: u64, job: &Job, (decision, reason): (&str, &str)) -> String {
    let comment = stage.last(pull);
    assert_eq!((job.output("decision").as_str(), job.output("reason").as_str()), (decision, reason), "{}\n{comment}", job.stderr);
    assert_eq!(job.code, if decision == "waiting" { 4 } else { 1 });
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
    assert!(job.output("sha").len() == 40 && stage.ends(job, "success").code == 0);
    comment
}

/// A pull request with one commit and no check.
fn bare(stage: &Stage, base: &str) -> u64 {
    let tip = stage.hub.tip(REPOSITORY, base).expect("the base is there");
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &Draft::new("feat: bare").parent(&tip).file("src/bare.rs", "x\n"));
    stage.hub.push(REPOSITORY, DEVELOPER, ("bare", &sha));
    stage.hub.open_pull(REPOSITORY, DEVELOPER, ("bare", base))
}

#[test]
fn g11_production_before_staging_is_refused_with_the_command_that_comes_first() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let job = stage.says(pull, DEVELOPER, "/deploy production");
    let comment = held(&stage, pull, &job, ("no-go", "order.missing"));
    assert!(comment.contains("`/deploy staging`"), "{comment}");
}

#[test]
fn g12_a_branch_behind_its_base_is_refused() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.hub.put(REPOSITORY, LEAD, ("main", &[("docs/new.md", "new\n")]));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    let comment = held(&stage, pull, &job, ("no-go", "up-to-date.behind"));
    assert!(comment.contains("main"), "{comment}");
}

#[test]
fn g1_failed_missing_and_absent_checks_never_go() {
    let stage = Stage::with(OPEN);
    let pull = bare(&stage, "main");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    held(&stage, pull, &job, ("waiting", "checks.not-reported"));
    let head = stage.hub.head((REPOSITORY, pull));
    stage.hub.check(REPOSITORY, &head, Check::ended("test", Conclusion::Failure));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    let comment = held(&stage, pull, &job, ("no-go", "checks.failed"));
    assert!(comment.contains("test"), "{comment}");

    let stage = Stage::with("version: 1\nbranches: { protected: [next] }\nenvironments:\n  staging: { gates: { approval: { count: 0 } } }\n");
    stage.hub.put(REPOSITORY, LEAD, ("next", &[("docs/next.md", "next\n")]));
    let pull = bare(&stage, "next");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    held(&stage, pull, &job, ("no-go", "checks.none"));
}

#[test]
fn g13_a_fork_is_refused_or_needs_an_approval_of_exactly_its_commit() {
    let forked = |stage: &Stage| {
        stage.hub.user("octo-guest");
        let fork = stage.hub.fork(REPOSITORY, "octo-guest");
        let tip = stage.hub.tip(&fork, "main").expect("a fork has main");
        let sha = stage.hub.commit(&fork, "octo-guest", &Draft::new("feat: guest").parent(&tip).file("src/guest.rs", "x\n"));
        stage.hub.push(&fork, "octo-guest", ("guest", &sha));
        let pull = stage.hub.open_pull(REPOSITORY, "octo-guest", ("octo-guest:guest", "main"));
        stage.green(&sha);
        pull
    };
    let stage = Stage::with(OPEN);
    let pull = forked(&stage);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    held(&stage, pull, &job, ("no-go", "permission.fork"));

    let stage = Stage::with("version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 }, permission: { forks: approved } } }\n");
    let pull = forked(&stage);
    let head = stage.hub.head((REPOSITORY, pull));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_ne!(job.output("decision"), "go", "{}", job.stderr);
    // The server tells nothing of pushes to a fork: whoever commands names the commit.
    let job = stage.says(pull, DEVELOPER, &format!("/deploy staging --sha {head}"));
    let comment = held(&stage, pull, &job, ("waiting", "permission.fork-approval"));
    assert!(comment.contains("approve"), "{comment}");
    assert_eq!(stage.says(pull, "octo-guest", &format!("/approve staging {head}")).code, 1, "not its author");
    let job = stage.says(pull, REVIEWER, &format!("/approve staging {head}"));
    assert_eq!(job.output("decision"), "go", "{}", stage.last(pull));
}

#[test]
fn g13_who_may_deploy_by_role_by_user_and_by_a_team_that_nobody_can_read() {
    let by = |who: &str| format!("version: 1\nenvironments:\n  staging: {{ gates: {{ approval: {{ count: 0 }}, permission: {{ who: \"{who}\" }} }} }}\n");
    for (who, allowed) in [("role:maintain", OPERATOR), ("user:octo-lead", LEAD)] {
        let stage = Stage::with(&by(who));
        let pull = stage.pull("faster");
        let job = stage.says(pull, DEVELOPER, "/deploy staging");
        let comment = held(&stage, pull, &job, ("no-go", "permission.environment"));
        assert!(comment.contains(who.split(':').next_back().unwrap_or_default()), "{comment}");
        assert_eq!(stage.says(pull, allowed, "/deploy staging").output("decision"), "go", "{}", stage.last(pull));
    }
    let stage = Stage::with(&by("team:octo-org/sre"));
    stage.hub.team("octo-org/sre", &[DEVELOPER]);
    let pull = stage.pull("faster");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    let comment = held(&stage, pull, &job, ("waiting", "permission.unknown"));
    assert!(comment.contains("members"), "it names the permission that would mend it: {comment}");
}

#[test]
fn g13_an_outsider_deploys_nothing() {
    let stage = Stage::with(OPEN);
    stage.hub.user("octo-stranger");
    let pull = stage.pull("faster");
    let job = stage.says(pull, "octo-stranger", "/deploy staging");
    held(&stage, pull, &job, ("no-go", "permission.command"));
}

#[test]
fn g13_a_pull_request_that_changes_the_rules_needs_its_owners_and_is_judged_by_the_old_ones() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.pushes(
        DEVELOPER,
        "faster",
        (".github/shipgate.yml", "version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 }, checks: { except: [test] } } }\n  extra: {}\n"),
    );
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    let comment = held(&stage, pull, &job, ("waiting", "policy-change.owner-approval"));
    assert!(comment.contains("shipgate.yml"), "{comment}");
    assert_eq!(stage.says(pull, DEVELOPER, "/deploy extra").code, 1, "an environment that only the change knows");
    stage.hub.review((REPOSITORY, pull), OPERATOR, ReviewState::Approved);
    assert_eq!(stage.says(pull, DEVELOPER, "/deploy staging").output("decision"), "go", "{}", stage.last(pull));
}

#[test]
fn g13_a_branch_that_somebody_made_up_is_not_judged_by_its_own_rules() {
    let stage = Stage::with(OPEN);
    stage.hub.put(REPOSITORY, DEVELOPER, ("lenient", &[("docs/x.md", "x\n")]));
    let pull = bare(&stage, "lenient");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.code, job.output("decision").as_str()), (3, "error"), "{}", job.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("Pull requests into this branch cannot be deployed") && comment.contains("`branches.protected`"), "{comment}");
    assert_eq!(stage.audit().len(), 0, "{:?}", stage.audit());
}

#[test]
fn i3_a_missing_or_broken_policy_is_said_on_the_pull_request_with_every_fault() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", "version: 1\nenvironments:\n  staging: { aftr: [dev] }\n  staging: {}\n")]));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.code, job.output("decision").as_str()), (3, "error"), "{}", job.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("The policy is not valid") && comment.contains("SG-POLICY-") && comment.contains("shipgate.yml:"), "{comment}");
    let review = stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = stage.delivers("pull_request_review", &stage.hub.review_event(review, "submitted"));
    assert_eq!(job.output("decision"), "none");
    assert!(job.stderr.contains("is not valid"), "{}", job.stderr);

    let stage = Stage::new();
    let pull = stage.pull("faster");
    let tip = stage.hub.tip(REPOSITORY, "main").expect("main is there");
    let without = stage.hub.commit(REPOSITORY, LEAD, &Draft::new("chore: no policy").parent(&tip).without(".github/shipgate.yml"));
    stage.hub.push(REPOSITORY, LEAD, ("main", &without));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.code, 3, "{}", job.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("There is no policy") && comment.contains("`.github/shipgate.yml`") && comment.contains("version: 1"), "{comment}");
}

#[test]
fn g14_a_draft_and_a_named_other_commit_are_refused() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.hub.draft((REPOSITORY, pull));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    held(&stage, pull, &job, ("no-go", "commit.draft"));
    stage.hub.ready((REPOSITORY, pull));
    let job = stage.says(pull, DEVELOPER, "/deploy staging --sha 0123456789ab");
    held(&stage, pull, &job, ("no-go", "commit.other"));
    stage.hub.grant(REPOSITORY, DEVELOPER, Role::Read);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    held(&stage, pull, &job, ("no-go", "permission.command"));
}

#[test]
fn v6_a_branch_with_an_embedded_command_is_refused_on_the_pull_request_and_its_name_goes_nowhere() {
    for branch in ["fix/a;$(id)", "fix/`id`", "fix/'x'", "fix/\u{202e}x", "-x"] {
        let stage = Stage::with(OPEN);
        let pull = stage.pull(branch);
        let job = stage.says(pull, DEVELOPER, "/deploy staging");
        let comment = held(&stage, pull, &job, ("no-go", "commit.branch-name"));
        assert!(comment.contains("plain name") && !comment.contains('\u{202e}'), "{comment}");
        assert_eq!(job.output("ref"), "", "{branch}");
    }
}
