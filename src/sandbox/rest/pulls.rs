//! Pull requests and reviews.

use serde_json::{Value, json};

use crate::sandbox::acts::{MergeError, PullSpec, ReviewError, ReviewSpec};
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route, object_id};
use crate::sandbox::rest::{PULLS, WRITE_CONTENTS, WRITE_PULLS};
use crate::sandbox::state::{Pull, ReviewState};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/pulls", needs: PULLS, handler: list },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/pulls", needs: WRITE_PULLS, handler: create },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}", needs: PULLS, handler: get },
    Route { method: "PATCH", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}", needs: WRITE_PULLS, handler: update },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}/files", needs: PULLS, handler: files },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}/commits", needs: PULLS, handler: commits },
    Route { method: "PUT", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}/merge", needs: WRITE_CONTENTS, handler: merge },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", needs: PULLS, handler: reviews },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", needs: WRITE_PULLS, handler: review },
];

fn list(call: &mut Call<'_>) -> Handled {
    let state = call.query.get("state").unwrap_or("open");
    let label = |pull: &Pull| {
        let owner = pull.head_repository.and_then(|id| call.state.repository(id)).and_then(|repository| call.state.account(repository.owner));
        owner.map(|owner| format!("{}:{}", owner.login, pull.head))
    };
    let wanted = |pull: &&Pull| {
        let by_state = state == "all" || pull.is_open() == (state == "open");
        let by_base = call.query.get("base").is_none_or(|base| pull.base == base);
        by_state && by_base && call.query.get("head").is_none_or(|head| label(pull).as_deref() == Some(head))
    };
    let mut found: Vec<&Pull> = call.repo().pulls.iter().filter(wanted).collect();
    let by_update = call.query.get("sort") == Some("updated");
    found.sort_by_key(|pull| (if by_update { pull.updated_at } else { pull.created_at }, pull.number));
    if call.query.get("direction") != Some("asc") {
        found.reverse();
    }
    Ok(call.page(found, |wire, pull| wire.pull(call.repo(), pull)))
}

fn create(call: &mut Call<'_>) -> Handled {
    let repository = call.repo();
    let head = call.needed_text("head")?;
    let (head_repository, branch) = match head.split_once(':') {
        Some((owner, branch)) => {
            let fork = call.state.repository_named(&format!("{owner}/{}", repository.name));
            (fork.ok_or_else(|| Refusal::field("PullRequest", "head", "invalid"))?.id, branch)
        }
        None => (repository.id, head),
    };
    let spec = PullSpec {
        repository: repository.id,
        author: call.viewer.account,
        head_repository,
        head: branch.to_owned(),
        base: call.needed_text("base")?.to_owned(),
        title: call.needed_text("title")?.to_owned(),
        body: call.text("body").map(str::to_owned),
    };
    if repository.git.branch(&spec.base).is_none() {
        return Err(Refusal::field("PullRequest", "base", "invalid"));
    }
    let number = call.state.open_pull(spec).map_err(|_| Refusal::field("PullRequest", "head", "invalid"))?;
    let draft = call.switch("draft") == Some(true);
    let id = call.repository;
    if let Some(pull) = call.state.repository_mut(id).and_then(|repository| repository.pull_mut(number)) {
        pull.draft = draft;
    }
    let pull = call.repo().pull(number).ok_or_else(Refusal::not_found)?;
    Ok(Reply::created(call.wire().full_pull(call.repo(), pull)))
}

fn get(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().full_pull(call.repo(), call.pull()?)))
}

fn update(call: &mut Call<'_>) -> Handled {
    let (repository, number, by, now) = (call.repository, call.pull()?.number, call.viewer.account, call.state.now());
    let (title, body) = (call.text("title").map(str::to_owned), call.text("body").map(str::to_owned));
    if let Some(pull) = call.state.repository_mut(repository).and_then(|found| found.pull_mut(number)).filter(|_| title.is_some() || body.is_some()) {
        pull.title = title.unwrap_or_else(|| pull.title.clone());
        pull.body = body.or_else(|| pull.body.clone());
        pull.edited_at = Some(now);
        pull.updated_at = now;
    }
    match (call.text("state"), call.pull()?.is_open()) {
        (Some("closed"), true) => call.state.close_pull(repository, number, by)?,
        (Some("open"), false) if call.pull()?.merged.is_none() => call.state.reopen_pull(repository, number, by)?,
        (Some("open"), false) => return Err(Refusal::field("PullRequest", "state", "invalid")),
        _ => {}
    }
    get(call)
}

fn files(call: &mut Call<'_>) -> Handled {
    let pull = call.pull()?;
    // GitHub lists 3,000 files at most.
    let mut found = call.repo().pull_files(pull);
    found.truncate(3_000);
    Ok(call.page(found, |wire, file| wire.changed_file(call.repo(), pull.head_sha, &file)))
}

fn commits(call: &mut Call<'_>) -> Handled {
    let mut found = call.repo().pull_commits(call.pull()?);
    // GitHub lists 250 commits at most.
    found.truncate(250);
    Ok(call.page(found, |wire, id| wire.commit(call.repo(), id)))
}

fn merge(call: &mut Call<'_>) -> Handled {
    let pull = call.pull()?;
    let (repository, number) = (call.repository, pull.number);
    if call.text("sha").is_some_and(|sha| sha != pull.head_sha.to_string()) {
        return Err(Refusal::new(409, MergeError::HeadMoved.to_string()));
    }
    let by = call.viewer.account;
    let merged = call.state.merge_pull(repository, number, by).map_err(|error| Refusal::new(405, error.to_string()))?;
    Ok(Reply::ok(json!({ "sha": merged.to_string(), "merged": true, "message": "Pull Request successfully merged" })))
}

fn reviews(call: &mut Call<'_>) -> Handled {
    let pull = call.pull()?;
    Ok(call.page(pull.reviews.iter().collect(), |wire, review| wire.review(call.repo(), (pull, review))))
}

fn review(call: &mut Call<'_>) -> Handled {
    let state = match call.text("event") {
        Some("APPROVE") => ReviewState::Approved,
        Some("REQUEST_CHANGES") => ReviewState::ChangesRequested,
        Some("COMMENT") => ReviewState::Commented,
        other => return Err(Refusal::unprocessable(format!("sandbox: the review event {} is not served", other.unwrap_or("PENDING")))),
    };
    let body = call.text("body").unwrap_or_default().to_owned();
    if body.is_empty() && state != ReviewState::Approved {
        return Err(Refusal { errors: Some(Value::Array(vec![json!("Body can't be blank")])), ..Refusal::unprocessable("Unprocessable Entity") });
    }
    let commit = call.text("commit_id").map(object_id).transpose()?;
    let spec = ReviewSpec { repository: call.repository, pull: call.pull()?.number, author: call.viewer.account, state, body, commit };
    let id = call.state.review(spec).map_err(|error| match error {
        ReviewError::Missing => Refusal::not_found(),
        other => Refusal { errors: Some(json!([other.to_string()])), ..Refusal::unprocessable("Unprocessable Entity") },
    })?;
    let found = call.repo().review(id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(call.wire().review(call.repo(), found)))
}
