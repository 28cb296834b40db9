//! Real repositories, made and changed by real git.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::*;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

/// A repository with a base branch and an approved commit on another branch.
struct Story {
    folder: tempfile::TempDir,
    ancestor: CommitSha,
    approved: CommitSha,
}

impl Story {
    /// `main` has `app.txt` and `lib.txt`; `work` changes the first line of `app.txt`.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("repo")).expect("a folder");
        let mut story = Self { folder, ancestor: sha(&"0".repeat(40)), approved: sha(&"0".repeat(40)) };
        story.git(&["init", "--quiet", "--initial-branch=main"]);
        story.ancestor = story.commit(&[("app.txt", BASE), ("lib.txt", BASE), ("sub/deep.txt", BASE)]);
        story.git(&["switch", "--quiet", "--create", "work"]);
        story.approved = story.commit(&[("app.txt", &BASE.replace("one", "ONE"))]);
        story
    }

    fn repo(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    #[expect(clippy::disallowed_methods, reason = "the test makes its repository with git")]
    fn git(&self, args: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.repo()).env_clear().env("PATH", path()).env("HOME", self.folder.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.com").env(format!("GIT_{who}_DATE"), "1700000000 +0000");
        }
        let output = git.args(args).output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.repo().join(name);
            fs::create_dir_all(path.parent().expect("within")).expect("a folder");
            fs::write(path, text).expect("it is written");
        }
        self.git(&["add", "--all"]);
    }

    fn commit(&self, files: &[(&str, &str)]) -> CommitSha {
        self.write(files);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=c"]);
        sha(&self.git(&["rev-parse", "HEAD"]))
    }

    /// Goes on with `main`: somebody else's change to the end of `app.txt` and to `lib.txt`.
    fn advance_main(&self) -> CommitSha {
        self.git(&["switch", "--quiet", "main"]);
        let tip = self.commit(&[("app.txt", &BASE.replace("ten", "TEN")), ("lib.txt", &BASE.replace("five", "FIVE"))]);
        self.git(&["switch", "--quiet", "work"]);
        tip
    }

    fn tree(&self) -> ObjectId {
        ObjectId::new(self.git(&["rev-parse", "HEAD^{tree}"])).expect("an id")
    }

    fn question(&self, theirs: CommitSha) -> MergeQuestion {
        MergeQuestion { ancestor: self.ancestor.clone(), ours: self.approved.clone(), theirs }
    }

    /// Answers out of a remote, with no local repository.
    fn objects(&self) -> GitObjects {
        objects(self.repo().to_str().expect("a plain path"), &self.folder.path().join("scratch"))
    }

    fn merged(&self, theirs: CommitSha) -> Option<ObjectId> {
        self.objects().merged_tree(&self.question(theirs)).expect("an answer")
    }
}

fn path() -> &'static str {
    "/usr/local/bin:/usr/bin:/bin"
}

fn sha(text: &str) -> CommitSha {
    CommitSha::new(text).expect("an id")
}

fn objects(address: &str, scratch: &Path) -> GitObjects {
    // Variables that would send git elsewhere, were they handed on.
    let hostile = [("PATH", path()), ("GIT_DIR", "/nonexistent"), ("GIT_CONFIG_COUNT", "1"), ("GIT_TRACE", "1"), ("GIT_OBJECT_DIRECTORY", "/nonexistent")];
    let environment = ChildEnvironment::of(hostile.map(|(name, value)| (name.into(), value.into())));
    GitObjects::new(Remote::new(address).expect("a remote"), Some(SecretString::from("ghs_s3cret")), scratch, environment)
}

#[test]
fn g2_an_update_of_the_branch_by_a_merge_has_the_merged_tree() {
    let story = Story::new();
    let main = story.advance_main();
    story.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(story.merged(main), Some(story.tree()));
}

#[test]
fn g2_a_pure_rebase_has_the_merged_tree() {
    let story = Story::new();
    story.commit(&[("new.txt", "more\n")]);
    let story = Story { approved: sha(&story.git(&["rev-parse", "HEAD"])), ..story };
    let main = story.advance_main();
    story.git(&["rebase", "--quiet", "main"]);
    assert_eq!(story.merged(main), Some(story.tree()));
}

#[test]
fn g2_a_squash_onto_the_new_base_has_the_merged_tree() {
    let story = Story::new();
    let main = story.advance_main();
    story.git(&["switch", "--quiet", "--create", "squashed", "main"]);
    story.git(&["merge", "--quiet", "--squash", "work"]);
    story.commit(&[]);
    assert_eq!(story.merged(main), Some(story.tree()));
}

