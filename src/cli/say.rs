//! What reaches the terminal: answers on standard output, everything else on standard error, and nothing secret on either (row A5).

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use super::args::{Cli, When};
use crate::env::Environment;
use crate::error::{mask, redact, redact_value};
use crate::exit::Exit;
use crate::report::escape::log;
use crate::report::terminal::Paint;

/// Whether an answer was lost on its way: a full disk behind standard output.
static LOST: AtomicBool = AtomicBool::new(false);

/// How to speak.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// Whether answers are coloured.
    pub paint: Paint,
    /// Whether errors are coloured.
    pub error_paint: Paint,
    /// How often more was asked for.
    pub verbose: u8,
}

impl Voice {
    /// From what was typed and the terminal; starts the log.
    pub(super) fn new(cli: &Cli, variables: &Environment) -> Self {
        let paint = |terminal: bool| match cli.color {
            When::Always => Paint::Colour,
            When::Auto if !variables.no_color() && (variables.force_color() || terminal) => Paint::Colour,
            When::Auto | When::Never => Paint::Plain,
        };
        let voice = Self { paint: paint(std::io::stdout().is_terminal()), error_paint: paint(std::io::stderr().is_terminal()), verbose: cli.verbose };
        voice.start_log(cli.verbose, variables);
        voice
    }

    /// Logs go to standard error: warnings always, more when asked for.
    fn start_log(self, verbose: u8, variables: &Environment) {
        let level = match (verbose, variables.runner_debug()) {
            (0, false) => "shipgate=warn",
            (1, _) => "shipgate=info",
            _ => "shipgate=debug",
        };
        let filter = variables.log_filter().unwrap_or_else(|| level.to_owned());
        let filter: Targets = filter.parse().unwrap_or_else(|_| level.parse().expect("our own levels are understood"));
        let lines = tracing_subscriber::fmt::layer().with_writer(|| Log).with_target(false).without_time().with_ansi(self.error_paint == Paint::Colour);
        // A second start (the demo inside a test) keeps the first log.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines.with_filter(filter)));
    }

    /// An answer, on standard output. A reader that went away is no error; a full disk is one: see [`ended`].
    pub fn answer(self, text: &str) {
        self.in_the_open(&redact(text));
    }

    /// An answer for a program: pretty JSON with a final newline. Its texts are redacted one by one: a secret's shape may eat no quote.
    ///
    /// # Panics
    /// Never: our types have string keys and finite numbers only.
    pub fn answer_json(self, value: &impl Serialize) {
        let value = redact_value(serde_json::to_value(value).expect("plain data serialises"));
        self.in_the_open(&mask(&format!("{value:#}\n")));
    }

    /// An answer that is written as it is: for what looks like a secret and is none, such as the demo's own token.
    pub fn in_the_open(self, text: &str) {
        let mut out = std::io::stdout();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
            && error.kind() != ErrorKind::BrokenPipe
            && !LOST.swap(true, Ordering::Relaxed)
        {
            self.error(&Lost(error), None);
        }
    }

    /// An error as people read it: what, why, and what to do.
    pub fn error(self, error: &dyn std::error::Error, hint: Option<&str>) {
        let mut text = String::new();
        let (code, what) = split_code(&error.to_string());
        text.push_str(&self.error_paint.judged(crate::gates::Judgement::NoGo, &format!("error{code}")));
        let _ = writeln!(text, ": {what}");
        let mut cause = error.source();
        while let Some(inner) = cause {
            let words = inner.to_string();
            if !what.contains(&words) {
                let _ = writeln!(text, "caused by: {words}");
            }
            cause = inner.source();
        }
        if let Some(hint) = hint {
            let _ = writeln!(text, "hint: {hint}");
        }
        self.aside(&text);
    }

    /// Something besides the answer, on standard error.
    #[expect(clippy::unused_self, reason = "who speaks is part of the sentence")]
    pub fn aside(self, text: &str) {
        let _ = Log.write_all(redact(text).as_bytes());
    }
}

/// Standard error as a log: a runner reads it line by line, and nothing in it may be a command to it.
struct Log;

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::io::stderr().write_all(log(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// Standard output did not take an answer.
#[derive(Debug, thiserror::Error)]
#[error("SG-FILE: standard output could not be written: {0}")]
struct Lost(std::io::Error);

/// How the process ends when it would end so: an answer that was lost is no success.
pub(super) fn ended(exit: Exit) -> Exit {
    if exit == Exit::Done && LOST.load(Ordering::Relaxed) { Exit::Files } else { exit }
}

/// `SG-XXX: what` becomes `[SG-XXX]` and `what`.
fn split_code(text: &str) -> (String, String) {
    match text.split_once(": ") {
        Some((code, what)) if code.starts_with("SG-") => (format!("[{code}]"), what.to_owned()),
        _ => (String::new(), text.to_owned()),
    }
}

/// What clap found; help and version are answers.
pub(super) fn usage(error: &clap::Error) -> Exit {
    match error.print() {
        _ if error.use_stderr() => Exit::Usage,
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Exit::Files,
        Ok(()) | Err(_) => Exit::Done,
    }
}
