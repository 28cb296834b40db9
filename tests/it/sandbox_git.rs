//! Real git speaks to the sandbox over HTTP.

use std::path::Path;
use std::process::{Command, Output};

use shipgate::domain::Role;
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::{Access, Permission, Visibility};

use crate::http_client::Client;

const SHOP: &str = "acme/shop";

fn shop(visibility: Visibility) -> Sandbox {
    let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
    sandbox.organisation("acme");
    sandbox.user("ada");
    sandbox.user("eve");
    sandbox.repository(SHOP, visibility);
    sandbox.grant(SHOP, "ada", Role::Write);
    sandbox.put(SHOP, "ada", ("main", &[("README.md", "hello\n")]));
    sandbox
}

#[expect(clippy::disallowed_methods, reason = "a test starts the git that users have")]
fn git(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(directory).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_TERMINAL_PROMPT", "0").env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    command.output().expect("git runs")
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn url(sandbox: &Sandbox, token: Option<&str>) -> String {
    let bare = format!("{}/{SHOP}.git", sandbox.url());
    token.map_or(bare.clone(), |token| bare.replace("http://", &format!("http://x-access-token:{token}@")))
}

#[test]
fn git_fetches_one_commit_by_its_id() {
    let sandbox = shop(Visibility::Public);
    let old = sandbox.tip(SHOP, "main").expect("a tip");
    sandbox.put(SHOP, "ada", ("main", &[("README.md", "hello again\n")]));
    let place = tempfile::tempdir().expect("a directory");
    ok(&git(place.path(), &["init", "-q"]));
    ok(&git(place.path(), &["fetch", "-q", "--depth", "1", &url(&sandbox, None), old.as_str()]));
    assert_eq!(ok(&git(place.path(), &["show", "FETCH_HEAD:README.md"])), "hello");
    assert_eq!(ok(&git(place.path(), &["rev-list", "--count", "FETCH_HEAD"])), "1");
    let filtered = git(place.path(), &["fetch", "-q", "--filter=blob:none", &url(&sandbox, None), "main"]);
    assert_eq!((ok(&filtered), ok(&git(place.path(), &["rev-list", "--count", "FETCH_HEAD"]))), (String::new(), "2".to_owned()));
}

#[test]
fn a_private_repository_is_fetched_only_with_a_token_that_may_read_it() {
    let sandbox = shop(Visibility::Private);
    let place = tempfile::tempdir().expect("a directory");
    ok(&git(place.path(), &["init", "-q"]));
    let fetch = |token: Option<&str>| git(place.path(), &["fetch", "-q", &url(&sandbox, token), "main"]).status.success();
    let reader = sandbox.token("ada", &[(Permission::Contents, Access::Read)]);
    assert!(fetch(Some(&reader)));
    assert!(!fetch(None) && !fetch(Some("nonsense")) && !fetch(Some(&sandbox.full_token("eve"))));
    assert!(!fetch(Some(&sandbox.token("ada", &[(Permission::Issues, Access::Read)]))));
}

#[test]
fn a_push_with_git_moves_the_pull_request_and_is_recorded() {
    let sandbox = shop(Visibility::Public);
    sandbox.put(SHOP, "ada", ("topic", &[("a", "1")]));
    let pull = sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    let place = tempfile::tempdir().expect("a directory");
    let (reader, writer) = (sandbox.token("ada", &[(Permission::Contents, Access::Read)]), sandbox.full_token("ada"));
    ok(&git(place.path(), &["clone", "-q", "--branch", "topic", &url(&sandbox, None), "."]));
    std::fs::write(place.path().join("b"), "2").expect("a file");
    ok(&git(place.path(), &["add", "b"]));
    let as_ada = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"];
    ok(&git(place.path(), &[&as_ada[..], &["commit", "-q", "-m", "two"]].concat()));
    assert!(!git(place.path(), &["push", "-q", &url(&sandbox, Some(&reader)), "HEAD:topic"]).status.success());
    ok(&git(place.path(), &["push", "-q", &url(&sandbox, Some(&writer)), "HEAD:topic"]));
    let pushed = ok(&git(place.path(), &["rev-parse", "HEAD"]));
    assert_eq!(sandbox.head((SHOP, pull)).as_str(), pushed);
    let activity = Client::new(&sandbox, &writer).get("/repos/acme/shop/activity?ref=topic").json();
    assert_eq!((activity[0]["after"].as_str(), activity[0]["actor"]["login"].as_str()), (Some(pushed.as_str()), Some("ada")));
}

#[test]
fn a_fork_shares_objects_and_its_pushes_move_the_pull_request() {
    let sandbox = shop(Visibility::Public);
    let fork = sandbox.fork(SHOP, "eve");
    sandbox.put(&fork, "eve", ("topic", &[("a", "1")]));
    let pull = sandbox.open_pull(SHOP, "eve", ("eve:topic", "main"));
    let head = sandbox.put(&fork, "eve", ("topic", &[("a", "2")]));
    assert_eq!(sandbox.head((SHOP, pull)), head);
    let client = Client::new(&sandbox, &sandbox.full_token("ada"));
    assert_eq!(client.get(&format!("/repos/{SHOP}/commits/{head}")).status, 200);
    assert_eq!(client.get(&format!("/repos/{SHOP}/pulls/{pull}")).json()["head"]["repo"]["full_name"], "eve/shop");
    let place = tempfile::tempdir().expect("a directory");
    ok(&git(place.path(), &["init", "-q"]));
    ok(&git(place.path(), &["fetch", "-q", "--depth", "1", &url(&sandbox, None), head.as_str()]));
}
