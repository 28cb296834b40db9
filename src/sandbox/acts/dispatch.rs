//! Workflow files come and go with branches; workflows are dispatched.

use git2::Oid;
use serde_json::{Map, Value, json};

use super::Missing;
use super::run::RunSpec;
use crate::sandbox::state::{Repository, Sent, State, Workflow, WorkflowState};
use crate::sandbox::workflow::{Given, InputError, WorkflowFile};

/// Where workflow files are.
const FOLDER: &str = ".github/workflows";

/// A `workflow_dispatch`.
#[derive(Clone, Debug)]
pub struct DispatchSpec {
    /// The repository.
    pub repository: u64,
    /// The workflow.
    pub workflow: u64,
    /// The branch or tag whose file is taken, in short or in full.
    pub ref_name: String,
    /// What the run is given.
    pub inputs: Map<String, Value>,
    /// Who dispatches.
    pub actor: u64,
}

/// Why a workflow is not dispatched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DispatchError {
    /// There is no such repository or workflow.
    #[error("Not Found")]
    Missing,
    /// Nothing has that name.
    #[error("No ref found for: {0}")]
    NoRef(String),
    /// The file on that ref is not to be dispatched, or there is none.
    #[error("Workflow does not have 'workflow_dispatch' trigger")]
    NoTrigger,
    /// The workflow is switched off.
    #[error("Cannot trigger a 'workflow_dispatch' on a disabled workflow")]
    Disabled,
    /// The inputs are not those that the file declares.
    #[error(transparent)]
    Inputs(#[from] InputError),
}

impl From<Missing> for DispatchError {
    fn from(_: Missing) -> Self {
        Self::Missing
    }
}

impl State {
    /// Dispatches a workflow, with the file as it is on the ref, and gives the run's id. The run is queued.
    ///
    /// # Errors
    /// [`DispatchError`]; nothing was started.
    pub fn dispatch_workflow(&mut self, spec: &DispatchSpec) -> Result<u64, DispatchError> {
        let repository = self.repository(spec.repository).ok_or(Missing)?;
        let workflow = repository.workflows.iter().find(|workflow| workflow.id == spec.workflow).ok_or(Missing)?;
        if workflow.state != WorkflowState::Active {
            return Err(DispatchError::Disabled);
        }
        let (short, head) = named(repository, &spec.ref_name).ok_or_else(|| DispatchError::NoRef(spec.ref_name.clone()))?;
        let file = file(repository, head, &workflow.path).filter(|file| file.listens("workflow_dispatch")).ok_or(DispatchError::NoTrigger)?;
        let inputs = Value::Object(file.accept(&spec.inputs)?);
        let run = Start { workflow, event: "workflow_dispatch", head, branch: &short, actor: spec.actor, inputs, sent: None };
        let spec = self.run_spec(repository, &file, run);
        Ok(self.start_run(spec)?)
    }

    /// Sends a `repository_dispatch`: every active workflow of the default branch that listens to the type starts. Gives the runs' ids.
    ///
    /// # Errors
    /// [`Missing`] where the repository does not exist.
    pub fn dispatch_repository(&mut self, repository: u64, actor: u64, sent: &Sent) -> Result<Vec<u64>, Missing> {
        let found = self.repository(repository).ok_or(Missing)?;
        let Some(head) = found.git.branch(&found.default_branch) else { return Ok(Vec::new()) };
        let mut specs = Vec::new();
        for workflow in found.workflows.iter().filter(|workflow| workflow.state == WorkflowState::Active) {
            if let Some(file) = file(found, head, &workflow.path).filter(|file| file.listens_to_dispatch(&sent.event_type)) {
                let (event, branch) = ("repository_dispatch", found.default_branch.as_str());
                let run = Start { workflow, event, head, branch, actor, inputs: json!({}), sent: Some(sent.clone()) };
                specs.push(self.run_spec(found, &file, run));
            }
        }
        specs.into_iter().map(|spec| self.start_run(spec)).collect()
    }

    fn run_spec(&self, repository: &Repository, file: &WorkflowFile, run: Start<'_>) -> RunSpec {
        let actor = self.account(run.actor).map(|account| account.login.clone()).unwrap_or_default();
        let payload = run.sent.as_ref().map(|sent| sent.client_payload.clone()).unwrap_or_default();
        let given = Given { event: run.event, actor: &actor, ref_name: run.branch, inputs: &run.inputs, client_payload: &payload };
        let title = file.run_title(&given).or_else(|| run.sent.as_ref().map(|sent| sent.event_type.clone()));
        RunSpec {
            repository: repository.id,
            workflow: run.workflow.id,
            event: run.event.to_owned(),
            title,
            branch: Some(run.branch.to_owned()),
            head: run.head,
            actor: run.actor,
            inputs: run.inputs,
            sent: run.sent,
        }
    }

    /// The workflow files of a branch become workflows: those of the default branch all, those of another branch where a push or a pull
    /// request would start them there.
    pub(super) fn register_workflows(&mut self, repository: u64, branch: &str, tip: Oid) {
        let Some(found) = self.repository(repository) else { return };
        let default = found.default_branch == branch;
        let mut named = Vec::new();
        for path in paths(found, tip) {
            let file = file(found, tip, &path);
            let starts_here = file.as_ref().is_some_and(|file| file.listens("push") || file.listens("pull_request"));
            let known = found.workflows.iter().any(|workflow| workflow.path == path);
            if default || starts_here && !known {
                // A file that cannot be read is there under its path.
                named.push((file.map_or_else(|| path.clone(), |file| file.name(&path)), path));
            }
        }
        for (name, path) in named {
            self.ensure_workflow(repository, &name, &path).expect("the repository was just found");
        }
    }
}

/// A run that is about to start.
struct Start<'a> {
    workflow: &'a Workflow,
    event: &'static str,
    head: Oid,
    branch: &'a str,
    actor: u64,
    inputs: Value,
    sent: Option<Sent>,
}

/// A branch or tag by its short name, and its commit.
fn named(repository: &Repository, name: &str) -> Option<(String, Oid)> {
    let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name);
    ["heads", "tags"].into_iter().find_map(|folder| repository.git.target(&format!("refs/{folder}/{short}")))?;
    Some((short.to_owned(), repository.git.resolve(short)?))
}

fn paths(repository: &Repository, at: Oid) -> Vec<String> {
    let git = repository.git.git();
    let folder = git.find_commit(at).and_then(|commit| commit.tree()).and_then(|tree| tree.get_path(std::path::Path::new(FOLDER)));
    let Ok(tree) = folder.and_then(|entry| git.find_tree(entry.id())) else { return Vec::new() };
    let names = tree.iter().map(|entry| String::from_utf8_lossy(entry.name_bytes()).into_owned());
    let is_workflow = |name: &String| matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml")));
    names.filter(is_workflow).map(|name| format!("{FOLDER}/{name}")).collect()
}

fn file(repository: &Repository, at: Oid, path: &str) -> Option<WorkflowFile> {
    let git = repository.git.git();
    let entry = git.find_commit(at).and_then(|commit| commit.tree()).and_then(|tree| tree.get_path(std::path::Path::new(path))).ok()?;
    let blob = git.find_blob(entry.id()).ok()?;
    WorkflowFile::parse(std::str::from_utf8(blob.content()).ok()?)
}
