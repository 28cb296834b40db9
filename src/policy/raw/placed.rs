//! The pieces that the mirror is made of: values with their places, lists and mappings that outlive a broken part.
//!
//! They are read by the policy's own reader only, which has recorded every fault before an error comes back; so a broken part can be
//! passed over here, and the rest is read on.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::domain::Span;

/// The name under which the reader hands out a value with its place.
pub(in crate::policy) const AT: &str = "$at";
/// The name of mirrors that take several kinds of value; their variants are `scalar`, `sequence`, `mapping`, `null`.
pub(in crate::policy) const KIND: &str = "$kind";

/// A value with its place.
#[derive(Clone, Debug)]
pub(in crate::policy) struct At<T> {
    pub(in crate::policy) value: T,
    pub(in crate::policy) span: Span,
}

/// The value of a key.
#[derive(Clone, Debug, Default)]
pub(in crate::policy) enum Set<T> {
    /// The key is not there: the default holds.
    #[default]
    Absent,
    /// The value could not be read; its fault is recorded.
    Broken,
    /// It is there.
    Is(At<T>),
}

/// A list; broken elements are left out.
#[derive(Clone, Debug)]
pub(in crate::policy) struct List<T> {
    pub(in crate::policy) items: Vec<At<T>>,
    pub(in crate::policy) broken: bool,
}

/// A mapping in the order of the file; pairs with a broken key are left out.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Entries<K, V> {
    pub(in crate::policy) items: Vec<(At<K>, Option<At<V>>)>,
    pub(in crate::policy) broken: bool,
}

impl<T> Set<T> {
    /// The value with its place, where it is there and could be read.
    pub(in crate::policy) fn at(&self) -> Option<&At<T>> {
        match self {
            Self::Is(at) => Some(at),
            Self::Absent | Self::Broken => None,
        }
    }

    /// The value, where it is there and could be read.
    pub(in crate::policy) fn value(&self) -> Option<&T> {
        self.at().map(|at| &at.value)
    }

    /// True where the key is not there.
    pub(in crate::policy) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T: Clone> List<T> {
    /// The values alone.
    pub(in crate::policy) fn values(&self) -> Vec<T> {
        self.items.iter().map(|at| at.value.clone()).collect()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = At<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a value with its place")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At<T>, A::Error> {
                let short = || serde::de::Error::custom("the reader gives start, end and value");
                let start = parts.next_element()?.ok_or_else(short)?;
                let end = parts.next_element()?.ok_or_else(short)?;
                let value = parts.next_element()?.ok_or_else(short)?;
                Ok(At { value, span: Span::new(start, end) })
            }
        }

        deserializer.deserialize_newtype_struct(AT, Parts(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(At::deserialize(deserializer).map_or(Self::Broken, Self::Is))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
            type Value = List<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<List<T>, A::Error> {
                let mut list = List { items: Vec::new(), broken: false };
                while let Some(element) = elements.next_element::<Set<T>>()? {
                    match element {
                        Set::Is(at) => list.items.push(at),
                        Set::Absent | Set::Broken => list.broken = true,
                    }
                }
                Ok(list)
            }
        }

        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
            type Value = Entries<K, V>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Entries<K, V>, A::Error> {
                let mut entries = Entries { items: Vec::new(), broken: false };
                while let Some((key, value)) = pairs.next_entry::<Set<K>, Set<V>>()? {
                    match (key, value) {
                        (Set::Is(key), Set::Is(value)) => entries.items.push((key, Some(value))),
                        (Set::Is(key), _) => entries.items.push((key, None)),
                        _ => entries.broken = true,
                    }
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Pairs(PhantomData))
    }
}
