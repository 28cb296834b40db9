//! Where every environment stands (row D5): read in two requests at most, judged by nobody. The same for `/status` and for a terminal.

use super::{RunError, World, grammar, trust, unknown_environment};
use crate::domain::{ActorKind, EnvName, Person, PullNumber};
use crate::facts::{Deployment, Fact, Facts, Listing, Why};
use crate::gather;
use crate::plan::{self, About, History, View, is_ours};
use crate::policy::Policy;
use crate::ports::{Ask, Forge, Programs, Repo};
use crate::report::stages::Told;

/// Where the environments stand: for a pull request's head, or with whatever is in them. Changes nothing.
///
/// # Errors
/// [`RunError`] where GitHub or the policy is in the way, or the environment is not known.
pub async fn status<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pull: Option<PullNumber>, word: Option<&EnvName>) -> Result<Told, RunError> {
    let told = match pull {
        Some(pull) => of_pull(world, pull, word).await?,
        None => of_repository(world, word).await?,
    };
    Ok(told)
}

async fn of_pull<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pull: PullNumber, word: Option<&EnvName>) -> Result<Told, RunError> {
    let ask = Ask { pull, comment_node: None, actor: None, own_run: world.run, words: None };
    let survey = world.forge.survey(&ask).await?;
    let policy = trust::policy(&survey).map_err(|error| RunError::Policy(error.to_string()))?.policy;
    known(&policy, word)?;
    let mut facts = gather::from_survey(&survey);
    // The token is a person's own here: what the action's account has said and done is told by its form.
    facts.viewer = None;
    if let Fact::Known(comments) = &mut facts.pull.comments {
        for comment in &mut comments.items {
            comment.ours |= comment.author.as_ref().is_some_and(|author| author.kind == ActorKind::Machine);
        }
    }
    Ok(only(stages(world.forge, &policy, &facts).await, &policy, word))
}

async fn of_repository<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, word: Option<&EnvName>) -> Result<Told, RunError> {
    let seen = world.forge.overview().await?;
    let policy = trust::default_policy(&seen).map_err(|error| RunError::Policy(error.to_string()))?;
    known(&policy, word)?;
    let history = history(world.forge, &policy, &seen.deployments, |_, deployment| is_ours(deployment, None)).await;
    let view = View { policy: &policy, now: seen.now, locks: &seen.locks, history: &history, deployer: None, about: About::Repository };
    Ok(only(Told { repository: seen.repository.slug, pull: None, stages: plan::stages(&view) }, &policy, word))
}

/// The stages of a pull request's head, by its facts. Asks once more where the recent deployments do not reach far enough.
pub(super) async fn stages<F: Forge>(forge: &F, policy: &Policy, facts: &Facts) -> Told {
    let requests = plan::requests(&facts.pull, &grammar(policy), &policy.commands.apps);
    let waiting = plan::pending(&requests, policy, facts);
    let deployer: Option<&Person> = facts.viewer.as_ref();
    let counts = |_: &EnvName, one: &Deployment| is_ours(one, deployer) && (one.sha == facts.pull.head || one.tree.as_ref() == Some(&facts.pull.head_tree));
    let history = history(forge, policy, &facts.deployments, counts).await;
    let about = About::Pull { pull: &facts.pull, waiting: &waiting };
    let view = View { policy, now: facts.now, locks: &facts.locks, history: &history, deployer, about };
    let pull = Some((facts.pull.number, facts.pull.head.clone()));
    Told { repository: facts.repository.slug.clone(), pull, stages: plan::stages(&view) }
}

async fn history<F: Forge>(forge: &F, policy: &Policy, recent: &Fact<Listing<Deployment>>, counts: impl Fn(&EnvName, &Deployment) -> bool) -> Fact<History> {
    let recent = match recent.get() {
        Ok(recent) => History::of(recent.clone()),
        Err(why) => return Fact::Unavailable(why),
    };
    let short = recent.short_of(policy.environments.iter().map(|environment| &environment.name), counts);
    if short.is_empty() {
        return Fact::Known(recent);
    }
    match forge.latest(&short).await {
        Ok(deeper) => Fact::Known(recent.with(deeper)),
        Err(error) => Fact::Unavailable(Why::new(error.to_string())),
    }
}

fn known(policy: &Policy, word: Option<&EnvName>) -> Result<(), RunError> {
    match word {
        Some(word) if policy.environment(word).is_none() => Err(RunError::Usage(unknown_environment(policy, word))),
        _ => Ok(()),
    }
}

/// Only the environment that was asked for, where one was.
pub(super) fn only(mut told: Told, policy: &Policy, word: Option<&EnvName>) -> Told {
    if let Some(environment) = word.and_then(|word| policy.environment(word)) {
        told.stages.retain(|stage| stage.environment == environment.name);
    }
    told
}
