//! Mutations: a compare-and-swap of refs, comments, reactions. They run one after the other, each whole before the next.

use git2::Oid;
use graphql_parser::query::SelectionSet;
use serde_json::{Map, Value as Json, json};

use super::args::Args;
use super::cost::Cost;
use super::execute::{Execution, Spot};
use super::fault::Fault;

use super::object::{Answer, Budget, Context, Object, Resolved};
use super::query::node;
use super::review::{CommentObject, ReactionObject, may_comment, reaction_word};
use super::variables::is_object_id;
use crate::domain::Role;
use crate::sandbox::acts::{Expected, RefChange};
use crate::sandbox::state::{NodeKind, Permission, Repository, State, Viewer, no_object, parse_node_id};
use crate::sandbox::store::RefError;

/// Who mutates, and what they have left.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    /// Whose token it is.
    pub viewer: &'a Viewer,
    /// What is left of the rate limit.
    pub budget: Budget,
    /// What the request costs.
    pub cost: Cost,
}

impl<'a> By<'a> {
    fn at(self, state: &'a State) -> Context<'a> {
        Context { state, viewer: self.viewer, budget: self.budget, cost: self.cost }
    }
}

/// Runs the mutations selected.
pub(super) fn run<'q>(state: &mut State, by: By<'_>, execution: &Execution<'q>, selections: &'q SelectionSet<'static, String>) -> Json {
    let mut data = Map::new();
    for (key, fields) in execution.roots(selections, "Mutation") {
        let (field, mut path) = (fields[0], vec![json!(key)]);
        let args = execution.args(field);
        let spot = Spot { type_name: "Mutation", field: &field.name, at: field.position };
        let value = match mutate(state, by, &field.name, &args) {
            Ok(done) => {
                execution.refuse_unread(spot, &args, &path);
                execution.payload(by.at(state), Answer::object(done), &fields, &mut path)
            }
            Err(fault) => {
                execution.fail(spot, &fault, &path);
                Json::Null
            }
        };
        data.insert(key.to_owned(), value);
    }
    Json::Object(data)
}

/// What a mutation has done.
struct Done {
    payload: &'static str,
    client: Option<String>,
    about: About,
}

/// What its payload leads to.
#[derive(Clone, Copy)]
enum About {
    Refs,
    Comment(u64),
    Reaction { comment: u64, reaction: u64 },
}

fn mutate(state: &mut State, by: By<'_>, name: &str, args: &Args) -> Result<Done, Fault> {
    let act = match name {
        "updateRefs" => update_refs,
        "addComment" => add_comment,
        "updateIssueComment" => update_comment,
        "addReaction" => add_reaction,
        _ => return Err(Fault::no_field()),
    };
    let input = args.required_object("input")?;
    let client = input.text("clientMutationId")?.map(str::to_owned);
    let (payload, about) = act(state, by, &input)?;
    Ok(Done { payload, client, about })
}

/// True when the account may push: an app by its permission alone, a person also by their role.
fn may_push(cx: Context<'_>, repository: &Repository) -> Result<(), Fault> {
    cx.may_write(Permission::Contents)?;
    let pushes = cx.viewer.app.is_some() || cx.state.role(repository, cx.viewer.account) >= Role::Write;
    if !pushes {
        let (login, name) = (cx.state.account(cx.viewer.account).map_or("", |account| account.login.as_str()), &repository.full_name);
        return Err(Fault::typed("FORBIDDEN", format!("{login} does not have the correct permissions to execute `UpdateRefs` on {name}")));
    }
    if repository.archived {
        return Err(Fault::unprocessable("Repository was archived so is read-only."));
    }
    Ok(())
}

