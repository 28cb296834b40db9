//! `explain`, `simulate` and `replay` by the built binary (row G22): nothing is written to GitHub, and the same facts give the same answer.

use std::path::PathBuf;

use serde_json::Value;
use shipgate::sandbox::state::{Conclusion, ReviewState};
use shipgate::sandbox::world::Check;

use crate::stage::{DEVELOPER, Job, OPERATOR, REPOSITORY, REVIEWER, Stage};

const FROZEN: &str = "version: 1\nenvironments:\n  staging: {}\n  production:\n    gates:\n      window: { zone: Europe/Berlin, freeze: [{ from: 2026-12-20, until: 2027-01-03, why: holidays }] }\n";

struct Saved {
    stage: Stage,
    folder: PathBuf,
    record: String,
}

impl Saved {
    /// A decision about production, saved.
    fn new() -> (Self, Job) {
        let stage = Stage::with(FROZEN);
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        stage.later();
        let folder = stage.job_folder();
        let record = folder.join("record.json").display().to_string();
        let mark = stage.mark();
        let job = stage.run(&folder, &["explain", "--pr", "1", "--env", "production", "--as", DEVELOPER, "--save", &record], &[]);
        assert_eq!(stage.wrote(mark), Vec::<String>::new(), "explain changes nothing");
        assert!(stage.ours(pull).is_empty() && stage.audit().is_empty());
        (Self { stage, folder, record }, job)
    }

    fn simulates(&self, options: &[&str]) -> Job {
        let mark = self.stage.mark();
        let mut all = vec!["simulate", self.record.as_str()];
        all.extend(options);
        let job = self.stage.run(&self.folder, &all, &[]);
        assert_eq!(self.stage.asked(mark), Vec::<String>::new(), "no network");
        job
    }
}

