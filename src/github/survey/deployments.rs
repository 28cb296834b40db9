//! Deployments as the server records them.

use super::dto::{DeploymentNode, StatusNode};
use crate::domain::{DeploymentId, PersonId};
use crate::facts::{Deployment, DeploymentPayload, DeploymentState, Listing, StateChange, Why};
use crate::github::wire::{List, person};

/// Recent deployments, newest first.
pub(super) fn deployments(list: Option<List<DeploymentNode>>) -> Result<Listing<Deployment>, Why> {
    list.ok_or_else(|| Why::new("the server left the deployments out"))?.listing(|node| deployment(node).map(Some))
}

/// One deployment.
pub(in crate::github) fn deployment(node: DeploymentNode) -> Result<Deployment, Why> {
    let id = node.database_id.ok_or_else(|| Why::new("deployments.databaseId: missing"))?;
    let statuses = node.statuses.ok_or_else(|| Why::new("deployments.statuses: missing"))?.items()?;
    Ok(Deployment {
        id: DeploymentId(id),
        environment: node.environment.unwrap_or_default(),
        sha: node.commit_oid,
        tree: node.commit.map(|commit| commit.tree.oid),
        created_at: node.created_at,
        creator: person(node.creator.as_ref(), "deployments.creator.login")?.map(|person| -> PersonId { person.id }),
        states: states(statuses),
        payload: node.payload.as_deref().and_then(payload),
    })
}

/// Newest first, whichever way round the server lists them; of the same second, in the order in which they were set.
pub(in crate::github) fn states(mut statuses: Vec<StatusNode>) -> Vec<StateChange> {
    let times = |statuses: &[StatusNode]| Some((statuses.first()?.created_at, statuses.last()?.created_at));
    if times(&statuses).is_some_and(|(first, last)| first < last) {
        statuses.reverse();
    }
    statuses.sort_by_key(|status| std::cmp::Reverse(status.created_at));
    statuses.into_iter().map(|status| StateChange { state: state(&status.state), at: status.created_at, log_url: status.log_url }).collect()
}

fn state(word: &str) -> DeploymentState {
    match word {
        "QUEUED" => DeploymentState::Queued,
        "PENDING" => DeploymentState::Pending,
        "IN_PROGRESS" => DeploymentState::InProgress,
        "SUCCESS" => DeploymentState::Success,
        "FAILURE" => DeploymentState::Failure,
        "ERROR" => DeploymentState::Error,
        "INACTIVE" => DeploymentState::Inactive,
        _ => DeploymentState::Unknown,
    }
}

/// Our payload; GraphQL gives it as text, which is JSON, and sometimes JSON of such a text.
fn payload(text: &str) -> Option<DeploymentPayload> {
    let inner = serde_json::from_str::<String>(text);
    let payload: DeploymentPayload = serde_json::from_str(inner.as_deref().unwrap_or(text)).ok()?;
    (payload.schema_version == 1).then_some(payload)
}

/// Our payload, as the REST API gives it: JSON, or a text that is JSON.
pub(in crate::github) fn payload_of(value: &serde_json::Value) -> Option<DeploymentPayload> {
    value.as_str().map_or_else(|| payload(&value.to_string()), payload)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(statuses: &serde_json::Value, payload: &str) -> Deployment {
        let node = json!({
            "databaseId": 9, "environment": "staging", "commitOid": "0123456789abcdef0123456789abcdef01234567", "commit": null,
            "createdAt": "2024-05-01T10:00:00Z", "payload": payload, "creator": { "__typename": "Bot", "login": "github-actions", "databaseId": 41 },
            "statuses": { "nodes": statuses },
        });
        deployment(serde_json::from_value(node).expect("a node")).expect("a deployment")
    }

    #[test]
    fn g11_states_are_newest_first_whichever_way_round_they_come() {
        let queued = json!({ "state": "QUEUED", "createdAt": "2024-05-01T10:00:00Z" });
        let running = json!({ "state": "IN_PROGRESS", "createdAt": "2024-05-01T10:00:00Z" });
        let done = json!({ "state": "SUCCESS", "createdAt": "2024-05-01T10:00:05Z" });
        let newest_first = [DeploymentState::Success, DeploymentState::InProgress, DeploymentState::Queued];
        for order in [json!([done, running, queued]), json!([queued, running, done])] {
            let states: Vec<_> = read(&order, "").states.into_iter().map(|change| change.state).collect();
            assert_eq!(states, newest_first);
        }
        let odd = read(&json!([{ "state": "WAITING", "createdAt": "2024-05-01T10:00:00Z" }]), "");
        assert_eq!(odd.state(), Some(DeploymentState::Unknown));
    }

    #[test]
    fn d1_our_payload_is_found_as_json_and_as_json_of_json_and_others_are_none() {
        let ours = json!({
            "schema_version": 1, "request": "comment-1-0", "claim": "0".repeat(32), "environment": "staging", "pull": 7,
            "requester": { "id": 1, "login": "octocat", "kind": "human" }, "approvers": [], "policy": "0123456789abcdef0123456789abcdef01234567",
        })
        .to_string();
        let twice = serde_json::to_string(&ours).expect("a string serialises");
        for text in [&ours, &twice] {
            assert_eq!(read(&json!([]), text).payload.map(|payload| payload.pull.0), Some(7));
        }
        let newer = ours.replace("\"schema_version\":1", "\"schema_version\":2");
        for text in ["", "{}", "\"hello\"", newer.as_str()] {
            assert_eq!(read(&json!([]), text).payload, None, "{text}");
        }
    }
}
