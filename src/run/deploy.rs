//! `/deploy` and everything that judges a waiting `/deploy` again.

use super::before::{Before, Left, before};
use super::decide::{Asked, Decision, decide};
use super::{Outcome, ROUNDS, RunError, World, dispatch, grammar, trust};
use crate::audit::{AuditEvent, DecisionStore, Outcome as Ended};
use crate::domain::{CommentId, EnvName, Person, PullNumber};
use crate::facts::{DispatchedTo, PullRequest};
use crate::gates::{Clearance, Judgement, Verdict};
use crate::intake::{Command, Origin, Request};
use crate::perform::{self, Ending, Finished, Holder, Launch, Note, Reacting, Said, Started, answer, finish, fresh_claim, say, start};
use crate::plan::{self, Refusal};
use crate::ports::{Ask, Forge, ForgeError, Programs, Reaction, Repo, Survey};
use crate::report::{json, markdown};
use crate::runner::{RunnerError, Value};

/// Judges a deploy request and acts on the verdict.
pub(super) async fn deploy<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> Result<Outcome, RunError> {
    let fresh_id = fresh_claim();
    let mut fresh: Option<Survey> = None;
    for round in 0..ROUNDS {
        let seen = fresh.as_ref().unwrap_or(survey);
        let left = match before(world, seen, asked, &fresh_id).await? {
            Before::Nothing => None,
            Before::Left(left) => Some(left),
            Before::Settled(why) => {
                world.runner.output("decision", "none");
                return Ok(Outcome::nothing(why));
            }
        };
        if round == 0 {
            note_requested(world, asked, survey);
        }
        let found = match &left {
            Some(left) => dispatch::found(world, left, &seen.repository.slug).await?,
            None => None,
        };
        let decision = decide(world, seen, asked).await;
        let existing = plan::status_comment(&asked.request.key, &seen.pull).map(|comment| comment.id);
        let kept = keep(world, asked, &decision);
        let decided = Decided { asked, decision: &decision, existing };
        let to = dispatch::target(asked, &decision);
        if let (Some(run), Some(left)) = (found, &left) {
            return dispatch::resumed(world, &decided, left, run).await;
        }
        let clearance = match cleared(world, &decided, (left.as_ref(), to.as_ref())).await? {
            Cleared::Go(clearance) => clearance,
            Cleared::Not(outcome) => return Ok(outcome),
        };
        let approvers = &decision.evaluation().approvers;
        let comment = status(world, asked, &decision, &markdown::Standing::Running);
        let (request, deploy, environment, facts) = (asked.request, asked.deploy, asked.environment, &decision.question().facts);
        let (claim, adopt) = left.as_ref().map_or((&fresh_id, None), |left| (&left.claim, Some(left.id)));
        let launch = Launch {
            clearance,
            request,
            deploy,
            environment,
            facts,
            approvers,
            comment: &comment,
            existing,
            claim,
            adopt,
            record: &kept,
            dispatched_to: to.as_ref(),
        };
        match start(&world.acting(), &launch).await {
            Ok(Started::Running(running)) => {
                world.runner.summary(&comment);
                return goes(world, &decided, &Left::new(running.deployment, &launch), running.comment).await;
            }
            Ok(Started::Created(deployment)) => {
                let created = Left::new(deployment, &launch);
                return dispatch::send(world, &decided, &created).await;
            }
            Ok(Started::LockLost) => fresh = Some(again(world, asked.request).await?),
            Ok(Started::LockRefused(refusal)) => return Ok(refused_late(world, asked, &decision, &late(&refusal)).await),
            Ok(Started::Changed(why)) => return Ok(refused_late(world, asked, &decision, &why).await),
            Err(error) => {
                let error = RunError::from(error);
                broken(world, asked, &decision, &error.in_plain_words()).await;
                return Err(error);
            }
        }
    }
    Ok(contended(world, survey, asked).await)
}

/// Nothing is deployed that the audit log does not tell of.
async fn audited<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision) -> Result<(), RunError> {
    // The borrow ends before anything is awaited.
    let has_lost = world.audit.borrow().has_lost_a_line();
    if has_lost {
        broken(world, asked, decision, &RunError::Unaudited.in_plain_words()).await;
        return Err(RunError::Unaudited);
    }
    Ok(())
}

/// Every round lost the lock to somebody.
async fn contended<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> Outcome {
    let why = "others kept changing the lock";
    say_broken(world, asked, survey, why).await;
    world.runner.output("decision", "no-go");
    Outcome::decided(Judgement::NoGo, &asked.environment.name, why)
}

