//! What the deploy command may be, from what stands in the repository. A suggestion stands in a comment only: nothing here is run, and no word of a file gets
//! into one but a path of harmless characters.

use super::languages::is_sign;
use super::sources::Sources;

/// How many suggestions are shown.
const MOST: usize = 3;

/// The likeliest commands first; never empty.
pub(super) fn commands(sources: &Sources) -> Vec<String> {
    let own = [makefile(sources), justfile(sources), package(sources), script(sources)];
    let mut found: Vec<String> = own.into_iter().flatten().chain(tools(&sources.names)).take(MOST).collect();
    if found.is_empty() {
        found.push("./scripts/deploy \"$ENVIRONMENT\" \"$SHA\"".to_owned());
    }
    found
}

fn makefile(sources: &Sources) -> Option<String> {
    let text = ["GNUmakefile", "makefile", "Makefile"].into_iter().find_map(|name| sources.text(name))?;
    text.lines().any(|line| line.strip_prefix("deploy").is_some_and(is_rule)).then(|| "make deploy ENVIRONMENT=\"$ENVIRONMENT\"".to_owned())
}

/// What stands behind the name of a Makefile's target.
fn is_rule(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with(':') && !rest.starts_with(":=") && !rest.starts_with("::=")
}

fn justfile(sources: &Sources) -> Option<String> {
    let text = ["justfile", "Justfile", ".justfile"].into_iter().find_map(|name| sources.text(name))?;
    let is_recipe = |line: &str| line.strip_prefix("deploy").is_some_and(|rest| rest.starts_with([':', ' ']) && rest.contains(':') && !rest.contains(":="));
    text.lines().any(is_recipe).then(|| "just deploy \"$ENVIRONMENT\"".to_owned())
}

fn package(sources: &Sources) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(sources.text("package.json")?).ok()?;
    value.get("scripts")?.get("deploy")?.as_str()?;
    Some("npm ci && npm run deploy -- \"$ENVIRONMENT\"".to_owned())
}

fn script(sources: &Sources) -> Option<String> {
    let is_script = |path: &&String| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        ["", "scripts", "script", "bin", "ci", "deploy", "tools"].contains(&folder) && ["deploy", "deploy.sh", "deploy.py"].contains(&name)
    };
    sources.names.iter().find(is_script).map(|path| format!("./{path} \"$ENVIRONMENT\" \"$SHA\""))
}

fn tools(names: &[String]) -> Vec<String> {
    let folder_of =
        |sign: &str| names.iter().find(|path| is_sign(path, sign) && is_harmless(path)).map(|path| path.rsplit_once('/').map_or(".", |(folder, _)| folder));
    let mut found = Vec::new();
    if let Some(folder) = folder_of("Chart.yaml") {
        found.push(format!("helm upgrade --install app ./{folder} --namespace \"$ENVIRONMENT\" --set image.tag=\"$SHA\" --atomic"));
    }
    if let Some(folder) = folder_of("kustomization.yaml") {
        found.push(format!("kubectl apply -k ./{folder}"));
    }
    if let Some(folder) = folder_of("*.tf") {
        found.push(format!("terraform -chdir=./{folder} init && terraform -chdir=./{folder} apply -auto-approve -var environment=\"$ENVIRONMENT\""));
    }
    for (sign, command) in TOOLS {
        if names.iter().any(|path| is_sign(path, sign)) {
            found.push((*command).to_owned());
        }
    }
    found
}

/// Files of deploy tools, and the command of each.
const TOOLS: &[(&str, &str)] = &[
    ("fly.toml", "flyctl deploy --remote-only"),
    ("wrangler.toml", "npx wrangler deploy --env \"$ENVIRONMENT\""),
    ("serverless.yml", "npx serverless deploy --stage \"$ENVIRONMENT\""),
    ("vercel.json", "npx vercel deploy --prod"),
    ("Dockerfile", "docker build --tag \"$REGISTRY/app:$SHA\" . && docker push \"$REGISTRY/app:$SHA\""),
    ("Cargo.toml", "cargo build --release --locked && ./scripts/deploy \"$ENVIRONMENT\""),
    ("go.mod", "go build ./... && ./scripts/deploy \"$ENVIRONMENT\""),
    ("pom.xml", "mvn --batch-mode package && ./scripts/deploy \"$ENVIRONMENT\""),
    ("build.gradle", "./gradlew build && ./scripts/deploy \"$ENVIRONMENT\""),
    ("build.gradle.kts", "./gradlew build && ./scripts/deploy \"$ENVIRONMENT\""),
    ("pyproject.toml", "python -m build && ./scripts/deploy \"$ENVIRONMENT\""),
    ("package.json", "npm ci && npm run build && ./scripts/deploy \"$ENVIRONMENT\""),
];

/// A path that means nothing but itself to a shell, a comment and YAML.
fn is_harmless(path: &str) -> bool {
    path.len() <= 100 && !path.starts_with('-') && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::super::sources::SourceFile;
    use super::*;

    fn suggested(names: &[&str], files: &[(&str, &str)]) -> Vec<String> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let files = files.iter().map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        commands(&Sources { files, names, ..Sources::default() })
    }

    #[test]
    fn i1_the_command_is_suggested_from_what_is_there() {
        assert_eq!(suggested(&["Makefile"], &[("Makefile", "all:\n\ndeploy: build\n\t./x\n")]), ["make deploy ENVIRONMENT=\"$ENVIRONMENT\""]);
        assert!(suggested(&["Cargo.toml"], &[("Makefile", "deploy := x\ndeployment: y\n")])[0].starts_with("cargo build"));
        assert_eq!(suggested(&[], &[("justfile", "deploy env:\n  ./x\n")]), ["just deploy \"$ENVIRONMENT\""]);
        assert!(suggested(&[], &[("package.json", "{\"scripts\":{\"deploy\":\"x\"}}")])[0].contains("npm run deploy"));
        assert_eq!(suggested(&["bin/deploy"], &[("package.json", "{\"scripts\":")]), ["./bin/deploy \"$ENVIRONMENT\" \"$SHA\""]);
        assert!(suggested(&["charts/Chart.yaml"], &[])[0].contains("./charts --namespace"));
        assert_eq!(suggested(&[], &[]).len(), 1);
        assert_eq!(suggested(&["fly.toml", "Dockerfile", "go.mod", "pom.xml"], &[]).len(), MOST);
    }

    #[test]
    fn i1_a_hostile_folder_is_in_no_suggestion() {
        for folder in ["$(id)", "a\nb", "${{ x }}", "a b", "\u{202e}x", "-x"] {
            assert!(!suggested(&[&format!("{folder}/Chart.yaml")], &[])[0].contains("helm"), "{folder:?}");
        }
    }
}
