//! What is no secret: placeholders, examples, references, and what has too little in it.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::words;

/// How many bits a byte of the value holds, by the frequency of its bytes.
pub(super) fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "values are short")]
    let length = value.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|part| -part * part.log2()).sum()
}

/// Words of placeholders that no random token has in it.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "replace",
    "redacted",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yourapikey",
    "yoursecret",
    "insert",
    "dummy",
    "sample",
    "xxxxx",
    "fake",
    "notreal",
    "not_a_real",
    "todo",
    "fixme",
    "deadbeef",
    "00000000",
    "123456789",
    "1a2b3c4d",
    "a1b2c3d4",
    "abcdefgh",
];

/// Whether a token of a known form is made up: a placeholder in the right form, or a documented example.
pub(super) fn is_made_up(token: &[u8]) -> bool {
    let lower = token.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| has(&lower, word.as_bytes()))
        || longest_run(&lower, 0) >= 6
        || longest_run(&lower, 1) >= 8
        || longest_run(&lower, -1) >= 8
        || repeats(&lower)
}

/// Signs of a template or a reference to somewhere else.
const TEMPLATES: &[&[u8]] =
    &[b"${", b"{{", b"}}", b"#{", b"$(", b"<%", b"%>", b"%(", b"%s", b"%d", b"{0}", b"...", b"***", b"\xe2\x80\xa6", b"\xe2\x80\xa2", b"___", b"--", b"://"];

/// Words that a value of the likely tier does not have.
const WORDS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "replace",
    "redacted",
    "your",
    "insert",
    "dummy",
    "sample",
    "fake",
    "mock",
    "todo",
    "fixme",
    "undefined",
    "unknown",
    "enter",
    "provide",
    "optional",
    "required",
    "invalid",
    "incorrect",
    "wrong",
    "hidden",
    "masked",
    "encrypted",
    "getenv",
    "environ",
    "process.env",
    "abc123",
    "abcde",
    "12345",
    "1a2b3c",
    "a1b2c3",
    "foobar",
    "lorem",
    "string",
    "foo",
    "bar",
    "baz",
];

/// Signs and words, all looked for at once.
fn signs() -> &'static AhoCorasick {
    static SIGNS: OnceLock<AhoCorasick> = OnceLock::new();
    SIGNS.get_or_init(|| {
        let all = TEMPLATES.iter().copied().chain(WORDS.iter().map(|word| word.as_bytes()));
        AhoCorasick::builder().ascii_case_insensitive(true).build(all).expect("some dozen short words are no too large automaton")
    })
}

/// Whether a value by its name is a placeholder, a template, or a reference.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    // In much noise a short word, or a short run, stands by chance.
    let (least, most) = if value.len() >= 16 && is_noise(value) { (5, 6) } else { (0, 5) };
    let most = if value.len() >= 64 { 8 } else { most };
    let counts = |sign: usize| sign.checked_sub(TEMPLATES.len()).is_none_or(|word| WORDS[word].len() >= least);
    let lower = value.to_ascii_lowercase();
    is_braced(&lower)
        || has(value, b"xxx")
        || has(value, b"XXX")
        || signs().find_overlapping_iter(&lower).any(|sign| counts(sign.pattern().as_usize()))
        || longest_run(&lower, 0) >= most
        || longest_run(&lower, 1) > most
        || longest_run(&lower, -1) > most
        || repeats(&lower)
}

/// `<value>`, `{value}`, `[value]`, `%value%`, `(value)`, `_value_`, `$value`.
fn is_braced(lower: &[u8]) -> bool {
    const BRACES: &[(u8, u8)] = &[(b'<', b'>'), (b'{', b'}'), (b'[', b']'), (b'%', b'%'), (b'(', b')'), (b'_', b'_')];
    let (Some(first), Some(last)) = (lower.first(), lower.last()) else { return false };
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    BRACES.contains(&(*first, *last)) || (*first == b'$' && lower.get(1).is_some_and(|byte| !byte.is_ascii_digit()) && lower[1..].iter().all(name))
}

/// A regular expression, or a format that describes values instead of being one.
pub(super) fn is_pattern(value: &[u8]) -> bool {
    [&b"[a-"[..], b"[A-", b"[0-", b"(?", b"[^", b".*", b".+", b"\\d", b"\\w", b"\\s", b"\\b", b"{1,"].iter().any(|sign| has(value, sign))
}

/// How many different bytes it has.
pub(super) fn distinct(value: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in value {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// The longest stretch of bytes of which each is the one before and a step.
fn longest_run(value: &[u8], step: i16) -> usize {
    let (mut longest, mut run) = (1, 1);
    for pair in value.windows(2) {
        run = if i16::from(pair[1]) - i16::from(pair[0]) == step && pair[0].is_ascii_alphanumeric() { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    longest
}

/// Whether it is one short piece again and again, three times at least.
fn repeats(value: &[u8]) -> bool {
    value.len() >= 6 && (1..=value.len() / 3).take(12).any(|period| value.iter().zip(&value[period..]).all(|(before, after)| before == after))
}

/// What characters a value has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) digits: usize,
    pub(super) others: usize,
    pub(super) blanks: usize,
}

impl Look {
    pub(super) fn of(value: &[u8]) -> Self {
        let mut look = Self::default();
        for byte in value {
            match byte {
                b'a'..=b'z' => look.lower += 1,
                b'A'..=b'Z' => look.upper += 1,
                b'0'..=b'9' => look.digits += 1,
                b' ' | b'\t' => look.blanks += 1,
                _ => look.others += 1,
            }
        }
        look
    }

    pub(super) fn letters(self) -> usize {
        self.lower + self.upper
    }

    /// How many kinds of characters.
    pub(super) fn kinds(self) -> usize {
        [self.lower, self.upper, self.digits, self.others].iter().filter(|count| **count > 0).count()
    }
}

/// Whether the letters are no words: a machine made them. The more letters, the surer.
pub(super) fn is_noise(value: &[u8]) -> bool {
    let least = if Look::of(value).letters() >= 12 { 4.6 } else { 4.9 };
    words::surprise(value).is_some_and(|bits| bits >= least)
}

/// The output of a function that hides passwords: bcrypt, argon2, crypt(3), LDAP, Django.
pub(super) fn is_hash(value: &[u8]) -> bool {
    let starts = |signs: &[&[u8]]| signs.iter().any(|sign| value.starts_with(sign));
    starts(&[
        b"$2a$",
        b"$2b$",
        b"$2y$",
        b"$argon2",
        b"$1$",
        b"$5$",
        b"$6$",
        b"$y$",
        b"$apr1$",
        b"pbkdf2",
        b"scrypt:",
        b"{SSHA",
        b"{SHA",
        b"{MD5",
        b"{CRYPT",
        b"{bcrypt}",
        b"SCRAM-SHA",
        b"sha1$",
        b"sha256$",
        b"md5$",
    ])
}

/// A UUID, 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36 && value.iter().enumerate().all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether the bytes have the piece.
pub(super) fn has(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|part| part == piece)
}
