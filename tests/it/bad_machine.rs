//! The machine that the action runs on gives what it should not: files that are not there, full, huge, cut or of another event, a repository that is not the
//! event's, variables that are missing, odd places and clocks, outputs that nobody reads (rows D3, I4, A5). Each case states what is wrong, what is said of
//! it in the log and on the pull request, the exit code, and how things end.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use shipgate::sandbox::state::{DeploymentState, ReviewState};

use crate::actions::holds;
use crate::stage::{DEVELOPER, Job, LEAD, REPOSITORY, REVIEWER, SMALLEST, Stage, job};

/// The states of the deployments to staging.
fn states(stage: &Stage) -> Vec<Option<DeploymentState>> {
    stage.hub.deployments(REPOSITORY, "staging").iter().map(|deployment| deployment.latest().map(|status| status.state)).collect()
}

/// `/deploy staging` with everything ready for it, on a machine that is changed so.
fn deploys(stage: &Stage, pull: u64, change: impl FnOnce(&mut Command, &Path)) -> Job {
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let mut command = stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
    change(&mut command, &folder);
    job(&folder, &command.output().expect("it runs"))
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing was done, and the pull request says so with the case's words.
    Told,
    /// Nothing was done, and nothing could be said.
    Mute,
    /// Nothing is to be done.
    Quiet,
    /// It deploys all the same.
    Goes,
}

struct Case {
    what: &'static str,
    change: fn(&mut Command, &Path),
    code: i32,
    words: &'static [&'static str],
    end: End,
}

fn set(command: &mut Command, name: &str, value: &str) {
    command.env(name, value);
}

fn unset(command: &mut Command, name: &str) {
    command.env_remove(name);
}

fn event(folder: &Path, change: impl FnOnce(String) -> Vec<u8>) {
    let path = folder.join("event.json");
    let text = std::fs::read_to_string(&path).expect("the event");
    std::fs::write(path, change(text)).expect("the event can be written");
}

