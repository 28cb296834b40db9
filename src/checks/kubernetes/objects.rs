//! Objects of manifests, and the pods and containers of those that run something.

use std::rc::Rc;

use super::kustomize::{Kustomize, Role};
use crate::checks::{Finding, RuleSpec, Source};
use crate::documents::{Node, Value};
use crate::domain::{Span, shown};

/// A file of manifests.
pub(super) struct Manifest<'a> {
    /// The file.
    pub(super) source: &'a Source<'a>,
    /// Its objects, those of lists among them.
    pub(super) objects: Vec<Object<'a>>,
    /// Those that run something.
    pub(super) workloads: Vec<Workload<'a>>,
    /// What kustomizations nearby say of it.
    pub(super) kustomize: Kustomize,
}

/// An object.
#[derive(Clone)]
pub(super) struct Object<'a> {
    /// Its kind.
    pub(super) kind: &'a str,
    /// Its API's group; empty for the core.
    pub(super) group: &'a str,
    /// Its name; empty where it has none.
    pub(super) name: &'a str,
    /// All of it.
    pub(super) node: &'a Node,
    /// Where it stands in its document: empty, or `items[0].`.
    path: String,
}

/// A kind that runs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A pod by itself.
    Pod,
    /// A Deployment.
    Deployment,
    /// A `StatefulSet`.
    StatefulSet,
    /// A `DaemonSet`.
    DaemonSet,
    /// A `ReplicaSet` or `ReplicationController`.
    ReplicaSet,
    /// A Job or `CronJob`: it ends.
    Job,
}

/// Whether a manifest says all of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// Only what is laid over another: what it does not say is said there.
    Part,
}

/// Something that runs pods.
pub(super) struct Workload<'a> {
    /// The object.
    pub(super) object: Object<'a>,
    /// What it is.
    pub(super) kind: Kind,
    /// The pod's specification.
    pub(super) pod: &'a Node,
    /// Its place in the document.
    pub(super) pod_path: String,
    /// The pod's labels.
    pub(super) labels: Option<&'a Node>,
    /// Its containers: the init containers first.
    pub(super) containers: Vec<Container<'a>>,
    /// Whether all of it is said.
    pub(super) extent: Extent,
}

/// A container.
pub(super) struct Container<'a> {
    /// All of it.
    pub(super) node: &'a Node,
    /// Its name; empty where it has none.
    pub(super) name: &'a str,
    /// What it is for.
    pub(super) role: Runs,
    /// Its place in the document.
    pub(super) path: String,
}

/// How long a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// As long as the pod.
    Always,
    /// Before the others, and ends (init containers).
    Before,
}

impl<'a> Manifest<'a> {
    /// The objects of documents.
    pub(super) fn of(roots: &'a [Rc<Node>], source: &'a Source<'a>) -> Self {
        let objects: Vec<Object<'a>> = roots.iter().flat_map(|root| objects(root)).collect();
        let interesting = objects.iter().any(|object| Kind::of(object).is_some() || object.kind == "Service");
        let kustomize = if interesting { Kustomize::around(source) } else { Kustomize::default() };
        let workloads = objects.iter().filter_map(|object| Workload::of(object, &kustomize)).collect();
        Self { source, objects, workloads, kustomize }
    }

    /// The workloads of which all is said.
    pub(super) fn whole(&self) -> impl Iterator<Item = &Workload<'a>> {
        self.workloads.iter().filter(|workload| workload.extent == Extent::Whole)
    }

    /// Every container with its workload.
    pub(super) fn containers(&self) -> impl Iterator<Item = (&Workload<'a>, &Container<'a>)> {
        self.workloads.iter().flat_map(|workload| workload.containers.iter().map(move |container| (workload, container)))
    }

    /// The containers of which all is said, with their workloads.
    pub(super) fn whole_containers(&self) -> impl Iterator<Item = (&Workload<'a>, &Container<'a>)> {
        self.containers().filter(|(workload, _)| workload.extent == Extent::Whole)
    }

    /// True where another object of this file decides how many of a workload there are.
    pub(super) fn scales(&self, workload: &Workload<'_>) -> bool {
        self.objects.iter().any(|object| {
            matches!(object.kind, "HorizontalPodAutoscaler" | "ScaledObject")
                && object.node.at(&["spec", "scaleTargetRef", "name"]).and_then(Node::text) == Some(workload.object.name)
        })
    }
}

