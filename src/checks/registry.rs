//! The registry of checks and of their rules: `shipgate check --list`, the docs and the policy's `off` are made from it or compared with it.

use serde::Serialize;

use super::{Finding, Level};

macro_rules! checks {
    ($($variant:ident $id:literal $about:literal)*) => {
        /// A check: what a policy, `SHIPGATE_SKIP` and an output call by its id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $(#[doc = $about] $variant,)*
        }

        /// Every check there is.
        pub const CHECKS: &[CheckSpec] = &[$(CheckSpec { check: Check::$variant, id: $id, about: $about },)*];
    };
}

checks! {
    Refs "refs" "Which branches and tags are pushed, deleted, moved or forced, and whether the policy lets them be."
    Messages "messages" "Commit messages follow Conventional Commits, and what the policy says of types, scopes, length and tickets."
    Secrets "secrets" "Keys, tokens and passwords."
    Conflicts "conflicts" "Markers that a merge left behind."
    Size "size" "Files larger than the policy allows."
    Policy "policy" "The policy file itself is valid."
    Schemas "schemas" "YAML, JSON and TOML files fit their schemas."
    Urls "urls" "Configuration refers to hosts of the allow-list only."
    Scripts "scripts" "Scripts and exec hooks embedded in configuration are approved."
    Dockerfile "dockerfile" "Dockerfiles: pinned base, no root, health check, exec form."
    Kubernetes "kubernetes" "Kubernetes manifests: limits, probes, pinned images, security context, no plain secrets."
    Workflows "workflows" "GitHub workflows and actions: pinned, least permissions, no template injection."
    Migrations "migrations" "Database migrations that cannot be taken back, or lock or lose data, without a word on it."
}

/// A row of the registry of checks.
#[derive(Clone, Copy, Debug)]
pub struct CheckSpec {
    /// The check.
    pub check: Check,
    /// Its id.
    pub id: &'static str,
    /// One sentence for the documentation.
    pub about: &'static str,
}

/// A rule that is code. Rules of secrets are data, and are listed by their own module.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RuleSpec {
    /// Its check.
    pub check: Check,
    /// Its id, in kebab-case, unique in its check. The docs anchor is `CHECK-ID`.
    pub id: &'static str,
    /// How bad its findings are.
    pub level: Level,
    /// What it looks for and why, in one or two sentences.
    pub about: &'static str,
    /// What it finds nothing in.
    pub good: Example,
    /// What it finds something in.
    pub bad: Example,
}

/// A file that shows a rule.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Example {
    /// Its path.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl Check {
    /// Its id.
    ///
    /// # Panics
    /// Never: the enum and the registry come from one list.
    pub fn id(self) -> &'static str {
        CHECKS.iter().find(|spec| spec.check == self).expect("the enum and the registry come from one list").id
    }

    /// The check of an id.
    pub fn of_id(id: &str) -> Option<Self> {
        CHECKS.iter().find(|spec| spec.id == id).map(|spec| spec.check)
    }
}

impl RuleSpec {
    /// A finding of this rule.
    pub(super) fn finding(&self, what: impl AsRef<str>) -> Finding {
        Finding::new(self.check, self.id, self.level, what)
    }

    /// Its whole name: `dockerfile/root-user`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.check.id(), self.id)
    }

    /// Its anchor in the page of rules.
    pub fn anchor(&self) -> String {
        format!("{}-{}", self.check.id(), self.id)
    }
}

impl Serialize for Check {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// Every rule that is code, in the order of the checks. Each check's module adds its own here.
pub fn rules() -> Vec<&'static RuleSpec> {
    let mut out: Vec<&'static RuleSpec> = [super::refs::RULES, super::message::RULES, super::files::RULES].concat();
    out.extend(super::schemas::RULES.iter().chain(super::urls::RULES).chain(super::scripts::RULES));
    out.extend(super::dockerfile::specs());
    out.extend(super::kubernetes::specs());
    out.extend(super::workflows::specs());
    out.extend(super::migrations::RULES);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_and_rule_has_one_id_and_a_sentence() {
        let ids: BTreeSet<&str> = CHECKS.iter().map(|spec| spec.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        assert!(CHECKS.iter().all(|spec| spec.about.ends_with('.') && Check::of_id(spec.id) == Some(spec.check)));
        let names: BTreeSet<(&str, &str)> = rules().iter().map(|rule| (rule.check.id(), rule.id)).collect();
        assert_eq!(names.len(), rules().len());
        assert!(rules().iter().all(|rule| rule.about.ends_with('.')));
    }
}
