//! A branch's rules: its rulesets, and the classic branch protection, together.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::doctor::material::{BranchRules, Guard};
use crate::domain::BranchName;
use crate::facts::{Listing, Why};
use crate::github::GitHub;
use crate::github::people::together;
use crate::github::transport::Call;
use crate::ports::{ForgeError, ForgeFault};

/// The words of a 404 that says that there is no classic protection.
const NOT_PROTECTED: &str = "Branch not protected";

#[derive(Deserialize)]
struct RuleDto {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    parameters: Value,
    ruleset_id: Option<u64>,
    ruleset_source: Option<String>,
}

#[derive(Deserialize)]
struct BranchDto {
    protected: bool,
}

#[derive(Deserialize)]
struct RulesetDto {
    name: String,
    bypass_actors: Option<Vec<ActorDto>>,
}

#[derive(Deserialize)]
struct ActorDto {
    actor_id: Option<u64>,
    actor_type: String,
    bypass_mode: Option<String>,
}

#[derive(Deserialize)]
struct ProtectionDto {
    required_status_checks: Option<ChecksDto>,
    enforce_admins: Option<Switch>,
    required_pull_request_reviews: Option<ReviewsDto>,
    allow_force_pushes: Option<Switch>,
    allow_deletions: Option<Switch>,
    block_creations: Option<Switch>,
}

#[derive(Deserialize)]
struct ChecksDto {
    #[serde(default)]
    contexts: Vec<String>,
    #[serde(default)]
    checks: Vec<Value>,
}

#[derive(Deserialize)]
struct Switch {
    enabled: bool,
}

#[derive(Deserialize)]
struct ReviewsDto {
    #[serde(default)]
    dismiss_stale_reviews: bool,
    #[serde(default)]
    require_code_owner_reviews: bool,
    #[serde(default)]
    require_last_push_approval: bool,
    #[serde(default)]
    required_approving_review_count: u64,
    bypass_pull_request_allowances: Option<AllowancesDto>,
}

#[derive(Deserialize)]
struct AllowancesDto {
    #[serde(default)]
    users: Vec<Value>,
    #[serde(default)]
    teams: Vec<Value>,
    #[serde(default)]
    apps: Vec<Value>,
}

impl GitHub {
    pub(super) async fn read_branch_rules(&self, branch: &BranchName) -> Result<BranchRules, ForgeError> {
        let rules: Listing<RuleDto> = self.read_list(|| self.below("rules/branches").word(branch.as_str()), "metadata: read").await?;
        let mut found = BranchRules::default();
        if !rules.complete {
            found.unread.push(Why::new("it has more rules than are read"));
        }
        rules.items.iter().for_each(|rule| add_rule(rule, &mut found));
        let sets: BTreeSet<(u64, String)> =
            rules.items.into_iter().filter_map(|rule| rule.ruleset_id.map(|id| (id, rule.ruleset_source.unwrap_or_default()))).collect();
        for (who, unread) in together(sets.iter().map(|(id, source)| self.bypass(*id, source)).collect()).await {
            found.bypass.extend(who);
            found.unread.extend(unread);
        }
        self.add_classic(branch, &mut found).await;
        Ok(found)
    }

    /// Who may go round a ruleset; and why that is not known.
    async fn bypass(&self, id: u64, source: &str) -> (Vec<String>, Option<Why>) {
        let unknown = |name: String, why: &str| {
            let why = Why::new(format!("who may go round {name} could not be read: {why}"));
            (Vec::new(), Some(why.mended_by("use a token of somebody who may edit the ruleset (`administration: write`)")))
        };
        match self.read_one::<RulesetDto>(self.below("rulesets").number(id), "metadata: read").await {
            Ok(RulesetDto { name, bypass_actors: Some(actors) }) => {
                let always = actors.into_iter().filter(|actor| actor.bypass_mode.as_deref() != Some("pull_request"));
                let set = format!("the ruleset `{}`", crate::domain::shown(&name));
                (always.map(|actor| format!("{} ({set})", said(&actor))).collect(), None)
            }
            Ok(RulesetDto { name, bypass_actors: None }) => {
                unknown(format!("the ruleset `{}`", crate::domain::shown(&name)), "the server does not say it to this token")
            }
            Err(error) => unknown(format!("a ruleset of {}", crate::domain::shown(source)), &error.to_string()),
        }
    }

    async fn add_classic(&self, branch: &BranchName, found: &mut BranchRules) {
        let here = || self.below("branches").word(branch.as_str());
        match self.read_one::<BranchDto>(here(), "contents: read").await {
            Ok(BranchDto { protected: false }) => return,
            Ok(BranchDto { protected: true }) => {}
            Err(error) => return found.unread.push(classic(&error)),
        }
        let call = Call::get(here().then("protection"), "administration: read");
        match self.transport.find(&call, NOT_PROTECTED, |call, answer| answer.parse::<ProtectionDto>(call)).await {
            Ok(None) => {}
            Ok(Some(protection)) => add_protection(&protection, found),
            Err(error) => found.unread.push(classic(&error)),
        }
    }
}

