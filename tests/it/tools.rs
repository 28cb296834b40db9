//! Programs that are not ours, installed by `scripts/tools`: for tests that are `#[ignore = "needs scripts/tools"]`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where `scripts/tools` put a program: in the folder of what cargo built, wherever that is.
pub fn tool(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_shipgate"));
    let place = built.ancestors().map(|folder| folder.join("tools/bin").join(name)).find(|path| path.exists());
    place.unwrap_or_else(|| panic!("{name} is not installed: run scripts/tools, or all tests with scripts/test"))
}

/// Runs it in a folder, with no token and no network to ask.
#[expect(clippy::disallowed_methods, reason = "the test starts a program that is not ours")]
pub fn run<Argument: AsRef<OsStr>>(name: &str, folder: &Path, arguments: &[Argument]) -> Output {
    let mut command = Command::new(tool(name));
    command.args(arguments).current_dir(folder).env_clear();
    command.envs([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/nonexistent"), ("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8")]);
    command.output().unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What it printed, on both its outputs.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
