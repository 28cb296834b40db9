//! What one run of the program costs, as a runner starts it: wall clock, CPU, peak memory, requests, and how many of them wait for each
//! other. The built binary runs against the sandbox over HTTP, whose answers come at once and 80 ms late.
//!
//! ```text
//! cargo bench --bench deploy_path                                        builds everything with the release profile
//! cargo bench --profile bench-fast --bench deploy_path -- --binary FILE  measures a binary that is there already
//! ```
//!
//! `--rounds N` says how often (15 where not given); the cases are interleaved, and medians are shown. Without `--bench` (as in
//! `cargo test --benches`) each case runs once and nothing is said about time.
#![expect(clippy::print_stdout, reason = "a benchmark's only output")]

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/stage.rs"]
mod stage;

/// The tests hold every exchange against GitHub's description at a stage's end; here it would only be measured.
pub(crate) fn check_exchanges_of(_: &shipgate::sandbox::Sandbox) {}

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use shipgate::sandbox::state::ReviewState;
use stage::{DEVELOPER, REPOSITORY, REVIEWER, Stage, entries};

/// How much later each answer comes, in the slow half of the runs.
const LATE: Duration = Duration::from_millis(80);

/// What is measured, with what it is to reach.
struct Case {
    name: &'static str,
    target: Target,
}

/// The most that a case may take; `None` where nothing is asked.
struct Target {
    requests: u32,
    deep: Option<u32>,
    wall: Option<f64>,
    late_wall: Option<f64>,
    cpu: Option<f64>,
    peak: Option<f64>,
}

const NONE: Target = Target { requests: 0, deep: None, wall: None, late_wall: None, cpu: None, peak: None };
const CASES: [Case; 5] = [
    Case { name: "comment is no command", target: Target { wall: Some(10.0), cpu: Some(5.0), peak: Some(8.0), ..NONE } },
    Case { name: "help", target: Target { requests: 2, late_wall: Some(200.0), ..NONE } },
    Case { name: "deploy refused", target: Target { requests: 4, late_wall: Some(350.0), ..NONE } },
    Case { name: "deploy allowed", target: Target { requests: 9, deep: Some(5), late_wall: Some(500.0), cpu: Some(30.0), peak: Some(15.0), ..NONE } },
    Case { name: "post step", target: Target { requests: 5, deep: Some(3), late_wall: Some(350.0), ..NONE } },
];

/// One run of the program.
struct Run {
    wall_ms: f64,
    cpu_ms: f64,
    peak_mb: f64,
    requests: Vec<String>,
}

/// The runs of all cases, by case.
type Runs = [Vec<Run>; CASES.len()];

fn main() {
    let options = Options::read();
    let program = Program { binary: options.binary.clone(), rusage: rusage(), report: scratch().join("rusage.txt") };
    let (mut prompt, mut late) = (Runs::default(), Runs::default());
    for _ in 0..options.rounds {
        round(&program, Duration::ZERO, &mut prompt);
        round(&program, LATE, &mut late);
    }
    if options.tells {
        tell(&options, &prompt, &late);
    }
}

/// What was asked for on the command line.
struct Options {
    tells: bool,
    rounds: usize,
    binary: PathBuf,
}

impl Options {
    fn read() -> Self {
        let given: Vec<String> = std::env::args().collect();
        let value = |name: &str| given.iter().position(|argument| argument == name).and_then(|at| given.get(at + 1));
        let tells = given.iter().any(|argument| argument == "--bench");
        let rounds = value("--rounds").map_or(if tells { 15 } else { 1 }, |text| text.parse().expect("--rounds takes a number"));
        let binary = value("--binary").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_shipgate")), PathBuf::from);
        let binary = binary.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        Self { tells, rounds, binary }
    }
}

/// The program and what measures it.
struct Program {
    binary: PathBuf,
    rusage: PathBuf,
    report: PathBuf,
}

fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Builds the small program that measures another: the C compiler is there, as the build needs it.
#[expect(clippy::disallowed_methods, reason = "a benchmark starts the compiler")]
fn rusage() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/rusage.c");
    let built = scratch().join("rusage");
    let status = Command::new("cc").arg("-O1").arg("-o").arg(&built).arg(&source).status().expect("a C compiler is there");
    assert!(status.success(), "{} does not compile", source.display());
    built
}

/// Every case once, in a world of its own.
fn round(program: &Program, latency: Duration, runs: &mut Runs) {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.set_latency(latency);
    for (case, text) in ["Looks good to me, thank you!", "/help", "/deploy staging"].into_iter().enumerate() {
        runs[case].push(program.says(&stage, (pull, text)).0);
    }
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (run, job) = program.says(&stage, (pull, "/deploy staging"));
    runs[3].push(run);
    assert_eq!(stage.hub.deployments(REPOSITORY, "staging").len(), 1, "the deployment runs");
    runs[4].push(program.ends(&stage, &job));
    let last = stage.ours(pull).pop().unwrap_or_default();
    assert!(last.contains("Deployed to staging"), "the deployment ended: {last}");
    assert!(stage.hub.unknown_routes().is_empty(), "{:?}", stage.hub.unknown_routes());
}

