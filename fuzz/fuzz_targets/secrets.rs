//! Any text is looked through: it never panics, takes long, or shows a secret; every place lies in it. Any text is a file of rules or a refusal.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use shipgate::checks::secrets::{SecretRules, Secrets};
use shipgate::checks::{Alone, Mode, Source};
use shipgate::domain::RepoPath;

const PATHS: [&str; 6] = ["a.py", ".env", "a.yml", "package-lock.json", "a.svg", ".netrc"];

fuzz_target!(|input: (u8, &str)| {
    static OURS: OnceLock<Secrets> = OnceLock::new();
    let (choice, text) = input;
    let ours = OURS.get_or_init(|| Secrets::new(&SecretRules::default(), None).expect("our own rules"));
    let path = RepoPath::new(PATHS[usize::from(choice) % PATHS.len()].as_bytes());
    let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone };
    let scan = ours.scan(&source);
    assert_eq!(scan, ours.scan(&source), "the same text gives the same findings");
    for finding in &scan.findings {
        assert!(finding.span.iter().chain(&finding.hidden).all(|span| text.get(span.start..span.end).is_some()));
    }
    if choice == 255 {
        drop(Secrets::new(&SecretRules::default(), Some(text)));
    }
});
