//! Workflows and their runs.

use serde_json::{Value, json};

use crate::sandbox::acts::RunSpec;
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{ACTIONS, WRITE_ACTIONS};
use crate::sandbox::state::{Conclusion, RunStatus, Workflow, WorkflowRun};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/workflows", needs: ACTIONS, handler: workflows },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", needs: ACTIONS, handler: runs_of_workflow },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", needs: WRITE_ACTIONS, handler: dispatch },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs", needs: ACTIONS, handler: runs },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}", needs: ACTIONS, handler: get },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs", needs: ACTIONS, handler: jobs },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel", needs: WRITE_ACTIONS, handler: cancel },
];

/// The first version of the API in which a dispatch always gives the run's id.
const GIVES_RUN: &str = "2026-03-10";

fn workflows(call: &mut Call<'_>) -> Handled {
    let all = call.repo().workflows.iter().collect();
    Ok(call.counted_page("workflows", all, |wire, workflow| wire.workflow(call.repo(), workflow)))
}

/// A workflow by its id or its file's name.
fn workflow<'a>(call: &'a Call<'_>) -> Result<&'a Workflow, Refusal> {
    let name = call.param("workflow_id");
    let is = |workflow: &&Workflow| workflow.id.to_string() == name || workflow.path.rsplit('/').next() == Some(name);
    call.repo().workflows.iter().find(is).ok_or_else(Refusal::not_found)
}

fn page(call: &Call<'_>, workflow: Option<u64>) -> Handled {
    let asked = |name: &str, value: &str| call.query.get(name).is_none_or(|wanted| wanted == value);
    let wanted = |run: &&WorkflowRun| {
        let state = call
            .query
            .get("status")
            .is_none_or(|wanted| run.status.as_str() == wanted || run.conclusion.is_some_and(|conclusion| conclusion.as_str() == wanted));
        let place = asked("branch", run.branch.as_deref().unwrap_or_default()) && asked("head_sha", &run.head.to_string());
        state && place && asked("event", &run.event) && workflow.is_none_or(|id| run.workflow == id)
    };
    let found = call.repo().runs.iter().rev().filter(wanted).collect();
    Ok(call.counted_page("workflow_runs", found, |wire, run| wire.run(call.repo(), run)))
}

fn runs(call: &mut Call<'_>) -> Handled {
    page(call, None)
}

fn runs_of_workflow(call: &mut Call<'_>) -> Handled {
    page(call, Some(workflow(call)?.id))
}

fn dispatch(call: &mut Call<'_>) -> Handled {
    let workflow = workflow(call)?.id;
    let name = call.needed_text("ref")?;
    let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name);
    let target = |folder: &str| call.repo().git.target(&format!("refs/{folder}/{short}"));
    if target("heads").or_else(|| target("tags")).is_none() {
        return Err(Refusal::unprocessable(format!("No ref found for: {name}")));
    }
    let head = call.repo().git.resolve(short).ok_or_else(Refusal::not_found)?;
    let inputs = call.body.get("inputs").cloned().unwrap_or_else(|| json!({}));
    if inputs.as_object().is_none_or(|inputs| inputs.len() > 25) {
        return Err(Refusal::unprocessable("Invalid value for input 'inputs'"));
    }
    let spec = RunSpec {
        repository: call.repository,
        workflow,
        event: "workflow_dispatch".to_owned(),
        branch: Some(short.to_owned()),
        head,
        actor: call.viewer.account,
        inputs,
    };
    let wants_run = call.switch("return_run_details") == Some(true) || call.version.as_str() >= GIVES_RUN;
    let id = call.state.start_run(spec)?;
    if !wants_run {
        return Ok(Reply::nothing());
    }
    let (base, slug) = (&call.state.base_url, &call.repo().full_name);
    let urls = (format!("{base}/repos/{slug}/actions/runs/{id}"), format!("{base}/{slug}/actions/runs/{id}"));
    Ok(Reply::ok(json!({ "workflow_run_id": id, "run_url": urls.0, "html_url": urls.1 })))
}

fn run<'a>(call: &'a Call<'_>) -> Result<&'a WorkflowRun, Refusal> {
    let id = call.number("run_id")?;
    call.repo().runs.iter().find(|run| run.id == id).ok_or_else(Refusal::not_found)
}

fn get(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().run(call.repo(), run(call)?)))
}

fn jobs(call: &mut Call<'_>) -> Handled {
    let run = run(call)?;
    Ok(call.counted_page("jobs", run.jobs.iter().collect(), |wire, job| wire.job(call.repo(), (run, job))))
}

fn cancel(call: &mut Call<'_>) -> Handled {
    let found = run(call)?;
    if found.status == RunStatus::Completed {
        return Err(Refusal::new(409, "Cannot cancel a workflow run that is completed."));
    }
    let id = found.id;
    call.state.finish_run(id, Conclusion::Cancelled)?;
    Ok(Reply::json(202, Value::Object(serde_json::Map::new())))
}
