//! Decisions from files: simulate with other facts, replay bit for bit (row G22). No network.

use std::path::Path;

use jiff::Timestamp;

use super::decide::{Asked, Decision, judge};
use super::grammar;
use crate::domain::{ActorKind, CommentId, Login, Person, PersonId};
use crate::facts::{Check, CheckKind, CheckState, Comment, Fact, Listing};
use crate::intake::Command;
use crate::plan::{self, PolicyText, Question, RECORD_VERSION};
use crate::policy::{self, Paint, Policy};

/// Why a saved decision could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// The file could not be read.
    #[error("SG-FILE: {path} could not be read: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
    },
    /// The file could not be written.
    #[error("SG-FILE: {path} could not be written: {why}")]
    Unwritable {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
    },
    /// The file is no decision record.
    #[error("SG-RECORD: {path} is no decision record: {why}")]
    NoRecord {
        /// The file.
        path: String,
        /// What is wrong, with its place.
        why: String,
    },
    /// The policy in it, or given, is not valid.
    #[error("SG-POLICY: the policy is not valid\n{0}")]
    Policy(String),
    /// An assumption was not understood.
    #[error("SG-ASSUME: {0}")]
    Assumption(String),
}

/// What to change before judging again.
#[derive(Clone, Debug, Default)]
pub struct SimulateOptions {
    /// `--assume key=value`: `approval=LOGIN`, `confirm=LOGIN`, `check=NAME`, `lock=free`.
    pub assume: Vec<String>,
    /// `--at`: another time.
    pub at: Option<Timestamp>,
    /// `--policy`: another policy's text.
    pub policy: Option<String>,
}

/// Reads the question of a record; what it answered is not looked at.
///
/// # Errors
/// [`SavedError`] where it cannot be read, or is no record of a known version.
pub(super) fn read_question(path: &Path) -> Result<Question, SavedError> {
    parse(path, &read(path)?)
}

fn read(path: &Path) -> Result<String, SavedError> {
    std::fs::read_to_string(path).map_err(|error| SavedError::Unreadable { path: path.display().to_string(), why: error.to_string() })
}

fn parse(path: &Path, text: &str) -> Result<Question, SavedError> {
    let bad = |why: String| SavedError::NoRecord { path: path.display().to_string(), why };
    let question: Question = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    if question.schema_version != RECORD_VERSION {
        return Err(bad(format!("its schema_version is {}, this program knows {RECORD_VERSION}", question.schema_version)));
    }
    Ok(question)
}

/// Judges a question anew: pure.
///
/// # Errors
/// [`SavedError`] where the policy in it is not valid or does not know its environment.
pub(super) fn judge_question(question: &Question) -> Result<(Decision, Policy), SavedError> {
    let policy = policy::load(&question.policy.text, question.policy.id.clone()).map_err(|faults| SavedError::Policy(faults.render(Paint::Plain)))?;
    let environment =
        policy.environment(&question.environment).ok_or_else(|| SavedError::Policy(super::decide::unknown_environment(&policy, &question.environment)))?;
    let (Command::Deploy(deploy) | Command::Plan(deploy)) = &question.request.command else {
        return Err(SavedError::Assumption("the record is not about a deployment".to_owned()));
    };
    let said = plan::said(&plan::requests(&question.facts.pull, &grammar(&policy), &policy.commands.apps));
    let asked = Asked { request: &question.request, deploy, policy: &policy, text: &question.policy, environment };
    let decision = judge(&asked, question.facts.clone(), &said);
    Ok((decision, policy))
}

/// The decision of a record, with assumptions: "what if".
///
/// # Errors
/// [`SavedError`].
pub fn simulate(path: &Path, options: &SimulateOptions) -> Result<Decision, SavedError> {
    let mut question = read_question(path)?;
    if let Some(text) = &options.policy {
        question.policy = PolicyText { id: question.policy.id.clone(), text: text.clone() };
    }
    if let Some(at) = options.at {
        question.facts.now = at;
    }
    for assumption in &options.assume {
        assume(&mut question, assumption)?;
    }
    judge_question(&question).map(|(decision, _)| decision)
}

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// The same answer, bit for bit.
    Same,
    /// Another answer: the place of the first difference, in bytes of the evaluation's JSON.
    Differs {
        /// Where.
        at: usize,
        /// What the record says from there, cut.
        recorded: String,
        /// What is judged now from there, cut.
        judged: String,
    },
}

