//! Workflow files, as far as GitHub itself reads them before a runner does: name, triggers, declared inputs, the run's name.

mod inputs;
mod title;

use serde_json::{Map, Value};

pub use inputs::InputError;
pub use title::Given;

/// A workflow file that can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowFile {
    name: Option<String>,
    run_name: Option<String>,
    on: Map<String, Value>,
}

impl WorkflowFile {
    /// Reads a file; `None` where it is no YAML, or has no triggers.
    pub fn parse(text: &str) -> Option<Self> {
        let options = serde_saphyr::options! { strict_booleans: true };
        let root: Value = serde_saphyr::from_str_with_options(text, options).ok()?;
        let text = |key: &str| root.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let on = match root.get("on")? {
            Value::String(event) => Map::from_iter([(event.clone(), Value::Null)]),
            Value::Array(events) => events.iter().filter_map(Value::as_str).map(|event| (event.to_owned(), Value::Null)).collect(),
            Value::Object(events) => events.clone(),
            _ => return None,
        };
        Some(Self { name: text("name"), run_name: text("run-name"), on })
    }

    /// What it is called: by its `name`, else by its path.
    pub fn name(&self, path: &str) -> String {
        self.name.clone().unwrap_or_else(|| path.to_owned())
    }

    /// True when an event starts it, whatever the event's details are.
    pub fn listens(&self, event: &str) -> bool {
        self.on.contains_key(event)
    }

    /// True when a `repository_dispatch` of this type starts it.
    pub fn listens_to_dispatch(&self, event_type: &str) -> bool {
        let Some(filter) = self.on.get("repository_dispatch") else { return false };
        match filter.get("types") {
            None | Some(Value::Null) => true,
            Some(Value::String(only)) => only == event_type,
            Some(Value::Array(types)) => types.iter().any(|known| known.as_str() == Some(event_type)),
            Some(_) => false,
        }
    }

    /// The run's name, where the file gives one, filled in with what the run was given.
    pub fn run_title(&self, given: &Given<'_>) -> Option<String> {
        self.run_name.as_deref().map(|text| title::fill(text, given)).filter(|title| !title.trim().is_empty())
    }

    /// The inputs a dispatched run gets: those given and the defaults of those left out.
    ///
    /// # Errors
    /// [`InputError`]: the first thing that is wrong, in GitHub's words.
    pub fn accept(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, InputError> {
        let declared = self.on.get("workflow_dispatch").and_then(|trigger| trigger.get("inputs")).and_then(Value::as_object);
        inputs::accept(declared.unwrap_or(&Map::new()), given)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn d2_triggers_are_read_in_all_three_forms() {
        let listens = |on: &str, event: &str| WorkflowFile::parse(&format!("{on}\njobs: {{}}\n")).is_some_and(|file| file.listens(event));
        assert!(listens("on: push", "push") && listens("on: [push, workflow_dispatch]", "workflow_dispatch"));
        assert!(listens("on:\n  workflow_dispatch:\n", "workflow_dispatch") && !listens("on: push", "workflow_dispatch"));
        assert!(WorkflowFile::parse("jobs: {}").is_none() && WorkflowFile::parse("on: [").is_none());
    }

    #[test]
    fn d2_a_repository_dispatch_is_heard_by_its_type() {
        let hears = |types: &str| WorkflowFile::parse(&format!("on:\n  repository_dispatch:{types}\n")).expect("a file").listens_to_dispatch("deploy");
        assert!(hears("") && hears("\n    types: deploy") && hears("\n    types: [test, deploy]"));
        assert!(!hears("\n    types: [test]") && !WorkflowFile::parse("on: push").expect("a file").listens_to_dispatch("deploy"));
    }

    #[test]
    fn d2_a_workflow_without_inputs_takes_none() {
        let file = WorkflowFile::parse("name: Deploy\non: workflow_dispatch\n").expect("a file");
        assert_eq!((file.name("x.yml"), file.accept(&Map::new())), ("Deploy".to_owned(), Ok(Map::new())));
        let refused = file.accept(json!({ "a": "b" }).as_object().expect("an object"));
        assert_eq!(refused.expect_err("nothing is declared").to_string(), r#"Unexpected inputs provided: ["a"]"#);
    }
}
