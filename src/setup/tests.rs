//! Repositories of many kinds, and what is proposed for each.

use super::*;
use crate::domain::{CommitSha, ObjectId, RepoSlug};
use crate::policy as rules;

const CI: (&str, &str) =
    (".github/workflows/ci.yml", "name: CI\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{ run: make test }]\n");
const SHIP: (&str, &str) = (
    ".github/workflows/ship.yml",
    "name: Ship it\non:\n  workflow_dispatch:\n    inputs:\n      environment: { required: true, type: choice, options: [staging, production] }\n      sha: { required: true }\n      \
     reason: { required: true }\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n    steps:\n      - uses: actions/checkout@v4\n      - run: ./ship\n",
);

fn sources(files: &[(&str, &str)]) -> Sources {
    let names = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    let files = files.iter().map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    Sources { files, names, ..Sources::default() }
}

fn found(files: &[(&str, &str)]) -> Findings {
    Findings::of(sources(files))
}

fn pin() -> Pin {
    Pin { action: RepoSlug::new("shipgate/shipgate").expect("a slug"), sha: CommitSha::new("0123456789abcdef0123456789abcdef01234567").expect("a commit") }
}

fn here() -> Wishes {
    Wishes { way: Way::Here, pin: pin() }
}

fn by(file: &str) -> Wishes {
    Wishes { way: Way::Workflow(WorkflowFile::new(file).expect("a name")), pin: pin() }
}

fn text<'a>(proposal: &'a Proposal, path: &str) -> &'a str {
    &proposal.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is proposed")).text
}

fn change(proposal: &Proposal, path: &str) -> Change {
    proposal.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is proposed")).change.clone()
}

fn load(text: &str) -> Result<crate::policy::Policy, rules::Faults> {
    rules::load(text, ObjectId::new("0".repeat(40)).expect("an id"))
}

/// Whether a policy is valid, or would be if dispatching were understood.
fn is_valid(text: &str) -> bool {
    load(text).is_ok()
}

/// Paths and texts.
type Files = &'static [(&'static str, &'static str)];

/// Repositories by what stands in them, and the environments that the policy then has.
const REPOSITORIES: &[(Files, &[&str])] = &[
    (&[], &["staging", "production"]),
    (&[("Cargo.toml", ""), CI], &["staging", "production"]),
    (&[CI, SHIP, (".github/CODEOWNERS", "* @octo-org/sre")], &["staging", "production"]),
    (
        &[(".github/workflows/cd.yaml", "on: push\njobs:\n  a: { environment: Prod-EU }\n  b: { environment: prod-us }\n  c: { environment: uat }\n")],
        &["uat", "prod-eu", "prod-us"],
    ),
    (&[(".github/workflows/cd.yml", "on: push\njobs: { a: { environment: production } }\n")], &["production"]),
    (
        &[(".github/workflows/cd.yml", "on: push\njobs: { a: { environment: preview }, b: { environment: '1' }, c: { environment: 'null' } }\n")],
        &["preview", "1", "null"],
    ),
    (
        &[(".github/workflows/broken.yml", "on: [\n"), (".github/workflows/odd.yml", "on: push\njobs: { a: { environment: \"x\\n  evil: {}\" } }\n")],
        &["staging", "production"],
    ),
];

