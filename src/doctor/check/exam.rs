//! What all checks share: the policy and the workflows as they were understood.

use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::material::{Asked, DefaultToken, Material, Server};
use crate::doctor::registry;
use crate::doctor::workflow::{Job, Permissions, Trigger, What, Workflow};
use crate::doctor::yaml::{Document, Node};
use crate::domain::ObjectId;
use crate::facts::Fact;
use crate::policy::{self, POLICY_PATH, Policy};

use super::ours::{OurStep, Part, our_steps};

/// What all checks share.
pub(super) struct Exam<'a> {
    pub material: &'a Material,
    /// The policy, where it is there and valid.
    pub policy: Option<Policy>,
    /// The policy's text as YAML, for lines, and for what `deploy` says.
    pub written: Option<Document>,
    pub workflows: Vec<Workflow>,
    /// Whether `uses: ./` means our action.
    pub root_is_ours: bool,
}

/// How a job's token stands where something may be written with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// It may write.
    Granted,
    /// The file does not say, and the repository's default is not known.
    Unknown,
    /// It may not.
    Refused,
}

impl<'a> Exam<'a> {
    /// Reads policy and workflows; what cannot be read is a finding.
    pub fn of(material: &'a Material, diagnosis: &mut Diagnosis) -> Self {
        let text = material.files.policy.known().and_then(Option::as_ref);
        let policy = text.and_then(|text| policy::load(text, no_id()).ok());
        let action = material.files.action.known().and_then(Option::as_ref);
        Self {
            material,
            policy,
            written: text.map(|text| Document::parse(text.clone())),
            workflows: workflows(material, diagnosis),
            root_is_ours: action.is_some_and(|text| is_our_action(text)),
        }
    }

    /// What the server says, where it was asked and answered.
    pub fn server(&self) -> Option<&'a Server> {
        match &self.material.server {
            Asked::Yes(server) => Some(server),
            Asked::No(_) | Asked::Failed(_) => None,
        }
    }

    /// Whether this repository judges nothing, and carries out what another one dispatches: no policy, no gate, and a step that starts a deployment.
    pub fn only_carries(&self) -> bool {
        let parts: Vec<Part> = self.ours().iter().map(|step| step.part).collect();
        let no_policy = self.material.files.policy.known().is_some_and(Option::is_none);
        no_policy && !parts.contains(&Part::Gate) && parts.iter().any(|part| matches!(part, Part::Start | Part::Whole))
    }

    /// Whether this repository judges nothing, and only looks at what changes bring: no policy, and no other step of ours.
    pub fn only_looks(&self) -> bool {
        let ours = self.ours();
        let no_policy = self.material.files.policy.known().is_some_and(Option::is_none);
        no_policy && !ours.is_empty() && ours.iter().all(|step| step.part == Part::Checks)
    }

    /// The steps that are ours.
    pub fn ours(&self) -> Vec<OurStep<'_>> {
        self.workflows.iter().flat_map(|workflow| our_steps(workflow, self.root_is_ours)).collect()
    }

    /// What starts a workflow: its own triggers, and for a called one those of its callers.
    pub fn triggers<'w>(&'w self, workflow: &'w Workflow) -> Vec<&'w Trigger> {
        let own = workflow.triggers.iter().filter(|trigger| trigger.event != "workflow_call");
        own.chain(self.callers(workflow).into_iter().flat_map(|(caller, _)| &caller.triggers)).collect()
    }

    /// The workflows and jobs that call this one.
    pub fn callers<'w>(&'w self, workflow: &'w Workflow) -> Vec<(&'w Workflow, &'w Job)> {
        if workflow.trigger("workflow_call").is_none() {
            return Vec::new();
        }
        let calls =
            |job: &Job| job.calls.as_ref().is_some_and(|uses| matches!(uses.what(), What::Local(path) if path.ends_with(&format!("/{}", workflow.name()))));
        self.workflows.iter().flat_map(|caller| caller.jobs.iter().filter(|job| calls(job)).map(move |job| (caller, job))).collect()
    }

    /// What a job grants its token, where a file says it: its own, its workflow's, or for a called one its caller's.
    pub fn permissions<'w>(&'w self, workflow: &'w Workflow, job: &'w Job) -> Option<&'w Permissions> {
        workflow.permissions_of(job).or_else(|| self.callers(workflow).into_iter().find_map(|(caller, job)| caller.permissions_of(job)))
    }

    /// The repository's default for tokens, where it is known.
    pub fn default_token(&self) -> Option<DefaultToken> {
        self.server().and_then(|server| server.defaults.known()).map(|defaults| defaults.token)
    }

    /// Whether a job's token may write anything.
    pub fn writing(&self, workflow: &Workflow, job: &Job) -> Writing {
        match (self.permissions(workflow, job), self.default_token()) {
            (Some(permissions), _) if permissions.writes() => Writing::Granted,
            (Some(_), _) | (None, Some(DefaultToken::Read)) => Writing::Refused,
            (None, Some(DefaultToken::Write)) => Writing::Granted,
            (None, None) => Writing::Unknown,
        }
    }

    /// Where the policy speaks of an environment.
    pub fn place_of(&self, environment: &str) -> Place {
        let entry = self.written.as_ref().and_then(|document| document.root.as_ref()).and_then(|root| root.get("environments"));
        match entry.and_then(|environments| environments.pair(environment)) {
            Some(pair) => Place::new(POLICY_PATH, pair.line),
            None => Place::file(POLICY_PATH),
        }
    }

    /// The value of `environments` in the policy as it is written.
    pub fn written_environments(&self) -> Option<&Node> {
        self.written.as_ref().and_then(|document| document.root.as_ref()).and_then(|root| root.get("environments"))
    }
}

