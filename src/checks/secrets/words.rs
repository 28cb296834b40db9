//! Whether letters look like words: how usual their pairs are in English and in the names of programs. Passwords and keys that a machine made do not; names,
//! sentences and paths do.

/// How unusual each pair of letters is: for the pair's first letter a row, for its second a hexadecimal digit, 1.5 times the bits that it takes. Counted over some
/// 15,600 words that occur in public documentation and source code.
const PAIRS: [&[u8; 26]; 26] = [
    b"c756ba7e7f9575f7f5649abb9e",
    b"59795ace59c39b69f6695cff8e",
    b"5b8a5a957f66ab4ad7758adfbf",
    b"6997399b4cf79a6ae6697acdaf",
    b"7a65889caec675b8a455b8a7bf",
    b"698755bd4fe5aa5ae6687fce9f",
    b"6bab3a865fb89679d5697bcdbd",
    b"4db93dee4fb99a4bf6967faf9d",
    b"8867777fefc77358f865e8faf8",
    b"5a9f3aaf5c9fab49fc494f9fbf",
    b"6897299b4fd7b888d8579e9f9f",
    b"5ba83acd4f95ba5afa778bef6f",
    b"48a93bbe5fb97c55fa687dffdf",
    b"6b65584c6e99c96aea5499dfbf",
    b"9957b99d9da66376f477687bdf",
    b"4b9a4ba86fa5ab56f4768ccf8f",
    b"98a77a9caff7a9b9f87a1fafff",
    b"5b883a9e5f997859e8668ace8f",
    b"7c7b4ba64f999a77ca646cad8c",
    b"5b8a3ac64fd89a69f5678cba8e",
    b"7679788f7fe564a6f555effcfe",
    b"4b9a29cc4ff98a7afa89cddcff",
    b"3b985ad64fc8a559d569adbcef",
    b"695847c95fb88a84a984abb9ae",
    b"787a69ac6ff76573f855da9faa",
    b"5fcc1caa5ffaac6dfc9fafdf98",
];

/// The mean bits that a pair of the text's letters takes, without regard to case; none where it has no two letters in a row. Words take some 3.7, random
/// letters 6.2.
pub(super) fn surprise(text: &[u8]) -> Option<f64> {
    let (mut sum, mut pairs) = (0_u32, 0_u32);
    for pair in text.windows(2) {
        if let (Some(first), Some(second)) = (letter(pair[0]), letter(pair[1])) {
            sum += char::from(PAIRS[first][second]).to_digit(16).unwrap_or(15);
            pairs += 1;
        }
    }
    (pairs > 0).then(|| f64::from(sum) / f64::from(pairs) / 1.5)
}

fn letter(byte: u8) -> Option<usize> {
    byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h4_words_are_told_from_random_letters() {
        for word in ["password", "Administrator", "changeme", "kubernetes", "hunter", "elasticsearch", "correcthorse"] {
            assert!(surprise(word.as_bytes()).is_some_and(|bits| bits < 4.6), "{word}: {:?}", surprise(word.as_bytes()));
        }
        for noise in ["qkdmwpzr", "xvbjqtlw", "ZQWBuTSOoRiHcVY"] {
            assert!(surprise(noise.as_bytes()).is_some_and(|bits| bits > 5.2), "{noise}: {:?}", surprise(noise.as_bytes()));
        }
        assert_eq!(surprise(b"1a2b3"), None);
    }
}
