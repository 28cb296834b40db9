//! What was found, and what was found to be fine. Sorts; judges nothing.

use serde::Serialize;

use super::registry::{Area, FindingSpec, Severity};
use crate::facts::Why;

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, from the repository's root.
    pub file: String,
    /// The line, from 1, where it has one.
    pub line: Option<usize>,
}

impl Place {
    /// A line of a file.
    pub fn new(file: &str, line: usize) -> Self {
        Self { file: file.to_owned(), line: Some(line) }
    }

    /// A file as a whole.
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), line: None }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}", self.file),
            None => formatter.write_str(&self.file),
        }
    }
}

/// Something found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its row in the registry.
    pub spec: &'static FindingSpec,
    /// What is wrong here, as a sentence without its full stop. It may hold text from outside: escape it where it is shown.
    pub what: String,
    /// What to do about it.
    pub mend: String,
    /// Where.
    pub place: Option<Place>,
}

impl Finding {
    /// A finding with the registry's own mend.
    pub fn new(spec: &'static FindingSpec, what: impl Into<String>) -> Self {
        Self { spec, what: what.into(), mend: spec.mend.to_owned(), place: None }
    }

    /// At this place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// With a mend that fits better.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = mend.into();
        self
    }

    /// With the mend of the reason why something could not be read, where it has one.
    #[must_use]
    pub fn mend_as(self, why: &Why) -> Self {
        match &why.mend {
            Some(mend) => self.mend(mend),
            None => self,
        }
    }
}

/// Everything found.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    findings: Vec<Finding>,
    fine: Vec<(Area, String)>,
}

impl Diagnosis {
    /// One more finding.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Something that was looked at whole and is as it should be.
    pub fn fine(&mut self, area: Area, what: impl Into<String>) {
        self.fine.push((area, what.into()));
    }

    /// Runs a check, and says that all is fine where it found nothing.
    pub(super) fn fine_unless(&mut self, area: Area, what: impl Into<String>, check: impl FnOnce(&mut Self)) {
        let before = self.findings.len();
        check(self);
        if self.findings.len() == before {
            self.fine(area, what);
        }
    }

    /// By area, in each the worst first, then by place.
    #[must_use]
    pub(super) fn sorted(mut self) -> Self {
        self.findings.sort_by(|one, other| {
            let key = |finding: &Finding| (finding.spec.area, finding.spec.severity);
            key(one).cmp(&key(other)).then_with(|| one.place.cmp(&other.place))
        });
        self.fine.sort_by_key(|(area, _)| *area);
        self
    }

    /// What was found: by area, in each the worst first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What is fine, by area.
    pub fn all_fine(&self) -> &[(Area, String)] {
        &self.fine
    }

    /// How many findings are so bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.spec.severity == severity).count()
    }
}
