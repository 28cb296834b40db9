//! Exploration.
use shipgate::sandbox::state::{Access, Permission, ReviewState};
use crate::flow_in_flight::Held;
use crate::stage::{DEVELOPER, LEAD, PERMISSIONS, REPOSITORY, REVIEWER, OPERATOR, Stage, Job, job, SMALLEST};
use crate::actions::holds;

fn show(title: &str, stage: &Stage, pull: u64, job: &Job) {
    let _ = (Access::Read, Permission::Contents, PERMISSIONS, ReviewState::Approved);
    println!("=== {title}: code {} decision {} reason {}", job.code, job.output("decision"), job.output("reason"));
    println!("  stderr: {}", job.stderr.trim().replace('\n', "\n          "));
    println!("  stdout: {}", job.stdout.lines().filter(|l| !l.contains("add-mask")).collect::<Vec<_>>().join("\n          "));
    println!("  deployments {:?} holds {}", stage.hub.deployments(REPOSITORY, "staging").iter().map(|d| d.latest().map(|s| s.state)).collect::<Vec<_>>(), holds(&stage.hub, "staging").len());
    for o in stage.ours(pull) { println!("  comment: {}", o.chars().take(700).collect::<String>().replace('\n', "\n           ")); }
}

#[test]
fn explore_in_flight() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| s.hub.draft((REPOSITORY, pull)));
    show("draft in flight", &held.stage, pull, &j);
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| { s.hub.merge((REPOSITORY, pull), LEAD); });
    show("merged in flight", &held.stage, pull, &j);
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| s.hub.delete_branch(REPOSITORY, DEVELOPER, "faster"));
    show("head deleted in flight", &held.stage, pull, &j);
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| s.hub.delete_branch(REPOSITORY, DEVELOPER, "main"));
    show("base deleted in flight", &held.stage, pull, &j);
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| { let t = s.token.clone(); s.hub.state().tokens.retain(|x| x.secret != t); });
    show("revoked in flight", &held.stage, pull, &j);
    let p = held.stage.ends(&j, "failure");
    show("revoked in flight, post", &held.stage, pull, &p);
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| { let new = held.policy.replace("staging:", "stage:"); s.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", &new)])); });
    show("renamed in flight", &held.stage, pull, &j);
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let j = held.deploys(pull, |s| { s.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", "version: [")])); });
    show("policy broken in flight", &held.stage, pull, &j);
}

#[test]
fn explore_post() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let j = stage.says(pull, DEVELOPER, "/deploy staging");
    let mut stage = stage;
    let old = stage.token.clone();
    stage.hub.state().tokens.retain(|x| x.secret != old);
    let p = stage.ends(&j, "success");
    show("revoked at post", &stage, pull, &p);
    stage.token = stage.hub.actions_token(PERMISSIONS);
    let run: u64 = std::fs::read_to_string(j.folder.join("run-id")).unwrap().parse().unwrap();
    stage.hub.finish_run(run, shipgate::sandbox::state::Conclusion::Success);
    let j = stage.says(pull, DEVELOPER, "/status");
    show("next event", &stage, pull, &j);

    // policy broken before the next event
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let j = stage.says(pull, DEVELOPER, "/deploy staging");
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", "version: [")]));
    let p = stage.ends(&j, "success");
    show("policy broken, post", &stage, pull, &p);
    for event in ["/status", "schedule"] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let j = stage.says(pull, DEVELOPER, "/deploy staging");
        stage.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", "version: [")]));
        let run: u64 = std::fs::read_to_string(j.folder.join("run-id")).unwrap().parse().unwrap();
        stage.hub.finish_run(run, shipgate::sandbox::state::Conclusion::Failure);
        let e = if event == "schedule" { stage.delivers("schedule", &serde_json::json!({})) } else { stage.says(pull, DEVELOPER, event) };
        show(&format!("orphan with broken policy: {event}"), &stage, pull, &e);
    }
    // renamed
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let j = stage.says(pull, DEVELOPER, "/deploy staging");
    show("waiting", &stage, pull, &j);
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", &SMALLEST.replace("staging", "stage"))]));
    let j = stage.says(pull, REVIEWER, "/approve staging");
    show("renamed, approve old", &stage, pull, &j);
    let j = stage.says(pull, REVIEWER, "/approve stage");
    show("renamed, approve new", &stage, pull, &j);
    let j = stage.delivers("schedule", &serde_json::json!({}));
    show("renamed, schedule", &stage, pull, &j);
    let j = stage.says(pull, DEVELOPER, "/cancel staging");
    show("renamed, cancel old", &stage, pull, &j);
    // renamed between deployment and post
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let j = stage.says(pull, DEVELOPER, "/deploy staging");
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(".github/shipgate.yml", &SMALLEST.replace("staging", "stage"))]));
    let p = stage.ends(&j, "success");
    show("renamed, post", &stage, pull, &p);
}

fn deliver(stage: &Stage, pull: u64, change: impl FnOnce(&mut std::process::Command, &std::path::Path)) -> Job {
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).unwrap();
    let mut command = stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
    change(&mut command, &folder);
    job(&folder, &command.output().unwrap())
}

