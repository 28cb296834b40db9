//! The command line: what can be typed. Doc comments are the help text.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::{CommitSha, PullNumber, RepoSlug};
use crate::setup::WorkflowFile;

/// What stands below the help of the program.
const BEGIN: &str = "\
Begin with:
  shipgate demo            the whole story in a second, on this machine
  shipgate init            puts it into the repository you are in
  shipgate policy check    the rules of the repository you are in
  shipgate doctor          what is missing around them
  shipgate help COMMAND    more on one command, with examples";

/// What stands below the help of `demo`.
const DEMO: &str = "\
Examples:
  shipgate demo
  shipgate demo --serve    and then, elsewhere, the curl and gh commands that it prints";

/// What stands below the help of `init`.
const INIT: &str = "\
Examples:
  shipgate init
  shipgate init --deploy workflow=deploy.yml --dry-run
  shipgate init --yes --json | jq .next

Every `uses:` names a commit. The action's is asked of its repository (GITHUB_SERVER_URL), or given.
Exit code: 0 in place, or only shown; 4 not all was written, because nobody said yes to it.";

/// What stands below the help of `explain`.
const EXPLAIN: &str = "\
Examples:
  GITHUB_TOKEN=$(gh auth token) shipgate explain --pr 12 --env production
  shipgate explain --pr 12 --env production --as octocat --save decision.json
  shipgate explain --pr 12 --env production --json | jq .verdict

Exit code: 0 go, 1 no-go, 4 waiting.";

/// What stands below the help of `status`.
const STATUS: &str = "\
Examples:
  GITHUB_TOKEN=$(gh auth token) shipgate status             what is where
  shipgate status --pr 12                                   how far it is, and who does what next
  shipgate status --pr 12 --json | jq -r .next.command

Exit code: 0 all of it is done, 1 something failed or cannot be told, 4 not done yet.
Without --pr: 0 told, 1 the last deployment failed or cannot be told, 4 one runs.";

/// What stands below the help of `simulate`.
const SIMULATE: &str = "\
Examples:
  shipgate simulate decision.json --assume approval=octocat --assume confirm=hubot
  shipgate simulate decision.json --at 2026-12-24T10:00Z
  shipgate simulate decision.json --policy .github/shipgate.yml

A record is what `shipgate explain --save FILE` writes, and what the action's output `record` names.
Exit code: 0 go, 1 no-go, 4 waiting.";

/// What stands below the help of `replay`.
const REPLAY: &str = "\
A record is what `shipgate explain --save FILE` writes, and what the action's output `record` names.
Exit code: 0 the same, 1 another answer.";

/// What stands below the help of `policy check`.
const CHECK: &str = "\
Examples:
  shipgate policy check
  shipgate policy check draft.yml --json | jq '.faults[] | {line, message}'

Exit code: 0 valid, 3 not valid or not there.";

/// What stands below the help of `policy schema`.
const SCHEMA: &str = "\
Example: write it beside the policy, and name it in the policy's first line:
  shipgate policy schema > .github/shipgate.schema.json
  # yaml-language-server: $schema=shipgate.schema.json";

/// What stands below the help of `check`.
const CHECK_FILES: &str = "\
Examples:
  shipgate check                           what is staged; else what changed in the work tree
  shipgate check --all                     every file that git knows or would add
  shipgate check --range origin/main..     what a pull request or push would bring
  shipgate check --list                    every check and rule
  shipgate check --all --only secrets --format sarif > secrets.sarif

SHIPGATE_SKIP=CHECK[,CHECK] skips checks, and says so.
Exit code: 0 nothing stops it, 1 findings that stop it, 3 the policy is not valid, 11 something could not be looked at.";

/// What stands below the help of `hooks`.
const HOOKS: &str = "\
Examples:
  shipgate hooks install
  shipgate hooks status
  shipgate hooks uninstall

Exit code: 0 in place, or taken out; 1 not all of it, and why.
With pre-commit, prek, lefthook or husky: see docs/hooks.md.";

/// What stands below the help of `audit verify`.
const VERIFY: &str = "\
Examples:
  shipgate audit verify audit.jsonl
  shipgate audit verify audit.jsonl --head 46:5d41…    the action's output `audit-head`

Exit code: 0 verified, 1 tampered with.";

/// What stands below the help of `doctor`.
const DOCTOR: &str = "\
Examples:
  shipgate doctor --offline
  GITHUB_TOKEN=$(gh auth token) shipgate doctor
  shipgate doctor --repo acme/shop --json | jq '.findings[] | {code, file, line}'

