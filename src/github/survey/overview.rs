//! What is where, without any pull request; and older deployments of single environments.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::deployments::deployments;
use super::dto::{DeploymentNode, RepositoryNode};
use super::{DEFAULT_POLICY, DEPLOYMENTS, LOCKS, base, repository_facts, spared};
use crate::domain::EnvName;
use crate::facts::{Deployment, LOCK_REFS, Listing};
use crate::github::GitHub;
use crate::github::graphql::{Operation, repeated};
use crate::github::locks::locks;
use crate::github::wire::List;
use crate::policy::POLICY_PATH;
use crate::ports::{ForgeError, Overview};

/// The names that stand once for each environment in `latest.graphql`.
pub(in crate::github) const ENVIRONMENT_NAMES: &[&str] = &["environment"];

#[derive(Deserialize)]
struct Data {
    repository: Option<RepositoryNode>,
}

#[derive(Deserialize)]
struct Latest {
    repository: Option<BTreeMap<String, Option<List<DeploymentNode>>>>,
}

impl GitHub {
    pub(in crate::github) async fn read_overview(&self) -> Result<Overview, ForgeError> {
        let mut variables = self.here();
        variables.insert("policy".to_owned(), POLICY_PATH.into());
        variables.insert("locks".to_owned(), LOCK_REFS.into());
        let operation = Operation { name: "Overview", text: include_str!("../queries/overview.graphql"), permission: "contents: read" };
        let reply = self.query::<Data>(operation, variables.into()).await?.tolerate(&[DEFAULT_POLICY, LOCKS, DEPLOYMENTS])?;
        let (source, errors) = (reply.source, reply.errors);
        let now = reply.now.ok_or_else(|| source.malformed("the header Date is missing"))?;
        let repository = reply.data.repository.ok_or_else(|| source.missing(&errors))?;
        Ok(Overview {
            now,
            policy: spared(&errors, DEFAULT_POLICY, "contents: read", || base::default_policy(&repository)),
            locks: spared(&errors, LOCKS, "contents: read", || locks(repository.locks.clone())),
            deployments: spared(&errors, DEPLOYMENTS, "deployments: read", || deployments(repository.deployments.clone())),
            repository: repository_facts(repository).map_err(|why| source.malformed(why.what))?,
        })
    }

    pub(in crate::github) async fn read_latest(&self, environments: &[EnvName]) -> Result<BTreeMap<EnvName, Listing<Deployment>>, ForgeError> {
        let mut variables = self.here();
        variables.extend(environments.iter().enumerate().map(|(index, name)| (format!("environment{index}"), name.as_str().into())));
        let text = repeated(include_str!("../queries/latest.graphql"), ENVIRONMENT_NAMES, environments.len());
        let operation = Operation { name: "Latest", text: &text, permission: "deployments: read" };
        let (data, source) = self.query::<Latest>(operation, variables.into()).await?.whole()?;
        let mut found = data.repository.ok_or_else(|| source.not_found())?;
        let mut latest = BTreeMap::new();
        for (index, name) in environments.iter().enumerate() {
            let listed = deployments(found.remove(&format!("environment{index}")).flatten()).map_err(|why| source.malformed(why.what))?;
            latest.insert(name.clone(), listed);
        }
        Ok(latest)
    }
}
