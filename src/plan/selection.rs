//! The selection of cases: `--only presence`, `--skip '*/limits/*'`, `--only tag:smoke`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::model::{Case, Level, Suite};
use crate::text::nearest::nearest;

/// A selection of cases. Empty selects everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    patterns: Vec<SelectionPattern>,
    /// The ids of the patterns with `case:`: a list of thousands is looked up, not tried one by one.
    listed: HashSet<String>,
}

#[derive(Clone, Debug)]
struct SelectionPattern {
    text: String,
    /// The pattern excludes cases.
    is_exclusion: bool,
    wanted: Wanted,
}

/// What a pattern looks at.
#[derive(Clone, Debug)]
enum Wanted {
    /// The id, or its beginning, without wildcards.
    Id(String),
    /// The id.
    IdGlob(GlobMatcher),
    /// `case:` the id, exactly.
    Case(String),
    /// `requirement:` one that the case can prove, itself or by a rule.
    Requirement(GlobMatcher),
    /// `level:` the strongest level that the case proves.
    Level(Level),
    /// `tag:` one of its tags.
    Tag(GlobMatcher),
    /// `file:` the path of its file, or the end of the path.
    File(GlobMatcher),
}

/// What can stand before a colon.
const KINDS: [&str; 5] = ["requirement", "level", "tag", "file", "case"];

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a pattern for cases: {message}")]
pub struct SelectionError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub message: String,
}

impl Selection {
    /// Patterns of one kind are alternatives: a case is selected if, for each kind that occurs, one pattern of that kind
    /// matches it, and no pattern with `!` before it does.
    ///
    /// Without a prefix a pattern is for ids: `*` and `?` also match `/`, `{a,b}` is either; one without these also matches
    /// everything below it (`presence`, `presence/levels`). `requirement:`, `tag:` and `file:` take such globs too;
    /// `level:` takes MUST, SHOULD or MAY, `case:` an id that has to be equal.
    ///
    /// # Errors
    ///
    /// When a pattern cannot be read.
    pub fn new(patterns: &[String]) -> Result<Selection, SelectionError> {
        let patterns = patterns.iter().map(|text| {
            let (is_exclusion, wanted) = match text.strip_prefix('!') {
                Some(wanted) => (true, wanted),
                None => (false, text.as_str()),
            };
            let error = |message| SelectionError {
                pattern: text.clone(),
                message,
            };
            Ok(SelectionPattern {
                text: text.clone(),
                is_exclusion,
                wanted: Wanted::read(wanted).map_err(error)?,
            })
        });
        let patterns: Vec<SelectionPattern> = patterns.collect::<Result<_, _>>()?;
        let included = patterns.iter().filter(|pattern| !pattern.is_exclusion);
        let listed = included.filter_map(|pattern| match &pattern.wanted {
            Wanted::Case(id) => Some(id.clone()),
            _ => None,
        });
        Ok(Selection {
            listed: listed.collect(),
            patterns,
        })
    }

    /// Whether a case of the suite is selected.
    pub fn selects(&self, suite: &Suite, case: &Case) -> bool {
        if !self.listed.is_empty() && !self.listed.contains(&case.id) {
            return false;
        }
        let (mut asked, mut met) = (HashSet::new(), HashSet::new());
        for pattern in &self.patterns {
            match (&pattern.wanted, pattern.is_exclusion) {
                (Wanted::Case(_), false) => {}
                (wanted, false) => {
                    asked.insert(wanted.kind());
                    if !met.contains(wanted.kind()) && wanted.matches(suite, case) {
                        met.insert(wanted.kind());
                    }
                }
                (wanted, true) if wanted.matches(suite, case) => return false,
                (_, true) => {}
            }
        }
        asked == met
    }

