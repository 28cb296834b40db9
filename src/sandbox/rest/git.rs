//! The git database: refs, tags, commits, trees, blobs.

use git2::{ObjectType, Oid};
use serde_json::{Value, json};

use crate::sandbox::acts::{Expected, RefChange};
use crate::sandbox::base64;
use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route, object_id};
use crate::sandbox::rest::{CONTENTS, WRITE_CONTENTS};
use crate::sandbox::store::{CommitSpec, RefError, Stamp, TagSpec};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/git/ref/{ref}", needs: CONTENTS, handler: get_ref },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/git/matching-refs/{ref}", needs: CONTENTS, handler: matching_refs },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/git/refs", needs: WRITE_CONTENTS, handler: create_ref },
    Route { method: "PATCH", pattern: "/repos/{owner}/{repo}/git/refs/{ref}", needs: WRITE_CONTENTS, handler: update_ref },
    Route { method: "DELETE", pattern: "/repos/{owner}/{repo}/git/refs/{ref}", needs: WRITE_CONTENTS, handler: delete_ref },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/git/tags", needs: WRITE_CONTENTS, handler: create_tag },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/git/tags/{tag_sha}", needs: CONTENTS, handler: get_tag },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/git/commits/{commit_sha}", needs: CONTENTS, handler: get_commit },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/git/commits", needs: WRITE_CONTENTS, handler: create_commit },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/git/trees/{tree_sha}", needs: CONTENTS, handler: get_tree },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/git/blobs", needs: WRITE_CONTENTS, handler: create_blob },
];

fn get_ref(call: &mut Call<'_>) -> Handled {
    let name = format!("refs/{}", call.param("ref"));
    let target = call.repo().git.target(&name).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(call.wire().git_ref(call.repo(), &target)))
}

fn matching_refs(call: &mut Call<'_>) -> Handled {
    let found = call.repo().git.refs(&format!("refs/{}", call.param("ref")));
    let drawn: Vec<Value> = found.iter().map(|target| call.wire().git_ref(call.repo(), target)).collect();
    Ok(Reply::ok(Value::Array(drawn)))
}

fn refused(error: RefError) -> Refusal {
    Refusal::unprocessable(match error {
        RefError::BadName => "Reference name is not valid: it must begin with `refs/` and have at least two slashes.".to_owned(),
        other => other.to_string(),
    })
}

fn create_ref(call: &mut Call<'_>) -> Handled {
    let (name, to) = (call.needed_text("ref")?.to_owned(), object_id(call.needed_text("sha")?)?);
    change(call, (&name, Expected::Absent), Some(to))?;
    let target = call.repo().git.target(&name).ok_or_else(Refusal::not_found)?;
    Ok(Reply::created(call.wire().git_ref(call.repo(), &target)))
}

fn update_ref(call: &mut Call<'_>) -> Handled {
    let (name, to) = (format!("refs/{}", call.param("ref")), object_id(call.needed_text("sha")?)?);
    let expected = if call.switch("force") == Some(true) { Expected::Present } else { Expected::FastForward };
    change(call, (&name, expected), Some(to))?;
    let target = call.repo().git.target(&name).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(call.wire().git_ref(call.repo(), &target)))
}

fn delete_ref(call: &mut Call<'_>) -> Handled {
    let name = format!("refs/{}", call.param("ref"));
    change(call, (&name, Expected::Present), None)?;
    Ok(Reply::nothing())
}

fn change(call: &mut Call<'_>, (name, expected): (&str, Expected), to: Option<Oid>) -> Result<(), Refusal> {
    let change = RefChange { repository: call.repository, name, expected, to, by: call.viewer.account };
    call.state.change_ref(change).map_err(refused)
}

/// The person a body names under `field`, or the caller; at the time it claims, or the sandbox's.
fn stamp(call: &Call<'_>, field: &str) -> Result<Stamp, Refusal> {
    let account = call.state.account(call.viewer.account).ok_or_else(Refusal::not_found)?;
    let given = call.body.get(field);
    let text = |name: &str| given.and_then(|given| given.get(name)).and_then(Value::as_str);
    let at = match text("date") {
        Some(date) => date.parse().map_err(|_| Refusal::unprocessable(format!("Invalid {field} date")))?,
        None => call.state.now(),
    };
    let email = text("email").map_or_else(|| account.emails.first().cloned().unwrap_or_default(), str::to_owned);
    Ok(Stamp { name: text("name").unwrap_or(&account.login).to_owned(), email, at })
}

