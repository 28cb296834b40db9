//! The root certificates that this machine trusts. Reading them is the dearest part of a start, so that they are read once, and quickly.
//!
//! rustls' own reader decodes in constant time, as if certificates were secret: that takes more than everything else that a short run does together.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls_native_certs::CertificateResult;

use super::settings::{Certificates, SettingsError};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The roots that this machine trusts. One that cannot be read is one less to trust; none at all is an error.
pub(super) fn roots(from: &Certificates) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    let mut why = String::new();
    if let Some(certificates) = whole_file(from).and_then(|file| certificates(&std::fs::read_to_string(file).ok()?)) {
        roots.add_parsable_certificates(certificates);
    } else {
        let CertificateResult { certs, errors, .. } = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(certs);
        why = errors.first().map(|error| format!(": {error}")).unwrap_or_default();
    }
    if roots.is_empty() {
        return Err(SettingsError::Client(format!(
            "this machine has no root certificates to know the server by{why}; install them (the package ca-certificates), or name a file with SSL_CERT_FILE"
        )));
    }
    Ok(roots)
}

/// The one file that has all roots, where there is one. The folder beside the system's has the same again, one by one: it is left out.
fn whole_file(from: &Certificates) -> Option<PathBuf> {
    match from {
        Certificates::File(file) => Some(file.clone()),
        Certificates::Folders => None,
        Certificates::System => system_file(),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_file() -> Option<PathBuf> {
    openssl_probe::probe().cert_file
}

/// The system has a store that is no file.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn system_file() -> Option<PathBuf> {
    None
}

/// The certificates of a PEM file; what stands between them is not looked at. `None` where anything in one is unusual, or there is none: then rustls'
/// own reader has the word.
fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let (mut found, mut letters) = (Vec::new(), Vec::new());
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (body, after) = after.split_once(END)?;
        letters.clear();
        body.lines().for_each(|line| letters.extend_from_slice(line.as_bytes()));
        found.push(CertificateDer::from(STANDARD.decode(&letters).ok()?));
        rest = after;
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i4_certificates_are_read_from_between_their_lines_and_anything_unusual_is_left_to_the_other_reader() {
        let one = |body: &str| format!("{BEGIN}\n{body}\n{END}\n");
        let two = format!("# a root\n{}\r\nanother\r\n{}", one("AQID\r\nBAU="), one("BgcI"));
        let read = certificates(&two).map(|found| found.iter().map(|one| one.to_vec()).collect::<Vec<_>>());
        assert_eq!(read, Some(vec![vec![1, 2, 3, 4, 5], vec![6, 7, 8]]));
        for unusual in ["", "no certificate", &one("AQI"), &one("A QID"), &one("Proc-Type: 4,ENCRYPTED\n\nAQID"), &format!("{}{BEGIN}\nAQID\n", one("AQID"))] {
            assert_eq!(certificates(unusual), None, "{unusual:?}");
        }
    }

    #[test]
    fn i4_the_systems_file_is_read_as_rustls_reads_it() {
        let Some(file) = system_file() else { return };
        let mut ours = certificates(&std::fs::read_to_string(&file).expect("the file is there")).expect("nothing in it is unusual");
        ours.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
        ours.dedup();
        assert_eq!(ours, rustls_native_certs::load_certs_from_paths(Some(&file), None).certs);
    }
}
