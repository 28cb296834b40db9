//! When the head came: by what the server saw of it, never by a commit's own dates, which are its author's to choose (row G14).

use jiff::Timestamp;

use crate::facts::{PullRequest, SightingKind};

/// Whether the head was at the head of the branch at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It was, and the server had seen it since this time at the latest.
    Since(Timestamp),
    /// All that the server saw is later, from this time on.
    Later(Timestamp),
    /// The server had seen it before, and the branch left it and came back to it at this time: what stood there in between is not known.
    Returned(Timestamp),
    /// The server says nothing of when it came.
    NoWord,
}

/// Whether the head was there at this time.
pub fn presence(pull: &PullRequest, at: Timestamp) -> Presence {
    let Some(first) = pull.sightings.iter().map(|sighting| sighting.at).min() else { return Presence::NoWord };
    if first > at {
        return Presence::Later(first);
    }
    // A push that moved the branch to this commit after that time: it stood somewhere else just before.
    let moved = |kind| matches!(kind, SightingKind::ForcedPush | SightingKind::Activity);
    let returned = pull.sightings.iter().filter(|sighting| moved(sighting.kind) && sighting.at > at).map(|sighting| sighting.at).min();
    returned.map_or(Presence::Since(first), Presence::Returned)
}
