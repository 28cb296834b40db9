//! Values: which of them are worth being kept secret. Words, references, paths and types are not; what a machine or a careful person made up is.

use super::name::Names;
use crate::checks::secrets::judge::{self, Look};
use crate::checks::secrets::words;

/// How much a password looks like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::checks::secrets) enum Strength {
    /// A word of a template or a default.
    Nothing,
    /// Words.
    Weak,
    /// A mixture.
    Fair,
    /// Nobody writes that by accident.
    Strong,
}

/// Passwords of examples and of fresh installations, as words.
const USUAL: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "token",
    "user",
    "username",
    "admin",
    "administrator",
    "root",
    "guest",
    "default",
    "test",
    "testing",
    "tester",
    "demo",
    "hello",
    "world",
    "welcome",
    "changeme",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "empty",
    "value",
    "key",
    "apikey",
    "login",
    "postgres",
    "mysql",
    "mongo",
    "redis",
    "rabbitmq",
    "database",
    "letmein",
    "qwerty",
    "abc",
    "supersecret",
    "mypassword",
    "mysecret",
    "mypass",
    "pw",
    "p",
    "x",
    "y",
    "a",
    "b",
    "bad",
    "good",
    "old",
    "new",
    "my",
    "the",
    "correct",
    "correcthorsebatterystaple",
    "string",
    "str",
    "text",
    "hidden",
    "bob",
    "alice",
    "me",
];

/// How much a password of this value is worth.
pub(in crate::checks::secrets) fn strength(value: &[u8]) -> Strength {
    let look = Look::of(value);
    let letters: Vec<u8> = value.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
    let plain = std::str::from_utf8(&letters).unwrap_or_default();
    let usual = is_usual(&letters)
        || plain.len() < 2
        || ["token", "secret", "apikey"].iter().any(|word| plain.ends_with(word))
        || plain.contains("password")
        || plain.contains("passwd")
        || plain.ends_with("pass")
        || (plain.starts_with("pass") && plain.len() < 8);
    let usual =
        usual || look.digits == 0 && value.split(|byte| !byte.is_ascii_alphanumeric()).next().is_some_and(|first| first.len() < value.len() && is_usual(first));
    if judge::distinct(value) < 3 || usual && look.digits + look.others < 4 && look.kinds() < 4 {
        return Strength::Nothing;
    }
    let noise = judge::is_noise(value);
    match (value.len(), look.kinds(), noise) {
        (0..4, _, _) => Strength::Nothing,
        (12.., 3.., true) | (20.., 2.., true) => Strength::Strong,
        (6.., 3.., _) | (6.., 2.., true) | (8.., _, true) => Strength::Fair,
        (6.., _, _) if look.digits > 0 && look.letters() > 0 && !usual && !is_number(value) => Strength::Fair,
        _ if is_phrase(value) => Strength::Fair,
        _ => Strength::Weak,
    }
}

/// `0x1f`, `12345678`, `1.5e3`.
fn is_number(value: &[u8]) -> bool {
    value.strip_prefix(b"0x").is_some_and(|digits| digits.len() <= 16 && digits.iter().all(u8::is_ascii_hexdigit))
        || value.iter().all(|byte| byte.is_ascii_digit() || b".e_".contains(byte))
}

fn is_usual(letters: &[u8]) -> bool {
    std::str::from_utf8(letters).is_ok_and(|word| USUAL.contains(&word.to_ascii_lowercase().as_str()))
}

/// Three words or more, joined by hyphens, none of which speaks of what a name would say.
fn is_phrase(value: &[u8]) -> bool {
    const TELLING: &[&[u8]] = &[
        b"secret",
        b"password",
        b"passwd",
        b"pass",
        b"token",
        b"key",
        b"auth",
        b"user",
        b"name",
        b"admin",
        b"root",
        b"test",
        b"default",
        b"config",
        b"credentials",
        b"access",
        b"login",
        b"account",
        b"service",
        b"server",
        b"client",
        b"cluster",
        b"database",
        b"value",
        b"field",
        b"input",
        b"label",
        b"type",
        b"error",
        b"message",
        b"with",
        b"from",
        b"and",
        b"the",
        b"not",
        b"for",
        b"new",
        b"app",
        b"api",
        b"my",
        b"db",
        b"dev",
        b"prod",
    ];
    let words: Vec<&[u8]> = value.split(|byte| *byte == b'-').collect();
    words.len() >= 3 && words.iter().all(|word| (4..=10).contains(&word.len()) && word.iter().all(u8::is_ascii_lowercase) && !TELLING.contains(word))
}

