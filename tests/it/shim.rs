//! The shim in `action/`: where it takes the binary from, what it refuses to run, and that signals and exit codes go through it (row D3).

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shipgate::sandbox::state::ReviewState;

use crate::actions::{action_in, binary_name, holds, program, signal};
use crate::stage::{DEVELOPER, REPOSITORY, REVIEWER, Stage};

/// An action's folder, whose path has spaces, with the shim and no binary.
struct Shim {
    folder: tempfile::TempDir,
}

impl Shim {
    fn new() -> Self {
        let shim = Self { folder: tempfile::tempdir().expect("a folder") };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("action");
        std::fs::create_dir_all(shim.action().join("bin")).expect("a folder");
        for name in ["main.js", "post.js", "shim.js"] {
            std::fs::copy(root.join(name), shim.action().join(name)).expect("the shim is there");
        }
        shim.sums("{\r\n  \"version\": \"1.2.3\",\r\n  \"files\": {}\r\n}\r\n");
        shim
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("an action's folder")
    }

    fn action(&self) -> PathBuf {
        self.root().join("action")
    }

    fn sums(&self, text: &str) {
        std::fs::write(self.action().join("checksums.json"), text).expect("a file");
    }

    /// The release has one file, with the sum of these bytes.
    fn released(&self, bytes: &[u8]) {
        let sum: String = Sha256::digest(bytes).iter().fold(String::new(), |mut sum, byte| {
            let _ = write!(sum, "{byte:02x}");
            sum
        });
        self.sums(&json!({ "version": "1.2.3", "files": { binary_name(): sum } }).to_string());
    }

    /// A script in the place of a program.
    fn script(&self, path: &str, text: &str) -> PathBuf {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
        path
    }

    /// The binary beside the shim is this script.
    fn binary(&self, text: &str) -> PathBuf {
        self.script(&format!("action/bin/{}", binary_name()), text)
    }

    fn command(&self, file: &str, more: &[(&str, &str)]) -> Command {
        let mut command = program("node", self.folder.path());
        command.arg(self.action().join(file)).current_dir(self.folder.path());
        command.env("RUNNER_TEMP", self.folder.path()).env("RUNNER_TOOL_CACHE", self.folder.path().join("tools"));
        command.env("GITHUB_ACTION_REPOSITORY", "octo-org/shipgate").envs(more.iter().copied());
        command
    }

    fn run(&self, file: &str, more: &[(&str, &str)]) -> Ran {
        ran(&self.command(file, more).output().expect("node runs"))
    }

