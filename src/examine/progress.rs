//! One line that says how far it is: on a terminal only, and only where it takes longer than half a second. It is gone at the end.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// How long nothing is said.
const SILENCE: Duration = Duration::from_millis(500);
/// How often it is said anew.
const STEP: Duration = Duration::from_millis(100);

/// Does the work, and meanwhile says how many files were looked at.
pub(super) fn with<T>(done: &AtomicUsize, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let (end, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        // Where no thread can be had, nothing is said.
        let _silent = std::thread::Builder::new().name("progress".to_owned()).spawn_scoped(scope, move || say(done, &ended));
        let answer = work();
        drop(end);
        answer
    })
}

fn say(done: &AtomicUsize, ended: &mpsc::Receiver<()>) {
    let mut pause = SILENCE;
    let mut said = "";
    while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let _ = write!(std::io::stderr(), "\r\u{1b}[Kshipgate: looked at {} files …", done.load(Ordering::Relaxed));
        (pause, said) = (STEP, "\r\u{1b}[K");
    }
    let _ = std::io::stderr().write_all(said.as_bytes());
}