fn update_refs(state: &mut State, by: By<'_>, input: &Args) -> Result<(&'static str, About), Fault> {
    let id = input.required_text("repositoryId")?;
    let cx = by.at(state);
    let known = parse_node_id(id).filter(|(kind, _)| *kind == NodeKind::Repository).and_then(|(_, id)| cx.state.repository(id));
    let repository = known.filter(|repository| cx.state.reaches(cx.viewer, repository)).ok_or_else(|| Fault::no_node(id))?;
    may_push(cx, repository)?;
    let updates = input.required_objects("refUpdates")?;
    let wanted = updates.iter().map(|update| Update::read(repository, update)).collect::<Result<Vec<_>, _>>()?;
    let changes: Vec<RefChange<'_>> = wanted
        .iter()
        .map(|update| RefChange { repository: repository.id, name: &update.name, expected: update.expected, to: update.to, by: by.viewer.account })
        .collect();
    // Which of several updates failed is said by the error's name alone, as the changes are all or nothing.
    state.change_refs(&changes).map_err(|error| refused(error, &wanted))?;
    Ok(("UpdateRefsPayload", About::Refs))
}

/// One ref of an `updateRefs`.
struct Update {
    name: String,
    expected: Expected,
    to: Option<Oid>,
}

impl Update {
    fn read(repository: &Repository, input: &Args) -> Result<Self, Fault> {
        let name = input.required_text("name")?.to_owned();
        let id = |text: &str| {
            let whole = is_object_id(text).then(|| text.parse::<Oid>().ok()).flatten();
            whole.ok_or_else(|| Fault::unprocessable(format!("{text} is not a valid git object id")))
        };
        let after = id(input.required_text("afterOid")?)?;
        let before = input.text("beforeOid")?.map(id).transpose()?;
        let forced = input.flag("force")?.unwrap_or(false);
        if let Some(unknown) = input.unread() {
            return Err(Fault::undefined_argument("RefUpdate", unknown));
        }
        let to = (after != no_object()).then_some(after);
        let now = repository.git.target(&name).map(|target| target.id);
        let forward = now.zip(to).is_none_or(|(now, to)| repository.git.contains(to, now));
        if !forced && !forward && before.is_none_or(|before| Some(before) == now) {
            return Err(Fault::unprocessable(format!("Update of \"{name}\" is not a fast forward")));
        }
        let expected = match (before, now) {
            (Some(before), _) if before == no_object() => Expected::Absent,
            (Some(before), _) => Expected::At(before),
            (None, Some(_)) => Expected::Present,
            (None, None) => Expected::Absent,
        };
        Ok(Self { name, expected, to })
    }
}

fn refused(error: RefError, updates: &[Update]) -> Fault {
    let names: Vec<&str> = updates.iter().map(|update| update.name.as_str()).collect();
    let names = names.join("\", \"");
    match error {
        RefError::Moved | RefError::Missing | RefError::Exists => {
            Fault::stale(format!("Reference cannot be updated: \"{names}\" is not at the expected object"))
        }
        other => Fault::unprocessable(format!("{other}: \"{names}\"")),
    }
}

fn add_comment(state: &mut State, by: By<'_>, input: &Args) -> Result<(&'static str, About), Fault> {
    let (subject, body) = (input.required_text("subjectId")?, input.required_text("body")?);
    let cx = by.at(state);
    may_comment(cx)?;
    if body.trim().is_empty() {
        return Err(Fault::unprocessable("Body cannot be blank"));
    }
    let numbered = parse_node_id(subject);
    let visible = cx.state.repositories.iter().filter(|repository| cx.state.reaches(cx.viewer, repository));
    let place = visible.into_iter().find_map(|repository| match numbered {
        Some((NodeKind::PullRequest, id)) => repository.pulls.iter().find(|pull| pull.id == id).map(|pull| (repository.id, pull.number)),
        Some((NodeKind::Issue, id)) => repository.issues.iter().find(|issue| issue.id == id).map(|issue| (repository.id, issue.number)),
        _ => None,
    });
    let place = place.ok_or_else(|| Fault::no_node(subject))?;
    let comment = state.comment(place, by.viewer, body).map_err(|_| Fault::no_node(subject))?;
    Ok(("AddCommentPayload", About::Comment(comment)))
}

