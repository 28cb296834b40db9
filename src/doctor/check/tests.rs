//! What the server says, against the findings that it must give.

use std::collections::{BTreeMap, BTreeSet};

use super::examine;
use crate::doctor::material::{
    About, Approving, Asked, Branch, BranchPolicy, BranchRules, Collaborator, DefaultToken, EnvironmentSettings, Files, Guard, Listed, Material, People,
    Refused, Server, WorkflowDefaults,
};
use crate::doctor::{Area, Diagnosis, FINDINGS};
use crate::domain::{BranchName, Login, PersonId, RepoSlug, Role, TeamSlug};
use crate::facts::{Codeowners, Fact, Listing, Visibility, Why};

const POLICY: &str = "version: 1\nenvironments:\n  staging: {}\n  production: { after: [staging] }\n";

fn branch_name(name: &str) -> BranchName {
    BranchName::new(name).expect("valid")
}

fn all_guards() -> BTreeSet<Guard> {
    use Guard::{Checks, CreationRestricted, LastPush, NoDeletion, NoForcePush, OwnerReview, PullRequest, StaleDismissed};
    BTreeSet::from([PullRequest, StaleDismissed, LastPush, OwnerReview, Checks, NoForcePush, NoDeletion, CreationRestricted])
}

fn environment(name: &str) -> EnvironmentSettings {
    EnvironmentSettings {
        name: name.to_owned(),
        admins: Fact::Known(Approving::Refused),
        rules: BTreeSet::new(),
        branches: BranchPolicy::Patterns(Fact::Known(vec!["main".to_owned()])),
    }
}

fn people(count: u64, role: Role) -> Fact<Listing<Collaborator>> {
    Fact::Known(Listing::whole((1..=count).map(|id| Collaborator { id: PersonId(id), role }).collect()))
}

/// A server on which everything is as it should be.
fn server() -> Server {
    Server {
        about: About { slug: RepoSlug::new("acme/shop").expect("valid"), default_branch: branch_name("main"), visibility: Visibility::Private },
        defaults: Fact::Known(WorkflowDefaults { token: DefaultToken::Read, approving: Approving::Refused }),
        environments: Fact::Known(vec![environment("staging"), environment("Production")]),
        branches: vec![Branch {
            name: branch_name("main"),
            listed: Listed::Default,
            rules: Fact::Known(BranchRules { guards: all_guards(), approvals: 1, ..BranchRules::default() }),
        }],
        more_branches: None,
        people: People { collaborators: people(5, Role::Write), users: BTreeMap::new(), teams: BTreeMap::new() },
        refused: Vec::new(),
    }
}

fn material(policy: &str, server: Asked) -> Material {
    Material {
        files: Files {
            policy: Fact::Known(Some(policy.to_owned())),
            workflows: Fact::Known(Vec::new()),
            codeowners: Fact::Known(Codeowners { path: Some("CODEOWNERS".to_owned()), text: "* @acme/sre\n".to_owned() }),
            action: Fact::Known(None),
        },
        server,
        now: "2026-03-02T09:00:00Z".parse().expect("a time"),
        version: semver::Version::new(0, 1, 0),
    }
}

fn diagnose(policy: &str, server: Server) -> Diagnosis {
    examine(&material(policy, Asked::Yes(Box::new(server))))
}

/// The codes that are not about workflows, which are absent here.
fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings().iter().filter(|finding| finding.spec.area != Area::Workflow).map(|finding| finding.spec.code).collect()
}

fn with(change: impl FnOnce(&mut Server)) -> Server {
    let mut server = server();
    change(&mut server);
    server
}

fn without(guard: Guard) -> Server {
    with(|server| {
        let mut guards = all_guards();
        guards.remove(&guard);
        server.branches[0].rules = Fact::Known(BranchRules { guards, approvals: 1, ..BranchRules::default() });
    })
}

