//! The name that was probably meant, for `did you mean`.

/// The nearest other name.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    crate::domain::nearest(word, names.into_iter().filter(|name| *name != word)).first().copied()
}
