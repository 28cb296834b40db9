//! What is proposed: files, lines for somebody else's workflow, and words.

use super::adapt::{Adapted, Unplaced, adapt, input};
use super::diff::unified_diff;
use super::findings::{Findings, PolicyFound, is_adapted};
use super::sources::{Present, SourceFile};
use super::way::{Pin, Way, Wishes, WorkflowFile};
use super::{GATE, POLICY, WAKE, WAKE_NAME, policy, steps, workflows};
use crate::policy::{ChecksRequired, DeployHow, Policy};

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The files, in the order in which they are read best.
    pub files: Vec<ProposedFile>,
    /// What is to be added to a deploy workflow that is there: for somebody to review, never written.
    pub review: Option<Review>,
    /// What else to know, safe to show.
    pub notes: Vec<String>,
    /// What to do next, in this order.
    pub next: Vec<String>,
}

/// A file that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedFile {
    /// Its path from the root.
    pub path: String,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Its text.
    pub text: String,
    /// The text that is there.
    pub old: Option<String>,
    /// What writing it would do.
    pub change: Change,
}

/// What writing a file would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Make it: nothing is there.
    Create,
    /// Nothing: the same is there.
    Same,
    /// Nothing: somebody made it their own, and it does its work.
    Yours,
    /// Replace something else.
    Replace,
    /// It cannot be written, because of this.
    Blocked(String),
}

/// What is to be added to a workflow that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its path from the root.
    pub path: String,
    /// A unified diff; where the lines could not be placed, the lines alone, with why.
    pub lines: Result<String, (String, String)>,
    /// What to look at besides, safe to show.
    pub notes: Vec<String>,
}

impl ProposedFile {
    /// The change as a unified diff; empty where there is none.
    pub fn diff(&self) -> String {
        match self.change {
            Change::Create | Change::Replace => unified_diff(&self.path, self.old.as_deref(), &self.text),
            Change::Same | Change::Yours | Change::Blocked(_) => String::new(),
        }
    }
}

impl Proposal {
    /// True where there is nothing to write and nothing to review.
    pub fn is_in_place(&self) -> bool {
        self.review.is_none() && self.files.iter().all(|file| matches!(file.change, Change::Same | Change::Yours))
    }
}

/// What to write for these wishes.
pub fn propose(findings: &Findings, wishes: &Wishes) -> Proposal {
    let (gate, mut notes) = workflows::gate(findings, wishes);
    let mut files = vec![
        file(findings, (POLICY, "the policy"), policy::text(findings, &wishes.way), |_| true),
        file(findings, (GATE, "asks the gates"), gate, |old| is_gate(findings, wishes, old)),
        file(findings, (WAKE, "passes reviews on"), workflows::wake(), |_| findings.workflow(WAKE).is_some_and(|workflow| workflow.name == WAKE_NAME)),
    ];
    let mut review = None;
    if let Way::Workflow(name) = &wishes.way {
        let path = name.path();
        match findings.sources.at(&path) {
            Present::Text(text) => review = reviewed(findings, &wishes.pin, &SourceFile { path: path.clone(), text: text.to_owned() }),
            Present::Absent | Present::Blocked(_) => files.push(file(findings, (&path, "deploys"), workflows::deploy(findings, &wishes.pin, name), |_| false)),
        }
        let unknown = policy::unknown_inputs(findings, name);
        if !unknown.is_empty() {
            let names = unknown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            notes.push(format!("{path} asks for {names}: say in {POLICY} what to give, under `deploy.inputs`"));
        }
    }
    notes.extend(about_policy(findings, wishes));
    notes.extend(findings.passed_over.iter().map(|passed| format!("{} was passed over: {}", passed.path, passed.why)));
    let next = steps::next(findings, wishes, &files, review.as_ref());
    Proposal { files, review, notes, next }
}

