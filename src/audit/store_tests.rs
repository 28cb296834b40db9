//! Tests of the store: appending, torn tails, several writers, full disks.

use super::*;
use crate::audit::{Expectation, Verification, verify};
use jiff::Timestamp;

fn entry(event: AuditEvent) -> Entry {
    Entry::new("2026-01-02T03:04:05Z".parse::<Timestamp>().expect("valid"), event, User::default())
}

fn open(path: &Path) -> Result<AuditLog, AuditError> {
    AuditLog::open(path, |text| text.replace("s3cret", "***"))
}

fn verified(path: &Path) -> (u64, Head, Option<Torn>) {
    match verify(&fs::read(path).expect("a log")[..], &Expectation::default()).expect("it reads") {
        Verification::Verified { lines, head, torn } => (lines, head, torn),
        tampered @ Verification::Tampered { .. } => panic!("{tampered:?}"),
    }
}

/// A folder with a log of three lines.
fn three_lines() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("logs/audit.jsonl");
    let mut log = open(&path).expect("a new log");
    for event in [AuditEvent::AuditOpened, AuditEvent::DeploymentStarted, AuditEvent::DeploymentCompleted] {
        log.append(&entry(event)).expect("it is written");
    }
    (folder, path)
}

#[test]
fn a3_a_log_goes_on_where_it_ended() {
    let (_folder, path) = three_lines();
    let mut log = open(&path).expect("it opens");
    assert_eq!((log.head().sequence, log.head()), (3, verified(&path).1));
    let appended = log.append(&entry(AuditEvent::LockClaimed)).expect("it is written");
    assert_eq!((4, appended.head, None), verified(&path));
    assert_eq!((log.head(), appended.moved_aside), (appended.head, None));
}

#[test]
fn a3_several_writers_make_one_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    let writer = |path: PathBuf| {
        std::thread::spawn(move || {
            let mut log = open(&path).expect("it opens");
            for _ in 0..50 {
                log.append(&entry(AuditEvent::LockClaimed)).expect("it is written");
            }
        })
    };
    let writers: Vec<_> = (0..4).map(|_| writer(path.clone())).collect();
    for writer in writers {
        writer.join().expect("it ends well");
    }
    assert_eq!(verified(&path).0, 200);
}

#[test]
fn a3_a_half_written_line_is_moved_aside_and_the_log_says_so() {
    let (_folder, path) = three_lines();
    let torn = b"{\"timestamp\":\"2026-01-02T03:04:05.000Z\",\"sequence\":4,\"event\":\"lock.cl";
    OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(torn)).expect("a crash");
    assert_eq!(verified(&path).2, Some(Torn::Partial { bytes: torn.len() as u64 }));
    fs::write(format!("{}.torn-1", path.display()), "an older one").expect("it is there");

    let appended = open(&path).expect("it opens").append(&entry(AuditEvent::LockClaimed)).expect("it is written");
    let aside = PathBuf::from(format!("{}.torn-2", path.display()));
    assert_eq!((fs::read(&aside).expect("kept"), appended.moved_aside), (torn.to_vec(), Some(aside)));
    assert_eq!(verified(&path), (5, appended.head, None));
    let text = fs::read_to_string(&path).expect("text");
    assert!(text.lines().nth(3).expect("the note").contains("\"event\":\"audit.repaired\""), "{text}");
    assert!(text.contains("\"moved_to\":\"audit.jsonl.torn-2\""), "{text}");
}

#[test]
fn a3_a_line_that_lacks_only_its_newline_is_completed() {
    let (_folder, path) = three_lines();
    let whole = fs::read(&path).expect("a log");
    fs::write(&path, &whole[..whole.len() - 1]).expect("a crash");
    let appended = open(&path).expect("it opens").append(&entry(AuditEvent::LockClaimed)).expect("it is written");
    assert_eq!((verified(&path), appended.moved_aside), ((4, appended.head, None), None));
    assert!(fs::read(&path).expect("a log").starts_with(&whole));
}

#[test]
fn a3_nothing_is_appended_to_a_log_whose_end_was_changed() {
    type Change = fn(String) -> String;
    let changes: [Change; 4] = [
        |text| text.replace("\"event\":\"deployment.completed\"", "\"event\":\"deployment.cancelled\""),
        |text| format!("{text}not an audit line\n"),
        |text| format!("{text}foreign bytes"),
        |text| format!("{}x", text.trim_end()),
    ];
    for change in changes {
        let (_folder, path) = three_lines();
        let mut earlier = open(&path).expect("still sound");
        let forged = change(fs::read_to_string(&path).expect("text"));
        fs::write(&path, &forged).expect("changed");
        assert!(matches!(open(&path), Err(AuditError::Tampered { .. })), "{forged}");
        let error = earlier.append(&entry(AuditEvent::LockClaimed)).expect_err("refused");
        assert!(matches!(error, AuditError::Tampered { .. }) && error.hint().contains("audit verify"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("text"), forged, "not a byte was written");
    }
}

#[test]
fn a3_a_log_can_follow_an_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let after = Head { sequence: 41, hash: "5".repeat(64).parse::<LineHash>().expect("a hash") };
    let path = folder.path().join("next.jsonl");
    let mut log = AuditLog::open_after(&path, after, str::to_owned).expect("a new log");
    let head = log.append(&entry(AuditEvent::AuditOpened)).expect("it is written").head;
    assert_eq!(head.sequence, 42);
    let text = fs::read(&path).expect("a log");
    let follows = verify(&text[..], &Expectation { after, published: None }).expect("it reads");
    assert_eq!(follows, Verification::Verified { lines: 1, head, torn: None });
    assert!(matches!(verify(&text[..], &Expectation::default()).expect("it reads"), Verification::Tampered { line: 1, .. }));
}

#[test]
fn a5_what_is_written_was_redacted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    let mut log = open(&path).expect("a new log");
    log.append(&entry(AuditEvent::CommandRefused).with("reasons", vec!["has s3cret in it"])).expect("it is written");
    let text = fs::read_to_string(&path).expect("text");
    assert!(text.contains("has *** in it") && !text.contains("s3cret"), "{text}");
}

#[test]
fn a_place_that_cannot_hold_a_log_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(open(folder.path()), Err(AuditError::NotAFile { .. })));
    fs::write(folder.path().join("file"), "").expect("a file");
    let error = open(&folder.path().join("file/audit.jsonl")).expect_err("no folder");
    assert!(matches!(&error, AuditError::Open { .. }) && error.hint().contains("file"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_and_not_a_line() {
    let mut full = OpenOptions::new().write(true).open("/dev/full").expect("a device of every Linux");
    assert_eq!(write_whole(&mut full, b"a line\n").expect_err("full").kind(), io::ErrorKind::StorageFull);
}

#[test]
fn a3_a_log_that_lost_a_line_says_so_and_one_that_cannot_be_opened_takes_none() {
    let (_folder, path) = three_lines();
    let sound = open(&path).expect("it opens");
    assert!(!sound.has_lost_a_line());
    let mut lost = AuditLog::lost(&path);
    assert!(lost.has_lost_a_line());
    let error = lost.append(&entry(AuditEvent::LockClaimed)).expect_err("nothing is recorded");
    assert!(matches!(error, AuditError::Write { path: ref named, .. } if *named == path), "{error}");
    assert_eq!(verified(&path).0, 3);
    let mut edited = open(&path).expect("it opens");
    fs::write(&path, fs::read_to_string(&path).expect("a log").replace("deployment.completed", "deployment.Completed")).expect("edited");
    assert!(edited.append(&entry(AuditEvent::LockClaimed)).is_err() && edited.has_lost_a_line());
}
