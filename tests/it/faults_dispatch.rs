//! What goes wrong on the way of a dispatched deployment: every request of the gate, of the run that starts it and of the job that ends it meets every
//! fault, and a process may die at each (rows C4, C5, D2, D7).
//!
//! Whatever happens: one deployment, one run, one comment; no lock that stays for ever; and running the job again, or the end of the run, finishes what
//! was begun.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use shipgate::sandbox::state::{Conclusion, DeploymentState};
use shipgate::sandbox::{Exchange, Fault, On};

use crate::deployer::{DISPATCHED, ready, stage};
use crate::stage::{DEVELOPER, Job, LEAD, REPOSITORY, Stage, WORKFLOW, job};

/// A job in the course of a dispatched deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The gate's.
    Gate,
    /// The deploy run's first.
    Start,
    /// The deploy run's last.
    Finish,
}

/// A request, as a fault can be aimed at it; `nth` of its kind in its step.
#[derive(Clone, Debug)]
struct Aim {
    step: Step,
    exchange: (String, String),
}

impl Aim {
    /// Nothing waits for the reaction that shows the receipt: a job that dies at it may have come to any of the other places.
    fn is_receipt(&self) -> bool {
        self.exchange.1.ends_with("/reactions")
    }

    fn on(&self) -> On {
        match self.exchange.0.as_str() {
            "graphql" => On::operation(&self.exchange.1),
            method => On::route(method, &self.exchange.1),
        }
    }
}

struct Play {
    stage: Stage,
    pull: u64,
    event: Value,
    run: u64,
}

const NEEDS: &str = r#"{"deploy":{"result":"success","outputs":{}}}"#;

impl Play {
    fn new() -> Self {
        let stage = stage(DISPATCHED);
        let pull = ready(&stage);
        let run = stage.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, "issue_comment", "main"));
        let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        Self { stage, pull, event, run }
    }

    /// The command line of a step, in an attempt of its run.
    fn command(&self, step: Step, attempt: u32) -> (std::process::Command, std::path::PathBuf) {
        let attempt = attempt.to_string();
        let mut more = vec![("GITHUB_RUN_ATTEMPT", attempt.as_str())];
        let handle = self.stage.deploy_runs().first().map(|run| (run.id, run.inputs["shipgate"].as_str().expect("a handle").to_owned()));
        let folder = match (step, &handle) {
            (Step::Gate, _) => {
                more.push(("GITHUB_EVENT_NAME", "issue_comment"));
                self.stage.job_folder_of(self.run)
            }
            (Step::Start | Step::Finish, Some((run, handle))) => {
                more.extend([
                    ("INPUT_DEPLOYMENT", handle.as_str()),
                    ("INPUT_STEP", if step == Step::Start { "start" } else { "finish" }),
                    ("INPUT_NEEDS", NEEDS),
                ]);
                self.stage.job_folder_of(*run)
            }
            _ => panic!("there is no run yet"),
        };
        std::fs::write(folder.join("event.json"), self.event.to_string()).expect("the event can be written");
        let mut command = self.stage.command(&folder, &["action"], &more);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        (command, folder)
    }

    fn does(&self, step: Step, attempt: u32) -> Job {
        let (mut command, folder) = self.command(step, attempt);
        job(&folder, &command.output().expect("the binary runs"))
    }

    fn states(&self) -> Vec<Option<DeploymentState>> {
        let found = self.stage.hub.deployments(REPOSITORY, "staging");
        found.iter().map(|deployment| deployment.latest().map(|status| status.state)).collect()
    }

    fn is_running(&self) -> bool {
        self.states()
            .iter()
            .any(|state| state.is_none_or(|state| matches!(state, DeploymentState::Queued | DeploymentState::InProgress | DeploymentState::Pending)))
    }

    fn comments(&self) -> Vec<String> {
        self.stage.ours(self.pull).into_iter().filter(|comment| comment.contains("Deploy")).collect()
    }

    /// What holds at any time.
    fn is_single(&self, said: &str) {
        assert!(self.states().len() <= 1, "one deployment: {:?} {said}", self.states());
        assert!(self.stage.deploy_runs().len() <= 1, "one dispatch: {said}");
        assert!(self.comments().len() <= 1, "one comment: {:?} {said}", self.comments());
        assert!(self.stage.hub.unknown_routes().is_empty(), "{:?}", self.stage.hub.unknown_routes());
    }

    /// A step that failed says so as documented.
    fn is_told(job: &Job) {
        match job.code {
            0 => assert!(["dispatched", "go", "none"].contains(&job.output("decision").as_str()), "{} {}", job.output("decision"), job.stderr),
            1 | 4 => assert_ne!(job.output("decision"), "go", "{}", job.stderr),
            10 => assert!(job.output("decision") == "error" && job.stderr.contains("error[SG-") && job.stderr.contains("hint: "), "{}", job.stderr),
            code => panic!("exit code {code}: {}", job.stderr),
        }
    }

    /// The gate's job from its main step to its post step, and once more where it did not dispatch.
    fn gate(&self, first: &Job) {
        self.is_single(&first.stderr);
        let post = self.stage.ends(first, if first.code == 0 { "success" } else { "failure" });
        assert!(matches!(post.code, 0 | 10), "{}", post.stderr);
        self.is_single(&post.stderr);
        if first.output("decision") == "dispatched" {
            assert_eq!((self.stage.deploy_runs().len(), self.stage.holds().len()), (1, 1), "{}", first.stderr);
            return;
        }
        let again = self.does(Step::Gate, 2);
        Self::is_told(&again);
        assert_eq!(again.code, 0, "{}", again.stderr);
        self.is_single(&again.stderr);
        assert_eq!(self.stage.ends(&again, "success").code, 0);
    }

    /// What comes behind the gate, where something was dispatched: start, finish, and the end of the run.
    fn carries_on(&self, attempt: u32) {
        if self.stage.deploy_runs().is_empty() {
            assert!(!self.is_running() && self.stage.holds().is_empty(), "nothing was left: {:?}", self.states());
            return;
        }
        let was_over = !self.is_running();
        let start = self.does(Step::Start, attempt);
        self.is_single(&start.stderr);
        assert_eq!(start.code, i32::from(was_over), "{}", start.stderr);
        if was_over {
            assert!(self.stage.holds().is_empty());
            return;
        }
        assert_eq!((self.states().as_slice(), self.stage.holds().len()), (&[Some(DeploymentState::InProgress)][..], 1), "{}", start.stderr);
        assert!(self.comments()[0].contains("🚀 Deploying to staging"), "{:?}", self.comments());
        let finish = self.does(Step::Finish, attempt);
        assert_eq!(finish.code, 0, "{}", finish.stderr);
        self.ended();
    }

    /// The run is over, and the event says so.
    fn run_ends(&self) {
        let run = self.stage.deploy_run().id;
        self.stage.hub.finish_run(run, Conclusion::Success);
        let folder = self.stage.job_folder();
        std::fs::write(folder.join("event.json"), self.stage.hub.run_event(run).to_string()).expect("the event can be written");
        let job = self.stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "workflow_run")]);
        assert_eq!(job.code, 0, "{}", job.stderr);
    }

    fn ended(&self) {
        self.is_single("ended");
        assert!(self.stage.holds().is_empty(), "the lock is free");
        assert_eq!(self.states(), [Some(DeploymentState::Success)]);
        assert!(self.comments()[0].contains("✅ Deployed to staging"), "{:?}", self.comments());
    }
}

