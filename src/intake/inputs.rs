//! The action's inputs: the registry that `action.yml` and the docs are made from, and what those with few words mean.
//!
//! Reads no environment: it is given what the runner hands over. What is not understood is refused by name, never replaced by a default.

use crate::domain::shown;

/// An input of the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its value in `action.yml` where the workflow gives none; may be an expression.
    pub default: Option<&'static str>,
    /// The only values it can have; empty where any text will do.
    pub values: &'static [&'static str],
}

const fn text(name: &'static str, about: &'static str, default: Option<&'static str>) -> InputSpec {
    InputSpec { name, about, default, values: &[] }
}

const FAIL_ON: InputSpec = InputSpec {
    name: "fail-on",
    about: "What makes the step fail: `no-go` (a refused command), `waiting` (a waiting one, too) or `nothing`. An error always does.",
    default: Some("no-go"),
    values: &["no-go", "waiting", "nothing"],
};

const STEP: InputSpec = InputSpec {
    name: "step",
    about: "`whole`: the post step ends the deployment with this job's outcome. `start`: a later job ends it. `finish`: it is ended now, by `needs`.",
    default: Some("whole"),
    values: &["whole", "start", "finish"],
};

const CHECKS: InputSpec = InputSpec {
    name: "checks",
    about: "`on`: for `pull_request`, `merge_group` and `push`, look at what they bring, in a checkout with its whole history; see docs/checks.md.",
    default: Some("off"),
    values: &["on", "off"],
};

const TRUSTED_CHECKOUT: InputSpec = InputSpec {
    name: "trusted-checkout",
    about: "`true` where the workflow checks out nothing but the base branch: the policy's own programs run in the checkout then.",
    default: Some("false"),
    values: &["true", "false"],
};

/// Every input there is; `action.yml` and the docs are compared with it.
pub const INPUTS: &[InputSpec] = &[
    text("token", "The token that shipgate acts with. Whoever can use it can speak as shipgate.", Some("${{ github.token }}")),
    text("dispatch-token", "The token that starts a deploy workflow in another repository; else `token` does.", None),
    text("prefix", "What stands before a command's word; the same as `commands.prefix` in the policy.", Some("/")),
    text("deployment", "The handle that a deploy workflow got as its input `shipgate`: this job belongs to that deployment.", None),
    STEP,
    text("needs", "For `step: finish`: `toJSON(needs)`. The deployment succeeded where each of these jobs did.", None),
    FAIL_ON,
    CHECKS,
    text("audit-file", "Where the audit log is kept; else in the runner's temporary folder.", None),
    TRUSTED_CHECKOUT,
    text("status", "The job's status, for the post step. Not to be set by hand.", Some("${{ job.status }}")),
];

/// What makes the step fail besides an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A refused command.
    NoGo,
    /// A refused command, and one that waits.
    Waiting,
    /// No decision.
    Nothing,
}

/// Which part of a deployment a job carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// All of it: the main step starts it, the post step ends it.
    Whole,
    /// It starts it; a later job ends it.
    Start,
    /// It ends it.
    Finish,
}

/// Whether the checks look at what an event brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksHow {
    /// They do.
    On,
    /// They do not: these events are handled as all others.
    Off,
}

/// The inputs that decide how the action goes about things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// What stands before a command's word.
    pub prefix: String,
    /// What makes the step fail; `None` outside Actions, where the exit code is the verdict.
    pub fail_on: Option<FailOn>,
    /// The part of a deployment that this job carries out.
    pub step: Step,
    /// Whether the checks look at what the event brings.
    pub checks: ChecksHow,
}

/// An input is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// It is none of its few values.
    #[error("the input `{name}` is `{shown}`; it can be {}", listed(values))]
    NotOneOf {
        /// The input.
        name: &'static str,
        /// What was given, made safe to show.
        shown: String,
        /// What could be given.
        values: &'static [&'static str],
    },
    /// No command can be written with this prefix.
    #[error("the input `prefix` is `{shown}`: {why}")]
    Prefix {
        /// What was given, made safe to show.
        shown: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It means nothing without another one.
    #[error("the input `step: {step}` needs the input `{other}`")]
    Alone {
        /// The value of `step`.
        step: &'static str,
        /// The input that is missing.
        other: &'static str,
    },
}

