//! The three pipes of a program, each with a thread of its own, so that neither side waits for the other for ever.
//!
//! The threads are not joined: a grandchild that left its process group may hold a pipe open after the program was killed.

use std::io::{self, Read, Write};
use std::process::Child;
use std::sync::mpsc::Sender;
use std::thread;

/// What was heard from a program.
pub(super) enum Heard {
    /// Its whole standard output.
    Output(Vec<u8>),
    /// The end of its standard error.
    ErrorTail(String),
    /// It wrote more than it may.
    TooMuch,
    /// A pipe could not be read.
    Broken(String),
}

/// How much is kept of what a program writes, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Of its standard output: more is refused.
    pub(super) output: usize,
    /// Of its standard error: the end is kept.
    pub(super) error_tail: usize,
}

/// Feeds the program its input and listens to both its outputs.
pub(super) fn connect(child: &mut Child, input: &[u8], limits: Limits, say: Sender<Heard>) -> io::Result<()> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(io::Error::other("a pipe is missing"));
    };
    let input = input.to_vec();
    spawn("program-input", move || {
        // A program may end or close its input without reading it; that is its own affair.
        let _unread = stdin.write_all(&input);
    })?;
    let say_too = say.clone();
    spawn("program-output", move || send(&say, read_output(stdout, limits.output)))?;
    spawn("program-errors", move || send(&say_too, read_tail(stderr, limits.error_tail)))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

fn send(say: &Sender<Heard>, heard: io::Result<Heard>) {
    // Nobody listens any more once the program's time is over.
    let _unheard = say.send(heard.unwrap_or_else(|error| Heard::Broken(error.to_string())));
}

fn read_output(pipe: impl Read, most: usize) -> io::Result<Heard> {
    let mut output = Vec::new();
    pipe.take(most as u64 + 1).read_to_end(&mut output)?;
    Ok(if output.len() > most { Heard::TooMuch } else { Heard::Output(output) })
}

fn read_tail(mut pipe: impl Read, most: usize) -> io::Result<Heard> {
    let (mut kept, mut chunk) = (Vec::new(), [0; 8192]);
    loop {
        match pipe.read(&mut chunk) {
            Ok(0) => return Ok(Heard::ErrorTail(tail(&kept, most))),
            Ok(count) => kept.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        let surplus = kept.len().saturating_sub(most);
        kept.drain(..surplus);
    }
}

/// The last bytes as text: what is not UTF-8 is replaced, and a character cut in two at the front is left out.
fn tail(bytes: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let from = (text.len().saturating_sub(most)..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text[from..].to_owned()
}
