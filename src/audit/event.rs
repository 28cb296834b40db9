//! The registry of events and outcomes (row A2). `docs/audit.md` has the same tables; a test compares them.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $word:literal [$($detail:literal),*] $about:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $about] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one there is, in the order of the docs.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the log.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// One sentence for the docs.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }

            /// The keys that are always in its `details`, null where the caller gave none.
            pub fn details(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($detail),*]),+ }
            }
        }
    };
}

words! {
    /// What happened.
    AuditEvent {
        AuditOpened "audit.opened" ["continues"] "A log was begun; `continues` names the head it goes on from, where there is one.";
        AuditRepaired "audit.repaired" ["bytes", "moved_to", "sha256"] "A half-written last line was moved out of the log into a file of its own.";
        CommandRefused "command.refused" ["pull_request", "reasons", "request"] "A command was not acted on: unknown, not permitted, or given where it may not be.";
        DeploymentRequested "deployment.requested" ["commit", "pull_request", "request"] "Somebody asked for a deployment.";
        DeploymentPlanned "deployment.planned" ["commit", "pull_request", "reasons"] "Somebody asked for the plan of a deployment; nothing was changed.";
        DeploymentApprovalChecked "deployment.approval_checked" ["commit", "facts_sha256", "policy", "reasons"] "Every gate was judged; the outcome is the verdict.";
        DeploymentWaiting "deployment.waiting" ["commit", "reasons"] "A deployment waits for what the reasons name.";
        DeploymentRefused "deployment.refused" ["commit", "reasons"] "A deployment was refused for the reasons named.";
        DeploymentStarted "deployment.started" ["claim", "commit", "deployment_id"] "The deployment was created and its lock is held.";
        DeploymentDispatched "deployment.dispatched" ["deployment_id", "run", "to"] "Another workflow was asked to carry the deployment out; the run where it shows.";
        DeploymentExecuted "deployment.executed" ["deployment_id", "exit_code"] "What deploys came to its end, with this exit code.";
        DeploymentHealthCheck "deployment.health_check" ["deployment_id", "probe"] "The health of what was deployed was looked at.";
        DeploymentRollback "deployment.rollback" ["deployment_id", "reason"] "What was deployed was taken back, for this reason.";
        DeploymentCompleted "deployment.completed" ["commit", "deployment_id"] "The deployment is over; the outcome says how.";
        DeploymentCancelled "deployment.cancelled" ["deployment_id", "reason"] "The deployment was withdrawn or stopped before its end.";
        LockClaimed "lock.claimed" ["claim", "until"] "An environment, or services in it, was locked.";
        LockRefused "lock.refused" ["holder", "reasons"] "A lock was not given, because somebody else has it.";
        LockReleased "lock.released" ["claim", "reason"] "A lock was given back, or freed by force with a reason.";
        LockExpired "lock.expired" ["claim"] "A lock came to the end of its time, or its run is over.";
        ApprovalRecorded "approval.recorded" ["commit", "pull_request"] "Somebody approved this commit for this environment.";
        RejectionRecorded "rejection.recorded" ["pull_request", "reason"] "Somebody blocked a deployment.";
        ConfirmationRecorded "confirmation.recorded" ["commit", "pull_request"] "Somebody confirmed this environment and this commit.";
        HookSkipped "hook.skipped" ["checks", "commit", "hook", "refs", "who"] "Somebody left checks out of a git hook with `SHIPGATE_SKIP`; `who` is git's word for them, which anybody can set.";
    }
}

words! {
    /// How it ended, as far as it has.
    Outcome {
        Done "done" [] "It was done; there is no more to it.";
        Started "started" [] "It has begun; a later line says how it ends.";
        Go "go" [] "Every gate said go.";
        Waiting "waiting" [] "A gate waits for somebody or something.";
        NoGo "no-go" [] "A gate said no.";
        Refused "refused" [] "It was not acted on.";
        Success "success" [] "It came to a good end.";
        Failure "failure" [] "It came to a bad end.";
        Cancelled "cancelled" [] "It was stopped.";
        Unknown "unknown" [] "Nobody could say how it ended.";
    }
}

impl AuditEvent {
    /// True when the line must be on the disk before anything else happens.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::DeploymentCompleted | Self::DeploymentRollback | Self::DeploymentCancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = include_str!("../../docs/audit.md");

    #[test]
    fn a2_the_docs_list_every_event_and_outcome_and_no_other() {
        let details = |event: &AuditEvent| event.details().iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let events = AuditEvent::ALL.iter().map(|event| format!("| `{}` | {} | {} |", event.as_str(), event.about(), details(event)));
        let outcomes = Outcome::ALL.iter().map(|outcome| format!("| `{}` | {} |", outcome.as_str(), outcome.about()));
        assert_eq!(table("events"), events.collect::<Vec<_>>());
        assert_eq!(table("outcomes"), outcomes.collect::<Vec<_>>());
    }

    /// The rows of a table of the docs, below its head.
    fn table(name: &str) -> Vec<&'static str> {
        let (_, rest) = DOCS.split_once(&format!("<!-- table: {name} -->\n")).expect("the table is there");
        rest.lines().take_while(|line| line.starts_with('|')).skip(2).collect()
    }

    #[test]
    fn a2_the_events_of_the_requirement_are_there() {
        for word in ["started", "approval_checked", "executed", "health_check", "rollback", "completed"] {
            assert!(AuditEvent::ALL.iter().any(|event| event.as_str() == format!("deployment.{word}")), "{word}");
        }
        assert_eq!(AuditEvent::DeploymentExecuted.details(), ["deployment_id", "exit_code"]);
    }
}