#[test]
fn g2_an_amended_message_on_the_same_base_has_the_merged_tree() {
    let story = Story::new();
    story.git(&["commit", "--quiet", "--amend", "--message=other"]);
    assert_eq!(story.merged(story.ancestor.clone()), Some(story.tree()));
}

#[test]
fn g2_a_change_smuggled_into_the_merge_differs() {
    let story = Story::new();
    let main = story.advance_main();
    story.git(&["merge", "--quiet", "--no-commit", "main"]);
    story.commit(&[("evil.txt", "evil\n")]);
    let merged = story.merged(main);
    assert!(merged.is_some() && merged != Some(story.tree()));
}

#[test]
fn g2_a_change_of_indentation_after_the_approval_differs() {
    let story = Story::new();
    let main = story.advance_main();
    story.git(&["rebase", "--quiet", "main"]);
    let text = fs::read_to_string(story.repo().join("app.txt")).expect("text");
    story.commit(&[("app.txt", &text.replace("two", "  two"))]);
    let merged = story.merged(main);
    assert!(merged.is_some() && merged != Some(story.tree()));
}

#[test]
fn g2_a_hunk_moved_to_another_place_differs() {
    let story = Story::new();
    let main = story.advance_main();
    story.git(&["switch", "--quiet", "--create", "moved", "main"]);
    let text = fs::read_to_string(story.repo().join("app.txt")).expect("text");
    story.commit(&[("app.txt", &text.replace("one\ntwo\n", "two\nONE\n"))]);
    let merged = story.merged(main);
    assert!(merged.is_some() && merged != Some(story.tree()));
}

#[test]
fn g2_changes_that_conflict_have_no_merged_tree() {
    let story = Story::new();
    story.git(&["switch", "--quiet", "main"]);
    let main = story.commit(&[("app.txt", &BASE.replace("one", "uno"))]);
    assert_eq!(story.merged(main), None);
}

