//! Connections: a window over a list, with cursors that stay valid while the list grows.

use serde_json::json;

use super::args::Args;
use super::fault::Fault;
use super::object::{Answer, Context, Object, Resolved};
use crate::sandbox::base64;

/// The most that one page may hold.
const MOST: i64 = 100;

/// A page of a list.
pub(super) struct Connection<'s> {
    type_name: &'static str,
    edges: Vec<Edge<'s>>,
    total: usize,
    before: bool,
    beyond: bool,
    fields: Vec<(&'static str, Answer<'s>)>,
}

/// One entry of a page.
#[derive(Clone)]
pub(super) struct Edge<'s> {
    type_name: &'static str,
    cursor: String,
    node: Answer<'s>,
    fields: Vec<(&'static str, Answer<'s>)>,
}

struct PageInfo {
    start: Option<String>,
    end: Option<String>,
    before: bool,
    beyond: bool,
}

/// The window that `first`, `last`, `after` and `before` cut out of a list of keys: the range of its positions.
fn window(args: &Args, keys: &[String]) -> Result<std::ops::Range<usize>, Fault> {
    let (first, last) = (args.int("first")?, args.int("last")?);
    let field = args.field();
    for (name, count) in [("first", first), ("last", last)] {
        let Some(count) = count else { continue };
        if count > MOST {
            let message = format!("Requesting {count} records on the `{field}` connection exceeds the `{name}` limit of {MOST} records.");
            return Err(Fault::typed("EXCESSIVE_PAGINATION", message));
        }
        if count < 0 {
            let message = format!("`{name}` on the `{field}` connection cannot be less than zero.");
            return Err(Fault::typed("INVALID_PAGINATION", message));
        }
    }
    let position = |name: &str| -> Result<Option<usize>, Fault> {
        let Some(cursor) = args.text(name)? else { return Ok(None) };
        let found = keys.iter().position(|key| self::cursor(key) == cursor);
        found.map(Some).ok_or_else(|| Fault::typed("INVALID_CURSOR_ARGUMENTS", format!("`{cursor}` does not appear to be a valid cursor.")))
    };
    let start = position("after")?.map_or(0, |at| at + 1);
    let end = position("before")?.unwrap_or(keys.len()).max(start);
    match (first.map(to_size), last.map(to_size)) {
        (Some(_), Some(_)) => {
            let message = format!("Passing both `first` and `last` to paginate the `{field}` connection is not supported.");
            Err(Fault::typed("INVALID_PAGINATION", message))
        }
        (Some(first), None) => Ok(start..end.min(start + first)),
        (None, Some(last)) => Ok(start.max(end.saturating_sub(last))..end),
        (None, None) => {
            let message = format!("You must provide a `first` or `last` value to properly paginate the `{field}` connection.");
            Err(Fault::typed("MISSING_PAGINATION_BOUNDARIES", message))
        }
    }
}

fn to_size(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// The opaque cursor of an item.
pub(super) fn cursor(key: &str) -> String {
    base64::encode(format!("cursor:v2:{key}").as_bytes())
}

impl<'s> Connection<'s> {
    /// The page of `items` that the arguments ask for. Each item's key is its own for ever; `make` is called for the page's items only.
    pub fn page<T>(names: Names, args: &Args, items: Vec<(String, T)>, make: impl Fn(T) -> Answer<'s>) -> Result<Self, Fault> {
        Self::with_edges(names, args, items, |item| (make(item), Vec::new()))
    }

    /// The same, where edges have fields of their own.
    pub fn with_edges<T>(
        names: Names,
        args: &Args,
        items: Vec<(String, T)>,
        make: impl Fn(T) -> (Answer<'s>, Vec<(&'static str, Answer<'s>)>),
    ) -> Result<Self, Fault> {
        let keys: Vec<String> = items.iter().map(|(key, _)| key.clone()).collect();
        let range = window(args, &keys)?;
        let (total, before, beyond) = (keys.len(), range.start > 0, range.end < keys.len());
        let edges = items.into_iter().skip(range.start).take(range.len()).map(|(key, item)| {
            let (node, fields) = make(item);
            Edge { type_name: names.edge, cursor: cursor(&key), node, fields }
        });
        Ok(Self { type_name: names.connection, edges: edges.collect(), total, before, beyond, fields: Vec::new() })
    }

    /// The same page of a list that is longer than what GitHub shows of it.
    pub fn of(mut self, total: usize) -> Self {
        self.total = total;
        self
    }

    /// The same page with a field that only this connection has.
    pub fn with(mut self, name: &'static str, answer: Answer<'s>) -> Self {
        self.fields.push((name, answer));
        self
    }
}

/// The type names of a connection and of its edges.
#[derive(Clone, Copy)]
pub(super) struct Names {
    /// e.g. `RefConnection`.
    pub connection: &'static str,
    /// e.g. `RefEdge`.
    pub edge: &'static str,
}

impl<'s> Object<'s> for Connection<'s> {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "totalCount" => self.total.into(),
            "nodes" => Answer::List(self.edges.iter().map(|edge| edge.node.clone()).collect()),
            "edges" => Answer::List(self.edges.iter().map(|edge| Answer::object(edge.clone())).collect()),
            "pageInfo" => Answer::object(PageInfo {
                start: self.edges.first().map(|edge| edge.cursor.clone()),
                end: self.edges.last().map(|edge| edge.cursor.clone()),
                before: self.before,
                beyond: self.beyond,
            }),
            _ => return own_field(&self.fields, name),
        })
    }
}

fn own_field<'s>(fields: &[(&'static str, Answer<'s>)], name: &str) -> Resolved<'s> {
    fields.iter().find(|(field, _)| *field == name).map(|(_, answer)| answer.clone()).ok_or_else(Fault::no_field)
}

impl<'s> Object<'s> for Edge<'s> {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        match name {
            "cursor" => Ok(self.cursor.as_str().into()),
            "node" => Ok(self.node.clone()),
            _ => own_field(&self.fields, name),
        }
    }
}

impl<'s> Object<'s> for PageInfo {
    fn type_name(&self) -> &'static str {
        "PageInfo"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "startCursor" => Answer::Leaf(json!(self.start)),
            "endCursor" => Answer::Leaf(json!(self.end)),
            "hasPreviousPage" => self.before.into(),
            "hasNextPage" => self.beyond.into(),
            _ => return Err(Fault::no_field()),
        })
    }
}
