//! How `init` speaks: what it found, what it would write as a unified diff, what is left to do; to people and to programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::domain::is_invisible;
use crate::gates::Judgement;
use crate::report::terminal::Paint;
use crate::setup::{Change, Findings, Proposal, ProposedFile, Review, Way, Wishes};

/// What was found, in a few lines.
pub(super) fn findings(findings: &Findings, wishes: &Wishes, paint: Paint) -> String {
    let sources = &findings.sources;
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let slug = sources.slug.as_ref().map_or_else(|| "no origin".to_owned(), ToString::to_string);
    let branch = sources.default_branch.as_ref().map_or_else(|| "no branch yet".to_owned(), |branch| visible(branch.as_str()));
    let environments: Vec<&str> = findings.environments.iter().map(|environment| environment.name.as_str()).collect();
    let mut out = String::new();
    for (what, value) in [
        ("repository", format!("{slug}, default branch {branch}")),
        ("written in", or(findings.languages.join(", "), "nothing that is known here")),
        ("workflows", or(findings.workflows.iter().map(|workflow| visible(&workflow.name)).collect::<Vec<_>>().join(", "), "none")),
        ("environments", or(environments.join(", "), "none in the workflows; staging and production are proposed")),
        ("code owners", findings.codeowners.clone().unwrap_or_else(|| "none".to_owned())),
        ("deploys", way(&wishes.way)),
        ("action", format!("{}@{}", wishes.pin.action, wishes.pin.sha)),
    ] {
        let _ = writeln!(out, "{} {value}", paint.bold(&format!("{what:<13}")));
    }
    out
}

fn way(way: &Way) -> String {
    match way {
        Way::Here => "in the job that asks the gates (--deploy here)".to_owned(),
        Way::Workflow(file) => format!("by a workflow of its own (--deploy workflow={})", file.as_str()),
    }
}

/// What would be written, and what is to be reviewed.
pub(super) fn proposal(proposal: &Proposal, paint: Paint) -> String {
    let mut out = String::new();
    for file in &proposal.files {
        let _ = writeln!(out, "\n{} {}: {}", paint.bold(&file.path), file.about, words(&file.change));
        out.push_str(&diff(&file.diff(), paint));
    }
    if let Some(review) = &proposal.review {
        out.push_str(&self::review(review, paint));
    }
    out
}

fn words(change: &Change) -> String {
    match change {
        Change::Create => "new".to_owned(),
        Change::Same => "there already, the same".to_owned(),
        Change::Yours => "there already, made your own: left alone".to_owned(),
        Change::Replace => "there already, and different".to_owned(),
        Change::Blocked(why) => format!("cannot be written: {why}"),
    }
}

fn review(review: &Review, paint: Paint) -> String {
    let mut out = format!("\n{} is there and is not written to. ", paint.bold(&review.path));
    match &review.lines {
        Ok(lines) => {
            out.push_str("It needs these lines; review them, then add them yourself or with `git apply`:\n");
            out.push_str(&diff(lines, paint));
        }
        Err((why, lines)) => {
            let _ = writeln!(out, "Where its lines go must be found by hand, because {why}. It needs:");
            out.extend(lines.lines().map(|line| format!("    {line}\n")));
        }
    }
    for note in &review.notes {
        let _ = writeln!(out, "{}", wrapped(&format!("  look: {note}"), 8));
    }
    out
}

/// A diff in colours, with nothing in it that a terminal would act on.
fn diff(diff: &str, paint: Paint) -> String {
    let painted = |line: &str| match line.as_bytes().first() {
        _ if line.starts_with("---") || line.starts_with("+++") => paint.bold(&visible(line)),
        Some(b'+') => paint.judged(Judgement::Go, &visible(line)),
        Some(b'-') => paint.judged(Judgement::NoGo, &visible(line)),
        Some(b'@') => paint.dim(&visible(line)),
        _ => visible(line),
    };
    diff.lines().map(|line| painted(line) + "\n").collect()
}

