//! The workflows that the policy dispatches: there, declaring what is handed to them, starting and ending the deployment.

use super::exam::Exam;
use super::ours::{OurStep, Part, our_steps};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Need, Trigger, Workflow};
use crate::doctor::yaml::Node;
use crate::policy::POLICY_PATH;

/// The input that every dispatch carries.
const HANDLE: &str = "shipgate";

/// A dispatch as the policy writes it.
#[derive(Clone, Debug)]
pub(super) struct Dispatch {
    pub environment: String,
    pub line: usize,
    pub how: How,
    pub repository: Option<String>,
    /// The names of its inputs.
    pub inputs: Vec<String>,
}

/// What is dispatched.
#[derive(Clone, Debug)]
pub(super) enum How {
    /// A workflow, by its file's name.
    Workflow(String),
    /// An event, by its type.
    Event(String),
}

/// Whether a workflow is one that the policy dispatches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dispatched {
    ByPolicy,
    Not,
}

impl Dispatch {
    /// True where a workflow is started by its file's name.
    pub fn is_workflow(&self) -> bool {
        matches!(self.how, How::Workflow(_))
    }
}

/// The dispatches of a policy, as it is written: also of one that has faults elsewhere.
pub(super) fn dispatches(exam: &Exam<'_>) -> Vec<Dispatch> {
    let environments = exam.written_environments().map_or(&[][..], Node::pairs);
    let of_environment = |pair: &crate::doctor::yaml::Pair| {
        let deploy = pair.value.pair("deploy")?;
        let how = match (deploy.value.text_of("workflow"), deploy.value.text_of("event")) {
            (Some(file), _) => How::Workflow(file.to_owned()),
            (None, Some(event)) => How::Event(event.to_owned()),
            (None, None) => return None,
        };
        let inputs = deploy.value.get("inputs").map_or(&[][..], Node::pairs).iter().map(|pair| pair.key.clone()).collect();
        let repository = deploy.value.text_of("repository").map(str::to_owned);
        Some(Dispatch { environment: pair.key.clone(), line: deploy.line, how, repository, inputs })
    };
    environments.iter().filter_map(of_environment).collect()
}

/// The workflows that a dispatch starts here.
fn targets<'w>(exam: &'w Exam<'_>, dispatch: &Dispatch) -> Vec<&'w Workflow> {
    let starts = |workflow: &&Workflow| match &dispatch.how {
        How::Workflow(file) => workflow.name() == file || workflow.path == *file,
        How::Event(kind) => workflow.trigger("repository_dispatch").is_some_and(|trigger| trigger.takes(kind)),
    };
    exam.workflows.iter().filter(starts).collect()
}

/// Whether the policy dispatches this workflow.
pub(super) fn is_dispatched(exam: &Exam<'_>, workflow: &Workflow) -> Dispatched {
    let here = dispatches(exam).into_iter().filter(|dispatch| dispatch.repository.is_none());
    let by_policy = here.flat_map(|dispatch| targets(exam, &dispatch)).any(|target| target.path == workflow.path);
    let takes_handle = workflow.triggers.iter().any(|trigger| trigger.inputs.iter().any(|input| input.name == HANDLE));
    if by_policy || takes_handle { Dispatched::ByPolicy } else { Dispatched::Not }
}

pub(super) fn deploy(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    if exam.material.files.workflows.known().is_none() {
        return;
    }
    let mut seen: Vec<&str> = Vec::new();
    for dispatch in &dispatches(exam) {
        if let Some(repository) = &dispatch.repository {
            elsewhere(exam, (dispatch, repository), diagnosis);
            continue;
        }
        let targets = targets(exam, dispatch);
        if targets.is_empty() {
            missing(dispatch, diagnosis);
        }
        for workflow in targets {
            inputs(workflow, dispatch, diagnosis);
            if !seen.contains(&workflow.path.as_str()) {
                seen.push(&workflow.path);
                diagnosis.fine_unless(Area::Deploy, format!("{} takes the deployment, starts and ends it", workflow.path), |diagnosis| {
                    lifecycle(exam, workflow, diagnosis);
                });
            }
        }
    }
}

fn elsewhere(exam: &Exam<'_>, (dispatch, repository): (&Dispatch, &str), diagnosis: &mut Diagnosis) {
    let at = Place::new(POLICY_PATH, dispatch.line);
    let shown = crate::domain::shown(repository);
    diagnosis.add(
        Finding::new(&registry::DEPLOY_ELSEWHERE, format!("{} is deployed by a workflow of {shown}, which was not looked at", dispatch.environment)).at(at),
    );
    for gate in exam.ours().iter().filter(|step| step.part == Part::Gate && step.step.with("dispatch-token").is_none() && !step.has_own_token()) {
        let what = format!("{} is deployed by a workflow of {shown}, which the workflow's own token cannot start", dispatch.environment);
        diagnosis.add(Finding::new(&registry::DEPLOY_TOKEN, what).at(Place::new(&gate.workflow.path, gate.step.line)));
    }
}

