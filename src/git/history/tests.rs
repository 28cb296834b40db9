//! Real repositories, made by real git.

use std::ffi::OsString;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::checks::Mode;
use crate::domain::RepoPath;
use crate::ports::{Change, Depth, NewCommit, Version};

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A folder with a repository in it.
pub(super) struct Place {
    pub(super) folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new(options: &[&str]) -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(place.path()).expect("a folder");
        place.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        place
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        self.git_with(folder, args, std::process::Stdio::null())
    }

    /// With a file as its standard input.
    pub(super) fn git_fed(&self, args: &[&str], input: &Path) -> String {
        self.git_with(&self.path(), args, fs::File::open(input).expect("it is there").into())
    }

    #[expect(clippy::disallowed_methods, reason = "the test makes its repository with git")]
    fn git_with(&self, folder: &Path, args: &[&str], input: std::process::Stdio) -> String {
        let mut git = Command::new("git");
        git.current_dir(folder).env_clear().env("PATH", PATH).env("HOME", self.folder.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.com").env(format!("GIT_{who}_DATE"), "1700000000 +0000");
        }
        let output = git.args(["-c", "protocol.file.allow=always"]).args(args).stdin(input).output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path(), args)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("within")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }

    pub(super) fn commit(&self, files: &[(&str, &str)]) -> ObjectId {
        for (path, text) in files {
            self.write(path, text);
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=c"]);
        self.id("HEAD")
    }

    pub(super) fn id(&self, name: &str) -> ObjectId {
        ObjectId::new(self.git(&["rev-parse", name])).expect("an id")
    }

    pub(super) fn open(&self) -> Repository {
        repository(&self.path()).expect("a repository")
    }

    fn changes(&self, tips: &[ObjectId], not: &[ObjectId]) -> Vec<Change> {
        let repository = self.open();
        let known = Known { commits: not.to_vec(), remotes: Vec::new() };
        let commits = repository.new_commits(tips, &known).expect("commits");
        repository.changes(&commits).expect("changes").collect::<Result<_, _>>().expect("changes")
    }
}

fn environment() -> ChildEnvironment {
    let mut pairs = vec![("PATH", PATH), ("GIT_CONFIG_NOSYSTEM", "1")];
    // Variables that would change the answer, were they handed on.
    pairs.extend([("GIT_TRACE", "1"), ("GIT_CONFIG_COUNT", "x"), ("GIT_EXTERNAL_DIFF", "false"), ("GIT_NAMESPACE", "x"), ("GIT_SHALLOW_FILE", "/x")]);
    ChildEnvironment::of(pairs.into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
}

fn repository(folder: &Path) -> Result<Repository, HistoryError> {
    Repository::discover(folder, &environment())
}

fn ids(commits: &[NewCommit]) -> Vec<ObjectId> {
    commits.iter().map(|commit| commit.id.clone()).collect()
}

fn paths(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| change.path.to_string()).collect()
}

#[test]
fn h3_a_repository_is_found_from_below_bare_linked_and_of_either_hash() {
    for (format, digits) in [("sha1", 40), ("sha256", 64)] {
        let place = Place::new(&["--object-format", format]);
        let first = place.commit(&[("a/b", "1\n")]);
        assert_eq!(first.as_str().len(), digits);
        let below = repository(&place.path().join("a")).expect("a repository");
        assert_eq!(below.root().map(|root| root.canonicalize().expect("it is there")), Some(place.path().canonicalize().expect("it is there")));
        assert_eq!(below.files().expect("files"), [RepoPath::new(*b"a/b")]);
        assert_eq!(below.id(&"a".repeat(if digits == 40 { 64 } else { 40 })), None);
        let bare = place.folder.path().join("bare");
        place.git(&["clone", "--quiet", "--bare", ".", bare.to_str().expect("text")]);
        let bare = repository(&bare).expect("a repository");
        assert_eq!((bare.root(), bare.files(), bare.staged().err()), (None, Err(HistoryError::Bare), Some(HistoryError::Bare)));
        assert_eq!(ids(&bare.new_commits(std::slice::from_ref(&first), &Known::default()).expect("commits")), [first]);
        let linked = place.folder.path().join("linked");
        place.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().expect("text")]);
        let linked = repository(&linked).expect("a repository");
        assert_eq!(linked.common_dir().canonicalize().ok(), place.path().join(".git").canonicalize().ok());
        assert!(linked.git_dir().ends_with("worktrees/linked"));
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    assert!(matches!(repository(nowhere.path()), Err(HistoryError::NoRepository { .. })));
    assert!(matches!(repository(&nowhere.path().join("gone")), Err(HistoryError::NotStarted { .. })));
}

