//! Brings the outside together for one run of the pipeline: client, git, programs, audit log, runner's files.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use secrecy::SecretString;

use crate::audit::{AuditError, AuditLog};
use crate::domain::{RepoSlug, RunId};
use crate::env::Environment;
use crate::exit::Exit;
use crate::git::{GitObjects, Remote};
use crate::github::{Certificates, GitHub, Settings, Timeouts};
use crate::perform::Pauses;
use crate::programs::{ChildEnvironment, LocalPrograms};
use crate::run::World;
use crate::runner::Runner;

/// Where to work, by the environment's variables and what was typed.
#[derive(Clone, Debug)]
pub struct Place {
    /// The repository.
    pub repository: RepoSlug,
    /// The token.
    pub token: SecretString,
    /// The token for other repositories, where it is another one.
    pub dispatch_token: Option<SecretString>,
    /// The API's base URL.
    pub api_url: String,
    /// The GraphQL URL.
    pub graphql_url: String,
    /// The server's URL, for git and links.
    pub server_url: String,
    /// Where the audit log and the decision records go.
    pub folder: PathBuf,
    /// Our workflow run.
    pub run: Option<RunId>,
    /// Which attempt of it.
    pub attempt: Option<u64>,
    /// The repository of that run.
    pub run_repository: RepoSlug,
    /// How long to wait for the server.
    pub timeouts: Timeouts,
    /// How long to wait before looking again at what others do.
    pub pauses: Pauses,
    /// What a server on https is known by.
    pub certificates: Certificates,
}

/// Why there is nowhere to work.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// Something is missing or malformed in the environment.
    #[error("SG-USAGE: {what}")]
    Missing {
        /// What.
        what: String,
        /// How to give it.
        hint: &'static str,
    },
    /// The client could not be made.
    #[error("SG-FORGE: {0}")]
    Client(String),
    /// The audit log could not be opened.
    #[error("SG-AUDIT: {0}")]
    Audit(#[from] AuditError),
}

impl OfficeError {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Missing { .. } => Exit::Usage,
            Self::Client(_) => Exit::Forge,
            Self::Audit(_) => Exit::Files,
        }
    }

    /// What to do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing { hint, .. } => Some(hint),
            Self::Client(_) => Some("look at GITHUB_API_URL, GITHUB_GRAPHQL_URL and GITHUB_SERVER_URL, which the runner sets, and at the token"),
            Self::Audit(_) => Some("look at the file, or give another with the input `audit-file`"),
        }
    }
}

