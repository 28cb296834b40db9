//! Any bytes are a payload of any event: they never panic, and a comment that might command gives requests or an answer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shipgate::intake::{Asked, Event, Grammar, read_event, requests};

const EVENTS: [&str; 10] = [
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "check_run",
    "check_suite",
    "workflow_run",
    "status",
    "workflow_dispatch",
    "repository_dispatch",
    "schedule",
];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, payload) = input;
    if let Ok(Event::Comment(event)) = read_event(EVENTS[usize::from(choice) % EVENTS.len()], payload, "/") {
        match requests(&event, &Grammar::default()) {
            Asked::Requests(requests) => assert!(!requests.is_empty()),
            Asked::Mistaken(mistakes) => assert!(!mistakes.is_empty()),
            Asked::Nothing(_) => {}
        }
    }
});
