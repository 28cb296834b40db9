//! Which product answers: github.com, or a server of one's own that is older.

/// Which product answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Product {
    /// github.com.
    #[default]
    Cloud,
    /// GitHub Enterprise Server: it knows the first version of the API only, and answers a dispatch without the run's id.
    Server {
        /// Its version, e.g. `3.14.2`.
        version: String,
    },
}

impl Product {
    /// The versions of the API that are answered; the first unless another is asked for.
    pub fn api_versions(&self) -> &'static [&'static str] {
        match self {
            Self::Cloud => &["2022-11-28", "2026-03-10"],
            Self::Server { .. } => &["2022-11-28"],
        }
    }

    /// True where a dispatch can be answered with the run's id.
    pub fn gives_run_of_dispatch(&self) -> bool {
        *self == Self::Cloud
    }
}
