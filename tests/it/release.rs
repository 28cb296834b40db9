//! The scripts of a release, with files that stand for the binaries, in a repository of their own with a remote beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The platforms of a release, as node names them.
const BINARIES: &[&str] = &["shipgate-darwin-arm64", "shipgate-darwin-x64", "shipgate-linux-arm64", "shipgate-linux-x64", "shipgate-win32-x64.exe"];

/// A clone of a small stand-in for this repository, with our scripts, and its remote.
struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().expect("a folder") };
        shop.run(&["git", "init", "--quiet", "--bare", "../remote.git"]);
        shop.run(&["git", "init", "--quiet", "--initial-branch=main"]);
        for name in ["scripts/release", "scripts/release-tree", "LICENSE-MIT", "LICENSE-APACHE", "docs/licences.md"] {
            let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
            let to = shop.clone_folder().join(name);
            fs::create_dir_all(to.parent().expect("a parent")).expect("made");
            fs::copy(from, to).expect("copied");
        }
        shop.write("action.yml", "runs:\n  using: node24\n  main: action/main.js\n  post: action/post.js\n  post-if: always()\n");
        for name in ["main.js", "post.js", "binary.js"] {
            shop.write(&format!("action/{name}"), &format!("// {name}\n"));
        }
        shop.write("src/main.rs", "fn main() {}\n");
        shop.merge("0.1.0");
        for name in BINARIES {
            shop.write(&format!("../built/{name}"), &format!("the binary {name}\n"));
        }
        shop
    }

    fn clone_folder(&self) -> PathBuf {
        self.folder.path().join("clone")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.clone_folder().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// A version is merged to main; its commit.
    fn merge(&self, version: &str) -> String {
        self.write("Cargo.toml", &format!("[package]\nname = \"shipgate\"\nversion = \"{version}\"\n\n[dependencies]\nother = {{ version = \"9\" }}\n"));
        self.write("CHANGELOG.md", &format!("# Changelog\n\n## Unreleased\n\n## {version}\n\n- What {version} brings.\n\n## 0.0.9\n\n- Older.\n"));
        self.run(&["git", "add", "--all"]);
        self.run(&["git", "commit", "--quiet", "--message", version]);
        self.run(&["git", "rev-parse", "HEAD"])
    }

    #[expect(clippy::disallowed_methods, reason = "the test starts the scripts, and git")]
    fn start(&self, line: &[&str]) -> Output {
        fs::create_dir_all(self.clone_folder()).expect("made");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.folder.path().join("bin").display());
        Command::new(line[0])
            .args(&line[1..])
            .current_dir(self.clone_folder())
            .env_clear()
            .envs([("PATH", path.as_str()), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", "octocat"), ("GIT_COMMITTER_NAME", "octocat")])
            .envs([("GIT_AUTHOR_EMAIL", "octocat@example.com"), ("GIT_COMMITTER_EMAIL", "octocat@example.com"), ("HOME", "/nonexistent")])
            .output()
            .expect("it starts")
    }

    /// What it answers; it must succeed.
    fn run(&self, line: &[&str]) -> String {
        let output = self.start(line);
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// What it says is wrong; it must fail.
    fn refused(&self, line: &[&str]) -> String {
        let output = self.start(line);
        assert!(!output.status.success(), "{line:?} succeeded: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Makes the released tree.
    fn tree(&self, tag: &str, out: &str) {
        self.run(&["scripts/release-tree", tag, "shipgate/shipgate", "../built", out]);
    }

    /// Releases what main is at, as this version; the release's commit.
    fn publish(&self, tag: &str) -> String {
        let out = format!("../released-{tag}");
        let source = self.run(&["git", "rev-parse", "HEAD"]);
        self.tree(tag, &out);
        let commit = self.run(&["scripts/release", "commit", &out, &source, tag]);
        self.run(&["scripts/release", "tag", tag, &commit, "../remote.git"]);
        commit
    }

    fn at(&self, tag: &str) -> String {
        self.run(&["git", "--git-dir=../remote.git", "rev-parse", &format!("refs/tags/{tag}")])
    }

    /// A `gh` that answers so and notes what it was asked.
    fn gh(&self, code: u8) {
        self.write("../bin/gh", &format!("#!/bin/sh\necho \"$@\" >>{}/asked\nexit {code}\n", self.folder.path().display()));
        let gh = self.folder.path().join("bin/gh");
        fs::set_permissions(gh, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("made runnable");
    }
}

fn sha256(path: &Path) -> String {
    Sha256::digest(fs::read(path).expect("a file")).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[test]
fn i4_a_released_tree_holds_the_action_its_licences_and_a_binary_with_its_checksum_for_each_platform() {
    let shop = Shop::new();
    shop.tree("v0.1.0", "../released");
    let out = shop.folder.path().join("released");
    let text = fs::read_to_string(out.join("action/checksums.json")).expect("checksums");
    let checksums: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&checksums["version"], &checksums["tag"], &checksums["repository"]), (&"0.1.0".into(), &"v0.1.0".into(), &"shipgate/shipgate".into()));
    let files = checksums["files"].as_object().expect("files");
    assert_eq!(files.keys().collect::<Vec<_>>(), BINARIES);
    for name in BINARIES {
        assert_eq!(files[*name], sha256(&out.join("action/bin").join(name)), "{name}");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(out.join("action/bin").join(name)).expect("there").permissions());
        assert_eq!(mode & 0o777, 0o755, "{name}");
    }
    for name in ["action.yml", "action/main.js", "action/post.js", "action/binary.js", "LICENSE-MIT", "LICENSE-APACHE", "docs/licences.md", "README.md"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    assert!(!out.join("src").exists() && !out.join("Cargo.toml").exists(), "the sources are in the commit's parent");
}

#[test]
fn i4_a_release_that_lacks_a_binary_or_has_one_too_many_or_another_version_is_refused() {
    let shop = Shop::new();
    let tree = |tag: &str| shop.refused(&["scripts/release-tree", tag, "shipgate/shipgate", "../built", "../released"]);
    assert!(tree("v0.2.0").contains("Cargo.toml has version 0.1.0"));
    shop.write("../built/shipgate-plan9-mips", "x");
    assert!(tree("v0.1.0").contains("shipgate-plan9-mips is for no platform that is released"));
    fs::remove_file(shop.folder.path().join("built/shipgate-plan9-mips")).expect("removed");
    shop.write("../built/shipgate-linux-arm64", "");
    assert!(tree("v0.1.0").contains("shipgate-linux-arm64 is missing or empty"));
    shop.write("../built/shipgate-linux-arm64", "x");
    fs::remove_file(shop.clone_folder().join("action/post.js")).expect("removed");
    assert!(tree("v0.1.0").contains("post, action/post.js, is no file"));
    assert!(!shop.folder.path().join("released").exists(), "nothing half made is left");
}

#[test]
fn i4_the_commit_of_a_release_stands_on_its_source_and_the_same_files_make_the_same_commit() {
    let shop = Shop::new();
    let source = shop.run(&["git", "rev-parse", "HEAD"]);
    shop.tree("v0.1.0", "../one");
    shop.tree("v0.1.0", "../two");
    // What lies about in the checkout, and what its owner set up, does not get in.
    shop.write("stray.txt", "x");
    shop.write(".gitignore", "*\n");
    shop.run(&["git", "config", "core.autocrlf", "true"]);
    let one = shop.run(&["scripts/release", "commit", "../one", &source, "v0.1.0"]);
    let two = shop.run(&["scripts/release", "commit", "../two", &source, "v0.1.0"]);
    assert_eq!(one, two);
    assert_eq!(shop.run(&["git", "rev-parse", &format!("{one}^")]), source);
    let listed = shop.run(&["git", "ls-tree", "-r", "--format=%(objectmode) %(path)", &one]);
    assert!(listed.contains("100755 action/bin/shipgate-linux-x64") && listed.contains("100644 action.yml"), "{listed}");
    assert!(!listed.contains("stray") && !listed.contains("Cargo.toml"), "{listed}");
}

#[test]
fn i4_a_published_version_is_never_moved_and_publishing_it_again_is_harmless() {
    let shop = Shop::new();
    let first = shop.publish("v0.1.0");
    assert_eq!(shop.at("v0.1.0"), first);
    shop.run(&["scripts/release", "tag", "v0.1.0", &first, "../remote.git"]);
    let other = shop.run(&["git", "rev-parse", "HEAD"]);
    let said = shop.refused(&["scripts/release", "tag", "v0.1.0", &other, "../remote.git"]);
    assert!(said.contains("a published version is never moved"), "{said}");
    assert_eq!(shop.at("v0.1.0"), first);
}

#[test]
fn i4_the_major_tag_moves_forwards_only_and_never_to_a_preview() {
    let shop = Shop::new();
    let major = |tag: &str| shop.run(&["scripts/release", "major", tag, "../remote.git"]);
    assert!(shop.refused(&["scripts/release", "major", "v0.9.0", "../remote.git"]).contains("v0.9.0 is not published"));
    let first = shop.publish("v0.1.0");
    major("v0.1.0");
    assert_eq!(shop.at("v0"), first);
    shop.merge("0.10.0");
    let tenth = shop.publish("v0.10.0");
    major("v0.10.0");
    assert_eq!(shop.at("v0"), tenth);
    shop.merge("0.9.0");
    shop.publish("v0.9.0");
    major("v0.9.0");
    assert_eq!(shop.at("v0"), tenth, "an older version does not take it back");
    shop.merge("0.11.0-rc.1");
    shop.publish("v0.11.0-rc.1");
    major("v0.11.0-rc.1");
    assert_eq!(shop.at("v0"), tenth);
    shop.merge("1.0.0");
    let next = shop.publish("v1.0.0");
    major("v1.0.0");
    assert_eq!((shop.at("v1"), shop.at("v0")), (next, tenth));
}

#[test]
fn i4_a_tree_verifies_only_where_every_binary_has_its_checksum_and_its_provenance() {
    let shop = Shop::new();
    let source = shop.run(&["git", "rev-parse", "HEAD"]);
    shop.tree("v0.1.0", "../released");
    let line = ["scripts/release", "verify", "../released", "shipgate/shipgate", "refs/tags/source/v0.1.0", &source];
    shop.gh(0);
    shop.run(&line);
    let asked = fs::read_to_string(shop.folder.path().join("asked")).expect("gh was asked");
    assert_eq!(asked.lines().count(), BINARIES.len());
    let first = "attestation verify ../released/action/bin/shipgate-darwin-arm64 --repo shipgate/shipgate --signer-workflow \
                 shipgate/shipgate/.github/workflows/release.yml --source-ref refs/tags/source/v0.1.0 --source-digest";
    assert!(asked.starts_with(&format!("{first} {source} --deny-self-hosted-runners\n")), "{asked}");

    shop.gh(1);
    assert!(shop.refused(&line).contains("has no provenance that verifies"));
    shop.gh(0);
    shop.write("../released/action/bin/shipgate-linux-x64", "another\n");
    assert!(shop.refused(&line).contains("a binary is not the one that checksums.json names"));
    shop.write("../released/action/bin/shipgate-linux-x64", "the binary shipgate-linux-x64\n");
    shop.run(&line);
    shop.write("../released/action/bin/stray", "x");
    assert!(shop.refused(&line).contains("checksums.json does not name stray"));
}

#[test]
fn i4_only_what_was_merged_under_its_own_version_is_released() {
    let shop = Shop::new();
    let source = shop.run(&["git", "rev-parse", "HEAD"]);
    let check = |reference: &str, commit: &str| ["scripts/release", "check", reference, commit, "main"].map(str::to_owned);
    let run = |line: [String; 5]| shop.run(&line.each_ref().map(String::as_str));
    let refused = |line: [String; 5]| shop.refused(&line.each_ref().map(String::as_str));
    assert_eq!(run(check("refs/tags/source/v0.1.0", &source)), "v0.1.0");
    assert_eq!(shop.run(&["scripts/release", "notes", "v0.1.0"]).trim(), "- What 0.1.0 brings.");
    for reference in ["refs/tags/v0.1.0", "refs/heads/main", "refs/tags/source/v0.1", "refs/tags/source/v0.1.0;id", "refs/tags/source/v0.2.0"] {
        refused(check(reference, &source));
    }
    shop.run(&["git", "switch", "--quiet", "--create", "work"]);
    let unmerged = shop.merge("0.2.0");
    assert!(refused(check("refs/tags/source/v0.2.0", &unmerged)).contains("only what was merged is released"));
    shop.run(&["git", "branch", "--force", "main", "work"]);
    assert_eq!(run(check("refs/tags/source/v0.2.0", &unmerged)), "v0.2.0");
    shop.write("Cargo.toml", "[package]\nversion = \"0.3.0\"\n");
    shop.run(&["git", "commit", "--quiet", "--all", "--message", "without a word"]);
    shop.run(&["git", "branch", "--force", "main", "work"]);
    let silent = shop.run(&["git", "rev-parse", "HEAD"]);
    assert!(refused(check("refs/tags/source/v0.3.0", &silent)).contains("CHANGELOG.md has no heading for 0.3.0"));
}
