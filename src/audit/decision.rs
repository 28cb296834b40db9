//! Decisions on disk, for replay: the facts, the policy and the verdict as one JSON file, named by its SHA-256.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::chain::LineHash;
use super::error::AuditError;

/// Where decision records are kept.
#[derive(Clone, Copy, Debug)]
pub struct DecisionStore;

impl DecisionStore {
    /// Writes a decision record as `DIR/SHA256.json` and returns its path and SHA-256 (64 hexadecimal digits) of the file's bytes. It appears whole or not
    /// at all; the same record twice is one file. The caller redacts ([`crate::audit::redacted`]) *before* deciding, so that a replay judges what is kept.
    ///
    /// # Errors
    /// [`AuditError::Write`] where it could not be written.
    pub fn save(dir: &Path, record: &Value) -> Result<(PathBuf, String), AuditError> {
        let bytes = record.to_string().into_bytes();
        let sha256 = LineHash::of(&bytes).to_string();
        let path = dir.join(format!("{sha256}.json"));
        let unfinished = dir.join(format!(".{sha256}.{}.part", std::process::id()));
        let failed = |source| AuditError::Write { path: path.clone(), source };
        fs::create_dir_all(dir).map_err(failed)?;
        let write = || {
            let mut file = File::create(&unfinished)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().map_err(|source| {
            let _left = fs::remove_file(&unfinished);
            failed(source)
        })?;
        Ok((path, sha256))
    }

    /// Reads a decision record back.
    ///
    /// # Errors
    /// [`AuditError::Read`] where it cannot be read or is not JSON, [`AuditError::Tampered`] where it is not the record that its name says.
    pub fn load(path: &Path) -> Result<Value, AuditError> {
        let failed = |source| AuditError::Read { path: path.to_owned(), source };
        let bytes = fs::read(path).map_err(failed)?;
        let named = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let sha256 = LineHash::of(&bytes).to_string();
        if sha256 != named {
            return Err(AuditError::Tampered { path: path.to_owned(), what: format!("its SHA-256 is {sha256}, its name says otherwise") });
        }
        serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn g22_a_decision_is_kept_under_its_hash_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("decisions");
        let (path, sha256) = DecisionStore::save(&dir, &json!({"verdict": "go"})).expect("it is written");
        // printf %s '{"verdict":"go"}' | sha256sum
        assert_eq!(sha256, "437c96524613f9ec9d8f2c015af93bac33a34be70afa45683815eb926d76bf00");
        assert_eq!(path, dir.join(format!("{sha256}.json")));
        assert_eq!(DecisionStore::save(&dir, &json!({"verdict": "go"})).expect("again"), (path.clone(), sha256));
        assert_eq!(fs::read_dir(&dir).expect("a folder").count(), 1, "nothing unfinished is left");
        assert_eq!(DecisionStore::load(&path).expect("it reads"), json!({"verdict": "go"}));
    }

    #[test]
    fn a3_a_decision_that_was_changed_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, _) = DecisionStore::save(folder.path(), &json!({"verdict": "no-go"})).expect("it is written");
        fs::write(&path, "{\"verdict\":\"go\"}").expect("it is changed");
        assert!(matches!(DecisionStore::load(&path), Err(AuditError::Tampered { .. })));
        assert!(matches!(DecisionStore::load(&folder.path().join("none.json")), Err(AuditError::Read { .. })));
    }
}