fn classic(error: &ForgeError) -> Why {
    let needs = match error.fault {
        ForgeFault::Forbidden { .. } | ForgeFault::NotFound { .. } => "it needs `administration: read`".to_owned(),
        _ => error.fault.to_string(),
    };
    Why::new(format!("its classic branch protection could not be read: {needs}"))
        .mended_by("use a token with `administration: read`, or make the rules a ruleset")
}

fn add_rule(rule: &RuleDto, found: &mut BranchRules) {
    let is = |name: &str| rule.parameters[name] == Value::Bool(true);
    let mut add = |guard: Guard| found.guards.extend([guard]);
    match rule.kind.as_str() {
        "pull_request" => {
            add(Guard::PullRequest);
            let guards = [
                ("dismiss_stale_reviews_on_push", Guard::StaleDismissed),
                ("require_last_push_approval", Guard::LastPush),
                ("require_code_owner_review", Guard::OwnerReview),
            ];
            guards.into_iter().filter(|(name, _)| is(name)).for_each(|(_, guard)| add(guard));
            found.approvals = found.approvals.max(rule.parameters["required_approving_review_count"].as_u64().unwrap_or(0));
        }
        "required_status_checks" if rule.parameters["required_status_checks"].as_array().is_some_and(|checks| !checks.is_empty()) => add(Guard::Checks),
        "non_fast_forward" => add(Guard::NoForcePush),
        "deletion" => add(Guard::NoDeletion),
        "creation" => add(Guard::CreationRestricted),
        _ => {}
    }
}

fn add_protection(protection: &ProtectionDto, found: &mut BranchRules) {
    let off = |switch: &Option<Switch>| switch.as_ref().is_some_and(|switch| !switch.enabled);
    let mut guards = vec![
        (off(&protection.allow_force_pushes), Guard::NoForcePush),
        (off(&protection.allow_deletions), Guard::NoDeletion),
        (protection.block_creations.as_ref().is_some_and(|switch| switch.enabled), Guard::CreationRestricted),
        (protection.required_status_checks.as_ref().is_some_and(|checks| !checks.contexts.is_empty() || !checks.checks.is_empty()), Guard::Checks),
    ];
    if let Some(reviews) = &protection.required_pull_request_reviews {
        guards.extend([
            (true, Guard::PullRequest),
            (reviews.dismiss_stale_reviews, Guard::StaleDismissed),
            (reviews.require_last_push_approval, Guard::LastPush),
            (reviews.require_code_owner_reviews, Guard::OwnerReview),
        ]);
        found.approvals = found.approvals.max(reviews.required_approving_review_count);
        let allowed = reviews.bypass_pull_request_allowances.as_ref();
        found.bypass.extend(allowed.iter().flat_map(|allowed| allowances(allowed)));
    }
    found.guards.extend(guards.into_iter().filter(|(holds, _)| *holds).map(|(_, guard)| guard));
    if off(&protection.enforce_admins) {
        found.bypass.push("administrators (the branch protection does not hold for them)".to_owned());
    }
}

fn allowances(allowed: &AllowancesDto) -> Vec<String> {
    let named = |kind: &str, list: &[Value], key: &str| -> Vec<String> {
        list.iter().map(|one| format!("{kind} `{}` (without a pull request)", crate::domain::shown(one[key].as_str().unwrap_or("?")))).collect()
    };
    [named("user", &allowed.users, "login"), named("team", &allowed.teams, "slug"), named("app", &allowed.apps, "slug")].concat()
}

/// An actor in words: GitHub gives numbers, and five roles have fixed ones.
fn said(actor: &ActorDto) -> String {
    let id = actor.actor_id.map(|id| format!(" {id}")).unwrap_or_default();
    match (actor.actor_type.as_str(), actor.actor_id) {
        ("OrganizationAdmin", _) => "owners of the organisation".to_owned(),
        ("RepositoryRole", Some(2)) => "everybody with the role maintain".to_owned(),
        ("RepositoryRole", Some(4)) => "everybody with the role write".to_owned(),
        ("RepositoryRole", Some(5)) => "administrators of the repository".to_owned(),
        ("RepositoryRole", _) => format!("everybody with the repository role{id}"),
        ("Team", _) => format!("the team with the id{id}"),
        ("Integration", _) => format!("the app with the id{id}"),
        ("DeployKey", _) => "every deploy key".to_owned(),
        ("User", _) => format!("the user with the id{id}"),
        (other, _) => format!("{}{id}", crate::domain::shown(other)),
    }
}
