//! The built binary's command line, as a newcomer meets it: help, hints, exit codes, JSON, completions, pipes.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use shipgate::exit::EXITS;
use shipgate::sandbox::state::ReviewState;

use crate::stage::{DEVELOPER, OPERATOR, REPOSITORY, REVIEWER, SMALLEST, Stage};

const FAULTY: &str = "version: 1\nenviroments:\n  staging: {}\n";

/// The binary in a folder, with nothing in its environment.
#[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipgate"));
    command.args(line.split_whitespace()).current_dir(folder).env_clear().env("HOME", folder).env("TMPDIR", folder);
    command
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, line: &str) -> Run {
    ran(&command(folder, line).output().expect("the binary runs"))
}

fn ran(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    Run { code: output.status.code().expect("it ends by itself"), out: text(&output.stdout), err: text(&output.stderr) }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A folder with a policy where it belongs.
fn with_policy(text: &str) -> tempfile::TempDir {
    let folder = folder();
    fs::create_dir(folder.path().join(".github")).expect("a folder");
    fs::write(folder.path().join(".github/shipgate.yml"), text).expect("a file");
    folder
}

fn json(run: &Run) -> Value {
    let value: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out));
    assert_eq!(value["schema_version"], 1, "{}", run.out);
    value
}

/// The code of the registry with this number: a test cannot name one that is not documented.
fn registered(code: u8) -> i32 {
    assert!(EXITS.iter().any(|(_, number, _)| *number == code));
    i32::from(code)
}