#[test]
fn h3_the_default_branch_of_a_remote_is_where_its_head_points_else_main_or_master() {
    let place = Place::new(&[]);
    let first = place.commit(&[]);
    let origin = RemoteName::new("origin").expect("a name");
    let both = || {
        let plain = place.open().default_branch(&origin, &mut place.open().objects()).expect("an answer");
        let asked = Repository::discover_with(&origin, &place.path(), &environment()).expect("a repository");
        let asked = asked.default_branch(&origin, &mut asked.objects()).expect("an answer");
        assert_eq!(plain, asked);
        plain.map(|branch| (branch.name, branch.tip))
    };
    assert_eq!(both(), None);
    place.git(&["update-ref", "refs/remotes/origin/master", "HEAD"]);
    assert_eq!(both(), Some(("master".to_owned(), first.clone())));
    place.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    assert_eq!(both(), Some(("main".to_owned(), first.clone())));
    place.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk/x"]);
    assert_eq!(both(), Some(("main".to_owned(), first.clone())), "it points nowhere");
    place.git(&["update-ref", "refs/remotes/origin/trunk/x", "HEAD"]);
    assert_eq!(both(), Some(("trunk/x".to_owned(), first)));
}

#[test]
fn h3_only_what_no_parent_has_is_a_change_of_a_merge() {
    let place = Place::new(&[]);
    let base = place.commit(&[("one", "1\n"), ("two", "2\n"), ("three", "3\n")]);
    place.git(&["switch", "--quiet", "--create", "side"]);
    let side = place.commit(&[("one", "side\n"), ("three", "side\n")]);
    place.git(&["switch", "--quiet", "main"]);
    let main = place.commit(&[("two", "main\n"), ("three", "main\n")]);
    place.git(&["merge", "--quiet", "--no-commit", "--strategy=ours", "side"]);
    let merge = place.commit(&[("one", "side\n"), ("three", "evil\n"), ("evil", "evil\n")]);
    let changes = place.changes(std::slice::from_ref(&merge), &[base]);
    let of = |id: &ObjectId| paths(&changes.iter().filter(|change| change.commit.as_ref() == Some(id)).cloned().collect::<Vec<_>>());
    assert_eq!(of(&merge), ["evil", "three"]);
    assert_eq!((of(&side), of(&main)), (vec!["one".to_owned(), "three".to_owned()], vec!["three".to_owned(), "two".to_owned()]));
    let three = changes.iter().find(|change| change.commit == Some(merge.clone()) && change.path.as_bytes() == b"three").expect("it is there");
    assert_eq!(three.before, [place.id("main~1:three"), place.id("side:three")]);
}

#[test]
fn h3_links_submodules_renames_deletions_and_odd_names_are_told_as_they_are() {
    let place = Place::new(&[]);
    let odd = "a b\n\"quoted\"\u{1b}[1m";
    let first = place.commit(&[("old", "text\n"), ("gone", "x\n"), (odd, "odd\n")]);
    fs::rename(place.path().join("old"), place.path().join("new")).expect("it is renamed");
    fs::remove_file(place.path().join("gone")).expect("it is removed");
    std::os::unix::fs::symlink("/etc/passwd", place.path().join("link")).expect("a link");
    place.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{first},sub")]);
    fs::create_dir(place.path().join("sub")).expect("a folder");
    place.git(&["init", "--quiet", "sub"]);
    place.git(&["add", "new", "link", "gone", "old"]);
    place.git(&["commit", "--quiet", "--message=c"]);
    let changes = place.changes(&[place.id("HEAD")], std::slice::from_ref(&first));
    let told: Vec<(String, &Version)> = changes.iter().map(|change| (change.path.to_string(), &change.to)).collect();
    let (blob, link) = (place.id("HEAD:new"), place.id("HEAD:link"));
    assert_eq!(
        told,
        [
            ("gone".to_owned(), &Version::Deleted),
            ("link".to_owned(), &Version::Blob(link, Mode::Link)),
            ("new".to_owned(), &Version::Blob(blob, Mode::File)),
            ("old".to_owned(), &Version::Deleted),
            ("sub".to_owned(), &Version::Blob(first.clone(), Mode::Submodule)),
        ]
    );
    let entries = place.open().tree(&first).expect("a tree");
    assert_eq!(entries.iter().map(|entry| entry.path.as_bytes()).collect::<Vec<_>>(), [odd.as_bytes(), b"gone", b"old"]);
    assert_eq!(place.open().read_at(&first, &RepoPath::new(odd), 100), Ok(Content::Whole(b"odd\n".to_vec())));
    assert_eq!(place.open().read_at(&first, &RepoPath::new(*b"old"), 2), Ok(Content::TooLarge(5)));
    assert_eq!(place.open().read_at(&first, &RepoPath::new(*b"new"), 100), Ok(Content::Missing));
}

