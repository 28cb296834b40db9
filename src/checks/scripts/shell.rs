//! Whether a command is a script for an interpreter: `sh -c '…'`, behind whatever starts it.

use crate::documents::{Node, Value};

/// Shells, whose `-c` takes a script.
const SHELLS: &str = "sh bash dash ash zsh ksh mksh fish csh tcsh busybox";
/// Shells of Windows, with their own ways.
const WINDOWS: &str = "cmd powershell pwsh";
/// Other interpreters, and the option that takes a script.
const OTHERS: [(&str, &[&str]); 6] =
    [("python", &["-c"]), ("perl", &["-e", "-E"]), ("ruby", &["-e"]), ("node", &["-e", "--eval", "-p", "--print"]), ("php", &["-r"]), ("lua", &["-e"])];

/// True for the words of a command that hand a script to an interpreter.
pub(super) fn is_script<S: AsRef<str>>(words: &[S]) -> bool {
    words.iter().enumerate().any(|(index, word)| takes_script(word.as_ref(), &words[index + 1..]))
}

/// True for a command in one text, split at white space.
pub(super) fn is_script_line(line: &str) -> bool {
    is_script(&line.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect::<Vec<_>>())
}

fn takes_script<S: AsRef<str>>(word: &str, behind: &[S]) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    // `-o pipefail` has a word of its own behind it.
    let mut valued = false;
    let mut options = behind.iter().map(AsRef::as_ref).take_while(|word| {
        let option = std::mem::replace(&mut valued, word.ends_with('o') && word.starts_with(['-', '+'])) || word.starts_with(['-', '/', '+']);
        option || SHELLS.split(' ').any(|shell| shell == *word)
    });
    if SHELLS.split(' ').any(|shell| shell == name) {
        return options.any(|option| option.starts_with('-') && !option.starts_with("--") && option.contains('c') || option == "--command");
    }
    if WINDOWS.split(' ').any(|shell| shell == name) {
        return options.any(|option| {
            ["/c", "/k", "/r"].contains(&option.to_ascii_lowercase().as_str())
                || option.to_ascii_lowercase().starts_with("-c")
                || option.to_ascii_lowercase().starts_with("-e")
        });
    }
    let plain = name.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
    OTHERS.iter().any(|(other, takes)| *other == plain && options.any(|option| takes.contains(&option)))
}

/// The words of a command, which is a list or one text.
pub(super) fn words(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Sequence(items) => items.iter().filter_map(|item| item.scalar()).collect(),
        _ => node.scalar().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v8_a_script_is_seen_behind_whatever_starts_it() {
        for line in [
            "sh -c x",
            "/bin/bash -ec x",
            "bash -e -o pipefail -c x",
            "/usr/bin/env bash -c x",
            "tini -- /bin/sh -c x",
            "busybox sh -c x",
            "C:\\Windows\\cmd.exe /C x",
            "pwsh -Command x",
            "powershell -EncodedCommand x",
            "python3 -c x",
            "/usr/bin/python3.12 -u -c x",
            "node --eval x",
            "timeout 5 sh -lc x",
        ] {
            assert!(is_script_line(line), "{line}");
        }
        for line in
            ["nginx -c /etc/nginx.conf", "sh /script.sh", "bash script.sh -c x", "redis-server --save 60", "python -m http.server", "node server.js -e x", ""]
        {
            assert!(!is_script_line(line), "{line}");
        }
    }
}
