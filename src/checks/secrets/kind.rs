//! What kind of file a path names: it decides whether values stand without quotes, and whether names and values are looked at in it at all.

use crate::domain::RepoPath;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Source code: what is not quoted is an expression.
    Code,
    /// Configuration, scripts and texts: a value may stand without quotes.
    Plain,
    /// Made by a machine (lock files, images, minified code, maps): full of hashes and of names that mean nothing. Tokens that say what they are count there, too.
    Made,
}

const MADE_NAMES: &[&[u8]] = &[
    b"package-lock.json",
    b"npm-shrinkwrap.json",
    b"pnpm-lock.yaml",
    b"go.sum",
    b"go.work.sum",
    b"go.mod",
    b"gradle.lockfile",
    b"bun.lockb",
    b"verification-metadata.xml",
    b"cargo.lock",
    b"pipfile.lock",
    b"packages.lock.json",
    b"project.assets.json",
];

const MADE_ENDINGS: &[&str] = &[
    "lock",
    "svg",
    "map",
    "css",
    "scss",
    "less",
    "po",
    "pot",
    "xlf",
    "resx",
    "ipynb",
    "csv",
    "tsv",
    "sum",
    "snap",
    "pbxproj",
    "storyboard",
    "xib",
    "geojson",
    "dic",
    "woff",
    "tex",
    "bib",
];

const CODE_ENDINGS: &[&str] = &[
    "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "cs", "vb", "fs", "java", "kt", "kts", "scala", "groovy", "gradle", "go", "rs", "swift", "dart",
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte", "coffee", "py", "pyx", "rb", "php", "pl", "pm", "lua", "r", "jl", "ex", "exs", "erl", "hrl", "hs",
    "elm", "clj", "cljs", "ml", "mli", "nim", "zig", "d", "pas", "proto", "thrift", "graphql", "json", "json5", "jsonc", "html", "htm", "jsp", "erb", "cshtml",
    "aspx", "pyi", "sol", "bzl", "ipynb", "hbs", "twig", "tpl",
];

/// The kind of a path.
pub(super) fn of(path: &RepoPath) -> Kind {
    let name = path.name().to_ascii_lowercase();
    let ending = path.extension();
    let minified = name.windows(5).any(|part| part == b".min.");
    if MADE_NAMES.contains(&name.as_slice()) || MADE_ENDINGS.contains(&ending.as_str()) || minified {
        return Kind::Made;
    }
    if CODE_ENDINGS.contains(&ending.as_str()) { Kind::Code } else { Kind::Plain }
}
