//! What is seen in workflows and actions however they are written, and what is left alone.

use super::super::{Alone, Mode};
use super::*;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn found(path: &str, text: &str) -> Vec<Finding> {
    let path = RepoPath::new(path);
    WorkflowsCheck.findings(&Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone })
}

/// Steps as they stand in a job.
fn indented(steps: &str) -> String {
    format!("      {}\n", steps.trim_end().replace('\n', "\n      "))
}

/// The rules that find something in a workflow with this beginning and these steps.
fn rules_of(head: &str, steps: &str) -> Vec<String> {
    let text = format!("{head}\njobs:\n  a:\n    runs-on: x\n    steps:\n{}", indented(steps));
    let mut rules: Vec<String> = found(".github/workflows/a.yml", &text).into_iter().map(|finding| finding.rule.into_owned()).collect();
    rules.dedup();
    rules
}

#[test]
fn x3_what_is_used_is_pinned_by_a_commit_or_digest() {
    let of = |uses: &str| rules_of("on: push\npermissions: {}", &format!("- uses: {uses}"));
    for good in [&format!("a/b@{SHA}"), "./x", &format!("a/b/c@{SHA} # v1"), "docker://a@sha256:00", &format!("a/b@{}", "a".repeat(64))] {
        assert!(of(good).is_empty(), "{good}");
    }
    for bad in ["a/b@v1", "a/b@main", "a/b@0123456", "a/b", "docker://alpine:3", "A/b/.github/workflows/c.yml@v1"] {
        assert_eq!(of(bad), ["unpinned-action"], "{bad}");
    }
    assert_eq!(of("actions/checkout@v5"), ["unpinned-github-action"]);
    let call = "on: push\npermissions: {}\njobs:\n  a:\n    uses: a/b/.github/workflows/c.yml@main\n  b:\n    uses: ./.github/workflows/c.yml\n";
    assert_eq!(found(".github/workflows/a.yml", call).len(), 1);
}

#[test]
fn x3_permissions_are_said_and_are_few() {
    assert_eq!(rules_of("on: push", "- run: x"), ["no-permissions"]);
    assert!(rules_of("on: workflow_call", "- run: x").is_empty());
    assert!(rules_of("on: push\npermissions: read-all", "- run: x").is_empty());
    assert_eq!(rules_of("on: push\npermissions: write-all", "- run: x"), ["broad-permissions"]);
    assert!(rules_of("on: push\npermissions: { contents: write }", "- run: x").is_empty(), "one job needs it");
}

#[test]
fn x3_text_of_others_is_found_in_every_kind_of_script_at_its_place() {
    for steps in [
        "- run: echo ${{ github.event.issue.title }}",
        "- run: |\n    echo one\n    echo \"${{github.event.issue.title}}\"",
        "- run: 'echo ${{ github.event.issue.title }}'",
        "- run: >-\n    echo\n    ${{ github.event.issue.title || 'x' }}",
        "- uses: actions/github-script@0123456789abcdef0123456789abcdef01234567\n  with:\n    script: |\n      core.info(`${{ github.event.issue['title'] }}`)",
    ] {
        assert_eq!(rules_of("on: [issues]\npermissions: {}", steps), ["template-injection"], "{steps}");
    }
    for steps in [
        "- run: echo \"$T\"\n  env: { T: '${{ github.event.issue.title }}' }",
        "- run: echo ${{ github.event.issue.number }}",
        "- run: echo ${{ contains(github.event.issue.title, 'x') }}",
        "- if: ${{ github.event.issue.title }}\n  run: x",
    ] {
        assert!(rules_of("on: [issues]\npermissions: {}", steps).is_empty(), "{steps}");
    }
    assert_eq!(rules_of("on: pull_request\npermissions: {}", "- run: echo ${{ github.head_ref }}"), ["text-in-script"]);
    assert_eq!(rules_of("on: [pull_request, workflow_call]\npermissions: {}", "- run: echo ${{ github.head_ref }}"), ["template-injection"]);
    let text = "on: issues\npermissions: {}\njobs:\n  a:\n    steps:\n      - run: |\n          echo ${{ github.event.issue.title }}\n";
    let span = found(".github/workflows/a.yml", text)[0].span.expect("a place");
    assert_eq!(&text[span.start..span.end], "${{ github.event.issue.title }}");
}

