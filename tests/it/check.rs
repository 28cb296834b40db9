//! `shipgate check` and the action's checks over repositories that git made: what is looked at, what is said, in which form, and how it ends (rows H4, H5).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use shipgate::exit::EXITS;

/// A token that is none: put together here, so that no scanner finds it in this file.
const TOKEN: &str = concat!("glp", "at-Zq8LmN2pRt6Vx0Yb4Cd9");
const MASKED: &str = "glpa***";

/// What a commit is made with, so that ids are the same everywhere.
const WHO: [(&str, &str); 8] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_AUTHOR_NAME", "a"),
    ("GIT_AUTHOR_EMAIL", "a@example.com"),
    ("GIT_AUTHOR_DATE", "1700000000 +0000"),
    ("GIT_COMMITTER_NAME", "a"),
    ("GIT_COMMITTER_EMAIL", "a@example.com"),
    ("GIT_COMMITTER_DATE", "1700000000 +0000"),
];

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn ran(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    Run { code: output.status.code().expect("it ends by itself"), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The code of the registry with this number: a test cannot name one that is not documented.
fn registered(code: u8) -> i32 {
    assert!(EXITS.iter().any(|(_, number, _)| *number == code));
    i32::from(code)
}

/// A repository in a folder of its own.
struct Repository {
    _folder: tempfile::TempDir,
    root: PathBuf,
    home: PathBuf,
}

impl Repository {
    /// A new one, with a first commit that has a policy and nothing else.
    fn new() -> Self {
        let repository = Self::empty();
        repository.write(".github/shipgate.yml", "version: 1\nenvironments: { staging: {} }\n");
        repository.commit("chore: begin");
        repository
    }

    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, home) = (folder.path().join("repository"), folder.path().join("home"));
        for made in [&root, &home] {
            fs::create_dir(made).expect("a folder");
        }
        let repository = Self { _folder: folder, root, home };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    #[expect(clippy::disallowed_methods, reason = "the test starts git")]
    fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(folder).env_clear().env("HOME", &self.home).env("PATH", path()).envs(WHO);
        let output = git.output().expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root, arguments)
    }

    fn write(&self, path: &str, text: &str) {
        let place = self.root.join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
        fs::write(place, text).expect("written");
    }

    /// Commits everything; gives the commit.
    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    #[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shipgate"));
        command.args(line.split_whitespace()).current_dir(&self.root).env_clear().env("HOME", &self.home).env("PATH", path()).envs(WHO);
        command
    }

    fn check(&self, line: &str) -> Run {
        ran(&self.command(&format!("check {line}")).output().expect("the binary runs"))
    }

    fn json(&self, line: &str) -> (i32, Value) {
        let run = self.check(&format!("--json {line}"));
        let value: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err));
        assert_eq!(value["schema_version"], 1);
        (run.code, value)
    }
}

#[expect(clippy::disallowed_methods, reason = "the test hands its own PATH on")]
fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

fn files(value: &Value) -> Vec<String> {
    value["findings"].as_array().expect("findings").iter().map(|finding| finding["file"].as_str().expect("a file").to_owned()).collect()
}

#[test]
fn h5_what_is_staged_is_looked_at_and_not_what_lies_on_disk() {
    let repository = Repository::new();
    repository.write("a.txt", &format!("key = {TOKEN}\n"));
    repository.git(&["add", "a.txt"]);
    repository.write("a.txt", "key = none\n");
    repository.write("b.txt", &format!("key = {TOKEN}\n"));
    let run = repository.check("--staged");
    assert_eq!(run.code, registered(1), "{}{}", run.out, run.err);
    let expected = format!(
        "error[secrets/gitlab-pat]: {what}\n --> a.txt:1:7\n  |\n1 | key = {MASKED}\n",
        what = run.out.lines().next().and_then(|line| line.split_once(": ")).map(|(_, what)| what).expect("a title")
    );
    assert!(run.out.starts_with(&expected), "{}", run.out);
    assert!(run.out.ends_with("1 finding stops this · looked at 1 file, 33 bytes\n"), "{}", run.out);
    assert!(!run.out.contains("b.txt") && run.err.is_empty(), "{}{}", run.out, run.err);
}

