//! `shipgate action` in the deploy workflow: the inputs `deployment`, `step` and `needs`. The event is not read.

use super::action::{Stopped, until_stopped};
use super::office::{Office, OfficeError, Place};
use crate::env::Environment;
use crate::facts::Handle;
use crate::intake::{JobsEnd, jobs_end};
use crate::perform::Ending;
use crate::run::{self, Outcome, RunError, Step};

/// What the inputs ask for.
pub(super) struct Carried {
    handle: Handle,
    step: Step,
}

/// The inputs of a job that belongs to a dispatched deployment; `None` where it does not.
///
/// # Errors
/// [`OfficeError::Missing`] where an input is not understood.
pub(super) fn carried(variables: &Environment) -> Result<Option<Carried>, OfficeError> {
    let Some(text) = variables.input("deployment") else { return Ok(None) };
    let wrong = |what: String, hint| OfficeError::Missing { what, hint };
    let hint = "give it as the gate's run gave it: `deployment: ${{ inputs.shipgate }}`, or for an event `${{ github.event.client_payload.shipgate }}`";
    let handle: Handle = text.trim().parse().map_err(|error| wrong(format!("the input `deployment`: {error}"), hint))?;
    let step = match variables.input("step").as_deref() {
        None | Some("whole") => Step::Whole,
        Some("start") => Step::Start,
        Some("finish") => Step::Finish(ending(variables)?),
        Some(other) => {
            let what = format!("the input `step` is `{}`", crate::domain::shown(other));
            return Err(wrong(what, "it is `whole`, `start` or `finish`"));
        }
    };
    Ok(Some(Carried { handle, step }))
}

/// How the jobs before ended, by the input `needs`.
fn ending(variables: &Environment) -> Result<Ending, OfficeError> {
    let hint = "give `needs: ${{ toJSON(needs) }}`, and list the jobs that deploy under the job's own `needs:`";
    let text = variables.input("needs").ok_or_else(|| OfficeError::Missing { what: "the input `needs` is missing".to_owned(), hint })?;
    match jobs_end(&text) {
        Ok(JobsEnd::Success) => Ok(Ending::Success),
        Ok(JobsEnd::Failure) => Ok(Ending::Failure),
        Ok(JobsEnd::Cancelled) => Ok(Ending::Cancelled),
        Err(fault) => Err(OfficeError::Missing { what: format!("the input `needs`: {fault}"), hint }),
    }
}

/// Starts or ends the deployment, in the handle's repository.
///
/// # Errors
/// [`Stopped`] where it could not be.
pub(super) async fn carry(variables: &Environment, carried: &Carried) -> Result<Outcome, Stopped> {
    let place = Place::from(variables, Some(carried.handle.repository.as_str()))?;
    let office = Office::open(place, variables)?;
    office.runner().ready().map_err(RunError::from)?;
    let outcome = until_stopped(&office, Box::pin(run::carry(&office.world(variables), &carried.handle, carried.step))).await;
    office.runner().output("audit-head", &office.audit_head());
    let outcome = outcome?;
    if outcome.decision.is_none() {
        office.runner().output("decision", outcome.word());
    }
    Ok(outcome)
}

/// The repository that the post step works in: that of the deployment which the main step took over, where it did.
pub(super) fn repository(variables: &Environment) -> Option<String> {
    let handle: Handle = variables.state("carried")?.parse().ok()?;
    Some(handle.repository.to_string())
}
