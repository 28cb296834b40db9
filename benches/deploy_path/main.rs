//! What one run costs: wall clock, CPU, peak memory, requests, and how many of them wait for each other. The built binary alone, and our action's
//! `main` and `post` as a runner starts them, against the sandbox over HTTP and over TLS with gzip, whose answers come at once and 80 ms late.
//!
//! ```text
//! cargo bench --bench deploy_path                                        builds everything with the release profile
//! cargo bench --profile bench-fast --bench deploy_path -- --binary FILE  measures a binary that is there already
//! ```
//!
//! `--rounds N` says how often (15 where not given); everything is interleaved, and medians are shown, as Markdown. Where node is not there, the
//! action is left out; where valgrind is not there, instructions are. Without `--bench` (as in `cargo test --benches`) each case runs once, and
//! nothing is said about time.
#![expect(clippy::print_stdout, reason = "a benchmark's only output")]

mod cases;
mod program;
mod table;

#[path = "../../tests/it/depth.rs"]
mod depth;
#[path = "../../tests/it/front.rs"]
mod front;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/stage.rs"]
mod stage;

/// The tests hold every exchange against GitHub's description at a stage's end; here it would only be measured.
pub(crate) fn check_exchanges_of(_: &shipgate::sandbox::Sandbox) {}

use std::path::PathBuf;

use cases::{Measured, Pace, Start, WAYS, Way};
use front::{Line, Lines};
use program::{How, Program};

fn main() {
    let options = Options::read();
    let lines = Lines::open(&program::scratch());
    let program = Program::find(&options.binary);
    let mut measured = Measured::default();
    for _ in 0..options.rounds {
        for way in WAYS.into_iter().filter(|way| way.start == Start::Binary || program.has_node()) {
            measured.add(way, cases::play(&program, (way, How::Timed), &lines));
        }
        measured.add_node(&program);
    }
    let prompt = |line| Way { start: Start::Binary, line, pace: Pace::Prompt };
    measured.traced = cases::play(&program, (prompt(Line::Plain), How::Traced), &lines).into();
    if options.tells {
        if program.has_valgrind() {
            measured.counted = [Line::Plain, Line::Tls].map(|line| cases::play(&program, (prompt(line), How::Counted), &lines).into()).into();
        }
        println!("{}", table::page(&measured, options.rounds, &program, &lines));
    }
}

/// What was asked for on the command line.
struct Options {
    tells: bool,
    rounds: usize,
    binary: PathBuf,
}

impl Options {
    fn read() -> Self {
        let given: Vec<String> = std::env::args().collect();
        let value = |name: &str| given.iter().position(|argument| argument == name).and_then(|at| given.get(at + 1));
        let tells = given.iter().any(|argument| argument == "--bench");
        let rounds = value("--rounds").map_or(if tells { 15 } else { 1 }, |text| text.parse().expect("--rounds takes a number"));
        let binary = value("--binary").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_shipgate")), PathBuf::from);
        let binary = binary.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        Self { tells, rounds, binary }
    }
}
