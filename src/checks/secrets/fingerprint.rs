//! Fingerprints: what a policy's list can name without giving the secret away, and what stays the same wherever it stands.

use sha2::{Digest, Sha256};

/// Keeps these hashes apart from every other use of SHA-256 over the same bytes.
const CONTEXT: &[u8] = b"shipgate secret fingerprint 1\0";

/// `RULE@` and sixteen hexadecimal digits of a hash over rule and value.
pub(super) fn of(rule: &str, value: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(CONTEXT);
    hash.update(rule.as_bytes());
    hash.update([0]);
    hash.update(value.as_bytes());
    // No colon between them: `password:…` is what redaction takes out of every text.
    let bits = hash.finalize().iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    format!("{rule}@{bits:016x}")
}

/// The most of a value that is ever shown: its first four characters, and of one shorter than twelve none.
pub fn masked(value: &str) -> String {
    let shown = if value.chars().count() < 12 { 0 } else { 4 };
    let head: String = value.chars().take(shown).filter(char::is_ascii_graphic).collect();
    format!("{head}…")
}
