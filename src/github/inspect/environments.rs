//! Environments with their protection, and the patterns of branches that may use them.

use serde::Deserialize;

use crate::doctor::material::{Approving, BranchPolicy, EnvironmentSettings};
use crate::facts::{Fact, Why};
use crate::github::GitHub;
use crate::github::people::together;
use crate::ports::ForgeError;

use super::{MOST_PAGES, PAGE};

#[derive(Deserialize)]
struct PageDto {
    total_count: u64,
    environments: Vec<EnvironmentDto>,
}

#[derive(Deserialize)]
struct EnvironmentDto {
    name: String,
    #[serde(default)]
    protection_rules: Vec<RuleDto>,
    deployment_branch_policy: Option<BranchPolicyDto>,
    can_admins_bypass: Option<bool>,
}

#[derive(Deserialize)]
struct RuleDto {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct BranchPolicyDto {
    protected_branches: bool,
}

#[derive(Deserialize)]
struct PatternsDto {
    total_count: usize,
    branch_policies: Vec<PatternDto>,
}

#[derive(Deserialize)]
struct PatternDto {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl GitHub {
    pub(super) async fn read_environments(&self) -> Result<Vec<EnvironmentSettings>, ForgeError> {
        let mut found: Vec<EnvironmentDto> = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = self.below("environments").query("per_page", &PAGE.to_string()).query("page", &page.to_string());
            let PageDto { total_count, environments } = self.read_one(path, "actions: read").await?;
            let last = environments.len() < PAGE;
            found.extend(environments);
            if last || found.len() as u64 >= total_count {
                break;
            }
        }
        Ok(together(found.into_iter().map(|environment| self.settings(environment)).collect()).await)
    }

    async fn settings(&self, read: EnvironmentDto) -> EnvironmentSettings {
        let branches = match &read.deployment_branch_policy {
            None => BranchPolicy::Any,
            Some(policy) if policy.protected_branches => BranchPolicy::Protected,
            Some(_) => BranchPolicy::Patterns(self.patterns(&read.name).await),
        };
        let admins = match read.can_admins_bypass {
            Some(true) => Fact::Known(Approving::Allowed),
            Some(false) => Fact::Known(Approving::Refused),
            None => Fact::Unavailable(Why::new("the server does not say it")),
        };
        let rules = read.protection_rules.into_iter().map(|rule| rule.kind).collect();
        EnvironmentSettings { name: read.name, admins, rules, branches }
    }

    async fn patterns(&self, environment: &str) -> Fact<Vec<String>> {
        let path = self.below("environments").word(environment).then("deployment-branch-policies").query("per_page", "100");
        match self.read_one::<PatternsDto>(path, "actions: read").await {
            Ok(read) if read.branch_policies.len() < read.total_count => Fact::Unavailable(Why::new("there are more than 100")),
            Ok(read) => {
                let branches = read.branch_policies.into_iter().filter(|pattern| pattern.kind.as_deref() != Some("tag"));
                Fact::Known(branches.map(|pattern| pattern.name).collect())
            }
            Err(error) => Fact::Unavailable(Why::new(error.to_string())),
        }
    }
}