    /// The selected cases in these files, each by its id. `None` if there are none.
    pub fn within(&self, files: &[PathBuf], suite: &Suite) -> Option<Selection> {
        let files: HashSet<&Path> = files.iter().map(|path| bare(path)).collect();
        let is_within = |case: &&Case| {
            let name = &suite.sources.file(case.span.file).name;
            files.contains(bare(Path::new(&**name))) && self.selects(suite, case)
        };
        let ids = suite.cases.iter().filter(is_within);
        let patterns: Vec<String> = ids.map(|case| format!("case:{}", case.id)).collect();
        if patterns.is_empty() {
            return None;
        }
        Selection::new(&patterns).ok()
    }

    /// Whether everything is selected.
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty()
    }

    /// What was meant by the patterns that match no case of the suite: `requirement:A-01` by `A-01`.
    pub fn meant(&self, suite: &Suite) -> Vec<(String, String)> {
        let meant = |pattern: String| {
            let id = pattern.trim_start_matches('!');
            let sign = &pattern[..pattern.len() - id.len()];
            suite.requirement(id)?;
            let meant = format!("{sign}requirement:{id}");
            Some((pattern.clone(), meant))
        };
        let all: Vec<(String, String)> = self.patterns().into_iter().filter_map(meant).collect();
        if all.is_empty() {
            return all;
        }
        let is_of_case = |text: &str| {
            let mut ids = suite.cases.iter().flat_map(|case| beginnings(&case.id));
            ids.any(|id| id == text.trim_start_matches('!'))
        };
        let meant = all.into_iter().filter(|(pattern, _)| !is_of_case(pattern));
        meant.collect()
    }

    /// What to do about the patterns that select no case of the suite, each with the sentence: `presense` is near `presence`,
    /// and a requirement that no case proves is in the coverage.
    pub fn astray(&self, suite: &Suite) -> Vec<(String, String)> {
        let astray = |pattern: &SelectionPattern| {
            let mut cases = suite.cases.iter();
            if pattern.is_exclusion || cases.any(|case| pattern.wanted.matches(suite, case)) {
                return None;
            }
            let help = match &pattern.wanted {
                // It has a sentence of its own.
                Wanted::Id(id) if suite.requirement(id).is_some() => return None,
                Wanted::Id(id) => {
                    let meant = case_like(id, suite).or_else(|| requirement_like(id, suite))?;
                    format!("did you mean `{meant}`?")
                }
                Wanted::Requirement(_) => {
                    let (_, id) = pattern.text.split_once(':')?;
                    match requirement_like(id, suite) {
                        Some(meant) if meant != pattern.text => format!("did you mean `{meant}`?"),
                        _ => "`probity coverage` lists the requirements and the cases that prove them".into(),
                    }
                }
                _ => return None,
            };
            Some((pattern.text.clone(), help))
        };
        self.patterns.iter().filter_map(astray).collect()
    }

    /// The patterns as written.
    pub fn patterns(&self) -> Vec<String> {
        self.patterns
            .iter()
            .map(|pattern| pattern.text.clone())
            .collect()
    }

    /// The patterns that match none of the selected cases. If there are no cases, the exclusions are to blame too: a run of
    /// nothing must not pass.
    pub fn unmatched<'c>(
        &self,
        suite: &Suite,
        selected: impl Iterator<Item = &'c Case>,
    ) -> Vec<String> {
        let selected: Vec<&Case> = selected.collect();
        let ids: HashSet<&str> = selected.iter().map(|case| case.id.as_str()).collect();
        let is_unmatched =
            |pattern: &&SelectionPattern| match (&pattern.wanted, pattern.is_exclusion) {
                (_, true) => selected.is_empty(),
                (Wanted::Case(id), false) => !ids.contains(id.as_str()),
                (wanted, false) => !selected.iter().any(|case| wanted.matches(suite, case)),
            };
        let unmatched = self.patterns.iter().filter(is_unmatched);
        unmatched.map(|pattern| pattern.text.clone()).collect()
    }
}

