//! How the story is told: numbered scenes, wrapped lines, verdicts with what is missing, comments as they are on the page.

use std::cell::Cell;

use super::super::say::Voice;
use super::page::{columns, comment, shortened, wrapped};
use super::stage::{Delivered, REPOSITORY, Stage, StageError};
use crate::gates::Judgement;
use crate::report::escape::plain;
use crate::report::table;
use crate::run::Decision;

/// The widest line, in columns.
const WIDEST: usize = 100;
/// The narrowest layout.
const NARROWEST: usize = 60;

/// Tells a story that happens on a stage.
pub(super) struct Teller<'a> {
    pub(super) stage: &'a Stage,
    pub(super) voice: Voice,
    width: usize,
    scene: Cell<u32>,
}

impl<'a> Teller<'a> {
    /// For a terminal of this width, where it is known.
    pub(super) fn new(stage: &'a Stage, voice: Voice, terminal: Option<u16>) -> Self {
        let width = terminal.map_or(WIDEST, |columns| usize::from(columns).clamp(NARROWEST, WIDEST));
        Self { stage, voice, width, scene: Cell::new(0) }
    }

    /// A line without a scene.
    pub(super) fn title(&self, text: &str) {
        self.lines(("", ""), text, |line| self.voice.paint.bold(line));
    }

    /// The end, which is no scene.
    pub(super) fn end(&self, text: &str) {
        self.voice.answer("\n");
        self.title(text);
    }

    /// The next scene begins.
    pub(super) fn scene(&self, title: &str) {
        self.scene.set(self.scene.get() + 1);
        self.voice.answer("\n");
        self.lines(("", "   "), &format!("{}. {title}", self.scene.get()), |line| self.voice.paint.bold(line));
    }

    /// The narrator.
    pub(super) fn tell(&self, text: &str) {
        self.lines(("  ", "  "), text, str::to_owned);
    }

    /// Somebody writes something.
    pub(super) fn line(&self, login: &str, text: &str) {
        self.voice.answer(&format!("  {} writes  {}\n", login, self.voice.paint.bold(text)));
    }

    /// Something shown as it is: a file, a command, a report.
    pub(super) fn show(&self, text: &str) {
        for line in text.lines() {
            self.lines(("    │ ", "    │   "), line, |line| self.voice.paint.dim(line));
        }
    }

    fn lines(&self, (first, more): (&str, &str), text: &str, paint: impl Fn(&str) -> String) {
        // A line that fits keeps its own spaces.
        let text = shortened(&plain(text));
        let room = self.width - columns(first).max(columns(more));
        let lines = if columns(&text) <= self.width - columns(first) { vec![text] } else { wrapped(&text, room) };
        for (index, line) in lines.iter().enumerate() {
            self.voice.answer(&format!("{}{}\n", if index == 0 { first } else { more }, paint(line)));
        }
    }

    /// Somebody comments; what came of it must be what the story says.
    pub(super) fn says(&self, (pull, login): (u64, &str), text: &str, expected: Judgement) -> Result<Delivered, StageError> {
        self.line(login, text);
        let delivered = self.stage.says((pull, login), text)?;
        self.verdict(&delivered, expected)?;
        Ok(delivered)
    }

    /// Somebody comments, and is answered in words instead of a decision.
    pub(super) fn answered(&self, (pull, login): (u64, &str), text: &str, expected: &str) -> Result<(), StageError> {
        self.line(login, text);
        let outcome = self.stage.says((pull, login), text)?.outcome;
        if outcome.decision.is_some() || !outcome.said.contains(expected) {
            return Err(StageError::Unexpected(format!("`{expected}` was expected: {}", outcome.said)));
        }
        self.lines(("  → answer: ", "    "), &outcome.said, str::to_owned);
        Ok(())
    }

    /// The verdict of a delivery, with every gate that does not say go.
    pub(super) fn verdict(&self, delivered: &Delivered, expected: Judgement) -> Result<(), StageError> {
        let decision = self.decided(delivered, expected)?;
        let all = decision.evaluation().verdict.judgement() == Judgement::Go;
        self.judged(&decision, if all { "" } else { ", and not:" });
        self.missing(&decision);
        Ok(())
    }