In a clone it looks at the work tree's files and, with a token, at what GitHub says. It changes nothing.
Exit code: 0 no errors (with --strict: no warnings either), 1 errors found.";

/// What stands below the help of `completions`.
const COMPLETIONS: &str = "\
Examples:
  source <(shipgate completions bash)
  shipgate completions zsh > \"${fpath[1]}/_shipgate\"
  shipgate completions fish > ~/.config/fish/completions/shipgate.fish";

/// Takes a change from commit to production and refuses what is not ready.
#[derive(Debug, Parser)]
#[command(name = "shipgate", version, about, max_term_width = 100, after_help = BEGIN)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// More on standard error: once for every step, twice for every request.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Colour, which is decoration only: auto, always or never.
    #[arg(long, alias = "colour", value_enum, value_name = "WHEN", default_value_t = When::Auto, hide_possible_values = true, global = true)]
    pub color: When,
}

impl Cli {
    /// What the action types, where exactly that was typed: most of its runs are over before the tree of all other commands would have been built.
    pub fn of_the_action(typed: &[OsString]) -> Option<Self> {
        let post = match typed {
            [action] if action == "action" => false,
            [action, post] if action == "action" && post == "--post" => true,
            _ => return None,
        };
        Some(Self { command: Command::Action { post }, verbose: 0, color: When::Auto })
    }

    /// What an installed script types, or a hook manager, where exactly that was typed: somebody waits for it at every commit.
    pub fn of_a_hook(typed: &[OsString]) -> Option<Self> {
        // The empty word and what looks like an option are for the whole command line to judge.
        let is_plain = |word: &OsString| !word.is_empty() && !word.as_encoded_bytes().starts_with(b"-");
        let (script, typed) = match typed {
            [first, script, file, typed @ ..] if first == "hook" && script == "--script" && is_plain(file) => (Some(PathBuf::from(file)), typed),
            [first, typed @ ..] if first == "hook" => (None, typed),
            _ => return None,
        };
        let [name, words @ ..] = typed else { return None };
        let message = |file: &OsString, fix: bool| Hook::CommitMsg { file: PathBuf::from(file), fix };
        let hook = match (name.to_str()?, words) {
            ("pre-commit", []) => Hook::PreCommit { files: Vec::new() },
            ("commit-msg", [file]) if is_plain(file) => message(file, false),
            ("commit-msg", [fix, file]) if fix == "--fix" && is_plain(file) => message(file, true),
            ("pre-push", [remote, url]) if is_plain(remote) && is_plain(url) => {
                Hook::PrePush { remote: Some(remote.to_str()?.to_owned()), url: Some(url.to_str()?.to_owned()) }
            }
            _ => return None,
        };
        Some(Self { command: Command::Hook(HookCall { script, hook }), verbose: 0, color: When::Auto })
    }
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
    #[command(after_help = DEMO)]
    Demo(Demo),
    /// Set this repository up: look at it, show the files, ask, write.
    #[command(after_help = INIT)]
    Init(Init),
    /// Judge a pull request for an environment, and change nothing.
    #[command(after_help = EXPLAIN)]
    Explain(Explain),
    /// Show where every environment stands, and what comes next.
    #[command(after_help = STATUS)]
    Status(Status),
    /// Judge a saved decision again, with other facts: what if?
    #[command(after_help = SIMULATE)]
    Simulate(Simulate),
    /// Judge a saved decision again and compare it bit for bit.
    #[command(after_help = REPLAY)]
    Replay {
        /// The decision record.
        record: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what keeps the repository from deploying safely, each with the mend.
    #[command(after_help = DOCTOR)]
    Doctor(Doctor),
    /// Look for secrets, broken configuration, bad messages and the like.
    #[command(after_help = CHECK_FILES)]
    Check(CheckFiles),
    /// Put the same checks into this repository's git hooks, or take them out.
    #[command(subcommand, after_help = HOOKS)]
    Hooks(Hooks),
    /// Be a git hook: what the installed hooks run.
    Hook(HookCall),
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
    #[command(after_help = COMPLETIONS)]
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

/// Options of `init`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that can be typed")]
#[derive(Args, Debug)]
pub struct Init {
    /// How to deploy: `here` in the job that asks the gates, or `workflow[=FILE]` by a workflow that it starts.
    #[arg(long, value_name = "WAY", value_parser = deploy_by)]
    pub deploy: Option<DeployBy>,
    /// The commit of the action that the workflows name; else that of this version's tag.
    #[arg(long, value_name = "SHA")]
    pub pin: Option<CommitSha>,
    /// The action's repository.
    #[arg(long, value_name = "OWNER/NAME")]
    pub action: Option<RepoSlug>,
    /// Write new files without asking; what is there and differs stays.
    #[arg(long)]
    pub yes: bool,
    /// Write without asking, and replace what is there and differs.
    #[arg(long)]
    pub force: bool,
    /// Show everything, write nothing.
    #[arg(long, conflicts_with_all = ["yes", "force"])]
    pub dry_run: bool,
    /// As JSON, without a question.
    #[arg(long)]
    pub json: bool,
}

/// A way to deploy, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeployBy {
    /// `here`.
    Here,
    /// `workflow`, with or without its file.
    Workflow(Option<WorkflowFile>),
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

/// Options of `check`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that can be typed")]
#[derive(Args, Debug)]
pub struct CheckFiles {
    /// What is staged.
    #[arg(long, conflicts_with_all = ["range", "all", "paths"])]
    pub staged: bool,
    /// The commits of B that A has not, each with what it changes: A..B, or A.. up to HEAD.
    #[arg(long, value_name = "A..B", conflicts_with_all = ["all", "paths"])]
    pub range: Option<String>,
    /// Every file that git knows or would add.
    #[arg(long, conflicts_with = "paths")]
    pub all: bool,
    /// These files, or what lies below these folders.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only these checks.
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Mend what can be mended safely, in the work tree.
    #[arg(long, conflicts_with = "range")]
    pub fix: bool,
    /// How to show findings: text, json (with `schema_version`), sarif, or github (annotations).
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text, hide_possible_values = true)]
    pub format: FindingsFormat,
    /// The same as --format json.
    #[arg(long)]
    pub json: bool,
    /// List every check and rule instead.
    #[arg(long, conflicts_with_all = ["staged", "range", "all", "paths", "fix"])]
    pub list: bool,
}

