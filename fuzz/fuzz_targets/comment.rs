//! Any text is a comment: it never panics, and what it commands reads the same when it is written canonically.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shipgate::intake::{Grammar, MightCommand, Reading, might_command, parse_comment, parse_line};

fuzz_target!(|body: &str| {
    let grammar = Grammar::default();
    let reading = parse_comment(body, &grammar);
    if let MightCommand::No(_) = might_command(body, "/") {
        assert!(matches!(reading, Reading::NotACommand(_)), "the cheap answer and the whole one differ");
    }
    if let Reading::Commands(commands) = reading {
        assert!(!commands.is_empty());
        for command in commands {
            assert_eq!(parse_line(&command.to_string(), &grammar), Ok(command));
        }
    }
});
