//! What a query costs, as GitHub's documentation counts it: one request for each connection and each parent it hangs on, a hundred to the
//! point, one point at least.

use graphql_parser::query::{Field, FragmentDefinition, Selection, SelectionSet};
use serde_json::{Map, Value as Json};

use super::variables::literal;

/// No query that we send is nested so deeply; a fragment that contains itself is.
const DEEPEST: usize = 60;

/// What an operation costs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    /// Points of the rate limit.
    pub points: u64,
    /// How many nodes it can answer at most.
    pub nodes: u64,
}

/// What the selections cost.
pub(super) fn cost(set: &SelectionSet<'static, String>, fragments: &[&FragmentDefinition<'static, String>], variables: &Map<String, Json>) -> Cost {
    let tally = Counter { fragments, variables }.tally(set, 1, 0);
    Cost { points: (tally.requests.saturating_add(50) / 100).max(1), nodes: tally.nodes }
}

#[derive(Clone, Copy, Default)]
struct Tally {
    requests: u64,
    nodes: u64,
}

impl Tally {
    fn and(self, other: Self) -> Self {
        Self { requests: self.requests.saturating_add(other.requests), nodes: self.nodes.saturating_add(other.nodes) }
    }
}

struct Counter<'q> {
    fragments: &'q [&'q FragmentDefinition<'static, String>],
    variables: &'q Map<String, Json>,
}

impl Counter<'_> {
    fn tally(&self, set: &SelectionSet<'static, String>, parents: u64, depth: usize) -> Tally {
        if depth > DEEPEST {
            return Tally::default();
        }
        let one = |selection: &Selection<'static, String>| match selection {
            Selection::Field(field) => match self.size(field) {
                Some(size) => {
                    let nodes = parents.saturating_mul(size);
                    Tally { requests: parents, nodes }.and(self.tally(&field.selection_set, nodes, depth + 1))
                }
                None => self.tally(&field.selection_set, parents, depth + 1),
            },
            Selection::InlineFragment(fragment) => self.tally(&fragment.selection_set, parents, depth + 1),
            Selection::FragmentSpread(spread) => {
                let fragment = self.fragments.iter().find(|fragment| fragment.name == spread.fragment_name);
                fragment.map_or_else(Tally::default, |fragment| self.tally(&fragment.selection_set, parents, depth + 1))
            }
        };
        set.items.iter().map(one).fold(Tally::default(), Tally::and)
    }

    /// The page size of a connection; `None` for any other field.
    fn size(&self, field: &Field<'static, String>) -> Option<u64> {
        let (_, value) = field.arguments.iter().find(|(name, _)| name == "first" || name == "last")?;
        literal(value, self.variables)?.as_u64()
    }
}
