//! The story itself. Each scene checks that it went as it is told: a demo that lies is worse than none.

use std::path::Path;

use super::stage::{DEVELOPER, Delivered, LEAD, OPERATOR, POLICY, REPOSITORY, REVIEWER, Stage, StageError};
use super::teller::Teller;
use crate::audit::{Expectation, Published, Report, verify_file};
use crate::gates::Judgement;
use crate::run::{Replayed, SimulateOptions, replay, simulate};
use crate::sandbox::state::ReviewState;
use crate::sandbox::world::Draft;

/// Tells it.
pub(super) fn tell(teller: &Teller<'_>) -> Result<(), StageError> {
    let story = Story { teller, stage: teller.stage };
    story.opening();
    let pull = story.refused()?;
    story.staging(pull)?;
    let waited = story.production(pull)?;
    story.race()?;
    story.back_dated()?;
    story.again(&waited)?;
    story.audit()?;
    story.closing();
    Ok(())
}

struct Story<'a> {
    teller: &'a Teller<'a>,
    stage: &'a Stage,
}

impl Story<'_> {
    fn opening(&self) {
        let teller = self.teller;
        teller.title("shipgate: a change goes from commit to production, and what is not ready is refused");
        teller.tell(
            "All of this happens now, on this machine: the very code that runs in GitHub Actions, a GitHub in memory that it talks to over HTTP, \
             a real git repository. No account, no network.",
        );
        teller.scene("Four people, one repository, one policy file");
        for (login, role) in [(DEVELOPER, "writes the changes"), (REVIEWER, "reviews them"), (OPERATOR, "runs production"), (LEAD, "leads the team")] {
            teller.tell(&format!("{login:<14} {role}"));
        }
        teller.tell(&format!("What must hold in {REPOSITORY} stands in .github/shipgate.yml; what it does not say has a strict default:"));
        teller.show(POLICY);
    }

    /// Straight to production: no.
    fn refused(&self) -> Result<u64, StageError> {
        let teller = self.teller;
        teller.scene("Straight to production: refused, and why");
        let pull = self.stage.pull("faster-checkout", ("src/pay.rs", "fn pay() { fast() }\n"));
        teller.tell(&format!("{DEVELOPER} opens pull request #{pull}; its test is green. In a comment on it:"));
        teller.line(DEVELOPER, "/deploy production");
        let refused = self.stage.says((pull, DEVELOPER), "/deploy production")?;
        teller.decided(&refused, Judgement::NoGo)?;
        teller.tell("Nothing is deployed. One comment says every reason at once, and what to do about it:");
        teller.whole_comment(pull, "production");
        Ok(pull)
    }

    /// One approval, and it goes by itself.
    fn staging(&self, pull: u64) -> Result<(), StageError> {
        let teller = self.teller;
        teller.scene("Staging first: one approval of this very commit, and it goes");
        teller.says((pull, DEVELOPER), "/deploy staging", Judgement::Waiting)?;
        self.stage.later();
        let review = self.stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        teller.tell(&format!("{REVIEWER} approves the pull request. Nobody repeats the command: the review has it judged again."));
        let goes = self.stage.delivers("pull_request_review", &self.stage.hub.review_event(review, "submitted"))?;
        teller.verdict(&goes, Judgement::Go)?;
        self.runs(&goes, (pull, "staging"))
    }

    /// Two people and a confirmation; gives the delivery that waited.
    fn production(&self, pull: u64) -> Result<Delivered, StageError> {
        let teller = self.teller;
        teller.scene("Production: two people besides the author, and a confirmation by name");
        let waits = teller.says((pull, DEVELOPER), "/deploy production", Judgement::Waiting)?;
        teller.answered((pull, DEVELOPER), "/approve production", "does not count")?;
        teller.says((pull, OPERATOR), "/approve production", Judgement::Waiting)?;
        let goes = teller.says((pull, DEVELOPER), "/confirm production", Judgement::Go)?;
        teller.tell("Whose approvals counted:");
        teller.evidence(&goes, "approval", "counts");
        self.runs(&goes, (pull, "production"))?;
        Ok(waits)
    }

    /// Two commands at the same instant: exactly one holds the lock.
    fn race(&self) -> Result<(), StageError> {
        let teller = self.teller;
        teller.scene("Two people at the same instant: exactly one wins, the other waits");
        let first = self.stage.pull("blue-button", ("src/button.rs", "blue\n"));
        let second = self.stage.pull("red-button", ("src/colour.rs", "red\n"));
        for pull in [first, second] {
            self.stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        }
        self.stage.later();
        let event = |(pull, login)| {
            teller.line(login, &format!("/deploy staging    (on #{pull})"));
            let comment = self.stage.hub.comment((REPOSITORY, pull), login, "/deploy staging");
            self.stage.hub.comment_event(comment, "created")
        };
        let events = [(first, DEVELOPER), (second, LEAD)].map(event);
        let ended = std::thread::scope(|scope| {
            let runs = events.each_ref().map(|event| super::delivering(scope, || self.stage.delivers("issue_comment", event)));
            runs.map(|run| run.join().expect("a delivery does not panic"))
        });
        let [one, other] = ended;
        let (one, other) = ((first, one?), (second, other?));
        let went = |delivered: &Delivered| delivered.outcome.decision == Some(Judgement::Go);
        let (winner, loser) = match (went(&one.1), went(&other.1)) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            (both, _) => return Err(StageError::Unexpected(format!("{} deployments went at the same instant", if both { "two" } else { "no" }))),
        };
        teller.tell(&format!("Both are ready, and one lock decides. #{} has it:", winner.0));
        teller.verdict(&winner.1, Judgement::Go)?;
        teller.tell(&format!("#{} came too late by some milliseconds:", loser.0));
        teller.verdict(&loser.1, Judgement::Waiting)?;
        self.runs(&winner.1, (winner.0, "staging"))?;
        teller.tell(&format!("The next event, here the hourly schedule, has #{} judged again:", loser.0));
        self.stage.later();
        let next = self.stage.delivers("schedule", &serde_json::json!({ "schedule": "0 * * * *" }))?;
        teller.verdict(&next, Judgement::Go)?;
        self.runs(&next, (loser.0, "staging"))
    }

    /// A commit that claims to be old is pushed after the approval.
    fn back_dated(&self) -> Result<(), StageError> {
        let teller = self.teller;
        teller.scene("A back-dated push after the approval: caught");
        let pull = self.stage.pull("small-fix", ("src/fix.rs", "fixed\n"));
        self.stage.later();
        self.stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        teller.tell(&format!("{REVIEWER} has approved #{pull}."));
        self.stage.later();
        teller.line(DEVELOPER, "/deploy staging");
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
        teller.tell(
            "Before the job has started, another commit is pushed to the branch; its dates say 2020, and its test is green. A commit's own dates \
             are its author's to choose: what counts is when the server first saw it, and an approval is of one commit.",
        );
        let refused = self.stage.delivers("issue_comment", &event)?;
        teller.verdict(&refused, Judgement::NoGo)
    }

    /// What if, and replay.
    fn again(&self, waited: &Delivered) -> Result<(), StageError> {
        let teller = self.teller;
        teller.scene("Every decision can be judged again, with no network");
        let unexpected = |what: &dyn std::fmt::Display| StageError::Unexpected(what.to_string());
        let record = waited.record().ok_or_else(|| unexpected(&"the decision has no record"))?;
        teller.tell("Each is kept with its facts. The one of scene 4 that waited, judged once more and compared:");
        teller.show("shipgate replay RECORD");
        match replay(&record).map_err(|error| unexpected(&error))? {
            (decision, Replayed::Same) => teller.judged(&decision, ": the same, bit for bit"),
            (_, Replayed::Differs { .. }) => return Err(unexpected(&"the replay differs")),
        }
        let assume = vec![format!("approval={OPERATOR}"), format!("confirm={DEVELOPER}")];
        teller.tell("And what if the operator had approved, and the author confirmed?");
        teller.show(&format!("shipgate simulate RECORD --assume approval={OPERATOR} --assume confirm={DEVELOPER}"));
        let options = SimulateOptions { assume, ..SimulateOptions::default() };
        let decision = simulate(&record, &options).map_err(|error| unexpected(&error))?;
        if decision.evaluation().verdict.judgement() != Judgement::Go {
            return Err(unexpected(&"the assumptions do not turn it to go"));
        }
        teller.judged(&decision, "");
        Ok(())
    }

    /// A log that verifies, and two that do not.
    fn audit(&self) -> Result<(), StageError> {
        let teller = self.teller;
        teller.scene("An audit log that nobody rewrites unseen");
        let path = self.stage.audit_file();
        let text = std::fs::read_to_string(&path).map_err(|source| StageError::File { path: path.display().to_string(), source })?;
        teller.tell(&format!("Everything above left {} lines, each chained to the one before by its hash:", text.lines().count()));
        teller.show("shipgate audit verify audit.jsonl");
        let sound = report(&path, None)?;
        self.shows(&sound, Judgement::Go)?;
        let crate::audit::Verification::Verified { head, .. } = &sound.verification else {
            return Err(StageError::Unexpected(sound.to_terminal()));
        };

        teller.tell("Somebody turns one refusal into a go, and leaves everything else as it was:");
        let forged = text.replacen("\"outcome\":\"no-go\"", "\"outcome\":\"go\"", 1);
        self.shows(&self.tampered(&forged, None)?, Judgement::NoGo)?;

        teller.tell("Somebody cuts off the last line. The head was published (the action's output `audit-head`, each lock record):");
        let kept = text.lines().count() - 1;
        let cut: String = text.split_inclusive('\n').take(kept).collect();
        self.shows(&self.tampered(&cut, Some(Published::At(*head)))?, Judgement::NoGo)
    }

    fn tampered(&self, text: &str, published: Option<Published>) -> Result<Report, StageError> {
        let path = self.stage.audit_file().with_file_name("tampered.jsonl");
        std::fs::write(&path, text).map_err(|source| StageError::File { path: path.display().to_string(), source })?;
        report(&path, published)
    }

    /// A report, which must be as the story says.
    fn shows(&self, report: &Report, expected: Judgement) -> Result<(), StageError> {
        let text = report.to_terminal();
        if report.is_verified() != (expected == Judgement::Go) {
            return Err(StageError::Unexpected(text));
        }
        for (index, line) in text.lines().filter(|line| !line.starts_with("  note")).enumerate() {
            let line = line.replace(&report.file, "audit.jsonl");
            self.teller.report(&line, (index == 0).then_some(expected));
        }
        Ok(())
    }

    /// The job of a go carries on, ends well, and its post step runs.
    fn runs(&self, delivered: &Delivered, (pull, environment): (u64, &str)) -> Result<(), StageError> {
        let teller = self.teller;
        teller.tell(&format!("The environment is locked, the comment says: {}", teller.headline(pull, environment)));
        self.stage.ends(delivered, "success")?;
        let newest = self.stage.hub.deployments(REPOSITORY, environment).pop();
        let deployment = newest.ok_or_else(|| StageError::Unexpected(format!("no deployment to {environment}")))?;
        let states: Vec<&str> = deployment.statuses.iter().map(|status| status.state.as_str()).collect();
        if states.last() != Some(&"success") {
            return Err(StageError::Unexpected(format!("the deployment to {environment} is {states:?}")));
        }
        teller.tell(&format!(
            "The job's own steps deploy; then the post step: GitHub deployment {} is {}, the lock is free, the comment says: {}",
            deployment.id,
            states.join(" → "),
            teller.headline(pull, environment)
        ));
        Ok(())
    }

    fn closing(&self) {
        let teller = self.teller;
        let requests = self.stage.hub.log().len();
        self.teller.end("That was real");
        teller.tell(&format!("{requests} HTTP requests and one git repository, both gone when this program ends. Next:"));
        for (command, what) in [
            ("shipgate demo --serve", "the same, and the GitHub in memory stays for curl and gh"),
            ("shipgate policy check", "in your repository: how to begin, or what is wrong"),
            ("shipgate gates", "everything that a gate can say"),
            ("shipgate help", "all the rest; docs/ has the pages"),
        ] {
            teller.tell(&format!("  {command:<23} {what}"));
        }
    }
}

fn report(path: &Path, published: Option<Published>) -> Result<Report, StageError> {
    verify_file(path, &Expectation { published, ..Expectation::default() }).map_err(|error| StageError::Unexpected(error.to_string()))
}
