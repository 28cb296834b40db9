//! Locks on the server: records as annotated tags, refs that point at them, and the compare-and-swap that moves a ref.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::GitHub;
use super::graphql::Operation;
use super::paths::Path;
use super::retry::Effect;
use super::transport::Call;
use super::wire::List;
use crate::domain::{CommitSha, EnvName, ObjectId, RefName};
use crate::facts::{LOCK_REFS, Lock, LockRecord, Why};
use crate::ports::{ForgeError, ForgeFault, RefSwap, Swapped, Wrote};

/// The version of the records that we understand.
const SCHEMA_VERSION: u32 = 1;

/// A lock ref as the server gives it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LockRef {
    name: String,
    target: Option<LockTarget>,
}

#[derive(Clone, Debug, Deserialize)]
struct LockTarget {
    oid: ObjectId,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    locks: Option<List<LockRef>>,
}

#[derive(Deserialize)]
struct Tag {
    sha: ObjectId,
}

#[derive(Deserialize)]
struct Reference {
    object: Tag,
}

/// The locks of all environments. A ref whose name is no environment's locks nothing and is passed over; a record that cannot be read
/// is a lock nonetheless.
pub(super) fn locks(list: Option<List<LockRef>>) -> Result<Vec<Lock>, Why> {
    let list = list.ok_or_else(|| Why::new("the server left the locks out").mended_by("give the token contents: read"))?;
    if list.has_more() {
        return Err(Why::new("there are more than 100 lock refs").mended_by(format!("delete refs below {LOCK_REFS} that are not used any more")));
    }
    let mut locks = Vec::new();
    for LockRef { name, target } in list.items()? {
        let short = [LOCK_REFS, &LOCK_REFS["refs/".len()..]].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
        let Ok(environment) = EnvName::new(short) else { continue };
        let target = target.ok_or_else(|| Why::new(format!("the lock of {environment} points at nothing")))?;
        locks.push(Lock { environment, record: target.message.as_deref().and_then(record), target: target.oid });
    }
    Ok(locks)
}

fn record(message: &str) -> Option<LockRecord> {
    serde_json::from_str::<LockRecord>(message).ok().filter(|record| record.schema_version == SCHEMA_VERSION)
}

impl GitHub {
    pub(super) async fn read_locks(&self) -> Result<Vec<Lock>, ForgeError> {
        let mut variables = self.here();
        variables.insert("locks".to_owned(), LOCK_REFS.into());
        let operation = Operation { name: "Locks", text: include_str!("queries/locks.graphql"), permission: "contents: read" };
        let (data, source) = self.query::<Data>(operation, variables.into()).await?.whole()?;
        let repository = data.repository.ok_or_else(|| source.not_found())?;
        locks(repository.locks).map_err(|why| source.malformed(why.what))
    }

    pub(super) async fn write_tag(&self, at: &CommitSha, name: &str, message: &str) -> Result<ObjectId, ForgeError> {
        let path = Path::repository(&self.repository).then("git/tags");
        // A second object that nothing points at does no harm.
        let call = Call::rest(Method::POST, path, Effect::Idempotent, "contents: write").with(&json!({
            "tag": name,
            "message": message,
            "object": at,
            "type": "commit",
            "tagger": { "name": "shipgate", "email": "noreply@shipgate.invalid" },
        }));
        self.transport.send(&call, |call, answer| answer.parse::<Tag>(call)).await.map(|tag| tag.sha)
    }

