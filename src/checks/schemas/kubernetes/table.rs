//! The kinds of Kubernetes and their fields, from a table that is read when the first manifest is seen.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The data, made by `scripts/cut-kubernetes.mjs`.
const DATA: &str = include_str!("../data/kubernetes.txt");

/// All kinds and definitions.
pub(super) struct Table {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    definitions: HashMap<&'static str, &'static str>,
}

/// What stands behind a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Bool,
    Whole,
    Number,
    /// A text or a number.
    Quantity,
    /// A text or a whole number.
    WholeOrText,
    Any,
    List(&'static str),
    Map(&'static str),
    Definition(&'static str),
}

/// A field of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: &'static str,
}

impl Table {
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(Self::read)
    }

    fn read() -> Self {
        let mut table = Self { kinds: HashMap::new(), definitions: HashMap::new() };
        for line in DATA.lines().filter(|line| !line.starts_with('#')) {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            if first != "=" {
                table.definitions.insert(first, rest);
            } else if let [version, kind, definition] = rest.split(' ').collect::<Vec<_>>()[..] {
                table.kinds.insert((version, kind), definition);
            }
        }
        table
    }

    /// The definition of a kind.
    pub(super) fn kind(&self, version: &str, kind: &str) -> Option<&'static str> {
        self.kinds.get(&(version, kind)).copied()
    }

    /// The versions that a kind exists in, those without `beta` first.
    pub(super) fn versions(&self, kind: &str) -> Vec<&'static str> {
        let mut found: Vec<&str> = self.kinds.keys().filter(|(_, name)| *name == kind).map(|(version, _)| *version).collect();
        found.sort_unstable_by_key(|version| (version.contains("beta"), *version));
        found
    }

    /// True where a group belongs to Kubernetes itself.
    pub(super) fn has_group(&self, group: &str) -> bool {
        self.kinds.keys().any(|(version, _)| group_of(version) == group)
    }

    /// The fields of a definition.
    pub(super) fn fields(&self, definition: &str) -> impl Iterator<Item = Field> + use<> {
        let line = self.definitions.get(definition).copied().unwrap_or_default();
        line.split(' ').filter_map(|field| field.split_once(':')).map(|(name, kind)| Field {
            name: name.trim_end_matches('!'),
            required: name.ends_with('!'),
            kind,
        })
    }
}

/// The group of an `apiVersion`; empty for the core.
pub(super) fn group_of(version: &str) -> &str {
    version.split_once('/').map_or("", |(group, _)| group)
}

/// What a word of the table says.
pub(super) fn type_of(word: &'static str) -> Type {
    match word {
        "s" => Type::Text,
        "b" => Type::Bool,
        "i" => Type::Whole,
        "n" => Type::Number,
        "q" => Type::Quantity,
        "x" => Type::WholeOrText,
        "*" => Type::Any,
        _ if word.starts_with('[') => Type::List(&word[1..word.len() - 1]),
        _ if word.starts_with('{') => Type::Map(&word[1..word.len() - 1]),
        _ => Type::Definition(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v7_every_word_of_the_table_leads_somewhere() {
        let table = Table::get();
        assert!(table.kinds.len() > 50 && table.definitions.len() > 400);
        let follow = |word: &'static str| -> &'static str {
            let mut word = word;
            while let Type::List(inner) | Type::Map(inner) = type_of(word) {
                word = inner;
            }
            word
        };
        for (name, line) in &table.definitions {
            for field in table.fields(name) {
                if let Type::Definition(target) = type_of(follow(field.kind)) {
                    assert!(table.definitions.contains_key(target), "{name}: {line}: {target}");
                }
            }
        }
        assert!(table.kinds.values().all(|definition| table.definitions.contains_key(definition)));
        assert_eq!(table.versions("Deployment"), ["apps/v1"]);
    }
}
