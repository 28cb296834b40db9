//! Names: which of them name a secret. `db_password` does; `passwordField`, `tokenUrl`, `public_key` and `keyboard` do not.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Endings that turn the name of a secret into the name of something about it.
const ABOUT: &str = "\
    name names id ids file files filename path paths dir url urls uri endpoint type types length len size field fields label hint placeholder \
    policy regex regexp pattern reset expire expires expired expiry expiration ttl timeout count index idx column col title text message msg \
    error errors format algorithm alg algo alias version enabled disabled required min max strength prompt input form page view template \
    provider class method manager service helper prefix suffix param params parameter attribute attr property var variable env arn ref kind \
    scope scopes issuer audience usage status state event action rotation location source map list set info code codes frame frames down up \
    press word words board store ring vault pair by at on for is has mode group groups description desc link button icon screen dialog box \
    lifetime age selector locator xpath element generator validator encoder handler filter factory interval time date created updated limit \
    cookie header match mismatch change changed confirm forgot recovery check valid validation schema table bits bytes loader order position \
    spec management module plugin config settings options parser reader writer test tests example examples sample hash_algorithm";

/// Words that make a key a public thing, or no key at all.
const PUBLIC: &str = "\
    public pub primary foreign partition sort cache index unique natural candidate surrogate hot arrow shift ctrl alt enter translation i18n \
    locale csrf xsrf csrfmiddleware next page continuation pagination sync cancellation cancel lex lexer parse parser syntax bad no missing \
    invalid fake dummy mock example sample publishable keyed object dict map json group bucket row column config setting registry issue project \
    property attribute param recaptcha_site site";

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "pwd",
    "passw",
    "userpass",
    "dbpass",
    "senha",
    "contrasena",
    "mypass",
    "psw",
    "motdepasse",
    "psk",
    "community",
];
const SECRETS: &[&str] = &[
    "secret",
    "secrets",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "credential",
    "credentials",
    "creds",
    "apisecret",
    "authtoken",
    "accesstoken",
    "clientsecret",
    "apitoken",
    "bearer",
    "encryptionkey",
    "signingkey",
    "appkey",
    "appsecret",
    "masterkey",
    "sharedkey",
    "accountkey",
    "passkey",
    "storagekey",
    "subscriptionkey",
    "sessionkey",
];
/// What makes a `key` one that is kept secret.
const SECRET_KEYS: &str = "\
    api access secret private auth encryption encrypt encrypted decryption decrypt signing sign signature service client account app application \
    master shared storage subscription license licence crypt crypto cipher aes hmac jwt rsa des consumer session admin aws azure google gcp \
    stripe maps map server sas ssh deploy webhook host instrumentation security token rest merchant integration write ingest data wep wpa psk \
    pre tls ssl base";
const SALTS: &[&str] = &["salt", "nonce", "seed", "iv", "pepper"];

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// A password.
    Password,
    /// A secret, a token, a key of a kind that is kept secret.
    Secret,
    /// A key of some kind.
    Key,
    /// A salt, a nonce, a seed.
    Salt,
    /// Nothing that is kept secret.
    Nothing,
}

/// Words that end what a name is about, and say nothing of what it names.
const ENDINGS: &str = "\
    value val str string raw base64 b64 hex plain plaintext default prod dev staging live old new here base";

/// The lists by their words: one look-up a word.
fn lists() -> &'static HashMap<&'static str, u8> {
    static LISTS: OnceLock<HashMap<&'static str, u8>> = OnceLock::new();
    LISTS.get_or_init(|| {
        let mut lists = HashMap::with_capacity(512);
        for (list, bit) in [(ABOUT, IS_ABOUT), (PUBLIC, IS_PUBLIC), (SECRET_KEYS, IS_SECRET_KEY), (ENDINGS, IS_ENDING)] {
            for word in list.split_whitespace() {
                *lists.entry(word).or_insert(0) |= bit;
            }
        }
        lists
    })
}

const IS_ABOUT: u8 = 1;
const IS_PUBLIC: u8 = 2;
const IS_SECRET_KEY: u8 = 4;
const IS_ENDING: u8 = 8;

fn is(word: &str, bit: u8) -> bool {
    lists().get(word).is_some_and(|bits| bits & bit != 0)
}

/// What a name names.
pub(super) fn names(name: &[u8]) -> Names {
    let words = words(name);
    let Some(last) = words.last() else { return Names::Nothing };
    // `password1`, `secret_key_2`, `keys` …
    let words = if is(last, IS_ENDING) || last.bytes().all(|byte| byte.is_ascii_digit()) { &words[..words.len() - 1] } else { &words[..] };
    let Some(last) = words.last().map(|word| word.trim_end_matches(|character: char| character.is_ascii_digit())) else { return Names::Nothing };
    if is(last, IS_ABOUT) || words.iter().any(|word| is(word, IS_PUBLIC)) {
        return Names::Nothing;
    }
    let ends = |list: &[&str]| list.iter().any(|word| last == *word || (word.len() > 4 && last.ends_with(word)));
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    // `nopasswd` asks for none; a client token keeps AWS from doing a thing twice.
    let harmless = ends(&["nopasswd", "nopassword", "nopass", "publickey"])
        || (last == "token" && (before == "client" || words.iter().any(|word| word == "client") && before == "request"));
    if harmless {
        Names::Nothing
    } else if ends(PASSWORDS) || (last == "pass" && !["by", "com", "first", "second", "render", "one", "two"].contains(&before)) {
        Names::Password
    } else if ends(SALTS) {
        Names::Salt
    } else if ends(SECRETS) || (last == "key" && is(before, IS_SECRET_KEY)) || (last == "keys" && before == "api") {
        Names::Secret
    } else if last == "key" || last.ends_with("key") {
        Names::Key
    } else {
        Names::Nothing
    }
}

/// The words of a name, in lower case: `DB_Password`, `dbPassword` and `db-password` are `db` and `password`.
fn words(name: &[u8]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut before = b'_';
    for (at, byte) in name.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            before = b'_';
            continue;
        }
        let starts = !before.is_ascii_alphanumeric()
            || (byte.is_ascii_uppercase() && before.is_ascii_lowercase())
            || (byte.is_ascii_uppercase() && before.is_ascii_uppercase() && name.get(at + 1).is_some_and(u8::is_ascii_lowercase));
        if starts {
            out.push(String::new());
        }
        if let Some(word) = out.last_mut() {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
        before = *byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h4_names_of_secrets_are_told_from_names_of_other_things() {
        for (name, expected) in [
            ("password", Names::Password),
            ("DB_PASSWORD", Names::Password),
            ("dbPassword", Names::Password),
            ("spring.datasource.password", Names::Password),
            ("rootpwd", Names::Nothing),
            ("root_pwd", Names::Password),
            ("passwordField", Names::Nothing),
            ("password_reset_token", Names::Secret),
            ("bypass", Names::Nothing),
            ("client_secret", Names::Secret),
            ("apiKey", Names::Secret),
            ("API_KEY", Names::Secret),
            ("secretName", Names::Nothing),
            ("tokenUrl", Names::Nothing),
            ("publicKey", Names::Nothing),
            ("SERVERPUBLICKEY", Names::Nothing),
            ("clientToken", Names::Nothing),
            ("clientRequestToken", Names::Nothing),
            ("primary_key", Names::Nothing),
            ("keyboard", Names::Nothing),
            ("key", Names::Key),
            ("salt", Names::Salt),
            ("nonce", Names::Salt),
        ] {
            assert_eq!(names(name.as_bytes()), expected, "{name}");
        }
    }
}
