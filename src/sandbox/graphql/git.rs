//! Git objects and refs: commits, trees, blobs, annotated tags.

use git2::{ObjectType, Oid};
use jiff::Timestamp;

use super::args::Args;
use super::checks;
use super::fault::Fault;
use super::object::{Answer, Context, Object, Resolved};
use super::page::{Connection, Names};
use super::people::Actor;
use super::rules;
use crate::sandbox::state::{NodeKind, Repository, Signature, git_node_id};
use crate::sandbox::store::claimed_time;

/// Longer texts are cut, and `isTruncated` says so.
const LONGEST_TEXT: usize = 512_000;

/// A git object of a repository, of whatever kind it is; null where there is none.
pub(super) fn object(repository: &Repository, id: Oid) -> Answer<'_> {
    let kind = match repository.git.kind(id) {
        Some(ObjectType::Commit) => NodeKind::Commit,
        Some(ObjectType::Tree) => NodeKind::Tree,
        Some(ObjectType::Blob) => NodeKind::Blob,
        Some(ObjectType::Tag) => NodeKind::Tag,
        _ => return Answer::NULL,
    };
    Answer::object(GitObject { repository, id, kind })
}

/// What `expression` names, as `git rev-parse` has it, e.g. `main:README.md`.
pub(super) fn expression<'s>(repository: &'s Repository, text: &str) -> Answer<'s> {
    let found = repository.git.git().revparse_single(text).ok();
    found.map_or(Answer::NULL, |found| object(repository, found.id()))
}

struct GitObject<'s> {
    repository: &'s Repository,
    id: Oid,
    kind: NodeKind,
}

/// What libgit2 says of an object that is there fails only where the repository on disk is broken.
fn broken(error: &git2::Error) -> Fault {
    Fault::typed("INTERNAL", format!("the sandbox's git repository is broken: {error}"))
}

impl<'s> Object<'s> for GitObject<'s> {
    fn type_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Commit => "Commit",
            NodeKind::Tree => "Tree",
            NodeKind::Blob => "Blob",
            _ => "Tag",
        }
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let text = self.id.to_string();
        let path = || format!("/{}/commit/{text}", self.repository.full_name);
        Ok(match name {
            "id" => git_node_id(self.kind, self.repository.id, &text).into(),
            "oid" => text.into(),
            "abbreviatedOid" => text[..7].into(),
            "commitUrl" => cx.url(&path()).into(),
            "commitResourcePath" => path().into(),
            "repository" => Answer::object(super::repository::Repo(self.repository)),
            _ => {
                return match self.kind {
                    NodeKind::Commit => self.commit(cx, name, args),
                    NodeKind::Tree => self.tree(name),
                    NodeKind::Blob => self.blob(name),
                    _ => self.tag(cx, name),
                };
            }
        })
    }
}

impl<'s> GitObject<'s> {
    fn commit(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let git = self.repository.git.git();
        let commit = git.find_commit(self.id).map_err(|error| broken(&error))?;
        Ok(match name {
            "message" => String::from_utf8_lossy(commit.message_bytes()).trim_end().to_owned().into(),
            "messageHeadline" => String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned().into(),
            "committedDate" => claimed_time(commit.committer().when()).into(),
            "authoredDate" => claimed_time(commit.author().when()).into(),
            // By the committer's address, which anybody can claim; only the signature proves it.
            "committedViaWeb" => (commit.committer().email_bytes() == WEB_FLOW.as_bytes()).into(),
            "tree" => object(self.repository, commit.tree_id()),
            "parents" => {
                let parents = commit.parent_ids().map(|id| (id.to_string(), id)).collect();
                let names = Names { connection: "CommitConnection", edge: "CommitEdge" };
                Answer::object(Connection::page(names, args, parents, |id| object(self.repository, id))?)
            }
            "author" => Answer::object(GitActor::of(&commit.author())),
            "committer" => Answer::object(GitActor::of(&commit.committer())),
            "authors" => {
                let authors = authors(&commit).into_iter().enumerate().map(|(index, actor)| (index.to_string(), actor)).collect();
                let names = Names { connection: "GitActorConnection", edge: "GitActorEdge" };
                Answer::object(Connection::page(names, args, authors, Answer::object)?)
            }
            "signature" => signature(self.repository, self.id),
            "file" => self.file(args.required_text("path")?),
            "url" => cx.url(&format!("/{}/commit/{}", self.repository.full_name, self.id)).into(),
            _ => return checks::commit_field(cx, self.repository, self.id, name, args),
        })
    }

