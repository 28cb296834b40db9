//! Needs → facts, through the ports, in as few round trips as possible. Never judges.
//!
//! The survey carries nearly everything. What only some policies need (roles, teams, who pushed, runs behind locks, older
//! deployments, this machine's facts) is asked for at once, side by side, and only where a gate in force will look at it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::{CommitSha, Login, PersonId, Role, RunId, TeamSlug};
use crate::env::Environment as Variables;
use crate::facts::{Carry, CustomAnswer, Fact, Facts, Hold, Listing, Local, LockKind, PullOrigin, SightingKind, Why};
use crate::gates::{Case, Said, asks_for_more_than_write, carry_candidates, people_in_question, teams_in_question};
use crate::intake::{Deploy, Request};
use crate::policy::{Argv, Environment, Inventory, Policy};
use crate::ports::{Forge, ForgeError, MergeQuestion, Programs, Repo, Survey};
use crate::programs::lines;

/// How long an inventory command may take.
const INVENTORY_LIMIT: Duration = Duration::from_secs(30);

/// What is being decided, as far as gathering needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// The request.
    pub request: &'a Request,
    /// What it asks.
    pub deploy: &'a Deploy,
    /// The policy.
    pub policy: &'a Policy,
    /// The environment.
    pub environment: &'a Environment,
    /// What people said.
    pub said: &'a [Said],
}

