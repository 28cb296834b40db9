//! Names of environments, services, namespaces, targets, and parameters.

use super::text::{Fault, checked_text, screen_line, screen_name};

checked_text!(
    /// The name of an environment, or the word somebody typed for one: lower-case letters, digits, `-` and `_`,
    /// starting and ending with a letter or digit, 63 characters at most (row V1).
    EnvName, "environment", check_slug);
checked_text!(
    /// The name of a service in the policy's registry; the same form as an environment's (row V5).
    ServiceName, "service", check_slug);
checked_text!(
    /// A Kubernetes namespace: `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, 63 characters at most (row V4, RFC 1123 label).
    Namespace, "namespace", check_namespace);
checked_text!(
    /// A deployment target such as a cluster or context: letters, digits and `._-/:@`, 253 characters at most (rows V3, V6).
    Target, "target", check_target);
checked_text!(
    /// The key of a `key=value` parameter: a letter or `_`, then letters, digits, `_`, `-` or `.`; 64 characters at most.
    ParamKey, "parameter name", check_param_key);
checked_text!(
    /// The value of a `key=value` parameter: one line, no control or invisible characters, 1,000 bytes at most.
    /// It may hold shell characters: it only ever travels as data.
    ParamValue, "parameter value", |text| screen_line(text, 1_000));
checked_text!(
    /// A reason somebody gave: one non-empty line, no control or invisible characters, 500 bytes at most.
    Reason, "reason", check_reason);
checked_text!(
    /// The name of an environment variable: `[A-Za-z_][A-Za-z0-9_]*`, 255 characters at most (row V10).
    VariableName, "variable", check_variable);
checked_text!(
    /// The id of a team's own gate: the same form as an environment's name.
    CustomId, "custom gate id", check_slug);

const SLUG: Fault = Fault::Shape("lower-case letters, digits, `-` or `_`, starting and ending with a letter or digit");

fn check_slug(text: &str) -> Result<(), Fault> {
    screen_name(text, 63)?;
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let bytes = text.as_bytes();
    if edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner) { Ok(()) } else { Err(SLUG) }
}

fn check_namespace(text: &str) -> Result<(), Fault> {
    check_slug(text)?;
    if text.contains('_') { Err(Fault::Shape("lower-case letters, digits or `-`, starting and ending with a letter or digit")) } else { Ok(()) }
}

fn check_target(text: &str) -> Result<(), Fault> {
    screen_name(text, 253)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
    if text.bytes().all(allowed) { Ok(()) } else { Err(Fault::Shape("letters, digits and `._-/:@`")) }
}

fn check_param_key(text: &str) -> Result<(), Fault> {
    screen_name(text, 64)?;
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if first && text.bytes().all(rest) { Ok(()) } else { Err(Fault::Shape("a letter or `_`, then letters, digits, `_`, `-` or `.`")) }
}

fn check_variable(text: &str) -> Result<(), Fault> {
    screen_name(text, 255)?;
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if first && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Ok(())
    } else {
        Err(Fault::Shape("a letter or `_`, then letters, digits or `_`"))
    }
}

fn check_reason(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    screen_line(text, 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_v6_hostile_environment_words_are_refused() {
        let hostile = [
            "",
            "-prod",
            "prod\n",
            "prod\0",
            "a..b",
            "prod;ls",
            "$(id)",
            "`id`",
            "../prod",
            "pro\u{202e}d",
            "pro\u{200b}d",
            "prod\u{0663}",
            "\u{017f}taging",
            "\u{212a}",
            "Prod",
            "prod ",
            "prod-",
            "a/b",
            &"a".repeat(64),
        ];
        for text in hostile {
            assert!(EnvName::new(text).is_err(), "{text:?} must be refused");
        }
        for text in ["dev", "eu-1", "a", "pre_prod", &"a".repeat(63)] {
            assert!(EnvName::new(text).is_ok(), "{text:?} must be accepted");
        }
    }

    #[test]
    fn v4_a_namespace_is_an_rfc_1123_label() {
        for text in ["payments", "a", "a-b", "0a"] {
            assert!(Namespace::new(text).is_ok(), "{text:?}");
        }
        for text in ["Payments", "-a", "a-", "a_b", "a.b", "", &"a".repeat(64), "a\n"] {
            assert!(Namespace::new(text).is_err(), "{text:?}");
        }
    }
}
