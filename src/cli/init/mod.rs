//! `shipgate init`: looks at the repository, shows what it would write, asks, writes, and says what is next. What to write is the business of
//! [`crate::setup`]; nothing that is there is replaced without a yes to that very file.

mod ask;
mod look;
mod pin;
mod show;
mod write;

use std::io::{BufRead, IsTerminal as _, Write};
use std::path::Path;

use self::ask::{Consent, Dialogue};
use super::args::{DeployBy, Init};
use super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;
use crate::git::{NoWorkTree, WorkTree};
use crate::setup::{Change, Findings, Proposal, ProposedFile, Way, Wishes, propose};

/// Why nothing could be set up.
#[derive(Debug, thiserror::Error)]
enum NotSetUp {
    #[error("SG-REPOSITORY: {0}")]
    Repository(#[from] NoWorkTree),
    #[error(transparent)]
    Pin(#[from] pin::NoPin),
    #[error("SG-FILE: {path} cannot be written: {why}")]
    Blocked { path: String, why: String },
    #[error(transparent)]
    Unwritten(#[from] write::Unwritten),
    #[error("SG-FILE: the terminal could not be read: {0}")]
    Terminal(#[from] std::io::Error),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Everything is in place, or was only to be shown.
    Done,
    /// Something waits for a yes.
    Unconfirmed,
}

/// `shipgate init`.
pub(super) fn init(options: &Init, variables: &Environment, voice: Voice) -> Exit {
    let mut dialogue = Dialogue { hear: std::io::stdin().lock(), say: std::io::stdout() };
    let consent = consent(options, std::io::stdin().is_terminal() && std::io::stdout().is_terminal());
    match set_up(options, (variables, voice), &mut dialogue, consent) {
        Ok(Ended::Done) => Exit::Done,
        Ok(Ended::Unconfirmed) => Exit::Waiting,
        Err(error) => {
            let (exit, hint) = explained(&error);
            voice.error(&error, hint);
            exit
        }
    }
}

fn consent(options: &Init, is_terminal: bool) -> Consent {
    match options {
        Init { dry_run: true, .. } => Consent::None,
        Init { force: true, .. } => Consent::All,
        Init { yes: true, .. } => Consent::New,
        Init { json: false, .. } if is_terminal => Consent::Asked,
        Init { .. } => Consent::None,
    }
}

fn explained(error: &NotSetUp) -> (Exit, Option<&'static str>) {
    match error {
        NotSetUp::Repository(_) => (Exit::Usage, Some("go to the repository that you want to deploy from, or make one with `git init`")),
        NotSetUp::Pin(_) => (Exit::Forge, Some(pin::HINT)),
        NotSetUp::Blocked { .. } => (Exit::Files, Some("move it away and run `shipgate init` again; nothing was written")),
        NotSetUp::Unwritten(_) => (Exit::Files, Some("nothing new was left behind; see that the folder can be written to")),
        NotSetUp::Terminal(_) => (Exit::Files, Some("`--yes` writes new files without asking")),
    }
}

fn set_up<R: BufRead, W: Write>(
    options: &Init,
    (variables, voice): (&Environment, Voice),
    dialogue: &mut Dialogue<R, W>,
    consent: Consent,
) -> Result<Ended, NotSetUp> {
    let tree = WorkTree::of(Path::new("."))?;
    let findings = Findings::of(look::look(&tree));
    let pin = pin::pin(options, &findings, variables)?;
    let way = way(options, &findings, dialogue, consent)?;
    let wishes = Wishes { way, pin };
    let proposal = propose(&findings, &wishes);
    if !options.json {
        voice.answer(&show::findings(&findings, &wishes, voice.paint));
        voice.answer(&show::proposal(&proposal, voice.paint));
    }
    blocked(&proposal)?;
    let chosen = dialogue.choose(&proposal, consent)?;
    write::write(&tree.root, &chosen)?;
    if options.json {
        voice.answer(&show::json(&findings, &wishes, (&proposal, &chosen)));
    } else {
        voice.answer(&format!("\n{}\n{}", summary(&proposal, &chosen), show::rest(&proposal, voice.paint)));
    }
    Ok(ended(options, &proposal, &chosen, voice))
}

/// The wished way, else the one that is in use, else what somebody says, else the likelier one.
fn way<R: BufRead, W: Write>(options: &Init, findings: &Findings, dialogue: &mut Dialogue<R, W>, consent: Consent) -> std::io::Result<Way> {
    let found = findings.deploy_workflow();
    let in_use = findings.way_in_use(&pin::action(options));
    match (&options.deploy, in_use) {
        (Some(DeployBy::Here), _) => Ok(Way::Here),
        (Some(DeployBy::Workflow(Some(file))), _) => Ok(Way::Workflow(file.clone())),
        (Some(DeployBy::Workflow(None)), Some(Way::Workflow(file))) => Ok(Way::Workflow(file)),
        (Some(DeployBy::Workflow(None)), _) => Ok(Way::Workflow(found.unwrap_or_default())),
        (None, Some(way)) => Ok(way),
        (None, None) if consent == Consent::Asked => dialogue.way(found.as_ref()),
        (None, None) => Ok(found.map_or(Way::Here, Way::Workflow)),
    }
}

fn blocked(proposal: &Proposal) -> Result<(), NotSetUp> {
    let why = |file: &ProposedFile| match &file.change {
        Change::Blocked(why) => Some(NotSetUp::Blocked { path: file.path.clone(), why: why.clone() }),
        _ => None,
    };
    proposal.files.iter().find_map(why).map_or(Ok(()), Err)
}

fn summary(proposal: &Proposal, chosen: &[&ProposedFile]) -> String {
    if !chosen.is_empty() {
        return format!("wrote {}", chosen.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(", "));
    }
    if proposal.is_in_place() { "already set up: nothing to write".to_owned() } else { "nothing was written".to_owned() }
}

fn ended(options: &Init, proposal: &Proposal, chosen: &[&ProposedFile], voice: Voice) -> Ended {
    let waits = |change: &Change| proposal.files.iter().any(|file| file.change == *change && !chosen.iter().any(|other| other.path == file.path));
    let (new, other) = (waits(&Change::Create), waits(&Change::Replace));
    if options.dry_run || !(new || other) {
        return Ended::Done;
    }
    let say = if other { "`--force` writes what is new and replaces what is there and differs" } else { "`--yes` writes it" };
    voice.aside(&format!("not everything was confirmed: {say}; `--dry-run` only shows it\n"));
    Ended::Unconfirmed
}