/// Whether a decided deployment is started.
enum Cleared<'a> {
    Go(&'a Clearance),
    /// It is not, and people were told.
    Not(Outcome),
}

/// Starts nothing where the verdict, what an earlier run left, or the audit log is against it.
async fn cleared<'a, F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    decided: &Decided<'a>,
    (left, to): (Option<&Left>, Option<&DispatchedTo>),
) -> Result<Cleared<'a>, RunError> {
    let Decided { asked, decision, .. } = *decided;
    let clearance = match (&decision.evaluation().verdict, left) {
        (_, Some(left)) if left.dispatched_to.as_ref() != to => {
            return abandon(world, decided, left, "the policy says otherwise how it is deployed").await.map(Cleared::Not);
        }
        (Verdict::Go(clearance), Some(left)) if left.sha != *clearance.commit() => {
            return abandon(world, decided, left, "the head moved since").await.map(Cleared::Not);
        }
        (Verdict::Go(clearance), _) => clearance,
        (_, Some(left)) => return abandon(world, decided, left, "the gates do not say go any more").await.map(Cleared::Not),
        (_, None) => return Ok(Cleared::Not(hold(world, asked, decision).await)),
    };
    if let Some(why) = dispatch::too_large(asked, decision) {
        return Ok(Cleared::Not(refused_late(world, asked, decision, &why).await));
    }
    audited(world, asked, decision).await?;
    Ok(Cleared::Go(clearance))
}

/// A decision and what it is about.
pub(super) struct Decided<'a> {
    pub(super) asked: &'a Asked<'a>,
    pub(super) decision: &'a Decision,
    pub(super) existing: Option<CommentId>,
}

/// It runs: tells the later steps, and then the post step. Where they cannot be told, nobody will deploy, and the deployment is ended.
async fn goes<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    decided: &Decided<'_>,
    runs: &Left,
    comment: Option<CommentId>,
) -> Result<Outcome, RunError> {
    let (deployment, comment) = (runs.id.to_string(), comment.map(|comment| comment.to_string()).unwrap_or_default());
    let ids = [("deployment-id", deployment.as_str()), ("lock", runs.claim.as_str()), ("comment-id", comment.as_str())];
    let told = tell(world, decided.asked, decided.decision, (&ids, word(decided.decision)));
    // The post step takes the job's outcome for the deployment's only where this was kept: then the later steps were told.
    let kept = told.and_then(|()| world.runner.keep(&[("comment", Value::Text(&comment)), ("deployment", Value::Text(&deployment))]));
    if let Err(error) = kept {
        world.runner.output("decision", "error");
        let why = format!("the job could not be told to go on: {error}");
        end_left(world, decided, runs, &why).await?;
        return Err(error.into());
    }
    let said = format!("deployment {deployment} runs");
    Ok(Outcome::decided(Judgement::Go, &decided.asked.environment.name, said))
}

/// A deployment that an earlier run left cannot be carried on with: it is ended, and the verdict stands.
async fn abandon<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, decided: &Decided<'_>, left: &Left, why: &str) -> Result<Outcome, RunError> {
    let judgement = match decided.decision.evaluation().verdict.judgement() {
        Judgement::Waiting => Judgement::Waiting,
        Judgement::Go | Judgement::NoGo => Judgement::NoGo,
    };
    end_left(world, decided, left, &format!("an earlier run began it and ended without saying how, and {why}")).await?;
    if let Err(error) = tell(world, decided.asked, decided.decision, (&[], word(decided.decision))) {
        tracing::error!("{error}");
    }
    world.runner.output("decision", crate::report::table::word(judgement));
    Ok(Outcome::decided(judgement, &decided.asked.environment.name, format!("deployment {} was given up: {why}", left.id)))
}

