//! The selection of cases: `--only presence`, `--skip '*/limits/*'`.

use globset::{GlobBuilder, GlobMatcher};

/// A selection of cases by id. Empty selects everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    patterns: Vec<SelectionPattern>,
}

#[derive(Clone, Debug)]
struct SelectionPattern {
    text: String,
    /// The pattern excludes cases.
    is_exclusion: bool,
    glob: GlobMatcher,
}

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a pattern for case ids: {message}")]
pub struct SelectionError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub message: String,
}

impl Selection {
    /// A case is selected if a pattern matches its id (or there is none), and no pattern with `!` before it does. `*` and
    /// `?` also match `/`, `{a,b}` is either; a pattern without these also matches everything below it (`presence`,
    /// `presence/levels`).
    ///
    /// # Errors
    ///
    /// When a pattern cannot be read.
    pub fn new(patterns: &[String]) -> Result<Selection, SelectionError> {
        let patterns = patterns.iter().map(|pattern| {
            // Brackets belong to case ids: `limit[at-limit]` means just that.
            let glob = pattern.strip_prefix('!').unwrap_or(pattern);
            let escaped = glob.replace('[', "\u{1}").replace(']', "[]]");
            let escaped = escaped.replace('\u{1}', "[[]");
            GlobBuilder::new(&escaped)
                .literal_separator(false)
                .build()
                .map(|glob| SelectionPattern {
                    text: pattern.clone(),
                    is_exclusion: pattern.starts_with('!'),
                    glob: glob.compile_matcher(),
                })
                .map_err(|error| SelectionError {
                    pattern: pattern.clone(),
                    message: error.kind().to_string(),
                })
        });
        Ok(Selection {
            patterns: patterns.collect::<Result<_, _>>()?,
        })
    }

    /// Whether a case is selected.
    pub fn selects(&self, id: &str) -> bool {
        let mut included = self.patterns.iter().filter(|one| !one.is_exclusion);
        let mut excluded = self.patterns.iter().filter(|one| one.is_exclusion);
        let is_included = match included.next() {
            Some(first) => first.matches(id) || included.any(|pattern| pattern.matches(id)),
            None => true,
        };
        is_included && !excluded.any(|pattern| pattern.matches(id))
    }

    /// Whether everything is selected.
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns as written.
    pub fn patterns(&self) -> Vec<String> {
        self.patterns
            .iter()
            .map(|pattern| pattern.text.clone())
            .collect()
    }

    /// The patterns that select none of these ids. If there are no ids, the exclusions are to blame too: a run of nothing
    /// must not pass.
    pub fn unmatched<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Vec<String> {
        let ids: Vec<&str> = ids.collect();
        self.patterns
            .iter()
            .filter(|pattern| {
                if pattern.is_exclusion {
                    ids.is_empty()
                } else {
                    !ids.iter().any(|id| pattern.matches(id))
                }
            })
            .map(|pattern| pattern.text.clone())
            .collect()
    }
}

impl SelectionPattern {
    fn matches(&self, id: &str) -> bool {
        let text = self.text.strip_prefix('!').unwrap_or(&self.text);
        let below = id.strip_prefix(text.trim_end_matches('/'));
        self.glob.is_match(id) || below.is_some_and(|rest| rest.starts_with(['/', '[']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(pattern: &str, id: &str) -> bool {
        Selection::new(&[pattern.to_owned()]).unwrap().selects(id)
    }

    #[test]
    fn a_name_selects_everything_below_it() {
        assert!(selects("presence", "presence/levels/user"));
        assert!(selects("presence/levels/", "presence/levels/user"));
        assert!(selects(
            "presence/limits/batch",
            "presence/limits/batch[over]"
        ));
        assert!(!selects("presence", "presence-two/levels/user"));
    }

    #[test]
    fn brackets_are_literal() {
        assert!(selects("a/b[x]", "a/b[x]"));
        assert!(!selects("a/b[x]", "a/bx"));
        assert!(selects("*[x]", "a/b[x]"));
    }

    #[test]
    fn an_exclusion_wins_over_a_selection() {
        let selects = |patterns: &[&str], id: &str| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
            Selection::new(&patterns).unwrap().selects(id)
        };
        assert!(!selects(&["!presence/limits"], "presence/limits/batch"));
        assert!(selects(&["!presence/limits"], "seats/limits/batch"));
        assert!(!selects(
            &["presence", "!*limits*"],
            "presence/limits/batch"
        ));
        assert!(selects(&["presence", "!*limits*"], "presence/levels/user"));
        assert!(!selects(&["presence", "!*limits*"], "seats/assign"));
    }

    #[test]
    fn a_star_crosses_slashes() {
        assert!(selects("*levels*", "presence/levels/user"));
        assert!(!selects("nothing*", "presence/levels/user"));
    }
}
