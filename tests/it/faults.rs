//! What goes wrong on the way: every request of a deployment meets every fault, and a process may die at each (rows C5, D3, D7, G10).
//!
//! Whatever happens, never two deployments or two comments of a request, never a lock that stays for ever, never a `go` without a deployment
//! that holds its lock; and running the job again finishes what was begun.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use shipgate::sandbox::state::{Conclusion, DeploymentState, ReviewState};
use shipgate::sandbox::{Exchange, Fault, On};

use crate::http_client::Client;
use crate::stage::{DEVELOPER, Job, LEAD, REPOSITORY, REVIEWER, Stage, job};

const WORKFLOW: &str = ".github/workflows/deploy.yml";

/// A deploy command on a pull request that every gate lets go, and the workflow run that handles it.
struct Play {
    stage: Stage,
    pull: u64,
    event: Value,
    run: u64,
    reader: String,
}

/// A request of the recorded deployment, as a fault can be aimed at it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Aim {
    step: Step,
    method: String,
    target: String,
    graphql: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Main,
    Post,
}

impl Aim {
    fn at(step: Step, exchange: &Exchange) -> Self {
        match (&exchange.operation, exchange.route) {
            (Some(operation), _) => Self { step, method: "POST".to_owned(), target: operation.clone(), graphql: true },
            (None, Some(route)) => Self { step, method: exchange.method.clone(), target: route.to_owned(), graphql: false },
            (None, None) => panic!("{} is neither", exchange.name()),
        }
    }

    /// Nothing waits for the reaction that shows the receipt: a job that dies at it may have come to any of the other places.
    fn is_receipt(&self) -> bool {
        self.target.ends_with("/reactions")
    }

    fn on(&self) -> On {
        if self.graphql { On::operation(&self.target) } else { On::route(&self.method, &self.target) }
    }
}

