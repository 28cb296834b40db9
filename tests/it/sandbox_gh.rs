//! A client that is not ours reads the sandbox: GitHub's own `gh`, which knows nothing of it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use shipgate::domain::Role;
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::{Conclusion, Visibility};

const SHOP: &str = "acme/shop";
const DEPLOY: &str = "name: Deploy
run-name: Deploy ${{ inputs.shipgate }}
on:
  workflow_dispatch:
    inputs:
      shipgate: { required: true, type: string }
";

struct Hub {
    sandbox: Sandbox,
    token: String,
    home: tempfile::TempDir,
}

/// Where `scripts/tools` puts it.
fn gh() -> PathBuf {
    crate::tools::tool("gh")
}

impl Hub {
    fn new() -> Self {
        let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
        sandbox.organisation("acme");
        sandbox.user("ada");
        sandbox.repository(SHOP, Visibility::Private);
        sandbox.grant(SHOP, "ada", Role::Admin);
        sandbox.put(SHOP, "ada", ("main", &[("README.md", "hello\n"), (".github/workflows/deploy.yml", DEPLOY)]));
        let token = sandbox.full_token("ada");
        Self { sandbox, token, home: tempfile::tempdir().expect("a folder") }
    }

    #[expect(clippy::disallowed_methods, reason = "the test starts another program")]
    fn gh(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(gh());
        command.args(arguments).env_clear().current_dir(self.home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home.path()).env("GH_CONFIG_DIR", self.home.path());
        command.env("http_proxy", self.sandbox.url()).env("GH_HOST", "github.localhost").env("GH_TOKEN", &self.token);
        command.env("GH_REPO", format!("github.localhost/{SHOP}")).env("NO_COLOR", "1").env("GH_NO_UPDATE_NOTIFIER", "1").env("GH_PROMPT_DISABLED", "1");
        command.output().expect("gh runs: scripts/tools installs it")
    }

    /// What gh says when it is content.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.gh(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gh {arguments:?}: {error}; nobody knew {:?}", self.sandbox.unknown_routes());
        String::from_utf8(output.stdout).expect("text")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(arguments)).expect("JSON")
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn i4_gh_reads_the_api_of_the_sandbox() {
    let hub = Hub::new();
    assert_eq!(hub.says(&["api", "/repos/acme/shop", "--jq", ".full_name"]).trim(), "acme/shop");
    assert_eq!(hub.says(&["api", "graphql", "-f", "query=query { viewer { login } }", "--jq", ".data.viewer.login"]).trim(), "ada");
    for number in 0..31 {
        hub.sandbox.open_issue(SHOP, "ada", &format!("issue {number}"));
        hub.sandbox.comment((SHOP, 1), "ada", "hello");
    }
    let counted = hub.says(&["api", "--paginate", "/repos/acme/shop/issues/1/comments", "--jq", ".[].id"]);
    assert_eq!(counted.lines().count(), 31, "gh follows the links of pages");
    let missing = hub.gh(&["api", "/repos/acme/gone"]);
    assert!(!missing.status.success() && String::from_utf8_lossy(&missing.stderr).contains("Not Found (HTTP 404)"));
}

#[test]
#[ignore = "needs scripts/tools"]
fn i4_gh_dispatches_a_workflow_and_follows_its_run() {
    let hub = Hub::new();
    assert!(hub.says(&["workflow", "list"]).contains("Deploy"));
    hub.says(&["workflow", "run", "deploy.yml", "--ref", "main", "-f", "shipgate=acme/shop/7/ab"]);
    let run = hub.sandbox.dispatched(SHOP).pop().expect("a run");
    assert_eq!((run.inputs["shipgate"].as_str(), run.title.as_str()), (Some("acme/shop/7/ab"), "Deploy acme/shop/7/ab"));
    let refused = hub.gh(&["workflow", "run", "deploy.yml", "--ref", "main", "-f", "other=x", "-f", "shipgate=x"]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains(r#"Unexpected inputs provided: ["other"]"#), "{refused:?}");
    let job = hub.sandbox.start_job(run.run, "deploy");
    let listed = hub.json(&["run", "list", "--workflow", "deploy.yml", "--json", "databaseId,displayTitle,status,workflowName,event,attempt"]);
    let wanted = json!([{
        "attempt": 1, "databaseId": run.run, "displayTitle": "Deploy acme/shop/7/ab", "event": "workflow_dispatch", "status": "in_progress",
        "workflowName": "Deploy",
    }]);
    assert_eq!(listed, wanted);
    hub.sandbox.finish_job(job, Conclusion::Failure);
    hub.sandbox.finish_run(run.run, Conclusion::Failure);
    let shown = hub.json(&["run", "view", &run.run.to_string(), "--json", "conclusion,jobs,number"]);
    assert_eq!((&shown["conclusion"], &shown["number"]), (&json!("failure"), &json!(1)));
    assert_eq!((&shown["jobs"][0]["name"], &shown["jobs"][0]["conclusion"]), (&json!("deploy"), &json!("failure")));
    hub.says(&["run", "rerun", &run.run.to_string()]);
    hub.says(&["run", "cancel", &run.run.to_string()]);
    let ended = hub.sandbox.dispatched(SHOP).pop().expect("a run");
    assert_eq!(ended.conclusion, Some(Conclusion::Cancelled));
}

#[test]
#[ignore = "needs scripts/tools"]
fn i4_gh_finds_reads_and_comments_a_pull_request() {
    let hub = Hub::new();
    hub.sandbox.put(SHOP, "ada", ("topic", &[("a", "1\n")]));
    let pull = hub.sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    let number = pull.to_string();
    assert!(hub.says(&["pr", "list"]).starts_with(&format!("{number}\tMerge topic\ttopic\tOPEN")));
    let shown = hub.json(&["pr", "view", &number, "--json", "number,title,state,headRefName,baseRefName,headRefOid"]);
    assert_eq!((&shown["title"], &shown["state"], &shown["headRefName"]), (&json!("Merge topic"), &json!("OPEN"), &json!("topic")));
    assert_eq!(shown["headRefOid"].as_str(), Some(hub.sandbox.head((SHOP, pull)).as_str()));
    hub.says(&["pr", "comment", &number, "--body", "/deploy staging"]);
    assert_eq!(hub.sandbox.comments((SHOP, pull)).last().map(|comment| comment.1.clone()).as_deref(), Some("/deploy staging"));
}