/// The case, or the beginning of ids, that was meant by a text that is none: without its contract and file, or with a typo.
fn case_like(id: &str, suite: &Suite) -> Option<String> {
    let end = format!("/{id}");
    let mut cases = suite.cases.iter();
    if let Some(case) = cases.find(|case| case.id.ends_with(&end)) {
        return Some(case.id.clone());
    }
    let known = suite.cases.iter().flat_map(|case| beginnings(&case.id));
    let depth = id.matches('/').count();
    let alike = known.filter(|one| one.matches('/').count() == depth);
    nearest(id, alike).map(str::to_owned)
}

/// The pattern of the requirement that a text is near.
fn requirement_like(id: &str, suite: &Suite) -> Option<String> {
    let known = suite.requirements().map(|one| one.id.as_str());
    nearest(id, known).map(|meant| format!("requirement:{meant}"))
}

impl Wanted {
    fn read(text: &str) -> Result<Wanted, String> {
        let Some((kind, rest)) = text.split_once(':') else {
            return if text.contains(['*', '?', '{', '}', '\\']) {
                Ok(Wanted::IdGlob(glob(text)?))
            } else {
                Ok(Wanted::Id(text.trim_end_matches('/').to_owned()))
            };
        };
        match kind {
            "case" => Ok(Wanted::Case(rest.to_owned())),
            "requirement" => Ok(Wanted::Requirement(glob(rest)?)),
            "tag" => Ok(Wanted::Tag(glob(rest)?)),
            "file" => Ok(Wanted::File(glob(rest.trim_end_matches('/'))?)),
            "level" => match rest.to_ascii_uppercase().as_str() {
                "MUST" => Ok(Wanted::Level(Level::Must)),
                "SHOULD" => Ok(Wanted::Level(Level::Should)),
                "MAY" => Ok(Wanted::Level(Level::May)),
                _ => Err(format!(
                    "expected the level MUST, SHOULD or MAY, found `{rest}`"
                )),
            },
            other => Err(match nearest(other, KINDS) {
                Some(kind) => format!("did you mean `{kind}:{rest}`?"),
                None => format!(
                    "expected the id of a case, or `requirement:`, `level:`, `tag:` or `file:`, found `{other}:`"
                ),
            }),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Wanted::Id(_) | Wanted::IdGlob(_) => "id",
            Wanted::Case(_) => "case",
            Wanted::Requirement(_) => "requirement",
            Wanted::Level(_) => "level",
            Wanted::Tag(_) => "tag",
            Wanted::File(_) => "file",
        }
    }

    fn matches(&self, suite: &Suite, case: &Case) -> bool {
        match self {
            Wanted::Id(id) => beginnings(&case.id).any(|beginning| beginning == id),
            Wanted::IdGlob(glob) => glob.is_match(&case.id),
            Wanted::Case(id) => case.id == *id,
            Wanted::Requirement(glob) => {
                let mut ids = case.proves.iter().chain(&*case.by_rules);
                ids.any(|id| glob.is_match(id))
            }
            Wanted::Level(level) => suite.level_of(case) == Some(*level),
            Wanted::Tag(glob) => case.tags.iter().any(|tag| glob.is_match(tag)),
            Wanted::File(glob) => {
                let path = &suite.sources.file(case.span.file).name;
                endings(path).any(|ending| {
                    let directories = ending.match_indices('/').map(|(at, _)| &ending[..at]);
                    glob.is_match(ending) || directories.into_iter().any(|one| glob.is_match(one))
                })
            }
        }
    }
}

/// A path without `./` before it.
fn bare(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    // Brackets belong to case ids: `limit[at-limit]` means just that.
    let escaped = text.replace('[', "\u{1}").replace(']', "[]]");
    let escaped = escaped.replace('\u{1}', "[[]");
    GlobBuilder::new(&escaped)
        .literal_separator(false)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.kind().to_string())
}

/// An id, and what it is below: `a/b/c[x]`, `a`, `a/b`, `a/b/c`.
fn beginnings(id: &str) -> impl Iterator<Item = &str> {
    let ends = id.match_indices(['/', '[']).map(|(at, _)| at);
    std::iter::once(id).chain(ends.map(|at| &id[..at]))
}

