//! Settings and rule files, for doctor. What the server leaves out is said to be unknown, and taken for nothing.

mod branches;
mod environments;
mod files;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::GitHub;
use super::paths::Path;
use super::people::together;
use super::retry::Failure;
use super::transport::{Answer, Call};
use super::wire::odd;
use crate::doctor::material::{About, Approving, BranchRules, Collaborator, DefaultToken, EnvironmentSettings, Files, Refused, WorkflowDefaults};
use crate::domain::{BranchName, PersonId, RepoSlug, Role};
use crate::facts::{Listing, Visibility, Why};
use crate::ports::{ForgeError, ForgeFault, Inspect};

/// How many entries a page has.
const PAGE: usize = 100;
/// How many pages of a list are read.
const MOST_PAGES: usize = 20;

#[derive(Deserialize)]
struct RepositoryDto {
    full_name: String,
    default_branch: String,
    private: bool,
    visibility: Option<String>,
}

#[derive(Deserialize)]
struct DefaultsDto {
    default_workflow_permissions: String,
    can_approve_pull_request_reviews: bool,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct CollaboratorDto {
    login: String,
    id: u64,
    #[serde(rename = "type")]
    kind: String,
    role_name: Option<String>,
    permissions: Option<Flags>,
}

/// What an account may do at least, where its role has a name of the organisation's own.
#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as GitHub has them")]
struct Flags {
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    maintain: bool,
    #[serde(default)]
    push: bool,
    #[serde(default)]
    triage: bool,
    #[serde(default)]
    pull: bool,
}

impl Flags {
    fn role(&self) -> Role {
        let ranks =
            [(self.admin, Role::Admin), (self.maintain, Role::Maintain), (self.push, Role::Write), (self.triage, Role::Triage), (self.pull, Role::Read)];
        ranks.into_iter().find(|(has, _)| *has).map_or(Role::None, |(_, role)| role)
    }
}

impl CollaboratorDto {
    /// Apps never approve.
    fn human(self) -> Option<Collaborator> {
        let named = self.role_name.as_deref().and_then(Role::parse);
        let role = named.or_else(|| self.permissions.as_ref().map(Flags::role)).unwrap_or(Role::None);
        (self.kind == "User" && !self.login.ends_with("[bot]")).then_some(Collaborator { id: PersonId(self.id), role })
    }
}

/// What a gate reads, with the permission it takes.
const PROBES: &[(&str, &str)] = &[
    ("checks", "checks: read"),
    ("commit statuses", "statuses: read"),
    ("deployments", "deployments: read"),
    ("workflow runs", "actions: read"),
    ("pull requests", "pull_requests: read"),
    ("issues and comments", "issues: read"),
];

impl GitHub {
    /// Reads one thing.
    async fn read_one<T: DeserializeOwned>(&self, path: Path, permission: &'static str) -> Result<T, ForgeError> {
        self.transport.send(&Call::get(path, permission), |call, answer| answer.parse(call)).await
    }

    /// Reads a plain list, page by page.
    async fn read_list<T: DeserializeOwned>(&self, path: impl Fn() -> Path, permission: &'static str) -> Result<Listing<T>, ForgeError> {
        let mut items = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = path().query("per_page", &PAGE.to_string()).query("page", &page.to_string());
            let more: Vec<T> = self.read_one(path, permission).await?;
            let last = more.len() < PAGE;
            items.extend(more);
            if last {
                return Ok(Listing::whole(items));
            }
        }
        let total = items.len() as u64 + 1;
        Ok(Listing { items, total, complete: false })
    }

    fn below(&self, rest: &'static str) -> Path {
        Path::repository(&self.repository).then(rest)
    }

    fn probe(&self, what: &str, branch: &BranchName) -> Path {
        let path = match what {
            "checks" => self.below("commits").word(branch.as_str()).then("check-runs"),
            "commit statuses" => self.below("commits").word(branch.as_str()).then("status"),
            "deployments" => self.below("deployments"),
            "workflow runs" => self.below("actions/runs"),
            "pull requests" => self.below("pulls"),
            _ => self.below("issues"),
        };
        path.query("per_page", "1")
    }
}

