//! Which steps are ours, and what part of a deployment they play.

use crate::doctor::workflow::{Job, Step, What, Workflow};

/// The part that a step of ours plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It judges.
    Gate,
    /// It starts a dispatched deployment that a later job ends.
    Start,
    /// It starts a dispatched deployment, and its own post step ends it.
    Whole,
    /// It ends a deployment that an earlier job started.
    Finish,
    /// It looks at what a change brings, and needs no more than the checkout.
    Checks,
}

/// A step of ours.
#[derive(Clone, Copy)]
pub(super) struct OurStep<'w> {
    pub workflow: &'w Workflow,
    pub job: &'w Job,
    /// Its place among the job's steps.
    pub index: usize,
    pub step: &'w Step,
    pub part: Part,
}

impl OurStep<'_> {
    /// Whether it is given a token of its own, which no `permissions:` speaks of.
    pub fn has_own_token(&self) -> bool {
        let given = self.step.with("token").filter(|token| !token.trim().is_empty());
        given.is_some_and(|token| !token.contains("github.token") && !token.to_ascii_uppercase().contains("SECRETS.GITHUB_TOKEN"))
    }
}

/// The steps of a workflow that are ours.
pub(super) fn our_steps(workflow: &Workflow, root_is_ours: bool) -> Vec<OurStep<'_>> {
    let in_job = move |job: &'_ Job| -> Vec<(usize, Part)> {
        job.steps.iter().enumerate().filter_map(|(index, step)| part_of(step, root_is_ours).map(|part| (index, part))).collect()
    };
    let of_job = |job| in_job(job).into_iter().map(move |(index, part)| (job, index, part));
    workflow.jobs.iter().flat_map(of_job).map(|(job, index, part)| OurStep { workflow, job, index, step: &job.steps[index], part }).collect()
}

/// The part of a step; none where it is not ours.
pub(super) fn part_of(step: &Step, root_is_ours: bool) -> Option<Part> {
    let Some(uses) = &step.uses else {
        let script = step.node.text_of("run")?;
        let runs = script.lines().any(|line| line.contains("shipgate action") && !line.contains("--post"));
        return runs.then_some(Part::Gate);
    };
    let ours = match uses.what() {
        What::Remote { name, path, .. } => name.eq_ignore_ascii_case("shipgate") && path.is_empty(),
        What::Local("./" | ".") => root_is_ours,
        What::Local(path) => path.trim_end_matches('/').rsplit('/').next() == Some("shipgate"),
        What::Image(_) => false,
    };
    if !ours {
        return None;
    }
    let belongs = step.with("deployment").is_some_and(|handle| !handle.trim().is_empty());
    Some(match step.with("step") {
        Some("finish") => Part::Finish,
        Some("start") if belongs => Part::Start,
        _ if belongs => Part::Whole,
        _ if step.with("checks").is_some_and(|word| word.trim() == "on") => Part::Checks,
        _ => Part::Gate,
    })
}
