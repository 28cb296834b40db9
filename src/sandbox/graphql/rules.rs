//! Rulesets: the rules that speak of a branch.

use super::args::Args;
use super::fault::Fault;
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::repository::Repo;
use crate::sandbox::state::{Freshness, NodeKind, Repository, RequiredCheck, Rule, Ruleset, node_id};

/// The rules of a ref, by its full name; only branches have any.
pub(super) fn list<'s>(_: Context<'s>, repository: &'s Repository, full: &str, args: &Args) -> Resolved<'s> {
    let branch = full.strip_prefix("refs/heads/").unwrap_or("");
    let rules = repository.rules_for(branch).enumerate().map(|(index, (set, rule))| (index.to_string(), RuleObject { repository, set, rule, index }));
    let names = Names { connection: "RepositoryRuleConnection", edge: "RepositoryRuleEdge" };
    Connection::page(names, args, rules.collect(), Answer::object).map(Answer::object)
}

struct RuleObject<'s> {
    repository: &'s Repository,
    set: &'s Ruleset,
    rule: &'s Rule,
    index: usize,
}

impl<'s> Object<'s> for RuleObject<'s> {
    fn type_name(&self) -> &'static str {
        "RepositoryRule"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => format!("{}_{}", node_id(NodeKind::Rule, self.set.id), self.index).into(),
            "type" => match self.rule {
                Rule::RequiredChecks { .. } => "REQUIRED_STATUS_CHECKS",
                Rule::PullRequest(_) => "PULL_REQUEST",
                Rule::RequiredSignatures => "REQUIRED_SIGNATURES",
                Rule::NonFastForward => "NON_FAST_FORWARD",
            }
            .into(),
            "parameters" => match self.rule {
                Rule::RequiredChecks { .. } | Rule::PullRequest(_) => Answer::object(Parameters(self.rule)),
                Rule::RequiredSignatures | Rule::NonFastForward => Answer::NULL,
            },
            "repositoryRuleset" => Answer::object(RulesetObject { repository: self.repository, set: self.set }),
            _ => return Err(Fault::no_field()),
        })
    }
}

struct RulesetObject<'s> {
    repository: &'s Repository,
    set: &'s Ruleset,
}

impl<'s> Object<'s> for RulesetObject<'s> {
    fn type_name(&self) -> &'static str {
        "RepositoryRuleset"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => node_id(NodeKind::Ruleset, self.set.id).into(),
            "databaseId" => self.set.id.into(),
            "name" => self.set.name.as_str().into(),
            "enforcement" => "ACTIVE".into(),
            "target" => "BRANCH".into(),
            "source" => Answer::object(Repo(self.repository)),
            _ => return Err(Fault::no_field()),
        })
    }
}

struct Parameters<'s>(&'s Rule);

impl<'s> Object<'s> for Parameters<'s> {
    fn type_name(&self) -> &'static str {
        match self.0 {
            Rule::PullRequest(_) => "PullRequestParameters",
            _ => "RequiredStatusChecksParameters",
        }
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match (self.0, name) {
            (Rule::PullRequest(rule), "requiredApprovingReviewCount") => rule.approvals.into(),
            (Rule::PullRequest(rule), "dismissStaleReviewsOnPush") => rule.dismiss_stale.into(),
            (Rule::PullRequest(rule), "requireLastPushApproval") => rule.last_push.into(),
            // The sandbox's rules do not go so far.
            (Rule::PullRequest(rule), "requireCodeOwnerReview") => rule.code_owners.into(),
            (Rule::PullRequest(_), "requiredReviewThreadResolution") | (Rule::RequiredChecks { .. }, "doNotEnforceOnCreate") => false.into(),
            (Rule::RequiredChecks { checks, .. }, "requiredStatusChecks") => {
                Answer::List(checks.iter().map(|check| Answer::object(Configuration(check))).collect())
            }
            (Rule::RequiredChecks { freshness, .. }, "strictRequiredStatusChecksPolicy") => (*freshness == Freshness::UpToDate).into(),
            _ => return Err(Fault::no_field()),
        })
    }
}

struct Configuration<'s>(&'s RequiredCheck);

impl<'s> Object<'s> for Configuration<'s> {
    fn type_name(&self) -> &'static str {
        "StatusCheckConfiguration"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "context" => self.0.context.as_str().into(),
            "integrationId" => self.0.app.into(),
            _ => return Err(Fault::no_field()),
        })
    }
}
