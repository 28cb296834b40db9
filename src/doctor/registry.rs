//! The registry of everything that doctor can find: a code, how bad it is, what it means, and the mend in general.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It does not work, or somebody can get round the gates: exit code 1.
    Error,
    /// It works and is weaker than it should be; an error with `--strict`.
    Warning,
    /// Worth knowing, or could not be found out.
    Note,
}

impl Severity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What a finding is about; shown in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is described by its title")]
pub enum Area {
    Server,
    Policy,
    Token,
    Environment,
    Branch,
    Workflow,
    Deploy,
}

/// Every area with its title.
pub const AREAS: &[(Area, &str, &str)] = &[
    (Area::Server, "server", "What could be asked"),
    (Area::Policy, "policy", "The policy, and who can satisfy it"),
    (Area::Token, "token", "What the token may do"),
    (Area::Environment, "environment", "Environments on GitHub"),
    (Area::Branch, "branch", "Rules of the branches whose policy counts"),
    (Area::Workflow, "workflow", "Workflows"),
    (Area::Deploy, "deploy", "Workflows that the policy dispatches"),
];

impl Area {
    /// The word for it, with which its codes begin.
    pub fn as_str(self) -> &'static str {
        AREAS.iter().find(|(area, _, _)| *area == self).map_or("", |(_, word, _)| word)
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        AREAS.iter().find(|(area, _, _)| *area == self).map_or("", |(_, _, title)| title)
    }
}

/// A row of the registry.
#[derive(Debug)]
pub struct FindingSpec {
    /// The code, e.g. `branch.no-checks`.
    pub code: &'static str,
    /// What it is about.
    pub area: Area,
    /// How bad it is.
    pub severity: Severity,
    /// What it means, as a sentence.
    pub about: &'static str,
    /// What to do about it, where the finding does not say it more exactly.
    pub mend: &'static str,
}

macro_rules! findings {
    ($($name:ident $code:literal $area:ident $severity:ident $about:literal $mend:literal)*) => {
        $(#[doc = $about] pub static $name: FindingSpec =
            FindingSpec { code: $code, area: Area::$area, severity: Severity::$severity, about: $about, mend: $mend };)*

        /// Everything there is to find, in the order of areas.
        pub static FINDINGS: &[&FindingSpec] = &[$(&$name),*];
    };
}

