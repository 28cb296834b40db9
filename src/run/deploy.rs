//! `/deploy` and everything that judges a waiting `/deploy` again.

use super::decide::{Asked, Decision, decide};
use super::{Outcome, ROUNDS, RunError, World, grammar, trust};
use crate::audit::{AuditEvent, DecisionStore, Outcome as Ended};
use crate::domain::{CommentId, EnvName, Person, PullNumber};
use crate::facts::PullRequest;
use crate::gates::{Judgement, Verdict};
use crate::intake::{Command, Origin, Request};
use crate::perform::{Launch, Note, Said, Started, say, start};
use crate::plan::{self, Refusal};
use crate::ports::{Ask, Forge, ForgeError, Programs, Reaction, Repo, Survey};
use crate::report::{json, markdown};
use crate::run::decide::facts_of;

/// Judges a deploy request and acts on the verdict.
pub(super) async fn deploy<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> Result<Outcome, RunError> {
    if let Some(outcome) = already_done(world, survey, asked) {
        return Ok(outcome);
    }
    note_requested(world, asked, survey);
    let mut fresh: Option<Survey> = None;
    for _ in 0..ROUNDS {
        let seen = fresh.as_ref().unwrap_or(survey);
        let decision = decide(world, seen, asked).await;
        if plan::carried_out_elsewhere(&asked.environment.name, asked.request, world.run, &decision.question().facts) {
            world.runner.output("decision", "none");
            return Ok(Outcome::nothing("another run carries this command out: the event was delivered again"));
        }
        let existing = plan::status_comment(&asked.request.key, &seen.pull).map(|comment| comment.id);
        let kept = keep(world, asked, &decision);
        let Verdict::Go(clearance) = &decision.evaluation().verdict else {
            return Ok(hold(world, asked, &decision, existing).await);
        };
        let approvers = &decision.evaluation().approvers;
        let comment = status(world, asked, &decision, &markdown::Standing::Running);
        let facts = &decision.question().facts;
        let launch =
            Launch { clearance, request: asked.request, deploy: asked.deploy, environment: asked.environment, facts, approvers, comment: &comment, existing };
        match start(&world.acting(), &launch).await {
            Ok(Started::Running(running)) => {
                world.runner.keep("record", &kept);
                outputs(world, asked, &decision);
                world.runner.output("deployment-id", &running.deployment.to_string());
                world.runner.output("lock", running.claim.as_str());
                if let Some(comment) = running.comment {
                    world.runner.output("comment-id", &comment.to_string());
                }
                return Ok(Outcome::decided(Judgement::Go, &asked.environment.name, format!("deployment {} runs", running.deployment)));
            }
            Ok(Started::LockLost) => {
                let survey = again(world, asked.request).await?;
                if let Some(outcome) = already_done(world, &survey, asked) {
                    return Ok(outcome);
                }
                fresh = Some(survey);
            }
            Ok(Started::LockRefused(refusal)) => return Ok(refused_late(world, asked, &decision, Late { existing, why: late(&refusal) }).await),
            Ok(Started::Changed(why)) => return Ok(refused_late(world, asked, &decision, Late { existing, why }).await),
            Err(error) => {
                broken(world, asked, &decision, Late { existing, why: error.to_string() }).await;
                return Err(error.into());
            }
        }
    }
    let why = "others kept changing the lock";
    say_broken(world, asked, survey, why).await;
    world.runner.output("decision", "no-go");
    Ok(Outcome::decided(Judgement::NoGo, &asked.environment.name, why))
}

/// The same event again, after its deployment was created: it is not created twice (row C5).
fn already_done<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> Option<Outcome> {
    let facts = facts_of(survey, asked.request);
    if !plan::was_carried_out(&asked.request.key, &facts) {
        return None;
    }
    world.runner.output("decision", "none");
    Some(Outcome::nothing("this command was carried out already: the event was delivered again"))
}

async fn again<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, request: &Request) -> Result<Survey, ForgeError> {
    super::survey(world.forge, world.run, request).await
}

