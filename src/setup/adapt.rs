//! What to add to a deploy workflow that is there already, so that it deploys what shipgate let through and nothing else. It is proposed line by line and never
//! written: whoever knows the workflow reviews it. What cannot be placed surely is said in words.

use std::rc::Rc;

use super::edits::Edits;
use super::findings::is_adapted;
use super::sources::SourceFile;
use super::way::Pin;
use super::workflow::Workflow;
use super::workflows::{finish_job, start_job};
use super::yaml::{self, Kind, Node, Style};
use crate::domain::shown;

/// The workflow with what it needs, and what to look at besides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Adapted {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
}

/// Why lines could not be placed, as the rest of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unplaced(pub(super) String);

type Placed = Result<(), Unplaced>;

/// A key with its value.
type Entry = (Rc<Node>, Rc<Node>);

/// Adapts a workflow; line ends are those of Unix.
///
/// # Errors
/// [`Unplaced`]
pub(super) fn adapt(file: &SourceFile, pin: &Pin) -> Result<Adapted, Unplaced> {
    let text = file.text.replace("\r\n", "\n");
    let root = yaml::parse(&text).map_err(|error| Unplaced(error.to_string()))?;
    let (start, finish) = ids(&root)?;
    let mut adapting = Adapting { edits: Edits::of(&text), text: &text, notes: Vec::new(), start, finish, pin };
    adapting.run_name(&root);
    adapting.trigger(root.entry("on").ok_or_else(|| Unplaced("it has no `on`".to_owned()))?)?;
    adapting.jobs(&root)?;
    let Adapting { edits, notes, .. } = adapting;
    let adapted = Adapted { text: edits.done(), notes };
    if stands(&text, &adapted.text, &file.path, pin) { Ok(adapted) } else { Err(Unplaced("its lines are laid out in a way that is not understood".to_owned())) }
}

/// Whether the new text is what it is meant to be: a workflow with the input, the start, the end, and every job that was there.
fn stands(old: &str, new: &str, path: &str, pin: &Pin) -> bool {
    let read = |text: &str| Workflow::read(&SourceFile { path: path.to_owned(), text: text.to_owned() }).ok();
    let (Some(old), Some(new)) = (read(old), read(new)) else { return false };
    let keeps = old.jobs.iter().all(|job| new.jobs.iter().any(|other| other.id == job.id && other.steps.len() == job.steps.len()));
    let listens = new.inputs.iter().any(|input| input.name == "shipgate") && old.triggers.iter().all(|event| new.is_started_by(event));
    keeps && listens && new.jobs.len() == old.jobs.len() + 2 && is_adapted(&new, &pin.action)
}

/// The ids of the jobs that start and end a deployment.
fn ids(root: &Node) -> Result<(&'static str, &'static str), Unplaced> {
    let jobs = root.get("jobs").ok_or_else(|| Unplaced("it has no jobs".to_owned()))?;
    let is_free = |ids: &(&str, &str)| jobs.get(ids.0).is_none() && jobs.get(ids.1).is_none();
    let found = [("start", "finish"), ("shipgate-start", "shipgate-finish")].into_iter().find(is_free);
    found.ok_or_else(|| Unplaced("its jobs have the names that the new ones would have".to_owned()))
}

struct Adapting<'a> {
    edits: Edits<'a>,
    text: &'a str,
    notes: Vec<String>,
    start: &'static str,
    finish: &'static str,
    pin: &'a Pin,
}

