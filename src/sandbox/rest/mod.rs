//! The REST routes, grouped by subject: each file has its table of routes and their handlers.

#![expect(clippy::unnecessary_wraps, reason = "handlers have one signature, also those that cannot refuse")]

mod checks;
mod comments;
mod commits;
mod contents;
mod deployments;
mod git;
mod meta;
mod people;
mod pulls;
mod repository;
mod runs;
mod workflows;

use super::http::{Needs, Route};
use super::state::{Access, Permission};

/// Every route that is served.
pub static ROUTES: &[&[Route]] = &[
    meta::ROUTES,
    people::ROUTES,
    repository::ROUTES,
    git::ROUTES,
    contents::ROUTES,
    commits::ROUTES,
    pulls::ROUTES,
    comments::ROUTES,
    checks::ROUTES,
    deployments::ROUTES,
    workflows::ROUTES,
    runs::ROUTES,
];

/// Method and path, as GitHub's API description writes it, of every route that is served.
pub fn served() -> Vec<(&'static str, &'static str)> {
    ROUTES.iter().copied().flatten().map(|route| (route.method, route.pattern)).collect()
}

const fn needs(any_of: &'static [(Permission, Access)]) -> Needs {
    Needs::AnyOf(any_of)
}

const METADATA: Needs = needs(&[(Permission::Metadata, Access::Read)]);
const CONTENTS: Needs = needs(&[(Permission::Contents, Access::Read)]);
const WRITE_CONTENTS: Needs = needs(&[(Permission::Contents, Access::Write)]);
const PULLS: Needs = needs(&[(Permission::PullRequests, Access::Read)]);
const WRITE_PULLS: Needs = needs(&[(Permission::PullRequests, Access::Write)]);
const TALK: Needs = needs(&[(Permission::Issues, Access::Read), (Permission::PullRequests, Access::Read)]);
const WRITE_TALK: Needs = needs(&[(Permission::Issues, Access::Write), (Permission::PullRequests, Access::Write)]);
const CHECKS: Needs = needs(&[(Permission::Checks, Access::Read)]);
const WRITE_CHECKS: Needs = needs(&[(Permission::Checks, Access::Write)]);
const STATUSES: Needs = needs(&[(Permission::Statuses, Access::Read)]);
const WRITE_STATUSES: Needs = needs(&[(Permission::Statuses, Access::Write)]);
const DEPLOYMENTS: Needs = needs(&[(Permission::Deployments, Access::Read)]);
const WRITE_DEPLOYMENTS: Needs = needs(&[(Permission::Deployments, Access::Write)]);
const ACTIONS: Needs = needs(&[(Permission::Actions, Access::Read)]);
const WRITE_ACTIONS: Needs = needs(&[(Permission::Actions, Access::Write)]);
const MEMBERS: Needs = needs(&[(Permission::Members, Access::Read)]);
