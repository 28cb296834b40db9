//! Where every environment stands, in words: for a comment, for a terminal, for programs (row D5).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::escape::{code, markdown, plain, sentence};
use super::terminal::Paint;
use crate::domain::{CommitSha, PullNumber, RepoSlug};
use crate::facts::{Fact, LockKind};
use crate::gates::Judgement;
use crate::plan::{Next, Part, Stage, Standing, Try, first_step};

/// Stages with what they are about.
#[derive(Clone, Debug)]
pub struct Told {
    /// The repository.
    pub repository: RepoSlug,
    /// The pull request and its head, where it is about one.
    pub pull: Option<(PullNumber, CommitSha)>,
    /// The stages, in the policy's order.
    pub stages: Vec<Stage>,
}

impl Told {
    /// How everything told stands together.
    pub fn standing(&self) -> Standing {
        self.stages.iter().map(|stage| stage.standing).max().unwrap_or(Standing::Unknown)
    }

    fn rows(&self) -> impl Iterator<Item = (&Stage, &Part)> {
        self.stages.iter().flat_map(|stage| stage.parts.iter().map(move |part| (stage, part)))
    }
}

fn mark(standing: Standing) -> &'static str {
    match standing {
        Standing::Done => "✅",
        Standing::Outstanding => "⬜",
        Standing::Running => "🚀",
        Standing::Waiting => "⏳",
        Standing::Locked => "🔒",
        Standing::Unknown => "❔",
        Standing::Failed => "❌",
    }
}

/// How a part stands, in a word: without a pull request nothing is outstanding, there is only nothing.
fn word(told: &Told, standing: Standing) -> &'static str {
    match (standing, &told.pull) {
        (Standing::Outstanding, None) => "empty",
        (Standing::Done, None) => "deployed",
        (standing, _) => standing.word(),
    }
}

/// The reply to `/status`.
pub fn stages(told: &Told) -> String {
    let mut out = String::new();
    if let Some((_, head)) = &told.pull {
        let _ = writeln!(out, "The head is {}.\n", code(head.short()));
    }
    out.push_str("| environment | lock | state | there now |\n| --- | --- | --- | --- |\n");
    for (stage, part) in told.rows() {
        let service = part.service.as_ref().map(|service| format!(" {}", code(service.as_str()))).unwrap_or_default();
        let lock = lock_cell(stage, part);
        let _ = writeln!(out, "| {}{service} | {lock} | {} | {} |", stage.environment, state_cell(told, part), current_cell(part));
    }
    if let Some((stage, next)) = first_step(&told.stages) {
        let _ = write!(out, "\n**Next: {}** — {}", stage.environment, step(next));
        out.push('\n');
    }
    out
}

fn lock_cell(stage: &Stage, part: &Part) -> String {
    match &stage.holds {
        Fact::Known(holds) => {
            let here = holds.iter().filter(|hold| hold.overlaps(part.service.as_slice())).map(super::markdown::hold).collect::<Vec<_>>();
            if here.is_empty() { "free".to_owned() } else { here.join("<br>") }
        }
        Fact::Unavailable(why) => format!("unknown: {}", markdown(&why.what)),
        Fact::NotAsked => "unknown".to_owned(),
    }
}

fn state_cell(told: &Told, part: &Part) -> String {
    let mut out = format!("{} {}", mark(part.standing), word(told, part.standing));
    if let Some(newest) = &part.newest {
        let _ = write!(out, " ({}, {:.0}", newest.state, newest.at);
        if let Some(link) = newest.run_url.as_deref().and_then(|url| link("run", url)) {
            let _ = write!(out, ", {link}");
        }
        out.push(')');
    }
    for note in &part.notes {
        let _ = write!(out, "<br>{}", sentence(note));
    }
    out
}

fn current_cell(part: &Part) -> String {
    let Some(current) = &part.current else { return "nothing".to_owned() };
    let version = current.version.as_ref().map(|version| format!(" {}", markdown(&version.to_string()))).unwrap_or_default();
    let pull = current.pull.map(|pull| format!(" of {}", code(&format!("#{pull}")))).unwrap_or_default();
    format!("{}{version}{pull}", code(current.commit.short()))
}

fn step(next: &Next) -> String {
    match &next.command {
        Some(command) => format!("{} by {}: {}", code(command), people(next), sentence(&next.why)),
        None => sentence(&next.why),
    }
}

/// Who may, in words.
fn people(next: &Next) -> String {
    let also = if next.also.is_empty() { String::new() } else { format!(", who is also {}", next.also.join(" or ")) };
    format!("{}{also}", next.who.join(" or "))
}

/// A link, where it is one for people.
fn link(name: &str, url: &str) -> Option<String> {
    let fine = url.starts_with("https://") || url.starts_with("http://");
    fine.then(|| format!("[{name}]({})", crate::error::redact(url).replace([' ', ')', '(', '<', '>', '"', '|', '\n'], "")))
}