    fn main(&self) -> Ran {
        self.run("main.js", &[])
    }
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ran(output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A server of releases: what it answers to each path, and what it was asked for.
struct Releases {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Releases {
    fn answering(answer: impl Fn(&str) -> (String, Vec<u8>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        // It ends with the process: nobody waits for it.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let path = path_asked(&stream);
                let (head, body) = answer(&path);
                log.lock().expect("the log").push(path);
                serve(stream, &head, &body);
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("the log"))
    }

    fn environment(&self) -> [(&'static str, &str); 1] {
        [("GITHUB_SERVER_URL", &self.url)]
    }
}

fn path_asked(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).expect("a request");
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
        line.clear();
    }
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn serve(mut stream: TcpStream, head: &str, body: &[u8]) {
    // A client that had enough may be gone.
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes());
    let _ = stream.write_all(body);
}

const PATH: &str = "/octo-org/shipgate/releases/download/v1.2.3/";

#[test]
#[ignore = "needs scripts/tools"]
fn d3_the_shim_runs_the_binary_beside_it_and_ends_as_it_ends() {
    let shim = Shim::new();
    shim.binary("echo \"$*|$GIVEN\"; echo said >&2; exit 11");
    let main = shim.run("main.js", &[("GIVEN", "a b\nc")]);
    assert_eq!((main.code, main.out.as_str(), main.err.as_str()), (Some(11), "action|a b\nc\n", "said\n"));
    shim.binary("kill -KILL $$");
    assert_eq!(shim.main().code, Some(137), "as a shell says that a signal ended it");
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_the_post_step_starts_the_binary_only_where_the_main_step_began_something() {
    let shim = Shim::new();
    shim.binary("echo \"$*\"");
    let nothing = shim.run("post.js", &[]);
    assert_eq!((nothing.code, nothing.out.as_str(), nothing.err.as_str()), (Some(0), "", ""));
    let ends = shim.run("post.js", &[("STATE_main", "2026-03-02T09:00:00Z")]);
    assert_eq!((ends.code, ends.out.as_str()), (Some(0), "action --post\n"));
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_a_binary_that_lost_its_executable_bit_is_run_in_place_or_as_a_copy() {
    let shim = Shim::new();
    let binary = shim.binary("echo \"$0\"");
    let lose = || std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o644)).expect("changed");
    lose();
    let ran = shim.main();
    assert_eq!((ran.code, ran.out.trim_end()), (Some(0), binary.to_str().expect("text")), "{}", ran.err);
    lose();
    let preload = shim.folder.path().join("read-only.js");
    let text = "const fs = require('node:fs'); const chmod = fs.chmodSync;\n\
                fs.chmodSync = (file, mode) => { if (String(file).includes('/bin/')) throw new Error('EROFS'); return chmod(file, mode); };";
    std::fs::write(&preload, text).expect("a file");
    let ran = shim.run("main.js", &[("NODE_OPTIONS", &format!("--require={}", preload.display()))]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with(shim.folder.path().to_str().expect("text")) && !ran.out.contains("/bin/"), "{}", ran.out);
}

#[test]
#[ignore = "needs scripts/tools"]
fn i4_on_windows_the_file_is_an_exe_and_paths_may_have_spaces() {
    let shim = Shim::new();
    let preload = shim.folder.path().join("windows.js");
    std::fs::write(&preload, "Object.defineProperty(process, 'platform', { value: 'win32' }); Object.defineProperty(process, 'arch', { value: 'x64' });")
        .expect("a file");
    shim.script("action/bin/shipgate-win32-x64.exe", "echo ran");
    let ran = shim.run("main.js", &[("NODE_OPTIONS", &format!("--require={}", preload.display()))]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "ran\n"), "{}", ran.err);
}

/// Starts it, and waits until the binary says that it is ready.
fn begun(shim: &Shim) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = shim.command("main.js", &[]).stdout(Stdio::piped()).spawn().expect("node runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    lines.read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    (child, lines)
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_a_signal_is_passed_on_and_the_binary_is_waited_for() {
    for (sent, name, code) in [(Signal::INT, "INT", 130), (Signal::TERM, "TERM", 143), (Signal::HUP, "HUP", 129)] {
        let shim = Shim::new();
        // The loop waits in the shell itself: a signal to it alone ends it.
        shim.binary(&format!("trap 'echo stopped; exit {code}' {name}\necho ready\nwhile :; do sleep 0.01; done"));
        let (mut child, mut lines) = begun(&shim);
        signal(child.id(), sent);
        let mut rest = String::new();
        lines.read_to_string(&mut rest).expect("text");
        assert_eq!((rest.as_str(), child.wait().expect("it ends").code()), ("stopped\n", Some(code)), "{name}");
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_a_job_cancelled_while_the_gate_works_claims_nothing_and_ends_with_130() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("written");
    let action = tempfile::tempdir().expect("a folder");
    action_in(action.path());
    stage.hub.set_latency(Duration::from_millis(150));
    let mut command = program("node", action.path());
    command.arg(action.path().join("action/main.js")).current_dir(&folder);
    let ours = stage.command(&folder, &[], &[("GITHUB_EVENT_NAME", "issue_comment")]);
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", crate::actions::path());
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("node runs");
    let mark = stage.hub.log().len();
    while stage.hub.log().len() == mark {
        std::thread::yield_now();
    }
    signal(child.id(), Signal::INT);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(holds(&stage.hub, "staging").is_empty() && stage.hub.deployments(REPOSITORY, "staging").is_empty());
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_a_release_is_downloaded_once_and_is_run_only_with_the_committed_sum() {
    let shim = Shim::new();
    let bytes = b"#!/bin/sh\necho released \"$*\"\n".to_vec();
    shim.released(&bytes);
    let served = bytes.clone();
    let releases = Releases::answering(move |path| {
        if path.starts_with(PATH) { ("302 Found\r\nLocation: /storage/file".to_owned(), Vec::new()) } else { ("200 OK".to_owned(), served.clone()) }
    });
    let ran = shim.run("main.js", &releases.environment());
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "released action\n"), "{}", ran.err);
    assert_eq!(releases.asked(), [format!("{PATH}{}", binary_name()), "/storage/file".to_owned()]);
    let kept = shim.run("main.js", &releases.environment());
    assert_eq!((kept.code, releases.asked().len()), (Some(0), 0), "what was kept is run again");
    let file = shim.folder.path().join("tools/shipgate/1.2.3").join(binary_name());
    std::fs::write(&file, "#!/bin/sh\necho tampered\n").expect("changed");
    let again = shim.run("main.js", &releases.environment());
    assert_eq!((again.out.as_str(), releases.asked().len()), ("released action\n", 2), "what was changed is not");
    assert_eq!(std::fs::read_dir(file.parent().expect("a folder")).expect("a folder").count(), 1, "nothing else is left there");
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_a_download_that_is_not_what_was_released_is_not_run() {
    let other = b"#!/bin/sh\necho other\n".to_vec();
    let large = vec![0_u8; 65 * 1024 * 1024];
    for (head, body, words) in [
        ("200 OK", other, "it is not run"),
        ("404 Not Found", Vec::new(), "answered 404"),
        ("302 Found\r\nLocation: http://192.0.2.1/file", Vec::new(), "only https"),
        ("302 Found\r\nLocation: file:///etc/passwd", Vec::new(), "only https"),
        ("302 Found\r\nLocation: /again", Vec::new(), "redirects more than 5 times"),
        ("200 OK", large, "is larger than 67108864 bytes"),
    ] {
        let shim = Shim::new();
        shim.released(b"#!/bin/sh\necho released\n");
        let releases = Releases::answering(move |_| (head.to_owned(), body.clone()));
        let ran = shim.run("main.js", &releases.environment());
        assert_eq!(ran.code, Some(1), "{head}: {} {}", ran.out, ran.err);
        assert!(ran.out.starts_with("::error title=shipgate::") && ran.out.lines().count() == 1 && ran.out.contains(words), "{head}: {}", ran.out);
        assert!(!shim.folder.path().join("tools/shipgate/1.2.3").join(binary_name()).exists());
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_in_a_clone_of_the_source_what_cargo_built_last_is_run_or_built() {
    let shim = Shim::new();
    std::fs::write(shim.root().join("Cargo.toml"), "").expect("a file");
    let cargo = "mkdir -p target/release && printf '#!/bin/sh\\necho built by \"%s\"\\n' \"$*\" > target/release/shipgate && chmod +x target/release/shipgate";
    shim.script("tools/cargo", cargo);
    let path = std::env::join_paths(std::iter::once(shim.root().join("tools")).chain(std::env::split_paths(&crate::actions::path()))).expect("folders");
    let path = path.to_str().expect("text");
    let ran = shim.run("main.js", &[("PATH", path)]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "built by build --release --locked --bin shipgate\n"), "{}", ran.err);
    let debug = shim.script("target/debug/shipgate", "echo debug");
    let release = std::fs::metadata(shim.root().join("target/release/shipgate")).and_then(|data| data.modified()).expect("a time");
    let newer = std::fs::File::options().append(true).open(debug).expect("a file");
    newer.set_modified(release + Duration::from_secs(1)).expect("set");
    drop(newer);
    assert_eq!(shim.main().out, "debug\n");
    shim.script("tools/cargo", "exit 101");
    std::fs::remove_dir_all(shim.root().join("target")).expect("removed");
    let ran = shim.run("main.js", &[("PATH", path)]);
    assert!(ran.code == Some(1) && ran.out.contains("::error title=shipgate::") && ran.out.contains("cargo build ended with 101"), "{}", ran.out);
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_where_there_is_no_binary_the_step_fails_and_names_the_system() {
    let shim = Shim::new();
    let ran = shim.main();
    let system = binary_name().trim_start_matches("shipgate-").to_owned();
    assert!(ran.code == Some(1) && ran.out.starts_with(&format!("::error title=shipgate::shipgate does not run on {system}: ")), "{}", ran.out);
    // A program whose loader this machine does not have.
    let binary = shim.binary("");
    std::fs::write(binary, "#!/absent/loader\n").expect("a file");
    let ran = shim.main();
    assert!(ran.code == Some(1) && ran.out.starts_with("::error title=shipgate::") && ran.out.contains("ENOENT"), "{:?} {}", ran.code, ran.out);
}