/// Where we are: shown where a test fails.
#[expect(clippy::print_stderr, reason = "a failure in a table must say at which row")]
fn here(place: &str) {
    eprintln!("{place}");
}

fn aims(step: Step, log: &[Exchange]) -> Vec<Aim> {
    let mut out: Vec<Aim> = Vec::new();
    for exchange in log {
        let of = match (&exchange.operation, exchange.route) {
            (Some(operation), _) => ("graphql".to_owned(), operation.clone()),
            (None, Some(route)) => (exchange.method.clone(), route.to_owned()),
            (None, None) => panic!("{} is neither", exchange.name()),
        };
        if !out.iter().any(|aim| aim.exchange == of) {
            out.push(Aim { step, exchange: of });
        }
    }
    out
}

/// The requests of a dispatched deployment where nothing goes wrong.
fn recorded() -> Vec<Aim> {
    let play = Play::new();
    let mut all = Vec::new();
    for (step, decision) in [(Step::Gate, "dispatched"), (Step::Start, "go"), (Step::Finish, "none")] {
        play.stage.hub.clear_log();
        let job = play.does(step, 1);
        assert_eq!((job.code, job.output("decision").as_str()), (0, decision), "{}", job.stderr);
        all.extend(aims(step, &play.stage.hub.log()));
    }
    play.ended();
    all
}

/// Every request in turn meets this fault once.
fn every_request_meets(fault: &Fault) {
    let aims = recorded();
    assert!(aims.len() >= 18, "{aims:?}");
    for aim in aims.iter().filter(|aim| aim.exchange.0 == "graphql" || !matches!(fault, Fault::Graphql { .. })) {
        here(&format!("{fault:?} at {aim:?}"));
        let play = Play::new();
        if aim.step == Step::Gate {
            play.stage.hub.fault(aim.on(), fault.clone());
        }
        let gate = play.does(Step::Gate, 1);
        Play::is_told(&gate);
        play.gate(&gate);
        if aim.step != Step::Gate {
            meets_in_the_run(&play, aim, fault);
            continue;
        }
        assert_eq!(play.stage.hub.faults_left(), 0, "the fault was played");
        play.carries_on(1);
    }
}