fn unknown<T>() -> Fact<T> {
    Fact::Unavailable(Why::new("the token may not").mended_by("use a token with `administration: read`"))
}

#[test]
fn i1_where_all_is_as_it_should_be_nothing_is_found_and_it_is_said_what_is_fine() {
    let diagnosis = diagnose(POLICY, server());
    assert_eq!(codes(&diagnosis), Vec::<&str>::new());
    let fine: Vec<&str> = diagnosis.all_fine().iter().map(|(_, what)| what.as_str()).collect();
    for what in ["main is guarded", "production is there and guarded", "workflows without `permissions:` may only read", "every window opens"] {
        assert!(fine.contains(&what), "{what}: {fine:?}");
    }
}

#[test]
fn i1_each_hole_in_a_branch_s_rules_is_found() {
    for (guard, code) in [
        (Guard::PullRequest, "branch.no-pull-request"),
        (Guard::StaleDismissed, "branch.stale-approvals"),
        (Guard::LastPush, "branch.last-pusher"),
        (Guard::OwnerReview, "branch.no-owner-review"),
        (Guard::Checks, "branch.no-checks"),
        (Guard::NoForcePush, "branch.force-push"),
        (Guard::NoDeletion, "branch.deletion"),
    ] {
        assert_eq!(codes(&diagnose(POLICY, without(guard))), [code]);
    }
    let rules = |rules: BranchRules| with(|server| server.branches[0].rules = Fact::Known(rules));
    let unreviewed = rules(BranchRules { guards: all_guards(), ..BranchRules::default() });
    assert_eq!(codes(&diagnose(POLICY, unreviewed)), ["branch.no-review"]);
    let bypass = vec!["administrators".to_owned(), "the team with the id 7".to_owned()];
    assert_eq!(
        codes(&diagnose(POLICY, rules(BranchRules { guards: all_guards(), approvals: 1, bypass, unread: Vec::new() }))),
        ["branch.bypass", "branch.bypass"]
    );
}

#[test]
fn i1_a_branch_that_counts_by_a_pattern_must_not_be_made_by_anybody() {
    let listed = |listed: Listed| {
        let mut server = without(Guard::CreationRestricted);
        server.branches[0].listed = listed;
        server
    };
    assert_eq!(codes(&diagnose(POLICY, listed(Listed::ByPattern))), ["branch.creation-open"]);
    assert_eq!(codes(&diagnose(POLICY, listed(Listed::ByName))), Vec::<&str>::new());
}

#[test]
fn i1_what_could_not_be_read_is_neither_missing_nor_fine() {
    let partly = with(|server| {
        let unread = vec![Why::new("its classic branch protection could not be read")];
        server.branches[0].rules = Fact::Known(BranchRules { unread, ..BranchRules::default() });
    });
    let diagnosis = diagnose(POLICY, partly);
    assert_eq!(codes(&diagnosis), ["branch.unread", "branch.unread"], "no hole is claimed");
    let said: Vec<&str> = diagnosis.findings().iter().map(|finding| finding.what.as_str()).collect();
    assert!(said.iter().any(|what| what.contains("whether it can be pushed to without a pull request; can be force-pushed")), "{said:?}");
    assert!(!diagnosis.all_fine().iter().any(|(area, _)| *area == Area::Branch));
    let nothing = with(|server| {
        server.defaults = unknown();
        server.environments = unknown();
        server.branches[0].rules = unknown();
        server.people.collaborators = unknown();
        server.more_branches = Some(Why::new("more branches"));
    });
    let diagnosis = diagnose(POLICY, nothing);
    assert_eq!(codes(&diagnosis), ["policy.people-unread", "token.unread", "environment.unread", "branch.unread", "branch.unread"]);
    assert!(diagnosis.findings().iter().any(|finding| finding.mend == "use a token with `administration: read`"));
    for area in [Area::Token, Area::Environment, Area::Branch] {
        assert!(!diagnosis.all_fine().iter().any(|(of, _)| *of == area), "{area:?}");
    }
}