    /// Swaps; where the outcome is not certain, the ref is read back, and the swap sent once more where it did not happen: what it
    /// compares with makes it safe. A ref that has moved on further is `Lost`, even where our record was in between: then whoever
    /// moved it saw ours, and the caller finds its claim in the locks.
    pub(super) async fn swap_ref(&self, repository_node: &str, swap: &RefSwap) -> Result<Swapped, ForgeError> {
        let mut again = true;
        loop {
            let Err(error) = self.update_ref(repository_node, swap).await else { return Ok(Swapped::Done) };
            let uncertain = error.wrote == Wrote::Maybe;
            let refused = matches!(error.fault, ForgeFault::Conflict(_) | ForgeFault::Invalid(_) | ForgeFault::NotFound { .. });
            if !uncertain && !refused {
                return Err(error);
            }
            // Where even that cannot be read, the first error says more, and that it may have happened.
            let Ok(now) = self.read_ref(&swap.name).await else { return Err(error) };
            if now.as_ref() == Some(&swap.new) {
                return Ok(Swapped::Done);
            }
            if now != swap.expected {
                return Ok(Swapped::Lost);
            }
            if !(uncertain && again) {
                return Err(error);
            }
            again = false;
        }
    }

    async fn update_ref(&self, repository_node: &str, swap: &RefSwap) -> Result<(), ForgeError> {
        let operation = Operation { name: "UpdateRefs", text: include_str!("queries/update_refs.graphql"), permission: "contents: write" };
        // All zeros: the ref must not exist. Records do not descend from each other, so every move of a ref is a forced one.
        let before = swap.expected.as_ref().map_or_else(|| "0".repeat(swap.new.as_str().len()), |expected| expected.as_str().to_owned());
        let update = json!({ "name": swap.name, "beforeOid": before, "afterOid": swap.new, "force": true });
        self.mutate(operation, json!({ "repository": repository_node, "updates": [update] })).await
    }

    /// What a ref points at; `None` where there is no such ref.
    async fn read_ref(&self, name: &RefName) -> Result<Option<ObjectId>, ForgeError> {
        let mut path = Path::repository(&self.repository).then("git/ref");
        for part in name.as_str().split('/').skip(1) {
            path = path.word(part);
        }
        match self.transport.send(&Call::get(path, "contents: read"), |call, answer| answer.parse::<Reference>(call)).await {
            Ok(reference) => Ok(Some(reference.object.sha)),
            Err(ForgeError { fault: ForgeFault::NotFound { .. }, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn read(value: serde_json::Value) -> Result<Vec<Lock>, Why> {
        locks(Some(serde_json::from_value(value).expect("a list of refs")))
    }

    fn message(version: u32) -> String {
        json!({ "schema_version": version, "change": "0".repeat(32), "at": "2024-05-01T10:00:00Z", "holds": [] }).to_string()
    }

    #[test]
    fn g10_a_lock_is_read_under_each_spelling_of_its_name() {
        let target = json!({ "__typename": "Tag", "oid": OID, "message": format!("{}\n", message(1)) });
        for name in ["staging", "shipgate/lock/staging", "refs/shipgate/lock/staging"] {
            let locks = read(json!({ "pageInfo": { "hasNextPage": false }, "nodes": [{ "name": name, "target": target }] })).expect("locks");
            assert_eq!((locks.len(), locks[0].environment.as_str(), locks[0].record.is_some()), (1, "staging", true), "{name}");
        }
    }

    #[test]
    fn g10_a_record_that_cannot_be_read_is_a_lock_without_a_record() {
        for target in [
            json!({ "__typename": "Commit", "oid": OID }),
            json!({ "__typename": "Tag", "oid": OID, "message": "v1.0" }),
            json!({ "__typename": "Tag", "oid": OID, "message": message(2) }),
        ] {
            let locks = read(json!({ "nodes": [{ "name": "staging", "target": target }] })).expect("locks");
            assert_eq!(locks.iter().map(|lock| (lock.target.as_str(), lock.record.is_some())).collect::<Vec<_>>(), [(OID, false)]);
        }
    }

    #[test]
    fn g10_locks_that_were_not_read_whole_are_not_known() {
        assert!(read(json!({ "pageInfo": { "hasNextPage": true }, "nodes": [] })).is_err());
        assert!(read(json!({ "nodes": [null] })).is_err());
        assert!(read(json!({ "nodes": [{ "name": "staging", "target": null }] })).is_err());
        assert!(locks(None).is_err());
        assert_eq!(read(json!({ "nodes": [{ "name": "NOT AN ENV", "target": null }] })), Ok(vec![]));
    }
}
