//! The specification's own examples and rules (Conventional Commits 1.0.0), as a table.

use super::*;

struct Case {
    text: &'static str,
    header: Option<(&'static str, Option<&'static str>, &'static str)>,
    breaking: &'static [&'static str],
    body: Option<&'static str>,
    footers: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    // The examples, in their order.
    Case {
        text: "feat: allow provided config object to extend other configs\n\nBREAKING CHANGE: `extends` key in config file is now used for extending other config files\n",
        header: Some(("feat", None, "allow provided config object to extend other configs")),
        breaking: &["`extends` key in config file is now used for extending other config files"],
        body: None,
        footers: &[("BREAKING CHANGE", "`extends` key in config file is now used for extending other config files")],
    },
    Case {
        text: "feat!: send an email to the customer when a product is shipped",
        header: Some(("feat", None, "send an email to the customer when a product is shipped")),
        breaking: &["send an email to the customer when a product is shipped"],
        body: None,
        footers: &[],
    },
    Case {
        text: "feat(api)!: send an email to the customer when a product is shipped",
        header: Some(("feat", Some("api"), "send an email to the customer when a product is shipped")),
        breaking: &["send an email to the customer when a product is shipped"],
        body: None,
        footers: &[],
    },
    Case {
        text: "feat!: drop support for Node 6\n\nBREAKING CHANGE: use JavaScript features not available in Node 6.\n",
        header: Some(("feat", None, "drop support for Node 6")),
        breaking: &["use JavaScript features not available in Node 6."],
        body: None,
        footers: &[("BREAKING CHANGE", "use JavaScript features not available in Node 6.")],
    },
    Case {
        text: "docs: correct spelling of CHANGELOG",
        header: Some(("docs", None, "correct spelling of CHANGELOG")),
        breaking: &[],
        body: None,
        footers: &[],
    },
    Case { text: "feat(lang): add Polish language", header: Some(("feat", Some("lang"), "add Polish language")), breaking: &[], body: None, footers: &[] },
    Case {
        text: "fix: prevent racing of requests\n\nIntroduce a request id and a reference to latest request. Dismiss\nincoming responses other than from latest request.\n\nRemove timeouts which were used to mitigate the racing issue but are\nobsolete now.\n\nReviewed-by: Z\nRefs: #123\n",
        header: Some(("fix", None, "prevent racing of requests")),
        breaking: &[],
        body: Some(
            "Introduce a request id and a reference to latest request. Dismiss\nincoming responses other than from latest request.\n\nRemove timeouts which were used to mitigate the racing issue but are\nobsolete now.",
        ),
        footers: &[("Reviewed-by", "Z"), ("Refs", "#123")],
    },
    Case {
        text: "revert: let us never again speak of the noodle incident\n\nRefs: 676104e, a215868\n",
        header: Some(("revert", None, "let us never again speak of the noodle incident")),
        breaking: &[],
        body: None,
        footers: &[("Refs", "676104e, a215868")],
    },
    // 1, 5: type, colon and space, description.
    Case { text: "feat:no space", header: None, breaking: &[], body: None, footers: &[] },
    Case { text: "feat", header: None, breaking: &[], body: None, footers: &[] },
    // 6, 7: the body begins one blank line after the description, and has any number of paragraphs.
    Case { text: "fix: x\n\none\ntwo\n\nthree\n", header: Some(("fix", None, "x")), breaking: &[], body: Some("one\ntwo\n\nthree"), footers: &[] },
    // 8: both separators; a footer begins a paragraph.
    Case {
        text: "fix: x\n\nbody\nRefs: not a footer\n\nAcked-by: a\nFixes #12\n",
        header: Some(("fix", None, "x")),
        breaking: &[],
        body: Some("body\nRefs: not a footer"),
        footers: &[("Acked-by", "a"), ("Fixes", "12")],
    },
    // 9: `-` in the place of spaces, but for BREAKING CHANGE.
    Case { text: "fix: x\n\nAcked by: a\n", header: Some(("fix", None, "x")), breaking: &[], body: Some("Acked by: a"), footers: &[] },
    // 10: a value has spaces and newlines, and ends at the next token.
    Case {
        text: "fix: x\n\nNote: one\n two\n\nthree\nRefs: #1\n",
        header: Some(("fix", None, "x")),
        breaking: &[],
        body: None,
        footers: &[("Note", "one\n two\n\nthree"), ("Refs", "#1")],
    },
    // 11, 12: in the header, or as a footer in capitals.
    Case {
        text: "chore: x\n\nbody\n\nBREAKING CHANGE: environment variables\n now take precedence\n\nReviewed-by: a\n",
        header: Some(("chore", None, "x")),
        breaking: &["environment variables\n now take precedence"],
        body: Some("body"),
        footers: &[("BREAKING CHANGE", "environment variables\n now take precedence"), ("Reviewed-by", "a")],
    },
    Case {
        text: "fix: x\n\nBREAKING CHANGE: one\nBREAKING-CHANGE: two\n",
        header: Some(("fix", None, "x")),
        breaking: &["one", "two"],
        body: None,
        footers: &[("BREAKING CHANGE", "one"), ("BREAKING-CHANGE", "two")],
    },
    // 15: no case matters, but that of BREAKING CHANGE.
    Case { text: "FEAT(API): x", header: Some(("FEAT", Some("API"), "x")), breaking: &[], body: None, footers: &[] },
    Case { text: "fix: x\n\nBreaking-Change: y\n", header: Some(("fix", None, "x")), breaking: &[], body: None, footers: &[("Breaking-Change", "y")] },
    // 16: the hyphen is the same.
    Case {
        text: "fix: x\n\nBREAKING-CHANGE #12 is gone\n",
        header: Some(("fix", None, "x")),
        breaking: &["12 is gone"],
        body: None,
        footers: &[("BREAKING-CHANGE", "12 is gone")],
    },
    // Ends of lines of another system.
    Case {
        text: "fix(api): x\r\n\r\nbody\r\n\r\nBREAKING CHANGE: y\r\nRefs #1\r\n",
        header: Some(("fix", Some("api"), "x")),
        breaking: &["y"],
        body: Some("body"),
        footers: &[("BREAKING CHANGE", "y"), ("Refs", "1")],
    },
    // More generous than the specification: a breaking change is never missed.
    Case {
        text: "fix: x\n\nbody\nBREAKING CHANGE: y\n",
        header: Some(("fix", None, "x")),
        breaking: &["y"],
        body: Some("body"),
        footers: &[("BREAKING CHANGE", "y")],
    },
    Case {
        text: "fix: x\n\nBREAKING CHANGE:\n\n- one\n- two\n",
        header: Some(("fix", None, "x")),
        breaking: &["- one\n- two"],
        body: None,
        footers: &[("BREAKING CHANGE", "- one\n- two")],
    },
    Case { text: "fix: x\n\nBREAKING CHANGE:\n", header: Some(("fix", None, "x")), breaking: &[], body: None, footers: &[] },
];

