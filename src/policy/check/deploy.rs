//! How an environment is deployed: here, or by a workflow that is dispatched (row D2).

use std::collections::{BTreeMap, BTreeSet};

use super::super::Span;
use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::nearest::nearest;
use super::super::raw::{At, Entries, RawDeploy, RawDispatch, Set};
use super::super::template::{Template, TemplateFault, placeholders};
use super::super::{DeployHow, Dispatch, defaults};
use crate::domain::{ParamKey, Period};
use crate::facts::{InputName, Trigger};

/// GitHub takes 25 inputs; one of them is ours.
const MOST_INPUTS: usize = 24;

/// The longest wait: the longest that a hosted job can run.
const LONGEST_WAIT: Period = Period::of_seconds(6 * 3_600);

/// How it is deployed. `parameters` are those that a command may give.
pub(super) fn deploy(set: &Set<RawDeploy>, parameters: &BTreeSet<&ParamKey>, sink: &Sink) -> DeployHow {
    match set.value() {
        Some(RawDeploy::Mapping(at)) => dispatch(at, parameters, sink).map_or(defaults::DEPLOY, |dispatch| DeployHow::Dispatch(Box::new(dispatch))),
        Some(RawDeploy::Scalar(_)) | None => defaults::DEPLOY,
    }
}

fn dispatch(at: &At<RawDispatch>, parameters: &BTreeSet<&ParamKey>, sink: &Sink) -> Option<Dispatch> {
    let raw = &at.value;
    let trigger = trigger(raw, at.span, sink);
    if let Some(reference) = raw.reference.at().filter(|_| !raw.event.is_absent()) {
        let fault = Fault::new(Code::Contradiction, reference.span, "an event starts the workflow of the default branch; it takes no `ref`");
        sink.add(fault.help("remove `ref`, or name a `workflow` instead of an `event`"));
    }
    if let Some(wait) = raw.wait.at().filter(|wait| wait.value > LONGEST_WAIT) {
        sink.add(Fault::new(Code::Value, wait.span, format!("no job waits longer than {LONGEST_WAIT}")));
    }
    let inputs = raw.inputs.at().map_or_else(BTreeMap::new, |inputs| self::inputs(inputs, parameters, sink));
    Some(Dispatch {
        trigger: trigger?,
        repository: raw.repository.value().cloned(),
        reference: raw.reference.value().cloned(),
        inputs,
        wait: raw.wait.value().copied(),
    })
}

fn trigger(raw: &RawDispatch, owner: Span, sink: &Sink) -> Option<Trigger> {
    match (&raw.workflow, &raw.event) {
        (Set::Absent, Set::Absent) => {
            let fault = Fault::new(Code::Missing, owner, "neither a `workflow` nor an `event` is named here");
            sink.add(fault.help("write `deploy: { workflow: deploy.yml }`, or `deploy: here`"));
            None
        }
        (Set::Is(_), Set::Is(event)) => {
            sink.add(Fault::new(Code::Contradiction, event.span, "a deployment is dispatched to a `workflow` or by an `event`, not both"));
            None
        }
        (workflow, event) => workflow.value().cloned().map(Trigger::Workflow).or_else(|| event.value().cloned().map(Trigger::Event)),
    }
}

fn inputs(at: &At<Entries<InputName, String>>, parameters: &BTreeSet<&ParamKey>, sink: &Sink) -> BTreeMap<InputName, Template> {
    let items = &at.value.items;
    if items.len() > MOST_INPUTS {
        sink.add(Fault::new(Code::Value, at.span, format!("a workflow takes {MOST_INPUTS} inputs besides `shipgate`, here are {}", items.len())));
    }
    let mut seen: BTreeMap<String, &InputName> = BTreeMap::new();
    let mut inputs = BTreeMap::new();
    for (name, text) in items {
        // The server does not tell them apart.
        if let Some(before) = seen.insert(name.value.as_str().to_ascii_lowercase(), &name.value) {
            sink.add(Fault::new(Code::DuplicateName, name.span, format!("the input `{}` is the input `{before}` in other letters", name.value)));
        }
        if let Some(template) = text.as_ref().and_then(|text| template(text, parameters, sink)) {
            inputs.insert(name.value.clone(), template);
        }
    }
    inputs
}

fn template(at: &At<String>, parameters: &BTreeSet<&ParamKey>, sink: &Sink) -> Option<Template> {
    let template = match Template::parse(&at.value) {
        Ok(template) => template,
        Err(fault) => {
            let near = if let TemplateFault::Unknown { near, .. } = &fault { *near } else { None };
            let line = matches!(fault, TemplateFault::Line(_));
            let fault = Fault::new(if line { Code::Value } else { Code::Placeholder }, at.span, fault.to_string()).meant(near);
            sink.add(if line { fault } else { fault.help(placeholders()) });
            return None;
        }
    };
    for key in template.parameters().filter(|key| !parameters.contains(key)) {
        let known = parameters.iter().map(|known| known.as_str());
        let fault = Fault::new(Code::Placeholder, at.span, format!("no command may give the parameter `{key}` here")).meant(nearest(key.as_str(), known));
        sink.add(fault.help("list it under the environment's `parameters`"));
    }
    Some(template)
}
