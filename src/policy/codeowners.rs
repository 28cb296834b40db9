//! CODEOWNERS as GitHub reads it: who owns a path. It only parses and matches; which branch's file counts is decided elsewhere.
//!
//! GitHub's rules: the last matching line wins; a line without owners takes ownership away; paths are case-sensitive; `!` and `[ ]`
//! are not supported; an invalid line is skipped, and a file of more than 3 MB is not read at all.
//! Source: <https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>.

use crate::domain::{Login, TeamSlug};

/// The largest CODEOWNERS file that GitHub reads, in bytes.
const MOST_BYTES: usize = 3_000_000;

/// A parsed CODEOWNERS file.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    rules: Vec<Rule>,
    skipped: Vec<SkippedLine>,
}

/// An owner as a line names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// `@login`.
    User(Login),
    /// `@organisation/team`.
    Team(TeamSlug),
    /// An e-mail address. Whose account it is cannot be known from here.
    Email(String),
}

/// A line that is not valid: GitHub skips it, so that an earlier line may win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// Its number, from 1; 0 stands for the whole file.
    pub line: usize,
    /// What is wrong with it.
    pub fault: OwnershipFault,
}

/// Why a line is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnershipFault {
    /// `!` at the beginning.
    #[error("`!` is not supported")]
    Negation,
    /// A character range.
    #[error("`[` and `]` are not supported")]
    Range,
    /// Three asterisks in a row.
    #[error("`***` means nothing")]
    Asterisks,
    /// A `\` with nothing behind it.
    #[error("nothing follows the `\\`")]
    LooseEscape,
    /// A word that is no owner.
    #[error("`{0}` is not an owner: `@user`, `@organisation/team` or an e-mail address")]
    NotAnOwner(String),
    /// More than GitHub reads.
    #[error("the file is larger than 3 MB, so that GitHub does not read it")]
    TooLarge,
}

#[derive(Clone, Debug)]
struct Rule {
    segments: Vec<Segment>,
    owners: Vec<Owner>,
}

/// A part of a pattern between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Any number of parts, also none.
    Deep,
    /// Exactly this part.
    Word(String),
    /// One part with wildcards.
    One(Vec<Piece>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Literal(char),
    /// `?`: one character.
    Any,
    /// `*`: any number of characters, also none.
    Many,
}

/// What a wildcard matcher needs to know of a piece: whether it stands for any number of items.
trait Glob<T: ?Sized> {
    fn is_many(&self) -> bool;
    fn fits(&self, item: &T) -> bool;
}

impl Ownership {
    /// Reads a file's text. Never fails: what is not valid is skipped, and can be asked for.
    pub fn parse(text: &str) -> Self {
        let mut ownership = Self::default();
        if text.len() > MOST_BYTES {
            ownership.skipped.push(SkippedLine { line: 0, fault: OwnershipFault::TooLarge });
            return ownership;
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            match parse_line(line.trim()) {
                Ok(Some(rule)) => ownership.rules.push(rule),
                Ok(None) => {}
                Err(fault) => ownership.skipped.push(SkippedLine { line: index + 1, fault }),
            }
        }
        ownership
    }

    /// The owners of a path, as the last line that matches it says; empty where nobody owns it.
    pub fn owners(&self, path: &str) -> &[Owner] {
        let parts: Vec<&str> = path.split('/').collect();
        self.rules.iter().rev().find(|rule| wild(&rule.segments, &parts)).map_or(&[], |rule| &rule.owners)
    }

    /// The lines that were skipped.
    pub fn skipped(&self) -> &[SkippedLine] {
        &self.skipped
    }
}

impl Owner {
    fn parse(word: &str) -> Option<Self> {
        match word.strip_prefix('@') {
            Some(team) if team.contains('/') => TeamSlug::new(team).ok().map(Self::Team),
            Some(login) => Login::new(login).ok().map(Self::User),
            None => {
                let (name, host) = word.split_once('@')?;
                (!name.is_empty() && !host.is_empty() && !host.contains('@')).then(|| Self::Email(word.to_owned()))
            }
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(login) => write!(formatter, "@{login}"),
            Self::Team(slug) => write!(formatter, "@{slug}"),
            Self::Email(address) => formatter.write_str(&crate::domain::shown(address)),
        }
    }
}

/// A rule; `None` for an empty line or a comment.
fn parse_line(line: &str) -> Result<Option<Rule>, OwnershipFault> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.starts_with('!') {
        return Err(OwnershipFault::Negation);
    }
    let (pattern, rest) = pieces(line)?;
    let words = rest.split_whitespace().take_while(|word| !word.starts_with('#'));
    let owners = words.map(|word| Owner::parse(word).ok_or_else(|| OwnershipFault::NotAnOwner(crate::domain::shown(word)))).collect::<Result<_, _>>()?;
    Ok(Some(Rule { segments: segments(&pattern)?, owners }))
}

