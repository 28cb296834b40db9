//! Commits, comparisons, tags.

use git2::{Oid, Sort};
use serde_json::{Value, json};

use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{CONTENTS, PULLS};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits", needs: CONTENTS, handler: list },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref}", needs: CONTENTS, handler: get },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/commits/{commit_sha}/pulls", needs: PULLS, handler: pulls },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/compare/{basehead}", needs: CONTENTS, handler: compare },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/tags", needs: CONTENTS, handler: tags },
];

fn list(call: &mut Call<'_>) -> Handled {
    let repository = call.repo();
    let at = call.query.get("sha").unwrap_or(&repository.default_branch);
    let start = repository.git.resolve(at).ok_or_else(Refusal::not_found)?;
    let walk = || -> Result<Vec<Oid>, git2::Error> {
        let mut walk = repository.git.git().revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(start)?;
        walk.collect()
    };
    let commits = walk().map_err(|error| Refusal::unprocessable(error.message()))?;
    Ok(call.page(commits, |wire, id| wire.commit(call.repo(), id)))
}

fn get(call: &mut Call<'_>) -> Handled {
    let id = call.commit("ref")?;
    if call.accept.contains("vnd.github.sha") {
        return Ok(Reply::raw("application/vnd.github.sha; charset=utf-8", id.to_string().into_bytes()));
    }
    let repository = call.repo();
    let mut drawn = call.wire().commit(repository, id);
    let parent = repository.git.git().find_commit(id).ok().and_then(|commit| commit.parent_id(0).ok());
    let files = repository.git.changed_files(parent, id).unwrap_or_default();
    let (added, deleted) = files.iter().fold((0, 0), |(added, deleted), file| (added + file.additions, deleted + file.deletions));
    drawn["stats"] = json!({ "total": added + deleted, "additions": added, "deletions": deleted });
    drawn["files"] = files.iter().map(|file| call.wire().changed_file(repository, id, file)).collect();
    Ok(Reply::ok(drawn))
}

fn pulls(call: &mut Call<'_>) -> Handled {
    let id = call.commit("commit_sha")?;
    let repository = call.repo();
    let of_pull = |pull: &&crate::sandbox::state::Pull| {
        pull.head_sha == id || pull.merged.is_some_and(|merge| merge.commit == id) || repository.pull_commits(pull).contains(&id)
    };
    let found: Vec<_> = repository.pulls.iter().filter(of_pull).collect();
    Ok(call.page(found, |wire, pull| wire.pull(call.repo(), pull)))
}

fn compare(call: &mut Call<'_>) -> Handled {
    let repository = call.repo();
    let (base, head) = call.param("basehead").split_once("...").ok_or_else(Refusal::not_found)?;
    // A fork's branch is `owner:branch`; the objects are shared.
    let resolve = |text: &str| match text.split_once(':') {
        Some((owner, branch)) => call.state.repository_named(&format!("{owner}/{}", repository.name)).and_then(|fork| fork.git.branch(branch)),
        None => repository.git.resolve(text),
    };
    let (from, to) = (resolve(base).ok_or_else(Refusal::not_found)?, resolve(head).ok_or_else(Refusal::not_found)?);
    let comparison = repository.git.compare(from, to).map_err(|error| Refusal::unprocessable(error.message()))?;
    let merge_base = comparison.merge_base.ok_or_else(|| Refusal::new(404, format!("No common ancestor between {base} and {head}.")))?;
    let (ahead, behind) = (comparison.ahead.len(), comparison.behind);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let files = repository.git.changed_files(Some(merge_base), to).unwrap_or_default();
    let files: Vec<Value> = files.iter().take(300).map(|file| call.wire().changed_file(repository, to, file)).collect();
    let page = call.page(comparison.ahead, |wire, id| wire.commit(call.repo(), id));
    let commits = if let crate::sandbox::http::Body::Json(commits) = &page.body { commits.clone() } else { Value::Null };
    let api = format!("{}/repos/{}/compare/{base}...{head}", call.state.base_url, repository.full_name);
    let html = format!("{}/{}/compare/{base}...{head}", call.state.base_url, repository.full_name);
    let body = json!({
        "url": api, "html_url": html, "permalink_url": html, "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"),
        "base_commit": call.wire().commit(repository, from), "merge_base_commit": call.wire().commit(repository, merge_base), "status": status,
        "ahead_by": ahead, "behind_by": behind, "total_commits": ahead, "commits": commits, "files": files,
    });
    Ok(Reply { page: page.page, ..Reply::ok(body) })
}

fn tags(call: &mut Call<'_>) -> Handled {
    let found = call.repo().git.refs("refs/tags/");
    Ok(call.page(found, |_, target| {
        let name = target.name.trim_start_matches("refs/tags/");
        let commit = call.repo().git.resolve(name).unwrap_or(target.id);
        let url = format!("{}/repos/{}", call.state.base_url, call.repo().full_name);
        json!({
            "name": name, "commit": { "sha": commit.to_string(), "url": format!("{url}/commits/{commit}") }, "node_id": format!("REF_{name}"),
            "zipball_url": format!("{url}/zipball/{name}"), "tarball_url": format!("{url}/tarball/{name}"),
        })
    }))
}