/// A path, and its ends: `a/b/c.yaml`, `b/c.yaml`, `c.yaml`.
fn endings(path: &str) -> impl Iterator<Item = &str> {
    let starts = path.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(path).chain(starts.map(|at| &path[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{SuiteSource, Thoroughness, load_suite};

    const CONTRACT: &str = "
contract: presence
title: Presence
service: presence
services: { presence: {} }
requirements:
  - { id: P-01, level: MUST, sentence: a, source: b }
  - { id: P-02, level: SHOULD, sentence: a, source: b }
";
    const CASES: &str = "
contract: presence
request: { GET: / }
tags: [read]
cases:
  - { id: user, tags: smoke, expect: [{ proves: [P-01], status: 200 }] }
  - id: limits
    rows: [{ row: at }, { row: over }]
    expect: [{ proves: [P-02], status: 200 }]
";

    /// A suite with these files, too.
    fn suite(more: &[(&str, &str)]) -> Suite {
        let files = [
            ("cases/presence/contract.yaml", CONTRACT),
            ("cases/presence/levels.yaml", CASES),
        ];
        let files = files.iter().chain(more);
        let texts = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let loaded = load_suite(
            &SuiteSource::Texts(texts.collect()),
            Thoroughness::Everything,
        );
        assert_eq!(loaded.diagnostics, []);
        loaded.suite
    }

    fn selected(patterns: &[&str]) -> Vec<String> {
        let suite = suite(&[]);
        let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
        let selection = Selection::new(&patterns).unwrap();
        let cases = suite.cases.iter();
        let cases = cases.filter(|case| selection.selects(&suite, case));
        let cases = cases.map(|case| case.id.trim_start_matches("presence/levels/").to_owned());
        cases.collect()
    }

    fn error(pattern: &str) -> String {
        Selection::new(&[pattern.to_owned()])
            .unwrap_err()
            .to_string()
    }

    const ALL: [&str; 3] = ["user", "limits[at]", "limits[over]"];

    #[test]
    fn a_name_selects_everything_below_it() {
        assert_eq!(selected(&["presence"]), ALL);
        assert_eq!(selected(&["presence/levels/"]), ALL);
        assert_eq!(selected(&["presence/levels/limits"]), ALL[1..]);
        assert_eq!(selected(&["presence/lev"]), [""; 0]);
    }

    #[test]
    fn a_selection_within_files_lists_cases() {
        let more = CASES.replace("id: user", "id: other");
        let suite = suite(&[("cases/presence/more.yaml", &more)]);
        let within = |patterns: &[&str], files: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            let selection = Selection::new(&patterns).unwrap();
            selection.within(&files, &suite).map(|one| one.patterns())
        };
        let more = ["cases/presence/more.yaml"];
        assert_eq!(
            within(&["level:MUST"], &more).unwrap(),
            ["case:presence/more/other"]
        );
        // A pattern for another file selects nothing of this one.
        assert_eq!(within(&["file:levels.yaml"], &more), None);
        assert_eq!(
            within(&[], &["./cases/presence/more.yaml"]).unwrap().len(),
            3
        );
        assert_eq!(within(&[], &["presence/more.yaml"]), None);
    }

    #[test]
    fn the_id_of_a_requirement_was_meant_as_one() {
        let suite = suite(&[]);
        let patterns = ["P-01", "!P-02", "P-03", "presence", "requirement:P-01"];
        let patterns: Vec<String> = patterns.map(str::to_owned).into();
        let meant = Selection::new(&patterns).unwrap().meant(&suite);
        let pair = |written: &str, meant: &str| (written.to_owned(), meant.to_owned());
        assert_eq!(
            meant,
            [
                pair("P-01", "requirement:P-01"),
                pair("!P-02", "!requirement:P-02")
            ]
        );
    }

    #[test]
    fn a_pattern_that_goes_astray_is_helped() {
        let suite = suite(&[]);
        let patterns = [
            "presense",
            "presence/levels/usr",
            "user",
            "P-0",
            "requirement:P-0",
            "requirement:P-99",
            "P-01",
            "presence",
            "requirement:P-01",
            "nothing-alike",
            "tag:nothing",
            "!presense",
        ];
        let patterns: Vec<String> = patterns.map(str::to_owned).into();
        let astray = Selection::new(&patterns).unwrap().astray(&suite);
        let pair = |written: &str, help: &str| (written.to_owned(), help.to_owned());
        assert_eq!(
            astray,
            [
                pair("presense", "did you mean `presence`?"),
                pair(
                    "presence/levels/usr",
                    "did you mean `presence/levels/user`?"
                ),
                pair("user", "did you mean `presence/levels/user`?"),
                pair("P-0", "did you mean `requirement:P-01`?"),
                pair("requirement:P-0", "did you mean `requirement:P-01`?"),
                pair(
                    "requirement:P-99",
                    "`probity coverage` lists the requirements and the cases that prove them"
                ),
            ]
        );
    }

    #[test]
    fn brackets_are_literal() {
        assert_eq!(selected(&["presence/levels/limits[at]"]), ["limits[at]"]);
        assert_eq!(selected(&["*[over]"]), ["limits[over]"]);
        assert_eq!(selected(&["*limitsa"]), [""; 0]);
    }

    #[test]
    fn an_exclusion_wins_over_a_selection() {
        assert_eq!(selected(&["!presence/levels/limits"]), ["user"]);
        assert_eq!(selected(&["presence", "!*limits*"]), ["user"]);
        assert_eq!(selected(&["presence", "!tag:smoke"]), ALL[1..]);
    }

    #[test]
    fn a_star_crosses_slashes() {
        assert_eq!(selected(&["*levels*"]), ALL);
        assert_eq!(selected(&["nothing*"]), [""; 0]);
    }

    #[test]
    fn a_prefix_selects_by_what_a_case_is_and_proves() {
        assert_eq!(selected(&["tag:smoke"]), ["user"]);
        assert_eq!(selected(&["tag:read"]), ALL);
        assert_eq!(selected(&["requirement:P-01"]), ["user"]);
        assert_eq!(selected(&["requirement:P-*"]), ALL);
        assert_eq!(selected(&["level:should"]), ALL[1..]);
        assert_eq!(
            selected(&["case:presence/levels/limits[at]"]),
            ["limits[at]"]
        );
        assert_eq!(selected(&["case:presence/levels/limits"]), [""; 0]);
        for file in [
            "levels.yaml",
            "cases/presence",
            "presence/*.yaml",
            "*levels*",
        ] {
            assert_eq!(selected(&[&format!("file:{file}")]), ALL, "{file}");
        }
        assert_eq!(selected(&["file:evels.yaml"]), [""; 0]);
    }

    #[test]
    fn patterns_of_one_kind_are_alternatives_and_one_of_each_kind_must_match() {
        assert_eq!(selected(&["tag:smoke", "tag:read"]), ALL);
        assert_eq!(selected(&["tag:read", "level:SHOULD"]), ALL[1..]);
        assert_eq!(selected(&["tag:smoke", "level:SHOULD"]), [""; 0]);
        assert_eq!(selected(&["*[at]", "*[over]", "level:SHOULD"]), ALL[1..]);
        assert_eq!(
            selected(&["*user", "presence/levels/limits", "level:MUST"]),
            ["user"]
        );
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_refused() {
        assert_eq!(
            error("tags:smoke"),
            "`tags:smoke` is not a pattern for cases: did you mean `tag:smoke`?"
        );
        assert_eq!(
            error("!level:must-not"),
            "`!level:must-not` is not a pattern for cases: expected the level MUST, SHOULD or MAY, found `must-not`"
        );
        assert_eq!(
            error("owner:me"),
            "`owner:me` is not a pattern for cases: expected the id of a case, or `requirement:`, `level:`, `tag:` or \
             `file:`, found `owner:`"
        );
    }
}
