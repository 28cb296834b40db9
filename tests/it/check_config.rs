//! What the checks of configuration say, case by case: `tests/cases/checks/CHECK/NAME.txt` holds files, each behind `=== PATH`, and behind `=== found` what is found in
//! them. A file `.github/shipgate.yml` among them is the policy. `SHIPGATE_BLESS=1` renews what is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use shipgate::checks::schemas::Schemas;
use shipgate::checks::scripts::Scripts;
use shipgate::checks::urls::Urls;
use shipgate::checks::{CheckRules, FileCheck, Finding, Mode, Near, Source};
use shipgate::domain::{ObjectId, Position, RepoPath};

const POLICY: &str = ".github/shipgate.yml";

struct Case {
    files: BTreeMap<String, String>,
    order: Vec<String>,
    found: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a case is text");
        let (mut files, mut order, mut found) = (BTreeMap::new(), Vec::new(), String::new());
        for part in text.split("=== ").skip(1) {
            let (name, content) = part.split_once('\n').expect("a line with a name");
            if name == "found" {
                content.clone_into(&mut found);
            } else {
                order.push(name.to_owned());
                files.insert(name.to_owned(), content.to_owned());
            }
        }
        Self { files, order, found }
    }

    fn rules(&self) -> CheckRules {
        let Some(text) = self.files.get(POLICY) else { return CheckRules::default() };
        let id = ObjectId::new("0123456789abcdef0123456789abcdef01234567").expect("an id");
        shipgate::policy::load(text, id).unwrap_or_else(|faults| panic!("{faults}")).checks
    }

    fn found(&self, check: &dyn FileCheck) -> String {
        let mut out = String::new();
        for name in self.order.iter().filter(|name| *name != POLICY) {
            let (path, text) = (RepoPath::new(name.as_str()), &self.files[name]);
            let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: self };
            if check.concerns(&path) {
                check.findings(&source).iter().for_each(|finding| show(&mut out, name, text, finding));
            }
        }
        out
    }
}

impl Near for Case {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.files.get(&*path.text()).map(|text| text.clone().into_bytes())
    }

    fn list(&self, folder: &RepoPath) -> Vec<RepoPath> {
        self.files.keys().map(|name| RepoPath::new(name.as_str())).filter(|path| path.folder() == *folder).collect()
    }
}

fn show(out: &mut String, name: &str, text: &str, finding: &Finding) {
    let level = format!("{:?}", finding.level).to_lowercase();
    let place = finding.span.map_or_else(String::new, |span| {
        let position = Position::of(text, span.start);
        format!(":{}:{}", position.line, position.column)
    });
    let _ = writeln!(out, "{name}{place} {level} {}: {}", finding.name(), finding.what);
    let under = finding.span.map(|span| format!("`{}`", text[span.start..span.end].escape_debug()));
    for (word, value) in [("under", &under), ("within", &finding.within), ("label", &finding.label), ("help", &finding.help)] {
        if let Some(value) = value {
            let _ = writeln!(out, "    {word}: {}", value.replace('\n', "\n        "));
        }
    }
}

fn cases(check: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/checks").join(check);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn bless() -> bool {
    #[expect(clippy::disallowed_methods, reason = "SHIPGATE_BLESS=1 renews expected files; only tests read it")]
    std::env::var_os("SHIPGATE_BLESS").is_some()
}

fn judge(check: &str, make: impl Fn(&CheckRules) -> Box<dyn FileCheck>) {
    for path in cases(check) {
        let case = Case::read(&path);
        let found = case.found(&*make(&case.rules()));
        if bless() {
            let text = fs::read_to_string(&path).expect("a case");
            let files = text.split("=== found\n").next().unwrap_or_default();
            fs::write(&path, format!("{files}=== found\n{found}")).expect("the case is written");
        } else {
            assert_eq!(found, case.found, "{}", path.display());
        }
    }
}

#[test]
fn v7_every_case_of_schemas_is_judged_as_it_says() {
    judge("schemas", |rules| Box::new(Schemas::new(&rules.schemas)));
}

#[test]
fn v8_every_case_of_urls_is_judged_as_it_says() {
    judge("urls", |rules| Box::new(Urls::new(&rules.urls)));
}

#[test]
fn v8_every_case_of_scripts_is_judged_as_it_says() {
    judge("scripts", |rules| Box::new(Scripts::new(&rules.scripts)));
}

/// The files below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

#[test]
fn v7_our_own_workflows_and_examples_fit_their_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (check, nothing) = (Schemas::new(&[]), Case { files: BTreeMap::new(), order: Vec::new(), found: String::new() });
    let mut count = 0;
    for file in [below(&root.join(".github")), below(&root.join("docs/examples"))].concat() {
        let relative = file.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        // An example's folder `workflows` is `.github/workflows` where it is used.
        let path = match relative.rsplit_once("/workflows/") {
            Some((_, name)) => RepoPath::new(format!(".github/workflows/{name}")),
            None => RepoPath::new(relative.as_str()),
        };
        let Ok(text) = fs::read_to_string(&file) else { continue };
        if check.concerns(&path) {
            count += 1;
            let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(&text), near: &nothing };
            assert_eq!(check.findings(&source), [], "{relative}");
        }
    }
    assert!(count > 5);
}
