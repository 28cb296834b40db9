//! Did-you-mean: the known words that somebody may have meant by an unknown one.

/// How many words are offered at most.
const MOST: usize = 3;

/// The known words nearest to `word`, nearest first, three at most; none where nothing is near.
///
/// Near is: at most one slip (a letter wrong, missing, too many, or two swapped) for every three letters, three slips at most; or one
/// word is the beginning of the other, from three letters on. Case does not matter.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_ascii_lowercase();
    let mut near: Vec<(usize, &str)> = candidates.into_iter().filter_map(|candidate| Some((distance(&word, candidate)?, candidate))).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, candidate)| candidate).collect()
}

/// The number of slips, where there are few enough.
fn distance(word: &str, candidate: &str) -> Option<usize> {
    let candidate = candidate.to_ascii_lowercase();
    let (short, long) = (word.len().min(candidate.len()), word.len().max(candidate.len()));
    let begins = short >= 3 && (word.starts_with(&candidate) || candidate.starts_with(word));
    let allowed = short.div_ceil(3).min(3);
    if !begins && long - short > allowed {
        return None;
    }
    let slips = strsim::damerau_levenshtein(word, &candidate);
    (begins || slips <= allowed && slips < short).then_some(slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["dev", "staging", "canary", "production", "prod"];

    #[test]
    fn v1_slips_and_beginnings_find_the_word_that_was_meant() {
        assert_eq!(nearest("stagin", KNOWN), ["staging"]);
        assert_eq!(nearest("satging", KNOWN), ["staging"]);
        assert_eq!(nearest("Production", KNOWN), ["production", "prod"]);
        assert_eq!(nearest("prd", KNOWN), ["prod"]);
        assert_eq!(nearest("prodution", KNOWN), ["production", "prod"]);
        assert_eq!(nearest("product", KNOWN), ["prod", "production"]);
    }

    #[test]
    fn v1_a_word_that_is_like_nothing_gets_no_guess() {
        assert_eq!(nearest("kubernetes", KNOWN), Vec::<&str>::new());
        assert_eq!(nearest("x", KNOWN), Vec::<&str>::new());
        assert_eq!(nearest("", KNOWN), Vec::<&str>::new());
        assert_eq!(nearest("prod", []), Vec::<&str>::new());
    }

    #[test]
    fn no_more_than_three_words_are_offered_nearest_first() {
        assert_eq!(nearest("eu-1", ["eu-5", "eu-4", "eu-3", "eu-2", "eu-1"]), ["eu-1", "eu-2", "eu-3"]);
    }
}