/// What was understood, or what of the answer was not.
fn understood<T>(call: &Call, answer: &Answer, value: Result<T, Why>) -> Result<T, Failure> {
    value.map_err(|why| Failure { error: call.malformed(answer, why.what), wait: None })
}

impl Inspect for GitHub {
    async fn about(&self) -> Result<About, ForgeError> {
        let call = Call::get(Path::repository(&self.repository), "metadata: read");
        self.transport
            .send(&call, |call, answer| {
                let read: RepositoryDto = answer.parse(call)?;
                understood(call, answer, about(read))
            })
            .await
    }

    async fn files(&self) -> Result<Files, ForgeError> {
        self.read_files().await
    }

    async fn workflow_defaults(&self) -> Result<WorkflowDefaults, ForgeError> {
        let call = Call::get(self.below("actions/permissions/workflow"), "administration: read");
        self.transport
            .send(&call, |call, answer| {
                let read: DefaultsDto = answer.parse(call)?;
                let token = match read.default_workflow_permissions.as_str() {
                    "read" => Ok(DefaultToken::Read),
                    "write" => Ok(DefaultToken::Write),
                    other => Err(odd("default_workflow_permissions", other)),
                };
                let approving = if read.can_approve_pull_request_reviews { Approving::Allowed } else { Approving::Refused };
                understood(call, answer, token.map(|token| WorkflowDefaults { token, approving }))
            })
            .await
    }

    async fn environments(&self) -> Result<Vec<EnvironmentSettings>, ForgeError> {
        self.read_environments().await
    }

    async fn branches(&self) -> Result<Listing<BranchName>, ForgeError> {
        let listed: Listing<Named> = self.read_list(|| self.below("branches"), "contents: read").await?;
        // A name that we would refuse is no branch that a policy could mean.
        let items = listed.items.into_iter().filter_map(|branch| BranchName::new(branch.name).ok()).collect();
        Ok(Listing { items, total: listed.total, complete: listed.complete })
    }

    async fn branch_rules(&self, branch: &BranchName) -> Result<BranchRules, ForgeError> {
        self.read_branch_rules(branch).await
    }

    async fn collaborators(&self) -> Result<Listing<Collaborator>, ForgeError> {
        let listed: Listing<CollaboratorDto> = self.read_list(|| self.below("collaborators"), "metadata: read").await?;
        let items = listed.items.into_iter().filter_map(CollaboratorDto::human).collect();
        Ok(Listing { items, total: listed.total, complete: listed.complete })
    }

    async fn refused(&self, branch: &BranchName) -> Vec<Refused> {
        let asked =
            together(PROBES.iter().map(|(what, permission)| self.read_one::<serde::de::IgnoredAny>(self.probe(what, branch), permission)).collect()).await;
        let refusals = PROBES.iter().zip(asked).filter_map(|((what, permission), answer)| match answer {
            Err(ForgeError { fault: ForgeFault::Forbidden { permission: named, .. }, .. }) => Some(Refused { what, permission: named.unwrap_or(permission) }),
            _ => None,
        });
        refusals.collect()
    }
}

fn about(read: RepositoryDto) -> Result<About, Why> {
    let visibility = match (read.visibility.as_deref(), read.private) {
        (Some("public"), _) | (None, false) => Visibility::Public,
        (Some("internal"), _) => Visibility::Internal,
        (Some(_), _) | (None, true) => Visibility::Private,
    };
    Ok(About {
        slug: RepoSlug::new(read.full_name).map_err(|invalid| odd("full_name", invalid))?,
        default_branch: BranchName::new(read.default_branch).map_err(|invalid| odd("default_branch", invalid))?,
        visibility,
    })
}
