//! A workflow as far as doctor looks at it: triggers, permissions, jobs, steps, each with its line. Reads; judges nothing.

mod permissions;
mod read;
mod uses;

use std::rc::Rc;

pub use permissions::{Access, Permissions};
pub use uses::{Uses, What};

use super::yaml::{Document, Node};

/// A workflow that could be read.
#[derive(Debug)]
pub struct Workflow {
    /// Its path from the repository's root.
    pub path: String,
    /// Its text and value.
    pub document: Document,
    /// The name that it gives itself.
    pub title: Option<String>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its `run-name`.
    pub run_name: Option<String>,
    /// Its own permissions.
    pub permissions: Option<Permissions>,
    /// Its concurrency group.
    pub concurrency: Option<Concurrency>,
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// The line of `on:`.
    pub on_line: usize,
}

/// An event that starts a workflow.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The event's name.
    pub event: String,
    /// Its line.
    pub line: usize,
    /// The activity types; all where empty.
    pub types: Vec<String>,
    /// The workflows whose runs start it, for `workflow_run`.
    pub workflows: Vec<String>,
    /// The inputs that it declares.
    pub inputs: Vec<Input>,
}

/// An input of a dispatched or called workflow.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// Whether the dispatch must give it.
    pub need: Need,
}

/// Whether something must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
}

/// A concurrency group of a workflow or job.
#[derive(Clone, Debug)]
pub struct Concurrency {
    /// Its line.
    pub line: usize,
    /// Its name, with expressions.
    pub group: String,
    /// The line of `cancel-in-progress`, where that is anything but false.
    pub cancels: Option<usize>,
}

/// A job.
#[derive(Debug)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Its line.
    pub line: usize,
    /// Its value.
    pub node: Rc<Node>,
    /// The jobs that it waits for.
    pub needs: Vec<String>,
    /// Its `if`.
    pub condition: Option<String>,
    /// Its own permissions.
    pub permissions: Option<Permissions>,
    /// Its concurrency group.
    pub concurrency: Option<Concurrency>,
    /// The environment that it names, with its line.
    pub environment: Option<(String, usize)>,
    /// The reusable workflow that it calls.
    pub calls: Option<Uses>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// Its line.
    pub line: usize,
    /// Its id.
    pub id: Option<String>,
    /// Its `if`.
    pub condition: Option<String>,
    /// The action that it uses.
    pub uses: Option<Uses>,
    /// Its value.
    pub node: Rc<Node>,
}

impl Workflow {
    /// The trigger of that name.
    pub fn trigger(&self, event: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| trigger.event == event)
    }

    /// The job of that id.
    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// What a job's token may do, where the file says it.
    pub fn permissions_of<'a>(&'a self, job: &'a Job) -> Option<&'a Permissions> {
        job.permissions.as_ref().or(self.permissions.as_ref())
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether a job waits for another one, directly or through others.
    pub fn waits_for(&self, job: &Job, other: &str) -> bool {
        let mut todo: Vec<&str> = job.needs.iter().map(String::as_str).collect();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(id) = todo.pop() {
            if id == other {
                return true;
            }
            if seen.insert(id) {
                todo.extend(self.job(id).iter().flat_map(|job| job.needs.iter().map(String::as_str)));
            }
        }
        false
    }
}

impl Trigger {
    /// True where it is started by this activity.
    pub fn takes(&self, activity: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|kind| kind == activity)
    }
}

impl Job {
    /// True where some text in it names a secret other than the workflow's own token, or hands all of them on.
    pub fn has_secrets(&self) -> bool {
        let inherits = self.node.text_of("secrets") == Some("inherit");
        inherits || self.node.any_text(&|text| text.match_indices("secrets").any(|(at, _)| is_secret(&text[at..])))
    }
}

/// `secrets.NAME`, `secrets['NAME']` or `toJSON(secrets)`, but not the workflow's own token.
fn is_secret(text: &str) -> bool {
    let rest = &text["secrets".len()..];
    match rest.chars().next() {
        Some('.') => !rest[1..].to_ascii_uppercase().starts_with("GITHUB_TOKEN"),
        Some('[' | ')') => true,
        _ => false,
    }
}

impl Step {
    /// An input that it gives to its action.
    pub fn with(&self, name: &str) -> Option<&str> {
        self.node.get("with").and_then(|with| with.text_of(name))
    }

    /// The value that holds its script: `run`, or the script of `actions/github-script`.
    pub fn script(&self) -> Option<&Node> {
        let is_script = self.uses.as_ref().is_some_and(|uses| uses.is("actions", "github-script"));
        let script = if is_script { self.node.get("with").and_then(|with| with.get("script")) } else { None };
        self.node.get("run").or(script)
    }
}