findings! {
    SERVER_NOT_ASKED "server.not-asked" Server Note "Only the files were looked at: environments, branch rules, people and settings were not."
        "set GITHUB_TOKEN, e.g. GITHUB_TOKEN=$(gh auth token), and leave --offline out"
    SERVER_UNREAD "server.unread" Server Note "GitHub could not be asked: nothing that it knows was looked at."
        "mend what the reason says, and run it again"

    POLICY_MISSING "policy.missing" Policy Error "There is no policy: nothing is ever deployed."
        "write .github/shipgate.yml on the default branch; the smallest is `version: 1` with `environments:`"
    POLICY_ELSEWHERE "policy.elsewhere" Policy Note "There is no policy and no gate: the workflows here only carry out what another repository's gate dispatches."
        "nothing, if another repository's policy dispatches them; else write .github/shipgate.yml and a gate"
    POLICY_UNREAD "policy.unread" Policy Error "The policy could not be read, so that nothing is deployed."
        "make .github/shipgate.yml an ordinary text file"
    POLICY_INVALID "policy.invalid" Policy Error "The policy is not valid, so that nothing is deployed."
        "run `shipgate policy check` for all of it with carets"
    POLICY_LOOSE "policy.loose" Policy Warning "The policy asks for less than the defaults would."
        "take the key out, or live with it knowingly"
    POLICY_UNSATISFIABLE "policy.unsatisfiable" Policy Error "A rule that nobody can satisfy: deployments wait for ever."
        "name more people or a wider role, exclude fewer, or ask for fewer approvals"
    POLICY_SCARCE "policy.scarce" Policy Warning "A rule that nobody can satisfy for a change by one of those whom it names."
        "name one person more, or a wider role"
    POLICY_TEAM_BLIND "policy.team-blind" Policy Warning "The policy names a team, and the workflow's own token cannot read teams: such approvals wait as `cannot verify`."
        "give the action a token that has `members: read` (input `token`), or name users or roles instead"
    POLICY_TEAM_UNREAD "policy.team-unread" Policy Warning "A team that the token could not read: it does not exist, or `members: read` is missing."
        "mend the name, or give the token `members: read`"
    POLICY_NO_ACCOUNT "policy.no-account" Policy Error "The policy names a user who has no account."
        "mend the name, or take it out"
    POLICY_NO_ACCESS "policy.no-access" Policy Warning "The policy names a user whose word does not count, because nobody gave them access to the repository."
        "invite them, or take the name out"
    POLICY_NEVER_OPEN "policy.never-open" Policy Error "A window that does not open within 400 days."
        "mend the open hours, or end the freeze"
    POLICY_UNREACHABLE "policy.unreachable" Policy Error "An environment that comes after one to which nothing can be deployed."
        "mend the environment before"
    POLICY_NO_OWNERS "policy.no-owners" Policy Warning "The policy counts owners' approvals, and there is no CODEOWNERS file."
        "write .github/CODEOWNERS, or name people otherwise"
    POLICY_OWNERS_LINE "policy.owners-line" Policy Warning "A line of CODEOWNERS that GitHub skips, so that an earlier line may win."
        "mend the line"
    POLICY_RULES_UNOWNED "policy.rules-unowned" Policy Note "Nobody owns the policy file: a change of it needs an approval by `role:maintain`."
        "add a line for /.github/ to CODEOWNERS"
    POLICY_PEOPLE_UNREAD "policy.people-unread" Policy Note "Who has which role could not be read: whether the rules can be satisfied is not known."
        "use a token of somebody who may push (`metadata: read`)"

    TOKEN_MISSING "token.missing" Token Error "The gate's job does not grant what the gate needs."
        "add the lines to the job's `permissions:`"
    TOKEN_UNSET "token.unset" Token Warning "The gate's job says no `permissions:`, so that a setting of the repository decides."
        "write `permissions:` in the job with what docs/action.md lists"
    TOKEN_EXCESS "token.excess" Token Warning "The gate's job grants everything (`write-all`, or the repository's default)."
        "write `permissions:` with what docs/action.md lists, and nothing else"
    TOKEN_OWN "token.own" Token Note "The gate has a token of its own; what it may do is not seen from here."
        "see that it has what docs/action.md lists"
    TOKEN_SHARED "token.shared" Token Note "The gate acts as `github-actions[bot]`, as every other workflow of the repository does."
        "give it a token of a GitHub App of its own: docs/security.md says why"
    TOKEN_DEFAULT_WRITE "token.default-write" Token Warning "Workflows that say no `permissions:` get a token that may write everything."
        "Settings → Actions → General → Workflow permissions: read"
    TOKEN_APPROVES "token.approves" Token Warning "Workflows may approve pull requests: a workflow's approval counts for the branch rules."
        "Settings → Actions → General → Workflow permissions: take the tick at `approve pull requests` away"
    TOKEN_REFUSED "token.refused" Token Warning "The token that doctor was given may not read what a gate reads."
        "add the permission"
    TOKEN_UNREAD "token.unread" Token Note "The repository's default for workflow tokens could not be read."
        "use a token with `administration: read`"

    ENVIRONMENT_PRODUCTION_MISSING "environment.production-missing" Environment Error "A production environment does not exist on GitHub: the first deployment would create it without any protection."
        "Settings → Environments → New environment: then allow the default branch only, and no bypass by administrators"
    ENVIRONMENT_MISSING "environment.missing" Environment Warning "An environment does not exist on GitHub: the first deployment would create it without any protection."
        "Settings → Environments → New environment"
    ENVIRONMENT_ADMINS "environment.admins-bypass" Environment Warning "Administrators may bypass the environment's protection on GitHub."
        "Settings → Environments: take the tick at `Allow administrators to bypass` away"
    ENVIRONMENT_ANY_BRANCH "environment.any-branch" Environment Warning "Any branch's workflow may use the secrets of a production environment, without asking the gates."
        "Settings → Environments → Deployment branches: only the default branch"
    ENVIRONMENT_REFUSES_DEFAULT "environment.refuses-default-branch" Environment Error "The environment's branch rule on GitHub refuses the default branch, from which gate and deployment run."
        "Settings → Environments → Deployment branches: add the default branch"
    ENVIRONMENT_REVIEWERS "environment.asks-twice" Environment Note "The environment has required reviewers on GitHub: a job that names it asks people once more, after shipgate did."
        "keep one of the two"
    ENVIRONMENT_UNREAD "environment.unread" Environment Note "Something about environments could not be read."
        "use a token with `actions: read`"

    BRANCH_NO_PULL_REQUEST "branch.no-pull-request" Branch Error "Whoever may push can change the branch, and with it the policy, without a pull request."
        "Settings → Rules → Rulesets: require a pull request before merging"
    BRANCH_NO_REVIEW "branch.no-review" Branch Warning "A pull request is merged without anybody's approval."
        "Settings → Rules → Rulesets: require at least one approval"
    BRANCH_STALE "branch.stale-approvals" Branch Warning "An approval outlives later pushes."
        "Settings → Rules → Rulesets: dismiss stale approvals when new commits are pushed"
    BRANCH_LAST_PUSHER "branch.last-pusher" Branch Warning "Who pushed last may approve their own push."
        "Settings → Rules → Rulesets: require approval of the most recent reviewable push"
    BRANCH_NO_CHECKS "branch.no-checks" Branch Warning "No check is required."
        "Settings → Rules → Rulesets: require status checks to pass, and name them"
    BRANCH_OWNERS "branch.no-owner-review" Branch Warning "The policy relies on owners, and the branch is merged without their review."
        "Settings → Rules → Rulesets: require review from code owners"
    BRANCH_FORCE_PUSH "branch.force-push" Branch Warning "The branch can be force-pushed: what was reviewed can be taken out of its history."
        "Settings → Rules → Rulesets: block force pushes"
    BRANCH_DELETION "branch.deletion" Branch Warning "The branch can be deleted, and made anew by somebody else."
        "Settings → Rules → Rulesets: restrict deletions"
    BRANCH_BYPASS "branch.bypass" Branch Warning "Somebody may go round the branch's rules."
        "Settings → Rules → Rulesets: empty the bypass list, or allow it for pull requests only"
    BRANCH_CREATION "branch.creation-open" Branch Warning "A branch counts by a pattern only where a ruleset restricts who makes such branches: pull requests into it are refused."
        "Settings → Rules → Rulesets: restrict creations for the pattern, or list the branch by its name"
    BRANCH_UNREAD "branch.unread" Branch Note "Something about a branch's rules could not be read."
        "use a token with `administration: read`"

    WORKFLOW_NO_GATE "workflow.no-gate" Workflow Error "No workflow runs shipgate: commands do nothing."
        "write a workflow with a step that uses the action, as docs/action.md shows"
    WORKFLOW_UNREAD "workflow.unread" Workflow Warning "A workflow could not be read: what it does is not known."
        "make it an ordinary text file"
    WORKFLOW_YAML "workflow.yaml" Workflow Warning "A workflow that GitHub does not accept."
        "mend the line"
    WORKFLOW_NO_COMMENTS "workflow.no-comments" Workflow Error "The gate's workflow is not started by comments: commands do nothing."
        "add `issue_comment: { types: [created] }` to `on:`"
    WORKFLOW_NO_REVIEWS "workflow.no-reviews" Workflow Warning "The gate's workflow is not started by reviews: what waits for an approval waits on after it."
        "add `pull_request_review:` to `on:`"
    WORKFLOW_NO_CHECK_EVENT "workflow.no-check-event" Workflow Warning "The gate's workflow is not started when checks end: what waits for a check waits on after it."
        "add `workflow_run: { workflows: [CI], types: [completed] }` to `on:`; for checks of other apps `check_suite:` and `status:`"
    WORKFLOW_NO_CLOSE "workflow.no-close" Workflow Note "The gate's workflow is not started when a pull request is closed: its sticky locks stay."
        "add `pull_request: { types: [closed] }` to `on:`"
    WORKFLOW_NO_SCHEDULE "workflow.no-schedule" Workflow Note "The gate's workflow has no schedule: after a runner's death its deployment is ended by the next event only."
        "add `schedule: [{ cron: '*/15 * * * *' }]` to `on:`"
    WORKFLOW_UNGUARDED "workflow.unguarded" Workflow Error "A step or job after the gate runs whatever the gate says."
        "give it an `if:` with `steps.ID.outputs.decision == 'go'` (a job: `needs.JOB.outputs.decision == 'go'`)"
    WORKFLOW_CONCURRENCY "workflow.concurrency" Workflow Warning "A concurrency group around the gate loses commands: GitHub keeps one waiting run of a group, and cancels the others."
        "take `concurrency` away: the lock keeps deployments apart"
    WORKFLOW_AROUND "workflow.around-the-gate" Workflow Warning "A job uses an environment of the policy and is behind no gate."
        "put it behind the gate, or give the environment another name"
    WORKFLOW_UNTRUSTED_CODE "workflow.untrusted-code" Workflow Error "A job runs the pull request's code with secrets or a token that may write."
        "check out the base branch, or run it on `pull_request` without secrets; behind the gate check out `steps.ID.outputs.sha`"
    WORKFLOW_UNTRUSTED_CHECKOUT "workflow.untrusted-checkout" Workflow Warning "A workflow with the base branch's rights checks out the pull request's code."
        "check out the base branch, or do it on `pull_request`"
    WORKFLOW_INJECTION "workflow.injection" Workflow Error "Text that others write is put into a script before a shell or JavaScript reads it: they can run commands."
        "hand it over by `env:` and write \"$NAME\" in the script"
    WORKFLOW_TEXT_IN_SCRIPT "workflow.text-in-script" Workflow Warning "The pull request's text is put into a script that runs with no more rights than the pull request's own code."
        "hand it over by `env:` and write \"$NAME\" in the script"
    WORKFLOW_INPUT_IN_SCRIPT "workflow.input-in-script" Workflow Warning "An input of a dispatched workflow is put into a script: its values come from comments."
        "hand it over by `env:` and write \"$NAME\" in the script"
    WORKFLOW_UNPINNED "workflow.unpinned" Workflow Warning "An action that is not pinned by commit: whoever moves its tag runs code here."
        "write the commit's 40 digits, and the tag in a comment behind them"
    WORKFLOW_OLD_ACTION "workflow.old-action" Workflow Warning "An older version of the action than this program."
        "pin the new release by its commit"
    WORKFLOW_UNKNOWN_VERSION "workflow.unknown-version" Workflow Note "Which version of the action is pinned cannot be told."
        "write the version in a comment behind the commit, e.g. `# v1.2.3`"
    WORKFLOW_PERSISTED "workflow.persisted-token" Workflow Warning "A checkout leaves a token that may write in the work tree, for every later step to read."
        "give the step `with: { persist-credentials: false }`"

    DEPLOY_MISSING "deploy.missing" Deploy Error "The policy dispatches a workflow that does not exist."
        "write the workflow, or mend its name in the policy"
    DEPLOY_NO_TRIGGER "deploy.no-trigger" Deploy Error "The dispatched workflow does not listen to the dispatch."
        "add the trigger to `on:`"
    DEPLOY_NO_HANDLE "deploy.no-handle" Deploy Error "The dispatched workflow does not declare the input `shipgate`: GitHub refuses the dispatch."
        "add `shipgate: { required: true, type: string }` to `on.workflow_dispatch.inputs`"
    DEPLOY_INPUT "deploy.input" Deploy Error "The policy's inputs are not those that the workflow declares: GitHub refuses the dispatch."
        "make the two agree"
    DEPLOY_RUN_NAME "deploy.run-name" Deploy Warning "The dispatched run cannot be told from others on servers that do not answer with its id."
        "add `run-name: Deploy ${{ inputs.shipgate }}`"
    DEPLOY_NOT_STARTED "deploy.not-started" Deploy Error "No step of the dispatched workflow hands the deployment to the action: it deploys without asking, and the deployment is never marked."
        "add a step with the action and `with: { deployment: '${{ inputs.shipgate }}' }` before the first that deploys"
    DEPLOY_NOT_FINISHED "deploy.not-finished" Deploy Error "A deployment is started with `step: start` and no job ends it."
        "add a last job with the action and `with: { step: finish, deployment: …, needs: '${{ toJSON(needs) }}' }`"
    DEPLOY_FINISH_SKIPPED "deploy.finish-skipped" Deploy Error "The job that ends the deployment is skipped when a job before it fails."
        "give it `if: always()`"
    DEPLOY_FINISH_BLIND "deploy.finish-blind" Deploy Error "The step that ends the deployment is not told how the jobs ended."
        "give it `needs: ${{ toJSON(needs) }}`, and the job `needs:` with every deploying job"
    DEPLOY_TOKEN "deploy.token" Deploy Error "The policy dispatches into another repository, and the workflow's own token cannot."
        "give the action a token for that repository (input `dispatch-token`)"
    DEPLOY_ELSEWHERE "deploy.elsewhere" Deploy Note "The dispatched workflow is in another repository, and was not looked at."
        "run `shipgate doctor --repo OWNER/NAME` there"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_every_finding_is_registered_once_under_its_area_and_says_what_to_do() {
        for spec in FINDINGS {
            assert_eq!(spec.code.split('.').next(), Some(spec.area.as_str()), "{}", spec.code);
            assert!(!spec.mend.is_empty() && spec.about.ends_with('.') && !spec.mend.ends_with('.'), "{}", spec.code);
            assert_eq!(FINDINGS.iter().filter(|other| other.code == spec.code).count(), 1, "{}", spec.code);
        }
        assert!(FINDINGS.iter().map(|spec| spec.area).is_sorted(), "in the order of areas");
        assert!(AREAS.iter().map(|(area, _, _)| *area).is_sorted());
    }
}
