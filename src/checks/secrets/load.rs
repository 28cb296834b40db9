//! Rules in the TOML form that gitleaks and betterleaks share. What this form can say and we cannot do is a named error at its place, or a note; nothing is
//! left out in silence.

use std::borrow::Cow;

use toml_edit::{Document, Item, TableLike};

use super::dialect;
use super::rule::{AllowList, Checksum, Condition, Reader, Rule, Target, Tier};
use crate::domain::{Position, shown};

/// Why a file of rules is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    /// It is no TOML.
    #[error("line {}, column {}: it is no TOML: {why}", .at.line, .at.column)]
    Toml {
        /// Where.
        at: Position,
        /// Why.
        why: String,
    },
    /// A key has no value that it can have.
    #[error("line {}, column {}: `{key}` {why}", .at.line, .at.column)]
    Key {
        /// Where.
        at: Position,
        /// The key.
        key: String,
        /// What it should be.
        why: String,
    },
    /// An expression that is none.
    #[error("line {}, column {}: the expression of `{key}` in rule `{rule}` is none: {why}", .at.line, .at.column)]
    Expression {
        /// Where.
        at: Position,
        /// The rule's id.
        rule: String,
        /// The key.
        key: &'static str,
        /// Why.
        why: String,
    },
}

/// What a file of rules says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct RuleFile {
    /// Its rules.
    pub(super) rules: Vec<Rule>,
    /// Its lists for all rules, or several.
    pub(super) allow: Vec<AllowList>,
    /// Our rules that it switches off.
    pub(super) disabled: Vec<String>,
    /// What it says and has no effect here.
    pub(super) notes: Vec<String>,
}

/// Reads a file of rules. Every expression in it has been compiled once.
///
/// # Errors
/// [`BadRules`] with a place.
pub(super) fn read(text: &str) -> Result<RuleFile, BadRules> {
    let document = Document::parse(text).map_err(|error| {
        let at = Position::of(text, error.span().map_or(0, |span| span.start));
        BadRules::Toml { at, why: shown(error.message()) }
    })?;
    let root = Reading { text, table: document.as_table(), rule: "" };
    let mut file = RuleFile::default();
    root.is_understood(&mut file.notes)?;
    if let Some(extend) = root.table("extend")? {
        for key in ["path", "url"] {
            if let Some((item, _)) = extend.string(key)? {
                return Err(extend.fault(item, key, "is not followed: put those rules into this file"));
            }
        }
        file.disabled = extend.strings("disabledRules")?;
    }
    for table in root.tables(&["rules"])? {
        file.rules.push(rule(&table, &mut file.notes)?);
    }
    for table in root.tables(&["allowlist", "allowlists"])? {
        file.allow.extend(allow_list(&table, &mut file.notes)?);
    }
    Ok(file)
}

fn rule(table: &Reading<'_>, notes: &mut Vec<String>) -> Result<Rule, BadRules> {
    let Some((item, id)) = table.string("id")? else {
        return Err(table.fault(table.table.iter().next().map_or(&Item::None, |(_, item)| item), "id", "is missing from this rule"));
    };
    if id.is_empty() || id.len() > 80 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Err(table.fault(item, "id", "is at most 80 letters, digits, `-`, `_` and `.`"));
    }
    let table = &Reading { rule: id, ..*table };
    table.is_understood(notes)?;
    let reader = reader(table)?;
    let pattern = table.expression("regex")?.unwrap_or_default();
    let path = table.expression("path")?;
    let by_code = !matches!(reader, Reader::Expression | Reader::Begins);
    if pattern.is_empty() && path.is_none() && !by_code {
        return Err(table.fault(item, "id", "names a rule with neither `regex` nor `path`"));
    }
    let mut allow = Vec::new();
    for list in table.tables(&["allowlist", "allowlists"])? {
        allow.extend(allow_list(&list, notes)?);
    }
    Ok(Rule {
        id: Cow::Owned(id.to_owned()),
        about: Cow::Owned(table.string("description")?.map_or(id, |(_, about)| about).chars().take(200).collect()),
        tier: tier(table)?,
        reader,
        keywords: table.strings("keywords")?.into_iter().map(|word| Cow::<str>::Owned(word.to_ascii_lowercase())).filter(|word| !word.is_empty()).collect(),
        group: table.group(&pattern)?,
        pattern: Cow::Owned(pattern),
        entropy: table.number("entropy")?.unwrap_or(0.0),
        checksum: checksum(table)?,
        path,
        allow,
    })
}

