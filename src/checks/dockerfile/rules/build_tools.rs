//! `build-tools`.

use super::super::stages::Base;
use super::super::{Dockerfile, Rule};
use super::{Command, is_install};
use crate::checks::image::ImageReference;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::{Span, shown};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "build-tools",
    level: Level::Warn,
    about: "The image that runs holds what built it: a compiler, a build tool, an SDK. It is larger than it need be, and gives an intruder tools. A stage of its own \
            builds; the last one copies the result.",
    good: Example {
        path: "Dockerfile",
        text: "FROM golang:1.23 AS build\nRUN go build -o /app .\nFROM gcr.io/distroless/static:nonroot\nCOPY --from=build /app /app\nENTRYPOINT [\"/app\"]\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM golang:1.23\nRUN go build -o /app .\nUSER 1000\nENTRYPOINT [\"/app\"]\n" },
};

/// Images that are there to build with.
const SDKS: &[&str] = &["golang", "rust", "maven", "gradle", "gcc", "haskell", "swift", "sdk", "buildpack-deps", "sbt", "dart"];
/// Packages that are there to build with.
const PACKAGES: &[&str] = &[
    "build-essential",
    "gcc",
    "g++",
    "clang",
    "build-base",
    "cmake",
    "rustc",
    "cargo",
    "golang",
    "golang-go",
    "maven",
    "gradle",
    "openjdk-17-jdk",
    "default-jdk",
];

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    if !file.is_deployable() {
        return Vec::new();
    }
    let what = |tool: &str| format!("the image that runs holds {tool}");
    let help = "build in a stage of its own (`FROM … AS build`), and copy the result: `COPY --from=build …`";
    let found = sdk(file).or_else(|| compiler(file));
    found.map(|(tool, span)| SPEC.finding(what(&tool)).at(span).key("build tools").help(help)).into_iter().collect()
}

/// The SDK that the last image begins with, where something is built with it.
fn sdk(file: &Dockerfile<'_>) -> Option<(String, Span)> {
    let Some(Base::Image(image)) = file.last_base() else { return None };
    let reference = ImageReference::of(image);
    let builds = file.last_scripts().any(|script| script.commands.iter().any(is_build));
    let first = file.last_chain().first().map(|stage| stage.span)?;
    (SDKS.contains(&reference.short()) && builds && file.last_base().is_some()).then(|| (format!("all of `{}`", shown(image)), first))
}

fn is_build(command: &Command<'_>) -> bool {
    let (program, arguments) = (command.program(), command.arguments());
    let has = |words: &[&str]| arguments.iter().any(|argument| words.contains(&argument.as_ref()));
    match program.as_str() {
        "go" | "cargo" | "stack" | "cabal" | "swift" => has(&["build", "install"]),
        "mvn" | "mvnw" => has(&["package", "install", "verify", "compile"]),
        "gradle" | "gradlew" => has(&["build", "assemble", "bootJar", "shadowJar", "installDist", "jar"]),
        "dotnet" => has(&["publish", "build"]),
        "sbt" | "make" | "cmake" | "gcc" | "g++" | "rustc" | "javac" => true,
        _ => false,
    }
}

/// A compiler that is installed and not removed by the same instruction.
fn compiler(file: &Dockerfile<'_>) -> Option<(String, Span)> {
    file.last_scripts().find_map(|script| {
        let all = &script.commands;
        let removes =
            |command: &Command<'_>| command.arguments().iter().any(|argument| matches!(argument.as_ref(), "purge" | "remove" | "autoremove" | "del" | "erase"));
        if all.iter().any(removes) {
            return None;
        }
        let installs = |command: &&Command<'_>| is_install(command, &["apt-get", "apt", "yum", "dnf", "microdnf"]) || command.program() == "apk";
        all.iter().filter(installs).flat_map(|command| &command.words).find_map(|word| {
            let plain = word.plain();
            let package = plain.split(['=', '~']).next().unwrap_or_default();
            PACKAGES.contains(&package).then(|| (format!("`{package}`"), script.span(word.start, word.end())))
        })
    })
}
