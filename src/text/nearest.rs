//! Suggestions for misspelt names.

/// The candidate closest to `written`, if it is close enough to be a slip of the fingers:
/// at most a third of the longer word's characters differ (and always one may).
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance =
                strsim::damerau_levenshtein(&written.to_lowercase(), &candidate.to_lowercase());
            let longest = written.chars().count().max(candidate.chars().count());
            (distance <= (longest / 3).max(1)).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_suggested_and_a_different_word_is_not() {
        assert_eq!(nearest("statsu", ["status", "schema"]), Some("status"));
        assert_eq!(nearest("Status", ["status"]), Some("status"));
        assert_eq!(nearest("colour", ["status", "schema"]), None);
    }
}