/// The object of a document, or those of its list.
fn objects(root: &Node) -> Vec<Object<'_>> {
    let Some(object) = Object::of(root, String::new()) else { return Vec::new() };
    if !object.kind.ends_with("List") || root.get("items").is_none() {
        return vec![object];
    }
    let items = root.get("items").map_or(&[][..], Node::items);
    items.iter().enumerate().filter_map(|(index, item)| Object::of(item, format!("items[{index}]."))).collect()
}

impl<'a> Object<'a> {
    fn of(node: &'a Node, path: String) -> Option<Self> {
        let (version, kind) = (node.get("apiVersion")?.text()?, node.get("kind")?.text()?);
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let name = node.at(&["metadata", "name"]).and_then(Node::text).unwrap_or_default();
        Some(Self { kind, group, name, node, path })
    }

    /// What it is called in a sentence: Deployment `web`.
    pub(super) fn named(&self) -> String {
        if self.name.is_empty() { self.kind.to_owned() } else { format!("{} `{}`", self.kind, shown(self.name)) }
    }

    /// A place in its document.
    pub(super) fn within(&self, keys: &str) -> String {
        format!("{}{keys}", self.path)
    }

    /// The place of its name, or of its kind.
    pub(super) fn span(&self) -> Span {
        let name = self.node.at(&["metadata", "name"]).or_else(|| self.node.get("kind"));
        name.map_or(self.node.span, |node| node.span)
    }
}

impl Kind {
    fn of(object: &Object<'_>) -> Option<Self> {
        Some(match (object.group, object.kind) {
            ("", "Pod") => Self::Pod,
            ("apps" | "extensions", "Deployment") => Self::Deployment,
            ("apps", "StatefulSet") => Self::StatefulSet,
            ("apps" | "extensions", "DaemonSet") => Self::DaemonSet,
            ("apps" | "extensions", "ReplicaSet") | ("", "ReplicationController") => Self::ReplicaSet,
            ("batch", "Job" | "CronJob") => Self::Job,
            _ => return None,
        })
    }

    /// True for what is to run as long as nobody stops it, and more than once at a time.
    pub(super) fn serves(self) -> bool {
        matches!(self, Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet)
    }
}

impl<'a> Workload<'a> {
    fn of(object: &Object<'a>, kustomize: &Kustomize) -> Option<Self> {
        let kind = Kind::of(object)?;
        let keys: &[&str] = match (kind, object.kind) {
            (Kind::Pod, _) => &["spec"],
            (_, "CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
            _ => &["spec", "template", "spec"],
        };
        let pod = object.node.at(keys)?;
        let pod_path = object.within(&keys.join("."));
        let labels = object.node.at(&keys[..keys.len() - 1]).and_then(|holder| holder.at(&["metadata", "labels"]));
        let mut containers = Vec::new();
        for (key, runs) in [("initContainers", Runs::Before), ("containers", Runs::Always)] {
            let list = pod.get(key).map_or(&[][..], Node::items);
            containers.extend(list.iter().enumerate().map(|(index, node)| Container::of(node, runs, format!("{pod_path}.{key}[{index}]"))));
        }
        let extent = if kustomize.role == Role::Patch || is_partial(object, kind, &containers) { Extent::Part } else { Extent::Whole };
        Some(Self { object: object.clone(), kind, pod, pod_path, labels, containers, extent })
    }

    /// How many there are to be, where it is said.
    pub(super) fn replicas(&self) -> Option<u64> {
        self.object.node.at(&["spec", "replicas"])?.scalar()?.parse().ok()
    }

    /// The settings of how it is renewed.
    pub(super) fn strategy(&self) -> Option<&'a Node> {
        let key = if self.kind == Kind::Deployment { "strategy" } else { "updateStrategy" };
        self.object.node.at(&["spec", key])
    }