#[test]
fn i1_the_policy_for_every_kind_of_repository_is_valid_and_loosens_nothing() {
    for (files, environments) in REPOSITORIES {
        let findings = found(files);
        let proposal = propose(&findings, &here());
        let text = text(&proposal, POLICY);
        let policy = load(text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        assert_eq!(policy.environments.iter().map(|environment| environment.name.as_str()).collect::<Vec<_>>(), *environments, "{text}");
        assert_eq!(rules::warnings(text, &policy).list().len(), 0, "{text}");
        for wishes in [by("ship.yml"), by("deploy.yml")] {
            let proposal = propose(&findings, &wishes);
            assert!(is_valid(self::text(&proposal, POLICY)), "{}", self::text(&proposal, POLICY));
        }
        assert!(text.lines().all(|line| line.chars().count() <= 130), "{text}");
    }
}

#[test]
fn i1_every_line_that_the_policy_offers_as_a_comment_is_valid_where_it_stands() {
    let proposal = propose(&found(&[]), &here());
    let text = text(&proposal, POLICY);
    let offer = regex::Regex::new("(?m)^( *)# ([a-z-]+: .*)$").expect("a pattern");
    let offers: Vec<regex::Captures<'_>> = offer.captures_iter(text).collect();
    assert!(offers.len() >= 9, "{text}");
    for offer in offers {
        let whole = offer.get(0).expect("a line");
        let with = format!("{}{}{}{}", &text[..whole.start()], &offer[1], &offer[2], &text[whole.end()..]);
        if let Err(faults) = load(&with) {
            panic!("{}: {faults}", &offer[2]);
        }
    }
}

#[test]
fn i1_the_files_for_both_ways_read_as_they_should() {
    let findings = found(&[CI, ("Makefile", "deploy:\n\t./ship\n")]);
    let (one, other) = (propose(&findings, &here()), propose(&findings, &by("deploy.yml")));
    insta::assert_snapshot!("policy_by_workflow", text(&other, POLICY));
    insta::assert_snapshot!("gate_here", text(&one, GATE));
    insta::assert_snapshot!("gate_by_workflow", text(&other, GATE));
    insta::assert_snapshot!("wake", text(&one, WAKE));
    insta::assert_snapshot!("deploy", text(&other, ".github/workflows/deploy.yml"));
}

#[test]
fn i1_every_workflow_is_pinned_has_no_rights_by_default_and_puts_no_expression_into_a_shell() {
    for (files, _) in REPOSITORIES {
        let findings = found(files);
        for wishes in [here(), by("deploy.yml")] {
            for file in propose(&findings, &wishes).files.iter().filter(|file| file.path != POLICY) {
                let workflow = Workflow::read(&SourceFile { path: file.path.clone(), text: file.text.clone() }).expect("a workflow");
                assert!(!workflow.jobs.is_empty() && file.text.contains("\npermissions: {}\n"), "{}", file.text);
                for uses in workflow.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| step.uses.as_deref()) {
                    assert!(CommitSha::new(uses.split_once('@').expect("a commit").1).is_ok(), "{uses}");
                }
                for line in file.text.lines().filter(|line| line.trim_start().trim_start_matches("- ").starts_with("uses: ")) {
                    assert!(line.contains(" # v"), "{line}");
                }
                let shells: Vec<&str> = file.text.split("run: ").skip(1).map(|rest| rest.split("\n\n").next().unwrap_or_default()).collect();
                assert!(shells.iter().all(|shell| !shell.contains("${{")), "{}", file.text);
                assert!(!file.text.contains("__"), "{}", file.text);
            }
        }
    }
}

#[test]
fn i1_a_placeholder_fails_until_a_command_is_there() {
    for (wishes, path) in [(here(), GATE), (by("deploy.yml"), ".github/workflows/deploy.yml")] {
        let proposal = propose(&found(&[]), &wishes);
        let text = text(&proposal, path);
        let command = text.split("run: |\n").nth(1).expect("a command");
        let lines: Vec<&str> = command.lines().take_while(|line| line.starts_with("          ")).map(str::trim).filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() == 2 && lines[0].starts_with("echo \"::error ") && lines[1] == "exit 1", "{lines:?}");
        assert!(proposal.next[0].contains("put your deploy command"), "{:?}", proposal.next);
    }
}

/// The sources as they are when everything proposed was written.
fn written(files: &[(&str, &str)], proposal: &Proposal) -> Sources {
    let mut sources = sources(files);
    for file in &proposal.files {
        sources.files.retain(|other| other.path != file.path);
        sources.files.push(SourceFile { path: file.path.clone(), text: file.text.clone() });
    }
    sources
}

