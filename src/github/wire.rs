//! Pieces that many answers share, as GitHub spells them; and the way from them to our words.

use serde::{Deserialize, Deserializer};

use super::fault;
use crate::domain::{ActorKind, Login, Person, PersonId};
use crate::facts::{Fact, Listing, Why};

/// A page of a connection. Every part may be a hole.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List<T> {
    total_count: Option<u64>,
    #[serde(default)]
    page_info: PageInfo,
    nodes: Option<Vec<Option<T>>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    #[serde(default)]
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl<T> List<T> {
    /// The cursor of the next page, where there is one and the whole is not longer than we read.
    pub(super) fn next(&self, limit: usize) -> Option<&str> {
        let read = self.nodes.as_ref().map_or(0, Vec::len);
        let short_enough = read < limit && self.total_count.is_none_or(|total| total <= limit as u64);
        if self.page_info.has_next_page && short_enough { self.page_info.end_cursor.as_deref() } else { None }
    }

    /// Adds a later page.
    pub(super) fn append(&mut self, later: Self) {
        self.total_count = later.total_count.or(self.total_count);
        self.page_info = later.page_info;
        self.nodes = match (self.nodes.take(), later.nodes) {
            (Some(mut nodes), Some(more)) => {
                nodes.extend(more);
                Some(nodes)
            }
            _ => None,
        };
    }

    /// True when the server has more than these.
    pub(super) fn has_more(&self) -> bool {
        self.page_info.has_next_page
    }

    /// The items that are there, whatever is missing.
    pub(super) fn present(&self) -> impl Iterator<Item = &T> {
        self.nodes.iter().flatten().flatten()
    }

    /// The items, none of them a hole.
    pub(super) fn items(self) -> Result<Vec<T>, Why> {
        let nodes = self.nodes.ok_or_else(|| Why::new("the server left the list out"))?;
        nodes.into_iter().collect::<Option<Vec<T>>>().ok_or_else(|| Why::new("the server left out an entry of the list"))
    }

    /// The items, turned into facts one by one.
    pub(super) fn listing<U>(self, turn: impl Fn(T) -> Result<Option<U>, Why>) -> Result<Listing<U>, Why> {
        let (more, total) = (self.page_info.has_next_page, self.total_count);
        let items = self.items()?;
        let read = items.len() as u64;
        let total = total.unwrap_or(read).max(read);
        let items = items.into_iter().map(turn).filter_map(Result::transpose).collect::<Result<Vec<U>, Why>>()?;
        Ok(Listing { items, total, complete: !more && read >= total })
    }
}

/// Known, or why not.
pub(super) fn fact<T>(result: Result<T, Why>) -> Fact<T> {
    match result {
        Ok(value) => Fact::Known(value),
        Err(why) => Fact::Unavailable(why),
    }
}

/// What is wrong with a field of an answer, by its name.
pub(super) fn odd(field: &str, what: impl std::fmt::Display) -> Why {
    Why::new(format!("{field}: {}", fault::words(&what.to_string())))
}

/// An account, as GraphQL names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    #[serde(rename = "__typename", default)]
    kind: String,
    login: String,
    database_id: Option<u64>,
}

impl Actor {
    /// The account; `None` where it has no number, and so cannot be told from others.
    pub(super) fn person(&self, field: &str) -> Result<Option<Person>, Why> {
        let Some(id) = self.database_id else { return Ok(None) };
        let kind = if self.kind == "User" && !self.login.ends_with("[bot]") { ActorKind::Human } else { ActorKind::Machine };
        // GraphQL names an app's account without the `[bot]` that it has everywhere else.
        let bare = self.kind == "Bot" && !self.login.ends_with("[bot]");
        let login = if bare { format!("{}[bot]", self.login) } else { self.login.clone() };
        let login = Login::new(login).map_err(|invalid| odd(field, invalid))?;
        Ok(Some(Person { id: PersonId(id), login, kind }))
    }
}

/// Who, where there is somebody.
pub(super) fn person(actor: Option<&Actor>, field: &str) -> Result<Option<Person>, Why> {
    actor.map_or(Ok(None), |actor| actor.person(field))
}