fn missing(dispatch: &Dispatch, diagnosis: &mut Diagnosis) {
    let what = match &dispatch.how {
        How::Workflow(file) => {
            format!("{} is deployed by the workflow `{}`, which is not in .github/workflows", dispatch.environment, crate::domain::shown(file))
        }
        How::Event(kind) => format!("{} is deployed by the event `{}`, and no workflow listens to it", dispatch.environment, crate::domain::shown(kind)),
    };
    diagnosis.add(Finding::new(&registry::DEPLOY_MISSING, what).at(Place::new(POLICY_PATH, dispatch.line)));
}

/// What is declared against what is handed over. A `repository_dispatch` declares nothing.
fn inputs(workflow: &Workflow, dispatch: &Dispatch, diagnosis: &mut Diagnosis) {
    if !dispatch.is_workflow() {
        return;
    }
    let Some(trigger) = workflow.trigger("workflow_dispatch") else {
        let finding = Finding::new(&registry::DEPLOY_NO_TRIGGER, format!("{} has no `workflow_dispatch` in `on:`", workflow.path));
        return diagnosis.add(finding.at(Place::new(&workflow.path, workflow.on_line)).mend("add `workflow_dispatch:` with the input `shipgate`"));
    };
    let declared = |name: &str| trigger.inputs.iter().any(|input| input.name.eq_ignore_ascii_case(name));
    if !declared(HANDLE) {
        let what = format!("{} does not declare the input `{HANDLE}`", workflow.path);
        diagnosis.add(Finding::new(&registry::DEPLOY_NO_HANDLE, what).at(Place::new(&workflow.path, trigger.line)));
    }
    for name in dispatch.inputs.iter().filter(|name| !declared(name)) {
        let what = format!("{} gives the input `{}`, which {} does not declare", dispatch.environment, crate::domain::shown(name), workflow.path);
        diagnosis.add(Finding::new(&registry::DEPLOY_INPUT, what).at(Place::new(POLICY_PATH, dispatch.line)));
    }
    required(workflow, (trigger, dispatch), diagnosis);
}

fn required(workflow: &Workflow, (trigger, dispatch): (&Trigger, &Dispatch), diagnosis: &mut Diagnosis) {
    let given = |name: &str| name == HANDLE || dispatch.inputs.iter().any(|given| given.eq_ignore_ascii_case(name));
    for input in trigger.inputs.iter().filter(|input| input.need == Need::Required && !given(&input.name)) {
        let what = format!("the input `{}` is required, and the policy does not give it for {}", crate::domain::shown(&input.name), dispatch.environment);
        diagnosis.add(Finding::new(&registry::DEPLOY_INPUT, what).at(Place::new(&workflow.path, input.line)));
    }
}

fn lifecycle(exam: &Exam<'_>, workflow: &Workflow, diagnosis: &mut Diagnosis) {
    let whole = Place::file(&workflow.path);
    if !workflow.run_name.as_deref().is_some_and(|name| name.contains(".shipgate")) {
        diagnosis.add(Finding::new(&registry::DEPLOY_RUN_NAME, "its `run-name` does not hold the input `shipgate`").at(whole.clone()));
    }
    let mut ours = our_steps(workflow, exam.root_is_ours);
    let called = workflow.jobs.iter().filter_map(|job| job.calls.as_ref());
    let called =
        called.filter_map(|uses| exam.workflows.iter().find(|other| uses.text.starts_with("./") && uses.text.ends_with(&format!("/{}", other.name()))));
    ours.extend(called.flat_map(|other| our_steps(other, exam.root_is_ours)));
    let of_part = |part: Part| ours.iter().filter(move |step| step.part == part);
    if of_part(Part::Start).chain(of_part(Part::Whole)).next().is_none() {
        diagnosis.add(Finding::new(&registry::DEPLOY_NOT_STARTED, "no step hands the deployment to the action").at(whole));
    } else if let Some(start) = of_part(Part::Start).next()
        && of_part(Part::Finish).next().is_none()
        && of_part(Part::Whole).next().is_none()
    {
        let at = Place::new(&start.workflow.path, start.step.line);
        diagnosis.add(Finding::new(&registry::DEPLOY_NOT_FINISHED, "this step starts the deployment, and no job ends it").at(at));
    }
    of_part(Part::Finish).for_each(|step| finish(step, diagnosis));
}

fn finish(step: &OurStep<'_>, diagnosis: &mut Diagnosis) {
    let condition = step.job.condition.as_deref().unwrap_or_default();
    if !condition.contains("always()") {
        let what = format!("job `{}` ends the deployment, and is skipped when a job before it fails or is cancelled", step.job.id);
        diagnosis.add(Finding::new(&registry::DEPLOY_FINISH_SKIPPED, what).at(Place::new(&step.workflow.path, step.job.line)));
    }
    if step.step.with("needs").is_none_or(|needs| needs.trim().is_empty()) || step.job.needs.is_empty() {
        let what = "this step ends the deployment, and is not told how the jobs before it ended";
        diagnosis.add(Finding::new(&registry::DEPLOY_FINISH_BLIND, what).at(Place::new(&step.workflow.path, step.step.line)));
    }
}