#[test]
fn i1_a_second_run_finds_everything_in_place() {
    for (files, _) in REPOSITORIES {
        for wishes in [here(), by("fresh.yml")] {
            let sources = written(files, &propose(&found(files), &wishes));
            let findings = Findings::of(sources.clone());
            let again = propose(&findings, &wishes);
            assert!(again.is_in_place(), "{:?}", again.files);
            assert_eq!(findings.pin_in_use(&pin().action), Some(pin()));
            assert_eq!(findings.way_in_use(&pin().action), Some(wishes.way.clone()));
            let windows = sources.files.iter().map(|file| SourceFile { text: file.text.replace('\n', "\r\n"), ..file.clone() }).collect();
            assert!(propose(&Findings::of(Sources { files: windows, ..sources }), &wishes).is_in_place(), "line ends of Windows are no change");
        }
    }
}

#[test]
fn i1_what_was_made_somebodys_own_is_left_alone_and_what_is_something_else_is_not_taken_for_ours() {
    let first = propose(&found(&[]), &here());
    let mut sources = written(&[], &first);
    for file in &mut sources.files {
        file.text = file.text.replace("          exit 1", "          ./ship").replace("staging", "test").replace("timeout-minutes: 5", "timeout-minutes: 6");
    }
    let again = propose(&Findings::of(sources.clone()), &here());
    assert!(again.is_in_place() && again.files.iter().all(|file| file.change == Change::Yours), "{:?}", again.files);
    let other = Pin { sha: CommitSha::new("f".repeat(40)).expect("a commit"), ..pin() };
    let moved = propose(&Findings::of(sources.clone()), &Wishes { way: Way::Here, pin: other });
    assert_eq!(change(&moved, GATE), Change::Replace, "another commit is a change to be asked for");
    assert!(moved.files[1].diff().contains(&format!("+        uses: shipgate/shipgate@{} # v", "f".repeat(40))));
    assert_eq!(change(&propose(&Findings::of(sources), &by("deploy.yml")), GATE), Change::Replace, "so is another way");
    let foreign = propose(&found(&[(GATE, "on: push\njobs: { a: {} }\n"), (WAKE, "what: ever\n")]), &here());
    assert_eq!((change(&foreign, GATE), change(&foreign, WAKE)), (Change::Replace, Change::Replace));
}

#[test]
fn i1_something_that_cannot_be_written_to_blocks() {
    let passed_over = vec![PassedOver::new(WORKFLOWS, "it is a symbolic link")];
    let proposal = propose(&Findings::of(Sources { passed_over, ..Sources::default() }), &here());
    assert_eq!(change(&proposal, GATE), Change::Blocked("it is a symbolic link".to_owned()));
    assert_eq!(change(&proposal, POLICY), Change::Create);
}