#[test]
fn i1_a_server_that_was_not_asked_or_did_not_answer_is_said() {
    assert_eq!(codes(&examine(&material(POLICY, Asked::No("--offline".to_owned())))), ["server.not-asked"]);
    assert_eq!(codes(&examine(&material(POLICY, Asked::Failed(Why::new("no connection"))))), ["server.unread"]);
}

#[test]
fn i1_environments_that_are_missing_or_open_are_found() {
    let environments = |list: Vec<EnvironmentSettings>| with(|server| server.environments = Fact::Known(list));
    assert_eq!(codes(&diagnose(POLICY, environments(Vec::new()))), ["environment.production-missing", "environment.missing"]);
    let production = |change: fn(&mut EnvironmentSettings)| {
        let mut production = environment("production");
        change(&mut production);
        codes(&diagnose(POLICY, environments(vec![environment("staging"), production])))
    };
    assert_eq!(production(|environment| environment.admins = Fact::Known(Approving::Allowed)), ["environment.admins-bypass"]);
    assert_eq!(production(|environment| environment.admins = unknown()), ["environment.unread"]);
    assert_eq!(production(|environment| environment.branches = BranchPolicy::Any), ["environment.any-branch"]);
    assert_eq!(production(|environment| environment.branches = BranchPolicy::Protected), Vec::<&str>::new());
    assert_eq!(production(|environment| environment.branches = BranchPolicy::Patterns(unknown())), ["environment.unread"]);
    assert_eq!(production(|environment| drop(environment.rules.replace("required_reviewers".to_owned()))), ["environment.asks-twice"]);
    for (pattern, admitted) in [("main", true), ("m*", true), ("release/*", false), ("*/*", false)] {
        let mut production = environment("production");
        production.branches = BranchPolicy::Patterns(Fact::Known(vec![pattern.to_owned()]));
        let found = codes(&diagnose(POLICY, environments(vec![environment("staging"), production])));
        assert_eq!(found.contains(&"environment.refuses-default-branch"), !admitted, "{pattern}");
    }
    let mut loose = environment("staging");
    loose.admins = Fact::Known(Approving::Allowed);
    assert_eq!(codes(&diagnose(POLICY, environments(vec![loose, environment("production")]))), Vec::<&str>::new(), "there is nothing to bypass");
}

#[test]
fn i1_the_settings_of_workflow_tokens_and_what_the_token_is_refused_are_found() {
    let loose = with(|server| {
        server.defaults = Fact::Known(WorkflowDefaults { token: DefaultToken::Write, approving: Approving::Allowed });
        server.refused = vec![Refused { what: "checks", permission: "checks: read" }];
    });
    assert_eq!(codes(&diagnose(POLICY, loose)), ["token.default-write", "token.approves", "token.refused"]);
}

#[test]
fn i1_a_rule_that_nobody_can_satisfy_is_found_with_what_comes_behind_it() {
    let writers = |count: u64| with(|server| server.people.collaborators = people(count, Role::Write));
    assert_eq!(codes(&diagnose(POLICY, writers(0))), ["policy.unsatisfiable", "policy.unsatisfiable"], "nobody may even deploy");
    // One writer: staging needs one approval by somebody else, production two.
    assert_eq!(codes(&diagnose(POLICY, writers(1))), ["policy.unsatisfiable", "policy.unsatisfiable"]);
    let two = diagnose(POLICY, writers(2));
    assert_eq!(codes(&two), ["policy.unsatisfiable"]);
    assert!(two.findings().iter().any(|finding| finding.what.starts_with("production asks for 2 approvals; only 2 people can give one, and who made")));
    assert_eq!(codes(&diagnose(POLICY, writers(3))), Vec::<&str>::new());
    let chain = "version: 1\nenvironments:\n  a: { gates: { approval: { from: [\"role:admin\"] } } }\n  b: { after: [a], gates: { approval: { count: 0 } } }\n  c: { after: [b], gates: { approval: { count: 0 } } }\n";
    let server = with(|server| server.environments = Fact::Known(vec![environment("a"), environment("b"), environment("c")]));
    assert_eq!(codes(&diagnose(chain, server)), ["policy.unsatisfiable", "policy.unreachable", "policy.unreachable"]);
}

