//! The pages behind the survey's first: one query for the next page of every list that has one; and the old names of renamed files,
//! which only the REST API tells.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dto::{PullNode, PullPage, Rollup};
use super::{COMMENTS, COMMITS, FILES, REVIEWS, ROLLUP, Whole};
use crate::facts::Why;
use crate::github::GitHub;
use crate::github::graphql::Operation;
use crate::github::paths::Path;
use crate::github::transport::Call;
use crate::github::wire::List;
use crate::ports::{ForgeError, ForgeFault};

/// How much of each list is read; what is longer is incomplete, and cannot be judged.
const MOST_FILES: usize = 3_000;
const MOST_COMMITS: usize = 250;
const MOST_REVIEWS: usize = 500;
const MOST_COMMENTS: usize = 1_000;
const MOST_CONTEXTS: usize = 1_000;

/// More rounds than the longest list has pages: a server that gives no end is not followed for ever.
const MOST_ROUNDS: usize = 40;

/// Files on one page of the REST API.
const FILES_PAGE: usize = 100;

#[derive(Deserialize)]
struct Data {
    repository: Option<Holder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holder {
    pull_request: Option<PullPage>,
}

#[derive(Deserialize)]
struct RestFile {
    filename: String,
    previous_filename: Option<String>,
}

impl GitHub {
    /// Reads on until every list is whole or too long.
    pub(super) async fn read_pages(&self, whole: &mut Whole) -> Result<(), ForgeError> {
        for _ in 0..MOST_ROUNDS {
            let cursors = cursors(whole);
            if cursors.iter().all(|(_, cursor)| cursor.is_none()) {
                return Ok(());
            }
            self.read_page(whole, cursors).await?;
        }
        Err(whole.source.malformed("pageInfo: the pages do not end"))
    }

    async fn read_page(&self, whole: &mut Whole, cursors: [(&'static str, Option<String>); 5]) -> Result<(), ForgeError> {
        let mut variables = self.here();
        variables.insert("pull".to_owned(), whole.pull.number.into());
        let asked = cursors.clone().map(|(_, cursor)| cursor.is_some());
        for (name, cursor) in cursors {
            variables.insert(name.to_owned(), cursor.is_some().into());
            variables.insert(format!("{name}After"), cursor.into());
        }
        let operation = Operation { name: "Pages", text: include_str!("../queries/pages.graphql"), permission: "pull_requests: read" };
        let reply = self.query::<Data>(operation, variables.into()).await?.tolerate(&[FILES, COMMITS, REVIEWS, COMMENTS, ROLLUP])?;
        let page = reply.data.repository.and_then(|holder| holder.pull_request).ok_or_else(|| reply.source.not_found())?;
        if page.head_ref_oid != whole.pull.head_ref_oid {
            return Err(reply.source.fault(ForgeFault::Conflict("the head moved while it was being read; try again".to_owned())));
        }
        whole.errors.absorb(reply.errors);
        let [files, commits, reviews, comments, contexts] = asked;
        let pull = &mut whole.pull;
        join(&mut pull.files, page.files, files);
        join(&mut pull.commits, page.commits, commits);
        join(&mut pull.reviews, page.reviews, reviews);
        join(&mut pull.comments, page.comments, comments);
        let head = page.head.and_then(|list| list.items().ok()).and_then(|nodes| nodes.into_iter().next_back());
        let rollup = head.filter(|node| node.commit.oid == whole.pull.head_ref_oid).and_then(|node| node.commit.status_check_rollup);
        if let Some(have) = &mut whole.head.commit.status_check_rollup {
            join(&mut have.contexts, rollup.and_then(|rollup| rollup.contexts), contexts);
        }
        Ok(())
    }

    /// Old names by new ones, where files were renamed.
    pub(super) async fn read_renames(&self, pull: &PullNode) -> Result<BTreeMap<String, String>, Why> {
        let mut names = BTreeMap::new();
        let renamed = pull.files.as_ref().is_some_and(|list| !list.has_more() && list.present().any(|file| file.change_type == "RENAMED"));
        if !renamed {
            return Ok(names);
        }
        for page in 1..=MOST_FILES.div_ceil(FILES_PAGE) {
            let path = Path::repository(&self.repository).then("pulls").number(pull.number).then("files");
            let path = path.query("per_page", &FILES_PAGE.to_string()).query("page", &page.to_string());
            let call = Call::get(path, "pull_requests: read");
            let files = self.transport.send(&call, |call, answer| answer.parse::<Vec<RestFile>>(call)).await;
            let files = files.map_err(|error| Why::new(format!("the old names of renamed files: {error}")))?;
            let last = files.len() < FILES_PAGE;
            names.extend(files.into_iter().filter_map(|file| Some((file.filename, file.previous_filename?))));
            if last {
                break;
            }
        }
        Ok(names)
    }
}

/// The cursor of each list's next page, under the name that `pages.graphql` has for it.
fn cursors(whole: &Whole) -> [(&'static str, Option<String>); 5] {
    let contexts = whole.head.commit.status_check_rollup.as_ref().filter(|_| whole.head.last_listed);
    let contexts = contexts.and_then(|Rollup { contexts }| contexts.as_ref());
    [
        ("files", cursor(whole.pull.files.as_ref(), MOST_FILES)),
        ("commits", cursor(whole.pull.commits.as_ref(), MOST_COMMITS)),
        ("reviews", cursor(whole.pull.reviews.as_ref(), MOST_REVIEWS)),
        ("comments", cursor(whole.pull.comments.as_ref(), MOST_COMMENTS)),
        ("contexts", cursor(contexts, MOST_CONTEXTS)),
    ]
}

fn cursor<T>(list: Option<&List<T>>, limit: usize) -> Option<String> {
    list.and_then(|list| list.next(limit)).map(str::to_owned)
}

/// Adds the page that was asked for; without it the whole list is a hole.
fn join<T>(have: &mut Option<List<T>>, page: Option<List<T>>, asked: bool) {
    if asked {
        *have = match (have.take(), page) {
            (Some(mut have), Some(page)) => {
                have.append(page);
                Some(have)
            }
            _ => None,
        };
    }
}
