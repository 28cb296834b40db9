//! The grammar of comment commands (row C1): which words are commands, and what a whole comment says.
//!
//! Pure: a text and a [`Grammar`] give a [`Reading`]. Nothing is guessed: if one command of a comment is mistyped, none of them acts.

use std::collections::BTreeMap;

use super::arguments;
use super::command::{COMMANDS, Command, CommandName, CommandSpec};
use super::markdown::{self, Line, Seen};
use super::mistake::{Misplaced, Mistake, WhyNot, Wrong};
use super::nearest::nearest;
use super::words::words;
use crate::domain::shown;

/// The most commands that one comment may hold.
pub const MOST_COMMANDS: usize = 10;

/// Longer words are nobody's command.
const LONGEST_WORD: usize = 64;

/// How commands are written: the prefix, and the team's other words for commands. The policy has both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grammar {
    prefix: String,
    aliases: BTreeMap<String, CommandName>,
}

/// What a comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// No command: for the log only.
    NotACommand(WhyNot),
    /// Whole commands, in their order; not empty.
    Commands(Vec<Command>),
    /// It was meant as a command, and at least one is mistyped, so none acts; not empty.
    Mistaken(Vec<Mistake>),
}

/// Whether a comment might be a command, as far as can be said before the policy with its aliases is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MightCommand {
    /// It is none, whatever the aliases are.
    No(WhyNot),
    /// Its first visible line starts with the prefix and a word.
    Maybe,
}

/// A row of `/help`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// The command.
    pub name: CommandName,
    /// Its words with the prefix: its own first, then aliases.
    pub words: Vec<String>,
    /// What follows the word.
    pub usage: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
}

/// Whose word stands behind a prefix.
enum Whose<'a> {
    Ours(CommandName),
    /// Nobody's, but near to one of ours.
    Near(&'a str),
    Foreign,
}

impl Default for Grammar {
    fn default() -> Self {
        Self { prefix: "/".to_owned(), aliases: BTreeMap::new() }
    }
}

impl Grammar {
    /// A grammar with this prefix (not empty; the policy sees to it) and these other words for commands.
    pub fn new(prefix: impl Into<String>, aliases: BTreeMap<String, CommandName>) -> Self {
        Self { prefix: prefix.into(), aliases }
    }

    /// How a command is written, e.g. `/approve ENV [SHA]`.
    pub fn usage(&self, name: CommandName) -> String {
        let CommandSpec { word, usage, .. } = name.spec();
        format!("{}{word} {usage}", self.prefix).trim_end().to_owned()
    }

    /// The rows of `/help`, one for each command, in the registry's order.
    pub fn help(&self) -> Vec<HelpRow> {
        let row = |spec: &CommandSpec| {
            let aliases = self.aliases.iter().filter(|(_, name)| **name == spec.name).map(|(alias, _)| alias.as_str());
            let words = std::iter::once(spec.word).chain(aliases).map(|word| format!("{}{word}", self.prefix)).collect();
            HelpRow { name: spec.name, words, usage: spec.usage, about: spec.about }
        };
        COMMANDS.iter().map(row).collect()
    }

