//! What a Dockerfile builds: its stages, the images they begin with, and the variables in force.

use std::collections::{HashMap, HashSet};

use crate::checks::image::UNKNOWN;
use crate::checks::shell::{self, Command};
use crate::domain::{RepoPath, Span};

use super::parse::{Instruction, Keyword, When, instructions};

/// A Dockerfile as rules see it: with its scripts taken apart.
pub(super) struct Dockerfile<'f> {
    parsed: &'f Parsed<'f>,
    /// Every script that runs in this file's builds, in their order.
    pub(super) scripts: Vec<Script<'f>>,
    /// Which image each instruction makes.
    parts: Vec<Part>,
}

impl<'f> std::ops::Deref for Dockerfile<'f> {
    type Target = Parsed<'f>;

    fn deref(&self) -> &Parsed<'f> {
        self.parsed
    }
}

impl<'f> Dockerfile<'f> {
    /// Takes the scripts of a file apart.
    pub(super) fn of(parsed: &'f Parsed<'f>) -> Self {
        let mut parts = vec![Part::Earlier; parsed.instructions.len()];
        for stage in parsed.last_chain() {
            parts[stage.from..stage.to].fill(Part::Last);
        }
        let with_part = parsed.instructions.iter().zip(&parts);
        let scripts = with_part.flat_map(|(instruction, part)| parsed.scripts(instruction, if instruction.when == When::Now { *part } else { Part::Earlier }));
        let scripts = scripts.collect();
        Self { parsed, scripts, parts }
    }

    /// Every instruction, and which image it makes.
    pub(super) fn instructions_and_parts(&self) -> impl Iterator<Item = (&'f Instruction, Part)> {
        self.parsed.instructions.iter().zip(self.parts.iter().copied())
    }

    /// The scripts of the last image.
    pub(super) fn last_scripts(&self) -> impl Iterator<Item = &Script<'f>> {
        self.scripts.iter().filter(|script| script.part == Part::Last)
    }
}

/// Which image a script is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The last one.
    Last,
    /// One that only helps to build it, or another.
    Earlier,
}

/// A Dockerfile that was read.
pub(super) struct Parsed<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Its path.
    pub(super) path: &'a RepoPath,
    /// The character that continues lines.
    pub(super) escape: char,
    /// Its instructions in their order.
    pub(super) instructions: Vec<Instruction>,
    /// Its stages in their order.
    pub(super) stages: Vec<Stage>,
    /// The names of stages, in lower case.
    names: HashSet<String>,
    globals: Scope,
}

/// A stage.
#[derive(Debug)]
pub(super) struct Stage {
    /// What it begins with.
    pub(super) base: Base,
    /// The place of the image's name in `FROM`.
    pub(super) span: Span,
    /// Its instructions: from `FROM` up to the next stage.
    pub(super) from: usize,
    /// The index behind its last instruction.
    pub(super) to: usize,
}

/// What a stage begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Another stage.
    Stage(usize),
    /// Nothing.
    Scratch,
    /// An image, its variables put in; what is not known is [`UNKNOWN`].
    Image(String),
}

/// Variables and their values; none where a value is given when the image is built.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope(HashMap<String, Option<String>>);

impl Scope {
    /// Takes in what an instruction sets.
    fn take(&mut self, instruction: &Instruction, escape: char, globals: Option<&Self>) {
        if !matches!(instruction.keyword, Keyword::Arg | Keyword::Env) || instruction.when == When::Later {
            return;
        }
        for (name, value, _) in instruction.pairs(escape) {
            let value = match value {
                Some(value) => Some(self.resolve(&value)),
                None => globals.and_then(|globals| globals.0.get(&name).cloned().flatten()),
            };
            self.0.insert(name, value);
        }
    }

    /// A text with its variables put in.
    pub(super) fn resolve(&self, text: &str) -> String {
        const MOST: usize = 4_096;
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (value, length) = self.variable(rest);
            out.push_str(&value);
            rest = &rest[length..];
            if out.len() > MOST {
                return UNKNOWN.to_string();
            }
        }
        out.push_str(rest);
        out
    }

    /// The value of the variable behind a dollar, and the length of its name with its braces.
    fn variable(&self, rest: &str) -> (String, usize) {
        let is_name = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
        let unknown = || UNKNOWN.to_string();
        let known = |name: &str| self.0.get(name).cloned().flatten();
        let Some(braced) = rest.strip_prefix('{') else {
            let length = rest.chars().take_while(is_name).count();
            return if length == 0 { ("$".to_owned(), 0) } else { (known(&rest[..length]).unwrap_or_else(unknown), length) };
        };
        let Some(end) = braced.find('}') else { return (unknown(), rest.len()) };
        let (inner, length) = (&braced[..end], end + 2);
        let name = &inner[..inner.chars().take_while(is_name).count()];
        let operator = &inner[name.len()..];
        let value = if operator.is_empty() {
            known(name).unwrap_or_else(unknown)
        } else if let Some(default) = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-')) {
            known(name).unwrap_or_else(|| default.to_owned())
        } else {
            unknown()
        };
        (value, length)
    }
}

impl<'a> Parsed<'a> {
    /// Reads a Dockerfile.
    pub(super) fn read(text: &'a str, path: &'a RepoPath) -> Self {
        let (instructions, escape) = instructions(text);
        let mut file = Self { text, path, escape, instructions, stages: Vec::new(), names: HashSet::new(), globals: Scope::default() };
        file.stage();
        file
    }

