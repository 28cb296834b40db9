//! From the tree to the raw mirror: a serde deserialiser that does not stop at the first fault.
//!
//! A fault is recorded with its place as soon as the value in question is known; the error that travels on afterwards says only
//! that it was. Unknown keys are compared with the keys that serde's derive names, so the mirror is the registry of keys.

use std::rc::Rc;

use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::code::Code;
use super::fault::{Fault, Sink};
use super::nearest::nearest;
use super::raw::{AT, KIND, is_later};
use super::tree::{Kind, Node, Scalar};

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    node: &'a Node,
    sink: &'a Sink,
}

/// Why a value could not be read.
#[derive(Debug)]
pub(super) enum Failed {
    /// The fault is in the sink.
    Recorded,
    /// The value that is being read is wrong; its place is not known yet.
    Complaint(Complaint),
}

#[derive(Debug)]
pub(super) enum Complaint {
    /// A value of another kind.
    Expected(String),
    /// Not a valid value, in the words of who refused it.
    Invalid(String),
    /// Not one of the choices.
    Choice { found: String, choices: &'static [&'static str] },
    /// A key is missing.
    Missing(&'static str),
}

impl std::fmt::Display for Failed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self:?}")
    }
}

impl std::error::Error for Failed {}

impl de::Error for Failed {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Complaint(Complaint::Invalid(message.to_string()))
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::Complaint(Complaint::Expected(expected.to_string()))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::Complaint(Complaint::Choice { found: variant.to_owned(), choices: expected })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Complaint(Complaint::Missing(field))
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(node: &'a Node, sink: &'a Sink) -> Self {
        Self { node, sink }
    }

    /// Records a complaint at this value's place.
    fn settle<T>(self, result: Result<T, Failed>) -> Result<T, Failed> {
        result.map_err(|failed| {
            if let Failed::Complaint(complaint) = failed {
                self.sink.add(self.fault(complaint));
            }
            Failed::Recorded
        })
    }

    fn fault(self, complaint: Complaint) -> Fault {
        let span = self.node.span;
        match complaint {
            Complaint::Invalid(message) => Fault::new(Code::Value, span, message),
            Complaint::Missing(key) => Fault::new(Code::Missing, span, format!("the key `{key}` is missing here")),
            Complaint::Choice { found, choices } => {
                let listed: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
                let fault = Fault::new(Code::Value, span, format!("`{found}` is not one of {}", listed.join(", ")));
                fault.meant(nearest(&found, choices.iter().copied()))
            }
            Complaint::Expected(expected) => self.mistyped(&expected),
        }
    }

    fn mistyped(self, expected: &str) -> Fault {
        let fault = Fault::new(Code::Type, self.node.span, format!("expected {expected}, found {}", self.node.describe()));
        match &self.node.kind {
            Kind::Plain { what: Scalar::Null, .. } => fault.help("give the key a value, or remove it"),
            Kind::Plain { text, .. } if expected == "a string" => fault.help(format!("put it in quotes: '{text}'")),
            Kind::Text(text) if expected == "a list" && !text.contains(['"', '\\', '\n']) => fault.help(format!("write a list: [\"{text}\"]")),
            _ => fault,
        }
    }

    fn expected<T>(self, expected: impl Into<String>) -> Result<T, Failed> {
        self.settle(Err(Failed::Complaint(Complaint::Expected(expected.into()))))
    }

    fn unknown_key(self, owner: &'static str, key: &Node, keys: &'static [&'static str]) {
        let Kind::Text(name) = &key.kind else { return };
        let fault = if is_later(owner, name) {
            Fault::new(Code::Later, key.span, format!("`{name}` is not supported by this version")).help("remove it: nothing is ignored silently")
        } else {
            let listed: Vec<&str> = keys.to_vec();
            let fault = Fault::new(Code::UnknownKey, key.span, format!("`{name}` is not a key of {owner}"));
            fault.meant(nearest(name, keys.iter().copied())).help(format!("its keys are {}", listed.join(", ")))
        };
        self.sink.add(fault);
    }
}

/// The name of a value's kind: the variants of a mirror that takes several kinds.
fn kind_name(node: &Node) -> &'static str {
    match node.kind {
        Kind::Plain { what: Scalar::Null, .. } => "null",
        Kind::Text(_) | Kind::Plain { .. } => "scalar",
        Kind::Sequence(_) => "sequence",
        Kind::Mapping(_) => "mapping",
    }
}