#[test]
fn without_a_command_the_program_says_what_there_is_and_how_to_begin() {
    let folder = folder();
    let nothing = run(folder.path(), "");
    assert_eq!(nothing.code, registered(2), "a script with an empty command does not go on");
    for words in ["Usage: shipgate", "demo", "explain", "shipgate policy check", "Begin with"] {
        assert!(nothing.err.contains(words), "{words}: {}", nothing.err);
    }
    let help = run(folder.path(), "--help");
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    assert_eq!(run(folder.path(), "help").out, help.out);
    assert!(run(folder.path(), "--version").out.starts_with(concat!("shipgate ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn every_command_has_help_that_fits_a_terminal_and_its_examples_parse() {
    use clap::CommandFactory as _;
    let folder = folder();
    let mut todo = vec![(shipgate::cli::Cli::command(), String::new())];
    while let Some((command, path)) = todo.pop() {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            todo.push((sub.clone(), format!("{path} {}", sub.get_name())));
        }
        let help = run(folder.path(), &format!("{path} --help"));
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{path}");
        assert!(help.out.contains("Usage: shipgate"), "{path}: {}", help.out);
        for line in help.out.lines() {
            assert!(line.chars().count() <= 100, "{path}: {line}");
        }
        let examples = help.out.lines().filter_map(|line| line.strip_prefix("  ")).filter_map(|line| line.find("shipgate ").map(|at| &line[at..]));
        for example in examples.filter(|line| !line.starts_with("shipgate help COMMAND")) {
            let line = example.split(['|', '>', ')']).next().unwrap_or_default();
            let line = line.split("    ").next().unwrap_or_default();
            assert_parses(line);
        }
    }
}

/// The command line is one that the program understands.
pub fn assert_parses(line: &str) {
    use clap::Parser as _;
    if let Err(error) = shipgate::cli::Cli::try_parse_from(line.split_whitespace()) {
        assert!(matches!(error.kind(), clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion), "`{line}`: {error}");
    }
}

#[test]
fn a_mistyped_command_option_or_value_gets_a_suggestion_and_exit_code_2() {
    let folder = folder();
    for (line, words) in [
        ("polcy check", "'policy'"),
        ("policy chek", "'check'"),
        ("gates --jsn", "'--json'"),
        ("completions fsh", "'fish'"),
        ("explain --pr 1 --env x --format jsn", "'json'"),
        ("explain --pr twelve --env production", "the number of a pull request, e.g. 12"),
        ("explain --pr 0 --env production", "the number of a pull request, e.g. 12"),
        ("explain --env production", "--pr <NUMBER>"),
        ("audit verify", "<FILE>"),
    ] {
        let run = run(folder.path(), line);
        assert_eq!((run.code, run.out.as_str()), (registered(2), ""), "{line}");
        assert!(run.err.contains(words), "{line}: {}", run.err);
    }
}

#[test]
fn a_folder_without_a_policy_says_how_to_begin_and_that_beginning_is_valid() {
    let folder = folder();
    for line in ["policy check", "policy explain", "policy explain production"] {
        let run = run(folder.path(), line);
        assert_eq!((run.code, run.out.as_str()), (registered(3), ""), "{line}");
        assert!(run.err.contains("there is no policy here") && run.err.contains(".github/shipgate.yml"), "{}", run.err);
        let beginning: String = run.err.lines().filter_map(|line| line.strip_prefix("    ")).flat_map(|line| [line, "\n"]).collect();
        assert_eq!(beginning, SMALLEST, "it can be copied");
    }
    let named = run(folder.path(), "policy check other.yml");
    assert_eq!(named.code, registered(11));
    assert!(named.err.contains("error[SG-FILE]: other.yml"), "{}", named.err);
}

#[test]
fn i3_policy_check_says_valid_or_every_fault_with_its_place_to_people_and_programs() {
    let valid = with_policy(SMALLEST);
    let said = run(valid.path(), "policy check");
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, ".github/shipgate.yml: valid; 2 environments: staging, production\n", ""));
    let value = json(&run(valid.path(), "policy check --json"));
    assert_eq!((&value["valid"], &value["faults"]), (&Value::Bool(true), &Value::Array(Vec::new())));

    let faulty = with_policy(SMALLEST);
    fs::write(faulty.path().join("draft.yml"), FAULTY).expect("a file");
    let said = run(faulty.path(), "policy check draft.yml");
    assert_eq!((said.code, said.out.as_str()), (registered(3), ""));
    for words in ["error[SG-POLICY-UNKNOWN-KEY]", "draft.yml:2:1", "did you mean `environments`?", "draft.yml: not valid; 1 fault\n"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    for line in ["policy check draft.yml --json", "policy explain --file draft.yml --json"] {
        let program = run(faulty.path(), line);
        assert_eq!(program.code, registered(3));
        let value = json(&program);
        let fault = &value["faults"][0];
        assert_eq!((&fault["file"], &fault["line"], &fault["column"]), (&"draft.yml".into(), &2.into(), &1.into()), "{value}");
    }
}

#[test]
fn v1_policy_explain_knows_environments_and_their_near_misses() {
    let folder = with_policy(SMALLEST);
    let all = run(folder.path(), "policy explain");
    assert!(all.code == 0 && all.out.contains("environment staging") && all.out.contains("environment production"), "{}", all.out);
    let typo = run(folder.path(), "policy explain prodction");
    assert_eq!((typo.code, typo.out.as_str()), (registered(2), ""));
    assert!(typo.err.contains("did you mean `production`?") && typo.err.contains("staging, production"), "{}", typo.err);
    let value = json(&run(folder.path(), "policy explain --json"));
    assert!(value["policy"]["environments"].is_array() || value["policy"]["environments"].is_object(), "{value}");
}

#[test]
fn g22_the_registry_of_gates_and_the_schema_are_json() {
    let folder = folder();
    let gates = json(&run(folder.path(), "gates --json"));
    let ids: Vec<&str> = gates["gates"].as_array().expect("a list").iter().filter_map(|gate| gate["id"].as_str()).collect();
    assert!(ids.contains(&"approval") && ids.contains(&"custom"), "{ids:?}");
    let people = run(folder.path(), "gates");
    for id in ids {
        assert!(people.out.contains(id), "{id}");
    }
    let schema: Value = serde_json::from_str(&run(folder.path(), "policy schema").out).expect("JSON");
    let policy = serde_json::json!({ "version": 1, "environments": { "staging": {}, "production": { "after": ["staging"] } } });
    assert!(jsonschema::is_valid(&schema, &policy));
    assert!(!jsonschema::is_valid(&schema, &serde_json::json!({ "version": 1, "enviroments": {} })));
}

#[test]
fn explain_names_everything_that_is_missing_before_it_asks_anybody() {
    let folder = folder();
    let nothing = run(folder.path(), "explain --pr 12 --env production");
    assert_eq!((nothing.code, nothing.out.as_str()), (registered(2), ""));
    for words in ["no repository is named", "no token", "--repo OWNER/NAME", "GITHUB_TOKEN"] {
        assert!(nothing.err.contains(words), "{words}: {}", nothing.err);
    }
    let token = run(folder.path(), "explain --pr #12 --env production --repo octo-org/payments");
    assert!(token.code == registered(2) && token.err.contains("there is no token"), "{}", token.err);
    let environment = run(folder.path(), "explain --pr 12 --env prod;id --repo octo-org/payments");
    assert!(environment.code == registered(2) && environment.err.contains("shell metacharacter"), "{}", environment.err);
    let outside = run(folder.path(), "action");
    assert!(outside.code == registered(2) && outside.err.contains("shipgate demo"), "{}", outside.err);
}

#[test]
fn g22_explain_save_simulate_and_replay_agree_and_answer_what_if() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let staging = stage.says(pull, DEVELOPER, "/deploy staging");
    stage.ends(&staging, "success");
    let folder = stage.job_folder();
    let number = pull.to_string();
    let explain = |environment: &str, more: &[&str]| {
        let line = [&["explain", "--pr", &number, "--env", environment, "--as", DEVELOPER][..], more].concat();
        stage.run(&folder, &line, &[])
    };
    let before = stage.hub.log().len();
    let waits = explain("production", &["--save", "decision.json", "--json"]);
    assert_eq!(waits.code, registered(4), "{}", waits.stderr);
    assert!(stage.hub.log()[before..].iter().all(|exchange| exchange.method == "GET" || exchange.path.ends_with("/graphql")), "it changes nothing");
    let value: Value = serde_json::from_str(&waits.stdout).expect("JSON");
    assert_eq!(value["schema_version"], 1);
    let typo = explain("prodution", &[]);
    assert!(typo.code == registered(2) && typo.stderr.contains("did you mean `production`?"), "{}", typo.stderr);

    let line = |line: &str| ran(&command(&folder, line).output().expect("it runs"));
    assert_eq!(line("replay decision.json").out, "the same, bit for bit: waiting\n");
    assert_eq!(json(&line("replay decision.json --json"))["same"], true);
    assert_eq!(line("simulate decision.json --json").out, waits.stdout, "the same table from the file");
    let goes = line(&format!("simulate decision.json --assume approval={OPERATOR} --assume confirm={DEVELOPER}"));
    assert_eq!(goes.code, 0, "{}{}", goes.out, goes.err);
    assert!(goes.out.contains("verdict: go"), "{}", goes.out);
    let expired = line("simulate decision.json --at 2026-12-24T10:00Z");
    assert!(expired.code != 0 && expired.out.contains("0 of 2 approvals"), "{}", expired.out);
    assert!(line("simulate decision.json --format markdown").out.contains("| gate |"));

    fs::write(folder.join("draft.yml"), FAULTY).expect("a file");
    let policy = line("simulate decision.json --policy draft.yml");
    assert!(policy.code == registered(3) && policy.err.contains("draft.yml:2:1"), "{}", policy.err);
    for (line_of, words) in [("--assume approve", "approval=LOGIN"), ("--at noon", "2026-12-24T10:00Z")] {
        let run = line(&format!("simulate decision.json {line_of}"));
        assert!(run.code == registered(2) && run.err.contains(words), "{}", run.err);
    }

    let text = fs::read_to_string(folder.join("decision.json")).expect("the record");
    let start = text.find("\"evaluation\"").expect("an evaluation");
    let edited = format!("{}{}", &text[..start], text[start..].replacen("\"waiting\"", "\"go\"", 1));
    assert_ne!(edited, text);
    fs::write(folder.join("edited.json"), edited).expect("a file");
    let edited = line("replay edited.json");
    assert_eq!(edited.code, registered(1));
    assert!(edited.out.starts_with("differs at byte"), "{}", edited.out);
    assert_eq!(json(&line("replay edited.json --json"))["same"], false);
}

