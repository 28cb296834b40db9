//! What a rule of secrets says, whether it is ours (a row of the table) or comes from a team's file.

use std::borrow::Cow;

/// How sure a finding of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// A private key, a token whose form says what it is, credentials in a URL or an authorization header.
    Certain,
    /// A password, key or token by its name and the look of its value.
    Likely,
}

/// How a rule is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// By its expression, near its keywords.
    Expression,
    /// By its expression, which matches only from the first byte of a keyword on.
    Begins,
    /// The block of a private key.
    PrivateKey,
    /// `scheme://user:password@host`.
    Url,
    /// `Authorization: SCHEME credentials`.
    Header,
    /// A name of a password and its value.
    Password,
    /// A name of a secret, key or token and its value.
    Secret,
    /// A name of a salt, nonce or seed and its value.
    Salt,
    /// The argument of a call or of a command that is a password by its place.
    Call,
}

/// A token's own checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    /// The last six characters are the CRC-32 of those between prefix and them, in base 62 (GitHub, npm).
    Github,
    /// The last eight are the CRC-32 of all before the last `_`, in hexadecimal, lowest byte first.
    Grafana,
    /// The first part is a JSON object that names an algorithm.
    Jwt,
}

/// A row of the table of our rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spec {
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) tier: Tier,
    pub(super) reader: Reader,
    pub(super) keywords: &'static [&'static str],
    pub(super) pattern: &'static str,
    pub(super) entropy: f64,
    pub(super) checksum: Option<Checksum>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    /// Its id.
    pub(super) id: Cow<'static, str>,
    /// What it finds, as a noun.
    pub(super) about: Cow<'static, str>,
    /// How sure it is.
    pub(super) tier: Tier,
    /// How it is read.
    pub(super) reader: Reader,
    /// A text without one of these has no match; lower case. None at all: every text may have.
    pub(super) keywords: Vec<Cow<'static, str>>,
    /// Its expression, in the dialect of the file it comes from; empty where it is read by code, or is about paths alone.
    pub(super) pattern: Cow<'static, str>,
    /// Which group of the expression is the secret; 0: the first that took part, or the whole match.
    pub(super) group: usize,
    /// The secret's entropy, in bits a byte, must be higher.
    pub(super) entropy: f64,
    /// What proves it.
    pub(super) checksum: Option<Checksum>,
    /// An expression that the path must fit.
    pub(super) path: Option<String>,
    /// What makes a match none.
    pub(super) allow: Vec<AllowList>,
}

/// What an allow-list's expressions are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    /// The secret alone.
    #[default]
    Secret,
    /// All that the rule's expression matched.
    Match,
    /// The line.
    Line,
}

/// How the parts of an allow-list work together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Condition {
    /// One is enough.
    #[default]
    Any,
    /// Each kind that is there must fit.
    All,
}

/// What makes a match none, in a team's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AllowList {
    /// Expressions.
    pub(super) regexes: Vec<String>,
    /// What they are compared with.
    pub(super) target: Target,
    /// Words that a secret does not have; lower case.
    pub(super) stopwords: Vec<String>,
    /// Expressions for paths.
    pub(super) paths: Vec<String>,
    /// How these work together.
    pub(super) condition: Condition,
    /// The rules that it is for; empty: all (top-level lists only).
    pub(super) rules: Vec<String>,
}

impl From<&'static Spec> for Rule {
    fn from(spec: &'static Spec) -> Self {
        Self {
            id: Cow::Borrowed(spec.id),
            about: Cow::Borrowed(spec.about),
            tier: spec.tier,
            reader: spec.reader,
            keywords: spec.keywords.iter().map(|word| Cow::Borrowed(*word)).collect(),
            pattern: Cow::Borrowed(spec.pattern),
            group: 0,
            entropy: spec.entropy,
            checksum: spec.checksum,
            path: None,
            allow: Vec::new(),
        }
    }
}
