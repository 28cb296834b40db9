//! `--fix`: what can be mended safely is, in the work tree; it is said what was, and what was not.

use std::collections::BTreeMap;

use super::select::{Chosen, Place, Refused};
use crate::checks::{Finding, Near as _};
use crate::domain::RepoPath;
use crate::examine::{Disk, ExamineError, Mended, Selection, Wanted, checks_in_force, mended};
use crate::git::history::HistoryError;
use crate::report::findings::{Examined, Subject};

/// Mends what was found, and takes out of the findings what is no more. What was staged stays staged as it was.
pub(super) fn mend(chosen: &Chosen, wanted: &Wanted, examined: &mut Examined) -> Result<(), Refused> {
    let disk = match &chosen.place {
        Place::Folder(disk, _) => disk.clone(),
        Place::Repository(repository, _) => Disk::new(repository.root().ok_or(HistoryError::Bare)?),
    };
    let staged = matches!(&chosen.place, Place::Repository(_, Selection::Staged));
    let checks = checks_in_force(&chosen.in_force.rules, wanted, &disk).map_err(ExamineError::from)?;
    for (path, names) in mendable(examined) {
        let is_wanted = |finding: &Finding| names.contains(&(finding.name(), finding.key.clone()));
        let now = staged.then(|| index_content(chosen, &path)).flatten();
        let outcome = match (staged, &now) {
            (true, None) => Mended::Left("what is staged could not be read".to_owned()),
            _ => mended(&disk, &path, now.as_deref(), (&checks, &is_wanted)),
        };
        match outcome {
            Mended::Mended(count) if staged => {
                examined.notices.push(format!("{path}: {count} mended in the work tree: stage it (`git add`)"));
            }
            Mended::Mended(count) => {
                examined.notices.push(format!("{path}: {count} mended"));
                let is_gone = |finding: &Finding| finding.fix.is_some() && is_wanted(finding);
                examined.found.retain(|found| found.subject != Subject::File(path.clone()) || !is_gone(&found.finding));
            }
            Mended::Left(why) => examined.notices.push(format!("{path}: not mended: {why}")),
        }
    }
    Ok(())
}

/// The files with findings that can be mended, and which these are.
fn mendable(examined: &Examined) -> BTreeMap<RepoPath, Vec<(String, String)>> {
    let mut out: BTreeMap<RepoPath, Vec<(String, String)>> = BTreeMap::new();
    for found in examined.found.iter().filter(|found| found.finding.fix.is_some()) {
        if let Subject::File(path) = &found.subject {
            out.entry(path.clone()).or_default().push((found.finding.name(), found.finding.key.clone()));
        }
    }
    out
}

fn index_content(chosen: &Chosen, path: &RepoPath) -> Option<Vec<u8>> {
    let Place::Repository(repository, _) = &chosen.place else { return None };
    let objects = std::sync::Mutex::new(repository.objects());
    let entries = std::sync::OnceLock::new();
    crate::examine::IndexNear::new(repository, &objects, &entries).read(path)
}
