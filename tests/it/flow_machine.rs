//! What only this machine knows: the team's own gates, inventories, services, variables (rows G20, V3, V5, V10).

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::stage::{DEVELOPER, REPOSITORY, Stage};

/// A program in a folder of its own.
fn program(folder: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
    path
}

/// What came of it.
struct Ran {
    code: i32,
    decision: String,
    reason: String,
    services: String,
    parameters: String,
    stderr: String,
    comment: String,
}

/// `/deploy staging` under a policy of this environment; what came of it, and the comment.
fn deploys(environment: &str, command: &str, more: &[(&str, &str)]) -> Ran {
    let stage = Stage::with(&format!("version: 1\nservices: {{ payments: {{}}, ledger: {{}} }}\nenvironments:\n  staging:\n{environment}\n"));
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, command);
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let mut variables = vec![("GITHUB_EVENT_NAME", "issue_comment")];
    variables.extend(more);
    let job = stage.run(&folder, &["action"], &variables);
    let deployed = stage.hub.deployments(REPOSITORY, "staging").len();
    assert_eq!(deployed == 1, job.output("decision") == "go", "{}", job.stderr);
    let (outputs, comment) = (job.outputs(), stage.last(pull));
    let output = |name: &str| outputs.get(name).cloned().unwrap_or_default();
    Ran {
        decision: output("decision"),
        reason: output("reason"),
        services: output("services"),
        parameters: output("parameters"),
        stderr: job.stderr,
        code: job.code,
        comment,
    }
}

fn custom(text: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = program(&folder, text);
    deploys(
        &format!("    gates: {{ approval: {{ count: 0 }}, custom: [{{ id: capacity, run: [\"{}\"], timeout: 2s }}] }}", path.display()),
        "/deploy staging",
        &[],
    )
}

#[test]
fn g20_a_teams_own_gate_says_go_no_or_not_yet() {
    let ran = custom("cat >/dev/null; echo '{\"verdict\":\"go\",\"evidence\":\"3 of 5 nodes are free\"}'");
    assert_eq!(ran.decision, "go", "{}", ran.comment);
    assert!(ran.comment.contains("3 of 5 nodes are free"), "{}", ran.comment);
    let ran = custom("echo '{\"verdict\":\"no-go\",\"evidence\":\"0 of 5 nodes are free\",\"remedy\":\"add a node\"}'");
    assert_eq!((ran.decision.as_str(), ran.reason.as_str()), ("no-go", "custom.no-go"), "{}", ran.comment);
    assert!(ran.comment.contains("capacity") && ran.comment.contains("add a node"), "{}", ran.comment);
    let ran = custom("echo '{\"verdict\":\"waiting\"}'");
    assert_eq!((ran.decision.as_str(), ran.reason.as_str()), ("waiting", "custom.waiting"), "{}", ran.comment);
}

#[test]
fn g20_a_teams_own_gate_that_fails_hangs_or_talks_nonsense_is_a_no() {
    for text in ["exit 3", "sleep 60", "echo yes", "echo '{\"verdict\":\"GO\"}'", "echo '{\"verdict\":\"go\"}'; exit 1"] {
        let ran = custom(text);
        assert_eq!((ran.decision.as_str(), ran.reason.as_str()), ("no-go", "custom.failed"), "{text}: {}", ran.comment);
    }
}

#[test]
fn g20_a_teams_own_gate_reads_the_facts_and_not_the_token() {
    let ran = custom(
        "facts=$(cat); case \"$facts\" in *staging*'\"schema_version\":1'*) ok=go;; *) ok=no-go;; esac; [ -z \"$INPUT_TOKEN$GITHUB_TOKEN\" ] || ok=no-go; echo \"{\\\"verdict\\\":\\\"$ok\\\"}\"",
    );
    assert_eq!(ran.decision, "go", "{}", ran.comment);
}

#[test]
fn v10_a_missing_or_empty_variable_is_named_before_anything_starts() {
    let environment = "    variables: [DATABASE_URL, API_KEY]\n    gates: { approval: { count: 0 } }";
    let ran = deploys(environment, "/deploy staging", &[("API_KEY", "")]);
    assert_eq!((ran.code, ran.decision.as_str()), (1, "no-go"), "{}", ran.comment);
    assert!(ran.comment.contains("DATABASE\\_URL") || ran.comment.contains("`DATABASE_URL`"), "{}", ran.comment);
    assert!(ran.comment.contains("inputs.variable-missing") && ran.comment.contains("inputs.variable-empty"), "{}", ran.comment);
    let ran = deploys(environment, "/deploy staging", &[("API_KEY", "very-hidden"), ("DATABASE_URL", "postgres://u:p@h/db")]);
    assert_eq!(ran.decision, "go", "{}", ran.comment);
    assert!(!ran.comment.contains("very-hidden") && !ran.stderr.contains("very-hidden"), "{}", ran.comment);
}

#[test]
fn v3_the_target_is_one_that_the_inventory_command_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = program(&folder, "echo eu-1; echo us-1");
    let environment = format!("    target: {{ inventory: {{ run: [\"{}\"] }} }}\n    gates: {{ approval: {{ count: 0 }} }}", path.display());
    let ran = deploys(&environment, "/deploy staging -- target=eu-1", &[]);
    assert_eq!(ran.decision, "go", "{}", ran.comment);
    assert_eq!(ran.parameters, "{\"target\":\"eu-1\"}");
    let ran = deploys(&environment, "/deploy staging -- target=eu-2", &[]);
    assert_eq!(ran.reason, "inputs.target-unknown", "{}", ran.comment);
    let broken = environment.replace("program", "absent");
    let ran = deploys(&broken, "/deploy staging -- target=eu-1", &[]);
    assert_eq!(ran.reason, "inputs.inventory-unreadable", "{}", ran.comment);
}

#[test]
fn v5_a_service_is_one_that_the_registry_names() {
    let environment = "    gates: { approval: { count: 0 } }";
    let ran = deploys(environment, "/deploy staging ledger payments", &[]);
    assert_eq!(ran.decision, "go", "{}", ran.comment);
    assert_eq!(ran.services, "[\"ledger\",\"payments\"]");
    let ran = deploys(environment, "/deploy staging ledgr", &[]);
    assert_eq!(ran.reason, "inputs.service-unknown", "{}", ran.comment);
    assert!(ran.comment.contains("ledger"), "{}", ran.comment);
}
