//! Versions (row V2).

use super::text::{Fault, checked_text};

checked_text!(
    /// A version as it was typed: `SemVer` 2.0 with an optional `v`, e.g. `v1.2.3` or `1.2.3-rc.1`; 128 characters at most.
    Version, "version", check);

impl Version {
    /// The version for comparing.
    ///
    /// # Panics
    /// Never: the text was parsed on construction.
    pub fn semver(&self) -> semver::Version {
        semver::Version::parse(self.as_str().strip_prefix('v').unwrap_or(self.as_str())).expect("parsed on construction")
    }
}

fn check(text: &str) -> Result<(), Fault> {
    if text.len() > 128 {
        return Err(Fault::TooLong { max: 128 });
    }
    let bare = text.strip_prefix('v').unwrap_or(text);
    match semver::Version::parse(bare) {
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::Shape("SemVer 2.0 with an optional `v`, e.g. v1.2.3")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v2_versions_are_semver_with_an_optional_v() {
        for text in ["1.2.3", "v1.2.3", "1.2.3-rc.1", "0.0.0", "1.0.0+build.5"] {
            assert!(Version::new(text).is_ok(), "{text:?}");
        }
        for text in ["", "1.2", "01.2.3", "1.2.3 ", " 1.2.3", "1.2.3;ls", "vv1.2.3", "V1.2.3", "1.2.3-01", "1.2.\u{0663}", "1.2.3\n", "latest", "$(id)"] {
            assert!(Version::new(text).is_err(), "{text:?}");
        }
    }
}
