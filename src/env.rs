//! The registry of every environment variable that is read, and the only reader of the environment.
//!
//! An empty variable counts as absent: that is how the runner hands over an input that was not given. A value that is not UTF-8
//! counts as absent too, except for [`Environment::presence`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::domain::{Invalid, RepoSlug, RunId, VariableName};
use crate::facts::VariableState;

/// A row of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariableSpec {
    /// The name; with `*` at its end, all names that begin so.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// Whether its value may be shown.
    pub kind: VariableKind,
}

/// Whether a variable's value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// It may.
    Plain,
    /// Never: it is handed out as a secret, and masked wherever it turns up.
    Secret,
}

const fn plain(name: &'static str, about: &'static str) -> VariableSpec {
    VariableSpec { name, about, kind: VariableKind::Plain }
}

const fn secret(name: &'static str, about: &'static str) -> VariableSpec {
    VariableSpec { name, about, kind: VariableKind::Secret }
}

/// Every variable that is read, besides those that a policy requires (only whether they are there).
pub const VARIABLES: &[VariableSpec] = &[
    plain("CLICOLOR_FORCE", "Colours the terminal's output even where it is no terminal, unless it is `0`."),
    plain("COLUMNS", "The width of the terminal."),
    secret("GH_TOKEN", "The token, where neither the input `token` nor GITHUB_TOKEN is there."),
    plain("GITHUB_ACTIONS", "`true` where GitHub Actions runs us."),
    plain("GITHUB_API_URL", "The REST API."),
    plain("GITHUB_EVENT_NAME", "The event that started the workflow."),
    plain("GITHUB_EVENT_PATH", "The file with the event's payload."),
    plain("GITHUB_GRAPHQL_URL", "The GraphQL API."),
    plain("GITHUB_OUTPUT", "The file that takes the action's outputs."),
    plain("GITHUB_REPOSITORY", "The repository, as `owner/name`."),
    plain("GITHUB_RUN_ATTEMPT", "Which attempt of the workflow run this is."),
    plain("GITHUB_RUN_ID", "The workflow run."),
    plain("GITHUB_SERVER_URL", "The server's web pages."),
    plain("GITHUB_SHA", "The commit that the workflow runs on."),
    plain("GITHUB_STATE", "The file that takes what the post step must know."),
    plain("GITHUB_STEP_SUMMARY", "The file that takes the job's summary."),
    secret("GITHUB_TOKEN", "The token, where the input `token` is not given."),
    plain("GITHUB_WORKSPACE", "The checkout."),
    plain("GIT_CONFIG_PARAMETERS", "What was typed as `git -c`: git hands it on to its hooks."),
    plain("GIT_DIR", "Git's own folder: git tells its hooks so where it is not the obvious one."),
    plain("GIT_EDITOR", "`:` where git commits without an editor: it tells its hooks so."),
    plain("HOME", "The home directory."),
    plain("INPUT_*", "The action's inputs; `token` and `dispatch-token` among them are secrets."),
    secret("INPUT_DISPATCH-TOKEN", "The action's input `dispatch-token`: the token for a deploy workflow in another repository."),
    secret("INPUT_TOKEN", "The action's input `token`."),
    plain("NO_COLOR", "No colour, whatever its value."),
    plain("PATH", "Where programs are found: whether hooks can name ours by a path that outlives an update of it."),
    plain("PRE_COMMIT_FROM_REF", "From pre-commit or prek, which keep git's standard input to themselves: the commit that a push begins after."),
    plain("PRE_COMMIT_LOCAL_BRANCH", "From pre-commit or prek: the ref that is pushed."),
    plain("PRE_COMMIT_REMOTE_BRANCH", "From pre-commit or prek: the ref that is pushed to."),
    plain("PRE_COMMIT_REMOTE_NAME", "From pre-commit or prek: the remote that is pushed to."),
    plain("PRE_COMMIT_REMOTE_URL", "From pre-commit or prek: the remote's URL."),
    plain("PRE_COMMIT_TO_REF", "From pre-commit or prek: the commit that is pushed."),
    plain("RUNNER_DEBUG", "`1` where the run is being debugged."),
    plain("RUNNER_TEMP", "A directory for the job's temporary files."),
    plain("SHIPGATE_HOOK_DEPTH", "Set by us for a hook that was there before ours: how many hooks it is in, so that a circle ends."),
    plain("SHIPGATE_LOG", "What is logged, e.g. `debug`."),
    plain("SHIPGATE_RETRY_PAUSE_MS", "The pause before a failed request is sent a second time, in milliseconds; 250 where it is not set."),
    plain("SHIPGATE_SKIP", "Checks that hooks and `shipgate check` leave out, by their ids, e.g. `secrets,size`; said in the output, and logged."),
    plain("SHIPGATE_WATCH_PAUSE_MS", "The first pause between two looks at a dispatched run that is waited for, in milliseconds; 2000 where it is not set."),
    plain("SSL_CERT_DIR", "Folders with the root certificates to trust, instead of the system's."),
    plain("SSL_CERT_FILE", "A file with the root certificates to trust, instead of the system's."),
    plain("STATE_*", "What the main step left for the post step."),
    plain("TERM", "The kind of terminal; `dumb` has no colour."),
    plain("XDG_STATE_HOME", "The directory of states such as the audit log."),
];

