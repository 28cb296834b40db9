//! Words for pull-request comments and job summaries. Everything that came from outside goes through `escape`.

use std::fmt::Write as _;

use super::escape::{code, markdown, sentence as instruction};
use super::table::{self, mark, word};
use crate::domain::{EnvName, Person};
use crate::facts::{Hold, LockKind};
use crate::gates::{Evaluation, Judgement, Reason};
use crate::intake::{HelpRow, Origin, Request};
use crate::plan::{DeploymentPlan, RiskLevel, Status, marker};

/// GitHub's limit for a comment, in characters; ours keeps some way off it.
const MOST: usize = 60_000;

/// How a deployment request stands, for its status comment.
#[derive(Clone, Debug)]
pub enum Standing<'a> {
    /// Judged, and not (yet) go.
    Held,
    /// Only judged: `/plan`.
    Planned(&'a DeploymentPlan),
    /// Cleared, locked, created: the deployment runs.
    Running,
    /// Cleared, locked, created: another workflow was asked to deploy.
    Dispatched(&'a str),
    /// Ended well, with how the lock stands.
    Succeeded(&'a str),
    /// Ended badly, with what is known.
    Failed(&'a str),
    /// Stopped by somebody.
    Cancelled(&'a str),
    /// It waited, and waits no more: withdrawn, replaced, or its pull request was closed.
    Withdrawn(&'a str),
    /// It could not be carried out: an error, with what to do.
    Broken(&'a str),
}

impl Standing<'_> {
    /// Its own words, where it has some; not escaped.
    pub fn words(&self) -> &str {
        match self {
            Self::Dispatched(why) | Self::Succeeded(why) | Self::Failed(why) | Self::Cancelled(why) | Self::Withdrawn(why) | Self::Broken(why) => why,
            Self::Held | Self::Planned(_) | Self::Running => "",
        }
    }
}

/// What a status comment is about.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The request.
    pub request: &'a Request,
    /// The environment, by its policy name.
    pub environment: &'a EnvName,
    /// The commit.
    pub commit: &'a str,
    /// Where the environment can be seen.
    pub url: Option<&'a str>,
    /// Where the run can be seen.
    pub log: Option<&'a str>,
    /// Where the job that failed can be seen.
    pub failed_job: Option<&'a str>,
}

/// Behind this, a status comment says what was decided. Whoever tells later how the deployment goes on keeps it.
const KEPT: &str = "<!-- shipgate decided -->\n\n";

/// The status comment of a deployment request: one a request, rewritten in place (row C4).
pub fn status_comment(subject: &Subject<'_>, evaluation: Option<&Evaluation>, standing: &Standing<'_>) -> String {
    let judgement = evaluation.map_or(Judgement::NoGo, |evaluation| evaluation.verdict.judgement());
    let status = match standing {
        Standing::Held if judgement == Judgement::Waiting => Status::Waiting,
        Standing::Held | Standing::Planned(_) | Standing::Broken(_) => Status::Settled,
        Standing::Withdrawn(_) => Status::Withdrawn,
        _ => Status::CarriedOut,
    };
    let mut out = format!("{}\n### {}\n\n", marker(&subject.request.key, status), headline(subject, judgement, standing));
    out.push_str(&sentence(subject, standing));
    if let Some(evaluation) = evaluation {
        next_steps(&mut out, evaluation, (subject.request, standing));
        if let Standing::Planned(plan) = standing {
            plan_sections(&mut out, plan);
        }
        out.push_str(KEPT);
        gate_table(&mut out, evaluation);
        evidence(&mut out, evaluation);
    }
    cut(out)
}

/// The status comment of a deployment that goes on elsewhere: a new headline and sentence over what the comment says was decided.
pub fn retold(subject: &Subject<'_>, standing: &Standing<'_>, comment: &str) -> String {
    let decided = comment.find(KEPT).map_or("", |at| &comment[at..]);
    cut(status_comment(subject, None, standing) + decided)
}

fn headline(subject: &Subject<'_>, judgement: Judgement, standing: &Standing<'_>) -> String {
    let environment = subject.environment;
    match standing {
        Standing::Held if judgement == Judgement::Waiting => format!("⏳ Deployment to {environment} is waiting"),
        Standing::Held => format!("⛔ Deployment to {environment} is refused"),
        Standing::Planned(_) => format!("📋 Plan for {environment}: {} {}", mark(judgement), word(judgement)),
        Standing::Running => format!("🚀 Deploying to {environment}"),
        Standing::Dispatched(_) => format!("📤 Deployment to {environment} is dispatched"),
        Standing::Succeeded(_) => format!("✅ Deployed to {environment}"),
        Standing::Failed(_) => format!("❌ Deployment to {environment} failed"),
        Standing::Cancelled(_) => format!("🚫 Deployment to {environment} was cancelled"),
        Standing::Withdrawn(_) => format!("🚫 Deployment to {environment} is not waiting any more"),
        Standing::Broken(_) => format!("❌ Deployment to {environment} could not be carried out"),
    }
}

fn sentence(subject: &Subject<'_>, standing: &Standing<'_>) -> String {
    let who = person(&subject.request.actor);
    let mut out = format!("{who} asked for {} on {}.", code(subject.commit.get(..12).unwrap_or(subject.commit)), code(subject.environment.as_str()));
    let more = match standing {
        Standing::Held => None,
        Standing::Planned(_) => Some("Nothing was changed.".to_owned()),
        Standing::Running => Some("Every gate says go; the environment is locked while it runs.".to_owned()),
        Standing::Dispatched(why)
        | Standing::Succeeded(why)
        | Standing::Failed(why)
        | Standing::Cancelled(why)
        | Standing::Withdrawn(why)
        | Standing::Broken(why) => Some(instruction(why)),
    };
    if let Some(more) = more {
        let _ = write!(out, " {more}");
    }
    for (name, url) in [("environment", subject.url), ("run", subject.log), ("failed job", subject.failed_job)] {
        if let Some(url) = url.filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
            let _ = write!(out, " [{name}]({})", crate::error::redact(url).replace([' ', ')', '(', '<', '>', '"'], ""));
        }
    }
    out.push_str("\n\n");
    out
}

/// A person: shown, not called.
fn person(person: &Person) -> String {
    format!("**{}**", markdown(person.login.as_str()))
}

fn next_steps(out: &mut String, evaluation: &Evaluation, (request, standing): (&Request, &Standing<'_>)) {
    let reasons = table::reasons(evaluation);
    if reasons.is_empty() {
        return;
    }
    out.push_str("**What is missing, and what to do**\n\n");
    for reason in &reasons {
        let _ = writeln!(out, "- {} {}{}", mark(reason.judgement), instruction(&reason.what), remedy(reason));
    }
    let then = match (standing, evaluation.verdict.judgement(), &request.origin) {
        (Standing::Held, Judgement::NoGo, _) => "\nWhen that is done, give the command again.\n",
        // Only comments are found again: see `plan::pending`.
        (Standing::Held, _, Origin::Comment { .. }) => {
            "\nNobody needs to ask again: every review, approval, finished check and scheduled run judges this anew.\n"
        }
        (Standing::Held, _, Origin::Dispatch | Origin::Terminal) => "\nWhen that is done, dispatch the command again.\n",
        _ => "",
    };
    out.push_str(then);
    out.push('\n');
}

fn remedy(reason: &Reason) -> String {
    let mut out = String::new();
    if let Some(remedy) = &reason.remedy {
        let _ = write!(out, " — {}", instruction(remedy));
    }
    if !reason.who.is_empty() {
        let who: Vec<String> = reason.who.iter().take(10).map(|login| code(login.as_str())).collect();
        let more = reason.who.len().saturating_sub(10);
        let _ = write!(out, " (by {}{})", who.join(", "), if more == 0 { String::new() } else { format!(" or {more} more") });
    }
    out
}

fn gate_table(out: &mut String, evaluation: &Evaluation) {
    out.push_str("| | gate | verdict | why |\n| --- | --- | --- | --- |\n");
    for row in table::rows(evaluation) {
        let why = match row.reasons {
            [] => row.evidence.first().map(|line| instruction(line)).unwrap_or_default(),
            reasons => reasons.iter().map(|reason| format!("{} ({})", instruction(&reason.what), code(reason.code))).collect::<Vec<_>>().join("<br>"),
        };
        let _ = writeln!(out, "| {} | {} | {} | {why} |", mark(row.judgement), row.gate.as_str(), word(row.judgement));
    }
    out.push('\n');
}

fn evidence(out: &mut String, evaluation: &Evaluation) {
    out.push_str("<details><summary>Evidence</summary>\n\n");
    for row in table::rows(evaluation).filter(|row| !row.evidence.is_empty()) {
        let _ = writeln!(out, "- **{}**", row.gate.as_str());
        for line in row.evidence {
            let _ = writeln!(out, "  - {}", instruction(line));
        }
    }
    out.push_str("\n</details>\n");
}

fn plan_sections(out: &mut String, plan: &DeploymentPlan) {
    let level = match plan.risk.level {
        RiskLevel::Low => "low",
        RiskLevel::Medium => "medium",
        RiskLevel::High => "high",
    };
    let _ = write!(out, "**Risk: {level}**");
    if !plan.risk.reasons.is_empty() {
        let reasons: Vec<String> = plan.risk.reasons.iter().map(|reason| markdown(reason)).collect();
        let _ = write!(out, " — {}", reasons.join("; "));
    }
    out.push_str("\n\n");
    for (title, lines, bullet) in [
        ("Execution steps", &plan.steps, "1."),
        ("Validation checklist", &plan.validation, "- [ ]"),
        ("Rollback procedure", &plan.rollback, "1."),
        ("Monitoring points", &plan.monitoring, "-"),
    ] {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(out, "**{title}**\n");
        for line in lines {
            let _ = writeln!(out, "{bullet} {}", markdown(line));
        }
        out.push('\n');
    }
}

/// A short reply to a command: one paragraph, already safe.
pub fn reply(request_key: &str, title: &str, text: &str) -> String {
    cut(format!("<!-- shipgate {request_key} settled -->\n### {title}\n\n{text}\n"))
}

/// The table of commands for `/help`.
pub fn help(rows: &[HelpRow]) -> String {
    let mut out = String::from("| command | what it does |\n| --- | --- |\n");
    for row in rows {
        let usage = row.words.iter().enumerate().map(|(index, word)| if index == 0 { code(format!("{word} {}", row.usage).trim()) } else { code(word) });
        let _ = writeln!(out, "| {} | {} |", usage.collect::<Vec<_>>().join(" or "), instruction(row.about));
    }
    out
}

/// The text, cut at a line's end where GitHub would not take it.
fn cut(text: String) -> String {
    if text.len() <= MOST {
        return text;
    }
    let mut end = MOST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = text[..end].rfind('\n').unwrap_or(end);
    let open = text[..end].matches("<details>").count() > text[..end].matches("</details>").count();
    format!("{}\n{}\n*Cut: the whole text is in the decision record.*\n", &text[..end], if open { "\n</details>\n" } else { "" })
}

/// Who holds an environment, in one phrase that is safe already.
pub fn hold(hold: &Hold) -> String {
    let what = match hold.kind {
        LockKind::Deployment => format!("a deployment of {} by {}", code(&format!("#{}", hold.pull)), person(&hold.person)),
        LockKind::Sticky => format!("locked by {}", person(&hold.person)),
    };
    let why = hold.reason.as_ref().map(|reason| format!(": {}", markdown(reason.as_str()))).unwrap_or_default();
    let until = hold.until.map(|until| format!(" until {until:.0}")).unwrap_or_default();
    format!("{what} since {:.0}{until}{why}", hold.since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c4_what_was_decided_is_kept_when_a_comment_is_told_anew() {
        let request: Request = serde_json::from_str(include_str!("../../tests/cases/gates/base-request.json")).expect("a request");
        let environment = EnvName::new("staging").expect("a name");
        let subject = Subject {
            request: &request,
            environment: &environment,
            commit: "0123456789abcdef",
            url: None,
            log: Some("https://h/r"),
            failed_job: Some("https://h/j"),
        };
        let before = format!("<!-- x -->\n### old\n\nold sentence\n\n{KEPT}| | gate |\n");
        let after = retold(&subject, &Standing::Failed("The job `build` failed."), &before);
        assert!(
            after.contains("❌ Deployment to staging failed") && after.contains("The job `build` failed. [run](https://h/r) [failed job](https://h/j)"),
            "{after}"
        );
        assert!(after.ends_with("| | gate |\n") && !after.contains("old"), "{after}");
        assert_eq!(retold(&subject, &Standing::Running, &after).matches("| gate |").count(), 1);
        assert!(!retold(&subject, &Standing::Running, "no table").contains("no table"));
    }

    #[test]
    fn an_instruction_keeps_its_code_and_the_spaces_around_it() {
        assert_eq!(instruction("write `/deploy staging`"), "write `/deploy staging`");
        assert_eq!(instruction("`a` or `b` *now*"), "`a` or `b` \\*now\\*");
        assert_eq!(instruction("`a` `b`"), "`a` `b`");
    }
}