#[test]
fn h3_what_is_staged_is_told_before_the_first_commit_after_it_and_while_a_merge_goes_on() {
    let place = Place::new(&[]);
    place.write("a", "1\n");
    place.git(&["add", "a"]);
    assert_eq!(paths(&place.open().staged().expect("changes")), ["a"]);
    place.commit(&[("conflict", "0\n")]);
    assert_eq!(place.open().staged().expect("changes"), []);
    place.git(&["switch", "--quiet", "--create", "side"]);
    place.commit(&[("theirs", "2\n"), ("conflict", "2\n")]);
    place.git(&["switch", "--quiet", "main"]);
    place.commit(&[("conflict", "3\n")]);
    place.git(&["merge", "--quiet", "--no-commit", "--strategy-option=ours", "side"]);
    place.write("conflict", "4\n");
    place.write("ours", "5\n");
    place.git(&["add", "--all"]);
    // The lock of another git stands in nobody's way.
    place.write(".git/index.lock", "");
    let staged = place.open().staged().expect("changes");
    assert_eq!(paths(&staged), ["conflict", "ours"]);
    assert_eq!(staged[0].before, [place.id("main:conflict"), place.id("side:conflict")]);
}

#[test]
fn h3_replace_refs_and_grafts_hide_no_commit() {
    let place = Place::new(&[]);
    let first = place.commit(&[("a", "1\n")]);
    let hidden = place.commit(&[("secret", "1\n")]);
    fs::remove_file(place.path().join("secret")).expect("it is removed");
    let tip = place.commit(&[]);
    place.git(&["replace", "--graft", tip.as_str(), first.as_str()]);
    place.write(".git/info/grafts", &format!("{tip} {first}\n"));
    let repository = place.open();
    let known = Known { commits: vec![first.clone()], remotes: vec![] };
    assert_eq!(ids(&repository.new_commits(std::slice::from_ref(&tip), &known).expect("commits")), [hidden.clone(), tip.clone()]);
    assert_eq!(paths(&place.changes(std::slice::from_ref(&tip), std::slice::from_ref(&first))), ["secret", "secret"]);
    assert_eq!((repository.is_ancestor(&hidden, &tip), repository.is_ancestor(&tip, &first)), (Ok(true), Ok(false)));
}

#[test]
fn h3_a_shallow_clone_says_where_it_is_cut_and_brings_that_tree_whole() {
    let place = Place::new(&[]);
    place.commit(&[("a", "1\n")]);
    place.commit(&[("b", "1\n")]);
    let cut = place.commit(&[("c", "1\n")]);
    let clone = place.folder.path().join("clone");
    place.git(&["clone", "--quiet", "--depth=1", &format!("file://{}", place.path().display()), clone.to_str().expect("text")]);
    let repository = repository(&clone).expect("a repository");
    let commits = repository.new_commits(std::slice::from_ref(&cut), &Known::default()).expect("commits");
    assert_eq!(commits.iter().map(|commit| (&commit.id, commit.depth, commit.parents.len())).collect::<Vec<_>>(), [(&cut, Depth::Cut, 1)]);
    let changes: Vec<Change> = repository.changes(&commits).expect("changes").collect::<Result<_, _>>().expect("changes");
    assert_eq!(paths(&changes), ["a", "b", "c"]);
    let known = Known { commits: vec![], remotes: vec![RemoteName::new("origin").expect("a name")] };
    assert_eq!(repository.new_commits(&[cut], &known), Ok(vec![]));
}

