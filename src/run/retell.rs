//! The status comment of a deployment as its own record tells it: for those who did not decide on it, and end it or carry it out.

use super::post::command_comment;
use crate::domain::CommentId;
use crate::facts::{Deployment, DeploymentPayload};
use crate::intake::{Command, Deploy, Origin, Request, What};
use crate::plan;
use crate::ports::{CommentText, Forge, ForgeError, Survey};
use crate::report::markdown::{Standing, Subject, retold};

/// A deployment with its payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subjected<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) payload: &'a DeploymentPayload,
    /// Where the environment can be seen.
    pub(super) url: Option<&'a str>,
    /// Where the run can be seen.
    pub(super) log: Option<&'a str>,
    /// Where the job that failed can be seen.
    pub(super) failed_job: Option<&'a str>,
}

/// The comment as it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    pub(super) id: Option<CommentId>,
    body: String,
}

impl Before {
    /// The request's comment among those that a survey of its pull request saw.
    pub(super) fn in_survey(survey: &Survey, payload: &DeploymentPayload) -> Option<Self> {
        if survey.pull.number != payload.pull || survey.pull.comments.known().is_none() {
            return None;
        }
        let found = plan::status_comment(&payload.request, &survey.pull);
        Some(found.map_or_else(Self::default, |comment| Self { id: Some(comment.id), body: comment.body.clone() }))
    }

    /// True where it begins as this text does: with the same marker and headline.
    pub(super) fn has_headline_of(&self, text: &str) -> bool {
        let head = |text: &str| text.lines().take(2).map(|line| line.trim().to_owned()).collect::<Vec<_>>();
        head(&self.body) == head(text)
    }

    /// The request's comment, asked for.
    pub(super) async fn read<F: Forge>(forge: &F, payload: &DeploymentPayload) -> Result<Self, ForgeError> {
        let start = format!("<!-- shipgate {} ", payload.request);
        let ours: Vec<CommentText> = forge.our_comments(payload.pull).await?;
        let found = ours.into_iter().rfind(|comment| comment.body.starts_with(&start));
        Ok(found.map_or_else(Self::default, |comment| Self { id: Some(comment.id), body: comment.body }))
    }
}

/// The comment's new text: headline and sentence are new, what was decided stays.
pub(super) fn body(subjected: &Subjected<'_>, before: &Before, standing: &Standing<'_>) -> String {
    let request = request(subjected.deployment, subjected.payload);
    let subject = Subject {
        request: &request,
        environment: &subjected.payload.environment,
        commit: subjected.deployment.sha.as_str(),
        url: subjected.url,
        log: subjected.log,
        failed_job: subjected.failed_job,
    };
    retold(&subject, standing, &before.body)
}

/// The request that led to a deployment, as far as the deployment tells it.
pub(super) fn request(deployment: &Deployment, payload: &DeploymentPayload) -> Request {
    let deploy = Deploy {
        environment: payload.environment.clone(),
        services: payload.services.clone(),
        what: What::Head,
        version: payload.version.clone(),
        reason: payload.reason.clone(),
        parameters: payload.parameters.clone(),
    };
    let origin = match command_comment(&payload.request) {
        Some(id) => Origin::Comment { id, node_id: String::new(), body: String::new() },
        None => Origin::Dispatch,
    };
    let (key, actor) = (payload.request.clone(), payload.requester.clone());
    Request { key, actor, at: deployment.created_at, command: Command::Deploy(deploy), pull: payload.pull, origin }
}
