//! `services` and `service-inventory` (row V5).

use std::collections::{BTreeMap, HashMap};

use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::nearest::nearest;
use super::super::raw::{At, Entries, List, RawPolicy, RawService};
use super::super::{Service, Services};
use super::{graph, values};
use crate::domain::ServiceName;

/// The service registry.
pub(super) fn services(raw: &RawPolicy, sink: &Sink) -> Services {
    let known = raw.services.value().map_or_else(BTreeMap::new, |entries| {
        check_needs(entries, sink);
        entries.items.iter().map(|(name, body)| (name.value.clone(), service(body.as_ref(), sink))).collect()
    });
    let run = raw.service_inventory.at().and_then(|inventory| values::argv(&inventory.value.run, inventory.span, sink));
    Services { known, run }
}

fn service(body: Option<&At<RawService>>, sink: &Sink) -> Service {
    let Some(body) = body else { return Service::default() };
    Service {
        paths: body.value.paths.value().map_or_else(Vec::new, |paths| values::globs(paths, sink)),
        needs: needs(body).map_or_else(Vec::new, |needs| values::distinct(needs, "the service", sink)),
    }
}

fn needs(body: &At<RawService>) -> Option<&List<ServiceName>> {
    body.value.needs.value()
}

fn check_needs(entries: &Entries<ServiceName, RawService>, sink: &Sink) {
    let places: HashMap<&str, usize> = entries.items.iter().enumerate().map(|(at, (name, _))| (name.value.as_str(), at)).collect();
    let mut edges = vec![Vec::new(); entries.items.len()];
    for (at, (_, body)) in entries.items.iter().enumerate() {
        for need in body.as_ref().and_then(needs).map_or(&[][..], |list| &list.items) {
            match places.get(need.value.as_str()) {
                Some(other) => edges[at].push(*other),
                None if entries.broken => {}
                None => {
                    let fault = Fault::new(Code::UnknownService, need.span, "`needs` names a service that is not under `services`");
                    sink.add(fault.meant(nearest(need.value.as_str(), places.keys().copied())));
                }
            }
        }
    }
    for cycle in graph::cycles(&edges) {
        let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(|at| entries.items[*at].0.value.as_str()).collect();
        let span = entries.items[cycle[0]].0.span;
        sink.add(Fault::new(Code::Cycle, span, format!("these services need each other in a circle: {}", names.join(" → "))));
    }
}
