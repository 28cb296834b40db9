//! Check runs and commit statuses of the head.

use super::dto::{Context, Rollup};
use crate::domain::RunId;
use crate::facts::{Check, CheckApp, CheckKind, CheckState, Checks, Listing, Why};
use crate::github::fault::words;

/// All checks of the head. Where nothing ever reported there is no rollup: that is no check at all.
pub(super) fn checks(rollup: Option<Rollup>, own_run: Option<RunId>) -> Result<Checks, Why> {
    let items = match rollup {
        None => Listing::whole(Vec::new()),
        Some(rollup) => rollup.contexts.ok_or_else(|| Why::new("the server left the checks out"))?.listing(|context| check(context).map(Some))?,
    };
    Ok(Checks { items, own_run })
}

fn check(context: Context) -> Result<Check, Why> {
    let nameless = || Why::new("the server left out the name of a check");
    match context.kind.as_str() {
        "CheckRun" => {
            let suite = context.check_suite;
            let (app, run) = suite.map_or((None, None), |suite| (suite.app, suite.workflow_run));
            let (event, run, workflow) =
                run.map_or((None, None, None), |run| (run.event, run.database_id, run.workflow.and_then(|workflow| workflow.database_id)));
            Ok(Check {
                kind: CheckKind::Run,
                name: context.name.ok_or_else(nameless)?,
                state: run_state(context.status.as_deref(), context.conclusion.as_deref()),
                at: context.started_at,
                id: context.database_id,
                app: app.and_then(|app| Some(CheckApp { id: app.database_id?, slug: app.slug })),
                event,
                run: run.map(RunId),
                workflow,
                required: context.is_required,
            })
        }
        "StatusContext" => Ok(Check {
            kind: CheckKind::Status,
            name: context.status_name.ok_or_else(nameless)?,
            state: status_state(context.state.as_deref()),
            at: context.created_at,
            id: None,
            app: None,
            event: None,
            run: None,
            workflow: None,
            required: context.is_required,
        }),
        other => Err(Why::new(format!("the head has a check of an unknown kind: {}", words(other)))),
    }
}

fn run_state(status: Option<&str>, conclusion: Option<&str>) -> CheckState {
    match (status, conclusion) {
        (Some("COMPLETED"), Some(conclusion)) => match conclusion {
            "SUCCESS" => CheckState::Success,
            "NEUTRAL" => CheckState::Neutral,
            "SKIPPED" => CheckState::Skipped,
            "FAILURE" => CheckState::Failure,
            "TIMED_OUT" => CheckState::TimedOut,
            "CANCELLED" => CheckState::Cancelled,
            "ACTION_REQUIRED" => CheckState::ActionRequired,
            "STARTUP_FAILURE" => CheckState::StartupFailure,
            "STALE" => CheckState::Stale,
            _ => CheckState::Unknown,
        },
        (Some("QUEUED"), _) => CheckState::Queued,
        (Some("IN_PROGRESS"), _) => CheckState::InProgress,
        (Some("WAITING"), _) => CheckState::Waiting,
        (Some("PENDING"), _) => CheckState::Pending,
        (Some("REQUESTED"), _) => CheckState::Requested,
        _ => CheckState::Unknown,
    }
}

fn status_state(state: Option<&str>) -> CheckState {
    match state {
        Some("SUCCESS") => CheckState::Success,
        Some("FAILURE") => CheckState::Failure,
        Some("ERROR") => CheckState::Error,
        Some("PENDING") => CheckState::Pending,
        Some("EXPECTED") => CheckState::Expected,
        _ => CheckState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g1_a_state_that_we_do_not_know_is_never_a_pass() {
        assert_eq!(run_state(Some("COMPLETED"), Some("SUCCESS")), CheckState::Success);
        assert_eq!(run_state(Some("IN_PROGRESS"), Some("SUCCESS")), CheckState::InProgress, "a conclusion counts at the end only");
        for (status, conclusion) in [(Some("COMPLETED"), None), (Some("COMPLETED"), Some("GREAT")), (Some("NEW"), Some("SUCCESS")), (None, Some("SUCCESS"))] {
            assert_eq!(run_state(status, conclusion), CheckState::Unknown);
        }
        assert_eq!(status_state(Some("PASSED")), CheckState::Unknown);
        assert_eq!(status_state(None), CheckState::Unknown);
    }
}