/// A file and what writing it would do; `serves` says whether another text that is there does its work.
fn file(findings: &Findings, (path, about): (&str, &'static str), text: String, serves: impl Fn(&str) -> bool) -> ProposedFile {
    let (change, old) = match findings.sources.at(path) {
        Present::Absent => (Change::Create, None),
        Present::Text(old) if old.replace("\r\n", "\n") == text => (Change::Same, Some(old)),
        Present::Text(old) if serves(old) => (Change::Yours, Some(old)),
        Present::Text(old) => (Change::Replace, Some(old)),
        Present::Blocked(why) => (Change::Blocked(why.to_owned()), None),
    };
    ProposedFile { path: path.to_owned(), about, text, old: old.map(str::to_owned), change }
}

/// Whether the gate's workflow is there in this way, with this commit of the action.
fn is_gate(findings: &Findings, wishes: &Wishes, text: &str) -> bool {
    let pinned = text.contains(&format!("{}@{}", wishes.pin.action, wishes.pin.sha));
    let same = match (findings.way_in_use(&wishes.pin.action), &wishes.way) {
        (Some(Way::Here), Way::Here) | (Some(Way::Workflow(_)), Way::Workflow(_)) => true,
        (Some(Way::Here | Way::Workflow(_)) | None, _) => false,
    };
    pinned && same
}

fn reviewed(findings: &Findings, pin: &Pin, source: &SourceFile) -> Option<Review> {
    if findings.workflow(&source.path).is_some_and(|workflow| is_adapted(workflow, &pin.action)) {
        return None;
    }
    let path = source.path.clone();
    Some(match adapt(source, pin) {
        Ok(Adapted { text, notes }) => Review { lines: Ok(unified_diff(&path, Some(&source.text.replace("\r\n", "\n")), &text)), notes, path },
        Err(Unplaced(why)) => Review { lines: Err((why, by_hand(pin))), notes: Vec::new(), path },
    })
}

/// The lines that a deploy workflow needs, for somebody to place.
fn by_hand(pin: &Pin) -> String {
    let (start, finish) = (workflows::start_job(pin, "start"), workflows::finish_job(pin, "finish", &["start", "deploy"]));
    format!(
        "run-name: Deploy ${{{{ inputs.shipgate }}}}\non:\n  workflow_dispatch:\n    inputs:\n{}\njobs:\n{start}\n  deploy:\n{DEPLOY_JOB}\n{finish}",
        input(6)
    )
}

/// What the jobs between have.
const DEPLOY_JOB: &str = "    needs: start
    if: needs.start.outputs.decision == 'go'
    environment:
      name: ${{ needs.start.outputs.environment }}
      deployment: false
    # and for actions/checkout: with: { ref: '${{ needs.start.outputs.sha }}' }
";

fn about_policy(findings: &Findings, wishes: &Wishes) -> Vec<String> {
    match (&findings.policy, &wishes.way) {
        (PolicyFound::None, _) => Vec::new(),
        (PolicyFound::Faulty(count), _) => {
            vec![format!("{POLICY} is there and not valid ({count} faults): nothing is deployed before it is; see `shipgate policy check`")]
        }
        (PolicyFound::Valid(policy), Way::Here) => excepts(policy).into_iter().collect(),
        (PolicyFound::Valid(policy), Way::Workflow(file)) => dispatches(findings, policy, file).into_iter().chain(excepts(policy)).collect(),
    }
}

/// What to say where the policy counts the check of the workflow that passes reviews on.
fn excepts(policy: &Policy) -> Option<String> {
    let counts = |rule: &crate::policy::ChecksRule| rule.require == ChecksRequired::All && !rule.except.iter().any(|name| name == WAKE_NAME);
    let missing = policy.environments.iter().any(|environment| counts(&environment.gates.checks));
    missing.then(|| format!("give each environment in {POLICY} `gates: {{ checks: {{ except: [{WAKE_NAME}] }} }}`: that check says nothing about the commit"))
}

/// What to say where the policy deploys in the same job.
fn dispatches(findings: &Findings, policy: &Policy, file: &WorkflowFile) -> Option<String> {
    let stays = policy.environments.iter().any(|environment| matches!(environment.deploy, DeployHow::Here));
    stays.then(|| format!("give each environment in {POLICY} `{}`", policy::deploy_key(findings, file, &findings.environments)))
}
