//! Any bytes are a commit message: it never panics, every place lies in it, and mending ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shipgate::checks::message::{Cleaning, Message, MessageRules, clean, findings, mended, text};

fuzz_target!(|bytes: &[u8]| {
    let (how, rules) = (Cleaning::default(), MessageRules::default());
    let typed = text(bytes);
    let cleaned = clean(&typed, &how);
    let message = Message::parse(&cleaned.text);
    let _ = (message.kind(), message.reverts(), message.breaking(), message.release_as());
    for item in message.squashed() {
        assert!(cleaned.text[item.at..].starts_with(item.message.text()));
    }
    for finding in findings(cleaned.text.as_bytes(), &rules) {
        let span = finding.span.expect("a place");
        assert!(cleaned.text.get(span.start..span.end).is_some());
    }
    if let Some(done) = mended(bytes, &how, &rules, &|_| false) {
        assert!(done.typed.len() < bytes.len() + 1024);
    }
});
