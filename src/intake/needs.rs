//! The input `needs`: `${{ toJSON(needs) }}` of the job that ends a deployment. Read strictly: what is not understood is no success.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::domain::shown;

/// The most bytes that are read; outputs of jobs stand in it as well.
const MOST: usize = 4 * 1024 * 1024;

/// How the jobs before ended, taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobsEnd {
    /// Every one succeeded.
    Success,
    /// One failed, or was skipped.
    Failure,
    /// One was cancelled, and none failed.
    Cancelled,
}

/// Why the input cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NeedsFault {
    /// Too long.
    #[error("it has {0} bytes, more than any run's")]
    TooLarge(usize),
    /// Not the JSON that it should be.
    #[error("it is not `${{{{ toJSON(needs) }}}}`: {0}")]
    NotNeeds(String),
    /// It names no job.
    #[error("it names no job: the job that ends the deployment must list the others under `needs:`")]
    NoJob,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Need {
    result: JobResult,
    #[serde(default, rename = "outputs")]
    _outputs: IgnoredAny,
}

/// GitHub's words for how a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum JobResult {
    Success,
    Failure,
    Cancelled,
    Skipped,
}

/// The jobs' results, each job once.
struct Results(Vec<JobResult>);

/// Reads them.
struct Jobs;

impl<'de> Visitor<'de> for Jobs {
    type Value = Results;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a job a key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut jobs: A) -> Result<Results, A::Error> {
        let mut seen = BTreeSet::new();
        let mut results = Vec::new();
        while let Some((name, need)) = jobs.next_entry::<String, Need>()? {
            if !seen.insert(name.clone()) {
                return Err(serde::de::Error::custom(format!("the job {} stands in it twice", shown(&name))));
            }
            results.push(need.result);
        }
        Ok(Results(results))
    }
}

impl<'de> Deserialize<'de> for Results {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Jobs)
    }
}

/// How the jobs ended. When a run is cancelled, the jobs behind the cancelled one are skipped: that is cancelled, too.
///
/// # Errors
/// [`NeedsFault`].
pub fn jobs_end(text: &str) -> Result<JobsEnd, NeedsFault> {
    if text.len() > MOST {
        return Err(NeedsFault::TooLarge(text.len()));
    }
    let Results(results) = serde_json::from_str(text).map_err(|error| NeedsFault::NotNeeds(shown(&error.to_string())))?;
    let any = |wanted: JobResult| results.contains(&wanted);
    if results.is_empty() {
        Err(NeedsFault::NoJob)
    } else if any(JobResult::Failure) {
        Ok(JobsEnd::Failure)
    } else if any(JobResult::Cancelled) {
        Ok(JobsEnd::Cancelled)
    } else if any(JobResult::Skipped) {
        Ok(JobsEnd::Failure)
    } else {
        Ok(JobsEnd::Success)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(results: &[&str]) -> Result<JobsEnd, NeedsFault> {
        let jobs: Vec<String> =
            results.iter().enumerate().map(|(index, result)| format!(r#""job-{index}": {{"result": "{result}", "outputs": {{"a": "}}"}}}}"#)).collect();
        jobs_end(&format!("{{{}}}", jobs.join(",")))
    }

    #[test]
    fn d2_every_job_must_have_succeeded() {
        assert_eq!(of(&["success", "success"]), Ok(JobsEnd::Success));
        assert_eq!(of(&["success", "failure"]), Ok(JobsEnd::Failure));
        assert_eq!(of(&["success", "skipped"]), Ok(JobsEnd::Failure));
        assert_eq!(of(&["cancelled", "skipped", "success"]), Ok(JobsEnd::Cancelled));
        assert_eq!(of(&["cancelled", "failure"]), Ok(JobsEnd::Failure));
        assert_eq!(of(&[]), Err(NeedsFault::NoJob));
    }

    #[test]
    fn d2_what_is_not_a_list_of_needs_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "true",
            "success",
            r#"{"a": "success"}"#,
            r#"{"a": {}}"#,
            r#"{"a": {"result": "Success"}}"#,
            r#"{"a": {"result": ""}}"#,
            r#"{"a": {"result": "success"}} x"#,
            r#"{"a": {"result": "success", "status": "x"}}"#,
            r#"{"a": {"result": "failure"}, "a": {"result": "success"}}"#,
            r#"{"a": {"result": "failure", "result": "success"}}"#,
            "${{ toJSON(needs) }}",
        ] {
            assert!(jobs_end(text).is_err(), "{text}");
        }
        assert!(matches!(jobs_end(&" ".repeat(MOST + 1)), Err(NeedsFault::TooLarge(_))));
    }
}
