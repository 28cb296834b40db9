//! Hostile input through the built binary: words, titles, branches, checks, payloads, error bodies, tokens, files (rows V6, V9, A5).
//!
//! Nothing of it deploys, breaks out of its place on a page or in a runner's file, or carries a secret anywhere.

use std::path::Path;
use std::time::{Duration, Instant};

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;
use shipgate::report::outputs::OUTPUTS;
use shipgate::sandbox::state::{Access, Conclusion, DeploymentState, Permission, ReviewState};
use shipgate::sandbox::world::{Check, Draft};
use shipgate::sandbox::{Fault, On};

use crate::stage::{DEVELOPER, Job, LEAD, PERMISSIONS, REPOSITORY, REVIEWER, Stage, entries, job};

/// Parameters may be anything.
const POLICY: &str = "version: 1\nenvironments:\n  staging:\n    parameters: { key: any, note: any }\n";

/// Words that some program somewhere takes for more than a word.
const WORDS: &[&str] = &[
    "a\u{0}b",
    "staging\u{0}",
    "$(touch pwned)",
    "`touch pwned`",
    "a;id",
    "a|id",
    "a&&id",
    "a>b",
    "../../etc/passwd",
    "..",
    "-rf",
    "--force",
    "%0Adecision=go",
    "::set-output",
    "::error::x",
    "staging\u{202e}gnp",
    "stag\u{200b}ing",
    "\u{feff}staging",
    "staging\u{2066}",
    "٣",
    "1.٢.3",
    "\u{17f}taging",
    "\u{212a}ey",
    "staging\u{301}",
    "ｓtaging",
    "STAGING",
    "<img/src=x>",
    "-->",
    "<!--",
    "@octo-lead",
    "@octo-org/admins",
    "#1",
    "octo-org/payments#1",
    "[x](https://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "SHIPGATE_EOF",
    "{\"a\":1}",
    "${{secrets.GITHUB_TOKEN}}",
    "'\"",
    "password=",
];

/// Our own comment shows what it shows and nothing else: no mention, no link but to our run, no HTML but ours.
fn is_safe(body: &str, hub: &str) {
    let mut text = String::new();
    let mut in_code = false;
    for event in Parser::new_ext(body, Options::all()) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                for tag in html.split_inclusive('>').map(str::trim).filter(|tag| !tag.is_empty()) {
                    let ours = ["<!-- -->", "<details>", "</details>", "<summary>", "</summary>", "Evidence</summary>", "<br>"].contains(&tag);
                    let marker = tag.starts_with("<!-- shipgate ") && tag.ends_with(" -->") && !tag[4..tag.len() - 3].contains("--");
                    assert!(ours || marker, "{tag:?} in {body}");
                }
                plain(&std::mem::take(&mut text), body);
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                assert!(dest_url.starts_with(hub) && dest_url.contains("/actions/runs/"), "{dest_url} in {body}");
            }
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
            Event::Text(part) if !in_code => text.push_str(&part),
            Event::Text(_) => {}
            _ => plain(&std::mem::take(&mut text), body),
        }
    }
    plain(&text, body);
    assert!(!body.chars().any(|character| character != '\n' && (character.is_control() || shipgate::domain::is_invisible(character))), "{body:?}");
}

/// A run of text between markup: GitHub would link or notify nothing in it.
fn plain(text: &str, body: &str) {
    let live = regex::Regex::new(r"@[A-Za-z0-9]|https?://|www\.|#[0-9]|GH-[0-9]").expect("a pattern");
    assert!(!live.is_match(text), "{text:?} is live in {body}");
}

/// The runner's files hold our entries and no others, the log is one line after the other without anything invisible.
fn is_tidy(job: &Job) {
    for (name, _) in entries(&job.folder.join("output")) {
        assert!(OUTPUTS.iter().any(|output| output.name == name), "{name} is no output");
    }
    let states = ["main", "request", "environment", "sha", "pull", "repository", "started", "record", "claim", "comment", "deployment", "lock", "dispatch"];
    for (name, _) in entries(&job.folder.join("state")) {
        assert!(states.contains(&name.as_str()), "{name} is no state");
    }
    for text in [&job.stdout, &job.stderr] {
        let strange = |character: char| character != '\n' && (character.is_control() || shipgate::domain::is_invisible(character));
        assert!(!text.chars().any(strange), "{text:?}");
    }
    for line in job.stdout.lines().filter(|line| line.starts_with("::")) {
        assert!(line.contains(" title=shipgate::") || line.starts_with("::add-mask::"), "{line}");
    }
    assert!([0, 1, 2, 4, 10, 11].contains(&job.code), "exit code {}: {}", job.code, job.stderr);
}

