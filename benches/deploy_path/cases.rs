//! What is measured: the cases with their targets, the ways to run them, and the story in which each case happens once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shipgate::sandbox::Exchange;
use shipgate::sandbox::state::ReviewState;

use crate::front::{Line, Lines};
use crate::program::{How, Program, Run};
use crate::stage::{DEVELOPER, REPOSITORY, REVIEWER, Stage, entries};

/// How much later each answer comes, in the late runs.
pub const LATE: Duration = Duration::from_millis(80);

/// What is measured, with what it is to reach.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// The most that it may take.
    pub target: Target,
}

/// The most that a case may take; `None` where nothing is asked. Milliseconds, and MB of 1,000,000 bytes.
pub struct Target {
    pub requests: u32,
    pub deep: Option<u32>,
    pub wall: Option<f64>,
    pub late_wall: Option<f64>,
    pub cpu: Option<f64>,
    pub peak: Option<f64>,
}

const NONE: Target = Target { requests: 0, deep: None, wall: None, late_wall: None, cpu: None, peak: None };
/// Every case, in the order of the tables.
pub const CASES: [Case; 5] = [
    Case { name: "comment is no command", target: Target { wall: Some(10.0), cpu: Some(5.0), peak: Some(8.0), ..NONE } },
    Case { name: "deploy allowed", target: Target { requests: 9, deep: Some(5), late_wall: Some(500.0), cpu: Some(30.0), peak: Some(15.0), ..NONE } },
    Case { name: "deploy refused", target: Target { requests: 4, late_wall: Some(350.0), ..NONE } },
    Case { name: "help", target: Target { requests: 2, late_wall: Some(200.0), ..NONE } },
    Case { name: "post step", target: Target { requests: 5, deep: Some(3), late_wall: Some(350.0), ..NONE } },
];

/// What starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Start {
    /// The binary.
    Binary,
    /// node with the action's file, which starts the binary.
    Action,
}

/// When the sandbox answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// At once.
    Prompt,
    /// [`LATE`].
    Late,
}

/// One way to run every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub start: Start,
    pub line: Line,
    pub pace: Pace,
}

const fn way(start: Start, line: Line, pace: Pace) -> Way {
    Way { start, line, pace }
}

/// Every way that is measured, in the order of a round.
pub const WAYS: [Way; 9] = [
    way(Start::Binary, Line::Plain, Pace::Prompt),
    way(Start::Action, Line::Plain, Pace::Prompt),
    way(Start::Binary, Line::Tls, Pace::Prompt),
    way(Start::Action, Line::Tls, Pace::Prompt),
    way(Start::Binary, Line::Plain, Pace::Late),
    way(Start::Action, Line::Plain, Pace::Late),
    way(Start::Binary, Line::Tls, Pace::Late),
    way(Start::Action, Line::Tls, Pace::Late),
    way(Start::Binary, Line::Far, Pace::Prompt),
];

/// One run of each case.
pub type Runs = [Run; CASES.len()];

/// Everything that was measured.
#[derive(Default)]
pub struct Measured {
    runs: BTreeMap<(Way, usize), Vec<Run>>,
    /// `node -e 0`.
    pub node: Vec<Run>,
    /// The action's `main` with a program that does nothing in the binary's place.
    pub shim: Vec<Run>,
    /// One run of each case that told when each request began and ended.
    pub traced: Vec<Run>,
    /// One run of each case whose instructions were counted, over HTTP and over TLS; empty where nothing counts them.
    pub counted: Vec<Vec<Run>>,
}

impl Measured {
    /// Adds a round.
    pub fn add(&mut self, way: Way, runs: Runs) {
        for (case, run) in runs.into_iter().enumerate() {
            self.runs.entry((way, case)).or_default().push(run);
        }
    }

    /// Adds a run of node alone and of the shim alone, where node is there.
    pub fn add_node(&mut self, program: &Program) {
        self.node.extend(program.node_alone());
        self.shim.extend(program.shim_alone());
    }

    /// The runs of a case, one way.
    pub fn of(&self, (start, line, pace): (Start, Line, Pace), case: usize) -> &[Run] {
        self.runs.get(&(way(start, line, pace), case)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Every case once, in a world of its own.
pub fn play(program: &Program, (way, how): (Way, How), lines: &Lines) -> Runs {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let table = Table { stage: &stage, program, lines, way, how };
    if way.pace == Pace::Late {
        stage.hub.set_latency(LATE);
    }
    let (nothing, _) = table.says((pull, "Looks good to me, thank you!"), "none");
    let (help, _) = table.says((pull, "/help"), "none");
    let (refused, _) = table.says((pull, "/deploy production"), "no-go");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (allowed, job) = table.says((pull, "/deploy staging"), "go");
    assert_eq!(stage.hub.deployments(REPOSITORY, "staging").len(), 1, "the deployment runs");
    let post = table.ends(&job);
    let last = stage.ours(pull).pop().unwrap_or_default();
    assert!(last.contains("Deployed to staging"), "the deployment ended: {last}");
    assert!(stage.hub.unknown_routes().is_empty(), "{:?}", stage.hub.unknown_routes());
    [nothing, allowed, refused, help, post]
}

/// Where the cases of one round happen.
struct Table<'a> {
    stage: &'a Stage,
    program: &'a Program,
    lines: &'a Lines,
    way: Way,
    how: How,
}

impl Table<'_> {
    /// The developer comments, and the action decides so; the job's folder is for its post step.
    fn says(&self, (pull, text): (u64, &str), decision: &str) -> (Run, PathBuf) {
        let (_, event) = self.stage.comment(pull, DEVELOPER, text);
        let job = self.stage.job_folder();
        std::fs::write(job.join("event.json"), event.to_string()).expect("the event can be written");
        let run = self.run(&job, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")]);
        let outputs: BTreeMap<String, String> = entries(&job.join("output")).into_iter().collect();
        assert_eq!(outputs.get("decision").map(String::as_str), Some(decision), "{text}: {}", run.said);
        (run, job)
    }

    /// The post step of a job that succeeded.
    fn ends(&self, job: &Path) -> Run {
        self.stage.later();
        let mut state: Vec<(String, String)> = entries(&job.join("state")).into_iter().map(|(name, value)| (format!("STATE_{name}"), value)).collect();
        state.push(("INPUT_STATUS".to_owned(), "success".to_owned()));
        let state: Vec<(&str, &str)> = state.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.run(job, &["action", "--post"], &state)
    }

    fn run(&self, job: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Run {
        let line = self.lines.variables(self.way.line, &self.stage.hub);
        let variables: Vec<(&str, &str)> = more.iter().copied().chain(line.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        self.stage.hub.clear_log();
        self.lines.taken(self.way.line);
        let mut run = self.program.measure(self.way.start, &self.stage.command(job, arguments, &variables), self.how);
        run.requests = self.stage.hub.log().iter().map(Exchange::name).collect();
        run.connections = self.lines.taken(self.way.line);
        run
    }
}