fn kinds_in_words(kinds: &[&str]) -> String {
    let words = kinds.iter().filter_map(|kind| match *kind {
        "scalar" => Some("a string"),
        "sequence" => Some("a list"),
        "mapping" => Some("a mapping"),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" or ")
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = Failed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match &self.node.kind {
            Kind::Sequence(_) => self.deserialize_seq(visitor),
            Kind::Mapping(_) => self.deserialize_map(visitor),
            Kind::Text(text) => self.settle(visitor.visit_str(text)),
            Kind::Plain { .. } => self.settle(visitor.visit_unit()),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match &self.node.kind {
            Kind::Plain { text, what: Scalar::Bool } => self.settle(visitor.visit_bool(text.eq_ignore_ascii_case("true"))),
            _ => self.expected("`true` or `false`"),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        let number = match &self.node.kind {
            Kind::Plain { text, what: Scalar::Number } if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse::<u32>().ok(),
            _ => None,
        };
        match number {
            Some(number) => self.settle(visitor.visit_u32(number)),
            None => self.expected("a whole number"),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match &self.node.kind {
            Kind::Text(text) => self.settle(visitor.visit_str(text)),
            _ => self.expected("a string"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match &self.node.kind {
            Kind::Sequence(nodes) => self.settle(visitor.visit_seq(Elements { rest: nodes.iter(), sink: self.sink })),
            _ => self.expected("a list"),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match &self.node.kind {
            Kind::Mapping(pairs) => self.settle(visitor.visit_map(Pairs { reader: self, rest: pairs.iter(), value: None, keys: None })),
            _ => self.expected("a mapping"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, name: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Failed> {
        match &self.node.kind {
            Kind::Mapping(pairs) => self.settle(visitor.visit_map(Pairs { reader: self, rest: pairs.iter(), value: None, keys: Some((name, fields)) })),
            _ => self.expected("a mapping"),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, variants: &'static [&'static str], visitor: V) -> Result<V::Value, Failed> {
        if name == KIND {
            let kind = kind_name(self.node);
            return if variants.contains(&kind) {
                self.settle(visitor.visit_enum(KindOf { kind, reader: self }))
            } else {
                self.expected(kinds_in_words(variants))
            };
        }
        match &self.node.kind {
            Kind::Text(text) | Kind::Plain { text, what: Scalar::Bool | Scalar::Number } => {
                let choice: de::value::StrDeserializer<'_, Failed> = text.as_str().into_deserializer();
                self.settle(visitor.visit_enum(choice))
            }
            _ => self.expected(format!("one of {}", variants.join(", "))),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Failed> {
        if name == AT { self.settle(visitor.visit_seq(Placed { reader: self, step: 0 })) } else { self.settle(visitor.visit_newtype_struct(self)) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.settle(visitor.visit_unit())
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf option unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The elements of a list.
struct Elements<'a> {
    rest: std::slice::Iter<'a, Rc<Node>>,
    sink: &'a Sink,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Failed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failed> {
        self.rest.next().map(|node| seed.deserialize(Reader::new(node, self.sink))).transpose()
    }
}

/// The pairs of a mapping; with `keys`, unknown ones are recorded and passed over.
struct Pairs<'a> {
    reader: Reader<'a>,
    rest: std::slice::Iter<'a, (Node, Rc<Node>)>,
    value: Option<&'a Node>,
    keys: Option<(&'static str, &'static [&'static str])>,
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Failed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failed> {
        for (key, value) in self.rest.by_ref() {
            if let Some((owner, keys)) = self.keys
                && !matches!(&key.kind, Kind::Text(name) if keys.contains(&name.as_str()))
            {
                self.reader.unknown_key(owner, key, keys);
                continue;
            }
            self.value = Some(value);
            return seed.deserialize(Reader::new(key, self.reader.sink)).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failed> {
        let node = self.value.take().expect("serde asks for a value after its key");
        seed.deserialize(Reader::new(node, self.reader.sink))
    }
}

/// A value's place and the value: start, end, value.
struct Placed<'a> {
    reader: Reader<'a>,
    step: u8,
}

impl<'de> SeqAccess<'de> for Placed<'_> {
    type Error = Failed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failed> {
        self.step += 1;
        match self.step {
            1 => seed.deserialize(self.reader.node.span.start.into_deserializer()).map(Some),
            2 => seed.deserialize(self.reader.node.span.end.into_deserializer()).map(Some),
            _ => seed.deserialize(self.reader).map(Some),
        }
    }
}

impl<'de> de::EnumAccess<'de> for KindOf<'_> {
    type Error = Failed;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Failed> {
        let name: de::value::StrDeserializer<'_, Failed> = self.kind.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

/// A value under the name of its kind.
struct KindOf<'a> {
    kind: &'static str,
    reader: Reader<'a>,
}

impl<'de> VariantAccess<'de> for KindOf<'_> {
    type Error = Failed;

    fn unit_variant(self) -> Result<(), Failed> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failed> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failed> {
        de::Deserializer::deserialize_any(self.reader, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Failed> {
        de::Deserializer::deserialize_any(self.reader, visitor)
    }
}
