//! Numbers the server gives to things, and the key of a request.

use serde::{Deserialize, Serialize};

use super::text::{Fault, checked_text, screen_name};

macro_rules! number {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

number!(
    /// The number of a pull request in its repository.
    PullNumber
);
number!(
    /// The id of an issue comment.
    CommentId
);
number!(
    /// The id of a deployment.
    DeploymentId
);
number!(
    /// The id of a workflow run.
    RunId
);

checked_text!(
/// What makes a request the same request when its event is delivered again (row C5), e.g. `comment-1234-0` for the first
/// command of comment 1234: letters, digits, `-`, `_` and `.`, 100 characters at most.
RequestKey, "request key", |text| {
    screen_name(text, 100)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if plain { Ok(()) } else { Err(Fault::Shape("letters, digits, `-`, `_` and `.`")) }
});
