//! `secret-file`.

use super::super::parse::Keyword;
use super::super::stages::Part;
use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "secret-file",
    level: Level::Stop,
    about: "A file that holds secrets by its nature is copied into an image, where it stays even if a later instruction deletes it.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN --mount=type=ssh git clone git@example.com:a/b\nCOPY .env.example /app/\nCOPY id_ed25519.pub /app/\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nCOPY id_ed25519 /root/.ssh/\nUSER 1000\n" },
};

/// Files that hold nothing but secrets.
const FILES: &[&str] =
    &["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pgpass", ".git-credentials", ".pypirc", ".vault-token", ".dockercfg", ".htpasswd"];
/// The same, by their folder and name.
const BELOW: &[&str] = &[".aws/credentials", ".docker/config.json", ".kube/config", ".ssh", ".aws", ".gnupg"];

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (instruction, part) in file.instructions_and_parts() {
        if !matches!(instruction.keyword, Keyword::Copy | Keyword::Add) || instruction.flag("from").is_some() {
            continue;
        }
        let mut words = instruction.words(file.escape);
        words.pop();
        for word in words {
            let path = word.text.trim_matches(['[', ']', ',', '"']).trim_end_matches('/');
            if is_secret(path, part) {
                let finding = SPEC.finding(format!("`{}` becomes a part of the image", shown(path))).at(word.span);
                out.push(finding.help("take `RUN --mount=type=secret` or `--mount=type=ssh`, and list the file in .dockerignore"));
            }
        }
    }
    out
}

/// True for a path that holds secrets. What builds may need settings; what runs gets them when it starts.
fn is_secret(path: &str, part: Part) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let below = BELOW.iter().any(|below| path.strip_suffix(below).is_some_and(|before| before.is_empty() || before.ends_with('/')));
    FILES.contains(&name) || below || part == Part::Last && name == ".env"
}