#[test]
fn i1_users_and_teams_whose_word_does_not_count_are_found() {
    let policy = "version: 1\nenvironments:\n  staging:\n    gates: { approval: { count: 1, from: [\"user:octocat\", \"team:acme/sre\"] } }\n";
    let login = Login::new("octocat").expect("valid");
    let team = TeamSlug::new("acme/sre").expect("valid");
    let asked = |user: Fact<Option<(PersonId, Role)>>, members: Fact<Vec<PersonId>>| {
        let server = with(|server| {
            server.people.users = BTreeMap::from([(login.clone(), user)]);
            server.people.teams = BTreeMap::from([(team.clone(), members)]);
        });
        codes(&diagnose(policy, server))
    };
    let octocat = |role: Role| Fact::Known(Some((PersonId(1), role)));
    assert_eq!(asked(octocat(Role::Read), Fact::Known(vec![PersonId(2)])), Vec::<&str>::new());
    assert_eq!(asked(octocat(Role::Read), Fact::Known(vec![PersonId(1)])), ["policy.scarce"], "one person in both lists is one person");
    assert_eq!(asked(octocat(Role::None), Fact::Known(vec![PersonId(2), PersonId(3)])), ["policy.no-access"]);
    assert_eq!(asked(Fact::Known(None), Fact::Known(Vec::new())), ["policy.no-account", "policy.unsatisfiable"]);
    assert_eq!(asked(octocat(Role::Read), unknown()), ["policy.team-unread"]);
    assert_eq!(asked(unknown(), Fact::Known(vec![PersonId(2), PersonId(3)])), ["policy.people-unread"]);
}

#[test]
fn i1_windows_that_never_open_and_owners_that_are_not_there_are_found() {
    let frozen = "version: 1\nenvironments:\n  staging: { gates: { window: { zone: Europe/Berlin, freeze: [{ from: 2026-01-01, until: 2029-01-01 }] } } }\n  later: { after: [staging] }\n";
    let server = || with(|server| server.environments = Fact::Known(vec![environment("staging"), environment("later")]));
    assert_eq!(codes(&diagnose(frozen, server())), ["policy.never-open", "policy.unreachable"]);
    let owned = "version: 1\nenvironments:\n  staging: { gates: { approval: { from: [codeowners] } } }\n";
    let with_owners = |path: Option<&str>, text: &str| {
        let mut material = material(owned, Asked::Yes(Box::new(server())));
        material.files.codeowners = Fact::Known(Codeowners { path: path.map(str::to_owned), text: text.to_owned() });
        codes(&examine(&material))
    };
    assert_eq!(with_owners(None, ""), ["policy.unsatisfiable", "policy.no-owners"]);
    assert_eq!(with_owners(Some("CODEOWNERS"), "/src/ @octocat\n"), ["policy.rules-unowned"]);
    assert_eq!(with_owners(Some("CODEOWNERS"), "* @octocat\n!bad @octocat\n"), ["policy.owners-line"]);
}

#[test]
fn i1_every_finding_about_settings_and_people_has_a_test() {
    let own = include_str!("tests.rs");
    let elsewhere = ["policy.missing", "policy.elsewhere", "policy.unread", "policy.invalid", "policy.loose", "policy.team-blind"];
    let wanted = FINDINGS.iter().filter(|spec| !matches!(spec.area, Area::Workflow | Area::Token | Area::Deploy));
    for spec in wanted.filter(|spec| !elsewhere.contains(&spec.code)) {
        assert!(own.contains(&format!("\"{}\"", spec.code)), "{} has no test", spec.code);
    }
}
