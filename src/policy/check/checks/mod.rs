//! `commits`, `checks`, and what `branches` says of pushes.

mod commits;
mod off;
mod sections;

use super::super::fault::Sink;
use super::super::raw::{RawPolicy, RawStaticChecks};
use super::values;
use crate::checks::CheckRules;
use crate::domain::Pattern;

/// The rules of the checks.
pub(super) fn checks(raw: &RawPolicy, protected: &[Pattern], sink: &Sink) -> CheckRules {
    let default = RawStaticChecks::default();
    let section = super::or_default(&raw.checks, &default);
    CheckRules {
        exclude: section.exclude.value().map_or_else(Vec::new, |list| values::globs(list, sink)),
        off: off::off(&section.off, sink),
        refs: sections::refs(&section.refs, protected, sink),
        messages: commits::messages(&raw.commits, sink),
        secrets: sections::secrets(&section.secrets, sink),
        size: sections::size(&section.size, sink),
        schemas: sections::schemas(&section.schemas, sink),
        urls: sections::urls(&section.urls, sink),
        scripts: sections::scripts(&section.scripts, sink),
        migrations: sections::migrations(&section.migrations, sink),
    }
}