impl Adapting<'_> {
    fn run_name(&mut self, root: &Node) {
        const LINE: &str = "run-name: Deploy ${{ inputs.shipgate }}\n";
        match (root.entry("run-name"), root.entry("name"), root.pairs().first()) {
            (Some((_, value)), _, _) if value.text().is_some_and(|text| text.contains("inputs.shipgate")) => {}
            (Some(_), _, _) => self.note("its `run-name` must have `${{ inputs.shipgate }}` in it: by that the gate finds the run on servers that do not tell"),
            (None, Some((_, name)), _) if !self.text[name.start..name.end].contains('\n') => self.edits.lines_behind(name.end, LINE),
            (None, _, first) => self.edits.lines_before(first.map_or(0, |(key, _)| key.start), LINE),
        }
    }

    fn trigger(&mut self, (key, on): &Entry) -> Placed {
        in_place(key, on)?;
        for event in ["push", "pull_request", "pull_request_target", "schedule", "release", "workflow_run", "repository_dispatch"] {
            if on.words().contains(&event) || on.get(event).is_some() {
                self.note(format!("`{event}` starts it as well, without a handle: its deployment fails then; take that event out"));
            }
        }
        match &on.kind {
            Kind::Scalar { .. } | Kind::Sequence { .. } => {
                let events: Vec<&str> = on.words().into_iter().filter(|event| *event != "workflow_dispatch").collect();
                if !events.iter().all(|event| event.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')) {
                    return Err(Unplaced("its `on` names what is no event".to_owned()));
                }
                let dispatch = block(2, "workflow_dispatch:", &block(4, "inputs:", &input(6)));
                let others = events.iter().fold(String::new(), |lines, event| lines + "  " + event + ":\n");
                self.replace_value((key, on), format!("\n{others}{dispatch}").trim_end());
                Ok(())
            }
            Kind::Mapping { pairs, style: Style::Open } => match (on.entry("workflow_dispatch"), pairs.first()) {
                (Some(entry), _) => self.dispatch(entry),
                (None, Some((first, _))) => {
                    let column = self.edits.column(first.start);
                    self.edits.lines_before(first.start, &block(column, "workflow_dispatch:", &block(column + 2, "inputs:", &input(column + 4))));
                    Ok(())
                }
                (None, None) => Err(Unplaced("its `on` is empty".to_owned())),
            },
            Kind::Mapping { .. } => Err(Unplaced("its `on` is written in braces".to_owned())),
        }
    }

    fn dispatch(&mut self, (key, value): &Entry) -> Placed {
        in_place(key, value)?;
        let column = self.edits.column(key.start);
        let lines = |column: usize| block(column, "inputs:", &input(column + 2));
        match (value.entry("inputs"), value.pairs().first()) {
            _ if value.is_nothing() => self.edits.lines_behind(key.end, &lines(column + 2)),
            (None, None) => self.replace_value((key, value), format!("\n{}", lines(column + 2)).trim_end()),
            (None, Some((first, _))) if value.is_open() => self.edits.lines_before(first.start, &lines(self.edits.column(first.start))),
            (Some((key, inputs)), _) if inputs.is_nothing() => self.edits.lines_behind(key.end, &input(self.edits.column(key.start) + 2)),
            (Some((_, inputs)), _) if inputs.get("shipgate").is_some() => {}
            (Some((key, inputs)), _) if inputs.is_open() => {
                in_place(key, inputs)?;
                let first = inputs.pairs().first().map_or(inputs.start, |(first, _)| first.start);
                self.edits.lines_before(first, &input(self.edits.column(first)));
            }
            _ => return Err(Unplaced("its `workflow_dispatch` is written in braces".to_owned())),
        }
        Ok(())
    }

    fn jobs(&mut self, root: &Node) -> Placed {
        let (key, jobs) = root.entry("jobs").ok_or_else(|| Unplaced("it has no jobs".to_owned()))?;
        in_place(key, jobs)?;
        let first = jobs.pairs().first().filter(|_| jobs.is_open()).ok_or_else(|| Unplaced("its jobs are not written on lines of their own".to_owned()))?;
        one_environment(jobs)?;
        let column = self.edits.column(first.0.start);
        let start = at_column(&start_job(self.pin, self.start), column);
        self.edits.lines_behind(key.end, &format!("{start}\n"));
        let mut needs = vec![self.start];
        for (id, job) in jobs.pairs() {
            needs.push(id.text().unwrap_or_default());
            self.job((id, job))?;
        }
        let finish = at_column(&finish_job(self.pin, self.finish, &needs), column);
        if let Some((next, _)) = root.pairs().iter().find(|(other, _)| other.start > key.start) {
            self.edits.lines_before(next.start, &format!("{finish}\n"));
        } else {
            let end = self.text.trim_end().len();
            self.edits.replace((end, self.text.len()), format!("\n\n{finish}"));
        }
        Ok(())
    }

    fn job(&mut self, (id, job): (&Rc<Node>, &Rc<Node>)) -> Placed {
        in_place(id, job)?;
        let name = shown(id.text().unwrap_or_default());
        let first = job.pairs().first().filter(|_| job.is_open()).ok_or_else(|| Unplaced(format!("its job `{name}` is not written on lines of its own")))?;
        let indent = " ".repeat(self.edits.column(first.0.start));
        self.needs(job, first.0.start, &indent)?;
        self.condition(job, first.0.start, (&indent, &name));
        self.environment(job, &name)?;
        if job.get("uses").is_some() {
            self.note(format!(
                "its job `{name}` calls another workflow: hand it `needs.{}.outputs.sha` and `.environment`, and let it deploy those",
                self.start
            ));
        }
        for step in job.get("steps").map(|steps| steps.items()).unwrap_or_default() {
            self.checkout(step, &name)?;
        }
        Ok(())
    }

    fn needs(&mut self, job: &Node, first: usize, indent: &str) -> Placed {
        let Some((key, needs)) = job.entry("needs") else {
            self.edits.lines_before(first, &format!("{indent}needs: {}\n", self.start));
            return Ok(());
        };
        in_place(key, needs)?;
        match (&needs.kind, needs.items().first()) {
            (Kind::Scalar { text, .. }, _) => self.edits.replace((needs.start, needs.end), format!("[{}, {text}]", self.start)),
            (_, Some(item)) if needs.is_open() => {
                let before = &self.text[item.start - self.edits.column(item.start)..item.start];
                self.edits.lines_before(item.start, &format!("{before}{}\n", self.start));
            }
            (_, Some(item)) => self.edits.replace((item.start, item.start), format!("{}, ", self.start)),
            (_, None) => return Err(Unplaced("a job's `needs` is empty".to_owned())),
        }
        Ok(())
    }

    fn condition(&mut self, job: &Node, first: usize, (indent, name): (&str, &str)) {
        let go = format!("needs.{}.outputs.decision == 'go'", self.start);
        let Some((key, value)) = job.entry("if") else {
            self.edits.lines_before(first, &format!("{indent}if: {go}\n"));
            return;
        };
        let raw = self.text.get(value.start..value.end).unwrap_or_default();
        let Some(old) = value.text().filter(|_| value.start >= key.end && !raw.contains('\n') && !raw.starts_with(['|', '>'])) else {
            self.note(format!("the `if` of its job `{name}` must ask for `{go}` as well"));
            return;
        };
        let old = old.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(old).trim();
        let both = format!("{go} && ({old})");
        let is_plain = !both.contains(": ") && !both.contains(" #");
        self.edits.replace((value.start, value.end), if is_plain { both } else { format!("'{}'", both.replace('\'', "''")) });
    }

    fn environment(&mut self, job: &Node, name: &str) -> Placed {
        let Some((key, environment)) = job.entry("environment") else { return Ok(()) };
        in_place(key, environment)?;
        let output = format!("${{{{ needs.{}.outputs.environment }}}}", self.start);
        self.note(format!(
            "its job `{name}` deploys to the environment that shipgate let through: see that its commands do, too, and not to a fixed one or to an input"
        ));
        match (environment.entry("name"), &environment.kind) {
            (_, Kind::Scalar { .. }) => {
                let indent = " ".repeat(self.edits.column(key.start) + 2);
                self.replace_value((key, environment), &format!("\n{indent}name: {output}\n{indent}deployment: false # shipgate has made it already"));
            }
            (Some((name, value)), _) if environment.is_open() && value.start >= name.end => {
                self.edits.replace((value.start, value.end), output);
                if environment.get("deployment").is_none() {
                    let indent = " ".repeat(self.edits.column(name.start));
                    self.edits.lines_behind(value.end, &format!("{indent}deployment: false # shipgate has made it already\n"));
                }
            }
            (Some((name, value)), _) if value.start >= name.end => self.edits.replace((value.start, value.end), format!("'{output}'")),
            _ => return Err(Unplaced(format!("the environment of its job `{name}` is written in a way that is not understood"))),
        }
        Ok(())
    }

    /// A checkout of this repository takes the commit that was judged.
    fn checkout(&mut self, step: &Rc<Node>, job: &str) -> Placed {
        let Some((uses_key, uses)) = step.entry("uses").filter(|(_, uses)| uses.text().is_some_and(|uses| uses.starts_with("actions/checkout@"))) else {
            return Ok(());
        };
        in_place(uses_key, uses)?;
        let sha = format!("ref: ${{{{ needs.{}.outputs.sha }}}}", self.start);
        let column = self.edits.column(uses_key.start);
        let with = step.entry("with");
        if with.is_some_and(|(_, with)| with.get("repository").is_some()) {
            return Ok(());
        }
        match with {
            None if step.is_open() => {
                let indent = " ".repeat(column);
                self.edits.lines_behind(uses.end, &format!("{indent}with:\n{indent}  {sha}\n"));
            }
            Some((key, with)) if with.is_open() && with.start >= key.end => {
                if let Some((key, value)) = with.entry("ref") {
                    self.replace_value((key, value), &sha["ref:".len()..]);
                } else {
                    let first = with.pairs().first().map_or(with.start, |(first, _)| first.start);
                    self.edits.lines_before(first, &format!("{}{sha}\n", " ".repeat(self.edits.column(first))));
                }
            }
            _ => self.note(format!("the checkout in its job `{job}` must have `{sha}`")),
        }
        Ok(())
    }

    /// Something else behind a key's colon.
    fn replace_value(&mut self, (key, value): (&Node, &Node), with: &str) {
        let colon = self.text[key.end..].find(':').map_or(key.end, |at| key.end + at + 1);
        self.edits.replace((colon, value.end.max(colon)), with);
    }

    fn note(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !self.notes.contains(&words) {
            self.notes.push(words);
        }
    }
}