impl Play {
    fn new() -> Self {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        stage.hub.workflow(REPOSITORY, WORKFLOW, "deploy");
        let run = stage.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, "issue_comment", "main"));
        let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        let reader = stage.hub.full_token(LEAD);
        Self { stage, pull, event, run, reader }
    }

    /// The main step, in an attempt of the run.
    fn main(&self, attempt: u32) -> Job {
        self.handles(&self.event, (self.run, attempt))
    }

    fn handles(&self, event: &Value, run: (u64, u32)) -> Job {
        let folder = self.stage.job_folder();
        std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
        let (run, attempt) = (run.0.to_string(), run.1.to_string());
        self.stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_RUN_ID", &run), ("GITHUB_RUN_ATTEMPT", &attempt)])
    }

    /// The main step, started and not waited for.
    fn starts(&self, attempt: u32) -> (Child, std::path::PathBuf) {
        let folder = self.stage.job_folder();
        std::fs::write(folder.join("event.json"), self.event.to_string()).expect("the event can be written");
        let (run, attempt) = (self.run.to_string(), attempt.to_string());
        let more = [("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_RUN_ID", run.as_str()), ("GITHUB_RUN_ATTEMPT", attempt.as_str())];
        let child = self.stage.command(&folder, &["action"], &more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        (child, folder)
    }

    /// The post step of a job whose other steps all went well.
    fn post(&self, main: &Job) -> Job {
        self.stage.ends(main, if main.code == 0 { "success" } else { "failure" })
    }

    fn deployments(&self) -> Vec<Option<DeploymentState>> {
        let found = self.stage.hub.deployments(REPOSITORY, "staging");
        found.iter().map(|deployment| deployment.latest().map(|status| status.state)).collect()
    }

    /// The deployment holds on the lock, as anybody can read them.
    fn holds(&self) -> Vec<Value> {
        let client = Client::new(&self.stage.hub, &self.reader);
        let reference = client.get(&format!("/repos/{REPOSITORY}/git/ref/shipgate/lock/staging"));
        if reference.status == 404 {
            return Vec::new();
        }
        let sha = reference.json()["object"]["sha"].as_str().expect("a target").to_owned();
        let tag = client.get(&format!("/repos/{REPOSITORY}/git/tags/{sha}")).json();
        let record: Value = serde_json::from_str(tag["message"].as_str().expect("a message")).expect("a record");
        record["holds"].as_array().expect("holds").iter().filter(|hold| hold["kind"] == "deployment").cloned().collect()
    }

    fn comments(&self) -> Vec<String> {
        self.stage.ours(self.pull)
    }

    /// What must be true after a main step, however it went.
    fn is_true_after_main(&self, main: &Job) {
        self.is_single();
        let decision = main.output("decision");
        match main.code {
            0 if decision == "go" => {
                assert_eq!(self.deployments().len(), 1, "go means that there is a deployment");
                assert_eq!(self.holds().len(), 1, "and that it holds its lock");
            }
            0 => assert_eq!(decision, "none", "{}", main.stderr),
            1 | 4 => assert!(decision == "no-go" || decision == "waiting", "{decision}"),
            10 => {
                assert_eq!(decision, "error", "{}", main.stderr);
                assert!(main.stderr.contains("error[SG-FORGE]: ") && main.stderr.contains("hint: "), "{}", main.stderr);
            }
            code => panic!("exit code {code}: {}", main.stderr),
        }
        for comment in self.comments() {
            assert_eq!(comment.contains("🚀 Deploying"), decision == "go", "{comment}");
            assert!(!comment.contains("Nothing was deployed") || self.deployments().is_empty(), "{comment}");
        }
    }

    /// What must be true after a post step, however both went.
    fn is_true_after_post(&self, post: &Job) {
        self.is_single();
        assert!(matches!(post.code, 0 | 10), "{} {}", post.code, post.stderr);
        if post.code == 0 {
            assert!(self.holds().is_empty(), "the lock is free: {}", post.stderr);
            assert!(self.deployments().iter().all(|state| state.is_some_and(is_over)), "{:?}", self.deployments());
        } else {
            assert!(post.stderr.contains("error[SG-FORGE]: ") && post.stderr.contains("hint: "), "{}", post.stderr);
            assert!(self.holds().iter().all(|hold| hold["until"].is_string() && hold["run"] == self.run), "what stays ends by itself");
        }
        for comment in self.comments() {
            assert!(!comment.contains("lock is free") || self.holds().is_empty(), "{comment}");
            assert!(!comment.contains("✅ Deployed") || !self.deployments().is_empty(), "{comment}");
        }
    }

    fn is_single(&self) {
        assert!(self.deployments().len() <= 1, "one deployment a request: {:?}", self.deployments());
        assert!(self.comments().len() <= 1, "one comment a request: {:?}", self.comments());
        assert!(self.stage.hub.unknown_routes().is_empty(), "{:?}", self.stage.hub.unknown_routes());
    }

    /// The job is run again, and that finishes the deployment.
    fn carries_on(&self, attempt: u32) {
        let again = self.main(attempt);
        self.is_true_after_main(&again);
        assert_eq!(again.code, 0, "{}", again.stderr);
        let post = self.post(&again);
        assert_eq!(post.code, 0, "{}", post.stderr);
        self.is_true_after_post(&post);
        let said = |text: &str| self.comments().iter().any(|comment| comment.contains(text));
        assert_eq!((self.deployments() == [Some(DeploymentState::Success)], true), (said("✅ Deployed"), !said("🚀")), "{:?}", self.comments());
        assert_eq!(self.deployments().len(), 1);
    }

    /// The run is over and nobody runs the job again: somebody else's deploy gets through, and leaves nothing of this one.
    fn others_get_through(&self) {
        self.stage.hub.finish_run(self.run, Conclusion::Cancelled);
        let other = self.stage.pull("other");
        self.stage.hub.review((REPOSITORY, other), REVIEWER, ReviewState::Approved);
        let run = self.stage.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, "issue_comment", "main"));
        let (_, event) = self.stage.comment(other, DEVELOPER, "/deploy staging");
        let main = self.handles(&event, (run, 1));
        assert_eq!((main.code, main.output("decision").as_str()), (0, "go"), "{}", main.stderr);
        assert_eq!(self.stage.ends(&main, "success").code, 0);
        assert!(self.holds().is_empty());
        assert!(self.deployments().iter().all(|state| state.is_some_and(is_over)), "{:?}", self.deployments());
        assert!(self.comments().len() <= 1 && !self.comments().iter().any(|comment| comment.contains("🚀")), "{:?}", self.comments());
    }
}

/// Where we are: shown where a test fails.
#[expect(clippy::print_stderr, reason = "a failure in a table must say at which row")]
fn here(place: &str) {
    eprintln!("{place}");
}

fn is_over(state: DeploymentState) -> bool {
    matches!(state, DeploymentState::Success | DeploymentState::Failure | DeploymentState::Error | DeploymentState::Inactive)
}

