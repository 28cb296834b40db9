//! Which product answers: github.com, or a server of one's own that is older.

use super::Older;

/// Which product answers.
#[derive(Clone, Debug, Default)]
pub enum Product {
    /// github.com.
    #[default]
    Cloud,
    /// GitHub Enterprise Server: it knows the first version of the API only, and answers a dispatch without the run's id.
    Server(Older),
}

impl Product {
    /// The versions of the API that are answered; the first unless another is asked for.
    pub fn api_versions(&self) -> &'static [&'static str] {
        match self {
            Self::Cloud => &["2022-11-28", "2026-03-10"],
            Self::Server(_) => &["2022-11-28"],
        }
    }

    /// True where a dispatch can be answered with the run's id.
    pub fn gives_run_of_dispatch(&self) -> bool {
        matches!(self, Self::Cloud)
    }

    /// What an older server lacks.
    pub fn older(&self) -> Option<&Older> {
        match self {
            Self::Cloud => None,
            Self::Server(older) => Some(older),
        }
    }
}