#[test]
fn g2_attributes_and_settings_that_a_repository_carries_do_not_merge_conflicts_away() {
    let story = Story::new();
    story.git(&["switch", "--quiet", "main"]);
    let attributes = "* merge=union\n*.txt merge=ours filter=evil text eol=crlf\n";
    let ancestor = story.commit(&[(".gitattributes", attributes)]);
    let main = story.commit(&[("app.txt", &BASE.replace("one", "uno"))]);
    story.git(&["switch", "--quiet", "--create", "other", ancestor.as_str()]);
    let approved = story.commit(&[("app.txt", &BASE.replace("one", "eins"))]);
    story.git(&["config", "merge.default", "union"]);
    fs::write(story.repo().join(".git/info/attributes"), "* merge=union\n").expect("it is written");
    let question = MergeQuestion { ancestor, ours: approved, theirs: main };
    assert_eq!(story.objects().merged_tree(&question), Ok(None), "out of a remote");
    let local = objects("/nonexistent/remote", &story.folder.path().join("scratch")).with_local(&story.repo());
    assert_eq!(local.merged_tree(&question), Ok(None), "out of a local repository");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test starts itself again, as another user")]
fn g2_attributes_and_settings_of_the_user_do_not_merge_conflicts_away() {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(home.path().join(".config/git")).expect("a folder");
    fs::write(home.path().join(".config/git/attributes"), "* merge=union\n").expect("it is written");
    fs::write(home.path().join(".gitconfig"), "[merge]\ndefault = union\n").expect("it is written");
    let tests = std::env::current_exe().expect("the tests themselves");
    let other = "git::tests::g2_changes_that_conflict_have_no_merged_tree";
    let output = Command::new(tests).args(["--exact", other]).env_clear().env("PATH", path()).env("HOME", home.path()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn g2_a_renamed_file_takes_the_other_sides_change_along() {
    let story = Story::new();
    story.git(&["mv", "lib.txt", "library.txt"]);
    let story = Story { approved: story.commit(&[]), ..story };
    let main = story.advance_main();
    story.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(story.merged(main), Some(story.tree()));
}

#[test]
fn g2_a_commit_that_nobody_has_is_an_error_that_names_it() {
    let story = Story::new();
    let missing = "1234567890123456789012345678901234567890";
    let error = story.objects().merged_tree(&story.question(sha(missing))).expect_err("not there");
    assert!(matches!(&error, RepoError::Fetch(why) if why.contains(missing)), "{error}");
    let error = objects("/nonexistent/remote", story.folder.path()).merged_tree(&story.question(sha(missing))).expect_err("no remote");
    assert!(matches!(&error, RepoError::Fetch(why) if why.contains("/nonexistent/remote")), "{error}");
}

#[test]
fn g2_a_second_question_fetches_only_what_is_new() {
    let story = Story::new();
    let main = story.advance_main();
    let objects = story.objects();
    let first = objects.merged_tree(&story.question(main.clone())).expect("an answer");
    fs::rename(story.repo(), story.folder.path().join("away")).expect("the remote is gone");
    assert_eq!(objects.merged_tree(&story.question(main)).expect("nothing to fetch"), first);
}

#[test]
fn g2_a_local_repository_answers_without_a_remote_and_is_not_written_to() {
    let story = Story::new();
    let main = story.advance_main();
    let files = || walk(&story.repo().join(".git"));
    let before = files();
    let local = objects("/nonexistent/remote", &story.folder.path().join("scratch")).with_local(&story.repo().join("sub"));
    let merged = local.merged_tree(&story.question(main)).expect("an answer");
    assert_eq!(files(), before);
    story.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(merged, Some(story.tree()));
}

#[test]
fn g2_a_local_repository_that_lacks_commits_or_files_is_passed_over() {
    let story = Story::new();
    let main = story.advance_main();
    let shallow = story.folder.path().join("shallow");
    let address = format!("file://{}", story.repo().display());
    story.git(&["clone", "--quiet", "--depth=1", &address, shallow.to_str().expect("a plain path")]);
    story.git(&["merge", "--quiet", "--no-edit", "main"]);
    let merged = story.objects().with_local(&shallow).merged_tree(&story.question(main.clone()));
    assert_eq!(merged, Ok(Some(story.tree())));

    // All commits, and one file less.
    let partial = story.folder.path().join("partial");
    story.git(&["clone", "--quiet", &address, partial.to_str().expect("a plain path")]);
    let blob = story.git(&["rev-parse", "main:app.txt"]);
    let packs = fs::read_dir(partial.join(".git/objects/pack")).expect("packs").map(|entry| entry.expect("a file").path());
    let loose = story.folder.path().join("loose.pack");
    for pack in packs.filter(|pack| pack.extension().is_some_and(|kind| kind == "pack")) {
        fs::rename(&pack, &loose).expect("moved");
        unpack(&partial, &loose);
        fs::remove_file(pack.with_extension("idx")).expect("removed");
    }
    fs::remove_file(partial.join(".git/objects").join(&blob[..2]).join(&blob[2..])).expect("removed");
    let merged = story.objects().with_local(&partial).merged_tree(&story.question(main));
    assert_eq!(merged, Ok(Some(story.tree())));
}

#[expect(clippy::disallowed_methods, reason = "the test makes its repository with git")]
fn unpack(repo: &Path, pack: &Path) {
    let pack = fs::File::open(pack).expect("a pack");
    let status = Command::new("git").current_dir(repo).env_clear().env("PATH", path()).args(["unpack-objects", "-q"]).stdin(pack).status();
    assert!(status.expect("git runs").success());
}

/// Every file below a folder, with its length.
fn walk(folder: &Path) -> BTreeSet<(PathBuf, u64)> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.append(&mut walk(&path));
        } else {
            found.insert((path.clone(), fs::metadata(&path).expect("a file").len()));
        }
    }
    found
}

#[test]
fn g2_an_object_that_is_not_what_its_name_says_is_not_used() {
    let story = Story::new();
    let main = story.advance_main();
    let [one, other] = ["main:app.txt", "work:app.txt"].map(|name| {
        let id = story.git(&["rev-parse", name]);
        story.repo().join(".git/objects").join(&id[..2]).join(&id[2..])
    });
    fs::set_permissions(&one, fs::Permissions::from_mode(0o644)).expect("made writable");
    fs::copy(other, one).expect("forged");
    let local = objects("/nonexistent/remote", &story.folder.path().join("scratch")).with_local(&story.repo());
    assert!(matches!(local.merged_tree(&story.question(main)), Err(RepoError::Fetch(_))), "the local objects are no help, and there are no others");
}