#[test]
fn h2_the_specifications_examples_and_rules_are_read_as_it_says() {
    for case in CASES {
        let message = Message::parse(case.text);
        let header = message.header().map(|_| (message.type_name().expect("a type"), message.scope(), message.description().expect("a description")));
        assert_eq!(header, case.header, "{}", case.text);
        assert_eq!(message.breaking(), case.breaking, "{}", case.text);
        assert_eq!(message.is_breaking(), !case.breaking.is_empty(), "{}", case.text);
        assert_eq!(message.body().map(|span| message.slice(span)), case.body, "{}", case.text);
        let footers: Vec<(&str, &str)> = message.footers().iter().map(|footer| (message.slice(footer.token), message.slice(footer.value))).collect();
        assert_eq!(footers, case.footers, "{}", case.text);
    }
}

#[test]
fn h2_a_message_may_ask_for_a_version() {
    assert_eq!(Message::parse("chore: x\n\nrelease-as: 2.0.0\nRelease-As: 2.1.0\n").release_as(), Some("2.1.0"));
    assert_eq!(Message::parse("chore: x\n\nthe next is Release-As: 2.1.0\n").release_as(), None);
}

/// One pass: a message of a megabyte is read in a time in which a quadratic parser would not get anywhere.
#[test]
fn h2_hostile_messages_of_a_megabyte_are_read_to_their_end() {
    let rules = MessageRules::default();
    for piece in [
        "a line of text\n",
        "Refs: 1\n",
        "* feat!: x\n",
        "Refs",
        "x ",
        "(",
        "BREAKING CHANGE:\n",
        "BREAKING CHANGE: x\n\n",
        "fixup! ",
        "This reverts commit 0123456\n",
        ":",
        "\n",
        "breaking change\n",
        "!(",
    ] {
        for begin in ["feat: x\n\n", ""] {
            let text = format!("{begin}{}", piece.repeat(1_000_000 / piece.len()));
            let message = Message::parse(&text);
            let _ = (message.squashed(), message.reverts(), message.breaking(), message.kind(), findings(text.as_bytes(), &rules));
            let _ = clean(&text, &Cleaning::default());
        }
    }
}
