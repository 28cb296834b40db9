//! Whatever is done to a log is found; a log to which nothing was done verifies (row A3).

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

/// A log of so many lines, each with its newline, and its head.
fn log(texts: &[String]) -> (Vec<Vec<u8>>, Head) {
    let mut head = Head::GENESIS;
    let mut lines = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let event = AuditEvent::ALL[at % AuditEvent::ALL.len()];
        let entry = Entry::new(Timestamp::UNIX_EPOCH, event, User::default()).with(text, text.clone()).with("hash", "a".repeat(64));
        let (line, next) = seal(&entry, &head, &str::to_owned);
        lines.push(line);
        head = next;
    }
    (lines, head)
}

fn check(log: &[u8], published: Option<Published>) -> Verification {
    verify(log, &Expectation { after: Head::GENESIS, published }).expect("memory reads")
}

fn found(log: &[u8], published: Option<Published>) -> Option<(u64, Tampering)> {
    match check(log, published) {
        Verification::Verified { .. } => None,
        Verification::Tampered { line, what, .. } => Some((line, what)),
    }
}

fn newlines(text: &[u8]) -> u64 {
    text.split(|byte| *byte == b'\n').count() as u64 - 1
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(".{0,20}", 2..8)
}

proptest! {
    #[test]
    fn a3_an_untouched_log_verifies_and_so_does_every_published_head(texts in texts()) {
        let (lines, head) = log(&texts);
        let whole = lines.concat();
        let verified = Verification::Verified { lines: lines.len() as u64, head, torn: None };
        prop_assert_eq!(check(&whole, None), verified.clone());
        for line in 1..=lines.len() {
            let (_, earlier) = log(&texts[..line]);
            prop_assert_eq!(check(&whole, Some(Published::At(earlier))), verified.clone());
            prop_assert_eq!(check(&whole, Some(Published::Hash(earlier.hash))), verified.clone());
        }
    }

    #[test]
    fn a3_any_change_of_a_single_byte_is_found(texts in texts(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut whole = log(&texts).0.concat();
        let at = at.index(whole.len());
        let line = newlines(&whole[..at]) + 1;
        whole[at] ^= flip;
        prop_assert_eq!(found(&whole, None).map(|(line, _)| line), Some(line), "{}", String::from_utf8_lossy(&whole));
    }

    #[test]
    fn a3_a_removed_line_is_found(texts in texts(), at in any::<prop::sample::Index>()) {
        let (mut lines, head) = log(&texts);
        let at = at.index(lines.len());
        lines.remove(at);
        let what = if at == 0 { Tampering::WrongBeginning } else { Tampering::Removed };
        let inner = (at < lines.len()).then_some((at as u64 + 1, what));
        prop_assert_eq!(found(&lines.concat(), None), inner);
        prop_assert!(found(&lines.concat(), Some(Published::At(head))).is_some(), "also the last line");
    }

    #[test]
    fn a3_two_lines_that_changed_places_are_found(texts in texts(), one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let mut lines = log(&texts).0;
        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
        prop_assume!(one != other);
        lines.swap(one, other);
        let first = one.min(other) as u64;
        let what = if first == 0 { Tampering::WrongBeginning } else { Tampering::Reordered };
        prop_assert_eq!(found(&lines.concat(), None), Some((first + 1, what)));
    }

    #[test]
    fn a3_a_duplicated_or_inserted_line_is_found(texts in texts(), at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let mut lines = log(&texts).0;
        let (at, to) = (at.index(lines.len()), to.index(lines.len() + 1));
        lines.insert(to, lines[at].clone());
        prop_assert!(found(&lines.concat(), None).is_some());
        let mut twice = log(&texts).0;
        twice.insert(at + 1, twice[at].clone());
        prop_assert_eq!(found(&twice.concat(), None), Some((at as u64 + 2, Tampering::Duplicated)));
    }

    #[test]
    fn a3_a_line_that_was_written_anew_is_found_at_the_next(texts in texts(), at in any::<prop::sample::Index>()) {
        let (mut lines, _) = log(&texts);
        let at = at.index(lines.len() - 1);
        let (_, before) = log(&texts[..at]);
        lines[at] = seal(&Entry::new(Timestamp::UNIX_EPOCH, AuditEvent::LockClaimed, User::default()), &before, &str::to_owned).0;
        prop_assert_eq!(found(&lines.concat(), None), Some((at as u64 + 2, Tampering::Replaced)));
    }

    #[test]
    fn a3_a_cut_anywhere_is_found_against_a_published_head(texts in texts(), at in any::<prop::sample::Index>()) {
        let (lines, head) = log(&texts);
        let whole = lines.concat();
        // The last newline alone is not missed: the line that was published is there.
        let cut = &whole[..at.index(whole.len() - 1)];
        prop_assert_eq!(found(cut, Some(Published::At(head))).map(|(_, what)| what), Some(Tampering::Truncated));
        prop_assert_eq!(found(cut, Some(Published::Hash(head.hash))).map(|(_, what)| what), Some(Tampering::Truncated));
        let complete = newlines(cut);
        let Verification::Verified { lines, torn, .. } = check(cut, None) else { panic!("a crash is not tampering") };
        prop_assert_eq!((lines, torn.is_some()), (complete, !cut.is_empty() && !cut.ends_with(b"\n")));
    }

    #[test]
    fn a3_a_log_written_anew_from_its_beginning_is_found_against_a_published_head(texts in texts(), other in ".{1,20}") {
        let (lines, head) = log(&texts);
        let mut changed = texts.clone();
        prop_assume!(changed[0] != other);
        changed[0] = other;
        let forged = log(&changed).0.concat();
        prop_assert_eq!(found(&forged, None), None, "nothing but a published head shows it");
        prop_assert_eq!(found(&forged, Some(Published::At(head))), Some((lines.len() as u64, Tampering::Rewritten)));
        prop_assert_eq!(found(&forged, Some(Published::Hash(head.hash))).map(|(_, what)| what), Some(Tampering::Truncated));
    }

    #[test]
    fn a3_no_bytes_make_verifying_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _any = check(&bytes, None);
        let mut whole = log(&["a".to_owned()]).0.concat();
        whole.extend(&bytes);
        prop_assert!(bytes.is_empty() || check(&whole, None) != check(&whole[..whole.len() - bytes.len()], None));
    }
}