#[test]
fn explore_machine() {
    type Change = Box<dyn FnOnce(&mut std::process::Command, &std::path::Path)>;
    let cases: Vec<(&str, Change)> = vec![
        ("audit-file /dev/full", Box::new(|c, _| { c.env("INPUT_AUDIT-FILE", "/dev/full"); })),
        ("audit-file dir", Box::new(|c, _| { c.env("INPUT_AUDIT-FILE", "/tmp"); })),
        ("audit-file in absent dir", Box::new(|c, _| { c.env("INPUT_AUDIT-FILE", "/dev/null/a.jsonl"); })),
        ("summary full", Box::new(|c, _| { c.env("GITHUB_STEP_SUMMARY", "/dev/full"); })),
        ("summary absent", Box::new(|c, _| { c.env_remove("GITHUB_STEP_SUMMARY"); })),
        ("records unwritable", Box::new(|_, f| { let d = f.parent().unwrap().join("shipgate"); std::fs::create_dir_all(&d).unwrap(); std::fs::write(d.join("decisions"), "x").unwrap(); })),
        ("other repository", Box::new(|c, _| { c.env("GITHUB_REPOSITORY", "octo-org/other"); })),
        ("repository in other case", Box::new(|c, _| { c.env("GITHUB_REPOSITORY", "Octo-Org/Payments"); })),
        ("no event path", Box::new(|c, _| { c.env_remove("GITHUB_EVENT_PATH"); })),
        ("no event name", Box::new(|c, _| { c.env_remove("GITHUB_EVENT_NAME"); })),
        ("no output", Box::new(|c, _| { c.env_remove("GITHUB_OUTPUT"); })),
        ("no runner temp, no home", Box::new(|c, _| { c.env_remove("RUNNER_TEMP"); })),
        ("path empty", Box::new(|c, _| { c.env("PATH", ""); })),
        ("tz odd", Box::new(|c, _| { c.env("TZ", "Nowhere/Land").env("LANG", "C").env("LC_ALL", "tr_TR.UTF-8"); })),
        ("event pull_request", Box::new(|c, _| { c.env("GITHUB_EVENT_NAME", "pull_request"); })),
        ("event push", Box::new(|c, _| { c.env("GITHUB_EVENT_NAME", "push"); })),
        ("event schedule", Box::new(|c, _| { c.env("GITHUB_EVENT_NAME", "schedule"); })),
        ("event workflow_dispatch", Box::new(|c, _| { c.env("GITHUB_EVENT_NAME", "workflow_dispatch"); })),
        ("run id odd", Box::new(|c, _| { c.env("GITHUB_RUN_ID", "12x"); })),
        ("no token", Box::new(|c, _| { c.env_remove("INPUT_TOKEN"); })),
        ("truncated", Box::new(|_, f| { let t = std::fs::read_to_string(f.join("event.json")).unwrap(); std::fs::write(f.join("event.json"), &t[..t.len() / 2]).unwrap(); })),
        ("bom", Box::new(|_, f| { let t = std::fs::read_to_string(f.join("event.json")).unwrap(); std::fs::write(f.join("event.json"), format!("\u{feff}{t}\r\n")).unwrap(); })),
        ("huge", Box::new(|_, f| { std::fs::write(f.join("event.json"), vec![b' '; 26 * 1024 * 1024]).unwrap(); })),
        ("dir", Box::new(|_, f| { std::fs::remove_file(f.join("event.json")).unwrap(); std::fs::create_dir(f.join("event.json")).unwrap(); })),
        ("api url odd", Box::new(|c, _| { c.env("GITHUB_API_URL", "ftp://x"); })),
        ("api url of nobody", Box::new(|c, _| { c.env("GITHUB_API_URL", "http://127.0.0.1:1").env("GITHUB_GRAPHQL_URL", "http://127.0.0.1:1/graphql"); })),
        ("stderr full, debug", Box::new(|c, _| { c.env("SHIPGATE_LOG", "shipgate=debug").stderr(std::fs::File::options().write(true).open("/dev/full").unwrap()); })),
        ("stdout full", Box::new(|c, _| { c.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap()); })),
        ("bad policy prefix", Box::new(|c, _| { c.env("INPUT_PREFIX", "!"); })),
    ];
    for (name, change) in cases {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let j = deliver(&stage, pull, change);
        show(name, &stage, pull, &j);
    }
    for limit in ["0", "1", "2", "4", "8", "16"] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let j = deliver(&stage, pull, |c, _| {
            let bin = c.get_program().to_owned();
            let mut sh = std::process::Command::new("sh");
            sh.arg("-c").arg(format!("ulimit -f {limit}; exec '{}' action", bin.display())).env_clear();
            for (k, v) in c.get_envs() { if let Some(v) = v { sh.env(k, v); } }
            sh.current_dir(c.get_current_dir().unwrap());
            *c = sh;
        });
        show(&format!("ulimit {limit}"), &stage, pull, &j);
        let p = stage.ends(&j, "failure");
        show(&format!("ulimit {limit} post"), &stage, pull, &p);
    }
    let _ = OPERATOR;
}