/// How to show findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// For people.
    Text,
    /// For programs, with `schema_version`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, which annotate a diff.
    Github,
}

/// What can be done with hooks.
#[derive(Debug, Subcommand)]
pub enum Hooks {
    /// Install pre-commit, commit-msg and pre-push; hooks that are there go on running.
    Install {
        /// Show what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take them out, and leave everything as it was.
    Uninstall {
        /// Show what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what is installed, where, and whether it works.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A hook, as a script starts it.
#[derive(Args, Debug)]
pub struct HookCall {
    /// The script: the hook that was there before it lies beside it.
    #[arg(long, hide = true, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Which one.
    #[command(subcommand)]
    pub hook: Hook,
}

/// The hooks, as git starts them.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// What is staged.
    PreCommit {
        /// Files that a hook manager names; what is staged counts nevertheless.
        #[arg(hide = true)]
        files: Vec<PathBuf>,
    },
    /// The message of a commit.
    CommitMsg {
        /// The file with the message.
        file: PathBuf,
        /// Mend what can be mended safely.
        #[arg(long)]
        fix: bool,
    },
    /// What is pushed: the lines of git on standard input.
    PrePush {
        /// The remote's name, or its URL where it has none.
        remote: Option<String>,
        /// The remote's URL.
        url: Option<String>,
    },
}

/// Options of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The pull request's number.
    #[arg(long, value_name = "NUMBER", value_parser = pull_number)]
    pub pr: PullNumber,
    /// The environment.
    #[arg(long = "env", value_name = "ENV")]
    pub environment: String,
    /// The repository; else `GITHUB_REPOSITORY`, else the origin of the current folder.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
    /// Who would deploy; else who waits already, else the account behind the token.
    #[arg(long = "as", value_name = "LOGIN")]
    pub who: Option<String>,
    /// How to show it: text, markdown (as in a comment) or json (with `schema_version`).
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    pub format: Format,
    /// The same as --format json.
    #[arg(long)]
    pub json: bool,
    /// Save the decision with its facts, for simulate and replay.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// Options of `status`.
#[derive(Args, Debug)]
pub struct Status {
    /// The pull request's number; else what is where, whatever it came from.
    #[arg(long, value_name = "NUMBER", value_parser = pull_number)]
    pub pr: Option<PullNumber>,
    /// The repository; else `GITHUB_REPOSITORY`, else the origin of the current folder.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
    /// Only this environment.
    #[arg(long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
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
    /// How to show it: text, markdown (as in a comment) or json (with `schema_version`).
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    pub format: Format,
    /// The same as --format json.
    #[arg(long)]
    pub json: bool,
}

/// Options of `doctor`.
#[derive(Args, Debug)]
pub struct Doctor {
    /// Look at this repository on GitHub instead of the current folder.
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "offline")]
    pub repo: Option<String>,
    /// Ask nobody: look at the files only.
    #[arg(long)]
    pub offline: bool,
    /// Warnings are errors.
    #[arg(long)]
    pub strict: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// What can be done with the policy file.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check it, and show every fault at once.
    #[command(after_help = CHECK)]
    Check {
        /// The file.
        #[arg(default_value = crate::policy::POLICY_PATH)]
        file: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write its JSON Schema to standard output, for editors.
    #[command(after_help = SCHEMA)]
    Schema,
    /// Say what it demands, defaults included.
    Explain {
        /// The environment or its alias; all where absent.
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
    #[command(after_help = VERIFY)]
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

/// A way to deploy: `here`, `workflow` or `workflow=FILE`.
fn deploy_by(text: &str) -> Result<DeployBy, String> {
    match text.split_once('=') {
        None if text == "here" => Ok(DeployBy::Here),
        None if text == "workflow" => Ok(DeployBy::Workflow(None)),
        Some(("workflow", file)) => WorkflowFile::new(file).map(|file| DeployBy::Workflow(Some(file))).map_err(|error| error.to_string()),
        _ => Err("it must be `here`, `workflow` or `workflow=FILE`, e.g. workflow=deploy.yml".to_owned()),
    }
}

/// A pull request's number, as people write it: `12` or `#12`.
fn pull_number(text: &str) -> Result<PullNumber, String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    match digits.parse() {
        Ok(0) | Err(_) => Err("it must be the number of a pull request, e.g. 12".to_owned()),
        Ok(number) => Ok(PullNumber(number)),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    #[test]
    fn what_the_action_types_is_read_as_clap_reads_it_and_nothing_else_is() {
        for typed in [&["action"][..], &["action", "--post"]] {
            let parsed = super::Cli::try_parse_from(["shipgate"].iter().chain(typed)).expect("it can be typed");
            let typed: Vec<std::ffi::OsString> = typed.iter().map(Into::into).collect();
            assert_eq!(super::Cli::of_the_action(&typed).map(|cli| format!("{cli:?}")), Some(format!("{parsed:?}")));
        }
        for typed in [&[][..], &["-v", "action"], &["action", "-v"], &["action", "--post", "--post"], &["action", "--help"], &["gates"]] {
            let typed: Vec<std::ffi::OsString> = typed.iter().map(|word: &&str| word.into()).collect();
            assert!(super::Cli::of_the_action(&typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn h1_what_git_types_for_a_hook_is_read_as_clap_reads_it_and_nothing_else_is() {
        let of = |typed: &[&str]| super::Cli::of_a_hook(&typed.iter().map(Into::into).collect::<Vec<std::ffi::OsString>>());
        for typed in [
            &["hook", "pre-commit"][..],
            &["hook", "commit-msg", ".git/COMMIT_EDITMSG"],
            &["hook", "commit-msg", "--fix", "a b"],
            &["hook", "--script", "/a b/pre-commit", "pre-commit"],
            &["hook", "pre-push", "origin", "https://example.com/a.git"],
            &["hook", "--script", ".git/hooks/pre-push", "pre-push", "origin", "https://example.com/a.git"],
            &["hook", "--script", ".git/hooks/pre-commit", "pre-commit"],
        ] {
            let parsed = super::Cli::try_parse_from(["shipgate"].iter().chain(typed)).expect("it can be typed");
            assert_eq!(of(typed).map(|cli| format!("{cli:?}")), Some(format!("{parsed:?}")));
        }
        for typed in [
            &["hook"][..],
            &["hooks", "pre-commit"],
            &["hook", "commit-msg"],
            &["hook", "commit-msg", ""],
            &["hook", "--script", "-x", "pre-commit"],
            &["hook", "--script", "a"],
            &["hook", "commit-msg", "--help"],
            &["hook", "commit-msg", "a", "--fix"],
            &["hook", "pre-push"],
            &["hook", "pre-push", "--", "x"],
            &["hook", "--script", "", "pre-commit"],
            &["hook", "pre-commit", "--script", "x"],
            &["-v", "hook", "pre-commit"],
        ] {
            assert!(of(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
