//! How environments and branches are protected, and what workflows may do.

use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{ACTIONS, ADMINISTRATION};
use crate::sandbox::state::{DeployFrom, Environment};
use crate::sandbox::wire::Wire;

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/environments", needs: ACTIONS, handler: environments },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/environments/{environment_name}", needs: ACTIONS, handler: environment },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies", needs: ACTIONS, handler: policies },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/branches/{branch}/protection", needs: ADMINISTRATION, handler: protection },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/permissions", needs: ADMINISTRATION, handler: actions },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/actions/permissions/workflow", needs: ADMINISTRATION, handler: workflow_token },
];

fn environments(call: &mut Call<'_>) -> Handled {
    let all: Vec<_> = call.repo().environments.iter().collect();
    Ok(call.counted_page("environments", all, |wire, environment| wire.environment(call.repo(), environment)))
}

fn named<'a>(call: &'a Call<'_>) -> Result<&'a Environment, Refusal> {
    let name = call.param("environment_name");
    call.repo().environments.iter().find(|environment| environment.name == name).ok_or_else(Refusal::not_found)
}

fn environment(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().environment(call.repo(), named(call)?)))
}

fn policies(call: &mut Call<'_>) -> Handled {
    let patterns = match &named(call)?.protection.branches {
        DeployFrom::These(patterns) => patterns.iter().collect(),
        DeployFrom::Any | DeployFrom::Protected => Vec::new(),
    };
    Ok(call.counted_page("branch_policies", patterns, Wire::deployment_branch_policy))
}

fn protection(call: &mut Call<'_>) -> Handled {
    let name = call.param("branch");
    call.repo().git.branch(name).ok_or_else(|| Refusal::new(404, "Branch not found"))?;
    let found = call.repo().protections.iter().find(|known| known.branch == name).ok_or_else(|| Refusal::new(404, "Branch not protected"))?;
    Ok(Reply::ok(call.wire().branch_protection(call.repo(), found)))
}

fn actions(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().actions_permissions(call.repo())))
}

fn workflow_token(call: &mut Call<'_>) -> Handled {
    Ok(Reply::ok(call.wire().workflow_permissions(&call.repo().settings)))
}