#[test]
fn i1_names_of_workflows_stay_words_however_they_are_written() {
    let names = ["CI: \\\"all\\\"", "a' || 'b", "x # y", "- z", "__ACTION__", "*a", "&b", "{c}", "%d", "@e", "\u{e4}\u{f6}"];
    let files: Vec<(String, String)> =
        names.iter().enumerate().map(|(at, name)| (format!("{WORKFLOWS}/{at}.yml"), format!("name: \"{name}\"\non: push\njobs: {{}}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let findings = found(&files);
    let proposal = propose(&findings, &here());
    let root = yaml::parse(text(&proposal, GATE)).expect("YAML");
    let listed = root.get("on").and_then(|on| on.get("workflow_run")).and_then(|run| run.get("workflows")).expect("a list");
    let expected: Vec<&str> = std::iter::once(WAKE_NAME).chain(findings.workflows.iter().map(|workflow| workflow.name.as_str())).collect();
    assert_eq!(listed.words(), expected);
    let hostile = propose(&found(&[(".github/workflows/x.yml", "name: \"${{ secrets.X }}\\u202e\"\non: push\njobs: {}\n")]), &here());
    assert!(!text(&hostile, GATE).contains("secrets") && hostile.notes.iter().any(|note| note.contains("cannot be named")), "{:?}", hostile.notes);
}

#[test]
fn i1_the_prefix_of_the_policy_that_is_there_is_the_workflows_too() {
    let policy = |prefix: &str| {
        format!("version: 1\ncommands: {{ prefix: {prefix} }}\nenvironments: {{ staging: {{ gates: {{ checks: {{ except: [{WAKE_NAME}] }} }} }} }}\n")
    };
    for (prefix, condition, input) in [
        ("\"!\"", "contains(github.event.comment.body, '!')", "prefix: \"!\""),
        ("/ship-", "contains(github.event.comment.body, '/ship-')", "prefix: \"/ship-\""),
    ] {
        let proposal = propose(&found(&[(POLICY, &policy(prefix))]), &here());
        let gate = text(&proposal, GATE);
        assert!(gate.contains(condition) && gate.contains(input), "{gate}");
        assert!(Workflow::read(&SourceFile { path: GATE.to_owned(), text: gate.to_owned() }).is_ok());
        assert!(proposal.notes.is_empty(), "{:?}", proposal.notes);
        let comment = format!("comment `{}deploy staging`", prefix.trim_matches('"'));
        assert!(proposal.next.last().expect("a step").contains(&comment), "{:?}", proposal.next);
    }
    let odd = propose(&found(&[(POLICY, &policy("\"${{\""))]), &here());
    assert!(!text(&odd, GATE).contains("contains(") && odd.notes[0].contains("input `prefix`"), "{:?}", odd.notes);
}

#[test]
fn i1_a_policy_that_is_there_stays_and_what_it_lacks_is_said() {
    let faulty = propose(&found(&[(POLICY, "version: 2\n")]), &here());
    assert_eq!(change(&faulty, POLICY), Change::Yours);
    assert!(faulty.notes[0].contains("not valid (1 faults)"), "{:?}", faulty.notes);
    let plain = propose(&found(&[(POLICY, "version: 1\n"), CI]), &by("deploy.yml"));
    assert!(plain.notes.iter().any(|note| note.contains("`deploy: { workflow: deploy.yml }`")), "{:?}", plain.notes);
    assert!(plain.notes.iter().any(|note| note.contains("except: [shipgate wake]")), "{:?}", plain.notes);
}

#[test]
fn i1_a_deploy_workflow_that_is_there_is_shown_what_to_add_and_is_dispatched_with_its_inputs() {
    let findings = found(&[CI, SHIP]);
    assert_eq!(findings.deploy_workflow().as_ref().map(WorkflowFile::as_str), Some("ship.yml"));
    assert_eq!(findings.environments.len(), 2, "the choices of its input");
    let proposal = propose(&findings, &by("ship.yml"));
    assert!(proposal.files.iter().all(|file| !file.path.ends_with("ship.yml")), "it is not written");
    let review = proposal.review.as_ref().expect("a review");
    insta::assert_snapshot!("review", review.lines.as_ref().expect("a diff"));
    assert!(review.notes.iter().any(|note| note.contains("job `deploy` deploys to the environment that shipgate let through")), "{:?}", review.notes);
    assert!(
        text(&proposal, POLICY).contains("deploy: { workflow: ship.yml, inputs: { environment: \"{environment}\", sha: \"{sha}\" } }"),
        "{}",
        text(&proposal, POLICY)
    );
    assert!(proposal.notes.iter().any(|note| note.contains("asks for `reason`")), "{:?}", proposal.notes);
    assert!(proposal.next[0].starts_with("review the lines for .github/workflows/ship.yml"));
    let many = (".github/workflows/ship.yml", "on: push\njobs:\n  a: { environment: staging }\n  b: { environment: production }\n");
    let (why, lines) = propose(&found(&[many]), &by("ship.yml")).review.expect("a review").lines.expect_err("by hand");
    assert!(why.contains("several environments") && lines.contains("step: start") && lines.contains("step: finish"), "{why}\n{lines}");
    assert!(yaml::parse(&lines).is_ok(), "{lines}");
}
