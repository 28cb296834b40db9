//! A decision with everything it was made from: what is stored, simulated, and replayed bit for bit (row G22).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{EnvName, ObjectId};
use crate::facts::Facts;
use crate::gates::Evaluation;
use crate::intake::Request;

/// The version of the record's form.
pub const RECORD_VERSION: u32 = 1;

/// What a decision was made from. The same question gives the same answer on any machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The form's version: 1.
    pub schema_version: u32,
    /// Who asked for what.
    pub request: Request,
    /// The environment, by its policy name.
    pub environment: EnvName,
    /// The policy in force, as text.
    pub policy: PolicyText,
    /// What was known.
    pub facts: Facts,
}

/// A policy file as it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// Its git object id.
    pub id: ObjectId,
    /// Its text.
    pub text: String,
}

/// A question with its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The version of shipgate that decided.
    pub decided_by: String,
    /// What it was made from.
    #[serde(flatten)]
    pub question: Question,
    /// The answer.
    pub evaluation: Evaluation,
}

impl Record {
    /// A record of a decision made by this version.
    pub fn new(question: Question, evaluation: Evaluation) -> Self {
        Self { decided_by: format!("shipgate {}", env!("CARGO_PKG_VERSION")), question, evaluation }
    }
}

impl Record {
    /// The record as it is stored: every text in it redacted (row A5).
    ///
    /// # Panics
    /// Never: the types have string keys and finite numbers only.
    pub fn redacted(&self) -> Value {
        crate::error::redact_value(serde_json::to_value(self).expect("plain data serialises"))
    }
}
