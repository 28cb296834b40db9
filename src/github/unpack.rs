//! Answers that come compressed: what is in them counts against the same limit as what comes plain.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use hyper::body::Bytes;

use super::fault::header;

/// The compression that we ask for.
pub(super) const ASKED: &str = "gzip";

/// The body as it was before it was compressed, of `most` bytes at most.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn unpacked(headers: &HeaderMap, body: Bytes, most: usize) -> Result<Bytes, String> {
    let encoding = header(headers, "content-encoding").unwrap_or_default().trim().to_ascii_lowercase();
    match encoding.as_str() {
        "" | "identity" => Ok(body),
        ASKED if body.is_empty() => Ok(body),
        ASKED => gunzip(&body, most).map(Bytes::from),
        _ => Err("it is compressed in a way that was not asked for".to_owned()),
    }
}

fn gunzip(body: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let mut plain = Vec::with_capacity(body.len().saturating_mul(4).min(most));
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(body).take(limit).read_to_end(&mut plain).map_err(|error| format!("it could not be unpacked: {error}"))?;
    if plain.len() > most { Err(format!("it has more than {most} bytes")) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn unpack(encoding: &'static str, body: &[u8], most: usize) -> Result<Vec<u8>, String> {
        let headers = HeaderMap::from_iter([(http::header::CONTENT_ENCODING, http::HeaderValue::from_static(encoding))]);
        unpacked(&headers, Bytes::copy_from_slice(body), most).map(|body| body.to_vec())
    }

    #[test]
    fn d7_what_comes_compressed_is_unpacked_and_what_comes_plain_stays() {
        assert_eq!(unpack("gzip", &gzip(b"{\"id\":1}"), 100).as_deref(), Ok(&b"{\"id\":1}"[..]));
        assert_eq!(unpack("GZIP ", &gzip(b"x"), 100).as_deref(), Ok(&b"x"[..]));
        assert_eq!(unpack("identity", b"x", 100).as_deref(), Ok(&b"x"[..]));
        assert_eq!(unpack("gzip", b"", 100).as_deref(), Ok(&b""[..]), "an answer without content");
        assert_eq!(unpacked(&HeaderMap::new(), Bytes::from_static(b"x"), 100).as_deref(), Ok(&b"x"[..]));
    }

    #[test]
    fn d7_a_small_answer_that_unpacks_to_a_great_one_is_not_taken_in() {
        let bomb = gzip(&vec![b' '; 10_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(unpack("gzip", &bomb, 1_000_000), Err("it has more than 1000000 bytes".to_owned()));
        assert_eq!(unpack("gzip", &bomb, 10_000_000).map(|body| body.len()), Ok(10_000_000));
    }

    #[test]
    fn d7_a_compressed_answer_that_was_cut_or_is_of_another_kind_is_an_error() {
        let whole = gzip(b"{\"data\":{\"repository\":{\"id\":\"R_1\"}}}");
        for body in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], b"no gzip at all"] {
            assert!(unpack("gzip", body, 1_000).is_err_and(|why| why.starts_with("it could not be unpacked: ")));
        }
        assert!(unpack("br", &whole, 1_000).is_err());
    }
}