impl Place {
    /// From the variables that Actions sets, and a repository that was typed.
    ///
    /// # Errors
    /// [`OfficeError::Missing`] naming what is missing.
    pub fn from(variables: &Environment, typed: Option<&str>) -> Result<Self, OfficeError> {
        let invalid = |error: &dyn std::fmt::Display, hint| OfficeError::Missing { what: error.to_string(), hint };
        let run_repository = variables.repository().ok().flatten();
        let typed = typed.map(str::parse::<RepoSlug>).transpose().map_err(|error| invalid(&error, "write OWNER/NAME"))?;
        let given = variables.repository().map_err(|error| invalid(&error, "set GITHUB_REPOSITORY to OWNER/NAME"))?;
        let repository = typed.or(given).or_else(|| crate::git::origin_slug(std::path::Path::new(".")));
        let (repository, token) = match (repository, variables.token()) {
            (Some(repository), Some(token)) => (repository, token),
            (None, None) => {
                return Err(missing(
                    "no repository is named, and there is no token",
                    "give --repo OWNER/NAME, and set GITHUB_TOKEN, e.g. GITHUB_TOKEN=$(gh auth token)",
                ));
            }
            (None, Some(_)) => return Err(missing("no repository is named", "give --repo OWNER/NAME, or run this inside a clone")),
            (Some(_), None) => {
                return Err(missing("there is no token", "set GITHUB_TOKEN (in a workflow: the input `token`), e.g. GITHUB_TOKEN=$(gh auth token)"));
            }
        };
        let run = variables.run_id().map_err(|error| invalid(&error, "GITHUB_RUN_ID is a number"))?;
        let attempt = variables.run_attempt().map_err(|error| invalid(&error, "GITHUB_RUN_ATTEMPT is a number"))?;
        let pause = variables.retry_pause().map_err(|error| invalid(&error, "SHIPGATE_RETRY_PAUSE_MS is a number of milliseconds"))?;
        let watch = variables.watch_pause().map_err(|error| invalid(&error, "SHIPGATE_WATCH_PAUSE_MS is a number of milliseconds"))?;
        let pauses = Pauses { seek: pause.unwrap_or(Pauses::SEEK), watch: watch.unwrap_or(Pauses::WATCH) };
        let timeouts = pause.map_or_else(Timeouts::default, |pause| Timeouts { pause, ..Timeouts::default() });
        let api_url = variables.api_url().unwrap_or_else(|| "https://api.github.com".to_owned());
        let graphql_url = variables.graphql_url().unwrap_or_else(|| graphql_beside(&api_url));
        let server_url = variables.server_url().unwrap_or_else(|| "https://github.com".to_owned());
        let (dispatch_token, run_repository) = (variables.dispatch_token(), run_repository.unwrap_or_else(|| repository.clone()));
        let folder = folder(variables);
        Ok(Self {
            repository,
            token,
            dispatch_token,
            api_url,
            graphql_url,
            server_url,
            folder,
            run,
            attempt,
            run_repository,
            timeouts,
            pauses,
            certificates: certificates(variables),
        })
    }
}

impl Place {
    /// A client for it; nothing is sent yet. To be called inside a runtime.
    ///
    /// # Errors
    /// [`OfficeError::Client`] where a URL or a token cannot be used.
    pub fn client(&self) -> Result<GitHub, OfficeError> {
        let settings = Settings {
            api_url: self.api_url.clone(),
            graphql_url: self.graphql_url.clone(),
            server_url: self.server_url.clone(),
            repository: self.repository.clone(),
            token: self.token.clone(),
            dispatch_token: self.dispatch_token.clone(),
            timeouts: self.timeouts,
            certificates: self.certificates.clone(),
        };
        GitHub::new(&settings).map_err(|error| OfficeError::Client(error.to_string()))
    }

    /// Where our run can be seen.
    pub(super) fn log_url(&self) -> Option<String> {
        self.run.map(|run| format!("{}/{}/actions/runs/{run}", self.server_url.trim_end_matches('/'), self.run_repository))
    }
}

fn missing(what: &str, hint: &'static str) -> OfficeError {
    OfficeError::Missing { what: what.to_owned(), hint }
}

/// The GraphQL URL beside an API's: Enterprise Server has `/api/v3` and `/api/graphql`.
fn graphql_beside(api_url: &str) -> String {
    let base = api_url.trim_end_matches('/');
    base.strip_suffix("/v3").map_or_else(|| format!("{base}/graphql"), |api| format!("{api}/graphql"))
}

/// The root certificates that the environment names, else the system's.
fn certificates(variables: &Environment) -> Certificates {
    if variables.names_certificate_folders() {
        return Certificates::Folders;
    }
    variables.certificate_file().map_or(Certificates::System, Certificates::File)
}

/// On a runner the job's own temporary folder; elsewhere the state folder of the desktop standard.
fn folder(variables: &Environment) -> PathBuf {
    let state = variables.runner_temp().or_else(|| variables.state_home()).or_else(|| variables.home().map(|home| home.join(".local/state")));
    state.unwrap_or_else(std::env::temp_dir).join("shipgate")
}

/// Where the audit log is.
fn audit_file(place: &Place, variables: &Environment) -> PathBuf {
    variables.input("audit-file").filter(|path| !path.is_empty()).map_or_else(|| place.folder.join("audit.jsonl"), PathBuf::from)
}