fn is_safe_everywhere(stage: &Stage, pull: u64, job: &Job) {
    is_tidy(job);
    let hub = stage.hub.url();
    for body in stage.ours(pull) {
        is_safe(&body, &hub);
    }
    let summary = std::fs::read_to_string(job.folder.join("summary.md")).unwrap_or_default();
    is_safe(&summary, &hub);
    assert!(stage.hub.unknown_routes().is_empty(), "{:?}", stage.hub.unknown_routes());
}

#[test]
fn v6_hostile_words_in_a_command_deploy_nothing_and_break_out_of_nothing() {
    for words in WORDS.chunks(8) {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        for word in words {
            let quoted = word.replace('\\', "\\\\").replace('"', "\\\"");
            for command in [
                format!("/deploy {word}"),
                format!("/deploy staging --ref {word}\n/deploy staging --version {word}\n/deploy staging {word}"),
                format!("/plan staging --sha {word}\n/reject production {quoted} and \"{quoted}\""),
            ] {
                let job = stage.says(pull, DEVELOPER, &command);
                assert_ne!(job.output("decision"), "go", "{command:?}: {}", job.stderr);
                is_safe_everywhere(&stage, pull, &job);
            }
        }
        assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
        assert!(!stage.folder.path().join("pwned").exists() && !Path::new("pwned").exists());
    }
}

#[test]
fn v6_hostile_reasons_and_parameters_are_shown_as_what_they_are_and_handed_on_whole() {
    let shown: Vec<&str> =
        WORDS.iter().copied().filter(|word| !word.chars().any(|character| character.is_control() || shipgate::domain::is_invisible(character))).collect();
    for words in shown.chunks(8) {
        let stage = Stage::with(POLICY);
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let whole = words.join(" ");
        let quoted = whole.replace('\\', "\\\\").replace('"', "\\\"");
        let go = stage.says(pull, DEVELOPER, &format!("/deploy staging --reason \"{}\" -- key=\"{}\"", quoted.replace("<!--", ""), quoted.replace("-->", "")));
        assert_eq!(go.output("decision"), "go", "{} {:?}", go.stderr, stage.ours(pull));
        is_safe_everywhere(&stage, pull, &go);
        let parameters: Value = serde_json::from_str(&go.output("parameters")).expect("JSON");
        assert_eq!(parameters["key"].as_str(), Some(whole.replace("-->", "").as_str()));
        assert!(serde_json::from_str::<Value>(&go.output("result")).is_ok());
        let post = stage.ends(&go, "success");
        assert_eq!(post.code, 0, "{}", post.stderr);
        is_safe_everywhere(&stage, pull, &post);
        for (login, command) in [(LEAD, format!("/lock staging \"{quoted}\"")), (LEAD, "/status".to_owned()), (DEVELOPER, "/deploy staging".to_owned())] {
            let job = stage.says(pull, login, &command);
            assert_ne!(job.output("decision"), "go", "{}", job.stderr);
            is_safe_everywhere(&stage, pull, &job);
        }
    }
}