const CASES: &[Case] = &[
    Case { what: "no output file", change: |c, _| unset(c, "GITHUB_OUTPUT"), code: 11, words: &["GITHUB_OUTPUT is not set"], end: End::Told },
    Case { what: "no state file", change: |c, _| unset(c, "GITHUB_STATE"), code: 11, words: &["GITHUB_STATE is not set"], end: End::Told },
    Case {
        what: "a full disk behind the outputs",
        change: |c, _| set(c, "GITHUB_OUTPUT", "/dev/full"),
        code: 11,
        words: &["GITHUB_OUTPUT could not be written: No space left on device"],
        end: End::Told,
    },
    Case {
        what: "an audit log in a folder that cannot be made",
        change: |c, _| set(c, "INPUT_AUDIT-FILE", "/dev/null/audit.jsonl"),
        code: 11,
        words: &["the audit log /dev/null/audit.jsonl could not be opened", "`audit-file`"],
        end: End::Told,
    },
    Case { what: "an audit log on a device", change: |c, _| set(c, "INPUT_AUDIT-FILE", "/dev/full"), code: 11, words: &["not a regular file"], end: End::Told },
    Case {
        what: "a temporary folder that is none",
        change: |c, _| set(c, "RUNNER_TEMP", "/dev/null"),
        code: 11,
        words: &["could not be opened"],
        end: End::Told,
    },
    Case {
        what: "no summary and no place for records",
        change: |c, folder| {
            set(c, "GITHUB_STEP_SUMMARY", "/dev/full");
            let records = folder.parent().expect("a folder").join("shipgate");
            std::fs::create_dir_all(&records).expect("a folder");
            std::fs::write(records.join("decisions"), "").expect("a file where a folder should be");
        },
        code: 0,
        words: &["GITHUB_STEP_SUMMARY could not be written", "the decision record could not be stored"],
        end: End::Goes,
    },
    Case { what: "no event file", change: |c, _| unset(c, "GITHUB_EVENT_PATH"), code: 2, words: &["GITHUB_EVENT_PATH is not set"], end: End::Mute },
    Case { what: "no event name", change: |c, _| unset(c, "GITHUB_EVENT_NAME"), code: 2, words: &["GITHUB_EVENT_NAME is not set"], end: End::Mute },
    Case {
        what: "an event file that is not there",
        change: |c, folder| set(c, "GITHUB_EVENT_PATH", &folder.join("gone.json").to_string_lossy()),
        code: 11,
        words: &["gone.json could not be read: No such file", "which must not set GITHUB_EVENT_PATH"],
        end: End::Mute,
    },
    Case {
        what: "a Windows path on another system",
        change: |c, _| set(c, "GITHUB_EVENT_PATH", r"D:\a\_temp\_github_workflow\event.json"),
        code: 11,
        words: &[r"D:\a\_temp\_github_workflow\event.json could not be read"],
        end: End::Mute,
    },
    Case { what: "a huge event", change: |_, f| event(f, |_| vec![b' '; 26 << 20]), code: 11, words: &["larger than 26214400 bytes"], end: End::Mute },
    Case { what: "a cut event", change: |_, f| event(f, |text| text.as_bytes()[..900].to_vec()), code: 2, words: &["is not JSON"], end: End::Mute },
    Case { what: "no JSON", change: |_, f| event(f, |_| b"<html>".to_vec()), code: 2, words: &["is not JSON", "GITHUB_EVENT_NAME"], end: End::Mute },
    Case { what: "not UTF-8", change: |_, f| event(f, |_| vec![0xff, 0xfe, b'{', 0, b'}', 0]), code: 2, words: &["is not JSON"], end: End::Mute },
    Case {
        what: "an event with a mark and line ends of Windows",
        change: |_, f| event(f, |text| format!("\u{feff}{text}\r\n").into_bytes()),
        code: 0,
        words: &[],
        end: End::Goes,
    },
    Case {
        what: "the payload of another event",
        change: |c, _| set(c, "GITHUB_EVENT_NAME", "pull_request_target"),
        code: 2,
        words: &["has no `pull_request`", "look at `env:`"],
        end: End::Mute,
    },
    Case { what: "a push", change: |c, _| set(c, "GITHUB_EVENT_NAME", "push"), code: 0, words: &["event `push` means nothing here"], end: End::Quiet },
    Case {
        what: "a dispatch of nothing",
        change: |c, _| set(c, "GITHUB_EVENT_NAME", "workflow_dispatch"),
        code: 0,
        words: &["carries no command"],
        end: End::Quiet,
    },
    Case {
        what: "another repository",
        change: |c, _| set(c, "GITHUB_REPOSITORY", "octo-org/other"),
        code: 2,
        words: &["the event is one of octo-org/payments, and GITHUB_REPOSITORY says octo-org/other", "renamed"],
        end: End::Mute,
    },
    Case { what: "the same in other letters", change: |c, _| set(c, "GITHUB_REPOSITORY", "Octo-Org/PAYMENTS"), code: 0, words: &[], end: End::Goes },
    Case { what: "no repository at all", change: |c, _| set(c, "GITHUB_REPOSITORY", "payments"), code: 2, words: &["GITHUB_REPOSITORY"], end: End::Mute },
    Case { what: "a run that is no number", change: |c, _| set(c, "GITHUB_RUN_ID", "12x"), code: 2, words: &["`12x` is not a whole number"], end: End::Mute },
    Case { what: "no token", change: |c, _| unset(c, "INPUT_TOKEN"), code: 2, words: &["there is no token", "the input `token`"], end: End::Mute },
    Case {
        what: "a token with a space",
        change: |c, _| set(c, "INPUT_TOKEN", "a b"),
        code: 10,
        words: &["the token is empty or has characters"],
        end: End::Mute,
    },
    Case {
        what: "an odd address",
        change: |c, _| set(c, "GITHUB_API_URL", "ftp://x"),
        code: 10,
        words: &["begin with https://", "GITHUB_API_URL"],
        end: End::Mute,
    },
    Case {
        what: "an address where nobody answers",
        change: |c, _| {
            set(c, "GITHUB_API_URL", "http://127.0.0.1:1");
            set(c, "GITHUB_GRAPHQL_URL", "http://127.0.0.1:1/graphql");
        },
        code: 10,
        words: &["could not connect", "re-run the job"],
        end: End::Mute,
    },
    Case {
        what: "no home, no path, odd languages and time zones",
        change: |c, _| {
            c.env_remove("HOME").env("PATH", "").env("LANG", "C").env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Nowhere/Land");
        },
        code: 0,
        words: &[],
        end: End::Goes,
    },
    Case {
        what: "no temporary folder and no home",
        change: |c, f| {
            unset(c, "RUNNER_TEMP");
            set(c, "TMPDIR", &f.to_string_lossy());
        },
        code: 0,
        words: &[],
        end: End::Goes,
    },
    Case {
        what: "a log that nobody reads",
        change: |c, _| {
            let full = || std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
            c.env("SHIPGATE_LOG", "shipgate=debug").stdout(full()).stderr(full());
        },
        code: 0,
        words: &[],
        end: End::Goes,
    },
];

