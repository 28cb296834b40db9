//! A world in which everything about people and the commit says go, for tests that change one thing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Said};
use super::verdict::{Answer, Judgement};
use crate::domain::{
    ActorKind, BranchName, CommentId, CommitSha, EnvName, HeadBranch, Login, ObjectId, Period, Person, PersonId, Principal, PullNumber, Reason, RepoSlug,
    RequestKey, Role, ShaPrefix, TeamSlug,
};
use crate::facts::{
    Base, Carry, ChangedFile, Codeowners, Commit, Contributor, Fact, Facts, Listing, Local, Mergeable, PullOrigin, PullRequest, PullState, Push, Repository,
    Review, ReviewState, Sighting, SightingKind, Signature, Visibility, Why,
};
use crate::intake::{COMMANDS, Command, CommandName, Deploy, Origin, Request, What};
use crate::policy::{
    ApprovalRule, ChecksRequired, ChecksRule, Commands, CommitRule, ConfirmRule, DeployHow, Environment, Excluded, Forks, Gates, LockRule, OrderRule,
    PermissionRule, Policy, PolicyChangeRule, Services, Signatures, Tier, UpToDateRule,
};

/// The commit under judgement: everything else is older.
pub const HEAD: char = 'a';
/// An earlier commit.
pub const EARLIER: char = 'b';
/// A base commit.
pub const BASE: char = 'c';

/// Who opened the pull request and wrote its commit.
pub const AUTHOR: u64 = 1;
/// Who gave the command.
pub const ASKER: u64 = 2;
/// A writer who approved nothing yet.
pub const ANN: u64 = 11;
/// Another.
pub const BOB: u64 = 12;
/// Another.
pub const CAT: u64 = 13;
/// Somebody without any role.
pub const PASSER_BY: u64 = 99;

/// A case that owns its parts.
#[derive(Clone, Debug)]
pub struct World {
    pub policy: Policy,
    pub request: Request,
    pub facts: Facts,
    pub said: Vec<Said>,
}

impl World {
    /// One approval asked for, of a writer; nobody gave one. Everything else says go.
    pub fn new() -> Self {
        let deploy = Deploy { environment: env(), services: vec![], what: What::Head, version: None, reason: None, parameters: BTreeMap::new() };
        let request = Request {
            key: RequestKey::new("comment-1-0").expect("valid"),
            actor: person(ASKER),
            at: at(0),
            command: Command::Deploy(deploy),
            pull: PullNumber(7),
            origin: Origin::Terminal,
        };
        Self { policy: policy(), request, facts: facts(), said: vec![] }
    }

