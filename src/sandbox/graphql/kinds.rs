//! Which concrete types an interface or a union of GitHub's schema stands for, as far as the sandbox answers them; and which fields are
//! never null, so that an error in them makes their parent null.

const MEMBERS: &[(&str, &[&str])] = &[
    ("Actor", &["Bot", "EnterpriseUserAccount", "Mannequin", "Organization", "User"]),
    ("Comment", &["IssueComment", "PullRequest", "PullRequestReview"]),
    ("DeploymentReviewer", &["Team", "User"]),
    ("GitObject", &["Blob", "Commit", "Tag", "Tree"]),
    ("GitSignature", &["GpgSignature", "SmimeSignature", "SshSignature", "UnknownSignature"]),
    (
        "Node",
        &[
            "App",
            "BaseRefChangedEvent",
            "Blob",
            "Bot",
            "CheckRun",
            "CheckSuite",
            "ClosedEvent",
            "CommentDeletedEvent",
            "Commit",
            "Deployment",
            "DeploymentStatus",
            "Environment",
            "HeadRefForcePushedEvent",
            "Issue",
            "IssueComment",
            "Label",
            "LabeledEvent",
            "MergedEvent",
            "Organization",
            "PullRequest",
            "PullRequestCommit",
            "PullRequestReview",
            "Push",
            "Reaction",
            "Ref",
            "ReopenedEvent",
            "Repository",
            "RepositoryRule",
            "RepositoryRuleset",
            "ReviewDismissedEvent",
            "StatusCheckRollup",
            "StatusContext",
            "Tag",
            "Team",
            "Tree",
            "User",
            "Workflow",
            "WorkflowRun",
        ],
    ),
    ("PermissionGranter", &["Organization", "Repository", "Team"]),
    ("Reactable", &["Issue", "IssueComment", "PullRequest", "PullRequestReview"]),
    ("RepositoryOwner", &["Organization", "User"]),
    ("RequirableByPullRequest", &["CheckRun", "StatusContext"]),
    ("RuleSource", &["Enterprise", "Organization", "Repository"]),
    ("StatusCheckRollupContext", &["CheckRun", "StatusContext"]),
];

/// Fields with arguments that can be wrong, of a type that GitHub's schema declares as never null.
const NEVER_NULL: &[(&str, &str)] = &[
    ("CheckRun", "isRequired"),
    ("Commit", "authors"),
    ("Commit", "parents"),
    ("DeploymentProtectionRule", "reviewers"),
    ("Environment", "protectionRules"),
    ("Organization", "teams"),
    ("PullRequest", "comments"),
    ("PullRequest", "commits"),
    ("PullRequest", "reviewThreads"),
    ("PullRequest", "timelineItems"),
    ("PullRequestReview", "onBehalfOf"),
    ("Repository", "deployments"),
    ("Repository", "environments"),
    ("Repository", "pullRequests"),
    ("StatusCheckRollup", "contexts"),
    ("StatusContext", "isRequired"),
    ("Team", "members"),
    ("WorkflowRun", "deploymentReviews"),
    ("WorkflowRun", "pendingDeploymentRequests"),
];

/// True when a fragment on `condition` applies to an object of the concrete type.
pub(super) fn applies(condition: &str, concrete: &str) -> bool {
    condition == concrete
        || condition == "PullRequestTimelineItems" && concrete.ends_with("Event")
        || condition == "RuleParameters" && concrete.ends_with("Parameters")
        || MEMBERS.iter().any(|(name, members)| *name == condition && members.contains(&concrete))
}

/// True when an error in the field makes its parent null.
pub(super) fn never_null(type_name: &str, field: &str) -> bool {
    NEVER_NULL.contains(&(type_name, field))
}
