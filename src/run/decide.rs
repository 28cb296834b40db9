//! One decision: facts gathered, gates asked, record made. Shared by comments, reviews, `/plan`, and `explain`.

use super::{World, grammar, trust};
use crate::domain::{ActorKind, EnvName, Login, Person, PullNumber, RequestKey};
use crate::facts::{Fact, Facts};
use crate::gates::{Case, Evaluation, Said, evaluate};
use crate::gather::{self, Need};
use crate::intake::{Command, Deploy, Origin, Request};
use crate::plan::{self, DeploymentPlan, PolicyText, Question, RECORD_VERSION, Record, deployment_plan};
use crate::policy::{Environment, Policy};
use crate::ports::{Ask, Forge, Programs, Repo, Survey};
use crate::run::RunError;

/// A decision with everything that led to it.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The question and its answer, for the record.
    pub record: Record,
    /// The plan.
    pub plan: DeploymentPlan,
}

impl Decision {
    /// What the gates say.
    pub fn evaluation(&self) -> &Evaluation {
        &self.record.evaluation
    }

    /// What it was made from.
    pub fn question(&self) -> &Question {
        &self.record.question
    }
}

/// What is asked, under which policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) request: &'a Request,
    pub(super) deploy: &'a Deploy,
    pub(super) policy: &'a Policy,
    pub(super) text: &'a PolicyText,
    pub(super) environment: &'a Environment,
}

/// Gathers what is missing and asks every gate.
pub(super) async fn decide<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> Decision {
    let requests = plan::requests(&survey.pull, &grammar(asked.policy), &asked.policy.commands.apps);
    let said = plan::said(&requests);
    let need = Need { request: asked.request, deploy: asked.deploy, policy: asked.policy, environment: asked.environment, said: &said };
    let mut facts = facts_of(survey, asked.request);
    facts.local = gather::local(world.programs, world.variables, &need);
    facts = gather::complete(world.forge, facts, &need).await;
    if !asked.environment.gates.custom.is_empty() {
        facts.local.custom = gather::custom(world.programs, &case(asked, &facts, &said));
    }
    facts.carried = gather::carry(world.forge, world.repo, &case(asked, &facts, &said)).await;
    judge(asked, facts, &said)
}

/// Facts from the survey, with the role of the person who asks.
pub(super) fn facts_of(survey: &Survey, request: &Request) -> Facts {
    let mut facts = gather::from_survey(survey);
    if let Fact::Known(role) = survey.actor_role {
        facts.roles.insert(request.actor.id, Fact::Known(role));
    }
    facts
}

fn case<'a>(asked: &Asked<'a>, facts: &'a Facts, said: &'a [Said]) -> Case<'a> {
    Case { request: asked.request, deploy: asked.deploy, policy: asked.policy, environment: asked.environment, facts, said }
}

/// Asks every gate, and makes the record: pure.
pub(super) fn judge(asked: &Asked<'_>, facts: Facts, said: &[Said]) -> Decision {
    let view = case(asked, &facts, said);
    let evaluation = evaluate(&view);
    let plan = deployment_plan(&view);
    let question = Question {
        schema_version: RECORD_VERSION,
        request: asked.request.clone(),
        environment: asked.environment.name.clone(),
        policy: asked.text.clone(),
        facts,
    };
    Decision { record: Record::new(question, evaluation), plan }
}

/// Judges a pull request for an environment without any effect: `shipgate explain`.
///
/// # Errors
/// [`RunError`] where GitHub or the policy is in the way, or the environment is not known.
///
/// # Panics
/// Never: a number makes a key.
pub async fn explain<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    pull: PullNumber,
    word: &EnvName,
    who: Option<Login>,
) -> Result<Decision, RunError> {
    let ask = Ask { pull, comment_node: None, actor: who.clone(), own_run: world.run, words: None };
    let survey = world.forge.survey(&ask).await?;
    let trusted = trust::policy(&survey).map_err(|error| RunError::Policy(error.to_string()))?;
    let environment = trusted.policy.environment(word).ok_or_else(|| RunError::Usage(unknown_environment(&trusted.policy, word)))?;
    let actor = asker(world.forge, &survey, who).await?;
    let deploy = Deploy::of(word.clone());
    let key = RequestKey::new(format!("explain-{pull}")).expect("digits and `-` make a key");
    let request = Request { key, actor, at: survey.now, command: Command::Deploy(deploy.clone()), pull, origin: Origin::Terminal };
    // Where a deploy command is waiting already, that one is explained.
    let facts = facts_of(&survey, &request);
    let open = plan::pending(&plan::requests(&survey.pull, &grammar(&trusted.policy), &trusted.policy.commands.apps), &trusted.policy, &facts);
    let waiting = open.into_iter().find(|(name, _)| *name == environment.name).map(|(_, request)| request);
    let (request, deploy) = match waiting.map(|request| (request.command.clone(), request)) {
        Some((Command::Deploy(deploy), request)) => (request, deploy),
        _ => (request, deploy),
    };
    let asked = Asked { request: &request, deploy: &deploy, policy: &trusted.policy, text: &trusted.text, environment };
    Ok(decide(world, &survey, &asked).await)
}

/// Who asks at a terminal: the login given, else the account behind the token.
async fn asker<F: Forge>(forge: &F, survey: &Survey, who: Option<Login>) -> Result<Person, RunError> {
    match who {
        Some(login) => {
            let roles = forge.roles(std::slice::from_ref(&login)).await?;
            let (id, _) = roles.get(&login).ok_or_else(|| RunError::Usage(format!("{login} has no access to {}", survey.repository.slug)))?;
            Ok(Person { id: *id, login, kind: ActorKind::Human })
        }
        None => {
            survey.viewer.clone().ok_or_else(|| RunError::Usage("the server does not say whose token this is; say who would deploy: --as LOGIN".to_owned()))
        }
    }
}

/// The sentence for a word that is no environment, with the nearest names (row V1).
pub fn unknown_environment(policy: &Policy, word: &EnvName) -> String {
    let near = crate::domain::nearest(word.as_str(), policy.environment_words());
    let known: Vec<&str> = policy.environments.iter().map(|environment| environment.name.as_str()).collect();
    match near.first() {
        Some(near) => format!("there is no environment `{word}`; did you mean `{near}`? (known: {})", known.join(", ")),
        None => format!("there is no environment `{word}` (known: {})", known.join(", ")),
    }
}
