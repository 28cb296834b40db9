//! Check runs, check suites, commit statuses.

use jiff::Timestamp;

use crate::sandbox::acts::{CheckSpec, StatusSpec};
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route, object_id};
use crate::sandbox::rest::{CHECKS, STATUSES, WRITE_CHECKS, WRITE_STATUSES};
use crate::sandbox::state::{CheckRun, Conclusion, RunStatus, StatusState};

pub static ROUTES: &[Route] = &[
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/check-runs", needs: WRITE_CHECKS, handler: create_run },
    Route { method: "PATCH", pattern: "/repos/{owner}/{repo}/check-runs/{check_run_id}", needs: WRITE_CHECKS, handler: update_run },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref}/check-runs", needs: CHECKS, handler: runs },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref}/check-suites", needs: CHECKS, handler: suites },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref}/status", needs: STATUSES, handler: combined },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/statuses/{sha}", needs: WRITE_STATUSES, handler: create_status },
];

/// What a body says of a check run.
struct Told {
    status: Option<RunStatus>,
    conclusion: Option<Conclusion>,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    details_url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
}

impl Told {
    fn by(call: &Call<'_>) -> Result<Self, Refusal> {
        let invalid = |field: &str| Refusal::field("CheckRun", field, "invalid");
        let status = call.text("status").map(|text| RunStatus::parse(text).ok_or_else(|| invalid("status"))).transpose()?;
        let conclusion = call.text("conclusion").map(|text| Conclusion::parse(text).ok_or_else(|| invalid("conclusion"))).transpose()?;
        let time = |field: &str| call.text(field).map(|text| text.parse().map_err(|_| invalid(field))).transpose();
        let output = |field: &str| call.body.get("output").and_then(|output| output.get(field)).and_then(|value| value.as_str()).map(str::to_owned);
        if status == Some(RunStatus::Completed) && conclusion.is_none() {
            return Err(Refusal::unprocessable("Invalid request.\n\nFor 'properties/status', \"completed\" needs a \"conclusion\"."));
        }
        Ok(Self {
            // A conclusion completes the run.
            status: if conclusion.is_some() { Some(RunStatus::Completed) } else { status },
            conclusion,
            started_at: time("started_at")?,
            completed_at: time("completed_at")?,
            details_url: call.text("details_url").map(str::to_owned),
            title: output("title"),
            summary: output("summary"),
        })
    }

    fn tell(self, run: &mut CheckRun) {
        run.status = self.status.unwrap_or(run.status);
        run.conclusion = self.conclusion.or(run.conclusion);
        run.started_at = self.started_at.or(run.started_at);
        run.completed_at = self.completed_at.or(run.completed_at);
        run.details_url = self.details_url.or_else(|| run.details_url.clone());
        run.title = self.title.or_else(|| run.title.clone());
        run.summary = self.summary.or_else(|| run.summary.clone());
    }
}

fn create_run(call: &mut Call<'_>) -> Handled {
    let app = call.viewer.app.ok_or_else(|| Refusal::new(403, "You must authenticate via a GitHub App."))?;
    let told = Told::by(call)?;
    let spec = CheckSpec {
        sha: object_id(call.needed_text("head_sha")?)?,
        name: call.needed_text("name")?.to_owned(),
        app,
        suite: None,
        status: told.status.unwrap_or(RunStatus::Queued),
        conclusion: told.conclusion,
        details_url: None,
        external_id: call.text("external_id").unwrap_or_default().to_owned(),
    };
    let repository = call.repository;
    let id = call.state.add_check_run(repository, spec).map_err(|_| Refusal::unprocessable("No commit found for SHA"))?;
    call.state.change_check_run(repository, id, |run| told.tell(run))?;
    Ok(Reply::created(call.wire().check_run(call.repo(), run(call, id)?)))
}

fn run<'a>(call: &'a Call<'_>, id: u64) -> Result<&'a CheckRun, Refusal> {
    call.repo().check_runs.iter().find(|run| run.id == id).ok_or_else(Refusal::not_found)
}

fn update_run(call: &mut Call<'_>) -> Handled {
    let id = run(call, call.number("check_run_id")?)?.id;
    let suite = run(call, id)?.suite;
    let app = call.repo().suites.iter().find(|known| known.id == suite).map(|known| known.app);
    if call.viewer.app.is_none() || call.viewer.app != app {
        return Err(Refusal::new(403, "Invalid app_id: the check run can only be modified by the GitHub App that created it."));
    }
    let (told, repository, name) = (Told::by(call)?, call.repository, call.text("name").map(str::to_owned));
    call.state.change_check_run(repository, id, |run| {
        run.name = name.unwrap_or_else(|| run.name.clone());
        told.tell(run);
    })?;
    Ok(Reply::ok(call.wire().check_run(call.repo(), run(call, id)?)))
}

fn runs(call: &mut Call<'_>) -> Handled {
    let (sha, repository) = (call.commit("ref")?, call.repo());
    let all: Vec<&CheckRun> = match call.query.get("filter") {
        Some("all") => repository.suites_of(sha).flat_map(|suite| repository.runs_in(suite.id)).collect(),
        _ => repository.latest_check_runs(sha),
    };
    let app = |run: &&CheckRun| repository.suites.iter().find(|suite| suite.id == run.suite).map(|suite| suite.app.to_string());
    let wanted = |run: &&CheckRun| {
        let name = call.query.get("check_name").is_none_or(|name| run.name == name);
        let status = call.query.get("status").is_none_or(|status| run.status.as_str() == status);
        name && status && call.query.get("app_id").is_none_or(|wanted| app(run).as_deref() == Some(wanted))
    };
    let found = all.into_iter().filter(wanted).collect();
    Ok(call.counted_page("check_runs", found, |wire, run| wire.check_run(call.repo(), run)))
}

fn suites(call: &mut Call<'_>) -> Handled {
    let sha = call.commit("ref")?;
    let found = call.repo().suites_of(sha).filter(|suite| call.query.get("app_id").is_none_or(|app| suite.app.to_string() == app)).collect();
    Ok(call.counted_page("check_suites", found, |wire, suite| wire.check_suite(call.repo(), suite)))
}

fn combined(call: &mut Call<'_>) -> Handled {
    let sha = call.commit("ref")?;
    Ok(Reply::ok(call.wire().combined_status(call.repo(), sha)))
}

fn create_status(call: &mut Call<'_>) -> Handled {
    let sha = object_id(call.param("sha"))?;
    let state = StatusState::parse(call.needed_text("state")?).ok_or_else(|| Refusal::field("Status", "state", "inclusion"))?;
    if call.text("description").is_some_and(|text| text.chars().count() > 140) {
        return Err(Refusal::field("Status", "description", "custom"));
    }
    let spec = StatusSpec {
        sha,
        state,
        context: call.text("context").unwrap_or("default").to_owned(),
        description: call.text("description").map(str::to_owned),
        target_url: call.text("target_url").map(str::to_owned),
        creator: call.viewer.account,
    };
    let repository = call.repository;
    let id = call.state.add_status(repository, spec).map_err(|_| Refusal::unprocessable(format!("No commit found for SHA: {sha}")))?;
    let status = call.repo().statuses.iter().find(|status| status.id == id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::created(call.wire().status(call.repo(), status)))
}
