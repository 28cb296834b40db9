//! What is found and what is not, by example. Everything that looks like a secret is put together here, so that no scanner finds one in this repository.

use super::rules_tests::{ours, scan};
use super::{SecretRules, Secrets, checksum};
use crate::checks::{By, Finding, Level};
use crate::domain::Pattern;

/// Random letters and digits, the same each time.
fn random(alphabet: &str, length: usize, seed: u64) -> String {
    let alphabet = alphabet.as_bytes();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length).map(|_| char::from(alphabet[usize::try_from(next() % alphabet.len() as u64).expect("small")])).collect()
}

const ALL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LOWER: &str = "bcdfghjklmnpqrstvwxz23456789";
const HEX: &str = "0123456789abcdef";

fn token(seed: u64) -> String {
    checksum::signed("ghp_", &random(ALL, 30, seed))
}

fn pem(kind: &str, line: &str) -> String {
    let body: Vec<String> = (0..8).map(|seed| random(ALL, 64, seed + 3)).collect();
    format!("-----{} {kind}PRIVATE KEY-----{line}{}{line}-----END {kind}PRIVATE KEY-----\n", "BEGIN", body.join(line))
}

fn found(path: &str, text: &str) -> Vec<Finding> {
    scan(&ours(), path, text).findings
}

fn rules(path: &str, text: &str) -> Vec<String> {
    found(path, text).iter().map(|finding| finding.rule.to_string()).collect()
}