#[test]
fn v6_hostile_branches_titles_checks_and_commit_messages_are_only_text() {
    let hostile = "@octo-lead **b** [x](https://evil.example) <img src=x onerror=alert(1)> | `c` #1 www.evil.example ::error::x <!-- --> password=";
    let stage = Stage::new();
    stage.hub.require_checks(REPOSITORY, "main", &[("test", None), (hostile, None)]);
    let base = stage.hub.tip(REPOSITORY, "main").expect("main");
    let branch = "fix/@octo-lead/www.evil.example/octo-org/payments=password=";
    let path = "src/@octo-lead`<b>|[x](y).sql";
    let draft = Draft::new(&format!("{hostile}\n\nCo-authored-by: {hostile} <a@b>")).parent(&base).file(path, "x\n");
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &draft);
    stage.hub.push(REPOSITORY, DEVELOPER, (branch, &sha));
    stage.green(&sha);
    let pull = stage.hub.open_pull(REPOSITORY, DEVELOPER, (branch, "main"));
    stage.hub.retitle((REPOSITORY, pull), hostile);
    let waiting = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(waiting.code, 4, "{}", waiting.stderr);
    is_safe_everywhere(&stage, pull, &waiting);
    stage.hub.check(REPOSITORY, &sha, Check::ended(hostile, Conclusion::Failure));
    let refused = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    is_safe_everywhere(&stage, pull, &refused);
    let plan = stage.says(pull, DEVELOPER, "/plan staging");
    is_safe_everywhere(&stage, pull, &plan);
    assert_eq!(refused.output("ref"), branch);
}

#[test]
fn v6_a_comment_of_a_megabyte_ends_soon_and_asks_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for body in ["/deploy staging ".repeat(65_536), format!("/deploy staging\n{}", "> ".repeat(500_000)), format!("{}\n/deploy staging", "`".repeat(1_000_000))]
    {
        let (comment, mut event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        assert!(comment > 0);
        event["comment"]["body"] = body.into();
        stage.hub.clear_log();
        let start = Instant::now();
        let job = stage.delivers("issue_comment", &event);
        is_tidy(&job);
        assert_eq!((job.code, job.output("decision").as_str()), (0, "none"), "{}", job.stderr);
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(stage.hub.log().len(), 0, "nobody is asked about it");
    }
}

#[test]
fn g14_a_pull_request_too_large_to_judge_is_no_go_and_never_judged_in_part() {
    let stage = Stage::new();
    let base = stage.hub.tip(REPOSITORY, "main").expect("main");
    let mut many = base.clone();
    for number in 0..251 {
        many = stage.hub.commit(REPOSITORY, DEVELOPER, &Draft::new(&format!("c{number}")).parent(&many));
    }
    let mut wide = Draft::new("wide").parent(&base);
    for number in 0..3_001 {
        wide = wide.file(&format!("f/{number}"), "");
    }
    let wide = stage.hub.commit(REPOSITORY, DEVELOPER, &wide);
    for (branch, sha) in [("many", &many), ("wide", &wide)] {
        stage.hub.push(REPOSITORY, DEVELOPER, (branch, sha));
        stage.green(sha);
        let pull = stage.hub.open_pull(REPOSITORY, DEVELOPER, (branch, "main"));
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let job = stage.says(pull, DEVELOPER, "/deploy staging");
        assert_eq!((job.code, job.output("decision").as_str()), (1, "no-go"), "{branch}: {}", job.stderr);
        assert!(job.output("result").contains("commit.too-large"), "{branch}: {}", job.output("result"));
    }
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
}

#[test]
fn v6_a_payload_without_a_field_is_refused_by_the_field_s_name() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    for pointer in [
        "/action",
        "/comment",
        "/comment/id",
        "/comment/node_id",
        "/comment/body",
        "/comment/created_at",
        "/comment/user",
        "/comment/user/id",
        "/comment/user/login",
        "/issue",
        "/issue/number",
        "/issue/state",
        "/repository",
        "/repository/full_name",
        "/sender",
        "/sender/id",
    ] {
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        for wrong in [None, Some(Value::Null), Some(Value::Bool(true))] {
            let mut payload = event.clone();
            let object = payload.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is there");
            match wrong {
                None => drop(object.remove(field)),
                Some(value) => drop(object.insert(field.to_owned(), value)),
            }
            stage.hub.clear_log();
            let job = stage.delivers("issue_comment", &payload);
            assert_eq!(job.code, 2, "{pointer}: {}", job.stderr);
            assert!(job.stderr.contains("error[SG-EVENT]") && job.stderr.contains(field), "{pointer}: {}", job.stderr);
            assert!(stage.hub.log().is_empty());
        }
    }
    for payload in ["", "{", "[]", "null", "\u{0}", "{\"action\":\"created\"}"] {
        let folder = stage.job_folder();
        std::fs::write(folder.join("event.json"), payload).expect("written");
        let job = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
        assert_eq!(job.code, 2, "{payload:?}: {}", job.stderr);
    }
}