#[test]
fn h5_without_a_word_it_is_what_is_staged_else_what_the_work_tree_changes_and_it_says_which() {
    let repository = Repository::new();
    repository.write("old.txt", &format!("key = {TOKEN}\n"));
    repository.write("same.txt", &format!("key = {TOKEN}\n"));
    repository.commit("feat: old");
    let (code, nothing) = repository.json("");
    assert_eq!(
        (code, &nothing["notes"][0]),
        (registered(0), &json!("nothing to look at: nothing is staged, and the work tree changes nothing; `--all` looks at everything"))
    );
    repository.write("old.txt", &format!("\n\nkey = {TOKEN}\n"));
    repository.write("new.txt", &format!("key = {TOKEN}\n"));
    repository.write("ignored.txt", &format!("key = {TOKEN}\n"));
    repository.write(".gitignore", "ignored.txt\n");
    let (code, changed) = repository.json("");
    assert_eq!((code, files(&changed)), (registered(1), vec!["new.txt".to_owned()]), "what only moved is not new: {changed}");
    assert_eq!(changed["notes"][0], "nothing is staged: this is what the work tree changes; `--all` looks at everything");
    repository.write("staged.txt", &format!("key = {TOKEN}\n"));
    repository.git(&["add", "staged.txt"]);
    let (code, staged) = repository.json("");
    assert_eq!((code, files(&staged)), (registered(1), vec!["staged.txt".to_owned()]));
    assert_eq!(staged["notes"][0], "this is what is staged; `--all` looks at everything");
}

#[test]
fn h5_all_looks_at_everything_that_git_does_not_ignore_and_what_is_named_is_looked_at_even_so() {
    let repository = Repository::new();
    for name in ["a/tracked.txt", "a/new.txt", "ignored.txt", "b/c.txt"] {
        repository.write(name, &format!("key = {TOKEN}\n"));
    }
    repository.write(".gitignore", "ignored.txt\n");
    repository.git(&["add", "a/tracked.txt"]);
    assert_eq!(files(&repository.json("--all").1), ["a/new.txt", "a/tracked.txt", "b/c.txt"]);
    assert_eq!(files(&repository.json("a").1), ["a/new.txt", "a/tracked.txt"]);
    assert_eq!(files(&repository.json("ignored.txt b").1), ["b/c.txt", "ignored.txt"]);
    let below = ran(&repository.command("check --json ../b/c.txt").current_dir(repository.root.join("a")).output().expect("it runs"));
    assert_eq!(files(&serde_json::from_str(&below.out).expect("JSON")), ["b/c.txt"]);
}

#[test]
fn h5_a_range_finds_a_secret_that_a_later_commit_removes_again_and_says_where() {
    let repository = Repository::new();
    let secret = {
        repository.write("a b.txt", &format!("one\nkey = {TOKEN}\n"));
        repository.commit("feat: add")
    };
    fs::remove_file(repository.root.join("a b.txt")).expect("removed");
    repository.commit("no conventional message");
    repository.write("quiet.txt", "nothing\n");
    repository.commit("feat: quiet");
    let (code, value) = repository.json("--range HEAD~3..HEAD");
    assert_eq!(code, registered(1));
    let found = &value["findings"][0];
    assert_eq!((&found["commit"], &found["file"], &found["start"]), (&json!(secret), &json!("a b.txt"), &json!({ "line": 2, "column": 7 })));
    assert_eq!((&value["findings"][1]["check"], &value["findings"][1]["about"]), (&json!("messages"), &json!("message")));
    assert_eq!((&value["looked"]["commits"], &value["looked"]["messages"], &value["looked"]["files"]), (&json!(3), &json!(3), &json!(2)));
    for same in ["HEAD~3..", "HEAD~3...HEAD", "main~3..main"] {
        let (code, again) = repository.json(&format!("--range {same}"));
        assert_eq!((code, &again["findings"]), (registered(1), &value["findings"]), "{same}");
    }
    assert_eq!(repository.json("--range HEAD~1..HEAD").0, registered(0));
    let nothing = repository.check("--range HEAD..HEAD");
    assert_eq!(nothing.code, registered(0));
    assert!(nothing.out.contains("nothing to look at: the range holds no commit"), "{}", nothing.out);
}