fn create_tag(call: &mut Call<'_>) -> Handled {
    let target = object_id(call.needed_text("object")?)?;
    let kind = call.needed_text("type")?;
    let git = &call.repo().git;
    if git.kind(target).and_then(ObjectType::str_opt) != Some(kind) {
        return Err(Refusal::unprocessable("Object does not exist"));
    }
    let spec = TagSpec { name: call.needed_text("tag")?.to_owned(), target, tagger: stamp(call, "tagger")?, message: call.needed_text("message")?.to_owned() };
    let id = git.write_tag(&spec).map_err(|error| Refusal::unprocessable(error.message()))?;
    Ok(Reply::created(call.wire().git_tag(call.repo(), id)))
}

/// `str()` of an object kind, without the need of one that is unknown to git.
trait Named {
    fn str_opt(self) -> Option<&'static str>;
}

impl Named for ObjectType {
    fn str_opt(self) -> Option<&'static str> {
        matches!(self, Self::Commit | Self::Tree | Self::Blob | Self::Tag).then(|| self.str())
    }
}

fn found(drawn: Value) -> Handled {
    if drawn.is_null() { Err(Refusal::not_found()) } else { Ok(Reply::ok(drawn)) }
}

fn get_tag(call: &mut Call<'_>) -> Handled {
    let id = object_id(call.param("tag_sha")).map_err(|_| Refusal::not_found())?;
    found(call.wire().git_tag(call.repo(), id))
}

fn get_commit(call: &mut Call<'_>) -> Handled {
    let id = object_id(call.param("commit_sha")).map_err(|_| Refusal::not_found())?;
    found(call.wire().git_commit(call.repo(), id))
}

fn create_commit(call: &mut Call<'_>) -> Handled {
    let parents = call.body.get("parents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parents = parents.iter().map(|parent| object_id(parent.as_str().unwrap_or_default())).collect::<Result<Vec<_>, _>>()?;
    let author = stamp(call, "author")?;
    let committer = if call.body.get("committer").is_some() { stamp(call, "committer")? } else { author.clone() };
    let spec = CommitSpec { parents, tree: object_id(call.needed_text("tree")?)?, author, committer, message: call.needed_text("message")?.to_owned() };
    let id = call.repo().git.write_commit(&spec).map_err(|error| Refusal::unprocessable(error.message()))?;
    Ok(Reply::created(call.wire().git_commit(call.repo(), id)))
}

fn get_tree(call: &mut Call<'_>) -> Handled {
    let text = call.param("tree_sha");
    let git = &call.repo().git;
    let id = git.resolve(text).and_then(|commit| git.tree_of(commit)).or_else(|| object_id(text).ok()).ok_or_else(Refusal::not_found)?;
    let tree = git.git().find_tree(id).map_err(|_| Refusal::not_found())?;
    let mut entries = Vec::new();
    let recursive = call.query.get("recursive").is_some();
    let walked = tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        entries.push(draw_entry(call, folder, entry));
        let descend = recursive || entry.kind() != Some(ObjectType::Tree);
        if descend { git2::TreeWalkResult::Ok } else { git2::TreeWalkResult::Skip }
    });
    walked.map_err(|error| Refusal::unprocessable(error.message()))?;
    let url = format!("{}/repos/{}/git/trees/{id}", call.state.base_url, call.repo().full_name);
    Ok(Reply::ok(json!({ "sha": id.to_string(), "url": url, "tree": entries, "truncated": false })))
}

fn draw_entry(call: &Call<'_>, folder: &str, entry: &git2::TreeEntry<'_>) -> Value {
    let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
    let kind = entry.kind().and_then(ObjectType::str_opt).unwrap_or("blob");
    let url = format!("{}/repos/{}/git/{kind}s/{}", call.state.base_url, call.repo().full_name, entry.id());
    let mut drawn = json!({ "path": path, "mode": format!("{:06o}", entry.filemode()), "type": kind, "sha": entry.id().to_string(), "url": url });
    if let Ok(blob) = call.repo().git.git().find_blob(entry.id()) {
        drawn["size"] = json!(blob.size());
    }
    drawn
}

fn create_blob(call: &mut Call<'_>) -> Handled {
    let text = call.needed_text("content")?;
    let bytes = match call.text("encoding") {
        Some("base64") => base64::decode(text).ok_or_else(|| Refusal::unprocessable("content is not valid Base64"))?,
        _ => text.as_bytes().to_vec(),
    };
    let id = call.repo().git.write_blob(&bytes).map_err(|error| Refusal::unprocessable(error.message()))?;
    let url = format!("{}/repos/{}/git/blobs/{id}", call.state.base_url, call.repo().full_name);
    Ok(Reply::created(json!({ "url": url, "sha": id.to_string() })))
}
