//! What the refs of a push stand at: commits, annotated tags (also tags of tags), and now and then a bare tree or blob.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::super::HistoryError;
use super::super::commits::LARGEST;
use super::super::objects::{Content, Kind, Named, Objects};
use crate::domain::ObjectId;

/// More tags of tags than these are no accident.
const DEEPEST: usize = 32;

/// What an id leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Peeled {
    /// What is there behind all tags.
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    /// The tags on the way, the outermost first.
    pub(super) tags: Vec<ObjectId>,
}

/// What each of these ids leads to; an id that is not here is left out.
///
/// # Errors
/// [`HistoryError`]: also for a tag whose object is missing.
pub(super) fn peel(ids: &[ObjectId], objects: &mut Objects) -> Result<BTreeMap<ObjectId, Peeled>, HistoryError> {
    let mut seen: BTreeMap<ObjectId, Step> = BTreeMap::new();
    let mut wanted = ids.to_vec();
    for _ in 0..DEEPEST {
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|id| !seen.contains_key(id));
        if wanted.is_empty() {
            break;
        }
        let steps = steps(&wanted, objects)?;
        wanted = steps.iter().filter_map(|(_, step)| if let Step::Tag(next) = step { Some(next.clone()) } else { None }).collect();
        seen.extend(steps);
    }
    let mut peeled = BTreeMap::new();
    for id in ids.iter().filter(|id| seen.contains_key(id)) {
        peeled.insert(id.clone(), follow(id, &seen)?);
    }
    Ok(peeled)
}

enum Step {
    End(Kind),
    Tag(ObjectId),
}

fn follow(id: &ObjectId, seen: &BTreeMap<ObjectId, Step>) -> Result<Peeled, HistoryError> {
    let (mut at, mut tags) = (id.clone(), Vec::new());
    loop {
        match seen.get(&at) {
            None => return Err(HistoryError::Missing { id: at }),
            Some(Step::End(kind)) => return Ok(Peeled { id: at, kind: *kind, tags }),
            Some(Step::Tag(next)) => tags.push(std::mem::replace(&mut at, next.clone())),
        }
    }
}

fn steps(ids: &[ObjectId], objects: &mut Objects) -> Result<Vec<(ObjectId, Step)>, HistoryError> {
    let (mut steps, mut fault) = (Vec::new(), None);
    objects.each_named(ids, LARGEST, &mut |_, named| {
        match named.map(step) {
            None => {}
            Some(Ok(step)) => steps.push(step),
            Some(Err(error)) => {
                fault = Some(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    fault.map_or(Ok(steps), Err)
}

fn step(named: Named) -> Result<(ObjectId, Step), HistoryError> {
    let Named { id, kind, content } = named;
    if kind != Kind::Tag {
        return Ok((id, Step::End(kind)));
    }
    let bytes = match content {
        Content::Whole(bytes) => bytes,
        Content::TooLarge(size) => return Err(HistoryError::TooLarge { id, size }),
        Content::Missing => return Err(HistoryError::Missing { id }),
    };
    let Some(next) = named_by(&bytes) else { return Err(HistoryError::Malformed { id, kind: "tag" }) };
    Ok((id, Step::Tag(next)))
}

/// What a tag names.
fn named_by(bytes: &[u8]) -> Option<ObjectId> {
    let first = bytes.split(|byte| *byte == b'\n').next()?.strip_prefix(b"object ")?;
    ObjectId::new(std::str::from_utf8(first).ok()?).ok()
}