impl Inputs {
    /// Reads them from what gives each input by its name.
    ///
    /// # Errors
    /// [`InputError`] naming the first that is not as it must be, and what it can be.
    pub fn read(given: &dyn Fn(&str) -> Option<String>) -> Result<Self, InputError> {
        let prefix = given("prefix").unwrap_or_else(|| "/".to_owned());
        if let Some(why) = prefix_fault(&prefix) {
            return Err(InputError::Prefix { shown: shown(&prefix), why });
        }
        let fail_on = choice(&FAIL_ON, given)?.map(|word| match word {
            "no-go" => FailOn::NoGo,
            "waiting" => FailOn::Waiting,
            _ => FailOn::Nothing,
        });
        let step = match choice(&STEP, given)? {
            Some("start") => Step::Start,
            Some("finish") => Step::Finish,
            _ => Step::Whole,
        };
        let checks = if choice(&CHECKS, given)? == Some("on") { ChecksHow::On } else { ChecksHow::Off };
        choice(&TRUSTED_CHECKOUT, given)?;
        let (word, others): (_, &[_]) = match step {
            Step::Whole => ("whole", &[]),
            Step::Start => ("start", &["deployment"]),
            Step::Finish => ("finish", &["deployment", "needs"]),
        };
        match others.iter().find(|other| given(other).is_none()) {
            Some(other) => Err(InputError::Alone { step: word, other }),
            None => Ok(Self { prefix, fail_on, step, checks }),
        }
    }
}

/// The one of its few values that an input has; `None` where it was not given.
fn choice(spec: &InputSpec, given: &dyn Fn(&str) -> Option<String>) -> Result<Option<&'static str>, InputError> {
    let Some(text) = given(spec.name) else { return Ok(None) };
    let known = spec.values.iter().find(|value| **value == text.trim());
    known.map(|value| Some(*value)).ok_or_else(|| InputError::NotOneOf { name: spec.name, shown: shown(&text), values: spec.values })
}

fn listed(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

/// What keeps a text from being the prefix of commands, in the action's input and in the policy.
pub fn prefix_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() || text.len() > 16 {
        Some("a prefix has 1 to 16 characters")
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("a prefix is printable ASCII without spaces")
    } else if text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        Some("a prefix begins with a sign, so that no sentence becomes a command")
    } else if text.contains(['"', '\'', '`', '\\']) {
        Some("a prefix holds no quotes, backquotes and backslashes")
    } else if text.starts_with(['<', '>']) {
        Some("Markdown takes a line that begins with `<` or `>` for something else")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Inputs, InputError> {
        Inputs::read(&|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn inputs_that_are_not_given_are_the_defaults_and_the_exit_code_is_the_verdict() {
        assert_eq!(read(&[]), Ok(Inputs { prefix: "/".to_owned(), fail_on: None, step: Step::Whole, checks: ChecksHow::Off }));
    }

    #[test]
    fn every_value_of_the_registry_is_read_and_every_other_word_is_refused_with_those_that_are_valid() {
        let rest = [("deployment", "o/r/1/c"), ("needs", "{}")];
        for spec in INPUTS.iter().filter(|spec| !spec.values.is_empty()) {
            for value in spec.values {
                assert!(read(&[&[(spec.name, *value)], &rest[..]].concat()).is_ok(), "{}: {value}", spec.name);
            }
            for wrong in ["", "NO-GO", "yes", "no-go\n::error::x"] {
                let error = read(&[(spec.name, wrong)]).expect_err("it is no value").to_string();
                assert!(error.contains(spec.name) && spec.values.iter().all(|value| error.contains(value)) && !error.contains('\n'), "{error}");
            }
        }
        assert_eq!(read(&[("fail-on", "nothing\n")]).map(|inputs| inputs.fail_on), Ok(Some(FailOn::Nothing)), "the runner leaves a block's line end");
    }

    #[test]
    fn a_part_of_a_deployment_needs_to_know_which() {
        assert_eq!(read(&[("step", "start")]), Err(InputError::Alone { step: "start", other: "deployment" }));
        assert_eq!(read(&[("step", "finish"), ("deployment", "x")]), Err(InputError::Alone { step: "finish", other: "needs" }));
    }

    #[test]
    fn a_prefix_that_no_command_can_have_is_refused() {
        for wrong in ["deploy", "/ ", "\u{2f3a}", "`", "12345678901234567", ">"] {
            assert!(matches!(read(&[("prefix", wrong)]), Err(InputError::Prefix { .. })), "{wrong}");
        }
        assert_eq!(read(&[("prefix", "!")]).map(|inputs| inputs.prefix), Ok("!".to_owned()));
    }

    #[test]
    fn a_default_with_few_values_is_one_of_them() {
        for spec in INPUTS.iter().filter(|spec| !spec.values.is_empty()) {
            assert!(spec.default.is_some_and(|default| spec.values.contains(&default)), "{}", spec.name);
        }
    }
}
