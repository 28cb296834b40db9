//! Checks of single values that several sections share.

use std::collections::HashSet;

use super::super::Span;
use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::raw::{At, List, RawArgv, RawPeople, Set};
use super::super::{Argv, Pattern};
use crate::domain::{Fault as TextFault, Principal, screen_line};

/// The values of a list, each said once; `what` names one of them.
pub(super) fn distinct<T: Clone + ToString>(list: &List<T>, what: &str, sink: &Sink) -> Vec<T> {
    let mut seen = HashSet::new();
    for at in &list.items {
        let word = at.value.to_string();
        if !seen.insert(word.clone()) {
            sink.add(Fault::new(Code::DuplicateName, at.span, format!("{what} `{word}` is listed twice")));
        }
    }
    list.values()
}

/// The people of a key, each said once; the default where the key is not there.
pub(super) fn people(set: &Set<RawPeople>, default: Vec<Principal>, sink: &Sink) -> Vec<Principal> {
    let Some(people) = set.value() else { return default };
    let mut seen = HashSet::new();
    for at in people.items() {
        // Logins and teams are the same in any case of their letters.
        if !seen.insert(at.value.to_string().to_ascii_lowercase()) {
            sink.add(Fault::new(Code::DuplicateName, at.span, format!("`{}` is listed twice", at.value)));
        }
    }
    people.values()
}

/// Globs over paths or branches.
pub(super) fn globs(list: &List<Pattern>, sink: &Sink) -> Vec<Pattern> {
    for at in &list.items {
        let text = at.value.as_str();
        let what = match text {
            "" => "an empty pattern fits nothing",
            _ if text.starts_with('/') || text.starts_with("./") => "a pattern begins at the root of the repository, without `/` or `./`",
            _ if text.split('/').any(|part| part == "..") => "a pattern stays within the repository: `..` fits nothing",
            _ if screen_line(text, 1_000).is_err() => "a pattern is one line of 1,000 characters at most",
            _ => continue,
        };
        sink.add(Fault::new(Code::Value, at.span, what));
    }
    list.values()
}

/// Lines of text for people, none of them empty.
pub(super) fn lines(set: &Set<List<String>>, sink: &Sink) -> Vec<String> {
    let Some(list) = set.value() else { return Vec::new() };
    for at in &list.items {
        line(at, 500, sink);
    }
    list.values()
}

/// One line of text that is not empty.
pub(super) fn line(at: &At<String>, max: usize, sink: &Sink) {
    let fault = if at.value.trim().is_empty() { Some(TextFault::Empty) } else { screen_line(&at.value, max).err() };
    if let Some(fault) = fault {
        sink.add(Fault::new(Code::Value, at.span, format!("this is not one line of text: {fault}")));
    }
}

/// A program and its arguments. `owner` is where the key is missing if it is.
pub(super) fn argv(set: &Set<RawArgv>, owner: Span, sink: &Sink) -> Option<Argv> {
    let at = match set {
        Set::Is(at) => at,
        Set::Broken => return None,
        Set::Absent => {
            sink.add(
                Fault::new(Code::Missing, owner, "the key `run` is missing here").help("write the program and its arguments: `run: [./scripts/check, --fast]`"),
            );
            return None;
        }
    };
    match &at.value {
        RawArgv::Scalar(text) => {
            let fault = Fault::new(Code::Argv, at.span, "a command is a list of a program and its arguments; there is no shell");
            sink.add(fault.help(as_list(&text.value)));
            None
        }
        RawArgv::Sequence(list) if list.broken => None,
        RawArgv::Sequence(list) => {
            let argv = Argv::new(list.values());
            if argv.is_none() {
                sink.add(
                    Fault::new(Code::Argv, at.span, "the command names no program")
                        .help("write the program and its arguments: `run: [./scripts/check, --fast]`"),
                );
            }
            argv
        }
    }
}

/// What to write instead of a command line; a guess only where nothing in it needs a shell.
fn as_list(line: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'_' | b'/' | b'-' | b'=' | b'+');
    if line.trim().is_empty() || !line.bytes().all(plain) {
        return "write a list: `run: [./scripts/check, --fast]`".to_owned();
    }
    format!("write a list: `run: [{}]`", line.split_whitespace().collect::<Vec<_>>().join(", "))
}

/// The fault of a key that must be there.
pub(super) fn missing(key: &str, owner: Span, sink: &Sink) {
    sink.add(Fault::new(Code::Missing, owner, format!("the key `{key}` is missing here")));
}
