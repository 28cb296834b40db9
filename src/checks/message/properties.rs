//! Laws of the parser, for any text.

use proptest::prelude::*;

use super::*;
use crate::domain::Span;

fn is_place(text: &str, span: Span) -> bool {
    span.start <= span.end && text.get(span.start..span.end).is_some()
}

fn any_message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("feat".to_owned()),
        Just("fix(api)!: ".to_owned()),
        Just(": ".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("BREAKING CHANGE: ".to_owned()),
        Just("BREAKING CHANGE:".to_owned()),
        Just("breaking changes - ".to_owned()),
        Just("* feat!: x\n".to_owned()),
        Just("Refs #".to_owned()),
        Just("This reverts commit 0123456".to_owned()),
        Just("[feat] ".to_owned()),
        Just("fixup! ".to_owned()),
        Just("# ------------------------ >8 ------------------------\n".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn places(message: &Message<'_>) -> Vec<Span> {
    let mut out = vec![message.first()];
    out.extend(message.header().iter().flat_map(|header| [Some(header.kind), header.scope, header.bang, Some(header.description)]).flatten());
    out.extend(message.body());
    out.extend(message.footers().iter().flat_map(|footer| [footer.token, footer.value]));
    out
}

proptest! {
    #[test]
    fn h2_any_text_is_read_and_every_place_lies_in_it(text in any_message()) {
        let message = Message::parse(&text);
        prop_assert!(places(&message).into_iter().all(|span| is_place(&text, span)));
        for item in message.squashed() {
            prop_assert!(places(&item.message).into_iter().all(|span| is_place(item.message.text(), span)));
            prop_assert!(text[item.at..].starts_with(item.message.text()));
        }
        let _ = (message.reverts(), message.breaking(), message.release_as(), message.kind());
        for finding in findings(text.as_bytes(), &MessageRules::default()) {
            prop_assert!(finding.span.is_some_and(|span| is_place(&text, span)), "{finding:?}");
            prop_assert!(finding.fix.is_none_or(|fix| is_place(&text, fix.span)));
        }
    }

    #[test]
    fn h2_any_bytes_have_findings_within_their_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let shown = text(&bytes);
        prop_assert!(findings(&bytes, &MessageRules::default()).iter().all(|finding| finding.span.is_some_and(|span| is_place(&shown, span))));
    }

    #[test]
    fn h2_what_is_printed_is_read_back(
        kind in "[a-zA-Z][a-zA-Z0-9_./-]{0,10}",
        scope in proptest::option::of("[a-z][a-z ,/-]{0,8}[a-z]"),
        breaks in any::<bool>(),
        description in "[!-~ä]([ -~ä]{0,40}[!-~ä])?",
        body in proptest::option::of("[a-z][a-z \n]{0,60}[a-z]"),
        footers in proptest::collection::vec(("[A-Z][a-z]{1,8}(-[a-z]{1,5})?", "[!-~]([ -~]{0,20}[!-~])?", any::<bool>()), 0..4),
    ) {
        let effect = if breaks { Effect::Breaking } else { Effect::Plain };
        let heading = Heading { kind: &kind, scope: scope.as_deref(), effect, description: &description };
        let mut text = heading.to_string();
        text.extend(body.iter().flat_map(|body| ["\n\n", body]));
        text.push('\n');
        for (token, value, hash) in &footers {
            text.extend(["\n", token, if *hash { " #" } else { ": " }, value]);
        }
        let message = Message::parse(&text);
        prop_assert_eq!(message.type_name(), Some(kind.as_str()));
        prop_assert_eq!(message.scope(), scope.as_deref());
        prop_assert_eq!(message.description(), Some(description.as_str()));
        prop_assert_eq!(message.is_breaking(), breaks);
        prop_assert_eq!(message.body().map(|span| message.slice(span)), body.as_deref());
        let read: Vec<(&str, &str)> = message.footers().iter().map(|footer| (message.slice(footer.token), message.slice(footer.value))).collect();
        let written: Vec<(&str, &str)> = footers.iter().map(|(token, value, _)| (token.as_str(), value.as_str())).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn h2_a_cleaned_message_is_clean_and_its_places_are_those_of_what_was_typed(text in any_message()) {
        let how = Cleaning::default();
        let cleaned = clean(&text, &how);
        prop_assert_eq!(&clean(&cleaned.text, &how).text, &cleaned.text);
        for (at, character) in cleaned.text.char_indices().filter(|(_, character)| *character != '\n') {
            prop_assert!(text[cleaned.original(at)..].starts_with(character));
        }
    }

    #[test]
    fn h2_mending_ends_and_leaves_nothing_to_mend(text in any_message()) {
        let (how, rules) = (Cleaning::default(), MessageRules::default());
        if let Some(done) = mended(text.as_bytes(), &how, &rules, &|_| false) {
            prop_assert_eq!(mended(done.typed.as_bytes(), &how, &rules, &|_| false), None, "{:?}", done.typed);
        }
    }
}
