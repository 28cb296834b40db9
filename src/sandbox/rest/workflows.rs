//! Workflows, and what dispatches them.

use serde_json::{Map, Value, json};

use crate::sandbox::acts::{DispatchError, DispatchSpec};
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{ACTIONS, WRITE_ACTIONS, WRITE_CONTENTS};
use crate::sandbox::state::{Sent, Workflow};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/workflows", needs: ACTIONS, handler: list },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}", needs: ACTIONS, handler: get },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", needs: WRITE_ACTIONS, handler: dispatch },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/dispatches", needs: WRITE_CONTENTS, handler: dispatch_repository },
];

/// The first version of the API in which a dispatch always gives the run's id.
const GIVES_RUN: &str = "2026-03-10";
/// The most top-level properties of a `client_payload`.
const MOST: usize = 10;
/// The greatest `client_payload`, in bytes.
const LARGEST: usize = 64 << 10;

fn list(call: &mut Call<'_>) -> Handled {
    let all = call.repo().workflows.iter().collect();
    Ok(call.counted_page("workflows", all, |wire, workflow| wire.workflow(call.repo(), workflow)))
}

/// A workflow by its id or its file's name.
pub(super) fn workflow<'a>(call: &'a Call<'_>) -> Result<&'a Workflow, Refusal> {
    let name = call.param("workflow_id");
    let is = |workflow: &&Workflow| workflow.id.to_string() == name || workflow.path.rsplit('/').next() == Some(name);
    call.repo().workflows.iter().find(is).ok_or_else(Refusal::not_found)
}

fn get(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().workflow(call.repo(), workflow(call)?)))
}

fn dispatch(call: &mut Call<'_>) -> Handled {
    let inputs = match call.body.get("inputs") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(inputs)) => inputs.clone(),
        Some(_) => return Err(Refusal::unprocessable("Invalid request.\n\nFor 'properties/inputs', it is not an object.")),
    };
    let spec = DispatchSpec {
        repository: call.repository,
        workflow: workflow(call)?.id,
        ref_name: call.needed_text("ref")?.to_owned(),
        inputs,
        actor: call.viewer.account,
    };
    let wants_run = call.switch("return_run_details") == Some(true) || call.version.as_str() >= GIVES_RUN;
    let id = call.state.dispatch_workflow(&spec).map_err(|error| refused(&error))?;
    if !wants_run || !call.state.product.gives_run_of_dispatch() {
        return Ok(Reply::nothing());
    }
    let (base, slug) = (&call.state.base_url, &call.repo().full_name);
    let urls = (format!("{base}/repos/{slug}/actions/runs/{id}"), format!("{base}/{slug}/actions/runs/{id}"));
    Ok(Reply::ok(json!({ "workflow_run_id": id, "run_url": urls.0, "html_url": urls.1 })))
}

fn refused(error: &DispatchError) -> Refusal {
    match error {
        DispatchError::Missing => Refusal::not_found(),
        other => Refusal::unprocessable(other.to_string()),
    }
}

/// 204 whether any workflow listens or not.
fn dispatch_repository(call: &mut Call<'_>) -> Handled {
    let invalid = |field: &str, rule: &str| Refusal::unprocessable(format!("Invalid request.\n\nFor 'properties/{field}', {rule}"));
    let event_type = call.needed_text("event_type")?.to_owned();
    if event_type.is_empty() || event_type.chars().count() > 100 {
        return Err(invalid("event_type", "it must have 1 to 100 characters."));
    }
    let client_payload = match call.body.get("client_payload") {
        None | Some(Value::Null) => json!({}),
        Some(Value::Object(payload)) if payload.len() > MOST => {
            return Err(Refusal::unprocessable(format!("No more than {MOST} properties are allowed; {} were supplied.", payload.len())));
        }
        Some(payload @ Value::Object(_)) if payload.to_string().len() >= LARGEST => return Err(invalid("client_payload", "it is too large.")),
        Some(payload @ Value::Object(_)) => payload.clone(),
        Some(_) => return Err(invalid("client_payload", "it is not an object.")),
    };
    let (repository, actor) = (call.repository, call.viewer.account);
    call.state.dispatch_repository(repository, actor, &Sent { event_type, client_payload })?;
    Ok(Reply::nothing())
}
