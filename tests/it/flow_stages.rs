//! Several environments and services: where each stands is the same on the pull request, at a terminal, and for a program (row D5).

use serde_json::{Value, json};
use shipgate::domain::Role;
use shipgate::sandbox::state::{DeploymentState, ReviewState};

use crate::stage::{DEVELOPER, Job, LEAD, OPERATOR, READER, REPOSITORY, REVIEWER, Stage};

const THREE: &str = "version: 1
services: { shop: {}, ledger: {} }
environments:
  dev: { production: false, gates: { approval: { count: 0 }, lock: { expires: 6h } } }
  staging: { after: [dev] }
  production: { production: true, after: [staging], gates: { permission: { who: \"role:maintain\" } } }
";

/// `shipgate status` on somebody's own machine: their token, no runner.
fn status(stage: &Stage, login: &str, more: &[&str]) -> Job {
    let folder = tempfile::tempdir_in(stage.folder.path()).expect("a folder").keep();
    let token = stage.hub.full_token(login);
    let arguments: Vec<&str> = [&["status"], more].concat();
    stage.run(&folder, &arguments, &[("INPUT_TOKEN", &token), ("GITHUB_ACTIONS", "")])
}

fn told(job: &Job) -> Value {
    let value: Value = serde_json::from_str(&job.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", job.stdout, job.stderr));
    assert_eq!(value["schema_version"], 1);
    value
}

/// Every part with its state, as `staging/shop done`.
fn parts(value: &Value) -> Vec<String> {
    let environments = value["environments"].as_array().expect("a list");
    let part = |environment: &Value, part: &Value| {
        let service = part["service"].as_str().map(|service| format!("/{service}")).unwrap_or_default();
        format!("{}{service} {}", environment["environment"].as_str().expect("a name"), part["state"].as_str().expect("a word"))
    };
    environments.iter().flat_map(|one| one["parts"].as_array().expect("a list").iter().map(move |it| part(one, it)).collect::<Vec<_>>()).collect()
}

fn deployed(stage: &Stage, pull: u64, line: &str, status: &str) {
    let job = stage.says(pull, DEVELOPER, line);
    assert_eq!(job.output("decision"), "go", "{line}: {}", job.stderr);
    stage.ends(&job, status);
}

#[test]
fn d5_done_failed_running_and_outstanding_are_told_on_the_pull_request_and_anywhere_else() {
    let stage = Stage::with(THREE);
    let pull = stage.pull("faster");
    let number = pull.to_string();
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let begin = status(&stage, READER, &["--pr", &number, "--json"]);
    assert_eq!(
        (begin.code, parts(&told(&begin))),
        (4, vec!["dev outstanding".to_owned(), "staging outstanding".to_owned(), "production outstanding".to_owned()])
    );
    assert_eq!(told(&begin)["next"]["command"], "/deploy dev");

    deployed(&stage, pull, "/deploy dev shop ledger", "success");
    deployed(&stage, pull, "/deploy staging shop", "success");
    deployed(&stage, pull, "/deploy staging ledger", "failure");
    let failed = status(&stage, LEAD, &["--pr", &number, "--json"]);
    let wanted =
        ["dev/ledger done", "dev/shop done", "staging/ledger failed", "staging/shop done", "production/ledger outstanding", "production/shop outstanding"];
    assert_eq!((failed.code, parts(&told(&failed))), (1, wanted.map(str::to_owned).to_vec()));
    let value = told(&failed);
    assert_eq!((&value["next"]["command"], &value["next"]["environment"]), (&json!("/deploy staging ledger"), &json!("staging")));
    let production = &value["environments"][2]["next"];
    assert_eq!((&production["command"], &production["who"], &production["also"]), (&json!("/deploy production shop"), &json!(["role:maintain"]), &json!([])));

    let running = stage.says(pull, DEVELOPER, "/deploy staging ledger");
    assert_eq!(running.output("decision"), "go", "{}", running.stderr);
    let going = status(&stage, OPERATOR, &["--pr", &number, "--json"]);
    assert_eq!((going.code, parts(&told(&going))[2].as_str()), (4, "staging/ledger running"));
    let newest = &told(&going)["environments"][1]["parts"][0]["newest"];
    let run = std::fs::read_to_string(running.folder.join("run-id")).expect("the run");
    assert!(newest["run_url"].as_str().is_some_and(|url| url.ends_with(&format!("/{REPOSITORY}/actions/runs/{run}"))), "{newest}");

    stage.says(pull, READER, "/status");
    let comment = stage.last(pull);
    assert!(
        comment.contains("| staging `ledger` | a deployment of `#1`") && comment.contains("🚀 running (running, ") && comment.contains("[run]("),
        "{comment}"
    );
    assert!(comment.contains("| staging `shop` | free | ✅ done"), "{comment}");
    assert!(comment.contains("| dev `shop` | free | ✅ done (succeeded, "), "{comment}");
    assert!(comment.contains("**Next: production** — `/deploy production shop` by role:maintain: it is its turn"), "{comment}");
    stage.ends(&running, "success");

    let table = status(&stage, READER, &["--pr", &number]);
    assert_eq!(table.code, 4, "{}", table.stderr);
    assert!(table.stdout.contains("  staging ledger     done       ") && table.stdout.contains("  production shop    outstanding\n"), "{}", table.stdout);
    assert!(table.stdout.contains("next: production: /deploy production ledger shop (by role:maintain): it is its turn"), "{}", table.stdout);
}

#[test]
fn d5_a_waiting_command_and_a_lock_are_told_at_a_terminal_too() {
    let stage = Stage::with(THREE);
    let pull = stage.pull("faster");
    let number = pull.to_string();
    deployed(&stage, pull, "/deploy dev", "success");
    assert_eq!(stage.says(pull, DEVELOPER, "/deploy staging").output("decision"), "waiting");
    stage.says(pull, OPERATOR, "/lock production \"load test\" --for 2h");
    let value = told(&status(&stage, READER, &["--pr", &number, "--json"]));
    assert_eq!(parts(&value), ["dev done", "staging waiting", "production locked"]);
    assert!(value["environments"][1]["parts"][0]["notes"][0].as_str().is_some_and(|note| note.starts_with("octo-dev asked for it at ")), "{value}");
    let lock = &value["environments"][2]["lock"][0];
    assert_eq!((&lock["by"], &lock["reason"], &lock["kind"]), (&json!("octo-sre"), &json!("load test"), &json!("sticky")));
    assert_eq!((&value["environments"][2]["next"]["why"], &value["next"]["environment"]), (&json!("first staging"), &json!("staging")));
    let table = status(&stage, READER, &["--pr", &number, "--env", "production"]).stdout;
    assert!(table.contains("lock: production: locked by octo-sre since ") && table.contains(": load test\n") && !table.contains("  staging"), "{table}");
    stage.says(pull, READER, "/status");
    let comment = stage.last(pull);
    assert!(comment.contains("| staging | free | ⏳ waiting<br>octo-dev asked for it at ") && comment.contains("🔒 locked | nothing |"), "{comment}");
}

#[test]
fn d5_without_a_pull_request_it_shows_what_is_where() {
    let stage = Stage::with(THREE);
    let empty = status(&stage, READER, &[]);
    assert_eq!(empty.code, 0, "{}", empty.stderr);
    assert!(empty.stdout.contains("  dev         empty\n"), "{}", empty.stdout);
    let (first, second) = (stage.pull("faster"), stage.pull("cheaper"));
    deployed(&stage, first, "/deploy dev --version v1.0.0", "success");
    deployed(&stage, second, "/deploy dev --version v1.1.0", "failure");
    let mark = stage.mark();
    let told_now = status(&stage, READER, &["--json"]);
    assert_eq!((told_now.code, stage.asked(mark).as_slice()), (1, &["graphql Overview".to_owned()][..]), "{}", told_now.stderr);
    let dev = &told(&told_now)["environments"][0];
    assert_eq!((&dev["state"], &dev["parts"][0]["current"]["version"]), (&json!("failed"), &json!("v1.0.0")));
    assert_eq!((&dev["parts"][0]["current"]["pull_request"], &dev["parts"][0]["newest"]["pull_request"]), (&json!(first), &json!(second)));
    let table = status(&stage, READER, &["--env", "dev"]).stdout;
    assert!(table.contains("v1.1.0 of #2 failed") && table.contains("there now: ") && table.contains("v1.0.0 of #1 succeeded"), "{table}");
}

#[test]
fn d5_it_asks_two_requests_at_most_however_much_was_deployed_since() {
    let stage = Stage::with(THREE);
    let pull = stage.pull("faster");
    let number = pull.to_string();
    deployed(&stage, pull, "/deploy dev", "success");
    let head = stage.hub.head((REPOSITORY, pull));
    for index in 0..120 {
        stage.later();
        let id = stage.hub.deployment(REPOSITORY, LEAD, ("preview", &head, json!({ "number": index })));
        stage.hub.set_deployment_state(id, LEAD, DeploymentState::Success);
    }
    for arguments in [&["--pr", &number, "--json"][..], &["--json"]] {
        let mark = stage.mark();
        let job = status(&stage, READER, arguments);
        assert_eq!(parts(&told(&job))[0], "dev done", "{}{}", job.stdout, job.stderr);
        assert_eq!(parts(&told(&job))[2], "production outstanding");
        assert_eq!(stage.asked(mark).last().map(String::as_str), Some("graphql Latest"));
        assert_eq!(stage.asked(mark).len(), 2, "{:?}", stage.asked(mark));
    }
}

#[test]
fn d5_bad_input_to_status_is_answered_with_what_to_do() {
    let stage = Stage::with(THREE);
    let pull = stage.pull("faster").to_string();
    let typo = status(&stage, READER, &["--pr", &pull, "--env", "prodution"]);
    assert_eq!(typo.code, 2);
    assert!(typo.stderr.contains("did you mean `production`?"), "{}", typo.stderr);
    let hostile = status(&stage, READER, &["--env", "prod;id"]);
    assert_eq!((hostile.code, hostile.stdout.as_str()), (2, ""));
    let gone = status(&stage, READER, &["--pr", "99"]);
    assert_eq!(gone.code, 10, "{}", gone.stderr);
    stage.hub.user("octo-stranger");
    stage.hub.grant(REPOSITORY, "octo-stranger", Role::None);
    let stranger = status(&stage, "octo-stranger", &[]);
    assert_eq!(stranger.code, 10, "{}", stranger.stderr);
    let broken = Stage::with("version: 1\nenvironmentz: {}\n");
    let policy = status(&broken, READER, &[]);
    assert_eq!((policy.code, policy.stdout.as_str()), (3, ""), "{}", policy.stderr);
}
