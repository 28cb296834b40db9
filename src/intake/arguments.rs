//! The words behind a command's name become a [`Command`], or the one thing that is wrong with them.
//!
//! Strict: nothing is guessed, defaulted or dropped. Values are checked by their domain types; whether an environment, service or
//! parameter exists is for the policy to say.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::command::{Command, CommandName, Deploy, What};
use super::mistake::{Misplaced, Wrong};
use super::nearest::nearest;
use super::words::Word;
use crate::domain::{Invalid, ParamKey, ParamValue, Reason, ServiceName, shown};

/// An option of some command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptionName {
    Ref,
    Sha,
    Version,
    Reason,
    For,
    Force,
}

/// An option with the word that is its value.
struct Given {
    name: OptionName,
    /// Where the option stands.
    column: usize,
    value: Word,
}

/// The words by the place they take.
struct Arguments {
    /// The words before the first option; for `/lock` all that belong to none.
    positionals: Vec<Word>,
    options: Vec<Given>,
    /// The words behind `--force`'s value: more of its reason.
    forced: Vec<Word>,
    /// The words behind `--`.
    parameters: Vec<Word>,
    /// The character after the line's last.
    end: usize,
}

/// Reads the words behind a command's name; `end` is the character after the line's last, where what is missing is missing.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn command(name: CommandName, words: Vec<Word>, end: usize) -> Result<Command, Misplaced> {
    let mut arguments = sort(name, words, end)?;
    match name {
        CommandName::Deploy => arguments.deploy().map(Command::Deploy),
        CommandName::Plan => arguments.deploy().map(Command::Plan),
        CommandName::Approve => Ok(Command::Approve { environment: arguments.first("the environment")?, sha: arguments.last()? }),
        CommandName::Confirm => Ok(Command::Confirm { environment: arguments.first("the environment")?, sha: arguments.last()? }),
        CommandName::Cancel => Ok(Command::Cancel { environment: arguments.last()?.ok_or_else(|| missing("the environment", end))? }),
        CommandName::Status => Ok(Command::Status { environment: arguments.last()? }),
        CommandName::Reject => Ok(Command::Reject {
            environment: arguments.first("the environment")?,
            reason: joined(std::mem::take(&mut arguments.positionals))?.ok_or_else(|| missing("the reason", end))?,
        }),
        CommandName::Lock => Ok(Command::Lock {
            environment: arguments.first("the environment")?,
            reason: joined(std::mem::take(&mut arguments.positionals))?,
            expires: arguments.option(OptionName::For)?,
        }),
        CommandName::Unlock => arguments.unlock(),
        CommandName::Help => arguments.nothing_left().map(|()| Command::Help),
    }
}

impl OptionName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ref => "--ref",
            Self::Sha => "--sha",
            Self::Version => "--version",
            Self::Reason => "--reason",
            Self::For => "--for",
            Self::Force => "--force",
        }
    }

    fn of(command: CommandName) -> &'static [Self] {
        match command {
            CommandName::Deploy | CommandName::Plan => &[Self::Ref, Self::Sha, Self::Version, Self::Reason],
            CommandName::Lock => &[Self::For],
            CommandName::Unlock => &[Self::Force],
            _ => &[],
        }
    }
}

/// Puts every word in its place.
fn sort(name: CommandName, words: Vec<Word>, end: usize) -> Result<Arguments, Misplaced> {
    let mut arguments = Arguments { positionals: Vec::new(), options: Vec::new(), forced: Vec::new(), parameters: Vec::new(), end };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word.is_separator() && matches!(name, CommandName::Deploy | CommandName::Plan) {
            let separator = word.column;
            arguments.parameters = words.collect();
            if arguments.parameters.is_empty() {
                return Err(missing("`key=value` behind `--`", separator));
            }
            break;
        } else if word.is_option() {
            let given = option(name, &word, &mut words)?;
            if arguments.options.iter().any(|other| other.name == given.name) {
                return Err(Misplaced::new(given.column, Wrong::Twice { what: given.name.as_str().to_owned() }));
            }
            arguments.options.push(given);
        } else if word.is_separator() {
            return Err(stray(&word));
        } else if arguments.options.is_empty() || name == CommandName::Lock {
            arguments.positionals.push(word);
        } else if name == CommandName::Unlock {
            arguments.forced.push(word);
        } else {
            return Err(Misplaced::new(word.column, Wrong::BehindOption { word: shown(&word.text) }));
        }
    }
    Ok(arguments)
}

