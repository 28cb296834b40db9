//! Waiting for a dispatched run: bounded, with its progress in the log, obedient to signals. Whatever comes of it, the deployment is its own run's.

use std::time::Duration;

use super::before::Left;
use super::deploy::Decided;
use super::ended::{self, Orphan};
use super::{Outcome, RunError, World};
use crate::domain::Period;
use crate::exit::Exit;
use crate::facts::{DispatchedTo, Handle};
use crate::gates::Judgement;
use crate::perform::Pauses;
use crate::ports::{Concluded, Forge, ForgeError, FoundRun, JobReport, Programs, Repo, RunReport, SoughtRun};

/// How often in a row a run may not be readable before we stop waiting.
const PATIENCE: u32 = 5;

/// After how much of a sleep a signal is obeyed.
const ALERT: Duration = Duration::from_millis(200);

/// What is waited for.
pub(super) struct Watched<'a> {
    pub(super) decided: &'a Decided<'a>,
    pub(super) to: &'a DispatchedTo,
    pub(super) left: &'a Left,
    pub(super) limit: Period,
}

/// How waiting ended.
enum Seen {
    /// The run is over.
    Over(FoundRun, Concluded),
    /// It was not over in time.
    TimedOut(Option<FoundRun>),
    /// Somebody asked us to stop.
    Stopped(Option<FoundRun>),
}

/// Waits for the run, and ends the deployment where its workflow has not.
pub(super) async fn end<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, watched: &Watched<'_>, run: Option<FoundRun>) -> Result<Outcome, RunError> {
    let environment = &watched.decided.asked.environment.name;
    let outcome = |said: String, ended| Ok(Outcome { ended: Some(ended), ..Outcome::decided(Judgement::Go, environment, said) });
    let named = |run: &Option<FoundRun>| run.as_ref().map_or_else(|| "the dispatched run".to_owned(), |run| format!("run {} ({})", run.id, run.url));
    match watch(world, watched, run).await? {
        Seen::TimedOut(run) => {
            let said = format!("{} is not over after {}: this job stops waiting, the run goes on and ends the deployment itself", named(&run), watched.limit);
            world.runner.output("conclusion", "timed-out");
            world.runner.annotate(crate::runner::Level::Warning, &said);
            outcome(said, Exit::Waiting)
        }
        Seen::Stopped(run) => Err(RunError::StoppedWaiting(format!("stopped by a signal; {} goes on and ends the deployment itself", named(&run)))),
        Seen::Over(run, concluded) => {
            let (word, said, jobs) = conclusion(world, watched, (&run, concluded)).await?;
            world.runner.output("conclusion", word);
            let failed = jobs.map(|job| format!("; failed job: {} {}", job.name, job.url)).unwrap_or_default();
            outcome(format!("{said}{failed}"), if word == "success" { Exit::Done } else { Exit::Failed })
        }
    }
}

/// How the deployment ended, by its own state where the workflow has set it, else by the run's conclusion.
async fn conclusion<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    watched: &Watched<'_>,
    (run, concluded): (&FoundRun, Concluded),
) -> Result<(&'static str, String, Option<JobReport>), RunError> {
    let facts = &watched.decided.decision.question().facts;
    let Some(deployment) = world.forge.deployment(watched.left.id).await? else {
        return Ok(("unknown", format!("deployment {} is gone", watched.left.id), None));
    };
    if !deployment.is_running() {
        let word = if deployment.succeeded() { "success" } else { "failure" };
        let jobs = if deployment.succeeded() { None } else { ended::failed_job(world, &watched.to.repository, run.id).await };
        return Ok((word, format!("the deployment to {} ended with {word}, by run {} ({})", watched.decided.asked.environment.name, run.id, run.url), jobs));
    }
    let Some(payload) = deployment.payload.clone() else { return Ok(("unknown", format!("deployment {} has no payload", watched.left.id), None)) };
    let orphan = Orphan {
        deployment: &deployment,
        payload: &payload,
        node: &facts.repository.node_id,
        slug: &facts.repository.slug,
        viewer: facts.viewer.as_ref(),
        now: facts.now,
        lock: None,
        survey: None,
    };
    let (ending, job) = ended::over(world, &orphan, (&watched.to.repository, run, concluded)).await?;
    Ok((ending.as_str(), format!("the deployment to {} ended with {}, by run {} ({})", payload.environment, ending.as_str(), run.id, run.url), job))
}

