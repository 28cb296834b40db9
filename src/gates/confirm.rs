//! Gate `confirm` (row G8): whoever commands names the environment a second time, so that nobody deploys to production by a slip.
//!
//! The confirmation is the requester's own, not somebody else's: it says "I mean this", where an approval says "I agree". It is bound to the commit:
//! by its whole id, or because the server had the commit before the confirmation was written.

use super::arrival::{Presence, presence};
use super::case::{Case, Said};
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::ShaPrefix;
use crate::intake::{Command, CommandName};
use crate::policy::ConfirmRule;

const MISSING: ReasonSpec = ReasonSpec { code: "confirm.missing", about: "The person who commands has not confirmed the environment." };
const OTHER_COMMIT: ReasonSpec = ReasonSpec { code: "confirm.other-commit", about: "The confirmation does not mean the commit that would be deployed." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[MISSING, OTHER_COMMIT];

/// Judges: a `/confirm` of this environment and this commit, by the person who commands, not before the command.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Confirm);
    let rule = case.environment.gates.confirm;
    if rule == ConfirmRule::Off {
        answering.saw("not asked for");
        return answering.done();
    }
    let mut meant_another = false;
    for said in case.said_here() {
        let Command::Confirm { sha, .. } = &said.command else { continue };
        match heard(case, said, sha.as_ref()) {
            Ok(()) => {
                answering.saw(format!("@{} confirmed {} at {}", said.by.login, case.facts.pull.head.short(), said.at));
                return answering.done();
            }
            Err(miss) => {
                answering.saw(format!("comment {} by @{} at {} does not confirm: {}", said.comment, said.by.login, said.at, miss.why()));
                meant_another |= matches!(miss, Miss::OtherCommit | Miss::NotSeenBefore);
            }
        }
    }
    let head = case.facts.pull.head.short();
    let (spec, what) = if meant_another {
        (&OTHER_COMMIT, format!("the confirmation is not one of the commit {head}"))
    } else {
        (&MISSING, format!("@{} has not confirmed {} for the commit {head}", case.request.actor.login, case.environment.name))
    };
    answering.wait(spec, what).remedy(format!("write `{}`", line(case))).by([case.request.actor.login.clone()]);
    answering.done()
}

/// The line to write. With a short id it is bound to the commit because the server had it before; see [`heard`].
fn line(case: &Case<'_>) -> String {
    let words = format!("{}{} {}", case.policy.commands.prefix, CommandName::Confirm.as_str(), case.environment.name);
    match case.environment.gates.confirm {
        ConfirmRule::Sha => format!("{words} {}", case.facts.pull.head.short()),
        ConfirmRule::Name | ConfirmRule::Off => words,
    }
}

/// Why a confirmation does not count.
#[derive(Clone, Copy)]
enum Miss {
    SomebodyElse,
    BeforeTheCommand,
    NamesNoCommit,
    OtherCommit,
    NotSeenBefore,
}

impl Miss {
    fn why(self) -> &'static str {
        match self {
            Self::SomebodyElse => "only the person who gave the command can confirm it",
            Self::BeforeTheCommand => "it was written before the command",
            Self::NamesNoCommit => "the policy asks for the commit's id behind the environment",
            Self::OtherCommit => "it names another commit",
            Self::NotSeenBefore => "nothing shows that the server had this commit before; another one may have been meant",
        }
    }
}

