//! Organisations and their teams. Reading teams takes the organisation's `members: read`, which no workflow's token has.

use super::args::Args;
use super::fault::Fault;
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use crate::sandbox::state::{Account, NodeKind, Permission, Team, node_id};

/// The fields of an organisation that no other account has.
pub(super) fn field<'s>(cx: Context<'s>, organisation: &'s Account, name: &str, args: &Args) -> Resolved<'s> {
    match name {
        "team" => {
            cx.may_read(Permission::Members)?;
            let slug = args.required_text("slug")?;
            Ok(Answer::maybe(cx.state.team(&organisation.login, slug).map(TeamObject)))
        }
        "teams" => teams(cx, organisation, args),
        _ => Err(Fault::no_field()),
    }
}

/// The teams of an organisation, by name; `userLogins` keeps those that one of the users is in.
fn teams<'s>(cx: Context<'s>, organisation: &'s Account, args: &Args) -> Resolved<'s> {
    cx.may_read(Permission::Members)?;
    let logins = args.texts("userLogins")?;
    let query = args.text("query")?.map(str::to_ascii_lowercase);
    let ids: Option<Vec<u64>> = logins.map(|logins| logins.iter().filter_map(|login| cx.state.account_named(login)).map(|account| account.id).collect());
    let mut found: Vec<(String, &Team)> = cx
        .state
        .teams
        .iter()
        .filter(|team| team.organisation == organisation.id)
        .filter(|team| ids.as_ref().is_none_or(|ids| ids.iter().any(|id| team.members.contains(id))))
        .filter(|team| query.as_deref().is_none_or(|query| team.name.to_ascii_lowercase().contains(query)))
        .map(|team| (team.id.to_string(), team))
        .collect();
    found.sort_by(|one, other| one.1.name.cmp(&other.1.name));
    let names = Names { connection: "TeamConnection", edge: "TeamEdge" };
    Connection::page(names, args, found, |team| Answer::object(TeamObject(team))).map(Answer::object)
}

/// A team.
pub(super) struct TeamObject<'s>(pub &'s Team);

impl<'s> Object<'s> for TeamObject<'s> {
    fn type_name(&self) -> &'static str {
        "Team"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let team = self.0;
        let organisation = || cx.state.account(team.organisation).map_or("", |account| account.login.as_str());
        Ok(match name {
            "id" => node_id(NodeKind::Team, team.id).into(),
            "databaseId" => team.id.into(),
            "slug" => team.slug.as_str().into(),
            "name" => team.name.as_str().into(),
            "combinedSlug" => format!("{}/{}", organisation(), team.slug).into(),
            "organization" => Actor::find(cx, team.organisation),
            "url" => cx.url(&format!("/orgs/{}/teams/{}", organisation(), team.slug)).into(),
            "members" => {
                cx.may_read(Permission::Members)?;
                let mut members: Vec<u64> = team.members.clone();
                members.sort_unstable();
                let members = members.into_iter().map(|id| (id.to_string(), id)).collect();
                let names = Names { connection: "TeamMemberConnection", edge: "TeamMemberEdge" };
                Answer::object(Connection::page(names, args, members, |id| Actor::find_user(cx, id))?)
            }
            _ => return Err(Fault::no_field()),
        })
    }
}
