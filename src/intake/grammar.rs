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
