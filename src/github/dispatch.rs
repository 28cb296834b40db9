//! Starts the deploy workflow, here or in another repository: once, and with the version of the API in which the answer names the run.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::GitHub;
use super::paths::Path;
use super::retry::{Effect, Failure};
use super::transport::{Answer, Call};
use crate::domain::{BranchName, RepoSlug, RunId};
use crate::facts::{RESERVED_INPUT, Trigger};
use crate::ports::{ForgeError, FoundRun, NewDispatch};

/// The first version of the API in which the answer to a dispatch names the run. Servers that do not know it answer 400.
const NAMES_RUN: &str = "2026-03-10";

#[derive(Deserialize)]
struct Dispatched {
    workflow_run_id: u64,
    html_url: String,
}

#[derive(Deserialize)]
struct Branched {
    default_branch: BranchName,
}

impl GitHub {
    pub(super) async fn write_dispatch(&self, new: &NewDispatch) -> Result<Option<FoundRun>, ForgeError> {
        let repository = &new.to.repository;
        let handle = new.handle.to_string();
        let call = match &new.to.trigger {
            Trigger::Workflow(file) => {
                let reference = match &new.reference {
                    Some(reference) => reference.clone(),
                    None => self.read_default_branch(repository).await?,
                };
                let mut inputs: BTreeMap<&str, &str> = new.inputs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                inputs.insert(RESERVED_INPUT, &handle);
                let path = Path::repository(repository).then("actions/workflows").word(file.as_str()).then("dispatches");
                Call::rest(Method::POST, path, Effect::Once, "actions: write").with(&json!({ "ref": reference, "inputs": inputs }))
            }
            Trigger::Event(event) => {
                // A `client_payload` has ten properties at most: the inputs are one of them.
                let mut payload = json!({ "inputs": new.inputs });
                payload[RESERVED_INPUT] = handle.into();
                let path = Path::repository(repository).then("dispatches");
                Call::rest(Method::POST, path, Effect::Once, "contents: write").with(&json!({ "event_type": event, "client_payload": payload }))
            }
        };
        match self.way(repository).send(&call.clone().in_version(NAMES_RUN), dispatched).await {
            Err(error) if error.status == Some(400) => self.way(repository).send(&call, dispatched).await,
            other => other,
        }
    }

    async fn read_default_branch(&self, repository: &RepoSlug) -> Result<BranchName, ForgeError> {
        let call = Call::get(Path::repository(repository), "metadata: read");
        let found = self.way(repository).send(&call, |call, answer| answer.parse::<Branched>(call)).await?;
        Ok(found.default_branch)
    }
}

/// The run, where the answer has one.
fn dispatched(call: &Call, answer: &Answer) -> Result<Option<FoundRun>, Failure> {
    if answer.status == 204 {
        return Ok(None);
    }
    let run: Dispatched = answer.parse(call)?;
    Ok(Some(FoundRun { id: RunId(run.workflow_run_id), url: run.html_url }))
}
