//! `commands`: prefix, aliases, who may give what.

use std::collections::BTreeMap;

use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::raw::{At, Entries, RawCommands, RawPeople, RawWho, Set};
use super::super::{Commands, defaults};
use super::{or_default, values};
use crate::domain::Principal;
use crate::intake::{COMMANDS, CommandName, prefix_fault};

/// The commands' section.
pub(super) fn commands(raw: &Set<RawCommands>, sink: &Sink) -> Commands {
    let none = RawCommands::default();
    let raw = or_default(raw, &none);
    if let Some(prefix) = raw.prefix.at() {
        check_prefix(prefix, sink);
    }
    let nobody = RawWho::default();
    let who = or_default(&raw.who, &nobody);
    Commands {
        prefix: raw.prefix.value().cloned().unwrap_or_else(|| defaults::PREFIX.to_owned()),
        aliases: raw.aliases.value().map_or_else(BTreeMap::new, |aliases| words(aliases, sink)),
        who: who_may(who, sink),
        force_unlock: values::people(&who.force_unlock, defaults::force_unlock(), sink),
        apps: raw.apps.value().map_or_else(Vec::new, |apps| values::distinct(apps, "the app", sink)),
    }
}

fn check_prefix(prefix: &At<String>, sink: &Sink) {
    let Some(what) = prefix_fault(&prefix.value) else { return };
    sink.add(Fault::new(Code::Prefix, prefix.span, what).help("the default is `/`; others are `!` or `/ship-`"));
}

fn words(aliases: &Entries<String, CommandName>, sink: &Sink) -> BTreeMap<String, CommandName> {
    let mut known = BTreeMap::new();
    for (word, command) in &aliases.items {
        check_word(word, sink);
        if let Some(command) = command {
            known.insert(word.value.clone(), command.value);
        }
    }
    known
}

fn check_word(word: &At<String>, sink: &Sink) {
    let text = word.value.as_str();
    let plain = text.len() <= 32 && text.starts_with(|first: char| first.is_ascii_lowercase()) && !text.ends_with('-');
    if !(plain && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')) {
        let what = format!("`{text}` cannot be a command: lower-case letters, digits and `-`, beginning with a letter, 32 at most");
        sink.add(Fault::new(Code::Value, word.span, what));
    } else if COMMANDS.iter().any(|spec| spec.word == text) {
        sink.add(Fault::new(Code::Shadow, word.span, format!("`{text}` is a command already; an alias cannot hide it")));
    }
}

/// What the mirror says of a command.
pub(super) fn set_of(who: &RawWho, command: CommandName) -> &Set<RawPeople> {
    match command {
        CommandName::Deploy => &who.deploy,
        CommandName::Plan => &who.plan,
        CommandName::Approve => &who.approve,
        CommandName::Reject => &who.reject,
        CommandName::Confirm => &who.confirm,
        CommandName::Lock => &who.lock,
        CommandName::Unlock => &who.unlock,
        CommandName::Status => &who.status,
        CommandName::Cancel => &who.cancel,
        CommandName::Help => &who.help,
    }
}

fn who_may(who: &RawWho, sink: &Sink) -> BTreeMap<CommandName, Vec<Principal>> {
    let mut may = defaults::everybody();
    for (command, people) in &mut may {
        *people = values::people(set_of(who, *command), std::mem::take(people), sink);
    }
    may
}
