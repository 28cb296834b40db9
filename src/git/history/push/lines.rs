//! What git writes to the standard input of a pre-push hook: a line for each ref. Pure.

use crate::domain::{ObjectId, shown};

/// One ref of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The object that is pushed; none where the ref is deleted.
    pub local: Option<ObjectId>,
    /// The ref on the other side; bytes that are not UTF-8 are replacement characters.
    pub remote_ref: String,
    /// The object that the ref stands at there; none where there is no such ref yet.
    pub remote: Option<ObjectId>,
}

/// A line is none of git's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SG-PUSH-LINE: line {number} of the standard input is none of `git push`: `{shown}`")]
pub struct BadLine {
    /// Which one, from 1.
    pub number: usize,
    /// The line, made safe to show.
    pub shown: String,
}

/// All lines: `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`. The first may have spaces in it, being whatever was typed.
///
/// # Errors
/// [`BadLine`] for the first that is none: nothing is passed over.
pub fn lines(input: &[u8]) -> Result<Vec<Line>, BadLine> {
    let lines = input.split(|byte| *byte == b'\n').enumerate();
    let written = lines.filter(|(_, line)| !line.is_empty());
    let bad = |number: usize, text: &[u8]| BadLine { number: number + 1, shown: shown(&String::from_utf8_lossy(text)) };
    written.map(|(number, text)| line(text).ok_or_else(|| bad(number, text))).collect()
}

fn line(text: &[u8]) -> Option<Line> {
    let mut words = text.rsplitn(4, |byte| *byte == b' ');
    let (remote, remote_ref, local) = (id(words.next()?)?, words.next()?, id(words.next()?)?);
    words.next()?;
    let remote_ref = String::from_utf8_lossy(remote_ref).into_owned();
    remote_ref.starts_with("refs/").then_some(Line { local: local.real(), remote_ref, remote: remote.real() })
}

/// An id as git writes it here.
enum Id {
    /// Only zeros: there is no object.
    Zero,
    Real(ObjectId),
}

impl Id {
    fn real(self) -> Option<ObjectId> {
        match self {
            Self::Zero => None,
            Self::Real(id) => Some(id),
        }
    }
}

fn id(text: &[u8]) -> Option<Id> {
    let id = ObjectId::new(std::str::from_utf8(text).ok()?).ok()?;
    Some(if text.iter().all(|byte| *byte == b'0') { Id::Zero } else { Id::Real(id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_every_line_is_read_and_one_that_is_none_is_refused() {
        let [zero, a, long] = ["0".repeat(40), "a".repeat(40), "b".repeat(64)];
        let text = format!(
            "refs/heads/x {a} refs/heads/y {zero}\n(delete) {zero} refs/tags/t {a}\nHEAD^{{/two words}} {long} refs/for/main {long}\nrefs/heads/x {a} refs/heads/\u{202e} {zero}"
        );
        let read = lines(text.as_bytes()).expect("lines");
        let id = |text: &str| ObjectId::new(text).ok();
        let told: Vec<_> = read.iter().map(|line| (line.local.clone(), line.remote_ref.as_str(), line.remote.clone())).collect();
        assert_eq!(
            told,
            [(id(&a), "refs/heads/y", None), (None, "refs/tags/t", id(&a)), (id(&long), "refs/for/main", id(&long)), (id(&a), "refs/heads/\u{202e}", None),]
        );
        assert_eq!(lines(b""), Ok(vec![]));
        let mut bytes = format!("refs/heads/x {a} refs/heads/").into_bytes();
        bytes.extend([0xff]);
        bytes.extend(format!(" {zero}\n").bytes());
        assert_eq!(lines(&bytes).expect("a line")[0].remote_ref, "refs/heads/\u{fffd}");
        for bad in [
            "x",
            " ",
            &a,
            &format!("refs/heads/x {a} refs/heads/y"),
            &format!("refs/heads/x {a} y {zero}"),
            &format!("x {} refs/heads/y {zero}", "A".repeat(40)),
            "\0",
        ] {
            let text = format!("refs/heads/x {a} refs/heads/y {zero}\n{bad}\n");
            assert_eq!(lines(text.as_bytes()).expect_err("refused").number, 2, "{bad}");
        }
    }
}