#[test]
fn h5_a_range_is_judged_by_the_policy_that_it_begins_from() {
    let repository = Repository::new();
    repository.write(".github/shipgate.yml", "version: 1\nenvironments: { staging: {} }\nchecks: { off: { secrets: we do not care } }\n");
    repository.write("a.txt", &format!("key = {TOKEN}\n"));
    repository.commit("feat: loosen");
    assert_eq!(repository.json("--range HEAD~1..").0, registered(1), "the change has no say in what it is judged by");
    assert_eq!(repository.json("--all").0, registered(0), "the work tree has");
    repository.write(".github/shipgate.yml", "version: 1\nenviroments: {}\n");
    let faulty = repository.check("--all");
    assert_eq!(faulty.code, registered(3), "{}", faulty.err);
    assert!(faulty.err.contains("SG-POLICY") && faulty.err.contains("environments") && faulty.out.is_empty(), "{}", faulty.err);
}

#[test]
fn h4_no_format_shows_more_than_four_characters_of_a_secret() {
    let repository = Repository::new();
    repository.write("Dockerfile", &format!("FROM x\nENV A={TOKEN} B=https://someone:{TOKEN}@db.internal/x\n"));
    repository.git(&["add", "Dockerfile"]);
    for format in ["text", "json", "sarif", "github"] {
        let run = repository.check(&format!("--staged --format {format}"));
        assert_eq!(run.code, registered(1), "{format}: {}", run.err);
        assert!(run.out.contains("gitlab-pat") && !run.out.contains(&TOKEN[..7]) && !run.out.contains(&TOKEN[6..12]), "{format}: {}", run.out);
        assert!(run.err.is_empty(), "{}", run.err);
    }
}

#[test]
fn h5_sarif_and_annotations_name_file_line_column_and_rule() {
    let repository = Repository::new();
    repository.write("a b/ä.txt", &format!("\nkey = {TOKEN}\n"));
    repository.git(&["add", "--all"]);
    let sarif: Value = serde_json::from_str(&repository.check("--staged --format sarif").out).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&sarif["version"], &result["ruleId"], &result["level"]), (&json!("2.1.0"), &json!("secrets/gitlab-pat"), &json!("error")));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A4.txt");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"], &place["region"]["endColumn"]), (&json!(2), &json!(7), &json!(33)));
    let commands = repository.check("--staged --format github");
    assert!(commands.out.starts_with("::error file=a b/ä.txt,line=2,col=7,endLine=2,endColumn=33,title=secrets/gitlab-pat::"), "{}", commands.out);
}

#[test]
fn h3_a_second_look_knows_what_was_clean_and_says_the_same() {
    let repository = Repository::new();
    for number in 0..40 {
        let secret = if number % 13 == 5 { format!("key = {TOKEN}\n") } else { String::new() };
        repository.write(&format!("f{number}.txt"), &format!("{number}\n{secret}"));
    }
    repository.commit("feat: many");
    let (code, first) = repository.json("--range HEAD~1..");
    let (again, second) = repository.json("--range HEAD~1..");
    assert_eq!((code, again, &first["findings"]), (registered(1), registered(1), &second["findings"]));
    assert_eq!(files(&first), ["f18.txt", "f31.txt", "f5.txt"]);
    assert_eq!((&first["looked"]["known"], &second["looked"]["known"], &second["looked"]["files"]), (&json!(0), &json!(37), &json!(40)));
    let cache = repository.root.join(".git/shipgate/clean");
    fs::write(&cache, "nonsense").expect("written");
    assert_eq!(repository.json("--range HEAD~1..").1["looked"], first["looked"], "a broken cache knows nothing");
    repository.write(".github/shipgate.yml", "version: 1\nenvironments: { staging: {} }\nchecks: { size: { largest: 1MB } }\n");
    repository.commit("chore: policy");
    assert_eq!(repository.json("--range HEAD~2..HEAD~1").1["looked"]["known"], 37, "the base's policy is the same");
}

#[cfg(unix)]
#[test]
fn v6_files_with_hostile_names_are_looked_at_and_their_names_do_nothing() {
    use std::os::unix::ffi::OsStrExt as _;
    let repository = Repository::new();
    let names: [&[u8]; 6] = [b"a\n::error::x", b"\x1b[2J\x07", b"-rf", b" \"quote'", b"\xff\xfe", "\u{202e}txt".as_bytes()];
    for name in names {
        fs::write(repository.root.join(std::ffi::OsStr::from_bytes(name)), format!("key = {TOKEN}\n")).expect("written");
    }
    let (code, all) = repository.json("--all");
    assert_eq!((code, files(&all).len()), (registered(1), 6), "{all}");
    repository.commit("feat: names");
    for line in ["--all", "--range HEAD~1..", "--range HEAD~1.. --format github"] {
        let run = repository.check(line);
        assert_eq!(run.code, registered(1), "{}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", run.out);
        assert!(run.out.lines().all(|line| !line.starts_with("::error::")), "{}", run.out);
        assert!(run.out.contains("6 findings stop this"), "{}", run.out);
    }
}