/// On a runner the checkout is not trusted unless the workflow says so; at a terminal it is the user's own.
fn programs(programs: LocalPrograms, variables: &Environment, folder: &std::path::Path) -> LocalPrograms {
    let trusted = variables.input("trusted-checkout").as_deref() == Some("true");
    if variables.in_actions() && !trusted { programs.apart(folder.join("programs")) } else { programs }
}

/// Everything one run of the pipeline touches, owned.
#[derive(Debug)]
pub struct Office {
    forge: GitHub,
    repo: GitObjects,
    programs: LocalPrograms,
    audit: RefCell<AuditLog>,
    runner: Runner,
    halt: Cell<bool>,
    place: Place,
}

impl Office {
    /// Opens the audit log and makes the client; asks nothing of the server. Must be called inside a runtime: the client has a task of its own.
    ///
    /// # Errors
    /// [`OfficeError`] where one of them cannot be had.
    pub fn open(place: Place, variables: &Environment) -> Result<Self, OfficeError> {
        let audit = AuditLog::open(&audit_file(&place, variables), crate::error::redact)?;
        Self::with(place, variables, audit)
    }

    /// The same for ending what was begun: an audit log that cannot be opened does not keep a deployment running and its lock held. Why it cannot is
    /// handed back, to be said once all is ended.
    ///
    /// # Errors
    /// [`OfficeError`] where the client cannot be had.
    pub fn open_to_end(place: Place, variables: &Environment) -> Result<(Self, Option<OfficeError>), OfficeError> {
        let path = audit_file(&place, variables);
        let (audit, why) = match AuditLog::open(&path, crate::error::redact) {
            Ok(audit) => (audit, None),
            Err(error) => (AuditLog::lost(&path), Some(error.into())),
        };
        Ok((Self::with(place, variables, audit)?, why))
    }

    fn with(place: Place, variables: &Environment, audit: AuditLog) -> Result<Self, OfficeError> {
        let forge = place.client()?;
        let remote = format!("{}/{}.git", place.server_url.trim_end_matches('/'), place.repository);
        let remote = Remote::new(&remote).map_err(|error| OfficeError::Client(error.to_string()))?;
        let children = ChildEnvironment::of(variables.all());
        let repo = GitObjects::new(remote, Some(place.token.clone()), &place.folder.join("git"), children.clone());
        let programs = programs(LocalPrograms::new(children), variables, &place.folder);
        let runner =
            Runner { output: variables.output_path(), state: variables.state_path(), summary: variables.step_summary_path(), commands: variables.in_actions() };
        runner.output("audit-file", &audit.path().display().to_string());
        Ok(Self { forge, repo, programs, audit: RefCell::new(audit), runner, halt: Cell::new(false), place })
    }

    /// The world of the pipeline.
    pub fn world<'a>(&'a self, variables: &'a Environment) -> World<'a, GitHub, GitObjects, LocalPrograms> {
        let place = &self.place;
        let log_url = place.log_url();
        World {
            forge: &self.forge,
            repo: &self.repo,
            programs: &self.programs,
            variables,
            audit: &self.audit,
            runner: &self.runner,
            run: place.run,
            attempt: place.attempt,
            repository: place.repository.clone(),
            run_repository: place.run_repository.clone(),
            pauses: place.pauses,
            halt: &self.halt,
            log_url,
            records: place.folder.join("decisions"),
        }
    }

    /// Asks what goes on to begin nothing new.
    pub fn halt(&self) {
        self.halt.set(true);
    }

    /// Shows on the run's page what the server's answers said besides.
    pub fn show_warnings(&self) {
        if let Some(warning) = self.forge.take_warning() {
            self.runner.annotate(crate::runner::Level::Warning, &warning);
        }
    }

    /// The runner's files.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// The head of the audit log, as it is published.
    pub fn audit_head(&self) -> String {
        self.audit.borrow().head().to_string()
    }
}