#[test]
fn g22_explain_shows_the_table_in_three_forms() {
    let (saved, text) = Saved::new();
    assert_eq!(text.code, 4, "{}", text.stderr);
    for part in ["verdict: waiting", "approval", "1 of 2 approvals", "confirm.missing", "execution steps"] {
        assert!(text.stdout.contains(part), "{part} in {}", text.stdout);
    }
    let explain = |more: &[&str]| {
        let mut all = vec!["explain", "--pr", "1", "--env", "production", "--as", DEVELOPER];
        all.extend(more);
        saved.stage.run(&saved.folder, &all, &[])
    };
    let json: Value = serde_json::from_str(&explain(&["--json"]).stdout).expect("JSON");
    assert_eq!((json["schema_version"].as_u64(), json["verdict"].as_str(), json["environment"].as_str()), (Some(1), Some("waiting"), Some("production")));
    assert_eq!(json["gates"].as_array().map(Vec::len), Some(12), "{json}");
    let page = explain(&["--format", "markdown"]).stdout;
    assert!(page.contains("| approval | waiting |") && page.contains("📋 Plan for production"), "{page}");
    let unknown = saved.stage.run(&saved.folder, &["explain", "--pr", "1", "--env", "prodction", "--as", DEVELOPER], &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `production`"), "{}", unknown.stderr);
}

#[test]
fn g22_explain_shows_the_command_that_waits() {
    let (saved, _) = Saved::new();
    let waiting = saved.stage.says(1, DEVELOPER, "/deploy production --version 2.0.0");
    assert_eq!(waiting.code, 4, "{}", waiting.stderr);
    let record = saved.folder.join("waiting.json").display().to_string();
    saved.stage.run(&saved.folder, &["explain", "--pr", "1", "--env", "production", "--save", &record], &[]);
    let record: Value = serde_json::from_str(&std::fs::read_to_string(record).expect("a record")).expect("JSON");
    assert_eq!(record["request"]["command"]["version"], "2.0.0", "{}", record["request"]);
}

#[test]
fn g22_simulate_answers_what_if() {
    let (saved, _) = Saved::new();
    assert_eq!(saved.simulates(&[]).code, 4);
    let approved = saved.simulates(&["--assume", "approval=octo-sre"]);
    assert!(approved.stdout.contains("2 of 2 approvals") && approved.code == 4, "{}", approved.stdout);
    let all = ["--assume", "approval=octo-sre", "--assume", "confirm=octo-dev"];
    let goes = saved.simulates(&all);
    assert_eq!(goes.code, 0, "{}", goes.stdout);
    let frozen = saved.simulates(&[&all[..], &["--at", "2026-12-24T10:00Z"]].concat());
    assert!(frozen.code != 0 && frozen.stdout.contains("holidays"), "{}", frozen.stdout);
    let policy = saved.folder.join("other.yml");
    std::fs::write(&policy, "version: 1\nenvironments:\n  production: { gates: { approval: { count: 1 }, confirm: off } }\n").expect("a file");
    let other = saved.simulates(&["--policy", &policy.display().to_string()]);
    assert_eq!(other.code, 0, "{}", other.stdout);
    let nonsense = saved.simulates(&["--assume", "weather=fine"]);
    assert_eq!(nonsense.code, 2, "{}", nonsense.stderr);
    let never = saved.simulates(&["--at", "tomorrow"]);
    assert_eq!(never.code, 2, "{}", never.stderr);
}

#[test]
fn g22_simulate_at_an_earlier_time_and_with_a_check() {
    let stage = Stage::with("version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 }, checks: { also: [e2e] } } }\n");
    stage.pull("faster");
    stage.later();
    let folder = stage.job_folder();
    let record = folder.join("record.json").display().to_string();
    let job = stage.run(&folder, &["explain", "--pr", "1", "--env", "staging", "--as", OPERATOR, "--save", &record], &[]);
    assert!(job.stdout.contains("checks.not-reported"), "{}", job.stdout);
    let passed = stage.run(&folder, &["simulate", &record, "--assume", "check=e2e", "--json"], &[]);
    assert_eq!(passed.code, 0, "{}", passed.stdout);
    assert_eq!(serde_json::from_str::<Value>(&passed.stdout).expect("JSON")["verdict"], "go");
}

#[test]
fn g22_the_stored_decision_replays_bit_for_bit_and_an_edited_one_does_not() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    let record = job.output("record");
    let mark = stage.mark();
    let same = stage.run(&job.folder, &["replay", &record], &[]);
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    assert_eq!(same.stdout.trim(), "the same, bit for bit: go");
    assert_eq!(stage.asked(mark), Vec::<String>::new());
    let text = std::fs::read_to_string(&record).expect("a record");
    for (from, to) in [("\"success\"", "\"failure\""), ("1 of 1 approvals", "2 of 1 approvals")] {
        assert!(text.contains(from), "{from} in the record");
        let edited = job.folder.join("edited.json");
        std::fs::write(&edited, text.replace(from, to)).expect("a file");
        let differs = stage.run(&job.folder, &["replay", &edited.display().to_string()], &[]);
        assert_eq!(differs.code, 1, "{from}: {}{}", differs.stdout, differs.stderr);
        assert!(differs.stdout.contains("differs at byte"), "{}", differs.stdout);
    }
    let waiting = stage.says(pull, DEVELOPER, "/deploy production");
    let same = stage.run(&job.folder, &["replay", &waiting.output("record")], &[]);
    assert_eq!((same.code, same.stdout.trim()), (0, "the same, bit for bit: waiting"));
    assert_eq!(stage.run(&job.folder, &["replay", "absent.json"], &[]).code, 11);
}

#[test]
fn a5_json_stays_json_whatever_its_texts_look_like_and_a_saved_record_can_be_read() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let head = stage.hub.head((REPOSITORY, pull));
    for name in ["password=\"quoted\"", "authorization: \\", "-----BEGIN PRIVATE KEY-----"] {
        stage.hub.check(REPOSITORY, &head, Check::ended(name, Conclusion::Failure));
    }
    let folder = stage.job_folder();
    let record = folder.join("record.json").display().to_string();
    let explained = stage.run(&folder, &["explain", "--pr", "1", "--env", "staging", "--as", DEVELOPER, "--json", "--save", &record], &[]);
    let simulated = stage.run(&folder, &["simulate", &record, "--json"], &[]);
    for job in [explained, simulated] {
        let json: Value = serde_json::from_str(&job.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", job.stdout, job.stderr));
        assert_eq!(json["verdict"], "no-go");
        assert!(!job.stdout.contains("quoted") && job.stdout.contains("password"), "{}", job.stdout);
    }
    let replayed = stage.run(&folder, &["replay", &record, "--json"], &[]);
    let json: Value = serde_json::from_str(&replayed.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", replayed.stdout, replayed.stderr));
    assert_eq!(json["verdict"], "no-go", "{json}");
}
