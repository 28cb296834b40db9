//! Numbers and global node ids. Every number is given once in a sandbox, whatever it numbers, so that a node id is found by its number.

/// What a node id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum NodeKind {
    User,
    Bot,
    Organization,
    App,
    Team,
    Repository,
    PullRequest,
    Issue,
    IssueComment,
    Review,
    Reaction,
    CheckSuite,
    CheckRun,
    StatusContext,
    Push,
    Deployment,
    DeploymentStatus,
    Environment,
    Workflow,
    WorkflowRun,
    Job,
    Ruleset,
    Rule,
    TimelineEvent,
    Ref,
    Commit,
    Tag,
    Tree,
    Blob,
}

const PREFIXES: [(NodeKind, &str); 29] = [
    (NodeKind::User, "U"),
    (NodeKind::Bot, "BOT"),
    (NodeKind::Organization, "O"),
    (NodeKind::App, "A"),
    (NodeKind::Team, "T"),
    (NodeKind::Repository, "R"),
    (NodeKind::PullRequest, "PR"),
    (NodeKind::Issue, "I"),
    (NodeKind::IssueComment, "IC"),
    (NodeKind::Review, "PRR"),
    (NodeKind::Reaction, "REA"),
    (NodeKind::CheckSuite, "CS"),
    (NodeKind::CheckRun, "CR"),
    (NodeKind::StatusContext, "SC"),
    (NodeKind::Push, "PSH"),
    (NodeKind::Deployment, "DE"),
    (NodeKind::DeploymentStatus, "DES"),
    (NodeKind::Environment, "EN"),
    (NodeKind::Workflow, "W"),
    (NodeKind::WorkflowRun, "WFR"),
    (NodeKind::Job, "J"),
    (NodeKind::Ruleset, "RRS"),
    (NodeKind::Rule, "RRU"),
    (NodeKind::TimelineEvent, "TE"),
    (NodeKind::Ref, "REF"),
    (NodeKind::Commit, "C"),
    (NodeKind::Tag, "TA"),
    (NodeKind::Tree, "TR"),
    (NodeKind::Blob, "B"),
];

impl NodeKind {
    fn prefix(self) -> &'static str {
        PREFIXES.iter().find(|(kind, _)| *kind == self).map(|(_, prefix)| *prefix).expect("every kind has a prefix")
    }
}

/// The global node id of a numbered thing.
pub fn node_id(kind: NodeKind, id: u64) -> String {
    format!("{}_kwS{id:012x}", kind.prefix())
}

/// The global node id of a git object or a ref (by its full name) of a repository.
pub fn git_node_id(kind: NodeKind, repository: u64, name: &str) -> String {
    format!("{}_kwG{repository:012x}_{name}", kind.prefix())
}

/// What the node id of a numbered thing names.
pub fn parse_node_id(text: &str) -> Option<(NodeKind, u64)> {
    let (prefix, rest) = text.split_once("_kwS")?;
    let kind = PREFIXES.iter().find(|(_, known)| *known == prefix)?.0;
    Some((kind, u64::from_str_radix(rest, 16).ok()?))
}

/// What the node id of a git object or ref names: kind, repository, object id or full ref name.
pub fn parse_git_node_id(text: &str) -> Option<(NodeKind, u64, String)> {
    let (prefix, rest) = text.split_once("_kwG")?;
    let kind = PREFIXES.iter().find(|(_, known)| *known == prefix)?.0;
    let (repository, name) = rest.split_once('_')?;
    Some((kind, u64::from_str_radix(repository, 16).ok()?, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_names_what_it_was_made_of() {
        for (kind, _) in PREFIXES {
            assert_eq!(parse_node_id(&node_id(kind, 4711)), Some((kind, 4711)));
        }
        let of_ref = git_node_id(NodeKind::Ref, 7, "refs/heads/a_kwG_b");
        assert_eq!(parse_git_node_id(&of_ref), Some((NodeKind::Ref, 7, "refs/heads/a_kwG_b".to_owned())));
        assert_eq!(parse_node_id("PR_nonsense"), None);
    }
}
