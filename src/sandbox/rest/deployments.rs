//! Deployments and their statuses.

use serde_json::{Value, json};

use crate::sandbox::acts::{DeployError, DeploySpec, Deployed, RequiredContexts, StateSpec};
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{DEPLOYMENTS, WRITE_DEPLOYMENTS};
use crate::sandbox::state::{Deployment, DeploymentState};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/deployments", needs: DEPLOYMENTS, handler: list },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/deployments", needs: WRITE_DEPLOYMENTS, handler: create },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/deployments/{deployment_id}", needs: DEPLOYMENTS, handler: get },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", needs: DEPLOYMENTS, handler: statuses },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", needs: WRITE_DEPLOYMENTS, handler: set_state },
];

/// The longest description of a status, in characters.
const LONGEST: usize = 140;

fn list(call: &mut Call<'_>) -> Handled {
    let asked = |name: &str, value: &str| call.query.get(name).is_none_or(|wanted| wanted == "none" || wanted == value);
    let wanted = |deployment: &&Deployment| {
        let place = asked("environment", &deployment.environment) && asked("task", &deployment.task);
        place && asked("sha", &deployment.sha.to_string()) && asked("ref", &deployment.ref_name)
    };
    let found: Vec<&Deployment> = call.repo().deployments.iter().rev().filter(wanted).collect();
    Ok(call.page(found, |wire, deployment| wire.deployment(call.repo(), deployment)))
}

fn create(call: &mut Call<'_>) -> Handled {
    let payload = match call.body.get("payload") {
        None | Some(Value::Null) => json!({}),
        Some(payload @ (Value::Object(_) | Value::String(_))) => payload.clone(),
        Some(_) => return Err(Refusal::field("Deployment", "payload", "invalid")),
    };
    let environment = call.text("environment").unwrap_or("production").to_owned();
    let contexts = call.body.get("required_contexts").and_then(Value::as_array);
    let spec = DeploySpec {
        repository: call.repository,
        ref_name: call.needed_text("ref")?.to_owned(),
        task: call.text("task").unwrap_or("deploy").to_owned(),
        payload,
        description: call.text("description").map(str::to_owned),
        required: contexts.map_or(RequiredContexts::All, |names| RequiredContexts::These(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())),
        auto_merge: call.switch("auto_merge").unwrap_or(true),
        transient: call.switch("transient_environment").unwrap_or(false),
        production: call.switch("production_environment").unwrap_or(environment == "production"),
        environment,
    };
    match call.state.deploy(&call.viewer, spec).map_err(|error| refused(&error))? {
        Deployed::Created(id) => Ok(Reply::created(call.wire().deployment(call.repo(), deployment(call, id)?))),
        Deployed::Merged { message } => Ok(Reply::json(202, json!({ "message": message }))),
    }
}

fn refused(error: &DeployError) -> Refusal {
    match error {
        DeployError::Missing => Refusal::not_found(),
        DeployError::NoRef(_) => Refusal::unprocessable(error.to_string()),
        DeployError::MergeConflict { .. } => Refusal::new(409, error.to_string()),
        DeployError::ChecksFailed { .. } => {
            let errors = json!([{ "resource": "Deployment", "field": "required_contexts", "code": "invalid" }]);
            Refusal { errors: Some(errors), ..Refusal::new(409, error.to_string()) }
        }
    }
}

fn deployment<'a>(call: &'a Call<'_>, id: u64) -> Result<&'a Deployment, Refusal> {
    call.repo().deployments.iter().find(|deployment| deployment.id == id).ok_or_else(Refusal::not_found)
}

fn named<'a>(call: &'a Call<'_>) -> Result<&'a Deployment, Refusal> {
    deployment(call, call.number("deployment_id")?)
}

fn get(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().deployment(call.repo(), named(call)?)))
}

fn statuses(call: &mut Call<'_>) -> Handled {
    let found = named(call)?;
    let newest_first = found.statuses.iter().rev().collect();
    Ok(call.page(newest_first, |wire, status| wire.deployment_status(call.repo(), (found, status))))
}

fn set_state(call: &mut Call<'_>) -> Handled {
    let deployment = named(call)?.id;
    let state = DeploymentState::parse(call.needed_text("state")?).ok_or_else(|| Refusal::field("DeploymentStatus", "state", "inclusion"))?;
    let description = call.text("description").unwrap_or_default().to_owned();
    if description.chars().count() > LONGEST {
        return Err(Refusal::field("DeploymentStatus", "description", "custom"));
    }
    let url = |field: &str| call.text(field).filter(|url| !url.is_empty()).map(str::to_owned);
    let spec = StateSpec {
        state,
        description,
        log_url: url("log_url").or_else(|| url("target_url")),
        environment_url: url("environment_url"),
        environment: call.text("environment").map(str::to_owned),
        auto_inactive: call.switch("auto_inactive").unwrap_or(true),
    };
    let by = call.viewer.account;
    let id = call.state.set_deployment_state(deployment, by, spec)?;
    let found = named(call)?;
    let status = found.statuses.iter().find(|status| status.id == id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::created(call.wire().deployment_status(call.repo(), (found, status))))
}
