//! Structured files as they come — YAML, JSON, TOML — read into one kind of tree in which every key and value knows its place. No input makes it large, deep or slow.
//! Nothing here knows what a file means.

mod bounds;
mod json;
mod node;
mod toml;
mod yaml;

use std::rc::Rc;

pub use json::json;
pub use node::{Entry, Node, Oddity, OddityKind, Value};
pub use toml::toml;
pub use yaml::yaml;

use crate::domain::RepoPath;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, any number of documents.
    Yaml,
    /// JSON.
    Json,
    /// JSON with comments and trailing commas.
    JsonWithComments,
    /// TOML.
    Toml,
}

/// A file that was read.
#[derive(Debug)]
pub struct Read {
    /// How it is written.
    pub format: Format,
    /// Its documents, in their order; JSON and TOML have one at most.
    pub documents: Vec<Rc<Node>>,
    /// What is odd about it, in the order of the file.
    pub oddities: Vec<Oddity>,
}

impl Format {
    /// By the name; none where it says none of these.
    pub fn of(path: &RepoPath) -> Option<Self> {
        match path.extension().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "jsonc" => Some(Self::JsonWithComments),
            "json" if takes_comments(path) => Some(Self::JsonWithComments),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json | Self::JsonWithComments => "JSON",
            Self::Toml => "TOML",
        }
    }
}

impl Read {
    /// True where the file was read to its end.
    pub fn is_whole(&self) -> bool {
        !self.oddities.iter().any(|oddity| oddity.kind.ends())
    }
}

/// A file by the ending of its name; none where that is no YAML, JSON or TOML.
pub fn read(path: &RepoPath, text: &str) -> Option<Read> {
    Format::of(path).map(|format| read_as(format, text))
}

/// A text of a format. Comments and trailing commas of [`Format::JsonWithComments`] are not odd.
pub fn read_as(format: Format, text: &str) -> Read {
    let (documents, mut oddities) = match format {
        _ if text.len() > bounds::LARGEST => (Vec::new(), vec![bounds::too_large()]),
        Format::Yaml => yaml(text),
        Format::Json | Format::JsonWithComments => single(json(text)),
        Format::Toml => single(toml(text)),
    };
    if format == Format::JsonWithComments {
        oddities.retain(|oddity| oddity.kind != OddityKind::Extension);
    }
    Read { format, documents, oddities }
}

fn single((root, oddities): (Option<Rc<Node>>, Vec<Oddity>)) -> (Vec<Rc<Node>>, Vec<Oddity>) {
    (root.into_iter().collect(), oddities)
}

/// The files whose own programs read comments in them.
fn takes_comments(path: &RepoPath) -> bool {
    let (folder, name) = (path.folder(), String::from_utf8_lossy(path.name()).to_ascii_lowercase());
    let begins = ["tsconfig", "jsconfig", "tslint", "biome", ".eslintrc", "api-extractor", ".jshintrc", ".swcrc", "deno", "cspell", ".markdownlint", "typedoc"];
    let whole = [
        "devcontainer.json",
        ".devcontainer.json",
        "language-configuration.json",
        "nx.json",
        "turbo.json",
        "angular.json",
        "babel.config.json",
        "renovate.json",
    ];
    matches!(folder.name(), b".vscode" | b".devcontainer" | b".zed")
        || whole.contains(&name.as_str())
        || begins.iter().any(|begin| name.strip_prefix(begin).is_some_and(|rest| rest.starts_with('.')))
        || (name.starts_with("tsconfig") || name.starts_with("jsconfig"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v7_a_file_is_read_by_its_name_and_comments_are_odd_where_no_program_takes_them() {
        let read = |path: &str, text: &str| read(&RepoPath::new(path), text);
        let commented = "{ \"a\": 1, // one\n}";
        assert!(read("tsconfig.base.json", commented).expect("JSON").oddities.is_empty());
        assert!(read(".devcontainer/devcontainer.json", commented).expect("JSON").oddities.is_empty());
        let strict = read("package.json", commented).expect("JSON");
        assert!(strict.is_whole() && strict.documents.len() == 1 && strict.oddities.len() == 2, "{strict:?}");
        assert_eq!(read("a/Cargo.TOML", "a = 1").map(|read| (read.format, read.documents.len())), Some((Format::Toml, 1)));
        assert!(read("README.md", "").is_none());
    }

    #[test]
    fn v7_a_file_of_more_than_ten_megabytes_is_not_read_and_says_so() {
        let read = read(&RepoPath::new("a.yml"), &"a: 1\n".repeat(2_000_001)).expect("YAML");
        assert!(!read.is_whole() && read.documents.is_empty());
        assert_eq!(read.oddities[0].what, "it is larger than 10 MB");
    }

    #[test]
    fn v7_no_tree_is_deeper_than_a_small_stack_bears() {
        let texts = [
            (Format::Yaml, format!("{}1{}", "[".repeat(60), "]".repeat(60))),
            (Format::Json, format!("{}1{}", "[".repeat(60), "]".repeat(60))),
            (Format::Toml, format!("a = {}1{}", "[".repeat(60), "]".repeat(60))),
        ];
        for (format, text) in texts {
            let depth = std::thread::Builder::new()
                .stack_size(1 << 18)
                .spawn(move || {
                    let read = read_as(format, &text);
                    (read.is_whole(), read.documents.first().map(|root| root.depth))
                })
                .expect("a thread")
                .join()
                .expect("no overflow");
            assert_eq!(depth, (true, Some(if format == Format::Toml { 62 } else { 61 })), "{format:?}");
        }
        for (format, text) in [
            (Format::Json, "[".repeat(1_000_000)),
            (Format::Toml, format!("a = {}", "{b=[".repeat(100_000))),
            (Format::Toml, format!("[{}b]", "a.".repeat(100_000))),
        ] {
            let read = read_as(format, &text);
            assert!(read.oddities.iter().any(|oddity| oddity.what.contains("nested deeper")), "{format:?} {:?}", read.oddities);
        }
    }
}