#[cfg(unix)]
#[test]
fn h5_links_pipes_submodules_and_binary_files_are_passed_over_and_counted() {
    let repository = Repository::new();
    std::os::unix::fs::symlink("loop", repository.root.join("loop")).expect("a link");
    std::os::unix::fs::symlink("/etc/passwd", repository.root.join("out")).expect("a link");
    fs::write(repository.root.join("binary"), [b"\0\x01\x02".as_slice(), TOKEN.as_bytes()].concat()).expect("written");
    repository.git(&["add", "--all"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},module", repository.git(&["rev-parse", "HEAD"]))]);
    let (code, staged) = repository.json("--staged");
    assert_eq!(
        (code, &staged["looked"]["files"], &staged["looked"]["binary"], &staged["looked"]["submodules"]),
        (registered(0), &json!(3), &json!(1), &json!(1))
    );
    fs::remove_file(repository.root.join("binary")).expect("removed");
    rustix_mkfifo(&repository.root.join("binary"));
    let (code, all) = repository.json("--all");
    assert_eq!((code, &all["notes"][0]), (registered(0), &json!("binary is no file but a pipe, a socket or a device: passed over")), "{all}");
}

/// Makes a pipe with a name.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the standard library makes no pipes with names")]
fn rustix_mkfifo(place: &Path) {
    assert!(Command::new("mkfifo").arg(place).status().expect("mkfifo runs").success());
}

#[test]
fn h3_a_content_that_cannot_be_read_stops_with_its_reason() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n");
    repository.commit("feat: a");
    let id = repository.git(&["rev-parse", "HEAD:a.txt"]);
    fs::remove_file(repository.root.join(".git/objects").join(&id[..2]).join(&id[2..])).expect("removed");
    let run = repository.check("--range HEAD~1..");
    assert_eq!(run.code, registered(11), "{}{}", run.out, run.err);
    assert!(run.out.contains(&format!("could not be looked at: a.txt: its object {id} is missing or corrupt")), "{}", run.out);
    assert!(run.out.ends_with("stopped, 1 thing could not be looked at · looked at 1 commit, 1 message\n"), "{}", run.out);
}

#[test]
fn h4_a_line_of_many_megabytes_hides_nothing() {
    let repository = Repository::new();
    let mut text = "x".repeat(17 * 1024 * 1024);
    text.extend([" key = ", TOKEN, " "]);
    repository.write("long.txt", &text);
    repository.git(&["add", "--all"]);
    let (code, value) = repository.json("--staged");
    assert_eq!(code, registered(1));
    let found = value["findings"].as_array().expect("findings").iter().find(|finding| finding["rule"] == "gitlab-pat").expect("the token");
    assert_eq!(found["start"], json!({ "line": 1, "column": 17 * 1024 * 1024 + 8 }));
    assert!(found["line"].as_str().is_some_and(|line| line.len() < 1_000), "{found}");
}

#[test]
fn h5_what_is_skipped_or_chosen_is_said_and_a_word_that_is_no_check_is_refused() {
    let repository = Repository::new();
    repository.write("a.txt", &format!("key = {TOKEN}\n"));
    repository.git(&["add", "--all"]);
    let skipped = ran(&repository.command("check --staged").env("SHIPGATE_SKIP", "secrets").output().expect("it runs"));
    assert_eq!(skipped.code, registered(0));
    assert!(skipped.out.trim_end().ends_with("skipped: secrets"), "{}", skipped.out);
    assert_eq!(repository.check("--staged --only size,urls").code, registered(0));
    assert_eq!(repository.check("--staged --only secrets").code, registered(1));
    let wrong = repository.check("--staged --only secret");
    assert_eq!(wrong.code, registered(2));
    assert!(wrong.err.contains("there is no check `secret`; did you mean `secrets`?") && wrong.err.contains("--list"), "{}", wrong.err);
    let skip = ran(&repository.command("check --staged").env("SHIPGATE_SKIP", "secrets,sizes").output().expect("it runs"));
    assert_eq!(skip.code, registered(2));
    assert!(skip.err.contains("`sizes`") && skip.out.is_empty(), "{}", skip.err);
}