fn tier(table: &Reading<'_>) -> Result<Tier, BadRules> {
    match table.string("tier")? {
        None | Some((_, "certain")) => Ok(Tier::Certain),
        Some((_, "likely")) => Ok(Tier::Likely),
        Some((item, _)) => Err(table.fault(item, "tier", "is `certain` or `likely`")),
    }
}

fn reader(table: &Reading<'_>) -> Result<Reader, BadRules> {
    let begins = table.table.get("begins").and_then(Item::as_bool).unwrap_or(false);
    match table.string("reader")? {
        None => Ok(if begins { Reader::Begins } else { Reader::Expression }),
        Some((_, "private-key")) => Ok(Reader::PrivateKey),
        Some((_, "url")) => Ok(Reader::Url),
        Some((_, "header")) => Ok(Reader::Header),
        Some((_, "password")) => Ok(Reader::Password),
        Some((_, "secret")) => Ok(Reader::Secret),
        Some((_, "salt")) => Ok(Reader::Salt),
        Some((_, "call")) => Ok(Reader::Call),
        Some((item, _)) => Err(table.fault(item, "reader", "is `private-key`, `url`, `header`, `password`, `secret`, `salt` or `call`")),
    }
}

fn checksum(table: &Reading<'_>) -> Result<Option<Checksum>, BadRules> {
    match table.string("checksum")? {
        None => Ok(None),
        Some((_, "github")) => Ok(Some(Checksum::Github)),
        Some((_, "grafana")) => Ok(Some(Checksum::Grafana)),
        Some((_, "jwt")) => Ok(Some(Checksum::Jwt)),
        Some((item, _)) => Err(table.fault(item, "checksum", "is `github`, `grafana` or `jwt`")),
    }
}

/// None where it can never fit.
fn allow_list(table: &Reading<'_>, notes: &mut Vec<String>) -> Result<Option<AllowList>, BadRules> {
    table.is_understood(notes)?;
    let target = match table.string("regexTarget")? {
        None | Some((_, "secret" | "")) => Target::Secret,
        Some((_, "match")) => Target::Match,
        Some((_, "line")) => Target::Line,
        Some((item, _)) => return Err(table.fault(item, "regexTarget", "is `secret`, `match` or `line`")),
    };
    let condition = match table.string("condition")? {
        None => Condition::Any,
        Some((_, word)) if ["or", "||"].contains(&word.to_ascii_lowercase().as_str()) => Condition::Any,
        Some((_, word)) if ["and", "&&"].contains(&word.to_ascii_lowercase().as_str()) => Condition::All,
        Some((item, _)) => return Err(table.fault(item, "condition", "is `OR` or `AND`")),
    };
    if !table.strings("commits")?.is_empty() {
        notes.push("an allow-list by commit has no effect here: allow by fingerprint".to_owned());
        if condition == Condition::All {
            return Ok(None);
        }
    }
    Ok(Some(AllowList {
        regexes: table.expressions("regexes")?,
        target,
        stopwords: table.strings("stopwords")?.into_iter().map(|word| word.to_ascii_lowercase()).collect(),
        paths: table.expressions("paths")?,
        condition,
        rules: table.strings("targetRules")?,
    }))
}

/// Keys that change nothing about what is found, or that are read elsewhere.
const KNOWN: &[&str] = &[
    "title",
    "description",
    "version",
    "minVersion",
    "betterleaksMinVersion",
    "extend",
    "rules",
    "allowlist",
    "allowlists",
    "id",
    "regex",
    "path",
    "secretGroup",
    "entropy",
    "keywords",
    "tags",
    "tier",
    "begins",
    "reader",
    "checksum",
    "regexes",
    "regexTarget",
    "condition",
    "stopwords",
    "paths",
    "commits",
    "targetRules",
    "verify",
    "skipReport",
    "withinLines",
    "severity",
    "confidence",
];

/// Keys that would change it, in a way that is not ours.
const UNKNOWN: &[(&str, &str)] = &[
    ("filter", "is an expression of betterleaks, which is not read here: write it as `entropy` and `allowlists`"),
    ("prefilter", "is an expression of betterleaks, which is not read here: write it as `allowlists` with `paths`"),
    ("required", "asks for other findings near by, which is not done here: leave the rule out, or this key"),
];

/// One table of the file.
#[derive(Clone, Copy)]
struct Reading<'a> {
    text: &'a str,
    table: &'a dyn TableLike,
    /// The rule that it belongs to; empty at the top.
    rule: &'a str,
}