#[test]
fn d3_whatever_is_wrong_with_the_machine_is_said_with_what_to_do_and_nothing_is_half_done() {
    for Case { what, change, code, words, end } in CASES {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let job = deploys(&stage, pull, change);
        assert_eq!(job.code, *code, "{what}: {}", job.stderr);
        for word in *words {
            assert!(job.stderr.contains(word), "{what}: {word} is not in {}", job.stderr);
        }
        let failed = matches!(end, End::Told | End::Mute);
        assert_eq!(
            job.stderr.contains("error[SG-") && job.stderr.contains("hint: ") && job.stdout.contains("::error title=shipgate::SG-"),
            failed,
            "{what}: {} {}",
            job.stderr,
            job.stdout
        );
        let goes = *end == End::Goes;
        assert_eq!(
            (job.output("decision") == "go", states(&stage).len(), holds(&stage.hub, "staging").len()),
            (goes, usize::from(goes), usize::from(goes)),
            "{what}"
        );
        let ours = stage.ours(pull);
        match end {
            End::Told => {
                let cause = words[0].replace('_', "\\_");
                assert!(
                    ours.len() == 1 && ours[0].contains("⛔ This command could not be carried out") && ours[0].contains("Nothing was begun"),
                    "{what}: {ours:?}"
                );
                assert!(ours[0].contains(&cause) && ours[0].contains("give the command again") && ours[0].contains("/actions/runs/"), "{what}: {ours:?}");
            }
            End::Goes => assert!(ours.len() == 1 && ours[0].contains("🚀"), "{what}: {ours:?}"),
            End::Mute | End::Quiet => assert!(ours.is_empty(), "{what}: {ours:?}"),
        }
        let post = stage.ends(&job, if goes { "success" } else { "failure" });
        assert_eq!(post.code, 0, "{what}: {}", post.stderr);
        assert!(
            holds(&stage.hub, "staging").is_empty() && states(&stage).iter().all(|state| *state == Some(DeploymentState::Success)),
            "{what}: {:?}",
            states(&stage)
        );
    }
}

#[test]
fn d3_a_bystander_or_a_bot_is_told_nothing_of_a_machine_that_is_not_as_it_should_be() {
    for change in [
        |event: &mut Value| event["comment"]["body"] = "/deplyo".into(),
        |event: &mut Value| event["comment"]["performed_via_github_app"] = json!({ "slug": "other" }),
    ] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let (_, mut payload) = stage.comment(pull, DEVELOPER, "/deploy staging");
        change(&mut payload);
        let folder = stage.job_folder();
        std::fs::write(folder.join("event.json"), payload.to_string()).expect("written");
        let mark = stage.mark();
        let job = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_OUTPUT", "/dev/full")]);
        assert_eq!(job.code, 11, "{}", job.stderr);
        assert!(stage.ours(pull).is_empty() && stage.asked(mark).is_empty(), "{:?}", stage.asked(mark));
    }
}

/// The same command with no file allowed to grow beyond so many blocks of 512 bytes.
#[expect(clippy::disallowed_methods, reason = "a shell sets the limit")]
fn limited(command: &mut Command, blocks: u32) {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -f {blocks} && exec \"$0\" action")).arg(command.get_program()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    *command = shell;
}