#[test]
fn a_file_that_is_no_record_is_refused_with_what_a_record_is() {
    let folder = folder();
    fs::write(folder.path().join("half.json"), "{\"a\":").expect("a file");
    fs::write(folder.path().join("other.json"), "{\"a\":1}").expect("a file");
    fs::write(folder.path().join("bytes"), [0xFF, 0xFE, 0]).expect("a file");
    for verb in ["simulate", "replay"] {
        for file in ["half.json", "other.json"] {
            let run = run(folder.path(), &format!("{verb} {file}"));
            assert_eq!((run.code, run.out.as_str()), (registered(2), ""), "{verb} {file}");
            assert!(run.err.contains("is no decision record") && run.err.contains("explain --save"), "{}", run.err);
        }
        for file in ["bytes", "missing.json", "."] {
            let run = run(folder.path(), &format!("{verb} {file}"));
            assert_eq!(run.code, registered(11), "{verb} {file}");
            assert!(run.err.contains("error[SG-FILE]"), "{}", run.err);
        }
    }
}

#[test]
fn an_api_that_nobody_answers_is_exit_code_10_with_a_hint() {
    let folder = folder();
    let mut command = command(folder.path(), "explain --pr 1 --env production --repo octo-org/payments");
    command.env("GITHUB_TOKEN", "not-a-real-token").env("GITHUB_API_URL", "http://127.0.0.1:1");
    let run = ran(&command.output().expect("it runs"));
    assert_eq!((run.code, run.out.as_str()), (registered(10), ""), "{}", run.err);
    assert!(run.err.contains("error[SG-FORGE]") && !run.err.contains("not-a-real-token"), "{}", run.err);
}

