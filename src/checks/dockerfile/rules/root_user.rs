//! `root-user`.

use super::super::parse::{Instruction, Keyword};
use super::super::stages::Base;
use super::super::{Dockerfile, Rule};
use crate::checks::image::{ImageReference, UNKNOWN};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "root-user",
    level: Level::Stop,
    about: "The image runs as root: by its last `USER`, or because it has none and its base image is known to have none. Whoever breaks into the program is root in \
            the container, and may be on the node.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nRUN useradd --uid 1000 app\nUSER root\nRUN true\nUSER 1000:1000\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nCMD [\"/app\"]\n" },
};

/// Official images that run as root, and do not leave it by themselves: systems, languages, and a few servers. Databases change their user when they start.
const ROOT: &[&str] = &[
    "alpine",
    "almalinux",
    "alt",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "bash",
    "buildpack-deps",
    "busybox",
    "caddy",
    "centos",
    "clefos",
    "clojure",
    "composer",
    "dart",
    "debian",
    "docker",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "gcc",
    "golang",
    "gradle",
    "groovy",
    "haskell",
    "httpd",
    "ibmjava",
    "ibm-semeru-runtimes",
    "julia",
    "maven",
    "mono",
    "nginx",
    "node",
    "openjdk",
    "opensuse",
    "oraclelinux",
    "perl",
    "php",
    "photon",
    "pypy",
    "python",
    "r-base",
    "rockylinux",
    "ruby",
    "rust",
    "sapmachine",
    "swift",
    "tomcat",
    "ubuntu",
];

/// True where the base image is known to run as root.
pub(super) fn is_root(base: &Base) -> bool {
    let Base::Image(image) = base else { return *base == Base::Scratch };
    let reference = ImageReference::of(image);
    let known = reference.official().is_some_and(|name| ROOT.contains(&name));
    let dotnet = reference.name.starts_with("mcr.microsoft.com/dotnet/")
        && !reference.tag.is_some_and(|tag| tag.contains("chiseled") || tag.contains("distroless") || tag.contains(UNKNOWN));
    let distroless = reference.name.starts_with("gcr.io/distroless/")
        && reference.digest.is_none()
        && !reference.tag.is_some_and(|tag| tag.contains("nonroot") || tag.contains(UNKNOWN));
    known || dotnet || distroless
}

/// True where a user is root, by name or number.
pub(super) fn is_root_user(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim().trim_matches('"');
    let number = !name.is_empty() && name.bytes().all(|byte| byte == b'0');
    number || name.eq_ignore_ascii_case("root") || matches!(name.to_ascii_lowercase().as_str(), "containeradministrator")
}

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    if !file.is_deployable() {
        return Vec::new();
    }
    let help = "end the last stage with a user of its own, best by number: `USER 10001`";
    if let Some((instruction, user)) = file.last_value(Keyword::User) {
        let finding = SPEC.finding(format!("the image runs as `{}`", shown(&user))).at(instruction.span()).key("root").help(help);
        return if is_root_user(&user) { vec![finding] } else { Vec::new() };
    }
    let (Some(base), Some(stage)) = (file.last_base(), file.stages.last()) else { return Vec::new() };
    if !is_root(base) || changes_user(file) {
        return Vec::new();
    }
    vec![SPEC.finding("the image runs as root: no `USER` says otherwise").at(file.instructions[stage.from].span()).key("root").help(help)]
}

/// True where the program that is started becomes another user by itself.
pub(super) fn changes_user(file: &Dockerfile<'_>) -> bool {
    let starts = file.last_image().filter(|instruction| matches!(instruction.keyword, Keyword::Entrypoint | Keyword::Cmd));
    starts.map(Instruction::body).any(|body| ["gosu", "su-exec", "setpriv", "setuidgid", "s6-", "/init\""].iter().any(|program| body.contains(program)))
}