/// An account, as the REST API names it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct RestActor {
    login: String,
    id: u64,
    #[serde(rename = "type", default)]
    kind: String,
}

impl RestActor {
    /// The account.
    pub(super) fn person(self, field: &str) -> Result<Option<Person>, Why> {
        Actor { kind: self.kind, login: self.login, database_id: Some(self.id) }.person(field)
    }

    /// Its id.
    pub(super) fn id(&self) -> PersonId {
        PersonId(self.id)
    }
}

/// A number that GraphQL gives as a number or, where it may be great, as text.
pub(super) fn big<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Big {
        Number(u64),
        Text(String),
    }
    match Option::<Big>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Big::Number(number)) => Ok(Some(number)),
        Some(Big::Text(text)) => text.parse().map(Some).map_err(|_| serde::de::Error::custom("a number was expected")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn who(value: serde_json::Value) -> Result<Option<Person>, Why> {
        serde_json::from_value::<Actor>(value).expect("an actor").person("author")
    }

    #[test]
    fn g2_only_a_user_is_a_human_and_an_app_is_named_with_its_suffix() {
        for (kind, login, shown, expected) in [
            ("User", "octocat", "octocat", ActorKind::Human),
            ("Bot", "dependabot", "dependabot[bot]", ActorKind::Machine),
            ("Bot", "dependabot[bot]", "dependabot[bot]", ActorKind::Machine),
            ("User", "odd[bot]", "odd[bot]", ActorKind::Machine),
            ("Mannequin", "old", "old", ActorKind::Machine),
            ("Organization", "acme", "acme", ActorKind::Machine),
            ("EnterpriseUserAccount", "x_acme", "x_acme", ActorKind::Machine),
            ("SomethingNew", "x", "x", ActorKind::Machine),
        ] {
            let person = who(json!({ "__typename": kind, "login": login, "databaseId": 7 })).expect("valid").expect("somebody");
            assert_eq!((person.login.as_str(), person.kind), (shown, expected), "{kind}");
        }
        assert_eq!(who(json!({ "__typename": "User", "login": "ghost" })), Ok(None), "without a number nobody");
        assert!(who(json!({ "__typename": "User", "login": "a b", "databaseId": 7 })).is_err());
    }

    #[test]
    fn a_list_with_a_hole_is_not_a_shorter_list() {
        let list = |value| serde_json::from_value::<List<u64>>(value).expect("a list");
        assert!(list(json!({ "nodes": [1, null] })).items().is_err());
        assert!(list(json!({ "nodes": null })).items().is_err());
        assert_eq!(list(json!({ "nodes": [1, 2] })).items(), Ok(vec![1, 2]));
    }

    #[test]
    fn a_list_that_is_too_long_is_incomplete_and_not_read_further() {
        let list = |total: u64, more: bool| {
            let value = json!({ "totalCount": total, "pageInfo": { "hasNextPage": more, "endCursor": "c" }, "nodes": [1, 2] });
            serde_json::from_value::<List<u64>>(value).expect("a list")
        };
        assert_eq!(list(5, true).next(5), Some("c"));
        assert_eq!(list(6, true).next(5), None, "longer than we read");
        assert_eq!(list(2, false).next(5), None);
        let complete = |list: List<u64>| list.listing(|item| Ok(Some(item))).expect("whole").complete;
        assert!(complete(list(2, false)));
        assert!(!complete(list(6, true)) && !complete(list(3, false)), "the count says that some are missing");
        let mut first = list(4, true);
        first.append(list(4, false));
        assert!(complete(first));
    }

    #[test]
    fn great_numbers_come_as_text() {
        #[derive(Deserialize)]
        struct Id {
            #[serde(default, deserialize_with = "big")]
            id: Option<u64>,
        }
        let id = |value| serde_json::from_value::<Id>(value).map(|id| id.id);
        assert_eq!(id(json!({ "id": "9007199254740993" })).ok(), Some(Some(9_007_199_254_740_993)));
        assert_eq!(id(json!({ "id": 7 })).ok(), Some(Some(7)));
        assert_eq!(id(json!({})).ok(), Some(None));
        assert!(id(json!({ "id": "x" })).is_err());
    }
}
