//! The environments that the workflows speak of, and which of them is production.

use super::sources::PassedOver;
use super::workflow::Workflow;
use crate::domain::{EnvName, shown};

/// An environment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEnvironment {
    /// Its name, in lower case: the server does not tell cases apart.
    pub name: EnvName,
    /// Whether its name says that it is production.
    pub tier: Tier,
}

/// Whether an environment is production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// It is.
    Production,
    /// It is not.
    Other,
}

/// Environments that publish instead of deploying a pull request.
const PUBLISHING: &[&str] = &["github-pages", "pypi", "testpypi", "test-pypi", "npm", "crates-io", "crates.io", "rubygems", "docker-hub", "release", "copilot"];
/// Words for production.
const PRODUCTION: &[&str] = &["production", "prod", "prd", "live"];
/// Words beside them that take it back.
const NOT: &[&str] = &["pre", "non", "not", "no", "pseudo"];
/// Where production's commits come from, the likeliest first.
const BEFORE: &[&str] = &["staging", "stage", "stg", "preprod", "pre", "uat", "qa", "test", "canary"];

/// Whether an environment's name says that something is published there, not deployed.
pub(super) fn publishes(name: &str) -> bool {
    PUBLISHING.contains(&name.to_ascii_lowercase().as_str())
}

impl FoundEnvironment {
    /// With the tier that its name says.
    pub(super) fn new(name: EnvName) -> Self {
        let words: Vec<&str> = name.as_str().split(['-', '_']).collect();
        let is_production = words.iter().any(|word| PRODUCTION.contains(word)) && !words.iter().any(|word| NOT.contains(word));
        let tier = if is_production { Tier::Production } else { Tier::Other };
        Self { name, tier }
    }
}

/// All that the workflows name: production last, else in the order of the files; and what could not be one.
pub(super) fn environments(workflows: &[Workflow]) -> (Vec<FoundEnvironment>, Vec<PassedOver>) {
    let mut found: Vec<FoundEnvironment> = Vec::new();
    let mut passed_over = Vec::new();
    for workflow in workflows {
        for word in named(workflow) {
            if publishes(word) {
                passed_over.push(PassedOver::new(&workflow.path, format!("its environment `{}` publishes; it is not deployed to", shown(word))));
                continue;
            }
            match EnvName::new(word.to_ascii_lowercase()) {
                Ok(name) if found.iter().any(|known| known.name == name) => {}
                Ok(name) => found.push(FoundEnvironment::new(name)),
                Err(error) => passed_over.push(PassedOver::new(&workflow.path, format!("its environment cannot be one in the policy: {error}"))),
            }
        }
    }
    found.sort_by_key(|environment| environment.tier == Tier::Production);
    passed_over.dedup();
    (found, passed_over)
}

/// The names that a workflow says: those of its jobs, and the choices of an input that a job's environment is.
fn named(workflow: &Workflow) -> Vec<&str> {
    let mut names = Vec::new();
    for environment in workflow.jobs.iter().filter_map(|job| job.environment.as_deref()) {
        if !environment.contains("${{") {
            names.push(environment);
            continue;
        }
        let asks = |name: &str| environment.contains(&format!("inputs.{name} ")) || environment.contains(&format!("inputs.{name}}}"));
        names.extend(workflow.inputs.iter().filter(|input| asks(&input.name)).flat_map(|input| input.options.iter().map(String::as_str)));
    }
    names
}

/// The environment that must have a commit before production.
pub(super) fn before_production(found: &[FoundEnvironment]) -> Option<&EnvName> {
    let others: Vec<&EnvName> = found.iter().filter(|environment| environment.tier == Tier::Other).map(|environment| &environment.name).collect();
    BEFORE.iter().find_map(|word| others.iter().find(|name| name.as_str().split(['-', '_']).any(|part| part == *word)).copied())
}

#[cfg(test)]
mod tests {
    use super::super::sources::SourceFile;
    use super::*;

    fn found(jobs: &str) -> (Vec<FoundEnvironment>, Vec<PassedOver>) {
        let text = format!("on:\n  workflow_dispatch:\n    inputs:\n      where: {{ options: [eu, us-prod] }}\njobs:\n{jobs}");
        environments(&[Workflow::read(&SourceFile { path: "x.yml".to_owned(), text }).expect("a workflow")])
    }

    #[test]
    fn i1_environments_are_found_once_production_last_and_hostile_names_not_at_all() {
        let (found, passed) = found(
            "  a: { environment: Production }\n  b: { environment: { name: staging } }\n  c: { environment: 'x; rm -rf /' }\n  d: { environment: \"a\\u202eb\" }\n\
             \x20 e: { environment: pypi }\n  f: { environment: '${{ inputs.where }}' }\n  g: { environment: STAGING }\n  h: { environment: '${{ matrix.x }}' }\n",
        );
        let names: Vec<&str> = found.iter().map(|environment| environment.name.as_str()).collect();
        assert_eq!(names, ["staging", "eu", "production", "us-prod"]);
        assert_eq!(before_production(&found).map(EnvName::as_str), Some("staging"));
        assert_eq!(passed.len(), 3, "{passed:?}");
        assert!(passed.iter().all(|passed| passed.why.is_ascii()), "{passed:?}");
    }

    #[test]
    fn i1_production_is_told_by_its_words() {
        for (name, tier) in
            [("live-eu", Tier::Production), ("prod", Tier::Production), ("non-prod", Tier::Other), ("product", Tier::Other), ("pre_prod", Tier::Other)]
        {
            assert_eq!(FoundEnvironment::new(EnvName::new(name).expect("a name")).tier, tier, "{name}");
        }
    }
}