/// Splits a line at the first white space that is not escaped: the pattern's pieces, and the rest.
fn pieces(line: &str) -> Result<(Vec<Piece>, &str), OwnershipFault> {
    let mut pieces = Vec::new();
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character.is_whitespace() => return Ok((pieces, &line[at..])),
            '\\' => pieces.push(Piece::Literal(characters.next().ok_or(OwnershipFault::LooseEscape)?.1)),
            '[' | ']' => return Err(OwnershipFault::Range),
            '*' => pieces.push(Piece::Many),
            '?' => pieces.push(Piece::Any),
            _ => pieces.push(Piece::Literal(character)),
        }
    }
    Ok((pieces, ""))
}

fn segments(pattern: &[Piece]) -> Result<Vec<Segment>, OwnershipFault> {
    const SLASH: Piece = Piece::Literal('/');
    if pattern.windows(3).any(|three| three == [Piece::Many; 3]) {
        return Err(OwnershipFault::Asterisks);
    }
    let anchored = pattern.iter().rposition(|piece| *piece != SLASH).is_some_and(|last| pattern[..last].contains(&SLASH));
    let folder = pattern.last() == Some(&SLASH);
    let inner = pattern.strip_prefix(&[SLASH]).unwrap_or(pattern);
    let inner = inner.strip_suffix(&[SLASH]).unwrap_or(inner);
    let mut segments: Vec<Segment> = if anchored { Vec::new() } else { vec![Segment::Deep] };
    segments.extend(inner.split(|piece| *piece == SLASH).map(|part| match part {
        [Piece::Many, Piece::Many] => Segment::Deep,
        _ => word(part).map_or_else(|| Segment::One(part.to_vec()), Segment::Word),
    }));
    let only_direct = matches!(segments.last(), Some(Segment::One(last)) if last == &[Piece::Many]);
    if folder {
        // What is inside of it, not a file of that name.
        segments.push(Segment::One(vec![Piece::Many]));
    }
    if folder || !only_direct {
        segments.push(Segment::Deep);
    }
    Ok(segments)
}

/// The part's text, where it has no wildcard.
fn word(part: &[Piece]) -> Option<String> {
    part.iter().map(|piece| if let Piece::Literal(character) = piece { Some(*character) } else { None }).collect()
}

impl Glob<str> for Segment {
    fn is_many(&self) -> bool {
        matches!(self, Self::Deep)
    }

    fn fits(&self, part: &str) -> bool {
        match self {
            Self::Deep => true,
            Self::Word(word) => word == part,
            Self::One(pieces) => {
                let characters: Vec<char> = part.chars().collect();
                !part.is_empty() && wild(pieces, &characters.iter().collect::<Vec<_>>())
            }
        }
    }
}

impl Glob<char> for Piece {
    fn is_many(&self) -> bool {
        matches!(self, Self::Many)
    }

    fn fits(&self, character: &char) -> bool {
        match self {
            Self::Literal(literal) => literal == character,
            Self::Any | Self::Many => true,
        }
    }
}