/// The requests of a deployment where nothing goes wrong.
fn recorded() -> Vec<Aim> {
    let play = Play::new();
    play.stage.hub.clear_log();
    let main = play.main(1);
    assert_eq!(main.output("decision"), "go", "{}", main.stderr);
    let mut aims: Vec<Aim> = play.stage.hub.log().iter().map(|exchange| Aim::at(Step::Main, exchange)).collect();
    play.stage.hub.clear_log();
    assert_eq!(play.post(&main).code, 0);
    aims.extend(play.stage.hub.log().iter().map(|exchange| Aim::at(Step::Post, exchange)));
    assert_eq!(play.deployments(), [Some(DeploymentState::Success)]);
    assert!(play.comments()[0].contains("✅ Deployed to staging"));
    aims
}

/// Every request in turn meets this fault once; then the job is run again, or given up where something stayed.
fn every_request_meets(fault: &Fault) {
    let aims = recorded();
    assert!(aims.len() >= 12, "{aims:?}");
    for aim in aims.iter().filter(|aim| aim.graphql || !matches!(fault, Fault::Graphql { .. })) {
        here(&format!("{fault:?} at {aim:?}"));
        let play = Play::new();
        let stays = meets(&play, aim, fault);
        play.carries_on(2);
        assert_eq!(play.stage.hub.faults_left(), 0, "the fault was played");
        if stays {
            let given_up = Play::new();
            meets(&given_up, aim, fault);
            given_up.others_get_through();
        }
    }
}

/// One attempt with the fault at its place; true where a lock or a running deployment stayed.
fn meets(play: &Play, aim: &Aim, fault: &Fault) -> bool {
    if aim.step == Step::Main {
        play.stage.hub.fault(aim.on(), fault.clone());
    }
    let main = play.main(1);
    play.is_true_after_main(&main);
    if aim.step == Step::Post {
        play.stage.hub.fault(aim.on(), fault.clone());
    }
    let post = play.post(&main);
    play.is_true_after_post(&post);
    !play.holds().is_empty() || !play.deployments().iter().all(|state| state.is_some_and(is_over))
}

/// Commands that deploy nothing: every request meets the fault, and giving the event again leads to the same end.
fn other_commands_meet(fault: &Fault) {
    for (login, command, code, end) in [
        (DEVELOPER, "/deploy production", 1, "⛔ Deployment to production is refused"),
        (DEVELOPER, "/deploy staging", 4, "⏳ Deployment to staging is waiting"),
        (LEAD, "/lock staging load test", 0, "🔒 staging is locked"),
    ] {
        let play = || {
            let stage = Stage::new();
            let pull = stage.pull("faster");
            let (_, event) = stage.comment(pull, login, command);
            stage.hub.clear_log();
            (stage, pull, event)
        };
        let (stage, _, event) = play();
        assert_eq!(stage.delivers("issue_comment", &event).code, code, "{command}");
        let aims: Vec<Aim> = stage.hub.log().iter().map(|exchange| Aim::at(Step::Main, exchange)).collect();
        for aim in aims.iter().filter(|aim| aim.graphql || !matches!(fault, Fault::Graphql { .. })) {
            here(&format!("{command}: {fault:?} at {aim:?}"));
            let (stage, pull, event) = play();
            stage.hub.fault(aim.on(), fault.clone());
            let first = stage.delivers("issue_comment", &event);
            // A fact that could not be read is never a go: it may also be a refusal or a wait of its own.
            let held = matches!((first.code, first.output("decision").as_str()), (1, "no-go") | (4, "waiting"));
            assert!(first.code == code || (first.code == 10 && first.stderr.contains("hint: ")) || held, "{}", first.stderr);
            assert!(stage.hub.deployments(REPOSITORY, "production").is_empty() && stage.hub.deployments(REPOSITORY, "staging").is_empty());
            let again = stage.delivers("issue_comment", &event);
            assert_eq!(again.code, code, "{}", again.stderr);
            assert_ne!(again.output("decision"), "go");
            let ours = stage.ours(pull);
            assert!(ours.len() == 1 && ours[0].contains(end), "{ours:?}");
        }
    }
}

