//! What handling an event came to: for the exit code, the outputs, and the caller.

use crate::domain::EnvName;
use crate::exit::Exit;
use crate::gates::{Judgement, Reason};
use crate::perform::StartError;
use crate::ports::{ForgeError, ForgeFault};
use crate::report::escape::plain;
use crate::runner::RunnerError;

/// What an event came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The decision, where one was made.
    pub decision: Option<Judgement>,
    /// One line for the log.
    pub said: String,
    /// The environment decided on.
    pub environment: Option<EnvName>,
    /// Why not go, the refusing reasons first.
    pub reasons: Vec<Reason>,
    /// How the process ends where a deployment was waited for.
    pub ended: Option<Exit>,
}

impl Outcome {
    /// Nothing was done, and why.
    pub fn nothing(why: impl Into<String>) -> Self {
        Self { said: why.into(), ..Self::default() }
    }

    /// Something was done that is no decision.
    pub fn done(what: impl Into<String>) -> Self {
        Self { said: what.into(), ..Self::default() }
    }

    /// A decision.
    pub fn decided(judgement: Judgement, environment: &EnvName, said: impl Into<String>) -> Self {
        Self { decision: Some(judgement), said: said.into(), environment: Some(environment.clone()), reasons: Vec::new(), ended: None }
    }

    /// With these reasons not to go.
    #[must_use]
    pub fn because(self, reasons: Vec<&Reason>) -> Self {
        Self { reasons: reasons.into_iter().cloned().collect(), ..self }
    }

    /// A decision in one sentence, with the first reason and what mends it; `None` where nothing was decided.
    pub fn in_a_sentence(&self) -> Option<String> {
        let environment = self.environment.as_ref().map(|environment| format!("{environment}: ")).unwrap_or_default();
        self.decision?;
        let why = match self.reasons.split_first() {
            None => self.said.clone(),
            Some((first, rest)) => {
                let remedy = first.remedy.as_ref().map(|remedy| format!(" — {remedy}")).unwrap_or_default();
                let more = if rest.is_empty() { String::new() } else { format!(" ({} more in the summary)", rest.len()) };
                format!("{}{remedy}{more}", first.what)
            }
        };
        Some(format!("{environment}{}: {}", self.word(), plain(&why)))
    }

    /// The word for the output `decision`.
    pub fn word(&self) -> &'static str {
        self.decision.map_or("none", crate::report::table::word)
    }

    /// The exit code. A refusal is what the gate is for; inside Actions the caller reports it as an output besides.
    pub fn exit(&self) -> Exit {
        if let Some(ended) = self.ended {
            return ended;
        }
        match self.decision {
            None | Some(Judgement::Go) => Exit::Done,
            Some(Judgement::Waiting) => Exit::Waiting,
            Some(Judgement::NoGo) => Exit::NoGo,
        }
    }
}

/// Why an event could not be handled.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// GitHub did not do what was asked.
    #[error("SG-FORGE: {0}")]
    Forge(#[from] ForgeError),
    /// There is no valid policy.
    #[error("SG-POLICY: {0}")]
    Policy(String),
    /// A word on the command line that the policy does not know.
    #[error("SG-USAGE: {0}")]
    Usage(String),
    /// The runner would not hear of what is done.
    #[error("SG-FILE: {0}")]
    Runner(#[from] RunnerError),
    /// The deploy workflow could not be started, or nobody knows whether it was.
    #[error("SG-DISPATCH: {error}")]
    Dispatch {
        /// What failed.
        error: ForgeError,
        /// What to do.
        hint: String,
    },
    /// A deployment may not be carried out by this run.
    #[error("SG-DEPLOYMENT: {0}")]
    NotOurs(String),
    /// Somebody asked us to stop while we waited for a dispatched run.
    #[error("SG-STOPPED: {0}")]
    StoppedWaiting(String),
    /// What was decided could not be recorded.
    #[error("SG-AUDIT: the audit log could not be written, so that nothing was deployed")]
    Unaudited,
    /// Somebody asked us to stop.
    #[error("SG-STOPPED: stopped by a signal, before anything was deployed")]
    Stopped,
}

impl From<StartError> for RunError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Forge(error) => Self::Forge(error),
            StartError::Runner(error) => Self::Runner(error),
            StartError::Stopped => Self::Stopped,
        }
    }
}

