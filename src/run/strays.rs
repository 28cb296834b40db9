//! Comments of ours that say "waiting" of a command that nothing will judge again: it was edited or deleted, or its environment was renamed. Nothing is
//! written unless the survey shows one.

use super::World;
use crate::domain::RequestKey;
use crate::intake::{Command, Request};
use crate::perform::{Said, say};
use crate::plan;
use crate::policy::Policy;
use crate::ports::{Forge, Programs, Repo, Survey};
use crate::report::escape::{code, sentence};
use crate::report::markdown;

/// Says so where the policy, by these requests, knows no such command any more. Nobody knows where not all comments were read.
pub(super) async fn end<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, (policy, requests): (&Policy, &[Request])) {
    if survey.pull.comments.known().is_some_and(|comments| comments.complete) {
        rewrite(world, survey, |key| over(key, policy, requests)).await;
    }
}

/// Says in every comment that waits that it waits no more, because its pull request was closed.
pub(super) async fn closed<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey) {
    rewrite(world, survey, |_| Some(sentence("The pull request was closed."))).await;
}

/// Why nothing will judge this request again, where nothing will.
fn over(key: &RequestKey, policy: &Policy, requests: &[Request]) -> Option<String> {
    let deploys = |request: &&Request| request.key == *key && matches!(request.command, Command::Deploy(_));
    let Some(request) = requests.iter().find(deploys) else {
        return Some(sentence("Its comment was edited or deleted. Where the deployment is still wanted, give the command again."));
    };
    let word = request.command.environment().filter(|word| policy.environment(word).is_none())?;
    let known: Vec<String> = policy.environments.iter().map(|environment| code(environment.name.as_str())).collect();
    let again = "Where the deployment is still wanted, give the command with one of these.";
    Some(format!("The policy has no environment {} any more; it knows {}. {again}", code(word.as_str()), known.join(", ")))
}

async fn rewrite<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, over: impl Fn(&RequestKey) -> Option<String>) {
    for (key, comment) in plan::marked_waiting(&survey.pull) {
        // A dispatched command is in no comment, and nothing but another dispatch judges it again: its comment says so.
        let Some(why) = super::post::command_comment(&key).and_then(|_| over(&key)) else { continue };
        let body = markdown::reply(key.as_str(), "🚫 This deployment is not waiting any more", &why);
        say(&world.acting(), &Said { pull: survey.pull.number, key: &key, existing: Some(comment.id), body: &body }).await;
    }
}