    /// The entry of a path in the commit's tree; null where there is none.
    fn file(&self, path: &str) -> Answer<'s> {
        let git = self.repository.git.git();
        let tree = git.find_commit(self.id).and_then(|commit| commit.tree());
        let entry = tree.and_then(|tree| tree.get_path(std::path::Path::new(path))).ok();
        entry.map_or(Answer::NULL, |entry| Answer::object(TreeEntry::of(self.repository, path, &entry)))
    }

    fn tree(&self, name: &str) -> Resolved<'s> {
        let tree = self.repository.git.git().find_tree(self.id).map_err(|error| broken(&error))?;
        match name {
            "entries" => {
                let entries = tree.iter().map(|entry| Answer::object(TreeEntry::of(self.repository, &String::from_utf8_lossy(entry.name_bytes()), &entry)));
                Ok(Answer::List(entries.collect()))
            }
            _ => Err(Fault::no_field()),
        }
    }

    fn blob(&self, name: &str) -> Resolved<'s> {
        let blob = self.repository.git.git().find_blob(self.id).map_err(|error| broken(&error))?;
        Ok(match name {
            "byteSize" => blob.size().into(),
            "isBinary" => blob.is_binary().into(),
            "isTruncated" => (!blob.is_binary() && blob.size() > LONGEST_TEXT).into(),
            "text" if blob.is_binary() => Answer::NULL,
            "text" => String::from_utf8_lossy(&blob.content()[..blob.size().min(LONGEST_TEXT)]).into_owned().into(),
            _ => return Err(Fault::no_field()),
        })
    }

    fn tag(&self, _: Context<'s>, name: &str) -> Resolved<'s> {
        let tag = self.repository.git.git().find_tag(self.id).map_err(|error| broken(&error))?;
        Ok(match name {
            "name" => String::from_utf8_lossy(tag.name_bytes()).into_owned().into(),
            "message" => tag.message_bytes().map(|message| String::from_utf8_lossy(message).into_owned()).into(),
            "tagger" => Answer::maybe(tag.tagger().map(|tagger| GitActor::of(&tagger))),
            "target" => object(self.repository, tag.target_id()),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// The address under which GitHub commits for people who edit and merge on the web.
const WEB_FLOW: &str = "noreply@github.com";

/// The author, then everybody whom a `Co-authored-by:` line names.
fn authors(commit: &git2::Commit<'_>) -> Vec<GitActor> {
    let author = GitActor::of(&commit.author());
    let at = author.at;
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let named = message.lines().filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        let (name, rest) = value.trim().split_once('<')?;
        let email = rest.strip_suffix('>')?;
        key.eq_ignore_ascii_case("co-authored-by").then(|| GitActor { name: name.trim().to_owned(), email: email.to_owned(), at })
    });
    let mut all = vec![author];
    for actor in named {
        if !all.iter().any(|known| known.email.eq_ignore_ascii_case(&actor.email)) {
            all.push(actor);
        }
    }
    all
}

/// A name and an address as a commit or tag claims them.
struct GitActor {
    name: String,
    email: String,
    at: Timestamp,
}

impl GitActor {
    fn of(signature: &git2::Signature<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { name: text(signature.name_bytes()), email: text(signature.email_bytes()), at: claimed_time(signature.when()) }
    }
}

impl<'s> Object<'s> for GitActor {
    fn type_name(&self) -> &'static str {
        "GitActor"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "name" => self.name.as_str().into(),
            "email" => self.email.as_str().into(),
            "date" => self.at.into(),
            "user" => Answer::maybe(cx.state.account_of_email(&self.email).map(Actor::as_user)),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// What is known of a commit's signature; null where it has none.
fn signature(repository: &Repository, id: Oid) -> Answer<'_> {
    Answer::maybe(repository.signatures.get(&id).map(SignatureObject))
}

struct SignatureObject<'s>(&'s Signature);

impl<'s> Object<'s> for SignatureObject<'s> {
    fn type_name(&self) -> &'static str {
        "GpgSignature"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match (name, self.0) {
            ("isValid", Signature::ByGitHub | Signature::Verified(_)) => true.into(),
            ("isValid", Signature::Invalid(_)) => false.into(),
            ("wasSignedByGitHub", signature) => (*signature == Signature::ByGitHub).into(),
            ("state", Signature::Invalid(reason)) => reason.to_ascii_uppercase().into(),
            ("state", _) => "VALID".into(),
            ("signer", Signature::Verified(account)) => Actor::find_user(cx, *account),
            ("signer", _) => Answer::NULL,
            _ => return Err(Fault::no_field()),
        })
    }
}