/// Whether the value of a name is worth a warning.
pub(super) fn is_worth(names: Names, value: &[u8]) -> bool {
    let look = Look::of(value);
    if names != Names::Nothing
        && value.len() >= 48
        && look.kinds() == 4
        && value.first() != Some(&b'{')
        && judge::entropy(value) > 5.0
        && !judge::is_pattern(value)
    {
        return true;
    }
    if look.blanks > 0
        || value.iter().any(u8::is_ascii_control)
        || judge::is_placeholder(value)
        || judge::is_pattern(value)
        || judge::is_hash(value)
        || is_encoded(value)
        || is_reference(value, look)
        || is_path(value)
    {
        return false;
    }
    match names {
        Names::Nothing => false,
        Names::Password => value.len() >= 4 && value.len() <= 128 && strength(value) >= Strength::Fair,
        Names::Secret => value.len() >= 8 && is_random(value, look, 3.0) && !is_part_of_a_token(value),
        Names::Key => value.len() >= 16 && is_random(value, look, 3.5) && !judge::is_uuid(value),
        Names::Salt => value.len() >= 8 && is_random(value, look, 2.5),
    }
}

/// A mixture without words in it.
fn is_random(value: &[u8], look: Look, least: f64) -> bool {
    let bits = judge::entropy(value);
    // A word with a number behind it is no token.
    let digit_runs = value.split(|byte| !byte.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    if value.len() < 16 && digit_runs < 2 && !judge::is_noise(value) {
        return false;
    }
    let hexadecimal = value.len() >= 16 && value.iter().all(u8::is_ascii_hexdigit);
    let odd = judge::is_noise(value)
        || hexadecimal
        || look.digits * 5 >= value.len()
        || (look.kinds() >= 3 && value.len() >= 20 && bits > 4.0 && words::surprise(value).is_some_and(|bits| bits > 4.3));
    look.digits > 0 && look.letters() > 0 && bits >= least && odd
        || (look.digits == 0 && value.len() >= 12 && bits >= least && judge::is_noise(value) && look.others * 6 < value.len())
}

/// `config.password`, `getToken()`, `self->key`, `Types::Secret`, `user_password`, `MY_CONSTANT`: names, not values.
pub(super) fn is_reference(value: &[u8], look: Look) -> bool {
    let ends_as_call = matches!(value.last(), Some(b'(' | b')' | b'[' | b']' | b'{' | b'}' | b';' | b','));
    let arrow = judge::has(value, b"->") || judge::has(value, b"::") || judge::has(value, b"=>") || judge::has(value, b"()");
    let name = !is_phrase(value)
        && look.digits == 0
        && look.others > 0
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || b"._-$@:/".contains(byte))
        && !judge::is_noise(value);
    let constant =
        value.contains(&b'_') && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_:".contains(byte)) && !judge::is_noise(value);
    let dotted = value.contains(&b'.')
        && value.split(|byte| b".:".contains(byte)).all(|part| {
            part.first().is_some_and(u8::is_ascii_alphabetic) && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') && !judge::is_noise(part)
        });
    ends_as_call && look.digits == 0 || arrow || name || constant || dotted
}

/// A part of a URL, or bytes written one by one: `a%2Fb`, `\x1f\x2e`.
fn is_encoded(value: &[u8]) -> bool {
    judge::has(value, b"%2F") || judge::has(value, b"%3A") || value.windows(2).filter(|pair| *pair == b"\\x").count() >= 3 || judge::has(value, b"&#")
}

/// The first part of a JSON web token alone, which says how it is signed; the beginning of a known token with too little behind it.
pub(super) fn is_part_of_a_token(value: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] = &[
        b"ghp_",
        b"gho_",
        b"ghs_",
        b"ghu_",
        b"ghr_",
        b"github_pat_",
        b"glpat-",
        b"xox",
        b"xapp-",
        b"sk-",
        b"sk_",
        b"pk_",
        b"npm_",
        b"AKIA",
        b"ASIA",
        b"AIza",
        b"hf_",
    ];
    value.starts_with(b"eyJ") && value.len() < 60 && !value.contains(&b'.')
        || value.len() < 30 && BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
}

/// A path of a file, a host with a domain, a version, a MIME type.
pub(super) fn is_path(value: &[u8]) -> bool {
    let slashes = value.split(|byte| b"/\\".contains(byte)).count() - 1;
    let dots = value.split(|byte| *byte == b'.').count() - 1;
    let parts = value.split(|byte| b"/.\\".contains(byte)).filter(|part| part.len() > 2).count();
    (slashes >= 2 || (dots >= 2 && slashes > 0)) && parts > 0 && !judge::is_noise(value)
}
