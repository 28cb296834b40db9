//! The commits of a pull request, and who took part in each.

use super::dto::{CommitBody, CommitNode, GitActor};
use crate::domain::{ActorKind, Login, Person, PersonId};
use crate::facts::{Commit, Contributor, Listing, Signature, Why};
use crate::github::fault::words;
use crate::github::wire::{List, odd};

/// The address under which GitHub itself commits what people do on its pages.
const WEB_EMAIL: &str = "noreply@github.com";

/// The commits; not known where one of them has more authors or parents than were read.
pub(super) fn commits(list: Option<List<CommitNode>>) -> Result<Listing<Commit>, Why> {
    list.ok_or_else(|| Why::new("the server left the commits out"))?.listing(|node| commit(node.commit).map(Some))
}

fn commit(body: CommitBody) -> Result<Commit, Why> {
    let sha = body.oid;
    let cut = |what: &str| Why::new(format!("commit {} has more {what} than can be read", sha.short()));
    let parents = body.parents.listing(|parent| Ok(Some(parent.oid)))?;
    let authors = body.authors.listing(|author| contributor(&author).map(Some))?;
    if !parents.complete {
        return Err(cut("parents"));
    }
    if !authors.complete {
        return Err(cut("authors"));
    }
    let by_web = |actor: &GitActor| actor.user.is_none() && actor.email.as_deref() == Some(WEB_EMAIL);
    let committer = match &body.committer {
        _ if body.committed_via_web => None,
        Some(actor) if by_web(actor) => None,
        Some(actor) => Some(contributor(actor)?),
        None => Some(Contributor::Unattributed("unknown".to_owned())),
    };
    let signature = match body.signature {
        None => Signature::None,
        Some(signature) if signature.is_valid => Signature::Verified,
        Some(signature) if signature.state == "UNSIGNED" => Signature::None,
        Some(signature) => Signature::Invalid(words(&signature.state)),
    };
    Ok(Commit { sha, parents: parents.items, authors: authors.items, committer, signature })
}

fn contributor(actor: &GitActor) -> Result<Contributor, Why> {
    let email = actor.email.as_deref().unwrap_or("unknown");
    let Some((user, id)) = actor.user.as_ref().and_then(|user| Some((user, user.database_id?))) else {
        return Ok(Contributor::Unattributed(email.to_owned()));
    };
    let suffixed = format!("{}[bot]", user.login.trim_end_matches("[bot]"));
    let machine = user.login.ends_with("[bot]") || email == format!("{id}+{suffixed}@users.noreply.github.com");
    let (login, kind) = if machine { (suffixed, ActorKind::Machine) } else { (user.login.clone(), ActorKind::Human) };
    let login = Login::new(login).map_err(|invalid| odd("commits.user.login", invalid))?;
    Ok(Contributor::Account(Person { id: PersonId(id), login, kind }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const OID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn body(change: impl FnOnce(&mut Value)) -> Result<Commit, Why> {
        let mut value = json!({
            "oid": OID, "committedViaWeb": false,
            "parents": { "totalCount": 1, "nodes": [{ "oid": OID }] },
            "authors": { "totalCount": 2, "nodes": [
                { "email": "octocat@example.com", "user": { "login": "octocat", "databaseId": 1 } },
                { "email": "someone@example.com", "user": null },
            ] },
            "committer": { "email": "hubot@example.com", "user": { "login": "hubot", "databaseId": 2 } },
            "signature": null,
        });
        change(&mut value);
        commit(serde_json::from_value(value).expect("a commit"))
    }

    #[test]
    fn g3_authors_co_authors_and_the_committer_are_all_contributors() {
        let commit = body(|_| ()).expect("a commit");
        let ids = |contributor: &Contributor| match contributor {
            Contributor::Account(person) => person.id.0.to_string(),
            Contributor::Unattributed(email) => email.clone(),
        };
        assert_eq!(commit.authors.iter().map(ids).collect::<Vec<_>>(), ["1", "someone@example.com"]);
        assert_eq!(commit.committer.as_ref().map(ids).as_deref(), Some("2"));
        assert_eq!(commit.signature, Signature::None);
    }

    #[test]
    fn g3_a_commit_of_which_not_all_authors_or_parents_were_read_is_not_known() {
        assert!(body(|value| value["authors"]["totalCount"] = 11.into()).expect_err("cut").what.contains("authors"));
        assert!(body(|value| value["parents"]["totalCount"] = 2.into()).expect_err("cut").what.contains("parents"));
        assert!(body(|value| value["authors"]["nodes"][0] = Value::Null).is_err(), "a hole is not a missing author");
    }

    #[test]
    fn g3_only_github_itself_is_no_committer() {
        let committer = |change: fn(&mut Value)| body(change).expect("a commit").committer;
        assert_eq!(committer(|value| value["committedViaWeb"] = true.into()), None);
        assert_eq!(committer(|value| value["committer"] = json!({ "email": "noreply@github.com", "user": null })), None);
        assert!(matches!(committer(|value| value["committer"] = json!({ "email": "x@github.com", "user": null })), Some(Contributor::Unattributed(_))));
        assert!(matches!(committer(|value| value["committer"] = Value::Null), Some(Contributor::Unattributed(_))));
        let claimed = committer(|value| value["committer"] = json!({ "email": "noreply@github.com", "user": { "login": "a", "databaseId": 3 } }));
        assert!(matches!(claimed, Some(Contributor::Account(_))));
    }

    #[test]
    fn g2_an_app_that_commits_is_a_machine() {
        for (login, email) in [("dependabot[bot]", "x@example.com"), ("dependabot", "49+dependabot[bot]@users.noreply.github.com")] {
            let actor = GitActor { email: Some(email.to_owned()), user: serde_json::from_value(json!({ "login": login, "databaseId": 49 })).expect("a user") };
            let Ok(Contributor::Account(person)) = contributor(&actor) else { panic!("an account") };
            assert_eq!((person.login.as_str(), person.kind), ("dependabot[bot]", ActorKind::Machine));
        }
    }

    #[test]
    fn g14_a_signature_is_verified_only_where_the_server_says_so() {
        let signature = |value: Value| body(|commit| commit["signature"] = value).expect("a commit").signature;
        assert_eq!(signature(json!({ "isValid": true, "state": "VALID" })), Signature::Verified);
        assert_eq!(signature(json!({ "isValid": false, "state": "UNSIGNED" })), Signature::None);
        assert_eq!(signature(json!({ "isValid": false, "state": "EXPIRED_KEY" })), Signature::Invalid("EXPIRED_KEY".to_owned()));
    }
}
