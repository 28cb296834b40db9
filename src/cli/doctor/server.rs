//! What the server says: all that can be asked at once is asked at once. A part that cannot be read spoils no other.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::material::{About, Branch, Files, Listed, People, Server};
use crate::doctor::{branches_in_question, people_in_question};
use crate::domain::{BranchName, Login, ObjectId, TeamSlug};
use crate::facts::{Fact, Listing, Why};
use crate::policy::{self, Policy};
use crate::ports::{Forge, ForgeError, ForgeFault, Inspect};

/// Asks for all of it.
///
/// # Errors
/// Where the repository itself cannot be read.
pub(super) async fn ask<F: Inspect + Forge>(forge: &F, files: &Files) -> Result<Server, ForgeError> {
    let about = forge.about().await?;
    let policy = files.policy.known().and_then(Option::as_ref).and_then(|text| {
        let no_id = ObjectId::new("0".repeat(40)).expect("forty zeros are an object id");
        policy::load(text, no_id).ok()
    });
    let (defaults, environments, people, refused, (branches, more_branches)) = tokio::join!(
        forge.workflow_defaults(),
        forge.environments(),
        people(forge, policy.as_ref()),
        forge.refused(&about.default_branch),
        branches(forge, &about, policy.as_ref()),
    );
    Ok(Server { about, defaults: fact(defaults), environments: fact(environments), branches, more_branches, people, refused })
}

/// Why a request failed, and which permission may mend it.
pub(super) fn why(error: &ForgeError) -> Why {
    let why = match &error.fault {
        ForgeFault::Forbidden { message, .. } => Why::new(format!("the token may not: {message}")),
        fault => Why::new(fault.to_string()),
    };
    match error.permission() {
        Some(permission) => why.mended_by(format!("use a token with `{permission}`")),
        None => why,
    }
}

fn fact<T>(result: Result<T, ForgeError>) -> Fact<T> {
    match result {
        Ok(value) => Fact::Known(value),
        Err(error) => Fact::Unavailable(why(&error)),
    }
}

async fn people<F: Inspect + Forge>(forge: &F, policy: Option<&Policy>) -> People {
    let (users, teams): (BTreeSet<Login>, BTreeSet<TeamSlug>) = policy.map(people_in_question).unwrap_or_default();
    let (collaborators, users, teams) = tokio::join!(forge.collaborators(), named(forge, &users), teams_of(forge, &teams));
    People { collaborators: fact(collaborators), users, teams }
}

async fn named<F: Forge>(forge: &F, users: &BTreeSet<Login>) -> BTreeMap<Login, Fact<Option<(crate::domain::PersonId, crate::domain::Role)>>> {
    if users.is_empty() {
        return BTreeMap::new();
    }
    let wanted: Vec<Login> = users.iter().cloned().collect();
    match forge.roles(&wanted).await {
        Ok(found) => wanted.into_iter().map(|login| (login.clone(), Fact::Known(found.get(&login).copied()))).collect(),
        Err(error) => wanted.into_iter().map(|login| (login, Fact::Unavailable(why(&error)))).collect(),
    }
}

async fn teams_of<F: Forge>(forge: &F, teams: &BTreeSet<TeamSlug>) -> BTreeMap<TeamSlug, Fact<Vec<crate::domain::PersonId>>> {
    if teams.is_empty() {
        return BTreeMap::new();
    }
    let wanted: Vec<TeamSlug> = teams.iter().cloned().collect();
    match forge.teams(&wanted).await {
        Ok(found) => found,
        Err(error) => wanted.into_iter().map(|team| (team, Fact::Unavailable(why(&error)))).collect(),
    }
}

/// The rules of the default branch and of those that the policy lists; and what was not looked at.
async fn branches<F: Inspect>(forge: &F, about: &About, policy: Option<&Policy>) -> (Vec<Branch>, Option<Why>) {
    let mut wanted: Vec<(BranchName, Listed)> = vec![(about.default_branch.clone(), Listed::Default)];
    let mut more = None;
    if let Some(policy) = policy.filter(|policy| !policy.protected_branches.is_empty()) {
        match forge.branches().await {
            Ok(there) => {
                let (found, left_out) = branches_in_question(policy, &about.default_branch, &there.items);
                wanted.extend(found.into_iter().map(|(branch, listed)| (branch.clone(), listed)));
                more = unseen(&there, left_out);
            }
            Err(error) => more = Some(Why { what: format!("the branches could not be listed: {}", why(&error).what), mend: why(&error).mend }),
        }
    }
    let mut branches = Vec::with_capacity(wanted.len());
    for (name, listed) in wanted {
        let rules = fact(forge.branch_rules(&name).await);
        branches.push(Branch { name, listed, rules });
    }
    (branches, more)
}

fn unseen(there: &Listing<BranchName>, left_out: usize) -> Option<Why> {
    match (there.complete, left_out) {
        (true, 0) => None,
        (true, count) => Some(Why::new(format!("{count} more branches that `branches.protected` matches were not looked at"))),
        (false, _) => Some(Why::new("the repository has more branches than are read: some that `branches.protected` matches may be missing")),
    }
}