/// Ends a deployment of this request that nobody carries out: state, comment, lock.
pub(super) async fn end_left<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    decided: &Decided<'_>,
    left: &Left,
    why: &str,
) -> Result<(), ForgeError> {
    let Decided { asked, decision, existing } = decided;
    let text = |lock: &str| status(world, asked, decision, &markdown::Standing::Broken(&format!("It was given up: {why}. {lock} Give the command again.")));
    let (body, stuck) = (text("The lock is free again."), text("The lock could not be freed yet; it frees itself when the run is over."));
    let facts = &decision.question().facts;
    let end = Finished {
        ending: Ending::Unknown,
        key: &asked.request.key,
        pull: asked.request.pull,
        environment: &asked.environment.name,
        sha: &left.sha,
        claim: &left.claim,
        holder: if left.dispatched_to.is_some() { Holder::Nobody } else { Holder::Ourselves },
        lock: None,
        deployment: left.id,
        comment: *existing,
        command_comment: match &asked.request.origin {
            Origin::Comment { id, .. } => Some(*id),
            Origin::Dispatch | Origin::Terminal => None,
        },
        body: &body,
        stuck: &stuck,
        environment_url: asked.environment.url.clone(),
        log: None,
        repository: &facts.repository.node_id,
        seconds: None,
        entry: entry(asked, decision).detail("deployment_id", left.id.0),
    };
    if finish(&world.acting(), &end).await? == perform::Ended::CarriedOn {
        tracing::warn!("deployment {} is carried on by a run that was dispatched; it is not ended", left.id);
    }
    Ok(())
}

async fn again<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, request: &Request) -> Result<Survey, ForgeError> {
    super::survey(world.forge, world.run, request).await
}

/// Judges the waiting deploy requests of a pull request again, after something changed.
pub(super) async fn reconsider<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pull: PullNumber) -> Result<Option<Outcome>, RunError> {
    let survey = world.forge.survey(&Ask { pull, comment_node: None, actor: None, own_run: world.run, words: None }).await?;
    // Whose run is over is ended whatever the policy says by now.
    super::orphans::end(world, &survey, &[]).await;
    let trusted = match trust::policy(&survey) {
        Ok(trusted) => trusted,
        Err(error) if error.is_about_the_file() && !plan::marked_waiting(&survey.pull).is_empty() => {
            return Err(RunError::Policy(format!("what waits in #{pull} is not judged again: {error}")));
        }
        Err(error) => return Ok(Some(Outcome::nothing(format!("nothing is judged again: {error}")))),
    };
    let requests = plan::requests(&survey.pull, &grammar(&trusted.policy), &trusted.policy.commands.apps);
    let facts = crate::gather::from_survey(&survey);
    super::strays::end(world, &survey, (&trusted.policy, &requests)).await;
    let mut last = None;
    for (name, request) in plan::pending(&requests, &trusted.policy, &facts) {
        let Command::Deploy(wish) = &request.command else { continue };
        let Some(environment) = trusted.policy.environment(&name) else { continue };
        let asked = Asked { request: &request, deploy: wish, policy: &trusted.policy, text: &trusted.text, environment };
        let survey = again(world, &request).await?;
        let outcome = Box::pin(deploy(world, &survey, &asked)).await?;
        let went = outcome.decision == Some(Judgement::Go);
        last = Some(outcome);
        if went {
            // One job deploys one thing: the other requests are judged again by the next event.
            break;
        }
    }
    Ok(last)
}

/// Not go: say why, and what would turn it to go.
async fn hold<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision) -> Outcome {
    let judgement = decision.evaluation().verdict.judgement();
    let (event, ended, reaction) = match judgement {
        Judgement::Waiting => (AuditEvent::DeploymentWaiting, Ended::Waiting, Reaction::Confused),
        Judgement::Go | Judgement::NoGo => (AuditEvent::DeploymentRefused, Ended::NoGo, Reaction::MinusOne),
    };
    let body = status(world, asked, decision, &markdown::Standing::Held);
    answer_status(world, asked, decision, (&body, reaction)).await;
    note_decision(world, asked, decision, (event, ended));
    outputs(world, asked, decision);
    let reasons = crate::report::table::reasons(decision.evaluation());
    Outcome::decided(judgement, &asked.environment.name, format!("{}: {}", ended.as_str(), codes(decision).join(", "))).because(reasons)
}

/// Nothing was decided in the end: said without a table, which would be out of date.
async fn say_broken<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, survey: &Survey, why: &str) {
    let why = format!("Nothing was deployed: {why}. Give the command again.");
    let (environment, commit) = (&asked.environment.name, survey.pull.head.as_str());
    let subject = markdown::Subject { request: asked.request, environment, commit, url: None, log: world.log_url.as_deref(), failed_job: None };
    let existing = plan::status_comment(&asked.request.key, &survey.pull).map(|comment| comment.id);
    post_status(world, asked, existing, &markdown::status_comment(&subject, None, &markdown::Standing::Broken(&why))).await;
}

