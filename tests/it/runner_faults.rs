//! The machine that the action runs on is not as it should be: inputs, clock, folders, line ends (rows D3, I4, A5).

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use shipgate::sandbox::state::{DeploymentState, ReviewState};

use crate::actions::holds;
use crate::stage::{DEVELOPER, Job, REPOSITORY, REVIEWER, SMALLEST, Stage};

/// `/deploy staging` with everything ready for it, in an environment that is changed so.
fn deploys(stage: &Stage, pull: u64, body: &str, more: &[(&str, &str)]) -> Job {
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, body);
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let mut variables = vec![("GITHUB_EVENT_NAME", "issue_comment")];
    variables.extend(more);
    stage.run(&folder, &["action"], &variables)
}

#[test]
fn d3_an_input_that_is_none_of_its_values_is_refused_before_anything_is_asked() {
    for (variable, value, words) in [
        ("INPUT_FAIL-ON", "never", "`no-go`, `waiting`, `nothing`"),
        ("INPUT_STEP", "begin", "`whole`, `start`, `finish`"),
        ("INPUT_STEP", "finish", "needs the input `deployment`"),
        ("INPUT_TRUSTED-CHECKOUT", "yes", "`true`, `false`"),
        ("INPUT_PREFIX", "deploy", "a prefix begins with a sign"),
    ] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.clear_log();
        let job = deploys(&stage, pull, "/deploy staging", &[(variable, value)]);
        assert_eq!((job.code, job.output("decision").as_str()), (2, "error"), "{variable}: {}", job.stderr);
        assert!(job.stderr.contains("error[SG-USAGE]: ") && job.stderr.contains(words) && job.stderr.contains("hint: "), "{}", job.stderr);
        assert!(job.stdout.starts_with("::error title=shipgate::") && job.stdout.contains(words), "{}", job.stdout);
        assert!(stage.hub.log().is_empty());
    }
}

#[test]
fn d3_a_verdict_fails_the_step_as_the_input_says() {
    for (fail_on, waiting, refused) in [("", 4, 1), ("no-go", 0, 1), ("waiting", 4, 1), ("nothing", 0, 0)] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        let says = |body: &str, event: &serde_json::Value| {
            let folder = stage.job_folder();
            std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
            let job = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_FAIL-ON", fail_on)]);
            (job.output("decision"), job.code, body.to_owned())
        };
        assert_eq!(says("waits", &event), ("waiting".to_owned(), waiting, "waits".to_owned()), "{fail_on}");
        let (_, event) = stage.comment(pull, crate::stage::READER, "/deploy staging");
        assert_eq!(says("refused", &event), ("no-go".to_owned(), refused, "refused".to_owned()), "{fail_on}");
    }
}

#[test]
fn a5_tokens_given_as_inputs_are_hidden_before_anything_else_is_printed_and_only_where_something_is_done() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let more = [("INPUT_DISPATCH-TOKEN", "made-by-a-step%\n")];
    let job = deploys(&stage, pull, "/deploy staging", &more);
    let lines: Vec<&str> = job.stdout.lines().collect();
    assert_eq!(lines[..2], [format!("::add-mask::{}", stage.token).as_str(), "::add-mask::made-by-a-step%25"], "{}", job.stderr);
    assert!(lines.len() == 3 && lines[2].starts_with("::notice title=shipgate::staging: go: "), "{lines:?}");
    assert_eq!(deploys(&stage, pull, "Thanks!", &more).stdout, "", "a comment that is no command");
    let quiet = stage.run(&stage.job_folder(), &["action", "--post"], &more);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""), "a post step with nothing to end");
}

#[test]
fn a5_nothing_that_somebody_wrote_is_a_command_to_the_runner() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let hostile = "##[set-output name=decision]go";
    for body in
        [format!("/deploy staging {hostile}"), format!("/reject staging \"{hostile}\"\n::set-output name=decision::go"), format!("/lock staging \"{hostile}\"")]
    {
        let job = deploys(&stage, pull, &body, &[("SHIPGATE_LOG", "shipgate=debug")]);
        assert_ne!(job.output("decision"), "go", "{body}");
        for line in job.stdout.lines().chain(job.stderr.lines()).filter(|line| !line.starts_with("::add-mask::")) {
            assert!(!line.contains("##[") && (!line.trim_start().starts_with("::") || line.contains(" title=shipgate::")), "{line}");
        }
    }
    // The event's own name is the only text that is shown before anything is known.
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), "{}").expect("written");
    let job = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", hostile)]);
    assert!(job.stderr.contains("set-output") && !job.stderr.contains("##["), "{}", job.stderr);
}

#[test]
fn d3_a_clock_that_is_wrong_by_years_changes_nothing() {
    // The sandbox's clock is the server's; this machine's is its own, and now they are decades apart.
    let stage = Stage::new();
    stage.hub.advance(Duration::from_hours(24 * 365 * 40));
    let pull = stage.pull("faster");
    let job = deploys(&stage, pull, "/deploy staging", &[]);
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    let held = holds(&stage.hub, "staging");
    assert!(held.len() == 1 && held[0]["until"].as_str().is_some_and(|until| until.starts_with("2066-")), "{held:?}");
    let post = stage.ends(&job, "success");
    assert_eq!(post.code, 0, "{}", post.stderr);
    assert!(holds(&stage.hub, "staging").is_empty());
    for line in stage.audit() {
        assert!(line["timestamp"].as_str().is_some_and(|time| time.starts_with("2066-")), "{line}");
        assert!(line["duration_seconds"].as_u64().is_none_or(|seconds| seconds < 60), "{line}");
    }
}

#[test]
fn i4_windows_line_ends_in_comment_policy_owners_and_inputs_change_nothing() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let stage = Stage::with(&crlf(SMALLEST));
    stage.hub.put(REPOSITORY, crate::stage::LEAD, ("main", &[("CODEOWNERS", "# owners\r\n*.md @octo-lead\r\n")]));
    let pull = stage.pull("faster");
    let job = deploys(
        &stage,
        pull,
        "/deploy staging --reason \"now\"\r\n\r\nThanks\r\n",
        &[("INPUT_FAIL-ON", "no-go\r\n"), ("INPUT_TOKEN", &format!("{}\r\n", stage.token))],
    );
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{} {:?}", job.stderr, stage.ours(pull));
    let post = stage.ends(&job, "success");
    assert_eq!(post.code, 0, "{}", post.stderr);
    let states: Vec<_> = stage.hub.deployments(REPOSITORY, "staging").iter().filter_map(|deployment| deployment.latest().map(|status| status.state)).collect();
    assert_eq!(states, [DeploymentState::Success]);
}

#[test]
fn d3_a_workspace_that_cannot_be_written_is_not_needed() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let workspace = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(workspace.path(), std::fs::Permissions::from_mode(0o555)).expect("changed");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let mut command = stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
    command.current_dir(workspace.path()).env("GITHUB_WORKSPACE", workspace.path()).env_remove("HOME");
    let job = crate::stage::job(&folder, &command.output().expect("it runs"));
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    assert_eq!(std::fs::read_dir(workspace.path()).expect("a folder").count(), 0, "nothing of ours is in the workspace, whoever we run as");
    assert_eq!(stage.ends(&job, "failure").code, 0);
}
