//! What the validator found, in words and at places: a sentence that says what must stand there, never its own dump, and never a value of the file.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::{Map, Value as Json};

use super::MOST;
use super::locate::{Fault, Place, Step, follow, is_filled_in, kind, name};
use crate::documents::{Node, Value};
use crate::domain::{nearest, shown};

/// How many known words a help line names.
const MOST_NAMED: usize = 16;
/// How many parts of a schema are looked at for the words that it knows.
const MOST_PARTS: usize = 100;
/// How deep choices in choices are explained.
const DEEPEST: usize = 8;

/// How strictly values are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filling {
    /// Values are what they are.
    None,
    /// A text such as `${PORT}` stands for what some program fills in: its kind says nothing.
    Later,
}

/// A document that does not fit, and its schema.
#[derive(Clone, Copy)]
pub(super) struct Explaining<'a> {
    pub(super) text: &'a str,
    pub(super) root: &'a Node,
    pub(super) schema: &'a Json,
    pub(super) filling: Filling,
}

/// What came of judging: what does not fit, or why it could not be told.
pub(super) enum Outcome {
    Fault(Fault),
    Untold(String),
}

type Error<'e> = ValidationError<'e>;

impl<'a> Explaining<'a> {
    /// Everything that the errors of a document say.
    pub(super) fn explain(&self, errors: &[Error<'_>]) -> Vec<Outcome> {
        errors.iter().flat_map(|error| self.told(error, errors)).collect()
    }

    /// Where a part of a schema does not fit, the keys that only this part knows count as unknown, too: that says nothing beside the fault itself.
    fn told(&self, error: &Error<'_>, errors: &[Error<'_>]) -> Vec<Outcome> {
        let Kind::UnevaluatedProperties { unexpected } = error.kind() else { return self.at_depth(error, 0) };
        let here = error.instance_path().as_str();
        let is_cause = |other: &Error<'_>| !matches!(other.kind(), Kind::UnevaluatedProperties { .. }) && other.instance_path().as_str().starts_with(here);
        let known = self.known(error);
        let follows = |key: &str| known.contains(&key) && errors.iter().any(is_cause);
        let (place, path) = follow(self.root, here);
        let unknown = unexpected.iter().filter(|key| !follows(key)).take(MOST + 1);
        unknown.map(|key| Outcome::Fault(self.unknown(&known, place, &path, key))).collect()
    }

