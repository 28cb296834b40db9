//! The command line: parse, run, print, exit. Decides nothing.

mod action;
mod args;
mod audit;
mod carried;
mod check;
mod demo;
mod doctor;
mod explain;
mod hooks;
mod init;
mod office;
mod policy;
mod proposed;
mod say;
mod status;

use std::ffi::OsString;

use clap::Parser as _;

pub use args::{Cli, Command};
pub use office::{Office, OfficeError, Place};

use crate::env::Environment;
use crate::exit::Exit;

/// Runs the program with the process's arguments and environment.
pub fn main() -> Exit {
    let typed: Vec<OsString> = std::env::args_os().skip(1).collect();
    let cli = match Cli::of_the_action(&typed).or_else(|| Cli::of_a_hook(&typed)).map_or_else(Cli::try_parse, Ok) {
        Ok(cli) => cli,
        Err(error) => return say::usage(&error),
    };
    let variables = Environment::from_process();
    for secret in variables.secrets() {
        crate::error::register_secret(secrecy::ExposeSecret::expose_secret(&secret));
    }
    let voice = say::Voice::new(&cli, &variables);
    say::ended(run(cli.command, &variables, voice))
}

fn run(command: Command, variables: &Environment, voice: say::Voice) -> Exit {
    match command {
        Command::Action { post } => action::action(post, variables, voice),
        Command::Init(options) => init::init(&options, variables, voice),
        Command::Explain(options) => explain::explain(&options, variables, voice),
        Command::Simulate(options) => explain::simulate(&options, voice),
        Command::Status(options) => status::status(&options, variables, voice),
        Command::Replay { record, json } => explain::replay(&record, json, voice),
        Command::Doctor(options) => doctor::doctor(&options, variables, voice),
        Command::Check(options) => check::check(&options, variables, voice),
        Command::Hooks(command) => hooks::hooks(&command, variables, voice),
        Command::Hook(hook) => hooks::hook(&hook, variables, voice),
        Command::Policy(command) => policy::policy(&command, voice),
        Command::Audit(command) => audit::audit(&command, voice),
        Command::Gates { json } => policy::gates(json, voice),
        Command::Demo(options) => demo::demo(&options, variables, voice),
        Command::Completions { shell } => {
            // Into memory first: the generator panics where a reader goes away.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut <Cli as clap::CommandFactory>::command(), "shipgate", &mut script);
            voice.in_the_open(&String::from_utf8_lossy(&script));
            Exit::Done
        }
    }
}
