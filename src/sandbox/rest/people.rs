//! Collaborators and teams.

use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{MEMBERS, METADATA};
use crate::sandbox::state::Team;
use crate::sandbox::wire::Wire;

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/collaborators/{username}/permission", needs: METADATA, handler: permission },
    Route { method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/members", needs: MEMBERS, handler: members },
    Route { method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/memberships/{username}", needs: MEMBERS, handler: membership },
];

fn permission(call: &mut Call<'_>) -> Handled {
    let account = call.account("username")?;
    Ok(Reply::ok(call.wire().permission(call.repo(), account)))
}

fn team<'a>(call: &'a Call<'_>) -> Result<&'a Team, Refusal> {
    call.state.team(call.param("org"), call.param("team_slug")).ok_or_else(Refusal::not_found)
}

fn members(call: &mut Call<'_>) -> Handled {
    let members = team(call)?.members.clone();
    Ok(call.page(members, Wire::user))
}

fn membership(call: &mut Call<'_>) -> Handled {
    let (team, account) = (team(call)?, call.account("username")?);
    if !team.members.contains(&account.id) {
        return Err(Refusal::not_found());
    }
    Ok(Reply::ok(call.wire().membership(team, account)))
}
