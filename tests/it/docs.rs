//! The docs' tables are made from the registries: `SHIPGATE_BLESS=1 cargo test docs` writes them, without it they are compared.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use shipgate::exit::EXITS;
use shipgate::gates::GATES;
use shipgate::intake::{COMMANDS, INPUTS};
use shipgate::report::outputs::OUTPUTS;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
fn is_blessing() -> bool {
    std::env::var_os("SHIPGATE_BLESS").is_some()
}

/// The part of a page between `<!-- generated: NAME -->` and `<!-- end -->` must be this text.
fn compare(page: &str, name: &str, generated: &str) {
    let path = root().join("docs").join(page);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("docs/{page}: {error}"));
    let begin = format!("<!-- generated: {name} -->\n");
    let start = text.find(&begin).unwrap_or_else(|| panic!("docs/{page} has no part {name}")) + begin.len();
    let end = start + text[start..].find("<!-- end -->").unwrap_or_else(|| panic!("docs/{page}: part {name} has no end"));
    if is_blessing() {
        fs::write(&path, format!("{}{generated}{}", &text[..start], &text[end..])).expect("the docs can be written");
    } else {
        assert_eq!(&text[start..end], generated, "docs/{page} is out of date: SHIPGATE_BLESS=1 cargo test --test it docs");
    }
}

#[test]
fn the_page_of_gates_lists_every_gate_and_reason() {
    let mut out = String::new();
    for spec in GATES {
        let _ = writeln!(out, "### `{}`\n\n{} · rows {}\n\n| reason | when |\n| --- | --- |", spec.name, spec.title, spec.rows.join(" "));
        for reason in spec.reasons {
            let _ = writeln!(out, "| `{}` | {} |", reason.code, reason.about);
        }
        out.push('\n');
    }
    compare("gates.md", "gates", &out);
}

#[test]
fn the_page_of_commands_lists_every_command() {
    let mut out = String::from("| command | what it does |\n| --- | --- |\n");
    for spec in COMMANDS {
        let usage = format!("/{} {}", spec.word, spec.usage).trim().replace('|', "\\|");
        let _ = writeln!(out, "| `{usage}` | {} |", spec.about);
    }
    compare("commands.md", "commands", &out);
}

#[test]
fn the_page_of_messages_lists_every_rule_with_its_examples() {
    let mut out = String::from("| rule | | what it finds | instead of | write |\n| --- | --- | --- | --- | --- |\n");
    for rule in shipgate::checks::message::RULES {
        let level = if rule.level == shipgate::checks::Level::Stop { "stops" } else { "warns" };
        let lines = |text: &str| {
            let shown = |line: &str| line.replace('|', "\\|").replace('\u{202e}', "⟨U+202E⟩");
            text.trim_end().lines().map(|line| if line.is_empty() { String::new() } else { format!("`{}`", shown(line)) }).collect::<Vec<_>>().join("<br>")
        };
        let _ =
            writeln!(out, "| <a id=\"messages-{0}\"></a>`{0}` | {level} | {1} | {2} | {3} |", rule.id, rule.about, lines(rule.bad.text), lines(rule.good.text));
    }
    compare("messages.md", "rules", &out);
}

#[test]
fn the_page_of_exit_codes_lists_every_code() {
    let mut out = String::from("| code | meaning |\n| --- | --- |\n");
    for (_, code, meaning) in EXITS {
        let _ = writeln!(out, "| {code} | {meaning} |");
    }
    compare("exit-codes.md", "exits", &out);
}

#[test]
fn the_page_of_doctor_lists_every_finding_and_what_a_gate_needs() {
    let mut out = String::new();
    for (area, word, title) in shipgate::doctor::AREAS {
        let _ = writeln!(out, "### {title}\n\n| code `{word}.…` | severity | when | mend |\n| --- | --- | --- | --- |");
        for spec in shipgate::doctor::FINDINGS.iter().filter(|spec| spec.area == *area) {
            let cell = |text: &str| text.replace('|', "\\|");
            let _ = writeln!(out, "| `{}` | {} | {} | {} |", spec.code, spec.severity.as_str(), cell(spec.about), cell(spec.mend));
        }
        out.push('\n');
    }
    compare("doctor.md", "findings", &out);
    let action = fs::read_to_string(root().join("docs/action.md")).expect("docs/action.md");
    for (name, access, _) in shipgate::doctor::needed_permissions(shipgate::doctor::Dispatching::Not) {
        assert!(action.contains(&format!("{name}: {}", access.as_str())), "docs/action.md says that a gate needs {name}");
    }
}