    fn at_depth(&self, error: &Error<'_>, depth: usize) -> Vec<Outcome> {
        let (place, path) = follow(self.root, error.instance_path().as_str());
        if self.filling == Filling::Later && is_open(error, place, &path) {
            return Vec::new();
        }
        match error.kind() {
            Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
                vec![Outcome::Untold("an expression of the schema takes too long for a text of the file".to_owned())]
            }
            Kind::Referencing(error) => vec![Outcome::Untold(shown(&error.to_string()))],
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } if depth < DEEPEST => self.choice(error, context, depth),
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                let known = self.known(error);
                unexpected.iter().take(MOST + 1).map(|key| Outcome::Fault(self.unknown(&known, place, &path, key))).collect()
            }
            Kind::Required { property } => vec![Outcome::Fault(self.missing(place, &path, property))],
            kind => vec![Outcome::Fault(self.plain(error, kind, place, path))],
        }
    }

    /// A key that the schema does not know.
    fn unknown(&self, known: &[&str], place: Place<'a>, path: &[Step], key: &str) -> Fault {
        let span = place.node.entry(key).map_or_else(|| place.span(self.text), |entry| entry.span);
        let mut steps = path.to_vec();
        steps.push(Step::Key(key.to_owned()));
        let near = nearest(key, known.iter().copied());
        let help = (!known.is_empty() && known.len() <= MOST_NAMED).then(|| format!("known here: {}", known.join(", ")));
        let whose = if path.is_empty() { String::new() } else { format!(" in {}", name(path)) };
        Fault::new(span, steps, format!("the key `{}` is not known{whose}", shown(key))).meant(&near).help(help)
    }

    /// The keys that the schema of an error knows, there and in what it is made of.
    fn known(&self, error: &Error<'_>) -> Vec<&'a str> {
        let pointer = error.schema_path().as_str();
        let owner = pointer.rsplit_once('/').map_or("", |(owner, _)| owner);
        let (mut waiting, mut known) = (vec![self.schema.pointer(owner)], Vec::new());
        let mut left = MOST_PARTS;
        while let Some(next) = waiting.pop() {
            let Some(schema) = next.filter(|_| left > 0) else { continue };
            left -= 1;
            known.extend(schema.get("properties").and_then(Json::as_object).into_iter().flat_map(Map::keys).map(String::as_str));
            let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| schema.get(word)?.as_array()).flatten();
            waiting.extend(lists.map(Some));
            waiting.push(schema.get("$ref").and_then(Json::as_str).and_then(|reference| self.schema.pointer(reference.strip_prefix('#')?)));
        }
        known.sort_unstable();
        known.dedup();
        known
    }

    fn missing(&self, place: Place<'a>, path: &[Step], property: &Json) -> Fault {
        let property = property.as_str().unwrap_or_default();
        let whose = if path.is_empty() { String::new() } else { format!(" in {}", name(path)) };
        Fault::new(place.owner(self.text), path.to_vec(), format!("the key `{}` is missing{whose}", shown(property)))
    }

    fn plain(&self, error: &Error<'_>, found: &Kind, place: Place<'a>, path: Vec<Step>) -> Fault {
        let (span, who) = (place.span(self.text), name(&path));
        match found {
            Kind::Type { kind: wanted } => {
                let fault = Fault::new(span, path, format!("{who} must be {}", types(wanted))).label(format!("this is {}", kind(place.node)));
                let quote = wants(wanted, JsonType::String) && matches!(place.node.value, Value::Number(_) | Value::Bool(_));
                fault.help(quote.then(|| "put it in quotes".to_owned()))
            }
            Kind::Enum { options } => self.none_of(place, path, options.as_array().map(Vec::as_slice).unwrap_or_default()),
            Kind::Constant { expected_value } => self.none_of(place, path, std::slice::from_ref(&**expected_value)),
            Kind::PropertyNames { error: inner } => {
                let key = inner.instance().as_str().unwrap_or_default().to_owned();
                let span = place.node.entry(&key).map_or(span, |entry| entry.span);
                Fault::new(span, path, format!("the key `{}` {}", shown(&key), sentence(inner.kind())))
            }
            Kind::FalseSchema if error.schema_path().as_str().ends_with("Properties") => {
                Fault::new(span, path, format!("{who} has keys that have no place in it"))
            }
            _ => Fault::new(span, path, format!("{who} {}", sentence(found))).help(self.of_own_words(error)),
        }
    }

    /// A schema of a team may say in words what it wants, in its description.
    fn of_own_words(&self, error: &Error<'_>) -> Option<String> {
        let pointer = error.schema_path().as_str();
        let owner = pointer.rsplit_once('/').map_or("", |(owner, _)| owner);
        let words = self.schema.pointer(owner)?.get("description")?.as_str()?;
        Some(words.lines().next()?.to_owned())
    }

    fn none_of(&self, place: Place<'a>, path: Vec<Step>, options: &[Json]) -> Fault {
        let words: Vec<String> = options.iter().map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned)).collect();
        let near = place.node.scalar().map(|value| nearest(&value, words.iter().map(String::as_str)).first().map(|near| (*near).to_owned()));
        let who = name(&path);
        let span = place.span(self.text);
        let fault = match &*words {
            [only] => Fault::new(span, path, format!("{who} must be `{}`", shown(only))),
            _ if words.len() <= MOST_NAMED => {
                let listed: Vec<String> = words.iter().map(|word| format!("`{}`", shown(word))).collect();
                Fault::new(span, path, format!("{who} must be one of {}", listed.join(", ")))
            }
            _ => Fault::new(span, path, format!("{who} is none of the {} values that are known", words.len())),
        };
        fault.meant(&near.flatten().iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// None of several forms fits: the one that was most likely meant is explained.
    fn choice(&self, error: &Error<'_>, context: &[Vec<Error<'static>>], depth: usize) -> Vec<Outcome> {
        let here = error.instance_path().as_str();
        let is_kind = |inner: &Error<'_>| inner.instance_path().as_str() == here && matches!(inner.kind(), Kind::Type { .. });
        let is_value = |inner: &Error<'_>| inner.instance_path().as_str() == here && matches!(inner.kind(), Kind::Enum { .. } | Kind::Constant { .. });
        let fitting: Vec<&Vec<Error<'static>>> = context.iter().filter(|branch| !branch.iter().any(is_kind)).collect();
        if fitting.is_empty() {
            return self.kinds(error, context);
        }
        if fitting.len() > 1 && fitting.iter().all(|branch| branch.iter().any(is_value)) {
            return self.values(error, &fitting);
        }
        let depth_of = |branch: &[Error<'static>]| branch.iter().map(|inner| inner.instance_path().as_str().matches('/').count()).max().unwrap_or(0);
        let misses = |branch: &[Error<'static>]| branch.iter().filter(|inner| is_value(inner)).count();
        let best = fitting.into_iter().min_by_key(|branch| (misses(branch), usize::MAX - depth_of(branch), branch.len()));
        best.into_iter().flatten().take(MOST + 1).flat_map(|inner| self.at_depth(inner, depth + 1)).collect()
    }

    /// The value is of a kind that none of the forms takes.
    fn kinds(&self, error: &Error<'_>, context: &[Vec<Error<'static>>]) -> Vec<Outcome> {
        let (place, path) = follow(self.root, error.instance_path().as_str());
        let mut wanted: Vec<String> = Vec::new();
        for inner in context.iter().flatten() {
            if let Kind::Type { kind } = inner.kind() {
                let words = types(kind);
                if inner.instance_path().as_str() == error.instance_path().as_str() && !wanted.contains(&words) {
                    wanted.push(words);
                }
            }
        }
        let what = format!("{} must be {}", name(&path), wanted.join(" or "));
        vec![Outcome::Fault(Fault::new(place.span(self.text), path, what).label(format!("this is {}", kind(place.node))))]
    }

    /// The value is none of those that the forms take.
    fn values(&self, error: &Error<'_>, fitting: &[&Vec<Error<'static>>]) -> Vec<Outcome> {
        let (place, path) = follow(self.root, error.instance_path().as_str());
        let mut options: Vec<Json> = Vec::new();
        for inner in fitting.iter().copied().flatten() {
            match inner.kind() {
                Kind::Enum { options: more } => options.extend(more.as_array().into_iter().flatten().cloned()),
                Kind::Constant { expected_value } => options.push((**expected_value).clone()),
                _ => {}
            }
        }
        options.dedup();
        vec![Outcome::Fault(self.none_of(place, path, &options))]
    }
}