#[test]
fn a3_zeros_behind_a_half_written_line_are_a_crash_and_other_bytes_are_not() {
    let whole = log(&["a".to_owned(), "b".to_owned()]).0;
    let partial = |end: &[u8]| [whole[0].as_slice(), &whole[1][..50], end].concat();
    assert!(matches!(check(&partial(&[0; 9]), None), Verification::Verified { lines: 1, torn: Some(Torn::Partial { bytes: 59 }), .. }));
    let foreign = [whole[0].as_slice(), b"hello"].concat();
    assert_eq!(found(&foreign, None), Some((2, Tampering::NotAnAuditLine)));
    let wrong_number = [whole[0].as_slice(), &whole[0][..80]].concat();
    assert_eq!(found(&wrong_number, None), Some((2, Tampering::NotAnAuditLine)));
}

#[test]
fn a3_a_published_line_that_lacks_only_its_newline_is_not_missed() {
    let (lines, head) = log(&["a".to_owned(), "b".to_owned()]);
    let whole = lines.concat();
    let answer = check(&whole[..whole.len() - 1], Some(Published::At(head)));
    assert!(matches!(answer, Verification::Verified { lines: 1, torn: Some(Torn::Unterminated { .. }), .. }), "{answer:?}");
}

#[test]
fn a3_an_empty_log_verifies_with_the_head_of_nothing() {
    assert_eq!(check(b"", None), Verification::Verified { lines: 0, head: Head::GENESIS, torn: None });
    assert_eq!(found(b"", Some(Published::At(log(&["a".to_owned()]).1))), Some((1, Tampering::Truncated)));
}

#[test]
fn a3_windows_line_ends_empty_lines_and_other_spellings_are_not_audit_lines() {
    let whole = String::from_utf8(log(&["a".to_owned()]).0.concat()).expect("text");
    for changed in [whole.replace('\n', "\r\n"), format!("\n{whole}"), format!("{whole}\n"), whole.replace("\"sequence\":1,", "\"sequence\":01,")] {
        assert_eq!(found(changed.as_bytes(), None).map(|(_, what)| what), Some(Tampering::NotAnAuditLine), "{changed}");
    }
}