impl RunError {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Forge(_) | Self::Dispatch { .. } => Exit::Forge,
            Self::NotOurs(_) => Exit::NoGo,
            Self::Policy(_) => Exit::InvalidPolicy,
            Self::Usage(_) => Exit::Usage,
            Self::Runner(_) | Self::Unaudited => Exit::Files,
            Self::Stopped | Self::StoppedWaiting(_) => Exit::Stopped,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Forge(error) => Some(forge_hint(&error.fault)),
            Self::Policy(_) => Some("run `shipgate policy check` on the base branch's .github/shipgate.yml".to_owned()),
            Self::Dispatch { hint, .. } => Some(hint.clone()),
            Self::NotOurs(_) => Some("nothing of it was changed by this run; give the command again where a new deployment is wanted".to_owned()),
            Self::StoppedWaiting(_) => Some("cancel the deployment with the command `cancel`, where that is wanted".to_owned()),
            Self::Usage(_) => None,
            Self::Runner(_) => Some("nothing is deployed that later steps would not hear of: mend the runner's files and re-run the job".to_owned()),
            Self::Unaudited => {
                Some("look at the disk that the audit log is on, or give another file with the input `audit-file`; then re-run the job".to_owned())
            }
            Self::Stopped => Some("re-run the job to deploy after all".to_owned()),
        }
    }

    /// The same for people on the pull request: what, and what to write where; how we asked for it is in the log.
    pub(super) fn in_plain_words(&self) -> String {
        match self {
            Self::Forge(error) => match in_plain_words(&error.fault) {
                (what, Some(mend)) => format!("{what}. To mend it, {mend}."),
                (what, None) => format!("{what}."),
            },
            Self::Runner(error) => format!("this job's later steps could not be told to go on: {error}. Look at the runner and its disk."),
            Self::Unaudited => "the audit log could not be written. Look at the runner and its disk, or at the action's input `audit-file`.".to_owned(),
            Self::Dispatch { error, hint } => format!("{}. To mend it, {hint}.", in_plain_words(&error.fault).0),
            Self::Policy(why) | Self::Usage(why) | Self::NotOurs(why) | Self::StoppedWaiting(why) => format!("{why}."),
            Self::Stopped => "the job was stopped.".to_owned(),
        }
    }
}

/// What a fault means to somebody who knows neither the API nor its words, and what mends it where somebody can.
fn in_plain_words(fault: &ForgeFault) -> (String, Option<String>) {
    let mend = match fault {
        ForgeFault::Unreachable(why) if !why.contains("certificate") => None,
        ForgeFault::Unauthorised
        | ForgeFault::Forbidden { permission: Some(_), .. }
        | ForgeFault::NotFound { permission: Some(_) }
        | ForgeFault::Lacks { .. }
        | ForgeFault::Unreachable(_) => Some(forge_hint(fault)),
        _ => None,
    };
    let what = match fault {
        ForgeFault::Unauthorised => "GitHub does not accept shipgate's token: it is wrong, out of date, or revoked".to_owned(),
        ForgeFault::Forbidden { permission: Some(permission), .. } => format!("shipgate's token lacks the right `{}`", right(permission)),
        ForgeFault::NotFound { permission: Some(permission) } => {
            format!("what is needed is not there, or shipgate's token may not see it for lack of the right `{}`", right(permission))
        }
        ForgeFault::Forbidden { message, permission: None } => format!("GitHub refuses it to shipgate's token: {message}"),
        ForgeFault::NotFound { permission: None } => "what is needed is not there, or shipgate's token may not see it".to_owned(),
        ForgeFault::Unreachable(_) | ForgeFault::Broken(_) | ForgeFault::TimedOut => format!("GitHub could not be reached: {fault}"),
        ForgeFault::Server(_) | ForgeFault::Malformed(_) => format!("GitHub failed: {fault}"),
        ForgeFault::RateLimited { .. } => format!("GitHub is asked too often: {fault}"),
        ForgeFault::Conflict(_) | ForgeFault::Invalid(_) | ForgeFault::Lacks { .. } => format!("GitHub did not do it: {fault}"),
    };
    (what, mend)
}

