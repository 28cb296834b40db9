//! The scripts: POSIX sh, for dash, busybox, bash, and the sh that comes with git on Windows.
//!
//! A script names itself to the program (`--script "$0"`), so that the program finds what was moved aside without asking git where hooks are. A program that is gone
//! stops the commit or push, with a sentence that says what to do.

use super::HookName;

/// The version that is written. Another one is told apart, and replaced by an install.
const VERSION: u32 = 1;
/// What the second line begins with.
const MARK: &str = "# shipgate hook ";
/// What stands in it where the folder was made, too.
const MADE: &str = ", in a folder made for it";
/// The rest of it.
const REST: &str = ". `shipgate hooks uninstall` takes it out.";
/// The first line.
const SHEBANG: &str = "#!/bin/sh";

/// How a script finds the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// By its path, so that programs with another `PATH` (those with windows, often) find it too. On Windows with forward slashes.
    At(Vec<u8>),
    /// By its name, for scripts that are committed and must serve on every machine.
    OnPath,
}

/// Whether the folder was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// It was there.
    Found,
    /// It was made for the scripts, and goes with the last of them.
    Made,
}

/// A hook's script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The hook.
    pub hook: HookName,
    /// How it finds the program.
    pub program: Program,
    /// Whether its folder was there before.
    pub folder: Folder,
}

impl Script {
    /// Its bytes.
    pub fn text(&self) -> Vec<u8> {
        let made = if self.folder == Folder::Made { MADE } else { "" };
        let mut text = format!("{SHEBANG}\n{MARK}{VERSION}{made}{REST}\n").into_bytes();
        match &self.program {
            Program::OnPath => text.extend_from_slice(format!("exec shipgate hook --script \"$0\" {} \"$@\"\n", self.hook).as_bytes()),
            Program::At(path) => {
                text.extend_from_slice(BEFORE_PATH);
                text.extend_from_slice(&quoted(path));
                text.extend_from_slice(AFTER_PATH.as_bytes());
                text.extend_from_slice(format!("exec \"$shipgate\" hook --script \"$0\" {} \"$@\"\n", self.hook).as_bytes());
            }
        }
        text
    }

    /// The script that has exactly these bytes: what [`Script::text`] would give again. None where a byte was changed.
    pub fn read(hook: HookName, text: &[u8]) -> Option<Self> {
        let mark = text.split(|byte| *byte == b'\n').nth(1)?;
        let folder = if find(mark, MADE.as_bytes()).is_some() { Folder::Made } else { Folder::Found };
        let program = match find(text, BEFORE_PATH) {
            None => Program::OnPath,
            Some(at) => {
                let rest = &text[at + BEFORE_PATH.len()..];
                Program::At(unquoted(&rest[..find(rest, AFTER_PATH.as_bytes())?])?)
            }
        };
        let script = Self { hook, program, folder };
        (script.text() == text).then_some(script)
    }

    /// The version that the second line of a text tells, where it is that of a script of ours, edited or not.
    pub fn version(text: &[u8]) -> Option<u32> {
        let line = text.split(|byte| *byte == b'\n').nth(1)?;
        let rest = line.strip_prefix(MARK.as_bytes())?;
        let digits: String = rest.iter().take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
        digits.parse().ok()
    }

    /// Whether a version is later than what this program writes.
    pub fn is_later(version: u32) -> bool {
        version > VERSION
    }
}

const BEFORE_PATH: &[u8] = b"\nshipgate=";
const AFTER_PATH: &str = "\n[ -x \"$shipgate\" ] || { printf 'shipgate is not at %s any more, and nothing passes without it: install it again and run \"shipgate hooks install\", or take out %s\\n' \"$shipgate\" \"$0\" >&2; exit 1; }\n";

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// A word that sh takes as it is: in single quotes, and each of its own as `'\''`.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in word {
        match byte {
            b'\'' => out.extend_from_slice(br"'\''"),
            other => out.push(*other),
        }
    }
    out.push(b'\'');
    out
}

fn unquoted(word: &[u8]) -> Option<Vec<u8>> {
    let inner = word.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let mut out = Vec::new();
    let mut rest = inner;
    while let Some(at) = find(rest, br"'\''") {
        out.extend_from_slice(&rest[..at]);
        out.push(b'\'');
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(program: Program) -> Script {
        Script { hook: HookName::PrePush, program, folder: Folder::Found }
    }

    #[test]
    fn h1_a_script_is_read_back_from_its_own_bytes_and_from_no_others() {
        for path in ["/usr/bin/shipgate", "/a b/it's/$HOME/`x`/shipgate", "/a\nshipgate='x'\n/b", "C:/Program Files/shipgate.exe", "'", ""] {
            for folder in [Folder::Found, Folder::Made] {
                let script = Script { folder, ..script(Program::At(path.as_bytes().to_vec())) };
                let text = script.text();
                assert_eq!(Script::read(HookName::PrePush, &text), Some(script), "{path:?}");
                assert_eq!(Script::version(&text), Some(1));
                for at in [0, 30, text.len() / 2, text.len() - 1] {
                    let mut edited = text.clone();
                    edited[at] ^= 1;
                    assert_eq!(Script::read(HookName::PrePush, &edited), None, "{path:?} at {at}");
                }
                assert_eq!(Script::read(HookName::PreCommit, &text), None, "it is another hook's");
            }
        }
        let on_path = script(Program::OnPath);
        assert_eq!(Script::read(HookName::PrePush, &on_path.text()), Some(on_path));
    }

    #[test]
    fn h1_line_ends_that_were_changed_are_an_edit_and_the_script_is_still_known_as_ours() {
        let text = String::from_utf8(script(Program::OnPath).text()).expect("text").replace('\n', "\r\n");
        assert_eq!((Script::read(HookName::PrePush, text.as_bytes()), Script::version(text.as_bytes())), (None, Some(1)));
        for other in ["", "#!/bin/sh", "#!/bin/sh\n# shipgate hook\n", "#!/bin/sh\n# shipgate hook 99999999999\n"] {
            assert_eq!(Script::version(other.as_bytes()), None, "{other:?}");
        }
    }

    #[test]
    fn h1_the_scripts_of_the_repository_run_the_program_of_the_path() {
        for (hook, text) in [
            (HookName::PreCommit, include_str!("../../../hooks/pre-commit")),
            (HookName::CommitMsg, include_str!("../../../hooks/commit-msg")),
            (HookName::PrePush, include_str!("../../../hooks/pre-push")),
        ] {
            assert_eq!(text, format!("#!/bin/sh\nexec shipgate hook {hook} \"$@\"\n"));
        }
    }
}
