//! The policy file, from outside: cases with their exact diagnostics, the schema, the documentation, and hostile text.
//!
//! `SHIPGATE_BLESS=1` renews the expected files.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use shipgate::domain::{EnvName, ObjectId, Principal, Role};
use shipgate::intake::COMMANDS;
use shipgate::policy::{CODES, Faults, Paint, Policy, SCHEMA, Severity, explain, load, warnings};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn load_text(text: &str) -> Result<Policy, Faults> {
    load(text, ObjectId::new("0123456789abcdef0123456789abcdef01234567").expect("a valid id"))
}

fn bless() -> bool {
    #[expect(clippy::disallowed_methods, reason = "SHIPGATE_BLESS=1 renews expected files; only tests read it")]
    std::env::var_os("SHIPGATE_BLESS").is_some()
}

/// The policies of a folder, in the order of their names.
fn cases(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(ROOT).join("tests/cases/policy").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).expect("the folder is there").map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yml"));
    files.sort();
    assert!(!files.is_empty(), "{} has no case", folder.display());
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("UTF-8"))).collect()
}

/// Compares with the file beside the case.
fn compare(case: &Path, extension: &str, found: &str) {
    let path = case.with_extension(extension);
    if bless() {
        fs::write(&path, found).expect("the repository can be written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == found, "{} differs; found:\n{found}\nexpected:\n{expected}", path.display());
}

#[test]
fn i3_every_invalid_policy_is_refused_with_exactly_these_words() {
    for (path, text) in cases("invalid") {
        let faults = load_text(&text).map(|_| ()).expect_err(&format!("{} must be refused", path.display()));
        compare(&path, "stderr", &faults.render(Paint::Plain));
        check_places(&text, &faults);
    }
}

fn check_places(text: &str, faults: &Faults) {
    assert!(!faults.list().is_empty());
    let mut last = 0;
    for fault in faults.list() {
        assert!(text.get(fault.span.start..fault.span.end).is_some(), "{fault:?} lies outside of the text");
        assert!(fault.span.start >= last, "{fault:?} is out of order");
        last = fault.span.start;
    }
}

#[test]
fn v1_every_valid_policy_loads_without_a_warning() {
    for (path, text) in cases("valid") {
        let policy = load_text(&text).unwrap_or_else(|faults| panic!("{} is refused:\n{faults}", path.display()));
        let warnings = warnings(&text, &policy);
        assert!(warnings.list().is_empty(), "{}:\n{}", path.display(), warnings.render(Paint::Plain));
        let explained = explain(&policy, None);
        compare(&path, "txt", &explained);
    }
}

#[test]
fn g3_a_loosened_production_is_said() {
    for (path, text) in cases("warnings") {
        let policy = load_text(&text).unwrap_or_else(|faults| panic!("{} is refused:\n{faults}", path.display()));
        compare(&path, "stderr", &warnings(&text, &policy).render(Paint::Plain));
    }
}

#[test]
fn every_code_is_produced_by_a_case() {
    let mut produced = BTreeSet::new();
    for (_, text) in cases("invalid") {
        produced.extend(load_text(&text).map(|_| ()).expect_err("invalid").list().iter().map(|fault| fault.code));
    }
    for (_, text) in cases("warnings") {
        let policy = load_text(&text).expect("valid");
        produced.extend(warnings(&text, &policy).list().iter().map(|fault| fault.code));
    }
    let missing: Vec<&str> = CODES.iter().filter(|spec| !produced.contains(&spec.code)).map(|spec| spec.name).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn as_json(text: &str) -> Option<serde_json::Value> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).ok()
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(SCHEMA).expect("the schema is JSON")).expect("the schema is a schema")
}

