//! Writes: reactions, comments, deployments and their states.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::GitHub;
use super::paths::Path;
use super::retry::{Effect, Failure};
use super::transport::{Answer, Call};
use crate::domain::{CommentId, DeploymentId, PullNumber};
use crate::facts::DeploymentState;
use crate::ports::{ForgeError, ForgeFault, NewDeployment, NewState, Reaction, ReactionId, Wrote};

/// The most characters of a deployment's description, by GitHub's rule.
const MOST_DESCRIPTION: usize = 140;

#[derive(Deserialize)]
struct Made {
    id: u64,
}

fn made(call: &Call, answer: &Answer) -> Result<u64, Failure> {
    answer.parse::<Made>(call).map(|made| made.id)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that `send` asks for")]
fn nothing(_: &Call, _: &Answer) -> Result<(), Failure> {
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_DESCRIPTION).collect()
}

impl Reaction {
    /// GitHub's word for it.
    fn content(self) -> &'static str {
        match self {
            Self::Eyes => "eyes",
            Self::Rocket => "rocket",
            Self::MinusOne => "-1",
            Self::Confused => "confused",
            Self::PlusOne => "+1",
        }
    }
}

impl GitHub {
    fn comment_path(&self, comment: CommentId) -> Path {
        Path::repository(&self.repository).then("issues/comments").number(comment)
    }

    /// Idempotent: the server answers a second one with the first.
    pub(super) async fn write_reaction(&self, comment: CommentId, reaction: Reaction) -> Result<ReactionId, ForgeError> {
        let path = self.comment_path(comment).then("reactions");
        let call = Call::rest(Method::POST, path, Effect::Idempotent, "issues: write").with(&json!({ "content": reaction.content() }));
        self.transport.send(&call, made).await.map(ReactionId)
    }

    pub(super) async fn remove_reaction(&self, comment: CommentId, reaction: ReactionId) -> Result<(), ForgeError> {
        let path = self.comment_path(comment).then("reactions").number(reaction.0);
        let call = Call::rest(Method::DELETE, path, Effect::Idempotent, "issues: write");
        match self.transport.send(&call, nothing).await {
            Err(ForgeError { fault: ForgeFault::NotFound { .. }, .. }) => Ok(()),
            other => other,
        }
    }

    pub(super) async fn write_comment(&self, pull: PullNumber, body: &str) -> Result<CommentId, ForgeError> {
        let path = Path::repository(&self.repository).then("issues").number(pull).then("comments");
        let call = Call::rest(Method::POST, path, Effect::Once, "pull_requests: write").with(&json!({ "body": body }));
        self.transport.send(&call, made).await.map(CommentId)
    }

    pub(super) async fn rewrite_comment(&self, comment: CommentId, body: &str) -> Result<(), ForgeError> {
        let call = Call::rest(Method::PATCH, self.comment_path(comment), Effect::Idempotent, "pull_requests: write").with(&json!({ "body": body }));
        self.transport.send(&call, nothing).await
    }

    pub(super) async fn write_deployment(&self, new: &NewDeployment) -> Result<DeploymentId, ForgeError> {
        let path = Path::repository(&self.repository).then("deployments");
        let call = Call::rest(Method::POST, path, Effect::Once, "deployments: write").with(&json!({
            "ref": new.sha,
            "task": "deploy",
            "auto_merge": false,
            "required_contexts": [],
            "payload": crate::error::redact_value(serde_json::to_value(&new.payload).expect("plain data serialises")),
            "environment": new.environment,
            "description": cut(&new.description),
            "transient_environment": false,
            "production_environment": new.production,
        }));
        let understand = |call: &Call, answer: &Answer| match answer.status {
            // 202 means that the server merged something instead, which we told it not to.
            202 => Err(Failure { error: call.malformed(answer, "the server answered 202: it merged instead of deploying"), wait: None }),
            _ => made(call, answer),
        };
        self.transport.send(&call, understand).await.map(DeploymentId)
    }

    pub(super) async fn write_state(&self, deployment: DeploymentId, state: &NewState) -> Result<(), ForgeError> {
        let path = Path::repository(&self.repository).then("deployments").number(deployment).then("statuses");
        // A state that was set twice says the same as one that was set once.
        let call = Call::rest(Method::POST, path, Effect::Idempotent, "deployments: write");
        let Some(word) = state_word(state.state) else {
            return Err(call.error(None, ForgeFault::Invalid("an unknown state cannot be set".to_owned()), Wrote::Nothing));
        };
        let mut body = json!({ "state": word, "description": cut(&state.description) });
        for (name, url) in [("log_url", &state.log_url), ("environment_url", &state.environment_url)] {
            if let Some(url) = url {
                body[name] = url.as_str().into();
            }
        }
        self.transport.send(&call.with(&body), nothing).await
    }
}

fn state_word(state: DeploymentState) -> Option<&'static str> {
    match state {
        DeploymentState::Queued => Some("queued"),
        DeploymentState::Pending => Some("pending"),
        DeploymentState::InProgress => Some("in_progress"),
        DeploymentState::Success => Some("success"),
        DeploymentState::Failure => Some("failure"),
        DeploymentState::Error => Some("error"),
        DeploymentState::Inactive => Some("inactive"),
        DeploymentState::Unknown => None,
    }
}