impl Program {
    /// The developer comments; the job's folder is for its post step.
    fn says(&self, stage: &Stage, (pull, text): (u64, &str)) -> (Run, PathBuf) {
        let (_, event) = stage.comment(pull, DEVELOPER, text);
        let job = stage.job_folder();
        std::fs::write(job.join("event.json"), event.to_string()).expect("the event can be written");
        (self.measure(stage, &stage.command(&job, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")])), job)
    }

    /// The post step of a job that succeeded.
    fn ends(&self, stage: &Stage, job: &Path) -> Run {
        stage.later();
        let mut state: Vec<(String, String)> = entries(&job.join("state")).into_iter().map(|(name, value)| (format!("STATE_{name}"), value)).collect();
        state.push(("INPUT_STATUS".to_owned(), "success".to_owned()));
        let state: Vec<(&str, &str)> = state.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.measure(stage, &stage.command(job, &["action", "--post"], &state))
    }

    /// Runs a command line of the tests' stage, measured.
    #[expect(clippy::disallowed_methods, reason = "a benchmark starts the built binary")]
    fn measure(&self, stage: &Stage, command: &Command) -> Run {
        stage.hub.clear_log();
        let mut measured = Command::new(&self.rusage);
        measured.arg(&self.report).arg(&self.binary).args(command.get_args()).env_clear();
        measured.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = measured.current_dir(command.get_current_dir().expect("the stage gives a folder")).output().expect("it runs");
        assert!(matches!(output.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&output.stderr));
        let report = std::fs::read_to_string(&self.report).expect("the report was written");
        let numbers: Vec<f64> = report.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [wall, cpu, peak] = numbers[..] else { panic!("three numbers, not {report:?}") };
        let requests = stage.hub.log().iter().map(shipgate::sandbox::Exchange::name).collect();
        Run { wall_ms: wall / 1e6, cpu_ms: cpu / 1e6, peak_mb: peak * 1024.0 / 1e6, requests }
    }
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn tell(options: &Options, prompt: &Runs, late: &Runs) {
    println!("{}, {} rounds, medians; load {}", options.binary.display(), options.rounds, load());
    println!("| case | requests | deep | wall at 0 ms | wall at {} ms | CPU | peak | |", LATE.as_millis());
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (case, (prompt, late)) in CASES.iter().zip(prompt.iter().zip(late)) {
        println!("{}", row(case, prompt, late));
    }
    println!();
    for (case, runs) in CASES.iter().zip(prompt) {
        let names = runs.last().map(|run| run.requests.join(" · ")).unwrap_or_default();
        println!("{}: {}", case.name, if names.is_empty() { "nothing is sent" } else { &names });
    }
}

/// The load of the machine, where it can be known: what stands beside a wall clock's figures to judge them by.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// How many of the late answers came one after another: what the latency added, counted in latencies. Of the quickest runs, because a
/// busy machine only ever adds.
fn depth(prompt: &[Run], late: &[Run]) -> f64 {
    let quickest = |runs: &[Run]| runs.iter().map(|run| run.wall_ms).fold(f64::INFINITY, f64::min);
    let added = quickest(late) - quickest(prompt);
    (added / (LATE.as_secs_f64() * 1e3)).round().max(0.0)
}

fn row(case: &Case, prompt: &[Run], late: &[Run]) -> String {
    let most = prompt.iter().chain(late).map(|run| run.requests.len()).max().unwrap_or(0);
    let (requests, deep) = (u32::try_from(most).expect("a run sends few requests"), depth(prompt, late));
    let (wall, late_wall) = (median(prompt, |run| run.wall_ms), median(late, |run| run.wall_ms));
    let (cpu, peak) = (median(prompt, |run| run.cpu_ms), median(prompt, |run| run.peak_mb));
    let target = &case.target;
    let asked = [
        ("requests", f64::from(requests), Some(f64::from(target.requests))),
        ("deep", deep, target.deep.map(f64::from)),
        ("wall", wall, target.wall),
        ("late wall", late_wall, target.late_wall),
        ("CPU", cpu, target.cpu),
        ("peak", peak, target.peak),
    ];
    let missed: Vec<&str> = asked.iter().filter(|(_, value, most)| most.is_some_and(|most| *value > most)).map(|(name, ..)| *name).collect();
    let verdict = if missed.is_empty() { "met".to_owned() } else { format!("not met: {}", missed.join(", ")) };
    let cell = |value: f64, most: Option<f64>, unit: &str| match most {
        Some(most) => format!("{value:.1}{unit} (≤ {most}{unit})"),
        None => format!("{value:.1}{unit}"),
    };
    format!(
        "| {} | {requests} (≤ {}) | {deep}{} | {} | {} | {} | {} | {verdict} |",
        case.name,
        target.requests,
        target.deep.map_or_else(String::new, |most| format!(" (≤ {most})")),
        cell(wall, target.wall, " ms"),
        cell(late_wall, target.late_wall, " ms"),
        cell(cpu, target.cpu, " ms"),
        cell(peak, target.peak, " MB"),
    )
}
