//! The runs of workflows, their attempts and jobs.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::sandbox::acts::RunError;
use crate::sandbox::http::{Call, Handled, Query, Refusal, Reply, Route};
use crate::sandbox::rest::workflows::workflow;
use crate::sandbox::rest::{ACTIONS, WRITE_ACTIONS};
use crate::sandbox::state::{Job, WorkflowRun};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", needs: ACTIONS, handler: of_workflow },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs", needs: ACTIONS, handler: list },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}", needs: ACTIONS, handler: get },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs", needs: ACTIONS, handler: jobs },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}", needs: ACTIONS, handler: attempt },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs", needs: ACTIONS, handler: attempt_jobs },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/jobs/{job_id}", needs: ACTIONS, handler: job },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel", needs: WRITE_ACTIONS, handler: cancel },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/rerun", needs: WRITE_ACTIONS, handler: rerun },
];

fn page(call: &Call<'_>, workflow: Option<u64>) -> Handled {
    let created = call.query.get("created").map(|text| Span::parse(text).ok_or_else(|| Refusal::unprocessable("Invalid created filter"))).transpose()?;
    let wanted = |run: &&WorkflowRun| {
        let state = |wanted: &str| run.status.as_str() == wanted || run.conclusion.is_some_and(|conclusion| conclusion.as_str() == wanted);
        let actor = |wanted: &str| call.state.account(run.actor).is_some_and(|actor| actor.login.eq_ignore_ascii_case(wanted));
        let asked = |name: &str, value: &str| call.query.get(name).is_none_or(|wanted| wanted == value);
        let place = asked("branch", run.branch.as_deref().unwrap_or_default()) && asked("head_sha", &run.head.to_string());
        let kind = asked("event", &run.event) && asked("check_suite_id", &run.suite.to_string()) && workflow.is_none_or(|id| run.workflow == id);
        let time = created.is_none_or(|span| span.holds(run.created_at));
        place && kind && time && call.query.get("status").is_none_or(state) && call.query.get("actor").is_none_or(actor)
    };
    let found = call.repo().runs.iter().rev().filter(wanted).collect();
    Ok(call.counted_page("workflow_runs", found, |wire, run| trimmed(&call.query, wire.run(call.repo(), run))))
}

/// A run, without its pull requests where the caller does not want them.
fn trimmed(query: &Query, mut run: Value) -> Value {
    if query.get("exclude_pull_requests") == Some("true") {
        run["pull_requests"] = Value::Array(Vec::new());
    }
    run
}

fn list(call: &mut Call<'_>) -> Handled {
    page(call, None)
}

fn of_workflow(call: &mut Call<'_>) -> Handled {
    page(call, Some(workflow(call)?.id))
}

fn run<'a>(call: &'a Call<'_>) -> Result<&'a WorkflowRun, Refusal> {
    let id = call.number("run_id")?;
    call.repo().runs.iter().find(|run| run.id == id).ok_or_else(Refusal::not_found)
}

fn get(call: &mut Call<'_>) -> Handled {
    let found = run(call)?;
    let (id, drawn) = (found.id, trimmed(&call.query, call.wire().run(call.repo(), found)));
    // Who asks after a cancelled run sees it go once more; then its jobs have had their time.
    call.state.settle_run(id)?;
    Ok(Reply::ok(drawn))
}

fn jobs(call: &mut Call<'_>) -> Handled {
    let run = run(call)?;
    let all = call.query.get("filter") == Some("all");
    let shown = run.jobs.iter().filter(|job| all || job.attempt == run.attempt).collect();
    Ok(call.counted_page("jobs", shown, |wire, job: &Job| wire.job(call.repo(), (run, job))))
}

/// The attempt that the path names; the newest is the run itself.
fn attempt_number(call: &Call<'_>) -> Result<u64, Refusal> {
    let (run, number) = (run(call)?, call.number("attempt_number")?);
    if (1..=run.attempt).contains(&number) { Ok(number) } else { Err(Refusal::not_found()) }
}