/// A permission of the API as a workflow writes it, with the level that docs/action.md asks for: with less, the next request would be refused.
fn right(permission: &str) -> String {
    let (name, level) = permission.split_once(": ").unwrap_or((permission, "read"));
    let level = if ["contents", "deployments", "issues", "pull_requests"].contains(&name) { "write" } else { level };
    format!("{}: {level}", name.replace('_', "-"))
}

fn forge_hint(fault: &ForgeFault) -> String {
    match fault {
        ForgeFault::Unauthorised => "give a token that is valid until the job ends: `token: ${{ github.token }}` in the workflow is".to_owned(),
        ForgeFault::Forbidden { permission: Some(permission), .. } | ForgeFault::NotFound { permission: Some(permission) } => {
            let right = right(permission);
            if ["administration", "members"].iter().any(|name| right.starts_with(name)) {
                format!("give the action the token of a GitHub App that has `{right}`: a workflow's own token cannot have it")
            } else {
                format!("add `{right}` to the job's `permissions:` in the workflow")
            }
        }
        ForgeFault::RateLimited { until: Some(until), .. } => format!("re-run the job after {until:.0}, when the rate limit is reset"),
        ForgeFault::RateLimited { until: None, .. } => "wait until the rate limit is reset, and re-run the job".to_owned(),
        ForgeFault::Lacks { .. } => "shipgate needs a newer GitHub Enterprise Server: ask whoever runs it".to_owned(),
        ForgeFault::Unreachable(why) if is_out_of_time(why) => {
            "no certificate is valid at the time that this machine's clock shows: set the clock right; where it is right, the server's certificate is out of date"
                .to_owned()
        }
        ForgeFault::Unreachable(why) if why.contains("certificate") => {
            "a server with a certificate of its own authority is trusted where SSL_CERT_FILE names a file with that authority's certificate".to_owned()
        }
        ForgeFault::Malformed(_) => "re-run the job; where that does not help, look at https://www.githubstatus.com".to_owned(),
        fault if fault.is_transient() => "re-run the job: it carries on where it stopped".to_owned(),
        ForgeFault::Conflict(_) => "look at what the server says, and re-run the job".to_owned(),
        _ => "re-run the job; where that does not help, run it with debug logging (RUNNER_DEBUG=1) and report what it shows".to_owned(),
    }
}

/// True for a certificate that is not valid yet, or no longer, by this machine's clock.
fn is_out_of_time(why: &str) -> bool {
    why.contains("certificate") && ["expired", "not valid yet", "NotValidYet", "Expired"].iter().any(|sign| why.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_permission_is_named_as_a_workflow_writes_it_with_the_level_that_all_of_it_needs() {
        for (asked, written) in [
            ("contents: read", "contents: write"),
            ("pull_requests: read", "pull-requests: write"),
            ("deployments: write", "deployments: write"),
            ("checks: read", "checks: read"),
            ("actions: write", "actions: write"),
        ] {
            assert_eq!(forge_hint(&ForgeFault::NotFound { permission: Some(asked) }), format!("add `{written}` to the job's `permissions:` in the workflow"));
        }
        let hint = forge_hint(&ForgeFault::Forbidden { message: "no".to_owned(), permission: Some("members: read") });
        assert!(hint.contains("GitHub App") && hint.contains("`members: read`"), "{hint}");
    }

    #[test]
    fn a_certificate_that_this_machines_clock_finds_out_of_date_is_told_from_one_that_nobody_vouches_for() {
        let hint = |why: &str| forge_hint(&ForgeFault::Unreachable(why.to_owned()));
        for rustls in [
            "invalid peer certificate: certificate expired: verified at time 1 (UNIX), but certificate is not valid after 0 (1 seconds ago)",
            "invalid peer certificate: certificate not valid yet: verified at time 0 (UNIX), but certificate is not valid before 1 (1 seconds in future)",
            "invalid peer certificate: Expired",
        ] {
            assert!(hint(rustls).contains("clock"), "{rustls}");
        }
        assert!(hint("invalid peer certificate: UnknownIssuer").contains("SSL_CERT_FILE"));
    }
}