#[test]
fn the_page_of_the_action_lists_every_input_output_and_variable() {
    let mut out = String::from("| input | default | what for |\n| --- | --- | --- |\n");
    for spec in INPUTS {
        let default = spec.default.map_or_else(String::new, |default| format!("`{default}`"));
        let _ = writeln!(out, "| `{}` | {default} | {} |", spec.name, spec.about);
    }
    compare("action.md", "inputs", &out);
    let mut out = String::from("| output | what it says |\n| --- | --- |\n");
    for spec in OUTPUTS {
        let _ = writeln!(out, "| `{}` | {} |", spec.name, spec.about);
    }
    compare("action.md", "outputs", &out);
    let mut out = String::from("| variable | what for |\n| --- | --- |\n");
    for spec in shipgate::env::VARIABLES {
        let _ = writeln!(out, "| `{}` | {} |", spec.name, spec.about);
    }
    compare("action.md", "variables", &out);
}

/// Every rule with its reason, a good and a bad example.
#[test]
fn x1_x2_x3_the_page_of_rules_lists_every_rule() {
    use shipgate::checks::{CHECKS, Level, rules};
    let mut out = String::new();
    for spec in CHECKS {
        let own: Vec<_> = rules().into_iter().filter(|rule| rule.check == spec.check).collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## `{}`\n\n{}\n\n| rule | level | what for |\n| --- | --- | --- |", spec.id, spec.about);
        let level = |level| if level == Level::Stop { "stop" } else { "warn" };
        for rule in &own {
            let _ = writeln!(out, "| [`{}`](#{}) | {} | {} |", rule.id, rule.anchor(), level(rule.level), rule.about.replace('|', "\\|"));
        }
        for rule in own {
            let _ = writeln!(out, "\n<a id=\"{}\"></a>\n### `{}`\n\n{} ({})", rule.anchor(), rule.name(), rule.about, level(rule.level));
            for (word, example) in [("Bad", rule.bad), ("Good", rule.good)] {
                let _ = writeln!(out, "\n{word}, `{}`:\n\n```{}\n{}\n```", example.path, language(example.path), example.text.trim_end());
            }
        }
    }
    out.push('\n');
    compare("rules.md", "rules", &out);
}

/// What an example is written in, for highlighting.
fn language(path: &str) -> &'static str {
    match path.rsplit(['.', '/']).next().unwrap_or_default() {
        "yml" | "yaml" => "yaml",
        "toml" => "toml",
        "json" => "json",
        "sql" => "sql",
        "Dockerfile" => "dockerfile",
        _ => "text",
    }
}

/// Every row of the requirements stands in the status page, once, with a state; and the tests it names exist.
#[test]
fn the_status_page_names_real_tests() {
    let text = fs::read_to_string(root().join("docs/status.md")).expect("docs/status.md");
    let sources = sources();
    let mut rows = 0;
    for line in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| row") && !line.starts_with("| ---")) {
        rows += 1;
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{line}");
        assert!(["done", "partial", "not yet"].iter().any(|state| cells[1].starts_with(state)), "{line}");
        if cells[1] == "done" {
            assert!(cells[2].contains('`'), "a row that is done names the test that proves it: {line}");
        }
        for test in cells[2].split('`').skip(1).step_by(2) {
            let name = test.rsplit("::").next().unwrap_or(test);
            assert!(sources.contains(&format!("fn {name}")) || root().join(test).exists(), "{test} is no test: {line}");
        }
    }
    assert_eq!(rows, 92, "every row of the requirements");
}

/// Every claim of the security page points at tests that exist.
#[test]
fn the_security_page_names_real_tests() {
    let text = fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md");
    let sources = sources();
    let rows = ["a1", "a5", "c1", "c3", "c5", "d1", "d3", "g2", "g3", "g10", "g13", "g14", "g20", "g22", "i3", "v6", "v9", "mentions", "control"];
    let is_test = |word: &&str| word.matches('_').count() > 2 && rows.iter().any(|row| word.starts_with(&format!("{row}_")));
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 40, "{named:?}");
    for test in named {
        assert!(sources.contains(&format!("fn {test}(")), "{test} is no test");
    }
}

fn sources() -> String {
    let mut out = String::new();
    let mut todo = vec![root().join("src"), root().join("tests/it")];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push_str(&fs::read_to_string(path).expect("text"));
            }
        }
    }
    out
}