/// An entry of a tree.
struct TreeEntry<'s> {
    repository: &'s Repository,
    path: String,
    id: Oid,
    kind: &'static str,
    mode: i32,
}

impl<'s> TreeEntry<'s> {
    fn of(repository: &'s Repository, path: &str, entry: &git2::TreeEntry<'_>) -> Self {
        let kind = match entry.kind() {
            Some(ObjectType::Tree) => "tree",
            Some(ObjectType::Commit) => "commit",
            _ => "blob",
        };
        Self { repository, path: path.to_owned(), id: entry.id(), kind, mode: entry.filemode() }
    }
}

impl<'s> Object<'s> for TreeEntry<'s> {
    fn type_name(&self) -> &'static str {
        "TreeEntry"
    }

    fn field(&self, _: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            "name" => self.path.rsplit('/').next().into(),
            "path" => self.path.as_str().into(),
            "oid" => self.id.to_string().into(),
            "type" => self.kind.into(),
            "mode" => Answer::Leaf(self.mode.into()),
            "object" => object(self.repository, self.id),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// A ref.
pub(super) struct RefObject<'s> {
    repository: &'s Repository,
    full: String,
    /// How much of the full name is the prefix that a list was asked for with.
    prefix: usize,
    id: Oid,
}

impl<'s> RefObject<'s> {
    /// The ref of a full name.
    pub fn find(repository: &'s Repository, full: &str) -> Option<Self> {
        let prefix = full.match_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
        Some(Self { repository, id: repository.git.target(full)?.id, full: full.to_owned(), prefix })
    }

    /// The branch of a short name.
    pub fn branch(repository: &'s Repository, name: &str) -> Option<Self> {
        Self::find(repository, &format!("refs/heads/{name}"))
    }

    /// The refs under a prefix, which ends in `/`; their names are what follows it.
    pub fn list(repository: &'s Repository, args: &Args) -> Resolved<'s> {
        let prefix = args.required_text("refPrefix")?;
        let prefix = if prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
        let query = args.text("query")?.map(str::to_owned);
        let mut found: Vec<(String, Self)> = repository
            .git
            .refs(&prefix)
            .into_iter()
            .filter(|target| query.as_deref().is_none_or(|query| target.name[prefix.len()..].contains(query)))
            .map(|target| (target.name.clone(), Self { repository, id: target.id, full: target.name, prefix: prefix.len() }))
            .collect();
        if args.text("direction")? == Some("DESC") {
            found.reverse();
        }
        Connection::page(Names { connection: "RefConnection", edge: "RefEdge" }, args, found, Answer::object).map(Answer::object)
    }
}

impl<'s> Object<'s> for RefObject<'s> {
    fn type_name(&self) -> &'static str {
        "Ref"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => git_node_id(NodeKind::Ref, self.repository.id, &self.full).into(),
            "name" => self.full[self.prefix..].into(),
            "prefix" => self.full[..self.prefix].into(),
            "target" => object(self.repository, self.id),
            "repository" => Answer::object(super::repository::Repo(self.repository)),
            // These belong to classic branch protection; the sandbox's rules are rulesets.
            "refUpdateRule" | "branchProtectionRule" => Answer::NULL,
            "rules" => return rules::list(cx, self.repository, &self.full, args),
            _ => return Err(Fault::no_field()),
        })
    }
}
