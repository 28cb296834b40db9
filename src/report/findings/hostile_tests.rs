//! Every output, given hostile names, texts and secrets: nothing forged, nothing told that is hidden.

use super::*;
use crate::domain::Span;
use crate::report::terminal::Paint;

const SECRET: &str = "Zq8LmN2pRt6Vx0Yb4Cd9";

fn commit() -> ObjectId {
    ObjectId::new("0123456789abcdef0123456789abcdef01234567").expect("an id")
}

/// A secret in a file with a hostile name, a finding of a message, one of a ref, and something that was not looked at.
fn examined() -> Examined {
    let line = format!("a\nkey = {SECRET} # ::error::x\u{1b}[31m\n");
    let span = Span::new(8, 8 + SECRET.len());
    let mut secret = Finding::new(Check::Secrets, "some-token", Level::Stop, "this is a token of `Some`").at(span).help("revoke it\n::stop-commands::x");
    secret.hidden.push(span);
    secret.key = "0badcafe".to_owned();
    secret.fingerprint = Some("some-token:0badcafe".to_owned());
    let file = Subject::File(RepoPath::new(*b"a,b:c%d\n::error::e\xff\x1b[2J|@octocat"));
    let mut found = Found::all_in_text(vec![secret.clone(), secret], &line, &file);
    found[0].commit = Some(commit());
    let message = Finding::new(Check::Messages, "type", Level::Warn, "`x\r\n##[error]` is no type").at(Span::new(0, 1)).within("a\nb");
    found.extend(Found::all_in_text(vec![message], "x: y", &Subject::Message));
    found.push(Found::of_reference(Finding::new(Check::Refs, "force", Level::Stop, "it is forced"), "refs/heads/a\n::error::f"));
    let unread = Unread { path: Some(RepoPath::new(*b"\n::error::g")), commit: Some(commit()), why: "no\n::error::h".to_owned() };
    Examined { found, unread: vec![unread], notices: vec!["note\n::error::i".to_owned()], ..Examined::default() }
}

#[test]
fn h4_no_output_shows_more_than_four_characters_of_a_secret() {
    let examined = examined();
    let outputs = [text(&examined, Paint::Colour), json(&examined).to_string(), sarif(&examined).to_string(), github(&examined), page(&examined)];
    for output in outputs {
        assert!(!output.contains(&SECRET[..5]), "{output}");
        assert!(output.contains("some-token"), "{output}");
    }
    assert!(text(&examined, Paint::Plain).contains("Zq8L***"));
}

#[test]
fn v6_no_output_has_a_line_or_a_command_that_a_name_or_a_text_forged() {
    let examined = examined();
    for output in [text(&examined, Paint::Plain), github(&examined), page(&examined)] {
        assert!(!output.contains(['\u{1b}', '\r']), "{output}");
    }
    for output in [text(&examined, Paint::Plain), github(&examined)] {
        assert!(!output.contains("##["), "{output}");
    }
    let commands = github(&examined);
    let starts = |line: &&str| line.starts_with("::");
    assert_eq!(commands.lines().filter(starts).count(), 6, "{commands}");
    assert!(commands.lines().filter(starts).all(|line| !line[2..].contains("::error::") || line.starts_with("::error title=") || line.contains("title=")));
    assert!(commands.lines().next_back().is_some_and(|line| line.starts_with("3 findings stop this")), "{commands}");
}

#[test]
fn h5_a_workflow_command_names_file_line_column_and_rule() {
    let finding = Finding::new(Check::Dockerfile, "user", Level::Warn, "it runs as root").at(Span::new(2, 4)).help("write USER 1000");
    let found = Found::all_in_text(vec![finding], "a\nbc\n", &Subject::File(RepoPath::new(*b"app/Dockerfile")));
    let commands = github(&Examined { found, ..Examined::default() });
    assert_eq!(
        commands,
        "::warning file=app/Dockerfile,line=2,col=1,endLine=2,endColumn=3,title=dockerfile/user::it runs as root%0Aapp/Dockerfile:2:1%0Awrite USER 1000\n\
         nothing stops this, 1 warning · looked at nothing\n"
    );
}

#[test]
fn h5_more_than_github_shows_is_said_and_the_summary_has_all() {
    let finding = |at: usize| Found::of_reference(Finding::new(Check::Refs, "force", Level::Stop, "forced"), format!("refs/heads/b{at}"));
    let examined = Examined { found: (0..25).map(finding).collect(), ..Examined::default() };
    let commands = github(&examined);
    assert_eq!(commands.matches("::error ").count(), 10);
    assert!(commands.contains("::notice title=shipgate::15 findings more than GitHub shows"), "{commands}");
    assert_eq!(page(&examined).matches("| stops |").count(), 25);
}

#[test]
fn h5_sarif_has_what_code_scanning_asks_for() {
    let value = sarif(&examined());
    let run = &value["runs"][0];
    assert_eq!(value["version"], "2.1.0");
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 4);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%2Cb%3Ac%25d%0A%3A%3Aerror%3A%3Ae%FF%1B%5B2J%7C%40octocat");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    let fingerprint = |at: usize| results[at]["partialFingerprints"]["shipgate/v1"].as_str().expect("a fingerprint").to_owned();
    assert!(fingerprint(0).len() == 32 && fingerprint(0) != fingerprint(1));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}
