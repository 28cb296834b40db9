//! `commits`: what messages must be like (row H2).

use super::super::super::code::Code;
use super::super::super::fault::{Fault, Sink};
use super::super::super::raw::{List, RawCommits, RawTicket, Set};
use super::super::values;
use crate::checks::message::{MessageRules, Need, TicketRule};
use crate::domain::Expression;

/// What a ticket looks like where the policy does not say.
const TICKET: &str = "[A-Z][A-Z0-9]+-[0-9]+|#[0-9]+";

/// The rules of messages.
pub(super) fn messages(set: &Set<RawCommits>, sink: &Sink) -> MessageRules {
    let default = MessageRules::default();
    let Some(raw) = set.value() else { return default };
    MessageRules {
        types: raw.types.value().map_or(default.types, |list| words(list, "the type", sink)),
        scopes: raw.scopes.value().map_or(default.scopes, |list| words(list, "the scope", sink)),
        header: header(raw, default.header, sink),
        ticket: ticket(raw),
    }
}

fn header(raw: &RawCommits, default: u32, sink: &Sink) -> u32 {
    let Some(at) = raw.header.at() else { return default };
    if !(20..=200).contains(&at.value) {
        sink.add(Fault::new(Code::Value, at.span, "`header` is a number of characters from 20 to 200"));
    }
    at.value
}

/// Words of letters, digits and `-_./`, each said once; a list that is there holds one at least.
fn words(list: &List<String>, what: &str, sink: &Sink) -> Vec<String> {
    for at in &list.items {
        let fits = !at.value.is_empty() && at.value.len() <= 50 && at.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        if !fits {
            sink.add(Fault::new(Code::Value, at.span, format!("{what} is a word of letters, digits and `-_./`, 50 at most")));
        }
    }
    values::distinct(list, what, sink)
}

fn ticket(raw: &RawCommits) -> Option<TicketRule> {
    let need = match raw.ticket.value() {
        Some(RawTicket::Required) => Need::Required,
        None if raw.ticket_pattern.is_absent() => return None,
        Some(RawTicket::Optional) | None => Need::Optional,
    };
    let pattern = raw.ticket_pattern.value().cloned().unwrap_or_else(|| Expression::new(TICKET).expect("our own pattern compiles"));
    Some(TicketRule { pattern, need })
}