fn late(refusal: &Refusal) -> String {
    refusal.to_string()
}

/// Go by the gates, and then not: something changed in flight. Nothing was deployed.
async fn refused_late<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, why: &str) -> Outcome {
    broken(world, asked, decision, why).await;
    world.runner.output("decision", "no-go");
    world.runner.output("reason", "changed-in-flight");
    Outcome::decided(Judgement::NoGo, &asked.environment.name, why)
}

async fn broken<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, why: &str) {
    let why = format!("Nothing was deployed: {}. Give the command again.", why.trim_end_matches('.'));
    let body = status(world, asked, decision, &markdown::Standing::Broken(&why));
    answer_status(world, asked, decision, (&body, Reaction::MinusOne)).await;
    note_decision(world, asked, decision, (AuditEvent::DeploymentRefused, Ended::Failure));
}

pub(super) async fn post_status<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, existing: Option<CommentId>, body: &str) {
    let said = Said { pull: asked.request.pull, key: &asked.request.key, existing, body };
    if let Some(id) = say(&world.acting(), &said).await {
        world.runner.output("comment-id", &id.to_string());
    }
    world.runner.summary(body);
}

/// The status comment with the outcome's reaction to the comment with the command.
async fn answer_status<F, R, P>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, (body, reaction): (&str, Reaction))
where
    F: Forge,
    R: Repo,
    P: Programs,
{
    if let Some(id) = reply_to(world, asked.request, &decision.question().facts.pull, (body, Some(reaction))).await {
        world.runner.output("comment-id", &id.to_string());
    }
    world.runner.summary(body);
}

/// Writes or rewrites the request's comment, with a reaction to the comment that the request came with, where there are both.
pub(super) async fn reply_to<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    request: &Request,
    pull: &PullRequest,
    (body, reaction): (&str, Option<Reaction>),
) -> Option<CommentId> {
    let acting = world.acting();
    let existing = plan::status_comment(&request.key, pull).map(|comment| comment.id);
    let said = Said { pull: request.pull, key: &request.key, existing, body };
    match (&request.origin, reaction) {
        (Origin::Comment { id, node_id, .. }, Some(reaction)) => answer(&acting, &said, &Reacting { pull, comment: *id, node: node_id, reaction }).await,
        _ => say(&acting, &said).await,
    }
}

/// Adds the outcome's reaction to the comment with the command.
pub(super) async fn react<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, request: &Request, reaction: Reaction) {
    let Origin::Comment { id, .. } = &request.origin else { return };
    perform::react(&world.acting(), *id, reaction).await;
}

/// What was withdrawn, and why.
pub(super) struct Withdrawn<'a> {
    pub(super) environment: &'a EnvName,
    pub(super) pull: &'a PullRequest,
    pub(super) why: &'a str,
}

/// Says in a waiting command's comment that it waits no more. `false` where that could not be written: then it still waits.
pub(super) async fn withdraw<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, old: &Request, withdrawn: &Withdrawn<'_>) -> bool {
    let subject =
        markdown::Subject { request: old, environment: withdrawn.environment, commit: withdrawn.pull.head.as_str(), url: None, log: None, failed_job: None };
    let body = markdown::status_comment(&subject, None, &markdown::Standing::Withdrawn(withdrawn.why));
    let existing = plan::status_comment(&old.key, withdrawn.pull).map(|comment| comment.id);
    say(&world.acting(), &Said { pull: old.pull, key: &old.key, existing, body: &body }).await.is_some()
}

/// The status comment's text.
pub(super) fn status<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    asked: &Asked<'_>,
    decision: &Decision,
    standing: &markdown::Standing<'_>,
) -> String {
    status_at(asked, decision, (standing, world.log_url.as_deref()))
}

/// The status comment's text, with the run that it points at.
pub(super) fn status_at(asked: &Asked<'_>, decision: &Decision, (standing, log): (&markdown::Standing<'_>, Option<&str>)) -> String {
    let subject = markdown::Subject {
        request: asked.request,
        environment: &asked.environment.name,
        commit: decision.question().facts.pull.head.as_str(),
        url: asked.environment.url.as_deref(),
        log,
        failed_job: None,
    };
    // A dispatch outlives the verdict that it followed.
    let outdated = matches!(standing, markdown::Standing::Dispatched(_)) && decision.evaluation().verdict.judgement() != Judgement::Go;
    markdown::status_comment(&subject, (!outdated).then(|| decision.evaluation()), standing)
}

