//! `unknown-user`.

use super::super::parse::Keyword;
use super::super::stages::Base;
use super::super::{Dockerfile, Rule};
use super::root_user::{changes_user, is_root};
use crate::checks::image::{ImageReference, Pin, is_open};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "unknown-user",
    level: Level::Warn,
    about: "No `USER` says as whom the image runs, and what its base image says cannot be seen from here. A line that says it holds when the base changes.",
    good: Example { path: "Dockerfile", text: "FROM gcr.io/distroless/static:nonroot\nENTRYPOINT [\"/app\"]\n" },
    bad: Example { path: "Dockerfile", text: "FROM registry.example.com/base/java:17\nENTRYPOINT [\"/app\"]\n" },
};

/// Names and tags of images that run as a user of their own.
fn is_unprivileged(image: &ImageReference<'_>) -> bool {
    let tag = image.tag.unwrap_or_default();
    let tagged = ["nonroot", "non-root", "rootless", "unprivileged", "chiseled"].iter().any(|word| tag.contains(word) || image.name.contains(word));
    let owner = ["cgr.dev/", "bitnami/", "docker.io/bitnami/", "bitnamilegacy/", "dhi.io/"].iter().any(|owner| image.name.starts_with(owner));
    // Official images that name a user.
    let own = [
        "elasticsearch",
        "haproxy",
        "jetty",
        "kibana",
        "logstash",
        "memcached",
        "open-liberty",
        "solr",
        "sonarqube",
        "spark",
        "varnish",
        "websphere-liberty",
        "cassandra",
    ];
    // Official images that start as root and leave it before they serve.
    let leaves = [
        "postgres",
        "mysql",
        "mariadb",
        "mongo",
        "redis",
        "valkey",
        "rabbitmq",
        "influxdb",
        "neo4j",
        "couchdb",
        "flink",
        "ghost",
        "zookeeper",
        "percona",
        "memcached",
        "nats",
    ];
    tagged || owner || image.official().is_some_and(|name| own.contains(&name) || leaves.contains(&name))
}

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let (Some(base), Some(stage)) = (file.last_base(), file.stages.last()) else { return Vec::new() };
    if !file.is_deployable() || file.last_value(Keyword::User).is_some() || is_root(base) || changes_user(file) {
        return Vec::new();
    }
    let Base::Image(image) = base else { return Vec::new() };
    if is_unprivileged(&ImageReference::of(image)) {
        return Vec::new();
    }
    let named = if is_open(image) || ImageReference::of(image).pin() == Pin::Unknown { "the base image".to_owned() } else { format!("`{}`", shown(image)) };
    let what = format!("as whom the image runs is left to {named}");
    vec![SPEC.finding(what).at(file.instructions[stage.from].span()).key("user").help("say it: `USER 10001`, or the user's name in the base image")]
}
