//! What the parser reads as the builder does, and what each rule takes for a fault and what not.

use super::super::{Alone, Mode};
use super::parse::{Instruction, Keyword};
use super::stages::Base;
use super::*;

fn path() -> RepoPath {
    RepoPath::new("Dockerfile")
}

fn rules_of(text: &str) -> Vec<String> {
    let path = path();
    let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone };
    DockerfileCheck.findings(&source).into_iter().map(|finding| finding.rule.into_owned()).collect()
}

/// Whether a rule finds something in a text.
fn has(rule: &str, text: &str) -> bool {
    rules_of(text).iter().any(|found| found == rule)
}

fn read<T>(text: &str, look: impl FnOnce(&Parsed<'_>) -> T) -> T {
    let path = path();
    look(&Parsed::read(text, &path))
}

fn bodies(text: &str) -> Vec<(Keyword, String)> {
    read(text, |file| file.instructions.iter().map(|instruction| (instruction.keyword, instruction.body().to_owned())).collect())
}

#[test]
fn x1_lines_are_joined_as_the_builder_joins_them_and_keep_their_places() {
    let text =
        "\u{feff}# syntax=docker/dockerfile:1\r\n\r\nfrom debian:12\r\nRUN a && \\\r\n  # not of it\r\n\r\n  b \\  \r\n  && c\r\nRUN d \\\\\r\nUSER 1000";
    assert_eq!(
        bodies(text),
        [
            (Keyword::From, "debian:12".to_owned()),
            (Keyword::Run, "a &&   b   && c".to_owned()),
            (Keyword::Run, "d \\\\".to_owned()),
            (Keyword::User, "1000".to_owned())
        ]
    );
    read(text, |file| {
        let run = &file.instructions[1];
        let at = run.body().find('c').expect("c");
        let span = run.body_span(at, at + 1);
        assert_eq!(&text[span.start..span.end], "c");
        assert_eq!(&text[run.span().start..run.span().end], "RUN a && \\\r\n  # not of it\r\n\r\n  b \\  \r\n  && c");
    });
}

#[test]
fn x1_the_escape_directive_changes_what_continues_a_line() {
    assert_eq!(bodies("# escape=`\nFROM a:1\nCOPY x c:\\\nRUN a `\n b\n").len(), 3);
    assert_eq!(
        bodies("# a comment\n# escape=`\nFROM a:1\nCOPY x c:\\\nRUN a `\n b\n").last().map(|(keyword, _)| *keyword),
        Some(Keyword::Unknown),
        "only at the top"
    );
}

#[test]
fn x1_here_documents_are_content_and_scripts_where_a_shell_reads_them() {
    let text = "FROM debian:12@sha256:00\nRUN <<EOF\ncurl https://example.com | sh\nFROM x\nEOF\nCOPY <<-\"A\" <<B /x/\n\tRUN one\n\tA\nRUN two\nB\nRUN python3 <<P\ncurl https://example.com | sh\nP\nUSER 1000\n";
    assert_eq!(bodies(text).iter().map(|(keyword, _)| *keyword).collect::<Vec<_>>(), [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::Run, Keyword::User]);
    assert_eq!(rules_of(text), ["piped-download"]);
    assert_eq!(bodies("FROM a\nRUN cat <<EOF\nnever ended").len(), 2);
}

#[test]
fn x1_stages_flags_forms_and_variables_are_understood() {
    let text = "ARG A=1.2\nARG B\nFROM --platform=$BUILDPLATFORM golang:${A} AS Build\nFROM build\nARG A\nENV U=app N=${A:-x}\nUSER ${U}:${N}\nFROM ${B}\nFROM scratch\n";
    read(text, |file| {
        let bases: Vec<_> = file.stages.iter().map(|stage| stage.base.clone()).collect();
        assert_eq!(bases, [Base::Image("golang:1.2".into()), Base::Stage(0), Base::Image("\u{fffc}".into()), Base::Scratch]);
    });
    read("ARG A=7\nFROM x\nARG A\nENV U=app\nUSER ${U}:$A\n", |file| {
        assert_eq!(file.last_value(Keyword::User).map(|(_, user)| user), Some("app:7".to_owned()));
    });
    read("FROM a\nRUN --mount=type=cache,target=/x --network=none [\"a\", \"b c\"]\nENV OLD a b=c\nLABEL \"a b\"='c d' e=f\nONBUILD RUN x\n", |file| {
        let [_, run, old, label, later]: &[Instruction; 5] = file.instructions.as_slice().try_into().expect("five");
        assert_eq!((run.exec.clone(), run.flag("network")), (Some(vec!["a".to_owned(), "b c".to_owned()]), Some("none")));
        let pairs =
            |instruction: &Instruction| instruction.pairs('\\').into_iter().map(|(name, value, _)| (name, value.unwrap_or_default())).collect::<Vec<_>>();
        assert_eq!(pairs(old), [("OLD".to_owned(), "a b=c".to_owned())]);
        assert_eq!(pairs(label), [("a b".to_owned(), "c d".to_owned()), ("e".to_owned(), "f".to_owned())]);
        assert_eq!((later.keyword, later.when), (Keyword::Run, parse::When::Later));
    });
}

#[test]
fn x1_a_base_image_is_pinned_by_tag_or_digest_and_what_is_not_known_is_no_fault() {
    for bad in [
        "FROM debian",
        "FROM debian:latest",
        "ARG T=latest\nFROM debian:$T",
        "FROM localhost:5000/a",
        "FROM a:1 AS b\nFROM c:1\nCOPY --from=d/e /x /x",
        "FROM a:1\nRUN --mount=from=x/y,target=/t z",
    ] {
        assert!(has("unpinned-base", bad), "{bad}");
    }
    for good in [
        "FROM debian:12",
        "FROM scratch",
        "ARG B\nFROM $B",
        "FROM ${R}/a:1",
        "FROM a:1 AS b\nFROM b",
        "FROM a:1 AS b\nFROM c:1\nCOPY --from=B /x /x\nCOPY --from=0 /x /x",
        "FROM a@sha256:00",
        "FROM a:1\nCOPY --from=context /x /x",
    ] {
        assert!(!has("unpinned-base", good), "{good}");
    }
}

#[test]
fn x1_the_image_runs_as_root_only_where_that_is_certain() {
    for bad in [
        "FROM x:1\nUSER root",
        "FROM x:1\nUSER 0",
        "FROM x:1\nUSER 1\nUSER 0:0",
        "FROM x:1\nUSER root:app",
        "FROM python:3.12",
        "FROM scratch\nCOPY a /",
        "FROM a:1 AS b\nUSER 1\nFROM debian:12",
        "FROM x:1\nENV U=root\nUSER $U",
        "FROM mcr.microsoft.com/dotnet/aspnet:8.0",
    ] {
        assert!(has("root-user", bad), "{bad}");
    }
    for good in [
        "FROM debian:12\nUSER app",
        "FROM debian:12\nUSER root\nUSER 10001",
        "FROM debian:12 AS b\nUSER app\nFROM b",
        "FROM debian:12\nARG U\nUSER $U",
        "FROM postgres:16",
        "FROM mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled",
        "FROM gcr.io/distroless/static:nonroot",
        "FROM debian:12\nENTRYPOINT [\"gosu\", \"app\", \"x\"]",
    ] {
        assert!(!has("root-user", good), "{good}");
    }
    assert!(has("unknown-user", "FROM registry.example.com/java:17") && has("unknown-user", "ARG B\nFROM $B"));
    assert!(!has("unknown-user", "FROM nginxinc/nginx-unprivileged:1.27") && !has("unknown-user", "FROM postgres:16"));
}

#[test]
fn x1_a_start_in_the_exec_form_or_by_exec_is_fine() {
    let with = |line: &str| format!("FROM debian:12\nUSER 1\n{line}\n");
    for (line, rule, found) in [
        ("ENTRYPOINT /app x", "shell-entrypoint", true),
        ("ENTRYPOINT exec /app x", "shell-entrypoint", false),
        ("ENTRYPOINT [\"/app\"]", "shell-entrypoint", false),
        ("ENTRYPOINT [\"sh\", \"-c\", \"exec /app $X\"]", "shell-entrypoint", false),
        ("ENTRYPOINT []", "shell-entrypoint", false),
        ("CMD /app x", "shell-command", true),
        ("CMD exec gunicorn --bind :$PORT", "shell-command", false),
        ("CMD bash", "shell-command", false),
        ("CMD ['a', 'b']", "broken-exec-form", true),
        ("CMD [\"a\", \"b\",]", "broken-exec-form", true),
        ("ENTRYPOINT [a, b]", "broken-exec-form", true),
        ("CMD [ -f x ] && y", "broken-exec-form", false),
        ("CMD [\"a\", \"b\"]", "broken-exec-form", false),
    ] {
        assert_eq!(has(rule, &with(line)), found, "{line}");
    }
    let text = with("CMD ['a', 'b']");
    assert!(!has("shell-command", &text), "said once");
}

#[test]
fn x1_secrets_in_variables_are_found_by_name_and_their_values_hidden() {
    let text = "FROM debian:12\nENV A=1 DB_PASSWORD=\"swordfish\" B=2\nUSER 1\n";
    let path = path();
    let source = Source { path: &path, mode: Mode::File, size: 0, text: Some(text), near: &Alone };
    let found = DockerfileCheck.findings(&source);
    let finding = found.iter().find(|finding| finding.rule == "secret-in-variable").expect("it is found");
    assert!(finding.hidden.iter().any(|span| text[span.start..span.end].contains("swordfish")), "{finding:?}");
    assert!(!format!("{}{}{:?}", finding.what, finding.key, finding.help).contains("swordfish"));
    for good in ["ENV DB_PASSWORD=$DB_PASSWORD", "ARG TOKEN", "ENV PASSWORD_FILE=/run/x", "ENV TOKEN=", "ENV API_KEY=changeme", "ARG TOKEN=\"\""] {
        assert!(!has("secret-in-variable", &format!("FROM debian:12\n{good}\nUSER 1\n")), "{good}");
    }
}

#[test]
fn x1_package_managers_are_judged_by_what_they_are_told() {
    let with = |line: &str| format!("FROM debian:12\nRUN {line}\nUSER 1\n");
    for (line, rule, found) in [
        ("apt-get install git", "assume-yes", true),
        ("yum install git", "assume-yes", true),
        ("apt-get -y install git", "assume-yes", false),
        ("apt-get install -qqy git", "assume-yes", false),
        ("apt-get install --assume-yes git", "assume-yes", false),
        ("yes | apt-get install git", "assume-yes", false),
        ("apt-get install $OPTIONS git", "assume-yes", false),
        ("DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends git", "apt-recommends", false),
        ("pip install flask", "unpinned-package", true),
        ("pip install --no-cache-dir 'flask[async]' gunicorn==1.0", "unpinned-package", true),
        ("pip install -r requirements.txt", "unpinned-package", false),
        ("pip install --upgrade pip setuptools", "unpinned-package", false),
        ("pip install . ./x a.whl 'flask>=2,<3'", "unpinned-package", false),
        ("python -m pip install flask==1", "unpinned-package", false),
        ("npm install -g yarn", "unpinned-package", true),
        ("npm install -g @angular/cli@latest", "unpinned-package", true),
        ("npm install -g @angular/cli@17.1.0 yarn@1", "unpinned-package", false),
        ("npm install", "unpinned-package", false),
        ("npm ci && npm i -g .", "unpinned-package", false),
        ("sudo make", "sudo", true),
        ("apt-get install -y sudo", "sudo", false),
        ("echo \"a ALL=(ALL)\" > /etc/sudoers", "sudo", false),
    ] {
        assert_eq!(has(rule, &with(line)), found, "{line}: {:?}", rules_of(&with(line)));
    }
}

#[test]
fn x1_files_are_known_by_their_names_and_templates_are_left_alone() {
    for name in
        ["Dockerfile", "a/Dockerfile", "Dockerfile.web", "web.Dockerfile", "Containerfile", "Dockerfile-web", "dockerfile", "web.dockerfile", "Dockerfile.v1.2"]
    {
        assert!(DockerfileCheck.concerns(&RepoPath::new(name)), "{name}");
    }
    for name in ["Dockerfile.j2", "Dockerfile.md", ".dockerignore", "Dockerfile.dockerignore", "dockerfile.py", "Makefile", "dockerfile_parser.go", "README"] {
        assert!(!DockerfileCheck.concerns(&RepoPath::new(name)), "{name}");
    }
    assert!(rules_of("FROM {{ base }}\n{% if x %}\nRUN a\n{% endif %}\n").is_empty());
    assert!(rules_of("").is_empty() && rules_of("words\nof no Dockerfile").is_empty());
}

#[test]
fn x1_hostile_dockerfiles_are_read_in_linear_time() {
    let variables = (0..2_000).fold("ARG A0=xxxxxxxxxx\n".to_owned(), |text, level| format!("{text}ARG A{}=$A{level}$A{level}$A{level}\n", level + 1));
    for text in [
        "FROM a\nRUN ".to_owned() + &"a \\\n".repeat(100_000),
        "FROM a\nRUN ".to_owned() + &"<<A ".repeat(50_000),
        "FROM a AS b\nFROM b AS b\n".repeat(20_000),
        (0..5_000).fold(String::new(), |text, stage| format!("{text}FROM a:1 AS s{stage}\n")) + &"COPY --from=x/y a b\n".repeat(20_000),
        format!("{variables}FROM $A2000\n"),
        "FROM a\nENV ".to_owned() + &"A=\\".repeat(100_000),
        "ONBUILD ".repeat(50_000),
        "FROM a\nCMD ".to_owned() + &"[".repeat(100_000),
        "\u{fffc}\u{0}FROM \u{202e}a\nRUN ü\\ü <<ü\nä".to_owned(),
        "FROM a\nRUN ".to_owned() + &"apt-get install $( ".repeat(20_000),
    ] {
        let _found = rules_of(&text).len();
    }
}

#[test]
fn x1_files_for_developers_tests_and_builds_are_not_asked_how_they_run() {
    let text = "FROM debian\nRUN apt-get update && apt-get install -y gcc\nEXPOSE 80\n";
    for (name, rules) in [
        (".devcontainer/Dockerfile", 1),
        ("tests/web/Dockerfile", 1),
        ("Dockerfile.build", 1),
        (".gitpod.Dockerfile", 1),
        ("Dockerfile_test_ubuntu", 1),
        ("Dockerfile", 6),
        ("builds/Dockerfile.web", 6),
    ] {
        let path = RepoPath::new(name);
        let findings = DockerfileCheck.findings(&Source { path: &path, mode: Mode::File, size: 0, text: Some(text), near: &Alone });
        assert_eq!(findings.len(), rules, "{name}: {findings:#?}");
    }
    assert!(!has("unknown-instruction", "FROM debian:12\nCROSS_BUILD_COPY qemu /usr/bin/\n") && has("unknown-instruction", "FROM debian:12\n&& true\n"));
}

#[test]
fn x1_files_of_secrets_are_seen_where_they_are_copied() {
    for bad in ["COPY id_rsa /x", "ADD .ssh/ /root/.ssh/", "COPY a/.aws/credentials b /x/", "COPY .env /app/", "COPY [\".netrc\", \"/root/\"]"] {
        assert!(has("secret-file", &format!("FROM debian:12\n{bad}\nUSER 1\n")), "{bad}");
    }
    for good in ["COPY .env.example /app/", "COPY id_rsa.pub /x", "COPY --from=b .env /x", "COPY . .env", "COPY my.aws/credentials /x"] {
        assert!(!has("secret-file", &format!("FROM debian:12\n{good}\nUSER 1\n")), "{good}");
    }
    assert!(!has("secret-file", "FROM node:22 AS build\nCOPY .env ./\nFROM debian:12\nUSER 1\n"), "what builds may need it");
}
