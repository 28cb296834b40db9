//! The policy's environments as GitHub has them: there at all, and who can go round them.

use super::exam::Exam;
use crate::doctor::finding::{Diagnosis, Finding};
use crate::doctor::material::{Approving, BranchPolicy, EnvironmentSettings, Server};
use crate::doctor::registry::{self, Area};
use crate::facts::Fact;
use crate::policy::{Environment, Pattern, Tier};

pub(super) fn environments(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    let (Some(policy), Some(server)) = (&exam.policy, exam.server()) else { return };
    let there = match &server.environments {
        Fact::Known(there) => there,
        Fact::Unavailable(why) => {
            let finding = Finding::new(&registry::ENVIRONMENT_UNREAD, format!("the environments could not be read: {}", why.what));
            return diagnosis.add(finding.mend_as(why));
        }
        Fact::NotAsked => return,
    };
    for environment in &policy.environments {
        let name = environment.name.as_str();
        // GitHub takes names in any case for the same environment.
        match there.iter().find(|settings| settings.name.eq_ignore_ascii_case(name)) {
            None => missing(exam, environment, diagnosis),
            Some(settings) => diagnosis.fine_unless(Area::Environment, format!("{name} is there and guarded"), |diagnosis| {
                of_environment(exam, (environment, settings), server, diagnosis);
            }),
        }
    }
}

fn missing(exam: &Exam<'_>, environment: &Environment, diagnosis: &mut Diagnosis) {
    let spec = match environment.tier {
        Tier::Production => &registry::ENVIRONMENT_PRODUCTION_MISSING,
        Tier::Other => &registry::ENVIRONMENT_MISSING,
    };
    let what = format!("{} does not exist on GitHub: the first deployment would create it without any protection", environment.name);
    diagnosis.add(Finding::new(spec, what).at(exam.place_of(environment.name.as_str())));
}

fn of_environment(exam: &Exam<'_>, (environment, settings): (&Environment, &EnvironmentSettings), server: &Server, diagnosis: &mut Diagnosis) {
    let name = environment.name.as_str();
    let mut found = |finding: Finding| diagnosis.add(finding.at(exam.place_of(name)));
    let guarded = !settings.rules.is_empty() || environment.tier == Tier::Production;
    match &settings.admins {
        Fact::Known(Approving::Allowed) if guarded => {
            found(Finding::new(&registry::ENVIRONMENT_ADMINS, format!("administrators may bypass the protection of {name} on GitHub")));
        }
        Fact::Known(_) => {}
        Fact::Unavailable(_) | Fact::NotAsked => {
            let what = format!("GitHub does not say whether administrators may bypass the protection of {name}");
            found(Finding::new(&registry::ENVIRONMENT_UNREAD, what).mend(registry::ENVIRONMENT_ADMINS.mend));
        }
    }
    if settings.rules.contains("required_reviewers") {
        found(Finding::new(&registry::ENVIRONMENT_REVIEWERS, format!("{name} has required reviewers on GitHub besides the policy's approvals")));
    }
    match &settings.branches {
        BranchPolicy::Any if environment.tier == Tier::Production => {
            found(Finding::new(&registry::ENVIRONMENT_ANY_BRANCH, format!("a workflow of any branch may use {name} and its secrets")));
        }
        BranchPolicy::Any | BranchPolicy::Protected => {}
        BranchPolicy::Patterns(Fact::Known(patterns)) => {
            let branch = server.about.default_branch.as_str();
            if !patterns.iter().any(|pattern| admits(pattern, branch)) {
                let listed: Vec<String> = patterns.iter().map(|pattern| format!("`{}`", crate::domain::shown(pattern))).collect();
                let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
                found(Finding::new(&registry::ENVIRONMENT_REFUSES_DEFAULT, format!("{name} takes the branches {listed} on GitHub, and not `{branch}`")));
            }
        }
        BranchPolicy::Patterns(unread) => {
            let why = unread.get().map_or_else(|why| why.what, |_| String::new());
            found(Finding::new(&registry::ENVIRONMENT_UNREAD, format!("the branches that may use {name} could not be read: {why}")));
        }
    }
}

/// GitHub's patterns are globs in which `*` stays within a part.
fn admits(pattern: &str, branch: &str) -> bool {
    pattern == branch || Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(branch))
}
