//! A comment and a reaction in one request.

use serde::Deserialize;
use serde_json::json;

use super::GitHub;
use super::graphql::{Operation, Reply};
use super::retry::Effect;
use super::wire::big;
use crate::domain::CommentId;
use crate::ports::{ForgeError, Reaction, Speech, SpeechPlace, Spoken, Wrote};

const PERMISSION: &str = "pull_requests: write";

#[derive(Deserialize)]
struct Data {
    said: Option<Said>,
}

/// The payload of either mutation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    comment_edge: Option<Edge>,
    issue_comment: Option<Comment>,
}

#[derive(Deserialize)]
struct Edge {
    node: Option<Comment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    #[serde(default, deserialize_with = "big")]
    full_database_id: Option<u64>,
}

impl Reaction {
    /// GraphQL's word for it.
    fn word(self) -> &'static str {
        match self {
            Self::Eyes => "EYES",
            Self::Rocket => "ROCKET",
            Self::MinusOne => "THUMBS_DOWN",
            Self::Confused => "CONFUSED",
            Self::PlusOne => "THUMBS_UP",
        }
    }
}

impl GitHub {
    pub(super) async fn write_speech(&self, speech: &Speech<'_>) -> Result<Spoken, ForgeError> {
        let (operation, effect, place) = match speech.place {
            SpeechPlace::New(pull) => (Operation { name: "Say", text: include_str!("queries/say.graphql"), permission: PERMISSION }, Effect::Once, pull),
            SpeechPlace::Instead(comment) => {
                (Operation { name: "SayInstead", text: include_str!("queries/say_instead.graphql"), permission: PERMISSION }, Effect::Idempotent, comment)
            }
        };
        let variables = json!({ "place": place, "body": speech.body, "to": speech.to, "reaction": speech.reaction.word() });
        let reply: Reply<Data> = self.change(operation, variables, effect).await?;
        let said = reply.data.said.and_then(|said| said.issue_comment.or_else(|| said.comment_edge.and_then(|edge| edge.node)));
        match said.and_then(|comment| comment.full_database_id) {
            Some(id) => Ok(Spoken { comment: CommentId(id), reaction: reply.errors.of(&["reacted"], &reply.source) }),
            // Each part of a mutation is carried out by itself. Without an error about it, nobody knows why it is not in the answer.
            None => Err(reply.errors.of(&["said"], &reply.source).err().unwrap_or_else(|| {
                let error = reply.source.malformed("said: missing");
                ForgeError { wrote: Wrote::Maybe, ..error }
            })),
        }
    }
}