/// A sound log of three lines, in a folder of its own, with its head.
fn log() -> (tempfile::TempDir, Vec<String>, String) {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy staging");
    let text = fs::read_to_string(stage.folder.path().join("shipgate/audit.jsonl")).expect("a log");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert!(lines.len() >= 3, "{text}");
    let folder = folder();
    fs::write(folder.path().join("audit.jsonl"), &text).expect("a file");
    let last: Value = serde_json::from_str(&lines[lines.len() - 1]).expect("JSON");
    let head = format!("{}:{}", last["sequence"], last["hash"].as_str().expect("a hash"));
    (folder, lines, head)
}

#[test]
fn a3_audit_verify_answers_for_sound_edited_cut_empty_and_missing_logs() {
    let (folder, lines, head) = log();
    let sound = run(folder.path(), "audit verify audit.jsonl");
    assert!(sound.code == 0 && sound.out.starts_with("verified") && sound.out.contains(&head), "{}", sound.out);
    assert_eq!(run(folder.path(), &format!("audit verify audit.jsonl --head {head}")).code, 0);
    assert_eq!(json(&run(folder.path(), "audit verify audit.jsonl --json"))["status"], "verified");

    let write = |name: &str, lines: &[String]| {
        fs::write(folder.path().join(name), lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>()).expect("a file");
    };
    let mut edited = lines.clone();
    edited[1] = edited[1].replace("octo-dev", "octo-sre");
    write("edited", &edited);
    let mut removed = lines.clone();
    removed.remove(1);
    write("removed", &removed);
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    write("reordered", &swapped);
    for name in ["edited", "removed", "reordered"] {
        let run = run(folder.path(), &format!("audit verify {name}"));
        assert_eq!(run.code, registered(1), "{name}");
        assert!(run.out.starts_with("TAMPERED"), "{}", run.out);
    }
    assert_eq!(json(&run(folder.path(), "audit verify edited --json"))["status"], "tampered");

    write("cut", &lines[..lines.len() - 1]);
    let cut = run(folder.path(), "audit verify cut");
    assert!(cut.code == 0 && cut.out.contains("only against a published head"), "{}", cut.out);
    assert_eq!(run(folder.path(), &format!("audit verify cut --head {head}")).code, registered(1));

    fs::write(folder.path().join("empty"), "").expect("a file");
    let empty = run(folder.path(), "audit verify empty");
    assert!(empty.code == 0 && empty.out.contains("the log is empty"), "{}", empty.out);
    assert_eq!(run(folder.path(), &format!("audit verify empty --head {head}")).code, registered(1), "an emptied log does not pass for a new one");

    let wrong = run(folder.path(), "audit verify audit.jsonl --head nonsense");
    assert!(wrong.code == registered(2) && wrong.err.contains("audit-head"), "{}", wrong.err);
    let missing = run(folder.path(), "audit verify missing.jsonl");
    assert_eq!((missing.code, missing.out.as_str()), (registered(11), ""));
    assert!(missing.err.contains("error[SG-FILE]: missing.jsonl") && missing.err.contains("audit-file"), "{}", missing.err);
}