#[test]
fn d3_a_quota_that_is_used_up_at_any_file_is_an_error_and_never_the_death_of_the_process() {
    let mut ends = Vec::new();
    for blocks in 0..=12 {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let job = deploys(&stage, pull, |command, _| limited(command, blocks));
        ends.push(job.code);
        let goes = job.output("decision") == "go";
        assert!(job.code == if goes { 0 } else { 11 }, "{blocks}: {} {}", job.code, job.stderr);
        assert!(goes || job.stderr.contains("File too large") || job.stderr.contains("the audit log could not be written"), "{blocks}: {}", job.stderr);
        assert!(goes || job.stderr.contains("hint: "), "{blocks}: {}", job.stderr);
        let running = states(&stage).contains(&Some(DeploymentState::InProgress));
        assert_eq!((running, holds(&stage.hub, "staging").len()), (goes, usize::from(goes)), "{blocks}: {:?}", states(&stage));
        let comment = stage.one(pull);
        let told =
            ["could not be carried out", "given up"].iter().any(|words| comment.contains(words)) && comment.to_lowercase().contains("give the command again");
        assert_eq!((told, comment.contains("🚀")), (!goes, goes), "{blocks}: {comment}");
        let post = stage.ends(&job, if goes { "success" } else { "failure" });
        assert_eq!(post.code, 0, "{blocks}: {}", post.stderr);
        let last = if goes { Some(DeploymentState::Success) } else { Some(DeploymentState::Error) };
        assert!(states(&stage).iter().all(|state| *state == last) && holds(&stage.hub, "staging").is_empty(), "{blocks}: {:?}", states(&stage));
    }
    assert!(ends.contains(&11) && ends.ends_with(&[0]), "both are met: {ends:?}");
}

#[test]
fn a1_nothing_is_deployed_once_a_line_of_the_audit_log_is_lost() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    // Room for what the runner takes, and none for the log's first line.
    let job = deploys(&stage, pull, |command, folder| {
        std::fs::write(folder.join("audit.jsonl"), "").expect("a file");
        set(command, "INPUT_AUDIT-FILE", &folder.join("audit.jsonl").to_string_lossy());
        limited(command, 1);
    });
    assert_eq!((job.code, job.output("decision").as_str()), (11, "error"), "{}", job.stderr);
    assert!(job.stderr.contains("error[SG-AUDIT]: the audit log could not be written, so that nothing was deployed"), "{}", job.stderr);
    assert!(states(&stage).is_empty() && holds(&stage.hub, "staging").is_empty());
    let comment = stage.one(pull);
    assert!(comment.contains("Nothing was deployed: the audit log could not be written") && comment.contains("`audit-file`"), "{comment}");
}

#[test]
fn d3_a_post_step_without_an_audit_log_ends_the_deployment_all_the_same_and_fails_loudly() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let main = deploys(&stage, pull, |_, _| {});
    assert_eq!(main.output("decision"), "go", "{}", main.stderr);
    let log = stage.folder.path().join("shipgate/audit.jsonl");
    for tampered in [true, false] {
        // A step of the job has written to the log, or has put something else in its place.
        if tampered {
            std::fs::write(&log, "{}\n").expect("the log");
        } else {
            std::fs::remove_file(&log).expect("the log");
            std::fs::create_dir(&log).expect("a folder");
        }
        let post = stage.ends(&main, "success");
        assert_eq!(post.code, 11, "{}", post.stderr);
        assert!(
            post.stderr.contains("error[SG-AUDIT]: ") && post.stderr.contains("hint: ") && post.stdout.contains("::error title=shipgate::"),
            "{}",
            post.stderr
        );
        assert!(states(&stage).iter().all(|state| *state == Some(DeploymentState::Success)), "{:?}", states(&stage));
        assert!(holds(&stage.hub, "staging").is_empty() && stage.one(pull).contains("✅ Deployed to staging"), "{}", stage.one(pull));
    }
}

#[test]
fn d3_a_post_step_on_a_full_disk_ends_the_deployment_all_the_same() {
    for (variable, value) in
        [("GITHUB_STEP_SUMMARY", "/dev/full"), ("GITHUB_OUTPUT", "/dev/full"), ("GITHUB_STATE", "/dev/full"), ("GITHUB_EVENT_PATH", "/gone")]
    {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let main = deploys(&stage, pull, |_, _| {});
        let kept = crate::stage::entries(&main.folder.join("state"));
        let mut command = stage.command(&main.folder, &["action", "--post"], &[("INPUT_STATUS", "success"), (variable, value)]);
        command.envs(kept.into_iter().map(|(name, value)| (format!("STATE_{name}"), value)));
        let post = job(&main.folder, &command.output().expect("it runs"));
        assert_eq!(post.code, 0, "{variable}: {}", post.stderr);
        assert_eq!(states(&stage), [Some(DeploymentState::Success)], "{variable}");
        assert!(holds(&stage.hub, "staging").is_empty(), "{variable}");
    }
}