#[test]
fn h5_what_cannot_be_looked_at_is_refused_with_what_to_do() {
    let repository = Repository::new();
    for (line, words) in [
        ("--range nonsense", "is no range"),
        ("--range nothing..HEAD", "`nothing` names no commit"),
        ("--range=--output=x..HEAD", "names no commit"),
        ("missing.txt", "there is no file or folder `missing.txt`"),
        ("../home", "lies outside"),
    ] {
        let run = repository.check(line);
        assert_eq!(run.code, registered(2), "{line}: {}", run.err);
        assert!(run.err.contains(words) && run.out.is_empty(), "{line}: {}", run.err);
    }
    repository.write("a.txt", "a\n");
    repository.commit("feat: a");
    let clone = repository.home.join("clone");
    let url = format!("file://{}", repository.root.display());
    repository.git_in(&repository.home, &["clone", "--quiet", "--depth=1", &url, "clone"]);
    let shallow = ran(&repository.command("check --range HEAD~1..HEAD").current_dir(&clone).output().expect("it runs"));
    assert_eq!(shallow.code, registered(2));
    assert!(shallow.err.contains("fetch-depth: 0"), "{}", shallow.err);
}

#[test]
fn h5_a_bare_repository_has_ranges_and_no_repository_has_paths() {
    let repository = Repository::new();
    repository.write("a.txt", &format!("key = {TOKEN}\n"));
    repository.commit("feat: a");
    let bare = repository.home.join("bare.git");
    repository.git_in(&repository.home, &["clone", "--quiet", "--bare", &repository.root.display().to_string(), "bare.git"]);
    let run = |line: &str, folder: &Path| ran(&repository.command(line).current_dir(folder).output().expect("it runs"));
    assert_eq!(run("check --range main~1..main", &bare).code, registered(1));
    let staged = run("check --staged", &bare);
    assert_eq!(staged.code, registered(11));
    assert!(staged.err.contains("the repository is bare"), "{}", staged.err);
    let plain = repository.home.join("plain");
    fs::create_dir_all(plain.join("b/c")).expect("folders");
    fs::write(plain.join("b/c/d.txt"), format!("key = {TOKEN}\n")).expect("written");
    let named = run("check --json b", &plain);
    assert_eq!(named.code, registered(1), "{}", named.err);
    assert_eq!(files(&serde_json::from_str(&named.out).expect("JSON")), ["b/c/d.txt"]);
    let unnamed = run("check", &plain);
    assert_eq!(unnamed.code, registered(11));
    assert!(unnamed.err.contains("lies in no git repository"), "{}", unnamed.err);
}

#[test]
fn h5_the_list_names_every_check_and_rule() {
    let repository = Repository::empty();
    let list = repository.check("--list");
    assert_eq!(list.code, registered(0));
    for spec in shipgate::checks::CHECKS {
        assert!(list.out.lines().any(|line| line == spec.id) && list.out.contains(spec.about), "{}", spec.id);
    }
    let (_, value) = repository.json("--list");
    let checks = value["checks"].as_array().expect("checks");
    let secrets = checks.iter().find(|check| check["id"] == "secrets").expect("secrets");
    assert!(secrets["rules"].as_array().is_some_and(|rules| rules.iter().any(|rule| rule["id"] == "gitlab-pat" && rule["level"] == "stop")));
}

/// The action's step for an event, in the repository as the checkout.
fn step(repository: &Repository, event: (&str, &Value), inputs: &[(&str, &str)]) -> (Run, String, String) {
    let (payload, summary, output) = (repository.home.join("event.json"), repository.home.join("summary.md"), repository.home.join("output"));
    fs::write(&payload, event.1.to_string()).expect("written");
    for file in [&summary, &output] {
        fs::write(file, "").expect("written");
    }
    let mut command = repository.command("action");
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", event.0).env("GITHUB_EVENT_PATH", &payload).env("GITHUB_WORKSPACE", &repository.root);
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &output).env("GITHUB_REPOSITORY", "octo-org/shop");
    for (name, value) in inputs {
        command.env(format!("INPUT_{}", name.to_uppercase()), value);
    }
    let run = ran(&command.output().expect("it runs"));
    (run, fs::read_to_string(summary).expect("text"), fs::read_to_string(output).expect("text"))
}

