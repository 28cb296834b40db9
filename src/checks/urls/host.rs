//! Hosts as programs understand them, however they are written: any case, any script, percent-encoded, as one number. Two spellings of a host are one host here.

use super::super::percent::decoded;

/// A host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// In lower case, in ASCII, without the last dot; an address in its usual form.
    pub(super) name: String,
    /// It was written so that a reader does not see which it is.
    pub(super) disguised: bool,
}

impl Host {
    /// The host that a text in the place of one stands for. Where it is no name and no address at all, it is kept as it is: nothing allows it.
    pub(super) fn of(written: &str) -> Self {
        let plain = decoded(written);
        let ascii = to_ascii(&plain);
        let name = ascii.strip_suffix('.').unwrap_or(&ascii);
        match address(name) {
            Some(address) => Self { disguised: address != name || plain != written, name: address },
            None => Self { name: name.to_owned(), disguised: plain != written || !written.is_ascii() && !name.contains("xn--") },
        }
    }

    /// True for what lies within the same machine or cluster: this host, names of one part, names of a cluster's services.
    pub(super) fn is_internal(&self) -> bool {
        let plain = self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if self.name.starts_with("127.") && address(&self.name).is_some() || matches!(self.name.as_str(), "0.0.0.0" | "[::1]" | "[::]") {
            return true;
        }
        let ends = [".localhost", ".svc", ".svc.cluster.local", ".cluster.local", ".docker.internal"];
        plain && !self.disguised && (!self.name.contains('.') || ends.iter().any(|end| self.name.ends_with(end)))
    }

    /// True where an entry of the list is this host, or one of those above it: `*.example.com`.
    pub(super) fn is_allowed(&self, allow: &[String]) -> bool {
        allow.iter().any(|entry| match entry.strip_prefix("*.") {
            Some(above) => {
                let above = to_ascii(above);
                self.name.strip_suffix(above.as_str()).is_some_and(|below| below.len() > 1 && below.ends_with('.'))
            }
            None => to_ascii(entry) == self.name,
        })
    }
}

/// Lower case, full-width letters and dots as plain ones, other scripts as Punycode.
fn to_ascii(text: &str) -> String {
    let plain = text.chars().filter(|character| !crate::domain::is_invisible(*character)).map(|character| match character {
        '\u{3002}' | '\u{ff0e}' | '\u{ff61}' => '.',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    });
    let lower: String = plain.flat_map(char::to_lowercase).collect();
    lower.split('.').map(|label| if label.is_ascii() { label.to_owned() } else { format!("xn--{}", punycode(label)) }).collect::<Vec<_>>().join(".")
}

/// Punycode of a label (RFC 3492). A label of more than 63 characters is no host's, and is cut.
fn punycode(label: &str) -> String {
    const FIRST: u32 = 128;
    let points: Vec<u32> = label.chars().take(63).map(u32::from).collect();
    let mut out: String = label.chars().take(63).filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).unwrap_or_default();
    if basic > 0 {
        out.push('-');
    }
    let (mut next, mut delta, mut bias, mut done) = (FIRST, 0_u32, 72_u32, basic);
    while let Some(point) = points.iter().copied().filter(|point| *point >= next).min() {
        delta = delta.saturating_add((point - next).saturating_mul(done + 1));
        next = point;
        for other in &points {
            delta = delta.saturating_add(u32::from(*other < next));
            if *other == next {
                bias = digits(&mut out, delta, bias, done == basic, done + 1);
                delta = 0;
                done += 1;
            }
        }
        delta = delta.saturating_add(1);
        next += 1;
    }
    out
}

/// Writes a number of variable length, and gives the bias of the next one.
fn digits(out: &mut String, delta: u32, bias: u32, first: bool, points: u32) -> u32 {
    let digit = |value: u32| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[value as usize % 36]);
    let (mut rest, mut place) = (delta, 36_u32);
    loop {
        let threshold = place.saturating_sub(bias).clamp(1, 26);
        if rest < threshold {
            break;
        }
        out.push(digit(threshold + (rest - threshold) % (36 - threshold)));
        rest = (rest - threshold) / (36 - threshold);
        place += 36;
    }
    out.push(digit(rest));
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

/// An address in its usual form: also one that is written as one number, in base 8 or 16, or with fewer parts.
fn address(name: &str) -> Option<String> {
    if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let inner = inner.split('%').next().unwrap_or(inner);
        let address: core::net::Ipv6Addr = inner.parse().ok()?;
        return Some(address.to_ipv4_mapped().map_or_else(|| format!("[{address}]"), |mapped| mapped.to_string()));
    }
    let parts: Vec<u64> = name.split('.').map(number).collect::<Option<_>>()?;
    let (last, before) = parts.split_last()?;
    if before.len() > 3 || before.iter().any(|part| *part > 255) || *last >> (8 * (4 - before.len() as u64)) != 0 {
        return None;
    }
    let high = before.iter().enumerate().fold(0, |sum, (index, part)| sum | part << (24 - 8 * index));
    u32::try_from(high | last).ok().map(|bits| core::net::Ipv4Addr::from_bits(bits).to_string())
}

fn number(part: &str) -> Option<u64> {
    let digits = |digits: &str, radix: u32| u64::from_str_radix(digits, radix).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match part.strip_prefix("0x") {
        Some("") => Some(0),
        Some(hex) => digits(hex, 16),
        None if part.len() > 1 && part.starts_with('0') => digits(&part[1..], 8),
        None => digits(part, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v8_every_spelling_of_a_host_is_the_same_host() {
        for (written, name) in [
            ("API.Example.COM.", "api.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("evil。test", "evil.test"),
            ("ｅｖｉｌ．test", "evil.test"),
            ("e\u{200b}vil.test", "evil.test"),
            ("%65vil%2etest", "evil.test"),
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0177.0.0.01", "127.0.0.1"),
            ("0xC0A80001", "192.168.0.1"),
            ("10.0.0.1", "10.0.0.1"),
            ("[::FFFF:10.0.0.1]", "10.0.0.1"),
            ("[2001:DB8:0::1]", "[2001:db8::1]"),
            ("1.2.3.4.5", "1.2.3.4.5"),
            ("256.1.1.1", "256.1.1.1"),
        ] {
            assert_eq!(Host::of(written).name, name, "{written}");
        }
    }

    #[test]
    fn v8_only_what_is_surely_near_is_internal() {
        for near in ["localhost", "redis", "db_1", "api.default.svc", "api.default.svc.cluster.local", "127.0.0.1", "127.1.2.3", "[::1]", "app.localhost"] {
            assert!(Host::of(near).is_internal(), "{near}");
        }
        for far in
            ["evil.test", "10.0.0.1", "169.254.169.254", "3232235521", "redis%2eevil", "svc.evil.test", "xsvc.cluster.local.evil.test", "redis．evil", "a:b@c"]
        {
            assert!(!Host::of(far).is_internal(), "{far}");
        }
    }

    #[test]
    fn v8_a_star_allows_what_is_below_and_nothing_beside() {
        let allow = ["*.example.com".to_owned(), "Bücher.example".to_owned(), "10.0.0.1".to_owned()];
        for host in ["a.example.com", "A.b.example.com.", "xn--bcher-kva.example", "0xa000001"] {
            assert!(Host::of(host).is_allowed(&allow), "{host}");
        }
        for host in ["example.com", ".example.com", "aexample.com", "a.example.com.evil.test", "10.0.0.2", "bucher.example"] {
            assert!(!Host::of(host).is_allowed(&allow), "{host}");
        }
    }
}