    /// A setting of a container's security, or that of its pod.
    pub(super) fn security<'s>(&'s self, container: &'s Container<'_>, key: &str) -> Option<&'s Node> {
        container.node.at(&["securityContext", key]).or_else(|| self.pod.at(&["securityContext", key]))
    }

    /// True for pods of Windows nodes, which have other rights altogether.
    pub(super) fn is_windows(&self) -> bool {
        let os = self.pod.at(&["os", "name"]).or_else(|| self.pod.at(&["nodeSelector", "kubernetes.io/os"]));
        os.and_then(Node::text) == Some("windows")
    }
}

/// A manifest without what Kubernetes demands is a part of another.
fn is_partial(object: &Object<'_>, kind: Kind, containers: &[Container<'_>]) -> bool {
    let selects = kind.serves() && object.kind != "ReplicationController" && object.group == "apps";
    let has_selector = object.node.at(&["spec", "selector"]).is_some();
    let runs = containers.iter().any(|container| container.role == Runs::Always);
    selects && !has_selector || !runs || containers.iter().any(|container| container.node.get("image").is_none())
}

impl<'a> Container<'a> {
    fn of(node: &'a Node, runs: Runs, path: String) -> Self {
        let name = node.get("name").and_then(Node::text).unwrap_or_default();
        // A sidecar is an init container that stays.
        let stays = node.get("restartPolicy").and_then(Node::text) == Some("Always");
        Self { node, name, role: if stays { Runs::Always } else { runs }, path }
    }

    /// What it is called in a sentence: container `web`.
    pub(super) fn named(&self) -> String {
        if self.name.is_empty() { "the container".to_owned() } else { format!("container `{}`", shown(self.name)) }
    }

    /// The place of its name, or of itself.
    pub(super) fn span(&self) -> Span {
        let first = || self.node.entries().first().map_or(self.node.span, |entry| entry.span);
        self.node.get("name").map_or_else(first, |name| name.span)
    }

    /// Its ports.
    pub(super) fn ports(&self) -> &'a [Rc<Node>] {
        self.node.get("ports").map_or(&[], Node::items)
    }

    /// True where it takes requests: it has a port that is not for metrics alone.
    pub(super) fn takes_requests(&self) -> bool {
        let for_metrics = |port: &Node| {
            port.get("name")
                .and_then(Node::text)
                .is_some_and(|name| ["metric", "prom", "monitor", "telemetry", "pprof", "debug"].iter().any(|word| name.contains(word)))
        };
        self.ports().iter().any(|port| !for_metrics(port))
    }
}

/// True where a value is a plain `true`.
pub(super) fn is_true(node: Option<&Node>) -> bool {
    matches!(node.map(|node| &node.value), Some(Value::Bool(true)))
}

/// True where a value is a plain `false`.
pub(super) fn is_false(node: Option<&Node>) -> bool {
    matches!(node.map(|node| &node.value), Some(Value::Bool(false)))
}

/// True where a value is put in later, by whatever fills in templates.
pub(super) fn is_later(node: Option<&Node>) -> bool {
    node.and_then(Node::text).is_some_and(|text| text.contains("{{") || text.contains('$'))
}

impl RuleSpec {
    /// A finding about an object, at a place.
    pub(super) fn of_object(&self, object: &Object<'_>, what: &str, span: Span) -> Finding {
        self.finding(format!("{} {what}", object.named())).at(span)
    }

    /// A finding about a container of a workload.
    pub(super) fn of_container(&self, (workload, container): (&Workload<'_>, &Container<'_>), what: &str) -> Finding {
        self.finding(format!("{} of {} {what}", container.named(), workload.object.named())).at(container.span()).within(&container.path)
    }
}
