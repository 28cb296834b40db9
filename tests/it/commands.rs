//! Properties of the command grammar: what is written canonically reads the same, nothing panics, nothing hidden commands.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use shipgate::domain::{BranchName, EnvName, ParamKey, ParamValue, Period, Reason, ServiceName, ShaPrefix, Version};
use shipgate::intake::{Command, Deploy, Grammar, MightCommand, Reading, What, might_command, parse_comment, parse_line};

/// Texts of a pattern that the type accepts.
fn word<T: FromStr + std::fmt::Debug>(pattern: &'static str) -> impl Strategy<Value = T> {
    pattern.prop_filter_map("refused by its type", |text| text.parse().ok())
}

fn environment() -> impl Strategy<Value = EnvName> {
    word("[a-z0-9]([a-z0-9_-]{0,20}[a-z0-9])?")
}

fn reason() -> impl Strategy<Value = Reason> {
    word("\\PC{1,60}")
}

fn sha() -> impl Strategy<Value = ShaPrefix> {
    word("[0-9a-f]{7,64}")
}

fn what() -> impl Strategy<Value = What> {
    let named = prop_oneof![word::<BranchName>("[a-zA-Z0-9@=%+,._/-]{1,30}"), word::<BranchName>("\\PC{1,10}")];
    prop_oneof![Just(What::Head), named.prop_map(What::Ref), sha().prop_map(What::Sha)]
}

fn deploy() -> impl Strategy<Value = Deploy> {
    let services = btree_set(word::<ServiceName>("[a-z0-9]([a-z0-9_-]{0,9}[a-z0-9])?"), 0..4).prop_map(|services: BTreeSet<_>| services.into_iter().collect());
    let version = option::of(word::<Version>("v?(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.[1-9](-[a-z]{1,5}\\.1)?(\\+[a-z]{1,4})?"));
    let parameters = btree_map(word::<ParamKey>("[A-Za-z_][A-Za-z0-9_.-]{0,10}"), word::<ParamValue>("\\PC{0,30}"), 0..4);
    (environment(), services, what(), version, option::of(reason()), parameters).prop_map(
        |(environment, services, what, version, reason, parameters): (_, Vec<_>, _, _, _, BTreeMap<_, _>)| Deploy {
            environment,
            services,
            what,
            version,
            reason,
            parameters,
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => deploy().prop_map(Command::Deploy),
        1 => deploy().prop_map(Command::Plan),
        1 => (environment(), option::of(sha())).prop_map(|(environment, sha)| Command::Approve { environment, sha }),
        1 => (environment(), option::of(sha())).prop_map(|(environment, sha)| Command::Confirm { environment, sha }),
        2 => (environment(), reason()).prop_map(|(environment, reason)| Command::Reject { environment, reason }),
        2 => (environment(), option::of(reason()), option::of(word::<Period>("[1-9][0-9]{0,2}[smhd]")))
            .prop_map(|(environment, reason, expires)| Command::Lock { environment, reason, expires }),
        2 => (environment(), option::of(reason())).prop_map(|(environment, force)| Command::Unlock { environment, force }),
        1 => option::of(environment()).prop_map(|environment| Command::Status { environment }),
        1 => environment().prop_map(|environment| Command::Cancel { environment }),
        1 => Just(Command::Help),
    ]
}

/// Lines as an adversary would mix them: commands, near commands, Markdown and its beginnings.
fn line() -> impl Strategy<Value = String> {
    let markup = prop::sample::select(vec![
        "",
        "> ",
        "- ",
        "1. ",
        "```",
        "~~~",
        "    ",
        "\t",
        "<!--",
        "-->",
        "<details>",
        "</details>",
        "# ",
        "---",
        "===",
        "|a|b|",
        "|-|-|",
        "[^1]: ",
        "[x]: ",
        "![",
        "](",
        "**",
        "`",
        "``",
        "<b>",
        "\\",
        "&#47;",
        "\u{feff}",
        "\u{a0}",
        "\u{2028}",
        "$$",
        ":::",
        "* * *",
    ]);
    let text =
        prop_oneof![command().prop_map(|command| command.to_string()), "/[a-z]{1,8} \\PC{0,20}", "\\PC{0,30}", Just("/deploy staging".to_owned())].boxed();
    let marked = (markup, text.clone()).prop_map(|(markup, text)| format!("{markup}{text}"));
    prop_oneof![2 => text, 3 => marked]
}

/// Many of them begin with a command, so that many are read to their end.
fn body() -> impl Strategy<Value = String> {
    let first = prop_oneof![2 => command().prop_map(|command| command.to_string()), 1 => line()];
    (first, vec(line(), 0..8), prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]))
        .prop_map(|(first, rest, end)| std::iter::once(first).chain(rest).collect::<Vec<_>>().join(end))
}