#[test]
fn x3_inputs_of_free_text_are_found_and_choices_are_not() {
    let with = |kind: &str, expression: &str| {
        let head = format!("on:\n  workflow_dispatch:\n    inputs:\n      name: {{ type: {kind} }}\npermissions: {{}}");
        rules_of(&head, &format!("- run: echo ${{{{ {expression} }}}}"))
    };
    assert_eq!(with("string", "inputs.name"), ["input-in-script"]);
    assert_eq!(with("string", "github.event.inputs.name"), ["input-in-script"]);
    for (kind, expression) in
        [("choice", "inputs.name"), ("boolean", "inputs.name"), ("string", "inputs.name == 'x'"), ("string", "inputs.other"), ("string", "my.inputs.name")]
    {
        assert!(with(kind, expression).is_empty(), "{kind} {expression}");
    }
}

#[test]
fn x3_the_code_of_a_pull_request_is_not_run_with_the_rights_of_the_base() {
    let checkout = format!("- uses: actions/checkout@{SHA}\n  with: {{ ref: '${{{{ github.event.pull_request.head.sha }}}}' }}\n");
    let of = |head: &str, steps: &str| rules_of(head, steps).contains(&"untrusted-checkout".to_owned());
    let runs = format!("{checkout}- run: make");
    assert!(of("on: pull_request_target", &runs), "what the token may do is not said");
    assert!(of("on: pull_request_target\npermissions: { contents: write }", &runs));
    assert!(of("on: issue_comment", "- run: |\n    gh pr checkout 1\n    make"));
    assert!(!of("on: pull_request", &runs) && !of("on: pull_request_target\npermissions: { contents: read }", &runs));
    assert!(!of("on: pull_request_target", &checkout), "nothing of it is run");
    let guarded = format!(
        "on: pull_request_target\njobs:\n  a:\n    if: github.event.pull_request.head.repo.full_name == github.repository\n    steps:\n{}",
        indented(&runs)
    );
    assert!(!found(".github/workflows/a.yml", &guarded).iter().any(|finding| finding.rule == "untrusted-checkout"));
}

#[test]
fn x3_scripts_of_every_form_that_run_downloads_are_found_at_their_places() {
    for script in ["curl https://example.com/x | sh", "\"curl https://example.com/x | sh\"", "|\n    set -e\n    curl https://example.com/x | sh"] {
        let head = "on: push\npermissions: {}\njobs:\n  a:\n    steps:\n  ";
        let text = format!("{head}    - run: {}\n", script.replace('\n', "\n      "));
        let findings = found(".github/workflows/a.yml", &text);
        assert_eq!(findings.len(), 1, "{text}");
        let span = findings[0].span.expect("a place");
        assert_eq!(&text[span.start..span.end], "curl https://example.com/x | sh");
    }
    assert!(rules_of("on: push\npermissions: {}", "- run: curl https://example.com/x | sh\n  shell: pwsh").is_empty());
}

#[test]
fn x3_passwords_of_tests_are_no_secrets_and_values_are_hidden() {
    assert!(rules_of("on: push\npermissions: {}\nenv: { POSTGRES_PASSWORD: postgres, DB_PASSWORD: test-password-123 }", "- run: x").is_empty());
    let value = format!("swordfish{}", "-4711-harbour");
    let text = format!("on: push\npermissions: {{}}\nenv: {{ DEPLOY_TOKEN: {value} }}\njobs: {{ a: {{ steps: [] }} }}\n");
    let findings = found(".github/workflows/a.yml", &text);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].hidden.iter().any(|span| text[span.start..span.end] == value) && !findings[0].what.contains(&value));
}

#[test]
fn x3_other_files_and_hostile_ones_are_left_alone() {
    for (path, concerned) in [
        (".github/workflows/a.yml", true),
        ("action.yml", true),
        ("x/action.yaml", true),
        (".github/workflows/x/a.yml", false),
        ("workflows/a.yml", false),
        (".github/dependabot.yml", false),
    ] {
        assert_eq!(WorkflowsCheck.concerns(&RepoPath::new(path)), concerned, "{path}");
    }
    let open = format!("on: push\njobs: {{ a: {{ steps: [{{ run: '{}' }}] }} }}", "${{ ".repeat(20_000));
    for text in ["", "a", "on: push", "on: {", "jobs: [a]", "jobs: { a: { steps: { run: x } } }", "on: 1\njobs: { a: 1 }", &open] {
        let _found = found(".github/workflows/a.yml", text);
        let _found = found("action.yml", text);
    }
}

#[test]
fn x3_a_checkout_behind_a_question_for_its_author_is_left_alone() {
    let steps = "- run: gh api repos/x/collaborators/y/permission\n- run: |\n    gh pr checkout 1\n    make";
    assert!(!rules_of("on: issue_comment", steps).contains(&"untrusted-checkout".to_owned()));
}
