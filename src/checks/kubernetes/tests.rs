//! What is seen in manifests of all shapes, and what is left alone.

use std::collections::BTreeMap;

use super::super::{Mode, Near};
use super::*;

/// Files that lie near.
struct Files(BTreeMap<&'static str, &'static str>);

impl Near for Files {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.0.get(path.text().as_ref()).map(|text| text.as_bytes().to_vec())
    }

    fn list(&self, folder: &RepoPath) -> Vec<RepoPath> {
        self.0.keys().map(|path| RepoPath::new(*path)).filter(|path| path.folder() == *folder).collect()
    }
}

fn found(path: &str, text: &str, files: &[(&'static str, &'static str)]) -> Vec<Finding> {
    let path = RepoPath::new(path);
    let near = Files(files.iter().copied().collect());
    KubernetesCheck.findings(&Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &near })
}

fn rules_of(text: &str) -> Vec<String> {
    let mut rules: Vec<String> = found("deploy/web.yaml", text, &[]).into_iter().map(|finding| finding.rule.into_owned()).collect();
    rules.sort();
    rules.dedup();
    rules
}

const BARE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n        - name: web\n          image: web\n          ports: [{ containerPort: 80 }]\n";

const WHOLE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: web
          image: registry.example.com/web:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          ports: [{ name: http, containerPort: 8080 }]
          resources: { requests: { cpu: 1, memory: 1Gi }, limits: { memory: 1Gi } }
          readinessProbe: { httpGet: { path: /ready, port: http } }
          livenessProbe: { httpGet: { path: /live, port: http } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
";

#[test]
fn x2_a_manifest_that_says_all_is_fine_and_one_that_says_nothing_is_told_what_is_missing() {
    assert_eq!(rules_of(WHOLE), Vec::<String>::new());
    let missing = ["liveness-probe", "readiness-probe", "resources", "rolling-update", "run-as-root", "security-context", "single-replica", "unpinned-image"];
    assert_eq!(rules_of(BARE), missing);
}

#[test]
fn x2_lists_and_further_documents_are_looked_at_with_their_places() {
    let indented = format!("    {}\n", BARE.trim_end().replace('\n', "\n    ")).replacen("    ", "  - ", 1);
    let list = format!("---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n{indented}");
    let findings = found("a.yml", &list, &[]);
    let image = findings.iter().find(|finding| finding.rule == "unpinned-image").expect("found");
    assert_eq!(image.within.as_deref(), Some("items[0].spec.template.spec.containers[0].image"));
    let span = image.span.expect("a place");
    assert_eq!(&list[span.start..span.end], "web");
    let second = format!("{WHOLE}---\n{BARE}");
    assert!(found("a.yml", &second, &[]).iter().all(|finding| finding.span.is_some_and(|span| span.start > WHOLE.len())));
}

#[test]
fn x2_jobs_need_no_probes_and_init_containers_no_limits() {
    let job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: a }\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          securityContext: { runAsUser: 5 }\n          initContainers: [{ name: i, image: 'i:1' }]\n          containers: [{ name: c, image: 'c:1', ports: [{ containerPort: 1 }] }]\n";
    assert_eq!(rules_of(job), ["image-without-digest", "resources", "security-context"]);
    assert_eq!(found("a.yml", job, &[]).iter().filter(|finding| finding.rule == "resources").count(), 1);
}

