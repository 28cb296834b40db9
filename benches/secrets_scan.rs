//! How fast secrets are looked for: one small file with everything that starting costs, a megabyte of patch, and a large tree. It makes its own data, the same each time.
//!
//! `cargo bench --bench secrets_scan`; without `--bench` (as in `cargo test --benches`) it only checks that what it planted is found. `--write FOLDER` writes the
//! data as files instead, for other scanners (`scripts/measure-secrets`).
#![expect(clippy::print_stdout, reason = "a benchmark's only output")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use shipgate::checks::secrets::{SecretRules, Secrets};
use shipgate::checks::{Alone, Mode, Source};
use shipgate::domain::RepoPath;

/// How many times the median is taken of.
const SAMPLES: usize = 15;
/// The most that starting and one file may take: a tenth of what a whole run may.
const ONE_FILE: Duration = Duration::from_millis(5);
/// The least that one thread looks through in a second, in bytes: 272 MB in four seconds on two cores.
const LEAST: u128 = 34_000_000;

/// Random numbers, the same each time (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).expect("less than a usize")
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn noise(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(LETTERS[self.below(62)])).collect()
    }
}

const NAMES: &[&str] = &[
    "user",
    "token",
    "config",
    "key",
    "value",
    "path",
    "authorName",
    "tokenizer",
    "index",
    "response",
    "password_field",
    "primary_key",
    "client",
    "buffer",
    "count",
];
const CALLS: &[&str] = &["get", "parse", "open", "validate", "render", "authenticate", "encode", "push", "read_all", "secret_store.lookup"];
const WORDS: &[&str] = &[
    "the", "value", "of", "each", "request", "is", "kept", "until", "its", "token", "expires", "and", "then", "the", "password", "must", "be", "given", "again",
];

/// A file of code as it usually is: names, calls, comments, texts, a hash here and there, and in one of 200 lines something to look at closely.
fn code(random: &mut Random, size: usize) -> String {
    let mut text = String::with_capacity(size + 200);
    while text.len() < size {
        let (name, call) = (random.one(NAMES), random.one(CALLS));
        match random.below(200) {
            0 => drop(writeln!(text, "    \"integrity\": \"sha512-{}==\",", random.noise(86))),
            1 => drop(writeln!(text, "    let url = \"https://example.com/{name}/{}\";", random.noise(8))),
            2 => drop(writeln!(text, "    password = os.environ[\"{}_PASSWORD\"]", name.to_uppercase())),
            3..40 => {
                let comment: Vec<&str> = (0..12).map(|_| random.one(WORDS)).collect();
                let _ = writeln!(text, "    // {}", comment.join(" "));
            }
            40..60 => text.push('\n'),
            _ => {
                let (number, other, word, size) = (random.below(100), random.one(NAMES), random.one(WORDS), random.below(4096));
                let _ = writeln!(text, "    let {name}_{number} = {call}(&{other}, \"{word}\", {size});");
            }
        }
    }
    text
}

/// Paths and texts: sizes as in a repository, most of them small.
fn tree(bytes: usize) -> Vec<(String, String)> {
    let mut random = Random(0x5eed_5eed);
    let (mut files, mut made) = (Vec::new(), 0);
    while made < bytes {
        let size = match random.below(100) {
            0 => 200_000,
            1..10 => 30_000,
            _ => 500 + random.below(8_000),
        };
        let ending = random.one(&["rs", "py", "ts", "go", "java", "yml", "md", "json"]);
        let mut text = code(&mut random, size);
        if files.len() % 97 == 0 {
            text.push_str(&planted(&mut random));
        }
        made += text.len();
        files.push((format!("dir{}/file{}.{ending}", files.len() / 100, files.len()), text));
    }
    files
}

/// A line with a credential in it.
fn planted(random: &mut Random) -> String {
    format!("url = \"postgres://app:{}@db.internal:5432/app\"\n", random.noise(20))
}

fn scan(secrets: &Secrets, path: &str, text: &str) -> usize {
    let path = RepoPath::new(path.as_bytes());
    let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone };
    secrets.scan(&source).findings.len()
}

fn ours() -> Secrets {
    Secrets::new(&SecretRules::default(), None).expect("our own rules")
}

fn median(mut samples: Vec<Duration>) -> Duration {
    samples.sort_unstable();
    samples[samples.len() / 2]
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--write") {
        let megabytes = arguments.get(at + 2).and_then(|size| size.parse().ok()).unwrap_or(272);
        write(Path::new(&arguments[at + 1]), &tree(megabytes * 1_000_000));
        return ExitCode::SUCCESS;
    }
    let timed = arguments.iter().any(|argument| argument == "--bench");
    let files = tree(if timed { 64_000_000 } else { 500_000 });
    let secrets = ours();
    let found: usize = files.iter().map(|(path, text)| scan(&secrets, path, text)).sum();
    assert!(found >= files.len() / 97, "{found} of what was planted");
    if !timed {
        return ExitCode::SUCCESS;
    }
    report(&files)
}

fn report(files: &[(String, String)]) -> ExitCode {
    let (path, text) = files.iter().find(|(_, text)| text.contains("postgres://")).expect("one is planted");
    let one = median((0..SAMPLES).map(|_| timed(|| scan(&ours(), path, text))).collect());
    let start = median((0..SAMPLES).map(|_| timed(|| ours().rules())).collect());
    let patch = code(&mut Random(7), 1_000_000);
    let secrets = ours();
    let megabyte = median((0..SAMPLES).map(|_| timed(|| scan(&secrets, "a.patch", &patch))).collect());
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    // A busy machine only ever adds: the best of three.
    let all = (0..3).map(|_| timed(|| files.iter().map(|(path, text)| scan(&secrets, path, text)).sum())).min().unwrap_or_default();
    let rate = bytes as u128 * 1_000_000_000 / all.as_nanos().max(1);
    println!("secrets: start {start:?}; start and one file of {} bytes {one:?}, target {ONE_FILE:?}", text.len());
    println!(
        "secrets: a megabyte of patch {megabyte:?}; {} files of {} MB on one thread {all:?}: {} MB/s, target {} MB/s",
        files.len(),
        bytes / 1_000_000,
        rate / 1_000_000,
        LEAST / 1_000_000
    );
    if one <= ONE_FILE && rate >= LEAST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let begin = Instant::now();
    black_box(work());
    begin.elapsed()
}

fn write(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
    println!("{} files", files.len());
}
