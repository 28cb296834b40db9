//! Replies: one comment that answers a command which is no deployment, and what is said of commands that cannot be carried out at all.

use super::trust::{Trusted, Untrusted};
use super::{Outcome, RunError, World, grammar};
use crate::domain::EnvName;
use crate::gates::Judgement;
use crate::intake::{CommentEvent, Grammar, Mistake, Reading, Request, Wrong, parse_comment};
use crate::perform::{Note, Reacting, Said, answer};
use crate::plan;
use crate::policy::{POLICY_PATH, Policy};
use crate::ports::{Forge, Programs, Reaction, Repo, Survey};
use crate::report::escape::{code, fenced, sentence};
use crate::report::markdown;
use crate::run::deploy::reply_to;

/// One request with what it is judged by.
pub(super) struct One<'a> {
    pub(super) survey: &'a Survey,
    pub(super) request: &'a Request,
    pub(super) trusted: &'a Trusted,
}

/// What every entry of the audit log about a request has.
pub(super) fn entry(one: &One<'_>, environment: Option<&EnvName>) -> Note {
    let note = Note::of(one.request, one.survey.now).under(one.survey.viewer.as_ref()).repository(&one.survey.repository.slug);
    match environment {
        Some(environment) => note.environment(environment),
        None => note,
    }
}

/// Answers a command; the text is safe already.
pub(super) async fn reply<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, title: &str, text: &str) -> Outcome {
    write(world, one, (title, text), None).await;
    Outcome::done(title)
}

/// Answers a command that is not carried out; the text is safe already.
pub(super) async fn refuse<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, title: &str, text: &str) -> Outcome {
    let heading = format!("⛔ {title}");
    write(world, one, (&heading, text), Some(Reaction::MinusOne)).await;
    world.runner.output("decision", "no-go");
    let mut outcome = Outcome::done(format!("refused: {}", title.replace('`', "")));
    outcome.decision = Some(Judgement::NoGo);
    outcome
}

/// The request's own comment, rewritten where it is there already, with a reaction to the comment that it answers, where one is due.
pub(super) async fn write<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, (title, text): (&str, &str), reaction: Option<Reaction>) {
    let body = markdown::reply(one.request.key.as_str(), title, text);
    reply_to(world, one.request, &one.survey.pull, (&body, reaction)).await;
}

/// What is said to a word that is no environment: title and text (row V1).
pub(super) fn no_environment(policy: &Policy, word: &EnvName) -> (String, String) {
    let near = crate::domain::nearest(word.as_str(), policy.environment_words());
    let meant = near.first().map(|near| format!("Did you mean {}? ", code(near))).unwrap_or_default();
    let known: Vec<String> = policy.environments.iter().map(|environment| code(environment.name.as_str())).collect();
    (format!("There is no environment {}", code(word.as_str())), format!("{meant}The policy knows {}. Nothing was done.", known.join(", ")))
}

/// The first word of these requests that names no environment.
pub(super) fn stranger<'a>(policy: &Policy, requests: &'a [Request]) -> Option<&'a Request> {
    requests.iter().find(|request| request.command.environment().is_some_and(|word| policy.environment(word).is_none()))
}

/// One reply to a comment that is nearly a command (row C2).
pub(super) async fn mistaken<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    (event, survey): (&CommentEvent, &Survey),
    mistakes: &[Mistake],
    policy: &Policy,
) -> Result<Outcome, RunError> {
    let prefix = policy.commands.prefix.as_str();
    let several = event.body.trim().lines().count() > 1;
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("- {}", sentence(&wrong(mistake, prefix, several)))).collect();
    // Only in a table does a bar need its backslash, and inside a code span it would be seen.
    let lines = lines.join("\n").replace("\\|", "|");
    let text = format!("{lines}\n\nNothing was done. {} shows every command.", code(&format!("{prefix}help")));
    answer_event(world, (event, survey), ("I did not understand that", &text), Reaction::Confused).await;
    Ok(Outcome::done("the command was not understood; a reply says why"))
}

