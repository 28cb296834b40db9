//! References to container images: name, tag and digest. What a variable or a template will put in is not known, and is never taken for a fault.

/// Stands for what is not known where a text was put together.
pub(super) const UNKNOWN: char = '\u{fffc}';

/// A reference to an image, in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageReference<'a> {
    /// Registry and path.
    pub(super) name: &'a str,
    /// The tag.
    pub(super) tag: Option<&'a str>,
    /// The digest, with its algorithm.
    pub(super) digest: Option<&'a str>,
}

/// How firmly a reference names one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    /// By a digest: always the same.
    Digest,
    /// By a tag, which may be moved.
    Tag,
    /// `:latest`.
    Latest,
    /// By nothing, which means `:latest`.
    Nothing,
    /// It cannot be told from here.
    Unknown,
}

impl<'a> ImageReference<'a> {
    /// The parts of a reference.
    pub(super) fn of(text: &'a str) -> Self {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = rest[last..].find(':').map_or((rest, None), |colon| (&rest[..last + colon], Some(&rest[last + colon + 1..])));
        Self { name, tag, digest }
    }

    /// How firmly it is pinned.
    pub(super) fn pin(&self) -> Pin {
        match (self.digest, self.tag) {
            (Some(_), _) => Pin::Digest,
            (None, Some("latest")) => Pin::Latest,
            (None, Some(tag)) if is_open(tag) => Pin::Unknown,
            (None, Some(_)) => Pin::Tag,
            // Names have no capitals: these are put in later, as the word `auto` is.
            (None, None) if is_open(self.name) || self.name.bytes().any(|byte| byte.is_ascii_uppercase()) || self.name == "auto" => Pin::Unknown,
            (None, None) => Pin::Nothing,
        }
    }

    /// The last part of its name.
    pub(super) fn short(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    /// The name of an official image of the Docker Hub, however it is written.
    pub(super) fn official(&self) -> Option<&'a str> {
        let bare = self.name.strip_prefix("docker.io/").or_else(|| self.name.strip_prefix("index.docker.io/")).unwrap_or(self.name);
        let bare = bare.strip_prefix("library/").unwrap_or(bare);
        (!bare.contains('/') && !is_open(bare)).then_some(bare)
    }
}

/// True where a text holds something that is put in later: a variable, a template, a placeholder.
pub(super) fn is_open(text: &str) -> bool {
    text.contains([UNKNOWN, '$', '{', '}', '<', '>', '%', '@', '#', '*', ' ']) || text.contains("__") || text.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x1_an_image_reference_has_its_parts_and_its_pin() {
        for (text, name, pin) in [
            ("debian", "debian", Pin::Nothing),
            ("debian:12", "debian", Pin::Tag),
            ("debian:latest", "debian", Pin::Latest),
            ("localhost:5000/app", "localhost:5000/app", Pin::Nothing),
            ("localhost:5000/app:1", "localhost:5000/app", Pin::Tag),
            ("a/b:1@sha256:00", "a/b", Pin::Digest),
            ("a/b@sha256:00", "a/b", Pin::Digest),
            ("a/b:\u{fffc}", "a/b", Pin::Unknown),
            ("a/{{ name }}", "a/{{ name }}", Pin::Unknown),
            ("", "", Pin::Nothing),
            ("IMAGE_NAME", "IMAGE_NAME", Pin::Unknown),
            ("ko://example.com/a", "ko://example.com/a", Pin::Unknown),
        ] {
            let image = ImageReference::of(text);
            assert_eq!((image.name, image.pin()), (name, pin), "{text}");
        }
        assert_eq!(ImageReference::of("docker.io/library/nginx:1").official(), Some("nginx"));
        assert_eq!(ImageReference::of("quay.io/nginx:1").official(), None);
    }
}
