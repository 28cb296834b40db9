//! Stages from the base facts of the gates' table cases: staging has the head, production has nothing.

use serde_json::{Value, json};

use super::*;
use crate::facts::{Facts, Listing};
use crate::policy;

const POLICY: &str = "version: 1\nenvironments:\n  staging: {}\n  production: { production: true, after: [staging] }\n";

/// Facts that a test changes as JSON, and a policy.
struct World {
    policy: Policy,
    facts: Value,
    waiting: Vec<(EnvName, Request)>,
}

fn name(text: &str) -> EnvName {
    EnvName::new(text).expect("a name")
}

impl World {
    fn with(policy: &str) -> Self {
        let id = crate::domain::ObjectId::new("ba".repeat(20)).expect("an id");
        let facts = serde_json::from_str(include_str!("../../../tests/cases/gates/base-facts.json")).expect("JSON");
        Self { policy: policy::load(policy, id).expect("a policy"), facts, waiting: Vec::new() }
    }

    fn new() -> Self {
        Self::with(POLICY)
    }

    /// The one deployment, as often as needed, each changed.
    fn deployed(&mut self, changes: &[Value]) {
        let base = self.facts["deployments"]["known"]["items"][0].clone();
        let items: Vec<Value> = changes
            .iter()
            .enumerate()
            .map(|(index, change)| {
                let mut item = base.clone();
                item["id"] = json!(600 - index);
                for (key, value) in change.as_object().expect("an object") {
                    match key.as_str() {
                        "services" | "pull" | "version" => item["payload"][key] = value.clone(),
                        "state" => item["states"] = json!([{ "state": value, "at": "2026-03-10T11:00:00Z", "log_url": "https://example.com/run/1" }]),
                        "environment" => (item["environment"], item["payload"]["environment"]) = (value.clone(), value.clone()),
                        _ => item[key] = value.clone(),
                    }
                }
                item
            })
            .collect();
        self.facts["deployments"]["known"] = json!({ "items": items, "total": items.len(), "complete": true });
    }

    fn locked(&mut self, environment: &str, hold: &Value) {
        let mut whole = json!({
            "claim": "ffffffffffffffffffffffffffffffff", "request": "comment-1-0", "person": { "id": 300, "login": "hubot-owner", "kind": "human" },
            "pull": 77, "kind": "sticky", "since": "2026-03-10T11:30:00Z",
        });
        whole.as_object_mut().expect("an object").extend(hold.as_object().expect("an object").clone());
        let record = json!({ "schema_version": 1, "change": "00000000000000000000000000000001", "at": "2026-03-10T11:30:00Z", "holds": [whole] });
        self.facts["locks"] = json!({ "known": [{ "environment": environment, "target": "ee".repeat(20), "record": record }] });
    }

    fn waits(&mut self, line: &str) {
        let mut request: Request = serde_json::from_str(include_str!("../../../tests/cases/gates/base-request.json")).expect("a request");
        let mut words = line.split(' ');
        let environment = name(words.next().expect("an environment"));
        let mut deploy = crate::intake::Deploy::of(environment.clone());
        deploy.services = words.map(|word| ServiceName::new(word).expect("a service")).collect();
        request.command = Command::Deploy(deploy);
        self.waiting.push((environment, request));
    }

    fn facts(&self) -> Facts {
        serde_json::from_value(self.facts.clone()).expect("facts")
    }

    fn ask(&self, deployer: fn(&Facts) -> Option<&Person>) -> Vec<Stage> {
        let facts = self.facts();
        let history = match &facts.deployments {
            Fact::Known(listing) => Fact::Known(History::of(listing.clone())),
            Fact::Unavailable(why) => Fact::Unavailable(why.clone()),
            Fact::NotAsked => Fact::NotAsked,
        };
        let about = About::Pull { pull: &facts.pull, waiting: &self.waiting };
        stages(&View { policy: &self.policy, now: facts.now, locks: &facts.locks, history: &history, deployer: deployer(&facts), about })
    }

    fn stages(&self) -> Vec<Stage> {
        self.ask(|facts| facts.viewer.as_ref())
    }