fn heard(case: &Case<'_>, said: &Said, sha: Option<&ShaPrefix>) -> Result<(), Miss> {
    let head = &case.facts.pull.head;
    if said.by.id != case.request.actor.id || !said.by.is_human() {
        return Err(Miss::SomebodyElse);
    }
    if said.at < case.request.at {
        return Err(Miss::BeforeTheCommand);
    }
    if sha.is_none() && case.environment.gates.confirm == ConfirmRule::Sha {
        return Err(Miss::NamesNoCommit);
    }
    if sha.is_some_and(|sha| !sha.names(head)) {
        return Err(Miss::OtherCommit);
    }
    if sha.is_some_and(ShaPrefix::is_whole) || matches!(presence(&case.facts.pull, said.at), Presence::Since(_)) { Ok(()) } else { Err(Miss::NotSeenBefore) }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, human, octavia, reasons, saw};
    use super::super::verdict::Judgement::Waiting;
    use super::*;
    use crate::domain::{ActorKind, EnvName, Person};
    use crate::facts::{Sighting, SightingKind};
    use crate::intake::{Deploy, What};

    const WHOLE: &str = "abababababababababababababababababababab";

    fn confirm(environment: &str, sha: Option<&str>) -> Command {
        let sha = sha.map(|sha| ShaPrefix::new(sha).expect("a prefix"));
        Command::Confirm { environment: EnvName::new(environment).expect("a name"), sha }
    }

    /// The command was given at 11:55, the head was seen at 09:00.
    fn world(rule: ConfirmRule) -> World {
        let mut world = World::new();
        world.gates().confirm = rule;
        world
    }

    fn after(rule: ConfirmRule, by: Person, at: &str, command: Command) -> Answer {
        let mut world = world(rule);
        world.say(by, at, command);
        world.ask(judge)
    }

    const LATER: &str = "2026-03-10T11:56:00Z";
    const MISSED: &[(super::super::verdict::Judgement, &str)] = &[(Waiting, "confirm.missing")];
    const OTHER: &[(super::super::verdict::Judgement, &str)] = &[(Waiting, "confirm.other-commit")];

    #[test]
    fn g8_off_asks_for_nothing() {
        assert!(saw(&world(ConfirmRule::Off).ask(judge), "not asked for"));
    }

    #[test]
    fn g8_without_a_confirmation_the_exact_line_to_write_is_said() {
        let answer = world(ConfirmRule::Name).ask(judge);
        assert_eq!(reasons(&answer), MISSED);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("write `/confirm production`"));
        assert_eq!(answer.reasons[0].who, [octavia().login]);
        let answer = world(ConfirmRule::Sha).ask(judge);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("write `/confirm production abababababab`"));
    }

    #[test]
    fn g8_the_requester_confirms_by_name_or_alias_in_the_same_comment_or_later() {
        for (word, at) in [("production", LATER), ("prod", LATER), ("production", "2026-03-10T11:55:00Z")] {
            let answer = after(ConfirmRule::Name, octavia(), at, confirm(word, None));
            assert!(reasons(&answer).is_empty() && saw(&answer, "@octavia confirmed abababababab"), "{word} {at}");
        }
        assert_eq!(reasons(&after(ConfirmRule::Name, octavia(), LATER, confirm("staging", None))), MISSED);
        assert_eq!(reasons(&after(ConfirmRule::Name, octavia(), LATER, confirm("elsewhere", None))), MISSED);
    }

    #[test]
    fn g8_nobody_else_confirms_for_the_requester() {
        let answer = after(ConfirmRule::Name, human(201, "rosa"), LATER, confirm("production", None));
        assert!(reasons(&answer) == MISSED && saw(&answer, "only the person who gave the command"));
        let same_name = human(999, "octavia");
        assert_eq!(reasons(&after(ConfirmRule::Name, same_name, LATER, confirm("production", None))), MISSED, "people are their ids");
        let machine = Person { kind: ActorKind::Machine, ..octavia() };
        assert_eq!(reasons(&after(ConfirmRule::Name, machine, LATER, confirm("production", None))), MISSED);
        let renamed = human(100, "octavia-new");
        assert_eq!(reasons(&after(ConfirmRule::Name, renamed, LATER, confirm("production", None))), []);
    }

    #[test]
    fn g8_a_confirmation_from_before_the_command_is_none() {
        let answer = after(ConfirmRule::Name, octavia(), "2026-03-10T11:54:59Z", confirm("production", Some(WHOLE)));
        assert!(reasons(&answer) == MISSED && saw(&answer, "before the command"));
    }

    #[test]
    fn g8_a_confirmation_of_another_commit_is_none() {
        for rule in [ConfirmRule::Name, ConfirmRule::Sha] {
            assert_eq!(reasons(&after(rule, octavia(), LATER, confirm("production", Some("1234567")))), OTHER);
            assert_eq!(reasons(&after(rule, octavia(), LATER, confirm("production", Some("abababa")))), []);
            assert_eq!(reasons(&after(rule, octavia(), LATER, confirm("production", Some(WHOLE)))), []);
        }
    }

    #[test]
    fn g8_sha_asks_for_the_commits_id() {
        let answer = after(ConfirmRule::Sha, octavia(), LATER, confirm("production", None));
        assert!(reasons(&answer) == MISSED && saw(&answer, "asks for the commit's id"));
    }

    #[test]
    fn g8_a_commit_that_nobody_had_seen_before_is_confirmed_by_its_whole_id_only() {
        let mut world = world(ConfirmRule::Name);
        // Pushed after the confirmation, or in the same second.
        world.facts.pull.sightings = vec![Sighting { at: LATER.parse().expect("a time"), kind: SightingKind::Activity }];
        world.say(octavia(), LATER, confirm("production", None));
        let answer = world.ask(judge);
        assert!(reasons(&answer) == OTHER && saw(&answer, "another one may have been meant"));
        world.say(octavia(), LATER, confirm("production", Some("abababababab")));
        assert_eq!(reasons(&world.ask(judge)), OTHER, "a short id can be forged");
        world.say(octavia(), LATER, confirm("production", Some(WHOLE)));
        assert_eq!(reasons(&world.ask(judge)), []);
        world.said.clear();
        world.facts.pull.sightings.clear();
        world.say(octavia(), LATER, confirm("production", None));
        assert_eq!(reasons(&world.ask(judge)), OTHER);
    }

    #[test]
    fn g8_a_head_that_left_the_branch_and_came_back_after_the_confirmation_is_not_the_one_meant() {
        for (kind, expected) in [(SightingKind::ForcedPush, OTHER), (SightingKind::Activity, OTHER), (SightingKind::Review, &[])] {
            let mut world = world(ConfirmRule::Name);
            world.facts.pull.sightings.push(Sighting { at: "2026-03-10T11:58:00Z".parse().expect("a time"), kind });
            world.say(octavia(), LATER, confirm("production", None));
            assert_eq!(reasons(&world.ask(judge)), expected, "{kind:?}");
        }
    }

    #[test]
    fn g8_the_command_itself_confirms_nothing_even_with_the_commits_id() {
        let deploy = |what| {
            Command::Deploy(Deploy {
                environment: EnvName::new("production").expect("a name"),
                services: Vec::new(),
                what,
                version: None,
                reason: None,
                parameters: std::collections::BTreeMap::new(),
            })
        };
        let mut world = world(ConfirmRule::Sha);
        world.say(octavia(), LATER, deploy(What::Sha(ShaPrefix::new(WHOLE).expect("a prefix"))));
        assert_eq!(reasons(&world.ask(judge)), MISSED);
    }
}