macro_rules! faults {
    ($($name:ident: $fault:expr;)+) => { $(#[test] fn $name() { every_request_meets(&$fault); other_commands_meet(&$fault); })+ };
}

faults! {
    d7_every_request_meets_a_500: Fault::Status(500);
    d7_every_request_meets_a_502: Fault::Status(502);
    d7_every_request_meets_a_502_after_its_effect: Fault::BadGatewayAfter;
    d7_every_request_meets_a_connection_that_breaks_before_its_effect: Fault::DropBefore;
    d7_every_request_meets_a_connection_that_breaks_after_its_effect: Fault::DropAfter;
    d7_every_request_meets_the_secondary_rate_limit: Fault::SecondaryLimit { retry_after: Duration::ZERO };
    d7_every_request_meets_too_many_requests: Fault::TooManyRequests { retry_after: Duration::ZERO };
    d7_every_request_meets_an_answer_cut_in_the_middle: Fault::Malformed;
    d7_every_request_meets_a_short_page: Fault::ShortPage;
    d7_every_request_meets_a_401: Fault::Status(401);
    d7_every_request_meets_a_403: Fault::Status(403);
    d7_every_request_meets_a_404: Fault::Status(404);
    d7_every_request_meets_a_422: Fault::Status(422);
    d7_every_query_meets_an_internal_error_under_status_200: Fault::Graphql { kind: "INTERNAL".to_owned(), message: "Something went wrong".to_owned() };
    d7_every_query_meets_a_refusal_under_status_200: Fault::Graphql { kind: "FORBIDDEN".to_owned(), message: "Resource not accessible by integration".to_owned() };
}

/// Waits until it is so.
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} did not happen");
        std::thread::yield_now();
    }
}

/// The main step dies at each of its requests, before or after its effect.
fn dies_at_every_request(fault: &Fault, then: impl Fn(&Play, &Job)) {
    for aim in recorded().iter().filter(|aim| aim.step == Step::Main && !aim.is_receipt()) {
        here(&format!("killed with {fault:?} at {aim:?}"));
        let play = Play::new();
        play.stage.hub.fault(aim.on(), fault.clone());
        let (mut child, folder) = play.starts(1);
        match fault {
            Fault::DelayAfter(_) => until("the effect", || play.stage.hub.log().iter().any(|exchange| exchange.faulty)),
            _ => until("the request", || play.stage.hub.faults_left() == 0),
        }
        child.kill().expect("it can be killed");
        let main = job(&folder, &child.wait_with_output().expect("it ended"));
        assert_ne!(main.output("decision"), "go", "nobody was told to deploy");
        play.is_single();
        then(&play, &main);
    }
}

const LONG: Duration = Duration::from_mins(10);

#[test]
fn c5_a_job_that_died_at_any_request_is_carried_on_when_it_is_run_again() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        dies_at_every_request(&fault, |play, _| {
            play.carries_on(2);
            assert_eq!(play.deployments(), [Some(DeploymentState::Success)]);
            assert!(play.comments()[0].contains("✅ Deployed to staging"), "{:?}", play.comments());
        });
    }
}

#[test]
fn d3_the_post_step_of_a_job_whose_main_step_died_leaves_nothing() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        dies_at_every_request(&fault, |play, main| {
            let post = play.stage.ends(main, "success");
            play.is_true_after_post(&post);
            assert_eq!(post.code, 0, "{}", post.stderr);
            assert!(!play.deployments().contains(&Some(DeploymentState::Success)), "nobody deployed");
            assert!(!play.comments().iter().any(|comment| comment.contains("✅ Deployed")), "{:?}", play.comments());
        });
    }
}

#[test]
fn g10_what_a_dead_run_left_is_ended_by_a_later_event_and_in_nobody_s_way() {
    for fault in [Fault::Delay(LONG), Fault::DelayAfter(LONG)] {
        dies_at_every_request(&fault, |play, _| play.others_get_through());
    }
}

#[test]
fn c5_the_same_event_in_a_second_run_does_nothing_while_the_first_is_alive() {
    let play = Play::new();
    let first = play.main(1);
    assert_eq!(first.output("decision"), "go", "{}", first.stderr);
    let run = play.stage.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, "issue_comment", "main"));
    let second = play.handles(&play.event, (run, 1));
    assert_eq!((second.code, second.output("decision").as_str()), (0, "none"), "{}", second.stderr);
    let twin = play.main(1);
    assert_eq!((twin.code, twin.output("decision").as_str()), (0, "none"), "the same attempt in another job: {}", twin.stderr);
    assert_eq!((play.deployments().len(), play.holds().len()), (1, 1));
    assert_eq!(play.stage.ends(&second, "success").code, 0);
    assert_eq!(play.holds().len(), 1, "a post step frees its own claim only");
    assert_eq!(play.post(&first).code, 0);
    let late = play.handles(&play.event, (run, 2));
    assert_eq!((late.code, late.output("decision").as_str()), (0, "none"), "{}", late.stderr);
    assert_eq!(play.deployments(), [Some(DeploymentState::Success)]);
}

