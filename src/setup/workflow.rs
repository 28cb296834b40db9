//! What a workflow of the repository says, as far as `init` needs it.

use std::collections::BTreeMap;

use super::sources::SourceFile;
use super::yaml::{self, Node};

/// A workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its path from the root.
    pub path: String,
    /// Its name; its path where it declares none, as the server has it.
    pub name: String,
    /// The events that start it.
    pub triggers: Vec<String>,
    /// The inputs of `workflow_dispatch`.
    pub inputs: Vec<Input>,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// An input of `workflow_dispatch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Whether a dispatch must give it.
    pub need: Need,
    /// What it may be, where it is a choice.
    pub options: Vec<String>,
}

/// Whether something must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must, and has no default.
    Required,
    /// It need not.
    Optional,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Its environment, as it is written: a name or an expression.
    pub environment: Option<String>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The action.
    pub uses: Option<String>,
    /// What it is given.
    pub with: BTreeMap<String, String>,
}

impl Workflow {
    /// Reads a workflow.
    ///
    /// # Errors
    /// Why it is none, as the rest of a sentence.
    pub fn read(file: &SourceFile) -> Result<Self, String> {
        let root = yaml::parse(&file.text).map_err(|error| error.to_string())?;
        let Some(jobs) = root.get("jobs") else { return Err("it is no workflow: it has no jobs".to_owned()) };
        let name = root.get("name").and_then(|name| name.text()).filter(|name| !name.is_empty()).unwrap_or(&file.path);
        Ok(Self {
            path: file.path.clone(),
            name: name.to_owned(),
            triggers: root.get("on").map(|on| triggers(on)).unwrap_or_default(),
            inputs: root.get("on").map(|on| inputs(on)).unwrap_or_default(),
            jobs: jobs.pairs().iter().filter_map(|(id, job)| id.text().map(|id| self::job(id, job))).collect(),
        })
    }

    /// Whether an event starts it.
    pub fn is_started_by(&self, event: &str) -> bool {
        self.triggers.iter().any(|trigger| trigger == event)
    }

    /// The steps that use an action, with their place among the steps of their job.
    pub fn uses(&self, action: &str) -> Vec<(&Job, usize)> {
        let is_it = |step: &Step| step.uses.as_deref().and_then(|uses| uses.split_once('@')).is_some_and(|(name, _)| name.eq_ignore_ascii_case(action));
        self.jobs.iter().flat_map(|job| job.steps.iter().enumerate().filter(|(_, step)| is_it(step)).map(move |(at, _)| (job, at))).collect()
    }

    /// The file's name.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// How surely it deploys, from the signs that people leave: 0 where there is none.
    pub fn deploys(&self) -> u8 {
        let speaks = |text: &str| text.to_ascii_lowercase().split(|character: char| !character.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word));
        let file = speaks(self.file_name());
        let named = file || speaks(&self.name) || self.jobs.iter().any(|job| speaks(&job.id));
        let environment = self.jobs.iter().any(|job| job.environment.as_deref().is_some_and(|name| !super::environments::publishes(name)));
        if !named && !environment {
            return 0;
        }
        1 + u8::from(named) + u8::from(environment) + u8::from(file) + 2 * u8::from(self.is_started_by("workflow_dispatch"))
    }
}

/// What people call deploying.
const WORDS: &[&str] = &["deploy", "deployment", "deploys", "rollout", "cd"];

fn triggers(on: &Node) -> Vec<String> {
    let keys = on.pairs().iter().filter_map(|(key, _)| key.text());
    on.words().into_iter().chain(keys).map(str::to_owned).collect()
}