/// Judges the waiting deploy requests of a pull request again, after something changed.
pub(super) async fn reconsider<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pull: PullNumber) -> Result<Option<Outcome>, RunError> {
    let survey = world.forge.survey(&Ask { pull, comment_node: None, actor: None, own_run: world.run }).await?;
    let trusted = match trust::policy(&survey) {
        Ok(trusted) => trusted,
        Err(error) => return Ok(Some(Outcome::nothing(format!("nothing is judged again: {error}")))),
    };
    let requests = plan::requests(&survey.pull, &grammar(&trusted.policy), &trusted.policy.commands.apps);
    let facts = crate::gather::from_survey(&survey);
    let mut last = None;
    for (name, request) in plan::pending(&requests, &trusted.policy, &facts) {
        let Command::Deploy(wish) = &request.command else { continue };
        let Some(environment) = trusted.policy.environment(&name) else { continue };
        let asked = Asked { request: &request, deploy: wish, policy: &trusted.policy, text: &trusted.text, environment };
        let survey = again(world, &request).await?;
        let outcome = deploy(world, &survey, &asked).await?;
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
async fn hold<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, existing: Option<CommentId>) -> Outcome {
    let judgement = decision.evaluation().verdict.judgement();
    let (event, ended, reaction) = match judgement {
        Judgement::Waiting => (AuditEvent::DeploymentWaiting, Ended::Waiting, Reaction::Confused),
        Judgement::Go | Judgement::NoGo => (AuditEvent::DeploymentRefused, Ended::NoGo, Reaction::MinusOne),
    };
    let body = status(world, asked, decision, &markdown::Standing::Held);
    tokio::join!(post_status(world, asked, existing, &body), react(world, asked.request, reaction));
    note_decision(world, asked, decision, (event, ended));
    outputs(world, asked, decision);
    Outcome::decided(judgement, &asked.environment.name, format!("{}: {}", ended.as_str(), codes(decision).join(", ")))
}

/// Nothing was decided in the end: said without a table, which would be out of date.
async fn say_broken<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, survey: &Survey, why: &str) {
    let why = format!("Nothing was deployed: {why}. Give the command again.");
    let (environment, commit) = (&asked.environment.name, survey.pull.head.as_str());
    let subject = markdown::Subject { request: asked.request, environment, commit, url: None, log: world.log_url.as_deref() };
    let existing = plan::status_comment(&asked.request.key, &survey.pull).map(|comment| comment.id);
    post_status(world, asked, existing, &markdown::status_comment(&subject, None, &markdown::Standing::Broken(&why))).await;
}

/// Something that became known after the decision.
struct Late {
    existing: Option<CommentId>,
    why: String,
}

fn late(refusal: &Refusal) -> String {
    refusal.to_string()
}

/// Go by the gates, and then not: something changed in flight. Nothing was deployed.
async fn refused_late<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, late: Late) -> Outcome {
    broken(world, asked, decision, Late { existing: late.existing, why: late.why.clone() }).await;
    world.runner.output("decision", "no-go");
    world.runner.output("reason", "changed-in-flight");
    Outcome::decided(Judgement::NoGo, &asked.environment.name, late.why)
}

async fn broken<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision, late: Late) {
    let why = format!("Nothing was deployed: {}. Give the command again.", late.why);
    let body = status(world, asked, decision, &markdown::Standing::Broken(&why));
    tokio::join!(post_status(world, asked, late.existing, &body), react(world, asked.request, Reaction::MinusOne));
    note_decision(world, asked, decision, (AuditEvent::DeploymentRefused, Ended::Failure));
}

async fn post_status<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, existing: Option<CommentId>, body: &str) {
    let said = Said { pull: asked.request.pull, key: &asked.request.key, existing, body };
    if let Some(id) = say(&world.acting(), &said).await {
        world.runner.output("comment-id", &id.to_string());
    }
    world.runner.summary(body);
}

/// Adds the outcome's reaction to the comment with the command.
pub(super) async fn react<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, request: &Request, reaction: Reaction) {
    let Origin::Comment { id, .. } = &request.origin else { return };
    if let Err(error) = world.forge.react(*id, reaction).await {
        tracing::warn!("the reaction could not be added: {error}");
    }
}

/// What was withdrawn, and why.
pub(super) struct Withdrawn<'a> {
    pub(super) environment: &'a EnvName,
    pub(super) pull: &'a PullRequest,
    pub(super) why: &'a str,
}

/// Says in a waiting command's comment that it waits no more. `false` where that could not be written: then it still waits.
pub(super) async fn withdraw<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, old: &Request, withdrawn: &Withdrawn<'_>) -> bool {
    let subject = markdown::Subject { request: old, environment: withdrawn.environment, commit: withdrawn.pull.head.as_str(), url: None, log: None };
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
    let subject = markdown::Subject {
        request: asked.request,
        environment: &asked.environment.name,
        commit: decision.question().facts.pull.head.as_str(),
        url: asked.environment.url.as_deref(),
        log: world.log_url.as_deref(),
    };
    markdown::status_comment(&subject, Some(decision.evaluation()), standing)
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

fn entry(asked: &Asked<'_>, decision: &Decision) -> Note {
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

/// The outputs that every decision has.
fn outputs<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, asked: &Asked<'_>, decision: &Decision) {
    let evaluation = decision.evaluation();
    let reason = crate::report::table::reasons(evaluation).first().map_or("", |reason| reason.code);
    let pull = &decision.question().facts.pull;
    let runner = world.runner;
    runner.output("decision", crate::report::table::word(evaluation.verdict.judgement()));
    runner.output("reason", reason);
    runner.output("environment", asked.environment.name.as_str());
    runner.output("sha", pull.head.as_str());
    runner.output("ref", pull.head_branch.as_str());
    runner.output("version", asked.deploy.version.as_ref().map_or("", |version| version.as_str()));
    runner.output("services", &serde_json::to_string(&asked.deploy.services).expect("names serialise"));
    runner.output("parameters", &serde_json::to_string(&asked.deploy.parameters).expect("parameters serialise"));
    runner.output("result", json::decided(decision.question(), evaluation, &decision.plan).trim_end());
}
