//! Properties of the scanner over texts made of pieces of secrets.

use proptest::prelude::*;

use super::rules_tests::{ours, scan};
use super::{Secrets, load, masked};

/// Pieces of secrets, and what may stand between them.
const PIECES: &str = "[ -~é\u{202e}]{0,8}|[A-Za-z0-9+/]{16,40}|\n|password[:=] ?|\"secret\": \"|token|api_key|-----BEGIN PRIVATE KEY-----|https?://|user:|@host|[Aa]uthorization: (Basic|Bearer) |gh[pos]_[0-9A-Za-z]{36}|npm_|AKIA[A-Z2-7]{16}|eyJ|xox[bp]-|['\"`=:<>]|shipgate:allow|é{1,3}";

fn secrets() -> &'static Secrets {
    static SECRETS: std::sync::OnceLock<Secrets> = std::sync::OnceLock::new();
    SECRETS.get_or_init(ours)
}

proptest! {
    #[test]
    fn h4_any_text_has_findings_at_places_in_it_and_none_shows_what_it_hides(pieces in proptest::collection::vec(PIECES, 0..12)) {
        let text: String = pieces.concat();
        let looked = scan(secrets(), "a.txt", &text);
        prop_assert_eq!(&looked, &scan(secrets(), "a.txt", &text));
        let mut end = 0;
        for finding in &looked.findings {
            let span = finding.span.expect("a place");
            prop_assert!(text.get(span.start..span.end).is_some());
            prop_assert_eq!(&finding.fingerprint, &Some(finding.key.clone()));
            for hidden in &finding.hidden {
                prop_assert!(hidden.start >= end, "{:?}", looked);
                end = hidden.end;
                let value = text.get(hidden.start..hidden.end).expect("borders of characters");
                // Words of ours may stand in a value, but no stretch of it with a digit stands in ours.
                let texts = format!("{} {}", finding.what, finding.help.as_deref().unwrap_or_default().replace(&finding.key, ""));
                let characters: Vec<char> = value.chars().collect();
                prop_assert!(!characters.windows(6).any(|part| part.iter().any(char::is_ascii_digit) && texts.contains(&part.iter().collect::<String>())), "{value} in {texts}");
                let label = finding.label.as_deref().unwrap_or_default();
                let expected = format!("`{}`", masked(value));
                prop_assert!(label == "begins here" || label == expected, "{}", label);
                let most = if characters.len() < 12 { 1 } else { 5 };
                prop_assert!(masked(value).chars().count() <= most, "{}", label);
            }
        }
    }

    #[test]
    fn h4_lines_above_change_no_key(pieces in proptest::collection::vec(PIECES, 0..8), above in "[a-z ]{0,40}\n") {
        let text: String = pieces.concat();
        let keys = |text: &str| scan(secrets(), "a.yml", text).findings.into_iter().map(|finding| finding.key).collect::<Vec<_>>();
        prop_assert_eq!(keys(&text), keys(&format!("{above}{text}")));
    }

    #[test]
    fn h4_any_text_is_a_file_of_rules_or_a_refusal(pieces in proptest::collection::vec("[ -~]{0,6}|\n|\\[\\[rules\\]\\]\n|id = \"a\"\n|regex = '[ -~&&[^']]{0,9}'\n|keywords = \\[\"a\"\\]\n|\\[allowlist\\]\n|entropy = [0-9]\n|paths = \\['''a'''\\]\n", 0..8)) {
        drop(load::read(&pieces.concat()));
    }
}