impl<'a> Reading<'a> {
    fn fault(&self, item: &Item, key: &str, why: &str) -> BadRules {
        let within = if self.rule.is_empty() { String::new() } else { format!(" (rule `{}`)", self.rule) };
        BadRules::Key { at: self.place(item), key: key.to_owned(), why: format!("{why}{within}") }
    }

    fn place(&self, item: &Item) -> Position {
        Position::of(self.text, item.span().map_or(0, |span| span.start))
    }

    /// No key asks for what is not done here. A key that nobody knows is a note.
    fn is_understood(&self, notes: &mut Vec<String>) -> Result<(), BadRules> {
        for (key, item) in self.table.iter() {
            if let Some((_, why)) = UNKNOWN.iter().find(|(name, _)| *name == key) {
                return Err(self.fault(item, key, why));
            }
            if key == "validate" || !KNOWN.contains(&key) {
                let at = self.place(item);
                notes.push(format!("line {}: `{}` has no effect here", at.line, shown(key)));
            }
        }
        Ok(())
    }

    fn string(&self, key: &str) -> Result<Option<(&'a Item, &'a str)>, BadRules> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_str().map(|text| Some((item, text))).ok_or_else(|| self.fault(item, key, "is a text"))
    }

    fn strings(&self, key: &str) -> Result<Vec<String>, BadRules> {
        let Some(item) = self.table.get(key) else { return Ok(Vec::new()) };
        let texts = item.as_array().and_then(|array| array.iter().map(|value| value.as_str().map(str::to_owned)).collect());
        texts.ok_or_else(|| self.fault(item, key, "is a list of texts"))
    }

    fn number(&self, key: &str) -> Result<Option<f64>, BadRules> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        #[expect(clippy::cast_precision_loss, reason = "an entropy is a small number")]
        let number = item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64));
        number.filter(|number| (0.0..=8.0).contains(number)).map(Some).ok_or_else(|| self.fault(item, key, "is a number from 0 to 8"))
    }

    /// The number of a group that the expression has.
    fn group(&self, pattern: &str) -> Result<usize, BadRules> {
        let Some(item) = self.table.get("secretGroup") else { return Ok(0) };
        let groups = dialect::compile(pattern).map_or(1, |expression| expression.captures_len());
        let group = item.as_integer().and_then(|group| usize::try_from(group).ok()).filter(|group| *group < groups);
        group.ok_or_else(|| self.fault(item, "secretGroup", "is the number of a group of the expression"))
    }

    fn expression(&self, key: &'static str) -> Result<Option<String>, BadRules> {
        let Some((item, text)) = self.string(key)? else { return Ok(None) };
        self.compiles(item, key, text).map(Some)
    }

    fn expressions(&self, key: &'static str) -> Result<Vec<String>, BadRules> {
        let item = self.table.get(key).unwrap_or(&Item::None);
        self.strings(key)?.iter().map(|text| self.compiles(item, key, text)).collect()
    }

    fn compiles(&self, item: &Item, key: &'static str, text: &str) -> Result<String, BadRules> {
        match dialect::compile(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(error) => Err(BadRules::Expression { at: self.place(item), rule: self.rule.to_owned(), key, why: shown(&error.0) }),
        }
    }

    fn table(&self, key: &str) -> Result<Option<Self>, BadRules> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_table_like().map(|table| Some(Self { table, ..*self })).ok_or_else(|| self.fault(item, key, "is a table"))
    }

    /// The tables of these keys: one, or a list of them.
    fn tables(&self, keys: &[&str]) -> Result<Vec<Self>, BadRules> {
        let mut out = Vec::new();
        for key in keys {
            let Some(item) = self.table.get(key) else { continue };
            if let Some(tables) = item.as_array_of_tables() {
                out.extend(tables.iter().map(|table| Self { table: table as &dyn TableLike, ..*self }));
            } else if let Some(table) = item.as_table_like() {
                out.push(Self { table, ..*self });
            } else if let Some(array) = item.as_array() {
                let tables: Option<Vec<Self>> =
                    array.iter().map(|value| value.as_inline_table().map(|table| Self { table: table as &dyn TableLike, ..*self })).collect();
                out.extend(tables.ok_or_else(|| self.fault(item, key, "is a list of tables"))?);
            } else {
                return Err(self.fault(item, key, "is a table, or a list of tables"));
            }
        }
        Ok(out)
    }
}
