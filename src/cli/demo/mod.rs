//! `shipgate demo`: the whole story on this machine, over the sandbox's HTTP face and a real git repository, by the very code that runs in Actions.

mod page;
mod stage;
mod story;
mod teller;

use std::task::Poll;

use super::action::{block_on, signalled};
use super::args::Demo;
use super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;

/// Tells the story; with `--serve` leaves the sandbox running.
pub(super) fn demo(options: &Demo, variables: &Environment, voice: Voice) -> Exit {
    let stage = match stage::Stage::set() {
        Ok(stage) => stage,
        Err(error) => {
            voice.error(&error, None);
            return Exit::Files;
        }
    };
    block_on(async {
        let mut stop = std::pin::pin!(signalled());
        // The deliveries of the story catch signals, too: whoever wants to stop it is heard from here on.
        let begun = std::future::poll_fn(|context| Poll::Ready(stop.as_mut().poll(context))).await;
        let told = std::thread::scope(|scope| delivering(scope, || story::tell(&teller::Teller::new(&stage, voice, variables.columns()))).join());
        let told = told.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // Lets a signal of the last moment arrive.
        tokio::task::yield_now().await;
        let stopped = begun.is_ready() || std::future::poll_fn(|context| Poll::Ready(stop.as_mut().poll(context))).await.is_ready();
        match told {
            _ if stopped => Exit::Stopped,
            Err(error) => {
                voice.error(&error, Some("this is a bug in shipgate: the demo's story went another way than it was written"));
                Exit::Bug
            }
            Ok(()) if options.serve => {
                // The token is the sandbox's own and opens nothing else.
                voice.in_the_open(&stage.invitation());
                stop.await;
                Exit::Done
            }
            Ok(()) => Exit::Done,
        }
    })
}

/// The stack of a thread that handles events, in bytes: what the main thread has on most systems. A build without optimisation needs more than a
/// thread gets otherwise.
const STACK: usize = 8 * 1024 * 1024;

/// Starts a thread that handles events.
///
/// # Panics
/// Where the system gives no thread.
fn delivering<'scope, T: Send + 'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> std::thread::ScopedJoinHandle<'scope, T> {
    std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("the system gives a thread")
}
