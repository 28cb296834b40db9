//! Mirror of an environment's `deploy`.

use serde::Deserialize;

use super::{At, Entries, Set};
use crate::domain::{BranchName, Period, RepoSlug};
use crate::facts::{EventType, InputName, WorkflowFile};

/// How an environment is deployed.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Deploy", untagged))]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(in crate::policy) enum RawDeploy {
    /// `here`: the same job goes on with its next steps.
    Scalar(HereWord),
    /// By another workflow.
    Mapping(Box<At<RawDispatch>>),
}

/// The word `here`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::policy) enum HereWord {
    /// The same job goes on with its next steps.
    Here,
}

/// Another workflow, which is dispatched: one of `workflow` and `event`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Dispatch", title = "Dispatch", extend("oneOf" = [{ "required": ["workflow"] }, { "required": ["event"] }])))]
#[serde(rename = "`deploy`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawDispatch {
    /// The name of the workflow's file, e.g. `deploy.yml`; it declares `on: workflow_dispatch` with the input `shipgate`.
    pub(in crate::policy) workflow: Set<WorkflowFile>,
    /// The type of a `repository_dispatch` event.
    pub(in crate::policy) event: Set<EventType>,
    /// The repository of the workflow, as OWNER/NAME. Default: this one.
    pub(in crate::policy) repository: Set<RepoSlug>,
    /// The branch or tag that the workflow is taken from. Default: the default branch of its repository.
    #[serde(rename = "ref")]
    pub(in crate::policy) reference: Set<BranchName>,
    /// What the workflow is given besides `shipgate`, 24 at most: texts with the placeholders {environment}, {sha}, {ref}, {version}, {services}, {pull-request}, {deployment} and {parameter.KEY}.
    #[cfg_attr(test, schemars(extend("maxProperties" = 24)))]
    pub(in crate::policy) inputs: Set<Entries<InputName, String>>,
    /// How long the job waits for the end of the deployment, 6h at most. Default: it does not wait.
    pub(in crate::policy) wait: Set<Period>,
}
