//! `action.yml` says what the program's registries say: `SHIPGATE_BLESS=1 cargo test --test it action_yml` writes its lists, without it they are
//! compared, once more as a YAML parser reads them.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use shipgate::intake::INPUTS;
use shipgate::report::outputs::OUTPUTS;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("action.yml")
}

fn read() -> String {
    std::fs::read_to_string(path()).expect("action.yml is there")
}

#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
fn is_blessing() -> bool {
    std::env::var_os("SHIPGATE_BLESS").is_some()
}

/// What stands between `# generated: NAME` and `# end` must be this text.
fn compare(name: &str, generated: &str) {
    let text = read();
    let begin = format!("  # generated: {name}\n");
    let start = text.find(&begin).unwrap_or_else(|| panic!("action.yml has no part {name}")) + begin.len();
    let end = start + text[start..].find("  # end\n").expect("a part has an end");
    if is_blessing() {
        std::fs::write(path(), format!("{}{generated}{}", &text[..start], &text[end..])).expect("action.yml can be written");
    } else {
        assert_eq!(&text[start..end], generated, "action.yml is out of date: SHIPGATE_BLESS=1 cargo test --test it action_yml");
    }
}

#[test]
fn d3_action_yml_says_what_the_registries_say_also_to_a_yaml_parser() {
    lists_are_of_the_registries();
    is_read_as_the_registries_say();
}

fn lists_are_of_the_registries() {
    // A JSON string is a YAML string.
    let mut inputs = String::new();
    for spec in INPUTS {
        let _ = write!(inputs, "  {}:\n    description: {}\n    required: false\n", spec.name, json!(spec.about));
        if let Some(default) = spec.default {
            let _ = writeln!(inputs, "    default: {}", json!(default));
        }
    }
    compare("inputs", &inputs);
    let mut outputs = String::new();
    for spec in OUTPUTS {
        let _ = write!(outputs, "  {}:\n    description: {}\n", spec.name, json!(spec.about));
    }
    compare("outputs", &outputs);
}

fn is_read_as_the_registries_say() {
    let action: Value = serde_saphyr::from_str(&read()).expect("action.yml is YAML");
    let names = |key: &str| action[key].as_object().expect("a mapping").keys().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(names("inputs"), INPUTS.iter().map(|spec| spec.name.to_owned()).collect());
    assert_eq!(names("outputs"), OUTPUTS.iter().map(|spec| spec.name.to_owned()).collect());
    for spec in INPUTS {
        let input = &action["inputs"][spec.name];
        assert_eq!((input["description"].as_str(), input["default"].as_str()), (Some(spec.about), spec.default), "{}", spec.name);
        assert_eq!(input["required"], json!(false), "without any input it works: {}", spec.name);
    }
    for spec in OUTPUTS {
        assert_eq!(action["outputs"][spec.name], json!({ "description": spec.about }));
    }
    assert_eq!(action["runs"], json!({ "using": "node24", "main": "action/main.js", "post": "action/post.js", "post-if": "always()" }));
    assert!(action["description"].as_str().is_some_and(|text| text.len() <= 125), "the marketplace takes 125 characters");
}

#[test]
fn d3_the_checksums_beside_the_action_are_of_this_version() {
    let text = std::fs::read_to_string(path().with_file_name("action").join("checksums.json")).expect("the checksums are there");
    let sums: Value = serde_json::from_str(&text).expect("they are JSON");
    assert_eq!(sums["version"], env!("CARGO_PKG_VERSION"));
    for (name, sum) in sums["files"].as_object().expect("files") {
        assert!(name.starts_with("shipgate-"), "{name}");
        assert!(sum.as_str().is_some_and(|sum| sum.len() == 64 && sum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))), "{name}: {sum}");
    }
}