/// One line without what a terminal acts on or a reader does not see; a tab stays.
fn visible(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for character in line.chars() {
        if character != '\t' && (character.is_control() || is_invisible(character)) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// What else to know, and what to do next.
pub(super) fn rest(proposal: &Proposal, paint: Paint) -> String {
    let mut out = String::new();
    for note in &proposal.notes {
        let _ = writeln!(out, "{}", wrapped(&format!("note: {note}"), 6));
    }
    let _ = writeln!(out, "\n{}", paint.bold("Next:"));
    for (index, step) in proposal.next.iter().enumerate() {
        let _ = writeln!(out, "{}", wrapped(&format!("  {}. {step}", index + 1), 5));
    }
    out
}

/// A sentence on lines that a terminal has room for, each but the first so far in.
fn wrapped(text: &str, indent: usize) -> String {
    const WIDTH: usize = 100;
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if column > indent && column + length > WIDTH {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        }
        out.push_str(word);
        column += word.chars().count();
    }
    out
}

/// Everything, for programs.
pub(super) fn json(findings: &Findings, wishes: &Wishes, (proposal, written): (&Proposal, &[&ProposedFile])) -> String {
    let sources = &findings.sources;
    let environments: Vec<&str> = findings.environments.iter().map(|environment| environment.name.as_str()).collect();
    let workflows: Vec<Value> = findings.workflows.iter().map(|workflow| json!({ "path": workflow.path, "name": workflow.name })).collect();
    let files: Vec<Value> = proposal.files.iter().map(|file| file_value(file, written)).collect();
    let value = json!({
        "schema_version": 1,
        "repository": {
            "slug": sources.slug,
            "default_branch": sources.default_branch,
            "languages": findings.languages,
            "workflows": workflows,
            "environments": environments,
            "codeowners": findings.codeowners,
        },
        "deploy": match &wishes.way {
            Way::Here => json!({ "way": "here" }),
            Way::Workflow(file) => json!({ "way": "workflow", "workflow": file.as_str() }),
        },
        "action": { "repository": wishes.pin.action, "sha": wishes.pin.sha },
        "in_place": proposal.is_in_place(),
        "files": files,
        "review": proposal.review.as_ref().map(review_value),
        "notes": proposal.notes,
        "next": proposal.next,
    });
    format!("{value:#}\n")
}

fn file_value(file: &ProposedFile, written: &[&ProposedFile]) -> Value {
    let (action, why) = match &file.change {
        Change::Create => ("create", None),
        Change::Same | Change::Yours => ("keep", None),
        Change::Replace => ("replace", None),
        Change::Blocked(why) => ("blocked", Some(why)),
    };
    let is_written = written.iter().any(|other| other.path == file.path);
    json!({ "path": file.path, "about": file.about, "action": action, "why": why, "written": is_written, "diff": file.diff() })
}

fn review_value(review: &Review) -> Value {
    match &review.lines {
        Ok(diff) => json!({ "path": review.path, "diff": diff, "notes": review.notes }),
        Err((why, lines)) => json!({ "path": review.path, "why": why, "lines": lines, "notes": review.notes }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_a_long_sentence_is_wrapped_and_says_the_same() {
        let text = format!("  1. {}end", "some words ".repeat(30));
        let shown = wrapped(&text, 5);
        assert!(shown.lines().count() > 3 && shown.lines().all(|line| line.chars().count() <= 100 && line.trim_end() == line), "{shown}");
        assert_eq!(shown.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
        assert_eq!(wrapped("  1. short", 5), "  1. short");
    }

    #[test]
    fn i1_a_diff_never_carries_what_a_terminal_acts_on() {
        let shown = diff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\u{1b}]0;x\u{7}\n+\ta\u{202e}b\r\n", Paint::Plain);
        assert_eq!(shown, "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\\u{1b}]0;x\\u{7}\n+\ta\\u{202e}b\n");
        assert!(diff("+a\n", Paint::Colour).contains("\u{1b}[32m+a"));
    }
}
