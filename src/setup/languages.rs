//! What a repository is written in and packed with, by the names of its manifest files. Their contents are not read.

/// A file's name, or its ending where it begins with `*`, and what it is a sign of.
const SIGNS: &[(&str, &str)] = &[
    ("Cargo.toml", "Rust"),
    ("package.json", "JavaScript"),
    ("tsconfig.json", "TypeScript"),
    ("deno.json", "Deno"),
    ("pyproject.toml", "Python"),
    ("requirements.txt", "Python"),
    ("setup.py", "Python"),
    ("go.mod", "Go"),
    ("pom.xml", "Java"),
    ("build.gradle", "Java"),
    ("build.gradle.kts", "Kotlin"),
    ("build.sbt", "Scala"),
    ("Gemfile", "Ruby"),
    ("composer.json", "PHP"),
    ("mix.exs", "Elixir"),
    ("Package.swift", "Swift"),
    ("CMakeLists.txt", "C or C++"),
    ("*.csproj", ".NET"),
    ("*.sln", ".NET"),
    ("Chart.yaml", "Helm"),
    ("kustomization.yaml", "Kustomize"),
    ("*.tf", "Terraform"),
    ("Dockerfile", "Docker"),
    ("Containerfile", "Docker"),
    ("compose.yaml", "Compose"),
    ("docker-compose.yml", "Compose"),
];

/// What the files are signs of, each once, in the order of the table.
pub(super) fn languages(names: &[String]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for (sign, language) in SIGNS {
        if !found.contains(language) && names.iter().any(|path| is_sign(path, sign)) {
            found.push(language);
        }
    }
    found
}

/// Whether a path's last part is this name, or ends so.
pub(super) fn is_sign(path: &str, sign: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    sign.strip_prefix('*').map_or(name == sign, |ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_languages_are_told_by_their_manifests() {
        for (path, expected) in [
            ("Cargo.toml", "Rust"),
            ("web/package.json", "JavaScript"),
            ("pyproject.toml", "Python"),
            ("go.mod", "Go"),
            ("pom.xml", "Java"),
            ("build.gradle", "Java"),
            ("deploy/Chart.yaml", "Helm"),
            ("Dockerfile", "Docker"),
            ("infra/main.tf", "Terraform"),
            ("src/App.csproj", ".NET"),
        ] {
            assert_eq!(languages(&[path.to_owned()]), [expected], "{path}");
        }
        assert!(languages(&["cargo.toml".to_owned(), "xDockerfile".to_owned()]).is_empty());
        assert_eq!(languages(&["setup.py".to_owned(), "requirements.txt".to_owned()]), ["Python"]);
    }
}
