//! A repository: the root of nearly everything that is asked.

use super::args::Args;
use super::deployment;
use super::fault::Fault;
use super::git::{self, RefObject};
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::{self, Actor};
use super::pull::PullObject;
use super::variables::is_object_id;
use crate::sandbox::state::{Permission, PullState, Repository, Visibility};

/// A repository.
pub(super) struct Repo<'s>(pub &'s Repository);

impl<'s> Repo<'s> {
    /// The repository `owner/name`, where the token may see it.
    pub fn find(cx: Context<'s>, owner: &str, name: &str) -> Resolved<'s> {
        let full = format!("{owner}/{name}");
        let found = cx.state.repository_named(&full).filter(|repository| cx.state.sees(cx.viewer, repository));
        let found = found.ok_or_else(|| Fault::not_found(format!("Could not resolve to a Repository with the name '{full}'.")))?;
        Ok(Answer::object(Self(found)))
    }
}

impl<'s> Object<'s> for Repo<'s> {
    fn type_name(&self) -> &'static str {
        "Repository"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let repository = self.0;
        Ok(match name {
            "id" => repository.node_id().into(),
            "databaseId" => repository.id.into(),
            "name" => repository.name.as_str().into(),
            "nameWithOwner" => repository.full_name.as_str().into(),
            "owner" => Actor::find(cx, repository.owner),
            "isArchived" => repository.archived.into(),
            "isPrivate" => (repository.visibility != Visibility::Public).into(),
            "isFork" => repository.parent.is_some().into(),
            "parent" => Answer::maybe(repository.parent.and_then(|id| cx.state.repository(id)).map(Repo)),
            "visibility" => repository.visibility.as_str().to_ascii_uppercase().into(),
            "url" => cx.url(&format!("/{}", repository.full_name)).into(),
            "resourcePath" => format!("/{}", repository.full_name).into(),
            "createdAt" => repository.created_at.into(),
            "pushedAt" => repository.pushed_at.into(),
            "collaborators" => return people::collaborators(cx, repository, args),
            "pullRequest" => {
                cx.may_read(Permission::PullRequests)?;
                let number = args.required_int("number")?;
                let found = u64::try_from(number).ok().and_then(|number| repository.pull(number));
                let missing = || Fault::not_found(format!("Could not resolve to a PullRequest with the number of {number}."));
                Answer::object(PullObject { repository, pull: found.ok_or_else(missing)? })
            }
            "pullRequests" => return self.pulls(cx, args),
            "defaultBranchRef" | "ref" | "refs" | "object" => return self.git(cx, name, args),
            "deployments" | "environment" | "environments" => return deployment::repository_field(cx, repository, name, args),
            _ => return Err(Fault::no_field()),
        })
    }
}

impl<'s> Repo<'s> {
    fn git(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        cx.may_read(Permission::Contents)?;
        let repository = self.0;
        match name {
            "defaultBranchRef" => Ok(Answer::maybe(RefObject::branch(repository, &repository.default_branch))),
            "ref" => {
                let full = args.required_text("qualifiedName")?;
                let full = if full.starts_with("refs/") { full.to_owned() } else { format!("refs/heads/{full}") };
                Ok(Answer::maybe(RefObject::find(repository, &full)))
            }
            "refs" => RefObject::list(repository, args),
            _ => match (args.text("oid")?, args.text("expression")?) {
                (Some(id), _) if !is_object_id(id) => Err(Fault::unprocessable(format!("{id} is not a valid git object id"))),
                (Some(id), _) => Ok(id.parse().map_or(Answer::NULL, |id| git::object(repository, id))),
                (None, Some(text)) => Ok(git::expression(repository, text)),
                (None, None) => Ok(Answer::NULL),
            },
        }
    }

    /// Pull requests, oldest first unless asked otherwise.
    fn pulls(&self, cx: Context<'s>, args: &Args) -> Resolved<'s> {
        cx.may_read(Permission::PullRequests)?;
        let states = args.texts("states")?;
        let (head, base) = (args.text("headRefName")?, args.text("baseRefName")?);
        let word = |state: PullState| match state {
            PullState::Open => "OPEN",
            PullState::Closed => "CLOSED",
            PullState::Merged => "MERGED",
        };
        let repository = self.0;
        let pulls = repository.pulls.iter().filter(|pull| {
            states.as_ref().is_none_or(|states| states.iter().any(|state| state == word(pull.state)))
                && head.is_none_or(|head| pull.head == head)
                && base.is_none_or(|base| pull.base == base)
        });
        let mut found: Vec<_> = pulls.map(|pull| (pull.id.to_string(), pull)).collect();
        let order = args.object("orderBy")?;
        if order.map(|order| order.required_text("direction").map(|direction| direction == "DESC")).transpose()? == Some(true) {
            found.reverse();
        }
        let names = Names { connection: "PullRequestConnection", edge: "PullRequestEdge" };
        Connection::page(names, args, found, |pull| Answer::object(PullObject { repository, pull })).map(Answer::object)
    }
}