#[test]
fn g2_a_repository_with_sha_256_ids_is_refused_by_name() {
    let story = Story::new();
    let error = story.objects().merged_tree(&story.question(sha(&"a".repeat(64)))).expect_err("refused");
    assert!(matches!(&error, RepoError::Merge(why) if why.contains("SHA-256")), "{error}");
}

#[test]
fn the_scratch_repository_is_private_and_removed_at_the_end() {
    let story = Story::new();
    let objects = story.objects();
    objects.merged_tree(&story.question(story.ancestor.clone())).expect("an answer");
    let scratch = story.folder.path().join("scratch");
    let folders: Vec<_> = fs::read_dir(&scratch).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(folders.len(), 1);
    assert_eq!(fs::metadata(&folders[0]).expect("a folder").permissions().mode() & 0o777, 0o700);
    drop(objects);
    assert_eq!(fs::read_dir(&scratch).expect("a folder").count(), 0);
}

/// A server that answers one request as told and hands the request over.
fn serve_once(answer: Option<&'static str>) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let (mut request, mut byte) = (Vec::new(), [0]);
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
            request.push(byte[0]);
        }
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).expect("it answers"),
            // Until the other side gives up.
            None => drop(stream.read(&mut byte)),
        }
        String::from_utf8(request).expect("text")
    });
    (address, server)
}

#[test]
fn a5_the_token_goes_to_the_server_in_a_header_and_into_no_error() {
    let (address, server) = serve_once(Some("HTTP/1.1 403 no ghs_s3cret here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    let story = Story::new();
    let remote = objects(&format!("http://{address}/acme/shop"), story.folder.path());
    let error = remote.merged_tree(&story.question(story.ancestor.clone())).expect_err("refused").to_string();
    drop(TcpStream::connect(&address));
    let request = server.join().expect("it ends well");
    // printf %s x-access-token:ghs_s3cret | base64
    assert!(request.contains("Authorization: Basic eC1hY2Nlc3MtdG9rZW46Z2hzX3MzY3JldA=="), "{request}");
    assert!(error.contains("403") && !error.contains("s3cret") && !error.contains("eC1hY2"), "{error}");
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let (address, server) = serve_once(None);
    let story = Story::new();
    let remote = objects(&format!("http://{address}/acme/shop"), story.folder.path()).with_limit(Duration::from_millis(50));
    let error = remote.merged_tree(&story.question(story.ancestor.clone())).expect_err("too late");
    drop(TcpStream::connect(&address));
    server.join().expect("it ends well");
    assert_eq!(error, RepoError::Fetch("`git` did not end within 50ms".to_owned()));
}

#[test]
fn a5_the_token_is_in_no_argument_and_settings_of_the_outside_are_not_handed_on() {
    let story = Story::new();
    let bin = story.folder.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    let said = story.folder.path().join("said");
    fs::write(bin.join("git"), format!("#!/bin/sh\n{{ echo \"$*\"; echo ---; /usr/bin/env; }} > {}\nexit 1\n", said.display())).expect("a program");
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).expect("made executable");
    let variables = [
        ("PATH", bin.to_str().expect("plain")),
        ("GIT_DIR", "/evil"),
        ("git_ssh_command", "evil"),
        ("GITHUB_TOKEN", "ghs_s3cret"),
        ("HTTPS_PROXY", "http://proxy"),
    ];
    let environment = ChildEnvironment::of(variables.map(|(name, value)| (name.into(), value.into())));
    let remote = Remote::new("https://github.example/acme/shop").expect("a remote");
    let objects = GitObjects::new(remote, Some(SecretString::from("ghs_s3cret")), story.folder.path(), environment);
    let error = objects.merged_tree(&story.question(story.ancestor.clone())).expect_err("it fails");
    assert_eq!(error, RepoError::Fetch("git ended with exit code 1".to_owned()));
    let said = fs::read_to_string(said).expect("text");
    let (arguments, seen) = said.split_once("---").expect("two parts");
    assert!(!arguments.contains("s3cret") && !arguments.contains("Authorization"), "{arguments}");
    assert!(arguments.contains("--end-of-options https://github.example/acme/shop") && arguments.contains(story.approved.as_str()), "{arguments}");
    assert!(seen.contains("GIT_CONFIG_KEY_0=http.https://github.example/acme/shop.extraHeader") && seen.contains("HTTPS_PROXY="), "{seen}");
    assert!(!seen.contains("evil") && !seen.contains("ghs_s3cret") && seen.contains("GIT_ALLOW_PROTOCOL=https\n"), "{seen}");
}
