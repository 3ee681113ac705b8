//! Hints for arguments that are not accepted: `probity run my-suite`.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::arguments::Arguments;

/// Parses the arguments of the process; ends it with a message if they are wrong.
pub(crate) fn parse() -> Arguments {
    <Arguments as clap::Parser>::try_parse().unwrap_or_else(|mut error| {
        if let Some(hint) = hint(&error) {
            error.insert(
                ContextKind::Suggested,
                ContextValue::StyledStrs(vec![hint.into()]),
            );
        }
        error.exit()
    })
}

/// What was probably meant by an argument without an option.
fn hint(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(text)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if error.kind() != ErrorKind::UnknownArgument || text.starts_with('-') {
        return None;
    }
    Some(option_for(text))
}

/// The option that takes such a value.
fn option_for(text: &str) -> String {
    let path = Path::new(text);
    if text.starts_with("http://") || text.starts_with("https://") {
        format!("to test a deployment, pass `--target {text}`")
    } else if path
        .extension()
        .is_some_and(|it| it == "yaml" || it == "yml")
        || path.is_file()
    {
        format!("to use a target file, pass `--target {text}`")
    } else if path.is_dir() || !text.contains('*') {
        format!(
            "to use the suite in a directory, pass `--suite {text}`; to select cases, `--only {text}`"
        )
    } else {
        format!("to select cases, pass `--only '{text}'`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_its_option_gets_the_option() {
        for (text, option) in [
            ("http://127.0.0.1:8080", "--target http://127.0.0.1:8080"),
            ("staging.yaml", "--target staging.yaml"),
            ("my-suite", "--suite my-suite"),
            ("presence/*", "--only 'presence/*'"),
        ] {
            assert!(option_for(text).contains(option), "{text}");
        }
    }
}
