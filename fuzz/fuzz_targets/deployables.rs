//! Any text is a Dockerfile, a manifest or a workflow: it gives findings with places in it, in good time, and never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shipgate::checks::dockerfile::DockerfileCheck;
use shipgate::checks::kubernetes::KubernetesCheck;
use shipgate::checks::workflows::WorkflowsCheck;
use shipgate::checks::{Alone, FileCheck, Mode, Source, sift};
use shipgate::domain::RepoPath;

fuzz_target!(|text: &str| {
    let all: [(&str, &dyn FileCheck); 4] = [
        ("Dockerfile", &DockerfileCheck),
        ("deploy/web.yaml", &KubernetesCheck),
        (".github/workflows/ci.yml", &WorkflowsCheck),
        ("action.yml", &WorkflowsCheck),
    ];
    for (path, check) in all {
        let path = RepoPath::new(path);
        let findings = check.findings(&Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone });
        for span in findings.iter().filter_map(|finding| finding.span).chain(findings.iter().flat_map(|finding| finding.hidden.iter().copied())) {
            assert!(text.get(span.start..span.end).is_some(), "{span:?} is a stretch of the text");
        }
        drop(sift(text, findings));
    }
});
