//! Checksums that tokens carry in themselves: what tells a token from something that only looks like one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::rule::Checksum;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a token's own checksum is right.
pub(super) fn holds(kind: Checksum, token: &str) -> bool {
    match kind {
        Checksum::Github => github(token).unwrap_or(false),
        Checksum::Grafana => grafana(token).unwrap_or(false),
        Checksum::Jwt => names_an_algorithm(token).unwrap_or(false),
    }
}

/// `PREFIX_` and random characters, and six of their CRC-32 in base 62 (GitHub, "Behind GitHub's new authentication token formats").
fn github(token: &str) -> Option<bool> {
    let (_, body) = token.rsplit_once('_')?;
    let (random, sum) = body.split_at_checked(body.len().checked_sub(6)?)?;
    let mut rest = crc32(random.as_bytes());
    let mut expected = [b'0'; 6];
    for digit in expected.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    Some(sum.as_bytes() == expected)
}

/// `glsa_RANDOM_SUM`: the CRC-32 of all before the last `_`, lowest byte first.
fn grafana(token: &str) -> Option<bool> {
    let (body, sum) = token.rsplit_once('_')?;
    Some(sum == format!("{:08x}", crc32(body.as_bytes()).swap_bytes()))
}

/// RFC 7519: the first part is a JSON object in base64url, and `alg` stands in it (RFC 7515, 4.1.1).
fn names_an_algorithm(token: &str) -> Option<bool> {
    let (head, _) = token.split_once('.')?;
    let text = URL_SAFE_NO_PAD.decode(head).ok()?;
    let head: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&text).ok()?;
    Some(head.contains_key("alg") || head.contains_key("enc"))
}

/// The CRC-32 of IEEE 802.3, bit by bit: tokens are short.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }))
}

/// A token of GitHub's form with a right checksum, for tests.
#[cfg(test)]
pub(super) fn signed(prefix: &str, random: &str) -> String {
    let mut rest = crc32(random.as_bytes());
    let mut sum = [b'0'; 6];
    for digit in sum.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    format!("{prefix}{random}{}", String::from_utf8_lossy(&sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h4_checksums_are_those_of_published_examples() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        // The revoked token of a public write-up.
        assert!(holds(Checksum::Github, concat!("ghp", "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17")));
        assert!(!holds(Checksum::Github, concat!("ghp", "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq18")));
        assert!(!holds(Checksum::Github, "ghp_") && !holds(Checksum::Github, "x"));
        // The one in Grafana's own tests.
        assert!(holds(Checksum::Grafana, concat!("glsa", "_iNValIdinValiDinvalidinvalidinva", "_5b582697")));
        assert!(!holds(Checksum::Grafana, concat!("glsa", "_iNValIdinValiDinvalidinvalidinvb", "_5b582697")));
    }

    #[test]
    fn h4_a_json_web_token_names_its_algorithm() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        assert!(holds(Checksum::Jwt, &format!("{}.{}.x", part(r#"{"alg":"HS256"}"#), part("{}"))));
        assert!(!holds(Checksum::Jwt, &format!("{}.{}.x", part(r#"{"a":1}"#), part("{}"))));
        assert!(!holds(Checksum::Jwt, "eyJ.eyJ.x"));
    }
}