/// A file has no object id of the server's here, and none is asked for.
pub(super) fn no_id() -> ObjectId {
    ObjectId::new("0".repeat(40)).expect("forty zeros are an object id")
}

/// True for the text of our own `action.yml`.
fn is_our_action(text: &str) -> bool {
    let document = Document::parse(text.to_owned());
    let name = document.root.as_ref().and_then(|root| root.text_of("name"));
    name.is_some_and(|name| name.to_ascii_lowercase().starts_with("shipgate"))
}

fn workflows(material: &Material, diagnosis: &mut Diagnosis) -> Vec<Workflow> {
    let files = match &material.files.workflows {
        Fact::Known(files) => files,
        Fact::Unavailable(why) => {
            diagnosis
                .add(Finding::new(&registry::WORKFLOW_UNREAD, format!("the workflows could not be read: {}", why.what)).at(Place::file(".github/workflows")));
            return Vec::new();
        }
        Fact::NotAsked => return Vec::new(),
    };
    let mut read = Vec::new();
    for file in files {
        let text = match file.text.get() {
            Ok(text) => text.clone(),
            Err(why) => {
                let finding = Finding::new(&registry::WORKFLOW_UNREAD, why.what.clone()).at(Place::file(&file.path));
                diagnosis.add(finding.mend_as(&why));
                continue;
            }
        };
        let (workflow, oddities) = match Workflow::read(&file.path, text) {
            Ok(mut workflow) => {
                let oddities = std::mem::take(&mut workflow.document.oddities);
                (Some(workflow), oddities)
            }
            Err(document) => (None, document.oddities),
        };
        if workflow.is_none() && oddities.is_empty() {
            diagnosis.add(Finding::new(&registry::WORKFLOW_YAML, "it holds no workflow").at(Place::file(&file.path)).mend("remove the file"));
        }
        for oddity in oddities {
            diagnosis.add(Finding::new(&registry::WORKFLOW_YAML, oddity.what).at(Place::new(&file.path, oddity.line)));
        }
        read.extend(workflow);
    }
    read
}