#[test]
fn h3_contents_are_read_one_by_one_and_together_and_large_ones_are_passed_over() {
    let place = Place::new(&[]);
    let large = "x".repeat(6 * 1024 * 1024);
    let files: Vec<(String, &str)> = (0..600).map(|at| (format!("f{at:03}"), if at % 200 == 7 { large.as_str() } else { "small\n" })).collect();
    place.commit(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>());
    let repository = place.open();
    let wanted: Vec<ObjectId> = repository.tree(&place.id("HEAD")).expect("a tree").into_iter().map(|entry| entry.id).collect();
    let mut objects = repository.objects();
    for most in [5, 10, u64::MAX] {
        let mut seen = Vec::new();
        objects
            .each(&wanted, most, &mut |at, content| {
                assert_eq!(at, seen.len());
                seen.push(content);
                ControlFlow::Continue(())
            })
            .expect("contents");
        assert_eq!(seen.len(), 600);
        for (content, (_, text)) in seen.iter().zip(&files) {
            let size = text.len() as u64;
            let expected = if size > most { Content::TooLarge(size) } else { Content::Whole(text.as_bytes().to_vec()) };
            assert!(*content == expected, "of {size} bytes, at most {most}");
        }
        assert_eq!(objects.read(&wanted[0], 100), Ok(Content::Whole(b"small\n".to_vec())));
        assert_eq!(objects.read(&wanted[7], 100), Ok(Content::TooLarge(large.len() as u64)));
    }
    let mut count = 0;
    let enough = &mut |_: usize, _: Content| {
        count += 1;
        if count == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    objects.each(&wanted, 10, enough).expect("contents");
    assert_eq!(count, 3);
    assert_eq!(objects.read(&ObjectId::new("1".repeat(40)).expect("an id"), 10), Ok(Content::Missing));
    assert_eq!(objects.named("HEAD:f000\nx", 10), Ok(None));
}

#[test]
fn h3_a_missing_or_corrupt_object_is_an_error_and_never_nothing() {
    let place = Place::new(&[]);
    let first = place.commit(&[("a", "1\n")]);
    let blob = place.id("HEAD:a");
    let second = place.commit(&[("b", "1\n")]);
    let file = |id: &ObjectId| place.path().join(".git/objects").join(&id.as_str()[..2]).join(&id.as_str()[2..]);
    let spoil = |id: &ObjectId| {
        fs::remove_file(file(id)).expect("it is removed");
        fs::write(file(id), "nonsense").expect("it is written");
    };
    spoil(&blob);
    let content = place.open().objects().read(&blob, 100);
    assert!(matches!(content, Ok(Content::Missing) | Err(HistoryError::Failed { .. })), "{content:?}");
    spoil(&place.id("HEAD^{tree}"));
    let commits = place.open().new_commits(std::slice::from_ref(&second), &Known::default()).expect("commits");
    let changes: Result<Vec<Change>, _> = place.open().changes(&commits).expect("a start").collect();
    assert!(changes.is_err());
    fs::remove_file(file(&first)).expect("it is removed");
    assert!(place.open().new_commits(&[second], &Known::default()).is_err());
    let lost: Result<Vec<Change>, _> = place.open().changes(&commits).expect("a start").collect();
    assert!(lost.is_err());
    assert!(matches!(place.open().commits(&[first]), Err(HistoryError::Missing { .. })));
}

#[test]
fn h3_a_revision_is_a_commit_and_nothing_else() {
    let place = Place::new(&[]);
    let first = place.commit(&[("a", "1\n")]);
    place.git(&["tag", "--annotate", "--message=t", "v1.0.0"]);
    let repository = place.open();
    for name in ["HEAD", "main", "v1.0.0", &first.as_str()[..10], "HEAD~0"] {
        assert_eq!(repository.commit_named(name), Ok(first.clone()), "{name}");
    }
    for name in ["", "--all", "nothing", "HEAD:a", "HEAD^{tree}", "a\nb", "HEAD~1"] {
        assert!(matches!(repository.commit_named(name), Err(HistoryError::NoRevision { .. })), "{name}");
    }
}
