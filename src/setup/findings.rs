//! What the sources say about the repository.

use super::environments::{self, FoundEnvironment};
use super::sources::{PassedOver, Sources};
use super::way::{Pin, VERSION, Way, WorkflowFile};
use super::workflow::Workflow;
use super::{GATE, POLICY, WAKE, WORKFLOWS, languages, suggest, yaml};
use crate::domain::{CommitSha, ObjectId, RepoSlug};
use crate::policy::{self, Policy};

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// What was read.
    pub sources: Sources,
    /// The workflows that could be read, in the order of their paths.
    pub workflows: Vec<Workflow>,
    /// The environments that workflows name; production last.
    pub environments: Vec<FoundEnvironment>,
    /// What the repository is written in and packed with.
    pub languages: Vec<&'static str>,
    /// What the deploy command may be, the likeliest first.
    pub commands: Vec<String>,
    /// Where CODEOWNERS is.
    pub codeowners: Option<String>,
    /// The policy that is there.
    pub policy: PolicyFound,
    /// What was passed over, and why.
    pub passed_over: Vec<PassedOver>,
}

/// The policy that is there.
#[derive(Debug)]
pub enum PolicyFound {
    /// None.
    None,
    /// A valid one.
    Valid(Box<Policy>),
    /// One with so many faults.
    Faulty(usize),
}

impl Findings {
    /// Looks through the sources.
    pub fn of(sources: Sources) -> Self {
        let mut passed_over = sources.passed_over.clone();
        let mut workflows = Vec::new();
        for file in sources.files.iter().filter(|file| file.path.starts_with(WORKFLOWS)) {
            match Workflow::read(file) {
                Ok(workflow) => workflows.push(workflow),
                Err(why) => passed_over.push(PassedOver::new(&file.path, why)),
            }
        }
        let theirs: Vec<Workflow> = workflows.iter().filter(|workflow| !is_ours(&workflow.path)).cloned().collect();
        let (environments, unfit) = environments::environments(&theirs);
        passed_over.extend(unfit);
        let codeowners = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"].into_iter().find(|path| sources.names.iter().any(|name| name == path));
        let policy = sources.text(POLICY).map_or(PolicyFound::None, policy_found);
        Self {
            languages: languages::languages(&sources.names),
            commands: suggest::commands(&sources),
            codeowners: codeowners.map(str::to_owned),
            policy,
            workflows,
            environments,
            passed_over,
            sources,
        }
    }

    /// The workflow that most likely deploys; the first of equals.
    pub fn deploy_workflow(&self) -> Option<WorkflowFile> {
        let likely = self.workflows.iter().filter(|workflow| !is_ours(&workflow.path) && workflow.deploys() > 0);
        let reusable = |workflow: &&Workflow| workflow.triggers != ["workflow_call"];
        let best = likely.filter(reusable).rev().max_by_key(|workflow| workflow.deploys())?;
        WorkflowFile::new(best.file_name()).ok()
    }

    /// The way that is set up already, by the gate's workflow.
    pub fn way_in_use(&self, action: &RepoSlug) -> Option<Way> {
        let (job, at) = self.workflow(GATE)?.uses(action.as_str()).into_iter().next()?;
        if at + 1 < job.steps.len() {
            return Some(Way::Here);
        }
        let started = |workflow: &&Workflow| is_adapted(workflow, action);
        let file = self.workflows.iter().find(started).and_then(|workflow| WorkflowFile::new(workflow.file_name()).ok());
        Some(Way::Workflow(file.or_else(|| self.dispatched()).unwrap_or_default()))
    }

    /// The workflow that the policy's text dispatches.
    fn dispatched(&self) -> Option<WorkflowFile> {
        let root = yaml::parse(self.sources.text(POLICY)?).ok()?;
        let environments = root.get("environments")?;
        environments.pairs().iter().find_map(|(_, body)| WorkflowFile::new(body.get("deploy")?.get("workflow")?.text()?).ok())
    }

    /// The commit of this version of the action that the gate's workflow uses already.
    pub fn pin_in_use(&self, action: &RepoSlug) -> Option<Pin> {
        let text = self.sources.text(GATE)?;
        let before = format!("uses: {action}@");
        let pinned = text.lines().find_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix(&before))?;
        let (sha, version) = pinned.split_once(" # v")?;
        let sha = CommitSha::new(sha.trim_end()).ok()?;
        (version.trim_end() == VERSION).then(|| Pin { action: action.clone(), sha })
    }

    /// The workflow at a path.
    pub(super) fn workflow(&self, path: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.path == path)
    }

    /// The workflows that test pull requests: everything of others that a push or a pull request starts.
    pub(super) fn testing(&self) -> impl Iterator<Item = &Workflow> {
        let tests = |workflow: &&Workflow| ["pull_request", "push", "merge_group"].iter().any(|event| workflow.is_started_by(event));
        self.workflows.iter().filter(|workflow| !is_ours(&workflow.path) && workflow.deploys() == 0).filter(tests)
    }
}

/// Whether a workflow starts deployments of ours.
pub(super) fn is_adapted(workflow: &Workflow, action: &RepoSlug) -> bool {
    let starts = |(job, at): (&super::Job, usize)| job.steps[at].with.get("step").is_some_and(|step| step == "start");
    workflow.uses(action.as_str()).into_iter().any(starts)
}

fn is_ours(path: &str) -> bool {
    path == GATE || path == WAKE
}

fn policy_found(text: &str) -> PolicyFound {
    let no_id = ObjectId::new("0".repeat(40)).expect("forty zeros are an object id");
    match policy::load(text, no_id) {
        Ok(policy) => PolicyFound::Valid(Box::new(policy)),
        Err(faults) => PolicyFound::Faulty(faults.list().len()),
    }
}