    /// The decision of a delivery, which must be as the story says.
    #[expect(clippy::unused_self, reason = "the teller is who checks the story")]
    pub(super) fn decided(&self, delivered: &Delivered, expected: Judgement) -> Result<Decision, StageError> {
        let unexpected = |came: &str| {
            let said = &delivered.outcome.said;
            StageError::Unexpected(format!("{came} came where {} was expected: {said}", table::word(expected)))
        };
        match delivered.outcome.decision {
            Some(judgement) if judgement == expected => delivered.decision().ok_or_else(|| unexpected("no record")),
            Some(judgement) => Err(unexpected(table::word(judgement))),
            None => Err(unexpected("nothing")),
        }
    }

    /// A decision: its verdict.
    pub(super) fn judged(&self, decision: &Decision, what: &str) {
        let evaluation = decision.evaluation();
        let judgement = evaluation.verdict.judgement();
        let (count, going) = table::rows(evaluation).fold((0, 0), |(count, going), row| (count + 1, going + u32::from(row.judgement == Judgement::Go)));
        let tally = if going == count { format!("all {count} gates say go") } else { format!("{going} of {count} gates say go") };
        let verdict = self.voice.paint.judged(judgement, &format!("→ {}:", table::word(judgement)));
        self.voice.answer(&format!("  {verdict} {tally}{what}\n"));
    }

    /// Every gate of a decision that does not say go, with why and what to do.
    fn missing(&self, decision: &Decision) {
        let paint = self.voice.paint;
        for row in table::rows(decision.evaluation()).filter(|row| row.judgement != Judgement::Go) {
            for reason in row.reasons {
                let head = format!("      {:<9}{:<14}", table::word(reason.judgement), row.gate.as_str());
                let indent = " ".repeat(columns(&head));
                self.lines((&head, &indent), &reason.what, |line| paint.judged(reason.judgement, line));
                if let Some(remedy) = &reason.remedy {
                    self.lines((&format!("{indent}→ "), &format!("{indent}  ")), remedy, |line| paint.dim(line));
                }
            }
        }
    }

    /// What a gate of a delivery's decision saw of somebody.
    pub(super) fn evidence(&self, delivered: &Delivered, gate: &str, about: &str) {
        let Some(decision) = delivered.decision() else { return };
        for row in table::rows(decision.evaluation()).filter(|row| row.gate.as_str() == gate) {
            for line in row.evidence.iter().filter(|line| line.contains(about)) {
                self.show(line);
            }
        }
    }

    /// The comment that shipgate keeps for an environment on a pull request, whole.
    pub(super) fn whole_comment(&self, pull: u64, environment: &str) {
        let body = shortened(&self.stage.status_comment(pull, environment));
        let paint = self.voice.paint;
        self.voice.answer(&format!("    {}\n", paint.dim(&format!("┌─ {REPOSITORY} #{pull} ── the bot commented"))));
        for (index, line) in comment(&body, self.width - 6).iter().enumerate() {
            let line = if index == 0 { paint.bold(line) } else { line.clone() };
            self.voice.answer(format!("    {} {line}", paint.dim("│")).trim_end());
            self.voice.answer("\n");
        }
        self.voice.answer(&format!("    {}\n", paint.dim("└─")));
    }

    /// A line of a report; its first one carries the judgement.
    pub(super) fn report(&self, text: &str, judgement: Option<Judgement>) {
        let paint = self.voice.paint;
        self.lines(("    │ ", "    │   "), text, |line| judgement.map_or_else(|| paint.dim(line), |judgement| paint.judged(judgement, line)));
    }

    /// How that comment begins.
    pub(super) fn headline(&self, pull: u64, environment: &str) -> String {
        comment(&self.stage.status_comment(pull, environment), self.width).into_iter().next().unwrap_or_default()
    }
}
