//! The arguments of a test binary, as `cargo test` and `cargo nextest` pass them.

/// How many tests to run, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of libtest")]
pub(super) struct Arguments {
    /// Run only tests whose name contains one of these; empty means all.
    pub(super) filters: Vec<String>,
    /// Do not run tests whose name contains one of these.
    pub(super) skip: Vec<String>,
    /// Filters are complete names.
    pub(super) exact: bool,
    /// Print the names of the tests, and run nothing.
    pub(super) list: bool,
    /// Only tests that are ignored.
    pub(super) ignored: bool,
    /// Print one character per test.
    pub(super) quiet: bool,
    pub(super) threads: Option<usize>,
    /// `--color`; `None` lets the terminal decide.
    pub(super) colour: Option<bool>,
}

impl Arguments {
    /// Reads the arguments of libtest. Options that make no difference here are accepted and ignored.
    pub(super) fn parse(words: impl IntoIterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = Arguments::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (option, attached) = match word.split_once('=') {
                Some((option, value)) if word.starts_with("--") => (option, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || {
                let value = attached.clone().or_else(|| words.next());
                value.ok_or_else(|| format!("`{option}` needs a value"))
            };
            match option {
                "--exact" => arguments.exact = true,
                "--list" => arguments.list = true,
                "--ignored" => arguments.ignored = true,
                "-q" | "--quiet" => arguments.quiet = true,
                "--skip" => arguments.skip.push(value()?),
                "--format" => arguments.quiet = value()? == "terse",
                "--test-threads" => {
                    let number = value()?;
                    let threads = number.parse().ok().filter(|threads| *threads > 0);
                    let message = || format!("`--test-threads` needs a number, not `{number}`");
                    arguments.threads = Some(threads.ok_or_else(message)?);
                }
                "--color" => {
                    arguments.colour = match value()?.as_str() {
                        "always" => Some(true),
                        "never" => Some(false),
                        _ => None,
                    }
                }
                "--logfile" | "-Z" | "--shuffle-seed" => drop(value()?),
                "--include-ignored"
                | "--nocapture"
                | "--no-capture"
                | "--show-output"
                | "--test"
                | "--bench"
                | "--force-run-in-process"
                | "--report-time"
                | "--ensure-time"
                | "--shuffle" => {}
                _ if option.starts_with('-') => {
                    return Err(format!(
                        "unknown option `{option}`: the tests take the options of `cargo test -- --help`"
                    ));
                }
                _ => arguments.filters.push(word),
            }
        }
        Ok(arguments)
    }

    /// Is the test with this name selected?
    pub(super) fn selects(&self, name: &str) -> bool {
        let matches = |filter: &String| {
            if self.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
    }

    /// The name, if exactly one test is selected by its complete name, as nextest does.
    pub(super) fn only_name(&self) -> Option<&str> {
        match self.filters.as_slice() {
            [name] if self.exact => Some(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nextest_lists_and_runs() {
        let listed = parse("--list --format terse --ignored").unwrap();
        assert!(listed.list && listed.ignored);
        let one = parse("books/read --exact --nocapture").unwrap();
        assert_eq!(one.only_name(), Some("books/read"));
        assert!(one.selects("books/read") && !one.selects("books/read-two"));
    }

    #[test]
    fn filters_and_skips_are_parts_of_names() {
        let arguments = parse("books shelf --skip read --test-threads=2").unwrap();
        assert_eq!(arguments.threads, Some(2));
        assert!(arguments.selects("books/add") && arguments.selects("a/shelf"));
        assert!(!arguments.selects("books/read") && !arguments.selects("other"));
    }

    #[test]
    fn unknown_options_and_bad_values_are_errors() {
        assert!(parse("--nope").unwrap_err().contains("--nope"));
        assert!(parse("--test-threads none").is_err());
        assert!(parse("--skip").is_err());
    }
}
