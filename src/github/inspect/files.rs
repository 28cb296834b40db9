//! The files of the default branch that make the rules: only whole text files are taken.

use serde::Deserialize;

use crate::doctor::material::{File, Files};
use crate::facts::{Codeowners, Fact, Why};
use crate::github::GitHub;
use crate::github::graphql::Operation;
use crate::github::wire::fact;
use crate::policy::POLICY_PATH;
use crate::ports::ForgeError;

/// Where workflows stand.
const WORKFLOWS: &str = ".github/workflows";

/// The mode of a symbolic link in git.
const SYMLINK: u32 = 0o120_000;

#[derive(Deserialize)]
struct Data {
    repository: Option<RepositoryNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryNode {
    default_branch_ref: Option<BranchNode>,
}

#[derive(Deserialize)]
struct BranchNode {
    target: Option<Tip>,
}

#[derive(Deserialize)]
struct Tip {
    policy: Option<Entry>,
    workflows: Option<FolderEntry>,
    action: Option<Entry>,
    owners1: Option<Entry>,
    owners2: Option<Entry>,
    owners3: Option<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    mode: u32,
    object: Option<BlobNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlobNode {
    byte_size: Option<u64>,
    is_truncated: Option<bool>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct FolderEntry {
    object: Option<TreeNode>,
}

#[derive(Deserialize)]
struct TreeNode {
    entries: Option<Vec<NamedEntry>>,
}

#[derive(Deserialize)]
struct NamedEntry {
    name: String,
    #[serde(flatten)]
    entry: Entry,
}

impl GitHub {
    pub(super) async fn read_files(&self) -> Result<Files, ForgeError> {
        let mut variables = self.here();
        variables.insert("policy".to_owned(), POLICY_PATH.into());
        variables.insert("workflows".to_owned(), WORKFLOWS.into());
        let operation = Operation { name: "Files", text: include_str!("../queries/files.graphql"), permission: "contents: read" };
        let (data, source) = self.query::<Data>(operation, variables.into()).await?.whole()?;
        let repository = data.repository.ok_or_else(|| source.not_found())?;
        let tip = repository.default_branch_ref.and_then(|branch| branch.target).ok_or_else(|| source.malformed("the default branch points at nothing"))?;
        Ok(Files {
            policy: maybe(tip.policy),
            workflows: fact(tip.workflows.map_or_else(|| Ok(Vec::new()), workflows)),
            codeowners: codeowners([(".github/CODEOWNERS", tip.owners1), ("CODEOWNERS", tip.owners2), ("docs/CODEOWNERS", tip.owners3)]),
            action: maybe(tip.action),
        })
    }
}

fn text(entry: Entry) -> Result<String, Why> {
    if entry.mode == SYMLINK {
        return Err(Why::new("it is a symbolic link, which GitHub does not follow").mended_by("make it an ordinary file"));
    }
    let blob = entry.object.ok_or_else(|| Why::new("it is no file"))?;
    match (blob.text, blob.is_truncated) {
        (Some(text), Some(false)) => Ok(text),
        (Some(_), _) => Err(Why::new(format!("the server cut it short at {} bytes", blob.byte_size.unwrap_or(0))).mended_by("make it smaller")),
        (None, _) if blob.byte_size.is_none() => Err(Why::new("it is no file")),
        (None, _) => Err(Why::new("it is no text")),
    }
}

fn maybe(entry: Option<Entry>) -> Fact<Option<String>> {
    fact(entry.map(text).transpose())
}

fn workflows(folder: FolderEntry) -> Result<Vec<File>, Why> {
    let entries = folder.object.and_then(|tree| tree.entries).ok_or_else(|| Why::new(format!("{WORKFLOWS} is no folder")))?;
    let yaml =
        entries.into_iter().filter(|entry| std::path::Path::new(&entry.name).extension().is_some_and(|extension| extension == "yml" || extension == "yaml"));
    Ok(yaml.map(|named| File { path: format!("{WORKFLOWS}/{}", named.name), text: fact(text(named.entry)) }).collect())
}

/// The first that there is, in GitHub's order.
fn codeowners(places: [(&str, Option<Entry>); 3]) -> Fact<Codeowners> {
    let found = places.into_iter().find_map(|(path, entry)| entry.map(|entry| (path, entry)));
    fact(match found {
        None => Ok(Codeowners { path: None, text: String::new() }),
        Some((path, entry)) => text(entry).map(|text| Codeowners { path: Some(path.to_owned()), text }),
    })
}