fn read(body: &str) -> Reading {
    parse_comment(body, &Grammar::default())
}

proptest! {
    #[test]
    fn a_command_written_canonically_reads_the_same(command in command()) {
        let text = command.to_string();
        prop_assert_eq!(parse_line(&text, &Grammar::default()), Ok(command.clone()), "{}", text);
        // In a comment, Markdown may see HTML in a reason; then it is refused, never read as something else.
        match read(&text) {
            Reading::Commands(found) => prop_assert_eq!(found, [command], "{}", text),
            Reading::Mistaken(_) => prop_assert!(text.contains('<'), "{}", text),
            Reading::NotACommand(why) => prop_assert!(false, "{}: {}", text, why),
        }
    }

    #[test]
    fn the_prefix_changes_nothing_else(command in command(), prefix in prop::sample::select(vec!["!", ".", "//", "@gate ", "shipgate ", "%"])) {
        let text = format!("{prefix}{}", &command.to_string()[1..]);
        let grammar = Grammar::new(prefix, BTreeMap::new());
        prop_assert_eq!(parse_line(&text, &grammar), Ok(command.clone()), "{}", text);
        // Where Markdown sees HTML in a reason, the comment is refused.
        if !text.contains('<') {
            prop_assert_eq!(parse_comment(&text, &grammar), Reading::Commands(vec![command]), "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), body in body(), prefix in "[!-~ ]{1,3}") {
        for text in [text, body] {
            let grammar = Grammar::new(prefix.clone(), BTreeMap::new());
            let reading = parse_comment(&text, &grammar);
            if might_command(&text, &prefix) != MightCommand::Maybe {
                prop_assert!(matches!(reading, Reading::NotACommand(_)), "{:?}", text);
            }
            let _ = read(&text);
            let _ = parse_line(&text, &grammar);
        }
    }

    #[test]
    fn c3_a_comment_that_is_all_quoted_or_all_code_never_commands(body in body(), fence in "`{3,5}|~{3,5}") {
        let marked = |mark: &str| body.split(['\n', '\r']).map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n");
        let (quoted, indented, listed) = (marked("> "), marked("    "), marked("- "));
        // A fence that the body cannot close: longer than any run of its character.
        let fence = fence.repeat(40);
        let fenced = format!("{fence}\n{body}\n");
        let commented = format!("<!--\n{}\n-->", body.replace("-->", ""));
        for hidden in [quoted, indented, listed, fenced, commented] {
            prop_assert!(matches!(read(&hidden), Reading::NotACommand(_)), "{:?}", hidden);
        }
    }

    #[test]
    fn c3_every_command_stands_whole_at_the_start_of_a_line(body in body()) {
        if let Reading::Commands(found) = read(&body) {
            let lines: Vec<&str> = body.split(['\n', '\r']).collect();
            let mut at = 0;
            for command in found {
                let here = |line: &&str| line.starts_with('/') && parse_line(line, &Grammar::default()).as_ref() == Ok(&command);
                let step = lines[at..].iter().position(here);
                prop_assert!(step.is_some(), "{:?} is no line of {:?}", command, body);
                at += step.unwrap_or(0) + 1;
            }
        }
    }
}