/// Wildcard matching without recursion: on a mismatch, the last "any number" takes one item more. At worst items × pieces steps.
fn wild<T: ?Sized, G: Glob<T>>(globs: &[G], items: &[&T]) -> bool {
    let (mut glob, mut item) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while item < items.len() {
        match (globs.get(glob), retry) {
            (Some(many), _) if many.is_many() => {
                glob += 1;
                retry = Some((glob, item));
            }
            (Some(one), _) if one.fits(items[item]) => {
                glob += 1;
                item += 1;
            }
            (_, Some((after, taken))) => {
                glob = after;
                item = taken + 1;
                retry = Some((after, item));
            }
            (_, None) => return false,
        }
    }
    globs[glob..].iter().all(Glob::is_many)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn owners(text: &str, path: &str) -> Vec<String> {
        Ownership::parse(text).owners(path).iter().map(ToString::to_string).collect()
    }

    /// True when a file with this one pattern gives the path an owner.
    fn owns(pattern: &str, path: &str) -> bool {
        owners(&format!("{pattern} @o"), path) == ["@o"]
    }

    #[test]
    fn g13_the_patterns_of_githubs_documentation_match_what_it_says() {
        for (pattern, yes, no) in [
            ("*", &["a", "a/b/c", ".github/x"][..], &[][..]),
            ("*.js", &["a.js", "a/b.js"], &["a.jsx", "js"]),
            ("/build/logs/", &["build/logs/a", "build/logs/a/b"], &["x/build/logs/a", "build/logs"]),
            ("docs/*", &["docs/getting-started.md"], &["docs/build-app/troubleshooting.md", "x/docs/a"]),
            ("apps/", &["apps/a", "x/apps/a/b"], &["apps", "myapps/a"]),
            ("/docs/", &["docs/a", "docs/a/b"], &["x/docs/a"]),
            ("/scripts/", &["scripts/a"], &["scripts"]),
            ("**/logs", &["logs/a", "build/logs/a", "deeply/nested/logs/a/b", "logs"], &["build/log/a", "xlogs/a"]),
            ("/apps/github", &["apps/github", "apps/github/a"], &["apps/githubber", "x/apps/github"]),
            ("/*", &["a"], &["a/b"]),
            ("*.*", &["a.b", "x/a.b"], &["ab"]),
            ("/a/**/b", &["a/b", "a/x/b", "a/x/y/b/c"], &["a/xb", "x/a/b"]),
            ("/a/**", &["a/b", "a/b/c"], &["b/a"]),
            ("**", &["a", "a/b"], &[]),
            ("a?c", &["abc", "x/abc"], &["ac", "a/c"]),
            ("Docs/", &["Docs/a"], &["docs/a"]),
            ("README", &["README", "x/README", "README/a"], &["readme", "README.md"]),
        ] {
            for path in yes {
                assert!(owns(pattern, path), "{pattern} must match {path}");
            }
            for path in no {
                assert!(!owns(pattern, path), "{pattern} must not match {path}");
            }
        }
    }

    #[test]
    fn g13_the_last_matching_line_wins_and_a_line_without_owners_takes_them_away() {
        let text = "* @all\n/apps/ @octocat @acme/sre\n/apps/github\n/apps/github/ours x@example.com # but this\n";
        assert_eq!(owners(text, "a"), ["@all"]);
        assert_eq!(owners(text, "apps/a"), ["@octocat", "@acme/sre"]);
        assert_eq!(owners(text, "apps/github/a"), [""; 0]);
        assert_eq!(owners(text, "apps/github/ours"), ["x@example.com"]);
        assert_eq!(owners("* @all\n/a # nobody\n", "a"), [""; 0]);
    }

    #[test]
    fn g13_escapes_comments_and_line_ends_are_read() {
        assert_eq!(owners("\u{feff}# a comment\r\n\r\nwith\\ space/ @a\r\n", "with space/x"), ["@a"]);
        assert_eq!(owners("\\#file @a", "#file"), ["@a"]);
        assert_eq!(owners("a\\*b @a", "a*b"), ["@a"]);
        assert_eq!(owners("a\\*b @a", "axb"), [""; 0]);
        assert_eq!(owners("#file @a", "#file"), [""; 0]);
        assert_eq!(owners("*.rs\t@a\t@b", "x.rs"), ["@a", "@b"]);
    }

    #[test]
    fn g13_invalid_lines_are_skipped_and_said() {
        let text = "* @all\n!a @b\n[ab] @b\n/x nobody\n/y @-b\na\\\n/z @b/c/d\n***/q @b\n/w a@b@c\n";
        let ownership = Ownership::parse(text);
        let lines: Vec<usize> = ownership.skipped().iter().map(|skipped| skipped.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9]);
        for path in ["a", "x", "y", "z", "w", "q"] {
            assert_eq!(ownership.owners(path), [Owner::User(Login::new("all").expect("valid"))], "{path} keeps the owner of the earlier line");
        }
        assert_eq!(ownership.skipped()[0].fault, OwnershipFault::Negation);
    }

    #[test]
    fn g13_a_file_larger_than_github_reads_owns_nothing_and_says_so() {
        let ownership = Ownership::parse(&"* @all\n".repeat(MOST_BYTES / 6));
        assert!(ownership.owners("a").is_empty());
        assert_eq!(ownership.skipped()[0].fault, OwnershipFault::TooLarge);
    }

    #[test]
    fn a_pattern_of_many_wildcards_does_not_blow_up() {
        let pattern = format!("/{}b", "**/*a*a*a*/".repeat(50));
        assert!(!owns(&pattern, &"aaaaaaaa/".repeat(400)));
    }

    proptest! {
        #[test]
        fn g13_matching_agrees_with_globset(parts in prop::collection::vec(prop::sample::select(vec!["a", "b", "*", "a*", "**", "?b"]), 0..5),
                                            last in prop::sample::select(vec!["a", "b", "ab", "a*"]),
                                            path in "[ab]{1,2}(/[ab]{1,2}){0,5}") {
            let mut pattern: String = parts.iter().flat_map(|part| [part, "/"]).collect();
            pattern.push_str(last);
            let rooted = format!("/{pattern}");
            let compile = |glob: &str| globset::GlobBuilder::new(glob).literal_separator(true).build().expect("a glob").compile_matcher();
            let expected = compile(&pattern).is_match(&path) || compile(&format!("{pattern}/**")).is_match(&path);
            prop_assert_eq!(owns(&rooted, &path), expected, "{} on {}", rooted, path);
        }

        #[test]
        fn any_text_is_read_without_a_fault_of_ours(text in "(?s).{0,200}", path in "(?s).{0,40}") {
            let _ = Ownership::parse(&text).owners(&path);
        }
    }
}
