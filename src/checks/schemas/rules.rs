//! The rules of this check, with what they find something in.

use super::super::{Check, Example, Level, RuleSpec};

macro_rules! rules {
    ($($name:ident $id:literal $level:ident $about:literal $good_path:literal $good:literal $bad_path:literal $bad:literal)*) => {
        $(#[doc = $about] pub(super) const $name: &str = $id;)*

        /// All of them.
        pub static RULES: &[RuleSpec] = &[$(RuleSpec {
            check: Check::Schemas,
            id: $id,
            level: Level::$level,
            about: $about,
            good: Example { path: $good_path, text: $good },
            bad: Example { path: $bad_path, text: $bad },
        },)*];
    };
}

rules! {
    SYNTAX "syntax" Stop
    "A file that a schema is for must be readable: no broken YAML, JSON or TOML, and no key that stands twice, of which programs take one or the other."
    "compose.yaml" "services:\n  web:\n    image: nginx:1.29\n"
    "compose.yaml" "services:\n  web:\n    image: nginx:1.29\n    image: nginx:1.28\n"

    LOOSE_SYNTAX "loose-syntax" Warn
    "Any other YAML, JSON or TOML file should be readable, too; templates and the files of tests are passed over."
    "config/app.json" "{ \"port\": 8080 }\n"
    "config/app.json" "{ \"port\": 8080, \"port\": 9090 }\n"

    UNCHECKED "unchecked" Stop
    "A file that could not be checked against its schema: the schema is missing, is none, leads out of its file, or asks for too much work. What could not be checked has not passed."
    "config/port.json" "{ \"port\": 8080 }\n"
    "config/lost.json" "{ \"port\": 8080 }\n"

    OWN "own" Stop
    "A file fits the JSON Schema that the policy names for it."
    "config/port.json" "{ \"port\": 8080 }\n"
    "config/port.json" "{ \"prot\": 8080 }\n"

    HELM_VALUES "helm-values" Stop
    "A chart's `values.yaml` fits the `values.schema.json` beside it."
    "chart/values.yaml" "port: 8080\n"
    "chart/values.yaml" "port: eighty\n"

    KUBERNETES "kubernetes" Stop
    "A Kubernetes manifest has the fields that its kind has, of their kinds, and those that must be there. Kinds of other groups are passed over."
    "deploy/service.yaml" "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80\n"
    "deploy/service.yaml" "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - prot: 80\n"

    WORKFLOW "workflow" Stop
    "A GitHub workflow has the form of one."
    ".github/workflows/ci.yml" "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n"
    ".github/workflows/ci.yml" "on: push\njobs:\n  test:\n    runs_on: ubuntu-24.04\n    steps:\n      - run: make test\n"

    ACTION "action" Stop
    "The metadata of a GitHub action has the form of one."
    "action.yml" "name: greet\ndescription: Says hello\nruns:\n  using: composite\n  steps:\n    - run: echo hello\n      shell: bash\n"
    "action.yml" "name: greet\ndescription: Says hello\nruns:\n  using: composite\n"

    COMPOSE "compose" Stop
    "A compose file has the form of one."
    "compose.yaml" "services:\n  web:\n    image: nginx:1.29\n    ports: [\"8080:80\"]\n"
    "compose.yaml" "services:\n  web:\n    image: nginx:1.29\n    port: [\"8080:80\"]\n"

    DEPENDABOT "dependabot" Stop
    "The configuration of Dependabot has the form of one."
    ".github/dependabot.yml" "version: 2\nupdates:\n  - package-ecosystem: cargo\n    directory: /\n    schedule: { interval: weekly }\n"
    ".github/dependabot.yml" "version: 2\nupdates:\n  - package-ecosystem: cargo\n    directory: /\n    schedule: { intervall: weekly }\n"

    CHART "chart" Stop
    "A Helm chart's `Chart.yaml` has its name and version, and no key that Helm does not know."
    "chart/Chart.yaml" "apiVersion: v2\nname: web\nversion: 1.2.3\n"
    "chart/Chart.yaml" "apiVersion: v2\nname: web\n"
}
