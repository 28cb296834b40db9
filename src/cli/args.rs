//! The command line: what can be typed. Doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Takes a change from commit to production and refuses what is not ready.
#[derive(Debug, Parser)]
#[command(name = "shipgate", version, about, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// More on standard error: once for every step, twice for every request.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Colour: decoration only.
    #[arg(long, value_enum, default_value_t = When::Auto, global = true)]
    pub color: When,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole story on this machine: no account, no network.
    Demo(Demo),
    /// Judge a pull request for an environment, and change nothing.
    Explain(Explain),
    /// Judge a saved decision again, with other facts: what if?
    Simulate(Simulate),
    /// Judge a saved decision again and compare it bit for bit.
    Replay {
        /// The decision record.
        record: PathBuf,
    },
    /// Look after the policy file.
    #[command(subcommand)]
    Policy(Policy),
    /// Look after the audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// Handle the event that GitHub Actions gives: what the action runs.
    Action {
        /// End what the main step started, with the job's outcome.
        #[arg(long)]
        post: bool,
    },
    /// List the gates with everything they can say.
    Gates {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the completions of a shell to standard output.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Options of `demo`.
#[derive(Args, Debug)]
pub struct Demo {
    /// Leave the sandbox running, to be poked at with curl or gh.
    #[arg(long)]
    pub serve: bool,
}

/// How to show a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For a pull request or a page.
    Markdown,
    /// For programs, with `schema_version`.
    Json,
}

/// Options of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The pull request's number.
    #[arg(long)]
    pub pr: u64,
    /// The environment.
    #[arg(long = "env", value_name = "ENV")]
    pub environment: String,
    /// The repository; else `GITHUB_REPOSITORY`, else the origin of the current folder.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
    /// Who would deploy; else who waits already, else the account behind the token.
    #[arg(long = "as", value_name = "LOGIN")]
    pub who: Option<String>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The same as --format json.
    #[arg(long)]
    pub json: bool,
    /// Save the decision with its facts, for simulate and replay.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// Options of `simulate`.
#[derive(Args, Debug)]
pub struct Simulate {
    /// The decision record.
    pub record: PathBuf,
    /// Assume something: approval=LOGIN, confirm=LOGIN, check=NAME, lock=free.
    #[arg(long, value_name = "KEY=VALUE")]
    pub assume: Vec<String>,
    /// Judge at another time, e.g. 2026-12-24T10:00Z.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Judge by another policy file.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The same as --format json.
    #[arg(long)]
    pub json: bool,
}

/// What can be done with the policy file.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check it, and show every fault at once.
    Check {
        /// The file.
        #[arg(default_value = crate::policy::POLICY_PATH)]
        file: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write its JSON Schema to standard output, for editors.
    Schema,
    /// Say what it demands, defaults included.
    Explain {
        /// The environment; all where absent.
        environment: Option<String>,
        /// The file.
        #[arg(long, default_value = crate::policy::POLICY_PATH)]
        file: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Find edits, removals, reorders and truncation.
    Verify {
        /// The log.
        file: PathBuf,
        /// The head that was published: HASH or SEQUENCE:HASH.
        #[arg(long)]
        head: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
