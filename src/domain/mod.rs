//! Words of the trade, checked on construction: a value of one of these types may stand in a ref, a URL, an argument or a log.
//!
//! Pure: no clock, no file, no network. Rows V1–V6 are proved here.

mod git;
mod ids;
mod names;
mod nearest;
mod path;
mod pattern;
mod people;
mod place;
mod text;
mod time;
mod version;

pub use git::{BranchName, CommitSha, HeadBranch, ObjectId, RefName, ShaPrefix};
pub use ids::{CommentId, DeploymentId, PullNumber, RequestKey, RunId};
pub use names::{CustomId, EnvName, Namespace, ParamKey, ParamValue, Reason, ServiceName, Target, VariableName};
pub use nearest::nearest;
pub use path::RepoPath;
pub use pattern::{BadPattern, Expression, Pattern};
pub use people::{ActorKind, Login, Person, PersonId, Principal, RepoSlug, Role, TeamSlug};
pub use place::{Position, Span};
pub(crate) use text::checked_text;
pub use text::{Fault, Invalid, Shown, is_invisible, screen_line, screen_name, shown, visible};
pub use time::Period;
pub use version::Version;
