//! The header that carries the token. It reaches git through its environment, never through its arguments.

use secrecy::{ExposeSecret, SecretString};

/// The header as git's `http.extraHeader` has it. The user's name is the one that GitHub asks for with every kind of token.
pub(super) fn header(token: &SecretString) -> SecretString {
    format!("Authorization: Basic {}", base64(format!("x-access-token:{}", token.expose_secret()).as_bytes())).into()
}

/// The text without the token and without the header's form of it.
pub(super) fn redacted(text: &str, token: &SecretString) -> String {
    if token.expose_secret().is_empty() {
        return text.to_owned();
    }
    let header = header(token);
    let encoded = header.expose_secret().rsplit(' ').next().unwrap_or_default();
    text.replace(token.expose_secret(), "***").replace(encoded, "***")
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_usize, |group, byte| group << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = char::from(ALPHABET[group >> (18 - 6 * place) & 63]);
            text.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let vectors = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in vectors {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn a5_neither_form_of_the_token_is_left_in_a_text() {
        let token = SecretString::from("ghs_s3cret");
        let text = format!("fatal: ghs_s3cret and {}", header(&token).expose_secret());
        assert_eq!(redacted(&text, &token), "fatal: *** and Authorization: Basic ***");
        assert_eq!(redacted("fatal: none", &SecretString::from("")), "fatal: none");
    }
}
