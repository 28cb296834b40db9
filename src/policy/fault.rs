//! What is wrong with a policy, and where: every fault has a code, a place, and mostly a way out.

use std::cell::RefCell;

use serde::{Serialize, Serializer};

use super::POLICY_PATH;
use super::code::{Code, Severity};
use super::render::{Paint, render};
use crate::domain::{self, Position, Span};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What kind of fault.
    pub code: Code,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
    /// A few words beside the caret.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Everything that is wrong with a policy, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    listed: Listed,
}

/// Everything that makes a valid policy weaker than its defaults, in the order of the file. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    listed: Listed,
}

/// Faults together with the text that they point into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Listed {
    file: Option<String>,
    text: String,
    list: Vec<Fault>,
}

/// Where faults are collected while the rest is still being read.
#[derive(Debug, Default)]
pub(crate) struct Sink(RefCell<Vec<Fault>>);

impl Fault {
    /// A fault at a place. Control and invisible characters in the sentence are escaped.
    pub fn new(code: Code, span: Span, what: impl AsRef<str>) -> Self {
        Self { span, code, what: visible(what.as_ref()), label: None, help: None }
    }

    /// With a few words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl AsRef<str>) -> Self {
        self.label = Some(visible(label.as_ref()));
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(visible(help.as_ref()));
        self
    }

    /// With "did you mean" beside the caret, where there is a name near enough.
    #[must_use]
    pub(crate) fn meant(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.label(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

impl Sink {
    /// One more.
    pub(crate) fn add(&self, fault: Fault) {
        self.0.borrow_mut().push(fault);
    }

    /// All that was collected; `None` where nothing was.
    pub(crate) fn into_faults(self, text: &str) -> Option<Faults> {
        let listed = Listed::new(text, self.0.into_inner());
        (!listed.list.is_empty()).then_some(Faults { listed })
    }

    /// All that was collected, as warnings.
    pub(crate) fn into_warnings(self, text: &str) -> Warnings {
        Warnings { listed: Listed::new(text, self.0.into_inner()) }
    }
}

impl Listed {
    fn render(&self, paint: Paint) -> String {
        render((self.file.as_deref().unwrap_or(POLICY_PATH), &self.text), &self.list, paint)
    }
}

impl Faults {
    /// The same, of a file with another name.
    #[must_use]
    pub fn of_file(mut self, name: &str) -> Self {
        self.listed.file = Some(name.to_owned());
        self
    }

    /// The faults, in the order of the file.
    pub fn list(&self) -> &[Fault] {
        &self.listed.list
    }

    /// For people: each with its line and a caret.
    pub fn render(&self, paint: Paint) -> String {
        self.listed.render(paint)
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.render(Paint::Plain))
    }
}

impl std::error::Error for Faults {}

impl Warnings {
    /// The same, of a file with another name.
    #[must_use]
    pub fn of_file(mut self, name: &str) -> Self {
        self.listed.file = Some(name.to_owned());
        self
    }

    /// The warnings, in the order of the file.
    pub fn list(&self) -> &[Fault] {
        &self.listed.list
    }

    /// For people: each with its line and a caret.
    pub fn render(&self, paint: Paint) -> String {
        self.listed.render(paint)
    }
}

impl Listed {
    fn new(text: &str, mut list: Vec<Fault>) -> Self {
        // An alias shows the same place twice: once is enough.
        list.sort();
        list.dedup();
        Self { file: None, text: text.to_owned(), list }
    }
}

#[derive(Serialize)]
struct Plain<'a> {
    code: Code,
    severity: Severity,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    file: &'a str,
    line: usize,
    column: usize,
    end: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.list.iter().map(|fault| {
            let start = Position::of(&self.text, fault.span.start);
            Plain {
                code: fault.code,
                severity: fault.code.severity(),
                message: &fault.what,
                label: fault.label.as_deref(),
                file: self.file.as_deref().unwrap_or(POLICY_PATH),
                line: start.line,
                column: start.column,
                end: Position::of(&self.text, fault.span.end),
                help: fault.help.as_deref(),
            }
        }))
    }
}

impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.listed.serialize(serializer)
    }
}

impl Serialize for Warnings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.listed.serialize(serializer)
    }
}

/// What stands in a sentence: 300 characters at most.
fn visible(text: &str) -> String {
    domain::visible(text, 300, |_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_serialises_with_line_column_end_and_help() {
        let text = "a: 1\nä: [bad]\n";
        let sink = Sink::default();
        sink.add(Fault::new(Code::Value, Span::new(10, 13), "wrong").help("right"));
        let json = serde_json::to_value(sink.into_faults(text).expect("one fault")).expect("plain data");
        assert_eq!(
            json,
            serde_json::json!([{"code": "SG-POLICY-VALUE", "severity": "error", "message": "wrong", "file": ".github/shipgate.yml",
                "line": 2, "column": 5, "end": {"line": 2, "column": 8}, "help": "right"}])
        );
    }

    #[test]
    fn v6_a_sentence_never_carries_what_a_terminal_would_act_on() {
        let fault = Fault::new(Code::Value, Span::default(), "a\u{1b}[31m\u{202e}\nb");
        assert_eq!(fault.what, "a\\u{1b}[31m\\u{202e}\\nb");
    }
}