/// Everything that a run leaves anywhere, but the event itself.
fn everything(stage: &Stage, pull: u64, jobs: &[&Job]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = stage.ours(pull).into_iter().map(|body| ("a comment".to_owned(), body)).collect();
    for job in jobs {
        // What the runner is asked to hide it never shows.
        let shown: String = job.stdout.lines().filter(|line| !line.starts_with("::add-mask::")).collect();
        all.push(("standard output".to_owned(), shown));
        all.push(("standard error".to_owned(), job.stderr.clone()));
    }
    let mut folders = vec![stage.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "event.json") {
                let bytes = std::fs::read(&path).expect("a file");
                all.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    let records = stage.hub.log().into_iter().filter(shipgate::sandbox::Exchange::writes);
    all.extend(records.map(|exchange| (exchange.name(), exchange.request.unwrap_or_default().to_string())));
    all
}

#[test]
fn a5_secrets_appear_nowhere_whoever_says_them() {
    let personal = format!("ghp_{}", "Ab1".repeat(12));
    let fine = format!("github_pat_{}", "Cd2_".repeat(10));
    for verbose in ["-q", "-vv"] {
        for aim in [
            On::operation("Survey"),
            On::operation("Standing"),
            On::operation("UpdateRefs"),
            On::route("POST", "/repos/{owner}/{repo}/deployments"),
            On::route("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
        ] {
            let stage = Stage::with(POLICY);
            let pull = stage.pull("faster");
            stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
            let secrets = [stage.token.clone(), personal.clone(), fine.clone(), "hunter2hunter2".to_owned(), "s3cr3tpass".to_owned()];
            let text = format!("{} {personal} {fine} Authorization: Bearer hunter2hunter2 https://user:s3cr3tpass@host.example/x", stage.token);
            stage.hub.retitle((REPOSITORY, pull), &text);
            stage.hub.fault(aim, Fault::Refusal { status: 422, message: text.clone() });
            let (_, event) = stage.comment(pull, DEVELOPER, &format!("/deploy staging --reason \"{} {personal} {fine}\" -- note=\"{text}\"", stage.token));
            let folder = stage.job_folder();
            std::fs::write(folder.join("event.json"), event.to_string()).expect("written");
            let arguments: &[&str] = if verbose == "-vv" { &["-vv", "action"] } else { &["action"] };
            let more = [("GITHUB_EVENT_NAME", "issue_comment"), ("RUNNER_DEBUG", "1"), ("GITHUB_TOKEN", stage.token.as_str())];
            let main = stage.run(&folder, arguments, &more);
            assert_eq!(stage.hub.faults_left(), 0, "{} {:?}", main.stderr, stage.ours(pull));
            let post = stage.ends(&main, "failure");
            let again = stage.delivers("issue_comment", &event);
            let jobs = [&main, &post, &again];
            for (place, text) in everything(&stage, pull, &jobs) {
                for secret in &secrets {
                    assert!(!text.contains(secret.as_str()), "{secret} in {place}: {text}");
                    let escaped = secret.replace('_', "\\_");
                    assert!(!text.contains(&escaped), "{escaped} in {place}: {text}");
                }
            }
            for job in jobs {
                is_safe_everywhere(&stage, pull, job);
            }
        }
    }
}

#[test]
fn a_token_that_lacks_a_permission_is_told_which_and_nothing_is_half_done() {
    for (missing, least) in PERMISSIONS.iter().flat_map(|(permission, access)| {
        let mut less = vec![(*permission, None)];
        if *access == Access::Write {
            less.push((*permission, Some(Access::Read)));
        }
        less
    }) {
        let mut stage = Stage::new();
        let rest = PERMISSIONS.iter().copied().filter(|(permission, _)| *permission != missing);
        let permissions: Vec<(Permission, Access)> = rest.chain(least.map(|access| (missing, access))).collect();
        stage.token = stage.hub.actions_token(&permissions);
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let job = stage.says(pull, DEVELOPER, "/deploy staging");
        is_tidy(&job);
        let deployments = stage.hub.deployments(REPOSITORY, "staging");
        let told = format!("{}{}{}", job.stderr, job.output("result"), stage.ours(pull).join("\n"));
        let name = missing.as_str();
        match job.code {
            0 => assert_eq!((job.output("decision").as_str(), deployments.len()), ("go", 1), "{name} {least:?}"),
            1 | 4 | 10 => {
                assert!(deployments.is_empty(), "{name} {least:?}");
                let word = name.replace('_', "[_-]");
                let named = regex::Regex::new(&format!("{word}: (read|write)")).expect("a pattern");
                assert!(named.is_match(&told), "{name} {least:?} is not named: {told}");
            }
            code => panic!("{name} {least:?}: exit code {code}: {}", job.stderr),
        }
        let post = stage.ends(&job, if job.code == 0 { "success" } else { "failure" });
        assert!(matches!(post.code, 0 | 10), "{name} {least:?}: {}", post.stderr);
        if job.code != 0 {
            assert_eq!(post.code, 0, "{name} {least:?}: {}", post.stderr);
        }
    }
}

#[test]
fn a_revoked_token_is_said_and_does_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("written");
    let job = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_TOKEN", "ghs_revoked0000000000000000000000000000")]);
    assert_eq!((job.code, job.output("decision").as_str()), (10, "error"), "{}", job.stderr);
    assert!(job.stderr.contains("the token was not accepted") && job.stderr.contains("hint: "), "{}", job.stderr);
    assert!(!job.stderr.contains("ghs_revoked") && stage.ours(pull).is_empty());
}

#[test]
fn files_that_cannot_be_written_are_found_before_anything_is_done() {
    for (variable, value) in [
        ("RUNNER_TEMP", Some("/dev/null/x")),
        ("GITHUB_OUTPUT", None),
        ("GITHUB_STATE", None),
        ("GITHUB_OUTPUT", Some("/dev/full")),
        ("GITHUB_STATE", Some("/dev/full")),
        ("GITHUB_OUTPUT", Some("/dev/null/x")),
        ("GITHUB_STATE", Some("/")),
    ] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        stage.hub.clear_log();
        let folder = stage.job_folder();
        std::fs::write(folder.join("event.json"), event.to_string()).expect("written");
        let mut command = stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
        let job = job(&folder, &command.output().expect("it runs"));
        assert_eq!(job.code, 11, "{variable} {value:?}: {}", job.stderr);
        assert!(job.stderr.contains("error[SG-") && job.stderr.contains("hint: "), "{}", job.stderr);
        assert!(variable == "RUNNER_TEMP" || job.stderr.contains(variable), "{}", job.stderr);
        assert_eq!(
            stage.asked(0),
            [
                "graphql OurComments",
                "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
                "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"
            ]
        );
        is_safe_everywhere(&stage, pull, &job);
    }
}