/// What an alias stands for lies elsewhere, and cannot be changed here.
fn in_place(key: &Node, value: &Node) -> Placed {
    let what = || Unplaced(format!("its `{}` is an alias of something else", shown(key.text().unwrap_or_default())));
    if value.start >= key.end { Ok(()) } else { Err(what()) }
}

/// Jobs for one environment each cannot be told apart by the jobs that follow them.
fn one_environment(jobs: &Node) -> Placed {
    let name = |job: &Rc<Node>| job.get("environment").and_then(|at| at.text().or_else(|| at.get("name").and_then(|name| name.text())).map(str::to_owned));
    let mut names: Vec<String> = jobs.pairs().iter().filter_map(|(_, job)| name(job)).collect();
    names.sort();
    names.dedup();
    let listed = || names.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
    if names.len() < 2 {
        return Ok(());
    }
    Err(Unplaced(format!(
        "it has jobs for several environments ({}), and a deployment is to one: let one job deploy to the environment that it is told",
        listed()
    )))
}

/// The lines of the input at a column.
pub(super) fn input(column: usize) -> String {
    let indent = " ".repeat(column);
    format!(
        "{indent}shipgate:\n{indent}  description: The deployment's handle, which shipgate gives. Not to be started by hand.\n{indent}  required: true\n{indent}  type: string\n"
    )
}

