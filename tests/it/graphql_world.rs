//! The small world in which the sandbox's GraphQL face is asked, and how it is asked.

use serde_json::{Value, json};

use crate::graphql_schema::{operations, shape_faults};
use shipgate::domain::{CommitSha, Role};
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::graphql::{Budget, GraphqlAnswer, answer};
use shipgate::sandbox::state::{ACTIONS_APP, Access, Conclusion, DeploymentState, Permission, ReviewRule, StatusState, Visibility};
use shipgate::sandbox::world::Check;

pub const REPOSITORY: &str = "acme/shop";
pub const POLICY: &str = ".github/shipgate.yml";
pub const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A repository with an open pull request, people, checks, a deployment and a comment, and the tokens to ask with.
pub struct World {
    pub sandbox: Sandbox,
    pub pull: u64,
    pub comment: u64,
    pub base: CommitSha,
    pub head: CommitSha,
    /// A workflow's token with what the action's documentation asks for.
    pub workflow: String,
    /// A person's token that may do everything.
    pub person: String,
}

pub const WORKFLOW: [(Permission, Access); 7] = [
    (Permission::Contents, Access::Write),
    (Permission::PullRequests, Access::Write),
    (Permission::Issues, Access::Write),
    (Permission::Deployments, Access::Write),
    (Permission::Checks, Access::Read),
    (Permission::Statuses, Access::Read),
    (Permission::Actions, Access::Read),
];

impl World {
    pub fn new() -> Self {
        let sandbox = Sandbox::start("2026-11-20T10:00:00Z".parse().expect("a time"));
        sandbox.organisation("acme");
        for login in ["ann", "bob", "eve"] {
            sandbox.user(login);
        }
        sandbox.team("acme/sre", &["bob"]);
        sandbox.repository(REPOSITORY, Visibility::Private);
        sandbox.grant(REPOSITORY, "ann", Role::Maintain);
        sandbox.grant(REPOSITORY, "eve", Role::Read);
        sandbox.grant_team(REPOSITORY, "acme/sre", Role::Write);
        sandbox.require_checks(REPOSITORY, "main", &[("build", Some(ACTIONS_APP)), ("licence", None)]);
        sandbox.require_reviews(REPOSITORY, "main", ReviewRule { approvals: 1, ..ReviewRule::default() });
        let base = sandbox.put(REPOSITORY, "ann", ("main", &[("README.md", "A shop.\n"), (POLICY, "version: 1\n"), ("app.txt", "1\n2\n3\n")]));
        let head = sandbox.put(REPOSITORY, "ann", ("feature", &[("app.txt", "1\ntwo\n3\n"), ("new.txt", "new\n")]));
        let pull = sandbox.open_pull(REPOSITORY, "ann", ("feature", "main"));
        sandbox.check(REPOSITORY, &head, Check::ended("build", Conclusion::Success));
        sandbox.status(REPOSITORY, "bob", (&head, "licence", StatusState::Success));
        let deployment = sandbox.deployment(REPOSITORY, "ann", ("staging", &base, json!({ "schema_version": 1 })));
        sandbox.set_deployment_state(deployment, "ann", DeploymentState::InProgress);
        sandbox.set_deployment_state(deployment, "ann", DeploymentState::Success);
        let comment = sandbox.comment((REPOSITORY, pull), "bob", "/deploy staging");
        let (workflow, person) = (sandbox.actions_token(&WORKFLOW), sandbox.full_token("ann"));
        Self { sandbox, pull, comment, base, head, workflow, person }
    }

    pub fn place(&self) -> (&'static str, u64) {
        (REPOSITORY, self.pull)
    }

    /// Asks, and checks that question and answer fit GitHub's schema unless the sandbox refused the document.
    pub fn ask(&self, token: &str, request: &Value) -> GraphqlAnswer {
        let mut state = self.sandbox.state();
        let viewer = state.token(token).expect("a token of this sandbox").viewer.clone();
        let budget = Budget { limit: 1_000, used: 10, resets_at: state.now() };
        let answered = answer(&mut state, &viewer, budget, request);
        if answered.status == 200 && answered.body.get("data").is_some() {
            let faults = shape_faults(request, &answered.body);
            assert!(faults.is_empty(), "the answer does not fit GitHub's schema: {faults:#?}");
        }
        answered
    }

    /// Asks, and expects data without errors.
    pub fn data(&self, token: &str, request: &Value) -> Value {
        let answered = self.ask(token, request);
        assert_eq!(answered.body.get("errors"), None);
        answered.body["data"].clone()
    }

    pub fn survey(&self) -> Value {
        let query = operations("src/github/queries").remove("survey.graphql").expect("the survey");
        let variables = json!({
            "owner": "acme", "name": "shop", "pull": self.pull, "policy": POLICY, "locks": "refs/shipgate/lock/",
            "comment": self.comment_node(), "hasComment": true, "actor": "bob", "hasActor": true,
        });
        json!({ "query": query, "variables": variables, "operationName": "Survey" })
    }

    /// A value for a variable of a query that we send: by its name where the name says something, else by its type.
    pub fn value(&self, name: &str, wanted: &str) -> Value {
        match (name, wanted.trim_end_matches('!')) {
            ("owner", _) => json!("acme"),
            ("name", _) => json!("shop"),
            ("pull", _) => json!(self.pull),
            ("policy", _) => json!(POLICY),
            ("locks", _) => json!("refs/shipgate/lock/"),
            ("comment", _) => json!(self.comment_node()),
            ("repository", _) => json!(self.sandbox.state().repository_named(REPOSITORY).expect("the repository").node_id()),
            (_, "GitObjectID") => json!(self.head.as_str()),
            (_, "Boolean") => json!(true),
            (_, "Int") => json!(1),
            (_, list) if list.starts_with('[') => json!([]),
            _ if wanted.ends_with('!') => json!("acme"),
            _ => Value::Null,
        }
    }

    pub fn comment_node(&self) -> String {
        self.sandbox.state().comment_of(self.comment).expect("the comment").1.node_id()
    }

    pub fn pull_node(&self) -> String {
        self.sandbox.state().repository_named(REPOSITORY).expect("the repository").pull(self.pull).expect("the pull request").node_id()
    }

    pub fn swap(&self, name: &str, before: &str, after: &str) -> Value {
        let repository = self.sandbox.state().repository_named(REPOSITORY).expect("the repository").node_id();
        mutation("Swap", &json!({ "repository": repository, "name": name, "before": before, "after": after }))
    }

    pub fn target(&self, name: &str) -> Option<String> {
        self.sandbox.state().repository_named(REPOSITORY).expect("the repository").git.target(name).map(|target| target.id.to_string())
    }
}

/// A mutation of tests/contract/operations.
pub fn mutation(name: &str, variables: &Value) -> Value {
    let query = operations("tests/contract/operations").remove("mutations.graphql").expect("the mutations");
    json!({ "query": query, "operationName": name, "variables": variables })
}

pub fn repository_query(fields: &str) -> Value {
    json!({ "query": format!("{{ repository(owner: \"acme\", name: \"shop\") {{ {fields} }} }}") })
}