/// The comment of a node id, where the token may see it, and who wrote it.
fn comment_of(cx: Context<'_>, id: &str) -> Result<(u64, u64), Fault> {
    let visible = node(cx, id)?.is_some();
    let numbered = parse_node_id(id).filter(|(kind, _)| visible && *kind == NodeKind::IssueComment);
    let found = numbered.and_then(|(_, number)| cx.state.comment_of(number));
    found.map(|(_, comment)| (comment.id, comment.author)).ok_or_else(|| Fault::no_node(id))
}

fn update_comment(state: &mut State, by: By<'_>, input: &Args) -> Result<(&'static str, About), Fault> {
    let (id, body) = (input.required_text("id")?, input.required_text("body")?);
    let cx = by.at(state);
    may_comment(cx)?;
    let (comment, author) = comment_of(cx, id)?;
    let repository = cx.state.comment_of(comment).map(|(repository, _)| repository);
    let writer = cx.viewer.app.is_some() || repository.is_some_and(|repository| cx.state.role(repository, cx.viewer.account) >= Role::Write);
    if author != by.viewer.account && !writer {
        return Err(Fault::forbidden());
    }
    state.edit_comment(comment, by.viewer.account, body).map_err(|_| Fault::no_node(id))?;
    Ok(("UpdateIssueCommentPayload", About::Comment(comment)))
}

fn add_reaction(state: &mut State, by: By<'_>, input: &Args) -> Result<(&'static str, About), Fault> {
    let (id, content) = (input.required_text("subjectId")?, input.required_text("content")?);
    let cx = by.at(state);
    may_comment(cx)?;
    let word = reaction_word(content).ok_or_else(|| Fault::unprocessable(format!("{content} is not a valid reaction")))?;
    let (comment, _) = comment_of(cx, id)?;
    let (reaction, _) = state.react(comment, by.viewer.account, word).map_err(|_| Fault::no_node(id))?;
    Ok(("AddReactionPayload", About::Reaction { comment, reaction: reaction.id }))
}

impl<'s> Object<'s> for Done {
    fn type_name(&self) -> &'static str {
        self.payload
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        let comment = |id: u64| cx.state.comment_of(id).map(|(repository, comment)| CommentObject { repository, comment });
        Ok(match (name, self.about) {
            ("clientMutationId", _) => self.client.as_deref().into(),
            ("issueComment", About::Comment(id)) if self.payload == "UpdateIssueCommentPayload" => Answer::maybe(comment(id)),
            ("commentEdge", About::Comment(id)) if self.payload == "AddCommentPayload" => Answer::object(CommentEdge(id)),
            ("subject", About::Comment(id)) if self.payload == "AddCommentPayload" => {
                let found = cx.state.comment_of(id);
                let pull = found.and_then(|(repository, comment)| Some((repository, repository.pull(comment.issue)?)));
                Answer::maybe(pull.map(|(repository, pull)| super::pull::PullObject { repository, pull }))
            }
            ("subject", About::Reaction { comment: id, .. }) => Answer::maybe(comment(id)),
            ("reaction", About::Reaction { comment: id, reaction }) => {
                let found = cx.state.comment_of(id).and_then(|(_, comment)| comment.reactions.iter().find(|known| known.id == reaction));
                Answer::maybe(found.map(ReactionObject))
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

struct CommentEdge(u64);

impl<'s> Object<'s> for CommentEdge {
    fn type_name(&self) -> &'static str {
        "IssueCommentEdge"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        match name {
            "node" => Ok(Answer::maybe(cx.state.comment_of(self.0).map(|(repository, comment)| CommentObject { repository, comment }))),
            "cursor" => Ok(super::page::cursor(&self.0.to_string()).into()),
            _ => Err(Fault::no_field()),
        }
    }
}
