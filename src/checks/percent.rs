//! Percent-encoding, as in URLs and in references of schemas.

/// `%65` is `e`. A sign that no two digits follow stays; bytes that are no UTF-8 are replacement characters.
pub(super) fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, behind @ ..] = rest {
        let digit = |index: usize| char::from(*behind.get(index)?).to_digit(16);
        let byte = (*first == b'%').then(|| digit(0).zip(digit(1))).flatten().and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = &behind[if byte.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v8_percent_signs_are_decoded_where_two_digits_follow() {
        assert_eq!(decoded("%65vil%2Etest%"), "evil.test%");
        assert_eq!(decoded("%+1 %zz %c3%a4 %ff"), "%+1 %zz ä \u{fffd}");
    }
}