/// Stores the decision with its facts, for replay; answers where. A store that cannot be written is said and stops nothing.
fn keep<F, R, P>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision) -> String
where
    F: Forge,
    R: Repo,
    P: Programs,
{
    let stored = DecisionStore::save(&world.records, &decision.record.redacted());
    let (path, hash) = match stored {
        Ok((path, hash)) => (path.display().to_string(), Some(hash)),
        Err(error) => {
            tracing::error!("the decision record could not be stored: {error}");
            (String::new(), None)
        }
    };
    world.runner.output("record", &path);
    let ended = match decision.evaluation().verdict.judgement() {
        Judgement::Go => Ended::Go,
        Judgement::Waiting => Ended::Waiting,
        Judgement::NoGo => Ended::NoGo,
    };
    let entry = entry(asked, decision).outcome(ended).detail("reasons", codes(decision)).detail("facts_sha256", hash);
    world.acting().note(AuditEvent::DeploymentApprovalChecked, entry);
    path
}

pub(super) fn entry(asked: &Asked<'_>, decision: &Decision) -> Note {
    let facts = &decision.question().facts;
    base_note(asked, facts.now, facts.viewer.as_ref())
        .repository(&facts.repository.slug)
        .approvers(&decision.evaluation().approvers)
        .detail("commit", facts.pull.head.as_str())
        .detail("policy", asked.text.id.as_str())
}

fn base_note(asked: &Asked<'_>, at: jiff::Timestamp, viewer: Option<&Person>) -> Note {
    let note = Note::of(asked.request, at).under(viewer).environment(&asked.environment.name);
    note.services(&asked.deploy.services).version(asked.deploy.version.as_ref())
}

/// A request that has a status comment was noted when it came.
fn note_requested<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, survey: &Survey) {
    if plan::status_comment(&asked.request.key, &survey.pull).is_some() {
        return;
    }
    let note = base_note(asked, survey.now, survey.viewer.as_ref()).repository(&survey.repository.slug).outcome(Ended::Started);
    world.acting().note(AuditEvent::DeploymentRequested, note.detail("commit", survey.pull.head.as_str()));
}

fn note_decision<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, (event, ended): (AuditEvent, Ended)) {
    world.acting().note(event, entry(asked, decision).outcome(ended).detail("reasons", codes(decision)));
}

/// The codes of every reason not to go.
fn codes(decision: &Decision) -> Vec<&'static str> {
    decision.evaluation().answers.iter().flat_map(|answer| &answer.reasons).map(|reason| reason.code).collect()
}

/// The outputs that every decision has; a failure is only said.
fn outputs<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision) {
    if let Err(error) = tell(world, asked, decision, (&[], word(decision))) {
        tracing::error!("{error}");
    }
}

/// The verdict as the output `decision` has it.
fn word(decision: &Decision) -> &'static str {
    crate::report::table::word(decision.evaluation().verdict.judgement())
}

/// Tells the later steps, in one go, the decision last: what was cut off says nothing.
pub(super) fn tell<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    asked: &Asked<'_>,
    decision: &Decision,
    (ids, word): (&[(&str, &str)], &str),
) -> Result<(), RunnerError> {
    let evaluation = decision.evaluation();
    let reason = crate::report::table::reasons(evaluation).first().map_or("", |reason| reason.code);
    let pull = &decision.question().facts.pull;
    let branch = pull.head_branch.plain().ok();
    let services = serde_json::to_value(&asked.deploy.services).expect("names serialise");
    let parameters = serde_json::to_value(&asked.deploy.parameters).expect("parameters serialise");
    let result = json::value(decision.question(), evaluation, &decision.plan);
    let mut outputs: Vec<(&str, Value<'_>)> = ids.iter().map(|(name, value)| (*name, Value::Text(value))).collect();
    outputs.extend([
        ("reason", Value::Text(reason)),
        ("environment", Value::Text(asked.environment.name.as_str())),
        ("sha", Value::Text(pull.head.as_str())),
        // A name that could be misread goes to no later step, not even with a no.
        ("ref", Value::Text(branch.as_ref().map_or("", |branch| branch.as_str()))),
        ("version", Value::Text(asked.deploy.version.as_ref().map_or("", |version| version.as_str()))),
        ("services", Value::Json(&services)),
        ("parameters", Value::Json(&parameters)),
        ("result", Value::Json(&result)),
        ("decision", Value::Text(word)),
    ]);
    world.runner.tell(&outputs)
}
