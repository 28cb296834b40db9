//! Every rule of Dockerfiles, manifests and workflows finds something in its bad example, nothing in its good one, and what it finds has a place.

use super::dockerfile::DockerfileCheck;
use super::kubernetes::KubernetesCheck;
use super::workflows::WorkflowsCheck;
use super::{Alone, Check, Example, FileCheck, Finding, Level, Mode, RuleSpec, Source, rules};
use crate::domain::RepoPath;

/// The checks whose examples are looked at here: the others' are looked at beside them.
fn file_checks() -> Vec<Box<dyn FileCheck>> {
    vec![Box::new(DockerfileCheck), Box::new(KubernetesCheck), Box::new(WorkflowsCheck)]
}

/// What the checks find in an example of a rule.
fn found(rule: &RuleSpec, example: &Example) -> Vec<Finding> {
    let path = RepoPath::new(example.path);
    let source = Source { path: &path, mode: Mode::File, size: example.text.len() as u64, text: Some(example.text), near: &Alone };
    let checks = file_checks();
    let of_check: Vec<_> = checks.iter().filter(|check| check.check() == rule.check).collect();
    assert!(!of_check.is_empty(), "{}: no check of files has it", rule.name());
    assert!(of_check.iter().any(|check| check.concerns(&path)), "{}: {} is none of its files", rule.name(), example.path);
    of_check.iter().filter(|check| check.concerns(&path)).flat_map(|check| check.findings(&source)).collect()
}

#[test]
fn x1_x2_x3_every_rule_finds_its_bad_example_and_passes_its_good_one() {
    let checks = [Check::Dockerfile, Check::Kubernetes, Check::Workflows];
    for rule in rules().into_iter().filter(|rule| checks.contains(&rule.check)) {
        let own = |example: &Example| found(rule, example).into_iter().filter(|finding| finding.rule == rule.id).collect::<Vec<_>>();
        let good = own(&rule.good);
        assert!(good.is_empty(), "{}: {good:#?}", rule.name());
        let bad = own(&rule.bad);
        assert!(!bad.is_empty(), "{}: nothing in {}", rule.name(), rule.bad.text);
        for finding in bad {
            let span = finding.span.unwrap_or_else(|| panic!("{}: {finding:?} has no place", rule.name()));
            assert!(rule.bad.text.get(span.start..span.end).is_some_and(|text| !text.is_empty()), "{}: {span:?}", rule.name());
            assert_eq!(finding.level, rule.level, "{}", rule.name());
            assert!(finding.help.is_some(), "{} says what to do", rule.name());
            assert!(!finding.what.ends_with('.'), "{}", finding.what);
        }
    }
}

/// A good Dockerfile is good in every way, but for what only warns. Manifests show what their rule is about, and no more.
#[test]
fn x1_nothing_that_stops_is_in_a_good_dockerfile() {
    for rule in rules().into_iter().filter(|rule| rule.check == Check::Dockerfile) {
        let stops: Vec<_> = found(rule, &rule.good).into_iter().filter(|finding| finding.level == Level::Stop).collect();
        assert!(stops.is_empty(), "{}: {stops:#?}", rule.name());
    }
}

/// Pieces that files are made of, and what does not belong there.
const PIECES: &str = "FROM |AS |RUN |ENV |ARG |USER |COPY --from=|CMD |\\[|\\]|\"|'|\\\\\n|\n|\r\n|# escape=`\n|<<EOF|EOF\n|\\$\\(|\\)|`|\\$\\{|\\}|curl x|\\| sh|apt-get install |                      apiVersion: v1\n|kind: Pod\n|spec:\n|  containers:\n|    - name: a\n|      image: |on: issues\n|jobs:\n  a:\n    steps:\n|      - run: |\\$\\{\\{ github.head_ref |\\}\\}|uses: a/b@|                      ---\n|: |- |  |shipgate:allow x |[ -~]{0,6}|[é\u{202e}\u{fffc}\u{0}ß]";

proptest::proptest! {
    /// Whatever a file holds, findings have places in it.
    #[test]
    fn x1_x2_x3_any_text_gives_findings_with_places_in_it(pieces in proptest::collection::vec(PIECES, 0..40)) {
        let text: String = pieces.concat();
        for path in ["Dockerfile", "deploy/web.yaml", ".github/workflows/ci.yml", "action.yml"] {
            let path = RepoPath::new(path);
            let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(&text), near: &Alone };
            let findings: Vec<Finding> = file_checks().iter().filter(|check| check.concerns(&path)).flat_map(|check| check.findings(&source)).collect();
            for span in findings.iter().flat_map(|finding| finding.span.into_iter().chain(finding.hidden.iter().copied())) {
                proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{:?} in {:?}", span, text);
            }
            let count = findings.len();
            let (left, allowed) = super::sift(&text, findings);
            proptest::prop_assert_eq!(left.len() + allowed.len(), count);
        }
    }
}
