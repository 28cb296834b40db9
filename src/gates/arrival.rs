//! When the head came: by what the server saw of it, never by a commit's own dates, which are its author's to choose (row G14).
//!
//! Only the last push of the branch, by the repository's activity, tells since when the head stands there. Reviews and forced pushes of the head do not:
//! whoever can push may let the server make them early, move the branch to a harmless commit, wait for somebody's word, and move it forward again. That last
//! push is no forced one and makes no new suite. They only ever say that the commit was somewhere, some time.

use jiff::Timestamp;

use crate::facts::{PullRequest, SightingKind};

/// Whether the head was at the head of the branch at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It was, and has not left since: the branch was moved to it last at this earlier time.
    Since(Timestamp),
    /// The branch was moved to it at this time, which is not earlier.
    Later(Timestamp),
    /// The server had seen it before, and the branch was moved to it at this time, not earlier: what stood there in between is not known.
    Returned(Timestamp),
    /// The server does not say when the branch was moved to it.
    NoWord,
}

/// Whether the head was there before this time. The server's times are whole seconds: what happened in the same second may have happened after.
pub fn presence(pull: &PullRequest, at: Timestamp) -> Presence {
    let newest = |kind| pull.sightings.iter().filter(|sighting| sighting.kind == kind).map(|sighting| sighting.at).max();
    let (pushed, forced) = (newest(SightingKind::Activity), newest(SightingKind::ForcedPush));
    match (pushed.max(forced), pushed) {
        (Some(moved), _) if moved >= at && pull.sightings.iter().any(|sighting| sighting.at < at) => Presence::Returned(moved),
        (Some(moved), _) if moved >= at => Presence::Later(moved),
        (Some(moved), Some(_)) => Presence::Since(moved),
        (_, _) => Presence::NoWord,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::World;
    use super::*;
    use crate::facts::Sighting;

    const TEN: &str = "2026-03-10T10:00:00Z";

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn at_eleven(sightings: &[(&str, SightingKind)]) -> Presence {
        let mut world = World::new();
        world.facts.pull.sightings = sightings.iter().map(|(at, kind)| Sighting { at: time(at), kind: *kind }).collect();
        presence(&world.facts.pull, time("2026-03-10T11:00:00Z"))
    }

    #[test]
    fn g14_the_last_push_before_the_word_shows_that_the_head_was_there() {
        assert_eq!(at_eleven(&[(TEN, SightingKind::Activity)]), Presence::Since(time(TEN)));
        assert_eq!(at_eleven(&[("2026-03-10T09:00:00Z", SightingKind::ForcedPush), (TEN, SightingKind::Activity)]), Presence::Since(time(TEN)));
    }

    #[test]
    fn g14_a_push_in_the_same_second_may_have_come_after_the_word() {
        let same = "2026-03-10T11:00:00Z";
        assert_eq!(at_eleven(&[(same, SightingKind::Activity)]), Presence::Later(time(same)));
        assert_eq!(at_eleven(&[(TEN, SightingKind::Activity), (same, SightingKind::ForcedPush)]), Presence::Returned(time(same)));
    }

    #[test]
    fn g14_a_review_or_forced_push_that_was_made_early_does_not_show_that_the_head_stayed() {
        for early in [SightingKind::Review, SightingKind::ForcedPush] {
            assert_eq!(at_eleven(&[(TEN, early)]), Presence::NoWord, "{early:?}");
            let back = "2026-03-10T11:30:00Z";
            assert_eq!(at_eleven(&[(TEN, early), (back, SightingKind::Activity)]), Presence::Returned(time(back)), "{early:?}");
        }
    }
}
