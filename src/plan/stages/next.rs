//! What comes next for an environment: which command, and who may give it.

use super::{About, Part, Stage, Standing, View};
use crate::domain::{Principal, ServiceName};
use crate::facts::LockKind;
use crate::intake::CommandName;
use crate::policy::Environment;

/// A next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The command to type, where one is.
    pub command: Option<String>,
    /// Who may: any of these people, teams and roles.
    pub who: Vec<String>,
    /// Of those, only who is also one of these; no matter where empty.
    pub also: Vec<String>,
    /// Why, or what there is to wait for.
    pub why: String,
}

impl Next {
    fn wait(why: impl Into<String>) -> Self {
        Self { command: None, who: Vec::new(), also: Vec::new(), why: why.into() }
    }
}

/// The next step for an environment, as `all` stand; `None` where there is nothing to do.
pub(super) fn next(view: &View<'_>, (environment, stage): (&Environment, &Stage), all: &[Stage]) -> Option<Next> {
    let About::Pull { pull, .. } = view.about else { return None };
    let before: Vec<&Stage> = all.iter().filter(|other| environment.after.contains(&other.environment)).collect();
    let open: Vec<&Part> = stage.parts.iter().filter(|part| part.standing == stage.standing).collect();
    let ready: Vec<&Part> = open.iter().copied().filter(|part| before.iter().all(|other| other.has(part.service.as_ref()))).collect();
    let step = match stage.standing {
        Standing::Done => return None,
        Standing::Unknown => Next::wait(stage.parts.iter().flat_map(|part| &part.notes).next().cloned().unwrap_or_default()),
        Standing::Running => Next::wait("it runs; its end is written into its comment"),
        Standing::Waiting => {
            let explain = format!("shipgate explain --pr {} --env {}", pull.number, environment.name);
            Next::wait(format!("its comment says what is missing, and so does `{explain}`"))
        }
        Standing::Locked | Standing::Failed | Standing::Outstanding if ready.is_empty() => {
            let missing = before.iter().filter(|other| !open.iter().any(|part| other.has(part.service.as_ref())));
            Next::wait(format!("first {}", missing.map(|other| other.environment.as_str()).collect::<Vec<_>>().join(", ")))
        }
        Standing::Locked => unlock(view, environment, stage),
        Standing::Failed => deploy(view, environment, (&ready, "the last try did not succeed: find out why first")),
        Standing::Outstanding => deploy(view, environment, (&ready, "it is its turn")),
    };
    Some(step)
}

fn deploy(view: &View<'_>, environment: &Environment, (ready, why): (&[&Part], &str)) -> Next {
    let services: Vec<&str> = ready.iter().filter_map(|part| part.service.as_ref()).map(ServiceName::as_str).collect();
    let whole = ready.iter().any(|part| part.service.is_none());
    let place = std::iter::once(environment.name.as_str());
    let words: Vec<&str> = if whole { place.collect() } else { place.chain(services).collect() };
    let commands = &view.policy.commands;
    let general = commands.who.get(&CommandName::Deploy).map_or(&[][..], Vec::as_slice);
    let here = &environment.gates.permission.who;
    let also = if here.iter().all(|one| implies(one, general)) { Vec::new() } else { principals(general) };
    Next { command: Some(format!("{}deploy {}", commands.prefix, words.join(" "))), who: principals(here), also, why: why.to_owned() }
}

/// True when whoever is this one is also one of those.
fn implies(one: &Principal, those: &[Principal]) -> bool {
    those.iter().any(|other| match (one, other) {
        (Principal::Role(role), Principal::Role(least)) => role >= least,
        _ => one == other,
    })
}

/// Whoever locked it frees it; others by force.
fn unlock(view: &View<'_>, environment: &Environment, stage: &Stage) -> Next {
    let holds = stage.holds.known().map(Vec::as_slice).unwrap_or_default();
    let Some(sticky) = holds.iter().find(|hold| hold.kind == LockKind::Sticky) else {
        let pulls: Vec<String> = holds.iter().map(|hold| format!("#{}", hold.pull)).collect();
        return Next::wait(format!("the deployment of {} runs there", pulls.join(", ")));
    };
    let commands = &view.policy.commands;
    let force = principals(&commands.force_unlock);
    let unlock = format!("{}unlock {}", commands.prefix, environment.name);
    let why = format!("{} locked it; by force (`{unlock} --force REASON`): {}", sticky.person.login, force.join(", "));
    Next { command: Some(unlock), who: vec![format!("user:{}", sticky.person.login)], also: Vec::new(), why }
}

fn principals(all: &[Principal]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