/// A table for a terminal, with notes and links below each row.
pub fn terminal(told: &Told, paint: Paint) -> String {
    let mut out = match &told.pull {
        Some((pull, head)) => format!("{} #{pull} {}\n", told.repository, head.short()),
        None => format!("{}\n", told.repository),
    };
    let name =
        |stage: &Stage, part: &Part| part.service.as_ref().map_or_else(|| stage.environment.to_string(), |service| format!("{} {service}", stage.environment));
    let width = told.rows().map(|(stage, part)| name(stage, part).chars().count()).max().unwrap_or(0);
    for (stage, part) in told.rows() {
        let state = paint.judged(judgement(part.standing), &format!("{:<11}", word(told, part.standing)));
        let line = format!("  {:<width$}  {state}  {}", name(stage, part), about(part));
        let _ = writeln!(out, "{}", line.trim_end());
        for note in &part.notes {
            let _ = writeln!(out, "  {:<width$}  {}", "", paint.dim(&format!("· {}", plain(note))));
        }
        if let Some(url) = part.newest.as_ref().and_then(|newest| newest.run_url.as_ref()).filter(|_| part.standing != Standing::Done) {
            let _ = writeln!(out, "  {:<width$}  {}", "", paint.dim(&format!("· {}", plain(url))));
        }
    }
    for stage in &told.stages {
        holds(&mut out, stage, paint);
    }
    if let Some((stage, next)) = first_step(&told.stages) {
        let what = next.command.as_ref().map(|command| format!("{command} (by {}): ", people(next))).unwrap_or_default();
        let _ = writeln!(out, "{} {}: {}{}", paint.bold("next:"), stage.environment, plain(&what), plain(&next.why));
    }
    out
}

fn judgement(standing: Standing) -> Judgement {
    match standing {
        Standing::Done => Judgement::Go,
        Standing::Outstanding | Standing::Running | Standing::Waiting => Judgement::Waiting,
        Standing::Locked | Standing::Unknown | Standing::Failed => Judgement::NoGo,
    }
}

/// The newest try, and what is there now where that is something else.
fn about(part: &Part) -> String {
    let tried = part.newest.as_ref().map(|newest| format!("{}, {:.0}", tries(newest), newest.at));
    let current = part.current.as_ref().filter(|current| Some(*current) != part.newest.as_ref()).map(|current| format!("there now: {}", tries(current)));
    tried.into_iter().chain(current).collect::<Vec<_>>().join("; ")
}

fn tries(one: &Try) -> String {
    let version = one.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let pull = one.pull.map(|pull| format!(" of #{pull}")).unwrap_or_default();
    plain(&format!("{}{version}{pull} {}", one.commit.short(), one.state))
}

fn holds(out: &mut String, stage: &Stage, paint: Paint) {
    let holds = stage.holds.known().map(Vec::as_slice).unwrap_or_default();
    for hold in holds {
        let what = match hold.kind {
            LockKind::Deployment => format!("a deployment of #{} by {}", hold.pull, hold.person.login),
            LockKind::Sticky => format!("locked by {}", hold.person.login),
        };
        let until = hold.until.map(|until| format!(" until {until:.0}")).unwrap_or_default();
        let why = hold.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let _ = writeln!(out, "{} {}: {}", paint.bold("lock:"), stage.environment, plain(&format!("{what} since {:.0}{until}{why}", hold.since)));
    }
    if let Fact::Unavailable(why) = &stage.holds {
        let _ = writeln!(out, "{} {}: unknown: {}", paint.bold("lock:"), stage.environment, plain(&why.what));
    }
}

/// The same for programs: pretty JSON with a final newline.
///
/// # Panics
/// Never: the keys are texts and the numbers finite.
pub fn json(told: &Told) -> String {
    let value = json!({
        "schema_version": 1,
        "repository": told.repository,
        "pull_request": told.pull.as_ref().map(|(pull, _)| pull),
        "commit": told.pull.as_ref().map(|(_, head)| head),
        "state": told.standing(),
        "environments": told.stages.iter().map(stage_value).collect::<Vec<_>>(),
        "next": first_step(&told.stages).map(|(stage, next)| {
            let mut value = next_value(next);
            value["environment"] = json!(stage.environment);
            value
        }),
    });
    let mut text = serde_json::to_string_pretty(&crate::error::redact_value(value)).expect("plain data serialises");
    text.push('\n');
    text
}

fn stage_value(stage: &Stage) -> Value {
    let lock = match &stage.holds {
        Fact::Known(holds) => holds
            .iter()
            .map(|hold| {
                json!({
                    "kind": hold.kind, "by": hold.person.login, "pull_request": hold.pull, "services": hold.services, "reason": hold.reason,
                    "since": hold.since, "until": hold.until,
                })
            })
            .collect(),
        Fact::Unavailable(_) | Fact::NotAsked => Value::Null,
    };
    json!({
        "environment": stage.environment, "state": stage.standing, "lock": lock, "parts": stage.parts.iter().map(part_value).collect::<Vec<_>>(),
        "next": stage.next.as_ref().map(next_value),
    })
}

fn part_value(part: &Part) -> Value {
    let tried = |one: &Option<Try>| {
        one.as_ref().map(|one| {
            json!({
                "deployment": one.deployment, "commit": one.commit, "pull_request": one.pull, "version": one.version, "state": one.state, "at": one.at,
                "run_url": one.run_url,
            })
        })
    };
    json!({ "service": part.service, "state": part.standing, "newest": tried(&part.newest), "current": tried(&part.current), "notes": part.notes })
}

fn next_value(next: &Next) -> Value {
    json!({ "command": next.command, "who": next.who, "also": next.also, "why": next.why })
}
