//! The repository, its branches, rules, and activity.

use serde_json::{Value, json};

use crate::sandbox::http::{Body, Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{CONTENTS, METADATA};
use crate::sandbox::state::{Activity, ActivityKind};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}", needs: METADATA, handler: get },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/branches", needs: CONTENTS, handler: branches },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/branches/{branch}", needs: CONTENTS, handler: branch },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/rules/branches/{branch}", needs: METADATA, handler: rules },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/activity", needs: CONTENTS, handler: activity },
];

fn get(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().full_repository(call.repo(), &call.viewer)))
}

fn branches(call: &mut Call<'_>) -> Handled {
    let found = call.repo().git.refs("refs/heads/");
    Ok(call.page(found, |wire, target| wire.short_branch(call.repo(), target.name.trim_start_matches("refs/heads/"), target.id)))
}

fn branch(call: &mut Call<'_>) -> Handled {
    let name = call.param("branch");
    let tip = call.repo().git.branch(name).ok_or_else(|| Refusal::new(404, "Branch not found"))?;
    Ok(Reply::ok(call.wire().branch(call.repo(), name, tip)))
}

fn rules(call: &mut Call<'_>) -> Handled {
    let rules: Vec<_> = call.repo().rules_for(call.param("branch")).collect();
    Ok(call.page(rules, |wire, rule| wire.rule(call.repo(), rule)))
}

/// Newest first; paged by cursors, which are the ids of entries.
fn activity(call: &mut Call<'_>) -> Handled {
    let repository = call.repo();
    let matches = |entry: &&Activity| {
        let by_ref = call.query.get("ref").is_none_or(|wanted| entry.ref_name == wanted || entry.ref_name == format!("refs/heads/{wanted}"));
        let kind = call.query.get("activity_type").is_none_or(|wanted| entry.kind.as_str() == wanted);
        let actor = call.query.get("actor").is_none_or(|wanted| call.state.account(entry.actor).is_some_and(|account| account.login == wanted));
        by_ref && kind && actor
    };
    if call.query.get("activity_type").is_some_and(|wanted| ActivityKind::ALL.iter().all(|kind| kind.as_str() != wanted)) {
        return Err(Refusal::unprocessable("Invalid activity type"));
    }
    let mut entries: Vec<&Activity> = repository.activity.iter().filter(matches).collect();
    if call.query.get("direction") != Some("asc") {
        entries.reverse();
    }
    let cursor = |name: &str| call.query.get(name).and_then(|text| text.parse::<u64>().ok());
    let position = |id: u64| entries.iter().position(|entry| entry.id == id);
    let start = cursor("after").and_then(position).map_or(0, |index| index + 1);
    let end = cursor("before").and_then(position).unwrap_or(entries.len());
    let size = call.query.get("per_page").and_then(|text| text.parse().ok()).unwrap_or(30_usize).clamp(1, 100);
    let shown: Vec<&Activity> = entries.iter().take(end).skip(start).take(size).copied().collect();
    let more = shown.last().filter(|last| entries.last().is_some_and(|end| end.id != last.id)).map(|last| last.id);
    let drawn: Vec<Value> = shown.into_iter().map(|entry| call.wire().activity(entry)).collect();
    let mut reply = Reply { body: Body::Json(json!(drawn)), ..Reply::ok(Value::Null) };
    if let Some(last) = more {
        let others = call.query.pairs.iter().filter(|(key, _)| key != "after" && key != "before");
        let pairs: Vec<String> = others.map(|(key, value)| format!("{key}={value}")).chain([format!("after={last}")]).collect();
        let url = format!("{}/repos/{}/activity?{}", call.state.base_url, repository.full_name, pairs.join("&"));
        reply.headers.push(("link", format!("<{url}>; rel=\"next\"")));
    }
    Ok(reply)
}
