//! Git objects: refs, tags, commits, trees, files, comparisons.

use git2::{ObjectType, Oid};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Wire, time};
use crate::sandbox::state::{NodeKind, Repository, Signature, git_node_id};
use crate::sandbox::store::{ChangedFile, RefTarget, claimed_time};

/// Author's and committer's own times of a commit.
pub fn commit_times(commit: &git2::Commit<'_>) -> (Timestamp, Timestamp) {
    (claimed_time(commit.author().when()), claimed_time(commit.committer().when()))
}

impl Wire<'_> {
    /// A ref.
    pub fn git_ref(self, repository: &Repository, target: &RefTarget) -> Value {
        let kind = kind_word(target.kind);
        let short = target.name.trim_start_matches("refs/");
        json!({
            "ref": target.name, "node_id": git_node_id(NodeKind::Ref, repository.id, &target.name),
            "url": self.repo_api(repository, &format!("/git/refs/{short}")),
            "object": { "type": kind, "sha": target.id.to_string(), "url": self.repo_api(repository, &format!("/git/{kind}s/{}", target.id)) },
        })
    }

    /// An annotated tag object; `null` where there is none.
    pub fn git_tag(self, repository: &Repository, id: Oid) -> Value {
        let Ok(tag) = repository.git.git().find_tag(id) else { return Value::Null };
        let kind = kind_word(tag.target_type().unwrap_or(ObjectType::Commit));
        let tagger = tag.tagger().map_or(Value::Null, |tagger| actor(&tagger));
        json!({
            "node_id": git_node_id(NodeKind::Tag, repository.id, &id.to_string()), "tag": String::from_utf8_lossy(tag.name_bytes()), "sha": id.to_string(),
            "url": self.repo_api(repository, &format!("/git/tags/{id}")), "message": String::from_utf8_lossy(tag.message_bytes().unwrap_or_default()),
            "tagger": tagger,
            "object": { "type": kind, "sha": tag.target_id().to_string(), "url": self.repo_api(repository, &format!("/git/{kind}s/{}", tag.target_id())) },
            "verification": unsigned(),
        })
    }

    /// A commit as the git database has it; `null` where there is none.
    pub fn git_commit(self, repository: &Repository, id: Oid) -> Value {
        let Ok(commit) = repository.git.git().find_commit(id) else { return Value::Null };
        let parents: Vec<Value> = commit.parent_ids().map(|parent| self.git_parent(repository, parent)).collect();
        let tree = commit.tree_id();
        json!({
            "sha": id.to_string(), "node_id": git_node_id(NodeKind::Commit, repository.id, &id.to_string()),
            "url": self.repo_api(repository, &format!("/git/commits/{id}")), "html_url": self.repo_page(repository, &format!("/commit/{id}")),
            "author": actor(&commit.author()), "committer": actor(&commit.committer()), "message": message(&commit),
            "tree": { "sha": tree.to_string(), "url": self.repo_api(repository, &format!("/git/trees/{tree}")) }, "parents": parents,
            "verification": verification(repository, id),
        })
    }

    fn git_parent(self, repository: &Repository, id: Oid) -> Value {
        let html = self.repo_page(repository, &format!("/commit/{id}"));
        json!({ "sha": id.to_string(), "url": self.repo_api(repository, &format!("/git/commits/{id}")), "html_url": html })
    }

    /// A commit as the repository has it, with the accounts behind the addresses; `null` where there is none.
    pub fn commit(self, repository: &Repository, id: Oid) -> Value {
        let Ok(commit) = repository.git.git().find_commit(id) else { return Value::Null };
        let account = |signature: &git2::Signature<'_>| {
            let email = String::from_utf8_lossy(signature.email_bytes()).into_owned();
            self.state.account_of_email(&email).map_or(Value::Null, |account| self.account(account))
        };
        let parents: Vec<Value> = commit
            .parent_ids()
            .map(|parent| {
                let html = self.repo_page(repository, &format!("/commit/{parent}"));
                json!({ "sha": parent.to_string(), "url": self.repo_api(repository, &format!("/commits/{parent}")), "html_url": html })
            })
            .collect();
        let url = self.repo_api(repository, &format!("/commits/{id}"));
        let tree = commit.tree_id();
        json!({
            "sha": id.to_string(), "node_id": git_node_id(NodeKind::Commit, repository.id, &id.to_string()), "url": url,
            "html_url": self.repo_page(repository, &format!("/commit/{id}")), "comments_url": format!("{url}/comments"),
            "commit": {
                "url": self.repo_api(repository, &format!("/git/commits/{id}")), "author": actor(&commit.author()), "committer": actor(&commit.committer()),
                "message": message(&commit), "comment_count": 0, "verification": verification(repository, id),
                "tree": { "sha": tree.to_string(), "url": self.repo_api(repository, &format!("/git/trees/{tree}")) },
            },
            "author": account(&commit.author()), "committer": account(&commit.committer()), "parents": parents,
        })
    }

    /// A commit as check suites and workflow runs have it; `null` where there is none.
    pub fn simple_commit(self, repository: &Repository, id: Oid) -> Value {
        let Ok(commit) = repository.git.git().find_commit(id) else { return Value::Null };
        let person = |signature: &git2::Signature<'_>| json!({ "name": String::from_utf8_lossy(signature.name_bytes()), "email": String::from_utf8_lossy(signature.email_bytes()) });
        json!({
            "id": id.to_string(), "tree_id": commit.tree_id().to_string(), "message": message(&commit), "timestamp": time(commit_times(&commit).0),
            "author": person(&commit.author()), "committer": person(&commit.committer()),
        })
    }

    /// A changed file.
    pub fn changed_file(self, repository: &Repository, at: Oid, file: &ChangedFile) -> Value {
        let path = encoded(&file.path);
        let mut drawn = json!({
            "sha": file.blob.to_string(), "filename": file.path, "status": file.status.as_str(), "additions": file.additions, "deletions": file.deletions,
            "changes": file.additions + file.deletions, "blob_url": self.repo_page(repository, &format!("/blob/{at}/{path}")),
            "raw_url": self.repo_page(repository, &format!("/raw/{at}/{path}")),
            "contents_url": self.repo_api(repository, &format!("/contents/{path}?ref={at}")),
        });
        if let Some(patch) = &file.patch {
            drawn["patch"] = json!(patch);
        }
        if let Some(previous) = &file.previous {
            drawn["previous_filename"] = json!(previous);
        }
        drawn
    }

    /// An entry of a folder, or the head of a file, in the contents API.
    pub fn content_entry(self, repository: &Repository, at: &str, entry: &ContentEntry<'_>) -> Value {
        let ContentEntry { path, kind, id, size } = entry;
        let encoded = encoded(path);
        let url = self.repo_api(repository, &format!("/contents/{encoded}?ref={at}"));
        let (word, object) = if *kind == ObjectType::Tree { ("dir", "trees") } else { ("file", "blobs") };
        let git_url = self.repo_api(repository, &format!("/git/{object}/{id}"));
        let html = self.repo_page(repository, &format!("/{}/{at}/{encoded}", if word == "dir" { "tree" } else { "blob" }));
        let download = (word == "file").then(|| self.repo_page(repository, &format!("/raw/{at}/{encoded}")));
        json!({
            "type": word, "size": size, "name": path.rsplit('/').next().unwrap_or(path), "path": path, "sha": id.to_string(), "url": url,
            "git_url": git_url, "html_url": html, "download_url": download, "_links": { "self": url, "git": git_url, "html": html },
        })
    }
}