#[test]
fn x2_patches_are_judged_only_by_what_they_say() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          resources: {}\n";
    assert!(rules_of(patch).is_empty());
    let bad = patch
        .replace("resources: {}", "image: web:latest\n          securityContext: { privileged: true }\n          env: [{ name: TOKEN, value: swordfish }]");
    assert_eq!(rules_of(&bad), ["privileged", "secret-in-env", "unpinned-image"]);
    // It looks whole, and a kustomization says that it is none.
    let rules = |kustomization: &'static str| {
        let findings = found("overlays/prod/patches/web.yaml", BARE, &[("overlays/prod/kustomization.yaml", kustomization)]);
        findings.into_iter().map(|finding| finding.rule.into_owned()).collect::<Vec<_>>()
    };
    assert!(rules("patches: [{ path: ./patches/web.yaml }]\n").is_empty());
    assert!(rules("patchesStrategicMerge: [patches/../patches/web.yaml]\n").is_empty());
    assert!(!rules("patches: [{ path: ../web.yaml }]\n").is_empty());
    assert!(!rules("resources: [patches/web.yaml]\n").contains(&"unpinned-image".to_owned()), "a kustomization above may set its tag");
    assert!(!rules("images: [{ name: web, newTag: '1' }]\n").contains(&"unpinned-image".to_owned()));
}

#[test]
fn x2_templates_and_other_files_are_left_alone() {
    assert!(rules_of(&BARE.replace("image: web", "image: {{ .Values.image }}")).is_empty());
    assert!(rules_of(&BARE.replace("kind: Deployment", "{{- if .Values.on }}\nkind: Deployment")).is_empty());
    assert!(found("chart/templates/web.yaml", &BARE.replace("image: web", "image: \"{{ .Values.image }}\""), &[]).is_empty());
    assert!(!rules_of(&BARE.replace("image: web", "image: '${IMAGE}'")).contains(&"unpinned-image".to_owned()));
    assert!(rules_of("kind: a\napiVersion: [x]\n").is_empty() && rules_of("- kind: Pod\n").is_empty() && rules_of("{{").is_empty());
    assert!(rules_of(&BARE.replace("apps/v1", "example.com/v1")).is_empty());
    assert!(!KubernetesCheck.concerns(&RepoPath::new(".github/workflows/a.yml")) && KubernetesCheck.concerns(&RepoPath::new("k8s/a.yaml")));
}

#[test]
fn x2_secrets_that_are_encrypted_or_elsewhere_are_fine_and_values_are_hidden() {
    let secret = |rest: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{ name: a }}\n{rest}");
    for good in [
        "data: {}",
        "data: { password: 'ENC[AES256]' }\nsops: { version: 3 }",
        "stringData: { password: '${PASSWORD}' }",
        "type: kubernetes.io/service-account-token\ndata: { token: eA }",
        "data: { ca.crt: eA }",
        "stringData: { a: <path:x> }",
    ] {
        assert!(rules_of(&secret(good)).is_empty(), "{good}");
    }
    let text = secret("data: { password: c3dvcmRmaXNo }\n");
    let findings = found("a.yaml", &text, &[]);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].hidden.iter().any(|span| &text[span.start..span.end] == "c3dvcmRmaXNo"));
    assert!(!format!("{}{}", findings[0].what, findings[0].key).contains("c3dv"));
}

#[test]
fn x2_a_budget_beside_and_an_autoscaler_are_seen() {
    let three = BARE.replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector");
    let budget =
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: a }\nspec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }\n";
    let has = |files: &[(&'static str, &'static str)]| found("deploy/web.yaml", &three, files).iter().any(|finding| finding.rule == "disruption-budget");
    assert!(has(&[]) && !has(&[("deploy/pdb.yaml", budget)]) && has(&[("other/pdb.yaml", budget)]));
    let scaled = format!(
        "{BARE}---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{ name: web }}\nspec: {{ scaleTargetRef: {{ name: web }} }}\n"
    );
    assert!(!rules_of(&scaled).contains(&"single-replica".to_owned()));
}

#[test]
fn x2_hostile_manifests_end() {
    let many = format!("{BARE}---\n").repeat(300);
    for text in [
        many.as_str(),
        "apiVersion: kind: [",
        "apiVersion: v1\nkind: List\nitems: {}\n",
        "apiVersion: v1\nkind: Pod\nspec: { containers: { a: b } }\n",
        "kind: &a [*a]\napiVersion: v1\n",
    ] {
        let _found = rules_of(text);
    }
}
