//! Table cases of the gates: `tests/cases/gates/<gate>/<case>.yml`, each a policy, a request, facts, and what the gate must answer.
//!
//! A case says only what it changes: its `facts` and `request` are merged (RFC 7396: objects key by key, `null` takes away) into
//! `base-facts.json` and `base-request.json`, where every gate says go but `confirm`; without a `policy` it has `base-policy.yml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use shipgate::domain::{ActorKind, CommentId, Login, ObjectId, Person, PersonId};
use shipgate::facts::{Comment, Fact, Facts, Listing};
use shipgate::gates::{Answer, Case, GATES, GateSpec, Judgement, Said};
use shipgate::intake::{Command, Grammar, Reading, Request, parse_comment};
use shipgate::policy::{self, Policy};

/// Reasons that no policy file can lead to, because loading it fails first; unit tests beside their gates prove them.
const BEHIND_THE_LOADER: &[&str] = &["window.zone-unknown"];

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    /// What it shows, as a sentence.
    about: String,
    /// The rows that it shows it for.
    rows: Vec<String>,
    /// The policy file's text.
    #[serde(default)]
    policy: Option<String>,
    /// Merged into the base request.
    #[serde(default)]
    request: Option<Value>,
    /// Merged into the base facts.
    #[serde(default)]
    facts: Option<Value>,
    /// The pull request's comments, oldest first.
    #[serde(default)]
    said: Vec<SaidLine>,
    /// What the gate must answer.
    expect: Expect,
}

/// A comment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidLine {
    id: u64,
    login: Login,
    #[serde(default = "human")]
    kind: ActorKind,
    at: Timestamp,
    #[serde(default)]
    edited_at: Option<Timestamp>,
    body: String,
}

fn human() -> ActorKind {
    ActorKind::Human
}

/// What a gate must answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    judgement: Judgement,
    /// The codes of all its reasons, in any order.
    #[serde(default)]
    reasons: Vec<String>,
    /// Texts of which each must stand in some line of evidence.
    #[serde(default)]
    evidence: Vec<String>,
    /// Texts of which each must stand in some remedy.
    #[serde(default)]
    remedies: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gates")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is in a folder; nothing where there is none.