/// The environment: the process's own, or pairs that a test gives.
#[derive(Clone, Debug)]
pub struct Environment {
    source: Source,
}

#[derive(Clone)]
enum Source {
    Process,
    Pairs(BTreeMap<String, OsString>),
}

// Values may be secrets: names only.
impl std::fmt::Debug for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process => formatter.write_str("Process"),
            Self::Pairs(pairs) => formatter.debug_set().entries(pairs.keys()).finish(),
        }
    }
}

/// A variable holds what it cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// A word that is not valid.
    #[error("{name}: {source}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        source: Invalid,
    },
    /// A number was expected.
    #[error("{name}: `{shown}` is not a whole number")]
    NotANumber {
        /// The variable.
        name: &'static str,
        /// The text, made safe to show.
        shown: String,
    },
}

/// What pre-commit or prek say of a push: of one ref only, however many are pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedPush {
    /// The remote's name.
    pub remote: Option<String>,
    /// Its URL.
    pub url: Option<String>,
    /// The ref that is pushed.
    pub local: String,
    /// The ref that is pushed to.
    pub target: String,
    /// The commit that it begins after; none where everything is pushed.
    pub from: Option<String>,
    /// The commit that is pushed; none where everything is pushed.
    pub to: Option<String>,
}

impl Environment {
    /// The process's own.
    pub fn from_process() -> Self {
        Self { source: Source::Process }
    }

