//! The examples in docs/examples: they parse, they are pinned, they ask for what they need and no more. What linters say of them: tests/it/linters.rs.

use std::fs;
use std::path::{Path, PathBuf};

use shipgate::domain::ObjectId;

/// What the examples pin shipgate by: of the right form, and no commit. Whoever copies an example writes the commit of a release there.
pub const PIN: &str = "shipgate/shipgate@0123456789abcdef0123456789abcdef01234567 # v0.1.0";

/// One example: the files that make up a repository's `.github`.
pub struct Example {
    /// Its place below docs/examples.
    pub name: String,
    /// The policy, where it brings one.
    pub policy: Option<PathBuf>,
    /// The workflows.
    pub workflows: Vec<PathBuf>,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every example: each folder with `workflows`, and each workflow that stands alone.
pub fn examples() -> Vec<Example> {
    let top = root().join("docs/examples");
    let mut out = Vec::new();
    let mut todo = vec![top.clone()];
    while let Some(folder) = todo.pop() {
        let workflows = listed(&folder.join("workflows"));
        if !workflows.is_empty() {
            let policy = Some(folder.join("shipgate.yml")).filter(|path| path.exists());
            out.push(Example { name: name(&top, &folder), policy, workflows });
        }
        for path in listed(&folder).into_iter().filter(|path| path.file_name().is_some_and(|name| name != "workflows")) {
            if path.is_dir() {
                todo.push(path);
            } else if folder == top && is_yaml(&path) {
                out.push(Example { name: name(&top, &path), policy: None, workflows: vec![path] });
            }
        }
    }
    out.sort_by(|one, next| one.name.cmp(&next.name));
    out
}

impl Example {
    /// A new folder with the example as the `.github` of a repository.
    pub fn laid_out(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join(".git")).expect("made");
        fs::create_dir_all(folder.path().join(".github/workflows")).expect("made");
        for path in &self.workflows {
            fs::copy(path, folder.path().join(".github/workflows").join(path.file_name().expect("a name"))).expect("copied");
        }
        if let Some(policy) = &self.policy {
            fs::copy(policy, folder.path().join(".github/shipgate.yml")).expect("copied");
        }
        folder
    }

    fn texts(&self) -> Vec<(String, String)> {
        self.workflows.iter().map(|path| (path.display().to_string(), fs::read_to_string(path).expect("text"))).collect()
    }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.expect("an entry").path()).collect(),
        Err(_) => Vec::new(),
    };
    out.sort();
    out
}

fn name(top: &Path, path: &Path) -> String {
    path.strip_prefix(top).expect("below the examples").display().to_string()
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml")
}

/// Every workflow of ours and of the examples.
fn every_workflow() -> Vec<(String, String)> {
    let ours = listed(&root().join(".github/workflows")).into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("text")));
    ours.chain(examples().iter().flat_map(Example::texts)).collect()
}

/// The value of a line such as `uses: VALUE`, or `- uses: VALUE`.
fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.trim_start().trim_start_matches("- ").strip_prefix(key)?.strip_prefix(": ")
}

#[test]
fn i1_every_way_to_deploy_has_an_example_that_the_page_names() {
    let names: Vec<String> = examples().into_iter().map(|example| example.name).collect();
    let page = fs::read_to_string(root().join("docs/examples/README.md")).expect("the page of the examples");
    for expected in
        ["same-job", "dispatch", "one-job-deploy.yml", "matrix", "reusable", "cross-repository", "cross-repository/infra", "own-app", "schedule.yml", "checks"]
    {
        assert!(names.iter().any(|name| name == expected), "{expected}: {names:?}");
        assert!(page.contains(&format!("({expected}")), "docs/examples/README.md does not link to {expected}");
    }
}

#[test]
fn i1_every_policy_among_the_examples_is_valid() {
    let policies: Vec<PathBuf> = examples().into_iter().filter_map(|example| example.policy).collect();
    assert!(policies.len() >= 5, "{policies:?}");
    for path in policies {
        let text = fs::read_to_string(&path).expect("text");
        let id = ObjectId::new("0".repeat(40)).expect("an id");
        if let Err(faults) = shipgate::policy::load(&text, id) {
            panic!("{}:\n{faults}", path.display());
        }
    }
}

