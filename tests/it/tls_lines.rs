//! The program over TLS: it trusts what the machine trusts and nobody else, and opens no more connections than it uses at once.

use shipgate::sandbox::state::ReviewState;

use crate::front::{Line, Lines};
use crate::stage::{DEVELOPER, Job, REPOSITORY, REVIEWER, Stage, entries};

/// A comment, handled over TLS; with these variables instead of the line's own.
fn says(stage: &Stage, lines: &Lines, pull: u64, (body, more): (&str, &[(&str, &str)])) -> Job {
    let (_, event) = stage.comment(pull, DEVELOPER, body);
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let line = lines.variables(Line::Tls, &stage.hub);
    let line = line.iter().map(|(name, value)| (*name, value.as_str())).chain([("GITHUB_EVENT_NAME", "issue_comment")]);
    let variables: Vec<(&str, &str)> = line.chain(more.iter().copied()).collect();
    stage.run(&folder, &["action"], &variables)
}

#[test]
fn d7_over_tls_a_deployment_opens_three_connections_and_its_post_step_four() {
    let stage = Stage::new();
    let lines = Lines::open(stage.folder.path());
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = says(&stage, &lines, pull, ("/deploy staging", &[]));
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    let opened = lines.taken(Line::Tls);
    assert!((1..=3).contains(&opened), "{opened} connections");
    let mut state: Vec<(String, String)> = entries(&job.folder.join("state")).into_iter().map(|(name, value)| (format!("STATE_{name}"), value)).collect();
    state.push(("INPUT_STATUS".to_owned(), "success".to_owned()));
    state.extend(lines.variables(Line::Tls, &stage.hub).into_iter().map(|(name, value)| (name.to_owned(), value)));
    let state: Vec<(&str, &str)> = state.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let ended = stage.run(&job.folder, &["action", "--post"], &state);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(stage.last(pull).contains("Deployed to staging"), "{}", stage.last(pull));
    let opened = lines.taken(Line::Tls);
    assert!((1..=4).contains(&opened), "{opened} connections");
}

#[test]
fn a5_a_server_that_no_trusted_root_vouches_for_gets_no_token() {
    let stage = Stage::new();
    let lines = Lines::open(stage.folder.path());
    let other = tempfile::tempdir().expect("a folder");
    let _ = Lines::open(other.path());
    let strange = other.path().join("roots.pem").display().to_string();
    let pull = stage.pull("faster");
    let mark = stage.mark();
    let job = says(&stage, &lines, pull, ("/deploy staging", &[("SSL_CERT_FILE", &strange)]));
    assert_eq!((job.code, stage.asked(mark)), (10, Vec::new()), "{}", job.stderr);
    assert!(job.stderr.contains("invalid peer certificate"), "{}", job.stderr);
}

#[test]
fn i4_a_machine_without_roots_is_told_what_to_install() {
    let stage = Stage::new();
    let lines = Lines::open(stage.folder.path());
    let empty = stage.folder.path().join("empty.pem");
    std::fs::write(&empty, "").expect("a file");
    let job = says(&stage, &lines, stage.pull("faster"), ("/deploy staging", &[("SSL_CERT_FILE", &empty.display().to_string())]));
    assert_eq!(job.code, 10, "{}", job.stderr);
    assert!(job.stderr.contains("no root certificates") && job.stderr.contains("SSL_CERT_FILE"), "{}", job.stderr);
}