/// A key at a column, and the lines below it.
fn block(column: usize, key: &str, lines: &str) -> String {
    format!("{}{key}\n{lines}", " ".repeat(column))
}

/// A job of a template, whose id stands at column 2, at another.
fn at_column(job: &str, column: usize) -> String {
    let moved = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{}{}\n", " ".repeat(column), &line[2..]) };
    job.lines().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CommitSha, RepoSlug};

    fn pin() -> Pin {
        Pin { action: RepoSlug::new("shipgate/shipgate").expect("a slug"), sha: CommitSha::new("a".repeat(40)).expect("a commit") }
    }

    fn adapted(text: &str) -> Result<Adapted, Unplaced> {
        adapt(&SourceFile { path: ".github/workflows/deploy.yml".to_owned(), text: text.to_owned() }, &pin())
    }

    const JOBS: &str = "jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          x\n";

    #[test]
    fn i1_every_form_of_a_trigger_takes_the_input() {
        for on in [
            "on: workflow_dispatch",
            "on: [push, workflow_dispatch] # both",
            "on:\n  - push\n  - workflow_dispatch",
            "on:\n  push:\n    branches: [main]",
            "on:\n  workflow_dispatch:",
            "on:\n  workflow_dispatch: {}",
            "on:\n  workflow_dispatch:\n    inputs:\n  push:",
            "on:\n  workflow_dispatch:\n    inputs:\n      where:\n        required: true",
            "on:\n    workflow_dispatch: # by hand\n        inputs:\n            # where to\n            where: { required: true }",
        ] {
            for text in [
                format!("name: Deploy\n{on}\n\n{JOBS}"),
                format!("{JOBS}\n{on}\n"),
                format!("{on}\n{JOBS}").trim_end().to_owned(),
                format!("{on}\n{JOBS}").replace('\n', "\r\n"),
            ] {
                let adapted = adapted(&text).unwrap_or_else(|error| panic!("{error:?}:\n{text}"));
                assert!(adapted.text.contains("run-name: Deploy ${{ inputs.shipgate }}\n"), "{}", adapted.text);
                assert!(adapted.text.lines().all(|line| line.trim_end() == line), "{}", adapted.text);
                assert_eq!(adapted.notes.iter().any(|note| note.contains("`push`")), on.contains("push"), "{:?}", adapted.notes);
                assert!(Workflow::read(&SourceFile { path: "x".to_owned(), text: adapted.text }).expect("a workflow").is_started_by("workflow_dispatch"));
            }
        }
    }

    #[test]
    fn i1_every_job_waits_for_the_start_and_deploys_what_was_judged() {
        let text = "on: workflow_dispatch\njobs:\n  build:\n    runs-on: x\n    if: ${{ github.actor != 'x' }}\n    steps:\n      - uses: actions/checkout@v4\n      - uses: actions/checkout@v4\n        \
                    with:\n          repository: o/r\n  deploy:\n    needs: build\n    runs-on: x\n    environment: production\n    steps:\n      - name: Get it\n        uses: actions/checkout@v4\n        \
                    with:\n          ref: main\n  smoke:\n    needs:\n      - deploy\n    if: \"contains('a: b', 'a')\"\n    runs-on: x\n    steps: []\n  last:\n    needs: [smoke]\n    runs-on: x\n    \
                    environment:\n      name: production\n      url: https://example.com\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n";
        let adapted = adapted(text).expect("it is placed").text;
        for words in [
            "  build:\n    needs: start\n    runs-on: x\n    if: needs.start.outputs.decision == 'go' && (github.actor != 'x')\n",
            "- uses: actions/checkout@v4\n        with:\n          ref: ${{ needs.start.outputs.sha }}\n",
            "          repository: o/r\n  deploy:\n",
            "    needs: [start, build]\n",
            "    environment:\n      name: ${{ needs.start.outputs.environment }}\n      deployment: false",
            "        with:\n          ref: ${{ needs.start.outputs.sha }}\n  smoke:",
            "    needs:\n      - start\n      - deploy\n",
            "    if: 'needs.start.outputs.decision == ''go'' && (contains(''a: b'', ''a''))'\n",
            "    needs: [start, smoke]\n",
            "          ref: ${{ needs.start.outputs.sha }}\n          fetch-depth: 0\n",
            "    needs: [start, build, deploy, smoke, last]\n    if: always()\n",
        ] {
            assert!(adapted.contains(words), "{words}\n---\n{adapted}");
        }
    }

    #[test]
    fn i1_what_cannot_be_placed_is_said_and_taken_names_are_left_alone() {
        for (text, words) in [
            ("on: push\njobs:\n  a: { environment: x }\n  b: { environment: y }\n", "several environments"),
            ("on: { push: {} }\njobs:\n  a:\n    runs-on: x\n", "in braces"),
            ("on: push\njobs: { a: { runs-on: x } }\n", "lines of their own"),
            ("on: push\njobs:\n  a: &a\n    runs-on: x\n  b: *a\n", "an alias"),
            ("on: push\njobs:\n  start: {}\n  shipgate-start: {}\n", "names"),
            ("jobs:\n  a:\n    runs-on: x\n", "no `on`"),
            ("a: [\n", "no YAML"),
        ] {
            let Unplaced(why) = adapted(text).expect_err(text);
            assert!(why.contains(words), "{why}");
        }
        let renamed = adapted("on: push\njobs:\n  start:\n    runs-on: x\n").expect("it is placed").text;
        assert!(renamed.contains("  start:\n    needs: shipgate-start\n") && renamed.contains("  shipgate-finish:\n"), "{renamed}");
    }
}
