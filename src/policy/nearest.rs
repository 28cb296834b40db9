//! Did-you-mean: the known name nearest to a mistyped one.

/// The nearest of the names, where one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let most = (length / 3).max(1);
    let near = |name: &&str| name.len().abs_diff(word.len()) <= most || name.starts_with(word) || word.starts_with(name);
    let distance = |name: &'a str| {
        let apart = strsim::osa_distance(&word.to_ascii_lowercase(), &name.to_ascii_lowercase());
        // `prod` for `production`: half of a name, from its beginning, is meant for it.
        let begun = length >= 3 && (name.starts_with(word) || (name.len() >= 3 && word.starts_with(name)));
        (apart, begun)
    };
    let scored = names.into_iter().filter(near).map(|name| (distance(name), name));
    let close = scored.filter(|((apart, begun), name)| *name != word && (*apart <= most || *begun));
    close.min_by_key(|((apart, _), _)| *apart).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_a_mistyped_name_finds_its_neighbour_and_a_strange_one_does_not() {
        let names = ["dev", "staging", "canary", "production"];
        for (word, expected) in
            [("stagin", Some("staging")), ("prod", Some("production")), ("Staging", Some("staging")), ("stging", Some("staging")), ("qa", None), ("", None)]
        {
            assert_eq!(nearest(word, names), expected, "{word:?}");
        }
    }
}