/// An entry of a folder.
pub struct ContentEntry<'a> {
    /// Its path from the root.
    pub path: &'a str,
    /// Tree or blob.
    pub kind: ObjectType,
    /// Its object.
    pub id: Oid,
    /// Its size in bytes; 0 for a folder.
    pub size: usize,
}

/// A path as it stands in a URL.
pub fn encoded(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
    path.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn kind_word(kind: ObjectType) -> &'static str {
    match kind {
        ObjectType::Tag => "tag",
        ObjectType::Tree => "tree",
        ObjectType::Blob => "blob",
        _ => "commit",
    }
}

fn message(commit: &git2::Commit<'_>) -> String {
    String::from_utf8_lossy(commit.message_bytes()).into_owned()
}

fn actor(signature: &git2::Signature<'_>) -> Value {
    json!({
        "name": String::from_utf8_lossy(signature.name_bytes()), "email": String::from_utf8_lossy(signature.email_bytes()),
        "date": time(claimed_time(signature.when())),
    })
}

fn unsigned() -> Value {
    json!({ "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null })
}

fn verification(repository: &Repository, id: Oid) -> Value {
    let word = match repository.signatures.get(&id) {
        None => return unsigned(),
        Some(Signature::ByGitHub | Signature::Verified(_)) => "valid",
        Some(Signature::Invalid(reason)) => reason,
    };
    json!({ "verified": word == "valid", "reason": word, "signature": "-----BEGIN PGP SIGNATURE-----", "payload": "", "verified_at": null })
}
