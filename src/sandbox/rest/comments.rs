//! Issues, comments, reactions.

use crate::sandbox::http::{Call, Handled, Refusal, Reply, Route};
use crate::sandbox::rest::{TALK, WRITE_TALK};
use crate::sandbox::state::Comment;
use crate::sandbox::wire::Wire;

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/issues/{issue_number}", needs: TALK, handler: issue },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/issues/{issue_number}/comments", needs: TALK, handler: list },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/issues/{issue_number}/comments", needs: WRITE_TALK, handler: create },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/issues/comments/{comment_id}", needs: TALK, handler: get },
    Route { method: "PATCH", pattern: "/repos/{owner}/{repo}/issues/comments/{comment_id}", needs: WRITE_TALK, handler: update },
    Route { method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/comments/{comment_id}", needs: WRITE_TALK, handler: delete },
    Route { method: "GET", pattern: "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", needs: TALK, handler: reactions },
    Route { method: "POST", pattern: "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", needs: WRITE_TALK, handler: react },
    Route { method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}", needs: WRITE_TALK, handler: unreact },
];

const REACTIONS: [&str; 8] = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

/// The greatest body of a comment, in characters.
const LONGEST: usize = 65_536;

fn issue(call: &mut Call<'_>) -> Handled {
    let number = call.number("issue_number")?;
    let repository = call.repo();
    let plain = repository.issues.iter().find(|issue| issue.number == number);
    let drawn = match (repository.pull(number), plain) {
        (Some(pull), _) => call.wire().issue_of_pull(repository, pull),
        (None, Some(issue)) => call.wire().issue(repository, issue),
        (None, None) => return Err(Refusal::not_found()),
    };
    Ok(Reply::ok(drawn))
}

fn list(call: &mut Call<'_>) -> Handled {
    let number = call.number("issue_number")?;
    let since: Option<jiff::Timestamp> = call.query.get("since").and_then(|text| text.parse().ok());
    let found: Vec<_> = call.repo().comments_on(number).filter(|comment| since.is_none_or(|since| comment.updated_at() >= since)).collect();
    Ok(call.page(found, |wire, comment| wire.comment(call.repo(), comment)))
}

fn body(call: &Call<'_>) -> Result<String, Refusal> {
    let text = call.needed_text("body")?;
    if text.trim().is_empty() {
        return Err(Refusal::field("IssueComment", "body", "missing_field"));
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::unprocessable("Validation Failed: body is too long (maximum is 65536 characters)"));
    }
    Ok(text.to_owned())
}

fn create(call: &mut Call<'_>) -> Handled {
    let (number, text) = (call.number("issue_number")?, body(call)?);
    let id = call.state.comment((call.repository, number), &call.viewer, &text)?;
    Ok(Reply::created(call.wire().comment(call.repo(), comment(call, id)?)))
}

fn comment<'a>(call: &'a Call<'_>, id: u64) -> Result<&'a Comment, Refusal> {
    call.repo().comments.iter().find(|comment| comment.id == id).ok_or_else(Refusal::not_found)
}

fn named(call: &Call<'_>) -> Result<u64, Refusal> {
    Ok(comment(call, call.number("comment_id")?)?.id)
}

/// Only who wrote a comment, or may push, changes it.
fn own(call: &Call<'_>) -> Result<u64, Refusal> {
    let id = named(call)?;
    let writer = call.state.role(call.repo(), call.viewer.account) >= crate::domain::Role::Write;
    let owner = comment(call, id)?.author == call.viewer.account || writer || call.viewer.app.is_some();
    if owner { Ok(id) } else { Err(Refusal::new(403, "Must have admin rights to Repository.")) }
}

fn get(call: &mut Call<'_>) -> Handled {
    let id = named(call)?;
    Ok(Reply::ok(call.wire().comment(call.repo(), comment(call, id)?)))
}

fn update(call: &mut Call<'_>) -> Handled {
    let (id, text) = (own(call)?, body(call)?);
    call.state.edit_comment(id, call.viewer.account, &text)?;
    get(call)
}

fn delete(call: &mut Call<'_>) -> Handled {
    let id = own(call)?;
    call.state.delete_comment(id, call.viewer.account)?;
    Ok(Reply::nothing())
}

fn reactions(call: &mut Call<'_>) -> Handled {
    let found: Vec<_> = comment(call, named(call)?)?.reactions.iter().collect();
    Ok(call.page(found, Wire::reaction))
}

fn react(call: &mut Call<'_>) -> Handled {
    let (id, content) = (named(call)?, call.needed_text("content")?.to_owned());
    if !REACTIONS.contains(&content.as_str()) {
        return Err(Refusal::field("Reaction", "content", "invalid"));
    }
    let (reaction, new) = call.state.react(id, call.viewer.account, &content)?;
    Ok(Reply::json(if new { 201 } else { 200 }, call.wire().reaction(&reaction)))
}

fn unreact(call: &mut Call<'_>) -> Handled {
    let (id, reaction) = (named(call)?, call.number("reaction_id")?);
    let found = comment(call, id)?.reactions.iter().find(|known| known.id == reaction).ok_or_else(Refusal::not_found)?;
    if found.user != call.viewer.account {
        return Err(Refusal::not_found());
    }
    call.state.unreact(id, reaction)?;
    Ok(Reply::nothing())
}
