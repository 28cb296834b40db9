//! `shipgate doctor`: workflows of all kinds with the findings that they must give, and the built binary against folders and the sandbox.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use shipgate::doctor::material::{Asked, File, Files, Material};
use shipgate::doctor::{Area, Diagnosis, FINDINGS, Finding, examine};
use shipgate::domain::Role;
use shipgate::facts::{Codeowners, Fact};
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::{Access, Permission, ReviewRule, Visibility};

const POLICY: &str = "version: 1\nenvironments:\n  staging: {}\n  production: { aliases: [prod], after: [staging] }\n";
const POLICY_FILE: &str = ".github/shipgate.yml";
const CASE_FILE: &str = ".github/workflows/case.yml";

/// What a case says: its files, and what must be found where (line 0: about the file; no file: about none).
struct Case {
    name: String,
    files: Vec<(String, String)>,
    expected: BTreeSet<(String, usize, String)>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/doctor");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| case(path)).collect()
}

/// `#--- PATH` begins another file; `#! CODE…` at a line's end is what must be found on it, `#!file` in the file, `#!else` without a file.
fn case(path: &Path) -> Case {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut case = Case { name, files: vec![(CASE_FILE.to_owned(), String::new())], expected: BTreeSet::new() };
    for line in fs::read_to_string(path).expect("a case is text").lines() {
        if let Some(next) = line.strip_prefix("#--- ") {
            case.files.push((next.to_owned(), String::new()));
            continue;
        }
        let (file, text) = case.files.last_mut().expect("there is one");
        let number = text.lines().count() + 1;
        for (mark, file, number) in [("#!file ", file.as_str(), 0), ("#!else ", "", 0), ("#! ", file.as_str(), number)] {
            let codes = line.split_once(mark).map_or("", |(_, codes)| codes);
            case.expected.extend(codes.split_whitespace().map(|code| (file.to_owned(), number, code.to_owned())));
        }
        if !line.starts_with("#!") {
            text.push_str(line);
            text.push('\n');
        }
    }
    case
}

fn material(files: &[(String, String)]) -> Material {
    let of = |wanted: &str| files.iter().find(|(path, _)| path == wanted).map(|(_, text)| text.clone());
    let workflows = files.iter().filter(|(path, _)| path.starts_with(".github/workflows/"));
    Material {
        files: Files {
            policy: Fact::Known(of(POLICY_FILE).or_else(|| Some(POLICY.to_owned()))),
            workflows: Fact::Known(workflows.map(|(path, text)| File { path: path.clone(), text: Fact::Known(text.clone()) }).collect()),
            codeowners: Fact::Known(Codeowners { path: None, text: String::new() }),
            action: Fact::Known(of("action.yml")),
        },
        server: Asked::No("this is a test".to_owned()),
        now: "2026-03-02T09:00:00Z".parse().expect("a time"),
        version: "0.1.0".parse().expect("a version"),
    }
}

fn is_about_workflows(finding: &Finding) -> bool {
    matches!(finding.spec.area, Area::Workflow | Area::Token | Area::Deploy)
}

fn found(diagnosis: &Diagnosis) -> BTreeSet<(String, usize, String)> {
    let place = |finding: &Finding| finding.place.as_ref().map(|place| (place.file.clone(), place.line.unwrap_or(0))).unwrap_or_default();
    let findings = diagnosis.findings().iter().filter(|finding| is_about_workflows(finding));
    findings.map(|finding| (place(finding).0, place(finding).1, finding.spec.code.to_owned())).collect()
}