const ON: [(&str, &str); 2] = [("checks", "on"), ("fail-on", "no-go")];

#[test]
fn h5_the_action_looks_at_what_a_pull_request_brings_annotates_it_and_fails() {
    let repository = Repository::new();
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write("a.txt", &format!("key = {TOKEN}\n"));
    let head = repository.commit("feat: a");
    let event = json!({ "action": "opened", "pull_request": { "base": { "sha": base }, "head": { "sha": head } } });
    let (run, summary, output) = step(&repository, ("pull_request", &event), &ON);
    assert_eq!(run.code, registered(1), "{}{}", run.out, run.err);
    assert!(run.out.starts_with("::error file=a.txt,line=1,col=7,endLine=1,endColumn=33,title=secrets/gitlab-pat::"), "{}", run.out);
    assert!(run.out.ends_with("1 finding stops this · looked at 1 commit, 1 message, 1 file, 33 bytes\n"), "{}", run.out);
    assert!(summary.contains("| stops | `a.txt:1`") && summary.contains("secrets/gitlab-pat"), "{summary}");
    assert!(output.contains("decision") && output.contains("none") && !run.out.contains(&TOKEN[..7]) && !summary.contains(&TOKEN[..7]));
    let same = repository.check(&format!("--range {base}..{head}"));
    assert_eq!(same.code, registered(1), "the command says the same");
    let (run, _, _) = step(&repository, ("pull_request", &event), &[("checks", "on"), ("fail-on", "nothing")]);
    assert_eq!(run.code, registered(0));
    let skip = ran(&repository
        .command("action")
        .envs([("GITHUB_EVENT_NAME", "pull_request"), ("INPUT_CHECKS", "on"), ("SHIPGATE_SKIP", "secrets")])
        .env("GITHUB_EVENT_PATH", repository.home.join("event.json"))
        .output()
        .expect("it runs"));
    assert_eq!(skip.code, registered(1), "what is skipped locally shows up here");
}

#[test]
fn h5_the_action_looks_at_pushes_new_branches_and_merge_groups_and_a_deletion_is_nothing() {
    let repository = Repository::new();
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", &base]);
    repository.write("a.txt", &format!("key = {TOKEN}\n"));
    let head = repository.commit("feat: a");
    let zero = "0".repeat(40);
    let push = |before: &str, after: &str| json!({ "before": before, "after": after, "repository": { "default_branch": "main" } });
    let group = json!({ "merge_group": { "base_sha": base, "head_sha": head } });
    for event in [("push", push(&base, &head)), ("push", push(&zero, &head)), ("merge_group", group)] {
        let (run, _, _) = step(&repository, (event.0, &event.1), &ON);
        assert_eq!(run.code, registered(1), "{event:?}: {}{}", run.out, run.err);
        assert!(run.out.contains("looked at 1 commit,"), "{event:?}: {}", run.out);
    }
    let (deleted, _, _) = step(&repository, ("push", &push(&head, &zero)), &ON);
    assert_eq!(deleted.code, registered(0));
    assert!(deleted.out.contains("nothing to look at: it is deleted"), "{}", deleted.out);
}

#[test]
fn h5_the_action_says_what_a_checkout_lacks_and_is_silent_where_checks_are_off() {
    let repository = Repository::new();
    let base = repository.git(&["rev-parse", "HEAD"]);
    let event = json!({ "action": "opened", "pull_request": { "base": { "sha": "1".repeat(40) }, "head": { "sha": base } } });
    let (run, _, output) = step(&repository, ("pull_request", &event), &ON);
    assert_eq!(run.code, registered(11));
    assert!(run.err.contains("this checkout has no commit 1111") && run.err.contains("fetch-depth: 0"), "{}", run.err);
    assert!(run.out.contains("::error title=shipgate::") && output.contains("error"), "{}", run.out);
    let off = json!({ "before": base, "after": base, "repository": { "default_branch": "main", "full_name": "octo-org/shop" } });
    let (run, summary, _) = step(&repository, ("push", &off), &[]);
    assert_eq!(run.code, registered(0), "{}", run.err);
    assert!(run.out.is_empty() && summary.is_empty() && run.err.contains("nothing to do"), "{}{}", run.out, run.err);
}
