//! `shipgate action` in the deploy workflow: the inputs `deployment`, `step` and `needs`. The event is not read.

use super::action::{Stopped, working};
use super::office::{OfficeError, Place};
use crate::env::Environment;
use crate::facts::Handle;
use crate::intake::{self, JobsEnd, jobs_end};
use crate::perform::Ending;
use crate::run::{self, Outcome, Step};

/// What the inputs ask for.
pub(super) struct Carried {
    handle: Handle,
    step: Step,
}

/// What the inputs of a job ask for that belongs to a dispatched deployment; `None` where it does not.
///
/// # Errors
/// [`OfficeError::Missing`] where an input is not understood.
pub(super) fn carried(variables: &Environment, step: intake::Step) -> Result<Option<Carried>, OfficeError> {
    let Some(text) = variables.input("deployment") else { return Ok(None) };
    let wrong = |what: String, hint| OfficeError::Missing { what, hint };
    let hint = "give it as the gate's run gave it: `deployment: ${{ inputs.shipgate }}`, or for an event `${{ github.event.client_payload.shipgate }}`";
    let handle: Handle = text.trim().parse().map_err(|error| wrong(format!("the input `deployment`: {error}"), hint))?;
    let step = match step {
        intake::Step::Whole => Step::Whole,
        intake::Step::Start => Step::Start,
        intake::Step::Finish => Step::Finish(ending(variables)?),
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
    working((place, variables), None, async |world| run::carry(world, &carried.handle, carried.step).await).await
}

/// The repository that the post step works in: that of the deployment which the main step took over, where it did.
pub(super) fn repository(variables: &Environment) -> Option<String> {
    let handle: Handle = variables.state("carried")?.parse().ok()?;
    Some(handle.repository.to_string())
}
