//! What a query costs, as GitHub's documentation counts it: one request for each connection and each parent it hangs on, a hundred to the
//! point, one point at least.

use graphql_parser::query::{Field, FragmentDefinition, Selection, SelectionSet};
use serde_json::{Map, Value as Json};

use super::variables::literal;

/// No query that we send is nested so deeply; a fragment that contains itself is.
const DEEPEST: usize = 60;

/// The points that the selections cost.
pub(super) fn points(set: &SelectionSet<'static, String>, fragments: &[&FragmentDefinition<'static, String>], variables: &Map<String, Json>) -> u64 {
    let requests = Counter { fragments, variables }.requests(set, 1, 0);
    ((requests + 50) / 100).max(1)
}

struct Counter<'q> {
    fragments: &'q [&'q FragmentDefinition<'static, String>],
    variables: &'q Map<String, Json>,
}

impl Counter<'_> {
    fn requests(&self, set: &SelectionSet<'static, String>, parents: u64, depth: usize) -> u64 {
        if depth > DEEPEST {
            return 0;
        }
        let one = |selection: &Selection<'static, String>| match selection {
            Selection::Field(field) => {
                let (own, below) = self.size(field).map_or((0, parents), |size| (parents, parents.saturating_mul(size)));
                own.saturating_add(self.requests(&field.selection_set, below, depth + 1))
            }
            Selection::InlineFragment(fragment) => self.requests(&fragment.selection_set, parents, depth + 1),
            Selection::FragmentSpread(spread) => {
                let fragment = self.fragments.iter().find(|fragment| fragment.name == spread.fragment_name);
                fragment.map_or(0, |fragment| self.requests(&fragment.selection_set, parents, depth + 1))
            }
        };
        set.items.iter().map(one).fold(0, u64::saturating_add)
    }

    /// The page size of a connection; `None` for any other field.
    fn size(&self, field: &Field<'static, String>) -> Option<u64> {
        let (_, value) = field.arguments.iter().find(|(name, _)| name == "first" || name == "last")?;
        literal(value, self.variables)?.as_u64()
    }
}
