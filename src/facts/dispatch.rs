//! Deployments that another workflow carries out: where they are dispatched to, the handle by which the two workflows know each other, and what a
//! run's name or address tells of it.

use serde::{Deserialize, Serialize};

use super::lock::ClaimId;
use crate::domain::{DeploymentId, Fault, Invalid, RepoSlug, RunId, checked_text, screen_name};

checked_text!(
/// The name of a workflow's file, e.g. `deploy.yml`: letters, digits, `.`, `_` and `-`, ending in `.yml` or `.yaml`; 100 characters at most.
WorkflowFile, "workflow", |text| {
    screen_name(text, 100)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let stem = text.strip_suffix(".yml").or_else(|| text.strip_suffix(".yaml")).unwrap_or_default();
    if plain && !stem.is_empty() { Ok(()) } else { Err(Fault::Shape("the name of a file below .github/workflows, such as deploy.yml")) }
});

checked_text!(
/// The type of a `repository_dispatch` event: letters, digits and `._:/-`, 100 characters at most (GitHub's limit).
EventType, "event type", |text| {
    screen_name(text, 100)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-'));
    if plain { Ok(()) } else { Err(Fault::Shape("letters, digits and `._:/-`")) }
});

checked_text!(
/// The name of a workflow's input: a letter or `_`, then letters, digits, `_` or `-`; 100 characters at most. Never [`RESERVED_INPUT`].
InputName, "input", |text| {
    screen_name(text, 100)?;
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !(first && plain) {
        return Err(Fault::Shape("a letter or `_`, then letters, digits, `_` or `-`"));
    }
    if text.eq_ignore_ascii_case(RESERVED_INPUT) { Err(Fault::Shape("another name: `shipgate` carries the deployment's handle")) } else { Ok(()) }
});

/// The input, or the key of a `client_payload`, that carries the handle.
pub const RESERVED_INPUT: &str = "shipgate";

/// What starts the deploy workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// `workflow_dispatch` of the workflow in this file.
    Workflow(WorkflowFile),
    /// A `repository_dispatch` event of this type.
    Event(EventType),
}

/// Where a deployment is dispatched to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispatchedTo {
    /// The repository of the deploy workflow.
    pub repository: RepoSlug,
    /// What starts it there.
    #[serde(flatten)]
    pub trigger: Trigger,
}

/// By this the deploy workflow and the gate speak of the same deployment: `OWNER/NAME/DEPLOYMENT_ID/CLAIM`. It is no secret: whoever gives it must
/// still be let in by the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The repository of the deployment.
    pub repository: RepoSlug,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The claim of the lock it holds.
    pub claim: ClaimId,
}

impl std::fmt::Display for Trigger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Workflow(file) => write!(formatter, "the workflow `{file}`"),
            Self::Event(event) => write!(formatter, "the event `{event}`"),
        }
    }
}

impl std::fmt::Display for DispatchedTo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {}", self.trigger, self.repository)
    }
}

impl std::fmt::Display for Handle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}/{}", self.repository, self.deployment, self.claim)
    }
}

impl std::str::FromStr for Handle {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const SHAPE: Fault = Fault::Shape("OWNER/NAME/DEPLOYMENT/CLAIM, as the gate's run gives it to the input `shipgate`");
        let invalid = || Invalid::new("handle of a deployment", text, SHAPE);
        let parts: Vec<&str> = text.split('/').collect();
        let [owner, name, deployment, claim] = parts.as_slice() else { return Err(invalid()) };
        let digits = !deployment.is_empty() && deployment.bytes().all(|byte| byte.is_ascii_digit()) && !deployment.starts_with('0');
        let deployment = if digits { deployment.parse().ok() } else { None };
        Ok(Self {
            repository: RepoSlug::new(format!("{owner}/{name}")).map_err(|_| invalid())?,
            deployment: DeploymentId(deployment.ok_or_else(invalid)?),
            claim: ClaimId::new(*claim).map_err(|_| invalid())?,
        })
    }
}

