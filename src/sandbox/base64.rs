//! Base64 with the standard alphabet: file contents in REST answers, and the passwords of git clients.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes bytes, with a line break after every 60 letters, as GitHub does.
pub fn encode_lines(bytes: &[u8]) -> String {
    let text = encode(bytes);
    text.as_bytes().chunks(60).flat_map(|line| line.iter().map(|byte| char::from(*byte)).chain(['\n'])).collect()
}

/// Encodes bytes.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (index, byte)| word | u32::from(*byte) << (16 - 8 * index));
        for index in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * index) & 63) as usize];
            text.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// Decodes a text; white space is passed over. `None` where it is not base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !letters.len().is_multiple_of(4) {
        return None;
    }
    let padding = letters.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    for chunk in letters[..letters.len() - padding].chunks(4) {
        let mut word = 0_u32;
        for (index, letter) in chunk.iter().enumerate() {
            let value = ALPHABET.iter().position(|known| known == letter)?;
            word |= u32::try_from(value).ok()? << (18 - 6 * index);
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!((encode(plain.as_bytes()).as_str(), decode(text)), (text, Some(plain.as_bytes().to_vec())));
        }
        let long: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode_lines(&long)), Some(long));
        assert_eq!((decode("a"), decode("a==="), decode("&&&&")), (None, None, None));
    }
}
