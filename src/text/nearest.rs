//! Suggestions for typos.

/// The candidate closest to `written`, if the difference can be a typo: at most a third of the characters of the longer
/// word, and always one.
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let lengths = [written, candidate].map(|text| text.to_lowercase().chars().count());
            let most = (written.chars().count().max(candidate.chars().count()) / 3).max(1);
            // The difference of lengths is the least that it can be.
            if lengths[0].abs_diff(lengths[1]) > most {
                return None;
            }
            let distance =
                strsim::damerau_levenshtein(&written.to_lowercase(), &candidate.to_lowercase());
            (distance <= most).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_gets_a_suggestion_and_a_different_word_does_not() {
        assert_eq!(nearest("statsu", ["status", "schema"]), Some("status"));
        assert_eq!(nearest("Status", ["status"]), Some("status"));
        assert_eq!(nearest("colour", ["status", "schema"]), None);
    }
}