impl<'a> Need<'a> {
    fn case(&self, facts: &'a Facts) -> Case<'a> {
        Case { request: self.request, deploy: self.deploy, policy: self.policy, environment: self.environment, facts, said: self.said }
    }
}

/// True where a review already says that its author may push, and no gate asks for a higher role.
fn is_writer_enough(case: &Case<'_>, id: PersonId) -> bool {
    let reviews = case.facts.pull.reviews.known().into_iter().flat_map(|list| &list.items);
    let writes = reviews.filter(|review| review.author.as_ref().is_some_and(|author| author.id == id)).all(|review| review.by_writer);
    let spoke = case.said_here().any(|said| said.by.id == id);
    writes && !spoke && !asks_for_more_than_write(case)
}

/// Facts from a survey alone: enough to find pending requests, and for commands that deploy nothing.
pub fn from_survey(survey: &Survey) -> Facts {
    Facts {
        now: survey.now,
        repository: survey.repository.clone(),
        base: survey.base.clone(),
        pull: survey.pull.clone(),
        checks: survey.checks.clone(),
        roles: BTreeMap::new(),
        teams: BTreeMap::new(),
        carried: BTreeMap::new(),
        locks: survey.locks.clone(),
        runs: BTreeMap::new(),
        deployments: survey.deployments.clone(),
        local: Local::default(),
        viewer: survey.viewer.clone(),
    }
}

/// Adds only who people are: their roles and teams. Enough to tell who may give a command.
pub async fn people<F: Forge>(forge: &F, mut facts: Facts, need: &Need<'_>) -> Facts {
    let known = ask_people(forge, &facts, need).await;
    known.add_to(&mut facts);
    facts
}

/// Roles and teams that were asked for.
struct People {
    roles: BTreeMap<PersonId, Fact<Role>>,
    teams: BTreeMap<TeamSlug, Fact<Vec<PersonId>>>,
}

impl People {
    fn add_to(self, facts: &mut Facts) {
        for (id, role) in self.roles {
            facts.roles.entry(id).or_insert(role);
        }
        facts.teams.extend(self.teams);
    }
}

async fn ask_people<F: Forge>(forge: &F, facts: &Facts, need: &Need<'_>) -> People {
    let case = need.case(facts);
    let mut people: BTreeMap<PersonId, Login> = people_in_question(&case).into_iter().map(|(id, person)| (id, person.login)).collect();
    people.retain(|id, _| !facts.roles.contains_key(id) && (*id == need.request.actor.id || !is_writer_enough(&case, *id)));
    let teams: BTreeSet<TeamSlug> = teams_in_question(&case).into_iter().filter(|team| !facts.teams.contains_key(team)).collect();
    let (roles, teams) = tokio::join!(ask_roles(forge, &people), ask_teams(forge, &teams));
    People { roles, teams }
}

/// Adds what the policy's gates need beyond the survey.
pub async fn complete<F: Forge>(forge: &F, mut facts: Facts, need: &Need<'_>) -> Facts {
    let runs = runs_to_ask(&facts, need);
    let (people, push, states, older) =
        tokio::join!(ask_people(forge, &facts, need), ask_push(forge, &facts), ask_runs(forge, &runs), ask_older_deployments(forge, &facts, need));
    people.add_to(&mut facts);
    facts.runs.extend(states);
    if let Some(push) = push {
        match push {
            Ok(Some((by, sighting))) => {
                facts.pull.pushed_by = Fact::Known(by);
                facts.pull.sightings.push(sighting);
            }
            Ok(None) => facts.pull.pushed_by = Fact::Unavailable(Why::new("the repository's activity does not name this commit as the branch's last push")),
            Err(error) => facts.pull.pushed_by = Fact::Unavailable(Why::new(format!("the repository's activity could not be read: {error}"))),
        }
    }
    if let Some(deployments) = older {
        facts.deployments = deployments;
    }
    facts
}

/// The runs behind deployment holds; also of this very request, which another run may carry out.
fn runs_to_ask(facts: &Facts, need: &Need<'_>) -> BTreeSet<RunId> {
    let locks = facts.locks.known().map(Vec::as_slice).unwrap_or_default();
    let here = locks.iter().filter(|lock| lock.environment == need.environment.name);
    let holds = here.filter_map(|lock| lock.record.as_ref()).flat_map(|record| record.live(facts.now));
    // Runs in other repositories are looked at by those who end what they left.
    let here = |hold: &&Hold| hold.kind == LockKind::Deployment && hold.carrier.as_ref().is_none_or(|carrier| carrier.repository == facts.repository.slug);
    holds.filter(here).filter_map(Hold::keeper).collect()
}

async fn ask_roles<F: Forge>(forge: &F, people: &BTreeMap<PersonId, Login>) -> BTreeMap<PersonId, Fact<Role>> {
    if people.is_empty() {
        return BTreeMap::new();
    }
    let logins: Vec<Login> = people.values().cloned().collect();
    match forge.roles(&logins).await {
        Ok(mut answered) => people
            .iter()
            .map(|(id, login)| match answered.remove(login) {
                // The login may have been taken over since: only the same account's role counts.
                Some((answered_id, role)) if answered_id == *id => (*id, Fact::Known(role)),
                Some(_) => (*id, Fact::Unavailable(Why::new(format!("{login} is another account now")))),
                None => (*id, Fact::Known(Role::None)),
            })
            .collect(),
        Err(error) => people.iter().map(|(id, login)| (*id, Fact::Unavailable(cannot(&format!("the role of {login}"), &error)))).collect(),
    }
}

async fn ask_teams<F: Forge>(forge: &F, teams: &BTreeSet<TeamSlug>) -> BTreeMap<TeamSlug, Fact<Vec<PersonId>>> {
    if teams.is_empty() {
        return BTreeMap::new();
    }
    let wanted: Vec<TeamSlug> = teams.iter().cloned().collect();
    match forge.teams(&wanted).await {
        Ok(answered) => answered,
        Err(error) => wanted.into_iter().map(|team| (team.clone(), Fact::Unavailable(cannot(&format!("the members of {team}"), &error)))).collect(),
    }
}

type Pushed = Result<Option<(crate::facts::Push, crate::facts::Sighting)>, ForgeError>;

/// Asks the repository's activity who moved the head branch last, and when: nothing else tells whether the head stood there all the time. A fork's
/// pushes are not in it, and a branch of this repository may have the same name. What was read beside the survey is not asked for again.
async fn ask_push<F: Forge>(forge: &F, facts: &Facts) -> Option<Pushed> {
    let pull = &facts.pull;
    match pull.origin {
        PullOrigin::Same if pull.sightings.iter().any(|sighting| sighting.kind == SightingKind::Activity) => None,
        PullOrigin::Fork(_) => None,
        PullOrigin::Same => Some(forge.push_of(&pull.head_branch, &pull.head).await),
    }
}

async fn ask_runs<F: Forge>(forge: &F, runs: &BTreeSet<RunId>) -> BTreeMap<RunId, Fact<crate::facts::RunState>> {
    let mut states = BTreeMap::new();
    for run in runs {
        let state = match forge.run_state(*run).await {
            Ok(state) => Fact::Known(state),
            Err(error) => Fact::Unavailable(cannot(&format!("workflow run {run}"), &error)),
        };
        states.insert(*run, state);
    }
    states
}

/// The deployments of the environments before, where the survey's list was too short to hold them.
async fn ask_older_deployments<F: Forge>(forge: &F, facts: &Facts, need: &Need<'_>) -> Option<Fact<Listing<crate::facts::Deployment>>> {
    let listing = facts.deployments.known().filter(|listing| !listing.complete)?;
    let missing: Vec<_> = need
        .environment
        .after
        .iter()
        .filter(|name| !listing.items.iter().any(|deployment| deployment.environment.eq_ignore_ascii_case(name.as_str()) && deployment.sha == facts.pull.head))
        .collect();
    let mut items = listing.items.clone();
    for name in missing {
        match forge.deployments(name).await {
            Ok(found) => items.extend(found.into_iter().filter(|deployment| !listing.items.iter().any(|known| known.id == deployment.id))),
            Err(error) => return Some(Fact::Unavailable(cannot(&format!("the deployments of {name}"), &error))),
        }
    }
    let listing = Listing { total: listing.total, complete: true, items };
    Some(Fact::Known(listing))
}

fn cannot(what: &str, error: &ForgeError) -> Why {
    let why = Why::new(format!("{what} could not be read: {}", error.fault));
    match error.permission() {
        Some(permission) => why.mended_by(format!("give the token the permission `{permission}`")),
        None => why,
    }
}

/// Adds, for approvals on earlier commits, whether the head is that commit mechanically brought onto a newer base: only where that would
/// change the verdict.
pub async fn carry<F: Forge, R: Repo>(forge: &F, repo: &R, case: &Case<'_>) -> BTreeMap<CommitSha, Fact<Carry>> {
    let mut carried = BTreeMap::new();
    for approved in carry_candidates(case) {
        let fact = match carry_one(forge, repo, case.facts, &approved).await {
            Ok(carry) => Fact::Known(carry),
            Err(why) => Fact::Unavailable(why),
        };
        carried.insert(approved, fact);
    }
    carried
}

async fn carry_one<F: Forge, R: Repo>(forge: &F, repo: &R, facts: &Facts, approved: &CommitSha) -> Result<Carry, Why> {
    let error = |error: ForgeError| cannot("the history", &error);
    let onto = forge.merge_base(&facts.base.sha, &facts.pull.head).await.map_err(error)?;
    let ancestor = forge.merge_base(&onto, approved).await.map_err(error)?;
    let question = MergeQuestion { ancestor, ours: approved.clone(), theirs: onto.clone() };
    let merged_tree = repo.merged_tree(&question).map_err(|error| Why::new(error.to_string()))?;
    Ok(Carry { from: approved.clone(), onto, merged_tree })
}

/// What only this machine knows (rows V3, V5, V10).
pub fn local<P: Programs>(programs: &P, variables: &Variables, need: &Need<'_>) -> Local {
    let environment = need.environment;
    let inventory = match environment.target.as_ref().map(|target| &target.inventory) {
        Some(Inventory::Run(argv)) => run_lines(programs, argv),
        Some(Inventory::Names(_)) | None => Fact::NotAsked,
    };
    let services = need.policy.services.run.as_ref().map_or(Fact::NotAsked, |argv| run_lines(programs, argv));
    let variables = environment.variables.iter().map(|name| (name.clone(), variables.presence(name))).collect();
    Local { inventory, services, variables, custom: BTreeMap::new() }
}

fn run_lines<P: Programs>(programs: &P, argv: &Argv) -> Fact<Vec<String>> {
    let finished = match programs.run(argv, b"", INVENTORY_LIMIT) {
        Ok(finished) => finished,
        Err(error) => return Fact::Unavailable(Why::new(error.to_string())),
    };
    match lines(&finished) {
        Ok(lines) => Fact::Known(lines),
        Err(error) => Fact::Unavailable(Why::new(format!("`{}`: {error}", argv.program()))),
    }
}

/// Asks the team's own gates (row G20): the facts as JSON on standard input, an answer as JSON on standard output.
pub fn custom<P: Programs>(programs: &P, case: &Case<'_>) -> BTreeMap<crate::domain::CustomId, Fact<CustomAnswer>> {
    let input = serde_json::json!({ "schema_version": 1, "request": case.request, "environment": case.environment.name, "facts": case.facts });
    let input = input.to_string();
    case.environment.gates.custom.iter().map(|rule| (rule.id.clone(), ask_custom(programs, rule, input.as_bytes()))).collect()
}

fn ask_custom<P: Programs>(programs: &P, rule: &crate::policy::CustomRule, input: &[u8]) -> Fact<CustomAnswer> {
    let limit = Duration::from_secs(u64::from(rule.timeout.seconds()));
    let finished = match programs.run(&rule.run, input, limit) {
        Ok(finished) => finished,
        Err(error) => return Fact::Unavailable(Why::new(error.to_string())),
    };
    if finished.code != Some(0) {
        let ended = finished.code.map_or("was killed by a signal".to_owned(), |code| format!("ended with exit code {code}"));
        let words = crate::error::redact(finished.error_tail.trim());
        let words = if words.is_empty() { String::new() } else { format!(": {words}") };
        return Fact::Unavailable(Why::new(format!("`{}` {ended}{words}", rule.run.program())));
    }
    match serde_json::from_slice::<CustomAnswer>(&finished.output) {
        Ok(answer) => Fact::Known(answer),
        Err(error) => Fact::Unavailable(Why::new(format!("`{}` did not answer a verdict as JSON: {error}", rule.run.program()))),
    }
}
