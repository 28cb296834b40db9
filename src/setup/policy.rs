//! The policy's text: what is not default, and what is worth knowing as a comment.

use std::fmt::Write as _;

use super::WAKE_NAME;
use super::environments::{FoundEnvironment, Tier, before_production};
use super::findings::Findings;
use super::way::{Way, WorkflowFile};
use super::workflow::{Input, Need};
use crate::domain::{EnvName, shown};

const HEAD: &str = "\
# What shipgate allows in this repository: who may deploy what to where, and what must be true before.
# It is read from the default branch, never from the change under judgement. What is not written has the strict default.
#
#   shipgate policy check      finds every fault of this file
#   shipgate policy explain    says everything that it demands, defaults included
#   shipgate policy schema     lets your editor complete and explain its keys
version: 1

# Who may give commands is GitHub's role `write`, or what you say here:
# commands: { who: { deploy: role:maintain } }
";

const UNTESTED: &str = "
# No workflow here tests pull requests. Until one does, gate `checks` says no: a commit that nothing tested is not deployed.
";

const ENVIRONMENTS: &str = "
# Where to deploy. Everywhere: all checks green on the exact commit, one approval by somebody who may push and did not take part,
# the branch up to date with its base, no forks, one deployment at a time.
environments:
";

const PRODUCTION: &str = "  # Production asks for more by itself: two approvals, none of them by whoever deploys, and `/confirm` by name.
";

/// The environments where the workflows name none.
fn usual() -> Vec<FoundEnvironment> {
    ["staging", "production"].into_iter().map(|name| FoundEnvironment::new(EnvName::new(name).expect("our own names are names"))).collect()
}

/// The text of a policy for what was found.
pub(super) fn text(findings: &Findings, way: &Way) -> String {
    let found = if findings.environments.is_empty() { usual() } else { findings.environments.clone() };
    let mut out = HEAD.to_owned();
    if findings.testing().next().is_none() {
        out.push_str(UNTESTED);
    }
    out.push_str(ENVIRONMENTS);
    let deploy = deploy(findings, way, &found);
    let mut seen = (false, false);
    for environment in &found {
        let first = match environment.tier {
            Tier::Production => !std::mem::replace(&mut seen.1, true),
            Tier::Other => !std::mem::replace(&mut seen.0, true),
        };
        out.push_str(&one(environment, before_production(&found), &deploy, if first { Place::First } else { Place::Later }));
    }
    out
}

/// Whether an environment is the first of its tier, where the comments stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Later,
}

fn one(environment: &FoundEnvironment, before: Option<&EnvName>, deploy: &str, place: Place) -> String {
    let name = environment.name.as_str();
    let mut out = String::new();
    let is_production = environment.tier == Tier::Production;
    if is_production && place == Place::First {
        out.push_str(PRODUCTION);
    }
    let _ = writeln!(out, "  {}:", scalar(name));
    if is_production && name != "production" {
        out.push_str("    production: true # with production's stricter defaults\n");
    }
    if is_production && let Some(before) = before {
        let _ = writeln!(out, "    after: [{}] # the same commit must have been deployed there before", scalar(before.as_str()));
    }
    out.push_str(deploy);
    let _ = writeln!(out, "    gates:\n      checks: {{ except: [{WAKE_NAME}] }} # it only passes reviews on, and says nothing about the commit");
    if place == Place::First {
        out.push_str(if is_production { OF_PRODUCTION } else { OF_OTHERS });
    }
    out
}

const OF_OTHERS: &str = "      # approval: { count: 0 } # nobody need approve
      # up-to-date: warn # a branch behind its base is only warned of
    # url: https://staging.example.com # shown with the deployment
    # variables: [API_KEY] # must be there, and not empty, when a deployment starts
";

const OF_PRODUCTION: &str = "      # approval: { count: 1 } # where two independent people are not to be had
      # approval: { from: [codeowners], expires: 24h } # only owners of what changed, and only for a day
      # confirm: sha # confirmed by the commit, not by name
      # window: { zone: Europe/Berlin, open: [\"Mon-Thu 09:00-16:00\"] } # when it may be changed
    # rollback: [Deploy the commit before] # lines of the deployment plan that people see; so are `monitoring` and `validation`
";

/// A name as YAML: digits alone would be a number, and some words mean something.
fn scalar(name: &str) -> String {
    let is_word = name.starts_with(|first: char| first.is_ascii_lowercase()) && !["null", "true", "false"].contains(&name);
    if is_word { name.to_owned() } else { format!("\"{name}\"") }
}

/// The lines that say how it is deployed.
fn deploy(findings: &Findings, way: &Way, found: &[FoundEnvironment]) -> String {
    let Way::Workflow(file) = way else { return String::new() };
    format!("    {} # started once every gate says go\n", deploy_key(findings, file, found))
}

/// The key of a dispatched environment, with the inputs that the workflow has.
pub(super) fn deploy_key(findings: &Findings, file: &WorkflowFile, found: &[FoundEnvironment]) -> String {
    let known = findings.workflow(&file.path()).map(|workflow| workflow.inputs.as_slice()).unwrap_or_default();
    let pairs: Vec<String> = known.iter().filter_map(|input| Some(format!("{}: \"{}\"", key(&input.name)?, placeholder(input, found)?))).collect();
    let inputs = if pairs.is_empty() { String::new() } else { format!(", inputs: {{ {} }}", pairs.join(", ")) };
    format!("deploy: {{ workflow: {}{inputs} }}", scalar(file.as_str()))
}

/// An input's name, where it can stand in the policy as it is.
fn key(name: &str) -> Option<&str> {
    let fits = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    fits.then_some(name)
}

/// What an input gets, where its name says what it is.
fn placeholder(input: &Input, found: &[FoundEnvironment]) -> Option<&'static str> {
    let fits = |options: &[String]| options.is_empty() || found.iter().all(|environment| options.iter().any(|option| option == environment.name.as_str()));
    match input.name.to_ascii_lowercase().as_str() {
        "environment" | "env" | "stage" | "target_environment" if fits(&input.options) => Some("{environment}"),
        "sha" | "commit" | "ref" if input.options.is_empty() => Some("{sha}"),
        "version" | "tag" if input.options.is_empty() && input.need == Need::Required => Some("{version}"),
        _ => None,
    }
}

/// The inputs that a dispatch must give and that we do not know the value of, safe to show.
pub(super) fn unknown_inputs(findings: &Findings, file: &WorkflowFile) -> Vec<String> {
    let known = findings.workflow(&file.path()).map(|workflow| workflow.inputs.as_slice()).unwrap_or_default();
    let found = if findings.environments.is_empty() { usual() } else { findings.environments.clone() };
    let unknown = known
        .iter()
        .filter(|input| input.need == Need::Required && input.name != "shipgate" && (key(&input.name).is_none() || placeholder(input, &found).is_none()));
    unknown.map(|input| shown(&input.name)).collect()
}