/// A text that is filled in later, or a key without a value, which programs take for one that is not there. An empty file is neither.
fn is_open(error: &Error<'_>, place: Place<'_>, path: &[Step]) -> bool {
    let about_kind = matches!(error.kind(), Kind::Type { .. } | Kind::AnyOf { .. } | Kind::OneOfNotValid { .. });
    let nothing = matches!(place.node.value, Value::Null) && !path.is_empty() && about_kind;
    nothing || place.node.text().is_some_and(is_filled_in)
}

fn wants(wanted: &TypeKind, kind: JsonType) -> bool {
    match wanted {
        TypeKind::Single(single) => *single == kind,
        TypeKind::Multiple(set) => set.iter().any(|one| one == kind),
    }
}

fn types(wanted: &TypeKind) -> String {
    let word = |kind: JsonType| match kind {
        JsonType::Null => "nothing",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a text",
        JsonType::Array => "a list",
        JsonType::Object => "a mapping",
    };
    match wanted {
        TypeKind::Single(single) => word(*single).to_owned(),
        TypeKind::Multiple(set) => set.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

fn count(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// What is wrong with a value, behind its name.
fn sentence(kind: &Kind) -> String {
    match kind {
        Kind::MinLength { limit } => format!("must be at least {} long", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("must be at most {} long", count(*limit, "character")),
        Kind::MinItems { limit } => format!("must have at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("must have at most {}", count(*limit, "item")),
        Kind::AdditionalItems { limit } => format!("must have at most {}", count(*limit as u64, "item")),
        Kind::MinProperties { limit } => format!("must have at least {}", count(*limit, "key")),
        Kind::MaxProperties { limit } => format!("must have at most {}", count(*limit, "key")),
        Kind::Minimum { limit } => format!("must be {limit} or more"),
        Kind::Maximum { limit } => format!("must be {limit} or less"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::Pattern { pattern } => format!("does not match `{}`", shown(pattern)),
        Kind::Format { format } => format!("is not written as `{}`", shown(format)),
        Kind::UniqueItems => "holds the same item twice".to_owned(),
        Kind::Contains => "lacks an item that it must have".to_owned(),
        Kind::FalseSchema => "has no place here".to_owned(),
        Kind::Not { .. } => "has a form that is ruled out here".to_owned(),
        Kind::OneOfMultipleValid { .. } => "fits more than one of several forms that exclude each other".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "fits none of the forms that it may have".to_owned(),
        Kind::Required { property } => format!("lacks the key `{}`", shown(property.as_str().unwrap_or_default())),
        kind => format!("does not fit `{}` of the schema", shown(kind.keyword())),
    }
}
