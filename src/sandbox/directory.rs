//! The private directory of a sandbox: only its owner may enter, and it goes when the sandbox goes.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

/// A directory that is removed with all its content when this is dropped.
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// Makes a fresh one in the system's place for temporary files.
    ///
    /// # Errors
    /// What the system says.
    pub fn make() -> io::Result<Self> {
        let mut name = [0_u8; 8];
        getrandom::fill(&mut name).map_err(|error| io::Error::other(error.to_string()))?;
        let name = format!("shipgate-sandbox-{:016x}", u64::from_be_bytes(name));
        let path = std::env::temp_dir().join(name);
        builder().create(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(unix)]
fn builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Windows gives each account a temporary folder of its own.
#[cfg(not(unix))]
fn builder() -> DirBuilder {
    DirBuilder::new()
}

impl Drop for Directory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the sandbox's directory could not be removed");
        }
    }
}