fn entries(path: &Path) -> Vec<PathBuf> {
    if !path.exists() {
        return Vec::new();
    }
    let listing = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn load_policy(text: &str) -> Policy {
    let id = ObjectId::new("ba".repeat(20)).expect("an object id");
    policy::load(text, id).unwrap_or_else(|faults| panic!("the policy has faults: {faults:#?}"))
}

fn commands(body: &str, policy: &Policy) -> Vec<Command> {
    let grammar = Grammar::new(policy.commands.prefix.clone(), policy.commands.aliases.clone());
    match parse_comment(body, &grammar) {
        Reading::Commands(commands) => commands,
        Reading::NotACommand(_) | Reading::Mistaken(_) => Vec::new(),
    }
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().expect("just made one");
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn merged<T: serde::de::DeserializeOwned>(base: &str, patch: Option<&Value>) -> T {
    let mut value: Value = serde_json::from_str(&read(&folder().join(base))).unwrap_or_else(|error| panic!("{base}: {error}"));
    if let Some(patch) = patch {
        merge(&mut value, patch);
    }
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{base} with its patch: {error}"))
}

/// The comments as the facts have them.
fn comments(said: &[SaidLine]) -> Vec<Comment> {
    let comment = |(index, line): (usize, &SaidLine)| Comment {
        id: CommentId(6_000 + index as u64),
        node_id: format!("IC_{index}"),
        author: Some(Person { id: PersonId(line.id), login: line.login.clone(), kind: line.kind }),
        at: line.at,
        edited_at: line.edited_at,
        body: line.body.clone(),
        ours: false,
    };
    said.iter().enumerate().map(comment).collect()
}

/// What gates hear of the comments: whole commands in unedited comments by humans.
fn heard(facts: &Facts, policy: &Policy) -> Vec<Said> {
    let comments = facts.pull.comments.known().map_or(&[][..], |listing| &listing.items);
    let by_human = |comment: &Comment| comment.edited_at.is_none().then(|| comment.author.clone().filter(Person::is_human)).flatten();
    comments
        .iter()
        .filter_map(|comment| Some((comment, by_human(comment)?)))
        .flat_map(|(comment, by)| {
            commands(&comment.body, policy).into_iter().map(move |command| Said { comment: comment.id, by: by.clone(), at: comment.at, command })
        })
        .collect()
}

fn judged(gate: &GateSpec, file: &CaseFile) -> Answer {
    let policy = load_policy(&file.policy.clone().unwrap_or_else(|| read(&folder().join("base-policy.yml"))));
    let mut facts: Facts = merged("base-facts.json", file.facts.as_ref());
    if !file.said.is_empty() {
        facts.pull.comments = Fact::Known(Listing::whole(comments(&file.said)));
    }
    let request: Request = merged("base-request.json", file.request.as_ref());
    let (Command::Deploy(deploy) | Command::Plan(deploy)) = &request.command else { panic!("gates judge deployments") };
    let environment = policy.environment(&deploy.environment).expect("the policy has the environment");
    let said = heard(&facts, &policy);
    (gate.judge)(&Case { request: &request, deploy, policy: &policy, environment, facts: &facts, said: &said })
}

/// What is wrong with an answer, in words.
fn complaints(answer: &Answer, expect: &Expect) -> Vec<String> {
    let mut complaints = Vec::new();
    if answer.judgement != expect.judgement {
        complaints.push(format!("says {:?}, must say {:?}", answer.judgement, expect.judgement));
    }
    let mut given: Vec<&str> = answer.reasons.iter().map(|reason| reason.code).collect();
    let mut wanted: Vec<&str> = expect.reasons.iter().map(String::as_str).collect();
    given.sort_unstable();
    wanted.sort_unstable();
    if given != wanted {
        complaints.push(format!("gives the reasons {given:?}, must give {wanted:?}"));
    }
    let remedies: Vec<&str> = answer.reasons.iter().filter_map(|reason| reason.remedy.as_deref()).collect();
    if remedies.len() < answer.reasons.len() {
        complaints.push("has a reason without a remedy".to_owned());
    }
    let lacks = |lines: &[&str], text: &str| !lines.iter().any(|line| line.contains(text));
    let evidence: Vec<&str> = answer.evidence.iter().map(String::as_str).collect();
    complaints.extend(expect.evidence.iter().filter(|text| lacks(&evidence, text)).map(|text| format!("has no evidence with `{text}`")));
    complaints.extend(expect.remedies.iter().filter(|text| lacks(&remedies, text)).map(|text| format!("has no remedy with `{text}`")));
    complaints
}

fn rows_are_the_gates(gate: &GateSpec, rows: &[String]) -> bool {
    !rows.is_empty() && rows.iter().all(|row| gate.rows.contains(&row.as_str()))
}

#[test]
fn g22_every_case_is_judged_as_it_says_and_every_reason_has_a_case() {
    let mut faults = Vec::new();
    for gate in GATES {
        let mut shown: BTreeSet<&'static str> = BTreeSet::new();
        for path in entries(&folder().join(gate.name)) {
            let name = format!("{}/{}", gate.name, path.file_name().expect("a name").to_string_lossy());
            let file: CaseFile = serde_saphyr::from_str(&read(&path)).unwrap_or_else(|error| panic!("{name}: {error}"));
            if file.about.trim().is_empty() || !rows_are_the_gates(gate, &file.rows) {
                faults.push(format!("{name}: says not what it shows, or for a row that the gate does not answer for"));
            }
            let answer = judged(gate, &file);
            shown.extend(answer.reasons.iter().map(|reason| reason.code));
            let complaints = complaints(&answer, &file.expect);
            if !complaints.is_empty() {
                faults.push(format!("{name}: {}\n{answer:#?}", complaints.join("; ")));
            }
        }
        let hidden = gate.reasons.iter().map(|reason| reason.code).filter(|code| shown.contains(code) == BEHIND_THE_LOADER.contains(code));
        faults.extend(hidden.map(|code| format!("{}: no case gives the reason {code}, or one gives it that no policy file can lead to", gate.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_folder_of_cases_is_a_gate_and_every_gate_has_one() {
    let folders: BTreeSet<String> =
        entries(&folder()).iter().filter(|path| path.is_dir()).map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    let gates: BTreeSet<String> = GATES.iter().map(|gate| gate.name.to_owned()).collect();
    assert_eq!(folders, gates);
}

#[test]
fn reasons_are_named_after_their_gate_and_only_once() {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for gate in GATES {
        for reason in gate.reasons {
            assert!(reason.code.strip_prefix(gate.name).is_some_and(|rest| rest.starts_with('.')), "{} of {}", reason.code, gate.name);
            assert!(!reason.about.is_empty());
            assert_eq!(seen.insert(reason.code, gate.name), None, "{} is there twice", reason.code);
        }
    }
}