#[test]
fn i1_every_workflow_gets_exactly_its_findings_on_their_lines() {
    let mut wrong = String::new();
    for case in cases() {
        let found = found(&examine(&material(&case.files)));
        let difference: Vec<String> = (found.difference(&case.expected).map(|extra| format!("  found    {extra:?}")))
            .chain(case.expected.difference(&found).map(|missing| format!("  missing  {missing:?}")))
            .collect();
        if !difference.is_empty() {
            wrong = format!("{wrong}{}:\n{}\n", case.name, difference.join("\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What only the server, or a folder, can show has its tests elsewhere.
const NO_CASE: &[&str] = &["token.default-write", "token.approves", "token.refused", "token.unread", "workflow.unread"];

#[test]
fn i1_every_finding_about_workflows_has_a_case() {
    let seen: BTreeSet<String> = cases().into_iter().flat_map(|case| case.expected).map(|(_, _, code)| code).collect();
    let wanted = FINDINGS.iter().filter(|spec| matches!(spec.area, Area::Workflow | Area::Token | Area::Deploy) && !NO_CASE.contains(&spec.code));
    let missing: Vec<&str> = wanted.map(|spec| spec.code).filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn i1_the_repository_s_own_action_is_known_by_its_action_yml() {
    let workflow = (CASE_FILE.to_owned(), "on: { issue_comment: { types: [created] } }\njobs: { gate: { steps: [{ uses: ./ }, { run: x }] } }\n".to_owned());
    let codes = |files: &[(String, String)]| found(&examine(&material(files))).into_iter().map(|(_, _, code)| code).collect::<BTreeSet<_>>();
    assert!(codes(std::slice::from_ref(&workflow)).contains("workflow.no-gate"));
    let ours = ("action.yml".to_owned(), "name: shipgate\nruns: { using: node24 }\n".to_owned());
    let with = codes(&[workflow, ours]);
    assert!(with.contains("workflow.unguarded") && !with.contains("workflow.no-gate"), "{with:?}");
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err));
        assert_eq!(value["schema_version"], 1);
        value
    }

    fn codes(&self) -> BTreeSet<String> {
        self.json()["findings"].as_array().expect("a list").iter().map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect()
    }
}

/// The binary in a folder, with these variables and no others.
#[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
fn run(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipgate"));
    command.args(line.split_whitespace()).current_dir(folder).env_clear().env("HOME", folder).envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Run { code: status.code().expect("it ends by itself"), out: text(stdout), err: text(stderr) }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn good() -> String {
    case(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/doctor/good.yml")).files.remove(0).1
}

#[test]
fn i1_a_sound_folder_is_fine_and_without_a_token_it_says_that_only_files_were_looked_at() {
    let folder = folder(&[(POLICY_FILE, POLICY), (".github/workflows/shipgate.yml", &good())]);
    let plain = run(folder.path(), "doctor", &[]);
    assert_eq!((plain.code, plain.err.as_str()), (0, ""), "{}", plain.out);
    assert!(plain.out.contains("only the files were looked at: there is no token"), "{}", plain.out);
    assert!(plain.out.ends_with("0 errors, 0 warnings, 2 notes\n"), "{}", plain.out);
    assert!(!plain.out.contains("fine "), "{}", plain.out);
    let verbose = run(folder.path(), "doctor -v --offline", &[("GITHUB_TOKEN", "unused-token-value")]);
    assert!(verbose.out.contains("fine     .github/shipgate.yml is valid") && verbose.out.contains("--offline was given"), "{}", verbose.out);
    assert_eq!(run(folder.path(), "doctor --strict", &[]).code, 0, "a note is no warning");
    let unnamed = run(folder.path(), "doctor", &[("GITHUB_TOKEN", "unused-token-value")]);
    assert!(unnamed.code == 0 && unnamed.out.contains("no clone of a repository on GitHub"), "{}{}", unnamed.out, unnamed.err);
}

#[test]
fn i1_the_exit_code_is_1_for_errors_and_with_strict_for_warnings() {
    let policy = "version: 1\nenvironments:\n  production: { gates: { confirm: off } }\n";
    let folder = folder(&[(POLICY_FILE, policy), (".github/workflows/shipgate.yml", &good())]);
    let usual = run(folder.path(), "doctor --json", &[]);
    assert_eq!((usual.code, &usual.json()["errors"], &usual.json()["warnings"]), (0, &0.into(), &1.into()), "{}", usual.out);
    let finding = usual.json()["findings"].as_array().expect("a list").iter().find(|finding| finding["code"] == "policy.loose").cloned().expect("a finding");
    assert_eq!((&finding["file"], &finding["line"], &finding["severity"]), (&POLICY_FILE.into(), &3.into(), &"warning".into()));
    assert!(finding["mend"].as_str().is_some_and(|mend| !mend.is_empty()));
    assert_eq!(run(folder.path(), "doctor --strict", &[]).code, 1);
    fs::remove_file(folder.path().join(POLICY_FILE)).expect("removed");
    let missing = run(folder.path(), "doctor --json", &[]);
    assert_eq!(missing.code, 1);
    assert!(missing.codes().contains("policy.missing"), "{}", missing.out);
}

#[test]
fn i1_it_finds_the_root_of_the_clone_from_any_folder_in_it() {
    let folder = folder(&[(POLICY_FILE, POLICY), (".github/workflows/shipgate.yml", &good()), ("src/deep/file", "")]);
    git2::Repository::init(folder.path()).expect("a repository");
    let below = run(&folder.path().join("src/deep"), "doctor --json", &[]);
    assert!(!below.codes().contains("policy.missing"), "{}", below.out);
}

#[test]
fn i1_a_broken_policy_shows_every_fault_with_its_line() {
    let folder = folder(&[(POLICY_FILE, "version: 1\nenvironments:\n  staging: { after: [gone] }\n  prod: { gates: { cheks: {} } }\n")]);
    let broken = run(folder.path(), "doctor --json", &[]);
    assert_eq!(broken.code, 1);
    let findings = broken.json()["findings"].clone();
    let lines: Vec<u64> = findings.as_array().expect("a list").iter().filter(|f| f["code"] == "policy.invalid").filter_map(|f| f["line"].as_u64()).collect();
    assert_eq!(lines, [3, 4], "{}", broken.out);
    assert!(broken.codes().contains("workflow.no-gate"));
}

#[test]
fn i1_hostile_files_are_said_and_nothing_else_is_lost() {
    let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        format!("{text}a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))
    });
    let huge = format!("on: push\n# {}\n", "x".repeat(1 << 20));
    let keys = (0..40_000).fold(String::from("on: push\njobs:\n"), |text, index| format!("{text}  j{index}: 1\n"));
    let folder = folder(&[
        (POLICY_FILE, POLICY),
        (".github/workflows/shipgate.yml", &good()),
        (".github/workflows/bomb.yml", &bomb),
        (".github/workflows/huge.yml", &huge),
        (".github/workflows/keys.yml", &keys),
        (".github/workflows/deep.yml", &"[".repeat(10_000)),
        (".github/workflows/escape\u{1b}[31m.yml", "on: push\njobs: {a: {steps: [{run: \"${{ github.event.comment.body }}\\u001b[31m\"}]}}\n"),
        (".github/workflows/notes.txt", "not a workflow"),
    ]);
    fs::write(folder.path().join(".github/workflows/binary.yml"), [0xff, 0xfe, 0x00]).expect("a file");
    fs::create_dir(folder.path().join(".github/workflows/folder.yml")).expect("a folder");
    let ran = run(folder.path(), "doctor", &[]);
    assert_eq!(ran.code, 1, "the injection: {}", ran.out);
    for (file, words) in [
        ("bomb.yml:", "aliases together stand for more than"),
        ("huge.yml: ", "larger than 512 KiB"),
        ("deep.yml:1: ", "it is not YAML"),
        ("binary.yml: ", "no UTF-8 text"),
        ("folder.yml: ", "it is no file"),
    ] {
        assert!(ran.out.lines().any(|line| line.contains(file) && line.contains(words)), "{file} {words}: {}", ran.out);
    }
    assert!(ran.out.contains("workflow.injection") && !ran.out.contains('\u{1b}'), "{}", ran.out);
    assert!(!ran.out.contains("notes.txt"));
    assert!(!run(folder.path(), "doctor --json", &[]).codes().contains("workflow.no-gate"), "the gate is still seen");
}

#[cfg(unix)]
#[test]
fn i1_nothing_is_read_through_a_symbolic_link_and_a_pipe_does_not_hang_it() {
    use std::os::unix::fs::symlink;
    let elsewhere = folder(&[("secret.yml", "on: push\njobs: { secret-job-name: {} }\n"), ("policy.yml", POLICY)]);
    let here = folder(&[(".github/workflows/shipgate.yml", &good())]);
    symlink(elsewhere.path().join("policy.yml"), here.path().join(POLICY_FILE)).expect("a link");
    symlink(elsewhere.path().join("secret.yml"), here.path().join(".github/workflows/linked.yml")).expect("a link");
    let pipe = here.path().join(".github/workflows/pipe.yml");
    pipe_at(&pipe);
    let ran = run(here.path(), "doctor --json", &[]);
    let codes = ran.codes();
    assert!(codes.contains("policy.unread") && codes.contains("workflow.unread") && !codes.contains("policy.missing"), "{}", ran.out);
    assert_eq!(ran.out.matches("symbolic link, which GitHub does not follow").count(), 2, "{}", ran.out);
    assert!(ran.out.contains("it is no file"), "the pipe: {}", ran.out);
    assert!(!ran.out.contains("secret-job-name"));
    let linked = folder(&[("real/workflows/shipgate.yml", &good())]);
    symlink("real", linked.path().join(".github")).expect("a link");
    assert!(run(linked.path(), "doctor", &[]).out.contains(".github is a symbolic link"));
}

/// A named pipe, which nobody writes to.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the test makes a pipe with the system's own program")]
fn pipe_at(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo is there").success());
}

#[test]
fn i1_another_repository_cannot_be_asked_about_without_a_token_or_offline() {
    let folder = folder(&[]);
    let asked = run(folder.path(), "doctor --repo acme/shop", &[]);
    assert_eq!((asked.code, asked.out.as_str()), (2, ""), "{}", asked.err);
    assert!(asked.err.contains("there is no token"), "{}", asked.err);
    assert_eq!(run(folder.path(), "doctor --repo acme/shop --offline", &[]).code, 2);
    assert_eq!(run(folder.path(), "doctor --repo ../x", &[("GITHUB_TOKEN", "unused-token-value")]).code, 2);
}

const SHOP: &str = "acme/shop";

fn hub() -> Sandbox {
    let hub = Sandbox::start("2026-03-02T09:00:00Z".parse().expect("a time"));
    hub.organisation("acme");
    hub.user("octo-lead");
    hub.repository(SHOP, Visibility::Private);
    hub.grant(SHOP, "octo-lead", Role::Admin);
    hub.put(SHOP, "octo-lead", ("main", &[(POLICY_FILE, POLICY), (".github/workflows/shipgate.yml", &good()), (".github/workflows/more.txt", "no workflow")]));
    hub
}

fn variables<'v>(url: &'v str, token: &'v str) -> Vec<(&'static str, &'v str)> {
    vec![("GITHUB_TOKEN", token), ("GITHUB_API_URL", url), ("SHIPGATE_RETRY_PAUSE_MS", "0")]
}

#[test]
fn i1_another_repository_is_looked_at_through_the_api_and_every_setting_that_leaves_a_hole_is_said() {
    let hub = hub();
    hub.environment(SHOP, "staging");
    let token = hub.full_token("octo-lead");
    let url = hub.url();
    let elsewhere = folder(&[]);
    let ran = run(elsewhere.path(), "doctor --repo acme/shop --json", &variables(&url, &token));
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let codes = ran.codes();
    for code in ["environment.production-missing", "branch.no-pull-request", "branch.no-checks", "branch.force-push", "branch.deletion", "token.shared"] {
        assert!(codes.contains(code), "{code}: {}", ran.out);
    }
    for code in ["policy.missing", "workflow.no-gate", "environment.missing", "server.not-asked", "branch.stale-approvals"] {
        assert!(!codes.contains(code), "{code}: {}", ran.out);
    }
    hub.environment(SHOP, "production");
    hub.require_reviews(SHOP, "main", ReviewRule { approvals: 1, ..ReviewRule::default() });
    hub.require_checks(SHOP, "main", &[("build", None)]);
    let codes = run(elsewhere.path(), "doctor --repo acme/shop --json", &variables(&url, &token)).codes();
    for code in ["environment.any-branch", "environment.admins-bypass"] {
        assert!(codes.contains(code), "{code}: {codes:?}");
    }
    for code in ["environment.production-missing", "branch.no-pull-request", "branch.no-checks"] {
        assert!(!codes.contains(code), "{code}: {codes:?}");
    }
}

#[test]
fn i1_in_a_clone_the_files_are_the_work_trees_and_the_settings_the_servers() {
    let hub = hub();
    let token = hub.actions_token(&[(Permission::Contents, Access::Read), (Permission::Metadata, Access::Read)]);
    let url = hub.url();
    let clone = folder(&[(POLICY_FILE, "version: 1\nenvironments: { only-here: {} }\n")]);
    let mut variables = variables(&url, &token);
    variables.push(("GITHUB_REPOSITORY", SHOP));
    let ran = run(clone.path(), "doctor --json", &variables);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let codes = ran.codes();
    assert!(codes.contains("workflow.no-gate") && codes.contains("branch.no-pull-request"), "{}", ran.out);
    assert!(codes.contains("environment.unread") && codes.contains("token.refused"), "what the token may not read is said: {}", ran.out);
    assert!(ran.out.contains("`actions: read`"), "{}", ran.out);
}

#[test]
fn i1_a_server_that_cannot_be_asked_ends_with_10_and_the_files_findings_are_shown_all_the_same() {
    let hub = hub();
    let url = hub.url();
    let clone = folder(&[(POLICY_FILE, POLICY)]);
    let mut variables = variables(&url, "not-a-token-of-anybody");
    variables.push(("GITHUB_REPOSITORY", SHOP));
    let ran = run(clone.path(), "doctor --json", &variables);
    assert_eq!(ran.code, 10, "{}{}", ran.out, ran.err);
    assert!(ran.codes().contains("server.unread") && ran.codes().contains("workflow.no-gate"), "{}", ran.out);
    assert!(ran.err.contains("the token was not accepted") && ran.err.contains("hint:"), "{}", ran.err);
    let other = run(clone.path(), "doctor --repo acme/gone --json", &variables);
    assert_eq!((other.code, other.out.as_str()), (10, ""), "{}", other.err);
}

#[test]
fn i1_a_repository_that_only_carries_out_needs_no_policy_and_no_gate() {
    let carries = "on: { workflow_dispatch: { inputs: { shipgate: { required: true, type: string } } } }\nrun-name: Deploy ${{ inputs.shipgate }}\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    permissions: { contents: write, deployments: write, issues: write, pull-requests: write, checks: read, statuses: read, actions: read }\n    steps:\n      - uses: shipgate/shipgate@0123456789abcdef0123456789abcdef01234567 # v0.1.0\n        with: { deployment: \"${{ inputs.shipgate }}\" }\n";
    let there = folder(&[(".github/workflows/deploy.yml", carries)]);
    let ran = run(there.path(), "doctor --json", &[]);
    assert!(ran.code == 0 && ran.codes().contains("policy.elsewhere"), "{}", ran.out);
    assert!(!ran.codes().contains("policy.missing") && !ran.codes().contains("workflow.no-gate"), "{}", ran.out);
    // With a gate besides, or with a last step alone, the policy is missed.
    for other in [carries.replace("deployment:", "token:"), carries.replace("with: { ", "with: { step: finish, ")] {
        let there = folder(&[(".github/workflows/deploy.yml", &other)]);
        assert!(run(there.path(), "doctor --json", &[]).codes().contains("policy.missing"));
    }
}