/// Judges a record again and compares the answers bit for bit.
///
/// # Errors
/// [`SavedError`].
///
/// # Panics
/// Never: an evaluation has string keys only.
pub fn replay(path: &Path) -> Result<(Decision, Replayed), SavedError> {
    let text = read(path)?;
    let question = parse(path, &text)?;
    let bad = |why: String| SavedError::NoRecord { path: path.display().to_string(), why };
    let recorded: serde_json::Value = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let recorded = recorded.get("evaluation").ok_or_else(|| bad("it has no evaluation".to_owned()))?.to_string();
    let (decision, _) = judge_question(&question)?;
    let judged = serde_json::to_value(decision.evaluation()).expect("plain data serialises").to_string();
    if recorded == judged {
        return Ok((decision, Replayed::Same));
    }
    let at = recorded.bytes().zip(judged.bytes()).take_while(|(one, other)| one == other).count();
    let from = |text: &str| text.get(at..).unwrap_or_default().chars().take(60).collect();
    let differs = Replayed::Differs { at, recorded: from(&recorded), judged: from(&judged) };
    Ok((decision, differs))
}

fn assume(question: &mut Question, assumption: &str) -> Result<(), SavedError> {
    let unknown = || SavedError::Assumption(format!("`{assumption}` is no assumption: approval=LOGIN, confirm=LOGIN, check=NAME or lock=free"));
    let (key, value) = assumption.split_once('=').ok_or_else(unknown)?;
    match key {
        "approval" => assume_comment(question, value, "approve"),
        "confirm" => assume_comment(question, value, "confirm"),
        "check" => assume_check(question, value),
        "lock" if value == "free" => {
            let environment = question.environment.clone();
            if let Fact::Known(locks) = &mut question.facts.locks {
                locks.retain(|lock| lock.environment != environment);
            }
            Ok(())
        }
        _ => Err(unknown()),
    }
}

/// Adds a comment by this person, made now, that names the whole commit.
fn assume_comment(question: &mut Question, login: &str, word: &str) -> Result<(), SavedError> {
    let login = Login::new(login).map_err(|error| SavedError::Assumption(error.to_string()))?;
    let author = known_person(question, &login);
    if let std::collections::btree_map::Entry::Vacant(entry) = question.facts.roles.entry(author.id) {
        // Only an assumption: whoever is named is assumed to be who the policy asks for by role.
        entry.insert(Fact::Known(crate::domain::Role::Write));
    }
    let prefix = policy::load(&question.policy.text, question.policy.id.clone()).map_or_else(|_| "/".to_owned(), |policy| policy.commands.prefix);
    let body = format!("{prefix}{word} {} {}", question.environment, question.facts.pull.head);
    let at = question.facts.now;
    let Fact::Known(comments) = &mut question.facts.pull.comments else {
        return Err(SavedError::Assumption("the record does not know the comments".to_owned()));
    };
    let id = CommentId(comments.items.iter().map(|comment| comment.id.0).max().unwrap_or(0) + 1);
    comments.items.push(Comment { id, node_id: format!("assumed-{id}"), author: Some(author), at, edited_at: None, body, ours: false });
    comments.total += 1;
    Ok(())
}

/// The account of that login where the record knows it, else one that nobody has.
fn known_person(question: &Question, login: &Login) -> Person {
    let pull = &question.facts.pull;
    let commenters = pull.comments.known().into_iter().flat_map(|list| &list.items).filter_map(|comment| comment.author.as_ref());
    let reviewers = pull.reviews.known().into_iter().flat_map(|list| &list.items).filter_map(|review| review.author.as_ref());
    let people = commenters.chain(reviewers).chain(pull.author.as_ref()).chain([&question.request.actor]);
    let known = people.into_iter().find(|person| person.login.as_str().eq_ignore_ascii_case(login.as_str())).cloned();
    known.unwrap_or_else(|| Person { id: PersonId(u64::MAX), login: login.clone(), kind: ActorKind::Human })
}

/// Assumes that a check passes.
fn assume_check(question: &mut Question, name: &str) -> Result<(), SavedError> {
    let Fact::Known(checks) = &mut question.facts.checks else {
        return Err(SavedError::Assumption("the record does not know the checks".to_owned()));
    };
    let mut found = false;
    for check in checks.items.items.iter_mut().filter(|check| check.name == name) {
        check.state = CheckState::Success;
        found = true;
    }
    if !found {
        let check = Check {
            kind: CheckKind::Status,
            name: name.to_owned(),
            state: CheckState::Success,
            at: None,
            id: None,
            app: None,
            event: None,
            run: None,
            workflow: None,
            required: false,
        };
        let mut items = std::mem::take(&mut checks.items.items);
        items.push(check);
        checks.items = Listing { total: checks.items.total + 1, complete: checks.items.complete, items };
    }
    Ok(())
}
