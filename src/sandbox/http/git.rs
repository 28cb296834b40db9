//! Git over HTTP, through git's own `http-backend`, so that other programs can fetch and push.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use git2::Oid;
use http::HeaderMap;

use super::Shared;
use super::answer::Incoming;
use super::headers::Finished;
use super::route;
use crate::domain::Role;
use crate::sandbox::state::{Access, Permission, Repository, State, Viewer};

/// True for `/{owner}/{repo}.git/…`.
pub fn is_git(path: &str) -> bool {
    split(path).is_some()
}

/// Owner and name, and what follows `.git`.
fn split(path: &str) -> Option<(String, &str)> {
    let (repository, rest) = path.trim_start_matches('/').split_once(".git/")?;
    (repository.matches('/').count() == 1).then(|| (repository.to_owned(), rest))
}

/// Answers a request of a git client. It may take as long as git takes.
pub fn answer(shared: &Shared, incoming: &Incoming) -> Finished {
    let Some((name, rest)) = split(incoming.uri.path()) else { return plain(404, "not found") };
    let query = incoming.uri.query().unwrap_or_default();
    let pushes = rest == "git-receive-pack" || route::query(query).get("service") == Some("git-receive-pack");
    let mut state = shared.state();
    let viewer = basic(&incoming.headers).and_then(|secret| state.token(&secret).map(|token| token.viewer.clone()));
    let found = state.repository_named(&name);
    let Some(repository) = found.filter(|repository| may_read(&state, repository, viewer.as_ref())) else {
        // A client that sent no token is asked for one, as it cannot know whether the repository exists.
        return if viewer.is_none() { challenge() } else { plain(404, "not found") };
    };
    let writer = viewer.as_ref().filter(|viewer| may_push(&state, repository, viewer));
    if pushes && writer.is_none() {
        return if viewer.is_none() { challenge() } else { plain(403, "this token may not push") };
    }
    let id = repository.id;
    let script = format!("/{id}.git/{rest}");
    let root = state.directory.clone();
    let run = |viewer: Option<&Viewer>| backend(&Cgi { root: &root, script: &script, query, incoming, pusher: viewer.map(|viewer| viewer.account) });
    if rest != "git-receive-pack" {
        drop(state);
        return run(None);
    }
    // The state stays locked while git moves refs, so that nobody sees refs moved and their consequences missing.
    let by = writer.map_or(0, |viewer| viewer.account);
    let before = refs(repository);
    let finished = run(writer);
    let after = state.repository(id).map(refs).unwrap_or_default();
    note_moves(&mut state, (id, by), &before, &after);
    finished
}

fn refs(repository: &Repository) -> BTreeMap<String, Oid> {
    repository.git.refs("refs/").into_iter().map(|target| (target.name, target.id)).collect()
}

fn note_moves(state: &mut State, (repository, by): (u64, u64), before: &BTreeMap<String, Oid>, after: &BTreeMap<String, Oid>) {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let ends = (before.get(name).copied(), after.get(name).copied());
        if ends.0 != ends.1 {
            state.note_pushed_ref(repository, name, ends, by);
        }
    }
}

fn may_read(state: &State, repository: &Repository, viewer: Option<&Viewer>) -> bool {
    let public = repository.visibility == crate::sandbox::state::Visibility::Public;
    public || viewer.is_some_and(|viewer| viewer.may(Permission::Contents, Access::Read) && state.sees(viewer, repository))
}

fn may_push(state: &State, repository: &Repository, viewer: &Viewer) -> bool {
    let role = viewer.app.is_some() || state.role(repository, viewer.account) >= Role::Write;
    viewer.may(Permission::Contents, Access::Write) && role && !repository.archived
}

/// The password of `Authorization: Basic`, which is the token; or a bearer token.
fn basic(headers: &HeaderMap) -> Option<String> {
    let (scheme, value) = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Some(value.trim().to_owned());
    }
    let text = String::from_utf8(crate::sandbox::base64::decode(value.trim())?).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}

fn challenge() -> Finished {
    let mut refusal = plain(401, "authentication required");
    refusal.headers.push(("www-authenticate", "Basic realm=\"sandbox\"".to_owned()));
    refusal
}

fn plain(status: u16, text: &str) -> Finished {
    Finished { status, headers: vec![("content-type", "text/plain".to_owned())], body: text.as_bytes().to_vec() }
}

struct Cgi<'a> {
    root: &'a std::path::Path,
    script: &'a str,
    query: &'a str,
    incoming: &'a Incoming,
    pusher: Option<u64>,
}

fn backend(cgi: &Cgi<'_>) -> Finished {
    match run(cgi) {
        Ok(output) => parsed(&output).unwrap_or_else(|| plain(500, "git http-backend gave no answer")),
        Err(error) => plain(500, &format!("git http-backend: {error}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "the sandbox lets git itself speak git's protocol; it is no part of the program's own work")]
fn run(cgi: &Cgi<'_>) -> std::io::Result<Vec<u8>> {
    let header = |name: &str| cgi.incoming.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut command = Command::new("git");
    command.arg("http-backend");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR"] {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_PROJECT_ROOT", cgi.root).env("GIT_HTTP_EXPORT_ALL", "1");
    command.env("REQUEST_METHOD", cgi.incoming.method.as_str()).env("PATH_INFO", cgi.script).env("QUERY_STRING", cgi.query);
    command.env("CONTENT_TYPE", header("content-type")).env("CONTENT_LENGTH", cgi.incoming.body.len().to_string());
    command.env("HTTP_CONTENT_ENCODING", header("content-encoding")).env("GIT_PROTOCOL", header("git-protocol"));
    command.env("REMOTE_ADDR", "127.0.0.1");
    if let Some(pusher) = cgi.pusher {
        command.env("REMOTE_USER", pusher.to_string());
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let stdin = child.stdin.take();
    let body = cgi.incoming.body.clone();
    // The body is fed from a thread of its own, so that neither side waits for the other with full pipes.
    let feeder = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&body)));
    let output = child.wait_with_output()?;
    // A backend that refuses early does not read the rest: its answer counts, not the broken pipe.
    let fed = feeder.join();
    if !matches!(fed, Ok(Ok(()))) {
        tracing::debug!("git http-backend did not read the whole request");
    }
    Ok(output.stdout)
}

/// What a CGI program wrote: headers, an empty line, the body.
fn parsed(output: &[u8]) -> Option<Finished> {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&output[..end]).ok()?;
    let mut finished = Finished { status: 200, headers: Vec::new(), body: output[end + 4..].to_vec() };
    for line in head.lines() {
        let (name, value) = line.split_once(": ")?;
        match name.to_ascii_lowercase().as_str() {
            "status" => finished.status = value.get(..3)?.parse().ok()?,
            "content-type" => finished.headers.push(("content-type", value.to_owned())),
            "cache-control" => finished.headers.push(("cache-control", value.to_owned())),
            _ => {}
        }
    }
    Some(finished)
}