#[test]
fn g14_a_deployment_that_was_left_is_given_up_where_the_gates_do_not_say_go_any_more() {
    let play = Play::new();
    let first = play.main(1);
    assert_eq!(first.output("decision"), "go");
    play.stage.hub.review((REPOSITORY, play.pull), REVIEWER, ReviewState::ChangesRequested);
    let again = play.main(2);
    assert_eq!((again.code, again.output("decision").as_str()), (4, "waiting"), "{}", again.stderr);
    assert_eq!(play.deployments(), [Some(DeploymentState::Error)]);
    assert!(play.holds().is_empty());
    assert!(play.comments()[0].contains("given up") && play.comments().len() == 1, "{:?}", play.comments());
}

#[test]
fn d3_any_later_event_ends_the_deployment_of_a_run_that_is_over() {
    let play = Play::new();
    assert_eq!(play.main(1).output("decision"), "go");
    let status = |run: (u64, u32)| {
        let (_, event) = play.stage.comment(play.pull, LEAD, "/status");
        play.handles(&event, run)
    };
    let run = play.stage.hub.start_run(REPOSITORY, DEVELOPER, (WORKFLOW, "issue_comment", "main"));
    assert_eq!(status((run, 1)).code, 0);
    assert_eq!(play.deployments(), [Some(DeploymentState::InProgress)], "its run is alive");
    play.stage.hub.finish_run(play.run, Conclusion::Cancelled);
    assert_eq!(status((run, 1)).code, 0);
    assert_eq!(play.deployments(), [Some(DeploymentState::Error)]);
    assert!(play.holds().is_empty());
    let about: Vec<String> = play.comments().into_iter().filter(|comment| comment.contains("Deployment to staging")).collect();
    assert!(about.len() == 1 && about[0].contains("nobody knows how it ended"), "{about:?}");
    assert!(play.stage.audited().contains(&"deployment.completed unknown".to_owned()), "{:?}", play.stage.audited());
}

#[cfg(unix)]
fn signalled_at(target: On, delay: Duration) -> (Play, Job, Duration) {
    let play = Play::new();
    play.stage.hub.fault(target, Fault::Delay(delay));
    let (child, folder) = play.starts(1);
    until("the request", || play.stage.hub.faults_left() == 0);
    let start = Instant::now();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal can be sent");
    let main = job(&folder, &child.wait_with_output().expect("it ended"));
    (play, main, start.elapsed())
}

#[cfg(unix)]
#[test]
fn d3_a_signal_before_the_deployment_frees_the_claim() {
    let delay = Duration::from_millis(200);
    for target in [On::operation("Standing"), On::operation("UpdateRefs")] {
        let (play, main, _) = signalled_at(target, delay);
        assert_eq!((main.code, main.output("decision").as_str()), (130, "error"), "{}", main.stderr);
        assert!(main.stderr.contains("error[SG-STOPPED]"), "{}", main.stderr);
        assert!(play.deployments().is_empty() && play.holds().is_empty());
        assert!(play.comments()[0].contains("Nothing was deployed"), "{:?}", play.comments());
        let post = play.post(&main);
        play.is_true_after_post(&post);
        play.carries_on(2);
    }
}

#[cfg(unix)]
#[test]
fn d3_a_signal_while_the_deployment_is_created_leaves_it_to_the_post_step() {
    let (play, main, _) = signalled_at(On::route("POST", "/repos/{owner}/{repo}/deployments"), Duration::from_millis(200));
    assert_eq!((main.code, play.deployments().len(), play.holds().len()), (0, 1, 1), "{}", main.stderr);
    assert_eq!(play.stage.ends(&main, "cancelled").code, 0);
    assert_eq!(play.deployments(), [Some(DeploymentState::Error)]);
    assert!(play.holds().is_empty());
}

#[cfg(unix)]
#[test]
fn d3_a_signal_is_obeyed_within_two_seconds_whatever_the_server_does() {
    let (play, main, took) = signalled_at(On::operation("UpdateRefs"), LONG);
    assert_eq!((main.code, main.output("decision").as_str()), (130, "error"), "{}", main.stderr);
    assert!(took < Duration::from_secs(5), "{took:?}");
    let post = play.post(&main);
    play.is_true_after_post(&post);
    assert_eq!(post.code, 0, "{}", post.stderr);
}