#[test]
fn every_shell_has_completions_that_know_the_commands() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run(folder.path(), &format!("completions {shell}"));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        for word in ["explain", "simulate", "verify", "schema"] {
            assert!(run.out.contains(word), "{shell} completes {word}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    for line in ["completions bash", "completions zsh", "completions fish", "demo", "gates", "gates --json", "policy schema", "--help"] {
        let mut child = command(folder.path(), line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut first = String::new();
        // As `| head -1`: one line is read, and the pipe is closed.
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
        let output = child.wait_with_output().expect("it ends");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), error.as_ref()), (Some(0), ""), "{line}");
        assert!(!first.is_empty(), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_a_full_disk_swallows_is_no_success() {
    let folder = folder();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    for line in ["gates --json", "policy schema", "completions bash"] {
        let run = ran(&command(folder.path(), line).stdout(full()).output().expect("it runs"));
        assert_eq!(run.code, registered(11), "{line}");
        assert!(run.err.contains("error[SG-FILE]: standard output"), "{line}: {}", run.err);
    }
}

#[test]
fn a5_the_served_demo_gives_a_token_that_works_and_ends_with_its_sandbox() {
    let folder = folder();
    let mut child = command(folder.path(), "demo --serve").stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().expect("it starts");
    let mut told = String::new();
    let reader = BufReader::new(child.stdout.take().expect("a pipe"));
    for line in reader.lines() {
        let line = line.expect("a line");
        told.push_str(&line);
        told.push('\n');
        if line.starts_with("Its audit log") {
            break;
        }
    }
    let url = told.split("stays at ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a URL").to_owned();
    let token = told.split("Bearer ").nth(1).and_then(|rest| rest.split('\'').next()).expect("a token").to_owned();
    let answer = get(&url, "/repos/octo-org/payments/deployments", &token);
    interrupt(&mut child);
    let ended = child.wait().expect("it ends");
    if cfg!(unix) {
        assert_eq!(ended.code(), Some(0), "Ctrl-C is how it ends");
        assert!(fs::read_dir(folder.path()).expect("the folder").next().is_none(), "nothing is left behind");
    }
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"production\""), "{answer}");
}

#[cfg(unix)]
#[test]
fn i2_whoever_stops_the_demo_is_obeyed_and_not_told_of_a_bug() {
    let folder = folder();
    let mut child = command(folder.path(), "demo").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    out.read_line(&mut String::new()).expect("the story begins");
    interrupt(&mut child);
    std::io::copy(&mut out, &mut std::io::sink()).expect("what it still says");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(registered(130)), ""));
    assert!(fs::read_dir(folder.path()).expect("the folder").next().is_none(), "nothing is left behind");
}

/// As Ctrl-C does.
#[cfg(unix)]
fn interrupt(child: &mut std::process::Child) {
    let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process id");
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it is ours");
}

/// As Ctrl-C does, nearly: the folder of what was killed goes with the test's own.
#[cfg(not(unix))]
fn interrupt(child: &mut std::process::Child) {
    child.kill().expect("it is ours");
}

/// One request, without a client library.
fn get(url: &str, path: &str, token: &str) -> String {
    use std::io::{Read as _, Write as _};
    let host = url.strip_prefix("http://").expect("http");
    let mut stream = std::net::TcpStream::connect(host).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nUser-Agent: test\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}