    /// Each environment and service with its standing, as `staging/shop done`.
    fn told(&self) -> Vec<String> {
        let part = |stage: &Stage, part: &Part| {
            let service = part.service.as_ref().map(|service| format!("/{service}")).unwrap_or_default();
            format!("{}{service} {}", stage.environment, part.standing.word())
        };
        self.stages().iter().flat_map(|stage| stage.parts.iter().map(move |one| part(stage, one)).collect::<Vec<_>>()).collect()
    }

    fn command(&self) -> Option<String> {
        first_step(&self.stages()).and_then(|(_, next)| next.command.clone())
    }
}

#[test]
fn d5_what_was_deployed_is_done_and_the_next_environment_is_outstanding_with_its_command() {
    let world = World::new();
    assert_eq!(world.told(), ["staging done", "production outstanding"]);
    let stages = world.stages();
    let (stage, next) = first_step(&stages).expect("a step");
    assert_eq!((stage.environment.as_str(), next.command.as_deref()), ("production", Some("/deploy production")));
    assert_eq!((next.who.as_slice(), next.also.as_slice()), (&["role:write".to_owned()][..], &[][..]));
    assert_eq!(stages[0].next, None);
}

#[test]
fn d5_who_may_is_who_may_here_and_at_all() {
    let next = |here: &str, general: &str| {
        let policy =
            format!("version: 1\ncommands: {{ who: {{ deploy: {general} }} }}\nenvironments:\n  staging: {{ gates: {{ permission: {{ who: {here} }} }} }}\n");
        let mut world = World::with(&policy);
        world.deployed(&[]);
        let next = world.stages()[0].next.clone().expect("a step");
        (next.who.join(" "), next.also.join(" "))
    };
    let two = |here: &str, general: &str| (here.to_owned(), general.to_owned());
    assert_eq!(next("'role:maintain'", "'role:write'"), two("role:maintain", ""));
    assert_eq!(next("'role:write'", "'role:maintain'"), two("role:write", "role:maintain"));
    assert_eq!(next("'user:mona'", "['team:acme/sre', 'user:mona']"), two("user:mona", ""));
    assert_eq!(next("['user:mona', 'role:admin']", "'team:acme/sre'"), two("user:mona role:admin", "team:acme/sre"));
}

#[test]
fn d5_an_environment_waits_for_those_before_it() {
    let mut world = World::new();
    world.deployed(&[]);
    assert_eq!(world.told(), ["staging outstanding", "production outstanding"]);
    assert_eq!(world.command().as_deref(), Some("/deploy staging"));
    let stages = world.stages();
    let production = stages[1].next.as_ref().expect("a step");
    assert_eq!((production.command.as_deref(), production.why.as_str()), (None, "first staging"));
}

#[test]
fn d5_the_newest_try_counts_with_its_run() {
    for (state, told) in [("in_progress", "staging running"), ("queued", "staging running"), ("failure", "staging failed"), ("error", "staging failed")] {
        let mut world = World::new();
        world.deployed(&[json!({ "state": state }), json!({ "state": "success" })]);
        assert_eq!(world.told()[0], told);
        let newest = world.stages()[0].parts[0].newest.clone().expect("a try");
        assert_eq!((newest.deployment, newest.run_url.as_deref()), (DeploymentId(600), Some("https://example.com/run/1")), "{state}");
    }
    let mut world = World::new();
    world.deployed(&[json!({ "state": "failure" }), json!({ "state": "success" })]);
    let stages = world.stages();
    assert!(stages[0].parts[0].notes.iter().any(|note| note.contains("an earlier try succeeded")));
    assert_eq!(stages[0].next.as_ref().and_then(|next| next.command.as_deref()), Some("/deploy staging"));
}

#[test]
fn d5_a_success_that_was_replaced_is_done_and_what_is_there_now_is_told() {
    let mut world = World::new();
    let other = json!({ "state": "success", "sha": "99".repeat(20), "tree": "98".repeat(20), "pull": 13, "version": "v2.0.0" });
    let replaced = json!([{ "state": "inactive", "at": "2026-03-10T11:00:00Z" }, { "state": "success", "at": "2026-03-10T10:50:00Z" }]);
    world.deployed(&[other, json!({ "states": replaced })]);
    assert_eq!(world.told()[0], "staging done");
    let current = world.stages()[0].parts[0].current.clone().expect("something is there");
    assert_eq!(
        (current.commit.short(), current.pull, current.version.map(|version| version.to_string())),
        ("999999999999", Some(PullNumber(13)), Some("v2.0.0".to_owned()))
    );
}