#[test]
fn a_disk_that_fills_up_while_the_deployment_is_created_leaves_nothing_claimed() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    stage.hub.fault(On::route("POST", "/repos/{owner}/{repo}/deployments"), Fault::Delay(Duration::from_millis(200)));
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("written");
    let mut command = stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    let start = Instant::now();
    while stage.hub.faults_left() > 0 {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::yield_now();
    }
    std::fs::remove_file(folder.join("output")).expect("removed");
    std::os::unix::fs::symlink("/dev/full", folder.join("output")).expect("linked");
    let job = job(&folder, &child.wait_with_output().expect("it ended"));
    assert_eq!(job.code, 11, "{}", job.stderr);
    assert!(job.stderr.contains("GITHUB_OUTPUT"), "{}", job.stderr);
    let states =
        || -> Vec<_> { stage.hub.deployments(REPOSITORY, "staging").iter().map(|deployment| deployment.latest().map(|status| status.state)).collect() };
    assert_eq!(states(), [Some(DeploymentState::Error)]);
    let ours = stage.ours(pull);
    assert!(ours.len() == 1 && ours[0].contains("given up") && ours[0].contains("The lock is free again"), "{ours:?}");
    std::fs::remove_file(folder.join("output")).expect("removed");
    assert_eq!(stage.ends(&job, "success").code, 0);
    assert_eq!(states(), [Some(DeploymentState::Error)], "the post step does not take the job's outcome for the deployment's");
    let other = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(other.output("decision"), "go", "the environment is free: {}", other.stderr);
}
