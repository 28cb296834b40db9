//! `shipgate demo`: the whole story on this machine, over the sandbox's HTTP face and a real git repository, by the very code that runs in Actions.

mod page;
mod stage;
mod story;
mod teller;

use super::action::block_on;
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
    let told = story::tell(&teller::Teller::new(&stage, voice, variables.columns()));
    if let Err(error) = told {
        voice.error(&error, Some("this is a bug in shipgate: the demo's story went another way than it was written"));
        return Exit::Bug;
    }
    if options.serve {
        // The token is the sandbox's own and opens nothing else.
        voice.in_the_open(&stage.invitation());
        if let Err(error) = block_on(tokio::signal::ctrl_c()) {
            voice.error(&error, None);
            return Exit::Bug;
        }
    }
    Exit::Done
}
