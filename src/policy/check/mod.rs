//! What the values of a policy mean together: the mirror becomes the model, defaults are filled in, and everything that is wrong is
//! said. Each check is a small function; after a fault it goes on with a value that causes no further ones.

mod checks;
mod commands;
mod deploy;
mod environment;
mod environments;
mod gates;
mod graph;
mod services;
mod values;
mod window;

use super::Policy;
use super::code::Code;
use super::fault::{Fault, Sink};
use super::raw::RawPolicy;
use super::tree::{Kind, Node, Scalar};
use crate::domain::ObjectId;

/// The version of the format.
const VERSION: u32 = 1;

/// The policy; it is one only where the sink stays empty.
pub(super) fn policy(raw: &RawPolicy, id: ObjectId, sink: &Sink) -> Policy {
    let commands = commands::commands(&raw.commands, sink);
    let services = services::services(raw, sink);
    let environments = environments::environments(&raw.environments, sink);
    environments::reach(raw, &environments, sink);
    let protected = raw.branches.value().map(|branches| &branches.protected);
    let protected_branches = protected.and_then(|list| list.value()).map_or_else(Vec::new, |list| values::globs(list, sink));
    let checks = checks::checks(raw, &protected_branches, sink);
    Policy { id, commands, services, environments, protected_branches, checks }
}

/// Looks at `version` before anything else: the keys of another version would all be strange. `None` where it is another.
pub(super) fn version(root: &Node, sink: &Sink) -> Option<()> {
    let Kind::Mapping(pairs) = &root.kind else { return Some(()) };
    let found = pairs.iter().find(|(key, _)| matches!(&key.kind, Kind::Text(name) if name == "version"));
    let Some((_, value)) = found else {
        let first = pairs.first().map_or(root.span, |(key, _)| key.span);
        sink.add(Fault::new(Code::Missing, first, "the policy does not say its version").help("begin the file with `version: 1`"));
        return Some(());
    };
    match &value.kind {
        Kind::Plain { text, what: Scalar::Number } if *text != VERSION.to_string() => {
            let fault = Fault::new(Code::Version, value.span, format!("version {text} of the policy is not known to this shipgate"));
            sink.add(fault.help("this shipgate reads `version: 1`"));
            None
        }
        _ => Some(()),
    }
}

/// The mirror's sections that are not there have all defaults.
fn or_default<'a, T>(set: &'a super::raw::Set<T>, default: &'a T) -> &'a T {
    set.value().unwrap_or(default)
}