/// The option that `word` is, with its value: what stands behind its `=`, or the next word.
fn option(command: CommandName, word: &Word, rest: &mut impl Iterator<Item = Word>) -> Result<Given, Misplaced> {
    let column = word.column;
    let (typed, inline) = match word.pair() {
        Some(pair) => (pair.key, Some(pair.value.map(str::to_owned))),
        None => (word.text.as_str(), None),
    };
    let known = OptionName::of(command);
    let Some(name) = known.iter().copied().find(|name| name.as_str() == typed) else {
        let nearest = nearest(typed, known.iter().map(|name| name.as_str())).map(str::to_owned);
        return Err(Misplaced::new(column, Wrong::UnknownOption { option: shown(typed), nearest }));
    };
    let value = match inline {
        Some(value) => value.map(|text| Word { column: column + name.as_str().len() + 1, text, quoted_from: word.quoted_from }),
        None => rest.next().filter(|next| !next.is_option() && !next.is_separator()),
    };
    match value {
        Some(value) => Ok(Given { name, column, value }),
        None => Err(Misplaced::new(column, Wrong::NoValue { option: name.as_str() })),
    }
}

impl Arguments {
    /// Takes the first positional word.
    fn first<T: FromStr<Err = Invalid>>(&mut self, what: &'static str) -> Result<T, Misplaced> {
        if self.positionals.is_empty() { Err(missing(what, self.end)) } else { checked(&self.positionals.remove(0)) }
    }

    /// Takes the one positional word that is left, if there is one.
    fn last<T: FromStr<Err = Invalid>>(&mut self) -> Result<Option<T>, Misplaced> {
        let value = if self.positionals.is_empty() { None } else { Some(self.positionals.remove(0)) };
        self.nothing_left()?;
        value.as_ref().map(checked).transpose()
    }

    fn nothing_left(&self) -> Result<(), Misplaced> {
        self.positionals.first().map_or(Ok(()), |word| Err(stray(word)))
    }

    fn given(&self, name: OptionName) -> Option<&Given> {
        self.options.iter().find(|given| given.name == name)
    }

    fn option<T: FromStr<Err = Invalid>>(&self, name: OptionName) -> Result<Option<T>, Misplaced> {
        self.given(name).map(|given| checked(&given.value)).transpose()
    }

    fn deploy(&mut self) -> Result<Deploy, Misplaced> {
        let environment = self.first("the environment")?;
        let services = services(&self.positionals)?;
        let what = match (self.given(OptionName::Ref), self.given(OptionName::Sha)) {
            (Some(one), Some(other)) => return Err(Misplaced::new(one.column.max(other.column), Wrong::RefAndSha)),
            (Some(given), None) => What::Ref(checked(&given.value)?),
            (None, Some(given)) => What::Sha(checked(&given.value)?),
            (None, None) => What::Head,
        };
        let version = self.option(OptionName::Version)?;
        let reason = self.option(OptionName::Reason)?;
        Ok(Deploy { environment, services, what, version, reason, parameters: parameters(&self.parameters)? })
    }

    fn unlock(mut self) -> Result<Command, Misplaced> {
        let environment = self.first("the environment")?;
        self.nothing_left()?;
        let mut reason: Vec<Word> = self.options.into_iter().map(|given| given.value).collect();
        reason.append(&mut self.forced);
        Ok(Command::Unlock { environment, force: joined(reason)? })
    }
}

fn services(words: &[Word]) -> Result<Vec<ServiceName>, Misplaced> {
    let mut seen = BTreeSet::new();
    for word in words {
        if !seen.insert(checked::<ServiceName>(word)?) {
            return Err(Misplaced::new(word.column, Wrong::Twice { what: shown(&word.text) }));
        }
    }
    words.iter().map(checked).collect()
}

fn parameters(words: &[Word]) -> Result<BTreeMap<ParamKey, ParamValue>, Misplaced> {
    let mut parameters = BTreeMap::new();
    for word in words {
        let invalid = |invalid: Invalid| Misplaced::new(word.column, invalid.into());
        let Some((key, value)) = word.pair().and_then(|pair| Some((pair.key, pair.value?))) else {
            return Err(Misplaced::new(word.column, Wrong::NotAParameter { word: shown(&word.text) }));
        };
        let key = ParamKey::new(key).map_err(invalid)?;
        let twice = Wrong::Twice { what: key.as_str().to_owned() };
        if parameters.insert(key, ParamValue::new(value).map_err(invalid)?).is_some() {
            return Err(Misplaced::new(word.column, twice));
        }
    }
    Ok(parameters)
}

/// The words of a free text, joined by single spaces; `None` where there are none.
fn joined(words: Vec<Word>) -> Result<Option<Reason>, Misplaced> {
    let Some(column) = words.first().map(|word| word.column) else { return Ok(None) };
    let text = words.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
    Reason::new(text).map(Some).map_err(|invalid| Misplaced::new(column, invalid.into()))
}

fn checked<T: FromStr<Err = Invalid>>(word: &Word) -> Result<T, Misplaced> {
    word.text.parse().map_err(|invalid: Invalid| Misplaced::new(word.column, invalid.into()))
}

fn missing(what: &'static str, column: usize) -> Misplaced {
    Misplaced::new(column, Wrong::Missing { what })
}

fn stray(word: &Word) -> Misplaced {
    Misplaced::new(word.column, Wrong::Stray { word: shown(&word.text) })
}
