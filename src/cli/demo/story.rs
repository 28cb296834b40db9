//! The story itself. Each scene checks that it went as it is told: a demo that lies is worse than none.

use super::super::say::Voice;
use super::stage::{DEVELOPER, Delivered, LEAD, OPERATOR, POLICY, REPOSITORY, REVIEWER, Stage, StageError};
use crate::audit::{Expectation, verify_file};
use crate::gates::Judgement;
use crate::report::escape::plain;
use crate::report::table;
use crate::sandbox::state::ReviewState;
use crate::sandbox::world::Draft;

/// Tells it.
pub(super) fn tell(stage: &Stage, voice: Voice) -> Result<(), StageError> {
    let teller = Teller { stage, voice };
    teller.opening();
    teller.first_pull()?;
    teller.race()?;
    teller.back_dated()?;
    teller.audit()?;
    teller.closing();
    Ok(())
}

struct Teller<'a> {
    stage: &'a Stage,
    voice: Voice,
}

impl Teller<'_> {
    fn opening(&self) {
        self.scene("A repository, four people, one policy file");
        self.tell(&format!("{DEVELOPER} writes, {REVIEWER} reviews, {OPERATOR} runs production, {LEAD} leads. {REPOSITORY} has .github/shipgate.yml:"));
        for line in POLICY.lines() {
            self.voice.answer(&format!("    {}\n", self.voice.paint.dim(line)));
        }
    }

    /// Refused, approved, deployed to staging, then to production.
    fn first_pull(&self) -> Result<(), StageError> {
        self.scene("Not yet, and why");
        let pull = self.stage.pull("faster-checkout", ("src/pay.rs", "fn pay() { fast() }\n"));
        let refused = self.says((pull, DEVELOPER), "/deploy production", Some(Judgement::NoGo))?;
        self.table(&refused);

        self.scene("First staging: one approval of this very commit");
        self.says((pull, DEVELOPER), "/deploy staging", Some(Judgement::Waiting))?;
        self.stage.later();
        let review = self.stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        self.tell(&format!("{REVIEWER} approves the pull request; the waiting command is judged again by itself"));
        let goes = self.stage.delivers("pull_request_review", &self.stage.hub.review_event(review, "submitted"))?;
        self.expect(&goes, Some(Judgement::Go))?;
        self.comment(pull);
        self.finish(&goes, "staging")?;

        self.scene("Then production: two people, and a confirmation by name");
        let waits = self.says((pull, DEVELOPER), "/deploy production", Some(Judgement::Waiting))?;
        self.table(&waits);
        self.says((pull, DEVELOPER), "/approve production", Some(Judgement::Waiting))?;
        self.tell("an author's own approval does not count");
        self.says((pull, OPERATOR), "/approve production", Some(Judgement::Waiting))?;
        let goes = self.says((pull, DEVELOPER), "/confirm production", Some(Judgement::Go))?;
        self.tell("the review and the approval are two people: every gate says go");
        self.table(&goes);
        self.finish(&goes, "production")
    }

    /// Two commands at the same instant: exactly one holds the lock.
    fn race(&self) -> Result<(), StageError> {
        self.scene("Two people at the same instant: exactly one wins");
        let first = self.stage.pull("blue-button", ("src/button.rs", "blue\n"));
        let second = self.stage.pull("red-button", ("src/colour.rs", "red\n"));
        for pull in [first, second] {
            self.stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        }
        self.stage.later();
        let events: Vec<_> = [(first, DEVELOPER), (second, OPERATOR)]
            .into_iter()
            .map(|(pull, login)| {
                self.line(login, &format!("on #{pull}: /deploy staging"));
                let comment = self.stage.hub.comment((REPOSITORY, pull), login, "/deploy staging");
                self.stage.hub.comment_event(comment, "created")
            })
            .collect();
        let ended: Vec<Result<Delivered, StageError>> = std::thread::scope(|scope| {
            let runs: Vec<_> = events.iter().map(|event| scope.spawn(|| self.stage.delivers("issue_comment", event))).collect();
            runs.into_iter().map(|run| run.join().expect("a delivery does not panic")).collect()
        });
        let ended = ended.into_iter().collect::<Result<Vec<_>, _>>()?;
        let went: Vec<&Delivered> = ended.iter().filter(|one| one.outcome.decision == Some(Judgement::Go)).collect();
        let [winner] = went.as_slice() else {
            return Err(StageError::Unexpected(format!("{} of two deployments went at the same instant", went.len())));
        };
        for (pull, one) in [first, second].iter().zip(&ended) {
            self.tell(&format!("#{pull}: {}", one.outcome.said));
        }
        self.finish(winner, "staging")
    }

    /// A commit that claims to be old is pushed after the approval.
    fn back_dated(&self) -> Result<(), StageError> {
        self.scene("A back-dated push after the approval");
        let pull = self.stage.pull("small-fix", ("src/fix.rs", "fixed\n"));
        self.stage.later();
        self.stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        self.tell(&format!("{REVIEWER} approves #{pull}, {DEVELOPER} comments /deploy staging"));
        self.stage.later();
        let comment = self.stage.hub.comment((REPOSITORY, pull), DEVELOPER, "/deploy staging");
        let event = self.stage.hub.comment_event(comment, "created");
        let mut old = self.stage.hub.stamp(DEVELOPER);
        old.at = "2020-01-01T00:00:00Z".parse().expect("a constant time");
        let head = self.stage.hub.head((REPOSITORY, pull));
        let draft = Draft::new("feat: nothing to see here").parent(&head).file("src/fix.rs", "stolen\n").author(old.clone()).committer(old);
        let sha = self.stage.hub.commit(REPOSITORY, DEVELOPER, &draft);
        self.stage.later();
        self.stage.hub.push(REPOSITORY, DEVELOPER, ("small-fix", &sha));
        self.stage.green(&sha);
        self.tell("… and before the action reads anything, a commit dated 2020 is pushed to the branch");
        let refused = self.stage.delivers("issue_comment", &event)?;
        self.expect(&refused, Some(Judgement::NoGo))?;
        self.table(&refused);
        Ok(())
    }

    /// A log that verifies, and one that does not.
    fn audit(&self) -> Result<(), StageError> {
        self.scene("An audit log that nobody can rewrite");
        let path = self.stage.audit_file();
        let verify = |path: &std::path::Path| verify_file(path, &Expectation::default()).map_err(|error| StageError::Unexpected(error.to_string()));
        let report = verify(&path)?;
        if !report.is_verified() {
            return Err(StageError::Unexpected(report.to_terminal()));
        }
        let text = std::fs::read_to_string(&path).map_err(|source| StageError::File { path: path.display().to_string(), source })?;
        self.tell(&format!("{} events; the log verifies", text.lines().count()));
        let tampered = path.with_file_name("tampered.jsonl");
        let forged = text.replacen("\"outcome\":\"no-go\"", "\"outcome\":\"go\"", 1);
        std::fs::write(&tampered, forged).map_err(|source| StageError::File { path: tampered.display().to_string(), source })?;
        let report = verify(&tampered)?;
        if report.is_verified() {
            return Err(StageError::Unexpected("a tampered log verified".to_owned()));
        }
        self.tell("somebody turns one no-go into a go:");
        for line in report.to_terminal().lines() {
            let line = line.replace(&tampered.display().to_string(), "audit.jsonl");
            self.voice.answer(&format!("    {}\n", self.voice.paint.judged(Judgement::NoGo, &plain(&line))));
        }
        Ok(())
    }

    fn closing(&self) {
        let requests = self.stage.hub.log().len();
        self.voice.answer(&format!(
            "\n{}\n",
            self.voice
                .paint
                .dim(&format!("That was the real code: {requests} HTTP requests to a GitHub in memory, a real git repository, no account, no network."))
        ));
    }

    fn says(&self, (pull, login): (u64, &str), text: &str, expected: Option<Judgement>) -> Result<Delivered, StageError> {
        self.line(login, text);
        let delivered = self.stage.says((pull, login), text)?;
        self.expect(&delivered, expected)?;
        Ok(delivered)
    }

    fn expect(&self, delivered: &Delivered, expected: Option<Judgement>) -> Result<(), StageError> {
        let word = |judgement: Option<Judgement>| judgement.map_or("nothing", table::word);
        if delivered.outcome.decision != expected {
            return Err(StageError::Unexpected(format!(
                "{} came where {} was expected: {}",
                word(delivered.outcome.decision),
                word(expected),
                delivered.outcome.said
            )));
        }
        let judgement = expected.unwrap_or(Judgement::Go);
        self.voice.answer(&format!(
            "  {} {}\n",
            self.voice.paint.judged(judgement, &format!("→ {}", word(expected))),
            self.voice.paint.dim(&plain(&delivered.outcome.said))
        ));
        Ok(())
    }

    fn finish(&self, delivered: &Delivered, environment: &str) -> Result<(), StageError> {
        let outcome = self.stage.ends(delivered, "success")?;
        self.tell(&format!("the job deploys to {environment}; {}", outcome.said));
        Ok(())
    }

    /// The go/no-go table of a delivery's decision.
    fn table(&self, delivered: &Delivered) {
        let Some(decision) = delivered.decision() else { return };
        let paint = self.voice.paint;
        for row in table::rows(decision.evaluation()) {
            let verdict = paint.judged(row.judgement, &format!("{:<7}", table::word(row.judgement)));
            let why = match row.reasons {
                [] => row.evidence.first().map(|line| paint.dim(&plain(line))).unwrap_or_default(),
                [reason, ..] => {
                    let remedy = reason.remedy.as_deref().map(|remedy| format!(" → {}", plain(remedy))).unwrap_or_default();
                    format!("{}{}", plain(&reason.what), paint.dim(&remedy))
                }
            };
            self.voice.answer(&format!("    {verdict} {:<13} {why}\n", row.gate.as_str()));
        }
    }

    /// The head line of the last comment on a pull request.
    fn comment(&self, pull: u64) {
        let body = self.stage.last_comment(pull);
        let headline = body.lines().find(|line| line.starts_with("### ")).unwrap_or_default();
        self.tell(&format!("the comment on #{pull} now reads: {}", headline.trim_start_matches("### ")));
    }

    fn scene(&self, title: &str) {
        self.voice.answer(&format!("\n{}\n", self.voice.paint.bold(title)));
    }

    fn line(&self, login: &str, text: &str) {
        self.voice.answer(&format!("  {}: {text}\n", self.voice.paint.bold(login)));
    }

    fn tell(&self, text: &str) {
        self.voice.answer(&format!("  {text}\n"));
    }
}