/// Looks at the run until it is over, time is up, or somebody asks us to stop.
async fn watch<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, watched: &Watched<'_>, mut run: Option<FoundRun>) -> Result<Seen, ForgeError> {
    let repository = &watched.to.repository;
    let handle = Handle {
        repository: watched.decided.decision.question().facts.repository.slug.clone(),
        deployment: watched.left.id,
        claim: watched.left.claim.clone(),
    };
    let start = tokio::time::Instant::now();
    let mut schedule = Schedule::new(world.pauses, Duration::from_secs(watched.limit.seconds().into()));
    let (mut failures, mut said) = (0, String::new());
    loop {
        let looked = match &run {
            None => world.forge.find_run(&SoughtRun { to: watched.to, handle: &handle, since: watched.left.since }).await.map(|found| {
                run = found;
                None
            }),
            Some(known) => world.forge.run_report(repository, known.id).await.map(Some),
        };
        match (looked, &run) {
            (Ok(Some(RunReport { concluded: Some(concluded), .. })), Some(run)) => return Ok(Seen::Over(run.clone(), concluded)),
            (Ok(report), _) => {
                failures = 0;
                progress(world, watched, (run.as_ref(), report), &mut said).await;
            }
            (Err(error), _) => {
                failures += 1;
                if failures >= PATIENCE || !error.fault.is_transient() {
                    return Err(error);
                }
                tracing::warn!("the run could not be looked at: {error}");
            }
        }
        match schedule.next(start.elapsed()) {
            None => return Ok(Seen::TimedOut(run)),
            Some(pause) if !slept(world, pause).await => return Ok(Seen::Stopped(run)),
            Some(_) => {}
        }
    }
}

/// A line in the log wherever something has changed.
async fn progress<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    watched: &Watched<'_>,
    (run, report): (Option<&FoundRun>, Option<RunReport>),
    said: &mut String,
) {
    let line = match (run, report) {
        (Some(run), Some(report)) => {
            let jobs = match report.status.as_str() {
                "in_progress" => world.forge.run_jobs(&watched.to.repository, run.id).await.map(|jobs| done(&jobs)).unwrap_or_default(),
                _ => String::new(),
            };
            format!("run {} is {}{jobs}", run.id, report.status.replace('_', " "))
        }
        _ => format!("waiting for a run of {}", watched.to),
    };
    if *said != line {
        world.runner.progress(&line);
        *said = line;
    }
}

fn done(jobs: &[JobReport]) -> String {
    let over = jobs.iter().filter(|job| job.concluded.is_some()).count();
    let going: Vec<&str> = jobs.iter().filter(|job| job.concluded.is_none()).map(|job| job.name.as_str()).take(5).collect();
    let going = if going.is_empty() { String::new() } else { format!("; now {}", going.join(", ")) };
    format!(", {over} of {} jobs done{going}", jobs.len())
}

/// Sleeps; `false` where somebody asked us to stop.
async fn slept<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pause: Duration) -> bool {
    let mut left = pause;
    while !world.halt.get() && !left.is_zero() {
        let slice = left.min(ALERT);
        tokio::time::sleep(slice).await;
        left -= slice;
    }
    !world.halt.get()
}

/// The pauses between two looks: from two seconds, growing by half, to fifteen. A test counts the same pauses and sleeps shorter ones.
struct Schedule {
    limit: Duration,
    unit: Duration,
    next: Duration,
    counted: Duration,
}

impl Schedule {
    fn new(pauses: Pauses, limit: Duration) -> Self {
        Self { limit, unit: pauses.watch, next: Pauses::WATCH, counted: Duration::ZERO }
    }

    /// The next pause; `None` where time is up, by the pauses or by the clock.
    fn next(&mut self, elapsed: Duration) -> Option<Duration> {
        const LONGEST: Duration = Duration::from_secs(15);
        if self.counted.max(elapsed) >= self.limit {
            return None;
        }
        let pause = self.next.min(self.limit.saturating_sub(self.counted));
        self.counted += pause;
        self.next = (self.next * 3 / 2).min(LONGEST);
        Some(pause.mul_f64(self.unit.as_secs_f64() / Pauses::WATCH.as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d2_waiting_is_bounded_and_looks_less_and_less_often() {
        let pauses = Pauses { seek: Duration::ZERO, watch: Pauses::WATCH };
        let mut schedule = Schedule::new(pauses, Duration::from_mins(2));
        let mut all = Vec::new();
        while let Some(pause) = schedule.next(Duration::ZERO) {
            all.push(pause);
        }
        assert_eq!(all.iter().sum::<Duration>(), Duration::from_mins(2), "exactly as long as it may");
        assert_eq!((all[0], all[1], all.iter().max().copied()), (Duration::from_secs(2), Duration::from_secs(3), Some(Duration::from_secs(15))));
        assert_eq!(Schedule::new(pauses, Duration::from_mins(2)).next(Duration::from_mins(2)), None, "the clock counts, too");
        let quick = Pauses { watch: Duration::from_millis(1), ..pauses };
        assert_eq!(Schedule::new(quick, Duration::from_mins(2)).next(Duration::ZERO), Some(Duration::from_millis(1)));
    }
}
