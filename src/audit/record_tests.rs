//! Tests of the records: form, redaction, limits.

use super::*;
use crate::domain::{ActorKind, CommitSha};

fn plain(text: &str) -> String {
    text.to_owned()
}

fn full() -> Entry {
    let person = |id, login: &str| Person { id: PersonId(id), login: Login::new(login).expect("valid"), kind: ActorKind::Human };
    let sha = CommitSha::new("0123456789abcdef0123456789abcdef01234567").expect("valid");
    Entry {
        repository: Some(RepoSlug::new("acme/shop").expect("valid")),
        environment: Some(EnvName::new("production").expect("valid")),
        services: vec![ServiceName::new("payments").expect("valid")],
        version: Some(Version::new("v1.2.3").expect("valid")),
        command: Some("/deploy production".to_owned()),
        change_ticket: Some("CHG-1".to_owned()),
        approvers: vec![(&person(3, "hubot-friend")).into(), Login::new("carol").expect("valid").into()],
        outcome: Some(Outcome::Success),
        rollback_triggered: Some(false),
        duration: Some(Duration::from_micros(12_345_678)),
        ..Entry::new(
            "2026-01-02T03:04:05.678901Z".parse().expect("valid"),
            AuditEvent::DeploymentExecuted,
            User { bot: Some(PersonId(9).into()), person: Some((&person(2, "octocat")).into()) },
        )
    }
    .with("exit_code", 0)
    .with("commit", sha.as_str())
}

/// The expected hash was computed with `printf %s '…' | sha256sum` over the line up to `,"hash":`.
#[test]
fn a1_a_line_has_every_field_in_its_order_and_the_hash_of_sha256sum() {
    let (line, head) = seal(&full(), &Head::GENESIS, &plain);
    let expected = concat!(
        r#"{"timestamp":"2026-01-02T03:04:05.678Z","sequence":1,"event":"deployment.executed","#,
        r#""user":{"bot":{"id":9,"login":null},"person":{"id":2,"login":"octocat"}},"repository":"acme/shop","environment":"production","#,
        r#""service":"payments","version":"v1.2.3","command":"/deploy production","change_ticket":"CHG-1","#,
        r#""approvers":[{"id":3,"login":"hubot-friend"},{"id":null,"login":"carol"}],"outcome":"success","rollback_triggered":false,"#,
        r#""duration_seconds":12.346,"details":{"commit":"0123456789abcdef0123456789abcdef01234567","deployment_id":null,"exit_code":0},"#,
        r#""previous":"0000000000000000000000000000000000000000000000000000000000000000","#,
        r#""hash":"HASH"}"#,
    );
    let expected = expected.replace("HASH", "a1ec5f44e2aa7208d2db20ff70cfa42fda9556910dfbdf5dfaf12371ef1ab2fd");
    assert_eq!(String::from_utf8(line).expect("text"), format!("{expected}\n"));
    assert_eq!(head.sequence, 1);
    assert!(include_str!("../../docs/audit.md").contains(&expected), "the docs show this line");
}

#[test]
fn a1_what_does_not_concern_an_event_is_null_not_left_out() {
    let entry = Entry::new(Timestamp::UNIX_EPOCH, AuditEvent::LockExpired, User::default());
    let (line, _) = seal(&entry, &Head::GENESIS, &plain);
    let line: Value = serde_json::from_slice(&line).expect("JSON");
    let fields = line.as_object().expect("an object");
    for name in ["repository", "environment", "service", "version", "command", "change_ticket", "outcome", "rollback_triggered", "duration_seconds"] {
        assert_eq!(fields.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(line["user"], json!({"bot": null, "person": null}));
    assert_eq!(line["approvers"], json!([]));
    assert_eq!(line["details"], json!({"claim": null}));
}

#[test]
fn a5_no_secret_reaches_a_line_whatever_field_it_stands_in() {
    let mut entry = full().with("s3cret", json!({"deep": ["s3cret"]}));
    entry.command = Some("/deploy production --reason s3cret".to_owned());
    entry.change_ticket = Some("s3cret".to_owned());
    entry.environment = Some(EnvName::new("s3cret").expect("valid"));
    let (line, _) = seal(&entry, &Head::GENESIS, &|text| text.replace("s3cret", "***"));
    let line = String::from_utf8(line).expect("text");
    assert!(!line.contains("s3cret") && line.matches("***").count() == 5, "{line}");
}

#[test]
fn a1_details_that_are_too_long_say_so() {
    let entry = full().with("reasons", vec!["x".repeat(4_000); 100]);
    let (line, _) = seal(&entry, &Head::GENESIS, &plain);
    assert!(line.len() < 2_000);
    assert!(String::from_utf8(line).expect("text").contains(r#""details":{"left_out":"400"#));
}

#[test]
fn a1_a_time_out_of_range_still_makes_a_line_that_verifies() {
    let entry = Entry::new(Timestamp::MIN, AuditEvent::AuditOpened, User::default());
    let (line, head) = seal(&entry, &Head::GENESIS, &plain);
    let parts = crate::audit::chain::Line::split(&line[..line.len() - 1]).expect("the form of a line");
    assert_eq!((parts.head(), parts.computed()), (head, head.hash));
    assert!(line.starts_with(b"{\"timestamp\":\"1970-01-01T00:00:00.000Z\""));
}