#[test]
fn i3_the_schema_takes_every_valid_policy() {
    let schema = schema();
    for (path, text) in cases("valid").into_iter().chain(cases("warnings")) {
        let value = as_json(&text).expect("YAML");
        let faults: Vec<String> = schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn i3_the_schema_refuses_what_is_structurally_wrong() {
    let structural = ["SG-POLICY-UNKNOWN-KEY", "SG-POLICY-LATER", "SG-POLICY-TYPE", "SG-POLICY-MISSING", "SG-POLICY-VERSION", "SG-POLICY-ARGV"];
    let schema = schema();
    let mut refused = 0;
    for (path, text) in cases("invalid") {
        let faults = load_text(&text).map(|_| ()).expect_err("invalid");
        let is_structural = faults.list().iter().any(|fault| structural.contains(&fault.code.as_str()));
        if let Some(value) = as_json(&text).filter(|_| is_structural) {
            assert!(!schema.is_valid(&value), "{} satisfies the schema", path.display());
            refused += 1;
        }
    }
    assert!(refused > 8, "only {refused} cases are structural");
}

#[test]
fn v1_a_policy_without_environments_has_the_four() {
    let policy = load_text("version: 1\n").expect("valid");
    let words: Vec<&str> = policy.environment_words().collect();
    assert_eq!(words, ["dev", "staging", "canary", "production"]);
}

#[test]
fn g3_three_lines_are_strict() {
    let policy = load_text("version: 1\nenvironments:\n  staging: {}\n  production: { after: [staging] }\n").expect("valid");
    let json = serde_json::to_value(&policy).expect("plain data");
    let production = &json["environments"][1];
    assert_eq!(production["tier"], "production");
    assert_eq!(production["after"], serde_json::json!(["staging"]));
    assert_eq!(production["gates"]["approval"]["count"], 2);
    assert_eq!(production["gates"]["approval"]["exclude"], serde_json::json!(["author", "committers", "pusher", "requester"]));
    assert_eq!(production["gates"]["approval"]["expires"], "3d");
    assert_eq!(production["gates"]["confirm"], "name");
    assert_eq!(production["gates"]["up-to-date"], "strict");
    assert_eq!(production["gates"]["permission"]["forks"], "refuse");
    assert_eq!(production["gates"]["checks"]["require"], "all");
    let staging = &json["environments"][0];
    assert_eq!(staging["gates"]["approval"]["count"], 1);
    assert_eq!(staging["gates"]["confirm"], "off");
    assert_eq!(json["commands"]["who"]["deploy"], serde_json::json!(["role:write"]));
    assert_eq!(json["commands"]["force_unlock"], serde_json::json!(["role:maintain"]));
}

#[test]
fn c1_every_command_can_be_given_to_somebody_else() {
    for spec in COMMANDS {
        let policy = load_text(&format!("version: 1\ncommands: {{ who: {{ {}: role:admin }} }}\n", spec.word)).expect("valid");
        let admins: Vec<&str> = policy.commands.who.iter().filter(|(_, who)| *who == &[Principal::Role(Role::Admin)]).map(|(name, _)| name.as_str()).collect();
        assert_eq!(admins, [spec.word]);
        assert_eq!(policy.commands.who.len(), COMMANDS.len());
    }
}

#[test]
fn explain_shows_one_environment_by_its_alias_and_names_the_known_ones() {
    let (_, text) = cases("valid").into_iter().find(|(path, _)| path.ends_with("full.yml")).expect("the full case");
    let policy = load_text(&text).expect("valid");
    let word = |text: &str| EnvName::new(text).expect("a valid word");
    assert!(explain(&policy, Some(&word("prod"))).starts_with("environment production (stricter defaults)\n"));
    assert!(explain(&policy, Some(&word("qa"))).contains("staging, stage, live, production, prod"));
}

#[test]
fn i3_our_own_policy_loads_without_a_warning() {
    let text = fs::read_to_string(Path::new(ROOT).join(".github/shipgate.yml")).expect("our own policy");
    let policy = load_text(&text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(warnings(&text, &policy).list(), []);
    assert!(schema().is_valid(&as_json(&text).expect("YAML")));
    assert!(policy.environment(&EnvName::new("pages").expect("valid")).is_some());
}

#[test]
fn i3_every_policy_in_the_documentation_loads() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/policy.md")).expect("the policy page");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut loaded = 0;
    for block in blocks.filter(|block| block.starts_with("version:")) {
        let policy = load_text(block).unwrap_or_else(|faults| panic!("{block}\n{faults}"));
        assert_eq!(warnings(block, &policy).list(), [], "{block}");
        loaded += 1;
    }
    assert!(loaded >= 10, "only {loaded} examples");
    let rows = CODES.iter().map(|spec| format!("| `{}` | {} |\n", spec.name, spec.about));
    let missing: Vec<String> = rows.filter(|row| !page.contains(row)).collect();
    assert_eq!(missing, Vec::<String>::new(), "codes that the page does not explain");
}

#[test]
fn i3_the_documentation_names_every_key_of_the_schema() {
    fn keys(value: &serde_json::Value, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => {
                if let Some(properties) = map.get("properties").and_then(serde_json::Value::as_object) {
                    found.extend(properties.keys().cloned());
                }
                map.values().for_each(|value| keys(value, found));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }
    let page = fs::read_to_string(Path::new(ROOT).join("docs/policy.md")).expect("the policy page");
    let mut found = BTreeSet::new();
    keys(&serde_json::from_str(SCHEMA).expect("JSON"), &mut found);
    let missing: Vec<&String> = found.iter().filter(|key| !page.contains(&format!("`{key}`")) && !page.contains(&format!("{key}`"))).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn faults_and_warnings_are_json_for_programs() {
    let faults = load_text("version: 1\nenvironments: { a: { after: [b] } }\n").map(|_| ()).expect_err("invalid");
    let json = serde_json::to_value(&faults).expect("plain data");
    assert_eq!(json[0]["code"], "SG-POLICY-UNKNOWN-ENV");
    assert_eq!((&json[0]["file"], &json[0]["line"], &json[0]["column"]), (&".github/shipgate.yml".into(), &2.into(), &30.into()));
    assert_eq!(json[0]["end"], serde_json::json!({"line": 2, "column": 31}));
    assert_eq!(faults.list()[0].code.severity(), Severity::Error);
}

/// Ten thousand lines: 1,000 environments with gates, 500 services.
fn ten_thousand_lines() -> String {
    let mut text = "version: 1\nservices:\n".to_owned();
    for service in 0..500 {
        writeln!(text, "  s{service}:\n    paths:\n      - services/s{service}/**").expect("a string takes everything");
    }
    text.push_str("environments:\n");
    for environment in 0..1_200 {
        let after = if environment == 0 { String::new() } else { format!("e{}", environment - 1) };
        writeln!(text, "  e{environment}:\n    after: [{after}]\n    gates:\n      approval:\n        count: 2\n        from:\n          - role:write")
            .expect("a string takes everything");
    }
    text
}

#[test]
fn a_policy_of_ten_thousand_lines_loads() {
    let text = ten_thousand_lines();
    assert!(text.lines().count() > 9_900, "{}", text.lines().count());
    assert!(text.len() < 256 * 1024, "{}", text.len());
    assert_eq!(load_text(&text).expect("valid").environments.len(), 1_200);
}

#[test]
fn ten_thousand_lines_of_faults_are_all_told() {
    let text = ten_thousand_lines().replace("after: [e", "after: [x");
    let faults = load_text(&text).map(|_| ()).expect_err("invalid");
    assert_eq!(faults.list().len(), 1_199);
    assert_eq!(faults.render(Paint::Plain).matches("SG-POLICY-UNKNOWN-ENV").count(), 1_199);
}

#[test]
fn a_hostile_file_of_one_line_full_of_faults_is_still_shown() {
    let mut keys = String::new();
    for key in 0..12_000 {
        write!(keys, "k{key}: {{a: 1}}, ").expect("a string takes everything");
    }
    let faults = load_text(&format!("version: 1\nservices: {{{keys}}}\n")).map(|_| ()).expect_err("invalid");
    assert_eq!(faults.list().len(), 12_000);
    let shown = faults.render(Paint::Plain);
    assert!(shown.ends_with(" more\n") && shown.matches("SG-POLICY-UNKNOWN-KEY").count() > 30);
}

/// A change to a text: where (in per mille), how much goes, what comes.
fn mutation() -> impl Strategy<Value = (usize, usize, String)> {
    let comes = prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        Just(": ".to_owned()),
        Just("- ".to_owned()),
        Just("[".to_owned()),
        Just("}".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("null".to_owned()),
        Just("\t".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("!!x ".to_owned()),
        Just("ä".to_owned()),
        "\\PC{0,6}",
    ];
    (0usize..1_000, 0usize..12, comes)
}

fn mutate(text: &str, (place, gone, comes): &(usize, usize, String)) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let start = characters.len() * place / 1_000;
    let end = (start + gone).min(characters.len());
    characters.splice(start..end, comes.chars());
    characters.into_iter().collect()
}

/// Whatever the text: a policy, or faults that lie in it and can be shown.
fn holds(text: &str) {
    match load_text(text) {
        Ok(policy) => {
            let _ = warnings(text, &policy).render(Paint::Coloured);
            assert!(!explain(&policy, None).is_empty());
            let value = as_json(text).expect("what we read, another reader reads");
            assert!(schema().is_valid(&value), "valid for us, not for the schema:\n{text}");
        }
        Err(faults) => {
            check_places(text, &faults);
            assert_eq!(faults.render(Paint::Plain).matches("[SG-POLICY-").count(), faults.list().len());
            let json = serde_json::to_value(&faults).expect("plain data");
            assert!(json.as_array().is_some_and(|list| list.iter().all(|fault| fault["line"].as_u64() >= Some(1))));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn i3_any_text_is_a_policy_or_has_faults_within_it(text in "\\PC{0,200}") {
        holds(&text);
    }

    #[test]
    fn i3_any_yaml_like_text_is_a_policy_or_has_faults_within_it(text in "(version: 1\n)?([ \n:{}\\[\\],&*a-e'\"|>#?-]|environments|gates|after|\u{e4}|\u{1f680}){0,60}") {
        holds(&text);
    }

    #[test]
    fn i3_a_mutated_policy_is_a_policy_or_has_faults_within_it(
        case in 0usize..64,
        mutations in proptest::collection::vec(mutation(), 1..4),
    ) {
        let all: Vec<_> = cases("valid").into_iter().chain(cases("warnings")).collect();
        let (_, text) = &all[case % all.len()];
        holds(&mutations.iter().fold(text.clone(), |text, mutation| mutate(&text, mutation)));
    }

    #[test]
    fn i3_a_doubled_key_is_refused_by_us_as_by_the_yaml_library(key in "[a-c]", other in "[a-c]") {
        let text = format!("version: 1\nservices:\n  {key}: {{}}\n  {other}: {{}}\n");
        prop_assert_eq!(load_text(&text).is_err(), as_json(&text).is_none());
    }
}