impl Handle {
    /// The handle in a run's name, such as `Deploy acme/shop/7/0123…`, where there is exactly one.
    pub fn in_title(title: &str) -> Option<Self> {
        let mut found = title.split_ascii_whitespace().filter_map(|word| word.parse().ok());
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// The run that an address such as `https://github.com/acme/infra/actions/runs/12` names, where it is one of this repository.
pub fn run_of_url(url: &str, repository: &RepoSlug) -> Option<RunId> {
    let (before, behind) = url.rsplit_once("/actions/runs/")?;
    let digits = behind.split('/').next()?;
    let ours = before.len() > repository.as_str().len()
        && before.is_char_boundary(before.len() - repository.as_str().len() - 1)
        && before[before.len() - repository.as_str().len() - 1..].eq_ignore_ascii_case(&format!("/{repository}"));
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if ours && plain { digits.parse().ok().map(RunId) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: &str = "0123456789abcdef0123456789abcdef";

    fn slug(text: &str) -> RepoSlug {
        RepoSlug::new(text).expect("a repository")
    }

    #[test]
    fn d2_a_handle_is_read_as_it_is_written_and_nothing_else_is_one() {
        let text = format!("acme/shop/42/{CLAIM}");
        let handle: Handle = text.parse().expect("a handle");
        assert_eq!((handle.deployment, handle.repository.as_str(), handle.to_string()), (DeploymentId(42), "acme/shop", text.clone()));
        for hostile in [
            String::new(),
            "acme/shop/42".to_owned(),
            format!("acme/shop/042/{CLAIM}"),
            format!("acme/shop/-1/{CLAIM}"),
            format!("acme/shop/99999999999999999999/{CLAIM}"),
            format!("acme/shop/42/{CLAIM}\n"),
            format!("acme/shop/42/{CLAIM}/x"),
            format!("acme/../42/{CLAIM}"),
            format!("acme/shop/42/{}", CLAIM.to_uppercase()),
            format!("$(id)/shop/42/{CLAIM}"),
        ] {
            assert!(hostile.parse::<Handle>().is_err(), "{hostile:?}");
        }
    }

    #[test]
    fn d2_a_runs_name_with_one_handle_in_it_names_a_deployment() {
        let text = format!("acme/shop/42/{CLAIM}");
        assert_eq!(Handle::in_title(&format!("Deploy {text}")).map(|handle| handle.to_string()), Some(text.clone()));
        for title in [String::new(), "Deploy".to_owned(), format!("Deploy:{text}"), format!("{text}."), format!("{text} {text}")] {
            assert_eq!(Handle::in_title(&title), None, "{title}");
        }
    }

    #[test]
    fn d2_a_runs_address_names_the_run_of_its_own_repository_only() {
        let repository = slug("acme/infra");
        assert_eq!(run_of_url("https://github.com/acme/infra/actions/runs/12", &repository), Some(RunId(12)));
        assert_eq!(run_of_url("https://ghe.example.com/Acme/Infra/actions/runs/12/job/3", &repository), Some(RunId(12)));
        for url in [
            "",
            "https://github.com/xacme/infra/actions/runs/12",
            "https://github.com/acme/shop/actions/runs/12",
            "https://github.com/acme/infra/actions/runs/1x",
        ] {
            assert_eq!(run_of_url(url, &repository), None, "{url}");
        }
    }

    #[test]
    fn v6_words_of_a_dispatch_that_a_path_or_a_shell_would_misread_are_refused() {
        for text in ["deploy.yml", "a.b_c-d.yaml"] {
            assert!(WorkflowFile::new(text).is_ok(), "{text}");
        }
        for text in ["", ".yml", "deploy", "../deploy.yml", ".github/workflows/deploy.yml", "a b.yml", "a?.yml", "-x.yml", "deploy.yml\n"] {
            assert!(WorkflowFile::new(text).is_err(), "{text:?}");
        }
        for text in ["shipgate", "Shipgate", "1a", "a b", "a.b", "", "$x"] {
            assert!(InputName::new(text).is_err(), "{text:?}");
        }
        assert!(InputName::new("region-2").is_ok() && EventType::new("deploy/production").is_ok());
    }
}
