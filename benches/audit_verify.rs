//! How many lines a second `audit verify` checks, on 200,000 generated ones: `cargo bench --bench audit_verify`.
#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

use std::time::Instant;

use jiff::Timestamp;
use shipgate::audit::{AuditEvent, Entry, Expectation, Head, Published, User, Verification, seal, verify};

const LINES: u32 = 200_000;
const ROUNDS: u32 = 5;

fn main() {
    let (log, head) = generate();
    let expectation = Expectation { after: Head::GENESIS, published: Some(Published::At(head)) };
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let answer = verify(&log[..], &expectation).expect("memory reads");
        best = best.min(start.elapsed().as_secs_f64());
        assert_eq!(answer, Verification::Verified { lines: u64::from(LINES), head, torn: None });
    }
    let bytes = f64::from(u32::try_from(log.len()).expect("less than 4 GB"));
    println!("audit verify: {LINES} lines of {:.0} bytes in {best:.3} s", bytes / f64::from(LINES));
    println!("audit verify: {:.0} lines/s, {:.0} MB/s", f64::from(LINES) / best, bytes / best / 1e6);
}

fn generate() -> (Vec<u8>, Head) {
    let (mut log, mut head) = (Vec::new(), Head::GENESIS);
    for number in 0..LINES {
        let event = AuditEvent::ALL[number as usize % AuditEvent::ALL.len()];
        let mut entry = Entry::new(Timestamp::UNIX_EPOCH, event, User::default())
            .with("commit", "0123456789abcdef0123456789abcdef01234567")
            .with("pull_request", number)
            .with("reasons", vec!["checks.pending: `build` has not reported", "approval.missing: 1 of 2 approvals"]);
        entry.command = Some("/deploy production".to_owned());
        let (line, next) = seal(&entry, &head, &str::to_owned);
        log.extend(line);
        head = next;
    }
    (log, head)
}
