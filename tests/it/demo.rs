//! `shipgate demo`, run as a newcomer runs it.

use std::collections::BTreeMap;
use std::process::{Command, Output};

/// The widest line of the story, in columns.
const WIDEST: usize = 100;

/// The built binary with nothing in its environment but a proxy that nobody listens at: whatever asked a network would fail.
#[expect(clippy::disallowed_methods, reason = "the test starts the built binary")]
fn demo(more: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_shipgate"));
    command.arg("demo").current_dir(folder.path()).env_clear();
    for proxy in ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(proxy, "http://127.0.0.1:1");
    }
    command.env("TMPDIR", folder.path()).envs(more.iter().copied());
    let output = command.output().expect("the binary runs");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert!(left.is_empty(), "the demo leaves nothing behind: {left:?}");
    output
}

fn told(more: &[(&str, &str)]) -> String {
    let output = demo(more);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), error.as_ref()), (Some(0), ""));
    String::from_utf8(output.stdout).expect("text")
}

/// The scenes by their numbers.
fn scenes(story: &str) -> BTreeMap<u32, Vec<&str>> {
    let mut scenes: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    let mut current = 0;
    for line in story.lines() {
        if let Some((number, _)) = line.split_once(". ")
            && let Ok(number) = number.parse()
        {
            current = number;
        }
        scenes.entry(current).or_default().push(line);
    }
    scenes
}

#[test]
fn i2_the_demo_tells_the_whole_story_without_network_account_or_environment() {
    let story = told(&[]);
    let scenes = scenes(&story);
    assert_eq!(scenes.keys().copied().collect::<Vec<_>>(), (0..=8).collect::<Vec<_>>(), "{story}");
    let scene = |number: u32| scenes[&number].join("\n");
    for person in ["octo-dev", "octo-reviewer", "octo-sre", "octo-lead"] {
        assert!(scene(1).contains(person), "{person} is introduced");
        assert!((2..=6).any(|number| scene(number).contains(person)), "{person} has a part");
    }
    let expected: &[(u32, &[&str])] = &[
        (2, &["/deploy production", "⛔ Deployment to production is refused", "staging has not had the commit", "0 of 2 approvals", "▸ Evidence"]),
        (3, &["octo-reviewer approves", "→ go: all", "in_progress → success", "✅ Deployed to staging"]),
        (4, &["does not count", "/confirm production", "→ go: all", "✅ Deployed to production"]),
        (5, &["→ go: all", "staging is busy: a deployment", "judged again"]),
        (6, &["2020", "→ no-go", "and the server first saw"]),
        (7, &["the same, bit for bit", "--assume approval=octo-sre", "→ go: all"]),
        (8, &["verified", "the line was edited", "the end of the log was removed"]),
    ];
    for (number, words) in expected {
        let scene = scene(*number).split_whitespace().collect::<Vec<_>>().join(" ");
        for word in *words {
            assert!(scene.contains(word), "scene {number} says {word:?}:\n{scene}");
        }
    }
    assert!(scene(8).find("verified").expect("sound first") < scene(8).find("TAMPERED").expect("then tampered"));
}

#[test]
fn i2_no_line_of_the_demo_is_too_wide_and_nothing_in_it_comes_from_a_clock() {
    let story = told(&[]);
    let columns =
        |line: &str| line.chars().map(|character| if u32::from(character) >= 0x1F000 || "✅⏳⛔❌".contains(character) { 2 } else { 1 }).sum::<usize>();
    for line in story.lines() {
        assert!(columns(line) <= WIDEST, "{} columns: {line}", columns(line));
        assert!(!line.contains('\u{1b}'), "no colour where nobody looks: {line:?}");
        let longest = line.split(|character: char| !character.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
        assert!(longest < 40, "a whole object id: {line}");
    }
    let other = told(&[]);
    for number in [1, 2, 3, 4, 6] {
        assert_eq!(scenes(&story)[&number], scenes(&other)[&number], "scene {number} is the same every time");
    }
}

#[test]
fn i2_colour_is_decoration_and_a_narrow_terminal_is_respected() {
    let coloured = told(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.contains("\u{1b}["));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').expect("an escape ends").1;
    }
    bare.push_str(rest);
    assert_eq!(scenes(&bare)[&4], scenes(&told(&[]))[&4]);
    assert!(!told(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
    for line in told(&[("COLUMNS", "60")]).lines() {
        // One word may be longer than a line.
        assert!(line.chars().count() <= 62, "{line}");
    }
}