#[test]
fn h4_private_keys_are_found_in_files_strings_and_comments_and_mentions_of_them_are_not() {
    for (path, text) in [
        ("id_rsa", pem("RSA ", "\n")),
        ("key.pem", pem("ENCRYPTED ", "\r\n")),
        ("a.json", format!("{{\"private_key\": \"{}\"}}", pem("", "\\n").trim_end())),
        ("a.py", format!("KEY = ({})", pem("EC ", "\\n\"\n    \""))),
        ("a.rs", pem("", "\n//! ")),
        ("pgp.asc", pem("PGP ", "\n").replace("KEY-----", "KEY BLOCK-----")),
        ("jwk.json", format!("{{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"{}\"}}", random(ALL, 43, 9))),
    ] {
        assert_eq!(rules(path, &text), ["private-key"], "{path}");
    }
    for (path, text) in [
        ("a.md", format!("It begins with `-----{} PRIVATE KEY-----` and ends with `-----END PRIVATE KEY-----`.", "BEGIN")),
        ("a.py", format!("if text.startswith('-----{} RSA PRIVATE KEY-----'):\n    return load(text, password=None, backend=default_backend())\n", "BEGIN")),
        ("cert.pem", pem("", "\n").replace("PRIVATE KEY", "CERTIFICATE")),
        ("pub.pem", pem("", "\n").replace("PRIVATE KEY", "PUBLIC KEY")),
        ("a.yml", format!("key: |\n  -----{0} PRIVATE KEY-----\n  {1}\n  {1}\n  -----END PRIVATE KEY-----\n", "BEGIN", "x".repeat(64))),
        ("jwk.json", format!("{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{}\"}}", random(ALL, 43, 9))),
    ] {
        assert_eq!(rules(path, &text), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn h4_credentials_in_urls_stop_and_templates_and_defaults_do_not() {
    let password = random(LOWER, 12, 4);
    for text in [
        format!("url = \"postgres://app:{password}@db.example.com:5432/app\""),
        format!("git clone https://octocat:{password}@github.com/acme/shop.git"),
        format!("resolved \"https://bot:{password}@npm.acme.test/left-pad.tgz\""),
        format!("redis://:{password}@cache:6379/0"),
    ] {
        assert_eq!(rules("yarn.lock", &text), ["url-credentials"], "{text}");
        assert_eq!(found("a.svg", &text)[0].level, Level::Stop, "{text}");
    }
    for text in [
        "https://user:password@host/",
        "postgres://postgres:postgres@localhost/db",
        "https://${USER}:${PASS}@host/x",
        "https://x-access-token:${{ secrets.TOKEN }}@github.com/a/b",
        "amqp://guest:guest@localhost",
        "https://<user>:<token>@host",
        "http://host:8080/@scope/name",
        "https://example.com/a?b=c:d@e",
        "mysql://root:%s@tcp(db)/x",
        "ssh://git@github.com:22/acme/shop",
        "https://user:****@host",
    ] {
        assert_eq!(rules("a.md", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn h4_authorization_headers_stop_and_their_words_in_prose_do_not() {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("octocat:{}", random(LOWER, 10, 6)));
    let bearer = random(ALL, 40, 5);
    for text in [
        format!("curl -H 'Authorization: Basic {basic}' https://api.acme.test"),
        format!("headers = {{\"Authorization\": \"Basic {basic}\"}}"),
        format!("req.setHeader(\"authorization\", \"Bearer {bearer}\");"),
        format!("Authorization: token {bearer}"),
    ] {
        let findings = found("a.py", &text);
        assert_eq!(
            findings.iter().map(|finding| (finding.rule.as_ref(), finding.level)).collect::<Vec<_>>(),
            [("authorization-header", Level::Stop)],
            "{text}"
        );
    }
    for text in [
        "Authorization: Bearer <token>",
        "Authorization: Bearer ${TOKEN}",
        "Authorization: Basic {{ credentials }}",
        "Basic authentication is used",
        "the bearer authentication12345 scheme",
        concat!("Authorization: Basic QWxhZGRpbjp", "vcGVuIHNlc2FtZQ=="),
        "Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx",
        "'Authorization': 'Bearer ' + token",
    ] {
        assert_eq!(rules("a.py", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn h4_a_token_with_a_wrong_checksum_is_not_certain() {
    let right = token(1);
    let wrong = format!("{}{}", &right[..39], if right.ends_with('a') { 'b' } else { 'a' });
    assert_eq!(found("a.txt", &right)[0].level, Level::Stop);
    assert!(found("a.txt", &wrong).iter().all(|finding| finding.level == Level::Warn));
}

#[test]
fn h4_passwords_keys_and_tokens_by_name_warn_in_every_kind_of_file() {
    let (password, key) = (random(LOWER, 12, 7), random(ALL, 32, 8));
    for (path, text, rule) in [
        ("a.py", format!("password = \"{password}\""), "password"),
        ("a.py", format!("connect(host='db', passwd='{password}')"), "password"),
        ("a.py", format!("os.environ['DB_PASSWORD'] = '{password}'"), "password"),
        ("a.ts", format!("const dbPassword: string = '{password}';"), "password"),
        ("a.js", format!("const secret = process.env.APP_SECRET || '{key}';"), "secret"),
        ("a.go", format!("\tapiKey := \"{key}\""), "secret"),
        ("A.java", format!("private static final String SECRET_KEY = \"{key}\";"), "secret"),
        ("a.rb", format!(":password => '{password}'"), "password"),
        ("a.php", format!("define('DB_PASSWORD', '{password}');"), "password"),
        ("a.json", format!("  \"clientSecret\": \"{key}\","), "secret"),
        ("a.yml", format!("db:\n  password: {password}\n"), "password"),
        (".env", format!("API_TOKEN={key}\n"), "secret"),
        ("a.properties", format!("spring.datasource.password={password}\n"), "password"),
        ("a.xml", format!("<password>{password}</password>"), "password"),
        ("a.xml", format!("<add key=\"Password\" value=\"{password}\" />"), "password"),
        ("a.cs", format!("\"Server=db;User Id=sa;Password={password};\""), "password"),
        ("a.sh", format!("mysql --password {password} db"), "password"),
        ("a.tf", format!("  admin_password = \"{password}\""), "password"),
        ("a.py", format!("SALT = '{}'", random(HEX, 32, 2)), "salt"),
    ] {
        let findings = found(path, &text);
        assert_eq!(findings.iter().map(|finding| (finding.rule.as_ref(), finding.level)).collect::<Vec<_>>(), [(rule, Level::Warn)], "{path}: {text}");
    }
}

#[test]
fn h4_placeholders_references_and_other_things_are_no_secrets() {
    for (path, text) in [
        ("a.py", "password = \"changeme\""),
        ("a.py", "password = get_password(user)"),
        ("a.py", "password = os.environ[\"DB_PASSWORD\"]"),
        ("a.py", "def login(user, password: str = None):"),
        ("a.ts", "password: string;"),
        ("a.ts", "secretKeyRef: { name: 'db', key: 'password1' }"),
        ("a.yml", "password: ${DB_PASSWORD}"),
        ("a.yml", "password: {{ .Values.password }}"),
        ("a.yml", "password: <your password>"),
        ("a.yml", "password: your-password-1"),
        ("a.yml", "token: xxxxxxxxxxxxxxxx1"),
        ("a.yml", "key: 550e8400-e29b-41d4-a716-446655440000"),
        ("a.yml", "password: !vault |"),
        ("a.yml", "secret_name: db-credentials-2"),
        ("a.yml", "password_file: /run/secrets/db1"),
        (".env", "PASSWORD=$OTHER1"),
        (".env", "SECRET_KEY="),
        ("a.js", "if (password === '') throw new Error('password1 required')"),
        ("a.js", "const keyCode = 'ArrowDown1';"),
        ("a.js", "i18n.t('password.label1')"),
        ("a.json", "\"publicKey\": \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9f8\""),
        ("a.md", "The password must have 8 characters."),
        ("a.md", "AKIAIOSFODNN7EXAMPLE"),
        ("a.css", ".password { color: #a1b2c3d4 }"),
        ("yarn.lock", "  integrity sha512-3Fq2vwIDAQABo0IwQDAOBgNVHQ8BAf8EBAMCAQYwDwYDVR0TAQH/BAUwAwEB/w=="),
        (
            "package-lock.json",
            "\"js-tokens\": { \"version\": \"4.0.0\", \"token\": \"a8d5\
             f3e1c4b2a8d5f3e1c4b2\" }",
        ),
    ] {
        assert_eq!(rules(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn h4_lock_files_and_images_are_looked_at() {
    let text = format!("<svg><!-- {} --></svg>", token(3));
    assert_eq!(rules("logo.svg", &text), ["github-pat"]);
    assert_eq!(rules("Cargo.lock", &text), ["github-pat"]);
    let npmrc = format!("//registry.acme.test/:_authToken={}\n", random(ALL, 36, 11));
    assert_eq!(rules("yarn.lock", &npmrc), ["npm-auth-token"]);
}

#[test]
fn h4_a_finding_shows_four_characters_at_most_and_knows_itself_again_anywhere() {
    let secret = token(2);
    let first = &found("a.txt", &secret)[0];
    let second = &found("b/c.yml", &format!("\n\nkey: {secret} # moved\n"))[0];
    assert_eq!((&first.key, &first.fingerprint), (&second.key, &second.fingerprint));
    assert!(first.key.starts_with("github-pat@") && first.key.len() == "github-pat@".len() + 16);
    let shown = format!("{first:?}");
    assert!(shown.contains("ghp_…") && !shown.contains(&secret[..5]), "{shown}");
    let short = random(LOWER, 9, 12);
    let shown = format!("{:?}", found("a.yml", &format!("password: {short}")));
    assert!(shown.contains("`…`") && !shown.contains(&short[..2]), "{shown}");
}

#[test]
fn h4_markers_paths_and_fingerprints_allow_and_what_they_allow_is_counted() {
    let secret = token(5);
    let by = |rules: &SecretRules, path: &str, text: &str| {
        let looked = scan(&Secrets::new(rules, None).expect("our own rules"), path, text);
        (looked.findings.len(), looked.allowed.into_iter().map(|allowed| allowed.by).collect::<Vec<By>>())
    };
    let plain = SecretRules::default();
    for (mark, reason) in [
        ("shipgate:allow", ""),
        ("shipgate:allow github-pat revoked in May", "revoked in May"),
        ("shipgate:allow secrets/github-pat", ""),
        ("shipgate:allow it is revoked", "it is revoked"),
        ("gitleaks:allow", ""),
    ] {
        assert_eq!(by(&plain, "a.py", &format!("x = '{secret}'  # {mark}\n")), (0, vec![By::Marker(reason.to_owned())]), "{mark}");
        assert_eq!(by(&plain, "a.py", &format!("# {mark}\nx = '{secret}'\n")).0, 1, "{mark} on another line");
    }
    for mark in ["shipgate:allow stripe-key", "shipgate:allowed", "#nosec", "nosemgrep", "pragma: allowlist secret"] {
        assert_eq!(by(&plain, "a.py", &format!("x = '{secret}'  # {mark}\n")), (1, Vec::new()), "{mark}");
    }
    let paths = SecretRules { allow: vec![Pattern::new("fixtures/**").expect("a pattern")], ..SecretRules::default() };
    assert_eq!(by(&paths, "fixtures/a.txt", &secret), (0, vec![By::Path("fixtures/**".to_owned())]));
    assert_eq!(by(&paths, "a.txt", &secret).0, 1);
    let print = found("a.txt", &secret)[0].fingerprint.clone().expect("a fingerprint");
    let prints = SecretRules { fingerprints: vec![print.clone()], ..SecretRules::default() };
    assert_eq!(by(&prints, "any/where.txt", &format!("\n{secret}")), (0, vec![By::Fingerprint(print)]));
    assert_eq!(by(&prints, "a.txt", &token(6)).0, 1);
}

#[test]
fn h4_the_policy_says_whether_likely_ones_stop() {
    let text = format!("password: {}", random(LOWER, 12, 7));
    let strict = Secrets::new(&SecretRules { stop: Level::Warn, ..SecretRules::default() }, None).expect("our own rules");
    assert_eq!(scan(&strict, "a.yml", &text).findings[0].level, Level::Stop);
    assert_eq!(found("a.yml", &text)[0].level, Level::Warn);
}

#[test]
fn h4_a_teams_own_rules_are_read_in_the_form_of_gitleaks() {
    let file = r#"
title = "acme"
[extend]
useDefault = true
disabledRules = ["github-pat"]
[allowlist]
paths = ['''^vendor/''']
[[rules]]
id = "acme-key"
description = "ACME key"
regex = '''(?i)acme[_-]?key\s*=\s*["']?([a-z0-9]{20})\b'''
entropy = 3
keywords = ["acme"]
tags = ["key"]
[[rules.allowlists]]
condition = "AND"
regexTarget = "line"
regexes = ['''# test''']
stopwords = ["abc"]
[[rules]]
id = "keystore"
description = "key store"
path = '''(?i)\.p(?:12|fx)$'''
"#;
    let secrets = Secrets::new(&SecretRules::default(), Some(file)).expect("a file of rules");
    let (key, stopped) = (random(LOWER, 20, 3), format!("abc{}", random(LOWER, 17, 3)));
    let of = |path: &str, text: &str| scan(&secrets, path, text).findings.iter().map(|finding| finding.rule.to_string()).collect::<Vec<_>>();
    assert_eq!(of("a.txt", &format!("ACME_KEY = {key}")), ["acme-key"]);
    assert_eq!(of("vendor/a.txt", &format!("ACME_KEY = {key}")), Vec::<String>::new());
    assert_eq!(of("a.txt", &format!("ACME_KEY = {stopped} # test")), Vec::<String>::new());
    assert_eq!(of("a.txt", &format!("ACME_KEY = {stopped}")), ["acme-key"]);
    assert_eq!(of("a/b.P12", ""), ["keystore"]);
    assert_eq!(of("a.txt", &token(8)), Vec::<String>::new());
    assert!(secrets.notes().is_empty());
    assert_eq!(scan(&secrets, "vendor/a.txt", &format!("acme_key = {key}")).allowed[0].by, By::Rules);
}

#[test]
fn h4_a_file_of_rules_that_cannot_be_followed_is_refused_with_the_place_and_the_reason() {
    for (file, place, words) in [
        ("[[rules]\n", "line 1, column ", "no TOML"),
        ("[[rules]]\nid = \"a\"\nregex = '''a(?=b)'''\n", "line 3, column 9", "rule `a`"),
        ("[[rules]]\nid = \"a\"\n", "line 2, column 6", "neither `regex` nor `path`"),
        ("[[rules]]\nregex = 'a'\n", "line 2, column 9", "`id` is missing"),
        ("[[rules]]\nid = \"a\"\nregex = 'a'\nentropy = \"x\"\n", "line 4, column 11", "a number from 0 to 8"),
        ("[[rules]]\nid = \"a\"\nregex = 'a'\nsecretGroup = 2\n", "line 4, column 15", "the number of a group"),
        ("[[rules]]\nid = \"a\"\nregex = 'a'\nkeywords = [1]\n", "line 4, column 12", "a list of texts"),
        ("[[rules]]\nid = \"a\"\nregex = 'a'\nfilter = 'x'\n", "line 4, column 10", "betterleaks"),
        ("[extend]\npath = \"other.toml\"\n", "line 2, column 8", "not followed"),
        ("[[allowlists]]\ncondition = \"XOR\"\n", "line 2, column 13", "`OR` or `AND`"),
        ("rules = 1\n", "line 1, column 9", "a table"),
    ] {
        let error = Secrets::new(&SecretRules::default(), Some(file)).err().unwrap_or_else(|| panic!("{file} is refused")).to_string();
        assert!(error.starts_with(place) && error.contains(words), "{file}: {error}");
    }
    let noted = Secrets::new(&SecretRules::default(), Some("[[rules]]\nid = \"a\"\nregex = 'a'\nvalidate = 'x'\n")).expect("a file of rules");
    assert_eq!(noted.notes(), ["line 4: `validate` has no effect here"]);
}

#[test]
fn h4_texts_made_to_cost_much_cost_little_and_are_never_taken_for_clean() {
    let secrets = ours();
    let much = |piece: &str| piece.repeat((1 << 16) / piece.len());
    for piece in [
        "key=",
        "password",
        "password=a",
        "://a:",
        "ghp_",
        "glagent-",
        "-----BEGIN RSA PRIVATE KEY-----",
        "\"kty\"{",
        "Basic ",
        "token.",
        "\"",
        "a",
        "secret\\\"",
        "ATATT3xFfG",
        "eyJa.",
    ] {
        scan(&secrets, "a.txt", &much(piece));
        scan(&secrets, "a.min.js", &much(piece));
    }
    let many = (0..6_000).map(|seed| token(seed + 20)).collect::<Vec<_>>().join("\n");
    let looked = scan(&secrets, "a.txt", &many);
    assert_eq!((looked.findings.len(), looked.findings.last().map(|finding| (finding.rule.as_ref(), finding.level))), (5_001, Some(("too-many", Level::Stop))));
}
