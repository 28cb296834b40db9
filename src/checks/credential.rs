//! Names that say that their value is a secret, and values that are none all the same. The check `secrets` looks at values; this looks at names.

use super::image::UNKNOWN;

/// How a name of a variable ends that holds a secret.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "access_key",
    "secret_key",
    "private_key",
    "encryption_key",
    "signing_key",
    "secret_access_key",
    "client_secret",
    "credentials",
    "auth_key",
    "account_key",
    "secret_key_base",
    "connection_string",
];

/// Whole names that end so and hold none.
const HARMLESS: &[&str] = &[
    "pwd",
    "oldpwd",
    "cwd",
    "init_cwd",
    "cancellation_token",
    "allow_empty_password",
    "mysql_allow_empty_password",
    "random_root_password",
    "mysql_random_root_password",
];

/// True where a variable's name says that it holds a secret: `DB_PASSWORD`, `apiKey`, `github-token`.
pub(super) fn is_secret_name(name: &str) -> bool {
    let plain = snake(name);
    if HARMLESS.contains(&plain.as_str())
        || plain.split('_').any(|part| matches!(part, "public" | "dummy" | "fake" | "example" | "allow" | "use" | "enable" | "require" | "disable"))
    {
        return false;
    }
    ENDINGS.iter().any(|ending| plain.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')))
}

/// `apiKey`, `API-KEY` and `api.key` are `api_key`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for character in name.chars().take(200) {
        if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(if matches!(character, '-' | '.' | ' ') { '_' } else { character.to_ascii_lowercase() });
        before = character;
    }
    out
}

/// True where a value stands for itself: no variable, template, placeholder, path, switch or number.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let open = value.contains([UNKNOWN, '$', '<', '>'])
        || value.contains("{{")
        || value.contains("}}")
        || value.contains("__")
        || value.starts_with('%')
        || value.starts_with("ENC[");
    let words = ["true", "false", "yes", "no", "none", "null", "nil", "unset", "undefined", "default", "optional", "required", "disabled", "enabled"];
    let placeholder = [
        "changeme",
        "change-me",
        "change_me",
        "replace",
        "placeholder",
        "redacted",
        "your-",
        "your_",
        "xxxx",
        "todo",
        "dummy",
        "example",
        "****",
        "....",
        "insert",
    ];
    let is_path = value.starts_with('/')
        || value.starts_with("./")
        || value.starts_with("~/")
        || ["file:", "ref+", "vault:", "dmF1bHQ6", "op://", "arn:", "secretref:"].iter().any(|scheme| value.starts_with(scheme));
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() < 6;
    !value.is_empty() && !open && !is_path && !is_number && !words.contains(&lower.as_str()) && !placeholder.iter().any(|part| lower.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x1_a_name_says_whether_its_value_is_a_secret() {
        for name in ["DB_PASSWORD", "password", "apiKey", "AWS_SECRET_ACCESS_KEY", "github-token", "SECRET_KEY_BASE", "POSTGRES_PASSWORD", "clientSecret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PASSWORD_FILE",
            "TOKEN_TTL",
            "PWD",
            "SECRETARY",
            "PUBLIC_KEY",
            "API_KEY_ID",
            "KEYBOARD",
            "SECRET_NAME",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "PUBLIC_TOKEN",
            "tokenizer",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn x1_a_value_that_is_put_in_later_is_no_literal() {
        for value in ["swordfish", "postgres", "123456", "a b"] {
            assert!(is_literal(value), "{value}");
        }
        for value in ["", "$DB", "${DB:-x}", "{{ .Values.x }}", "<password>", "changeme", "/run/secrets/db", "true", "0", "ENC[AES256]", "REPLACE_ME"] {
            assert!(!is_literal(value), "{value}");
        }
    }
}