    /// These variables and no others: for tests and the demo.
    pub fn from_pairs<N: Into<String>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { source: Source::Pairs(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()) }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    fn raw(&self, name: &str) -> Option<OsString> {
        match &self.source {
            Source::Process => std::env::var_os(name),
            Source::Pairs(pairs) => pairs.get(name).cloned(),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(|value| value.into_string().ok()).filter(|text| !text.is_empty())
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    fn number(&self, name: &'static str) -> Result<Option<u64>, EnvironmentError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if plain { text.parse().ok() } else { None };
        number.map(Some).ok_or_else(|| EnvironmentError::NotANumber { name, shown: crate::domain::shown(&text) })
    }

    /// All of them: for the programs that we start, which get them without tokens.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn all(&self) -> Vec<(OsString, OsString)> {
        match &self.source {
            Source::Process => std::env::vars_os().collect(),
            Source::Pairs(pairs) => pairs.iter().map(|(name, value)| (OsString::from(name), value.clone())).collect(),
        }
    }

    /// Whether a variable that a policy requires is there (row V10); its value is not handed out.
    pub fn presence(&self, name: &VariableName) -> VariableState {
        match self.raw(name.as_str()) {
            None => VariableState::Missing,
            Some(value) if value.is_empty() => VariableState::Empty,
            Some(_) => VariableState::Present,
        }
    }

    /// `GIT_CONFIG_PARAMETERS`.
    pub fn git_config_parameters(&self) -> Option<String> {
        self.text("GIT_CONFIG_PARAMETERS")
    }

    /// `GIT_DIR`.
    pub fn git_dir(&self) -> Option<PathBuf> {
        self.path("GIT_DIR")
    }

    /// `GIT_EDITOR`.
    pub fn git_editor(&self) -> Option<String> {
        self.text("GIT_EDITOR")
    }

    /// `GITHUB_EVENT_NAME`.
    pub fn event_name(&self) -> Option<String> {
        self.text("GITHUB_EVENT_NAME")
    }

    /// `GITHUB_EVENT_PATH`.
    pub fn event_path(&self) -> Option<PathBuf> {
        self.path("GITHUB_EVENT_PATH")
    }

    /// `GITHUB_API_URL`.
    pub fn api_url(&self) -> Option<String> {
        self.text("GITHUB_API_URL")
    }

    /// `GITHUB_GRAPHQL_URL`.
    pub fn graphql_url(&self) -> Option<String> {
        self.text("GITHUB_GRAPHQL_URL")
    }

    /// `GITHUB_SERVER_URL`.
    pub fn server_url(&self) -> Option<String> {
        self.text("GITHUB_SERVER_URL")
    }

    /// `GITHUB_REPOSITORY`.
    ///
    /// # Errors
    /// Where it is not `owner/name`.
    pub fn repository(&self) -> Result<Option<RepoSlug>, EnvironmentError> {
        let name = "GITHUB_REPOSITORY";
        self.text(name).map(RepoSlug::new).transpose().map_err(|source| EnvironmentError::Invalid { name, source })
    }

    /// The token: the input `token`, else `GITHUB_TOKEN`, else `GH_TOKEN`; without white space around it.
    pub fn token(&self) -> Option<SecretString> {
        let trimmed = |name: &str| self.text(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        ["INPUT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"].into_iter().find_map(trimmed).map(SecretString::from)
    }

    /// The token for other repositories: the input `dispatch-token`.
    pub fn dispatch_token(&self) -> Option<SecretString> {
        self.text("INPUT_DISPATCH-TOKEN").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).map(SecretString::from)
    }

    /// Every value of the registry's secrets, for [`crate::error::register_secret`].
    pub fn secrets(&self) -> Vec<SecretString> {
        let names = VARIABLES.iter().filter(|spec| spec.kind == VariableKind::Secret).map(|spec| spec.name);
        names.filter_map(|name| self.text(name)).map(SecretString::from).collect()
    }

    /// The tokens that the workflow gave as inputs: the runner does not know that they are secrets where another step made them.
    pub fn input_tokens(&self) -> Vec<SecretString> {
        ["INPUT_TOKEN", "INPUT_DISPATCH-TOKEN"].into_iter().filter_map(|name| self.text(name)).map(SecretString::from).collect()
    }

    /// `SSL_CERT_FILE`.
    pub fn certificate_file(&self) -> Option<PathBuf> {
        self.path("SSL_CERT_FILE")
    }

    /// Whether `SSL_CERT_DIR` names folders.
    pub fn names_certificate_folders(&self) -> bool {
        self.path("SSL_CERT_DIR").is_some()
    }

    /// `GITHUB_OUTPUT`.
    pub fn output_path(&self) -> Option<PathBuf> {
        self.path("GITHUB_OUTPUT")
    }

    /// `GITHUB_STATE`.
    pub fn state_path(&self) -> Option<PathBuf> {
        self.path("GITHUB_STATE")
    }

    /// `GITHUB_STEP_SUMMARY`.
    pub fn step_summary_path(&self) -> Option<PathBuf> {
        self.path("GITHUB_STEP_SUMMARY")
    }

    /// `GITHUB_RUN_ID`.
    ///
    /// # Errors
    /// Where it is not a number.
    pub fn run_id(&self) -> Result<Option<RunId>, EnvironmentError> {
        Ok(self.number("GITHUB_RUN_ID")?.map(RunId))
    }

    /// `GITHUB_RUN_ATTEMPT`.
    ///
    /// # Errors
    /// Where it is not a number.
    pub fn run_attempt(&self) -> Result<Option<u64>, EnvironmentError> {
        self.number("GITHUB_RUN_ATTEMPT")
    }

    /// `GITHUB_SHA`.
    pub fn sha(&self) -> Option<String> {
        self.text("GITHUB_SHA")
    }

    /// True where GitHub Actions runs us.
    pub fn in_actions(&self) -> bool {
        self.text("GITHUB_ACTIONS").is_some_and(|text| text == "true")
    }

    /// `RUNNER_TEMP`.
    pub fn runner_temp(&self) -> Option<PathBuf> {
        self.path("RUNNER_TEMP")
    }

    /// True where the run is being debugged.
    pub fn runner_debug(&self) -> bool {
        self.text("RUNNER_DEBUG").is_some_and(|text| text == "1")
    }

    /// `GITHUB_WORKSPACE`.
    pub fn workspace(&self) -> Option<PathBuf> {
        self.path("GITHUB_WORKSPACE")
    }

    /// An input of the action, by its name in `action.yml`. For `token`, use [`Self::token`].
    pub fn input(&self, name: &str) -> Option<String> {
        self.text(&input_variable(name))
    }

    /// What the main step left for the post step under this name.
    pub fn state(&self, name: &str) -> Option<String> {
        self.text(&format!("STATE_{name}"))
    }

    /// True where colour is not wanted (<https://no-color.org>).
    pub fn no_color(&self) -> bool {
        self.text("NO_COLOR").is_some()
    }

    /// True where colour is wanted even without a terminal.
    pub fn force_color(&self) -> bool {
        self.text("CLICOLOR_FORCE").is_some_and(|text| text != "0")
    }

    /// `TERM`.
    pub fn term(&self) -> Option<String> {
        self.text("TERM")
    }

    /// `COLUMNS`, where it is a width to be believed.
    pub fn columns(&self) -> Option<u16> {
        self.text("COLUMNS").and_then(|text| text.parse().ok()).filter(|columns| *columns >= 20)
    }

    /// `HOME`.
    pub fn home(&self) -> Option<PathBuf> {
        self.path("HOME")
    }

    /// Where states are kept: `XDG_STATE_HOME` where it is absolute, else `~/.local/state`.
    pub fn state_home(&self) -> Option<PathBuf> {
        let stated = self.path("XDG_STATE_HOME").filter(|path| path.is_absolute());
        stated.or_else(|| self.home().map(|home| home.join(".local/state")))
    }

    /// `SHIPGATE_RETRY_PAUSE_MS`.
    ///
    /// # Errors
    /// Where it is not a number.
    pub fn retry_pause(&self) -> Result<Option<std::time::Duration>, EnvironmentError> {
        Ok(self.number("SHIPGATE_RETRY_PAUSE_MS")?.map(std::time::Duration::from_millis))
    }

    /// `SHIPGATE_WATCH_PAUSE_MS`.
    ///
    /// # Errors
    /// Where it is not a number.
    pub fn watch_pause(&self) -> Result<Option<std::time::Duration>, EnvironmentError> {
        Ok(self.number("SHIPGATE_WATCH_PAUSE_MS")?.map(std::time::Duration::from_millis))
    }

    /// `SHIPGATE_SKIP`.
    pub fn skipped_checks(&self) -> Option<String> {
        self.text("SHIPGATE_SKIP")
    }

    /// `SHIPGATE_HOOK_DEPTH`: 0 where no hook of ours is around; as deep as can be where it is no number.
    pub fn hook_depth(&self) -> u64 {
        self.number("SHIPGATE_HOOK_DEPTH").map_or(u64::MAX, |depth| depth.unwrap_or(0))
    }

    /// The folders of `PATH`.
    pub fn program_folders(&self) -> Vec<PathBuf> {
        self.path("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
    }

    /// What pre-commit or prek say of a push; none where they do not run us.
    pub fn managed_push(&self) -> Option<ManagedPush> {
        Some(ManagedPush {
            remote: self.text("PRE_COMMIT_REMOTE_NAME"),
            url: self.text("PRE_COMMIT_REMOTE_URL"),
            local: self.text("PRE_COMMIT_LOCAL_BRANCH")?,
            target: self.text("PRE_COMMIT_REMOTE_BRANCH")?,
            from: self.text("PRE_COMMIT_FROM_REF"),
            to: self.text("PRE_COMMIT_TO_REF"),
        })
    }

    /// `SHIPGATE_LOG`.
    pub fn log_filter(&self) -> Option<String> {
        self.text("SHIPGATE_LOG")
    }
}

/// The variable in which the runner hands over an input: upper case, spaces to `_`, everything else as it is.
fn input_variable(name: &str) -> String {
    format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn an_input_is_read_as_the_runner_names_it() {
        let environment = Environment::from_pairs([("INPUT_DRY-RUN", "true"), ("INPUT_A_B", "x"), ("INPUT_EMPTY", "")]);
        assert_eq!(environment.input("dry-run").as_deref(), Some("true"));
        assert_eq!(environment.input("a b").as_deref(), Some("x"));
        assert_eq!(environment.input("empty"), None);
        assert_eq!(environment.input("absent"), None);
    }

    #[test]
    fn the_input_token_comes_before_the_variables() {
        let token = |pairs: &[(&str, &str)]| Environment::from_pairs(pairs.iter().copied()).token().map(|token| token.expose_secret().to_owned());
        assert_eq!(token(&[("INPUT_TOKEN", "a"), ("GITHUB_TOKEN", "b"), ("GH_TOKEN", "c")]).as_deref(), Some("a"));
        assert_eq!(token(&[("INPUT_TOKEN", " "), ("GITHUB_TOKEN", "b\n"), ("GH_TOKEN", "c")]).as_deref(), Some("b"));
        assert_eq!(token(&[("GH_TOKEN", "c")]).as_deref(), Some("c"));
        assert_eq!(token(&[]), None);
    }

    #[test]
    fn v10_a_required_variable_is_present_empty_or_missing() {
        let environment = Environment::from_pairs([("SET", "x"), ("BLANK", "")]);
        let presence = |name: &str| environment.presence(&VariableName::new(name).expect("valid"));
        assert_eq!((presence("SET"), presence("BLANK"), presence("GONE")), (VariableState::Present, VariableState::Empty, VariableState::Missing));
    }

    #[test]
    fn a5_the_environment_shows_names_and_no_values() {
        let environment = Environment::from_pairs([("GITHUB_TOKEN", "the-value")]);
        let shown = format!("{environment:?} {:?}", environment.token());
        assert!(shown.contains("GITHUB_TOKEN") && !shown.contains("the-value"), "{shown}");
        assert_eq!(environment.secrets().len(), 1);
    }

    #[test]
    fn words_and_numbers_are_checked() {
        let environment = Environment::from_pairs([("GITHUB_REPOSITORY", "../x"), ("GITHUB_RUN_ID", "12x"), ("GITHUB_RUN_ATTEMPT", "2")]);
        assert!(matches!(environment.repository(), Err(EnvironmentError::Invalid { name: "GITHUB_REPOSITORY", .. })));
        assert!(matches!(environment.run_id(), Err(EnvironmentError::NotANumber { name: "GITHUB_RUN_ID", .. })));
        assert_eq!(environment.run_attempt(), Ok(Some(2)));
        assert_eq!(
            Environment::from_pairs([("GITHUB_REPOSITORY", "acme/shop")]).repository().map(|slug| slug.map(String::from)),
            Ok(Some("acme/shop".to_owned()))
        );
    }

    #[test]
    #[cfg(unix)]
    fn states_are_kept_under_an_absolute_directory() {
        let home = |pairs: &[(&str, &str)]| Environment::from_pairs(pairs.iter().copied()).state_home();
        assert_eq!(home(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Some(PathBuf::from("/s")));
        assert_eq!(home(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]), Some(PathBuf::from("/h/.local/state")));
        assert_eq!(home(&[]), None);
    }

    #[test]
    fn the_registry_names_each_variable_once_in_order_and_every_name_that_is_read() {
        assert!(VARIABLES.is_sorted_by(|one, next| one.name < next.name));
        let source = include_str!("env.rs");
        let code = source.split("#[cfg(test)]").next().expect("there is code before the tests");
        let reads = regex::Regex::new(r#"self\.(?:text|path|number)\("([A-Z_-]+)"\)|let name = "([A-Z_]+)""#).expect("a valid pattern");
        let mut count = 0;
        for found in reads.captures_iter(code) {
            let name = found.get(1).or_else(|| found.get(2)).expect("one of the two").as_str();
            assert!(VARIABLES.iter().any(|spec| spec.name == name), "{name} is read and not registered");
            count += 1;
        }
        assert!(count > 20, "the pattern finds the reads");
    }
}
