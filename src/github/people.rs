//! Roles and teams. Roles come in one query; where the token may not list collaborators, or a search does not find somebody, each
//! person is asked for by name, all at once.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use serde::Deserialize;

use super::GitHub;
use super::graphql::{Errors, Operation, repeated};
use super::paths::Path;
use super::transport::Call;
use super::wire::{List, RestActor, fact, odd};
use crate::domain::{Login, PersonId, Role, TeamSlug};
use crate::facts::{Fact, Why};
use crate::ports::{ForgeError, ForgeFault};

/// The names that stand once for each person in `roles.graphql`.
pub(super) const ROLE_NAMES: &[&str] = &["person"];
/// The names that stand once for each team in `teams.graphql`.
pub(super) const TEAM_NAMES: &[&str] = &["team", "organisation", "slug", "after"];

/// How many people or teams one query asks for.
const AT_ONCE: usize = 20;
/// How many pages of a team's members are read: 2,000 people.
const MOST_PAGES: usize = 20;

/// The answer of a search among the collaborators.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Collaborators {
    edges: Option<Vec<Option<Collaborator>>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Collaborator {
    permission: String,
    node: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    login: String,
    database_id: Option<u64>,
}

impl Collaborators {
    /// The person of exactly this login (the search finds others too), with their role.
    pub(super) fn role_of(&self, login: &Login) -> Option<(PersonId, Role)> {
        let edges = self.edges.iter().flatten().flatten();
        let mut found = edges.filter_map(|edge| {
            let node = edge.node.as_ref().filter(|node| node.login.eq_ignore_ascii_case(login.as_str()))?;
            Some((PersonId(node.database_id?), Role::parse(&edge.permission.to_ascii_lowercase())?))
        });
        found.next()
    }
}

#[derive(Deserialize)]
struct RolesData {
    repository: Option<BTreeMap<String, Option<Collaborators>>>,
}

#[derive(Deserialize)]
struct Granted {
    permission: String,
    role_name: Option<String>,
    user: Option<RestActor>,
}

#[derive(Clone, Debug, Deserialize)]
struct Organisation {
    team: Option<Team>,
}

#[derive(Clone, Debug, Deserialize)]
struct Team {
    members: Option<List<Member>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    database_id: Option<u64>,
}

impl GitHub {
    pub(super) async fn read_roles(&self, people: &[Login]) -> Result<BTreeMap<Login, (PersonId, Role)>, ForgeError> {
        let mut roles = BTreeMap::new();
        for some in people.chunks(AT_ONCE) {
            let mut variables = self.here();
            variables.extend(some.iter().enumerate().map(|(index, login)| (format!("person{index}"), login.as_str().into())));
            let text = repeated(include_str!("queries/roles.graphql"), ROLE_NAMES, some.len());
            let operation = Operation { name: "Roles", text: &text, permission: "metadata: read" };
            let reply = self.query::<RolesData>(operation, variables.into()).await?.tolerate(&[&["repository"]])?;
            let found = reply.data.repository.unwrap_or_default();
            for (index, login) in some.iter().enumerate() {
                let answer = found.get(&format!("person{index}")).and_then(Option::as_ref);
                roles.extend(answer.and_then(|answer| answer.role_of(login)).map(|role| (login.clone(), role)));
            }
        }
        let missing: Vec<&Login> = people.iter().filter(|login| !roles.contains_key(login)).collect();
        let asked = together(missing.iter().map(|login| self.read_role(login)).collect()).await;
        for (login, answer) in missing.into_iter().zip(asked) {
            roles.extend(answer?.map(|role| (login.clone(), role)));
        }
        Ok(roles)
    }

    /// The role of one person; `None` where there is no such account.
    pub(super) async fn read_role(&self, login: &Login) -> Result<Option<(PersonId, Role)>, ForgeError> {
        let path = Path::repository(&self.repository).then("collaborators").word(login.as_str()).then("permission");
        let call = Call::get(path, "metadata: read");
        let understand = |call: &Call, answer: &super::transport::Answer| {
            let permission: Granted = answer.parse(call)?;
            // A role of an organisation's own making has a name that is none of the five; `permission` is what it amounts to.
            let role = permission.role_name.as_deref().and_then(Role::parse).or_else(|| Role::parse(&permission.permission));
            match (permission.user, role) {
                (Some(user), Some(role)) => Ok(Some((user.id(), role))),
                _ => Err(super::retry::Failure { error: call.malformed(answer, "user or permission"), wait: None }),
            }
        };
        match self.transport.send(&call, understand).await {
            Err(ForgeError { fault: ForgeFault::NotFound { .. }, .. }) => Ok(None),
            other => other,
        }
    }