fn meets_in_the_run(play: &Play, aim: &Aim, fault: &Fault) {
    if aim.step == Step::Start {
        play.stage.hub.fault(aim.on(), fault.clone());
        let start = play.does(Step::Start, 1);
        Play::is_told(&start);
        play.is_single(&start.stderr);
        assert_eq!(play.stage.hub.faults_left(), 0, "the fault was played");
        return play.carries_on(2);
    }
    assert_eq!(play.does(Step::Start, 1).output("decision"), "go");
    play.stage.hub.fault(aim.on(), fault.clone());
    let finish = play.does(Step::Finish, 1);
    Play::is_told(&finish);
    play.is_single(&finish.stderr);
    if finish.code != 0 || play.is_running() || !play.stage.holds().is_empty() {
        play.run_ends();
    }
    assert_eq!(play.stage.hub.faults_left(), 0, "the fault was played");
    play.ended();
}

macro_rules! faults {
    ($($name:ident: $fault:expr;)+) => { $(#[test] fn $name() { every_request_meets(&$fault); })+ };
}

faults! {
    d7_every_request_of_a_dispatch_meets_a_500: Fault::Status(500);
    d7_every_request_of_a_dispatch_meets_a_502_after_its_effect: Fault::BadGatewayAfter;
    d7_every_request_of_a_dispatch_meets_a_connection_that_breaks_before_its_effect: Fault::DropBefore;
    d7_every_request_of_a_dispatch_meets_a_connection_that_breaks_after_its_effect: Fault::DropAfter;
    d7_every_request_of_a_dispatch_meets_the_secondary_rate_limit: Fault::SecondaryLimit { retry_after: Duration::ZERO };
    d7_every_request_of_a_dispatch_meets_an_answer_cut_in_the_middle: Fault::Malformed;
    d7_every_request_of_a_dispatch_meets_a_short_page: Fault::ShortPage;
    d7_every_request_of_a_dispatch_meets_a_403: Fault::Status(403);
    d7_every_query_of_a_dispatch_meets_an_internal_error_under_status_200: Fault::Graphql { kind: "INTERNAL".to_owned(), message: "Something went wrong".to_owned() };
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} did not happen");
        std::thread::yield_now();
    }
}

const LONG: Duration = Duration::from_mins(10);

/// A step dies at one of its requests, before or after its effect.
fn dies(play: &Play, aim: &Aim, fault: &Fault) -> Job {
    let already = play.stage.hub.log().iter().filter(|exchange| exchange.faulty).count();
    play.stage.hub.fault(aim.on(), fault.clone());
    let (mut command, folder) = play.command(aim.step, 1);
    let mut child = command.spawn().expect("the binary starts");
    match fault {
        Fault::DelayAfter(_) => until("the effect", || play.stage.hub.log().iter().filter(|exchange| exchange.faulty).count() > already),
        _ => until("the request", || play.stage.hub.faults_left() == 0),
    }
    child.kill().expect("it can be killed");
    job(&folder, &child.wait_with_output().expect("it ended"))
}

#[test]
fn c5_a_gate_that_died_at_any_request_dispatches_once_when_it_is_run_again() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        for aim in recorded().iter().filter(|aim| aim.step == Step::Gate && !aim.is_receipt()) {
            here(&format!("killed with {fault:?} at {aim:?}"));
            let play = Play::new();
            let gate = dies(&play, aim, &fault);
            assert_ne!(gate.output("decision"), "go", "nobody was told to deploy");
            let again = play.does(Step::Gate, 2);
            assert!(again.code == 0 && ["dispatched", "none"].contains(&again.output("decision").as_str()), "{}", again.stderr);
            play.is_single(&again.stderr);
            assert_eq!(play.stage.deploy_runs().len(), 1, "{}", again.stderr);
            play.carries_on(1);
            play.ended();
        }
    }
}

#[test]
fn d3_the_post_step_of_a_gate_that_died_leaves_a_dispatched_run_alone_and_nothing_else() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        for aim in recorded().iter().filter(|aim| aim.step == Step::Gate && !aim.is_receipt()) {
            here(&format!("killed with {fault:?} at {aim:?}"));
            let play = Play::new();
            let gate = dies(&play, aim, &fault);
            let post = play.stage.ends(&gate, "success");
            assert_eq!(post.code, 0, "{}", post.stderr);
            play.is_single(&post.stderr);
            let dispatched = play.stage.deploy_runs().len();
            assert_eq!((play.stage.holds().len(), play.is_running()), (dispatched, dispatched == 1), "{}", post.stderr);
            play.carries_on(1);
        }
    }
}