    fn stage(&mut self) {
        let mut names: HashMap<String, usize> = HashMap::new();
        for (at, instruction) in self.instructions.iter().enumerate() {
            if instruction.keyword != Keyword::From || instruction.when == When::Later {
                if self.stages.is_empty() {
                    self.globals.take(instruction, self.escape, None);
                }
                continue;
            }
            if let Some(last) = self.stages.last_mut() {
                last.to = at;
            }
            let words = instruction.words(self.escape);
            let (image, span) = words.first().map_or_else(|| (String::new(), instruction.span()), |word| (self.globals.resolve(&word.text), word.span));
            let base = match names.get(&image.to_ascii_lowercase()) {
                Some(stage) => Base::Stage(*stage),
                None if image.eq_ignore_ascii_case("scratch") => Base::Scratch,
                None => Base::Image(image),
            };
            let name = words.get(2).filter(|_| words[1].text.eq_ignore_ascii_case("as")).map(|word| word.text.to_ascii_lowercase());
            if let Some(name) = name {
                names.insert(name, self.stages.len());
            }
            self.stages.push(Stage { base, span, from: at, to: self.instructions.len() });
        }
        self.names = names.into_keys().collect();
    }

    /// The stages that make up the image that a build without a target gives, the first one first.
    pub(super) fn last_chain(&self) -> Vec<&Stage> {
        let mut out = Vec::new();
        let mut next = self.stages.last();
        // A stage begins with an earlier one, so this ends.
        while let Some(stage) = next {
            out.push(stage);
            next = if let Base::Stage(index) = stage.base { self.stages.get(index) } else { None };
        }
        out.reverse();
        out
    }

    /// The instructions of this image that are carried out in this build, in their order.
    pub(super) fn last_image(&self) -> impl Iterator<Item = &Instruction> {
        self.last_chain().into_iter().flat_map(|stage| &self.instructions[stage.from..stage.to]).filter(|instruction| instruction.when == When::Now)
    }

    /// The value of the last instruction of this kind in this image, its variables put in.
    pub(super) fn last_value(&self, keyword: Keyword) -> Option<(&Instruction, String)> {
        let mut found = None;
        for stage in self.last_chain() {
            let mut scope = Scope::default();
            for instruction in &self.instructions[stage.from..stage.to] {
                scope.take(instruction, self.escape, Some(&self.globals));
                if instruction.keyword == keyword && instruction.when == When::Now {
                    found = Some((instruction, scope.resolve(instruction.body().trim())));
                }
            }
        }
        found
    }

    /// The image below everything of the last one.
    pub(super) fn last_base(&self) -> Option<&Base> {
        self.last_chain().first().map(|stage| &stage.base)
    }

    /// True where a stage has this name.
    pub(super) fn has_stage(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    /// A text with the variables put in that are there before the first stage.
    pub(super) fn with_globals(&self, text: &str) -> String {
        self.globals.resolve(text)
    }

    /// True where the image is for deploying: not for developers' machines, for tests, or for this repository's own builds.
    pub(super) fn is_deployable(&self) -> bool {
        const FOLDERS: &[&str] = &[".devcontainer", "devcontainer", ".gitpod", "test", "tests", "ci", ".ci", ".circleci", ".buildkite", ".github", "hack"];
        const WORDS: &[&str] =
            &["test", "tests", "testing", "build", "builder", "buildx", "dev", "devel", "development", "ci", "gitpod", "lint", "docs", "e2e"];
        let path = self.path.text().to_ascii_lowercase();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        !folder.split('/').any(|part| FOLDERS.contains(&part)) && !name.split(['.', '-', '_']).any(|word| WORDS.contains(&word))
    }

    /// The scripts that an instruction runs in a shell.
    fn scripts<'f>(&'f self, instruction: &'f Instruction, part: Part) -> Vec<Script<'f>> {
        if instruction.keyword != Keyword::Run || instruction.exec.is_some() {
            return Vec::new();
        }
        let script = |text: &'f str, place: Place<'f>| Script { text, commands: shell::commands(text), instruction, part, place };
        let mut out = vec![script(instruction.body(), Place::Body(instruction))];
        let first = out[0].commands.first().map_or_else(String::new, Command::program);
        if first.starts_with("<<") || matches!(first.as_str(), "sh" | "bash" | "ash" | "dash" | "zsh") {
            let heredocs = instruction.heredocs.iter().filter_map(|heredoc| Some((heredoc.span, self.text.get(heredoc.span.start..heredoc.span.end)?)));
            // One with a line `#!` is for the program that it names.
            let shells = heredocs.filter(|(_, text)| !text.starts_with("#!") || text.lines().next().is_some_and(|line| line.ends_with("sh")));
            out.extend(shells.map(|(span, text)| script(text, Place::At(span.start))));
        }
        out
    }
}

/// A script in a Dockerfile.
pub(super) struct Script<'f> {
    /// Its text, lines joined.
    pub(super) text: &'f str,
    /// Its commands.
    pub(super) commands: Vec<Command<'f>>,
    /// The instruction that it stands in.
    pub(super) instruction: &'f Instruction,
    part: Part,
    place: Place<'f>,
}

#[derive(Clone, Copy)]
enum Place<'f> {
    Body(&'f Instruction),
    At(usize),
}

impl Script<'_> {
    /// The place of a stretch of it in the file.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match self.place {
            Place::Body(instruction) => instruction.body_span(start, end),
            Place::At(offset) => Span::new(offset + start, offset + end),
        }
    }
}