#[test]
fn d3_a_log_whose_reader_went_away_changes_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, payload) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), payload.to_string()).expect("written");
    let more = [("GITHUB_EVENT_NAME", "issue_comment"), ("SHIPGATE_LOG", "shipgate=debug")];
    let mut child = stage.command(&folder, &["action"], &more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop((child.stdout.take(), child.stderr.take()));
    assert!(child.wait().expect("it ends").success());
    assert_eq!(states(&stage), [Some(DeploymentState::InProgress)]);
    assert_eq!(holds(&stage.hub, "staging").len(), 1);
}

#[test]
fn d3_a_clock_that_jumps_between_the_steps_ends_the_deployment_all_the_same() {
    for begun in ["1970-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "no time"] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let main = deploys(&stage, pull, |_, _| {});
        let kept = crate::stage::entries(&main.folder.join("state")).into_iter().filter(|(name, _)| name != "main");
        let mut command = stage.command(&main.folder, &["action", "--post"], &[("INPUT_STATUS", "success"), ("STATE_main", begun)]);
        command.envs(kept.map(|(name, value)| (format!("STATE_{name}"), value)));
        let post = job(&main.folder, &command.output().expect("it runs"));
        assert_eq!(post.code, 0, "{begun}: {}", post.stderr);
        assert_eq!(states(&stage), [Some(DeploymentState::Success)], "{begun}");
        assert!(holds(&stage.hub, "staging").is_empty(), "{begun}");
    }
}

#[test]
fn d3_this_machines_clock_is_read_in_one_place_and_judges_nothing() {
    let mut places = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            if ["Timestamp::now", "SystemTime::now", "Zoned::now"].iter().any(|clock| text.contains(clock)) {
                places.push(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("below").to_string_lossy().replace('\\', "/"));
            }
        }
    }
    // For what the runner keeps for the post step, and for the time of lines in the audit log: those of a run, and that of a skipped check.
    assert_eq!(places, ["src/cli/action.rs", "src/cli/hooks/skipped.rs"]);
}

#[test]
fn i4_a_policy_with_the_mark_of_an_editor_on_windows_is_refused_with_how_to_save_it() {
    let stage = Stage::with(&format!("\u{feff}{}", SMALLEST.replace('\n', "\r\n")));
    let pull = stage.pull("faster");
    let job = deploys(&stage, pull, |_, _| {});
    assert_eq!((job.code, job.output("decision").as_str()), (3, "error"), "{}", job.stderr);
    assert!(stage.one(pull).contains("save the file as UTF-8 without a byte order mark"), "{}", stage.one(pull));
    assert!(states(&stage).is_empty());
}

#[test]
fn c1_pull_request_target_is_handled_as_pull_request_is() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(stage.says(pull, LEAD, "/lock production").code, 0);
    stage.hub.close((REPOSITORY, pull), LEAD);
    let job = stage.delivers("pull_request_target", &stage.hub.pull_event((REPOSITORY, pull), ("closed", LEAD)));
    assert_eq!(job.code, 0, "{}", job.stderr);
    assert!(job.stderr.contains("freed production"), "{}", job.stderr);
    assert!(stage.ours(pull)[0].contains("is not waiting any more"), "{:?}", stage.ours(pull));
}

#[test]
fn g20_without_a_path_a_gate_of_the_teams_own_is_a_no_that_names_it() {
    let policy = "version: 1\nenvironments:\n  staging: { gates: { custom: [{ id: capacity, run: [check-capacity] }] } }\n";
    let stage = Stage::with(policy);
    let pull = stage.pull("faster");
    let job = deploys(&stage, pull, |command, _| set(command, "PATH", ""));
    assert_eq!((job.code, job.output("reason").as_str()), (1, "custom.failed"), "{}", job.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("capacity") && comment.contains("check-capacity"), "{comment}");
    assert!(states(&stage).is_empty());
}