#[test]
fn c5_a_run_that_died_at_any_request_of_its_start_goes_on_when_it_is_run_again() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        for aim in recorded().iter().filter(|aim| aim.step == Step::Start) {
            here(&format!("killed with {fault:?} at {aim:?}"));
            let play = Play::new();
            assert_eq!(play.does(Step::Gate, 1).output("decision"), "dispatched");
            let start = dies(&play, aim, &fault);
            assert_ne!(start.output("decision"), "go", "nobody was told to deploy");
            play.carries_on(2);
            play.ended();
        }
    }
}

#[test]
fn d3_a_run_that_died_at_any_request_of_its_end_is_ended_by_the_next_event() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        for aim in recorded().iter().filter(|aim| aim.step == Step::Finish) {
            here(&format!("killed with {fault:?} at {aim:?}"));
            let play = Play::new();
            assert_eq!(play.does(Step::Gate, 1).output("decision"), "dispatched");
            assert_eq!(play.does(Step::Start, 1).output("decision"), "go");
            dies(&play, aim, &fault);
            let run = play.stage.deploy_run().id;
            play.stage.hub.finish_run(run, Conclusion::Success);
            play.stage.says(play.pull, LEAD, "/status");
            play.is_single("after the next event");
            assert!(play.stage.holds().is_empty() && !play.is_running(), "{:?}", play.states());
            assert_eq!(play.states(), [Some(DeploymentState::Success)]);
        }
    }
}

/// A job that does the whole: its main step, and where it is to be killed, at this request.
fn whole(play: &Play, killed: Option<(&Aim, &Fault)>) -> Job {
    let run = play.stage.deploy_run();
    let Some((aim, fault)) = killed else { return play.stage.carries(&run, &[]) };
    let already = play.stage.hub.log().iter().filter(|exchange| exchange.faulty).count();
    play.stage.hub.fault(aim.on(), fault.clone());
    let folder = play.stage.job_folder_of(run.id);
    let handle = run.inputs["shipgate"].as_str().expect("a handle").to_owned();
    let mut command = play.stage.command(&folder, &["action"], &[("INPUT_DEPLOYMENT", &handle)]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    match fault {
        Fault::DelayAfter(_) => until("the effect", || play.stage.hub.log().iter().filter(|exchange| exchange.faulty).count() > already),
        _ => until("the request", || play.stage.hub.faults_left() == 0),
    }
    child.kill().expect("it can be killed");
    job(&folder, &child.wait_with_output().expect("it ended"))
}

#[test]
fn d3_every_request_of_a_dispatched_jobs_post_step_meets_a_fault() {
    let recorded = || {
        let play = Play::new();
        play.does(Step::Gate, 1);
        let main = whole(&play, None);
        play.stage.hub.clear_log();
        assert_eq!(play.stage.ends(&main, "success").code, 0);
        let log = play.stage.hub.log();
        play.ended();
        aims(Step::Finish, &log)
    };
    for fault in [Fault::Status(500), Fault::DropAfter, Fault::DropBefore, Fault::Status(403)] {
        for aim in recorded() {
            here(&format!("{fault:?} at {aim:?}"));
            let play = Play::new();
            play.does(Step::Gate, 1);
            let main = whole(&play, None);
            play.stage.hub.fault(aim.on(), fault.clone());
            let post = play.stage.ends(&main, "success");
            assert!(matches!(post.code, 0 | 10), "{}", post.stderr);
            play.is_single(&post.stderr);
            if play.is_running() || !play.stage.holds().is_empty() {
                play.run_ends();
            }
            play.ended();
        }
    }
}

#[test]
fn d3_the_post_step_of_a_dispatched_job_that_died_takes_nothing_for_a_success() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        for aim in recorded().iter().filter(|aim| aim.step == Step::Start) {
            here(&format!("killed with {fault:?} at {aim:?}"));
            let play = Play::new();
            play.does(Step::Gate, 1);
            let main = whole(&play, Some((aim, &fault)));
            assert_ne!(main.output("decision"), "go", "nobody was told to deploy");
            let post = play.stage.ends(&main, "success");
            assert_eq!(post.code, 0, "{}", post.stderr);
            play.is_single(&post.stderr);
            // What the step had not yet taken over stays for the run to be run again; what it had is ended.
            let untouched = play.states() == [Some(DeploymentState::Queued)];
            assert_eq!((play.stage.holds().len(), play.is_running()), (usize::from(untouched), untouched), "{}", post.stderr);
            assert!(untouched || play.states() == [Some(DeploymentState::Error)], "{:?}", play.states());
            assert!(!play.comments()[0].contains("✅ Deployed"), "{:?}", play.comments());
        }
    }
}