    /// What a judge says of it.
    pub fn judged(&self, judge: fn(&Case<'_>) -> Answer) -> Answer {
        self.with_case(judge)
    }

    /// Looks at it as a case.
    pub fn with_case<T>(&self, look: impl FnOnce(&Case<'_>) -> T) -> T {
        let (Command::Deploy(deploy) | Command::Plan(deploy)) = &self.request.command else { panic!("only a deployment is judged") };
        let environment = &self.policy.environments[0];
        look(&Case { request: &self.request, deploy, policy: &self.policy, environment, facts: &self.facts, said: &self.said })
    }

    pub fn gates(&mut self) -> &mut Gates {
        &mut self.policy.environments[0].gates
    }

    pub fn rule(&mut self) -> &mut ApprovalRule {
        &mut self.gates().approval
    }

    pub fn deploys(&mut self, what: What) {
        let (Command::Deploy(deploy) | Command::Plan(deploy)) = &mut self.request.command else { panic!("only a deployment is judged") };
        deploy.what = what;
    }

    pub fn reviews(&mut self) -> &mut Vec<Review> {
        items(&mut self.facts.pull.reviews)
    }

    pub fn commits(&mut self) -> &mut Vec<Commit> {
        items(&mut self.facts.pull.commits)
    }

    /// Somebody's review of this commit, so many minutes from the command.
    pub fn review(&mut self, who: u64, state: ReviewState, (commit, minutes): (char, i64)) -> &mut Self {
        let id = 1_000 + self.reviews().len() as u64;
        let by_writer = self.facts.roles.get(&PersonId(who)).and_then(Fact::known).is_some_and(|role| *role >= Role::Write);
        self.reviews().push(Review { id, author: Some(person(who)), state, commit: Some(sha(commit)), at: at(minutes), by_writer });
        self
    }

    pub fn approves(&mut self, who: u64) -> &mut Self {
        self.review(who, ReviewState::Approved, (HEAD, -10))
    }

    /// A command in a comment, so many minutes from the deploy command.
    pub fn says(&mut self, who: u64, command: Command, minutes: i64) -> &mut Self {
        let comment = CommentId(500 + self.said.len() as u64);
        self.said.push(Said { comment, by: person(who), at: at(minutes), command });
        self
    }

    /// Changes these files, besides.
    pub fn changes(&mut self, paths: &[&str]) -> &mut Self {
        items(&mut self.facts.pull.files).extend(paths.iter().map(|path| ChangedFile { path: (*path).to_owned(), previous: None }));
        if let Fact::Known(list) = &mut self.facts.pull.files {
            list.total = list.items.len() as u64;
        }
        self
    }

    pub fn owned(&mut self, text: &str) -> &mut Self {
        self.facts.base.codeowners = Fact::Known(Codeowners { path: Some(".github/CODEOWNERS".to_owned()), text: text.to_owned() });
        self
    }

    pub fn role(&mut self, who: u64, role: Role) -> &mut Self {
        self.facts.roles.insert(PersonId(who), Fact::Known(role));
        self
    }

    pub fn team(&mut self, slug: &str, members: &[u64]) -> &mut Self {
        self.facts.teams.insert(TeamSlug::new(slug).expect("valid"), Fact::Known(members.iter().copied().map(PersonId).collect()));
        self
    }

    pub fn hidden_team(&mut self, slug: &str) -> &mut Self {
        let why = Why::new("the token may not read team members").mended_by("give the token `members: read`");
        self.facts.teams.insert(TeamSlug::new(slug).expect("valid"), Fact::Unavailable(why));
        self
    }

    /// The head is this commit, brought onto the base, exactly where the trees are the same.
    pub fn carried(&mut self, from: char, tree: Option<char>) -> &mut Self {
        let carry = Carry { from: sha(from), onto: sha(BASE), merged_tree: tree.map(object) };
        self.facts.carried.insert(sha(from), Fact::Known(carry));
        self
    }
}

pub fn approve(sha: Option<&str>) -> Command {
    Command::Approve { environment: env(), sha: sha.map(|text| ShaPrefix::new(text).expect("valid")) }
}

pub fn reject() -> Command {
    Command::Reject { environment: env(), reason: Reason::new("not before the fair").expect("valid") }
}

pub fn codes(answer: &Answer) -> Vec<&'static str> {
    answer.reasons.iter().map(|reason| reason.code).collect()
}

/// Asserts the whole of a judgement: its reasons' codes, in order, and how bad it is.
#[track_caller]
pub fn assert_says(answer: &Answer, judgement: Judgement, expected: &[&str]) {
    assert_eq!((answer.judgement, codes(answer).as_slice()), (judgement, expected), "{answer:#?}");
}

/// Asserts that a line of the evidence holds this.
#[track_caller]
pub fn assert_saw(answer: &Answer, part: &str) {
    assert!(answer.evidence.iter().any(|line| line.contains(part)), "no evidence of {part:?} in {:#?}", answer.evidence);
}

pub fn env() -> EnvName {
    EnvName::new("production").expect("valid")
}

pub fn sha(digit: char) -> CommitSha {
    CommitSha::new(whole(digit)).expect("valid")
}

pub fn whole(digit: char) -> String {
    String::from(digit).repeat(40)
}

pub fn object(digit: char) -> ObjectId {
    ObjectId::new(whole(digit)).expect("valid")
}

/// So many minutes from the command.
pub fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000).expect("valid") + SignedDuration::from_mins(minutes)
}

pub fn login(id: u64) -> Login {
    let name = match id {
        AUTHOR => "author".to_owned(),
        ASKER => "asker".to_owned(),
        ANN => "ann".to_owned(),
        BOB => "bob".to_owned(),
        CAT => "cat".to_owned(),
        other => format!("person-{other}"),
    };
    Login::new(name).expect("valid")
}

pub fn person(id: u64) -> Person {
    Person { id: PersonId(id), login: login(id), kind: ActorKind::Human }
}

pub fn machine(id: u64, name: &str) -> Person {
    Person { id: PersonId(id), login: Login::new(name).expect("valid"), kind: ActorKind::Machine }
}

pub fn principals(texts: &[&str]) -> Vec<Principal> {
    texts.iter().map(|text| Principal::try_from((*text).to_owned()).expect("valid")).collect()
}

pub fn commit(digit: char, author: u64) -> Commit {
    let by = Contributor::Account(person(author));
    Commit { sha: sha(digit), parents: vec![], authors: vec![by.clone()], committer: Some(by), signature: Signature::Verified }
}

pub fn seen(kind: SightingKind, minutes: i64) -> Sighting {
    Sighting { at: at(minutes), kind }
}