fn inputs(on: &Node) -> Vec<Input> {
    let Some(inputs) = on.get("workflow_dispatch").and_then(|dispatch| dispatch.get("inputs")) else { return Vec::new() };
    let input = |name: &str, body: &Node| {
        let required = body.get("required").and_then(|required| required.text()) == Some("true") && body.get("default").is_none();
        let options = body.get("options").map(|options| options.words().into_iter().map(str::to_owned).collect()).unwrap_or_default();
        Input { name: name.to_owned(), need: if required { Need::Required } else { Need::Optional }, options }
    };
    inputs.pairs().iter().filter_map(|(name, body)| name.text().map(|name| input(name, body))).collect()
}

fn job(id: &str, job: &Node) -> Job {
    let environment = job.get("environment").and_then(|environment| environment.text().or_else(|| environment.get("name").and_then(|name| name.text())));
    let steps = job.get("steps").map(|steps| steps.items().iter().map(|step| self::step(step)).collect()).unwrap_or_default();
    Job { id: id.to_owned(), environment: environment.filter(|name| !name.is_empty()).map(str::to_owned), steps }
}

fn step(step: &Node) -> Step {
    let pair = |(key, value): &(std::rc::Rc<Node>, std::rc::Rc<Node>)| Some((key.text()?.to_owned(), value.text()?.to_owned()));
    let with = step.get("with").map(|with| with.pairs().iter().filter_map(pair).collect()).unwrap_or_default();
    Step { uses: step.get("uses").and_then(|uses| uses.text()).map(str::to_owned), with }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Workflow {
        Workflow::read(&SourceFile { path: path.to_owned(), text: text.to_owned() }).expect("a workflow")
    }

    #[test]
    fn i1_every_form_of_triggers_environments_and_inputs_is_read() {
        for on in ["on: push", "on: [push]", "on:\n  - push", "on:\n  push:\n    branches: [main]", "\"on\": push"] {
            assert!(read("a.yml", &format!("{on}\njobs: {{}}\n")).is_started_by("push"), "{on}");
        }
        let text = "on:\n  workflow_dispatch:\n    inputs:\n      env: { required: true, type: choice, options: [a, b] }\n      x: { required: true, default: 1 }\n\
                    jobs:\n  one: { environment: staging }\n  two:\n    environment:\n      name: production\n    steps:\n      - uses: o/a@v1\n        with: { step: start }\n";
        let workflow = read(".github/workflows/x.yml", text);
        assert_eq!(workflow.name, ".github/workflows/x.yml");
        assert_eq!(workflow.jobs.iter().filter_map(|job| job.environment.as_deref()).collect::<Vec<_>>(), ["staging", "production"]);
        assert_eq!(workflow.inputs[0], Input { name: "env".to_owned(), need: Need::Required, options: vec!["a".to_owned(), "b".to_owned()] });
        assert_eq!(workflow.inputs[1].need, Need::Optional);
        assert_eq!(workflow.uses("O/A").len(), 1);
        assert_eq!(workflow.uses("o/b").len(), 0);
    }

    #[test]
    fn i1_a_workflow_deploys_by_its_signs() {
        let plain = read(".github/workflows/ci.yml", "name: CI\non: push\njobs: { test: {} }\n");
        assert_eq!(plain.deploys(), 0);
        let pages = read(".github/workflows/docs.yml", "on: push\njobs: { build: { environment: github-pages } }\n");
        assert_eq!(pages.deploys(), 0, "publishing pages is not deploying");
        let named = read(".github/workflows/ci.yml", "on: push\njobs: { deploy: {} }\n");
        let whole = read(".github/workflows/deploy.yml", "on: workflow_dispatch\njobs: { deploy: { environment: staging } }\n");
        assert!(named.deploys() > 0 && whole.deploys() > named.deploys());
    }

    #[test]
    fn i1_what_is_no_workflow_says_why() {
        for (text, words) in [("a: 1", "no jobs"), ("[", "no YAML"), ("", "empty")] {
            let why = Workflow::read(&SourceFile { path: "x.yml".to_owned(), text: text.to_owned() }).expect_err("none");
            assert!(why.contains(words), "{why}");
        }
    }
}