    fn whose(&self, word: &str) -> Whose<'_> {
        if let Some(name) = self.name(word) {
            return Whose::Ours(name);
        }
        // A path at the start of a line is talk, not a command.
        if word.len() > LONGEST_WORD || word.contains('/') {
            return Whose::Foreign;
        }
        nearest(word, self.known()).map_or(Whose::Foreign, Whose::Near)
    }

    /// The command of that word. Ours come before aliases: no policy can turn `/approve` into another command.
    fn name(&self, word: &str) -> Option<CommandName> {
        COMMANDS.iter().find(|spec| spec.word == word).map(|spec| spec.name).or_else(|| self.aliases.get(word).copied())
    }

    fn known(&self) -> impl Iterator<Item = &str> {
        COMMANDS.iter().map(|spec| spec.word).chain(self.aliases.keys().map(String::as_str))
    }

    fn mistake(&self, line: usize, name: Option<CommandName>, misplaced: Misplaced) -> Mistake {
        Mistake { line, column: misplaced.column, wrong: misplaced.wrong, usage: name.map(|name| self.usage(name)) }
    }

    /// What a line that starts with the prefix says; `None` where its word is not ours.
    fn read(&self, line: Line<'_>) -> Option<Result<Command, Mistake>> {
        let typed = line.text.strip_prefix(self.prefix.as_str())?;
        let column = self.prefix.chars().count() + 1;
        let (word, rest) = split_word(typed);
        let result = match self.whose(word) {
            Whose::Foreign => return None,
            Whose::Near(near) => Err(self.unknown(line.number, column, word, Some(near))),
            Whose::Ours(name) if line.seen == Seen::WithHtml => Err(self.mistake(line.number, Some(name), Misplaced::new(1, Wrong::Html))),
            Whose::Ours(name) => command(name, rest, column + word.chars().count()).map_err(|misplaced| self.mistake(line.number, Some(name), misplaced)),
        };
        Some(result)
    }

    fn unknown(&self, line: usize, column: usize, word: &str, near: Option<&str>) -> Mistake {
        let wrong = Wrong::UnknownCommand { word: shown(word), nearest: near.map(str::to_owned) };
        self.mistake(line, near.and_then(|near| self.name(near)), Misplaced::new(column, wrong))
    }
}

/// Reads a whole comment.
pub fn parse_comment(body: &str, grammar: &Grammar) -> Reading {
    let lines = match markdown::command_lines(body, &grammar.prefix) {
        Ok(lines) => lines,
        Err(why) => return Reading::NotACommand(why),
    };
    let mut commands = Vec::new();
    let mut mistakes = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        match grammar.read(line) {
            None if index == 0 => return Reading::NotACommand(WhyNot::OtherWord),
            None => {}
            Some(_) if commands.len() + mistakes.len() == MOST_COMMANDS => {
                mistakes.push(grammar.mistake(line.number, None, Misplaced::new(1, Wrong::TooMany { most: MOST_COMMANDS })));
                break;
            }
            Some(Ok(command)) => commands.push(command),
            Some(Err(mistake)) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Reading::Commands(commands) } else { Reading::Mistaken(mistakes) }
}

/// Reads the one command of a dispatch or a terminal. There the prefix may be left out, and a word that is no command is always a
/// mistake: nobody dispatches to somebody else's bot through us.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse_line(line: &str, grammar: &Grammar) -> Result<Command, Mistake> {
    let trimmed = line.trim_matches([' ', '\t', '\r', '\n']);
    let typed = trimmed.strip_prefix(grammar.prefix.as_str()).unwrap_or(trimmed);
    let column = trimmed.chars().count() - typed.chars().count() + 1;
    let (word, rest) = split_word(typed);
    match grammar.name(word) {
        Some(name) => command(name, rest, column + word.chars().count()).map_err(|misplaced| grammar.mistake(1, Some(name), misplaced)),
        None if word.is_empty() => Err(grammar.mistake(1, None, Misplaced::new(column, Wrong::Missing { what: "the command" }))),
        None => Err(grammar.unknown(1, column, word, if word.len() > LONGEST_WORD { None } else { nearest(word, grammar.known()) })),
    }
}

/// Whether a comment might be a command: needs no policy, and is all that most comments ever cost (row C2).
pub fn might_command(body: &str, prefix: &str) -> MightCommand {
    let first = match markdown::command_lines(body, prefix) {
        Ok(lines) => lines.into_iter().next(),
        Err(why) => return MightCommand::No(why),
    };
    let word = first.and_then(|line| line.text.strip_prefix(prefix)).map_or("", |typed| split_word(typed).0);
    if word.is_empty() || word.len() > LONGEST_WORD || word.contains('/') { MightCommand::No(WhyNot::OtherWord) } else { MightCommand::Maybe }
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find([' ', '\t']).unwrap_or(text.len()))
}

