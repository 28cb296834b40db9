//! Words for a terminal. Colour is decoration: everything reads without it.

use std::fmt::Write as _;

use super::escape::plain;
use super::table::{self, word};
use crate::gates::{Evaluation, Judgement};
use crate::plan::DeploymentPlan;

/// Whether to decorate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// With ANSI colours.
    Colour,
    /// Plain text.
    Plain,
}

impl Paint {
    /// The text in the judgement's colour.
    pub fn judged(self, judgement: Judgement, text: &str) -> String {
        let colour = match judgement {
            Judgement::Go => "32",
            Judgement::Waiting => "33",
            Judgement::NoGo => "31",
        };
        self.sgr(colour, text)
    }

    /// The text in bold.
    pub fn bold(self, text: &str) -> String {
        self.sgr("1", text)
    }

    /// The text dimmed.
    pub fn dim(self, text: &str) -> String {
        self.sgr("2", text)
    }

    fn sgr(self, code: &str, text: &str) -> String {
        match self {
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

/// The go/no-go table with evidence and remedies.
pub fn evaluation(evaluation: &Evaluation, paint: Paint) -> String {
    let mut out = String::new();
    let judgement = evaluation.verdict.judgement();
    let _ = writeln!(out, "{}", paint.bold(&paint.judged(judgement, &format!("verdict: {}", word(judgement)))));
    for row in table::rows(evaluation) {
        let verdict = paint.judged(row.judgement, &format!("{:<7}", word(row.judgement)));
        let _ = writeln!(out, "  {verdict} {:<13} {}", row.gate.as_str(), paint.dim(row.title));
        for reason in row.reasons {
            let _ = writeln!(out, "          {} [{}]", paint.judged(reason.judgement, &plain(&reason.what)), reason.code);
            if let Some(remedy) = &reason.remedy {
                let _ = writeln!(out, "            → {}", plain(remedy));
            }
            if !reason.who.is_empty() {
                let who: Vec<&str> = reason.who.iter().map(crate::domain::Login::as_str).collect();
                let _ = writeln!(out, "            by {}", who.join(", "));
            }
        }
        for line in row.evidence {
            let _ = writeln!(out, "          {}", paint.dim(&format!("· {}", plain(line))));
        }
    }
    out
}

/// The deployment plan.
pub fn plan(plan: &DeploymentPlan, paint: Paint) -> String {
    let mut out = format!("{} {:?}\n", paint.bold("risk:"), plan.risk.level).to_lowercase();
    for reason in &plan.risk.reasons {
        let _ = writeln!(out, "  - {}", plain(reason));
    }
    for (title, lines) in [
        ("execution steps", &plan.steps),
        ("validation checklist", &plan.validation),
        ("rollback procedure", &plan.rollback),
        ("monitoring points", &plan.monitoring),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(out, "{}", paint.bold(&format!("{title}:")));
            for line in lines {
                let _ = writeln!(out, "  - {}", plain(line));
            }
        }
    }
    out
}
