//! What the refs of a push stand at: commits, annotated tags (also tags of tags), and now and then a bare tree or blob.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::super::HistoryError;
use super::super::commits::LARGEST;
use super::super::objects::{Content, Kind, Named, Objects};
use crate::domain::ObjectId;

/// More tags of tags than these are no accident.
const DEEPEST: usize = 32;

/// An annotated tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedTag {
    /// Its id.
    pub id: ObjectId,
    /// What was written into it: not always UTF-8.
    pub message: Vec<u8>,
}

/// What an id leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Peeled {
    /// What is there behind all tags.
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    /// The tags on the way, the outermost first.
    pub(super) tags: Vec<PushedTag>,
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
        wanted = steps.iter().filter_map(|(_, step)| if let Step::Tag(next, _) = step { Some(next.clone()) } else { None }).collect();
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
    Tag(ObjectId, PushedTag),
}

fn follow(id: &ObjectId, seen: &BTreeMap<ObjectId, Step>) -> Result<Peeled, HistoryError> {
    let (mut at, mut tags) = (id.clone(), Vec::new());
    loop {
        match seen.get(&at) {
            None => return Err(HistoryError::Missing { id: at }),
            Some(Step::End(kind)) => return Ok(Peeled { id: at, kind: *kind, tags }),
            Some(Step::Tag(next, tag)) => {
                tags.push(tag.clone());
                at = next.clone();
            }
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
    let Some((next, message)) = parsed(&bytes) else { return Err(HistoryError::Malformed { id, kind: "tag" }) };
    Ok((id.clone(), Step::Tag(next, PushedTag { id, message })))
}

/// What a tag names, and its message.
fn parsed(bytes: &[u8]) -> Option<(ObjectId, Vec<u8>)> {
    let first = bytes.split(|byte| *byte == b'\n').next()?.strip_prefix(b"object ")?;
    let next = ObjectId::new(std::str::from_utf8(first).ok()?).ok()?;
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |end| end + 2);
    Some((next, bytes[end..].to_vec()))
}