/// Reads what stands behind the word of a command, from character `column` of its line on.
fn command(name: CommandName, rest: &str, column: usize) -> Result<Command, Misplaced> {
    arguments::command(name, words(rest, column)?, column + rest.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Fault;

    fn read(body: &str) -> Reading {
        parse_comment(body, &Grammar::default())
    }

    /// The canonical texts of a comment's commands.
    fn commands(body: &str) -> Vec<String> {
        match read(body) {
            Reading::Commands(commands) => commands.iter().map(Command::to_string).collect(),
            other => panic!("{body:?} gave {other:?}"),
        }
    }

    fn mistakes(body: &str) -> Vec<Mistake> {
        match read(body) {
            Reading::Mistaken(mistakes) => mistakes,
            other => panic!("{body:?} gave {other:?}"),
        }
    }

    fn mistake(body: &str) -> Mistake {
        let mut all = mistakes(body);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn c1_every_command_is_read_as_it_is_written() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        for (typed, canonical) in [
            ("/deploy staging", "/deploy staging"),
            ("/deploy  staging\tpayments   ledger ", "/deploy staging payments ledger"),
            ("/deploy staging --ref main", "/deploy staging --ref main"),
            ("/deploy staging --ref=release/1.x", "/deploy staging --ref release/1.x"),
            ("/deploy staging --ref \"feature/ä\"", "/deploy staging --ref \"feature/ä\""),
            ("/deploy staging --sha 0123abc --version v1.2.3", "/deploy staging --sha 0123abc --version v1.2.3"),
            ("/deploy staging --version=1.2.3-rc.1 --reason=hotfix", "/deploy staging --version 1.2.3-rc.1 --reason \"hotfix\""),
            ("/deploy staging --reason \"it's \\\"late\\\" \\\\ größer\"", "/deploy staging --reason \"it's \\\"late\\\" \\\\ größer\""),
            (
                "/deploy staging --reason=\"two words\" -- b=1 a=\"x y\" c=\"\" d=a=b",
                "/deploy staging --reason \"two words\" -- a=\"x y\" b=\"1\" c=\"\" d=\"a=b\"",
            ),
            ("/deploy staging -- k=$(id) l=--ref", "/deploy staging -- k=\"$(id)\" l=\"--ref\""),
            ("/plan production payments --ref main", "/plan production payments --ref main"),
            ("/approve production", "/approve production"),
            ("/approve production 0123abc", "/approve production 0123abc"),
            ("/confirm production", "/confirm production"),
            ("/reject production latency is > 2s, see #12", "/reject production \"latency is > 2s, see #12\""),
            ("/reject production \"zu spät\"  heute", "/reject production \"zu spät heute\""),
            ("/reject production `x` - y -5%", "/reject production \"`x` - y -5%\""),
            ("/lock staging", "/lock staging"),
            ("/lock staging load test --for 2h", "/lock staging \"load test\" --for 2h"),
            ("/lock staging --for=90s load test", "/lock staging \"load test\" --for 90s"),
            ("/lock staging load --for 2h test", "/lock staging \"load test\" --for 2h"),
            ("/unlock staging", "/unlock staging"),
            ("/unlock staging --force runner is gone", "/unlock staging --force \"runner is gone\""),
            ("/unlock staging --force=\"runner is gone\"", "/unlock staging --force \"runner is gone\""),
            ("/status", "/status"),
            ("/status production", "/status production"),
            ("/cancel production", "/cancel production"),
            ("/help", "/help"),
        ] {
            assert_eq!(commands(typed), [canonical], "{typed:?}");
            assert_eq!(commands(canonical), [canonical], "{canonical:?}");
        }
        assert_eq!(commands(&format!("/confirm production {sha}")), [format!("/confirm production {sha}")]);
    }

    #[test]
    fn c1_several_commands_stand_one_a_line() {
        assert_eq!(commands("/deploy dev\n/deploy staging\r\n\r\nThanks!\n\n/status\n/cc somebody"), ["/deploy dev", "/deploy staging", "/status"]);
        let ten = "/status\n".repeat(MOST_COMMANDS);
        assert_eq!(commands(&ten).len(), MOST_COMMANDS);
        let eleven = mistake(&format!("{ten}/status\n/status"));
        assert_eq!((eleven.line, eleven.wrong), (11, Wrong::TooMany { most: MOST_COMMANDS }));
    }

    #[test]
    fn one_mistyped_command_keeps_all_of_a_comment_from_acting() {
        let all = mistakes("/deploy dev\n/depoly staging\n/approve");
        assert_eq!(all.iter().map(|mistake| (mistake.line, mistake.column)).collect::<Vec<_>>(), [(2, 2), (3, 9)]);
    }

    #[test]
    fn c2_a_mistyped_command_is_told_what_where_and_how_it_is_written() {
        let missing = |what| Wrong::Missing { what };
        let stray = |word: &str| Wrong::Stray { word: word.to_owned() };
        let twice = |what: &str| Wrong::Twice { what: what.to_owned() };
        let unknown = |option: &str, nearest: Option<&str>| Wrong::UnknownOption { option: option.to_owned(), nearest: nearest.map(str::to_owned) };
        let no_parameter = |word: &str| Wrong::NotAParameter { word: word.to_owned() };
        for (typed, column, wrong) in [
            ("/deploy", 8, missing("the environment")),
            ("/plan", 6, missing("the environment")),
            ("/approve", 9, missing("the environment")),
            ("/cancel", 8, missing("the environment")),
            ("/deploy --ref main", 19, missing("the environment")),
            ("/reject production", 19, missing("the reason")),
            ("/deploy staging --", 17, missing("`key=value` behind `--`")),
            ("/deploy staging --ref", 17, Wrong::NoValue { option: "--ref" }),
            ("/deploy staging --ref=", 17, Wrong::NoValue { option: "--ref" }),
            ("/deploy staging --reason --ref main", 17, Wrong::NoValue { option: "--reason" }),
            ("/deploy staging --version -- a=b", 17, Wrong::NoValue { option: "--version" }),
            ("/lock staging --for", 15, Wrong::NoValue { option: "--for" }),
            ("/unlock staging --force", 17, Wrong::NoValue { option: "--force" }),
            ("/deploy staging --ref a --ref b", 25, twice("--ref")),
            ("/lock staging --for 2h --for 2h", 24, twice("--for")),
            ("/deploy staging a b a", 21, twice("a")),
            ("/deploy staging -- a=1 b=2 a=1", 28, twice("a")),
            ("/deploy staging --ref a --sha 0123abc", 25, Wrong::RefAndSha),
            ("/deploy staging --sha 0123abc --ref a", 31, Wrong::RefAndSha),
            ("/deploy staging --refs a", 17, unknown("--refs", Some("--ref"))),
            ("/deploy staging --vresion=1.2.3", 17, unknown("--vresion", Some("--version"))),
            ("/deploy staging --dry-run", 17, unknown("--dry-run", None)),
            ("/deploy staging -f", 17, unknown("-f", None)),
            ("/approve production --force", 21, unknown("--force", None)),
            ("/lock staging -for 2h", 15, unknown("-for", Some("--for"))),
            ("/deploy staging --reason too late", 30, Wrong::BehindOption { word: "late".to_owned() }),
            ("/approve production 0123abc now", 29, stray("now")),
            ("/status staging production", 17, stray("production")),
            ("/cancel staging now", 17, stray("now")),
            ("/unlock staging runner is gone", 17, stray("runner")),
            ("/lock staging -- x", 15, stray("--")),
            ("/help me", 7, stray("me")),
            ("/deploy staging -- a", 20, no_parameter("a")),
            ("/deploy staging -- a=", 20, no_parameter("a=")),
            ("/deploy staging -- --ref", 20, no_parameter("--ref")),
            ("/deploy staging -- \"a=b\"", 20, no_parameter("a=b")),
            ("/deploy staging <!-- x -->", 1, Wrong::Html),
            ("/deploy staging \"a", 17, Wrong::OpenQuote),
        ] {
            let found = mistake(typed);
            assert_eq!((found.line, found.column, found.wrong), (1, column, wrong), "{typed:?}");
            assert!(found.usage.is_some_and(|usage| usage.starts_with(typed.split(' ').next().expect("a word"))), "{typed:?}");
        }
    }

    #[test]
    fn v6_hostile_words_are_refused_in_every_place() {
        let hostile = [
            "",
            "$(id)",
            "`id`",
            "a;ls",
            "a|b",
            "a&b",
            "a>b",
            "../etc",
            "a..b",
            "-x",
            "--",
            "Production",
            "pro*",
            "a b",
            "a'b",
            "a\"b",
            "a\\b",
            "[a]",
            "{a}",
            "a~1",
            "\u{661}",
            "\u{17f}taging",
            "\u{212a}",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{feff}",
            "a\u{a0}b",
            "a\u{ad}b",
            "a\0b",
            "a\tb",
            "a\u{1b}[31m",
            "a\u{e0041}",
        ];
        let places = [
            "/deploy {}",
            "/deploy staging {}",
            "/deploy staging --sha {}",
            "/deploy staging --version {}",
            "/deploy staging --ref {}",
            "/plan {}",
            "/approve {}",
            "/approve production {}",
            "/confirm production {}",
            "/reject {} why",
            "/lock {}",
            "/lock staging --for {}",
            "/unlock {}",
            "/status {}",
            "/cancel {}",
            "/deploy staging -- {}=v",
        ];
        for place in places {
            for word in hostile {
                // Git allows these in a ref, and so do we.
                if place.contains("--ref") && ["Production", "\u{661}", "\u{17f}taging", "\u{212a}", "a\u{a0}b"].contains(&word) {
                    continue;
                }
                let quoted = format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""));
                let body = place.replace("{}", &quoted);
                assert!(matches!(read(&body), Reading::Mistaken(_)), "{body:?} gave {:?}", read(&body));
                // Bare, some hostile words vanish or are two words; the others never become a value.
                if let Reading::Commands(commands) = read(&place.replace("{}", word)) {
                    let harmless = ["", "a b", "a\tb"].contains(&word) || (word == "Production" && ["--ref", "=v"].iter().any(|legal| place.contains(legal)));
                    assert!(harmless, "{place:?} with {word:?} gave {commands:?}");
                }
            }
        }
    }

    #[test]
    fn v6_reasons_and_values_hold_no_invisible_or_control_characters() {
        for character in ['\0', '\u{7}', '\u{1b}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{feff}', '\u{fe0f}', '\u{e0041}'] {
            for place in [
                "/reject staging \"a{}b\"",
                "/lock staging a{}b",
                "/unlock staging --force \"a{}b\"",
                "/deploy staging --reason \"a{}b\"",
                "/deploy staging -- k=\"a{}b\"",
            ] {
                let body = place.replace("{}", &character.to_string());
                assert!(matches!(read(&body), Reading::Mistaken(_)), "{body:?}");
            }
        }
        let long = mistake(&format!("/reject staging {}", "x".repeat(501)));
        assert!(matches!(long.wrong, Wrong::Invalid(invalid) if invalid.fault == (Fault::TooLong { max: 500 })));
    }

    #[test]
    fn v1_an_unknown_command_near_to_ours_is_answered_and_others_are_not() {
        for typed in ["/Deploy staging", "/depoly staging", "/deploy: staging", "/deploy\u{a0}staging", "/deployment staging"] {
            let found = mistake(typed);
            assert!(matches!(&found.wrong, Wrong::UnknownCommand { nearest: Some(near), .. } if near == "deploy"), "{typed:?} gave {found:?}");
            assert!(found.usage.expect("a usage").starts_with("/deploy ENV"));
        }
        for typed in ["/cc @octocat", "/assign", "/lgtm", "/hold", "/retest", "/usr/bin is full", "/status/health fails", "/deploy/staging"] {
            assert_eq!(read(typed), Reading::NotACommand(WhyNot::OtherWord), "{typed:?}");
        }
        assert_eq!(read(&format!("/deploy{}", "x".repeat(100))), Reading::NotACommand(WhyNot::OtherWord));
    }

    #[test]
    fn prefix_and_aliases_are_the_teams_choice() {
        let aliases = BTreeMap::from([("ship".to_owned(), CommandName::Deploy), ("approve".to_owned(), CommandName::Deploy)]);
        let grammar = Grammar::new("@gate ", aliases);
        let read = |body| parse_comment(body, &grammar);
        assert!(matches!(read("@gate ship staging"), Reading::Commands(commands) if commands[0].to_string() == "/deploy staging"));
        assert!(matches!(read("@gate approve staging"), Reading::Commands(commands) if commands[0].name() == CommandName::Approve), "no alias hides a command");
        let Reading::Mistaken(found) = read("@gate shp staging") else { panic!("not near") };
        assert_eq!((found[0].column, found[0].usage.as_deref()), (7, Some(grammar.usage(CommandName::Deploy).as_str())));
        assert_eq!(read("/deploy staging"), Reading::NotACommand(WhyNot::NoPrefix));
        assert_eq!(grammar.help()[0].words, ["@gate deploy", "@gate approve", "@gate ship"]);
    }

    #[test]
    fn help_has_a_row_for_every_command() {
        let rows = Grammar::default().help();
        assert_eq!(rows.iter().map(|row| row.name).collect::<Vec<_>>(), COMMANDS.iter().map(|spec| spec.name).collect::<Vec<_>>());
        for row in rows {
            let bare = read(&row.words[0]);
            assert!(!matches!(bare, Reading::NotACommand(_)), "{:?} is no command", row.words);
        }
    }

    #[test]
    fn c2_what_might_be_a_command_is_found_without_a_policy() {
        assert_eq!(might_command("/deploy staging", "/"), MightCommand::Maybe);
        assert_eq!(might_command("> quoted\n\n/anything at all", "/"), MightCommand::Maybe, "it may be an alias");
        for (body, why) in [
            ("Looks good to me", WhyNot::NoPrefix),
            ("Looks good\n/deploy staging", WhyNot::FirstLine),
            ("/usr/bin is full", WhyNot::OtherWord),
            ("", WhyNot::NoPrefix),
        ] {
            assert_eq!(might_command(body, "/"), MightCommand::No(why), "{body:?}");
            assert!(matches!(read(body), Reading::NotACommand(_)), "{body:?}");
        }
    }

    #[test]
    fn a_dispatched_line_needs_no_prefix_and_is_never_somebody_elses() {
        let line = |text| parse_line(text, &Grammar::default());
        assert_eq!(line("deploy staging"), line("/deploy staging\r\n"));
        assert_eq!(line(" /deploy staging ").map(|command| command.to_string()).as_deref(), Ok("/deploy staging"));
        for (text, column) in [("", 1), ("/", 2), ("assign", 1), ("/cc x", 2), ("deploy", 7), ("deploy a\ndeploy b", 9), ("> deploy a", 1), ("/usr/bin", 2)] {
            assert_eq!(line(text).map_err(|mistake| (mistake.line, mistake.column)), Err((1, column)), "{text:?}");
        }
    }
}
