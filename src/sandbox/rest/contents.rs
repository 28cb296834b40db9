//! Files and folders.

use git2::ObjectType;
use serde_json::{Value, json};

use crate::sandbox::base64;
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::CONTENTS;
use crate::sandbox::wire::ContentEntry;

pub static ROUTES: &[Route] = &[Route { method: "GET", pattern: "/repos/{owner}/{repo}/contents/{path}", needs: CONTENTS, handler: get }];

fn get(call: &mut Call<'_>) -> Handled {
    let repository = call.repo();
    let at = call.query.get("ref").unwrap_or(&repository.default_branch);
    let commit = repository.git.resolve(at).ok_or_else(|| Refusal::new(404, format!("No commit found for the ref {at}")))?;
    let git = repository.git.git();
    let root = git.find_commit(commit).and_then(|commit| commit.tree()).map_err(|_| Refusal::not_found())?;
    let path = call.param("path");
    if path.is_empty() {
        return Ok(Reply::ok(folder(call, at, ("", &root))));
    }
    let entry = root.get_path(std::path::Path::new(path)).map_err(|_| Refusal::not_found())?;
    if let Ok(tree) = git.find_tree(entry.id()) {
        return Ok(Reply::ok(folder(call, at, (path, &tree))));
    }
    let blob = git.find_blob(entry.id()).map_err(|_| Refusal::not_found())?;
    if call.accept.contains("raw") {
        return Ok(Reply::raw("application/vnd.github.raw+json; charset=utf-8", blob.content().to_vec()));
    }
    let mut drawn = call.wire().content_entry(repository, at, &ContentEntry { path, kind: ObjectType::Blob, id: entry.id(), size: blob.size() });
    // GitHub gives no content above one megabyte, only the raw media type has it.
    let small = blob.size() <= 1 << 20;
    drawn["encoding"] = json!(if small { "base64" } else { "none" });
    drawn["content"] = json!(if small { base64::encode_lines(blob.content()) } else { String::new() });
    Ok(Reply::ok(drawn))
}

fn folder(call: &Call<'_>, at: &str, (path, tree): (&str, &git2::Tree<'_>)) -> Value {
    let repository = call.repo();
    let entries = tree.iter().map(|entry| {
        let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
        let path = if path.is_empty() { name } else { format!("{path}/{name}") };
        let size = repository.git.git().find_blob(entry.id()).map_or(0, |blob| blob.size());
        let kind = entry.kind().unwrap_or(ObjectType::Blob);
        call.wire().content_entry(repository, at, &ContentEntry { path: &path, kind, id: entry.id(), size })
    });
    Value::Array(entries.collect())
}