/// Answers a comment that is no request: rewritten where an earlier delivery was answered already.
async fn answer_event<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    (event, survey): (&CommentEvent, &Survey),
    (title, text): (&str, &str),
    reaction: Reaction,
) {
    let key = plan::comment_key(event.id, 0);
    let body = markdown::reply(key.as_str(), title, text);
    let existing = plan::status_comment(&key, &survey.pull).map(|comment| comment.id);
    let said = Said { pull: event.pull, key: &key, existing, body: &body };
    answer(&world.acting(), &said, &Reacting { pull: &survey.pull, comment: event.id, node: &event.node_id, reaction }).await;
}

/// A mistake in a sentence or two: what, what may have been meant, how it is written.
fn wrong(mistake: &Mistake, prefix: &str, several: bool) -> String {
    let place = if several { format!("Line {}: ", mistake.line) } else { String::new() };
    let meant = match &mistake.wrong {
        Wrong::UnknownCommand { nearest: Some(nearest), .. } => format!("; did you mean `{prefix}{nearest}`?"),
        Wrong::UnknownOption { nearest: Some(nearest), .. } => format!("; did you mean `{nearest}`?"),
        _ => ".".to_owned(),
    };
    let usage = mistake.usage.as_ref().map(|usage| format!(" It is written `{usage}`.")).unwrap_or_default();
    let what = match &mistake.wrong {
        Wrong::UnknownCommand { word, .. } => format!("`{prefix}{word}` is not a command"),
        other => other.to_string(),
    };
    format!("{place}{what}{meant}{usage}")
}

/// The policy is missing or broken: said on the pull request, with the whole diagnosis.
pub(super) async fn broken_policy<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    (event, survey): (&CommentEvent, &Survey),
    error: Untrusted,
) -> Result<Outcome, RunError> {
    // Without a policy nobody knows whether the comment was meant for us: only what the default grammar reads as a command is answered.
    if matches!(parse_comment(&event.body, &Grammar::default()), Reading::Commands(_)) {
        let (title, text) = no_policy(&error);
        answer_event(world, (event, survey), (&format!("⛔ {title}"), &text), Reaction::MinusOne).await;
    }
    Err(RunError::Policy(error.to_string()))
}

/// Why there is no policy to judge by, and what to do: title and text.
fn no_policy(error: &Untrusted) -> (&'static str, String) {
    match error {
        Untrusted::Missing { branch } => (
            "There is no policy, so nothing can be deployed",
            format!("{} is missing on {}. These lines are enough to begin with:\n\n{}", code(POLICY_PATH), code(branch), fenced(SMALLEST)),
        ),
        Untrusted::Unreadable { branch, why } => (
            "The policy could not be read, so nothing is done",
            sentence(&format!("`{POLICY_PATH}` on `{branch}`: {why}. Give the command again; where that does not help, look at the token's permissions.")),
        ),
        Untrusted::Invalid { branch, rendered } => (
            "The policy is not valid, so nothing is done",
            format!("Every fault of {} on {}:\n\n{}\n\nMend it there and give the command again.", code(POLICY_PATH), code(branch), fenced(rendered)),
        ),
        Untrusted::AnybodysBranch { .. } => ("Pull requests into this branch cannot be deployed", sentence(&error.to_string())),
        Untrusted::Base { branch } => (
            "Pull requests into this branch cannot be deployed",
            format!(
                "{} is not the default branch, and the default branch's policy does not list it under {}, so that nobody can be held to its rules. Point the pull request at \
                 the default branch, or have the branch listed there.",
                code(branch),
                code("branches.protected")
            ),
        ),
    }
}

/// The smallest policy with environments of one's own.
const SMALLEST: &str = "version: 1\nenvironments:\n  staging: {}\n  production: { after: [staging] }";

/// What is not carried out because this job deploys already: one job deploys one thing.
pub(super) async fn busy<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>) {
    let command = one.request.command.to_string();
    let text = format!("Another command of the same comment deploys already, and one job deploys one thing. Give {} in a comment of its own.", code(&command));
    write(world, one, ("⛔ Not carried out", &text), None).await;
}

/// The commands, aliases included.
pub(super) fn help(policy: &Policy) -> String {
    markdown::help(&grammar(policy).help())
}