pub fn unavailable<T>() -> Fact<T> {
    Fact::Unavailable(Why::new("the server failed").mended_by("wait for the server"))
}

fn items<T>(fact: &mut Fact<Listing<T>>) -> &mut Vec<T> {
    let Fact::Known(list) = fact else { panic!("known until a test says otherwise") };
    &mut list.items
}

fn policy() -> Policy {
    let writers = principals(&["role:write"]);
    let commands = Commands {
        prefix: "/".to_owned(),
        aliases: BTreeMap::new(),
        who: COMMANDS.iter().map(|spec| (spec.name, if spec.name == CommandName::Approve { principals(&["role:read"]) } else { writers.clone() })).collect(),
        apps: vec![],
        force_unlock: principals(&["role:maintain"]),
    };
    let production = Environment {
        name: env(),
        aliases: vec![EnvName::new("prod").expect("valid")],
        tier: Tier::Production,
        url: None,
        after: vec![],
        deploy: DeployHow::Here,
        variables: vec![],
        target: None,
        parameters: BTreeMap::new(),
        gates: gates(),
        monitoring: vec![],
        validation: vec![],
        rollback: vec![],
    };
    let staging = Environment { name: EnvName::new("staging").expect("valid"), aliases: vec![], ..production.clone() };
    Policy {
        id: object('d'),
        commands,
        services: Services::default(),
        environments: vec![production, staging],
        protected_branches: vec![],
        checks: crate::checks::CheckRules::default(),
    }
}

fn gates() -> Gates {
    let writers = principals(&["role:write"]);
    let exclude = BTreeSet::from([Excluded::Author, Excluded::Committers, Excluded::Pusher, Excluded::Requester]);
    Gates {
        permission: PermissionRule { who: writers.clone(), forks: Forks::Refuse },
        commit: CommitRule { signatures: Signatures::Off },
        policy_change: PolicyChangeRule { paths: vec![], approve: principals(&["codeowners"]) },
        checks: ChecksRule { require: ChecksRequired::Named, also: vec![], except: vec![] },
        approval: ApprovalRule { count: 1, from: writers, exclude, expires: Period::of_seconds(86_400) },
        up_to_date: UpToDateRule::Off,
        order: OrderRule::Commit,
        window: None,
        confirm: ConfirmRule::Off,
        lock: LockRule { expires: Period::of_seconds(21_600) },
        custom: vec![],
    }
}

fn facts() -> Facts {
    let roles = [AUTHOR, ASKER, ANN, BOB, CAT].into_iter().map(|id| (PersonId(id), Fact::Known(Role::Write)));
    Facts {
        now: at(1),
        repository: Repository {
            slug: RepoSlug::new("acme/shop").expect("valid"),
            node_id: "R_1".to_owned(),
            default_branch: BranchName::new("main").expect("valid"),
            archived: false,
            visibility: Visibility::Private,
        },
        base: Base {
            name: BranchName::new("main").expect("valid"),
            sha: sha(BASE),
            required_checks: Fact::Known(vec![]),
            creation_restricted: Fact::NotAsked,
            policy_id: Some(object('d')),
            codeowners: Fact::Known(Codeowners { path: None, text: String::new() }),
        },
        pull: pull(),
        checks: Fact::NotAsked,
        roles: roles.chain([(PersonId(PASSER_BY), Fact::Known(Role::None))]).collect(),
        teams: BTreeMap::new(),
        carried: BTreeMap::new(),
        locks: Fact::NotAsked,
        runs: BTreeMap::new(),
        deployments: Fact::NotAsked,
        local: Local::default(),
        viewer: None,
    }
}

fn pull() -> PullRequest {
    PullRequest {
        number: PullNumber(7),
        node_id: "PR_7".to_owned(),
        state: PullState::Open,
        draft: false,
        title: "A change".to_owned(),
        author: Some(person(AUTHOR)),
        created_at: at(-600),
        head: sha(HEAD),
        head_tree: object(HEAD),
        head_branch: HeadBranch::new("topic").expect("valid"),
        origin: PullOrigin::Same,
        mergeable: Mergeable::Clean,
        files: Fact::Known(Listing::whole(vec![ChangedFile { path: "src/main.rs".to_owned(), previous: None }])),
        commits: Fact::Known(Listing::whole(vec![commit(EARLIER, AUTHOR), commit(HEAD, AUTHOR)])),
        reviews: Fact::Known(Listing::whole(vec![])),
        comments: Fact::Known(Listing::whole(vec![])),
        sightings: vec![seen(SightingKind::Activity, -60)],
        pushed_by: Fact::Known(Push { by: person(AUTHOR) }),
    }
}