#[test]
fn i1_a_policy_that_dispatches_names_a_workflow_of_its_example_which_takes_the_deployment() {
    for example in examples() {
        let Some(policy) = &example.policy else { continue };
        let policy = fs::read_to_string(policy).expect("text");
        for rest in policy.split("workflow: ").skip(1).filter(|rest| !rest.lines().next().is_some_and(|line| line.contains("repository:"))) {
            let file = rest.split([',', ' ', '\n']).next().expect("a name");
            let (_, text) = example.texts().into_iter().find(|(path, _)| path.ends_with(&format!("workflows/{file}"))).expect("it is in the example");
            assert!(text.contains("run-name: Deploy ${{ inputs.shipgate }}\n") && text.contains("deployment: ${{ inputs.shipgate }}\n"), "{}", example.name);
        }
    }
}

#[test]
fn x3_every_action_is_pinned_by_its_whole_commit_and_names_its_version() {
    let pinned = regex::Regex::new(r"^[A-Za-z0-9._/-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$").expect("a valid pattern");
    let mut seen = 0;
    for (path, text) in every_workflow() {
        for value in text.lines().filter_map(|line| value_of(line, "uses")) {
            seen += 1;
            assert!(value.starts_with("./") || pinned.is_match(value), "{path}: {value}");
            assert!(!value.starts_with("shipgate/shipgate@") || value == PIN, "{path}: {value} is not what tests replace and docs speak of");
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn x3_every_workflow_begins_with_no_permission_and_every_job_ends_in_time() {
    for (path, text) in every_workflow() {
        assert!(text.contains("\npermissions: {}\n"), "{path} gives its jobs permissions that they do not ask for");
        let jobs = text.split("\njobs:\n").nth(1).expect("jobs").lines().filter(|line| line.starts_with("    runs-on: ")).count();
        assert_eq!(text.matches("\n    timeout-minutes: ").count(), jobs, "{path}: each job has an end");
        assert!(!text.contains("secrets: inherit") && !text.contains("write-all"), "{path}");
    }
}

/// What GitHub replaces before a shell sees it is what a stranger wrote: values go through the environment.
#[test]
fn v9_no_workflow_puts_an_expression_into_a_shell() {
    let mut seen = 0;
    for (path, text) in every_workflow() {
        let mut inside = None;
        for line in text.lines() {
            // The dash of a step stands where its other keys are indented to.
            let depth = line.len() - line.trim_start().trim_start_matches("- ").len();
            if inside.is_some_and(|outer| depth <= outer && !line.trim().is_empty()) {
                inside = None;
            }
            if value_of(line, "run").is_some() {
                seen += 1;
                inside = Some(depth);
            }
            assert!(inside.is_none() || !line.contains("${{"), "{path}: {line}");
        }
    }
    assert!(seen > 20, "{seen}");
}

/// The commit that is deployed, and no other: a checkout of the change takes what shipgate judged.
#[test]
fn g14_every_example_deploys_the_commit_that_was_judged() {
    for example in examples() {
        for (path, text) in example.texts().iter().filter(|(path, _)| !path.contains("/infra/")) {
            for after in text.split("uses: actions/checkout@").skip(1) {
                let step: Vec<&str> = after.lines().skip(1).take(3).collect();
                // The checks deploy nothing: they look at what the event brings.
                let deploys = example.name != "checks";
                assert!(!deploys || step.iter().any(|line| line.contains("ref: ${{ ") && line.contains(".sha }}")), "{path}: {step:?}");
                assert!(step.iter().any(|line| line.contains("persist-credentials: false")), "{path}: {step:?}");
            }
        }
    }
}

/// The built binary in an example that is laid out, with no token.
#[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
fn shipgate(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_shipgate"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder).output().expect("the binary runs")
}

#[test]
fn i1_policy_check_and_doctor_find_no_error_in_an_example() {
    // Those that stand alone are one part of a repository: the example `dispatch` is the rest.
    for example in examples().into_iter().filter(|example| !example.name.contains(".yml")) {
        let folder = example.laid_out();
        if example.policy.is_some() {
            let check = shipgate(folder.path(), &["policy", "check"]);
            assert!(check.status.success(), "{}: {}", example.name, String::from_utf8_lossy(&check.stderr));
        }
        let doctor = shipgate(folder.path(), &["doctor", "--offline"]);
        let said = String::from_utf8_lossy(&doctor.stdout);
        assert!(doctor.status.success() && said.contains("0 errors, 0 warnings"), "{}: {said}", example.name);
    }
}

#[test]
fn i1_our_own_policy_is_valid() {
    let check = shipgate(&root(), &["policy", "check"]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