#[test]
fn d5_the_same_tree_counts_only_where_the_order_rule_says_so() {
    let other = json!({ "sha": "99".repeat(20) });
    let mut world = World::new();
    world.deployed(std::slice::from_ref(&other));
    assert_eq!(world.told()[0], "staging outstanding");
    let mut world = World::with("version: 1\nenvironments:\n  staging: { gates: { order: tree } }\n");
    world.deployed(&[other]);
    assert_eq!(world.told(), ["staging done"]);
}

#[test]
fn d5_services_are_told_one_by_one_in_every_environment() {
    let mut world = World::new();
    world.deployed(&[
        json!({ "environment": "production", "services": ["shop"], "state": "success" }),
        json!({ "services": ["ledger"], "state": "failure" }),
        json!({ "services": ["shop", "mail"], "state": "success" }),
    ]);
    let told = ["staging/ledger failed", "staging/mail done", "staging/shop done"];
    assert_eq!(world.told()[..3], told);
    assert_eq!(world.told()[3..], ["production/ledger outstanding", "production/mail outstanding", "production/shop done"]);
    assert_eq!(world.command().as_deref(), Some("/deploy staging ledger"));
    let stages = world.stages();
    let production = stages[1].next.as_ref().and_then(|next| next.command.as_deref());
    assert_eq!(production, Some("/deploy production mail"), "what staging has already need not wait for the rest");
    let mut world = World::new();
    world.deployed(&[json!({ "services": ["shop", "mail"], "state": "success" })]);
    assert_eq!(world.command().as_deref(), Some("/deploy production mail shop"));
}

#[test]
fn d5_a_service_that_everything_covers_is_not_told_apart() {
    let mut world = World::new();
    world.deployed(&[json!({ "environment": "production", "services": ["shop"], "state": "success" }), json!({ "state": "success" })]);
    assert_eq!(world.told(), ["staging done", "production outstanding", "production/shop done"]);
    assert_eq!(world.command().as_deref(), Some("/deploy production"));
}

#[test]
fn d5_a_command_that_waits_is_waiting_and_says_who_asked() {
    let mut world = World::new();
    world.waits("production");
    assert_eq!(world.told(), ["staging done", "production waiting"]);
    let stages = world.stages();
    assert!(stages[1].parts[0].notes[0].starts_with("octavia asked for it at "), "{:?}", stages[1].parts[0].notes);
    assert!(stages[1].next.as_ref().is_some_and(|next| next.why.contains("shipgate explain --pr 12 --env production")));
    let mut world = World::new();
    world.waits("production shop");
    assert_eq!(world.told(), ["staging done", "production outstanding", "production/shop waiting"]);
}

#[test]
fn d5_a_lock_of_somebody_else_is_told_with_who_frees_it() {
    let mut world = World::new();
    world.locked("production", &json!({ "reason": "load test" }));
    assert_eq!(world.told(), ["staging done", "production locked"]);
    let stages = world.stages();
    let next = stages[1].next.as_ref().expect("a step");
    assert_eq!((next.command.as_deref(), next.who.as_slice()), (Some("/unlock production"), &["user:hubot-owner".to_owned()][..]));
    world.locked("production", &json!({ "kind": "deployment" }));
    let stages = world.stages();
    assert_eq!((stages[1].standing, stages[1].next.as_ref().map(|next| next.why.as_str())), (Standing::Locked, Some("the deployment of #77 runs there")));
    world.locked("production", &json!({ "kind": "deployment", "pull": 12 }));
    assert_eq!(world.told()[1], "production running", "its own deployment is about to begin");
    world.locked("production", &json!({ "until": "2026-03-10T11:59:00Z" }));
    assert_eq!(world.told()[1], "production outstanding", "an expired hold holds nothing");
    world.locked("staging", &json!({}));
    assert_eq!(world.told()[0], "staging done");
}