    pub(super) async fn read_teams(&self, teams: &[TeamSlug]) -> Result<BTreeMap<TeamSlug, Fact<Vec<PersonId>>>, ForgeError> {
        let mut facts = BTreeMap::new();
        for some in teams.chunks(AT_ONCE) {
            let mut open: Vec<Reading> = some.iter().map(|team| Reading { team: team.clone(), members: Vec::new(), after: None }).collect();
            for _ in 0..MOST_PAGES {
                open = self.read_team_pages(open, &mut facts).await?;
                if open.is_empty() {
                    break;
                }
            }
            facts.extend(open.into_iter().map(|reading| (reading.team, Fact::Unavailable(Why::new("the team has more than 2,000 members")))));
        }
        Ok(facts)
    }

    /// One page of each of these teams; those that are read whole, or cannot be read, become facts, the others come back.
    async fn read_team_pages(&self, readings: Vec<Reading>, facts: &mut BTreeMap<TeamSlug, Fact<Vec<PersonId>>>) -> Result<Vec<Reading>, ForgeError> {
        let mut variables = serde_json::Map::new();
        for (index, Reading { team, after, .. }) in readings.iter().enumerate() {
            variables.insert(format!("organisation{index}"), team.organisation().into());
            variables.insert(format!("slug{index}"), team.slug().into());
            variables.insert(format!("after{index}"), after.clone().into());
        }
        let text = repeated(include_str!("queries/teams.graphql"), TEAM_NAMES, readings.len());
        let operation = Operation { name: "Teams", text: &text, permission: "members: read" };
        // Every field of this query may be a hole: each stands for one team, and spoils that team only.
        let reply = self.query::<BTreeMap<String, Option<Organisation>>>(operation, variables.into()).await?;
        let mut data = reply.data;
        let mut open = Vec::new();
        for (index, mut reading) in readings.into_iter().enumerate() {
            let alias = format!("team{index}");
            match reading.take(data.remove(&alias).flatten(), &reply.errors, &alias) {
                Ok(true) => open.push(reading),
                Ok(false) => drop(facts.insert(reading.team, Fact::Known(reading.members))),
                Err(why) => drop(facts.insert(reading.team, fact(Err(why.mended_by(TEAM_MEND))))),
            }
        }
        Ok(open)
    }
}

const TEAM_MEND: &str = "give shipgate a token that may read the organisation's members (members: read): GITHUB_TOKEN cannot; or name users or roles instead";

/// A team whose members are being read.
struct Reading {
    team: TeamSlug,
    members: Vec<PersonId>,
    after: Option<String>,
}

impl Reading {
    /// Takes a page in; true when there are more.
    fn take(&mut self, answer: Option<Organisation>, errors: &Errors, alias: &str) -> Result<bool, Why> {
        if let Some(why) = errors.about(&[alias]) {
            return Err(why);
        }
        let members = answer.and_then(|organisation| organisation.team).and_then(|team| team.members);
        let members = members.ok_or_else(|| Why::new("there is no such team, or the token may not read it"))?;
        self.after = members.next(usize::MAX).map(str::to_owned);
        let more = members.has_more();
        for member in members.items()? {
            self.members.push(PersonId(member.database_id.ok_or_else(|| odd("members.databaseId", "a member has no number"))?));
        }
        match (more, &self.after) {
            (true, None) => Err(odd("members.pageInfo.endCursor", "there are more, and no way to them")),
            (more, _) => Ok(more),
        }
    }
}

/// A future with its value, once it has one.
type Awaited<F> = (Pin<Box<F>>, Option<<F as Future>::Output>);

/// Waits for all of them at once, and gives their values in order.
pub(super) async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<Awaited<F>> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, value) in waiting.iter_mut().filter(|(_, value)| value.is_none()) {
            if let Poll::Ready(ready) = future.as_mut().poll(context) {
                *value = Some(ready);
            }
        }
        if waiting.iter().all(|(_, value)| value.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, value)| value).collect()
}