fn attempt(call: &mut Call<'_>) -> Handled {
    let number = attempt_number(call)?;
    let run = run(call)?;
    let drawn = match run.earlier.iter().find(|earlier| earlier.number == number) {
        Some(earlier) => call.wire().earlier_run(call.repo(), run, earlier),
        None => call.wire().run(call.repo(), run),
    };
    Ok(Reply::ok(trimmed(&call.query, drawn)))
}

fn attempt_jobs(call: &mut Call<'_>) -> Handled {
    let number = attempt_number(call)?;
    let run = run(call)?;
    let shown = run.jobs.iter().filter(|job| job.attempt == number).collect();
    Ok(call.counted_page("jobs", shown, |wire, job: &Job| wire.job(call.repo(), (run, job))))
}

fn job(call: &mut Call<'_>) -> Handled {
    let id = call.number("job_id")?;
    let found = call.repo().runs.iter().find_map(|run| run.jobs.iter().find(|job| job.id == id).map(|job| (run, job)));
    Ok(Reply::ok(call.wire().job(call.repo(), found.ok_or_else(Refusal::not_found)?)))
}

fn cancel(call: &mut Call<'_>) -> Handled {
    let id = run(call)?.id;
    call.state.cancel_run(id).map_err(refused)?;
    Ok(Reply::json(202, Value::Object(Map::new())))
}

fn rerun(call: &mut Call<'_>) -> Handled {
    let id = run(call)?.id;
    call.state.rerun(id).map_err(refused)?;
    Ok(Reply::json(201, Value::Object(Map::new())))
}

fn refused(error: RunError) -> Refusal {
    match error {
        RunError::Missing => Refusal::not_found(),
        RunError::Over => Refusal::new(409, error.to_string()),
        RunError::Going => Refusal::new(403, error.to_string()),
    }
}

/// What `created` asks for: `>=TIME`, `>TIME`, `<=TIME`, `<TIME`, `FROM..TO`, a time or a day. `*` stands for no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

const SECOND: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

impl Span {
    fn parse(text: &str) -> Option<Self> {
        if let Some((from, until)) = text.split_once("..") {
            let open = |text: &str| text == "*";
            let from = if open(from) { None } else { Some(Moment::parse(from)?.first) };
            let until = if open(until) { None } else { Some(Moment::parse(until)?.last) };
            return Some(Self { from, until });
        }
        let (from, until) = if let Some(rest) = text.strip_prefix(">=") {
            (Some(Moment::parse(rest)?.first), None)
        } else if let Some(rest) = text.strip_prefix('>') {
            (Some(Moment::parse(rest)?.last.checked_add(SECOND).ok()?), None)
        } else if let Some(rest) = text.strip_prefix("<=") {
            (None, Some(Moment::parse(rest)?.last))
        } else if let Some(rest) = text.strip_prefix('<') {
            (None, Some(Moment::parse(rest)?.first.checked_sub(SECOND).ok()?))
        } else {
            let moment = Moment::parse(text)?;
            (Some(moment.first), Some(moment.last))
        };
        Some(Self { from, until })
    }

    fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at <= until)
    }
}

/// A time, or a day from its first to its last second.
#[derive(Clone, Copy)]
struct Moment {
    first: Timestamp,
    last: Timestamp,
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(at) = text.parse() {
            return Some(Self { first: at, last: at });
        }
        let at = |time: &str| format!("{text}T{time}Z").parse().ok();
        Some(Self { first: at("00:00:00")?, last: at("23:59:59")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_created_filter_knows_bounds_ranges_and_days() {
        let holds = |filter: &str| Span::parse(filter).expect("a filter").holds("2026-03-02T09:00:00Z".parse().expect("a time"));
        for filter in [">=2026-03-02", ">=2026-03-02T09:00:00Z", "<=2026-03-02T09:00:00+00:00", "2026-03-01..2026-03-02", "*..2026-03-02", "2026-03-02"] {
            assert!(holds(filter), "{filter}");
        }
        for filter in [">2026-03-02", "<2026-03-02", ">2026-03-02T09:00:00Z", "2026-03-03..*", "2026-03-01"] {
            assert!(!holds(filter), "{filter}");
        }
        assert_eq!(Span::parse("yesterday"), None);
    }
}