#[test]
fn d5_a_deployment_that_lost_its_lock_is_probably_over() {
    let notes = |claim: &str| {
        let mut world = World::new();
        world.deployed(&[json!({ "state": "in_progress" })]);
        world.locked("staging", &json!({ "kind": "deployment", "pull": 12, "claim": claim }));
        world.stages()[0].parts[0].notes.clone()
    };
    assert_eq!(notes("0123456789abcdef0123456789abcdef"), Vec::<String>::new());
    assert!(notes("ffffffffffffffffffffffffffffffff")[0].contains("holds its lock no more"));
}

#[test]
fn d5_what_could_not_be_read_is_unknown_and_never_outstanding() {
    let why = json!({ "unavailable": { "what": "the token may not read them" } });
    let mut world = World::new();
    world.facts["deployments"] = why.clone();
    assert_eq!(world.told(), ["staging unknown", "production unknown"]);
    let mut world = World::new();
    world.facts["locks"] = why;
    assert_eq!(world.told(), ["staging done", "production unknown"]);
    let mut world = World::new();
    world.facts["deployments"]["known"]["complete"] = json!(false);
    world.facts["deployments"]["known"]["total"] = json!(900);
    assert_eq!(world.told(), ["staging done", "production unknown"]);
    assert!(world.stages()[1].parts[0].notes[0].contains("not among the 1 deployments that were read, of 900"));
    assert_eq!(world.command(), None);
    world.facts["deployments"]["known"]["items"][0]["created_at"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(world.told()[1], "production outstanding", "what was read begins before the pull request");
}

#[test]
fn d5_only_deployments_of_ours_count() {
    let mut world = World::new();
    world.deployed(&[json!({ "creator": 666 })]);
    assert_eq!(world.told()[0], "staging outstanding");
    assert_eq!(world.ask(|_| None)[0].standing, Standing::Done, "on a person's machine what it carries tells");
    world.deployed(&[json!({ "payload": null })]);
    assert_eq!(world.ask(|_| None)[0].standing, Standing::Outstanding);
}

#[test]
fn d5_without_a_pull_request_it_is_told_what_is_where() {
    let mut world = World::new();
    world.deployed(&[
        json!({ "environment": "production", "services": ["shop"], "state": "failure", "sha": "99".repeat(20), "pull": 13 }),
        json!({ "state": "success" }),
        json!({ "environment": "production", "state": "success", "sha": "88".repeat(20) }),
    ]);
    let facts = world.facts();
    let history = Fact::Known(History::of(facts.deployments.known().expect("known").clone()));
    let view = View { policy: &world.policy, now: facts.now, locks: &facts.locks, history: &history, deployer: None, about: About::Repository };
    let told = stages(&view);
    let parts: Vec<(&str, Option<&str>, Standing)> = told
        .iter()
        .flat_map(|stage| stage.parts.iter().map(|part| (stage.environment.as_str(), part.service.as_ref().map(ServiceName::as_str), part.standing)))
        .collect();
    assert_eq!(parts, [("staging", None, Standing::Done), ("production", None, Standing::Done), ("production", Some("shop"), Standing::Failed)]);
    assert_eq!(told[1].parts[1].current.as_ref().map(|current| current.commit.short()), Some("888888888888"));
    assert!(told.iter().all(|stage| stage.next.is_none()));
}

#[test]
fn d5_deeper_reading_is_asked_for_only_where_something_is_missing() {
    let facts = World::new().facts();
    let mut listing: Listing<Deployment> = facts.deployments.known().expect("known").clone();
    let names = [name("staging"), name("production")];
    let short = |listing: &Listing<Deployment>| History::of(listing.clone()).short_of(&names, |_, _| true);
    assert_eq!(short(&listing), []);
    listing.complete = false;
    assert_eq!(short(&listing), [name("production")]);
    let deeper = History::of(listing).with([(name("production"), Listing::whole(Vec::new()))].into());
    assert!(deeper.reaches(&name("production"), None) && !deeper.reaches(&name("staging"), None));
}
