//! `checks.off`: rules that are switched off, each with its reason.

use std::collections::BTreeMap;

use super::super::super::code::Code;
use super::super::super::fault::{Fault, Sink};
use super::super::super::raw::{At, Entries, Set};
use crate::checks::{CHECKS, Check, rules};
use crate::domain::screen_line;

/// What is switched off.
pub(super) fn off(set: &Set<Entries<String, String>>, sink: &Sink) -> BTreeMap<String, String> {
    let Some(entries) = set.value() else { return BTreeMap::new() };
    entries.items.iter().filter_map(|(name, why)| Some((known(name, sink)?, reason(name, why.as_ref(), sink)?))).collect()
}

fn known(name: &At<String>, sink: &Sink) -> Option<String> {
    let names: Vec<String> =
        CHECKS.iter().map(|spec| spec.id.to_owned()).chain(rules().iter().map(|rule| format!("{}/{}", rule.check.id(), rule.id))).collect();
    // Rules of secrets are data, and a team may have its own: only their form is checked.
    let is_secret = name.value.strip_prefix("secrets/").is_some_and(|rule| !rule.is_empty() && screen_line(rule, 100).is_ok());
    if is_secret || names.contains(&name.value) {
        return Some(name.value.clone());
    }
    let check = name.value.split('/').next().and_then(Check::of_id);
    let what = if check.is_some() { "there is no such rule" } else { "there is no such check" };
    let fault = Fault::new(Code::Value, name.span, what).meant(super::super::super::nearest::nearest(&name.value, names.iter().map(String::as_str)));
    sink.add(fault.help("`shipgate check --list` shows all"));
    None
}

fn reason(name: &At<String>, why: Option<&At<String>>, sink: &Sink) -> Option<String> {
    let why = why?;
    if why.value.trim().is_empty() || screen_line(&why.value, 500).is_err() {
        sink.add(Fault::new(Code::Value, why.span, format!("`{}` is switched off without a reason of one line", name.value)));
        return None;
    }
    Some(why.value.clone())
}
